"""Memory with 200 live tiles, and whether a day's work takes more: resident memory of the whole window over drags,
resizes, title edits, undo and redo, all with real mouse events, journalled and saved.

    QT_QPA_PLATFORM=offscreen python benchmarks/memory.py [--gestures 600] [--tiles 200]

Limits: at most 350 MB with 200 live tiles, and constant once the undo history is full. The
slope is that of the line through the samples from then on. The memory in use, as the C library reports it, is
printed too: where only resident memory grows, it is fragmented and not leaked.
"""

import argparse
import ctypes
import gc
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchboard.dashboards import library
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.journal.recoverable_steps import MAX_STEPS
from benchboard.ui.studio.canvas.scene.tile import Tile
from support.databases import unbound
from support.measured import Window, drag, in_use, machine, quiet, resident, wait

REACH_MB = 350
_QUERIES = {
    "metric_card": "SELECT date_trunc('day', created_dt) AS day, count(*) FROM orders GROUP BY 1 ORDER BY 1",
    "line_chart": "SELECT date_trunc('day', created_dt) AS day, count(*) FROM orders GROUP BY 1 ORDER BY 1",
    "bar_chart": "SELECT date_trunc('month', created_dt) AS month, count(*) FROM orders GROUP BY 1 ORDER BY 1",
    "table": "SELECT * FROM orders LIMIT 500",
    "pie_chart": "SELECT date_trunc('month', created_dt) AS month, count(*) FROM orders GROUP BY 1 ORDER BY 1",
}


def page(tiles: int) -> Document:
    """So many widgets that ask something, of every kind that does, three to four in a row."""
    chance, items, x, y = random.Random(200), [], 0, 0
    for k in range(tiles):
        kind = list(_QUERIES)[k % len(_QUERIES)]
        w = chance.choice((3, 4))
        x, y = (0, y + 5) if x + w > 12 else (x, y)
        place = {"x": x, "y": y, "w": w, "h": 5}
        items.append({"id": f"t{k}", "type": kind, "title": f"Tile {k}", "query": _QUERIES[kind], "position": place})
        x += w
    return parse_document(items)


def scroll_through(window: Window) -> None:
    """See every tile once."""
    bar = window.page.canvas.verticalScrollBar()
    for value in (*range(0, bar.maximum(), 400), 0):
        bar.setValue(value)
        quiet()


def gesture(window: Window, chance: random.Random) -> None:
    """Something somebody does: mostly a drag, often taken back."""
    canvas, editor = window.page.canvas, window.page.editor
    seen = canvas.visible_rect()
    tiles = [tile for tile in canvas.tiles.values() if isinstance(tile, Tile) and seen.contains(tile.rect)]
    if not tiles:  # what was pulled large fills the view, or the page's end is in it
        canvas.verticalScrollBar().setValue(0)
        editor.replace_document("Begin anew", replace(page(len(editor.layout)), title=editor.document.title))
        return
    tile = chance.choice(tiles)
    box = canvas.mapFromScene(tile.rect).boundingRect()
    what = chance.random()
    if what < 0.5:
        drag(canvas.viewport(), box.topLeft() + QPoint(40, 14), _by(chance), 4)
    elif what < 0.7:
        QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=box.topLeft() + QPoint(40, 14))
        drag(canvas.viewport(), box.bottomRight() - QPoint(1, 1), _by(chance) / 2, 4)
    elif what < 0.8:
        editor.set_property(tile.item.id, "title", f"Tile {chance.randrange(1_000)}")
    elif what < 0.95:
        window.page.undo()
    else:
        window.page.redo()
    QApplication.processEvents()


def _by(chance: random.Random) -> QPoint:
    return QPoint(chance.randint(-200, 200), chance.randint(-200, 200))


def trimmed() -> float:
    """Resident MiB, of what is held: garbage collected, freed memory given back where the C library can do that."""
    gc.collect()
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)
    return resident()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gestures", type=int, default=600)
    parser.add_argument("--tiles", type=int, default=200)
    options = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    before = resident()
    with tempfile.TemporaryDirectory() as folder:
        window = Window(Path(folder) / "home")
        empty = resident()
        with unbound(window.workspace.database).change() as session:
            made = library.create(session, window.actor, page(options.tiles), name="Live")
        window.dashboards.open(made.card.id)
        wait(lambda: window.page.saving.state == "saved")
        window.settled()
        scroll_through(window)
        window.settled()
        live, reach = resident(), REACH_MB * 1e6 / 2**20
        print(f"resident MiB: Qt {before:.0f}, the window {empty:.0f}, with {options.tiles} live tiles {live:.0f}, "
              f"limit {reach:.0f}; {machine()}")  # fmt: skip
        work(window, options.gestures)
        window.settled()
        window.close()
    del app
    return 0


def at_rest(window: Window) -> None:
    """Stored and answered, nothing chosen, the top in sight: what differs from sample to sample is what was kept."""
    window.page.editor.select(())
    window.page.canvas.verticalScrollBar().setValue(0)
    window.settled()
    quiet()


def work(window: Window, gestures: int) -> None:
    chance, begun = random.Random(3), time.perf_counter()
    samples: list[tuple[float, ...]] = []
    every = max(50, gestures // 20)
    for number in range(1, gestures + 1):
        gesture(window, chance)
        if number % 20 == 0:
            bar = window.page.canvas.verticalScrollBar()
            bar.setValue(chance.randint(0, bar.maximum()))
            quiet()
        if number % every == 0:
            at_rest(window)
            samples.append((number, trimmed(), in_use() / 2**20))
            print(f"{number:6} gestures: {samples[-1][1]:.1f} MiB resident, {samples[-1][2]:.1f} in use", flush=True)
    kept = [sample for sample in samples if sample[0] > min(MAX_STEPS * 2, gestures // 2)]
    if len(kept) < 2:
        print(f"{gestures} gestures are too few for a result: use 200 or more")
        return
    spent = (time.perf_counter() - begun) / gestures * 1000
    print(f"{gestures} gestures, {spent:.1f} ms each: from {kept[0][0]} on {_slope(kept, 1):+.0f} KiB resident and "
          f"{_slope(kept, 2):+.0f} in use per 1,000 "
          f"({len(window.page.editor.layout)} widgets, "
          f"{window.page.editor.undo_stack.count()} steps kept)")  # fmt: skip


def _slope(samples: Sequence[tuple[float, ...]], place: int) -> float:
    """KiB per 1,000 gestures: the slope of the line through what stands at a place of the samples."""
    line = statistics.linear_regression([sample[0] for sample in samples], [sample[place] for sample in samples])
    return line.slope * 1000 * 1024


if __name__ == "__main__":
    sys.exit(main())
