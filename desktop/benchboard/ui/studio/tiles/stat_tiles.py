"""Draws widgets that show one number: metric cards with their change, and gauges with their thresholds."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import _, percent
from benchboard.ui.studio.tiles import charts, number_format
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LABEL_WIDTH: Final = 120.0
"""Width at the right of the arc that is enough for the labels of the thresholds, in pixels."""
_UNIT_GAP: Final = 6.0
_MIN_UNIT_WIDTH: Final = 24.0
"""Width below which a unit is omitted rather than shortened, in pixels."""
_MIN_POINT_SIZE: Final = 11.0
"""The font size in points below which a number is abbreviated instead."""
_SMALLEST_POINT_SIZE: Final = 7.5
_HEADROOM: Final = 1.1
"""The end of a gauge without a maximum, as a multiple of a value that would otherwise stand at its end."""
_NUMBER_SHARE: Final = 0.65
"""The share of the width that a number gets if its unit has to be shortened."""
_WHOLE: Final = 100
"""A number from here on may lose its decimals rather than be drawn smaller."""
_ICON_WIDTH: Final = 16.0
_WORD_GAP: Final = 5.0
_SPARK_WIDTH: Final = 80.0
_SPARK_HEIGHT: Final = 28.0
_LOW_SPARK: Final = 18.0
"""The height in pixels of a sparkline beside the change of a number on a wall that needs the whole width."""
_SPARK_ROOM: Final = 140.0
"""The width in pixels that the number gets before the sparkline grows."""
_TWO_LINES: Final = 72.0
"""The height in pixels at which a change that is too wide for one line gets two."""
_TALL: Final = 112.0
"""The height in pixels at which a card on a wall has its change in two lines, with the sparkline beside them."""
_NUMBER_HEIGHT: Final = 40.0
_MIN_SHRINK: Final = 0.75
"""A sparkline is omitted if the number beside it would shrink below this share of its size."""


class StatValue:
    """The number of a card or gauge: the last row's, the one before it, and the history of up to 60."""

    def __init__(
        self,
        current: Cell,
        previous: Cell,
        history: list[float | None],
        column: ResultColumn | None = None,
        currencies: tuple[str, str] = ("", ""),
    ) -> None:
        self.current, self.previous, self.history = current, previous, history
        self.column = column
        self._currency, self._previous_currency = currencies

    @classmethod
    def of(cls, table: ResultTable) -> "StatValue":
        """The last number of the table's last row."""
        index = _value_column(table)
        assert index is not None, "`mismatch_reason` is asked first"
        last, before = table.rows[-1], table.rows[-2] if len(table.rows) > 1 else None
        return cls(
            last[index],
            before[index] if before is not None else None,
            number_format.column_numbers(table, index)[-60:],
            table.columns[index],
            (table.currency(last, index), table.currency(before, index) if before is not None else ""),
        )

    def unit(self, own: str) -> number_format.Unit:
        """The unit of the number, with the one that the widget sets."""
        return number_format.Unit.of(own, self._currency, is_percent=self._is_percent)

    def previous_unit(self, own: str) -> number_format.Unit:
        """The unit of the number before."""
        return number_format.Unit.of(own, self._previous_currency, is_percent=self._is_percent)

    @property
    def _is_percent(self) -> bool:
        return self.column is not None and self.column.format == "percent"

    def formatted(self, widget: WidgetContent) -> str:
        """The number with the widget's decimals and unit."""
        written = number_format.format_number(self.current, int(widget.setting("decimals")))
        return self.unit(number_format.unit(widget)).after(written)

    @property
    def value(self) -> float | None:
        """The number as a float; None if there is none."""
        return number_format.to_float(self.current)

    def percent_change(self) -> Decimal | None:
        """The change from the previous number in percent; None if there is none."""
        if (
            not isinstance(self.current, int | Decimal)
            or not isinstance(self.previous, int | Decimal)
            or not self.previous
        ):
            return None
        if self._currency != self._previous_currency:
            return None
        if number_format.to_float(self.current) is None or number_format.to_float(self.previous) is None:
            return None
        return (Decimal(self.current) - Decimal(self.previous)) * 100 / abs(Decimal(self.previous))


