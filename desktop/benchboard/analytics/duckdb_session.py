"""DuckDB instances that reach nothing: in memory, without files, network, extensions or settings to change.

Each query has an instance to itself while it runs (`duckdb_instances`), so that none sees another's memory, and its
limit is that query's alone. This is the second guard; the first is that `duckdb_parser` takes nothing but a SELECT over
known relations.
"""

import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchboard.analytics.cancellation import CancelToken

if TYPE_CHECKING:
    import duckdb

MAX_MEMORY: Final = 1024 * 1024 * 1024
"""Bytes that DuckDB may set aside for one query. Nothing is written to disk in place of memory."""
MAX_THREADS: Final = 4
_AGAIN_S: Final = 0.05
"""An interruption that arrives between two steps of a query is lost, and so it is repeated after this many seconds."""
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "temp_directory": "",
    "errors_as_json": "true",
}


def open_instance(threads: int = MAX_THREADS) -> "duckdb.DuckDBPyConnection":
    """A new instance that still may read files: views over them are made first, then `lock` is called."""
    import duckdb  # late: start-up doesn't wait for it

    found = {"threads": str(max(1, min(threads, os.cpu_count() or 1))), "memory_limit": f"{MAX_MEMORY}B"}
    connection = duckdb.connect(":memory:", config=_CONFIG | found)
    # Globally: what is set for this connection alone, its cursors would not have.
    connection.execute("SET GLOBAL python_enable_replacements = false")
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    # Or else an instance would keep the files that it has read in memory.
    connection.execute("SET GLOBAL enable_external_file_cache = false")
    # DuckDB prints a bar among a program's answers where it takes the program for an interactive one.
    connection.execute("SET enable_progress_bar = false")
    return connection


def lock(connection: "duckdb.DuckDBPyConnection", paths: Sequence[Path] = ()) -> None:
    """Let the instance read these files from now on and do nothing else outside its memory. It can't be undone."""
    # A view names a file such as log [1].csv by a pattern that fits it alone; DuckDB asks for both.
    names = [name for path in map(str, paths) for name in (path, re.sub(r"[\[*?]", r"[\g<0>]", path))]
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    connection.execute(f"SET allowed_paths = [{listed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def interrupted(connection: "duckdb.DuckDBPyConnection", deadline: float, cancel_token: CancelToken) -> Iterator[None]:
    """While the block runs, interrupt its query after `deadline` (monotonic), or when the token is cancelled.

    Raises `Cancelled` at once if it was cancelled before.
    """
    finished, woken = threading.Event(), threading.Event()

    def watch() -> None:
        woken.wait(max(deadline - time.monotonic(), 0.0))
        while not finished.wait(_AGAIN_S):
            connection.interrupt()

    watcher = threading.Thread(target=watch, name="benchboard-query-limit", daemon=True)
    with cancel_token.on_cancel(woken.set):
        watcher.start()
        try:
            yield
        finally:
            finished.set()
            woken.set()
            watcher.join()
