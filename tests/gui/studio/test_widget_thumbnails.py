"""Thumbnails in a diff have the headings that tiles have on their page."""

from typing import Any

import pytest
from nested import nested
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from benchboard import package_data
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import Item, PageIndex
from benchboard.dashboards.versions.diff import WordRun, word_diff
from benchboard.ui.studio.tiles.container_painting import heading_height, paint_heading, tab_boxes
from benchboard.ui.studio.tiles.renderers import HEADER
from benchboard.ui.studio.versions import widget_thumbnails
from benchboard.ui.studio.versions.widget_thumbnails import render_tile
from benchboard.ui.theme import Theme, start_theme

SIZE = QSizeF(420, 120)
NAMES = ("open", "closed", "tabs", "group")


@pytest.fixture(params=["light", "dark"])
def look(qapp: object, request: pytest.FixtureRequest) -> Theme:
    return start_theme(package_data.resources_folder() / "themes" / "tokens.json", request.param)


def page() -> PageIndex:
    said: dict[str, Any] = nested()
    group = {
        "id": "group",
        "type": "group",
        "title": "Pump",
        "position": {"x": 0, "y": 30, "w": 6, "h": 4},
        "items": [],
    }
    return PageIndex(parse_document({**said, "items": [*said["items"], group]}).layout)


def heading(item: Item) -> QPixmap:
    """A heading as the page draws it, by itself."""
    made = QPixmap(SIZE.toSize())
    made.fill(Qt.GlobalColor.transparent)
    with QPainter(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        paint_heading(painter, item, SIZE.width(), tab_boxes(item, SIZE.width()))
    return made


def top(shown: QPixmap, height: float) -> QImage:
    """The part inside the frame, down to there."""
    return shown.copy(QRectF(QPointF(2, 2), QSizeF(SIZE.width() - 4, height - 4)).toRect()).toImage()


@pytest.mark.usefixtures("look")
@pytest.mark.parametrize("name", NAMES)
def test_thumbnail_of_a_container_has_the_pages_heading(name: str) -> None:
    item = page().item(name)
    shown, alone = render_tile(item, SIZE, None, 1.0, edge="ok"), heading(item)
    inside = QRectF(10, 4, SIZE.width() - 20, heading_height() - 8).toRect()
    assert shown.copy(inside).toImage() == alone.copy(inside).toImage()
    empty = QPixmap(alone.size())
    empty.fill(Qt.GlobalColor.transparent)
    assert alone.toImage() != empty.toImage()


@pytest.mark.usefixtures("look")
def test_thumbnail_of_an_unchanged_row_has_no_frame() -> None:
    item = page().item("open")
    corner = QRectF(0, SIZE.height() - 4, 40, 4).toRect()
    plain, changed = (
        render_tile(item, SIZE, None, 1.0, edge=edge).copy(corner).toImage() for edge in ("tile.border", "ok")
    )
    assert plain.pixelColor(20, 3).alpha() == 0
    assert changed.pixelColor(20, 3).alpha() > 0


@pytest.mark.usefixtures("look")
def test_thumbnail_of_a_changed_text_keeps_its_header() -> None:
    item = page().item("left")
    plain = render_tile(item, SIZE, None, 1.0)
    rewritten = render_tile(item, SIZE, None, 1.0, runs=word_diff("one two", "one three"))
    assert top(plain, HEADER) == top(rewritten, HEADER)
    assert plain.toImage() != rewritten.toImage()


def test_word_diff_of_megabytes_is_truncated() -> None:
    runs = [WordRun("same", "s" * 6_000), WordRun("gone", "g" * 3_000_000), *[WordRun("new", "n")] * 50_000]
    kept = widget_thumbnails._truncate_runs(runs)
    assert sum(len(run.text) for run in kept) == 10_001
    assert kept[-1].text.endswith("…")
