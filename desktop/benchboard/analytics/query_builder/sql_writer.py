"""Writes the query of a `Question` in SQL."""

from typing import Final

from benchboard.analytics.query_builder.question import (
    Dialect,
    Filter,
    Function,
    Group,
    Measure,
    Question,
    Sort,
    Unit,
)
from benchboard.analytics.query_builder.sql_words import quote_name, quote_table, quote_text, quote_value

COMPARISONS: Final = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
AGGREGATES: Final[tuple[Function, ...]] = ("sum", "avg", "min", "max", "median")
LIKE_SIGNS: Final = "\\%_"
MYSQL_UNITS: Final[dict[Unit, str]] = {
    "minute": "CAST(DATE_FORMAT({column}, '%Y-%m-%d %H:%i:00') AS DATETIME)",
    "hour": "CAST(DATE_FORMAT({column}, '%Y-%m-%d %H:00:00') AS DATETIME)",
    "day": "CAST(DATE_FORMAT({column}, '%Y-%m-%d') AS DATE)",
    "week": "CAST(DATE_SUB({column}, INTERVAL WEEKDAY({column}) DAY) AS DATE)",
    "month": "CAST(DATE_FORMAT({column}, '%Y-%m-01') AS DATE)",
    "quarter": "CAST(DATE_SUB(DATE_FORMAT({column}, '%Y-%m-01'), INTERVAL MOD(MONTH({column}) - 1, 3) MONTH) AS DATE)",
    "year": "CAST(DATE_FORMAT({column}, '%Y-01-01') AS DATE)",
}
"""How MySQL, which has no `date_trunc`, rounds a time down."""
_INDENT: Final = " " * len("SELECT ")


def to_sql(question: Question, dialect: Dialect | None = None) -> str:
    """The query in the language of its source, or in another one. The same question has the same text always."""
    language = dialect or question.dialect
    outputs = [_group(one, language) for one in question.groups]
    outputs += [_measure(one, language) for one in question.measures]
    lines = ["SELECT " + (",\n" + _INDENT).join(outputs or ["*"]), f"FROM {quote_table(question.table, language)}"]
    if question.filters:
        lines.append("WHERE " + "\n  AND ".join(_condition(one, language) for one in question.filters))
    if question.groups:
        lines.append("GROUP BY " + ", ".join(str(place) for place, _one in enumerate(question.groups, 1)))
    if question.sorts:
        lines.append("ORDER BY " + ", ".join(_sort(one, language) for one in question.sorts))
    if question.limit is not None:
        lines.append(f"LIMIT {question.limit}")
    return "\n".join(lines)


def rounded_time(column: str, unit: Unit, dialect: Dialect) -> str:
    """The expression that rounds the times of a column, written in SQL, down to a unit."""
    if dialect == "mysql":
        return MYSQL_UNITS[unit].format(column=column)
    return f"date_trunc({':interval' if unit == 'interval' else quote_text(unit)}, {column})"


def _group(group: Group, dialect: Dialect) -> str:
    column = quote_name(group.column, dialect)
    if group.unit:
        column = rounded_time(column, group.unit, dialect)
    return f"{column} AS {quote_name(group.name, dialect)}" if group.name else column


def _measure(measure: Measure, dialect: Dialect) -> str:
    column = quote_name(measure.column, dialect)
    if measure.function == "count":
        value = "count(*)"
    elif measure.function == "count_distinct":
        value = f"count(DISTINCT {column})"
    else:
        value = f"{measure.function}({column})"
    return f"{value} AS {quote_name(measure.name, dialect)}"


def _condition(one: Filter, dialect: Dialect) -> str:
    column = quote_name(one.column, dialect)
    if one.operator == "in_range":
        return f"{column} >= :from\n  AND {column} < :to"
    if one.operator in ("empty", "filled"):
        return f"{column} IS {'NOT ' if one.operator == 'filled' else ''}NULL"
    if one.operator in ("one_of", "none_of"):
        listed = ", ".join(quote_value(value, dialect) for value in one.values)
        return f"{column} {'NOT ' if one.operator == 'none_of' else ''}IN ({listed})"
    value = one.values[0]
    if one.operator in ("contains", "starts"):
        return _text_condition(column, str(value), dialect, within=one.operator == "contains")
    return f"{column} {COMPARISONS[one.operator]} {quote_value(value, dialect)}"


def _text_condition(column: str, text: str, dialect: Dialect, *, within: bool) -> str:
    if dialect == "duckdb":  # its LIKE has no escape sign
        return f"{'contains' if within else 'starts_with'}(lower({column}), lower({quote_text(text)}))"
    pattern = "".join(f"\\{sign}" if sign in LIKE_SIGNS else sign for sign in text)
    pattern = quote_text(f"%{pattern}%" if within else f"{pattern}%", dialect)
    return f"lower({column}) LIKE lower({pattern})" if dialect == "mysql" else f"{column} ILIKE {pattern}"


def _sort(one: Sort, dialect: Dialect) -> str:
    return quote_name(one.name, dialect) + (" DESC" if one.descending else "")
