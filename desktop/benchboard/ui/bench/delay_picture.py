"""A picture of delay compensation: the bit as it is sent, as the controller hears it, and where it samples it."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.timing import DelayCompensation, Timing
from benchboard.i18n import _, number
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role

_TOP: Final = 20
_ROW: Final = 20
_GAP: Final = 8
_SHOWN_BITS: Final = 2.0
"""How much of what is sent is drawn, in bits."""


class DelayPicture(QWidget):
    """The bits that are sent above those that are heard, the loop delay later, and the secondary sample point."""

    accessible_role = Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self._timing: Timing | None = None
        self._found: DelayCompensation | None = None
        self.setObjectName("timing_delay_picture")
        self.setFixedHeight(_TOP + 2 * _ROW + _GAP + 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(300, self.height())

    def show_delay(self, timing: Timing, found: DelayCompensation) -> None:
        """Draw the data phase `timing` with what was `found` for it."""
        self._timing, self._found = timing, found
        self.setAccessibleName(self._point_text(timing, found))
        self.update()

    @staticmethod
    def _point_text(timing: Timing, found: DelayCompensation) -> str:
        nanoseconds = (found.offset + found.measured) * 1e9 / timing.clock
        return _("Secondary sample point {ns} ns").format(ns=number(nanoseconds, most=1))

    def paintEvent(self, event: QPaintEvent) -> None:
        timing, found = self._timing, self._found
        if timing is None or found is None:
            return
        bit = timing.prescaler * timing.quanta  # in clock periods, as the offset is
        whole = max(_SHOWN_BITS * bit, found.measured + found.offset + bit / 2)
        scale = (self.width() - 1) / whole
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme().font("caption"))
            _paint_bits(painter, QRectF(0, _TOP, whole * scale, _ROW), bit * scale, _("sent"), 0)
            heard = QRectF(found.measured * scale, _TOP + _ROW + _GAP, (whole - found.measured) * scale, _ROW)
            _paint_bits(painter, heard, bit * scale, _("heard"), 2)
            self._paint_point(painter, (found.measured + found.offset) * scale, self._point_text(timing, found))

    def _paint_point(self, painter: QPainter, x: float, text: str) -> None:
        painter.setPen(QPen(theme().color("text"), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, _TOP - 4), QPointF(x, self.height()))
        painter.setPen(theme().color("text"))
        width = painter.fontMetrics().horizontalAdvance(text) + 2
        left = max(0.0, min(x - width / 2, self.width() - width))
        painter.drawText(QRectF(left, 0, width, _TOP - 4), Qt.AlignmentFlag.AlignVCenter, text)


def _paint_bits(painter: QPainter, box: QRectF, width: float, title: str, series: int) -> None:
    """Bits of this width beside each other in `box`, the first with its name."""
    colour = theme().chart(series)
    soft = QColor(colour)
    soft.setAlphaF(0.2)
    left, place = box.left(), 0
    while left < box.right() - 1:
        cell = QRectF(left, box.top(), min(width, box.right() - left) - 1.5, box.height())
        painter.fillRect(cell, soft)
        painter.fillRect(QRectF(cell.left(), cell.bottom() - 2, cell.width(), 2), colour)
        if place == 0:
            painter.setPen(theme().color("text"))
            painter.drawText(cell.adjusted(8, 0, -4, -2), Qt.AlignmentFlag.AlignVCenter, title)
        left, place = left + width, place + 1
