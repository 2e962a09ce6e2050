"""What stands in a layout is told without keeping PySide's objects of its places."""

import pytest
import shiboken6
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLayoutItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.layout_items import contents


def _kept_places() -> set[int]:
    """The addresses of the places that PySide keeps an object of, but for those that Python made."""
    kept = (one for one in shiboken6.getAllValidWrappers() if type(one).__name__ == "QWidgetItem")
    return {shiboken6.getCppPointer(one)[0] for one in kept if isinstance(one, QLayoutItem)}


@pytest.mark.parametrize("kind", [QHBoxLayout, QGridLayout])
def test_no_object_of_a_place_is_kept(qtbot: QtBot, kind: type[QLayout]) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    layout = kind(page)
    buttons = [QPushButton(str(place)) for place in range(3)]
    for button in buttons:
        layout.addWidget(button)
    before = _kept_places()
    assert contents(layout) == buttons
    assert _kept_places() == before


def test_spaces_are_left_out_and_layouts_within_are_told(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column, row, button = QVBoxLayout(page), QHBoxLayout(), QPushButton("Save")
    column.addWidget(button)
    column.addStretch(1)
    column.addLayout(row)
    assert contents(column) == [button, row]
    assert isinstance(contents(column)[1], QBoxLayout)


def test_layout_of_our_own_keeps_its_places(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    flow, button = FlowLayout(page), QPushButton("Save")
    flow.addWidget(button)
    assert contents(flow) == contents(flow) == [button]
