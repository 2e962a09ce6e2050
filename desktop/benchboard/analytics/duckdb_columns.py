"""How the columns of a query over files are shown: a column of a file keeps its title and unit wherever the query
answers it as it is, or an aggregate of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from benchboard.analytics.column_presentation import (
    COUNT,
    NOTHING,
    VALUE,
    Aggregate,
    Presentation,
    aggregated,
    named,
    titled_by_column,
    titled_by_measure,
)
from benchboard.analytics.duckdb_parser import NamedRelation, ParsedQuery

Node = dict[str, Any]
_Tables = Mapping[NamedRelation, Mapping[str, Presentation]]
_AGGREGATES: Final[Mapping[str, Aggregate]] = {
    "sum": "sum", "avg": "avg", "mean": "avg", "min": "min", "max": "max", "count": "count", "count_star": "count",
}  # fmt: skip


def presentations(query: ParsedQuery, names: Sequence[str], tables: _Tables) -> list[Presentation]:
    """How each column of the query's result is shown, by the names of these columns and the columns of its tables."""
    select = query.select
    scope = _scope(select.get("from_table") or {}, tables) if select.get("type") == "SELECT_NODE" else {}
    items: list[Node] = select.get("select_list") or []
    if len(items) == len(names) and not any(item.get("class") == "STAR" for item in items):
        return [_shown(item, scope) for item in items]
    # With “*” among them the columns are those of the tables, and only their names tell which.
    plain = {str(item["alias"]).lower() for item in items if item.get("alias")}
    return [NOTHING if name.lower() in plain else _column(scope, "", name) for name in names]


def known_columns(query: ParsedQuery, tables: _Tables) -> list[str]:
    """The columns that a query can name, if it is one SELECT from tables alone; else none, as others may be meant."""
    scope = _scope(query.select.get("from_table") or {}, tables)
    if _selects(query.select) != 1 or len(scope) != len(query.relations):
        return []
    return list(dict.fromkeys(name for columns in scope.values() for name in columns))


def _selects(part: object) -> int:
    """How many SELECTs a part of the tree has, itself included."""
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return sum(map(_selects, inner)) + (isinstance(part, dict) and part.get("type") == "SELECT_NODE")


def _scope(table: Node, tables: _Tables) -> dict[str, Mapping[str, Presentation]]:
    """The tables of a FROM clause by the name that the query calls them, in lower case."""
    if table.get("type") == "JOIN":
        return _scope(table.get("left") or {}, tables) | _scope(table.get("right") or {}, tables)
    if table.get("type") == "SUBQUERY" and table.get("alias") and not table.get("column_name_alias"):
        select = (table.get("subquery") or {}).get("node") or {}
        return {str(table["alias"]).lower(): _outputs(select, tables)}
    if table.get("type") != "BASE_TABLE" or table.get("column_name_alias"):
        return {}
    relation = NamedRelation(str(table.get("schema_name", "")), str(table.get("table_name", "")))
    columns = next((found for known, found in tables.items() if _same(known, relation)), None)
    return {} if columns is None else {str(table.get("alias") or relation.table).lower(): columns}


def _outputs(select: Node, tables: _Tables) -> Mapping[str, Presentation]:
    """The columns of a subquery. One that keeps its name keeps its title; one with another name is called that."""
    if select.get("type") != "SELECT_NODE":
        return {}
    scope = _scope(select.get("from_table") or {}, tables)
    found: dict[str, Presentation] = {}
    for item in select.get("select_list") or []:
        if item.get("class") == "STAR":
            of = str(item.get("relation_name") or "").lower()
            for alias, columns in scope.items():
                found |= columns if of in ("", alias) else {}
            continue
        own = str((item.get("column_names") or [""])[-1])
        alias = str(item.get("alias") or own)
        shown = _expression(item, scope)
        found[alias] = shown if alias.lower() == own.lower() else _shown(item, scope)
    return found


def _same(one: NamedRelation, other: NamedRelation) -> bool:
    return (one.source.lower(), one.table.lower()) == (other.source.lower(), other.table.lower())


def _shown(item: Node, scope: Mapping[str, Mapping[str, Presentation]]) -> Presentation:
    alias = str(item.get("alias", ""))
    found = _expression(item, scope)
    if not alias:
        return found if found.title or found.written or item.get("class") == "COLUMN_REF" else replace(
            found, title=VALUE.title
        )  # fmt: skip
    if (shown := _titled_by_column(item, scope, alias)) is not None:
        return shown
    return named(found, alias, quoted=alias != alias.lower() or not alias.isidentifier())


def _titled_by_column(item: Node, scope: Mapping[str, Mapping[str, Presentation]], alias: str) -> Presentation | None:
    """How an output is shown whose column has a better title than its alias; None for any other."""
    function, column = None, item
    if item.get("class") == "FUNCTION":
        function = _AGGREGATES.get(str(item.get("function_name", "")).lower())
        arguments = item.get("arguments") or []
        if function == "count" and not arguments:
            return titled_by_column(_column(scope, "", alias), alias, alias, "count")
        if function is None or len(arguments) != 1:
            return titled_by_measure(_column(scope, "", alias))
        column = arguments[0].get("expression") or {}
        if function == "count" and item.get("distinct"):
            function = "count_distinct"
    if column.get("class") != "COLUMN_REF":
        return titled_by_measure(_column(scope, "", alias), function)
    path = [str(part) for part in column.get("column_names", ())]
    return titled_by_column(_column(scope, path[-2] if len(path) > 1 else "", path[-1]), path[-1], alias, function)


def _expression(item: Node, scope: Mapping[str, Mapping[str, Presentation]]) -> Presentation:
    if item.get("class") == "COLUMN_REF":
        path = [str(part) for part in item.get("column_names", ())]
        return _column(scope, path[-2] if len(path) > 1 else "", path[-1])
    function = _AGGREGATES.get(str(item.get("function_name", "")).lower())
    arguments = item.get("arguments") or []
    if item.get("class") != "FUNCTION" or function is None:
        return NOTHING
    if function == "count" and not arguments:
        return COUNT
    if len(arguments) != 1:
        return NOTHING
    inner = arguments[0].get("expression") or {}
    return aggregated(_expression(inner, scope), function) if inner.get("class") == "COLUMN_REF" else NOTHING


def _column(scope: Mapping[str, Mapping[str, Presentation]], table: str, name: str) -> Presentation:
    """The presentation of a column; nothing if no table has it, or several have."""
    found = [
        shown
        for alias, columns in scope.items()
        if table.lower() in ("", alias)
        for known, shown in columns.items()
        if known.lower() == name.lower()
    ]
    return found[0] if len(found) == 1 else NOTHING
