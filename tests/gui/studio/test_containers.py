"""Rows, groups and tabs on the canvas: opened and closed, dragged into and out of, with mouse and keys."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import TABS, Path, walk_items
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.tiles.container_painting import tab_boxes
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
def container_page(studio: "Studio") -> "Studio":
    studio.page.editor.load(parse_document(page()))
    studio.wait(lambda: "g1" in studio.canvas.tiles)
    return studio


def _path(studio: "Studio", item_id: str) -> Path:
    return studio.page.editor.page.path(item_id)


def _tab(studio: "Studio", item_id: str, place: int) -> QPoint:
    frame = studio.canvas.tiles[item_id]
    assert isinstance(frame, ContainerFrame)
    box = tab_boxes(frame.item, frame.rect.width() / studio.canvas.zoom, locked=frame.locked)[place]
    return studio.canvas.mapFromScene(frame.pos() + box.center() * studio.canvas.zoom)


def _into(studio: "Studio", item_id: str) -> QPoint:
    """The point a third into an item's box."""
    box = studio.box(item_id)
    return box.topLeft() + (box.bottomRight() - box.topLeft()) / 3


def test_containers_have_tiles_only_for_shown_items(container_page: "Studio") -> None:
    assert set(container_page.canvas.tiles) == {"a", "b", "g", "g1", "g2", "t", "t1", "r", "s", "s1"}
    assert container_page.box("g").contains(container_page.box("g1"))
    assert container_page.box("t").contains(container_page.box("t1"))


def test_caret_click_opens_and_closes_row(container_page: "Studio") -> None:
    before = container_page.page.editor.document
    caret = container_page.box("r").topLeft() + QPoint(10, 18)
    container_page.qtbot.mouseClick(container_page.viewport, Qt.MouseButton.LeftButton, pos=caret)
    assert "r1" in container_page.canvas.tiles
    assert container_page.box("s").top() > container_page.box("r1").bottom()
    container_page.key(Qt.Key.Key_Z, CTRL)
    assert container_page.page.editor.document is before
    assert "r1" not in container_page.canvas.tiles
    container_page.page.editor.select(["r"])
    container_page.key(Qt.Key.Key_Space)
    assert "r1" in container_page.canvas.tiles


def test_tab_click_shows_tab(container_page: "Studio") -> None:
    container_page.qtbot.mouseClick(
        container_page.viewport, Qt.MouseButton.LeftButton, pos=_tab(container_page, "t", 1)
    )
    assert "t2" in container_page.canvas.tiles
    assert "t1" not in container_page.canvas.tiles
    assert container_page.page.editor.undo_stack.count() == 1
    container_page.key(Qt.Key.Key_BracketRight, CTRL)
    container_page.key(Qt.Key.Key_BracketRight, CTRL)
    assert "t1" in container_page.canvas.tiles
    container_page.key(Qt.Key.Key_BracketLeft, CTRL)
    assert container_page.page.editor.page.item("t").active == 2


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
def test_drag_over_container_drops_into_it(container_page: "Studio", item_id: str, target: str, path: Path) -> None:
    before, drawn = container_page.page.editor.document, container_page.shown()
    start = container_page.box(item_id).topLeft() + QPoint(60, 18)
    end = _into(container_page, target)
    container_page.press(start)
    container_page.glide(start, end)
    assert container_page.page.editor.document is before
    container_page.release(end)
    assert _path(container_page, item_id) == path
    assert {found.item.id for found in walk_items(container_page.page.editor.layout)} == {
        found.item.id for found in walk_items(before.layout)
    }
    for one, cell in container_page.page.editor.page.shown.items():
        assert container_page.canvas.tiles[one].rect == container_page.canvas.grid.rect(cell)
    container_page.key(Qt.Key.Key_Z, CTRL)
    assert container_page.page.editor.document is before
    assert container_page.shown() == drawn


