"""A tile that can't be drawn: an error in it, a report of the bug, and a page that isn't called up to date."""

import sys
from typing import TYPE_CHECKING, NoReturn

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from benchboard.ui.studio.tiles import page_picture, renderers
from benchboard.ui.studio.tiles.page_picture import PagePicture

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")


class _Bug(Exception):
    pass


def _fail(painter: QPainter, body: QRectF, *_more: object) -> NoReturn:
    painter.save()
    painter.translate(QPointF(30, 30))
    painter.save()
    painter.fillRect(body, "red")
    raise _Bug


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    found: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _where: found.append(error))
    return found


def _picture(studio: "Studio", name: str) -> QImage:
    return studio.canvas.tiles[name].current_pixmap().toImage()


def test_tile_that_cannot_be_drawn_shows_an_error_until_it_can(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch, reports: list[BaseException]
) -> None:
    """It kept the picture of the data before, with a green tick above."""
    studio.page.editor.set_property("orders-week", "query", "select 1 as a, 2 as b")
    studio.wait_until_saved()
    before = _picture(studio, "orders-week")
    state = studio.page.bar.state
    tile = studio.canvas.tiles["orders-week"]
    with monkeypatch.context() as broken:
        broken.setattr(renderers, "_paint_table_as", _fail)
        studio.page.editor.set_property("orders-week", "query", "select 1 as a, 3 as b")
        studio.wait_until_saved()
        shown = _picture(studio, "orders-week")
        assert shown != before
        assert tile.links.failed
        assert "be drawn" in tile.toolTip()
        studio.wait(lambda: bool(reports))
        assert all(isinstance(one, _Bug) for one in reports)
        studio.wait(lambda: "not drawn" in state.text())
        assert studio.page.query_runner.failed_count(["orders-week"]) == 1
        inside = [(x, y) for x in range(8, shown.width() - 8) for y in range(shown.height() - 2)]
        assert not [one for one in inside if shown.pixel(*one) == 0xFFFF0000]
    studio.page.editor.set_property("orders-week", "query", "select 1 as a, 2 as b")
    studio.wait_until_saved()
    assert _picture(studio, "orders-week") == before
    studio.wait(lambda: "not drawn" not in state.text())
    assert not tile.links.failed


def test_export_of_a_tile_that_cannot_be_drawn_leaves_the_others_in_place(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch, reports: list[BaseException]
) -> None:
    sheet = PagePicture.of(studio.page.editor.page, 1200)

    def paint(result: "Callable[[str], object]") -> QImage:
        image = QImage(sheet.size.toSize(), QImage.Format.Format_ARGB32)
        with QPainter(image) as painter:
            for _item in page_picture.paint(painter, sheet, result):  # type: ignore[arg-type]  # as the runner's
                pass
        return image

    result = studio.page.query_runner.result
    whole = paint(result)
    failing = sheet.ids[0]
    true = renderers.paint_body

    def body(painter: QPainter, box: QRectF, widget: object, *more: object) -> object:
        if getattr(widget, "id", "") == failing:
            _fail(painter, box)
        return true(painter, box, widget, *more)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(renderers, "paint_body", body)
    found = paint(result)
    studio.wait(lambda: bool(reports))
    for name in sheet.ids[1:]:
        box = sheet.rect(name).toAlignedRect().adjusted(2, 2, -2, -2)
        assert found.copy(box) == whole.copy(box), name
    box = sheet.rect(failing).toAlignedRect()
    assert found.copy(box) != whole.copy(box)