@dataclass(frozen=True, slots=True)
class FittedNumber:
    """A number and its unit, with fonts in which they fit a width: smaller, then abbreviated, but never cut."""

    number: str
    unit: str
    number_font: QFont
    unit_font: QFont

    @property
    def width(self) -> float:
        """The width of both together, in pixels."""
        words = QFontMetricsF(self.unit_font).horizontalAdvance(self.unit) + _UNIT_GAP if self.unit else 0.0
        return QFontMetricsF(self.number_font).horizontalAdvance(self.number) + words


def fit_number(
    stat: StatValue, widget: WidgetContent, room: float, size: float = 0.0, *, keeps_size: bool = False
) -> FittedNumber:
    """The number and its unit in the largest size that fits into `room` pixels, at most `size` points; 0 is that of a
    figure on a page.

    A number that is still too long is abbreviated (`123.5 bn`), a unit shortened. With `keeps_size`, it first loses its
    decimals or is abbreviated, so that cards of the same height have numbers of the same size.
    """
    size = size or theme().font("kpi").pointSizeF()
    known = stat.unit(number_format.unit(widget))
    unit = known.text if known.is_apart else ""
    joined = number_format.Unit() if unit else known
    full = joined.after(number_format.format_number(stat.current, int(widget.setting("decimals"))))
    abbreviated = joined.after(number_format.abbreviate(stat.value, 1)) if stat.value is not None else full
    abbreviated = abbreviated if len(abbreviated) < len(full) else full
    if keeps_size:
        whole = full if stat.value is None or abs(stat.value) < _WHOLE else joined.after(_without_decimals(stat))
        for written in (full, whole, abbreviated):
            at_size = _at_size(written, unit, size)
            if at_size.width <= room:
                return at_size
    candidates = [
        (full, unit, room, _MIN_POINT_SIZE),
        (abbreviated, unit, room, _MIN_POINT_SIZE),
        (abbreviated, "", room, _SMALLEST_POINT_SIZE),
    ]
    if unit:
        candidates.insert(2, (abbreviated, "", room * _NUMBER_SHARE, _MIN_POINT_SIZE))
    for candidate in candidates:
        found = _fit_by_size(*candidate, size)
        if found is not None:
            break
    else:
        found = _at_size(abbreviated, "", _SMALLEST_POINT_SIZE)
    left = room - found.width - _UNIT_GAP
    if unit and not found.unit and left > _MIN_UNIT_WIDTH:
        cut = QFontMetricsF(found.unit_font).elidedText(unit, Qt.TextElideMode.ElideRight, left)
        found = FittedNumber(found.number, cut, found.number_font, found.unit_font)
    return found


def _without_decimals(stat: StatValue) -> str:
    return number_format.format_number(stat.current, 0)


def _fit_by_size(number: str, unit: str, room: float, least: float, size: float) -> FittedNumber | None:
    """Both in the largest size from `size` down to `least` points; None if they are too wide in all."""
    while size >= least:
        found = _at_size(number, unit, size)
        if found.width <= room:
            return found
        size -= 1
    return None


def _at_size(number: str, unit: str, size: float) -> FittedNumber:
    number_font, unit_font = theme().font("kpi"), theme().font("body")
    number_font.setPointSizeF(size)
    unit_font.setPointSizeF(min(unit_font.pointSizeF(), max(size * 0.7, _SMALLEST_POINT_SIZE)))
    return FittedNumber(number, unit, number_font, unit_font)


