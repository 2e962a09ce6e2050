"""Finds the columns of a scan in its files as they are now, by the titles in their headers and not by their places."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

from benchboard.analytics.files.csv_dialect import codec, header_titles, sniff
from benchboard.analytics.files.file_versions import as_inspected
from benchboard.analytics.files.formats import HEAD_BYTES, read_head
from benchboard.analytics.files.scan import FileLayout, FileScan, ReadOptions, ScanColumn
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.analytics.files.value_units import PERCENT
from benchboard.errors import Conflict
from benchboard.i18n import _, ngettext

_HEADER_BYTES: Final = 65_536
_NAMED: Final = 5
_ALIKE: Final[Mapping[ColumnKind, str]] = {
    "integer": "number", "float": "number", "decimal": "number", "date": "time", "timestamp": "time",
}  # fmt: skip


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
    if any(column.also for column in scan.columns):
        titles = known_titles(scan.columns, [column.source for column in now])
        now = [replace(column, source=title) for column, title in zip(now, titles, strict=True)]
    keys = _keys(scan.columns, now) if has_titles(scan) else _places(scan.columns, now)
    waiting: defaultdict[str, deque[ScanColumn]] = defaultdict(deque)
    for key, column in zip(keys[0], scan.columns, strict=True):
        waiting[key].append(column)
    taken = {scan.file_column, *(one.name for one in scan.columns), *(one.name for one in scan.partitions)}
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


def known_titles(columns: Sequence[ScanColumn], titles: Sequence[str]) -> tuple[str, ...]:
    """The titles of a file, those that are another title of one of these columns (`ScanColumn.also`) as that column's
    own, unless the file has that too, or an earlier one of its other titles, or the title can be that of two columns
    that it doesn't have."""
    own: defaultdict[str, list[str]] = defaultdict(list)
    for column in columns:
        for other in column.also:
            own[other.casefold()].append(column.source)
    if not own:
        return tuple(titles)
    found, taken = [], {title.casefold() for title in titles}
    for title in titles:
        free = [one for one in own.get(title.casefold(), ()) if one.casefold() not in taken]
        if len(free) == 1:
            taken.add(free[0].casefold())
        found.append(free[0] if len(free) == 1 else title)
    return tuple(found)


def alike_kind(kind: ColumnKind) -> str:
    """Equal for kinds of which one column can have the other's values."""
    return _ALIKE.get(kind, kind)


def belong_together(titles: Collection[str], others: Collection[str]) -> bool:
    """Whether files with these titles of columns are one table: more than half of all titles are in both, or the file
    with fewer columns has at least two, and the other one has them all. Case doesn't matter."""
    one, other = ({title.casefold() for title in each if title} for each in (titles, others))
    common = len(one & other)
    fewer = min(len(one), len(other))
    return 2 * common > len(one | other) or (common == fewer and fewer > 1)


def share_titles(titles: Collection[str], others: Collection[str]) -> bool:
    """Whether any title is in both: a file that was read with others stays with them as long as that is so."""
    one, other = ({title.casefold() for title in each if title} for each in (titles, others))
    return not one.isdisjoint(other)


def column_places(columns: Sequence[ScanColumn], titles: Sequence[str]) -> tuple[int | None, ...]:
    """For each of these columns, its place in a file with these titles; None where the file doesn't have it."""
    known = known_titles(columns, titles)
    found = [ScanColumn(f"new_{place}", "-", "text", source=title) for place, title in enumerate(known)]
    waiting: defaultdict[str, deque[int]] = defaultdict(deque)
    before, now = _keys(columns, found)
    for place, key in enumerate(now):
        waiting[key].append(place)
    return tuple(waiting[key].popleft() if waiting[key] else None for key in before)


def has_titles(scan: FileScan) -> bool:
    """Whether the columns of a scan are known by the titles in the headers of its files."""
    return scan.options.header and any(column.source for column in scan.columns)


def file_titles(scan: FileScan) -> dict[str, tuple[str, ...]]:
    """The titles that each of a scan's CSV files has now, by its name, as the scan's columns have them; without any
    for a file that can't be read, or has no line. Reads the beginning of each file."""
    # A line can have more values than the header has titles: only then it takes more than the first line to tell.
    unnamed = any(not column.source for column in scan.columns)
    read = _padded_titles if unnamed and scan.files else _titles
    return {scan.name_of(path): known_titles(scan.columns, read(path, scan.options_of(path))) for path in scan.paths}


