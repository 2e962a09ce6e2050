"""The last seal of each organisation's audit log that was verified on this computer, kept outside the database.

Whoever can write to the database can seal a changed log anew; what was kept here then no longer fits.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from benchboard.atomic_write import write_atomically
from benchboard.identity.audit_verification import KnownSeal

_FILE: Final = "audit-seals.json"


def find(home: Path, organisation_id: str) -> KnownSeal | None:
    """The last seal that was verified; None if none was, or if the file can't be read."""
    try:
        kept = _read(home)[organisation_id]
        return KnownSeal(int(kept["number"]), bytes.fromhex(kept["seal"]), datetime.fromisoformat(kept["verified_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(home: Path, organisation_id: str, seal: KnownSeal) -> None:
    """Remember a seal that was verified. Raises `OSError` if the file can't be written."""
    try:
        kept = _read(home)
    except (OSError, ValueError):
        kept = {}
    kept[organisation_id] = {
        "number": seal.number,
        "seal": seal.seal.hex(),
        "verified_at": seal.verified_at.isoformat(),
    }
    write_atomically(home / _FILE, json.dumps(kept, indent=1).encode(), mode=0o600)


def _read(home: Path) -> dict[str, dict[str, Any]]:
    kept = json.loads((home / _FILE).read_bytes())
    return kept if isinstance(kept, dict) else {}
