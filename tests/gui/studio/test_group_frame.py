"""Several selected widgets share one frame and one set of fields: they are moved and resized as one."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import HANDLES, Cell, Handle
from benchboard.ui.studio.canvas.scene import overlay
from benchboard.ui.studio.canvas.scene.overlay import drop_label_area, handle_spot
from benchboard.ui.studio.document.undo_line_edit import UndoLineEdit
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from conftest import Studio


def _item(name: str, x: int, y: int, w: int = 3, h: int = 3, **more: object) -> dict[str, object]:
    place = {"x": x, "y": y, "w": w, "h": h}
    return {"id": name, "type": "text", "title": name, "config": {"text": name}, "position": place, **more}


@pytest.fixture
def board(studio: "Studio") -> "Studio":
    items = [
        _item("a", 0, 0, 2), _item("b", 2, 0, 2), _item("c", 8, 0), _item("d", 0, 3, 2), _item("e", 2, 3, 2),
        _item("fixed", 8, 3, static=True),
        {"id": "g", "type": "group", "title": "Group", "position": {"x": 0, "y": 6, "w": 6, "h": 4},
         "items": [_item("g1", 0, 0), _item("g2", 3, 0, 3, 2)]},
        {"id": "r", "type": "row", "title": "Row", "position": {"x": 0, "y": 10, "w": 12, "h": 1}, "items": []},
    ]  # fmt: skip
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    return studio


def _handle(studio: "Studio", handle: Handle) -> QPoint:
    frame = studio.canvas.group_frame.rect()
    assert frame is not None
    return studio.canvas.mapFromScene(handle_spot(frame, handle))


def _pull(studio: "Studio", handle: Handle, columns: float, rows: float) -> None:
    start, (column, row) = _handle(studio, handle), studio.step()
    studio.drag(start, start + QPoint(round(column * columns), round(row * rows)))


def test_group_frame_surrounds_all_with_handles(board: "Studio") -> None:
    board.page.editor.select(["a", "b", "e"])
    frame = board.canvas.group_frame.rect()
    assert frame is not None
    for one in ("a", "b", "e"):
        assert frame.contains(board.canvas.tiles[one].rect)
    assert tuple(board.canvas.group_frame.handles()) == HANDLES
    picture = board.viewport.grab().toImage()
    line = board.canvas.mapToScene(0, 0)
    spot = QPoint(int(frame.center().x() - line.x()) + 40, int(frame.bottom() - line.y())) * picture.devicePixelRatio()
    assert QColor(picture.pixel(spot)) == theme().color("accent")


def test_group_frame_handles_only_where_resizable_as_one(board: "Studio") -> None:
    for chosen, handles in (
        (["a", "fixed"], ()),  # one is left
        (["a", "g1"], ()),  # two grids
        (["g", "g1"], ()),  # the group alone
        (["a", "r"], ()),
        (["a", "g"], ("e", "w")),
        (["g1", "g2"], HANDLES),
    ):
        board.page.editor.select(chosen)
        assert tuple(board.canvas.group_frame.handles()) == handles, chosen


def test_dragged_group_has_a_ring_on_each_and_no_frame_or_shadow_between(board: "Studio") -> None:
    board.page.editor.select(["a", "b"])
    start = board.box("a").center()
    there = start + QPoint(30, 20)
    board.press(start)
    board.glide(start, there)
    picture, ratio = board.viewport.grab().toImage(), board.viewport.devicePixelRatio()

    def colours(at: QPointF) -> list[QColor]:
        spot = board.canvas.mapFromScene(at)
        return [QColor(picture.pixel((spot + QPoint(dx, 0)) * ratio)) for dx in (-1, 0, 1)]

    left, right = board.canvas.tiles["a"].rect, board.canvas.tiles["b"].rect
    ringed = [colours(QPointF(box.left(), box.center().y() - 12)) for box in (left, right)]
    frame = overlay.group_frame([left, right])
    framed, between = (
        colours(QPointF(frame.left(), frame.center().y() - 12)),
        colours(QPointF((left.right() + right.left()) / 2, left.center().y() - 12)),
    )
    board.release(there)
    assert all(theme().color("accent") in found for found in ringed)
    assert theme().color("accent") not in framed
    assert between[1].lightnessF() > 0.85 * theme().color("canvas").lightnessF(), "the drop target, and no shadow"


def test_label_of_a_dragged_item_covers_no_title_and_no_last_line() -> None:
    dragged = [QRectF(0, 0, 320, 120)]
    (label,) = drop_label_area(dragged)
    assert label.bottom() <= dragged[-1].bottom() + 16, "the title of the item below is lower"
    assert label.top() >= dragged[-1].bottom() - 8, "the last line of an item is higher"


def test_label_of_several_dragged_items_is_below_the_middle_of_all() -> None:
    (label,) = drop_label_area([QRectF(0, 0, 320, 90), QRectF(328, 0, 100, 200)])
    assert label.center().x() == 214
    assert label.top() == 206  # 2 px of it are a margin for the painter


def test_group_resize_is_one_step(board: "Studio") -> None:
    editor, before = board.page.editor, board.cells()
    editor.select(["a", "b", "d", "e"])
    _pull(board, "e", 2, 0)
    after = board.cells()
    assert {one: after[one] for one in ("a", "b", "d", "e")} == {
        "a": Cell(0, 0, 3, 3), "b": Cell(3, 0, 3, 3), "d": Cell(0, 3, 3, 3), "e": Cell(3, 3, 3, 3),
    }  # fmt: skip
    assert editor.selection == ("a", "b", "d", "e")
    _pull(board, "s", 0, 4)
    assert {board.cells()[one].h for one in ("a", "b", "d", "e")} == {5}
    editor.undo_stack.undo()
    editor.undo_stack.undo()
    assert board.cells() == before
    assert not editor.undo_stack.can_undo()


def test_group_resize_returned_or_cancelled_changes_nothing(board: "Studio") -> None:
    editor, before = board.page.editor, board.shown()
    editor.select(["a", "b"])
    start, (column, row) = _handle(board, "se"), board.step()
    board.press(start)
    there = start + QPoint(round(column * 2), round(row * 2))
    board.glide(start, there)
    assert board.shown()["d"] != before["d"]
    board.glide(there, start)
    assert board.shown() == before
    board.glide(start, there)
    board.key(Qt.Key.Key_Escape)
    assert board.shown() == before
    assert not editor.undo_stack.can_undo()
    board.release(there)


def test_group_resize_inside_container_stays_inside(board: "Studio") -> None:
    board.page.editor.select(["g1", "g2"])
    _pull(board, "s", 0, 3)
    page = board.page.editor.page
    assert (page.cell("g1"), page.cell("g2")) == (Cell(0, 0, 3, 6), Cell(3, 0, 3, 4))
    assert page.cell("g").h == 7


# Fields


def _texts(studio: "Studio") -> dict[str, str]:
    found: dict[str, str] = {}
    for key in "xywh":
        line = studio.find(f"inspector_{key}")
        assert isinstance(line, UndoLineEdit)
        found[key] = line.text() or line.placeholderText()
    return found


def _write(studio: "Studio", key: str, text: str) -> UndoLineEdit:
    line = studio.find(f"inspector_{key}")
    assert isinstance(line, UndoLineEdit)
    line.setFocus()
    line.selectAll()
    studio.qtbot.keyClicks(line, text)
    studio.key(Qt.Key.Key_Return)
    return line


def test_geometry_fields_of_several_show_origin_and_common_values(board: "Studio") -> None:
    board.page.editor.select(["b", "d", "c"])
    assert _texts(board) == {"x": "1", "y": "1", "w": "Mixed", "h": "3"}
    board.page.editor.select(["g1", "g2"])
    assert _texts(board) == {"x": "1", "y": "1", "w": "3", "h": "Mixed"}


def test_geometry_fields_of_several_move_together_and_resize_each(board: "Studio") -> None:
    editor = board.page.editor
    editor.select(["a", "b"])
    _write(board, "x", "4")
    assert (board.cells()["a"].x, board.cells()["b"].x) == (3, 5)
    _write(board, "h", "2")
    assert (board.cells()["a"].h, board.cells()["b"].h) == (2, 2)
    _write(board, "y", "4")
    assert board.cells()["a"].y == board.cells()["b"].y
    assert editor.selection == ("a", "b")
    for _step in range(editor.undo_stack.position()):
        editor.undo_stack.undo()
    assert board.cells()["a"] == Cell(0, 0, 2, 3)


def test_geometry_fields_of_several_impossible_values_are_disabled_or_explained(board: "Studio") -> None:
    board.page.editor.select(["a", "g1"])
    assert not board.find("inspector_x").isEnabled()
    assert "different containers" in board.find("inspector_x").accessibleDescription()
    assert board.find("inspector_w").isEnabled()
    board.page.editor.select(["a", "c"])
    line = _write(board, "x", "3")
    assert line.accessibleDescription() == "Enter a whole number from 1 to 2: the selection is 11 wide."
    assert board.cells()["a"].x == 0
    board.page.editor.select(["fixed", "a"])
    assert _texts(board)["x"] == "1"
