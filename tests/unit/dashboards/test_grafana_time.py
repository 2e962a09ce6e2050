"""The time range and the refresh interval of a dashboard, from Grafana and back."""

from typing import Any

import pytest

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.interchange import ConversionReport, from_grafana, to_grafana

Json = dict[str, Any]


def _read(**fields: Any) -> tuple[Json, ConversionReport]:
    document: Any
    document, report = from_grafana({"schemaVersion": 39, "panels": [], **fields})
    return document, report


@pytest.mark.parametrize(
    ("start", "end"), [("now-6h", "now"), ("now/M", "now/M"), ("2024-01-01T00:00:00.000Z", "2024-02-01T00:00:00.000Z")]
)
def test_import_time_range_is_the_documents(start: str, end: str) -> None:
    document, report = _read(time={"from": start, "to": end})
    assert document["time"] == {"from": start, "to": end}
    assert report.lines == ()


@pytest.mark.parametrize("time", [{"from": "now/fQ", "to": "now"}, {"from": "now", "to": "now-1h"}, {"from": 7}])
def test_import_unsupported_time_range_is_reported_and_kept(time: Json) -> None:
    document, report = _read(time=time)
    assert "time" not in document
    assert [line.outcome for line in report.lines] == ["kept"]
    assert to_grafana(parse_document(document))[0]["time"] == time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5s", 5), ("1m", 60), ("1h", 3600), ("7s", 5), ("2m", 60), ("10m", 900), ("1d", 3600), ("0s", None),
     ("auto", None), ("", None), (False, None)],
)  # fmt: skip
def test_import_refresh_is_the_nearest_that_is_offered(text: Any, seconds: int | None) -> None:
    document, report = _read(refresh=text)
    assert document.get("refresh") == seconds
    exact = text in ("5s", "1m", "1h") or seconds is None
    assert [line.outcome for line in report.lines] == ([] if exact else ["changed"])
    assert to_grafana(parse_document(document))[0]["refresh"] == text


def test_export_changed_time_and_refresh_replace_grafanas() -> None:
    document, _report = _read(time={"from": "now-6h", "to": "now", "zone": 1}, refresh="7m")
    back = to_grafana(parse_document(document | {"time": {"from": "now-7d", "to": "now"}, "refresh": 1800}))[0]
    assert (back["time"], back["refresh"]) == ({"from": "now-7d", "to": "now", "zone": 1}, "30m")
    del document["time"], document["refresh"]
    back = to_grafana(parse_document(document))[0]
    assert (back["time"], back["refresh"]) == ({"from": "now-29d/d", "to": "now/d", "zone": 1}, "")


def test_export_new_dashboard_has_its_time_and_refresh() -> None:
    new = {"format": "benchboard/dashboard", "version": 2, "items": []}
    assert to_grafana(parse_document(new))[0]["time"] == {"from": "now-29d/d", "to": "now/d"}
    back = to_grafana(parse_document({**new, "time": {"from": "now/M", "to": "now/M"}, "refresh": 3600}))[0]
    assert (back["time"], back["refresh"]) == ({"from": "now/M", "to": "now/M"}, "1h")


COUNT = "SELECT count(*) AS n FROM orders WHERE "


def _panel(sql: str) -> Json:
    place = {"h": 4, "w": 6, "x": 0, "y": 0}
    source = {"type": "grafana-postgresql-datasource", "uid": "p"}
    target = {"datasource": source, "rawSql": sql, "refId": "A"}
    return {"gridPos": place, "id": 1, "targets": [target], "title": "P", "type": "timeseries"}


@pytest.mark.parametrize(
    ("sql", "query"),
    [
        (f"{COUNT}$__timeFilter(created_dt)", f"{COUNT}(created_dt >= :from AND created_dt < :to)"),
        (f"{COUNT}NOT $__timeFilter( o.created_dt )".replace("orders", "orders o"),
         f"{COUNT}NOT (o.created_dt >= :from AND o.created_dt < :to)".replace("orders", "orders o")),
        (f"{COUNT}created_dt BETWEEN $__timeFrom() AND $__timeTo()", f"{COUNT}created_dt BETWEEN :from AND :to"),
        (f"{COUNT}created_dt > '${{__from:date:iso}}'", f"{COUNT}created_dt > :from"),
        ("SELECT $__timeGroup(created_dt, $__interval), count(*) FROM orders GROUP BY 1",
         "SELECT date_trunc(:interval, created_dt), count(*) FROM orders GROUP BY 1"),
        ("SELECT $__timeGroupAlias(created_dt,'1h'), count(*) AS n FROM orders GROUP BY 1",
         "SELECT date_trunc('hour', created_dt) AS \"time\", count(*) AS n FROM orders GROUP BY 1"),
        ("SELECT $__time(created_dt), order_total FROM orders",
         "SELECT created_dt AS \"time\", order_total FROM orders"),
    ],
)  # fmt: skip
def test_import_time_macros_become_the_variables_of_the_time_range(sql: str, query: str) -> None:
    given = {"panels": [_panel(sql)], "schemaVersion": 39}
    document, report = _read(**given)
    (item,) = document["items"]
    assert item["query"] == query
    assert report.without_query == 0
    assert to_grafana(parse_document(document))[0] == given


@pytest.mark.parametrize("sql", [f"{COUNT}$__unixEpochFilter(id)", "SELECT $__timeGroup(created_dt, '5m') FROM orders",
                                 f"{COUNT}$__timeFilter(created_dt", f"{COUNT}$__timeFilter()"])  # fmt: skip
def test_import_macro_without_equivalent_leaves_the_query_in_grafana(sql: str) -> None:
    document, report = _read(panels=[_panel(sql)])
    assert "query" not in document["items"][0]
    assert report.without_query == 1


@pytest.mark.parametrize("source", ["mysql", "prometheus", None])
def test_import_macro_of_another_data_source_isnt_read(source: str | None) -> None:
    panel = _panel(f"{COUNT}$__timeFilter(created_dt)")
    panel["targets"][0]["datasource"] = {"type": source}
    assert "query" not in _read(panels=[panel])[0]["items"][0]


@pytest.mark.parametrize(
    ("query", "sql"),
    [
        (f"{COUNT}created_dt >= :from AND created_dt < :to", f"{COUNT}$__timeFilter(created_dt)"),
        (f"{COUNT}created_dt >= :from AND updated_dt < :to",
         f"{COUNT}created_dt >= $__timeFrom() AND updated_dt < $__timeTo()"),
        ("SELECT date_trunc(:interval, created_dt), count(*) FROM orders GROUP BY 1",
         "SELECT $__timeGroup(created_dt, $__interval), count(*) FROM orders GROUP BY 1"),
        ("SELECT ':from' FROM orders WHERE status = :state",
         "SELECT ':from' FROM orders WHERE status = ${state:sqlstring}"),
    ],
)  # fmt: skip
def test_export_variables_of_the_time_range_become_macros(query: str, sql: str) -> None:
    item = {"id": "n", "type": "line_chart", "title": "", "position": {"x": 0, "y": 0, "w": 3, "h": 2}, "query": query}
    new = {"format": "benchboard/dashboard", "version": 2, "items": [item], "variables": [{"name": "state"}]}
    (panel,) = to_grafana(parse_document(new))[0]["panels"]
    assert panel["targets"][0]["rawSql"] == sql
    named = {**new, "variables": [{"name": "from"}, {"name": "to"}, {"name": "interval"}]}
    (panel,) = to_grafana(parse_document(named))[0]["panels"]
    assert "$__" not in panel["targets"][0]["rawSql"]
