"""What screen readers are told beyond what Qt tells them of its own widgets: roles, modal dialogs, announcements.

A widget class gets a role by the class attribute `accessible_role`. Only widgets that can't be pressed may have one:
the interface that replaces Qt's has no actions.
"""

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Final, NamedTuple, Protocol, runtime_checkable
from weakref import WeakKeyDictionary

import shiboken6
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleStateChangeEvent,
    QAccessibleTableModelChangeEvent,
    QAccessibleTextUpdateEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QTabBar,
    QTableView,
    QTreeView,
    QWidget,
)

from benchboard.i18n import _, number

Role = QAccessible.Role
_MODAL: Final = Role.Dialog
_after_focus: list[Callable[[], None]] | None = None
"""What is to be announced once the focus was told, while it moves on its way; None while it doesn't."""
send: Callable[[QAccessibleEvent], object] = QAccessible.updateAccessibility
"""Sends an event to the screen reader; tests replace it."""


def announce(widget: QWidget, text: str, *, urgent: bool = False, again: bool = False) -> None:
    """Have the screen reader, if one is active, read a sentence; an `urgent` one at once.

    What the user can't see isn't told. A sentence that was just told isn't told twice, unless the user acted `again`.
    Behind a modal dialog nothing is told: banners and urgent sentences wait until it closes.
    """
    if not text or not shiboken6.isValid(widget):
        return
    if _after_focus is not None:
        _after_focus.append(partial(announce, widget, text, urgent=urgent, again=again))
    elif QAccessible.isActive():
        queue.tell(_Sentence(widget, text, urgent), again=again)


def repeat_announcement() -> bool:
    """Tell the last announcement again, and each one before it where this is asked for again; False without one."""
    return queue.repeat()


def has_announcement() -> bool:
    """Whether anything was announced since the program started: nothing is without a screen reader."""
    return bool(queue.kept)


def now() -> float:
    """The time of announcements, in seconds, for `tell_kept_problem`."""
    return queue.now()


def tell_kept_problem(widget: QWidget, since: float) -> None:
    """Tell again what is wrong with the control that has the focus, unless it was told since then: who submits a form
    from the control that blocks it would hear nothing, as the focus stays."""
    problem = widget.accessibleDescription()
    if widget.hasFocus() and widget.property("wrong") and not queue.was_told(problem, since):
        announce(widget, problem, again=True)


def announce_waiting() -> None:
    """Tell what waited for a dialog that has closed."""
    queue.tell_waiting()


class _Sentence(NamedTuple):
    """What is to be told, and the widget that shows it."""

    widget: QWidget
    text: str
    urgent: bool

    @property
    def is_shown(self) -> bool:
        """Whether the user could see it: its widget is shown, and the window isn't minimised."""
        if not shiboken6.isValid(self.widget):
            return False
        window, widget = self.widget.window(), self.widget
        while widget is not window and not _was_hidden(widget) and (around := widget.parentWidget()) is not None:
            widget = around
        return widget is window and window.isVisible() and not window.isMinimized()

    @property
    def is_behind_dialog(self) -> bool:
        """Whether a dialog lies over the widget. Toasts lie over dialogs."""
        dialog = modal_dialog(self.widget.window())
        inside = dialog is None or dialog is self.widget or dialog.isAncestorOf(self.widget)
        return not inside and role_of(self.widget) != Role.Notification


