"""What is said of amounts that a query converts by a table of rates: which, as of when, and which rows have none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from benchboard.analytics import model_services
from benchboard.analytics.converted_amounts import ConvertedAmounts, RowsWithoutRate, missing_text, rates_text
from benchboard.analytics.data_models.definition import CalculatedField, FieldDisplay, ModelDefinition, ModelJoin
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.mixed_currencies import added_currencies
from benchboard.analytics.queries import ResultTable, run_query
from benchboard.analytics.query_builder.question import Filter, Group, Measure, Question, RateLookup
from benchboard.analytics.query_builder.rate_lookup import RateColumns, with_converted, with_rates
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.repeated_rows import repeated_rows
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.lineage import table_uses
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.services import SourceSummary
from benchboard.errors import Invalid
from support.databases import unbound
from support.orders import Market

_SALES = """shop,currency,amount,sold
Ulm,EUR,10.50,2026-01-05
Bern,usd,30.00,2026-01-20
Bern,USD,30.00,2026-02-20
Izmir,TRY,40.25,2026-02-20
Izmir,,7.00,2026-02-20
Izmir,TRY,,2026-02-20
"""
_RATES = """currency,rate,day
USD,0.50,2026-01-01
USD,0.80,2026-02-01
GBP,1.20,2026-02-01
"""
_LOOKUP = RateLookup("rate", "EUR", ("sold", "day"))


@contextmanager
def _sources(market: Market, folder: Path) -> Iterator[SourceSummary]:
    """Sales and rates, as two tables of one source."""
    (folder / "sales.csv").write_text(_SALES, encoding="utf-8")
    (folder / "rates.csv").write_text(_RATES, encoding="utf-8")
    scans = [inspect_file(folder / name).tables[0].scan for name in ("sales.csv", "rates.csv")]
    database = unbound(market.database)
    source = import_files(database, market.analyst, name="Sold", scans=scans, folder=None)
    try:
        yield source
    finally:
        with database.change() as session:
            remove_source(session, market.analyst, source.id, even_if_used=True)


def _ask(market: Market, source: SourceSummary, text: str) -> tuple[ResultTable, tuple[ConvertedAmounts, ...], object]:
    with unbound(market.database).read() as session:
        table = run_query(session, market.analyst, text, source_id=source.id)
        added = added_currencies(session, market.analyst, text, source.id, table)
        assert not repeated_rows(session, market.analyst, text, source.id)
    return table, added.converted, added.mixed


def _question(source: SourceSummary) -> Question:
    asked = Question("sales", source.id, groups=(Group("shop"),), measures=(Measure("sum", "amount", "sold_for"),))
    columns = RateColumns("currency", "rate", "day")
    known = ["shop", "currency", "amount", "sold"]
    rated = with_rates(asked, "rates", columns, "currency", _LOOKUP, known=known)
    return with_converted(rated, "amount", "rate_to_eur", known)


def _model(market: Market, source: SourceSummary) -> ModelDefinition:
    with unbound(market.database).read() as session:
        sales = model_services.table_definition(session, market.analyst, source.id, "sales").tables[0]
        rates = model_services.model_table(session, market.analyst, source.id, "rates", [("rate", "rate_to_eur")])
    euros = CalculatedField("euros", "amount * rate_to_eur", "decimal", FieldDisplay("Amount in EUR", "EUR", "money"))
    return ModelDefinition((sales, rates), (ModelJoin((("currency", "currency"),), "left", _LOOKUP),), (euros,))


def test_rows_without_a_rate_are_counted_and_named_as_of_when_rates_are_said(market: Market, tmp_path: Path) -> None:
    with _sources(market, tmp_path) as source:
        table, (found,), mixed = _ask(market, source, to_sql(_question(source)))
    assert mixed is None
    sums = {row[0]: row[1] for row in table.rows}
    assert sums == {"Ulm": Decimal("10.5"), "Bern": 39, "Izmir": None}
    assert (table.columns[1].title, table.columns[1].presentation.currency) == ("Sold for in EUR", "EUR")
    assert found.missing == (RowsWithoutRate("", 1), RowsWithoutRate("TRY", 1))  # the one without an amount has nothing
    assert (found.counted, found.first, found.last) == (5, date(2026, 1, 1), date(2026, 2, 1))
    assert rates_text(found) == (
        "Converted to EUR by the rates of rates. Each row by the latest rate at its “sold”."
        " Rates from 2026-01-01 to 2026-02-01."
    )
    assert missing_text(found) == ("2 of 5 rows have no rate and are left out: without a currency (1), TRY (1).")


def test_filters_of_the_query_hold_for_what_is_said(market: Market, tmp_path: Path) -> None:
    with _sources(market, tmp_path) as source:
        question = replace(
            _question(source), filters=(Filter("shop", "eq", ("Bern",)), Filter("sold", "ge", ("2026-02-01",)))
        )
        _table, (found,), _mixed = _ask(market, source, to_sql(question))
    assert (found.counted, found.missing, found.rates) == (1, (), (("USD", Decimal("0.8")),))
    assert missing_text(found) == ""
    assert "1 USD = 0.8 EUR." in rates_text(found)
    assert "Rates of 2026-02-01." in rates_text(found)


def test_model_with_a_table_of_rates_converts_in_any_query(market: Market, tmp_path: Path) -> None:
    with _sources(market, tmp_path) as source:
        definition = _model(market, source)
        with unbound(market.database).change() as session:
            made = model_services.create_model(session, market.analyst, name="Turnover", definition=definition)
            assert model_services.check_model(session, market.analyst, made.id).problems == ()
            assert made.definition == definition  # also as it was stored
        by_builder = to_sql(Question("Turnover", source.id, measures=(Measure("sum", "euros", "total_euros"),)))
        by_hand = 'SELECT shop AS s, sum(euros) + 0 AS e FROM "Turnover" WHERE amount > 0 GROUP BY shop ORDER BY 1'
        table, (found,), mixed = _ask(market, source, by_builder)
        assert (table.rows, table.columns[0].title, mixed) == (((Decimal("49.5"),),), "Amount in EUR", None)
        assert (table.columns[0].presentation.currency, found.missing_rows, found.whole) == ("EUR", 2, False)
        _table, (found,), mixed = _ask(market, source, by_hand)
        assert (found.missing_rows, found.whole, mixed) == (2, True, None)
        assert missing_text(found).startswith("2 of 5 rows of the data model have no rate and are left out: ")
        _table, converted, mixed = _ask(market, source, 'SELECT sum(amount) AS a FROM "Turnover"')
        assert (converted, mixed is not None) == ((), True)
        with unbound(market.database).read() as session:
            uses = [one.name for one in table_uses(session, market.analyst, source.id, "rates", ["day"])]
            assert uses == ["Turnover"]
            assert not table_uses(session, market.analyst, source.id, "rates", ["note"])
            stored = model_services.get_model(session, market.analyst, made.id)
            assert stored.definition is not None
            found_uses = model_services.model_uses(session, market.analyst, made.id, ["rate_to_eur"])
        assert [one.name for one in found_uses] == ["euros"]
        with unbound(market.database).change() as session:
            model_services.delete_model(session, market.analyst, made.id)


@pytest.mark.parametrize(
    ("lookup", "sentence"),
    [
        (replace(_LOOKUP, when=("shop", "day")), "The rates of “rates” can't be found: “shop” has no dates."),
        (replace(_LOOKUP, when=("sold", "gone")), "“rates” can't be joined: the column “gone” is missing."),
        (replace(_LOOKUP, rate="currency"), "“currency” of “rates” has no numbers, so it has no rates."),
    ],
)
def test_table_of_rates_that_cannot_be_read_is_said(
    market: Market, tmp_path: Path, lookup: RateLookup, sentence: str
) -> None:
    with _sources(market, tmp_path) as source:
        definition = _model(market, source)
        join = ModelJoin((("currency", "currency"),), "left", lookup)
        with unbound(market.database).change() as session, pytest.raises(Invalid) as caught:
            model_services.create_model(
                session, market.analyst, name="Turnover", definition=replace(definition, joins=(join,))
            )
    assert caught.value.what == sentence
