"""The crash journal of a document under edit: each gesture on the disk before the next, and undo after a restart.

`<home>/journal/<document>.<slot>.bbj`, 0600: records of `history`, sealed (`sealed`) with a key from the vault. It
begins with everything there is and grows by a record for each gesture; grown too large it is written anew, whole
or not at all.

A document open in a second window has a second slot (`slots`); the orphan of a killed program is gone on with.
"""

import atexit
import hashlib
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from benchboard.dashboards.journal.encrypted_log import NAME_BYTES, Sealer, load_key, load_or_create_key
from benchboard.dashboards.journal.journal_files import (
    Slot,
    SlotContents,
    claim_slot,
    delete_journal,
    folder_lock,
    read_subject,
    set_aside,
)
from benchboard.dashboards.journal.json_delta import apply, diff
from benchboard.dashboards.journal.step_history import MAX_DRAFT, Draft, EditStep, History, Record, pack
from benchboard.errors import AppError, Invalid, Unavailable
from benchboard.i18n import _
from benchboard.vault import Vault, write_private

_log = logging.getLogger(__name__)
_KEY: Final = "journal"
_GROWN: Final = 1024 * 1024
_MOST_RECORDS: Final = 1_000
_AGAIN_S: Final = 5.0
_LEAVING_S: Final = 5.0
_ASIDE_DAYS: Final = 30

Chosen = tuple[Sequence[str], Sequence[str]]
_leaving: "set[Journal]" = set()


@dataclass(frozen=True, slots=True)
class RecoveredEdits:
    """What a journal held when it was opened. `documents` has one more than `steps`: before the first, after each.

    `base` is the document as the database had it in `version` when the journal last knew; `document` is where the edits
    led.
    """

    version: int
    base: object
    documents: tuple[object, ...]
    steps: tuple[EditStep, ...]
    position: int
    drafts: Mapping[str, Draft] = field(default_factory=dict)

    @property
    def document(self) -> object:
        return self.documents[self.position]

    @property
    def at(self) -> float:
        """When the last edit was made, in seconds since 1970; 0 where none is known."""
        return max((step.at for step in self.steps), default=0.0)

    @property
    def unsaved(self) -> bool:
        """Whether the edits led to anything the database did not have."""
        return diff(self.base, self.document) is not None

    def place_of(self, document: object) -> int | None:
        """After how many steps the document was this one, the nearest to `position`; None if it never was."""
        alike = apply(self.document, diff(self.document, document))  # shares what it can with them: quick to compare
        near = sorted(range(len(self.documents)), key=lambda place: abs(place - self.position))
        return next((place for place in near if diff(self.documents[place], alike) is None), None)


