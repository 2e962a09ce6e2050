"""A point of a chart together with its query: what it is called, and what can be asked about it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.analytics.query_builder.point import Point, conditions, period_end
from benchboard.analytics.query_builder.question import Filter, Group, Question, Unit
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource
from benchboard.analytics.written_groups import WrittenGroups
from benchboard.dashboards.document.time_range import Period
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.week_labels import week_labels
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.results.tile_point import TilePoint
from benchboard.ui.time_format import full_date, utc_span

_NOWHERE: Final = Point()
_MOST_COLUMNS: Final = 20
_CLOCK: Final = ("second", "minute", "hour")


@dataclass(frozen=True, slots=True)
class PointGroup:
    """A group of a question with its value at a point: `title` names the group, `name` the value."""

    group: Group
    value: Cell
    title: str
    name: str

    @property
    def text(self) -> str:
        """Both, for people; of a period, the period alone."""
        return self.name if self.group.unit else _("{name}: {values}").format(name=self.title, values=self.name)


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A point with what it is of. `question` is None where the query was written by hand: then only its value is known.
    `filters` are the conditions of its rows; None where they can't be written."""

    text: str
    question: Question | None = None
    source: BrowsedSource | None = None
    point: Point = _NOWHERE
    values: tuple[PointGroup, ...] = ()
    filters: tuple[Filter, ...] | None = None
    period: Period | None = None
    """The period of the point, where the query follows the time range by the same column."""
    is_written: bool = False
    """Whether the query was written by hand: it is no query of the question, which only has the same rows."""
    is_exact: bool = True
    """Whether the rows behind the point are those that meet the conditions."""
    sources: tuple[BrowsedSource, ...] = ()
    """Those whose tables may be joined."""

    @property
    def title(self) -> str:
        """What it is called: `Status: refunded · W32`."""
        plain = [one.text for one in self.values if not one.group.unit]
        return " · ".join([*plain, *(one.text for one in self.values if one.group.unit)]) or self.text

    @property
    def has_rows(self) -> bool:
        """Whether the rows behind it can be read."""
        if self.is_written:
            return self.is_exact and self.filters is not None
        return self.question is not None and bool(self.question.outputs) and self.filters is not None

    def breakdown_columns(self) -> list[BrowsedColumn]:
        """The columns of its tables that it could be broken down by."""
        if self.question is None or self.source is None or not self.has_rows or self.is_written:
            return []
        if not self.question.measures:
            return []
        table = self.source.table(self.question.table)
        used = {one.column for one in self.question.groups}
        columns = [*(table.columns if table is not None else ()), *self._joined_columns()]
        return [
            one
            for one in columns
            if one.kind in ("text", "boolean") and one.name not in used and not one.is_id and one.aggregate is None
        ]

    def _joined_columns(self) -> Iterator[BrowsedColumn]:
        """The columns of the tables that are joined, as the question calls them."""
        for join in self.question.joins if self.question is not None else ():
            named = (one for one in self.sources if one.id and one.name.casefold() == join.source.casefold())
            source = next(named, None) if join.source else self.source
            table = source.table(join.table) if source is not None else None
            for column, output in join.columns if table is not None else ():
                if table is not None and (found := table.column(column)) is not None:
                    yield replace(found, name=output)


def chart_point(
    found: TilePoint,
    result: QueryResult,
    question: Question | None,
    source: BrowsedSource | None,
    sources: Sequence[BrowsedSource] = (),
) -> ChartPoint:
    """What a point of a result is of, with the question of its query. `sources` are all that may be joined."""
    table = result.table
    if question is None or table is None or not question.outputs or len(table.columns) != len(question.outputs):
        return ChartPoint(found.text)
    groups, cells = question.groups, dict(found.cells)
    measured = found.column >= len(groups)
    # A number among the groups that a chart draws as a series is a value of its row like the others.
    pairs = [(group, cells[place]) for place, group in enumerate(groups) if place in cells]
    if not measured and found.column in cells and result.table is not None and len(groups) > 1:
        pairs = [(groups[found.column], cells[found.column])]  # the cell of a group: that value alone
    measure = question.measures[found.column - len(groups)] if measured else None
    point = Point(tuple(pairs), measure)
    interval = cast("Unit", result.period.interval) if result.period is not None else ""
    filters = conditions(point.groups, interval=interval, kinds=_kinds(question, source))
    if table.not_numbers and any(value is None for _group, value in pairs):
        filters = None  # what is no number looks the same as no value
    values = tuple(_named(table, groups.index(group), group, value, interval) for group, value in pairs)
    period = _period(point, question, result, interval)
    return ChartPoint(found.text, question, source, point, values, filters, period, sources=tuple(sources))


