"""The crash journal of an edited document: each gesture is on the disk before the next, and undo works after a restart.

`<home>/journal/<document>.<slot>.bbj`, 0600: records of `recoverable_steps`, encrypted (`encrypted_log`) with a key
from the vault. It begins with the whole state and grows by a record for each gesture; when it is too large it is
rewritten atomically.

A document open in a second window has a second slot (`journal_files`); the next to open the document takes over the
orphan of a killed program.
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
    KEEP_DAYS,
    Slot,
    SlotContents,
    claim_slot,
    delete_journal,
    folder_lock,
    is_ordinary,
    move_odd_aside,
    read_subject,
    set_aside,
)
from benchboard.dashboards.journal.json_delta import apply, diff
from benchboard.dashboards.journal.recoverable_steps import MAX_DRAFT, Draft, EditStep, History, Record, pack
from benchboard.errors import AppError, Invalid, Unavailable
from benchboard.i18n import _, system_reason
from benchboard.vault import Vault, write_private

_log = logging.getLogger(__name__)
_KEY: Final = "journal"
_REWRITE_BYTES: Final = 1024 * 1024
_MAX_RECORDS: Final = 1_000
_RETRY_S: Final = 5.0
_CLOSE_TIMEOUT_S: Final = 5.0

Selections = tuple[Sequence[str], Sequence[str]]
_closing: "set[Journal]" = set()


@dataclass(frozen=True, slots=True)
class RecoveredEdits:
    """The edits in a journal when it was opened. `documents` has one more than `steps`: before the first, after each.

    `base` is the document that the database last had, in `version`, as far as the journal knows; `document` is the one
    after the edits.
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
        """When the last edit was made, in seconds since 1970; 0 if unknown."""
        return max((step.at for step in self.steps), default=0.0)

    @property
    def unsaved(self) -> bool:
        """Whether the edits changed anything that the database does not have."""
        return diff(self.base, self.document) is not None

    def find_document(self, document: object) -> int | None:
        """The number of steps after which the document was this one, nearest to `position`; None if it never was."""
        alike = apply(
            self.document, diff(self.document, document)
        )  # shares what it can with them, which makes comparing fast
        nearest_first = sorted(range(len(self.documents)), key=lambda position: abs(position - self.position))
        return next((position for position in nearest_first if diff(self.documents[position], alike) is None), None)


