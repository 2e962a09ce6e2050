"""What is being explored: the question or its SQL, the time range, the chart, and the result of the latest run."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, cast

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.analytics import table_browser
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.chart_suggestion import ChartSuggestion, suggest_chart
from benchboard.analytics.column_statistics import TableStatistics
from benchboard.analytics.converted_amounts import ConvertedAmounts
from benchboard.analytics.likely_measure import LikelyMeasure, likely_measure
from benchboard.analytics.mixed_currencies import MixedCurrencies, added_currencies
from benchboard.analytics.pivoted_table import can_pivot
from benchboard.analytics.queries import MAX_ROWS, ResultTable, run_query
from benchboard.analytics.query_builder.combined import RepeatedRows
from benchboard.analytics.query_builder.first_question import (
    all_time_question,
    first_question,
    in_range_question,
    ranged_question,
    with_column,
)
from benchboard.analytics.query_builder.question import CLOCK_UNITS, TIMES, Question, Server, Unit, units_for
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_extent import UNKNOWN, QueryExtent, query_extent
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.relations import watched_tables
from benchboard.analytics.repeated_rows import repeated_rows
from benchboard.analytics.sources.file_news import SourceNews, source_news
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.time_range import Period, TimeRange, last, since, whole_days
from benchboard.dashboards.document.widget_kinds import PIVOT, PIVOT_COLUMNS, STACK
from benchboard.dashboards.layout import Layout
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _
from benchboard.ui.studio.data.explore.joined_tables import JoinedTables, merged_statistics
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.recovered_sources import RecoveredSources
from benchboard.ui.studio.tiles.kinds.drawn_values import drawn_values
from benchboard.ui.studio.tiles.numbers.collation import collated
from benchboard.ui.studio.tiles.numbers.week_labels import with_weeks
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.value_colours import Colours, PageColours
from benchboard.ui.tasks import DatabaseSession

if TYPE_CHECKING:
    from benchboard.ui.context import Context

Mode = Literal["build", "sql"]
NO_SETTINGS: Final[Mapping[str, str]] = MappingProxyType({})
ResultShape = tuple[ValueKind, ...]
DEFAULT_RANGE: Final = last(13, "w")
RUN_DELAY_MS: Final = 250
"""How long after a change the query runs by itself."""
LATE_MS: Final = 150
_MOST_UNDO: Final = 100
_LEAST_SHARE: Final = 4
"""A quarter of the time range has to be filled for it to be the one that the times of a file are grouped by."""
_GOES_ON_SHARE: Final = 10
"""Data that reach into the last tenth of the time range go on; of others it has to have all."""


@dataclass(frozen=True, slots=True)
class ExplorationState:
    """What the user can take back: `question` is None for a query that can only be edited as SQL. `kind` is the chart
    chosen; empty for the one that fits. `settings`: how it is drawn, as far as that was chosen (`EXPLORED`)."""

    question: Question | None = None
    text: str = ""
    source_id: str = ""
    mode: Mode = "build"
    time_range: TimeRange = DEFAULT_RANGE
    kind: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    kind_shape: ResultShape = ()
    """The shape of the result that `kind` was chosen for; empty: that of the next one."""


@dataclass(frozen=True, slots=True)
class ExplorationResult:
    """The result of a run: a table or an error; `seconds` is what it took."""

    text: str
    table: ResultTable | None = None
    error: AppError | None = None
    seconds: float = 0.0
    suggestion: ChartSuggestion | None = None
    source: SourceNews | None = None
    """Whether the data source has changed since its copy was made."""
    extent: QueryExtent = UNKNOWN
    """What the table has apart from filters and the time range."""
    source_id: str = ""
    at: datetime | None = None
    """When the run ended."""
    mixed: MixedCurrencies | None = None
    """The measures that add up amounts in several currencies."""
    converted: tuple[ConvertedAmounts, ...] = ()
    """What it converts into one currency by tables of rates."""
    repeated: tuple[RepeatedRows, ...] = ()
    """The measures that count rows several times because of a join."""
    part_start: int | None = None
    """Where in the SQL the part begins that ran alone, in characters; None: the whole ran."""

    @property
    def shape(self) -> ResultShape:
        """The kinds of its columns; none without a table."""
        return tuple(one.kind for one in self.table.columns) if self.table is not None else ()


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A query that ran over a source, for so many seconds; without a `result` it was cancelled."""

    text: str
    source_id: str
    seconds: float
    result: ExplorationResult | None
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class FollowedRange:
    """A query that follows the time range of its dashboard by a column. `shown`: a range with all of the data; None
    where these aren't known."""

    query: str
    column: str
    shown: TimeRange | None


