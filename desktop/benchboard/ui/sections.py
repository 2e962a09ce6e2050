"""What the shell knows of a room: its name, its icon, the permission it needs, its places and its commands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from benchboard.ui.commands import Handlers

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Something a room has under a name, and the address that leads to it."""

    title: str
    address: str
    subtitle: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class RoomView:
    """A tab of a room, its title marked with `i18n.N_`.

    `build` is called once, when somebody goes there first; its widget owns everything below the tabs.
    """

    key: str
    title: str
    build: "Callable[[Context], QWidget]"


def _no_handlers(_context: "Context") -> Handlers:
    return {}


def _no_results(_context: "Context", _session: "DatabaseSession", _text: str) -> Sequence[SearchResult]:
    return ()


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the rail, for those who may do `act` (empty: everyone).

    Titles are marked with `i18n.N_` and translated when they are shown. A room's mark is shown filled while it is
    the current one (`<icon>-fill`). `handlers` are of the commands that can be run from any room. `finds` is asked on
    a thread for what has `text` in its name.
    """

    key: str
    title: str
    icon: str
    act: str
    views: tuple[RoomView, ...]
    handlers: "Callable[[Context], Handlers]" = _no_handlers
    search: "Callable[[Context, DatabaseSession, str], Sequence[SearchResult]]" = _no_results


@runtime_checkable
class AcceptsRoute(Protocol):
    """A place that takes the rest of an address: `admin/people/<id>` calls `opened("<id>")`."""

    def open_route(self, rest: str) -> None: ...


@runtime_checkable
class Closable(Protocol):
    """A place with unsaved work: `closing` saves it or answers False to stay. Where nobody stays, `closed` ends what is
    under way: a place that said yes goes on where another one said no."""

    def prepare_close(self) -> bool: ...

    def finish_close(self) -> None: ...


@runtime_checkable
class Restorable(Protocol):
    """A place that can say how it is shown, scrolled to where, and be shown so again when the window is made anew."""

    def save_state(self) -> object: ...

    def restore_state(self, state: object) -> None: ...


@runtime_checkable
class HasUnsavedChanges(Protocol):
    """A place that can name what is not stored yet; empty if nothing. It says when that changes."""

    @property
    def unsaved_changed(self) -> SignalInstance: ...

    def unsaved(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PendingConflict:
    """What two people changed differently in the same thing, and the way to where that is decided."""

    key: str
    name: str
    count: int
    resolve: Callable[[], None]


@runtime_checkable
class HasConflicts(HasUnsavedChanges, Protocol):
    """A place where somebody's decision is waited for."""

    def conflicts(self) -> Sequence[PendingConflict]: ...


@runtime_checkable
class HasPanes(Protocol):
    """A place of several panes; those on show, in the order F6 goes through them."""

    def panes(self) -> Sequence[QWidget]: ...


@runtime_checkable
class CanPresent(Protocol):
    """A place that can have the window for itself; it says from when and until when. Esc ends
    that, wherever the keyboard is."""

    @property
    def presenting_changed(self) -> SignalInstance: ...

    def stop_presenting(self) -> None: ...


@runtime_checkable
class HasCommands(Protocol):
    """A place with commands of its own: those that can be run in it, now or after what a handler says first."""

    def command_handlers(self) -> Handlers: ...
