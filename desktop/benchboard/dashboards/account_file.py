"""One account's own data about its dashboards on this computer, as an encrypted file: by dashboard, any JSON.

`<home>/open/<account><suffix>`, 0600, one for each account of each database. What is in it comes from the database, so
it is encrypted like a journal, with a key in the vault.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from benchboard.atomic_write import write_atomically
from benchboard.dashboards.journal.encrypted_log import (
    NAME_BYTES,
    DamagedLog,
    Sealer,
    load_key,
    load_or_create_key,
    read_records,
)
from benchboard.errors import Unavailable
from benchboard.file_ownership import open_ordinary
from benchboard.i18n import _, system_reason
from benchboard.vault import Vault

_MOST_BYTES: Final = 4 * 1024 * 1024
_SECONDS: Final = 10
"""How long another window's write is waited for."""


@dataclass(frozen=True, slots=True)
class AccountFile:
    """The file of an account; `key` names its key in the vault, `most` is the number of dashboards that are kept."""

    home: Path
    vault: Vault
    account: Sequence[str]
    suffix: str
    key: str
    most: int

    def read(self) -> dict[str, Any]:
        """What is kept of each dashboard, the oldest first; empty if there is no file, or not one of ours.

        Waits for the disk and the vault. Raises `Unavailable` and `OSError`.
        """
        key = load_key(self.vault, self.key)
        if key is None:
            return {}
        try:
            with open_ordinary(self.path) as file:
                raw = json.loads(next(read_records(file, key, self._name), b"{}"))
        except (FileNotFoundError, DamagedLog, ValueError, RecursionError):
            return {}
        return raw if isinstance(raw, dict) else {}

    @contextmanager
    def locked(self, refusal: str) -> Iterator[None]:
        """Lock the file: other windows of the same account write to it too. Raises `Unavailable` with this `refusal`,
        which has the `{folder}`.
        """
        folder = self.path.parent
        try:
            folder.mkdir(exist_ok=True, mode=0o700)  # not the home folder, if that was removed
            with FileLock(folder / f"{self.key}.lock", timeout=_SECONDS, mode=0o600):
                yield
        except (OSError, Timeout) as error:
            raise Unavailable(
                f"{self.key}.unwritable",
                refusal.format(folder=folder),
                why=system_reason(error) if isinstance(error, OSError) else "",
                do=_("Check that the folder is writable and has free space."),
            ) from error

    def write(self, known: dict[str, Any]) -> None:
        """Replace the file's content; call it in `locked`. The most recent entries that fit are kept.

        Waits for the disk and the vault. Raises `Unavailable` and `OSError`.
        """
        key = load_or_create_key(self.vault, self.key)
        sealer = Sealer(key, self._name)
        text = json.dumps(self._within_size_limit(known)).encode()
        write_atomically(self.path, sealer.header + sealer.seal(text), mode=0o600)

    def sweep(self, visible: Callable[[set[str]], set[str]], refusal: str) -> None:
        """Delete what is kept of dashboards that the account doesn't see; `visible` returns those that it does.

        Waits for the disk and the vault. Raises `Unavailable` with this `refusal`, and `OSError`.
        """
        if not self.path.exists():
            return
        with self.locked(refusal):
            known = self.read()
            gone = known.keys() - visible(set(known))
            if gone:
                self.write({key: raw for key, raw in known.items() if key not in gone})

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.home / "open" / f"{self._name.hex()}{self.suffix}"

    @property
    def _name(self) -> bytes:
        return hashlib.sha256("\0".join(self.account).encode()).digest()[:NAME_BYTES]

    def _within_size_limit(self, known: dict[str, Any]) -> dict[str, Any]:
        """The most recent entries that fit; an entry that is too large is dropped alone."""
        left, room = dict[str, Any](), _MOST_BYTES
        for dashboard, raw in reversed(list(known.items())[-self.most :]):
            length = len(json.dumps({dashboard: raw}))
            if length <= room:
                left[dashboard] = raw
                room -= length
        return dict(reversed(left.items()))
