"""Adds a copy of a server's table as a data source: its rows are kept as a Parquet file, which queries can join with
files and with copies from other servers."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_names import query_names
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.analytics.sources.copied_table import CopiedTable
from benchboard.analytics.sources.rest_connection import fresh_file
from benchboard.analytics.sources.server_copy import OpenedTable, open_table, read_table, require_key
from benchboard.analytics.sources.services import SourceSummary, add_source, require_name
from benchboard.analytics.sources.source_ids import id_for_new
from benchboard.analytics.sources.state import SourceState, examine
from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, require
from benchboard.storage.engine import Transactions
from benchboard.storage.models.analytics import DataSourceGrant

KIND = "server_copy"


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """A copy as it was asked for: the name of the new source, and what it is a copy of."""

    name: str
    copied: CopiedTable


def add_server_copy(
    database: Transactions,
    actor: Actor,
    request: CopyRequest,
    folder: Path,
    *,
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> SourceSummary:
    """Read all rows of a server's table and add them as a data source, with their copy in `folder`. Who may use it are
    those who may use the source on the server.

    Takes as long as the server does; no transaction is open meanwhile. Raises what `open_table`, `read_table`,
    `copy_to_parquet` and `add_source` raise, and `Cancelled`; then no copy is left.
    """
    require(actor, "sources:write")
    token = cancel_token or CancelToken()
    with database.read() as session:
        require_name(session, actor, request.name)
        opened = open_table(session, actor, request.copied)
        require_key(opened)
        source_id = id_for_new(session, actor, request.name, KIND)
    with _copied(opened, folder, token, progress) as (table, state, not_finite), database.change() as session:
        added = add_source(
            session, actor, name=request.name, kind=KIND, tables=(table,), state=state, copied=request.copied,
            source_id=source_id, not_finite=not_finite,
        )  # fmt: skip
        _restrict_alike(session, request.copied.source_id, added.id)
        return added


@contextmanager
def _copied(
    opened: OpenedTable, folder: Path, token: CancelToken, progress: ReportProgress | None
) -> Iterator[tuple[SourceTable, SourceState, bool]]:
    """The table with its copy, what was found in it, and whether it has numbers that aren't finite. The copy is removed
    if the block fails."""
    copy = folder / f"{uuid.uuid4().hex}.parquet"
    try:
        with fresh_file(folder, opened.table.table) as file:
            read = read_table(opened, file, cancel_token=token, progress=progress)
            copy_to_parquet(read.inspected.scan, copy, cancel_token=token, progress=progress)
            table = SourceTable(table_name(opened.table.table), read.inspected.scan, copy)
        state = examine((table,), token)
        if state.problem:
            raise Unavailable("files.not-written", _("The rows can't be written."))
        yield table, state, read.not_finite
    except BaseException:
        with suppress(OSError):
            copy.unlink()
        with suppress(OSError):
            folder.rmdir()  # only if it is empty
        raise


def table_name(table: str) -> str:
    """The name of the copy in queries: the server's, without its schema, where queries over files can use it."""
    (found,) = query_names([table.rpartition(".")[2]])
    return found


def _restrict_alike(session: Session, source_id: str, copy_id: str) -> None:
    """Let the same people and teams use a copy as its original."""
    for one in session.scalars(select(DataSourceGrant).where(DataSourceGrant.data_source_id == source_id)):
        session.add(
            DataSourceGrant(
                organisation_id=one.organisation_id, data_source_id=copy_id, user_id=one.user_id, team_id=one.team_id
            )
        )
    session.flush()
