"""Draws metric cards: a number with its change and a sparkline. Cards side by side have the same sizes and places."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.dashboards.period_before import PeriodBefore, has_small_base
from benchboard.i18n import _, percent
from benchboard.ui.studio.tiles.axes.thresholds import share_of_target, target_of
from benchboard.ui.studio.tiles.kinds import charts
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.stats.stat_tiles import StatValue
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MIN_UNIT_WIDTH: Final = 24.0
"""Width below which a unit is omitted rather than shortened, in pixels."""
_MIN_POINT_SIZE: Final = 11.0
"""The font size in points below which a number is abbreviated instead."""
_SMALLEST_POINT_SIZE: Final = 7.5
_LEAST_SHARE: Final = 0.5
"""The part of their usual size down to which the numbers of a row become smaller, so that the longest is whole."""
_NUMBER_SHARE: Final = 0.65
"""The share of the width that a number gets if its unit has to be shortened."""
_BULLET: Final = 4.0
"""The height of the bar below a card with a target, in pixels."""
_TARGET_ROOM: Final = 1.1
"""The end of that bar, as a multiple of the target where the number is less."""
_LETTER_SPACING: Final = 98.0
"""The letter spacing of a number in percent."""
_UNIT_SIZE: Final = 0.42
"""The size of a unit beside a large number, as a part of the number's."""
_UNIT_GAP: Final = 0.2
"""The gap between a number and its unit, as a part of the number's size; `_MIN_UNIT_GAP` pixels at least."""
_MIN_UNIT_GAP: Final = 5.0
_ICON_WIDTH: Final = 16.0
_WORD_GAP: Final = 5.0
_NOTE_LINE: Final = 18.0
_NOTE_STEP: Final = 16.0
"""Pixels between the lines of a change in two lines."""
_NOTE_SPACE: Final = {0: 2.0, 1: 20.0, 2: 36.0}
"""The height in pixels below a number, by the number of lines of its change."""
_LEAST_WITH_NOTE: Final = 58.0
"""The height in pixels above which a card has its change below the number."""
_TWO_LINES: Final = 72.0
"""The height in pixels at which a change that is too wide for one line gets two."""
_TALL: Final = 112.0
"""The height in pixels at which a card on a wall has its change in two lines, with the sparkline beside them."""
_SPARK_WIDTH: Final = 80.0
_SPARK_HEIGHT: Final = 28.0
_LEAST_SPARK: Final = 36.0
"""The least width in pixels to which a sparkline beside a change shrinks."""
_LOW_SPARK: Final = 18.0
"""The height in pixels of a sparkline beside a change of one line."""
_SPARK_GAP: Final = 12.0
_LEAST_FOR_SPARK: Final = 150.0
"""The width in pixels above which a card has a sparkline."""
_SPARK_ROOM: Final = 140.0
"""The width in pixels that the number gets before the sparkline grows."""
_MIN_SHRINK: Final = 0.75
"""A sparkline is omitted if the numbers would shrink below this share of their size for it."""
_SPARE_POINTS: Final = 0.5
"""The heights of fonts are rounded up."""
_NUMBER_HEIGHT: Final = 40.0
_ABOVE_NUMBER: Final = 16.0
"""Pixels to spare above a number with its change, up to which both stand at the bottom of their card."""

SparkPlace = Literal["column", "number", "change", ""]
"""Where a sparkline is: at the right of number and change, of the number alone, or of the change alone; "": nowhere."""


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
        metrics = QFontMetricsF(self.number_font)
        words = QFontMetricsF(self.unit_font).horizontalAdvance(self.unit) + self.gap if self.unit else 0.0
        return metrics.horizontalAdvance(self.number) + words

    @property
    def gap(self) -> float:
        """The pixels between number and unit."""
        return max(_MIN_UNIT_GAP, QFontMetricsF(self.number_font).capHeight() * _UNIT_GAP)


@dataclass(frozen=True, slots=True)
class CardStyle:
    """What the metric cards of a row have in common. `size`: of their numbers, in points. `note_lines`: the lines of
    the change below them. `spark_width`: of their sparklines, in pixels."""

    size: float
    note_lines: int
    spark: SparkPlace
    spark_width: float
    centred: bool = False
    """Whether numbers are in the middle of the height above their change, rather than just above it."""
    lift: float = 0.0
    """Pixels between the bottom of the cards and what is in them, where they are higher than that needs."""


