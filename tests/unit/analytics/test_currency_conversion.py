"""Amounts converted into one currency: the query, and what is read from it."""

from decimal import Decimal

import duckdb
import pytest

from benchboard.analytics.query_builder.currency_conversion import (
    CurrencyConversion,
    conversion_text,
    conversions_in,
    parse_rate,
    with_conversion,
)
from benchboard.analytics.query_builder.question import Dialect, Group, Measure, Question, Server, Sort
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.errors import Invalid

RATES = CurrencyConversion("amount", "currency", "EUR", (("USD", Decimal("0.92")), ("TRY", Decimal("0.021"))))
SALES = Question(
    "sales", "s1", groups=(Group("shop"), Group("currency")),
    measures=(Measure("sum", "amount", "total"), Measure("count", "", "rows")), sorts=(Sort("total", True),),
)  # fmt: skip


def test_converted_amounts_are_summed_over_all_currencies_that_have_a_rate() -> None:
    question = with_conversion(SALES, RATES, ["shop", "currency", "amount"])
    text = to_sql(question)
    assert [one.output for one in (*question.groups, *question.measures)] == ["shop", "total_eur", "rows"]
    assert question.sorts == (Sort("total_eur", True),)
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE sales AS SELECT * FROM (VALUES ('a', 'EUR', 10.0), ('a', 'USD', 100.0), ('a', 'XAU', 7.0))"
            " t(shop, currency, amount)"
        )
        ((shop, total, rows),) = connection.execute(text).fetchall()
    assert (shop, float(total), rows) == ("a", 102.0, 3)
    assert from_sql(text, source_id="s1") == question


@pytest.mark.parametrize("server", ["", "postgresql", "mysql"])
def test_the_rates_of_a_query_are_read_from_it_however_it_is_written(server: Server) -> None:
    dialect: Dialect = server or "duckdb"
    question = with_conversion(Question("sales", "s1", measures=SALES.measures, server=server), RATES, [])
    assert conversions_in(to_sql(question), dialect) == (RATES,)
    written = "select sum(amount * case currency when 'EUR' then 1 when 'USD' then 0.5 end) from sales"
    (read,) = conversions_in(written, "duckdb")
    assert (read.target, read.rates) == ("EUR", (("USD", Decimal("0.5")),))
    for other in ("select amount * case kind when 'a' then 1 when 'b' then 2 end from t", "select a * b from t", ""):
        assert conversions_in(other, "duckdb") == ()


def test_conversion_text_says_target_and_rates() -> None:
    assert conversion_text(RATES) == (
        "Converted to EUR at 1 USD = 0.92 EUR and 1 TRY = 0.021 EUR. Amounts in other currencies are left out."
    )


@pytest.mark.parametrize(("text", "rate"), [("0.92", "0.92"), (" 0,92 ", "0.92"), ("1,234.5", "1234.5"), ("41", "41")])
def test_rate_is_read_as_people_write_it(text: str, rate: str) -> None:
    assert parse_rate(text, "USD") == Decimal(rate)


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "nan", "1e30", "1.1234567890123"])
def test_what_is_no_rate_is_refused_with_its_currency(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_rate(text, "USD")
    assert caught.value.facts["currency"] == "USD"
