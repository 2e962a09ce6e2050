"""The home folder: closes it to other accounts, and lets one program at a time prepare its databases."""

import contextlib
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from benchboard import file_ownership
from benchboard.atomic_write import TEMPORARY, remove_abandoned
from benchboard.errors import Unavailable
from benchboard.file_locks import lock_holder
from benchboard.file_ownership import REACHABLE
from benchboard.i18n import _, system_reason
from benchboard.vault import Vault, make_home, write_remedy

_LOCK_NAME: Final = "benchboard.lock"
LOCK_TIMEOUT_S = 60
SILENT_S = 2
"""How long a program waits for the lock before it says so."""

_OWN_FILES: Final = re.compile(
    r"benchboard\.lock|settings\.json(\.broken)?|audit-seals(-seen)?\.json|(benchboard|demo)\.db(-wal|-shm|-journal)?"
)
# Through a link as the lock, a file would be created where the link leads.
_CREATE_LOCK: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_PROGRAMS: Final = ("benchboard", "benchboard.exe", "benchboard.py")
_OWN_FOLDERS: Final = frozenset({"backups", "journal", "logs", "open", "ports", "simulated", "vault"})


@contextmanager
def locked(home: Path, on_wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock of `home`, which is created if need be; its files are made private.

    `on_wait` gets a sentence when another program has held the lock for a while. Raises `Unavailable`, also for a home
    that was there before in this program and is gone.
    """
    _require_private(home)  # before anything is created in it
    try:
        make_home(home)
        path = home / _LOCK_NAME
        _require_file(path)
        # Where nothing can be created, such as in /proc, the lock would be waited for as if somebody held it.
        os.close(os.open(path, _CREATE_LOCK, 0o600))
        lock = FileLock(path, mode=0o600)
        _acquire(lock, path, on_wait)
    except OSError as error:
        raise Unavailable(
            "workspace.home",
            _("Benchboard can't save files in {folder}.").format(folder=home),
            why=system_reason(error),
            do=write_remedy(error),
        ) from error
    try:
        Vault(home).require_safe()
        make_private(home)
        # They may hold a key, in part or whole.
        for folder in (home, *(home / name for name in ("vault", "journal", "open"))):
            remove_abandoned(folder)
        yield
    finally:
        lock.release()


def _require_file(path: Path) -> None:
    kind = file_ownership.link_text() if file_ownership.is_link(path) else file_ownership.kind_text(path)
    if kind and (file_ownership.is_link(path) or not file_ownership.is_file(path)):
        what = _("{file} must be a file.").format(file=path)
        raise Unavailable("workspace.lock", what, why=kind, do=_("Move it away, then try again. Nothing was changed."))


def _require_private(home: Path) -> None:
    try:
        Vault(home).require_safe()
    except Unavailable as error:
        if error.code != "vault.unreadable":  # creating the folder fails for the same reason, and says more
            raise


def make_private(home: Path) -> None:
    """Take access to Benchboard's own files in `home`, and to `home`, away from other accounts.

    `home` stays as it is where it holds other files too: others may have a reason to read them.
    """
    if not hasattr(os, "geteuid"):
        return
    with contextlib.suppress(OSError):
        found = list(home.iterdir())
        for path in found:
            if _is_own_file(path):
                _close_to_others(path, stat.S_ISREG)
        known = all(_is_own_file(path) or path.name in _OWN_FOLDERS for path in found)
        if known and not _contains_user_home(home):
            _close_to_others(home, stat.S_ISDIR)


def _is_own_file(path: Path) -> bool:
    return (_OWN_FILES.fullmatch(path.name) or TEMPORARY.fullmatch(path.name)) is not None


def _close_to_others(path: Path, is_kind: Callable[[int], bool]) -> None:
    # Not through an open file: closing it would drop SQLite's own locks on it (POSIX).
    with contextlib.suppress(OSError):
        mode = path.lstat().st_mode
        if is_kind(mode) and mode & REACHABLE and file_ownership.is_own(path):
            path.chmod(stat.S_IMODE(mode) & ~REACHABLE)


def _contains_user_home(folder: Path) -> bool:
    try:
        return Path.home().resolve().is_relative_to(folder.resolve())
    except RuntimeError:  # an account without a home folder
        return False


def _acquire(lock: FileLock, path: Path, on_wait: Callable[[str], None] | None) -> None:
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    try:
        lock.acquire(timeout=min(SILENT_S, LOCK_TIMEOUT_S))
    except Timeout:
        if on_wait is not None:
            on_wait(_waiting_sentence(path))
    else:
        return
    try:
        lock.acquire(timeout=max(0.0, deadline - time.monotonic()))
    except Timeout as error:
        raise Unavailable(
            "workspace.busy", _busy_sentence(path), do=_("Wait for it to finish or quit it, then try again.")
        ) from error


@dataclass(frozen=True, slots=True)
class _Holder:
    """The process that holds a lock."""

    pid: int
    name: str
    is_benchboard: bool


def _waiting_sentence(path: Path) -> str:
    holder = _holder(path)
    if holder is None:
        return _("Waiting for another program that has locked {file}").format(file=path)
    if holder.is_benchboard:
        return _("Waiting for another Benchboard (process {pid}) that is preparing the database").format(pid=holder.pid)
    return _("Waiting for “{name}” (process {pid}), which has locked {file}").format(
        name=holder.name, pid=holder.pid, file=path
    )


def _busy_sentence(path: Path) -> str:
    holder = _holder(path)
    if holder is None:
        return _("Another program has locked {file}.").format(file=path)
    if holder.is_benchboard:
        return _("Another Benchboard (process {pid}) is still preparing the database.").format(pid=holder.pid)
    return _("“{name}” (process {pid}) has locked {file}.").format(name=holder.name, pid=holder.pid, file=path)


def _holder(path: Path) -> _Holder | None:
    """The process that holds a lock on `path`, None if the system doesn't tell."""
    pid = lock_holder(path)
    try:
        return _process(pid) if pid is not None else None
    except OSError:  # a process that has ended
        return None


def _process(pid: int) -> _Holder:
    folder = Path("/proc") / str(pid)
    name = (folder / "comm").read_text(errors="replace").strip()
    # The program, and the script or module that an interpreter runs.
    words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")[:4]
    ours = pid == os.getpid() or any(Path(word).name in _PROGRAMS for word in words)
    return _Holder(pid, name, ours)
