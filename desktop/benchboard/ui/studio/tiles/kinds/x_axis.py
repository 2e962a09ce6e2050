"""The x axis of a chart: where each row is, and which labels are below the plot.

Times and numbers are as far apart as they are from each other; names are at even distances.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import pairwise
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.analytics import periods
from benchboard.analytics.queries import ResultTable
from benchboard.ui.studio.tiles.axes import axis_scale, time_ticks
from benchboard.ui.studio.tiles.axes.short_names import OwnWords, own_words, short_names
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.ordinal_names import short_ordinals
from benchboard.ui.studio.tiles.numbers.week_labels import week_labels
from benchboard.ui.studio.tiles.series.chart_table import ChartTable
from benchboard.ui.theme import theme

AXIS_HEIGHT: Final = 22.0
"""Pixels that the labels take below a plot."""
_LABEL_GAP: Final = 8.0
"""Least pixels between two labels that name rows."""
_ROOMY_SLOT: Final = 48.0
"""A name below a bar with fewer pixels than these stands closer to the next one."""
_NARROW_GAP: Final = 3.0
_LEAST_NAMED_SLOT: Final = 24.0
"""Bars with at least these pixels each have all their names, cut where need be; of narrower ones only some do."""
_MOST_TICKS: Final = 9
"""Ticks below lines: more, which a wide tile has room for, are read as a row of text."""
_TICK_GAP: Final = 14.0
"""Least pixels between two labels of round times or numbers, of which there could be any number."""
_TITLE_HEIGHT: Final = 16.0
"""The height of the line below the labels with the words that all names have."""
_LEAST_TITLED: Final = 110.0
"""The height of a chart that has room for that line, in pixels."""
_MAX_NAME: Final = 128.0
"""Most pixels of a name below a plot that has no slot of its own."""


class Tick(NamedTuple):
    """A label at a part of the axis: 0 is the left end, 1 the right one."""

    at: float
    label: str


class PlacedLabel(NamedTuple):
    """A label and its rectangle below the plot."""

    text: str
    box: QRectF


@dataclass(frozen=True, slots=True)
class XAxis:
    """Where rows are on an x axis. `places`: of each row, as a part of the axis, in ascending order."""

    places: tuple[float, ...]
    names: Callable[[], Sequence[str]]
    """Returns what each row is called, for an axis without round ticks that fit."""
    choices: tuple[tuple[Tick, ...], ...] = ()
    """Round ticks, from many to few."""
    slots: int = 0
    """Of bars: the number of slots, of which some may have no row."""
    shortens: bool = False
    """Whether names too long for their slots are shortened, as far as they can be read, rather than left out."""

    def x(self, box: QRectF, row: int) -> float:
        """The x coordinate of a row in a plot."""
        return box.left() + box.width() * self.places[row]

    def row_at(self, box: QRectF, x: float) -> int | None:
        """The row nearest to an x coordinate; of bars, that of the slot there, or None where it is empty."""
        part = min(max((x - box.left()) / (box.width() or 1.0), 0.0), 1.0)
        if self.slots:
            part = (min(int(part * self.slots), self.slots - 1) + 0.5) / self.slots
        after = min(bisect_left(self.places, part), len(self.places) - 1)
        nearest = min(max(after - 1, 0), after, key=lambda row: abs(self.places[row] - part))
        return None if abs(self.places[nearest] - part) * self.slots > 0.5 else nearest


def in_order(table: ChartTable) -> ChartTable:
    """The result with its rows in the order of the times or numbers of its first column, if each has another."""
    values = axis_values(table)
    if values is None or all(before <= after for before, after in pairwise(values)):
        return table
    rows = tuple(row for _value, row in sorted(zip(values, table.rows, strict=True), key=lambda pair: pair[0]))
    return replace(table, rows=rows)


def bars_in_order(table: ChartTable) -> ChartTable:
    """The result with its rows in the order of time, if they are in the opposite one. Any other order is meant."""
    times = periods.moments([row[0] for row in table.rows])
    if times is None or len(times) < 2 or any(after >= before for before, after in pairwise(times)):
        return table
    return replace(table, rows=table.rows[::-1])


def line_axis(table: ResultTable) -> XAxis:
    """The x axis of lines, from the first row to the last. `table` is `in_order`."""
    values, count, names = axis_values(table), len(table.rows), partial(row_names, table)
    if values is None or count < 2:
        return XAxis(tuple(row / (count - 1) if count > 1 else 0.5 for row in range(count)), names)
    low, high = shown_ends(table, values)

    def part(value: float) -> float:
        # Halved first: the whole way may be more than a float holds.
        return (value / 2 - low / 2) / (high / 2 - low / 2)

    return XAxis(tuple(part(value) for value in values), names, line_ticks(table)(low, high))


def shown_ends(table: ResultTable, values: Sequence[float]) -> tuple[float, float]:
    """The ends of the x axis of lines, of which the rows are at these ascending values."""
    window = table.window if isinstance(table, ChartTable) else None
    return window or (values[0], values[-1])


def line_ticks(table: ResultTable) -> Callable[[float, float], tuple[tuple[Tick, ...], ...]]:
    """Returns what makes the round ticks below lines between two ends of the x axis, from many to few."""
    times, weeks = periods.moments([row[0] for row in table.rows]), _weeks(table)
    is_part = isinstance(table, ChartTable) and table.window is not None

    def ticks(low: float, high: float) -> tuple[tuple[Tick, ...], ...]:
        def part(value: float) -> float:
            # Halved first: the whole way may be more than a float holds.
            return (value / 2 - low / 2) / (high / 2 - low / 2)

        if times is None:
            return tuple(_number_ticks(table, low, high, part))
        ends = [datetime.fromtimestamp(end, UTC) for end in (low, high)] if is_part else times
        return tuple(
            tuple(Tick(part(time.timestamp()), label) for time, label in choice)
            for choice in time_ticks.tick_choices(ends, table.read_at, weeks)
        )

    return ticks


def bar_axis(table: ResultTable) -> XAxis:
    """The x axis of upright bars: a slot for each row and, of times, for each period without one.

    `table` is `bars_in_order`.
    """
    times, names = periods.moments([row[0] for row in table.rows]), partial(row_names, table)
    row = periods.period_row(times) if times is not None else None
    if times is None or row is None:
        count = len(table.rows)
        return XAxis(tuple((k + 0.5) / count for k in range(count)), names, slots=count, shortens=times is None)
    slots = (row.index(times[-1]) or 0) + 1

    def middle(time: datetime) -> float | None:
        index = row.index(time)
        return None if index is None else (index + 0.5) / slots

    choices = []
    for choice in time_ticks.tick_choices(times, table.read_at, _weeks(table)):
        ticks = [Tick(at, label) for time, label in choice if (at := middle(time)) is not None]
        if len(ticks) == len(choice):
            choices.append(tuple(ticks))
    return XAxis(tuple(middle(time) or 0.0 for time in times), names, tuple(choices), slots)


def is_by_week(table: ResultTable) -> bool:
    """Whether each row of a chart is a calendar week: by its query, or where that doesn't say it, by its Mondays."""
    times = periods.moments([row[0] for row in table.rows])
    if times is None or any(one.weekday() for one in times) or any(one.time() != one.min.time() for one in times):
        return False
    if table.columns[0].format == "week":
        return True
    known = table.by_week if isinstance(table, ChartTable) else None
    return known if known is not None else periods.granularity(times) == "week"


