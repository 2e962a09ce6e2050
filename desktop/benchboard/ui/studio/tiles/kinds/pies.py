"""Draws pie charts: the largest shares as a ring, the total inside, the legend beside or below it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.i18n import _, ngettext, percent
from benchboard.ui.studio.tiles.axes.short_names import short_names
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.series.chart_legend import OTHER, LegendChoice, LegendTarget
from benchboard.ui.studio.tiles.series.value_colours import Colours, Key, colour_of_place, distinct, key_name, with_own
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.legend import ROW_INDENT, ROW_MARGINS, LegendEntry, more_text, paint_legend_row

_MAX_SLICES: Final = 6
_LEAST_SHARE: Final = 0.03
"""Several slices with a smaller part of the whole are gathered as “Other”."""
_MOST_OPENED: Final = 40
"""Most slices that “Other” is shown as."""
_SEPARATOR: Final = " · "
_LEGEND_ROW: Final = 22.0
_LEAST_LEGEND_ROW: Final = 18.0
_NOTE_HEIGHT: Final = 20.0
_MOST_SIDE_LEGEND: Final = 300.0
_LEAST_SIDE_LEGEND: Final = 160.0
"""With more than this width in pixels, the legend is beside the ring of a tile that is wider than high, else below."""
_MIN_NAME: Final = 64.0
"""Pixels that a name in the legend needs before its value is written in full."""
_PLAIN_DIAMETER: Final = 168.0
"""The diameter of a ring, in pixels, that may be exceeded by these shares of the height and the width."""
_HEIGHT_SHARE: Final = 0.92
_WIDTH_SHARE: Final = 0.45
_PLAIN_WIDTH: Final = 300.0
_NARROW_SHARE: Final = 0.36
"""The share of the width that a ring takes beside its legend where that is less than `_PLAIN_WIDTH` pixels: names need
more room then."""
_LEAST_DIAMETER: Final = 80.0
_RING_GAP: Final = 10.0
"""Pixels between a ring and the legend below it."""
_HOLE: Final = 0.56
_SHARE_GAP: Final = 14.0
"""Pixels between the values and the shares in the legend."""
_MIN_TOTAL_SIZE: Final = 7.0
"""The least size of the total, in points; where it is too long even so, it is left out."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice of the pie, for one row or, as “Other”, for `row_count` rows."""

    name: str
    value: float
    row_count: int = 1
    label: str = ""
    """The name in the legend, without what all names end with."""
    decimals: int | None = None
    """Those of all slices, so that they can be compared; None for whole numbers."""
    key: Key = ()
    """The values that name it, which its colour is of."""
    row: int = -1
    """The index of its row; of “Other”, -1."""
    is_small: bool = False
    """Whether it is one of those that “Other” stands for otherwise."""

    @property
    def choice_key(self) -> str:
        """What a reader's choice in the legend names it by."""
        return OTHER if self.row < 0 else self.name


def slices(table: ResultTable, *, opened: bool = False) -> tuple[list[Slice], int]:
    """The slices in the order of the rows, those below 3 % and the smallest of many combined, unless they are
    `opened`; and the number of rows with negative values, which can't be shown.
    """
    index = value_column(table)
    if index is None:
        return [], 0
    values = number_format.column_numbers(table, index)
    negative_count = sum(value is not None and value < 0 for value in values)
    named_by = name_columns(table)
    labels = (
        number_format.category_labels(table)
        if len(named_by) == 1
        else [_name(table, row, named_by) for row in table.rows]
    )
    are_whole = all(value is None or value == int(value) for value in values)
    decimals = None if are_whole else number_format.column_decimals(table, index, table.rows)
    parts = [
        Slice(
            _name(table, row, named_by),
            value,
            label=label,
            decimals=decimals,
            key=tuple(row[one] for one in named_by),
            row=place,
        )
        for place, (row, value, label) in enumerate(zip(table.rows, values, labels, strict=True))
        if value is not None and value >= 0
    ]
    if any(part.value for part in parts):  # else all of them are zero, and said to be
        parts = [part for part in parts if part.value]
    rest = _small(parts)
    if opened:
        rest = rest[_MOST_OPENED:]
        small = {*_small(parts)}
        parts = [replace(one, is_small=place in small) for place, one in enumerate(parts)]
    if len(rest) < 2:
        return parts, negative_count
    gathered = {*rest}
    others = Slice(_("Other"), math.fsum(parts[k].value for k in rest), len(rest), label=_("Other"), decimals=decimals)
    return [*(one for k, one in enumerate(parts) if k not in gathered), others], negative_count


