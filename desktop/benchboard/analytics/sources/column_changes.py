"""Changes how the columns of a source's table are read after it was added: their kinds, titles, units and names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.data_models.problems import Columns, find_problems
from benchboard.analytics.data_models.stored_models import stored_model
from benchboard.analytics.files.column_matching import ColumnMatch, lost_columns_error
from benchboard.analytics.files.inspection import inspect_scan
from benchboard.analytics.files.inspection_types import FileInspection, ReportProgress
from benchboard.analytics.files.renamed_columns import renamed_error, renamed_now
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.configuration import SourceConfiguration, SourceTable
from benchboard.analytics.sources.lineage import LineageUse, table_uses
from benchboard.analytics.sources.original_files import is_folder, listed_files
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_models import SourceColumns
from benchboard.analytics.sources.source_reading import match_table, store_table
from benchboard.errors import Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, require
from benchboard.storage.engine import Transactions
from benchboard.storage.models.analytics import DataModel


@dataclass(frozen=True, slots=True)
class ColumnConsequences:
    """What other columns of a table break. Columns are named as queries name them."""

    lost: tuple[str, ...] = ()
    """Columns that queries can't name any more: left out, or with another name."""
    retyped: tuple[str, ...] = ()
    lost_uses: tuple[LineageUse, ...] = ()
    """The widgets whose queries name a lost column."""
    retyped_uses: tuple[LineageUse, ...] = ()
    """The other widgets whose queries name a column of another kind."""
    models: tuple[str, ...] = ()
    """The data models that can't be read any more."""

    def __bool__(self) -> bool:
        return bool(self.lost_uses or self.retyped_uses or self.models)


def get_table(session: Session, actor: Actor, source_id: str, table: str) -> SourceTable:
    """A table of a source of files. Raises `NotFound`."""
    require(actor, "sources:read")
    tables = SourceConfiguration.from_json(get_row(session, actor, source_id).connection_config, source_id).tables
    found = next((one for one in tables if one.name == table), None)
    if found is None:
        raise NotFound("sources.no-table", _("There's no table “{name}”.").format(name=table[:80]))
    return found


def inspect_stored(
    table: SourceTable, options: Mapping[str, Any], *, cancel_token: CancelToken, progress: ReportProgress
) -> FileInspection:
    """Inspect a table of a source as it is read now, with other read options where some are given. Raises `Conflict`
    (`files.columns-lost`) if its file lacks a column, or (`files.renamed-columns`) if it isn't known which columns a
    folder's file has, what reading a file raises, and `Cancelled`."""
    scan = table.readable().scan
    if renamed := renamed_now(scan):
        raise renamed_error(renamed)
    match = ColumnMatch(scan, (), ()) if scan.files else match_table(table, cancel_token, progress)
    if match.missing:
        raise lost_columns_error(scan.path.name, [one.title for one in match.missing])
    found = match.scan.with_options(**options)
    inspected = inspect_scan(found, cancel_token=cancel_token, progress=progress)
    folder = is_folder((table,))
    size = sum(one.size for one in listed_files(scan.path, folder=folder, nested=scan.nested))
    return FileInspection(scan.path, "folder" if folder else scan.format, size, 0.0, (inspected,))


def consequences(session: Session, actor: Actor, source_id: str, table: str, after: FileScan) -> ColumnConsequences:
    """What breaks if a table is read as `after` says."""
    before = {one.name: one for one in get_table(session, actor, source_id, table).scan.kept_columns}
    now = {one.name: one for one in after.kept_columns}
    lost = tuple(name for name in before if name not in now)
    retyped = tuple(name for name, one in before.items() if name in now and now[name].kind != one.kind)
    lost_uses = _widgets(session, actor, source_id, table, lost)
    retyped_uses = _widgets(session, actor, source_id, table, retyped)
    known = set(lost_uses)
    others = tuple(one for one in retyped_uses if one not in known)
    return ColumnConsequences(lost, retyped, lost_uses, others, _broken_models(session, actor, source_id, table, after))


def _widgets(
    session: Session, actor: Actor, source_id: str, table: str, columns: tuple[str, ...]
) -> tuple[LineageUse, ...]:
    """The widgets that read one of these columns, also through data models."""
    found = table_uses(session, actor, source_id, table, columns) if columns else ()
    return tuple(one for one in found if one.kind == "widget")


def change_columns(
    database: Transactions,
    actor: Actor,
    source_id: str,
    table: str,
    scan: FileScan,
    *,
    cancel_token: CancelToken | None = None,
    progress: ReportProgress | None = None,
) -> SourceSummary:
    """Read a table of a source as `scan` says from now on. Its copy is made again; `undo_reading` brings back what was
    before. Raises `NotFound`, `Invalid` for columns that can't be used, what reading a file raises, and `Cancelled`."""
    require(actor, "sources:write")
    token, report = cancel_token or CancelToken(), progress or (lambda _done, _total: None)
    with database.read() as session:
        get_table(session, actor, source_id, table)
    names = [*(one.name for one in scan.columns), *(one.name for one in scan.partitions)]
    if not scan.kept_columns:
        raise Invalid("files.no-columns", _("No column of the file is used."), do=_("Choose at least one."))
    if len(set(names)) < len(names):
        name = next(one for one in names if names.count(one) > 1)
        what = _("Two columns have the name “{name}” in queries. Rename one.").format(name=name)
        raise Invalid("sources.columns", what)
    return store_table(database, actor, source_id, table, scan, token, report)


def _broken_models(session: Session, actor: Actor, source_id: str, table: str, after: FileScan) -> tuple[str, ...]:
    """The data models that can be read now, and couldn't be with these columns."""
    columns = SourceColumns(session, actor)
    now: Columns = {one.name: "decimal" if one.kind == "float" else one.kind for one in after.kept_columns}

    def changed(source: str, name: str) -> Columns | None:
        return now if (source, name) == (source_id, table) else columns.kinds(source, name)

    broken = []
    own = select(DataModel).where(DataModel.organisation_id == actor.organisation_id).order_by(DataModel.name)
    for row in session.scalars(own):
        try:
            definition = stored_model(row).definition
        except Invalid:  # it can't be read as it is
            continue
        if all((one.source_id, one.table) != (source_id, table) for one in definition.tables):
            continue
        server = columns.server(definition.source_id)
        if find_problems(definition, changed, server) and not find_problems(definition, columns.kinds, server):
            broken.append(row.name)
    return tuple(broken)
