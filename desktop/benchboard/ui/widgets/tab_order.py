"""Tab goes through a window as it is read: by layout, not by the order in which its widgets were made."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QGridLayout, QLayout, QScrollArea, QSplitter, QWidget

from benchboard.ui.widgets.layout_items import content_at

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_MARGIN = 24
"""Pixels above and below a widget that was scrolled into view."""
_DESTRUCTIVE = ("danger", "destroy", "danger_link")
DISCARDS = "discards"
"""The property of a button of another kind that discards something, too."""
_ONE_STOP, _LAST = "one_tab_stop", "last_tool"
_LIST_STEPS, _AT_CHECKED = "list_steps", "enter_at_checked"
_LATE = "late_tab_stops"
_TOOL_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ROW_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


_Entries = dict[int, QWidget | None]
"""Where Tab enters each toolbar, by its holder's `id`: found once for all of its tools."""


def tab_stops(root: QWidget) -> list[QWidget]:
    """The widgets inside `root` that Tab stops at now, in reading order."""
    entries: _Entries = {}
    return [widget for widget in _walk(root, None) if _is_stop(widget, entries)]


def destroys(widget: QWidget) -> bool:
    """Whether it is a button that destroys or discards something: no key leads there but Tab."""
    return widget.property("kind") in _DESTRUCTIVE or bool(widget.property(DISCARDS))


def focus_next(root: QWidget, forward: bool) -> bool:
    """Move the focus to the next widget inside `root`, round at the ends; for `focusNextPrevChild`.

    Qt also asks when the focused widget was hidden or disabled: then its neighbour gets the focus, but never a button
    that destroys something, which the next press of Enter would run.
    """
    focused = QApplication.focusWidget()
    inside = focused if focused is not None and root.isAncestorOf(focused) else None
    if inside is not None and not (inside.isVisible() and inside.isEnabled()):
        return leave(inside, root)
    entries: _Entries = {}
    order = [widget for widget in _walk(root, None) if widget is inside or _is_stop(widget, entries)]
    if not order or (order == [inside] and not _is_stop(order[0], entries)):
        return False
    at = order.index(inside) if inside in order else (-1 if forward else 0)
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    target = order[(at + (1 if forward else -1)) % len(order)]
    target.setFocus(reason)
    scroll_into_view(target)
    return True


def one_tab_stop(holder: QWidget) -> None:
    """Make `holder` one stop of Tab, at which arrows, Home and End move the focus: a toolbar has many buttons."""
    holder.setProperty(_ONE_STOP, True)


def one_tab_stop_list(holder: QWidget) -> None:
    """Make `holder`, whose buttons stand below each other, one stop of Tab: Up and Down move the focus in it too."""
    one_tab_stop(holder)
    holder.setProperty(_LIST_STEPS, True)


def one_tab_stop_choices(holder: QWidget) -> None:
    """Make `holder`, whose buttons are choices, one stop of Tab, which enters it at the chosen one."""
    one_tab_stop(holder)
    holder.setProperty(_AT_CHECKED, True)


def reach_last(view: QWidget, *widgets: QWidget) -> None:
    """Let Tab reach `widgets` after everything else in `view`: what acts on a form that stands below its toolbar."""
    view.setProperty(_LATE, [widget.objectName() for widget in widgets])


def own_tab_stops(inside: QWidget) -> None:
    """Let Tab stop at each widget of `inside`, though it stands in a toolbar that is one stop itself."""
    inside.setProperty(_ONE_STOP, False)


def share_tab_stop(holder: QWidget) -> None:
    """Make `holder`, which was a stop of its own, part of the toolbar that it stands in."""
    holder.setProperty(_ONE_STOP, None)


def step_by_key(widget: QWidget, key: int) -> bool:
    """Move the focus by an arrow, Home or End inside a toolbar or list that is one stop; returns whether it moved."""
    holder = _one_stop_holder(widget)
    steps = {**_TOOL_STEPS, **(_ROW_STEPS if holder is not None and holder.property(_LIST_STEPS) else {})}
    if holder is None or key not in (*steps, Qt.Key.Key_Home, Qt.Key.Key_End):
        return False
    tools = _tools(holder)
    if key in steps:
        at = tools.index(widget) if widget in tools else 0
        target = tools[(at + steps[Qt.Key(key)]) % len(tools)]
    else:
        target = tools[0 if key == Qt.Key.Key_Home else -1]
    target.setFocus(Qt.FocusReason.TabFocusReason)
    return True


def tools_beside(widget: QWidget) -> list[QWidget]:
    """What the arrows go through in the toolbar or list that `widget` is in, in reading order; without one, itself."""
    holder = _one_stop_holder(widget)
    return _tools(holder) if holder is not None else [widget]


def _one_stop_holder(widget: QWidget) -> QWidget | None:
    around = widget.parentWidget()
    while around is not None and around.property(_ONE_STOP) is None:
        around = around.parentWidget()
    return around if around is not None and around.property(_ONE_STOP) else None


def _tools(holder: QWidget) -> list[QWidget]:
    """What the arrows go through in a toolbar, in reading order."""
    inside = [one for one in _walk(holder, None) if _takes_focus(one) or _is_choice(one)]
    return [one for one in inside if _one_stop_holder(one) is holder]


