"""What the bench's places share: the dongles plugged in now, the one open bus, the simulator this window started.

Everything that waits for a port happens on threads of its own; what they find arrives by signal. One `Hub` lives as
long as the signed-in session's shell. Its signals may come from a worker: connect methods of QObjects, never lambdas.
"""

import contextlib
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal

from benchboard.canbus import link
from benchboard.canbus.link import Port
from benchboard.canbus.live import Counters, LiveBus
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import Device, DongleInfo, observed_id, probe_open
from benchboard.dongles.protocol import CanConfig
from benchboard.errors import AppError, Unavailable
from benchboard.i18n import _
from benchboard.identity.access import may
from benchboard.ui.context import Context
from benchboard.ui.tasks import Progress

_LOOK_EVERY: Final = 0.7
_SEEN_EVERY_MS: Final = 60_000
_SIMULATED: Final = 2
_TRAFFIC: Final = 120
_RING = 100_000  # frames a screen may be late
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Here:
    """A port, and who turned out to be behind it: `info`, or the `problem` of asking; neither while it is asked."""

    port: Port
    info: DongleInfo | None = None
    problem: AppError | None = None

    @property
    def device_id(self) -> str | None:
        """The proven id, or the one that stands in for stock firmware."""
        if self.info is not None and self.info.device_id is not None:
            return self.info.device_id
        return observed_id(self.port)

    @property
    def worth_showing(self) -> bool:
        """Whether it is a dongle as far as one can know, rather than some other serial device."""
        if self.info is not None or self.port.simulated:
            return True
        return (self.port.vid or 0, self.port.pid or 0) in link.KNOWN_ADAPTERS

    @property
    def place(self) -> str:
        """The port's short name: `ttyACM0`, or the simulated one's."""
        name = self.port.path.rsplit("/", 1)[-1]
        return f"sim {name[-4:].upper()}" if self.port.simulated else name


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
        self._ports = _Ports(self._arrived.emit, self._settle if may(context.actor, "dongles:pair") else None)
        self._simulator: _Simulator | None = None
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
            self._simulator = _Simulator()
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

    def __init__(self, ports: "_Ports") -> None:
        self._ports = ports
        self.simulator: _Simulator | None = None
        self.live: Live | None = None

    def end(self, *_arguments: object) -> None:
        self._ports.stop()
        live, self.live = self.live, None
        if live is not None:
            live.bus.stop()
        simulator, self.simulator = self.simulator, None
        if simulator is not None:
            simulator.stop()


class _Ports:
    """Looks for ports, and asks each new one who it is, until stopped. `told` hears, on a thread, all there is."""

    def __init__(self, told: Callable[[dict[str, Here]], None], settle: Callable[[Device], None] | None) -> None:
        self._told = told
        self._settle = settle
        self._found: dict[str, Here] = {}
        self._stale: set[str] = set()
        self._asking: set[str] = set()
        self._lock = threading.Lock()
        self._alone: dict[str, threading.Lock] = {}
        self._stopping = threading.Event()
        self._askers = ThreadPoolExecutor(2, "bench-ask")
        self._thread = threading.Thread(target=self._run, name="bench-ports", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._askers.shutdown(wait=False, cancel_futures=True)

    def forget(self, path: str) -> None:
        """Ask anew at the next look; what is known stays until the answer."""
        with self._lock:
            self._stale.add(path)

    def alone(self, path: str) -> threading.Lock:
        """Held by whoever uses the port: asking who is there would disturb."""
        with self._lock:
            return self._alone.setdefault(path, threading.Lock())

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look()
            except RuntimeError:  # the program ends: its signals and pools are gone
                return
            self._stopping.wait(_LOOK_EVERY)

    def _look(self) -> None:
        ports = {port.path: port for port in link.discover()}
        with self._lock:
            kept = {path: one for path, one in self._found.items() if ports.get(path) == one.port}
            self._stale = self._stale & ports.keys() | ports.keys() - kept.keys()
            new = [ports[path] for path in self._stale - self._asking if Here(ports[path]).worth_showing]
            self._asking.update(port.path for port in new)
            self._found = {path: kept.get(path, Here(port)) for path, port in ports.items()}
        self._tell()
        for port in new:
            self._askers.submit(self._ask, port)

    def _ask(self, port: Port) -> None:
        info, problem = self._answer(port)
        with self._lock:
            self._asking.discard(port.path)
            if not isinstance(problem, Unavailable):
                # A port that somebody holds for now (our own live bus, too) is asked again at the next look.
                self._stale.discard(port.path)
            self._note(port, info, problem)
        if not self._stopping.is_set():
            with contextlib.suppress(RuntimeError):
                self._tell()

    def _answer(self, port: Port) -> tuple[DongleInfo | None, AppError | None]:
        """What the dongle at a port says, or why it does not; ours is settled on the way."""
        info = None
        try:
            with self.alone(port.path), link.open_port(port.path) as handle:
                info = probe_open(handle)
                if info.ours and self._settle is not None:
                    with contextlib.suppress(AppError):
                        self._settle(Device(handle))
                        info = probe_open(handle)
        except AppError as error:
            return info, error
        return info, None

    def _note(self, port: Port, info: DongleInfo | None, problem: AppError | None) -> None:
        """Keep what was answered, unless another dongle is there meanwhile, or silence would hide what is known."""
        before = self._found.get(port.path)
        if before is None or before.port != port or (before.info is not None and info is None):
            return
        if before.problem is not None and problem is not None and before.problem.code == problem.code:
            problem = before.problem  # no news
        self._found[port.path] = replace(before, info=info, problem=problem)

    def _tell(self) -> None:
        with self._lock:
            found = dict(self._found)
        self._told(found)


class _Simulator:
    """A child process that serves dongles, with a button each that this window presses."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchboard", "dongle", "simulate", "--count", str(_SIMULATED)]
        try:
            self._process = subprocess.Popen(
                [*command, "--traffic", str(_TRAFFIC), "--manual", "--until-eof", "--json"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        except OSError as error:
            raise _not_simulated() from error
        self.device_ids: list[str] = []
        output = self._process.stdout
        assert output is not None
        try:
            for _one in range(_SIMULATED):
                self.device_ids.append(json.loads(output.readline())["device_id"])
        except (ValueError, KeyError, TypeError) as error:
            self.stop()
            raise _not_simulated() from error

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def press(self, device_id: str) -> None:
        if device_id in self.device_ids and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.write(f"press {self.device_ids.index(device_id) + 1}\n")
                self._process.stdin.flush()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _not_simulated() -> Unavailable:
    return Unavailable(
        "bench.simulator",
        _("The simulator did not start."),
        do=_("Run “benchboard dongle simulate” in a terminal; it says why."),
    )
