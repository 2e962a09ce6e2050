"""Opens a Grafana dashboard of 125 panels: from its file through import and database to the first painted tiles, in the
whole window; then scrolls and edits it.

    QT_QPA_PLATFORM=offscreen python benchmarks/open_dashboard.py [--panels 125] [--times 12] [--profile]

The floor is measured in the same run, alternating: `json.loads` of the same file, and an empty window of the same size
that paints as many plain rectangles. If `shared/grafana` is next to the checkout, one of its real dashboards is opened
too, repeated until it has as many panels. Limits: 300 ms from the file to the first paint, and no
event of an edit that blocks the window for more than 50 ms.
"""

import argparse
import cProfile
import json
import os
import pstats
import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from benchboard.dashboards import interchange, library
from benchboard.ui.studio import dashboards_view, editor_page
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.document.document_store import DashboardStore
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.import_export import json_import
from benchboard.ui.widgets import Dialog
from support.measured import Clocks, Heartbeat, Series, Taken, Window, drag, machine, quiet, resident, spin, wait

REACH_MS = 300
BLOCK_MS = 50
Json = dict[str, Any]


# The dashboard


def generated(panels: int, seed: int = 125) -> Json:
    """A dashboard in Grafana's classic form: open rows, closed rows, ten types of panels, variables, and options as
    Grafana writes them."""
    chance = random.Random(seed)
    listed: list[Json] = []
    number, left, y = 0, panels, 0
    while left:
        count = min(left, chance.randint(6, 14))
        number += 1
        heading = {"id": 1000 + number, "type": "row", "title": f"Section {number}", "collapsed": number % 4 == 0,
                   "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}, "panels": []}  # fmt: skip
        inside, y = _section(chance, panels - left + 1, count, y + 1)
        if heading["collapsed"]:
            heading["panels"] = inside
        listed += [heading] if heading["collapsed"] else [heading, *inside]
        left -= count
    names = ("datasource", "cluster", "namespace", "node", "job", "instance", "resolution")
    return {
        "title": f"Generated, {panels} panels", "uid": "generated", "schemaVersion": 39, "version": 7, "editable": True,
        "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-1h", "to": "now"}, "timezone": "browser",
        "tags": ["generated"], "annotations": {"list": []}, "links": [], "panels": listed,
        "templating": {"list": [_variable(name, chance) for name in names]},
    }  # fmt: skip


def _section(chance: random.Random, first: int, count: int, y: int) -> tuple[list[Json], int]:
    made, x, height = [], 0, 4
    for number in range(first, first + count):
        kind = chance.choice(_TYPES)
        w, h = (chance.choice((3, 4, 6)), 4) if kind in ("stat", "gauge") else (chance.choice((8, 12)), 8)
        if x + w > 24:
            x, y, height = 0, y + height, h
        made.append(_panel(chance, number, kind) | {"gridPos": {"h": h, "w": w, "x": x, "y": y}})
        x, height = x + w, max(height, h)
    return made, y + height


_TYPES = ("stat", "stat", "gauge", "bargauge", "timeseries", "timeseries", "timeseries", "table", "piechart",
          "barchart", "heatmap", "text", "logs")  # fmt: skip


