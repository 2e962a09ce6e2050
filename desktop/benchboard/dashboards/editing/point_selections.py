"""Selecting and removing what a reader selects at the values of charts: transitions of the reader's state."""

from collections.abc import Mapping
from dataclasses import replace

from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.editing.reader_filters import PointSelection
from benchboard.dashboards.editing.state import EditingState, show
from benchboard.dashboards.variables.repeat_expansion import VariableChoice


def present(state: EditingState) -> tuple[PointSelection, ...]:
    """The selections that still hold, the latest last: a variable or a time range that was changed since by other means
    is no selection of a point any more."""
    reader = state.reader
    return tuple(
        one
        for one in reader.point_selections
        if (not one.variable or reader.choices.get(one.variable) == one.choice)
        and (one.time is None or reader.time == one.time)
    )


def add(state: EditingState, selection: PointSelection) -> EditingState:
    """Select something at a value of a chart. What was selected on the same column, or the period that was, is replaced
    by it."""
    known = [one for one in present(state) if not _same(one, selection)]
    replaced = next((one for one in present(state) if _same(one, selection)), None)
    if replaced is not None:  # what was there before all of them is brought back in the end
        selection = replace(selection, choice_before=replaced.choice_before, time_before=replaced.time_before)
    choices, time = dict(state.reader.choices), state.reader.time
    if selection.variable and selection.choice is not None:
        choices[selection.variable] = selection.choice
    if selection.time is not None:
        time = selection.time
    return _with(state, (*known, selection), choices, time)


def remove(state: EditingState, selection: PointSelection) -> EditingState | None:
    """Remove a selection: what was selected before it is again. None if it isn't there."""
    known = present(state)
    if selection not in known:
        return None
    choices, time = dict(state.reader.choices), state.reader.time
    if selection.variable:
        choices.pop(selection.variable, None)
        if selection.choice_before is not None:
            choices[selection.variable] = selection.choice_before
    if selection.time is not None:
        time = selection.time_before
    return _with(state, tuple(one for one in known if one != selection), choices, time)


def remove_all(state: EditingState) -> EditingState | None:
    """Remove all selections, the latest first. None if there are none."""
    after = None
    for one in reversed(present(state)):
        after = remove(after or state, one) or after
    return after


def _same(one: PointSelection, other: PointSelection) -> bool:
    """Whether two selections are of the same variable, of the same column, or of a period."""
    if one.filter is not None and other.filter is not None:
        same = one.filter.same_column_as(other.filter) and one.filter.operator == other.filter.operator
        return same and one.filter.operator != "none_of"
    return one.variable == other.variable != "" or (one.time is not None and other.time is not None)


def _with(
    state: EditingState,
    selections: tuple[PointSelection, ...],
    choices: Mapping[str, VariableChoice],
    time: TimeRange | None,
) -> EditingState:
    return show(state, reader=replace(state.reader, point_selections=selections, choices=choices, time=time))
