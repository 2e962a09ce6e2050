"""Sends frames through a bus on a thread of its own, in the order they were asked for."""

import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from benchboard.canbus.bus import Bus, SendResult, require_responding, require_sendable
from benchboard.canbus.frame import Frame
from benchboard.errors import AppError, DeviceFailure, Unavailable
from benchboard.i18n import _, ngettext

MAX_WAITING: Final = 64  # frames that may wait for a port that takes them slowly
_NUMBERS: Final = itertools.count(1)  # of the frames of every sender, so that no bus's outcome is taken for another's


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of `frames`, in order; `last` is the number of the last one.

    Without an `error` they were handed to the port. With one none of them was; the first may have gone in part. A frame
    that the dongle refuses or gives up after that has a second outcome, with the error of `not_sent_error`.
    """

    last: int
    frames: tuple[Frame, ...]
    error: AppError | None = None


class FrameSender:
    """Takes frames at once and hands them to `bus` one after the other; each gets its `SendOutcome`.

    A frame that fails takes those waiting behind it along, so that none overtakes another.
    """

    def __init__(self, bus: Bus, on_outcome: Callable[[SendOutcome], None]) -> None:
        """`on_outcome` is called on the sender's thread, or on the one that calls `stop`."""
        self._bus = bus
        self._on_outcome = on_outcome
        self._waiting: deque[tuple[int, Frame]] = deque()
        self._stopped = False
        self._refused: set[int] = set()
        """Frames that the dongle has refused before their first outcome was reported."""
        self._changed = threading.Condition()  # guards what is above
        self._thread: threading.Thread | None = None

    def send(self, frame: Frame) -> int:
        """Queue `frame` without waiting; returns its number, which no other frame has.

        Raises `Invalid` (`bus.frame`) for one that the bus can't carry, `DeviceFailure` (`bus.not-responding`) while
        the dongle says nothing, `Unavailable` (`bus.send-full`, `bus.send-closed`) if `MAX_WAITING` frames wait or the
        sender was stopped. A frame that raises isn't queued.
        """
        require_sendable(frame, self._bus.capabilities)
        require_responding(self._bus.state())
        with self._changed:
            if self._stopped:
                raise _closed()
            if len(self._waiting) >= MAX_WAITING:
                raise _full()
            number = next(_NUMBERS)
            self._waiting.append((number, frame))
            self._changed.notify()
            # The first frame starts the thread: most buses are only listened to.
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="frame-sender", daemon=True)
                self._thread.start()
            return number

    def stop(self) -> None:
        """Drop the frames that wait, each with an outcome that says so, and wait for the one that is being handed over:
        a port takes it or fails within a second. Safe to call twice."""
        with self._changed:
            self._stopped = True
            dropped = self._drain()
            self._changed.notify()
            thread = self._thread
        if dropped:
            self._report(dropped, _closed())
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            try:
                self._bus.send(taken[1], partial(self._on_result, taken))
            except AppError as error:
                self._fail(taken, error)
            except BaseException:
                with self._changed:
                    self._thread = None  # this thread ends; the next frame starts another
                self._fail(taken, AppError("bus.send-bug", _("This didn't finish because of a bug in Benchboard.")))
                raise  # the program's hook reports it
            else:
                with self._changed:
                    if taken[0] not in self._refused:
                        self._report([taken])
                    self._refused.clear()

    def _on_result(self, taken: tuple[int, Frame], result: SendResult) -> None:
        """Report a frame that the dongle took and didn't send. On the thread that receives."""
        if result.is_sent:
            return
        error = not_sent_error(result, bus_off=self._bus.state().bus_off)
        with self._changed:
            self._refused.add(taken[0])
            self._report([taken], error)

    def _take(self) -> tuple[int, Frame] | None:
        """Wait for the next frame; None once the sender was stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopped)
            return None if self._stopped else self._waiting.popleft()

    def _fail(self, taken: tuple[int, Frame], error: AppError) -> None:
        """Report that this frame failed, and with it those that wait."""
        with self._changed:
            failed = [taken, *self._drain()]
        self._report(failed, error)

    def _report(self, numbered: list[tuple[int, Frame]], error: AppError | None = None) -> None:
        self._on_outcome(SendOutcome(numbered[-1][0], tuple(frame for _number, frame in numbered), error))

    def _drain(self) -> list[tuple[int, Frame]]:
        """Empty the queue. The lock must be held."""
        drained = list(self._waiting)
        self._waiting.clear()
        return drained


def not_sent_error(result: SendResult, *, bus_off: bool) -> DeviceFailure:
    """Why the dongle didn't send a frame that it was given: `bus.off`, `bus.given-up` or `bus.rejected`."""
    if bus_off:
        return DeviceFailure("bus.off", _("The dongle is bus off, so it sends nothing."), do=_("Restart it first."))
    if result is SendResult.GIVEN_UP:
        return DeviceFailure(
            "bus.given-up",
            _("The dongle gave up on it."),
            why=_("No node acknowledged the frame, or a node with another bit rate disrupted it."),
            do=_("Check that another node is on the bus, with the same bit rate and termination."),
        )
    return DeviceFailure(
        "bus.rejected",
        _("The dongle refused the frame."),
        why=_("Its queue is full, or the frame doesn't match its channel."),
        do=_("Check that another node acknowledges its frames, then try again."),
    )


def _full() -> Unavailable:
    waiting = ngettext(
        "{count} frame is still waiting to be sent.", "{count} frames are still waiting to be sent.", MAX_WAITING
    )
    return Unavailable(
        "bus.send-full",
        waiting.format(count=MAX_WAITING),
        why=_("The dongle accepts them slowly."),
        do=_("Send this one again in a moment."),
    )


def _closed() -> Unavailable:
    return Unavailable("bus.send-closed", _("The live bus was closed first."))
