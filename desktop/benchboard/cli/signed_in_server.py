"""The shared server that `benchboard login` signed in to last, which `whoami` answers for."""

import contextlib
import json
from pathlib import Path
from typing import Final

from benchboard.atomic_write import write_atomically
from benchboard.file_ownership import exists, read_ordinary

_FILE: Final = "signed-in-server.json"


def remember(home: Path, url: str) -> None:
    """Note the server's URL, which has no password. Nothing is done if the file can't be written: `whoami` then needs
    the URL."""
    with contextlib.suppress(OSError):
        write_atomically(home / _FILE, json.dumps({"url": url}).encode(), mode=0o600)


def forget(home: Path, url: str) -> None:
    """Note that nobody is signed in to this server any more."""
    if find(home) == url:
        with contextlib.suppress(OSError):
            (home / _FILE).unlink()


def find(home: Path) -> str | None:
    """The URL of the server; None if nobody signed in to one, or the file can't be read."""
    try:
        kept = json.loads(read_ordinary(home / _FILE)) if exists(home / _FILE) else None
    except (OSError, ValueError, RecursionError):
        return None
    url = kept.get("url") if isinstance(kept, dict) else None
    return url if isinstance(url, str) and url else None
