"""Edits of data models that aren't saved yet, kept on this computer, so that a program that ends loses none."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from benchboard.analytics.data_models.definition import ModelDefinition
from benchboard.analytics.data_models.stored_models import definition_json, read_definition
from benchboard.atomic_write import write_atomically
from benchboard.errors import Unavailable
from benchboard.file_ownership import open_ordinary
from benchboard.i18n import _, system_reason

_MOST_BYTES: Final = 8 * 1024 * 1024
_LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A model as it was edited. `seen` is when the stored one was changed last, None for a model that isn't stored;
    `unjoined` are the tables on the canvas that aren't joined, each with its source and the place of its card."""

    name: str
    description: str
    definition: ModelDefinition
    seen: datetime | None = None
    unjoined: tuple[tuple[str, str, tuple[int, int] | None], ...] = ()


def save(home: Path, account: Sequence[str], drafts: Mapping[str, KeptDraft]) -> None:
    """Write the drafts of this account, by the ids of their models (empty: of a new one), for its owner alone; without
    any, their file goes. Raises `Unavailable`."""
    file = _file(home, account)
    try:
        if not drafts:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(exist_ok=True, mode=0o700)
        content = {key: _draft_json(one) for key, one in drafts.items()}
        write_atomically(file, json.dumps(content).encode(), mode=0o600)
    except OSError as error:
        raise Unavailable(
            "models.unwritable",
            _("Can't keep your data model in {folder}.").format(folder=file.parent),
            why=system_reason(error),
            do=_("Check that the folder is writable and has free space."),
        ) from error


def load(home: Path, account: Sequence[str]) -> dict[str, KeptDraft]:
    """The drafts of this account; those that can't be read are left out."""
    try:
        with open_ordinary(_file(home, account)) as opened:
            raw = json.loads(opened.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    found: dict[str, KeptDraft] = {}
    for key, value in raw.items() if isinstance(raw, dict) else ():
        with suppress(LookupError, TypeError, ValueError, OverflowError):
            found[key] = _read_draft(value)
    return found


def _draft_json(draft: KeptDraft) -> dict[str, Any]:
    tables, joins, calculated = definition_json(draft.definition)
    return {
        "name": draft.name, "description": draft.description, "tables": tables, "joins": joins,
        "calculated": calculated, "seen": draft.seen.isoformat() if draft.seen is not None else "",
        "unjoined": [list(one) for one in draft.unjoined],
    }  # fmt: skip


def _read_draft(value: Any) -> KeptDraft:
    name, description, seen = (_text(value[key]) for key in ("name", "description", "seen"))
    unjoined = []
    for source_id, table, place in value["unjoined"]:
        at = (int(place[0]), int(place[1])) if place is not None else None
        unjoined.append((_text(source_id), _text(table), at))
    definition = read_definition(value["tables"], value["joins"], value["calculated"])
    return KeptDraft(name, description, definition, datetime.fromisoformat(seen) if seen else None, tuple(unjoined))


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise TypeError("not a text")
    return value


def _file(home: Path, account: Sequence[str]) -> Path:
    return home / "models" / f"{hashlib.sha256(chr(0).join(account).encode()).hexdigest()[:32]}.json"
