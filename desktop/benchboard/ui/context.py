"""What the shell passes to a room: the actor, the database, background tasks, change notices and navigation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtCore import QObject, QPoint, QTimer, Signal

from benchboard.errors import AppError
from benchboard.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from benchboard.identity.permissions import Actor
    from benchboard.storage.engine import Transactions
    from benchboard.ui.problems import Problems
    from benchboard.ui.tasks import Tasks
    from benchboard.ui.theme import Theme
    from benchboard.ui.widgets.status_bar import StatusBar
    from benchboard.workspace import Workspace

ANYTHING: frozenset[str] = frozenset()
LIVE_VALUES: Final = "live values"
"""What changed, in place of a table's name, when a data source on a live bus has new values, or lost its bus."""
LIVE_BUS: Final = "live bus"
"""The same, only when one begins or ends to receive."""


class ChangeNotices(QObject):
    """Notifies screens which tables changed: changes by this program at once, by another one within two seconds.

    `tables_changed` carries the tables' names; an empty set (`ANYTHING`) means all. The notice of a commit comes before
    the `done` of the change that made it.
    """

    tables_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watchers: list[tuple[frozenset[str], QTimer]] = []
        self.tables_changed.connect(self._start_watchers)

    def watch(self, owner: QObject, tables: Iterable[str], refresh: Callable[[], None]) -> None:
        """Call `refresh` after changes to `tables`, once for several in quick succession, as long as `owner` exists."""
        timer = QTimer(owner)
        timer.setSingleShot(True)
        timer.timeout.connect(refresh)
        self._drop_deleted()
        self._watchers.append((frozenset(tables), timer))

    def _drop_deleted(self) -> None:
        self._watchers = [(tables, timer) for tables, timer in self._watchers if shiboken6.isValid(timer)]

    def _start_watchers(self, touched: frozenset[str]) -> None:
        self._drop_deleted()
        for tables, timer in self._watchers:
            if not touched or touched & tables:
                timer.start(0)


class DatabaseState(QObject):
    """Whether the database can be used, as the session's polls found it last. Every screen that says so asks it."""

    changed = Signal()

    def __init__(self, session: QObject) -> None:
        super().__init__(session)
        self.unreachable_since: datetime | None = None
        self.file_unusable: AppError | None = None
        """Why nothing is saved: the database file is gone, was replaced or is damaged."""

    @classmethod
    def of(cls, session: QObject) -> "DatabaseState":
        """The state of a session's database. It outlives a window that is rebuilt in another language."""
        return session.findChild(cls) or cls(session)

    def set_reachable(self, reachable: bool) -> None:
        """The database is reachable again, or not any more from now on."""
        self.unreachable_since = None if reachable else datetime.now().astimezone()
        self.changed.emit()

    def set_file_unusable(self, error: AppError | None) -> None:
        """The database file is gone, was replaced or is damaged; None if it can be used again."""
        self.file_unusable = error
        self.changed.emit()


@dataclass
class Context:
    """What a room needs of the signed-in session. A new one is created at every sign-in."""

    workspace: "Workspace"
    actor: "Actor"
    tasks: "Tasks"
    problems: "Problems"
    theme: "Theme"
    settings: Settings
    changed: ChangeNotices
    """`ctx.changed.watch(self, {"users"}, self.refresh)`."""
    status: "StatusBar"
    go: Callable[[str], None]
    """Go to an address: `bench/dongles`, `studio/home`, `admin/people/<id>`."""
    apply_settings: Callable[[Settings], None]
    """Save changed settings and apply them."""
    sign_out: Callable[[], None]
    choose_location: Callable[[], None]
    """Sign out to choose where the data is kept."""
    session: QObject
    """Exists until sign-out, also when the window is rebuilt in another language: the parent of objects that must
    too.
    """
    tab_at: Callable[[QPoint], str] = lambda _spot: ""
    """The address of the view whose header tab is at a point of the screen; empty if there is none."""
    view: Callable[[str], "QWidget | None"] = lambda _address: None
    """The view at an address, built if it wasn't open yet, but not shown; None if there is none for this person."""
    run_command: Callable[[str], None] = lambda _id: None
    """Run a command of the current view, by its id."""

    @cached_property
    def database_state(self) -> DatabaseState:
        """Whether the database can be used now. What was found last can be read after sign-out too: Qt deletes the
        session before the screens that show it.
        """
        return DatabaseState.of(self.session)

    @property
    def database(self) -> "Transactions":
        """Reads and changes as the actor, for work that opens its own transactions on a thread of its own."""
        return self.workspace.database.bind(self.actor)
