"""Scans for serial ports and probes each for a dongle, on threads of its own."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from benchboard.canbus import link
from benchboard.canbus.link import Port
from benchboard.canbus.usb_adapters import adapter_name
from benchboard.dongles.device import Device
from benchboard.dongles.device_errors import is_not_responding, not_responding
from benchboard.dongles.firmware_detection import DongleInfo, expected_id, observed_id, probe_open
from benchboard.dongles.protocol import DongleConfig, Hello
from benchboard.errors import AppError, Unavailable
from benchboard.i18n import _

_SCAN_INTERVAL_S: Final = 0.7
_ASK_EVERY_S: Final = 5.0
"""How often a connected dongle that answers is asked whether it still does."""
_RETRY_S: Final = (2.0, 5.0, 10.0, 30.0)
"""How long after each failure in a row a connected dongle is probed again; the last one goes on."""

Standing = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class DetectedDevice:
    """A port and the result of probing it: `info` or `problem`; neither while the probe runs. Both for a dongle that
    has answered, but whose port is in use now, that doesn't respond any more (`is_silent`), or whose last check failed.

    `checked_at` is when `info` was read, and `asked_as` the `DongleRecord.standing` that the dongle had then, after its
    row was brought in line: (“”, None) for one that isn't registered, None if that isn't known. `last_id` is what the
    dongle at this port proved before it was disconnected.
    """

    port: Port
    info: DongleInfo | None = None
    problem: AppError | None = None
    checked_at: datetime | None = None
    last_id: str | None = None
    asked_as: Standing | None = None

    @property
    def device_id(self) -> str | None:
        """The proven id, or a substitute for other firmware; without an answer, the expected one."""
        if self.info is not None:
            return self.info.device_id or observed_id(self.port)
        return self.last_id or (observed_id if self.problem is None else expected_id)(self.port)

    @property
    def has_answered(self) -> bool:
        """Whether a dongle has answered at this port: only then is one known to be connected."""
        return self.info is not None

    @property
    def is_silent(self) -> bool:
        """Whether it has answered, but doesn't respond any more; then `problem` says since when."""
        return is_not_responding(self.problem)

    @property
    def has_result(self) -> bool:
        """Whether it was probed."""
        return self.info is not None or self.problem is not None

    @property
    def is_simulated(self) -> bool:
        """Whether this computer simulates it, as its answer has shown."""
        return self.port.simulated and self.has_answered

    @property
    def key(self) -> str:
        """What identifies it in a list: its device id, or the port's path while the id is unknown."""
        return self.device_id or self.port.path

    @property
    def is_dongle(self) -> bool:
        """Whether it seems to be a dongle rather than some other serial device."""
        if self.info is not None or self.port.simulated:
            return True
        return adapter_name(self.port.vid, self.port.pid) is not None

    @property
    def port_name(self) -> str:
        """The port's short name: `ttyACM0`. A simulated dongle has no real port; its own name is used."""
        name = self.port.path.rsplit("/", 1)[-1]
        return _("Dongle {id}").format(id=name[-4:].upper()) if self.port.simulated else name


