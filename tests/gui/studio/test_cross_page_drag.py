"""Dragging from one open dashboard over another's tab into it, with real mouse and keys."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from two_dashboards import CTRL, LEFT, TwoDashboards

from benchboard.ui.widgets.toasts import Toast

if TYPE_CHECKING:
    from conftest import Studio


def _toasts(two: TwoDashboards) -> list[str]:
    return [one.accessibleName() for one in two.studio.application.window.findChildren(Toast) if one.isVisible()]


def test_drag_dwelling_on_dashboard_tab_moves_widget_there(two: TwoDashboards) -> None:
    two.start_drag("a")
    two.over_tab(two.second)
    assert two.ids(two.first) == {"a", "g", "inner", "c"}
    for y in (200, 260, 300):
        two.over(two.second, QPoint(400, y))
    assert two.second.canvas.busy
    assert _toasts(two) == ["Release to move here. Hold Ctrl to copy, or press Esc to cancel."]
    two.release(two.second, QPoint(400, 300))
    assert not two.place.cross_page_drag.active
    two.qtbot.waitUntil(lambda: not _toasts(two))
    assert two.ids(two.second) == {"a", "b", "a-2"}
    assert two.second.editor.selection == ("a-2",)
    assert two.second.editor.page.shown["a-2"].y > 0
    assert two.ids(two.first) == {"g", "inner", "c"}
    assert "First" in two.second.editor.undo_stack.undo_title()
    assert "Second" in two.first.editor.undo_stack.undo_title()
    two.qtbot.mouseClick(two.second.canvas.viewport(), LEFT, pos=QPoint(400, 500))  # the mouse is the page's again
    assert two.second.editor.selection == ()


def test_drag_to_page_with_other_columns_scales_width(studio: "Studio") -> None:
    two = TwoDashboards(studio, 24)
    two.start_drag("a")
    two.over_tab(two.second)
    for y in (260, 300):
        two.over(two.second, QPoint(400, y))
    two.release(two.second, QPoint(400, 300))
    assert two.second.editor.page.shown["a-2"].w == 8
    two.place.bring_to_front(two.first)
    two.first.editor.select(["c"])
    two.first.canvas.setFocus()
    two.qtbot.keyClick(two.first.canvas, Qt.Key.Key_C, CTRL)
    two.place.bring_to_front(two.second)
    two.qtbot.keyClick(two.second.canvas, Qt.Key.Key_V, CTRL)
    assert two.second.editor.page.shown["c"].w == 8


def test_drag_with_ctrl_copies_group_with_contents(two: TwoDashboards) -> None:
    two.start_drag("g")
    two.over_tab(two.second)
    two.over(two.second, QPoint(300, 300))
    assert {"g", "inner"} <= two.second.canvas.tiles.keys()
    two.release(two.second, QPoint(300, 300), CTRL)
    assert two.ids(two.second) == {"a", "b", "g", "inner"}
    assert two.second.editor.page.path("inner") == (("g", 0),)
    assert two.ids(two.first) == {"a", "g", "inner", "c"}
    assert two.first.editor.undo_stack.count() == 0


def _escape(two: TwoDashboards) -> None:
    two.over(two.second, QPoint(300, 300))
    two.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)


def _beside(two: TwoDashboards) -> None:
    two.over(two.second, QPoint(300, 300))
    two.over(two.second, QPoint(-30, 300))
    two.release(two.second, QPoint(-30, 300))


def _other_tab(two: TwoDashboards) -> None:
    two.over(two.second, QPoint(300, 300))
    two.qtbot.keyClick(two.place, Qt.Key.Key_Tab, CTRL)
    assert two.place.page is not two.second
    two.over(two.second, QPoint(300, 320))


def _elsewhere(two: TwoDashboards) -> None:
    assert two.studio.application.shell is not None
    two.studio.application.shell.go("studio/home")


@pytest.mark.parametrize("leave", [_escape, _beside, _other_tab, _elsewhere])
def test_drag_to_other_page_cancelled_changes_neither(two: TwoDashboards, leave: object) -> None:
    before = two.first.editor.document, two.second.editor.document
    two.start_drag("a")
    two.over_tab(two.second)
    assert callable(leave)
    leave(two)
    assert not two.place.cross_page_drag.active
    assert two.place.page is two.first
    assert (two.first.editor.document, two.second.editor.document) == before
    assert not two.first.canvas.busy
    assert not two.second.canvas.busy
    assert two.first.editor.undo_stack.count() + two.second.editor.undo_stack.count() == 0


def test_drag_back_over_own_tab_moves_within_page(two: TwoDashboards) -> None:
    two.start_drag("a")
    two.over_tab(two.second)
    two.over_tab(two.first)
    view = two.first.canvas.viewport()
    at = QPoint(view.width() // 2, 420)
    two.over(two.first, at)
    assert two.first.canvas.busy
    two.release(two.first, at)
    assert two.ids(two.second) == {"a", "b"}
    assert two.ids(two.first) == {"a", "g", "inner", "c"}
    assert two.first.editor.page.shown["a"].y > 0
    assert two.first.editor.undo_stack.count() == 1


def test_drag_over_tab_with_view_only_access_does_not_open_it(two: TwoDashboards) -> None:
    two.second.editor.read_only = True
    two.start_drag("a")
    view = two.first.canvas.viewport()
    QTest.mouseMove(view, view.mapFromGlobal(two.tab_of(two.second)))
    crossing = two.place.cross_page_drag
    two.studio.wait(lambda: not crossing._dwell.isActive())
    assert two.place.page is two.first
    assert two.first.canvas.busy
    two.qtbot.keyClick(two.first.canvas, Qt.Key.Key_Escape)
    assert not two.first.canvas.busy


def test_drag_with_target_closed_meanwhile_ends(two: TwoDashboards) -> None:
    before = two.first.editor.document
    two.start_drag("a")
    two.over_tab(two.second)
    two.over(two.second, QPoint(300, 300))
    two.place.close_page(two.second)
    assert not two.place.cross_page_drag.active
    assert two.place.pages == [two.first]
    assert two.first.editor.document is before
