"""Fills the histories of plotted signals from a capture, on a thread of its own."""

import threading
from typing import Final

from benchboard.canbus.capture import Capture
from benchboard.canbus.dbc import Message
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.canbus.signal_histories import SignalHistories

_EVERY_S: Final = 0.03
"""How often new frames are decoded: a plot is drawn up to this much later."""


class SignalRecorder:
    """Takes every frame of a capture until `stop`, or the capture's end. What comes after a pause of it has a gap."""

    def __init__(self, capture: Capture, histories: SignalHistories, *, every_s: float = _EVERY_S) -> None:
        self._capture, self._histories, self._every_s = capture, histories, every_s
        self._next = 0
        self._waiting: dict[SignalKey, Message] = {}
        """The signals that the thread is to add."""
        self._lock = threading.Lock()  # guards those
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="signal-recorder", daemon=True)

    def start(self) -> None:
        """Take frames from the first one that the capture still has."""
        self._histories.mark_gap()
        self._thread.start()

    def stop(self) -> None:
        """Take what the capture still has, and end. Safe to call twice."""
        self._stopping.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def add(self, key: SignalKey, message: Message) -> None:
        """Have a history of this signal, from the oldest frame on that the capture still has. Doesn't wait."""
        with self._lock:
            self._waiting[key] = message
        if not self._thread.is_alive():
            self._add_waiting()

    def remove(self, key: SignalKey) -> None:
        """Forget this signal."""
        with self._lock:
            self._waiting.pop(key, None)
        self._histories.remove(key)

    def _add_waiting(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            ring = self._capture.since()
            earlier = ring.frames[: max(len(ring.frames) - (ring.next - self._next), 0)]  # the others are still to come
            for key, message in self._waiting.items():
                self._histories.add(key, message, earlier)
            self._waiting.clear()

    def _run(self) -> None:
        going_on = True
        while going_on:
            going_on = not self._stopping.wait(self._every_s) and self._capture.running
            self._take()
            self._add_waiting()

    def _take(self) -> None:
        new = self._capture.since(self._next)
        self._next = new.next
        if new.dropped and self._next:
            self._histories.mark_gap()
        self._histories.add_frames(new.frames)
