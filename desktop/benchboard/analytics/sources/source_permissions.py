"""Who may use a data source: everyone who may explore data, unless it is restricted to some people and teams.

A restricted source has a `DataSourceGrant` that names nobody, besides those that name people and teams.
Whoever may manage the organisation's sources may use all.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from benchboard.errors import Denied
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, has_permission
from benchboard.storage.models.analytics import DataSource, DataSourceGrant
from benchboard.storage.models.identity import Team, TeamMember, User


def usable_by(actor: Actor) -> ColumnElement[bool]:
    """The condition for the data sources of the actor's organisation that the actor may use."""
    own = DataSource.organisation_id == actor.organisation_id
    if has_permission(actor, "sources:manage"):
        return own
    grant = DataSourceGrant
    on_source = grant.data_source_id == DataSource.id
    own_teams = select(TeamMember.team_id).where(
        TeamMember.user_id == actor.user_id, TeamMember.organisation_id == actor.organisation_id
    )
    named = exists().where(on_source, or_(grant.user_id == actor.user_id, grant.team_id.in_(own_teams)))
    return own & or_(~exists().where(on_source), named)


def restrictions(session: Session, source_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The names of the teams and people that each restricted one of some sources is for, besides admins."""
    grants = (
        select(DataSourceGrant.data_source_id, Team.name, User.name)
        .outerjoin(Team, Team.id == DataSourceGrant.team_id)
        .outerjoin(User, (User.id == DataSourceGrant.user_id) & User.deleted_at.is_(None))
        .where(DataSourceGrant.data_source_id.in_(list(source_ids)))
        .order_by(Team.name.is_(None), Team.name, User.name)
    )
    found: dict[str, tuple[str, ...]] = {}
    for source_id, team, person in session.execute(grants):
        found[source_id] = (*found.get(source_id, ()), *(one for one in (team or person,) if one))
    return found


def denied_in_query() -> Denied:
    """The error for a query that names a source that the actor may not use. It says no more than the query does."""
    return Denied(
        "sources.restricted",
        _("You don't have access to a data source that this query reads."),
        why=_("It is restricted to some people and teams."),
        do=_("Ask an admin, or someone who uses it, for access."),
    )


def denied(source_id: str) -> Denied:
    """The error for a source that the actor may not use. It doesn't name the source: its name may say too much."""
    return Denied(
        "sources.restricted",
        _("You don't have access to this data source."),
        why=_("It is restricted to some people and teams."),
        do=_("Ask an admin, or someone who uses it, for access."),
        source=source_id,
    )
