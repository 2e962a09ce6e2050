"""Writes a file so that a reader finds the old content or the new one, never a part of either."""

import contextlib
import errno
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchboard.i18n import _, system_reason

TEMPORARY: Final = re.compile(r"\.benchboard-[0-9a-f]{16}\.tmp")
"""The names of the files that are written before they are renamed."""
_ABANDONED_S: Final = 3600.0


def write_atomically(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Replace `path` by a file with `content`, synced to disk before it is renamed. Until then the old file stays.

    `mode` applies from the first byte, less the umask. Several processes and threads may write one path at a time: the
    last one wins. Raises `OSError`, and then leaves no temporary file behind.
    """
    with _temporary_file(path, content, mode) as written:
        written.replace(path)


def create_atomically(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Create a file that must not exist yet; of several writers, one succeeds. Raises `FileExistsError`."""
    with _temporary_file(path, content, mode) as written:
        try:
            os.link(written, path)
            written.unlink()
        except FileExistsError:
            raise
        except OSError:
            # A file system without hard links, such as FAT. Another writer may come between the check and the rename.
            if os.path.lexists(path):
                raise FileExistsError(path) from None
            written.rename(path)


def explain_write_error(error: OSError) -> tuple[str, str]:
    """Why a file couldn't be written, and what to do, as sentences."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _("The disk is full."), _("Free up space, or choose another disk.")
    if error.errno in (errno.ENOENT, errno.EROFS, errno.EPERM, errno.EOPNOTSUPP):  # ENOENT in /proc
        return _("Files can't be created there."), _("Choose another folder.")
    return system_reason(error), _("Choose another file, or make its folder writable.")


def remove_abandoned(folder: Path) -> None:
    """Remove the temporary files that programs which were killed left in `folder`: those that have not changed for an
    hour. What can't be removed stays."""
    with contextlib.suppress(OSError):
        for path in list(folder.iterdir()):
            if TEMPORARY.fullmatch(path.name):
                _remove_if_abandoned(path)


def _remove_if_abandoned(path: Path) -> None:
    with contextlib.suppress(OSError):
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > _ABANDONED_S:
            path.unlink()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside `path` for a file that is written bit by bit: it takes the place of `path`, synced to disk, when
    the block ends. After an error it is removed, and the old file stays. Raises `OSError`."""
    with _removed_after_errors(path) as temporary:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)


@contextmanager
def _temporary_file(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """A new file beside `path` with `content`, synced to disk. The caller renames it."""
    with _removed_after_errors(path) as temporary:
        # O_EXCL: never write into an existing file or through a link of this name.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary


@contextmanager
def _removed_after_errors(path: Path) -> Iterator[Path]:
    """A name beside `path`, and its folder synced after the block."""
    # A random name: threads share a process id, and containers may count theirs alike in one folder.
    temporary = path.with_name(f".benchboard-{os.urandom(8).hex()}.tmp")
    try:
        yield temporary
        sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Sync the folder entry: a power cut must not keep the database and lose the name of its key file."""
    with contextlib.suppress(OSError):  # Windows can't open a folder, and persists names by itself
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
