"""A page with its repeats expanded, for export: one copy for each value of a variable, each with its own result."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from benchboard.dashboards.editing.unused_filters import UnusedFilters, unused_filters
from benchboard.dashboards.layout import PageIndex
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.query_results import WidgetQueryRunner
from benchboard.ui.studio.tiles.results.query_result import QueryResult

if TYPE_CHECKING:
    from benchboard.ui.context import Context


class ExpandedPage(QObject):
    """An editor's page as a reader sees it. It runs all queries again, and is `busy` until they have finished."""

    ready = Signal()
    """The last result has arrived."""

    def __init__(self, context: "Context", editor: Editor, parent: QObject, shown: WidgetQueryRunner) -> None:
        super().__init__(parent)
        self._shown = shown
        self._editor = Editor(self)
        self._editor.rejected.connect(context.problems.show)
        self._query_runner = WidgetQueryRunner(context, self._editor, self)
        self._query_runner.colours = shown.colours.copy()  # as on the screen
        self._query_runner.result_changed.connect(self._emit_when_ready)
        self._editor.show_as_reader(editor)

    @property
    def page(self) -> PageIndex:
        """The page with its copies."""
        return self._editor.rendered_page

    @property
    def unused_filters(self) -> Mapping[str, UnusedFilters]:
        """The filters that its widgets don't use, by the ids of these."""
        return unused_filters(self._editor.state.view)

    @property
    def busy(self) -> bool:
        """Whether a query is waiting or running."""
        return self._query_runner.busy

    def result(self, item_id: str) -> QueryResult | None:
        """The latest result of a widget of the page, with what its legend hides on the screen."""
        found = self._query_runner.result(item_id)
        choice = self._shown.legend_choice(self._editor.sources.get(item_id, item_id))
        return replace(found, legend=choice) if found is not None else None

    def copies(self, ids: Sequence[str]) -> tuple[str, ...]:
        """The ids on the page that are copies of these widgets of the document, or those themselves."""
        sources = self._editor.sources
        return tuple(name for name in self.page.shown if sources.get(name, name) in ids)

    def cancel(self) -> None:
        """Cancel the queries that are waiting or running."""
        self._query_runner.cancel_all()

    def _emit_when_ready(self, _item_id: str) -> None:
        if not self.busy:
            self.ready.emit()
