"""Who has access to a dashboard in the end, and why: as its owner, by their role, by name, through teams, because it is
public. Whoever sees a dashboard sees who else does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select
from sqlalchemy.orm import Session

from benchboard.dashboards import rights
from benchboard.dashboards.rights import LEVELS, Level
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity import access
from benchboard.identity.access import Actor
from benchboard.paging import Listing, Page
from benchboard.storage import guard
from benchboard.storage.keyset import Sorting, page
from benchboard.storage.models.dashboards import Dashboard, DashboardShare, DashboardTeamShare
from benchboard.storage.models.identity import Permission, RolePermission, Team, TeamMember, User, UserRole

Reach = Literal["owner", "role", "direct", "team", "public"]


@dataclass(frozen=True, slots=True)
class Way:
    """One reason for which somebody has access; `team` is the name of the team it comes through."""

    reach: Reach
    level: Level
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has access: `level` is the most of all their `ways`, which go from the most to the least."""

    user_id: str
    name: str
    email: str
    level: Level
    ways: tuple[Way, ...]


def list_access(
    session: Session,
    actor: Actor,
    dashboard_id: str,
    listing: Listing | None = None,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Page[Holder]:
    """Everybody who has access, by name, with what they may do in the end and why: those who are active and may enter
    Studio. Filter: `user_id`. The search looks in name and address. Sorted by `name` or `email`."""
    access.require(actor, "studio:enter")
    row = rights.require(session, actor, dashboard_id, "view", trashed=True)
    listing = listing or Listing()
    if unknown := listing.filters.keys() - {"user_id"}:
        raise Invalid(
            "dashboards.filter",
            _("Access cannot be filtered by “{column}”.").format(column=min(unknown)[:40]),
            do=_("Choose one of: {values}.").format(values="user_id"),
            field="filter",
        )
    query = _holders(row)
    if user_id := listing.filters.get("user_id"):
        query = query.where(User.id == str(user_id))
    if text := listing.search.strip():
        query = query.where(guard.search_people(text))
    found = page(session, query, _SORTING, listing, after=after, limit=limit, row=lambda one: one)
    teams = _teams_of(session, row, [one.id for one in found.rows])
    return found.map(lambda one: _holder(one, teams.get(one.id, ())))


_SORTING = Sorting({"name": User.name, "email": User.email_norm}, User.id, default="name")


def _holders(row: Dashboard) -> Select[*tuple[Any, ...]]:
    """The people with access to one dashboard, each with the ways that are theirs, but for their teams' names."""
    mine = Dashboard.id == row.id
    ways: dict[str, Any] = {
        "owner": User.id == Dashboard.user_id,
        "role": _permitted("dashboards:manage"),
        "direct": rights.shared_with(User.id),
        "team": rights.shared_through_team(User.id),
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
            User.deleted_at.is_(None),
            User.status == "active",
            _permitted("studio:enter"),
            or_(*ways.values()),
        )
    )


def _permitted(act: str) -> ColumnElement[bool]:
    """The condition that a person's roles allow `act`."""
    return exists(
        select(UserRole.id)
        .join(RolePermission, RolePermission.role_id == UserRole.role_id)
        .join(Permission, Permission.id == RolePermission.permission_id)
        .where(UserRole.user_id == User.id, Permission.name == act)
        .correlate_except(UserRole, RolePermission, Permission)
    )


def _teams_of(session: Session, row: Dashboard, user_ids: Sequence[str]) -> dict[str, tuple[Way, ...]]:
    found: dict[str, tuple[Way, ...]] = {}
    shared = session.execute(
        select(TeamMember.user_id, Team.name, DashboardTeamShare.permission)
        .join(Team, Team.id == TeamMember.team_id)
        .join(DashboardTeamShare, DashboardTeamShare.team_id == Team.id)
        .where(DashboardTeamShare.dashboard_id == row.id, TeamMember.user_id.in_(list(user_ids)))
        .order_by(Team.name, Team.id)
    )
    for one in shared:
        level: Level = "edit" if one.permission == "edit" else "view"
        found[one.user_id] = (*found.get(one.user_id, ()), Way("team", level, one.name))
    return found


def _holder(one: Any, teams: tuple[Way, ...]) -> Holder:
    ways = [Way("owner", "own")] if one.owner else []
    ways += [Way("role", "own")] if one.role else []
    ways += [Way("direct", one.direct)] if one.direct else []
    ways += teams
    ways += [Way("public", "view")] if one.public else []
    ways.sort(key=lambda way: -LEVELS.index(way.level))
    return Holder(one.id, one.name, one.email, ways[0].level, tuple(ways))
