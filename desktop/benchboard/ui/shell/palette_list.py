"""The palette's list: matches below the headings of their groups, with the matching letters highlighted."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem

from benchboard.i18n import _
from benchboard.ui.commands import spoken_keys
from benchboard.ui.shell.fuzzy_search import CommandMatch, PaletteEntry, fold
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.labels import paint_key

_ROW: Final = 36
_HEADING: Final = 32


class CommandMatchModel(QAbstractListModel):
    """Headings and matches, in display order."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lines: list[CommandMatch | str] = []

    def set_matches(self, matches: Sequence[CommandMatch]) -> None:
        self.beginResetModel()
        self._lines = []
        group = None
        for match in matches:
            if match.entry.group != group:
                group = match.entry.group
                self._lines.append(group)
            self._lines.append(match)
        self.endResetModel()

    def matches(self) -> list[CommandMatch]:
        return [line for line in self._lines if isinstance(line, CommandMatch)]

    def match_at(self, row: int) -> CommandMatch | None:
        line = self._lines[row] if 0 <= row < len(self._lines) else None
        return line if isinstance(line, CommandMatch) else None

    def place_of(self, row: int) -> int:
        """How many entries there are down to a row, this one among them: headings don't count."""
        return sum(isinstance(line, CommandMatch) for line in self._lines[: row + 1])

    def row_of(self, entry: PaletteEntry) -> int:
        """The row of an entry; -1 if there is none."""
        found = (row for row, line in enumerate(self._lines) if isinstance(line, CommandMatch) and line.entry is entry)
        return next(found, -1)

    def heading(self, row: int) -> str:
        line = self._lines[row]
        return line if isinstance(line, str) else ""

    def height(self) -> int:
        return sum(_HEADING if isinstance(line, str) else _ROW for line in self._lines) + 8

    def next_entry(self, row: int, step: int, *, wrap: bool = True) -> int:
        """The next row that is an entry; -1 if there is none."""
        at = row
        for _turn in range(len(self._lines)):
            at += step
            if not 0 <= at < len(self._lines):
                if not wrap:
                    return row
                at %= len(self._lines)
            if self.match_at(at) is not None:
                return at
        return -1

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        match = self.match_at(index.row())
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and match is not None:
            return ", ".join(filter(None, (match.entry.group, beside_text(match), spoken_keys(match.entry.keys))))
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        return match.entry.title if match is not None else self.heading(index.row())

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if self.match_at(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class CommandMatchList(QListView):
    """The list; the field above it keeps the focus."""

    def __init__(self, lines: CommandMatchModel) -> None:
        super().__init__()
        self.setModel(lines)
        self.setItemDelegate(_CommandMatchDelegate(self, lines))
        self.setObjectName("palette_list")
        self.setAccessibleName(_("Search results"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsSelectable:
            self.setCurrentIndex(index)


class _CommandMatchDelegate(QStyledItemDelegate):
    def __init__(self, view: CommandMatchList, lines: CommandMatchModel) -> None:
        super().__init__(view)
        self._view, self._lines = view, lines

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, _HEADING if self._lines.match_at(index.row()) is None else _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        match = self._lines.match_at(index.row())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if match is None:
            font = theme().font("caption")
            font.setWeight(QFont.Weight.Medium)
            painter.setFont(font)
            painter.setPen(theme().color("text.secondary"))
            box = rect.adjusted(16, 6, 0, 0)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._lines.heading(index.row()))
        else:
            if self._view.currentIndex() == index:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("selection"))
                painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 6, 6)
            self._paint_match(painter, rect, match, self._view.currentIndex() == index)
        painter.restore()

    def _paint_match(self, painter: QPainter, rect: QRect, match: CommandMatch, current: bool) -> None:
        entry = match.entry
        if entry.icon:
            spot = QRectF(rect.left() + 17, rect.center().y() - 7, 16, 16)
            paint_icon(painter, entry.icon, spot, theme().color("text.secondary"))
        right = float(rect.right() - 14)
        keys = entry.keys.split(" ") if entry.keys else ["Enter"] if current and not entry.why_not else []
        for key in reversed(keys):
            width = max(18, QFontMetrics(theme().font("caption")).horizontalAdvance(key) + 10)
            cap = QRectF(right - width, rect.center().y() - 8, width, 18)
            paint_key(painter, cap, key, theme().color("border.strong"), theme().color("text.secondary"))
            right -= width + 6
        left = rect.left() + 44.0
        left = self._paint_title(painter, left, rect, match)
        beside = beside_text(match)
        if beside:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            room = QRectF(left + 10, rect.top(), right - left - 20, rect.height())
            text = QFontMetrics(painter.font()).elidedText(
                beside, Qt.TextElideMode.ElideRight, max(0, int(room.width()))
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_title(self, painter: QPainter, left: float, rect: QRect, match: CommandMatch) -> float:
        """Draw the title with the matching letters in the accent colour, or muted if it can't be run now; returns
        where it ends.
        """
        plain, strong = theme().font("body"), theme().font("body_strong")
        title, marked = match.entry.title, set(match.letters)
        colour = "text.muted" if match.entry.why_not else "text"
        start = 0
        while start < len(title):
            end = start
            while end < len(title) and (end in marked) == (start in marked):
                end += 1
            on = start in marked
            painter.setFont(strong if on else plain)
            painter.setPen(theme().color("accent.text" if on and not match.entry.why_not else colour))
            part = title[start:end]
            width = QFontMetrics(painter.font()).horizontalAdvance(part)
            painter.drawText(QRectF(left, rect.top(), width + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, part)
            left += width
            start = end
        return left


def beside_text(match: CommandMatch) -> str:
    """What stands beside a title: why it can't be run now, the term that was found, or what the entry belongs to."""
    return match.entry.why_not or match.word or match.entry.subtitle or _where_text(match.entry)


def _where_text(entry: PaletteEntry) -> str:
    """What an entry belongs to; empty if its title has the word: *Create dashboard* is of the dashboards."""
    return "" if fold(entry.where).removesuffix("s") in fold(entry.title) else entry.where
