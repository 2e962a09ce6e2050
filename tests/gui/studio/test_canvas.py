"""Choosing, pulling, keeping and ordering on the canvas, with real mouse and keys."""

from typing import TYPE_CHECKING

import pytest
from boards import ALT, CTRL, NONE, SHIFT, item, load, menu_of, said
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication

from benchboard.dashboards import layout as grid
from benchboard.dashboards.layout import Cell
from benchboard.dashboards.templates import TEMPLATES
from benchboard.ui.studio.canvas.marks import handle_spot
from benchboard.ui.studio.document import placing
from benchboard.ui.studio.document.acts import ACTS
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from conftest import Studio


# Choosing


def _pull(studio: "Studio", start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
    studio.qtbot.mousePress(studio.viewport, Qt.MouseButton.LeftButton, keys, start)
    studio.glide(start, end)
    assert studio.canvas.pointer.band is not None
    studio.qtbot.mouseRelease(studio.viewport, Qt.MouseButton.LeftButton, keys, end)


def test_a_band_chooses_what_it_touches_and_ctrl_adds(board: "Studio") -> None:
    _pull(board, QPoint(5, 5), board.box("b").center())
    assert board.page.editor.chosen == ("a", "b")
    free = board.box("c").topRight() + QPoint(60, 40)
    _pull(board, free, board.box("c").center(), CTRL)
    assert set(board.page.editor.chosen) == {"a", "b", "c"}
    _pull(board, free, board.box("c").center())
    assert board.page.editor.chosen == ("c",)


def test_a_band_around_a_container_chooses_it_and_not_what_it_holds(board: "Studio") -> None:
    start = board.box("g").topLeft() - QPoint(12, 4)
    _pull(board, start, board.box("g").bottomRight() + QPoint(5, 8))
    assert board.page.editor.chosen == ("g",)


def test_escape_lets_go_of_a_band(board: "Studio") -> None:
    board.click("c")
    start = board.box("c").topRight() + QPoint(60, 40)
    board.qtbot.mousePress(board.viewport, Qt.MouseButton.LeftButton, SHIFT, start)
    board.glide(start, board.box("a").center())
    board.key(Qt.Key.Key_Escape)
    board.release(board.box("a").center())
    assert board.canvas.pointer.band is None
    assert board.page.editor.chosen == ("c",)


@pytest.mark.parametrize("where", ["tile", "page"])
def test_near_an_edge_the_page_comes_to_meet_the_pointer(board: "Studio", where: str) -> None:
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
        assert {"i2", "i18", "i19"} <= set(board.page.editor.chosen)
        assert "i0" not in board.page.editor.chosen


# Edges


def test_the_edge_that_neighbours_share_is_pulled_for_both(board: "Studio") -> None:
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


def test_an_edge_of_what_keeps_its_size_cannot_be_pulled(board: "Studio") -> None:
    board.page.editor.choose(["b"])
    board.page.do("keep_size")
    start = QPoint((board.box("a").right() + board.box("b").left()) // 2, board.box("a").center().y())
    before = board.cells()
    board.drag(start, start + QPoint(round(board.step()[0]), 0))
    assert board.cells() == before


# Guides


def _guide_pixels(studio: "Studio") -> int:
    picture, colour = studio.viewport.grab().toImage(), theme().color("guide").rgb()
    return sum(picture.pixel(x, y) == colour for x in range(picture.width()) for y in range(0, picture.height(), 7))


def test_guides_are_drawn_while_edges_line_up_and_gone_afterwards(board: "Studio") -> None:
    start = board.header("e")
    board.press(start)
    board.glide(start, start + QPoint(round(board.step()[0] * 3), 4))
    assert _guide_pixels(board) > 20
    board.key(Qt.Key.Key_Escape)
    board.release(start)
    assert not _guide_pixels(board)


# Locks


def test_what_is_kept_in_place_stays_for_mouse_keys_and_fields(board: "Studio") -> None:
    board.click("a")
    board.press_button("inspector_keep_place")
    assert board.canvas.tiles["a"].locked
    assert not board.find("inspector_x").isEnabled()
    assert not board.canvas.pointer.handles()
    before = board.cells()
    board.drag(board.header("a"), board.header("c"))
    board.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    board.key(Qt.Key.Key_Right)
    board.key(Qt.Key.Key_Right, SHIFT)
    board.key(Qt.Key.Key_Down, ALT)
    assert board.cells() == before
    board.drag(board.header("c"), board.header("a"))
    assert board.cells()["a"] == before["a"]
    board.page.editor.choose(["a", "b", "d"])
    board.page.do("align_right")
    assert board.cells()["a"] == before["a"]


def test_what_keeps_its_size_can_move_and_not_grow(board: "Studio") -> None:
    board.click("c")
    board.page.do("keep_size")
    assert not board.find("inspector_w").isEnabled()
    board.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    board.key(Qt.Key.Key_Right, SHIFT)
    board.key(Qt.Key.Key_Right)
    assert board.cells()["c"] == Cell(7, 0, 3, 3)
    placing.put(board.page.editor, "c", Cell(8, 0, 5, 5))
    assert board.cells()["c"] == Cell(8, 0, 3, 3)


def test_what_keeps_its_content_says_so_beside_its_fields(board: "Studio") -> None:
    board.click("a")
    board.press_button("inspector_keep_content")
    title = board.find("inspector_title")
    assert not title.isEnabled()
    assert title.accessibleDescription() == "Its content is kept."
    board.page.editor.tell("a", "title", "Other")
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
def test_order_is_made_by_keys(
    board: "Studio", keys: Qt.Key, modifier: Qt.KeyboardModifier, chosen: list[str], expected: dict[str, int]
) -> None:
    board.page.editor.choose(chosen)
    board.key(keys, modifier)
    assert {one: board.cells()[one].x for one in expected} == expected


def test_the_inspector_brings_several_into_order(board: "Studio") -> None:
    placing.put(board.page.editor, "b", Cell(3, 0, 5, 3))
    board.page.editor.choose(["b", "a"])
    assert not board.find("inspector_spread_across").isEnabled()
    assert "three" in board.find("inspector_spread_across").toolTip()
    board.press_button("inspector_same_width")
    assert board.cells()["a"].w == 5
    board.press_button("inspector_arrange")
    cells = board.cells()
    assert max(cell.right for cell in cells.values()) == 12
    assert board.page.editor.stack.canUndo()


def test_a_setting_of_several_is_set_for_all(studio: "Studio") -> None:
    studio.page.editor.choose(["orders-week", "revenue-week"])
    unit = studio.find("inspector_unit")
    assert unit.placeholderText() == "Mixed"  # type: ignore[attr-defined]
    unit.setFocus()
    studio.qtbot.keyClicks(unit, "kg")
    assert {studio.page.editor.widget(one).setting("unit") for one in ("orders-week", "revenue-week")} == {"kg"}
    studio.key(Qt.Key.Key_Z, CTRL)
    assert studio.page.editor.widget("orders-week").setting("unit") != "kg"


def test_alt_and_an_arrow_jump_past_a_neighbour(board: "Studio") -> None:
    board.click("a")
    board.key(Qt.Key.Key_Right, ALT)
    assert (board.cells()["a"].x, board.cells()["b"].x) == (3, 0)


# The menu


def test_the_menu_says_what_can_be_done_here_with_its_keys(board: "Studio") -> None:
    spot = board.header("b")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, board.viewport.mapToGlobal(spot))
    QApplication.sendEvent(board.viewport, event)
    assert board.page.editor.chosen == ("b",)
    menu = menu_of(board)
    shown = {action.objectName(): action for action in menu.actions()}
    assert shown["act_copy"].text() == "Copy\tCtrl C"
    assert "act_collapse" not in shown
    shown["act_keep_place"].trigger()
    menu.close()
    assert board.page.editor.page.item("b").static


def test_shift_f10_opens_the_menu_of_what_is_chosen(board: "Studio") -> None:
    board.click("r")
    board.key(Qt.Key.Key_F10, SHIFT)
    menu = menu_of(board)
    next(action for action in menu.actions() if action.objectName() == "act_collapse").trigger()
    menu.close()
    assert board.page.editor.page.item("r").collapsed


def test_an_act_of_the_palette_that_cannot_be_done_says_why(board: "Studio") -> None:
    board.page.editor.choose(["a"])
    board.page.opened("do/align_left")
    assert "Choose two or more widgets of one grid first." in said(board)


def test_no_key_of_the_canvas_is_taken_by_the_page(board: "Studio") -> None:
    # One that says when its keys are its leaves them to the canvas otherwise.
    taken = {keys for act in ACTS if act.taken in ("shortcut", "page") and not act.when for keys in act.keys}
    assert not taken & {keys for act in ACTS if act.taken == "canvas" for keys in act.keys}


def test_who_may_only_look_opens_rows_and_tabs_and_changes_nothing(board: "Studio") -> None:
    editor, before = board.page.editor, board.page.editor.page.shown
    editor.read_only = True
    board.click("a")
    assert not board.canvas.pointer.handles()
    board.drag(board.header("a"), board.header("c"))
    for keys, held in ((Qt.Key.Key_Delete, NONE), (Qt.Key.Key_Right, NONE), (Qt.Key.Key_G, CTRL)):
        board.key(keys, held)
    assert editor.page.shown == before
    assert not editor.stack.count()
    board.click("t")
    board.key(Qt.Key.Key_BracketRight, CTRL)
    assert "t1" not in board.canvas.tiles
    editor.choose(["r"])
    board.key(Qt.Key.Key_Space)
    assert "r1" not in board.canvas.tiles
    assert not editor.stack.count()


# In sight


def _in_view(studio: "Studio", item_id: str) -> bool:
    return studio.viewport.rect().adjusted(0, 2, 0, -2).contains(studio.box(item_id))


def test_what_is_moved_by_keys_stays_in_sight(studio: "Studio") -> None:
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


def test_pressing_a_tall_group_by_its_header_scrolls_nothing(studio: "Studio") -> None:
    inside = [item(f"i{k}", 0, 3 * k) for k in range(14)]
    place = {"x": 0, "y": 3, "w": 6, "h": 40}
    load(studio, [item("a", 0, 0), {"id": "g", "type": "group", "title": "G", "position": place, "items": inside}])
    bar = studio.canvas.verticalScrollBar()
    bar.setValue(60)
    studio.click("g")
    assert studio.page.editor.chosen == ("g",)
    assert bar.value() == 60


def test_a_long_page_is_shown_whole(studio: "Studio") -> None:
    load(studio, [item(f"i{k}", 0, 3 * k) for k in range(14)])
    studio.canvas.fit()
    assert 0.2 <= studio.canvas.zoom < 0.5  # no smaller than it has to be
    assert _in_view(studio, "i13")
    studio.canvas.zoom_by(-1)
    assert studio.canvas.zoom < 0.5  # nothing smaller is offered
    studio.canvas.zoom_by(1)
    assert studio.canvas.zoom == 0.5


def test_no_handle_stays_painted_where_a_drag_began(board: "Studio") -> None:
    board.click("e")
    outline = board.canvas.tiles["e"].outline
    spots = [board.canvas.mapFromScene(handle_spot(outline, handle)) for handle in grid.HANDLES]
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
    """What of a widget was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region = self.region.united(event.region())
        return False


def test_what_keeps_its_place_keeps_its_size_and_says_so(board: "Studio") -> None:
    board.click("b")
    board.page.editor.lock("place", True)
    assert not board.canvas.pointer.handles()
    for key in "xywh":
        field = board.find(f"inspector_{key}")
        assert not field.isEnabled()
        assert field.accessibleDescription() == "It is kept in its place, and as large as it is."
    before = board.cells()["b"]
    board.key(Qt.Key.Key_Right, SHIFT)
    assert board.cells()["b"] == before


def test_several_carried_cards_lie_where_they_were_shown(studio: "Studio") -> None:
    (template,) = [one for one in TEMPLATES if one.key == "orders-overview"]
    studio.page.editor.load(template.document)
    for name in ("orders", "revenue", "average"):
        studio.click(name, CTRL)
    start = studio.header("average")
    studio.press(start)
    for rows in range(1, 17):
        end = start + QPoint(0, round(rows * studio.step()[1]))
        studio.glide(start, end, steps=1)
        assert len({cell.y for cell in studio.canvas.hand.gesture.landing}) == 1
        shown = {**studio.canvas.hand.gesture.still, **studio.canvas.hand.gesture.changed}
        if rows == 9:
            studio.release(end)
            break
    assert studio.cells() == shown
