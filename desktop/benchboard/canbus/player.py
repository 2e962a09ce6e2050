"""Plays a recording: says which of its frames is due now, and sends each when it is; with pause, steps and loops."""

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame
from benchboard.canbus.id_map import IdMap, with_new_id
from benchboard.canbus.recording import Recording
from benchboard.canbus.stuffing import bits_on_bus
from benchboard.errors import AppError, Conflict, Invalid
from benchboard.i18n import _, percent

_LONGEST_WAIT_S: Final = 0.05
_SHORTEST_ROUND_S: Final = 0.001
_LOOKED_AT: Final = 2_000
Send = Callable[[Frame], None]


def require_playable(recording: Recording, numbers: Sequence[int], capture: Capture, speed: float) -> None:
    """Raise `Conflict` (`play.listen-only`, `play.fd`, `play.load`) if the bus can't carry these frames: it only
    listens, has no CAN FD, or is too slow for so many of them (on average). Of very many frames,
    some are looked at.
    """
    what = _("“{name}” can't be played onto this bus.").format(name=recording.path.name)
    if capture.listen_only:
        do = _("Close the live bus, then open it without Listen only.")
        raise Conflict("play.listen-only", what, why=_("It was opened to listen only."), do=do)
    every = max(1, len(numbers) // _LOOKED_AT)
    frames = [frame for frame in map(recording.frame, numbers[::every]) if not frame.error]
    if any(frame.fd for frame in frames) and not capture.has_fd:
        why = _("The recording has CAN FD frames, the bus has no data bit rate.")
        raise Conflict("play.fd", what, why=why, do=_("Set a data bit rate in Bit timing."))
    nominal, data = bits_on_bus(frames)
    busy = every * (nominal / capture.bitrate + data / (capture.data_bitrate or capture.bitrate))
    seconds = recording.time_of(numbers[-1]) - recording.time_of(numbers[0]) if numbers else 0.0
    load = speed * busy / seconds if seconds > 0 else 0.0
    if load > 1:
        why = _("At this speed and bit rate it needs {load} of the bus.").format(load=percent(100 * load, 0))
        do = _("Play it more slowly, or open a bus with a higher bit rate.")
        raise Conflict("play.load", what, why=why, do=do)


class Player:
    """Plays the frames `numbers` of a recording (ascending; all of `first` to before `end` if None) from its first one,
    once it is resumed. With `send`, a thread of its own sends each frame that isn't an error frame; without, it only
    says which one is due.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        first: int = 0,
        end: int | None = None,
        numbers: Sequence[int] | None = None,
        send: Send | None = None,
        id_map: IdMap | None = None,
        speed: float = 1.0,
        loops: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` (s) only moves forwards. Raises `Invalid` (`can.empty`) without a frame to play."""
        last = recording.count if end is None else min(end, recording.count)
        self._numbers = range(first, last) if numbers is None else _within(numbers, first, last)
        if not self._numbers:
            what = _("There are no frames to play.")
            raise Invalid("can.empty", what, do=_("Select another range, or clear the filter."))
        self._recording, self._send, self._id_map, self._clock = recording, send, id_map or {}, clock
        self._began = recording.time_of(self._numbers[0])
        self._seconds = max(recording.time_of(self._numbers[-1]) - self._began, 0.0)
        # A round ends one mean period after its last frame: its first frame doesn't come at the same moment.
        gap = self._seconds / (len(self._numbers) - 1) if len(self._numbers) > 1 else 1.0
        self._round = max(self._seconds + gap, _SHORTEST_ROUND_S)
        self._speed, self._loops = speed, loops
        self._paused, self._stopped = True, False
        self._at = 0.0
        """Seconds of the recording since the first frame of the first round, at `_since` of the clock."""
        self._since = clock()
        self._next = self._rounds = 0
        self._sent, self._most_late_s = 0, 0.0
        self._failure: AppError | None = None
        self._changed = threading.Condition(threading.RLock())  # guards what is above
        self._thread: threading.Thread | None = None

    # ---- what is

    @property
    def paused(self) -> bool:
        """Whether it waits to be resumed."""
        return self._paused

    @property
    def ended(self) -> bool:
        """Whether the last frame was played, it was stopped, or it failed."""
        with self._changed:
            if self._stopped:
                return True
            if self._send is not None:
                return self._thread is not None and not self._thread.is_alive()
            return not self._loops and self._now() > self._seconds

    @property
    def failure(self) -> AppError | None:
        """What ended it."""
        return self._failure

    @property
    def sent(self) -> int:
        """Frames that were sent since it began, or went to another frame; in a loop, in this round."""
        return self._sent

    @property
    def most_late_s(self) -> float:
        """By how many seconds the latest frame was late."""
        return self._most_late_s

    @property
    def number(self) -> int:
        """The number of the frame that was played last, of the first one before that."""
        with self._changed:
            if self._send is not None:
                return self._numbers[max(0, min(self._next, len(self._numbers)) - 1)]
            return self._numbers[self._due_place()]

    def _now(self) -> float:
        return self._at if self._paused else self._at + (self._clock() - self._since) * self._speed

    def _due_place(self) -> int:
        now = self._now()
        offset = now % self._round if self._loops else now
        low, high = 0, len(self._numbers)
        while low < high:
            middle = (low + high) // 2
            if self._offset(middle) <= offset:
                low = middle + 1
            else:
                high = middle
        return max(0, low - 1)

    def _offset(self, place: int) -> float:
        return self._recording.time_of(self._numbers[place]) - self._began

    # ---- what can be done

    def resume(self) -> None:
        """Play on."""
        with self._changed:
            self._since, self._paused = self._clock(), False
            if self._send is not None and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="player", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def pause(self) -> None:
        """Stay at the present frame."""
        with self._changed:
            self._set_now(self._now())
            self._paused = True
            self._changed.notify_all()

    def set_speed(self, speed: float) -> None:
        """Play this many times as fast as it was recorded, from now on."""
        with self._changed:
            self._set_now(self._now())
            self._speed = speed
            self._changed.notify_all()

    def set_loops(self, *, loops: bool) -> None:
        """Begin again at the end, or don't."""
        with self._changed:
            now = self._now()
            self._set_now(now % self._round)
            self._rounds, self._loops = 0, loops
            self._changed.notify_all()

    def seek(self, number: int) -> None:
        """Go on at the frame of this number, or the first one after it."""
        with self._changed:
            self._next = min(bisect_left(self._numbers, number), len(self._numbers) - 1)
            self._rounds = self._sent = 0
            self._set_now(self._offset(self._next))
            self._changed.notify_all()

    def step(self) -> None:
        """While it is paused: play one more frame. Raises what sending raises."""
        with self._changed:
            if self._send is not None:
                place = self._next if self._next < len(self._numbers) else 0
                self._set_now(self._rounds * self._round + self._offset(place))
                self._next = place + 1
                self._hand_over(self._numbers[place])
            else:
                self._set_now(self._offset(min(self._due_place() + 1, len(self._numbers) - 1)))

    def stop(self) -> None:
        """End it, without waiting for a frame on its way. Safe to call twice."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _set_now(self, at: float) -> None:
        self._at, self._since = at, self._clock()

    # ---- the thread

    def _run(self) -> None:
        try:
            while (number := self._take()) is not None:
                self._hand_over(number)
        except AppError as error:
            self._failure = error
            self._stopped = True

    def _take(self) -> int | None:
        """Wait until the next frame is due, and take it; None once there is none."""
        with self._changed:
            while not self._stopped:
                if self._next >= len(self._numbers):
                    if not self._loops:
                        return None
                    self._next, self._rounds, self._sent = 0, self._rounds + 1, 0
                left = (self._rounds * self._round + self._offset(self._next) - self._now()) / self._speed
                if not self._paused and left <= 0:
                    self._most_late_s = max(self._most_late_s, -left)
                    self._next += 1
                    return self._numbers[self._next - 1]
                self._changed.wait(None if self._paused else min(left, _LONGEST_WAIT_S))
            return None

    def _hand_over(self, number: int) -> None:
        frame = self._recording.frame(number)
        if self._send is not None and not frame.error:
            self._send(with_new_id(frame, self._id_map)._replace(timestamp=None, sent=False, channel=""))
            self._sent += 1


def _within(numbers: Sequence[int], first: int, end: int) -> Sequence[int]:
    return numbers[bisect_left(numbers, first) : bisect_left(numbers, end)]
