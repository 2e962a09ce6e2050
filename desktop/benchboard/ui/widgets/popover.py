"""Popovers: open above the content beside the pressed button, and close by themselves.

They are children of the window, not windows of their own, so that their shadow needs no compositor and a screenshot of
the window shows them. Only one is open at a time.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, NamedTuple

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import (
    Role,
    announce,
    choice_of_several,
    focus_returned,
    focus_told_later,
    menu_row,
    tell_focus,
    untold,
)
from benchboard.ui.widgets.focus import BY_KEY, FocusReturn, Pressable, keys_used
from benchboard.ui.widgets.labels import Elided, Text, copy_title, hairline, plain_tooltip
from benchboard.ui.widgets.menus import EDGE, ROW
from benchboard.ui.widgets.paragraph import WrappedPath
from benchboard.ui.widgets.slide import slide_in
from benchboard.ui.widgets.surfaces import SHADOW, Floating, Icon
from benchboard.ui.widgets.tab_order import focus_next, tab_stops

COPIES: Final = "copies"
"""The property of a button that copies the value which it stands beside."""
_GAP: Final = 8
"""Pixels between a popover and its anchor."""


class Popover(Floating):
    """Opens at `anchor`, upwards if there is no space below. Esc, another view, and a click outside or on the anchor
    close it.
    """

    accessible_role = Role.Pane
    closed = Signal()
    is_form: ClassVar[bool] = False
    """Whether it has fields to fill in: then F6 stays in it, and what was typed isn't lost."""
    _open: "Popover | None" = None

    def __init__(self, anchor: QWidget, *, width: int = 0, padding: int = 14, name: str = "popover") -> None:
        super().__init__(anchor.window())
        self._anchor, self._window = anchor, anchor.window()
        anchor.destroyed.connect(self._close_soon)
        self._placed: tuple[int, int, bool] | None = None
        """The left edge, the edge at its anchor, and whether it is above that: it keeps them while it is open, whatever
        becomes of its anchor, so that nothing moves away under the pointer."""
        self._top: int | None = None
        """The upper edge of a form."""
        self._focus_return = FocusReturn(QApplication.focusWidget(), anchor)
        self.setObjectName(name)
        self.setAccessibleName(anchor.accessibleName())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(padding, padding, padding, padding)
        self.column.setSpacing(theme().px("spacing.2"))
        if width:
            self.body.setFixedWidth(width)

    def open(self) -> None:
        """Show and focus it."""
        Popover.close_any()
        Popover._open = self
        if (titled := self.findChild(_Heading)) is not None:
            self.setAccessibleName(titled.title)  # what it opened at may be called otherwise
        self.move_into_place()
        self.show()
        self.raise_()
        if not self.accessibleDescription() and not tab_stops(self):  # nothing in it can be read out on its own
            self.setAccessibleDescription(_shown_text(self))
        self._take_focus()
        is_above = self.y() < self._anchor.mapTo(self._window, QPoint(0, 0)).y() - SHADOW
        slide_in(self, QPoint(0, _GAP if is_above else -_GAP))  # no farther: it would cover its anchor
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def _take_focus(self) -> None:
        """Take the focus; whoever opened it may give it to a field next, and then only that is told."""
        with focus_told_later(0):
            self.setFocus(Qt.FocusReason.PopupFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """With a ring while it has the focus itself, after a key: there is nothing to focus in it."""
        super().paintEvent(event)
        if self.hasFocus() and keys_used():
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(theme().color("focus"), 2))
                radius = theme().px("radius.panel")
                painter.drawRoundedRect(QRectF(self.frame()).adjusted(1, 1, -1, -1), radius, radius)

    @classmethod
    def opened(cls) -> "Popover | None":
        """The popover that is open; None while there is none."""
        return cls._open if cls._open is not None and shiboken6.isValid(cls._open) else None

    @classmethod
    def close_any(cls) -> None:
        """Close the open popover, if there is one."""
        if (known := cls.opened()) is not None:
            known.close()
        cls._open = None

    def move_into_place(self) -> None:
        """Place it beside the anchor, inside the window."""
        self.body.updateGeometry()  # Qt passes on only later that what is in it has another size
        self.adjustSize()
        window, size = self._window, self.sizeHint()
        high, widest = size.height() - 2 * SHADOW, window.width() - 8 - (size.width() - 2 * SHADOW)
        if self._placed is None or not self.isVisible():
            top_left = self._anchor.mapTo(window, QPoint(0, 0))
            below = top_left.y() + self._anchor.height() + _GAP
            is_above = below + high > window.height() - 4
            left = top_left.x()
            if left > widest:
                left = min(left + self._anchor.width() - (size.width() - 2 * SHADOW), widest)
            self._placed = left, top_left.y() - _GAP if is_above else below, is_above
        left, edge, is_above = self._placed
        lowest = window.height() - 4 - high
        y = edge - high if is_above else min(edge, lowest)
        if self.is_form:  # what is being filled in stays where it is: more of it goes on below
            y = self._top = y if self._top is None or not self.isVisible() else min(self._top, lowest)
        self.setGeometry(max(8, min(left, widest)) - SHADOW, max(8, y) - SHADOW, size.width(), size.height())

    def close(self) -> bool:
        """Close it, and restore the focus if no other widget has taken it."""
        if Popover._open is self:
            focused = QApplication.focusWidget()
            had_focus = focused is None or focused is self or self.isAncestorOf(focused)
            Popover._open = None
            app = QApplication.instance()
            if app is not None:
                app.removeEventFilter(self)
            with untold():  # Qt moves the focus to a neighbour, from which it returns at once
                self.hide()
            parked = QApplication.focusWidget()
            self.closed.emit()
            target = self._focus_return.target()
            if target is not None and had_focus:
                target.setFocus(Qt.FocusReason.PopupFocusReason)
            if had_focus and QApplication.focusWidget() is parked:
                tell_focus(parked)
            self.deleteLater()
        return True

    def leave(self) -> bool:
        """Close it, as a click outside asks. Returns whether it is closed: a form may ask first."""
        return self.close()

    def _follow_window(self) -> None:
        """A form stays when its window gets another size, since something may have been typed; any other closes."""
        if not self.is_form:
            self.close()
            return
        self._placed = self._top = None
        QTimer.singleShot(0, self, self.move_into_place)  # its anchor is moved by then

    def _close_soon(self) -> None:
        # The anchor's pane may be deleted along with it; its children must not be queried meanwhile.
        QTimer.singleShot(0, self, self.close)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            position = event.globalPosition().toPoint()
            inside = self.frame().contains(self.mapFromGlobal(position)) or self._has_opened(watched)
            if isinstance(watched, QWidget) and not inside:
                anchor = self._anchor if shiboken6.isValid(self._anchor) else None
                if not self.leave():
                    return True
                return anchor is not None and anchor.rect().contains(anchor.mapFromGlobal(position))
        elif event.type() == QEvent.Type.Resize and watched is self._window:
            self._follow_window()
        elif event.type() == QEvent.Type.Hide and watched is self._anchor:
            self.close()  # its page is no longer shown
        elif event.type() == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self._close_if_left(watched, event)
        elif self._is_escape_elsewhere(watched, event):
            if event.type() == QEvent.Type.KeyPress:
                self.close()
            event.accept()
            return True
        return False

    def _has_opened(self, watched: QObject) -> bool:
        """Whether a widget belongs to a list or a menu that was opened in the popover, which may hang out of it."""
        parent = watched.parent()
        while parent is not None and parent is not self:
            parent = parent.parent()
        return parent is self

    def _close_if_left(self, watched: QObject, event: QFocusEvent) -> None:
        """Close it after a key took the focus to another part of the window."""
        if event.reason() not in BY_KEY or not isinstance(watched, QWidget) or watched.window() is not self._window:
            return
        if watched is not self and watched is not self._anchor and not self.isAncestorOf(watched):
            self._close_soon()

    def _is_escape_elsewhere(self, watched: QObject, event: QEvent) -> bool:
        """Whether Esc was pressed while another widget of the window has the focus: the popover on top takes it."""
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return False
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape or event.modifiers():
            return False
        if not isinstance(watched, QWidget) or QApplication.activePopupWidget() is not None:
            return False
        return watched is not self and not self.isAncestorOf(watched) and watched.window() is self._window

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Move the focus within the popover: what lies behind it is reached by closing it."""
        focus_next(self, forward)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif is_accepting(event):
            if self.isVisible():  # a field may have taken the key for Enter, and closed it
                self.accept()
            event.accept()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def accept(self) -> None:
        """Do what the blue button does, if there is one: Ctrl+Enter was pressed."""
        from benchboard.ui.widgets.buttons import Button

        buttons = [one for one in self.findChildren(Button) if one.isVisible() and one.property("kind") == "primary"]
        if buttons and buttons[0].isEnabled():
            buttons[0].click()


def is_accepting(event: QKeyEvent) -> bool:
    """Whether it is Ctrl+Enter, as in dialogs."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat()
    return is_enter and modifiers == Qt.KeyboardModifier.ControlModifier


