"""Heatmaps: cells where their groups are, in the colour of their number; what is empty has none."""

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.settings import Appearance
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.kinds.heatmap import MOST_X, Heatmap, text_colour
from benchboard.ui.studio.tiles.kinds.heatmap_values import HeatmapValues, summary_text
from benchboard.ui.studio.tiles.renderers import mismatch_advice, mismatch_reason
from benchboard.ui.theme import Theme, contrast, theme
from support.kind_cases import days, decimal, kind_cases, table

if TYPE_CHECKING:
    from conftest import Studio

BODY = QRectF(12, 32, 640, 380)


def _case(name: str) -> ResultTable:
    return next(case.table for case in kind_cases() if case.name == name)


def _painted(chart: Heatmap) -> QImage:
    picture = QImage(QSize(700, 440), QImage.Format.Format_RGB32)
    with QPainter(picture) as painter:
        painter.fillRect(picture.rect(), theme().color("surface"))
        chart.paint(painter)
    return picture


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_a_cell_has_the_colour_of_its_number_and_an_empty_one_none(light: Theme, appearance: Appearance) -> None:
    light.set_appearance(appearance)
    data = _case("hours of weekdays")
    chart = Heatmap(BODY, data, "")
    picture = _painted(chart)
    known = {(row[0], row[1]): int(str(row[2])) for row in data.rows}
    low, high = min(known.values()), max(known.values())
    steps = theme().tokens("chart")["ramp"][appearance]
    for x, hour in enumerate(range(24)):
        for y, day in enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]):
            seen = picture.pixelColor((chart.cell_box(x, y).topLeft() + QPointF(1, 1)).toPoint())
            if (hour, day) not in known:
                assert seen == theme().color("surface")
                continue
            share = (known[hour, day] - low) / (high - low) * (len(steps) - 1)
            first = min(int(share), len(steps) - 2)
            for part in ("red", "green", "blue"):
                ends = [getattr(QColor(steps[first + k]), part)() for k in (0, 1)]
                assert getattr(seen, part)() == pytest.approx(ends[0] + (ends[1] - ends[0]) * (share - first), abs=1.5)


def test_cells_of_an_axis_are_in_the_order_of_time_with_room_for_missing_days(light: Theme) -> None:
    chart = Heatmap(BODY, _case("days with missing ones"), "")
    boxes = [chart.cell_box(x, 0) for x in range(len(chart.xs))]
    width = chart.box.width() / 60
    for (one, other), (before, after) in zip(pairwise(boxes), pairwise(chart.xs), strict=True):
        apart = (after - before) / timedelta(days=1)  # type: ignore[operator]  # days
        assert other.left() - one.left() == pytest.approx(apart * width, abs=1.01)
    values = HeatmapValues(chart)
    missing = QPointF((boxes[5].right() + boxes[6].left()) / 2, chart.box.center().y())
    assert (chart.xs[6] - chart.xs[5]).days == 2  # type: ignore[operator]  # days
    assert values(missing) is None


def test_hovering_names_both_groups_and_the_number(light: Theme) -> None:
    chart = Heatmap(BODY, _case("three by two"), "")
    values = HeatmapValues(chart)
    found = values(chart.cell_box(2, 0).center())
    assert found is not None
    assert [(line.label, line.value) for line in found.lines] == [
        ("late · west", ""), ("Revenue", "€\xa0200\u202f000.00"),
    ]  # fmt: skip
    empty = values(chart.cell_box(1, 0).center())
    assert empty is not None
    assert empty.lines[1].value == "no value"
    assert values.point_at(chart.cell_box(1, 0).center()) is None
    point = values.point_at(chart.cell_box(0, 1).center())
    assert point is not None
    assert (point.column, dict(point.cells)) == (2, {0: "north", 1: "paid", 2: decimal(0)})
    assert [len(values.spots(x)) for x in range(values.row_count)] == [2, 1, 1]
    assert summary_text(chart).startswith("4 cells, Revenue by A and B, from ")


def test_numbers_in_cells_can_be_read_on_any_colour(light: Theme) -> None:
    for mode in ("light", "dark"):
        light.set_appearance(mode)  # type: ignore[arg-type]  # both are
        for step in range(201):
            ground = theme().ramp(step / 200)
            assert contrast(text_colour(ground), ground) >= 4.5


def _mismatch(data: ResultTable, unit: str = "") -> tuple[str, str]:
    widget = WidgetContent("w", "heatmap", kind_of("heatmap"), "", "SELECT 1", {"unit": unit})
    return mismatch_reason(widget, data) or "", mismatch_advice(widget, data)


def test_results_that_are_no_heatmap_are_refused(light: Theme) -> None:
    columns = [("a", "text"), ("b", "text"), ("n", "integer")]
    twice = table(columns, [("x", "y", 1), ("x", "y", 2)])  # type: ignore[arg-type]  # kinds
    assert _mismatch(twice) == (
        "Several rows have the same “A” and “B”.", "Group by both in the query, or use a table.",
    )  # fmt: skip
    many = table(columns, [(str(k), "y", k) for k in range(MOST_X + 1)])  # type: ignore[arg-type]  # kinds
    assert _mismatch(many)[0] == "“A” has 401 values. A heatmap shows 400 at most."
    flat = table([("day", "date"), ("n", "integer")], [(day, 1) for day in days(3)])
    assert _mismatch(flat)[0] == "A heatmap needs two columns to group by and a number."
    none = table(columns, [("x", "y", None)])  # type: ignore[arg-type]  # kinds
    assert _mismatch(none)[0] == "The query returned no numbers."


def test_a_heatmap_is_chosen_in_the_inspector_and_undone(studio: "Studio") -> None:
    query = "SELECT date_trunc('month', created_dt) AS month, status, count(*) AS orders FROM orders GROUP BY 1, 2"
    item = {"id": "h", "type": "table", "title": "Orders", "query": query,
            "position": {"x": 0, "y": 0, "w": 6, "h": 6}}  # fmt: skip
    studio.page.editor.load(parse_document([item]))
    runner = studio.page.query_runner
    studio.wait(lambda: (found := runner.result("h")) is not None and found.table is not None and not runner.busy)
    studio.click("h")
    kind = studio.find("inspector_kind")
    choices = [kind.itemData(k) for k in range(kind.count())]  # type: ignore[attr-defined]
    kind.activated.emit(choices.index("heatmap"))  # type: ignore[attr-defined]
    assert studio.page.editor.widget("h").type == "heatmap"
    studio.wait(lambda: not runner.busy)
    tile = studio.canvas.tiles["h"]
    assert isinstance(tile, Tile)
    assert tile.result is not None
    assert tile.result.table is not None
    assert mismatch_reason(tile.widget, tile.result.table) is None
    chart = Heatmap(QRectF(QPointF(), QSizeF(300, 200)), tile.result.table, "")
    assert len(chart.cells) == len(tile.result.table.rows)
    studio.canvas.setFocus()
    studio.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert studio.page.editor.widget("h").type == "table"
