"""Joins and calculated columns of the builder against Python's own computation: on DuckDB, PostgreSQL and MariaDB."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics.join_statistics import describe_join
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_builder.combined import (
    JoinFacts,
    join_kinds,
    repeated_measures,
    with_calculation,
    with_join,
)
from benchboard.analytics.query_builder.question import (
    Calculation,
    Filter,
    Group,
    JoinKind,
    Measure,
    Question,
    Server,
    Sort,
)
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from support import mariadb
from support.examples import examples
from support.postgres import Server as PostgresServer

Order = tuple[int | None, int]
Merchant = tuple[int | None, str, int]


class Engine:
    """Two tables on an engine: `orders` (key, total) and `merchants` (key, name, total)."""

    def __init__(self, server: Server, execute: Callable[[str], list[Any]]) -> None:
        self.server, self.execute = server, execute
        for table, columns in (("orders", "k int, total int"), ("merchants", "k int, name varchar(9), total int")):
            execute(f"CREATE TABLE {table} ({columns})")

    def fill(self, orders: list[Order], merchants: list[Merchant]) -> None:
        for table, rows in (("orders", orders), ("merchants", merchants)):
            self.execute(f"DELETE FROM {table}")
            for row in rows:
                listed = ", ".join("NULL" if one is None else repr(one) for one in row)
                self.execute(f"INSERT INTO {table} VALUES ({listed})")

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.execute(text)]

    def table(self, text: str) -> ResultTable:
        return ResultTable((), tuple(self.rows(text)), truncated=False)


@pytest.fixture(scope="module", params=["duckdb", "postgresql", "mysql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "duckdb":
        with duckdb.connect() as connection:
            yield Engine("", lambda text: connection.execute(text).fetchall())
    elif request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("pg_server")
        name = server.create()
        with psycopg.connect(server.url(name), autocommit=True) as connection:

            def execute(text: str) -> list[Any]:
                cursor = connection.execute(text.encode())
                return cursor.fetchall() if cursor.description else []

            yield Engine("postgresql", execute)
        server.drop(name)
    else:
        yield from _mariadb()


def _mariadb() -> Iterator[Engine]:
    try:
        with mariadb.running() as server:
            connection = server.connect()

            def execute(text: str) -> list[Any]:
                with connection.cursor() as cursor:
                    cursor.execute(text)
                    return list(cursor.fetchall()) if cursor.description else []

            yield Engine("mysql", execute)
    except mariadb.NoMariadb as error:
        pytest.skip(str(error))


KEYS = st.none() | st.integers(0, 3)
ORDERS = st.lists(st.tuples(KEYS, st.integers(-9, 9)), max_size=6)
MERCHANTS = st.lists(st.tuples(KEYS, st.sampled_from(["a", "B", ""]), st.integers(-9, 9)), max_size=6)
Joined = tuple[int | None, int | None, int | None, str | None, int | None]


def joined(orders: list[Order], merchants: list[Merchant], kind: JoinKind) -> list[Joined]:
    """The rows of the join: key and total of the order, then key, name and total of the merchant."""
    pairs: list[Joined] = [(*one, *other) for one in orders for other in merchants if one[0] == other[0] is not None]
    if kind != "inner":
        known = {other[0] for other in merchants} - {None}
        pairs += [(*one, None, None, None) for one in orders if one[0] not in known]
    if kind == "full":
        known = {one[0] for one in orders} - {None}
        pairs += [(None, None, *other) for other in merchants if other[0] not in known]
    return pairs


def question_of(engine: Engine, kind: JoinKind) -> Question:
    found = with_join(
        Question("orders", "s1", server=engine.server), "merchants", ["k", "name", "total"], [("k", "k")],
        known=["k", "total"], kind=kind,
    )  # fmt: skip
    found = with_calculation(found, Calculation("net", "coalesce(total, 0) - coalesce(merchants_total, 0)"))
    return with_calculation(found, Calculation("twice", "net * 2"))


@examples(60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(ORDERS, MERCHANTS, st.sampled_from(["left", "inner", "full"]))
def test_question_with_join_and_calculations_is_what_python_computes(
    engine: Engine, orders: list[Order], merchants: list[Merchant], kind: JoinKind
) -> None:
    if kind not in join_kinds(question_of(engine, "left").dialect):
        kind = "left"
    engine.fill(orders, merchants)
    plain = question_of(engine, kind)
    rows = joined(orders, merchants, kind)
    whole = [(*row, (row[1] or 0) - (row[4] or 0), 2 * ((row[1] or 0) - (row[4] or 0))) for row in rows]
    assert Counter(engine.rows(to_sql(plain))) == Counter(whole)

    asked = Question(
        "orders", "s1", (Filter("twice", "ge", (-4,)), Filter("merchants_k", "filled")), (Group("merchants_k"),),
        (Measure("sum", "twice", "total_twice"), Measure("count", "", "amount")),
        (Sort("total_twice", True), Sort("merchants_k")), 5, engine.server, plain.joins, plain.calculations,
    )  # fmt: skip
    sums: dict[int, list[int]] = {}
    for row in whole:
        if row[2] is not None and row[6] >= -4:
            sums.setdefault(row[2], []).append(row[6])
    expected = sorted(((key, sum(found), len(found)) for key, found in sums.items()), key=lambda one: (-one[1], one[0]))
    assert [tuple(map(int, row)) for row in engine.rows(to_sql(asked))] == expected[:5]
    assert from_sql(to_sql(asked), source_id="s1", dialect=asked.dialect) == asked


@examples(60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(ORDERS, MERCHANTS)
def test_describe_join_counts_and_no_sum_is_wrong_in_silence(
    engine: Engine, orders: list[Order], merchants: list[Merchant]
) -> None:
    engine.fill(orders, merchants)
    question = question_of(engine, "left")
    facts = describe_join(engine.table, question, 0)
    ours, theirs = Counter(one[0] for one in orders), Counter(one[0] for one in merchants)
    both = [key for key in ours if key is not None and key in theirs]
    assert facts == JoinFacts(
        len(orders), len(merchants), sum(ours[key] for key in both), sum(theirs[key] for key in both),
        max((theirs[key] for key in both), default=0), max((ours[key] for key in both), default=0),
    )  # fmt: skip

    rows = joined(orders, merchants, "left")
    measures = (Measure("sum", "total", "ours"), Measure("sum", "merchants_total", "theirs"))
    asked = Question("orders", "s1", measures=measures, joins=question.joins)
    warned = {one.name for one, _place in repeated_measures(asked, [facts])}
    # Each row is in the join once at most, or its sum is warned of.
    if "ours" not in warned:
        assert len(rows) == len(orders)
    if "theirs" not in warned:
        assert len([row for row in rows if row[2] is not None]) == facts.right_matched
