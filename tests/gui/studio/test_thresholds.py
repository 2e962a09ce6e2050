"""The thresholds of charts of lines: where they are, and that their labels can be read."""

import pytest
from PySide6.QtCore import QRectF, QSize, QSizeF

from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of, new_item, widget_of, with_fields
from benchboard.ui.studio.tiles.axes import thresholds
from benchboard.ui.studio.tiles.kinds import charts
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.renderers import paint_content
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.series.chart_table import ChartTable
from benchboard.ui.theme import Theme
from support.chart_cases import cases
from support.painted_texts import painted_texts

_BOX = QRectF(0, 0, 460, 220)


def _widget(kind_name: str = "line_chart", **config: object) -> WidgetContent:
    kind = kind_of(kind_name)
    assert kind is not None
    return widget_of(with_fields(new_item(kind, "w"), title="", config=config))


def _result() -> QueryResult:
    (days,) = (case for case in cases() if case.name == "days")  # from 74 to 126
    return QueryResult("q", days.table)


def _plot(table: ChartTable) -> charts.Plot:
    return charts.plot_of(_BOX, charts.series_of(table, ""), "line_chart", thresholds=table.thresholds)


@pytest.mark.parametrize("kind", ["line_chart", "area_chart"])
def test_threshold_of_lines_is_drawn_with_its_label(light: Theme, kind: str) -> None:
    widget, size = _widget(kind, warn=100, alarm=120), QSize(460, 250)
    texts = painted_texts(size, lambda painter: paint_content(painter, QSizeF(size), widget, _result()))
    assert {"warning at 100", "critical at 120"} <= {one.text for one in texts}
    assert not [
        (one.text, other.text)
        for place, one in enumerate(texts)
        for other in texts[:place]
        if one.box.intersects(other.box)
    ]


def test_axis_has_a_threshold_near_the_values_and_not_one_that_would_flatten_them(light: Theme) -> None:
    assert _plot(drawn_table(_widget(warn=200), _result())).scale.high >= 200
    far = _plot(drawn_table(_widget(warn=200, alarm=5000), _result()))
    assert 200 <= far.scale.high < 300
    shown = thresholds.label_boxes(far.box, far.scale, drawn_table(_widget(warn=200, alarm=5000), _result()).thresholds)
    assert [one.label for one, _spot in shown] == ["warning at 200"]


def test_labels_of_thresholds_close_together_are_on_both_sides(light: Theme) -> None:
    table = drawn_table(_widget(warn=100, alarm=101), _result())
    plot = _plot(table)
    (alarm, above), (warn, below) = thresholds.label_boxes(plot.box, plot.scale, table.thresholds)
    assert (alarm.tone, warn.tone) == ("error", "warn")
    assert above.bottom() < plot.y(101) < plot.y(100) < below.top()
