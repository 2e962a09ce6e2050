"""Writes the query of a `Question` in SQL."""

from typing import Final

from benchboard.analytics.query_builder.question import Dialect, Filter, Function, Group, Measure, Question, Sort
from benchboard.analytics.query_builder.sql_words import quote_name, quote_text, quote_value

COMPARISONS: Final = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
AGGREGATES: Final[tuple[Function, ...]] = ("sum", "avg", "min", "max", "median")
LIKE_SIGNS: Final = "\\%_"
_INDENT: Final = " " * len("SELECT ")


def to_sql(question: Question, dialect: Dialect | None = None) -> str:
    """The query in the language of its source, or in another one. The same question has the same text always."""
    language = dialect or question.dialect
    outputs = [*map(_group, question.groups), *map(_measure, question.measures)] or ["*"]
    lines = ["SELECT " + (",\n" + _INDENT).join(outputs), f"FROM {quote_name(question.table)}"]
    if question.filters:
        lines.append("WHERE " + "\n  AND ".join(_condition(one, language) for one in question.filters))
    if question.groups:
        lines.append("GROUP BY " + ", ".join(str(place) for place, _one in enumerate(question.groups, 1)))
    if question.sorts:
        lines.append("ORDER BY " + ", ".join(map(_sort, question.sorts)))
    if question.limit is not None:
        lines.append(f"LIMIT {question.limit}")
    return "\n".join(lines)


def _group(group: Group) -> str:
    column = quote_name(group.column)
    if group.unit:
        unit = ":interval" if group.unit == "interval" else quote_text(group.unit)
        column = f"date_trunc({unit}, {column})"
    return f"{column} AS {quote_name(group.name)}" if group.name else column


def _measure(measure: Measure) -> str:
    column = quote_name(measure.column)
    if measure.function == "count":
        value = "count(*)"
    elif measure.function == "count_distinct":
        value = f"count(DISTINCT {column})"
    else:
        value = f"{measure.function}({column})"
    return f"{value} AS {quote_name(measure.name)}"


def _condition(one: Filter, dialect: Dialect) -> str:
    column = quote_name(one.column)
    if one.operator == "in_range":
        return f"{column} >= :from\n  AND {column} < :to"
    if one.operator in ("empty", "filled"):
        return f"{column} IS {'NOT ' if one.operator == 'filled' else ''}NULL"
    if one.operator in ("one_of", "none_of"):
        listed = ", ".join(map(quote_value, one.values))
        return f"{column} {'NOT ' if one.operator == 'none_of' else ''}IN ({listed})"
    value = one.values[0]
    if one.operator in ("contains", "starts"):
        return _text_condition(column, str(value), dialect, within=one.operator == "contains")
    return f"{column} {COMPARISONS[one.operator]} {quote_value(value)}"


def _text_condition(column: str, text: str, dialect: Dialect, *, within: bool) -> str:
    if dialect == "duckdb":  # its LIKE has no escape sign
        return f"{'contains' if within else 'starts_with'}(lower({column}), lower({quote_text(text)}))"
    pattern = "".join(f"\\{sign}" if sign in LIKE_SIGNS else sign for sign in text)
    return f"{column} ILIKE {quote_text(f'%{pattern}%' if within else f'{pattern}%')}"


def _sort(one: Sort) -> str:
    return f"{quote_name(one.name)} DESC" if one.descending else quote_name(one.name)
