"""References to a variable are renamed with it."""

from typing import Any

import pytest

from benchboard.dashboards.document.document import Document, Variable, parse_document
from benchboard.dashboards.layout import repeat_of
from benchboard.dashboards.variables.variable_editing import (
    VariableRow,
    parse_draft,
    propagate_renames,
    renames_of,
    rows_of,
    serialise_draft,
)
from benchboard.dashboards.variables.variable_references import rename_in_layout, usage_counts
from benchboard.errors import Invalid


def _document(*items: dict[str, Any]) -> Document:
    return parse_document({"format": "benchboard/dashboard", "version": 2, "items": list(items)})


def _item(name: str, y: int = 0, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "text", "position": {"x": 0, "y": y, "w": 3, "h": 2}, **more}


def _said(document: Document) -> dict[str, Any]:
    return {item.id: dict(item.source) for item in document.layout.items}


def test_rename_variable_updates_every_reference() -> None:
    before = _document(
        _item("q", 0, query="SELECT a::shop, ':shop' FROM t WHERE s = :shop OR s = :shops -- :shop"),
        _item("w", 2, title="$shop ${shop} ${shop:csv} [[shop]] [[shop:raw]] $shops", config={"text": "In $shop"}),
        _item("r", 4, repeat={"variable": "shop", "direction": "down", "more": 1}),
        {
            **_item("t", 6, title="T"),
            "type": "tabs",
            "tabs": [{"id": "one", "title": "To $shop", "items": [_item("in", query="SELECT :shop")]}],
        },
        _item("other", 20, title="shop", query="SELECT 1"),
    )
    after = rename_in_layout(before.layout, {"shop": "store"})
    said = _said(Document(after))
    assert said["q"]["query"] == "SELECT a::shop, ':shop' FROM t WHERE s = :store OR s = :shops -- :shop"
    assert said["w"]["title"] == "$store ${store} ${store:csv} [[store]] [[store:raw]] $shops"
    assert said["w"]["config"] == {"text": "In $store"}
    assert said["r"]["repeat"] == {"variable": "store", "direction": "down", "more": 1}
    (pane,) = after.items[after.places["t"]].panes
    assert pane.title == "To $store"
    assert pane.layout.items[0].source["query"] == "SELECT :store"
    assert after.items[after.places["other"]] is before.layout.items[before.layout.places["other"]]
    assert rename_in_layout(before.layout, {"nobody": "x"}) is before.layout


def test_rename_variables_can_swap_names() -> None:
    after = rename_in_layout(_document(_item("q", query="SELECT :a, :b", title="$a $b")).layout, {"a": "b", "b": "a"})
    assert after.items[0].source["query"] == "SELECT :b, :a"
    assert after.items[0].source["title"] == "$b $a"


@pytest.mark.parametrize("field", ["title", "query"])
def test_rename_making_a_text_too_long_is_rejected(field: str) -> None:
    words = {"title": "$a" * 127, "query": "SELECT " + ":a," * 6_000 + "1"}[field]
    with pytest.raises(Invalid):
        rename_in_layout(_document(_item("w", **{field: words})).layout, {"a": "b" * 63})


def test_reference_counts_per_variable() -> None:
    document = _document(
        _item("q", 0, query="SELECT :shop, :shop", title="$shop"),
        _item("r", 2, repeat={"variable": "shop"}),
        _item("x", 4),
    )
    assert usage_counts(document.layout) == {"shop": 2}
    assert repeat_of(document.layout.items[1]) is not None


def _asked(name: str, query: str) -> Variable:
    return Variable(name, "", "query", query=query)


def _with(rows: list[VariableRow], place: int, name: str) -> list[VariableRow]:
    return [row.named(name) if at == place else row for at, row in enumerate(rows)]


def test_rename_applies_to_queries_of_other_variables_once_valid() -> None:
    rows = rows_of([Variable("shop", "", "list"), _asked("state", "SELECT :shop")])
    for name, query in (("", ":shop"), ("state", ":shop"), ("sto re", ":shop"), ("store", ":store"), ("st", ":st")):
        rows = propagate_renames(_with(rows, 0, name))
        assert rows[1].variable.query == f"SELECT {query}"
    assert renames_of(rows) == {"shop": "st"}


def test_rename_and_new_variable_of_the_old_name_stay_apart() -> None:
    rows = propagate_renames(
        _with(rows_of([Variable("shop", "", "list"), _asked("state", "SELECT :shop")]), 0, "store")
    )
    rows = propagate_renames(
        [*rows, VariableRow.added(Variable("shop", "", "list")), VariableRow.added(_asked("x", "SELECT :shop"))]
    )
    assert [row.variable.query for row in rows] == ["", "SELECT :store", "", "SELECT :shop"]
    assert renames_of(rows) == {"shop": "store"}


def test_variables_draft_knows_renames() -> None:
    variables = [Variable("shop", "", "list", ("a",)), _asked("state", "SELECT :shop")]
    rows = [*_with(rows_of(variables), 0, "store"), VariableRow.added(Variable("new", "", "text"))]
    found = parse_draft(serialise_draft(rows, variables))
    assert found is not None
    back, base = found
    assert base == tuple(variables)
    assert renames_of(back) == {"shop": "store"}
    assert [row.variable.query for row in back] == ["", "SELECT :store", ""]
    assert parse_draft("[]") == ([], None)
    assert parse_draft('[{"name": 1}]') is None
