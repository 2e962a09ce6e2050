"""Revenue in the templates and in the demo is that of orders that weren't cancelled, in one currency at a time."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from benchboard import package_data

_SETS = ("templates/*.json", "demo/dashboards.json", "demo/home_layout.json")


def _widgets(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "query" in value and "type" in value and "position" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _widgets(one)


def _money_widgets() -> list[tuple[str, dict[str, Any]]]:
    """The widgets that add up, average or compare amounts of several orders, with where each stands."""
    files = sorted(file for pattern in _SETS for file in package_data.resources_folder().glob(pattern))
    found = [(file.stem, one) for file in files for one in _widgets(json.loads(file.read_text(encoding="utf-8")))]
    return [(stem, one) for stem, one in found if re.search(r"(sum|avg|max)\(order_total\)", one["query"])]


def _name(value: object) -> str:
    return value if isinstance(value, str) else str(value["title"]) if isinstance(value, dict) else ""


@pytest.mark.parametrize(("file", "widget"), _money_widgets(), ids=_name)
def test_amounts_of_orders_leave_out_cancelled_ones(file: str, widget: dict[str, Any]) -> None:
    assert "status <> 'cancelled'" in widget["query"], file


@pytest.mark.parametrize(("file", "widget"), _money_widgets(), ids=_name)
def test_amounts_of_orders_are_of_one_currency_or_listed_by_currency(file: str, widget: dict[str, Any]) -> None:
    query = widget["query"]
    if re.search(r"WHERE .*currency = '[A-Z]{3}'", query):
        return
    assert "currency" in query.partition("GROUP BY")[2], file
    assert widget["type"] in ("table", "metric_card"), "a chart would draw amounts in several currencies on one scale"
    assert "ORDER BY revenue" not in query, "a ranking would compare amounts in several currencies"


@pytest.mark.parametrize("key", ["kpi-wall", "orders-overview", "revenue-by-currency", "shop-owners-day",
                                 "weekly-review"])  # fmt: skip
def test_dashboards_with_revenue_say_that_it_leaves_out_cancelled_orders(key: str) -> None:
    file = package_data.resources_folder() / "templates" / f"{key}.json"
    assert "cancelled orders" in json.loads(file.read_text(encoding="utf-8"))["description"]
