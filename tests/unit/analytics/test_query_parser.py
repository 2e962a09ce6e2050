"""Parsing a query: whatever is written, it is read or refused soon."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.queries import check_query
from benchboard.errors import Invalid
from support import hostile_queries
from support.killable import killable

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def call() -> Iterator[Call]:
    with killable() as made:
        yield made


def test_parse_hostile_query_of_any_kind_ends(call: Call) -> None:
    for text in hostile_queries.queries():
        assert len(text) <= hostile_queries.LENGTH
        try:
            answer = call(hostile_queries.outcome, text)
        except AssertionError as hung:
            raise AssertionError(f"{hung}: {text[:120]}") from None
        assert answer == "read" or answer.startswith("query.")


_VOCABULARY = (
    "( [ { < ) ] } > , ; . :: : -> = + - || * 1 'x' \"x\" a int decimal varchar timestamp date bit enum object vector"
    " array struct map union nullable interval json not case when then else end select from where with as join on"
    " group by order limit in exists between filter over cast( extract( date_trunc( avg( count( coalesce( f("
)
_WORDS = st.sampled_from(_VOCABULARY.split())
_OPENING = st.lists(_WORDS, min_size=1, max_size=5).map(" ".join)
_CLOSING = st.text("])}>)1 ", max_size=5)


@given(
    st.sampled_from(hostile_queries.CONTEXTS), _OPENING, _WORDS, _CLOSING,
    st.sampled_from([3, 17, 60, 99, hostile_queries.LENGTH]),
)  # fmt: skip
def test_parse_words_nested_at_random_ends(
    call: Call, context: str, opening: str, inner: str, closing: str, depth: int
) -> None:
    text = hostile_queries.nested(context, opening + " ", inner, closing, depth)
    answer = call(hostile_queries.outcome, text)
    assert answer == "read" or answer.startswith("query.")


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("select " + "(" * 101 + "1" + ")" * 101, 7 + 100),
        ("select " + "decimal(" * 18 + "1" + ")" * 18, None),
        ("select id::\"" + "bit(" * 12 + "1" + ")" * 12 + "\" from orders", None),
        ("select " + "STRUCT<" * 18 + "int" + ">(1)" * 18, None),
    ],
    ids=["brackets", "types", "quoted type", "angle brackets"],
)  # fmt: skip
def test_parse_too_deep_nest_is_refused_at_its_place(query: str, place: int | None) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(query)
    assert refused.value.code == "query.too-deep"
    assert place in (None, refused.value.facts["start"])
    assert "start" in refused.value.facts


@pytest.mark.parametrize(
    "query",
    [
        "select " + "coalesce(" * 20 + "id" + ", id)" * 20 + " from orders",
        "select " + "(" * 30 + "1" + ")" * 30,
        "select " + "(select " * 20 + "1" + ")" * 20,
        "select " + ", ".join(["order_total::decimal(10, 2)"] * 199) + " from orders",
        "select 1 from orders where " + " or ".join(["id in ('a', 'b')"] * 500),
        "select avg(order_total) filter (where id = 'a'), date_trunc('quarter', created_dt + interval '1 day')"
        " - interval '2 days' from orders group by 2",
    ],
)
def test_parse_long_or_deep_query_that_people_write_is_read(query: str) -> None:
    assert check_query(query)


def test_parse_statement_with_control_characters_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Invalid):
        check_query("FETCH \x1b]0;owned\x07 FROM orders")
    assert caplog.records == []


@pytest.mark.parametrize("nothing", ["", " ", ";", "-- a comment", "; -- a comment", "/* one */ ; ; -- two"])
def test_parse_without_a_statement_is_empty(nothing: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_query(nothing)
    assert refused.value.code == "query.empty"


@pytest.mark.parametrize(
    ("greatest", "too_much", "code"),
    [
        ("select 1" + " " * 19_992, "select 1" + " " * 19_993, "query.too-long"),
        ("select " + ", ".join(["1"] * 199) + ", (((1)))", "select " + "(" * 101 + "1" + ")" * 101, "query.too-deep"),
        (f'select 1 as "{"x" * 63}"', f'select 1 as "{"x" * 64}"', "query.name"),
        (f"select 1 as {'x' * 63}", f"select 1 as {'x' * 64}", "query.name"),
        (f"select 1 where {'true and ' * 1_998} true", f"select 1 where {'true and ' * 1_999} true", "query.too-long"),
        ("select 1;", "select 1; select 2", "query.several"),
        ("select '\ue000'", "select '\ud800'", "query.syntax"),
        ("select ' '", "select '\0'", "query.too-long"),
    ],
    ids=["length", "depth", "quoted name", "name", "parts", "statements", "surrogates", "zero bytes"],
)
def test_parse_limit_is_allowed_and_one_more_is_refused(greatest: str, too_much: str, code: str) -> None:
    assert check_query(greatest)
    with pytest.raises(Invalid) as refused:
        check_query(too_much)
    assert refused.value.code == code
