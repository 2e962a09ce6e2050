"""The note in a chart whose amounts are in several currencies: their axis has no common scale."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.analytics.queries import ResultTable
from benchboard.i18n import _
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.series.chart_table import ChartTable
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

HEIGHT: Final = 20.0
"""Pixels that the note takes above a chart."""
_TEXT_LEFT: Final = 19.0
_MOST_NAMED: Final = 3
"""With more currencies than these, the note names none."""


def text(table: ResultTable, unit: str) -> str:
    """What the note says about a chart's result, with the unit that its widget sets; empty if all amounts are in one
    currency."""
    left, right = (_currencies(table, unit, right=side) for side in (False, True))
    codes = sorted(left if len(left) >= len(right) else right)
    if len(codes) < 2:
        return ""
    if len(codes) > _MOST_NAMED:
        return _("Amounts in different currencies aren't comparable")
    return _("Amounts in {currencies} and {last} aren't comparable").format(
        currencies=", ".join(codes[:-1]), last=codes[-1]
    )


def _currencies(table: ResultTable, unit: str, *, right: bool) -> set[str]:
    """The currencies of the amounts on one of both axes."""
    numeric = [k for k, column in enumerate(table.columns) if k > 0 and number_format.is_numeric(column)]
    if isinstance(table, ChartTable):
        numeric = [k for k in numeric if table.is_right(k) == right]
        unit = table.right_unit if right else unit
    elif right:
        return set()
    # A unit that is no currency, such as "points", was set on purpose and replaces that of the amounts.
    found = {number_format.Unit.of(unit, code).currency for k in numeric for code in table.currencies(k)}
    return found - {""}


def box_below(body: QRectF, table: ResultTable, unit: str) -> QRectF:
    """The part of a tile's body that is left for the chart."""
    return body.adjusted(0, HEIGHT, 0, 0) if text(table, unit) else body


def paint(painter: QPainter, body: QRectF, table: ResultTable, unit: str) -> None:
    """Draw the note at the top of a tile's body, if its chart needs one; shorter where the whole has no room."""
    if not (words := text(table, unit)):
        return
    paint_icon(painter, "ph.warning", QRectF(body.left(), body.top(), 14, 14), theme().color("warn"))
    room, font = (
        QRectF(body.left() + _TEXT_LEFT, body.top() - 1, body.width() - _TEXT_LEFT, 16),
        theme().font("caption"),
    )
    metrics = QFontMetricsF(font)
    if metrics.horizontalAdvance(words) > room.width():
        words = _("Different currencies")
    painter.setFont(font)
    painter.setPen(theme().color("text.secondary"))
    alignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(room, alignment, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width()))
