"""Where tables come from, and what reads them: their source, its file and when it was last read, and their uses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from benchboard.analytics.sources import services
from benchboard.analytics.sources.lineage import LineageUse, tables_uses
from benchboard.errors import NotFound
from benchboard.identity.permissions import Actor, require

TableKey = tuple[str, str]
"""The id of a source, empty for Benchboard's own data, and the name of a table."""


@dataclass(frozen=True, slots=True)
class TableLineage:
    """Where a table comes from and what reads it. `origin` is its file, server or address; empty for Benchboard's own
    data. `refreshed` is when the source was last read; None where queries always read what is there now, or where it
    never was. `problem` says why it can't be read. `source` is None for Benchboard's own data and for a source that
    doesn't exist or that the actor may not use."""

    source: services.SourceSummary | None
    origin: str
    refreshed: datetime | None
    is_live: bool
    problem: str
    uses: tuple[LineageUse, ...]

    def other_uses(self, model_id: str) -> tuple[LineageUse, ...]:
        """What reads the table, besides a data model itself. What reads it through that model is among them."""
        return tuple(one for one in self.uses if (one.kind, one.id) != ("model", model_id))


def table_lineage(session: Session, actor: Actor, tables: Iterable[TableKey]) -> Mapping[TableKey, TableLineage]:
    """Where each of some tables comes from, and what reads it. All stored queries are read: run it in the
    background."""
    require(actor, "sources:read")
    wanted = tuple(dict.fromkeys(tables))
    sources: dict[str, services.SourceSummary | None] = {"": None}
    for source_id in dict.fromkeys(source_id for source_id, _table in wanted if source_id):
        try:
            sources[source_id] = services.get_source(session, actor, source_id)
        except NotFound:
            sources[source_id] = None
    paths = {
        (source_id, one.name): one.path
        for source_id, listed in services.tables_by_source(session, actor, [one for one in sources if one]).items()
        for one in listed
    }
    uses = tables_uses(session, actor, wanted)
    return {key: _lineage(sources[key[0]], key, paths.get(key, ""), uses[key]) for key in wanted}


def _lineage(
    source: services.SourceSummary | None, key: TableKey, path: str, uses: tuple[LineageUse, ...]
) -> TableLineage:
    if source is None:
        return TableLineage(None, "", None, not key[0], "", uses)
    is_live = bool(source.server)
    problem = source.problem if source.status == "error" else ""
    origin = source.server or source.address or path or source.path
    return TableLineage(source, origin, None if is_live else source.last_sync, is_live, problem, uses)