class AnnouncementQueue:
    """The sentences on their way to the screen reader: `clock` gives the time in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[str, tuple[float, QWidget]] = {}
        """When each sentence was told last, and by which widget."""
        self.kept: deque[str] = deque(maxlen=_KEPT)
        """The sentences that were told last, the newest at the end."""
        self._repeated = 0
        """How many of them, from the newest on, were told again since the newest was told."""
        self._waiting: list[_Sentence] = []

    def tell(self, sentence: _Sentence, *, again: bool = False) -> None:
        """Send a sentence to the screen reader, keep it until the dialog in front of it closes, or drop it."""
        if not sentence.is_shown:
            return
        if sentence.is_behind_dialog:
            if sentence.urgent or role_of(sentence.widget) == Role.AlertMessage:
                self._waiting = [one for one in self._waiting if one.widget is not sentence.widget]
                self._waiting.append(sentence)
            return
        now = self._clock()
        self._told = {text: told for text, told in self._told.items() if now - told[0] < _REPEAT_S}
        if sentence.text in self._told and not again:
            return
        # A widget that tells something else meanwhile may tell the first again: paused, resumed, paused.
        self._told = {text: told for text, told in self._told.items() if told[1] is not sentence.widget}
        self._told[sentence.text] = (now, sentence.widget)
        self.kept.append(sentence.text)
        self._repeated = 0
        self._send(sentence)

    def now(self) -> float:
        """The time, in seconds, as `was_told` takes it."""
        return self._clock()

    def was_told(self, text: str, since: float) -> bool:
        """Whether a sentence was told since then."""
        return text in self._told and self._told[text][0] >= since

    def repeat(self) -> bool:
        """Tell the newest of the kept sentences again; asked again, the one before, and round at the oldest."""
        window = QApplication.activeWindow()
        if not self.kept or window is None:
            return False
        self._repeated = self._repeated % len(self.kept) + 1
        text = self.kept[-self._repeated]
        if self._repeated > 1:
            place = _("{place} of {count}").format(place=number(self._repeated), count=number(len(self.kept)))
            text = f"{text}, {place}"
        self._send(_Sentence(window, text, urgent=True))
        return True

    @staticmethod
    def _send(sentence: _Sentence) -> None:
        event = QAccessibleAnnouncementEvent(sentence.widget, sentence.text)
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if sentence.urgent else politeness.Polite)
        send(event)

    def tell_waiting(self) -> None:
        """Tell what waited for a dialog to close, if it is still shown."""
        waiting, self._waiting = self._waiting, []
        for sentence in waiting:
            self.tell(sentence)


_KEPT: Final = 20
_REPEAT_S: Final = 4.0
"""Seconds in which a sentence isn't told a second time."""
queue = AnnouncementQueue()
"""The sentences of the program; tests replace it."""


def _was_hidden(widget: QWidget) -> bool:
    """Whether a widget was hidden: one that was just added to a layout will be shown in a moment."""
    attribute = Qt.WidgetAttribute
    return widget.isHidden() and widget.testAttribute(attribute.WA_WState_ExplicitShowHide)


def role_of(widget: QObject) -> QAccessible.Role | None:
    """The role of a widget's class, if it has one of its own."""
    role: QAccessible.Role | None = getattr(type(widget), "accessible_role", None)
    return role


def modal_dialog(window: QWidget) -> QWidget | None:
    """The dialog that is open in front of a window's content; the last one, if there are several."""
    dialogs = (one for one in window.children() if role_of(one) == _MODAL and isinstance(one, QWidget))
    shown = [one for one in dialogs if one.isVisible()]
    return shown[-1] if shown else None


def is_over_content(widget: QWidget) -> bool:
    """Whether a widget is in a dialog or a popover: from there the focus returns to where it was opened."""
    around: QWidget | None = widget
    while around is not None and role_of(around) not in (_MODAL, Role.Pane):
        around = around.parentWidget()
    return around is not None


@contextmanager
def untold() -> Iterator[None]:
    """Tell screen readers nothing of what the program fills in meanwhile: Qt sends an event for each value that a
    control passes through, also while it is hidden or being built. Of rows that change in a view which is known already
    Qt learns by `note_reset` in between, or `rows_replaced` afterwards.
    """
    global _untold
    active, outer = QAccessible.isActive(), _untold
    changed = outer if outer is not None else {} if active else None
    _untold = changed
    QAccessible.setActive(False)
    try:
        yield
    finally:
        QAccessible.setActive(active)
        _untold = outer
    if active and changed:
        _tell_changed(changed)


_Changed = dict[tuple[int, QAccessible.Event], QWidget]
_untold: _Changed | None = None
"""What a screen reader was to be told of names and descriptions that changed `untold`, which it remembers."""


def _note_changed(widget: QWidget, event: QAccessible.Event) -> None:
    """Note that a widget was called or described otherwise `untold`. One that was never shown isn't known yet."""
    if _untold is not None and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        _untold[id(widget), event] = widget


def _tell_changed(changed: _Changed) -> None:
    for (_id, event), widget in changed.items():
        if not shiboken6.isValid(widget):
            continue
        if event == QAccessible.Event.TableModelChanged and isinstance(widget, QAbstractItemView):
            rows_replaced(widget)
        elif event == QAccessible.Event.DescriptionChanged:
            tell_described(widget)
        else:
            send(QAccessibleEvent(widget, event))


