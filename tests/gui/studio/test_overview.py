"""A long page fits the canvas and the minimap, and the minimap follows drags."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.panes.minimap import Minimap
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from conftest import Studio


def _load(studio: "Studio", count: int) -> None:
    items = [
        {"id": f"w{k}", "type": "text", "title": f"w{k}", "config": {"text": "x"},
         "position": {"x": 4 * (k % 3), "y": 8 * (k // 3), "w": 4, "h": 8}}
        for k in range(count)
    ]  # fmt: skip
    studio.page.editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    studio.canvas.setFocus(Qt.FocusReason.OtherFocusReason)


def _map(studio: "Studio") -> QWidget:
    (overview,) = studio.page.sidebar.findChildren(Minimap)
    return overview.map


@pytest.mark.parametrize("count", [60, 900])
def test_fit_shows_page_of_any_length_as_a_whole(studio: "Studio", count: int) -> None:
    _load(studio, count)
    studio.page.run("studio.zoom_to_fit")
    first, last = studio.box("w0"), studio.box(f"w{count - 1}")
    assert studio.viewport.rect().contains(first.topLeft())
    assert studio.canvas.tiles[f"w{count - 1}"].rect.bottom() <= studio.viewport.height() + 1
    assert last.right() > studio.viewport.width() * 0.9
    picture = studio.viewport.grab().toImage()
    row = {picture.pixelColor(x, last.center().y()).name() for x in range(first.left(), last.right(), 5)}
    assert theme().color("surface").name() in row  # it is to be seen
    studio.page.run("studio.zoom_reset")
    assert studio.canvas.tiles["w0"].is_current  # drawn anew, with all that stands in it


def test_minimap_of_page_of_any_length_fills_width(studio: "Studio") -> None:
    _load(studio, 900)
    overview = _map(studio)
    first, last = overview.box("w0"), overview.box("w899")
    assert last.right() > overview.width() * 0.9
    assert 0 <= first.top() < last.bottom() <= overview.height()
    assert overview.frame.height() >= 4
    studio.qtbot.mouseClick(overview, Qt.MouseButton.LeftButton, pos=QPoint(30, overview.height() - 2))
    assert studio.viewport.rect().intersects(studio.box("w899"))
    assert QRectF(overview.rect()).contains(overview.frame)


def test_minimap_follows_drag_and_escape(studio: "Studio") -> None:
    _load(studio, 6)
    overview = _map(studio)
    before, start = overview.box("w0"), studio.header("w0")
    studio.press(start)
    studio.glide(start, start + QPoint(round(studio.step()[0] * 4), 0))
    assert overview.box("w0").left() == pytest.approx(overview.box("w1").left(), abs=1)
    assert overview.box("w0") != before
    studio.key(Qt.Key.Key_Escape)
    assert overview.box("w0") == before
    studio.release(start)


def test_minimap_counts_the_widgets_in_containers_as_the_list_of_dashboards_does(studio: "Studio") -> None:
    inside = [{"id": f"w{k}", "type": "text", "position": {"x": 4 * k, "y": 0, "w": 4, "h": 4}} for k in range(3)]
    row = {
        "id": "row",
        "type": "row",
        "collapsed": True,
        "position": {"x": 0, "y": 4, "w": 12, "h": 5},
        "items": inside,
    }
    top = {"id": "top", "type": "text", "position": {"x": 0, "y": 0, "w": 4, "h": 4}}
    page = {"format": "benchboard/dashboard", "version": 2, "items": [top, row]}
    studio.page.editor.load(parse_document(page))
    assert _map(studio).accessibleDescription() == "4 widgets"
