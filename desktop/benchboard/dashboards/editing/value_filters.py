"""Filters by the values of a column in queries that were written by hand: added when one runs, never to its text."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, cast

from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.table_filters import TableCondition, TableFilter, filtered_tables
from benchboard.dashboards.document.document import FilteredColumn, Variable
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.dashboards.editing.column_places import ColumnPlaces, SourceTables
from benchboard.dashboards.editing.marked_query import is_made_by_builder
from benchboard.dashboards.variables.variable_queries import names_in


class ValueFilter(NamedTuple):
    """A variable whose values filter each query that reads one of its columns."""

    name: str
    columns: tuple[FilteredColumn, ...]


def value_filters(variables: Iterable[Variable]) -> tuple[ValueFilter, ...]:
    """The variables that filter queries which don't name them."""
    return tuple(ValueFilter(one.name, one.filters) for one in variables if one.filters)


@lru_cache(maxsize=512)  # asked for every change of the page
def with_value_filters(text: str, source_id: str, filters: tuple[ValueFilter, ...]) -> str:
    """A query with the conditions of those filters that it can take: a query that was written by hand, reads one of
    their columns, and names none of their variables itself."""
    named = names_in(text)
    asked = [one for one in filters if one.name not in named]
    if not asked or is_made_by_builder(text, source_id):
        return text
    for one in asked:
        text = _with_filter(text, source_id, one) or text
    return text


def takes(text: str, source_id: str, one: ValueFilter) -> bool:
    """Whether a query that was written by hand is filtered by the values of a variable when it runs."""
    return _with_filter(text, source_id, one) is not None


def stored_columns(places: ColumnPlaces) -> tuple[FilteredColumn, ...]:
    """All places of a column as a document has them, that where it was taken from first."""
    found = [
        FilteredColumn(table, column, one.dialect, one.source_id, one.source_name)
        for one in places.sources
        for table, column in one.columns
    ]
    found.sort(key=lambda one: (one.data_source_id, one.table) != (places.source_id, places.table))
    return tuple(found)


def _with_filter(text: str, source_id: str, one: ValueFilter) -> str | None:
    """A query with the condition of a filter; None if it can't take it."""
    places = _places(one.columns)
    dialect = places.dialect_of_query(source_id)
    if dialect is None:
        return None
    conditions = tuple(
        TableCondition(source, table, f"{quote_name(column, dialect)} IN (:{one.name})")
        for source, table, column in places.named_from(source_id)
    )
    found = filtered_tables(text, dialect, [TableFilter(conditions)])
    return found.text if not found.missed and len(found.text) <= MAX_QUERY else None


def _places(columns: tuple[FilteredColumn, ...]) -> ColumnPlaces:
    sources: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for one in columns:
        source = one.data_source_id, one.source_name, one.dialect
        sources.setdefault(source, []).append((one.table, one.name))
    tables = tuple(
        SourceTables(source_id, name, cast("Dialect", dialect), tuple(found))
        for (source_id, name, dialect), found in sources.items()
    )
    return ColumnPlaces(columns[0].data_source_id, columns[0].table, columns[0].name, tables)
