"""What tests of the window share: clicks by widget name, problems that are recorded, and rooms with fake sections."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from benchboard.errors import AppError
from benchboard.ui.commands import REGISTRY, Command, CommandGroup, Handler
from benchboard.ui.context import Context
from benchboard.ui.sections import Room, RoomView

TIMEOUT_MS: Final = 60_000


class PatientQtBot(QtBot):
    """Waits up to a minute for a condition or signal: how long it takes depends on the machine, not on the code."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = TIMEOUT_MS) -> None:
        super().waitUntil(callback, timeout=max(timeout, TIMEOUT_MS))

    def waitSignal(self, signal: Any, *, timeout: int = TIMEOUT_MS, **more: Any) -> Any:
        return super().waitSignal(signal, timeout=max(timeout, TIMEOUT_MS), **more)


class ShownWindows(QObject):
    """An event filter of the application that notes what is shown as a window of its own: it takes the keys."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


class RecordedProblems:
    """Stands in for `Problems` and records what is reported to it."""

    def __init__(self) -> None:
        self.errors: list[AppError] = []
        self.retries: list[Callable[[], None] | None] = []
        self.bugs: list[BaseException] = []

    def show(self, error: AppError, retry: Callable[[], None] | None = None) -> None:
        self.errors.append(error)
        self.retries.append(retry)

    def bug(self, error: BaseException) -> None:
        self.bugs.append(error)

    @contextmanager
    def failing(self, _task: Hashable) -> Iterator[None]:
        yield

    def succeeded(self, task: Hashable) -> None:
        """What was reported stays recorded, to be asserted."""


def visible(window: QWidget, name: str) -> bool:
    """Whether a widget of that name is on screen."""
    return any(one.isVisible() for one in window.findChildren(QWidget, name))


class Clicker:
    """Finds the visible widgets of a window by objectName, clicks them and types into them."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot

    def find(self, window: QWidget, name: str) -> QWidget:
        """The visible widget called `name`; waits for it."""

        def visible() -> list[QWidget]:
            return [widget for widget in window.findChildren(QWidget, name) if widget.isVisible()]

        self._qtbot.waitUntil(lambda: bool(visible()))
        return visible()[-1]

    def __call__(self, window: QWidget, name: str, at: QPoint | None = None) -> QWidget:
        widget = self.find(window, name)
        self._qtbot.waitUntil(widget.isEnabled)
        self._qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())
        return widget

    def type(self, window: QWidget, name: str, text: str) -> QWidget:
        widget = self(window, name)
        self._qtbot.keyClicks(widget, text)
        return widget


class FakeSection(QWidget):
    """A section that takes an address, may refuse to close and may have something unsaved."""

    unsaved_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.rests: list[str] = []
        self.refreshed = 0
        self.leaves = True
        self.draft = ""
        column = QVBoxLayout(self)
        self.field = QLineEdit()
        self.field.setObjectName("view_field")
        column.addWidget(self.field)
        context.changed.watch(self, {"users"}, self._refresh)

    def open_route(self, rest: str) -> None:
        self.rests.append(rest)

    def prepare_close(self) -> bool:
        return self.leaves

    def finish_close(self) -> None:
        """There is nothing to end."""

    def unsaved(self) -> str:
        return self.draft

    def _refresh(self) -> None:
        self.refreshed += 1


REGISTRY.register(Command("test.pair", "Pair a dongle", CommandGroup.DONGLES, icon="bb.dongle"))


def rooms(done: list[str]) -> tuple[Room, ...]:
    """Three rooms of fake sections, and a command that writes into `done`."""
    pair = Handler(lambda: done.append("paired"), subtitle="Walks through four steps")
    return (
        Room(
            "bench",
            "Bench",
            "bb.plug",
            "bench:enter",
            (RoomView("dongles", "Dongles", FakeSection), RoomView("timing", "Bit timing", FakeSection)),
            lambda _context: {"test.pair": pair},
        ),
        Room("studio", "Studio", "ph.squares-four", "studio:enter", (RoomView("home", "Home", FakeSection),)),
        Room("admin", "Admin", "ph.users", "admin:enter", (RoomView("people", "People", FakeSection),)),
    )
