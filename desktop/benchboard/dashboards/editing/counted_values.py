"""What the values of a dashboard's variable are counted over: the rows that its widgets read with the other filters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from benchboard.analytics.query_builder.question import Dialect, Filter, Question
from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.editing.marked_query import marked_variable, named_filter, read_marked
from benchboard.dashboards.variables.filter_variables import is_unfiltered, listed_column

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
    filters = _with_values(found.question.filters, others)
    return replace(found, question=replace(found.question, filters=filters)) if filters is not None else None


def _of_widgets(variable: Variable, queries: Sequence[str], dialect: Dialect) -> CountedColumn | None:
    """The column that the widgets filter by the variable, with the filters that all of them over its table share: what
    a single one shows isn't what the variable can choose. Of these, the rows of the one with the fewest joins."""
    found: list[tuple[Question, str]] = []
    for text in queries:
        question = read_marked(text, variable.data_source_id, dialect) if f":{variable.name}" in text else None
        for one in question.filters if question is not None else ():
            if question is not None and one == named_filter(one.column, variable.name):
                rest = tuple(other for other in question.filters if other != one)
                found.append((replace(question, filters=rest), one.column))
    if not found:
        return None
    table, column = found[0][0].table, found[0][1]
    alike = [question for question, filtered in found if (question.table, filtered) == (table, column)]
    plain = min(alike, key=lambda one: (len(one.joins), len(one.calculations)))
    shared = tuple(one for one in plain.filters if all(one in other.filters for other in alike))
    return CountedColumn(replace(plain, filters=shared, groups=(), measures=(), sorts=(), limit=None), column)


def _of_its_query(variable: Variable, dialect: Dialect) -> CountedColumn | None:
    """The column that the variable's own query lists."""
    listed = listed_column(variable, dialect)
    return CountedColumn(replace(listed, groups=()), listed.groups[0].column) if listed is not None else None


def _with_values(filters: Iterable[Filter], others: Mapping[str, Variable]) -> tuple[Filter, ...] | None:
    """The conditions with the values of the variables that they name; None where these can't be named."""
    found = []
    for one in filters:
        name = marked_variable(one)
        other = others.get(name) if name else None
        if other is not None and is_unfiltered(other):
            continue
        if not name:
            found.append(one)
        elif other is None or not other.chosen:
            return None
        elif other.all_chosen and other.type == "query" and len(other.chosen) > _MOST_NAMED:
            found.append(Filter(one.column, "filled"))
        elif len(other.chosen) <= _MOST_NAMED:
            found.append(Filter(one.column, "one_of", other.chosen))
        else:
            return None
    return tuple(found)


def ordered_by_rows(values: Iterable[str], counts: Mapping[str, int]) -> tuple[str, ...]:
    """Values with the most rows first; those with as many as before, and those without any last."""
    return tuple(sorted(values, key=lambda one: -counts.get(one, 0)))
