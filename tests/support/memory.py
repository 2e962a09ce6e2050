"""A folder in memory: real files, without a disk that every commit of a test waits for."""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30


def folder() -> Path | None:
    """Where such files may be made; None where there is no such place, or less than a gigabyte free in it."""
    if not _MEMORY.is_dir() or not os.access(_MEMORY, os.W_OK):
        return None
    return _MEMORY if shutil.disk_usage(_MEMORY).free > _ROOM else None
