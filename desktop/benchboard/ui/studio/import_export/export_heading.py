"""The heading of an exported page: its title, what it is filtered by and when it was exported, above the page or at
the foot of each sheet."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QDateTime, QLocale, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from benchboard.i18n import _
from benchboard.ui.studio.tiles.page_picture import MARGIN
from benchboard.ui.theme import theme

HIGH: Final = 44.0
"""Height of the heading above a page, in pixels."""
_LINE: Final = 18.0
"""Height of each further line, in pixels."""
FOOT: Final = 26.0
"""Height of the footer of a sheet, in pixels."""
_MIN_GAP: Final = 24.0


def timestamp_text() -> str:
    """Date and time in the user's language, with the month in letters so that the date isn't ambiguous."""
    return QLocale().toString(QDateTime.currentDateTime(), "d MMM yyyy, HH:mm")


def height(facts: Sequence[str], width: float) -> float:
    """Height in pixels of the heading above a page of this width."""
    return HIGH + _LINE * len(_lines(facts, width))


def paint_head(painter: QPainter, width: float, title: str, timestamp: str, facts: Sequence[str]) -> None:
    """Paint the heading above a page of this width, on the page's background colour."""
    painter.fillRect(QRectF(0, 0, width + 2, height(facts, width)), theme().color("canvas"))
    room = QRectF(MARGIN, 12, width - 2 * MARGIN, HIGH - 12)
    _paint_ends(painter, room, "title", title, timestamp)
    font = theme().font("body")
    painter.setFont(font)
    painter.setPen(theme().color("text.secondary"))
    below = QRectF(room.left(), room.bottom() - 4, room.width(), _LINE)
    for line in _lines(facts, width):
        shown = QFontMetricsF(font).elidedText(line, Qt.TextElideMode.ElideRight, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        below.translate(0, _LINE)


def _lines(facts: Sequence[str], width: float) -> list[str]:
    """The facts one after the other, on as many lines as they need."""
    metrics, found = QFontMetricsF(theme().font("body")), list[str]()
    for fact in facts:
        longer = f"{found[-1]} · {fact}" if found else fact
        if found and metrics.horizontalAdvance(longer) <= width - 2 * MARGIN:
            found[-1] = longer
        else:
            found.append(fact)
    return found


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
