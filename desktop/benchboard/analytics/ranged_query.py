"""Lets a query follow the time range: a condition on the time that it groups by, or on the only one of its table."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from benchboard.analytics.query_builder.first_question import ranged_question
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.written_groups import filtered_text, written_groups

ColumnsOf = Callable[[str], Sequence[tuple[str, ValueKind]]]
"""The columns of a table by its name; none if it isn't known."""


def ranged_query(text: str, source_id: str, dialect: Dialect, columns_of: ColumnsOf) -> str | None:
    """The query with the condition that its rows are within the time range. None if it has it already, if it isn't
    known by which column it would be, or if the query isn't over one table."""
    question = from_sql(text, source_id=source_id, dialect=dialect)
    if question is not None:
        ranged = ranged_question(question, columns_of(question.table))
        return to_sql(ranged) if ranged is not None else None
    written = written_groups(text, source_id, dialect)
    if written is None:
        return None
    asked = replace(written.question, groups=tuple(written.groups.values()))
    ranged = ranged_question(asked, columns_of(asked.table))
    return filtered_text(text, ranged.filters[:1], dialect) if ranged is not None else None
