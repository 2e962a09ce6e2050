"""DuckDB instances that are kept for a moment after a query, for the next one over the same views of the same files: to
open one takes longer than most queries.

One query has an instance at a time, and a connection of its own in it, so that none sees another's memory or settings,
and the limit of memory is that query's alone. A locked instance keeps nothing of a SELECT; one whose query failed is
closed. The files themselves are read anew by each query.
"""

import atexit
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchboard.analytics import duckdb_session
from benchboard.analytics.cancellation import CancelToken

if TYPE_CHECKING:
    import duckdb

KEPT_SECONDS: Final = 5.0
"""How long an instance is kept that no query uses."""
MAX_IDLE: Final = 8
"""Most instances that are kept so."""

Prepare = Callable[["duckdb.DuckDBPyConnection"], None]


@dataclass(frozen=True, slots=True)
class _Idle:
    key: Hashable
    connection: "duckdb.DuckDBPyConnection"
    since: float


class _Instances:
    """The instances that no query uses now, those used latest last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Idle] = []
        self._closing = False
        """Whether a thread waits to close those that nothing used."""

    def take(self, key: Hashable) -> "duckdb.DuckDBPyConnection | None":
        """One that was opened under this key; None if none is kept."""
        with self._lock:
            found = next((one for one in reversed(self._idle) if one.key == key), None)
            if found is not None:
                self._idle.remove(found)
        return found.connection if found is not None else None

    def give(self, key: Hashable, connection: "duckdb.DuckDBPyConnection") -> None:
        """Keep one for the next query."""
        with self._lock:
            self._idle.append(_Idle(key, connection, time.monotonic()))
            surplus, self._idle = self._idle[:-MAX_IDLE], self._idle[-MAX_IDLE:]
            starts, self._closing = not self._closing, True
        for one in surplus:
            one.connection.close()
        if starts:
            threading.Thread(target=self._close_unused, name="benchboard-instances", daemon=True).start()

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            closed, self._idle = self._idle, []
        for one in closed:
            one.connection.close()

    def _close_unused(self) -> None:
        while True:
            time.sleep(KEPT_SECONDS / 2)
            oldest = time.monotonic() - KEPT_SECONDS
            with self._lock:
                closed = [one for one in self._idle if one.since <= oldest]
                self._idle = [one for one in self._idle if one.since > oldest]
                self._closing = bool(self._idle)
                ends = not self._closing
            for one in closed:
                one.connection.close()
            if ends:
                return


_instances: Final = _Instances()


@contextmanager
def instance_for(
    key: Hashable, paths: Iterable[Path], prepare: Prepare, deadline: float, cancel_token: CancelToken
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection for one query to an instance that `prepare` has made ready and locked: now, or for an earlier query
    with the same key while these files were the same. It is interrupted after `deadline` (monotonic), or when the token
    is cancelled.

    Raises what `prepare` raises, and `Cancelled` at once if the token was cancelled before.
    """
    whole = key, *map(_version, paths)
    instance = _instances.take(whole)
    try:
        if instance is None:
            instance = duckdb_session.open_instance()
            with duckdb_session.interrupted(instance, deadline, cancel_token):
                prepare(instance)
        with instance.cursor() as connection, duckdb_session.interrupted(connection, deadline, cancel_token):
            yield connection
    except BaseException:
        if instance is not None:
            instance.close()
        raise
    _instances.give(whole, instance)


def close_instances() -> None:
    """Close the instances that no query uses."""
    _instances.close()


# DuckDB complains on standard error about an instance that is open when the program ends.
atexit.register(close_instances)


def _version(path: Path) -> Hashable:
    """What is another one when a file has changed; None for one that isn't there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
