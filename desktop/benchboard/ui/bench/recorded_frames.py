"""The model of the frames of a recording: a row for each frame that is shown, made when it is asked for."""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Final, cast

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QWidget

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame_filter import FrameFilter
from benchboard.canbus.recording import Matching, Recording
from benchboard.i18n import _
from benchboard.ui.bench.frame_row_model import FrameRowModel, Index, TableLine
from benchboard.ui.bench.frame_rows import FrameRow, changed_bytes

_KEPT_ROWS: Final = 512
"""Rows that are kept: a table asks for those on screen again and again."""


class RecordedFrameModel(FrameRowModel):
    """Shows `numbers`, the frames of a recording that are in the range and that the filter matches.

    `filter_wanted`: there is another filter or channel; whoever searches the recording by it calls `show_matching`.
    Until then the frames of the one before are shown.
    """

    filter_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, rolling=True)
        self.titles = (*self.titles, _("Channel"))
        self.recording: Recording | None = None
        self.channel: str | None = None
        """The channel whose frames are shown; None: those of all."""
        self.numbers: Sequence[int] = ()
        self._matching: Matching | None = None
        self._range: tuple[float, float] | None = None
        self._open: list[int] = []
        """The places in `numbers` of the frames whose signals are shown, in order."""
        self._kept: OrderedDict[int, FrameRow] = OrderedDict()

    # ---- what is shown

    def show_recording(self, recording: Recording | None) -> None:
        """Show another recording, without a filter or a range."""
        self.beginResetModel()
        self.recording, self._matching, self._range, self.channel = recording, None, None, None
        self.has_channels = recording is not None and recording.has_channels
        self.filter = FrameFilter()
        start = recording.frame(0).timestamp if recording is not None and recording.count else None
        self.times = replace(self.times, start=start, zero=None, mode="clock" if self.times.zero else self.times.mode)
        self._rebuild()
        self.endResetModel()

    def set_filter(self, frame_filter: FrameFilter) -> None:
        self.filter = frame_filter
        self.filter_wanted.emit()

    def set_channel(self, channel: str | None) -> None:
        """Show only the frames of this channel; of all if None."""
        if channel != self.channel:
            self.channel = channel
            self.filter_wanted.emit()

    def show_matching(self, matching: Matching | None) -> None:
        """Show these frames; all if None."""
        self.beginResetModel()
        self._matching = matching
        self._rebuild()
        self.endResetModel()

    def show_range(self, span: tuple[float, float] | None) -> None:
        """Show only the frames between these times (s); of the whole recording if None."""
        self.beginResetModel()
        self._range = span
        self._rebuild()
        self.endResetModel()

    def set_database(self, database: CanDatabase) -> None:
        """Name and decode frames by this database."""
        self.beginResetModel()
        self.database = database
        self._rebuild()
        self.endResetModel()

    @property
    def id_counts(self) -> tuple[int, int]:
        if self.recording is None:
            return 0, 0
        first, end = self.bounds(self.recording)
        shown = self.recording.ids_between(first, end, self._matching)
        wanted = self.channel
        every = {(row.id, row.extended) for row in self.recording.ids if wanted is None or row.channel == wanted}
        return len(shown), len(every)

    def bounds(self, recording: Recording) -> tuple[int, int]:
        """The first number in the range, and the one after its last."""
        if self._range is None:
            return 0, recording.count
        end = recording.count if self._range[1] >= recording.end else recording.first_at(self._range[1])
        return recording.first_at(self._range[0]), end

    def _rebuild(self) -> None:
        self._open.clear()
        self._kept.clear()
        recording = self.recording
        if recording is None:
            self.numbers = ()
            return
        first, end = self.bounds(recording)
        if self._matching is None:
            self.numbers = range(first, end)
        else:
            numbers = self._matching.numbers
            self.numbers = numbers[bisect_left(numbers, first) : bisect_left(numbers, end)]

    # ---- rows

    def row_for(self, number: int) -> int:
        """The row of the first shown frame from this number on; the last one if there is none, -1 without frames."""
        if not self.numbers:
            return -1
        place = min(bisect_left(self.numbers, number), len(self.numbers) - 1)
        return place + sum(self._signal_count(one) for one in self._open[: bisect_left(self._open, place)])

    def number_at(self, row: int) -> int:
        """The number of the frame of this row, or of the one that it shows a signal of."""
        return self.numbers[cast(int, self.line_at(row).of)]

    def line_at(self, row: int) -> TableLine:
        shift = 0
        for place in self._open:
            if row <= place + shift:
                break
            count = self._signal_count(place)
            if row <= place + shift + count:
                return TableLine(place, row - place - shift - 1)
            shift += count
        return TableLine(row - shift)

    def row_of(self, owner: Hashable) -> FrameRow:
        place = cast(int, owner)
        if (row := self._kept.get(place)) is not None:
            self._kept.move_to_end(place)
            return row
        assert self.recording is not None  # it has rows
        frame, previous, ordinal = self.recording.at(self.numbers[place])
        row = FrameRow(frame, self.recording.frame(previous) if previous is not None else None, ordinal)
        row.name_by(self.database)
        self._kept[place] = row
        if len(self._kept) > _KEPT_ROWS:
            self._kept.popitem(last=False)
        return row

    def is_open(self, owner: Hashable) -> bool:
        return owner in self._open

    def set_expanded(self, row: int, expanded: bool) -> None:
        row = self.frame_row(row)
        if expanded == self.is_expanded(row) or not self.is_expandable(row):
            return
        place = cast(int, self.line_at(row).of)
        last = row + self._signal_count(place)
        if expanded:
            self.beginInsertRows(QModelIndex(), row + 1, last)
            insort(self._open, place)
            self.endInsertRows()
        else:
            self.beginRemoveRows(QModelIndex(), row + 1, last)
            self._open.remove(place)
            self.endRemoveRows()
        self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def fresh_changes(self, row: int, _fades_s: float) -> list[float]:
        """Which bytes the frame before of the same ID had otherwise: they don't fade, as the frame stays."""
        if self.line_at(row).signal >= 0:
            return []
        return [float(one) for one in changed_bytes(self.row_at(row))]

    def _signal_count(self, place: int) -> int:
        message = self.row_of(place).message
        return len(message.signals) if message is not None else 0

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.numbers) + sum(map(self._signal_count, self._open))
