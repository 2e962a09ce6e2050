"""The files that a source was read from, as they were then: what changed, came or went since is news."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchboard.analytics.files.folder_inspection import is_data_file, nested_files
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.errors import Invalid


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """A file: its name, its size in bytes and when it was changed (seconds since 1970)."""

    name: str
    size: int
    modified: float

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FileChanges:
    """The names of the files that changed, came or went."""

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.removed)


def is_folder(tables: Sequence[SourceTable]) -> bool:
    """Whether these are the tables of a folder of files."""
    return any(one.scan.files for one in tables) or len({one.scan.path for one in tables}) > 1


def original(tables: Sequence[SourceTable]) -> Path | None:
    """The file or the folder that these tables are read from; None where there are none."""
    if not tables:
        return None
    joined = next((one.scan for one in tables if one.scan.files), None)
    if joined is not None:
        return joined.path
    path = tables[0].scan.path
    return path.parent if is_folder(tables) else path


def original_files(tables: Sequence[SourceTable]) -> tuple[OriginalFile, ...]:
    """The files of a source as they are now: all of its folder, for one that isn't read today may be mended. None where
    they aren't there."""
    path = original(tables)
    return listed_files(path, folder=is_folder(tables), nested=is_nested(tables)) if path is not None else ()


def is_nested(tables: Sequence[SourceTable]) -> bool:
    """Whether these are the tables of a folder whose subfolders are read too."""
    return any(one.scan.nested for one in tables)


def listed_files(path: Path, *, folder: bool, nested: bool = False) -> tuple[OriginalFile, ...]:
    """A file, or all files of a folder, with `nested` those of its subfolders too, as they are now; none where it isn't
    there."""
    try:
        if folder and nested:
            return tuple(_nested(path))
        return tuple(_listed(sorted(path.iterdir()) if folder else [path], folder=folder))
    except OSError:
        return ()


def compare_files(before: Sequence[OriginalFile], now: Sequence[OriginalFile]) -> FileChanges:
    """What happened between two looks at the files of a source."""
    known, found = {one.name: one for one in before}, {one.name: one for one in now}
    return FileChanges(
        tuple(name for name, one in found.items() if name in known and known[name] != one),
        tuple(name for name in found if name not in known),
        tuple(name for name in known if name not in found),
    )


def stored_files(document: object) -> tuple[OriginalFile, ...] | None:
    """The files that were stored with a source, leaving out what can't be read; None for a source that is older than
    that."""
    if not isinstance(document, list):
        return None
    found = []
    for one in document:
        match one:
            case {"name": str(name), "size": int(size), "modified": float(modified) | int(modified)}:
                found.append(OriginalFile(name, size, float(modified)))
    return tuple(found)


def _nested(folder: Path) -> Iterable[OriginalFile]:
    try:
        for path in sorted(nested_files(folder)):
            stat = path.stat()
            yield OriginalFile(path.relative_to(folder).as_posix(), stat.st_size, stat.st_mtime)
    except Invalid:  # reading it says that there are too many now
        return


def _listed(paths: Iterable[Path], *, folder: bool) -> Iterable[OriginalFile]:
    for path in paths:
        if not folder or is_data_file(path):
            stat = path.stat()
            yield OriginalFile(path.name, stat.st_size, stat.st_mtime)
