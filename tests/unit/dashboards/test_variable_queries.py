"""Variables that a query answers: which name which, the order they are asked in, and what an answer offers."""

import itertools
import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.dashboards.document.document import Variable
from benchboard.dashboards.variables.variable_queries import names_in, options_from, query_order, replace_names
from support.examples import examples


def _variable(name: str, *before: str) -> Variable:
    named = ", ".join(f":{other}" for other in before) or "'x'"
    return Variable(name, "", "query", query=f"SELECT DISTINCT shop_id FROM orders WHERE status IN ({named})")


def test_query_variables_are_found_and_lookalikes_are_not() -> None:
    query = """SELECT ':text', "a:name", x::date -- :note
      FROM orders /* :remark
      :more */ WHERE a = :one AND b IN (:two, :one) AND c = 'it''s :quoted' AND d = : three"""
    assert names_in(query) == ("one", "two", "three")
    assert names_in("SELECT 'open :text") == names_in("SELECT /* :open") == names_in("") == ()
    assert replace_names("SELECT ':a', :a, :b, x::a", {"a": "$a"}) == "SELECT ':a', $a, :b, x::a"


@pytest.mark.parametrize("piece", ["'", '"', "/*", ":", ":a'", "--", "''", "::", "/*'"])
def test_query_variables_of_a_long_query_are_found_in_linear_time(piece: str) -> None:
    replace_names(piece * 500_000, {})  # a megabyte; what looks back would not come to an end
    assert names_in(f":a {piece * 500_000}") == ()


def test_query_order_follows_references_and_cycles_are_rejected() -> None:
    plain = Variable("shop", "", "list", ("a",))
    order = query_order(
        [_variable("city", "country", "shop"), plain, _variable("country"), _variable("street", "city")]
    )
    assert order.names == ("country", "city", "street")
    assert not order.errors
    order = query_order(
        [_variable("a", "b"), _variable("b", "c"), _variable("c", "a"), _variable("d", "a"), _variable("e", "e")]
    )
    assert order.names == ("d",)
    assert order.errors.keys() == {"a", "b", "c", "e"}
    assert order.errors["a"].what == "These variables refer to each other: a → b → c → a."
    assert order.errors["e"].what == "Variable e refers to itself."
    assert all(error.do for error in order.errors.values())


def test_query_order_of_a_long_chain_and_a_short_error_of_a_long_cycle() -> None:
    names = [f"v{number}" for number in range(3_000)]
    chain = [_variable(name, other) for name, other in itertools.pairwise(names)] + [_variable(names[-1])]
    assert query_order(chain).names == tuple(reversed(names))
    circle = [_variable(name, other) for name, other in zip(names[:200], [*names[1:200], names[0]], strict=True)]
    assert all(len(error.what) < 200 for error in query_order(circle).errors.values())


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    names = [f"n{number}" for number in range(draw(st.integers(0, 9)))]
    rng = random.Random(draw(st.integers(0, 10**9)))
    density = rng.choice([0.05, 0.15, 0.4])
    return {name: [other for other in names if rng.random() < density] for name in names}


@given(graphs())
@examples(300)
def test_query_order_is_stable_and_only_cycle_members_are_rejected(graph: dict[str, list[str]]) -> None:
    order = query_order(_variable(name, *before) for name, before in graph.items())
    reached = {name: set(before) for name, before in graph.items()}
    for _round in graph:
        for name in graph:
            reached[name] |= {far for other in reached[name] for far in reached[other]}
    assert order.errors.keys() == {name for name in graph if name in reached[name]}
    assert sorted([*order.names, *order.errors]) == sorted(graph)
    for place, name in enumerate(order.names):
        assert {other for other in graph[name] if other not in order.errors} <= set(order.names[:place])
    for name, error in order.errors.items():
        way = error.what.partition(": ")[2].rstrip(".").split(" → ") if ": " in error.what else [name, name]
        assert way[0] == way[-1] == name
        if "…" not in way:
            assert all(after in graph[before] for before, after in itertools.pairwise(way))


def _answer(*rows: tuple[object, ...], truncated: bool = False) -> ResultTable:
    columns = tuple(ResultColumn(f"c{place}", "text") for place in range(len(rows[0])))
    return ResultTable(columns, rows, truncated)  # type: ignore[arg-type]


def test_query_options_are_the_first_column_distinct_as_text() -> None:
    cells = [
        "b",
        None,
        "a",
        "b",
        3,
        Decimal("2.50"),
        True,
        date(2026, 1, 5),
        datetime(2026, 1, 5, 9, tzinfo=UTC),
        "x\ny",
        "",
    ]
    offer = options_from(_answer(*((cell,) for cell in cells)))
    assert offer.values == ("b", "a", "3", "2.50", "true", "2026-01-05", "2026-01-05T09:00:00+00:00", "x\ny", "")
    assert (offer.labels, offer.note) == ({}, "")


def test_query_options_second_column_is_the_label() -> None:
    offer = options_from(_answer(("1", "One", "more"), ("2", None, "more"), ("3", "3", "more"), ("1", "Uno", "more")))
    assert offer.values == ("1", "2", "3")
    assert offer.labels == {"1": "One"}


@pytest.mark.parametrize("label", ["l" * 256, "l" * 10**6, "half \ud800", "nor\0th"])
def test_query_options_invalid_label_is_left_out(label: str) -> None:
    offer = options_from(_answer(("a", label), ("b", "l" * 255)))
    assert (offer.values, offer.labels, offer.left_out) == (("a", "b"), {"b": "l" * 255}, 0)


def test_query_options_invalid_value_is_left_out_and_reported() -> None:
    offer = options_from(_answer(("a", "A"), ("v" * 10**6, ""), ("half \ud800", ""), truncated=True))
    assert (offer.values, offer.labels) == (("a",), {"a": "A"})
    assert "first 10\u202f000 rows" in offer.note
    assert "2 values" in offer.note
