"""Reads the plan of a query on MySQL and MariaDB, as their EXPLAIN FORMAT=JSON describes it."""

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
    no_plan,
    number_of,
    raw_plan,
    text_of,
    unwrapped,
)

EXPLAIN: Final = "EXPLAIN FORMAT=JSON "
"""Without ANALYZE: the query isn't run."""
_INSIDE: Final[Mapping[str, StepAction | None]] = {
    "query_block": None, "read_sorted_file": None, "materialized": None, "materialized_from_subquery": None,
    "buffer_result": None, "expression_cache": None, "filesort": "sort", "ordering_operation": "sort",
    "temporary_table": "other", "grouping_operation": "group", "duplicates_removal": "distinct",
    "windows": "window", "window_functions_computation": "window", "union_result": "combine",
}  # fmt: skip
_LISTS: Final = ("query_specifications", "subqueries", "attached_subqueries", "select_list_subqueries")
_MOST_ROWS: Final = 10**15


def mysql_plan(text: object) -> QueryPlan:
    """The plan that the server wrote. Raises `Invalid` (`query.plan`) for what is no plan."""
    found = json_plan(text)
    if not isinstance(found, dict) or not isinstance(found.get("query_block"), dict):
        raise no_plan()
    return QueryPlan(tuple(_steps(found, StepBudget(), 0)), raw_plan(found))


def _steps(found: Mapping[str, Any], budget: StepBudget, depth: int) -> list[PlanStep]:
    """The steps of an object of the plan, which names by its keys what is in it."""
    budget.take(depth)
    steps: list[PlanStep] = []
    if isinstance(found.get("table"), dict):
        steps += _table(found["table"], budget, depth + 1, 1)
    steps += _nested(mappings(found.get("nested_loop")), budget, depth + 1)
    for name, action in _INSIDE.items():
        inner = found.get(name)
        if not isinstance(inner, dict):
            continue
        below = _steps(inner, budget, depth + 1)
        if action is None:
            steps += below
        elif action == "other":
            steps.append(PlanStep("other", name.replace("_", " ").capitalize(), steps=tuple(below)))
        else:
            steps.append(PlanStep(action, text_of(inner, "sort_key"), steps=tuple(below)))
    for name in _LISTS:
        for one in mappings(found.get(name)):
            steps += _steps(one, budget, depth + 1)
    return _with_cost(steps, found)


def _with_cost(steps: list[PlanStep], found: Mapping[str, Any]) -> list[PlanStep]:
    about = found.get("cost_info")
    cost = number_of(about, "query_cost") if isinstance(about, dict) else number_of(found, "cost")
    if cost is None or len(steps) != 1:
        return steps
    last = steps[0]
    return [PlanStep(last.action, last.subject, last.rows, last.read_rows, cost, last.index, last.steps)]


def _nested(members: Sequence[Mapping[str, Any]], budget: StepBudget, depth: int) -> list[PlanStep]:
    """Tables that are read one inside the other: of each, as often as those before it give rows."""
    steps: list[PlanStep] = []
    condition, loops = "", 1
    for one in members:
        buffered = one.get("block-nl-join")
        inner = buffered if isinstance(buffered, dict) else one
        if isinstance(buffered, dict):
            condition = condition or text_of(buffered, "attached_condition")
        table = inner.get("table")
        if isinstance(table, dict):
            read = _table(table, budget, depth + 1, 1 if isinstance(buffered, dict) else loops)
            found = next((step.rows for step in read if step.rows is not None), None)
            loops = min(max(found if found is not None else loops, 1), _MOST_ROWS)
            steps += read
        else:
            steps += _steps(inner, budget, depth + 1)
    return [PlanStep("join", unwrapped(condition), steps=tuple(steps))] if len(steps) > 1 else steps


def _table(found: Mapping[str, Any], budget: StepBudget, depth: int, loops: int) -> list[PlanStep]:
    name, index = text_of(found, "table_name"), text_of(found, "key")
    below = _steps({key: value for key, value in found.items() if key in _INSIDE or key in _LISTS}, budget, depth)
    if name.startswith("<"):  # what the query made itself
        return below
    if not name:
        return []
    rows = count_of(found, "rows")
    if rows is None:
        rows = count_of(found, "rows_examined_per_scan")
    read = rows * loops if rows is not None else None
    given = count_of(found, "rows_produced_per_join")
    filtered = number_of(found, "filtered")
    if given is None and read is not None:
        given = round(read * min(filtered, 100.0) / 100) if filtered is not None else read
    known = index or ("" if text_of(found, "access_type") == "ALL" else None)
    return [PlanStep("read", name, given, read, None, known, tuple(below))]
