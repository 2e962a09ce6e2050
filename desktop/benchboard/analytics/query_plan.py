"""How a database would run a query, as a tree of steps in words: what it reads, joins, groups and sorts, and how many
rows it expects. A query isn't run for it.

What an engine says of its plan is read with suspicion, for a server may say anything: `json_plan` bounds its size, and
the readers of each engine take only what has the type that they expect. What isn't known is left out.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, number

MAX_PLAN: Final = 4 * 1024 * 1024
"""Characters of a plan."""
MAX_STEPS: Final = 500
MAX_DEPTH: Final = 60
MAX_RAW: Final = 200_000
"""Characters that are kept of a plan as the engine wrote it."""
_MAX_SUBJECT: Final = 200
_TITLES: Final = ("Node Type", "name")
"""What an engine calls a step by."""
_WRAPPERS: Final = ("Plan", "Plans", "children", "extra_info")
"""What engines put steps, or what is said of one, into; a tree needs no line for it."""
_DIRECTION: Final = re.compile(r"\s+(?:ASC|(DESC))\b(?:\s+NULLS\s+(?:FIRST|LAST))?(?=\s*(?:,|$))", re.IGNORECASE)
"""A direction at the end of a sort key, as engines write it."""

StepAction = Literal[
    "read", "join", "cross", "group", "aggregate", "sort", "distinct", "filter", "window", "combine", "limit", "other"
]


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A step of a plan, after those of `steps`, whose rows it takes. `rows`: how many the engine expects it to give;
    `read_rows`: how many it expects to read for them; `cost`: in the engine's own unit; None where it doesn't say."""

    action: StepAction
    subject: str = ""
    """The table, the condition or the columns; for `other` the engine's own name of the step."""
    rows: int | None = None
    read_rows: int | None = None
    cost: float | None = None
    index: str | None = None
    """The index by which a table is read; empty if there is none, None if the engine doesn't say."""
    steps: tuple["PlanStep", ...] = ()
    counted: bool = False
    """Whether `rows` were counted, rather than expected."""

    @property
    def title(self) -> str:
        """The step in words."""
        subject = self.subject
        titles: dict[StepAction, tuple[str, str]] = {
            "read": (_("Read {table}").format(table=subject), _("Read a file")),
            "join": (_("Join on {condition}").format(condition=subject), _("Join")),
            "cross": (_("Join without a condition"), _("Join without a condition")),
            "group": (_("Group by {columns}").format(columns=subject), _("Group")),
            "aggregate": (_("Aggregate all rows"), _("Aggregate all rows")),
            "sort": (_("Sort by {columns}").format(columns=_without_directions(subject)), _("Sort")),
            "distinct": (_("Remove duplicates"), _("Remove duplicates")),
            "filter": (_("Filter by {condition}").format(condition=subject), _("Filter")),
            "window": (_("Calculate window functions"), _("Calculate window functions")),
            "combine": (_("Combine results"), _("Combine results")),
            "limit": (_("Limit the rows"), _("Limit the rows")),
            "other": (subject, _("Other step")),
        }
        return titles[self.action][0 if subject else 1]

    @property
    def note(self) -> str:
        """What the engine expects of the step: `about 48,211 rows, no index`. Empty if it doesn't say."""
        parts = []
        if self.read_rows is not None and self.rows is not None and self.read_rows > self.rows:
            parts.append(
                ngettext("about {rows} of {count} row", "about {rows} of {count} rows", self.read_rows).format(
                    rows=number(self.rows), count=number(self.read_rows)
                )
            )
        elif (rows := self.rows if self.rows is not None else self.read_rows) is not None:
            parts.append(rows_text(rows, counted=self.counted))
        if self.index is not None:
            whole = _("no index") if parts else _("all rows, no index")
            parts.append(_("index {name}").format(name=self.index) if self.index else whole)
        return ", ".join(parts)

    def walk(self) -> Iterator["PlanStep"]:
        """This step and all below it."""
        yield self
        for step in self.steps:
            yield from step.walk()

    def without_estimates(self) -> "PlanStep":
        """The step, and all below it, without what the engine expects of them."""
        below = tuple(step.without_estimates() for step in self.steps)
        return replace(self, rows=None, read_rows=None, cost=None, steps=below)

    def to_json(self) -> dict[str, Any]:
        """The step for programs; what isn't known is left out."""
        known = {
            "subject": self.subject or None,
            "rows": self.rows,
            "read_rows": self.read_rows,
            "cost": self.cost,
            "index": self.index,
        }
        return {
            "action": self.action,
            **{name: value for name, value in known.items() if value is not None},
            "steps": [step.to_json() for step in self.steps],
        }


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """How an engine would run a query: its last steps, each after those below it. `raw`: as the engine wrote it."""

    steps: tuple[PlanStep, ...]
    raw: str = ""

    def without_estimates(self, raw: str) -> "QueryPlan":
        """The plan without what the engine expects, and with another text in place of the engine's."""
        return QueryPlan(tuple(step.without_estimates() for step in self.steps), raw)

    @property
    def read_rows(self) -> int | None:
        """How many rows the engine expects to read in all; None if it says so of no table."""
        known = [step.read_rows for step in self.walk() if step.read_rows is not None]
        return sum(known) if known else None

    @property
    def cost(self) -> float | None:
        """What the engine expects all of it to cost, in a unit of its own."""
        costs = [step.cost for step in self.steps if step.cost is not None]
        return sum(costs) if costs else None

    def walk(self) -> Iterator[PlanStep]:
        """All steps, each before those whose rows it takes."""
        for step in self.steps:
            yield from step.walk()


