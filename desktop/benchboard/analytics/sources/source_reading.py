"""Reads the files of a source again: by the titles of their columns, never for worse without asking, and undoable."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import ColumnMatch, column_places, lost_columns_error, match_columns
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import (
    FirstWrongLine,
    RenamedColumn,
    ReportProgress,
    TableInspection,
)
from benchboard.analytics.files.partial_columns import unread_sentence
from benchboard.analytics.files.readable_files import ReadableScan, unreadable_error
from benchboard.analytics.files.renamed_columns import (
    Renaming,
    renamed_in_match,
    renamed_sentence,
    unanswered,
    with_renamed,
)
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.analytics.remote import engine as remote_engine
from benchboard.analytics.remote.server_limits import RemoteTable
from benchboard.analytics.rest.reading import read_rows
from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.configuration import SourceConfiguration, SourceTable
from benchboard.analytics.sources.copied_table import CopiedTable
from benchboard.analytics.sources.copies import with_kept_files
from benchboard.analytics.sources.folder_reading import (
    FolderMatch,
    broken_files_error,
    gone_files_error,
    match_folder,
)
from benchboard.analytics.sources.lineage import table_uses
from benchboard.analytics.sources.original_files import OriginalFile, original_files, stored_files
from benchboard.analytics.sources.rest_connection import fresh_file, open_rest, stored_rest
from benchboard.analytics.sources.server_copy import open_table, read_table
from benchboard.analytics.sources.servers import open_server, set_problem, set_tables
from benchboard.analytics.sources.services import (
    SourceSummary,
    get_source,
    source_uses,
    stored_unread,
    update_source,
)
from benchboard.analytics.sources.state import (
    KEPT_TOTALS,
    READ_OPTIONS,
    SourceState,
    examine,
    first_wrong_line,
    store_answer_facts,
    store_failure,
    store_renamed,
    store_state,
    stored_first_wrong,
)
from benchboard.errors import AppError, Cancelled, Conflict, Denied, Invalid, NotFound
from benchboard.i18n import _, ngettext, number
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, require
from benchboard.storage.engine import Transactions
from benchboard.storage.models.analytics import DataSource

DOUBTFUL: Final = "sources.reading-doubtful"
"""The code of the error of a reading that would make a source worse; `accept_losses` reads it anyway."""
_FEW_WRONG: Final = 10
_WRONG_SHARE: Final = 20
"""More than this many wrong lines, which are three times those of before and a twentieth of all, are asked about."""
_NAMED: Final = 5
_BEFORE: Final = "before"


@dataclass(frozen=True, slots=True)
class _Reading:
    """A table as it would be read: its new description, its rows and wrong lines."""

    table: SourceTable
    rows: int
    wrong: int
    left_out: int | None = None
    """How many of these lines are left out."""
    totals: int = 0
    """How many total rows are."""
    kept_totals: int = 0
    """How many total rows are read as rows."""
    first_wrong: FirstWrongLine | None = None
    """The first line that doesn't fit."""
    is_new: bool = True
    """Whether its copy is to be made again."""