def slice_colours(shown: Sequence[Slice], colours: Colours | None, own: Mapping[str, int]) -> dict[Key, int]:
    """The number of the colour of each slice that has one: those gathered as “Other” have none."""
    with_colour = [one for one in shown if one.row >= 0 and not one.is_small]
    keys = [one.key for one in with_colour]
    wanted = distinct([(colours or {}).get(key, colour_of_place(place)) for place, key in enumerate(keys)])
    return dict(zip(keys, with_own(wanted, [own.get(key_name(key)) for key in keys]), strict=True))


def _small(parts: Sequence[Slice]) -> list[int]:
    """The places of the slices that are combined, from the largest to the smallest; nothing if it is one alone."""
    total = math.fsum(part.value for part in parts)
    falling = sorted(range(len(parts)), key=lambda k: parts[k].value, reverse=True)
    kept = sum(part.value >= total * _LEAST_SHARE for part in parts)
    if len(parts) - kept < 2:
        kept = len(parts)
    if kept > _MAX_SLICES or (kept == _MAX_SLICES and kept < len(parts)):
        kept = _MAX_SLICES - 1
    return falling[max(kept, 1) :]


def name_columns(table: ResultTable) -> tuple[int, ...]:
    """The columns that name the slices: the first, and where several rows have the same value in it, those besides that
    aren't numbers."""
    if len({row[0] for row in table.rows}) == len(table.rows):
        return (0,)
    named = (place for place, column in enumerate(table.columns) if place and not number_format.is_numeric(column))
    return (0, *(place for place in named if len({row[place] for row in table.rows}) > 1))


def repeated_names(table: ResultTable) -> str:
    """The titles of the columns that name the slices, if several rows have the same name all the same; else empty."""
    named_by = name_columns(table)
    if len({tuple(row[place] for place in named_by) for row in table.rows}) == len(table.rows):
        return ""
    return _SEPARATOR.join(table.columns[place].title for place in named_by)


def _name(table: ResultTable, row: Sequence[Cell], places: Sequence[int]) -> str:
    return _SEPARATOR.join(
        number_format.format_value(table, row, place, decimals=number_format.name_decimals(table, place))
        for place in places
    )


def value_column(table: ResultTable) -> int | None:
    """The index of the first numeric column after the names."""
    return next((k for k, column in enumerate(table.columns) if number_format.is_numeric(column) and k > 0), None)


def has_mixed_currencies(table: ResultTable) -> bool:
    """Whether the slices are amounts in different currencies, which have no total and no shares."""
    index = value_column(table)
    return index is not None and len(table.added_currencies(index)) > 1


def unit_of(table: ResultTable, own: str) -> number_format.Unit:
    """The unit of all slices, with the one that the widget sets."""
    index = value_column(table)
    if index is None:
        return number_format.Unit.of(own)
    currency = next(iter(table.currencies(index)), "")
    return number_format.Unit.of(own, currency, is_percent=table.columns[index].format == "percent")