def _without_directions(keys: str) -> str:
    """Sort keys with their directions in words: `day` for “day ASC NULLS LAST”."""
    return _DIRECTION.sub(lambda found: " " + _("(descending)") if found[1] else "", keys)


def indented(steps: Sequence[PlanStep], depth: int = 0) -> Iterator[tuple[PlanStep, int]]:
    """Each step with its depth, before those whose rows it takes."""
    for step in steps:
        yield step, depth
        yield from indented(step.steps, depth + 1)


def rows_text(rows: int, *, counted: bool = False) -> str:
    """A number of rows: `about 48,211 rows`, as long as it is only expected."""
    if counted:
        return ngettext("{count} row", "{count} rows", rows).format(count=number(rows))
    return ngettext("about {count} row", "about {count} rows", rows).format(count=number(rows))


def json_plan(text: object) -> Any:
    """A plan as the engine wrote it. Raises `Invalid` (`query.plan`) for what is none, or too large a one."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    try:
        if isinstance(text, str):
            if len(text) > MAX_PLAN:
                raise no_plan()
            text = json.loads(text)
        if not isinstance(text, list | dict):
            raise no_plan()
    except (ValueError, RecursionError) as error:
        raise no_plan() from error
    return text


def raw_plan(found: object) -> str:
    """A plan as the engine wrote it, as indented JSON without signs that can't be seen, cut at `MAX_RAW`."""
    try:
        return printable_lines(json.dumps(found, indent=2, ensure_ascii=False))
    except RecursionError:  # deeper than the steps in it
        return ""


def plan_tree(raw: str) -> str:
    """A plan as the engine wrote it, as a tree of lines where it is JSON: a step, what it says of itself, and the steps
    below it."""
    try:
        return "\n".join(_tree(json.loads(raw), 0))
    except (ValueError, RecursionError):  # another form, or cut off
        return raw


def _tree(found: Any, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(found, list):
        for one in found:
            yield from _tree(one, depth)
        return
    if not isinstance(found, dict):
        yield f"{indent}{_leaf(found)}"
        return
    title = next((name for name in _TITLES if isinstance(found.get(name), str)), None)
    if title is not None:
        yield f"{indent}{found[title].strip()}"
    inner = depth + (title is not None)
    nested = {key: one for key, one in found.items() if isinstance(one, dict | list) and one and not _is_plain(one)}
    for key, one in found.items():
        if key != title and key not in nested and one not in ("", [], {}):
            yield f"{'  ' * inner}{key}: {', '.join(map(_leaf, one)) if isinstance(one, list) else _leaf(one)}"
    for key, one in sorted(nested.items(), key=lambda pair: pair[0] != "extra_info"):
        if key not in _WRAPPERS:
            yield f"{'  ' * inner}{key}"
        yield from _tree(one, inner if key in _WRAPPERS else inner + 1)


def _is_plain(found: object) -> bool:
    return isinstance(found, list) and not any(isinstance(one, dict | list) for one in found)


def _leaf(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else json.dumps(value)


def printable_lines(text: str) -> str:
    """Some lines of an engine's text, without signs that can't be seen, cut at `MAX_RAW`."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text[:MAX_RAW])


def no_plan() -> Invalid:
    """The error of a plan that can't be read."""
    return Invalid(
        "query.plan", _("The plan of this query can't be shown."), why=_("The database describes it in a way that "
        "Benchboard can't read."), field="query",
    )  # fmt: skip


class StepBudget:
    """Counts the steps that are read from a plan. Raises `Invalid` for more than a plan may have, or deeper ones."""

    def __init__(self) -> None:
        self._count = 0

    def take(self, depth: int) -> None:
        """One more step, so deep."""
        self._count += 1
        if self._count > MAX_STEPS or depth > MAX_DEPTH:
            raise no_plan()


def text_of(found: Mapping[str, Any], name: str) -> str:
    """A text of an engine's plan, on one line; empty if there is none."""
    value = found.get(name)
    if isinstance(value, list):
        value = ", ".join(one for one in value[:20] if isinstance(one, str))
    text = value if isinstance(value, str) else ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 2 * _MAX_SUBJECT]).split())[
        :_MAX_SUBJECT
    ]


def number_of(found: Mapping[str, Any], name: str) -> float | None:
    """A number of an engine's plan, which may be written as text; None if there is none."""
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)[:50]) >= 50:
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) and 0 <= read <= 1e18 else None


def count_of(found: Mapping[str, Any], name: str) -> int | None:
    """A number of rows of an engine's plan."""
    value = number_of(found, name)
    return None if value is None else round(value)


def mappings(value: object) -> Sequence[Mapping[str, Any]]:
    """The JSON objects of a list; what isn't one is left out."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def unwrapped(condition: str) -> str:
    """A condition without the brackets around all of it."""
    while condition.startswith("(") and condition.endswith(")"):
        depth = 0
        for place, sign in enumerate(condition):
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if depth == 0 and place < len(condition) - 1:
                return condition
        condition = condition[1:-1].strip()
    return condition
