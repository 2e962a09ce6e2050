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
from benchboard.ui.widgets.surfaces import set_surface

_GAP: Final = 12.0
_LEFT, _RIGHT, _SWATCH = 12.0, 16.0, 20.0
_LEAST_NAME: Final = 90.0
"""Pixels that a name has beside its values, unless it is shorter."""
_LEAST_WIDTH: Final = 200


def _time(at: int) -> str:
    """The time of a cursor, to the millisecond."""
    return time_text(at, SECOND // 1000)


class CursorValues(QWidget):
    """Two tables: a row for each signal with its value at A, at B, and the difference; and one with the least, the
    greatest and the mean value between them. Above them are the times of A and B.
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
        height = 3 * theme().px("table.row.compact") + 2 * len(self.rows) * self._row_height
        return QSize(_LEAST_WIDTH, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def _widths(self) -> list[float]:
        """Of the columns of values."""
        strong = QFontMetricsF(theme().font("body_strong"))
        texts = [self._heading, self._heading_between, *(row[1:] for row in (*self.rows, *self.between))]
        return [max(strong.horizontalAdvance(row[at]) for row in texts) + _GAP for at in (1, 2, 3)]

    @property
    def _heading(self) -> tuple[str, ...]:
        return self.title, "A", "B", _("B − A")

    @property
    def _heading_between(self) -> tuple[str, ...]:
        return _("A to B"), _("Min"), _("Max"), _("Mean")

    @property
    def _is_stacked(self) -> bool:
        """Whether names have a line of their own, above the values."""
        metrics = QFontMetricsF(theme().font("body"))
        name = max((metrics.horizontalAdvance(row[1]) for row in self.rows), default=0.0)
        return self.width() - _LEFT - _RIGHT - _SWATCH - sum(self._widths()) < min(name, _LEAST_NAME)

    @property
    def _row_height(self) -> int:
        compact = theme().px("table.row.compact")
        return round(compact * 1.6) if self._is_stacked else compact

    def paintEvent(self, event: QPaintEvent) -> None:
        compact, height, widths = theme().px("table.row.compact"), self._row_height, self._widths()
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("surface"))
            self._paint_row(painter, QRectF(0, 0, self.width(), compact), None, (self.times,), ())
            top = float(compact)
            for heading, rows in ((self._heading, self.rows), (self._heading_between, self.between)):
                self._paint_row(painter, QRectF(0, top, self.width(), compact), None, heading, widths)
                top += compact
                for one in rows:
                    self._paint_signal(painter, QRectF(0, top, self.width(), height), one, widths)
                    top += height

    def _paint_signal(
        self, painter: QPainter, row: QRectF, texts: tuple[int, str, str, str, str], widths: Sequence[float]
    ) -> None:
        """The row of a signal, with its name above the values where they have no room beside it."""
        colour, *shown = texts
        if not self._is_stacked:
            self._paint_row(painter, row, colour, shown, widths)
            return
        half = QRectF(0, row.top(), row.width(), row.height() / 2 + 2)
        self._paint_row(painter, half, colour, shown[:1], ())
        row.setTop(row.top() + row.height() / 2 - 2)
        self._paint_values(painter, row, shown[1:], widths)

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
            painter.drawText(QRectF(left, row.top(), width, row.height()), flags, text)
            left += width
