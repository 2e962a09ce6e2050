"""Filters a dashboard by a column of a data source: a variable with the column's values, and a condition on it in every
widget whose tables have the column."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from benchboard.analytics.query_builder.combined import with_calculation
from benchboard.analytics.query_builder.question import Calculation, Dialect, Question, Server, free_name
from benchboard.analytics.query_builder.sql_words import quote_name, quote_text
from benchboard.analytics.query_builder.value_mapping import read_mapping
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource
from benchboard.analytics.table_filters import TableCondition, TableFilter, can_be_filtered
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.document import MAX_FILTERED, NAME, Document, Variable
from benchboard.dashboards.document.widget_kinds import MAX_QUERY, widget_of, with_fields
from benchboard.dashboards.editing.column_places import ColumnPlaces, SourceTables
from benchboard.dashboards.editing.marked_query import named_filter, read_marked, write_marked
from benchboard.dashboards.editing.page_edits import locks
from benchboard.dashboards.editing.range_filters import known_range, range_variable
from benchboard.dashboards.editing.value_filters import stored_columns, takes, value_filters
from benchboard.dashboards.layout import Item, map_items, walk_items
from benchboard.dashboards.variables.filter_variables import (
    calculated_values_query,
    is_values_query,
    listed_column,
    values_query,
)
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
    mapping: Calculation | None = None
    """What calculates it, if it is the values of another column in other words."""

    @property
    def dialect(self) -> Dialect:
        """The language of its source."""
        return self.places.sources[0].dialect

    @property
    def values_query(self) -> str:
        """The query of a variable that has its values."""
        if self.mapping is not None:
            server: Server = self.dialect if self.dialect in ("postgresql", "mysql") else ""
            rows = Question(self.places.table, self.places.source_id, server=server, calculations=(self.mapping,))
            return calculated_values_query(rows, self.mapping.name)
        return values_query(self.places.table, self.places.column, self.dialect)


@dataclass(frozen=True, slots=True)
class FilteredDocument:
    """A document with the filter; how many of its widgets with queries take it."""

    document: Document
    taken: int
    queries: int


def filter_by_column(document: Document, column: FilterColumn) -> FilteredDocument:
    """The document filtered by a column: all of its values at first. A variable that has its values already is used.
    SQL that was written by hand stays as it is: it is filtered when it runs (`value_filters`)."""
    variable = _variable(document, column)
    if column.mapping is None:  # no table has a column that is calculated
        variable = replace(variable, filters=stored_columns(column.places)[:MAX_FILTERED])
    taken: set[str] = set()

    def filtered(item: Item) -> Item:
        query = _filtered(item, column, variable)
        if query is None:
            return item
        taken.add(item.id)
        return with_fields(item, query=query) if query != widget_of(item).query else item

    layout = map_items(document.layout, lambda item, cell: (filtered(item), cell))
    variables = tuple(variable if one.name == variable.name else one for one in document.variables)
    variables = variables if variable in variables else (*variables, variable)
    queries = sum(_has_query(found.item) for found in walk_items(document.layout))
    return FilteredDocument(replace(document, layout=layout, variables=variables), len(taken), queries)


def present_filter(document: Document, column: FilterColumn) -> Variable | None:
    """The variable by which a document is filtered by a column already; None if it isn't."""
    if column.kind != "text":
        return known_range(document, column.places, column.kind)
    known = {(one.source_id, table, name) for one in column.places.sources for table, name in one.columns}
    for one in document.variables:
        dialect = column.places.dialect(one.data_source_id)
        if one.type != "query" or dialect is None or not is_values_query(one.query):
            continue
        listed = listed_column(one, dialect)
        mapping = listed.calculations[-1] if listed is not None and listed.calculations else None
        if mapping != column.mapping:
            continue
        if listed is not None and (one.data_source_id, listed.table, listed.groups[0].column) in known:
            return one
    return None


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

    def has(self, places: ColumnPlaces, mapping: Calculation | None = None) -> bool:
        """Whether it has a column, or can calculate it by the `mapping`."""
        if self.question is not None:
            return _with_column(self.question, places, mapping) is not None
        if mapping is not None:
            return False
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
    filters are called; `without` some of them, but where the query is written by hand: each filters it as it runs."""
    browsed = {one.id: one for one in sources}
    labels: list[str] = []
    for variable in document.variables:
        source = browsed.get(variable.data_source_id)
        if source is None or source_id not in browsed or not is_values_query(variable.query):
            continue
        listed = listed_column(variable, source.question("").dialect)
        if listed is None:
            continue
        mapping = listed.calculations[-1] if listed.calculations else None
        name, dialect = listed.groups[0].column, browsed[source_id].question("").dialect
        places = (
            mapped_places(source, listed.table, mapping) if mapping else places_of(sources, source, listed.table, name)
        )
        if variable.name in without and read_marked(query, source_id, dialect) is not None:
            continue
        found = _with_condition(query, source_id, dialect, FilterColumn(places, name, mapping=mapping), variable)
        is_added = found != query or variable.name not in names_in(query)
        if found is not None and is_added:
            query = found
            labels.append(variable.label or variable.name)
    return query, tuple(labels)


def _variable(document: Document, column: FilterColumn) -> Variable:
    if (present := present_filter(document, column)) is not None:
        return present
    query, source_id = column.values_query, column.places.source_id
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


def _filtered(item: Item, column: FilterColumn, variable: Variable) -> str | None:
    """The query of a widget with the condition; None if it can't take it."""
    widget = widget_of(item)
    dialect = column.places.dialect_of_query(widget.data_source_id)
    if dialect is None or not _can_change(item):
        return None
    return _with_condition(widget.query, widget.data_source_id, dialect, column, variable)


