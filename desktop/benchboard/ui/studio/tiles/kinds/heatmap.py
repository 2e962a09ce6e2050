"""Draws heatmaps: a cell for each pair of two groups, in the colour of its number. Pairs without a number have none."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter

from benchboard.analytics.chart_columns import heatmap_columns
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.i18n import _, number
from benchboard.ui.studio.tiles.axes.short_names import short_names
from benchboard.ui.studio.tiles.kinds import x_axis
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.ordinal_names import calendar_places
from benchboard.ui.studio.tiles.series.chart_table import ChartTable
from benchboard.ui.studio.tiles.series.value_colours import in_order
from benchboard.ui.theme import contrast, theme

MOST_X: Final = 400
MOST_Y: Final = 120
"""Cells of more columns or rows than these can't be told apart, or named."""
_SCALE_HEIGHT: Final = 20.0
_SCALE_BAR: Final = 96.0
_SCALE_STEPS: Final = 24
_MIN_SCALED: Final = 90.0
"""A body with fewer pixels of height has no colour scale."""
_MAX_NAME: Final = 140.0
_NAME_SHARE: Final = 0.3
_GAP: Final = 8.0
_NAME_LINE: Final = 13.0
_CELL_GAP: Final = 1.0
_MIN_GAPPED: Final = 5.0
"""Cells with fewer pixels than these stand side by side."""
_TEXT_MARGIN: Final = 6.0
_MIN_TEXT: Final = 16.0
"""Least pixels of a cell's height that has its number in it."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell: its places on both axes, its row in the result and its number."""

    x: int
    y: int
    row: int
    value: float


class Heatmap:
    """A heatmap in the body of a tile."""

    def __init__(self, body: QRectF, table: ResultTable, unit: str) -> None:
        columns = heatmap_columns(table)
        if columns is None:
            raise ValueError("a result without two groups and a number is no heatmap")
        self.table, self.columns, self.unit, self._body = table, columns, unit, body
        self.xs = ordered(table, columns.x)
        self.ys = ordered(table, columns.y)
        at_x, at_y = ({value: place for place, value in enumerate(values)} for values in (self.xs, self.ys))
        pairs = [(at_x[group(row[columns.x])], at_y[group(row[columns.y])]) for row in table.rows]
        numbers = number_format.column_numbers(table, columns.value)
        self.cells = {
            (x, y): HeatCell(x, y, place, value)
            for place, ((x, y), value) in enumerate(zip(pairs, numbers, strict=True))
            if value is not None
        }
        values = [cell.value for cell in self.cells.values()]
        self.low, self.high = min(values, default=0.0), max(values, default=0.0)
        self.has_scale = body.height() >= _MIN_SCALED
        metrics = QFontMetricsF(theme().font("caption"))
        self.y_names = _names(_column_table(table, columns.y, self.ys))
        room = max(40.0, min(_MAX_NAME, body.width() * _NAME_SHARE))
        self.short_y = short_names(self.y_names, metrics, room)
        self.name_width = max(map(metrics.horizontalAdvance, self.short_y), default=0.0) + 1
        top = _SCALE_HEIGHT + 4 if self.has_scale else 2.0
        self.box = QRectF(
            body.left() + self.name_width + _GAP,
            body.top() + top,
            max(10.0, body.width() - self.name_width - _GAP),
            max(10.0, body.height() - top - x_axis.AXIS_HEIGHT),
        )
        self._x_table = _column_table(table, columns.x, self.xs)
        self.axis = replace(x_axis.bar_axis(self._x_table), names=lambda: self.x_names)

    @property
    def x_names(self) -> list[str]:
        """What each column of cells is called."""
        return _names(self._x_table)

    def cell_box(self, x: int, y: int) -> QRectF:
        """The rectangle of a cell, without the gap beside the next one."""
        slots = max(self.axis.slots, 1)
        slot = int(self.axis.places[x] * slots)
        left, right = (self.box.left() + self.box.width() * (slot + k) / slots for k in (0, 1))
        top, bottom = (self.box.top() + self.box.height() * (y + k) / len(self.ys) for k in (0, 1))
        left, top = math.floor(left + 0.5), math.floor(top + 0.5)
        right, bottom = max(left + 1, math.floor(right + 0.5)), max(top + 1, math.floor(bottom + 0.5))
        x_gap = _CELL_GAP if right - left >= _MIN_GAPPED else 0.0
        y_gap = _CELL_GAP if bottom - top >= _MIN_GAPPED else 0.0
        return QRectF(left, top, right - left - x_gap, bottom - top - y_gap)

    def colour(self, value: float) -> QColor:
        """The colour of a number; the middle one where all are equal."""
        if self.high == self.low:
            return theme().ramp(0.5)
        return theme().ramp((value / 2 - self.low / 2) / (self.high / 2 - self.low / 2))

    def value_text(self, row: int) -> str:
        """The number of a row of the result, with its unit."""
        return number_format.format_value(self.table, self.table.rows[row], self.columns.value, unit=self.unit)

    @cached_property
    def _cell_unit(self) -> number_format.Unit:
        return number_format.column_unit(self.table, self.columns.value, self.unit) or number_format.NO_UNIT

    def paint(self, painter: QPainter) -> None:
        """Draw it."""
        painter.setFont(theme().font("caption"))
        if self.has_scale:
            self._paint_scale(painter)
        every = math.ceil(_NAME_LINE / max(self.box.height() / max(len(self.ys), 1), 0.1))
        painter.setPen(theme().color("text.secondary"))
        for place in range(0, len(self.ys), every):
            box = self.cell_box(0, place)
            spot = QRectF(self._body.left(), box.center().y() - 8, self.name_width, 16)
            painter.drawText(spot, _LEFT, self.short_y[place])
        x_axis.paint_labels(painter, self.axis, self.box, self._body)
        for cell in self.cells.values():
            painter.fillRect(self.cell_box(cell.x, cell.y), self.colour(cell.value))
        self._paint_numbers(painter)

    def _paint_numbers(self, painter: QPainter) -> None:
        """Write the numbers into the cells, if all have room: without some of them, the others would seem chosen."""
        boxes = [(cell, self.cell_box(cell.x, cell.y)) for cell in self.cells.values()]
        if not boxes or len(boxes) > 1_000 or min(box.height() for _cell, box in boxes) < _MIN_TEXT:
            return
        metrics, room = QFontMetricsF(painter.font()), min(box.width() for _cell, box in boxes) - _TEXT_MARGIN
        texts = [number_format.abbreviate(cell.value) for cell, _box in boxes]
        if max(map(metrics.horizontalAdvance, texts)) > room:
            return
        for (cell, box), text in zip(boxes, texts, strict=True):
            painter.setPen(text_colour(self.colour(cell.value)))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_scale(self, painter: QPainter) -> None:
        """Draw the colour scale at the top right, between its ends, and what it is of at the left."""
        metrics = QFontMetricsF(painter.font())
        line = QRectF(self._body.left(), self._body.top(), self._body.width(), _SCALE_HEIGHT - 2)
        ends = [self._cell_unit.after(number_format.abbreviate(value)) for value in (self.low, self.high)]
        if self.low == self.high:
            ends = ["", ends[1]]
        widths = [metrics.horizontalAdvance(end) + (6 if end else 0) for end in ends]
        bar = min(_SCALE_BAR, max(24.0, line.width() * 0.3)) if self.low < self.high else 12.0
        left = max(line.left(), line.right() - bar - sum(widths))
        painter.setPen(theme().color("text.muted"))
        painter.drawText(QRectF(left, line.top(), widths[0], line.height()), _LEFT, ends[0])
        painter.drawText(QRectF(line.right() - widths[1], line.top(), widths[1], line.height()), _RIGHT, ends[1])
        spot = QRectF(left + widths[0], line.center().y() - 4, bar, 8)
        scale = QLinearGradient(spot.topLeft(), spot.topRight())
        for step in range(_SCALE_STEPS + 1):
            share = step / _SCALE_STEPS
            scale.setColorAt(share, theme().ramp(share if self.low < self.high else 0.5))
        painter.fillRect(spot, scale)
        painter.setPen(theme().color("text.secondary"))
        room = QRectF(line.left(), line.top(), left - line.left() - 12, line.height())
        title = metrics.elidedText(
            self.table.columns[self.columns.value].title, Qt.TextElideMode.ElideRight, room.width()
        )
        if room.width() > 24:
            painter.drawText(room, _LEFT, title)


