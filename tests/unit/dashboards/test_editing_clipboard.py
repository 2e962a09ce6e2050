"""What goes from one dashboard to another takes the variables it names along; Grafana's panels come in too."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import MAX_VARIABLES, Document, Variable, empty, parse_document
from benchboard.dashboards.editing import clipboard, page_edits
from benchboard.dashboards.editing.clipboard import (
    ClipboardContent,
    join_variables,
    parse,
    serialise,
    variables_needed,
    with_variables,
)
from benchboard.dashboards.layout import Layout, PageIndex, walk_items
from benchboard.errors import Invalid


def _item(name: str, y: int = 0, **said: Any) -> dict[str, Any]:
    return {"id": name, "type": "metric_card", "position": {"x": 0, "y": y, "w": 4, "h": 3}, **said}


def _variable(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "list", "values": ["a", "b"], "chosen": ["a"], **more}


def _document(items: list[dict[str, Any]], *variables: dict[str, Any]) -> Document:
    return parse_document(
        {"format": "benchboard/dashboard", "version": 2, "items": items, "variables": list(variables)}
    )


CHAIN = (
    _variable("region"),
    _variable("state", type="query", query="SELECT s FROM t WHERE r = :region"),
    _variable("shop", label="Shop", type="query", query="SELECT s FROM t WHERE s IN (:state)"),
    _variable("other"),
)


@pytest.mark.parametrize(
    ("item", "names"),
    [
        (_item("w", query="SELECT 1 WHERE s = :shop"), ["region", "state", "shop"]),
        (_item("w", query="SELECT ':shop'"), []),
        (_item("w", title="Of $region"), ["region"]),
        (_item("w", type="text", config={"text": "[[other]]"}), ["other"]),
        (_item("w", repeat={"variable": "state"}), ["region", "state"]),
        (_item("w", type="group", items=[_item("in", title="${other}")]), ["other"]),
        (_item("w", type="tabs", tabs=[{"id": "a", "title": "$other", "items": []}]), ["other"]),
        (_item("w", title="$nobody :shop"), []),
    ],
)
def test_copy_takes_the_variables_a_widget_names(item: dict[str, Any], names: list[str]) -> None:
    document = _document([item], *CHAIN)
    page = PageIndex(document.layout)
    found = variables_needed(page_edits.copied(page, ["w"]), document.variables)
    assert [one.name for one in found] == names
    back = parse(json.dumps(serialise(ClipboardContent(page_edits.copied(page, ["w"]), found), 12)), 12)
    assert back.variables == found


def test_copy_takes_variables_that_name_each_other() -> None:
    ring = (_variable("a", type="query", query="select :b"), _variable("b", type="query", query="select :a"))
    document = _document([_item("w", query="select :a")], *ring)
    found = variables_needed(page_edits.copied(PageIndex(document.layout), ["w"]), document.variables)
    assert [one.name for one in found] == ["a", "b"]


def test_copy_without_variables_names_none() -> None:
    document = _document([_item("w")], *CHAIN)
    items = page_edits.copied(PageIndex(document.layout), ["w"])
    assert "variables" not in serialise(ClipboardContent(items, variables_needed(items, document.variables)), 12)


def _own(name: str, *values: str, **more: Any) -> Variable:
    return Variable(name, "", "list", values, **more)


def test_paste_adds_missing_variables_and_keeps_existing_ones() -> None:
    here = (_own("shop", "x"), _own("state", "a", "b", chosen=("b",)))
    coming = (_own("shop", "a"), _own("state", "a", "b", chosen=("a",)), _own("region", "r"))
    found = join_variables(here, coming)
    assert [one.name for one in found.variables] == ["shop", "state", "region"]
    assert found.variables[:2] == here
    assert found.message == (
        "Added variable “region”. Variable “shop” already exists here; the added widgets use the existing one."
    )


def test_paste_equal_query_variables_are_one_whatever_their_options() -> None:
    one = Variable("v", "", "query", ("a",), query="select 1")
    assert join_variables((one,), (Variable("v", "V", "query", ("b",), query="select 1"),)).message == ""
    assert join_variables((one,), (Variable("v", "V", "query", ("b",), query="select 2"),)).existing == (one,)


def test_paste_never_exceeds_the_limit_of_variables() -> None:
    here = tuple(_own(f"v{k}") for k in range(MAX_VARIABLES - 1))
    found = join_variables(here, (_own("one"), _own("two")))
    assert len(found.variables) == MAX_VARIABLES
    assert found.left_out == (_own("two"),)
    assert "Couldn't add “two”" in found.message
    variables = tuple(_own(f"v{k}") for k in range(MAX_VARIABLES))
    for own, warns in ((variables, True), ((), False)):
        pasted = with_variables(replace(empty(), variables=own), ClipboardContent((), (_own("one"),)))
        assert pasted[2] is warns


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.lists(st.sampled_from("abcdef"), unique=True))
def test_paste_variables_twice_changes_nothing_more(here: list[str], coming: list[str]) -> None:
    own, other = tuple(map(_own, here)), tuple(map(_own, coming))
    once = join_variables(own, other).variables
    assert once[: len(own)] == own
    assert {one.name for one in once} == {*here, *coming}
    assert join_variables(once, other).variables == once


PANEL = {
    "type": "stat", "title": "Pods on $node", "gridPos": {"x": 12, "y": 3, "w": 12, "h": 8}, "id": 7,
    "targets": [{"expr": "up"}], "repeat": "node",
}  # fmt: skip
DASHBOARD = {
    "title": "Cluster",
    "schemaVersion": 39,
    "panels": [
        {**PANEL, "id": 1, "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8}},
        {**PANEL, "id": 2, "repeat": None, "gridPos": {"x": 12, "y": 0, "w": 12, "h": 8}},
        {"type": "nobody-knows", "title": "?", "id": 3, "gridPos": {"x": 0, "y": 8, "w": 24, "h": 4}},
    ],
    "templating": {
        "list": [
            {"name": "node", "type": "custom", "query": "n1,n2", "multi": True, "current": {"value": ["n1"]}},
            {"name": "unused", "type": "custom", "query": "x,y"},
        ]
    },
}


@pytest.mark.parametrize("value", [DASHBOARD, {"dashboard": DASHBOARD, "meta": {}}])
def test_paste_grafana_dashboard_keeps_widths_in_proportion(value: object) -> None:
    copied = parse(json.dumps(value), 12)
    assert [tuple(cell) for _item, cell in copied.items] == [(0, 0, 6, 8), (6, 0, 6, 8), (0, 8, 12, 4)]
    assert [one.name for one in copied.variables] == ["node"]
    assert copied.report is not None
    assert (copied.report.mapped, copied.report.placeholder) == (2, 1)
    _document, told, _warns = with_variables(empty(), copied)
    assert told.startswith("3 widgets (1 placeholder, 2 need a query")
    assert told.endswith("Added variable “node”.")


def _cells(layout: Layout) -> dict[str, tuple[int, int, int, int]]:
    return {found.item.id: tuple(found.cell) for found in walk_items(layout)}


@pytest.mark.parametrize(
    ("wide", "columns", "at", "there"),
    [
        (12, 24, [(0, 4), (4, 4), (8, 4)], [(0, 8), (8, 8), (16, 8)]),
        (24, 12, [(0, 8), (8, 8), (16, 8)], [(0, 4), (4, 4), (8, 4)]),
        (24, 12, [(3, 5)], [(0, 3)]),
        (24, 12, [(3, 2)], [(0, 2)]),  # its kind needs two
        (12, 12, [(3, 2), (7, 5)], [(0, 2), (4, 5)]),
        (24, 6, [(0, 24)], [(0, 6)]),
    ],
)
def test_paste_on_another_grid_keeps_the_share_of_the_width(
    wide: int, columns: int, at: list[tuple[int, int]], there: list[tuple[int, int]]
) -> None:
    items = [_item(f"w{k}") | {"position": {"x": x, "y": 0, "w": w, "h": 3}} for k, (x, w) in enumerate(at)]
    document = parse_document({"format": "benchboard/dashboard", "version": 2, "columns": wide, "items": items})
    page = PageIndex(document.layout)
    copied = parse(json.dumps(serialise(ClipboardContent(page_edits.copied(page, list(page.shown))), wide)), columns)
    assert [(cell.x, cell.w) for _item, cell in copied.items] == there


def test_paste_container_on_another_grid_keeps_its_items_shares() -> None:
    inside = [_item("in") | {"position": {"x": 3, "y": 0, "w": 3, "h": 3}}]
    group = _item("g", type="group", items=inside) | {"position": {"x": 6, "y": 0, "w": 6, "h": 5}}
    items = page_edits.copied(PageIndex(_document([group]).layout), ["g"])
    layout = Layout.of(24, clipboard.scale_to_columns(ClipboardContent(items), 12, 24).items)
    assert _cells(layout) == {"g": (0, 0, 12, 4), "in": (6, 0, 6, 3)}


def test_paste_single_item_keeps_its_cells() -> None:
    ((_same, cell),) = parse(json.dumps(_item("w")), 24).items
    assert cell.w == 4


def test_paste_grafana_panel_becomes_a_widget() -> None:
    copied = parse(json.dumps(PANEL), 12)
    ((item, cell),) = copied.items
    assert (item.type, item.source["title"], tuple(cell)) == ("metric_card", "Pods on $node", (0, 0, 6, 8))
    assert copied.report is not None
    assert copied.report.mapped == 1


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({}, "“items” is missing"),
        ({"type": "stat"}, "“items” is missing"),
        ({"panels": 7}, "panels is 7"),
        ({"panels": []}, "It contains no widgets."),
        ({"schemaVersion": 2, "elements": {}}, "Grafana's new dashboard format"),
        ({"type": "stat", "gridPos": {"x": -1, "y": 0}}, "gridPos.x"),
        ({"type": "row", "gridPos": {"y": 0}, "panels": [[]]}, "panels.0"),
    ],
)
def test_paste_other_text_is_rejected(value: object, why: str) -> None:
    with pytest.raises(Invalid, match=why.replace(".", r"\.")):
        clipboard.parse(json.dumps(value), 12)
