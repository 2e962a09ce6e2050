"""A dashboard filtered by a column: the variable that is made, and the queries that take it."""

from collections.abc import Mapping
from dataclasses import replace

from benchboard.dashboards.document.document import Document, Variable, parse_document
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.editing.column_filter import FilterColumn, filter_by_column, filterable_tables, inlined

SOURCE = "3f1f7a3e-0000-4000-8000-000000000001"
SHOP = FilterColumn(SOURCE, "sales", "shop", "Shop", frozenset({"sales"}), "duckdb")


def _page(queries: Mapping[str, str], **more: object) -> Document:
    items = [
        {"id": name, "type": "table", "query": query, "data_source_id": SOURCE,
         "position": {"x": 0, "y": 3 * k, "w": 3, "h": 3}, **more}
        for k, (name, query) in enumerate(queries.items())
    ]  # fmt: skip
    return parse_document({"format": "benchboard/dashboard", "version": 2, "items": items})


def _queries(document: Document) -> dict[str, str]:
    return {item.id: widget_of(item).query for item, _cell in document.layout}


def test_filter_by_column_takes_hold_where_the_builder_reads_the_query() -> None:
    by_hand = "SELECT max(x) FROM (SELECT 1 AS x)"
    page = _page(
        {"a": "SELECT sum(sold) AS sold FROM sales", "b": by_hand, "c": "SELECT count(*) AS n FROM other"}
    )  # fmt: skip
    found = filter_by_column(page, SHOP)
    assert (found.taken, found.queries) == (1, 3)
    queries = _queries(found.document)
    assert queries["a"] == "SELECT sum(sold) AS sold\nFROM sales\nWHERE shop IN (:shop)"
    assert queries["b"] == by_hand
    (variable,) = found.document.variables
    assert (variable.name, variable.label, variable.type) == ("shop", "Shop", "query")
    assert variable.query == "SELECT DISTINCT shop\nFROM sales\nWHERE shop IS NOT NULL\nORDER BY shop"
    assert (variable.all_chosen, variable.multiple, variable.data_source_id) == (True, True, SOURCE)


def test_filter_by_column_a_second_time_changes_nothing() -> None:
    once = filter_by_column(_page({"a": "SELECT sum(sold) AS sold FROM sales"}), SHOP).document
    again = filter_by_column(once, SHOP)
    assert again.document == once
    assert again.taken == 1


def test_filter_by_column_beside_another_filter_keeps_both() -> None:
    once = filter_by_column(_page({"a": "SELECT sum(sold) AS sold FROM sales WHERE sold > 1"}), SHOP).document
    town = FilterColumn(SOURCE, "sales", "town", "Town", frozenset({"sales"}), "duckdb")
    both = filter_by_column(once, town).document
    assert _queries(both)["a"].endswith("WHERE sold > 1\n  AND shop IN (:shop)\n  AND town IN (:town)")
    assert [one.name for one in both.variables] == ["shop", "town"]


def test_filter_by_column_leaves_locked_widgets_alone() -> None:
    page = _page({"a": "SELECT sum(sold) AS sold FROM sales"}, locked=["content"])
    assert _queries(filter_by_column(page, SHOP).document) == _queries(page)


def test_inlined_query_has_the_values_in_the_place_of_variables() -> None:
    query = "SELECT 1 FROM t WHERE a IN (:shop) AND b = ':shop' AND c = :one AND d > :from"
    assert inlined(query, {"shop": ("o'x", "y"), "one": ("z",)}, "duckdb") == (
        "SELECT 1 FROM t WHERE a IN ('o''x', 'y') AND b = ':shop' AND c = 'z' AND d > :from"
    )
    assert inlined("SELECT 1 WHERE a IN (:x)", {"x": ()}, "duckdb") == "SELECT 1 WHERE a IN (NULL)"


def test_filter_by_column_leaves_joined_tables_alone() -> None:
    joined = "SELECT sum(sold) AS sold FROM sales JOIN towns ON sales.town = towns.town"
    found = filter_by_column(_page({"a": joined}), SHOP)
    assert (found.taken, _queries(found.document)) == (0, {"a": joined})


def test_filterable_tables_are_those_of_widgets_that_can_take_a_condition() -> None:
    by_hand, joined = "SELECT max(x) FROM (SELECT 1 AS x)", "SELECT a.x FROM a JOIN b ON a.x = b.x"
    page = _page({"a": "SELECT sum(sold) AS sold FROM sales", "b": by_hand, "c": joined})
    assert filterable_tables(page, SOURCE, SHOP.dialect) == {"sales"}
    assert filterable_tables(page, "", "own") == frozenset()


def test_filter_by_column_gives_its_variable_a_name_and_a_label_that_are_free() -> None:
    page = _page({"a": "SELECT sum(sold) AS sold FROM sales"})
    taken = replace(page, variables=(Variable("Shop", "shop", "query", query="SELECT 1"),))
    variable = filter_by_column(taken, SHOP).document.variables[-1]
    assert (variable.name, variable.label) == ("shop_2", "Shop 2")
