"""The ports there are and who is behind each: looked for and asked on threads, away from the window."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from benchboard.canbus import link
from benchboard.canbus.link import Port
from benchboard.dongles.device import Device, DongleInfo, observed_id, probe_open
from benchboard.errors import AppError, Unavailable

_LOOK_EVERY: Final = 0.7


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


class Ports:
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
                if info.is_benchboard and self._settle is not None:
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
