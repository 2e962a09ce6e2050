"""What the steps of a plan group and sort by, in the words of the question whose plan it is."""

from dataclasses import replace

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
