"""What queries read of linked files now: where one can't be read, its last good copy stands in.

Lines that end in LF and in CR LF are read from a temporary file in which all end in LF. Of each file that can be read a
copy is kept in Benchboard's home folder, for this account alone: these are its last good rows.
"""

import atexit
import gzip
import hashlib
import os
import re
import shutil
import tempfile
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import IO, Final, Literal, cast

from benchboard.analytics.files.column_matching import file_titles, has_titles, share_titles
from benchboard.analytics.files.formats import detect_format, is_compressed, open_text_bytes
from benchboard.analytics.files.inspection_types import RenamedColumn
from benchboard.analytics.files.renamed_columns import renamed_in_file, renamed_sentence
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.files.text_files import file_has_mixed_endings, write_with_one_ending
from benchboard.errors import AppError, Invalid, Unavailable
from benchboard.i18n import _

MOST_CHECKED: Final = 4 << 30
"""Bytes of a file that is looked through before it is queried; a larger one is read as it is. That takes about 5 s for
1 GiB, once for each of its versions."""
MOST_KEPT: Final = 256 << 20
"""Bytes of a file of which a copy is kept."""
IN_USE: Final = 900.0
"""Seconds for which a copy stays that a query was told to read, even if there is a newer one: longer than one takes."""
_BLOCK: Final = 1 << 20
_WRONG_SHARE: Final = 100
"""More than this part of the lines that aren't UTF-8 is another encoding; fewer are wrong lines."""
_VERSION: Final = re.compile(r"\d+-\d+(-even)?")
"""The folder of the copy of a file with this size and time of its last change; `even`: all its lines end in LF."""
_GOOD: Final = "good"
"""The ending of the folder that says, by an empty file, that a file too large for a copy was good."""
_OURS: Final = re.compile(rf"\d+-\d+(-even|-{_GOOD})?")
"""All of these folders."""
_PARQUET: Final = b"PAR1"
_WRITING = threading.Lock()
"""Held while what stands in for a file is written, or its older versions are removed."""
Defect = Literal["", "mixed", "empty", "damaged", "format", "encoding", "compression", "columns", "denied"]


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A linked file that can't be read, why, as a sentence, and when its last good rows are from (seconds since 1970);
    None where there are none: it is left out."""

    name: str
    why: str
    rows_from: float | None
    renamed: tuple[RenamedColumn, ...] = ()
    """Its columns that may be renamed: it can be read, but isn't before it is known which ones they are. Without last
    good rows it is read as it is."""


@dataclass(frozen=True, slots=True)
class ReadableScan:
    """A scan of what can be read of its files, and the files that can't be."""

    scan: FileScan
    problems: tuple[FileProblem, ...] = ()
    has_any: bool = True
    """Whether any of its files can be read."""


def readable_scan(scan: FileScan, kept: Path | None) -> ReadableScan:
    """The scan with what stands in for its files that can't be read as they are, and without those that nothing stands
    in for, unless these are all. `kept`: the folder of their last good copies, which are brought up to date; None: none
    are kept. A file that isn't there stays, for the query to report."""
    stand_ins: list[tuple[str, Path]] = []
    problems: list[FileProblem] = []
    for path in scan.paths:
        defect = _defect_of(path, scan, kept)
        renamed = _renamed(path, scan) if defect in ("", "mixed") else ()
        if renamed:
            good = _last_good(path.name, kept, scan)
            since = None if good is None else _changed(good)
            problems.append(FileProblem(path.name, " ".join(map(renamed_sentence, renamed)), since, renamed))
            if good is not None:
                stand_ins.append((path.name, _used(good)))
                continue
        if defect == "mixed":
            even = _known_even(path, kept)
            stand_ins.append((path.name, _used(even) if even is not None else _evened(path, scan)))
        if defect in ("", "mixed"):
            if not renamed:
                _keep(path, kept, stand_ins[-1][1] if defect else None)
            continue
        # Who lost the right to read a file has lost it for its copy too.
        good = _last_good(path.name, kept) if defect != "denied" else None
        problems.append(FileProblem(path.name, _sentence(defect), None if good is None else _changed(good)))
        if good is not None:
            stand_ins.append((path.name, _used(good)))
    if kept is not None:
        _forget_others(kept, frozenset(path.name for path in scan.paths))
    left_out = {problem.name for problem in problems if problem.rows_from is None and not problem.renamed}
    if left_out >= {path.name for path in scan.paths}:
        return ReadableScan(scan, tuple(problems), has_any=False)
    files = tuple(name for name in scan.files if name not in left_out)
    return ReadableScan(replace(scan, files=files, stand_ins=tuple(stand_ins)), tuple(problems))


def remove_kept(folder: Path) -> None:
    """Remove the last good copies in a folder, and the folder if nothing else is in it: which folder that is may have
    been written by anybody who may write to the database. Raises `OSError`."""
    for version in folder.iterdir():
        if _OURS.fullmatch(version.name) and version.is_dir() and not version.is_symlink():
            for copy in version.iterdir():
                copy.unlink()
            version.rmdir()
    with suppress(OSError):
        folder.rmdir()


