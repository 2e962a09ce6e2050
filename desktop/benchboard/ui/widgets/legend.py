"""Legend: what the colours of a chart mean, in lines below it or as a list beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from benchboard.i18n import ngettext
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role

LINE_HEIGHT: Final = 18.0
"""Pixels of a line of a legend."""
_MARK, _TO_TEXT, _GAP = 12.0, 17.0, 13.0
_SWATCH = 8.0
ROW_INDENT: Final = 16.0
"""Pixels from the left end of a row of a list to its name."""
ROW_MARGINS: Final = ROW_INDENT + _SWATCH
"""Pixels of a row of a list that are neither name nor value."""
_LEAST_NAME: Final = 44.0
"""Pixels that each name of a single line has at least, unless it is shorter."""


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A colour, its name and, where there is one, the value now. A `dash` is that of the line; None marks points,
    “ring” hollow ones (“dotted ring” one that is pointed out), and “area” bars and slices."""

    colour: QColor
    name: str
    value: str = ""
    dash: Sequence[float] | Literal["area", "ring", "dotted ring"] | None = ()
    hidden: bool = False
    """Whether what it names isn't drawn: it is pale and struck out."""
    outline: QColor | None = None
    """The line around a point whose colour is too pale to be seen without one."""

    @property
    def text(self) -> str:
        return f"{self.name}  {self.value}" if self.value else self.name


class PlacedLegend(NamedTuple):
    """Where a legend has its entries, by their places, and what says how many have no room."""

    entries: tuple[tuple[int, QRectF], ...] = ()
    more: QRectF | None = None


