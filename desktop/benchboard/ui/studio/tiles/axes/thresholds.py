"""The warning and critical values of a gauge, a line or an area chart, and how charts draw them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from benchboard.dashboards.document.widget_kinds import TARGET, WidgetContent
from benchboard.i18n import _, percent
from benchboard.ui.studio.tiles.axes.axis_scale import AxisScale
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.theme import theme

_MOST_LABEL: Final = 60
_BAND_OPACITY: Final = 0.08
_DASH: Final = (4.0, 3.0)
_TARGET_LINE: Final = 1.5
_LABEL_HEIGHT: Final = 14.0
_LABEL_GAP: Final = 2.0
"""Pixels between a line and its label, and around the label's text."""
_BACKING_OPACITY: Final = 0.8
"""The opacity of the tile's colour behind a label, which may lie over the lines of the data."""
_MOST_LABEL_SHARE: Final = 0.6
"""The part of a plot's width that a label may take."""
_MOST_EXTENSION: Final = 2.0
"""The range of a y axis with its thresholds, as a multiple of that of its values: farther ones would flatten them."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value for warning or critical: passed at or above it, or with `below` at or below it."""

    label: str
    value: float
    below: bool
    tone: str
    is_shaded: bool = True
    """Whether what is beyond it is shaded."""
    is_target: bool = False
    """Whether it is what the values are to reach: it is on the axis however far it is."""

    def is_passed(self, value: float | None) -> bool:
        """Whether `value` has passed the threshold."""
        return value is not None and (value <= self.value if self.below else value >= self.value)


def thresholds(widget: WidgetContent) -> list[Threshold]:
    """The thresholds of a widget: warning, critical, both or neither.

    If critical is below warning, low values pass them.
    """
    warn, alarm = widget.setting("warn"), widget.setting("alarm")
    unit, found = number_format.unit(widget), list[Threshold]()
    below = not isinstance(warn, str) and not isinstance(alarm, str) and alarm < warn
    for name, at, tone in (("warn", warn, "warn"), ("alarm", alarm, "error")):
        if not isinstance(at, str):
            formatted = number_format.format_number(Decimal(str(at)), None, unit)
            word = _("warning at {value}") if name == "warn" else _("critical at {value}")
            found.append(Threshold(word.format(value=formatted), float(at), below, tone))
    return found


def reference_lines(widget: WidgetContent) -> list[Threshold]:
    """The line that a chart has at a value set by somebody, with its label: that value itself without one."""
    at = widget.setting("reference")
    if isinstance(at, str):
        return []
    written = number_format.format_number(Decimal(str(at)), None, number_format.unit(widget))
    label = number_format.truncate(str(widget.setting("reference_label")).strip(), _MOST_LABEL)
    return [Threshold(f"{label}: {written}" if label else written, float(at), False, "text.secondary", is_shaded=False)]


def target_of(widget: WidgetContent) -> float | None:
    """What the values of a widget are to reach; None where nothing is set."""
    if widget.kind is None or TARGET not in widget.kind.settings:
        return None
    at = widget.setting(TARGET.key)
    return None if isinstance(at, str) else float(at)


def targets(widget: WidgetContent) -> list[Threshold]:
    """The line that a chart has at its target, with its label."""
    if (at := target_of(widget)) is None:
        return []
    written = number_format.format_number(Decimal(str(widget.setting(TARGET.key))), None, number_format.unit(widget))
    label = _("Target: {value}").format(value=written)
    return [Threshold(label, at, False, "text", is_shaded=False, is_target=True)]


def share_of_target(value: float | None, target: float | None) -> str:
    """How much of a target a value is, in percent; empty without one of them, and for a target of 0 or below, of which
    there are no parts."""
    if value is None or target is None or target <= 0:
        return ""
    share = Decimal(repr(value)) * 100 / Decimal(repr(target))
    # Rounded down just below the target: 99.96 % of it isn't all of it.
    whole = share.quantize(Decimal(1), ROUND_FLOOR if 99 < share < 100 else ROUND_HALF_EVEN)
    return _("{share} of target").format(share=percent(whole, 0))


