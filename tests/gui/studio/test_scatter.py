"""Scatter charts: points where their numbers are, what hovering says, where the kind is chosen and how it is stored."""

import random
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt

from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.kinds.scatter import MOST_WHOLE, ScatterPlot
from benchboard.ui.studio.tiles.kinds.scatter_values import ScatterValues
from benchboard.ui.studio.tiles.renderers import body_of, summary
from benchboard.ui.theme import Theme
from support.kind_cases import decimal, kind_cases, table
from support.painted_texts import painted_texts

if TYPE_CHECKING:
    from conftest import Studio

BODY = QRectF(12, 32, 700, 400)
QUERY = "SELECT status, count(*) AS orders, min(order_total) AS least, 5 AS size FROM orders GROUP BY status, currency"


def _case(name: str) -> ResultTable:
    return next(case.table for case in kind_cases() if case.name == name)


def test_points_are_where_their_numbers_are(light: Theme) -> None:
    """The slope between any two points is that of their numbers, worked out here by itself."""
    data = _case("points of six series")
    plot = ScatterPlot(BODY, data)
    rows = {point.row: point.at for point in plot.points}
    assert sorted(rows) == list(range(len(data.rows)))
    first, last = 0, max(rows, key=lambda row: abs(float(str(data.rows[row][0])) - float(str(data.rows[0][0]))))
    x0, y0 = (float(str(data.rows[first][k])) for k in (0, 1))
    x1, y1 = (float(str(data.rows[last][k])) for k in (0, 1))
    per_x = (rows[last].x() - rows[first].x()) / (x1 - x0)
    per_y = (rows[last].y() - rows[first].y()) / (y1 - y0)
    assert per_x > 0 > per_y
    for row, spot in rows.items():
        x, y = (float(str(data.rows[row][k])) for k in (0, 1))
        assert spot.x() == pytest.approx(rows[first].x() + (x - x0) * per_x, abs=0.01)
        assert spot.y() == pytest.approx(rows[first].y() + (y - y0) * per_y, abs=0.01)
        assert plot.axes.box.adjusted(-1, -1, 1, 1).contains(spot)
    ticks = plot.axes.x.ticks
    assert plot.axes.x_at(ticks[0]) == pytest.approx(rows[first].x() + (ticks[0] - x0) * per_x, abs=0.01)


@pytest.mark.parametrize(("name", "width"), [("points", 700), ("points", 260), ("sized points", 700)])
def test_names_are_beside_points_and_never_on_one_or_on_each_other(light: Theme, name: str, width: int) -> None:
    data, size = _case(name), QSize(width, 300)
    plot = ScatterPlot(QRectF(12, 32, width - 24, 256), data)
    texts = painted_texts(size, plot.paint)
    names = [
        one
        for one in texts
        if one.text.rstrip("…")
        and any(one.text.rstrip("…") in str(row[0]) for row in data.rows if not one.text[0].isdigit())
    ]
    assert len(names) >= (12 if (name, width) == ("points", 700) else 3)
    assert name == "points" or len(names) <= 5, "of many points those far from the others"
    for place, one in enumerate(names):
        assert plot.axes.box.contains(one.box)
        assert not any(one.box.intersects(other.box) for other in names[:place])
        assert not any(one.box.contains(point.at) for point in plot.points)
    unnamed = ScatterPlot(BODY, _case("a cloud with an outlier"))
    assert not any(unnamed.axes.box.contains(one.box) for one in painted_texts(QSize(730, 440), unnamed.paint))


def test_areas_of_sized_points_are_as_their_numbers(light: Theme) -> None:
    data = _case("sized points")
    points = {point.row: point for point in ScatterPlot(BODY, data).points}
    largest = points[29]
    for row in range(15, 30):
        assert points[row].radius ** 2 / largest.radius**2 == pytest.approx(row**2 / 29**2, rel=0.01)
    radii = [point.radius for point in ScatterPlot(BODY, data).points]
    assert radii == sorted(radii, reverse=True), "a large point would hide a small one"


def test_many_points_are_thinned_and_the_outlier_stays(light: Theme) -> None:
    data = _case("a cloud with an outlier")
    plot = ScatterPlot(BODY, data)
    assert MOST_WHOLE < len(data.rows) == sum(point.count for point in plot.points)
    assert len(data.rows) - 1 in {point.row for point in plot.points}
    shown = f"{len(plot.points):,} of {len(data.rows):,} points drawn".replace(",", "\u202f")
    assert plot.note == shown
    assert shown in summary_of(plot)
    assert ScatterPlot(BODY, _case("points")).note == ""


def summary_of(plot: ScatterPlot) -> str:
    from benchboard.ui.studio.tiles.kinds.scatter_values import summary_text

    return summary_text(plot)


