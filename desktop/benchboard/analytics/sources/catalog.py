"""The tables that a query over a source may name: its own and its data models, and those of other sources as
"source name".table."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.sources.configuration import SourceConfiguration, SourceTable
from benchboard.analytics.sources.source_permissions import denied, denied_in_query, usable_by
from benchboard.errors import Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, require
from benchboard.storage.engine import read_answers
from benchboard.storage.models.analytics import DataSource
from benchboard.storage.models.base import is_id


class SourceCatalog:
    """A source's tables by name, and those of the organisation's other sources, which are read when they are named."""

    def __init__(
        self,
        session: Session,
        actor: Actor,
        tables: tuple[SourceTable, ...],
        find_model: Callable[[str], FileView | None] = lambda _name: None,
    ) -> None:
        """`find_model` is asked for what is no table of the source."""
        self._session, self._actor, self._find_model = session, actor, find_model
        self._tables = {table.name: table for table in tables}

    def find(self, source: str, table: str) -> FileView | None:
        """See `duckdb_engine.Catalog`. Raises `Denied` (`sources.restricted`) for a source that the actor may not
        use."""
        tables = self._tables if not source else self._tables_of(source)
        found = tables.get(table.lower())
        if found is None:
            return None if source else self._find_model(table)
        return found.current_view()

    def names(self) -> list[str]:
        """See `duckdb_engine.Catalog`."""
        return list(self._tables)

    def sources_of(self, table: str) -> list[str]:
        """See `duckdb_engine.Catalog`."""
        own = select(DataSource.name, DataSource.connection_config).where(usable_by(self._actor))
        return sorted(name for name, config in self._session.execute(own) if table.lower() in _table_names(config))

    def _tables_of(self, name: str) -> dict[str, SourceTable]:
        own = select(DataSource.name, DataSource.id, DataSource.connection_config).where(usable_by(self._actor))
        # By Python's rules: SQLite knows the case of ASCII letters alone.
        rows = self._session.execute(own)
        found = next(((id_, config) for known, id_, config in rows if known.casefold() == name.casefold()), None)
        if found is None:
            hidden = select(DataSource.name).where(DataSource.organisation_id == self._actor.organisation_id)
            if any(known.casefold() == name.casefold() for known in self._session.scalars(hidden)):
                raise denied_in_query()
            return {}
        source_id, config = found
        return {table.name: table for table in SourceConfiguration.from_json(config, source_id).tables}


def _table_names(configuration: object) -> set[str]:
    """The names of the tables of files that a source keeps; none where it is a server or can't be read."""
    try:
        return {table.name for table in SourceConfiguration.from_json(configuration).tables}
    except Invalid:
        return set()


def get_row(session: Session, actor: Actor, source_id: str, *, lock: bool = False) -> DataSource:
    """The stored row of a source; with `lock`, until the end of the transaction, nobody else's. Raises `NotFound`
    (`sources.unknown`) for one that isn't the organisation's, `Denied` (`sources.restricted`) for one that the actor
    may not use."""
    require(actor, "sources:read")
    answers, key = read_answers(session), ("data source", actor.user_id, actor.organisation_id, source_id)
    if not lock and key in answers:  # one query of a widget asks four times
        kept: DataSource = answers[key]
        return kept
    own = DataSource.organisation_id == actor.organisation_id
    query = select(DataSource, usable_by(actor)).where(own, DataSource.id == source_id)
    query = query.with_for_update(of=DataSource) if lock else query
    found = session.execute(query).first() if is_id(source_id) else None
    if found is None:
        what, do = _("This data source no longer exists."), _("Choose another one.")
        raise NotFound("sources.unknown", what, do=do, source=source_id)
    row, is_usable = found
    if not is_usable:
        raise denied(source_id)
    answers[key] = row
    return row
