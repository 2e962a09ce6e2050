"""Documents as Grafana's dashboards: what its own types take, every widget in it, and back what came from there."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.question import Group, Measure, Question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.interchange import ConversionReport, from_grafana, to_grafana
from benchboard.dashboards.layout import CONTAINERS, Cell, fitted, walk_items
from benchboard.dashboards.variables.variable_references import rename_in_layout
from support.examples import examples
from support.grafana import NEEDS_REAL, faults, panels, real
from support.pages import random_page

Json = dict[str, Any]
TYPES = ("metric_card", "kpi", "line_chart", "bar_chart", "pie_chart", "table", "text", "image", "odd", "area_chart",
         "histogram")  # fmt: skip


def _written(*listed: Json, **fields: Any) -> tuple[Json, dict[str, Json], ConversionReport]:
    value = {"format": "benchboard/dashboard", "version": 2, "title": "T", "items": list(listed), **fields}
    dashboard, report = to_grafana(parse_document(value))
    return dashboard, {panel["title"]: panel for panel in panels(dashboard["panels"])}, report


def _item(name: str, x: int, y: int, w: int = 3, h: int = 2, **fields: Any) -> Json:
    place = {"x": x, "y": y, "w": w, "h": h}
    return {"id": name, "type": "text", "title": name, "position": place, **fields}


def _cells(listed: list[Json]) -> list[Cell]:
    return [Cell(*(panel["gridPos"][key] for key in "xywh")) for panel in listed]


def _again(dashboard: Json) -> Json:
    return to_grafana(parse_document(from_grafana(dashboard)[0]))[0]


@NEEDS_REAL
@pytest.mark.parametrize("file", real(), ids=lambda file: file.stem)
def test_export_real_dashboard_round_trips(file: Path) -> None:
    dashboard = json.loads(file.read_text("utf-8"))
    back = _again(dashboard)
    theirs = {panel["id"]: panel for panel in panels(dashboard["panels"])}
    ours = {panel["id"]: panel for panel in panels(back["panels"])}
    assert list(ours) == list(theirs)
    for number, panel in theirs.items():
        # Rows have no queries in Grafana's schema; one that says some is refused by it.
        kept = (
            "id",
            "type",
            "title",
            "gridPos",
            "repeat",
            "collapsed",
            *(() if panel["type"] == "row" else ("targets",)),
        )
        assert {key: ours[number].get(key) for key in kept} == {key: panel.get(key) for key in kept}
    root = {key: value for key, value in dashboard.items() if key not in ("panels", "templating") and value is not None}
    assert {key: back.get(key) for key in root} == root
    names = [entry["name"] for entry in dashboard["templating"]["list"]]
    assert [entry["name"] for entry in back["templating"]["list"]] == names
    assert set(faults(back)) <= set(faults(dashboard))
    assert _again(back) == back


def _filled(rng: random.Random, items: list[Json]) -> None:
    for item in items:
        if item["type"] not in CONTAINERS:
            item |= {"type": rng.choice(TYPES), "query": rng.choice(["", "SELECT 1"])}
            item["config"] = rng.choice([{}, {"unit": "ms", "decimals": 2}, {"unit": "kg", "text": "# Hi", "url": "u"}])
        item["title"] = rng.choice(["", "A <b>title</b>"])
        if rng.random() < 0.2:
            item["repeat"] = {"variable": "shop", "direction": rng.choice(["across", "down"]), "most": 3}
        _filled(rng, item.get("items", []))
        for tab in item.get("tabs", []):
            _filled(rng, tab["items"])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document as the window shows it."""
    rng, columns = random.Random(draw(st.integers(0, 10**9))), draw(st.sampled_from([1, 6, 10, 12, 24, 36, 100]))
    items = random_page(rng, columns, depth=3, statics=0.0)
    _filled(rng, items)
    variables = [
        {"name": "shop", "label": "Shop", "values": ["a,b", "c"], "chosen": ["c"], "multiple": rng.random() < 0.5},
        {"name": "what", "type": "text", "chosen": ["x"]},
        {
            "name": "asked",
            "type": "query",
            "query": "SELECT id FROM orders WHERE shop_id IN (:shop)",
            "chosen": ["x"],
            "multiple": rng.random() < 0.5,
            "include_all": rng.random() < 0.5,
            "all_chosen": rng.random() < 0.5,
        },
    ]
    value = {"format": "benchboard/dashboard", "version": 2, "title": "T", "columns": columns, "items": items}
    document = parse_document({**value, "variables": variables, "breakpoints": {"phone": {"columns": 2}}})
    return replace(document, layout=fitted(document.layout))