def read_source_again(
    database: Transactions,
    actor: Actor,
    source_id: str,
    *,
    accept_losses: bool = False,
    renamings: Sequence[Renaming] = (),
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
    keeps_last_good: bool = False,
    everything: bool = False,
) -> SourceSummary:
    """Read the files of a source as they are now. Columns are found by their titles, new ones are added. Copies are
    made again, and those of before are kept for `undo_reading`. Of a server, the tables are listed again. Of a copy of
    its table that finds new rows by a column, these are read, or with `everything` all rows.
    `keeps_last_good`: the last good copies of linked files are kept from now on. `renamings`: which columns of the
    files are those of the table that these lack now.

    Raises `Conflict` (`sources.reading-doubtful`) where columns are missing, no row is left, or far more lines don't
    fit than before, and where files have new columns which may be others that they lack (with the fact `renamed`), of
    which `renamings` doesn't say what they are: nothing is read then, unless `accept_losses`. Raises `Invalid`
    (`files.renamed`) for a renaming of a column that isn't new, what reading a file raises, and `Cancelled`.
    """
    require(actor, "sources:write")
    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    with database.read() as session:
        is_server = bool(get_source(session, actor, source_id).server)
        config = get_row(session, actor, source_id).connection_config
        configuration = None if is_server else SourceConfiguration.from_json(config, source_id)
        tables = () if configuration is None else configuration.tables
        extra = dict(get_row(session, actor, source_id).extra or {})
    if any(one.live is not None for one in tables):
        what = _("The values of a live bus come by themselves while it is open.")
        raise Invalid("sources.live", what, do=_("Open the live bus of its dongle."))
    tables = with_kept_files(tables, source_id) if keeps_last_good else tables
    if is_server:
        return _refreshed_server(database, actor, source_id, token)
    asking: _Asking | None = None
    if stored_rest(config) is not None:
        asking = _rest_asking(database, actor, source_id, token, report)
    elif configuration is not None and (copied := configuration.copied) is not None:
        copied = replace(copied, newer_by="") if everything else copied
        asking = _copy_asking(database, actor, copied, tables[0], extra.get("not_finite") is True, token, report)
    if asking is not None:
        return _refreshed_answer(
            database, actor, source_id, tables[0], asking, extra, accept_losses, renamings, token, report
        )
    if not tables or not all(_is_there(one) for one in tables if one.copy is None):
        return _refreshed(database, actor, source_id, tables, token)
    originals, unread = original_files(tables), dict(stored_unread(extra))
    before = stored_files(extra.get("originals")) or ()
    folders = _match_folders(tables, before, originals, unread, token)
    singles = {one.name: match_table(one, token, report) for one in tables if one.name not in folders}
    asked = {name: one.renamed for name, one in folders.items()} | {
        one.name: renamed_in_match(one.scan, singles[one.name]) for one in tables if one.name in singles
    }
    if renamings:
        tables = _with_renamings(tables, asked, renamings)
        folders = _match_folders(tables, before, originals, unread, token)
        singles |= {
            one.name: match_table(one, token, report) for one in tables if one.name in singles and asked[one.name]
        }
    if not accept_losses:
        questions = unanswered((each for found in asked.values() for each in found), renamings)
        _require_known_files(database, actor, source_id, tables, folders, questions, token)
    matches = [folders[one.name].match if one.name in folders else singles[one.name] for one in tables]
    unused = _replaced_and_unused(database, actor, source_id, folders)
    asked_of = [(one, _without(match, unused.get(one.name, ()))) for one, match in zip(tables, matches, strict=True)]
    lost = [column for _one, match in asked_of for column in match.missing]
    if lost and not accept_losses:
        _store_lost(database, actor, source_id, [one.name for one in lost], [one.title for one in lost])
        losing = next(one for one, match in asked_of if match.missing)
        raise _lost_error(database, actor, source_id, losing, [match for _one, match in asked_of])
    readings = [_read(one, match, extra, token, report) for one, match in zip(tables, matches, strict=True)]
    if not accept_losses:
        _require_no_worse(readings, extra)
    unread |= {file.name: unread_sentence(file) for one in folders.values() for file in (*one.broken, *one.unread)}
    return _copied_and_stored(
        database, actor, source_id, readings, token, report, originals=originals, unread=unread if folders else None,
        undoable=bool(renamings),
    )  # fmt: skip


def _match_folders(
    tables: Sequence[SourceTable],
    before: Sequence[OriginalFile],
    now: Sequence[OriginalFile],
    unread: Mapping[str, str],
    token: CancelToken,
) -> dict[str, FolderMatch]:
    """The tables that are made of a folder's files, by name, as those are now. A file belongs to one table."""
    taken = {path for one in tables for path in one.scan.paths}
    known = {one.scan.name_of(path) for one in tables for path in one.scan.paths} | set(unread)
    same = frozenset(one.name for one in now if one in before and one.name in known)
    found: dict[str, FolderMatch] = {}
    for one in tables:
        if one.scan.files:
            others = frozenset(taken - set(one.scan.paths))
            read = _require_readable(one)
            problems = frozenset(problem.name for problem in read.problems if not problem.renamed)
            # What is asked is about the files themselves.
            stand_ins = tuple((name, path) for name, path in read.scan.stand_ins if name in problems)
            found[one.name] = match_folder(replace(read.scan, stand_ins=stand_ins), others, same, token, problems)
            taken |= {one.scan.path / name for name in found[one.name].match.scan.files}
    return found


