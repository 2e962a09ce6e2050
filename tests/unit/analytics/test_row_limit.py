"""The limit at the end of a query, and whether a result reaches it."""

import pytest

from benchboard.analytics.row_limit import reaches_limit


@pytest.mark.parametrize(
    "query",
    ["SELECT * FROM t LIMIT 100", "select * from t\nlimit 100;\n", "SELECT * FROM t LIMIT 100 OFFSET 20",
     "SELECT * FROM t LIMIT 20, 100", "SELECT * FROM t FETCH FIRST 100 ROWS ONLY"],
)  # fmt: skip
def test_result_as_long_as_the_limit_reaches_it(query: str) -> None:
    assert reaches_limit(query, 100)
    assert not reaches_limit(query, 99)


@pytest.mark.parametrize(
    "query", ["SELECT * FROM t", "SELECT * FROM (SELECT * FROM t LIMIT 100) AS t", "SELECT 'limit 100' FROM t"]
)
def test_query_without_a_limit_at_its_end_reaches_none(query: str) -> None:
    assert not reaches_limit(query, 100)
