"""Fields in a pane that scrolls."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.widgets.fields import Select


@pytest.mark.usefixtures("shell")
def test_the_wheel_scrolls_the_pane_and_chooses_nothing(qtbot: QtBot) -> None:
    holder = QWidget()
    column = QVBoxLayout(holder)
    select = Select([("a", "A"), ("b", "B"), ("c", "C")], label="Letter")
    column.addWidget(select)
    column.addSpacing(2000)
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidget(holder)
    area.resize(300, 200)
    area.show()
    select.choose("a")
    for focused in (False, True):
        if focused:
            select.setFocus()
        before = area.verticalScrollBar().value()
        spot = QPointF(select.rect().center())
        event = QWheelEvent(
            spot, select.mapToGlobal(spot), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(select, event)
        assert select.current_key() == "a"
        assert area.verticalScrollBar().value() > before
