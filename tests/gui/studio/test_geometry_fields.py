"""A widget has the same column and row, from 1, in inspector, drag label and accessibility, and from 0 in the document;
bad input is rejected.
"""

import json
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible

from benchboard.dashboards.document.document import parse_document, write_document
from benchboard.ui.studio.document.undo_line_edit import UndoLineEdit
from benchboard.ui.widgets.labels import Text

if TYPE_CHECKING:
    from conftest import Studio


def _item(name: str, x: int, y: int, w: int = 3, h: int = 3, **more: object) -> dict[str, object]:
    place = {"x": x, "y": y, "w": w, "h": h}
    return {"id": name, "type": "text", "title": name, "config": {"text": name}, "position": place, **more}


@pytest.fixture
def board(studio: "Studio") -> "Studio":
    items = [
        _item("a", 3, 0), _item("limited", 6, 0, 3, 3, min_w=2, max_w=4),
        {"id": "r", "type": "row", "title": "Row", "position": {"x": 0, "y": 3, "w": 12, "h": 1},
         "items": [_item("r1", 1, 4), _item("r2", 4, 4)]},
        {"id": "g", "type": "group", "title": "Group", "position": {"x": 5, "y": 7, "w": 7, "h": 4},
         "items": [_item("g1", 0, 0), _item("g2", 3, 0),
                   {"id": "gr", "type": "row", "title": "Inner", "position": {"x": 0, "y": 3, "w": 7, "h": 1},
                    "items": [_item("gr1", 2, 4)]}]},
        {"id": "t", "type": "tabs", "title": "Tabs", "active": "one", "position": {"x": 0, "y": 7, "w": 5, "h": 4},
         "tabs": [{"id": "one", "title": "One", "items": [_item("t1", 1, 0)]}]},
    ]  # fmt: skip
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    return studio


def _document_cell(items: list[dict[str, Any]], wanted: str) -> tuple[int, int] | None:
    """An item's column and row in the document."""
    for item in items:
        if item["id"] == wanted:
            return item["position"]["x"], item["position"]["y"]
        for inner in (item.get("items", []), *(tab["items"] for tab in item.get("tabs", []))):
            if (found := _document_cell(inner, wanted)) is not None:
                return found
    return None


def _in_document(studio: "Studio", item_id: str) -> tuple[int, int] | None:
    return _document_cell(json.loads(json.dumps(write_document(studio.page.editor.document)))["items"], item_id)


def _from_one(cell: tuple[int, int] | None) -> tuple[int, int] | None:
    return cell and (cell[0] + 1, cell[1] + 1)


def _line(studio: "Studio", key: str) -> UndoLineEdit:
    line = studio.find(f"inspector_{key}")
    assert isinstance(line, UndoLineEdit)
    return line


def _in_fields(studio: "Studio") -> tuple[int, int]:
    """Column and row in the inspector, from 1."""
    return int(_line(studio, "x").text()), int(_line(studio, "y").text())


def _read_out(studio: "Studio", item_id: str) -> str:
    page = QAccessible.queryAccessibleInterface(studio.canvas)
    assert page is not None
    child = page.child(studio.canvas.reading_order().index(item_id))
    assert child is not None
    return child.text(QAccessible.Text.Description)


def test_position_is_reported_from_one_everywhere(board: "Studio") -> None:
    for item_id, inside in (
        ("a", ""),
        ("r", ""),
        ("r2", "Row"),
        ("g", ""),
        ("g2", "Group"),
        ("gr", "Group"),
        ("gr1", "Inner"),
        ("t1", "One"),
    ):
        board.page.editor.select([item_id])
        x, y = _in_document(board, item_id) or (-1, -1)
        assert _in_fields(board) == (x + 1, y + 1), item_id
        said = _read_out(board, item_id)
        assert f"column {x + 1}, row {y + 1}, " in said, item_id
        assert said.endswith(f", in {inside}" if inside else " high"), item_id


@pytest.mark.parametrize(("over", "inside"), [("r2", "Row"), ("g2", "Group"), ("gr1", "Inner"), ("t1", "One")])
def test_drag_label_shows_position_it_will_have(board: "Studio", over: str, inside: str) -> None:
    board.page.editor.select(["a"])
    start, end = board.header("a"), board.box(over).center()
    before = _in_fields(board)
    board.press(start)
    board.glide(start, end)
    target = board.canvas.drag.drop_target
    assert target is not None
    live = _in_fields(board)
    assert target.label == f"column {live[0]}, row {live[1]} · {inside}"
    assert live != before
    board.release(end)
    assert live == _in_fields(board) == _from_one(_in_document(board, "a"))


