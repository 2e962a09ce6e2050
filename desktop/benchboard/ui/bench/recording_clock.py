"""For how long the live bus has been recorded: one clock, so that the button and the status bar say the same."""

import time
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.context import Context

_EVERY_MS: Final = 100


class RecordingClock(QObject):
    """`ticked`: another second has passed, or a recording has begun or ended. One lives as long as the session."""

    ticked = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.session)
        self._devices = DeviceManager.of(context)
        self.seconds: int | None = None
        """Whole seconds since the recording began; None while the open bus isn't recorded."""
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.update)
        self._devices.live_changed.connect(self._follow)
        self._follow()

    @staticmethod
    def of(context: Context) -> "RecordingClock":
        """The session's."""
        existing = context.session.findChild(RecordingClock)
        return existing if existing is not None else RecordingClock(context)

    def _follow(self) -> None:
        if self._devices.live is not None:
            self._timer.start()
        else:
            self._timer.stop()
        self.update()

    def update(self) -> None:
        """Read the time now: a recording was begun or ended."""
        live = self._devices.live
        state = live.recorder.state if live is not None and live.recorder.recording else None
        seconds = int(time.monotonic() - state.since) if state is not None else None
        if seconds != self.seconds:
            self.seconds = seconds
            self.ticked.emit()
