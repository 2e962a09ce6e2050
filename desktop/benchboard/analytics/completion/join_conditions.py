"""By which columns two tables of a query are joined: as its data models do, else by the names of their columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchboard.analytics.completion.table_scope import CompletionCatalog, ScopeColumn, ScopeTable
from benchboard.analytics.query_builder.combined import suggested_keys
from benchboard.analytics.query_types import ValueKind


@dataclass(frozen=True, slots=True)
class JoinCondition:
    """Pairs of a column of `left` and one of `right` that are equal. `model` is the data model that joins so; empty: it
    is likely by the columns' names."""

    left: ScopeTable
    right: ScopeTable
    pairs: tuple[tuple[str, str], ...]
    model: str = ""


def join_conditions(left: ScopeTable, right: ScopeTable, catalog: CompletionCatalog) -> list[JoinCondition]:
    """How the rows of two tables can be joined: as the data models join them; else the likeliest way, if there is
    one."""
    if found := list(_of_models(left, right, catalog)):
        return found
    likely = suggested_keys(_kinds(left.columns), right.origin, _kinds(right.columns), left.origin)
    return [JoinCondition(left, right, (pair,)) for pair in likely[:1]]


def _of_models(left: ScopeTable, right: ScopeTable, catalog: CompletionCatalog) -> Iterator[JoinCondition]:
    seen = set()
    for one in catalog.source.joins if catalog.source is not None else ():
        tables = (one.table.casefold(), one.other.casefold())
        if tables == (left.origin.casefold(), right.origin.casefold()):
            pairs = one.keys
        elif tables == (right.origin.casefold(), left.origin.casefold()):
            pairs = tuple((second, first) for first, second in one.keys)
        else:
            continue
        is_there = all(left.column(one) is not None and right.column(other) is not None for one, other in pairs)
        if is_there and pairs not in seen:
            seen.add(pairs)
            yield JoinCondition(left, right, pairs, one.model)


def _kinds(columns: Sequence[ScopeColumn]) -> list[tuple[str, ValueKind]]:
    return [(one.name, one.kind) for one in columns if one.kind is not None and one.name]