@given(documents())
@examples(60)
def test_export_any_document_has_every_widget(document: Document) -> None:
    dashboard, report = to_grafana(document)
    assert faults(dashboard) == []
    found = [found.item for found in walk_items(document.layout)]
    every = list(panels(dashboard["panels"]))
    assert len({panel["id"] for panel in every}) == len(every)
    headings = sum(item.type == "group" and item.source["title"] != "" for item in found)
    assert sum(panel["type"] != "row" for panel in every) == sum(not item.panes for item in found) + headings
    for held in [dashboard["panels"], *(panel["panels"] for panel in every if panel["type"] == "row")]:
        cells = _cells(held)
        assert cells == sorted(cells, key=lambda cell: (cell.y, cell.x))
        for number, cell in enumerate(cells):
            assert 0 <= cell.x < cell.right <= 24
            assert not any(cell.overlaps(other) for other in cells[:number])
    assert report.mapped + report.placeholder == sum(not item.panes for item in found)
    # And back again it is a document.
    parse_document(from_grafana(dashboard)[0])


def test_export_twelve_columns_become_24_and_keep_touching_edges() -> None:
    dashboard, _by, _report = _written(_item("a", 0, 0, 5), _item("b", 5, 0, 7), _item("c", 3, 2, 4, 6))
    assert _cells(dashboard["panels"]) == [(0, 0, 10, 2), (10, 0, 14, 2), (6, 2, 8, 6)]
    dashboard, _by, _report = _written(_item("a", 0, 0), _item("b", 3, 0, 4), columns=7)
    assert _cells(dashboard["panels"]) == [(0, 0, 10, 2), (10, 0, 14, 2)]


def test_export_kinds_settings_and_queries_have_counterparts() -> None:
    query = "SELECT count(*) FROM orders WHERE shop = :shop"
    dashboard, by, report = _written(
        _item("n", 0, 0, type="metric_card", config={"unit": "%", "decimals": 1}, query=query, static=True),
        _item("w", 3, 0, config={"text": "# Hi"}, description="Why"),
        _item("o", 6, 0, type="orrery"),
        _item("r", 9, 0, type="line_chart", config={"unit": "parts"}, repeat={"variable": "shop", "direction": "down"}),
        variables=[{"name": "shop", "values": ["a,b", "c"], "chosen": ["c"]}],
    )
    assert by["n"]["type"] == "stat"
    assert by["n"]["fieldConfig"]["defaults"] == {"unit": "percent", "decimals": 1}
    assert by["n"]["targets"][0]["rawSql"] == query.replace(":shop", "${shop:sqlstring}")
    assert by["n"]["gridPos"]["static"] is True
    assert by["w"]["options"] == {"mode": "markdown", "content": "# Hi"}
    assert by["w"]["description"] == "Why"
    assert (by["o"]["type"], "orrery" in by["o"]["options"]["content"]) == ("text", True)
    assert (by["r"]["type"], by["r"]["repeat"], by["r"]["repeatDirection"]) == ("timeseries", "shop", "v")
    assert by["r"]["fieldConfig"]["defaults"]["unit"] == "suffix:parts"
    (variable,) = dashboard["templating"]["list"]
    assert (variable["type"], variable["query"], variable["current"]["value"]) == ("custom", "a\\,b,c", "c")
    assert [line.id for line in report.lines if line.outcome == "placeholder"] == ["o"]
    assert faults(dashboard) == []


