"""What a source keeps of the server's table that it is a copy of, and reading that table's rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileColumn
from benchboard.analytics.duckdb_values import Cell
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.inspection_types import ReportProgress, TableInspection
from benchboard.analytics.files.kept_rows import KeptRows
from benchboard.analytics.files.row_file import ArrivingColumn, row_file
from benchboard.analytics.files.scan import ScanColumn
from benchboard.analytics.files.sql_text import identifier, literal
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import quote_name, quote_table
from benchboard.analytics.remote import engine
from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.analytics.sources.copied_table import CopiedTable
from benchboard.analytics.sources.servers import ServerConnection, open_server, stored_columns, stored_tables
from benchboard.errors import Invalid, NotFound, Unavailable
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, require

COPY_TIMEOUT: Final = 3600.0
"""Seconds that reading a server's table may take."""
KEY_KINDS: Final = frozenset(("integer", "date", "timestamp"))
"""The kinds of columns by which new rows can be found: text is ordered in another way on each server, and floating
point has digits that aren't shown."""
_UNREAD: Final = "sources.table-unread"


@dataclass(frozen=True, slots=True, repr=False)
class OpenedTable:
    """A table on a server, ready to be read. Nothing is connected yet."""

    server: ServerConnection
    table: CopiedTable
    columns: tuple[ScanColumn, ...]
    rows: int | None
    """As the server estimated them when its tables were listed."""


@dataclass(frozen=True, slots=True)
class CopiedRows:
    """What was read of a server's table: a Parquet file with all its rows, whether all of them were read now, and
    whether some of these have a number that isn't finite, which is empty."""

    inspected: TableInspection
    is_whole: bool
    not_finite: bool


def open_table(session: Session, actor: Actor, copied: CopiedTable) -> OpenedTable:
    """The table that `copied` is a copy of. Raises `NotFound` (`sources.original-gone`, `sources.no-table`) if its
    source was removed or no longer has it, and `Denied` if the actor may not use that."""
    require(actor, "sources:read")
    try:
        row = get_row(session, actor, copied.source_id)
    except NotFound as error:
        what = _("The data source that “{table}” was copied from was removed.").format(table=copied.table)
        raise NotFound("sources.original-gone", what, do=_("Add it again under its old name.")) from error
    server = open_server(session, actor, row.id)
    found = next((one for one in stored_tables(row.extra) if one["name"] == copied.table), None)
    if server is None or found is None:
        what = _("“{source}” has no table “{table}”.").format(source=row.name, table=copied.table[:80])
        raise NotFound("sources.no-table", what, do=_("Refresh “{source}”.").format(source=row.name), field="table")
    rows = found.get("rows")
    return OpenedTable(server, copied, stored_columns(found), rows if isinstance(rows, int) else None)


def require_key(opened: OpenedTable) -> None:
    """Raise `Invalid` (`sources.newer-by`) if new rows can't be found by the column that was chosen for that."""
    copied = opened.table
    if not copied.newer_by:
        return
    found = next((one for one in opened.columns if one.name == copied.newer_by), None)
    if found is None:
        what = _("“{table}” has no column “{column}”.").format(table=copied.table, column=copied.newer_by[:80])
        fitting = ", ".join(one.name for one in opened.columns if one.kind in KEY_KINDS)
        do = _("Choose one of: {values}.").format(values=fitting) if fitting else ""
        raise Invalid("sources.newer-by", what, do=do, field="newer_by")
    if found.kind not in KEY_KINDS:
        what = _("New rows can't be found by “{column}”.").format(column=copied.newer_by)
        why = _("It must hold whole numbers, dates or times that grow with each new row.")
        raise Invalid("sources.newer-by", what, why=why, field="newer_by")


def read_table(
    opened: OpenedTable,
    target: Path,
    before: SourceTable | None = None,
    *,
    cancel_token: CancelToken,
    progress: ReportProgress | None = None,
) -> CopiedRows:
    """Read a server's table into the Parquet file `target`, next to which there may be other files.

    With `before`, the table as it was copied, only the newest of these rows and those after them are read, if that can
    be done: the columns are still the same. Takes as long as the server does. Raises `Unavailable`
    (`sources.table-unread`) if the server has no such table now or doesn't let it be read, and what `remote.engine.run`
    raises.
    """
    report = progress or (lambda _done, _total: None)
    newest = None if before is None else _newest(before, opened.table.newer_by, cancel_token)
    if before is not None and newest is not None:
        try:
            found = _read(opened, target, _Since(before, newest), cancel_token, report)
        except Unavailable as error:
            if error.code != _UNREAD:
                raise
            found = None  # the column may be gone: reading all tells
        if found is not None:
            return found
    found = _read(opened, target, None, cancel_token, report)
    assert found is not None, "rows without older ones always join"
    return found


