"""The values of a metric card's sparkline are walked through by keys, as those of a chart."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from test_explore_joins import add_file

from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.stats.spark_values import SparkValues
from benchboard.ui.studio.tiles.stats.stat_tiles import StatValue
from benchboard.ui.studio.tiles.value_readout import body_reader
from benchboard.ui.theme import Theme
from benchboard.ui.widgets.value_tip import value_tip

if TYPE_CHECKING:
    from conftest import Studio

_BODY = QRectF(0, 0, 260, 90)
_ITEM = {"id": "a", "type": "metric_card", "position": {"x": 0, "y": 0, "w": 4, "h": 3}}


def _reader(values: list[float | None]) -> SparkValues:
    columns = (ResultColumn("day", "date"), ResultColumn("orders", "integer"))
    rows = tuple((date(2026, 3, day), value) for day, value in enumerate(values, 1))
    table = ResultTable(columns, rows, truncated=False, read_at=datetime(2026, 11, 1, tzinfo=UTC))
    ((item, _cell),) = parse_document([_ITEM]).layout
    found = body_reader(_BODY, widget_of(item), QueryResult("q", table))
    assert isinstance(found, SparkValues)
    return found


def _said(reader: SparkValues) -> list[str]:
    found = [reader(reader.spots(row)[0]) for row in range(reader.row_count)]
    return [one.spoken for one in found if one is not None]


def test_spark_values_are_those_of_each_period_and_the_last_is_the_number(light: Theme) -> None:
    reader = _reader([4, 9, 7])
    first, second, last = _said(reader)
    assert first.startswith("4")
    assert "1 Mar" in first
    assert second.startswith("9")
    assert last.endswith("previous: 9")
    spots = [reader.spots(row)[0] for row in range(3)]
    points = [reader.point_at(spot) for spot in spots]
    assert [one.cells[1][1] for one in points if one is not None] == [4, 9, 7]


def test_spark_values_without_periods_say_what_the_other_column_does(light: Theme) -> None:
    columns = (ResultColumn("weeks_ago", "integer"), ResultColumn("orders", "integer"))
    table = ResultTable(columns, ((2, 4), (1, 9), (0, 7)), truncated=False)
    ((item, _cell),) = parse_document([_ITEM]).layout
    reader = body_reader(_BODY, widget_of(item), QueryResult("q", table))
    assert isinstance(reader, SparkValues)
    assert _said(reader)[0] == "4, Weeks ago: 2"


def test_spark_values_leave_out_periods_without_one(light: Theme) -> None:
    reader = _reader([4, None, 7])
    assert reader.row_count == 2
    assert "3 Mar" not in _said(reader)[0]


def test_metric_card_beside_its_sparkline_tells_its_number(light: Theme) -> None:
    readout = _reader([4, 9, 7])(QPointF(5, 20))
    assert readout is not None
    assert not readout.follows_pointer
    assert readout.spoken.endswith("previous: 9")


def test_metric_card_of_one_period_has_its_number_alone(light: Theme) -> None:
    reader = _reader([4])
    assert reader.row_count == 1
    assert len(_said(reader)) == 1
    assert reader.point_at(_BODY.center()) is not None


@pytest.fixture
def card(studio: "Studio") -> Iterator["Studio"]:
    query = "SELECT date_trunc('week', created_dt) AS week, COUNT(*) AS orders FROM orders GROUP BY week ORDER BY week"
    studio.page.editor.load(parse_document([{**_ITEM, "query": query}]))
    studio.wait(lambda: "a" in studio.canvas.tiles and not studio.page.query_runner.busy)
    studio.canvas.pixmaps.update_visible()
    yield studio
    value_tip(studio.canvas).hide()


def test_keys_go_through_the_values_of_a_metric_cards_sparkline(card: "Studio", announcements: list[str]) -> None:
    card.page.editor.select(["a"])
    card.canvas.setFocus()
    announcements.clear()
    card.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Home):
        card.key(key)
    assert len(set(announcements)) == 4, announcements
    assert value_tip(card.canvas).isVisible()
    card.key(Qt.Key.Key_Escape)
    assert not value_tip(card.canvas).isVisible()


def _history(values: list[int]) -> ResultTable:
    columns = (ResultColumn("day", "timestamp"), ResultColumn("n", "integer"))
    rows = tuple((datetime(2026, 1, day, tzinfo=UTC), value) for day, value in enumerate(values, 1))
    history = ResultTable(columns, rows, truncated=False, read_at=datetime(2026, 11, 1, tzinfo=UTC))
    return ResultTable((ResultColumn("n", "integer"),), ((100,),), truncated=False, history=history)


def test_number_of_all_periods_has_the_sparkline_of_its_history(light: Theme) -> None:
    table = _history([10, 20, 30, 40])
    stat = StatValue.of(table)
    assert (stat.current, stat.previous, stat.history) == (100, None, [10, 20, 30, 40])
    ((item, _cell),) = parse_document([_ITEM]).layout
    reader = body_reader(_BODY, widget_of(item), QueryResult("q", table))
    assert isinstance(reader, SparkValues)
    said = _said(reader)
    assert [one.split(",")[0] for one in said] == ["10", "20", "30", "40", "N: 100"]  # last, the number itself
    points = [reader.point_at(reader.spots(row)[0]) for row in range(reader.row_count)]
    assert [one.cells for one in points if one is not None] == [((0, 100),)] * 5


def test_card_of_one_number_over_a_table_with_a_time_reads_its_history(studio: "Studio", tmp_path: Path) -> None:
    rows = "".join(f"{k},2026-01-{k % 28 + 1:02}\n" for k in range(1, 57))
    source = add_file(studio, tmp_path / "trips.csv", "Trips", "id,day\n" + rows)
    item = {**_ITEM, "data_source_id": source.id, "query": "SELECT count(*) AS row_count\nFROM trips"}
    studio.page.editor.load(parse_document([item]))
    studio.wait(lambda: "a" in studio.canvas.tiles and not studio.page.query_runner.busy)
    result = studio.page.query_runner.result("a")
    assert result is not None
    assert result.table is not None
    assert result.table.rows == ((56,),)
    stat = StatValue.of(result.table)
    assert stat.history == [2.0] * 28
