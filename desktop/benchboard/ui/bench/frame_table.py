"""The model of the frames of a live bus: one row for each identifier or frame, which expands into its signals."""

import math
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QWidget

from benchboard.canbus.dbc import CanDatabase, SignalValue
from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.frame_filter import FrameFilter
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.canbus.traffic_shares import TrafficKey, traffic_key
from benchboard.i18n import _, pgettext
from benchboard.ui.bench.frame_row_model import FrameRowModel, Index, TableLine
from benchboard.ui.bench.frame_rows import (
    CYCLE,
    DLC,
    ID,
    NAME,
    NODE,
    SHARE,
    TYPE,
    ChangeTimes,
    FrameRow,
    cycle_ms,
    differing,
    sort_key,
)
from benchboard.ui.bench.recent_cycles import RecentCycles
from benchboard.ui.bench.signals.signal_line import TRACE_POINTS

_MAX_ROLLING: Final = 2000
_SORT_EVERY_S: Final = 1.0
_SILENT_CYCLES: Final = 5
_SILENT_S: Final = 2.0
"""An ID is shown as stopped after this many of its cycles, and this many seconds at least."""
_STATIC: Final = (ID, NAME, NODE, TYPE, DLC)
"""The columns whose values don't change: rows that are sorted by another one are sorted again every second."""


