"""A metric card of amounts in several currencies: they have no one number, so each currency has a line of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.dashboards.period_before import PeriodBefore
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.stats.metric_card import CardChange, fit_number, paint_change, period_change
from benchboard.ui.studio.tiles.stats.stat_rows import several_series_reason, stat_rows, time_column
from benchboard.ui.studio.tiles.stats.stat_tiles import StatValue, value_column
from benchboard.ui.theme import theme

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_LEAST_LINE: Final = 20.0
"""The height in pixels of a line of the smallest numbers."""
_LARGEST_LINE: Final = 40.0
_NUMBER_SHARE: Final = 0.55
"""The size of a number in points, as a part of its line's height in pixels, at most."""
_SMALLEST: Final = 9.0
_GAP: Final = 12.0
_CHANGE_WIDTH: Final = 64.0
"""Pixels that a change in percent takes at most."""


@dataclass(frozen=True, slots=True)
class CurrencyAmount:
    """The number of one currency. `stat`: None where the last period has no amount in it."""

    currency: str
    stat: StatValue | None

    def formatted(self, widget: WidgetContent) -> str:
        """The amount with its currency; a dash where there is none."""
        if self.stat is None:
            return f"{self.currency}\u00a0{number_format.format_cell(None)}"
        return self.stat.formatted(widget)


def currency_amounts(table: ResultTable, before: PeriodBefore | None = None) -> tuple[CurrencyAmount, ...]:
    """The numbers of a result with amounts in several currencies, in the order of those; empty for any other, and where
    the amounts differ in more than currency and time."""
    parts = _parts(table)
    if len(parts) < 2 or any(several_series_reason(part) is not None for part in parts.values()):
        return ()
    lasts = {code: _period_of_last(part, code) for code, part in parts.items()}
    place = time_column(next(iter(parts.values())))
    # Without times nobody knows which of several rows is of the latest period.
    if place is None and len(set(lasts.values())) > 1:
        return ()
    latest = max(cells for cells in lasts.values()) if place is not None else None
    earlier = _parts(before.table) if before is not None else {}
    found = []
    for code, part in sorted(parts.items()):
        known = replace(before, table=earlier.get(code, replace(part, rows=()))) if before is not None else None
        is_latest = latest is None or lasts[code] == latest
        found.append(CurrencyAmount(code, StatValue.of(part, known) if is_latest else None))
    return tuple(found)


def _parts(table: ResultTable) -> dict[str, ResultTable]:
    """The rows of each currency, or the columns; empty where some amounts have no currency that is known."""
    column = value_column(table)
    if column is None:
        return {}
    own = [
        at for at, one in enumerate(table.columns) if (code := one.presentation.currency) and one.name.upper() == code
    ]
    if column in own and len({table.columns[at].presentation.currency for at in own}) == len(own) > 1:
        return {table.columns[at].presentation.currency: _without(table, set(own) - {at}) for at in own}
    codes = table.currencies(column)
    if len(codes) < 2 or "" in codes:
        return {}
    return {
        code: replace(table, rows=tuple(row for row in table.rows if table.currency(row, column) == code))
        for code in codes
    }


def _without(table: ResultTable, columns: set[int]) -> ResultTable:
    kept = [at for at in range(len(table.columns)) if at not in columns]
    rows = tuple(tuple(row[at] for at in kept) for row in table.rows)
    return replace(table, columns=tuple(table.columns[at] for at in kept), rows=rows)


def _period_of_last(table: ResultTable, code: str) -> tuple[Cell, ...]:
    """What the last row has besides its amount and its currency: with a time, that alone."""
    last, place, value = stat_rows(table).rows[-1], time_column(table), value_column(table)
    if place is not None:
        return (last[place],)
    return tuple(cell for at, cell in enumerate(last) if at != value and cell != code)


def reason() -> str:
    """Why amounts in several currencies have no one number."""
    return _("Amounts in several currencies have no one number.")


def summary(widget: WidgetContent, amounts: Sequence[CurrencyAmount]) -> str:
    """All amounts with their changes, as text."""
    parts = []
    for one in amounts:
        change = period_change(widget, one.stat) if one.stat is not None else None
        sign = {1: "+", 0: "", -1: "−"}[change.sign] if change is not None else ""  # a minus sign
        words = [sign + change.size if change.size else "", change.words] if change is not None else []
        parts.append(" ".join(word for word in (one.formatted(widget), *words) if word))
    return ", ".join(parts)


def paint(painter: QPainter, body: QRectF, widget: WidgetContent, amounts: Sequence[CurrencyAmount]) -> None:
    """Draw the amounts one below the other, all of one size, each with its change in percent where all have room for
    it. Those without room are counted in the last line."""
    most = max(1, int(body.height() // _LEAST_LINE))
    drawn = amounts if len(amounts) <= most else amounts[: most - 1]
    count = len(drawn) + (len(drawn) < len(amounts))
    line = min(body.height() / count, _LARGEST_LINE)
    top = body.top() + (body.height() - line * count) / 2
    changes = [period_change(widget, one.stat) if one.stat is not None else None for one in drawn]
    room = body.width() - _CHANGE_WIDTH - _GAP
    font = _font(widget, drawn, room if any(changes) else body.width(), line)
    widest = max((QFontMetricsF(font).horizontalAdvance(one.formatted(widget)) for one in drawn), default=0.0)
    for at, (one, change) in enumerate(zip(drawn, changes, strict=True)):
        spot = QRectF(body.left(), top + at * line, body.width(), line)
        painter.setFont(font)
        painter.setPen(theme().color("text" if one.stat is not None else "text.muted"))
        text = _shown(widget, one, font, body.width())
        painter.drawText(spot, _LEFT, text)
        left = max(widest, QFontMetricsF(font).horizontalAdvance(text)) + _GAP
        if change is not None and change.size and left + _CHANGE_WIDTH <= body.width():
            beside = spot.adjusted(left, 0, 0, 0)
            paint_change(painter, widget, CardChange(change.size, "", change.sign), beside, beside)
    if hidden := len(amounts) - len(drawn):
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        text = ngettext("{count} more currency", "{count} more currencies", hidden).format(count=hidden)
        if QFontMetricsF(painter.font()).horizontalAdvance(text) > body.width():
            text = f"+{hidden}"
        painter.drawText(QRectF(body.left(), top + len(drawn) * line, body.width(), line), _LEFT, text)


def _font(widget: WidgetContent, amounts: Sequence[CurrencyAmount], room: float, line: float) -> QFont:
    """The largest font in which all numbers fit into lines of this width and height."""
    font = theme().font("kpi")
    font.setFeature(QFont.Tag("tnum"), 0)
    size = min(font.pointSizeF(), line * _NUMBER_SHARE)
    font.setPointSizeF(size)
    while size > _SMALLEST and any(
        QFontMetricsF(font).horizontalAdvance(one.formatted(widget)) > room for one in amounts
    ):
        size -= 1
        font.setPointSizeF(max(size, _SMALLEST))
    return font


def _shown(widget: WidgetContent, amount: CurrencyAmount, font: QFont, room: float) -> str:
    """The amount as it fits: whole, else abbreviated; never cut."""
    whole = amount.formatted(widget)
    if amount.stat is None or QFontMetricsF(font).horizontalAdvance(whole) <= room:
        return whole
    words = fit_number(amount.stat, widget, room, font.pointSizeF())
    return f"{words.number} {words.unit}".strip()
