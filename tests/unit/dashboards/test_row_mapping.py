"""A document converted to rows of its tables and back: nothing is lost, and errors name hostile rows."""

import copy
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards import row_mapping
from benchboard.dashboards.document.document import parse_document, write_document
from benchboard.dashboards.layout import walk_items
from benchboard.dashboards.row_mapping import DashboardRows, WidgetRow
from benchboard.errors import Invalid
from benchboard.storage.models.dashboards import WIDGET_TYPES
from support.examples import examples
from unit.dashboards.test_document import documents, json_values

ROW = "00000000-0000-4000-8000-00000000000a"
odd = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["kpi", "text", "placeholder", "theirs/heatmap"]),
        "query": st.sampled_from(["", "SELECT 1"]),
        "config": st.dictionaries(st.sampled_from(["text", "benchboard", "unit"]), json_values, max_size=3),
        "title": st.text("ab", max_size=3),
        "locked": st.just(["size"]),
        "benchboard": json_values,
        "item": json_values,
    },
)


@given(documents(), st.lists(odd, max_size=6))
@examples(60)
def test_to_rows_then_from_rows_is_equal(document: dict[str, Any], additions: list[dict[str, Any]]) -> None:
    def strange(items: list[dict[str, Any]]) -> None:
        for item in items:
            held = [item, *item.get("tabs", [])]
            for one in held:
                strange(one.get("items", []))
            if not any("items" in one for one in held) and additions:
                item.update(additions.pop())

    strange(document["items"])
    read = parse_document(document)
    written = write_document(read)
    before = copy.deepcopy(written)
    made = row_mapping.to_rows(written, {})
    assert written == before
    assert {widget.type for widget in made.widgets} <= set(WIDGET_TYPES)
    together = row_mapping.from_rows(made)
    assert together == written
    assert parse_document(together) == parse_document(written)
    # Taken apart again with the rows it has, every row is as it was.
    assert row_mapping.to_rows(together, {row_mapping.item_id(one): one.id for one in made.widgets}) == made


def _widget(name: str = ROW, **said: Any) -> WidgetRow:
    position = {"x": 0, "y": 0, "w": 3, "h": 2}
    return replace(WidgetRow(name, "kpi", {}, None, position), **said)


def test_from_rows_of_another_system_keeps_ids_and_data() -> None:
    other = _widget(config={"colour": "red"}, query="SELECT 1")
    together = row_mapping.from_rows(DashboardRows("Theirs", None, {"rowHeight": 30}, (other,)))
    read = parse_document(together)
    assert read.source["rowHeight"] == 30
    (item,) = read.layout.items
    assert (item.id, item.type, item.source["config"], item.source["query"]) == (
        ROW, "kpi", {"colour": "red"}, "SELECT 1",
    )  # fmt: skip
    again = row_mapping.to_rows(write_document(read), {ROW: ROW})
    assert again.widgets == (other,)
    assert again.layout["items"] == [ROW]


def test_from_rows_with_embedded_widgets_is_split_on_save() -> None:
    item = {"id": "w1", "type": "kpi", "position": {"x": 0, "y": 0, "w": 1, "h": 1}}
    group = {**item, "id": "g1", "type": "group", "items": [item]}
    read = parse_document(row_mapping.from_rows(DashboardRows("Theirs", None, {"items": [group]})))
    assert [found.item.id for found in walk_items(read.layout)] == ["g1", "w1"]
    made = row_mapping.to_rows(write_document(read), {})
    assert made.layout["items"][0]["items"] == [made.widgets[0].id]


def test_to_rows_new_item_gets_a_row_id_and_keeps_its_id() -> None:
    item = {"id": "w1", "type": "theirs", "position": {"x": 0, "y": 0, "w": 1, "h": 1}, "hue": 3}
    (widget,) = row_mapping.to_rows(write_document(parse_document([item])), {}).widgets
    assert UUID(widget.id).version == 4
    assert widget.type == "placeholder"
    assert widget.config == {"benchboard": {"id": "w1", "type": "theirs", "item": {"hue": 3}}}


def _deep(levels: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"id": "g0", "type": "group", "items": [], "position": {"x": 0, "y": 0, "w": 4, "h": 4}}
    for number in range(1, levels):
        tree = {**tree, "id": f"g{number}", "items": [tree]}
    return tree


