"""The question that a table is opened with, and where a column that is added fits."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Literal, Protocol

from benchboard.analytics.query_builder.question import (
    TIMES,
    Filter,
    Function,
    Measure,
    Question,
    Sort,
    Unit,
    with_added_measure,
    with_group,
    with_measure,
    with_parts,
    with_plain_column,
)
from benchboard.analytics.query_types import NUMBERS, ValueKind

_CATEGORIES: Final = 12
FIRST_ROWS: Final = 100
"""Rows of a table without a time that are shown at first."""


class FirstMeasure(Protocol):
    """What a question begins with."""

    @property
    def column(self) -> str:
        """The column of its numbers."""

    @property
    def function(self) -> Function:
        """What is calculated of them."""

    @property
    def by(self) -> str:
        """The column of texts for each of which it is calculated; empty for all rows together."""


def first_question(question: Question, time_column: str, unit: Unit, measure: FirstMeasure | None = None) -> Question:
    """The question for a table that was just opened, of which there is an empty one: a measure, or the count of its
    rows, over time; without a time the first rows."""
    if not time_column:
        return replace(question, limit=FIRST_ROWS)
    found = with_column(question, time_column, "timestamp", unit=unit)
    if measure is not None and measure.by:
        found = with_column(found, measure.by, "text", unit="")
    return _measured(found, measure)


Shape = Literal["rows", "values", "points", "time", "categories", "number", "grid"]
"""What a chart needs: rows as they are, one number of all rows (`values`), two of them (`points`), numbers over time,
numbers for categories, one number, or numbers by time and categories, two of them where there is no time."""


def ranged_question(question: Question, columns: Sequence[tuple[str, ValueKind]]) -> Question | None:
    """The question filtered by the time range: by the time that it groups by, or by the only one in its columns. None
    if it is filtered by it already, or if that column isn't plain."""
    if any(one.operator == "in_range" for one in question.filters):
        return None
    times = [name for name, kind in columns if kind in TIMES]
    column = next((one.column for one in question.groups if one.unit), times[0] if len(times) == 1 else None)
    if column is None:
        return None
    return replace(question, filters=(Filter(column, "in_range"), *question.filters))


def in_range_question(question: Question, columns: Sequence[tuple[str, ValueKind]]) -> Question | None:
    """The question filtered by the time range, as somebody asks for it: by the time that it groups by, or by the first
    one in its columns. None if it has no time; unchanged if it is filtered so already."""
    if any(one.operator == "in_range" for one in question.filters):
        return question
    grouped = next((one.column for one in question.groups if one.unit), None)
    column = grouped or next((name for name, kind in columns if kind in TIMES), None)
    if column is None:
        return None
    return replace(question, filters=(Filter(column, "in_range"), *question.filters))


def all_time_question(question: Question, unit: Unit) -> Question:
    """The question without the time range; times that it rounds by it are rounded to `unit`."""
    groups = tuple(replace(one, unit=unit) if one.unit == "interval" else one for one in question.groups)
    return replace(
        question, filters=tuple(one for one in question.filters if one.operator != "in_range"), groups=groups
    )


def starting_question(
    question: Question,
    columns: Sequence[tuple[str, ValueKind]],
    shape: Shape,
    measure: FirstMeasure | None = None,
) -> Question:
    """A question of this shape to begin with over a table, of which there is an empty one; with what the table has: the
    first of its columns that fits, and a measure or the count of its rows. Its texts are those that the measure is
    calculated by, if there are such. Categories have no amounts in several currencies, whose sizes can't be compared:
    their rows are counted."""
    if measure is not None and measure.by and shape == "categories":
        others = [one for one in columns if one[0] != measure.by]
        columns = others if any(kind == "text" for _name, kind in others) else columns
        measure = None
    if measure is not None and measure.by:
        columns = [one for one in columns if one[1] != "text" or one[0] == measure.by]
    time = next((name for name, kind in columns if kind in TIMES), "")
    text = next((name for name, kind in columns if kind == "text"), "")
    if shape == "number":
        return with_measure(question, "count")
    if shape == "grid":
        return _by_two(question, columns, measure)
    if shape == "time" or (shape == "categories" and not text):
        text = "" if time else text
    else:
        time = ""
    if shape in ("rows", "values", "points") or not (time or text):
        return replace(question, limit=FIRST_ROWS)
    if time:
        return first_question(question, time, "month", measure)
    return replace(_measured(with_column(question, text, "text", unit=""), measure), limit=_CATEGORIES)


