"""The files of journals: `<folder>/<document>.<slot>.bbj`, a slot for each window that has the document open.

A slot belongs to the holder of its lock, which the system releases when a program is killed; so an unlocked one is an
orphan, and the next to open the document takes it over.
"""

import logging
import shutil
import stat
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from benchboard.dashboards.journal.encrypted_log import DamagedLog, read_records
from benchboard.dashboards.journal.json_delta import diff
from benchboard.dashboards.journal.recoverable_steps import History, begin_history, subject_of, unpack
from benchboard.file_ownership import open_ordinary
from benchboard.i18n import _, ngettext

_log = logging.getLogger(__name__)
KEEP_DAYS: Final = 30
"""How long an orphaned journal, and a damaged one that was set aside, is kept after it was last written."""


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
    there = [
        slot for path in sorted(folder.glob(f"{stem}.*.bbj")) if is_ordinary(path) and (slot := _locked(path, name))
    ]
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


def is_ordinary(path: Path) -> bool:
    """Whether `path` itself is an ordinary file, as the program writes it: not a link to one."""
    return stat.S_ISREG(path.lstat().st_mode)


def read_subject(path: Path, key: bytes) -> tuple[str, ...]:
    """The subject of a journal file; empty if it can't be read."""
    try:
        with open_ordinary(path, follow=False) as file:
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
    with open_ordinary(slot.path, follow=False) as file:
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
        history.finish_replay()
    return SlotContents(history, at, damaged)


def move_odd_aside(folder: Path, name: bytes, title: str) -> list[str]:
    """Rename whatever has the name of a journal of this document but isn't an ordinary file; returns a message for
    each.

    Hold `folder_lock` around it. If a window has that slot, it is left: the window may still write its journal there.
    """
    messages = []
    for path in sorted(folder.glob(f"{name.hex()}.*.bbj")):
        if is_ordinary(path) or (slot := _locked(path, name)) is None:
            continue
        try:
            aside = path.rename(_aside_path(path))
        finally:
            slot.lock.release()
        _log.warning("the crash journal %s is not an ordinary file and was moved to %s", path.name, aside.name)
        lost = _("The last changes to “{name}” may be missing: their recovery file isn't an ordinary file.")
        messages.append(" ".join((lost.format(name=title), _("It was moved to {file}.").format(file=aside))))
    return messages


def set_aside(slot: Slot, found: SlotContents, title: str) -> str:
    """Keep a copy of an unreadable file; returns a message with its path and the document's `title`."""
    aside = _aside_path(slot.path)
    shutil.copyfile(slot.path, aside)
    aside.chmod(0o600)
    if found.history is None:
        lost = _("The last changes to “{name}” may be missing: Benchboard can't read their recovery file.")
    else:
        lost = _("The last changes to “{name}” may be missing: their recovery file is damaged.")
    kept = ngettext("It is kept for {days} day as {file}.", "It is kept for {days} days as {file}.", KEEP_DAYS)
    return " ".join((lost.format(name=title), kept.format(days=KEEP_DAYS, file=aside)))


def _aside_path(path: Path) -> Path:
    return path.with_suffix(f".{time.time_ns()}.aside")
