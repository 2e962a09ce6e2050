"""What is known of the columns of a query that was written by hand."""

import pytest

from benchboard.analytics.query_builder.question import Dialect, Filter, Group, Measure
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.written_groups import filtered_text, written_groups

GROUPED = """SELECT o.status, -- of the order
  date_trunc('week', created_dt) AS week,
  sum(order_total) total, max(id) || 'x' AS x
FROM orders AS o
WHERE o.currency = 'EUR' AND o.status <> 'void'
GROUP BY 1, week
HAVING count(*) > 2
ORDER BY 2"""


def test_written_groups_of_a_query_over_one_table_are_its_plain_columns() -> None:
    found = written_groups(GROUPED, "", "own")
    assert found is not None
    assert found.question.table == "orders"
    assert found.question.filters == (Filter("currency", "eq", ("EUR",)), Filter("status", "ne", ("void",)))
    assert found.groups == {0: Group("status"), 1: Group("created_dt", "week", "week")}
    assert found.measures == {2: Measure("sum", "order_total", "total")}
    assert found.grouped == {0, 1}


def test_written_conditions_that_the_builder_has_not_are_kept_as_a_column() -> None:
    text = "SELECT status, count(*) FROM orders WHERE created_dt BETWEEN :from AND :to OR status = 'x' GROUP BY status"
    found = written_groups(text, "s", "duckdb")
    assert found is not None
    (condition,) = found.question.calculations
    assert condition.expression == "created_dt BETWEEN :from AND :to OR status = 'x'"
    assert to_sql(found.question).endswith(f"WHERE {condition.name} = TRUE")
    assert found.grouped == {0}


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("SELECT count(*) AS n FROM orders", frozenset()),
        ("SELECT status FROM orders", None),
        ("SELECT upper(status) AS s, count(*) AS n FROM orders GROUP BY 1", None),
        ("SELECT status, count(*) AS n FROM orders GROUP BY status, currency", None),
        ("SELECT status, count(*) AS n FROM orders GROUP BY ALL", frozenset((0,))),
    ],
)
def test_rows_behind_a_value_are_known_where_all_groups_are_plain(text: str, grouped: frozenset[int] | None) -> None:
    found = written_groups(text, "", "own")
    assert found is not None
    assert found.grouped == grouped


@pytest.mark.parametrize(
    "text",
    [
        "WITH w AS (SELECT 1) SELECT * FROM w",
        "SELECT status FROM orders UNION SELECT 'x'",
        "SELECT o.status FROM orders o JOIN merchants m ON m.id = o.id",
        "SELECT status FROM orders, merchants",
        "SELECT status FROM (SELECT status FROM orders) o",
        "SELECT * FROM orders",
        "SELECT DISTINCT status FROM orders",
        "SELECT status FROM",
        "status",
        "",
    ],
)
def test_of_other_queries_nothing_is_known(text: str) -> None:
    assert written_groups(text, "", "own") is None


@pytest.mark.parametrize(
    ("text", "right", "dialect"),
    [
        ("SELECT status FROM orders", "SELECT status FROM orders WHERE status = 'paid'", "own"),
        (
            "SELECT status -- a\nFROM orders o -- b\nGROUP BY 1;",
            "SELECT status -- a\nFROM orders o\nWHERE status = 'paid' -- b\nGROUP BY 1;",
            "own",
        ),
        (
            "SELECT status\nFROM orders\nWHERE a = 1 or b = 2 -- c\nORDER BY 1",
            "SELECT status\nFROM orders\nWHERE (a = 1 or b = 2)\n  AND status = 'paid' -- c\nORDER BY 1",
            "duckdb",
        ),
        ("SELECT `a` FROM `t` WHERE (x OR y)", "SELECT `a` FROM `t` WHERE (x OR y) AND `status` = 'paid'", "mysql"),
    ],
)
def test_filtered_text_has_the_condition_and_nothing_else_new(text: str, right: str, dialect: Dialect) -> None:
    assert filtered_text(text, [Filter("status", "eq", ("paid",))], dialect) == right


def test_filtered_text_of_other_queries_is_none() -> None:
    assert filtered_text("SELECT a FROM t UNION SELECT b FROM u", [Filter("a", "eq", (1,))], "own") is None