def test_drag_over_container_on_escape_changes_nothing(container_page: "Studio") -> None:
    before, drawn = container_page.page.editor.document, container_page.shown()
    start = container_page.header("a")
    container_page.press(start)
    container_page.glide(start, _into(container_page, "g1"))
    assert container_page.shown() != drawn
    container_page.key(Qt.Key.Key_Escape)
    container_page.release(start)
    assert container_page.page.editor.document is before
    assert container_page.shown() == drawn
    assert not any(tile.lifted for tile in container_page.canvas.tiles.values())


def test_drag_highlights_only_target_container(container_page: "Studio") -> None:
    start = container_page.header("a")
    container_page.press(start)
    for item_id, hot in (("g1", ["g"]), ("t1", ["t"]), ("b", [])):
        container_page.glide(start, _into(container_page, item_id))
        start = _into(container_page, item_id)
        assert [frame.item.id for frame in container_page.canvas.containers if frame.is_drop_target] == hot
    container_page.glide(start, container_page.box("s1").center())
    assert [frame.item.id for frame in container_page.canvas.containers if frame.is_drop_target] == ["s"]
    container_page.release(container_page.box("s1").center())
    assert not any(frame.is_drop_target for frame in container_page.canvas.containers)


def test_drag_dwelling_on_tab_drops_into_that_tab(container_page: "Studio") -> None:
    before = container_page.page.editor.document
    start, over = container_page.header("t1"), _tab(container_page, "t", 1)
    container_page.press(start)
    container_page.glide(start, over)
    container_page.wait(lambda: "t2" in container_page.canvas.tiles)
    assert container_page.page.editor.document is before  # nothing has happened yet
    end = over + QPoint(0, 60)
    container_page.glide(over, end)
    container_page.release(end)
    assert _path(container_page, "t1") == (("t", 1),)
    assert container_page.page.editor.page.item("t").active == 1
    assert container_page.page.editor.undo_stack.count() == 1
    container_page.key(Qt.Key.Key_Z, CTRL)
    assert container_page.page.editor.document is before


def test_drag_dwelling_on_tab_on_escape_shows_old_tab(container_page: "Studio") -> None:
    before, drawn = container_page.page.editor.document, container_page.shown()
    start, over = container_page.header("a"), _tab(container_page, "t", 2)
    container_page.press(start)
    container_page.glide(start, over)
    container_page.wait(lambda: "t1" not in container_page.canvas.tiles)
    container_page.key(Qt.Key.Key_Escape)
    container_page.release(over)
    assert container_page.page.editor.document is before
    assert container_page.shown() == drawn


def test_drag_from_palette_drops_into_group(container_page: "Studio") -> None:
    before = set(container_page.page.editor.page.paths)
    kind = container_page.find("palette_text")
    end = kind.mapFromGlobal(container_page.viewport.mapToGlobal(_into(container_page, "g2")))
    container_page.qtbot.mousePress(kind, Qt.MouseButton.LeftButton, pos=kind.rect().center())
    container_page.glide(kind.rect().center(), end, kind)
    container_page.qtbot.mouseRelease(kind, Qt.MouseButton.LeftButton, pos=end)
    (new,) = set(container_page.page.editor.page.paths) - before
    assert _path(container_page, new) == (("g", 0),)


def test_group_has_handles_at_sides_only(container_page: "Studio") -> None:
    container_page.qtbot.mouseClick(
        container_page.viewport, Qt.MouseButton.LeftButton, pos=container_page.box("g").topLeft() + QPoint(60, 18)
    )
    assert container_page.page.editor.selection == ("g",)
    assert set(container_page.canvas.group_frame.handles()) == {"e", "w"}
    outline = container_page.canvas.mapFromScene(container_page.canvas.tiles["g"].outline).boundingRect()
    start = QPoint(outline.right(), outline.center().y())
    container_page.drag(start, start + QPoint(round(-container_page.step()[0] * 2), 0))
    assert container_page.page.editor.page.cell("g").w == 4
    assert container_page.page.editor.page.pane((("g", 0),)).columns == 4


