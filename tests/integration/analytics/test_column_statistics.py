"""What is found in the columns of a table, on real databases and real files, against a plain calculation."""

import csv
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from benchboard.analytics import duckdb_engine
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_statistics import BUCKETS, ColumnStatistics, TableStatistics, describe_table
from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.queries import ResultColumn, ResultTable, run_query
from benchboard.analytics.query_builder.question import Filter, Group, Measure, Question, Sort
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.relations import RELATIONS
from benchboard.dashboards.document.time_range import Period
from support.databases import unbound
from support.orders import FIRST, TOTALS, Market


def test_orders_are_described_by_their_own_queries(market: Market) -> None:
    columns = [(name, type_.kind) for name, type_ in RELATIONS["orders"].columns.items()]
    with unbound(market.database).read() as session:
        found = describe_table(lambda text: run_query(session, market.analyst, text), "orders", columns, "own")
    assert found.rows == 6
    assert found.is_unique("id")
    assert not found.is_unique("status")
    assert found.columns["status"].listed == (("paid", 3), ("refunded", 3))
    total = found.columns["order_total"]
    amounts = sorted(map(Decimal, TOTALS))
    assert (total.least, total.greatest, total.distinct) == (amounts[0], amounts[-1], 6)
    assert sum(total.buckets) == 6
    assert total.buckets[0] == sum(one < amounts[0] + (amounts[-1] - amounts[0]) / BUCKETS for one in amounts)
    created = found.columns["created_dt"]
    assert created.least == FIRST
    assert sum(created.buckets) == 6
    assert created.buckets[0] == created.buckets[-1] == 1


def test_a_reader_of_one_shop_is_told_of_that_shop_alone(market: Market) -> None:
    with unbound(market.database).read() as session:
        found = describe_table(
            lambda text: run_query(session, market.keeper, text), "orders", [("shop_id", "text")], "own"
        )
    assert found.columns["shop_id"].listed == (("a.example", found.rows),)


def test_a_question_over_orders_gives_what_python_calculates(market: Market) -> None:
    question = Question(
        "orders",
        filters=(Filter("created_dt", "in_range"), Filter("order_total", "ge", (Decimal("0.05"),)),
                 Filter("currency", "one_of", ("EUR", "USD")), Filter("status", "contains", ("PAI",))),
        groups=(Group("created_dt", "interval", "period"), Group("shop_id")),
        measures=(Measure("count", "", "n"), Measure("sum", "order_total", "revenue")),
        sorts=(Sort("period"), Sort("shop_id", descending=True)),
        limit=10,
    )  # fmt: skip
    period = Period(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC))
    with unbound(market.database).read() as session:
        rows = run_query(session, market.analyst, to_sql(question), variables=period.values).rows
    assert rows == (
        (datetime(2026, 1, 6, tzinfo=UTC), "b.example", 1, Decimal("20.2000")),
        (datetime(2026, 1, 8, tzinfo=UTC), "a.example", 1, Decimal("199.9999")),
    )


class _Catalog:
    def __init__(self, file: Path) -> None:
        self.view = FileView(f"SELECT * FROM read_csv('{file}')", (file,))

    def find(self, source: str, table: str) -> FileView | None:
        return self.view if not source and table.lower() == "trips" else None

    def names(self) -> list[str]:
        return ["trips"]


@pytest.fixture
def catalog(tmp_path: Path) -> _Catalog:
    file = tmp_path / "trips.csv"
    with file.open("w", newline="") as target:
        rows = [
            (k, k % 7 / 2, f"2026-01-{1 + k % 28:02d}", ("red", "blue", "")[k % 3], k % 2 == 0, 5) for k in range(200)
        ]
        csv.writer(target).writerows([("id", "km", "day", "line", "late", "same"), *rows])
    return _Catalog(file)


def test_a_file_is_described_by_duckdb(catalog: _Catalog) -> None:
    def run(text: str) -> ResultTable:
        found = duckdb_engine.run(text, catalog, limit=1000, timeout=60.0, cancel_token=CancelToken(), variables={})
        return ResultTable(
            tuple(ResultColumn(one.name, one.kind) for one in found.columns), found.rows, found.truncated
        )

    columns: list[tuple[str, ValueKind]] = [
        ("id", "integer"), ("km", "decimal"), ("day", "date"), ("line", "text"), ("late", "boolean"),
        ("same", "integer"),
    ]  # fmt: skip
    found = describe_table(run, "trips", columns, "duckdb")
    assert found.rows == 200
    assert found.columns["id"].buckets == (20,) * BUCKETS
    lengths = Counter(k % 7 / 2 for k in range(200))
    assert (found.columns["km"].least, found.columns["km"].greatest) == (0, 3)
    assert sum(found.columns["km"].buckets) == 200
    assert found.columns["km"].buckets[0] == lengths[0.0]
    assert sum(found.columns["day"].buckets) == 200
    assert found.columns["line"].listed == (("blue", 67), ("red", 67))
    assert found.columns["line"].filled == 134
    assert found.columns["late"].listed == ((False, 100), (True, 100))
    assert found.columns["same"].buckets == ()


def test_most_selectable_is_a_text_with_few_values_and_never_one_that_is_unique() -> None:
    def of(**distinct: int) -> TableStatistics:
        return TableStatistics(100, {name: ColumnStatistics(100, count) for name, count in distinct.items()})

    columns: list[tuple[str, ValueKind]] = [("receipt", "text"), ("amount", "integer"), ("shop", "text")]
    assert of(receipt=100, amount=7, shop=4).most_selectable(columns) == "shop"
    assert of(receipt=100, amount=7, shop=90).most_selectable(columns) == "amount"
    assert of(receipt=100, amount=99, shop=90).most_selectable(columns) == "amount"
    assert of(receipt=100, amount=1, shop=1).most_selectable(columns) == "amount", "one value alone is no choice"
    assert of().most_selectable(columns) == "receipt"
    assert of().most_selectable([]) == ""
