"""Joined tables and calculated columns in a question: their SQL, read back, and what goes with a removed one."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.combined import (
    JoinFacts,
    RepeatedRows,
    calculations_before,
    check_expression,
    next_pair,
    quotes_advice,
    repeated_measures,
    repeated_rows,
    suggested_keys,
    with_calculation,
    with_join,
    without_columns,
    without_join,
)
from benchboard.analytics.query_builder.question import (
    Calculation,
    Dialect,
    Filter,
    Group,
    JoinKind,
    Measure,
    Question,
    Server,
    Sort,
)
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import key_calculations, rows_sql, to_sql
from benchboard.analytics.query_types import ValueKind
from benchboard.errors import Invalid

ORDERS = ["id", "merchant_id", "total", "refunded"]
SERVERS: list[Server] = ["", "postgresql", "mysql"]


def joined(server: Server = "", kind: JoinKind = "left") -> Question:
    question = Question("orders", "s1", server=server)
    return with_join(question, "merchants", ["id", "name", "country"], [("merchant_id", "id")], known=ORDERS, kind=kind)


def test_to_sql_join_qualifies_equal_names() -> None:
    question = with_calculation(joined(), Calculation("net", "total - coalesce(refunded, 0)"))
    assert to_sql(question) == (
        "SELECT *\n"
        "FROM (\n"
        "  SELECT *,\n"
        "    total - coalesce(refunded, 0) AS net\n"
        "  FROM (\n"
        "    SELECT orders.*,\n"
        "      merchants.id AS merchants_id,\n"
        "      merchants.name AS name,\n"
        "      merchants.country AS country\n"
        "    FROM orders\n"
        "    LEFT JOIN merchants ON orders.merchant_id = merchants.id\n"
        "  ) AS orders\n"
        ") AS orders"
    )


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
TABLES = NAMES.filter(lambda name: "." not in name)
EXPRESSIONS = st.sampled_from([
    "total - coalesce(refunded, 0)", "CASE WHEN name = 'a  b'\n  THEN 0 ELSE 1 END", "total * 2 / 3 % 5",
    "name || ', ' || country", "CAST(total AS int)", "'it''s'", "total IS DISTINCT FROM 3", "a <> 1 AND b != 2",
])  # fmt: skip


@given(
    st.sampled_from(SERVERS),
    st.lists(st.tuples(TABLES, NAMES, st.sampled_from(["left", "inner"]), NAMES), max_size=3),
    st.lists(st.tuples(NAMES, EXPRESSIONS), max_size=3, unique_by=lambda one: one[0].casefold()),
    st.sampled_from(["", "orders", "Other source"]),
)
def test_from_sql_any_joins_and_calculations_gives_the_question(
    server: Server,
    joins: list[tuple[str, str, JoinKind, str]],
    calculations: list[tuple[str, str]],
    source: str,
) -> None:
    question = Question("shop.orders" if server == "postgresql" else "orders", "s1", server=server)
    known = list(ORDERS)
    for table, column, kind, ours in joins:
        found = with_join(
            question, table, [column, f"{column}2"], [(ours, column), ("id", f"{column}2")], known=known, kind=kind,
            source="" if server else source,
        )  # fmt: skip
        names = [output for _column, output in found.joins[-1].columns]
        if ours in (output for one in found.joins for _column, output in one.columns) and ours in names:
            continue  # a key of its own
        question, known = found, [*known, *names]
    for name, expression in calculations:
        question = with_calculation(question, Calculation(name, expression))
    question = Question(**{
        **{field: getattr(question, field) for field in Question.__slots__},
        "groups": (Group("total"),), "measures": (Measure("count", "", "amount"),),
        "filters": (Filter("name", "eq", ("x",)),), "sorts": (Sort("amount", True),), "limit": 10,
    })  # fmt: skip
    assert from_sql(to_sql(question), source_id="s1", dialect=question.dialect) == question


@pytest.mark.parametrize("text", [
    "SELECT * FROM (SELECT orders.*, merchants.id AS x FROM orders CROSS JOIN merchants) AS orders",
    "SELECT * FROM (SELECT *, FROM orders) AS orders",
    "SELECT * FROM (SELECT *, (a AS b FROM orders) AS orders",
    "SELECT * FROM (SELECT *, 1 AS b FROM orders WHERE a = 1) AS orders",
    "SELECT * FROM (SELECT *, 1 AS b FROM orders) AS other",
    "SELECT * FROM orders AS o JOIN merchants AS m ON o.id = m.id",
    "SELECT * FROM (SELECT orders.*, m.id AS x FROM orders JOIN merchants AS m ON m.id = m.id) AS orders",
    "SELECT * FROM" + "(SELECT *, 1 AS b FROM " * 40 + "orders" + ") AS orders" * 40,
    "SELECT * FROM (SELECT *, ) AS b FROM orders) AS orders",
])  # fmt: skip
def test_from_sql_other_joins_stay_sql(text: str) -> None:
    assert from_sql(text, source_id="s1") is None


def test_without_join_takes_along_what_names_its_columns() -> None:
    question = with_calculation(joined(), Calculation("label", "name || country"))
    question = with_calculation(question, Calculation("longer", "label || '!'"))
    question = with_calculation(question, Calculation("net", "total - 1"))
    question = with_join(
        question, "countries", ["code"], [("country", "code")], known=[*ORDERS, "merchants_id", "name", "country"]
    )
    asked = Question(
        "orders", "s1", (Filter("country", "filled"), Filter("total", "gt", (1,))), (Group("longer"), Group("id")),
        (Measure("sum", "net", "total_net"), Measure("min", "code", "first_code")), (Sort("longer"), Sort("id")),
        joins=question.joins, calculations=question.calculations,
    )  # fmt: skip
    assert without_join(asked, 0) == Question(
        "orders", "s1", (Filter("total", "gt", (1,)),), (Group("id"),), (Measure("sum", "net", "total_net"),),
        (Sort("id"),), calculations=(Calculation("net", "total - 1"),),
    )  # fmt: skip


def test_with_calculation_renamed_renames_what_names_it() -> None:
    question = Question(
        "orders", "s1", groups=(Group("net"),), sorts=(Sort("net"),), calculations=(Calculation("net", "1"),)
    )
    found = with_calculation(question, Calculation("gross", "2"), 0)
    assert (found.groups, found.sorts) == ((Group("gross"),), (Sort("gross"),))
    assert without_columns(found, {"gross"}) == Question("orders", "s1")


@pytest.mark.parametrize(("text", "code", "spot"), [
    (" ", "empty", (0, 0)),
    ("a + (b", "bracket", (4, 5)),
    ("a) + b", "bracket", (1, 2)),
    ("a, b", "several", (1, 2)),
    ("a; b", "several", (1, 2)),
    ("a AS b", "alias", (2, 4)),
    ("(SELECT 1)", "select", (1, 7)),
    ("1 + sum(a)", "aggregate", (4, 7)),
    ("a > :from", "variable", (4, 9)),
    ("a -- b", "sign", (0, 6)),
    ("a" * 2001, "long", (2000, 2001)),
    ("a / 1.2 +", "end", (8, 9)),
    ("a *", "end", (2, 3)),
    ("a =", "end", (2, 3)),
    ("a = 1 and", "end", (6, 9)),
    ("case when sta", "case", (0, 4)),
    ("case when a = 'Paid' then 1", "case", (0, 4)),
    ("a = 'paid", "quote", (4, 9)),
    ("it's = 'paid'", "quote", (12, 13)),
])  # fmt: skip
def test_check_expression_refuses_at_its_place(text: str, code: str, spot: tuple[int, int]) -> None:
    with pytest.raises(Invalid) as caught:
        check_expression(text, "duckdb")
    assert caught.value.code == f"calculation.{code}"
    assert (caught.value.facts["start"], caught.value.facts["end"]) == spot


@pytest.mark.parametrize(
    "text",
    [
        "a + 1",
        "sum(a) OVER (PARTITION BY b)",
        "CAST(a AS int)",
        "'select, sum(' || b",
        "CASE WHEN a = 'case' THEN 1 ELSE 0 END",
        "a = 'it''s'",
    ],
)
@pytest.mark.parametrize("dialect", ["own", "duckdb", "postgresql", "mysql"])
def test_check_expression_takes_one_expression(text: str, dialect: Dialect) -> None:
    check_expression(text, dialect)


def test_quotes_are_advised_for_a_word_that_something_is_compared_with() -> None:
    assert quotes_advice("paid", "status = Paid", "duckdb") == "Put text in quotes: 'Paid'."
    assert not quotes_advice("statu", "statu = 'paid'", "duckdb")
    assert not quotes_advice("gross", "total - gross", "duckdb")


def test_suggested_keys_name_and_kind_rank_pairs() -> None:
    found = suggested_keys(
        [("id", "integer"), ("status", "text"), ("merchant_id", "integer"), ("tray_no", "text")], "merchants",
        [("id", "integer"), ("status", "text"), ("tray", "text"), ("merchant_id", "text")], "orders",
    )  # fmt: skip
    assert found[0] == ("merchant_id", "id")
    assert ("merchant_id", "merchant_id") not in found  # a number and a text
    assert ("tray_no", "tray") in found


def test_suggested_keys_a_name_that_says_what_it_is_comes_before_one_that_many_tables_have() -> None:
    columns = [("id", "integer"), ("shop_no", "integer"), ("region", "text"), ("tray_id", "integer")]
    found = suggested_keys(columns, "orders", [*columns[:3], ("tray", "integer")], "visits")
    assert found == [("shop_no", "shop_no"), ("region", "region"), ("tray_id", "tray"), ("id", "id")]


def test_repeated_measures_sums_that_a_join_repeats() -> None:
    sums = (Measure("sum", "total", "a"), Measure("sum", "country", "b"), Measure("max", "total", "c"),
            Measure("count", "", "d"))  # fmt: skip
    question = Question("orders", "s1", measures=sums, joins=joined().joins)
    many_to_one = JoinFacts(10, 5, 8, 4, most_right=1, most_left=3)
    one_to_many = JoinFacts(10, 5, 8, 4, most_right=2, most_left=1)
    one_to_one = JoinFacts(10, 5, 8, 4, most_right=1, most_left=1)
    assert [one.name for one, _place in repeated_measures(question, [many_to_one])] == ["b"]
    assert [one.name for one, _place in repeated_measures(question, [one_to_many])] == ["a", "d"]
    assert repeated_measures(question, [one_to_one]) == repeated_measures(question, [None]) == []
    once = Measure("sum", "country", "b", once=("merchant_id",))
    assert repeated_rows(question, [many_to_one]) == (
        RepeatedRows(("b",), "merchants", 3, of_table=True, once=(once,)),
    )
    assert repeated_rows(question, [one_to_many]) == (RepeatedRows(("a", "d"), "merchants", 2, of_table=False),)
    assert repeated_rows(question, [one_to_one]) == ()
    many_to_many = JoinFacts(10, 5, 8, 4, most_right=2, most_left=3)
    assert repeated_rows(question, [many_to_many]) == (
        RepeatedRows(("a", "d"), "merchants", 2, of_table=False), RepeatedRows(("b",), "merchants", 3, of_table=True),
    )  # fmt: skip


def test_next_pair_takes_the_likeliest_columns_that_are_left_or_none() -> None:
    ours: list[tuple[str, ValueKind]] = [
        ("id", "integer"), ("name", "text"), ("total", "decimal"), ("day", "date"), ("shop_id", "integer"),
    ]  # fmt: skip
    theirs: list[tuple[str, ValueKind]] = [
        ("id", "integer"), ("name", "text"), ("total", "decimal"), ("shop_id", "integer"), ("day", "date"),
    ]  # fmt: skip
    assert next_pair(ours, "visits", theirs, "sales", [("shop_id", "shop_id")]) == ("day", "day")
    taken = [("shop_id", "shop_id"), ("day", "day")]
    assert next_pair(ours, "visits", theirs, "sales", taken) is None, "neither names, totals nor two keys of their own"
    assert next_pair([("day", "text")], "visits", [("day", "date")], "sales", []) is None, "never equal"


def by_week() -> Question:
    """Orders joined to budgets by the week of their day, and then to regions by a plain column."""
    question = with_calculation(Question("orders", "s1"), Calculation("week", "date_trunc('week', day)"))
    question = with_calculation(question, Calculation("net", "total - refunded"))
    question = with_join(
        question, "budgets", ["week", "planned"], [("week", "week")], known=["day", "total", "refunded", "week", "net"]
    )
    question = with_join(question, "regions", ["id", "name"], [("planned", "id")], known=["day", "total", "week"])
    return with_calculation(question, Calculation("rest", "planned - net"))


def test_join_by_a_calculated_column_has_it_before_the_join() -> None:
    question = by_week()
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE orders AS SELECT DATE '2026-08-05' AS day, 10 AS total, 3 AS refunded")
        connection.execute("CREATE TABLE budgets AS SELECT DATE '2026-08-03' AS week, 7 AS planned")
        connection.execute("CREATE TABLE regions AS SELECT 7 AS id, 'North' AS name")
        found = connection.execute(f"SELECT week, budgets_week, name, net, rest FROM {rows_sql(question)}").fetchall()
    assert [(name, net, rest) for _week, _other, name, net, rest in found] == [("North", 7, 0)]
    assert str(found[0][0])[:10] == str(found[0][1]) == "2026-08-03"
    read = from_sql(to_sql(question), source_id="s1")
    assert read is not None
    assert (read.joins, set(read.calculations)) == (question.joins, set(question.calculations))
    assert to_sql(read) == to_sql(question)


def test_calculations_before_a_join_name_none_of_its_columns() -> None:
    question = by_week()
    assert [one.name for one in calculations_before(question, 0)] == ["week", "net"]
    assert [one.name for one in calculations_before(question, 2)] == ["week", "net", "rest"]
    assert [one.name for one in key_calculations(question)] == ["week"]


def test_a_calculated_key_goes_with_its_join_and_is_renamed_in_it() -> None:
    question = by_week()
    assert without_columns(question, {"day"}).joins == ()
    assert without_columns(question, {"total"}).joins == question.joins
    renamed = with_calculation(question, Calculation("monday", "date_trunc('week', day)"), 0)
    assert renamed.joins[0].keys == (("monday", "week"),)


def test_renamed_column_is_renamed_in_what_is_calculated_from_it_however_it_is_written() -> None:
    question = Question("sales", "s1", calculations=(
        Calculation("Profit", "price - cost"), Calculation("half", 'PROFIT / 2 + "Profit" + round(price)'),
        Calculation("text", "'profit'"),
    ))  # fmt: skip
    found = with_calculation(question, Calculation("Margin", "price - cost"), 0)
    assert [one.expression for one in found.calculations] == [
        "price - cost", '"Margin" / 2 + "Margin" + round(price)', "'profit'",
    ]  # fmt: skip
    assert [one.name for one in without_columns(question, {"Profit"}).calculations] == ["text"]
