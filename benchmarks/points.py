"""A line over up to 10,000,000 points of a Parquet file: its first picture, a finer part of its axis, and frames of
zooming and moving, through the real engine and the real widget.

    python benchmarks/points.py [--largest 10000000]

First picture: from the query to the painted widget, against DuckDB alone that runs the same reduction on the same file.
Frames: 120 steps of zooming and moving, against Qt alone that paints as many segments of one path. Wall time and CPU
time of this thread, ms.
"""

import argparse
import gc
import math
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import duckdb
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication

from benchboard import package_data
from benchboard.analytics import duckdb_engine, duckdb_session
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.line_reduction import QUERY, LineColumns, LineSql, Reduction
from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.ui.studio.tiles.enlarged_view import EnlargedDrawing
from benchboard.ui.studio.tiles.query_results import MOST_POINTS, TILE_BUCKETS
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import start_theme
from support.measured import machine

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
TEXT = "SELECT measured, volts FROM log ORDER BY measured"
STEPS = 120
SIZE = QSize(1_000, 500)
FRAME_MS = 16.7


class Log:
    """A catalog with the table `log` of one file."""

    def __init__(self, file: Path) -> None:
        self._view = FileView(f"SELECT * FROM read_parquet('{file}')", (file,))

    def find(self, _source: str, table: str) -> FileView | None:
        return self._view if table == "log" else None

    def names(self) -> Sequence[str]:
        return ["log"]

    def sources_of(self, _table: str, /) -> Sequence[str]:
        return []


@dataclass(frozen=True)
class Times:
    wall: list[float]
    cpu: list[float]

    def __str__(self) -> str:
        parts = (f"{statistics.median(one):.1f} / {at99(one):.1f}" for one in (self.wall, self.cpu))
        return "wall {}, cpu {} (median / p99)".format(*parts)


def at99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def timed(*work: Callable[[], object]) -> Times:
    found = Times([], [])
    for one in work:
        wall, cpu = time.perf_counter(), time.thread_time()
        one()
        found.wall.append((time.perf_counter() - wall) * 1000)
        found.cpu.append((time.thread_time() - cpu) * 1000)
    return found


def write(file: Path, count: int) -> None:
    """A log of volts at uneven times: a wave, and noise on it."""
    sql = f"""
        COPY (SELECT TIMESTAMP '2026-01-01' + to_microseconds(i * 100000 + CAST(hash(i) % 90000 AS BIGINT)) AS measured,
          sin(i * {200 / count!r}) * 10 + (hash(i + 1) % 1000) / 500.0 AS volts FROM range({count}) AS t(i))
        TO '{file}' (FORMAT parquet)"""
    with duckdb.connect() as connection:
        connection.execute(sql)


def read(file: Path, reduction: Reduction, limit: int = MOST_POINTS) -> ResultTable:
    found = duckdb_engine.run(TEXT, Log(file), limit=limit, timeout=60.0, cancel_token=CancelToken(), variables={},
                              reduction=reduction)  # fmt: skip
    columns = tuple(ResultColumn(one.name, one.kind, one.presentation) for one in found.columns)
    return ResultTable(columns, found.rows, found.truncated, datetime.now(UTC), reduced=found.reduced)


def alone(file: Path) -> int:
    """The same reduction by DuckDB alone; returns how many rows stay."""
    connection = duckdb_session.open_instance()
    source = f"WITH {QUERY}(c0, c1) AS (SELECT measured, volts FROM read_parquet('{file}')) "
    sql = LineSql(LineColumns(2, is_time=True, measures=(1,), names=()), "duckdb", not_finite=(0, 1))
    _count, low, high, _series = connection.execute(source + sql.extent(None)).fetchone() or (0, 0.0, 0.0, 0)
    found = connection.execute(source + sql.rows(low, high, TILE_BUCKETS, None)).fetchall()
    connection.close()
    return len(found)