def text_colour(ground: QColor) -> QColor:
    """Black or white, whichever is easier to read on a colour: one of them has a contrast of 4.5 at least."""
    black, white = QColor(Qt.GlobalColor.black), QColor(Qt.GlobalColor.white)
    return black if contrast(black, ground) >= contrast(white, ground) else white


def group(value: Cell) -> Cell:
    """A value as a group: what is no number is the same as no value."""
    return None if isinstance(value, Decimal) and not value.is_finite() else value


def ordered(table: ResultTable, column: int) -> list[Cell]:
    """The different values of a column as an axis has them: numbers and times ascending, weekdays and months as in the
    calendar, other texts in the order of the language, last what is empty."""
    values = list(dict.fromkeys(group(row[column]) for row in table.rows))
    names = [value for value in values if isinstance(value, str)]
    places = calendar_places(names) if len(names) == len(values) else None
    if places is not None:
        return [name for _place, name in sorted(zip(places, values, strict=True), key=lambda pair: pair[0])]
    return [key[0] for key in in_order(_keys(values))]


def _names(table: ResultTable) -> list[str]:
    """What the values of the first column are called on an axis; what has no name is said to be empty."""
    names = x_axis.row_names(table)
    return [_("(empty)") if row[0] in (None, "") else name for row, name in zip(table.rows, names, strict=True)]


def _keys(values: Collection[Cell]) -> list[tuple[Cell]]:
    return [(value,) for value in values]


def _column_table(table: ResultTable, column: int, values: Sequence[Cell]) -> ChartTable:
    """The values of a column as the first one of a chart, which names them."""
    rows = tuple((value,) for value in values)
    return ChartTable((table.columns[column],), rows, truncated=False, read_at=table.read_at)


def too_many_text(table: ResultTable) -> str:
    """Which axis of a heatmap has more values than it can show, as a sentence; empty if none has."""
    columns = heatmap_columns(table)
    for place, most in ((columns.x, MOST_X), (columns.y, MOST_Y)) if columns is not None else ():
        count = len({row[place] for row in table.rows})
        if count > most:
            return _("“{column}” has {count} values. A heatmap shows {most} at most.").format(
                column=table.columns[place].title, count=number(count), most=number(most)
            )
    return ""