def _shown_text(pane: QWidget) -> str:
    """The texts that are shown in `pane`, in order; a value follows its name."""
    parts = list[str]()
    for label in pane.findChildren(QLabel):
        if label.isVisible() and (text := label.text()):
            named = f"{text}: " if label.buddy() is not None else f"{text}{'' if text.endswith('.') else ','} "
            parts.append(named)
    return "".join(parts).strip().rstrip(",")


class MenuItem(NamedTuple):
    """A row of a menu, with its `keys` at the right. With a `run` of None it is a heading; untitled, a line."""

    title: str
    run: Callable[[], object] | None = None
    icon: str = ""
    subtitle: str = ""
    checked: bool | None = None
    danger: bool = False
    why_not: str = ""
    keys: str = ""
    name: str = ""


def menu(anchor: QWidget, items: Sequence[MenuItem], *, name: str = "menu") -> Popover:
    """Open a menu at `anchor`: arrows select, Enter runs."""
    popover = closed_menu(anchor, items, name=name)
    popover.open()
    return popover


def closed_menu(anchor: QWidget, items: Sequence[MenuItem], *, name: str = "menu") -> Popover:
    """A menu at `anchor` that is not open yet."""
    popover = _MenuPopover(anchor, padding=4, name=name)
    popover.column.setSpacing(0)
    around = ""
    for item in items:
        if item.run is None and not item.why_not:
            around = item.title
            if popover.column.count():
                popover.column.addSpacing(4)
                popover.column.addWidget(hairline())
                popover.column.addSpacing(4)
            if item.title:
                heading = Text(item.title, "caption", "muted")
                heading.setContentsMargins(10, 6, 10, 4)
                popover.column.addWidget(heading)
            continue
        popover.column.addWidget(_MenuRow(item, popover, around))
    return popover


