"""Copies of files that queries can't read where they are: Parquet files in the home folder, for this account alone; and
the folders of the last good copies of those that they can (`readable_files`).
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.files.readable_files import remove_kept
from benchboard.analytics.sources.configuration import SourceTable, kept_folder
from benchboard.analytics.sources.live_values import live_parent, remove_values
from benchboard.atomic_write import write_atomically
from benchboard.storage.models.base import new_id

_REMOVED: Final = Path("sources", "removed")
_UNDO_SECONDS: Final = 24 * 3600.0
"""How long the copies of a source that was removed are kept, to undo it."""


def copies_folder(home: Path, organisation_id: str) -> Path:
    """A new folder for the copies of one source of an organisation; it is made when the first one is written."""
    return home / "data" / organisation_id / new_id()


def with_copies(
    tables: Sequence[SourceTable],
    folder: Path,
    source_id: str,
    cancel_token: CancelToken,
    progress: ReportProgress | None = None,
) -> tuple[SourceTable, ...]:
    """The tables of a source, with a copy of each whose file queries can't read in place (Excel, SQLite, older
    encodings).

    Takes about as long as reading the files. Raises what `copy_to_parquet` raises, and then leaves no copies behind.
    """
    found: list[SourceTable] = []
    try:
        for table in tables:
            if table.scan.readable_in_place and not table.scan.nested:
                found.extend(with_kept_files((table,), source_id))
                continue
            target = folder / f"{table.name}.parquet"
            copy_to_parquet(table.scan, target, cancel_token=cancel_token, progress=progress)
            found.append(replace(table, copy=target))
    except BaseException:
        remove_copies(found)
        raise
    return tuple(found)


def with_kept_files(tables: Sequence[SourceTable], source_id: str) -> tuple[SourceTable, ...]:
    """The tables of a source, those that are read where they are with a folder for the last good copies of their files.
    They are made when the table is read."""
    return tuple(replace(one, kept=kept_folder(source_id, one.name)) if one.copy is None else one for one in tables)


def remove_copies(tables: Sequence[SourceTable]) -> None:
    """Delete the copies of a source that was removed, or couldn't be added. One that is gone already is no error."""
    paths = [path for table in tables for path in (table.copy, table.kept, table.live) if path is not None]
    delete_copies(paths)
    for path in paths:
        with suppress(OSError):
            path.parent.rmdir()


def note_removed(home: Path, organisation_id: str, source_id: str, paths: Iterable[Path]) -> None:
    """Note the copies of a source that is being removed: they are needed no more, unless that is undone. If the note
    can't be written, they stay."""
    note = _note(home, source_id)
    content = {"organisation": organisation_id, "copies": [str(path) for path in paths]}
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(note, json.dumps(content).encode(), mode=0o600)


def keep_restored(home: Path, source_id: str) -> None:
    """Keep the copies of a source whose removal was undone."""
    with suppress(OSError):  # they are kept as those of a source that there is, too
        _note(home, source_id).unlink(missing_ok=True)


def delete_removed(home: Path, organisation_id: str, in_use: Callable[[str], Collection[Path]]) -> None:
    """Delete the copies of an organisation's sources that were removed more than a day ago: nobody undoes it now.
    `in_use` answers which copies are those of the source that has an ID again."""
    notes = list((home / _REMOVED).glob("*.json"))
    for note in notes:
        with suppress(OSError, ValueError, KeyError, TypeError):
            if time.time() - note.stat().st_mtime < _UNDO_SECONDS:
                continue
            content = json.loads(note.read_bytes())
            if content["organisation"] != organisation_id:
                continue
            used = {path.resolve() for path in in_use(note.stem)}
            found = {Path(path).resolve() for path in content["copies"]} - used
            delete_copies(path for path in found if path.is_relative_to(home.resolve()))
            note.unlink()


def _note(home: Path, source_id: str) -> Path:
    return home / _REMOVED / f"{source_id}.json"


def delete_copies(paths: Iterable[Path]) -> None:
    """Delete copies, and the folders of those of linked files. One that is gone already is no error."""
    for path in paths:
        with suppress(OSError):
            if path.parent == live_parent():
                remove_values(path)
            elif path.is_dir():
                remove_kept(path)
                path.parent.rmdir()  # unless there are those of another table of the source
            else:
                path.unlink()