@dataclass(frozen=True, slots=True)
class MetricCard:
    """A metric card: its widget, its number and the size of its body in pixels."""

    widget: WidgetContent
    stat: StatValue
    size: QSizeF


@dataclass(frozen=True, slots=True)
class CardLayout:
    """The parts of a card. `number`: the left end of the number's baseline. `change`: the line with the change, and
    that with the words beside it; the same one if both are on one line. `spark`: None for a card without."""

    words: FittedNumber
    number: QPointF
    change: tuple[QRectF, QRectF] | None
    spark: QRectF | None


def fit_number(stat: StatValue, widget: WidgetContent, room: float, size: float = 0.0) -> FittedNumber:
    """The number and its unit in the largest size that fits into `room` pixels, at most `size` points; 0 is that of a
    figure on a page. A number that is still too long is abbreviated (`123.5 bn`), a unit shortened.
    """
    size = size or theme().font("kpi").pointSizeF()
    full, abbreviated, unit = _texts(stat, widget)
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
    left = room - found.width - found.gap
    if unit and not found.unit and left > _MIN_UNIT_WIDTH:
        cut = QFontMetricsF(found.unit_font).elidedText(unit, Qt.TextElideMode.ElideRight, left)
        found = replace(found, unit=cut)
    return found


def _texts(stat: StatValue, widget: WidgetContent) -> tuple[str, str, str]:
    """The whole number, the shorter of it and the abbreviated one, and the unit behind them."""
    known = stat.unit(number_format.unit(widget))
    unit = known.text if known.is_apart else ""
    joined = number_format.Unit() if unit else known
    full = joined.after(number_format.format_number(stat.current, int(widget.setting("decimals"))))
    abbreviated = joined.after(number_format.abbreviate(stat.value, 1)) if stat.value is not None else full
    return full, abbreviated if len(abbreviated) < len(full) else full, unit


def _in_row(stat: StatValue, widget: WidgetContent, room: float, size: float) -> FittedNumber:
    """The number of a card in the size of its row: whole, else abbreviated, and smaller only if that is too long
    too."""
    full, abbreviated, unit = _texts(stat, widget)
    for written in (full, abbreviated):
        found = _at_size(written, unit, size)
        if found.width <= room:
            return found
    return fit_number(stat, widget, room, size)


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
    # Digits of their own widths, since no other number stands below: equal ones look loose at this size, as does the
    # spacing of small text.
    number_font.setFeature(QFont.Tag("tnum"), 0)
    number_font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, _LETTER_SPACING)
    plain = min(unit_font.pointSizeF(), max(size * 0.7, _SMALLEST_POINT_SIZE))
    unit_font.setPointSizeF(max(plain, size * _UNIT_SIZE))
    return FittedNumber(number, unit, number_font, unit_font)


def row_style(cards: Sequence[MetricCard], *, wall: bool = False) -> CardStyle:
    """What these cards side by side have in common: the largest size in which all their numbers are whole, down to half
    of the usual one, and the place where all of their sparklines have room. On a `wall` numbers are as large as the
    tiles allow.
    """
    height = min(card.size.height() for card in cards)
    notes = [_note_lines(card, wall=wall) for card in cards]
    lines = max(notes)
    tall = wall and lines > 0 and height >= _TALL
    usual = _wall_size(height - _NOTE_SPACE[lines]) if wall else theme().font("kpi").pointSizeF()
    *with_spark, plain = _places(cards, lines, usual, tall=tall)
    has_spark = any(_has_spark(card) for card in cards)
    best = max(with_spark, key=lambda found: (-found.cut, found.size), default=plain)  # the first of the best
    if not has_spark or best.cut > plain.cut or best.size < plain.size * _MIN_SHRINK:
        best = plain
    lift = 0.0 if tall else _lift(height, lines, best.size)
    return CardStyle(best.size, lines, best.spark, best.width, centred=tall, lift=lift)


def _lift(height: float, lines: int, size: float) -> float:
    """Half of the height that cards have to spare; a number with its change keeps the distance to the title that the
    lowest cards have."""
    font = theme().font("kpi")
    font.setPointSizeF(size)
    spare = height - max(_NUMBER_HEIGHT, QFontMetricsF(font).height()) - _NOTE_SPACE[lines]
    return max(0.0, (spare - (_ABOVE_NUMBER if lines else 0.0)) / 2)


