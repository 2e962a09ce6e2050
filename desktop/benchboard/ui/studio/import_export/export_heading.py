"""What a page is called, what was chosen for its variables and from when it is, as it goes out: above it, or at the
foot of each sheet."""

from typing import Final

from PySide6.QtCore import QDateTime, QLocale, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.i18n import _
from benchboard.ui.studio.tiles.page_picture import MARGIN
from benchboard.ui.theme import theme

HIGH: Final = 44.0
"""Pixels the line above a page takes."""
_CHOSEN: Final = 18.0
"""Pixels more where a second one says what was chosen."""
FOOT: Final = 26.0
"""Pixels the line at the foot of a sheet takes."""
_MIN_GAP: Final = 24.0


def timestamp_text() -> str:
    """The day, its month in letters as on the charts, and the hour: read the same everywhere, in one's own language."""
    return QLocale().toString(QDateTime.currentDateTime(), "d MMM yyyy, HH:mm")


def height(variables: str) -> float:
    """Pixels that what stands above a page takes."""
    return HIGH + _CHOSEN if variables else HIGH


def paint_head(painter: QPainter, width: float, title: str, timestamp: str, variables: str) -> None:
    """What stands above a page so wide, on the page's own ground."""
    painter.fillRect(QRectF(0, 0, width + 2, height(variables)), theme().color("canvas"))
    room = QRectF(MARGIN, 12, width - 2 * MARGIN, HIGH - 12)
    _paint_ends(painter, room, "title", title, timestamp)
    if variables:
        font = theme().font("body")
        painter.setFont(font)
        painter.setPen(theme().color("text.secondary"))
        below = QRectF(room.left(), room.bottom() - 4, room.width(), _CHOSEN)
        shown = QFontMetricsF(font).elidedText(variables, Qt.TextElideMode.ElideRight, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def paint_foot(painter: QPainter, room: QRectF, title: str, timestamp: str, number: int, count: int) -> None:
    """The line at the foot of a sheet: which one of how many it is, too."""
    place = _("{number} of {count}").format(number=number, count=count)
    _paint_ends(painter, room, "caption", title, f"{timestamp} · {place}" if count > 1 else timestamp)


def _paint_ends(painter: QPainter, room: QRectF, step: str, title: str, end: str) -> None:
    caption = theme().font("caption")
    painter.setFont(caption)
    painter.setPen(theme().color("text.muted"))
    painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, end)
    font = theme().font(step)
    rest = room.width() - QFontMetricsF(caption).horizontalAdvance(end) - _MIN_GAP
    painter.setFont(font)
    painter.setPen(theme().color("text"))
    shown = QFontMetricsF(font).elidedText(title, Qt.TextElideMode.ElideRight, max(0.0, rest))
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
