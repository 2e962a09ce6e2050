"""A pie shows the largest shares, and warns of what it cannot show."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable, check_query
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, widget_of
from benchboard.ui.studio.tiles.kinds.drawn_values import drawn_values
from benchboard.ui.studio.tiles.kinds.pies import Pie, paint_pie, share_text, slice_text, slices, unit_of
from benchboard.ui.studio.tiles.renderers import mismatch_advice, mismatch_reason
from benchboard.ui.studio.tiles.series.chart_legend import OTHER, LegendChoice
from support.painted_texts import painted_texts


def _table(*values: Cell) -> ResultTable:
    columns = (ResultColumn("name", "text"), ResultColumn("n", "integer"))
    return ResultTable(columns, tuple((f"s{k}", one) for k, one in enumerate(values)), truncated=False)


def test_slices_of_many_values_keep_the_largest() -> None:
    small, large = [1] * 25, [50, 40, 30, 20, 10]
    parts, below = slices(_table(*small, *large))
    assert [one.value for one in parts] == [50, 40, 30, 20, 10, 25]
    assert [one.name for one in parts][:5] == [f"s{k}" for k in range(25, 30)]
    assert parts[-1].row_count == 25
    assert below == 0


@pytest.mark.usefixtures("light")
def test_one_slice_has_no_gap_at_its_ends() -> None:
    body, table = QRectF(0, 0, 420, 220), _table(7)
    picture = QImage(420, 220, QImage.Format.Format_ARGB32)
    picture.fill(0)
    with QPainter(picture) as painter:
        paint_pie(painter, body, table, "")
    pie = Pie(body, table)
    top = QPointF(pie.ring.center().x(), pie.ring.top() + pie.ring.height() * 0.1).toPoint()
    assert {picture.pixelColor(top.x() + x, top.y()).name() for x in range(-3, 4)} == {pie.colour(0).name()}


def test_slices_stay_in_the_order_of_the_rows() -> None:
    parts, _below = slices(_table(13, 90, 15, 80, 14, 70, 60))
    assert [one.value for one in parts] == [90, 15, 80, 70, 60, 27]


def test_slices_below_three_percent_are_gathered_if_there_are_several() -> None:
    parts, _below = slices(_table(2, 100, 1))
    assert [(one.name, one.value, one.row_count) for one in parts] == [("s1", 100, 1), ("Other", 3, 2)]
    assert [one.value for one in slices(_table(2, 100, 50))[0]] == [2, 100, 50], "one alone is named"
    assert [one.value for one in slices(_table(2, 100, 1), opened=True)[0]] == [2, 100, 1]


@pytest.mark.usefixtures("light")
def test_gathered_slices_are_opened_and_closed_in_the_legend() -> None:
    body, table = QRectF(0, 0, 420, 220), _table(2, 100, 1)
    closed, opened = LegendChoice(), LegendChoice().toggled(OTHER, ["s1", OTHER])
    assert [one.key for one in Pie(body, table, choice=closed).targets] == ["s1", OTHER]
    assert [one.name for one in Pie(body, table, choice=opened).targets] == ["s0", "s1", "s2", "Show fewer"]
    assert opened.toggled(OTHER, []) == closed


@pytest.mark.usefixtures("light")
def test_hidden_slices_are_in_the_legend_but_in_neither_ring_nor_total() -> None:
    table = _table(20, 30, 50)
    pie = Pie(QRectF(0, 0, 420, 220), table, choice=LegendChoice(frozenset({"s2"})))
    assert pie.total == 50
    assert [one.name for one in pie.shown] == ["s0", "s1"]
    assert [(one.name, one.hidden) for one in pie.targets] == [("s0", False), ("s1", False), ("s2", True)]
    everything = Pie(QRectF(0, 0, 420, 220), table, choice=LegendChoice(frozenset({"s0", "s1", "s2"})))
    assert everything.total == 100, "values of an earlier result hide nothing of this one"


@pytest.mark.parametrize(("width", "height", "beside"), [(420, 220, True), (240, 230, True), (230, 240, False)])
def test_legend_of_a_pie_is_beside_it_in_a_tile_wider_than_high(width: int, height: int, beside: bool) -> None:
    pie = Pie(QRectF(0, 0, width, height), _table(20, 30, 50))
    assert (pie.lines[0].left() >= pie.ring.right()) is beside
    assert (pie.lines[0].top() >= pie.ring.bottom()) is not beside


def _two_groups(*rows: tuple[Cell, ...]) -> ResultTable:
    columns = (ResultColumn("site", "text"), ResultColumn("product", "text"), ResultColumn("n", "integer"))
    return ResultTable(columns, rows, truncated=False)


def _pie_widget() -> WidgetContent:
    ((item, _cell),) = parse_document(
        [{"id": "a", "type": "pie_chart", "position": {"x": 0, "y": 0, "w": 4, "h": 4}}]
    ).layout
    return widget_of(item)


def test_slices_of_two_groups_are_named_by_both() -> None:
    table = _two_groups(("Lyon", "A", 5), ("Lyon", "B", 6), ("Izmir", "A", 7))
    parts, _below = slices(table)
    assert [(one.name, one.value) for one in parts] == [("Lyon · A", 5), ("Lyon · B", 6), ("Izmir · A", 7)]
    assert len({(one.name, one.label) for one in parts}) == 3
    assert mismatch_reason(_pie_widget(), table) is None
    found = drawn_values("pie_chart", table, None)
    assert found is not None
    assert found.columns == ("site", "product")
    # The second column adds nothing where the first tells the rows apart.
    parts, _below = slices(_two_groups(("Lyon", "A", 5), ("Izmir", "A", 7)))
    assert [one.name for one in parts] == ["Lyon", "Izmir"]


def test_rows_of_equal_names_are_no_slices() -> None:
    table = _two_groups(("Lyon", "A", 5), ("Lyon", "A", 6))
    assert mismatch_reason(_pie_widget(), table) == "Several rows have the same “Site”."
    assert mismatch_advice(_pie_widget(), table) == "Group by it in the query, or use a table."


@pytest.mark.usefixtures("light")
def test_pie_with_negative_values_shows_a_warning() -> None:
    body = QRectF(0, 0, 300, 160)
    assert Pie(body, _table(-3, 5)).warning == "1 negative value isn't shown."
    assert Pie(body, _table(-3, 5, Decimal("-0.1"))).warning == "2 negative values aren't shown."
    plain = Pie(body, _table(3, 5, 0, None))
    assert plain.warning == ""
    assert plain.note.height() == 0
    assert Pie(body, _table(-3, 5)).ring.bottom() <= Pie(body, _table(-3, 5)).note.top()


def _amounts(*rows: tuple[str, str, Decimal]) -> ResultTable:
    return ResultTable(check_query("select shop_id, currency, order_total from orders"), rows, truncated=False)


def test_pie_of_amounts_in_different_currencies_has_no_total() -> None:
    ((item, _cell),) = parse_document(
        [{"id": "a", "type": "pie_chart", "position": {"x": 0, "y": 0, "w": 4, "h": 4}, "config": {"unit": "€"}}]
    ).layout
    widget, euros = widget_of(item), ("a", "EUR", Decimal(5))
    why = mismatch_reason(widget, _amounts(euros, ("b", "USD", Decimal(5))))
    assert why == "These amounts are in different currencies, so they have no total."
    assert mismatch_reason(widget, _amounts(euros, ("b", "EUR", Decimal("0.5")))) is None


def test_pie_of_amounts_in_one_currency_shows_it() -> None:
    table = _amounts(("a.example", "USD", Decimal(5)), ("b.example", "USD", Decimal("0.5")))
    parts, _below = slices(table)
    assert [slice_text(one, unit_of(table, "")) for one in parts] == ["$\xa05.00", "$\xa00.50"]
    assert [(one.name, one.label) for one in parts] == [("a.example", "a"), ("b.example", "b")]


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=40))
def test_pie_at_the_middle_of_any_slice_finds_it(values: list[int]) -> None:
    pie = Pie(QRectF(10, 20, 320, 200), _table(*values))
    assert math.fsum(one.value for one in pie.slices) == sum(values)
    turn, radius = 0.0, pie.ring.width() / 2 * 0.8
    for one, line in zip(pie.slices, pie.lines, strict=True):
        angle = math.tau * (turn + one.value / 2) / pie.total
        assert pie.at(pie.ring.center() + QPointF(math.sin(angle), -math.cos(angle)) * radius) is one
        assert pie.at(line.center()) is one
        turn += one.value
    assert pie.at(pie.ring.center()) is None
    assert math.fsum(pie.share(one) for one in pie.slices) == pytest.approx(100)


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.2, "< 1 %"), (1, "1 %"), (33.4, "33 %"), (99.4, "> 99 %"), (100, "100 %")]
)
def test_share_never_rounds_to_nothing_or_to_everything(share: float, text: str) -> None:
    assert share_text(share).replace("\xa0", " ") == text


@pytest.mark.parametrize(("width", "unit", "shown"), [(420, "", True), (420, "%", False), (260, "", False)])
@pytest.mark.usefixtures("light")
def test_pie_shows_shares_beside_its_values_where_whole_names_leave_room(width: int, unit: str, shown: bool) -> None:
    columns = (ResultColumn("name", "text"), ResultColumn("n", "integer"))
    table = ResultTable(columns, (("A long name", 3), ("Another", 1)), truncated=False)
    body = QRectF(0, 0, width, 160)
    texts = painted_texts(QSize(width, 160), lambda painter: paint_pie(painter, body, table, unit))
    shares = [one for one in texts if one.text.replace("\xa0", " ") in ("75 %", "25 %")]
    assert bool(shares) is shown
    assert {"A long name", "Another"} <= {one.text for one in texts} or not shown
    for share in shares:
        assert not any(share.box.intersects(one.box) for one in texts if one is not share)


def test_pie_in_a_large_tile_is_large() -> None:
    for width, height in ((580, 560), (580, 300)):
        pie = Pie(QRectF(0, 0, width, height), _table(5, 3, 2))
        assert pie.ring.width() == pytest.approx(min(0.92 * height, 0.45 * width), abs=6)
        assert len(pie.lines) == 3
