"""Amounts converted by a table of exchange rates: the query, what it answers, and what is read from it."""

from dataclasses import replace
from datetime import date, datetime

import duckdb
import pytest

from benchboard.analytics.query_builder.combined import column_owners, with_calculation, without_join
from benchboard.analytics.query_builder.question import Calculation, Group, Measure, Question, RateLookup, Server, Sort
from benchboard.analytics.query_builder.rate_lookup import (
    RateColumns,
    with_converted,
    with_rates,
)
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.rate_tables import likely_per_target, rate_columns
from benchboard.errors import Invalid

SALES = Question(
    "sales", "s1", groups=(Group("shop"), Group("currency")),
    measures=(Measure("sum", "amount", "total"), Measure("count", "", "rows")), sorts=(Sort("total", True),),
)  # fmt: skip
COLUMNS = RateColumns("currency", "rate", "day")
BY_DAY = RateLookup("rate", "EUR", ("sold_at", "day"))
KNOWN = ("shop", "currency", "amount", "sold_at")


def _converted(lookup: RateLookup = BY_DAY, *, server: Server = "", source: str = "") -> Question:
    rated = with_rates(replace(SALES, server=server), "fx", COLUMNS, "currency", lookup, known=KNOWN, source=source)
    return with_converted(rated, "amount", "rate_to_eur", KNOWN)


def _run(question: Question, sales: list[tuple[object, ...]], fx: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE sales (shop VARCHAR, currency VARCHAR, amount DECIMAL(9,2), sold_at TIMESTAMP)"
        )
        connection.execute("CREATE TABLE fx (currency VARCHAR, rate DOUBLE, day DATE)")
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", sales)
        connection.executemany("INSERT INTO fx VALUES (?, ?, ?)", fx)
        return connection.execute(to_sql(question)).fetchall()


def test_each_row_is_converted_by_the_most_recent_rate_at_or_before_its_time() -> None:
    fx = [("USD", 0.5, date(2026, 1, 1)), (" usd", 0.8, date(2026, 2, 1)), ("GBP", 2.0, date(2026, 1, 1))]
    sales = [
        ("a", "EUR", 10, datetime(2026, 1, 5)),  # as the file has it
        ("a", "usd ", 100, datetime(2026, 1, 31, 23)),
        ("a", "USD", 100, datetime(2026, 2, 1)),
        ("a", "GBP", 1, datetime(2026, 3, 1)),
    ]
    ((shop, total, rows),) = _run(_converted(), sales, fx)
    assert (shop, total, rows) == ("a", 10 + 50 + 80 + 2, 4)


def test_row_without_a_rate_stays_and_is_never_taken_as_one() -> None:
    fx = [("USD", 0.5, date(2026, 2, 1)), ("CHF", 0, date(2026, 1, 1)), ("SEK", 0.1, date(2026, 1, 1)),
          ("SEK", 0.2, date(2026, 1, 1))]  # fmt: skip
    at = datetime(2026, 1, 5)
    sales = [("a", code, 100, at) for code in ("USD", "XAU", "CHF", "SEK", None)] + [("a", "USD", 100, None)]
    ((_shop, total, rows),) = _run(_converted(), sales, fx)
    assert (total, rows) == (None, 6)  # before its first rate, of no rate, of 0, of two at once, without a currency


def test_rates_without_a_date_hold_for_all_rows_unless_they_differ() -> None:
    at = datetime(2026, 1, 5)
    fx = [("USD", 0.5, None), ("USD", 0.5, None), ("CHF", 1, None), ("CHF", 2, None)]
    sales = [("a", "USD", 100, at), ("a", "CHF", 100, at), ("a", "EUR", 1, at)]
    ((_shop, total, rows),) = _run(_converted(RateLookup("rate", "EUR")), sales, fx)
    assert (total, rows) == (51, 3)


def test_rates_per_target_are_divided_by() -> None:
    at = datetime(2026, 1, 5)
    ((_shop, total, _rows),) = _run(
        _converted(RateLookup("rate", "EUR", per_target=True)), [("a", "TRY", 100, at)], [("TRY", 40, None)]
    )
    assert total == 2.5


@pytest.mark.parametrize("server", ["", "postgresql", "mysql"])
@pytest.mark.parametrize(
    "lookup", [BY_DAY, RateLookup("rate", "EUR"), RateLookup("rate", "USD", ("sold_at", "day"), per_target=True)]
)
def test_query_with_rates_is_read_again_by_the_builder(server: Server, lookup: RateLookup) -> None:
    rated = with_rates(replace(SALES, server=server), "fx", COLUMNS, "currency", lookup, known=KNOWN)
    question = with_calculation(rated, Calculation("twice", "amount * 2"))
    assert from_sql(to_sql(question), source_id="s1", dialect=question.dialect) == question


def test_rates_of_another_source_are_read_again_too() -> None:
    question = _converted(source="Money rates")
    assert '"Money rates".fx' in to_sql(question)
    assert from_sql(to_sql(question), source_id="s1") == question


def test_converted_measures_are_named_for_the_currency_and_no_longer_split_by_it() -> None:
    question = _converted()
    assert [one.output for one in (*question.groups, *question.measures)] == ["shop", "total_in_eur", "rows"]
    assert question.sorts == (Sort("total_in_eur", True),)
    assert column_owners(question, "amount_in_eur") >= {(-1, "amount"), (-1, "currency"), (0, "rate")}


def test_what_a_table_of_rates_converts_goes_with_it() -> None:
    left = without_join(_converted(), 0)
    assert (left.joins, left.calculations, [one.output for one in left.measures]) == ((), (), ["rows"])


@pytest.mark.parametrize(
    ("table", "columns", "expected"),
    [
        ("rates", [("currency", "text"), ("rate", "decimal"), ("day", "date")], ("currency", "rate", "day")),
        ("fx", [("code", "text"), ("value", "decimal")], ("code", "value", "")),
        ("kurse", [("währung", "text"), ("kurs", "decimal"), ("datum", "timestamp")], ("währung", "kurs", "datum")),
        ("orders", [("currency", "text"), ("total", "decimal")], None),
        ("fx", [("currency", "text")], None),
        ("interest_rates", [("bank", "text"), ("rate", "decimal")], None),
    ],
)
def test_table_of_rates_is_known_by_its_names(
    table: str, columns: list[tuple[str, str]], expected: tuple[str, str, str] | None
) -> None:
    found = rate_columns(table, columns)  # type: ignore[arg-type]  # kinds
    assert (found and (found.currency, found.rate, found.date)) == expected


def test_direction_of_rates_is_told_by_currencies_that_are_worth_less() -> None:
    assert likely_per_target({"USD": 1.08, "TRY": 40.1, "JPY": 170.0}, "EUR")
    assert not likely_per_target({"USD": 0.92, "TRY": 0.025}, "EUR")
    assert not likely_per_target({"USD": 1.08}, "EUR")


def test_own_data_and_what_is_no_currency_are_refused() -> None:
    for question, lookup, code in (
        (Question("orders"), BY_DAY, "rates.own"), (SALES, replace(BY_DAY, target="euro"), "rates.target"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            with_rates(question, "fx", COLUMNS, "currency", lookup, known=KNOWN)
        assert caught.value.code == code
