"""What a page passes on to a dashboard that one of its widgets leads to: its time range, the values of its variables,
and the conditions selected at values of charts. All of it is the reader's alone; neither document changes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.editing import point_selections
from benchboard.dashboards.editing.reader_filters import PointSelection
from benchboard.dashboards.editing.state import EditingState, show
from benchboard.dashboards.layout import walk_items
from benchboard.dashboards.variables.filter_variables import values_query
from benchboard.dashboards.variables.repeat_expansion import VariableChoice


class PassedFilters(NamedTuple):
    """`time` is None for a page that shows no time range; `variables` have the values that the reader selected."""

    time: TimeRange | None
    variables: tuple[Variable, ...]
    selections: tuple[PointSelection, ...]


def passed_filters(state: EditingState, point: Sequence[PointSelection] = ()) -> PassedFilters:
    """What a page passes on; `point` are the selections of a value that was clicked, which replace those of the same
    columns."""
    after = state
    for one in point:
        after = point_selections.add(after, one)
    kept = tuple(one for one in point_selections.present(after) if one.filter is not None or one.time is not None)
    widgets = [widget_of(found.item) for found in walk_items(state.document.layout)]
    shows_time = any(one.query and state.view.uses_time(one.query) for one in widgets)
    return PassedFilters(state.view.time if shows_time else None, after.view.document.variables, kept)


def receive(state: EditingState, passed: PassedFilters) -> EditingState:
    """The state of the page that was opened, filtered as the one it was opened from: what had been selected at its own
    values of charts ends. A condition on a column that one of its variables lists becomes a value of that variable."""
    after = point_selections.remove_all(state) or state
    time = passed.time if passed.time is not None else after.reader.time
    choices = {**after.reader.choices, **_choices(passed.variables, after.document.variables)}
    after = show(after, reader=replace(after.reader, time=time, choices=choices))
    for one in passed.selections:
        own = one if one.time is None else replace(one, time_before=time)
        after = point_selections.add(after, _of_variable(own, after) or own)
    return after


def _choices(theirs: Sequence[Variable], own: Sequence[Variable]) -> Mapping[str, VariableChoice]:
    """The values for those of a page's `own` variables that have the name and sort of one of `theirs`."""
    known = {one.name: one for one in theirs}
    found = {}
    for mine in own:
        passed = known.get(mine.name)
        if passed is None or _sort_of(passed) != _sort_of(mine):
            continue
        if passed.all_chosen and mine.include_all:
            found[mine.name] = VariableChoice(all=True)
        elif not passed.all_chosen and (mine.multiple or len(passed.chosen) < 2 or mine.type == "range"):
            found[mine.name] = VariableChoice(passed.chosen)
    return found


def _sort_of(variable: Variable) -> object:
    """What its values are: texts, values of a list, or the ends of a range of a column."""
    if variable.type == "range":
        return variable.data_source_id, variable.column
    return variable.type == "text"


def _of_variable(selection: PointSelection, state: EditingState) -> PointSelection | None:
    """The selection as one of a variable that lists the values of its column; None if the page has none."""
    condition = selection.filter
    if condition is None or condition.operator != "one_of" or condition.expression:
        return None
    texts = tuple(one for one in condition.values if isinstance(one, str) and one)
    queries = {
        (one.source_id, values_query(table, column, one.dialect))
        for one in condition.places.sources
        for table, column in one.columns
    }
    if not texts or len(texts) != len(condition.values):
        return None
    for one in state.document.variables:
        if one.type == "query" and (one.data_source_id, one.query) in queries and (one.multiple or len(texts) == 1):
            before = state.reader.choices.get(one.name)
            return PointSelection(
                selection.title, selection.origin, variable=one.name, choice=VariableChoice(texts), choice_before=before
            )
    return None