def row_names(table: ResultTable) -> list[str]:
    """What each row of a chart is called on its axis."""
    if is_by_week(table):
        return week_labels([cell for row in table.rows if isinstance(cell := row[0], date)], table.read_at)
    return number_format.category_labels(table)


def own_names(table: ResultTable, room: QRectF) -> OwnWords | None:
    """What upright bars are called without the words that all names have, which stand below them once; None where all
    have room in this part of a tile, or nothing in common, or where that line has no room."""
    count = len(table.rows)
    if not count or room.height() < _LEAST_TITLED or any(isinstance(row[0], date) for row in table.rows):
        return None
    metrics, names = QFontMetricsF(theme().font("caption")), row_names(table)
    if max(map(metrics.horizontalAdvance, names)) <= room.width() / count - _LABEL_GAP:
        return None
    return own_words(names)


def title_height(table: ResultTable, room: QRectF) -> float:
    """The height of that line; 0 without one."""
    return _TITLE_HEIGHT if own_names(table, room) is not None else 0.0


def paint_title(painter: QPainter, title: str, plot: QRectF, within: QRectF) -> None:
    """Draw the words that all names have, below the labels in the middle of the axis."""
    painter.setFont(theme().font("caption"))
    painter.setPen(theme().color("text.muted"))
    spot = QRectF(plot.left(), within.bottom(), plot.width(), _TITLE_HEIGHT)
    shown = QFontMetricsF(painter.font()).elidedText(title, Qt.TextElideMode.ElideMiddle, spot.width())
    painter.drawText(spot, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, shown)


def _weeks(table: ResultTable) -> Sequence[time_ticks.Namer]:
    """What weeks are called on an axis, the longest first; nothing where rows aren't weeks."""
    return (partial(week_labels, with_day=True), week_labels) if is_by_week(table) else ()


def axis_values(table: ResultTable) -> list[float] | None:
    """The first column as numbers that are all different, times as seconds since 1970; None if it has others."""
    cells = [row[0] for row in table.rows]
    times = periods.moments(cells)
    if times is not None:
        values = [time.timestamp() for time in times]
    else:
        column = table.columns[0]
        found = number_format.column_numbers(table, 0) if number_format.is_numeric(column) else [None]
        values = [value for value in found if value is not None]
        if column.format == "identifier" or len(values) < len(cells):
            return None
    may_repeat = isinstance(table, ChartTable) and table.reduced is not None
    return values if may_repeat or len(set(values)) == len(values) else None


