"""Runs the cyclic garbage collector on the main thread only, while that is idle.

By default Python collects on whichever thread happens to allocate an object. The garbage may be connected to Qt. A
worker that frees it holds Qt's signal lock and waits for the GIL, while the main thread holds the GIL and waits for
Qt's lock: a deadlock. (Seen in gdb with PySide 6.11: a collected slot was disconnected on a worker while the main
thread added a widget to another one.)
"""

import functools
import gc
import time
from collections.abc import Callable
from typing import ClassVar, Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

_INTERVAL_MS: Final = 100
_PATIENCE: Final = 20
"""How many times as much garbage may wait while the user waits for a task: a page is being opened, for example."""
_MAX_SHARE: Final = 1 / 500
"""The share of time that full collections may take: on a page of thousands of items one takes longer than a frame."""


@functools.cache
def freeze_once() -> None:
    """Exclude the objects that exist now from collections, once in the life of the program.

    The program's own 200,000 objects are never freed, and scanning them blocks the window for 50 ms and more. Whether
    objects are frozen already isn't queried: counting them takes as long as a frame.
    """
    gc.freeze()


class GarbageCollector(QObject):
    """Collects from its creation until `stop`, both on the main thread.

    After the last one is stopped, Python collects by itself again.
    """

    _active: ClassVar[set["GarbageCollector"]] = set()

    def __init__(self, parent: QObject, is_busy: Callable[[], bool] = lambda: False) -> None:
        """`is_busy`: whether a task is under way."""
        super().__init__(parent)
        self._is_busy = is_busy
        self._active.add(self)
        gc.disable()
        self._paused_until = 0.0
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self._collect_due)
        self._timer.start()

    def stop(self) -> None:
        """Return collection to Python."""
        self._timer.stop()
        self._active.discard(self)
        if not self._active:
            gc.enable()

    def _collect_due(self) -> None:
        """Collect a generation when it is due by Python's own thresholds; while a task is under way, later."""
        counts, patience = gc.get_count(), _PATIENCE if self._is_busy() else 1
        due = [patience * threshold for threshold in gc.get_threshold()]
        oldest = 2 if self._full_allowed() else 1
        generation = next((k for k in range(oldest, -1, -1) if counts[k] > due[k]), None)
        if generation is None:
            return
        began = time.monotonic()
        gc.collect(generation)
        if generation == 2:
            ended = time.monotonic()
            self._paused_until = ended + (ended - began) / _MAX_SHARE

    def _full_allowed(self) -> bool:
        """Whether a full collection may run: not while a mouse button is pressed."""
        idle = QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton
        return idle and time.monotonic() >= self._paused_until