def paint_metric(
    painter: QPainter, body: QRectF, widget: WidgetContent, table: ResultTable, *, wall: bool = False
) -> None:
    """Draw a metric card: the number, its change, and a sparkline of its history. On a `wall` the number is as large as
    its tile allows.
    """
    stat = StatValue.of(table)
    change = stat.percent_change()
    note = body.height() > 58 and change is not None
    tall = wall and note and body.height() >= _TALL
    two_lines = change is not None and body.height() >= _TWO_LINES and _change_width(widget, change) > body.width()
    two_lines = two_lines or tall
    bottom = body.bottom() - (34 if note and two_lines else 20 if note else 2)
    spark = 0.0
    if len(stat.history) > 1 and body.width() > 150:
        spark = min(_SPARK_WIDTH, max(body.width() * 0.25, body.width() - _SPARK_ROOM))
    size = _wall_size(bottom - body.top()) if wall else theme().font("kpi").pointSizeF()
    words = fit_number(stat, widget, body.width() - (spark + 12 if spark else 0), size, keeps_size=wall)
    spark_height = _SPARK_HEIGHT
    low = wall and note and change is not None and _change_width(widget, change) <= body.width() - spark - 8
    if tall:  # the sparkline stands beside both lines of the change, the number has the whole width above them
        words = fit_number(stat, widget, body.width(), size, keeps_size=True)
        if change is not None and _stacked_width(widget, change) > body.width() - spark - 8:
            spark = 0.0
    elif spark and low and words.number_font.pointSizeF() < size:  # beside the change, below the number
        spark_height, words = _LOW_SPARK, fit_number(stat, widget, body.width(), size, keeps_size=True)
    elif spark and words.number_font.pointSizeF() < size * _MIN_SHRINK:
        spark, words = 0.0, fit_number(stat, widget, body.width(), size, keeps_size=wall)
    painter.setFont(words.number_font)
    painter.setPen(theme().color("text"))
    high = max(_NUMBER_HEIGHT, QFontMetricsF(words.number_font).height())
    line = QRectF(body.left(), bottom - high, body.width(), high)
    if tall:
        line.moveTop(body.top() + (bottom - body.top() - high) / 2)
    painter.drawText(line, _LEFT, words.number)
    if words.unit:
        number_font, unit_font = QFontMetricsF(words.number_font), QFontMetricsF(words.unit_font)
        x = number_font.horizontalAdvance(words.number) + _UNIT_GAP
        base = (number_font.ascent() - number_font.descent() - unit_font.ascent() + unit_font.descent()) / 2
        painter.setFont(words.unit_font)
        painter.setPen(theme().color("text.muted"))
        painter.drawText(line.translated(x, base), _LEFT, words.unit)
    spark_bottom = body.bottom() - 2
    if note and change is not None:
        end = spark + 8 if spark else 0.0
        if spark and not tall and _change_width(widget, change) > body.width() - end:
            end, spark_bottom = 0.0, bottom - 6  # beside the number, where it is in nothing's way
        line = QRectF(body.left(), body.bottom() - 18, body.width() - end, 18)
        _paint_change(painter, line.translated(0, -16 if two_lines else 0), widget, change, line if two_lines else None)
    if spark:
        box = QRectF(body.right() - spark, spark_bottom - spark_height, spark, spark_height)
        charts.paint_spark(painter, box, stat.history, theme().chart(0))


_SPARE_POINTS: Final = 0.5
"""The heights of fonts are rounded up."""


def _wall_size(room: float) -> float:
    """The size in points of a number on a wall, in a tile with `room` pixels for its height: between that of a figure
    on a page and the largest of a wall.
    """
    least, largest = theme().font("kpi").pointSizeF(), theme().font("wall_kpi_large")
    fits = math.floor(largest.pointSizeF() * room / QFontMetricsF(largest).height() - _SPARE_POINTS)
    return max(least, min(largest.pointSizeF(), fits))


def _change_text(change: Decimal) -> str:
    return percent(abs(change), 0 if abs(change) >= 100 or not change else 1)


def _change_width(widget: WidgetContent, change: Decimal) -> float:
    """The width in pixels at which nothing of a change is cut."""
    metrics = QFontMetricsF(theme().font("body"))
    words = metrics.horizontalAdvance(_change_text(change)) + metrics.horizontalAdvance(
        _(str(widget.setting("compare")))
    )
    return _ICON_WIDTH + words + _WORD_GAP


def _stacked_width(widget: WidgetContent, change: Decimal) -> float:
    """The width in pixels of a change in two lines."""
    metrics = QFontMetricsF(theme().font("body"))
    compared = metrics.horizontalAdvance(_(str(widget.setting("compare"))))
    return max(_ICON_WIDTH + metrics.horizontalAdvance(_change_text(change)), compared)