def test_export_containers_become_rows_and_headings() -> None:
    dashboard, by, report = _written(
        {**_item("Open", 0, 0, 12, 1), "type": "row", "items": [_item("a", 0, 1)]},
        {**_item("Shut", 0, 3, 12, 1), "type": "row", "collapsed": True, "items": [_item("b", 3, 50)]},
        {**_item("Rig", 0, 4, 6, 3), "type": "group", "items": [_item("c", 1, 0)]},
        {**_item("Both", 6, 4, 6, 3), "type": "tabs", "active": "2",
         "tabs": [{"id": "1", "title": "One", "items": [_item("d", 0, 0)]},
                  {"id": "2", "title": "Two", "items": [_item("e", 3, 0)]}]},
        breakpoints={"phone": {"columns": 2}},
    )  # fmt: skip
    assert [(panel["title"], panel["type"]) for panel in dashboard["panels"]] == [
        ("Open", "row"), ("a", "text"), ("Shut", "row"), ("Rig", "text"), ("c", "text"),
        ("Both: One", "row"), ("Both: Two", "row"), ("e", "text"),
    ]  # fmt: skip
    assert [panel["title"] for panel in by["Shut"]["panels"]] == ["b"]
    assert by["b"]["gridPos"] == {"x": 6, "y": 50, "w": 6, "h": 2}
    assert by["c"]["gridPos"] == {"x": 2, "y": 5, "w": 6, "h": 2}
    assert (by["Both: One"]["collapsed"], [panel["title"] for panel in by["Both: One"]["panels"]]) == (True, ["d"])
    assert by["e"]["gridPos"] == {"x": 12, "y": 9, "w": 12, "h": 2}
    assert faults(dashboard) == []
    assert {line.id for line in report.lines} == {"", "Rig", "Both"}


def test_export_fields_grafana_lacks_are_reported() -> None:
    _dashboard, _by, report = _written(
        {**_item("Open", 0, 0, 12, 1), "type": "row", "items": [_item("a", 0, 1, locked=["size"], min_w=2)]},
        _item("Below", 0, 9, query="SELECT 1"),
        {**_item("Rig", 0, 12, 6, 3), "type": "group", "repeat": {"variable": "v"}, "items": []},
        breakpoints={"phone": {"columns": 2}},
        compact="none",
    )
    told = [(line.id, line.outcome) for line in report.lines]
    assert told == [
        ("", "left out"), ("", "changed"), ("", "left out"), ("", "changed"),
        ("Rig", "changed"), ("Rig", "left out"), ("Below", "changed"), ("Rig", "changed"),
    ]  # fmt: skip
    assert "Open" in report.lines[-2].what


def test_export_changed_fields_replace_grafanas_and_the_rest_stays() -> None:
    config = {
        "defaults": {"unit": "s", "custom": {"lineWidth": 2}},
        "overrides": [{"matcher": {"id": "x"}, "properties": []}],
    }
    panel = {"id": 3, "type": "timeseries", "title": "Old", "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4},
             "targets": [{"expr": "up"}], "fieldConfig": config, "repeat": "host"}  # fmt: skip
    host = {"name": "host", "type": "query", "query": "label_values(up)", "definition": "x", "current": {"value": "a"}}
    words = {"id": 4, "type": "text", "title": "W", "gridPos": {"x": 6, "y": 0, "w": 6, "h": 4},
             "options": {"mode": "html", "content": "<b>x</b>"}}  # fmt: skip
    document: Any = from_grafana({"panels": [panel, words], "templating": {"list": [host]}, "tags": ["t"]})[0]
    assert _again({"panels": [panel, words], "templating": {"list": [host]}})["panels"] == [panel, words]
    line, text = document["items"]
    line |= {
        "title": "New",
        "position": {"x": 1, "y": 2, "w": 7, "h": 5},
        "config": {"unit": "parts"},
        "query": "SELECT 1",
    }
    del line["repeat"]
    text["type"] = "table"
    document["variables"][0]["chosen"] = ["b"]
    dashboard, report = to_grafana(parse_document(document))
    first, second = dashboard["panels"]
    assert (first["title"], first["gridPos"]) == ("New", {"x": 1, "y": 2, "w": 7, "h": 5})
    assert first["fieldConfig"]["defaults"] == {"unit": "suffix:parts", "custom": {"lineWidth": 2}}
    assert first["fieldConfig"]["overrides"] == config["overrides"]
    assert first["targets"] == [{"expr": "up"}]
    assert "repeat" not in first
    assert (second["type"], "content" in second["options"]) == ("table", False)
    assert dashboard["tags"] == ["t"]
    (variable,) = dashboard["templating"]["list"]
    assert (variable["type"], variable["definition"], variable["current"]["value"]) == ("query", "x", "b")
    assert [told.id for told in report.lines if told.outcome == "left out"] == ["panel-3"]


