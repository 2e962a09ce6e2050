"""Second axes: each series at the height of its own, zero on one line, own ends and units, and the offer of one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QWidget

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.series_settings import right_series
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.ui.studio.panes.right_axis_field import RightAxisField
from benchboard.ui.studio.tiles.axes.axis_scale import AxisScale, axis_scale
from benchboard.ui.studio.tiles.axes.axis_sides import FLAT, suggested_right, with_common_zero
from benchboard.ui.studio.tiles.kinds import bars, charts
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.renderers import mismatch_reason
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series import chart_note, currency_note
from benchboard.ui.studio.tiles.series.chart_table import ChartTable
from benchboard.ui.studio.tiles.value_readout import ChartReader
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.buttons import CheckBox
from support.examples import examples
from support.kind_cases import days, table

if TYPE_CHECKING:
    from conftest import Studio

BODY = QRectF(12, 32, 600, 300)
MONEY = Presentation(format="money", currency="EUR")


def _sales(count: int = 5) -> ResultTable:
    rows: list[tuple[Cell, ...]] = [(day, k + 1, Decimal(1000 * (k + 1))) for k, day in enumerate(days(count))]
    return table([("day", "date"), ("orders", "integer"), ("revenue", "decimal")], rows, revenue=MONEY)


def _drawn(data: ResultTable, kind: str = "line_chart", **config: object) -> ChartTable:
    widget = WidgetContent("w", kind, kind_of(kind), "", "SELECT 1", config)
    return drawn_table(widget, QueryResult("SELECT 1", data))


@pytest.mark.parametrize("kind", ["line_chart", "area_chart", "bar_chart"])
def test_a_series_on_the_right_has_its_own_axis(light: Theme, kind: str) -> None:
    drawn = _drawn(_sales(), kind, axis_right=["revenue"], right_max=8000, right_decimals=0)
    series = charts.series_of(drawn, "")
    assert [one.legend_name for one in series] == ["Orders", "Revenue (right axis)"]
    plot = charts.chart_plot(BODY, drawn, series, kind)
    assert plot.right is not None
    assert plot.scale.high < 10
    assert plot.right.scale.high == 8000
    assert plot.right.names[-1] == "€\xa08\u202f000"
    assert plot.right.names[-1] not in plot.names
    assert plot.box.right() + plot.right.width == pytest.approx(BODY.right(), abs=1)
    assert not plot.end_values
    assert not plot.names_lines
    top = plot.of(series[1]).y(4000)
    assert top == pytest.approx(plot.box.center().y())
    reader = ChartReader(BODY, kind, drawn, "")
    spots = reader.spots(3)
    found = {reader.chart_point(*place)[2].key for spot in spots if (place := reader.place_near(3, spot))}
    assert found == {"orders", "revenue"}
    readout = reader(spots[0])
    assert readout is not None
    assert {line.label: line.value for line in readout.lines[1:]} == {"Orders": "4", "Revenue": "€\xa04\u202f000"}
    single = _drawn(_sales(), kind, axis_right=[])
    alone = charts.chart_plot(BODY, single, charts.series_of(single, ""), kind)
    assert alone.right is None


def test_a_series_that_a_value_names_is_called_by_the_value_as_it_is_in_the_data(light: Theme) -> None:
    status = Presentation(format="order_status")
    rows: list[tuple[Cell, ...]] = [(day, name, 5) for day in days(3) for name in ("paid", "pending", None)]
    data = table([("day", "date"), ("status", "text"), ("orders", "integer")], rows, status=status)
    found = charts.named_series(_drawn(data, axis_right=["paid", "gone", ""]), "")
    assert {one.name: one.is_right for one in found} == {"Paid": True, "Pending": False, "(empty)": True}


def test_hiding_the_left_series_leaves_the_right_axis_where_it_is(light: Theme) -> None:
    drawn = replace(_drawn(_sales(), axis_right=["revenue"]), hidden=frozenset({"orders"}))
    plot = charts.chart_plot(BODY, drawn, charts.series_of(drawn, ""), "line_chart")
    assert plot.right is not None
    assert not any(plot.names)
    assert plot.scale == plot.right.scale


def test_bars_of_both_axes_stand_on_one_line_and_upright(light: Theme) -> None:
    rows: list[tuple[Cell, ...]] = [(f"a name that is far too long to stand below {k}", k - 3, Decimal(k * 500))
                                    for k in range(1, 12)]  # fmt: skip
    data = table([("name", "text"), ("change", "integer"), ("revenue", "decimal")], rows)
    drawn = _drawn(data, "bar_chart", axis_right=["revenue"])
    sets = charts.series_of(drawn, "")
    assert not bars.lie(drawn, sets)
    assert bars.lie(_drawn(data, "bar_chart"), sets)
    plot = charts.chart_plot(BODY, drawn, sets, "bar_chart")
    zeros = {round(plot.of(one).y(0.0), 6) for one in sets}
    assert len(zeros) == 1
    for bar in bars.upright_bars(plot, sets, charts.x_axis.bar_axis(drawn)):
        ends = bar.box.top() if bar.negative else bar.box.bottom()
        assert ends == pytest.approx(zeros.copy().pop(), abs=1)


@given(st.tuples(*[st.floats(-1e6, 1e6)] * 4))
@examples(60, deadline=None)
def test_zero_is_at_one_height_and_every_value_within(ends: tuple[float, float, float, float]) -> None:
    pairs = [(min(0.0, *ends[:2]), max(0.0, *ends[:2])), (min(0.0, *ends[2:]), max(0.0, *ends[2:]))]
    scales = [axis_scale(low, high) for low, high in pairs]
    found = with_common_zero(scales[0], scales[1], 5)
    assert found[0].part(0.0) == pytest.approx(found[1].part(0.0), abs=1e-9)
    for (low, high), one in zip(pairs, found, strict=True):
        assert one.low <= low + 1e-6 * abs(low)
        assert high - 1e-6 * abs(high) <= one.high
        assert len(one.ticks) > 1
    log = AxisScale(1, 10, (1, 10), is_log=True)
    assert with_common_zero(log, scales[0], 5) == (log, scales[0])


def test_a_stack_and_a_logarithm_are_of_the_left_axis_alone(light: Theme) -> None:
    rows: list[tuple[Cell, ...]] = [(day, 2, 3, -1) for day in days(3)]
    data = table([("day", "date"), ("a", "integer"), ("b", "integer"), ("c", "integer")], rows)
    drawn = _drawn(data, "bar_chart", stack="stacked", axis_right=["c"])
    sets = charts.series_of(drawn, "")
    assert [bool(one.spans) for one in sets] == [True, True, False]
    assert bars.stack_columns(sets) == ([0, 0, 1], 2)
    reader = ChartReader(BODY, "bar_chart", drawn, "")
    found = reader(reader.spots(0)[0])
    assert found is not None
    assert ("Total", "5") in [(line.label, line.value) for line in found.lines]
    widget = WidgetContent("w", "line_chart", kind_of("line_chart"), "", "", {"scale": "log", "axis_right": ["c"]})
    assert mismatch_reason(widget, data) is None
    assert mismatch_reason(replace(widget, config={"scale": "log"}), data) is not None


def test_amounts_in_two_currencies_on_two_axes_are_comparable_within_each(light: Theme) -> None:
    dollars = Presentation(format="money", currency="USD")
    rows: list[tuple[Cell, ...]] = [(day, Decimal(1), Decimal(2)) for day in days(3)]
    data = table([("day", "date"), ("a", "decimal"), ("b", "decimal")], rows, a=MONEY, b=dollars)
    assert currency_note.text(_drawn(data), "")
    assert not currency_note.text(_drawn(data, axis_right=["b"]), "")


def test_an_axis_is_offered_for_another_unit_or_a_flat_line(light: Theme) -> None:
    def offered(data: ResultTable) -> tuple[str, ...]:
        return suggested_right(charts.named_series(_drawn(data), ""))

    assert offered(_sales()) == ("revenue",)
    for factor, found in ((19, ()), (20, ("a",))):
        rows: list[tuple[Cell, ...]] = [(day, 1, factor) for day in days(3)]
        assert offered(table([("day", "date"), ("a", "integer"), ("b", "integer")], rows)) == found
    empty: list[tuple[Cell, ...]] = [(date(2026, 1, 1), None, 5), (date(2026, 1, 2), 0, 5)]
    assert offered(table([("day", "date"), ("a", "integer"), ("b", "integer")], empty)) == ()


@given(
    st.lists(st.floats(1e-3, 1e9), min_size=2, max_size=5), st.sampled_from(["line_chart", "area_chart", "bar_chart"])
)
@examples(60, deadline=None)
def test_every_series_has_a_readable_part_of_its_axis_or_the_chart_says_so(sizes: list[float], kind: str) -> None:
    names = "abcde"[: len(sizes)]
    rows: list[tuple[Cell, ...]] = [
        (day, *(Decimal(size * (k + 1) / 3) for size in sizes)) for k, day in enumerate(days(3))
    ]
    drawn = _drawn(table([("day", "date"), *((name, "decimal") for name in names)], rows), kind)
    series = charts.series_of(drawn, "")
    largest = [
        max((max(one.heights, key=float) for one in series if one.is_right == side), default=0.0)
        for side in (False, True)
    ]  # type: ignore[type-var,arg-type]  # no value is missing
    flat = [one.name for one in series if (one.values[-1] or 0) * FLAT < largest[one.is_right]]
    note = chart_note.text(drawn, "")
    assert bool(flat) == bool(note)
    assert len(flat) != 1 or f"“{flat[0]}”" in note


@pytest.mark.parametrize("kind", ["line_chart", "area_chart"])
def test_another_unit_or_a_flat_line_is_on_the_right_axis_by_itself(light: Theme, kind: str) -> None:
    def right(data: ResultTable, **config: object) -> frozenset[str]:
        return _drawn(data, kind, **config).right

    def plain(*values: int, kinds: Presentation | None = None) -> ResultTable:
        rows: list[tuple[Cell, ...]] = [(day, *values) for day in days(3)]
        shown = {"a": kinds, "b": kinds} if kinds is not None else {}
        return table([("day", "date"), ("a", "integer"), ("b", "integer")], rows, **shown)

    assert right(_sales()) == {"revenue"}
    assert right(_sales(), axis_right=[]) == frozenset()
    assert right(_sales(), axis_right=["orders"]) == {"orders"}
    assert right(_sales(), scale="log") == frozenset()
    assert right(_sales(), axis_max=9000) == frozenset()
    assert right(plain(10, 500)) == frozenset()
    assert right(plain(10, 501)) == {"a"}
    assert right(plain(10, 501, kinds=MONEY)) == frozenset(), "one unit has one axis"
    note = chart_note.text(_drawn(plain(10, 501, kinds=MONEY), kind), "")
    assert note == "“A” is too small to be read on this axis"
    long: list[tuple[Cell, ...]] = [(day, name, count) for day in days(3) for name, count in (("x", 1), ("y", 900))]
    named = table([("day", "date"), ("status", "text"), ("n", "integer")], long)
    assert right(named) == frozenset(), "values of one measure have one axis"


@pytest.mark.parametrize("config", [{"axis_right": "a"}, {"axis_right": [1, None]}, {"axis_right": {"a": 1}}, {}])
def test_anything_else_in_a_document_is_no_right_axis(config: dict[str, object]) -> None:
    assert right_series(WidgetContent("w", "line_chart", kind_of("line_chart"), "", "", config)) == frozenset()
    on_table = WidgetContent("w", "table", kind_of("table"), "", "", {"axis_right": ["a"]})
    assert right_series(on_table) == frozenset()


def test_the_offer_in_the_inspector_is_taken_and_undone(studio: "Studio") -> None:
    measures = "count(*) AS orders, sum(order_total) AS revenue"
    query = f"SELECT date_trunc('month', created_dt) AS month, {measures} FROM orders GROUP BY 1 ORDER BY 1"
    bars = {"id": "h", "type": "bar_chart", "title": "Sales", "query": query,
            "position": {"x": 0, "y": 0, "w": 8, "h": 6}}  # fmt: skip
    line = {
        **bars,
        "id": "l",
        "query": query.replace("sum(order_total)", "100 * sum(order_total)"),
        "type": "line_chart",
        "position": {"x": 0, "y": 6, "w": 8, "h": 6},
    }
    studio.page.editor.load(parse_document([bars, line]))
    runner, editor = studio.page.query_runner, studio.page.editor
    studio.wait(lambda: (found := runner.result("h")) is not None and found.table is not None and not runner.busy)
    studio.click("h")
    field = studio.find("inspector_right_offer").parent()
    assert isinstance(field, RightAxisField)
    assert list(field.boxes) == ["orders", "revenue"]
    (least,) = studio.page.findChildren(QWidget, "inspector_right_min")
    assert not least.isVisible()
    field.offer.click()
    assert right_series(editor.widget("h")) <= {"orders", "revenue"}
    assert len(right_series(editor.widget("h"))) == 1
    assert least.isVisible()
    assert field.offer.isHidden()
    studio.canvas.setFocus()
    studio.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert right_series(editor.widget("h")) == frozenset()
    field.boxes["orders"].click()
    assert right_series(editor.widget("h")) == {"orders"}
    field.boxes["orders"].click()
    assert right_series(editor.widget("h")) == frozenset()
    studio.wait(lambda: (found := runner.result("l")) is not None and found.table is not None and not runner.busy)
    studio.click("l")
    (least,) = [one for one in studio.page.findChildren(QWidget, "inspector_right_min") if one.isVisible()]
    (box,) = [one for one in studio.page.findChildren(CheckBox, "inspector_right_0") if one.isVisible()]
    assert box.isChecked(), "what is on the right axis by itself is shown"
    box.click()
    assert editor.widget("l").config["axis_right"] == []
    assert not box.isChecked()
    assert not least.isVisible()
    box.click()
    assert editor.widget("l").config["axis_right"] is None, "as it would be by itself"
    assert box.isChecked()


def test_no_series_of_a_stack_is_offered_the_right_axis(studio: "Studio") -> None:
    """What is small in a stack is a small part of it, not a flat line."""
    query = (
        "SELECT date_trunc('month', created_dt) AS month, count(*) AS few, 100 * count(*) AS many"
        " FROM orders GROUP BY 1 ORDER BY 1"
    )
    chart = {"id": "h", "type": "bar_chart", "query": query, "config": {"stack": "stacked"},
             "position": {"x": 0, "y": 0, "w": 8, "h": 6}}  # fmt: skip
    studio.page.editor.load(parse_document([chart]))
    runner, editor = studio.page.query_runner, studio.page.editor
    studio.wait(lambda: (found := runner.result("h")) is not None and found.table is not None and not runner.busy)
    studio.click("h")
    (field,) = studio.page.findChildren(RightAxisField)
    assert len(field.boxes) == 2
    assert field.offer.isHidden()
    editor.set_property("h", "config.stack", "off")
    studio.wait(lambda: not runner.busy and not field.offer.isHidden())
