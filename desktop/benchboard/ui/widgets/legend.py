"""Legend: what the colours of a chart mean, in a line below or beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from benchboard.ui.theme import theme

_MARK, _TO_TEXT, _GAP = 12.0, 17.0, 13.0


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A colour, its name and, where there is one, the value now. A `dash` is that of the line; None marks points."""

    colour: QColor
    name: str
    value: str = ""
    dash: Sequence[float] | None = ()

    @property
    def text(self) -> str:
        return f"{self.name}  {self.value}" if self.value else self.name


class Legend(QFrame):
    """A legend as a widget; `show_entries` sets what it says."""

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

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(theme().font("caption"))
        return QSize(round(sum(_width(metrics, entry) + _GAP for entry in self._entries())), 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_legend(painter, QRectF(self.rect()), self._entries())


def paint_legend(painter: QPainter, box: QRectF, entries: Sequence[LegendEntry]) -> None:
    """Draw as many entries as there is room for; the first is shortened rather than left out."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme().font("caption"))
    metrics, x = QFontMetricsF(painter.font()), box.left()
    for entry in entries:
        width = _width(metrics, entry)
        if x + width > box.right() and x > box.left():
            break
        _paint_mark(painter, entry, QRectF(x, box.top(), _MARK, box.height()))
        painter.setPen(theme().color("text.secondary"))
        room = QRectF(x + _TO_TEXT, box.top(), min(width, box.right() - x) - _TO_TEXT, box.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, _fitting(metrics, entry, room.width()))
        x += width + _GAP
    painter.restore()


def _paint_mark(painter: QPainter, entry: LegendEntry, box: QRectF) -> None:
    y = round(box.center().y()) + 0.5
    if entry.dash is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(entry.colour)
        painter.drawEllipse(QRectF(box.left() + 2, y - 4, 8, 8))
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
