"""Whatever a query does with amounts, the currencies found in it are those whose amounts change its result."""

from collections.abc import Iterator, Sequence

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.amount_lineage import KnownTable, currency_query

_CODES = ("EUR", "CHF", "TRY")
_TABLES = {
    "sales": KnownTable(
        "", "sales", (("id", "integer"), ("shop", "text"), ("currency", "text"), ("amount", "decimal"))
    ),
    "items": KnownTable("", "items", (("sale", "integer"), ("price", "decimal"), ("pieces", "integer"))),
}
_ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from((*_CODES, "eur ", None))), min_size=1, max_size=6)
_SOURCES = (
    ("sales s", "s.amount"),
    ("(SELECT * FROM sales) s", "amount"),
    ("(SELECT shop, currency, id, amount * 2 AS twice FROM sales WHERE id > 1) s", "twice"),
    ("(SELECT shop, currency, max(id) AS id, sum(amount) AS part FROM sales GROUP BY 1, 2) s", "s.part"),
    ("(SELECT shop, min(currency) AS currency, 1 AS id, sum(amount) AS part FROM sales GROUP BY ALL) s", "part"),
    ("items i JOIN sales s ON s.id = i.sale", "i.price * pieces"),
    ("(SELECT shop, currency, id, amount FROM sales UNION ALL SELECT shop, currency, id, amount FROM sales) s",
     "amount"),
)  # fmt: skip
_WHERE = ("", " WHERE s.currency = 'EUR'", " WHERE s.shop <> 'a'", " WHERE s.id % 2 = 1")
_VALUES = (
    "{value}", "CASE WHEN s.shop = 'a' THEN {value} END", "CASE WHEN s.currency = 'EUR' THEN {value} ELSE 0 END",
    "coalesce({value}, 0) - {value} / 2",
)  # fmt: skip
_MEASURES = (
    "sum({value}) AS total", "round(avg({value}), 2) AS total", "sum({value}) FILTER (WHERE s.id > 1) AS total",
    "sum({value}) + 1 AS total", "count(*) AS total",
)  # fmt: skip
_AROUND = (
    "{query}", "WITH m AS ({query}) SELECT * FROM m", "SELECT total FROM ({query}) q ORDER BY k",
    "WITH m (k, t) AS ({query}) SELECT sum(t) AS total FROM m",
    "WITH m AS ({query}) SELECT k, total FROM m WHERE k > 'a'",
)  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE kept (id int, shop text, currency text, amount int)")
        connection.execute("CREATE TABLE sales (id int, shop text, currency text, amount int)")
        connection.execute("CREATE TABLE items (sale int, price int, pieces int)")
        yield connection


def _fill(engine: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, str | None]], amounts: Sequence[int]) -> None:
    engine.execute("DELETE FROM sales; DELETE FROM items")
    for place, ((shop, code), amount) in enumerate(zip(rows, amounts, strict=True), 1):
        engine.execute("INSERT INTO sales VALUES (?, ?, ?, ?)", [place, shop, code, amount])
        engine.execute("INSERT INTO items VALUES (?, ?, 2), (?, 0, 1)", [place, amount, place])


def _results(engine: duckdb.DuckDBPyConnection, text: str) -> list[tuple[object, ...]]:
    return sorted(engine.execute(text).fetchall(), key=lambda row: str(row[:-1]))


@given(
    _ROWS, st.sampled_from(_SOURCES), st.sampled_from(_WHERE), st.sampled_from(_VALUES), st.sampled_from(_MEASURES),
    st.sampled_from(("s.shop", "s.currency", "'all'")), st.sampled_from(_AROUND),
)  # fmt: skip
def test_currencies_found_are_those_of_which_amounts_change_the_result(
    engine: duckdb.DuckDBPyConnection,
    rows: list[tuple[str, str | None]],
    source: tuple[str, str],
    where: str,
    value: str,
    measure: str,
    group: str,
    around: str,
) -> None:
    shown = measure.format(value=value.format(value=source[1]))
    text = around.format(query=f"SELECT {group} AS k, {shown} FROM {source[0]}{where} GROUP BY {group}")
    asked = currency_query(
        text, "duckdb", lambda _source, name: _TABLES.get(name), lambda _table, names: names == ["id"]
    )
    assert asked is not None
    assert bool(asked.added) is ("count" not in measure)
    if not asked.added:
        return
    amounts = [100 * 2**place for place in range(len(rows))]
    _fill(engine, rows, amounts)
    found = [{code for code in (row[-1] or "").split(",") if code} for row in engine.execute(asked.text).fetchall()]
    expected = {code for codes in found if len(codes) > 1 for code in codes}
    assert expected == _mixed(engine, text, rows, amounts)


def _mixed(
    engine: duckdb.DuckDBPyConnection, text: str, rows: list[tuple[str, str | None]], amounts: list[int]
) -> set[str]:
    """The currencies of rows of the result that change if the amounts of several currencies do."""
    before = _results(engine, text)
    changing: list[set[str]] = [set() for _row in before]
    for code in _CODES:
        changed = [
            amount * (3 if (one or "").strip().upper() == code else 1)
            for amount, (_shop, one) in zip(amounts, rows, strict=True)
        ]
        _fill(engine, rows, changed)
        for place, (old, new) in enumerate(zip(before, _results(engine, text), strict=True)):
            if old != new:
                changing[place].add(code)
    return {code for codes in changing if len(codes) > 1 for code in codes}
