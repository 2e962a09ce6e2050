"""Garbage in cycles is looked for on the window's thread alone, when that has a moment.

Left to itself Python looks for it on whichever thread happens to make an object. What it finds may be connected to Qt.
A worker that lets go of it holds Qt's lock of signals and waits for the interpreter's, while the window's thread holds
that and waits for Qt's: the program stands still for good. (Seen in gdb with PySide 6.11: a collected slot was
disconnected on a worker while the window's thread put a widget into another one.)
"""

import gc
import time
from typing import ClassVar, Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

_INTERVAL_MS: Final = 100
_MAX_SHARE: Final = 1 / 500
"""Of the time goes to looking through everything: on a page of thousands that takes longer than a frame."""


class GarbageCollector(QObject):
    """Collects from its making to its `end`, of which both are on the window's thread. Python itself does so again when
    the last one has ended."""

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
        """Leave it to Python again."""
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
        """Whether everything may be looked through: not while something is held with the mouse."""
        idle = QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton
        return idle and time.monotonic() >= self._paused_until
