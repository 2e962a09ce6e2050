"""Variables that list the values of a column: no condition while all of the values are selected."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.question import Dialect, Filter, Group, Question, Sort
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.table_filters import TableCondition, TableFilter, filtered_tables
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.editing.column_places import ColumnPlaces, SourceTables
from benchboard.dashboards.editing.marked_query import named_filter, write_marked
from benchboard.dashboards.editing.reader_filters import PointSelection, ReaderFilter
from benchboard.dashboards.editing.view import ReaderState, render
from benchboard.dashboards.variables.filter_variables import (
    is_values_query,
    open_conditions,
    values_query,
    without_conditions,
)
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from support.examples import examples

COLUMNS = ("status", "Order total", "a`b", 'quo"te', "date")
FILTERS = st.builds(
    Filter,
    st.sampled_from(COLUMNS),
    st.just("one_of"),
    st.lists(st.sampled_from(["x", "IN (:shop)", "'"]), min_size=1, max_size=2).map(tuple),
) | st.builds(Filter, st.sampled_from(COLUMNS), st.just("in_range"))


@examples(200, deadline=None)
@given(
    st.sampled_from(["own", "duckdb", "postgresql", "mysql"]),
    st.lists(FILTERS, max_size=3),
    st.integers(0, 3),
    st.sampled_from(COLUMNS),
    st.booleans(),
    st.none() | st.integers(1, 9),
)
def test_without_conditions_is_the_query_as_it_was_before_it_was_filtered(
    dialect: Dialect, filters: list[Filter], place: int, column: str, grouped: bool, limit: int | None
) -> None:
    server = dialect if dialect in ("postgresql", "mysql") else ""
    plain = Question("orders", "" if dialect == "own" else "s", tuple(filters), server=server, limit=limit)
    if grouped:
        plain = replace(plain, groups=(Group("status"),), sorts=(Sort("status", True),))
    filtered = replace(plain, filters=(*filters[:place], named_filter(column, "shop"), *filters[place:]))
    assert without_conditions(write_marked(filtered, dialect), ["shop"]) == to_sql(plain, dialect)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a\nFROM t\nWHERE a IN (:shop) OR b = 1",
        "SELECT a\nFROM t\nWHERE a IN (:shop)\n   OR b = 1",
        "SELECT a FROM t WHERE a NOT IN (:shop)",
        "SELECT a\nFROM t\nWHERE a NOT IN (:shop)",
        "SELECT a\nFROM t\nWHERE lower(a) IN (:shop)",
        "SELECT a\nFROM t\nWHERE (a IN (:shop))",
        "SELECT a\nFROM t\nWHERE a IN (:shops)",
        "SELECT a, count(*) FILTER (WHERE a IN (:shop)) FROM t",
        "SELECT a FROM (SELECT a FROM t WHERE a IN (:shop)) AS x",
        "SELECT a FROM (SELECT * FROM t WHERE t.a IN (:shop)) AS x",
        "SELECT a FROM (SELECT * FROM t WHERE a IN (:shop) OR b = 1) AS x",
    ],
)
def test_without_conditions_leaves_alone_what_the_builder_does_not_write(query: str) -> None:
    assert without_conditions(query, ["shop"]) == query


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT count(*) + 0 AS n FROM t", "SELECT count(*) + 0 AS n FROM t"),
        ("SELECT a, 0 + n AS n FROM t -- all\n group by a;", "SELECT a, 0 + n AS n FROM t -- all\n group by a;"),
        ("SELECT 0 + n AS n FROM t WHERE a > 1 OR b = 2", "SELECT 0 + n AS n FROM t WHERE (a > 1 OR b = 2)"),
        ("  SELECT 1 + max(n) AS n\n  FROM t\n  ORDER BY 1", "  SELECT 1 + max(n) AS n\n  FROM t\n  ORDER BY 1"),
        ("SELECT n FROM (SELECT 1 AS n FROM t) AS x JOIN t y ON true",
         "SELECT n FROM (SELECT 1 AS n FROM (SELECT * FROM t) AS t) AS x JOIN (SELECT * FROM t) y ON true"),
        ("SELECT n FROM (SELECT 1 AS n FROM t JOIN sh.t s ON true) x",
         "SELECT n FROM (SELECT 1 AS n FROM (SELECT * FROM t) AS t JOIN sh.t s ON true) x"),
    ],
)  # fmt: skip
def test_without_conditions_takes_those_out_of_a_query_by_hand(query: str, expected: str) -> None:
    shop = TableFilter((TableCondition("", "t", "shop IN (:shop)"),))
    town = TableFilter((TableCondition("", "t", '"Town x" IN (:town)'),))
    for filters in ([shop], [shop, town], [town, shop]):
        found = filtered_tables(query, "duckdb", filters, in_lines=True)
        assert ":shop" in found.text
        assert without_conditions(found.text, ["shop", "town"]) == expected
        assert ":shop" not in without_conditions(found.text, ["shop"])
    twice = filtered_tables(
        filtered_tables(query, "duckdb", [shop], in_lines=True).text, "duckdb", [town], in_lines=True
    )
    assert ":" not in without_conditions(twice.text, ["town", "shop"])
    assert ":town" in without_conditions(twice.text, ["shop"])


def test_is_values_query_only_of_one_that_is_written_for_a_filter() -> None:
    assert is_values_query(values_query("t", "Total €", "duckdb"))
    assert not is_values_query("SELECT DISTINCT status\nFROM orders\nORDER BY status")


BY_HAND = "SELECT sum(n) AS n FROM (SELECT 1 AS n FROM {}) AS x"
ONCE = "(SELECT * FROM orders WHERE status IN (:status)) AS orders"


def test_opened_query_by_hand_has_neither_what_a_reader_selected_nor_a_variable_with_all_values() -> None:
    places = ColumnPlaces("", "orders", "currency", (SourceTables("", "", "own", (("orders", "currency"),)),))
    euro = PointSelection("EUR", "a", ReaderFilter(places, "eq", ("EUR",)))
    page = _page(values_query("orders", "status", "own"), query=BY_HAND.format(ONCE))
    options = {"status": ("paid", "new")}
    for selections in ((), (euro,)):
        view = render(page, ReaderState(options=options, point_selections=selections))
        assert view.opened_query("a") == BY_HAND.format("(SELECT * FROM orders) AS orders")
        assert ("EUR" in view.query_of("a")) == bool(selections)
        assert ":status" not in view.query_of("a")


FILTERED = "SELECT count(*) AS n\nFROM orders\nWHERE status IN (:status)"


def _page(values: str, **item: object) -> Document:
    variable = {"name": "status", "type": "query", "query": values, "multiple": True, "include_all": True,
                "all_chosen": True, "chosen": ["paid", "new"]}  # fmt: skip
    items = [{"id": "a", "type": "table", "query": FILTERED, "position": {"x": 0, "y": 0, "w": 3, "h": 3}, **item}]
    return parse_document({"format": "benchboard/dashboard", "version": 2, "items": items, "variables": [variable]})


def test_a_query_has_no_condition_while_all_values_of_its_column_are_selected() -> None:
    page, options = _page(values_query("orders", "status", "own")), {"status": ("paid", "new")}
    assert render(page, ReaderState(options=options)).query_of("a") == "SELECT count(*) AS n\nFROM orders"
    chosen = ReaderState(options=options, choices={"status": VariableChoice(("paid",))})
    assert render(page, chosen).query_of("a") == FILTERED


def test_a_query_keeps_its_condition_where_the_author_lists_some_values_only() -> None:
    page = _page("SELECT DISTINCT status FROM orders WHERE status <> 'lost'")
    assert render(page, ReaderState(options={"status": ("paid", "new")})).query_of("a") == FILTERED


def test_each_copy_of_a_repeated_widget_keeps_its_own_value() -> None:
    page = _page(values_query("orders", "status", "own"), repeat={"variable": "status", "direction": "across"})
    view = render(page, ReaderState(options={"status": ("paid", "new")}, repeats="expanded"))
    assert len(view.page.shown) == 2
    assert {view.query_of(one) for one in view.page.shown} == {FILTERED}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT a FROM t WHERE a IN (:shop)", "SELECT a FROM t WHERE 1 = 1"),
        ("SELECT a FROM t WHERE b = 1 and t.a in ( :shop ) GROUP BY a",
         "SELECT a FROM t WHERE b = 1 and 1 = 1 GROUP BY a"),
        ('SELECT a FROM t WHERE (x."a b" = :shop OR lower(a) IN (:shop));', "SELECT a FROM t WHERE (1 = 1 OR 1 = 1);"),
        ("SELECT 'WHERE a IN (:shop)' FROM t -- WHERE a IN (:shop)", None),
        ("SELECT a FROM t WHERE a NOT IN (:shop)", None),
        ("SELECT a FROM t WHERE b + a IN (:shop)", None),
        ("SELECT a FROM t WHERE a = :shop || 'x'", None),
        ("SELECT a FROM t WHERE a IN (:shops) AND b = :shopping", None),
    ],
)  # fmt: skip
def test_open_conditions_lets_all_rows_through_where_a_condition_stands_alone(query: str, expected: str | None) -> None:
    assert open_conditions(query, ["shop"]) == (expected or query)


def test_all_of_a_variable_without_values_filters_nothing() -> None:
    """“All (0)” left no row."""
    text = "SELECT a FROM t WHERE a IN (:status) AND b = 1"
    page = _page("SELECT DISTINCT status FROM gone", query=text)
    assert render(page, ReaderState()).query_of("a") == text, "as it was last answered"
    none = render(page, ReaderState(options={"status": ()}))
    assert none.query_of("a") == "SELECT a FROM t WHERE 1 = 1 AND b = 1"
    assert none.opened_query("a") == text, "it may come back to the document"
    (variable,) = page.variables
    for kind in ("list", "query"):
        empty = replace(page, variables=(replace(variable, type=kind, values=(), chosen=()),))
        assert render(empty, ReaderState()).query_of("a") == "SELECT a FROM t WHERE 1 = 1 AND b = 1"
    some = replace(page, variables=(replace(variable, chosen=(), all_chosen=False),))
    assert render(some, ReaderState()).query_of("a") == text, "none is selected"
