"""What the bench's places share: the dongles plugged in now, the one open bus, the simulator this window started.

Everything that waits for a port happens on threads of its own; what they find arrives by signal. One `Hub` lives as
long as the signed-in session's shell. Its signals may come from a worker: connect methods of QObjects, never lambdas.
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal

from benchboard.canbus import link
from benchboard.canbus.link import Port
from benchboard.canbus.live import Counters, LiveBus
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.protocol import CanConfig
from benchboard.identity.access import may
from benchboard.ui.bench.ports import Here, Ports
from benchboard.ui.bench.simulated import SimulatorProcess
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress

_SEEN_EVERY_MS: Final = 60_000
_RING = 100_000  # frames a screen may be late
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Live:
    """The open bus."""

    path: str
    title: str
    device_id: str | None
    config: CanConfig
    bus: LiveBus


class Hub(QObject):
    """`changed`: what is plugged in. `live_changed`: the open bus began or ended. `simulator_changed` likewise."""

    changed = Signal()
    live_changed = Signal()
    simulator_changed = Signal()
    _arrived = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(context.changed)
        self._context = context
        self._here: dict[str, Here] = {}
        self.typed: tuple[str, ...] = ()
        self.live: Live | None = None
        self._opened: dict[str, LiveBus] = {}
        self._ports = Ports(self._arrived.emit, self._settle if may(context.actor, "dongles:pair") else None)
        self._simulator: SimulatorProcess | None = None
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._seen_timer = QTimer(self)
        self._seen_timer.setInterval(_SEEN_EVERY_MS)
        self._seen_timer.timeout.connect(self._note_seen)
        self._seen_timer.start()
        ends = _Ends(self._ports)
        self._ends = ends
        self.destroyed.connect(ends.end)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(ends.end)
        self._ports.start()

    @staticmethod
    def of(context: Context) -> "Hub":
        """The session's hub, made when the first place of the bench is opened."""
        found = context.changed.findChild(Hub)
        return found if found is not None else Hub(context)

    @property
    def here(self) -> tuple[Here, ...]:
        """Every dongle plugged in now, by port."""
        return tuple(one for one in self._here.values() if one.worth_showing)

    def find(self, device_id: str | None) -> Here | None:
        """The one with that id, if it is plugged in."""
        return next((one for one in self.here if device_id and one.device_id == device_id), None)

    def all_ports(self) -> tuple[Port, ...]:
        """Every port, dongle or not."""
        return tuple(one.port for one in self._here.values())

    def ask_again(self, path: str) -> None:
        """Find out anew who is on `path` (something about it changed); not while its bus is open."""
        if self.live is None or self.live.path != path:
            self._ports.forget(path)

    @contextlib.contextmanager
    def device(self, path: str) -> Iterator[Device]:
        """On a worker: the dongle on `path`, its channel closed, for this caller alone."""
        with self._ports.alone(path):
            self._give_back(path)
            with link.open_port(path) as handle:
                device = Device(handle)
                device.close_channel()
                yield device

    # ---- the open bus

    def open_bus(self, here: Here, title: str, *, listen_only: bool = False) -> Live:
        """On a worker: open the channel on what the dongle stores. The caller hands the result to `adopt`."""
        self.end_bus()
        with self._ports.alone(here.port.path):
            self._give_back(here.port.path)
            handle = link.open_port(here.port.path)
            try:
                device = Device(handle)
                device.close_channel()
                config = device.config_read().config
                bus = LiveBus(handle, capacity=_RING)
                bus.start(bitrate=config.bitrate, data_bitrate=config.data_bitrate, listen_only=listen_only)
            except BaseException:
                handle.close()
                raise
            self._opened[here.port.path] = bus
        return Live(here.port.path, title, here.device_id, config, bus)

    def listen(self, here: Here, title: str, seconds: float, progress: Progress, note: str = "") -> Counters:
        """On a worker: open the channel for `seconds`, answer what was counted, and close it again."""
        live = self.open_bus(here, title)
        began = time.monotonic()
        try:
            while (passed := time.monotonic() - began) < seconds and live.bus.running:
                progress.check()
                progress.report(round(passed * 10), round(seconds * 10), note)
                time.sleep(0.05)
            counters = live.bus.counters()
        finally:
            live.bus.stop()
        if live.bus.failure is not None:
            raise live.bus.failure
        return counters

    def adopt(self, live: Live) -> None:
        """On the window's thread: this bus is the open one now."""
        self.live = live
        self._ends.live = live
        self.live_changed.emit()

    def end_bus(self) -> None:
        """Close the open bus, if there is one. Takes a twentieth of a second at most."""
        live, self.live, self._ends.live = self.live, None, None
        if live is not None:
            live.bus.stop()
            self.live_changed.emit()

    def _give_back(self, path: str) -> None:
        """Whoever asks for a port last gets it: a bus of this window that is still open there ends."""
        if self.live is not None and self.live.path == path:
            self.end_bus()
        bus = self._opened.pop(path, None)
        if bus is not None:
            bus.stop()

    # ---- the simulator

    @property
    def simulating(self) -> bool:
        """Whether this window runs a simulator."""
        return self._simulator is not None and self._simulator.alive

    def start_simulator(self) -> None:
        """On a worker: dongles to try things with, on a bus with traffic, until the window closes."""
        if not self.simulating:
            self._simulator = SimulatorProcess()
            self._ends.simulator = self._simulator
        self.simulator_changed.emit()

    def can_press(self, device_id: str | None) -> bool:
        """Whether that dongle's button is this window's to press."""
        return self._simulator is not None and self._simulator.alive and device_id in self._simulator.device_ids

    def press(self, device_id: str | None) -> None:
        """Press the button of a dongle this window simulates."""
        if self._simulator is not None and device_id is not None:
            self._simulator.press(device_id)

    # ---- what the threads found

    def _take(self, found: object) -> None:
        if not isinstance(found, dict) or found == self._here:
            return
        gone = self._here.keys() - found.keys()
        self._here = found
        if self.live is not None and self.live.path in gone:
            self.end_bus()
        self.changed.emit()
        self._note_seen()

    def _note_seen(self) -> None:
        ids = [one.device_id for one in self.here if one.device_id]
        actor = self._context.actor
        expire = may(actor, "dongles:pair")

        def note(session: object) -> None:
            fleet.seen(session, actor, ids)  # type: ignore[arg-type]  # the window never looks inside a session
            if expire:
                provisioning.expire_claims(session, actor)  # type: ignore[arg-type]  # nor here

        if ids:
            self._context.tasks.change(self, note, lambda _none: None, lambda error: _log.info("seen: %s", error.code))

    def _settle(self, device: Device) -> None:
        """On a worker: what an interrupted pairing left open, the dongle itself decides."""
        actor, workspace = self._context.actor, self._context.workspace
        data_key = workspace.data_keys.of(actor.organisation_id)
        provisioning.reconcile(workspace.database, actor, data_key, device)


class _Ends:
    """What must end with the session, whichever way it ends."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self.simulator: SimulatorProcess | None = None
        self.live: Live | None = None

    def end(self, *_arguments: object) -> None:
        self._ports.stop()
        live, self.live = self.live, None
        if live is not None:
            live.bus.stop()
        simulator, self.simulator = self.simulator, None
        if simulator is not None:
            simulator.stop()
