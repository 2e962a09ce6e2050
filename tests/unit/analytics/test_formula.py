"""Formulas over measures: read from what people write, written as SQL and read back, and calculated by the engines."""

import random
import re
from collections import defaultdict
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.queries import check_query
from benchboard.analytics.query_builder.formula import (
    Amount,
    Constant,
    Formula,
    Operation,
    read_formula,
)
from benchboard.analytics.query_builder.question import (
    Dialect,
    Filter,
    Group,
    Join,
    Measure,
    Question,
    Server,
    Sort,
    formula_measure,
)
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.errors import Invalid

MEASURES: dict[str, Formula] = {
    "revenue": Amount("sum", "amount"),
    "Units sold": Amount("sum", "quantity"),
    "rows": Amount("count"),
    "target": Amount("sum", "goal", ("shop",)),
}


def find(name: str) -> Formula | None:
    return {key.casefold(): one for key, one in MEASURES.items()}.get(name.casefold())


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ('revenue / "Units sold"', "sum(amount) * 1.0 / nullif(sum(quantity), 0)"),
        ("(revenue - 5) / revenue", "(sum(amount) - 5) * 1.0 / nullif(sum(amount), 0)"),
        ("Revenue / rows * 100", "(sum(amount) * 1.0 / nullif(count(*), 0)) * 100"),
        ("revenue / total(revenue)", "sum(amount) * 1.0 / nullif(sum(sum(amount)) OVER (), 0)"),
        ("-revenue", "0 - sum(amount)"),
        ("sum(amount) / Count(*)", "sum(amount) * 1.0 / nullif(count(*), 0)"),
        ("max(amount) - avg( amount )", "max(amount) - avg(amount)"),
        ("revenue - (rows - 1)", "sum(amount) - (count(*) - 1)"),
    ],
)
def test_a_formula_is_written_as_sql_with_its_own_precedence(text: str, sql: str) -> None:
    columns = {"amount": "amount"}
    measure = formula_measure(read_formula(text, find, columns.get), "x")
    question = Question("t", "s", measures=(measure,))
    assert to_sql(question) == f"SELECT {sql} AS x\nFROM t"
    assert from_sql(to_sql(question), source_id="s") == question


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "empty", ""),
        ("revenu / rows", "name", "revenu"),
        ("revenue /", "end", "/"),
        ("(revenue", "bracket", "e"),
        ("revenue rows", "sign", "rows"),
        ("sum(amount)", "name", "sum"),
        ("revenue; DROP", "sign", ";"),
        ("revenue / (SELECT 1)", "name", "SELECT"),
        ("total(rows / 2)", "sign", "/"),
        ("total(target + 1)", "sign", "+"),
        ("revenue / total(target)", "total", "target"),  # groups that count the same row don't add up
        ("revenue || rows", "sign", "||"),
        ("revenue > 'x'", "sign", ">"),
        ("getenv('HOME')", "name", "getenv"),
        ("((((((((((((((((((((((revenue))))))))))))))))))))))", "deep", None),
    ],
)
def test_what_is_no_formula_is_refused_at_its_place(text: str, code: str, place: str | None) -> None:
    with pytest.raises(Invalid) as caught:
        read_formula(text, find)
    assert caught.value.code == f"formula.{code}"
    if place is not None:
        assert text[caught.value.facts["start"] : caught.value.facts["end"]] == place


amount_parts = st.sampled_from([Amount("sum", "order_total"), Amount("count"), Amount("avg", "order_total"),
                                Amount("count_distinct", "status"), Amount("max", "order_total")])  # fmt: skip
numbers = st.sampled_from([Constant("0"), Constant("1.0"), Constant("100"), Constant("0.5")])
formulas = st.recursive(
    amount_parts | numbers,
    lambda inner: st.builds(Operation, st.sampled_from(["+", "-", "*", "/"]), inner, inner),
    max_leaves=8,
)


@pytest.mark.parametrize("dialect", ["own", "duckdb", "postgresql", "mysql"])
@given(st.data())
def test_a_formula_is_read_back_from_its_query_in_every_language(dialect: Dialect, data: st.DataObject) -> None:
    formula = data.draw(formulas.filter(lambda one: isinstance(one, Operation)))
    server: Server = dialect if dialect in ("postgresql", "mysql") else ""
    measure = formula_measure(formula, "x y")
    question = Question("orders", "", (), (Group("status"),), (measure,), server=server)
    text = to_sql(question, dialect)
    assert from_sql(text, dialect=dialect) == question
    if dialect == "own":
        check_query(text)


