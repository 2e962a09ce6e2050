"""A target beside the values of cards, gauges and charts: where it is marked, and how much of it the values are."""

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from benchboard.analytics.queries import ResultTable, check_query
from benchboard.analytics.query_types import ValueKind
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.ui.studio.document.undo_line_edit import UndoLineEdit
from benchboard.ui.studio.tiles.axes.thresholds import share_of_target
from benchboard.ui.studio.tiles.kinds import bars, charts, x_axis
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.renderers import paint_content, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.stats import stat_tiles
from benchboard.ui.studio.tiles.value_readout import ChartReader, body_reader
from benchboard.ui.widgets.fields import Select
from support.examples import examples
from support.kind_cases import table
from support.painted_texts import painted_texts

if TYPE_CHECKING:
    from conftest import Studio

CHARTS = ("line_chart", "area_chart", "bar_chart")
_BOX = QRectF(0, 0, 420, 220)


def _widget(kind: str, **config: object) -> WidgetContent:
    return WidgetContent("w", kind, kind_of(kind), "Title", "SELECT 1", {"decimals": 0, **config})


def _shops(*values: int | None, name: str = "s") -> ResultTable:
    return table([("shop", "text"), ("orders", "integer")], [(f"{name}{at}", one) for at, one in enumerate(values)])


def _texts(widget: WidgetContent, shown: ResultTable, width: int = 420, height: int = 240) -> list[str]:
    size, result = QSize(width, height), QueryResult("q", shown)
    return [
        one.text for one in painted_texts(size, lambda painter: paint_content(painter, QSizeF(size), widget, result))
    ]


@pytest.mark.parametrize(
    ("value", "target", "text"),
    [(436, 500, "87 % of target"), (500, 500, "100 % of target"), (499.9, 500, "99 % of target"),
     (0, 5, "0 % of target"), (-5, 10, "−50 % of target"), (1500, 500, "300 % of target"), (5, 0, ""),
     (5, -5, ""), (None, 5, ""), (5, None, "")],
)  # fmt: skip
def test_share_of_target_is_rounded_but_never_up_to_all_of_it(
    value: float | None, target: float | None, text: str
) -> None:
    assert share_of_target(value, target) == text


@pytest.mark.usefixtures("light")
@given(
    values=st.lists(st.none() | st.integers(-(10**6), 10**6), min_size=1, max_size=12).filter(
        lambda found: any(one is not None for one in found)
    ),
    target=st.integers(-(10**7), 10**7), kind=st.sampled_from(CHARTS), long=st.booleans(),
)  # fmt: skip
@examples(60, deadline=None)
def test_target_is_on_the_axis_of_every_chart_however_far_it_is(
    values: list[int | None], target: int, kind: str, long: bool
) -> None:
    widget = _widget(kind, target=target)
    shown = _shops(*values, name="The merchant with the longest name of this page, " if long else "s")
    drawn = drawn_table(widget, QueryResult("q", shown))
    series = charts.series_of(drawn, "")
    lying = bars.lying_bars(_BOX, drawn, series, "") if kind == "bar_chart" else None
    if lying is not None:
        assert [one.value for _x, one in lying.references] == [target]
        assert all(lying.box.left() - 1 <= x <= lying.box.right() + 1 for x, _one in lying.references)
        return
    plot = charts.chart_plot(_BOX, drawn, series, kind)
    assert plot.scale.low <= target <= plot.scale.high
    known = [value for value in values if value is not None]
    assert plot.scale.low <= min(known) <= max(known) <= plot.scale.high


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("kind", CHARTS)
def test_chart_names_its_target_and_its_readout_says_how_much_of_it_a_value_is(kind: str) -> None:
    widget, shown = _widget(kind, target=20, unit="km"), _shops(5, 10, 25)
    assert "Target: 20 km" in _texts(widget, shown)
    reader = body_reader(_BOX, widget, QueryResult("q", shown))
    assert isinstance(reader, ChartReader)
    readout = reader(reader.spots(1)[0])
    assert readout is not None
    assert readout.lines[1].value == "10 km · 50 % of target"


@pytest.mark.usefixtures("light")
def test_stack_is_compared_with_its_target_as_a_whole() -> None:
    shown = table(
        [("shop", "text"), ("status", "text"), ("n", "integer")],
        [("a", "paid", 5), ("a", "late", 10), ("b", "paid", 1)],
    )
    reader = body_reader(_BOX, _widget("bar_chart", target=20, stack="stacked"), QueryResult("q", shown))
    assert isinstance(reader, ChartReader)
    readout = reader(reader.spots(0)[0])
    assert readout is not None
    found = [line.value for line in readout.lines if "target" in line.value]
    assert found == ["15 · 75 % of target"]


