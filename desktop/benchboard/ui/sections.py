"""What the shell knows about a room: its title, icon, permission, views and commands, and the protocols of its
views.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from benchboard.ui.commands import Handlers

if TYPE_CHECKING:
    from benchboard.identity.permissions import Actor
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession
    from benchboard.ui.widgets.banners import BannerPlace


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An item found in a room by name, with its address."""

    title: str
    address: str
    subtitle: str = ""
    icon: str = ""
    kind: str = ""
    """What it is one of, as the heading above them."""


@dataclass(frozen=True, slots=True)
class RoomView:
    """A tab of a room, its title marked with `i18n.N_`.

    `build` is called once, when the view is first opened; its widget fills everything below the tabs.
    """

    key: str
    title: str
    build: "Callable[[Context], QWidget]"
    search_terms: str = ""
    """What else the palette finds it by, marked with `i18n.N_`."""
    first_page: str = ""
    """The rest of the palette's address of the view, if that may have been left at another page."""


def _no_handlers(_context: "Context") -> Handlers:
    return {}


def _no_results(_context: "Context", _session: "DatabaseSession", _text: str) -> Sequence[SearchResult]:
    return ()


def _nothing_recent(_context: "Context", _session: "DatabaseSession") -> Sequence[SearchResult]:
    return ()


def _start_nothing(_context: "Context") -> None:
    pass


def _ends_nothing(_context: "Context") -> str:
    return ""


def _leave_nothing(_context: "Context") -> None:
    pass


@dataclass(frozen=True, slots=True)
class Room:
    """A room in the rail, for users with permission `act` (empty: everyone).

    Titles are marked with `i18n.N_` and translated when they are shown. The current room shows the filled icon
    (`<icon>-fill`). `handlers` are of the commands that can be run from any room. `search` runs on a worker thread and
    returns the items with `text` in their names. `start` is called once for each window, before any view is opened, for
    what the room shows outside its views. `ends_with_session` says what of the room stops at sign-out; empty if nothing
    does. `recent` runs on a worker thread and returns the items that the user opened last. `leave` is called when the
    user may not enter the room any more: it stops what goes on until the session's end, outside the room's views.
    """

    key: str
    title: str
    icon: str
    act: str
    views: tuple[RoomView, ...]
    handlers: "Callable[[Context], Handlers]" = _no_handlers
    search: "Callable[[Context, DatabaseSession, str], Sequence[SearchResult]]" = _no_results
    start: "Callable[[Context], None]" = _start_nothing
    ends_with_session: "Callable[[Context], str]" = _ends_nothing
    recent: "Callable[[Context, DatabaseSession], Sequence[SearchResult]]" = _nothing_recent
    leave: "Callable[[Context], None]" = _leave_nothing


def permitted_rooms(rooms: Sequence[Room], actor: "Actor") -> list[Room]:
    """The rooms in the rail: those that the actor's roles permit (`identity.roles.RULES`)."""
    from benchboard.identity.permissions import has_permission

    return [room for room in rooms if not room.act or has_permission(actor, room.act)]


@runtime_checkable
class AcceptsRoute(Protocol):
    """A view that takes the rest of an address: `admin/people/<id>` calls `open_route("<id>")`."""

    def open_route(self, rest: str) -> None: ...


@runtime_checkable
class Closable(Protocol):
    """A view with unsaved work: `prepare_close` saves it, or returns False to stay open.

    `finish_close` is called once every view has agreed, and ends pending work; if one refuses, the others stay open
    too.
    """

    def prepare_close(self) -> bool: ...

    def finish_close(self) -> None: ...


@runtime_checkable
class Restorable(Protocol):
    """A view whose state (scroll position, focus, …) survives the rebuilding of the window."""

    def save_state(self) -> object: ...

    def restore_state(self, state: object) -> None: ...


@runtime_checkable
class HasUnsavedChanges(Protocol):
    """A view that names its unsaved work (empty: none), and signals when that changes."""

    @property
    def unsaved_changed(self) -> SignalInstance: ...

    def unsaved(self) -> str: ...


@runtime_checkable
class LosesUnsavedChanges(Protocol):
    """A view whose unsaved work is kept nowhere: the window asks before the session ends. `lost_with_session` takes
    what is typed and names what would be lost (empty: nothing)."""

    def lost_with_session(self) -> str: ...


