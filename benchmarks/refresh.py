"""Refreshes a dashboard of 200 widgets over a file of 1,000,000 rows in the whole window, all of them each time.

    QT_QPA_PLATFORM=offscreen python benchmarks/refresh.py [--tiles 200] [--rows 1000000] [--times 8]

The rival is DuckDB called directly: the same statements on the same file, by as many threads as a page runs queries at
a time, each with a connection of its own; no result is drawn. Alternating in the same run. Said too: the longest that
the window could do nothing else meanwhile (limit 50 ms), and what a frame of scrolling costs while everything is
refreshed (a frame is 16.7 ms).
"""

import argparse
import os
import random
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import duckdb
from PySide6.QtWidgets import QApplication

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.sql_text import literal
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.services import SourceSummary
from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.tiles.query_results import MAX_RUNNING
from open_dashboard import scrolled
from support.databases import unbound
from support.measured import Clocks, Heartbeat, Series, Taken, Window, machine, quiet, wait

BLOCK_MS = 50
FRAME_MS = 16.7
_KINDS = {
    "metric_card": "SELECT sum(amount) AS amount FROM sales WHERE shop = 'shop {0}'",
    "line_chart": "SELECT date_trunc('day', sold) AS day, sum(amount) AS amount FROM sales WHERE shop = 'shop {0}' "
                  "GROUP BY 1 ORDER BY 1",
    "bar_chart": "SELECT category, sum(amount) AS amount FROM sales WHERE shop <> 'shop {0}' "
                 "GROUP BY 1 ORDER BY 2 DESC",
    "table": "SELECT shop, count(*) AS orders, sum(amount) AS amount FROM sales WHERE category <> 'category {0}' "
             "GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT 20",
}  # fmt: skip


def made(folder: Path, rows: int) -> Path:
    """A Parquet file of sales over a year, in 20 shops and 12 categories."""
    path = folder / "sales.parquet"
    duckdb.sql(
        f"COPY (SELECT TIMESTAMP '2026-01-01' + INTERVAL (i * 31536000 // {rows}) SECOND AS sold, "
        "'shop ' || (hash(i) % 20) AS shop, 'category ' || (hash(i + 7) % 12) AS category, "
        f"(hash(i + 3) % 20000) / 100.0 AS amount FROM range({rows}) AS t(i)) TO {literal(path.as_posix())}"
    )
    return path


def texts(tiles: int) -> list[tuple[str, str]]:
    """The kind and the statement of each widget: no two are alike."""
    kinds = list(_KINDS.items())
    return [(kind, f"{text.format(k % 20)} -- {k}") for k in range(tiles) for kind, text in [kinds[k % len(kinds)]]]


def document(source: SourceSummary, tiles: int) -> Any:
    chance = random.Random(tiles)
    items = [
        {
            "id": f"w{k}", "type": kind, "title": f"Widget {k}", "query": text, "data_source_id": source.id,
            "position": {"x": k % 4 * 3, "y": k // 4 * 5, "w": 3, "h": chance.choice((4, 5))},
        }
        for k, (kind, text) in enumerate(texts(tiles))
    ]  # fmt: skip
    return parse_document({"format": "benchboard/dashboard", "version": 2, "title": "Refresh", "items": items})


def direct(path: Path, tiles: int) -> Taken:
    """DuckDB alone, with as many threads in each connection as ours have."""
    relation = f"read_parquet({literal(path.as_posix())})"
    asked = [text.replace("FROM sales", f"FROM {relation}") for _kind, text in texts(tiles)]

    def run(some: list[str]) -> None:
        with duckdb.connect() as connection:
            for text in some:
                connection.execute(text).fetchall()

    clocks = Clocks(whole=True)
    with ThreadPoolExecutor(MAX_RUNNING) as pool:
        list(pool.map(run, [asked[k::MAX_RUNNING] for k in range(MAX_RUNNING)]))
    return clocks.taken()


def refreshed(window: Window, meanwhile: Heartbeat | None = None) -> Taken:
    """All widgets of the page read again, to the last one shown."""
    runner = window.page.query_runner
    clocks = Clocks(whole=True)
    runner.refresh()
    if meanwhile is not None:
        meanwhile.start()
    wait(lambda: not runner.busy)
    quiet()
    assert not runner.failed_count(), "a query failed"
    return clocks.taken()


def told(window: Window, path: Path, tiles: int, times: int) -> None:
    ours, theirs, blocked = Series(), Series(), Series()
    refreshed(window)
    direct(path, tiles)
    for _turn in range(times):
        theirs.add(direct(path, tiles))
        ours.add(refreshed(window))
    for _turn in range(max(1, times // 3)):
        heart = Heartbeat()
        refreshed(window, heart)
        blocked.add(heart.longest())
    window.page.query_runner.refresh()
    frames = scrolled(window)
    wait(lambda: not window.page.query_runner.busy)
    print(f"{tiles} widgets; {machine()}")
    print(f"{'ms, median / p99':44} {'wall':>19}   {'CPU':>19}")
    print(f"{'refresh of all widgets, shown':44} {ours}")
    print(f"{'DuckDB alone, the same statements':44} {theirs}")
    middle, least = ours.median(), theirs.median()
    print(f"{'ratio':44} {middle.wall / least.wall:8.2f}              {middle.cpu / least.cpu:8.2f}")
    print(f"{'longest wait of the window meanwhile':44} {blocked}   limit {BLOCK_MS}")
    print(f"{'one frame of scrolling meanwhile':44} {frames}   a frame {FRAME_MS}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiles", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=8)
    options = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        window = Window(Path(folder) / "home")
        path = made(Path(folder), options.rows)
        database = unbound(window.workspace.database)
        scans = [table.scan for table in inspect_file(path).tables]
        source = import_files(database, window.actor, name="Sales", scans=scans, folder=None)
        with database.change() as session:
            stored = library.create(session, window.actor, document(source, options.tiles))
        window.dashboards.open(stored.card.id)
        wait(lambda: len(window.page.canvas.tiles) == options.tiles)
        window.settled()
        told(window, path, options.tiles, options.times)
        window.close()
    del app
    return 0


if __name__ == "__main__":
    sys.exit(main())
