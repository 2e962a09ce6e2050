"""Filters a dashboard by a column of a data source: a variable with the column's values, and a condition on it in every
widget whose tables have the column."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from benchboard.analytics.query_builder.question import Dialect, Question, free_name
from benchboard.analytics.query_builder.sql_words import quote_name, quote_text
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource
from benchboard.analytics.table_filters import TableCondition, TableFilter, can_be_filtered, filtered_tables
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.document import NAME, Document, Variable
from benchboard.dashboards.document.widget_kinds import MAX_QUERY, widget_of, with_fields
from benchboard.dashboards.editing.column_places import ColumnPlaces, SourceTables
from benchboard.dashboards.editing.marked_query import named_filter, read_marked, write_marked
from benchboard.dashboards.editing.page_edits import locks
from benchboard.dashboards.editing.range_filters import range_variable
from benchboard.dashboards.layout import Item, map_items, walk_items
from benchboard.dashboards.variables.filter_variables import is_values_query, listed_column, values_query
from benchboard.dashboards.variables.variable_queries import names_in, replace_names

_GENERAL: Final = frozenset(
    ("id", "name", "title", "type", "kind", "status", "state", "code", "description", "comment", "note")
)
"""Names that mean something else in another source."""


@dataclass(frozen=True, slots=True)
class FilterColumn:
    """A column of a source, and what people call it: one with text is filtered by its values, any other by a range."""

    places: ColumnPlaces
    title: str
    kind: ValueKind = "text"

    @property
    def dialect(self) -> Dialect:
        """The language of its source."""
        return self.places.sources[0].dialect

    @property
    def values_query(self) -> str:
        """The query of a variable that has its values."""
        return values_query(self.places.table, self.places.column, self.dialect)


@dataclass(frozen=True, slots=True)
class FilteredDocument:
    """A document with the filter; how many of its widgets with queries take it."""

    document: Document
    taken: int
    queries: int


def filter_by_column(document: Document, column: FilterColumn) -> FilteredDocument:
    """The document filtered by a column: all of its values at first. A variable that has its values already is used."""
    variable = _variable(document, column)
    taken: set[str] = set()

    def filtered(item: Item) -> Item:
        query = _filtered(item, column.places, variable.name)
        if query is None:
            return item
        taken.add(item.id)
        return with_fields(item, query=query) if query != widget_of(item).query else item

    layout = map_items(document.layout, lambda item, cell: (filtered(item), cell))
    known = any(one.name == variable.name for one in document.variables)
    variables = document.variables if known else (*document.variables, variable)
    queries = sum(_has_query(found.item) for found in walk_items(document.layout))
    return FilteredDocument(replace(document, layout=layout, variables=variables), len(taken), queries)


def variable_of_range(document: Document, column: FilterColumn) -> Variable:
    """The variable for a range of a column: one that the document has, or a new one."""
    name, label = _wanted_name(column.places.column), _free_label(column.title, document.variables)
    return range_variable(document, name, label, column.places, column.kind)


@dataclass(frozen=True, slots=True)
class FilterableQuery:
    """A query of a widget that can be filtered by a column that it has. `question`: what it asks; None for one that
    the builder can't read."""

    text: str
    source_id: str
    dialect: Dialect
    question: Question | None

    def has(self, places: ColumnPlaces) -> bool:
        """Whether it has a column."""
        if self.question is not None:
            return places.name_in(self.question) is not None
        return can_be_filtered(self.text, self.dialect, _table_filter(places, self.source_id, self.dialect, ""))


def filterable_queries(document: Document, dialects: Mapping[str, Dialect]) -> list[FilterableQuery]:
    """The queries of the page's widgets that `filter_by_column` can filter by a column that they have. `dialects`: the
    language of each source."""
    found = []
    for item in (each.item for each in walk_items(document.layout)):
        widget = widget_of(item)
        dialect = dialects.get(widget.data_source_id)
        if dialect is None or not _can_change(item):
            continue
        question = read_marked(widget.query, widget.data_source_id, dialect)
        if question is not None or can_be_filtered(widget.query, dialect):
            found.append(FilterableQuery(widget.query, widget.data_source_id, dialect, question))
    return found


def places_of(sources: Iterable[BrowsedSource], source: BrowsedSource, table: str, column: str) -> ColumnPlaces:
    """The places of a column among `sources`. A column without text, or with a name that means something else in
    another table, is in its own alone."""
    own = source.table(table)
    kind = found.kind if own is not None and (found := own.column(column)) is not None else None
    if kind != "text":
        return ColumnPlaces(source.id, table, column, (_tables(source, ((table, column),)),))
    listed = [_tables(source, _having(source, column))]
    if column.casefold() not in _GENERAL:
        elsewhere = ((other, _having(other, column)) for other in sources if other.id != source.id)
        listed += [_tables(other, having) for other, having in elsewhere if having]
    return ColumnPlaces(source.id, table, column, tuple(listed))