def _panel(chance: random.Random, number: int, kind: str) -> Json:
    source = {"type": "prometheus", "uid": "${datasource}"}
    panel: Json = {"id": number, "type": kind, "title": f"{kind.capitalize()} {number}", "datasource": source}
    if kind == "text":
        words = f"## Section\n\nWhat the panels *{number}* to {number + 5} show, and **whom** to ask."
        return panel | {"options": {"mode": "markdown", "content": words}}
    steps = [{"color": "green", "value": None}, {"color": "orange", "value": 70}, {"color": "red", "value": 90}]
    asked = 'sum by (node) (rate(node_cpu_seconds_total{{cluster="$cluster", mode="{0}"}}[$__rate_interval])) * {1}'
    modes = ("idle", "user", "system", "iowait")
    custom = {
        "axisBorderShow": False, "axisCenteredZero": False, "axisColorMode": "text", "axisLabel": "",
        "axisPlacement": "auto", "barAlignment": 0, "drawStyle": "line", "fillOpacity": 20, "gradientMode": "scheme",
        "hideFrom": {"legend": False, "tooltip": False, "viz": False}, "lineInterpolation": "smooth", "lineWidth": 2,
        "pointSize": 5, "scaleDistribution": {"type": "linear"}, "showPoints": "never", "spanNulls": False,
        "stacking": {"group": "A", "mode": "none"}, "thresholdsStyle": {"mode": "off"},
    }  # fmt: skip
    defaults = {"color": {"mode": "thresholds"}, "custom": custom, "decimals": chance.choice((0, 1, 2)), "mappings": [],
                "thresholds": {"mode": "absolute", "steps": steps},
                "unit": chance.choice(("percent", "bytes", "short", "reqps", "percentunit"))}  # fmt: skip
    named = [{"matcher": {"id": "byName", "options": mode}, "properties": [{"id": "color", "value": mode}]}
             for mode in modes[: chance.randint(0, 3)]]  # fmt: skip
    return panel | {
        "pluginVersion": "11.2.0",
        "description": f"What panel {number} says about its cluster." if number % 3 == 0 else "",
        "fieldConfig": {"defaults": defaults, "overrides": named},
        "options": {"legend": {"calcs": ["mean", "max"], "displayMode": "table", "placement": "bottom"},
                    "tooltip": {"mode": "multi", "sort": "desc"}, "textMode": "value", "wideLayout": True,
                    "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}},
        "targets": [{"datasource": source, "editorMode": "code", "expr": asked.format(mode, number), "refId": ref,
                     "legendFormat": "{{ node }}", "range": True, "interval": ""}
                    for ref, mode in zip("ABCD", modes[: chance.randint(1, 4)], strict=False)],
    }  # fmt: skip


def _variable(name: str, chance: random.Random) -> Json:
    values = [f"{name}-{k}" for k in range(chance.randint(2, 30))]
    chosen = {"selected": True, "text": values[0], "value": values[0]}
    return {
        "name": name, "label": name.capitalize(), "type": "custom", "query": ",".join(values), "current": chosen,
        "hide": 0, "includeAll": True, "multi": False, "skipUrlSync": False,
        "options": [{"selected": k == 0, "text": value, "value": value} for k, value in enumerate(values)],
    }  # fmt: skip


def repeated(path: Path, panels: int) -> Json:
    """A real dashboard, one below the other until it has at least so many panels."""
    said: Json = json.loads(path.read_text())
    once, listed, number = said["panels"], [], 0
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in once)
    for turn in range(1000):
        if sum(1 for panel in _all(listed) if panel["type"] != "row") >= panels:
            break
        copy: list[Json] = json.loads(json.dumps(once))
        for panel in _all(copy):
            number += 1
            panel["id"], panel["gridPos"]["y"] = number, panel["gridPos"]["y"] + turn * bottom
        listed += copy
    return said | {"panels": listed}


def _all(listed: list[Json]) -> Iterator[Json]:
    for panel in listed:
        yield panel
        yield from _all(panel.get("panels", []))


def real() -> Path | None:
    """A real dashboard beside the checkout, or beside a folder that holds it."""
    for above in Path(__file__).resolve().parents:
        found = above / "shared" / "grafana" / "dotdc__k8s-views-nodes.json"
        if found.is_file():
            return found
    return None


# What is measured


