"""Shared by the views of the bench: the connected dongles, the one open bus, the simulator started by this window.

Everything that waits for a port runs on threads of its own and reports by signal. One `DeviceManager` lives as long as
the session, also when the window is rebuilt in another language. Only the main thread changes its state and emits its
signals.
"""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus, restarted_error
from benchboard.canbus.bit_rate_detection import USUAL_BIT_RATES, Detection, RateHeard, detect_bit_rate
from benchboard.canbus.bus_recorder import BusRecorder
from benchboard.canbus.capture import Capture, Counters
from benchboard.canbus.frame_sender import SendOutcome
from benchboard.canbus.link import Port, PortHandle
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.device_errors import silent_since, stalled_during
from benchboard.dongles.protocol import DongleConfig
from benchboard.errors import AppError, Cancelled, Conflict, DeviceFailure
from benchboard.i18n import N_, _
from benchboard.identity.permissions import has_permission
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.port_scanner import DetectedDevice, PortScanner, Standing
from benchboard.ui.bench.simulator_process import SimulatorProcess
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession, Progress

_SEEN_EVERY_MS: Final = 60_000
_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class LiveBus:
    """The open bus. Its `title` follows when the dongle is renamed."""

    path: str
    title: str
    device_id: str | None
    config: DongleConfig
    capture: Capture
    recorder: BusRecorder


