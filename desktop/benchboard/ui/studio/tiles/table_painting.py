"""A table on a tile: its first rows under their headings, and how many rows and columns there are beyond those."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.i18n import _
from benchboard.ui.studio.tiles import column_widths, number_format
from benchboard.ui.theme import theme

ROW: Final = 28
_FOOTER: Final = 24
_MOST_READ: Final = 2_000
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def heading_font() -> QFont:
    """What columns are called in."""
    font = theme().font("caption")
    font.setWeight(QFont.Weight.Medium)
    return font


def texts(table: ResultTable, rows: Sequence[tuple[Cell, ...]]) -> list[list[str]]:
    """Rows as a table shows them, all numbers of a column with as many decimals as the one that has most."""
    cells = [[number_format.text(cell) for cell in row] for row in rows]
    for place in range(len(table.columns)):
        known = [row[place] for row in rows]
        decimals = column_widths.even_decimals(table, place, known)
        if decimals is not None:
            for row, value in zip(cells, known, strict=True):
                row[place] = number_format.number(value, decimals)
    return cells


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell or heading on a tile: what it says there, what that would be in full, and what it is."""

    box: QRectF
    shown: str
    full: str
    whole: str

    @property
    def cut(self) -> bool:
        """Whether not all of it can be read."""
        return self.shown != self.full or len(self.whole) > len(self.full)


class TableFace:
    """What of a table stands where in a tile's body."""

    def __init__(self, body: QRectF, table: ResultTable) -> None:
        fits = max(1, int((body.height() - ROW + 4) // ROW))
        self.cut = len(table.rows) > fits
        heads, font = QFontMetricsF(heading_font()), QFontMetricsF(theme().font("body"))
        first = texts(table, table.rows[:fits])
        needs = column_widths.needs(table, first, font, heads)
        widths = column_widths.shared(needs, body.width())
        self.narrow = len(widths) < len(table.columns)
        if self.cut or self.narrow:
            fits = max(1, int((body.height() - ROW - _FOOTER + 8) // ROW))
            self.cut = len(table.rows) > fits
        self._body, self._table = body, table
        names = [number_format.name(column) for column in table.columns]
        self.lines = [self._line(0, names, names, widths, heads)]
        for place, (row, cells) in enumerate(zip(table.rows[:fits], first, strict=False), 1):
            self.lines.append(self._line(place, row, cells, widths, font))

    def _line(
        self, place: int, cells: Sequence[Cell], texts: Sequence[str], widths: Sequence[float], metrics: QFontMetricsF
    ) -> list[Spot]:
        line, left, top = [], self._body.left(), self._body.top() + place * ROW
        for width, cell, text in zip(widths, cells, texts, strict=False):
            box = QRectF(left, top, min(width, self._body.right() - left), ROW)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            if shown != text and (value := number_format.drawn(cell)) is not None:
                shown = number_format.short(value, 1)  # a number that is cut is another one
            line.append(Spot(box, shown, text, number_format.cut(cell, _MOST_READ) if isinstance(cell, str) else text))
            left += width + column_widths.GAP
        return line

    @property
    def footer(self) -> str:
        """What is not shown, in words."""
        table, said = self._table, []
        if self.cut:
            more = f"{len(table.rows)}+" if table.truncated else str(len(table.rows))
            said.append(_("{shown} of {count} rows").format(shown=len(self.lines) - 1, count=more))
        if self.narrow:
            shown = len(self.lines[0])
            said.append(_("{shown} of {count} columns").format(shown=shown, count=len(table.columns)))
        return " · ".join(said)

    def at(self, spot: QPointF) -> Spot | None:
        """The cell or heading under a point."""
        return next((one for line in self.lines for one in line if one.box.contains(spot)), None)

    def paint(self, painter: QPainter) -> None:
        """Draw it."""
        heading, font = heading_font(), theme().font("body")
        rule, body, words = QPen(theme().color("grid"), 1), self._body, self.footer
        for place, line in enumerate(self.lines):
            painter.setFont(font if place else heading)
            painter.setPen(theme().color("text" if place else "text.secondary"))
            for column, spot in zip(self._table.columns, line, strict=False):
                painter.drawText(spot.box, _RIGHT if number_format.numeric(column) else _LEFT, spot.shown)
            if place < len(self.lines) - 1 or words:
                painter.setPen(rule)
                y = body.top() + (place + 1) * ROW - 0.5
                painter.drawLine(QPointF(body.left(), y), QPointF(body.right(), y))
        if words:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            spot_ = QRectF(body.left(), body.bottom() - _FOOTER + 10, body.width(), _FOOTER - 8)
            metrics = QFontMetricsF(painter.font())
            painter.drawText(spot_, _LEFT, metrics.elidedText(words, Qt.TextElideMode.ElideRight, body.width()))


def paint_rows(painter: QPainter, body: QRectF, table: ResultTable) -> None:
    """Draw a table's first rows."""
    TableFace(body, table).paint(painter)
