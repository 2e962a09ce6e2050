"""Results with rows of totals: they are tables, and no chart draws a total as one more group."""

import duckdb
import pytest

from benchboard.analytics.chart_suggestion import suggest_chart
from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.analytics.subtotal_rows import has_subtotals

ROWS = "FROM (VALUES ('paid', 2024, 3), ('late', 2025, 4), ('paid', 2025, 5)) AS t(status, year, n)"


def _result(query: str) -> ResultTable:
    with duckdb.connect() as connection:
        found = connection.execute(query)
        kinds = ["text" if str(one[1]) == "VARCHAR" else "integer" for one in found.description or ()]
        columns = tuple(
            ResultColumn(one[0], kind)  # type: ignore[arg-type]  # a kind
            for one, kind in zip(found.description or (), kinds, strict=True)
        )
        return ResultTable(columns, tuple(found.fetchall()), truncated=False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"SELECT status, sum(n) AS n {ROWS} GROUP BY ROLLUP (status)", True),
        (f"SELECT year, sum(n) AS n {ROWS} GROUP BY rollup (year)", True),
        (f"SELECT status, year, sum(n) AS n {ROWS} GROUP BY CUBE (status, year)", True),
        (f"SELECT status, year, sum(n) AS n {ROWS} GROUP BY GROUPING  SETS ((status), (year))", True),
        (f"SELECT status, sum(n) AS n {ROWS} GROUP BY ROLLUP (status) HAVING GROUPING(status) = 0", False),
        (f"SELECT status, sum(n) AS n {ROWS} GROUP BY ROLLUP (status) HAVING status IS NOT NULL", False),
        (f"SELECT nullif(status, 'late') AS status, sum(n) AS n {ROWS} GROUP BY 1", False),
        (f"SELECT nullif(status, 'late') AS status, 'a rollup' AS t, sum(n) AS n -- cube\n{ROWS} GROUP BY 1", False),
    ],
)
def test_result_has_subtotals(query: str, expected: bool) -> None:
    table = _result(query)
    assert has_subtotals(table, query) is expected
    assert (suggest_chart(table, query).reason == "There are rows of totals: shown as a table.") is expected
