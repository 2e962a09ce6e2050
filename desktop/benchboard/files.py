"""Files that are whole or not there."""

import contextlib
import os
from pathlib import Path


def write_whole(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file whole or not at all: on the disk before it takes its name, what had the name stays until then.
    `mode` holds from its first byte, less what the umask takes. Raises `OSError`, and leaves no draft behind."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        draft.unlink(missing_ok=True)
        # Made anew: what lies there under this name, a link or a file open elsewhere, is not ours to write into.
        way = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(draft, way, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _keep_name(path.parent)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def _keep_name(folder: Path) -> None:
    """Have the folder itself on the disk: a power cut must not keep the database and lose its key's name."""
    with contextlib.suppress(OSError):  # Windows opens no folder, and keeps names without being asked
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
