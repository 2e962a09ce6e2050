"""Finds the bit rate of a bus on which the live bus reads errors alone: what it may be, what was heard at each, and the
write of the one that was found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from benchboard.canbus.bit_rate_detection import LISTEN_S, Detection, RateHeard
from benchboard.canbus.capture import Counters
from benchboard.dongles import fleet
from benchboard.dongles.bit_rate_candidates import RateCandidate, Reason, list_candidates, ranked
from benchboard.dongles.protocol import DongleConfig
from benchboard.errors import AppError, Cancelled
from benchboard.i18n import _, number
from benchboard.identity.permissions import has_permission
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.bus_again import BusAgain
from benchboard.ui.bench.bus_end import Taking, unless_in_use, writing
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.dongle_names import DongleNames
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.timing_request import config_at
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession, Progress, Work
from benchboard.ui.time_format import time_of_day

_ACT: Final = "bench.bit-rate-search"
RateState = Literal["", "present", "listening", "failed", "found"]


@dataclass(frozen=True, slots=True)
class RateLine:
    """A bit rate (bit/s) of the list: `why` it is in it, what was `heard` at it, whether it `is_tried` next time."""

    bitrate: int
    why: str
    state: RateState
    heard: RateHeard | None
    is_tried: bool


class BitRateSearch(QObject):
    """For one dongle, as long as its bus is in trouble. `changed`: something that it says is another now."""

    changed = Signal()
    _began = Signal(int)
    _ended = Signal(object)

    def __init__(self, view: QWidget, context: Context, devices: DeviceManager, notices: DongleNotices) -> None:
        super().__init__(view)
        self._view, self._context, self._devices, self._notices = view, context, devices, notices
        self._names = DongleNames.of(context)
        self._bus_again = BusAgain(context, self)
        self.device_id, self.title = "", ""
        self._config: DongleConfig | None = None
        """What the bus was opened with."""
        self._present: RateHeard | None = None
        self._known: tuple[RateCandidate, ...] = ()
        self._connected: tuple[tuple[str, str, int], ...] = ()
        """The other connected dongles, of whose bit rates `_known` tells: id, name and bit rate (bit/s)."""
        self._read: dict[tuple[str, int], str] = {}
        """Until when frames were read of a dongle's bus at a bit rate (bit/s), the one of the last frames last."""
        self._left_out: set[int] = set()
        self._heard: dict[int, RateHeard] = {}
        self._listening: int | None = None
        self._work: Work | None = None
        self.detection: Detection | None = None
        """What was found; None before."""
        self.problem = ""
        """Why the last detection or write failed."""
        self._began.connect(self._on_began, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._on_heard, Qt.ConnectionType.QueuedConnection)
        devices.changed.connect(self._follow_connected)

    # ---- the bus

    def note_read(self, live: LiveBus, until: str) -> None:
        """Frames were read of this bus `until` then: its bit rate was right."""
        key = live.device_id or "", live.config.bitrate
        self._read.pop(key, None)
        self._read[key] = until

    def follow(self, live: LiveBus, counters: Counters) -> None:
        """The bus is in trouble, with these counters."""
        present = RateHeard(live.config.bitrate, counters.frames, counters.bus.bus_errors)
        if (live.device_id or "") != self.device_id:
            self.device_id, self._known = live.device_id or "", ranked(())
            self._left_out.clear()
            self._forget()
            self._read_candidates()
        self.title, self._config = live.title, live.config
        if present != self._present:
            self._present = present
            self.changed.emit()

    def end(self) -> None:
        """The bus is in trouble no longer."""
        self.device_id, self._present = "", None
        self._forget()
        self.changed.emit()

    def _forget(self) -> None:
        self._heard.clear()
        self.detection, self._listening, self.problem = None, None, ""

    def _follow_connected(self) -> None:
        """Another dongle that is connected has another bit rate now."""
        if self.device_id and self._list_connected() != self._connected:
            self._read_candidates()

    def _list_connected(self) -> tuple[tuple[str, str, int], ...]:
        return tuple(
            (one.device_id, one.port_name, one.info.config.bitrate)
            for one in self._devices.devices
            if one.device_id not in (None, self.device_id) and one.info is not None and one.info.config is not None
        )

    def _read_candidates(self) -> None:
        device_id, actor = self.device_id, self._context.actor
        connected = self._connected = self._list_connected()

        def found(candidates: tuple[RateCandidate, ...]) -> None:
            if device_id == self.device_id:
                self._known = candidates
                self.changed.emit()

        def read(session: DatabaseSession) -> tuple[RateCandidate, ...]:
            return list_candidates(session, actor, device_id, connected)

        if device_id and has_permission(actor, "dongles:read"):
            self._context.tasks.read(self, read, found)

    # ---- what is said

    @property
    def is_running(self) -> bool:
        """Whether a detection or a write goes on, for which the bus is closed."""
        return self._work is not None

    @property
    def present(self) -> int | None:
        """The bit rate at which the bus was opened (bit/s); None where it isn't in trouble."""
        return self._present.bitrate if self._present is not None else None

    def lines(self) -> list[RateLine]:
        """The candidates, the likeliest first, and at the end the bit rate that the dongle has now."""
        candidates = ranked((*self._own(), *self._known))
        lines = [self._line(one) for one in candidates if one.bitrate != self.present]
        if self._present is not None:
            lines.append(RateLine(self._present.bitrate, "", "present", self._present, is_tried=False))
        return lines

    def _own(self) -> list[RateCandidate]:
        """The bit rates at which frames were read of this dongle's bus, and those that it had before, newest first."""
        read = [
            RateCandidate(rate, Reason.READ, (until,))
            for (device_id, rate), until in reversed(self._read.items())
            if device_id == self.device_id
        ]
        had = sorted(self._devices.earlier_rates.get(self.device_id, {}).items(), key=lambda one: one[1], reverse=True)
        return [*read, *(RateCandidate(rate, Reason.EARLIER, (time_of_day(until)[:5],)) for rate, until in had)]

    def _line(self, candidate: RateCandidate) -> RateLine:
        rate, heard = candidate.bitrate, self._heard.get(candidate.bitrate)
        state: RateState = "failed" if heard is not None else ""
        if rate == self._listening:
            state = "listening"
        elif rate == self.found:
            state = "found"
        return RateLine(rate, candidate.why, state, heard, rate not in self._left_out)

    def is_known(self, bitrate: int) -> bool:
        """Whether more speaks for a bit rate than that it is a usual one."""
        reasons = {one.bitrate: one.reason for one in ranked((*self._own(), *self._known))}
        return reasons.get(bitrate, Reason.USUAL) not in (Reason.CIA, Reason.USUAL)

    def to_try(self) -> list[int]:
        """The bit rates that a detection tries, in their order."""
        return [one.bitrate for one in self.lines() if one.is_tried]

    def seconds(self) -> float:
        """How long a detection takes at most."""
        return LISTEN_S * len(self.to_try())

    def set_tried(self, bitrate: int, *, tried: bool) -> None:
        """Try this bit rate, or leave it out."""
        (self._left_out.discard if tried else self._left_out.add)(bitrate)
        self.changed.emit()

    def why_not_detected(self) -> str:
        """Why no detection can begin now; empty if one can."""
        if self.is_running:
            return _("The bit rate is being detected. Wait a moment.")
        if self._devices.find(self.device_id) is None:
            return _("The dongle isn't connected.")
        return "" if self.to_try() else _("Check a bit rate to try first.")

    def why_not_used(self) -> str:
        """Why the bit rate that was found can't be written now; empty if it can."""
        if not has_permission(self._context.actor, "dongles:configure"):
            return _("Your role can't write to dongles.")
        return self.why_not_detected() if self.is_running else ""

    # ---- detecting

    def detect(self) -> None:
        """Listen at the candidates that are tried; asks first if that ends what goes on with the bus."""
        detected = self._devices.find(self.device_id)
        if self.why_not_detected() or detected is None:
            self._context.problems.refuse(self.why_not_detected())
            return
        rates = self.to_try()
        self._forget()
        taking = Taking(_("Detecting the bit rate"), _("Stop recording and detect"), _("Close live bus and detect"))

        def run() -> None:
            self._bus_again.remember(detected)
            self._start(
                lambda progress: self._devices.detect_bit_rate(
                    detected, progress, rates, on_rate=self._began.emit, on_heard=self._ended.emit
                ),
                self._on_detected,
                _("Detecting the bit rate on {name}").format(name=self.title),
            )

        unless_in_use(self._view, self._devices, frozenset({detected.port.path}), run, taking)

    def stop(self) -> None:
        """Stop detecting; what was heard so far stays."""
        if self._work is not None:
            self._work.cancel()

    def _start(self, op: Callable[[Progress], object], done: Callable[[object], None], title: str) -> None:
        self._work = self._context.tasks.run(self, op, done, self._on_failed, title=title)
        self.changed.emit()

    def _on_began(self, bitrate: int) -> None:
        self._listening = bitrate if self._work is not None else None
        self.changed.emit()

    def _on_heard(self, heard: RateHeard) -> None:
        self._heard[heard.bitrate] = heard
        self.changed.emit()

    def _on_detected(self, found: object) -> None:
        if isinstance(found, Detection):
            self._heard = {one.bitrate: one for one in found.heard}
            self.detection = found
        self._finish()
        self._bus_again.open(tells=False)

    def _on_failed(self, error: AppError) -> None:
        self._finish()
        if not isinstance(error, Cancelled):
            self.problem = self._names.named(error, self.device_id).what
            device = self._devices.find(self.device_id)
            path = device.port.path if device is not None else ""
            self._notices.show(error, path=path, device_id=self.device_id, act=_ACT)
        self._bus_again.open()

    def _finish(self) -> None:
        self._work = self._listening = None
        self.changed.emit()

    # ---- writing

    @property
    def found(self) -> int | None:
        """The bit rate that the last detection found (bit/s); None if there is none."""
        return self.detection.bitrate if self.detection is not None else None

    def use(self) -> None:
        """Write the bit rate that was found to the dongle, and open its bus at it; the toast undoes it."""
        rate = self.found
        if rate is None or self._config is None or self.why_not_used():
            return
        planned = config_at(self._config, rate, self._data_rate(rate))
        if planned is None:
            self.problem = _("This controller can't reach that bit rate from its clock.")
            self.changed.emit()
            return
        self._write(self.device_id, self.title, planned, self._config)

    def _data_rate(self, rate: int) -> int | None:
        """The data bit rate of the dongle, where it goes with this one."""
        present = self._config.data_bitrate if self._config is not None else None
        return present if present and present >= rate else None

    def _write(self, device_id: str, title: str, config: DongleConfig, before: DongleConfig) -> None:
        detected, context = self._devices.find(device_id), self._context
        if detected is None:
            context.problems.refuse(_("The dongle isn't connected."))
            return

        def write(_progress: Progress) -> DongleConfig:
            data_key = context.workspace.data_keys.of(context.actor.organisation_id)
            with self._devices.device(detected.port.path, device_id) as device:
                stored = fleet.write_config(context.database, context.actor, data_key, device, config).config
                self._devices.store_config(detected.port.path, stored)
                return stored

        def written(_config: object) -> None:
            self._finish()
            undo = partial(self._write, device_id, title, before, config)
            if self._bus_again.is_waiting:
                self._bus_again.open(undo)
            else:
                wrote = _("Wrote {rate} to {name}.").format(rate=bit_rate(config.bitrate), name=title)
                context.problems.toast(wrote, undo)

        def run() -> None:
            self._bus_again.remember(detected)
            self._start(write, written, _("Writing to {name}").format(name=title))

        unless_in_use(self._view, self._devices, frozenset({detected.port.path}), run, writing())


def heard_text(heard: RateHeard) -> str:
    """What was heard at a bit rate: `0 frames, 312 errors`."""
    return _("{frames} frames, {errors} errors").format(frames=number(heard.frames), errors=number(heard.errors))
