"""The queries that a person ran by hand in Explore, kept on this computer: what they returned and how long they took.

No value of a variable is kept, as a query has their names alone; texts beside the name of a secret, as in
`password = 'x'`, are replaced by `***`.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from benchboard.analytics.sql_text import tokens
from benchboard.atomic_write import write_atomically
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.errors import Unavailable
from benchboard.file_ownership import open_ordinary
from benchboard.i18n import _, system_reason
from benchboard.log import redact
from benchboard.storage.search_text import fold

MAX_ENTRIES: Final = 500
MAX_LETTERS: Final = 2_000_000
"""Of all queries together."""
_MOST_BYTES: Final = 8 * MAX_LETTERS
_LONGEST_ERROR: Final = 300
_TYPING: Final = timedelta(minutes=1)
"""Runs that follow each other so closely while somebody types are one entry."""
_SECRET: Final = re.compile(
    r"(?i)pass(word|phrase|wd)?$|pwd|token|secret|credential|(api|access|private|signing)_?key|authorization"
)
_HIDDEN: Final = "'***'"
_lock = threading.Lock()

Outcome = Literal["done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A query that ran over a source (empty: Benchboard's own data): when that ended, what it took, and how many rows
    it returned, or the error and the line that it is in (counted from 1; 0: not known)."""

    text: str
    source_id: str
    at: datetime
    seconds: float = 0.0
    outcome: Outcome = "done"
    rows: int = 0
    is_truncated: bool = False
    error: str = ""
    line: int = 0
    is_automatic: bool = False
    """Whether it ran by itself while it was typed."""


def add(home: Path, account: Sequence[str], entry: HistoryEntry) -> tuple[HistoryEntry, ...]:
    """Add an entry and return all, the newest first. The same query run again is one entry, and so is what ran by
    itself while it was typed. Raises `Unavailable`."""
    entry = without_secrets(entry)
    with _lock:
        entries = [one for one in load(home, account) if (one.text, one.source_id) != (entry.text, entry.source_id)]
        if entries and _was_being_typed(entries[0], entry):
            del entries[0]
        kept = _fitting([entry, *entries])
        _write(_file(home, account), kept)
    return kept


def _was_being_typed(before: HistoryEntry, entry: HistoryEntry) -> bool:
    is_same = before.is_automatic and before.source_id == entry.source_id and before.outcome == "done"
    return is_same and timedelta() <= entry.at - before.at < _TYPING


def _fitting(entries: Iterable[HistoryEntry]) -> tuple[HistoryEntry, ...]:
    kept: list[HistoryEntry] = []
    letters = 0
    for one in entries:
        letters += len(one.text)
        if len(kept) == MAX_ENTRIES or letters > MAX_LETTERS:
            break
        kept.append(one)
    return tuple(kept)


def clear(home: Path, account: Sequence[str]) -> None:
    """Forget all queries of this account. Raises `Unavailable`."""
    file = _file(home, account)
    with _lock:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(file, error) from error


def restore(home: Path, account: Sequence[str], entries: Iterable[HistoryEntry]) -> tuple[HistoryEntry, ...]:
    """Add entries that were cleared, and return all, the newest first. Raises `Unavailable`."""
    with _lock:
        by_query = {(one.text, one.source_id): one for one in (*entries, *load(home, account))}
        kept = _fitting(sorted(by_query.values(), key=lambda one: one.at, reverse=True))
        _write(_file(home, account), kept)
    return kept


def load(home: Path, account: Sequence[str]) -> tuple[HistoryEntry, ...]:
    """The entries of this account, the newest first; none of a file that can't be read."""
    try:
        with open_ordinary(_file(home, account)) as opened:
            raw = json.loads(opened.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return ()
    listed = raw.get("entries") if isinstance(raw, dict) else None
    found = [_entry(one) for one in listed] if isinstance(listed, list) else []
    return _fitting(one for one in found if one is not None)


def found_entries(entries: Iterable[HistoryEntry], search: str, source_id: str | None) -> list[HistoryEntry]:
    """The entries over a source (None: any) whose query or error has all words of a search."""
    words = fold(search).split()
    return [
        one
        for one in entries
        if source_id in (None, one.source_id) and all(word in fold(f"{one.text} {one.error}") for word in words)
    ]


def without_secrets(entry: HistoryEntry) -> HistoryEntry:
    """The entry without the texts that look like secrets, in its query and in its error."""
    text, hidden = _hidden(entry.text)
    error = redact(entry.error)[:_LONGEST_ERROR]
    for one in hidden:
        error = error.replace(one, "***")
    return replace(entry, text=text, error=error)


def _hidden(text: str) -> tuple[str, list[str]]:
    """The query without texts beside the name of a secret, and these."""
    parts: list[str] = []
    hidden: list[str] = []
    at, is_secret = 0, False
    for token in tokens(text):
        word = text[token.start : token.end]
        if token.kind in ("word", "name", "function"):
            is_secret = _SECRET.search(word.strip('"`')) is not None
        elif token.kind == "keyword" and word.upper() not in ("IN", "LIKE", "ILIKE", "NOT", "ANY", "IS"):
            is_secret = False
        shown = word
        if token.kind == "text" and is_secret:
            shown = _HIDDEN
            hidden.append(word.strip("'$"))
        elif token.kind in ("text", "comment"):
            shown = redact(word)
        parts += (text[at : token.start], shown)
        at = token.end
    return "".join((*parts, text[at:])), [one for one in hidden if one]


def _write(file: Path, entries: Sequence[HistoryEntry]) -> None:
    content = json.dumps({"entries": [{**asdict(one), "at": one.at.isoformat()} for one in entries]}).encode()
    try:
        file.parent.mkdir(exist_ok=True, mode=0o700)
        write_atomically(file, content, mode=0o600)
    except OSError as error:
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> Unavailable:
    return Unavailable(
        "explore.history-unwritable",
        _("Can't save the query history in {folder}.").format(folder=file.parent),
        why=system_reason(error),
        do=_("Check that the folder is writable and has free space."),
    )


def _entry(raw: object) -> HistoryEntry | None:
    """The entry in a file that others may have written; None if it isn't one."""
    if not isinstance(raw, dict):
        return None
    values: dict[str, Any] = {one.name: raw[one.name] for one in fields(HistoryEntry) if one.name in raw}
    kinds: dict[str, Any] = {
        "text": str, "source_id": str, "seconds": (int, float), "outcome": str, "rows": int, "line": int,
        "is_truncated": bool, "error": str, "is_automatic": bool,
    }  # fmt: skip
    if any(not isinstance(value, kinds[name]) for name, value in values.items() if name in kinds):
        return None
    try:
        at = datetime.fromisoformat(values.pop("at"))
        entry = HistoryEntry(**values, at=at if at.tzinfo is not None else at.replace(tzinfo=UTC))
    except (KeyError, TypeError, ValueError):
        return None
    is_valid = entry.outcome in ("done", "failed", "cancelled") and 0 < len(entry.text) <= MAX_QUERY
    return entry if is_valid and 0 <= entry.seconds < 1e9 else None


def _file(home: Path, account: Sequence[str]) -> Path:
    return home / "explore" / f"{hashlib.sha256(chr(0).join(account).encode()).hexdigest()[:32]}-history.json"