@pytest.mark.usefixtures("light")
def test_card_and_gauge_say_how_much_of_their_target_they_are() -> None:
    card, gauge, shown = _widget("metric_card", target=500), _widget("gauge", target=500), _shops(390)
    assert "78 % of target" in _texts(card, shown, 260, 130)
    assert "78 % of target" in _texts(gauge, shown, 260, 180)
    assert summary(card, QueryResult("q", shown)) == "390, 78 % of target"
    assert summary(gauge, QueryResult("q", shown)) == "390, 78 % of target"
    assert stat_tiles.gauge_range(gauge, shown)[1] >= 500
    readout = body_reader(QRectF(0, 0, 260, 90), card, QueryResult("q", shown))(QPointF(5, 5))
    assert readout is not None
    assert [line.text for line in readout.lines][1:] == ["78 % of target", "Target: 500"]


@pytest.mark.usefixtures("light")
def test_target_of_a_card_of_several_currencies_is_of_none_of_them() -> None:
    heads = check_query("select currency, sum(order_total) as revenue from orders group by 1")
    shown = ResultTable(heads, (("EUR", Decimal(12)), ("USD", Decimal(7))), truncated=False)
    widget = _widget("metric_card", target=10)
    assert not any("target" in text for text in _texts(widget, shown))
    assert "target" not in summary(widget, QueryResult("q", shown))


def _against_plan(
    kind: str, rows: list[tuple[str, int, int, int]], **config: object
) -> tuple[WidgetContent, QueryResult]:
    heads: list[tuple[str, ValueKind]] = [("shop", "text"), ("a", "integer"), ("b", "integer"), ("plan", "integer")]
    return _widget(kind, target_series="plan", **config), QueryResult("q", table(heads, rows))


@pytest.mark.usefixtures("light")
@given(
    numbers=st.lists(st.tuples(*[st.integers(-500, 500)] * 3), min_size=1, max_size=8),
    stack=st.sampled_from(["off", "stacked"]), long=st.booleans(),
)  # fmt: skip
@examples(60, deadline=None)
def test_series_that_is_the_target_is_a_mark_across_the_bars_of_its_row(
    numbers: list[tuple[int, int, int]], stack: str, long: bool
) -> None:
    name = "The merchant with the longest name of this page, " if long else "s"
    rows = [(f"{name}{at}", *(abs(one) for one in row)) for at, row in enumerate(numbers)]
    widget, result = _against_plan("bar_chart", rows, stack=stack)
    drawn = drawn_table(widget, result)
    sets = charts.series_of(drawn, "")
    assert [one.is_target for one in sets] == [False, False, True]
    lying = bars.lying_bars(_BOX, drawn, sets, "")
    plot = charts.chart_plot(_BOX, drawn, sets, "bar_chart")
    found = list(lying.bars) if lying is not None else bars.upright_bars(plot, sets, x_axis.bar_axis(drawn))
    for row, (_shop, first, second, plan) in enumerate(rows):
        own = [one.box for one in found if one.row == row and not sets[one.place].is_target]
        (mark,) = (one.box for one in found if one.row == row and sets[one.place].is_target)
        assert mark.width() < mark.height() if lying is not None else mark.height() < mark.width()
        for box in own:
            if lying is not None:
                assert mark.top() <= box.top() <= box.bottom() <= mark.bottom() + 1
            else:
                assert mark.left() <= box.left() <= box.right() <= mark.right() + 1
        total = first + second if stack == "stacked" else max(first, second)
        end = max(box.right() for box in own) if lying is not None else min(box.top() for box in own)
        middle = mark.center().x() if lying is not None else mark.center().y()
        beyond = middle - end if lying is not None else end - middle
        if plan > total:
            assert beyond > -3
        if plan < total:
            assert beyond < 3


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("kind", CHARTS)
def test_readout_says_how_much_of_the_target_of_its_row_a_value_is(kind: str) -> None:
    widget, result = _against_plan(kind, [("x", 10, 5, 20), ("y", 40, 5, 50)], stack="off", target=1)
    reader = body_reader(_BOX, widget, result)
    assert isinstance(reader, ChartReader)
    found = []
    for row in range(2):
        readout = reader(reader.spots(row)[0])
        assert readout is not None
        found.append([line.value for line in readout.lines[1:]])
    assert found == [
        ["10 · 50 % of target", "5 · 25 % of target", "20"], ["40 · 80 % of target", "5 · 10 % of target", "50"],
    ]  # fmt: skip


