"""Time of one frame of a drag, from the mouse event to the painted view, offscreen, and what Qt alone needs to paint
the same pixmaps at the same positions.

    QT_QPA_PLATFORM=offscreen python benchmarks/drag_frame.py [gestures]

Each line is one page. The floor is measured in the same run, alternating frame by frame: a plain scene with Qt's
own pixmap items, moved to the same positions. With `gestures`, that many short drags follow, and resident memory
before and after.
"""

import gc
import os
import random
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QGraphicsPixmapItem, QGraphicsScene, QGraphicsView

from benchboard import package_data
from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.dashboards.document.document import Document
from benchboard.dashboards.layout import Layout, fitted, parse_page
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.theme import start_theme

FRAMES = 400
WARM = 40
VIEW = (904, 760)
PAGES = (
    (125, 1.0, "", 1),
    (1000, 1.0, "", 1),
    (1000, 0.5, "", 1),
    (1000, 1.0, "", 5),
    (1000, 0.5, "", 5),
    (125, 1.0, "group", 1),
    (1000, 1.0, "group", 1),
    (1000, 0.5, "group", 1),
    (1000, 1.0, "group", 5),
)
"""How many tiles, at which zoom, in which containers, and how many are held. The way leads across the containers."""
IN_ONE = 5
"""Tiles in a container: so few that a view shows several."""


class Taken(NamedTuple):
    """Milliseconds on the wall, and of the processor: the rest is what other programs took."""

    wall: float
    cpu: float


class Answers(QObject):
    """Answers that are all there."""

    result_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        columns = (ResultColumn("day", "text"), ResultColumn("orders", "integer"))
        rows = tuple((f"{k} Mar", (k * 37) % 19 + 4) for k in range(1, 31))
        self._answer = QueryResult("", ResultTable(columns, rows, False))

    def result(self, _item_id: str) -> QueryResult:
        return self._answer

    def retry(self, _item_id: object) -> None:
        """They are."""

    cancel = prioritize = retry

    def note_drawn(self, _item_id: str, *, failed: bool) -> None:
        """Nothing asks whether it could be drawn."""


class Watched(Canvas):
    """Says when it has painted."""

    painted = False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        super().paintEvent(event)
        self.painted = True


class Plain(QGraphicsView):
    """Qt alone."""

    painted = False

    def __init__(self) -> None:
        super().__init__()
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setScene(QGraphicsScene(self))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        super().paintEvent(event)
        self.painted = True


