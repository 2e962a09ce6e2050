"""Translates a database driver's errors to an `AppError`, by the driver's error code.

PostgreSQL has an SQLSTATE, SQLite a result code. Their messages are parsed only in the two cases without a specific
code: a connection that a server rejects, and SQLite's single code for every statement it can't compile.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm.exc import StaleDataError

from benchboard.errors import UNREACHABLE, AppError, Conflict, Invalid, Unavailable
from benchboard.i18n import N_, _
from benchboard.storage import disk_state
from benchboard.storage.backups import restore_sentence

# https://sqlite.org/rescode.html
_SQLITE_ERROR: Final = 1
_SQLITE_CODES: Final = {
    5: "storage.busy",  # SQLITE_BUSY
    6: "storage.busy",  # SQLITE_LOCKED
    8: "storage.read-only",  # SQLITE_READONLY
    10: "storage.unwritable",  # SQLITE_IOERR
    11: "storage.damaged",  # SQLITE_CORRUPT
    13: "storage.full",  # SQLITE_FULL
    14: "storage.missing",  # SQLITE_CANTOPEN
    26: "storage.key",  # SQLITE_NOTADB
}
# What SQLite says, too, where the disk is full or read-only: its write-ahead log can't be made or grow.
_DISK_CODES: Final = ("storage.unwritable", "storage.missing", "storage.read-only")
# How SQLite begins to say that a statement names what the database does not have.
_SQLITE_OUTDATED: Final = re.compile(r"no such (table|column): |table \S+ has no column named ")

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL_STATES: Final = {
    "25006": "storage.read-only",  # read_only_sql_transaction
    "25P03": "storage.paused",  # idle_in_transaction_session_timeout
    "28000": "storage.nowhere",  # invalid_authorization_specification: no such role
    "28P01": "storage.password",  # invalid_password
    "3D000": "storage.nowhere",  # invalid_catalog_name
    "40P01": "storage.busy",  # deadlock_detected
    "42501": "storage.denied",  # insufficient_privilege
    "42703": "storage.outdated",  # undefined_column
    "42P01": "storage.outdated",  # undefined_table
    "53100": "storage.full",  # disk_full
    "55P03": "storage.busy",  # lock_not_available
    "XX001": "storage.damaged",  # data_corrupted
    "XX002": "storage.damaged",  # index_corrupted
}
# Connection exceptions, and an operator's intervention (a server that stops, or ends this connection).
_POSTGRESQL_AWAY: Final = ("08", "57P")
# libpq gives no SQLSTATE for a connection that was refused.
_POSTGRESQL_REFUSALS: Final = (
    (re.compile(r'FATAL:  (database|role) ".*" does not exist'), "storage.nowhere"),
    (re.compile(r"FATAL:  password authentication failed for user "), "storage.password"),
    (re.compile(r"no password supplied"), "storage.password"),
)
# What libpq and psycopg say of a URL's setting before they connect.
_SETTING_ERRORS: Final = (
    (re.compile(r'invalid (\w+) value: "'), True),
    (re.compile(r"bad value for (\w+): "), True),
    (re.compile(r'for connection option "(\w+)"'), True),
    (re.compile(r'invalid (?:URI query parameter:|connection option) "(\w+)"'), False),
)
_ALLOWED: Final = {
    "channel_binding": "disable, prefer, require",
    "gssencmode": "disable, prefer, require",
    "sslmode": "disable, allow, prefer, require, verify-ca, verify-full",
    "target_session_attrs": "any, read-write, read-only, primary, standby, prefer-standby",
}
# psycopg looks the host up itself. -3 is a lookup that failed for now, as without a network.
_UNKNOWN_HOST: Final = re.compile(r"failed to resolve host '.*': \[Errno (?!-3\])")
# The operating system's sentences are in its language.
_REFUSED: Final = re.compile(f"Connection refused|{re.escape(os.strerror(errno.ECONNREFUSED))}")
_TIMED_OUT: Final = re.compile(f"timeout expired|timed out|{re.escape(os.strerror(errno.ETIMEDOUT))}")

_SENTENCES: Final = {
    "storage.busy": (
        N_("The database is busy."),
        N_("Another program is writing to it. Try again in a moment."),
    ),
    "storage.paused": (
        N_("This program paused while it was saving, so the server undid the change."),
        N_("Try again. A computer that goes to sleep can cause this."),
    ),
    "storage.read-only": (
        N_("The database is read-only."),
        N_("Make its file and folder writable, then try again."),
    ),
    "storage.unwritable": (
        N_("The database file can't be read or written."),
        N_("Check the disk and its file size limit, then try again."),
    ),
    "storage.key": (
        N_("The database can't be opened with its stored key."),
        N_("Restore the key or a backup. Nothing was changed."),
    ),
    "storage.damaged": (
        N_("The database is damaged."),
        N_("Ask the server administrator to restore a backup."),
    ),
    "storage.full": disk_state.FULL,
    "storage.missing": (
        N_("The database file can't be opened."),
        N_("Check that its folder exists and belongs to you."),
    ),
    "storage.outdated": (
        N_("The database's revision doesn't match Benchboard."),
        N_("Run “benchboard db upgrade”, or ask the server administrator to."),
    ),
    "storage.denied": (
        N_("This database role doesn't have permission."),
        N_("Ask the server administrator for permission, or use another role."),
    ),
    "storage.nowhere": (
        N_("The server has no such database or role."),
        N_("Check the database and role in the server's address, then try again."),
    ),
    "storage.password": (
        N_("The database server rejected the role name or password."),
        N_("Check both and try again."),
    ),
    "storage.refused": (
        N_("The database couldn't complete the operation."),
        N_("Try again. If this keeps happening, save the log and report it."),
    ),
    UNREACHABLE: (
        N_("The database can't be reached."),
        N_("Check that the server is running and the network is up, then try again."),
    ),
}


@contextmanager
def translate_errors(file: Path | None = None, server: str = "") -> Iterator[None]:
    """Raise drivers' errors as ours. SQL and its parameters stay out of them. `file` is a SQLite database's file,
    `server` a PostgreSQL server's host and port.
    """
    try:
        yield
    except AppError:
        raise
    except IntegrityError as error:
        raise _conflict(_constraint(error)) from error
    except StaleDataError as error:
        raise _conflict() from error
    except DBAPIError as error:
        raise error_for(error, file, server) from error
    except NoFreeConnection as error:
        raise _unavailable("storage.busy") from error
    except UnicodeEncodeError as error:
        raise _invalid_value() from error
    except StatementError as error:
        # Our column types refuse what is no id, no moment or no amount with a ValueError before a driver sees it.
        if not isinstance(error.orig, ValueError):
            raise
        raise _invalid_value() from error


def error_for(error: DBAPIError, file: Path | None = None, server: str = "") -> Unavailable:
    """The `Unavailable` for a driver error; `file` and `server` as in `translate_errors`."""
    driver_error: Any = error.orig
    if hasattr(driver_error, "sqlstate"):
        if driver_error.sqlstate is None and (invalid := _invalid_setting(str(driver_error))):
            return invalid
        code = _postgresql_code(driver_error.sqlstate, str(driver_error))
        if code == UNREACHABLE and server:
            return _unreachable(server, str(driver_error))
        return _unavailable(code)
    code = _sqlite_code(getattr(driver_error, "sqlite_errorcode", None), str(driver_error))
    if code in _DISK_CODES and file is not None and (obstacle := disk_state.disk_obstacle(file)):
        return obstacle
    if code in ("storage.damaged", "storage.key") and file is not None:
        return unreadable_file(file, code)
    if code == "storage.full" and file is not None:
        return disk_state.full_disk(file)
    return _unavailable(code)


def unreadable_file(file: Path, code: str = "storage.damaged") -> Unavailable:
    """The error for a file that is damaged or encrypted with another key: SQLCipher can't tell one from the other."""
    key = file.parent / "vault" / f"database.{file.stem}.key"
    if not key.exists():
        do = restore_sentence(file)
    elif file.name == "demo.db":
        do = _("Delete {file} and {key}; Benchboard then creates the demo again.").format(file=file, key=key)
    else:
        do = _("Restore the file or the “vault” folder from a backup.")
        do = f"{do} {restore_sentence(file)}"
    what = _("{file} can't be read: the file is damaged or its key doesn't match.").format(file=file)
    return Unavailable(code, what, do=do)


