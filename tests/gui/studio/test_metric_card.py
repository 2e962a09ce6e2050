"""A number on a tile is never truncated so that it reads as another one."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from benchboard import i18n, package_data
from benchboard.analytics.queries import ResultColumn, ResultTable, check_query
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, widget_of
from benchboard.dashboards.layout import PageIndex
from benchboard.ui.studio.panes.query_editor import columns_hint
from benchboard.ui.studio.tiles.kinds import charts
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.stats import metric_card, stat_tiles
from benchboard.ui.studio.tiles.stats.card_rows import card_rows
from benchboard.ui.studio.tiles.value_readout import body_reader
from benchboard.ui.theme import Theme
from support.painted_texts import painted_texts

ROOMS = (72.0, 96.0, 120.0, 200.0, 400.0)


def _widget(unit: str = "", decimals: int = 2) -> WidgetContent:
    place = {"x": 0, "y": 0, "w": 2, "h": 2}
    config = {"unit": unit, "decimals": decimals}
    ((item, _cell),) = parse_document([{"id": "a", "type": "metric_card", "position": place, "config": config}]).layout
    return widget_of(item)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("unit", ["", "€", "kilometres per hour"])
@pytest.mark.parametrize("value", [Decimal("123456789012.345"), -98_765_432, 7, 10**14, 10**40])
def test_figure_in_any_width_is_whole_or_abbreviated(
    light: Theme, value: Decimal | int, unit: str, room: float
) -> None:
    figure = stat_tiles.StatValue(value, None, [])
    words = metric_card.fit_number(figure, _widget(unit), room)
    known = number_format.Unit.of(unit)
    unit, known = (unit, number_format.Unit()) if known.is_apart else ("", known)
    whole = known.after(number_format.format_number(value, 2))
    assert words.number in (whole, known.after(number_format.abbreviate(float(value), 1)))
    assert words.width <= room
    assert words.unit in ("", unit) or words.unit.endswith("…")
    if QFontMetricsF(light.font("kpi")).horizontalAdvance(f"{whole} {unit}") + 12 < room:
        assert (words.number, words.unit) == (whole, unit)


@pytest.mark.usefixtures("light")
def test_figure_in_a_small_card_has_its_magnitude() -> None:
    words = metric_card.fit_number(
        stat_tiles.StatValue(Decimal("123456789012.345"), None, []), _widget("kilometres per hour"), 96
    )
    assert words.number == "123.5 bn"


def _amounts(*rows: tuple[Decimal, str]) -> ResultTable:
    return ResultTable(check_query("select order_total, currency from orders"), rows, truncated=False)


@pytest.mark.parametrize(
    ("unit", "shown"), [("", "€\xa05.00"), ("€", "€\xa05.00"), ("$", "€\xa05.00"), ("k€", "5.00 k€")]
)
def test_figure_of_an_amount_has_its_own_currency_once(unit: str, shown: str) -> None:
    assert stat_tiles.StatValue.of(_amounts((Decimal(5), "EUR"))).formatted(_widget(unit)) == shown


def test_change_between_amounts_in_different_currencies_is_none() -> None:
    same = stat_tiles.StatValue.of(_amounts((Decimal(4), "EUR"), (Decimal(5), "EUR")))
    other = stat_tiles.StatValue.of(_amounts((Decimal(4), "USD"), (Decimal(5), "EUR")))
    assert same.percent_change() == 25
    assert other.percent_change() is None


def test_sum_over_all_currencies_says_so_under_the_query_and_the_pointer(light: Theme) -> None:
    assert light is not None
    columns = check_query("select sum(order_total) as revenue from orders")
    assert columns_hint(columns) == (
        "Returns Revenue. It adds up amounts in all currencies. Filter or group by currency to keep them apart."
    )
    assert columns_hint(check_query("select count(*) from orders")) == "Returns Orders."
    result = QueryResult("", ResultTable(columns, ((Decimal(5),),), truncated=False))
    readout = body_reader(QRectF(0, 0, 200, 80), _widget(), result)(QPointF(5, 5))
    assert readout is not None
    assert [line.text for line in readout.lines] == ["Revenue: 5.00", "Amounts in all currencies, added up"]


def test_percent_stands_where_the_language_puts_it(light: Theme) -> None:
    assert light is not None
    column = check_query("select count(*) as refund_pct from orders")
    stat = stat_tiles.StatValue.of(ResultTable(column, ((71,),), truncated=False))
    assert metric_card.fit_number(stat, _widget(decimals=0), 200).unit == "%"
    try:
        i18n.use("tr", package_data.resources_folder() / "i18n")
        words = metric_card.fit_number(stat, _widget(decimals=0), 200)
        assert (words.number, words.unit) == ("%71", "")
    finally:
        i18n.use("en", Path())


@pytest.mark.parametrize(
    ("value", "shown"),
    [(9_999, "9\u202f999"), (12_345, "12.3 k"), (999_999, "1 M"), (-2.5e9, "\u22122.5 bn"), (4e12, "4 tn"),
     (999.96e12, "1.000×10¹⁵"), (1e20, "1.000×10²⁰"), (0, "0")],
)  # fmt: skip
def test_short_number_has_its_magnitude(value: float, shown: str) -> None:
    assert number_format.abbreviate(value, 1) == shown


def test_short_number_has_the_decimal_point_of_the_locale() -> None:
    try:
        i18n.use("en", Path(), decimal_point=",")
        assert number_format.abbreviate(123_456_789_012, 1).startswith("123,5")
    finally:
        i18n.use("en", Path())


@given(st.floats(-1e14, 1e14))
def test_short_number_is_close_to_the_number(value: float) -> None:
    said, _space, size = number_format.abbreviate(value).replace("\u2212", "-").replace("\u202f", "").partition(" ")
    times = {"k": 1e3, "M": 1e6, "bn": 1e9, "tn": 1e12}.get(size, 1.0)
    digits, _times, power = said.partition("×10")
    said = f"{digits}e{power.translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))}" if power else digits
    assert float(said) * times == pytest.approx(value, rel=0.006, abs=0.006)


def _card(value: str, before: str, size: QSizeF, widget: WidgetContent | None = None) -> metric_card.MetricCard:
    rows = ((Decimal(before),), (Decimal(value),))
    table = ResultTable((ResultColumn("n", "decimal"),), rows, truncated=False)
    return metric_card.MetricCard(widget or _widget("€"), stat_tiles.StatValue.of(table), size)


@pytest.mark.parametrize("width", [120, 158, 180, 210, 300])
def test_sparkline_in_any_width_keeps_clear_of_the_number(light: Theme, width: int) -> None:
    card = _card("113.57", "98.05", QSizeF(width, 80))
    style = metric_card.row_style([card])
    found = metric_card.card_layout(QRectF(0, 0, width, 80), card, style)
    number = QRectF(found.number - QPointF(0, 28), QSizeF(found.words.width, 28))
    assert number.right() <= width
    assert found.spark is None or not found.spark.intersects(number)
    assert (found.spark is not None) == (width > 150)
    assert found.words.number_font.pointSizeF() >= light.font("kpi").pointSizeF() * 0.7


@pytest.mark.parametrize(("width", "beside_the_number"), [(180, True), (400, False)])
def test_sparkline_leaves_the_change_whole(
    light: Theme, width: int, beside_the_number: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[QRectF] = []
    monkeypatch.setattr(charts, "paint_spark", lambda _painter, box, *_rest: lines.append(box))
    table = ResultTable((ResultColumn("n", "integer"),), ((70,), (82,)), truncated=False)
    image = QImage(width, 80, QImage.Format.Format_ARGB32)
    with QPainter(image) as painter:
        metric_card.paint(painter, QRectF(0, 0, width, 80), _widget(decimals=0), table)
    (box,) = lines
    assert light is not None
    assert box.top() >= 0
    assert (box.bottom() <= 80 - 18) is beside_the_number


@pytest.mark.parametrize("width", [120.0, 135.0, 150.0, 300.0])
def test_comparison_label_in_a_narrow_card_is_whole(light: Theme, width: float) -> None:
    place = {"x": 0, "y": 0, "w": 2, "h": 2}
    items = [{"id": "a", "type": "metric_card", "position": place, "config": {"compare": "vs previous 7 days"}}]
    ((item, _cell),) = parse_document(items).layout
    written: list[str] = []

    class _Painter(QPainter):
        def drawText(self, *args: Any) -> Any:  # Qt's name
            written.append(args[-1])
            return super().drawText(*args)

    table = ResultTable((ResultColumn("n", "integer"),), ((123,), (100,)), truncated=False)
    image = QImage(320, 120, QImage.Format.Format_ARGB32)
    with _Painter(image) as painter:
        metric_card.paint(painter, QRectF(0, 0, width, 76), widget_of(item), table)
    assert "vs previous 7 days" in written
    written.clear()
    with _Painter(image) as painter:
        metric_card.paint(painter, QRectF(0, 0, width, 66), widget_of(item), table)
    assert "100" in written
    assert not any("…" in text for text in written)
    assert ("vs previous 7 days" in written) == (width == 300)


@pytest.mark.parametrize(("height", "size"), [(44, 33), (70, 55), (110, 64)])
def test_figure_on_a_wall_is_as_large_as_the_tile_allows(light: Theme, height: int, size: int) -> None:
    assert light is not None
    stat = stat_tiles.StatValue.of(ResultTable((ResultColumn("n", "integer"),), ((62,),), truncated=False))
    card, body = metric_card.MetricCard(_widget(decimals=0), stat, QSizeF(300, height)), QRectF(0, 0, 300, height)
    found = metric_card.card_layout(body, card, metric_card.row_style([card], wall=True))
    assert round(found.words.number_font.pointSizeF() * 4 / 3) == size
    metrics = QFontMetricsF(found.words.number_font)
    assert body.contains(metrics.tightBoundingRect("62").translated(found.number))


@pytest.mark.parametrize("value", ["62.50", "1483.25", "24774.5"])
def test_number_of_a_card_on_a_wall_keeps_its_decimals_in_a_smaller_size(light: Theme, value: str) -> None:
    card = _card(value, "98.05", QSizeF(160, 70))
    style = metric_card.row_style([card], wall=True)
    words = metric_card.card_layout(QRectF(0, 0, 160, 70), card, style).words
    assert light.font("kpi").pointSizeF() / 2 < words.number_font.pointSizeF() == style.size
    assert words.number == f"€\u00a0{number_format.format_number(Decimal(value), 2)}"


@pytest.mark.parametrize(("width", "height"), [(150, 60), (180, 80), (210, 140), (260, 100), (400, 140)])
@pytest.mark.parametrize("wall", [True, False])
def test_cards_side_by_side_have_one_size_and_their_parts_at_the_same_heights(
    light: Theme, width: int, height: int, wall: bool
) -> None:
    """On a wall one card had lost its decimals and its sparkline, and its neighbour had both."""
    assert light is not None
    size, body = QSizeF(width, height), QRectF(0, 0, width, height)
    cards = [_card(value, "98.05", size) for value in ("62", "113.06", "24774.5")]
    style = metric_card.row_style(cards, wall=wall)
    found = [metric_card.card_layout(body, card, style) for card in cards]
    assert {one.words.number_font.pointSizeF() for one in found} == {style.size}
    assert [one.words.number for one in found] == ["€\u00a062.00", "€\u00a0113.06", "€\u00a024\u202f774.50"]
    assert len({one.number.y() for one in found}) == 1
    assert len({one.spark.top() if one.spark is not None else None for one in found}) == 1
    assert all(one.words.width <= width for one in found)


def test_number_far_longer_than_those_beside_it_is_abbreviated_and_leaves_them_their_size(light: Theme) -> None:
    size = QSizeF(150, 80)
    cards = [_card("62", "60", size), _card("123456789012.34", "98", size)]
    style = metric_card.row_style(cards)
    found = [metric_card.card_layout(QRectF(0, 0, 150, 80), card, style).words for card in cards]
    assert [one.number for one in found] == ["€\u00a062.00", "€\u00a0123.5 bn"]
    assert {one.number_font.pointSizeF() for one in found} == {light.font("kpi").pointSizeF()}


def test_digits_begin_at_the_left_edge_of_the_card(light: Theme) -> None:
    assert light is not None
    for value in ("1", "4", "71"):
        card = _card(value, "0", QSizeF(300, 120), _widget(decimals=0))
        found = metric_card.card_layout(QRectF(0, 0, 300, 120), card, metric_card.row_style([card], wall=True))
        ink = QFontMetricsF(found.words.number_font).tightBoundingRect(found.words.number).translated(found.number)
        assert ink.left() == pytest.approx(1)


def test_card_rows_are_cards_of_the_same_top_and_height() -> None:
    def item(name: str, kind: str, x: int, y: int, h: int = 3) -> dict[str, object]:
        return {"id": name, "type": kind, "position": {"x": x, "y": y, "w": 3, "h": h}}

    items = [
        item("a", "metric_card", 0, 0), item("b", "metric_card", 3, 0), item("c", "gauge", 6, 0),
        item("d", "metric_card", 9, 0, 4), item("e", "metric_card", 0, 9),
    ]  # fmt: skip
    page = PageIndex(parse_document(items).layout)
    assert card_rows(page) == {"a": ("a", "b"), "b": ("a", "b")}


def test_tall_cards_on_a_wall_all_have_their_sparkline_and_their_comparison(
    light: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cards with a long number beside others with a short one had no sparkline."""
    lines: list[QRectF] = []
    monkeypatch.setattr(charts, "paint_spark", lambda _painter, box, *_rest: lines.append(box))
    body = QRectF(0, 0, 210, 140)
    for value in ("62", "113.06", "24774.5"):
        rows = ((Decimal("98.05"),), (Decimal(value),))
        table = ResultTable((ResultColumn("n", "decimal"),), rows, truncated=False)
        texts = painted_texts(
            QSize(210, 140),
            lambda painter, table=table: metric_card.paint(painter, body, _widget("€"), table, wall=True),  # type: ignore[misc]  # bound in the loop
        )
        assert any(one.text.startswith("vs ") for one in texts), texts
        assert not any(one.box.intersects(other.box) for one in texts for other in texts if one is not other)
        assert not any(one.box.intersects(lines[-1]) for one in texts)
    assert light is not None
    assert len(lines) == 3
    assert len({box.top() for box in lines}) == 1


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("rows", [((5,),), ((4,), (5,))])
@pytest.mark.parametrize("height", [60.0, 76.0, 140.0, 240.0])
def test_figure_is_not_at_the_bottom_of_a_high_card(rows: tuple[tuple[int]], height: float) -> None:
    """In a high card everything stood at its bottom, below an empty half."""
    stat = stat_tiles.StatValue.of(ResultTable((ResultColumn("n", "integer"),), rows, truncated=False))
    card, body = metric_card.MetricCard(_widget(decimals=0), stat, QSizeF(260, height)), QRectF(12, 32, 260, height)
    found = metric_card.card_layout(body, card, metric_card.row_style([card]))
    digits = QFontMetricsF(found.words.number_font).capHeight()
    above = found.number.y() - digits - body.top()
    below = body.bottom() - (found.change[1].bottom() if found.change is not None else found.number.y())
    assert below <= above + 4
    if height > 100:
        assert above - below <= 30
