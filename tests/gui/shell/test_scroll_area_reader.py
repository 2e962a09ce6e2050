"""What a screen reader finds in a scroll area."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from benchboard.ui.theme import Theme
from benchboard.ui.widgets import accessible_factory


def test_a_child_that_a_scroll_area_no_longer_has_is_none(qtbot: QtBot, light: Theme) -> None:
    """Qt's own interface crashed the program: it reads beyond the list of its children."""
    accessible_factory.install()
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidget(QLabel("Text"))
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    area.show()
    found = QAccessible.queryAccessibleInterface(area)
    children = found.childCount()
    inside = [found.child(place).object() for place in range(children)]
    assert area.viewport() in inside
    assert area.verticalScrollBar().parentWidget() in inside
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    assert [found.child(place) for place in range(children, children + 60)] == [None] * 60
    assert found.role() == QAccessible.Role.Client