def _paint_change(painter: QPainter, box: QRectF, widget: WidgetContent, change: Decimal, below: QRectF | None) -> None:
    """Draw `↑ 6.1 % than the week before`, in a colour for better or worse; the words in `below` if it is given, and
    else only where all of them fit.
    """
    good = widget.setting("good")
    better = change > 0 if good == "up" else change < 0
    tone = "text.secondary" if not change or good == "neither" else "ok" if better else "error"
    icon = "ph.arrow-up" if change > 0 else "ph.arrow-down" if change < 0 else "ph.equals"
    paint_icon(painter, icon, QRectF(box.left(), box.center().y() - 6, 12, 12), theme().color(tone))
    font = theme().font("body")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(theme().color(tone))
    size = _change_text(change)
    painter.drawText(box.adjusted(_ICON_WIDTH, 0, 0, 0), _LEFT, size)
    used = _ICON_WIDTH + metrics.horizontalAdvance(size) + _WORD_GAP
    painter.setPen(theme().color("text.muted"))
    line = box.adjusted(used, 0, 0, 0) if below is None else below
    words = _(str(widget.setting("compare")))
    if below is not None:
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, line.width())
    if metrics.horizontalAdvance(words) <= line.width():
        painter.drawText(line, _LEFT, words)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold of a gauge, for warning or critical: passed at or above its value, or with `below` at or below it."""

    label: str
    value: float
    below: bool
    tone: str

    def is_passed(self, value: float | None) -> bool:
        """Whether `value` has passed the threshold."""
        return value is not None and (value <= self.value if self.below else value >= self.value)


def thresholds(widget: WidgetContent) -> list[Threshold]:
    """The thresholds of a gauge: warning, critical, both or neither.

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


def gauge_range(widget: WidgetContent, table: ResultTable) -> tuple[float, float]:
    """The minimum and maximum of a gauge: the widget's settings, otherwise 0 to 100, or round numbers around all values
    and thresholds if some are outside that.
    """
    low, high = (None if isinstance(end := widget.setting(key), str) else float(end) for key in ("min", "max"))
    if low is not None and high is not None:
        return low, high
    index = _value_column(table)
    values = number_format.column_numbers(table, index) if index is not None else []
    known = [
        *(value for value in values if value is not None),
        0.0,
        *(threshold.value for threshold in thresholds(widget)),
        *(end for end in (low, high) if end is not None),
    ]
    least, most = min(known), max(known)
    ticks = [0.0, 100.0] if least >= 0 and most <= 100 else number_format.axis_ticks(least, most)
    if most in values and ticks[-1] == most > 100:
        ticks = number_format.axis_ticks(least, most * _HEADROOM)
    if low is not None:
        return low, ticks[-1] if ticks[-1] > low else number_format.axis_ticks(low, low + max(abs(low), 1.0))[-1]
    if high is not None:
        return ticks[0] if ticks[0] < high else number_format.axis_ticks(high - max(abs(high), 1.0), high)[0], high
    return ticks[0], ticks[-1]


def _value_column(table: ResultTable) -> int | None:
    """The index of the column whose number is shown: the last numeric one."""
    return max((k for k, column in enumerate(table.columns) if number_format.is_numeric(column)), default=None)


def gauge_summary(widget: WidgetContent, table: ResultTable) -> str:
    """The number of a gauge and the threshold it has passed, as text."""
    stat = StatValue.of(table)
    passed = [threshold.label for threshold in thresholds(widget) if threshold.is_passed(stat.value)]
    return ", ".join([stat.formatted(widget), *passed[-1:]])