class DeviceManager(QObject):
    """`changed`: the connected devices changed. `live_changed`: the open bus was opened or closed. `simulator_changed`
    likewise.

    `live_failed` comes before `live_changed` if the bus ended by itself, with the `AppError` that says why.
    `frames_sent` has the `SendOutcome` of frames that a live bus was asked to send, also after it was closed.
    """

    changed = Signal()
    live_changed = Signal()
    live_failed = Signal(object)
    frames_sent = Signal(object)
    simulator_changed = Signal()
    _devices_found = Signal(object)
    _bus_stopped = Signal(object)
    _send_finished = Signal(object)
    _simulator_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.session)
        self._tasks, self._workspace, self._actor = context.tasks, context.workspace, context.actor
        self._devices: dict[str, DetectedDevice] = {}
        self.typed: tuple[str, ...] = ()
        self.announced: set[str] = set()
        """The unpaired dongles that the user has been told of, connected or not."""
        self.earlier_rates: dict[str, dict[int, datetime]] = {}
        """Of each dongle, the bit rates (bit/s) that it had in this session before the present one, and until when."""
        self.verified_at: dict[str, datetime] = {}
        """When each dongle last proved its identity in this session, by its id, connected or not."""
        self._first_scan_done = False
        self._there_at_start: set[str] | None = None
        """The ports that the first scan found, as long as they are there; None before it."""
        self._waiting_for_scan: list[Callable[[], None]] = []
        self.live: LiveBus | None = None
        self.playing_onto: LiveBus | None = None
        """The bus that a recording is played onto, also while that pauses."""
        self.last_live_id = ""
        """The dongle whose bus was opened last; empty if none was in this session."""
        self._scanner = PortScanner(
            self._devices_found.emit,
            self._reconcile if has_permission(context.actor, "dongles:pair") else None,
            self._standing,
        )
        self._devices_found.connect(self._update_devices, Qt.ConnectionType.QueuedConnection)
        self._bus_stopped.connect(self._on_bus_stopped, Qt.ConnectionType.QueuedConnection)
        self._send_finished.connect(self.frames_sent, Qt.ConnectionType.QueuedConnection)
        self._simulator_changed.connect(self.simulator_changed, Qt.ConnectionType.QueuedConnection)
        self._seen_timer = QTimer(self)
        self._seen_timer.setInterval(_SEEN_EVERY_MS)
        self._seen_timer.timeout.connect(self._mark_seen)
        self._seen_timer.start()
        resources = _Resources(self._scanner)
        self._resources = resources
        self.destroyed.connect(resources.release)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(resources.release)
        self._scanner.start()

    @staticmethod
    def of(context: Context) -> "DeviceManager":
        """The session's device manager, created when the first view of the bench is opened."""
        existing = context.session.findChild(DeviceManager)
        return existing if existing is not None else DeviceManager(context)

    @property
    def devices(self) -> tuple[DetectedDevice, ...]:
        """The dongles that are connected now, by port, and the ports at which one doesn't answer (yet)."""
        return tuple(device for device in self._devices.values() if device.is_dongle)

    def find(self, device_id: str | None) -> DetectedDevice | None:
        """The dongle with this id, if it is connected."""
        return next((device for device in self.devices if device_id and device.device_id == device_id), None)

    def at(self, path: str) -> DetectedDevice | None:
        """The device at this port, if there is one."""
        return self._devices.get(path)

    def require_known(
        self, owner: QObject, key: str, unknown: Callable[[AppError], None], known: Callable[[], None] | None = None
    ) -> None:
        """Call `known` if a dongle with this id is registered or connected, or there is a port with this path;
        otherwise `unknown` with what to say, once the first scan is done and the dongles it found have answered.
        """
        accept = known or (lambda: None)

        def find(session: DatabaseSession) -> None:
            if fleet.find_dongle(session, self._actor, key) is None:
                raise fleet.unknown_dongle()

        def failed(error: AppError) -> None:
            if self._has_port_of(key):  # found meanwhile
                accept()
            elif self._first_scan_done:
                unknown(error)
            else:
                self._waiting_for_scan.append(lambda: self.require_known(owner, key, unknown, known))

        if self._has_port_of(key):
            accept()
        elif shiboken6.isValid(owner):
            self._tasks.read(owner, find, lambda _known: accept(), failed)

    def _has_port_of(self, key: str) -> bool:
        return self.find(key) is not None or key in self._devices

    def all_ports(self) -> tuple[Port, ...]:
        """Every port, dongle or not."""
        return tuple(device.port for device in self._devices.values())

    def was_there_at_start(self, path: str) -> bool:
        """Whether what is at this port was plugged in before the session began, and has been since."""
        return path in (self._there_at_start or ())

    def probe_again(self, path: str) -> None:
        """Probe `path` again after a change, except while its bus is open."""
        if self.live is None or self.live.path != path:
            self._scanner.probe_again(path)

    @contextlib.contextmanager
    def device(self, path: str, device_id: str | None = None) -> Iterator[Device]:
        """On a worker: the dongle on `path`, with its channel closed, exclusively for the caller.

        With a `device_id` raises `DeviceFailure` (`dongle.wrong-device`) if another dongle is plugged in there by now.
        """
        with self._scanner.port_lock(path):
            self._stop_buses(path)
            with link.open_port(path) as handle:
                yield _device_at(handle, device_id)

    def store_config(self, path: str, config: DongleConfig) -> None:
        """On a worker, inside `device`: keep what was just read back from the dongle on `path`."""
        self._scanner.store_config(path, config)

    # ---- the open bus

    def note_silence(self, path: str, since: datetime) -> None:
        """On the main thread: the dongle of the bus open on `path` hasn't responded since then. `changed` follows."""
        self._scanner.note_silence(path, since)

    def note_answer(self, path: str) -> None:
        """On the main thread: the dongle of the bus open on `path` responds again. `changed` follows."""
        self._scanner.note_answer(path)

    def open_bus(self, detected: DetectedDevice, title: str, *, listen_only: bool = False) -> LiveBus:
        """On a worker: open the channel with the dongle's stored configuration, in place of any other bus of this
        session.

        The caller passes the result to `set_live`, on the main thread. Raises `Cancelled` if the session has ended
        meanwhile.
        """
        self._stop_buses()
        with self._scanner.port_lock(detected.port.path):
            self._stop_buses(detected.port.path)
            handle = link.open_port(detected.port.path)
            try:
                device = _device_at(handle, detected.device_id)
                config = device.config_read().config
                self._scanner.store_config(detected.port.path, config)  # another program may have written it
                bus = SlcanBus(
                    handle, bitrate=config.bitrate, data_bitrate=config.data_bitrate, listen_only=listen_only
                )
            except BaseException:
                handle.close()
                raise
            capture = Capture(bus, bitrate=config.bitrate, data_bitrate=config.data_bitrate, on_sent=self._on_sent)
            capture.start()
            self._resources.add_bus(detected.port.path, capture)
        return LiveBus(detected.port.path, title, detected.device_id, config, capture, BusRecorder(capture))

    def count_frames(
        self,
        detected: DetectedDevice,
        title: str,
        seconds: float,
        progress: Progress,
        on_open: Callable[[], object] = lambda: None,
    ) -> Counters:
        """On a worker: open the channel for `seconds`, then close it and return the counters. `on_open` is called there
        once it is open. Raises `DeviceFailure` if the dongle stops responding meanwhile.
        """
        live = self.open_bus(detected, title)
        on_open()
        started = time.monotonic()
        try:
            while (passed := time.monotonic() - started) < seconds and live.capture.running:
                progress.check()
                left = _("{seconds} s left").format(seconds=math.ceil(seconds - passed))
                progress.report(round(passed * 10), round(seconds * 10), left)
                time.sleep(0.05)
            counters = live.capture.counters()
        finally:
            self._resources.stop_bus(live.capture)
        if live.capture.failure is not None:
            raise live.capture.failure
        self._require_responded(detected, counters)
        return counters

    def _require_responded(self, detected: DetectedDevice, counters: Counters) -> None:
        """On a worker: raise `DeviceFailure` if the dongle stopped responding while these were counted, or doesn't
        respond now: then they say nothing about its bus.
        """
        path = detected.port.path
        nothing = _("What it counted says nothing about the bus, so bit timing and wiring aren't verified.")
        with stalled_during(path, N_("{path} stopped responding during the bus test."), nothing):
            with self.device(path) as device:
                if detected.device_id is not None:
                    device.require_id(detected.device_id)
            if counters.bus.stalled:
                do = _("Unplug the dongle, plug it back in and try again.")
                raise DeviceFailure("dongle.silent", "", do=do, path=path)

    def detect_bit_rate(
        self,
        detected: DetectedDevice,
        progress: Progress,
        bitrates: Sequence[int] = USUAL_BIT_RATES,
        *,
        on_rate: Callable[[int], object] = lambda _bitrate: None,
        on_heard: Callable[[RateHeard], None] = lambda _heard: None,
    ) -> Detection:
        """On a worker: find the bit rate of the dongle's bus by listening only, at these one after the other. What the
        dongle stores stays. `on_rate` is called before each, `on_heard` after it, on the worker."""
        path = detected.port.path
        with self._scanner.port_lock(path):
            self._stop_buses(path)
            with link.open_port(path) as port:
                _device_at(port, detected.device_id)

            def open_bus(bitrate: int) -> SlcanBus:
                handle = link.open_port(path)
                try:
                    return SlcanBus(handle, bitrate=bitrate, override=True, listen_only=True)
                except BaseException:
                    handle.close()
                    raise

            def report(done: int, bitrate: int) -> None:
                progress.check()
                progress.report(done, len(bitrates), bit_rate(bitrate))
                on_rate(bitrate)

            return detect_bit_rate(
                open_bus, bitrates, on_rate=report, on_heard=on_heard, goes_on=lambda: not progress.cancelled
            )

    def _on_sent(self, outcome: SendOutcome) -> None:
        """On the sender's thread: tell the main thread, if the session still lives."""
        with contextlib.suppress(RuntimeError):
            self._send_finished.emit(outcome)

    def set_live(self, live: LiveBus) -> None:
        """On the main thread: make this bus the open one, unless it was stopped meanwhile."""
        if not self._resources.has_bus(live.capture):
            return
        previous, self.live = self.live, live
        live.recorder.start()
        self.last_live_id = live.device_id or self.last_live_id
        if previous is not None:
            self._resources.close_bus(previous.capture)
        self.live_changed.emit()

    def close_bus(self) -> None:
        """On the main thread: close the open bus, if there is one.

        Doesn't wait for the dongle, which may take seconds; whoever opens its port next does.
        """
        live, self.live = self.live, None
        if live is not None:
            self._resources.close_bus(live.capture)
            self.live_changed.emit()

    def end_failed_bus(self, error: AppError) -> None:
        """On the main thread: close the open bus, which `error` has ended."""
        live = self.live
        if live is not None and error.code == "port.gone":
            error = link.disconnected_error(live.path, name=live.title)
        elif live is not None and error.code == "bus.restarted":
            error = restarted_error(name=live.title)
        self.live_failed.emit(error)
        self.close_bus()

    def stop_sending(self, *_arguments: object) -> None:
        """On the main thread: stop the send table of the open bus, such as when nothing shows it any more."""
        if self.live is not None:
            reason = Conflict("bus.send-left", _("You left the live bus."))
            self.live.capture.table_sender.stop(error=reason)

    def _stop_buses(self, path: str | None = None) -> None:
        """On a worker: stop this session's buses, or the one on `path`. The last to request a port gets it."""
        for bus in self._resources.stop_buses(path):
            with contextlib.suppress(RuntimeError):  # the session has ended, and with it the device manager
                self._bus_stopped.emit(bus)

    def _on_bus_stopped(self, bus: Capture) -> None:
        """A worker has stopped this bus."""
        if self.live is not None and self.live.capture is bus:
            self.live = None
            self.live_changed.emit()

    # ---- the simulator

    @property
    def simulating(self) -> bool:
        """Whether this window runs a simulator."""
        return self._simulator is not None

    @property
    def _simulator(self) -> SimulatorProcess | None:
        simulator = self._resources.simulator
        return simulator if simulator is not None and simulator.alive else None

    def start_simulator(self) -> None:
        """On a worker: simulate dongles on a bus with traffic, until the window closes.

        Raises `Cancelled` if the session has ended meanwhile.
        """
        if not self.simulating:
            self._resources.add_simulator(SimulatorProcess(demo=self._workspace.location.kind == "demo"))
        self._simulator_changed.emit()

    def close_simulated_bus(self) -> None:
        """On the main thread: close the open bus if this window simulates its dongle."""
        if self.live is not None and self.can_press(self.live.device_id):
            self.close_bus()

    def stop_simulator(self) -> None:
        """On a worker: end the simulator of this window; its dongles leave."""
        self._resources.stop_simulator()
        self._simulator_changed.emit()

    def can_press(self, device_id: str | None) -> bool:
        """Whether this window can press the button of that dongle: it simulates it."""
        return self._simulator is not None and device_id in self._simulator.device_ids

    def press(self, device_id: str | None) -> None:
        """Press the button of a dongle this window simulates."""
        if self._simulator is not None and device_id is not None:
            self._simulator.press(device_id)

    # ---- what the threads found

    def _update_devices(self, devices: object) -> None:
        if not isinstance(devices, dict):
            return
        self._there_at_start = set(devices) & (set(devices) if self._there_at_start is None else self._there_at_start)
        if devices != self._devices:
            self._replace_devices(devices)
        if not self._first_scan_done and all(device.has_result for device in self.devices):
            self._first_scan_done = True
            waiting, self._waiting_for_scan = self._waiting_for_scan, []
            for ask_again in waiting:
                ask_again()

    def _replace_devices(self, devices: dict[str, DetectedDevice]) -> None:
        removed = self._devices.keys() - devices.keys()
        connected_before = self._connected_ids()
        self._note_earlier_rates(devices.values())
        self._devices = devices
        for device in devices.values():
            if device.info is not None and device.info.device_id is not None and device.checked_at is not None:
                self.verified_at[device.info.device_id] = device.checked_at
        if self.live is not None and self.live.path in removed:
            self.end_failed_bus(link.disconnected_error(self.live.path))
        self.changed.emit()
        self._mark_seen(connected_before - self._connected_ids())

    def _note_earlier_rates(self, devices: Iterable[DetectedDevice]) -> None:
        """Keep the bit rates that `devices` have no longer."""
        had = {one.device_id: _stored_rate(one) for one in self.devices}
        for device in devices:
            before = had.get(device.device_id)
            if device.device_id and before is not None and _stored_rate(device) not in (None, before):
                self.earlier_rates.setdefault(device.device_id, {})[before] = datetime.now(UTC)

    def _connected_ids(self) -> frozenset[str]:
        return frozenset(
            device.device_id
            for device in self.devices
            if device.device_id and device.has_answered and not device.is_silent
        )

    def _mark_seen(self, removed: Collection[str] = ()) -> None:
        """Store when the connected dongles, and those just `removed`, or silent by now, were last seen."""
        ids = self._connected_ids()
        silent = {
            device.device_id: since
            for device in self.devices
            if device.device_id and device.device_id in removed and (since := silent_since(device.problem)) is not None
        }
        unplugged = [one for one in removed if one not in silent]
        actor = self._actor
        expire = has_permission(actor, "dongles:pair")

        def mark(session: DatabaseSession) -> None:
            fleet.mark_seen(session, actor, ids, removed=unplugged, silent=silent)
            if expire:
                provisioning.expire_claims(session, actor)

        if ids or removed:
            self._tasks.change(
                self,
                mark,
                lambda _none: None,
                lambda error: _log.info("no time was stored for connected dongles: %s", error.code),
            )

    def _reconcile(self, device: Device, just_read: DongleConfig | None) -> str | None:
        """On a worker: reconcile an interrupted pairing, or write, with what the dongle reports and the settings that
        were `just_read` from it; the state of its row then.
        """
        data_key = self._workspace.data_keys.of(self._actor.organisation_id)
        database = self._workspace.database.bind(self._actor)
        state = provisioning.reconcile(database, self._actor, data_key, device)
        if state == "CLAIMED_ACTIVE" and has_permission(self._actor, "dongles:configure"):
            fleet.store_read_config(database, self._actor, device, just_read=just_read)
        return state

    def _standing(self, device_id: str) -> Standing:
        """On a worker: the standing of this dongle, (“”, None) if it isn't registered."""
        with self._workspace.database.bind(self._actor).read() as session:
            found = fleet.find_dongle(session, self._actor, device_id)
        return found.standing if found is not None else ("", None)


