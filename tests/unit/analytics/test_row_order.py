"""The order that a query ends with: it is left out where nothing but the order of the rows depends on it."""

import pytest

from benchboard.analytics.row_order import without_last_order


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("SELECT a FROM t ORDER BY a", "SELECT a FROM t "),
        ('select a from t order by t."The day" desc nulls last, 2 ;\n', "select a from t "),
        ("SELECT a FROM t UNION SELECT b FROM u ORDER BY 1", "SELECT a FROM t UNION SELECT b FROM u "),
        ("SELECT a FROM (SELECT a FROM t LIMIT 5) ORDER BY a", "SELECT a FROM (SELECT a FROM t LIMIT 5) "),
    ],
)  # fmt: skip
def test_a_last_order_of_columns_is_left_out(query: str, left: str) -> None:
    assert without_last_order(query) == left


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a FROM t ORDER BY a LIMIT 10",
        "SELECT a FROM t ORDER BY a OFFSET 3",
        "SELECT a FROM (SELECT a FROM t ORDER BY a)",
        "SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b",
        "SELECT sum(a) OVER (ORDER BY b) FROM t",
        "SELECT 'order by a'",
        "SELECT a FROM t ORDER BY a + :x",
        "SELECT a FROM t",
    ],
)
def test_any_other_query_stays_as_it_is(query: str) -> None:
    assert without_last_order(query) == query
