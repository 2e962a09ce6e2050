"""The width field names the columns of the grid that the selection is in."""

from typing import TYPE_CHECKING

from boards import CTRL
from PySide6.QtCore import QPoint

from benchboard.ui.widgets.fields import Edit

if TYPE_CHECKING:
    from conftest import Studio


def _width(board: "Studio") -> str:
    field = board.find("inspector_w")
    assert isinstance(field, Edit)
    return f"{field.text()} {field.unit}"


def test_geometry_width_after_a_drop_has_columns_of_its_new_grid(board: "Studio") -> None:
    board.click("a")
    assert _width(board) == "3 of 12"
    start, inside = board.header("a"), board.box("t").center() + QPoint(60, 20)
    board.press(start)
    board.glide(start, inside)
    assert _width(board) == "3 of 6"  # while it is in hand already
    board.release(inside)
    assert board.page.editor.page.path("a")
    assert _width(board) == "3 of 6"
    board.page.undo()
    assert _width(board) == "3 of 12"


def test_geometry_width_of_several_has_columns_of_the_narrowest_grid(board: "Studio") -> None:
    board.click("a")
    board.click("b", CTRL)
    assert _width(board) == "3 of 12"
    start, inside = board.header("a"), board.box("t").center() + QPoint(60, 20)
    board.drag(start, inside)
    assert {len(board.page.editor.page.path(one)) for one in ("a", "b")} == {1}
    assert _width(board) == "3 of 6"
