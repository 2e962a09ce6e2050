"""What is found when a source is refreshed: whether its files are there and have their columns, and what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from benchboard.analytics import duckdb_engine
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.files.column_matching import current_scan, known_titles
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.inspection_types import (
    FirstWrongLine,
    PartialColumn,
    RenamedColumn,
    TableInspection,
)
from benchboard.analytics.files.partial_columns import read_partial_columns
from benchboard.analytics.files.renamed_columns import renamed_sentence
from benchboard.analytics.files.unread_marks import unread_thousands_mark
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.analytics.sources.original_files import OriginalFile, original_files, stored_files
from benchboard.errors import AppError, Cancelled, Conflict, NotFound, Unavailable
from benchboard.i18n import _, ngettext
from benchboard.storage.models.analytics import DataSource

COUNT_TIMEOUT = 300.0
"""Seconds that counting the rows of one table may take."""
READ_OPTIONS = frozenset((
    "delimiter", "quote", "encoding", "decimal_mark", "thousands_mark", "date_order", "header", "skip_lines",
    "null_words", "quoted_breaks", "compressed", "total_label", "zoned_times", "trim_spaces",
))  # fmt: skip
KEPT_TOTALS: Final = "kept_totals"
_ATTEMPTED: Final = "attempted"
_PARTIAL_COLUMNS = 100
_RENAMED = 3
_NAMED: Final = 5
Problem = Literal["", "moved", "columns", "unreadable"]


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table as it was found; `rows` is None where they couldn't be counted."""

    name: str
    rows: int | None
    files: tuple[dict[str, object], ...] = ()
    """Of each file the name, the size in bytes and when it was changed (seconds since 1970): its fingerprint."""
    wrong: int | None = None
    """Lines that didn't fit; None where they weren't counted."""
    left_out: int | None = None
    """How many of these aren't among the rows; None where they weren't counted."""
    totals: int = 0
    """How many total rows aren't among the rows."""
    kept_totals: int = 0
    """How many are, as the user wished."""
    partial_columns: tuple[PartialColumn, ...] = ()
    """The first columns that not all of its files have."""

    first_wrong: FirstWrongLine | None = None
    """The first line that didn't fit; None where all did or it isn't known."""

    def with_lines(self, inspected: TableInspection) -> "FoundTable":
        """The table with the counts of an inspection."""
        return replace(self, wrong=inspected.wrong_count, left_out=inspected.left_out, totals=inspected.totals,
                       kept_totals=inspected.kept_totals,
                       first_wrong=first_wrong_line(self.name, inspected))  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        partial = [asdict(one) | {"files": list(one.files)} for one in self.partial_columns]
        return asdict(self) | {"files": list(self.files), "partial_columns": partial}


def first_wrong_line(table: str, inspected: TableInspection) -> FirstWrongLine | None:
    """The first line of a table that doesn't fit; None where all do."""
    if not inspected.wrong_lines:
        return None
    first = inspected.wrong_lines[0]
    file = first.file or inspected.scan.path.name
    return FirstWrongLine(table, file, first.line, unread_thousands_mark(inspected))


def stored_first_wrong(table: str, stored: object) -> FirstWrongLine | None:
    """The first line of a table that didn't fit, as it is stored; None where that isn't known."""
    match stored:
        case {"file": str(file), "line": int(line), "thousands_mark": str(mark)}:
            return FirstWrongLine(table, file, line, mark)
    return None


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as it was found. `problem` is empty where nothing is wrong; `names` are then the missing files or the
    titles of lost columns."""

    tables: tuple[FoundTable, ...]
    problem: Problem = ""
    names: tuple[str, ...] = ()
    columns: tuple[str, ...] = field(default=())
    """The lost columns as queries name them."""
    originals: tuple[OriginalFile, ...] | None = None
    """The files that it was read from, as they were then; None where it wasn't read: those of before still are."""
    unread: tuple[tuple[str, str], ...] | None = None
    """The names of the files in its folder that aren't read, and why not, as a sentence; None: those of before."""

    def to_json(self) -> dict[str, Any]:
        """As it is stored in the column `metadata`."""
        read = {} if self.originals is None else {"originals": [one.to_json() for one in self.originals]}
        if self.unread is not None:
            read["unread"] = [{"name": name, "why": why} for name, why in self.unread]
        return {"tables": [one.to_json() for one in self.tables], "problem": self.problem, "names": list(self.names),
                **read}  # fmt: skip