def _require_known_files(
    database: Transactions,
    actor: Actor,
    source_id: str,
    tables: Sequence[SourceTable],
    folders: Mapping[str, FolderMatch],
    questions: Sequence[RenamedColumn],
    token: CancelToken,
) -> None:
    """Raise `Conflict` for a folder that lacks files, or has files that can't be read, or with columns that may be
    others."""
    if (without := next((one for one in folders.values() if one.gone), None)) is not None:
        if any(one.copy is None for one in tables):
            _refreshed(database, actor, source_id, tables, token)  # its queries fail
        raise gone_files_error(without.match.scan.path, without.gone, DOUBTFUL)
    if broken := [file for one in folders.values() for file in one.broken]:
        raise broken_files_error(broken, DOUBTFUL)
    if questions:
        raise _renamed_error(database, actor, source_id, tables, questions)


def _with_renamings(
    tables: Sequence[SourceTable], asked: Mapping[str, Sequence[RenamedColumn]], renamings: Sequence[Renaming]
) -> tuple[SourceTable, ...]:
    """The tables with other titles of their columns, where it was `asked` which columns these are. Raises `Invalid`."""
    titles = {one.title.casefold() for found in asked.values() for one in found}
    for title, _known in renamings:
        if title.casefold() not in titles:
            what = _("No file has a new column “{title}” that may be another one.").format(title=title[:80])
            raise Invalid("files.renamed", what, do=_("Refresh the source without it."))
    named = {name: {one.title.casefold() for one in found} for name, found in asked.items()}
    return tuple(
        replace(one, scan=with_renamed(one.scan, [each for each in renamings if each[0].casefold() in named[one.name]]))
        if one.name in named
        else one
        for one in tables
    )


def _replaced_and_unused(
    database: Transactions, actor: Actor, source_id: str, folders: Mapping[str, FolderMatch]
) -> dict[str, frozenset[str]]:
    """By table, the missing columns in whose place their files have another one again, and that nothing uses."""
    found = {name: match.replaced for name, match in folders.items() if match.replaced}
    if not found:
        return {}
    with database.read() as session:
        return {
            table: frozenset(one for one in names if not table_uses(session, actor, source_id, table, (one,)))
            for table, names in found.items()
        }


def _without(match: ColumnMatch, names: Collection[str]) -> ColumnMatch:
    return replace(match, missing=tuple(one for one in match.missing if one.name not in names))


def _renamed_error(
    database: Transactions,
    actor: Actor,
    source_id: str,
    tables: Sequence[SourceTable],
    questions: Sequence[RenamedColumn],
    *,
    stored: bool = True,
) -> Conflict:
    """The error of files with columns that may be others. It is `stored` with the source, unless that is found each
    time that its files are read."""
    copied = any(one.copy is not None for one in tables)
    found = {problem.name for one in tables for problem in one.readable().problems if problem.renamed}
    if stored and not found >= {name for one in questions for name in one.files}:
        with database.change() as session:
            row = get_row(session, actor, source_id, lock=True)
            store_renamed(row, questions)
            session.flush()
            audit.record(session, actor, "source.refresh", row.id, name=row.name, status=row.status)
    what = " ".join(map(renamed_sentence, questions[:_NAMED]))
    asked = {title for one in questions for title in ((one.suggested,) if one.suggested else one.columns)}
    gone = [column.name for one in tables for column in one.scan.kept_columns if column.source in asked]
    why = " ".join(filter(None, (_uses_text(database, actor, source_id, gone),
                                 _("The copy of before is kept.") if copied else "")))  # fmt: skip
    do = ngettext("Say which column it is.", "Say which columns they are.", len(questions))
    return Conflict(DOUBTFUL, what, why=why, do=do, renamed=tuple(questions))


