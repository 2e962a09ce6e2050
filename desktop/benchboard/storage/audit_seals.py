"""Seals of the audit log: each chains the bytes of an entry to the seal before it, organisation by organisation.

    seal n = SHA-256(seal n-1 · n, 8 bytes, big endian · bytes of the entry)

The bytes of an entry are the same on both databases: its columns in the order of `_COLUMNS`, each as
`<length>:<UTF-8>` or, where it is empty, `-`; its details as `canonical_json`. This is a format: what was sealed once
must verify for ever, so another form of it needs a table of its own. The migration that sealed the older entries uses
it too.

SQLite hashes what it stores, byte by byte, because the details are stored in that form. PostgreSQL has its own form
of JSON, of which `canonical_json` makes the same bytes.

Seals are written at the very end of a transaction (`prepare`, then `PendingSeals.write`), while it has the lock of
`CommitCount`, which every commit takes: so they follow each other in the order of the commits, and no open transaction
keeps others waiting.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.orm import Session

_log = logging.getLogger(__name__)
_COLUMNS: Final = (
    "id",
    "organisation_id",
    "version",
    "user_id",
    "target_user_id",
    "action",
    "event_type",
    "resource_type",
    "resource_id",
    "ip_address",
    "user_agent",
    "created_at",
    "details",
)
_UNSEALED: Final = "unsealed"
_AT_ONCE: Final = 500
_LARGEST_EXPONENT: Final = 400
LONGEST_PAUSE_MS = 10_000
"""A program that stops between the lock and its commit, such as one on a computer that goes to sleep, keeps others
waiting no longer: PostgreSQL ends its transaction."""


def canonical_json(text_: str) -> str:
    """The one form of a JSON document: names in order, no spaces, ASCII, numbers as PostgreSQL writes them.

    Raises ValueError for what is no JSON.
    """
    return _canonical(json.loads(text_, parse_int=_Digits, parse_float=_Digits, parse_constant=_refuse))


class _Digits(str):
    """A number as it was written."""

    __slots__ = ()


def _refuse(constant: str) -> object:
    raise ValueError(f"no JSON: {constant}")


def _canonical(value: object) -> str:
    if isinstance(value, _Digits):
        return _number(value)
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, dict):
        parts = (f"{encode_basestring_ascii(name)}:{_canonical(value[name])}" for name in sorted(value))
        return "{" + ",".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return {None: "null", True: "true", False: "false"}[value]  # type: ignore[index]  # nothing else is left


def _number(digits: str) -> str:
    if digits.isdecimal():
        return digits
    exact = Decimal(digits)
    if abs(exact.adjusted()) > _LARGEST_EXPONENT:  # no float: nothing that the program writes
        return digits
    return format(abs(exact) if exact.is_zero() else exact, "f")


def entry_bytes(values: Iterable[bytes | None]) -> bytes:
    """The bytes of an entry that are sealed: its columns, each with its length, so that none can take from another."""
    return b"".join([b"-" if value is None else b"%d:%b" % (len(value), value) for value in values])


def first_seal(organisation_id: str) -> bytes:
    """What the first entry of an organisation is chained to."""
    return hashlib.sha256(b"benchboard audit 1 " + organisation_id.encode()).digest()


def next_seal(previous: bytes, seq: int, entry: bytes) -> bytes:
    """The seal of the `seq`-th entry."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + entry).digest()


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """A seal and the bytes of its entry as they are now: None if there is no such entry, or if SQLite holds something
    else than text in it."""

    seq: int
    seal: bytes
    audit_id: str
    entry: bytes | None


