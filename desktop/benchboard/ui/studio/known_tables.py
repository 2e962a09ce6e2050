"""The tables that a person may query, as the editors of SQL know them: read once, in the background."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from benchboard.analytics import table_browser
from benchboard.analytics.relations import watched_tables
from benchboard.analytics.table_browser import BrowsedSource
from benchboard.errors import AppError

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class KnownTables(QObject):
    """Reads the tables when they are first asked for, and again after they changed; `changed` follows."""

    changed = Signal()

    def __init__(self, context: "Context", parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._is_reading = self._is_outdated = False
        self.sources: tuple[BrowsedSource, ...] | None = None
        """None until they are known."""
        self.error: AppError | None = None
        context.changed.watch(self, {"data_sources", "data_models", *watched_tables()}, self._forget)

    def request(self) -> None:
        """Read them, unless they are known or being read."""
        if self._is_reading or (self.sources is not None and not self._is_outdated):
            return
        self._is_reading, self._is_outdated = True, False
        actor = self._context.actor
        self._context.tasks.read(
            self, lambda session: table_browser.list_tables(session, actor), self.show_sources, self._failed
        )

    def show_sources(self, sources: tuple[BrowsedSource, ...]) -> None:
        """Take what was read, here or by the view around."""
        self._is_reading = self._is_outdated = False
        self.sources, self.error = sources, None
        self.changed.emit()

    def _failed(self, error: AppError) -> None:
        self._is_reading, self.error = False, error
        self.changed.emit()

    def _forget(self) -> None:
        self._is_outdated = True
