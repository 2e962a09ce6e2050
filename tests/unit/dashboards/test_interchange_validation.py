"""Dashboards nobody should have written: a document that is right, or one sentence that names the place."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from benchboard import package_data
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.interchange import from_any, from_benchboard, from_grafana, to_grafana
from benchboard.errors import Invalid
from support.examples import examples
from support.grafana import items
from support.killable import killable

Json = dict[str, Any]
CHECK = Draft202012Validator(
    json.loads((package_data.resources_folder() / "schemas" / "dashboard-2.json").read_text("utf-8"))
)
AT = {"x": 0, "y": 1, "w": 12, "h": 8}


def _nested(depth: int) -> Any:
    value: Any = []
    for _level in range(depth):
        value = [value]
    return value


def _panel(**fields: Any) -> Json:
    return {"id": 4, "type": "stat", "title": "CPU", "gridPos": dict(AT), **fields}


def _place(**fields: Any) -> Json:
    return {"panels": [_panel(gridPos={**AT, **fields})]}


def _rows(depth: int) -> Json:
    panel = _panel()
    for level in range(depth):
        panel = {"id": 5 + level, "type": "row", "collapsed": True, "gridPos": dict(AT), "panels": [panel]}
    return {"panels": [panel]}


GRAFANA: list[tuple[Any, str | None, str | None]] = [
    (_place(w=-3), "panel-4", "gridPos.w"),
    (_place(h=0), "panel-4", "gridPos.h"),
    (_place(x=-1), "panel-4", "gridPos.x"),
    (_place(y=10**9), "panel-4", "gridPos.y"),
    (_place(h=10**9), "panel-4", "gridPos.h"),
    (_place(w="12"), "panel-4", "gridPos.w"),
    (_place(w=True), "panel-4", "gridPos.w"),
    (_place(x=float("nan")), None, "panels.0.gridPos.x"),
    (_place(x=float("inf")), None, "panels.0.gridPos.x"),
    (_place(x=10**400), None, "panels.0.gridPos.x"),
    ({"panels": [_panel(gridPos=[1, 2])]}, "panel-4", "gridPos"),
    ({"panels": [_panel(title=5)]}, "panel-4", "title"),
    ({"panels": [_panel(type=["stat"])]}, "panel-4", "type"),
    ({"panels": [_panel(repeat={})]}, "panel-4", "repeat"),
    ({"panels": [_panel(description=[])]}, "panel-4", "description"),
    ({"panels": [_panel(libraryPanel="CPU")]}, "panel-4", "libraryPanel"),
    ({"panels": [_panel(type="text", options={"content": 7})]}, "panel-4", "options.content"),
    ({"panels": [_panel(title="a\0b")]}, None, "panels.0.title"),
    ({"panels": [_panel(targets=[{"expr": "half \ud800"}])]}, None, "panels.0.targets.0.expr"),
    ({"panels": [_panel(**{"half \ud800": 1})]}, None, "panels.0"),
    ({"panels": [_panel(targets=_nested(100))]}, None, "panels.0.targets" + ".0" * 48),
    ({"panels": [_panel(version=10**30)]}, None, "panels.0.version"),
    (_rows(9), None, "panels" + ".0.panels" * 9),
    ({"panels": "many"}, None, "panels"),
    ({"panels": {"0": _panel()}}, None, "panels"),
    ({"panels": [None]}, None, "panels.0"),
    ({"panels": [_panel(), 3]}, None, "panels.1"),
    ({"panels": [{"id": n} for n in range(10_001)]}, None, "panels"),
    ({"panels": [], "title": ["T"]}, None, "title"),
    ({"panels": [], "templating": []}, None, "templating"),
    ({"panels": [], "templating": {"list": {}}}, None, "templating.list"),
    ({"panels": [], "templating": {"list": [{"name": 4, "type": "custom"}]}}, None, "templating.list.0.name"),
    ({"panels": [], "templating": {"list": ["host"]}}, None, "templating.list.0"),
    ({"rows": [{"panels": [{"span": "wide"}]}]}, None, "rows.0.panels.0.span"),
    ({"rows": [{"panels": [{"span": 10**9}]}]}, None, "rows.0.panels.0.span"),
    ({"rows": [7]}, None, "rows.0"),
    ({}, None, "panels"),
    ([], None, None),
    (None, None, None),
    ("{}", None, None),
    ({"format": "benchboard/dashboard", "version": 2, "items": []}, None, "format"),
    ({"elements": {}, "layout": {}}, None, "elements"),
]


@pytest.mark.parametrize(("value", "item", "field"), GRAFANA, ids=lambda value: str(value)[:40])
def test_import_invalid_grafana_file_is_rejected_in_one_sentence(
    value: Any, item: str | None, field: str | None
) -> None:
    with pytest.raises(Invalid) as refused:
        from_grafana(value)
    assert (refused.value.facts["item"], refused.value.facts["field"]) == (item, field)
    what = refused.value.what
    assert what.endswith(".")
    assert "\n" not in what
    assert len(what) < 400
    if item:
        assert item in what
    if field and len(field) < 60:
        assert field.rsplit(".", 1)[-1] in what or "Benchboard" in what or "schema version 2" in what


def _item(**fields: Any) -> Json:
    return {"id": "a", "type": "text", "position": {"x": 0, "y": 0, "w": 2, "h": 2}, **fields}


def _groups(depth: int) -> Json:
    item = _item()
    for level in range(depth):
        item = _item(id=f"g{level}", type="group", items=[item])
    return item


@pytest.mark.parametrize(
    ("value", "item", "field"),
    [
        ({"columns": 10**9, "items": []}, None, "columns"),
        ([_item(), _item()], "a", "id"),
        ([_item(type="group", items=[_item()])], "a", "id"),  # it holds itself
        ([_groups(9)], "g0", "items"),
        ([_item(type="tabs", tabs=[{"id": "t", "items": [_item()]}])], "a", "id"),
        ([_item(position={"x": 0, "y": 0, "w": -2, "h": 2})], "a", "position.w"),
        ([_item(position={"x": 0, "y": 0, "w": float("nan"), "h": 2})], "a", "position.w"),
        ([_item(note="half \ud800")], None, "0.note"),
        ([_item(note=10**30)], "a", "note"),
        ({"columns": 10**30, "items": []}, None, "columns"),
        ([_item(note=_nested(100))], None, "0.note" + ".0" * 59),
    ],
    ids=lambda value: str(value)[:40],
)
def test_import_invalid_document_is_rejected_by_item_and_field(value: Any, item: str | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        from_benchboard(value)
    assert (refused.value.facts["item"], refused.value.facts["field"]) == (item, field)


def test_import_number_with_too_many_digits_is_named_as_in_the_json_editor() -> None:
    with pytest.raises(Invalid) as refused:
        from_benchboard([_item(position={"x": 0, "y": 10**30, "w": 1, "h": 2})])
    assert refused.value.what == "position.y of item “a” has too many digits."


@pytest.mark.parametrize("value", [None, 7, "text", True])
def test_import_json_that_is_no_object_and_no_list_is_no_dashboard(value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        from_any(value)
    assert refused.value.what == "This file isn't a dashboard."
    assert refused.value.why.startswith("It holds a single value")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([1, 2], "It's a list of values such as 1, not of widgets."),
        ([{"name": "Milk"}], "It's a list of entries without the “id” and “type” that widgets have."),
        ({"items": ["a"]}, 'It\'s a list of values such as "a", not of widgets.'),
        ({"format": "invoice/2"}, 'It\'s in another format: "invoice/2".'),
    ],
)
def test_import_json_of_something_else_says_what_it_is(value: Any, why: str) -> None:
    """They were refused by what entry 1 lacks, as if it were a dashboard with a slip in it."""
    with pytest.raises(Invalid) as refused:
        from_any(value)
    assert (refused.value.what, refused.value.why) == ("This file isn't a dashboard.", why)


def test_import_value_containing_itself_is_rejected() -> None:
    loop: list[Any] = []
    loop.append(loop)
    for read in (from_grafana, from_benchboard):
        with pytest.raises(Invalid, match="nested too deeply"):
            read({"panels": loop, "items": loop})


def test_import_groups_nested_too_deeply_says_how_deep_they_may_be() -> None:
    item: dict[str, Any] = {"id": "g", "type": "group", "items": []}
    for _ in range(60):
        item = {"id": "g", "type": "group", "items": [item]}
    with pytest.raises(Invalid, match=r"^Containers can't be nested more than \d+ levels deep\.$"):
        from_benchboard({"items": [item]})


def test_import_title_with_markup_stays_text_on_one_line() -> None:
    document, report = from_grafana({"panels": [_panel(title="<b onclick=x>A</b>\n\x1b[2J\u2028B")], "title": "T\tU"})
    (item,) = items(document["items"])  # type: ignore[arg-type]
    assert item["title"] == "<b onclick=x>A</b>  [2J B"
    assert document["title"] == "T U"
    assert [line.outcome for line in report.lines] == ["changed", "changed"], "the widget's title and the page's"


def test_import_nulls_count_as_missing() -> None:
    names = "id type title gridPos targets options fieldConfig repeat libraryPanel description transformations links"
    panel = dict.fromkeys(names.split())
    root = dict.fromkeys(("title", "description", "templating", "annotations", "uid", "rows"))
    document, report = from_grafana({**root, "panels": [panel], "schemaVersion": None})
    CHECK.validate(document)
    (item,) = items(document["items"])  # type: ignore[arg-type]
    assert (item["id"], item["type"]) == ("panel-1", "placeholder")
    assert report.placeholder == 1
    empty, _report = from_grafana({"panels": None, "schemaVersion": 39})
    assert empty["items"] == []


SAMPLE: Json = {
    "title": "Sample",
    "description": "All there is",
    "schemaVersion": 39,
    "tags": ["a"],
    "templating": {"list": [
        {"name": "host", "type": "query", "label": "Host", "query": {"query": "x"}, "multi": True,
         "current": {"text": ["a"], "value": ["a"]}, "options": [{"text": "a", "value": "a", "selected": True}]},
        {"name": "step", "type": "interval", "query": "1m,5m", "current": {"value": "1m"}},
        {"name": "word", "type": "textbox", "query": "w"},
        {"name": "by", "type": "adhoc", "filters": []},
    ]},
    "panels": [
        {"id": 1, "type": "row", "title": "Open", "collapsed": False, "panels": [], "repeat": "host",
         "gridPos": {"x": 0, "y": 0, "w": 24, "h": 1}},
        {"id": 2, "type": "timeseries", "title": "CPU", "gridPos": {"x": 0, "y": 1, "w": 12, "h": 8},
         "repeat": "host", "repeatDirection": "h", "maxPerRow": 4, "datasource": {"type": "prometheus", "uid": "p"},
         "targets": [{"expr": "up", "refId": "A"}], "transformations": [{"id": "merge", "options": {}}],
         "fieldConfig": {"defaults": {"unit": "percent", "decimals": 1, "mappings": [{"type": "value"}],
                                      "thresholds": {"mode": "absolute", "steps": [{"color": "red", "value": 7}]}},
                         "overrides": [{"matcher": {"id": "byName"}, "properties": []}]}},
        {"id": 3, "type": "text", "gridPos": {"x": 12, "y": 1, "w": 12, "h": 8},
         "options": {"mode": "html", "content": "<img src='x.png'>"}},
        {"id": 4, "type": "row", "title": "Shut", "collapsed": True, "gridPos": {"x": 0, "y": 9, "w": 24, "h": 1},
         "panels": [{"id": 5, "type": "graph", "title": "Old", "yaxes": [{"format": "ms"}],
                     "gridPos": {"x": 0, "y": 3, "w": 12, "h": 8, "static": True}},
                    {"id": 6, "libraryPanel": {"name": "Lib", "uid": "u"},
                     "gridPos": {"x": 12, "y": 3, "w": 12, "h": 8}}]},
    ],
}  # fmt: skip
OLD: Json = {
    "schemaVersion": 14,
    "rows": [{"title": "R", "showTitle": True, "height": "200px", "collapse": False, "repeat": "h",
              "panels": [{"id": 1, "type": "graph", "span": 6, "height": 300}, {"id": 2, "type": "text", "span": 12}]}],
}  # fmt: skip
odd = st.sampled_from([None, True, False, -1, 0, 1, 7, 2.5, 10**9, 10**30, float("nan"), "", "x", "12", "half \ud800",
                       "a\0", "line\n\x1b", "y" * 5_000, "$__all", [], {}, [[]], [None], {"value": {}}, ["row"], "row",
                       "text", "table"])  # fmt: skip


def _places(value: Any) -> list[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [found for key in keys for found in ((value, key), *_places(value[key]))]


def _damaged(value: Any, data: st.DataObject) -> Any:
    """The value with one to four of its fields replaced, removed, or doubled."""
    value = copy.deepcopy(value)
    for _time in range(data.draw(st.integers(1, 4))):
        places = _places(value)
        if not places:
            return value
        holder, key = data.draw(st.sampled_from(places))
        how = data.draw(st.sampled_from(["replace", "replace", "remove", "double", "move"]))
        if how == "replace":
            holder[key] = copy.deepcopy(data.draw(odd))  # the list is drawn from again
        elif how == "remove":
            del holder[key]
        elif how == "double" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            other, place = data.draw(st.sampled_from(places))
            holder[key] = copy.deepcopy(other[place]) if place in other or isinstance(other, list) else None
    return value


def _sentence(refused: Invalid) -> None:
    assert refused.what.endswith(".")
    assert "\n" not in refused.what
    assert "field" in refused.facts or refused.code.startswith("layout.")
    str(refused).encode("utf-8")


@given(st.sampled_from([SAMPLE, OLD, {"dashboard": SAMPLE}]), st.data())
@examples(400)
def test_import_damaged_grafana_file_is_read_or_rejected(value: Json, data: st.DataObject) -> None:
    try:
        document, report = from_grafana(_damaged(value, data))
    except Invalid as refused:
        _sentence(refused)
        return
    CHECK.validate(document)
    json.dumps(report.to_json(), allow_nan=False)
    report.text().encode("utf-8")
    dashboard, _told = to_grafana(parse_document(document))
    json.dumps(dashboard, allow_nan=False)
    again, _told = from_grafana(dashboard)
    assert {item["id"] for item in items(again["items"])} == {item["id"] for item in items(document["items"])}  # type: ignore[arg-type]


@given(st.data())
@examples(300)
def test_export_damaged_document_is_written_or_rejected(data: st.DataObject) -> None:
    try:
        document, _report = from_benchboard(_damaged(from_grafana(SAMPLE)[0], data))
        dashboard, _report = to_grafana(parse_document(document))
    except Invalid as refused:
        _sentence(refused)
        return
    json.dumps(dashboard, allow_nan=False)


def test_from_grafana_query_of_hostile_nests_is_kept_and_not_run() -> None:
    """Such a query once hung the import, and every viewer of the dashboard, beyond any timeout."""
    sql = "SELECT " + "decimal(" * 30 + "1" + ")" * 30
    panel = _panel(targets=[{"rawSql": sql, "datasource": "postgres"}])
    variable = {"name": "v", "type": "query", "query": sql, "current": {"value": "a"}}
    with killable() as call:
        document, report = call(from_grafana, {"panels": [panel], "templating": {"list": [variable]}})
    (ours,) = document["variables"]
    assert (ours["type"], ours["values"], ours["grafana"]) == ("list", ["a"], variable)
    assert any("nested too deeply" in line.why for line in report.lines)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"title": "Orders", "query": "x\0"}, "It's in the widget “Orders”."),
        ({"title": "Orders", "query": 5}, "It's in the widget “Orders”."),
        ({"query": "x\0"}, "It's in widget 2 of its list, which has no title."),
        ({"title": "half \ud800"}, "It's in widget 2 of its list, which has no title."),
    ],
)
def test_import_error_names_the_widget_by_its_title_or_place(fields: dict[str, object], why: str) -> None:
    places = [{"x": 0, "y": 0, "w": 3, "h": 3}, {"x": 3, "y": 0, "w": 3, "h": 3}]
    items = [{"id": str(20 + n), "type": "table", "position": place} for n, place in enumerate(places)]
    for at_top in (True, False):
        inside = [items[0], items[1] | fields]
        row = {"id": "r", "type": "row", "position": {"x": 0, "y": 0, "w": 12, "h": 5}, "items": inside}
        page = {"format": "benchboard/dashboard", "version": 2, "items": inside if at_top else [row]}
        with pytest.raises(Invalid) as refused:
            from_any(page)
        assert refused.value.why == why


def test_import_error_of_grafana_names_the_panel() -> None:
    place = {"x": 0, "y": 0, "w": 3, "h": 3}
    with pytest.raises(Invalid) as refused:
        from_any({"panels": [{"id": 1, "title": "Orders", "gridPos": place, "description": "x\0"}]})
    assert refused.value.why == "It's in the widget “Orders”."
