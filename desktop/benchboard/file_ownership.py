"""Says whether another account of this computer could have put a file where it lies, or can reach it there."""

import os
from pathlib import Path
from typing import Final

from benchboard.i18n import _

WRITABLE: Final = 0o022
"""The permission bits with which others may change a file, or what a folder holds."""
REACHABLE: Final = 0o077
"""The permission bits with which others may read or change it."""


def is_own(path: Path) -> bool:
    """Whether `path` itself, be it a link, belongs to this account. Raises `OSError`."""
    # Windows has no such owner: there a folder of a person's is closed to others by its place.
    return not hasattr(os, "geteuid") or path.lstat().st_uid == os.geteuid()


def risk(path: Path, forbidden: int) -> str:
    """Why others may have their hands in `path`, as a sentence; "" where they may not, or where nothing is.

    It has to belong to this account and have none of the `forbidden` permission bits. Of a link that is asked of what
    it leads to; the link has to be one's own as well. Raises `OSError` where it cannot be looked at.
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
