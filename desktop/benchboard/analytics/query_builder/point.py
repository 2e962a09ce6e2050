"""One point of a query's result, such as a bar, a slice or a cell: the conditions of the rows behind it, and the
questions about these rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from benchboard.analytics.query_builder.question import (
    CLOCK_UNITS,
    Filter,
    Group,
    Measure,
    Question,
    Sort,
    Unit,
    Value,
    free_name,
    with_group,
    with_parts,
)
from benchboard.analytics.query_types import ValueKind

PointCell = str | int | Decimal | bool | datetime | date | None
_MONTHS: Final[Mapping[Unit, int]] = {"month": 1, "quarter": 3, "year": 12}
_EXACT_DIGITS: Final = 15
"""A number of so many digits may be a rounded one: a comparison would find other rows, or none."""
_SECONDS: Final[Mapping[Unit, int]] = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}


@dataclass(frozen=True, slots=True)
class Point:
    """A value of a result. `groups`: the value of each group of the question that this point is of; a group that isn't
    among them has all of its values. `measure`: what was calculated there; None where the point is no number."""

    groups: tuple[tuple[Group, PointCell], ...] = ()
    measure: Measure | None = None

    @property
    def values(self) -> tuple[tuple[Group, PointCell], ...]:
        """The groups that are no periods, with their values."""
        return tuple(pair for pair in self.groups if not pair[0].unit)

    @property
    def period(self) -> tuple[Group, datetime] | None:
        """The group of periods and the beginning of this one; None where there is none, or where it has no time."""
        for group, value in self.groups:
            if group.unit and (start := _moment(value)) is not None:
                return group, start
        return None


def period_end(start: datetime, unit: Unit) -> datetime | None:
    """The first moment after the period of this unit that begins at `start`; None after the end of the calendar, and
    for the unit `interval`, whose length depends on the time range."""
    try:
        if unit in _MONTHS:
            year, month = divmod(start.year * 12 + start.month - 1 + _MONTHS[unit], 12)
            return start.replace(year=year, month=month + 1) if year <= MAXYEAR else None
        return start + timedelta(seconds=_SECONDS[unit]) if unit in _SECONDS else None
    except OverflowError:
        return None


def conditions(
    groups: Sequence[tuple[Group, PointCell]], *, interval: Unit = "", kinds: Mapping[str, ValueKind] | None = None
) -> tuple[Filter, ...] | None:
    """The conditions that the rows behind a point meet; None if they can't be written. `interval` is what the unit of
    that name stands for; `kinds` are those of the columns, as far as they are known."""
    found: list[Filter] = []
    for group, value in groups:
        unit = interval if group.unit == "interval" else group.unit
        if value is None:
            found.append(Filter(group.column, "empty"))
        elif not group.unit:
            if isinstance(value, Decimal) and len(value.as_tuple().digits) >= _EXACT_DIGITS:
                return None
            found.append(value_filter(group.column, value))
        elif (start := _moment(value)) is None or not unit:
            return None
        elif (kinds or {}).get(group.column) == "date" and unit in CLOCK_UNITS:
            found.append(Filter(group.column, "eq", (_written(start),)))  # a date is its midnight
        else:
            found.append(Filter(group.column, "ge", (_written(start),)))
            end = period_end(start, unit)
            if end is not None:
                found.append(Filter(group.column, "lt", (_written(end),)))
    return tuple(found)


def value_filter(column: str, value: PointCell, *, excluded: bool = False) -> Filter:
    """The condition that a column has this value or, `excluded`, that it has another one."""
    if value is None:
        return Filter(column, "filled" if excluded else "empty")
    return Filter(column, "ne" if excluded else "eq", (filter_value(value),))


def filter_value(value: PointCell) -> Value:
    """A cell as filters write it. Raises `ValueError` for one without a value."""
    if value is None:
        raise ValueError("there is no value to filter by")
    return _written(value) if isinstance(value, date) else value


def merged_filters(question: Question, filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """The filters of a question with these, each once."""
    return tuple(dict.fromkeys((*question.filters, *filters)))


def rows_question(question: Question, filters: Sequence[Filter], point: Point) -> Question:
    """The rows behind a point, whose conditions are `filters`: the earliest first, else those with the largest values
    of what was added up."""
    sorts: tuple[Sort, ...] = ()
    time_group = next((one for one in question.groups if one.unit), None)
    if time_group is not None:
        sorts = (Sort(time_group.column),)
    elif point.measure is not None and point.measure.column and point.measure.function != "count_distinct":
        sorts = (Sort(point.measure.column, point.measure.function != "min"),)
    return replace(question, filters=merged_filters(question, filters), groups=(), measures=(), sorts=sorts, limit=None)


def totals_question(question: Question, filters: Sequence[Filter], point: Point) -> Question:
    """How many rows are behind a point, and what its measure is over them: one row of one or two columns."""
    measures = [Measure("count", "", free_name("row_count", [point.measure.name] if point.measure else []))]
    if point.measure is not None:
        measures.append(point.measure)
    return replace(
        question, filters=merged_filters(question, filters), groups=(), measures=tuple(measures), sorts=(), limit=None
    )


def broken_down(question: Question, filters: Sequence[Filter], point: Point, column: str) -> Question:
    """The question over the rows behind a point alone, by another column: in place of the groups that have one value
    there."""
    pinned = {group for group, _value in point.groups}
    kept = replace(question, filters=merged_filters(question, filters), limit=None)
    kept = with_parts(
        kept,
        groups=[one for one in question.groups if one not in pinned],
        measures=[point.measure] if point.measure is not None else question.measures,
    )
    found = with_group(kept, column)
    if any(one.unit for one in found.groups) or not found.measures:
        return found
    return replace(found, sorts=(Sort(found.measures[0].output, descending=True),))


def _moment(value: PointCell) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


def _written(value: date) -> str:
    """A date or a time as filters write it; of a midnight the day alone, which columns of dates have too."""
    moment = _moment(value)
    if moment is None or not isinstance(value, datetime) or moment.time() == time():
        return value.isoformat() if not isinstance(value, datetime) else f"{moment:%Y-%m-%d}"
    return moment.replace(tzinfo=None).isoformat(sep=" ")