def _device_at(handle: PortHandle, device_id: str | None) -> Device:
    """The dongle on an open port, with its channel closed. With a `device_id` raises `DeviceFailure`
    (`dongle.wrong-device`) if another one is plugged in there by now.
    """
    device = Device(handle)
    device.close_channel()
    if device_id is not None:
        so_far = _("It was only asked for its ID: nothing was changed, neither on the dongle nor in the database.")
        with stalled_during(handle.path, N_("{path} didn't respond."), so_far):
            device.require_id(device_id)
    return device


def _stored_rate(device: DetectedDevice) -> int | None:
    """The bit rate (bit/s) that a connected dongle stores; None if it isn't known."""
    config = device.info.config if device.info is not None else None
    return config.bitrate if config is not None else None


class _Resources:
    """What a session holds outside the window: ports being probed, open buses, a simulator. Thread-safe.

    After `release` nothing is held any more, and what a worker adds later is stopped at once. A bus is always closed on
    a thread of its own, because its dongle may not answer; the program doesn't end before these threads have.
    """

    def __init__(self, scanner: PortScanner) -> None:
        self._scanner = scanner
        self._buses: dict[str, Capture] = {}
        self._closing: dict[threading.Thread, str] = {}
        """The threads that close a bus, and its port."""
        self._lock = threading.Lock()
        self._released = False
        self.simulator: SimulatorProcess | None = None

    def add_bus(self, path: str, bus: Capture) -> None:
        """Keep the bus on `path`. Stops it and raises `Cancelled` (`bench.signed-out`) after the session's end."""
        with self._lock:
            if not self._released:
                self._buses[path] = bus
                return
        bus.stop()
        raise _signed_out()

    def add_simulator(self, simulator: SimulatorProcess) -> None:
        """Keep this simulator. Stops it and raises `Cancelled` (`bench.signed-out`) after the session's end."""
        with self._lock:
            if not self._released:
                self.simulator = simulator
                return
        simulator.stop()
        raise _signed_out()

    def stop_simulator(self) -> None:
        """Stop the simulator, if there is one."""
        with self._lock:
            simulator, self.simulator = self.simulator, None
        if simulator is not None:
            simulator.stop()

    def has_bus(self, bus: Capture) -> bool:
        """Whether nobody has asked yet to close this bus."""
        with self._lock:
            return any(open_bus is bus for open_bus in self._buses.values())

    def close_bus(self, bus: Capture) -> None:
        """Begin to close this bus; returns at once."""
        with self._lock:
            self._begin_closing([path for path, open_bus in self._buses.items() if open_bus is bus])

    def stop_bus(self, bus: Capture) -> None:
        """On a worker: close this bus, and wait until it is closed."""
        with self._lock:
            paths = [path for path, open_bus in self._buses.items() if open_bus is bus]
            self._begin_closing(paths)
        self._wait_until_closed(paths)

    def stop_buses(self, path: str | None = None) -> list[Capture]:
        """On a worker: close the bus on `path`, or all of them, and wait until they are closed, also those that were
        being closed already; returns those that were not.
        """
        with self._lock:
            stopping = {port: bus for port, bus in self._buses.items() if path in (None, port)}
            self._begin_closing(stopping)
            waiting = [port for port in self._closing.values() if path in (None, port)]
        self._wait_until_closed(waiting)
        return list(stopping.values())

    def release(self, *_arguments: object) -> None:
        """Begin to stop everything, at the end of the session; returns at once."""
        with self._lock:
            self._released = True
            self._begin_closing(list(self._buses))
            simulator, self.simulator = self.simulator, None
        self._scanner.stop()
        if simulator is not None:
            threading.Thread(target=simulator.stop, name="bench-close").start()

    def _begin_closing(self, paths: Iterable[str]) -> None:
        """Close the buses on `paths`, each on a thread of its own. The lock must be held."""
        self._closing = {thread: path for thread, path in self._closing.items() if thread.is_alive()}
        for path in paths:
            bus = self._buses.pop(path)
            bus.stop_receiving()  # at once: the window shows its last frames and counts next
            thread = threading.Thread(target=bus.stop, name="bench-close")
            thread.start()
            self._closing[thread] = path

    def _wait_until_closed(self, paths: Collection[str]) -> None:
        """On a worker: wait for those of these ports that are being closed."""
        with self._lock:
            threads = [thread for thread, path in self._closing.items() if path in paths]
        for thread in threads:
            thread.join()


def _signed_out() -> Cancelled:
    return Cancelled("bench.signed-out", _("You're signed out."))
