"""The frames of a live bus as rows, and how a row is drawn."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath
from PySide6.QtWidgets import (
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from benchboard.canbus.error_frame import is_state_report
from benchboard.canbus.frame import Frame
from benchboard.canbus.id_filter import IdFilter
from benchboard.i18n import _, number
from benchboard.ui.bench.frame_format import clock, cycle, identifier, payload
from benchboard.ui.paged.paged_cells import paint_ring
from benchboard.ui.theme import theme

_MAX_ROLLING: Final = 2000
_MAX_INSERTED: Final = 100
_CHANGE_RADIUS: Final = 3.0
Index = QModelIndex | QPersistentModelIndex
RowKey = tuple[int, bool, bool, bool]
"""ID, whether it is extended, whether it is a remote frame, whether it is an error."""


class _FrameRow:
    """One row: the newest frame of an identifier (fixed), or one frame (rolling)."""

    __slots__ = ("count", "frame", "previous")

    def __init__(self, frame: Frame, previous: Frame | None, count: int) -> None:
        self.frame, self.previous, self.count = frame, previous, count


def _kind(frame: Frame) -> str:
    if frame.error:
        return "STATE" if is_state_report(frame) else "ERR"
    return "RTR" if frame.remote else "FD" if frame.fd else "CAN"


def _cycle(row: _FrameRow) -> str:
    # The dongle reports its state as often as it likes: that is no cycle of the bus.
    return (
        "–"
        if row.previous is None or _kind(row.frame) == "STATE"
        else cycle(row.previous.timestamp, row.frame.timestamp)
    )


_CELLS: Final[tuple[Callable[[_FrameRow], str], ...]] = (
    lambda row: clock(row.frame.timestamp),
    lambda row: "–" if row.frame.error else identifier(row.frame),
    lambda row: _kind(row.frame),
    lambda row: "–" if row.frame.error else str(row.frame.dlc),
    _cycle,
    lambda row: number(row.count),
    lambda row: payload(row.frame),
)
"""The text of each column."""


DATA_COLUMN: Final = 6
"""The column of the data."""
_NUMBERS: Final = (3, 4, 5)
"""The columns of numbers, aligned right under their titles."""
_PLAIN: Final = (0, 2)
"""The columns that are read out without their titles."""
_TEXTS: Final = (2, *_NUMBERS)
"""The columns in the font of the window; times, IDs and bytes are monospaced."""


def changed_bytes(row: _FrameRow) -> list[bool]:
    """Of each byte of the row's data, whether the frame before it with the same identifier had another one there, or
    none; nothing is known to have changed where that frame may be missing. Empty for a frame whose data isn't shown.
    """
    data = b"" if row.frame.error else row.frame.data
    before = data if row.previous is None else row.previous.data
    return [at >= len(before) or byte != before[at] for at, byte in enumerate(data)]


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class FrameModel(QAbstractTableModel):
    """Frames as rows: fixed, one for each identifier (with separate rows for remote frames), or rolling, the newest
    `_MAX_ROLLING` in order.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.titles = (
            _("Time"), _("ID"), _("Type"), _("DLC"), _("Cycle (ms)"), _("Count"), _("Data"),
        )  # fmt: skip
        self.rolling = False
        self.paused = False
        self._fixed: dict[RowKey, _FrameRow] = {}
        self._order: list[RowKey] = []
        self._rolling: list[_FrameRow] = []
        self._newest: list[_FrameRow] = []
        """The newest frames, whether the filter shows them or not."""
        self.id_filter = IdFilter()
        self._after_gap: set[RowKey] = set()
        """The rows whose last frames may be missing: their next frame has no cycle time."""
        self.ended = False

    def set_filter(self, id_filter: IdFilter) -> None:
        """Show only the frames that this filter matches; the others are still counted."""
        self.beginResetModel()
        self.id_filter = id_filter
        self._order = self._sorted_keys()
        self._rolling = [row for row in self._newest if id_filter.matches(row.frame)]
        self.endResetModel()

    def _sorted_keys(self) -> list[RowKey]:
        return sorted(key for key, row in self._fixed.items() if self.id_filter.matches(row.frame))

    @property
    def has_frames(self) -> bool:
        """Whether there are frames, which the filter may hide."""
        return bool(self._fixed)

    @property
    def id_counts(self) -> tuple[int, int]:
        """How many IDs the filter shows, and how many there are."""
        return (
            len({key[:2] for key in self._order if not key[3]}),
            len({key[:2] for key in self._fixed if not key[3]}),
        )

    def show_rolling(self, rolling: bool) -> None:
        self.beginResetModel()
        self.rolling = rolling
        self.endResetModel()

    def clear(self) -> None:
        self.beginResetModel()
        self._fixed.clear()
        self._order.clear()
        self._rolling.clear()
        self._newest.clear()
        self._after_gap.clear()
        self.ended = False
        self.endResetModel()

    def end(self) -> None:
        """Mark the rows as past: the bus is closed."""
        self.ended = True
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self.titles) - 1))

    @property
    def has_only_errors(self) -> bool:
        """Whether all rows, of which there may be none, are error frames."""
        return all(row.frame.error for row in self._fixed.values())

    def skip_frames(self) -> None:
        """Note that frames are missing before the next ones."""
        self._after_gap = set(self._fixed)

    def add_frames(self, frames: list[Frame]) -> None:
        """Add frames to both the fixed and the rolling rows; only the visible ones are signalled."""
        new_keys = []
        frame_rows = []
        for frame in frames:
            key = (frame.id, frame.extended, frame.remote, frame.error)
            previous = self._fixed.get(key)
            before = previous.frame if previous and key not in self._after_gap else None
            frame_row = _FrameRow(frame, before, previous.count + 1 if previous else 1)
            self._after_gap.discard(key)
            self._fixed[key] = frame_row
            frame_rows.append(frame_row)
            if previous is None:
                new_keys.append(key)
        self._newest = [*self._newest, *frame_rows][-_MAX_ROLLING:]
        matching = frame_rows
        if self.id_filter.terms:
            matching = [row for row in frame_rows if self.id_filter.matches(row.frame)]
            new_keys = [key for key in new_keys if self.id_filter.matches(self._fixed[key].frame)]
        if self.rolling:
            if matching:
                self._roll(matching[-_MAX_ROLLING:])
            self._order = self._sorted_keys()
            return
        self._rolling = [*self._rolling, *matching][-_MAX_ROLLING:]
        self._insert(new_keys)
        if self._order:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._order) - 1, len(self.titles) - 1))

    def _insert(self, keys: list[RowKey]) -> None:
        """Insert rows of new identifiers; selection and scroll position are kept, unless there are many at once."""
        if len(keys) > _MAX_INSERTED:
            self.beginResetModel()
            self._order = self._sorted_keys()
            self.endResetModel()
            return
        for key in keys:
            row = bisect_left(self._order, key)
            self.beginInsertRows(QModelIndex(), row, row)
            self._order.insert(row, key)
            self.endInsertRows()

    def _roll(self, frame_rows: list[_FrameRow]) -> None:
        surplus = len(self._rolling) + len(frame_rows) - _MAX_ROLLING
        if surplus > 0:
            self.beginRemoveRows(QModelIndex(), 0, surplus - 1)
            del self._rolling[:surplus]
            self.endRemoveRows()
        first = len(self._rolling)
        self.beginInsertRows(QModelIndex(), first, first + len(frame_rows) - 1)
        self._rolling.extend(frame_rows)
        self.endInsertRows()

    def row_at(self, row: int) -> _FrameRow:
        return self._rolling[row] if self.rolling else self._fixed[self._order[row]]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        if parent.isValid():
            return 0
        return len(self._rolling) if self.rolling else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - likewise
        return 0 if parent.isValid() else len(self.titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return self.row_text(index.row())
        return _CELLS[index.column()](self.row_at(index.row()))

    def row_text(self, row: int) -> str:
        """A whole frame for screen readers: its time and type, the rest with the titles of their columns."""
        texts = (cell(self.row_at(row)) for cell in _CELLS)
        named = _("{name}: {values}")
        return ", ".join(
            text if column in _PLAIN else named.format(name=self.titles[column], values=text)
            for column, text in enumerate(texts)
            if text not in ("", "–")
        )


class FrameDelegate(QStyledItemDelegate):
    """The cells of frames, lines between rows, the accent edge of the selected row."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(60, theme().px("table.row.compact"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        table = self.parent()
        current = isinstance(table, QTableView) and table.currentIndex().row() == index.row()
        model = index.model()
        frames = model if isinstance(model, FrameModel) else None
        error = frames is not None and frames.row_at(index.row()).frame.error
        ended = frames is not None and frames.ended
        box = QRectF(option.rect)
        painter.save()
        painter.fillRect(box, theme().color("selection" if current else "surface"))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), theme().color("grid"))
        if current and index.column() == 0:
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), theme().color("accent"))
        tones = ("text.muted", "accent.text", "text.muted", "text.muted", "text.secondary", "text.secondary")
        tone = tones[index.column()] if index.column() < len(tones) else "text"
        painter.setPen(theme().color("text.muted" if ended else "error" if error else tone))
        painter.setFont(theme().font("body" if index.column() in _TEXTS else "mono"))
        if current and isinstance(table, QTableView) and table.hasFocus():
            header = table.horizontalHeader()
            last = header.logicalIndex(header.count() - 1)
            paint_ring(painter, option.rect, index.column() == 0, index.column() == last)
            painter.setPen(theme().color("text.muted" if ended else "error" if error else tone))
        text_box = box.adjusted(12, 0, -12, 0)
        changed: list[bool] = []
        if frames is not None and not frames.rolling and index.column() == DATA_COLUMN:
            changed = changed_bytes(frames.row_at(index.row()))
        if any(changed):
            self._paint_changes(painter, text_box, str(index.data()), changed, ended=ended)
        else:
            painter.drawText(text_box, _alignment(index.column()), str(index.data()))
        painter.restore()

    def _paint_changes(
        self, painter: QPainter, box: QRectF, text: str, changed: Sequence[bool], *, ended: bool
    ) -> None:
        """Draw the data with the changed bytes bold, and on a ground of their own while the bus is open."""
        regular, bold = painter.font(), theme().font("mono")
        bold.setWeight(QFont.Weight.Bold)
        advance = QFontMetricsF(regular).horizontalAdvance("0")
        painter.setClipRect(box.adjusted(-2, 0, 2, 0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, height = box.left(), painter.fontMetrics().height() + 4
        for is_changed, run in groupby(range(len(changed)), key=changed.__getitem__):
            places = list(run)
            x, count = left + 3 * places[0] * advance, 3 * len(places) - 1
            if is_changed and not ended:
                ground = QRectF(x - 2, box.center().y() - height / 2, count * advance + 4, height)
                path = QPainterPath()
                path.addRoundedRect(ground, _CHANGE_RADIUS, _CHANGE_RADIUS)
                painter.fillPath(path, theme().color("byte.changed"))
            painter.setFont(bold if is_changed else regular)
            part = QRectF(x, box.top(), count * advance + 4, box.height())
            painter.drawText(part, _alignment(DATA_COLUMN), text[3 * places[0] : 3 * places[0] + count])
