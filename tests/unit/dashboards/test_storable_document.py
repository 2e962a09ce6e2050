"""A document as it is stored: written and checked in parts, it is what it would be as a whole."""

import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document import storable_document
from benchboard.dashboards.document.document import MAX_BYTES, Document, parse_document, write_document
from benchboard.dashboards.document.storable_document import CheckedItems, storable
from benchboard.dashboards.layout import Cell, Item, Layout
from benchboard.errors import Invalid
from support import edits
from support.examples import examples
from unit.dashboards import test_document


def _check(document: Document, known: CheckedItems) -> None:
    written, text, read = storable(document, known)
    assert written == write_document(document)
    assert text == json.dumps(written)
    assert read == parse_document(json.loads(text))


@given(st.data())
@examples(100)
def test_storable_after_each_edit_is_what_the_whole_gives(data: st.DataObject) -> None:
    document, known = data.draw(edits.documents()), CheckedItems()
    for who in "abc":
        _check(document, known)
        document = data.draw(edits.edited(document, who))
    _check(document, known)


@given(st.lists(test_document.documents(), min_size=2, max_size=4))
@examples(60)
def test_storable_one_document_after_any_other_is_what_the_whole_gives(written: list[dict[str, Any]]) -> None:
    known = CheckedItems()
    for document in map(parse_document, written):
        _check(document, known)


def _document(*items: Item) -> Document:
    return Document(Layout.of(12, [(item, Cell(0, 3 * k, 3, 3)) for k, item in enumerate(items)]), "Line 2")


def _nested(levels: int) -> object:
    value: object = 1
    for _level in range(levels):
        value = [value]
    return value


FAULTS: list[tuple[str, Item]] = [
    ("layout.not-a-number", Item("b", "text", source={"config": {"limit": float("nan")}})),
    ("layout.not-text", Item("b", "text", source={"title": "\ud800"})),
    ("layout.too-deep", Item("b", "text", source={"hint": _nested(70)})),
    ("layout.too-long", Item("b", "text", source={"hint": "x" * MAX_BYTES})),
    ("layout.bad-title", Item("b", "text", source={"title": 5})),
    ("layout.bad-repeat", Item("b", "text", source={"repeat": 5})),
    ("layout.bad-locked", Item("b", "row", source={"locked": 5, "items": []})),
    ("layout.bad-locked", Item("b", "group", source={"items": [{"id": "c", "type": "text", "locked": 5,
                                                                "position": {"x": 0, "y": 0, "w": 1, "h": 1}}]})),
    ("layout.bad-id", Item("b", "group", source={"items": [{}]})),
    ("layout.not-an-object", Item("b", "group", source={"items": [5]})),
    ("layout.bad-tabs", Item("b", "tabs", source={"tabs": 5})),
    ("layout.bad-tab", Item("b", "tabs", source={"tabs": [{}]})),
    ("layout.duplicate-id", Item("a", "text")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "item"), FAULTS)
def test_storable_invalid_document_has_the_error_of_the_whole(code: str, item: Item) -> None:
    known, good = CheckedItems(), Item("a", "text", source={"title": "A"})
    storable(_document(good), known)
    for _time in range(2):
        with pytest.raises(Invalid) as refused:
            storable(_document(good, item), known)
        assert refused.value.code == code
        with pytest.raises(Invalid) as whole:
            parse_document(write_document(_document(good, item)))
        assert (refused.value.what, refused.value.facts) == (whole.value.what, whole.value.facts)
    _check(_document(good), known)


def test_storable_text_beyond_the_basic_plane_is_stored() -> None:
    _check(_document(Item("a", "text", source=MappingProxyType({"title": "🚗"}))), CheckedItems())


def test_storable_checks_only_the_items_that_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    plain = storable_document.require_valid_item
    monkeypatch.setattr(storable_document, "require_valid_item", lambda item: (checked.append(item.id), plain(item))[1])
    document, known = _document(*(Item(f"w{k}", "text", source={"title": "W"}) for k in range(50))), CheckedItems()
    first = storable(document, known)
    assert len(checked) == 50
    checked.clear()
    cells = [*document.layout.cells[:-1], Cell(6, 0, 3, 3)]
    again = storable(replace(document, layout=document.layout.moved_to(cells)), known)
    assert checked == ["w49"]
    assert all(
        one is other
        for one, other in zip(first.document.layout.items[:-1], again.document.layout.items[:-1], strict=True)
    )


def test_checked_items_beyond_the_limit_are_forgotten() -> None:
    known = CheckedItems()
    storable(_document(Item("a", "text"), Item("b", "text")), known)
    known.limit(2)
    assert known.written
    known.limit(1)
    assert not known.written
