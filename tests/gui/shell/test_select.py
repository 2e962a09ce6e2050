"""The list of a field that drops down shows its choices whole."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui import stylesheet
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import Select


@pytest.mark.parametrize("count", [1, 2, 3])
def test_all_of_a_short_list_is_seen(qtbot: QtBot, light: Theme, count: int) -> None:
    window = QWidget()
    window.setStyleSheet(stylesheet.sheet(light))
    window.resize(400, 300)
    field = Select([(str(k), f"Choice {k}") for k in range(count)], parent=window)
    field.setGeometry(20, 20, 240, 32)
    qtbot.addWidget(window)
    window.show()
    field.choose(str(count - 1))
    field.showPopup()
    view = field.view()
    assert view.viewport().height() >= sum(view.sizeHintForRow(row) for row in range(count))
    assert view.verticalScrollBar().maximum() == 0
    field.hidePopup()
