"""Where the work of a plan is: the share of each step, and in words which of them to look at first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from benchboard.analytics.query_plan import PlanStep, QueryPlan
from benchboard.i18n import _, ngettext, number, with_percent_sign

_MANY_ROWS: Final = 1000
"""A table with fewer rows is read faster as a whole than by an index."""
_FEW_USED: Final = 0.5
"""Share of the rows that are read, up to which an index may be expected to help."""


@dataclass(frozen=True, slots=True)
class PlanShares:
    """What part of the work each step is, 0 to 1, in the order of `QueryPlan.walk`; None where the engine doesn't say
    enough. `basis`: whether that is a part of the cost, or of the rows that all steps take."""

    basis: Literal["cost", "rows"]
    shares: tuple[float | None, ...]
    taken: tuple[int | None, ...] = ()
    """How many rows each step takes; None where the engine doesn't say."""

    @property
    def all_largest(self) -> tuple[int, ...]:
        """The steps with the largest share as it is written, in the order of the plan: several where they tie."""
        known = [share for share in self.shares if share is not None]
        most = percent_text(max(known)) if known else ""
        return tuple(at for at, share in enumerate(self.shares) if share is not None and percent_text(share) == most)

    @property
    def most(self) -> tuple[int, ...]:
        """The steps with more of the work than others; none where all have the same."""
        known = sum(share is not None for share in self.shares)
        return self.all_largest if len(self.all_largest) < known else ()

    @property
    def largest(self) -> int | None:
        """The step with the largest share; None if none has one."""
        known = [(share, -place) for place, share in enumerate(self.shares) if share is not None]
        return -max(known)[1] if known else None


def percent_text(share: float) -> str:
    """A share in whole per cent: `74 %`; the least ones as less than one, for they aren't nothing."""
    if 0 < share < 0.01:
        return "< " + with_percent_sign(number(1))
    return with_percent_sign(number(round(share * 100)))


def plan_shares(plan: QueryPlan) -> PlanShares:
    """The shares of a plan's cost where the engine tells that of each table it reads, else of its rows."""
    steps = list(plan.walk())
    has_costs = bool(steps) and all(step.cost is not None for step in steps if not step.steps)
    amounts = [_own_cost(step) if has_costs else _rows_taken(step) for step in steps]
    whole = sum(amount for amount in amounts if amount is not None)
    shares = tuple(amount / whole if amount is not None and whole > 0 else None for amount in amounts)
    return PlanShares("cost" if has_costs else "rows", shares, tuple(_rows_taken(step) for step in steps))


def _cost(step: PlanStep) -> float:
    """What a step costs together with those below it."""
    return step.cost if step.cost is not None else sum(_cost(one) for one in step.steps)


def _own_cost(step: PlanStep) -> float | None:
    # A limit costs less than the steps below it, of which it doesn't need all rows.
    return max(0.0, step.cost - sum(_cost(one) for one in step.steps)) if step.cost is not None else None


def _rows_taken(step: PlanStep) -> int | None:
    if not step.steps:
        return step.read_rows if step.read_rows is not None else step.rows
    rows = [one.rows for one in step.steps]
    return sum(one for one in rows if one is not None) if None not in rows else None


def reads_too_much(step: PlanStep) -> bool:
    """Whether a step reads all rows of a large table, of which few are used: an index would find those."""
    if step.action != "read" or step.index != "" or step.read_rows is None or step.rows is None:
        return False
    return step.read_rows >= _MANY_ROWS and step.rows <= step.read_rows * _FEW_USED


def plan_warnings(plan: QueryPlan) -> Sequence[str]:
    """What of the plan is slow for a reason that can be mended, in sentences; the largest first."""
    steps = sorted(plan.walk(), key=lambda step: step.read_rows or 0, reverse=True)
    wasteful = [step for step in steps if reads_too_much(step)]
    crossed = any(step.action == "cross" for step in steps)
    found = [
        ngettext(
            "All {count} row of {table} is read to find about {rows}.",
            "All {count} rows of {table} are read to find about {rows}.",
            step.read_rows or 0,
        ).format(count=number(step.read_rows or 0), table=step.subject, rows=number(step.rows or 0))
        + " "
        + _("There is no index for the condition.")
        for step in wasteful
    ]
    if crossed:
        found.append(_("Tables are joined without a condition: each row of one with each row of the other."))
    return found