def extended(low: float, high: float, known: Sequence[Threshold]) -> tuple[float, float]:
    """The ends of a y axis that has these thresholds too, as far as the data still fill enough of it; targets all the
    same."""
    for needed in [one.value for one in known if one.is_target]:
        low, high = min(low, needed), max(high, needed)
    most = (high - low) * _MOST_EXTENSION
    for value in sorted([one.value for one in known], key=lambda one: max(low - one, one - high)):
        wider = min(low, value), max(high, value)
        if wider[1] - wider[0] <= most:
            low, high = wider
    return low, high


def paint_bands(painter: QPainter, plot: QRectF, scale: AxisScale, known: Sequence[Threshold]) -> None:
    """Draw each threshold as a dashed line, and shade what is beyond it, up to the next one."""
    ordered = sorted(known, key=lambda one: one.value, reverse=any(one.below for one in known))
    shaded = [one for one in ordered if one.is_shaded]
    for place, one in enumerate(shaded):
        beyond = shaded[place + 1].value if place + 1 < len(shaded) else scale.low if one.below else scale.high
        ends = [plot.bottom() - plot.height() * min(max(scale.part(at), 0.0), 1.0) for at in (one.value, beyond)]
        shade = QColor(theme().color(one.tone))
        shade.setAlphaF(_BAND_OPACITY)
        painter.fillRect(QRectF(plot.left(), min(ends), plot.width(), abs(ends[0] - ends[1])), shade)
    _paint_lines(painter, plot, scale, shaded)


def _paint_lines(painter: QPainter, plot: QRectF, scale: AxisScale, known: Sequence[Threshold]) -> None:
    for one in _inside(known, scale):
        pen = QPen(theme().color(one.tone), _TARGET_LINE if one.is_target else 1)
        if not one.is_target:
            pen.setDashPattern(list(_DASH))
        painter.setPen(pen)
        y = _height(plot, scale, one)
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))


def paint_labels(painter: QPainter, plot: QRectF, scale: AxisScale, known: Sequence[Threshold]) -> None:
    """Draw the labels of the thresholds at the right of their lines, where they have room, and reference lines, which
    lie over the values."""
    _paint_lines(painter, plot, scale, [one for one in known if not one.is_shaded])
    painter.setFont(theme().font("caption"))
    backing = QColor(theme().color("surface"))
    backing.setAlphaF(_BACKING_OPACITY)
    for one, spot in label_boxes(plot, scale, known):
        painter.fillRect(spot, backing)
        painter.setPen(theme().color(one.tone))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, one.label)


def label_boxes(plot: QRectF, scale: AxisScale, known: Sequence[Threshold]) -> list[tuple[Threshold, QRectF]]:
    """Where the labels of thresholds are: above their lines, else below, none over another or outside the plot."""
    metrics, found = QFontMetricsF(theme().font("caption")), list[tuple[Threshold, QRectF]]()
    for one in sorted(_inside(known, scale), key=lambda one: -one.value):
        y, width = _height(plot, scale, one), metrics.horizontalAdvance(one.label) + 2 * _LABEL_GAP
        if width > plot.width() * _MOST_LABEL_SHARE:
            continue
        for top in (y - _LABEL_GAP - _LABEL_HEIGHT, y + _LABEL_GAP):
            spot = QRectF(plot.right() - width, top, width, _LABEL_HEIGHT)
            if plot.contains(spot) and not any(spot.intersects(other) for _other, other in found):
                found.append((one, spot))
                break
    return found


def _inside(known: Sequence[Threshold], scale: AxisScale) -> list[Threshold]:
    return [one for one in known if scale.low <= one.value <= scale.high]


def _height(plot: QRectF, scale: AxisScale, one: Threshold) -> float:
    return round(plot.bottom() - plot.height() * scale.part(one.value)) + 0.5
