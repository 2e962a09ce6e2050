"""Runs the queries of a page's widgets, and decodes their images, in the background, and keeps the latest result of
each.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.analytics import queries, relations
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.line_reduction import Reduction
from benchboard.analytics.number_history import number_history
from benchboard.analytics.period_step import step_of
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_extent import query_extent
from benchboard.analytics.repeated_rows import repeated_rows
from benchboard.analytics.sources.file_news import SourceNews, source_news
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.time_range import Period, TimeRange
from benchboard.dashboards.document.widget_kinds import IMAGE, READ_WHOLE, WidgetContent
from benchboard.dashboards.period_before import PeriodBefore, compared_card, compared_rows
from benchboard.dashboards.undated_rows import undated_rows
from benchboard.dashboards.variables.templating import selection_summary
from benchboard.dashboards.variables.variable_queries import names_in, readable
from benchboard.dashboards.widget_currencies import widget_currencies
from benchboard.dashboards.widget_rows import compares
from benchboard.errors import AppError, Cancelled, Invalid, NotFound, Unavailable
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.recovered_sources import RecoveredSources
from benchboard.ui.studio.tiles.image_painting import decode_data_uri, pixels_per_image
from benchboard.ui.studio.tiles.kinds.drawn_values import drawn_values
from benchboard.ui.studio.tiles.kinds.pivot import prepare
from benchboard.ui.studio.tiles.line_reader import LineReader
from benchboard.ui.studio.tiles.numbers.collation import collated
from benchboard.ui.studio.tiles.numbers.week_labels import with_weeks
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_legend import LegendChoice
from benchboard.ui.studio.tiles.series.stacking import STACKED_KINDS
from benchboard.ui.studio.tiles.series.value_colours import PageColours

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.tasks import DatabaseSession

MAX_RUNNING: Final = 2
"""Most queries of one page that run at a time. Visible widgets are first in the queue."""
LOADING_DELAY_MS: Final = 150
"""How long a tile stays empty before it shows that it is loading."""
TILE_BUCKETS: Final = 1_024
"""Into how many intervals the rows below the lines of a tile are put: as many as a wide tile has pixels, whatever its
own width is, so that its data needn't be read again when it becomes wider."""
MOST_POINTS: Final = 4 * TILE_BUCKETS
"""Up to so many rows are all drawn."""
_SLOW_MS: Final = 2_000
"""How long a refresh takes before its tile shows that it is loading over the old result, with a link to stop it."""


class _QueryRequest(NamedTuple):
    """A widget's query with the values of its variables and the data source that it is over; or its image as a data
    URI, and the most pixels that the decoded image may have.
    """

    query: str
    variables: tuple[tuple[str, tuple[str, ...]], ...] = ()
    time_range: TimeRange | None = None
    """The range that the query names; its period is determined when the data are read."""
    picture: str = ""
    max_pixels: int = 0
    source_id: str = ""
    filters: tuple[str, ...] = ()
    """What of the reader's filters is in the query, as text."""
    compares: str = ""
    """The kind of the widget, if it compares its figures with the period before."""
    whole: bool = False
    """Whether its kind draws every row."""
    lines: bool = False
    """Whether its kind draws lines, which need some of many rows alone."""
    card: bool = False
    """Whether its kind draws the history of its number."""


