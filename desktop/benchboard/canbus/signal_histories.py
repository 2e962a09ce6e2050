"""The histories of the plotted signals of a bus or a recording, and the frames that fill them. No I/O."""

import threading
from collections.abc import Iterable
from typing import Final

from benchboard.canbus.dbc import Message, Signal
from benchboard.canbus.frame import Frame
from benchboard.canbus.signal_decoder import SignalDecoder, SignalKey
from benchboard.canbus.signal_history import SignalHistory

_MISSED_CYCLES: Final = 5
_LEAST_GAP_NS: Final = 500_000_000


class SignalHistories:
    """Histories by signal. One thread adds frames while others read and choose signals.

    `is_live`: more frames come, so that what is shown can follow the present.
    """

    def __init__(self, *, is_live: bool = False) -> None:
        self.is_live = is_live
        self._messages: dict[SignalKey, Message] = {}
        self._histories: dict[SignalKey, SignalHistory] = {}
        self._decoder = SignalDecoder({})
        self._lock = threading.Lock()

    @property
    def keys(self) -> tuple[SignalKey, ...]:
        """The signals that have a history."""
        return tuple(self._histories)

    @property
    def span(self) -> tuple[int, int] | None:
        """The times (Unix, ns) of the first and the last value of all; None without any."""
        spans = [span for history in list(self._histories.values()) if (span := history.span) is not None]
        return (min(span[0] for span in spans), max(span[1] for span in spans)) if spans else None

    @property
    def memory_bytes(self) -> int:
        """What the histories take in memory."""
        return sum(history.memory_bytes for history in list(self._histories.values()))

    def history(self, key: SignalKey) -> SignalHistory | None:
        """The history of this signal, if it has one."""
        return self._histories.get(key)

    def signal(self, key: SignalKey) -> Signal | None:
        """What the signal's values mean, if it has a history."""
        message = self._messages.get(key)
        return next((one for one in message.signals if one.name == key.signal), None) if message is not None else None

    def add(self, key: SignalKey, message: Message, earlier: Iterable[Frame] = ()) -> None:
        """Have a history of this signal, which `message` defines, of the values in `earlier` frames first. One that is
        there already goes on.
        """
        with self._lock:
            if self._messages.get(key) is message:
                return
            if key not in self._histories:
                cycle_ns = (message.cycle_ms or 0) * 1_000_000
                gap_ns = max(_MISSED_CYCLES * cycle_ns, _LEAST_GAP_NS) if cycle_ns else 0
                self._histories[key] = history = SignalHistory(gap_ns)
                for samples in SignalDecoder({key: message}).decode(earlier).values():
                    history.append(*samples)
            self._messages[key] = message
            self._decoder = SignalDecoder(self._messages)

    def remove(self, key: SignalKey) -> None:
        """Forget this signal."""
        with self._lock:
            self._histories.pop(key, None)
            self._messages.pop(key, None)
            self._decoder = SignalDecoder(self._messages)

    def add_frames(self, frames: Iterable[Frame]) -> None:
        """Add the values in these frames, which come after those before."""
        with self._lock:
            for key, samples in self._decoder.decode(frames).items():
                if len(samples.times):
                    self._histories[key].append(*samples)

    def mark_gap(self) -> None:
        """Frames may be missing before the next ones."""
        with self._lock:
            for history in self._histories.values():
                history.mark_gap()
