"""Reads the plan of a query on PostgreSQL, as its EXPLAIN (FORMAT JSON) describes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from benchboard.analytics.name_scope import VIEW_PREFIX
from benchboard.analytics.query_plan import (
    PlanStep,
    QueryPlan,
    StepAction,
    StepBudget,
    count_of,
    json_plan,
    mappings,
    number_of,
    printable_lines,
    raw_plan,
    text_of,
    unwrapped,
)

EXPLAIN: Final = "EXPLAIN (FORMAT JSON, VERBOSE, COSTS) "
"""Without ANALYZE: the query isn't run."""
_SKIPPED: Final = frozenset(
    ("Hash", "Gather", "Gather Merge", "Materialize", "Memoize", "Subquery Scan", "Result", "BitmapOr", "BitmapAnd",
     "ProjectSet")
)  # fmt: skip
_ACTIONS: Final[Mapping[str, StepAction]] = {
    "Hash Join": "join", "Merge Join": "join", "Nested Loop": "join", "Sort": "sort", "Incremental Sort": "sort",
    "Unique": "distinct", "WindowAgg": "window", "Append": "combine", "Merge Append": "combine", "SetOp": "combine",
    "Recursive Union": "combine", "Limit": "limit",
}  # fmt: skip
_JOIN_CONDITIONS: Final = ("Hash Cond", "Merge Cond", "Join Filter")
_ONCE: Final = frozenset(("Materialize", "Hash", "Sort", "CTE Scan"))
"""Steps that read what is below them once, however often their rows are asked for."""

TableName = tuple[str, str]
"""The schema and the name of a table."""
NO_ROWS: Final[Mapping[TableName, int]] = MappingProxyType({})


@dataclass(slots=True)
class _PlanReader:
    table_rows: Mapping[TableName, int]
    budget: StepBudget = field(default_factory=StepBudget)

    def steps(self, found: Mapping[str, Any], depth: int, loops: int) -> list[PlanStep]:
        self.budget.take(depth)
        node, rows = text_of(found, "Node Type"), count_of(found, "Plan Rows")
        children = mappings(found.get("Plans"))
        below: list[PlanStep] = []
        for place, child in enumerate(children):
            inner = place == 1 and node == "Nested Loop"
            outer = count_of(children[0], "Plan Rows") if inner else None
            times = loops * outer if outer is not None else loops
            below += self.steps(child, depth + 1, 1 if node in _ONCE else min(times, 10**12))
        cost = number_of(found, "Total Cost")
        if "Relation Name" in found:
            return [self._read(found, node, rows, cost, loops)]
        if node in _SKIPPED or "Partial" in text_of(found, "Partial Mode") or node == "Bitmap Index Scan":
            return below
        return [_step(found, node, rows, cost, tuple(below))]

    def _read(self, found: Mapping[str, Any], node: str, rows: int | None, cost: float | None, loops: int) -> PlanStep:
        name = text_of(found, "Schema"), text_of(found, "Relation Name")
        index: str | None = text_of(found, "Index Name")
        read = rows
        if not index and node.startswith("Bitmap"):
            index = next(_bitmap_indexes(found), None)
        elif not index:
            index = "" if node in ("Seq Scan", "Sample Scan") else None
            # It reads all rows, and says only how many are left of them.
            read = self.table_rows.get(name, None if "Filter" in found else rows)
        if read is not None:
            read = max(read, rows or 0) * max(loops, 1)
        if rows is not None:
            rows *= max(loops, 1)
        if cost is not None:
            cost *= max(loops, 1)
        return PlanStep("read", name[1], rows, read, cost, index)


def postgresql_plan(text: object, table_rows: Mapping[TableName, int] = NO_ROWS) -> QueryPlan:
    """The plan that PostgreSQL wrote. `table_rows`: how many rows it believes its tables to have. Raises `Invalid`
    (`query.plan`) for what is no plan."""
    reader = _PlanReader(table_rows)
    found = json_plan(text)
    return QueryPlan(tuple(step for root in roots(found) for step in reader.steps(root, 0, 1)), raw_plan(found))


def outline(text: object) -> str:
    """The nodes of a plan by PostgreSQL's names with their tables and indexes, indented; no number of it."""
    lines: list[str] = []
    budget = StepBudget()

    def visit(node: Mapping[str, Any], depth: int) -> None:
        budget.take(depth)
        names = text_of(node, "Node Type"), text_of(node, "Relation Name"), text_of(node, "Index Name")
        lines.append("  " * depth + "  ".join(name for name in names if name).replace(VIEW_PREFIX, ""))
        for child in mappings(node.get("Plans")):
            visit(child, depth + 1)

    for root in roots(text):
        visit(root, 0)
    return printable_lines("\n".join(lines))


def roots(text: object) -> list[Mapping[str, Any]]:
    """The first steps of a plan."""
    return [plan for one in mappings(json_plan(text)) if isinstance(plan := one.get("Plan"), dict)]


def tables_read(text: object) -> list[TableName]:
    """The tables that a plan reads."""
    found: list[TableName] = []
    budget = StepBudget()

    def visit(node: Mapping[str, Any], depth: int) -> None:
        budget.take(depth)
        if "Relation Name" in node:
            found.append((text_of(node, "Schema"), text_of(node, "Relation Name")))
        for child in mappings(node.get("Plans")):
            visit(child, depth + 1)

    for root in roots(text):
        visit(root, 0)
    return found


def _bitmap_indexes(found: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    for child in mappings(found.get("Plans")):
        if name := text_of(child, "Index Name"):
            yield name
        elif depth < 5:
            yield from _bitmap_indexes(child, depth + 1)


def _step(
    found: Mapping[str, Any], node: str, rows: int | None, cost: float | None, below: tuple[PlanStep, ...]
) -> PlanStep:
    action = _ACTIONS.get(node, "other")
    subject = ""
    if action == "join":
        subject = next((text for one in _JOIN_CONDITIONS if (text := text_of(found, one))), "")
    elif action == "sort":
        subject = text_of(found, "Sort Key")
    elif node in ("Aggregate", "Group"):
        subject = text_of(found, "Group Key")
        action = "group" if subject else "aggregate"
    elif action == "other":
        subject = node
    return PlanStep(action, unwrapped(subject).replace(VIEW_PREFIX, ""), rows, None, cost, steps=below)
