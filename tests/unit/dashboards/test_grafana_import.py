"""Grafana's dashboards as documents: every panel where it was, nothing lost, and a report that says what became of
it."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.interchange import ConversionReport, from_grafana, original_queries
from benchboard.dashboards.layout import PageIndex, collapsed, fitted, walk_items
from benchboard.errors import Invalid
from support.grafana import NEEDS_REAL, items, panels, real

Json = dict[str, Any]


def _at(x: int, y: int, w: int = 6, h: int = 4) -> Json:
    return {"x": x, "y": y, "w": w, "h": h}


def _panel(number: Any, at: Json | None, kind: str = "timeseries", **fields: Any) -> Json:
    place = {"gridPos": at} if at is not None else {}
    return {"id": number, "type": kind, "title": f"P{number}", **place, **fields}


def _read(*listed: Json, **fields: Any) -> tuple[dict[str, Json], Json, ConversionReport]:
    document, report = from_grafana({"schemaVersion": 39, "panels": list(listed), **fields})
    said: Json = document  # type: ignore[assignment]
    return {item["id"]: item for item in items(said["items"])}, said, report


@NEEDS_REAL
@pytest.mark.parametrize("file", real(), ids=lambda file: file.stem)
def test_import_real_dashboard_keeps_every_panel_position(file: Path) -> None:
    dashboard = json.loads(file.read_text("utf-8"))
    document, report = from_grafana(dashboard)
    ours = {item["id"]: item for item in items(document["items"])}  # type: ignore[arg-type]
    theirs = list(panels(dashboard["panels"]))
    assert set(ours) == {f"panel-{panel['id']}" for panel in theirs}
    for panel in theirs:
        item = ours[f"panel-{panel['id']}"]
        assert item["position"] == panel["gridPos"]
        assert item["title"] == panel.get("title", "")
        assert "query" not in item  # PromQL is no SQL
        assert item["grafana"].get("targets") == panel.get("targets")
    assert [entry["name"] for entry in document["variables"]] == [  # type: ignore[attr-defined]
        entry["name"] for entry in dashboard["templating"]["list"]
    ]
    rows = sum(panel["type"] == "row" for panel in theirs)
    assert (report.mapped, report.placeholder, report.containers) == (len(theirs) - rows, 0, rows)
    asked = {f"panel-{panel['id']}" for panel in theirs if panel["type"] != "row" and panel.get("targets")}
    assert asked <= {line.id for line in report.lines if line.outcome == "kept"}
    layout = parse_document(document).layout
    assert len(list(walk_items(fitted(layout)))) == len(theirs)


@NEEDS_REAL
def test_import_collapsed_row_opens_with_its_panels_below() -> None:
    (file,) = [file for file in real() if "bind9" in file.name]
    layout = parse_document(from_grafana(json.loads(file.read_text("utf-8")))[0]).layout
    page = PageIndex(fitted(layout))
    opened = PageIndex(collapsed(page, "panel-27", False))
    inside = [opened.shown[item.id] for item in opened.item("panel-27").panes[0].layout.items]
    assert min(cell.y for cell in inside) == opened.cell("panel-27").y + 1
    assert len(inside) == 9


def test_import_open_row_owns_panels_to_the_next_row() -> None:
    ours, _document, report = _read(
        _panel(7, _at(6, 20)),
        _panel(2, _at(0, 5, 24, 1), "row", collapsed=False, panels=[]),
        _panel(3, _at(12, 6)),
        _panel(4, _at(0, 6)),
        _panel(5, _at(0, 19, 24, 1), "row"),
        _panel(1, _at(0, 0)),
    )
    assert [inner["id"] for inner in ours["panel-2"]["items"]] == ["panel-4", "panel-3"]
    assert [inner["id"] for inner in ours["panel-5"]["items"]] == ["panel-7"]
    assert ours["panel-3"]["position"] == _at(12, 6)
    assert (report.mapped, report.containers) == (4, 2)


def test_import_panels_after_a_collapsed_row_stay_outside() -> None:
    inside = [_panel(3, _at(0, 2)), _panel(4, _at(6, 900))]
    ours, document, _report = _read(
        _panel(2, _at(0, 40, 24, 1), "row", collapsed=True, panels=inside), _panel(5, _at(0, 41))
    )
    assert [item["id"] for item in document["items"]] == ["panel-2", "panel-5"]
    assert ours["panel-2"]["collapsed"] is True
    assert [ours[name]["position"] for name in ("panel-3", "panel-4")] == [_at(0, 2), _at(6, 900)]


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("text", "text"), ("stat", "metric_card"), ("singlestat", "metric_card"), ("gauge", "gauge"),
        ("bargauge", "metric_card"), ("timeseries", "line_chart"), ("graph", "line_chart"), ("barchart", "bar_chart"),
        ("piechart", "pie_chart"), ("grafana-piechart-panel", "pie_chart"), ("table", "table"), ("table-old", "table"),
        ("histogram", "histogram"), ("heatmap", "heatmap"), ("xychart", "scatter_chart"), ("nodeGraph", "placeholder"),
        ("ae3e-plotly-panel", "placeholder"),
    ],
)  # fmt: skip
def test_import_panel_type_maps_to_a_kind_or_placeholder(kind: str, ours: str) -> None:
    found, _document, report = _read(_panel(1, _at(0, 0), kind))
    item = found["panel-1"]
    assert (item["type"], item["title"]) == (ours, "P1")
    assert item["grafana"]["type"] == kind
    assert report.placeholder == (ours == "placeholder")
    if ours == "placeholder":
        assert kind in item["config"]["label"]
        (line,) = report.lines
        assert (line.id, line.title, line.outcome) == ("panel-1", "P1", "placeholder")
        assert kind in line.what


@pytest.mark.parametrize(
    ("panel", "kind", "config"),
    [
        ({"type": "timeseries", "custom": {"fillOpacity": 9, "stacking": {"mode": "normal"}}}, "area_chart",
         {"stack": "stacked"}),
        ({"type": "timeseries", "custom": {"fillOpacity": 9, "stacking": {"mode": "none"}}}, "area_chart",
         {"stack": "off"}),
        ({"type": "timeseries", "custom": {"stacking": {"mode": "percent", "group": "B"}}}, "area_chart",
         {"stack": "percent"}),
        ({"type": "timeseries", "custom": {"stacking": {"mode": "none"}}}, "line_chart", {}),
        ({"type": "timeseries", "custom": {"fillOpacity": 9, "stacking": {"mode": ["odd"]}}}, "area_chart", {}),
        ({"type": "graph", "stack": True, "percentage": True}, "area_chart", {"stack": "percent"}),
        ({"type": "graph", "stack": False}, "line_chart", {}),
        ({"type": "barchart", "options": {"stacking": "normal"}}, "bar_chart", {"stack": "stacked"}),
        ({"type": "barchart", "options": {"stacking": "none"}}, "bar_chart", {}),
        ({"type": "xychart", "custom": {"show": "lines"}}, "line_chart", {}),
        ({"type": "heatmap", "options": {"calculate": True}}, "placeholder", {"label": "Grafana: heatmap"}),
    ],
)  # fmt: skip
def test_import_stacking_and_what_charts_compute_map(panel: Json, kind: str, config: Json) -> None:
    custom = panel.pop("custom", {})
    found, _document, _report = _read(
        _panel(1, _at(0, 0), panel.pop("type"), fieldConfig={"defaults": {"custom": custom}}, **panel)
    )
    assert (found["panel-1"]["type"], found["panel-1"]["config"]) == (kind, config)


def test_import_gauge_ends_thresholds_and_area_fill_map() -> None:
    steps = [{"color": "green", "value": None}, {"color": "orange", "value": 60}, {"color": "red", "value": 85.5}]
    defaults = {"min": -10, "max": 120, "thresholds": {"mode": "absolute", "steps": steps}}
    odd = {"min": "low", "max": True, "thresholds": {"mode": "percentage", "steps": steps}}
    found, _document, report = _read(
        _panel(1, _at(0, 0), "gauge", fieldConfig={"defaults": defaults}),
        _panel(2, _at(0, 9), "gauge", fieldConfig={"defaults": odd}),
        _panel(3, _at(0, 18), "timeseries", fieldConfig={"defaults": {"custom": {"fillOpacity": 10}}}),
    )
    assert found["panel-1"]["config"] == {"min": -10, "max": 120, "warn": 60, "alarm": 85.5}
    assert found["panel-2"]["config"] == {}
    assert found["panel-3"]["type"] == "area_chart"
    assert ["threshold" in line.what for line in report.lines] == [True]


def test_import_thresholds_that_a_chart_of_lines_draws_become_its_own() -> None:
    steps = [{"color": "green", "value": None}, {"color": "orange", "value": 60}, {"color": "red", "value": 85.5}]
    known = {"thresholds": {"mode": "absolute", "steps": steps}}
    drawn = {**known, "custom": {"thresholdsStyle": {"mode": "line+area"}}}
    found, _document, report = _read(
        _panel(1, _at(0, 0), "timeseries", fieldConfig={"defaults": drawn}),
        _panel(2, _at(0, 9), "timeseries", fieldConfig={"defaults": known}),
    )
    assert found["panel-1"]["config"] == {"warn": 60, "alarm": 85.5}
    assert found["panel-2"]["config"] == {}, "Grafana doesn't draw them unless somebody asks for it"
    assert [line.id for line in report.lines if "threshold" in line.what] == ["panel-2"]


def test_import_units_and_decimals_map_and_others_are_reported() -> None:
    given = {
        "defaults": {"unit": "ms", "decimals": 2, "mappings": [{}], "thresholds": {"steps": [{"value": 5}]}},
        "overrides": [{}],
    }
    target = {"datasource": {"type": "prometheus"}, "expr": "up", "refId": "A"}
    found, _document, report = _read(
        _panel(1, _at(0, 0), "stat", fieldConfig=given, targets=[target], description="About <b>it</b>"),
        _panel(2, _at(6, 0), "timeseries", fieldConfig={"defaults": {"unit": "percentunit"}}),
        _panel(3, _at(12, 0), "graph", yaxes=[{"format": "bytes"}]),
        _panel(4, _at(18, 0), "text", options={"mode": "markdown", "content": "# Hi"}),
        _panel(5, _at(0, 4), "text", options={"mode": "html", "content": "<script>x</script>"}),
        _panel(6, _at(6, 4), "text", mode="markdown", content="old"),
        _panel(7, _at(12, 4), "text", options={"mode": "html", "content": '<p><img alt="" src="http://h/p.png"/></p>'}),
    )
    assert found["panel-1"]["config"] == {"unit": "ms", "decimals": 2}
    assert found["panel-1"]["description"] == "About <b>it</b>"
    assert found["panel-2"]["config"] == {}
    assert found["panel-3"]["config"] == {"unit": "B"}
    assert found["panel-4"]["config"] == {"text": "# Hi"}
    assert found["panel-5"]["config"] == {"text": "```\n<script>x</script>\n```"}
    assert found["panel-6"]["config"] == {"text": "old"}
    assert found["panel-7"]["type"] == "image"
    assert found["panel-7"]["config"]["url"] == "http://h/p.png"
    told: dict[str, str] = {}
    for line in report.lines:
        if line.outcome == "kept":
            told[line.id] = f"{told.get(line.id, '')} {line.what} {line.why}"
    asks = "Its Grafana query was kept for export. Write an SQL query for it."
    for word in (asks, "1 series", "value mappings", "thresholds"):
        assert word in told["panel-1"]
    assert "percentunit" in told["panel-2"]
    assert set(told) == {"panel-1", "panel-2"}


def test_import_variable_without_values_says_what_to_do() -> None:
    asked = {"name": "host", "type": "query", "query": "label_values(up, host)"}
    _found, _document, report = _read(templating={"list": [asked]})
    (line,) = report.lines
    assert f"{line.what} {line.why}" == (
        "Variable “host” has no values. Its Grafana query isn't SQL. Write a SELECT query, or list its values."
    )


def test_import_long_titles_and_description_of_the_page_and_its_rows_are_reported() -> None:
    row = _panel(2, _at(0, 0, 24, 1), "row") | {"title": "r" * 1000}
    read, document, report = _read(row, title="t" * 1_000_000, description="d" * 5000)
    assert (len(document["title"]), len(document["description"]), len(read["panel-2"]["title"])) == (200, 4000, 200)
    assert [(line.id, line.outcome, line.what) for line in report.lines] == [
        ("", "changed", "The dashboard's title was shortened to one line of up to 200 characters."),
        ("", "changed", "The dashboard's description was shortened to 4\N{NARROW NO-BREAK SPACE}000 characters."),
        ("panel-2", "changed", "Its title was shortened to one line of up to 200 characters."),
    ]


def test_import_long_label_of_a_variable_is_reported() -> None:
    given = {"name": "host", "type": "textbox", "query": "a"}
    long = given | {"label": "l" * 1000}
    for label, count in (("Host", 0), ("", 0), (None, 0)):
        assert len(_read(templating={"list": [given | {"label": label}]})[2].lines) == count
    _found, document, report = _read(templating={"list": [long]})
    assert len(document["variables"][0]["label"]) == 200
    assert [(line.id, line.outcome, line.what) for line in report.lines] == [
        ("", "changed", "The label of variable “host” was shortened to one line of up to 200 characters."),
    ]


def test_import_library_panel_becomes_a_named_placeholder() -> None:
    found, _document, report = _read(
        {"id": 1, "gridPos": _at(0, 0), "libraryPanel": {"name": "CPU of all", "uid": "abc"}},
        _panel(2, _at(6, 0), "stat", libraryPanel={"name": "RAM", "uid": "def"}),
    )
    assert [found[name]["type"] for name in ("panel-1", "panel-2")] == ["placeholder"] * 2
    assert [found[name]["title"] for name in ("panel-1", "panel-2")] == ["CPU of all", "P2"]
    assert "RAM" in found["panel-2"]["config"]["label"]
    assert report.placeholder == 2


VARIABLES: list[tuple[Json, Json]] = [
    ({"type": "custom", "query": "a, b\\,c,Long : l", "current": {"value": "l"}},
     {"type": "list", "values": ["a", "b,c", "l"], "chosen": ["l"], "multiple": False}),
    ({"type": "custom", "multi": True, "options": [{"value": "$__all"}, {"value": "a"}, {"value": "b"}],
      "current": {"value": ["$__all"]}},
     {"type": "list", "values": ["a", "b"], "chosen": ["a", "b"], "multiple": True, "include_all": True,
      "all_chosen": True}),
    ({"type": "query", "query": "label_values(up, job)", "current": {"text": "n", "value": "node"}},
     {"type": "list", "values": ["node"], "chosen": ["node"], "multiple": False}),
    ({"type": "query", "query": {"query": "x"}, "current": {}},
     {"type": "list", "values": [], "chosen": [], "multiple": False}),
    ({"type": "datasource", "query": "prometheus", "current": {"value": "Prom"}},
     {"type": "list", "values": ["Prom"], "chosen": ["Prom"], "multiple": False}),
    ({"type": "interval", "query": "1m,10m", "auto": True, "current": {"value": "$__auto"}},
     {"type": "list", "values": ["1m", "10m"], "chosen": [], "multiple": False}),
    ({"type": "textbox", "query": "all", "current": {"value": "some"}},
     {"type": "text", "values": [], "chosen": ["some"], "multiple": False}),
    ({"type": "constant", "query": "eu"}, {"type": "text", "values": [], "chosen": ["eu"], "multiple": False}),
]  # fmt: skip


@pytest.mark.parametrize(("given", "ours"), VARIABLES, ids=lambda said: str(said.get("type")))
def test_import_variable_keeps_values_and_selection(given: Json, ours: Json) -> None:
    _found, document, report = _read(templating={"list": [{"name": "v", "label": "The V", **given}]})
    (variable,) = document["variables"]
    assert variable.pop("grafana") == {"name": "v", "label": "The V", **given}
    assert variable == {"name": "v", "label": "The V", **ours}
    assert bool(report.lines) == (given["type"] in ("query", "datasource"))


@pytest.mark.parametrize("include_all", [True, False])
def test_variable_import_offers_all_only_where_grafana_did(include_all: bool) -> None:
    given = {"name": "v", "type": "query", "query": STATES, "includeAll": include_all}
    _found, document, _report = _read(templating={"list": [given]})
    assert document["variables"][0].get("include_all", False) is include_all


STATES = "SELECT DISTINCT status FROM orders ORDER BY 1"
ASKED: list[tuple[Json, str]] = [
    ({"query": STATES}, STATES),
    ({"query": {"rawSql": STATES, "refId": "A"}}, STATES),
    ({"query": {"query": STATES, "rawQuery": True}}, STATES),
    ({"query": f"{STATES};", "refresh": 2, "sort": 0, "regex": "", "hide": 0, "allValue": None}, f"{STATES};"),
    ({"query": "SELECT id FROM orders WHERE status = '$other'"}, "SELECT id FROM orders WHERE status = :other"),
    ({"query": "SELECT id FROM orders WHERE status IN (${other:sqlstring}) OR id IN ([[other]], $other)"},
     "SELECT id FROM orders WHERE status IN (:other) OR id IN (:other, :other)"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "query"), ASKED)
def test_import_variable_query_that_translates_runs_here(given: Json, query: str) -> None:
    other = {"name": "other", "type": "custom", "query": "a,b"}
    options = [{"text": "All", "value": "$__all"}, {"text": "paid", "value": "paid"}]
    said = {"name": "v", "type": "query", "multi": True, "includeAll": True, "options": options,
            "current": {"text": ["All"], "value": ["$__all"]}, **given}  # fmt: skip
    _found, document, report = _read(templating={"list": [other, said]})
    variable = document["variables"][1]
    assert (variable["type"], variable["query"]) == ("query", query)
    assert (variable["include_all"], variable["all_chosen"], variable["multiple"]) == (True, True, True)
    assert (variable["values"], variable["chosen"]) == (["paid"], ["paid"])
    assert report.lines == ()


NOT_ASKED: list[tuple[Any, str]] = [
    ("label_values(up, job)", "Its Grafana query isn't SQL."),
    ({"query": "label_values(up, job)", "refId": "A"}, "Its Grafana query isn't SQL."),
    ("SELECT hostname FROM host", "There's no table “host”"),
    ("SELECT status FROM orders WHERE $__timeFilter(created_dt)", "“$__timeFilter”"),
    ("SELECT status FROM orders WHERE id = '${__user.login}'", "“${__user”"),
    ("SELECT status FROM orders; DELETE FROM orders", "Only one query is allowed"),
    ("SELECT status FROM orders WHERE id = '%$other%'", "inside quoted text"),
    ("SELECT status FROM orders WHERE id IN (${other:csv})", "format “csv”"),
    ("SELECT status FROM orders WHERE id = '$adhoc'", ""),
    ("SELECT status FROM orders WHERE id = :nobody", "uses “nobody”"),
    ("SELECT status AS __text, id AS __value FROM orders", "__value"),
    ("SELECT 1 -- " + "x" * 10**6, "longer than 20000 characters"),
    ("", "query is empty"),
    (None, "query is empty"),
    (["SELECT 1"], "query is empty"),
    ({"stream": {"query": "x"}}, "query is empty"),
]


@pytest.mark.parametrize(("query", "why"), NOT_ASKED, ids=range(len(NOT_ASKED)))
def test_import_variable_query_without_translation_keeps_values(query: Any, why: str) -> None:
    others = [{"name": "other", "type": "custom", "query": "a,b"}, {"name": "adhoc", "type": "adhoc"}]
    said = {"name": "v", "type": "query", "query": query, "current": {"value": "n"}, "options": [{"value": "m"}]}
    _found, document, report = _read(templating={"list": [*others, said]})
    variable = document["variables"][-1]
    if not why:  # a text like any other
        assert variable["query"] == query
        return
    assert (variable["type"], variable["values"], variable["chosen"]) == ("list", ["m", "n"], ["n"])
    (line,) = [line for line in report.lines if "“v”" in line.what]
    assert (line.outcome, line.id) == ("kept", "")
    assert why in line.why
    assert len(line.why) < 400


def test_import_settings_without_effect_are_reported() -> None:
    said = {"name": "v", "type": "query", "query": STATES, "regex": "/a/", "sort": 3, "hide": 2, "allValue": ".*",
            "refresh": 0}  # fmt: skip
    _found, _document, report = _read(templating={"list": [said]})
    assert [line.what for line in report.lines] == [
        "Variable “v” has unsupported settings, kept for export: regex, sort, allValue, hide, refresh."
    ]


def test_import_many_long_queries_are_read_to_a_limit() -> None:
    query = f"SELECT status FROM orders WHERE id IN ({','.join(['1'] * 9_900)})"
    listed = [{"name": f"v{number}", "type": "query", "query": query} for number in range(100)]
    _found, _document, report = _read(templating={"list": listed})
    assert sum("too long in total" in line.why for line in report.lines) >= 89


@NEEDS_REAL
@pytest.mark.parametrize("file", real(), ids=lambda file: file.stem)
def test_import_variables_of_real_dashboards_are_reported(file: Path) -> None:
    dashboard = json.loads(file.read_text("utf-8"))
    document, report = from_grafana(dashboard)
    said: Any = document["variables"]
    assert {entry["type"] for entry in said} == {"list"}  # PromQL is no SQL
    lines = [line for line in report.lines if not line.id]
    for entry in dashboard["templating"]["list"]:
        mine = [line for line in lines if f"“{entry['name']}”" in line.what]
        asked = [line.why for line in mine if line.why]
        assert len(asked) == (entry["type"] in ("query", "datasource"))
        if entry["type"] == "query":
            assert asked[0].startswith("Its Grafana query isn't SQL.")
            assert ("has no values" in mine[0].what) == asked[0].endswith("Write a SELECT query, or list its values.")
        without = " ".join(line.what for line in mine if not line.why)
        assert ("sort" in without) == bool(entry.get("sort"))
        assert ("regex" in without) == bool(entry.get("regex"))
        assert ("hide" in without) == bool(entry.get("hide"))


@pytest.mark.parametrize(
    ("name", "kind"), [("v", "adhoc"), ("v", "groupby"), ("my var", "custom"), ("0", "custom"), ("other", "textbox")]
)
def test_import_variable_of_unsupported_type_is_kept_and_reported(name: str, kind: str) -> None:
    entry = {"name": name, "type": kind, "filters": []}
    first = {"name": "other", "type": "constant", "query": "1"}
    _found, document, report = _read(templating={"list": [first, entry]})
    assert [variable["name"] for variable in document["variables"]] == ["other"]
    assert document["grafana"]["variables"] == [{"at": 1, "variable": entry}]
    assert name in report.lines[0].what


def test_import_repeats_follow_their_variable() -> None:
    host = {"name": "host", "type": "custom", "query": "a,b"}
    found, _document, report = _read(
        _panel(1, _at(0, 0), repeat="host", repeatDirection="h", maxPerRow=3),
        _panel(2, _at(0, 4), repeat="host", repeatDirection="v", maxPerRow=3),
        _panel(3, _at(0, 8, 24, 1), "row", repeat="host"),
        _panel(4, _at(0, 9), repeat="gone"),
        _panel(5, _at(6, 9), repeat=None),
        templating={"list": [host]},
    )
    assert found["panel-1"]["repeat"] == {"variable": "host", "direction": "across", "most": 3}
    assert found["panel-2"]["repeat"] == {"variable": "host", "direction": "down"}
    assert found["panel-3"]["repeat"] == {"variable": "host", "direction": "down"}
    assert "repeat" not in found["panel-4"]
    assert "repeat" not in found["panel-5"]
    assert [line.id for line in report.lines] == ["panel-4"]


def test_import_panels_with_missing_or_duplicate_ids_get_new_ones() -> None:
    found, _document, report = _read(
        _panel(4, _at(0, 0)),
        _panel(4, _at(6, 0)),
        _panel(None, _at(12, 0)),
        _panel("x", _at(18, 0)),
        _panel(-1, _at(0, 4)),
    )
    assert set(found) == {f"panel-{number}" for number in (4, 1, 2, 3, 5)}
    assert {line.id for line in report.lines if line.outcome == "changed"} == set(found) - {"panel-4"}


def test_import_panels_without_position_go_below_the_others() -> None:
    found, document, report = _read(
        _panel(1, None), _panel(2, _at(0, 3)), _panel(3, {"w": 20, "h": 2}), _panel(4, None, "row"), _panel(5, None)
    )
    parsed = parse_document(document).layout
    assert fitted(parsed, "none") == parsed
    assert found["panel-2"]["position"] == _at(0, 3)
    assert found["panel-3"]["position"]["w"] == 20
    assert {line.id for line in report.lines} == {"panel-1", "panel-3", "panel-4", "panel-5"}


def test_import_row_panel_is_as_wide_as_the_page() -> None:
    found, _document, report = _read(
        _panel(1, _at(0, 4, 0, 0), "row"),
        _panel(2, {"h": 7, "w": 18, "y": 5}),
        _panel(3, {"x": 0, "y": 13.0, "w": 5.6, "h": 3}),
    )
    assert found["panel-1"]["position"] == _at(0, 4, 24, 1)
    assert found["panel-2"]["position"] == _at(0, 5, 18, 7)
    assert found["panel-3"]["position"] == _at(0, 13, 6, 3)
    assert [inner["id"] for inner in found["panel-1"]["items"]] == ["panel-2", "panel-3"]
    assert [line.id for line in report.lines] == ["panel-1", "panel-2", "panel-3"]


def test_import_rows_before_grafana_5_get_grafanas_positions() -> None:
    old = {
        "schemaVersion": 14,
        "title": "Old",
        "rows": [
            {"title": "A", "showTitle": True, "height": "250px", "panels": [
                {"id": 1, "type": "graph", "span": 8}, {"id": 2, "type": "singlestat", "span": 4},
                {"id": 3, "type": "graph", "span": 6}]},
            {"title": "B", "collapse": True, "height": 100, "panels": [{"id": 4, "type": "text", "span": 12}]},
            {"title": "C", "panels": [{"id": 5, "type": "text", "content": "x"}]},
        ],
    }  # fmt: skip
    document, report = from_grafana(old)
    found = {item["title"] or item["id"]: item for item in items(document["items"])}  # type: ignore[arg-type]
    assert found["panel-1"]["position"] == {"x": 0, "y": 1, "w": 16, "h": 7}
    assert found["panel-2"]["position"] == {"x": 16, "y": 1, "w": 8, "h": 7}
    assert found["panel-3"]["position"] == {"x": 0, "y": 8, "w": 12, "h": 7}
    assert found["panel-4"]["position"] == {"x": 0, "y": 16, "w": 24, "h": 3}
    assert [inner["id"] for inner in found["A"]["items"]] == ["panel-1", "panel-2", "panel-3"]
    assert (found["B"]["collapsed"], found["C"]["position"]["y"]) == (True, 16)
    assert report.containers == 3
    (old_format,) = [line for line in report.lines if not line.id and line.outcome == "changed"]
    assert "before Grafana 5" in old_format.what


@pytest.mark.parametrize("wrap", ["dashboard", "spec", "none"])
def test_import_api_answer_and_shared_export_equal_the_dashboard(wrap: str) -> None:
    dashboard: Json = {"title": "T", "panels": [_panel(1, _at(0, 0))], "__inputs": [{"name": "DS"}], "__elements": {}}
    given = {"dashboard": {"dashboard": dashboard, "meta": {"slug": "t"}},
             "spec": {"apiVersion": "dashboard.grafana.app/v1beta1", "kind": "Dashboard", "spec": dashboard},
             "none": dashboard}[wrap]  # fmt: skip
    document, _report = from_grafana(given)
    assert document["title"] == "T"
    assert document["grafana"]["__inputs"] == [{"name": "DS"}]  # type: ignore[index]


@pytest.mark.parametrize(
    "value",
    [
        {"elements": {}, "layout": {"kind": "GridLayout"}},
        {"apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard", "spec": {"elements": {}, "layout": {}}},
        {"apiVersion": "dashboard.grafana.app/v2alpha1", "kind": "Dashboard", "spec": {"title": "T", "layout": {}}},
    ],
)
def test_import_schema_version_2_is_rejected(value: Json) -> None:
    with pytest.raises(Invalid, match="schema version 2"):
        from_grafana(value)


def test_import_panels_without_data_need_no_query() -> None:
    words = _panel(2, _at(6, 0), "text", options={"content": "Read me", "mode": "markdown"})
    _found, _document, report = _read(_panel(1, _at(0, 0), "stat"), words, _panel(3, _at(0, 4), "row"))
    assert (report.mapped, report.without_query) == (2, 1)


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ([{"refId": "A", "expr": " sum(up) "}, {"refId": "B", "expr": "rate(x[5m])"}], "sum(up)\n\nrate(x[5m])"),
        ([{"rawQuery": True, "query": "SELECT mean(v)"}], "SELECT mean(v)"),
        ([{"rawSql": "", "query": {"q": 1}}], '{\n "rawSql": "",\n "query": {\n  "q": 1\n }\n}'),
        ([{"refId": "A", "hide": True}, 7, None], ""),
        ({"expr": "up"}, ""),
        (None, ""),
    ],
)
def test_original_queries_are_readable(targets: Any, words: str) -> None:
    _found, document, _report = _read(_panel(1, _at(0, 0), "stat", targets=targets))
    assert original_queries(parse_document(document).layout.items[0].source) == words


def test_report_of_a_placeholder_with_a_query_counts_it_once_and_asks_for_none() -> None:
    targets = [{"expr": "up"}]
    _found, _document, report = _read(_panel(1, _at(0, 0), "nodeGraph", targets=targets))
    assert (report.mapped, report.placeholder, report.kept, report.without_query) == (0, 1, 0, 0)
    assert "1 placeholder" in report.summary()
    assert "unsupported" not in report.summary()
    assert "Write one" not in report.text()


def test_report_text_and_json_agree() -> None:
    _found, _document, report = _read(
        _panel(1, _at(0, 0), "nodeGraph", title="A <b>map</b>"), _panel(2, _at(6, 0), "stat")
    )
    first, second = report.text().splitlines()
    assert first == "2 widgets (1 placeholder, 1 needs a query)."
    placeholder = "Benchboard can't show “Grafana: nodeGraph”. Its Grafana settings are kept."
    assert second == f"- panel-1 “A <b>map</b>”: {placeholder}"
    said = json.loads(json.dumps(report.to_json()))
    assert (said["mapped"], said["without_query"], said["placeholder"], said["kept"]) == (1, 1, 1, 0)
    assert set(said["lines"][0]) == {"id", "title", "outcome", "what", "why"}


def test_report_names_the_data_source_of_queries_to_write_anew() -> None:
    kinds = [{"type": "prometheus"}, {"type": "prometheus"}, {"type": "loki"}]
    listed = [
        _panel(n, _at(0, 4 * n), targets=[{"expr": "up"}], datasource=one) for n, one in enumerate(kinds, start=1)
    ]
    _found, _document, report = _read(*listed)
    reasons = [line.why for line in report.lines]
    assert reasons[0] == reasons[1] == "Write an SQL query for it. Its data source is prometheus."
    assert "loki" in reasons[2]


@pytest.mark.parametrize(
    ("given", "bins"), [(20, 20), (1, 1), (100, 100), (101, None), (0, None), (True, None), ("20", None), (None, None)]
)
def test_import_histogram_has_the_bins_of_its_panel_if_they_are_a_number_of_ours(
    given: object, bins: int | None
) -> None:
    found, _document, _report = _read(_panel(1, _at(0, 0), "histogram", options={"bucketCount": given}))
    assert found["panel-1"].get("config", {}).get("bins") == bins
