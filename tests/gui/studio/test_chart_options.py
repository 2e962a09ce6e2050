"""What can be set of a chart's axis and numbers: its ends, its scale, decimals and a reference line."""

from datetime import date
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractButton, QLabel

from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of, new_item, widget_of, with_fields
from benchboard.ui.studio.document.undo_line_edit import UndoLineEdit
from benchboard.ui.studio.panes.limit_rows import LimitRow
from benchboard.ui.studio.tiles.axes.axis_scale import AxisChoice
from benchboard.ui.studio.tiles.kinds import bars, charts, x_axis
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.renderers import mismatch_advice, mismatch_reason, paint_content, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.value_readout import ChartReader, body_reader
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.fields import Select
from support.chart_cases import days, result
from support.painted_texts import painted_texts

if TYPE_CHECKING:
    from conftest import Studio

CHARTS = ("line_chart", "area_chart", "bar_chart")
LONG = [f"A long name of a shop in a far town, number {k}" for k in range(4)]
_BOX = QRectF(0, 0, 500, 300)


def _widget(kind: str, **config: object) -> WidgetContent:
    known = kind_of(kind)
    assert known is not None
    return widget_of(with_fields(new_item(known, "w"), title="Chart", config=config))


def _days(values: list[float]) -> ResultTable:
    return result(days(date(2026, 5, 1), len(values)), {"n": values}, "date")


def _plot(kind: str, table: ResultTable, **config: object) -> charts.Plot:
    drawn = drawn_table(_widget(kind, **config), QueryResult("q", table))
    return charts.chart_plot(_BOX, drawn, charts.series_of(drawn, ""), kind)


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize(
    ("config", "ends"),
    [
        ({"axis_min": 2, "axis_max": 7}, (2, 7)),
        ({"axis_max": 100}, (0, 100)),
        ({"axis_min": -5}, (-5, 10)),
        ({"axis_min": 7, "axis_max": 2}, (0, 10)),
        ({"axis_min": "x"}, (0, 10)),
        ({}, (0, 10)),
    ],
)
def test_ends_of_an_axis_are_those_that_are_set(
    light: Theme, kind: str, config: dict[str, object], ends: tuple[int, int]
) -> None:
    scale = _plot(kind, _days([1, 10, 4]), **config).scale
    assert (scale.low, scale.high) == ends
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)
    assert len(scale.ticks) > 1


def test_bars_end_where_their_axis_does(light: Theme) -> None:
    drawn = drawn_table(_widget("bar_chart", axis_min=2, axis_max=7), QueryResult("q", _days([1, 10, 4])))
    sets = charts.series_of(drawn, "")
    plot = charts.chart_plot(_BOX, drawn, sets, "bar_chart")
    found = bars.upright_bars(plot, sets, x_axis.bar_axis(drawn))
    assert all(plot.box.adjusted(-1, -1, 1, 1).contains(bar.box) for bar in found)
    assert found[2].box.top() == pytest.approx(plot.y(4))


def test_lying_bars_have_the_axis_that_is_set(light: Theme) -> None:
    table = result(LONG, {"n": [15, 20, 40, 80]})
    drawn = drawn_table(_widget("bar_chart", axis_max=40, reference=30), QueryResult("q", table))
    lying = bars.lying_bars(_BOX, drawn, charts.series_of(drawn, ""), "")
    assert lying is not None
    assert [label for _x, label in lying.ticks][-1] == "40"
    widths = [bar.box.width() for bar in lying.bars]
    assert widths[3] == pytest.approx(widths[2]), "a longer one ends with the axis"
    assert widths[1] == pytest.approx(widths[2] / 2)
    ((x, reference),) = lying.references
    assert reference.label == "30"
    assert x == pytest.approx(lying.zero + widths[2] * 30 / 40)


