"""Removing a data source, and undoing it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session

from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.configuration import SourceConfiguration
from benchboard.analytics.sources.kinds import CONNECTED_KINDS
from benchboard.analytics.sources.services import require_name, source_uses
from benchboard.analytics.sources.source_ids import REMOVAL
from benchboard.analytics.sources.source_models import models_reading
from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _, ngettext
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.analytics import DataSource

_STORED: Final = ("name", "type", "connection_config", "status", "last_sync", "extra")


@dataclass(frozen=True, slots=True)
class RemovedSource:
    """A data source that was removed, and what was stored of it."""

    id: str
    name: str
    stored: Mapping[str, Any] = field(repr=False)
    """With the password of a server, encrypted."""


def remove_source(session: Session, actor: Actor, source_id: str, *, even_if_used: bool = False) -> RemovedSource:
    """Remove a data source; its files stay where they are, and so do its copies.

    Raises `Conflict` (`sources.used`, with the facts `dashboards` and `models`, their names) if widgets query it or
    data models read it, unless `even_if_used`: they then say that it is gone.
    """
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    used = sorted({use.dashboard for use in source_uses(session, actor, source_id) if not use.through})
    models = models_reading(session, actor, source_id)
    if used and not even_if_used:
        what = ngettext("{count} dashboard uses “{name}”.", "{count} dashboards use “{name}”.", len(used))
        raise Conflict(
            "sources.used",
            what.format(name=row.name, count=len(used)),
            why=_("Used by: {names}.").format(names=", ".join(used[:5])),
            do=_("Change their widgets first, or remove it anyway."),
            dashboards=tuple(used),
            models=models,
        )
    if models and not even_if_used:
        what = ngettext("{count} data model reads “{name}”.", "{count} data models read “{name}”.", len(models))
        raise Conflict(
            "sources.used",
            what.format(name=row.name, count=len(models)),
            why=_("Read by: {names}.").format(names=", ".join(models[:5])),
            do=_("Change the data models first, or remove it anyway."),
            dashboards=(),
            models=models,
        )
    removed = RemovedSource(row.id, row.name, {column: getattr(row, column) for column in _STORED})
    session.delete(row)
    audit.record(session, actor, REMOVAL, removed.id, name=removed.name, kind=_kind(row))
    session.flush()
    return removed


def restore_source(session: Session, actor: Actor, removed: RemovedSource) -> None:
    """Undo a removal: with the ID of before, by which widgets and data models find the source. Raises `Conflict` if its
    name is in use again, or another source took its place."""
    require(actor, "sources:write")
    if session.get(DataSource, removed.id) is not None:
        what = _("Another data source took the place of “{name}”.").format(name=removed.name)
        raise Conflict("sources.replaced", what, do=_("Remove that one first."))
    require_name(session, actor, removed.name)
    session.add(DataSource(id=removed.id, organisation_id=actor.organisation_id, **removed.stored))
    session.flush()
    audit.record(session, actor, "source.restore", removed.id, name=removed.name)


def _kind(row: DataSource) -> str:
    """The kind of a source; its type in the database where what is stored about it is damaged."""
    if row.type in CONNECTED_KINDS:
        return row.type
    try:
        return SourceConfiguration.from_json(row.connection_config, row.id).kind
    except Invalid:
        return row.type