def test_a_hundred_thousand_points_are_thinned(light: Theme) -> None:
    chance = random.Random(1)
    rows = [(chance.randrange(10_000), chance.randrange(10_000)) for _point in range(100_000)]
    plot = ScatterPlot(BODY, table([("a", "integer"), ("b", "integer")], rows))
    assert sum(point.count for point in plot.points) == 100_000
    assert len(plot.points) <= 350 * 200


def test_hovering_names_the_point_and_those_below_it(light: Theme) -> None:
    rows = [("Berlin", 1, decimal(2.5), "north"), ("Paris", 4, decimal(9), "south"), ("Rome", 6, decimal(5), "south")]
    data = table([("city", "text"), ("orders", "integer"), ("hours", "decimal"), ("part", "text")], rows)
    plot = ScatterPlot(BODY, data)
    values = ScatterValues(plot)
    (paris,) = [point for point in plot.points if point.row == 1]
    readout = values(paris.at + QPointF(4, 3))
    assert readout is not None
    assert [line.text for line in readout.lines] == ["Paris", "south", "Orders: 4", "Hours: 9.00"]
    assert readout.lines[1].colour == plot.series[1].colour
    point = values.point_at(paris.at)
    assert point is not None
    assert (dict(point.cells), point.column, point.text) == ({0: "Paris", 1: 4, 2: Decimal(9), 3: "south"}, 2, "9.00")
    assert values(QPointF(BODY.left(), BODY.top())) is None


def test_hovering_over_thinned_points_says_how_many_there_are(light: Theme) -> None:
    rows = [(k % 3, k % 3) for k in range(3_000)]
    plot = ScatterPlot(BODY, table([("a", "integer"), ("b", "integer")], rows))
    readout = ScatterValues(plot)(plot.points[0].at)
    assert readout is not None
    assert readout.lines[-1].text == "999 more points here"


def _load(studio: "Studio", **item: object) -> Tile:
    whole = {"id": "s", "type": "scatter_chart", "title": "Points", "query": QUERY,
             "position": {"x": 0, "y": 0, "w": 6, "h": 6}, **item}  # fmt: skip
    studio.page.editor.load(parse_document([whole]))
    runner = studio.page.query_runner
    studio.wait(lambda: (found := runner.result("s")) is not None and not found.is_pending and not runner.busy)
    studio.canvas.pixmaps.update_visible()
    tile = studio.canvas.tiles["s"]
    assert isinstance(tile, Tile)
    return tile


def test_points_of_a_page_are_walked_over_by_keys_and_have_a_menu(studio: "Studio") -> None:
    tile = _load(studio)
    studio.page.editor.read_only = True
    studio.canvas.setFocus()
    studio.page.editor.select(["s"])
    assert studio.canvas.value_walk.start("s")
    seen = set()
    assert tile.result is not None
    assert tile.result.table is not None
    for _step in range(len(tile.result.table.rows) + 2):
        seen.add(tile.toolTip())
        studio.key(Qt.Key.Key_Right)
    assert len(seen) > 1
    found: list[object] = []
    studio.canvas.point_requested.connect(lambda item_id, point, _at, _adding: found.append((item_id, point.column)))
    assert studio.canvas.value_walk.request_menu()
    assert found == [("s", 2)]


def test_colours_of_series_are_those_of_the_page(studio: "Studio") -> None:
    tile = _load(studio)
    assert tile.result is not None
    assert tile.result.table is not None
    assert tile.result.colours is not None
    statuses = {(row[0],) for row in tile.result.table.rows}
    assert set(tile.result.colours) == statuses
    plot = ScatterPlot(body_of(QSizeF(tile.rect.size())), tile.result.table, tile.result.colours)
    assert len({one.colour.name() for one in plot.series}) == len(statuses)
    assert summary(tile.widget, tile.result).startswith(f"{len(tile.result.table.rows)} points, Least by Orders")


def test_scatter_reads_all_rows_and_a_line_reads_the_first(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    from benchboard.analytics import queries

    monkeypatch.setattr(queries, "DEFAULT_ROWS", 3)
    tile = _load(studio, query="SELECT order_total, order_total * 2 AS twice FROM orders")
    assert tile.result is not None
    assert tile.result.table is not None
    whole = len(tile.result.table.rows)
    assert whole > 3
    kind = studio.find("inspector_kind") if studio.click("s") is None else None
    kind.activated.emit([kind.itemData(k) for k in range(kind.count())].index("table"))  # type: ignore[union-attr]
    runner = studio.page.query_runner
    studio.wait(lambda: len(runner.result("s").table.rows) == 3)  # type: ignore[union-attr]
