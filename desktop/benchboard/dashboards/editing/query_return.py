"""A widget's query that was opened in Explore, with values in the place of variables, on its way back to the widget."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from benchboard.analytics.query_builder.question import Dialect, Filter
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.dashboards.document import time_range
from benchboard.dashboards.editing.marked_query import marked_variable, read_marked, write_marked
from benchboard.dashboards.variables.variable_queries import names_in


@dataclass(frozen=True, slots=True)
class OpenedQuery:
    """A widget's query as its document has it (`stored`) and as it was opened (`opened`). `values`: what its variables
    had then; `unfiltered`: those whose condition it was opened without, because all of their values were selected."""

    stored: str
    opened: str
    source_id: str
    dialect: Dialect
    values: Mapping[str, tuple[str, ...]]
    unfiltered: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class ReturnedQuery:
    """The query to store; `lost` are the variables that it doesn't name any more."""

    text: str
    lost: tuple[str, ...] = ()


def returned_query(text: str, before: OpenedQuery) -> ReturnedQuery:
    """The query as it is stored after it was edited as `text`: with its variables again where their conditions were
    left as they were, and without what a reader had selected at the values of charts."""
    if text == before.opened:
        return ReturnedQuery(before.stored)
    stored = read_marked(before.stored, before.source_id, before.dialect)
    opened = from_sql(before.opened, source_id=before.source_id, dialect=before.dialect)
    edited = from_sql(text, source_id=before.source_id, dialect=before.dialect)
    named = [name for name in names_in(before.stored) if name not in time_range.VARIABLES]
    if stored is None or opened is None or edited is None:
        return ReturnedQuery(text, tuple(name for name in named if name not in names_in(text)))
    filled = {_filled(one, before.values): one for one in stored.filters}
    selected = [one for one in opened.filters if one not in filled]
    filters = [filled.get(one, one) for one in edited.filters if one not in selected]
    for one in stored.filters:
        if marked_variable(one) in before.unfiltered and one not in filters:
            filters.append(one)
    kept = {marked_variable(one) for one in filters}
    found = write_marked(replace(edited, filters=tuple(filters)), before.dialect)
    return ReturnedQuery(found, tuple(name for name in named if name not in kept and name not in names_in(found)))


def is_of_another_table(text: str, before: OpenedQuery) -> bool:
    """Whether a query that was edited reads another table than it did: then it isn't filtered as its author decided."""
    stored = read_marked(before.stored, before.source_id, before.dialect)
    edited = from_sql(text, source_id=before.source_id, dialect=before.dialect)
    return stored is not None and edited is not None and stored.table != edited.table


def _filled(one: Filter, values: Mapping[str, tuple[str, ...]]) -> Filter:
    """A condition as it was opened: with the values of the variable that it names."""
    name = marked_variable(one)
    return replace(one, values=tuple(values.get(name, ()))) if name else one
