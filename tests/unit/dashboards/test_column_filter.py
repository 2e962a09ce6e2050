"""A dashboard filtered by a column: the variable that is made, and the queries that take it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.dashboards.document.document import Document, Variable, parse_document
from benchboard.dashboards.document.widget_kinds import widget_of, with_fields
from benchboard.dashboards.editing.column_filter import (
    FilterColumn,
    filter_by_column,
    filterable_queries,
    inlined,
    places_of,
    with_page_filters,
)
from benchboard.dashboards.layout import Layout

SOURCE = "3f1f7a3e-0000-4000-8000-000000000001"
OTHER = "3f1f7a3e-0000-4000-8000-000000000002"


def _source(source_id: str, name: str, **tables: str) -> BrowsedSource:
    """A source; each table has text columns, named in one text."""
    found = [
        BrowsedTable(table, tuple(BrowsedColumn(one, one.title(), "text") for one in columns.split()))
        for table, columns in tables.items()
    ]
    return BrowsedSource(source_id, name, "csv", tuple(found))


SALES = _source(SOURCE, "Sales", sales="shop town name", towns="town country")
TARGETS = _source(OTHER, "Targets", targets="Shop name")
SOURCES = (SALES, TARGETS)


def _column(table: str, column: str, sources: Sequence[BrowsedSource] = SOURCES) -> FilterColumn:
    return FilterColumn(places_of(sources, sources[0], table, column), column.title())


SHOP = _column("sales", "shop")


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
    both = filter_by_column(once, _column("sales", "town")).document
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


JOINED = (
    "SELECT sum(sold) AS sold\nFROM (\n  SELECT sales.*,\n    towns.country AS country\n  FROM sales\n"
    "  LEFT JOIN towns ON sales.town = towns.town\n) AS sales"
)


def test_filter_by_column_of_a_joined_table_reaches_through_the_join() -> None:
    found = filter_by_column(_page({"a": JOINED}), _column("towns", "country"))
    assert _queries(found.document) == {"a": f"{JOINED}\nWHERE country IN (:country)"}
    found = filter_by_column(_page({"a": JOINED}), SHOP)
    assert _queries(found.document) == {"a": f"{JOINED}\nWHERE shop IN (:shop)"}


def test_filter_by_column_reaches_the_tables_of_other_sources_but_not_by_a_general_name() -> None:
    page = _page({"a": "SELECT count(*) AS n FROM sales", "b": "SELECT count(*) AS n FROM targets"})
    theirs = with_fields(page.layout.items[1], data_source_id=OTHER)
    both = replace(page, layout=Layout.of(12, zip((page.layout.items[0], theirs), page.layout.cells, strict=True)))
    found = filter_by_column(both, SHOP)
    assert (found.taken, found.queries) == (2, 2)
    assert _queries(found.document)["b"] == 'SELECT count(*) AS n\nFROM targets\nWHERE "Shop" IN (:shop)'
    assert filter_by_column(both, _column("sales", "name")).taken == 1


def test_filter_by_column_with_a_subquery_by_hand_is_not_taken() -> None:
    found = filter_by_column(_page({"a": "SELECT max(x) FROM (SELECT 1 AS x)"}), SHOP)
    assert (found.taken, found.queries) == (0, 1)


def test_with_page_filters_gives_a_new_widget_those_whose_columns_it_has() -> None:
    page = filter_by_column(_page({"a": "SELECT sum(sold) AS sold FROM sales"}), SHOP).document
    query = "SELECT count(*) AS n\nFROM targets"
    assert with_page_filters(page, query, OTHER, SOURCES) == (f'{query}\nWHERE "Shop" IN (:shop)', ("Shop",))
    once = with_page_filters(page, query, OTHER, SOURCES)[0]
    assert with_page_filters(page, once, OTHER, SOURCES) == (once, ())
    assert with_page_filters(page, "SELECT count(*) AS n\nFROM towns", SOURCE, SOURCES)[1] == ()
    assert with_page_filters(page, query, OTHER, ()) == (query, ())
    assert with_page_filters(page, query, OTHER, SOURCES, without=("shop",)) == (query, ())
    by_hand = replace(page, variables=(replace(page.variables[0], query="SELECT shop FROM sales"),))
    assert with_page_filters(by_hand, query, OTHER, SOURCES) == (query, ())


def test_filterable_queries_are_those_of_widgets_that_can_take_a_condition() -> None:
    page = _page({"a": "SELECT sum(sold) AS sold FROM sales", "b": "SELECT max(x) FROM (SELECT 1 AS x)", "c": JOINED,
                  "d": f"{BY_HAND} TABLESAMPLE 10%", "e": BY_HAND})  # fmt: skip
    found = filterable_queries(page, {SOURCE: "duckdb"})
    assert [one.text for one in found] == [_queries(page)[name] for name in "ace"]
    assert [one.has(SHOP.places) for one in found] == [True, True, True]
    assert [one.has(_column("towns", "country").places) for one in found] == [False, True, False]
    assert filterable_queries(page, {"": "own"}) == []
    locked = _page({"a": "SELECT sum(sold) AS sold FROM sales"}, locked=["content"])
    assert filterable_queries(locked, {SOURCE: "duckdb"}) == []


BY_HAND = "WITH x AS (SELECT count(*) AS n FROM sales) SELECT x.n, s.shop FROM x, sales s"


def test_filter_by_column_is_written_into_sql_by_hand_wherever_it_reads_the_table() -> None:
    plain = "SELECT shop, sum(sold) * 2 AS n FROM sales GROUP BY shop"
    pivot = "SELECT * FROM sales PIVOT (sum(sold) FOR town IN ('a'))"
    page = _page({"a": BY_HAND, "b": plain, "c": pivot, "d": "SELECT 1 + count(*) AS n FROM other"})
    found = filter_by_column(page, SHOP)
    assert (found.taken, found.queries) == (2, 4)
    queries = _queries(found.document)
    inner = "(SELECT * FROM sales WHERE shop IN (:shop))"
    assert queries["a"] == (
        f"WITH x AS (SELECT count(*) AS n FROM {inner} AS sales) SELECT x.n, s.shop FROM x, {inner} s"
    )
    assert queries["b"] == "SELECT shop, sum(sold) * 2 AS n FROM sales\nWHERE shop IN (:shop) GROUP BY shop"
    assert (queries["c"], queries["d"]) == (pivot, "SELECT 1 + count(*) AS n FROM other")
    again = filter_by_column(found.document, SHOP)
    assert (again.taken, again.document) == (2, found.document)
    assert with_page_filters(found.document, BY_HAND, SOURCE, SOURCES) == (queries["a"], ("Shop",))


def test_filter_by_column_gives_its_variable_a_name_and_a_label_that_are_free() -> None:
    page = _page({"a": "SELECT sum(sold) AS sold FROM sales"})
    taken = replace(page, variables=(Variable("Shop", "shop", "query", query="SELECT 1"),))
    variable = filter_by_column(taken, SHOP).document.variables[-1]
    assert (variable.name, variable.label) == ("shop_2", "Shop 2")