class _SparkOption(NamedTuple):
    """A place of sparklines, their width there, the size of the numbers with it, and how many of those have to be
    abbreviated."""

    spark: SparkPlace
    width: float
    size: float
    cut: int


def _places(cards: Sequence[MetricCard], lines: int, usual: float, *, tall: bool) -> Iterator[_SparkOption]:
    """The places of sparklines in which those of all cards have room, the best first, and last that of none."""
    width = min((_spark_width(card) for card in cards if _has_spark(card)), default=0.0)
    beside_change = min((_change_room(card, lines) for card in cards if _has_spark(card)), default=0.0)
    places: list[tuple[SparkPlace, float]] = []
    if not tall:
        places.append(("column" if beside_change >= width or not lines else "number", width))
    if lines and beside_change >= min(_LEAST_SPARK, width):
        places.append(("change", min(width, beside_change)))
    for place, spark in (*places, ("", 0.0)):
        beside = spark + _SPARK_GAP if place in ("column", "number") else 0.0
        rooms = [card.size.width() - (beside if _has_spark(card) else 0.0) for card in cards]
        yield _SparkOption(place, spark, *_common_size(cards, rooms, usual))


def _common_size(cards: Sequence[MetricCard], rooms: Sequence[float], usual: float) -> tuple[float, int]:
    """The largest size in points in which each number is whole in its room, and how many are too long in half of the
    usual size even so: those are abbreviated."""
    least, sizes = max(_MIN_POINT_SIZE, usual * _LEAST_SHARE), [usual]
    for card, room in zip(cards, rooms, strict=True):
        full, _abbreviated, unit = _texts(card.stat, card.widget)
        found = _fit_by_size(full, unit, room, least, usual)
        sizes += [found.number_font.pointSizeF()] if found is not None else []
    return min(sizes), len(cards) - len(sizes) + 1


@dataclass(frozen=True, slots=True)
class CardChange:
    """What a card says of its change: how large it is (empty if it isn't known), and compared with what. `sign`: 1, 0
    or -1."""

    size: str
    words: str
    sign: int
    short_words: str = field(default="", compare=False)
    """The same in fewer words, for a card without room for all; empty where there are none."""


def card_change(widget: WidgetContent, stat: StatValue) -> CardChange | None:
    """The change of a card's number and how much of its target that is; None where there is nothing to say of it."""
    change, share = period_change(widget, stat), share_of_target(stat.value, target_of(widget))
    if not share:
        return change
    if change is None:
        return CardChange("", share, 0)
    words = " · ".join(part for part in (change.words, share) if part)
    return CardChange(change.size, words, change.sign, share)


def period_change(widget: WidgetContent, stat: StatValue) -> CardChange | None:
    """The change of a card's number since the period before; None where there is nothing to say of it."""
    change = stat.percent_change()
    if change is not None:
        words = _against(widget, stat) if stat.compares else _label(widget, stat)
        is_small = has_small_base(stat.current, stat.previous)
        size = stat.formatted_difference(widget) if is_small else _change_text(change)
        return CardChange(size, words, (change > 0) - (change < 0), _shortly(stat))
    if stat.is_unfinished:
        return _unfinished_change(widget, stat)
    if not stat.compares:
        return None
    if stat.previous is None:
        return CardChange("", _("no earlier data"), 0)
    before = stat.value or 0.0, number_format.to_float(stat.previous) or 0.0
    words = _against(widget, stat)
    return CardChange(
        stat.formatted_difference(widget), words, (before[0] > before[1]) - (before[0] < before[1]), _shortly(stat)
    )


def _against(widget: WidgetContent, stat: StatValue) -> str:
    """The period that a card compares with, and its number then."""
    return _("vs {period}: {value}").format(period=stat.previous_period, value=stat.formatted_previous(widget))


def _shortly(stat: StatValue) -> str:
    """The period that a card compares with, without its number."""
    return _("vs {period}").format(period=stat.previous_period) if stat.previous_period else ""


def _note_lines(card: MetricCard, *, wall: bool) -> int:
    """The lines that a card's change takes below its number."""
    change, height = card_change(card.widget, card.stat), card.size.height()
    if change is None or height <= _LEAST_WITH_NOTE:
        return 0
    is_wide = _change_width(change) > card.size.width()
    return 2 if (wall and height >= _TALL) or (is_wide and height >= _TWO_LINES) else 1