class Phases:
    """What each part of opening takes, each where it runs: a part on a worker is not the window's time."""

    def __init__(self) -> None:
        self.series: dict[str, Series] = {}
        self._lock = threading.Lock()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Clock the functions that do the work."""
        watched = (
            ("worker: file read, checked, made ours", json_import, "read_file"),
            ("  of it Grafana's form to ours", interchange, "document_of"),
            ("worker: stored in rows, with a version", library, "create"),
            ("window: page built", dashboards_view.StudioPage, "__init__"),
            ("worker: read from its rows", DashboardStore, "read"),
            ("window: shown by all its parts", Editor, "_show"),
            ("  of it the canvas", Canvas, "sync"),
            ("window: canvas painted", Painted, "paintEvent"),
        )
        before = [(holder, name, getattr(holder, name)) for _title, holder, name in watched]
        for title, holder, name in watched:
            setattr(holder, name, self._clocked(title, getattr(holder, name)))
        try:
            yield
        finally:
            for holder, name, plain in before:
                setattr(holder, name, plain)

    def add(self, title: str, taken: Taken) -> None:
        with self._lock:
            self.series.setdefault(title, Series()).add(taken)

    def _clocked(self, title: str, run: Callable[..., Any]) -> Callable[..., Any]:
        def clocked(*args: Any, **named: Any) -> Any:
            clocks = Clocks()
            try:
                return run(*args, **named)
            finally:
                self.add(title, clocks.taken())

        return clocked


class Painted(Canvas):
    """Says when the window was first painted with every tile in sight drawn."""

    clocks: ClassVar = Clocks(whole=True)
    """Running since a file was chosen."""
    taken: Taken | None = None
    """What passed until then."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        super().paintEvent(event)
        if self.taken is None and self.tiles and all(tile.is_rendered for tile in in_sight(self)):
            # The rest of the window is painted first, as part of the same event.
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User), Qt.EventPriority.HighEventPriority.value)

    def customEvent(self, _event: QEvent) -> None:  # noqa: N802  # Qt's name
        if self.taken is None:
            self.taken = self.clocks.taken()


def opened(window: Window, path: Path, meanwhile: Heartbeat | None = None) -> Taken:
    """From the file to the first paint: wall and all threads' processor."""
    Painted.clocks = Clocks(whole=True)
    window.dashboards.library.import_file(str(path))

    def taken() -> Taken | None:
        page = window.dashboards.page
        return page.canvas.taken if page is not None and isinstance(page.canvas, Painted) else None

    if meanwhile is not None:
        meanwhile.start()
    wait(lambda: taken() is not None)
    found = taken()
    assert found is not None
    return found


def in_sight(canvas: Canvas) -> list[Tile]:
    seen = canvas.visible_rect()
    return [tile for tile in canvas.tiles.values() if isinstance(tile, Tile) and tile.rect.intersects(seen)]


def leave_report(window: Window) -> None:
    for dialog in window.application.window.findChildren(Dialog):
        dialog.dismiss()
    quiet()


def shut(window: Window) -> None:
    """Close the report and the dashboard."""
    leave_report(window)
    window.settled()
    window.dashboards.close_page(window.page)
    quiet()


