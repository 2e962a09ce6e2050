"""The notes at the top of a chart of lines or bars: amounts in several currencies, series that are too small to be read
or the rows behind a line; below that, the rows without a date."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.analytics.queries import ResultTable
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.tiles.axes.axis_sides import unreadable
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.series import currency_note
from benchboard.ui.studio.tiles.series.chart_table import MAX_SERIES, ChartTable
from benchboard.ui.theme import theme


def text(table: ResultTable, unit: str) -> str:
    """What the note says about a chart's result, with the unit that its widget sets; empty if there is none."""
    return ". ".join(part for part in (_first_text(table, unit), _undated_text(table)) if part)


def _first_text(table: ResultTable, unit: str) -> str:
    return currency_note.text(table, unit) or _small_text(table) or reduced_text(table)


def _undated_text(table: ResultTable) -> str:
    return table.undated_note if isinstance(table, ChartTable) else ""


def _small_text(table: ResultTable) -> str:
    """Which series are flat lines near zero, because others on their axis are so large; empty if none is."""
    if not isinstance(table, ChartTable) or table.series_by or table.stack != "off" or table.axis.is_log:
        return ""
    found = []
    for side in (False, True):
        sizes = {
            column.name: number_format.column_numbers(table, index)
            for index, column in enumerate(table.columns[: MAX_SERIES + 1])
            if index and number_format.is_numeric(column) and table.is_right(index) == side
            and table.series_before(index) is None
            and column.name not in table.hidden
        }  # fmt: skip
        small = unreadable(sizes)
        found += [column.title for column in table.columns if column.name in small]
    if not found:
        return ""
    if len(found) == 1:
        return _("“{series}” is too small to be read on this axis").format(series=found[0])
    return ngettext(
        "{count} series is too small to be read on this axis", "{count} series are too small to be read on this axis",
        len(found),
    ).format(count=number(len(found)))  # fmt: skip


def reduced_text(table: ResultTable) -> str:
    """How many rows the lines of a reduced result stand for, and which of them are drawn; empty for any other."""
    if table.reduced is None:
        return ""
    words = _("{rows} rows, drawn by the lowest and highest values of short intervals")
    return words.format(rows=number(table.reduced.rows))


def box_below(body: QRectF, table: ResultTable, unit: str) -> QRectF:
    """The part of a tile's body that is left for the chart."""
    lines = bool(_first_text(table, unit)) + bool(_undated_text(table))
    return body.adjusted(0, lines * currency_note.HEIGHT, 0, 0)


def paint(painter: QPainter, body: QRectF, table: ResultTable, unit: str) -> None:
    """Draw the notes at the top of a tile's body, if its chart needs any; shorter where the whole has no room."""
    below = body
    if _first_text(table, unit):
        _paint_first(painter, body, table, unit)
        below = body.adjusted(0, currency_note.HEIGHT, 0, 0)
    _paint_line(painter, below, _undated_text(table))


def _paint_first(painter: QPainter, body: QRectF, table: ResultTable, unit: str) -> None:
    if currency_note.text(table, unit):
        currency_note.paint(painter, body, table, unit)
        return
    small = _small_text(table)
    words = small or reduced_text(table)
    metrics = QFontMetricsF(theme().font("caption"))
    if table.reduced is not None and not small and metrics.horizontalAdvance(words) > body.width():
        words = _("{rows} rows").format(rows=number(table.reduced.rows))
    _paint_line(painter, body, words)


def _paint_line(painter: QPainter, body: QRectF, words: str) -> None:
    if not words:
        return
    room, font = QRectF(body.left(), body.top() - 1, body.width(), 16), theme().font("caption")
    painter.setFont(font)
    painter.setPen(theme().color("text.muted"))
    alignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    elided = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, alignment, elided)
