"""Which tables of a folder's files are one: those whose columns have the same titles, and that are read alike."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from benchboard.analytics.files.column_matching import belong_together, has_titles
from benchboard.analytics.files.scan import OF_A_FILE, FileScan, ReadOptions
from benchboard.i18n import _


@dataclass(frozen=True, slots=True)
class TableGroup:
    """The places of tables that are one. `apart`: why they aren't stacked with others that have their columns, as a
    sentence; empty where there are none."""

    places: tuple[int, ...]
    apart: str = ""
    writings: tuple[tuple[int, ...], ...] = ()
    """The places by how their files are written: those of the first one first."""


def grouped_tables(scans: Sequence[FileScan], unclear: Mapping[int, str] = MappingProxyType({})) -> list[TableGroup]:
    """The tables that are read as one, in the order of the first of each.

    They are of CSV or Parquet files. Each belongs to another one of its group (`belong_together`); without titles,
    those with as many columns that are read alike do. With titles, each can be written in its own way; what a file
    doesn't tell, such as the decimal mark where all numbers are whole, is as in most of those like it. `unclear`: for
    the places of files that can be read in two ways, what it is in them, as a clause; they aren't stacked with files
    that are written otherwise.
    """
    found: list[TableGroup] = []
    for related in _related(scans):
        stacks = _stacks(scans, related, unclear)
        most = max(stacks, key=_size)
        for writings in stacks:
            first = writings[0][0]
            apart = _apart(scans[first], scans[most[0][0]], unclear.get(first, "")) if writings is not most else ""
            places = tuple(sorted(place for each in writings for place in each))
            found.append(TableGroup(places, apart, tuple(map(tuple, writings))))
    return sorted(found, key=lambda each: each.places)


_Stack = list[list[int]]
"""The places of tables that are one, by how their files are written."""


def _size(stack: _Stack) -> int:
    return sum(map(len, stack))


def _stacks(scans: Sequence[FileScan], places: Sequence[int], unclear: Mapping[int, str]) -> list[_Stack]:
    """The places of related tables as those that are one."""
    every = _read_alike(scans, places)
    labels = Counter(label for alike in every for place in alike if (label := _told_label(scans[place])))
    usual = labels.most_common(1)[0][0] if labels else ""
    stacks: dict[object, _Stack] = {}
    for alike in every:
        first = scans[alike[0]]
        label = next((label for place in alike if (label := _told_label(scans[place]))), usual)
        is_titled = first.format == "csv" and has_titles(first)
        is_clear = any(place not in unclear for place in alike)
        key = (label, first.options.trim_spaces) if is_titled and is_clear else alike[0]
        stacks.setdefault(key, []).append(alike)
    return list(stacks.values())


def _related(scans: Sequence[FileScan]) -> list[list[int]]:
    """The places of the tables that belong together by their columns, however they are read."""
    titled: dict[tuple[str, ...], list[int]] = {}
    others: dict[object, list[int]] = {}
    for place, scan in enumerate(scans):
        if scan.format not in ("csv", "parquet"):
            others[scan.path, scan.table] = [place]
        elif has_titles(scan):
            titled.setdefault(tuple(column.source for column in scan.columns), []).append(place)
        else:
            others.setdefault(len(scan.columns), []).append(place)
    groups: list[list[tuple[str, ...]]] = []
    for titles in titled:
        near = [group for group in groups if any(belong_together(titles, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(each for group in near for each in group), titles])
    return [*(sorted(place for titles in group for place in titled[titles]) for group in groups), *others.values()]


def _read_alike(scans: Sequence[FileScan], places: Sequence[int]) -> list[list[int]]:
    """Of these places, those whose tables can be read in one way."""
    groups: dict[object, list[int]] = {}
    for place in places:
        groups.setdefault(_how_read(scans[place]), []).append(place)
    found = list(groups.values())
    for told in (told_marks, _told_order, _told_label):
        found = [part for group in found for part in _by_what_is_told(scans, group, told)]
    return sorted(found)


def _by_what_is_told(
    scans: Sequence[FileScan], places: Sequence[int], told: Callable[[FileScan], object]
) -> list[list[int]]:
    """The places by what their files tell about an option; those that tell nothing are with most of the others."""
    by_place = {place: told(scans[place]) for place in places}
    counts = Counter(value for value in by_place.values() if value)
    usual = max(counts, key=lambda value: counts[value]) if counts else None
    groups: dict[object, list[int]] = {}
    for place, value in by_place.items():
        groups.setdefault(value or usual, []).append(place)
    return list(groups.values())


def _how_read(scan: FileScan) -> object:
    """Equal for the tables that are read alike, apart from what not every file tells."""
    if not has_titles(scan) and not scan.readable_in_place:
        return scan.path, scan.table
    if scan.format == "parquet":
        return scan.format
    # Words for nothing, line breaks in values and what ends a line are of the file, not of how it is written.
    untold = replace(
        scan.options, null_words=(), quoted_breaks=False, total_label="", date_order="", decimal_mark=".",
        thousands_mark="",
    )  # fmt: skip
    return scan.format, untold


def told_marks(scan: FileScan) -> tuple[str, str] | None:
    """The decimal and the thousands mark of a CSV file; None if its numbers have neither, and are read alike by any."""
    options = scan.options
    has_any = options.thousands_mark or any(column.kind == "float" for column in scan.columns)
    return (options.decimal_mark, options.thousands_mark) if scan.format == "csv" and has_any else None


def written_alike(options: ReadOptions, others: ReadOptions) -> bool:
    """Whether files with these options can be read in one way: one of them may have no marks and dates that tell."""
    names = [name for name in OF_A_FILE if name not in ("decimal_mark", "thousands_mark", "date_order")]
    return (
        all(getattr(options, name) == getattr(others, name) for name in names)
        and options.decimal_mark == others.decimal_mark
        and options.thousands_mark in ("", others.thousands_mark)
        and options.date_order in ("", others.date_order)
    )


def _told_order(scan: FileScan) -> object:
    # A file whose dates don't tell the order of day and month has one too, as a guess: it isn't replaced by that of
    # another file in silence.
    return scan.options.date_order


def _told_label(scan: FileScan) -> str:
    return scan.options.total_label


def _apart(scan: FileScan, other: FileScan, unclear: str) -> str:
    """Why a table isn't stacked with another one that has its columns."""
    if not has_titles(scan) or not has_titles(other):
        return ""
    if unclear:
        text = unclear
    elif scan.format != other.format:
        text = _("“{name}” is kept as its own table: “{other}” has another format.")
    else:
        text = _("“{name}” is kept as its own table: its total row is labelled differently than in “{other}”.")
    return text.format(name=scan.path.name, other=other.path.name)