def store_table(
    database: Transactions,
    actor: Actor,
    source_id: str,
    table: str,
    scan: FileScan,
    cancel_token: CancelToken,
    progress: ReportProgress,
) -> SourceSummary:
    """Read one table of a source as `scan` says from now on, so that it can be undone; the others stay as they are.
    Raises what reading a file raises, and `Cancelled`."""
    require(actor, "sources:write")
    with database.read() as session:
        row = get_row(session, actor, source_id)
        tables = SourceConfiguration.from_json(row.connection_config, row.id).tables
        extra = dict(row.extra or {})
    # What was read of the others is as old as it was: their files may have changed since.
    originals = stored_files(extra.get("originals")) if len(tables) > 1 else None
    known = _known_tables(extra)
    readings = []
    for one in tables:
        if one.name == table:
            readings.append(_counted(one, inspect_scan(scan, cancel_token=cancel_token, progress=progress)))
        else:
            before = known.get(one.name, {})
            kept = _Reading(
                one, before.get("rows") or 0, before.get("wrong") or 0, before.get("left_out"),
                before.get("totals") or 0, before.get(KEPT_TOTALS) or 0,
                stored_first_wrong(one.name, before.get("first_wrong")), is_new=False,
            )  # fmt: skip
            readings.append(kept)
    return _copied_and_stored(
        database, actor, source_id, readings, cancel_token, progress,
        limited=extra.get("limited") is True, originals=originals or original_files(tables), undoable=True,
    )  # fmt: skip


def undo_reading(database: Transactions, actor: Actor, source: SourceSummary) -> SourceSummary:
    """Put the copies back that were replaced when `source` was read as it is. What this replaces is kept until the next
    reading, so that it can be undone too. Raises `Conflict`: `sources.read-since` or `sources.nothing-to-undo`."""
    require(actor, "sources:write")
    with database.change() as session:
        row = get_row(session, actor, source.id, lock=True)
        if row.last_sync != source.last_sync:
            what = _("“{name}” was refreshed again since.").format(name=row.name)
            raise Conflict("sources.read-since", what, do=_("Look at its data as they are now."))
        before = _before(row)
        tables = () if before is None else SourceConfiguration.from_json(before["config"], row.id).tables
        if before is None or not all(one.copy is None or one.copy.exists() for one in tables):
            what = _("The copy of before isn't there any more.")
            raise Conflict("sources.nothing-to-undo", what, do=_("Refresh the source."))
        replaced = _remembered(row)
        row.connection_config = before["config"]
        row.extra = {**before["extra"], _BEFORE: replaced}
        row.status = str(before["status"])
        row.last_sync = datetime.fromisoformat(before["last_sync"])
        session.flush()
        audit.record(session, actor, "source.update", row.id, name=row.name)
        return get_source(session, actor, source.id)


def copies_before(row: DataSource) -> tuple[SourceTable, ...]:
    """The tables whose copies are kept so that the last reading can be undone."""
    before = _before(row)
    try:
        return SourceConfiguration.from_json(before["config"], row.id).tables if before is not None else ()
    except AppError:
        return ()


def _refreshed(
    database: Transactions, actor: Actor, source_id: str, tables: Sequence[SourceTable], cancel_token: CancelToken
) -> SourceSummary:
    """Store which files of a source aren't there, and what that breaks."""
    state = examine(tables, cancel_token)
    with database.change() as session:
        row = get_row(session, actor, source_id, lock=True)
        store_state(row, state)
        broken = source_uses(session, actor, source_id, state.columns) if state.problem else ()
        row.extra = {**row.extra, "breaks": sorted({use.dashboard for use in broken})}
        session.flush()
        audit.record(session, actor, "source.refresh", row.id, name=row.name, status=row.status)
        return get_source(session, actor, source_id)