class _MenuPopover(Popover):
    """A menu: its first row gets the focus at once, so that a screen reader is told of one step, not of two."""

    accessible_role = Role.PopupMenu

    def _take_focus(self) -> None:
        if not focus_next(self, True):
            super()._take_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = tab_stops(self)
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers() and rows:
            rows[0 if event.key() == Qt.Key.Key_Home else -1].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)


class _MenuRow(Pressable):
    shows_focus_ring = False

    def __init__(self, item: MenuItem, popover: Popover, around: str) -> None:
        """`around` is the heading above it, which screen readers are told with it."""
        super().__init__(popover.body)
        self._popover = popover
        self._run = item.run
        self.setText(item.title)
        self.setObjectName(item.name)
        self.setAccessibleName(item.title)
        said = item.why_not or item.subtitle or item.keys
        self.setAccessibleDescription(", ".join(part for part in (around, said) if part))
        self.setToolTip(plain_tooltip(item.why_not))
        self.setEnabled(not item.why_not)
        self.setCheckable(item.checked is not None)
        self.setChecked(bool(item.checked))
        if item.checked is not None:
            choice_of_several(self)
        else:
            menu_row(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        line = QHBoxLayout(self)
        line.setContentsMargins(EDGE, 0, 14, 0)
        line.setSpacing(theme().px("spacing.2"))
        icon = item.icon or ("ph.check" if item.checked else "")
        if icon or item.checked is not None:
            line.addWidget(Icon(icon, "error" if item.danger else "text.secondary") if icon else _gap(16))
        text_column = QVBoxLayout()
        text_column.setSpacing(1)
        text_column.addWidget(Text(item.title, tone="error" if item.danger else "text"))
        if item.subtitle:
            line.setContentsMargins(EDGE, 6, 14, 6)
            text_column.addWidget(Text(item.subtitle, "caption", "muted"))
        line.addLayout(text_column, 1)
        if item.keys:
            line.addSpacing(24)
            line.addWidget(Text(item.keys, "caption", "muted"))
        if item.icon and item.checked:
            line.addWidget(Icon("ph.check", "accent.text"))
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMinimumWidth(180)
        self.setMinimumHeight(ROW)
        self._inner = line
        self.clicked.connect(self._run_item)

    def sizeHint(self) -> QSize:
        return self._inner.sizeHint().expandedTo(QSize(0, ROW))

    def _run_item(self) -> None:
        run = self._run
        with focus_returned(self._popover.close):
            if run is not None:
                run()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QEvent) -> None:
        if self.hasFocus() and self.isEnabled():
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("selection"))
                painter.drawRoundedRect(self.rect(), 4, 4)


def _gap(width: int) -> QWidget:
    gap = QWidget()
    gap.setFixedWidth(width)
    return gap


class _Heading(QWidget):
    """The heading of a popover, by which it is named to screen readers too."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title


def heading(title: str, trailing: QWidget | None = None) -> QWidget:
    """The heading of a popover: its title, and a badge or count."""
    holder = _Heading(title)
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(Text(title, "body_strong"))
    line.addStretch(1)
    if trailing is not None:
        line.addWidget(trailing)
    return holder


def copyable(text: str, name: str = "", *, wrap: bool = False, middle: bool = False) -> QWidget:
    """A value in a monospaced font with a copy button; if `wrap`, in as many lines as it needs. With `middle` it is
    elided there, as a path."""
    from benchboard.ui.widgets.buttons import Button

    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(4)
    line.addWidget(WrappedPath(text) if wrap else Elided(text, "mono", fits_text=True, middle=middle), 1 if wrap else 0)
    tip = copy_title(name) if name else _("Copy")
    button = Button("", lambda: _copy(holder, text, name), kind="quiet", icon="ph.copy", size="xs", tip=tip)
    button.setProperty(COPIES, True)
    line.addWidget(button)
    if not wrap:
        line.addStretch(1)  # the button is beside what it copies
    return holder


def _copy(holder: QWidget, text: str, name: str) -> None:
    copy_text(text)
    # By its name where it has one: an invitation code isn't for everybody who hears the screen reader.
    announce(holder, _("Copied {value}").format(value=name or text), again=True)
