"""Stores that a source can be read again, once a query or a list shows it: every view then says so."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.sources.recovery import clear_problem, mended_state
from benchboard.errors import AppError
from benchboard.identity.permissions import has_permission

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession


class RecoveredSources(QObject):
    """Of a user who may not change sources, nothing is stored: the views find it by themselves when they next read."""

    def __init__(self, context: "Context", parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._asked: set[str] = set()
        """The sources that are looked at now."""

    def note(self, source_id: str) -> None:
        """A source that couldn't be read when it was last refreshed may be readable again."""
        actor = self._context.actor
        if source_id in self._asked or not has_permission(actor, "sources:write"):
            return
        self._asked.add(source_id)

        def look(session: "DatabaseSession") -> Mapping[str, Any] | None:
            return mended_state(session, actor, source_id, CancelToken())

        def looked(mended: Mapping[str, Any] | None) -> None:
            if mended is None:
                done()
                return
            self._context.tasks.change(
                self, lambda session: clear_problem(session, actor, source_id, mended), done, failed
            )

        def done(_none: None = None) -> None:
            self._asked.discard(source_id)

        def failed(_error: AppError) -> None:
            """The state stays as it is: the next read looks again."""
            done()

        self._context.tasks.read(self, look, looked, failed, long=True)
