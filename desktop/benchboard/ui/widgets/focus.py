"""The focus ring: 2 px wide (1 px around a pane), 1 px off, shown only if the focus came by keyboard, or moved by
itself after a key.

Benchboard's buttons show it (`FocusRinged`, `Pressable`); fields and tables draw their own. (An event filter on the
whole application would receive every mouse move of a drag.)
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final, TypeGuard

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QStackedLayout, QStackedWidget, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import selected_not_checked

if TYPE_CHECKING:
    _Widget = QWidget
else:
    _Widget = object  # the class it is mixed into is the widget; Qt allows only one

_RING_MARGIN = 3
RING_INSIDE: Final = "ring_inside"
"""The property of a widget that reaches the edges of its pane: its ring is drawn within it."""
_LARGE: Final = QSize(300, 200)
"""The ring of what is larger is 1 px wide: 2 px around a pane are loud."""
_ring: "FocusRing | None" = None
_returning_to: QWidget | None = None
_keys_used = False
"""Whether a key, and not the pointer, was the last that a button or field of ours received."""
BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
"""How the focus comes when the user moves it by keyboard."""


def update_focus_ring(widget: QWidget, event: QFocusEvent) -> None:
    """Call in `focusInEvent` and `focusOutEvent`: shows or removes the ring.

    A window that is activated again shows the ring where it was.
    """
    global _ring, _returning_to
    by_key = came_by_key(event)
    had_ring, switched = _remove_ring(widget), event.reason() == Qt.FocusReason.ActiveWindowFocusReason
    if not event.gotFocus():
        _returning_to = widget if had_ring and switched else None
        return
    if (by_key or (switched and widget is _returning_to)) and widget.parentWidget() is not None:
        _ring = FocusRing(widget)
    _returning_to = None


def note_input(*, key: bool) -> None:
    """Note whether the user's last input was a key or the pointer."""
    global _keys_used
    _keys_used = key


def keys_used() -> bool:
    """Whether the user's last input was a key."""
    return _keys_used


def asked_by_key(event: QContextMenuEvent) -> bool:
    """Whether a context menu is wanted by keyboard; notes it as the last input."""
    note_input(key=event.reason() != QContextMenuEvent.Reason.Mouse)
    return _keys_used


def came_by_key(event: QFocusEvent) -> bool:
    """Whether the focus came by keyboard: by Tab or a shortcut, or moved by the program after a key was pressed."""
    if event.reason() in BY_KEY:
        note_input(key=True)
    elif event.reason() == Qt.FocusReason.MouseFocusReason:
        note_input(key=False)
    moved = event.reason() in (Qt.FocusReason.OtherFocusReason, Qt.FocusReason.PopupFocusReason)
    return event.gotFocus() and (event.reason() in BY_KEY or (moved and _keys_used))


def focus_visibly(widget: QWidget) -> None:
    """Focus a widget with its ring, at once or when the window becomes active."""
    global _returning_to
    widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
    if not widget.hasFocus():
        _returning_to = widget


def turn_to(stack: QStackedWidget | QStackedLayout, page: QWidget, focus: Callable[[], object] | None = None) -> None:
    """Show a page of a stack and move the focus to it, once, by `focus` or to the page itself.

    When a stack hides the page before, Qt moves the focus to neighbours first, and a screen reader reads each of them.
    """
    shown = stack.currentWidget()
    if shown is not None and shown.isVisible():
        page.setGeometry(shown.geometry())
        page.show()
        if focus is not None:
            focus()
        else:
            page.setFocus(Qt.FocusReason.OtherFocusReason)
    stack.setCurrentWidget(page)


