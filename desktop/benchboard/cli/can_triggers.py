"""The triggers of `benchboard can monitor` and `record`."""

import time
from collections.abc import Sequence
from typing import Any, Final

import click

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame
from benchboard.canbus.triggers import LATE_S, Firing, Trigger, TriggerWatch, parse_trigger, require_valid
from benchboard.cli.can_names import require_known_names
from benchboard.cli.terminal import printable
from benchboard.errors import Invalid
from benchboard.i18n import number


class TriggerText(click.ParamType[Trigger, object]):
    """A trigger, as it is typed."""

    name = "TEXT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Trigger:
        """The trigger; a usage error for one that can't be read."""
        if isinstance(value, Trigger):  # click converts a default again
            return value
        try:
            return parse_trigger(str(value))
        except Invalid as error:
            self.fail(f"{error.what} {error.do}", param, ctx)


TRIGGERS: Final = click.option(
    "--trigger", "triggers", multiple=True, type=TriggerText(), metavar="TEXT",
    help="A filter, such as 0C9, Speed>100 or error; 0C9@0.5: no such frame for 0.5 s. Repeat it for several.",
)  # fmt: skip


def require_known_triggers(triggers: Sequence[Trigger], database: CanDatabase) -> None:
    """Raise a usage error of --trigger if one has names that no database knows: it would never be met."""
    for one in triggers:
        require_known_names("triggers", require_valid(one), database)


class BusTriggers:
    """Triggers on the frames of a bus that are received now."""

    def __init__(self, triggers: Sequence[Trigger], database: CanDatabase) -> None:
        self.are_any = bool(triggers)
        self._watch = TriggerWatch(triggers, database, since=time.time())

    def add(self, frames: Sequence[Frame]) -> list[Firing]:
        """What these frames meet, and the silences until now."""
        return self._watch.add(frames, time.time() - LATE_S) if self.are_any else []


def firing_json(firing: Firing) -> dict[str, Any]:
    """A trigger that was met, as JSON."""
    frame = firing.frame
    return {
        "trigger": firing.trigger.condition, "silence_s": firing.trigger.silence_s or None,
        "time": round(firing.seconds, 6), "id": frame.id if frame is not None and not frame.error else None,
    }  # fmt: skip


def firing_text(firing: Firing) -> str:
    """A trigger that was met, beside its time in seconds, no finer than the stamp of its frame."""
    stamp = firing.frame.timestamp if firing.frame is not None else None
    seconds = number(firing.seconds, stamp.decimals if stamp is not None else 3, grouped=False)
    return printable(f"({seconds}) {firing.trigger.text}")
