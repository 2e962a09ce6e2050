"""Adds a REST API as a data source, and changes how one is asked: its rows are read and kept as a Parquet copy."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_names import query_names
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection_types import ReportProgress
from benchboard.analytics.files.renamed_columns import Renaming
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.rest.reading import RowsRead, read_rows
from benchboard.analytics.rest.settings import MAX_PAGES, RestSettings, checked_rest, checked_secret
from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.configuration import SourceConfiguration, SourceTable
from benchboard.analytics.sources.rest_connection import fresh_file, seal_rest
from benchboard.analytics.sources.services import SourceSummary, get_source, replace_source, require_name
from benchboard.analytics.sources.services import add_source as add_row
from benchboard.analytics.sources.source_ids import id_for_new
from benchboard.analytics.sources.source_reading import copies_before, match_answer
from benchboard.analytics.sources.state import SourceState, examine
from benchboard.errors import Unavailable
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, require
from benchboard.storage.engine import Transactions


@dataclass(frozen=True, slots=True, repr=False)
class RestRequest:
    """A source as it was entered: its name, its settings (see `checked_rest`) and its secret."""

    name: str
    values: Mapping[str, object]
    secret: str


def first_rows(
    values: Mapping[str, object],
    secret: str,
    *,
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> RowsRead:
    """Read the first page with settings that aren't stored yet, for a preview; its file is gone already. Raises what
    `read_rows` raises."""
    settings = checked_rest(values)
    with fresh_file(None, "answer") as file:
        return read_rows(
            settings,
            checked_secret(secret, settings.authentication),
            file,
            pages=1,
            cancel_token=cancel_token,
            progress=progress,
        )


def add_rest(
    database: Transactions,
    actor: Actor,
    request: RestRequest,
    folder: Path,
    *,
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> SourceSummary:
    """Read all rows and add them as a data source, with their copy in `folder`. The secret is stored encrypted.

    Takes as long as the API does; no transaction is open meanwhile. Raises what `read_rows`, `copy_to_parquet` and
    `add_source` raise, and `Cancelled`; then no copy is left.
    """
    require(actor, "sources:write")
    with database.read() as session:
        require_name(session, actor, request.name)
        source_id = id_for_new(session, actor, request.name, "rest_api")
    token = cancel_token or CancelToken()
    with (
        _copied(request, folder, token, progress) as (settings, table, state, limited),
        database.change() as session,
    ):
        rest = seal_rest(session, actor, source_id, settings, request.secret)
        return add_row(
            session, actor, name=request.name, kind="rest_api", tables=(table,), state=state, rest=rest,
            source_id=source_id, limited=limited,
        )  # fmt: skip


def update_rest(
    database: Transactions,
    actor: Actor,
    source_id: str,
    request: RestRequest,
    *,
    accept_losses: bool = False,
    renamings: Sequence[Renaming] = (),
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> SourceSummary:
    """Change the name, the settings and the secret of a source on a REST API; its rows are read anew, and its columns
    found again as `read_source_again` finds them: one that the answer lacks, or that may be renamed, is asked about in
    the same way (`sources.reading-doubtful`), and nothing is changed then. Raises what `add_rest` raises, and
    `NotFound`."""
    require(actor, "sources:write")
    with database.read() as session:
        row = get_row(session, actor, source_id)
        before = SourceConfiguration.from_json(row.connection_config, row.id).tables
        older = copies_before(row)
    copy = before[0].copy
    if copy is None:
        raise Unavailable("sources.configuration", _("The settings of this data source can't be read."))
    token = cancel_token or CancelToken()

    def matched(now: FileScan) -> FileScan:
        return match_answer(
            database, actor, source_id, before[0], now,
            accept_losses=accept_losses, renamings=renamings, of_new_settings=True,
        ).scan  # fmt: skip

    with (
        _copied(request, copy.parent, token, progress, name=before[0].name, matched=matched) as (
            settings,
            table,
            state,
            limited,
        ),
        database.change() as session,
    ):
        rest = seal_rest(session, actor, source_id, settings, request.secret)
        replace_source(
            session, actor, source_id, name=request.name, tables=(table,), state=state, rest=rest, limited=limited
        )
        changed = get_source(session, actor, source_id)
    for one in (*before, *older):
        if one.copy is not None:
            with suppress(OSError):
                one.copy.unlink()
    return changed


@contextmanager
def _copied(
    request: RestRequest,
    folder: Path,
    token: CancelToken,
    progress: ReportProgress | None,
    *,
    name: str = "",
    matched: Callable[[FileScan], FileScan] = lambda scan: scan,
) -> Iterator[tuple[RestSettings, SourceTable, SourceState, bool]]:
    """The settings with the path to the rows, the table with its copy, what was found, and whether there are more rows.
    The copy is removed if the block fails."""
    settings = checked_rest(request.values)
    secret = checked_secret(request.secret, settings.authentication)
    copy = folder / f"{uuid.uuid4().hex}.parquet"
    try:
        with fresh_file(folder, request.name) as file:
            read = read_rows(settings, secret, file, pages=MAX_PAGES, cancel_token=token, progress=progress)
            scan = matched(read.inspected.scan)
            made = copy_to_parquet(scan, copy, cancel_token=token, progress=progress)
        table = SourceTable(name or table_name(settings, request.name), scan, copy)
        state = examine((table,), token)
        if state.problem:
            raise Unavailable("files.not-written", _("The rows can't be written."))
        counted = replace(state.tables[0], wrong=made.emptied + made.left_out, left_out=made.left_out)
        yield replace(settings, rows_path=read.path), table, replace(state, tables=(counted,)), read.limited
    except BaseException:
        with suppress(OSError):
            copy.unlink()
        with suppress(OSError):
            folder.rmdir()  # only if it is empty
        raise


def table_name(settings: RestSettings, name: str) -> str:
    """The name of the table in queries: the last word of the address that is one, else the source's."""
    words = [word for word in settings.parts.path.split("/") if any(sign.isalpha() for sign in word)]
    (found,) = query_names([words[-1].partition(".")[0] if words else name])
    return found if found != "column_1" else "rows_"