@dataclass
class Bench:
    """A canvas with a page of so many tiles, and a plain scene beside it."""

    count: int
    zoom: float
    inside: str = ""
    held: int = 1

    def __post_init__(self) -> None:
        self.editor = Editor()
        self.canvas = Watched(self.editor, Answers())  # type: ignore[arg-type]  # all that a canvas asks of its feeds
        self.canvas.resize(*VIEW)
        self.canvas.show()
        self.editor.load(Document(page_of(self.count, self.inside)))
        self.canvas.set_zoom(self.zoom)
        self.plain = Plain()
        self.plain.resize(*VIEW)
        self.plain.show()
        self.copies: dict[str, QGraphicsPixmapItem] = {}
        quiet()

    def mouse(self, kind: QEvent.Type, at: QPointF) -> None:
        none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        button = none if kind == QEvent.Type.MouseMove else left
        held = none if kind == QEvent.Type.MouseButtonRelease else left
        event = QMouseEvent(kind, at, self.canvas.viewport().mapToGlobal(at), button, held, Qt.KeyboardModifier(0))
        QCoreApplication.sendEvent(self.canvas.viewport(), event)

    def grabbed(self) -> QPointF:
        """The header of a tile somewhere in the middle of the view."""
        seen = self.canvas.visible_rect()
        tiles = [tile for tile in self.canvas.tiles.values() if isinstance(tile, Tile) and seen.contains(tile.rect)]
        tile = min(tiles, key=lambda one: (one.rect.center() - seen.center()).manhattanLength())
        return QPointF(self.canvas.mapFromScene(tile.rect.topLeft())) + QPointF(30, 12)

    def around(self, at: QPointF) -> list[str]:
        """Those that are held: the one there, and the nearest to it in the same grid."""
        grabbed = self.canvas.tile_at(at.toPoint())
        assert grabbed is not None
        page = self.editor.page
        home, here = page.path(grabbed.item.id), grabbed.rect.center()
        same = [tile for tile in self.canvas.tiles.values() if page.path(tile.item.id) == home]
        same.sort(key=lambda tile: (tile.rect.center() - here).manhattanLength())
        return [tile.item.id for tile in same if isinstance(tile, Tile)][: self.held]

    def frames(self) -> tuple[list[Taken], list[Taken]]:
        """What each frame took, ours and the floor's."""
        start = self.grabbed()
        self.editor.select(self.around(start))
        quiet()
        self.mouse(QEvent.Type.MouseButtonPress, start)
        ours, floor = [], []
        rng = random.Random(7)
        at, aim = QPointF(start), QPointF(start)
        for number in range(FRAMES + WARM):
            if (aim - at).manhattanLength() < 12:
                aim = QPointF(rng.uniform(60, VIEW[0] - 60), rng.uniform(60, VIEW[1] - 60))
            way = aim - at
            at += way * min(1.0, 9 / max(1.0, (way.x() ** 2 + way.y() ** 2) ** 0.5))
            taken = self.one(at)
            least = self.floor()
            if number >= WARM:
                ours.append(taken)
                floor.append(least)
        self.mouse(QEvent.Type.MouseButtonRelease, at)
        quiet()
        self.editor.undo_stack.undo()
        quiet()
        return ours, floor

    def edges(self) -> dict[str, list[float]]:
        """Processor's milliseconds of the first frame of a drag, of letting go, and of a step of the wheel."""
        taken: dict[str, list[float]] = {"begin": [], "drop": [], "scroll": []}
        for _gesture in range(12):
            start = self.grabbed()
            self.mouse(QEvent.Type.MouseButtonPress, start)
            taken["begin"].append(self.one(start + QPointF(30, 60)).cpu)
            begin = clocks()
            self.mouse(QEvent.Type.MouseButtonRelease, start + QPointF(30, 60))
            QApplication.processEvents()
            taken["drop"].append(since(begin).cpu)
        bar = self.canvas.verticalScrollBar()
        for value in range(0, min(bar.maximum(), 6_000), 60):
            begin = clocks()
            bar.setValue(value)
            self.canvas.painted = False
            paint(self.canvas)
            taken["scroll"].append(since(begin).cpu)
        return taken

    def one(self, at: QPointF) -> Taken:
        self.canvas.painted = False
        begin = clocks()
        self.mouse(QEvent.Type.MouseMove, at)
        paint(self.canvas)
        return since(begin)

    def floor(self) -> Taken:
        seen, moves = self.canvas.visible_rect(), []
        for item_id, tile in self.canvas.tiles.items():
            if isinstance(tile, Tile) and (tile.rect.intersects(seen) or item_id in self.copies):
                copy = self.copies.get(item_id)
                if copy is None:
                    copy = self.copies[item_id] = QGraphicsPixmapItem(tile.pixmap())
                    self.plain.scene().addItem(copy)
                if copy.pixmap().cacheKey() != tile.pixmap().cacheKey():
                    copy.setPixmap(QPixmap(tile.pixmap()))
                if copy.pos() != tile.pos():
                    moves.append((copy, tile.pos()))
        self.plain.scene().setSceneRect(self.canvas.sceneRect())
        self.plain.verticalScrollBar().setValue(self.canvas.verticalScrollBar().value())
        quiet()
        self.plain.painted = False
        begin = clocks()
        for copy, pos in moves:
            copy.setPos(pos)
        if moves:
            paint(self.plain)
        return since(begin)

    def close(self) -> None:
        """Let go of both views: what is hidden still takes its turn."""
        for view in (self.canvas, self.plain):
            view.hide()
            view.deleteLater()
        quiet()

    def gesture(self, by: QPointF) -> None:
        """A short drag there, and let go."""
        start = self.grabbed()
        self.mouse(QEvent.Type.MouseButtonPress, start)
        for k in range(1, 4):
            self.mouse(QEvent.Type.MouseMove, start + by * k / 3)
        self.mouse(QEvent.Type.MouseButtonRelease, start + by)
        QApplication.processEvents()


