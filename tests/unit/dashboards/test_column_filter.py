"""A dashboard filtered by a column: the variable that is made, and the queries that take it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb

from benchboard.analytics.query_builder.question import Calculation, Group, Join, Measure, Question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_builder.value_mapping import mapping_of_values, mapping_sql
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.dashboards.document.document import Document, Variable, parse_document, write_document
from benchboard.dashboards.document.widget_kinds import widget_of, with_fields
from benchboard.dashboards.editing.column_filter import (
    FilterColumn,
    filter_by_column,
    filterable_queries,
    inlined,
    mapped_columns,
    places_of,
    present_filter,
    with_page_filters,
)
from benchboard.dashboards.editing.marked_query import read_marked
from benchboard.dashboards.editing.unused_filters import unused_filters
from benchboard.dashboards.editing.view import ReaderState, render
from benchboard.dashboards.layout import Layout
from benchboard.dashboards.variables.filter_variables import is_values_query
from benchboard.dashboards.variables.repeat_expansion import VariableChoice

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


def _run(document: Document, variable: str) -> dict[str, str]:
    """What the widgets run with one value of this variable selected."""
    choices = {variable: VariableChoice(("Ulm",))} if variable else {}
    view = render(document, ReaderState(choices=choices))
    return {item.id: view.query_of(item.id) for item, _cell in document.layout}


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


def test_filter_by_column_of_a_joined_source_reaches_the_widgets_that_join_it() -> None:
    join = Join("stores", (("shop", "shop_id"),), (("region", "region"),), "left", "Stores")
    query = to_sql(Question("sales", SOURCE, groups=(Group("region"),), measures=(Measure("sum", "sold", "sold"),),
                            joins=(join,)))  # fmt: skip
    by_hand = 'SELECT max(s.region) AS r FROM sales JOIN "Stores".stores s ON s.shop_id = shop'
    page = _page({"a": query, "b": "SELECT sum(sold) AS sold FROM sales", "c": by_hand})
    stores = _source(OTHER, "Stores", stores="shop_id region")
    places = places_of((SALES, stores), stores, "stores", "region")
    asked = filterable_queries(page, {SOURCE: "duckdb", OTHER: "duckdb"})
    assert [one.text for one in asked if one.has(places)] == [query, by_hand]
    found = filter_by_column(page, FilterColumn(places, "Region"))
    assert found.taken == 2
    queries = _queries(found.document)
    assert queries["a"] == query.replace("\nGROUP", "\nWHERE region IN (:region)\nGROUP")
    assert queries["c"] == by_hand
    assert '(SELECT * FROM "Stores".stores WHERE region IN (:region)) s' in _run(found.document, "region")["c"]
    (variable,) = found.document.variables
    assert (variable.data_source_id, variable.query) == (
        OTHER, "SELECT DISTINCT region\nFROM stores\nWHERE region IS NOT NULL\nORDER BY region",
    )  # fmt: skip


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


def test_filter_by_column_reaches_sql_by_hand_as_it_runs_and_its_text_stays() -> None:
    """It was written into somebody's SQL, which nobody could tell from their own."""
    plain = "SELECT shop, sum(sold) * 2 AS n FROM sales GROUP BY shop"
    pivot = "SELECT * FROM sales PIVOT (sum(sold) FOR town IN ('a'))"
    page = _page({"a": BY_HAND, "b": plain, "c": pivot, "d": "SELECT abs(count(*)) AS n FROM other"})
    found = filter_by_column(page, SHOP)
    assert (found.taken, found.queries) == (2, 4)
    assert _queries(found.document) == _queries(page)
    assert _run(found.document, "") == _queries(page), "all values are selected"
    queries = _run(found.document, "shop")
    inner = "(SELECT * FROM sales WHERE shop IN (:shop))"
    assert queries["a"] == (
        f"WITH x AS (SELECT count(*) AS n FROM {inner} AS sales) SELECT x.n, s.shop FROM x, {inner} s"
    )
    assert queries["b"] == "SELECT shop, sum(sold) * 2 AS n FROM sales WHERE shop IN (:shop) GROUP BY shop"
    reader = ReaderState(choices={"shop": VariableChoice(("Ulm",))}, options={"shop": ("Ulm", "Jena")})
    view = render(found.document, reader)
    assert view.values_of("b") == {"shop": ("Ulm",)}
    assert view.opened_query("b") == plain, "Explore edits what was written"
    assert {name: one.variables for name, one in unused_filters(view).items()} == {"c": ("Shop",), "d": ("Shop",)}
    assert parse_document(write_document(found.document)) == found.document
    without = replace(found.document, variables=())
    assert _run(without, "") == _queries(page), "removing the filter leaves nothing of it"
    assert (queries["c"], queries["d"]) == (pivot, "SELECT abs(count(*)) AS n FROM other")
    again = filter_by_column(found.document, SHOP)
    assert (again.taken, again.document) == (2, found.document)
    assert with_page_filters(found.document, BY_HAND, SOURCE, SOURCES) == (BY_HAND, ("Shop",))


