"""The word that corrects a query, where it is plain."""

import pytest

from benchboard.analytics.queries import check_query
from benchboard.analytics.query_fix import query_fix
from benchboard.errors import Invalid


def fixed(query: str) -> str | None:
    with pytest.raises(Invalid) as refused:
        check_query(query)
    fix = query_fix(refused.value, query, "own")
    return None if fix is None else query[: fix.start] + fix.text + query[fix.end :]


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("select sum(order_totl) as x from orders", "select sum(order_total) as x from orders"),
        ("select o.order_totl from orders o", "select o.order_total from orders o"),
        ('select "Status" from orders', "select status from orders"),
        ("select id from ordrs", "select id from orders"),
        ("selct id from orders", "SELECT id from orders"),
        ("select status, count(*) from orders grup by 1", "select status, count(*) from orders GROUP by 1"),
        ("select id from orders were id = 'x'", "select id from orders WHERE id = 'x'"),
        ("select nothing_like_it from orders", None),
        ("select id from orders where", None),
    ],
)
def test_query_fix_puts_the_word_that_was_meant_in_the_place_of_the_wrong_one(query: str, right: str | None) -> None:
    assert fixed(query) == right


def test_query_fix_quotes_a_name_that_needs_it() -> None:
    query = "select o.ttal from x o"
    error = Invalid("query.no-column", "", start=7, end=13, meant="Total 2")
    fix = query_fix(error, query, "duckdb")
    assert fix is not None
    assert (query[fix.start : fix.end], fix.text, fix.meant) == ("ttal", '"Total 2"', "Total 2")


def test_query_fix_puts_the_data_source_before_a_table_of_another() -> None:
    query = "select * from (select * from till) t"
    error = Invalid("query.no-table", "", start=29, end=33, meant="till", source="Shop 2")
    fix = query_fix(error, query, "duckdb")
    assert fix is not None
    assert (query[fix.start : fix.end], fix.text, fix.meant) == ("till", '"Shop 2".till', '"Shop 2".till')


def test_query_fix_of_no_error_is_none() -> None:
    assert query_fix(None, "select 1", "own") is None
