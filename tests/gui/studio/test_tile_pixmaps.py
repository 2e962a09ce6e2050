"""The pixmaps of tiles take bounded memory, however large and however many the tiles are."""

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import MAX_HEIGHT
from benchboard.errors import Invalid
from benchboard.ui.studio.canvas.scene import culling
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.import_export.page_export import PageExport
from benchboard.ui.studio.tiles.page_picture import PagePicture

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Studio

BESIDE = 2
"""Large tiles reach half a view further than what is in sight, on either side."""


def _show(studio: "Studio", *places: tuple[int, int, int, int], static: bool = True) -> list[Tile]:
    """Put texts at these places (x, y, w, h), where they may lie on each other."""
    items = [
        {"id": f"t{k}", "type": "text", "static": static, "config": {"text": f"Text {k}"}}
        | {"position": {"x": x, "y": y, "w": w, "h": h}}
        for k, (x, y, w, h) in enumerate(places)
    ]
    studio.page.editor.load(parse_document(items))
    return [tile for tile in studio.canvas.tiles.values() if isinstance(tile, Tile)]


def _pixels(studio: "Studio") -> int:
    tiles = [tile for tile in studio.canvas.tiles.values() if isinstance(tile, Tile)]
    return sum(tile.pixmap().width() * tile.pixmap().height() for tile in tiles)


def _view(studio: "Studio") -> int:
    return studio.viewport.width() * studio.viewport.height()


def test_pixmap_of_tile_taller_than_view_covers_visible_part(studio: "Studio") -> None:
    (tile,) = _show(studio, (0, 0, 12, MAX_HEIGHT))
    bar = studio.canvas.verticalScrollBar()
    for place in (0, 250, 3_000, bar.maximum() // 2, bar.maximum(), 90):
        bar.setValue(place)
        assert tile.is_current
        assert _pixels(studio) <= BESIDE * _view(studio)
        assert tile.sceneBoundingRect().contains(
            studio.canvas.visible_rect().intersected(tile.rect).adjusted(1, 1, -1, -1)
        )
        assert studio.canvas.tile_at(QPoint(200, 300)) is tile
    bar.setValue(0)
    near = tile.current_pixmap().toImage()
    bar.setValue(60)
    assert tile.current_pixmap().toImage() == near  # what is near was drawn with it


def test_page_that_needs_a_scroll_bar_draws_each_tile_once(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = list[Tile]()
    true = Tile.render
    _show(studio, (0, 0, 3, 2))
    assert not studio.canvas.verticalScrollBar().isVisible()
    monkeypatch.setattr(Tile, "render", lambda tile: (drawn.append(tile), true(tile)))
    tiles = _show(studio, (0, 0, 6, 3), (6, 0, 6, 3), (0, 3, 12, 40))
    assert studio.canvas.verticalScrollBar().isVisible()
    assert all(tile.is_current for tile in tiles)
    assert sorted(tile.item.id for tile in drawn) == ["t0", "t1", "t2"]


def test_pixmap_of_part_shows_that_part(studio: "Studio") -> None:
    (small,) = _show(studio, (0, 0, 12, 10))
    corner = small.current_pixmap().toImage().copy(0, 0, 300, 60)
    (tall,) = _show(studio, (0, 0, 12, MAX_HEIGHT))
    assert tall.current_pixmap().toImage().copy(0, 0, 300, 60) == corner
    bar = studio.canvas.verticalScrollBar()
    bar.setValue(bar.maximum())
    foot = tall.current_pixmap().toImage()
    assert tall.offset().y() + foot.height() == pytest.approx(tall.rect.height(), abs=1)
    assert foot.pixelColor(0, 50) == tall.current_pixmap().toImage().pixelColor(0, 100)  # its left edge


@pytest.mark.parametrize("count", [150, 600])
def test_pixmaps_of_stacked_tiles_only_topmost_is_drawn(studio: "Studio", count: int) -> None:
    tiles = _show(studio, *[(0, 0, 12, MAX_HEIGHT)] * count)
    assert _pixels(studio) <= culling.MAX_PIXELS
    assert studio.canvas.tile_at(QPoint(200, 300)) is tiles[-1]
    assert tiles[-1].is_current
    assert not tiles[0].is_rendered
    studio.canvas.pixmaps.request(tiles[0])
    studio.wait(lambda: not studio.canvas.pixmaps.pending)
    assert not tiles[0].is_rendered


def test_pixmaps_over_memory_limit_become_placeholders(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(culling, "MAX_PIXELS", 5_000_000)
    tiles = _show(studio, *[(x, y, 12 - x, MAX_HEIGHT) for y in range(12) for x in range(12)])
    assert _pixels(studio) <= culling.MAX_PIXELS * 1.1
    assert tiles[-1].is_current
    framed = [tile for tile in tiles if not tile.is_rendered and not tile.pixmap().isNull()]
    assert len(framed) > 50
    assert all(tile.sceneBoundingRect().height() > studio.viewport.height() / 2 for tile in framed)


def test_pixmap_of_hidden_tile_is_drawn_when_cover_is_lifted(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(culling, "MAX_PIXELS", 1_000_000)
    below, above = _show(studio, (0, 0, 12, 14), (0, 0, 12, 14))
    assert above.is_current
    assert not below.is_rendered
    studio.canvas.lift_tiles([above.item.id], [above.item.id])
    studio.wait(lambda: below.is_rendered or not below.pixmap().isNull())
    studio.canvas.lower_tiles()


def test_export_of_very_long_page_rejects_png_and_writes_pdf(studio: "Studio", tmp_path: "Path") -> None:
    _show(studio, (0, 0, 4, 4), (0, 99_000, 4, MAX_HEIGHT))
    sheet = PagePicture.of(studio.page.editor.page, 1200.0)
    context = studio.context
    with pytest.raises(Invalid) as refused:
        PageExport(context, sheet, studio.page.query_runner.result, "x", studio.page).start("png", tmp_path / "x.png")
    assert "pixels" in refused.value.what
    PageExport(context, sheet, studio.page.query_runner.result, "x", studio.page).start("pdf", tmp_path / "x.pdf")
    studio.wait((tmp_path / "x.pdf").exists)
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
