"""Whether a database's disk takes anything now: asked where SQLite itself says no more than that a file failed."""

import errno
import os
from pathlib import Path
from typing import Final

from benchboard import settings
from benchboard.errors import Unavailable
from benchboard.i18n import N_, _, system_reason
from benchboard.vault import write_remedy

# SQLite's shared memory file is made of pieces of this size, in bytes: it can't be opened with less.
_LEAST_FREE: Final = 32_768
FULL: Final = (N_("The disk is full."), N_("Free up disk space, then try again."))


def disk_obstacle(file: Path) -> Unavailable | None:
    """Why nothing can be saved on the disk of `file`: `storage.full` or `storage.read-only`; None if something can, or
    where the system doesn't say.
    """
    try:
        disk = os.statvfs(file.parent)
    except (AttributeError, OSError):  # Windows has no such call
        return None
    if disk.f_flag & os.ST_RDONLY:
        error = OSError(errno.EROFS, os.strerror(errno.EROFS))
        in_home = file.parent == settings.home()
        return Unavailable(
            "storage.read-only",
            _("Benchboard can't save files in {folder}.").format(folder=file.parent),
            why=system_reason(error),
            do=write_remedy(error) if in_home else _("Make its file and folder writable, then try again."),
        )
    # A disk that counts no file entries has room for any number.
    if disk.f_bavail * disk.f_frsize < _LEAST_FREE or (disk.f_files and not disk.f_favail):
        return full_disk(file)
    return None


def full_disk(file: Path) -> Unavailable:
    """That the disk of `file` is full; names its folder."""
    do = _("Free up disk space for {folder}, then try again.").format(folder=file.parent)
    return Unavailable("storage.full", _(FULL[0]), do=do)
