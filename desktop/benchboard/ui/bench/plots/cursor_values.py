"""The values of the plotted signals at both cursors, how they differ, and what they were between."""

from collections.abc import Sequence
from dataclasses import dataclass
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
_BELOW_NAME: Final = 22.0
"""The height of the values below a name."""
_PART: Final = 3
"""The columns of the values at the cursors, and of those between them."""
_LEAST_WIDTH: Final = 200


@dataclass(frozen=True, slots=True)
class _ValueLine:
    """A line of the table: a heading, a signal with the number of its colour, or values below its name."""

    texts: tuple[str, ...]
    colour: int | None = None
    is_heading: bool = False

    @property
    def height(self) -> float:
        is_below = self.colour is None and not self.is_heading
        return _BELOW_NAME if is_below else theme().px("table.row.compact")


def _widths(lines: Sequence[_ValueLine]) -> list[float]:
    """Of the columns of values."""
    strong = QFontMetricsF(theme().font("body_strong"))
    rows = [line.texts[1:] for line in lines if len(line.texts) > 1]
    return [max(map(strong.horizontalAdvance, column)) + _GAP for column in zip(*rows, strict=True)]


def _name_width(lines: Sequence[_ValueLine]) -> float:
    """Of the first column, in which no text is cut."""
    body = QFontMetricsF(theme().font("body"))
    names = [body.horizontalAdvance(line.texts[0]) + (0 if line.is_heading else _SWATCH) for line in lines]
    return max(names) + 4


def _time(at: int) -> str:
    """The time of a cursor, to the millisecond."""
    return time_text(at, SECOND // 1000)


class CursorValues(QWidget):
    """A table that has of each signal its value at A, at B, and the difference, and the least, the greatest and the
    mean value between them: in one line where that has room, else below its name, which isn't cut.
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
        """The height that the values need at this width."""
        return round(sum(line.height for line in self._lines(width)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def _lines(self, width: int) -> list[_ValueLine]:
        """The lines of the table at this width: all values of a signal behind its name where there is room for both,
        else below it, those at the cursors over those between them."""
        at = ("A", "B", _("B − A"))
        between = (_("Min"), _("Max"), _("Mean"))
        rows = [(colour, name, values) for colour, name, *values in self.rows]
        others = [values for _colour, _name, *values in self.between]
        title = f"{self.title}  ·  {self.times}"
        whole = [_ValueLine((title, *at, _("Min, A to B"), *between[1:]), is_heading=True)]
        for (colour, name, values), other in zip(rows, others, strict=True):
            whole.append(_ValueLine((name, *values, *other), colour))
        if width >= _LEFT + _name_width(whole) + sum(_widths(whole)) + _RIGHT:
            return whole
        lines = [
            _ValueLine((self.times,), is_heading=True),
            _ValueLine((self.title, *at), is_heading=True),
            _ValueLine((_("A to B"), *between), is_heading=True),
        ]
        for (colour, name, values), other in zip(rows, others, strict=True):
            lines += [_ValueLine((name,), colour), _ValueLine(("", *values)), _ValueLine((_("A to B"), *other))]
        return lines

    def paintEvent(self, event: QPaintEvent) -> None:
        lines, top = self._lines(self.width()), 0.0
        widths = _widths(lines)
        label = max(QFontMetricsF(theme().font("body")).horizontalAdvance(one) for one in (self.title, _("A to B")))
        room = max(self.width() - _LEFT - _RIGHT - label - 4, 0.0)
        if len(widths) == _PART and sum(widths) > room:
            widths = [width * room / sum(widths) for width in widths]
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("surface"))
            for line in lines:
                row = QRectF(0, top, self.width(), line.height)
                self._paint_row(painter, row, line, widths if len(line.texts) > 1 else ())
                top += line.height

    def _paint_row(self, painter: QPainter, row: QRectF, line: _ValueLine, widths: Sequence[float]) -> None:
        """A line above it, the colour and the name, and then the values."""
        is_first = line.is_heading or line.colour is not None
        if is_first:
            ruled = "border" if line.is_heading else "grid"
            painter.fillRect(QRectF(0, row.top(), row.width(), 1), theme().color(ruled))
        left = _LEFT
        if line.colour is not None:
            painter.setPen(QPen(theme().chart(line.colour), 2.5))
            painter.drawLine(QPointF(left, row.center().y()), QPointF(left + 12, row.center().y()))
            left += _SWATCH
        elif not line.is_heading:
            left += _SWATCH
        room = max(row.right() - _RIGHT - sum(widths) - left, 0.0)
        ink = "text" if line.colour is not None else "text.secondary" if line.is_heading else "text.muted"
        painter.setPen(theme().color(ink))
        painter.setFont(theme().font("body" if is_first else "caption"))
        # In the middle: the names of signals that belong together begin alike.
        name = QFontMetricsF(painter.font()).elidedText(line.texts[0], Qt.TextElideMode.ElideMiddle, room)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(left, row.top(), room, row.height()), flags, name)
        painter.setPen(theme().color("text.secondary" if line.is_heading else "text"))
        self._paint_values(painter, row, line.texts[1:], widths, is_heading=line.is_heading)

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
