"""A drag step compared with react-grid-layout 2.3.0 in node: `layout_vs_rgl.py [5000|1000|…]` (the largest layout).

The same random drags in the same run, alternating gesture by gesture, so that other load on the machine affects both;
after each gesture both must have the same layout. Exact mode does what react-grid-layout does; preview is what a drag
shows here. The first gesture of each size warms up and doesn't count. Times are wall time in milliseconds; `cpu p99` is
the preview's CPU time.

Below each size: the preview of several neighbouring widgets dragged together, with locked widgets or without, against
react-grid-layout's step with one of them. It can't drag several.
"""

import math
import random
import statistics
import sys
import time
from typing import Any

from benchboard.dashboards.layout import Cell, Drag, Layout, move, normalized, parse, serialise
from support import rgl

SIZES = (50, 200, 1_000, 5_000)
GESTURES = {50: 40, 200: 30, 1_000: 10, 5_000: 3}
STEPS = 10
SIGHT = 30
"""Rows below the pointer that a window shows."""
HELD = (2, 5, 10)
STATICS = (0.0, 0.03)
BODIES = 12
"""Bodies of each number that are dragged, each eight times as far as a gesture of one."""


def _percentile(times: list[float], part: float) -> float:
    return sorted(times)[min(len(times) - 1, math.ceil(len(times) * part) - 1)]


def _path(rng: random.Random, layout: Layout, steps: int = STEPS) -> list[tuple[str, int, int]]:
    item, cell = rng.choice(list(layout))
    x, y, path = cell.x, cell.y, []
    while len(path) < steps:
        dx, dy = rng.randint(-1, 1), rng.randint(-2, 2)
        to = max(0, min(x + dx, layout.columns - cell.w)), max(0, y + dy)
        if to != (x, y):
            (x, y) = to
            path.append((item.id, x, y))
    return path


def _exact(layout: Layout, path: list[tuple[str, int, int]]) -> tuple[Layout, list[float]]:
    times = []
    for name, x, y in path:
        start = time.perf_counter()
        layout = move(layout, name, x, y)
        times.append((time.perf_counter() - start) * 1e3)
    return layout, times


def _preview(layout: Layout, held: list[str], path: list[tuple[str, int, int]]) -> tuple[list[float], list[float]]:
    drag, wall, cpu = Drag(layout, held), [], []
    for _name, x, y in path:
        start, used = time.perf_counter(), time.thread_time()
        drag.at(x, y, until=y + SIGHT)
        cpu.append((time.thread_time() - used) * 1e3)
        wall.append((time.perf_counter() - start) * 1e3)
    return wall, cpu


def _around(layout: Layout, item_id: str, count: int) -> list[str]:
    """The item and the nearest others that can be held with it."""
    at = layout.cell(item_id)

    def far(cell: Cell) -> int:
        return abs(2 * (cell.x - at.x) + cell.w - at.w) + abs(2 * (cell.y - at.y) + cell.h - at.h)

    free = ((far(cell), item.id) for item, cell in layout if not item.static and abs(cell.y - at.y) < 40)
    return [item_id, *(name for _far, name in sorted(free) if name != item_id)][:count]


def several(columns: int, size: int, held: int, statics: float) -> tuple[list[float], list[float]]:
    """The times of every step with so many held, on the wall and of the processor."""
    rng = random.Random(f"{columns} {size} {held} {statics}")
    items = rgl.random_items(rng, size, columns, widest=6, statics=statics)
    layout = normalized(parse(items, columns=columns), "vertical")
    wall, cpu = list[float](), list[float]()
    while len(wall) < BODIES * STEPS * 8:
        path = _path(rng, layout, STEPS * 8)
        if not layout.items[layout.index(path[0][0])].static:
            taken, used = _preview(layout, _around(layout, path[0][0], held), path)
            wall, cpu = wall + taken, cpu + used
    return wall, cpu


def measure(oracle: rgl.Oracle, columns: int, size: int) -> dict[str, list[float]]:
    """The times of every step of one size, by what did it."""
    rng = random.Random(size * columns)
    items = rgl.settled(rgl.random_items(rng, size, columns, widest=6), columns, "vertical")
    layout = parse(items, columns=columns)
    times: dict[str, list[float]] = {"node": [], "exact": [], "preview": [], "cpu": []}
    for gesture in range(GESTURES[size] + 1):
        path = _path(rng, layout)
        request: dict[str, Any] = {"columns": columns, "compact": "vertical", "path": path}
        theirs = oracle.ask(request | {"items": serialise(layout)})
        wall, cpu = _preview(layout, [path[0][0]], path * 5)
        layout, exact = _exact(layout, path)
        if {item.id: list(cell) for item, cell in layout} != theirs["cells"]:
            raise SystemExit(f"{size} widgets, {columns} columns, gesture {gesture}: the layouts differ")
        if gesture:
            for name, some in (("node", theirs["ms"]), ("exact", exact), ("preview", wall), ("cpu", cpu)):
                times[name] += some
    return times


def main() -> int:
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    try:
        rgl.core(install=True)
    except rgl.Missing as error:
        print(f"skipped: {error}")
        return 0
    print("columns widgets |  node p50    p99 | exact p50    p99  ratio | preview p50   p99  cpu p99   ratio")
    with rgl.oracle() as oracle:
        for columns in (12, 24):
            medians: dict[str, list[tuple[int, float]]] = {"node": [], "exact": [], "preview": []}
            for size in (size for size in SIZES if size <= largest):
                times = measure(oracle, columns, size)
                p50 = {name: statistics.median(some) for name, some in times.items()}
                p99 = {name: _percentile(some, 0.99) for name, some in times.items()}
                for name, points in medians.items():
                    points.append((size, p50[name]))
                against = p50["node"] / p50["exact"], p50["node"] / p50["preview"]
                print(
                    f"{columns:7} {size:7} | {p50['node']:9.3f} {p99['node']:6.1f} "
                    f"| {p50['exact']:9.3f} {p99['exact']:6.2f} {against[0]:5.1f}× "
                    f"| {p50['preview']:11.4f} {p99['preview']:5.3f} {p99['cpu']:8.3f} {against[1]:6.0f}×",
                    flush=True,
                )
                for statics in STATICS:
                    for held in HELD:
                        wall, cpu = several(columns, size, held, statics)
                        middle = statistics.median(wall)
                        name = f"{held} dragged, {statics:.0%} locked"
                        print(
                            f"{name:>66} | {middle:11.4f} {_percentile(wall, 0.99):5.3f} "
                            f"{_percentile(cpu, 0.99):8.3f} {p50['node'] / middle:6.0f}×",
                            flush=True,
                        )
            slopes = {name: _slope(points) for name, points in medians.items()}
            print("growth exponents: " + ", ".join(f"{name} {slope:.2f}" for name, slope in slopes.items()))
    return 0


def _slope(points: list[tuple[int, float]]) -> float:
    sizes, times = [math.log(size) for size, _ms in points], [math.log(ms) for _size, ms in points]
    return statistics.linear_regression(sizes, times).slope


if __name__ == "__main__":
    sys.exit(main())
