"""A table of triggers: each with a name, what it does, and whether it is armed. Each edit gives a new table. No I/O."""

import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

from benchboard.canbus import candump
from benchboard.canbus.frame import Frame
from benchboard.canbus.triggers import (
    HOLD_OFF_S,
    LEAST_HOLD_OFF_S,
    LEAST_SILENCE_S,
    MOST_HOLD_OFF_S,
    MOST_SILENCE_S,
    Trigger,
    require_valid,
)
from benchboard.errors import Invalid
from benchboard.i18n import _, number

MAX_TRIGGERS: Final = 50
MAX_NAME: Final = 60
MAX_CONDITION: Final = 200
BEFORE_S: Final = 10.0
MOST_BEFORE_S: Final = 600.0
"""Frames are in memory for as long (`bus_recorder.KEPT_S`)."""
MOST_AFTER_S: Final = 3_600.0
_KEYS: Final = count(1)


@dataclass(frozen=True, slots=True)
class TriggerActions:
    """What a trigger does. `after_s`: a recording that it began ends so long (s) after it was met last; None: when
    somebody stops it. `row` names a row of the send table, which is started; a `frame` is sent once.
    """

    marks: bool = True
    records: bool = False
    before_s: float = BEFORE_S
    after_s: float | None = None
    frame: Frame | None = None
    row: str = ""
    sounds: bool = False
    notifies: bool = False

    @property
    def are_any(self) -> bool:
        """Whether it does something."""
        sends = self.frame is not None or bool(self.row)
        return self.marks or self.records or sends or self.sounds or self.notifies


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """A trigger of the table. `key` is that of no other one, and stays when it is edited."""

    trigger: Trigger
    name: str = ""
    actions: TriggerActions = TriggerActions()
    armed: bool = True
    key: int = field(default_factory=_KEYS.__next__, compare=False)

    @property
    def title(self) -> str:
        """Its name, else its condition in words."""
        return self.name or self.trigger.text


def require_row(row: TriggerRow) -> None:
    """Raise `Invalid` (`can.id-filter`, `can.trigger`) for one that can't be met or does nothing; its
    `field` is `condition`, `silence`, `hold_off`, `before`, `after` or `actions`.
    """
    trigger, actions = row.trigger, row.actions
    try:
        terms = require_valid(trigger).terms
    except Invalid as error:
        raise Invalid(error.code, error.what, why=error.why, do=error.do, field="condition") from error
    if not terms and not trigger.silence_s:
        raise Invalid("can.trigger", _("Enter a condition, such as 123 or EngineSpeed>3000."), field="condition")
    if trigger.silence_s:
        _require_time("silence", trigger.silence_s, LEAST_SILENCE_S, MOST_SILENCE_S)
    _require_time("hold_off", trigger.hold_off_s, LEAST_HOLD_OFF_S, MOST_HOLD_OFF_S)
    _require_time("before", actions.before_s, 0, MOST_BEFORE_S)
    if actions.after_s is not None:
        _require_time("after", actions.after_s, 0, MOST_AFTER_S)
    if not actions.are_any:
        raise Invalid("can.trigger", _("Select at least one action."), field="actions")


def _require_time(name: str, seconds: float, low: float, high: float) -> None:
    if not low <= seconds <= high or not math.isfinite(seconds):
        what = _("Enter a time from {low} to {high} s.")
        raise Invalid("can.trigger", what.format(low=number(low, most=2), high=number(high)), field=name)


@dataclass(frozen=True, slots=True)
class TriggerTable:
    """The triggers in their order."""

    rows: tuple[TriggerRow, ...] = ()

    def find(self, key: int) -> TriggerRow | None:
        """The trigger with this key, if it is there."""
        return next((row for row in self.rows if row.key == key), None)

    def added(self, row: TriggerRow) -> "TriggerTable":
        """With one more trigger at the end. Raises `Invalid` (`can.trigger`)."""
        return self._with(row, len(self.rows))

    def replaced(self, row: TriggerRow) -> "TriggerTable":
        """With this one in place of that with its key. Raises as `require_row`."""
        require_row(row)
        return TriggerTable(tuple(row if one.key == row.key else one for one in self.rows))

    def without(self, keys: Collection[int]) -> "TriggerTable":
        """Without these triggers."""
        return TriggerTable(tuple(row for row in self.rows if row.key not in keys))

    def duplicated(self, key: int) -> "TriggerTable":
        """With a copy of this trigger below it. Raises `Invalid` (`can.trigger`)."""
        place = next((place for place, row in enumerate(self.rows) if row.key == key), None)
        return self if place is None else self._with(replace(self.rows[place], key=next(_KEYS)), place + 1)

    def _with(self, row: TriggerRow, place: int) -> "TriggerTable":
        require_row(row)
        if len(self.rows) >= MAX_TRIGGERS:
            what = _("There can be at most {count} triggers.").format(count=number(MAX_TRIGGERS))
            raise Invalid("can.trigger", what, do=_("Delete a trigger first."))
        return TriggerTable((*self.rows[:place], row, *self.rows[place:]))


def trigger_rows(table: TriggerTable) -> list[dict[str, Any]]:
    """The triggers as plain objects, which `rows_triggers` takes."""
    return [_plain(row) for row in table.rows]


def _plain(row: TriggerRow) -> dict[str, Any]:
    actions = row.actions
    return {
        "condition": row.trigger.condition, "silence_s": row.trigger.silence_s, "hold_off_s": row.trigger.hold_off_s,
        "name": row.name, "armed": row.armed, "mark": actions.marks, "record": actions.records,
        "before_s": actions.before_s, "after_s": actions.after_s, "row": actions.row,
        "frame": candump.text(actions.frame) if actions.frame is not None else "", "sound": actions.sounds,
        "notify": actions.notifies,
    }  # fmt: skip


def rows_triggers(rows: object) -> TriggerTable:
    """The table of plain objects, without those that aren't valid: settings may be of another version."""
    found = [_row(one) for one in rows] if isinstance(rows, list) else []
    return TriggerTable(tuple(one for one in found if one is not None)[:MAX_TRIGGERS])


def _row(one: object) -> TriggerRow | None:
    if not isinstance(one, dict):
        return None
    after, text = one.get("after_s"), one.get("frame")
    try:
        trigger = Trigger(
            str(one.get("condition", ""))[:MAX_CONDITION],
            float(one.get("silence_s", 0.0)),
            float(one.get("hold_off_s", HOLD_OFF_S)),
        )
        actions = TriggerActions(
            bool(one.get("mark")), bool(one.get("record")), float(one.get("before_s", BEFORE_S)),
            None if after is None else float(after), candump.parse(text) if isinstance(text, str) else None,
            str(one.get("row", "")), bool(one.get("sound")), bool(one.get("notify")),
        )  # fmt: skip
        row = TriggerRow(trigger, str(one.get("name", ""))[:MAX_NAME], actions, one.get("armed") is True)
        require_row(row)
    except (Invalid, TypeError, ValueError, OverflowError):
        return None
    return row
