"""What tests of the window share: a hand that clicks by name, an ear for failures, a room to be in."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from benchboard.errors import AppError
from benchboard.ui.commands import REGISTRY, Command, Handler
from benchboard.ui.context import Context
from benchboard.ui.sections import Room, RoomView

LOADING_DELAY_MS: Final = 60_000


class Patient(QtBot):
    """Waits a minute for whatever must come. How long it takes says how busy the machine is, and nothing about the
    code; what comes is not waited for any longer than before."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = LOADING_DELAY_MS) -> None:
        super().waitUntil(callback, timeout=max(timeout, LOADING_DELAY_MS))

    def waitSignal(self, signal: Any, *, timeout: int = LOADING_DELAY_MS, **more: Any) -> Any:
        return super().waitSignal(signal, timeout=max(timeout, LOADING_DELAY_MS), **more)


class Spoken:
    """Stands where `Problems` does and keeps what it was told."""

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
        """What was shown stays here, to be asserted."""


def visible(window: QWidget, name: str) -> bool:
    """Whether a widget of that name is on screen."""
    return any(one.isVisible() for one in window.findChildren(QWidget, name))


class Hand:
    """Finds widgets by their objectName in a window and presses them with mouse and keys."""

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


class Bench(QWidget):
    """A place that takes an address, may refuse to close and may have something unsaved."""

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
        self.field.setObjectName("place_field")
        column.addWidget(self.field)
        context.changed.watch(self, {"users"}, self._refresh)

    def open_route(self, rest: str) -> None:
        self.rests.append(rest)

    def prepare_close(self) -> bool:
        return self.leaves

    def finish_close(self) -> None:
        """Nothing is under way here."""

    def unsaved(self) -> str:
        return self.draft

    def _refresh(self) -> None:
        self.refreshed += 1


REGISTRY.register(Command("test.pair", "Pair a dongle", "Dongles", icon="bb.dongle"))


def rooms(done: list[str]) -> tuple[Room, ...]:
    """Three rooms with places and a command that writes into `done`."""
    pair = Handler(lambda: done.append("paired"), subtitle="Walks through four steps")
    return (
        Room(
            "bench",
            "Bench",
            "bb.plug",
            "bench:enter",
            (RoomView("dongles", "Dongles", Bench), RoomView("timing", "Timing", Bench)),
            lambda _context: {"test.pair": pair},
        ),
        Room("studio", "Studio", "ph.squares-four", "studio:enter", (RoomView("home", "Home", Bench),)),
        Room("admin", "Admin", "ph.users", "admin:enter", (RoomView("people", "People", Bench),)),
    )
