"""Reads what dashboards show that nobody opened here yet, for their thumbnails: one at a time, in the background."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.analytics.sources.services import get_source
from benchboard.dashboards import library
from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.layout import walk_items
from benchboard.dashboards.thumbnail_data import PageData
from benchboard.errors import AppError
from benchboard.ui.studio.data_access import widgets_denied
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.library.shown_data import ShownDataStore, page_data
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.variable_options import VariableQueryRunner

if TYPE_CHECKING:
    from benchboard.identity.permissions import Actor
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_MOST: Final = 12
"""Most dashboards of a list that are read: about those that are in sight when it is first shown."""
SETTLE_MS: Final = 100
"""How long after its last result a page counts as complete: other queries may follow from a variable's options."""


_RESUME_MS: Final = 250
"""How long a list is back in front before its dashboards are read: often another one is opened at once."""


class UnopenedPages(QObject):
    """Runs the queries of listed dashboards of which nothing is known, and notes what they show."""

    def __init__(self, context: "Context", data: ShownDataStore, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._data = context, data
        self._waiting: list[str] = []
        self._asked: set[str] = set()
        """Those that were read, or couldn't be: each is tried once."""
        self._current = ""
        self._page: _UnopenedPage | None = None
        self._is_paused = False
        self._resume_timer = QTimer(self, interval=_RESUME_MS, singleShot=True)
        self._resume_timer.timeout.connect(self._resume)
        data.changed.connect(self._read_next)

    @property
    def reading(self) -> str:
        """The dashboard that is being read; empty if none is."""
        return self._current

    def pause(self) -> None:
        """Stop reading until `resume`: queries that nobody asked for don't keep others waiting."""
        self._is_paused = True
        self._resume_timer.stop()
        if self._current:
            self._asked.discard(self._current)
            self._waiting.insert(0, self._current)
        if self._page is not None:
            self._page.cancel()
        self._page, self._current = None, ""

    def resume(self) -> None:
        """Go on with what waits, unless `pause` follows at once: an import that ended opens what it imported."""
        if self._is_paused:
            self._resume_timer.start()

    def _resume(self) -> None:
        self._is_paused = False
        self._read_next()

    def read(self, dashboard_ids: Sequence[str]) -> None:
        """Read the first of these dashboards, unless what they show is known."""
        self._waiting = [one for one in dict.fromkeys(dashboard_ids) if one not in self._asked][:_MOST]
        self._read_next()

    def _read_next(self) -> None:
        if self._current or self._is_paused or not self._data.is_read or widgets_denied(self._context.actor):
            return
        self._waiting = [one for one in self._waiting if not self._data.knows(one)]
        if not self._waiting:
            return
        self._current = dashboard_id = self._waiting.pop(0)
        self._asked.add(dashboard_id)
        actor = self._context.actor
        self._context.tasks.read(
            self,
            lambda session: _local_document(session, actor, dashboard_id),
            partial(self._run, dashboard_id),
            lambda _error: self._finish(dashboard_id),  # whoever opens it is told
        )

    def _run(self, dashboard_id: str, document: Document | None) -> None:
        if dashboard_id != self._current or self._page is not None:
            return  # paused meanwhile
        if document is None:
            self._finish(dashboard_id)
            return
        self._page = _UnopenedPage(self._context, document, self)
        self._page.ready.connect(partial(self._note, dashboard_id, self._page))

    def _note(self, dashboard_id: str, page: "_UnopenedPage") -> None:
        if not self._data.knows(dashboard_id):  # else it was opened meanwhile
            self._data.remember(dashboard_id, page.data())
        page.deleteLater()
        self._page = None
        self._finish(dashboard_id)

    def _finish(self, dashboard_id: str) -> None:
        if dashboard_id == self._current:
            self._current = ""
            self._read_next()


class _UnopenedPage(QObject):
    """One page whose queries run. Its values have colours of their own, so no other page can use it."""

    ready = Signal()
    """All queries have run. Emitted once."""

    def __init__(self, context: "Context", document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._editor = Editor(self)
        self._variables = VariableQueryRunner(context, self._editor, self)
        self._queries = WidgetQueryRunner(context, self._editor, self)
        self._settled = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settled.timeout.connect(self._tell_ready)
        self._queries.result_changed.connect(lambda _item_id: self._settled.start())
        self._variables.state_changed.connect(lambda _name: self._settled.start())
        self._editor.load(document)
        self._settled.start()

    def data(self) -> PageData:
        """What its widgets show."""
        return page_data(self._editor.widgets(), self._queries)

    def cancel(self) -> None:
        """Cancel its queries; it is never ready."""
        self._settled.stop()
        self._queries.blockSignals(True)
        self._variables.blockSignals(True)
        self._queries.cancel_all()
        self._variables.cancel_all()
        self.deleteLater()

    def _tell_ready(self) -> None:
        if not self._queries.busy and not self._variables.busy:
            self._queries.blockSignals(True)
            self.ready.emit()


def _local_document(session: "DatabaseSession", actor: "Actor", dashboard_id: str) -> Document | None:
    """A dashboard, if all of its data are on this computer: nobody asked for these queries, and a server may charge for
    them."""
    document = library.get_dashboard(session, actor, dashboard_id).document
    widgets = [widget_of(one.item) for one in walk_items(document.layout) if not one.item.panes]
    named = [one.data_source_id for one in widgets] + [one.data_source_id for one in document.variables]
    sources = {*named} - {""}
    return None if any(_is_remote(session, actor, one) for one in sources) else document


def _is_remote(session: "DatabaseSession", actor: "Actor", source_id: str) -> bool:
    try:
        return bool(get_source(session, actor, source_id).server)
    except AppError:
        return False  # what isn't there can't be read
