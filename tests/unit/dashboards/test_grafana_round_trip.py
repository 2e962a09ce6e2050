"""From Grafana and back: a dashboard that nobody edited is the same JSON, and an edit changes its own place alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import fitted_document, parse_document, write_document
from benchboard.dashboards.interchange import from_grafana, to_grafana
from support.examples import examples
from support.grafana import NEEDS_REAL, items, real

Json = dict[str, Any]
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAA"
    "DUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
UNKNOWN = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "$host", 0.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "id", "x"]), inner),
    max_leaves=6,
)
TARGETS = st.lists(
    st.fixed_dictionaries(
        {"refId": st.sampled_from("AB")},
        optional={
            "expr": st.just("up"),
            "datasource": st.sampled_from([None, "Prom", {"type": "postgres", "uid": "p"}]),
            "rawSql": st.sampled_from(["SELECT count(*) FROM orders", "SELECT $__time(t) FROM m"]),
            "hide": st.booleans(),
        },
    ),
    max_size=2,
)
CONFIG = st.fixed_dictionaries(
    {},
    optional={
        "overrides": st.just([]),
        "defaults": st.sampled_from([
            {}, {"unit": "ms", "decimals": 2}, {"decimals": None}, {"custom": {"fillOpacity": 10}},
            {"thresholds": {"steps": [{"color": "green"}, {"color": "red", "value": 7}]}, "min": 0},
        ]),
    },
)  # fmt: skip
CONTENT = st.sampled_from(["", "# Hi", f"![a]({PICTURE})", f"\n<p><img src='{PICTURE}'></p>", "![data: x](/p.png)",
                           f"![data: x]({PICTURE})"])  # fmt: skip
SIZES = st.sampled_from([1, 3, 4, 12, 24, 2.5])
SPOTS = st.sampled_from([0, 0.0, 3, 6, 12, 20, 0.6])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "id": st.none() | st.integers(0, 5) | st.sampled_from(["x", -1]),
    "title": st.sampled_from([None, "", "T", "two\nlines", "x" * 300]),
    "description": st.sampled_from([None, "", "Why"]),
    "gridPos": st.none()
    | st.fixed_dictionaries({}, optional={"x": SPOTS, "y": SPOTS, "w": SIZES, "h": SIZES, "static": st.booleans()}),
    "datasource": st.sampled_from([None, "Metrics", {"type": "postgres"}, {}]),
    "targets": TARGETS | st.none(),
    "repeat": st.sampled_from([None, "", "host", "nobody"]),
    "repeatDirection": st.sampled_from(["h", "v", None]),
    "maxPerRow": st.integers(0, 30) | st.none(),
    "fieldConfig": CONFIG,
    "options": st.fixed_dictionaries({}, optional={"content": CONTENT, "mode": st.sampled_from(["html", "markdown"])}),
    "transformations": st.just([{"id": "merge"}]),
    "links": st.just([{"title": "L"}]),
    "libraryPanel": st.sampled_from([None, {"name": "Lib", "uid": "u"}]),
    "span": st.integers(1, 12),
    "height": st.sampled_from([100, "200px"]),
    "unknown": UNKNOWN,
}
KINDS = st.sampled_from(["stat", "timeseries", "graph", "gauge", "text", "table", "heatmap", "barchart"])


@st.composite
def shuffled(draw: st.DrawFn, fields: st.SearchStrategy[Json]) -> Json:
    """An object with its keys in any order."""
    made = draw(fields)
    return {key: made[key] for key in draw(st.permutations(list(made)))}


PANELS = shuffled(st.fixed_dictionaries({"type": KINDS}, optional=FIELDS))


def _rows(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    more = {"collapsed": st.booleans() | st.none(), "panels": st.none() | st.lists(children, max_size=3)}
    return shuffled(st.fixed_dictionaries({"type": st.just("row")}, optional={**FIELDS, **more}))


LISTED = st.lists(PANELS | _rows(PANELS | _rows(PANELS)), max_size=6)
LEGACY = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "title": st.sampled_from([None, "", "Row"]),
            "panels": st.lists(PANELS, max_size=3) | st.none(),
            "height": st.sampled_from([100, "250px", None]),
            "collapse": st.booleans(),
            "showTitle": st.booleans(),
            "repeat": st.sampled_from([None, "host"]),
            "unknown": UNKNOWN,
        },
    ),
    max_size=3,
)
VARIABLES = shuffled(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["host", "shop", "b c"]),
            "type": st.sampled_from(["custom", "query", "adhoc", "textbox"]),
        },
        optional={
            "label": st.sampled_from([None, "", "Host"]),
            "query": st.sampled_from(["a,b", "label_values(up)", "SELECT id FROM orders", {"query": "x"}, None]),
            "current": st.sampled_from([None, {}, {"isNone": True, "text": "a", "value": "a"}, {"value": ["$__all"]}]),
            "options": st.sampled_from([None, [], [{"text": "a", "value": "a", "selected": False}]]),
            "multi": st.booleans(),
            "datasource": st.sampled_from([None, "Prom", {"uid": "p"}]),
            "unknown": UNKNOWN,
        },
    )
)  # fmt: skip
DASHBOARDS = shuffled(
    st.fixed_dictionaries(
        {"schemaVersion": st.sampled_from([14, 27, 39, 42])},
        optional={
            "title": st.sampled_from([None, "", "T", "two\nlines", "x" * 300]),
            "description": st.sampled_from([None, "", "Why"]),
            "panels": LISTED | st.none(),
            "rows": LEGACY | st.none(),
            "templating": st.none()
            | st.fixed_dictionaries({}, optional={"list": st.none() | st.lists(VARIABLES, max_size=4), "a": UNKNOWN}),
            "time": st.sampled_from([None, {}, {"from": "now-6h", "to": "now"}, {"from": "now/fQ", "to": "now"},
                                     {"to": "now/d", "from": "2024-01-01T00:00:00.000Z", "zone": 1}]),
            "refresh": st.sampled_from([None, False, "", "5s", "7m", "1d", "auto", True]),
            "timepicker": st.just({"now": True, "time_options": ["5m"], "enable": True}),
            "id": st.none() | st.integers(0, 9),
            "gnetId": st.none() | st.integers(0, 9),
            "links": st.just([{"title": "L"}]),
            "variables": UNKNOWN,
            "keys": UNKNOWN,
            "unknown": UNKNOWN,
        },
    )
)  # fmt: skip


def _stored(dashboard: Json) -> Json:
    """The document of a dashboard as it is read from where it was stored."""
    written = write_document(parse_document(from_grafana(dashboard)[0]))
    decoded: Json = json.loads(json.dumps(written))
    return decoded


def _differences(one: Any, other: Any, way: str = "") -> list[str]:
    """Where two decoded files differ, as dotted paths; a path also where keys are in another order."""
    if isinstance(one, dict) and isinstance(other, dict):
        shared = [key for key in one if key in other]
        found = [f"{way}.{key}" for key in one.keys() ^ other.keys()]
        found += [way] if shared != [key for key in other if key in one] else []
        return found + [path for key in shared for path in _differences(one[key], other[key], f"{way}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [path for place, (a, b) in pairs for path in _differences(a, b, f"{way}.{place}")]
    return [] if json.dumps(one) == json.dumps(other) else [way]


def _edited(document: Json, number: int, edit: Callable[[Json], object]) -> bool:
    """Edit one of a document's items; whether it has any."""
    found = list(items(document["items"]))
    if found:
        edit(found[number % len(found)])
    return bool(found)


