"""Columns that a file has under a title that nobody knows, while it lacks one that it had before, or that the other
files of its folder have: maybe it was renamed there. Which ones that could be, and reading them as what they were.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from benchboard.analytics.files.column_matching import (
    ColumnMatch,
    alike_kind,
    column_places,
    file_titles,
    has_titles,
)
from benchboard.analytics.files.inspection_types import RenamedColumn
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _, ngettext, number

_NAMED: Final = 5
Renaming = tuple[str, str]
"""The title of a column in some files, and the title that it has in the table (`ScanColumn.source`); empty: it is a
column of its own."""


def stored_renamed(document: object) -> tuple[RenamedColumn, ...]:
    """What was stored, leaving out what can't be read."""
    found = []
    for one in document if isinstance(document, list) else ():
        match one:
            case {"files": list(files), "title": str(title), "columns": list(columns), "suggested": str(suggested),
                  "had": bool(had)}:  # fmt: skip
                found.append(RenamedColumn(tuple(map(str, files)), title, tuple(map(str, columns)), suggested, had))
    return tuple(found)


def renamed_in_file(
    scan: FileScan, name: str, titles: Sequence[str], found: Sequence[ScanColumn] | None = None
) -> tuple[RenamedColumn, ...]:
    """The columns of a file that may be renamed since it was read: it has new ones, and lacks others that are in use.
    `titles` are those that it has now; `found` the same columns as they were inspected, if they were: without, every
    kind fits."""
    before = scan.titles_before(name)
    if before is None or tuple(titles) == before:
        return ()
    compared = _TitleComparison(scan.columns, before, titles, found)
    asked = compared.suggested if len(compared.suggested) == len(compared.gone) else compared.new
    return tuple(compared.question(name, at, had=True) for at in asked) if compared.gone else ()


def renamed_in_match(scan: FileScan, match: ColumnMatch) -> tuple[RenamedColumn, ...]:
    """The columns that may be renamed in the file of a table that is made of it alone, whose columns are those of
    `match` now: new ones, while it lacks others that are in use."""
    if not match.missing or not match.added or not has_titles(scan):
        return ()
    before, now = ([column.source for column in each.columns] for each in (scan, match.scan))
    compared = _TitleComparison(scan.columns, before, now, match.scan.columns)
    asked = compared.suggested if len(compared.suggested) == len(compared.gone) else compared.new
    return tuple(compared.question(scan.path.name, at, had=True) for at in asked)


def renamed_now(scan: FileScan) -> tuple[RenamedColumn, ...]:
    """The columns of a folder's CSV files that may be renamed since they were read. Reads their beginnings."""
    if scan.format != "csv" or not scan.headers:
        return ()
    return unanswered(
        (one for name, found in file_titles(scan).items() for one in renamed_in_file(scan, name, found)), ()
    )


def renamed_error(found: Sequence[RenamedColumn]) -> Conflict:
    """The error of a table that can't be read before it is known which columns these are."""
    what = " ".join(map(renamed_sentence, found[:_NAMED]))
    return Conflict("files.renamed-columns", what, do=_("Refresh the data to choose which column it is."))


def renamed_beside(
    columns: Sequence[ScanColumn],
    name: str,
    titles: Sequence[str],
    found: Sequence[ScanColumn],
    others: Mapping[str, Sequence[str]],
) -> tuple[RenamedColumn, ...]:
    """The columns of a file that may be called otherwise than in the `others`, whose titles are given by their names:
    at the place of one that most of these have, with values of the same kind, under a title that none of them has."""
    if not others:
        return ()
    known = [column_places(columns, each) for each in others.values()]
    counts = [sum(each[at] is not None for each in known) for at in range(len(columns))]
    shared = [
        column if 2 * count > len(known) else replace(column, left_out=True)
        for column, count in zip(columns, counts, strict=True)
        if count
    ]
    (usual, _count), *_rest = Counter(map(tuple, others.values())).most_common(1)
    compared = _TitleComparison(shared, usual, titles, found)
    return tuple(compared.question(name, at, had=False) for at in compared.suggested)


