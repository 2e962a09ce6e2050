"""The triggers, and those that were met, as models of rows."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.trigger_table import TriggerActions, TriggerRow, TriggerTable
from benchboard.i18n import _, number
from benchboard.ui.bench.cell_list import Index, RowsModel
from benchboard.ui.bench.frame_format import clock, identifier, payload

ARMED, NAME, CONDITION, ACTIONS, LAST, COUNT = range(6)
TIME, TRIGGER, FRAME, DONE = range(4)
MOST_FIRED: Final = 500
"""Triggers that were met and are listed, the latest first."""
_RESOLUTION: Final = 0.001


@dataclass(slots=True)
class FiredEntry:
    """A trigger that was met: `done` says what it did, and `problem` what it couldn't do."""

    name: str
    seconds: float
    frame: Frame | None
    done: str = ""
    problem: str = ""
    number: int = 0
    """That of the frame that was sent."""

    @property
    def time(self) -> str:
        """The time of day, no finer than the frame's stamp."""
        return clock(self.frame.timestamp if self.frame is not None else _host_time(self.seconds))


def _host_time(seconds: float) -> Timestamp:
    """A silence ends with no frame: its time is known as well as that of the computer."""
    return Timestamp(seconds, TimeSource.HOST, _RESOLUTION)


class TriggerModel(RowsModel):
    """Shows a table of triggers, with how often each was met since the bus was opened, and when last."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.titles = (_("Armed"), _("Name"), _("Condition"), _("Actions"), _("Last fired"), _("Count"))
        self.numbers, self.mono = (COUNT,), (CONDITION, LAST)
        self.table = TriggerTable()
        self._database = CanDatabase()
        self._counts: dict[int, tuple[int, str]] = {}
        self._unknown: dict[int, tuple[str, ...]] = {}
        """By keys the names in conditions that no database has."""

    def show_table(self, table: TriggerTable) -> None:
        """Show another table, or this one after an edit."""
        self.beginResetModel()
        self.table = table
        self._find_unknown()
        self.endResetModel()

    def _find_unknown(self) -> None:
        found = ((one.key, one.trigger.filter.unknown_names(self._database)) for one in self.table.rows)
        self._unknown = {key: names for key, names in found if names}

    def set_database(self, database: CanDatabase) -> None:
        """Say which names no database has: such a trigger is never met."""
        self._database = database
        self._find_unknown()
        self.update_cells()

    def count(self, key: int, time: str) -> None:
        """This trigger was met, at this time of day."""
        self._counts[key] = (self._counts.get(key, (0, ""))[0] + 1, time)

    def clear_counts(self) -> None:
        """Count from 0."""
        self._counts.clear()
        self.update_cells()

    @property
    def counts(self) -> dict[int, tuple[int, str]]:
        """By keys how often triggers were met, and when last."""
        return dict(self._counts)

    def restore_counts(self, counts: dict[int, tuple[int, str]]) -> None:
        """Show these counts."""
        self._counts = dict(counts)

    def row_at(self, row: int) -> TriggerRow | None:
        """The trigger at this place, if there is one."""
        return self.table.rows[row] if 0 <= row < len(self.table.rows) else None

    def place_of(self, key: int) -> int:
        """The place of the trigger with this key; -1 if it isn't there."""
        return next((place for place, row in enumerate(self.table.rows) if row.key == key), -1)

    def cell(self, row: int, column: int) -> str:
        one = self.table.rows[row]
        if column == ARMED:
            return _("on") if one.armed else _("off")
        if column == NAME:
            return one.name or "–"
        if column == CONDITION:
            return self._condition(one)
        if column == ACTIONS:
            return actions_text(one.actions)
        count, time = self._counts.get(one.key, (0, ""))
        return number(count) if column == COUNT else time or "–"

    def _condition(self, one: TriggerRow) -> str:
        unknown = self._unknown.get(one.key, ())
        missing = _("no database has {names}").format(names=", ".join(unknown))
        return f"{one.trigger.text}: {missing}" if unknown else one.trigger.text

    def is_wrong(self, row: int, column: int) -> bool:
        return column == CONDITION and self.table.rows[row].key in self._unknown

    def is_muted(self, row: int) -> bool:
        return not self.table.rows[row].armed

    def checked(self, row: int) -> bool | None:
        return self.table.rows[row].armed

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.table.rows)


class FiredModel(RowsModel):
    """Shows the triggers that were met, the latest first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.titles = (_("Time"), _("Trigger"), _("Frame"), _("What it did"))
        self.mono = (TIME, FRAME)
        self.entries: deque[FiredEntry] = deque(maxlen=MOST_FIRED)

    def add(self, entries: Sequence[FiredEntry]) -> None:
        """Put these, oldest first, before the others."""
        self.beginResetModel()
        self.entries.extendleft(entries)
        self.endResetModel()

    def clear(self) -> None:
        """List none."""
        self.beginResetModel()
        self.entries.clear()
        self.endResetModel()

    def cell(self, row: int, column: int) -> str:
        entry = self.entries[row]
        if column == TIME:
            return entry.time
        if column == TRIGGER:
            return entry.name
        if column == FRAME:
            return frame_text(entry.frame) if entry.frame is not None else "–"
        return "  ·  ".join(filter(None, (entry.problem.rstrip("."), entry.done))) or "–"

    def is_wrong(self, row: int, column: int) -> bool:
        return column == DONE and bool(self.entries[row].problem)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)


def frame_text(frame: Frame) -> str:
    """The ID of a frame and its data, or what an error frame reports."""
    return payload(frame) if frame.error else f"{identifier(frame)}  {payload(frame)}"


def actions_text(actions: TriggerActions) -> str:
    """What a trigger does, in a few words."""
    words = []
    if actions.marks:
        words.append(_("mark"))
    if actions.records:
        words.append(_("record"))
    if actions.frame is not None:
        words.append(_("send {frame}").format(frame=identifier(actions.frame)))
    if actions.row:
        words.append(_("start row {name}").format(name=actions.row))
    if actions.sounds:
        words.append(_("sound"))
    if actions.notifies:
        words.append(_("notify"))
    return ", ".join(words)