class Journal:
    """The journal of one document in one window. Its methods return at once; its own thread writes to the disk.

    `serialise` is called on that thread to make a document's JSON, so what it reads must not change. `failed` is called
    on that thread whenever writing starts to fail, and if the journal ends early; with None when writing works again.
    `recovered` has the edits that the journal had when it was opened, None if it was empty; `note` is a sentence about
    what could not be read.
    """

    def __init__(
        self,
        slot: Slot,
        key: bytes,
        subject: Sequence[str],
        found: SlotContents,
        note: str,
        failed: Callable[[AppError | None], None],
    ) -> None:
        self._slot, self._key, self._subject, self._failed = slot, key, tuple(subject), failed
        self._history = found.history
        if self._history is not None:
            self._history.subject = self._subject
        self.recovered = _recovered(found.history) if found.history else None
        self.note = note
        self._drafts: dict[str, Callable[[], str] | None] = {}
        """Drafts that wait to be written, by field: only the newest of each, however slow the disk is."""
        self._too_long: set[str] = set()
        """The fields whose draft is too long to be kept."""
        self._queue: queue.SimpleQueue[Callable[[], Record | None] | None] = queue.SimpleQueue()
        self._file: BinaryIO | None = None
        self._sealer = Sealer(key, slot.name)
        self._size = self._base_size = 0
        self._progress = threading.Condition()
        self._queued = self._done = 0
        self._ended = self._failing = False
        self._thread = threading.Thread(target=self._run, name="benchboard-journal", daemon=True)
        self._thread.start()
        atexit.register(self.close)
        if found.history is not None:
            self._enqueue(lambda: None)  # rewrites the file at once, without a record that was cut off or is unreadable

    def start(self, version: int, stored: object, serialise: Callable[[], object]) -> None:
        """Start over: the database has `stored` in `version`, the page is `serialise()`, and there is nothing to undo.
        Drafts are kept."""

        def start() -> None:
            drafts = self._history.drafts if self._history is not None else {}
            self._history = History(stored, version, serialise(), [], subject=self._subject, drafts=drafts)
            self._close_file()

        self._enqueue(start)

    def step(
        self,
        title: str,
        serialise: Callable[[], object],
        selections: Selections,
        *,
        amends: bool = False,
        remote: bool = False,
    ) -> None:
        """Record an edit after which the page is `serialise()`. With `amends` it continues the last one; a `remote` one
        was made by other users. `selections` are the ids that were selected before and after it."""
        at, ids = time.time(), (tuple(selections[0]), tuple(selections[1]))
        self._enqueue(lambda: self._open_history.record_step(title, serialise(), ids, at, amends=amends, remote=remote))

    def move(self, by: int, serialise: Callable[[], object]) -> None:
        """Record that `-by` steps were undone, or `by` redone; the page is `serialise()` now."""
        self._enqueue(lambda: self._open_history.record_move(by, serialise()))

    def saved(self, version: int, serialise: Callable[[], object]) -> None:
        """Record that the database has `serialise()` in `version`."""
        self._enqueue(lambda: self._open_history.record_saved(version, serialise()))

    def draft(self, draft_field: str, serialise: Callable[[], str] | None) -> None:
        """Keep the text of a field that is not valid yet. `serialise` raises `Invalid` if it is too long; None deletes
        the draft."""
        with self._progress:
            self._drafts[draft_field] = serialise
        self._enqueue(lambda: self._draft_record(draft_field))

    @property
    def is_recording(self) -> bool:
        """Whether edits reach the disk, as far as is known."""
        return not (self._failing or self._ended)

    def is_keeping_draft(self, draft_field: str) -> bool:
        """Whether this field's draft reaches the disk, as far as is known."""
        return self.is_recording and draft_field not in self._too_long

    def flush(self, seconds: float = 10.0) -> bool:
        """Wait until everything that was recorded is on the disk. Returns whether it is."""
        with self._progress:
            wanted = self._queued
            self._progress.wait_for(lambda: self._done >= wanted or self._ended, seconds)
            return self._done >= wanted and not self._failing

    def announce_close(self) -> None:
        """Announce that the journal is about to close: the next to open the document in this program waits.

        An edit revokes it.
        """
        _closing.add(self)

    def close(self, *, wait: bool = True) -> None:
        """Write what is queued and release the document. With `wait`, return when that is done."""
        self.announce_close()
        self._queue.put(None)
        if wait:
            self._thread.join()

    # On the thread

    @property
    def _open_history(self) -> History:
        if self._history is None:
            raise RuntimeError("a journal is started before its first step")
        return self._history

    def _enqueue(self, job: Callable[[], Record | None]) -> None:
        _closing.discard(self)
        with self._progress:
            if self._ended:
                return
            self._queued += 1
        self._queue.put(job)

    def _draft_record(self, draft_field: str) -> Record | None:
        with self._progress:
            if draft_field not in self._drafts:
                return None  # an earlier write took this one with it
            serialise = self._drafts.pop(draft_field)
        text = None
        with suppress(Invalid):
            text = serialise() if serialise is not None else None
        if text is not None and len(text) > MAX_DRAFT:
            text = None
        if text is None and serialise is not None:
            self._too_long.add(draft_field)
        else:
            self._too_long.discard(draft_field)
        return self._open_history.record_draft(draft_field, text, time.time())

    def _run(self) -> None:
        try:
            while self._write_queued():
                pass
        except Exception:  # noqa: BLE001 - a bug: the user must learn that edits are no longer kept
            _log.exception("writing the crash journal %s stopped", self._slot.path.name)
            self._failed(_stopped_error(self._slot.path.parent))
        finally:
            self._close_file()
            self._slot.lock.release()
            _closing.discard(self)
            atexit.unregister(self.close)
            with self._progress:
                self._ended = True
                self._progress.notify_all()

    def _write_queued(self) -> bool:
        """Write everything that is queued with one fsync. Returns whether to continue."""
        jobs: list[Callable[[], Record | None] | None] = []
        with suppress(queue.Empty):
            jobs.append(self._queue.get(timeout=_RETRY_S if self._failing else None))
            while True:
                jobs.append(self._queue.get_nowait())
        wanted = [job for job in jobs if job is not None]
        records = [packed for job in wanted if (packed := self._replay(job())) is not None]
        try:
            self._write(records)
            if self._failing:
                self._failing = False
                self._failed(None)
        except (OSError, AppError) as error:
            self._close_file()
            first, self._failing = not self._failing, True
            if first:
                self._failed(_write_error(self._slot.path.parent, error))
        with self._progress:
            self._done += len(wanted)
            self._progress.notify_all()
        return len(wanted) == len(jobs)

    def _replay(self, record: Record | None) -> bytes | None:
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
        if (
            self._file is None
            or self._sealer.records > _MAX_RECORDS
            or self._size > max(_REWRITE_BYTES, 2 * self._base_size)
        ):
            self._rewrite(self._history)

    def _rewrite(self, history: History) -> None:
        """Write the whole history to a new file, which replaces the old one when it is on the disk."""
        self._close_file()
        self._sealer = Sealer(self._key, self._slot.name)
        whole = self._sealer.header + b"".join(self._sealer.seal(packed) for packed in history.to_records())
        write_private(self._slot.path, whole)
        self._file = self._slot.path.open("ab")
        self._size = self._base_size = len(whole)

    def _close_file(self) -> None:
        """Close the file; the next write starts a new one."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None


def open_journal(
    home: Path,
    vault: Vault,
    subject: Sequence[str],
    failed: Callable[[AppError | None], None] = lambda _error: None,
    title: str = "",
) -> Journal:
    """Open the journal of the document that `subject` names (database, account, document).

    If it has `recovered` edits it can be continued, else `start` it. Its `note` names the document by its `title`, by
    the last part of `subject` if that is empty. Reads and locks files: not for the window's
    thread. Raises `Unavailable`.
    """
    folder = home / "journal"
    name = hashlib.sha256("\0".join(subject).encode()).digest()[:NAME_BYTES]
    _wait_for_closing(name)
    try:
        folder.mkdir(exist_ok=True, mode=0o700)  # not the home folder, if that was removed
        key = _key(vault, folder)
        title = title or subject[-1]
        with folder_lock(folder):
            notes = move_odd_aside(folder, name, title)
            slot, found = claim_slot(folder, name, key)
        try:
            if found.damaged:
                notes.append(set_aside(slot, found, title))
            return Journal(slot, key, subject, found, "\n".join(notes), failed)
        except BaseException:
            slot.lock.release()
            raise
    except OSError as error:
        raise _write_error(folder, error) from error


def sweep(home: Path, vault: Vault, account: Sequence[str], visible: Callable[[set[str]], set[str]]) -> int:
    """Delete files that were not written for 30 days: an account's journals of documents that it can no longer see
    (deleted, or no longer shared), and damaged copies that were set aside. What isn't an ordinary file is left.

    `account` is the start of its journals' subjects; `visible` returns which of these documents it can see. Journals
    that a window has open are kept. Returns the number of deleted files. Reads and locks files: not for the window's
    thread.
    """
    folder = home / "journal"
    if not folder.is_dir():
        return 0
    stale = time.time() - KEEP_DAYS * 86_400
    deleted = [path for path in folder.glob("*.aside") if is_ordinary(path) and path.stat().st_mtime < stale]
    for path in deleted:
        path.unlink(missing_ok=True)
    key = load_key(vault, _KEY)
    old = [path for path in folder.glob("*.bbj") if is_ordinary(path) and path.stat().st_mtime < stale]
    found = {path: read_subject(path, key) for path in old} if key is not None else {}
    known = {path: subject[-1] for path, subject in found.items() if subject and subject[:-1] == tuple(account)}
    seen = visible(set(known.values())) if known else set()
    with folder_lock(folder):
        return len(deleted) + sum(delete_journal(path) for path, name in known.items() if name not in seen)


def _wait_for_closing(name: bytes) -> None:
    until = time.monotonic() + _CLOSE_TIMEOUT_S
    for journal in list(_closing):
        if journal._slot.name == name:
            journal._thread.join(max(0.0, until - time.monotonic()))


def _key(vault: Vault, folder: Path) -> bytes:
    with folder_lock(folder):
        return load_or_create_key(vault, _KEY)


def _recovered(history: History) -> RecoveredEdits:
    documents, steps = tuple(history.documents()), tuple(history.steps)
    return RecoveredEdits(history.version, history.stored, documents, steps, history.position, dict(history.drafts))


def _write_error(folder: Path, error: Exception) -> Unavailable:
    why = system_reason(error) if isinstance(error, OSError) else error.why if isinstance(error, AppError) else ""
    return Unavailable(
        "journal.unwritable",
        _("Can't save recovery data for your edits in {folder}.").format(folder=folder),
        why=why,
        do=_("Free up disk space. Until then, save often."),
    )


def _stopped_error(folder: Path) -> Unavailable:
    return Unavailable(
        "journal.stopped",
        _("Recovery data for your edits is no longer saved in {folder}.").format(folder=folder),
        do=_("Save your changes, then close the dashboard and reopen it."),
    )
