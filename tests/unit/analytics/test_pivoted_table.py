"""Pivot tables: every number where its row and column meet, totals of what adds up and of nothing else."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.additive_columns import measured_columns
from benchboard.analytics.chart_columns import PivotColumns, pivot_columns
from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.pivoted_table import (
    MOST_COLUMNS,
    PivotTable,
    RowOrder,
    can_pivot,
    pivoted,
    plain_name,
    plain_order,
)
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable, RowCurrencies
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
    assert {*found.row_keys} - {()} == {(pair[0],) for pair in cells}
    assert {*found.column_keys} == {pair[1] for pair in cells}
    for y, (row_key,) in enumerate(found.row_keys[: found.data_row_count]):
        for x, column_key in enumerate(found.column_keys):
            assert found.rows[y][x + 1] == cells.get((row_key, column_key))
            assert (found.origins[y][x] >= 0) == ((row_key, column_key) in cells)
    for y in range(found.data_row_count) if found.has_total_column else ():
        known = [value for pair, value in cells.items() if (pair[0],) == found.row_keys[y] and value is not None]
        assert found.rows[y][-1] == (sum(map(Decimal, map(str, known))) if known else None)
    known = [value for value in cells.values() if value is not None]
    if found.has_total_row and found.has_total_column:
        assert found.rows[-1][-1] == (sum(map(Decimal, map(str, known))) if known else None)
        assert found.rows[-1][0] == found.columns[-1].title == "Total"
    assert (found.has_total_row, found.has_total_column) == (found.data_row_count > 1, len(found.column_keys) > 1)


def test_only_counts_and_sums_of_all_rows_have_totals() -> None:
    table = _table([("a", "x", 1), ("b", "x", 2), ("b", "y", 4)])
    whole = _pivoted(table)
    assert whole.rows == (("a", 1, None, 1), ("b", 2, 4, 6), ("Total", 3, 4, 7))
    assert [one.title for one in whole.columns] == ["Month / Status", "x", "y", "Total"]
    assert whole.caption == "Orders by Month and Status"
    rollup = COUNTED.replace("1, 2", "ROLLUP (1, 2)")
    for query, shown, totals, why in [
        (AVERAGED, table, True, "No total: no column is a count or a sum"),
        (COUNTED, replace(table, truncated=True), True, "No total: the query returns more rows"),
        (rollup, table, True, "No total: no column is a count or a sum"),
        (COUNTED, table, False, ""),
    ]:
        found = _pivoted(shown, query, totals=totals)
        assert found.rows == (("a", 1, None), ("b", 2, 4))
        assert found.caption == " · ".join(part for part in ("Orders by Month and Status", why) if part)


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
        (("text", "text", "integer"), PivotColumns((0,), 1, (2,))),
        (("integer", "text", "integer"), PivotColumns((0,), 1, (2,))),
        (("text", "integer"), PivotColumns((0,), None, (1,))),
        (("integer", "text"), PivotColumns((1,), None, (0,))),
        (("integer",), None),
        (("text", "text"), None),
        (("text", "text", "text", "integer"), PivotColumns((0, 1), 2, (3,))),
        (("date", "text", "text", "text", "integer"), PivotColumns((0, 1, 2), 3, (4,))),
        (("date", "text", "text", "text", "text", "integer"), None),
        (("date", "text", "decimal", "integer"), PivotColumns((0,), 1, (2, 3))),
    ],
)
def test_the_last_number_and_decimals_are_in_the_cells_of_up_to_four_groups(
    kinds: tuple[ValueKind, ...], found: PivotColumns | None
) -> None:
    columns = tuple(ResultColumn(f"c{place}", kind) for place, kind in enumerate(kinds))
    assert pivot_columns(ResultTable(columns, (), truncated=False)) == found


def test_what_has_no_cell_of_its_own_is_no_pivot_table() -> None:
    assert can_pivot(_table([("a", "x", 1), ("a", "y", 1)]), COUNTED)
    assert not can_pivot(_table([("a", "x", 1), ("a", "x", 2)]), COUNTED)
    assert not can_pivot(_table([("a", str(k), 1) for k in range(MOST_COLUMNS + 1)]), COUNTED)


THREE = "SELECT month, city, status, kind, count(*) AS orders, avg(total) AS average FROM orders GROUP BY 1, 2, 3, 4"
WORDS = st.sampled_from(["a", "b", "", None])


def _wide(rows: list[tuple[Cell, ...]]) -> ResultTable:
    names = ["month", "city", "status", "kind", "orders", "average"]
    kinds: list[ValueKind] = ["text", "text", "text", "text", "integer", "decimal"]
    columns = tuple(ResultColumn(name, kind) for name, kind in zip(names, kinds, strict=True))
    return ResultTable(columns, tuple(rows), truncated=False)


@given(
    st.dictionaries(
        st.tuples(WORDS, WORDS, WORDS, WORDS),
        st.tuples(st.none() | st.integers(-50, 10**20), st.none() | st.decimals(-99, 99, places=2)),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from(["auto", "descending", "largest", "smallest"]),
)
@examples(150, deadline=None)
def test_totals_of_three_row_groups_are_the_sums_of_the_rows_of_the_result(
    cells: dict[tuple[Cell, ...], tuple[Cell, Cell]], row_order: RowOrder
) -> None:
    table = _wide([(*key, *values) for key, values in cells.items()])
    found = pivoted(table, THREE, order=plain_order, name=plain_name, row_order=row_order, blank="")
    assert found.places == PivotColumns((0, 1, 2), 3, (4, 5))
    assert {key for key in found.row_keys if len(key) == 3} == {key[:3] for key in cells}
    assert len(set(found.row_keys)) == len(found.row_keys)
    for key, row in zip(found.row_keys, found.rows, strict=True):
        assert row[len(key) : 3] == ("Total", "", "")[: 3 - len(key)]
        for one, cell in zip(found.number_columns, row[3:], strict=True):
            column = found.column_keys[one.key] if one.key is not None else None
            parts = [values[one.value - 4] for group, values in cells.items()
                     if group[: len(key)] == key and (one.key is None or group[3] == column)]  # fmt: skip
            known = [part for part in parts if isinstance(part, int)]
            if len(key) == 3 and one.key is not None:
                assert cell == (parts[0] if parts else "")
            elif one.value == 5:
                assert cell == "", "averages don't add up"
            else:
                assert cell == ((sum(known) if known else None) if parts else "")
    for level in (0, 1, 2):  # a total of each group of several rows below it, and nowhere else
        groups = {key[:level] for key in cells}
        several = {one for one in groups if len({key[:3] for key in cells if key[:level] == one}) > 1}
        assert {key for key in found.row_keys if len(key) == level} == several
    places = {key: at for at, key in enumerate(found.row_keys)}
    assert all(places[key[:2]] > at and places.get(key[:1], at + 1) > at
               for key, at in places.items() if len(key) == 3 and key[:2] in places)  # fmt: skip


@given(st.dictionaries(st.tuples(WORDS, WORDS), st.integers(-9, 9), min_size=1, max_size=12), st.booleans())
@examples(100, deadline=None)
def test_rows_sorted_by_value_are_in_the_order_of_the_totals_of_their_groups(
    cells: dict[tuple[Cell, Cell], int], is_largest: bool
) -> None:
    table = _table([(*pair, value) for pair, value in cells.items()])
    order: RowOrder = "largest" if is_largest else "smallest"
    found = pivoted(table, COUNTED, order=plain_order, name=plain_name, across=False, row_order=order)
    sign = -1 if is_largest else 1
    outer = list(dict.fromkeys(key[0] for key in found.row_keys if key))
    sums = [sign * sum(value for pair, value in cells.items() if pair[0] == key) for key in outer]
    assert sums == sorted(sums)
    for key in outer:
        inner = [sign * cells[key, one[1]] for one in found.row_keys if len(one) == 2 and one[0] == key]
        assert inner == sorted(inner)
    assert found.caption == "Orders by Month and Status, sorted by Orders"
    # The same by a click on a heading, whatever the order was.
    plain = pivoted(table, COUNTED, order=plain_order, name=plain_name, across=False)
    clicked = plain.sorted_rows([row[2] for row in plain.rows], descending=is_largest)
    assert [plain.row_keys[row] for row in clicked] == list(found.row_keys)


def test_amounts_in_currencies_have_subtotals_only_within_one() -> None:
    money, codes = Presentation(format="money", currency_origin="o.currency"), Presentation(origin="o.currency")
    rows: list[tuple[Cell, ...]] = [("EUR", "a", Decimal(1)), ("EUR", "b", Decimal(2)), ("USD", "a", Decimal(4))]
    query = "SELECT month, status, sum(total) AS orders FROM orders GROUP BY 1, 2"

    def shown(rows: list[tuple[Cell, ...]], **own: Presentation) -> PivotTable:
        data = _table(rows, ("text", "text", "decimal"), orders=money, **own)
        return pivoted(data, query, order=plain_order, name=plain_name, across=False)

    outside = shown(rows, month=codes)
    assert outside.rows == (("EUR", "a", 1), ("EUR", "b", 2), ("EUR", "Total", 3), ("USD", "a", 4))
    assert [outside.currency(row, 2) for row in outside.rows] == ["EUR", "EUR", "EUR", "USD"]
    assert outside.shown_columns() == [0, 1, 2]
    inside = shown([(name, code, value) for code, name, value in rows], status=codes)
    assert inside.rows == (("a", "EUR", 1), ("a", "USD", 4), ("b", "EUR", 2))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT city, count(DISTINCT buyer) AS buyers, round(avg(total), 2) AS Average FROM t GROUP BY 1",
         {"buyers", "average"}),
        ('SELECT city, max(total) - min(total) AS "The Span", median(total) FROM t GROUP BY 1', {"The Span", "median"}),
        ("WITH s AS (SELECT city, count(*) AS n FROM t GROUP BY 1) SELECT city, n FROM s", set()),
        ("SELECT extract(year FROM created) AS year, status, count(*) AS n FROM t GROUP BY 1, 2", {"n"}),
        ("SELECT (SELECT max(total) FROM t) AS most, city FROM t", {"most"}),
        ("SELECT city FROM t WHERE total > 0", set()),
        ("not a query", set()),
    ],
)  # fmt: skip
def test_measured_columns_are_those_calculated_from_several_rows(query: str, found: set[str]) -> None:
    assert measured_columns(query) == found


def test_distinct_count_beside_a_sum_is_a_number_and_has_no_total() -> None:
    query = "SELECT month, count(DISTINCT buyer) AS status, count(*) AS orders FROM orders GROUP BY 1"
    found = _pivoted(_table([("a", 3, 5), ("b", 3, 6)], ("text", "integer", "integer")), query)
    assert found.places == PivotColumns((0,), None, (1, 2))
    assert found.rows == (("a", 3, 5), ("b", 3, 6), ("Total", None, 11))
    assert found.caption == "Status, Orders by Month · No total of Status: only counts and sums add up"


def test_currencies_that_no_column_says_have_totals_only_within_one() -> None:
    rows: list[tuple[Cell, ...]] = [
        ("a", "Ulm", Decimal(1)), ("a", "Bern", Decimal(2)), ("b", "Ulm", Decimal(4)), ("c", "Rome", Decimal(8)),
    ]  # fmt: skip
    codes = {("a", "Ulm"): "EUR", ("a", "Bern"): "CHF", ("b", "Ulm"): "EUR", ("c", "Rome"): "EUR"}
    known = RowCurrencies(("month", "status"), {"orders": {key: frozenset((code,)) for key, code in codes.items()}})
    table = replace(_table(rows, ("text", "text", "decimal")), row_currencies=known)
    query = "SELECT month, status, sum(total) AS orders FROM orders GROUP BY 1, 2"
    found = pivoted(table, query, order=plain_order, name=plain_name, fills=True, row_order="largest")
    assert found.rows == (
        ("a", 2, None, 1, None),
        ("b", None, None, 4, 4),
        ("c", None, 8, None, 8),
        ("Total", 2, 8, 5, None),
    )
    assert found.unadded == {(0, 4), (3, 4)}
    assert found.fill_ends == {}, "1 CHF is not less than 2 EUR"
    assert found.sorted_by == "", "none of several currencies is the largest"
    assert found.caption.endswith("No total: the amounts are in different currencies")
    one = pivoted(replace(table, row_currencies=None), query, order=plain_order, name=plain_name)
    assert one.rows[-1] == ("Total", 2, 8, 5, 15)
    assert one.unadded == frozenset()
