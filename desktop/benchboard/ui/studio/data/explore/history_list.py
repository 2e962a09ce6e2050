"""The list of the queries that were run: when, what came of each, and its text; by days."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem

from benchboard.dashboards.query_history import HistoryEntry
from benchboard.i18n import _, ngettext, number
from benchboard.ui.theme import theme
from benchboard.ui.time_format import clock_minutes, day_title
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex

_NOWHERE: Final = QModelIndex()
_ROW: Final = 48
_HEADING: Final = 32
_SIDE: Final = 16
_LONGEST: Final = 300
"""Letters of a query that its row and its tooltip's lines need at most."""
_LONGEST_TIP: Final = 2_000
_MARKS: Final = {
    "done": ("ph.check-circle-fill", "ok"),
    "failed": ("ph.x-circle-fill", "error"),
    "cancelled": ("ph.minus-circle-fill", "text.muted"),
}


def duration_text(seconds: float) -> str:
    """What a run took: `42 ms`, `1.3 s`."""
    if seconds < 1:
        return _("{count} ms").format(count=number(round(seconds * 1000)))
    return _("{count} s").format(count=number(round(seconds, 1)))


def outcome_text(entry: HistoryEntry) -> str:
    """What came of a run: `1,912 rows, 42 ms`, `stopped at line 5`, `cancelled after 12 s`."""
    took = duration_text(entry.seconds)
    if entry.outcome == "cancelled":
        return _("cancelled after {time}").format(time=took)
    if entry.outcome == "failed":
        return _("stopped at line {line}").format(line=number(entry.line)) if entry.line else _("failed")
    text = ngettext("{count} row", "{count} rows", entry.rows).format(count=number(entry.rows))
    if entry.is_truncated:
        text = ngettext("first {count} row", "first {count} rows", entry.rows).format(count=number(entry.rows))
    return _("{rows}, {time}").format(rows=text, time=took)


class HistoryRows(QAbstractListModel):
    """The rows: the title of each day, then its entries."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[HistoryEntry | str] = []
        self._sources: dict[str, str] = {}

    def show_entries(self, entries: Sequence[HistoryEntry], sources: dict[str, str]) -> None:
        """Show these; `sources` are the names of sources that each of its entries says."""
        rows: list[HistoryEntry | str] = []
        day = ""
        for one in entries:
            if (title := day_title(one.at)) != day:
                day = title
                rows.append(day)
            rows.append(one)
        if (rows, sources) == (self._rows, self._sources):
            return
        self.beginResetModel()
        self._rows, self._sources = rows, sources
        self.endResetModel()

    def entry(self, place: int) -> HistoryEntry | None:
        """The entry in a row; None for the title of a day."""
        found = self._rows[place] if 0 <= place < len(self._rows) else ""
        return found if isinstance(found, HistoryEntry) else None

    def when(self, entry: HistoryEntry) -> str:
        """The time of a run, with the name of its source where that is said."""
        name = self._sources.get(entry.source_id, "")
        return " · ".join(part for part in (clock_minutes(entry.at), name) if part)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.entry(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index.row())
        if entry is None:
            is_text = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            return self._rows[index.row()] if is_text and index.isValid() else None
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(entry.text[:_LONGEST].split())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            query = " ".join(entry.text[:_LONGEST].split())
            return ", ".join((self.when(entry), outcome_text(entry), *((entry.error,) if entry.error else ()), query))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip("\n\n".join(part for part in (entry.error, entry.text[:_LONGEST_TIP]) if part))
        return None


class HistoryList(QListView):
    """The list. Enter, Space or a double click opens a query."""

    opened = Signal(object)
    """A `HistoryEntry` is to be opened in the editor."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = HistoryRows()
        self.setObjectName("explore_history_list")
        self.setAccessibleName(_("History"))
        self.setModel(self.rows)
        self.setItemDelegate(_HistoryDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.hovered = -1
        """The row under the pointer; -1 without one."""

    def select_first(self) -> None:
        """Make the newest entry the current one, if none is."""
        if self.rows.entry(self.currentIndex().row()) is None and self.rows.rowCount() > 1:
            self.setCurrentIndex(self.rows.index(1))

    def _open(self, index: QModelIndex) -> None:
        entry = self.rows.entry(index.row())
        if entry is not None:
            self.opened.emit(entry)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not event.modifiers():
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 1:
            event.ignore()  # the field above it takes the focus
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._open(self.indexAt(event.position().toPoint()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, place: int) -> None:
        if place != self.hovered:
            self.hovered = place
            self.viewport().update()


class _HistoryDelegate(QStyledItemDelegate):
    """Draws a row: mark, time and outcome above the query; or the title of a day."""

    def __init__(self, view: HistoryList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, _HEADING if self._view.rows.entry(index.row()) is None else _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry, box = self._view.rows.entry(index.row()), QRect(option.rect)
        painter.save()
        if entry is None:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            room = box.adjusted(_SIDE, 8, -_SIDE, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        else:
            self._paint_ground(painter, box, index)
            self._paint_entry(painter, box.adjusted(_SIDE, 0, -12, 0), entry, str(index.data()))
        painter.restore()

    def _paint_ground(self, painter: QPainter, box: QRect, index: Index) -> None:
        current = index == self._view.currentIndex()
        if current or index.row() == self._view.hovered:
            painter.fillRect(box, theme().color("selection" if current else "row.hover"))
        if current:
            painter.fillRect(QRect(box.left(), box.top(), 2, box.height()), theme().color("accent"))
        painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), theme().color("border"))
        if current and self._view.hasFocus():
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRect(box.adjusted(1, 1, -1, -2))

    def _paint_entry(self, painter: QPainter, room: QRect, entry: HistoryEntry, query: str) -> None:
        name, role = _MARKS[entry.outcome]
        icon, upper = theme().px("icon.inline"), QRect(room.left(), room.top() + 6, room.width(), 18)
        paint_icon(painter, name, QRectF(upper.left(), upper.center().y() - icon / 2, icon, icon), theme().color(role))
        upper.setLeft(upper.left() + icon + 6)
        painter.setFont(theme().font("caption"))
        metrics = QFontMetrics(painter.font())
        outcome = outcome_text(entry)
        painter.setPen(theme().color("text.muted"))
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, outcome)
        upper.setRight(upper.right() - metrics.horizontalAdvance(outcome) - 8)
        painter.setPen(theme().color("text.secondary"))
        when = metrics.elidedText(self._view.rows.when(entry), Qt.TextElideMode.ElideRight, upper.width())
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, when)
        lower = QRect(room.left(), room.top() + 25, room.width(), 18)
        painter.setFont(theme().font("mono"))
        painter.setPen(theme().color("text"))
        shown = QFontMetrics(painter.font()).elidedText(query, Qt.TextElideMode.ElideRight, lower.width())
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, shown)
