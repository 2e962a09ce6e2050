"""A plan in the words of the question whose plan it is, and with the numbers of rows that are known."""

from dataclasses import replace
from typing import Final

from benchboard.analytics.query_builder.question import Question
from benchboard.analytics.query_plan import PlanStep, QueryPlan
from benchboard.analytics.table_browser import BrowsedTable
from benchboard.ui.studio.data.explore.part_text import output_title, sort_text


def in_words_of(plan: QueryPlan, question: Question | None, table: BrowsedTable | None) -> QueryPlan:
    """The plan, where its steps are those of the question: `Group by Order time, Currency`, also of an engine that
    doesn't say by what. What the engine says is kept where it isn't sure which step is the question's."""
    if question is None:
        return plan
    steps = list(plan.walk())
    groups = [step for step in steps if step.action == "group"]
    sorts = [step for step in steps if step.action == "sort"]
    words = dict[int, str]()
    if len(groups) == 1 and question.groups:
        words[id(groups[0])] = ", ".join(output_title(question, one.output, table) for one in question.groups)
    # One that is below the grouping is how the engine groups.
    is_last = len(sorts) == 1 and (not groups or any(step in groups for step in sorts[0].walk()))
    if is_last and question.sorts:
        words[id(sorts[0])] = ", ".join(sort_text(question, one, table) for one in question.sorts)
    return replace(plan, steps=tuple(_worded(step, words) for step in plan.steps))


def _worded(step: PlanStep, words: dict[int, str]) -> PlanStep:
    below = tuple(_worded(one, words) for one in step.steps)
    return replace(step, subject=words.get(id(step), step.subject), steps=below)


def with_known_rows(
    plan: QueryPlan, table: str, table_rows: int | None, result_rows: int | None, *, limited: bool
) -> QueryPlan:
    """The plan with what was counted in place of what the engine expects: the rows of a table that is read as a whole,
    and of the result, which the last step gives, and those before it that only put rows in order: unless the query may
    be `limited`, which that step does too."""
    steps = tuple(_counted(step, table, table_rows) for step in plan.steps)
    if len(steps) == 1 and result_rows is not None:
        steps = (_with_result(steps[0], result_rows, limited=limited),)
    return replace(plan, steps=steps)


def _counted(step: PlanStep, table: str, rows: int | None) -> PlanStep:
    below = tuple(_counted(one, table, rows) for one in step.steps)
    is_whole = step.action == "read" and step.subject == table and step.rows == step.read_rows is not None
    if rows is not None and is_whole and not below:
        return replace(step, rows=rows, read_rows=rows, counted=True)
    return replace(step, steps=below)


def _with_result(step: PlanStep, rows: int, *, limited: bool) -> PlanStep:
    below = step.steps
    if step.action in _KEEPING and len(below) == 1 and not limited:
        below = (_with_result(below[0], rows, limited=limited),)
    return step if step.action == "read" else replace(step, rows=rows, counted=True, steps=below)


_KEEPING: Final = ("sort", "window")
"""Steps that give as many rows as they take."""