def test_filter_by_column_leaves_sql_alone_that_names_its_variable() -> None:
    own = "SELECT abs(count(*)) AS n FROM sales WHERE shop NOT IN (:shop)"
    page = filter_by_column(_page({"a": "SELECT count(*) AS n FROM sales"}), SHOP).document
    named = replace(page, layout=_page({"a": own}).layout)
    found = filter_by_column(named, SHOP)
    assert (found.taken, _queries(found.document), _run(found.document, "shop")) == (1, {"a": own}, {"a": own})


def test_filter_by_column_reaches_sql_by_hand_of_a_document_whose_filter_wrote_into_it() -> None:
    """As versions before wrote it: the condition there stays the only one."""
    page = filter_by_column(_page({"a": "SELECT count(*) AS n FROM sales"}), SHOP).document
    written = "SELECT abs(count(*)) AS n FROM (SELECT * FROM sales WHERE shop IN (:shop)) AS sales"
    old = replace(page, variables=(replace(page.variables[0], filters=()),), layout=_page({"a": written}).layout)
    assert _run(filter_by_column(old, SHOP).document, "shop") == {"a": written}


def test_filter_by_column_gives_its_variable_a_name_and_a_label_that_are_free() -> None:
    page = _page({"a": "SELECT sum(sold) AS sold FROM sales"})
    taken = replace(page, variables=(Variable("Shop", "shop", "query", query="SELECT 1"),))
    variable = filter_by_column(taken, SHOP).document.variables[-1]
    assert (variable.name, variable.label) == ("shop_2", "Shop 2")


def test_filter_by_a_mapped_column_has_its_words_and_reaches_every_query_over_the_table() -> None:
    mapping = Calculation(
        "region", mapping_sql(mapping_of_values("town", {"Ulm": "south", "Kiel": "north"}, None), "duckdb")
    )
    sums = (Measure("sum", "sold", "sold"),)
    mapped = Question("sales", SOURCE, groups=(Group("region"),), measures=sums, calculations=(mapping,))
    other = replace(mapped, groups=(Group("shop"),), calculations=())
    taken = replace(other, groups=(Group("town", name="region"),))
    by_hand = "SELECT abs(count(*)) AS n FROM sales"
    page = _page({"a": to_sql(mapped), "b": to_sql(other), "c": to_sql(taken), "d": by_hand})
    (column,) = mapped_columns(filterable_queries(page, {SOURCE: "duckdb"}), SOURCES)
    assert (column.title, column.mapping) == ("region", mapping)
    assert present_filter(page, column) is None
    found = filter_by_column(page, column)
    assert (found.taken, found.queries) == (2, 4)
    queries = _queries(found.document)
    assert queries["a"] == to_sql(mapped).replace("\nGROUP", "\nWHERE region IN (:region)\nGROUP")
    filtered = read_marked(queries["b"], SOURCE, "duckdb")
    assert filtered is not None
    assert filtered.calculations == (mapping,)
    assert queries["b"].endswith("WHERE region IN (:region)\nGROUP BY 1")
    assert (queries["c"], queries["d"]) == (to_sql(taken), by_hand), "another column has the name; SQL by hand stays"
    (variable,) = found.document.variables
    assert is_values_query(variable.query)
    assert present_filter(found.document, column) == variable
    assert filter_by_column(found.document, column).document == found.document
    more = to_sql(replace(other, measures=(Measure("count", name="n"),)))
    added, labels = with_page_filters(found.document, more, SOURCE, SOURCES)
    assert labels == ("region",)
    assert "region IN (:region)" in added
    rows = duckdb.sql(
        "WITH sales AS (SELECT * FROM (VALUES ('Ulm'), ('Kiel'), ('Jena'), (NULL)) AS t(town)) " + variable.query
    ).fetchall()
    assert rows == [("Jena",), ("north",), ("south",)]
