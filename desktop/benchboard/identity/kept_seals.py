"""The last seal of each organisation's audit log that was verified, and the last one that was seen, on this computer,
kept outside the database.

Whoever can write to the database can seal a changed log anew, or cut off its end; what was kept here then no longer
fits. The seals that were seen have a file of their own: it is written often, by any program.

What the last verification found wrong, by any program of this computer, is kept with the last seal verified, until a
verification finds nothing wrong.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, get_args

from benchboard.atomic_write import write_atomically
from benchboard.identity.audit_verification import AuditFault, FaultKind, KnownSeal
from benchboard.storage.audit_seals import SeenSeals

_VERIFIED: Final = "audit-seals.json"
_SEEN: Final = "audit-seals-seen.json"
_KEPT_EVERY_S: Final = 30.0


def find(home: Path, organisation_id: str) -> KnownSeal | None:
    """The last seal that was verified; None if none was, or if the file can't be read."""
    return _find(home / _VERIFIED, organisation_id, verified=True)


def find_all(home: Path, seen: SeenSeals, organisation_id: str) -> tuple[KnownSeal, ...]:
    """What is known of the organisation's seals: the last one verified, the last one seen by any program."""
    keep_seen(home, seen)
    found = (find(home, organisation_id), _find(home / _SEEN, organisation_id, verified=False))
    return tuple(one for one in found if one is not None)


def keep(home: Path, organisation_id: str, seal: KnownSeal) -> None:
    """Remember a seal that was verified, and that nothing is wrong. Raises `OSError` if the file can't be written."""
    path = home / _VERIFIED
    _write(path, {**_read(path), organisation_id: _kept(seal.number, seal.seal, seal.at)})


def keep_fault(home: Path, organisation_id: str, fault: AuditFault, sound: int) -> None:
    """Remember what a verification found wrong after `sound` entries. Raises `OSError` if the file can't be written."""
    path, known = home / _VERIFIED, fault.known
    told: dict[str, Any] = {
        "kind": fault.kind, "number": fault.number, "entry_id": fault.entry_id, "count": fault.count, "sound": sound
    }  # fmt: skip
    if known is not None:
        told["known"] = {**_kept(known.number, known.seal, known.at), "verified": known.verified}
    kept = _read(path)
    before = kept.get(organisation_id)
    _write(path, {**kept, organisation_id: {**(before if isinstance(before, dict) else {}), "fault": told}})


def find_fault(home: Path, organisation_id: str) -> tuple[AuditFault, int] | None:
    """What the last verification on this computer found wrong, and how many entries before it are as they were sealed;
    None if it found nothing, or if the file can't be read."""
    try:
        told = _read(home / _VERIFIED)[organisation_id]["fault"]
        if told["kind"] not in get_args(FaultKind):
            return None
        known = None
        if (seal := told.get("known")) is not None:
            at = datetime.fromisoformat(seal["at"])
            known = KnownSeal(int(seal["number"]), bytes.fromhex(seal["seal"]), at, bool(seal["verified"]))
        place = told["number"]
        fault = AuditFault(
            told["kind"], int(place) if place is not None else None, told["entry_id"], int(told["count"]), known
        )
        return fault, int(told["sound"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def accept(home: Path, seen: SeenSeals, organisation_id: str, seal: KnownSeal) -> None:
    """Remember a seal that was verified instead of all that was known, which doesn't fit. Raises `OSError`."""
    keep(home, organisation_id, seal)
    path = home / _SEEN
    _write(path, {**_read(path), organisation_id: _kept(seal.number, seal.seal, seal.at)})
    seen.replace(organisation_id, seal.number, seal.seal)


def load_seen(home: Path, seen: SeenSeals) -> None:
    """Add what programs on this computer have seen before."""
    for organisation_id in _read(home / _SEEN):
        if known := _find(home / _SEEN, organisation_id, verified=False):
            seen.remember(organisation_id, known.number, known.seal)


def keep_seen(home: Path, seen: SeenSeals) -> None:
    """Keep what this program has seen, and add what others have; nothing is done if the file can't be written."""
    load_seen(home, seen)
    path = home / _SEEN
    held, now = _read(path), datetime.now(UTC)
    later = {
        organisation_id: _kept(number, seal, now)
        for organisation_id, (number, seal) in seen.all().items()
        if number > _number(held.get(organisation_id))
    }
    if later:
        try:
            _write(path, {**held, **later})
        except OSError:
            return


def keeping_seen(home: Path, seen: SeenSeals) -> Callable[[object], None]:
    """A listener for commits that keeps what was seen, at most every half minute."""
    last: float | None = None

    def keep_now(_done: object) -> None:
        nonlocal last
        now = time.monotonic()
        if last is None or now - last >= _KEPT_EVERY_S:
            last = now
            keep_seen(home, seen)

    return keep_now


def _kept(number: int, seal: bytes, at: datetime) -> dict[str, Any]:
    return {"number": number, "seal": seal.hex(), "at": at.isoformat()}


def _number(kept: object) -> int:
    number = kept.get("number") if isinstance(kept, dict) else None
    return number if isinstance(number, int) else 0


def _find(path: Path, organisation_id: str, *, verified: bool) -> KnownSeal | None:
    try:
        kept = _read(path)[organisation_id]
        at = datetime.fromisoformat(kept.get("at") or kept["verified_at"])  # as older versions called it
        return KnownSeal(int(kept["number"]), bytes.fromhex(kept["seal"]), at, verified)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _read(path: Path) -> dict[str, Any]:
    """What the file has; nothing if it can't be read."""
    try:
        kept = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _write(path: Path, kept: Mapping[str, Any]) -> None:
    write_atomically(path, json.dumps(kept, indent=1).encode(), mode=0o600)
