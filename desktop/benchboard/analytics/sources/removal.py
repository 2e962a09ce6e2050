"""Removing a data source, and undoing it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.configuration import SourceConfiguration
from benchboard.analytics.sources.kinds import CONNECTED_KINDS
from benchboard.analytics.sources.lineage import table_uses
from benchboard.analytics.sources.services import require_name
from benchboard.analytics.sources.source_ids import REMOVAL
from benchboard.analytics.sources.source_models import models_reading
from benchboard.analytics.sources.source_sharing import ACCESS_DETAIL
from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _, ngettext
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.analytics import DataSource, DataSourceGrant
from benchboard.storage.models.identity import Team, User

_STORED: Final = ("name", "type", "connection_config", "status", "last_sync", "extra")


@dataclass(frozen=True, slots=True)
class RemovedSource:
    """A data source that was removed, and what was stored of it."""

    id: str
    name: str
    stored: Mapping[str, Any] = field(repr=False)
    """With the password of a server, encrypted."""
    grants: tuple[tuple[str | None, str | None], ...] = ()
    """The IDs of the person or team of each grant; one without either if it was restricted."""


def remove_source(session: Session, actor: Actor, source_id: str, *, even_if_used: bool = False) -> RemovedSource:
    """Remove a data source; its files stay where they are, and so do its copies.

    Raises `Conflict` (`sources.used`, with the facts `dashboards` and `models`, their names) if widgets or variables
    query it or data models read it, unless `even_if_used`: they then say that it is gone.
    """
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    uses = table_uses(session, actor, source_id)
    used = sorted({use.dashboard for use in uses if use.kind in ("widget", "variable") and not use.through})
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
    grants = session.execute(
        select(DataSourceGrant.user_id, DataSourceGrant.team_id).where(DataSourceGrant.data_source_id == row.id)
    )
    stored = {column: getattr(row, column) for column in _STORED}
    removed = RemovedSource(row.id, row.name, stored, tuple((one.user_id, one.team_id) for one in grants))
    session.delete(row)
    access = [_access_ids(removed), None]
    audit.record(session, actor, REMOVAL, removed.id, name=removed.name, kind=_kind(row), **{ACCESS_DETAIL: access})
    session.flush()
    return removed


def _access_ids(removed: RemovedSource) -> dict[str, list[str]] | None:
    """Who might use the source, as `ACCESS_DETAIL` has it."""
    if not removed.grants:
        return None
    return {
        "people": [user_id for user_id, _team in removed.grants if user_id],
        "teams": [team_id for _user, team_id in removed.grants if team_id],
    }


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
    _restore_grants(session, actor, removed)
    audit.record(session, actor, "source.restore", removed.id, name=removed.name)


def _restore_grants(session: Session, actor: Actor, removed: RemovedSource) -> None:
    """Restrict the source again as it was, to those of the people and teams that there still are."""
    named = {one for pair in removed.grants for one in pair if one is not None}
    known = {
        *session.scalars(select(User.id).where(User.organisation_id == actor.organisation_id, User.id.in_(named))),
        *session.scalars(select(Team.id).where(Team.organisation_id == actor.organisation_id, Team.id.in_(named))),
    }
    for user_id, team_id in removed.grants:
        if {user_id, team_id} - {None} <= known:
            session.add(
                DataSourceGrant(
                    organisation_id=actor.organisation_id, data_source_id=removed.id, user_id=user_id, team_id=team_id
                )
            )
    session.flush()


def _kind(row: DataSource) -> str:
    """The kind of a source; its type in the database where what is stored about it is damaged."""
    if row.type in CONNECTED_KINDS:
        return row.type
    try:
        return SourceConfiguration.from_json(row.connection_config, row.id).kind
    except Invalid:
        return row.type
