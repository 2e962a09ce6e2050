"""The turns of a presentation that happen by themselves, at even intervals."""

import math
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from benchboard.ui import motion

INTERVALS: Final = (0, 10, 30, 60, 300)
"""The intervals that are offered, in seconds; 0 is off."""
_STEP_MS: Final = 100
_STILL_STEP_MS: Final = 1_000
"""How often the progress line grows where the platform asks for no motion."""


def interval_of(setting: str) -> int:
    """The interval in seconds that the settings hold as text; 0 for anything else."""
    return next((seconds for seconds in INTERVALS if str(seconds) == setting), 0)


class Rotation(QObject):
    """Signals `due` whenever the interval has passed; off without one."""

    due = Signal()
    progressed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.seconds = 0.0
        self.paused = False
        self._passed_ms = 0.0
        self._since_step = QElapsedTimer()
        self._timer = QTimer(self, interval=_STILL_STEP_MS if motion.is_reduced() else _STEP_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._step)

    def start(self, seconds: float) -> None:
        """Begin a first interval; with 0 seconds, nothing happens by itself."""
        self.seconds, self.paused = seconds, False
        self.restart()

    def restart(self) -> None:
        """Begin the interval again: another page is shown."""
        self._passed_ms = 0.0
        self._since_step.start()
        if self.seconds > 0 and not self.paused:
            self._timer.start()
        else:
            self._timer.stop()
        self.progressed.emit()

    def stop(self) -> None:
        """End it."""
        self.seconds = 0.0
        self.restart()

    def toggle(self) -> None:
        """Pause, or go on from there."""
        self.paused = not self.paused and self.seconds > 0
        if self.paused:
            self._timer.stop()
        elif self.seconds > 0:
            self._since_step.start()
            self._timer.start()
        self.progressed.emit()

    @property
    def share(self) -> float:
        """How much of the interval has passed, from 0 to 1."""
        return min(1.0, self._passed_ms / (self.seconds * 1_000)) if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> int:
        """The seconds until the next turn, rounded up."""
        return math.ceil(self.seconds - self._passed_ms / 1_000)

    def _step(self) -> None:
        self._passed_ms += self._since_step.restart()
        if self._passed_ms >= self.seconds * 1_000:
            self.restart()
            self.due.emit()
        else:
            self.progressed.emit()
