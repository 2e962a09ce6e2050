"""What a reader selects at the values of charts: conditions that the widgets' queries get in this window only, values
of variables, and periods. None of it changes the document."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from benchboard.analytics.query_builder.question import Calculation, Dialect, Filter, Operator, Question, Value
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.dashboards.editing.marked_query import read_marked, write_marked
from benchboard.dashboards.variables.repeat_expansion import VariableChoice


@dataclass(frozen=True, slots=True)
class ReaderFilter:
    """A condition on a column of a table of a source. `tables` are those of the source whose column of this name is
    filtered too; `expression` is that of a calculated column, which only queries that calculate the same have."""

    source_id: str
    dialect: Dialect
    table: str
    tables: frozenset[str]
    column: str
    operator: Operator
    values: tuple[Value, ...] = ()
    expression: str = ""

    def name_in(self, question: Question) -> str | None:
        """What its column is called in a question; None if the question doesn't have it."""
        if self.expression:
            has = Calculation(self.column, self.expression) in question.calculations and question.table == self.table
            return self.column if has else None
        for tables in ({self.table}, self.tables):  # its own table first: others may have a column of this name
            if question.table in tables:
                return self.column
            for join in question.joins:
                if not join.source and join.table in tables:
                    return dict(join.columns).get(self.column)
        return None


@dataclass(frozen=True, slots=True)
class PointSelection:
    """What was selected at one value of a chart: a condition, values of a variable, or a period; with what was selected
    before it. `title` names it for people, `origin` the widget it was selected at."""

    title: str
    origin: str
    filter: ReaderFilter | None = None
    variable: str = ""
    choice: VariableChoice | None = None
    choice_before: VariableChoice | None = None
    time: TimeRange | None = None
    time_before: TimeRange | None = None


class FilteredQuery(NamedTuple):
    """A query with the conditions of a reader's filters; `missed` are the indexes of those that it can't take."""

    text: str
    missed: tuple[int, ...] = ()


def filtered_query(text: str, source_id: str, filters: Sequence[ReaderFilter]) -> FilteredQuery:
    """A query with those of the filters that it can take: the builder must be able to read it, and it has to be over a
    table with the column."""
    return _filtered(text, source_id, tuple(filters)) if filters else FilteredQuery(text)


@lru_cache(maxsize=512)
def _filtered(text: str, source_id: str, filters: tuple[ReaderFilter, ...]) -> FilteredQuery:
    dialect = next((one.dialect for one in filters if one.source_id == source_id), None)
    question = read_marked(text, source_id, dialect) if dialect is not None else None
    if question is None or dialect is None:
        return FilteredQuery(text, tuple(range(len(filters))))
    missed = []
    for place, one in enumerate(filters):
        name = one.name_in(question) if one.source_id == source_id else None
        if name is None:
            missed.append(place)
            continue
        condition = Filter(name, one.operator, one.values)
        if condition not in question.filters:
            question = replace(question, filters=(*question.filters, condition))
    written = write_marked(question, dialect) if len(missed) < len(filters) else text
    return (
        FilteredQuery(written, tuple(missed))
        if len(written) <= MAX_QUERY
        else FilteredQuery(text, tuple(range(len(filters))))
    )