def test_geometry_fields_inside_a_row_show_the_documents_row(board: "Studio") -> None:
    board.page.editor.select(["r1"])
    _write(board, "y", "7")
    assert _from_one(_in_document(board, "r1")) == _in_fields(board)
    _write(board, "x", "8")
    assert (_in_document(board, "r1") or ())[0] == 7


def test_geometry_fields_accept_the_first_and_the_last_column_and_row(board: "Studio") -> None:
    board.page.editor.select(["a"])
    _write(board, "x", "1")
    assert (_in_document(board, "a") or ())[0] == 0
    _write(board, "x", "10")
    assert (_in_document(board, "a") or ())[0] == 9
    assert not _type(board, "y", "100001").accessibleDescription()
    assert _type(board, "y", "0").accessibleDescription() == "Enter a whole number from 1 to 100001."


# During a drag


def test_geometry_fields_follow_resize_and_escape(board: "Studio") -> None:
    editor = board.page.editor
    editor.select(["a"])
    box, (column, row) = board.box("a"), board.step()
    corner = QPoint(box.right() + 1, box.bottom() + 1)
    board.press(corner)
    there = corner + QPoint(round(column), round(row))
    board.glide(corner, there)
    assert (_line(board, "w").text(), _line(board, "h").text()) == ("4", "4")
    assert not editor.undo_stack.can_undo()
    board.key(Qt.Key.Key_Escape)
    assert (_line(board, "w").text(), _line(board, "h").text()) == ("3", "3")
    board.release(there)
    assert not editor.undo_stack.can_undo()


def test_geometry_fields_of_several_follow_drag(board: "Studio") -> None:
    board.page.editor.select(["a", "limited"])
    start = board.header("a")
    board.press(start)
    board.glide(start, start - QPoint(round(board.step()[0] * 2), 0))
    assert _in_fields(board) == (2, 1)
    board.release(start)


# Invalid input


def _type(studio: "Studio", key: str, text: str) -> UndoLineEdit:
    line = _line(studio, key)
    line.setFocus()
    line.selectAll()
    studio.qtbot.keyClicks(line, text)
    return line


def _write(studio: "Studio", key: str, text: str) -> UndoLineEdit:
    line = _type(studio, key, text)
    studio.key(Qt.Key.Key_Return)
    return line


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("w", "50", "Enter a whole number from 1 to 9: the widget starts at column 4."),
        ("x", "99", "Enter a whole number from 1 to 10: the widget is 3 wide."),
        ("h", "-1", "Enter a whole number from 1 to 1000."),
        ("y", "up", "Enter a whole number from 1 to"),
        ("h", "0", "Enter a whole number from 1 to"),
    ],
)
def test_geometry_field_invalid_number_is_reported_and_changes_nothing(
    board: "Studio", key: str, text: str, words: str
) -> None:
    board.page.editor.select(["a"])
    before = board.page.editor.document
    line = _type(board, key, text)
    assert line.accessibleDescription().startswith(words)
    assert line.property("wrong")
    board.key(Qt.Key.Key_Return)
    assert board.page.editor.document is before
    assert line.text() == text
    board.qtbot.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    board.qtbot.keyClicks(line, "9" if key == "y" else "2")
    assert not line.accessibleDescription()
    board.key(Qt.Key.Key_Return)
    assert board.page.editor.document is not before


def test_geometry_field_beyond_the_widgets_limits_is_reported(board: "Studio") -> None:
    board.page.editor.select(["limited"])
    assert _type(board, "w", "5").accessibleDescription() == "Enter a whole number from 2 to 4."


def test_geometry_field_emptied_shows_its_number_again(board: "Studio") -> None:
    board.page.editor.select(["a"])
    line = _line(board, "w")
    line.setFocus()
    line.selectAll()
    board.key(Qt.Key.Key_Delete)
    assert not line.property("wrong")
    board.key(Qt.Key.Key_Return)
    assert line.text() == "3"


def test_geometry_field_error_mark_stands_beside_the_unit(board: "Studio") -> None:
    board.page.editor.select(["a"])
    line = _line(board, "w")
    (unit,) = line.findChildren(Text)
    assert line.width() - unit.geometry().right() < 22
    _type(board, "w", "-1")
    assert line.width() - unit.geometry().right() > 30
    _type(board, "w", "2")
    assert line.width() - unit.geometry().right() < 22
