"""What is found when a source is refreshed: whether its files are there and have their columns, and what is in them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from benchboard.analytics import duckdb_engine
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.files.column_matching import current_scan
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.inspection_types import PartialColumn, TableInspection
from benchboard.analytics.files.partial_columns import read_partial_columns
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.analytics.sources.original_files import OriginalFile, original_files
from benchboard.errors import AppError, Cancelled, Conflict, NotFound, Unavailable
from benchboard.i18n import _
from benchboard.storage.models.analytics import DataSource

COUNT_TIMEOUT = 300.0
"""Seconds that counting the rows of one table may take."""
READ_OPTIONS = frozenset((
    "delimiter", "quote", "encoding", "decimal_mark", "thousands_mark", "date_order", "header", "skip_lines",
    "null_words", "quoted_breaks", "compressed", "total_label", "zoned_times", "trim_spaces",
))  # fmt: skip
KEPT_TOTALS: Final = "kept_totals"
_PARTIAL_COLUMNS = 100
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

    def with_lines(self, inspected: TableInspection) -> "FoundTable":
        """The table with the counts of an inspection."""
        return replace(self, wrong=inspected.wrong_count, left_out=inspected.left_out, totals=inspected.totals,
                       kept_totals=inspected.kept_totals)  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        partial = [asdict(one) | {"files": list(one.files)} for one in self.partial_columns]
        return asdict(self) | {"files": list(self.files), "partial_columns": partial}


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
    """Put into the row of a source what was found."""
    row.status = "error" if state.problem else "connected"
    row.last_sync = datetime.now(UTC)
    row.extra = {**(row.extra or {}), **state.to_json(), "breaks": [], "server_problem": ""}


def store_limited(row: DataSource, *, limited: bool) -> None:
    """Put into the row of a source whether its API has more rows than are read."""
    row.extra = {**{name: value for name, value in (row.extra or {}).items() if name != "limited"},
                 **({"limited": True} if limited else {})}  # fmt: skip


def problem_text(problem: str, names: Sequence[str], *, is_api: bool = False, is_folder: bool = False) -> str:
    """What is wrong with a source of files, or with what an API answered, as a sentence; empty where nothing is."""
    listed = ", ".join(str(name) for name in names[:5])
    if problem == "moved":
        return _("These files aren't where they were: {names}.").format(names=listed)
    if problem == "columns" and is_api:
        return _("The API no longer sends these columns: {names}.").format(names=listed)
    if problem == "columns" and is_folder:
        return _("These columns are no longer in the files of the folder: {names}.").format(names=listed)
    if problem == "columns":
        return _("These columns are no longer in the file: {names}.").format(names=listed)
    return _("The file can't be read: {names}.").format(names=listed) if problem else ""


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
    there = {column.title for scan in same for column in scan.columns} | {
        column.source for scan in same for column in scan.columns if column.source
    }
    count = max((len(scan.columns) for scan in same), default=0)
    return [
        (column.name, column.title)
        for place, column in enumerate(table.scan.columns)
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