@dataclass(frozen=True, slots=True)
class _Since:
    """The rows that were copied before, and the largest value in the column by which new ones are found."""

    before: SourceTable
    newest: int | date | datetime

    @property
    def literal(self) -> str:
        """The largest value as both servers' SQL writes it; times are in UTC, as the session is."""
        return str(self.newest) if isinstance(self.newest, int) else f"'{self.newest}'"

    def kept_rows(self, newer_by: str) -> KeptRows:
        """The rows that aren't read again: those that are smaller. Others with the largest value may have come since,
        and what has none may have got one."""
        path = _copy_path(self.before)
        columns = ", ".join(
            f"{identifier(one.name)} AS {identifier(one.source)}" for one in self.before.scan.kept_columns
        )
        (key,) = (one.name for one in self.before.scan.kept_columns if one.source == newer_by)
        kind = {int: "HUGEINT", datetime: "TIMESTAMP"}.get(type(self.newest), "DATE")
        condition = f"{identifier(key)} < CAST({literal(str(self.newest))} AS {kind})"
        return KeptRows(path, f"SELECT {columns} FROM read_parquet({literal(str(path))}) WHERE {condition}")  # noqa: S608  # quoted


def _read(
    opened: OpenedTable, target: Path, since: _Since | None, token: CancelToken, report: ReportProgress
) -> CopiedRows | None:
    """Read all rows, or those `since`; None if these can't be joined with the older ones."""
    dialect: Dialect = "mysql" if opened.server.settings.kind == "mysql" else "postgresql"
    text = f"SELECT * FROM {quote_table(opened.table.table, dialect)}"  # noqa: S608  # quoted, and checked
    kept: KeptRows | None = None
    if since is not None:
        key = quote_name(opened.table.newer_by, dialect)
        text = f"{text} WHERE {key} >= {since.literal} OR {key} IS NULL"
        kept = since.kept_rows(opened.table.newer_by)
    total = opened.rows if since is None else None
    with row_file(opened.table.table, token, target.parent, kept=kept.path if kept is not None else None) as made:

        def receive(columns: tuple[FileColumn, ...], rows: Sequence[Sequence[Cell]]) -> None:
            made.add([ArrivingColumn(one.name, one.kind) for one in columns], rows)
            report(made.count, max(total, made.count) if total is not None else None)

        try:
            not_numbers = engine.read_rows(
                opened.server.settings, opened.server.password, text, opened.server.tables, receive,
                timeout=COPY_TIMEOUT, cancel_token=token, variables={},
            )  # fmt: skip
        except Invalid as error:
            what = _("“{table}” can't be read on its server.").format(table=opened.table.table)
            raise Unavailable(_UNREAD, what, why=error.why or error.what) from error
        if not made.write(target, kept):
            return None
    (inspected,) = inspect_file(target, cancel_token=token).tables
    return CopiedRows(inspected, since is None, not_numbers > 0)


def _newest(before: SourceTable, newer_by: str, token: CancelToken) -> int | date | datetime | None:
    """The largest value of a column in the copy; None where all rows are to be read: there is no such column in it, or
    no value, or it is read as another kind than the server's."""
    from benchboard.analytics.files.duckdb_connection import reading_connection

    columns = before.scan.kept_columns
    key = next((one for one in columns if one.source == newer_by and one.kind in KEY_KINDS), None)
    path = before.copy
    if not newer_by or key is None or path is None or not path.exists() or len(columns) != len(before.scan.columns):
        return None
    with reading_connection((path,), token) as connection:
        query = f"SELECT max({identifier(key.name)}) FROM read_parquet({literal(str(path))})"  # noqa: S608  # quoted
        found = connection.execute(query).fetchall()[0][0]
    return found if isinstance(found, int | date) and not isinstance(found, bool) else None


def _copy_path(table: SourceTable) -> Path:
    assert table.copy is not None, "a copied table has a copy"
    return table.copy
