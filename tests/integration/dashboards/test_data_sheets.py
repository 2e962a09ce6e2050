"""The data of a page's widgets as sheets: with the person's rights, progress, and errors in their place."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchboard.analytics import model_services
from benchboard.analytics.data_models.definition import ModelDefinition, ModelJoin
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.removal import remove_source
from benchboard.dashboards.data_sheets import widget_sheets
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.editing.view import ReaderState, RenderedPage, render
from benchboard.errors import Denied, Invalid
from support.databases import unbound
from support.orders import Market

_NOW = datetime(2026, 11, 20, tzinfo=UTC)


def _page(*queries: str) -> RenderedPage:
    items: list[dict[str, Any]] = [
        {"id": f"w{place}", "type": "table", "query": query, "position": {"x": 0, "y": place * 4, "w": 4, "h": 4}}
        for place, query in enumerate(queries)
    ]
    return render(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}), ReaderState())


def test_each_widget_is_reported_before_it_is_read(market: Market) -> None:
    reported: list[tuple[int, int]] = []
    page = _page("SELECT 1 AS n", "SELECT nothing FROM orders", "", "SELECT 3 AS n")
    with unbound(market.database).read() as session:
        sheets = widget_sheets(
            session, market.analyst, page, _NOW, labels={}, step=lambda done, total: reported.append((done, total))
        )
    assert reported == [(0, 3), (1, 3), (2, 3)]
    assert [sheet.table is None for sheet in sheets] == [False, True, False]


def test_who_may_not_read_orders_gets_none_and_a_page_without_queries_has_none(market: Market) -> None:
    with unbound(market.database).read() as session:
        with pytest.raises(Denied):
            widget_sheets(session, market.technician, _page("SELECT shop_id FROM orders"), _NOW, labels={})
        with pytest.raises(Invalid) as refused:
            widget_sheets(session, market.analyst, _page(""), _NOW, labels={})
    assert refused.value.code == "export.no-data"


def test_sheets_say_what_is_added_wrongly_and_have_no_total_of_several_currencies(
    market: Market, tmp_path: Path
) -> None:
    rows = "Ulm,EUR,1,10\nUlm,EUR,2,20\nBern,CHF,1,40\nBern,CHF,2,80\n"
    (tmp_path / "sales.csv").write_text(f"shop,currency,part,amount\n{rows}", encoding="utf-8")
    (tmp_path / "shops.csv").write_text("name,marketing_cost\nUlm,5\nBern,7\n", encoding="utf-8")
    scans = [inspect_file(tmp_path / f"{name}.csv").tables[0].scan for name in ("sales", "shops")]
    database, actor = unbound(market.database), market.analyst
    source = import_files(database, actor, name="Sold", scans=scans, folder=None)
    try:
        with database.change() as session:
            tables = [model_services.model_table(session, actor, source.id, name, []) for name in ("sales", "shops")]
            made = ModelDefinition((tables[0], tables[1]), (ModelJoin((("shop", "name"),)),))
            model = model_services.create_model(session, actor, name="model", definition=made)
        pivoted = "SELECT CAST(part AS text) AS part, shop, sum(amount) AS sold FROM model GROUP BY ALL ORDER BY 1, 2"
        items = [
            {"id": "a", "type": "table", "query": "SELECT sum(amount) AS sold, sum(marketing_cost) AS cost FROM model",
             "data_source_id": source.id, "position": {"x": 0, "y": 0, "w": 4, "h": 4}},
            {"id": "b", "type": "pivot_table", "query": pivoted,
             "data_source_id": source.id, "position": {"x": 0, "y": 4, "w": 4, "h": 4}},
        ]  # fmt: skip
        page = render(parse_document({"format": "benchboard/dashboard", "version": 2, "items": items}), ReaderState())
        with database.read() as session:
            added, pivot = widget_sheets(session, actor, page, _NOW, labels={})
        assert "Rows of shops are counted more than once in “cost”: one matches up to 2 rows." in added.notes
        assert "This adds CHF and EUR as if they were one currency. Filter or group by currency." in added.notes
        assert pivot.table is not None
        assert pivot.table.rows == (("1", 40, 10, None), ("2", 80, 20, None), ("Total", 120, 30, None))
        assert "No total: the amounts are in different currencies" in pivot.notes
    finally:
        with database.change() as session:
            model_services.delete_model(session, actor, model.id)
            remove_source(session, actor, source.id, even_if_used=True)


def test_rows_without_a_date_that_the_time_range_leaves_out_are_counted(market: Market, tmp_path: Path) -> None:
    """A sum on a dashboard was lower than the same one in Explore, without a word."""
    rows = "Ulm,2026-11-02,10\nUlm,,20\nBern,,40\nBern,2026-11-03,80\n"
    (tmp_path / "sales.csv").write_text(f"shop,sold,amount\n{rows}", encoding="utf-8")
    database, actor = unbound(market.database), market.analyst
    scans = [inspect_file(tmp_path / "sales.csv").tables[0].scan]
    source = import_files(database, actor, name="Sold", scans=scans, folder=None)
    ranged = "SELECT shop, sum(amount) AS amount\nFROM sales\nWHERE sold >= :from AND sold < :to{}\nGROUP BY 1"
    queries = {
        "all": ranged.format(""), "some": ranged.format("\n  AND shop IN (:shop)"),
        "none": "SELECT sum(amount) AS amount FROM sales",
        "hand": "SELECT shop, 2 * sum(amount) AS two FROM sales WHERE sold >= :from AND sold < :to GROUP BY shop",
    }  # fmt: skip
    items = [
        {"id": name, "type": "table", "query": query, "data_source_id": source.id,
         "position": {"x": 0, "y": place * 4, "w": 4, "h": 4}}
        for place, (name, query) in enumerate(queries.items())
    ]  # fmt: skip
    shop = {"name": "shop", "type": "list", "values": ["Ulm", "Bern"], "chosen": ["Ulm"]}
    written = {"format": "benchboard/dashboard", "version": 2, "items": items, "variables": [shop],
               "time": {"from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"}}  # fmt: skip
    try:
        page = render(parse_document(written), ReaderState())
        with database.read() as session:
            sheets = widget_sheets(session, actor, page, _NOW, labels={})
        said = [[note for note in sheet.notes if "without a date" in note] for sheet in sheets]
        assert said == [
            ["2 rows without a date aren't in the time range."], ["1 row without a date isn't in the time range."], [],
            ["2 rows without a date aren't in the time range."],
        ]  # fmt: skip
    finally:
        with database.change() as session:
            remove_source(session, actor, source.id, even_if_used=True)
