"""The services over sources on live buses: add one, and find those of a dongle whose bus is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.configuration import SourceConfiguration, SourceTable
from benchboard.analytics.sources.kinds import source_kinds
from benchboard.analytics.sources.live_settings import MAX_DATABASES, LiveSettings
from benchboard.analytics.sources.live_values import TABLE, live_folder, live_scan, remove_values
from benchboard.analytics.sources.services import SourceSummary, checked_name, get_source, require_name
from benchboard.analytics.sources.source_ids import id_for_new
from benchboard.analytics.sources.source_permissions import usable_by
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.analytics import DataSource

KIND = "can_live"


@dataclass(frozen=True, slots=True)
class LiveSource:
    """A source on a live bus: its ID, the databases, and the folder of its values."""

    id: str
    databases: tuple[Path, ...]
    folder: Path


def add_live(
    session: Session, actor: Actor, *, name: str, dongle: str, title: str, databases: Sequence[Path]
) -> SourceSummary:
    """Add the signals of a dongle's bus as a data source, decoded with these databases. It has values once the live bus
    of the dongle is opened on this computer. `title` is the name of the dongle.

    Raises `Invalid` for a name that can't be used, or without a database, `Conflict` (`sources.taken`) for a name in
    use.
    """
    require(actor, "sources:write")
    name, settings = checked_name(name), _checked(dongle, title, databases)
    require_name(session, actor, name)
    source_id = id_for_new(session, actor, name, KIND)
    tables = (SourceTable(TABLE, live_scan(source_id), live=live_folder(source_id)),)
    config = SourceConfiguration(KIND, tables, live=settings).to_json()
    SourceConfiguration.from_json(config, source_id)  # what can't be read isn't stored
    row = DataSource(id=source_id, organisation_id=actor.organisation_id, name=name, type=source_kinds()[KIND].type,
                     connection_config=config, status="connected", extra={})  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(session, actor, "source.create", row.id, name=name, kind=KIND)
    remove_values(live_folder(row.id))  # those of one of this name that was removed, maybe of another bus
    return get_source(session, actor, row.id)


def change_databases(session: Session, actor: Actor, source_id: str, databases: Sequence[Path]) -> SourceSummary:
    """Decode the frames of a source with other databases from now on. Raises `Invalid` and `NotFound`."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    before = SourceConfiguration.from_json(row.connection_config, row.id)
    if before.live is None:
        raise Invalid("sources.not-live", _("“{name}” isn't on a live bus.").format(name=row.name))
    settings = _checked(before.live.dongle, before.live.title, databases)
    row.connection_config = SourceConfiguration(before.kind, before.tables, live=settings).to_json()
    session.flush()
    audit.record(session, actor, "source.update", row.id, name=row.name, changed="databases")
    return get_source(session, actor, source_id)


def live_settings(session: Session, actor: Actor, source_id: str) -> LiveSettings | None:
    """Which bus a source reads; None for one that is on none."""
    require(actor, "sources:read")
    row = get_row(session, actor, source_id)
    return SourceConfiguration.from_json(row.connection_config, row.id).live


def live_sources_of(session: Session, actor: Actor, dongle: str) -> tuple[LiveSource, ...]:
    """The sources on the bus of this dongle that the actor may use."""
    require(actor, "sources:read")
    query = select(DataSource).where(usable_by(actor), DataSource.type == source_kinds()[KIND].type)
    found = []
    for row in session.scalars(query):
        try:
            config = SourceConfiguration.from_json(row.connection_config, row.id)
        except Invalid:  # the source itself says so
            continue
        if config.live is not None and config.live.dongle == dongle:
            found.append(LiveSource(row.id, config.live.databases, live_folder(row.id)))
    return tuple(found)


def _checked(dongle: str, title: str, databases: Sequence[Path]) -> LiveSettings:
    """The settings, as they are stored. Raises `Invalid`."""
    paths = tuple(dict.fromkeys(path.absolute() for path in databases))
    if not paths:
        what = _("Signals need a CAN database (DBC, KCD, SYM, ARXML) that says what the frames mean.")
        raise Invalid("sources.no-database", what, field="databases")
    if len(paths) > MAX_DATABASES:
        what = _("A source has up to {limit} CAN databases.").format(limit=MAX_DATABASES)
        raise Invalid("sources.databases", what, field="databases")
    return LiveSettings(dongle, " ".join(title.split())[:200], paths)
