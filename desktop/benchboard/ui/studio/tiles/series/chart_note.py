"""The note at the top of a chart of lines or bars: amounts in several currencies, or the rows behind a line."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.analytics.queries import ResultTable
from benchboard.i18n import _, number
from benchboard.ui.studio.tiles.series import currency_note
from benchboard.ui.theme import theme


def text(table: ResultTable, unit: str) -> str:
    """What the note says about a chart's result, with the unit that its widget sets; empty if there is none."""
    return currency_note.text(table, unit) or reduced_text(table)


def reduced_text(table: ResultTable) -> str:
    """How many rows the lines of a reduced result stand for, and which of them are drawn; empty for any other."""
    if table.reduced is None:
        return ""
    words = _("{rows} rows, drawn by the lowest and highest values of short intervals")
    return words.format(rows=number(table.reduced.rows))


def box_below(body: QRectF, table: ResultTable, unit: str) -> QRectF:
    """The part of a tile's body that is left for the chart."""
    return body.adjusted(0, currency_note.HEIGHT, 0, 0) if text(table, unit) else body


def paint(painter: QPainter, body: QRectF, table: ResultTable, unit: str) -> None:
    """Draw the note at the top of a tile's body, if its chart needs one; shorter where the whole has no room."""
    if currency_note.text(table, unit) or table.reduced is None:
        currency_note.paint(painter, body, table, unit)
        return
    room, font = QRectF(body.left(), body.top() - 1, body.width(), 16), theme().font("caption")
    metrics, words = QFontMetricsF(font), reduced_text(table)
    if metrics.horizontalAdvance(words) > room.width():
        words = _("{rows} rows").format(rows=number(table.reduced.rows))
    painter.setFont(font)
    painter.setPen(theme().color("text.muted"))
    alignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(room, alignment, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width()))
