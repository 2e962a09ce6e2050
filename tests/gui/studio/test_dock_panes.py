"""The panes beside the page: collapsed, resized, restored; in a narrow window they start collapsed, one as a drawer."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from benchboard import settings
from benchboard.ui.studio.panes import side_panes

if TYPE_CHECKING:
    from conftest import Studio

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _visible_panes(studio: "Studio") -> tuple[bool, bool]:
    return studio.page.sidebar.isVisible(), studio.page.inspector.isVisible()


def _narrow(studio: "Studio", width: int = 1024) -> None:
    studio.application.window.resize(width, 700)
    studio.wait(lambda: studio.application.window.width() == width)


def test_panes_collapsed_by_button_or_key_widen_the_page(studio: "Studio") -> None:
    assert _visible_panes(studio) == (True, True)
    before = studio.canvas.width()
    studio.press_button("studio_fold_left")
    assert _visible_panes(studio) == (False, True)
    assert studio.canvas.width() > before + 150
    studio.key(Qt.Key.Key_B, CTRL | SHIFT)
    assert _visible_panes(studio) == (False, False)
    assert studio.canvas.width() == studio.page.width()
    studio.press_button("studio_fold_right")
    studio.key(Qt.Key.Key_B, CTRL)
    assert _visible_panes(studio) == (True, True)
    assert studio.canvas.width() == before


def test_pane_shown_or_hidden_by_key_is_told(studio: "Studio", announcements: list[str]) -> None:
    for key, told in (
        (CTRL, "Left pane hidden"),
        (CTRL, "Left pane shown"),
        (CTRL | SHIFT, "Right pane hidden"),
        (CTRL | SHIFT, "Right pane shown"),
    ):
        announcements.clear()
        studio.key(Qt.Key.Key_B, key)
        assert announcements == [told]


def test_pane_collapsed_with_focus_gives_it_to_the_page(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_A)
    assert studio.application.window.focusWidget() is studio.page.palette_pane.search
    studio.key(Qt.Key.Key_B, CTRL)
    assert studio.application.window.focusWidget() is studio.canvas


@pytest.mark.usefixtures("demo_home")
def test_pane_collapsed_opens_when_its_content_is_requested(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_B, CTRL)
    studio.key(Qt.Key.Key_B, CTRL | SHIFT)
    studio.key(Qt.Key.Key_A)
    assert _visible_panes(studio) == (True, False)
    studio.key(Qt.Key.Key_B, CTRL)
    studio.click("notes")
    studio.key(Qt.Key.Key_Return)
    assert _visible_panes(studio) == (False, True)
    assert studio.page.inspector.isAncestorOf(studio.application.window.focusWidget())


def test_json_view_with_inspector_collapsed_takes_its_place(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_B, CTRL | SHIFT)
    studio.key(Qt.Key.Key_J, CTRL)
    assert studio.page.json_view.isVisible()
    studio.key(Qt.Key.Key_J, CTRL)
    assert _visible_panes(studio) == (True, False)
    studio.key(Qt.Key.Key_J, CTRL)
    studio.key(Qt.Key.Key_B, CTRL | SHIFT)  # what stands at the right goes, whichever it is
    assert not studio.page.json_view.isVisible()
    assert _visible_panes(studio) == (True, False)


def _pull(studio: "Studio", name: str, by: int) -> None:
    handle = studio.find(name)
    start = handle.rect().center()
    studio.qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    studio.qtbot.mouseMove(handle, start + QPoint(by, 0))
    studio.qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=handle.mapFromGlobal(handle.mapToGlobal(start)))


def test_pane_edge_dragged_resizes_within_limits(studio: "Studio") -> None:
    left, right = studio.page.sidebar, studio.page.inspector
    wide = left.width(), right.width()
    _pull(studio, "studio_edge_left", 60)
    _pull(studio, "studio_edge_right", -40)
    assert (left.width(), right.width()) == (wide[0] + 60, wide[1] + 40)
    _pull(studio, "studio_edge_left", 5_000)
    assert left.width() == side_panes.LIMITS["left"][1]
    studio.qtbot.keyClick(studio.find("studio_edge_left"), Qt.Key.Key_Return)
    assert left.width() == wide[0]
    _pull(studio, "studio_edge_left", 60)
    studio.qtbot.mouseDClick(studio.find("studio_edge_left"), Qt.MouseButton.LeftButton)
    assert left.width() == wide[0]
    edge = studio.find("studio_edge_right")
    edge.setFocus(Qt.FocusReason.TabFocusReason)
    studio.qtbot.keyClick(edge, Qt.Key.Key_Right)
    assert right.width() == wide[1] + 40 - side_panes.STEP


def test_panes_after_a_restart_are_restored(open_studio: "Callable[[], Studio]") -> None:
    studio = open_studio()
    _pull(studio, "studio_edge_left", 60)
    studio.key(Qt.Key.Key_B, CTRL | SHIFT)
    width = studio.page.sidebar.width()
    studio.close()
    again = open_studio()
    assert _visible_panes(again) == (True, False)
    assert again.page.sidebar.width() == width
    assert again.page.bar.fold["left"].isChecked()
    assert not again.page.bar.fold["right"].isChecked()


def test_panes_in_a_narrow_window_start_collapsed(studio: "Studio") -> None:
    _narrow(studio)
    assert _visible_panes(studio) == (False, False)
    assert studio.canvas.width() == studio.page.width()
    assert not studio.canvas.horizontalScrollBar().isVisible()
    studio.application.window.resize(1440, 900)
    studio.wait(lambda: _visible_panes(studio) == (True, True))


@pytest.mark.usefixtures("demo_home")
def test_inspector_in_a_narrow_window_is_a_drawer(studio: "Studio") -> None:
    _narrow(studio)
    studio.click("notes")
    whole = studio.canvas.width()
    studio.key(Qt.Key.Key_B, CTRL | SHIFT)
    inspector = studio.page.inspector
    assert inspector.isVisible()
    assert studio.canvas.width() == whole
    corner = inspector.mapTo(studio.page, QPoint(0, 0))
    assert corner.x() + inspector.width() == studio.page.width()
    assert studio.page.childAt(corner + QPoint(20, 300)) is not studio.viewport
    studio.key(Qt.Key.Key_B, CTRL)
    assert studio.page.sidebar.isVisible()
    assert studio.canvas.width() < whole  # one drags out of the palette onto the page beside it
    assert studio.application.settings.studio_panes == ""  # what a narrow window folds is nobody's wish


def test_panes_while_presenting_are_hidden_and_restored(studio: "Studio") -> None:
    studio.key(Qt.Key.Key_B, CTRL)
    studio.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert _visible_panes(studio) == (False, False)
    assert not [one for one in studio.page.findChildren(QWidget) if one.isVisible() and "edge" in one.objectName()]
    studio.key(Qt.Key.Key_Escape)
    assert _visible_panes(studio) == (False, True)


@given(st.text() | st.lists(st.integers()).map(lambda numbers: " ".join(map(str, numbers))))
def test_read_of_any_stored_text_gives_widths_within_limits(kept: str) -> None:
    found = side_panes.parse_arrangement(kept)
    for side in ("left", "right", "json"):
        least, most = side_panes.LIMITS[side]
        width = found.width(side)
        assert least <= width <= most or (side == "json" and width == 0)
    assert side_panes.parse_arrangement(found.serialise()) == found


@pytest.mark.parametrize("kept", ["", "1", "196 280 0 1 ²", "196 280 0 1 1 1"])
def test_read_of_invalid_text_gives_the_default(kept: str) -> None:
    assert side_panes.parse_arrangement(kept) == side_panes.Arrangement()
    assert replace(settings.Settings(), studio_panes=kept).studio_panes == kept