_TEXTS = [f"typeof(a.{name}) IN ('text', 'null')" for name in _COLUMNS if name != "version"]
_READ: Final[Mapping[str, str]] = {
    # As bytes: what somebody wrote into the file need not be UTF-8.
    "sqlite": ", ".join(f"CAST(a.{name} AS BLOB)" for name in _COLUMNS)
    + f", typeof(a.version) = 'integer' AND {' AND '.join(_TEXTS)}",
    "postgresql": ", ".join(
        """to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        if name == "created_at"
        else f"a.{name}::text"
        for name in _COLUMNS
    )
    + ", true",
}

_SEAL: Final[Mapping[str, str]] = {
    "sqlite": "CAST(s.hash AS BLOB), CAST(s.audit_id AS BLOB)",
    "postgresql": "s.hash, s.audit_id",
}


def _entry(columns: Sequence[Any]) -> bytes | None:
    """The bytes of the entry that these columns are of, read as in `_READ`."""
    *values, sound = columns
    if values[0] is None or not sound:
        return None
    if isinstance(values[0], str):
        values[-1] = canonical_json(values[-1])
        values = [None if value is None else value.encode() for value in values]
    return entry_bytes(values)


def read_entries(connection: Connection, ids: Sequence[str]) -> dict[str, bytes]:
    """The bytes of the entries with these ids, as the database holds them; of those there are."""
    found: dict[str, bytes] = {}
    query = text(
        f"SELECT a.id AS key, {_READ[connection.dialect.name]} FROM audit_logs a"  # noqa: S608  # our own names
        " WHERE a.id IN :ids"
    ).bindparams(bindparam("ids", expanding=True))
    for start in range(0, len(ids), _AT_ONCE):
        for key, *columns in connection.execute(query, {"ids": ids[start : start + _AT_ONCE]}):
            entry = _entry(columns)
            if entry is not None:
                found[str(key)] = entry
    return found


def walk(connection: Connection, organisation_id: str, *, after: int = 0, limit: int = 2000) -> Iterator[SealedEntry]:
    """The organisation's seals behind the `after`-th in their order, at most `limit`, each with its entry."""
    query = text(
        f"SELECT s.seq, {_SEAL[connection.dialect.name]}, {_READ[connection.dialect.name]}"  # noqa: S608  # our own
        " FROM audit_seals s LEFT JOIN audit_logs a ON a.id = s.audit_id"
        " WHERE s.organisation_id = :organisation_id AND s.seq > :after ORDER BY s.seq LIMIT :limit"
    )
    rows = connection.execute(query, {"organisation_id": organisation_id, "after": after, "limit": limit})
    for seq, seal, audit_id, *columns in rows:
        which = audit_id.decode(errors="replace") if isinstance(audit_id, bytes) else str(audit_id)
        yield SealedEntry(seq, bytes(seal), which, _entry(columns))


def add_unsealed(session: Session, organisation_id: str, audit_id: str) -> None:
    """Have an entry of this transaction sealed before its commit."""
    session.info.setdefault(_UNSEALED, {}).setdefault(organisation_id, []).append(audit_id)


class SeenSeals:
    """The last seal of each organisation's log that a program saw: its number and its hash. Thread-safe.

    One only gives way to a later one of the same chain. In a log that was cut off or sealed anew it stays, so that
    entries written since don't hide that.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seals: dict[str, tuple[int, bytes]] = {}

    def find(self, organisation_id: str) -> tuple[int, bytes] | None:
        """The last seal seen; None if none was."""
        with self._lock:
            return self._seals.get(organisation_id)

    def remember(self, organisation_id: str, number: int, seal: bytes) -> None:
        """Remember this seal unless a later one is known."""
        with self._lock:
            if number > self._seals.get(organisation_id, (0, b""))[0]:
                self._seals[organisation_id] = (number, seal)

    def replace(self, organisation_id: str, number: int, seal: bytes) -> None:
        """Remember this seal whatever was seen before."""
        with self._lock:
            self._seals[organisation_id] = (number, seal)

    def all(self) -> dict[str, tuple[int, bytes]]:
        """The last seal by organisation."""
        with self._lock:
            return dict(self._seals)


@dataclass(frozen=True, slots=True)
class PendingSeals:
    """The entries of a transaction that is about to commit, by organisation: ids, and bytes by id."""

    connection: Connection
    ids: Mapping[str, Sequence[str]]
    entries: Mapping[str, bytes]

    def write(self, seen: SeenSeals) -> dict[str, tuple[int, bytes]]:
        """Seal the entries, chained to the last one committed. The transaction must hold `CommitCount`'s lock.

        Returns the last seal of each organisation whose last seen one is still there: what is seen after the commit.
        """
        heads = {}
        for organisation_id, ids in sorted(self.ids.items()):
            known = seen.find(organisation_id)
            seq, seal, stands = _last(self.connection, organisation_id, known)
            rows = []
            for audit_id in ids:
                if audit_id in self.entries:  # else it went with a savepoint
                    seq, seal = seq + 1, next_seal(seal, seq + 1, self.entries[audit_id])
                    rows.append((organisation_id, seq, audit_id, seal))
            insert_seals(self.connection, rows)
            if stands:
                heads[organisation_id] = (seq, seal)
            elif known is not None:
                _log.info(
                    "the audit log's seal %d of organisation %s is gone or another one", known[0], organisation_id
                )
        return heads


def prepare(session: Session) -> PendingSeals:
    """Read the new entries of a transaction, before it takes the lock that `PendingSeals.write` needs."""
    ids: dict[str, list[str]] = session.info.pop(_UNSEALED, {})
    connection = session.connection()
    return PendingSeals(connection, ids, read_entries(connection, [one for some in ids.values() for one in some]))


def insert_seals(connection: Connection, rows: Sequence[tuple[str, int, str, bytes]]) -> None:
    """Write seals: organisation, number, entry and hash."""
    statement = text("INSERT INTO audit_seals (organisation_id, seq, audit_id, hash) VALUES (:o, :seq, :audit, :hash)")
    if rows:
        connection.execute(statement, [dict(zip(("o", "seq", "audit", "hash"), row, strict=True)) for row in rows])


def _last(connection: Connection, organisation_id: str, known: tuple[int, bytes] | None) -> tuple[int, bytes, bool]:
    """The number and hash of the organisation's last seal, for one to follow it; whether the one known is there."""
    where = "FROM audit_seals WHERE organisation_id = :organisation_id"
    last = f"{where} ORDER BY seq DESC LIMIT 1"
    query = text(f"SELECT (SELECT seq {last}), (SELECT hash {last}), (SELECT hash {where} AND seq = :known)")  # our own
    number, expected = known or (0, b"")
    asked = {"organisation_id": organisation_id, "known": number}
    seq, seal, found = connection.execute(query, asked).one()
    stands = known is None or (found is not None and bytes(found) == expected)
    return (0, first_seal(organisation_id), stands) if seq is None else (seq, bytes(seal), stands)


def last_seal(
    connection: Connection, organisation_id: str, known: tuple[int, bytes] | None
) -> tuple[int, bytes] | None:
    """The number and hash of the organisation's last seal; None if there is none, or if the one `known` isn't there."""
    number, seal, stands = _last(connection, organisation_id, known)
    return (number, seal) if stands and number else None
