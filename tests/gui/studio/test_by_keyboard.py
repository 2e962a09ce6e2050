"""What the mouse does with Ctrl, with the gutter between two and in the outline, done by keys alone."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from benchboard.dashboards.document import parse_document
from benchboard.dashboards.layout import Cell
from benchboard.ui.studio.panes.keysheet import lines

if TYPE_CHECKING:
    from conftest import Studio

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def _item(name: str, x: int, y: int, w: int = 3, h: int = 3, **more: object) -> dict[str, object]:
    place = {"x": x, "y": y, "w": w, "h": h}
    return {"id": name, "type": "text", "title": name, "config": {"text": name}, "position": place, **more}


@pytest.fixture
def board(studio: "Studio") -> "Studio":
    items = [
        _item("a", 0, 0), _item("b", 3, 0), _item("c", 6, 0), _item("d", 0, 3, 3, 2), _item("e", 3, 3),
        {"id": "g", "type": "group", "title": "Group", "position": {"x": 0, "y": 6, "w": 6, "h": 4},
         "items": [_item("g1", 0, 0), _item("g2", 3, 0)]},
    ]  # fmt: skip
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    studio.page.editor.choose(["a"])
    return studio


def test_ctrl_with_arrows_and_space_choose_several(board: "Studio") -> None:
    editor, roving = board.page.editor, board.canvas.roving
    board.key(Key.Key_Right, CTRL)
    assert (editor.chosen, roving.at) == (("a",), "b")
    board.key(Key.Key_Right, CTRL)
    board.key(Key.Key_Space, CTRL)
    assert (editor.chosen, roving.at) == (("a", "c"), "c")
    board.key(Key.Key_Left, CTRL)
    board.key(Key.Key_Down, CTRL)
    assert roving.at == "e"
    board.key(Key.Key_Space, CTRL)
    assert editor.chosen == ("a", "c", "e")
    board.key(Key.Key_Space, CTRL)
    assert (editor.chosen, roving.at) == (("a", "c"), "e")
    board.key(Key.Key_W, CTRL | SHIFT)
    board.key(Key.Key_Right)
    assert board.cells()["a"].x == 1


def test_the_ring_enters_a_container_by_its_heading_and_leaves_it(board: "Studio") -> None:
    roving = board.canvas.roving
    went = []
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Down, Key.Key_Right, Key.Key_Up, Key.Key_Up):
        board.key(key, CTRL)
        went.append(roving.at)
    assert went == ["d", "g", "g1", "g2", "g", "e"]


def test_the_ring_goes_with_another_choice_and_with_its_widget(board: "Studio") -> None:
    editor, roving = board.page.editor, board.canvas.roving
    board.key(Key.Key_Right, CTRL)
    board.key(Key.Key_Tab)
    assert (editor.chosen, roving.at) == (("c",), "c")
    board.key(Key.Key_Left, CTRL)
    board.click("d")
    assert roving.at == "d"
    board.key(Key.Key_Up, CTRL)
    editor.take("", editor.page.without(["a"]), ["d"])
    assert roving.at == "d"


def test_without_a_choice_the_ring_begins_at_the_first(board: "Studio") -> None:
    board.page.editor.choose(())
    board.key(Key.Key_Space, CTRL)
    assert not board.page.editor.chosen
    board.key(Key.Key_Down, CTRL)
    assert board.canvas.roving.at == "a"


def test_the_ring_is_drawn_where_it_is_and_comes_into_sight(board: "Studio") -> None:
    board.canvas.set_zoom(2.0)
    before = board.viewport.grab().toImage()
    board.key(Key.Key_Right, CTRL)
    assert board.viewport.grab().toImage() != before
    for _k in range(3):
        board.key(Key.Key_Down, CTRL)
    there = board.canvas.roving.at
    assert there.startswith("g")
    assert board.viewport.rect().contains(board.box(there))


@pytest.mark.parametrize(
    ("chosen", "key", "changed"),
    [
        ("a", Key.Key_Right, {"a": Cell(0, 0, 4, 3), "b": Cell(4, 0, 2, 3)}),
        ("a", Key.Key_Left, {"a": Cell(0, 0, 2, 3), "b": Cell(2, 0, 4, 3)}),
        ("c", Key.Key_Left, {"c": Cell(5, 0, 4, 3), "b": Cell(3, 0, 2, 3)}),
        ("b", Key.Key_Down, {"b": Cell(3, 0, 3, 4), "e": Cell(3, 4, 3, 2)}),
        ("g1", Key.Key_Right, {"g1": Cell(0, 7, 4, 3), "g2": Cell(4, 7, 2, 3)}),
    ],
)
def test_alt_shift_and_an_arrow_move_the_shared_edge(
    board: "Studio", chosen: str, key: Qt.Key, changed: dict[str, Cell]
) -> None:
    editor = board.page.editor
    before = dict(editor.page.shown)
    editor.choose([chosen])
    board.key(key, ALT | SHIFT)
    assert {one: cell for one, cell in editor.page.shown.items() if before[one] != cell} == changed
    assert editor.chosen == (chosen,)
    editor.stack.undo()
    assert editor.page.shown == before


def test_an_edge_that_cannot_move_says_why(board: "Studio") -> None:
    said: list[str] = []
    board.canvas.refused.connect(said.append)
    editor = board.page.editor
    editor.choose(["g"])
    board.key(Key.Key_Right, ALT | SHIFT)
    editor.choose(["a"])
    for _k in range(3):
        board.key(Key.Key_Right, ALT | SHIFT)
    assert said == ["“Group” shares no edge there that could be moved.", "The edge can go no further."]
    editor.choose(["b"])
    editor.lock("size", True)
    editor.choose(["a"])
    before = board.cells()
    board.key(Key.Key_Left, ALT | SHIFT)
    assert board.cells() == before
    assert said[-1] == "“a” shares no edge there that could be moved."


def test_what_is_chosen_in_the_outline_is_brought_into_order_there(board: "Studio") -> None:
    editor, outline = board.page.editor, board.page.outline
    board.page.do("outline")
    outline.setCurrentItem(outline.line("a"))
    board.key(Key.Key_Down, SHIFT)
    board.key(Key.Key_Down, SHIFT)
    assert editor.chosen == ("a", "b", "c")
    board.key(Key.Key_W, CTRL | SHIFT)
    board.key(Key.Key_Right, CTRL | SHIFT)
    assert {board.cells()[one].right for one in ("a", "b", "c")} == {9}
    assert outline.hasFocus()
    board.key(Key.Key_Z, CTRL)
    assert board.cells()["a"].x == 0
    board.key(Key.Key_L, CTRL)
    assert editor.locked("place")


def test_the_sheet_of_keys_names_them_all(board: "Studio") -> None:
    keys = {title: caps for _group, title, caps in lines()}
    assert keys["Choose it too, or no longer"] == ("Ctrl Space",)
    assert keys["Go to a neighbour, what is chosen stays chosen"][0] == "Ctrl Left"
    assert keys["Move the edge it shares with a neighbour"][2] == "Alt Shift Right"
