"""Reads a query with variables in the builder, which knows values alone, and writes it with its variables again."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from benchboard.analytics.query_builder.question import Dialect, Filter, Question
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_words import quote_text
from benchboard.analytics.query_builder.sql_writer import to_sql

_MARK: Final = "\ue000"
"""Begins the text that stands for a variable while the builder reads a query."""
_LISTED: Final = re.compile(r"\bIN\s*\(\s*:([A-Za-z_]\w*)\s*\)", re.IGNORECASE)


def read_marked(text: str, source_id: str, dialect: Dialect) -> Question | None:
    """The question of a query, with a marked value where it names a variable as `IN (:name)`; None where the builder
    can't read it."""
    marked = _LISTED.sub(lambda found: f"IN ({quote_text(_MARK + found[1], dialect)})", text)
    return from_sql(marked, source_id=source_id, dialect=dialect)


def is_made_by_builder(text: str, source_id: str) -> bool:
    """Whether the builder can read a query of a source whose language isn't known yet."""
    languages: tuple[Dialect, ...] = ("duckdb", "postgresql", "mysql") if source_id else ("own",)
    return any(read_marked(text, source_id, one) is not None for one in languages)


def write_marked(question: Question, dialect: Dialect) -> str:
    """The query of a question that `read_marked` returned, with its variables."""
    text = to_sql(question, dialect)
    for name in _marked_names(question.filters):
        text = text.replace(quote_text(_MARK + name, dialect), f":{name}")
    return text


def named_filter(column: str, variable: str) -> Filter:
    """The condition that a column has one of the values of a variable."""
    return Filter(column, "one_of", (_MARK + variable,))


def marked_variable(one: Filter) -> str:
    """The variable whose values a condition names; empty if it names none."""
    return next(iter(_marked_names([one])), "")


def variable_of(question: Question, column: str) -> str:
    """The variable whose values a column has in a question that `read_marked` returned; empty if there is none."""
    named = (one for one in question.filters if one.column == column and one.operator == "one_of")
    return next(iter(_marked_names(list(named))), "")


def _marked_names(filters: Collection[Filter]) -> list[str]:
    values: Iterable[object] = (value for one in filters for value in one.values)
    return sorted({value[1:] for value in values if isinstance(value, str) and value.startswith(_MARK)})