def _refreshed_server(database: Transactions, actor: Actor, source_id: str, cancel_token: CancelToken) -> SourceSummary:
    """List the tables of a server again, and store what was found, or why it couldn't be reached."""
    problem: AppError | None = None
    tables: tuple[RemoteTable, ...] = ()
    try:
        with database.read() as session:
            server = open_server(session, actor, source_id)
        if server is not None:
            tables = remote_engine.read_tables(server.settings, server.password, cancel_token=cancel_token)
    except Cancelled:
        raise
    except AppError as error:
        problem = error
    with database.change() as session:
        row = get_row(session, actor, source_id, lock=True)
        if problem is not None:
            set_problem(row, problem)
        else:
            set_tables(row, tables)
        session.flush()
        audit.record(session, actor, "source.refresh", row.id, name=row.name, status=row.status)
        return get_source(session, actor, source_id)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an API or a server answered, in a file: how that is read, whether the API has more rows, and whether the
    table has numbers that aren't finite."""

    scan: FileScan
    limited: bool = False
    not_finite: bool = False


@dataclass(frozen=True, slots=True)
class _Asking:
    """How an API or a server is asked again: `read` reads its rows into a file. `lacks_columns` and `is_worse` say what
    to do about the answer; empty: what is said of an API and of a file."""

    name: str
    read: Callable[[Path], _Answer]
    lacks_columns: str = ""
    is_worse: str = ""


def _rest_asking(
    database: Transactions, actor: Actor, source_id: str, token: CancelToken, report: ReportProgress
) -> _Asking:
    with database.read() as session:
        name = get_row(session, actor, source_id).name

    def read(file: Path) -> _Answer:
        with database.read() as session:
            rest = open_rest(session, actor, source_id)
        if rest is None:
            raise NotFound("sources.unknown", _("This data source no longer exists."))
        found = read_rows(rest.settings, rest.secret, file, cancel_token=token, progress=report)
        return _Answer(found.inspected.scan, limited=found.limited)

    return _Asking(name, read)


def _copy_asking(
    database: Transactions,
    actor: Actor,
    copied: CopiedTable,
    before: SourceTable,
    was_not_finite: bool,
    token: CancelToken,
    report: ReportProgress,
) -> _Asking:
    """Read the table that `before` is a copy of again, or its new rows."""

    def read(file: Path) -> _Answer:
        with database.read() as session:
            opened = open_table(session, actor, copied)
        found = read_table(opened, file, before, cancel_token=token, progress=report)
        not_finite = found.not_finite or (was_not_finite and not found.is_whole)
        return _Answer(found.inspected.scan, not_finite=not_finite)

    return _Asking(
        copied.table,
        read,
        _("Check the table on its server, or refresh the source without them."),
        _("Check the table on its server. Nothing was changed."),
    )


def _refreshed_answer(
    database: Transactions,
    actor: Actor,
    source_id: str,
    before: SourceTable,
    asking: _Asking,
    extra: Mapping[str, Any],
    accept_losses: bool,
    renamings: Sequence[Renaming],
    token: CancelToken,
    report: ReportProgress,
) -> SourceSummary:
    """Ask an API or a server for its rows again, and copy them; or store why it didn't give them: the copy of before
    stays. Raises `Denied` where the actor may not ask: that says nothing of the source."""
    folder = before.copy.parent if before.copy is not None else None
    with fresh_file(folder, asking.name) as file:
        try:
            answer = asking.read(file)
        except (Cancelled, Denied):
            raise
        except AppError as error:
            return _store_unread(database, actor, source_id, error)
        match = match_answer(
            database, actor, source_id, before, answer.scan, accept_losses=accept_losses, renamings=renamings,
            advice=asking.lacks_columns,
        )  # fmt: skip
        readings = [_read(replace(before, scan=match.scan), match, extra, token, report)]
        if not accept_losses:
            _require_no_worse(readings, extra, asking.is_worse)
        return _copied_and_stored(
            database, actor, source_id, readings, token, report, limited=answer.limited, not_finite=answer.not_finite
        )


