"""The data that a new widget begins with: those that its page shows already, or else that were added last."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from benchboard.analytics import relations
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.ranged_query import ranged_query
from benchboard.analytics.sources import services
from benchboard.analytics.table_browser import BrowsedSource, list_tables
from benchboard.dashboards.document.widget_kinds import WidgetKind
from benchboard.dashboards.editing.column_filter import with_page_filters
from benchboard.identity.permissions import has_permission
from benchboard.paging import Listing
from benchboard.ui.studio.data_access import can_have_orders, explore_denied, may_add_data
from benchboard.ui.studio.document.editor import DataOffer, Editor
from benchboard.ui.studio.panes.inspector import starting_query
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

_ORDERS = "orders"
"""The relation that the queries of `widget_kinds` name."""
_Found = tuple[tuple[BrowsedSource, ...], str]
"""Data sources with their tables, and the id of the one that was added or refreshed last."""


class _SourceList(QObject):
    """Reads in the background which sources there are, for all pages of a session's window."""

    changed = Signal()

    def __init__(self, context: "Context") -> None:
        super().__init__(context.changed)
        self._context = context
        self.found: _Found | None = None
        """What was read last; None until then."""
        context.changed.watch(self, relations.watched_tables() | {"data_sources", "data_models"}, self.read)

    @staticmethod
    def of(context: "Context") -> "_SourceList":
        """The instance of a session's window."""
        return context.changed.findChild(_SourceList) or _SourceList(context)

    def read(self) -> None:
        """Read them again; `changed` follows, unless they can't be read."""
        actor = self._context.actor

        def read(session: "DatabaseSession") -> _Found:
            newest = ""
            if has_permission(actor, "sources:read"):
                listing = Listing(sort="last_sync", descending=True)
                rows = services.list_sources(session, actor, listing, limit=1).rows
                newest = rows[0].id if rows else ""
            return list_tables(session, actor), newest

        self._context.tasks.read(self, read, self._note, lambda _error: None)  # each widget says what is wrong

    def _note(self, found: _Found) -> None:
        self.found = found
        self.changed.emit()


class StartingData(QObject):
    """Gives the new widgets of an editor what they begin with."""

    def __init__(self, context: "Context", editor: Editor, runner: WidgetQueryRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._editor, self._runner = context, editor, runner
        self._sources: dict[str, BrowsedSource] | None = None
        """The sources that a query can name, the newest last; None until they are read."""
        editor.starting_fields = self.fields
        if explore_denied(context.actor) is None:
            self._list = _SourceList.of(context)
            self._list.changed.connect(self._show)
            if self._list.found is None:
                self._list.read()
            else:
                self._show()

    @property
    def known(self) -> tuple[str, ...] | None:
        """The ids of sources that a new widget can begin with, empty for orders; None until they are read."""
        return None if self._sources is None else tuple(self._sources)

    def fields(self, kind: WidgetKind) -> Mapping[str, object]:
        """The fields of a new widget that aren't those of its kind; None takes one away."""
        source_id = self._source()
        if not kind.query:
            return {}
        sources = tuple((self._sources or {}).values())
        if source_id == "":
            query = self._following(kind.query, source_id)
            return {"query": query} if query != kind.query else {}
        if source_id is None or self._sources is None:
            return {"query": None}
        query = self._following(starting_query(kind, sources, source_id), source_id)
        query, _labels = with_page_filters(self._editor.document, query, source_id, sources)
        return {"query": query or None, "data_source_id": source_id}

    def _following(self, query: str, source_id: str) -> str:
        """The query as one that follows the page's time range, if the page has one and the query can."""
        source = (self._sources or {}).get(source_id)
        follows = self._editor.document.time is not None or any(
            one.kind is not None and one.kind.query and self._editor.uses_time(one.query)
            for one in self._editor.widgets()
        )
        if source is None or not follows:
            return query

        def columns(name: str) -> list[tuple[str, ValueKind]]:
            table = source.table(name)
            return [(one.name, one.kind) for one in table.columns if one.aggregate is None] if table is not None else []

        return ranged_query(query, source_id, source.question("").dialect, columns) or query

    def _source(self) -> str | None:
        """The id of the source to begin with; empty for Benchboard's own data, None if there are no data."""
        if self._sources is None:
            return "" if can_have_orders(self._context.workspace.location) else None
        used = [one.data_source_id for one in self._editor.widgets()
                if one.kind is not None and one.kind.query and one.query.strip()]  # fmt: skip
        for source_id, _count in Counter(reversed(used)).most_common():
            if source_id in self._sources:
                return source_id
        return next(reversed(self._sources), None)

    def _show(self) -> None:
        if self._list.found is None:
            return
        sources, newest = self._list.found
        usable = [one for one in sources if one.tables and (one.id or one.table(_ORDERS) is not None)]
        usable.sort(key=lambda one: (bool(one.id), one.id == newest))
        self._sources = {one.id: one for one in usable}
        offer: DataOffer = "choose" if self._sources else "add" if may_add_data(self._context.actor) else ""
        if offer != self._editor.data_offer:
            self._editor.data_offer = offer
            for widget in self._editor.widgets():
                if widget.kind is not None and widget.kind.query and not widget.query.strip():
                    self._runner.result_changed.emit(widget.id)  # its tile says what to do
