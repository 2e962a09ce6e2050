"""The note at the top of a chart of lines or bars: amounts in several currencies, series that are too small to be read,
or the rows behind a line."""

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
    return currency_note.text(table, unit) or _small_text(table) or reduced_text(table)


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
    return body.adjusted(0, currency_note.HEIGHT, 0, 0) if text(table, unit) else body


def paint(painter: QPainter, body: QRectF, table: ResultTable, unit: str) -> None:
    """Draw the note at the top of a tile's body, if its chart needs one; shorter where the whole has no room."""
    if currency_note.text(table, unit):
        currency_note.paint(painter, body, table, unit)
        return
    small = _small_text(table)
    if not small and table.reduced is None:
        return
    room, font = QRectF(body.left(), body.top() - 1, body.width(), 16), theme().font("caption")
    metrics, words = QFontMetricsF(font), small or reduced_text(table)
    if table.reduced is not None and not small and metrics.horizontalAdvance(words) > room.width():
        words = _("{rows} rows").format(rows=number(table.reduced.rows))
    painter.setFont(font)
    painter.setPen(theme().color("text.muted"))
    alignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(room, alignment, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width()))