def test_export_finer_grid_fits_without_overlap() -> None:
    dashboard, _by, _report = _written(*(_item(f"i{x}", x, 0, 1) for x in range(100)), columns=100)
    cells = _cells(dashboard["panels"])
    assert len(cells) == 100
    assert not any(cell.overlaps(other) for number, cell in enumerate(cells) for other in cells[:number])
    assert max(cell.right for cell in cells) == 24
    dashboard, _by, _report = _written(_item("a", 20, 0), _item("b", 10, 2, 9))
    assert _cells(dashboard["panels"]) == [(22, 0, 2, 2), (20, 2, 4, 2)]
    assert faults(dashboard) == []


def test_export_older_files_fields_against_the_schema_come_back_as_they_were() -> None:
    steps = [{"color": "green"}, {"color": "red", "value": 80}]
    config = {"defaults": {"thresholds": {"mode": "absolute", "steps": steps}}, "overrides": []}
    panel = {"id": 1, "type": "stat", "gridPos": {"x": 0, "y": 1, "w": 6, "h": 4}, "description": None, "title": "",
             "fieldConfig": config, "datasource": "Prom", "maxPerRow": 4, "repeatDirection": "h"}  # fmt: skip
    row = {"id": 2**32 - 1, "type": "row", "title": "R", "collapsed": False, "targets": [], "datasource": None,
           "gridPos": {"x": 0, "y": 0, "w": 24, "h": 1}, "panels": []}  # fmt: skip
    host = {"name": "host", "type": "query", "query": "x", "current": {}, "datasource": "Prom", "label": None}
    root = {"id": None, "gnetId": 12, "refresh": False, "links": [{"title": "L"}], "timepicker": {"now": True}}
    dashboard = {**root, "panels": [row, panel], "templating": {"list": [host]}}
    assert json.dumps(_again(dashboard)) == json.dumps(dashboard)


def test_export_new_items_get_unused_panel_ids() -> None:
    dashboard, by, _report = _written(
        _item("panel-2", 0, 0), _item("mine", 3, 0), _item("panel-02", 6, 0), _item("panel-9999999999", 9, 0)
    )
    assert (by["panel-2"]["id"], by["mine"]["id"]) == (2, 1)
    assert {panel["id"] for panel in dashboard["panels"]} == {1, 2, 3, 4}


def test_export_histogram_round_trip_changes_the_bins_alone() -> None:
    dashboard, found, _report = _written(_item("panel-1", 0, 0, type="histogram", config={"bins": 20}))
    assert (found["panel-1"]["type"], found["panel-1"]["options"]) == ("histogram", {"bucketCount": 20})
    assert faults(dashboard) == []
    dashboard["panels"][0]["options"] = {"bucketSize": 5, "combine": True}
    assert _again(dashboard) == dashboard
    (item,) = from_grafana(dashboard)[0]["items"]
    item["config"] = {"bins": 8}
    again, _told = to_grafana(parse_document({"format": "benchboard/dashboard", "version": 2, "items": [item]}))
    assert again["panels"][0]["options"] == {"combine": True, "bucketCount": 8}


