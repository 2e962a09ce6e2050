"""Which tables of a folder's files are one: those whose columns have the same titles, and that are read alike."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchboard.analytics.files.column_matching import belong_together, has_titles
from benchboard.analytics.files.scan import FileScan
from benchboard.i18n import _


@dataclass(frozen=True, slots=True)
class TableGroup:
    """The places of tables that are one. `apart`: why they aren't joined with others that have their columns, as a
    sentence; empty where there are none."""

    places: tuple[int, ...]
    apart: str = ""


def grouped_tables(scans: Sequence[FileScan]) -> list[TableGroup]:
    """The tables that are read as one, in the order of the first of each.

    They are of CSV or Parquet files. Each belongs to another one of its group (`belong_together`); without titles,
    those with as many columns do. And they are read in the same way: what a file doesn't tell, such as the decimal mark
    where all numbers are whole, is as in most of the others.
    """
    found: list[TableGroup] = []
    for related in _related(scans):
        alike = _read_alike(scans, related)
        most = max(alike, key=len)
        for places in alike:
            apart = _apart(scans[places[0]], scans[most[0]]) if places is not most else ""
            found.append(TableGroup(tuple(places), apart))
    return sorted(found, key=lambda each: each.places)


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
    if not scan.readable_in_place:
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


def _told_order(scan: FileScan) -> object:
    # A file whose dates don't tell the order of day and month has one too, as a guess: it isn't replaced by that of
    # another file in silence.
    return scan.options.date_order


def _told_label(scan: FileScan) -> object:
    return scan.options.total_label


def _apart(scan: FileScan, other: FileScan) -> str:
    """Why a table isn't joined with another one that has its columns."""
    if not has_titles(scan) or not has_titles(other):
        return ""
    one, two = scan.options, other.options
    not_utf_8 = {one.encoding, two.encoding} != {"utf-8"}
    differences = (
        (scan.format != other.format, _("“{name}” isn't joined with “{other}”: it has another format.")),
        (not_utf_8, _("“{name}” isn't joined with “{other}”: only files in UTF-8 can be joined.")),
        (one.compressed != two.compressed, _("“{name}” isn't joined with “{other}”: only one of them is compressed.")),
        (one.delimiter != two.delimiter, _("“{name}” isn't joined with “{other}”: it has another separator.")),
        (one.skip_lines != two.skip_lines,
         _("“{name}” isn't joined with “{other}”: its column names are in another line.")),
        (told_marks(scan) != told_marks(other),
         _("“{name}” isn't joined with “{other}”: its numbers are written in another way.")),
        (one.date_order != two.date_order,
         _("“{name}” isn't joined with “{other}”: its dates are written in another order.")),
    )  # fmt: skip
    default = _("“{name}” isn't joined with “{other}”: its total row has another label.")
    text = next((text for differs, text in differences if differs), default)
    return text.format(name=scan.path.name, other=other.path.name)
