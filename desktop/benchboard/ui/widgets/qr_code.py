"""QrCode: a text as a QR code, dark on white in every theme, because cameras read no other."""

from typing import Final

import segno
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from benchboard.ui.widgets.accessible import Role

_MODULE: Final = 4
"""Pixels of a module."""
_QUIET: Final = 4
"""Modules of the white edge that ISO/IEC 18004 asks for."""


class QrCode(QWidget):
    """Draws a text. It says `name` to screen readers: give the text beside it too."""

    accessible_role = Role.Graphic

    def __init__(self, text: str, name: str) -> None:
        super().__init__()
        self._rows = tuple(bytes(row) for row in segno.make(text, error="m", micro=False).matrix)
        self.setObjectName("qr_code")
        self.setAccessibleName(name)
        side = (len(self._rows) + 2 * _QUIET) * _MODULE
        self.setFixedSize(QSize(side, side))

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Qt.GlobalColor.white)
            for y, row in enumerate(self._rows):
                for x, dark in enumerate(row):
                    if dark:
                        left, top = (x + _QUIET) * _MODULE, (y + _QUIET) * _MODULE
                        painter.fillRect(QRectF(left, top, _MODULE, _MODULE), Qt.GlobalColor.black)
