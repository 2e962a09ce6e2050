"""Only the beginning of a very long text is laid out on a tile: Qt takes minutes for megabytes."""

import json
from decimal import Decimal

import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage, QPainter, QTextDocument
from pytestqt.qtbot import QtBot

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.layout import Item
from benchboard.errors import Unavailable
from benchboard.ui.studio.tiles import renderers
from benchboard.ui.studio.tiles.axes import thresholds
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.versions.merge_cards import FieldChoice

HUGE = 3_000_000


def _item(kind: str, **fields: object) -> Item:
    source = {"id": "a", "type": kind, "position": {"x": 0, "y": 0, "w": 6, "h": 6}, **fields}
    ((item, _cell),) = parse_document([source]).layout
    return item


def _face(item: Item, answer: QueryResult | None = None) -> QImage:
    picture = QImage(400, 300, QImage.Format.Format_ARGB32)
    picture.fill(0)
    with QPainter(picture) as painter:
        renderers.paint_content(painter, QSizeF(400, 300), widget_of(item), answer)
    return picture


def _answer(*rows: tuple[Cell, ...], head: str = "name") -> QueryResult:
    columns = (ResultColumn(head, "text"), ResultColumn("count", "integer"))
    return QueryResult("select", ResultTable(columns, rows, truncated=False))


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("sign", ["x", "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}", "- x\n"])
def test_text_tile_of_megabytes_lays_out_the_beginning(monkeypatch: pytest.MonkeyPatch, sign: str) -> None:
    laid = []
    told = QTextDocument.setMarkdown

    def look(words: QTextDocument, text: str, features: QTextDocument.MarkdownFeature) -> None:
        laid.append(text)
        told(words, text, features)

    monkeypatch.setattr(QTextDocument, "setMarkdown", look)
    _face(_item("text", config={"text": sign * (HUGE // len(json.dumps(sign)))}))
    assert len(laid[0]) <= 10_001
    assert laid[0].endswith("…")


@pytest.mark.usefixtures("studio")
def test_tile_with_megabytes_of_text_looks_like_with_a_few_hundred() -> None:
    for kind in ("table", "bar_chart", "pie_chart"):
        few, many = (_answer(("W" * long, 3), ("b", 4), head="H" * long) for long in (600, HUGE))
        assert _face(_item(kind), few) == _face(_item(kind), many)
    for kind in ("metric_card", "gauge", "pie_chart", "bar_chart"):
        few, many = (_item(kind, config={"unit": "W" * long}) for long in (120, HUGE))
        assert _face(few, _answer(("a", 3), ("b", 4))) == _face(many, _answer(("a", 3), ("b", 4)))
    wrong = [QueryResult("select", error=Unavailable("x", "W " * long, why="W" * long)) for long in (2_000, HUGE)]
    assert _face(_item("table"), wrong[0]) == _face(_item("table"), wrong[1])


def test_truncated_text_ends_with_an_ellipsis() -> None:
    widget = widget_of(_item("gauge", config={"unit": "u" * HUGE, "warn": 3}))
    assert number_format.unit(widget) == "u" * 100 + "…"
    assert number_format.format_cell("c" * HUGE) == "c" * 500 + "…"
    assert number_format.truncate("c" * 500, 500) == "c" * 500
    assert len(thresholds.thresholds(widget)[0].label) < 200
    assert number_format.format_number(Decimal(3), 0, number_format.unit(widget)).endswith("…")


def test_merge_choice_of_megabytes_is_truncated(qtbot: QtBot) -> None:
    choice = FieldChoice("Text", "v" * HUGE, "mine")
    qtbot.addWidget(choice)
    assert choice.heightForWidth(300) <= 140
