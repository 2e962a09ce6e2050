"""Who has access to a dashboard, and why: as its owner, by role, by name, through teams, because it is public.

Everyone who sees a dashboard can see its access list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, and_, case, or_, select
from sqlalchemy.orm import Session, defer

from benchboard.dashboards.access import dashboard_permissions
from benchboard.dashboards.access.dashboard_permissions import LEVELS, Level
from benchboard.dashboards.access.sharing import sharing_of
from benchboard.i18n import _
from benchboard.identity import permissions, role_grants
from benchboard.identity.permissions import Actor
from benchboard.identity.share_candidates import Candidate
from benchboard.paging import Listing, Page
from benchboard.storage import guard
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.dashboards import Dashboard, DashboardShare, DashboardTeamShare
from benchboard.storage.models.identity import Team, TeamMember, User

GrantSource = Literal["owner", "role", "direct", "team", "public"]


@dataclass(frozen=True, slots=True)
class Grant:
    """One reason why a person has access; `team` is the name of the team, for `source` "team"."""

    source: GrantSource
    level: Level
    team: str | None = None


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """A person with access to a dashboard: `level` is the highest of their `grants`, which are sorted highest first."""

    user_id: str
    name: str
    email: str
    level: Level
    grants: tuple[Grant, ...]


def list_access(
    session: Session,
    actor: Actor,
    dashboard_id: str,
    listing: Listing | None = None,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Page[AccessEntry]:
    """Everyone with access, by name, with level and reasons: active people who may enter Studio.

    Filter: `user_id`. The search covers name and address. Sorted by `name` or `email`.
    """
    permissions.require(actor, "studio:enter")
    row = dashboard_permissions.require(session, actor, dashboard_id, "view", trashed=True)
    return _list(session, row, listing or Listing(), after, limit)


def list_access_of(
    session: Session, actor: Actor, dashboard_id: str, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[AccessEntry]:
    """`list_access` for who may see what people can reach, also of a dashboard that isn't shared with the actor.
    Raises `NotFound`.
    """
    permissions.require(actor, "users:read")
    own = select(Dashboard).where(Dashboard.id == dashboard_id, Dashboard.organisation_id == actor.organisation_id)
    row = session.scalars(own.options(defer(Dashboard.layout))).first()
    if row is None:
        raise dashboard_permissions.not_found()
    return _list(session, row, listing, after, limit)


def _list(session: Session, row: Dashboard, listing: Listing, after: str | None, limit: int) -> Page[AccessEntry]:
    listing.require_filters(["user_id"], "dashboards.filter", _("Access can't be filtered by “{column}”."))
    query = _people_with_access(row)
    if user_id := listing.filters.get("user_id"):
        query = query.where(User.id == str(user_id))
    if text := listing.search.strip():
        query = query.where(User.id.in_(guard.people_named(row.organisation_id, text)))
    people = page(session, query, _SORTING, listing, after=after, limit=limit, row=lambda person: person)
    teams = _team_grants(session, row, [person.id for person in people.rows])
    return people.map(lambda person: _access_entry(person, teams.get(person.id, ())))


_SORTING = Sorting({"name": User.name, "email": User.email_norm}, User.id, default="name")


def _people_with_access(row: Dashboard) -> Select[*tuple[Any, ...]]:
    """The people with access to one dashboard, each with the reasons for their access, without their teams' names."""
    mine = Dashboard.id == row.id
    ways: dict[str, Any] = {
        "owner": User.id == Dashboard.user_id,
        "role": role_grants.can("dashboards:manage"),
        "direct": dashboard_permissions.shared_with(User.id),
        "team": dashboard_permissions.shared_through_team(User.id),
        "public": Dashboard.is_public,
    }
    direct = (
        select(DashboardShare.permission)
        .where(DashboardShare.dashboard_id == Dashboard.id, DashboardShare.user_id == User.id)
        .correlate(Dashboard, User)
        .scalar_subquery()
    )
    flags = [case((ways[name], 1), else_=0).label(name) for name in ("owner", "role", "public")]
    return (
        select(User.id, User.name, User.email, direct.label("direct"), *flags)
        .join(Dashboard, and_(Dashboard.organisation_id == User.organisation_id, mine))
        .where(
            User.organisation_id == row.organisation_id,
            role_grants.is_active(),
            role_grants.can("studio:enter"),
            or_(*ways.values()),
        )
    )


def _team_grants(session: Session, row: Dashboard, user_ids: Sequence[str]) -> dict[str, tuple[Grant, ...]]:
    grants: dict[str, tuple[Grant, ...]] = {}
    shared = session.execute(
        select(TeamMember.user_id, Team.name, DashboardTeamShare.permission)
        .join(Team, Team.id == TeamMember.team_id)
        .join(DashboardTeamShare, DashboardTeamShare.team_id == Team.id)
        .where(DashboardTeamShare.dashboard_id == row.id, TeamMember.user_id.in_(list(user_ids)))
        .order_by(Team.name, Team.id)
    )
    for share in shared:
        level: Level = "edit" if share.permission == "edit" else "view"
        grants[share.user_id] = (*grants.get(share.user_id, ()), Grant("team", level, share.name))
    return grants


def _access_entry(person: Any, teams: tuple[Grant, ...]) -> AccessEntry:
    grants = [Grant("owner", "own")] if person.owner else []
    grants += [Grant("role", "own")] if person.role else []
    grants += [Grant("direct", person.direct)] if person.direct else []
    grants += teams
    grants += [Grant("public", "view")] if person.public else []
    grants.sort(key=lambda grant: -LEVELS.index(grant.level))
    return AccessEntry(person.id, person.name, person.email, grants[0].level, tuple(grants))


def remaining_access_text(session: Session, actor: Actor, dashboard_id: str, to: Candidate) -> str:
    """What a person can still do with a dashboard that isn't shared with them directly, and why; empty if nothing.

    Of a team: whether its people can view it because everyone can.
    """
    if to.kind == "team":
        public = sharing_of(session, actor, dashboard_id).public
        return _("Its people can still view it: everyone can view.") if public else ""
    listing = Listing(filters={"user_id": to.id})
    for entry in list_access(session, actor, dashboard_id, listing).rows:
        grant = entry.grants[0]
        sentence = {
            "owner": _("{name} owns it."),
            "role": _("{name} still has full access: their role gives it."),
            "direct": "",
            "team": _("{name} can still edit it through the team “{team}”.")
            if grant.level == "edit"
            else _("{name} can still view it through the team “{team}”."),
            "public": _("{name} can still view it: everyone can view."),
        }[grant.source]
        return sentence.format(name=entry.name, team=grant.team)
    return ""


def grants_text(grants: Sequence[Grant], *, yourself: bool = False) -> str:
    """Why a person has access, in short sentences; `yourself`: said to that person."""
    reasons = {
        "owner": _("Owner."),
        "direct": _("Shared directly."),
        "public": _("Through Everyone."),
        "role": _("You have full access as admin.") if yourself else _("Their role gives full access."),
    }
    return " ".join(
        _("Through team {team}.").format(team=grant.team) if grant.team else reasons.get(grant.source, grant.source)
        for grant in grants
    )