class FrameModel(FrameRowModel):
    """Frames as rows: fixed, one for each identifier (with separate rows for remote and sent frames), or rolling, the
    newest `_MAX_ROLLING` lines in order.
    """

    def __init__(self, parent: QWidget, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self.paused = False
        self.titles = (*self.titles, _("Channel"), _("Node"), pgettext("column", "Share"))
        self.plotted = {}
        self._shares: Mapping[TrafficKey, float] | None = None
        self._now = now
        self._fixed: dict[TrafficKey, FrameRow] = {}
        self._order: list[TrafficKey] = []
        self._sorted_by = (ID, False)
        self._sorted_at = 0.0
        self._newest: list[FrameRow] = []
        """The newest frames, whether the filter shows them or not."""
        self._fixed_lines: list[TableLine] = []
        self._rolling_lines: list[TableLine] = []
        self._expanded: set[Hashable] = set()
        self._latest: dict[TrafficKey, dict[str, SignalValue]] = {}
        """The newest value of each signal of the expanded rows: a multiplexed frame has only some of them."""
        self._traces: dict[tuple[TrafficKey, str], deque[float]] = {}
        """The last values of those signals, one for each time that frames were added."""
        self._changes = ChangeTimes()
        self._seen_at: dict[TrafficKey, float] = {}
        """When each row's last frame came."""
        self._cycles = RecentCycles()
        self._after_gap: set[TrafficKey] = set()
        """The rows whose last frames may be missing: their next frame has no cycle time."""
        self._marks: dict[Frame, str] = {}
        self._marked_ids: dict[TrafficKey, str] = {}
        """What the marks of frames say, and the last one of each identifier."""

    # ---- what is shown

    def set_filter(self, frame_filter: FrameFilter) -> None:
        """Show only the frames that this filter matches; the others are still counted."""
        self.beginResetModel()
        self.filter = frame_filter
        self._rebuild()
        self.endResetModel()

    def set_database(self, database: CanDatabase) -> None:
        """Name and decode frames by this database."""
        self.beginResetModel()
        self.database = database
        self._expanded.clear()
        self._latest.clear()
        self._traces.clear()
        for row in {id(row): row for row in (*self._fixed.values(), *self._newest)}.values():
            row.name_by(database)
        self._rebuild()
        self.endResetModel()

    def show_rolling(self, rolling: bool) -> None:
        self.beginResetModel()
        self.rolling = rolling
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the rows of identifiers; frames in order stay in order."""
        self._sorted_by = (column if column >= 0 else ID, order == Qt.SortOrder.DescendingOrder)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.titles) - 1)
        self._sort_again()

    @property
    def sorted_by(self) -> tuple[int, bool]:
        """The column that rows of identifiers are sorted by, and whether in descending order."""
        return self._sorted_by

    @property
    def has_frames(self) -> bool:
        """Whether there are frames, which the filter may hide."""
        return bool(self._fixed)

    @property
    def has_only_errors(self) -> bool:
        """Whether all rows, of which there may be none, are error frames."""
        return all(row.frame.error for row in self._fixed.values())

    @property
    def last_stamp(self) -> Timestamp | None:
        """The stamp of the newest frame that isn't an error frame; None where there is none."""
        stamps = [row.frame.timestamp for row in self._fixed.values() if not row.frame.error]
        return max((one for one in stamps if one is not None), key=lambda one: one.seconds, default=None)

    @property
    def id_counts(self) -> tuple[int, int]:
        """How many IDs the filter shows, and how many there are."""
        return (
            len({key[:2] for key in self._order if not key[3]}),
            len({key[:2] for key in self._fixed if not key[3]}),
        )

    def _matches(self, row: FrameRow) -> bool:
        return self.filter.matches(row.frame, row.message, row.previous)

    def _rebuild(self) -> None:
        self._order = self._sorted([key for key, row in self._fixed.items() if self._matches(row)])
        self._fixed_lines = self._lines(self._order)
        self._rolling_lines = self._lines([row for row in self._newest if self._matches(row)])

    def _sorted(self, keys: Sequence[TrafficKey]) -> list[TrafficKey]:
        column, descending = self._sorted_by
        self._sorted_at = self._now()
        if column == SHARE:
            shares = self._shares or {}
            return sorted(keys, key=lambda key: (shares.get(key, 0.0), key), reverse=descending)
        if column == CYCLE:
            return sorted(keys, key=lambda key: (self._cycles.mean_ms(key), key), reverse=descending)
        if column == NAME and self.has_protocol:
            names = {key: self.name_of(self._fixed[key]) for key in keys}
            return sorted(keys, key=lambda key: (not names[key], names[key], key), reverse=descending)
        return sorted(keys, key=lambda key: sort_key(self._fixed[key], column), reverse=descending)

    def _lines(self, owners: Sequence[Hashable]) -> list[TableLine]:
        return [line for owner in owners for line in (TableLine(owner), *self._signal_lines(owner))]

    def _signal_lines(self, owner: Hashable) -> list[TableLine]:
        message = self.row_of(owner).message if owner in self._expanded else None
        return [TableLine(owner, place) for place in range(len(message.signals))] if message is not None else []

    def _sort_again(self) -> None:
        """Bring the rows of identifiers in order; selection and expanded rows stay with their identifiers."""
        order = self._sorted(self._order)
        if order == self._order:
            return
        if self.rolling:
            self._order, self._fixed_lines = order, self._lines(order)
            return
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        lines = [self._fixed_lines[index.row()] for index in held]
        self._order, self._fixed_lines = order, self._lines(order)
        places = {line: place for place, line in enumerate(self._fixed_lines)}
        moved = [self.index(places[line], index.column()) for line, index in zip(lines, held, strict=True)]
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    # ---- frames come

    def clear(self) -> None:
        self.beginResetModel()
        for kept in (self._fixed, self._latest, self._traces, self._after_gap, self._expanded, self._seen_at):
            kept.clear()
        for listed in (self._order, self._newest, self._fixed_lines, self._rolling_lines):
            listed.clear()
        self._changes.clear()
        self._cycles.clear()
        self._marks.clear()
        self._marked_ids.clear()
        self._shares = None
        self.times = replace(self.times, start=None, zero=None, mode="clock" if self.times.zero else self.times.mode)
        self.ended, self.past_until = False, None
        self.endResetModel()

    def cell(self, row: int, column: int) -> str:
        """The text of a cell: the cycle of an identifier is the mean of its last ones, as single ones jump."""
        shows_mean = column == CYCLE and not self.rolling and self.signal_at(row) is None
        return self.cycle_texts(row)[0] if shows_mean else super().cell(row, column)

    def cycle_texts(self, row: int) -> tuple[str, ...]:
        if self.rolling or self.signal_at(row) is not None:
            return super().cycle_texts(row)
        return self._cycles.texts(self.row_at(row).key) or ("–",)

    def is_off_cycle(self, row: FrameRow) -> bool:
        """Whether the mean that is shown differs from the database's cycle: a single frame may be late."""
        if self.rolling:
            return super().is_off_cycle(row)
        mean, expected = self._cycles.mean_ms(row.key), row.message.cycle_ms if row.message is not None else None
        if not mean or not expected or row.frame.timestamp is None:
            return False
        return abs(mean - expected) > max(0.2 * expected, 2000 * row.frame.timestamp.uncertainty)

    def end(self) -> None:
        """Mark the rows as past: the bus is closed."""
        self.ended = True
        self.update_cells()

    def mark_past(self) -> None:
        """Mark the rows as past that have come until now: what follows can't be read, or is of another bus."""
        self.past_until = self.last_stamp
        self.update_cells()

    def go_on(self, reports: list[Frame]) -> None:
        """The bus is open again: these error frames say why, and the next frames come after a gap."""
        self.ended = False
        self.skip_frames()
        self.add_frames(reports)

    def show_shares(self, shares: Mapping[TrafficKey, float]) -> None:
        """Show these shares (0..1) in the traffic."""
        self._shares = shares
        if not self.rolling:
            self.update_cells()

    def share_of(self, row: FrameRow) -> float | None:
        """The share of the row's identifier in the traffic; error frames have none, nor frames in order, nor
        those that nothing could be read after."""
        if self._shares is None or self.rolling or row.frame.error or self.is_before(row.frame):
            return None
        return self._shares.get(row.key, 0.0)

    def mark(self, frame: Frame, text: str) -> None:
        """Mark this frame, and, among the latest by ID, its identifier."""
        self._marks[frame] = text
        if len(self._marks) > _MAX_ROLLING:
            del self._marks[next(iter(self._marks))]
        self._marked_ids[traffic_key(frame)] = text
        self.update_cells()

    def mark_of(self, row: int) -> str:
        line = self.line_at(row)
        if line.signal >= 0 or not self._marked_ids:
            return ""
        shown = self.row_of(line.of)
        return self._marks.get(shown.frame, "") if self.rolling else self._marked_ids.get(shown.key, "")

    def place_of(self, frame: Frame) -> int:
        """The row of this frame, the newest first, or of its identifier; -1 if it isn't shown."""
        for row in reversed(range(self.rowCount())):
            shown = self.row_of(self.line_at(row).of)
            if shown.frame == frame if self.rolling else shown.key == traffic_key(frame):
                return self.frame_row(row)
        return -1

    def skip_frames(self) -> None:
        """Note that frames are missing before the next ones."""
        self._after_gap = set(self._fixed)

    def add_frames(self, frames: list[Frame]) -> None:
        """Add frames to both the fixed and the rolling rows; only the visible ones are signalled."""
        new_keys: list[TrafficKey] = []
        rows = [self._add(frame, new_keys) for frame in frames]
        self._trace_values()
        if self.times.start is None and frames:
            self.times = replace(self.times, start=frames[0].timestamp)
        self._newest = [*self._newest, *rows][-_MAX_ROLLING:]
        matching = rows
        if self.filter.terms:
            matching = [row for row in rows if self._matches(row)]
            new_keys = list(dict.fromkeys(row.key for row in matching))
        shown = set(self._order)
        new_keys = [key for key in new_keys if key not in shown]
        if self.rolling:
            self._roll(matching[-_MAX_ROLLING:])
            self._order = self._sorted([*self._order, *new_keys])
            self._fixed_lines = self._lines(self._order)
            return
        self._rolling_lines = [*self._rolling_lines, *map(TableLine, matching)][-_MAX_ROLLING:]
        self._append(new_keys)
        if self._sorted_by[0] not in _STATIC and self._now() - self._sorted_at >= _SORT_EVERY_S:
            self._sort_again()
        self.update_cells()

    def _add(self, frame: Frame, new_keys: list[TrafficKey]) -> FrameRow:
        key = traffic_key(frame)
        previous = self._fixed.get(key)
        if previous is None:
            row = FrameRow(frame, None, 1)
            row.name_by(self.database)
            new_keys.append(key)
        else:
            before = previous.frame if key not in self._after_gap else None
            row = FrameRow(frame, before, previous.count + 1)
            row.message = previous.message
            if before is not None and before.data != frame.data and not frame.error:
                self._changes.note(key, differing(frame.data, before.data), self._now())
        self._cycles.note(frame, key, follows=row.previous is not None)
        self._after_gap.discard(key)
        self._fixed[key] = row
        self._seen_at[key] = self._now()
        if key in self._latest:
            self._latest[key] |= {one.signal.name: one for one in row.signals}
        return row

    def _trace_values(self) -> None:
        """Keep the present values of the signals of expanded rows."""
        for key, values in self._latest.items():
            if key in self._expanded:
                for name, one in values.items():
                    if not math.isfinite(one.value):
                        continue
                    self._traces.setdefault((key, name), deque(maxlen=TRACE_POINTS)).append(one.value)

    def _append(self, keys: list[TrafficKey]) -> None:
        """Add rows of new identifiers, and bring them in order; selection and scroll position are kept."""
        if not keys:
            return
        first = len(self._fixed_lines)
        self.beginInsertRows(QModelIndex(), first, first + len(keys) - 1)
        self._order = [*self._order, *keys]
        self._fixed_lines = [*self._fixed_lines, *map(TableLine, keys)]
        self.endInsertRows()
        self._sort_again()

    def _roll(self, rows: list[FrameRow]) -> None:
        if not rows:
            return
        surplus = len(self._rolling_lines) + len(rows) - _MAX_ROLLING
        if surplus > 0:
            while surplus < len(self._rolling_lines) and self._rolling_lines[surplus].signal >= 0:
                surplus += 1  # no frame leaves without its signals
            surplus = min(surplus, len(self._rolling_lines))
            self.beginRemoveRows(QModelIndex(), 0, surplus - 1)
            self._expanded.difference_update(line.of for line in self._rolling_lines[:surplus])
            del self._rolling_lines[:surplus]
            self.endRemoveRows()
        first = len(self._rolling_lines)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rolling_lines.extend(map(TableLine, rows))
        self.endInsertRows()

    def silent_s(self, row: int) -> float | None:
        """Nothing is known of it while the display is paused, or of frames in order."""
        line = self._shown[row]
        if self.rolling or self.paused or self.ended or line.signal >= 0:
            return None
        found = self.row_of(line.of)
        cycle, silent = cycle_ms(found), self._now() - self._seen_at.get(found.key, self._now())
        if cycle is None or found.frame.error or silent < max(_SILENT_CYCLES * cycle / 1000, _SILENT_S):
            return None
        return silent

    # ---- signals of a row

    def set_expanded(self, row: int, expanded: bool) -> None:
        """Show or hide the signals of this row, or of the one that it is a signal of."""
        row = self.frame_row(row)
        if expanded == self.is_expanded(row) or not self.is_expandable(row):
            return
        owner, found = self._shown[row].of, self.row_at(row)
        lines = self._shown
        if expanded:
            self._expanded.add(owner)
            self._latest[found.key] = {one.signal.name: one for one in found.signals}
            added = self._signal_lines(owner)
            self.beginInsertRows(QModelIndex(), row + 1, row + len(added))
            lines[row + 1 : row + 1] = added
            self.endInsertRows()
        else:
            count = len(self._signal_lines(owner))
            self.beginRemoveRows(QModelIndex(), row + 1, row + count)
            del lines[row + 1 : row + 1 + count]
            self._expanded.discard(owner)
            self._traces = {key: values for key, values in self._traces.items() if key[0] != found.key}
            self.endRemoveRows()
        self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def seen_signals(self) -> list[SignalKey]:
        """The signals of all frames that came, as far as a database defines them."""
        rows = self._fixed.values()
        keys = (
            SignalKey(row.frame.id, row.frame.extended, row.message.name, one.name)
            for row in rows
            if row.message is not None
            for one in row.message.signals
        )
        return list(dict.fromkeys(keys))

    def set_plotted(self, colours: Mapping[SignalKey, int]) -> None:
        """Mark the signals that are plotted: each has the number of its colour among those of charts."""
        self.plotted = dict(colours)
        self.update_cells()

    def value_at(self, row: int) -> SignalValue | None:
        """The value of the signal that this row shows, None if no frame had it."""
        found = self.signal_at(row)
        if self.rolling or found is None:
            return super().value_at(row)
        message, place = found
        return self._latest.get(self.row_at(row).key, {}).get(message.signals[place].name)

    def trace_of(self, row: int) -> Sequence[float]:
        """The last values of a signal of an identifier; frames in order stay as they are."""
        found = self.signal_at(row)
        if self.rolling or found is None:
            return ()
        message, place = found
        return self._traces.get((self.row_at(row).key, message.signals[place].name), ())

    # ---- the model

    @property
    def _shown(self) -> list[TableLine]:
        return self._rolling_lines if self.rolling else self._fixed_lines

    def line_at(self, row: int) -> TableLine:
        return self._shown[row]

    def is_open(self, owner: Hashable) -> bool:
        return owner in self._expanded

    def row_of(self, owner: Hashable) -> FrameRow:
        return owner if isinstance(owner, FrameRow) else self._fixed[owner]  # type: ignore[index]  # a TrafficKey

    def fresh_changes(self, row: int, fades_s: float) -> list[float]:
        """How fresh the last change of each byte is, 1 to 0; nothing of frames in order, which stay as they are."""
        found = self.row_at(row)
        if self.rolling or found.frame.error or self._shown[row].signal >= 0:
            return []
        return self._changes.fresh(found.key, len(found.frame.data), self._now(), fades_s)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._shown)