def match_answer(
    database: Transactions,
    actor: Actor,
    source_id: str,
    before: SourceTable,
    now: FileScan,
    *,
    accept_losses: bool,
    renamings: Sequence[Renaming],
    of_new_settings: bool = False,
    advice: str = "",
) -> ColumnMatch:
    """The columns of a table `before` in what its API or server answers `now`, whether it was asked again or with other
    settings (`of_new_settings`: what is wrong isn't kept with the source, which stays as it is). Raises `Conflict`
    (`sources.reading-doubtful`) as `read_source_again` does, unless `accept_losses`; with the `advice` where columns
    are missing, if it isn't that for an API."""
    require(actor, "sources:write")
    known = before.scan if now.format == before.scan.format else replace(now, columns=before.scan.columns)
    known = replace(known, path=now.path)
    match = match_columns(known, now.columns)
    asked = renamed_in_match(known, match)
    if renamings:
        (renamed,) = _with_renamings([replace(before, scan=known)], {before.name: asked}, renamings)
        match = match_columns(renamed.scan, now.columns)
    if accept_losses:
        return match
    if questions := unanswered(asked, renamings):
        raise _renamed_error(database, actor, source_id, (before,), questions, stored=not of_new_settings)
    if match.missing:
        if not of_new_settings:
            _store_lost(database, actor, source_id, [one.name for one in match.missing],
                        [one.title for one in match.missing])  # fmt: skip
        doubt = _lost_error(database, actor, source_id, replace(before, scan=match.scan), [match])
        doubt.do = advice or (
            _("Check the settings, or save them without these columns.")
            if of_new_settings
            else _("Check the API, or refresh the source without them.")
        )
        raise doubt
    return match


def _store_unread(database: Transactions, actor: Actor, source_id: str, error: AppError) -> SourceSummary:
    """Keep why an API or a server didn't give its rows. What was read before, and when, stays true."""
    with database.change() as session:
        row = get_row(session, actor, source_id, lock=True)
        row.extra = {**(row.extra or {}), "server_problem": " ".join(filter(None, (error.what, error.why)))}
        store_failure(row)
        session.flush()
        audit.record(session, actor, "source.refresh", row.id, name=row.name, status=row.status)
        return get_source(session, actor, source_id)


def _before(row: DataSource) -> Mapping[str, Any] | None:
    found = (row.extra or {}).get(_BEFORE)
    names = {"config", "extra", "status", "last_sync"}
    return found if isinstance(found, dict) and names == set(found) else None


def _is_there(table: SourceTable) -> bool:
    """Whether what queries read in place is there; of a folder, any of its files."""
    found = [path.exists() for path in table.scan.paths]
    return any(found) if table.scan.files else all(found)


def match_table(table: SourceTable, token: CancelToken, report: ReportProgress) -> ColumnMatch:
    """The columns of a table in its file now. Raises `NotFound` for one that isn't in it any more, `Invalid` for one
    that must be copied now, and what reading a file raises."""
    scan = table.scan
    _require_readable(table)
    inspected = inspect_file(
        scan.path, scan.options, fixed=READ_OPTIONS, only=scan.table, cancel_token=token, progress=report
    )
    found = next((one.scan for one in inspected.tables if one.scan.table == scan.table), None)
    if found is None or inspected.format != scan.format:
        what = _("“{name}” no longer has the table “{table}”.").format(name=scan.path.name, table=scan.table)
        raise NotFound("files.no-table", what, do=_("Put it back into the file, or add the file again."))
    return match_columns(scan, found.columns)


def _require_readable(table: SourceTable) -> ReadableScan:
    """What of a table's files can be read. Raises `Unavailable` if that is nothing but last good rows."""
    read = table.readable()
    if not read.problems or (read.has_any and table.scan.files):
        return read
    error = unreadable_error(read.problems[0])
    if read.has_any:
        error.why += " " + _("Its last good rows are shown until then.")
    raise error


def _read(
    table: SourceTable,
    match: ColumnMatch,
    extra: Mapping[str, Any],
    token: CancelToken,
    report: ReportProgress,
) -> _Reading:
    """Read a table as its files are. A total row that came since is left out, as it would be at the import, unless the
    user kept those of before, as `extra` says."""
    found = inspect_scan(match.scan, cancel_token=token, progress=report)
    options = found.scan.options
    if found.total_lines and not options.total_label and not _known_tables(extra).get(table.name, {}).get(KEPT_TOTALS):
        labelled = replace(found.scan, options=replace(options, total_label=found.total_lines[0].value))
        found = inspect_scan(labelled, cancel_token=token, progress=report)
    return _counted(table, found)


