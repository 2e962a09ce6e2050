"""Edits beyond the limits of a page are rejected with a reason, and the page stays unchanged."""

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from pytestqt.qtbot import QtBot

from benchboard.dashboards.document.document import parse_document, write_document
from benchboard.dashboards.document.widget_kinds import KINDS, MAX_QUERY, kind_of, widget_of
from benchboard.dashboards.layout import MAX_ITEMS, Item
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.renderers import paint_content
from support.examples import examples

if TYPE_CHECKING:
    from benchboard.dashboards.document.widget_kinds import WidgetKind
    from conftest import Studio


def _item(item_id: str, **fields: object) -> dict[str, object]:
    return {"id": item_id, "type": "text", "position": {"x": 0, "y": 0, "w": 1, "h": 1}, **fields}


def test_add_beyond_the_widget_limit_is_rejected(qtbot: QtBot) -> None:
    places = [{"x": k % 12, "y": k // 12, "w": 1, "h": 1} for k in range(MAX_ITEMS)]
    editor, refused = Editor(), list[str]()
    editor.rejected.connect(lambda error: refused.append(error.what))
    editor.load(parse_document([_item(f"i{k}", position=place) for k, place in enumerate(places)]))
    before, kind = editor.document, kind_of("text")
    assert kind is not None
    editor.select(["i0", "i1"])
    editor.add(kind)
    editor.duplicate()
    editor.paste(json.dumps(_item("new")))
    assert len(refused) == 3
    assert all("10000" in what for what in refused)
    assert (editor.document, editor.undo_stack.count()) == (before, 0)
    editor.remove()
    editor.add(kind)
    assert len(editor.layout) == MAX_ITEMS - 1
    assert len(refused) == 3


def test_save_of_a_document_too_large_is_reported_and_undone(studio: "Studio") -> None:
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


def test_text_tile_of_any_length_lays_out_only_what_it_shows(studio: "Studio") -> None:
    pictures = []
    for points in (300, 50_000):
        picture = QImage(300, 200, QImage.Format.Format_ARGB32)
        picture.fill(0)
        painter = QPainter(picture)
        widget = widget_of(Item("a", "text", source={"config": {"text": "- one point of many\n" * points}}))
        paint_content(painter, QSizeF(300, 200), widget, None)
        painter.end()
        pictures.append(picture)
    assert pictures[0] == pictures[1]


def _tall(item_id: str, row: int = 0) -> dict[str, object]:
    return {"id": item_id, "type": "text", "title": item_id, "position": {"x": 0, "y": row, "w": 12, "h": 1_000}}


def test_push_beyond_the_last_row_is_rejected(studio: "Studio") -> None:
    editor, said = studio.page.editor, list[str]()
    editor.rejected.connect(lambda error: said.append(str(error)))
    editor.load(parse_document([_tall(f"t{k}", 1_000 * k) for k in range(101)]))
    editor.select(["t0"])
    before = editor.document
    editor.duplicate()
    assert editor.document is before
    assert [one.partition(" would end up")[2] for one in said] == [
        " below row 100001, the last of a dashboard. Make the widgets above it shorter, or remove some."
    ]


def test_reveal_beyond_the_last_row_is_rejected(studio: "Studio") -> None:
    editor, said = studio.page.editor, list[str]()
    editor.rejected.connect(lambda error: said.append(error.code))
    rows = [{"id": name, "type": "row", "collapsed": True, "position": {"x": 0, "y": k, "w": 12, "h": 1},
             "items": [_tall(f"{name}{n}") for n in range(60)]} for k, name in enumerate("rs")]  # fmt: skip
    editor.load(parse_document({"format": "benchboard/dashboard", "version": 2, "items": rows}))
    editor.reveal(["r0"])
    assert (editor.selection, said) == (("r0",), [])
    editor.reveal(["s0"])
    assert (editor.selection, said) == (("r0",), ["layout.too-long"])
    assert editor.is_revealed("r")


_LONG = st.sampled_from([201, 20_001, 5_000_000]).map("y".__mul__)
_NO_TEXT = st.sampled_from(["\0", "\ud800", "two\nlines"])
_OTHER = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.integers()), st.just({"deep": [{}]}), st.just("")
)
_KEYS = [(kind, key) for kind in KINDS for key in ("title", "query", "config", "repeat", "locked")]
_KEYS += [(kind, f"config.{setting.key}") for kind in KINDS for setting in kind.settings]


@examples(300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(_KEYS), st.one_of(_LONG, _NO_TEXT, _OTHER))
def test_set_property_of_any_value_keeps_the_document_valid(
    qtbot: QtBot, of: "tuple[WidgetKind, str]", value: object
) -> None:
    kind, key = of
    editor, refused = Editor(), list[object]()
    editor.rejected.connect(refused.append)
    item_id = editor.add(kind)
    before = editor.document
    answer = editor.set_property(item_id, key, value)
    parse_document(json.loads(json.dumps(write_document(editor.document))))
    assert refused == ([answer] if answer is not None else [])
    assert answer is None or editor.document is before


@pytest.mark.usefixtures("demo_home")
def test_query_too_long_is_rejected_and_stays_in_its_field(studio: "Studio") -> None:
    editor, before = studio.page.editor, studio.page.editor.document
    edit = studio.write_query("orders-week", "")
    QGuiApplication.clipboard().setText("y" * 30_000)
    edit.paste()
    studio.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    said = studio.application.problems.current
    assert said is not None
    assert "orders-week" in said.what
    assert str(MAX_QUERY) in edit.accessibleDescription()
    editor.set_property("notes", "title", "Changed elsewhere")
    edit.commit()
    assert edit.toPlainText() == "y" * (MAX_QUERY + 1)
    assert editor.document != before
    assert editor.widget("orders-week").query != edit.toPlainText()
    edit.setPlainText("select 1")
    edit.commit()
    assert editor.widget("orders-week").query == "select 1"
    studio.wait_until_saved()
