"""Adds files as a data source, and points a source to where its file is now."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.conversion import Conversion, copied_scan, copy_to_parquet
from benchboard.analytics.files.formats import detect_format
from benchboard.analytics.files.inspection_types import ReportProgress, TableInspection, UnreadFile
from benchboard.analytics.files.partial_columns import unread_sentence
from benchboard.analytics.files.renamed_columns import renamed_error, renamed_now
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.configuration import SourceConfiguration, SourceTable, tables_of
from benchboard.analytics.sources.copies import delete_copies, with_kept_files
from benchboard.analytics.sources.original_files import is_folder, is_nested, original, original_files
from benchboard.analytics.sources.services import SourceSummary, add_source, update_source
from benchboard.analytics.sources.source_ids import id_for_new
from benchboard.analytics.sources.source_reading import copies_before
from benchboard.analytics.sources.state import examine, problem_text
from benchboard.errors import Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, require
from benchboard.storage.engine import Transactions

FOLDER: Final = "sources"
"""The folder of the copies, in Benchboard's home folder."""


def import_files(
    database: Transactions,
    actor: Actor,
    *,
    name: str,
    scans: Sequence[FileScan],
    folder: Path | None,
    unread: Sequence[UnreadFile] = (),
    inspected: Sequence[TableInspection] = (),
    keeps_last_good: bool = False,
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> SourceSummary:
    """Add a data source with the tables of these scans, which are of one file or folder. With a `folder`, the tables
    are copied there as Parquet files; without, queries read the file where it is. `unread`: the files of the folder
    that couldn't be read when it was inspected; `inspected`: what was found in the tables then, to count their lines;
    `keeps_last_good`: copies are kept of files that queries read where they are.

    Takes as long as reading the file; no transaction is open meanwhile. Raises what `add_source` and `copy_to_parquet`
    raise, and `Cancelled`; then no copy is left.
    """
    require(actor, "sources:write")
    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    tables = tables_of(tuple(scans))
    if folder is None and is_nested(tables):
        raise Invalid("sources.nested", _("With subfolders, the files are copied."))
    with database.read() as session:
        source_id = id_for_new(session, actor, name, tables[0].scan.format if tables else "")
    if folder is None and keeps_last_good:
        tables = with_kept_files(tables, source_id)
    with _removed_on_failure() as copies:
        copies.extend(one.kept for one in tables if one.kept is not None)
        if folder is not None:
            tables = tuple(replace(one, copy=folder / f"{uuid.uuid4().hex}.parquet") for one in tables)
            copies.extend(one.copy for one in tables if one.copy is not None)
        originals = original_files(tables)
        copied = _copy(tables, token, report)
        state = examine(tables, token, originals)
        if state.problem:
            what = problem_text(state.problem, state.names, original(tables), is_folder=is_folder(tables))
            raise Invalid("sources.not-added", what, do=_("Choose the file again."))
        if len(inspected) == len(state.tables):
            pairs = zip(state.tables, inspected, strict=True)
            state = replace(state, tables=tuple(one.with_lines(found) for one, found in pairs))
        if copied:
            counted = zip(state.tables, copied, strict=True)
            state = replace(state, tables=tuple(
                replace(one, wrong=copy.emptied + copy.left_out, left_out=copy.left_out) for one, copy in counted
            ))  # fmt: skip
        state = replace(state, unread=tuple((one.name, unread_sentence(one)) for one in unread))
        kind = tables[0].scan.format if tables else ""
        with database.change() as session:
            return add_source(session, actor, name=name, kind=kind, tables=tables, state=state, source_id=source_id)


def locate_source(
    database: Transactions,
    actor: Actor,
    source_id: str,
    path: Path,
    *,
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> SourceSummary:
    """Read a source's tables from `path` from now on, as they were read before. Raises `Invalid` (`sources.other-file`)
    if that file is of another format or lacks columns that the source has."""
    require(actor, "sources:write")
    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    before = _tables(database, actor, source_id)
    found = detect_format(path)
    formats = {one.scan.format for one in before if not one.scan.files}
    if (found == "folder") != any(one.scan.files for one in before) or (found != "folder" and formats != {found}):
        raise _other_file(path, _("It's a different kind of file."))
    moved = tuple(replace(one, scan=replace(one.scan, path=path), copy=None) for one in before)
    if renamed := [each for one in moved for each in renamed_now(one.scan)]:
        raise _other_file(path, renamed_error(renamed).what)
    readable = tuple(one for one in moved if one.scan.readable_in_place)
    state = examine(readable, token)
    if state.problem:
        raise _other_file(path, problem_text(state.problem, state.names, path, is_folder=found == "folder"))
    tables = tuple(replace(one, copy=old.copy) for one, old in zip(moved, before, strict=True))
    originals = original_files(tables)
    _copy(tables, token, report)
    state = examine(tables, token, originals)
    with database.change() as session:
        return update_source(session, actor, source_id, tables=tables, state=state)


def table_scan(database: Transactions, actor: Actor, source_id: str, table: str) -> FileScan:
    """How a table of a source is read now: its copy where there is one. Raises `NotFound`."""
    require(actor, "sources:read")
    for one in _tables(database, actor, source_id):
        if one.name == table:
            return one.readable().scan if one.copy is None else copied_scan(one.scan, one.copy)
    raise NotFound("sources.no-table", _("There's no table “{name}”.").format(name=table[:80]))


def source_copies(database: Transactions, actor: Actor, source_id: str) -> tuple[Path, ...]:
    """The files that were made for a source, those kept to undo its last reading too, and the folders of the last good
    copies of its files."""
    require(actor, "sources:read")
    with database.read() as session:
        row = get_row(session, actor, source_id)
        tables = (*SourceConfiguration.from_json(row.connection_config, row.id).tables, *copies_before(row))
    return tuple(dict.fromkeys(path for one in tables for path in (one.copy, one.kept, one.live) if path is not None))


def _tables(database: Transactions, actor: Actor, source_id: str) -> tuple[SourceTable, ...]:
    with database.read() as session:
        return SourceConfiguration.from_json(get_row(session, actor, source_id).connection_config, source_id).tables


def _copy(tables: Sequence[SourceTable], token: CancelToken, report: ReportProgress) -> list[Conversion]:
    return [
        copy_to_parquet(one.scan, one.copy, cancel_token=token, progress=report)
        for one in tables
        if one.copy is not None
    ]


def _other_file(path: Path, why: str) -> Invalid:
    what = _("“{name}” can't replace this data source's file.").format(name=path.name)
    return Invalid("sources.other-file", what, why=why, do=_("Choose the file that was moved."))


@contextmanager
def _removed_on_failure() -> Iterator[list[Path]]:
    """The files that are put into the list are removed if the block fails."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        delete_copies(made)
        raise
