"""Queries of an imported Grafana dashboard run over the data source of one's own that has their tables."""

from pathlib import Path
from typing import Any

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.removal import remove_source
from benchboard.dashboards import interchange
from benchboard.dashboards.grafana_sources import document_over_sources
from support.databases import unbound
from support.orders import Market

SQL = (
    "SELECT $__timeGroupAlias(datum,'1d'), sum(umsatz) AS umsatz FROM auftraege"
    " WHERE $__timeFilter(datum) AND filiale IN (${filiale:sqlstring}) GROUP BY 1 ORDER BY 1"
)
DASHBOARD: dict[str, Any] = {
    "title": "Shop", "schemaVersion": 38, "time": {"from": "2024-07-01T00:00:00Z", "to": "2024-09-01T00:00:00Z"},
    "templating": {"list": [{"name": "filiale", "type": "custom", "query": "S1,S2", "multi": True}]},
    "panels": [
        {"id": 1, "type": "timeseries", "title": "Daily", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
         "datasource": {"type": "postgres", "uid": "abc"}, "targets": [{"refId": "A", "rawSql": SQL}]},
        {"id": 2, "type": "stat", "title": "Sum", "gridPos": {"x": 12, "y": 0, "w": 12, "h": 8},
         "targets": [{"rawSql": "SELECT sum(umsatz) FROM auftraege WHERE $__timeFilter(datum)"}]},
        {"id": 3, "type": "stat", "title": "Other", "gridPos": {"x": 0, "y": 8, "w": 12, "h": 8},
         "targets": [{"rawSql": "SELECT count(*) FROM nothing"}]},
        {"id": 4, "type": "stat", "title": "Macro", "gridPos": {"x": 12, "y": 8, "w": 12, "h": 8},
         "targets": [{"rawSql": "SELECT $__unixEpochGroup(datum, 1h) FROM auftraege"}]},
    ],
}  # fmt: skip


def test_queries_run_over_the_source_that_has_their_tables(market: Market, tmp_path: Path) -> None:
    (tmp_path / "auftraege.csv").write_text("datum,filiale,umsatz\n2024-07-02,S1,10\n", encoding="utf-8")
    scans = [inspect_file(tmp_path / "auftraege.csv").tables[0].scan]
    database, actor = unbound(market.database), market.analyst
    source = import_files(database, actor, name="Orders file", scans=scans, folder=None)
    try:
        with database.read() as session:
            document, report = document_over_sources(session, actor, DASHBOARD)
    finally:
        with database.change() as session:
            remove_source(session, actor, source.id, even_if_used=True)
    assert document.time is not None
    assert (document.time.start, document.time.end) == ("2024-07-01T00:00:00Z", "2024-09-01T00:00:00Z")
    assert report.needs_query == ("panel-3", "panel-4")
    text = report.text()
    assert text.count("Its query runs over your data source “Orders file”.") == 2
    assert "“Daily”: Its Grafana query was kept" not in text


def test_a_query_is_translated_for_another_source_or_left_alone() -> None:
    made = interchange.for_other_source(DASHBOARD["panels"][0])
    assert made == (
        "SELECT date_trunc('day', datum) AS \"time\", sum(umsatz) AS umsatz FROM auftraege"
        " WHERE (datum >= :from AND datum < :to) AND filiale IN (:filiale) GROUP BY 1 ORDER BY 1"
    )
    assert interchange.for_other_source(DASHBOARD["panels"][3]) == ""
    assert interchange.for_other_source({"targets": [{"expr": "rate(x[5m])"}]}) == ""