class Journal:
    """The journal of one document in one window. Its methods return at once; a thread of its own writes.

    `written` makes the JSON of a document when it is called, on that thread: what it is made of must not change.
    `failed` is called on that thread, once for each time the disk begins to refuse, and where the journal ends early.
    `recovered` is what was in it, None where there was nothing; `note` says in words what could not be read.
    """

    def __init__(
        self,
        slot: Slot,
        key: bytes,
        subject: Sequence[str],
        found: SlotContents,
        note: str,
        failed: Callable[[AppError], None],
    ) -> None:
        self._slot, self._key, self._subject, self._failed = slot, key, tuple(subject), failed
        self._history = found.history
        if self._history is not None:
            self._history.subject = self._subject
        self.recovered = _recovered(found.history) if found.history else None
        self.note = note
        self._drafts: dict[str, Callable[[], str] | None] = {}
        """What is to be kept as a draft, by where: the newest only, however long the disk takes."""
        self._too_long: set[str] = set()
        """Where what is to be kept as a draft is too long for it."""
        self._queue: queue.SimpleQueue[Callable[[], Record | None] | None] = queue.SimpleQueue()
        self._file: BinaryIO | None = None
        self._sealer = Sealer(key, slot.name)
        self._size = self._base_size = 0
        self._told = threading.Condition()
        self._asked = self._done = 0
        self._ended = self._failing = False
        self._thread = threading.Thread(target=self._run, name="benchboard-journal", daemon=True)
        self._thread.start()
        atexit.register(self.close)
        if found.history is not None:
            self._ask(lambda: None)  # written anew at once: what a kill cut off, or nobody can read, is gone then

    def begin(self, version: int, stored: object, written: Callable[[], object]) -> None:
        """Begin anew: the database has `stored` in `version`, the page says `written`, and there is nothing to undo.
        Drafts stay."""

        def begin() -> None:
            drafts = self._history.drafts if self._history is not None else {}
            self._history = History(stored, version, written(), [], subject=self._subject, drafts=drafts)
            self._put_down()

        self._ask(begin)

    def step(self, title: str, written: Callable[[], object], chosen: Chosen, *, amends: bool = False) -> None:
        """The page says `written` after one more edit, or (`amends`) after more of the last one. `chosen` are the ids
        chosen before and after it."""
        at, ids = time.time(), (tuple(chosen[0]), tuple(chosen[1]))
        self._ask(lambda: self._open_history.stepped(title, written(), ids, at, amends=amends))

    def move(self, by: int, written: Callable[[], object]) -> None:
        """`-by` steps were taken back, or `by` taken again; the page says `written` now."""
        self._ask(lambda: self._open_history.moved(by, written()))

    def saved(self, version: int, written: Callable[[], object]) -> None:
        """The database has `written` in `version`."""
        self._ask(lambda: self._open_history.saved(version, written()))

    def draft(self, where: str, written: Callable[[], str] | None) -> None:
        """`where` says something that is not the page's yet: `written`, which raises `Invalid` where that is too much
        to be kept; None: not any more."""
        with self._told:
            self._drafts[where] = written
        self._ask(lambda: self._drafted(where))

    @property
    def keeping(self) -> bool:
        """Whether what it is told stays, as far as is known by now."""
        return not (self._failing or self._ended)

    def keeps(self, where: str) -> bool:
        """Whether the draft that is written there stays, as far as is known by now."""
        return self.keeping and where not in self._too_long

    def flush(self, seconds: float = 10.0) -> bool:
        """Wait until all that was asked for is on the disk; answers whether it is."""
        with self._told:
            wanted = self._asked
            self._told.wait_for(lambda: self._done >= wanted or self._ended, seconds)
            return self._done >= wanted and not self._failing

    def leave(self) -> None:
        """It is about to be closed: who opens the document next in this program waits for that. An edit revokes it."""
        _leaving.add(self)

    def close(self, *, wait: bool = True) -> None:
        """Write what is waiting and let go of the document; `wait` until that is done."""
        self.leave()
        self._queue.put(None)
        if wait:
            self._thread.join()

    # On the thread

    @property
    def _open_history(self) -> History:
        if self._history is None:
            raise RuntimeError("a journal begins before its first step")
        return self._history

    def _ask(self, job: Callable[[], Record | None]) -> None:
        _leaving.discard(self)
        with self._told:
            if self._ended:
                return
            self._asked += 1
        self._queue.put(job)

    def _drafted(self, where: str) -> Record | None:
        with self._told:
            if where not in self._drafts:
                return None  # an earlier turn took this one with it
            written = self._drafts.pop(where)
        text = None
        with suppress(Invalid):
            text = written() if written is not None else None
        if text is not None and len(text) > MAX_DRAFT:
            text = None
        if text is None and written is not None:
            self._too_long.add(where)
        else:
            self._too_long.discard(where)
        return self._open_history.drafted(where, text, time.time())

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except Exception:  # noqa: BLE001 - a fault of ours: who goes on editing has to hear that nothing is kept
            _log.exception("journal: %s", self._slot.path.name)
            self._failed(_stopped(self._slot.path.parent))
        finally:
            self._put_down()
            self._slot.lock.release()
            _leaving.discard(self)
            atexit.unregister(self.close)
            with self._told:
                self._ended = True
                self._told.notify_all()

    def _turn(self) -> bool:
        """Write what is waiting, all of it with one wait for the disk; answers whether to go on."""
        jobs: list[Callable[[], Record | None] | None] = []
        with suppress(queue.Empty):
            jobs.append(self._queue.get(timeout=_AGAIN_S if self._failing else None))
            while True:
                jobs.append(self._queue.get_nowait())
        asked = [job for job in jobs if job is not None]
        records = [packed for job in asked if (packed := self._replayed(job())) is not None]
        try:
            self._write(records)
            self._failing = False
        except (OSError, AppError) as error:
            self._put_down()
            first, self._failing = not self._failing, True
            if first:
                self._failed(_unwritable(self._slot.path.parent, error))
        with self._told:
            self._done += len(asked)
            self._told.notify_all()
        return len(asked) == len(jobs)

    def _replayed(self, record: Record | None) -> bytes | None:
        if record is None:
            return None
        packed = pack(record)
        self._open_history.replay(record, packed)
        return packed

    def _write(self, records: list[bytes]) -> None:
        if self._history is None or not (records or self._file is None):
            return
        if self._file is not None:
            sealed = b"".join(self._sealer.seal(packed) for packed in records)
            self._file.write(sealed)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._size += len(sealed)
        if self._file is None or self._sealer.records > _MOST_RECORDS or self._size > max(_GROWN, 2 * self._base_size):
            self._rewrite(self._history)

    def _rewrite(self, history: History) -> None:
        """Put everything into a new file, which takes the old one's name when it is on the disk."""
        self._put_down()
        self._sealer = Sealer(self._key, self._slot.name)
        whole = self._sealer.header + b"".join(self._sealer.seal(packed) for packed in history.whole())
        write_private(self._slot.path, whole)
        self._file = self._slot.path.open("ab")
        self._size = self._base_size = len(whole)

    def _put_down(self) -> None:
        """Whatever the file holds, the next write is a whole new one."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None


def open_journal(
    home: Path, vault: Vault, subject: Sequence[str], failed: Callable[[AppError], None] = lambda _error: None
) -> Journal:
    """The journal of the document that `subject` names (database, account, document), ready to `begin` or, where it
    has `recovered`, to go on. Reads and locks files: not for the window's thread. Raises `Unavailable`."""
    folder = home / "journal"
    name = hashlib.sha256("\0".join(subject).encode()).digest()[:NAME_BYTES]
    _wait_for_leaving(name)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = _key(vault, folder)
        with folder_lock(folder):
            slot, found = claim_slot(folder, name, key)
        try:
            note = set_aside(slot, found) if found.damaged else ""
            return Journal(slot, key, subject, found, note, failed)
        except BaseException:
            slot.lock.release()
            raise
    except OSError as error:
        raise _unwritable(folder, error) from error