def evened_scan(scan: FileScan) -> FileScan:
    """The scan with what stands in for those of its files whose lines end in LF and in CR LF."""
    if scan.format != "csv":
        return scan
    known = dict(scan.stand_ins)
    mixed = [
        path
        for path in scan.paths
        if path.name not in known
        and scan.options_of(path).encoding == "utf-8"
        and _defect_of(path, scan, None) == "mixed"
    ]
    return replace(scan, stand_ins=(*scan.stand_ins, *((path.name, _evened(path, scan)) for path in mixed)))


def unreadable_error(problem: FileProblem) -> Unavailable:
    """The error of a file that can't be read."""
    what = _("“{name}” can't be read.").format(name=problem.name)
    do = _("Correct the file, then refresh the data source.")
    return Unavailable("source.unreadable", what, why=problem.why, do=do)


# --- what is wrong with a file


def _sentence(defect: Defect) -> str:
    return {
        "empty": _("It's empty."),
        "damaged": _("It's cut off or damaged."),
        "format": _("It has another format."),
        "columns": _("It has none of the table's columns."),
        "encoding": _("It isn't in UTF-8 any more."),
        "compression": _("It's compressed in another way than before."),
    }.get(defect) or _("Access to it is denied.")


def _defect_of(path: Path, scan: FileScan, kept: Path | None) -> Defect:
    """What is wrong with a file as it is now; a file that isn't there is for the query to report."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return ""
    except OSError:
        return "denied"
    if stat.st_size > MOST_CHECKED:
        return ""
    if not os.access(path, os.R_OK):
        return "denied"
    known: Defect | None = _known_defect(path, kept)
    options = scan.options_of(path)
    defect = (
        known
        if known is not None
        else _defect(path, stat.st_size, stat.st_mtime_ns, scan.format, options.quote, options.compressed)
    )
    if defect in ("", "mixed") and scan.files and scan.format == "csv" and has_titles(scan):
        alone = replace(scan, files=(path.name,), stand_ins=())
        titles = file_titles(alone)[path.name]
        if titles and not share_titles(titles, [column.source for column in scan.columns]):
            return "columns"
    return defect


def _renamed(path: Path, scan: FileScan) -> tuple[RenamedColumn, ...]:
    """The columns of a file that may be renamed since it was read."""
    if scan.format != "csv" or scan.titles_before(path.name) is None:
        return ()
    return renamed_in_file(scan, path.name, file_titles(replace(scan, files=(path.name,), stand_ins=()))[path.name])


@lru_cache(maxsize=10_000)
def _defect(path: Path, size: int, _changed_ns: int, format_: str, quote: str, compressed: bool) -> Defect:
    """What is wrong with the content of a file. It is looked through once for each of its versions."""
    if not size:
        return "empty"
    try:
        if _has_other_format(path, format_):
            return "format"
        if format_ == "parquet":
            return _parquet_defect(path)
        if is_compressed(path) != compressed:
            return "compression"
        with open_text_bytes(path) as file:
            if _has_other_encoding(file):
                return "encoding"
        return "mixed" if file_has_mixed_endings(path, quote) else ""
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return "damaged"
    except OSError as error:
        return "" if isinstance(error, FileNotFoundError) else "denied" if error.errno else "damaged"


def _has_other_format(path: Path, format_: str) -> bool:
    try:
        return detect_format(path) != format_
    except Invalid:
        return True
    except AppError:  # it can't be opened, or decompressed: that is found when it is looked through
        return False


def _parquet_defect(path: Path) -> Defect:
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(-4, os.SEEK_END)
        return "" if head == file.read(4) == _PARQUET else "damaged"


def _has_other_encoding(file: IO[bytes]) -> bool:
    """Whether more than a hundredth of the lines aren't UTF-8."""
    lines = wrong = 0
    for block in _whole_lines(file):
        lines += block.count(b"\n") + 1
        try:
            block.decode()
        except UnicodeDecodeError:
            wrong += sum(not _is_utf_8(line) for line in block.split(b"\n"))
    return wrong * _WRONG_SHARE > lines


def _whole_lines(file: IO[bytes]) -> Iterator[bytes]:
    """The text in blocks that end at a line's end."""
    rest = b""
    while block := file.read(_BLOCK):
        text, end, rest_of_block = (rest + block).rpartition(b"\n")
        if end:
            yield text
        rest = rest_of_block
    if rest:
        yield rest


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


# --- what stands in for it


