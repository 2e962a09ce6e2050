"""The cells of the status bar that say whose live bus is open, at which bit rate and how busy, and what is being
recorded; a click shows it.
"""

from functools import partial
from typing import Final

from PySide6.QtCore import QObject

from benchboard.canbus.bus import ErrorState
from benchboard.i18n import _, number
from benchboard.ui.bench.bench_format import clock_duration, rates
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.live_bus.live_load import LiveLoad
from benchboard.ui.bench.recording_clock import RecordingClock
from benchboard.ui.context import Context
from benchboard.ui.widgets.status_bar import Tone

_CELL: Final = "live"
_RECORDING: Final = "recording"
_LONGEST_NAME: Final = 24
"""Characters of a name in the cell; its tooltip has all of it."""


class LiveBusCell(QObject):
    """They are there while a live bus is open, whichever view is shown."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.status)
        self._context = context
        self._devices = DeviceManager.of(context)
        self._names = DongleNames.of(context)
        self._clock = RecordingClock.of(context)
        self._clock.ticked.connect(self._show)
        self._load = LiveLoad.of(context)
        self._load.sampled.connect(self._show)
        self._names.changed.connect(self._show)
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
            self._context.status.remove(_CELL)
            self._context.status.remove(_RECORDING)
            return
        self._show_recording(live)
        name = self._names.name(live.device_id) if live.device_id else live.title
        short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        counters = live.capture.counters()
        load = self._load.load
        troubles: dict[ErrorState | None, tuple[str, Tone]] = {
            ErrorState.PASSIVE: (_("{name}: {rate}, error passive"), "warn"),
            ErrorState.BUS_OFF: (_("{name}: {rate}, bus off"), "error"),
        }
        is_trouble = counters.bus.error_state in troubles
        text, tone = troubles.get(counters.bus.error_state, (_("{name}: {rate}, {load} load"), "plain"))
        rate = rates(live.config.bitrate, live.config.data_bitrate)
        shown = text.format(name=short, rate=rate, load=load.text)
        tip = _("Show live bus of {name}").format(name=name)
        self._context.status.set(
            _CELL,
            "ph.warning-fill" if is_trouble else "ph.activity",
            shown,
            act=partial(self._context.go, "bench/live"),
            tip=". ".join(part for part in (tip, load.why and _("Load: {why}").format(why=load.why)) if part),
            tone=tone,
            name=shown if is_trouble else f"{name}: {rate}",  # the load changes all the time
        )

    def _show_recording(self, live: LiveBus) -> None:
        """Show for how long the bus has been recorded, to which file; nothing while it isn't."""
        state, seconds = live.recorder.state, self._clock.seconds
        if state is None or seconds is None:
            self._context.status.remove(_RECORDING)
            return
        tip = _("{file}: {frames} frames, {dropped} dropped")
        self._context.status.set(
            _RECORDING,
            "ph.record-fill",
            _("Recording {time}").format(time=clock_duration(seconds)),
            act=partial(self._context.go, "bench/live"),
            tone="error",
            name=_("Recording to {file}").format(file=state.path.name),
            tip=tip.format(file=state.path.name, frames=number(state.frames), dropped=number(state.dropped)),
        )