def current_scan(scan: FileScan) -> FileScan:
    """The scan with the places that its columns have in its CSV files now (`FileScan.layouts`), by their headers. In a
    file of a folder that lacks a column, it is empty. Columns that weren't known are left out. Reads the beginning of
    each file.

    Raises `Conflict` (`files.columns-lost`, with the fact `columns`) if a column that is used is in no file, or if a
    file has none of the columns.
    """
    if scan.format != "csv" or not has_titles(scan):
        return scan
    known = tuple(column.source for column in scan.columns)
    named: dict[tuple[str, ...], list[Path]] = {}
    found = file_titles(scan)
    for path in scan.paths:
        titles = found[scan.name_of(path)]
        titles = titles if scan.files else _stripped(titles)
        # A file that can't be read, or has no line, is for the query to report.
        named.setdefault(titles or known, []).append(path)
    if set(named) <= {known, _stripped(known)} and (not scan.files or set(named) == {known}):
        return scan
    layouts = [_layout(scan, titles, paths) for titles, paths in named.items()]
    if scan.files:
        _require_related(scan, named, known)
    require_columns(scan, layouts)
    return replace(scan, layouts=tuple(layouts))


def require_columns(scan: FileScan, layouts: Sequence[FileLayout]) -> None:
    """Raise `Conflict` (`files.columns-lost`) for columns that are used and in none of the files."""
    missing = [column.title for place, column in enumerate(scan.columns)
               if not column.left_out and all(layout.places[place] is None for layout in layouts)]  # fmt: skip
    if missing:
        error = lost_columns_error(scan.path.name, missing)
        if any(layout.width > sum(place is not None for place in layout.places) for layout in layouts):
            error.do = _("Refresh the data to choose which column it is.")  # it has new ones
        raise error


def current_sql(scan: FileScan) -> str:
    """A SELECT that reads the table as its files are now. Raises what `current_scan` and `relation_sql` raise."""
    return current_scan(as_inspected(scan)).relation_sql()


def _layout(scan: FileScan, titles: tuple[str, ...], paths: Sequence[Path]) -> FileLayout:
    unnamed = sum(not column.source for column in scan.columns) - sum(not title for title in titles)
    # Of one file, the lines may have more values than its header has titles.
    every = titles if scan.files else (*titles, *[""] * max(0, unnamed))
    return FileLayout(tuple(paths), column_places(scan.columns, every), len(every))


def _require_related(scan: FileScan, named: Mapping[tuple[str, ...], Sequence[Path]], known: tuple[str, ...]) -> None:
    for titles, paths in named.items():
        if not share_titles(titles, known):
            raise lost_columns_error(paths[0].name, [each.title for each in scan.columns if not each.left_out])


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


def _padded_titles(path: Path, options: ReadOptions) -> tuple[str, ...]:
    """The titles in the header of a CSV file, with empty ones for the other columns that its lines have."""
    try:
        head = read_head(path)
    except OSError:
        return ()
    text = head.decode(codec(options, head), "replace")
    every = frozenset(each.name for each in fields(ReadOptions))
    return sniff(text, is_whole=len(head) < HEAD_BYTES, options=options, fixed=every).titles if text else ()


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


def widened(before: ScanColumn, found: ScanColumn) -> ScanColumn:
    """A column of numbers, of which a file that changed or came has `found`, so that it holds those too: fractions
    where all were whole; and where only some are written with a currency, the others are read in it."""
    if not {before.kind, found.kind} <= {"integer", "float"} or before.stored != "text" or found.stored != "text":
        return before
    units = {before.value_unit, found.value_unit} - {""}
    currency = units.pop() if len(units) == 1 and before.unit in ("", *units) else ""
    if currency not in ("", PERCENT) and (before.value_unit != found.value_unit or found.unit_assumed):
        before = replace(before, unit=currency, value_unit=currency, unit_assumed=True)
    # Where not all values were whole, the user chose whole numbers.
    return replace(before, kind=found.kind) if before.checked and found.kind == "float" else before


def _read_as_before(before: ScanColumn, found: ScanColumn) -> ScanColumn:
    before, stored = widened(before, found), found.stored
    if before.kind == "integer" and before.stored == found.stored == "same" and found.kind == "float":
        return replace(before, source=found.source, kind="float")  # whole numbers no longer hold what the file has
    if stored == "same" and found.kind != before.kind:
        stored = "other"  # the file holds values of another kind now
    checked = before.checked and (before.kind == "text" or found.stored != "text" or found.left_out)
    return replace(before, source=found.source, stored=stored, checked=checked, unspaced=found.unspaced)


def _free(name: str, taken: set[str]) -> str:
    found, count = name, 1
    while found in taken:
        count += 1
        found = f"{name[:57].rstrip('_')}_{count}"
    taken.add(found)
    return found
