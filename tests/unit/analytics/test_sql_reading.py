"""Reading a query without a database: errors stand at their place in the text, nothing unread gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.queries import TABLES, check_query
from benchboard.analytics.sql import read
from benchboard.errors import Invalid

PLACES = [
    ("select nme from orders", "nme"),
    ("select id\nfrom orders\nwhere stats = 'paid'", "stats"),
    ("select o.x from orders o", "o.x"),
    ("select id from order_lines", "order_lines"),
    ("select id from orders where (id = 'x'", "'x'"),
    ("select id fro orders", "orders"),
    ("select id, sleep(status) from orders", "sleep(status"),
    ("select id from orders where order_total > status", "order_total > status"),
    ("select shop_id, count(*) from orders", "shop_id"),
]


@pytest.mark.parametrize(("query", "spot"), PLACES)
def test_an_error_names_its_place(query: str, spot: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(query)
    start, end = refused.value.facts["start"], refused.value.facts["end"]
    assert isinstance(start, int)
    assert isinstance(end, int)
    assert query[start:end] == spot


def test_a_misspelt_column_is_answered_with_the_right_one() -> None:
    with pytest.raises(Invalid) as refused:
        check_query("select ordertotal from orders")
    assert "order_total" in refused.value.do


@pytest.mark.parametrize("name", ["count", "sum", "avg", "min", "round", "lower", "coalesce", "date_trunc"])
def test_a_function_of_nothing_is_refused_in_words(name: str) -> None:
    with pytest.raises(Invalid):
        check_query(f"select {name}() from orders")


def test_what_the_parser_makes_of_a_query_stays_out_of_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Invalid):
        check_query("FETCH \x1b]0;owned\x07 FROM orders")
    assert caplog.records == []


@given(st.text(max_size=200))
def test_any_text_is_a_query_or_refused_in_words(text: str) -> None:
    try:
        check_query(text)
    except Invalid as refused:
        assert refused.code.startswith("query.")
        assert refused.what
        assert "\x1b" not in str(refused)


_SAID = (
    "select from orders where id = ( ) , * order by group limit 1 'x' count sum as o join on union all with a case when"
    " then end not in null order_total created_dt interval '1 day' + - / :: text date -- /* ; distinct"
)
_WORDS = st.lists(st.sampled_from(_SAID.split()), max_size=25).map(" ".join)


@given(_WORDS)
def test_what_passes_reads_only_its_own_view(text: str) -> None:
    try:
        found = read(text, TABLES, sqlite=True, limit=10)
    except Invalid:
        return
    whole = found.behind([])
    assert '"orders"' not in whole.replace('AS "orders"', "").replace('"orders".', "")
    assert ";" not in whole.replace("';'", "")
    assert "--" not in whole


def test_a_query_binds_no_more_values_than_an_engine_takes() -> None:
    values = [str(number) for number in range(1_000)]
    asked = "select count(*) from orders where " + " or ".join(["shop_id in (:a)"] * 2)
    assert len(read(asked, TABLES, sqlite=True, limit=1, variables={"a": values}).bound) == 2_000
    with pytest.raises(Invalid) as refused:
        check_query(asked + " or shop_id in (:a)", {"a": values})
    assert refused.value.code == "query.too-many-values"


def test_a_value_that_no_engine_keeps_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        check_query("select id from orders where shop_id = :a", {"a": ["nor\0th"]})
    assert refused.value.code == "query.not-text"
