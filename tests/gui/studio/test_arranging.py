"""Arranging the home page by mouse and keyboard, undoing it, and restoring it after a restart."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt

from benchboard.dashboards.document.widget_kinds import KINDS
from benchboard.dashboards.layout import HANDLES, Cell
from benchboard.ui.studio.canvas.scene.overlay import handle_spot
from benchboard.ui.studio.panes.query_editor import ProseEdit

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _no_overlap(cells: dict[str, Cell]) -> bool:
    boxes = list(cells.values())
    return not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_drag_from_palette_adds_widget(studio: "Studio") -> None:
    before = studio.cells()
    kind = studio.find("palette_bar_chart")
    start = kind.rect().center()
    column, row = studio.step()
    middle = studio.viewport.mapToGlobal(QPoint(round(20 + column * 6), round(20 + row * 3 + 16)))
    studio.qtbot.mousePress(kind, Qt.MouseButton.LeftButton, pos=start)
    studio.glide(start, kind.mapFromGlobal(middle), kind)
    assert studio.cells() == before  # nothing has happened yet
    assert studio.box("orders-per-day").top() > 200  # but the others make room
    studio.qtbot.mouseRelease(kind, Qt.MouseButton.LeftButton, pos=kind.mapFromGlobal(middle))
    (added,) = studio.cells().keys() - before.keys()
    assert studio.cells()[added] == Cell(4, 3, 4, 6)
    assert studio.page.editor.selection == (added,)
    assert _no_overlap(studio.cells())
    studio.wait_until_saved()
    answer = studio.page.query_runner.result(added)
    assert answer is not None
    assert answer.table is not None
    assert answer.table.rows


def test_drag_from_palette_released_elsewhere_adds_nothing(studio: "Studio") -> None:
    before, shown = studio.cells(), studio.shown()
    kind = studio.find("palette_table")
    over = kind.mapFromGlobal(studio.viewport.mapToGlobal(QPoint(300, 300)))
    studio.qtbot.mousePress(kind, Qt.MouseButton.LeftButton, pos=kind.rect().center())
    studio.glide(kind.rect().center(), over, kind)
    studio.glide(over, QPoint(-40, 20), kind)
    assert studio.shown() == shown
    studio.qtbot.mouseRelease(kind, Qt.MouseButton.LeftButton, pos=QPoint(-40, 20))
    assert studio.cells() == before
    assert not studio.page.saving.dirty


def test_drag_from_palette_on_escape_adds_nothing(studio: "Studio") -> None:
    before, shown = studio.cells(), studio.shown()
    kind = studio.find("palette_table")
    over = kind.mapFromGlobal(studio.viewport.mapToGlobal(QPoint(300, 300)))
    studio.qtbot.mousePress(kind, Qt.MouseButton.LeftButton, pos=kind.rect().center())
    studio.glide(kind.rect().center(), over, kind)
    studio.key(Qt.Key.Key_Escape)
    studio.glide(over, over + QPoint(30, 30), kind)
    studio.qtbot.mouseRelease(kind, Qt.MouseButton.LeftButton, pos=over)
    assert (studio.cells(), studio.shown()) == (before, shown)


def test_palette_enter_adds_widget_in_first_free_place(studio: "Studio") -> None:
    before = studio.cells()
    search = studio.find("palette_search")
    studio.qtbot.keyClicks(search, "metr")
    assert not any(w.isVisible() for w in studio.page.palette_pane.kinds if w.kind.type != "metric_card")
    studio.qtbot.keyClick(search, Qt.Key.Key_Return)
    (added,) = studio.cells().keys() - before.keys()
    assert studio.page.editor.widget(added).type == "metric_card"
    assert {k: v for k, v in studio.cells().items() if k != added} == before
    assert studio.application.window.focusWidget() is studio.canvas
    assert search.text() == ""  # type: ignore[attr-defined]
    assert all(kind.isVisibleTo(studio.page.palette_pane) for kind in studio.page.palette_pane.kinds)


def test_drag_returned_to_start_lets_neighbours_return(studio: "Studio") -> None:
    before, shown = studio.cells(), studio.shown()
    column, row = studio.step()
    start = studio.header("notes")
    away = start + QPoint(round(-column * 4), round(row * 2))
    studio.press(start)
    studio.glide(start, away)
    lying = {k: v for k, v in studio.shown().items() if k != "notes"}
    assert lying != {k: v for k, v in shown.items() if k != "notes"}
    studio.glide(away, start)
    assert {k: v for k, v in studio.shown().items() if k != "notes"} == {k: v for k, v in shown.items() if k != "notes"}
    studio.glide(start, away)
    assert {k: v for k, v in studio.shown().items() if k != "notes"} == lying  # the way there does not matter
    studio.release(away)
    after = studio.cells()
    assert after["notes"].x == before["notes"].x - 4
    assert _no_overlap(after)
    assert studio.page.editor.undo_stack.count() == 1


def test_drag_on_escape_restores_everything(studio: "Studio") -> None:
    before, shown = studio.cells(), studio.shown()
    start = studio.header("notes")
    studio.press(start)
    studio.glide(start, start + QPoint(-300, 200))
    assert studio.shown() != shown
    studio.key(Qt.Key.Key_Escape)
    assert (studio.cells(), studio.shown()) == (before, shown)
    studio.glide(start + QPoint(-300, 200), start + QPoint(-200, 200))
    studio.release(start + QPoint(-200, 200))
    assert (studio.cells(), studio.shown()) == (before, shown)
    assert studio.page.editor.undo_stack.count() == 0


def test_resize_by_each_handle_changes_its_edges(studio: "Studio") -> None:
    for handle in HANDLES:
        studio.page.editor.select(["by-state"])
        before = studio.cells()["by-state"]
        column, row = studio.step()
        start = handle_spot(QRectF(studio.box("by-state")), handle).toPoint()
        by = QPointF(column if "w" in handle or "e" in handle else 0, row if "n" in handle or "s" in handle else 0)
        inwards = QPoint(round(-by.x() if "e" in handle else by.x()), round(-by.y() if "s" in handle else by.y()))
        # five pixels off the middle of the handle: 16 px are there to be hit
        studio.drag(start + QPoint(5, -5), start + QPoint(5, -5) + inwards)
        after = studio.cells()["by-state"]
        assert (after.w, after.h) == (before.w - (by.x() > 0), before.h - (by.y() > 0)), handle
        assert after.x == before.x + ("w" in handle), handle
        assert _no_overlap(studio.cells()), handle
        studio.key(Qt.Key.Key_Z, CTRL)
        assert studio.cells()["by-state"] == before, handle


def test_drag_of_several_moves_them_as_one_body(studio: "Studio") -> None:
    before = studio.cells()
    studio.click("orders-week")
    studio.click("revenue-week", CTRL)
    studio.click("refunds", SHIFT)
    studio.click("refunds", SHIFT)
    assert studio.page.editor.selection == ("orders-week", "revenue-week")
    column, row = studio.step()
    start = studio.header("revenue-week")
    studio.drag(start, start + QPoint(round(column * 6), round(row * 3)))
    after = studio.cells()
    moved = [(after[k].x - before[k].x, after[k].y - before[k].y) for k in ("orders-week", "revenue-week")]
    assert moved[0] == moved[1] != (0, 0)
    assert _no_overlap(after)


def test_keyboard_selects_moves_resizes_and_removes(studio: "Studio") -> None:
    before = studio.cells()
    assert studio.application.window.focusWidget() is studio.canvas
    studio.key(Qt.Key.Key_Tab)
    assert studio.page.editor.selection == ("orders-week",)
    studio.key(Qt.Key.Key_Tab)
    studio.key(Qt.Key.Key_Tab)
    studio.key(Qt.Key.Key_Backtab)
    assert studio.page.editor.selection == ("revenue-week",)
    studio.key(Qt.Key.Key_Down)
    assert studio.cells()["revenue-week"] != before["revenue-week"]
    studio.key(Qt.Key.Key_Z, CTRL)
    studio.key(Qt.Key.Key_Right, SHIFT)
    studio.key(Qt.Key.Key_Down, SHIFT)
    assert studio.cells()["revenue-week"][2:] == (4, 4)
    studio.key(Qt.Key.Key_D, CTRL)
    (copy,) = studio.cells().keys() - before.keys()
    assert studio.page.editor.widget(copy).query == studio.page.editor.widget("revenue-week").query
    studio.key(Qt.Key.Key_Delete)
    assert studio.cells().keys() == before.keys()
    for _step in range(4):
        studio.key(Qt.Key.Key_Z, CTRL)
    assert studio.cells() == before
    assert not studio.page.editor.undo_stack.can_undo()
    studio.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert studio.cells()["revenue-week"].w == 4


def test_tab_key_after_last_tile_leaves_page(studio: "Studio") -> None:
    for _tile in studio.cells():
        studio.key(Qt.Key.Key_Tab)
    assert studio.page.editor.selection == ("latest",)
    studio.key(Qt.Key.Key_Tab)
    assert studio.application.window.focusWidget() is not studio.canvas


def test_undo_and_redo_buttons_step_back_and_forth(studio: "Studio") -> None:
    before = studio.cells()
    studio.click("notes")
    studio.key(Qt.Key.Key_Delete)
    assert not studio.find("studio_redo").isEnabled()
    studio.press_button("studio_undo")
    assert studio.cells() == before
    studio.press_button("studio_redo")
    assert "notes" not in studio.cells()


def test_redo_while_typing_keeps_text(studio: "Studio") -> None:
    editor = studio.page.editor
    studio.click("notes")
    editor.set_property("orders-week", "title", "Another")
    studio.page.undo()
    prose = studio.page.findChild(ProseEdit, "inspector_text")
    prose.setPlainText("typed")
    studio.page.redo()
    assert editor.widget("notes").config["text"] == "typed"
    assert editor.widget("orders-week").title != "Another"
    studio.wait_until_saved()


def test_restart_restores_arrangement(open_studio: Callable[[], "Studio"]) -> None:
    first = open_studio()
    first.click("notes")
    first.drag(first.header("notes"), first.header("notes") + QPoint(-300, 200))
    first.page.editor.set_property("orders-week", "query", "SELECT 4711 AS orders")
    first.page.editor.set_property("orders-week", "title", "Made up")
    assert first.page.saving.dirty
    arranged = first.cells()
    first.key(Qt.Key.Key_S, CTRL)
    first.wait_until_saved()
    first.close()
    second = open_studio()
    assert second.cells() == arranged
    assert second.page.editor.widget("orders-week").title == "Made up"
    answer = second.page.query_runner.result("orders-week")
    assert answer is not None
    assert answer.table is not None
    assert answer.table.rows == ((4711,),)


def test_window_close_stores_unsaved_changes(open_studio: Callable[[], "Studio"]) -> None:
    first = open_studio()
    first.click("notes")
    first.key(Qt.Key.Key_Delete)
    assert first.page.unsaved()
    first.close()
    assert "notes" not in open_studio().cells()


def test_unsaved_changes_are_never_called_saved_and_the_status_bar_says_what_the_toolbar_does(studio: "Studio") -> None:
    status, said = studio.application.shell.context.status, studio.page.bar.state
    assert (status.text("saved"), said.text().partition(" ")[0]) == ("Saved", "Saved")
    studio.page.add(KINDS[0])
    assert (status.text("saved"), said.text()) == ("Not saved yet", "Not saved yet")
    studio.wait(lambda: studio.page.saving.state == "saved")
    assert (status.text("saved"), said.text().partition(" ")[0]) == ("Saved", "Saved")


def test_toolbar_after_save_in_other_window_says_saved(studio: "Studio") -> None:
    studio.store([{"id": "k", "type": "kpi", "position": {"x": 4, "y": 0, "w": 3, "h": 3}, "query": "SELECT 1"}])
    studio.wait(lambda: set(studio.cells()) == {"k"})
    assert studio.page.bar.state.text().startswith("Saved")


def test_save_after_pause_writes_page(studio: "Studio") -> None:
    studio.click("notes")
    studio.key(Qt.Key.Key_Delete)
    studio.wait_until_saved()
    assert "notes" not in {item["id"] for item in studio.stored().items}
    assert studio.page.bar.state.text().startswith("Saved")


def test_empty_page_offers_templates(studio: "Studio") -> None:
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    studio.key(Qt.Key.Key_A, CTRL)
    studio.key(Qt.Key.Key_Delete)
    empty = studio.find("studio_empty")
    studio.press_button("studio_empty_template")
    studio.key(Qt.Key.Key_Return)  # on the first template
    assert len(studio.cells()) == 7
    assert not empty.isVisible()


def test_unknown_kinds_and_fields_are_preserved(studio: "Studio") -> None:
    strange = {"id": "odd", "type": "hologram", "position": {"x": 0, "y": 0, "w": 4, "h": 3, "depth": 2}, "beam": [1]}
    studio.store(
        [strange, {"id": "k", "type": "kpi", "position": {"x": 4, "y": 0, "w": 3, "h": 3}, "query": "SELECT 1"}]
    )
    studio.wait(lambda: set(studio.cells()) == {"odd", "k"})
    studio.wait_until_saved()
    studio.page.editor.select(["odd"])
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    studio.key(Qt.Key.Key_Right, SHIFT)
    studio.wait_until_saved()
    kept = next(item for item in studio.stored().items if item["id"] == "odd")
    assert kept == strange | {"position": {"x": 0, "y": 0, "w": 5, "h": 3, "depth": 2}}


def test_zoom_keeps_page_as_wide_as_view(studio: "Studio") -> None:
    for name in ("studio_zoom_out", "studio_zoom_out", "studio_zoom_in", "studio_fit"):
        studio.press_button(name)
        rights = max(box.right() for box in studio.shown().values())
        assert abs(studio.viewport.width() - rights - 20 * studio.canvas.zoom) <= 3
    assert max(box.bottom() for box in studio.shown().values()) <= studio.viewport.height()


def test_tiles_are_accessible_objects(studio: "Studio") -> None:
    from PySide6.QtGui import QAccessible

    page = QAccessible.queryAccessibleInterface(studio.canvas)
    assert page is not None
    assert page.childCount() == len(studio.cells())
    first = page.child(0)
    assert first.text(QAccessible.Text.Name) == "Orders, 7 days"
    said = first.text(QAccessible.Text.Description)
    assert said.endswith("Metric card, column 1, row 1, 3 wide, 3 high")
    assert first.rect().size() == studio.box("orders-week").size()
    assert first.text(QAccessible.Text.Value)
    studio.page.editor.select(["orders-week"])
    assert page.child(0).state().selected
