"""One number on a tile: a metric card with how it changed, a gauge with how far it is from its limits."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import _
from benchboard.ui.studio.tiles import charts, number_format
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BESIDE: Final = 120.0
"""So much room at the right of the arc is enough to say its limits there."""


_UNIT_GAP: Final = 6.0
_UNIT_LEAST: Final = 24.0
"""Less of a unit says nothing."""
_LEAST: Final = 11.0
"""Points so small a number may be before it is written in short."""
_TINY: Final = 7.5
_OF_ROOM: Final = 0.65
"""So much of a room is a number's whose unit is cut."""
_ENOUGH: Final = 0.75
"""How large a number has to be for a line beside it, of what it would be without."""


class Figure:
    """The number of a card or gauge: the last row's, with the one before it."""

    def __init__(self, now: Cell, before: Cell, line: list[float | None]) -> None:
        self.now, self.before, self.line = now, before, line

    @classmethod
    def of(cls, table: ResultTable) -> "Figure":
        """The last number of the table's last row."""
        index = _index(table)
        assert index is not None, "`unfit` says so first"
        before = table.rows[-2][index] if len(table.rows) > 1 else None
        return cls(table.rows[-1][index], before, number_format.series(table, index)[-60:])

    def shown(self, widget: WidgetContent) -> str:
        """The number as the widget writes it."""
        return number_format.number(self.now, int(widget.setting("decimals")), number_format.unit(widget))

    @property
    def value(self) -> float | None:
        """The number for drawing; None where there is none."""
        return number_format.drawn(self.now)

    def change(self) -> Decimal | None:
        """By how much it changed, in percent."""
        if not isinstance(self.now, int | Decimal) or not isinstance(self.before, int | Decimal) or not self.before:
            return None
        if number_format.drawn(self.now) is None or number_format.drawn(self.before) is None:
            return None
        return (Decimal(self.now) - Decimal(self.before)) * 100 / abs(Decimal(self.before))


@dataclass(frozen=True, slots=True)
class Written:
    """A number and its unit as they stand in a room: smaller, then shorter, but never cut."""

    number: str
    unit: str
    big: QFont
    small: QFont

    @property
    def width(self) -> float:
        """How wide they are together."""
        words = QFontMetricsF(self.small).horizontalAdvance(self.unit) + _UNIT_GAP if self.unit else 0.0
        return QFontMetricsF(self.big).horizontalAdvance(self.number) + words


def written(figure: Figure, widget: WidgetContent, room: float) -> Written:
    """The number and its unit as large as they fit; a number too long for that in short (`123.5 bn`), and of a unit
    too long what there is room for."""
    plain, unit = number_format.number(figure.now, int(widget.setting("decimals"))), number_format.unit(widget)
    brief = number_format.short(figure.value, 1) if figure.value is not None else plain
    brief = brief if len(brief) < len(plain) else plain
    ways = [(plain, unit, room, _LEAST), (brief, unit, room, _LEAST), (brief, "", room, _TINY)]
    if unit:
        ways.insert(2, (brief, "", room * _OF_ROOM, _LEAST))
    for way in ways:
        found = _shrunk(*way)
        if found is not None:
            break
    else:
        found = _sized(brief, "", _TINY)
    left = room - found.width - _UNIT_GAP
    if unit and not found.unit and left > _UNIT_LEAST:
        cut = QFontMetricsF(found.small).elidedText(unit, Qt.TextElideMode.ElideRight, left)
        found = Written(found.number, cut, found.big, found.small)
    return found


def _shrunk(number: str, unit: str, room: float, least: float) -> Written | None:
    size = theme().font("kpi").pointSizeF()
    while size >= least:
        found = _sized(number, unit, size)
        if found.width <= room:
            return found
        size -= 1
    return None


def _sized(number: str, unit: str, size: float) -> Written:
    big, small = theme().font("kpi"), theme().font("title")
    big.setPointSizeF(size)
    small.setPointSizeF(min(small.pointSizeF(), max(size * 0.7, _TINY)))
    return Written(number, unit, big, small)