def _by_two(question: Question, columns: Sequence[tuple[str, ValueKind]], measure: FirstMeasure | None) -> Question:
    """A question with two groups: the first time and the first text, or the first two texts; with what there is."""
    time = [(name, kind) for name, kind in columns if kind in TIMES][:1]
    texts = [(name, kind) for name, kind in columns if kind == "text"][: 2 - len(time)]
    found = question
    for name, kind in [*time, *texts]:
        found = with_column(found, name, kind, unit="month" if kind in TIMES else "")
    return _measured(found, measure) if found.groups else replace(question, limit=FIRST_ROWS)


def _measured(question: Question, measure: FirstMeasure | None) -> Question:
    """With this measure in place of the count of rows, in whose order its groups may be."""
    if measure is None:
        return question
    found = _in_place_of_count(question, with_measure(question, measure.function, measure.column))
    known = {one.output for one in question.measures}
    sorts = tuple(replace(one, name=found.measures[0].output) if one.name in known else one for one in question.sorts)
    return replace(found, sorts=sorts)


def with_column(
    question: Question,
    column: str,
    kind: ValueKind,
    *,
    unit: Unit,
    is_id: bool = False,
    measure: Measure | None = None,
) -> Question:
    """The question with a column added where it fits: times and texts group, numbers are added up, ids (`is_id`) are
    counted, a data model's `measure` is added as it is. `unit` is what times are rounded down to; by
    `interval`, only those within the time range are left. Of a question that shows columns of the rows themselves, it
    is one more of these."""
    if question.columns and measure is None:
        return with_plain_column(question, column)
    rows_only = not question.outputs
    if measure is not None:
        measured = with_added_measure(question, measure)
        found = _in_place_of_count(question, measured) if measure.function != "count" else measured
    elif is_id:
        found = _in_place_of_count(question, with_measure(question, "count_distinct", column))
    elif kind in NUMBERS:
        found = _in_place_of_count(question, with_measure(question, "sum", column))
    else:
        found = with_group(question, column, unit if kind in TIMES else "")
        if not found.measures:
            found = with_measure(found, "count")
    if kind in TIMES and unit == "interval" and not any(one.operator == "in_range" for one in found.filters):
        found = replace(found, filters=(Filter(column, "in_range"), *found.filters))
    if rows_only:
        found = replace(found, limit=None, sorts=())
    if kind in TIMES and not found.sorts:
        group = next(one for one in found.groups if one.column == column)
        found = replace(found, sorts=(Sort(group.output),))
    elif found.sorts and found.groups and len(found.groups) > len(question.groups):
        # In a fixed order the series of a chart keep their colours, however the engine returns rows of equal times.
        found = replace(found, sorts=(*found.sorts, Sort(found.groups[-1].output)))
    elif not found.sorts and found.groups and found.measures:
        found = replace(found, sorts=(Sort(found.measures[0].output, descending=True),))
    return found


def with_size_order(question: Question, before: Question, kind: Callable[[str], ValueKind]) -> Question:
    """The question in the order of its first measure, from the largest, if it has just become one of measures by texts:
    those have no order of their own, as times and numbers have. `kind`: that of a column."""
    if question.sorts or (before.groups and before.measures) or not (question.groups and question.measures):
        return question
    if any(one.unit or kind(one.column) != "text" for one in question.groups):
        return question
    return replace(question, sorts=(Sort(question.measures[0].output, descending=True),))


def _in_place_of_count(question: Question, found: Question) -> Question:
    """With the added measure alone, if the question only had the count of rows that was put in by itself: beside sums
    of thousands that would be a line along the bottom of the chart."""
    count = with_measure(replace(question, measures=()), "count").measures
    if not question.groups or question.measures != count or len(found.measures) != 2:
        return found
    return with_parts(question, measures=found.measures[1:])
