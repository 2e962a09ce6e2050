"""Clearing the reader's filters: variables, what was selected at the values of charts, and the time range."""

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.editing import point_selections
from benchboard.dashboards.editing.reader_filters import PointSelection
from benchboard.dashboards.editing.state import EditingState, show
from benchboard.dashboards.variables.repeat_expansion import VariableChoice


class ReaderFilters(NamedTuple):
    """All filters of a reader, as they are at a time."""

    choices: dict[str, VariableChoice]
    selections: tuple[PointSelection, ...]
    time: TimeRange | None


def filters_of(state: EditingState) -> ReaderFilters:
    """The reader's filters as they are now."""
    reader = state.reader
    return ReaderFilters(dict(reader.choices), reader.point_selections, reader.time)


def with_filters(state: EditingState, filters: ReaderFilters) -> EditingState:
    """Set all filters of the reader."""
    choices, selections, time = filters
    return show(state, reader=replace(state.reader, choices=choices, point_selections=selections, time=time))


def clear_variables(state: EditingState, names: Collection[str]) -> EditingState | None:
    """Let variables pass everything: all of their values, or an empty text. One that offers no All has its default
    again. None: nothing changes."""
    choices = dict(state.reader.choices)
    for one in state.view.document.variables:
        if one.name in names and not is_clear(one):
            choices.pop(one.name, None)
            if (cleared := _cleared(one)) is not None:
                choices[one.name] = cleared
    if choices == state.reader.choices:
        return None
    after = show(state, reader=replace(state.reader, choices=choices))
    return after if after.view.document.variables != state.view.document.variables else None


def clear_all(state: EditingState) -> EditingState | None:
    """Clear all variables and all that was selected at the values of charts. None: nothing changes."""
    after = point_selections.remove_all(state)
    names = [one.name for one in state.document.variables]
    return clear_variables(after or state, names) or after


def reset_time(state: EditingState) -> EditingState | None:
    """Show the dashboard's own time range. None: it is shown."""
    if state.reader.time is None or state.reader.time == state.document.time:
        return None
    return show(state, reader=replace(state.reader, time=None))


def _cleared(variable: Variable) -> VariableChoice | None:
    if variable.type in ("text", "range"):
        return VariableChoice()
    return VariableChoice(all=True) if variable.include_all else None


def is_clear(variable: Variable) -> bool:
    """Whether a variable, with the reader's values, passes everything."""
    return variable.all_chosen or (variable.type in ("text", "range") and not any(variable.chosen))
