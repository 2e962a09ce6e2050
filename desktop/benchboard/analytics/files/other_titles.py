"""Files of a folder that have the columns of others under other titles: “Datum; Kunde; Umsatz” beside “Date; Customer;
Revenue”. Which ones could be meant, and reading them as one table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchboard.analytics.files.column_matching import alike_kind, belong_together, has_titles
from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.files.renamed_columns import Renaming, files_text
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext

_LEAST_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class OtherTitles:
    """The files with columns of the same kinds, in the same order, as those of a file `like`, under other titles:
    `titles` are their own and those of `like`, in pairs."""

    files: tuple[str, ...]
    like: str
    titles: tuple[tuple[str, str], ...]


def other_titles(tables: Sequence[TableInspection]) -> tuple[OtherTitles, ...]:
    """The tables of a folder that could be one with another, which has more files, or rows: those whose columns are of
    the same kinds in the same order, some of them not texts."""
    titled = [one for one in tables if one.scan.format == "csv" and has_titles(one.scan)]
    order = sorted(titled, key=lambda one: (-len(one.scan.file_names), -one.rows))
    found: list[OtherTitles] = []
    taken: set[str] = set()
    for at, like in enumerate(order):
        if like.scan.file_names[0] in taken:
            continue
        for other in order[at + 1 :]:
            if (
                other.scan.file_names[0] not in taken
                and _kinds(other.scan) == _kinds(like.scan)
                and _is_told(like.scan)
            ):
                found.append(_pair(other.scan, like.scan))
                taken |= {*other.scan.file_names}
    return tuple(found)


def with_titles_of(tables: Sequence[TableInspection], same_as: Mapping[str, str]) -> tuple[TableInspection, ...]:
    """The tables of single files, those whose file is in `same_as` with the titles of the file that it names there, or
    of the one which that has the titles of.

    Raises `Invalid` (`files.titles`) if there is no such file, or if it has another number of columns.
    """
    known = {one.scan.file_name: one.scan for one in tables if one.scan.format == "csv" and has_titles(one.scan)}
    for name in (*same_as, *same_as.values()):
        if name not in known:
            what = _("There's no CSV file “{name}” in this folder.").format(name=name[:80])
            raise Invalid("files.titles", what, do=_("Choose one of the folder's files."))
    likes = {name: _last_of(name, same_as) for name in same_as}
    return tuple(
        _renamed(one, known[likes[one.scan.file_name]]) if one.scan.file_name in likes else one for one in tables
    )


def with_renamings(tables: Sequence[TableInspection], renamings: Sequence[Renaming]) -> tuple[TableInspection, ...]:
    """The tables of single files, those with one of these titles with the column that it is, if they lack that and then
    belong to a file that has it. Raises `Invalid` (`files.renamed`) if none is so."""
    found = list(tables)
    for title, known in renamings:
        having = [one.scan for one in found if _column(one.scan, known) is not None]
        changed = {
            at: new for at, one in enumerate(found) if (new := _with_renaming(one, title, known, having)) is not None
        }
        if not changed:
            what = _("No file has a column “{title}” that can be “{column}”.")
            raise Invalid(
                "files.renamed", what.format(title=title[:80], column=known[:80]),
                do=_("Choose a column that other files have at that place."),
            )  # fmt: skip
        found = [changed.get(at, one) for at, one in enumerate(found)]
    return tuple(found)


def _with_renaming(
    table: TableInspection, title: str, known: str, having: Sequence[FileScan]
) -> TableInspection | None:
    """The table with a column as what it is in one of the others; None if it isn't one of these."""
    own = _column(table.scan, title)
    if own is None or _column(table.scan, known) is not None:
        return None
    for other in having:
        theirs = _column(other, known)
        titles = [known if one is own else one.source for one in table.scan.columns]
        if theirs is not None and belong_together(titles, [one.source for one in other.columns]):
            taken = {one.name for one in table.scan.columns if one is not own}
            column = _as(own, theirs)
            column = replace(column, name=own.name) if column.name in taken else column
            columns = tuple(column if one is own else one for one in table.scan.columns)
            return replace(table, scan=table.scan.with_columns(columns))
    return None


def _column(scan: FileScan, title: str) -> ScanColumn | None:
    """The column of a CSV file with this title."""
    if scan.format != "csv" or not has_titles(scan):
        return None
    return next((one for one in scan.columns if one.source.casefold() == title.casefold()), None)


def _last_of(name: str, same_as: Mapping[str, str]) -> str:
    """The file whose titles a file has in the end; itself if they name each other in a circle."""
    found, passed = name, set[str]()
    while found in same_as and found not in passed:
        passed.add(found)
        found = same_as[found]
    return found


def other_titles_sentence(found: OtherTitles) -> str:
    """Which files could be read with others, as a sentence."""
    files = files_text(found.files)
    return ngettext(
        "{file} has the same kinds of columns as “{like}” under other titles: {titles}.",
        "{file} have the same kinds of columns as “{like}” under other titles: {titles}.",
        len(found.files),
    ).format(file=files, like=found.like, titles=_titles_text(found.titles))


def same_titles_sentence(scan: FileScan) -> str:
    """Under which titles columns of a table are read that some of its files call otherwise; empty if none are."""
    pairs = [(own, column.title) for column in scan.columns for own in column.also]
    if not pairs:
        return ""
    return _("Columns with other titles are read as one: {titles}.").format(titles=_titles_text(pairs))


def _kinds(scan: FileScan) -> tuple[str, ...]:
    return tuple(alike_kind(column.kind) for column in scan.columns)


def _is_told(scan: FileScan) -> bool:
    """Whether the kinds of a table's columns say anything: of texts alone, everything would be like everything."""
    kinds = _kinds(scan)
    return len(kinds) >= _LEAST_COLUMNS and any(kind != "text" for kind in kinds) and len(set(kinds)) > 1


def _pair(other: FileScan, like: FileScan) -> OtherTitles:
    titles = tuple(
        (own.source, theirs.title)
        for own, theirs in zip(other.columns, like.columns, strict=True)
        if own.source.casefold() != theirs.source.casefold()
    )
    return OtherTitles(other.file_names, like.file_names[0], titles)


def _renamed(table: TableInspection, like: FileScan) -> TableInspection:
    columns = table.scan.columns
    if len(columns) != len(like.columns):
        what = _("“{name}” and “{like}” don't have as many columns.").format(
            name=table.scan.file_name, like=like.file_name
        )
        raise Invalid("files.titles", what, do=_("Only files with the same columns can be read as one."))
    pairs = zip(columns, like.columns, strict=True)
    return replace(table, scan=table.scan.with_columns(tuple(_as(own, theirs) for own, theirs in pairs)))


def _as(own: ScanColumn, theirs: ScanColumn) -> ScanColumn:
    also = (own.source,) if own.source.casefold() != theirs.source.casefold() else ()
    return replace(own, name=theirs.name, title=theirs.title, source=theirs.source, also=also)


def _titles_text(pairs: Sequence[tuple[str, str]]) -> str:
    shown = [_("“{own}” is “{title}”").format(own=own, title=title) for own, title in pairs[:6]]
    return ", ".join([*shown, *(["…"] if len(pairs) > len(shown) else [])])
