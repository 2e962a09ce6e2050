"""Captures the frames of a bus in a ring buffer: one thread receives in batches, and the window polls."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, cast

from benchboard.canbus.bus import Bus, BusState, OnResult, ignore_result
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_sender import FrameSender, SendOutcome
from benchboard.canbus.late_frames import LateFrames
from benchboard.canbus.stuffing import bits_on_bus
from benchboard.canbus.table_sender import TableSender
from benchboard.canbus.traffic_shares import TrafficKey, traffic_key
from benchboard.errors import AppError

CAPACITY: Final = 100_000  # frames by which whoever polls may be behind
_RECEIVE_TIMEOUT_S: Final = 0.05
_IS_ERROR: Final = attrgetter("error")
_IS_SENT: Final = attrgetter("sent")


@dataclass(frozen=True, slots=True)
class CapturedFrames:
    """The frames since the last poll, oldest first. `next` is the number to pass to the next one.

    `dropped` frames had already left the ring. Those that a limit left out, while still in the ring, don't count.
    """

    frames: list[Frame]
    next: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Counters:
    """Frames received since the start, without the error frames, and the bus's own counters. `sent` frames of this
    computer were acknowledged, or accepted where the interface doesn't report that, as `Bus.recv` gives them.

    `load` is the share of the last full second in which the bus was busy with frames (0..1); None until a full second
    has passed since the start.
    """

    frames: int
    load: float | None
    bus: BusState
    sent: int = 0

    @property
    def on_bus(self) -> int:
        """All frames that took their time of the bus: those received and those sent."""
        return self.frames + self.sent


class Capture:
    """Receives from an open bus until `stop`; owns the bus. Poll `since` and `counters`."""

    def __init__(
        self,
        bus: Bus,
        *,
        bitrate: int,
        data_bitrate: int | None = None,
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
        on_sent: Callable[[SendOutcome], None] = lambda _outcome: None,
    ) -> None:
        """`capacity` frames stay in the ring; the bit rates (bit/s) and the `clock` (s) are for the load.

        `on_sent` gets the outcomes of `request_send`, on another thread.
        """
        self.bitrate, self.data_bitrate = bitrate, data_bitrate
        self._bus = bus
        self._sender = FrameSender(bus, on_sent)
        self.table_sender = TableSender(bus)
        self._clock = clock
        self._bit_time = (1 / bitrate, 1 / (data_bitrate or bitrate))
        self._capacity = capacity
        self._ring: list[Frame | None] = [None] * capacity
        self._count = 0
        self._errors = self._sent = 0  # of them
        # Seconds in which the bus was busy: in the current second, and in the last full one.
        self._busy: tuple[float, float | None] = (0.0, None)
        self._taken: dict[TrafficKey, float] = {}
        self._second = 0.0  # when the current second began
        self._late = LateFrames()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._failure: AppError | None = None
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)

    @property
    def failure(self) -> AppError | None:
        """The error that ended the capture (`port.gone` …); None while it runs or after `stop`."""
        return self._failure

    @property
    def listen_only(self) -> bool:
        """Whether the channel sends nothing, not even an acknowledgement."""
        return self._bus.capabilities.listen_only

    @property
    def has_fd(self) -> bool:
        """Whether the bus may carry CAN FD frames."""
        return self._bus.capabilities.fd

    @property
    def reports_sent(self) -> bool:
        """Whether the dongle reports of each frame that was sent whether another node acknowledged it."""
        return self._bus.capabilities.reports_sent

    @property
    def running(self) -> bool:
        """Whether frames are received."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Receive from now on."""
        self._second = self._clock()
        self._thread.start()

    def stop_receiving(self) -> None:
        """Keep and count no frame from now on, so that its frames and counters agree. Doesn't wait."""
        with self._lock:
            self._stopping.set()

    def stop(self) -> None:
        """Stop sending and receiving, and close the bus. Waits for a frame on its way, the thread and the dongle, up to
        three seconds; safe to call twice, and without a start."""
        self.stop_receiving()
        self.table_sender.close(self._failure)
        self._sender.stop()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        self._bus.close()

    def since(self, number: int = 0, limit: int | None = None) -> CapturedFrames:
        """Frames from `number` on (0 is the first ever), the newest `limit` of them at most."""
        with self._lock:
            count = self._count
            first = max(number, count - self._capacity, 0 if limit is None else count - limit)
            dropped = max(0, count - self._capacity - number)
            if first >= count:
                return CapturedFrames([], count, dropped)
            a, b = first % self._capacity, count % self._capacity
            frames = self._ring[a:b] if a < b else self._ring[a:] + self._ring[:b]
        return CapturedFrames(cast("list[Frame]", frames), count, dropped)

    def counters(self) -> Counters:
        """The totals, now."""
        with self._lock:
            age = int(self._clock() - self._second)
            load = (self._busy[1], self._busy[0])[age] if age < 2 else 0.0
            sent = self._sent
            count = self._count - self._errors - sent
        return Counters(count, None if load is None else min(load, 1.0), self._bus.state(), sent)

    def busy(self) -> dict[TrafficKey, float]:
        """The seconds that the frames of each identifier have taken of the bus since the start; error frames none."""
        with self._lock:
            return dict(self._taken)

    def send(self, frame: Frame, on_result: OnResult = ignore_result) -> None:
        """Hand `frame` to the bus, which may take a second; results and errors as for `Bus.send`."""
        self._bus.send(frame, on_result)

    def request_send(self, frame: Frame) -> int:
        """Send `frame` after those requested before, without waiting. Number and errors as for `FrameSender.send`."""
        return self._sender.send(frame)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                frames = self._bus.recv(_RECEIVE_TIMEOUT_S)
                if frames:
                    self._store(frames, self._clock())
        except AppError as error:
            self._failure = error

    def _seconds(self, frames: Sequence[Frame]) -> float:
        """How long frames take the bus, in seconds."""
        nominal, data = bits_on_bus(frames)
        return nominal * self._bit_time[0] + data * self._bit_time[1]

    def _store(self, frames: list[Frame], now: float) -> None:
        taken: dict[TrafficKey, float] = {}
        for frame in frames:
            nominal, data = bits_on_bus((frame,))
            key = traffic_key(frame)
            taken[key] = taken.get(key, 0.0) + nominal * self._bit_time[0] + data * self._bit_time[1]
        in_time = self._late.in_time(frames, now)  # the others' seconds are over
        busy = sum(taken.values()) if in_time is frames else self._seconds(in_time)
        # Those that would not even fit are only counted.
        newest = frames[-self._capacity :]
        errors, sent = sum(map(_IS_ERROR, frames)), sum(map(_IS_SENT, frames))
        with self._lock:
            if self._stopping.is_set():
                return
            self._count += len(frames)
            for key, seconds in taken.items():
                self._taken[key] = self._taken.get(key, 0.0) + seconds
            self._errors += errors
            self._sent += sent
            start = (self._count - len(newest)) % self._capacity
            first = min(len(newest), self._capacity - start)
            self._ring[start : start + first] = newest[:first]
            self._ring[: len(newest) - first] = newest[first:]
            if passed := int(now - self._second):
                last = self._busy[0] if passed == 1 else 0.0  # else there was silence since
                self._second, self._busy = self._second + passed, (busy, last)
            else:
                self._busy = (self._busy[0] + busy, self._busy[1])
