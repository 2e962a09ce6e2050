"""Drives a real window: clicks, keys and drags as a person makes them, and waits for their results."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from benchboard.errors import AppError
from benchboard.i18n import _

T = TypeVar("T")
_TIMEOUT_S = 120.0


class TourTimeout(AppError):
    """The tour waited for something that did not come: a step failed."""


class Driver:
    """Drives the visible widgets of one window, found by object name."""

    def __init__(self, window: QWidget) -> None:
        self.window = window

    def wait_until(self, condition: Callable[[], T | None], what: str, seconds: float = _TIMEOUT_S) -> T:
        """Run the event loop until `condition` is true; returns its value. Raises `TourTimeout` naming `what`."""
        deadline = time.monotonic() + seconds
        while True:
            QApplication.processEvents()
            if result := condition():
                return result
            if time.monotonic() > deadline:
                raise TourTimeout("tour.stuck", _("The tour timed out waiting for {what}.").format(what=what))
            QTest.qWait(15)

    def find(self, name: str) -> QWidget | None:
        """The visible widget of that object name, the newest where there are several."""
        named = [widget for widget in self.window.findChildren(QWidget, name) if widget.isVisible()]
        return named[-1] if named else None

    def widget(self, name: str) -> QWidget:
        """The visible, enabled widget of that object name, once there is one."""

        def ready() -> QWidget | None:
            widget = self.find(name)
            return widget if widget is not None and widget.isEnabled() else None

        return self.wait_until(ready, f"“{name}”")

    def click(self, name: str, at: QPoint | None = None) -> None:
        """Press the left button on it."""
        widget = self.widget(name)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())

    def click_first(self, prefix: str, text: str = "") -> None:
        """Press the first button whose object name begins with `prefix`; of several, the one with `text`."""

        def found() -> QAbstractButton | None:
            buttons = (
                button for button in self.window.findChildren(QAbstractButton) if button.objectName().startswith(prefix)
            )
            return next(
                (button for button in buttons if button.isVisible() and button.isEnabled() and text in button.text()),
                None,
            )

        QTest.mouseClick(self.wait_until(found, f"“{prefix} {text}”"), Qt.MouseButton.LeftButton)

    def write(self, name: str, text: str) -> None:
        """Click into a field and replace what it holds, key by key."""
        self.click(name)
        widget = self.widget(name)
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        for letter in text:
            _type(widget, letter)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key, to whatever has the keyboard."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)

    def drag(self, widget: QWidget, start: QPoint, end: QPoint) -> None:
        """Press at `start`, move in steps of about 8 px, let go at `end`, in the widget's own coordinates."""
        self.drag_to(widget, start, end)
        self.release(widget, end)

    def drag_to(self, widget: QWidget, start: QPoint, end: QPoint) -> None:
        """As `drag`, but nothing is let go."""
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
        distance = end - start
        steps = max(2, distance.manhattanLength() // 8)
        for step in range(1, steps + 1):
            _move(widget, start + distance * step / steps)

    def release(self, widget: QWidget, end: QPoint) -> None:
        """Let go of what is carried."""
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)

    def choose_file(self, dialog: str, path: Path) -> None:
        """Write a file's name into the dialog that asks for one, and take it."""
        self.widget(dialog)
        self.write("fileNameEdit", str(path))
        self.press(Qt.Key.Key_Return)
        self.wait_until(lambda: self.find(dialog) is None, f"the end of “{dialog}”")
        self.window.activateWindow()  # without a window manager, no window gets the focus by itself

    def drop_file(self, path: Path) -> None:
        """Drag a file over the window, and drop it there."""
        data, copy = QMimeData(), Qt.DropAction.CopyAction
        data.setUrls([QUrl.fromLocalFile(str(path))])
        button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        spot = self.window.rect().center()
        QApplication.sendEvent(self.window, QDragEnterEvent(spot, copy, data, button, none))
        sheet = self.widget("drop_sheet")
        QApplication.sendEvent(sheet, QDragEnterEvent(spot, copy, data, button, none))
        QApplication.sendEvent(sheet, QDropEvent(QPointF(spot), copy, data, button, none))

    def settle(self) -> None:
        """Fades, settling tiles and a first look at the data are over by then."""
        QTest.qWait(400)

    def capture(self, file: Path) -> None:
        """The window as a person sees it."""
        self.settle()
        self.window.grab().save(str(file))


def _type(widget: QWidget, letter: str) -> None:
    """Type one letter. QTest knows keys only for those of ASCII."""
    if letter.isascii():
        QTest.keyClicks(widget, letter)
        return
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


def _move(widget: QWidget, position: QPoint) -> None:
    """Move with the button held, which QTest.mouseMove doesn't report."""
    where = QPointF(position)
    button = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, where, QPointF(widget.mapToGlobal(position)), Qt.MouseButton.NoButton, button,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    QApplication.processEvents()
