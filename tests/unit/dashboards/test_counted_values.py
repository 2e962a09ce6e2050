"""What the values of a variable are counted over."""

from dataclasses import replace

from benchboard.analytics.query_builder.question import Filter, Join, Measure, Question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.editing.counted_values import CountedColumn, counted_column, ordered_by_rows
from benchboard.dashboards.variables.filter_variables import values_query

STATUS = Variable("status", "Status", "query", multiple=True, query=values_query("orders", "status", "own"))
SHOP = Variable("shop", "Shop", "query", chosen=("a", "b"), multiple=True)
START = "SELECT count(*) AS n\nFROM orders\nWHERE "
MINE = "status IN (:status)"


def _counted(*queries: str, **others: Variable) -> CountedColumn | None:
    return counted_column(STATUS, queries, "own", {"status": STATUS, "shop": SHOP, **others})


def test_counted_column_has_the_filters_that_all_widgets_share() -> None:
    shared = "created_dt >= :from\n  AND created_dt < :to\n  AND shop_id IN (:shop)"
    found = _counted(
        f"{START}{shared}\n  AND {MINE}",
        f"{START}{MINE}\n  AND {shared}\n  AND order_total > 5",
        "SELECT count(*) AS n\nFROM orders\nWHERE order_total > 9",
    )
    assert found is not None
    assert found.column == "status"
    assert found.question.filters == (Filter("created_dt", "in_range"), Filter("shop_id", "one_of", ("a", "b")))
    assert not found.question.outputs


def test_counted_column_isnt_narrowed_by_what_one_widget_with_a_join_filters() -> None:
    """Each shop but the one of that widget had 0 rows."""
    shops = Join("shops", (("shop_id", "id"),), (("name", "name"),))
    one = Question(
        "orders", "file", filters=(Filter("name", "one_of", ("Shop 6",)),), measures=(Measure("count", "", "n"),),
        joins=(shops,),
    )  # fmt: skip
    status = replace(STATUS, data_source_id="file")
    queries = [f"{to_sql(one, 'duckdb')}\n  AND {MINE}", f"{START}{MINE}"]
    found = counted_column(status, queries, "duckdb", {"status": status})
    assert found is not None
    assert (found.question.joins, found.question.filters) == ((), ())


def test_counted_column_unknown_where_another_filter_selects_nothing() -> None:
    none = Variable("shop", "Shop", "query", multiple=True)
    assert _counted(f"{START}{MINE}\n  AND shop_id IN (:shop)", shop=none) is None


def test_counted_column_without_a_widget_is_that_of_the_variables_query() -> None:
    found = _counted("SELECT count(*) FROM orders")
    assert found is not None
    assert (found.question.table, found.column) == ("orders", "status")
    assert found.question.filters == (Filter("status", "filled"),)
    by_hand = Variable("v", "V", "query", query="SELECT id, name FROM orders")
    assert counted_column(by_hand, [], "own", {}) is None


def test_ordered_by_rows_values_without_rows_stay_last_in_their_order() -> None:
    assert ordered_by_rows(["a", "b", "c", "d"], {"c": 5, "b": 7}) == ("b", "c", "a", "d")


def test_counted_column_isnt_narrowed_by_a_column_all_of_whose_values_are_selected() -> None:
    shops = values_query("orders", "shop_id", "own")
    whole = Variable("shop", "Shop", "query", chosen=("a", "b"), multiple=True, query=shops, all_chosen=True)
    found = _counted(f"{START}{MINE}\n  AND shop_id IN (:shop)", shop=whole)
    assert found is not None
    assert found.question.filters == ()
