"""Cancelling, dropping and leaving the view during a drag, and the distances that guides show."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import Gap, Guide, SnapHints
from benchboard.ui import motion
from benchboard.ui.studio.canvas.scene.guide_overlay import distance, distances, paint
from benchboard.ui.studio.tiles.page_grid import PageGrid

if TYPE_CHECKING:
    from conftest import Studio


@pytest.fixture
def long(studio: "Studio") -> "Studio":
    items = [
        {"id": f"w{k}", "type": "text", "title": f"w{k}", "config": {"text": "x"},
         "position": {"x": 0, "y": 4 * k, "w": 4, "h": 4}}
        for k in range(40)
    ]  # fmt: skip
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    return studio


def test_drag_cancelled_with_escape_restores_scroll_position(long: "Studio") -> None:
    bar = long.canvas.verticalScrollBar()
    bar.setValue(209)
    start = long.header("w2")
    long.press(start)
    long.glide(start, start + QPoint(40, 40))
    bar.setValue(2237)
    assert long.canvas.busy
    long.key(Qt.Key.Key_Escape)
    assert bar.value() == 209
    long.release(start)


@pytest.mark.parametrize("reduced", ["0", "1"])
def test_dropped_widget_is_in_its_cell_at_once_and_is_painted_moving_there(
    long: "Studio", monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, reduced: str
) -> None:
    request.addfinalizer(motion.is_reduced.cache_clear)
    monkeypatch.setenv(motion.SWITCH, reduced)
    motion.is_reduced.cache_clear()
    start, tile = long.header("w0"), long.canvas.tiles["w0"]
    across, _down = long.step()
    long.press(start)
    long.glide(start, start + QPoint(round(2.7 * across), 0))
    long.release(start + QPoint(round(2.7 * across), 0))
    assert tile.transform().isIdentity() is (reduced == "1")
    assert long.cells()["w0"].x == 3
    assert tile.rect == long.canvas.grid.rect(long.cells()["w0"])
    long.click("w0")  # where it is, not where it is painted
    assert long.page.editor.selection == ("w0",)
    long.wait(lambda: tile.transform().isIdentity())


def test_insert_dragged_out_of_view_keeps_scroll_position(long: "Studio") -> None:
    bar = long.canvas.verticalScrollBar()
    kind = long.page.editor.widget("w1").kind
    assert kind is not None
    middle = long.viewport.mapToGlobal(long.viewport.rect().center())
    long.canvas.drag_new(kind, middle)
    assert long.canvas.busy
    bar.setValue(700)
    long.canvas.drag_new(kind, QPoint(-50, -50))
    assert not long.canvas.busy
    assert bar.value() == 700


def test_drag_dropped_after_scrolling_keeps_scroll_position(long: "Studio") -> None:
    bar = long.canvas.verticalScrollBar()
    start = long.header("w2")
    long.press(start)
    long.glide(start, start + QPoint(300, 40))
    bar.setValue(600)
    long.release(start + QPoint(300, 40))
    assert bar.value() == 600


@pytest.mark.usefixtures("studio")
def test_guide_distance_of_equal_gaps_is_equal() -> None:
    for room in (888, 901, 1013):
        for zoom in (0.67, 1.0, 1.25):
            grid = PageGrid(12, room, zoom)
            for wide in (0, 1, 3):
                across = {distance(grid, Gap("across", k, k + wide, 0, wide)) for k in range(12 - wide)}
                down = {distance(grid, Gap("down", k, k + wide, 0, wide)) for k in range(12)}
                assert len(across) == len(down) == 1, (room, zoom)
            assert distance(grid, Gap("down", 2, 2, 0, 0)) == 8, (room, zoom)


@pytest.mark.usefixtures("light")
def test_guide_says_the_distance_and_is_not_painted_over_what_is_dragged() -> None:
    grid = PageGrid(12, 1000)
    hints = SnapHints((Guide("across", 8, 0, 20, ((4, 12),)),), ())
    dragged = [QRectF(300, 120, 200, 90)]
    image = QImage(1040, 900, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    with QPainter(image) as painter:
        paint(painter, grid, hints, dragged)
    line = round(grid.gutter(4, 0).x())
    assert dragged[0].left() < line < dragged[0].right()
    inked = [y for y in range(900) if image.pixel(line, y) != 0xFFFFFFFF]
    assert inked
    assert not [y for y in inked if 121 < y < 209]
    (gap,) = distances(hints)
    assert distance(grid, gap) == distance(grid, Gap("down", 4, 12, 8, 8))
    middle = grid.gutter(4, 8)
    assert image.pixel(round(middle.x()) - 16, round(middle.y())) != 0xFFFFFFFF, "the distance stands on the guide"


@pytest.mark.usefixtures("light")
def test_length_of_a_short_distance_is_whole_beside_what_is_dragged() -> None:
    """The tag “8 px” was cut at the edges of the tile that is dragged."""
    grid = PageGrid(12, 1000)
    hints = SnapHints((), (Gap("down", 8, 8, 8, 0),))

    def drawn(dragged: list[QRectF]) -> list[tuple[int, int]]:
        image = QImage(1040, 900, QImage.Format.Format_RGB32)
        image.fill(0xFFFFFFFF)
        with QPainter(image) as painter:
            paint(painter, grid, hints, dragged)
        around = range(round(edge.x()) + 12, round(edge.x()) + 52)
        return [(x, y) for x in around for y in range(900) if image.pixel(x, y) != 0xFFFFFFFF]

    edge = grid.gutter(4, 8)
    below = QRectF(0, edge.y() + 4, 1000, 200)
    assert drawn([below]) == drawn([])
    assert drawn([below])


def test_guides_say_only_the_distance_to_the_nearest_item_on_each_axis() -> None:
    guides = (
        Guide("across", 8, 0, 60, ((4, 40), (44, 46))),
        Guide("across", 16, 0, 60, ((4, 10),)),
        Guide("down", 8, 0, 12, ((2, 9),)),
    )
    found = distances(SnapHints(guides, ()))
    assert {(gap.axis, gap.begin, gap.end) for gap in found} == {("down", 44, 46), ("across", 2, 9)}


def test_distance_that_is_drawn_as_one_of_equal_ones_is_not_said_twice() -> None:
    gaps = (Gap("down", 4, 12, 8, 8),)
    assert distances(SnapHints((Guide("across", 8, 0, 20, ((4, 12),)),), gaps)) == []
