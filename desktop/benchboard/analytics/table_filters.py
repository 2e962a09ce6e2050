"""Filters a query by columns of its tables, wherever it reads them: in WITH, subqueries, joins and unions.

Each filtered table becomes a subquery with its rows alone (`FROM orders AS o` → `FROM (SELECT * FROM orders WHERE …)
AS o`), so that the result is that of the same query over tables that were filtered beforehand: what an outer join
preserves is filtered before it is joined, too. The text changes at these places only, and is parsed again: it has to be
the same query but for them. A plain SELECT from one table gets the conditions in its WHERE.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.table_references import ReadTables, TableReference, Why, read_tables, same_table
from benchboard.analytics.written_groups import with_conditions
from benchboard.errors import Invalid


class TableCondition(NamedTuple):
    """A condition on a table, in SQL that names nothing but its columns and variables. `source` is the name of the
    source that the table is in; empty for that of the query."""

    source: str
    table: str
    condition: str


@dataclass(frozen=True, slots=True)
class TableFilter:
    """A filter by a column that several tables may have, each with its condition. Of the tables of a SELECT, the first
    one here is filtered alone: the column of another, joined to it, is the same or has its name by chance."""

    conditions: tuple[TableCondition, ...]


class TableFilters(NamedTuple):
    """A query with filters; `missed` are the indexes of those that it isn't filtered by. It is over none of their
    tables, or can't be filtered (`why`)."""

    text: str
    missed: tuple[int, ...] = ()
    why: Why | None = None


def can_be_filtered(text: str, dialect: Dialect, one: TableFilter | None = None) -> bool:
    """Whether a query reads a table of a filter, or any without one, and has no form that can't be filtered."""
    try:
        read = read_tables(text, dialect)
        found = tuple(_conditions(read, dialect, [one])) if one is not None else ()
        return bool(read.references if one is None else found) and read.refusal(found) is None
    except Invalid:
        return False


def filtered_tables(
    text: str, dialect: Dialect, filters: Sequence[TableFilter], *, in_lines: bool = False
) -> TableFilters:
    """The query with those of the filters whose tables it reads; with none of them where one can't be added.
    `in_lines`: conditions in the WHERE of a plain SELECT are on lines of their own."""
    every = tuple(range(len(filters)))
    try:
        read = read_tables(text, dialect)
    except Invalid:
        return TableFilters(text, every, "form")
    found = _conditions(read, dialect, filters)
    missed = tuple(place for place in every if not any(place in taken for taken in found.values()))
    if not found:
        return TableFilters(text, missed)
    if len(read.references) == 1:
        (conditions,) = found.values()
        plain = with_conditions(text, list(dict.fromkeys(conditions.values())), dialect, in_lines=in_lines)
        if plain is not None:
            return TableFilters(plain, missed)
    try:
        why = read.refusal(tuple(found)) if len({one.start for one in found}) == len(found) else "form"
        written = _written(text, read, found, dialect) if why is None else None
    except RecursionError:
        return TableFilters(text, every, "long")
    except Invalid as error:
        return TableFilters(text, every, "long" if error.code in ("query.too-long", "query.too-deep") else "form")
    return TableFilters(text, every, why or "form") if written is None else TableFilters(written, missed)


def _conditions(
    read: ReadTables, dialect: Dialect, filters: Sequence[TableFilter]
) -> Mapping[TableReference, Mapping[int, str]]:
    """The conditions of each table that is filtered, by the filter."""
    found: dict[TableReference, dict[int, str]] = {}
    for place, one in enumerate(filters):
        for select in dict.fromkeys(each.select for each in read.references):
            tables = [each for each in read.references if each.select == select]
            for condition in one.conditions:
                named = [each for each in tables if _is_of(condition, each, dialect)]
                for each in named:
                    found.setdefault(each, {})[place] = condition.condition
                if named:
                    break
    return found


def _is_of(one: TableCondition, table: TableReference, dialect: Dialect) -> bool:
    return one.source.lower() == table.source.lower() and same_table(one.table, table.table, dialect)


def _written(
    text: str, read: ReadTables, found: Mapping[TableReference, Mapping[int, str]], dialect: Dialect
) -> str | None:
    """The text with the conditions; None where it would be parsed as anything else than the query with them."""
    subqueries: dict[int, str] = {}
    written = text
    for table in sorted(found, key=lambda one: one.start, reverse=True):
        condition = " AND ".join(dict.fromkeys(found[table].values()))
        subquery = f"(SELECT * FROM {text[table.start : table.end]} WHERE {condition})"  # noqa: S608  # parsed below
        alias = "" if table.has_alias else f" AS {text[table.own : table.end]}"
        written = f"{written[: table.start]}{subquery}{alias}{written[table.end :]}"
        subqueries[table.start] = subquery
    return written if read_tables(written, dialect).tree == read.with_subqueries(subqueries) else None
