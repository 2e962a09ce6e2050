"""Which columns of a query add up."""

import pytest

from benchboard.analytics.additive_columns import additive_columns, partial_columns


@pytest.mark.parametrize(
    ("query", "added", "partial"),
    [
        ("SELECT day, status, count(*) AS orders FROM o GROUP BY 1, 2", {"orders"}, set()),
        ("SELECT day, sum(total) revenue, avg(total) AS mean FROM o GROUP BY 1", {"revenue"}, set()),
        ('SELECT sum("a(b") AS "Total ""x""" FROM o', set(), set()),
        ('SELECT sum(price) AS "Total ""x""" FROM o', {'Total "x"'}, set()),
        ("SELECT status, count(*) FROM o GROUP BY 1", {"count"}, set()),
        ("SELECT count(*), SUM(a) , sum(b) / 2 FROM o", {"count", "sum"}, set()),
        ("SELECT count(DISTINCT customer) AS buyers FROM o", set(), set()),
        ("SELECT sum(a) / count(*) AS ratio FROM o", set(), set()),
        ("SELECT day, round(sum(a), 2) AS n, max(b) AS m FROM o", set(), set()),
        ("SELECT day, count(*) FILTER (WHERE status IN ('a', 'b')) AS paid FROM o", {"paid"}, {"paid"}),
        ("SELECT day, sum(CASE WHEN a THEN 1 ELSE 0 END) AS a, sum(b) AS b FROM o", {"a", "b"}, {"a"}),
        ("SELECT day, n FROM (SELECT day, count(*) AS n FROM o GROUP BY 1) x", set(), set()),
        ("SELECT shop, sum(tax) AS total FROM (SELECT *, sum(n) OVER () * 2 AS tax FROM o) AS o GROUP BY 1",
         {"total"}, set()),
        ("WITH m AS (SELECT a, avg(b) AS b FROM o GROUP BY 1) SELECT a, sum(b) AS b, max(b) AS m FROM m GROUP BY a",
         {"b"}, set()),
        ("SELECT a, count(*) AS n FROM o GROUP BY 1 UNION ALL SELECT 'all', count(*) FROM o", set(), set()),
        ("SELECT a, (SELECT count(*) FROM o) AS n FROM p", set(), set()),
        ("SELECT a, sum(b) AS n FROM (SELECT 1 AS a, 2 AS b) o GROUP BY ROLLUP (a)", set(), set()),
        # Each row of a joined table once in each group: the groups have the same rows.
        ('SELECT a, sum(CASE WHEN "place_by_shop" = 1 THEN "target" END) AS target, sum(gross) AS g FROM o GROUP BY 1',
         {"g"}, set()),
        ("SELECT a, sum(CASE WHEN `place_by_shop_id` = 1 THEN `target` END) AS b FROM o GROUP BY 1", set(), set()),
    ],
)  # fmt: skip
def test_columns_that_are_plain_counts_or_sums_add_up(query: str, added: set[str], partial: set[str]) -> None:
    assert additive_columns(query) == added
    assert partial_columns(query) == partial