class Legend(QFrame):
    """A legend as a widget; `show_entries` sets what it says."""

    accessible_role = Role.StaticText

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: Callable[[], Sequence[LegendEntry]] = tuple
        self.setFixedHeight(18)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: Callable[[], Sequence[LegendEntry]]) -> None:
        """Show what `entries` returns; it is called again for each painting, since colours follow the theme."""
        self._entries = entries
        self.setAccessibleName(", ".join(entry.text for entry in entries()))
        self.updateGeometry()
        self.update()

    @property
    def entries(self) -> Sequence[LegendEntry]:
        """What it shows, in the colours of the present theme."""
        return self._entries()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(theme().font("caption"))
        return QSize(round(sum(_width(metrics, entry) + _GAP for entry in self._entries())), 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_legend(painter, QRectF(self.rect()), self._entries())


def lines_needed(entries: Sequence[LegendEntry], width: float, most: int) -> int:
    """How many lines of this width the names take, `most` at most."""
    metrics = QFontMetricsF(theme().font("caption"))
    names = [replace(entry, value="") for entry in entries]
    return next((count for count in range(1, most) if not _lines(metrics, names, width, count)[1]), most)


def paint_legend(painter: QPainter, box: QRectF, entries: Sequence[LegendEntry]) -> PlacedLegend:
    """Draw a legend in as many lines as the box is high. Where there is no room for all, the values are left out before
    any name is, and the names of a single line are shortened, the long ones to one width; how many are left out stands
    at the end."""
    placed: list[tuple[int, QRectF]] = []
    rest_box: QRectF | None = None
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme().font("caption"))
    metrics, count = QFontMetricsF(painter.font()), max(1, int(box.height() // LINE_HEIGHT))
    lines, rest = _lines(metrics, entries, box.width(), count)
    if rest and len(entries) > 1:
        entries = [replace(entry, value="") for entry in entries]
        lines, rest = _lines(metrics, entries, box.width(), count)
    if rest and count == 1:
        line, rest = _shortened_line(metrics, entries, box.width())
        lines = [line]
    more_than = _count_text if count == 1 else more_text
    height = box.height() / count
    for row, line in enumerate(lines):
        x, y = box.left(), box.top() + row * height
        more = more_than(rest) if rest and row == len(lines) - 1 else ""
        end = box.right() - (metrics.horizontalAdvance(more) + _GAP if more else 0.0)
        for entry in line:
            width = max(0.0, min(_width(metrics, entry), end - x))
            _paint_entry(painter, entry, QRectF(x, y, width, height))
            placed.append((len(placed), QRectF(x, y, width, height)))
            x += width + _GAP
        if more:
            rest_box = QRectF(x, y, box.right() - x, height)
            _paint_more(painter, more, rest_box)
    painter.restore()
    return PlacedLegend(tuple(placed), rest_box)


def paint_legend_column(painter: QPainter, box: QRectF, entries: Sequence[LegendEntry]) -> PlacedLegend:
    """Draw a legend as a column: a line for each entry, as many as have room, and how many have none."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme().font("caption"))
    lines, metrics = max(0, int(box.height() // LINE_HEIGHT)), QFontMetricsF(painter.font())
    count = len(entries) if len(entries) <= lines else max(0, lines - 1)
    if any(_width(metrics, entry) > box.width() for entry in entries):
        entries = [replace(entry, value="") for entry in entries]
    spots = [QRectF(box.left(), box.top() + row * LINE_HEIGHT, box.width(), LINE_HEIGHT) for row in range(count + 1)]
    for entry, spot in zip(entries[:count], spots, strict=False):
        _paint_entry(painter, entry, spot)
    rest = len(entries) - count
    if rest and lines:
        _paint_more(painter, more_text(rest), spots[count])
    painter.restore()
    return PlacedLegend(tuple(enumerate(spots[:count])), spots[count] if rest and lines else None)


def column_width(entries: Sequence[LegendEntry]) -> float:
    """The width that a column of these names and their values needs."""
    metrics = QFontMetricsF(theme().font("caption"))
    return max((_width(metrics, entry) for entry in entries), default=0.0) + 1


def more_text(count: int) -> str:
    """How many names a legend has no room for."""
    return ngettext("+{count} more", "+{count} more", count).format(count=count)


def _count_text(count: int) -> str:
    return f"+{count}"


def _paint_entry(painter: QPainter, entry: LegendEntry, box: QRectF) -> None:
    """Draw a mark and its name; those of what is hidden pale and struck out."""
    metrics = QFontMetricsF(painter.font())
    shown = replace(entry, colour=theme().color("border.control"), value="") if entry.hidden else entry
    paint_legend_mark(painter, shown, QRectF(box.left(), box.top(), _MARK, box.height()))
    painter.setPen(theme().color("text.muted" if entry.hidden else "text.secondary"))
    font = painter.font()
    if entry.hidden:
        painter.setFont(_struck(font))
    spot = box.adjusted(_TO_TEXT, 0, 0, 0)
    painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter, _fitting(metrics, shown, spot.width()))
    painter.setFont(font)


def _struck(font: QFont) -> QFont:
    struck = QFont(font)
    struck.setStrikeOut(True)
    return struck


def _paint_more(painter: QPainter, text: str, box: QRectF) -> None:
    painter.setPen(theme().color("text.secondary"))  # as the names, which can be clicked too: a picture has no links
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)


def paint_legend_row(
    painter: QPainter, row: QRectF, entry: LegendEntry, share: str = "", share_width: float = 0.0
) -> None:
    """Draw an entry of a list: its name at the left, its value at the right of the row, and after that its share in a
    column of `share_width` pixels.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme().font("body"))
    metrics = QFontMetricsF(painter.font())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("border.control") if entry.hidden else entry.colour)
    painter.drawRoundedRect(QRectF(row.left(), row.center().y() - _SWATCH / 2, _SWATCH, _SWATCH), 2, 2)
    if share_width:
        painter.setPen(theme().color("text.muted"))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share)
        row = row.adjusted(0, 0, -share_width, 0)
    painter.setPen(theme().color("text"))
    painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, entry.value)
    room = max(0.0, row.width() - ROW_MARGINS - metrics.horizontalAdvance(entry.value))
    painter.setPen(theme().color("text.muted" if entry.hidden else "text.secondary"))
    if entry.hidden:
        painter.setFont(_struck(painter.font()))
    name = metrics.elidedText(entry.name, Qt.TextElideMode.ElideRight, room)
    painter.drawText(
        row.adjusted(ROW_INDENT, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name
    )
    painter.restore()


def _lines(
    metrics: QFontMetricsF, entries: Sequence[LegendEntry], width: float, most: int
) -> tuple[list[list[LegendEntry]], int]:
    """The entries of each line, and how many have no room. The first of a line is shortened rather than left out."""
    lines: list[list[LegendEntry]] = [[]]
    x = 0.0
    for entry in entries:
        if lines[-1] and x + _width(metrics, entry) > width:
            if len(lines) == most:
                break
            lines.append([])
            x = 0.0
        lines[-1].append(entry)
        x += _width(metrics, entry) + _GAP
    rest = len(entries) - sum(map(len, lines))
    while rest and len(lines[-1]) > 1 and x + metrics.horizontalAdvance(more_text(rest)) > width:
        x -= _width(metrics, lines[-1].pop()) + _GAP
        rest += 1
    return lines, rest


def _shortened_line(
    metrics: QFontMetricsF, entries: Sequence[LegendEntry], width: float
) -> tuple[list[LegendEntry], int]:
    """As many entries as have room on one line with names of one width, shorter ones whole; and how many have none.
    Names that would become the same are cut in the middle, or else there are fewer."""
    widths = [metrics.horizontalAdvance(entry.name) for entry in entries]
    names = [entry.name for entry in entries]
    for count in range(len(entries), 1, -1):
        rest = len(entries) - count
        more = metrics.horizontalAdvance(_count_text(rest)) + _GAP if rest else 0.0
        most = _even_width(widths[:count], width - more - count * _TO_TEXT - (count - 1) * _GAP)
        if most < min(_LEAST_NAME, max(widths[:count])):
            continue
        for mode in (Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle):
            cut = [metrics.elidedText(name, mode, most + 0.5) for name in names[:count]]
            if len(set(cut)) == len(set(names[:count])):
                return [replace(entry, name=name) for entry, name in zip(entries[:count], cut, strict=True)], rest
    return list(entries[:1]), len(entries) - 1


def _even_width(widths: Sequence[float], room: float) -> float:
    """The width to which the widest of these are cut, so that all have room."""
    for place, width in enumerate(sorted(widths)):
        share = room / (len(widths) - place)
        if width > share:
            return share
        room -= width
    return max(widths, default=0.0)


def paint_legend_mark(painter: QPainter, entry: LegendEntry, box: QRectF) -> None:
    """Draw the mark of an entry at the left of a box; that of what is hidden is pale."""
    colour = theme().color("border.control") if entry.hidden else entry.colour
    entry = replace(entry, colour=colour)
    y = round(box.center().y()) + 0.5
    spot = QRectF(box.left() + 2, y - _SWATCH / 2, _SWATCH, _SWATCH)
    if isinstance(entry.dash, str) and entry.dash != "area":
        dotted = entry.dash != "ring"
        painter.setPen(QPen(entry.colour, 1.5, Qt.PenStyle.DotLine) if dotted else QPen(entry.colour, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(spot.adjusted(0.5, 0.5, -0.5, -0.5))
        return
    if entry.dash is None or entry.dash == "area":
        painter.setPen(QPen(entry.outline, 1) if entry.outline is not None else Qt.PenStyle.NoPen)
        painter.setBrush(entry.colour)
        if entry.dash is None:
            painter.drawEllipse(spot if entry.outline is None else spot.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.drawRoundedRect(spot, 2, 2)
        return
    pen = QPen(entry.colour, 2)
    if entry.dash:
        pen.setDashPattern([value * 0.75 for value in entry.dash])
    painter.setPen(pen)
    painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))


def _width(metrics: QFontMetricsF, entry: LegendEntry) -> float:
    return _TO_TEXT + metrics.horizontalAdvance(entry.text)


def _fitting(metrics: QFontMetricsF, entry: LegendEntry, room: float) -> str:
    """The name shortened where there is no room for all; the value is whole, since a number that is cut is another."""
    value = f"  {entry.value}" if entry.value else ""
    rest = max(0.0, room - metrics.horizontalAdvance(value))
    name = metrics.elidedText(entry.name, Qt.TextElideMode.ElideRight, rest)
    return name + value if rest else name
