"""What is too much for a page is said in words, and what is there stays as it is."""

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from benchboard.dashboards.catalogue import kind_of
from benchboard.dashboards.document import parse_document
from benchboard.dashboards.layout import MAX_ITEMS
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles import faces

if TYPE_CHECKING:
    from conftest import Studio


def _item(item_id: str, **fields: object) -> dict[str, object]:
    return {"id": item_id, "type": "text", "position": {"x": 0, "y": 0, "w": 1, "h": 1}, **fields}


def test_one_more_than_a_page_holds_is_refused_however_it_comes(qtbot: QtBot) -> None:
    places = [{"x": k % 12, "y": k // 12, "w": 1, "h": 1} for k in range(MAX_ITEMS)]
    editor, refused = Editor(), list[str]()
    editor.refused.connect(lambda error: refused.append(error.what))
    editor.load(parse_document([_item(f"i{k}", position=place) for k, place in enumerate(places)]))
    before, kind = editor.document, kind_of("text")
    assert kind is not None
    editor.choose(["i0", "i1"])
    editor.add(kind)
    editor.duplicate()
    editor.paste(json.dumps(_item("new")))
    assert len(refused) == 3
    assert all("10000" in what for what in refused)
    assert (editor.document, editor.stack.count()) == (before, 0)
    editor.remove()
    editor.add(kind)
    assert len(editor.layout) == MAX_ITEMS - 1
    assert len(refused) == 3


def test_a_document_too_long_to_be_stored_is_told_and_the_step_back_leads_out(studio: "Studio") -> None:
    page = studio.page
    for name in ("one", "two"):
        page.editor.paste(json.dumps(_item(name, config={"kept": "x" * 2_200_000})))
        page.save()
        studio.wait(lambda: page.saving.state in ("saved", "unsaved"))
    assert page.saving.state == "unsaved"
    assert page.saving.problem is not None
    assert "4 MiB" in page.saving.problem.what
    assert page.saving.problem.do
    page.undo()
    page.save()
    studio.wait(lambda: page.saving.state == "saved" and not page.saving.dirty)
    assert "one" in [item["id"] for item in studio.stored().items]


def test_of_a_text_without_end_as_much_is_laid_out_as_a_tile_shows(studio: "Studio") -> None:
    pictures = []
    for points in (300, 50_000):
        picture = QImage(300, 200, QImage.Format.Format_ARGB32)
        picture.fill(0)
        painter = QPainter(picture)
        faces._paint_prose(painter, QRectF(0, 0, 300, 200), "- one point of many\n" * points)
        painter.end()
        pictures.append(picture)
    assert pictures[0] == pictures[1]


def _tall(item_id: str, row: int = 0) -> dict[str, object]:
    return {"id": item_id, "type": "text", "title": item_id, "position": {"x": 0, "y": row, "w": 12, "h": 1_000}}


def test_nothing_is_pushed_beyond_the_last_row_of_a_page(studio: "Studio") -> None:
    editor, said = studio.page.editor, list[str]()
    editor.refused.connect(lambda error: said.append(str(error)))
    editor.load(parse_document([_tall(f"t{k}", 1_000 * k) for k in range(101)]))
    editor.choose(["t0"])
    before = editor.document
    editor.duplicate()
    assert editor.document is before
    assert [one.partition(" would")[2] for one in said] == [
        " come to lie below row 100000, where a page ends. Make what lies above it less high, or take something away."
    ]


def test_rows_are_looked_into_as_far_as_a_page_goes(studio: "Studio") -> None:
    editor, said = studio.page.editor, list[str]()
    editor.refused.connect(lambda error: said.append(error.code))
    rows = [{"id": name, "type": "row", "collapsed": True, "position": {"x": 0, "y": k, "w": 12, "h": 1},
             "items": [_tall(f"{name}{n}") for n in range(60)]} for k, name in enumerate("rs")]  # fmt: skip
    editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": rows}))
    editor.reveal(["r0"])
    assert (editor.chosen, said) == (("r0",), [])
    editor.reveal(["s0"])
    assert (editor.chosen, said) == (("r0",), ["layout.too-long"])
    assert editor.only_looked_into("r")
