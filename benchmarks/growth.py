"""How an editor's costs grow with the page: a drag on it and across its containers, merge, differences, the journal
entry of one gesture, an import from Grafana, and saving one moved widget with its SQL statements.

    python benchmarks/growth.py [--largest 5000]

Milliseconds of CPU time, median of up to twenty runs; the exponent is the slope of the line through (size, cost) on
logarithmic axes. Sizes beyond a limit are left out.
"""

import argparse
import gc
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

os.environ["BENCHBOARD_KEYRING"] = "off"

from sqlalchemy import event

from benchboard import workspace
from benchboard.dashboards import interchange, library
from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.layout import ContainerDrag, Drag, PageIndex, fitted
from benchboard.dashboards.repository import KnownPage
from benchboard.dashboards.versions import diff, three_way_merge
from benchboard.errors import Invalid
from benchboard.identity.permissions import Actor
from benchboard.storage.engine import Database
from journal import measure as journalled
from open_dashboard import generated
from support import demo
from support.databases import unbound
from support.measured import machine, slope

SIZES = (50, 200, 1_000, 5_000)
_IN_A_GROUP = 20
_SIGHT = 30
"""Rows below the pointer that a window shows."""


def document(count: int, *, grouped: bool = False) -> Document:
    """So many widgets of mixed sizes that ask something; `grouped`: in groups of twenty."""
    chance = random.Random(count)
    items = [
        {
            "id": f"w{k}", "type": "metric_card", "title": f"Orders of line {k}", "config": {"unit": "EUR"},
            "query": "SELECT date_trunc('day', created_dt), count(*) FROM orders GROUP BY 1 ORDER BY 1",
            "position": {"x": k % 4 * 3, "y": k // 4 * 3, "w": 3, "h": chance.choice((2, 3, 4))},
        }
        for k in range(count)
    ]  # fmt: skip
    if grouped:
        parts = [items[k : k + _IN_A_GROUP] for k in range(0, count, _IN_A_GROUP)]
        items = [
            {"id": f"g{k}", "type": "group", "title": f"Part {k}", "items": part,
             "position": {"x": 0, "y": 100 * k, "w": 12, "h": 1}}
            for k, part in enumerate(parts)
        ]  # fmt: skip
    read = parse_document({"format": "benchboard/dashboard", "version": 2, "title": "Growth", "items": items})
    return Document(fitted(read.layout), "Growth")


def moved(before: Document, item_id: str, by: int) -> Document:
    """The document with one widget moved down."""
    page = PageIndex(before.layout)
    carry = ContainerDrag(page, [item_id])
    cell = page.cell(item_id)
    left, top = page.origin(carry.home)
    return Document(carry.drop(carry.home, cell.x + left, cell.y + top + by), before.title)


def clocked(run: Callable[[], object], most: int = 20) -> float:
    """Median milliseconds of the processor; the first time warms up.

    Nothing is collected meanwhile, as in the window, which collects while it is idle: a full collection fell into every
    second run of 5,000 widgets, so that the median was with or without one by chance.
    """
    run()
    gc.collect()
    gc.disable()
    times, end = [], time.perf_counter() + 1.5
    while len(times) < most and (time.perf_counter() < end or not times):
        used = time.thread_time()
        run()
        times.append((time.thread_time() - used) * 1e3)
    gc.enable()
    return statistics.median(times)


def carried(count: int, *, across: bool) -> float:
    """A step of a drag: within a page, or from a group over others."""
    page = PageIndex(document(count, grouped=across).layout)
    held = f"w{count // 3}"
    carry = ContainerDrag(page, [held])
    steps = iter(range(10**6))
    tops = [page.shown[item.id].y for item, _cell in page.layout if across] or [0]

    def step() -> None:
        k = next(steps)
        if across:
            x, y = k % 9, tops[k % min(3, len(tops))] + 2 + k % 5
            carry.at(carry.target(x, y), x, y, until=y + _SIGHT)
        else:
            x, y = k % 9, page.cell(held).y + k % 7
            carry.at((), x, y, until=y + _SIGHT)

    return clocked(step, 60)


def half_held(count: int) -> float:
    """A step with every second widget held as one body where nothing rises."""
    layout = document(count).layout
    drag = Drag(layout, [item.id for item in layout.items[::2]], compact="none")
    steps = iter(range(10**6))
    return clocked(lambda: drag.at(drag.body[0].x, drag.body[0].y + 1 + next(steps) % 7))


def merged(count: int) -> float:
    base = document(count)
    mine, theirs = moved(base, f"w{count // 2}", 3), moved(base, f"w{count // 4}", 5)
    return clocked(lambda: three_way_merge.merge(base, mine, theirs))


def compared(count: int) -> float:
    base = document(count)
    after = moved(base, f"w{count // 2}", 3)
    return clocked(lambda: diff.differences(base, after))


def imported(count: int) -> float | None:
    value = generated(count)
    try:
        return clocked(lambda: interchange.from_grafana(value), 8)
    except Invalid:  # longer than a document may be
        return None


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", note)


def saved(database: Database, actor: Actor, count: int) -> tuple[float, int]:
    """The save of one moved widget: its cost, and how many statements it takes."""
    base = document(count)
    with unbound(database).change() as session:
        made = library.create(session, actor, base)
    # The last widget of the page pushes nothing: the row of one widget changes.
    versions = [base, moved_to_side(base, f"w{count - 1}")]
    turn, known = iter(range(10**6)), KnownPage()

    def save() -> None:
        with unbound(database).change() as session:
            document = versions[(next(turn) + 1) % 2]
            library.save(session, actor, made.card.id, document, base_version=None, known=known)

    with statements(database) as sent:
        save()
    return clocked(save, 8), len(sent)


def moved_to_side(before: Document, item_id: str) -> Document:
    page = PageIndex(before.layout)
    cell = page.cell(item_id)
    carry = ContainerDrag(page, [item_id])
    layout = carry.drop((), 0 if cell.x else 3, before.layout.bottom + 5)
    return Document(layout, before.title)


def entered(folder: Path) -> tuple[Database, Actor]:
    opened = workspace.open_demo(folder / "home")
    return opened.database, demo.sign_in(opened).actor


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    options = parser.parse_args()
    sizes = [size for size in SIZES if size <= options.largest]
    print(f"ms of CPU time, median; {machine()}")
    print(f"{'':32}" + "".join(f"{size:>10}" for size in sizes) + f"{'exponent':>10}")
    with tempfile.TemporaryDirectory() as folder:
        database, actor = entered(Path(folder))
        sent: list[int] = []

        def save(count: int) -> float:
            cost, number = saved(database, actor, count)
            sent.append(number)
            return cost

        rows: tuple[tuple[str, Callable[[int], float | None]], ...] = (
            ("a drag step on the page", lambda count: carried(count, across=False)),
            ("a drag step across groups", lambda count: carried(count, across=True)),
            ("a step, half dragged, mode none", half_held),
            ("merge of two edits", merged),
            ("differences of two documents", compared),
            ("journal: the window waits", lambda count: journal(count)["the window waits, median ms"]),
            ("journal: on disk, wall time", lambda count: journal(count)["on disk, median ms"]),
            ("import from Grafana", imported),
            ("save of one moved widget", save),
        )
        for title, run in rows:
            costs = [(size, cost) for size in sizes if (cost := run(size)) is not None]
            told = "".join(f"{cost:>10.3f}" for _size, cost in costs) + f"{'-':>10}" * (len(sizes) - len(costs))
            print(f"{title:32}{told}{slope(costs):>10.2f}", flush=True)
        print(f"{'  SQL statements':32}" + "".join(f"{number:>10}" for number in sent))
    return 0


@cache
def journal(count: int) -> dict[str, float]:
    return journalled(100, count, None)


if __name__ == "__main__":
    sys.exit(main())
