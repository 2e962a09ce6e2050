"""Writes the values of a live bus as files (`live_values`)."""

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import numpy as np

from benchboard.analytics.files.sql_text import literal
from benchboard.analytics.sources.live_values import STATE_FILE, VALUE_FILE
from benchboard.atomic_write import write_atomically
from benchboard.canbus.dbc import Message, Signal
from benchboard.canbus.interval_values import IntervalRows, joined_rows

if TYPE_CHECKING:
    import duckdb

KEPT_S: Final = 600
"""Seconds of values that are kept, before the newest one."""
MAX_ROWS: Final = 1_000_000
"""Most rows that are kept; of a bus with more in that time, fewer seconds are."""
FILE_S: Final = 10
"""Seconds after which a file with values is complete."""
_UNUSED_S: Final = 60.0
"""How long a file stays that no longer counts: a query that began before may read it."""


@dataclass(frozen=True, slots=True)
class _ValueFile:
    name: str
    rows: int
    until: int
    """The time of its newest value (Unix, ns)."""


class LiveValueWriter:
    """Writes the values of one source. For one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: list[IntervalRows] = []
        """Rows of intervals that are over, which aren't in a complete file yet."""
        self._complete: list[_ValueFile] = []
        self._newest: _ValueFile | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._until: int | None = None
        self._current: IntervalRows | None = None
        """The rows of the interval that goes on, as they were written last."""
        self.dropped = 0

    def begin(self) -> None:
        """Go on after the values of before. Raises `OSError`."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._complete = _kept_files(self._folder)
        self._until = max((one.until for one in self._complete), default=None)
        self.write_state()

    def write(self, over: IntervalRows, current: IntervalRows, signals: Sequence[tuple[Message, Signal]]) -> bool:
        """Write what came since: rows of intervals that are `over`, and those of the `current` one, which come again.
        Returns whether anything did. Raises `OSError`."""
        if current is self._current or not over.size + current.size:
            self.write_state()
            return False
        self._current = current
        if over.size:
            self._waiting.append(over)
        rows = joined_rows((*self._waiting, current))
        self._until = int(rows.time.max())
        first = int(rows.time.min())
        if self._waiting and self._until - first >= FILE_S * 1_000_000_000:
            self._complete.append(self._write_file(joined_rows(self._waiting), signals))
            self._waiting, rows = [], current
        self._newest = self._write_file(rows, signals) if rows.size else None
        self._forget_old()
        self.write_state()
        return True

    def end(self, problem: str = "") -> None:
        """The bus was closed, or its frames can't be decoded, as `problem` says. Raises `OSError`."""
        self.write_state(is_open=False, problem=problem)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def write_state(self, *, is_open: bool = True, problem: str = "") -> None:
        """Say which files count. Raises `OSError`."""
        files = [*self._complete, *([self._newest] if self._newest is not None else [])]
        document: dict[str, Any] = {
            "open": is_open,
            "written": time.time(),
            "until": self._until,
            "problem": problem,
            "dropped": self.dropped,
            "files": [{"name": one.name, "rows": one.rows, "until": one.until} for one in files],
        }
        write_atomically(self._folder / STATE_FILE, json.dumps(document).encode(), mode=0o600)
        _remove_unused(self._folder, {one.name for one in files})

    def _forget_old(self) -> None:
        oldest = (self._until or 0) - KEPT_S * 1_000_000_000
        self._complete = [one for one in self._complete if one.until >= oldest]
        while sum(one.rows for one in self._complete) > MAX_ROWS:
            del self._complete[0]

    def _write_file(self, rows: IntervalRows, signals: Sequence[tuple[Message, Signal]]) -> _ValueFile:
        import duckdb  # late: it takes 57 ms

        if self._connection is None:
            self._connection = duckdb.connect(config={"threads": "1", "memory_limit": "256MB"})
        name = f"{uuid4().hex}.parquet"
        path = self._folder / name
        columns = {"time_ns": rows.time, "signal": rows.signal, "value": rows.value, "lowest": rows.low,
                   "highest": rows.high, "samples": rows.samples, "state": _states(rows, signals)}  # fmt: skip
        names = {
            "place": np.arange(len(signals)),
            "message": np.array([message.name for message, _signal in signals], object),
            "signal": np.array([signal.name for _message, signal in signals], object),
            "unit": np.array([signal.unit for _message, signal in signals], object),
        }
        self._connection.register("value_rows", columns)
        self._connection.register("signal_names", names)
        try:
            self._connection.execute(
                "COPY (SELECT make_timestamp(time_ns // 1000) AS time, n.message, n.signal, value,"  # noqa: S608  # quoted
                " nullif(n.unit, '') AS unit, nullif(state, '') AS state, lowest, highest, samples"
                " FROM value_rows AS v JOIN signal_names AS n ON v.signal = n.place ORDER BY time_ns)"
                f" TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
            )
        except duckdb.IOException as error:
            raise OSError(str(error)) from error
        finally:
            self._connection.unregister("value_rows")
            self._connection.unregister("signal_names")
        path.chmod(0o600)
        return _ValueFile(name, rows.size, int(rows.time.max()))


def _states(rows: IntervalRows, signals: Sequence[tuple[Message, Signal]]) -> Any:
    """The names that the database gives the values; empty where it gives none."""
    found = np.full(rows.size, "", object)
    for place in np.unique(rows.signal):
        signal = signals[int(place)][1]
        if not signal.choices or signal.is_float or not signal.scale:
            continue
        at = np.flatnonzero(rows.signal == place)
        values, inverse = np.unique(rows.value[at], return_inverse=True)
        names = [signal.choices.get(round((float(one) - signal.offset) / signal.scale), "") for one in values]
        found[at] = np.array(names, object)[inverse]
    return found


def _kept_files(folder: Path) -> list[_ValueFile]:
    """The files that counted when the bus was closed."""
    try:
        listed = json.loads((folder / STATE_FILE).read_bytes())["files"]
        files = [_ValueFile(str(one["name"]), int(one["rows"]), int(one["until"])) for one in listed]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [one for one in files if VALUE_FILE.fullmatch(one.name) and (folder / one.name).exists()]


def _remove_unused(folder: Path, used: set[str]) -> None:
    with suppress(OSError):
        for entry in os.scandir(folder):
            if VALUE_FILE.fullmatch(entry.name) and entry.name not in used:
                with suppress(OSError):
                    if time.time() - entry.stat().st_mtime > _UNUSED_S:
                        Path(entry.path).unlink()
