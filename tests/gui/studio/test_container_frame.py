"""Container frames keep to the grid, their content stays inside, and short tabs show their whole names."""

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import parse_page
from benchboard.ui.studio.canvas.scene.container_frame import ContainerFrame
from benchboard.ui.studio.tiles.container_painting import heading_height, tab_boxes
from benchboard.ui.studio.tiles.page_picture import PagePicture
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from conftest import Studio


def _item(name: str, x: int, y: int, w: int = 3, h: int = 2) -> dict[str, object]:
    place = {"x": x, "y": y, "w": w, "h": h}
    return {"id": name, "type": "text", "title": name, "config": {"text": name}, "position": place}


@pytest.fixture
def board(studio: "Studio") -> "Studio":
    items = [
        _item("above", 0, 0, 6), _item("beside", 6, 0, 6),
        {"id": "g", "type": "group", "title": "Group", "position": {"x": 0, "y": 2, "w": 6, "h": 4},
         "items": [_item("g1", 0, 0), _item("g2", 3, 0),
                   {"id": "inner", "type": "group", "title": "Inner", "position": {"x": 0, "y": 2, "w": 6, "h": 3},
                    "items": [_item("gg1", 0, 0), _item("gg2", 3, 0)]}]},
        {"id": "t", "type": "tabs", "title": "Tabs", "active": "one", "position": {"x": 6, "y": 2, "w": 6, "h": 4},
         "tabs": [{"id": "one", "title": "One", "items": [_item("t1", 0, 0, 6)]}]},
        {"id": "r", "type": "row", "title": "Row", "position": {"x": 0, "y": 9, "w": 12, "h": 1},
         "items": [_item("r1", 0, 10, 12)]},
    ]  # fmt: skip
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    return studio


@pytest.mark.parametrize("zoom", [0.5, 1.0, 1.25])
def test_container_frames_keep_to_grid_around_their_items(board: "Studio", zoom: float) -> None:
    board.canvas.set_zoom(zoom)
    tiles, gap = board.canvas.tiles, theme().px("tile.gap") * zoom
    outline = {name: tile.outline for name, tile in tiles.items()}
    assert outline["g"].left() == outline["above"].left() == outline["r"].left()
    assert outline["t"].right() == outline["beside"].right()
    assert outline["g"].top() - outline["above"].bottom() == pytest.approx(gap, abs=1)
    assert outline["t"].left() - outline["g"].right() == pytest.approx(gap, abs=1)
    for outer, inside in (("g", ("g1", "g2", "inner")), ("inner", ("gg1", "gg2")), ("t", ("t1",))):
        for one in inside:
            assert outline[outer].contains(outline[one])
    assert outline["g1"].left() == outline["above"].left()  # content keeps to the page's grid: no frame is around it
    assert outline["t1"].right() == outline["beside"].right()
    assert outline["g2"].left() - outline["g1"].right() == pytest.approx(gap, abs=1)
    assert outline["r1"].left() == outline["r"].left()


def test_page_picture_has_container_frames(board: "Studio") -> None:
    sheet = PagePicture.of(board.page.editor.page, 1000)
    assert sheet.rect("inner").contains(sheet.rect("gg1"))
    assert sheet.rect("g").left() == sheet.rect("above").left()
    alone = PagePicture.of(board.page.editor.page, 1000, ["g1", "g2"])
    assert alone.rect("g1").width() == alone.rect("g2").width()


def test_item_in_container_is_dragged_from_where_it_is(board: "Studio") -> None:
    before = board.shown()
    start = board.header("gg1")
    board.press(start)
    board.glide(start, start + QPoint(6, 6), steps=6)
    box = board.box("gg1")
    assert box.topLeft() - before["gg1"].topLeft() == QPoint(6, 6)
    assert box.size() == before["gg1"].size()
    board.glide(start + QPoint(6, 6), start)
    board.key(Qt.Key.Key_Escape)
    assert board.shown() == before
    board.release(start)


def test_container_frame_growing_keeps_items_inside(board: "Studio") -> None:
    board.page.editor.select(["t"])
    frame = board.canvas.group_frame.rect()
    assert frame is not None
    start = board.canvas.mapFromScene(frame.left(), frame.center().y())
    start = QPoint(int(start.x()), int(start.y()))
    board.press(start)
    assert board.canvas.busy
    board.glide(start, start + QPoint(round(board.step()[0]), 0))
    tiles = board.canvas.tiles
    board.release(start + QPoint(round(board.step()[0]), 0))
    assert tiles["t"].outline.contains(tiles["t1"].outline)


@pytest.mark.parametrize("width", [700.0, 300.0, 150.0])
@pytest.mark.usefixtures("board")
def test_short_tab_beside_long_ones_shows_its_whole_name(width: float) -> None:
    tabs = [
        {"id": name, "title": name, "items": []}
        for name in ("Today", "Yesterday and the day before", "A long time ago")
    ]
    (item,) = parse_page(
        [{"id": "t", "type": "tabs", "position": {"x": 0, "y": 0, "w": 6, "h": 3}, "tabs": tabs}]
    ).items
    short, *long = tab_boxes(item, width)
    whole = tab_boxes(item, 5_000.0)
    assert long[-1].right() <= max(width - 10, short.right())
    assert all(left.right() == right.left() for left, right in pairwise((short, *long)))
    if width >= 300:
        assert short.width() == whole[0].width()
    assert short.height() == heading_height() - 2


@pytest.mark.parametrize("kind", ["row", "group", "tabs"])
def test_containers_from_palette_show_an_empty_hint(board: "Studio", kind: str) -> None:
    before = set(board.page.editor.page.paths)
    board.page.run("studio.add_row") if kind == "row" else board.page.run_when_loaded(f"studio.add_widget.{kind}")
    (new,) = set(board.page.editor.page.paths) - before
    frame = board.canvas.tiles[new]
    assert isinstance(frame, ContainerFrame)
    assert frame._hint_box() is not None
    assert board.page.editor.selection == (new,)