def sweep(home: Path, vault: Vault, account: Sequence[str], visible: Callable[[set[str]], set[str]]) -> int:
    """Delete what nobody wrote for 30 days: an account's journals of documents it does not see any more, because they
    are gone or no longer shared with it, and copies that were set aside.

    `account` is what its subjects begin with; `visible` answers which of these documents it sees. Journals that a
    window has open stay. Answers how many files went. Reads and locks files: not for the window's thread.
    """
    folder = home / "journal"
    if not folder.is_dir():
        return 0
    stale = time.time() - _ASIDE_DAYS * 86_400
    gone = [path for path in folder.glob("*.aside") if path.stat().st_mtime < stale]
    for path in gone:
        path.unlink(missing_ok=True)
    key = load_key(vault, _KEY)
    old = [path for path in folder.glob("*.bbj") if path.stat().st_mtime < stale]
    found = {path: read_subject(path, key) for path in old} if key is not None else {}
    known = {path: said[-1] for path, said in found.items() if said and said[:-1] == tuple(account)}
    there = visible(set(known.values())) if known else set()
    with folder_lock(folder):
        return len(gone) + sum(delete_journal(path) for path, name in known.items() if name not in there)


def _wait_for_leaving(name: bytes) -> None:
    until = time.monotonic() + _LEAVING_S
    for journal in list(_leaving):
        if journal._slot.name == name:
            journal._thread.join(max(0.0, until - time.monotonic()))


def _key(vault: Vault, folder: Path) -> bytes:
    with folder_lock(folder):
        return load_or_create_key(vault, _KEY)


def _recovered(history: History) -> RecoveredEdits:
    documents, steps = tuple(history.documents()), tuple(history.steps)
    return RecoveredEdits(history.version, history.stored, documents, steps, history.position, dict(history.drafts))


def _unwritable(folder: Path, error: Exception) -> Unavailable:
    why = error.strerror or "" if isinstance(error, OSError) else error.why if isinstance(error, AppError) else ""
    return Unavailable(
        "journal.unwritable",
        _("Can't save recovery data for your edits in {folder}.").format(folder=folder),
        why=why,
        do=_("Free up disk space. Until then, save often."),
    )


def _stopped(folder: Path) -> Unavailable:
    return Unavailable(
        "journal.stopped",
        _("Recovery data for your edits is no longer saved in {folder}.").format(folder=folder),
        do=_("Save your changes, then close the page and reopen it."),
    )
