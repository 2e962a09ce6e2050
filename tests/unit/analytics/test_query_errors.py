"""What is wrong with a query, at its place in the text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.queries import check_query
from benchboard.analytics.query_errors import nearest_name
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
    ("select status from orders group by ;", "group by"),
    ("select id orders x from orders", "x"),
    ("select id from orders where id = = 1", "="),
    ("select id from", "from"),
    ("select 'a\u2028b' as a,\n id x y z from orders", "y"),
    ("select 'a\x0bb\x85' as a,\n id from orders where id = = 1", "="),
    ("select 'a\rb' as a,\r\n id x y z from orders", "y"),
    ("select 'a\nb' as a,\n id x y z from orders", "y"),
    ("select 'unclosed from orders  \n", "s  \n"),
    ("SELECT STRUCT{:b'1'}", "SELECT STRUCT{:b'1'}"),
    ("update orders set id = 1", "update"),
    ("explain select 1", "explain"),
    ("select id[1][1] from orders", "["),
    ("select '{a}'::text as \"" + "é" * 32 + '" from orders', '"' + "é" * 32 + '"'),
    ("select id, sleep(status) from orders", "sleep(status"),
    ("select id from orders where order_total > status", "order_total > status"),
    ("select shop_id, count(*) from orders", "shop_id"),
]


@pytest.mark.parametrize(("query", "place"), PLACES)
def test_check_query_wrong_query_names_the_place_of_the_error(query: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(query)
    start, end = refused.value.facts["start"], refused.value.facts["end"]
    assert isinstance(start, int)
    assert isinstance(end, int)
    assert query[start:end] == place


@pytest.mark.parametrize(
    ("query", "sentences"),
    [
        ("SELEC a FROM b", "Unexpected “SELEC”. Did you mean “SELECT”?"),
        ("select count(*) from orders grup by 1", "Unexpected “grup”. Did you mean “GROUP BY”?"),
        ("select id from orders where", "Something is missing after “where”."),
        ("select status from orders group by ;", "Something is missing after “group by”."),
        ("select status from orders GROUP BY", "Something is missing after “GROUP BY”."),
        ("select status from orders group by having count(*) > 1", "Something is missing after “group by”."),
        ("select id from (select id from orders order by) as o", "Something is missing after “order by”."),
        ("select id from orders limit", "A number is missing after “limit”."),
        ("select id from orders limit\n-- how many?", "A number is missing after “limit”."),
        ("select id from orders limit ;", "A number is missing after “limit”."),
        ("select id from orders limit 5 offset ", "A number is missing after “offset”."),
        ("select id from orders LIMIT OFFSET 5", "A number is missing after “LIMIT”."),
        ("select id from (select id from orders limit) as o", "A number is missing after “limit”."),
        ("select id from orders where id = 1)", "Unexpected “)”."),
        ("delete from orders", "Only SELECT is supported: queries can't change data."),
        ("update orders set id = 1", "Only SELECT is supported: queries can't change data."),
        ("insert into orders values (1)", "Only SELECT is supported: queries can't change data."),
        ("drop table orders", "Only SELECT is supported: queries can't change data."),
        ("with a as (select 1) delete from orders", "Only SELECT is supported: queries can't change data."),
        ("values (1)", "Start the query with SELECT or WITH."),
        ("orders", "Start the query with SELECT or WITH."),
        ("attach 'x.db' as y", "Only SELECT is supported."),
        ("ATTACH DATABASE 'x.db' AS y", "Only SELECT is supported."),
        ("pragma table_info(orders)", "Only SELECT is supported."),
        ("explain select id from orders", "Only SELECT is supported."),
    ],
)
def test_check_query_unparsable_query_names_the_word_and_a_similar_keyword(query: str, sentences: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(query)
    assert str(refused.value) == sentences


def test_check_query_misspelt_column_suggests_the_right_one() -> None:
    with pytest.raises(Invalid) as refused:
        check_query("select ordertotal from orders")
    assert refused.value.code == "query.no-column"
    assert refused.value.do == "Did you mean “order_total”?"


def test_check_query_unknown_column_lists_those_there_are() -> None:
    with pytest.raises(Invalid) as refused:
        check_query("select o.xyz from (select id as a, status as b from orders) as o")
    assert str(refused.value) == "There's no column “o.xyz”. Available columns: a, b."


@pytest.mark.parametrize(
    ("query", "sentence", "place"),
    [
        ("select string_agg(id, ',') from orders", "“string_agg” isn't supported in queries.", "string_agg(id, ','"),
        ("select String_Agg(distinct id, ',' order by id) from orders", "“string_agg” isn't supported in queries.",
         "String_Agg(distinct id, ',' order by id"),
        ("select to_char(created_dt, 'YYYY') from orders", "“to_char” isn't supported in queries.", None),
        ("select position('a' in id) from orders", "“position” isn't supported in queries.", "position('a' in id"),
        ("select power(2, 3) from orders", "“power” isn't supported in queries.", None),
        ("select 2 ^ 3 from orders", "“^” isn't supported in queries.", "2 ^ 3"),
        ("select id from orders where id ~ 'x'", "“~” isn't supported in queries.", "id ~ 'x'"),
        ("select id from orders where id ~* 'x'", "“~*” isn't supported in queries.", "id ~* 'x'"),
        ("select id from orders where id similar to 'x'", "“SIMILAR TO” isn't supported in queries.", None),
        ("select id from orders where id is distinct from 'x'", "“IS DISTINCT FROM” isn't supported in queries.", None),
        ("select 1 & 2 from orders", "“&” isn't supported in queries.", None),
        ("select 1 | 2 from orders", "“|” isn't supported in queries.", None),
        ("select now() at time zone 'UTC' from orders", "“AT TIME ZONE” isn't supported in queries.", None),
        ("select row_number() over (order by id) from orders", "“OVER” isn't supported in queries.", None),
        ("select * from information_schema.tables", "There's no table “information_schema.tables”.",
         "information_schema.tables"),
        ("select * from a.b.c x", "There's no table “a.b.c”.", "a.b.c"),
        ("select id from orders where id in status", "The values after IN must be in brackets.", "status"),
        ("select distinct on (id) id from orders", "DISTINCT ON isn't supported here.", "id"),
        ("select id from orders o join lateral (select id from orders) as x(a) on true", "LATERAL isn't supported.",
         None),
        ("select id from orders o, lateral (select id from orders) x", "LATERAL isn't supported.", None),
        ("select id from orders cross join lateral unnest(1) as g(i)", "LATERAL isn't supported.", None),
        ("select id from orders as o(a, b)", "Column names after a table's alias aren't supported.", "a"),
        ("select id from orders t(x)", "Column names after a table's alias aren't supported.", "x"),
        ("select x'00ff' from orders", "Byte strings such as x'00ff' aren't supported.", None),
        ("select id from orders where id = b'01'", "Byte strings such as x'00ff' aren't supported.", None),
        ("select 'abc'::int from orders", "“abc” can't be converted to a whole number.", "'abc'"),
        ("select cast('1.5' as decimal) from orders", "“1.5” can't be converted to a number.", None),
        ("select id::int from orders", "Text can't be converted to int here.", "id"),
        ("select id from orders for update", "FOR UPDATE isn't supported here.", None),
        ("select 9e307 from orders", "“9e307” is too large.", "9e307"),
        ("select 9223372036854775808 from orders", "“9223372036854775808” is too large.", None),
        ("select -9223372036854775809 from orders", "“9223372036854775809” is too large.", None),
        ("select 1.23456789012345 from orders", "“1.23456789012345” has too many digits.", None),
    ],
)  # fmt: skip
def test_check_query_names_what_the_query_says(query: str, sentence: str, place: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(query)
    assert refused.value.what == sentence
    if place is not None:
        assert query[refused.value.facts["start"] : refused.value.facts["end"]] == place  # type: ignore[misc]


_INTERNAL = {"ALIAS", "ANONYMOUS", "COLUMN", "DCOLON", "DOT", "EQ", "IDENTIFIER", "LITERAL", "L_PAREN", "NEQ", "NUMBER",
             "PARAMETER", "PAREN", "PLACEHOLDER", "R_PAREN", "STAR", "STRING", "TUPLE", "VAR"}  # fmt: skip
"""What parsers call parts of a query."""
_FRAGMENTS = ("(", ")", ",", ".", "as", "over", "[", "::", "x", "select", "from", "@a", "?", "$1", ";", "||", "between",
              "in", "is", "'a'", "\"b\"", "3", "*", "=", "<>", "tables", "interval '1 day'")  # fmt: skip
_WRITTEN = (
    "SELECT table_name FROM information_schema . tables",
    "select status , count ( * ) as n from orders where order_total > 3 and status in ( 'a' ) group by 1 limit 5",
    "with a as ( select id from orders ) select count ( * ) from a join orders o on o.id = a.id having count ( * ) > 2",
)


@given(st.sampled_from(_WRITTEN), st.lists(st.tuples(st.integers(0, 99), st.sampled_from(_FRAGMENTS)), max_size=3))
def test_error_of_any_text_has_no_word_of_the_parser(query: str, edits: list[tuple[int, str]]) -> None:
    """An analyst read “IDENTIFIER is not offered here.”."""
    parts = query.split()
    for at, fragment in edits:
        parts[at % len(parts) : at % len(parts) + at % 2] = [fragment]
    text = " ".join(parts)
    try:
        check_query(text)
    except Invalid as error:
        said = " ".join((error.what, error.why, error.do))
        assert not set(re.findall(r"[A-Z_]+", said)) & _INTERNAL, (text, said)


@pytest.mark.parametrize(
    ("name", "meant"), [("paid", ""), ("ids", "id"), ("statsu", "status"), ("stat", "status"), ("us", ""), ("zzz", "")]
)
def test_nearest_name_is_a_misspelling_not_a_part(name: str, meant: str) -> None:
    assert nearest_name(name, ("id", "total", "status")) == meant
