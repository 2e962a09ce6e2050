"""What a query on a database server may cost, and how a connection that a server leaves waiting is ended."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import MAX_COLUMNS, MAX_RESULT
from benchboard.analytics.duckdb_values import Cell
from benchboard.analytics.query_types import ValueKind
from benchboard.errors import Invalid
from benchboard.i18n import _

CONNECT_TIMEOUT: Final = 10
"""Seconds to connect to a server."""
MAX_TABLES: Final = 1_000
MAX_TABLE_COLUMNS: Final = 20_000
"""Columns that are listed, of all tables of a source."""
BATCH: Final = 250
"""Rows that a server hands over at a time."""
GRACE: Final = 2.0
"""Seconds after a query's timeout that its server has to end it; then the connection is closed."""

_AGAIN_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class RemoteColumn:
    """A column of a table on a server."""

    name: str
    kind: ValueKind


@dataclass(frozen=True, slots=True)
class RemoteTable:
    """A table or view on a server. `rows` is the server's estimate, None if it has none. `schema` is empty where its
    name alone finds it."""

    schema: str
    name: str
    rows: int | None
    columns: tuple[RemoteColumn, ...]

    @property
    def title(self) -> str:
        """The name as queries write it, without quotes."""
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True, slots=True)
class ServerQuery:
    """A query that was checked, in the driver's form, and its limits. `started` is monotonic, `timeout` seconds."""

    text: str
    values: Mapping[str, Any]
    limit: int
    timeout: float
    started: float
    cancel_token: CancelToken

    @property
    def deadline(self) -> float:
        """When it must be done (monotonic)."""
        return self.started + self.timeout

    def seconds_left(self) -> float:
        """Raises TimeoutError if none are."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class ResultRows:
    """The rows of a result as they arrive, within the limits of number, size and time."""

    def __init__(self, query: ServerQuery) -> None:
        self._query = query
        self._size = 0
        self.rows: list[tuple[Cell, ...]] = []

    @property
    def missing(self) -> int:
        """How many rows are still to be fetched: one more than the limit shows that there are more."""
        return self._query.limit + 1 - len(self.rows)

    def add(self, row: Sequence[Cell]) -> None:
        """Add a row. Raises MemoryError for a result that is too large, TimeoutError after the deadline."""
        self._size += sum(len(cell) for cell in row if isinstance(cell, str))
        self.rows.append(tuple(row))
        if self._size > MAX_RESULT:
            raise MemoryError
        self._query.seconds_left()


def require_few_columns(count: int) -> None:
    """Raises `Invalid` for a query with too many columns."""
    if count > MAX_COLUMNS:
        what = _("A query can return up to {limit} columns.").format(limit=MAX_COLUMNS)
        raise Invalid("query.columns", what, field="query")


@contextmanager
def cancelled_by(cancel_token: CancelToken, cancel: Callable[[], None]) -> Iterator[None]:
    """While the block runs, `cancel_token` lets `cancel` ask the server to stop, on a thread of its own: it takes a
    connection, and who cancels doesn't wait. It is repeated, for one that arrives between two statements is lost."""
    finished = threading.Event()

    def ask() -> None:
        while not finished.is_set():
            with suppress(Exception):  # the server may be gone, or done
                cancel()
            finished.wait(_AGAIN_S)

    def start() -> None:
        threading.Thread(target=ask, name="benchboard-server-cancel", daemon=True).start()

    with cancel_token.on_cancel(start):
        try:
            yield
        finally:
            finished.set()


@contextmanager
def closed_after(deadline: float, file: int) -> Iterator[None]:
    """While the block runs, shut the socket `file` down after `deadline` (monotonic): its server doesn't answer."""
    copied = socket.socket(fileno=socket.dup(file))

    def close() -> None:
        with suppress(OSError):
            copied.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0.0), close)
    timer.name, timer.daemon = "benchboard-server-limit", True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        copied.close()