class Pie:
    """The layout of a pie chart in the body of a tile: its ring, its legend and a note."""

    def __init__(
        self,
        body: QRectF,
        table: ResultTable,
        colours: Colours | None = None,
        choice: LegendChoice = LegendChoice(),  # noqa: B008  # immutable
        own: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """`own`: the numbers of the colours that somebody chose, by the names of slices in settings (`key_name`)."""
        self.slices, self.negative_count = slices(table, opened=choice.opens_other)
        self._hidden = choice.hidden & {one.choice_key for one in self.slices}
        if len(self._hidden) == len(self.slices):
            self._hidden = frozenset()  # they are others now
        self._colours = slice_colours(self.slices, colours, own)
        self.is_opened = any(one.is_small for one in self.slices)
        self.total = math.fsum(one.value for one in self.shown)
        row_count = len(self.slices) + self.is_opened  # the last one gathers the small ones again
        box = body.adjusted(0, 0, 0, -_NOTE_HEIGHT if self.negative_count else 0)
        self.note = QRectF(body.left(), box.bottom(), body.width(), body.bottom() - box.bottom())
        wide = box.width() > max(box.height(), _LEAST_SIDE_LEGEND)
        share = _WIDTH_SHARE if box.width() >= _PLAIN_WIDTH else _NARROW_SHARE
        side = min(box.height(), box.width() * share) - 4 if wide else min(box.width(), box.height() * 0.55) - 4
        if not wide:  # a smaller ring rather than a legend without some of the names
            named = box.height() - _RING_GAP - _LEAST_LEGEND_ROW * row_count - 2
            side = min(side, max(named, _LEAST_DIAMETER))
        side = max(0.0, min(side, max(_PLAIN_DIAMETER, min(box.height() * _HEIGHT_SHARE, box.width() * _WIDTH_SHARE))))
        if wide:
            width = min(box.width() - side - 18, _MOST_SIDE_LEGEND)  # a value stays near its name
            spare = max(0.0, box.width() - side - 18 - width)
            self.ring = QRectF(box.left() + 2 + spare / 2, box.center().y() - side / 2, side, side)
            names = QRectF(self.ring.right() + 16, box.top(), width, box.height())
        else:
            self.ring = QRectF(box.center().x() - side / 2, box.top() + 2, side, side)
            below = self.ring.bottom() + _RING_GAP
            names = QRectF(box.left(), below, box.width(), box.bottom() - below)
        rows = _legend_rows(names, row_count, middle=wide)
        self._fewer = rows.pop() if self.is_opened and len(rows) > 1 else None
        """Where the small slices can be gathered again."""
        self.unnamed_count = len(self.slices) - len(rows) + 1 if 1 < len(rows) < len(self.slices) else 0
        """How many slices the legend has no room for; their number is in its last row."""
        self.lines = rows[:-1] if self.unnamed_count else rows
        self._last_row = rows[-1] if rows else QRectF()

    @property
    def shown(self) -> list[Slice]:
        """The slices of the ring: those that nobody hides."""
        return [one for one in self.slices if one.choice_key not in self._hidden]

    @property
    def targets(self) -> tuple[LegendTarget, ...]:
        """The rows of the legend that can be clicked."""
        found = [
            LegendTarget(one.choice_key, one.name, line, one.choice_key in self._hidden)
            for one, line in zip(self.slices, self.lines, strict=False)
        ]
        more = [LegendTarget("", "", self._last_row)] if self.unnamed_count else []
        fewer = [LegendTarget(OTHER, _("Show fewer"), self._fewer)] if self._fewer is not None else []
        return (*found, *more, *fewer) if len(self.slices) > 1 else ()

    def total_text(self, unit: number_format.Unit) -> str:
        """The sum of all slices in short form, or a dash where there is none."""
        if not self.slices:
            return number_format.format_cell(None)
        return _with_currency(number_format.abbreviate(self.total), unit)

    @property
    def warning(self) -> str:
        """How many values are not shown, as text; empty if all are."""
        message = ngettext(
            "{count} negative value isn't shown.", "{count} negative values aren't shown.", self.negative_count
        )
        return message.format(count=self.negative_count) if self.negative_count else ""

    def colour(self, place: int) -> QColor:
        """The colour of a slice. That of many rows, and each of those, has none of the series' colours."""
        one = self.slices[place]
        if one.row < 0:
            return theme().color("border.control")
        if one.is_small:
            return theme().color("border.control" if place % 2 else "border.strong")
        return theme().chart(self._colours[one.key])

    def share(self, one: Slice) -> float:
        """A slice's share of the total, in percent."""
        return one.value * 100 / self.total if self.total else 0.0

    def at(self, spot: QPointF) -> Slice | None:
        """The slice under a point, on the ring or in the legend."""
        for line, one in zip(self.lines, self.slices, strict=False):
            if line.contains(spot):
                return one
        offset, radius = spot - self.ring.center(), self.ring.width() / 2
        if not radius * _HOLE <= math.hypot(offset.x(), offset.y()) <= radius or not self.total:
            return None
        remaining = (math.atan2(offset.x(), -offset.y()) / math.tau) % 1.0 * self.total
        for one in self.shown:
            remaining -= one.value
            if remaining <= 0:
                return one
        return None

    def paint(self, painter: QPainter, unit: number_format.Unit) -> None:
        """Draw it."""
        side = self.ring.width()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gap = QPen(theme().color("surface"), 1.5)
        painter.setPen(gap if len(self.shown) > 1 else Qt.PenStyle.NoPen)  # one slice has no other to be set off from
        angle = 90.0
        if not self.total:
            painter.setBrush(theme().color("grid"))
            painter.drawEllipse(self.ring)
        for place, one in enumerate(self.slices if self.total else ()):
            if one.choice_key in self._hidden:
                continue
            span = 360 * one.value / self.total
            painter.setBrush(self.colour(place))
            # Both ends are rounded, rather than the span: so the last slice ends where the first one begins.
            painter.drawPie(self.ring, round(angle * 16), round((angle - span) * 16) - round(angle * 16))
            angle -= span
        inset = side * (1 - _HOLE) / 2
        hole = self.ring.adjusted(inset, inset, -inset, -inset)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("surface"))
        painter.drawEllipse(hole)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme().color("text"))
        total, font = self.total_text(unit), theme().font("section")
        while QFontMetricsF(font).horizontalAdvance(total) > hole.width() - 8 and font.pointSizeF() > _MIN_TOTAL_SIZE:
            font.setPointSizeF(font.pointSizeF() - 0.5)
        if QFontMetricsF(font).horizontalAdvance(total) <= hole.width() - 4:  # part of it would be another number
            painter.setFont(font)
            painter.drawText(hole, Qt.AlignmentFlag.AlignCenter, total)
        values = self._values(unit)
        shares, share_width = self._shares(values, unit)
        for place, (line, name) in enumerate(zip(self.lines, self._names(values, share_width), strict=False)):
            hidden = self.slices[place].choice_key in self._hidden
            entry = LegendEntry(self.colour(place), name, "" if hidden else values[place], "area", hidden)
            paint_legend_row(painter, line, entry, "" if hidden else shares[place], share_width)
        if self.unnamed_count:
            self._paint_link(painter, self._last_row, more_text(self.unnamed_count))
        if self._fewer is not None:
            self._paint_link(painter, self._fewer, _("Show fewer"))
        self._paint_note(painter)

    @staticmethod
    def _paint_link(painter: QPainter, row: QRectF, text: str) -> None:
        painter.setFont(theme().font("body"))
        painter.setPen(theme().color("accent.text"))
        painter.drawText(row.adjusted(ROW_INDENT, 0, 0, 0), _LEFT, text)

    def _values(self, unit: number_format.Unit) -> list[str]:
        """The values in the legend, all in short form where any would leave too little room for its name."""
        metrics, whole = QFontMetricsF(theme().font("body")), [slice_text(one, unit) for one in self.slices]
        room = (self.lines[0].width() if self.lines else 0.0) - ROW_MARGINS - _MIN_NAME
        if all(metrics.horizontalAdvance(text) <= room for text in whole):
            return whole
        return [_with_currency(number_format.abbreviate(one.value, 1), unit) for one in self.slices]

    def _shares(self, values: Sequence[str], unit: number_format.Unit) -> tuple[list[str], float]:
        """The shares of the slices as text, and the width of their column in the legend: 0 where they have no room
        beside whole names, and where the values are percentages themselves.
        """
        metrics = QFontMetricsF(theme().font("body"))
        shares = [share_text(self.share(one)) for one in self.slices]
        width = max(map(metrics.horizontalAdvance, shares), default=0.0) + _SHARE_GAP
        taken = max(map(metrics.horizontalAdvance, values), default=0.0) + ROW_MARGINS + width
        widest = max(map(metrics.horizontalAdvance, self._full_names()), default=0.0)
        room = self.lines[0].width() if self.lines else 0.0
        has_room = bool(self.total) and unit.text != "%" and room - taken >= widest
        return shares, width if has_room else 0.0

    def _full_names(self) -> list[str]:
        return [one.label if one.row >= 0 else f"{one.label} ({one.row_count})" for one in self.slices]

    def _names(self, values: Sequence[str], share_width: float = 0.0) -> list[str]:
        """The names in the legend beside these values, those of equal beginnings cut in the middle."""
        metrics, names = QFontMetricsF(theme().font("body")), self._full_names()
        widest = max(map(metrics.horizontalAdvance, values), default=0.0) + share_width
        room = (self.lines[0].width() if self.lines else 0.0) - widest - ROW_MARGINS
        alike = short_names(names[: -1 if self.slices and self.slices[-1].row < 0 else None], metrics, max(room, 0.0))
        return [*alike, *short_names(names[len(alike) :], metrics, max(room, 0.0))]

    def _paint_note(self, painter: QPainter) -> None:
        if self.negative_count:
            mark = QRectF(self.note.left(), self.note.center().y() - 6, 14, 14)
            paint_icon(painter, "ph.warning", mark, theme().color("warn"))
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.secondary"))
            room = self.note.adjusted(19, 0, 0, 0)
            metrics = QFontMetricsF(painter.font())
            painter.drawText(room, _LEFT, metrics.elidedText(self.warning, Qt.TextElideMode.ElideRight, room.width()))


