"""Translating a query without a database: only what is known passes, within its limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.queries import check_query
from benchboard.analytics.query_translator import translate_query
from benchboard.analytics.relations import RELATIONS
from benchboard.errors import Invalid


@pytest.mark.parametrize("name", ["count", "sum", "avg", "min", "round", "lower", "coalesce", "date_trunc"])
def test_translate_query_function_without_arguments_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(f"select {name}() from orders")
    assert refused.value.code in ("query.arguments", "query.syntax")


def test_translate_query_expression_without_as_is_named_by_its_text() -> None:
    columns = check_query("select 1/0, count(*), order_total + 1, ':' || status from orders group by 3, 4")
    assert [column.name for column in columns] == ["1 / 0", "count", "order_total + 1", "':' || status"]


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
    ("query", "place"), UNREADABLE, ids=[query[:40].encode("ascii", "replace").decode() for query, _place in UNREADABLE]
)
def test_translate_query_literal_that_no_engine_can_hold_is_refused_at_its_place(query: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(query)
    str(refused.value).encode()
    start, end = refused.value.facts["start"], refused.value.facts["end"]
    assert isinstance(start, int)
    assert isinstance(end, int)
    assert place in query[start:end]


def test_translate_query_limit_in_other_digits_is_written_in_ascii() -> None:
    query = "select id from (select id from orders limit '٣') as o"
    assert translate_query(query, RELATIONS, for_sqlite=True, limit=5).body.count("3") == 1


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
def test_translate_query_any_literal_anywhere_is_read_or_refused(
    around: str, literal: str, quote: bool, for_sqlite: bool
) -> None:
    text = around.format(f"'{literal}'" if quote else literal)
    try:
        translate_query(text, RELATIONS, for_sqlite=for_sqlite, limit=10).with_views([]).encode()
    except Invalid as refused:
        assert refused.code.startswith("query.")
        assert refused.what
        str(refused).encode()


@given(st.text(max_size=200))
def test_translate_query_any_text_is_read_or_refused(text: str) -> None:
    try:
        check_query(text)
    except Invalid as refused:
        assert refused.code.startswith("query.")
        assert refused.what
        assert "\x1b" not in str(refused)


_VOCABULARY = (
    "select from orders where id = ( ) , * order by group limit 1 'x' count sum as o join on union all with a case when"
    " then end not in null order_total created_dt interval '1 day' + - / :: text date -- /* ; distinct"
)
_WORDS = st.lists(st.sampled_from(_VOCABULARY.split()), max_size=25).map(" ".join)


@given(_WORDS)
def test_translate_query_result_names_no_stored_table(text: str) -> None:
    try:
        found = translate_query(text, RELATIONS, for_sqlite=True, limit=10)
    except Invalid:
        return
    whole = found.with_views([])
    assert '"orders"' not in whole.replace('AS "orders"', "").replace('"orders".', "")
    assert ";" not in whole.replace("';'", "")
    assert "--" not in whole


def test_translate_query_variables_at_the_limit_of_values_are_bound_and_one_more_is_refused() -> None:
    values = [str(number) for number in range(1_000)]
    asked = "select count(*) from orders where " + " or ".join(["shop_id in (:a)"] * 2)
    assert len(translate_query(asked, RELATIONS, for_sqlite=True, limit=1, variables={"a": values}).bound) == 2_000
    with pytest.raises(Invalid) as refused:
        check_query(asked + " or shop_id in (:a)", {"a": values})
    assert refused.value.code == "query.too-many-values"


@pytest.mark.parametrize("value", ["nor\0th", "half \ud800"])
def test_translate_query_variable_value_that_no_engine_stores_is_refused(value: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query("select id from orders where shop_id = :a", {"a": [value]})
    assert refused.value.code == "query.not-text"


REFUSED = [
    ("query.set", "(select id from orders order by 1) union select 'x'"),
    ("query.set", "select 'x' union (select id from orders limit 1)"),
    ("query.set", "select 1 union (with x as (select 1 as n) select n from x)"),
    ("query.set", "select 1 union select 'x'"),
    ("query.set", "select 1 union select 1, 2"),
    ("query.star", "select max(o.*) from orders o"),
    ("query.star", "select *"),
    ("query.star", "select p.* from orders o"),
    ("query.is", "select id is 'x' from orders"),
    ("query.pattern", "select id like status from orders"),
    ("query.kind", "select 1 like '1'"),
    ("query.kind", "select sum(id) from orders"),
    ("query.kind", "select id + 1 from orders"),
    ("query.kind", "select created_dt::date + order_total from orders"),
    ("query.kind", "select created_dt::date - created_dt from orders"),
    ("query.kind", "select id from orders where order_total"),
    ("query.kind", "select id from orders where not 1"),
    ("query.kind", "select id from orders where 1 = 1 or 'x'"),
    ("query.kind", "select case when 1 then 2 end"),
    ("query.kind", "select case when true then 1 else 'x' end"),
    ("query.kind", "select coalesce(1, 'x')"),
    ("query.kind", "select id in (select order_total from orders) from orders"),
    ("query.kind", "select created_dt = status from orders"),
    ("query.columns", "select id in (select id, status from orders) from orders"),
    ("query.filter", "select round(1) filter (where true) from orders"),
    ("query.unit", "select date_trunc('century', created_dt) from orders"),
    ("query.unit", "select extract(epoch from created_dt) from orders"),
    ("query.interval", "select created_dt + interval '1.5 days' from orders"),
    ("query.interval", "select created_dt + interval '1 century' from orders"),
    ("query.moment", "select id from orders where created_dt > '2026-02-30'"),
    ("query.moment", "select date 'yesterday'"),
    ("query.cast", "select status::date from orders"),
    ("query.cast", "select created_dt::text from orders"),
    ("query.cast", "select true::int"),
    ("query.arguments", "select count(distinct id, status) from orders"),
    ("query.ambiguous", "select id from orders a, orders b"),
    ("query.alias", "select 1 from orders, orders"),
    ("query.alias", "select 1 from (select 1)"),
    ("query.twice", "with x as (select 1 as n, 2 as n) select 1 from x"),
    ("query.twice", "select 1 from (select 1 as n, 2 as n) as x"),
    ("query.shadow", "with x as (select 1 as n), x as (select 2 as n) select n from x"),
    ("query.not-offered", "select 1 from orders a natural join orders b"),
    ("query.join", "select 1 from orders a left semi join orders b on true"),
    ("query.limit", "select id from orders limit 1 + 1"),
    ("query.limit", "select id from orders offset 'x'"),
    ("query.position", "select id from orders order by 0"),
    ("query.position", "select id from orders group by 1.0"),
    ("query.not-grouped", "select id, max(status) from orders"),
    ("query.not-grouped", "select status || id from orders group by status"),
    ("query.no-column", "select o.id from (select id as a from orders) as o"),
    ("query.no-column", "select x.id from orders o"),
    ("query.not-offered", "select id from orders group by cube (id)"),
    ("query.not-offered", "select distinct on (id) id from orders"),
    ("query.not-offered", "select id from orders where status in status"),
    ("query.not-offered", "select id from orders where status in unnest(status)"),
    ("query.not-offered", "select id from orders limit 5 for share"),
    ("query.not-offered", "select max(id order by status) from orders"),
    ("query.not-offered", "select trim(both 'x' from id) from orders"),
    ("query.not-offered", "with x as materialized (select 1 as n) select n from x"),
    ("query.not-offered", "with x(m) as (select 1 as n) select m from x"),
    ("query.not-offered", "select 1 from orders as o(a, b)"),
    ("query.not-offered", "select sum(order_total) over (partition by id) from orders"),
    ("query.not-offered", "select ((select id from orders) limit 0)"),
    ("query.not-offered", "select ((select id from orders) order by 1)"),
    ("query.not-offered", "select id from orders where status = (((select max(id) from orders)) offset 1)"),
    ("query.not-offered", "select id in ((select id from orders) limit 1) from orders"),
    ("query.not-select", "select exists ((select id from orders) limit 0)"),
]


@pytest.mark.parametrize(("code", "query"), REFUSED)
@pytest.mark.parametrize("for_sqlite", [True, False], ids=["sqlite", "postgresql"])
def test_translate_query_wrong_or_unknown_part_is_refused(code: str, query: str, for_sqlite: bool) -> None:
    with pytest.raises(Invalid) as refused:
        translate_query(query, RELATIONS, for_sqlite=for_sqlite, limit=10)
    assert refused.value.code == code
    assert refused.value.what


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("select sum(status) from orders", "“sum” needs a whole number or a decimal number, but “status” is text."),
        ("select avg(status || 'x') from orders", "“avg” needs a whole number or a decimal number, but found text."),
        ("select upper(created_dt) from orders", "“upper” needs text, but “created_dt” is a timestamp."),
        ("select id from orders where order_total", "Expected a boolean, but “order_total” is a decimal number."),
        ("select case when 1 then 2 end", "Expected a boolean, but found a whole number."),
    ],
)
def test_value_of_the_wrong_kind_is_named_with_the_function_that_needs_another(query: str, what: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(query)
    assert refused.value.what == what


def _tables(count: int) -> str:
    return "select 1 from " + ", ".join(f"orders t{number}" for number in range(count))


def _columns(count: int) -> str:
    return "select " + ", ".join(f"1 as c{number}" for number in range(count))


def _joined(count: int) -> str:
    return "select " + " || ".join(["'x'"] * count)


@pytest.mark.parametrize(
    ("greatest", "too_much", "code"),
    [
        (_tables(12), _tables(13), "query.tables"),
        (_columns(200), _columns(201), "query.columns"),
        (_joined(9), _joined(10), "query.joined"),
        (f"select '{'x' * 2_000}'", f"select '{'x' * 2_001}'", "query.literal"),
        ("select 9223372036854775807", "select 9223372036854775808", "query.number"),
        ("select -9223372036854775808", "select -9223372036854775809", "query.number"),
        ("select -9223372036854775808", "select -(9223372036854775808)", "query.number"),
        ("select 9e18", "select 1e19", "query.number"),
        ("select 999999999999999.5", "select 1000000000000000.5", "query.number"),
        ("select 0.000000000001", "select 0.0000000000001", "query.number"),
        ("select 0.000001 * 0.000001", "select 0.0000001 * 0.000001", "query.scale"),
        ("select round(1.5, 12)", "select round(1.5, 13)", "query.round"),
        ("select cast(1 as decimal(20, 12))", "select cast(1 as decimal(20, 13))", "query.scale"),
        ("select 1 limit 999999999", "select 1 limit 1000000000", "query.limit"),
        ("select id from orders order by 1", "select id from orders order by 2", "query.position"),
        ("select current_date - 3652058", "select current_date - 3652059", "query.date"),
        ("select now() + interval '9998 years'", "select now() + interval '9999 years'", "query.date"),
        ("select now() - interval '99999 days'", "select now() - interval '1000000 days'", "query.interval"),
    ],
)
def test_translate_query_limit_is_allowed_and_one_more_is_refused(greatest: str, too_much: str, code: str) -> None:
    assert check_query(greatest)
    with pytest.raises(Invalid) as refused:
        check_query(too_much)
    assert refused.value.code == code


@pytest.mark.parametrize("for_sqlite", [True, False])
def test_translate_query_limit_of_rows_is_the_smaller_of_both(for_sqlite: bool) -> None:
    for query, rows in (("select id from orders limit 4", 4), ("select id from orders limit 6", 5)):
        body = translate_query(query, RELATIONS, for_sqlite=for_sqlite, limit=5).body
        assert body.endswith(f" LIMIT {rows}")


def test_translate_query_row_size_grows_with_columns_literals_and_concatenations() -> None:
    def row_size(query: str, **variables: list[str]) -> int:
        return translate_query(query, RELATIONS, for_sqlite=True, limit=5, variables=variables).row_size

    assert row_size("select id from orders") == 1_000
    assert row_size("select id, status from orders order by 1") == 3_000
    assert row_size("select id, count(*) from orders group by id") == 3_000
    assert row_size(f"select '{'x' * 1_500}' as x") == 1_500
    assert row_size("select :a", a=["x" * 3_000]) == 3_000
    assert row_size("select id || status || id from orders") == 4_000