def page_of(count: int, inside: str) -> Layout:
    """A page of so many tiles; `inside` a kind of container, a few in each."""
    rng, items, x, y = random.Random(count), [], 0, 0
    for k in range(count):
        w, h = rng.choice((3, 3, 4, 6)), rng.choice((3, 4, 6))
        kind = ("metric_card", "bar_chart", "line_chart", "table")[k % 4]
        x = 0 if x + w > 12 else x
        place = {"x": x, "y": y, "w": w, "h": h}
        items.append({"id": f"i{k}", "type": kind, "title": f"Tile {k}", "query": "SELECT 1", "position": place})
        x, y = x + w, y + (1 if x + w >= 12 else 0)
    if inside:
        parts = [items[k : k + IN_ONE] for k in range(0, count, IN_ONE)]
        items = [
            {"id": f"c{k}", "type": inside, "title": f"Part {k}", "items": part,
             "position": {"x": 0, "y": 100 * k, "w": 12, "h": 1}}
            for k, part in enumerate(parts)
        ]  # fmt: skip
    return fitted(parse_page(items))


def paint(view: Watched | Plain) -> None:
    """Let what was asked for be painted; nothing where nothing is to be."""
    for _turn in range(3):
        QApplication.sendPostedEvents()
        if view.painted:
            return


def quiet() -> None:
    for _turn in range(30):
        QApplication.processEvents()


def resident() -> float:
    """Resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.thread_time()


def since(begin: tuple[float, float]) -> Taken:
    wall, cpu = clocks()
    return Taken((wall - begin[0]) * 1000, (cpu - begin[1]) * 1000)


def main() -> None:
    app = QApplication.instance() or QApplication([])
    start_theme(package_data.resources_folder() / "themes" / "tokens.json", "light")
    print(f"One frame of a drag in ms, median / p99; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(
        f"{'tiles':>6} {'zoom':>5} {'in':>6} {'drag':>4} {'wall':>15} {'cpu':>15} {'floor wall':>15} {'floor cpu':>15}"
    )
    gc.freeze()
    for count, zoom, inside, held in PAGES:
        bench = Bench(count, zoom, inside, held)
        ours, floor = bench.frames()
        parts = [[one.wall for one in ours], [one.cpu for one in ours]]
        parts += [[one.wall for one in floor], [one.cpu for one in floor]]
        told = [f"{statistics.median(times):6.2f} / {at99(times):5.2f}" for times in parts]
        print(f"{count:>6} {zoom:>5.0%} {inside or '-':>6} {held:>4} " + " ".join(f"{text:>15}" for text in told))
        edges = {name: f"{statistics.median(all_):.1f} / {max(all_):.1f}" for name, all_ in bench.edges().items()}
        print(" " * 25 + "cpu, median / max: " + ", ".join(f"{name} {text}" for name, text in edges.items()))
        bench.close()
    if len(sys.argv) > 1:
        remember(int(sys.argv[1]))
    del app


def at99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def remember(gestures: int) -> None:
    """Resident memory after a tenth of the gestures and after all; what can be undone is let go of as it would not be
    in a day's work, so that only leaks are left."""
    bench, rng = Bench(125, 1.0), random.Random(3)
    before = 0.0
    for number in range(gestures):
        bench.gesture(QPointF(rng.uniform(-200, 200), rng.uniform(-200, 200)))
        if number % 50 == 49:
            bench.editor.load(bench.editor.document)
        if number == gestures // 10:
            gc.collect()
            before = resident()
    gc.collect()
    print(f"{gestures} gestures: {before:.1f} MiB after a tenth, {resident():.1f} MiB at the end")


if __name__ == "__main__":
    main()