def _sqlite_code(result_code: int | None, text: str) -> str:
    if result_code is None:  # the driver's own, such as a closed connection
        return "storage.refused"
    primary = result_code & 0xFF  # an extended code holds its primary one in the low byte
    if primary == _SQLITE_ERROR and _SQLITE_OUTDATED.match(text):
        return "storage.outdated"
    return _SQLITE_CODES.get(primary, "storage.refused")


def _postgresql_code(state: str | None, text: str) -> str:
    if state is None:
        found = (code for pattern, code in _POSTGRESQL_REFUSALS if pattern.search(text))
        return next(found, UNREACHABLE)
    if state.startswith(_POSTGRESQL_AWAY):
        return UNREACHABLE
    return _POSTGRESQL_STATES.get(state, "storage.refused")


def _invalid_setting(text: str) -> Unavailable | None:
    """The error for a setting that the database URL has and the driver doesn't accept; None for any other `text`."""
    for pattern, is_known in _SETTING_ERRORS:
        if not (found := pattern.search(text)):
            continue
        name = found[1]
        if not is_known:
            what, do = _("The database URL has an unknown setting: {name}."), _("Check its spelling, or remove it.")
        elif name in _ALLOWED:
            what = _("The database URL's setting {name} is invalid.")
            do = _("Use one of: {values}.").format(values=_ALLOWED[name])
        else:
            what, do = _("The database URL's setting {name} is invalid."), _("Correct or remove it.")
        return Unavailable("storage.url-setting", what.format(name=name), do=do)
    return None