def _has_spark(card: MetricCard) -> bool:
    return len(card.stat.history) > 1 and card.size.width() > _LEAST_FOR_SPARK


def _spark_width(card: MetricCard) -> float:
    width = card.size.width()
    return min(_SPARK_WIDTH, max(width * 0.25, width - _SPARK_ROOM))


def _change_room(card: MetricCard, lines: int) -> float:
    """The pixels beside a card's change."""
    change = card_change(card.widget, card.stat)
    if change is None:
        return card.size.width()
    taken = _stacked_width(change) if lines == 2 else _change_width(change)
    return card.size.width() - taken - 8


def _wall_size(room: float) -> float:
    """The size in points of a number on a wall, in a tile with `room` pixels for its height: between that of a figure
    on a page and the largest of a wall.
    """
    least, largest = theme().font("kpi").pointSizeF(), theme().font("wall_kpi_large")
    fits = math.floor(largest.pointSizeF() * room / QFontMetricsF(largest).height() - _SPARE_POINTS)
    return max(least, min(largest.pointSizeF(), fits))


def card_layout(body: QRectF, card: MetricCard, style: CardStyle) -> CardLayout:
    """The parts of a card in its body, in the style of its row."""
    body = body.adjusted(0, 0, 0, -style.lift)
    spark = style.spark if _has_spark(card) else ""
    beside = style.spark_width + _SPARK_GAP if spark in ("column", "number") else 0.0
    words = _in_row(card.stat, card.widget, body.width() - beside, style.size)
    bottom = body.bottom() - _NOTE_SPACE[style.note_lines]
    metrics = QFontMetricsF(words.number_font)
    high = max(_NUMBER_HEIGHT, metrics.height())
    top = body.top() + (bottom - body.top() - high) / 2 if style.centred else bottom - high
    baseline = top + (high - metrics.height()) / 2 + metrics.ascent()
    # The first digit begins at the left edge of all else in the card: at this size, the space before it is seen.
    number = QPointF(body.left() - metrics.tightBoundingRect(words.number).left() + 1, baseline)
    return CardLayout(words, number, _change_lines(body, style, card, spark), _spark_box(body, style, spark))


def _change_lines(body: QRectF, style: CardStyle, card: MetricCard, spark: SparkPlace) -> tuple[QRectF, QRectF] | None:
    if not style.note_lines or card_change(card.widget, card.stat) is None:
        return None
    end = style.spark_width + 8 if spark in ("column", "change") else 0.0
    last = QRectF(body.left(), body.bottom() - _NOTE_LINE, body.width() - end, _NOTE_LINE)
    return (last.translated(0, -_NOTE_STEP), last) if style.note_lines == 2 else (last, last)


def _spark_box(body: QRectF, style: CardStyle, spark: SparkPlace) -> QRectF | None:
    if not spark:
        return None
    low = spark == "change" and style.note_lines == 1
    height, width = _LOW_SPARK if low else _SPARK_HEIGHT, style.spark_width
    bottom = body.bottom() - (_NOTE_SPACE[style.note_lines] + 6 if spark == "number" else 2)
    return QRectF(body.right() - width, bottom - height, width, height)


def paint(
    painter: QPainter,
    body: QRectF,
    widget: WidgetContent,
    table: ResultTable,
    *,
    before: PeriodBefore | None = None,
    row: Sequence[MetricCard] = (),
    wall: bool = False,
) -> None:
    """Draw a metric card: the number, its change, and a sparkline of its history. `before`: the period that it compares
    with; `row`: all cards beside it, with itself; none for a card alone. On a `wall` the number is as large as its tile
    allows.
    """
    card = MetricCard(widget, StatValue.of(table, before), body.size())
    found = card_layout(body, card, row_style(row or (card,), wall=wall))
    painter.setFont(found.words.number_font)
    painter.setPen(theme().color("text"))
    painter.drawText(found.number, found.words.number)
    if found.words.unit:
        beside = QFontMetricsF(found.words.number_font).horizontalAdvance(found.words.number) + found.words.gap
        painter.setFont(found.words.unit_font)
        painter.setPen(theme().color("text.muted"))
        painter.drawText(found.number + QPointF(beside, 0), found.words.unit)
    change = card_change(widget, card.stat)
    if found.change is not None and change is not None:
        paint_change(painter, widget, change, *found.change)
    if (target := target_of(widget)) is not None:
        _paint_target(painter, body, card.stat.value, target)
    if found.spark is not None:
        charts.paint_spark(painter, found.spark, card.stat.history, theme().chart(0))


