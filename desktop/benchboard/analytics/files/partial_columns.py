"""What isn't in all files of a folder: columns that some of them lack, and files that no table reads."""

from collections.abc import Mapping, Sequence

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import column_places, file_titles, has_titles
from benchboard.analytics.files.inspection_types import PartialColumn, UnreadFile
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.i18n import _, number

_NAMED = 3


def partial_columns(columns: Sequence[ScanColumn], titles: Mapping[str, Sequence[str]]) -> tuple[PartialColumn, ...]:
    """Those of the used columns that some of the files don't have; `titles` are those of each file, by its name."""
    places = {name: column_places(columns, found) for name, found in titles.items()}
    found = []
    for at, column in enumerate(columns):
        names = tuple(name for name, each in places.items() if each[at] is not None)
        if names and len(names) < len(places) and not column.left_out:
            named = names if len(names) <= _NAMED and len(names) * 2 <= len(places) else ()
            found.append(PartialColumn(column.title, len(names), len(places), named))
    return tuple(found)


def read_partial_columns(scan: FileScan, cancel_token: CancelToken) -> tuple[PartialColumn, ...]:
    """The partial columns of a table as its files are now; none for a single file. Reads the beginning of each file.
    Raises `AppError` and `Cancelled`."""
    if len(scan.files) < 2 or (scan.format == "csv" and not has_titles(scan)):
        return ()
    if scan.format == "csv":
        return partial_columns(scan.columns, {name: found for name, found in file_titles(scan).items() if found})
    from benchboard.analytics.files.parquet_inspection import parquet_titles

    return partial_columns(
        scan.columns,
        {scan.name_of(path): parquet_titles(path, cancel_token, nested=scan.nested) for path in scan.paths},
    )


def partial_column_sentence(column: PartialColumn) -> str:
    """In how many files a column is: by their names where these are few."""
    names = ", ".join(f"“{name}”" for name in column.files)
    text = _("“{column}” is in {count} of {total} files. It is empty in the others.")
    if names:
        text = _("“{column}” is in {count} of {total} files: {names}. It is empty in the others.")
    return text.format(column=column.title, count=number(column.count), total=number(column.of), names=names)


def unread_sentence(file: UnreadFile) -> str:
    """Why a file isn't read, with its name."""
    why = " ".join(part for part in (file.why.what, file.why.why) if part)
    return why if file.name in why else _("“{name}” isn't read: {why}").format(name=file.name, why=why)
