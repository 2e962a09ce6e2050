"""Filters by columns of tables in any query: the rows are those of the same query over filtered tables."""

from collections import Counter
from functools import cache
from typing import Final

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_translator import translate_query
from benchboard.analytics.relations import RELATIONS
from benchboard.analytics.table_filters import TableCondition, TableFilter, filtered_tables
from benchboard.analytics.table_references import Why
from support.examples import examples

NORTH: Final = "region = 'north'"
SALES: Final = TableFilter((TableCondition("", "sales", NORTH),))
SOME: Final = "(SELECT * FROM sales WHERE region = 'north')"
DIALECTS: Final[tuple[Dialect, ...]] = ("own", "duckdb", "postgresql", "mysql")

_ROWS: Final = {
    "sales": [(1, "north", 10), (2, "south", 20), (3, None, 5), (3, "north", 7), (4, "south", None)],
    "shops": [(1, "north", 1), (2, "north", 2), (4, "south", 3), (5, None, 4)],
}
_FILTERS: Final = (
    SALES,
    TableFilter((TableCondition("", "sales", "(region IN ('south') OR region IS NULL)"),)),
    TableFilter((TableCondition("", "shops", "amount >= 2"),)),
)


@cache
def _database(*filters: TableFilter) -> duckdb.DuckDBPyConnection:
    """The two tables with the rows that the filters leave of each."""
    found = duckdb.connect()
    for table, rows in _ROWS.items():
        found.execute(f"CREATE TABLE {table} (id INTEGER, region VARCHAR, amount INTEGER)")
        found.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)
    for one in filters:
        _source, table, condition = one.conditions[0]
        found.execute(f"DELETE FROM {table} WHERE ({condition}) IS NOT TRUE")
    return found


_TABLES = st.sampled_from(["sales", "shops", '"sales"', "SALES"])
_COLUMNS = "id, region, amount"


def _joined(left: str, right: str, kind: str) -> str:
    on = "" if kind == "CROSS JOIN" else "USING (id)" if kind == "FULL JOIN" else "ON a.id = b.id"
    return (
        f"(SELECT a.id AS id, b.region AS region, coalesce(a.amount, 0) + b.amount AS amount "
        f"FROM {left} AS a {kind} {right} b {on})"
    )