def _paint_target(painter: QPainter, body: QRectF, value: float | None, target: float) -> None:
    """Draw a bullet graph below a card (Few, 2006): a bar of the number, and a mark at the target."""
    number = value or 0.0
    low, high = min(0.0, number, target), max(0.0, number, target * _TARGET_ROOM if target > 0 else target)
    if high <= low:
        return

    def x(at: float) -> float:
        return body.left() + body.width() * (at - low) / (high - low)

    track = QRectF(body.left(), body.bottom() + 3, body.width(), _BULLET)
    painter.fillRect(track, theme().color("grid"))
    bar = QRectF(min(x(0.0), x(number)), track.top(), abs(x(number) - x(0.0)), _BULLET)
    painter.fillRect(bar, theme().chart(0))
    painter.fillRect(QRectF(x(target) - 1, track.top() - 2, 2, _BULLET + 4), theme().color("text"))


def _change_text(change: Decimal) -> str:
    return percent(abs(change), 0 if abs(change) >= 100 or not change else 1)


def _change_width(change: CardChange) -> float:
    """The width in pixels at which nothing of a change is cut."""
    metrics = QFontMetricsF(theme().font("body"))
    size = _ICON_WIDTH + metrics.horizontalAdvance(change.size) + _WORD_GAP if change.size else 0.0
    return size + metrics.horizontalAdvance(change.words)


def _stacked_width(change: CardChange) -> float:
    """The width in pixels of a change in two lines."""
    metrics = QFontMetricsF(theme().font("body"))
    return max(_ICON_WIDTH + metrics.horizontalAdvance(change.size), metrics.horizontalAdvance(change.words))


def _label(widget: WidgetContent, stat: StatValue) -> str:
    """What a change is compared with: as somebody wrote, else the period before by its name."""
    if "compare" not in widget.config and stat.previous_period:
        return _("vs {period}").format(period=stat.previous_period)
    return _(str(widget.setting("compare")))


def _unfinished_change(widget: WidgetContent, stat: StatValue) -> CardChange:
    """What a card says of a period that isn't over: no change, as part of a period is less than a whole one."""
    so_far = stat.ends
    if stat.period:
        words = _("{period} so far") if stat.goes_on else _("{period}, {end}")
        so_far = words.format(period=stat.period, end=stat.ends)
    if stat.compares or not stat.previous_period or stat.value is None or stat.previous is None:
        return CardChange("", so_far, 0)
    before = f"{stat.previous_period}: {stat.formatted_previous(widget)}"
    return CardChange("", _("{period}; {before}").format(period=so_far, before=before), 0)


def paint_change(painter: QPainter, widget: WidgetContent, change: CardChange, box: QRectF, words_box: QRectF) -> None:
    """Draw `↑ 6.1 % than the week before`, in a colour for better or worse; the words on a line of their own if
    `words_box` is another one, and else only where all of them fit.
    """
    good = widget.setting("good")
    better = change.sign > 0 if good == "up" else change.sign < 0
    tone = "text.secondary" if not change.sign or good == "neither" else "ok" if better else "error"
    font = theme().font("body")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    beside = 0.0
    if change.size:
        icon = "ph.arrow-up" if change.sign > 0 else "ph.arrow-down" if change.sign < 0 else "ph.equals"
        paint_icon(painter, icon, QRectF(box.left(), box.center().y() - 6, 12, 12), theme().color(tone))
        painter.setPen(theme().color(tone))
        painter.drawText(box.adjusted(_ICON_WIDTH, 0, 0, 0), _LEFT, change.size)
        beside = _ICON_WIDTH + metrics.horizontalAdvance(change.size) + _WORD_GAP
    painter.setPen(theme().color("text.muted"))
    words, line = change.words, words_box
    if words_box == box:
        line = box.adjusted(beside, 0, 0, 0)
    if change.short_words and metrics.horizontalAdvance(words) > line.width():
        words = change.short_words
    if words_box != box:
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, line.width())
    if metrics.horizontalAdvance(words) <= line.width():
        painter.drawText(line, _LEFT, words)