@pytest.mark.parametrize("kind", CHARTS)
def test_equal_ratios_are_equal_distances_on_a_logarithmic_axis(light: Theme, kind: str) -> None:
    plot = _plot(kind, _days([3, 30, 300]), scale="log")
    assert plot.scale.ticks == (1, 10, 100, 1000)
    assert plot.y(3) - plot.y(30) == pytest.approx(plot.y(30) - plot.y(300))
    assert [len(name) for name in plot.names] == [1, 2, 3, 5], "1 to 1 000"
    assert plot.y(0) == pytest.approx(plot.box.bottom())


@pytest.mark.parametrize("kind", CHARTS)
def test_logarithmic_axis_refuses_values_without_a_place_in_words(light: Theme, kind: str) -> None:
    widget = _widget(kind, scale="log")
    assert mismatch_reason(widget, _days([3, 0, 5])) == "A logarithmic axis has no place for values of 0 or less."
    assert mismatch_advice(widget, _days([3, 0, 5])) == "Set the scale to Linear, or filter the rows."
    assert mismatch_reason(widget, _days([3, 1, 5])) is None


def test_logarithmic_axis_of_any_ends_has_ticks_within_them() -> None:
    for low, high in ((1e-9, 1e300), (5, 5), (2, 3), (0.001, 0.002)):
        for choice in (AxisChoice(is_log=True), AxisChoice(0.5, 2, is_log=True), AxisChoice(-3, None, is_log=True)):
            scale = choice.scale(low, high, 6, whole=False)
            assert 2 <= len(scale.ticks) <= 7
            assert all(-1e-9 <= scale.part(tick) <= 1 + 1e-9 for tick in scale.ticks)


def test_summary_says_where_an_axis_begins(light: Theme) -> None:
    found = QueryResult("q", _days([1, 10, 4]))
    assert "The axis doesn't start at 0." not in summary(_widget("line_chart"), found)
    assert "The axis doesn't start at 0." in summary(_widget("line_chart", axis_min=3), found)
    assert "The axis is logarithmic." in summary(_widget("line_chart", scale="log"), found)


@pytest.mark.parametrize("kind", CHARTS)
def test_values_have_the_decimals_that_are_set(light: Theme, kind: str) -> None:
    reader = body_reader(_BOX, _widget(kind, decimals=3), QueryResult("q", _days([1.5, 10.25, 4.125])))
    assert isinstance(reader, ChartReader)
    readout = reader(reader.spots(1)[0])
    assert readout is not None
    assert readout.lines[1].value == "10.250"


@pytest.mark.parametrize("kind", CHARTS)
def test_reference_line_lies_over_the_chart_with_its_label(light: Theme, kind: str) -> None:
    table, size = _days([1, 10, 4]), QSize(500, 300)
    widget = _widget(kind, reference=12.5, reference_label="Target", unit="km")
    texts = painted_texts(size, lambda painter: paint_content(painter, QSizeF(size), widget, QueryResult("q", table)))
    assert "Target: 12.5 km" in [one.text for one in texts]

    def picture(**config: object) -> QImage:
        found = QImage(500, 300, QImage.Format.Format_ARGB32)
        found.fill(Qt.GlobalColor.white)
        drawn = drawn_table(_widget(kind, **config), QueryResult("q", table))
        with QPainter(found) as painter:
            {"line_chart": charts.paint_lines, "area_chart": charts.paint_areas, "bar_chart": bars.paint}[kind](
                painter, _BOX, drawn, ""
            )
        return found

    plot = _plot(kind, table, axis_max=20, reference=5)
    with_line, without = picture(axis_max=20, reference=5), picture(axis_max=20)
    y = round(plot.y(5))
    changed = [
        x
        for x in range(round(plot.box.left()), round(plot.box.right()))
        if any(with_line.pixel(x, y + at) != without.pixel(x, y + at) for at in (-1, 0, 1))
    ]
    assert len(changed) > plot.box.width() / 3
    assert QPointF(changed[0], y).x() < plot.box.left() + 20