def written_point(
    found: TilePoint, result: QueryResult, written: WrittenGroups | None, source: BrowsedSource | None
) -> ChartPoint:
    """What a point is of, where the query was written by hand, with what is known of the columns of its result."""
    table, cells = result.table, dict(found.cells)
    if written is None or table is None or max((*written.groups, *written.measures, 0)) >= len(table.columns):
        return ChartPoint(found.text)
    places = [place for place in written.groups if place in cells]
    is_group = found.column in places
    if is_group and len(places) > 1:
        places = [found.column]  # the cell of a group: that value alone
    grouped = written.grouped
    is_exact = grouped is not None and (is_group or grouped == set(places))
    if not places and not is_exact:
        return ChartPoint(found.text)
    pairs = [(written.groups[place], cells[place]) for place in places]
    point = Point(tuple(pairs), written.measures.get(found.column))
    interval = cast("Unit", result.period.interval) if result.period is not None else ""
    filters = conditions(point.groups, interval=interval, kinds=_kinds(written.question, source))
    if table.not_numbers and any(value is None for _group, value in pairs):
        filters = None  # what is no number looks the same as no value
    values = tuple(_named(table, place, written.groups[place], cells[place], interval) for place in places)
    period = _period(point, written.question, result, interval)
    return ChartPoint(
        found.text, written.question, source, point, values, filters, period, is_written=True, is_exact=is_exact
    )


def few_valued_columns(
    count: Callable[[Question, Sequence[str]], Mapping[str, int]], point: ChartPoint
) -> tuple[BrowsedColumn, ...]:
    """The columns with few values, of those that a point can be broken down by; all of them where `count` can't tell
    fast, as on a server. Waits for the query."""
    columns, question = point.breakdown_columns()[:_MOST_COLUMNS], point.question
    if not columns or question is None or question.server:
        return tuple(columns)
    try:
        few = count(question, [one.name for one in columns])
    except AppError:
        return tuple(columns)
    return tuple(one for one in columns if one.name in few)


def excluded_note(value: PointGroup, question: Question | None, table: ResultTable | None) -> str:
    """What is left out besides an excluded value, as text: in SQL, what has no value is not another value. Empty where
    a result has no such rows."""
    if question is None or table is None or value.group not in question.groups or value.value is None:
        return ""
    place = question.groups.index(value.group)
    has_empty = any(row[place] is None for row in table.rows)
    return _("Rows without a value are left out too.") if has_empty else ""


def _kinds(question: Question, source: BrowsedSource | None) -> Mapping[str, ValueKind]:
    table = source.table(question.table) if source is not None else None
    return {one.name: one.kind for one in table.columns} if table is not None else {}


def _named(table: ResultTable, place: int, group: Group, value: Cell, interval: Unit) -> PointGroup:
    column = table.columns[place]
    if value is None:
        name = _("no value")
    elif isinstance(value, bool):
        name = _("Yes") if value else _("No")
    elif value == "":
        name = _("(empty)")
    elif group.unit and isinstance(value, datetime):
        name = period_name(value, interval if group.unit == "interval" else group.unit, table.read_at)
    else:
        row: Sequence[Cell] = [value if k == place else None for k in range(len(table.columns))]
        name = number_format.format_value(table, row, place)
    return PointGroup(group, value, column.title, name)


def period_name(start: datetime, unit: Unit, read_at: datetime) -> str:
    """A period as people call it: a week by its number, any other by its days or its time."""
    if unit == "week":
        return week_labels([start.date()], read_at)[0]
    if unit in _CLOCK:
        return f"{full_date(start)} {start:%H:%M:%S}" if unit == "second" else f"{full_date(start)} {start:%H:%M}"
    end = period_end(start, unit)
    return utc_span(start, end) if end is not None else full_date(start)


def _period(point: Point, question: Question, result: QueryResult, interval: Unit) -> Period | None:
    found = point.period
    if found is None or result.period is None:
        return None
    group, start = found
    if Filter(group.column, "in_range") not in question.filters:
        return None
    end = period_end(start, interval if group.unit == "interval" else group.unit)
    if end is None:
        return None
    shown = Period(max(start, result.period.start), min(end, result.period.end))
    return shown if shown.start < shown.end and shown != result.period else None