class Exploration(QObject):
    """Keeps the state, runs its query after each change, and takes changes back."""

    changed = Signal()
    """The state changed."""
    sources_changed = Signal()
    """The sources were read, or what is in a table."""
    result_changed = Signal()
    """A run began, became late, ended or was cancelled."""
    ran = Signal(object)
    """A run ended or was cancelled: an `EndedRun`."""

    def __init__(self, context: "Context", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.state = ExplorationState()
        self.sources: tuple[BrowsedSource, ...] = ()
        self.sources_error: AppError | None = None
        self.sources_read = False
        self.result: ExplorationResult | None = None
        self._good: ExplorationResult | None = None
        """The last result that is no error."""
        self.running = self.late = self.cancelled = False
        self._colours, self._coloured_table = PageColours(), ("", "")
        self._past: list[ExplorationState] = []
        self._future: list[ExplorationState] = []
        self._token = CancelToken()
        self.part_run: tuple[int | None, str] = None, ""
        """Where the part of the SQL begins that the latest run is of, None for the whole, and its text."""
        self._is_automatic, self._started = True, 0.0
        """Of the latest run: whether nobody asked for it, and when it began (monotonic)."""
        self.joined_tables = JoinedTables(context, self)
        self.joined_tables.changed.connect(self.sources_changed)
        self._replaced_notice = self._addition_notice = ""
        self._addition: Callable[[], None] | None = None
        """Takes back what was added to a dashboard after the last change."""
        """What was last said of a query that a column of another table replaced."""
        self._statistics: dict[tuple[str, str], TableStatistics | None] = {}
        """By source and table; None while it is being read, or if it can't be."""
        self._outdated: dict[tuple[str, str], TableStatistics | None] = {}
        """What was known before a source changed, shown until it is read anew."""
        self._requested: tuple[str, str] | None = None
        self._requested_query: Callable[[], None] | None = None
        self._delay = QTimer(self, interval=RUN_DELAY_MS, singleShot=True)
        self._delay.timeout.connect(partial(self.run, automatic=True))
        self.time_editor = Editor(self)
        """Holds the time range, for its field."""
        self.time_editor.load(Document(Layout.of(12, ())))
        self.time_editor.changed.connect(self._time_chosen)
        self._recovered = RecoveredSources(context, self)
        context.changed.watch(self, {"data_sources", "data_models", *watched_tables()}, self.read_sources)

    # Sources

    def read_sources(self) -> None:
        """Read the list of sources and their tables."""
        actor = self._context.actor
        self._context.tasks.read(
            self, lambda session: table_browser.list_tables(session, actor), self._show_sources, self._sources_failed
        )

    def _show_sources(self, found: tuple[BrowsedSource, ...]) -> None:
        self.sources, self.sources_error, self.sources_read = found, None, True
        self.joined_tables.forget()
        self._read_statistics_anew()
        if self._requested_query is not None:
            begin, self._requested_query = self._requested_query, None
            begin()
        self._read_joined()
        if self.result is not None and self.state.source_id:
            self.run(automatic=True)  # what is in the source may have changed
        self.sources_changed.emit()
        if self._requested is not None:
            source_id, table = self._requested
            self.open_table(source_id, table)

    def _read_statistics_anew(self) -> None:
        before = {**self._statistics, **self._outdated, **{key: one for key, one in self._statistics.items() if one}}
        self._outdated, self._statistics = {}, {}
        for (source_id, name), known in before.items():
            source = self.source(source_id)
            if source is not None and (table := source.table(name)) is not None:
                self._outdated[source_id, name] = known
                self.read_statistics(source_id, table)

    def _sources_failed(self, error: AppError) -> None:
        self.sources_error, self.sources_read = error, True
        self.sources_changed.emit()

    def source(self, source_id: str) -> BrowsedSource | None:
        """A source by its id; None if it isn't known."""
        return next((one for one in self.sources if one.id == source_id), None)

    @property
    def table(self) -> BrowsedTable | None:
        """The table of the question, with the columns of those joined to it and the calculated ones; None without a
        question, or if one of its tables doesn't exist."""
        question = self.state.question
        return self.joined_tables.table(question, self.sources) if question is not None else None

    def name_in_question(self, source_id: str, table: str, column: str) -> str | None:
        """What a column of a table is called in the question; None if the question doesn't read the table."""
        question = self.state.question
        if question is None:
            return None
        if (question.source_id, question.table) == (source_id, table):
            return column
        for join in question.joins:
            found = self.joined_tables.joined(question, join, self.sources)
            if found is not None and (found[0].id, found[1].name) == (source_id, table):
                return dict(join.columns).get(column)
        return None

    def question_statistics(self) -> TableStatistics | None:
        """What is in the columns of the question's tables, as far as it is known."""
        question = self.state.question
        if question is None:
            return None
        found = self.statistics(question.source_id, question.table)
        if not question.joins:
            return found
        parts = [(found, [(name, name) for name in found.columns] if found is not None else [])]
        for join in question.joins:
            place = self.joined_tables.joined(question, join, self.sources)
            if place is not None:
                parts.append((self.statistics(place[0].id, place[1].name), list(join.columns)))
        return merged_statistics(parts)

    def selectable_column(self, columns: Sequence[BrowsedColumn]) -> str:
        """Of some columns of the question's tables, the one whose values are most likely selected from a list; the
        first one while nothing is known of them."""
        known = self.question_statistics()
        found = known.most_selectable([(one.name, one.kind) for one in columns]) if known is not None else ""
        return found or (columns[0].name if columns else "")

    def statistics(self, source_id: str, table: str) -> TableStatistics | None:
        """What is in a table, if that is known."""
        key = (source_id, table)
        return self._statistics.get(key) or self._outdated.get(key)

    def read_statistics(self, source_id: str, table: BrowsedTable, then: Callable[[], object] = lambda: None) -> None:
        """Read what is in a table, once; `then` is called when that is known, or can't be."""
        key, actor, source = (source_id, table.name), self._context.actor, self.source(source_id)
        if key in self._statistics or source is None:
            then()
            return
        self._statistics[key] = None

        def done(found: TableStatistics | None) -> None:
            self._statistics[key] = found
            self._outdated.pop(key, None)
            self.sources_changed.emit()
            then()

        def unknown() -> None:
            self._outdated.pop(key, None)
            then()

        self._context.tasks.read(
            self,
            lambda session: table_browser.table_statistics(session, actor, source, table),
            done,
            lambda _error: unknown(),  # the query itself says what is wrong
            long=True,
        )

    # The question

    def open_table(self, source_id: str, table: str) -> None:
        """Begin with a table, as soon as it and what is in it are known."""
        source = self.source(source_id)
        found = source.table(table) if source is not None and table else None
        if source is not None and not table and source.tables:
            found = source.tables[0]
        if found is None:
            self._requested = (source_id, table) if not self.sources_read else None
            return
        self._requested = None
        chosen = found
        self.read_statistics(source_id, chosen, lambda: self._begin(source_id, chosen))

    def open_query(
        self,
        source_id: str,
        text: Callable[[BrowsedSource | None], str],
        shown: TimeRange | None,
        kind: str,
        settings: Mapping[str, str] = NO_SETTINGS,
    ) -> None:
        """Begin with a query, as soon as its data source is known: its `text` depends on the language of its source."""
        if not self.sources_read:
            self._requested_query = partial(self.open_query, source_id, text, shown, kind, settings)
            return
        query = text(self.source(source_id))
        question = self.read_question(query, source_id)
        table = self.source(source_id)
        if question is not None and table is not None and (found := table.table(question.table)) is not None:
            self.read_statistics(source_id, found)
        mode: Mode = "build" if question is not None else "sql"
        self._set(ExplorationState(question, query, source_id, mode, shown or self.state.time_range, kind, settings))

    def _begin(self, source_id: str, table: BrowsedTable) -> None:
        question = self.empty_question(source_id, table.name)
        time_column = next((one.name for one in table.columns if one.kind in TIMES), "")
        if question.server and not table_browser.is_small(table):
            time_column = ""  # its first rows, for which the server doesn't read the others
        unit = self.unit_for(source_id, table.name, time_column)
        before, by_hand = self.state, self.state.question is None and bool(self.state.text.strip())
        measure = self._likely_measure(source_id, table)
        self.set_question(first_question(question, time_column, unit, measure), mode="build", kind="")
        if by_hand:
            self.tell_replaced(table.name, before)

    def _likely_measure(self, source_id: str, table: BrowsedTable) -> LikelyMeasure | None:
        """The measure that a table is opened with; None for the count of its rows, and for a data model, whose measures
        are its own."""
        if table.model_id:
            return None
        ids = [one.name for one in table.columns if one.is_id]
        columns = [(one.name, one.kind) for one in table.columns]
        return likely_measure(columns, self.statistics(source_id, table.name), ids, table.percents)

    def empty_question(self, source_id: str, table: str) -> Question:
        """A question about a table that asks nothing yet."""
        return Question(table, source_id, server=self._server(source_id))

    def _server(self, source_id: str) -> Server:
        source = self.source(source_id)
        return source.server if source is not None else ""

    def read_question(self, text: str, source_id: str) -> Question | None:
        """The question whose query this is; None if it can only be edited as SQL."""
        return from_sql(text, source_id=source_id, dialect=self.empty_question(source_id, "").dialect)

    def unit_for(self, source_id: str, table: str, column: str) -> Unit:
        """What the times of a column are rounded down to: `interval`, if the time range shows much of them; else the
        unit that fits all of them, so that a file isn't a chart of one point. That of a date is no part of a day."""
        offers_interval = "interval" in units_for(self.empty_question(source_id, table).dialect)
        found = self.statistics(source_id, table)
        known = found.columns.get(column) if found is not None else None
        if known is None or known.least is None:
            return "interval" if not source_id else "month"
        least, greatest = _moment(known.least), _moment(known.greatest)
        if least is None or greatest is None or not source_id:
            return "interval"
        period, is_date = self.period(), not isinstance(known.least, datetime)
        months = (greatest.year - least.year) * 12 + greatest.month - least.month
        if least.day == greatest.day == 1 and 2 <= known.distinct <= months + 1:
            return "month"  # a date for each month, as targets and closings have it
        if period is not None and least < period.end and greatest >= period.start:
            shown, length = min(greatest, period.end) - max(least, period.start), period.end - period.start
            # Of what ended before, the range would leave out most without a word.
            is_whole = least >= period.start or greatest >= period.end - length / _GOES_ON_SHARE
            if shown * _LEAST_SHARE >= length and is_whole and offers_interval:
                return "day" if is_date and period.interval in CLOCK_UNITS else "interval"
        unit: Unit = Period(least, greatest).interval  # type: ignore[assignment]  # one of the units
        return "day" if is_date and unit in CLOCK_UNITS else unit

    def add_column(self, column: BrowsedColumn, source_id: str, table: BrowsedTable) -> None:
        """Add a column where it fits; one of another table begins a new question, which is said."""
        question, is_replaced, before = self.state.question, False, self.state
        name = self.name_in_question(source_id, table.name, column.name)
        if question is None or name is None:
            name = column.name
            question, is_replaced = self.empty_question(source_id, table.name), bool(self.state.text.strip())
        found = self.statistics(source_id, table.name)
        # What names each row of a table that is joined, as a product of its list, groups the rows of this one.
        is_own = (question.source_id, question.table) == (source_id, table.name)
        is_unique = found is not None and column.kind == "text" and found.is_unique(column.name)
        is_id = column.is_id or (is_unique and is_own)
        unit = self.unit_for(source_id, table.name, column.name) if column.kind in TIMES else ""
        added = with_column(question, name, column.kind, unit=unit, is_id=is_id, measure=column.measure)
        self.set_question(added, mode="build")
        if is_replaced:
            self.tell_replaced(table.name, before)

    def tell_replaced(self, table: str, before: ExplorationState) -> None:
        """Say that a new query of `table` replaced the one of the state `before`, and offer that one again."""
        if before.question is None:
            text = _("Your SQL was replaced by a new query of {table}.")
        else:
            text = _("From changed to {table}, with a new query.")
        self._replaced_notice = text.format(table=table)
        self._context.problems.toast(self._replaced_notice, lambda: self._set(before))

    def set_question(self, question: Question, *, mode: Mode | None = None, kind: str | None = None) -> None:
        """Change the question. Series of other measures aren't stacked as those before were."""
        before = self.state.question
        is_same = before is not None and (before.table, before.measures) == (question.table, question.measures)
        other = {key: value for key, value in self.state.settings.items() if key != STACK.key}
        state = replace(
            self.state,
            question=question,
            text=to_sql(question),
            source_id=question.source_id,
            mode=mode or self.state.mode,
            kind=self.state.kind if kind is None else kind,
            kind_shape=self.state.kind_shape if kind is None else (),
            settings=self.state.settings if is_same else other,
        )
        self._set(state)

    def set_text(self, text: str) -> None:
        """Change the SQL."""
        question = self.read_question(text, self.state.source_id)
        self._set(replace(self.state, text=text, question=question))

    def set_query(self, text: str, source_id: str) -> None:
        """Change the SQL and the source that it is over."""
        question = self.read_question(text, source_id)
        self._set(replace(self.state, text=text, source_id=source_id, question=question))

    def set_source(self, source_id: str) -> None:
        """Run the SQL over another source."""
        question = self.read_question(self.state.text, source_id)
        self._set(replace(self.state, source_id=source_id, question=question))

    def set_mode(self, mode: Mode) -> None:
        """Show the builder or the SQL."""
        self._set(replace(self.state, mode=mode), runs=False)

    def edit_sql(self, source_id: str | None) -> None:
        """Show the SQL. Without any yet, it begins over this source; None: over the first one."""
        state = replace(self.state, mode="sql")
        begun = state.text.strip() or (state.source_id and self.source(state.source_id))
        if not begun and self.sources:
            state = replace(state, source_id=source_id if source_id is not None else self.sources[0].id)
        self._set(state, runs=False)

    def set_kind(self, kind: str) -> None:
        """Choose a chart for results of the present shape; empty: the one that fits."""
        shape = self.result.shape if self.result is not None and kind else ()
        self._set(replace(self.state, kind=kind, kind_shape=shape), runs=False)

    def set_setting(self, key: str, value: str) -> None:
        """Choose how the result is drawn: the value of one of the settings `EXPLORED`."""
        self._set(replace(self.state, settings={**self.state.settings, key: value}), runs=False)

    def set_time_range(self, shown: TimeRange) -> None:
        """Change the time range."""
        self._set(replace(self.state, time_range=shown))

    @property
    def time_column(self) -> str:
        """The column by which the builder's question is filtered by the time range, or can be; empty if by none."""
        found = in_range_question(self.state.question, self._kinds()) if self.state.question is not None else None
        filters = found.filters if found is not None else ()
        return next((one.column for one in filters if one.operator == "in_range"), "")

    def data_days(self) -> Period | None:
        """The days from the first to the last time by which the time range filters, or can; None where they aren't
        known."""
        ends = self.result.extent.ranged if self.result is not None and self.result.text == self.state.text else None
        statistics = self.question_statistics()
        known = statistics.columns.get(self.time_column) if statistics is not None and self.time_column else None
        if ends is None and known is not None:
            ends = known.least, known.greatest
        return whole_days(*ends) if ends is not None else None

    def filter_by_time(self, shown: TimeRange) -> None:
        """Filter the builder's question by a time range, as one step; any other query has its range changed."""
        question = self.state.question
        found = in_range_question(question, self._kinds()) if question is not None else None
        if found is None:
            self.set_time_range(shown)
        else:
            self._set(replace(self.state, question=found, text=to_sql(found), time_range=shown))

    def show_all_time(self) -> None:
        """Take the time range from the builder's question."""
        question = self.state.question
        if question is None:
            return
        statistics = self.question_statistics()
        known = statistics.columns.get(self.time_column) if statistics is not None else None
        days = whole_days(known.least, known.greatest) if known is not None else None
        unit = cast("Unit", days.interval) if days is not None else "month"
        found = all_time_question(question, unit)
        self._set(replace(self.state, question=found, text=to_sql(found)))

    def _kinds(self) -> list[tuple[str, ValueKind]]:
        return [(one.name, one.kind) for one in self.table.columns] if self.table is not None else []

    def restore(self, state: ExplorationState) -> None:
        """Go on with what was kept."""
        self.state = state
        self._read_joined()
        self.changed.emit()
        self._show_time()
        self.run(automatic=True)

    def _read_joined(self) -> None:
        question = self.state.question
        if question is None or not (question.joins or question.calculations):
            return
        self.joined_tables.read(question, self.sources)
        for join in question.joins:
            found = self.joined_tables.joined(question, join, self.sources)
            if found is not None:
                self.read_statistics(found[0].id, found[1])

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._past) or self._addition is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._future)

    def undo(self) -> None:
        """Take back the last change, or what was added to a dashboard after it."""
        if self._addition is not None:
            self._addition()
        else:
            self._step(self._past, self._future)

    @property
    def undoes_addition(self) -> bool:
        """Whether the last thing done here was to add to a dashboard."""
        return self._addition is not None

    def note_addition(self, undo: Callable[[], None], notice: str) -> Callable[[], None]:
        """What is explored was added to a dashboard, which `undo` takes back, as the toast `notice` says: the last
        change, until something else is done here, or what is returned is called."""
        self._addition, self._addition_notice = undo, notice
        self.changed.emit()

        def forget() -> None:
            if self._addition is undo:
                self._addition = None
                self.changed.emit()

        return forget

    def redo(self) -> None:
        """Make the change again that was taken back."""
        self._step(self._future, self._past)

    @property
    def last_built(self) -> ExplorationState | None:
        """The last state before this one whose query the builder can show; None if there was none."""
        return next((one for one in reversed(self._past) if one.question is not None and one.text.strip()), None)

    def build_again(self) -> None:
        """Show the last query that the builder can show, or an empty one, as a step that can be undone."""
        built = self.last_built or replace(self.state, question=None, text="")
        self._set(replace(built, mode="build"))

    def _step(self, source: list[ExplorationState], target: list[ExplorationState]) -> None:
        if source:
            target.append(self.state)
            self._adopt(source.pop(), runs=True)

    def _set(self, state: ExplorationState, *, runs: bool = True) -> None:
        if state == self.state:
            return
        self._past = [*self._past[-_MOST_UNDO:], self.state]
        self._future.clear()
        self._adopt(state, runs=runs)

    def _adopt(self, state: ExplorationState, *, runs: bool) -> None:
        before, self.state = self.state, state
        self._context.problems.withdraw(self._replaced_notice)  # its Undo would take back this change
        if self._addition is not None:
            self._context.problems.withdraw(self._addition_notice)  # its keys mean this change now
            self._addition = None
        self._show_time()
        self._read_joined()
        self.changed.emit()
        same = (before.text, before.source_id, before.time_range) == (state.text, state.source_id, state.time_range)
        if runs and not same:
            self._delay.start()

    # The time range

    def _show_time(self) -> None:
        if self.time_editor.time_range != self.state.time_range:
            self.time_editor.select_time(self.state.time_range)

    def _time_chosen(self) -> None:
        if self.time_editor.time_range != self.state.time_range:
            self.set_time_range(self.time_editor.time_range)

    def period(self) -> Period | None:
        """The period of the time range now; None if it means none."""
        try:
            return self.state.time_range.period(datetime.now(UTC))
        except AppError:
            return None

    @property
    def last_good(self) -> ExplorationResult | None:
        """The last result of this source that is no error."""
        good = self._good
        return good if good is not None and good.source_id == self.state.source_id else None

    def drawn_result(self, result: ExplorationResult | None = None) -> QueryResult | None:
        """A result, or else that of the latest run, as a widget shows it; None while there is none."""
        found = result or self.result
        if found is None:
            is_expected = self.running or (bool(self.state.text.strip()) and not self.cancelled)
            return QueryResult(self.state.text, late=self.late and self.running) if is_expected else None
        drawn = QueryResult(found.text, found.table, found.error, period=self.period()).with_extent(found.extent)
        return replace(drawn, colours=self._colours_of(drawn), mixed=found.mixed, repeated=found.repeated,
                       converted=found.converted)  # fmt: skip

    def _colours_of(self, drawn: QueryResult) -> Colours | None:
        """The colours of the values in the chart. They stay as they are until another table is explored."""
        table = self.state.source_id, self.state.question.table if self.state.question is not None else ""
        if table != self._coloured_table:
            self._coloured_table, self._colours = table, PageColours()
        if drawn.table is not None:
            self._colours.update("", drawn_values(self.kind, drawn.table, drawn.series_names))
            self._colours.settle()
        return self._colours.of("")

    def followed(self) -> FollowedRange | None:
        """The query as one that follows a time range; None if it does so already, or can't."""
        question = self.state.question
        if question is None or any(one.operator == "in_range" for one in question.filters):
            return None
        # Of several times the first, which is one of the question's own table: those of a joined one say less of a row.
        ranged = ranged_question(question, self._kinds()) or in_range_question(question, self._kinds())
        if ranged is None:
            return None
        column = ranged.filters[0].column
        statistics = self.question_statistics()
        known = statistics.columns.get(column) if statistics is not None else None
        found = whole_days(known.least, known.greatest) if known is not None else None
        return FollowedRange(to_sql(ranged), column, since(found, datetime.now(UTC)) if found is not None else None)

    @property
    def waiting(self) -> bool:
        """Whether a run is about to begin."""
        return self._delay.isActive()

    def variables(self) -> dict[str, Sequence[str]]:
        """The values of the variables that a query may name."""
        period = self.period()
        return dict(period.values) if period is not None else {}

    def page_variables(self) -> Sequence[str]:
        """The names of the variables that a condition may have in the place of values; none outside a page."""
        return ()

    # Running

    def run(self, *, automatic: bool = False) -> None:
        """Run the query now; a run under way is cancelled. `automatic`: nobody asked for it."""
        self._run(self.state.text, None, automatic=automatic)

    def run_part(self, start: int, end: int) -> None:
        """Run a part of the SQL alone: from a character to before another one."""
        self._run(self.state.text[start:end], start, automatic=False)

    def _run(self, text: str, part_start: int | None, *, automatic: bool) -> None:
        self._delay.stop()
        self.part_run = part_start, text
        self._is_automatic, self._started = automatic, time.monotonic()
        self._token.cancel()
        source_id, actor = self.state.source_id, self._context.actor
        if not text.strip():
            self.running, self.result = False, None
            self.result_changed.emit()
            return
        token = self._token = CancelToken()
        period = self.period()
        variables: dict[str, Sequence[str]] = dict(period.values) if period is not None else {}
        self.running, self.late, self.cancelled = True, False, False
        if not automatic and self.result is not None and self.result.error is not None:
            self.result = None  # an error that this run is to overcome isn't said of it

        def op(session: DatabaseSession) -> ExplorationResult:
            started = time.perf_counter()
            table = run_query(
                session,
                actor,
                text,
                limit=MAX_ROWS,
                cancel_token=token,
                variables=variables,
                source_id=source_id or None,
            )
            table = with_weeks(collated(table, text), text, period.interval if period is not None else "")
            seconds = time.perf_counter() - started
            news = source_news(session, actor, source_id) if source_id else None
            extent = query_extent(session, actor, text, source_id, cancel_token=token)
            added = added_currencies(session, actor, text, source_id, table, variables=variables, cancel_token=token)
            table = replace(table, row_currencies=added.rows)
            repeated = repeated_rows(session, actor, text, source_id, cancel_token=token)
            chart = suggest_chart(table, text)
            return ExplorationResult(
                text,
                table,
                None,
                seconds,
                chart,
                news,
                extent,
                source_id,
                mixed=added.mixed,
                converted=added.converted,
                repeated=repeated,
                part_start=part_start,
            )

        def failed(error: AppError) -> None:
            if isinstance(error, Cancelled):
                self._end_cancelled(token)
            else:
                self._end(token, ExplorationResult(text, error=error, source_id=source_id, part_start=part_start))

        self._context.tasks.read(self, op, lambda found: self._end(token, found), failed, long=True)
        QTimer.singleShot(LATE_MS, self, lambda: self._mark_late(token))
        self.result_changed.emit()

    def cancel(self) -> None:
        """Cancel the run under way; the result before it stays."""
        self._delay.stop()
        if self.running:
            self._token.cancel()
            self._end_cancelled(self._token)

    def _mark_late(self, token: CancelToken) -> None:
        if self.running and token is self._token:
            self.late = True
            self.result_changed.emit()

    def _end_cancelled(self, token: CancelToken) -> None:
        if token is self._token and self.running:
            self.running, self.cancelled = False, True
            self.result_changed.emit()
            self._tell_ran(self.state.text, self.state.source_id, None)

    def _end(self, token: CancelToken, result: ExplorationResult) -> None:
        if token is not self._token or not self.running:
            return
        self.running, self.result = False, replace(result, at=datetime.now(UTC))
        if self.state.kind and not self.state.kind_shape and result.shape:
            self.state = replace(self.state, kind_shape=result.shape)  # a chart that came with its query
        if result.error is None:
            self._good = self.result
            if result.source is not None and result.source.recovered:
                self._recovered.note(result.source.source_id)
        self.result_changed.emit()
        self._tell_ran(result.text, result.source_id, self.result)

    def _tell_ran(self, text: str, source_id: str, result: ExplorationResult | None) -> None:
        seconds = result.seconds if result is not None and result.seconds else time.monotonic() - self._started
        self.ran.emit(EndedRun(text, source_id, seconds, result, self._is_automatic))

    @property
    def kind(self) -> str:
        """The kind of widget that is shown: the one chosen, or the one that fits."""
        return self.kind_of(self.result)

    def kind_of(self, result: ExplorationResult | None) -> str:
        """The kind of widget that a result is shown as: the one chosen for its shape, or the one that fits."""
        suggestion = result.suggestion if result is not None else None
        return self.chosen_kind(result) or (suggestion.kind if suggestion is not None else "table")

    def chosen_kind(self, result: ExplorationResult | None) -> str:
        """The kind that was chosen for results of this shape; empty where none was. A pivot table stays one
        while groups are added to it."""
        shape = result.shape if result is not None else ()
        if self.state.kind == PIVOT and result is not None and result.table is not None:
            kept = self.state.kind_shape in ((), shape)
            across = self.state.settings.get(PIVOT_COLUMNS.key) != "measures"
            return PIVOT if can_pivot(result.table, result.text, across=across) or kept else ""
        return self.state.kind if not shape or self.state.kind_shape in ((), shape) else ""


def _moment(value: object) -> datetime | None:
    """A date or time as a moment in UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if hasattr(value, "isoformat"):
        return datetime.fromisoformat(str(value.isoformat())).replace(tzinfo=UTC)
    return None
