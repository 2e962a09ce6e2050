"""The figures of a recording above its time line, and those of the one that it is compared with beside them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Qt

from benchboard.canbus.recording import Recording
from benchboard.i18n import _, number
from benchboard.ui.bench.bench_format import recording_duration
from benchboard.ui.bench.recording_lists import RecordingPart
from benchboard.ui.time_format import full_date
from benchboard.ui.widgets.readable_rows import Readable
from benchboard.ui.widgets.stat_strip import Stat, StatStrip


class RecordingFigures(Readable, StatStrip):
    """The figures, in a line that Tab comes to and a screen reader reads as a whole."""

    def __init__(self) -> None:
        super().__init__(compact=True)
        self.setObjectName("recording_figures")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def accessible_text(self) -> str:
        """All figures with their names."""
        return StatStrip.accessible_text(self)


_FIRST_DAY, _LAST_DAY = 315_532_800.0, 4_102_444_800.0
"""Unix times of 1980 and 2100: others aren't dates."""


def figures_of(recording: Recording, channel: str | None) -> list[Stat]:
    """The figures of the whole recording, or of one of its channels."""
    totals = recording.statistics.totals(channel)
    seconds = recording.seconds if channel is None else totals.seconds
    # As the table has it: by the times between frames, one fewer than these.
    rate = number((totals.frames - 1) / seconds, 0) if seconds > 0 and totals.frames else "–"
    ids = len({(row.id, row.extended) for row in recording.ids if channel is None or row.channel == channel})
    return [
        Stat(number(totals.frames), _("Frames")),
        *_day(recording.start if totals.first is None else totals.first),
        Stat(recording_duration(seconds) if totals.count else "–", _("Duration")),
        Stat(number(ids), _("IDs")),
        Stat(rate, _("Frames/s on average")),
        _errors(totals.errors),
    ]


def figures_beside(stats: Sequence[Stat], other: RecordingPart) -> list[Stat]:
    """The figures of a recording, each with that of the other one beside it; without the day."""
    totals = other.statistics.totals(other.channel)
    rate = number((totals.frames - 1) / totals.seconds, 0) if totals.seconds > 0 and totals.frames else "–"
    others = (
        Stat(number(totals.frames), _("Frames")),
        Stat(recording_duration(totals.seconds), _("Duration")),
        Stat(number(len({(row.id, row.extended) for row in other.ids})), _("IDs")),
        Stat(rate, _("Frames/s on average")),
        _errors(totals.errors),
    )
    both, by_name = _("{first} in A, {second} in B"), {stat.name: stat for stat in others}
    return [replace(stat, beside=by_name[stat.name], both=both) for stat in stats if stat.name in by_name]


def _errors(count: int) -> Stat:
    return Stat(number(count), _("Error frames"), "error" if count else "text")


def _day(start: float) -> list[Stat]:
    """The day of the first frame; none if its times don't count from 1970 but from the start of the recording."""
    if not _FIRST_DAY <= start < _LAST_DAY:
        return []
    return [Stat(full_date(datetime.fromtimestamp(start, UTC).astimezone().date()), _("First frame on"))]