@contextmanager
def focus_told_once() -> Iterator[None]:
    """Tell the screen reader of the focus once, where it is in the end: a widget that is hidden or disabled passes it
    on to a neighbour, and that may be hidden next. Sentences that are announced meanwhile follow.
    """
    global _after_focus
    if not QAccessible.isActive():  # as inside another one
        yield
        return
    before, outer, waiting = QApplication.focusWidget(), _after_focus, list[Callable[[], None]]()
    _after_focus = waiting
    try:
        with untold():
            yield
    finally:
        _after_focus = outer
    if (now := QApplication.focusWidget()) is not before:
        tell_focus(now)
    for tell in waiting:
        tell()


@contextmanager
def row_told_once(view: QAbstractItemView) -> Iterator[None]:
    """Tell the screen reader once which row of `view` is current, after an act that may replace the rows and lead from
    one to the next, or what has the focus if it moved on. Sentences that are announced meanwhile follow.
    """
    global _after_focus
    if not QAccessible.isActive():  # as inside another one
        yield
        return
    before, outer, waiting = QApplication.focusWidget(), _after_focus, list[Callable[[], None]]()
    _after_focus = waiting
    try:
        with untold():
            yield
    finally:
        _after_focus = outer
    rows_replaced(view)
    if (now := QApplication.focusWidget()) is not before:
        tell_focus(now)
    else:
        tell_current(view)
    for tell in waiting:
        tell()


@contextmanager
def focus_told_later(after_ms: int = 1_000) -> Iterator[None]:
    """Tell the screen reader where the focus is only if it is still there after a while, in milliseconds: what is done
    in the background soon gives it to something else.
    """
    before = QApplication.focusWidget()
    with untold():
        yield
    now = QApplication.focusWidget()
    if now is not None and now is not before and QAccessible.isActive():
        QTimer.singleShot(after_ms, now, partial(_tell_kept_focus, now))


def _tell_kept_focus(widget: QWidget) -> None:
    if QApplication.focusWidget() is widget:
        tell_focus(widget)


@contextmanager
def focus_returned(give_back: Callable[[], object]) -> Iterator[None]:
    """Have `give_back` move the focus where it came from before an act, which may move it on: the screen reader is told
    of it only if it stays there, and then of what the act announces.
    """
    global _after_focus
    if not QAccessible.isActive():
        give_back()
        yield
        return
    with untold():
        give_back()
    returned, outer, waiting = QApplication.focusWidget(), _after_focus, list[Callable[[], None]]()
    _after_focus = waiting
    try:
        yield
    finally:
        _after_focus = outer
    if returned is not None and shiboken6.isValid(returned) and returned.hasFocus():
        tell_focus(returned)
    for tell in waiting:
        tell()


def tell_renamed(widget: QWidget) -> None:
    """Tell the screen reader that the names of what is named by a widget's text are others now, such as of a pane by
    its header: it remembers them."""
    around = widget.parentWidget() if QAccessible.isActive() else None
    while around is not None:
        if isinstance(around, NamesItself):
            send(QAccessibleEvent(around, QAccessible.Event.NameChanged))
        around = around.parentWidget()


def tell_row_renamed(view: QAbstractItemView, index: QModelIndex) -> None:
    """Tell the screen reader that the name of a list's row or cell is another one now: it remembers them. Of what is
    renamed `untold` it is told afterwards."""
    if _untold is not None:
        QTimer.singleShot(0, view, partial(_tell_renamed_row, view, QPersistentModelIndex(index)))
        return
    event = QAccessibleEvent(view, QAccessible.Event.NameChanged)
    event.setChild(_child(view, index))
    if QAccessible.isActive() and index.isValid() and event.child() >= 0:
        send(event)


def _tell_renamed_row(view: QAbstractItemView, renamed: QPersistentModelIndex) -> None:
    if renamed.isValid():
        tell_row_renamed(view, view.model().index(renamed.row(), renamed.column(), renamed.parent()))


def tell_current_tab(tabs: QTabBar) -> None:
    """Tell the screen reader which tab the focus is at: Qt tells it only as an arrow moves it there."""
    if QAccessible.isActive() and tabs.hasFocus():
        QTimer.singleShot(0, tabs, partial(_tell_tab, tabs))  # after the bar itself


