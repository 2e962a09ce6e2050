"""A chart of amounts in several currencies says that they aren't comparable."""

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize

from benchboard.analytics.queries import ResultTable, check_query
from benchboard.dashboards.document.widget_kinds import kind_of, new_item, widget_of, with_fields
from benchboard.ui.studio.tiles.renderers import mismatch_advice, paint_body, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series import currency_note
from benchboard.ui.studio.tiles.series.chart_table import chart_table
from benchboard.ui.studio.tiles.value_readout import body_reader
from benchboard.ui.theme import Theme
from support.painted_texts import painted_texts

_NOTE = "Amounts in EUR and USD aren't comparable"
_BODY = QRectF(0, 0, 400, 200)


def _long(*codes: str) -> ResultTable:
    heads = check_query("select date_trunc('week', created_dt) as week, order_total, currency from orders")
    rows = tuple((date(2026, 1, 5), Decimal(k + 1), code) for k, code in enumerate(codes))
    return ResultTable(heads, rows, truncated=False)


def _wide() -> ResultTable:
    heads = check_query(
        "select date_trunc('week', created_dt) as week, sum(order_total) filter (where currency = 'EUR') as eur,"
        " sum(order_total) filter (where currency = 'USD') as usd from orders group by 1"
    )
    return ResultTable(heads, ((date(2026, 1, 5), Decimal(4), Decimal(8)),), truncated=False)


def test_note_names_up_to_three_currencies() -> None:
    assert currency_note.text(chart_table(_wide()), "") == _NOTE
    assert currency_note.text(chart_table(_long("EUR", "USD")), "") == _NOTE
    three = currency_note.text(chart_table(_long("USD", "EUR", "GBP")), "")
    assert three == "Amounts in EUR, GBP and USD aren't comparable"
    assert currency_note.text(chart_table(_long("USD", "EUR", "GBP", "TRY")), "").startswith("Amounts in different")


def test_note_is_not_needed_for_one_currency_or_an_own_unit() -> None:
    assert currency_note.text(chart_table(_long("EUR")), "") == ""
    assert currency_note.text(chart_table(_wide()), "points") == ""
    assert currency_note.box_below(_BODY, chart_table(_long("EUR")), "") == _BODY


@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart"])
def test_chart_of_several_currencies_shows_the_note_above_its_plot(light: Theme, kind: str) -> None:
    known = kind_of(kind)
    assert known is not None
    widget = widget_of(with_fields(new_item(known, "a"), query="select 1", config={}))
    result = QueryResult("select 1", _wide())
    texts = painted_texts(QSize(400, 200), lambda painter: paint_body(painter, _BODY, widget, result))
    (note,) = (one for one in texts if one.text == _NOTE)
    assert light is not None
    assert not any(note.box.intersects(one.box) for one in texts if one is not note), texts
    assert _NOTE in summary(widget, result)
    readout = body_reader(_BODY, widget, result)(QPointF(200, 120))
    assert readout is not None
    assert readout.lines[-1].text == _NOTE


def test_pie_of_several_currencies_no_longer_advises_a_bar_chart() -> None:
    known = kind_of("pie_chart")
    assert known is not None
    widget = widget_of(with_fields(new_item(known, "a"), query="select 1", config={}))
    heads = check_query("select currency, sum(order_total) as total from orders group by currency")
    table = ResultTable(heads, (("EUR", Decimal(1)), ("USD", Decimal(2))), truncated=False)
    assert mismatch_advice(widget, table) == "Filter by one currency, or use a table."