@cache
def _scratch() -> Path:
    """The folder of the temporary files of this process."""
    folder = Path(tempfile.mkdtemp(prefix="benchboard-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _evened(path: Path, scan: FileScan) -> Path:
    """A file of the same name in which all lines end in LF."""
    stat = path.stat()
    versions = _scratch() / hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    target = versions / f"{stat.st_size}-{stat.st_mtime_ns}" / path.name
    with _WRITING:
        if not target.exists():
            shutil.rmtree(versions, ignore_errors=True)
            with open_text_bytes(path) as source:
                _write(source, target, compressed=scan.options_of(path).compressed, changed_ns=stat.st_mtime_ns)
    return target


def _known_defect(path: Path, kept: Path | None) -> Literal["", "mixed"] | None:
    """What a file was found to be when this version of it was looked through, maybe by an earlier run of the program;
    None: it wasn't, or is broken."""
    if kept is None:
        return None
    if _known_even(path, kept) is not None:
        return "mixed"
    with suppress(OSError):
        version = _version(path)
        if any((kept / folder / path.name).is_file() for folder in (version, f"{version}-{_GOOD}")):
            return ""
    return None


def _known_even(path: Path, kept: Path | None) -> Path | None:
    """The kept copy of this version of a file in which all lines end in LF."""
    if kept is None:
        return None
    with suppress(OSError):
        copy = kept / f"{_version(path)}-even" / path.name
        return copy if copy.is_file() else None
    return None


def _version(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size}-{stat.st_mtime_ns}"


def _keep(path: Path, kept: Path | None, even: Path | None) -> None:
    """Bring the copy of a file up to date: as it is, or with `even` lines. Without room for it, or access, the one of
    before stays. Of a large file it is only noted that this version is good."""
    if kept is None:
        return
    with suppress(OSError), _WRITING:
        stat = path.stat()
        is_large = stat.st_size > MOST_KEPT
        target = kept / f"{_version(path)}{'-even' if even else f'-{_GOOD}' if is_large else ''}" / path.name
        if target.exists() or (is_large and even is not None):
            return
        # Of a large file there is no newer copy: an older one stays.
        older = [one / path.name for one in _folders_of(path.name, kept) if not is_large or one.name.endswith(_GOOD)]
        with Path(os.devnull).open("rb") if is_large else (even or path).open("rb") as source:
            _write(source, target, compressed=None, changed_ns=stat.st_mtime_ns)
        os.utime(target.parent, (0, 0))  # no query was told to read it yet
        _remove_unused(older)


def _used(copy: Path) -> Path:
    """The copy, with a note at its folder that a query is told to read it now."""
    with suppress(OSError):
        os.utime(copy.parent)
    return copy


def _remove_unused(copies: Iterable[Path]) -> None:
    """Remove these copies, apart from those that a query may still read. Raises `OSError`."""
    for copy in copies:
        if time.time() - _changed(copy.parent) > IN_USE:
            copy.unlink(missing_ok=True)
            with suppress(OSError):
                copy.parent.rmdir()


@lru_cache(maxsize=1_000)
def _forget_others(kept: Path, names: frozenset[str]) -> None:
    """Remove the copies of files that don't belong to the table any more. They are looked for once for each of the sets
    of files that it has while the program runs."""
    with suppress(OSError), _WRITING:
        versions = [
            one for one in kept.iterdir() if _OURS.fullmatch(one.name) and one.is_dir() and not one.is_symlink()
        ]
        _remove_unused(copy for one in versions for copy in list(one.iterdir()) if copy.name not in names)


def _folders_of(name: str, kept: Path) -> list[Path]:
    """The folders in which there is a copy or note of a file."""
    return [folder for folder in kept.iterdir() if (folder / name).is_file()] if kept.is_dir() else []


def _write(source: IO[bytes], target: Path, *, compressed: bool | None, changed_ns: int) -> None:
    """Write a file that only this account can read: with lines that all end in LF, compressed or not; None: as it is.
    It counts as changed when the file was that it is made of."""
    for folder in (target.parent.parent, target.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            if compressed is None:
                shutil.copyfileobj(source, file, _BLOCK)
            elif compressed:
                with gzip.open(file, "wb", compresslevel=1) as packed:
                    write_with_one_ending(source, cast("IO[bytes]", packed))
            else:
                write_with_one_ending(source, file)
        os.utime(written, ns=(changed_ns, changed_ns))
        written.replace(target)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


def _copies(name: str, kept: Path) -> list[Path]:
    """The copies of a file, the newest last."""
    return sorted((one / name for one in _folders_of(name, kept) if _VERSION.fullmatch(one.name)), key=_changed)


def _last_good(name: str, kept: Path | None, titled_as: FileScan | None = None) -> Path | None:
    """The newest copy of a file; of those without renamed columns, if `titled_as` is given."""
    with suppress(OSError):
        copies = _copies(name, kept) if kept is not None else []
        if titled_as is not None:
            copies = [one for one in copies if not _renamed(one, replace(titled_as, path=one.parent))]
        return copies[-1] if copies else None
    return None


def _changed(path: Path) -> float:
    return path.stat().st_mtime
