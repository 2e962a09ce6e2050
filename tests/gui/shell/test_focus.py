"""The focus ring surrounds the focused widget and follows it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.theme import Theme
from benchboard.ui.widgets import SegmentedControl
from benchboard.ui.widgets.focus import FocusRing


def _shown(qtbot: QtBot, inside: QWidget) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.setContentsMargins(24, 24, 24, 24)
    column.addWidget(inside)
    column.addStretch(1)
    window.resize(480, 200)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def _ring(window: QWidget) -> FocusRing:
    (ring,) = [one for one in window.findChildren(FocusRing) if one.isVisible()]
    return ring


def test_focus_ring_of_each_segment_is_visible_whole(qtbot: QtBot, light: Theme) -> None:
    control = SegmentedControl([("a", "Here"), ("b", "There"), ("c", "Everywhere")], label="Where")
    window = _shown(qtbot, control)
    for key in ("a", "b", "c"):
        segment = control.findChild(QWidget, f"segment_{key}")
        assert segment is not None
        segment.clearFocus()
        segment.setFocus(Qt.FocusReason.TabFocusReason)
        ring = _ring(window)
        assert ring.visibleRegion().boundingRect() == ring.rect()
        middle = ring.mapTo(window, ring.rect().center())
        assert (middle - segment.mapTo(window, segment.rect().center())).manhattanLength() <= 1


def test_focus_ring_after_its_parent_moved_follows(qtbot: QtBot, light: Theme) -> None:
    control = SegmentedControl([("a", "Here"), ("b", "There")], label="Where")
    window = _shown(qtbot, control)
    segment = control.findChild(QWidget, "segment_b")
    assert segment is not None
    segment.clearFocus()
    segment.setFocus(Qt.FocusReason.TabFocusReason)
    control.move(control.pos().x() + 40, control.pos().y() + 30)
    ring = _ring(window)
    assert ring.mapTo(window, ring.rect().center()) == segment.mapTo(window, segment.rect().center())


def test_focus_ring_in_a_scroll_area_stays_inside_it(qtbot: QtBot, light: Theme) -> None:
    control = SegmentedControl([("a", "Here"), ("b", "There")], label="Where")
    area = QScrollArea()
    area.setWidget(control)
    window = _shown(qtbot, area)
    segment = control.findChild(QWidget, "segment_a")
    assert segment is not None
    segment.clearFocus()
    segment.setFocus(Qt.FocusReason.TabFocusReason)
    assert area.viewport().isAncestorOf(_ring(window))