def _counted(table: SourceTable, found: TableInspection) -> _Reading:
    """The table as it was read. Its files that couldn't be stay its files: they may be corrected."""
    files = {*found.scan.files, *(problem.name for problem in table.readable().problems if table.scan.files)}
    scan = replace(found.scan, files=tuple(sorted(files)), stand_ins=())
    return _Reading(
        replace(table, scan=scan), found.rows, found.wrong_count, found.left_out, found.totals, found.kept_totals,
        first_wrong_line(table.name, found),
    )  # fmt: skip


def _known_tables(extra: Mapping[str, Any]) -> dict[Any, Mapping[str, Any]]:
    """What is stored of the tables of a source, by their names."""
    listed = extra.get("tables")
    return {one.get("name"): one for one in listed if isinstance(one, dict)} if isinstance(listed, list) else {}


def _lost_error(
    database: Transactions, actor: Actor, source_id: str, table: SourceTable, matches: Sequence[ColumnMatch]
) -> Conflict:
    """What the file has lost, what it has instead, and what that breaks."""
    lost = [column for match in matches for column in match.missing]
    added = [f"“{column.title}”" for match in matches for column in match.added]
    error = lost_columns_error(_losing_name(table.scan, lost), [column.title for column in lost])
    why = [_("New in it: {names}.").format(names=", ".join(added[:_NAMED]))] if added else []
    if text := _uses_text(database, actor, source_id, [column.name for column in lost]):
        why.append(text)
    if table.copy is not None:
        why.append(_("The copy of before is kept."))
    titles = tuple(column.title for column in lost)
    return Conflict(DOUBTFUL, error.what, why=" ".join(why), do=error.do, columns=titles)


def _uses_text(database: Transactions, actor: Actor, source_id: str, columns: Sequence[str]) -> str:
    """What breaks without these columns; empty if nothing does."""
    with database.read() as session:
        uses = source_uses(session, actor, source_id, columns)
    if not uses:
        return ""
    names = sorted({f"“{use.dashboard}”" for use in uses})
    text = ngettext("{count} widget uses it: on {names}.", "{count} widgets use it: on {names}.", len(uses))
    return text.format(count=number(len(uses)), names=", ".join(names[:_NAMED]))


def _losing_name(scan: FileScan, lost: Sequence[ScanColumn]) -> str:
    """The name of the file that had these columns; of the folder if that were several, or isn't known."""
    names = {column.name for column in lost}
    columns = [column for column in scan.columns if column.name in names]
    had = [
        name
        for name in scan.files
        if any(at is not None for at in column_places(columns, scan.titles_before(name) or ()))
    ]
    return had[0] if len(had) == 1 else scan.path.name


def _store_lost(
    database: Transactions, actor: Actor, source_id: str, names: Sequence[str], titles: Sequence[str]
) -> None:
    """Say at the source that its file has lost columns. What was read before, and when, stays true."""
    with database.change() as session:
        row = get_row(session, actor, source_id, lock=True)
        broken = sorted({use.dashboard for use in source_uses(session, actor, source_id, names)})
        row.extra = {**(row.extra or {}), "problem": "columns", "names": list(titles), "breaks": broken}
        store_failure(row)
        session.flush()
        audit.record(session, actor, "source.refresh", row.id, name=row.name, status=row.status)


def _require_no_worse(readings: Sequence[_Reading], extra: Mapping[str, Any], advice: str = "") -> None:
    """Raise `Conflict` for a reading that loses every row of a table, or has far more wrong lines than the last one.
    `advice` is what to do, if that isn't to check a file."""
    known = _known_tables(extra)
    for one in readings:
        before = known.get(one.table.name, {})
        rows, wrong = before.get("rows"), before.get("wrong")
        name = one.table.scan.path.name
        do = advice or _("Check the file. Nothing was changed.")
        if one.rows == 0 and rows != 0:
            what = _("“{name}” has no rows now.").format(name=name)
            why = _("Before: {rows}.").format(
                rows=ngettext("{count} row", "{count} rows", rows).format(count=number(rows))
            ) if isinstance(rows, int) else ""  # fmt: skip
            raise Conflict(DOUBTFUL, what, why=why, do=do)
        if one.wrong > max(_FEW_WRONG, 3 * (wrong or 0)) and one.wrong * _WRONG_SHARE > one.rows:
            what = ngettext("{count} line of “{name}” doesn't fit now.", "{count} lines of “{name}” don't fit now.",
                            one.wrong).format(count=number(one.wrong), name=name)  # fmt: skip
            why = _("Before: {count}.").format(count=number(wrong)) if isinstance(wrong, int) else ""
            raise Conflict(DOUBTFUL, what, why=why, do=do)


