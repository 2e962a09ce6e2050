"""Lines over more rows than there are pixels: the tile says so, draws all that is known, and exports every row."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFileDialog

from benchboard.analytics.line_reduction import ReducedRows
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.ui.studio.tiles import query_results
from benchboard.ui.studio.tiles.kinds import charts
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.query_results import draws_lines
from benchboard.ui.studio.tiles.renderers import mismatch_reason, paint_body, summary
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.value_readout import ChartReader, body_reader
from benchboard.ui.theme import Theme, theme
from support.kind_cases import table
from support.painted_texts import painted_texts

if TYPE_CHECKING:
    from conftest import Studio

BODY = QRectF(0, 0, 700, 300)
FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def _log(rows: list[tuple[Cell, ...]], *, named: bool = False) -> ResultTable:
    columns = [("at", "timestamp"), ("volts", "decimal"), *([("place", "text")] if named else [])]
    found = table(columns, rows)  # type: ignore[arg-type]  # kinds
    return replace(found, reduced=ReducedRows(10_000_000, 1_024, FIRST.timestamp(), FIRST.timestamp() + 86_400))


def _at(seconds: float) -> datetime:
    return FIRST + timedelta(seconds=seconds)


def _widget(kind: str = "line_chart", **config: object) -> WidgetContent:
    return WidgetContent("w", kind, kind_of(kind), "Supply", "SELECT at, volts FROM log", config)


def _texts(body: QRectF, result: QueryResult) -> list[str]:
    found = painted_texts(body.size().toSize(), lambda painter: paint_body(painter, body, _widget(), result))
    return [one.text.replace("\u202f", ",") for one in found]


@pytest.fixture
def rows() -> list[tuple[Cell, ...]]:
    """Of one second the first and the highest value, at the same time."""
    return [(_at(at // 2), Decimal(at % 7)) for at in range(400)]


def test_a_tile_says_for_how_many_rows_its_lines_stand(light: Theme, rows: list[tuple[Cell, ...]]) -> None:
    result = QueryResult("", _log(rows))
    texts = _texts(BODY, result)
    said = "10,000,000 rows, drawn by the lowest and highest values of short intervals"
    assert said in texts
    assert said in summary(_widget(), result).replace("\u202f", ",")
    narrow = QRectF(0, 0, 220, 160)
    assert "10,000,000 rows" in _texts(narrow, result)


def test_rows_at_the_same_time_are_all_drawn(light: Theme, rows: list[tuple[Cell, ...]]) -> None:
    result = QueryResult("", _log(rows))
    assert mismatch_reason(_widget(), _log(rows)) is None
    drawn = drawn_table(_widget(), result)
    assert [row[1] for row in drawn.rows] == [row[1] for row in rows]
    assert not drawn.partial_rows


def test_series_with_rows_of_their_own_have_unbroken_lines(light: Theme) -> None:
    rows = [(_at(at * 3 + place), Decimal(place), "ab"[place]) for at in range(600) for place in (0, 1)]
    result = QueryResult("", _log(rows, named=True))
    drawn = drawn_table(_widget(), result)
    assert drawn.connects
    assert [one.title for one in drawn.columns[1:]] == ["a", "b"]
    picture = QImage(QSize(700, 300), QImage.Format.Format_RGB32)
    with QPainter(picture) as painter:
        painter.fillRect(picture.rect(), theme().color("surface"))
        paint_body(painter, BODY, _widget(), result)
    series = charts.series_of(drawn, "")
    plot = charts.chart_plot(BODY.adjusted(0, 20, 0, 0), drawn, series, "line_chart")
    for one, value in zip(series, (0.0, 1.0), strict=True):
        y = round(plot.y(value))
        across = range(round(plot.box.left()) + 3, round(plot.box.right()) - 3)
        near = [min(_apart(picture.pixelColor(x, y + by).getRgb(), one.colour.getRgb()) for by in (-1, 0, 1))
                for x in across]  # fmt: skip
        assert max(near) < 60, "the line is broken"


def _apart(one: object, other: object) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))  # type: ignore[call-overload, misc]  # four numbers


def test_values_that_are_shown_are_those_of_a_row(light: Theme) -> None:
    rows: list[tuple[Cell, ...]] = [(_at(at), Decimal(at), "ab"[at % 2]) for at in range(100)]
    reader = body_reader(BODY, _widget(), QueryResult("", _log(rows, named=True)))
    assert isinstance(reader, ChartReader)
    assert reader.row_count == 100
    for row in (0, 7, 99):
        readout = reader(reader.spots(row)[0])
        assert readout is not None
        assert readout.lines[0].text == f"1 Mar 2026 00:{row // 60:02}:{row % 60:02}"
        assert [(line.label, line.value) for line in readout.lines if line.colour] == [("ab"[row % 2], f"{row}.00")]
    assert reader(QPointF(350, 150)) is not None


@pytest.mark.parametrize("kind", ["bar_chart", "table", "metric_card", "pie_chart", "histogram", "gauge"])
def test_only_lines_are_reduced(kind: str) -> None:
    assert not draws_lines(_widget(kind))
    assert draws_lines(_widget("line_chart"))
    assert draws_lines(_widget("area_chart"))
    assert not draws_lines(_widget("area_chart", stack="stacked"))


def test_a_tile_reads_reduced_rows_and_exports_all(
    studio: "Studio", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_results, "MOST_POINTS", 5)
    monkeypatch.setattr(query_results, "TILE_BUCKETS", 4)
    query = "SELECT created_dt, order_total FROM orders ORDER BY created_dt"
    place = {"x": 0, "y": 0, "w": 6, "h": 6}
    items = [
        {"id": name, "type": kind, "title": name, "query": query, "position": place | {"y": at * 6}}
        for at, (name, kind) in enumerate((("lines", "line_chart"), ("bars", "bar_chart")))
    ]
    studio.page.editor.load(parse_document(items))
    studio.wait(lambda: not studio.page.query_runner.busy)
    lines, bars = (studio.page.query_runner.result(name) for name in ("lines", "bars"))
    assert lines is not None
    assert bars is not None
    assert lines.table is not None
    assert bars.table is not None
    assert lines.table.reduced is not None
    assert bars.table.reduced is None
    assert len(lines.table.rows) <= 16
    assert lines.table.reduced.rows >= len(bars.table.rows)
    assert set(lines.table.rows) <= set(bars.table.rows) or bars.table.truncated

    studio.click("lines")
    studio.page.run("studio.export_data")
    (dialog,) = studio.application.window.findChildren(QFileDialog, "data_export")
    dialog.fileSelected.emit(str(tmp_path / "all.csv"))
    dialog.close()
    studio.wait((tmp_path / "all.csv").exists)
    found = list(csv.reader((tmp_path / "all.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(found) == lines.table.reduced.rows + 1
