"""Queries of an imported Grafana dashboard run over the data source of one's own that has their tables."""

from pathlib import Path
from typing import Any

import pytest

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.removal import remove_source
from benchboard.dashboards import interchange, library
from benchboard.dashboards.grafana_sources import document_over_sources, use_source
from benchboard.errors import NotFound
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


def test_one_source_is_chosen_for_all_widgets_without_a_query(market: Market, tmp_path: Path) -> None:
    """Of 125 widgets of an import, each needed its own choice."""
    database, actor = unbound(market.database), market.analyst
    sources = []
    for name in ("Orders file", "The same again"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "auftraege.csv").write_text("datum,filiale,umsatz\n2024-07-02,S1,10\n", encoding="utf-8")
        scans = [inspect_file(folder / "auftraege.csv").tables[0].scan]
        sources.append(import_files(database, actor, name=name, scans=scans, folder=None))
    try:
        with database.change() as session:
            document, report = document_over_sources(session, actor, DASHBOARD)
            assert report.needs_query == ("panel-1", "panel-2", "panel-3", "panel-4"), "two sources have the table"
            made = library.create(session, actor, document, name="Shop", imported=True)
        with database.change() as session:
            choice = use_source(session, actor, made.card.id, report.needs_query, sources[1].id)
        assert (choice.running, choice.source) == (("panel-1", "panel-2"), "The same again")
        after = choice.report(report)
        assert after.needs_query == ("panel-3", "panel-4")
        assert after.text().count("Its query runs over your data source “The same again”.") == 2
        with database.read() as session:
            stored = library.get_dashboard(session, actor, made.card.id).document
        widgets = {item.id: item.source for item, _cell in stored.layout}
        assert {one["data_source_id"] for one in widgets.values()} == {sources[1].id}
        assert widgets["panel-1"]["query"].startswith("SELECT date_trunc('day', datum)")
        assert not widgets["panel-3"].get("query")
        with database.change() as session:
            again = use_source(session, actor, made.card.id, report.needs_query, sources[0].id)
            assert again.widgets == ("panel-3", "panel-4"), "one with a query stays as it is"
            with pytest.raises(NotFound):
                use_source(session, actor, made.card.id, report.needs_query, "nothing")
            with pytest.raises(NotFound):  # who sees neither the source nor the dashboard
                use_source(session, market.technician, made.card.id, report.needs_query, sources[0].id)
    finally:
        with database.change() as session:
            for one in sources:
                remove_source(session, actor, one.id, even_if_used=True)


def test_query_of_a_variable_runs_over_the_source_that_the_panels_read(market: Market, tmp_path: Path) -> None:
    """The panels were over the file, and the variable said that there is no such table: All of it was nothing."""
    database, actor = unbound(market.database), market.analyst
    sources = []
    for name, text in (("Orders", "umsatz,filiale\n10,S1\n"), ("Branches", "filiale\nS2\n"), ("Old", "filiale\nS3\n")):
        folder = tmp_path / name
        folder.mkdir()
        files = ["auftraege", "orte"] if name == "Orders" else ["orte"]
        for file in files:
            (folder / f"{file}.csv").write_text(text, encoding="utf-8")
        scans = [inspect_file(folder / f"{file}.csv").tables[0].scan for file in files]
        sources.append(import_files(database, actor, name=name, scans=scans, folder=None))
    asked = "SELECT DISTINCT filiale FROM orte"
    variable = {"name": "filiale", "type": "query", "query": asked, "multi": True, "includeAll": True,
                "current": {"value": ["$__all"]}, "refresh": 1}  # fmt: skip
    panel = {"id": 1, "type": "stat", "title": "Sum", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
             "targets": [{"rawSql": "SELECT sum(umsatz) FROM auftraege WHERE filiale IN ($filiale)"}]}  # fmt: skip
    given = {"title": "Shop", "schemaVersion": 38, "templating": {"list": [variable]}, "panels": [panel]}
    unclear = {**given, "panels": [{**panel, "targets": [{"rawSql": "SELECT count(*) FROM orte"}]}]}
    try:
        with database.change() as session:
            document, report = document_over_sources(session, actor, given)
            (found,) = document.variables
            assert (found.type, found.query, found.data_source_id) == ("query", asked, sources[0].id)
            assert "Variable “filiale” runs over your data source “Orders”." in report.text()
            assert "no values" not in report.text()
            assert interchange.to_grafana(document)[0]["templating"] == {"list": [variable]}
            document, report = document_over_sources(session, actor, unclear)
            assert "Variable “filiale” has no values." in report.text(), "three sources have the table"
            made = library.create(session, actor, document, name="Shop", imported=True)
        with database.change() as session:
            choice = use_source(session, actor, made.card.id, report.needs_query, sources[1].id)
            (found,) = library.get_dashboard(session, actor, made.card.id).document.variables
            assert (found.type, found.query, found.data_source_id) == ("query", asked, sources[1].id)
            text = choice.report(report).text()
            assert "Variable “filiale” runs over your data source “Branches”." in text
            assert "no values" not in text
    finally:
        with database.change() as session:
            for one in sources:
                remove_source(session, actor, one.id, even_if_used=True)
