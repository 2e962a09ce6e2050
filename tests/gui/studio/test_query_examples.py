"""Queries to begin with, while no SQL is written."""

from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.ui.studio.data.explore.query_examples import query_examples

ORDERS = BrowsedTable(
    "orders",
    (
        BrowsedColumn("id", "ID", "integer", is_id=True),
        BrowsedColumn("total", "Total", "decimal"),
        BrowsedColumn("currency", "Currency", "text"),
        BrowsedColumn("status", "Status", "text"),
        BrowsedColumn("created", "Created", "timestamp"),
    ),
)


def test_query_examples_use_the_columns_of_the_first_table_with_rows() -> None:
    source = BrowsedSource("", "Benchboard", "own", (BrowsedTable("empty", (), rows=0), ORDERS))
    titles, texts = zip(*query_examples(source), strict=True)
    assert titles == ("First 100 rows of orders", "Rows by Status", "Total by month")
    assert "LIMIT 100" in texts[0]
    assert "GROUP BY" in texts[1]
    assert "sum(total)" in texts[2]
    assert "currency" in texts[2]  # amounts in several currencies aren't added up


def test_query_examples_of_a_source_without_tables_are_none() -> None:
    assert query_examples(BrowsedSource("", "Benchboard", "own", ())) == []
