"""Tells whether a file is still the one that was inspected, and if not, what is different."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchboard.analytics.files.scan import MAX_FILES, FileScan
from benchboard.errors import AppError, Conflict, Invalid, NotFound
from benchboard.i18n import _, ngettext

_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class FileState:
    """The size of a file in bytes, and when it was changed (ns since 1970)."""

    name: str
    size: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The files of a scan as they were, and the columns that were in them."""

    files: tuple[FileState, ...]
    columns: tuple[str, ...]
    """The names of the columns in the file, in its order."""

    def key(self) -> str:
        """A short text that is another one if anything is different."""
        return hashlib.sha256(repr((self.files, self.columns)).encode()).hexdigest()[:32]

    def to_json(self) -> dict[str, Any]:
        """The fingerprint as JSON."""
        files = [[each.name, each.size, each.changed_ns] for each in self.files]
        return {"files": files, "columns": list(self.columns)}

    @classmethod
    def from_json(cls, document: object) -> "Fingerprint":
        """The fingerprint that `to_json` wrote. Raises `Invalid` (`files.fingerprint`) for anything else."""
        try:
            return _parsed(document)
        except (KeyError, TypeError, ValueError) as error:
            what = _("The stored description of a file can't be read.")
            raise Invalid("files.fingerprint", what, do=_("Add the file again.")) from error


def fingerprint(scan: FileScan) -> Fingerprint:
    """The fingerprint of the files of a scan as they are now. Raises `NotFound` (`files.gone`)."""
    columns = tuple(column.source for column in scan.columns)
    return Fingerprint(tuple(_state(path) for path in scan.paths), columns)


def changes_since(scan: FileScan, before: Fingerprint, now: FileScan | None = None) -> tuple[AppError, ...]:
    """What is different from `before`, in words; nothing if the files are the same.

    `NotFound` (`files.gone`): a file was moved or deleted. `Conflict` (`files.changed`): its content was changed; read
    it again. With the scan of such an inspection as `now`: `Conflict` (`files.columns-lost`, with the fact `columns`),
    for columns that the scan uses and the file no longer has.
    """
    problems: list[AppError] = []
    states = {state.name: state for state in before.files}
    for path in scan.paths:
        try:
            state = _state(path)
        except NotFound as gone:
            problems.append(gone)
            continue
        if states.get(path.name) != state:
            problems.append(_changed(path, state))
    if now is not None and (lost := lost_columns(scan, now)):
        problems.append(_lost(scan, lost))
    return tuple(problems)


def lost_columns(scan: FileScan, now: FileScan) -> tuple[str, ...]:
    """The titles of the kept columns of `scan` that the file, inspected as `now`, no longer has."""
    found = {column.source for column in now.columns}
    return tuple(column.title for column in scan.kept_columns if column.source not in found)


def _state(path: Path) -> FileState:
    try:
        found = path.stat()
    except OSError as error:
        raise NotFound(
            "files.gone",
            _("“{name}” was moved or deleted.").format(name=path.name),
            why=_("It was in {folder}.").format(folder=path.parent),
            do=_("Put it back, or choose where it is now."),
        ) from error
    return FileState(path.name, found.st_size, found.st_mtime_ns)


def _changed(path: Path, state: FileState) -> Conflict:
    at = datetime.fromtimestamp(state.changed_ns / 1e9, tz=UTC)
    return Conflict(
        "files.changed",
        _("“{name}” has changed since it was read.").format(name=path.name),
        why=_("It was last changed on {time} UTC.").format(time=f"{at:%Y-%m-%d %H:%M}"),
        do=_("Refresh the source."),
        path=path,
    )


def _lost(scan: FileScan, lost: tuple[str, ...]) -> Conflict:
    names = ", ".join(f"“{title}”" for title in lost[:_NAMED]) + ("…" if len(lost) > _NAMED else "")
    what = ngettext("“{name}” no longer has the column {columns}.", "“{name}” no longer has the columns {columns}.",
                    len(lost)).format(name=scan.path.name, columns=names)  # fmt: skip
    return Conflict("files.columns-lost", what, do=_("Put them back, or leave them out of the source."), columns=lost)


def _parsed(document: object) -> Fingerprint:
    if not isinstance(document, dict) or set(document) != {"files", "columns"}:
        raise ValueError("not a fingerprint")
    files, columns = document["files"], document["columns"]
    if not isinstance(files, list) or not isinstance(columns, list) or len(files) > MAX_FILES:
        raise ValueError("not lists")
    states = []
    for name, size, changed in files:
        if not isinstance(name, str) or type(size) is not int or type(changed) is not int:
            raise ValueError("not a file")
        states.append(FileState(name, size, changed))
    if not all(isinstance(each, str) for each in columns):
        raise ValueError("not names")
    return Fingerprint(tuple(states), tuple(columns))
