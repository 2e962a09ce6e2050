"""The data of a page's widgets as sheets: with the person's rights, progress, and errors in their place."""

from datetime import UTC, datetime
from typing import Any

import pytest

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