def _copied_and_stored(
    database: Transactions,
    actor: Actor,
    source_id: str,
    readings: Sequence[_Reading],
    token: CancelToken,
    report: ReportProgress,
    *,
    limited: bool = False,
    not_finite: bool = False,
    originals: tuple[OriginalFile, ...] | None = None,
    unread: Mapping[str, str] | None = None,
    undoable: bool = False,
) -> SourceSummary:
    """Copy the tables that are copied to new files, and store what was read; the files of before are kept.
    `undoable`: what was before is remembered where nothing is copied too."""
    tables = tuple(_with_new_copy(one.table) if one.is_new else one.table for one in readings)
    try:
        left_out = {one.table.name: one.left_out for one in readings}
        for one, reading in zip(tables, readings, strict=True):
            if one.copy is not None and reading.is_new:
                made = copy_to_parquet(one.scan, one.copy, cancel_token=token, progress=report)
                left_out[one.name] = made.left_out
        state = _with_wrong(examine(tables, token, originals), readings, left_out)
        if unread is not None:
            read = {one.scan.name_of(path) for one in tables for path in one.scan.paths}
            state = replace(state, unread=tuple((name, why) for name, why in unread.items() if name not in read))
        with database.change() as session:
            row = get_row(session, actor, source_id, lock=True)
            older, before = copies_before(row), _remembered(row)
            update_source(session, actor, source_id, tables=tables, state=state)
            store_answer_facts(row, limited=limited, not_finite=not_finite)
            if undoable or any(one.copy is not None for one in tables):
                row.extra = {**row.extra, _BEFORE: before}
            session.flush()
            summary = get_source(session, actor, source_id)
            kept = _tables_before(session, actor, source_id)
    except BaseException:
        _delete(tables, kept=[one.table for one in readings])
        raise
    _delete(older, kept=(*tables, *kept))
    return summary


def _tables_before(session: Session, actor: Actor, source_id: str) -> tuple[SourceTable, ...]:
    return copies_before(get_row(session, actor, source_id))


def _remembered(row: DataSource) -> dict[str, Any]:
    """What `undo_reading` puts back."""
    extra = {name: value for name, value in (row.extra or {}).items() if name != _BEFORE}
    last = row.last_sync or datetime.fromtimestamp(0).astimezone()
    return {"config": row.connection_config, "extra": extra, "status": row.status, "last_sync": last.isoformat()}


def _with_new_copy(table: SourceTable) -> SourceTable:
    if table.copy is None:
        return table
    return replace(table, copy=table.copy.with_name(f"{uuid.uuid4().hex}.parquet"))


def _with_wrong(state: SourceState, readings: Sequence[_Reading], left_out: Mapping[str, int | None]) -> SourceState:
    known = {one.table.name: one for one in readings}
    tables = (
        replace(
            one,
            wrong=known[one.name].wrong,
            left_out=left_out.get(one.name),
            totals=known[one.name].totals,
            kept_totals=known[one.name].kept_totals,
            first_wrong=known[one.name].first_wrong,
        )
        if one.name in known
        else one
        for one in state.tables
    )
    return replace(state, tables=tuple(tables))


def _delete(tables: Sequence[SourceTable], *, kept: Sequence[SourceTable] = ()) -> None:
    needed: set[Path | None] = {one.copy for one in kept}
    for one in tables:
        if one.copy is not None and one.copy not in needed:
            with suppress(OSError):
                one.copy.unlink()
