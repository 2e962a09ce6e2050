"""What waits until a widget is painted."""

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.widgets.after_paint import AfterPaint


class _Painted(QWidget):
    """Writes its paints into `said`."""

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self._said = said

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._said.append("paint")


def test_after_paint_action_runs_once_after_the_next_paint(qtbot: QtBot) -> None:
    said: list[str] = []
    widget = _Painted(said)
    qtbot.addWidget(widget)
    AfterPaint(widget, lambda: said.append("action"))
    qtbot.wait(1)
    assert said == []
    widget.show()
    qtbot.waitUntil(lambda: "action" in said)
    assert said == ["paint", "action"]
    widget.repaint()
    qtbot.wait(1)
    assert said == ["paint", "action", "paint"]
