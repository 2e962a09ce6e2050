"""Rows, groups and tabs on the canvas: opened and closed, dragged into and out of, with mouse and keys."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible

from benchboard.dashboards import layout as grid
from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.tiles.frame_insets import frames_around
from benchboard.ui.widgets.banners import Banner

if TYPE_CHECKING:
    from conftest import Studio

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _item(name: str, x: int, y: int, w: int = 3, h: int = 3) -> dict[str, object]:
    place = {"x": x, "y": y, "w": w, "h": h}
    return {"id": name, "type": "text", "title": name, "config": {"text": name}, "position": place}


def page() -> dict[str, object]:
    """Two widgets, a group of two, tabs of two and one empty, a closed row and an open one."""
    return {
        "format": "benchboard/dashboard",
        "version": 2,
        "items": [
            _item("a", 0, 0),
            _item("b", 3, 0),
            {"id": "g", "type": "group", "title": "Group", "position": {"x": 0, "y": 3, "w": 6, "h": 4},
             "items": [_item("g1", 0, 0), _item("g2", 3, 0)]},
            {"id": "t", "type": "tabs", "title": "", "active": "one", "position": {"x": 6, "y": 3, "w": 6, "h": 4},
             "tabs": [{"id": "one", "title": "One", "items": [_item("t1", 0, 0)]},
                      {"id": "two", "title": "Two", "items": [_item("t2", 0, 0)]},
                      {"id": "none", "title": "None", "items": []}]},
            {"id": "r", "type": "row", "title": "Row", "collapsed": True, "position": {"x": 0, "y": 7, "w": 12, "h": 1},
             "items": [_item("r1", 0, 8)]},
            {"id": "s", "type": "row", "title": "Open", "position": {"x": 0, "y": 8, "w": 12, "h": 1},
             "items": [_item("s1", 0, 9)]},
        ],
    }  # fmt: skip


@pytest.fixture
def held(studio: "Studio") -> "Studio":
    studio.page.editor.load(parse_document(page()))
    studio.wait(lambda: "g1" in studio.canvas.tiles)
    return studio


def _path(studio: "Studio", item_id: str) -> grid.Path:
    return studio.page.editor.page.path(item_id)


def _tab(studio: "Studio", item_id: str, place: int) -> QPoint:
    frame = studio.canvas.tiles[item_id]
    assert isinstance(frame, ContainerFrame)
    return studio.canvas.mapFromScene(frame.tab_box(place).center())


def _into(studio: "Studio", item_id: str) -> QPoint:
    """A point a third into something."""
    box = studio.box(item_id)
    return box.topLeft() + (box.bottomRight() - box.topLeft()) / 3


def test_containers_have_tiles_only_for_shown_items(held: "Studio") -> None:
    assert set(held.canvas.tiles) == {"a", "b", "g", "g1", "g2", "t", "t1", "r", "s", "s1"}
    assert held.box("g").contains(held.box("g1"))
    assert held.box("t").contains(held.box("t1"))


def test_caret_click_opens_and_closes_row(held: "Studio") -> None:
    before = held.page.editor.document
    caret = held.box("r").topLeft() + QPoint(10, 18)
    held.qtbot.mouseClick(held.viewport, Qt.MouseButton.LeftButton, pos=caret)
    assert "r1" in held.canvas.tiles
    assert held.box("s").top() > held.box("r1").bottom()
    held.key(Qt.Key.Key_Z, CTRL)
    assert held.page.editor.document is before
    assert "r1" not in held.canvas.tiles
    held.page.editor.select(["r"])
    held.key(Qt.Key.Key_Space)
    assert "r1" in held.canvas.tiles


def test_tab_click_shows_tab(held: "Studio") -> None:
    held.qtbot.mouseClick(held.viewport, Qt.MouseButton.LeftButton, pos=_tab(held, "t", 1))
    assert "t2" in held.canvas.tiles
    assert "t1" not in held.canvas.tiles
    assert held.page.editor.undo_stack.count() == 1
    held.key(Qt.Key.Key_BracketRight, CTRL)
    held.key(Qt.Key.Key_BracketRight, CTRL)
    assert "t1" in held.canvas.tiles
    held.key(Qt.Key.Key_BracketLeft, CTRL)
    assert held.page.editor.page.item("t").active == 2


@pytest.mark.parametrize(
    ("item_id", "target", "path"),
    [
        ("a", "g2", (("g", 0),)),
        ("g1", "t1", (("t", 0),)),
        ("t1", "s1", (("s", 0),)),
        ("s1", "b", ()),
        ("g", "s1", (("s", 0),)),
        ("g", "t1", (("t", 0),)),
    ],
)
def test_drag_over_container_drops_into_it(held: "Studio", item_id: str, target: str, path: grid.Path) -> None:
    before, drawn = held.page.editor.document, held.shown()
    start = held.box(item_id).topLeft() + QPoint(60, 18)
    end = _into(held, target)
    held.press(start)
    held.glide(start, end)
    assert held.page.editor.document is before
    held.release(end)
    assert _path(held, item_id) == path
    assert {found.item.id for found in grid.walk_items(held.page.editor.layout)} == {
        found.item.id for found in grid.walk_items(before.layout)
    }
    for one, cell in held.page.editor.page.shown.items():
        page = held.page.editor.page
        assert held.canvas.tiles[one].rect == held.canvas.grid.rect(
            cell, frames_around(page, page.path(one), page.shown)
        )
    held.key(Qt.Key.Key_Z, CTRL)
    assert held.page.editor.document is before
    assert held.shown() == drawn


def test_drag_over_container_on_escape_changes_nothing(held: "Studio") -> None:
    before, drawn = held.page.editor.document, held.shown()
    start = held.header("a")
    held.press(start)
    held.glide(start, _into(held, "g1"))
    assert held.shown() != drawn
    held.key(Qt.Key.Key_Escape)
    held.release(start)
    assert held.page.editor.document is before
    assert held.shown() == drawn
    assert not any(tile.lifted for tile in held.canvas.tiles.values())


def test_drag_highlights_only_target_container(held: "Studio") -> None:
    start = held.header("a")
    held.press(start)
    for item_id, hot in (("g1", ["g"]), ("t1", ["t"]), ("b", [])):
        held.glide(start, _into(held, item_id))
        start = _into(held, item_id)
        assert [frame.item.id for frame in held.canvas.containers if frame.is_drop_target] == hot
    held.glide(start, held.box("s1").center())
    assert [frame.item.id for frame in held.canvas.containers if frame.is_drop_target] == ["s"]
    held.release(held.box("s1").center())
    assert not any(frame.is_drop_target for frame in held.canvas.containers)


def test_drag_dwelling_on_tab_drops_into_that_tab(held: "Studio") -> None:
    before = held.page.editor.document
    start, over = held.header("t1"), _tab(held, "t", 1)
    held.press(start)
    held.glide(start, over)
    held.wait(lambda: "t2" in held.canvas.tiles)
    assert held.page.editor.document is before  # nothing has happened yet
    end = over + QPoint(0, 60)
    held.glide(over, end)
    held.release(end)
    assert _path(held, "t1") == (("t", 1),)
    assert held.page.editor.page.item("t").active == 1
    assert held.page.editor.undo_stack.count() == 1
    held.key(Qt.Key.Key_Z, CTRL)
    assert held.page.editor.document is before


def test_drag_dwelling_on_tab_on_escape_shows_old_tab(held: "Studio") -> None:
    before, drawn = held.page.editor.document, held.shown()
    start, over = held.header("a"), _tab(held, "t", 2)
    held.press(start)
    held.glide(start, over)
    held.wait(lambda: "t1" not in held.canvas.tiles)
    held.key(Qt.Key.Key_Escape)
    held.release(over)
    assert held.page.editor.document is before
    assert held.shown() == drawn


def test_drag_from_palette_drops_into_group(held: "Studio") -> None:
    before = set(held.page.editor.page.paths)
    kind = held.find("palette_text")
    end = kind.mapFromGlobal(held.viewport.mapToGlobal(_into(held, "g2")))
    held.qtbot.mousePress(kind, Qt.MouseButton.LeftButton, pos=kind.rect().center())
    held.glide(kind.rect().center(), end, kind)
    held.qtbot.mouseRelease(kind, Qt.MouseButton.LeftButton, pos=end)
    (new,) = set(held.page.editor.page.paths) - before
    assert _path(held, new) == (("g", 0),)


@pytest.mark.parametrize("kind", ["row", "group", "tabs"])
def test_containers_from_palette_show_an_empty_hint(held: "Studio", kind: str) -> None:
    before = set(held.page.editor.page.paths)
    held.page.run("studio.add_row") if kind == "row" else held.page.run_when_loaded(f"studio.add_widget.{kind}")
    (new,) = set(held.page.editor.page.paths) - before
    frame = held.canvas.tiles[new]
    assert isinstance(frame, ContainerFrame)
    assert frame._hint_box() is not None
    assert held.page.editor.selection == (new,)


def test_group_has_handles_at_sides_only(held: "Studio") -> None:
    held.qtbot.mouseClick(held.viewport, Qt.MouseButton.LeftButton, pos=held.box("g").topLeft() + QPoint(60, 18))
    assert held.page.editor.selection == ("g",)
    assert set(held.canvas.group_frame.handles()) == {"e", "w"}
    outline = held.canvas.mapFromScene(held.canvas.tiles["g"].outline).boundingRect()
    start = QPoint(outline.right(), outline.center().y())
    held.drag(start, start + QPoint(round(-held.step()[0] * 2), 0))
    assert held.page.editor.page.cell("g").w == 4
    assert held.page.editor.page.pane((("g", 0),)).columns == 4


def test_ctrl_g_groups_and_ctrl_shift_g_ungroups(held: "Studio") -> None:
    before = held.page.editor.page.shown["a"]
    held.click("a")
    held.click("b", CTRL)
    held.key(Qt.Key.Key_G, CTRL)
    (group,) = held.page.editor.selection
    assert _path(held, "a") == _path(held, "b") == ((group, 0),)
    held.key(Qt.Key.Key_G, CTRL | SHIFT)
    assert _path(held, "a") == _path(held, "b") == ()
    assert set(held.page.editor.selection) == {"a", "b"}
    assert held.page.editor.page.shown["a"] == before
    held.key(Qt.Key.Key_T, CTRL | SHIFT)
    (tabs,) = held.page.editor.selection
    assert held.page.editor.page.item(tabs).type == grid.TABS


def test_tabs_are_renamed_added_and_removed_in_inspector(held: "Studio") -> None:
    held.page.editor.select(["t"])
    line = held.find("inspector_tab_0")
    line.setFocus()
    held.qtbot.keyClicks(line, "!")
    assert held.page.editor.page.item("t").panes[0].title == "One!"
    held.press_button("inspector_add_tab")
    assert len(held.page.editor.page.item("t").panes) == 4
    held.press_button("inspector_remove_tab_1")
    assert [pane.title for pane in held.page.editor.page.item("t").panes] == ["One!", "None", ""]
    for _step in range(3):
        held.key(Qt.Key.Key_Z, CTRL)
    assert [pane.title for pane in held.page.editor.page.item("t").panes] == ["One", "Two", "None"]


def test_tab_key_follows_reading_order_through_containers(held: "Studio") -> None:
    held.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    order = []
    for _step in held.canvas.tiles:
        held.key(Qt.Key.Key_Tab)
        order += held.page.editor.selection
    assert order == ["a", "b", "t", "t1", "g", "g1", "g2", "r", "s", "s1"]


def test_ctrl_a_selects_grid_first_and_then_everything(held: "Studio") -> None:
    held.click("g1")
    held.key(Qt.Key.Key_A, CTRL)
    assert held.page.editor.selection == ("g1", "g2")
    held.key(Qt.Key.Key_A, CTRL)
    assert set(held.page.editor.selection) == set(held.canvas.tiles)


@pytest.mark.parametrize(
    ("item_id", "name", "says"),
    [
        ("g1", "g1", "Text, column 0, row 0, 3 wide, 3 high, in Group"),
        ("g", "Group", "Group, column 0, row 3, 6 wide, 4 high"),
        ("r", "Row", "closed, 1 widget"),
        ("s", "Open", "open, 1 widget"),
        ("t", "Tabs", "tab One, 1 of 3, 2 widgets"),
    ],
)
def test_containers_and_contents_are_accessible(held: "Studio", item_id: str, name: str, says: str) -> None:
    whole = QAccessible.queryAccessibleInterface(held.canvas)
    found = [whole.child(k) for k in range(whole.childCount())]
    told = dict(zip(held.page.editor.page.reading_order, found, strict=True))[item_id]
    assert told.text(QAccessible.Text.Name) == name
    texts = (QAccessible.Text.Description, QAccessible.Text.Value)
    assert says in [told.text(kind) for kind in texts]


def test_drop_nested_too_deep_is_rejected_and_changes_nothing(held: "Studio") -> None:
    held.click("a")
    for _depth in range(8):
        held.key(Qt.Key.Key_G, CTRL)
        held.page.editor.select(["a"])
    before = held.page.editor.document
    held.key(Qt.Key.Key_G, CTRL)
    assert held.page.editor.document is before
    (banner,) = [one for one in held.application.window.findChildren(Banner) if one.isVisible()]
    assert "8 levels deep" in banner.accessibleName()
