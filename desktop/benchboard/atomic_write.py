"""Writes a file so that a reader finds the old content or the new one, never a part of either."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_atomically(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Replace `path` by a file with `content`, which is on the disk before it takes the name. Until then the old stays.

    `mode` holds from the first byte, less the umask. Several processes and threads may write one path at a time: the
    last one wins. Raises `OSError`, and then leaves no temporary file behind.
    """
    with _temporary_file(path, content, mode) as written:
        written.replace(path)


def create_atomically(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """The same for a file that must not exist yet: of several that try, one succeeds. Raises `FileExistsError`."""
    with _temporary_file(path, content, mode) as written:
        try:
            os.link(written, path)
            written.unlink()
        except FileExistsError:
            raise
        except OSError:
            # A file system without hard links, such as FAT. Between the look and the rename another may be quicker.
            if os.path.lexists(path):
                raise FileExistsError(path) from None
            written.rename(path)


@contextmanager
def _temporary_file(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """A new file beside `path` with `content`, on the disk. Whoever gets it gives it its name."""
    # A random name: threads share a process id, and containers may count theirs alike in one folder.
    temporary = path.with_name(f".benchboard-{secrets.token_hex(8)}.tmp")
    # O_EXCL: what lies there under this name, a link or a file open elsewhere, is not ours to write into.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
        _sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Have the folder itself on the disk: a power cut must not keep the database and lose its key's name."""
    with contextlib.suppress(OSError):  # Windows opens no folder, and keeps names without being asked
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
