"""Writes the values of an open bus for the queries of a source, on a thread of its own."""

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchboard.analytics.sources.live_value_writer import LiveValueWriter
from benchboard.canbus.capture import Capture
from benchboard.canbus.dbc_files import load_databases
from benchboard.canbus.interval_values import IntervalValues
from benchboard.errors import AppError

EVERY_S: Final = 1.0
"""How often new values are written: what a tile shows is this much older, and the time of its query."""
_log = logging.getLogger(__name__)


class LiveRecorder:
    """Takes every frame of a capture until `stop`, or the capture's end. `on_values` is called on its thread when there
    are new values, with True when the source begins or ends to receive."""

    def __init__(
        self,
        capture: Capture,
        folder: Path,
        databases: Sequence[Path],
        on_values: Callable[[bool], None] = lambda _begins_or_ends: None,
        *,
        every_s: float = EVERY_S,
    ) -> None:
        self._capture, self._databases, self._on_values, self._every_s = capture, databases, on_values, every_s
        self._writer = LiveValueWriter(folder)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-values")

    def start(self) -> None:
        """Write from the first frame on that the capture still has."""
        self._thread.start()

    def stop(self) -> None:
        """Write what the capture still has, and end. Doesn't wait. Safe to call twice."""
        self._stopping.set()

    def wait(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        problem = ""
        try:
            self._writer.begin()
            self._on_values(True)
            self._record(IntervalValues(load_databases(self._databases)))
        except AppError as error:  # a database that can't be read
            problem = " ".join(part for part in (error.what, error.why) if part)
        except OSError as error:  # a full disk ends the values, never the bus
            problem = str(error)
            _log.warning("the values of a live bus can't be written: %s", error)
        try:
            self._writer.end(problem)
        except OSError as error:
            _log.warning("the end of a live bus can't be written: %s", error)
        self._on_values(True)

    def _record(self, values: IntervalValues) -> None:
        place, goes_on = 0, True
        while goes_on:
            goes_on = not self._stopping.wait(self._every_s) and self._capture.running
            new = self._capture.since(place)
            self._writer.dropped += new.dropped if place else 0
            place = new.next
            over = values.add(new.frames)
            if self._writer.write(over, values.open_rows(), values.signals):
                self._on_values(False)
