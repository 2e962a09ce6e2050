"""Queries over data models on a server: each model becomes a common table expression in front of the query, and the
columns of the result are shown as the models say."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlglot import exp

from benchboard.analytics.column_presentation import (
    NOTHING,
    Aggregate,
    Presentation,
    named,
    titled_by_column,
    titled_by_measure,
)
from benchboard.analytics.duckdb_engine import FileColumn
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_errors import model_error
from benchboard.analytics.query_parser import Query
from benchboard.analytics.query_translator import QueryModel
from benchboard.analytics.remote.query_check import check_text
from benchboard.analytics.remote.query_text import QueryText
from benchboard.analytics.sql_nodes import aggregate_of
from benchboard.errors import Invalid

_WITH: Final = re.compile(r"\s*with(\s+recursive)?\b", re.IGNORECASE)
_Scope = Mapping[str, Mapping[str, Presentation]]


def with_models(
    query: QueryText, models: Mapping[str, QueryModel], tables: Collection[str], *, mysql: bool
) -> QueryText:
    """The query with the models that it names in front. Raises `Invalid` (`query.model`) for one whose query isn't
    allowed."""
    if not models:
        return query
    parts = []
    for name, model in models.items():
        try:
            body = check_text(model.sql, tables, mysql=mysql)
        except Invalid as error:
            raise model_error(name, error) from error
        parts.append(f"{quote_name(name, 'mysql' if mysql else 'postgresql')} AS ({body.text})")
    listed = ", ".join(parts)
    own = _WITH.match(query.text)
    at = own.end() if own else 0
    front = f" {listed}, " if own else f"WITH {listed} "
    moved = {place + len(front): name for place, name in query.variables.items()}
    return QueryText(query.text[:at] + front + query.text[at:], moved)


def shown_columns(
    columns: Sequence[FileColumn], query: Query, models: Mapping[str, QueryModel]
) -> tuple[FileColumn, ...]:
    """The columns of a result as the models say; those of which they say nothing as they are."""
    if not models or not isinstance(query, exp.Select):
        return tuple(columns)
    shown = _outputs(query, {name.casefold(): model.presentations for name, model in models.items()})
    return tuple(replace(one, presentation=shown.get(one.name, NOTHING)) for one in columns)


def _outputs(select: exp.Select, tables: _Scope) -> dict[str, Presentation]:
    """How the columns of a SELECT are shown, by name."""
    scope = _scope(select, tables)
    found: dict[str, Presentation] = {}
    for node in select.expressions:
        if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
            for alias, columns in scope.items():
                table = node.text("table").casefold()
                found |= columns if table in ("", alias) else {}
            continue
        inner = node.this if isinstance(node, exp.Alias) else node
        alias = node.alias if isinstance(node, exp.Alias) else ""
        function, column = aggregate_of(inner)
        if isinstance(column, exp.Star):
            found[alias] = _named(_column(scope, "", alias), alias, alias, "count", node)
        elif isinstance(column, exp.Column):
            shown = _column(scope, column.text("table"), column.name)
            name = alias or (column.name if function is None else "")
            found[name] = _named(shown, column.name, name, function, node)
        elif (measure := titled_by_measure(_column(scope, "", alias), function)) is not None:
            found[alias] = measure
    return found


def _named(shown: Presentation, column: str, alias: str, function: Aggregate | None, node: exp.Expr) -> Presentation:
    kept = titled_by_column(shown, column, alias, function) if alias else None
    if kept is not None or not shown.of_model or not isinstance(node, exp.Alias):
        return kept or NOTHING
    if function is not None:
        return NOTHING
    return named(shown, alias, quoted=alias != alias.lower() or not alias.isidentifier())


def _scope(select: exp.Select, tables: _Scope) -> dict[str, Mapping[str, Presentation]]:
    """The tables of a SELECT by the name that it calls them."""
    sources = [select.args.get("from_"), *(select.args.get("joins") or ())]
    found: dict[str, Mapping[str, Presentation]] = {}
    for source in sources:
        node = source.this if source is not None else None
        if isinstance(node, exp.Table) and not node.db:
            found[(node.alias or node.name).casefold()] = tables.get(node.name.casefold(), {})
        elif isinstance(node, exp.Subquery) and isinstance(node.this, exp.Select):
            found[node.alias.casefold()] = _outputs(node.this, tables)
    return found


def _column(scope: _Scope, table: str, name: str) -> Presentation:
    found = [
        shown
        for alias, columns in scope.items()
        if table.casefold() in ("", alias)
        for known, shown in columns.items()
        if known.casefold() == name.casefold()
    ]
    return found[0] if len(found) == 1 else NOTHING
