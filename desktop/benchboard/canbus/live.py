"""A bus, live: one thread reads a port in big chunks into a ring that the screen polls. Never a call a
frame."""

import threading
import time
from dataclasses import dataclass
from typing import Final, Protocol

from benchboard.canbus import slcan
from benchboard.canbus.slcan import Frame
from benchboard.errors import AppError, DeviceFailure, Invalid
from benchboard.i18n import _

_POLL: Final = 0.05
_COUNTERS_EVERY: Final = 0.5
_REPLY_WITHIN: Final = 1.0


class Handle(Protocol):
    """What `link.open_port` returns, as far as a bus needs it."""

    def read(self, timeout: float) -> bytes: ...
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What came since last time. Frame `first + i` arrived at `times[i]` (Unix time, s); ask again with
    `next`.

    `lost` frames had already left the ring.
    """

    frames: list[Frame]
    times: list[float]
    next: int
    lost: int


@dataclass(frozen=True, slots=True)
class Counters:
    """Totals since the start; `load` is the share of the last second the bus was busy (0..1), without
    stuff bits.

    `tx_errors`, `rx_errors` and `bus_off` are the controller's, as far as the dialect tells (else 0, False).
    `overruns` counts times the dongle said it lost frames; `malformed` lines were unreadable; `refused`
    sends.
    """

    frames: int
    sent: int
    refused: int
    malformed: int
    overruns: int
    bus_errors: int
    tx_errors: int
    rx_errors: int
    bus_off: bool
    load: float


@dataclass(slots=True)
class _Tally:
    sent: int = 0
    refused: int = 0
    overruns: int = 0
    bus_errors: int = 0
    tx_errors: int = 0
    rx_errors: int = 0
    bus_off: bool = False


class LiveBus:
    """One open channel. `start`, poll `take` and `counters`, `send`, `stop`; owns the port handle it is
    given."""

    def __init__(self, handle: Handle, *, ours: bool = True, capacity: int = 100_000) -> None:
        """`ours`: the dongle speaks our dialect (error counters, error frames); `capacity` frames stay in
        the ring."""
        self._handle = handle
        self._ours = ours
        self._capacity = capacity
        self._frames: list[Frame | None] = [None] * capacity
        self._times = [0.0] * capacity
        self._count = 0
        self._tally = _Tally()
        self._busy = (0.0, 0.0)  # bits' seconds in the second under way, and in the last whole one
        self._second = 0.0
        self._bit_time = (0.0, 0.0)
        self._parser = slcan.Parser()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: AppError | None = None

    @property
    def failure(self) -> AppError | None:
        """Why the bus ended by itself (`port.gone` …); None while it runs or after `stop`."""
        return self._failure

    @property
    def running(self) -> bool:
        """Whether frames are read."""
        return self._thread is not None and self._thread.is_alive()

    def start(
        self,
        *,
        bitrate: int,
        data_bitrate: int | None = None,
        override: bool = False,
        listen_only: bool = False,
    ) -> None:
        """Open the channel and read until `stop`.

        The dongle runs on its stored configuration; `bitrate` (bit/s) is then only for the load. With
        `override`, and always for a dialect not ours, `bitrate` is set first. Raises `Invalid`
        (`bus.bitrate`) for one slcan has no code for, `DeviceFailure` (`bus.refused`, `bus.silent`,
        `port.*`).
        """
        self._bit_time = (1 / bitrate, 1 / (data_bitrate or bitrate))
        self._ask(b"C\r", must=False)
        if override or not self._ours:
            code = slcan.STANDARD_BITRATES.get(bitrate)
            if code is None:
                raise Invalid(
                    "bus.bitrate",
                    _("This dongle has no setting for {bitrate} bit/s.").format(bitrate=bitrate),
                    do=_("Choose one of {list}.").format(list=", ".join(map(str, slcan.STANDARD_BITRATES))),
                    field="bitrate",
                )
            self._ask(f"{code}\r".encode())
        self._ask(b"Z0\r", must=False)
        if self._ours:
            self._ask(b"E1\r")
        self._ask(b"L\r" if listen_only else b"O\r")
        self._thread = threading.Thread(target=self._run, name="bus", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the channel and the port. Waits for the thread; safe to call twice."""
        self._stopping.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        try:
            if self._failure is None:
                # Waiting for its reply keeps the command from being thrown away with the port's buffers.
                self._ask(b"C\r", must=False)
        except AppError:
            pass  # the device left first: there is no channel to close
        finally:
            self._handle.close()

    def take(self, since: int = 0, limit: int | None = None) -> Taken:
        """Frames from number `since` on (0 is the first ever), the newest `limit` of them at most."""
        with self._lock:
            count = self._count
            first = max(since, count - self._capacity, 0 if limit is None else count - limit)
            a, b = first % self._capacity, count % self._capacity
            if first >= count:
                return Taken([], [], count, 0)
            if a < b:
                kept, times = self._frames[a:b], self._times[a:b]
            else:
                kept = self._frames[a:] + self._frames[:b]
                times = self._times[a:] + self._times[:b]
        return Taken([one for one in kept if one is not None], times, count, first - since)

    def counters(self) -> Counters:
        """The totals, now."""
        with self._lock:
            tally = self._tally
            age = int(time.monotonic() - self._second)
            load = (self._busy[1], self._busy[0])[age] if age < 2 else 0.0
            return Counters(
                self._count,
                tally.sent,
                tally.refused,
                self._parser.malformed,
                tally.overruns,
                tally.bus_errors,
                tally.tx_errors,
                tally.rx_errors,
                tally.bus_off,
                min(load, 1.0),
            )

    def send(self, frame: Frame) -> None:
        """Queue `frame` on the dongle. Raises `Invalid` (`bus.frame`) or `DeviceFailure` (`port.*`)."""
        if not slcan.valid(frame):
            raise Invalid(
                "bus.frame",
                _("This frame cannot be sent."),
                why=_("Its identifier or length does not fit its format."),
                field="frame",
            )
        with self._writing:
            self._handle.write(slcan.encode(frame))
        with self._lock:
            self._tally.sent += 1

    # ---- the thread

    def _run(self) -> None:
        ask = time.monotonic()
        try:
            while not self._stopping.is_set():
                data = self._handle.read(_POLL)
                now = time.monotonic()
                if data:
                    self._store(self._parser.feed(data), now)
                if now >= ask:
                    ask = now + _COUNTERS_EVERY
                    with self._writing:
                        self._handle.write(b"e\r" if self._ours else b"F\r")
        except AppError as error:
            self._failure = error

    def _store(self, parsed: slcan.Parsed, now: float) -> None:
        stamp = time.time()
        nominal = data = 0
        for frame in parsed.frames:
            bits = slcan.wire_bits(frame)
            nominal += bits[0]
            data += bits[1]
        with self._lock:
            self._keep(parsed.frames[-self._capacity :], len(parsed.frames), stamp)
            busy = nominal * self._bit_time[0] + data * self._bit_time[1]
            if now - self._second >= 1.0:
                self._second, self._busy = now, (busy, self._busy[0])
            else:
                self._busy = (self._busy[0] + busy, self._busy[1])
            for reply in parsed.replies:
                self._note(reply)

    def _keep(self, newest: list[Frame], came: int, stamp: float) -> None:
        """Put frames into the ring, in at most two pieces; those that would not even fit only count."""
        self._count += came
        start = (self._count - len(newest)) % self._capacity
        first = min(len(newest), self._capacity - start)
        self._frames[start : start + first] = newest[:first]
        self._frames[: len(newest) - first] = newest[first:]
        self._times[start : start + first] = [stamp] * first
        self._times[: len(newest) - first] = [stamp] * (len(newest) - first)

    def _note(self, reply: slcan.Reply) -> None:
        if not reply.ok:
            self._tally.refused += 1
            return
        kind, digits = reply.text[:1], reply.text[1:]
        try:
            if kind == "e" and len(digits) == 17:
                self._tally.tx_errors = int(digits[:4], 16)
                self._tally.rx_errors = int(digits[4:8], 16)
                self._tally.bus_errors = int(digits[8:16], 16)
                self._tally.bus_off = digits[16] == "3"
            elif kind == "F" and len(digits) == 2:
                # LAWICEL's status flags: bit 3 data overrun, bit 7 bus error.
                self._tally.overruns += bool(int(digits, 16) & 0x08)
        except ValueError:
            self._parser.malformed += 1

    def _ask(self, command: bytes, *, must: bool = True) -> None:
        """Send one command while the thread does not run, and wait for its reply."""
        self._handle.write(command)
        deadline = time.monotonic() + _REPLY_WITHIN
        while time.monotonic() < deadline:
            parsed = self._parser.feed(self._handle.read(_POLL))
            if command in (b"O\r", b"L\r"):
                # Frames may come in the very chunk that says the channel is open.
                self._store(slcan.Parsed(parsed.frames, []), time.monotonic())
            for reply in parsed.replies:
                if reply.ok or not must:
                    return
                raise DeviceFailure(
                    "bus.refused",
                    _("The dongle refused the command {command}.").format(command=command.decode().strip()),
                    why=_("It may be bus-off, or its firmware does not know this command."),
                    do=_("Close the channel, check the bit timing and open it again."),
                )
        if must:
            raise DeviceFailure(
                "bus.silent",
                _("The dongle did not answer."),
                do=_("Unplug it, plug it in again and repeat."),
            )
