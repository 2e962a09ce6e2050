"""The services over data sources: list, add, change, test, refresh and remove them, and look at their tables."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics import duckdb_engine
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileResult
from benchboard.analytics.files.inspection_types import FirstWrongLine, PartialColumn, RenamedColumn
from benchboard.analytics.files.renamed_columns import stored_renamed
from benchboard.analytics.files.scan import ScanColumn
from benchboard.analytics.remote import engine as remote_engine
from benchboard.analytics.remote.configuration import remote_configuration
from benchboard.analytics.remote.server_limits import RemoteTable
from benchboard.analytics.remote.settings import checked_settings
from benchboard.analytics.rest.reading import read_rows
from benchboard.analytics.sources import lineage
from benchboard.analytics.sources.catalog import SourceCatalog, get_row
from benchboard.analytics.sources.configuration import SourceConfiguration, SourceTable
from benchboard.analytics.sources.copied_table import CopiedTable
from benchboard.analytics.sources.kinds import folder_title, source_kinds, source_title
from benchboard.analytics.sources.lineage import LineageUse
from benchboard.analytics.sources.live_settings import LiveSettings
from benchboard.analytics.sources.live_values import LiveState, live_folder, read_state
from benchboard.analytics.sources.original_files import OriginalFile, is_folder, is_nested, original, stored_files
from benchboard.analytics.sources.rest_connection import open_rest, stored_rest
from benchboard.analytics.sources.servers import (
    open_server,
    seal_server,
    set_tables,
    stored_columns,
    stored_tables,
)
from benchboard.analytics.sources.source_ids import id_for_new
from benchboard.analytics.sources.source_permissions import restrictions, usable_by
from benchboard.analytics.sources.state import (
    SourceState,
    is_over,
    problem_advice,
    problem_text,
    renamed_text,
    store_answer_facts,
    store_state,
    stored_failure,
    stored_first_wrong,
)
from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, require
from benchboard.paging import Listing, Page
from benchboard.storage import search_text
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.analytics import DataSource
from benchboard.storage.short_ids import find_id

NAME_LENGTH: Final = 100
SAMPLE_ROWS: Final = 200
_SAMPLE_TIMEOUT: Final = 10.0
_SORTING: Final = Sorting({"name": DataSource.name, "last_sync": DataSource.last_sync}, DataSource.id, default="name")


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """A data source. `kind` is one of `source_kinds`; `problem` says what is wrong with it; empty where nothing is.
    `last_sync` is when it was last read; `copied`: queries read copies, and need the file no more."""

    id: str
    name: str
    kind: str
    status: str
    last_sync: datetime | None
    problem: str
    tables: tuple[str, ...]
    path: str
    """Of files; empty for a server."""
    copied: bool = False
    server: str = ""
    """The address of a server: `host:port/database`."""
    address: str = ""
    """Of a REST API, without its parameters."""
    limited: bool = False
    """Whether the API has more rows than are read."""
    rows: int | None = None
    """Rows of all its tables; None for a server, and where they couldn't be counted."""
    known_rows: int | None = None
    """The same; of a server as far as it said so itself."""
    emptied: int = 0
    """Lines with a value that was left empty because it didn't fit."""
    left_out: int = 0
    """Lines that were skipped because they didn't fit."""
    totals: int = 0
    """Total rows that were skipped."""
    first_wrong: FirstWrongLine | None = None
    """The first of the lines that didn't fit, where that is known."""
    folder_formats: tuple[str, ...] = ()
    """The kinds of the files, if `path` is a folder of them."""
    unread_files: tuple[str, ...] = ()
    """The files of the folder that none of its tables reads: other columns, or no data."""
    unread_reasons: tuple[str, ...] = ()
    """Why those of them aren't read of which that is known, as sentences with their names."""
    partial_columns: tuple[PartialColumn, ...] = ()
    """The first columns that not all files of a folder have."""
    assumed_units: tuple[tuple[str, str], ...] = ()
    """The columns, by title, whose numbers without a currency are read in the one that others have, and that."""
    originals: tuple[OriginalFile, ...] | None = None
    """The files at `path` as they were read; None where that isn't known."""

    renamed: tuple[RenamedColumn, ...] = ()
    """Columns of a folder's files that may be renamed: they aren't read before it is known which ones they are."""

    linked: tuple[SourceTable, ...] = ()
    """The tables that queries read from the files themselves."""

    restricted_to: tuple[str, ...] | None = None
    """The names of the teams and people that alone may use it, besides admins; None if everyone may."""

    failed_at: datetime | None = None
    """When it couldn't be read, if that was the last attempt."""

    recovered: bool = False
    """Whether what was wrong with its files is over, though it wasn't read again since."""

    live: LiveSettings | None = None
    """Of a live bus, which one it is."""
    live_state: LiveState | None = None
    """Of a live bus, what is there of it on this computer."""
    copy_of: CopiedTable | None = None
    """Of a copy of a server's table, which one that is."""
    copied_from: str = ""
    """Of such a copy, the name of the source that it was copied from; empty if that was removed."""
    not_finite: bool = False
    """Whether the server's table has numbers that aren't finite, which are empty in the copy."""

    @property
    def wrong_lines(self) -> int:
        """How many lines didn't fit: those with values left empty, and those that were skipped."""
        return self.emptied + self.left_out

    nested: bool = False
    """Whether the subfolders of its folder are read too."""

    @property
    def is_answer(self) -> bool:
        """Whether its rows are a copy of what an API or a server answered: only a refresh tells if that changed."""
        return bool(self.address) or self.copy_of is not None

    @property
    def has_files(self) -> bool:
        """Whether it is read from files: not from a server, an API or a live bus."""
        return not (self.server or self.is_answer or self.live is not None)

    @property
    def is_folder(self) -> bool:
        """Whether `path` is a folder of files."""
        return bool(self.folder_formats)

    @property
    def kind_title(self) -> str:
        """Its kind as people call it."""
        return folder_title(self.folder_formats) if self.is_folder else source_title(self.kind)


