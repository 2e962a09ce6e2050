"""Runs the cyclic garbage collector on the window's thread only, while that is idle.

By itself Python collects on whichever thread happens to allocate an object. The garbage may be connected to Qt. A
worker that frees it holds Qt's signal lock and waits for the GIL, while the window's thread holds the GIL and waits for
Qt's lock: a deadlock. (Seen in gdb with PySide 6.11: a collected slot was disconnected on a worker while the window's
thread put a widget into another one.)
"""

import functools
import gc
import time
from typing import ClassVar, Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

_INTERVAL_MS: Final = 100
_MAX_SHARE: Final = 1 / 500
"""Full collections may take this share of the time: on a page of thousands of items one exceeds a frame."""


@functools.cache
def freeze_once() -> None:
    """Exclude the objects that exist now from collections, once in the program's life.

    The program's own 200,000 objects stay for good, and scanning them blocks the window for 50 ms and more. Counting
    what is frozen already takes as long as a frame, so it isn't asked.
    """
    gc.freeze()


class GarbageCollector(QObject):
    """Collects from its creation to `stop`, both on the window's thread. After the last one Python collects by itself
    again."""

    _active: ClassVar[set["GarbageCollector"]] = set()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._active.add(self)
        gc.disable()
        self._paused_until = 0.0
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self._collect_due)
        self._timer.start()

    def stop(self) -> None:
        """Hand collection back to Python."""
        self._timer.stop()
        self._active.discard(self)
        if not self._active:
            gc.enable()

    def _collect_due(self) -> None:
        """Collect a generation when it is due by Python's own thresholds."""
        counts, due = gc.get_count(), gc.get_threshold()
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