@given(formulas, st.lists(st.tuples(st.sampled_from("ab"), st.integers(-5, 5)), min_size=1, max_size=12))
def test_a_formula_is_what_python_calculates(formula: Formula, rows: list[tuple[str, int]]) -> None:
    groups = defaultdict(list)
    for status, amount in rows:
        groups[status].append(amount)

    def value(one: Formula, status: str) -> float | None:
        amounts = groups[status]
        if isinstance(one, Constant):
            return float(one.text)
        if isinstance(one, Amount):
            return {"sum": sum(amounts), "count": len(amounts), "avg": sum(amounts) / len(amounts),
                    "count_distinct": 1, "max": max(amounts)}[one.function]  # fmt: skip
        left, right = value(one.left, status), value(one.right, status)
        if left is None or right is None:
            return None
        if one.sign == "/":
            return left / right if right else None
        return left + right if one.sign == "+" else left - right if one.sign == "-" else left * right

    question = Question("t", "s", (), (Group("status"),), (formula_measure(formula, "x"),), (Sort("status"),))
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (status VARCHAR, order_total INTEGER)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
        found = connection.execute(to_sql(question)).fetchall()
    for (status, got), wanted in zip(found, sorted(groups), strict=True):
        expected = value(formula, wanted)
        assert status == wanted
        assert got is None if expected is None else float(got) == pytest.approx(expected, rel=1e-6, abs=1e-6)


SHOPS = [("S1", "west", Decimal("500")), ("S2", "west", Decimal("500")), ("S3", "east", None),
         ("S4", "east", Decimal("20"))]  # fmt: skip


@pytest.mark.parametrize("dialect", ["duckdb", "postgresql", "mysql"])
def test_a_measure_that_counts_once_is_read_back_from_its_query(dialect: Dialect) -> None:
    join = Join("shops", (("shop", "id"),), (("id", "id"), ("region", "region"), ("goal", "goal")))
    server: Server = dialect if dialect in ("postgresql", "mysql") else ""
    once = Measure("sum", "goal", "target", once=("shop",))
    share = formula_measure(read_formula("revenue / target", find), "reached")
    for measures in ((once,), (Measure("sum", "amount", "revenue"), share), (once, share)):
        for groups in ((), (Group("region"),), (Group("day", "week", "week"), Group("region"))):
            for filters in ((), (Filter("amount", "gt", (3,)), Filter("day", "in_range"))):
                question = Question("orders", "s", filters, groups, measures, server=server, joins=(join,))
                assert from_sql(to_sql(question, dialect), source_id="s", dialect=dialect) == question


def test_rows_known_by_long_columns_that_begin_alike_are_counted_apart() -> None:
    """Both places had one name, cut off at its 60th letter."""
    long = "the_number_of_the_shop_in_the_system_of_the_head_office_"
    joins = tuple(
        Join(table, ((f"{long}{key}", "id"),), (("goal", f"goal_{key}"),))
        for table, key in (("shops", "a"), ("teams", "b"))
    )
    measures = tuple(Measure("sum", f"goal_{key}", f"goal_{key}", once=(f"{long}{key}",)) for key in "ab")
    question = Question("orders", "s", measures=measures, joins=joins)
    text = to_sql(question)
    names = set(re.findall(r"place_by_\w+", text))
    assert (len(names), max(map(len, names)) <= 60) == (2, True)
    assert from_sql(text, source_id="s") == question


@given(st.integers(0, 10_000), st.integers(0, 6), st.booleans())
def test_a_measure_that_counts_once_adds_each_row_of_the_joined_table_once(
    seed: int, least: int, by_region: bool
) -> None:
    chance = random.Random(seed)
    orders = [(chance.choice(["S1", "S2", "S3", "S4", "S9", None]), chance.randint(0, 9)) for _k in range(30)]
    shops = {shop: (region, goal) for shop, region, goal in SHOPS}
    seen: dict[str | None, set[str]] = defaultdict(set)
    revenue: dict[str | None, int] = defaultdict(int)
    for shop, amount in orders:
        if amount >= least:
            region = (shops[shop][0] if shop in shops else None) if by_region else "all"
            revenue[region] += amount
            seen[region] |= {shop} if shop in shops else set()
    expected = {}
    for region, amount in revenue.items():
        goals = [goal for shop in seen[region] if (goal := shops[shop][1]) is not None]
        expected[region] = amount, sum(goals) if goals else None
    join = Join("shops", (("shop", "id"),), (("id", "id"), ("region", "region"), ("goal", "goal")))
    question = Question(
        "orders", "s", (Filter("amount", "ge", (least,)),), (Group("region"),) if by_region else (),
        (Measure("sum", "amount", "revenue"), Measure("sum", "goal", "target", once=("shop",))), joins=(join,),
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE orders (shop VARCHAR, amount INTEGER)")
        connection.execute("CREATE TABLE shops (id VARCHAR, region VARCHAR, goal DECIMAL(9, 2))")
        connection.executemany("INSERT INTO orders VALUES (?, ?)", orders)
        connection.executemany("INSERT INTO shops VALUES (?, ?, ?)", SHOPS)
        rows = connection.execute(to_sql(question)).fetchall()
    found = {(row[0] if by_region else "all"): row[-2:] for row in rows}
    if not expected:
        assert not by_region or found == {}
        return
    assert found == expected
