"""Draws histograms: a bar for each interval of values, as high as there are rows with such a value."""

import math
from functools import cached_property
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from benchboard.analytics.chart_columns import histogram_column
from benchboard.analytics.histogram_bins import Bins, bins_of
from benchboard.analytics.queries import ResultTable
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.tiles.axes.plot_axes import Axis, paint_axes, paint_x_title, plot_axes
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.theme import theme

_BAR_GAP: Final = 1.0
_MIN_GAPPED: Final = 4.0
"""Bars with fewer pixels than these stand side by side."""
_MOST_TICKS: Final = 11
_SEPARATOR: Final = " · "


class Histogram:
    """A histogram in the body of a tile. `wanted`: how many bins somebody wants; None: as the values need."""

    def __init__(self, body: QRectF, table: ResultTable, unit: str, wanted: int | None = None) -> None:
        column = histogram_column(table)
        if column is None:
            raise ValueError("a result without numbers has no histogram")
        self.table, self.column, self._body = table, column, body
        self.unit = number_format.column_unit(table, column, unit) or number_format.NO_UNIT
        values = [value for value in number_format.column_numbers(table, column) if value is not None]
        self.count = len(values)
        self.bins: Bins = bins_of(values, whole=table.columns[column].kind == "integer", wanted=wanted)
        self.axes = plot_axes(
            body, self._x_axis(), Axis(0, max(self.bins.counts), number_format.NO_UNIT, True, _("Rows"))
        )

    @property
    def title(self) -> str:
        """What its values are."""
        return self.table.columns[self.column].title

    def _x_axis(self) -> Axis:
        """The axis below the bars. Its ticks are at edges of bins or, where each has one number, in their middles."""
        bins, ends = self.bins, len(self.bins.counts) + (not self.bins.is_each_number)
        shift = 0.5 if bins.is_each_number else 0.0
        choices = []
        for step in (1, 2, 4, 5, 10, 20, 25, 50, 100):
            ticks = tuple(float(bins.edge(place)) for place in range(-bins.first % step, ends, step))
            if len(ticks) > 1 or (step == 1 and bins.is_each_number):
                choices.append(ticks)
        few = [ticks for ticks in choices if len(ticks) <= _MOST_TICKS]
        low, high = float(bins.edge(0)) - shift, float(bins.edge(len(bins.counts))) - shift
        fewest = (float(bins.edge(0)), float(bins.edge(ends - 1)))
        return Axis(low, high, self.unit, bins.whole, self.title, (*few, fewest))

    @cached_property
    def bars(self) -> list[QRectF]:
        """The rectangle of each bin's bar; one without rows has no height."""
        low, high, count = self.axes.x.low, self.axes.x.high, len(self.bins.counts)
        edges = [round(self.axes.x_at(low + (high - low) * (place / count))) for place in range(count + 1)]
        bottom = round(self.axes.box.bottom())
        found = []
        for place, rows in enumerate(self.bins.counts):
            left, right = edges[place], max(edges[place + 1], edges[place] + 1)
            gap = _BAR_GAP if right - left >= _MIN_GAPPED else 0.0
            top = min(round(self.axes.y_at(rows)), bottom - 1) if rows else bottom  # one row among thousands is seen
            found.append(QRectF(left, top, right - left - gap, bottom - top))
        return found

    def bin_at(self, x: float) -> int:
        """The bin at an x coordinate, or the one nearest to it."""
        part = (x - self.axes.box.left()) / (self.axes.box.width() or 1.0)
        return min(max(math.floor(part * len(self.bins.counts)), 0), len(self.bins.counts) - 1)

    def range_text(self, place: int) -> str:
        """Which values a bin has, with their unit."""
        bins = self.bins
        low, high = bins.edge(place), bins.edge(place + 1)
        if bins.whole:
            first, last = number_format.format_number(int(low)), number_format.format_number(int(high) - 1)
            return self.unit.after(first if first == last else _("{low} to {high}").format(low=first, high=last))
        decimals = number_format.decimal_places(bins.width)
        first, last = (self.unit.after(number_format.format_number(edge, decimals)) for edge in (low, high))
        if place == len(bins.counts) - 1:
            return _("{low} to {high}").format(low=first, high=last)
        return _("{low} to below {high}").format(low=first, high=last)

    @property
    def note(self) -> str:
        """What isn't counted or isn't known, as text; empty where all is."""
        parts = []
        if missing := len(self.table.rows) - self.count:
            text = ngettext("{count} row without a number", "{count} rows without a number", missing)
            parts.append(text.format(count=number(missing)))
        shown = self.table.columns[self.column].presentation
        if shown.currency_origin and not shown.currency and self.table.currency_column(self.column) is None:
            parts.append(_("currency not selected"))  # which may differ from row to row
        return _SEPARATOR.join(parts)

    def paint(self, painter: QPainter) -> None:
        """Draw it."""
        paint_axes(painter, self.axes, self._body, x_lines=False)
        paint_x_title(painter, self.axes, self.note)
        for bar in self.bars:
            painter.fillRect(bar, theme().chart(0))
