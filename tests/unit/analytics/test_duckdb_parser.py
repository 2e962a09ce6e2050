"""What is remembered of a query that was parsed before."""

import pytest

from benchboard.analytics.duckdb_parser import parse_query
from benchboard.errors import Invalid

_TEXT = "SELECT sum(amount) FROM sales WHERE shop IN (:shop)"


def test_parse_query_twice_gives_each_caller_a_tree_of_its_own() -> None:
    first = parse_query(_TEXT)
    before = repr(first.select)
    first.select.clear()
    again = parse_query(_TEXT)
    assert repr(again.select) == before
    assert (again.source, again.relations, again.several_places) == (
        first.source, first.relations, first.several_places,
    )  # fmt: skip


def test_parse_query_refused_before_is_refused_again() -> None:
    for _time in range(2):
        with pytest.raises(Invalid) as error:
            parse_query("SELECT read_text('x') FROM sales")
        assert error.value.facts["start"] == 7
