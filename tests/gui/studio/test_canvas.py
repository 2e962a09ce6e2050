"""Selecting, dragging, locking and arranging on the canvas, with real mouse and keys."""

from typing import TYPE_CHECKING

import pytest
from boards import ALT, CTRL, NONE, SHIFT, item, load, menu_of
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QCursor, QKeySequence, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication

from benchboard.dashboards.editing import placement_edits
from benchboard.dashboards.layout import HANDLES, Cell
from benchboard.dashboards.templates import TEMPLATES
from benchboard.ui.studio.canvas.scene.overlay import handle_spot
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from conftest import Studio


# Selecting


def _pull(studio: "Studio", start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
    studio.qtbot.mousePress(studio.viewport, Qt.MouseButton.LeftButton, keys, start)
    studio.glide(start, end)
    assert studio.canvas.pointer.marquee is not None
    studio.qtbot.mouseRelease(studio.viewport, Qt.MouseButton.LeftButton, keys, end)


def test_marquee_selects_what_it_touches_and_ctrl_adds(board: "Studio") -> None:
    _pull(board, QPoint(5, 5), board.box("b").center())
    assert board.page.editor.selection == ("a", "b")
    free = board.box("c").topRight() + QPoint(60, 40)
    _pull(board, free, board.box("c").center(), CTRL)
    assert set(board.page.editor.selection) == {"a", "b", "c"}
    _pull(board, free, board.box("c").center())
    assert board.page.editor.selection == ("c",)


def test_marquee_around_container_selects_it_without_contents(board: "Studio") -> None:
    start = board.box("g").topLeft() - QPoint(12, 4)
    _pull(board, start, board.box("g").bottomRight() + QPoint(5, 8))
    assert board.page.editor.selection == ("g",)


def test_marquee_on_escape_is_cancelled(board: "Studio") -> None:
    board.click("c")
    start = board.box("c").topRight() + QPoint(60, 40)
    board.qtbot.mousePress(board.viewport, Qt.MouseButton.LeftButton, SHIFT, start)
    board.glide(start, board.box("a").center())
    board.key(Qt.Key.Key_Escape)
    board.release(board.box("a").center())
    assert board.canvas.pointer.marquee is None
    assert board.page.editor.selection == ("c",)


@pytest.mark.parametrize("where", ["tile", "page"])
def test_drag_near_view_edge_scrolls_page(board: "Studio", where: str) -> None:
    load(board, [item(f"i{k}", 0, 3 * k) for k in range(20)])
    start = board.header("i1") if where == "tile" else board.box("i1").topRight() + QPoint(40, 10)
    edge = QPoint(start.x(), board.viewport.height() - 6)
    board.press(start)
    board.glide(start, edge)
    QCursor.setPos(board.viewport.mapToGlobal(edge))
    bar = board.canvas.verticalScrollBar()
    board.wait(lambda: bar.value() == bar.maximum())
    if where == "tile":
        board.release(edge)
        assert board.cells()["i1"].y == 3 * 19
    else:
        end = QPoint(board.box("i19").center().x(), board.viewport.height() - 60)
        board.glide(edge, end)
        board.release(end)
        assert {"i2", "i18", "i19"} <= set(board.page.editor.selection)
        assert "i0" not in board.page.editor.selection


# Edges


def test_split_of_shared_edge_resizes_both_neighbours(board: "Studio") -> None:
    before = board.cells()
    right, left = board.box("a").right(), board.box("b").left()
    start = QPoint((right + left) // 2, board.box("a").center().y())
    board.qtbot.mouseMove(board.viewport, start)
    assert board.viewport.cursor().shape() == Qt.CursorShape.SplitHCursor
    board.drag(start, start + QPoint(round(board.step()[0]), 0))
    after = board.cells()
    assert (after["a"].w, after["b"].x, after["b"].w) == (4, 4, 2)
    assert {k: v for k, v in after.items() if k not in "ab"} == {k: v for k, v in before.items() if k not in "ab"}
    board.key(Qt.Key.Key_Z, CTRL)
    assert board.cells() == before


def test_split_of_edge_with_locked_size_is_not_offered(board: "Studio") -> None:
    board.page.editor.select(["b"])
    board.page.run("studio.lock_size")
    start = QPoint((board.box("a").right() + board.box("b").left()) // 2, board.box("a").center().y())
    before = board.cells()
    board.drag(start, start + QPoint(round(board.step()[0]), 0))
    assert board.cells() == before


# Guides


def _guide_pixels(studio: "Studio") -> int:
    picture, colour = studio.viewport.grab().toImage(), theme().color("guide").rgb()
    return sum(picture.pixel(x, y) == colour for x in range(picture.width()) for y in range(0, picture.height(), 7))


def test_guides_are_painted_only_while_edges_line_up(board: "Studio") -> None:
    start = board.header("e")
    board.press(start)
    board.glide(start, start + QPoint(round(board.step()[0] * 3), 4))
    assert _guide_pixels(board) > 20
    board.key(Qt.Key.Key_Escape)
    board.release(start)
    assert not _guide_pixels(board)


# Locks


def test_locked_position_stays_for_mouse_keys_and_fields(board: "Studio") -> None:
    board.click("a")
    board.press_button("inspector_keep_place")
    assert board.canvas.tiles["a"].locked
    assert not board.find("inspector_x").isEnabled()
    assert not board.canvas.group_frame.handles()
    before = board.cells()
    board.drag(board.header("a"), board.header("c"))
    board.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    board.key(Qt.Key.Key_Right)
    board.key(Qt.Key.Key_Right, SHIFT)
    board.key(Qt.Key.Key_Down, ALT)
    assert board.cells() == before
    board.drag(board.header("c"), board.header("a"))
    assert board.cells()["a"] == before["a"]
    board.page.editor.select(["a", "b", "d"])
    board.page.run("studio.align_right")
    assert board.cells()["a"] == before["a"]


def test_locked_size_allows_move_but_no_resize(board: "Studio") -> None:
    board.click("c")
    board.page.run("studio.lock_size")
    assert not board.find("inspector_w").isEnabled()
    board.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    board.key(Qt.Key.Key_Right, SHIFT)
    board.key(Qt.Key.Key_Right)
    assert board.cells()["c"] == Cell(7, 0, 3, 3)
    board.page.editor.apply(placement_edits.place, "c", Cell(8, 0, 5, 5))
    assert board.cells()["c"] == Cell(8, 0, 3, 3)


def test_locked_content_is_explained_beside_fields(board: "Studio") -> None:
    board.click("a")
    board.press_button("inspector_keep_content")
    title = board.find("inspector_title")
    assert not title.isEnabled()
    assert title.accessibleDescription() == "Content is locked."
    board.page.editor.set_property("a", "title", "Other")
    assert board.page.editor.widget("a").title == "a"
    board.press_button("inspector_keep_content")
    assert title.isEnabled()


# Order


@pytest.mark.parametrize(
    ("keys", "modifier", "chosen", "expected"),
    [
        (Qt.Key.Key_Left, CTRL | SHIFT, ["a", "e"], {"e": 0}),
        (Qt.Key.Key_Right, CTRL | SHIFT, ["a", "e"], {"a": 3}),
        (Qt.Key.Key_E, CTRL | SHIFT, ["a", "c"], {"a": 6, "c": 0}),
    ],
)
def test_arrange_commands_run_by_keys(
    board: "Studio", keys: Qt.Key, modifier: Qt.KeyboardModifier, chosen: list[str], expected: dict[str, int]
) -> None:
    board.page.editor.select(chosen)
    board.key(keys, modifier)
    assert {one: board.cells()[one].x for one in expected} == expected


def test_arrange_commands_run_from_inspector(board: "Studio") -> None:
    board.page.editor.apply(placement_edits.place, "b", Cell(3, 0, 5, 3))
    board.page.editor.select(["b", "a"])
    assert not board.find("inspector_distribute_horizontally").isEnabled()
    assert "three" in board.find("inspector_distribute_horizontally").toolTip()
    board.press_button("inspector_match_width")
    assert board.cells()["a"].w == 5
    board.press_button("inspector_arrange")
    cells = board.cells()
    assert max(cell.right for cell in cells.values()) == 12
    assert board.page.editor.undo_stack.can_undo()


@pytest.mark.usefixtures("demo_home")
def test_setting_of_several_widgets_applies_to_all(studio: "Studio") -> None:
    studio.page.editor.select(["orders-week", "revenue-week"])
    unit = studio.find("inspector_unit")
    assert unit.placeholderText() == "Mixed"  # type: ignore[attr-defined]
    unit.setFocus()
    studio.qtbot.keyClicks(unit, "kg")
    assert {studio.page.editor.widget(one).setting("unit") for one in ("orders-week", "revenue-week")} == {"kg"}
    studio.key(Qt.Key.Key_Z, CTRL)
    assert studio.page.editor.widget("orders-week").setting("unit") != "kg"


def test_alt_arrow_moves_past_neighbour(board: "Studio") -> None:
    board.click("a")
    board.key(Qt.Key.Key_Right, ALT)
    assert (board.cells()["a"].x, board.cells()["b"].x) == (3, 0)


# The menu


def test_menu_lists_commands_with_keys(board: "Studio") -> None:
    spot = board.header("b")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, board.viewport.mapToGlobal(spot))
    QApplication.sendEvent(board.viewport, event)
    assert board.page.editor.selection == ("b",)
    menu = menu_of(board)
    shown = {action.objectName(): action for action in menu.findChildren(QAction)}
    assert shown["command_copy"].text() == "Copy"
    assert shown["command_copy"].shortcut() == QKeySequence("Ctrl+C")
    assert "command_toggle_row" not in shown
    shown["command_lock_position"].trigger()
    menu.close()
    assert board.page.editor.page.item("b").static


def test_shift_f10_opens_menu_of_selection(board: "Studio") -> None:
    board.click("r")
    board.key(Qt.Key.Key_F10, SHIFT)
    menu = menu_of(board)
    next(action for action in menu.actions() if action.objectName() == "command_toggle_row").trigger()
    menu.close()
    assert board.page.editor.page.item("r").collapsed


def test_view_only_access_opens_rows_and_tabs_without_changes(board: "Studio") -> None:
    editor, before = board.page.editor, board.page.editor.page.shown
    editor.read_only = True
    board.click("a")
    assert not board.canvas.group_frame.handles()
    board.drag(board.header("a"), board.header("c"))
    for keys, held in ((Qt.Key.Key_Delete, NONE), (Qt.Key.Key_Right, NONE), (Qt.Key.Key_G, CTRL)):
        board.key(keys, held)
    assert editor.page.shown == before
    assert not editor.undo_stack.count()
    board.click("t")
    board.key(Qt.Key.Key_BracketRight, CTRL)
    assert "t1" not in board.canvas.tiles
    editor.select(["r"])
    board.key(Qt.Key.Key_Space)
    assert "r1" not in board.canvas.tiles
    assert not editor.undo_stack.count()


# Scrolling into view


def _in_view(studio: "Studio", item_id: str) -> bool:
    return studio.viewport.rect().adjusted(0, 2, 0, -2).contains(studio.box(item_id))


def test_move_by_keys_scrolls_selection_into_view(studio: "Studio") -> None:
    load(studio, [item("a", 0, 0), item("b", 3, 0), *(item(f"i{k}", 0, 3 * k + 3, w=12) for k in range(12))])
    studio.click("a")
    for _press in range(8):
        studio.key(Qt.Key.Key_Down, ALT)
        assert _in_view(studio, "a")
    assert studio.canvas.verticalScrollBar().value() > 0
    for _press in range(12):
        studio.key(Qt.Key.Key_Up)
        assert _in_view(studio, "a")
    assert studio.canvas.verticalScrollBar().value() < 12
    for _press in range(30):
        studio.key(Qt.Key.Key_Down, SHIFT)
        box = studio.box("a")
        assert studio.viewport.rect().contains(box.topLeft())
        assert _in_view(studio, "a") or box.height() > studio.viewport.height() - 24


def test_press_on_header_of_tall_group_does_not_scroll(studio: "Studio") -> None:
    inside = [item(f"i{k}", 0, 3 * k) for k in range(14)]
    place = {"x": 0, "y": 3, "w": 6, "h": 40}
    load(studio, [item("a", 0, 0), {"id": "g", "type": "group", "title": "G", "position": place, "items": inside}])
    bar = studio.canvas.verticalScrollBar()
    bar.setValue(60)
    studio.click("g")
    assert studio.page.editor.selection == ("g",)
    assert bar.value() == 60


def test_fit_shows_long_page_as_a_whole(studio: "Studio") -> None:
    load(studio, [item(f"i{k}", 0, 3 * k) for k in range(14)])
    studio.canvas.fit()
    assert 0.2 <= studio.canvas.zoom < 0.5  # no smaller than it has to be
    assert _in_view(studio, "i13")
    studio.canvas.zoom_by(-1)
    assert studio.canvas.zoom < 0.5  # nothing smaller is offered
    studio.canvas.zoom_by(1)
    assert studio.canvas.zoom == 0.5


def test_drag_start_repaints_old_handles(board: "Studio") -> None:
    board.click("e")
    outline = board.canvas.tiles["e"].outline
    spots = [board.canvas.mapFromScene(handle_spot(outline, handle)) for handle in HANDLES]
    painted = _Painted()
    board.viewport.installEventFilter(painted)
    start = board.header("e")
    board.press(start)
    QApplication.processEvents()
    painted.region = QRegion()
    board.glide(start, start + QPoint(160, 90), steps=3)
    QApplication.processEvents()
    reach = QPoint(4, 4)
    assert all(QRegion(QRect(at - reach, at + reach)).subtracted(painted.region).isEmpty() for at in spots)
    board.release(start + QPoint(160, 90))


class _Painted(QObject):
    """Records which region of a widget was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region = self.region.united(event.region())
        return False


def test_locked_position_locks_size_and_explains_it(board: "Studio") -> None:
    board.click("b")
    board.page.editor.lock("place", True)
    assert not board.canvas.group_frame.handles()
    for key in "xywh":
        field = board.find(f"inspector_{key}")
        assert not field.isEnabled()
        assert field.accessibleDescription() == "Position is locked, so size is too."
    before = board.cells()["b"]
    board.key(Qt.Key.Key_Right, SHIFT)
    assert board.cells()["b"] == before


def test_drop_of_several_lands_where_preview_showed(studio: "Studio") -> None:
    (template,) = [one for one in TEMPLATES if one.key == "orders-overview"]
    studio.page.editor.load(template.document)
    for name in ("orders", "revenue", "average"):
        studio.click(name, CTRL)
    start = studio.header("average")
    studio.press(start)
    for rows in range(1, 17):
        end = start + QPoint(0, round(rows * studio.step()[1]))
        studio.glide(start, end, steps=1)
        assert len({cell.y for cell in studio.canvas.drag.interaction.drop_cells}) == 1
        shown = {**studio.canvas.drag.interaction.resting, **studio.canvas.drag.interaction.displaced}
        if rows == 9:
            studio.release(end)
            break
    assert studio.cells() == shown