def _exported(document: Json) -> Json:
    return to_grafana(parse_document(document))[0]


@given(DASHBOARDS)
@examples(300)
def test_export_dashboard_nobody_edited_is_the_same_json(dashboard: Json) -> None:
    assert json.dumps(_exported(_stored(dashboard))) == json.dumps(dashboard)


@NEEDS_REAL
@pytest.mark.parametrize("file", real(), ids=lambda file: file.stem)
def test_export_real_dashboard_nobody_edited_is_the_same_json(file: Path) -> None:
    dashboard = json.loads(file.read_text("utf-8"))
    assert json.dumps(_exported(_stored(dashboard))) == json.dumps(dashboard)
    # As the window shows it, without the gaps that Grafana closes too.
    shown = fitted_document(parse_document(_stored(dashboard)))
    assert json.dumps(to_grafana(shown)[0]) == json.dumps(dashboard)


@given(DASHBOARDS)
@examples(100)
def test_export_dashboard_that_was_only_opened_is_the_same_json(dashboard: Json) -> None:
    shown = fitted_document(parse_document(_stored(dashboard)))
    assert json.dumps(to_grafana(shown)[0]) == json.dumps(dashboard)


@given(DASHBOARDS, st.integers(0, 20))
@examples(150)
def test_export_changed_title_changes_that_title_alone(dashboard: Json, number: int) -> None:
    document = _stored(dashboard)
    edited = _edited(document, number, lambda item: item.update(title="New"))
    found = _differences(dashboard, _exported(document))
    assert [path.rpartition(".")[2] for path in found] == ["title"] * edited


@given(DASHBOARDS, st.integers(0, 20))
@examples(150)
def test_export_changed_description_changes_that_description_alone(dashboard: Json, number: int) -> None:
    document = _stored(dashboard)
    widgets = [item for item in items(document["items"]) if item["type"] != "row"]
    if widgets:
        widgets[number % len(widgets)]["description"] = "New"
    found = _differences(dashboard, _exported(document))
    assert [path.rpartition(".")[2] for path in found] == ["description"] * bool(widgets)


