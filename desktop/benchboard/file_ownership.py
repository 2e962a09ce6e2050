"""Checks whether another account of this computer could have written a file, or can access it."""

import os
from pathlib import Path
from typing import Final

from benchboard.i18n import _

WRITABLE: Final = 0o022
"""The permission bits with which other accounts may change a file, or a folder's content."""
REACHABLE: Final = 0o077
"""The permission bits with which other accounts may read or change it."""


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
