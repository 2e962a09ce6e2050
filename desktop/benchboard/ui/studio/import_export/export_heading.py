"""The heading of an exported page: its title, variable values and time, above the page or at the foot of each sheet."""

from typing import Final

from PySide6.QtCore import QDateTime, QLocale, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.i18n import _
from benchboard.ui.studio.tiles.page_picture import MARGIN
from benchboard.ui.theme import theme

HIGH: Final = 44.0
"""Height of the heading above a page, in pixels."""
_CHOSEN: Final = 18.0
"""Additional height with a second line for variable values, in pixels."""
FOOT: Final = 26.0
"""Height of the footer of a sheet, in pixels."""
_MIN_GAP: Final = 24.0


def timestamp_text() -> str:
    """Date and time in the user's language, with the month in letters so that the date isn't ambiguous."""
    return QLocale().toString(QDateTime.currentDateTime(), "d MMM yyyy, HH:mm")


def height(variables: str) -> float:
    """Height of the heading above a page, in pixels."""
    return HIGH + _CHOSEN if variables else HIGH


def paint_head(painter: QPainter, width: float, title: str, timestamp: str, variables: str) -> None:
    """Paint the heading above a page of this width, on the page's background colour."""
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
    """Paint the footer of a sheet, with the sheet's number if there are several."""
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
