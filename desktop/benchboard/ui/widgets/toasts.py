"""The toast at the bottom of the window: reports a completed action with undo, for a few seconds."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, is_key_of, key_cap
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce, focus_returned, sentence
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.focus import FocusReturn
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.slide import FROM_BELOW, slide_in
from benchboard.ui.widgets.surfaces import Icon

SHOWN_MS: Final = 6_000
_UNDO: Final = QKeySequence.StandardKey.Undo


class Toast(QWidget):
    """Reports a completed action, with undo, at the bottom of the window for six seconds. A `warning` says
    what wasn't done, and why. `action` is a way on from there: its title, and what it does; a `command`'s shortcuts run
    it too.
    `is_again`: it takes the place of one with the same text.
    """

    accessible_role = Role.Notification

    def __init__(
        self,
        text: str,
        undo: Callable[[], None] | None,
        parent: QWidget,
        *,
        warning: bool = False,
        action: tuple[str, Callable[[], None]] | None = None,
        is_again: bool = False,
        command: str = "",
    ) -> None:
        super().__init__(parent)
        self._window, self.warning, self._is_again = parent, warning, is_again
        self._announced = False
        self._focus_return = FocusReturn()
        self.setObjectName("toast")
        self.setAccessibleName(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(theme().px("spacing.2"))
        row.addWidget(Icon("ph.warning" if warning else "ph.check-circle-fill", "on.tooltip"))
        row.addWidget(Text(text, "body", "inverse"))
        self._undo = undo
        if undo is not None:
            button = Button(_("Undo"), self._run_undo, kind="inverse", name="toast_undo")
            row.addWidget(button)
            row.addWidget(Text(key_cap(QKeySequence(_UNDO).toString()), "body", "inverse"))
        self._way_on, self._action, self._command = "", action, command
        if action is not None:
            self._way_on = action[0]
            row.addWidget(Button(action[0], partial(self._run_action, action[1]), kind="inverse", name="toast_action"))
            if command:
                row.addWidget(Text(REGISTRY[command].key, "body", "inverse"))
        app = QApplication.instance()
        if app is not None and (undo is not None or command):
            app.installEventFilter(self)
        self.setFixedHeight(32)
        self.adjustSize()
        self._is_new = True
        QTimer.singleShot(0, self, self._grow_old)
        QTimer.singleShot(SHOWN_MS, self, self.expire)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._announced:
            self._announced = True
            keys = key_cap(QKeySequence(_UNDO).toString())
            told = [" ".join((_("Undo:"), keys))] if self._undo is not None else []
            to_button = _("{action}: {key}, then Enter")
            key = REGISTRY["window.next_pane"].key
            if self._way_on and self._command:
                told.append(f"{self._way_on}: {REGISTRY[self._command].key}")
            elif self._way_on:
                told.append(to_button.format(action=self._way_on, key=key))
            text = self.accessibleName()
            # A reason why not is told again to who tries again.
            announce(self, " ".join((sentence(text) if told else text, *told)), again=self.warning or self._is_again)

    @property
    def has_buttons(self) -> bool:
        """Whether there is something in it to press."""
        return self._undo is not None or bool(self._way_on)

    @property
    def has_way_on(self) -> bool:
        """Whether there is a button in it that has no key of its own: the next pane is then this one."""
        return bool(self._way_on) and not self._command

    def expire(self) -> None:
        """Go, unless the focus is on one of its buttons."""
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            QTimer.singleShot(SHOWN_MS, self, self.expire)
        else:
            self.deleteLater()

    def dismiss(self) -> None:
        """Hide it before its time."""
        self._undo = self._action = None
        self._close_before(lambda: None)

    def enter_from(self, widget: QWidget | None) -> None:
        """Note where the focus returns to if it is in here as this closes."""
        self._focus_return = FocusReturn(widget)

    def _close_before(self, act: Callable[[], object]) -> None:
        """Close, and `act` with the focus where it was before it came here."""
        focused = QApplication.focusWidget()
        with focus_returned(self._give_back) if focused is not None and self.isAncestorOf(focused) else nullcontext():
            self.hide()
            self.deleteLater()
            act()

    def _give_back(self) -> None:
        target = self._focus_return.target()
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _grow_old(self) -> None:
        self._is_new = False

    def leave(self) -> None:
        """Dismiss it as the user goes on to another page or dialog; what led there itself is still reported."""
        if self._is_new and not self.warning:
            self.raise_()
        else:
            self.dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc dismisses it from one of its buttons too, which don't lie in the view."""
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _run_action(self, run: Callable[[], None]) -> None:
        self._action = None
        self._close_before(run)

    def _run_undo(self) -> None:
        undo = self._undo
        self._undo = None
        self._close_before(undo if undo is not None else lambda: None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While it is shown, Ctrl+Z undoes its action, or the keys of its command run it, before any shortcut of the
        view (text fields keep their own undo and redo).
        """
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) or not isinstance(event, QKeyEvent):
            return False
        run = self._run_of(event, watched)
        if run is None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # it comes back as a plain key press
        else:
            run()
        return True

    def _run_of(self, event: QKeyEvent, watched: QObject) -> Callable[[], None] | None:
        """What a key does while it is shown; None: nothing of its own."""
        field = watched if isinstance(watched, QLineEdit) else None
        if self._undo is not None and event.matches(_UNDO):
            return None if field is not None and field.isUndoAvailable() else self._run_undo
        if self._action is None or not self._command or (field is not None and field.isRedoAvailable()):
            return None
        return partial(self._run_action, self._action[1]) if is_key_of(event, self._command) else None

    def appear(self) -> None:
        """Show it at its place."""
        self.show()
        self.move_into_place()
        slide_in(self, FROM_BELOW, "toast_in")

    def move_into_place(self) -> None:
        """Move to the bottom centre of the window, above any footer that must stay visible, and beside a dialog."""
        window = self._window
        if not shiboken6.isValid(window):
            return  # it is being deleted while open, and first hides what is in it: the footers
        gap = theme().px("spacing.3")
        barriers = [one for one in window.findChildren(_ToastBarrier) if one.footer.isVisible()]
        top = self._top_above([one for one in barriers if one.dialog is None], gap)
        left = (window.width() - self.width()) // 2
        place = QRect(left, top, self.width(), self.height())
        frames = [_in_window(one.dialog, window) for one in barriers if one.dialog is not None]
        over = next((frame for frame in frames if frame.intersects(place)), None)
        if over is not None:
            below, above = over.bottom() + 1 + gap // 2, over.top() - self.height() - gap // 2
            if below + self.height() <= window.height():
                top = below
            else:  # or, beside a dialog as high as the window, above its buttons
                top = above if above >= 0 else self._top_above(barriers, gap)
        self.move(left, top)
        self.raise_()

    def _top_above(self, barriers: "Sequence[_ToastBarrier]", gap: int) -> int:
        """Where it begins above those footers that it would cover, in pixels from the top of the window."""
        edge = self._window.height()
        boxes = [_in_window(one.footer, self._window) for one in barriers]
        for box in sorted(boxes, key=QRect.top, reverse=True):
            if box.bottom() + 1 > edge - gap - self.height():  # the footer of a small dialog may be far above
                edge = min(edge, box.top())
        return edge - self.height() - gap

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("tooltip"))
            radius = theme().px("radius.control")
            painter.drawRoundedRect(self.rect(), radius, radius)


def _in_window(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def keep_toasts_above(footer: QWidget, *, dialog: QWidget | None = None) -> None:
    """Keep toasts above this widget at the bottom of a window; of a `dialog`, beside the whole of that where there is
    room.
    """
    _ToastBarrier(footer, dialog)


class _ToastBarrier(QObject):
    """Moves toasts when a footer, or the dialog that it is of, is shown, hidden, moved or resized."""

    def __init__(self, footer: QWidget, dialog: QWidget | None) -> None:
        super().__init__(footer)
        self.footer, self.dialog = footer, dialog
        # A dialog that moves or grows moves neither its footer nor its content within it.
        around = (dialog, dialog.parentWidget()) if dialog is not None else ()
        for one in (footer, *around):
            if one is not None:
                one.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize):
            for toast in self.footer.window().findChildren(Toast):
                toast.move_into_place()
        return False
