"""An enlarged chart is zoomed and moved by wheel, drag and keys; a finer result arrives when that rests."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from benchboard.analytics.line_reduction import ReducedRows, Reduction
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.ui.studio.data.explore import exploration
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.tiles import query_results
from benchboard.ui.studio.tiles.enlarged_view import EnlargedDrawing
from benchboard.ui.studio.tiles.line_picture import with_detail
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import Theme, theme
from benchboard.ui.widgets.focus import FocusRing
from support.kind_cases import table

if TYPE_CHECKING:
    from conftest import Studio

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = 3_600.0


def _log(count: int = 241, step: float = 60.0, first: float = 0.0) -> ResultTable:
    """Volts that rise, over four hours."""
    start = FIRST + timedelta(seconds=first)
    rows: list[tuple[Cell, ...]] = [(start + timedelta(seconds=at * step), Decimal(at)) for at in range(count)]
    found = table([("at", "timestamp"), ("volts", "decimal")], rows)
    low = start.timestamp()
    return replace(found, reduced=ReducedRows(10_000_000, 64, low, low + (count - 1) * step))


def _widget(kind: str = "line_chart") -> WidgetContent:
    return WidgetContent("w", kind, kind_of(kind), "Supply", "SELECT at, volts FROM log", {})


@pytest.fixture
def drawing(qtbot: QtBot, light: Theme) -> EnlargedDrawing:
    found = EnlargedDrawing()
    qtbot.addWidget(found)
    found.resize(800, 400)
    found.show_widget(_widget(), QueryResult("q", _log()), "read")
    found.show()
    qtbot.waitExposed(found)
    found.setFocus()
    return found


def _wheel(drawing: EnlargedDrawing, x: float, notches: int) -> None:
    spot = QPointF(x, 200)
    event = QWheelEvent(
        spot, QPointF(drawing.mapToGlobal(spot.toPoint())), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,  # a C++ argument
    )  # fmt: skip
    QApplication.sendEvent(drawing, event)


def test_the_wheel_zooms_at_the_pointer_and_a_finer_result_is_asked_for(drawing: EnlargedDrawing, qtbot: QtBot) -> None:
    asked: list[Reduction | None] = []
    zoomed: list[bool] = []
    drawing.zoomed.connect(zoomed.append)
    drawing.detail_requested.connect(asked.append)
    box = drawing.grab() and drawing.plot_box()  # where the plot is
    assert box is not None
    _wheel(drawing, box.left() + box.width() / 4, 4)
    shown, whole = drawing.zoom.shown, drawing.zoom.whole
    assert shown is not None
    assert whole is not None
    assert shown.size == pytest.approx(whole.size * 0.8**4)
    assert shown.at(0.25) == pytest.approx(whole.at(0.25))
    assert zoomed[-1:] == [True]
    qtbot.waitUntil(lambda: asked != [])
    (one,) = asked
    assert one is not None
    assert one.window is not None
    assert one.window[0] <= shown.low < shown.high <= one.window[1]
    _wheel(drawing, box.left() + 10, -30)
    assert drawing.zoom.shown is None
    assert zoomed[-1:] == [False]


def test_a_drag_moves_the_chart_and_opens_no_menu(drawing: EnlargedDrawing, qtbot: QtBot) -> None:
    menus: list[object] = []
    drawing.point_requested.connect(lambda *about: menus.append(about))
    QTest.keyClick(drawing, Qt.Key.Key_Plus)
    before = drawing.zoom.shown
    assert before is not None
    box = drawing.plot_box()  # as above
    assert box is not None
    QTest.mousePress(drawing, Qt.MouseButton.LeftButton, pos=QPoint(400, 200))
    QTest.mouseMove(drawing, QPoint(400 - 50, 200))
    QTest.mouseRelease(drawing, Qt.MouseButton.LeftButton, pos=QPoint(350, 200))
    after = drawing.zoom.shown
    assert after is not None
    assert after.low - before.low == pytest.approx(before.size * 50 / box.width())
    assert menus == []


def test_keys_zoom_move_and_reset(drawing: EnlargedDrawing) -> None:
    for key in (Qt.Key.Key_0, Qt.Key.Key_Escape):
        QTest.keyClick(drawing, Qt.Key.Key_Plus)
        QTest.keyClick(drawing, Qt.Key.Key_Plus)
        first = drawing.zoom.shown
        assert first is not None
        QTest.keyClick(drawing, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        moved = drawing.zoom.shown
        assert moved is not None
        assert moved.low > first.low
        assert moved.size == pytest.approx(first.size)
        QTest.keyClick(drawing, Qt.Key.Key_Minus)
        wider = drawing.zoom.shown
        assert wider is not None
        assert wider.size > moved.size
        QTest.keyClick(drawing, key)
        assert drawing.zoom.shown is None


def test_arrow_keys_reach_a_value_outside_by_moving_the_chart(drawing: EnlargedDrawing) -> None:
    for _time in range(8):
        QTest.keyClick(drawing, Qt.Key.Key_Plus)
    QTest.keyClick(drawing, Qt.Key.Key_End)
    shown = drawing.zoom.shown
    assert shown is not None
    assert shown.high == pytest.approx(FIRST.timestamp() + 4 * HOUR)
    assert "240.00" in drawing.toolTip()


def test_the_first_arrow_key_reaches_a_value_that_is_shown(drawing: EnlargedDrawing) -> None:
    for _time in range(4):
        QTest.keyClick(drawing, Qt.Key.Key_Plus)
    shown = drawing.zoom.shown
    assert shown is not None
    QTest.keyClick(drawing, Qt.Key.Key_Right)
    assert drawing.zoom.shown == shown
    first = math.ceil((shown.low - FIRST.timestamp()) / 60)
    assert f"{first}.00" in drawing.toolTip()


def _columns(picture: QImage, colour: QColor) -> list[list[int]]:
    """The heights at which each column of pixels has a colour."""
    ratio = picture.devicePixelRatio()
    return [
        [y for y in range(60, picture.height() - 60) if _is_near(picture.pixelColor(x, y), colour)]
        for x in range(round(60 * ratio), picture.width() - 30, 7)
    ]


def _is_near(one: QColor, other: QColor) -> bool:
    return sum(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True)) < 90  # type: ignore[call-overload, misc]  # four numbers


def test_a_zoomed_line_is_where_its_values_are(drawing: EnlargedDrawing) -> None:
    for _time in range(4):
        QTest.keyClick(drawing, Qt.Key.Key_Plus)
    picture, box, shown = drawing.grab().toImage(), drawing.plot_box(), drawing.zoom.shown  # as above
    plot = drawing.zoomed_picture()  # as above
    assert box is not None
    assert shown is not None
    assert plot is not None
    for part in (0.1, 0.5, 0.9):
        volts = (shown.at(part) - FIRST.timestamp()) / 60
        x, y = round(box.left() + box.width() * part), round(plot.plot.y(volts))
        near = [picture.pixelColor(x, y + by) for by in (-2, -1, 0, 1, 2)]
        assert any(_is_near(one, theme().chart(0)) for one in near)


def test_a_finer_result_takes_the_place_of_its_part_of_the_axis(drawing: EnlargedDrawing, qtbot: QtBot) -> None:
    QTest.keyClick(drawing, Qt.Key.Key_Plus)
    fine = _log(count=481, step=7.5, first=HOUR)
    drawing.show_detail(fine)  # during the movement: it waits
    assert drawing.detail is None  # what is drawn
    qtbot.waitUntil(lambda: drawing.detail is fine)  # as above
    merged = with_detail(_log(), fine)
    times = [row[0] for row in merged.rows]
    assert len(times) == len(set(times)) == 241 - 61 + 481
    assert times[0] == FIRST


@pytest.mark.parametrize("kind", ["bar_chart", "table", "pie_chart"])
def test_other_charts_are_not_zoomed(drawing: EnlargedDrawing, kind: str) -> None:
    drawing.show_widget(_widget(kind), QueryResult("q", replace(_log(), reduced=None)), "read")
    QTest.keyClick(drawing, Qt.Key.Key_Plus)
    _wheel(drawing, 300, 3)
    assert drawing.zoom.shown is None


def test_the_result_of_another_query_is_shown_whole(drawing: EnlargedDrawing) -> None:
    QTest.keyClick(drawing, Qt.Key.Key_Plus)
    drawing.show_widget(_widget(), QueryResult("q", _log()), "read")
    assert drawing.zoom.shown is not None  # a refresh keeps it
    drawing.show_widget(replace(_widget(), query="SELECT 2"), QueryResult("q", _log()), "read")
    assert drawing.zoom.shown is None


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_an_area_is_zoomed_too(drawing: EnlargedDrawing, light: Theme, appearance: str) -> None:
    light.set_appearance(appearance)  # type: ignore[arg-type]  # one of its values
    drawing.show_widget(_widget("area_chart"), QueryResult("q", replace(_log(), reduced=None)), "read")
    QTest.keyClick(drawing, Qt.Key.Key_Plus)
    assert drawing.zoom.shown is not None
    assert any(_columns(drawing.grab().toImage(), theme().chart(0)))


def test_a_widget_is_read_again_for_the_part_that_is_shown(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_results, "MOST_POINTS", 5)
    monkeypatch.setattr(query_results, "TILE_BUCKETS", 4)
    query = "SELECT created_dt, order_total FROM orders ORDER BY created_dt"
    place = {"x": 0, "y": 0, "w": 6, "h": 6}
    item = {"id": "a", "type": "line_chart", "title": "Orders", "query": query, "position": place}
    studio.page.editor.load(parse_document([item]))
    studio.wait(lambda: not studio.page.query_runner.busy)
    studio.page.enlarged.show("a")
    view = studio.page.enlarged.view
    assert view is not None
    drawing = view.content.content
    assert isinstance(drawing, EnlargedDrawing)
    studio.qtbot.keyClick(drawing, Qt.Key.Key_Plus)
    shown = drawing.zoom.shown
    assert shown is not None
    studio.wait(lambda: drawing.detail is not None)  # what is drawn
    detail = drawing.detail  # as above
    coarse = studio.page.query_runner.result("a")
    assert detail is not None
    assert detail.reduced is not None
    assert coarse is not None
    assert coarse.table is not None
    assert coarse.table.reduced is not None
    assert detail.reduced.low <= shown.low < shown.high <= detail.reduced.high
    assert len(detail.rows) > len(coarse.table.rows)
    assert view.reset.isVisible()
    studio.qtbot.mouseClick(view.reset, Qt.MouseButton.LeftButton)
    assert drawing.zoom.shown is None
    assert not view.reset.isVisible()
    assert drawing.hasFocus()
    studio.qtbot.keyClick(drawing, Qt.Key.Key_Plus)
    studio.qtbot.keyClick(drawing, Qt.Key.Key_Escape)
    assert drawing.zoom.shown is None
    assert studio.page.enlarged.view is view, "the first Escape shows the whole axis"
    studio.qtbot.keyClick(drawing, Qt.Key.Key_Escape)
    studio.wait(lambda: studio.page.enlarged.view is None)


def test_explore_draws_all_rows_of_a_line_while_its_table_has_the_first(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exploration, "MAX_ROWS", 7)
    studio.context.go("studio/explore")
    (view,) = studio.application.window.findChildren(ExploreView)
    found = view.exploration
    studio.wait(lambda: found.sources_read)
    found.set_query("SELECT created_dt, order_total FROM orders", "")
    found.set_kind("line_chart")
    chart = view.findChild(EnlargedDrawing, "explore_chart")
    assert chart is not None

    def drawn() -> ResultTable | None:
        return chart.result.table if chart.result is not None else None

    studio.wait(lambda: (table := drawn()) is not None and table.reduced is not None)
    table = drawn()
    assert table is not None
    assert table.reduced is not None
    assert table.reduced.rows > 7
    assert found.result is not None
    assert found.result.table is not None
    assert len(found.result.table.rows) == 7
    chart.setFocus()
    studio.qtbot.keyClick(chart, Qt.Key.Key_Plus)
    assert chart.zoom.shown is not None
    studio.wait(lambda: chart.detail is not None)  # what is drawn


def test_a_chart_in_full_size_shows_its_focus_after_a_key(studio: "Studio") -> None:
    place = {"x": 0, "y": 0, "w": 6, "h": 6}
    query = "SELECT status, count(*) AS orders FROM orders GROUP BY 1 ORDER BY 1"
    item = {"id": "a", "type": "bar_chart", "title": "Orders", "query": query, "position": place}
    studio.page.editor.load(parse_document([item]))
    studio.wait(lambda: not studio.page.query_runner.busy)
    studio.page.editor.select(["a"])
    studio.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    studio.key(Qt.Key.Key_V)
    view = studio.page.enlarged.view
    assert view is not None
    window = studio.application.window
    assert [ring.widget for ring in window.findChildren(FocusRing) if ring.isVisible()] == [view.content.content]
