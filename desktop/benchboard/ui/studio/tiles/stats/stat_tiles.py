"""The number of a metric card or a gauge, and gauges with their thresholds."""

import math
from dataclasses import replace
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.dashboards.period_before import PeriodBefore, difference, percent_change
from benchboard.ui.studio.tiles.axes import axis_scale
from benchboard.ui.studio.tiles.axes.thresholds import Threshold, share_of_target, target_of, targets, thresholds
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.stats.stat_rows import stat_rows
from benchboard.ui.theme import theme
from benchboard.ui.time_format import period_name
from benchboard.ui.widgets.badges import paint_icon

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LABEL_WIDTH: Final = 132.0
"""Width at the right of the arc that is enough for the labels of the thresholds, in pixels."""
_FILLS: Final = {"warn": "warn.fill", "error": "error"}
"""The colour of the dial once a threshold of this tone is passed: that of its text would be brown."""
_TARGET_MARK: Final = 2.5
"""The width of the mark of a target, in pixels."""
_HISTORY: Final = 60
_HEADROOM: Final = 1.1
"""The end of a gauge without a maximum, as a multiple of a value that would otherwise stand at its end."""


class StatValue:
    """The number of a card or gauge: that of the last period, the one before it, and the history of up to 60."""

    def __init__(
        self,
        current: Cell,
        previous: Cell,
        history: list[float | None],
        column: ResultColumn | None = None,
        currencies: tuple[str, str] = ("", ""),
        *,
        compares: bool = False,
        periods: tuple[str, str] = ("", ""),
        is_unfinished: bool = False,
        goes_on: bool = False,
        ends: str = "",
    ) -> None:
        self.current, self.previous, self.history = current, previous, history
        self.compares = compares
        """Whether the number before is that of the period before, rather than of the row before."""
        self.period, self.previous_period = periods
        """The names of the periods of both numbers; empty where they aren't known."""
        self.is_unfinished = is_unfinished
        """Whether the period of the number wasn't over when the data were read: it can't be compared then."""
        self.goes_on, self.ends = goes_on, ends
        """Whether that is because it goes on; that, or where the data end in it, as text."""
        self.column = column
        self._currency, self._previous_currency = currencies

    @classmethod
    def of(cls, table: ResultTable, known: PeriodBefore | None = None) -> "StatValue":
        """The last number of the table's last row in time; before it, that of the row before or, where the widget
        compares with the period before, of what is `known` of that. The history has whole periods only; that of a
        number of all periods is what the table knows of it."""
        index = value_column(table)
        assert index is not None, "`mismatch_reason` is asked first"
        found = stat_rows(table)
        earlier = found.rows[:-1] if known is None else stat_rows(known.table).rows
        last, before = found.rows[-1], earlier[-1] if earlier else None
        history = number_format.column_numbers(replace(table, rows=found.rows), index)
        whole = history[:-1] if found.is_unfinished else history
        if table.history is not None and value_column(table.history) is not None and table.history.rows:
            whole = cls.of(replace(table.history, history=None)).history
        names = ("", *found.periods) if known is None else (period_name(*known.period), "")
        return cls(
            last[index],
            before[index] if before is not None else None,
            whole[-_HISTORY:],
            table.columns[index],
            (table.currency(last, index), table.currency(before, index) if before is not None else ""),
            compares=known is not None,
            periods=(names[-1], names[-2]) if len(names) > 1 else ("", ""),
            is_unfinished=found.is_unfinished,
            goes_on=found.goes_on,
            ends=found.ends,
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
        if self._currency != self._previous_currency or self.is_unfinished:
            return None
        return percent_change(self.current, self.previous)

    def formatted_difference(self, widget: WidgetContent) -> str:
        """The change from the previous number, without its sign; empty if there is none."""
        change = difference(self.current, self.previous)
        if change is None or self._currency != self._previous_currency:
            return ""
        written = number_format.format_number(max(change, -change), int(widget.setting("decimals")))
        return self.unit(number_format.unit(widget)).after(written)

    def formatted_previous(self, widget: WidgetContent) -> str:
        """The previous number with the widget's decimals and unit."""
        written = number_format.format_number(self.previous, int(widget.setting("decimals")))
        return self.previous_unit(number_format.unit(widget)).after(written)


def gauge_range(widget: WidgetContent, table: ResultTable) -> tuple[float, float]:
    """The minimum and maximum of a gauge: the widget's settings, otherwise 0 to 100, or round numbers around all values
    and thresholds if some are outside that.
    """
    low, high = (None if isinstance(end := widget.setting(key), str) else float(end) for key in ("min", "max"))
    if low is not None and high is not None:
        return low, high
    index = value_column(table)
    values = number_format.column_numbers(table, index) if index is not None else []
    known = [
        *(value for value in values if value is not None),
        0.0,
        *(threshold.value for threshold in (*thresholds(widget), *targets(widget))),
        *(end for end in (low, high) if end is not None),
    ]
    least, most = min(known), max(known)
    ticks = [0.0, 100.0] if least >= 0 and most <= 100 else axis_scale.axis_ticks(least, most)
    if most in values and ticks[-1] == most > 100:
        ticks = axis_scale.axis_ticks(least, most * _HEADROOM)
    if low is not None:
        return low, ticks[-1] if ticks[-1] > low else axis_scale.axis_ticks(low, low + max(abs(low), 1.0))[-1]
    if high is not None:
        return ticks[0] if ticks[0] < high else axis_scale.axis_ticks(high - max(abs(high), 1.0), high)[0], high
    return ticks[0], ticks[-1]


def value_column(table: ResultTable) -> int | None:
    """The index of the column whose number is shown: the last numeric one."""
    return max((k for k, column in enumerate(table.columns) if number_format.is_numeric(column)), default=None)


def gauge_summary(widget: WidgetContent, table: ResultTable) -> str:
    """The number of a gauge and the threshold it has passed, as text."""
    stat = StatValue.of(table)
    passed = [threshold.label for threshold in thresholds(widget) if threshold.is_passed(stat.value)]
    share = share_of_target(stat.value, target_of(widget))
    return ", ".join([stat.formatted(widget), *([share] if share else []), *passed[-1:]])


def paint_gauge(painter: QPainter, body: QRectF, widget: WidgetContent, table: ResultTable) -> None:
    """Draw a gauge: the number in a half circle that fills from the minimum to the maximum, and its thresholds."""
    stat, known = StatValue.of(table), thresholds(widget)
    labels_beside = bool(known) and body.width() > 2 * _LABEL_WIDTH
    room = body.adjusted(0, 6, -_LABEL_WIDTH - 12 if labels_beside else 0, -18 if not labels_beside and known else 0)
    radius = max(18.0, min(room.width() / 2, room.height() - 16, 96.0))
    left = body.left() if labels_beside else room.center().x() - radius
    dial = QRectF(left, room.top() + max(0.0, (room.height() - 16 - radius) / 2), 2 * radius, 2 * radius)
    ends = gauge_range(widget, table)
    _paint_dial(painter, dial, stat.formatted(widget), stat.value, known, ends)
    if (target := target_of(widget)) is not None:
        _paint_target(painter, dial, target, ends, share_of_target(stat.value, target))
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
        (share, theme().color(_FILLS[tones[-1]]) if tones else theme().chart(0)),
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


def _paint_target(painter: QPainter, dial: QRectF, target: float, ends: tuple[float, float], share: str) -> None:
    """Draw a mark across the ring at the target, and below the number how much of it that is."""
    radius, (low, high) = dial.width() / 2, ends
    if low <= target <= high:
        angle = math.pi * (1 - (target - low) / (high - low))
        direction = QPointF(math.cos(angle), -math.sin(angle))
        painter.setPen(QPen(theme().color("text"), _TARGET_MARK))
        painter.drawLine(dial.center() + direction * (radius * 0.74), dial.center() + direction * (radius + 4))
    font = theme().font("caption")
    metrics, room = (
        QFontMetricsF(font),
        dial.width()
        - 2 * max(QFontMetricsF(font).horizontalAdvance(number_format.abbreviate(end)) + 6 for end in ends),
    )
    text = share if metrics.horizontalAdvance(share) <= room else share.split(" ", 1)[0]
    painter.setFont(font)
    painter.setPen(theme().color("text.secondary"))
    spot = QRectF(dial.left(), dial.center().y() + 2, dial.width(), 14)
    painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, metrics.elidedText(text, Qt.TextElideMode.ElideRight, room))


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
