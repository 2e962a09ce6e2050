"""Reads the plan of a query on SQLite, as its EXPLAIN QUERY PLAN describes it. SQLite tells no numbers of rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from benchboard.analytics.name_scope import VIEW_PREFIX
from benchboard.analytics.query_plan import MAX_DEPTH, PlanStep, QueryPlan, StepBudget, no_plan, printable_lines

_READ: Final = re.compile(
    r"(?:SCAN|SEARCH) (?P<table>\S+)(?: AS \S+)?"
    r"(?: USING (?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?(?:INDEX (?P<index>\S+)|(?P<key>INTEGER PRIMARY KEY)))?"
)
_SORTS: Final = (("GROUP BY", "group"), ("ORDER BY", "sort"), ("DISTINCT", "distinct"))


def sqlite_plan(rows: Sequence[Sequence[Any]]) -> QueryPlan:
    """The plan of the rows `(id, parent, _, text)`. Raises `Invalid` (`query.plan`) for too many of them."""
    below: dict[int, list[tuple[int, str]]] = {}
    budget = StepBudget()
    for row in rows:
        budget.take(0)
        below.setdefault(int(row[1]), []).append((int(row[0]), str(row[3])))
    return QueryPlan(tuple(_steps(0, below, 0)), printable_lines("\n".join(_lines(0, below, 0))))


def _lines(parent: int, below: Mapping[int, Sequence[tuple[int, str]]], depth: int) -> Iterator[str]:
    """The rows as SQLite names them, indented."""
    for place, text in below.get(parent, ()):
        yield "  " * depth + text.replace(VIEW_PREFIX, "")
        yield from _lines(place, below, depth + 1)


def _steps(parent: int, below: Mapping[int, Sequence[tuple[int, str]]], depth: int) -> list[PlanStep]:
    """The steps of one level: tables that SQLite reads one inside the other are joined, and what follows takes all."""
    if depth > MAX_DEPTH:
        raise no_plan()
    steps: list[PlanStep] = []
    for place, text in below.get(parent, ()):
        inner = _steps(place, below, depth + 1)
        found = _READ.match(text)
        sort = next((action for part, action in _SORTS if text.startswith("USE TEMP B-TREE") and part in text), "")
        if sort:
            joined = _joined(steps)
            steps = [PlanStep(sort, steps=joined)]  # type: ignore[arg-type]  # one of the actions
        elif found is not None and not found["table"].startswith(("CONSTANT", "(")):
            index = found["index"] or ("" if found["key"] is None else "PRIMARY KEY")
            table = found["table"].replace(VIEW_PREFIX, "")
            # A table that the query made itself: its rows come from the steps that SQLite names before.
            steps.append(PlanStep("read", table, index=index, steps=tuple(inner)))
        elif text.startswith(("COMPOUND", "MERGE", "UNION", "EXCEPT", "INTERSECT")):
            steps.append(PlanStep("combine", steps=tuple(inner)))
        else:  # CO-ROUTINE, MATERIALIZE, LEFT, RIGHT, a subquery: what is in it
            steps.extend(inner)
    return list(_joined(steps)) if depth == 0 else steps


def _joined(steps: Sequence[PlanStep]) -> tuple[PlanStep, ...]:
    reads = [step for step in steps if step.action == "read"]
    return (PlanStep("join", steps=tuple(steps)),) if len(reads) > 1 else tuple(steps)
