"""The cell of the status bar that says whose live bus is open, at which bit rate and how busy; a click shows it."""

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer

from benchboard.i18n import _, percent
from benchboard.ui.bench.bench_format import rates
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.paired_dongles import PairedDongles
from benchboard.ui.context import Context

_CELL: Final = "live"
_EVERY_MS: Final = 500
_LONGEST_NAME: Final = 24
"""Characters of a name in the cell; its tooltip has all of it."""


class LiveBusCell(QObject):
    """It is there while a live bus is open, whichever view is shown."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.status)
        self._context = context
        self._devices = DeviceManager.of(context)
        self._paired = PairedDongles.of(context)
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._show)
        self._devices.live_changed.connect(self._show)
        self._paired.changed.connect(self._show)
        self._show()

    @staticmethod
    def of(context: Context) -> "LiveBusCell":
        """The one of this window."""
        existing = context.status.findChild(LiveBusCell)
        return existing if existing is not None else LiveBusCell(context)

    def _show(self) -> None:
        """Show the open bus as it is now, or nothing."""
        live = self._devices.live
        if live is None:
            self._timer.stop()
            self._context.status.remove(_CELL)
            return
        self._timer.start()
        name = self._paired.titles.get(live.device_id or "", live.title)
        short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        load = live.capture.counters().load
        text = _("{name}: {rate}, {load} load") if load is not None else _("{name}: {rate}")
        self._context.status.set(
            _CELL,
            "ph.activity",
            text.format(
                name=short,
                rate=rates(live.config.bitrate, live.config.data_bitrate),
                load=percent((load or 0.0) * 100, 0),
            ),
            act=partial(self._context.go, "bench/live"),
            tip=_("Show live bus of {name}").format(name=name),
        )