def _is_choice(widget: QWidget) -> bool:
    """Whether a widget is one of several choices: of these, Qt lets Tab stop only at the selected one."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and group.exclusive() and widget.isEnabled()


def _entry(holder: QWidget) -> QWidget | None:
    """Where Tab enters a toolbar: where the focus is or was last, or else at its first tool."""
    tools, focused = _tools(holder), QApplication.focusWidget()
    if focused in tools:
        holder.setProperty(_LAST, focused.objectName())
        return focused
    if holder.property(_AT_CHECKED):
        checked = (one for one in tools if isinstance(one, QAbstractButton) and one.isChecked())
        return next(checked, tools[0] if tools else None)
    last = holder.property(_LAST)
    return next((one for one in tools if last and one.objectName() == last), tools[0] if tools else None)


def choice_to_focus(widget: QWidget) -> QWidget:
    """The selected one of the choices that `widget` is one of, where that can have the focus; else `widget`."""
    holder = _one_stop_holder(widget)
    if holder is not None and holder.property(_AT_CHECKED):
        return _entry(holder) or widget
    return (_selected_choice(widget) if isinstance(widget, QAbstractButton) else None) or widget


def focus_content(pane: QWidget) -> None:
    """Focus the first stop of a pane that isn't the button that closes it, or else that one."""
    stops = tab_stops(pane)
    target = next((stop for stop in stops if not stop.objectName().endswith("_close")), stops[0] if stops else None)
    if target is not None:
        target.setFocus(Qt.FocusReason.TabFocusReason)
        scroll_into_view(target)


def leave(gone: QWidget, root: QWidget) -> bool:
    """Focus the nearest widget to one that can't have the focus any more, in the smallest pane that has one."""
    pane = gone.parentWidget()
    while pane is not None:
        order = list(_walk(pane, gone)) if pane.isVisible() else []
        at = order.index(gone) if gone in order else 0
        for widget in (*order[at:], *reversed(order[:at])):
            if _is_stop(widget, {}) and not destroys(widget):
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        pane = pane.parentWidget() if pane is not root else None
    return False


def scroll_into_view(widget: QWidget) -> None:
    """Scroll the pages around a widget so far that it is seen."""
    area = widget.parentWidget()
    while area is not None and not area.isWindow():
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(widget, 0, _MARGIN)
        area = area.parentWidget()


def _is_stop(widget: QWidget, entries: _Entries) -> bool:
    # First, as it is so of most widgets, and cheap: to look for a holder goes up to the window.
    if not isinstance(widget, QAbstractButton) and not _takes_focus(widget):
        return False
    holder = _one_stop_holder(widget)
    if holder is not None:
        if id(holder) not in entries:
            entries[id(holder)] = _entry(holder)
        return entries[id(holder)] is widget
    selected = _selected_choice(widget) if isinstance(widget, QAbstractButton) else None
    if selected is not None:  # Qt makes it the group's only stop no sooner than one of the group has the focus
        return selected is widget
    return _takes_focus(widget)


def _takes_focus(widget: QWidget) -> bool:
    takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
    return bool(takes) and widget.isVisible() and widget.isEnabled()


def _selected_choice(button: QAbstractButton) -> QAbstractButton | None:
    """The selected one of the choices to which `button` belongs, if it can have the focus."""
    group, parent = button.group(), button.parentWidget()
    if group is not None:
        choices = group.buttons() if group.exclusive() else []
    elif button.autoExclusive() and parent is not None:
        siblings = parent.findChildren(QAbstractButton, options=_DIRECT)
        choices = [one for one in siblings if one.autoExclusive() and one.group() is None]
    else:
        choices = []
    selected = next((one for one in choices if one.isChecked()), None)
    if selected is None or not (selected.isVisible() and selected.isEnabled()):
        return None
    return selected if selected.focusPolicy() != Qt.FocusPolicy.NoFocus else None


def _walk(parent: QWidget, gone: QWidget | None) -> Iterator[QWidget]:
    """The visible widgets below `parent` in the order of Tab, and `gone`, wherever it is."""
    if not (late := parent.property(_LATE)):
        yield from _as_read(parent, gone)
        return
    found = list(_as_read(parent, gone))
    yield from (one for one in found if one.objectName() not in late)
    yield from (one for one in found if one.objectName() in late)


def _as_read(parent: QWidget, gone: QWidget | None) -> Iterator[QWidget]:
    """The visible widgets below `parent` in reading order, and `gone`, wherever it is."""
    for child in _ordered_children(parent):
        if child.isWindow():
            continue
        if child.isVisible() or (gone is not None and (child is gone or child.isAncestorOf(gone))):
            yield child
            yield from _walk(child, gone)


def _ordered_children(parent: QWidget) -> list[QWidget]:
    """The children as they are laid out; after them those that have no layout, from top to bottom."""
    children = [child for child in parent.findChildren(QWidget, options=_DIRECT) if not child.isWindow()]
    if isinstance(parent, QSplitter):
        placed = [part for at in range(parent.count()) if (part := parent.widget(at)) is not None]
    else:
        layout = parent.layout()
        placed = list(_laid_out(layout)) if layout is not None else []
    known = {id(widget) for widget in placed}
    others = [child for child in children if id(child) not in known]
    others.sort(key=lambda child: (child.y(), child.x()))
    return [*placed, *others]


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    """The widgets of a layout and of those inside it; of a grid row by row."""
    places = list(range(layout.count()))
    if isinstance(layout, QGridLayout):
        places.sort(key=lambda at: tuple(layout.getItemPosition(at))[:2])  # type: ignore[arg-type]  # a tuple of four
    for at in places:
        content = content_at(layout, at)
        if isinstance(content, QWidget):
            yield content
        elif content is not None:
            yield from _laid_out(content)