def press_on_enter(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Call in `keyPressEvent`: Enter presses the focused button, as Space does. Returns whether it did."""
    note_input(key=True)
    if (
        event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    ):
        button.click()
        return True
    return False


class FocusReturn:
    """Where the focus returns to when a dialog or popover closes, even if that widget was rebuilt meanwhile."""

    def __init__(self, *candidates: QWidget | None) -> None:
        """Remember `candidates`: the first that still exists gets the focus, otherwise a widget with the last one's
        name in a pane around it, otherwise that pane's default.
        """
        self._candidates = [widget for widget in candidates if widget is not None]
        last = self._candidates[-1] if self._candidates else None
        self._name, self._panes = (last.objectName(), _parent_panes(last)) if last is not None else ("", [])

    def target(self) -> QWidget | None:
        """The widget to focus now; None if none is left."""
        for widget in self._candidates:
            if _can_focus(widget):
                return widget
        alive = [pane for pane in self._panes if _can_focus(pane)]
        named = alive[0].findChildren(QWidget, self._name) if alive and self._name else []
        proxies = (pane.focusProxy() for pane in alive)
        # A scroll area is the proxy of its viewport, also where it takes no focus itself.
        proxies = (one for one in proxies if one is not None and one.focusPolicy() != Qt.FocusPolicy.NoFocus)
        return next((widget for widget in (*named, *proxies) if _can_focus(widget)), None)


def _parent_panes(widget: QWidget) -> list[QWidget]:
    """The panes around a widget inside its window, the nearest first."""
    panes, pane = [], widget.parentWidget()
    while pane is not None and not pane.isWindow():
        panes.append(pane)
        pane = pane.parentWidget()
    return panes


def _can_focus(widget: QWidget | None) -> TypeGuard[QWidget]:
    return widget is not None and shiboken6.isValid(widget) and widget.isVisible() and widget.isEnabled()


class FocusRinged(_Widget):
    """Mixin for a Qt widget: shows the focus ring."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        note_input(key=False)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        note_input(key=True)
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        update_focus_ring(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        update_focus_ring(self, event)


class HoverRepaint(_Widget):
    """Mixin for a widget that paints itself: repaints when pointer or focus enter and leave."""

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class Pressable(HoverRepaint, QAbstractButton):
    """A button that paints itself: shows the focus ring (unless it draws its own), hover, and accepts Enter."""

    shows_focus_ring: ClassVar[bool] = True
    focused_by_key = False
    """Whether the focus came by keyboard: then buttons that draw their own ring show it."""

    def setChecked(self, checked: bool) -> None:
        with selected_not_checked(self):
            super().setChecked(checked)

    def nextCheckState(self) -> None:
        with selected_not_checked(self):
            super().nextCheckState()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = came_by_key(event)
        # An activated window, or a menu that closes, leaves it as it was.
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.focused_by_key = by_key
        if self.shows_focus_ring:
            update_focus_ring(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.shows_focus_ring:
            update_focus_ring(self, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        note_input(key=False)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_on_enter(self, event):
            super().keyPressEvent(event)


class FocusRing(QWidget):
    """The ring around a widget, as long as it is there."""

    def __init__(self, widget: QWidget) -> None:
        hosts = _ring_parents(widget)
        super().__init__(hosts[-1])
        self._host = hosts[-1]
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.widget = widget
        for watched in (widget, *hosts[:-1]):
            watched.installEventFilter(self)
        self._follow()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._follow()
        elif event.type() == QEvent.Type.Hide:
            self.hide()
        return False

    def _follow(self) -> None:
        if self._host.isAncestorOf(self.widget):  # it was taken out of the window otherwise, and the ring goes too
            self.setGeometry(_ring_rect(self.widget, self._host))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            large = self.widget.width() > _LARGE.width() and self.widget.height() > _LARGE.height()
            painter.setPen(QPen(theme().color("focus"), 1 if large else 2))
            radius = theme().px("radius.control") + 2
            edge = 1.5 if large else 1
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), radius, radius)


def _ring_rect(widget: QWidget, inside: QWidget) -> QRect:
    """The ring's rectangle, in the coordinates of the widget that it is drawn in."""
    box = QRect(widget.mapTo(inside, QPoint(0, 0)), widget.size())
    margin = 0 if widget.property(RING_INSIDE) else _RING_MARGIN
    return box.adjusted(-margin, -margin, margin, margin)


def _ring_parents(widget: QWidget) -> list[QWidget]:
    """The parents of the widget, up to the first with space for the whole ring; not beyond a scroll area."""
    hosts: list[QWidget] = []
    inside = widget.parentWidget()
    while inside is not None and not isinstance(inside, QAbstractScrollArea):
        hosts.append(inside)
        if inside.isWindow() or inside.rect().contains(_ring_rect(widget, inside)):
            break
        inside = inside.parentWidget()
    return hosts


def _remove_ring(widget: QWidget) -> bool:
    """Remove the ring; returns whether this widget had it."""
    global _ring
    had_ring = False
    if _ring is not None and shiboken6.isValid(_ring):
        had_ring = _ring.widget is widget
        _ring.hide()
        _ring.deleteLater()
    _ring = None
    return had_ring
