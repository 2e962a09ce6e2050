"""The header at widths at which not everything in it has room."""

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.sections import RoomView
from benchboard.ui.shell.header import Header
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.pane_tabs import ViewTab

_TITLES = ("Home", "Dashboards", "Data", "Models", "Explore")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(1400, 400)
    return widget


def _header(window: QWidget, went: list[str]) -> Header:
    header = Header("Mert Aydın", went.append, lambda: None, demo=True)
    header.setParent(window)
    views = [RoomView(title.lower(), title, lambda _context: QWidget()) for title in _TITLES]
    header.show_room("studio", "Studio", views, "explore")
    window.show()
    return header


@pytest.mark.parametrize("width", [480, 560, 660, 720, 900, 1380])
def test_nothing_in_the_header_overlaps_at_any_width(window: QWidget, light: Theme, width: int) -> None:
    header = _header(window, [])
    header.resize(width, header.height())
    QApplication.processEvents()
    shown = sorted(
        (one.geometry() for one in header.findChildren(QWidget) if one.parent() is header and one.isVisible()),
        key=lambda box: box.x(),
    )
    for one, other in itertools.pairwise(shown):
        assert one.right() < other.left()
    assert shown[-1].right() < width
    for tab in header.findChildren(ViewTab):
        if tab.isVisible():
            assert tab.width() == tab.sizeHint().width()


def test_views_without_room_are_in_a_menu(qtbot: QtBot, window: QWidget, light: Theme) -> None:
    went: list[str] = []
    header = _header(window, went)
    header.resize(480, header.height())
    tabs = {tab.text(): tab for tab in header.findChildren(ViewTab)}
    (more,) = header.findChildren(QAbstractButton, "header_more_views")
    hidden = [name for name, tab in tabs.items() if tab.isHidden()]
    assert hidden
    assert more.text() == f"{len(hidden)} more"
    assert not tabs["Explore"].isHidden()
    more.setFocus()
    qtbot.keyClick(more, Qt.Key.Key_Return)
    (item,) = header.window().findChildren(QAbstractButton, f"more_tab_studio_{hidden[0].lower()}")
    qtbot.keyClick(item, Qt.Key.Key_Return)
    assert went == [f"studio/{hidden[0].lower()}"]
    header.resize(1380, header.height())
    assert not any(tab.isHidden() for tab in tabs.values())
    assert more.isHidden()
