"""The axes of values at the left and right of a plot: their scales, with zero at the same height, and their labels."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.ui.studio.tiles.axes.axis_scale import AxisChoice, AxisScale, axis_ticks
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.theme import theme

RATIO: Final = 20.0
"""Where the largest values of two series differ by this factor or more, the smaller one is a flat line."""
FLAT: Final = 50.0
"""Where they differ by more than this factor, the smaller one can't be read: it is put on an axis of its own, or the
chart says so."""
_LABEL_GAP: Final = 8.0
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class RightAxis:
    """The axis at the right of a plot. `width`: the pixels of its labels with the gap beside them."""

    scale: AxisScale
    names: Sequence[str]
    width: float


@dataclass(frozen=True, slots=True)
class AxisChoices:
    """What is set of both axes."""

    left: AxisChoice = field(default_factory=AxisChoice)
    right: AxisChoice = field(default_factory=AxisChoice)


class MeasuredSeries(Protocol):
    """What an axis needs to know of a series."""

    @property
    def setting_name(self) -> str:
        """What the settings of its widget call it."""

    @property
    def values(self) -> Sequence[float | None]:
        """Its values."""

    @property
    def unit(self) -> number_format.Unit | None:
        """The unit of all of them."""


@dataclass(frozen=True, slots=True)
class PlainSeries:
    """What an axis needs to know of a series that has no colour yet."""

    setting_name: str
    values: Sequence[float | None]
    unit: number_format.Unit | None


def with_common_zero(left: AxisScale, right: AxisScale, most: int) -> tuple[AxisScale, AxisScale]:
    """Both axes with zero at the same height, if both have it and one has values below it: bars then stand on one
    line, and what is above it on one side is so on the other."""
    scales = left, right
    if any(one.is_log or not one.low <= 0 <= one.high for one in scales) or left.low == right.low == 0:
        return scales
    sizes = [max(-one.low, one.high) or 1.0 for one in scales]
    below = max(-one.low / size for one, size in zip(scales, sizes, strict=True))
    above = max(one.high / size for one, size in zip(scales, sizes, strict=True))
    first, second = (_widened(-below * size, above * size, most) for size in sizes)
    return first, second


def _widened(low: float, high: float, most: int) -> AxisScale:
    inside = tuple(tick for tick in axis_ticks(low, high, most) if low <= tick <= high)
    return AxisScale(low, high, inside if len(inside) > 1 else (low, high))


def paint_right(painter: QPainter, plot: QRectF, axis: RightAxis, named: Collection[int]) -> None:
    """Draw the labels of a right axis, those of the ticks `named` by their indexes, and a short line at each of them:
    the grid is that of the left one."""
    painter.setFont(theme().font("caption"))
    for place, (tick, name) in enumerate(zip(axis.scale.ticks, axis.names, strict=True)):
        if place not in named:
            continue
        y = plot.bottom() - plot.height() * axis.scale.part(tick)
        painter.fillRect(QRectF(plot.right(), round(y), 4, 1), theme().color("border.control"))
        painter.setPen(theme().color("text.muted"))
        painter.drawText(QRectF(plot.right() + _LABEL_GAP, y - 8, axis.width, 16), _LEFT, name)


def label_width(names: Sequence[str]) -> float:
    """Pixels of the labels of a right axis with the gap beside them."""
    metrics = QFontMetricsF(theme().font("caption"))
    return max(map(metrics.horizontalAdvance, names)) + _LABEL_GAP


def automatic_right(series: Sequence[MeasuredSeries]) -> frozenset[str]:
    """The names of the series that are on the right axis unless somebody chose: those of another unit than the first,
    if there are two, and without units those that couldn't be read. Amounts in two currencies, and those of one unit,
    would seem to cross where they don't."""
    units = list(dict.fromkeys(one.unit for one in series))
    if len(units) == 2 and not all(unit is None or unit.currency for unit in units):
        return frozenset(one.setting_name for one in series if one.unit != units[0])
    if len(units) == 1 and units[0] != number_format.NO_UNIT:
        return frozenset()
    return frozenset(unreadable({one.setting_name: one.values for one in series})) if len(units) != 2 else frozenset()


def unreadable(series: Mapping[str, Sequence[float | None]]) -> tuple[str, ...]:
    """The names of those of the series of an axis that are flat lines near zero beside the largest. One that has
    nothing but zeros is what it looks like."""
    sizes = {name: max((abs(one) for one in values if one is not None), default=0.0) for name, values in series.items()}
    largest = max(sizes.values(), default=0.0)
    return tuple(name for name, size in sizes.items() if 0 < size < largest / FLAT)


def suggested_right(series: Sequence[MeasuredSeries]) -> tuple[str, ...]:
    """The names of the series that are better read on an axis of their own: those whose unit isn't the first one's, if
    there are two units; else those that are flat lines beside the largest."""
    units = list(dict.fromkeys(one.unit for one in series))
    if len(units) == 2:
        return tuple(one.setting_name for one in series if one.unit != units[0])
    if len(units) > 2:
        return ()
    sizes = {
        one.setting_name: max((abs(value) for value in one.values if value is not None), default=0.0) for one in series
    }
    largest = max(sizes.values(), default=0.0)
    return tuple(key for key, size in sizes.items() if 0 < size <= largest / RATIO)
