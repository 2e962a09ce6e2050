"""RatePlot: how often an ID comes over time in two recordings, on one axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.frame_statistics import FrameKey
from benchboard.canbus.id_densities import IdDensities
from benchboard.i18n import _, number
from benchboard.ui.bench.plots.axis_ticks import value_ticks
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.labels import plain_tooltip

_HEIGHT: Final = 148
_TOP, _BOTTOM, _LEFT = 8, 20, 44
LEAST_BIN: Final = 3
"""Pixels of the narrowest bin."""
_PER_BIN: Final = 4
"""Frames that a bin has on average, at least: with fewer, whether one is just before its end decides how high it is."""
_FEWEST_BINS: Final = 8
_HEADROOM: Final = 1.1
_DASHES: Final = ((), (4.0, 3.0))


@dataclass(frozen=True, slots=True)
class IdRate:
    """An ID in a recording: how often it came when, and its frames."""

    densities: IdDensities
    key: FrameKey
    frames: int

    @property
    def mean(self) -> float:
        """Its mean frames a second over the whole recording."""
        return self.frames / self.densities.seconds if self.densities.seconds else 0.0


class RatePlot(QWidget):
    """The frames a second of an ID in A, a solid line, and in B, a dashed one, both from their starts on."""

    accessible_role = Role.Chart

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[IdRate | None, IdRate | None] = (None, None)
        self._seconds = 0.0
        self.rates: tuple[list[float], list[float]] = ([], [])
        """The frames a second in each bin, of A and of B; none of the one that hasn't the ID."""
        self.setObjectName("compared_rates")
        self.setFixedHeight(_HEIGHT)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(360, _HEIGHT)

    def show_lines(self, first: IdRate | None, second: IdRate | None, seconds: float) -> None:
        """Show an ID as A and B have it (None: not at all), over the first `seconds` of both."""
        self._lines, self._seconds = (first, second), seconds
        said = [
            _("{name}: {rate} frames/s on average").format(name=name, rate=number(line.mean, _decimals(line.mean)))
            if line is not None
            else _("{name}: not at all").format(name=name)
            for name, line in zip("AB", self._lines, strict=True)
        ]
        self.setAccessibleName(_("Frames over time. {sides}").format(sides=". ".join(said)))
        self._count()

    def _count(self) -> None:
        first, second = (self._rates(line) if line is not None and self._seconds else [] for line in self._lines)
        self.rates = (first, second)
        self.update()

    def _rates(self, line: IdRate) -> list[float]:
        """The rates of a line until its recording ends: after that there are none, rather than 0."""
        bins = self._bins(line)
        shown = max(1, round(bins * line.densities.seconds / self._seconds))
        return line.densities.rates(line.key, self._seconds, bins)[:shown]

    def _bins(self, line: IdRate) -> int:
        """How many bins the axis has for a line: each has some frames, so that it doesn't matter on which side of its
        ends one is.
        """
        whole = line.frames * self._seconds / line.densities.seconds if line.densities.seconds else 0.0
        return max(1, min(int(self._room().width() / LEAST_BIN), max(_FEWEST_BINS, int(whole / _PER_BIN))))

    def _room(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(self.width() - _LEFT - 1, 1), _HEIGHT - _TOP - _BOTTOM)

    def resizeEvent(self, event: object) -> None:
        self._count()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the pointer."""
        room = self._room()
        share = (event.position().x() - room.left()) / room.width()
        if not 0 <= share < 1 or not self._seconds:
            self.setToolTip("")
            return
        said = [_("After {seconds} s").format(seconds=number(share * self._seconds, 1))]
        for name, rates, line in zip("AB", self.rates, self._lines, strict=True):
            if line is not None and (place := int(share * self._bins(line))) < len(rates):
                rate = number(rates[place], _decimals(rates[place]))
                said.append(_("{name}: {rate} frames/s").format(name=name, rate=rate))
        self.setToolTip(plain_tooltip("\n".join(said)))

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self._room()
        top = _HEADROOM * max((*self.rates[0], *self.rates[1]), default=0.0) or 1.0
        with QPainter(self) as painter:
            painter.setFont(theme().font("caption"))
            self._paint_axes(painter, room, top)
            for place, (rates, line) in enumerate(zip(self.rates, self._lines, strict=True)):
                if rates and line is not None:
                    pen = QPen(theme().chart(place), 1.5)
                    if _DASHES[place]:
                        pen.setDashPattern(_DASHES[place])
                    painter.setPen(pen)
                    painter.drawPolyline(QPolygonF(_steps(rates, room, top, room.width() / self._bins(line))))

    def _paint_axes(self, painter: QPainter, room: QRectF, top: float) -> None:
        metrics = QFontMetricsF(painter.font())
        for value, label in value_ticks(0.0, top, 3):
            y = round(room.bottom() - room.height() * value / top)
            painter.fillRect(QRectF(room.left(), y, room.width(), 1), theme().color("grid" if value else "border"))
            painter.setPen(theme().color("text.muted"))
            box = QRectF(0, y - 8, room.left() - 6, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        painter.setPen(theme().color("text.muted"))
        free_from = 0.0
        for seconds, label in value_ticks(0.0, self._seconds, 4) if self._seconds else ():
            text = _("{seconds} s").format(seconds=label)
            width = metrics.horizontalAdvance(text)
            x = room.left() + room.width() * seconds / self._seconds
            left = min(max(x - width / 2, room.left()), room.right() - width)
            if left >= free_from:
                painter.drawText(QRectF(left, room.bottom() + 4, width + 1, 16), Qt.AlignmentFlag.AlignLeft, text)
                free_from = left + width + 8


def _steps(rates: Sequence[float], room: QRectF, top: float, width: float) -> list[QPointF]:
    return [
        QPointF(room.left() + at * width, room.bottom() - room.height() * rate / top)
        for place, rate in enumerate(rates)
        for at in (place, place + 1)
    ]


def _decimals(rate: float) -> int:
    return 0 if rate >= 10 else 1 if rate >= 1 else 2
