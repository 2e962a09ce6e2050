"""The lists of triggers, and of those that were met: their columns and keys."""

from collections.abc import Mapping
from typing import Final

from benchboard.ui.bench.bench_commands import TRIGGERS
from benchboard.ui.bench.cell_list import RowsModel
from benchboard.ui.bench.command_list import CommandList
from benchboard.ui.bench.triggers.trigger_models import (
    ARMED,
    COUNT,
    FRAME,
    LAST,
    NAME,
    TIME,
    TRIGGER,
    FiredModel,
    TriggerModel,
)

_TRIGGER_WIDTHS: Final = {ARMED: 96, NAME: 160, LAST: 176, COUNT: 88}
_FIRED_WIDTHS: Final = {TIME: 176, TRIGGER: 180, FRAME: 300}


def trigger_list(model: TriggerModel, label: str) -> CommandList:
    """The list of triggers."""
    return _list(model, _TRIGGER_WIDTHS, "triggers", label)


def fired_list(model: FiredModel, label: str) -> CommandList:
    """The list of triggers that were met."""
    return _list(model, _FIRED_WIDTHS, "fired_triggers", label)


def _list(model: RowsModel, widths: Mapping[int, int], name: str, label: str) -> CommandList:
    return CommandList(
        model, widths, TRIGGERS, toggles="bench.toggle_trigger", opens="bench.open_trigger", name=name, label=label
    )
