"""What the mouse does with Ctrl, with a shared edge and in the outline, done by keyboard alone."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import Cell
from benchboard.ui.shell.shortcuts_dialog import shortcut_rows

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
    studio.page.editor.select(["a"])
    return studio


def test_ctrl_arrows_and_space_select_several(board: "Studio") -> None:
    editor, ring = board.page.editor, board.canvas.item_focus
    board.key(Key.Key_Right, CTRL)
    assert (editor.selection, ring.current) == (("a",), "b")
    board.key(Key.Key_Right, CTRL)
    board.key(Key.Key_Space, CTRL)
    assert (editor.selection, ring.current) == (("a", "c"), "c")
    board.key(Key.Key_Left, CTRL)
    board.key(Key.Key_Down, CTRL)
    assert ring.current == "e"
    board.key(Key.Key_Space, CTRL)
    assert editor.selection == ("a", "c", "e")
    board.key(Key.Key_Space, CTRL)
    assert (editor.selection, ring.current) == (("a", "c"), "e")
    board.key(Key.Key_W, CTRL | SHIFT)
    board.key(Key.Key_Right)
    assert board.cells()["a"].x == 1


def test_focus_ring_enters_and_leaves_container_by_heading(board: "Studio") -> None:
    ring = board.canvas.item_focus
    went = []
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Down, Key.Key_Right, Key.Key_Up, Key.Key_Up):
        board.key(key, CTRL)
        went.append(ring.current)
    assert went == ["d", "g", "g1", "g2", "g", "e"]


def test_focus_ring_on_selection_change_or_removal_disappears(board: "Studio") -> None:
    editor, ring = board.page.editor, board.canvas.item_focus
    board.key(Key.Key_Right, CTRL)
    board.key(Key.Key_Tab)
    assert (editor.selection, ring.current) == (("c",), "c")
    board.key(Key.Key_Left, CTRL)
    board.click("d")
    assert ring.current == "d"
    board.key(Key.Key_Up, CTRL)
    editor.apply_layout("", editor.page.without(["a"]), ["d"])
    assert ring.current == "d"


def test_focus_ring_without_selection_begins_at_first_item(board: "Studio") -> None:
    board.page.editor.select(())
    board.key(Key.Key_Space, CTRL)
    assert not board.page.editor.selection
    board.key(Key.Key_Down, CTRL)
    assert board.canvas.item_focus.current == "a"


def test_focus_ring_is_painted_and_scrolled_into_view(board: "Studio") -> None:
    board.canvas.set_zoom(2.0)
    before = board.viewport.grab().toImage()
    board.key(Key.Key_Right, CTRL)
    assert board.viewport.grab().toImage() != before
    for _k in range(3):
        board.key(Key.Key_Down, CTRL)
    there = board.canvas.item_focus.current
    assert there.startswith("g")
    assert board.viewport.rect().contains(board.box(there))


def test_alt_shift_arrow_moves_shared_edge(board: "Studio") -> None:
    for chosen, key, changed in (
        ("a", Key.Key_Right, {"a": Cell(0, 0, 4, 3), "b": Cell(4, 0, 2, 3)}),
        ("a", Key.Key_Left, {"a": Cell(0, 0, 2, 3), "b": Cell(2, 0, 4, 3)}),
        ("c", Key.Key_Left, {"c": Cell(5, 0, 4, 3), "b": Cell(3, 0, 2, 3)}),
        ("b", Key.Key_Down, {"b": Cell(3, 0, 3, 4), "e": Cell(3, 4, 3, 2)}),
        ("g1", Key.Key_Right, {"g1": Cell(0, 7, 4, 3), "g2": Cell(4, 7, 2, 3)}),
    ):
        editor = board.page.editor
        before = dict(editor.page.shown)
        editor.select([chosen])
        board.key(key, ALT | SHIFT)
        assert {one: cell for one, cell in editor.page.shown.items() if before[one] != cell} == changed, (chosen, key)
        assert editor.selection == (chosen,), (chosen, key)
        editor.undo_stack.undo()
        assert editor.page.shown == before, (chosen, key)


def test_alt_shift_arrow_at_immovable_edge_explains_why(board: "Studio") -> None:
    said: list[str] = []
    board.canvas.rejected.connect(said.append)
    editor = board.page.editor
    editor.select(["g"])
    board.key(Key.Key_Right, ALT | SHIFT)
    editor.select(["a"])
    for _k in range(3):
        board.key(Key.Key_Right, ALT | SHIFT)
    assert said == ["“Group” has no shared edge to move there.", "The edge can't move any further."]
    editor.select(["b"])
    editor.lock("size", True)
    editor.select(["a"])
    before = board.cells()
    board.key(Key.Key_Left, ALT | SHIFT)
    assert board.cells() == before
    assert said[-1] == "“a” has no shared edge to move there."


def test_outline_selection_is_arranged_by_keys_there(board: "Studio") -> None:
    editor, outline = board.page.editor, board.page.outline
    board.page.run("studio.show_outline")
    outline.setCurrentItem(outline.line("a"))
    board.key(Key.Key_Down, SHIFT)
    board.key(Key.Key_Down, SHIFT)
    assert editor.selection == ("a", "b", "c")
    board.key(Key.Key_W, CTRL | SHIFT)
    board.key(Key.Key_Right, CTRL | SHIFT)
    assert {board.cells()[one].right for one in ("a", "b", "c")} == {9}
    assert outline.hasFocus()
    board.key(Key.Key_Z, CTRL)
    assert board.cells()["a"].x == 0
    board.key(Key.Key_L, CTRL)
    assert editor.is_locked("place")


def test_key_sheet_lists_keyboard_keys(board: "Studio") -> None:
    keys = {title: caps for _group, title, caps in shortcut_rows()}
    assert keys["Add to or remove from selection"] == ("Ctrl Space",)
    assert keys["Move focus, keep selection"][0] == "Ctrl Left"
    assert keys["Move shared edge"][2] == "Alt Shift Right"


@pytest.mark.usefixtures("demo_home")
def test_alt_left_moves_what_is_selected_and_else_goes_back(studio: "Studio") -> None:
    shell = studio.application.shell
    assert shell is not None
    here = shell.address
    shell.go("studio/data")
    shell.go(here)
    studio.click("notes")
    before = studio.page.editor.document
    studio.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shell.address == here
    studio.key(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert studio.page.editor.document is not before
    studio.page.editor.select(())
    studio.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shell.address == "studio/data"


@pytest.mark.usefixtures("demo_home")
def test_palette_offers_to_enter_a_table_only_where_one_is_selected(studio: "Studio") -> None:
    shell = studio.application.shell
    assert shell is not None
    studio.page.editor.select(())
    assert "studio.enter_table" not in shell.command_handlers()
    studio.click("notes")
    assert "studio.enter_table" not in shell.command_handlers()
