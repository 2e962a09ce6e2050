"""The rows behind a point of a chart: their number and their sum are the chart's figure, in any small table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import median
from typing import Any, Final, cast

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.query_builder.combined import with_calculation, with_join
from benchboard.analytics.query_builder.point import (
    Point,
    PointCell,
    broken_down,
    conditions,
    period_end,
    rows_question,
    totals_question,
    value_filter,
)
from benchboard.analytics.query_builder.question import (
    Calculation,
    Dialect,
    Filter,
    Function,
    Group,
    JoinKind,
    Measure,
    Question,
    Sort,
    Unit,
)
from benchboard.analytics.query_builder.sql_words import quote_name, quote_text
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_types import ValueKind
from benchboard.dashboards.document.time_range import Period
from benchboard.dashboards.variables.variable_queries import replace_names
from support.examples import examples

PERIOD: Final = Period(datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 3, 5, 7, 30, tzinfo=UTC))
UNITS: Final[tuple[Unit, ...]] = ("interval", "hour", "day", "week", "month", "quarter", "year")
KINDS: Final[Mapping[str, ValueKind]] = {"day": "date", "at": "timestamp"}
Row = tuple[datetime | None, date | None, str | None, int | None, bool | None, Decimal | None]
texts = st.sampled_from(["paid", "it's", "", "Paid", "a\\b", "50%"]) | st.none()
times = st.datetimes(datetime(2025, 12, 28), datetime(2026, 4, 2)).map(lambda one: one.replace(microsecond=0))
rows_of_sales = st.lists(
    st.tuples(
        st.none() | times | st.sampled_from([datetime(2026, 2, 2), datetime(2026, 2, 1, 23, 59, 59)]),
        st.none() | st.dates(date(2026, 1, 1), date(2026, 3, 20)),
        texts,
        st.none() | st.integers(-2, 3),
        st.none() | st.booleans(),
        st.none() | st.decimals(-99, 99, places=2),
    ),
    min_size=1,
    max_size=12,
)


def literal(value: object) -> str:
    if value is None:
        return "NULL"
    return quote_text(str(value), "duckdb") if not isinstance(value, int | Decimal) else str(value)


class Oracle:
    """A DuckDB in memory."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()

    def fill(self, table: str, rows: Sequence[tuple[object, ...]], columns: Mapping[str, str]) -> None:
        """Make a table with these rows; `columns` have the DuckDB types of its columns."""
        listed = ", ".join("(" + ", ".join(map(literal, row)) + ")" for row in rows)
        casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
        names = ", ".join(map(quote_name, columns))
        text = f"SELECT {casts} FROM (VALUES {listed}) AS t({names})"
        self.connection.execute(f"CREATE OR REPLACE TABLE {table} AS {text}")

    def run(self, question: Question) -> list[dict[str, Any]]:
        named = {name: quote_text(values[0].rstrip("Z")) for name, values in PERIOD.values.items()}
        found = self.connection.execute(replace_names(to_sql(question), named))
        names = [one[0] for one in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    made = Oracle()
    yield made
    made.connection.close()


SALES: Final = {
    "at": "TIMESTAMP", "day": "DATE", "kind": "VARCHAR", "size": "INTEGER", "gift": "BOOLEAN", "amount": "DECIMAL(9,2)",
}  # fmt: skip
SIZES: Final = {"size": "INTEGER", "label": "VARCHAR"}
groups = st.lists(
    st.sampled_from(["kind", "size", "gift", "doubled", "label"]).map(Group)
    | st.tuples(st.sampled_from(["at", "day"]), st.sampled_from(UNITS)).map(
        lambda pair: Group(pair[0], pair[1], f"{pair[0]}_{pair[1]}")
    ),
    max_size=3,
    unique_by=lambda one: one.output,
)
functions: st.SearchStrategy[Function] = st.sampled_from(
    ["count", "sum", "avg", "min", "max", "median", "count_distinct"]
)
kept = st.lists(
    st.sampled_from([
        Filter("at", "in_range"), Filter("day", "in_range"), Filter("kind", "ne", ("paid",)),
        Filter("amount", "filled"), Filter("size", "one_of", (1, 2)),
    ]),
    max_size=2, unique=True,
)  # fmt: skip


@examples(60)
@given(
    rows_of_sales,
    st.lists(st.tuples(st.integers(-2, 3), texts), max_size=4),
    groups,
    functions,
    kept,
    st.sampled_from(["left", "inner", "full"]),
)
def test_rows_behind_any_point_give_its_figure(
    oracle: Oracle,
    rows: list[Row],
    sizes: list[tuple[int, str | None]],
    grouped: list[Group],
    function: Function,
    filters: list[Filter],
    kind: JoinKind,
) -> None:
    oracle.fill("sales", rows, SALES)
    oracle.fill("sizes", sizes or [(9, "none")], SIZES)
    question = Question("sales", "s1", tuple(filters))
    question = with_join(question, "sizes", list(SIZES), [("size", "size")], known=SALES, kind=kind)
    question = with_calculation(question, Calculation("doubled", "size * 2"))
    measure = Measure(function, "" if function == "count" else "amount", "figure")
    question = replace(question, groups=tuple(grouped), measures=(measure,), sorts=(Sort("figure"),), limit=20)
    for row in oracle.run(question):
        point = Point(tuple((one, row[one.output]) for one in grouped), measure)
        interval = cast("Unit", PERIOD.interval)
        found = conditions(point.groups, interval=interval, kinds=KINDS)
        assert found is not None
        behind = oracle.run(rows_question(question, found, point))
        assert figure(behind, function) == pytest.approx(row["figure"]), (point, found)
        (totals,) = oracle.run(totals_question(question, found, point))
        assert list(totals.values()) == [len(behind), row["figure"]]


def figure(rows: Sequence[Mapping[str, Any]], function: Function) -> object:
    """What a measure is over rows, calculated without a database."""
    known = [row["amount"] for row in rows if row["amount"] is not None]
    if function == "count":
        return len(rows)
    if function == "count_distinct":
        return len(set(known))
    if not known:
        return None
    if function == "sum":
        return sum(known)
    if function == "avg":
        return float(sum(known) / len(known))
    if function == "median":
        return median(known)
    return min(known) if function == "min" else max(known)


@given(times, st.sampled_from(["second", "minute", "hour", "day", "week", "month", "quarter", "year"]))
def test_period_end_is_where_the_next_begins(oracle: Oracle, moment: datetime, unit: Unit) -> None:
    question = Question("moments", "s1", groups=(Group("at", unit, "p"),))
    oracle.fill("moments", [(moment,)], {"at": "TIMESTAMP"})
    start = oracle.run(question)[0]["p"]
    end = period_end(start, unit)
    assert end is not None
    assert start <= moment < end
    oracle.fill("moments", [(end,)], {"at": "TIMESTAMP"})
    assert oracle.run(question)[0]["p"] == end


def test_period_end_beyond_the_calendar_and_of_an_unknown_length_is_none() -> None:
    assert period_end(datetime(9999, 1, 1, tzinfo=UTC), "year") is None
    assert period_end(datetime(9999, 12, 31, tzinfo=UTC), "day") is None
    assert period_end(datetime(2026, 1, 1, tzinfo=UTC), "interval") is None


@pytest.mark.parametrize(
    ("value", "excluded", "expected"),
    [
        ("refunded", False, Filter("status", "eq", ("refunded",))),
        ("refunded", True, Filter("status", "ne", ("refunded",))),
        (None, False, Filter("status", "empty")),
        (None, True, Filter("status", "filled")),
        (date(2026, 2, 1), False, Filter("status", "eq", ("2026-02-01",))),
        (datetime(2026, 2, 1, 4, 5, tzinfo=UTC), False, Filter("status", "eq", ("2026-02-01 04:05:00",))),
    ],
)
def test_value_filter_is_the_condition_of_a_value(value: PointCell, excluded: bool, expected: Filter) -> None:
    assert value_filter("status", value, excluded=excluded) == expected


def test_conditions_of_a_number_that_may_be_rounded_are_unknown() -> None:
    assert conditions([(Group("x"), Decimal("0.123456789012345"))]) is None
    assert conditions([(Group("x"), Decimal("0.1"))]) == (Filter("x", "eq", (Decimal("0.1"),)),)


def test_conditions_of_an_interval_need_its_unit() -> None:
    start = datetime(2026, 2, 2, tzinfo=UTC)
    assert conditions([(Group("at", "interval", "period"), start)]) is None
    assert conditions([(Group("at", "interval", "period"), start)], interval="week") == (
        Filter("at", "ge", ("2026-02-02",)),
        Filter("at", "lt", ("2026-02-09",)),
    )


def test_broken_down_has_the_other_column_in_place_of_what_is_fixed() -> None:
    week, status = Group("at", "week", "week"), Group("status")
    question = Question(
        "orders", "s1", groups=(week, status), measures=(Measure("count", "", "n"), Measure("sum", "total", "t")),
        sorts=(Sort("week"),), limit=50,
    )  # fmt: skip
    point = Point(((week, datetime(2026, 2, 2, tzinfo=UTC)), (status, "paid")), question.measures[1])
    fixed = conditions(point.groups) or ()
    found = broken_down(question, fixed, point, "country")
    assert found.groups == (Group("country"),)
    assert found.measures == (Measure("sum", "total", "t"),)
    assert found.sorts == (Sort("t", descending=True),)
    assert found.filters == fixed
    assert found.limit is None
    series = broken_down(question, conditions([(status, "paid")]) or (), Point(((status, "paid"),)), "country")
    assert series.groups == (week, Group("country"))
    assert series.sorts == (Sort("week"),)


@pytest.mark.parametrize("dialect", ["own", "postgresql", "mysql"])
def test_rows_question_is_written_for_each_database(dialect: Dialect) -> None:
    question = Question("orders", groups=(Group("at", "week", "w"),), measures=(Measure("sum", "total", "t"),))
    point = Point(((question.groups[0], datetime(2026, 2, 2, tzinfo=UTC)),), question.measures[0])
    found = to_sql(rows_question(question, conditions(point.groups) or (), point), dialect)
    assert ">= '2026-02-02'" in found
    assert "< '2026-02-09'" in found