@runtime_checkable
class SaysSaved(Protocol):
    """A view that says itself, where it is edited, whether all is saved: the status bar shows it too, without reading
    it out."""

    def says_saved(self) -> bool: ...


@runtime_checkable
class CountsContent(Protocol):
    """A view that says how much it shows now, such as “12 widgets”; empty where its lists say it, or there is none."""

    def content_text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PendingConflict:
    """A conflict between two people's edits, and the function that opens the view where it is resolved."""

    key: str
    name: str
    count: int
    resolve: Callable[[], None]


@runtime_checkable
class HasConflicts(HasUnsavedChanges, Protocol):
    """A view with conflicts to resolve."""

    def conflicts(self) -> Sequence[PendingConflict]: ...


@runtime_checkable
class Refreshable(Protocol):
    """A view that does more to refresh than to read again what changed in the database."""

    def refresh_view(self) -> None: ...


@runtime_checkable
class HasPanes(Protocol):
    """A view of several panes; `panes` are the visible ones in F6 order."""

    def panes(self) -> Sequence[QWidget]: ...


@runtime_checkable
class HasEntry(Protocol):
    """A pane that F6 enters at its `entry`, such as its list, and not at a button above it; None while that isn't
    shown."""

    @property
    def entry(self) -> QWidget | None: ...


@runtime_checkable
class HasBannerPlace(Protocol):
    """A view that shows banners below its own toolbars; None while it shows something without such a place.

    The banners of other views are shown above them, under the tabs.
    """

    @property
    def banner_place(self) -> "BannerPlace | None": ...


@runtime_checkable
class MovesBannerPlace(HasBannerPlace, Protocol):
    """A view of several pages, each with its own place, that signals when another page is shown."""

    @property
    def banner_place_changed(self) -> SignalInstance: ...


@runtime_checkable
class ShowsDocuments(Protocol):
    """A view with a tab for each open document: the window's title has the name of that in front."""

    @property
    def document_changed(self) -> SignalInstance: ...

    def document_name(self) -> str: ...


@runtime_checkable
class CanPresent(Protocol):
    """A view that can fill the window (present), and signals when that starts and ends.

    Esc ends it, wherever the focus is.
    """

    @property
    def presenting_changed(self) -> SignalInstance: ...

    def stop_presenting(self) -> None: ...


@runtime_checkable
class LeavesByEscape(Protocol):
    """A view that may show something in place of its page, which Esc leaves wherever the focus is."""

    def leave_by_escape(self) -> bool:
        """Leave it; returns False if there is nothing to leave."""


@runtime_checkable
class StepsBack(Protocol):
    """A view with pages of its own, which going back returns through before it leaves the view."""

    @property
    def can_step_back(self) -> bool:
        """Whether the page that is shown was opened from another one."""

    def step_back(self) -> None:
        """Return to that one."""


@runtime_checkable
class HasStart(Protocol):
    """A view that opens other pages over its own: its tab, pressed while it is in front, leads back to that."""

    def show_start(self) -> None:
        """Show the page that the view begins with."""


class DocumentTabs(Protocol):
    """The tabs of a view's open documents: a widget. `room_changed` is emitted when it may need another width."""

    @property
    def room_changed(self) -> SignalInstance: ...

    @property
    def least_width(self) -> int: ...

    def set_in_header(self, in_header: bool) -> None: ...


@runtime_checkable
class HasDocumentTabs(Protocol):
    """A view with tabs for its open documents, which stand in the header where that has room for them.

    `take_document_tabs` puts them into the view.
    """

    @property
    def document_tabs(self) -> DocumentTabs: ...

    def take_document_tabs(self) -> None: ...


@dataclass(frozen=True, slots=True)
class PageItem:
    """Something on the page that is shown, such as a widget, and the function that goes to it."""

    title: str
    go: Callable[[], None]
    subtitle: str = ""
    icon: str = ""


@runtime_checkable
class HasItems(Protocol):
    """A view with items that the command palette finds by name."""

    def page_items(self) -> Sequence[PageItem]: ...


@runtime_checkable
class HasCommands(Protocol):
    """A view with commands of its own."""

    def command_handlers(self) -> Handlers: ...