def test_ctrl_g_groups_and_ctrl_shift_g_ungroups(container_page: "Studio") -> None:
    before = container_page.page.editor.page.shown["a"]
    container_page.click("a")
    container_page.click("b", CTRL)
    container_page.key(Qt.Key.Key_G, CTRL)
    (group,) = container_page.page.editor.selection
    assert _path(container_page, "a") == _path(container_page, "b") == ((group, 0),)
    container_page.key(Qt.Key.Key_G, CTRL | SHIFT)
    assert _path(container_page, "a") == _path(container_page, "b") == ()
    assert set(container_page.page.editor.selection) == {"a", "b"}
    assert container_page.page.editor.page.shown["a"] == before
    container_page.key(Qt.Key.Key_T, CTRL | SHIFT)
    (tabs,) = container_page.page.editor.selection
    assert container_page.page.editor.page.item(tabs).type == TABS


def test_tabs_are_renamed_added_and_removed_in_inspector(container_page: "Studio") -> None:
    container_page.page.editor.select(["t"])
    line = container_page.find("inspector_tab_0")
    line.setFocus()
    container_page.qtbot.keyClicks(line, "!")
    assert container_page.page.editor.page.item("t").panes[0].title == "One!"
    container_page.press_button("inspector_add_tab")
    assert len(container_page.page.editor.page.item("t").panes) == 4
    container_page.press_button("inspector_remove_tab_1")
    assert [pane.title for pane in container_page.page.editor.page.item("t").panes] == ["One!", "None", ""]
    for _step in range(3):
        container_page.key(Qt.Key.Key_Z, CTRL)
    assert [pane.title for pane in container_page.page.editor.page.item("t").panes] == ["One", "Two", "None"]


def test_tab_key_follows_reading_order_through_containers(container_page: "Studio") -> None:
    container_page.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    order = []
    for _step in container_page.canvas.tiles:
        container_page.key(Qt.Key.Key_Tab)
        order += container_page.page.editor.selection
    assert order == ["a", "b", "t", "t1", "g", "g1", "g2", "r", "s", "s1"]


def test_ctrl_a_selects_grid_first_and_then_everything(container_page: "Studio") -> None:
    container_page.click("g1")
    container_page.key(Qt.Key.Key_A, CTRL)
    assert container_page.page.editor.selection == ("g1", "g2")
    container_page.key(Qt.Key.Key_A, CTRL)
    assert set(container_page.page.editor.selection) == set(container_page.canvas.tiles)


def test_containers_and_contents_are_accessible(container_page: "Studio") -> None:
    for item_id, name, says in (
        ("g1", "g1", "Text, column 1, row 1, 3 wide, 3 high, in Group"),
        ("g", "Group", "Group, column 1, row 4, 6 wide, 4 high"),
        ("r", "Row", "closed, 1 widget"),
        ("s", "Open", "open, 1 widget"),
        ("t", "Tabs", "tab One, 1 of 3, 2 widgets"),
    ):
        whole = QAccessible.queryAccessibleInterface(container_page.canvas)
        found = [whole.child(k) for k in range(whole.childCount())]
        told = dict(zip(container_page.page.editor.page.reading_order, found, strict=True))[item_id]
        assert told.text(QAccessible.Text.Name) == name, item_id
        texts = (QAccessible.Text.Description, QAccessible.Text.Value)
        # On Linux the description begins with the value.
        assert any(told.text(kind).endswith(says) for kind in texts), item_id


def test_drop_nested_too_deep_is_rejected_and_changes_nothing(container_page: "Studio") -> None:
    container_page.click("a")
    for _depth in range(8):
        container_page.key(Qt.Key.Key_G, CTRL)
        container_page.page.editor.select(["a"])
    before = container_page.page.editor.document
    container_page.key(Qt.Key.Key_G, CTRL)
    assert container_page.page.editor.document is before
    (banner,) = [one for one in container_page.application.window.findChildren(Banner) if one.isVisible()]
    assert "8 levels deep" in banner.accessibleName()