class PortScanner:
    """Scans for ports and probes new ones until stopped.

    `on_devices` is called with all of them, on a worker thread; `standing` there too, with a device id. `reconcile`
    brings a dongle's row in line with it and its settings, and returns the ownership state that the row has then.
    """

    def __init__(
        self,
        on_devices: Callable[[dict[str, DetectedDevice]], None],
        reconcile: Callable[[Device, DongleConfig | None], str | None] | None,
        standing: Callable[[str], Standing | None] = lambda _device_id: None,
        *,
        ask_every_s: float = _ASK_EVERY_S,
    ) -> None:
        self._on_devices = on_devices
        self._reconcile = reconcile
        self._standing = standing
        self._devices: dict[str, DetectedDevice] = {}
        self._last_ids: dict[str, str] = {}
        """The proven id by the port's key, of USB devices with a serial number: such a port is that of one dongle."""
        self._stale: set[str] = set()
        self._probing: set[str] = set()
        self._failures: dict[str, tuple[int, float]] = {}
        """Of each port that couldn't be probed: how often in a row, and when to try again (monotonic)."""
        self._ask_every_s = ask_every_s
        self._asked: dict[str, float] = {}
        """When the dongle at each port was asked last (monotonic)."""
        self._lock = threading.Lock()
        self._port_locks: dict[str, threading.Lock] = {}
        self._stopping = threading.Event()
        self._reporting = threading.Lock()
        """Held while `on_devices` is called: whom it reports to may be deleted once `stop` has returned."""
        self._pool = ThreadPoolExecutor(2, "bench-ask")
        self._thread = threading.Thread(target=self._run, name="bench-ports", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin to stop; returns at once. Nothing is reported any more after this, by no scan that is under way."""
        with self._reporting:
            self._stopping.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def probe_again(self, path: str) -> None:
        """Probe again at the next scan; the known result stays until then."""
        with self._lock:
            self._stale.add(path)

    def store_config(self, path: str, config: DongleConfig) -> None:
        """Keep what was just read back from the dongle at `path`; the caller holds its `port_lock`."""
        with self._lock:
            device = self._devices.get(path)
            if device is None or device.info is None:
                return
            self._devices[path] = replace(
                device,
                info=replace(device.info, config=config),
                problem=None if device.is_silent else device.problem,
                checked_at=datetime.now(UTC),
            )
            self._asked[path] = time.monotonic()
        self._notify()

    def note_silence(self, path: str, since: datetime) -> None:
        """Note that the dongle at `path` hasn't responded since then to who uses its port: it isn't asked meanwhile."""
        with self._lock:
            if (device := self._devices.get(path)) is not None:
                self._note_silence(device.port, since)
        self._notify()

    def note_answer(self, path: str) -> None:
        """Note that the dongle at `path` responds again to who uses its port."""
        with self._lock:
            if (device := self._devices.get(path)) is not None and device.is_silent:
                self._devices[path] = replace(device, problem=None)
        self._notify()

    def port_lock(self, path: str) -> threading.Lock:
        """The lock of a port, held while it is in use, so that no probe disturbs."""
        with self._lock:
            return self._port_locks.setdefault(path, threading.Lock())

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._scan()
            except RuntimeError:  # the program is ending: its signals and pools are gone
                return
            except Exception:
                if self._stopping.is_set():  # what it read may be gone by now
                    return
                raise
            self._stopping.wait(_SCAN_INTERVAL_S)

    def _scan(self) -> None:
        ports = {port.path: port for port in link.discover()}
        in_use = {path: link.use_by_another(path) for path in ports}
        if self._stopping.is_set():
            return
        with self._lock:
            # A port's description follows the window's language; its key tells whether it is the same device.
            known = {
                path: _with_use(replace(device, port=ports[path]), in_use[path])
                for path, device in self._devices.items()
                if path in ports and ports[path].key == device.port.key
            }
            self._failures = {path: failed for path, failed in self._failures.items() if path in known}
            now = time.monotonic()
            due = {path for path, (_count, at) in self._failures.items() if at <= now}
            # Whoever had the port may have paired, reset or set the dongle.
            due |= {
                path for path, device in known.items() if _was_in_use(self._devices[path]) and not _was_in_use(device)
            }
            self._stale = self._stale & ports.keys() | ports.keys() - known.keys() | due
            new = [ports[path] for path in self._stale - self._probing if DetectedDevice(ports[path]).is_dongle]
            asked = [device.port for path, device in known.items() if self._is_to_be_asked(path, device, now)]
            self._probing.update(port.path for port in (*new, *asked))
            self._devices = {
                path: known.get(path) or self._new_device(port, ports.values()) for path, port in ports.items()
            }
        self._notify()
        for port in new:
            self._pool.submit(self._probe, port)
        for port in asked:
            self._pool.submit(self._ask, port)

    def _is_to_be_asked(self, path: str, device: DetectedDevice, now: float) -> bool:
        """Whether to ask a dongle if it still responds: not one in use, nor one that is probed, which tells too."""
        if device.info is None or not device.info.is_benchboard or not (device.problem is None or device.is_silent):
            return False
        if path in self._stale or path in self._probing:
            return False
        return now - self._asked.get(path, 0.0) >= self._ask_every_s

    def _ask(self, port: Port) -> None:
        """Ask a dongle that has answered before for its identity, which costs it little, unless its port is used: what
        uses it finds out by itself. One that doesn't respond is asked on; one that does again, or otherwise than
        before, is probed.
        """
        hello, problem, began = None, None, datetime.now(UTC)
        port_lock = self.port_lock(port.path)
        try:
            if port_lock.acquire(blocking=False):
                try:
                    hello = _hello_at(port.path)
                except AppError as error:
                    problem = error
                finally:
                    port_lock.release()
        finally:
            is_silent = problem is not None and problem.code in _SILENT
            with self._lock:
                self._probing.discard(port.path)
                self._asked[port.path] = time.monotonic()
                if is_silent:
                    self._note_silence(port, began)
                elif problem is not None and _is_failed_check(problem):
                    self._stale.add(port.path)
                elif hello is not None:
                    self._note_answer(port, hello)
        if is_silent:
            with contextlib.suppress(RuntimeError):
                self._notify()

    def _note_silence(self, port: Port, since: datetime) -> None:
        """Note that a dongle that has answered before doesn't any more. The lock must be held."""
        device = self._devices.get(port.path)
        if device is not None and device.has_answered and device.port.key == port.key and not device.is_silent:
            self._devices[port.path] = replace(device, problem=not_responding(port.path, since))

    def _note_answer(self, port: Port, hello: Hello) -> None:
        """Probe a dongle that responds again, or isn't what it was. The lock must be held."""
        device = self._devices.get(port.path)
        if device is None or device.info is None or device.port.key != port.key:
            return
        known = device.info.device_id, device.info.ownership_state, device.info.key_version
        if device.is_silent or known != (hello.device_id, hello.state.name, hello.key_version):
            self._stale.add(port.path)

    def _new_device(self, port: Port, ports: Iterable[Port]) -> DetectedDevice:
        """A device not probed yet. Two with the same serial number can't be told apart before."""
        is_unique = sum(one.key == port.key for one in ports) == 1
        return DetectedDevice(port, last_id=self._last_ids.get(port.key) if is_unique else None)

    def _probe(self, port: Port) -> None:
        began = datetime.now(UTC)
        info, problem, asked_as = self._probe_port(port)
        with self._lock:
            self._probing.discard(port.path)
            self._asked[port.path] = time.monotonic()
            if not isinstance(problem, Unavailable):
                # A port that is in use (also by the live bus) is probed again at the next scan.
                self._stale.discard(port.path)
            self._plan_retry(port.path, problem)
            if problem is not None and problem.code in _SILENT:
                self._note_silence(port, began)
            self._store(port, info, problem, asked_as)
        with contextlib.suppress(RuntimeError):
            self._notify()

    def _plan_retry(self, path: str, problem: AppError | None) -> None:
        """Probe a port that failed again later: another program may have read the answer. The lock must be held."""
        if problem is None or isinstance(problem, Unavailable):
            self._failures.pop(path, None)
            return
        count, _at = self._failures.get(path, (0, 0.0))
        self._failures[path] = (count + 1, time.monotonic() + _RETRY_S[min(count, len(_RETRY_S) - 1)])

    def _probe_port(self, port: Port) -> tuple[DongleInfo | None, AppError | None, Standing | None]:
        """What the dongle at a port reports, or why it doesn't; an interrupted pairing is reconciled. Also its
        standing, read while nobody else can have the port.
        """
        info = asked_as = state = None
        try:
            with self.port_lock(port.path), link.open_port(port.path) as handle:
                info = probe_open(handle)
                if info.is_benchboard and self._reconcile is not None:
                    with contextlib.suppress(AppError):
                        device = Device(handle)
                        state = self._reconcile(device, info.config)
                        hello = device.hello()  # reconciling may have ended its pairing, and changes no settings
                        info = replace(info, ownership_state=hello.state.name, key_version=hello.key_version)
                if info.device_id is not None:
                    with contextlib.suppress(AppError):
                        asked_as = self._standing(info.device_id)
                if asked_as is not None and state is not None:
                    asked_as = state, asked_as[1]  # another program may have changed the row just now
        except AppError as error:
            return info, error, asked_as
        return info, None, asked_as

    def _store(self, port: Port, info: DongleInfo | None, problem: AppError | None, asked_as: Standing | None) -> None:
        """Store the result, unless another device is connected meanwhile. A failed probe discards no known information.

        The lock must be held.
        """
        previous = self._devices.get(port.path)
        if previous is None or previous.port.key != port.key:
            return
        if previous.info is not None and info is None:
            if problem is not None and _is_failed_check(problem) and not _is_same(previous.problem, problem):
                self._devices[port.path] = replace(previous, problem=problem)
            return
        if _is_same(previous.problem, problem):
            problem = previous.problem  # the same error as before
        checked_at = previous.checked_at if info is None else datetime.now(UTC)
        self._devices[port.path] = replace(
            previous, info=info, problem=problem, checked_at=checked_at, asked_as=asked_as
        )
        if port.serial_number and info is not None:
            self._remember_id(port, info)

    def _remember_id(self, port: Port, info: DongleInfo) -> None:
        if info.device_id is not None:
            self._last_ids[port.key] = info.device_id
        else:
            self._last_ids.pop(port.key, None)

    def _notify(self) -> None:
        with self._lock:
            devices = dict(self._devices)
        with self._reporting:
            if not self._stopping.is_set():
                self._on_devices(devices)


_SILENT: Final = frozenset({"dongle.silent", "port.stuck"})
"""The errors of a dongle that is there, but doesn't answer."""


def _is_failed_check(problem: AppError) -> bool:
    """Whether a known dongle answered otherwise than it should: its port is neither used nor gone, which the next scan
    says, and it isn't silent, which is noted with its time.
    """
    return problem.code.startswith("dongle.") and problem.code not in _SILENT


def _is_same(before: AppError | None, problem: AppError | None) -> bool:
    """Whether a probe met the same error as the one before."""
    return before is not None and problem is not None and before.code == problem.code


def _hello_at(path: str) -> Hello | None:
    """The identity of the dongle at `path`, proved by it; None if somebody has its port open."""
    if link.is_used(path):  # that would be disturbed: closing the channel closes it for all
        return None
    with link.open_port(path) as handle:
        device = Device(handle)
        device.close_channel()
        return device.hello()


def _was_in_use(device: DetectedDevice) -> bool:
    """Whether another process had the port of a dongle that has answered."""
    return device.has_answered and device.problem is not None and device.problem.code == "port.busy"


def _with_use(device: DetectedDevice, use: Unavailable | None) -> DetectedDevice:
    """A device that has answered, and `use`: the error if another process has its port now.

    One that hasn't answered is probed until it does, which says the same.
    """
    before = device.problem
    if not device.has_answered or (before is not None and before.code != "port.busy"):
        return device
    if before is not None and use is not None and before.why == use.why:
        return device  # an equal error: nothing has changed
    return replace(device, problem=use)
