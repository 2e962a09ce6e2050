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
    ("select id fro orders", "fro"),
    ("SELEC a FROM b", "SELEC"),
    ("SELEC count(*) FROM orders", "SELEC"),
    ("-- first\n(selct", "selct"),
    ("wit x as (select 1) select * from x", "wit"),
    ("select * from (selec id, status from orders) x", "selec"),
    ("select id form orders", "form"),
    ("select id from orders were status = 'x'", "were"),
    ("select id from orders grup by 1", "grup"),
    ("select id from orders union selec 1", "selec"),
    ("select id orders x from orders", "x"),
    ("select id from orders where id = = 1", "="),
    ("select id from", "from"),
    ("select 'a\u2028b' as a,\n id x y z from orders", "y"),
    ("select 'a\x0bb\x85' as a,\n id from orders where id = = 1", "="),
    ("select 'a\rb' as a,\r\n id x y z from orders", "y"),
    ("select 'a\nb' as a,\n id x y z from orders", "y"),
    ("SELECT STRUCT{:b'1'}", "SELECT STRUCT{:b'1'}"),
    ("update orders set id = 1", "update"),
    ("explain select 1", "explain"),
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


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELEC a FROM b", "“SELEC” was not expected here. Did you mean “SELECT”?"),
        ("select count(*) from orders grup by 1", "“grup” was not expected here. Did you mean “GROUP BY”?"),
        ("select id from orders where", "After “where” something is missing."),
        ("select id from orders limit", "After “limit” a number is missing."),
        ("select id from orders limit\n-- how many?", "After “limit” a number is missing."),
        ("select id from orders limit ;", "After “limit” a number is missing."),
        ("select id from orders limit 5 offset ", "After “offset” a number is missing."),
        ("select id from orders LIMIT OFFSET 5", "After “LIMIT” a number is missing."),
        ("select id from (select id from orders limit) as o", "After “limit” a number is missing."),
        ("select id from orders where id = 1)", "“)” was not expected here."),
        ("delete from orders", "Only SELECT is offered: a query reads, it changes nothing."),
    ],
)
def test_what_cannot_be_read_is_said_with_what_was_perhaps_meant(query: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(query)
    assert str(refused.value) == said


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


_NINES = "9" * 5_000
UNREADABLE = [
    ("select 1e99999999999", "1e99999999999"),
    (f"select {_NINES}", _NINES),
    (f"select round(order_total, {_NINES}) from orders", f"order_total, {_NINES}"),
    ("select round(order_total, 1.5) from orders", "order_total, 1.5"),
    (f"select id from orders limit {_NINES}", _NINES),
    (f"select cast(order_total as decimal({_NINES})) from orders", f"order_total as decimal({_NINES}"),
    (f"select cast(order_total as decimal(10, {_NINES})) from orders", f"order_total as decimal(10, {_NINES}"),
    ("select created_dt - interval '--5' day from orders", "created_dt - interval '--5'"),
    ("select \ud800", "\ud800"),
    ("select 'half \ud800' from orders", "\ud800"),
    (f"select float(0x{'f' * 6_000}) from orders", ""),
    (f"select cast(status as decimal(0x{'f' * 6_000})) from orders", ""),
]


@pytest.mark.parametrize(
    ("query", "spot"), UNREADABLE, ids=[query[:40].encode("ascii", "replace").decode() for query, _spot in UNREADABLE]
)
def test_a_literal_that_nothing_can_hold_is_refused_at_its_place(query: str, spot: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(query)
    str(refused.value).encode()
    start, end = refused.value.facts["start"], refused.value.facts["end"]
    assert isinstance(start, int)
    assert isinstance(end, int)
    assert spot in query[start:end]


def test_a_count_in_another_script_is_written_as_engines_read_it() -> None:
    assert (
        read("select id from (select id from orders limit '٣') as o", TABLES, sqlite=True, limit=5).body.count("3") == 1
    )


_DIGITS = st.one_of(st.integers(0, 30), st.integers(4_290, 6_000)).map("9".__mul__)
_EXPONENTS = st.integers(-(10**20), 10**20).map("1e{}".format) | st.integers(-(10**20), 10**20).map("0.0e{}".format)
_LITERALS = st.one_of(
    _DIGITS,
    _EXPONENTS,
    st.text("-0123456789.e²٣", max_size=12),
    st.integers(1, 6_000).map(lambda count: "0x" + "f" * count),
    st.characters(),
    st.characters(categories=["Cs"]),
)
_AROUND = st.sampled_from(
    (
        "select {}", "select -{}", "select 1 + {}", "select float({})", "select id from orders order by {}",
        "select round(order_total, {}) from orders", "select id from orders limit {}",
        "select id from orders offset {}", "select status from orders group by {}", "select current_date - {}",
        "select created_dt - interval {} day from orders", "select id from orders where id like {}",
        "select cast(order_total as decimal({})) from orders", "select cast(1 as decimal(10, {}))",
        "select cast(status as decimal({})) from orders", "select date {}", "select cast({} as timestamp)",
        "select id[{}] from orders", "select id -> {} from orders", "select {} from orders", "select :{}",
    )
)  # fmt: skip


@given(_AROUND, _LITERALS, st.booleans(), st.booleans())
def test_any_literal_anywhere_is_read_or_refused_in_words(around: str, literal: str, quote: bool, sqlite: bool) -> None:
    text = around.format(f"'{literal}'" if quote else literal)
    try:
        read(text, TABLES, sqlite=sqlite, limit=10).behind([]).encode()
    except Invalid as refused:
        assert refused.code.startswith("query.")
        assert refused.what
        str(refused).encode()


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


@pytest.mark.parametrize("value", ["nor\0th", "half \ud800"])
def test_a_value_that_no_engine_keeps_is_refused(value: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query("select id from orders where shop_id = :a", {"a": [value]})
    assert refused.value.code == "query.not-text"
