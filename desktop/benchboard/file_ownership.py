"""Checks whether another account of this computer could have written a file, or can access it."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from benchboard.i18n import _

WRITABLE: Final = 0o022
"""The permission bits with which other accounts may change a file, or a folder's content."""
REACHABLE: Final = 0o077
"""The permission bits with which other accounts may read or change it."""


@contextmanager
def open_ordinary(path: Path, *, follow: bool = True) -> Iterator[BinaryIO]:
    """An ordinary file, open for reading. Raises `OSError`, also for a pipe, device or folder, which could block, and
    for a link unless it is to `follow` links.
    """
    no_follow = 0 if follow else getattr(os, "O_NOFOLLOW", 0)
    opened = os.open(path, os.O_RDONLY | no_follow | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _require_regular(os.fstat(opened).st_mode)
        with os.fdopen(opened, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(opened)


def read_ordinary(path: Path) -> bytes:
    """The content of an ordinary file. Raises `OSError`, as `open_ordinary` does."""
    with open_ordinary(path) as file:
        return file.read()


def exists(path: Path) -> bool:
    """Whether there is something at `path`; False where its folder can't be looked into, and `Path.exists` raises."""
    return _mode(path) is not None


def is_file(path: Path) -> bool:
    """Whether there is an ordinary file at `path`; False where its folder can't be looked into."""
    return (mode := _mode(path)) is not None and stat.S_ISREG(mode)


def is_folder(path: Path) -> bool:
    """Whether there is a folder at `path`; False where it can't be looked for."""
    return (mode := _mode(path)) is not None and stat.S_ISDIR(mode)


def is_link(path: Path) -> bool:
    """Whether `path` itself is a link, wherever it leads; False where its folder can't be looked into."""
    try:
        return path.is_symlink()
    except OSError:
        return False


def link_text() -> str:
    """What is at a path that is a link, as a sentence."""
    return _("It's a link.")


def kind_text(path: Path) -> str:
    """What is at `path`, as a sentence; empty if nothing is, or its folder can't be looked into."""
    mode = _mode(path)
    kinds = {
        stat.S_IFREG: _("It's a file."),
        stat.S_IFDIR: _("It's a folder."),
        stat.S_IFIFO: _("It's a named pipe."),
        stat.S_IFSOCK: _("It's a socket."),
        stat.S_IFBLK: _("It's a device."),
        stat.S_IFCHR: _("It's a device."),
    }
    return kinds.get(stat.S_IFMT(mode), "") if mode is not None else ""


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except OSError:
        return None


def require_ordinary(path: Path) -> None:
    """Raise `OSError` if there is something other than an ordinary file at `path`."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    _require_regular(mode)


def _require_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, _("It isn't an ordinary file."))


def is_own(path: Path) -> bool:
    """Whether `path` itself, even if it is a link, belongs to this account. Raises `OSError`."""
    # Windows has no such owner: there a user's folder is closed to other accounts by its location.
    return not hasattr(os, "geteuid") or path.lstat().st_uid == os.geteuid()


def risk(path: Path, forbidden: int) -> str:
    """Why other accounts can change or read `path`, as a sentence; empty if they can't, or it doesn't exist.

    It must belong to this account and have none of the `forbidden` permission bits. For a link, both the link and its
    target must belong to this account. Raises `OSError` if it can't be examined.
    """
    if not hasattr(os, "geteuid"):
        return ""
    try:
        owners, mode = {path.lstat().st_uid, path.stat().st_uid}, path.stat().st_mode
    except FileNotFoundError:
        return ""
    if owners != {os.geteuid()}:
        return _("It belongs to another account.")
    if mode & forbidden & WRITABLE:
        return _("Other accounts can change it.")
    if mode & forbidden:
        return _("Other accounts can read it.")
    return ""
