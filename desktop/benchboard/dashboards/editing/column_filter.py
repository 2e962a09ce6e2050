"""Filters a dashboard by a column of a data source: a variable with the column's values, and a condition on it in every
widget whose query can take one."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from benchboard.analytics.query_builder.question import Dialect, Question, free_name
from benchboard.analytics.query_builder.sql_words import quote_name, quote_table, quote_text
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.document import NAME, Document, Variable
from benchboard.dashboards.document.widget_kinds import MAX_QUERY, widget_of, with_fields
from benchboard.dashboards.editing.marked_query import named_filter, read_marked, write_marked
from benchboard.dashboards.editing.page_edits import locks
from benchboard.dashboards.layout import Item, map_items, walk_items
from benchboard.dashboards.variables.variable_queries import replace_names

_VALUES_QUERY: Final = re.compile(r"SELECT DISTINCT (.+)\nFROM (.+)\nWHERE \1 IS NOT NULL\nORDER BY \1")
_JOINED: Final = re.compile(r"\bjoin\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FilterColumn:
    """A text column of a source: where it is, and what people call it. `tables` are those of the source that have a
    column of this name."""

    source_id: str
    table: str
    column: str
    title: str
    tables: frozenset[str]
    dialect: Dialect


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
        query = _filtered(item, column, variable.name)
        if query is None:
            return item
        taken.add(item.id)
        return with_fields(item, query=query) if query != widget_of(item).query else item

    layout = map_items(document.layout, lambda item, cell: (filtered(item), cell))
    known = any(one.name == variable.name for one in document.variables)
    variables = document.variables if known else (*document.variables, variable)
    queries = sum(_has_query(found.item) for found in walk_items(document.layout))
    return FilteredDocument(replace(document, layout=layout, variables=variables), len(taken), queries)


def filterable_tables(document: Document, source_id: str, dialect: Dialect) -> frozenset[str]:
    """The tables of a source by whose columns `filter_by_column` can filter a widget."""
    items = (found.item for found in walk_items(document.layout))
    questions = (_question(item, source_id, dialect) for item in items)
    return frozenset(one.table for one in questions if one is not None)


def values_query(table: str, column: str, dialect: Dialect) -> str:
    """The query of a variable that has the values of a column."""
    name = quote_name(column, dialect)
    return f"SELECT DISTINCT {name}\nFROM {quote_table(table, dialect)}\nWHERE {name} IS NOT NULL\nORDER BY {name}"


def is_values_query(query: str) -> bool:
    """Whether a query is one that `values_query` writes: its values have no order of their author's."""
    return _VALUES_QUERY.fullmatch(query) is not None


def _variable(document: Document, column: FilterColumn) -> Variable:
    query = values_query(column.table, column.column, column.dialect)
    for one in document.variables:
        if (one.type, one.query, one.data_source_id) == ("query", query, column.source_id):
            return one
    taken = [*(one.name for one in document.variables), *time_range.VARIABLES]
    return Variable(
        _name(column.column, taken), _free_label(column.title, document.variables), "query",
            multiple=True, query=query, include_all=True,
        all_chosen=True, data_source_id=column.source_id,
    )  # fmt: skip


def _name(column: str, taken: Iterable[str]) -> str:
    wanted = re.sub(r"\W", "_", column, flags=re.ASCII).strip("_").lower()
    return free_name(wanted if NAME.fullmatch(wanted) else "filter", taken)


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


def _filtered(item: Item, column: FilterColumn, variable: str) -> str | None:
    """The query of a widget with the condition; None if it can't take it."""
    text, dialect = widget_of(item).query, column.dialect
    question = _question(item, column.source_id, dialect)
    if question is None or question.table not in column.tables:
        return None
    condition = named_filter(column.column, variable)
    if condition not in question.filters:
        question = replace(question, filters=(*question.filters, condition))
        text = write_marked(question, dialect)
    return text if len(text) <= MAX_QUERY else None


def _question(item: Item, source_id: str, dialect: Dialect) -> Question | None:
    """What the query of a widget asks, with a mark for each variable that lists values; None if it can't be filtered by
    a column of the source."""
    widget = widget_of(item)
    if not _has_query(item) or widget.data_source_id != source_id or "content" in locks(item):
        return None
    if _JOINED.search(widget.query):
        return None  # several of its tables may have a column of this name
    return read_marked(widget.query, source_id, dialect)


def inlined(query: str, values: Mapping[str, Collection[str]], dialect: Dialect) -> str:
    """The query with the values of its variables in their places, as it is run: for a screen that has no variables."""
    written = {
        name: ", ".join(quote_text(one, dialect) for one in chosen) if chosen else "NULL"
        for name, chosen in values.items()
    }
    return replace_names(query, written)