def _unavailable(code: str) -> Unavailable:
    what, do = _SENTENCES[code]
    return Unavailable(code, _(what), do=_(do))


def _unreachable(server: str, text: str) -> Unavailable:
    """The error of a server that isn't connected to; `text` is what the driver says."""
    what, (_general, do) = _("Can't reach {server}.").format(server=server), _SENTENCES[UNREACHABLE]
    if _UNKNOWN_HOST.search(text):
        what = _("There is no server named “{server}”.").format(server=server.partition(":")[0])
        return Unavailable(UNREACHABLE, what, do=_("Check the address."))
    if _REFUSED.search(text):
        why, do = _("Nothing accepts connections there."), N_("Check the port, and that the server is running.")
        return Unavailable(UNREACHABLE, what, why=why, do=_(do))
    if _TIMED_OUT.search(text):
        why, do = _("It didn't answer in time."), N_("Check the address, the network and any firewall.")
        return Unavailable(UNREACHABLE, what, why=why, do=_(do))
    return Unavailable(UNREACHABLE, what, do=_(do))


def _invalid_value() -> Invalid:
    return Invalid(
        "storage.value",
        _("A value has the wrong format."),
        do=_("Check the IDs, times and amounts you entered."),
    )


def _conflict(constraint: str = "") -> Conflict:
    return Conflict(
        "storage.conflict",
        _("Someone else changed this at the same time, or it's still in use."),
        do=_("Check the current state, then try again."),
        constraint=constraint,
    )


def _constraint(error: IntegrityError) -> str:
    """The name of the violated constraint, or what SQLite names instead (`table.column`)."""
    diagnostic = getattr(error.orig, "diag", None)
    if diagnostic is not None:
        return str(diagnostic.constraint_name or "")
    found = re.search(r"constraint failed: (.+)$", str(error.orig))
    return found[1] if found else ""
