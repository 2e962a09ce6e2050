"""Finds the columns of a scan in the file as it is now, by the titles in its header and not by their places."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchboard.analytics.files.csv_dialect import codec, header_titles
from benchboard.analytics.files.formats import HEAD_BYTES, read_head
from benchboard.analytics.files.scan import FileScan, ReadOptions, ScanColumn
from benchboard.errors import Conflict
from benchboard.i18n import ngettext

_HEADER_BYTES: Final = 65_536
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """A scan whose columns are those of the file now, in its order; `missing` are the kept columns that the file has no
    more, `added` those that the scan didn't have."""

    scan: FileScan
    missing: tuple[ScanColumn, ...]
    added: tuple[ScanColumn, ...]


def match_columns(scan: FileScan, now: Sequence[ScanColumn]) -> ColumnMatch:
    """Match the columns of `scan` to those that were found in the file. A file without a header has nothing but the
    places of its columns to go by."""
    by_title = scan.options.header and any(column.source for column in scan.columns)
    keys = _keys(scan.columns, now) if by_title else _places(scan.columns, now)
    waiting: defaultdict[str, deque[ScanColumn]] = defaultdict(deque)
    for key, column in zip(keys[0], scan.columns, strict=True):
        waiting[key].append(column)
    taken = {column.name for column in scan.columns}
    columns: list[ScanColumn] = []
    added: list[ScanColumn] = []
    for key, found in zip(keys[1], now, strict=True):
        if waiting[key]:
            columns.append(_read_as_before(waiting[key].popleft(), found))
        else:
            added.append(replace(found, name=_free(found.name, taken)))
            columns.append(added[-1])
    left = {column.name for each in waiting.values() for column in each}
    missing = tuple(column for column in scan.kept_columns if column.name in left)
    return ColumnMatch(scan.with_columns(tuple(columns)), missing, tuple(added))


def current_scans(scan: FileScan) -> tuple[FileScan, ...]:
    """The scan with its columns where the headers of its CSV files have them now: one scan for all files with the same
    header. Columns that weren't known are left out. Reads the beginning of each file.

    Raises `Conflict` (`files.columns-lost`, with the fact `columns`) if a file lacks a column that is used.
    """
    if scan.format != "csv" or not scan.options.header or not any(column.source for column in scan.columns):
        return (scan,)
    known = _stripped(column.source for column in scan.columns)
    names: dict[tuple[str, ...], list[str]] = {}
    for path in scan.paths:
        titles = _stripped(_titles(path, scan.options))
        # A file that can't be read, or has no line, is for the query to report.
        names.setdefault(titles or known, []).append(path.name)
    if set(names) == {known}:
        return (scan,)
    matched = [_by_titles(scan, titles, names[titles]) for titles in names]
    if scan.files:
        return tuple(replace(one, files=tuple(files)) for one, files in zip(matched, names.values(), strict=True))
    return tuple(matched)


def current_sql(scan: FileScan) -> str:
    """A SELECT that reads the table as its files are now. Raises what `current_scans` and `relation_sql` raise."""
    return " UNION ALL BY NAME ".join(one.relation_sql() for one in current_scans(scan))


def current_rows_sql(scan: FileScan) -> str:
    """The relation of `rows_sql`, with the columns of each file where its header has them now. Raises what
    `current_scans` raises."""
    found = current_scans(scan)
    if found == (scan,):
        return scan.rows_sql()
    selected = []
    for one in found:
        at = {column.name: place for place, column in enumerate(one.columns)}
        columns = (
            (one.raw_sql(at[column.name]) if column.name in at else "CAST(NULL AS VARCHAR)") + f" AS c{place}"
            for place, column in enumerate(scan.columns)
        )
        selected.append(f"SELECT {', '.join(columns)} FROM {one.rows_sql()}")  # noqa: S608  # quoted
    return f"({' UNION ALL '.join(selected)})"


def _titles(path: Path, options: ReadOptions) -> tuple[str, ...]:
    """The titles in the header of a CSV file; none if it can't be read."""
    for count in (_HEADER_BYTES, HEAD_BYTES):
        try:
            head = read_head(path, count)
        except OSError:
            return ()
        text = head.decode(codec(options, head), "replace")
        if found := header_titles(text, options, is_whole=len(head) < count):
            return found
    return ()


def lost_columns_error(name: str, titles: Sequence[str]) -> Conflict:
    """The error of a file without columns that are used."""
    named = ", ".join(f"“{title}”" for title in titles[:_NAMED]) + ("…" if len(titles) > _NAMED else "")
    what = ngettext("“{name}” no longer has the column {columns}.", "“{name}” no longer has the columns {columns}.",
                    len(titles)).format(name=name, columns=named)  # fmt: skip
    do = ngettext(
        "Put the column back into the file, or refresh the source without it.",
        "Put the columns back into the file, or refresh the source without them.",
        len(titles),
    )
    return Conflict("files.columns-lost", what, do=do, columns=tuple(titles))


def _by_titles(scan: FileScan, titles: tuple[str, ...], files: Sequence[str]) -> FileScan:
    unnamed = sum(not column.source for column in scan.columns) - sum(not title for title in titles)
    every = (*titles, *[""] * max(0, unnamed))
    now = [ScanColumn(f"new_{place}", title or "-", "text", left_out=True, source=title, checked=True)
           for place, title in enumerate(every)]  # fmt: skip
    match = match_columns(scan, now)
    if match.missing:
        raise lost_columns_error(files[0], [column.title for column in match.missing])
    return match.scan


def _stripped(titles: Iterable[str]) -> tuple[str, ...]:
    found = list(titles)
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _keys(before: Sequence[ScanColumn], now: Sequence[ScanColumn]) -> tuple[list[str], list[str]]:
    """What tells the columns apart: their titles, without regard to case where that doesn't make two alike."""
    exact = [column.source for column in before], [column.source for column in now]
    folded = [each.casefold() for each in exact[0]], [each.casefold() for each in exact[1]]
    unclear = any(len(set(one)) != len(set(other)) for one, other in zip(exact, folded, strict=True))
    return exact if unclear else folded


def _places(before: Sequence[ScanColumn], now: Sequence[ScanColumn]) -> tuple[list[str], list[str]]:
    return [str(place) for place in range(len(before))], [str(place) for place in range(len(now))]


def _read_as_before(before: ScanColumn, found: ScanColumn) -> ScanColumn:
    stored = found.stored
    if stored == "same" and found.kind != before.kind:
        stored = "other"  # the file holds values of another kind now
    checked = before.checked and (before.kind == "text" or found.stored != "text" or found.left_out)
    return replace(before, source=found.source, stored=stored, checked=checked)


def _free(name: str, taken: set[str]) -> str:
    found, count = name, 1
    while found in taken:
        count += 1
        found = f"{name[:57].rstrip('_')}_{count}"
    taken.add(found)
    return found
