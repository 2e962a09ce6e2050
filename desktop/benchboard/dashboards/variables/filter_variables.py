"""Variables that list the values of a column, and the condition on it: none while all of the values are selected."""

import re
from collections.abc import Collection
from functools import lru_cache, partial
from typing import Final

from benchboard.analytics.query_builder.question import Dialect, Question
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_words import quote_name, quote_table
from benchboard.analytics.query_builder.sql_writer import rows_sql
from benchboard.dashboards.document.document import Variable

_VALUES_QUERY: Final = re.compile(r"SELECT DISTINCT (.+)\nFROM (.+)\nWHERE \1 IS NOT NULL\nORDER BY \1")
_DISTINCT: Final = re.compile(r"\s*select\s+distinct\s+(.+?)(?=\s+from\s)(.*?)(\s+order\s+by\s.*)?", re.I | re.S)
_NAME: Final = r"""(?:[A-Za-z_]\w*|"(?:[^"\n]|"")+"|`(?:[^`\n]|``)+`)"""
_ENDS: Final = r"(?=\n  AND |\s+(?i:GROUP BY|HAVING|WINDOW|QUALIFY|ORDER BY|LIMIT|OFFSET)\s|\s*(?:;|--|/\*|\Z))"
_SUBQUERY: Final = re.compile(
    rf"(?P<table>\(SELECT \* FROM {_NAME}(?:\.{_NAME})?|\) AS {_NAME})"  # noqa: S608  # a pattern
    rf" WHERE (?P<conditions>{_NAME} IN \(:\w+\)(?: AND {_NAME} IN \(:\w+\))*)\)"
)
"""A table that is filtered by variables, as `analytics.table_filters` writes it."""

_OPERAND: Final = rf"(?:\w+\([^()'\"]*\)|{_NAME}(?:\.{_NAME}){{0,3}})"
_ALONE: Final = (
    r"(?=\s*(?:\)|;|--|/\*|\Z)"
    r"|\s+(?i:AND|OR|THEN|GROUP|HAVING|WINDOW|QUALIFY|ORDER|LIMIT|OFFSET|UNION|EXCEPT|INTERSECT|JOIN|LEFT|INNER)\b)"
)


def values_query(table: str, column: str, dialect: Dialect) -> str:
    """The query of a variable that has the values of a column."""
    name = quote_name(column, dialect)
    return f"SELECT DISTINCT {name}\nFROM {quote_table(table, dialect)}\nWHERE {name} IS NOT NULL\nORDER BY {name}"


def calculated_values_query(rows: Question, column: str) -> str:
    """The query of a variable that has the values of a column which `rows` calculates."""
    name, table = quote_name(column, rows.dialect), " ".join(rows_sql(rows).split("\n"))
    return f"SELECT DISTINCT {name}\nFROM {table}\nWHERE {name} IS NOT NULL\nORDER BY {name}"


@lru_cache(maxsize=1024)  # asked for every variable of every query of every frame
def is_values_query(query: str) -> bool:
    """Whether a query is one that `values_query` writes: its values have no order of their author's."""
    return _VALUES_QUERY.fullmatch(query) is not None


def is_unfiltered(variable: Variable) -> bool:
    """Whether a variable lists the values of a column and lets all of them through."""
    return variable.type == "query" and variable.all_chosen and is_values_query(variable.query)


def listed_column(variable: Variable, dialect: Dialect) -> Question | None:
    """The rows that the query of a variable reads, grouped by the column that it lists (`SELECT DISTINCT status FROM
    orders …`). None where it lists anything else."""
    found = _DISTINCT.fullmatch(variable.query)
    if found is None:
        return None
    text = f"SELECT {found[1]}{found[2]} GROUP BY 1"
    question = from_sql(text, source_id=variable.data_source_id, dialect=dialect)
    if question is None or len(question.groups) != 1 or question.groups[0].unit:
        return None
    return question


def without_conditions(query: str, variables: Collection[str]) -> str:
    """A query as it was filtered by these variables, without the conditions on them. Their list of values has none for
    rows without a value, nor those of other sources: with all of them selected such rows belong to the result too."""
    for name in variables:
        if f"IN (:{name})" not in query:
            continue
        condition = rf"{_NAME} IN \(:{re.escape(name)}\)"
        query = re.sub(rf"(\n[ \t]*WHERE ){condition}\n  AND ", r"\1", query)
        query = re.sub(rf"\n(?:[ \t]*WHERE|  AND) {condition}{_ENDS}", "", query)
        query = _SUBQUERY.sub(partial(_without_condition, name), query)
    return query


def open_conditions(query: str, variables: Collection[str]) -> str:
    """A query, as anybody wrote it, with a true condition in place of each that is a column or a function `IN` one of
    these variables, or equal to it: of those that have no values to filter by. What is more than that stays."""
    for name in variables:
        if f":{name}" in query:
            query = _conditions_on(name).sub(_opened, query)
    return query


@lru_cache(maxsize=256)
def _conditions_on(name: str) -> re.Pattern[str]:
    variable = rf":{re.escape(name)}(?!\w)"
    return re.compile(
        rf"(?P<before>(?<![\w.])(?i:WHERE|AND|OR|ON|HAVING|WHEN)\s+|\(\s*)"
        rf"{_OPERAND}(?:\s+(?i:IN)\s*\(\s*{variable}\s*\)|\s*=\s*{variable}){_ALONE}"
        r"""|'[^']*(?:'|\Z)|"[^"]*(?:"|\Z)|--[^\n]*|/\*.*?(?:\*/|\Z)""",
        re.DOTALL,
    )


def _opened(found: re.Match[str]) -> str:
    return found[0] if found["before"] is None else f"{found['before']}1 = 1"


def _without_condition(variable: str, subquery: re.Match[str]) -> str:
    """A filtered table without the condition on a variable."""
    rest = [one for one in subquery["conditions"].split(" AND ") if not one.endswith(f" IN (:{variable})")]
    return f"{subquery['table']} WHERE {' AND '.join(rest)})" if rest else f"{subquery['table']})"