def _of_source(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger queries in brackets made of smaller sources, each with the three columns."""
    kinds = st.sampled_from(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"])
    unions = st.sampled_from(["UNION ALL", "UNION", "EXCEPT", "INTERSECT"])
    return st.one_of(
        st.builds(_joined, inner, inner, kinds),
        st.builds(lambda a, b, kind: f"(SELECT {_COLUMNS} FROM {a} p {kind} SELECT {_COLUMNS} FROM {b} q)",
                  inner, inner, unions),
        st.builds(lambda a, b: f"(WITH w AS (SELECT {_COLUMNS} FROM {a} x) SELECT w.id, w.region, w.amount FROM w "
                  f"-- from sales\n WHERE id IN (SELECT id FROM {b} y))", inner, inner),
        st.builds(lambda a, b: f"(SELECT id, upper(region) AS region, (SELECT sum(amount) FROM {b} s "
                  f"WHERE s.id = o.id) AS amount FROM {a} o WHERE region <> 'x' OR amount > 1)", inner, inner),
        st.builds(lambda a: f"(SELECT min(id) AS id, region, count(*) AS amount FROM {a} g GROUP BY region "
                  f"HAVING count(*) > 0)", inner),
    )  # fmt: skip


_SOURCES = st.recursive(_TABLES, _of_source, max_leaves=5)
_QUERIES = st.one_of(
    st.builds(lambda one: f"SELECT * FROM {one} AS t WHERE id > 0 OR id IS NULL", _SOURCES),
    st.builds(lambda one: f"SELECT {one}.id, upper(region) AS region FROM {one}", _TABLES),
    st.builds(lambda one: f"FROM {one} t SELECT count(*), sum(amount), max(region)", _SOURCES),
)


@given(_QUERIES, st.lists(st.sampled_from(_FILTERS), min_size=1, max_size=2, unique=True))
@examples(300, deadline=None)
def test_rows_are_those_of_the_query_over_tables_filtered_beforehand(query: str, filters: list[TableFilter]) -> None:
    found = filtered_tables(query, "duckdb", filters)
    assert found.why is None
    named = query.replace("-- from sales", "").lower()
    assert found.missed == tuple(k for k, one in enumerate(filters) if one.conditions[0].table not in named)
    expected = _database(*filters).execute(query)
    columns = [one[0] for one in expected.description or ()]
    result = _database().execute(found.text)
    assert [one[0] for one in result.description or ()] == columns
    assert Counter(result.fetchall()) == Counter(expected.fetchall())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_reference_becomes_a_subquery_of_its_name(dialect: Dialect) -> None:
    text = (
        "WITH x AS (SELECT region FROM sales) -- sales'\nSELECT 'from sales', x.region FROM x JOIN sales AS s "
        "ON s.region = x.region UNION ALL SELECT 'b', sales.region FROM sales WHERE id IN (:id)"
    )
    expected = text.replace("sales) --", f"{SOME} AS sales) --").replace("JOIN sales", f"JOIN {SOME}")
    expected = expected.replace("FROM sales WHERE id", f"FROM {SOME} AS sales WHERE id")
    assert filtered_tables(text, dialect, [SALES]) == (expected, (), None)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_plain_select_gets_the_condition_in_its_where(dialect: Dialect) -> None:
    assert filtered_tables("SELECT id * 2 AS n FROM sales s WHERE id = 1 OR id = 2", dialect, [SALES]).text == (
        "SELECT id * 2 AS n FROM sales s WHERE (id = 1 OR id = 2) AND region = 'north'"
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_another_alias_of_the_name_of_the_table_is_no_table(dialect: Dialect) -> None:
    text = "SELECT s.id FROM shops AS sales JOIN sales AS s ON sales.id = s.id"
    assert filtered_tables(text, dialect, [SALES]) == (text.replace("JOIN sales", f"JOIN {SOME}"), (), None)
    once = filtered_tables(text, dialect, [SALES]).text
    twice = filtered_tables(once, dialect, [TableFilter((TableCondition("", "sales", "id = 1"),))])
    assert twice == (once.replace("FROM sales", "FROM (SELECT * FROM sales WHERE id = 1) AS sales"), (), None)


def test_a_query_without_the_table_misses_the_filter_alone() -> None:
    other = TableFilter((TableCondition("", "shops", "amount > 1"),))
    text = "SELECT max(n) FROM (SELECT count(*) AS n FROM sales GROUP BY region) AS t"
    found = filtered_tables(text, "duckdb", [other, SALES])
    assert (found.text, found.missed, found.why) == (text.replace("sales", f"{SOME} AS sales"), (0,), None)
    assert filtered_tables("SELECT * FROM shops", "duckdb", [SALES]) == ("SELECT * FROM shops", (0,), None)


def test_of_the_tables_of_one_select_the_first_is_filtered_and_each_select_of_a_union() -> None:
    places = TableFilter((TableCondition("", "sales", NORTH), TableCondition("", "shops", NORTH)))
    shops = SOME.replace("sales", "shops")
    text = "SELECT a.id FROM sales a JOIN shops b ON a.id = b.id UNION ALL SELECT id FROM shops c"
    expected = f"SELECT a.id FROM {SOME} a JOIN shops b ON a.id = b.id UNION ALL SELECT id FROM {shops} c"
    for dialect in DIALECTS:
        assert filtered_tables(text, dialect, [places]) == (expected, (), None)


def test_tables_of_other_sources_and_schemas_are_told_apart() -> None:
    theirs = TableFilter((TableCondition("Shop files", "sales", NORTH),))
    table = '"shop files".sales'
    text = f"SELECT count(*) FROM shops a JOIN {table} ON a.id = sales.id JOIN sales AS c ON c.id = a.id"
    expected = text.replace(table, f"(SELECT * FROM {table} WHERE {NORTH}) AS sales")
    assert filtered_tables(text, "duckdb", [theirs]) == (expected, (), None)
    named = f"{text} WHERE {table}.id > 1"
    assert filtered_tables(named, "duckdb", [theirs]) == (named, (0,), "form")
    schema = TableFilter((TableCondition("", "eu.sales", NORTH),))
    text = "SELECT 1 FROM eu.sales JOIN us.sales AS s ON true"
    expected = text.replace("eu.sales", f"(SELECT * FROM eu.sales WHERE {NORTH}) AS sales")
    assert filtered_tables(text, "postgresql", [schema]) == (expected, (), None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT x.a FROM x, sales) SELECT * FROM x", "recursive"),
        ("WITH sales AS (SELECT 1 AS a) SELECT * FROM sales JOIN sales b ON true", "shadow"),
        ("SELECT * FROM sales TABLESAMPLE SYSTEM (10)", "form"),
        ("SELECT count(*) FROM sales PIVOT (sum(amount) FOR region IN ('a'))", "form"),
        ("SELECT rowid FROM sales JOIN shops ON true", "form"),
        ("SELECT FROM WHERE", "form"),
    ],
)
@pytest.mark.parametrize("dialect", ["duckdb", "postgresql"])
def test_what_cant_be_filtered_stays_as_it_is_and_tells_why(dialect: Dialect, text: str, why: Why) -> None:
    assert filtered_tables(text, dialect, [SALES]) == (text, (0,), why)


def test_forms_of_one_engine_alone_cant_be_filtered() -> None:
    for dialect, text in (
        ("duckdb", "SELECT * FROM sales POSITIONAL JOIN shops"),
        ("duckdb", "SELECT * FROM sales a JOIN shops b ON true USING SAMPLE 10%"),
        ("postgresql", "SELECT * FROM sales s, LATERAL (SELECT s.id AS n) AS l"),
        ("postgresql", "SELECT public.sales.id FROM sales JOIN shops ON true"),
        ("postgresql", "SELECT s.id, s.region, count(*) FROM sales s JOIN shops b ON true GROUP BY s.id"),
        ("mysql", "SELECT * FROM sales USE INDEX (a) JOIN shops ON true"),
        ("postgresql", "SELECT * FROM ONLY sales JOIN shops ON true"),
        ("postgresql", "SELECT * FROM sales AS s (a, b, c) JOIN shops ON true"),
    ):
        assert filtered_tables(text, dialect, [SALES]) == (text, (0,), "form"), text  # type: ignore[arg-type]


def test_a_query_that_would_be_too_large_stays_as_it_is() -> None:
    own = "SELECT count(*) AS n FROM " + " CROSS JOIN ".join(f"orders AS o{k}" for k in range(7))
    orders = TableFilter((TableCondition("", "orders", "status = 'paid'"),))
    assert filtered_tables(own, "own", [orders]) == (own, (0,), "long")
    fewer = filtered_tables(own.replace(" CROSS JOIN orders AS o6", ""), "own", [orders])
    assert fewer.why is None
    assert translate_query(fewer.text, RELATIONS, for_sqlite=True, limit=1).relations == {"orders"}
    long = TableFilter((TableCondition("", "sales", "region IN ('" + "x" * 15_000 + "')"),))
    text = "SELECT 1 FROM sales a JOIN sales b ON true"
    for dialect in DIALECTS:
        assert filtered_tables(text, dialect, [long]) == (text, (0,), "long"), dialect


@pytest.mark.parametrize(
    "condition",
    ["true) UNION SELECT * FROM sales WHERE (true", "true) AS x JOIN (SELECT * FROM secrets", "true --", "region = 'x"],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_condition_that_ends_its_subquery_is_never_added(dialect: Dialect, condition: str) -> None:
    text = "SELECT 1 AS n FROM sales AS a JOIN sales AS b ON a.id = b.id"
    hostile = TableFilter((TableCondition("", "sales", condition),))
    assert filtered_tables(text, dialect, [hostile]) == (text, (0,), "form")