def paint_pie(
    painter: QPainter,
    box: QRectF,
    table: ResultTable,
    unit: str,
    colours: Colours | None = None,
    choice: LegendChoice = LegendChoice(),  # noqa: B008  # immutable
    own: Mapping[str, int] = MappingProxyType({}),
) -> tuple[LegendTarget, ...]:
    """Draw a pie chart of the first numeric column after the names, with these colours of the names, and those that
    somebody chose (`own`). Returns the names that can be clicked."""
    pie = Pie(box, table, colours, choice, own)
    pie.paint(painter, unit_of(table, unit))
    return pie.targets


def _legend_rows(box: QRectF, count: int, *, middle: bool) -> list[QRectF]:
    """The rectangles of the legend's rows, as many as fit."""
    height = min(max(box.height() / max(count, 1), _LEAST_LEGEND_ROW), _LEGEND_ROW)
    shown = min(count, max(0, int(box.height() / height))) if box.width() >= 40 else 0
    top = box.center().y() - height * shown / 2 if middle else box.top()
    return [QRectF(box.left(), top + place * height, box.width(), height) for place in range(shown)]


def _with_currency(written: str, unit: number_format.Unit) -> str:
    """A short number with its currency; other units are left out."""
    return unit.after(written) if unit.currency else written


def share_text(share: float) -> str:
    """A share in percent as text: a whole number, where it isn't next to nothing or to everything."""
    if 0 < share < 1:
        return f"< {percent(1, 0)}"
    return f"> {percent(99, 0)}" if 99 < share < 100 else percent(share, 0)


def slice_text(one: Slice, unit: number_format.Unit) -> str:
    """The number of a slice, as in the legend."""
    return unit.after(number_format.format_number(one.value, one.decimals))
