"""For the benchmarks: the whole window on a demo of its own, what something takes, and how long nothing else could be
done meanwhile."""

import ctypes
import gc
import math
import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from benchboard import workspace
from benchboard.identity.permissions import Actor
from benchboard.ui.app import Application
from benchboard.ui.studio import ROOM
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.editor_page import StudioPage
from support import demo

_PATIENCE_S = 120


class Taken(NamedTuple):
    """Milliseconds on the wall, and of the processor: the rest is what other programs took."""

    wall: float
    cpu: float


class Clocks:
    """Running from when it is made. `whole`: count what all threads of this program use, not this one alone."""

    def __init__(self, *, whole: bool = False) -> None:
        self._used = time.process_time if whole else time.thread_time
        self._wall, self._cpu = time.perf_counter(), self._used()

    def taken(self) -> Taken:
        """What passed since."""
        return Taken((time.perf_counter() - self._wall) * 1000, (self._used() - self._cpu) * 1000)


@dataclass
class Series:
    """The same thing taken many times."""

    taken: list[Taken] = field(default_factory=list)

    def add(self, taken: Taken) -> None:
        self.taken.append(taken)

    def median(self) -> Taken:
        return Taken(statistics.median(t.wall for t in self.taken), statistics.median(t.cpu for t in self.taken))

    def p99(self) -> Taken:
        return Taken(percentile([t.wall for t in self.taken], 0.99), percentile([t.cpu for t in self.taken], 0.99))

    def __str__(self) -> str:
        """`wall median / p99   cpu median / p99`, aligned."""
        middle, high = self.median(), self.p99()
        return f"{middle.wall:8.2f} / {high.wall:8.2f}   {middle.cpu:8.2f} / {high.cpu:8.2f}"


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest of the values that so large a part of them does not exceed."""
    return sorted(values)[min(len(values) - 1, math.ceil(len(values) * part) - 1)]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The growth exponent of (size, cost) points: the slope of the line through their logarithms."""
    sizes, costs = [math.log(size) for size, _cost in points], [math.log(max(cost, 1e-9)) for _size, cost in points]
    return statistics.linear_regression(sizes, costs).slope


def machine() -> str:
    """How busy it is, for whoever reads the figures."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def resident() -> float:
    """Resident memory of this process in MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


class _Heaps(ctypes.Structure):
    """The GNU C library's `struct mallinfo2`."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks",
                     "keepcost")
    ]  # fmt: skip


def in_use() -> int:
    """Bytes of the C library's heaps that somebody holds, garbage collected: unlike what is resident, no matter how
    scattered they lie. Only the GNU C library says it; elsewhere 0."""
    gc.collect()
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None) if os.name == "posix" else None
    if ask is None:
        return 0
    ask.restype = _Heaps
    heaps = ask()
    return int(heaps.uordblks + heaps.hblkhd)


class Heartbeat(QObject):
    """Beats whenever the event loop has nothing else to do; `longest` says how long it could not."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps = Series()
        self._last = Clocks()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.gaps, self._last = Series(), Clocks()
        self._timer.start()

    def longest(self) -> Taken:
        """Stop; the longest gap on the wall and, apart from it, the one in which most was computed."""
        self._timer.stop()
        return Taken(max(one.wall for one in self.gaps.taken), max(one.cpu for one in self.gaps.taken))

    def _beat(self) -> None:
        self.gaps.add(self._last.taken())
        self._last = Clocks()


class Window:
    """The program's window with Studio alone, signed in as the demo's analyst, in a home made for it."""

    def __init__(self, home: Path) -> None:
        os.environ["BENCHBOARD_KEYRING"] = "off"
        self.application = Application(home, lambda: (ROOM,))
        self.workspace = workspace.open_demo(home)
        signed_in = demo.sign_in(self.workspace)
        self.actor: Actor = signed_in.actor
        demo.enter(self.application, self.workspace, signed_in, "studio/dashboards")
        quiet()
        (self.dashboards,) = self.application.window.findChildren(DashboardsView)

    @property
    def page(self) -> StudioPage:
        """The dashboard in front."""
        page = self.dashboards.page
        assert page is not None
        return page

    def settled(self) -> None:
        """Everything is stored and every query answered."""
        page = self.page
        saving, query_runner = page.saving, page.query_runner
        wait(
            lambda: not saving.dirty and saving.state == "saved" and not query_runner.busy,
            lambda: f"saving {saving.state}, {saving.problem}, dirty {saving.dirty}, feeds busy {query_runner.busy}",
        )

    def close(self) -> None:
        self.application.window.close()
        self.application.close()


def wait(condition: Callable[[], bool], state: Callable[[], str] = lambda: "") -> None:
    """Let the window work until it is so, in an event loop that sleeps while there is nothing to do. `state` says how
    things stand where it never is."""
    end = time.monotonic() + _PATIENCE_S
    loop, look = QEventLoop(), QTimer(interval=2)
    look.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
    look.start()
    if not condition():
        loop.exec()
    if not condition():
        raise SystemExit(f"it never came to that: the benchmark waited two minutes. {state()}")


def quiet() -> None:
    """Let everything that is due now be done, and what was let go of be gone."""
    spin(0)
    for _turn in range(30):
        QApplication.processEvents()
    spin(0)


def spin(milliseconds: int) -> None:
    """Let the window work for so long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def drag(widget: QWidget, start: QPoint, by: QPoint, steps: int) -> None:
    """Press there, move by so much in so many steps, let go; each step an event of the loop's own."""
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(widget, left, pos=start)
    for k in range(1, steps + 1):
        QTest.mouseMove(widget, start + by * k / steps)
        QApplication.processEvents()
    QTest.mouseRelease(widget, left, pos=start + by)
    QApplication.processEvents()