def paint_gauge(painter: QPainter, body: QRectF, widget: WidgetContent, table: ResultTable) -> None:
    """Draw a gauge: the number in a half circle that fills from the minimum to the maximum, and its thresholds."""
    stat, known = StatValue.of(table), thresholds(widget)
    labels_beside = bool(known) and body.width() > 2 * _LABEL_WIDTH
    room = body.adjusted(0, 6, -_LABEL_WIDTH - 12 if labels_beside else 0, -18 if not labels_beside and known else 0)
    radius = max(18.0, min(room.width() / 2, room.height() - 16, 96.0))
    left = body.left() if labels_beside else room.center().x() - radius
    dial = QRectF(left, room.top() + max(0.0, (room.height() - 16 - radius) / 2), 2 * radius, 2 * radius)
    _paint_dial(painter, dial, stat.formatted(widget), stat.value, known, gauge_range(widget, table))
    font = theme().font("body")
    metrics = QFontMetricsF(font)
    if labels_beside:
        top = dial.top() + radius / 2 - len(known) * 10
        for place, threshold in enumerate(known):
            spot = QRectF(dial.right() + 16, top + place * 20, body.right() - dial.right() - 16, 20)
            _paint_threshold(painter, spot, threshold, font, is_passed=threshold.is_passed(stat.value))
    elif known:
        passed = [threshold for threshold in known if threshold.is_passed(stat.value)]
        threshold = passed[-1] if passed else known[0]
        width = min(metrics.horizontalAdvance(threshold.label) + 18, body.width())
        spot = QRectF(body.center().x() - width / 2, body.bottom() - 18, width, 20)
        _paint_threshold(painter, spot, threshold, font, is_passed=bool(passed))


def _paint_dial(
    painter: QPainter, dial: QRectF, words: str, value: float | None, known: list[Threshold], ends: tuple[float, float]
) -> None:
    radius, (low, high) = dial.width() / 2, ends
    thick = max(8.0, radius * 0.2)
    share = 0.0 if value is None else max(0.0, min((value - low) / (high - low), 1.0))
    tones = [threshold.tone for threshold in known if threshold.is_passed(value)]
    ring = dial.adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for part, colour in (
        (1.0, theme().color("grid")),
        (share, theme().color(tones[-1]) if tones else theme().chart(0)),
    ):
        painter.setPen(QPen(colour, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        if part > 0:
            painter.drawArc(ring, 180 * 16, -round(180 * 16 * part))
    for threshold in known:
        if low <= threshold.value <= high:
            angle = math.pi * (1 - (threshold.value - low) / (high - low))
            direction = QPointF(math.cos(angle), -math.sin(angle))
            painter.setPen(QPen(theme().color(threshold.tone), 2))
            painter.drawLine(dial.center() + direction * (radius - thick), dial.center() + direction * (radius + 3))
    inside = 2 * (radius - thick) - 8
    number_font = theme().font("kpi")
    while number_font.pointSizeF() > 9 and (
        QFontMetricsF(number_font).horizontalAdvance(words) > inside * 0.86
        or QFontMetricsF(number_font).ascent() > inside * 0.4
    ):
        number_font.setPointSizeF(number_font.pointSizeF() - 1)
    painter.setFont(number_font)
    painter.setPen(theme().color("text"))
    height = QFontMetricsF(number_font).height()
    spot = QRectF(dial.center().x() - inside / 2, dial.center().y() - height + 4, inside, height)
    painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, words)
    _paint_ends(painter, dial, low, high)


def _paint_ends(painter: QPainter, dial: QRectF, low: float, high: float) -> None:
    font = theme().font("caption")
    painter.setFont(font)
    painter.setPen(theme().color("text.muted"))
    room = QRectF(dial.left(), dial.center().y() + 2, dial.width(), 14)
    painter.drawText(room, _LEFT, number_format.abbreviate(low))
    painter.drawText(room, _RIGHT, number_format.abbreviate(high))


def _paint_threshold(painter: QPainter, spot: QRectF, threshold: Threshold, font: QFont, *, is_passed: bool) -> None:
    """Draw the label of a threshold; one that is passed has an icon and a colour."""
    if is_passed:
        mark = QRectF(spot.left(), spot.center().y() - 7, 14, 14)
        paint_icon(
            painter,
            "ph.warning" if threshold.tone == "warn" else "ph.warning-circle",
            mark,
            theme().color(threshold.tone),
        )
        spot = spot.adjusted(18, 0, 0, 0)
    painter.setFont(font)
    painter.setPen(theme().color(threshold.tone if is_passed else "text.muted"))
    shown = QFontMetricsF(font).elidedText(threshold.label, Qt.TextElideMode.ElideRight, spot.width())
    painter.drawText(spot, _LEFT, shown)
