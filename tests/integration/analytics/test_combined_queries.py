"""Joins and calculated columns of the builder against Python's own computation: on DuckDB, PostgreSQL and MariaDB."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics.join_statistics import best_keys, describe_join
from benchboard.analytics.queries import ResultTable
from benchboard.analytics.query_builder.combined import (
    JoinFacts,
    join_kinds,
    repeated_measures,
    repeated_rows,
    suggested_keys,
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
from benchboard.analytics.query_builder.value_mapping import (
    MappedWord,
    ValueMapping,
    mapping_of_values,
    ranges_between,
    with_mapping,
)
from benchboard.analytics.query_types import ValueKind
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
    # A sort that is the order of ties anyway is not told apart from it on reading back: the SQL is the same.
    assert to_sql(from_sql(to_sql(asked), source_id="s1", dialect=asked.dialect)) == to_sql(asked)


@examples(60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(ORDERS, MERCHANTS)
def test_describe_join_counts_what_plain_python_counts(
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


SECOND_KEYS = st.sampled_from(["k", "merchants_k", "merchants_total"])


@examples(60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(ORDERS, MERCHANTS, st.none() | SECOND_KEYS)
def test_repeated_measures_are_those_that_plain_python_finds_wrong(
    engine: Engine, orders: list[Order], merchants: list[Merchant], second: str | None
) -> None:
    """A sum over a table is wrong if one of its rows is in the join several times."""
    engine.fill(orders, merchants)
    question = question_of(engine, "left")
    if second is not None:
        question = replace(question, calculations=())
        known = ["k", "total", "merchants_k", "name", "merchants_total"]
        question = with_join(question, "merchants", ["total"], [(second, "k")], known=known)
        question = with_calculation(question, Calculation("third", "merchants_total_2 + 1"))
    question = with_calculation(question, Calculation("theirs_only", "coalesce(merchants_total, 0) * 2"))
    question = with_calculation(question, Calculation("again", "theirs_only + 1"))
    facts = [describe_join(engine.table, question, place) for place in range(len(question.joins))]
    measures = [
        Measure("count", "", "rows"), Measure("sum", "total", "ours"), Measure("sum", "merchants_total", "theirs"),
        Measure("avg", "again", "calculated"), Measure("ratio", "total", "ratio", "merchants_total"),
        Measure("share", "merchants_total", "share"), Measure("max", "merchants_total", "most"),
    ]  # fmt: skip
    if second is not None:
        measures += [Measure("sum", "merchants_total_2", "last"), Measure("sum", "third", "last_calculated")]
    asked = replace(question, measures=tuple(measures))
    found = {one.name for one, _place in repeated_measures(asked, facts)}

    rows: list[tuple[int | None, ...]] = [
        (k, m)
        for k, one in enumerate(orders)
        for m in [m for m, other in enumerate(merchants) if other[0] == one[0] is not None] or [None]
    ]
    if second is not None:
        rows = [
            (*row, m)
            for row in rows
            for key in [_key_of(row, orders, merchants, second)]
            for m in [m for m, other in enumerate(merchants) if other[0] == key is not None] or [None]
        ]
    wrong = [max(Counter(row[place] for row in rows if row[place] is not None).values(), default=0) > 1
             for place in range(2 if second is None else 3)]  # fmt: skip
    truth = {"rows": wrong[0], "ours": wrong[0], "theirs": wrong[1], "calculated": wrong[1], "share": wrong[1],
             "ratio": wrong[0] or wrong[1], "most": False}  # fmt: skip
    if second is not None:
        truth |= {"last": wrong[2], "last_calculated": wrong[2]}
        assert {name for name, is_wrong in truth.items() if is_wrong} <= found
    else:
        assert {name for name, is_wrong in truth.items() if is_wrong} == found
    named = {name for one in repeated_rows(asked, facts) for name in one.measures}
    assert named == found, "every measure with a warning is named"


def _key_of(row: tuple[int | None, ...], orders: list[Order], merchants: list[Merchant], column: str) -> int | None:
    order, merchant = row
    if column == "k":
        return orders[order or 0][0]
    return None if merchant is None else merchants[merchant][0 if column == "merchants_k" else 2]


WORDS = st.dictionaries(
    st.integers(-9, 9), st.sampled_from(["low", "O'Brien", "a\\b", "%", ""]), min_size=1, max_size=5
)


@given(ORDERS, WORDS.filter(lambda one: any(one.values())), st.none() | st.just("Other"))
@examples(20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_grouped_by_the_words_of_their_values_on_every_engine(
    engine: Engine, orders: list[Order], words: dict[int, str], rest: str | None
) -> None:
    engine.fill(orders, [])
    plain = Question("orders", "s1", server=engine.server, measures=(Measure("count", "", "n"),), groups=(Group("k"),))

    def counted(mapping: ValueMapping) -> Counter[object]:
        return Counter({word: int(n) for word, n in engine.rows(to_sql(with_mapping(plain, "word", mapping)))})

    def other(key: int | None) -> str | None:
        return rest if rest is not None or key is None else str(key)

    by_value = mapping_of_values("k", dict(words), rest)
    assert counted(by_value) == Counter(words.get(key or 0) or other(key) if key is not None else other(None)
                                        for key, _total in orders)  # fmt: skip
    in_ranges = [MappedWord(str(place), one) for place, one in enumerate(ranges_between([1, 3]))]
    assert counted(ValueMapping("k", tuple(in_ranges), rest)) == Counter(
        other(None) if key is None else str((key >= 1) + (key >= 3)) for key, _total in orders
    )


def test_key_that_finds_one_row_is_proposed_before_columns_with_the_same_name() -> None:
    database = duckdb.connect()
    for text in (
        "CREATE TABLE orders AS SELECT 'A' || k AS order_id, ['EUR', 'CHF'][k % 2 + 1] AS currency,"
        " ['web', 'shop'][k % 2 + 1] AS channel, 'S' || k % 3 AS shop, k AS amount FROM range(1, 61) AS t(k)",
        'CREATE TABLE returns AS SELECT order_id AS "order", currency, channel, shop FROM orders WHERE amount <= 40',
    ):
        database.execute(text)
    ours: list[tuple[str, ValueKind]] = [
        ("order_id", "text"), ("currency", "text"), ("channel", "text"), ("shop", "text"), ("amount", "integer"),
    ]  # fmt: skip
    theirs: list[tuple[str, ValueKind]] = [
        ("order", "text"), ("currency", "text"), ("channel", "text"), ("shop", "text")
    ]  # fmt: skip
    question = with_join(
        Question("orders", "s"), "returns", [name for name, _kind in theirs], [("currency", "currency")],
        known=[name for name, _kind in ours],
    )  # fmt: skip

    def run(text: str) -> ResultTable:
        return ResultTable((), tuple(database.execute(text).fetchall()), truncated=False)

    likely = suggested_keys(ours, "returns", theirs, "orders")
    found = best_keys(run, question, likely, [])
    assert found is not None
    keys, facts = found
    assert keys == (("order_id", "order"),)
    assert (facts.most_left, facts.most_right, facts.left_matched) == (1, 1, 40)
