"""The query that a person was exploring last, kept on this computer, so that closing the window loses nothing."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from benchboard.atomic_write import write_atomically
from benchboard.dashboards.document.widget_kinds import MAX_QUERY
from benchboard.errors import Unavailable
from benchboard.file_ownership import open_ordinary
from benchboard.i18n import _, system_reason

_MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class ExplorationDraft:
    """A query with its source (empty: Benchboard's own data), whether it is edited in the builder or as SQL (`mode`),
    the ends of the time range as they are written, the kind of chart that was chosen (empty: the one that fits), how
    its series are stacked, and the columns and the order of a pivot table (each empty: as by default)."""

    text: str
    source_id: str = ""
    mode: str = "build"
    start: str = ""
    end: str = ""
    kind: str = ""
    stack: str = ""
    columns: str = ""
    order: str = ""


def save(home: Path, account: Sequence[str], draft: ExplorationDraft) -> None:
    """Write the draft atomically, for its owner alone. Raises `Unavailable`."""
    file = _file(home, account)
    try:
        file.parent.mkdir(exist_ok=True, mode=0o700)
        write_atomically(file, json.dumps(asdict(draft)).encode(), mode=0o600)
    except OSError as error:
        raise Unavailable(
            "explore.unwritable",
            _("Can't save your query in {folder}.").format(folder=file.parent),
            why=system_reason(error),
            do=_("Check that the folder is writable and has free space."),
        ) from error


def load(home: Path, account: Sequence[str]) -> ExplorationDraft | None:
    """The draft of this account; None if there is none, or it can't be read."""
    try:
        with open_ordinary(_file(home, account)) as opened:
            raw = json.loads(opened.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(raw, dict):
        return None
    values = {one.name: raw.get(one.name, "") for one in fields(ExplorationDraft)}
    if not all(isinstance(value, str) and len(value) <= MAX_QUERY for value in values.values()) or not values["text"]:
        return None
    return ExplorationDraft(**values)


def _file(home: Path, account: Sequence[str]) -> Path:
    return home / "explore" / f"{hashlib.sha256(chr(0).join(account).encode()).hexdigest()[:32]}.json"