def _tell_tab(tabs: QTabBar) -> None:
    if tabs.hasFocus() and tabs.currentIndex() >= 0:
        event = QAccessibleEvent(tabs, QAccessible.Event.Focus)
        event.setChild(tabs.currentIndex())
        send(event)


def tell_tab_bar_renamed(tabs: QTabBar) -> None:
    """Tell the screen reader that a tab bar is called otherwise now: Qt calls it by its current tab."""
    if QAccessible.isActive():
        send(QAccessibleEvent(tabs, QAccessible.Event.NameChanged))


def tell_described(widget: QWidget) -> None:
    """Tell the screen reader that a widget's description is another one now: Qt does so, but not of its tooltip. Of
    what has the focus it is told as the focus leaves: some tooltips change several times a second.
    """
    if widget.hasFocus():
        _described.add(id(widget))
    elif QAccessible.isActive():
        send(QAccessibleEvent(widget, QAccessible.Event.DescriptionChanged))
    else:
        _note_changed(widget, QAccessible.Event.DescriptionChanged)


def rename(widget: QWidget, name: str) -> None:
    """Call a widget otherwise. What is renamed `untold` is told of afterwards: a screen reader remembers names."""
    if name != widget.accessibleName():
        QWidget.setAccessibleName(widget, name)
        _note_changed(widget, QAccessible.Event.NameChanged)


def tell_focus(widget: QWidget | None) -> None:
    """Tell the screen reader that a widget has the focus, which it got `untold`."""
    if widget is not None and QAccessible.isActive():
        send(QAccessibleEvent(widget, QAccessible.Event.Focus))
        if isinstance(widget, QAbstractItemView):
            tell_current(widget)


def describe(widget: QWidget, description: str, *, told: bool = False, again: bool = False) -> None:
    """Describe a widget otherwise, without having it read: of what has the focus, a screen reader reads that by itself.

    `told`: it is news, such as what is wrong with a field, and read once. If the focus comes to the widget in this
    turn, it is read with it; else it is announced, `again` if the user acted.
    """
    if description != widget.accessibleDescription():
        if widget.hasFocus():
            with untold():
                widget.setAccessibleDescription(description)
            _described.add(id(widget))
        else:
            widget.setAccessibleDescription(description)
            _note_changed(widget, QAccessible.Event.DescriptionChanged)
    if not told or not description:
        return
    if widget.hasFocus():
        announce(widget, description, again=again)
    else:
        QTimer.singleShot(0, widget, partial(_announce_unread, widget, description, again))


def _announce_unread(widget: QWidget, description: str, again: bool) -> None:
    """Announce a description unless the focus, or another description, came to the widget since it was given."""
    if not widget.hasFocus() and widget.accessibleDescription() == description:
        announce(widget, description, again=again)


_described: Final = set[int]()
"""The widgets, by `id`, that were described otherwise while they had the focus: a screen reader, which remembers
descriptions, is told of it as the focus leaves."""


def focus_moved(before: QWidget | None, now: QWidget | None) -> None:
    """Tell the current row of a list that gets the focus, after the list itself: Qt tells it before, or not at all."""
    if before is not None and id(before) in _described:
        _described.discard(id(before))
        if shiboken6.isValid(before):
            tell_described(before)
    if now is not None and QAccessible.isActive():
        _tell_stale(now)
    if isinstance(now, QAbstractItemView) and QAccessible.isActive():
        QTimer.singleShot(0, now, partial(tell_current, now))


_known: Final = WeakKeyDictionary[QWidget, tuple[str, str]]()
"""What each widget answered for its name and its description as the focus came to it last."""


def _tell_stale(widget: QWidget) -> None:
    """Before the focus is told, tell of a name or description that is another one than when it came last, whoever
    changed it and however it is made: a screen reader remembers what it was."""
    told = QAccessible.queryAccessibleInterface(widget)
    if told is None:
        return
    now = told.text(QAccessible.Text.Name), told.text(QAccessible.Text.Description)
    before, _known[widget] = _known.get(widget, now), now
    if now[0] != before[0]:
        send(QAccessibleEvent(widget, QAccessible.Event.NameChanged))
    if now[1] != before[1]:
        send(QAccessibleEvent(widget, QAccessible.Event.DescriptionChanged))


@runtime_checkable
class NamesItself(Protocol):
    """A widget with a role whose name changes often: it is asked for it, and nothing is announced."""

    def accessible_text(self) -> str: ...


