"""The files of journals: `<folder>/<document>.<slot>.bbj`, a slot for each window that has the document open.

A slot belongs to the holder of its lock, which the system releases when a program is killed; so an unlocked one is an
orphan, and the next to open the document takes it over.
"""

import logging
import shutil
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from benchboard.dashboards.journal.encrypted_log import DamagedLog, read_records
from benchboard.dashboards.journal.json_delta import diff
from benchboard.dashboards.journal.recoverable_steps import History, begin_history, subject_of, unpack
from benchboard.i18n import _

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one window's journal of one document, whose lock is held."""

    path: Path
    name: bytes
    lock: FileLock


@dataclass(frozen=True, slots=True)
class SlotContents:
    """The content of a slot. `damaged`: there is more after the readable part, it was not merely cut off."""

    history: History | None = None
    at: float = 0.0
    damaged: bool = False

    @property
    def rank(self) -> tuple[bool, float]:
        """Sort key: unsaved edits come first, then the newest."""
        history = self.history
        edited = history is not None and (bool(history.drafts) or diff(history.stored, history.document) is not None)
        return edited, self.at


def folder_lock(folder: Path) -> FileLock:
    """While it is held, no other process creates a key, or takes a slot whose lock is about to be deleted and so is
    void.
    """
    return FileLock(folder / "key.lock", timeout=10, mode=0o600)


def claim_slot(folder: Path, name: bytes, key: bytes) -> tuple[Slot, SlotContents]:
    """Lock the orphan that is most worth going on with, or a new slot in `folder`; returns it with what it holds.

    A new one holds nothing. `name` is the page's, `key` decrypts it. Raises `OSError`; a damaged journal is read up to
    the damage.
    """
    stem = name.hex()
    there = [slot for path in sorted(folder.glob(f"{stem}.*.bbj")) if (slot := _locked(path, name))]
    try:
        found = [(slot, _read(slot, key)) for slot in there]
    except BaseException:
        for slot in there:
            slot.lock.release()
        raise
    best = max(found, key=lambda pair: pair[1].rank, default=None)
    for slot in there:
        if best is None or slot is not best[0]:
            slot.lock.release()
    if best is not None:
        return best
    paths = (folder / f"{stem}.{number}.bbj" for number in count())
    return next(slot for path in paths if not path.exists() and (slot := _locked(path, name))), SlotContents()


def read_subject(path: Path, key: bytes) -> tuple[str, ...]:
    """The subject of a journal file; empty if it can't be read."""
    try:
        with path.open("rb") as file:
            first = next(read_records(file, key, bytes.fromhex(path.name.partition(".")[0])), None)
            return subject_of(unpack(first)) if first is not None else ()
    except (OSError, DamagedLog, TypeError, ValueError, RecursionError):
        return ()


def delete_journal(path: Path) -> bool:
    """Delete a journal, unless a window has it open; returns whether it went. Hold `folder_lock` around it."""
    slot = _locked(path, b"")
    if slot is None:
        return False
    try:
        path.unlink(missing_ok=True)
    finally:
        slot.lock.release()
    path.with_suffix(".lock").unlink(missing_ok=True)
    return True


def _locked(path: Path, name: bytes) -> Slot | None:
    lock = FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        return None
    return Slot(path, name, lock)


def _read(slot: Slot, key: bytes) -> SlotContents:
    """All that can be read of a journal, from its beginning."""
    history, at, damaged = None, slot.path.stat().st_mtime, False
    with slot.path.open("rb") as file:
        try:
            for packed in read_records(file, key, slot.name):
                if history is None:
                    history = begin_history(unpack(packed))
                else:
                    history.replay(unpack(packed), packed)
        except (DamagedLog, LookupError, TypeError, ValueError, RecursionError) as error:
            _log.warning(
                "the crash journal %s is damaged and read only up to there: %s", slot.path.name, type(error).__name__
            )
            damaged = True
    if history is not None:
        history.end()
    return SlotContents(history, at, damaged)


def set_aside(slot: Slot, found: SlotContents) -> str:
    """Keep a copy of an unreadable file; returns a message with its path."""
    aside = slot.path.with_suffix(f".{time.time_ns()}.aside")
    shutil.copyfile(slot.path, aside)
    aside.chmod(0o600)
    if found.history is None:
        what = _("Benchboard can't read this dashboard's edit history on this computer. A copy was saved as {file}.")
    else:
        what = _(
            "This dashboard's edit history was damaged. Everything readable was recovered; a copy was saved as {file}."
        )
    return what.format(file=aside)
