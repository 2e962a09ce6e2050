"""A metric card of amounts in several currencies shows each of them, and none as if it were all."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF

from benchboard.analytics.queries import Cell, ResultTable, check_query
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.ui.studio.tiles.points import point_finder
from benchboard.ui.studio.tiles.renderers import card_of, mismatch_advice, mismatch_reason, paint_content, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.stats.currency_card import currency_amounts
from benchboard.ui.studio.tiles.value_readout import body_reader
from benchboard.ui.theme import Theme
from support.examples import examples
from support.painted_texts import painted_texts

_ALL = "select currency, sum(order_total) as revenue from orders group by 1"
_WEEKS = (
    "select date_trunc('week', created_dt) as week, currency, sum(order_total) as revenue from orders group by 1, 2"
)
_AGO = (
    "select (current_date - created_dt::date) / 7 as ago, sum(order_total) as revenue, currency from orders"
    " group by 1, 3"
)
_CODES = ("CHF", "EUR", "GBP", "JPY", "TRY", "USD")


def _card(kind: str = "metric_card", **config: object) -> WidgetContent:
    return WidgetContent("w", kind, kind_of(kind), "Revenue", "SELECT 1", {"decimals": 0, **config})


def _table(query: str, *rows: tuple[Cell, ...]) -> ResultTable:
    read_at = datetime(2027, 1, 1, tzinfo=UTC)
    return ResultTable(check_query(query), rows, truncated=False, read_at=read_at)


def _texts(table: ResultTable, width: int = 320, height: int = 140, **config: object) -> list[str]:
    size, result = QSize(width, height), QueryResult("q", table)
    found = painted_texts(size, lambda painter: paint_content(painter, QSizeF(size), _card(**config), result))
    return [one.text for one in found]


def test_amounts_in_several_currencies_have_a_line_each_and_no_one_number(light: Theme) -> None:
    table = _table(_ALL, ("USD", Decimal(3866)), ("EUR", Decimal(12000)))
    assert mismatch_reason(_card(), table) is None
    assert _texts(table)[-2:] == ["€\xa012\u202f000", "$\xa03\u202f866"]
    result = QueryResult("q", table)
    assert summary(_card(), result) == "€\xa012\u202f000, $\xa03\u202f866"
    assert card_of(_card(), result, QSizeF(300, 120)) is None
    assert point_finder(QRectF(0, 0, 300, 90), _card(), result)(QPointF(5, 5)) is None
    readout = body_reader(QRectF(0, 0, 300, 90), _card(), result)(QPointF(5, 5))
    assert readout is not None
    assert readout.lines[-1].text == "Amounts in several currencies have no one number."


def test_gauge_of_several_currencies_says_why_it_has_no_number_and_what_to_do(light: Theme) -> None:
    table = _table(_ALL, ("USD", Decimal(3866)), ("EUR", Decimal(12000)))
    assert mismatch_reason(_card("gauge"), table) == "Amounts in several currencies have no one number."
    assert mismatch_advice(_card("gauge"), table).startswith("Filter by one currency")


def test_each_currency_has_its_own_change_and_one_without_an_amount_in_the_last_week_a_dash(light: Theme) -> None:
    weeks = [date(2026, 9, 21) + timedelta(days=7 * at) for at in range(3)]
    rows = [(weeks[0], "EUR", Decimal(100)), (weeks[1], "EUR", Decimal(150)), (weeks[1], "USD", Decimal(80)),
            (weeks[2], "EUR", Decimal(300))]  # fmt: skip
    euro, dollar = currency_amounts(_table(_WEEKS, *rows))
    assert euro.stat is not None
    assert euro.stat.percent_change() == 100
    assert dollar.stat is None, "that of an earlier week isn't the last"
    assert dollar.formatted(_card()) == "USD\xa0–"
    assert _texts(_table(_WEEKS, *rows))[-3:] == ["€\xa0300", "100 %", "USD\xa0–"]


def test_weeks_that_are_numbers_are_shown_only_where_all_currencies_have_the_same_last_one(light: Theme) -> None:
    both = [(1, Decimal(5), "EUR"), (0, Decimal(6), "EUR"), (1, Decimal(7), "USD"), (0, Decimal(8), "USD")]
    assert [one.formatted(_card()) for one in currency_amounts(_table(_AGO, *both))] == ["€\xa06", "$\xa08"]
    assert not currency_amounts(_table(_AGO, *both[:3]))
    assert mismatch_reason(_card(), _table(_AGO, *both[:3])) is not None


def test_columns_of_currencies_have_a_line_each(light: Theme) -> None:
    query = ("select sum(order_total) filter (where currency = 'EUR') as eur,"
             " sum(order_total) filter (where currency = 'USD') as usd from orders")  # fmt: skip
    assert _texts(_table(query, (Decimal(12), Decimal(7))))[-2:] == ["€\xa012", "$\xa07"]


@pytest.mark.usefixtures("light")
@given(
    amounts=st.dictionaries(st.sampled_from(_CODES), st.decimals(-(10**12), 10**12, places=2), min_size=2),
    width=st.integers(90, 400), height=st.integers(60, 240),
)  # fmt: skip
@examples(40, deadline=None)
def test_no_amount_is_cut_or_missing_in_silence(amounts: dict[str, Decimal], width: int, height: int) -> None:
    table = _table(_ALL, *amounts.items())
    found = currency_amounts(table)
    assert [one.currency for one in found] == sorted(amounts)
    size, result = QSize(width, height), QueryResult("q", table)
    texts = painted_texts(size, lambda painter: paint_content(painter, QSizeF(size), _card(), result))
    shown = [one for one in texts if one.box.top() >= 30]
    more = [one for one in shown if "more currenc" in one.text or one.text.startswith("+")]
    rest = sum(int(one.text.split()[0]) for one in more)
    assert len(shown) - len(more) + rest == len(amounts)
    assert all("…" not in one.text for one in shown)
    assert all(one.box.right() <= width for one in shown), [one.text for one in shown]