@runtime_checkable
class RingsRow(Protocol):
    """A list in which keys begin at a row, here the index of its first cell, that may not be its current one."""

    def ringed_index(self) -> QModelIndex: ...


@runtime_checkable
class AwaitsRow(Protocol):
    """A list in which another row is about to become current, such as one that was just made: that one is told."""

    @property
    def awaits_row(self) -> bool: ...


def tell_current(view: QAbstractItemView) -> None:
    """Tell the screen reader which row, or cell, of a list has the focus with it, and its place among the others."""
    if not (QAccessible.isActive() and shiboken6.isValid(view) and view.hasFocus()):
        return
    if isinstance(view, AwaitsRow) and view.awaits_row:
        return
    index = view.ringed_index() if isinstance(view, RingsRow) else view.currentIndex()
    if not index.isValid():
        return
    tell_cell(view, index)
    if not index.siblingAtColumn(0).data(Qt.ItemDataRole.AccessibleDescriptionRole):
        announce(view, place_text(index.row(), view.model().rowCount(index.parent())), again=True)


def sentence(text: str) -> str:
    """A text with a stop at its end, unless it ends a sentence, for what is read before another one."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def place_text(row: int, rows: int) -> str:
    """A row's place in its list, for screen readers."""
    return _("{place} of {count}").format(place=number(row + 1), count=number(rows))


def send_event(event: QAccessibleEvent) -> None:
    """Send an event of a widget, or of a child that has no widget, to the screen reader, if one is active."""
    if QAccessible.isActive():
        send(event)


def tell_cell(view: QAbstractItemView, index: QModelIndex) -> None:
    """Tell the screen reader that the focus is on a row or cell of a list."""
    _send_of_cell(QAccessibleEvent(view, QAccessible.Event.Focus), view, index)


def tell_cell_renamed(view: QAbstractItemView, index: QModelIndex) -> None:
    """Tell the screen reader that a cell is called otherwise now than as it was reached last: it remembers names, and
    live rows change theirs ten times a second, of which it isn't told. Of a cell that it never reached it knows none.
    """
    if not (QAccessible.isActive() and index.isValid()):
        return
    role = Qt.ItemDataRole
    name, known = index.data(role.AccessibleTextRole) or index.data(role.DisplayRole), _read.setdefault(view, {})
    before, known[_child(view, index)] = known.get(_child(view, index), name), name
    if name != before:
        _send_of_cell(QAccessibleEvent(view, QAccessible.Event.NameChanged), view, index)
    place = index.data(role.AccessibleDescriptionRole)
    if known.get((_child(view, index),), place) != place:  # others came before or after it
        _send_of_cell(QAccessibleEvent(view, QAccessible.Event.DescriptionChanged), view, index)
    known[(_child(view, index),)] = place


_read: Final = WeakKeyDictionary[QAbstractItemView, dict[object, object]]()
"""How the cells of lists were called as they were reached last, by their place among the children."""


def tell_expanded(view: QAbstractItemView, index: QModelIndex) -> None:
    """Tell the screen reader that a row shows what is below it, or hides it."""
    changed = QAccessible.State()
    changed.expanded = True
    _send_of_cell(QAccessibleStateChangeEvent(view, changed), view, index)


def tell_value_now(widget: QWidget) -> None:
    """Tell the screen reader that a widget which names itself by figures that always change is called otherwise now, as
    the focus comes to it."""
    if QAccessible.isActive():
        send(QAccessibleEvent(widget, QAccessible.Event.NameChanged))


def _send_of_cell(event: QAccessibleEvent, view: QAbstractItemView, index: QModelIndex) -> None:
    if QAccessible.isActive() and index.isValid():
        event.setChild(_child(view, index))
        if event.child() >= 0:
            send(event)


def _child(view: QAbstractItemView, index: QModelIndex) -> int:
    """Which child of a list's interface a cell is, as Qt counts them, headings included; -1 if it isn't shown."""
    if isinstance(view, QTableView):
        return (index.row() + 1) * (view.model().columnCount() + 1) + index.column() + 1
    if isinstance(view, QTreeView):
        line = _line_of(view, index)
        return (line + 1) * view.model().columnCount() + index.column() if line >= 0 else -1
    return index.row()