class Plain(QWidget):
    """So many rectangles."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count, self.painted = count, False
        self.resize(1440, 900)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        painter = QPainter(self)
        for k in range(self._count):
            painter.fillRect(k % 12 * 119, k // 12 * 80, 112, 72, QColor(30 + k, 90, 160))
        painter.end()
        self.painted = True


def floor(path: Path, count: int) -> Taken:
    """The same file decoded, and a window with nothing but rectangles in it painted."""
    clocks = Clocks(whole=True)
    json.loads(path.read_bytes())
    plain = Plain(count)
    plain.show()
    wait(lambda: plain.painted)
    taken = clocks.taken()
    plain.close()
    plain.deleteLater()
    return taken


def scrolled(window: Window) -> Series:
    """What each frame of a journey down the page and back takes, wheel by wheel."""
    canvas, frames = window.page.canvas, Series()
    bar = canvas.verticalScrollBar()
    at = QPoint(300, 300)
    for way in (-1, 1):
        for _turn in range(400):
            before = bar.value()
            clocks = Clocks()
            wheel = QWheelEvent(at, canvas.viewport().mapToGlobal(at), QPoint(0, 40 * way), QPoint(0, 40 * way),
                                Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                                Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
            QApplication.sendEvent(canvas.viewport(), wheel)
            QApplication.processEvents()
            if bar.value() == before:
                break
            frames.add(clocks.taken())
    return frames


def edited(window: Window) -> dict[str, Taken]:
    """The longest that the window could do nothing else, for each of some edits and what follows them."""
    page, heart, gaps = window.page, Heartbeat(), {}
    editor = page.editor
    canvas = page.canvas
    canvas.verticalScrollBar().setValue(canvas.verticalScrollBar().maximum() // 3)
    quiet()
    tile = min(in_sight(canvas), key=lambda one: abs(one.rect.center().y() - canvas.visible_rect().center().y()))
    start = canvas.mapFromScene(tile.rect.topLeft()) + QPoint(40, 14)
    acts: tuple[tuple[str, Callable[[], None]], ...] = (
        ("a drag across the view", lambda: drag(canvas.viewport(), start, QPoint(180, 220), 60)),
        ("a title", lambda: editor.set_property(tile.item.id, "title", "Another title")),
        ("undo of the title", page.undo),
        ("undo of the drag", page.undo),
        ("the JSON shown", lambda: page.run("studio.show_json")),
        ("a title beside the JSON", lambda: editor.set_property(tile.item.id, "title", "A third title")),
        ("undo of it", page.undo),
        ("the JSON closed", lambda: page.run("studio.show_json")),
    )
    for title, act in acts:
        heart.start()
        spin(20)
        act()
        spin(1300)  # long enough for the save that follows an edit
        window.settled()
        gaps[title] = heart.longest()
    return gaps


def told(window: Window, path: Path, count: int, times: int) -> None:
    """Measure one dashboard and say what was found."""
    phases, whole, least, blocked = Phases(), Series(), Series(), Series()
    first = opened(window, path)
    shut(window)
    with phases.watching():
        for _turn in range(times):
            least.add(floor(path, count))
            whole.add(opened(window, path))
            shut(window)
    for _turn in range(max(1, times // 3)):  # a beating heart takes time from the workers
        heart = Heartbeat()
        opened(window, path, heart)
        quiet()
        blocked.add(heart.longest())
        shut(window)
    print(f"\n{path.name}: {path.stat().st_size / 1024:.0f} KiB, {count} panels; {machine()}")
    print(f"{'ms, median / p99':44} {'wall':>19}   {'CPU':>19}")
    for title, series in phases.series.items():
        print(f"{title:44} {series}")
    print(f"{'longest wait of the window meanwhile':44} {blocked}")
    print(f"{'from the file to the first paint':44} {whole}   limit {REACH_MS}")
    print(f"{'floor: json.loads, a window of rectangles':44} {least}")
    middle, at_least = whole.median(), least.median()
    print(f"{'first of this run':44} {first.wall:8.2f}              {first.cpu:8.2f}")
    print(f"{'ratio to the floor':44} {middle.wall / at_least.wall:8.1f}              {middle.cpu / at_least.cpu:8.1f}")
    opened(window, path)
    leave_report(window)
    window.settled()
    print(f"{'one frame of scrolling':44} {scrolled(window)}")
    print(f"longest wait of the window in an edit; limit {BLOCK_MS}")
    for title, gap in edited(window).items():
        print(f"  {title:42} {gap.wall:8.2f}              {gap.cpu:8.2f}")
    print(f"resident memory: {resident():.0f} MiB")
    window.dashboards.close_page(window.page)
    quiet()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panels", type=int, default=125)
    parser.add_argument("--times", type=int, default=12)
    parser.add_argument("--profile", action="store_true", help="profile the window's thread")
    options = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    editor_page.Canvas = Painted  # type: ignore[misc]  # the same canvas, which says when it is painted
    with tempfile.TemporaryDirectory() as folder:
        window = Window(Path(folder) / "home")
        files = {"generated.json": generated(options.panels)}
        path = real()
        if path is not None:
            files[f"{path.stem}-repeated.json"] = repeated(path, options.panels)
        else:
            print("no real dashboard: shared/grafana not found next to this checkout")
        for name, said in files.items():
            path = Path(folder) / name
            path.write_text(json.dumps(said, indent=2))
            count = sum(1 for panel in _all(said["panels"]) if panel["type"] != "row")
            if options.profile:
                profiled(window, path)
            told(window, path, count, options.times)
        window.close()
    del app
    return 0


def profiled(window: Window, path: Path) -> None:
    opened(window, path)
    shut(window)
    profile = cProfile.Profile()
    for _turn in range(5):
        profile.enable()
        opened(window, path)
        profile.disable()
        shut(window)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    sys.exit(main())
