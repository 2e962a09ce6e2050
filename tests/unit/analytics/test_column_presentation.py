"""The titles, formats and currencies that the columns of a query are shown with."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard import i18n, package_data
from benchboard.analytics.column_presentation import MAX_TITLE, NOTHING, Presentation, escaped, humanised, named
from benchboard.analytics.queries import ResultColumn, ResultTable, check_query

_NAMES = st.text(max_size=80) | st.text("\u202e\u2066\u200f\x00\x07\x1b\n_ aB9", max_size=12) | st.just("x" * 5_000)


def _titles(select: str, **variables: list[str]) -> list[str]:
    return [column.title for column in check_query(f"select {select} from orders", variables)]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("order_total", "Order total"),
        ("orderTotal", "Order total"),
        ("HTTPStatus", "HTTP status"),
        ("REVENUE", "Revenue"),
        ("revenue_eur", "Revenue EUR"),
        ("shop_id", "Shop ID"),
        ("q4_2026", "Q4 2026"),
        ("toplam_tutar", "Toplam tutar"),
        ("größe", "Größe"),
        ("__", "__"),
        ("", "Value"),
        ("a\u202eb", "A b"),
        ("\x1b", "\\u001b"),
    ],
)
def test_humanised_identifier_reads_as_a_person_writes_it(name: str, title: str) -> None:
    assert humanised(name) == title


@given(_NAMES)
def test_humanised_any_name_is_a_title_of_visible_characters(name: str) -> None:
    title = humanised(name)
    assert title.strip()
    assert len(title) <= MAX_TITLE
    assert title.isprintable()


@given(_NAMES, st.booleans(), st.sampled_from(["", "money", "integer", "text"]), st.sampled_from(["", "EUR"]))
def test_named_any_alias_is_a_title_of_visible_characters(name: str, quoted: bool, kind: str, currency: str) -> None:
    shown = named(Presentation(format=kind, currency=currency), name, quoted=quoted)  # type: ignore[arg-type]
    title = ResultColumn(name, "decimal", shown).title
    assert title.strip()
    assert len(title) <= MAX_TITLE
    assert title.isprintable()


def test_escaped_text_shows_characters_that_reverse_it() -> None:
    assert escaped("Total\u202e\x07  \nEUR") == "Total\\u202e\\u0007 EUR"


@pytest.mark.parametrize(
    ("select", "title"),
    [
        ("order_total", "Order total"),
        ("shop_id", "Shop"),
        ("count(*)", "Orders"),
        ("count(distinct shop_id)", "Distinct values of shop"),
        ("sum(order_total)", "Order total"),
        ("avg(order_total)", "Average order total"),
        ("round(avg(order_total), 2)", "Average order total"),
        ("max(order_total)", "Highest order total"),
        ("min(created_dt)", "Earliest order time"),
        ("max(status)", "Last status"),
        ("count(id)", "Count of order ID"),
        ("date_trunc('week', created_dt)", "Week"),
        ("extract(hour from created_dt)", "Hour"),
        ("order_total * 2", "Value"),
        ("current_date", "Value"),
    ],
)
def test_column_without_alias_is_called_what_the_registry_calls_it(select: str, title: str) -> None:
    assert _titles(select) == [title]


def test_count_over_two_tables_or_a_subquery_is_a_count() -> None:
    assert [one.title for one in check_query("select count(*) from orders a join orders b on a.id = b.id")] == ["Count"]
    assert [one.title for one in check_query("select count(*) from (select id from orders) o")] == ["Count"]


@pytest.mark.parametrize(
    ("alias", "title"),
    [
        ('"Total revenue"', "Total revenue"),
        ('"total_revenue"', "total_revenue"),
        ('" "', "Value"),
        ("total_revenue", "Total revenue"),
        ("TotalRevenue", "Total revenue"),
        ("revenue_eur", "Revenue EUR"),
        ("orders", "Orders"),
    ],
)
def test_column_alias_in_quotes_is_kept_and_a_bare_one_is_read(alias: str, title: str) -> None:
    assert _titles(f"sum(order_total) AS {alias}") == [title if alias != '" "' else humanised(" ")]


def test_column_title_travels_through_subqueries() -> None:
    query = 'select * from (select sum(order_total) as "Total revenue", shop_id from orders group by 2) o'
    assert [column.title for column in check_query(query)] == ["Total revenue", "Shop"]


def test_known_columns_are_in_the_readers_language() -> None:
    i18n.use("tr", package_data.resources_folder() / "i18n")
    try:
        assert _titles("order_total, status AS durum_kodu") == ["Sipariş tutarı", "Durum kodu"]
        assert _titles("avg(order_total), count(*)") == ["Ortalama sipariş tutarı", "Siparişler"]
    finally:
        i18n.use("en", Path())


@pytest.mark.parametrize(
    ("select", "formats"),
    [
        ("order_total, sum(order_total), avg(order_total), -order_total", ["money"] * 4),
        ("order_total - order_total, coalesce(sum(order_total), 0)", ["money"] * 2),
        # What an amount is multiplied by may be an exchange rate.
        ("order_total * 2, order_total / 2, order_total + 1", [""] * 3),
        ("count(*), extract(hour from created_dt)", ["integer"] * 2),
        ("extract(year from created_dt), shop_id", ["identifier"] * 2),
        ("count(*) as refund_pct, status as bad_percent", ["percent", "order_status"]),
    ],
)
def test_column_format_goes_through_expressions(select: str, formats: list[str]) -> None:
    group = " group by id, order_total, shop_id, status, created_dt"
    assert [column.format for column in check_query(f"select {select} from orders{group}")] == formats


@pytest.mark.parametrize(
    ("query", "currency"),
    [
        ("select sum(order_total) from orders where currency = 'EUR'", "EUR"),
        ("select sum(order_total) from orders where status = 'paid' and ('EUR' = currency)", "EUR"),
        ("select sum(order_total) from orders where currency in ('EUR', 'EUR')", "EUR"),
        ("select sum(order_total) from orders where currency in (:one)", "GBP"),
        ("select sum(order_total) from orders where currency = :one", "GBP"),
        ("select sum(order_total) filter (where currency = 'EUR') from orders", "EUR"),
        ("select avg(order_total) filter (where currency = 'EUR') from orders", "EUR"),
        ("select sum(case when currency = 'USD' then order_total else 0 end) from orders", "USD"),
        ("select t from (select sum(order_total) as t from orders where currency = 'EUR') o", "EUR"),
        ("select sum(order_total) from orders where currency in (:two)", ""),
        ("select sum(order_total) from orders where currency = 'EUR' or status = 'paid'", ""),
        ("select sum(order_total) from orders where not currency = 'EUR'", ""),
        ("select sum(order_total) from orders where currency = 'euro'", ""),
        ("select sum(a.order_total) from orders a join orders b on a.id = b.id where b.currency = 'EUR'", ""),
        ("select sum(case when currency = 'USD' then order_total else order_total end) from orders", ""),
    ],
)
def test_amount_has_a_currency_that_conditions_fix(query: str, currency: str) -> None:
    column = check_query(query, {"one": ["GBP"], "two": ["GBP", "EUR"]})[0]
    assert column.presentation.currency == currency


@pytest.mark.parametrize(
    ("query", "adds"),
    [
        ("select sum(order_total) from orders", True),
        ("select shop_id, avg(order_total) as mean from orders group by 1", True),
        ("select t from (select shop_id, sum(order_total) as t from orders group by 1) o", True),
        ("select currency, sum(order_total) from orders group by currency", False),
        ("select sum(order_total), currency from orders group by 2", False),
        ("select sum(order_total) from orders where currency = 'EUR'", False),
        ("select max(order_total) from orders", False),
        ("select order_total from orders", False),
        ("select sum(t) from (select currency, sum(order_total) as t from orders group by 1) o", True),
    ],
)
def test_sum_over_several_currencies_is_known(query: str, adds: bool) -> None:
    assert any(column.presentation.adds_currencies for column in check_query(query)) is adds


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("select order_total, currency from orders", 1),
        ("select order_total, status, currency as c from orders", 2),
        ("select sum(order_total), currency from orders group by currency", 1),
        ("select t, c from (select order_total as t, currency as c from orders) o", 1),
        ("select order_total, currency from orders union all select order_total, currency from orders", 1),
        # Another row's currency, or one of several, is not this amount's.
        ("select a.order_total, b.currency from orders a join orders b on a.shop_id = b.shop_id", None),
        ("with o as (select * from orders) select a.order_total, b.currency from o a join o b on a.id = b.id", None),
        ("select sum(order_total), max(currency) from orders", None),
        ("select t, c from (select sum(order_total) as t, max(currency) as c from orders) o", None),
        ("select order_total, upper(currency) from orders", None),
        ("select order_total, currency from orders union all select order_total, status from orders", None),
        ("select order_total * 3, currency from orders", None),
        ("select (select max(o.order_total) from orders o), currency from orders", None),
    ],
)
def test_amount_is_joined_with_the_currency_of_its_own_row_alone(query: str, place: int | None) -> None:
    assert ResultTable(check_query(query), (), False).currency_column(0) == place


def test_table_currency_of_a_cell_is_a_code_or_unknown() -> None:
    columns = check_query("select order_total, currency from orders")
    table = ResultTable(columns, ((1, "EUR"), (1, "<b>"), (1, None), (None, "USD")), False)
    assert [table.currency(row, 0) for row in table.rows] == ["EUR", "", "", "USD"]
    assert table.currencies(0) == {"EUR", ""}


def test_presentation_makes_no_other_type_of_a_column() -> None:
    check_query("select status from orders where status in (select shop_id from orders)")
    assert check_query("select status from orders union select shop_id from orders")[0].title == "Status"
    assert NOTHING.text == ""
