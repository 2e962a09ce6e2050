"""The last bit of the way of what was dropped: from where the pointer left it to its cell.

Its place is final at once, for the mouse, the selection and the document; only where it is painted moves.
"""

import shiboken6
from PySide6.QtCore import QEasingCurve, QObject, QPointF, QVariantAnimation
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsItem

from benchboard.ui.theme import theme


def settle(tile: QGraphicsItem, offset: QPointF, owner: QObject) -> None:
    """Paint a tile at `offset` from its place, in pixels, and let it move there.

    Does nothing where the platform asks for no motion.
    """
    milliseconds = theme().motion("drag_settle")
    if milliseconds > 0 and not offset.isNull():
        _Settling(tile, offset, milliseconds, owner).start(QVariantAnimation.DeletionPolicy.DeleteWhenStopped)


class _Settling(QVariantAnimation):
    def __init__(self, tile: QGraphicsItem, offset: QPointF, milliseconds: int, owner: QObject) -> None:
        super().__init__(owner)
        self._tile = tile
        self.setStartValue(offset)
        self.setEndValue(QPointF(0, 0))
        self.setDuration(milliseconds)
        self.setEasingCurve(QEasingCurve.Type[theme().tokens("motion_ms")["easing"]])
        self.valueChanged.connect(self._move)
        self._move(offset)

    def _move(self, offset: QPointF) -> None:
        if shiboken6.isValid(self._tile):  # its page may have been closed meanwhile
            self._tile.setTransform(QTransform.fromTranslate(offset.x(), offset.y()))
