"""Tooltips with the corners the style sheet says: Qt shows them in a window of its own, which has square ones."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion
from PySide6.QtWidgets import QWidget

from benchboard.ui.theme import theme

_WATCHED: Final = (QEvent.Type.Polish, QEvent.Type.Resize)


class Tips(QObject):
    """Watches a program for its tooltips."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _WATCHED and isinstance(watched, QWidget) and watched.inherits("QTipLabel"):
            if kind == QEvent.Type.Polish:
                watched.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
            elif QGuiApplication.platformName() == "xcb":
                # Where nothing composes windows, what is translucent is black: it is cut away.
                watched.setMask(_rounded(watched))
        return False


def _rounded(tip: QWidget) -> QRegion:
    path, radius = QPainterPath(), theme().px("radius.control")
    path.addRoundedRect(QRectF(tip.rect()).adjusted(0, 0, 0.5, 0.5), radius, radius)
    return QRegion(path.toFillPolygon().toPolygon())
