"""The text of an error on a tile, and numbered lists in a text tile."""

import pytest
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QAbstractTextDocumentLayout, QImage, QPainter

from benchboard.errors import AppError, Denied, Invalid, Unavailable
from benchboard.ui.studio.tiles import error_painting
from benchboard.ui.studio.tiles.click_targets import Audience, Links
from benchboard.ui.studio.tiles.renderers import markdown_document
from benchboard.ui.theme import Theme, theme

BROKEN = Invalid("query.table", "There's no table “nothing_there”.", do="Available tables: orders.")
AWAY = Unavailable("query.timeout", "The query took too long.")
DENIED = Denied("access.denied", "You can't see orders.", why="Only admins can.")


def _paint(size: tuple[float, float], error: AppError, audience: Audience) -> tuple[QImage, Links]:
    image = QImage(round(size[0]), round(size[1]), QImage.Format.Format_RGB32)
    image.fill(theme().color("surface"))
    with QPainter(image) as painter:
        links = error_painting.paint_error(painter, QRectF(0, 0, *size), error, audience)
    return image, links


def _inked(image: QImage, box: QRectF) -> bool:
    paper = theme().color("surface").rgb()
    part = box.toRect().intersected(image.rect())
    return any(
        image.pixel(x, y) != paper
        for x in range(part.left(), part.right() + 1)
        for y in range(part.top(), part.bottom() + 1)
    )


@pytest.mark.parametrize("size", [(96.0, 36.0), (110.0, 36.0), (180.0, 80.0), (500.0, 200.0)])
@pytest.mark.parametrize("error", [BROKEN, AWAY, DENIED])
@pytest.mark.parametrize("audience", ["edit", "read", "show"])
def test_error_in_a_tile_of_any_size_has_text(
    light: Theme, size: tuple[float, float], error: AppError, audience: Audience
) -> None:
    image, links = _paint(size, error, audience)
    assert _inked(image, QRectF(24, 0, size[0] - 24, size[1]))
    spots = [box for box in (links.edit, links.retry) if box is not None]
    assert all(QRectF(0, 0, *size).contains(box) for box in spots)
    assert (links.edit is not None) == (audience == "edit" and error is BROKEN)
    assert (links.retry is not None) == (audience != "show" and error is AWAY)  # a broken query fails again
    assert light is not None


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("error", [BROKEN, AWAY])
def test_error_and_its_link_stand_together_in_the_middle(error: AppError) -> None:
    """The link was 185 pixels below the text, at the bottom of a high tile."""
    image, links = _paint((600.0, 300.0), error, "edit")
    spot = links.edit or links.retry
    assert spot is not None
    inked = [y for y in range(300) if _inked(image, QRectF(0, y, 600, 0.5))]
    assert abs((inked[0] + inked[-1]) / 2 - 150) < 8
    columns = [x for x in range(600) if _inked(image, QRectF(x, 0, 0.5, 300))]
    assert abs((columns[0] + columns[-1]) / 2 - 300) < 16
    above = [y for y in inked if y < spot.top()]
    assert spot.top() - above[-1] < 10


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("last", [3, 12, 140])
def test_numbered_list_in_a_text_tile_shows_its_numbers_whole(last: int) -> None:
    words = markdown_document("\n".join(f"{k}. point" for k in range(1, last + 1)))
    words.setTextWidth(200)
    image = QImage(230, 4_000, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    with QPainter(image) as painter:
        painter.translate(30, 0)  # what hangs out at the left is seen too
        words.documentLayout().draw(painter, QAbstractTextDocumentLayout.PaintContext())
    inked = [x for x in range(230) for y in range(0, 4_000) if image.pixel(x, y) != 0xFFFFFFFF]
    assert 30 <= min(inked) < 45
    assert markdown_document("- point").indentWidth() == 14
    assert words.size() != QSizeF()
