"""A send table: frames with a name and a period, in the order of their rows. Each edit gives a new table. No I/O."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from itertools import count
from math import isfinite
from typing import Final

from benchboard.canbus.frame import Frame, is_valid
from benchboard.canbus.send_rules import NO_RULES, SendRules, require_rules
from benchboard.canbus.stuffing import bits_on_bus
from benchboard.errors import Invalid
from benchboard.i18n import _, number

MAX_ROWS: Final = 200
MIN_PERIOD_MS: Final = 1.0
"""The full-speed USB of a dongle carries bytes once a millisecond."""
MAX_PERIOD_MS: Final = 3_600_000.0
MAX_NAME: Final = 80
_KEYS: Final = count(1)


@dataclass(frozen=True, slots=True)
class SendRow:
    """A row. `period_ms` is None for a frame that is sent once. `key` is that of no other row, in whichever table, and
    stays when the row is edited.
    """

    frame: Frame
    name: str = ""
    period_ms: float | None = None
    key: int = field(default_factory=_KEYS.__next__, compare=False)
    rules: SendRules = NO_RULES

    @property
    def period_s(self) -> float | None:
        """The period in seconds."""
        return None if self.period_ms is None else self.period_ms / 1000


def require_period(period_ms: float) -> None:
    """Raise `Invalid` (`send.period`) for a period that can't be kept."""
    if MIN_PERIOD_MS <= period_ms <= MAX_PERIOD_MS:
        return
    shortest, longest = number(MIN_PERIOD_MS), number(MAX_PERIOD_MS)
    raise Invalid(
        "send.period",
        _("{period} ms isn't possible.").format(
            period=number(period_ms, most=3) if isfinite(period_ms) else str(period_ms)
        ),
        do=_("Enter a period from {shortest} to {longest} ms, or none to send once.").format(
            shortest=shortest, longest=longest
        ),
        field="period",
    )


def require_row(row: SendRow) -> None:
    """Raise `Invalid` (`send.frame`, `send.period`, `send.rules`) for a row that no bus could send."""
    if not is_valid(row.frame) or row.frame.error:
        raise Invalid("send.frame", _("The row has no frame that can be sent."), field="frame")
    if row.period_ms is not None:
        require_period(row.period_ms)
    require_rules(row.rules, row.frame)


@dataclass(frozen=True, slots=True)
class SendTable:
    """The rows in their order."""

    rows: tuple[SendRow, ...] = ()

    def find(self, key: int) -> SendRow | None:
        """The row with this key, if it is there."""
        return next((row for row in self.rows if row.key == key), None)

    def with_frame(
        self,
        frame: Frame,
        name: str = "",
        period_ms: float | None = None,
        *,
        at: int | None = None,
        rules: SendRules = NO_RULES,
    ) -> "SendTable":
        """With one more row, before that at the place `at` or at the end.

        Raises `Invalid` (`send.full`, and as for `require_row`).
        """
        plain = frame._replace(timestamp=None, sent=False)
        return self._with(SendRow(plain, name[:MAX_NAME], period_ms, rules=rules), at)

    def replaced(self, row: SendRow) -> "SendTable":
        """With this row in place of the one with its key. Raises as `require_row`."""
        require_row(row)
        return SendTable(tuple(row if one.key == row.key else one for one in self.rows))

    def without(self, keys: Collection[int]) -> "SendTable":
        """Without these rows."""
        return SendTable(tuple(row for row in self.rows if row.key not in keys))

    def duplicated(self, key: int) -> "SendTable":
        """With a copy of this row below it. Raises `Invalid` (`send.full`)."""
        place = next((place for place, row in enumerate(self.rows) if row.key == key), None)
        if place is None:
            return self
        return self._with(replace(self.rows[place], key=next(_KEYS)), place + 1)

    def moved(self, key: int, by: int) -> "SendTable":
        """With this row `by` places farther down, as far as there are places."""
        place = next((place for place, row in enumerate(self.rows) if row.key == key), None)
        if place is None:
            return self
        rows = list(self.rows)
        rows.insert(max(0, min(len(rows) - 1, place + by)), rows.pop(place))
        return SendTable(tuple(rows))

    def _with(self, row: SendRow, at: int | None) -> "SendTable":
        require_row(row)
        if len(self.rows) >= MAX_ROWS:
            raise Invalid(
                "send.full",
                _("A send table has at most {count} rows.").format(count=number(MAX_ROWS)),
                do=_("Remove a row first."),
            )
        place = len(self.rows) if at is None else at
        return SendTable((*self.rows[:place], row, *self.rows[place:]))


def bus_share(rows: Iterable[SendRow], bitrate: int, data_bitrate: int | None = None) -> float:
    """The share of a bus with these bit rates (bit/s) that the periods of `rows` ask for; above 1
    the bus can't carry them.
    """
    share = 0.0
    for row in rows:
        if row.period_s is not None:
            nominal, data = bits_on_bus((row.frame,))
            share += (nominal / bitrate + data / (data_bitrate or bitrate)) / row.period_s
    return share


def most_frames_a_second(frame: Frame, bitrate: int, data_bitrate: int | None = None) -> int:
    """How many frames like this one a bus with these bit rates (bit/s) carries in a second at most."""
    nominal, data = bits_on_bus((frame,))
    return int(1 / (nominal / bitrate + data / (data_bitrate or bitrate)))
