"""The question that a table is opened with, and where a column that is added fits."""

from dataclasses import replace
from typing import Final

from benchboard.analytics.query_builder.question import (
    TIMES,
    Filter,
    Question,
    Sort,
    Unit,
    with_group,
    with_measure,
)
from benchboard.analytics.query_types import NUMBERS, ValueKind

FIRST_ROWS: Final = 100
"""Rows of a table without a time that are shown at first."""


def first_question(table: str, source_id: str, time_column: str, unit: Unit) -> Question:
    """The question for a table that was just opened: its rows over time, or without a time the first rows."""
    question = Question(table, source_id)
    if not time_column:
        return replace(question, limit=FIRST_ROWS)
    return with_column(question, time_column, "timestamp", unit=unit)


def with_column(question: Question, column: str, kind: ValueKind, *, unit: Unit, is_id: bool = False) -> Question:
    """The question with a column added where it fits: times and texts group, numbers are added up, ids (`is_id`) are
    counted. `unit` is what times are rounded down to; by `interval`, only those within the time range are left."""
    rows_only = not question.outputs
    if is_id:
        found = with_measure(question, "count_distinct", column)
    elif kind in NUMBERS:
        found = with_measure(question, "sum", column)
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