class WidgetQueryRunner(QObject):
    """Runs the queries of all widgets of a page, and again when a query or the data change."""

    result_changed = Signal(str)
    """The result of this widget has changed."""
    drawing_changed = Signal()
    """Other widgets than before can't be drawn."""

    def __init__(self, context: "Context", editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._editor = context, editor
        self._results: dict[str, QueryResult] = {}
        self._requests: dict[str, _QueryRequest] = {}
        self._waiting: dict[str, int] = {}
        """The ids of the widgets whose queries are waiting, and the round of each: 0 for those without a current
        result.
        """
        self._round = 0
        self._now = datetime.now(UTC)
        """The time at which all results of one refresh end: the widgets of a page show the same period."""
        self._prioritized: frozenset[str] = frozenset()
        self._undrawn: set[str] = set()
        """The ids of the widgets that couldn't be drawn."""
        self._unlimited: set[str] = set()
        """The ids of the widgets for which all rows are loaded."""
        self._running: dict[str, tuple[CancelToken, _QueryRequest]] = {}
        self._lines = LineReader(context, self)
        self._recovered = RecoveredSources(context, self)
        self._kinds: dict[str, str] = {}
        """The kind of each widget that has a query."""
        self._choices: dict[str, LegendChoice] = {}
        """What the reader hides by the legend of each widget, as long as the page is open."""
        self.colours = PageColours()
        """The colours of the values in the charts."""
        editor.changed.connect(self.update_requests)
        editor.options_changed.connect(self.update_requests)
        context.changed.watch(self, relations.watched_tables() | {"data_sources", "data_models"}, self.refresh)

    def result(self, item_id: str) -> QueryResult | None:
        """The latest result of a widget; None for one without a query or picture."""
        return self._results.get(item_id)

    def legend_choice(self, item_id: str) -> LegendChoice:
        """What the reader hides by the legend of a widget."""
        return self._choices.get(item_id, LegendChoice())

    def choose_in_legend(self, item_id: str, choice: LegendChoice) -> None:
        """Hide or show series or slices of a widget."""
        self._choices[item_id] = choice
        if item_id in self._results:
            self._publish(item_id, self._results[item_id])

    def tables_without_rows(self) -> tuple[ResultTable, ...]:
        """The results of all queries of the page, if there are several and none has rows; otherwise nothing."""
        tables = [result.table for result in self._results.values() if result.query]
        empty = tuple(table for table in tables if table is not None and not table.rows)
        return empty if len(empty) == len(tables) > 1 else ()

    def data_elsewhere(self) -> Period | None:
        """The days of which the tables have rows, if the page's widgets have none because of the time range."""
        found = [one.data_elsewhere for one in self._results.values() if one.query and one.data_elsewhere is not None]
        return Period(min(one.start for one in found), max(one.end for one in found)) if found else None

    def data_days(self) -> Period | None:
        """The days from the first to the last time of all tables that the time range filters, as far as they are
        known."""
        found = [one.ranged_span for one in self._results.values() if one.query and one.ranged_span is not None]
        return Period(min(one.start for one in found), max(one.end for one in found)) if found else None

    def note_drawn(self, item_id: str, *, failed: bool) -> None:
        """Note that the tile of a widget was drawn, or couldn't be."""
        if failed != (item_id in self._undrawn):
            self._undrawn ^= {item_id}
            self.drawing_changed.emit()

    def undrawn_count(self) -> int:
        """The number of widgets that couldn't be drawn."""
        return len(self._undrawn & self._requests.keys())

    def broken_count(self) -> int:
        """The number of widgets whose query fails: because of what it says, or because its data can't be read."""
        return sum(
            bool(result.query) and isinstance(result.error, Invalid | NotFound | Unavailable)
            for result in self._results.values()
        )

    def read_since(self, ids: Iterable[str]) -> datetime | None:
        """When the oldest of these widgets' tables was read; None if there are none."""
        found = [result.read_at for one in ids if (result := self._results.get(one)) is not None]
        return min((time for time in found if time is not None), default=None)

    def outdated_sources(self) -> tuple[SourceNews, ...]:
        """The sources of which the widgets show an older copy, by their names."""
        return tuple(one for one in self._sources() if one.is_outdated and not one.renamed)

    def renamed_sources(self) -> tuple[SourceNews, ...]:
        """The sources whose files have columns that may be renamed, by their names."""
        return tuple(one for one in self._sources() if one.renamed)

    def _sources(self) -> list[SourceNews]:
        """The news of the data sources of all widgets, by their names."""
        found = {one.source.source_id: one.source for one in self._results.values() if one.source is not None}
        return sorted(found.values(), key=lambda one: one.name.casefold())

    def tables_by_source(self) -> dict[str, dict[str, ResultTable]]:
        """The tables that the widgets show, by the data source and the widget."""
        found: dict[str, dict[str, ResultTable]] = {}
        for item_id, result in self._results.items():
            request = self._requests.get(item_id)
            if result.table is not None and request is not None:
                found.setdefault(request.source_id, {})[item_id] = result.table
        return found

    def failed_count(self, ids: Iterable[str] | None = None) -> int:
        """How many of these widgets, or of all, have an error in place of their data, or couldn't be drawn."""
        asked = self._results if ids is None else ids
        return sum(
            one in self._undrawn or ((result := self._results.get(one)) is not None and result.error is not None)
            for one in asked
        )

    def filtered_count(self) -> tuple[int, int]:
        """How many widgets have a query that a filter of the page reaches, and how many have one at all."""
        queried = [request for request in self._requests.values() if not request.picture]
        return sum(bool(self._filters(request)) for request in queried), len(queried)

    def empty_count(self) -> int:
        """How many widgets have a result without rows."""
        return sum(one.table is not None and not one.table.rows for one in self._results.values())

    def update_requests(self) -> None:
        """Run the queries that are new on the page, and drop the results of removed widgets."""
        widgets = [widget for widget in self._editor.widgets() if widget.kind is not None]
        pictures = {widget.id: text for widget in widgets if (text := _picture(widget))}
        max_pixels = pixels_per_image(len(set(pictures.values())))
        requests = {
            widget.id: self._request(widget)
            for widget in widgets
            if widget.kind is not None and widget.kind.query and widget.query.strip()
        } | {item_id: _QueryRequest("", picture=text, max_pixels=max_pixels) for item_id, text in pictures.items()}
        kinds = {widget.id: widget.kind.type for widget in widgets if widget.kind is not None}
        changed_kinds = [one for one, kind in kinds.items() if self._kinds.get(one, kind) != kind]
        self._kinds = kinds
        removed = self._results.keys() - requests.keys()
        for item_id in removed:
            del self._results[item_id]
        for item_id in list(self._running):
            if self._running[item_id][1] != requests.get(item_id):
                self._cancel_running(item_id)
        before, self._requests = self._requests, requests
        if {one.time_range for one in before.values()} != {one.time_range for one in requests.values()}:
            self._now = datetime.now(UTC)
        touched = frozenset[str]().union(*(self.colours.update(item_id, None) for item_id in removed))
        if removed or changed_kinds:
            self._mark_page(*changed_kinds, touched=touched)
        for item_id, request in requests.items():
            if before.get(item_id) != request:
                self._enqueue(item_id)
        self._start_next()  # a cancelled query may have freed a slot

    def _request(self, widget: WidgetContent) -> _QueryRequest:
        view = self._editor.state.view
        query, taken = view.query_of(widget.id), view.taken_filters(widget.id)
        values = tuple(pair for pair in self._editor.values_of(widget.id).items() if f":{pair[0]}" in query)
        shown = self._editor.time_range if self._editor.uses_time(query) else None
        compares = _compares(widget) if shown is not None else ""
        whole = widget.kind is not None and widget.kind.type in READ_WHOLE
        return _QueryRequest(
            query, values, shown, source_id=widget.data_source_id, filters=taken, compares=compares, whole=whole,
            lines=not compares and draws_lines(widget),
            card=widget.kind is not None and widget.kind.type == "metric_card",
        )  # fmt: skip

    def prioritize(self, ids: Iterable[str]) -> None:
        """Run the queries of these widgets first from now on: they are visible."""
        self._prioritized = frozenset(ids)

    def refresh(self) -> None:
        """Run all queries again; the old results stay until the new ones arrive.

        Queries waiting since an earlier refresh go first, so that each runs however often this is called.
        """
        self._round += 1
        self._now = datetime.now(UTC)
        for item_id, request in self._requests.items():
            if not request.picture:
                self._enqueue(item_id, self._round)

    def refresh_live(self) -> None:
        """Run the queries over live buses again, but for those that still run: a slow one isn't asked faster."""
        self._now = datetime.now(UTC)
        for item_id in self._requests:
            result = self._results.get(item_id)
            if result is None or self.is_loading(item_id):
                continue
            is_live = result.source is not None and result.source.live is not None
            if is_live or (result.error is not None and result.error.code == "source.no-values"):
                self._enqueue(item_id, self._round)

    def retry(self, item_id: str) -> None:
        """Run the query of one widget again."""
        if item_id in self._requests:
            self._results.pop(item_id, None)
            self._enqueue(item_id)

    def load_all_rows(self, item_id: str) -> None:
        """Load all rows of a widget, up to the limit of a query, rather than only the first ones."""
        if item_id in self._requests and item_id not in self._unlimited:
            self._unlimited.add(item_id)
            self._enqueue(item_id)

    def read_detail(self, item_id: str, reduction: Reduction | None, done: Callable[[ResultTable], None]) -> None:
        """Read a finer result of a part of the axis of a widget with lines, with the values of its latest one; None
        stops that."""
        self._lines.cancel()
        request, result = self._requests.get(item_id), self._results.get(item_id)
        if reduction is None or request is None or result is None:
            return
        period = result.period.values if result.period is not None else {}
        self._lines.read(request.query, request.source_id, {**period, **dict(request.variables)}, reduction, done)

    def is_loading(self, item_id: str) -> bool:
        """Whether a newer result of a widget is being loaded."""
        return item_id in self._waiting or item_id in self._running

    @property
    def busy(self) -> bool:
        """Whether any query is waiting or running."""
        return bool(self._waiting or self._running)

    def cancel_all(self) -> None:
        """Cancel all queries: the page is closing."""
        self._waiting.clear()
        self._lines.cancel()
        for item_id in list(self._running):
            self._cancel_running(item_id)

    def _enqueue(self, item_id: str, round_number: int = 0) -> None:
        if item_id not in self._results:
            self._publish(item_id, QueryResult(self._requests[item_id].query))
            QTimer.singleShot(LOADING_DELAY_MS, self, lambda: self._mark_late(item_id))
        self._waiting[item_id] = min(round_number, self._waiting.get(item_id, round_number))
        self._start_next()

    def _mark_late(self, item_id: str) -> None:
        result = self._results.get(item_id)
        if result is not None and result.is_pending:
            self._publish(item_id, QueryResult(result.query, late=True))

    def _start_next(self) -> None:
        while self._waiting and len(self._running) < MAX_RUNNING:
            ready = [waiting for waiting in self._waiting if waiting not in self._running]
            if not ready:
                return
            item_id = min(ready, key=lambda waiting: (self._waiting[waiting], waiting not in self._prioritized))
            del self._waiting[item_id]
            if item_id in self._requests:
                self._run(item_id, self._requests[item_id])

    def _run(self, item_id: str, request: _QueryRequest) -> None:
        token, actor, query = CancelToken(), self._context.actor, request.query
        variables, period = dict(request.variables), None
        if request.time_range is not None:
            try:
                period = request.time_range.period(self._now)
            except Invalid as error:
                self._publish(item_id, QueryResult(query, error=error))
                return
            variables = {**period.values, **variables}
        is_whole = item_id in self._unlimited or request.whole
        limit = queries.MAX_ROWS if is_whole else MOST_POINTS if request.lines else queries.DEFAULT_ROWS
        reduction = Reduction(TILE_BUCKETS) if request.lines else None
        self._running[item_id] = (token, request)

        QTimer.singleShot(_SLOW_MS, self, lambda: self._mark_slow(item_id, token))

        def arrived(result: QueryResult) -> None:
            if item_id in self._running and self._running[item_id][0] is token:
                del self._running[item_id]
            if self._requests.get(item_id) == request and not token.cancelled:
                self._publish(item_id, result)
                if result.table is not None and result.source is not None and result.source.recovered:
                    self._recovered.note(result.source.source_id)
            self._start_next()
            if not self.busy:
                self.colours.settle()

        def failed(error: AppError) -> None:
            arrived(QueryResult(query, error=error))

        if request.picture:
            self._context.tasks.read(
                self,
                lambda _session: decode_data_uri(request.picture, request.max_pixels),
                lambda picture: arrived(QueryResult(query, picture=picture)),
                failed,
                long=True,
            )
            return

        filters, now, widget = self._filters(request), self._now, self._editor.widget(item_id)

        def read(session: "DatabaseSession") -> QueryResult:
            source_id = request.source_id or None
            table = queries.run_query(
                session, actor, query, limit=limit, cancel_token=token, variables=variables, source_id=source_id,
                reduction=reduction,
            )  # fmt: skip
            news = source_news(session, actor, source_id) if source_id is not None else None
            extent = query_extent(session, actor, readable(query), request.source_id, cancel_token=token)
            interval = period.interval if period is not None else ""
            shown, before = with_weeks(collated(table, query), query, interval), None
            if request.compares and request.time_range is not None and period is not None:
                earlier = time_range.before(request.time_range, now)
                values = {**variables, **earlier.values, "interval": period.values["interval"]}
                values |= dict(request.variables)
                other = queries.run_query(
                    session, actor, query, limit=limit, cancel_token=token, variables=values, source_id=source_id
                )
                before = PeriodBefore(with_weeks(other, query, interval), earlier, period)
            if before is not None and request.compares == "metric_card":
                shown, before = compared_card(shown, before, query)
            if before is not None and request.compares == "table":
                both = compared_rows(shown, before, step_of(query, interval), query)
                shown = collated(both, query)
            if request.card:
                shown = replace(shown, history=self._history(session, request, table, variables, period, token))
            added = widget_currencies(session, actor, query, request.source_id, table, variables, token)
            shown = replace(shown, row_currencies=added.rows)
            result = QueryResult(query, shown, read_at=datetime.now(UTC), period=period, before=before)
            found = replace(result, filters=filters, source=news)
            repeated = repeated_rows(session, actor, readable(query), request.source_id, cancel_token=token)
            complete = replace(
                found.with_extent(extent), repeated=repeated, mixed=added.mixed, converted=added.converted
            )
            if period is not None and (news is None or news.live is None):  # each value of a live bus has its time
                undated = undated_rows(session, actor, query, request.source_id, variables, token)
                complete = replace(complete, undated=undated)
            prepare(widget, complete)
            return complete

        self._context.tasks.read(self, read, arrived, failed, long=True)

    def _history(
        self,
        session: "DatabaseSession",
        request: _QueryRequest,
        table: ResultTable,
        variables: Mapping[str, Sequence[str]],
        period: Period | None,
        token: CancelToken,
    ) -> ResultTable | None:
        """The number of a card for each period; None where that isn't known, or can't be read: the number itself is
        shown all the same. Runs in the background."""
        actor, source_id = self._context.actor, request.source_id
        shown = (period.start, period.end) if period is not None else None
        known = number_history(
            session, actor, request.query, table, source_id, variables=variables, shown=shown, cancel_token=token
        )
        if known is None:
            return None
        text, found = known
        interval = period.interval if period is not None else ""
        extent = query_extent(session, actor, text, source_id, cancel_token=token)
        return QueryResult(text, with_weeks(found, text, interval), period=period).with_extent(extent).table

    def _filters(self, request: _QueryRequest) -> str:
        """The filters that a query names, but for those of which all values are selected."""
        values, named = dict(request.variables), names_in(request.query)
        used = [
            one if one.chosen == values[one.name] else replace(one, chosen=values[one.name], all_chosen=False)
            for one in self._editor.reader_document.variables
            if one.name in named and one.name in values
        ]
        summary = selection_summary([one for one in used if not one.all_chosen], self._editor.labels)
        return " · ".join(text for text in (summary, *request.filters) if text)

    def cancel(self, item_id: str) -> None:
        """Stop the query of a widget, at the user's request."""
        if item_id in self._running:
            query = self._running[item_id][1].query
            self._waiting.pop(item_id, None)
            self._cancel_running(item_id)
            self._publish(item_id, QueryResult(query, error=Cancelled("query.stopped", _("The query was stopped."))))
            self._start_next()

    def _mark_slow(self, item_id: str, token: CancelToken) -> None:
        result = self._results.get(item_id)
        if result is not None and item_id in self._running and self._running[item_id][0] is token:
            self._publish(item_id, replace(result, slow=True))

    def _cancel_running(self, item_id: str) -> None:
        token, _request = self._running.pop(item_id)
        # On a server this is a request over the network, which must not block the main thread.
        threading.Thread(target=token.cancel, name="benchboard-stop", daemon=True).start()

    def _publish(self, item_id: str, result: QueryResult) -> None:
        choice = self._choices.get(item_id, result.legend)
        self._results[item_id] = result if choice == result.legend else replace(result, legend=choice)
        self._mark_page(item_id)

    def _mark_page(self, *changed: str, touched: frozenset[str] = frozenset()) -> None:
        """Mark the results that the page speaks for, and those in other colours because of the changed ones, or among
        those `touched`. Emit which have changed, besides those given."""
        quiet = bool(self.tables_without_rows())
        marked = [name for name, one in self._results.items() if one.quiet != (quiet and one.table is not None)]
        for name in marked:
            self._results[name] = replace(self._results[name], quiet=not self._results[name].quiet)
        for name in dict.fromkeys((*changed, *marked, *self._coloured(changed, touched))):
            self.result_changed.emit(name)

    def _coloured(self, changed: Iterable[str], touched: frozenset[str]) -> list[str]:
        """Give the values of changed and `touched` results their colours. Returns those that have other colours."""
        for name in changed:
            result = self._results.get(name)
            if result is not None and result.table is not None:
                values = drawn_values(self._kinds.get(name, ""), result.table, result.series_names)
                touched |= {name, *self.colours.update(name, values)}
        found = [one for one in self._results if one in touched and self._results[one].colours != self.colours.of(one)]
        for one in found:
            self._results[one] = replace(self._results[one], colours=self.colours.of(one))
        return found


def draws_lines(widget: WidgetContent) -> bool:
    """Whether a widget draws lines of which each stands for itself, which need some of many rows alone."""
    kind = widget.kind.type if widget.kind is not None else ""
    return kind in ("line_chart", "area_chart") and not (
        kind in STACKED_KINDS and widget.setting("stack") in ("stacked", "percent")
    )


def _compares(widget: WidgetContent) -> str:
    """The kind of a widget that compares its figures with the period before; empty for any other."""
    return widget.kind.type if widget.kind is not None and compares(widget) else ""


def _picture(widget: WidgetContent) -> str:
    """The data URI of an image widget; empty for any other."""
    return str(widget.setting("picture")) if widget.kind is not None and widget.kind.type == IMAGE else ""