def test_export_stacking_points_and_heatmap_round_trip() -> None:
    parts = "SELECT day, status, count(*) AS n FROM orders GROUP BY 1, 2"
    kept = {
        "a": ("area_chart", {"stack": "percent"}, ""), "b": ("area_chart", {"stack": "off"}, ""),
        "c": ("area_chart", {}, ""), "d": ("bar_chart", {"stack": "stacked"}, ""), "e": ("bar_chart", {}, ""),
        "f": ("scatter_chart", {}, ""), "g": ("heatmap", {"unit": "%"}, parts), "h": ("area_chart", {}, parts),
    }  # fmt: skip
    listed = [
        _item(f"panel-{at}", 0, 3 * at, type=kind, config=config, query=query)
        for at, (kind, config, query) in enumerate(kept.values(), 1)
    ]
    dashboard, found, report = _written(*listed)
    assert faults(dashboard) == []
    assert [line.id for line in report.lines if line.id] == ["panel-6", "panel-7"]
    assert found["panel-6"]["type"] == "xychart"
    items = [*from_grafana(dashboard)[0]["items"]]
    again = {item["id"]: (item["type"], item["config"]) for item in items}
    wanted = {f"panel-{at}": one[:2] for at, one in enumerate(kept.values(), 1)}
    assert again == wanted | {"panel-8": ("area_chart", {"stack": "stacked"})}, "automatic, as its query adds up"
    for item in items:
        if item["id"] in ("panel-1", "panel-4"):
            item["config"] = {"stack": "off"}
    changed, _told = to_grafana(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}))
    by = {panel["id"]: panel for panel in changed["panels"]}
    assert by[1]["fieldConfig"]["defaults"]["custom"]["stacking"] == {"group": "A", "mode": "none"}
    assert by[4]["options"] == {"stacking": "none"}
    assert by[2]["fieldConfig"] == found["panel-2"]["fieldConfig"]


def test_export_pivot_table_is_a_table_whose_rows_grafana_turns_into_columns() -> None:
    """It was a text panel with its name."""
    measure = Measure("count", "", "n")
    two = to_sql(Question("orders", groups=(Group("shop_id"), Group("created_dt", "month", "m")), measures=(measure,)))
    one = to_sql(Question("orders", groups=(Group("status"),), measures=(measure,)))
    by_hand = "SELECT a, b, sum(c) FROM (SELECT * FROM t) x GROUP BY 1, 2"
    dashboard, found, report = _written(
        *(
            _item(f"panel-{at}", 0, 3 * at, type="pivot_table", query=query)
            for at, query in enumerate((two, one, by_hand), 1)
        )
    )
    unread = "no DataTransformerConfig"  # Grafana's library leaves transformations as they are in JSON
    assert [fault for fault in faults(dashboard) if unread not in fault] == []
    assert [panel["type"] for panel in found.values()] == ["table"] * 3
    fields = {"rowField": "shop_id", "columnField": "m", "valueField": "n"}
    assert found["panel-1"]["transformations"] == [{"id": "groupingToMatrix", "options": fields}]
    assert "transformations" not in found["panel-2"]
    assert [line.id for line in report.lines if line.id] == ["panel-3"]


def test_export_right_axis_round_trips_and_other_overrides_stay() -> None:
    config = {"axis_right": ["revenue", "cost"], "right_min": 0, "right_unit": "€", "right_decimals": 2}
    dashboard, found, _report = _written(_item("panel-1", 0, 0, type="line_chart", config=config, query="SELECT 1"))
    assert faults(dashboard) == []
    overrides = found["panel-1"]["fieldConfig"]["overrides"]
    assert [one["matcher"] for one in overrides] == [{"id": "byName", "options": name} for name in ("revenue", "cost")]
    assert {"id": "custom.axisPlacement", "value": "right"} in overrides[0]["properties"]
    assert {"id": "unit", "value": "currencyEUR"} in overrides[1]["properties"]
    (item,) = from_grafana(dashboard)[0]["items"]
    assert item["config"] == config
    colour = {"id": "custom.lineWidth", "value": 3}
    overrides[0]["properties"].append(colour)
    overrides.append({"matcher": {"id": "byRegexp", "options": "/a/"}, "properties": [{"id": "unit", "value": "s"}]})
    assert _again(dashboard) == dashboard
    (item,) = from_grafana(dashboard)[0]["items"]
    item["config"] = {"axis_right": ["tax"]}
    again, _told = to_grafana(parse_document({"format": "benchboard/dashboard", "version": 2, "items": [item]}))
    assert again["panels"][0]["fieldConfig"]["overrides"] == [
        {"matcher": {"id": "byName", "options": "revenue"}, "properties": [colour]},
        overrides[2],
        {"matcher": {"id": "byName", "options": "tax"},
         "properties": [{"id": "custom.axisPlacement", "value": "right"}]},
    ]  # fmt: skip