def renamed_among(
    columns: Sequence[ScanColumn], titles: Mapping[str, Sequence[str]], found: Mapping[str, Sequence[ScanColumn]]
) -> tuple[RenamedColumn, ...]:
    """The columns that some files may call otherwise than most, as `renamed_beside` says: files that are read as one
    table for the first time, with their titles and their columns as they were inspected, by their names."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, each in titles.items():
        alike.setdefault(tuple(each), []).append(name)
    usual = max(alike.values(), key=len)
    asked: list[RenamedColumn] = []
    for each, names in alike.items():
        if names is not usual:
            others = {name: other for name, other in titles.items() if name not in names}
            for name in names:
                asked += renamed_beside(columns, name, each, found[name], others)
    return unanswered(asked, ())


def is_replaced(scan: FileScan, titles: Mapping[str, Sequence[str]], column: ScanColumn) -> bool:
    """Whether each file that had a column when it was read has another one of the table instead, which it lacked then:
    its old title was put back."""
    at = scan.columns.index(column)
    had = [
        (column_places(scan.columns, before), column_places(scan.columns, found))
        for name, found in titles.items()
        if (before := scan.titles_before(name)) is not None
    ]
    had = [(before, now) for before, now in had if before[at] is not None]
    return bool(had) and all(_back(scan, before, now) >= _gone(before, now) for before, now in had)


def with_renamed(scan: FileScan, renamings: Iterable[Renaming]) -> FileScan:
    """The scan whose columns have these other titles too; in a file that isn't text, in place of their own, by which
    its columns are read. Raises `Invalid` (`files.renamed`) for a column that the scan hasn't."""
    for title, known in renamings:
        if not known:
            continue
        at = next((at for at, one in enumerate(scan.columns) if _is_called(one, known)), None)
        if at is None:
            what = _("There's no column “{name}”.").format(name=known[:80])
            named = ", ".join([one.source for one in scan.columns if one.source][:20])
            raise Invalid("files.renamed", what, do=_("Choose one of: {values}.").format(values=named))
        column = scan.columns[at]
        if scan.format == "csv":
            column = replace(column, also=tuple(dict.fromkeys((*column.also, title))))
        else:
            column = replace(column, source=title)
        scan = scan.with_columns((*scan.columns[:at], column, *scan.columns[at + 1 :]))
    return scan


def unanswered(found: Iterable[RenamedColumn], renamings: Collection[Renaming]) -> tuple[RenamedColumn, ...]:
    """The columns about which none of these says what they are, those that are alike as one."""
    answered = {title.casefold() for title, _known in renamings}
    alike: defaultdict[RenamedColumn, list[str]] = defaultdict(list)
    for one in found:
        if one.title.casefold() not in answered:
            alike[replace(one, files=())] += one.files
    return tuple(replace(one, files=tuple(files)) for one, files in alike.items())


def renamed_sentence(found: RenamedColumn) -> str:
    """Which column files have instead of which, as a sentence."""
    files = files_text(found.files)
    count = len(found.files)
    if not found.suggested:
        names = ", ".join(f"“{one}”" for one in found.columns[:_NAMED])
        names += "…" if len(found.columns) > _NAMED else ""
        text = ngettext(
            "{files} has “{title}”, and no longer {columns}.", "{files} have “{title}”, and no longer {columns}.", count
        )
        return text.format(files=files, title=found.title, columns=names)
    text = (
        ngettext("{files} has “{title}” where it had “{column}”.", "{files} have “{title}” where they had “{column}”.",
                 count)
        if found.had
        else ngettext("{files} has “{title}” where other files have “{column}”.",
                      "{files} have “{title}” where other files have “{column}”.", count)
    )  # fmt: skip
    return text.format(files=files, title=found.title, column=found.suggested)