@given(DASHBOARDS, st.integers(0, 20))
@examples(100)
def test_export_renamed_dashboard_changes_its_title_alone(dashboard: Json, number: int) -> None:
    document = {**_stored(dashboard), "title": f"New {number}"}
    assert _differences(dashboard, _exported(document)) == [".title"]


def _placed(number: int, x: int, y: int, **fields: Any) -> Json:
    return {"title": f"P{number}", "gridPos": {"h": 4, "w": 6, "x": x, "y": y}, "id": number, "type": "stat", **fields}


def _row(number: int, y: int, **fields: Any) -> Json:
    place = {"h": 1, "w": 24, "x": 0, "y": y}
    return {"collapsed": False, "gridPos": place, "id": number, "panels": [], "title": "R", "type": "row", **fields}


def _page() -> Json:
    listed = [
        _placed(9, 12, 0),
        _placed(2, 0, 0, repeatDirection="h"),
        _row(3, 4),
        _placed(5, 6, 5),
        _placed(4, 0, 5),
        _row(6, 9, collapsed=True, panels=[_placed(8, 6, 10), _placed(7, 0, 10)]),
    ]
    return {"panels": listed, "schemaVersion": 36, "title": "T"}


@pytest.mark.parametrize(
    ("item", "path"),
    [("panel-9", ".panels.0"), ("panel-4", ".panels.4"), ("panel-7", ".panels.5.panels.1")],
)
def test_export_moved_panel_changes_its_position_alone(item: str, path: str) -> None:
    document = _stored(_page())
    (found,) = [one for one in items(document["items"]) if one["id"] == item]
    found["position"]["x"] = 18
    assert _differences(_page(), _exported(document)) == [f"{path}.gridPos.x"]


def test_export_removed_and_added_panels_leave_the_others_in_their_order() -> None:
    document = _stored(_page())
    document["items"] = [item for item in document["items"] if item["id"] != "panel-2"]
    place = {"x": 6, "y": 0, "w": 6, "h": 4}
    document["items"].append({"id": "new", "type": "text", "title": "N", "position": place})
    back = _exported(document)
    assert [panel["id"] for panel in back["panels"]] == [1, 9, 3, 5, 4, 6]
    theirs = {panel["id"]: panel for panel in _page()["panels"]}
    assert [panel for panel in back["panels"] if panel["id"] != 1] == [theirs[number] for number in (9, 3, 5, 4, 6)]


def test_export_panel_moved_to_another_row_leaves_the_others_as_they_were() -> None:
    document = _stored(_page())
    rows = {item["id"]: item for item in document["items"] if item["type"] == "row"}
    moved = rows["panel-3"]["items"].pop()
    rows["panel-6"]["items"].append({**moved, "position": {**moved["position"], "x": 12, "y": 10}})
    back = _exported(document)
    assert [panel["id"] for panel in back["panels"]] == [9, 2, 3, 4, 6]
    assert [panel["id"] for panel in back["panels"][-1]["panels"]] == [8, 5, 7]


def test_export_row_inside_a_row_is_reported_as_moved_only_if_it_was_in_another() -> None:
    inner = _row(7, 11, collapsed=True, panels=[_placed(8, 0, 12)])
    page = {"panels": [_row(3, 0), _row(6, 9, collapsed=True, panels=[inner])], "schemaVersion": 36, "title": "T"}
    document = _stored(page)
    assert [line.what for line in to_grafana(parse_document(document))[1].lines] == []
    rows = {item["id"]: item for item in document["items"]}
    rows["panel-3"]["items"] = rows["panel-6"]["items"]
    rows["panel-6"]["items"] = []
    (line,) = to_grafana(parse_document(document))[1].lines
    assert (line.id, line.what) == ("panel-7", "The row moved to the end of the dashboard.")


def test_export_opened_row_has_its_panels_behind_it() -> None:
    document = _stored(_page())
    for item in items(document["items"]):
        item["collapsed"] = False
    back = _exported(document)
    assert [panel["id"] for panel in back["panels"]] == [9, 2, 3, 5, 4, 6, 7, 8]
    assert (back["panels"][5]["panels"], back["panels"][5]["collapsed"]) == ([], False)


def test_export_moved_panel_of_rows_before_grafana_5_gets_the_newer_form() -> None:
    panel = {"id": 1, "span": 6, "type": "graph", "title": "A"}
    given = {"rows": [{"height": 100, "panels": [panel, {**panel, "id": 2}]}], "schemaVersion": 14, "tags": ["t"]}
    document = _stored(given)
    document["items"][0]["title"] = "New"
    assert _differences(given, _exported(document)) == [".rows.0.panels.0.title"]
    document["items"][0]["position"]["y"] = 9
    back = _exported(document)
    assert ("rows" in back, back["tags"]) == (False, ["t"])
    assert [(panel["id"], panel["gridPos"]["y"], "span" in panel) for panel in back["panels"]] == [
        (2, 0, False), (1, 9, False)
    ]  # fmt: skip