def with_page_filters(
    document: Document, query: str, source_id: str, sources: Sequence[BrowsedSource], *, without: Collection[str] = ()
) -> tuple[str, tuple[str, ...]]:
    """The query of a widget with the conditions of the page's filters by a column that it has too, and what these
    filters are called; `without` some of them."""
    browsed = {one.id: one for one in sources}
    labels: list[str] = []
    for variable in document.variables:
        source = browsed.get(variable.data_source_id)
        if source is None or source_id not in browsed or not is_values_query(variable.query):
            continue
        if variable.name in without:
            continue
        listed = listed_column(variable, source.question("").dialect)
        if listed is None:
            continue
        places = places_of(sources, source, listed.table, listed.groups[0].column)
        dialect = browsed[source_id].question("").dialect
        found = _with_condition(query, source_id, dialect, places, variable.name)
        if found is not None and found != query:
            query = found
            labels.append(variable.label or variable.name)
    return query, tuple(labels)


def _variable(document: Document, column: FilterColumn) -> Variable:
    query, source_id = column.values_query, column.places.source_id
    for one in document.variables:
        if (one.type, one.query, one.data_source_id) == ("query", query, source_id):
            return one
    taken = [*(one.name for one in document.variables), *time_range.VARIABLES]
    return Variable(
        _name(column.places.column, taken), _free_label(column.title, document.variables), "query",
            multiple=True, query=query, include_all=True,
        all_chosen=True, data_source_id=source_id,
    )  # fmt: skip


def _name(column: str, taken: Iterable[str]) -> str:
    return free_name(_wanted_name(column), taken)


def _wanted_name(column: str) -> str:
    """A variable's name made of that of its column."""
    wanted = re.sub(r"\W", "_", column, flags=re.ASCII).strip("_").lower()
    return wanted if NAME.fullmatch(wanted) else "filter"


def _free_label(title: str, variables: Iterable[Variable]) -> str:
    """The title of a column, or with a number if a variable of the page is called so."""
    taken = {one.label.casefold() for one in variables} | {one.name.casefold() for one in variables if not one.label}
    label, count = title, 1
    while label.casefold() in taken:
        count += 1
        label = f"{title} {count}"
    return label


def _has_query(item: Item) -> bool:
    widget = widget_of(item)
    return widget.kind is not None and bool(widget.kind.query) and bool(widget.query.strip())


def _filtered(item: Item, places: ColumnPlaces, variable: str) -> str | None:
    """The query of a widget with the condition; None if it can't take it."""
    widget = widget_of(item)
    dialect = places.dialect(widget.data_source_id)
    if dialect is None or not _can_change(item):
        return None
    return _with_condition(widget.query, widget.data_source_id, dialect, places, variable)


def _with_condition(query: str, source_id: str, dialect: Dialect, places: ColumnPlaces, variable: str) -> str | None:
    """A query with the condition that the column has one of the values of a variable; None if it doesn't have it, or
    can't be filtered. One that was written by hand may name the variable already."""
    question = read_marked(query, source_id, dialect)
    if question is None:
        if variable in names_in(query):
            return query
        found = filtered_tables(query, dialect, [_table_filter(places, source_id, dialect, variable)], in_lines=True)
        return found.text if not found.missed and len(found.text) <= MAX_QUERY else None
    name = places.name_in(question)
    if name is None:
        return None
    condition = named_filter(name, variable)
    if condition not in question.filters:
        query = write_marked(replace(question, filters=(*question.filters, condition)), dialect)
    return query if len(query) <= MAX_QUERY else None


def _table_filter(places: ColumnPlaces, source_id: str, dialect: Dialect, variable: str) -> TableFilter:
    """The condition on each table that has the column and that a query over a source may read."""
    return TableFilter(
        tuple(
            TableCondition(source, table, f"{quote_name(column, dialect)} IN (:{variable})")
            for source, table, column in places.named_from(source_id)
        )
    )


def _can_change(item: Item) -> bool:
    return _has_query(item) and "content" not in locks(item)


def inlined(query: str, values: Mapping[str, Collection[str]], dialect: Dialect) -> str:
    """The query with the values of its variables in their places, as it is run: for a screen that has no variables."""
    written = {
        name: ", ".join(quote_text(one, dialect) for one in chosen) if chosen else "NULL"
        for name, chosen in values.items()
    }
    return replace_names(query, written)


def _tables(source: BrowsedSource, columns: tuple[tuple[str, str], ...]) -> SourceTables:
    return SourceTables(source.id, source.name, source.question("").dialect, columns)


def _having(source: BrowsedSource, column: str) -> tuple[tuple[str, str], ...]:
    return tuple((one.name, name) for one in source.tables if (name := _named(one.columns, column)))


def _named(columns: Iterable[BrowsedColumn], wanted: str) -> str:
    """The text column of this name, in capital letters or small ones; empty if there is none."""
    texts = [one.name for one in columns if one.kind == "text"]
    if wanted in texts:
        return wanted
    return next((one for one in texts if one.casefold() == wanted.casefold()), "")