def _number_ticks(
    table: ResultTable, low: float, high: float, part: Callable[[float], float]
) -> list[tuple[Tick, ...]]:
    unit, found = number_format.column_unit(table, 0) or number_format.NO_UNIT, []
    for most in (9, 7, 5, 4, 3):
        ticks = axis_scale.axis_ticks(low, high, most)
        labels = number_format.tick_labels(ticks, unit)
        inside = [Tick(part(tick), label) for tick, label in zip(ticks, labels, strict=True) if low <= tick <= high]
        if len(inside) > 1:
            found.append(tuple(inside))
    return found


def placed_labels(axis: XAxis, plot: QRectF, within: QRectF) -> list[PlacedLabel]:
    """The labels below a plot, none over another and none outside `within`: as many round ticks as have room, or else
    names of rows."""
    metrics = QFontMetricsF(theme().font("caption"))

    def spans_of(ticks: Sequence[Tick]) -> list[tuple[float, float]]:
        spans = []
        for tick in ticks:
            width = math.ceil(metrics.horizontalAdvance(tick.label)) + 1.0
            left = plot.left() + plot.width() * tick.at - width / 2
            left = max(within.left(), min(left, within.right() - width))
            spans.append((left, left + width))
        return spans

    for choice in axis.choices:
        if len(choice) > _MOST_TICKS and not axis.slots:
            continue
        spans = spans_of(choice)
        if all(after[0] - before[1] >= _TICK_GAP for before, after in pairwise(spans)):
            return [_placed(tick.label, span, plot) for tick, span in zip(choice, spans, strict=True)]
    slot = plot.width() / max(axis.slots, 1)
    names = axis.names()
    gap = _LABEL_GAP if slot >= _ROOMY_SLOT else _NARROW_GAP
    if axis.shortens and max(map(metrics.horizontalAdvance, names), default=0.0) > slot - gap:
        names = _short_ordinals_in(names, metrics, slot - gap) or names
    fit = short_names(names, metrics, slot - gap) if axis.shortens else []
    is_each_named = fit == list(names) or (slot >= _LEAST_NAMED_SLOT and _are_told_apart(names, fit))
    named = fit if is_each_named else short_names(names, metrics, _MAX_NAME)
    spans = spans_of([Tick(at, name) for at, name in zip(axis.places, named, strict=True)])
    visible = range(len(named)) if is_each_named else visible_labels(spans, _LABEL_GAP)
    return [_placed(named[row], spans[row], plot) for row in visible]


def _short_ordinals_in(names: Sequence[str], metrics: QFontMetricsF, room: float) -> list[str] | None:
    """Weekdays or months as “Mon”, or as “M” where that is wider than `room`; None for other names."""
    short = short_ordinals(names)
    if short is None or max(map(metrics.horizontalAdvance, short)) <= room:
        return short
    return [name[:1] for name in short]


def _are_told_apart(names: Sequence[str], cut: Sequence[str]) -> bool:
    """Whether cut names have something left, and those of different names differ."""
    return len(set(cut)) == len(set(names)) and "…" not in cut


def _placed(text: str, span: tuple[float, float], plot: QRectF) -> PlacedLabel:
    return PlacedLabel(text, QRectF(span[0], plot.bottom() + 6, span[1] - span[0], AXIS_HEIGHT - 6))


def paint_labels(painter: QPainter, axis: XAxis, plot: QRectF, within: QRectF) -> None:
    """Draw the labels below a plot."""
    painter.setFont(theme().font("caption"))
    painter.setPen(theme().color("text.muted"))
    for text, box in placed_labels(axis, plot, within):
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def visible_labels(spans: Sequence[tuple[float, float]], gap: float) -> list[int]:
    """The indexes of the labels to show, given their left and right ends, so that they are at least `gap` apart: all of
    them, or every second, and so on, and the last one if it fits."""
    last = len(spans) - 1
    if last < 1:
        return list(range(len(spans)))

    def are_apart(places: Sequence[int]) -> bool:
        return all(spans[b][0] - spans[a][1] >= gap for a, b in pairwise(places))

    fits = next((step for step in range(1, last + 1) if are_apart(range(0, last + 1, step))), last + 1)
    even = next((step for step in range(fits, min(2 * fits, last + 1)) if last % step == 0), None)
    if even is not None and are_apart(range(0, last + 1, even)):
        return list(range(0, last + 1, even))
    visible = list(range(0, last + 1, fits))
    if visible[-1] != last:
        while len(visible) > 1 and not are_apart([visible[-1], last]):
            visible.pop()
        visible += [last] if are_apart([visible[-1], last]) else []
    return visible
