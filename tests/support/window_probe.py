"""The window as `benchboard` opens it, which also reports on request where its widgets are.

A line on stdin asks: the name of a widget, or `page`. A line of JSON on stdout answers, in pixels of the screen: where
that widget is (null: it cannot be seen), or what Studio's page shows, has selected and is dragging.
"""

import json
import sys
import threading

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from benchboard.__main__ import main
from benchboard.ui.studio.canvas.canvas import Canvas


class WindowProbe(QObject):
    """Answers on the window's thread, after the events that came before the question."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def listen(self) -> None:
        for line in sys.stdin:
            self.asked.emit(line.strip())

    def _answer(self, name: str) -> None:
        sys.stdout.write(json.dumps(_page() if name == "page" else _place(name)) + "\n")
        sys.stdout.flush()


def _visible_widget(name: str) -> QWidget | None:
    widgets = (widget for widget in QApplication.allWidgets() if widget.objectName() == name)
    return next((widget for widget in widgets if widget.isVisible() and widget.isEnabled()), None)


def _place(name: str) -> list[int] | None:
    widget = _visible_widget(name)
    return None if widget is None else _box(QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size()))


def _page() -> object:
    canvas = _visible_widget("studio_canvas")
    if not isinstance(canvas, Canvas):
        return None
    corner = canvas.viewport().mapToGlobal(canvas.mapFromScene(0, 0))
    return {
        "tiles": {name: _box(tile.rect.translated(corner).toRect()) for name, tile in canvas.tiles.items()},
        "chosen": canvas.editor.selection,
        "held": canvas.busy,
    }


def _box(rect: QRect) -> list[int]:
    return [rect.x(), rect.y(), rect.width(), rect.height()]


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    teller = WindowProbe()
    threading.Thread(target=teller.listen, daemon=True).start()
    sys.exit(main())
