"""What a widget without a query says, in a tile of any size: nothing over its title, and no word in pieces."""

import pytest
from PySide6.QtCore import QRectF, QSize, QSizeF

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, widget_of
from benchboard.ui.studio.document.editor import DataOffer
from benchboard.ui.studio.tiles import no_query, renderers
from support.painted_texts import PaintedText, painted_texts

TITLE = "CPU cores used"
SIZES = [QSize(width, height) for width in (40, 51, 60, 78, 96, 120, 170, 260) for height in (32, 44, 56, 72, 96, 150)]


def _widget(kind: str) -> WidgetContent:
    place = {"x": 0, "y": 0, "w": 2, "h": 2}
    ((item, _cell),) = parse_document([{"id": "a", "type": kind, "title": TITLE, "position": place}]).layout
    return widget_of(item)


def _texts(size: QSize, kind: str, offer: DataOffer) -> tuple[PaintedText, list[PaintedText]]:
    """The title of a tile of this size, and all the texts below it."""
    title, *others = painted_texts(
        size,
        lambda painter: renderers.paint_content(
            painter, QSizeF(size), _widget(kind), None, audience="edit", offer=offer
        ),
    )
    return title, others


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("offer", ["", "add", "choose"])
@pytest.mark.parametrize("kind", ["gauge", "line_chart", "table", "image", "of_another_version"])
def test_empty_tile_of_any_size_has_its_title_free_and_says_whole_words_or_nothing(kind: str, offer: DataOffer) -> None:
    """Tiles of an imported dashboard had “There is no query yet.” over their titles, and below their lower edges."""
    known = {word for text in no_query.no_query_texts(offer) for word in text.split()}
    for size in SIZES:
        title, others = _texts(size, kind, offer)
        assert title.text == TITLE or title.text.endswith("…") or not title.text, size
        tile = QRectF(0, 0, size.width(), size.height())
        assert tile.contains(title.box), size
        for text in others:
            assert tile.contains(text.box), (size, text)
            assert text.box.top() > title.box.bottom(), (size, text)
            if kind in ("gauge", "line_chart", "table"):
                assert {word for word in text.text.split() if "…" not in word} <= known, (size, text)