def paint_metric(painter: QPainter, body: QRectF, widget: WidgetContent, table: ResultTable) -> None:
    """The number, how it changed, and a small line of those before it."""
    figure = Figure.of(table)
    change = figure.change()
    note = body.height() > 58 and change is not None
    bottom = body.bottom() - (20 if note else 2)
    spark = min(80.0, body.width() * 0.25) if len(figure.line) > 1 and body.width() > 150 else 0.0
    words = written(figure, widget, body.width() - (spark + 12 if spark else 0))
    if spark and words.big.pointSizeF() < theme().font("kpi").pointSizeF() * _ENOUGH:
        spark, words = 0.0, written(figure, widget, body.width())
    painter.setFont(words.big)
    painter.setPen(theme().color("text"))
    line = QRectF(body.left(), bottom - 40, body.width(), 40)
    painter.drawText(line, _LEFT, words.number)
    if words.unit:
        big, small = QFontMetricsF(words.big), QFontMetricsF(words.small)
        x = big.horizontalAdvance(words.number) + _UNIT_GAP
        base = (big.ascent() - big.descent() - small.ascent() + small.descent()) / 2
        painter.setFont(words.small)
        painter.setPen(theme().color("text.secondary"))
        painter.drawText(line.translated(x, base), _LEFT, words.unit)
    if note and change is not None:
        end = spark + 8 if spark else 0.0
        _paint_change(painter, QRectF(body.left(), body.bottom() - 18, body.width() - end, 18), widget, change)
    if spark:
        box = QRectF(body.right() - spark, body.bottom() - 30, spark, 26)
        charts.paint_spark(painter, box, figure.line, theme().chart(0))


def _paint_change(painter: QPainter, box: QRectF, widget: WidgetContent, change: Decimal) -> None:
    """`↑ 6.1 % than the week before`; the colour follows what is good, the arrow and the words say it too."""
    good = widget.setting("good")
    better = change > 0 if good == "up" else change < 0
    tone = "text.secondary" if not change or good == "neither" else "ok" if better else "error"
    icon = "ph.arrow-up" if change > 0 else "ph.arrow-down" if change < 0 else "ph.equals"
    paint_icon(painter, icon, QRectF(box.left(), box.center().y() - 6, 12, 12), theme().color(tone))
    font = theme().font("body")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(theme().color(tone))
    percent = _("{percent} %").format(percent=number_format.number(abs(change), 0 if abs(change) >= 100 else 1))
    painter.drawText(box.adjusted(16, 0, 0, 0), _LEFT, percent)
    used = 16 + metrics.horizontalAdvance(percent) + 5
    painter.setPen(theme().color("text.muted"))
    words = metrics.elidedText(_(str(widget.setting("compare"))), Qt.TextElideMode.ElideRight, box.width() - used)
    painter.drawText(box.adjusted(used, 0, 0, 0), _LEFT, words)


@dataclass(frozen=True, slots=True)
class Limit:
    """A number from which on a gauge warns or alarms: that high, or with `below` that low."""

    word: str
    at: float
    below: bool
    tone: str

    def passed(self, value: float | None) -> bool:
        """Whether a value is there."""
        return value is not None and (value <= self.at if self.below else value >= self.at)


def limits(widget: WidgetContent) -> list[Limit]:
    """What a gauge warns and alarms at, as far as it does. Where the alarm lies below the warning, little is bad."""
    warn, alarm = widget.setting("warn"), widget.setting("alarm")
    unit, found = number_format.unit(widget), list[Limit]()
    below = not isinstance(warn, str) and not isinstance(alarm, str) and alarm < warn
    for name, at, tone in (("warn", warn, "warn"), ("alarm", alarm, "error")):
        if not isinstance(at, str):
            figure = number_format.number(Decimal(str(at)), None, unit)
            word = _("warning at {value}") if name == "warn" else _("critical at {value}")
            found.append(Limit(word.format(value=figure), float(at), below, tone))
    return found


def span(widget: WidgetContent, table: ResultTable) -> tuple[float, float]:
    """The least and the greatest value a gauge shows: as somebody said, else from 0 to 100, or where its values or what
    it warns at lie beyond, round numbers around them all."""
    low, high = (None if isinstance(end := widget.setting(key), str) else float(end) for key in ("min", "max"))
    if low is not None and high is not None:
        return low, high
    index = _index(table)
    known = [value for value in number_format.series(table, index) if value is not None] if index is not None else []
    known += [0.0, *(limit.at for limit in limits(widget)), *(end for end in (low, high) if end is not None)]
    least, most = min(known), max(known)
    ticks = [0.0, 100.0] if least >= 0 and most <= 100 else number_format.scale(least, most)
    if low is not None:
        return low, ticks[-1] if ticks[-1] > low else number_format.scale(low, low + max(abs(low), 1.0))[-1]
    if high is not None:
        return ticks[0] if ticks[0] < high else number_format.scale(high - max(abs(high), 1.0), high)[0], high
    return ticks[0], ticks[-1]


