"""The values of the plotted signals at both cursors, how they differ, and what they were between."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.plot_set import PlotSet
from benchboard.i18n import _
from benchboard.ui.bench.plots.axis_ticks import duration_text, time_text
from benchboard.ui.bench.plots.plot_painting import CursorLines
from benchboard.ui.bench.plots.signal_source import SignalSource
from benchboard.ui.bench.plots.signal_texts import difference_text, extent_texts, known_text
from benchboard.ui.bench.plots.time_window import SECOND
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

_GAP: Final = 18.0
_LEAST_GAP: Final = 6.0
_LEFT, _RIGHT, _SWATCH = 12.0, 16.0, 20.0
_LEAST_NAME: Final = 120.0
"""Pixels that a name has in a table of all values."""
_LEAST_NAME_BESIDE: Final = 40.0
"""Pixels that a name keeps beside values that have too little room, which are cut then; the tooltip has them."""
_LEAST_WIDTH: Final = 200


_Table = tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]]]
"""The heading of a table, and its rows: the colour's number, the name and the values."""


def _widths(table: _Table) -> list[float]:
    """Of the columns of values."""
    strong = QFontMetricsF(theme().font("body_strong"))
    heading, rows = table
    texts = [heading, *(texts for _colour, texts in rows)]
    return [max(strong.horizontalAdvance(row[at]) for row in texts) + _GAP for at in range(1, len(heading))]


def _time(at: int) -> str:
    """The time of a cursor, to the millisecond."""
    return time_text(at, SECOND // 1000)


class CursorValues(QWidget):
    """Two tables: a row for each signal with its value at A, at B, and the difference; and one with the least, the
    greatest and the mean value between them; or one table with all of them where that has room. The times of A
    and B are above them, or in the heading of the one table.
    """

    accessible_role = Role.StaticText

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[int, str, str, str, str]] = []
        """Of each signal its colour's number, its name, the values at A and B, and the difference."""
        self.between: list[tuple[int, str, str, str, str]] = []
        """Likewise the least, the greatest and the mean value between A and B."""
        self.title = self.times = ""
        set_surface(self, "surface")
        self.setObjectName("plots_cursor_values")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_values(self, plots: PlotSet, source: SignalSource, cursors: CursorLines | None) -> None:
        """Show the values at these cursors; nothing without any."""
        self.setVisible(cursors is not None)
        if cursors is None:
            return
        first, second = cursors.times
        self.title = f"Δt {'−' if second < first else ''}{duration_text(second - first)}"
        self.times = _("A {first}, B {second}").format(first=_time(first), second=_time(second))
        self.rows, self.between = [], []
        begin, end = min(first, second), max(first, second)
        for one in plots.signals:
            history, signal = source.history(one.key), source.signal(one.key)
            at = [history.value_at(time) if history is not None else None for time in cursors.times]
            shown = (known_text(signal, at[0]), known_text(signal, at[1]), difference_text(signal, *at))
            self.rows.append((one.colour, one.key.signal, *shown))
            extent = history.extent(begin, end) if history is not None else None
            self.between.append((one.colour, one.key.signal, *extent_texts(signal, extent)))
        self.setAccessibleName(self.text)
        self.setToolTip(plain_tooltip(self.text.replace("; ", "\n")))
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        """The table as a screen reader reads it."""
        named = _("{name}: A {first}, B {second}, difference {difference}")
        rows = [
            named.format(name=name, first=first, second=second, difference=difference)
            for _colour, name, first, second, difference in self.rows
        ]
        between = _("{name} between A and B: least {low}, greatest {high}, mean {mean}")
        rows += [
            between.format(name=name, low=low, high=high, mean=mean) for _colour, name, low, high, mean in self.between
        ]
        return "; ".join([self.times, self.title, *rows])

    def sizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, self.height_for(self.width()))

    def height_for(self, width: int) -> int:
        """The height that the values need at this width: a row for each signal in each table."""
        tables = self._tables(width)
        own_line = len(tables) > 1  # that of the times
        return (own_line + sum(1 + len(rows) for _heading, rows in tables)) * theme().px("table.row.compact")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def _tables(self, width: int) -> list[_Table]:
        """The headings and rows of both tables, or of one that has all where there is room for it."""
        at = (self.title, "A", "B", _("B − A"))
        between = (_("A to B"), _("Min"), _("Max"), _("Mean"))
        rows = [(colour, tuple(texts)) for colour, *texts in self.rows]
        others = [(colour, tuple(texts)) for colour, *texts in self.between]
        both = [(colour, (*row, *other[1:])) for (colour, row), (_colour, other) in zip(rows, others, strict=True)]
        title = f"{self.title}  ·  {self.times}"
        one: _Table = ((title, *at[1:], _("Min, A to B"), *between[2:]), both)
        least = max(_SWATCH + _LEAST_NAME, QFontMetricsF(theme().font("body")).horizontalAdvance(title) + 4)
        if width >= _LEFT + least + sum(_widths(one)) + _RIGHT:
            return [one]
        return [(at, rows), (between, others)]

    def paintEvent(self, event: QPaintEvent) -> None:
        compact, top = theme().px("table.row.compact"), 0.0
        tables = self._tables(self.width())
        widths = [max(columns) for columns in zip(*(_widths(table) for table in tables), strict=True)]
        title = QFontMetricsF(theme().font("body")).horizontalAdvance(self.title) + 4
        room = self.width() - _LEFT - _RIGHT - max(title, _SWATCH + _LEAST_NAME_BESIDE)
        if sum(widths) > room:
            widths = [width * max(room, 0.0) / sum(widths) for width in widths]
        lines: list[tuple[int | None, tuple[str, ...]]] = [(None, (self.times,))] if len(tables) > 1 else []
        for heading, rows in tables:
            lines += [(None, heading), *rows]
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("surface"))
            for colour, texts in lines:
                row = QRectF(0, top, self.width(), compact)
                self._paint_row(painter, row, colour, texts, widths if len(texts) > 1 else ())
                top += compact

    def _paint_row(
        self, painter: QPainter, row: QRectF, colour: int | None, texts: Sequence[str], widths: Sequence[float]
    ) -> None:
        """A line above it, the colour and the name, and then the values."""
        painter.fillRect(QRectF(0, row.top(), row.width(), 1), theme().color("border" if colour is None else "grid"))
        left = _LEFT
        if colour is not None:
            painter.setPen(QPen(theme().chart(colour), 2.5))
            painter.drawLine(QPointF(left, row.center().y()), QPointF(left + 12, row.center().y()))
            left += _SWATCH
        room = max(row.right() - _RIGHT - sum(widths) - left, 0.0)
        painter.setPen(theme().color("text.secondary" if colour is None else "text"))
        painter.setFont(theme().font("body"))
        name = QFontMetricsF(painter.font()).elidedText(texts[0], Qt.TextElideMode.ElideRight, room)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(left, row.top(), room, row.height()), flags, name)
        self._paint_values(painter, row, texts[1:], widths, is_heading=colour is None)

    @staticmethod
    def _paint_values(
        painter: QPainter, row: QRectF, texts: Sequence[str], widths: Sequence[float], *, is_heading: bool = False
    ) -> None:
        left = row.right() - _RIGHT - sum(widths)
        for place, (text, width) in enumerate(zip(texts, widths, strict=True)):
            painter.setFont(theme().font("body_strong" if place == 2 and not is_heading else "body"))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, width - _LEAST_GAP)
            painter.drawText(QRectF(left, row.top(), width, row.height()), flags, shown)
            left += width