def test_export_colours_of_series_round_trip_and_others_stay() -> None:
    config = {"colours": {"paid": "pink", "late": "teal"}}
    dashboard, found, _report = _written(_item("panel-1", 0, 0, type="pie_chart", config=config, query="SELECT 1"))
    assert faults(dashboard) == []
    overrides = found["panel-1"]["fieldConfig"]["overrides"]
    assert overrides[0]["properties"] == [{"id": "color", "value": {"mode": "fixed", "fixedColor": "#CB218B"}}]
    (item,) = from_grafana(dashboard)[0]["items"]
    assert item["config"] == config
    for name, shade in (("lost", "dark-red"), ("open", "semi-dark-blue")):
        colour = {"id": "color", "value": {"mode": "fixed", "fixedColor": shade}}
        overrides.append({"matcher": {"id": "byName", "options": name}, "properties": [colour]})
    assert _again(dashboard) == dashboard
    made, report = from_grafana(dashboard)
    (item,) = made["items"]
    assert item["config"] == {"colours": {**config["colours"], "open": "blue"}}
    assert "Not supported, kept for export: overrides for 1 series." in [line.what for line in report.lines]
    item["config"] = {"colours": {"paid": "green", "open": "blue"}}
    again, _told = to_grafana(parse_document({"format": "benchboard/dashboard", "version": 2, "items": [item]}))
    assert again["panels"][0]["fieldConfig"]["overrides"] == [
        {"matcher": {"id": "byName", "options": "paid"},
         "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": "green"}}]},
        *overrides[2:],
    ]  # fmt: skip


