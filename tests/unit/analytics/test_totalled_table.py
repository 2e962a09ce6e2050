"""A row of totals: the sums of what adds up, and why there are none."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.analytics.totalled_table import totalled
from support.examples import examples

QUERY = "SELECT status, count(*) AS n, sum(price) AS price, avg(price) AS mean FROM orders GROUP BY 1"
COLUMNS = (
    ResultColumn("status", "text"),
    ResultColumn("n", "integer"),
    ResultColumn("price", "decimal"),
    ResultColumn("mean", "decimal"),
)


def _table(rows: list[tuple[int, int]]) -> ResultTable:
    cells = tuple((f"s{k}", n, Decimal(cents) / 100, Decimal(cents)) for k, (n, cents) in enumerate(rows))
    return ResultTable(COLUMNS, cells, truncated=False)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(-(10**12), 10**12)), min_size=2, max_size=9))
@examples(25, deadline=None)
def test_totals_are_the_exact_sums_of_counts_and_sums_alone(rows: list[tuple[int, int]]) -> None:
    found = totalled(_table(rows), QUERY)
    total = found.rows[-1]
    assert total == ("Total", sum(n for n, _c in rows), Decimal(sum(c for _n, c in rows)) / 100, "")
    assert (found.data_row_count, found.rows[:-1], found.caption) == (len(rows), found.source.rows, "")
    assert [found.is_total(row, 0) for row in range(len(found.rows))] == [False] * len(rows) + [True]


@pytest.mark.parametrize(
    ("table", "query", "why"),
    [
        (replace(_table([(1, 2), (3, 4)]), truncated=True), QUERY, "No total: the query returns more rows"),
        (_table([(1, 2), (3, 4)]), "SELECT status, n, price, mean FROM t", "No total: no column is a count or a sum"),
        (_table([(1, 2)]), QUERY, ""),
        (_table([]), QUERY, ""),
    ],
)
def test_no_total_is_made_up_and_the_table_says_why(table: ResultTable, query: str, why: str) -> None:
    found = totalled(table, query)
    assert (found.rows, found.caption, found.has_total_row) == (table.rows, why, False)
    assert found.data_row_count == len(table.rows)


def test_amounts_in_one_currency_have_a_total_in_it_and_those_in_several_have_none() -> None:
    query = "SELECT shop, currency, sum(price) AS price FROM orders GROUP BY 1, 2"
    money = Presentation(format="money", currency_origin="orders.currency")
    columns = (
        ResultColumn("shop", "text"),
        ResultColumn("currency", "text", Presentation(origin="orders.currency")),
        ResultColumn("price", "decimal", money),
    )
    rows = (("a", "EUR", Decimal(1)), ("b", "EUR", Decimal(2)))
    one = totalled(ResultTable(columns, rows, truncated=False), query)
    assert one.rows[-1] == ("Total", "EUR", Decimal(3))
    several = totalled(ResultTable(columns, (*rows, ("c", "USD", Decimal(5))), truncated=False), query)
    assert several.caption == "No total: the amounts are in different currencies"
