"""Reads the plan of a query over files, as DuckDB's EXPLAIN (FORMAT json) describes it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchboard.analytics.query_plan import (
    PlanStep,
    QueryPlan,
    StepAction,
    StepBudget,
    count_of,
    json_plan,
    mappings,
    raw_plan,
    text_of,
    unwrapped,
)

_SKIPPED: Final = frozenset(("PROJECTION", "RESULT_COLLECTOR", "EXPLAIN"))
_ACTIONS: Final[Sequence[tuple[str, StepAction]]] = (
    ("SCAN", "read"), ("READ_", "read"), ("JOIN", "join"), ("CROSS_PRODUCT", "cross"), ("GROUP_BY", "group"),
    ("AGGREGATE", "aggregate"), ("TOP_N", "sort"), ("ORDER_BY", "sort"), ("WINDOW", "window"), ("FILTER", "filter"),
    ("UNION", "combine"), ("DISTINCT", "distinct"), ("LIMIT", "limit"),
)  # fmt: skip
_SUBJECTS: Final[Mapping[str, Sequence[str]]] = {
    "join": ("Conditions",), "group": ("Groups",), "sort": ("Order By",), "filter": ("Expression",),
}  # fmt: skip
_PLACE: Final = re.compile(r"#\d|__internal|\bc\d+\b")
"""A column that DuckDB calls by its place."""


def duckdb_plan(text: object, tables: Sequence[str]) -> QueryPlan:
    """The plan that DuckDB wrote. `tables`: the tables that the query names; DuckDB doesn't say which of them it reads
    where. Raises `Invalid` (`query.plan`) for what is no plan."""
    found = json_plan(text)
    budget = StepBudget()
    steps = tuple(one for root in mappings(found) for one in _steps(root, tables, budget, 0))
    return QueryPlan(steps, raw_plan(found))


def _steps(found: Mapping[str, Any], tables: Sequence[str], budget: StepBudget, depth: int) -> list[PlanStep]:
    budget.take(depth)
    below = tuple(one for child in mappings(found.get("children")) for one in _steps(child, tables, budget, depth + 1))
    name = text_of(found, "name").upper()
    if name in _SKIPPED or (name == "DUMMY_SCAN" and not below):
        return list(below)
    action: StepAction = next((action for part, action in _ACTIONS if part in name), "other")
    about = found.get("extra_info")
    about = about if isinstance(about, dict) else {}
    rows = count_of(about, "Estimated Cardinality")
    if action == "read":
        return [_read(name, about, tables, rows, below)]
    subject = next((text_of(about, one) for one in _SUBJECTS.get(action, ()) if text_of(about, one)), "")
    if action == "other":
        subject = name.replace("_", " ").capitalize()
    elif _PLACE.search(subject):
        subject = ""
    return [PlanStep(action, unwrapped(subject), rows, steps=below)]


def _read(
    name: str, about: Mapping[str, Any], tables: Sequence[str], rows: int | None, below: tuple[PlanStep, ...]
) -> PlanStep:
    table = text_of(about, "Table").rpartition(".")[2]
    if not table and len(tables) == 1 and "READ_" in name:
        table = tables[0]
    if not table and "READ_" not in name:
        return PlanStep("other", name.replace("_", " ").capitalize(), rows, steps=below)
    filtered = bool(text_of(about, "Filters"))
    return PlanStep("read", table, rows, None if filtered else rows, steps=below)