def test_export_gauge_and_area_round_trip() -> None:
    config = {"unit": "%", "decimals": 1, "min": -5, "max": 50, "warn": 20, "alarm": 40.5}
    listed = [_item("panel-1", 0, 0, type="gauge", config=config), _item("panel-2", 4, 0, type="area_chart")]
    dashboard, found, _report = _written(*listed)
    assert (found["panel-1"]["type"], found["panel-2"]["type"]) == ("gauge", "timeseries")
    items = {item["id"]: item for item in from_grafana(dashboard)[0]["items"]}
    assert (items["panel-1"]["type"], items["panel-1"]["config"]) == ("gauge", config)
    assert items["panel-2"]["type"] == "area_chart"
    items["panel-1"]["config"] = {**config, "alarm": 45}
    again, _told = to_grafana(
        parse_document({"format": "benchboard/dashboard", "version": 2, "items": [*items.values()]})
    )
    (gauge,) = [panel for panel in again["panels"] if panel["type"] == "gauge"]
    assert [step["value"] for step in gauge["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [None, 20, 45]


def test_export_thresholds_of_lines_round_trip() -> None:
    config = {"unit": "%", "warn": 20, "alarm": 40.5}
    listed = [_item("panel-1", 0, 0, type="line_chart", config=config), _item("panel-2", 4, 0, type="line_chart")]
    dashboard, found, _report = _written(*listed)
    assert "thresholds" not in found["panel-2"]["fieldConfig"]["defaults"]
    items = {item["id"]: item for item in from_grafana(dashboard)[0]["items"]}
    assert items["panel-1"]["config"] == config
    items["panel-1"]["config"] = {"unit": "%"}
    again, _told = to_grafana(
        parse_document({"format": "benchboard/dashboard", "version": 2, "items": [*items.values()]})
    )
    assert "warn" not in {item["id"]: item for item in from_grafana(again)[0]["items"]}["panel-1"]["config"]


@pytest.mark.parametrize("limits", [{}, {"alarm": 20}, {"warn": 20, "alarm": 40}])
def test_export_target_is_a_threshold_line_and_comes_back_as_target(limits: Json) -> None:
    config = {"unit": "%", **limits, "target": 30}
    kinds = ("gauge", "line_chart", "area_chart", "metric_card", "bar_chart")
    dashboard, found, report = _written(
        *(_item(f"panel-{at}", 0, 3 * at, type=kind, config=config) for at, kind in enumerate(kinds, 1))
    )
    assert faults(dashboard) == []
    items = {item["id"]: item for item in from_grafana(dashboard)[0]["items"]}
    assert [items[f"panel-{at + 1}"]["config"] for at in range(3)] == [config] * 3
    line = found["panel-2"]["fieldConfig"]["defaults"]
    assert line["custom"]["thresholdsStyle"] == {"mode": "dashed"}, "what is beyond a target isn't shaded"
    told = [one.id for one in report.lines if "target" in one.what]
    assert told == ["panel-4", "panel-5"]


def test_export_automatic_axis_ends_stay_automatic() -> None:
    dashboard, _found, _report = _written(_item("panel-1", 0, 0, type="gauge", config={"max": 50}))
    (item,) = from_grafana(dashboard)[0]["items"]
    assert item["config"] == {"max": 50}
    item["config"] = {"min": 5}
    again, _told = to_grafana(parse_document({"format": "benchboard/dashboard", "version": 2, "items": [item]}))
    defaults = again["panels"][0]["fieldConfig"]["defaults"]
    assert (defaults["min"], defaults["max"]) == (5, None)


def test_export_variable_query_round_trips() -> None:
    query = "SELECT DISTINCT id, ':shop' FROM orders WHERE shop_id IN (:shop) ORDER BY 1"
    shop = {"name": "shop", "values": ["a"], "chosen": ["a"], "multiple": True, "include_all": True, "all_chosen": True}
    asked = {"name": "v", "label": "V", "type": "query", "query": query, "chosen": ["x", "y"], "multiple": True}
    dashboard, _panels, _report = _written(variables=[shop, asked])
    assert faults(dashboard) == []
    typed, variable = dashboard["templating"]["list"]
    assert (typed["includeAll"], typed["current"]["value"]) == (True, ["$__all"])
    assert (variable["type"], variable["refresh"], variable["multi"], variable["includeAll"]) == (
        "query",
        1,
        True,
        False,
    )
    assert variable["query"] == query.replace("(:shop)", "(${shop:sqlstring})")
    document, report = from_grafana(dashboard)
    said: Any = document["variables"]
    assert said[1]["query"] == query
    assert (said[0]["all_chosen"], said[1]["chosen"]) == (True, ["x", "y"])
    assert report.lines == ()
    assert _again(dashboard) == dashboard


def test_export_changed_query_replaces_grafanas() -> None:
    sql = "SELECT id FROM orders WHERE status = '$state'"
    state = {"name": "state", "type": "constant", "query": "paid"}
    for query in (sql, {"rawSql": sql, "refId": "A"}):
        said = {"name": "v", "type": "query", "query": query, "definition": sql, "regex": "/a/", "current": {}}
        given = {"panels": [], "schemaVersion": 39, "templating": {"list": [state, said]}}
        document: Any = from_grafana(given)[0]
        assert _again(given)["templating"]["list"][1]["query"] == query
        document["variables"][1] |= {"query": "SELECT id FROM orders WHERE id = :state", "include_all": True}
        back = to_grafana(parse_document(document))[0]["templating"]["list"][1]
        new = "SELECT id FROM orders WHERE id = ${state:sqlstring}"
        assert back["query"] == (new if query == sql else {"rawSql": new, "refId": "A"})
        assert (back["definition"], back["regex"], back["includeAll"]) == (new, "/a/", True)
        document["variables"][1]["type"] = "text"
        assert to_grafana(parse_document(document))[0]["templating"]["list"][1]["type"] == "textbox"


def test_export_widget_of_another_kind_has_its_own_query_or_grafanas() -> None:
    sql = "SELECT id FROM orders"
    target = {"refId": "A", "datasource": {"type": "postgres"}, "rawSql": sql}
    panel = {"id": 1, "type": "stat", "title": "n", "targets": [target], "gridPos": {"x": 0, "y": 0, "w": 4, "h": 4}}
    document: Any = from_grafana({"schemaVersion": 39, "panels": [panel]})[0]
    (item,) = document["items"]
    item["type"] = "table"
    for query, exported in (("SELECT id, status FROM orders", "SELECT id, status FROM orders"), (None, sql)):
        item.pop("query", None)
        if query is not None:
            item["query"] = query
        (made,) = to_grafana(parse_document(document))[0]["panels"]
        assert (made["type"], made["targets"][0]["rawSql"]) == ("table", exported)


SHOPS: Json = {"name": "shop", "values": ["a", "b"], "chosen": ["a"], "multiple": True}


def test_export_query_round_trips() -> None:
    query = "SELECT count(*) FROM orders WHERE status IN (:shop) AND id::text <> ':shop' -- :shop and :other"
    dashboard, by, report = _written(_item("n", 0, 0, type="metric_card", query=query), variables=[SHOPS])
    assert by["n"]["targets"][0]["rawSql"] == query.replace("(:shop)", "(${shop:sqlstring})")
    assert "${name}" not in report.text()
    document, report = from_grafana(dashboard)
    (item,) = document["items"]  # type: ignore[misc]
    assert item["query"] == query
    assert report.without_query == 0
    assert not report.lines
    assert _again(dashboard)["panels"][0]["targets"] == by["n"]["targets"]
    changed = {**document, "items": [{**item, "query": "SELECT sum(order_total) FROM orders WHERE status = :shop"}]}
    back, report = to_grafana(parse_document(changed))
    (target,) = back["panels"][0]["targets"]
    assert target == {
        **by["n"]["targets"][0],
        "rawSql": "SELECT sum(order_total) FROM orders WHERE status = ${shop:sqlstring}",
    }
    assert not report.lines


def test_export_renamed_variable_is_renamed_in_grafana() -> None:
    query = "SELECT count(*) FROM orders WHERE status IN (:shop)"
    dashboard, _by, _report = _written(_item("n", 0, 0, type="metric_card", query=query), variables=[SHOPS])
    document = parse_document(from_grafana(dashboard)[0])
    variables = tuple(replace(one, name="store") for one in document.variables)
    back, _report = to_grafana(
        replace(document, layout=rename_in_layout(document.layout, {"shop": "store"}), variables=variables)
    )
    assert back["panels"][0]["targets"][0]["rawSql"].endswith("IN (${store:sqlstring})")


def test_export_untranslated_query_stays_grafanas() -> None:
    target = {"refId": "A", "datasource": {"type": "postgres"}, "rawSql": "SELECT $__time(t), v FROM metrics"}
    panel = {"id": 1, "type": "stat", "title": "n", "targets": [target], "gridPos": {"x": 0, "y": 0, "w": 4, "h": 4}}
    for odd in ([target], [{**target, "rawSql": "SELECT 1"}] * 2, [{**target, "rawSql": "SELECT 1", "hide": True}]):
        document, report = from_grafana({"schemaVersion": 39, "panels": [{**panel, "targets": odd}]})
        assert "query" not in document["items"][0]  # type: ignore[index]
        assert report.without_query == 1


def test_export_tabs_become_rows_with_their_names() -> None:
    tabs = [{"id": "1", "title": "", "items": []}, {"id": "2", "title": "Sales", "items": []}]
    dashboard, _by, _report = _written({**_item("t", 0, 0), "title": "Tabs", "type": "tabs", "tabs": tabs})
    assert [panel["title"] for panel in dashboard["panels"]] == ["Tab 1", "Sales"]


def test_export_report_leaves_out_zero_counts() -> None:
    _dashboard, _by, report = _written(_item("n", 0, 0))
    assert report.summary() == "1 widget."