def files_text(files: Sequence[str]) -> str:
    """The name of the first file, and how many more there are."""
    if len(files) == 1:
        return f"“{files[0]}”"
    more = ngettext("{count} more file", "{count} more files", len(files) - 1)
    return _("“{file}” and {more}").format(file=files[0], more=more.format(count=number(len(files) - 1)))


def _is_called(column: ScanColumn, name: str) -> bool:
    return bool(column.source) and name.casefold() in (column.source.casefold(), column.title.casefold(), column.name)


def _gone(before: Sequence[int | None], now: Sequence[int | None]) -> int:
    return sum(one is not None and other is None for one, other in zip(before, now, strict=True))


def _back(scan: FileScan, before: Sequence[int | None], now: Sequence[int | None]) -> int:
    return sum(
        one is None and other is not None and not column.left_out
        for column, one, other in zip(scan.columns, before, now, strict=True)
    )


class _TitleComparison:
    """The titles of a file beside those that it had, or that another file has."""

    def __init__(
        self,
        columns: Sequence[ScanColumn],
        before: Sequence[str],
        now: Sequence[str],
        found: Sequence[ScanColumn] | None,
    ) -> None:
        self._columns, self._now, self._found = columns, now, found
        was, is_ = column_places(columns, before), column_places(columns, now)
        taken = {title.casefold() for one in columns for title in (one.source, *one.also)}
        self.gone = [
            at for at, one in enumerate(columns) if was[at] is not None and is_[at] is None and not one.left_out
        ]
        """The columns in use that it lacks now."""
        self.new = [at for at, title in enumerate(now) if title and at not in is_ and title.casefold() not in taken]
        """The places of the titles that no column has."""
        self.suggested: dict[int, int] = {}
        """Of these, those at the place of one of the columns, and that."""
        common = {place for place, other in zip(was, is_, strict=True) if place is not None and other is not None}
        before_of = {place: at for at, place in enumerate(was) if place is not None}
        now_of = {place: at for at, place in enumerate(is_) if place is not None}
        old = _gaps(len(before), {place: before_of[place] for place in common})
        for key, places in _gaps(len(now), {p: at for p, at in now_of.items() if was[at] is not None}).items():
            self._pair([before_of.get(place) for place in old.get(key, ())], places)

    def _pair(self, old: Sequence[int | None], new: Sequence[int]) -> None:
        """Suggest columns for the new titles between the same two columns of both: in their order if they are as many,
        else where one alone is of a kind."""
        if len(old) == len(new):
            pairs = [(one, at) for one, at in zip(old, new, strict=True) if one is not None]
        else:
            pairs = [
                (one, at)
                for one in old if one is not None
                for at in new
                if [other for other in new if self._fits(one, other)] == [at]
                and [other for other in old if other is not None and self._fits(other, at)] == [one]
            ]  # fmt: skip
        self.suggested |= {at: one for one, at in pairs if one in self.gone and at in self.new and self._fits(one, at)}

    def _fits(self, column: int, at: int) -> bool:
        if self._found is None:
            return True
        one, other = self._columns[column], self._found[at]
        units = {one.value_unit, other.value_unit} - {""}
        return alike_kind(one.kind) == alike_kind(other.kind) and len(units) < 2

    def question(self, name: str, at: int, *, had: bool) -> RenamedColumn:
        """The question which column the one at a place is."""
        suggested = self._columns[self.suggested[at]].source if at in self.suggested else ""
        titles = [self._columns[one].source for one in self.gone]
        return RenamedColumn((name,), self._now[at], tuple(sorted(titles, key=lambda one: one != suggested)), suggested,
                             had)  # fmt: skip


def _gaps(count: int, common: Mapping[int, int]) -> dict[tuple[int | None, int | None], list[int]]:
    """The places without a column of both, by the columns before and after them."""
    found: dict[tuple[int | None, int | None], list[int]] = {}
    last: int | None = None
    open_: list[int] = []
    for place in range(count + 1):
        if place < count and place not in common:
            open_.append(place)
            continue
        after = common.get(place)
        if open_:
            found[last, after] = open_
        last, open_ = after, []
    return found
