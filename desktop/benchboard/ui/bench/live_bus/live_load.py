"""The load of the open live bus, sampled once for all that show it: the live bus, the dongles and the status bar."""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from benchboard.canbus.bus_check import ReceptionWatch
from benchboard.canbus.bus_load import BusLoad, bus_load
from benchboard.canbus.capture import Capture
from benchboard.i18n import _
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.context import Context

SAMPLE_MS: Final = 500
"""Milliseconds between two samples."""


class LiveLoad(QObject):
    """`sampled`: `load` is that of now. One lives as long as the session."""

    sampled = Signal()

    def __init__(self, context: Context, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(context.session)
        self._devices, self._now = DeviceManager.of(context), now
        self._capture: Capture | None = None
        self._reception = ReceptionWatch()
        self.load = bus_load(None)
        self._timer = QTimer(self, interval=SAMPLE_MS)
        self._timer.timeout.connect(self.sample)
        self._devices.live_changed.connect(self._follow)
        self._follow()

    @staticmethod
    def of(context: Context) -> "LiveLoad":
        """The one of this session."""
        existing = context.session.findChild(LiveLoad)
        return existing if existing is not None else LiveLoad(context)

    @property
    def is_unreadable(self) -> bool:
        """Whether errors alone arrive, for a while already, where frames did before."""
        return self._reception.fails

    def sample(self) -> None:
        """Take the load as it is now."""
        live = self._devices.live
        counters = live.capture.counters() if live is not None else None
        if counters is not None:
            self._reception.update(counters, self._now())
        self.load = bus_load(counters)
        answers = counters is not None and counters.bus.unanswered_since is None
        if answers and self.is_unreadable:  # what can't be read takes the bus, too
            self.load = BusLoad(None, _("Only errors arrive: the bit rate may be wrong."))
        self.sampled.emit()

    def _follow(self) -> None:
        live = self._devices.live
        capture = live.capture if live is not None else None
        if capture is not self._capture:
            self._capture, self._reception = capture, ReceptionWatch()
        if live is None:
            self._timer.stop()
        else:
            self._timer.start()
        self.sample()
