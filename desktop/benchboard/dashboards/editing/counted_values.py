"""What the values of a dashboard's variable are counted over: the rows that its widgets read with the other filters."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from benchboard.analytics.query_builder.question import Dialect, Filter, Question
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.editing.marked_query import marked_variable, named_filter, read_marked

_DISTINCT: Final = re.compile(r"\s*select\s+distinct\s+(.+?)(?=\s+from\s)(.*?)(\s+order\s+by\s.*)?", re.I | re.S)
_MOST_NAMED: Final = 200
"""Values of another variable that the query of the counts names one by one."""


@dataclass(frozen=True, slots=True)
class CountedColumn:
    """A column of a question without groups, whose filters are those that all widgets of the variable have."""

    question: Question
    column: str


def counted_column(
    variable: Variable, queries: Sequence[str], dialect: Dialect, others: Mapping[str, Variable]
) -> CountedColumn | None:
    """The column whose values a variable has. `queries` are those of the widgets over its source, with the conditions
    of the reader's filters; `others` are the page's other variables by name. None where it isn't known."""
    found = _of_widgets(variable, queries, dialect)
    if found is None:
        return _of_its_query(variable, dialect)
    filters = [_with_values(one, others) for one in found.question.filters]
    if any(one is None for one in filters):
        return None
    return replace(found, question=replace(found.question, filters=tuple(one for one in filters if one is not None)))


def _of_widgets(variable: Variable, queries: Sequence[str], dialect: Dialect) -> CountedColumn | None:
    """The column that the widgets filter by the variable, with the filters that all of them share."""
    found: CountedColumn | None = None
    for text in queries:
        question = read_marked(text, variable.data_source_id, dialect) if f":{variable.name}" in text else None
        if question is None:
            continue
        for one in question.filters:
            if one != named_filter(one.column, variable.name):
                continue
            rest = tuple(other for other in question.filters if other != one)
            if found is None:
                rows = replace(question, filters=rest, groups=(), measures=(), sorts=(), limit=None)
                found = CountedColumn(rows, one.column)
            elif _rows(found.question) == _rows(question) and found.column == one.column:
                shared = tuple(other for other in found.question.filters if other in rest)
                found = replace(found, question=replace(found.question, filters=shared))
    return found


def _rows(question: Question) -> object:
    return question.table, question.joins, question.calculations


def _of_its_query(variable: Variable, dialect: Dialect) -> CountedColumn | None:
    """The column that the variable's own query lists (`SELECT DISTINCT status FROM orders …`)."""
    listed = _DISTINCT.fullmatch(variable.query)
    if listed is None:
        return None
    text = f"SELECT {listed[1]}{listed[2]} GROUP BY 1"
    question = from_sql(text, source_id=variable.data_source_id, dialect=dialect)
    if question is None or len(question.groups) != 1 or question.groups[0].unit:
        return None
    return CountedColumn(replace(question, groups=()), question.groups[0].column)


def _with_values(one: Filter, others: Mapping[str, Variable]) -> Filter | None:
    """The condition with the values of the variable that it names; None where these can't be named."""
    name = marked_variable(one)
    if not name:
        return one
    other = others.get(name)
    if other is None or not other.chosen:
        return None
    if other.all_chosen and other.type == "query" and len(other.chosen) > _MOST_NAMED:
        return Filter(one.column, "filled")
    return Filter(one.column, "one_of", other.chosen) if len(other.chosen) <= _MOST_NAMED else None


def ordered_by_rows(values: Iterable[str], counts: Mapping[str, int]) -> tuple[str, ...]:
    """Values with the most rows first; those with as many as before, and those without any last."""
    return tuple(sorted(values, key=lambda one: -counts.get(one, 0)))
