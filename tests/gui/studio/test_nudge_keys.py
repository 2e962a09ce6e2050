"""Arrow keys move several widgets as one body, and neighbours make room."""

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.editing import placement_edits
from benchboard.dashboards.layout import Compact, Drag, Layout
from benchboard.dashboards.layout.model import bounding_box
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.widgets.toasts import Toast
from support.examples import examples
from support.grids import check, hangs, some, starts

if TYPE_CHECKING:
    from conftest import Studio

Key = Qt.Key


def _item(name: str, x: int, y: int, h: int) -> dict[str, object]:
    return {"id": name, "type": "text", "title": name, "position": {"x": x, "y": y, "w": 3, "h": h}}


def test_arrow_with_several_selected_moves_neighbours_away(studio: "Studio") -> None:
    items = [_item("a", 0, 0, 2), _item("b", 0, 2, 4), _item("c", 3, 0, 3), _item("d", 3, 3, 3), _item("e", 6, 0, 3)]
    editor = studio.page.editor
    editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    before = studio.cells()
    editor.select(["a", "b"])
    studio.key(Key.Key_Right)
    assert {one: tuple(cell)[:2] for one, cell in studio.cells().items()} == {
        "a": (1, 0), "b": (1, 2), "c": (3, 6), "d": (3, 9), "e": (6, 0),
    }  # fmt: skip
    assert editor.undo_stack.count() == 1
    studio.key(Key.Key_Left)
    assert studio.cells() == before
    editor.undo_stack.undo()
    editor.undo_stack.undo()
    assert studio.cells() == before


def test_arrow_shows_and_tells_once_that_several_widgets_moved(studio: "Studio", announcements: list[str]) -> None:
    items = [_item("a", 0, 0, 2), _item("b", 3, 0, 2)]
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def toasts() -> list[str]:
        return [one.accessibleName() for one in studio.application.window.findChildren(Toast) if one.isVisible()]

    studio.page.editor.select(["a"])
    studio.key(Key.Key_Right)
    assert toasts() == [], "where one widget is, the inspector shows"
    studio.page.editor.select(["a", "b"])
    announcements.clear()
    studio.key(Key.Key_Right)
    assert toasts() == ["2 widgets moved"]
    assert announcements == ["2 widgets moved"]
    studio.key(Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert toasts()[-1] == "2 widgets resized"


@given(starts(), st.data(), st.sampled_from([(1, 0), (-1, 0), (0, 1), (0, -1)]))
@examples(200)
def test_arrow_with_several_selected_keeps_them_together_when_blocked(
    start: tuple[Layout, Compact], data: st.DataObject, way: tuple[int, int]
) -> None:
    """By exactly one column, unless the edge of the grid is there. By exactly one row where nothing rises and no static
    is in the way; where everything rises, to another row that way. In one piece wherever something near can hold it
    so without giving way itself."""
    layout, compact = start
    ids, (dx, dy) = some(data, layout, 5), way
    drag = Drag(layout, ids, compact=compact)
    editor = Editor()
    editor.load(Document(layout, compact=compact))
    editor.select(ids)
    editor.apply(placement_edits.nudge, dx, dy)
    check(editor.layout, layout)
    if not drag.body:
        return
    box, names = bounding_box(drag.body), [layout.items[place].id for place in drag.places]
    after = [editor.layout.cell(name) for name in names]
    right = {new.x - old.x for new, old in zip(after, drag.body, strict=True)}
    down = {new.y - old.y for new, old in zip(after, drag.body, strict=True)}
    room = box.x + dx >= 0 and box.right + dx <= layout.columns
    assert right == {dx if room else 0}
    if compact == "vertical":
        rows = range(-12, 13) if dx else range(dy, 100 * dy, dy)
        assert len(down) == 1 or not any(hangs(drag, dx, row) for row in rows)
        assert dx or all(dy * by >= 0 for by in down) or len(down) > 1
    elif not any(item.static for item in layout.items):
        assert down == {dy if box.y + dy >= 0 else 0}
    assert editor.undo_stack.count() == (editor.layout != layout)


def test_arrow_that_moves_nothing_says_why(studio: "Studio") -> None:
    editor = studio.page.editor
    items = [_item("a", 0, 0, 2)]
    editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    editor.select(["a"])
    told: list[str] = []
    studio.canvas.rejected.connect(told.append)
    before = studio.cells()
    for key in (Key.Key_Down, Key.Key_Up, Key.Key_Left):
        studio.key(key)
    assert studio.cells() == before
    assert told == [
        "It can't move further down: widgets move up until they touch another one.",
        "It can't move further up.",
        "It can't move further left.",
    ]
