"""A widget is told of sums over amounts in several currencies: those of its own groups and filters, and no others."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchboard.analytics import model_services
from benchboard.analytics.data_models.definition import ModelDefinition, ModelJoin, ModelMeasure
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.mixed_currencies import NONE, MixedCurrencies, mixed_text
from benchboard.analytics.queries import run_query
from benchboard.analytics.query_builder.question import Calculation, Measure, Question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.repeated_rows import repeated_rows
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.removal import remove_source
from benchboard.dashboards.widget_currencies import widget_currencies
from benchboard.i18n import number
from support.databases import unbound
from support.orders import Market

_SALES = """shop,currency,amount,quantity,discount_pct
Ulm,EUR,10.50,1,5
Ulm,EUR,20.00,2,5
Bern,CHF,30.00,3,0
Izmir,TRY,40.25,4,0
Izmir,EUR,5.00,1,0
"""


def _named(*codes: str) -> MixedCurrencies:
    return MixedCurrencies(codes)


def _calculated(expression: str) -> str:
    """The query of a sum of what is calculated, as the builder writes it."""
    made = Calculation("made", expression)
    return to_sql(Question("sales", "file", measures=(Measure("sum", "made", "sold"),), calculations=(made,)), "duckdb")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT sum(amount) AS sold FROM sales", _named("CHF", "EUR", "TRY")),
        ("SELECT shop, sum(amount) AS sold FROM sales GROUP BY 1", _named("EUR", "TRY")),
        ("SELECT shop, avg(amount) AS sold FROM sales GROUP BY 1 ORDER BY 2 DESC LIMIT 1", _named("EUR", "TRY")),
        ("select round(sum(amount), 2) as sold, count(*) as n from sales", _named("CHF", "EUR", "TRY")),
        ("SELECT sum(amount * (1 - discount_pct / 100)) AS sold FROM sales", _named("CHF", "EUR", "TRY")),
        ("SELECT sum(amount) AS sold FROM sales WHERE shop IN (:shops)", _named("EUR", "TRY")),
        ("SELECT shop, sum(amount) FROM sales GROUP BY 1", _named("EUR", "TRY")),
        ("SELECT upper(left(shop, 1)) initial, sum(amount) AS sold FROM sales GROUP BY 1", _named("EUR", "TRY")),
        ("SELECT currency, sum(amount) AS sold FROM sales GROUP BY 1", None),
        ("SELECT shop, currency, sum(amount) AS sold FROM sales GROUP BY 1, 2", None),
        ("SELECT sum(amount) AS sold FROM sales WHERE currency = 'EUR'", None),
        ("SELECT sum(amount) AS sold FROM sales WHERE shop = 'Ulm'", None),
        ("SELECT sum(quantity) AS sold FROM sales", None),
        ("SELECT avg(discount_pct) AS sold FROM sales", None),
        ("SELECT count(*) AS sold FROM sales", None),
        ("SELECT max(amount) AS sold FROM sales", None),
        ("SELECT shop, amount FROM sales", None),
        (_calculated("amount * case when currency = 'CHF' then 1.05 else 1 end"), None),
        (_calculated("amount * quantity"), _named("CHF", "EUR", "TRY")),
    ],
)
def test_sum_over_several_currencies_is_known(
    market: Market, tmp_path: Path, query: str, expected: MixedCurrencies | None
) -> None:
    (tmp_path / "sales.csv").write_text(_SALES, encoding="utf-8")
    database, actor = unbound(market.database), market.analyst
    scans = [inspect_file(tmp_path / "sales.csv").tables[0].scan]
    source = import_files(database, actor, name="Sold", scans=scans, folder=None)
    variables = {"shops": ("Ulm", "Izmir")} if ":shops" in query else {}
    try:
        with database.read() as session:
            table = run_query(session, actor, query, variables=variables, source_id=source.id)
            assert widget_currencies(session, actor, query, source.id, table, variables).mixed == expected
    finally:
        with database.change() as session:
            remove_source(session, actor, source.id, even_if_used=True)


def test_table_in_one_currency_is_not_asked_again(market: Market, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("currency,amount\nEUR,1.5\neur ,2.5\n,3\n", encoding="utf-8")
    database, actor = unbound(market.database), market.analyst
    source = import_files(
        database, actor, name="Sold", scans=[inspect_file(tmp_path / "sales.csv").tables[0].scan], folder=None
    )
    query = "SELECT sum(amount) AS sold FROM sales"
    try:
        with database.read() as session:
            table = run_query(session, actor, query, source_id=source.id)
            assert widget_currencies(session, actor, query, source.id, table, {}) == NONE, "“eur ” is EUR"
    finally:
        with database.change() as session:
            remove_source(session, actor, source.id, even_if_used=True)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("SELECT shop, sum(amount) AS sold FROM sales WHERE shop <> 'Izmir' GROUP BY 1 ORDER BY 2",
         {"sold": {("Ulm",): {"EUR"}, ("Bern",): {"CHF"}}}),
        ("SELECT shop, round(sum(amount), 1) AS sold, count(*) AS n FROM sales WHERE shop <> 'Izmir' GROUP BY 1",
         {"sold": {("Ulm",): {"EUR"}, ("Bern",): {"CHF"}}}),
        ("SELECT currency, sum(amount) AS sold FROM sales GROUP BY 1",
         {"sold": {("EUR",): {"EUR"}, ("CHF",): {"CHF"}, ("TRY",): {"TRY"}}}),
        ("SELECT shop, sum(amount) AS sold FROM sales WHERE currency = 'EUR' GROUP BY 1", None),
        ("SELECT shop, sum(quantity) AS sold FROM sales GROUP BY 1", None),
    ],
)  # fmt: skip
def test_currencies_of_the_groups_are_known_for_their_totals(
    market: Market, tmp_path: Path, query: str, codes: dict[str, dict[tuple[str, ...], set[str]]] | None
) -> None:
    (tmp_path / "sales.csv").write_text(_SALES, encoding="utf-8")
    database, actor = unbound(market.database), market.analyst
    scans = [inspect_file(tmp_path / "sales.csv").tables[0].scan]
    source = import_files(database, actor, name="Sold", scans=scans, folder=None)
    try:
        with database.read() as session:
            table = run_query(session, actor, query, source_id=source.id)
            found = widget_currencies(session, actor, query, source.id, table, {})
        assert found.mixed is None
        assert (found.rows.codes if found.rows is not None else None) == codes
    finally:
        with database.change() as session:
            remove_source(session, actor, source.id, even_if_used=True)


_ITEMS = "sale,price,pieces\n1,4,2\n1,6,1\n2,20,1\n3,30,1\n4,40,1\n5,5,1\n"
_NUMBERED = """id,shop,currency,amount,tax
1,Ulm,EUR,10.5,7
2,Ulm,EUR,20,7
3,Bern,CHF,30,7
4,Izmir,TRY,40,7
5,Izmir,EUR,5,7
"""
_RATES = "currency,rate\nEUR,1\nCHF,1.05\nTRY,0.03\n"
_ALL = ("CHF", "EUR", "TRY")
_IZMIR = ("EUR", "TRY")


_FOLLOWED: list[tuple[str, tuple[str, ...]]] = [
    ("WITH m AS (SELECT shop, sum(amount) AS sold FROM sales GROUP BY 1) SELECT shop, sold FROM m", _IZMIR),
    ("WITH m AS (SELECT shop, sum(amount) AS sold FROM sales GROUP BY 1)"
     " SELECT shop, sold FROM m WHERE shop <> 'Izmir'", ()),
    ("WITH m AS (SELECT shop, sum(amount) AS sold FROM sales WHERE shop <> 'Izmir' GROUP BY 1)"
     " SELECT max(sold) AS most, sum(sold) AS sold FROM m", ("CHF", "EUR")),
    ("WITH m AS (SELECT * FROM sales WHERE amount > 6) SELECT sum(amount) AS sold FROM m", _ALL),
    ("WITH m (s, a) AS (SELECT shop, amount FROM sales), n AS (SELECT * FROM m) SELECT s, sum(a) FROM n GROUP BY s",
     _IZMIR),
    ("WITH m AS (SELECT currency, sum(amount) AS sold FROM sales GROUP BY 1) SELECT * FROM m", ()),
    ("WITH m AS (SELECT currency, sum(amount) AS sold FROM sales GROUP BY 1) SELECT sum(sold) AS s FROM m", _ALL),
    ("SELECT round(sold) AS r FROM (SELECT sum(t.amount) AS sold FROM sales t WHERE t.shop IN (:shops)) x", _IZMIR),
    ("SELECT s.shop, sum(i.price * i.pieces) AS sold FROM items i JOIN sales s ON s.id = i.sale GROUP BY s.shop",
     _IZMIR),
    ("SELECT s.shop, sum(i.price) AS sold FROM items i, sales AS s WHERE i.sale = s.id AND s.currency = 'EUR'"
     " GROUP BY 1", ()),
    ("WITH i AS (SELECT sale AS id, sum(price) AS p FROM items GROUP BY 1), j AS (SELECT sale AS id, price AS p"
     " FROM items) SELECT sum(j.p) AS sold FROM j JOIN sales USING (id)", _ALL),
    ("SELECT sum(b.tax) AS tax FROM sales a JOIN sales b ON a.shop = b.shop", _ALL),
    ("SELECT sum(i.price) AS sold FROM items i JOIN sales s ON s.tax = i.pieces + 6", ()),
    ("SELECT sum(CASE WHEN currency = 'EUR' THEN amount ELSE 0 END) AS eur FROM sales", ()),
    ("SELECT sum(amount) FILTER (WHERE currency = 'EUR') AS eur, count(*) AS n FROM sales", ()),
    ("SELECT sum(amount) FILTER (WHERE shop = 'Izmir') AS sold FROM sales", _IZMIR),
    ("SELECT sum(amount * CASE currency WHEN 'EUR' THEN 1.0 WHEN 'CHF' THEN 1.05 ELSE 0.03 END) AS eur FROM sales",
     ()),
    ("SELECT sum(CASE currency WHEN 'EUR' THEN amount ELSE amount * 0.5 END) AS eur FROM sales", ()),
    ("SELECT sum(s.amount * r.rate) AS eur FROM sales s JOIN rates r ON r.currency = s.currency", ()),
    ("SELECT shop, sum(amount) OVER (PARTITION BY shop) AS sold FROM sales", _IZMIR),
    ("SELECT shop, sum(amount) OVER (PARTITION BY currency) AS sold FROM sales", ()),
    ("SELECT shop, sum(sum(amount)) OVER (ORDER BY shop) AS run FROM sales WHERE shop <> 'Izmir' GROUP BY shop",
     ("CHF", "EUR")),
    ("SELECT shop, sum(amount) AS sold FROM sales WHERE currency = 'EUR' GROUP BY 1"
     " UNION ALL SELECT 'all', sum(amount) FROM sales", _ALL),
    ("SELECT (SELECT sum(amount) FROM sales) AS sold, 1 AS n", _ALL),
    ("SELECT sum(tax) / sum(amount) AS share FROM sales WHERE shop = 'Izmir'", _IZMIR),
    ("SELECT avg(tax / amount) AS share FROM sales", ()),
    ("SELECT count(*) AS n, sum(pieces) AS p FROM items i JOIN sales s ON s.id = i.sale", ()),
    ("WITH m AS (SELECT shop, max(amount) AS most FROM sales GROUP BY ALL) SELECT shop, most FROM m", ()),
    ("FROM sales SELECT sum(amount) AS sold", _ALL),
]  # fmt: skip


def test_amounts_are_followed_through_subqueries_and_joins(market: Market, tmp_path: Path) -> None:
    """Of a query with WITH or JOIN nothing was known, and a sum of the euros alone was said to be mixed."""
    files = {"sales": _NUMBERED, "items": _ITEMS, "rates": _RATES}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    database, actor = unbound(market.database), market.analyst
    scans = [inspect_file(tmp_path / f"{name}.csv").tables[0].scan for name in files]
    source = import_files(database, actor, name="Sold", scans=scans, folder=None)
    found: list[tuple[str, tuple[str, ...]]] = []
    try:
        with database.read() as session:
            for query, _expected in _FOLLOWED:
                variables = {"shops": ("Ulm", "Izmir")} if ":shops" in query else {}
                table = run_query(session, actor, query, variables=variables, source_id=source.id)
                mixed = widget_currencies(session, actor, query, source.id, table, variables).mixed
                found.append((query, mixed.currencies if mixed is not None else ()))
        assert found == _FOLLOWED
    finally:
        with database.change() as session:
            remove_source(session, actor, source.id, even_if_used=True)


_SHOPS = "id,name,marketing_cost\nUlm,Ulm,100\nBern,Bern,200\nIzmir,Izmir,300\n"


@pytest.mark.parametrize(
    ("query", "codes", "tables"),
    [
        ('SELECT name, sum(amount) AS sold FROM "Sales model" GROUP BY name', ("EUR", "TRY"), []),
        ('SELECT sum(earned) AS sold FROM "Sales model"', ("CHF", "EUR", "TRY"), []),
        ('SELECT name, sum(marketing_cost) AS cost FROM "Sales model" GROUP BY name', (), ["shops"]),
        ('SELECT round(sum(amount), 1) AS sold, sum(marketing_cost) FROM "Sales model"',
         ("CHF", "EUR", "TRY"), ["shops"]),
        ('SELECT sum(quantity) AS sold FROM "Sales model"', (), []),
        ('WITH m AS (SELECT * FROM "Sales model" WHERE name <> \'Ulm\') SELECT name, sum(m.amount) FROM m GROUP BY 1',
         ("EUR", "TRY"), []),
    ],
)  # fmt: skip
def test_joins_and_currencies_of_a_data_model_are_those_of_its_tables(
    market: Market, tmp_path: Path, query: str, codes: tuple[str, ...], tables: list[str]
) -> None:
    (tmp_path / "sales.csv").write_text(_SALES, encoding="utf-8")
    (tmp_path / "shops.csv").write_text(_SHOPS, encoding="utf-8")
    database, actor = unbound(market.database), market.analyst
    scans = [inspect_file(tmp_path / f"{name}.csv").tables[0].scan for name in ("sales", "shops")]
    source = import_files(database, actor, name="Sold", scans=scans, folder=None)
    try:
        with database.change() as session:
            base = model_services.table_definition(session, actor, source.id, "sales").tables[0]
            base = replace(base, fields=tuple(one for one in base.fields if one.column != "currency"))
            shops = model_services.model_table(session, actor, source.id, "shops", [])
            made = ModelDefinition(
                (base, shops), (ModelJoin((("shop", "id"),)),), (),
                (ModelMeasure("earned", "sum", "amount * 0.1", "decimal"),),
            )  # fmt: skip
            model = model_services.create_model(session, actor, name="Sales model", definition=made)
        with database.read() as session:
            table = run_query(session, actor, query, source_id=source.id)
            added = widget_currencies(session, actor, query, source.id, table, {})
            repeated = repeated_rows(session, actor, query, source.id)
        assert (added.mixed.currencies if added.mixed is not None else ()) == codes
        assert [one.table for one in repeated] == tables
        assert [one.most for one in repeated] == [2] * len(tables), "Izmir and Ulm have two sales each"
    finally:
        with database.change() as session:
            model_services.delete_model(session, actor, model.id)
            remove_source(session, actor, source.id, even_if_used=True)


def test_text_names_the_currencies_and_what_to_do() -> None:
    assert mixed_text(_named("CHF", "EUR", "TRY")) == (
        "This adds CHF, EUR and TRY as if they were one currency. Filter or group by currency."
    )
    assert "adds amounts in 5 currencies" in mixed_text(_named("CHF", "EUR", "GBP", "TRY", "USD"))
    assert mixed_text(MixedCurrencies(("CHF", "EUR"), 20_000)) == (
        f"This adds CHF and EUR as if they were one currency. Found in {number(20_000)} rows of a large table; there"
        " may be more currencies. Filter or group by currency."
    )