def _line_of(tree: QTreeView, index: QModelIndex) -> int:
    """How many lines of a tree, as far as it is unfolded, are above an item; -1 if it isn't shown."""
    line, at = 0, tree.model().index(0, 0, tree.rootIndex())
    while at.isValid() and at != index.siblingAtColumn(0):
        line, at = line + 1, tree.indexBelow(at)
    return line if at.isValid() else -1


@runtime_checkable
class TellsFocusLater(Protocol):
    """A widget that may be about to pass on the focus: then it tells itself that it got it, if it keeps it."""

    @property
    def tells_focus_later(self) -> bool: ...


def rows_replaced(view: QAbstractItemView) -> None:
    """Have Qt forget the rows that it knew of a view, where they were replaced `untold`."""
    if QAccessible.isActive():
        reset = QAccessibleTableModelChangeEvent.ModelChangeType.ModelReset
        QAccessible.updateAccessibility(QAccessibleTableModelChangeEvent(view, reset))


def note_reset(view: QAbstractItemView) -> None:
    """Note that a view has other rows: where that was `untold`, Qt forgets afterwards those that it knew, else it goes
    on with rows that are gone."""
    _note_changed(view, QAccessible.Event.TableModelChanged)


def tell_checked(view: QAbstractItemView, place: int) -> None:
    """Tell the screen reader that a row of a list without headings was selected, or no longer is."""
    if QAccessible.isActive():
        changed = QAccessible.State()
        changed.checked = True
        event = QAccessibleStateChangeEvent(view, changed)
        event.setChild(place)
        send(event)


ROLE: Final = "accessible_role"
"""The property of a button that has a role of its own."""
SELECTED_ROLES: Final = (Role.PageTab, Role.ListItem)
"""Those of buttons that are selected where others are checked."""


def choice_of_several(button: QAbstractButton) -> None:
    """Have screen readers take a checkable button, which was just made, for one of several choices."""
    _set_role(button, Role.RadioButton)


def opens_menu(button: QAbstractButton) -> None:
    """Have screen readers take a button, which was just made, for one that opens a menu or a list."""
    _set_role(button, Role.ButtonMenu)


def menu_row(button: QAbstractButton) -> None:
    """Have screen readers take a button, which was just made, for a row of a menu."""
    _set_role(button, Role.MenuItem)


def list_row(button: QAbstractButton) -> None:
    """Have screen readers take a checkable button, which was just made, for a row of a list, selected if checked."""
    _set_role(button, Role.ListItem)
    button.toggled.connect(lambda _on: _tell_selected_soon(button))


def page_tab(button: QAbstractButton) -> None:
    """Have screen readers take a checkable button, which was just made, for the tab of a page."""
    _set_role(button, Role.PageTab)
    button.toggled.connect(lambda _on: _tell_selected_soon(button))


def selected_not_checked(button: QAbstractButton) -> AbstractContextManager[None]:
    """Around what checks a button, or no longer: Qt tells a screen reader that it is checked, but a row of a list, or a
    tab, is selected, which it tells itself."""
    return untold() if button.property(ROLE) in SELECTED_ROLES else nullcontext()


def _tell_selected_soon(button: QAbstractButton) -> None:
    QTimer.singleShot(0, button, partial(_tell_selected, button))  # nothing is told while it is being checked


def _tell_selected(button: QAbstractButton) -> None:
    if QAccessible.isActive():
        changed = QAccessible.State()
        changed.selected = True
        send(QAccessibleStateChangeEvent(button, changed))


def _set_role(button: QAbstractButton, role: QAccessible.Role) -> None:
    button.setProperty(ROLE, role)
    if QAccessible.isActive() and (known := QAccessible.queryAccessibleInterface(button)) is not None:
        # Where a reader is active, Qt made one as the button got its name, and keeps it.
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(known))


def tell_value(combo: QComboBox, before: str) -> None:
    """Tell the screen reader that a drop-down list's value, which was `before`, is another one now.

    Qt does so itself, except on Linux, where a list's value is a text.
    """
    value = combo.currentText()
    is_used = combo.hasFocus() or combo.view().isVisible()  # of any other, the value is read when it is reached
    if value == before or not is_used or sys.platform != "linux" or combo.isEditable() or not QAccessible.isActive():
        return
    send(QAccessibleTextUpdateEvent(combo, 0, before, value))
    if combo.hasFocus() and not combo.view().isVisible():  # some read no change of a text that can't be edited
        announce(combo, value, again=True)