def _with_condition(
    query: str, source_id: str, dialect: Dialect, column: FilterColumn, variable: Variable
) -> str | None:
    """A query with the condition that the column has one of the values of a variable; None if it doesn't have it, or
    can't be filtered. One that was written by hand is unchanged: it names the variable, or is filtered as it runs."""
    question = read_marked(query, source_id, dialect)
    if question is None:
        filters = value_filters([variable])
        is_filtered = variable.name in names_in(query) or any(takes(query, source_id, one) for one in filters)
        return query if is_filtered else None
    having = _with_column(question, column.places, column.mapping)
    if having is None:
        return None
    question, name = having
    condition = named_filter(name, variable.name)
    if condition not in question.filters:
        query = write_marked(replace(question, filters=(*question.filters, condition)), dialect)
    return query if len(query) <= MAX_QUERY else None


def _with_column(question: Question, places: ColumnPlaces, mapping: Calculation | None) -> tuple[Question, str] | None:
    """A question that has a column, and what it is called there; None if it doesn't. A question over the table of a
    mapped column calculates it too."""
    if mapping is None:
        name = places.name_in(question)
        return (question, name) if name is not None else None
    if (question.source_id, question.table) != (places.source_id, places.table):
        return None
    if mapping in question.calculations:
        return question, mapping.name
    taken = {one.name.casefold() for one in question.calculations}
    taken |= {output.casefold() for join in question.joins for _name, output in join.columns}
    taken |= {output.casefold() for output in question.outputs}
    return (with_calculation(question, mapping), mapping.name) if mapping.name.casefold() not in taken else None


def mapped_columns(queries: Iterable[FilterableQuery], sources: Iterable[BrowsedSource]) -> list[FilterColumn]:
    """The columns that queries make of others by a mapping of their values, each once."""
    browsed = {one.id: one for one in sources}
    found: dict[tuple[str, str, Calculation], FilterColumn] = {}
    for one in queries:
        for mapping in one.question.calculations if one.question is not None else ():
            read, source = read_mapping(mapping.expression, one.dialect), browsed.get(one.source_id)
            table = source.table(one.question.table) if source is not None and one.question is not None else None
            if read is None or source is None or table is None or table.column(read.column) is None:
                continue
            places = mapped_places(source, table.name, mapping)
            found.setdefault((source.id, table.name, mapping), FilterColumn(places, mapping.name, mapping=mapping))
    return list(found.values())


def mapped_places(source: BrowsedSource, table: str, mapping: Calculation) -> ColumnPlaces:
    """Where the values of a mapping are: in the table of the column whose values it writes in other words."""
    return ColumnPlaces(source.id, table, mapping.name, (_tables(source, ((table, mapping.name),)),))


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
