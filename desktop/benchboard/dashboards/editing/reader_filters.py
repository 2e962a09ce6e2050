"""What a reader selects at the values of charts: conditions that the widgets' queries get in this window only, values
of variables, and periods. None of it changes the document."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from benchboard.analytics.query_builder.question import Calculation, Dialect, Filter, Operator, Question, Value
from benchboard.analytics.query_builder.sql_writer import condition_sql
from benchboard.analytics.table_filters import TableCondition, TableFilter, filtered_tables
from benchboard.analytics.table_references import Why
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.dashboards.editing.column_places import ColumnPlaces
from benchboard.dashboards.editing.marked_query import read_marked, write_marked
from benchboard.dashboards.variables.repeat_expansion import VariableChoice


@dataclass(frozen=True, slots=True)
class ReaderFilter:
    """A condition on a column. `expression` is that of a calculated column, which only queries over its table that
    calculate the same have."""

    places: ColumnPlaces
    operator: Operator
    values: tuple[Value, ...] = ()
    expression: str = ""

    def name_in(self, question: Question) -> str | None:
        """What its column is called in a question; None if the question doesn't have it."""
        if not self.expression:
            return self.places.name_in(question)
        own = (question.source_id, question.table) == (self.places.source_id, self.places.table)
        calculated = Calculation(self.places.column, self.expression) in question.calculations
        return self.places.column if own and calculated else None

    def same_column_as(self, other: "ReaderFilter") -> bool:
        """Whether both are conditions on one column, also where it was clicked in another of its tables."""
        columns = [(each.places.column.casefold(), each.expression) for each in (self, other)]
        return columns[0] == columns[1] and {*self.places.sources} == {*other.places.sources}


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
    """A query with the conditions of a reader's filters; `missed` are the indexes of those that it can't take, and
    `why` it takes none of them. `by_hand`: the builder can't read it, so nothing can take the conditions out again."""

    text: str
    missed: tuple[int, ...] = ()
    why: Why | None = None
    by_hand: bool = False


def filtered_query(text: str, source_id: str, filters: Sequence[ReaderFilter]) -> FilteredQuery:
    """A query with those of the filters that it can take: those by a column of a table that it reads."""
    return _filtered(text, source_id, tuple(filters)) if filters else FilteredQuery(text)


@lru_cache(maxsize=512)
def _filtered(text: str, source_id: str, filters: tuple[ReaderFilter, ...]) -> FilteredQuery:
    dialect = next((found for one in filters if (found := one.places.dialect(source_id)) is not None), None)
    if dialect is None and any(each.dialect == "duckdb" for one in filters for each in one.places.sources):
        dialect = "duckdb"  # a query over another file may join that of the filter
    if dialect is None:
        return FilteredQuery(text, tuple(range(len(filters))))
    question = read_marked(text, source_id, dialect)
    if question is None:
        return _filtered_by_hand(text, source_id, dialect, filters)
    missed = []
    for place, one in enumerate(filters):
        name = one.name_in(question)
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
        else FilteredQuery(text, tuple(range(len(filters))), "long")
    )


def _filtered_by_hand(text: str, source_id: str, dialect: Dialect, filters: Sequence[ReaderFilter]) -> FilteredQuery:
    found = filtered_tables(text, dialect, [_table_filter(one, source_id, dialect) for one in filters])
    if len(found.text) > MAX_QUERY:
        return FilteredQuery(text, tuple(range(len(filters))), "long", by_hand=True)
    return FilteredQuery(found.text, found.missed, found.why, by_hand=True)


def _table_filter(one: ReaderFilter, source_id: str, dialect: Dialect) -> TableFilter:
    """The conditions on the tables that have the column; none of a calculated one, which no table has."""
    return TableFilter(
        tuple(
            TableCondition(source, table, condition_sql(Filter(column, one.operator, one.values), dialect))
            for source, table, column in ([] if one.expression else one.places.named_from(source_id))
        )
    )
