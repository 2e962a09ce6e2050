"""Watches the frames of a capture for what meets the armed triggers of a table, on a thread of its own, and sends their
frames.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from benchboard.canbus.capture import Capture
from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame import Frame
from benchboard.canbus.trigger_table import TriggerRow
from benchboard.canbus.triggers import LATE_S, Firing, TriggerWatch
from benchboard.errors import AppError
from benchboard.i18n import _

_EVERY_S: Final = 0.03
"""How often new frames are looked at: an answer is sent up to this much later."""


@dataclass(frozen=True, slots=True)
class FiredTrigger:
    """A trigger that was met: `not_sent` says why its frame wasn't sent, empty if it was or it has none; `number` is
    that of `Capture.request_send`, 0 without one.
    """

    row: TriggerRow
    firing: Firing
    not_sent: str = ""
    number: int = 0


class TriggerRunner:
    """Takes every frame of a capture from `start` to `stop`, or to the capture's end. `on_fired` gets what was met, on
    the thread. `dropped` frames had left the capture before they were looked at.
    """

    def __init__(
        self, capture: Capture, on_fired: Callable[[list[FiredTrigger]], None], *, every_s: float = _EVERY_S
    ) -> None:
        self._capture, self._on_fired, self._every_s = capture, on_fired, every_s
        self._next = capture.since(limit=0).next
        self.dropped = 0
        self.why_not_sent = ""
        """Why nothing is sent whatever the bus allows, such as that nobody sees it; empty if frames are sent."""
        self._rows: tuple[TriggerRow, ...] = ()
        self._watch: TriggerWatch | None = None
        self._lock = threading.Lock()  # guards the rows and what watches them
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trigger-runner", daemon=True)

    def start(self) -> None:
        """Look at the frames from now on."""
        self._thread.start()

    def stop(self, *_arguments: object) -> None:
        """Look at no more frames, and end. Safe to call twice."""
        self._stopping.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def watch(self, rows: Iterable[TriggerRow], database: CanDatabase) -> None:
        """Watch for the armed ones of these triggers, by this database. Those whose conditions are the same as before
        go on: neither a hold-off nor a silence begins anew because another detail, or another trigger, was edited.
        """
        armed = tuple(row for row in rows if row.armed)
        with self._lock:
            before = {(row.key, row.trigger): place for place, row in enumerate(self._rows)}
            present = {(row.key, row.trigger): place for place, row in enumerate(armed)}
            earlier, self._rows = self._watch, armed
            self._watch = TriggerWatch([row.trigger for row in armed], database, since=time.time()) if armed else None
            if self._watch is not None and earlier is not None:
                self._watch.go_on(earlier, {present[one]: before[one] for one in present.keys() & before.keys()})

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s) and self._capture.running:
            if fired := self._take():
                self._on_fired(fired)

    def _take(self) -> list[FiredTrigger]:
        new = self._capture.since(self._next)
        self._next = new.next
        with self._lock:
            rows, watch = self._rows, self._watch
            if watch is None:
                return []
            self.dropped += new.dropped
            found = watch.add(new.frames, time.time() - LATE_S)
        return [self._answer(rows[one.place], one) for one in found]

    def _answer(self, row: TriggerRow, firing: Firing) -> FiredTrigger:
        frame = row.actions.frame
        if frame is None:
            return FiredTrigger(row, firing)
        if why_not := self.why_not_sent or why_nothing_sent(self._capture):
            return FiredTrigger(row, firing, why_not)
        return self._send(row, firing, frame)

    def _send(self, row: TriggerRow, firing: Firing, frame: Frame) -> FiredTrigger:
        try:
            return FiredTrigger(row, firing, number=self._capture.request_send(frame))
        except AppError as error:
            return FiredTrigger(row, firing, error.what)


def why_nothing_sent(capture: Capture) -> str:
    """Why this bus carries no frame that a trigger sends; empty if it may."""
    if capture.listen_only:
        return _("The live bus listens only.")
    if capture.counters().bus.bus_off:
        return _("The dongle is bus off, so it sends nothing.")
    return ""