@pytest.mark.usefixtures("light")
def test_target_series_that_is_the_only_one_or_gone_is_drawn_as_any_other() -> None:
    for name in ("orders", "gone"):
        drawn = drawn_table(_widget("bar_chart", target_series=name), QueryResult("q", _shops(1, 2)))
        assert not any(one.is_target for one in charts.series_of(drawn, ""))


@pytest.mark.usefixtures("light")
def test_area_on_the_right_axis_is_not_filled_over_those_on_the_left() -> None:
    shown = table(
        [("n", "integer"), ("a", "integer"), ("b", "integer")], [(at, 5 if at else 10, 900) for at in range(9)]
    )

    def picture(right: list[str]) -> QImage:
        found = QImage(420, 220, QImage.Format.Format_ARGB32)
        found.fill(Qt.GlobalColor.white)
        drawn = drawn_table(_widget("area_chart", axis_right=right, stack="off"), QueryResult("q", shown))
        with QPainter(found) as painter:
            charts.paint_areas(painter, _BOX, drawn, "")
        return found

    # Between the line on the left, in the middle, and the one on the right, at the top.
    beside, right = picture(["a"]), picture(["b"])
    assert QColor(Qt.GlobalColor.white).rgb() in {right.pixel(250, y) for y in range(50, 90)}
    assert QColor(Qt.GlobalColor.white).rgb() not in {beside.pixel(250, y) for y in range(50, 90)}


def test_target_series_is_chosen_in_the_inspector_and_taken_back(studio: "Studio") -> None:
    item = {"id": "c", "type": "bar_chart", "query": "SELECT status, count(*) AS n, 5 AS plan FROM orders GROUP BY 1",
            "position": {"x": 0, "y": 0, "w": 6, "h": 5}}  # fmt: skip
    studio.page.editor.load(parse_document([item]))
    studio.click("c")
    studio.wait(lambda: not studio.page.query_runner.busy)
    choice = studio.find("inspector_target_series")
    assert isinstance(choice, Select)
    assert [choice.itemText(at) for at in range(choice.count())] == ["None", "N", "Plan"]
    choice.setFocus()
    studio.qtbot.keyClick(choice, Qt.Key.Key_End)
    assert studio.page.editor.widget("c").config["target_series"] == "plan"
    assert choice.currentText() == "Plan"
    studio.page.undo()
    assert "target_series" not in studio.page.editor.widget("c").config
    assert choice.current_key() == ""


def test_target_is_set_in_the_inspector_and_taken_back(studio: "Studio") -> None:
    item = {"id": "c", "type": "bar_chart", "query": "SELECT 1 AS a, 2 AS b",
            "position": {"x": 0, "y": 0, "w": 6, "h": 5}}  # fmt: skip
    studio.page.editor.load(parse_document([item]))
    studio.click("c")
    studio.add_limit("target")
    edit = studio.find("inspector_target")
    assert isinstance(edit, UndoLineEdit)
    edit.setFocus()
    studio.qtbot.keyClicks(edit, "500")
    assert studio.page.editor.widget("c").config["target"] == 500
    studio.page.undo()
    assert "target" not in studio.page.editor.widget("c").config


def _by_shop() -> tuple[WidgetContent, QueryResult]:
    """A stack of shops, of which one has no name and a single small value."""
    heads: list[tuple[str, ValueKind]] = [("day", "text"), ("shop", "text"), ("sold", "integer")]
    rows = [(f"d{day}", shop, 5000) for day in range(3) for shop in ("Ulm", "Bern")]
    return _widget("bar_chart", stack="stacked"), QueryResult("q", table(heads, [*rows, ("d1", None, 40)]))


@pytest.mark.usefixtures("light")
def test_series_without_a_name_is_no_target_where_none_is_chosen() -> None:
    widget, result = _by_shop()
    drawn = drawn_table(widget, result)
    sets = charts.series_of(drawn, "")
    assert [one.name for one in sets if not one.setting_name] == ["(empty)"]
    assert not any(one.is_target for one in sets)
    assert all(one.spans for one in sets), "each is a part of the stack"