@dataclass(frozen=True, slots=True)
class TableSummary:
    """A table of a source as queries see it; `rows` is None until the source was refreshed."""

    name: str
    columns: tuple[ScanColumn, ...]
    rows: int | None
    path: str


def list_sources(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[SourceSummary]:
    """The organisation's data sources that the actor may use. Filters: `status`, `type`. The search looks in names."""
    require(actor, "sources:read")
    listing.require_filters(("status", "type"), "sources.filter", _("Data sources can't be filtered by “{column}”."))
    query = select(DataSource).where(usable_by(actor))
    for name, value in listing.filters.items():
        query = query.where(getattr(DataSource, name) == value)
    if text := listing.search.strip():
        query = query.where(search_text.contains(DataSource.name, text))
    found = page(session, query, _SORTING, listing, after=after, limit=limit, row=lambda row: _summary(row[0]))
    return replace(found, rows=_with_others(session, actor, found.rows))


def get_source(session: Session, actor: Actor, source_id: str) -> SourceSummary:
    """A data source by its id. Raises `NotFound`."""
    require(actor, "sources:read")
    (found,) = _with_others(session, actor, (_summary(get_row(session, actor, source_id)),))
    return found


def _with_others(session: Session, actor: Actor, found: Sequence[SourceSummary]) -> tuple[SourceSummary, ...]:
    """Sources with what other rows tell of them: whom they are restricted to, and what they are copies of."""
    restricted = restrictions(session, [one.id for one in found])
    copied = {one.copy_of.source_id for one in found if one.copy_of is not None}
    own = select(DataSource.id, DataSource.name).where(
        DataSource.organisation_id == actor.organisation_id, DataSource.id.in_(copied)
    )
    names: dict[str, str] = {row.id: row.name for row in session.execute(own)} if copied else {}
    return tuple(
        replace(
            one,
            restricted_to=restricted.get(one.id),
            copied_from=names.get(one.copy_of.source_id, "") if one.copy_of is not None else "",
        )
        for one in found
    )


def get_source_matching(session: Session, actor: Actor, text: str) -> SourceSummary:
    """The data source with this name, ID or beginning of an ID. Raises `NotFound`."""
    require(actor, "sources:read")
    own = select(DataSource).where(usable_by(actor))
    row = session.scalars(own.where(DataSource.name == text)).first()
    if row is None:
        with suppress(ValueError):
            if found := find_id(session, own, DataSource.id, text):
                row = session.get(DataSource, found)
    if row is None:
        what = _("There's no data source named “{name}”.").format(name=text[:60])
        names = {name.casefold(): name for name in session.scalars(own.with_only_columns(DataSource.name))}
        near = get_close_matches(text[:60].casefold(), names, n=1)
        meant = [_("Did you mean “{name}”?").format(name=names[near[0]])] if near else []
        do = " ".join([*meant, _("Choose one listed by “benchboard source list”.")])
        raise NotFound("sources.unknown", what, do=do)
    return _summary(row)


def require_name(session: Session, actor: Actor, name: str) -> None:
    """Raise what `add_source` raises for a name that can't be used or is taken: before a file is read, or a server
    asked."""
    require(actor, "sources:write")
    _require_free(session, actor, checked_name(name))


def add_source(
    session: Session,
    actor: Actor,
    *,
    name: str,
    kind: str,
    tables: Sequence[SourceTable],
    state: SourceState,
    rest: Mapping[str, Any] | None = None,
    copied: CopiedTable | None = None,
    source_id: str = "",
    limited: bool = False,
    not_finite: bool = False,
) -> SourceSummary:
    """Add a data source with these tables, as `examine` found them. One on a REST API comes with what
    `rest_connection.seal_rest` made for `source_id`, and with whether there are more rows than were read; one that is
    `copied`, with which table of a server it is a copy of, and whether that has numbers that aren't finite.

    Raises `Invalid` for a name, a kind or tables that can't be used, `Conflict` (`sources.taken`) for a name in use.
    """
    require(actor, "sources:write")
    name = checked_name(name)
    known = source_kinds().get(kind)
    if known is None:
        what = _("“{name}” isn't a kind of data source.").format(name=kind[:40])
        raise Invalid("sources.kind", what, do=_("Choose one of: {values}.").format(values=", ".join(source_kinds())))
    _require_free(session, actor, name)
    source_id = source_id or id_for_new(session, actor, name, kind)
    row = DataSource(id=source_id, organisation_id=actor.organisation_id, name=name, type=known.type,
                     connection_config=_checked(source_id, kind, tables, rest, copied).to_json())  # fmt: skip
    store_state(row, state)
    store_answer_facts(row, limited=limited, not_finite=not_finite)
    session.add(row)
    session.flush()
    copy_of = {} if copied is None else {"copy_of": {"source": copied.source_id, "table": copied.table}}
    audit.record(session, actor, "source.create", row.id, name=name, kind=kind, **copy_of)
    return _summary(row)


def add_server(
    session: Session,
    actor: Actor,
    *,
    name: str,
    kind: str,
    settings: Mapping[str, object],
    password: str,
    tables: tuple[RemoteTable, ...],
) -> SourceSummary:
    """Add a database server as a data source, with the tables that `connect_server` found. The password is stored
    encrypted.

    Raises `Invalid` for a name or settings that can't be used, `Conflict` (`sources.taken`) for a name in use,
    `Unavailable` (`keys.missing`) where the organisation's data key isn't on this computer.
    """
    require(actor, "sources:write")
    name, checked = checked_name(name), checked_settings(settings, kind)
    _require_free(session, actor, name)
    source_id = id_for_new(session, actor, name, kind)
    config = seal_server(session, actor, source_id, checked, password).to_json()
    row = DataSource(id=source_id, organisation_id=actor.organisation_id, name=name, type=source_kinds()[kind].type,
                     connection_config=config)  # fmt: skip
    set_tables(row, tables)
    session.add(row)
    session.flush()
    audit.record(session, actor, "source.create", row.id, name=name, kind=kind)
    return _summary(row)


def update_server(
    session: Session,
    actor: Actor,
    source_id: str,
    *,
    name: str,
    settings: Mapping[str, object],
    password: str,
    tables: tuple[RemoteTable, ...],
) -> SourceSummary:
    """Change the name, the settings and the password of a source on a server, with the tables that `connect_server`
    found. Raises what `add_server` raises, and `NotFound`."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    name, checked = checked_name(name), checked_settings(settings, row.type)
    _require_free(session, actor, name, row.id)
    row.name = name
    row.connection_config = seal_server(session, actor, row.id, checked, password).to_json()
    set_tables(row, tables)
    session.flush()
    audit.record(session, actor, "source.update", row.id, name=row.name, changed="connection")
    return _summary(row)


def update_source(
    session: Session,
    actor: Actor,
    source_id: str,
    *,
    name: str | None = None,
    tables: Sequence[SourceTable] | None = None,
    state: SourceState | None = None,
) -> SourceSummary:
    """Rename a data source, or read its files in another way. Raises what `add_source` raises, and `NotFound`."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    if name is not None:
        name = checked_name(name)
        _require_free(session, actor, name, row.id)
        row.name = name
    if tables is not None:
        before = SourceConfiguration.from_json(row.connection_config, row.id)
        row.connection_config = _checked(row.id, before.kind, tables, before.rest, before.copied).to_json()
    if state is not None:
        store_state(row, state)
    session.flush()
    audit.record(session, actor, "source.update", row.id, name=row.name)
    return _summary(row)


def replace_source(
    session: Session,
    actor: Actor,
    source_id: str,
    *,
    name: str,
    tables: Sequence[SourceTable],
    state: SourceState,
    rest: Mapping[str, Any],
    limited: bool,
) -> None:
    """Give a source on a REST API another name, other settings and what was read with them. Raises what `add_source`
    raises, and `NotFound`."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    name = checked_name(name)
    _require_free(session, actor, name, row.id)
    row.name = name
    row.connection_config = _checked(row.id, "rest_api", tables, rest).to_json()
    row.extra = {}  # the copies of before were read with other settings
    store_state(row, state)
    store_answer_facts(row, limited=limited, not_finite=False)
    session.flush()
    audit.record(session, actor, "source.update", row.id, name=row.name, changed="connection")


def source_uses(session: Session, actor: Actor, source_id: str, columns: Sequence[str] = ()) -> tuple[LineageUse, ...]:
    """The widgets that read a source, also through data models; with `columns`, one of these."""
    require(actor, "sources:read")
    found = lineage.table_uses(session, actor, source_id, columns=columns)
    return tuple(one for one in found if one.kind == "widget")


def test_source(session: Session, actor: Actor, source_id: str) -> None:
    """Read a row of each table of a source. Raises an `AppError` that names the cause if one can't be read."""
    require(actor, "sources:read")
    if (server := open_server(session, actor, source_id)) is not None:
        remote_engine.read_tables(server.settings, server.password)
        return
    if (rest := open_rest(session, actor, source_id)) is not None:
        with tempfile.TemporaryDirectory(prefix="benchboard-") as folder:
            read_rows(rest.settings, rest.secret, Path(folder) / "answer", pages=1)
        return
    for table in source_tables(session, actor, source_id):
        sample_rows(session, actor, source_id, table.name, limit=1)


def source_tables(session: Session, actor: Actor, source_id: str) -> tuple[TableSummary, ...]:
    """The tables of a source with their columns."""
    require(actor, "sources:read")
    return _tables(get_row(session, actor, source_id))


def tables_by_source(session: Session, actor: Actor, source_ids: Iterable[str]) -> dict[str, tuple[TableSummary, ...]]:
    """The tables of several sources with their columns, by the source; one query for all."""
    require(actor, "sources:read")
    own = select(DataSource).where(usable_by(actor), DataSource.id.in_(list(source_ids)))
    return {row.id: _tables(row) for row in session.scalars(own)}


def _tables(row: DataSource) -> tuple[TableSummary, ...]:
    if (server := remote_configuration(row.connection_config)) is not None:
        address = server.settings.address
        return tuple(
            TableSummary(one["name"], stored_columns(one), _count(one.get("rows")), address)
            for one in stored_tables(row.extra)
        )
    rows = {one.get("name"): one.get("rows") for one in _listed(row.extra, "tables")}
    rest, configuration = (
        stored_rest(row.connection_config),
        SourceConfiguration.from_json(row.connection_config, row.id),
    )
    from_ = rest[0].address if rest is not None else configuration.copied.table if configuration.copied else ""
    return tuple(
        TableSummary(
            table.name, table.scan.kept_columns, _count(rows.get(table.name)), from_ or str(table.scan.path)
        )
        for table in configuration.tables
    )  # fmt: skip


def copied_tables(session: Session, actor: Actor, source_id: str) -> tuple[SourceTable, ...]:
    """The tables of a source of which there are copies (`copies`), to be deleted once the source is removed."""
    require(actor, "sources:write")
    config = get_row(session, actor, source_id).connection_config
    try:
        return tuple(
            table
            for table in SourceConfiguration.from_json(config, source_id).tables
            if table.copy or table.kept or table.live
        )
    except Invalid:  # a source whose settings can't be read can be removed too
        return ()


def sample_rows(
    session: Session,
    actor: Actor,
    source_id: str,
    table: str,
    *,
    limit: int = SAMPLE_ROWS,
    cancel_token: CancelToken | None = None,
) -> FileResult:
    """The first rows of a table. Raises `NotFound` for a table that the source doesn't have, and what queries raise."""
    require(actor, "sources:read")
    if (server := open_server(session, actor, source_id)) is not None:
        _require_table(table, server.tables)
        token = cancel_token or CancelToken()
        return server.sample(table, limit=max(1, min(limit, SAMPLE_ROWS)), timeout=_SAMPLE_TIMEOUT, cancel_token=token)
    tables = SourceConfiguration.from_json(get_row(session, actor, source_id).connection_config, source_id).tables
    _require_table(table, [one.name for one in tables])
    return duckdb_engine.run(
        f'SELECT * FROM "{table}"',  # noqa: S608  # one of the names of the source, which are plain
        SourceCatalog(session, actor, tables),
        limit=max(1, min(limit, SAMPLE_ROWS)),
        timeout=_SAMPLE_TIMEOUT,
        cancel_token=cancel_token or CancelToken(),
        variables={},
    )


def _require_table(table: str, names: Sequence[str]) -> None:
    if table not in names:
        what = _("There's no table “{name}”.").format(name=table[:80])
        do = _("Available tables: {names}.").format(names=", ".join(names[:20]))
        raise NotFound("sources.no-table", what, do=do)


def checked_name(name: str) -> str:
    """A data source's name, as it is stored. Raises `Invalid` (`sources.name`) for one that can't be used."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        what = _("A data source's name needs 1 to {limit} visible characters.").format(limit=NAME_LENGTH)
        raise Invalid("sources.name", what, field="name")
    return name


def _checked(
    source_id: str,
    kind: str,
    tables: Sequence[SourceTable],
    rest: Mapping[str, Any] | None = None,
    copied: CopiedTable | None = None,
) -> SourceConfiguration:
    """The configuration, as it will be read back: what can't be read isn't stored."""
    if not tables:
        raise Invalid("sources.no-tables", _("The file has no tables."), do=_("Choose another file."))
    for table in tables:
        table.view()
    configuration = SourceConfiguration(kind, tuple(tables), rest, copied=copied)
    return SourceConfiguration.from_json(configuration.to_json(), source_id)


def _require_free(session: Session, actor: Actor, name: str, source_id: str = "") -> None:
    """Raise `Conflict` (`sources.taken`) if another source has this name: queries don't tell its case apart."""
    own = select(DataSource.id, DataSource.name).where(DataSource.organisation_id == actor.organisation_id)
    if any(known != source_id and taken.casefold() == name.casefold() for known, taken in session.execute(own)):
        what = _("A data source named “{name}” already exists.").format(name=name)
        raise Conflict("sources.taken", what, do=_("Choose another name."), field="name")


def _summary(row: DataSource) -> SourceSummary:
    try:
        if (server := remote_configuration(row.connection_config)) is not None:
            named = tuple(str(one["name"]) for one in stored_tables(row.extra))
            problem = str(row.extra.get("server_problem", "")) if isinstance(row.extra, dict) else ""
            kind, address = server.settings.kind, server.settings.address
            counts = [_count(one.get("rows")) for one in stored_tables(row.extra)]
            return SourceSummary(row.id, row.name, kind, row.status, row.last_sync, problem, named, "", server=address,
                                 known_rows=_sum(counts), failed_at=stored_failure(row.extra or {}))  # fmt: skip
        configuration = SourceConfiguration.from_json(row.connection_config, row.id)
        rest = stored_rest(row.connection_config)
    except Invalid as error:
        return SourceSummary(row.id, row.name, row.type, "error", row.last_sync, error.what, (), "")
    if configuration.live is not None:
        return _live_summary(row, configuration, configuration.live)
    extra: Mapping[str, Any] = row.extra if isinstance(row.extra, dict) else {}
    copy_of = configuration.copied
    files = configuration.tables if rest is None and copy_of is None else ()
    path, wrong = original(files), str(extra.get("problem", ""))
    names = [str(one) for one in extra.get("names", ())]
    problem = problem_text(wrong, names, path, is_folder=is_folder(files), of_server=copy_of is not None)
    if problem and (broken := extra.get("breaks")):
        affected = ", ".join(str(one) for one in broken[:5])
        problem = " ".join((problem, _("Affected dashboards: {names}.").format(names=affected)))
    problem = " ".join(part for part in (problem, problem_advice(wrong, path)) if part)
    over = is_over(extra, configuration.tables)
    problem = "" if over else problem
    renamed = stored_renamed(extra.get("renamed"))
    copied = all(table.copy is not None for table in configuration.tables)
    if renamed:
        problem = renamed_text(renamed, copied=copied)
    if not files and (failed := extra.get("server_problem")):
        problem = str(failed)
    status = "connected" if over else row.status
    return SourceSummary(row.id, row.name, configuration.kind, status, row.last_sync, problem,
                         tuple(table.name for table in configuration.tables), "" if path is None else str(path),
                         copied, renamed=renamed, copy_of=copy_of, not_finite=extra.get("not_finite") is True,
                         address="" if rest is None else rest[0].address, limited=extra.get("limited") is True,
                         linked=tuple(one for one in files if one.copy is None),
                         folder_formats=_folder_formats(files), originals=stored_files(extra.get("originals")),
                         assumed_units=_assumed_units(configuration.tables), recovered=over,
                         failed_at=None if over else stored_failure(extra),
                         **_folder_facts(files, extra),
                         **_line_counts(extra))  # fmt: skip


def _live_summary(row: DataSource, configuration: SourceConfiguration, live: LiveSettings) -> SourceSummary:
    """A source on a live bus, which was read last when its newest value came."""
    state = read_state(live_folder(row.id))
    status = "error" if state.problem else "connected" if state.receives else "disconnected"
    return SourceSummary(
        row.id, row.name, configuration.kind, status, state.until, state.problem,
        tuple(table.name for table in configuration.tables), "", rows=state.rows, known_rows=state.rows,
        live=live, live_state=state,
    )  # fmt: skip


def _assumed_units(tables: Sequence[SourceTable]) -> tuple[tuple[str, str], ...]:
    columns = (column for table in tables for column in table.scan.kept_columns if column.unit_assumed)
    return tuple(dict.fromkeys((column.title, column.value_unit) for column in columns))


def _folder_formats(tables: Sequence[SourceTable]) -> tuple[str, ...]:
    return tuple(sorted({one.scan.format for one in tables})) if is_folder(tables) else ()


def _folder_facts(tables: Sequence[SourceTable], extra: Mapping[str, Any]) -> dict[str, Any]:
    """What isn't in all files of a folder, and which of them aren't read."""
    if not is_folder(tables):
        return {}
    read = {one.scan.name_of(path) for one in tables for path in one.scan.paths}
    unread = tuple(one.name for one in stored_files(extra.get("originals")) or () if one.name not in read)
    return {
        "nested": is_nested(tables),
        "unread_files": unread,
        "unread_reasons": tuple(why for name, why in stored_unread(extra) if name in unread),
        "partial_columns": tuple(
            found for table in _listed(extra, "tables") for one in _listed(table, "partial_columns")
            if (found := _partial_column(one)) is not None
        ),
    }  # fmt: skip


def stored_unread(extra: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The names of the files that aren't read, and why not, as they were stored."""
    found = [(one.get("name"), one.get("why")) for one in _listed(extra, "unread")]
    return tuple((name, why) for name, why in found if isinstance(name, str) and isinstance(why, str))


def _partial_column(stored: Mapping[str, Any]) -> PartialColumn | None:
    match stored:
        case {"title": str(title), "count": int(count), "of": int(of), "files": list(files)}:
            return PartialColumn(title, count, of, tuple(str(name) for name in files))
    return None


def _sum(counts: Sequence[int | None]) -> int | None:
    """The sum of the rows of tables; None where those of one aren't known, and without tables."""
    return sum(one or 0 for one in counts) if counts and None not in counts else None


def _line_counts(extra: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of a source, and how many of its lines didn't fit."""
    listed = _listed(extra, "tables")
    rows = [_count(one.get("rows")) for one in listed]
    known = [(_count(one.get("wrong")), _count(one.get("left_out"))) for one in listed]
    counted = [(wrong, left_out) for wrong, left_out in known if wrong is not None and left_out is not None]
    return {
        "rows": _sum(rows),
        "known_rows": _sum(rows),
        "emptied": sum(max(0, wrong - left_out) for wrong, left_out in counted),
        "left_out": sum(left_out for _wrong, left_out in counted),
        "first_wrong": next(
            (
                found
                for one in listed
                if (found := stored_first_wrong(str(one.get("name")), one.get("first_wrong"))) is not None
            ),
            None,
        ),
        "totals": sum(_count(one.get("totals")) or 0 for one in listed),
    }


def _listed(extra: object, name: str) -> list[Mapping[str, Any]]:
    found = extra.get(name) if isinstance(extra, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