class Drawing(EnlargedDrawing):
    """The widget, which counts how often it is painted."""

    painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        super().paintEvent(event)
        self.painted += 1


def drawing_of(table: ResultTable) -> Drawing:
    widget = WidgetContent("w", "line_chart", kind_of("line_chart"), "Supply", TEXT, {})
    drawing = Drawing()
    drawing.resize(SIZE)
    drawing.show_widget(widget, QueryResult(TEXT, table), "read")
    drawing.show()
    while not drawing.painted:
        QApplication.processEvents()
    return drawing


def frames(drawing: Drawing) -> Times:
    """Zoom in at a point, move to and fro, zoom out."""
    third = STEPS // 3

    def step(number: int) -> None:
        shown = drawing.zoom.shown or drawing.zoom.whole
        if shown is None:
            raise ValueError("nothing to zoom")
        if third <= number < 2 * third:
            drawing.zoom.show(shown.moved(0.05 * math.copysign(1, third * 1.5 - number)))
        else:
            drawing.zoom.show(shown.zoomed(0.93 if number < third else 1 / 0.93, 0.4))
        drawing.repaint()

    if drawing.zoom.whole is not None:
        drawing.zoom.show(drawing.zoom.whole.zoomed(0.98))
    drawing.repaint()  # the picture of what doesn't change is made once, when the first movement begins
    before = drawing.painted
    found = timed(*(partial(step, number) for number in range(STEPS)))
    if drawing.painted - before < STEPS:
        raise ValueError("steps without a frame")
    return found


def floor(count: int) -> Times:
    """Qt alone: a path of as many segments, to and fro over the same area."""
    picture, path = QImage(SIZE, QImage.Format.Format_ARGB32_Premultiplied), QPainterPath(QPointF(0, 250))
    for at in range(1, count):
        path.lineTo(QPointF(at * SIZE.width() / count, 250 + 200 * math.sin(at / 100) + (at % 4 - 2) * 15))

    def frame() -> None:
        with QPainter(picture) as painter:
            painter.fillRect(QRectF(picture.rect()), Qt.GlobalColor.white)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor("#2050c0"), 1.0))
            painter.drawPath(path)

    return timed(*[frame] * 20)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    app = QApplication.instance() or QApplication([])
    start_theme(package_data.resources_folder() / "themes" / "tokens.json", "light")
    largest = parser.parse_args().largest
    print(machine())
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        for count in (one for one in SIZES if one <= largest):
            file = Path(folder) / f"{count}.parquet"
            write(file, count)
            measure(file, count)
    del app


def measure(file: Path, count: int) -> None:
    alone(file)  # what DuckDB loads once
    direct = min(timed(*[lambda: alone(file)] * 3).wall)
    first = min(timed(*[lambda: drawing_of(read(file, Reduction(TILE_BUCKETS))).deleteLater()] * 3).wall)
    table = read(file, Reduction(TILE_BUCKETS))
    drawing = drawing_of(table)
    print(f"{count:>10,} points: {len(table.rows)} drawn; first picture {first:.0f} ms, DuckDB alone {direct:.0f},"
          f" {first / direct:.2f} times")  # fmt: skip
    found, least = frames(drawing), floor(len(table.rows))
    print(f"{'':>11}frames {found}; one path alone {least}")
    print(f"{'':>11}p99 under {FRAME_MS} ms: wall {at99(found.wall) < FRAME_MS}, cpu {at99(found.cpu) < FRAME_MS}")
    asked: list[Reduction] = []
    drawing.detail_requested.connect(lambda wanted: asked.append(wanted) if wanted is not None else None)
    if drawing.zoom.whole is not None and table.reduced is not None:
        drawing.zoom.show(drawing.zoom.whole.zoomed(0.01))
        drawing.zoom.rested.emit()
        taken = timed(lambda: read(file, asked[-1], 1))
        print(f"{'':>11}a finer hundredth of the axis: {taken.wall[0]:.0f} ms")
    drawing.close()


if __name__ == "__main__":
    main()
