"""The variable values that a reader selected on dashboards, saved for their next visit; no other user sees them.

`<home>/open/<account>.bbc`, 0600, one for each account of each database: dashboard → variable → values, or true for
All. Values come from the database, so the file is encrypted like a journal, with a key of its own in the vault.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from benchboard.atomic_write import write_atomically
from benchboard.dashboards.document.document import MAX_NAME, MAX_VALUES, MAX_VARIABLES, NAME, Document
from benchboard.dashboards.journal.encrypted_log import (
    NAME_BYTES,
    DamagedLog,
    Sealer,
    load_key,
    load_or_create_key,
    read_records,
)
from benchboard.dashboards.variables.repeat_expansion import VariableChoice
from benchboard.errors import Unavailable
from benchboard.file_ownership import open_ordinary
from benchboard.i18n import _, system_reason
from benchboard.vault import Vault

MAX_DASHBOARDS: Final = 200
"""Most dashboards whose values are kept: the most recently changed."""
_MOST_BYTES: Final = 4 * 1024 * 1024
_KEY: Final = "choices"

Choices = Mapping[str, VariableChoice]


def changed_choices(document: Document, choices: Choices) -> dict[str, VariableChoice]:
    """The choices that differ from the default values: a reader who selected the default follows its changes."""
    theirs = {
        one.name: VariableChoice(all=True) if one.all_chosen else VariableChoice(one.chosen)
        for one in document.variables
        if one.name in choices
    }
    return {name: choice for name, choice in choices.items() if name in theirs and choice != theirs[name]}


def load(home: Path, vault: Vault, account: Sequence[str], dashboard: str) -> dict[str, VariableChoice]:
    """The values that this account selected on a dashboard; empty if they can't be read.

    Waits for the disk and the vault.
    """
    try:
        return _choices(_read(home, vault, account).get(dashboard))
    except (OSError, Unavailable):
        return {}


def save(home: Path, vault: Vault, account: Sequence[str], dashboard: str, choices: Choices) -> None:
    """Write the values that this account selected on a dashboard.

    Waits for the disk and the vault. Raises `Unavailable`.
    """
    with _file_lock(home):
        known = _read(home, vault, account)
        known.pop(dashboard, None)
        if choices:
            known[dashboard] = _serialise_choices(choices)
        _write(home, vault, account, known)


def sweep(home: Path, vault: Vault, account: Sequence[str], visible: Callable[[set[str]], set[str]]) -> None:
    """Delete the values for dashboards that the account doesn't see any more; `visible` returns those that it does.

    Waits for the disk and the vault. Raises `Unavailable`.
    """
    if not _file(home, _name(account)).exists():
        return
    with _file_lock(home):
        known = _read(home, vault, account)
        gone = known.keys() - visible(set(known))
        if gone:
            _write(home, vault, account, {key: raw for key, raw in known.items() if key not in gone})


@contextmanager
def _file_lock(home: Path) -> Iterator[None]:
    """Lock the file: other windows of the same account write to it too."""
    folder = home / "open"
    try:
        folder.mkdir(exist_ok=True, mode=0o700)  # not the home folder, if that was removed
        with FileLock(folder / "choices.lock", timeout=10, mode=0o600):
            yield
    except (OSError, Timeout) as error:
        raise Unavailable(
            "choices.unwritable",
            _("Can't save variable selections in {folder}.").format(folder=folder),
            why=system_reason(error) if isinstance(error, OSError) else "",
            do=_("Check that the folder is writable and has free space."),
        ) from error


def _read(home: Path, vault: Vault, account: Sequence[str]) -> dict[str, Any]:
    key = load_key(vault, _KEY)
    if key is None:
        return {}
    name = _name(account)
    try:
        with open_ordinary(_file(home, name)) as file:
            raw = json.loads(next(read_records(file, key, name), b"{}"))
    except (FileNotFoundError, DamagedLog, ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) else {}


def _write(home: Path, vault: Vault, account: Sequence[str], known: dict[str, Any]) -> None:
    key, name = load_or_create_key(vault, _KEY), _name(account)
    text = json.dumps(_within_size_limit(known)).encode()
    sealer = Sealer(key, name)
    write_atomically(_file(home, name), sealer.header + sealer.seal(text), mode=0o600)


def _within_size_limit(known: dict[str, Any]) -> dict[str, Any]:
    """The most recent entries that fit; an entry that is too large is dropped alone."""
    left, room = dict[str, Any](), _MOST_BYTES
    for dashboard, raw in reversed(list(known.items())[-MAX_DASHBOARDS:]):
        length = len(json.dumps({dashboard: raw}))
        if length <= room:
            left[dashboard] = raw
            room -= length
    return dict(reversed(left.items()))


def _name(account: Sequence[str]) -> bytes:
    return hashlib.sha256("\0".join(account).encode()).digest()[:NAME_BYTES]


def _file(home: Path, name: bytes) -> Path:
    return home / "open" / f"{name.hex()}.bbc"


def _serialise_choices(choices: Choices) -> dict[str, Any]:
    return {name: True if choice.all else list(choice.values) for name, choice in choices.items()}


def _choices(raw: object) -> dict[str, VariableChoice]:
    """Choices as they were written; invalid ones are dropped."""
    if not isinstance(raw, dict):
        return {}
    read = ((name, _choice(one)) for name, one in list(raw.items())[:MAX_VARIABLES] if NAME.fullmatch(name))
    return {name: choice for name, choice in read if choice is not None}


def _choice(raw: object) -> VariableChoice | None:
    if raw is True:
        return VariableChoice(all=True)
    if not isinstance(raw, list) or len(raw) > MAX_VALUES:
        return None
    right = all(isinstance(value, str) and len(value) <= MAX_NAME for value in raw)
    return VariableChoice(tuple(raw)) if right else None
