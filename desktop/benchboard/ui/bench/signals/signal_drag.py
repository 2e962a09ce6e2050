"""Signals on their way from a list to a plot: what a drag carries."""

import json

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDrag, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from benchboard.canbus.plot_set import PlotSet, rows_plots
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.ui.theme import theme

MIME = "application/x-benchboard-signal"


def signal_data(key: SignalKey) -> QMimeData:
    """What a drag of this signal carries."""
    data = QMimeData()
    data.setData(MIME, json.dumps([[[*key, 0]]]).encode())
    return data


def dragged_signal(data: QMimeData) -> SignalKey | None:
    """The signal that a drag carries, None if it is something else."""
    if not data.hasFormat(MIME):
        return None
    try:
        plots: PlotSet = rows_plots(json.loads(bytes(data.data(MIME).data())))
    except (ValueError, RecursionError):
        return None
    return next((one.key for one in plots.signals), None)


def drag_signal(source: QWidget, key: SignalKey) -> None:
    """Drag a signal until the button is released."""
    drag = QDrag(source)
    drag.setMimeData(signal_data(key))
    drag.setPixmap(_picture(key.signal))
    drag.exec(Qt.DropAction.CopyAction)


def _picture(text: str) -> QPixmap:
    metrics = QFontMetrics(theme().font("body"))
    picture = QPixmap(metrics.horizontalAdvance(text) + 24, 28)
    picture.fill(theme().color("selection"))
    with QPainter(picture) as painter:
        painter.setFont(theme().font("body"))
        painter.setPen(theme().color("text"))
        painter.drawText(picture.rect(), Qt.AlignmentFlag.AlignCenter, text)
    return picture