GROUP = {"id": "g1", "type": "group", "position": {"x": 0, "y": 0, "w": 4, "h": 4}}
HOSTILE: list[tuple[Any, tuple[WidgetRow, ...], str | None, str]] = [
    ([], (), None, "layout"),
    ("x", (), None, "layout"),
    ({"items": ROW}, (), "the dashboard", "items"),
    ({"items": [ROW]}, (), "the dashboard", "items"),
    ({"items": [ROW, ROW]}, (_widget(),), "the dashboard", "items"),
    ({"items": [{**GROUP, "items": [ROW]}, {**GROUP, "id": "g2", "items": [ROW]}]}, (_widget(),), "g2", "items"),
    ({"items": [7]}, (), "the dashboard", "items"),
    ({"items": [{**GROUP, "items": {}}]}, (), "g1", "items"),
    ({"items": [{**GROUP, "type": "tabs", "tabs": [5]}]}, (), "g1", "tabs.0"),
    ({"items": [GROUP, GROUP]}, (), "g1", "id"),
    ({"items": [_deep(9)]}, (), "g0", "items"),
    ({"items": [_deep(40)]}, (), "g31", "items"),
    ({"columns": 10**9}, (), None, "columns"),
    ({"items": [{}]}, (), None, "items.0.id"),
    ({}, (_widget(config=[]),), ROW, "config"),
    ({}, (_widget(config={"benchboard": 3}),), ROW, "config"),
    ({}, (_widget(config={"benchboard": {"item": []}}),), ROW, "config"),
    ({}, (_widget(config={"benchboard": {"id": 4}}),), None, "items.0.id"),
    ({}, (_widget(config={"benchboard": {"id": "g"}}), _widget(config={"benchboard": {"id": "g"}}, id="b")), "g", "id"),
    ({}, (_widget(position=[]),), ROW, "position"),
    ({}, (_widget(position={"x": 0, "y": 0, "w": -1, "h": 2}),), ROW, "position.w"),
]


@pytest.mark.parametrize(("layout", "widgets", "item", "field"), HOSTILE)
def test_from_rows_invalid_rows_are_named(
    layout: Any, widgets: tuple[WidgetRow, ...], item: str | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        parse_document(row_mapping.from_rows(DashboardRows("Theirs", None, layout, widgets)))
    assert (refused.value.facts["item"], refused.value.facts["field"]) == (item, field)
    assert len(str(refused.value)) < 300


STRANGE: list[Any] = [None, True, -1, 10**20, 1.5, "", "x" * 300, [], {}, [[]], {"id": 1}, ROW, "g1", float("1e300")]


@given(documents(), st.data())
@examples(80)
def test_from_rows_of_any_rows_is_a_document_or_rejected(document: dict[str, Any], data: st.DataObject) -> None:
    made = row_mapping.to_rows(write_document(parse_document(document)), {})
    rows: dict[str, Any] = {
        "layout": made.layout,
        "widgets": [[one.id, one.type, one.config, one.query, one.position] for one in made.widgets],
    }
    for _time in range(data.draw(st.integers(1, 4))):
        _spoil(rows, data)
    widgets = tuple(WidgetRow(str(row[0]), str(row[1]), row[2], None, row[4]) for row in rows["widgets"])
    try:
        parse_document(row_mapping.from_rows(DashboardRows("Theirs", None, rows["layout"], widgets)))
    except Invalid as error:
        assert len(str(error)) < 400


def _spoil(rows: dict[str, Any], data: st.DataObject) -> None:
    """Put something strange in one place of a JSON column."""
    place: Any = rows
    key: Any = "layout"
    if rows["widgets"] and data.draw(st.booleans()):
        place = data.draw(st.sampled_from(rows["widgets"]))
        key = data.draw(st.sampled_from([2, 4]))
    while isinstance(inner := place[key], dict | list) and inner and data.draw(st.integers(0, 3)):
        place = inner
        key = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else list(range(len(inner)))))
    place[key] = copy.deepcopy(data.draw(st.sampled_from(STRANGE)))


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("scatter_chart", "chart"),
        ("heatmap", "chart"),
        ("histogram", "chart"),
        ("pivot_table", "table"),
        ("chart", "chart"),
        ("line_chart", "line_chart"),
        ("hologram", "placeholder"),
    ],
)
def test_kinds_of_charts_that_the_table_lacks_are_stored_as_charts(kind: str, stored: str) -> None:
    items = [{"id": "w", "type": kind, "position": {"x": 0, "y": 0, "w": 4, "h": 4}}]
    written = write_document(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    made = row_mapping.to_rows(written, {})
    assert [row.type for row in made.widgets] == [stored]
    assert row_mapping.from_rows(made)["items"][0]["type"] == kind