def _index(table: ResultTable) -> int | None:
    """The column whose number is shown: the last one that has any."""
    return max((k for k, column in enumerate(table.columns) if number_format.numeric(column)), default=None)


def gauge_summary(widget: WidgetContent, table: ResultTable) -> str:
    """What a gauge shows, in words."""
    figure = Figure.of(table)
    passed = [limit.word for limit in limits(widget) if limit.passed(figure.value)]
    return ", ".join([figure.shown(widget), *passed[-1:]])


def paint_gauge(painter: QPainter, body: QRectF, widget: WidgetContent, table: ResultTable) -> None:
    """The number in a half circle that is as full as the number is far between its ends, and what it warns at."""
    figure, known = Figure.of(table), limits(widget)
    beside = bool(known) and body.width() > 2 * _BESIDE
    room = body.adjusted(0, 6, -_BESIDE - 12 if beside else 0, -18 if not beside and known else 0)
    radius = max(18.0, min(room.width() / 2, room.height() - 16, 96.0))
    left = body.left() if beside else room.center().x() - radius
    dial = QRectF(left, room.top() + max(0.0, (room.height() - 16 - radius) / 2), 2 * radius, 2 * radius)
    _paint_dial(painter, dial, figure.shown(widget), figure.value, known, span(widget, table))
    font = theme().font("body")
    metrics = QFontMetricsF(font)
    if beside:
        top = dial.top() + radius / 2 - len(known) * 10
        for place, limit in enumerate(known):
            spot = QRectF(dial.right() + 16, top + place * 20, body.right() - dial.right() - 16, 20)
            _paint_limit(painter, spot, limit, font, passed=limit.passed(figure.value))
    elif known:
        passed = [limit for limit in known if limit.passed(figure.value)]
        limit = passed[-1] if passed else known[0]
        width = min(metrics.horizontalAdvance(limit.word) + 18, body.width())
        spot = QRectF(body.center().x() - width / 2, body.bottom() - 18, width, 20)
        _paint_limit(painter, spot, limit, font, passed=bool(passed))


def _paint_dial(
    painter: QPainter, dial: QRectF, words: str, value: float | None, known: list[Limit], ends: tuple[float, float]
) -> None:
    radius, (low, high) = dial.width() / 2, ends
    thick = max(8.0, radius * 0.2)
    share = 0.0 if value is None else max(0.0, min((value - low) / (high - low), 1.0))
    tones = [limit.tone for limit in known if limit.passed(value)]
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
    for limit in known:
        if low <= limit.at <= high:
            angle = math.pi * (1 - (limit.at - low) / (high - low))
            way = QPointF(math.cos(angle), -math.sin(angle))
            painter.setPen(QPen(theme().color(limit.tone), 2))
            painter.drawLine(dial.center() + way * (radius - thick), dial.center() + way * (radius + 3))
    inside = 2 * (radius - thick) - 8
    big = theme().font("kpi")
    while big.pointSizeF() > 9 and (
        QFontMetricsF(big).horizontalAdvance(words) > inside * 0.86 or QFontMetricsF(big).ascent() > inside * 0.4
    ):
        big.setPointSizeF(big.pointSizeF() - 1)
    painter.setFont(big)
    painter.setPen(theme().color("text"))
    height = QFontMetricsF(big).height()
    spot = QRectF(dial.center().x() - inside / 2, dial.center().y() - height + 4, inside, height)
    painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, words)
    _paint_ends(painter, dial, low, high)


def _paint_ends(painter: QPainter, dial: QRectF, low: float, high: float) -> None:
    font = theme().font("caption")
    painter.setFont(font)
    painter.setPen(theme().color("text.muted"))
    room = QRectF(dial.left(), dial.center().y() + 2, dial.width(), 14)
    painter.drawText(room, _LEFT, number_format.short(low))
    painter.drawText(room, _RIGHT, number_format.short(high))


def _paint_limit(painter: QPainter, spot: QRectF, limit: Limit, font: QFont, *, passed: bool) -> None:
    """A limit in words; one that is passed says so by its sign and colour."""
    if passed:
        mark = QRectF(spot.left(), spot.center().y() - 7, 14, 14)
        paint_icon(
            painter, "ph.warning" if limit.tone == "warn" else "ph.warning-circle", mark, theme().color(limit.tone)
        )
        spot = spot.adjusted(18, 0, 0, 0)
    painter.setFont(font)
    painter.setPen(theme().color(limit.tone if passed else "text.muted"))
    shown = QFontMetricsF(font).elidedText(limit.word, Qt.TextElideMode.ElideRight, spot.width())
    painter.drawText(spot, _LEFT, shown)
