"""Pivot tables: every number where its row and column meet, totals of what adds up and of nothing else."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.chart_columns import PivotColumns, pivot_columns
from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.pivoted_table import (
    MOST_COLUMNS,
    PivotTable,
    can_pivot,
    pivoted,
    plain_name,
    plain_order,
    several_numbers,
)
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.query_types import ValueKind
from support.examples import examples

COUNTED = "SELECT month, status, count(*) AS orders FROM orders GROUP BY 1, 2"
AVERAGED = "SELECT month, status, avg(total) AS orders FROM orders GROUP BY 1, 2"
KEYS = st.sampled_from(["a", "b", "", "İ", None]) | st.integers(-3, 3)
NUMBERS = st.none() | st.integers(-(10**20), 10**20) | st.decimals(-1000, 1000, places=3)


def _table(rows: list[tuple[Cell, ...]], kinds: tuple[ValueKind, ...] = ("text", "text", "integer"),
           **shown: Presentation) -> ResultTable:  # fmt: skip
    names = ["month", "status", "orders"] if len(kinds) == 3 else ["status", "orders"]
    columns = tuple(
        ResultColumn(name, kind, shown.get(name, Presentation())) for name, kind in zip(names, kinds, strict=True)
    )
    return ResultTable(columns, tuple(rows), truncated=False)


def _pivoted(table: ResultTable, query: str = COUNTED, *, totals: bool = True) -> PivotTable:
    return pivoted(table, query, order=plain_order, name=plain_name, totals=totals)


@given(st.dictionaries(st.tuples(KEYS, KEYS), NUMBERS, min_size=1, max_size=25))
@examples(120, deadline=None)
def test_each_cell_has_the_number_of_its_row_and_totals_are_the_sums(cells: dict[tuple[Cell, Cell], Cell]) -> None:
    table = _table([(*pair, value) for pair, value in cells.items()])
    found = _pivoted(table)
    assert {*found.row_keys} == {pair[0] for pair in cells}
    assert {*found.column_keys} == {pair[1] for pair in cells}
    for y, row_key in enumerate(found.row_keys):
        for x, column_key in enumerate(found.column_keys):
            assert found.rows[y][x + 1] == cells.get((row_key, column_key))
            assert (found.origins[y][x] >= 0) == ((row_key, column_key) in cells)
    for y in range(found.data_row_count) if found.has_total_column else ():
        known = [value for pair, value in cells.items() if pair[0] == found.row_keys[y] and value is not None]
        assert found.rows[y][-1] == (sum(map(Decimal, map(str, known))) if known else None)
    known = [value for value in cells.values() if value is not None]
    if found.has_total_row and found.has_total_column:
        assert found.rows[-1][-1] == (sum(map(Decimal, map(str, known))) if known else None)
        assert found.rows[-1][0] == found.columns[-1].title == "Total"
    assert (found.has_total_row, found.has_total_column) == (len(found.row_keys) > 1, len(found.column_keys) > 1)


def test_only_counts_and_sums_of_all_rows_have_totals() -> None:
    table = _table([("a", "x", 1), ("b", "x", 2), ("b", "y", 4)])
    whole = _pivoted(table)
    assert whole.rows == (("a", 1, None, 1), ("b", 2, 4, 6), ("Total", 3, 4, 7))
    assert [one.title for one in whole.columns] == ["Month / Status", "x", "y", "Total"]
    assert whole.caption == "Orders by Month and Status"
    rollup = COUNTED.replace("1, 2", "ROLLUP (1, 2)")
    for query, shown, totals in [(AVERAGED, table, True), (COUNTED, replace(table, truncated=True), True),
                                 (rollup, table, True), (COUNTED, table, False)]:  # fmt: skip
        assert _pivoted(shown, query, totals=totals).rows == (("a", 1, None), ("b", 2, 4))


def test_one_group_is_a_row_each_with_their_total() -> None:
    found = _pivoted(_table([("b", 2), ("a", None), (None, 3)], ("text", "integer")))
    assert found.rows == (("a", None), ("b", 2), ("(empty)", 3), ("Total", 5))
    assert [one.title for one in found.columns] == ["Status", "Orders"]
    assert found.caption == "Orders by Status"


def test_amounts_in_different_currencies_are_not_added_up() -> None:
    money = Presentation(format="money", currency_origin="o.currency")
    codes = Presentation(origin="o.currency")
    rows: list[tuple[Cell, ...]] = [("a", "EUR", Decimal(1)), ("b", "EUR", Decimal(2)), ("b", "USD", Decimal(4))]
    across = _pivoted(_table(rows, ("text", "text", "decimal"), status=codes, orders=money))
    assert across.rows == (("a", 1, None), ("b", 2, 4), ("Total", 3, 4))
    assert [one.presentation.currency for one in across.columns[1:]] == ["EUR", "USD"]
    swapped: list[tuple[Cell, ...]] = [(code, name, value) for name, code, value in rows]
    down = _pivoted(_table(swapped, ("text", "text", "decimal"), month=codes, orders=money))
    assert down.rows == (("EUR", 1, 2, 3), ("USD", None, 4, 4))
    assert down.currency(down.rows[1], 2) == "USD"
    alone = _pivoted(_table(rows[:2], ("text", "text", "decimal"), status=codes, orders=money))
    assert alone.rows[-1] == ("Total", 3)
    assert alone.columns[1].presentation.currency == "EUR"


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        (("text", "text", "integer"), PivotColumns(0, 1, 2)),
        (("integer", "text", "integer"), PivotColumns(0, 1, 2)),
        (("text", "integer"), PivotColumns(0, None, 1)),
        (("integer", "text"), PivotColumns(1, None, 0)),
        (("integer",), None),
        (("text", "text"), None),
        (("text", "text", "text", "integer"), None),
    ],
)
def test_the_last_number_is_in_the_cells_of_one_or_two_groups(
    kinds: tuple[ValueKind, ...], found: PivotColumns | None
) -> None:
    columns = tuple(ResultColumn(f"c{place}", kind) for place, kind in enumerate(kinds))
    assert pivot_columns(ResultTable(columns, (), truncated=False)) == found


def test_what_has_no_cell_of_its_own_is_no_pivot_table() -> None:
    assert can_pivot(_table([("a", "x", 1), ("a", "y", 1)]), COUNTED)
    assert not can_pivot(_table([("a", "x", 1), ("a", "x", 2)]), COUNTED)
    assert not can_pivot(_table([("a", str(k), 1) for k in range(MOST_COLUMNS + 1)]), COUNTED)
    two = "SELECT month, count(*) AS status, sum(total) AS orders FROM orders GROUP BY 1"
    assert several_numbers(_table([("a", 1, 2)], ("text", "integer", "integer")), two)
    assert several_numbers(_table([("a", Decimal(1), 2)], ("text", "decimal", "integer")), "")
    assert not several_numbers(_table([("a", 1, 2)], ("text", "integer", "integer")), COUNTED)
