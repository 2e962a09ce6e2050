"""DuckDB for looking at files and copying them: a database in memory, which no file can make do anything else.

This module and those that import it are imported late: DuckDB takes 57 ms.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from benchboard.analytics.cancellation import CancelToken, query_cancelled
from benchboard.analytics.files.sql_text import allowed_names, identifier, literal, literal_list
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _

_MEMORY: Final = "1GB"


@contextmanager
def reading_connection(
    paths: tuple[Path, ...],
    cancel_token: CancelToken | None = None,
    *,
    scratch: Path | None = None,
    attach: str = "",
    shown: Path | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may read `paths` alone, and write only into `scratch`, a folder of the program's own. The first
    path, a DuckDB file, is attached under the name `attach`, if there is one. Errors name the
    file that is `shown`, else the first.

    Raises `Cancelled` when the token is cancelled, and `Invalid` (`files.unreadable`) for what DuckDB can't read.
    """
    token = cancel_token or CancelToken()
    with duckdb.connect(config={"autoload_known_extensions": "false", "autoinstall_known_extensions": "false"}) as made:
        made.execute("SET memory_limit = ?", [_MEMORY])
        made.execute("SET TimeZone = 'UTC'")
        made.execute("SET enable_progress_bar = false")
        made.execute(f"SET temp_directory = {literal(str(scratch) if scratch else '')}")
        made.execute(f"SET allowed_paths = {literal_list(allowed_names(paths))}")
        if scratch is not None:
            made.execute(f"SET allowed_directories = {literal_list([str(scratch)])}")
        if attach:
            with _errors_in_words(shown or paths[0], token):
                made.execute(f"ATTACH {literal(str(paths[0]))} AS {identifier(attach)} (READ_ONLY)")
        made.execute("SET enable_external_access = false")
        made.execute("SET lock_configuration = true")
        with token.on_cancel(made.interrupt), _errors_in_words(shown or paths[0], token):
            yield made


@contextmanager
def _errors_in_words(path: Path, token: CancelToken) -> Iterator[None]:
    try:
        yield
    except AppError:
        raise
    except duckdb.InterruptException as error:
        raise query_cancelled() from error
    except duckdb.Error as error:
        if token.cancelled:
            raise query_cancelled() from error
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: duckdb.Error) -> Invalid:
    what = _("“{name}” can't be read.").format(name=path.name)
    if isinstance(error, duckdb.OutOfMemoryException):
        return Invalid("files.memory", what, why=_("It needs more memory than queries may use."))
    if isinstance(error, duckdb.IOException) and "lock" in str(error):
        why = _("Another program is using it.")
        return Invalid("files.unreadable", what, why=why, do=_("Close it there, then try again."))
    # DuckDB's own sentence is about its reader, not about the file.
    why = _("It's damaged, or isn't written as its format requires.")
    return Invalid("files.unreadable", what, why=why, do=_("Check that the file is complete, then try again."))