def store_state(row: DataSource, state: SourceState) -> None:
    """Put into the row of a source what was found. With a problem, what was read before, and when, stays true."""
    found = {**state.to_json(), "breaks": [], "server_problem": "", "renamed": []}
    if state.problem:
        if row.last_sync is not None:
            del found["tables"]
        row.extra = {**(row.extra or {}), **found}
        store_failure(row)
        return
    row.status, row.last_sync = "connected", datetime.now(UTC)
    row.extra = without_failure({**(row.extra or {}), **found})


def store_failure(row: DataSource) -> None:
    """Put into the row of a source that it couldn't be read just now."""
    row.status = "error"
    row.extra = {**(row.extra or {}), _ATTEMPTED: datetime.now(UTC).isoformat()}


def without_failure(extra: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of a source, without that it couldn't be read."""
    return {name: value for name, value in extra.items() if name != _ATTEMPTED}


def stored_failure(extra: Mapping[str, Any]) -> datetime | None:
    """When a source couldn't be read, if that was the last attempt."""
    try:
        return datetime.fromisoformat(str(extra.get(_ATTEMPTED)))
    except ValueError:
        return None


def is_over(extra: Mapping[str, Any], tables: Sequence[SourceTable]) -> bool:
    """Whether what was wrong with the files of a source no longer is: they are back, or as they were when they were
    last read. Looks at the files."""
    match extra.get("problem"):
        case "moved":
            return bool(tables) and all(path.exists() for table in tables for path in _paths(table))
        case "columns" | "unreadable":
            known = stored_files(extra.get("originals"))
            return bool(known) and known == original_files(tables)
    return False


def store_renamed(row: DataSource, found: Sequence[RenamedColumn]) -> None:
    """Put into the row of a source which columns may be renamed. What was read before, and when, stays true."""
    row.extra = {**(row.extra or {}), "problem": "renamed", "names": [], "breaks": [],
                 "renamed": [one.to_json() for one in found]}  # fmt: skip
    store_failure(row)


def store_answer_facts(row: DataSource, *, limited: bool, not_finite: bool) -> None:
    """Put into the row of a source whether its API has more rows than are read, and whether a server's table has
    numbers that aren't finite, which are empty in the copy."""
    facts = {"limited": limited, "not_finite": not_finite}
    kept = {name: value for name, value in (row.extra or {}).items() if name not in facts}
    row.extra = kept | {name: True for name, is_so in facts.items() if is_so}


def renamed_text(renamed: Sequence[RenamedColumn], *, copied: bool) -> str:
    """Which columns of a source may be renamed, what is shown until that is known, and what to do."""
    what = " ".join(map(renamed_sentence, renamed[:_RENAMED]))
    until = _("Until then, the data from before are shown.") if copied else ""
    return " ".join(part for part in (what, _("Refresh the data to choose which column it is."), until) if part)


def problem_text(
    problem: str, names: Sequence[str], path: Path | None, *, is_folder: bool = False, of_server: bool = False
) -> str:
    """What is wrong with a source of files at `path`, or with what an API answered (None) or a server's table has, as a
    sentence; empty where nothing is."""
    listed = ", ".join(str(name) for name in names[:_NAMED])
    if problem == "moved":
        folder = "" if path is None else str(path if is_folder else path.parent)
        return ngettext("{names} is missing from {folder}.", "{names} are missing from {folder}.", len(names)).format(
            names=listed, folder=folder
        )
    if problem == "columns":
        if of_server:
            return _("The server's table no longer has these columns: {names}.").format(names=listed)
        if path is None:
            return _("The API no longer sends these columns: {names}.").format(names=listed)
        quoted = ", ".join(f"“{name}”" for name in names[:_NAMED])
        return ngettext(
            "Column {names} is missing from {file}.", "Columns {names} are missing from {file}.", len(names)
        ).format(names=quoted, file=path.name)
    return _("The file can't be read: {names}.").format(names=listed) if problem else ""


def problem_advice(problem: str, path: Path | None) -> str:
    """What to do about what is wrong with a source of files at `path`; empty where nothing is, and of an API."""
    if path is None or not problem:
        return ""
    if problem == "columns":
        return _("Rename it back, or refresh the data without it.")
    if problem == "moved":
        return _("Find it, or put it back.")
    return _("Correct the file, then refresh the data.")


def examine(
    tables: Sequence[SourceTable], cancel_token: CancelToken, originals: tuple[OriginalFile, ...] | None = None
) -> SourceState:
    """Look at the files of a source. Takes about as long as reading them; without a session. Raises `Cancelled`.

    `originals`: the files as they were before they were copied; what changes meanwhile is news.
    """
    originals = original_files(tables) if originals is None else originals
    missing = [path.name for table in tables for path in _paths(table) if not path.exists()]
    if missing:
        return SourceState(tuple(FoundTable(table.name, None) for table in tables), "moved", tuple(missing))
    found: list[FoundTable] = []
    for table in tables:
        try:
            lost = _lost_columns(table, cancel_token)
            if lost:
                titles = tuple(title for _name, title in lost)
                return SourceState(tuple(found), "columns", titles, tuple(name for name, _title in lost))
            partial = _partial_columns(table, cancel_token)
            found.append(FoundTable(table.name, _row_count(table, cancel_token), _fingerprint(table),
                                    partial_columns=partial))  # fmt: skip
        except Cancelled:
            raise
        except (AppError, OSError):
            return SourceState(tuple(found), "unreadable", (table.scan.path.name,))
    return SourceState(tuple(found), originals=originals)


def _paths(table: SourceTable) -> tuple[Any, ...]:
    return (table.copy,) if table.copy is not None else table.scan.paths


def _fingerprint(table: SourceTable) -> tuple[dict[str, object], ...]:
    stats = [(path.name, path.stat()) for path in _paths(table)]
    return tuple({"name": name, "size": stat.st_size, "modified": stat.st_mtime} for name, stat in stats)


def _partial_columns(table: SourceTable, cancel_token: CancelToken) -> tuple[PartialColumn, ...]:
    try:
        return read_partial_columns(table.readable().scan, cancel_token)[:_PARTIAL_COLUMNS]
    except (NotFound, Unavailable):  # the originals of a copy aren't there
        return ()


def _lost_columns(table: SourceTable, cancel_token: CancelToken) -> list[tuple[str, str]]:
    """The names and titles of the columns that a file had and hasn't any more. Those of a copy stay."""
    if table.copy is not None:
        return []
    if table.scan.files:
        try:
            current_scan(table.readable().scan)
        except Conflict as error:
            lost = error.facts.get("columns")
            titles = lost if isinstance(lost, tuple) else ()
            return [(one.name, one.title) for one in table.scan.kept_columns if one.title in titles]
        return []
    inspected = inspect_file(table.scan.path, table.scan.options, fixed=READ_OPTIONS, cancel_token=cancel_token)
    same = [one.scan for one in inspected.tables if one.scan.table == table.scan.table]
    known = table.scan.columns
    there = {column.title for scan in same for column in scan.columns} | {
        title for scan in same for title in known_titles(known, [column.source for column in scan.columns]) if title
    }
    count = max((len(scan.columns) for scan in same), default=0)
    return [
        (column.name, column.title)
        for place, column in enumerate(known)
        if not column.left_out
        and column.title not in there
        # One without a name in the file is known by its place alone: its title may have been changed.
        and (column.source not in there if column.source else place >= count)
    ]


class _OneTable:
    """A catalog of one table."""

    def __init__(self, table: SourceTable) -> None:
        self._table = table

    def find(self, source: str, table: str) -> FileView | None:
        return self._table.current_view() if (source, table) == ("", "t") else None

    def names(self) -> list[str]:
        return ["t"]

    def sources_of(self, _table: str) -> list[str]:
        return []


def _row_count(table: SourceTable, cancel_token: CancelToken) -> int:
    counted = duckdb_engine.run(
        "SELECT count(*) FROM t",
        _OneTable(table),
        limit=1,
        timeout=COUNT_TIMEOUT,
        cancel_token=cancel_token,
        variables={},
    )
    return int(str(counted.rows[0][0]))