def test_options_are_set_in_the_inspector_refused_at_the_field_and_taken_back(studio: "Studio") -> None:
    item = {
        "id": "c",
        "type": "line_chart",
        "query": "SELECT 1 AS a, 2 AS b",
        "position": {"x": 0, "y": 0, "w": 6, "h": 5},
    }
    studio.page.editor.load(parse_document([item]))
    studio.click("c")
    config = lambda: dict(studio.page.editor.widget("c").config)  # noqa: E731

    def write(name: str, text: str) -> None:
        edit = studio.find(f"inspector_{name}")
        assert isinstance(edit, UndoLineEdit)
        edit.setFocus()
        edit.selectAll()
        studio.qtbot.keyClick(edit, Qt.Key.Key_Delete)
        studio.qtbot.keyClicks(edit, text)

    def errors() -> list[str]:
        return [one.text() for one in studio.page.findChildren(QLabel) if one.isVisible() and "Enter a" in one.text()]

    write("axis_min", "5")
    write("axis_max", "9")
    assert config() == {"axis_min": 5, "axis_max": 9}
    write("axis_min", "12")
    assert config()["axis_min"] == 1, "12 was refused, the 1 before it wasn't"
    assert errors() == ["Enter a number below the maximum."]
    write("axis_min", "")
    assert config()["axis_min"] is None
    assert not errors()
    write("decimals", "2")
    write("decimals", "")
    assert config()["decimals"] is None
    write("decimals", "9")
    assert errors() == ["Enter a whole number from 0 to 6."]
    studio.add_limit("reference")
    write("reference", "x")
    assert "Enter a number." in errors()
    reference = studio.find("inspector_reference")
    assert isinstance(reference, UndoLineEdit)
    reference.selectAll()
    reference.insert("1,250")
    reference.textEdited.emit(reference.text())  # as after a paste: typed, it is shown as 1.250 on the way
    said = "“1,250” can be read in two ways. Write it as 1250 or 1.250."
    assert any(one.text() == said and one.isVisible() for one in studio.page.findChildren(QLabel))
    before = config().get("reference")
    reference.selectAll()
    reference.insert("15.000")
    reference.textEdited.emit(reference.text())
    said = "“15.000” can be read in two ways. Write it as 15000 or 15."
    assert any(one.text() == said and one.isVisible() for one in studio.page.findChildren(QLabel))
    assert config().get("reference") == before
    scale = studio.find("inspector_scale")
    assert isinstance(scale, Select)
    scale.setFocus()
    studio.qtbot.keyClick(scale, Qt.Key.Key_Down)
    assert config()["scale"] == "log"
    studio.page.undo()
    assert "scale" not in config()


def test_limit_is_added_shown_only_while_it_is_set_and_removed(studio: "Studio") -> None:
    item = {"id": "c", "type": "line_chart", "query": "SELECT 1 AS a, 2 AS b", "config": {"warn": 60},
            "position": {"x": 0, "y": 0, "w": 6, "h": 5}}  # fmt: skip
    studio.page.editor.load(parse_document([item]))
    studio.click("c")
    inspector = studio.page.inspector

    def shown() -> list[str]:
        return [one.title for one in inspector.findChildren(LimitRow) if one.isVisible()]

    assert shown() == ["Warn above"]
    studio.add_limit("reference")
    assert shown() == ["Reference line", "Warn above"]
    assert not inspector.findChild(UndoLineEdit, "inspector_reference_label").isVisible()
    studio.qtbot.keyClicks(studio.find("inspector_reference"), "8")
    assert studio.find("inspector_reference_label").isVisible()
    remove = studio.find("inspector_remove_warn")
    assert isinstance(remove, QAbstractButton)
    remove.click()
    assert shown() == ["Reference line"]
    assert studio.page.editor.widget("c").config["warn"] is None
    studio.page.undo()
    assert shown() == ["Reference line", "Warn above"]
