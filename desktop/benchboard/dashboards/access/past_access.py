"""Who could open a dashboard at a time in the past, and by which paths: told again from the audit log.

The shares are what the log says was shared until then; teams, roles and people are those of then
(`identity.access_history`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from benchboard.dashboards.access import reached_objects
from benchboard.dashboards.access.reached_objects import ObjectAccess, ObjectLevel, ReachPath, by_strength
from benchboard.errors import NotFound
from benchboard.i18n import _
from benchboard.identity.access_history import PastAccess, PastPerson
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.dashboards import Dashboard
from benchboard.storage.models.identity import AuditLog, AuditSeal


@dataclass(frozen=True, slots=True)
class PastDashboard:
    """A dashboard as it was called then, and who could open it, by name. In the trash, nobody could."""

    dashboard_id: str
    name: str
    in_trash: bool
    people: tuple[ObjectAccess, ...]


@dataclass
class _Shares:
    """What is known of a dashboard while its entries are told again."""

    name: str = ""
    owner: str | None = None
    exists: bool = False
    in_trash: bool = False
    public: bool = False
    people: dict[str, ObjectLevel] = field(default_factory=dict)
    teams: dict[str, ObjectLevel] = field(default_factory=dict)
    taken: dict[str, ObjectLevel] = field(default_factory=dict)
    """The teams that lost it when they were deleted."""


_MADE: Final = ("dashboard.create", "dashboard.import", "dashboard.duplicate")
_GONE: Final = ("dashboard.delete", "dashboard.expire")


def get_past_access(session: Session, actor: Actor, past: PastAccess, dashboard: str) -> PastDashboard:
    """Who could open the dashboard with this name or ID at the time of `past`; one that was deleted since is named by
    its ID. Raises `NotFound`, also for one that wasn't there then.
    """
    require(actor, "users:read")
    dashboard_id = _find(session, actor, dashboard)
    shares = _told_until(session, actor, past, dashboard_id)
    if not shares.exists:
        raise NotFound("history.dashboard", _("The dashboard “{name}” didn't exist then.").format(name=dashboard[:80]))
    people = () if shares.in_trash else tuple(_accesses(past.people, shares))
    return PastDashboard(dashboard_id, shares.name, shares.in_trash, people)


def _find(session: Session, actor: Actor, dashboard: str) -> str:
    try:
        return reached_objects.get_object(session, actor, "dashboard", dashboard).id
    except NotFound:
        try:
            dashboard_id = str(UUID(dashboard))
        except ValueError:
            dashboard_id = ""
        known = select(AuditLog.id).where(
            AuditLog.organisation_id == actor.organisation_id,
            AuditLog.resource_type == "dashboard",
            AuditLog.resource_id == dashboard_id,
        )
        if session.scalar(known.limit(1)) is None:
            raise
        return dashboard_id


def _told_until(session: Session, actor: Actor, past: PastAccess, dashboard_id: str) -> _Shares:
    of_it = and_(AuditLog.resource_type == "dashboard", AuditLog.resource_id == dashboard_id)
    entries = (
        select(AuditLog.event_type, AuditLog.user_id, AuditLog.resource_id, AuditLog.details)
        .outerjoin(AuditSeal, AuditSeal.audit_id == AuditLog.id)
        .where(
            AuditLog.organisation_id == actor.organisation_id,
            AuditLog.created_at <= past.at,
            or_(of_it, AuditLog.event_type.in_(("team.delete", "team.restore"))),
        )
        .order_by(func.coalesce(AuditSeal.seq, 0), AuditLog.created_at, AuditLog.id)
    )
    shares = _Shares()
    for entry in session.execute(entries):
        if entry.event_type.startswith("team."):
            _tell_team(shares, dashboard_id, entry.event_type, str(entry.resource_id), entry.details)
        else:
            _tell(shares, entry.event_type, entry.user_id, entry.details)
    made = select(Dashboard.user_id, Dashboard.name, Dashboard.created_at).where(Dashboard.id == dashboard_id)
    row = session.execute(made).first()
    if row is not None and row.created_at <= past.at:  # one whose making isn't recorded
        shares.exists, shares.name = True, shares.name or row.name
        shares.owner = _next_giver(session, actor, past, dashboard_id) or row.user_id
    return shares


def _next_giver(session: Session, actor: Actor, past: PastAccess, dashboard_id: str) -> str | None:
    """Who handed the dashboard over first after that time: its owner then. None if nobody did."""
    after = (
        select(AuditLog.details)
        .outerjoin(AuditSeal, AuditSeal.audit_id == AuditLog.id)
        .where(
            AuditLog.organisation_id == actor.organisation_id,
            AuditLog.resource_type == "dashboard",
            AuditLog.resource_id == dashboard_id,
            AuditLog.event_type == "dashboard.hand-over",
            AuditLog.created_at > past.at,
        )
        .order_by(func.coalesce(AuditSeal.seq, 0), AuditLog.created_at, AuditLog.id)
    )
    details = session.scalar(after.limit(1))
    return str(details["from_id"]) if details is not None and "from_id" in details else None


def _tell(shares: _Shares, event: str, user_id: str | None, details: Mapping[str, Any]) -> None:
    """Add what an entry about the dashboard says."""
    shares.name = str(details.get("name") or shares.name)
    if event in _MADE:
        shares.exists, shares.owner = True, user_id
    elif event == "dashboard.hand-over":
        shares.owner = str(details.get("user_id"))
    elif event in _GONE:
        shares.exists = False
    elif event in ("dashboard.discard", "dashboard.restore"):
        shares.in_trash = event == "dashboard.discard"
    elif event in ("dashboard.publish", "dashboard.unpublish"):
        shares.public = event == "dashboard.publish"
    elif event in ("dashboard.share", "dashboard.unshare"):
        team = details.get("team_id")
        held, whom = (shares.teams, team) if team else (shares.people, details.get("user_id"))
        if event == "dashboard.unshare":
            held.pop(str(whom), None)
        else:
            held[str(whom)] = "edit" if details.get("permission") == "edit" else "view"


def _tell_team(shares: _Shares, dashboard_id: str, event: str, team_id: str, details: Mapping[str, Any]) -> None:
    """A deleted team loses what was shared with it, and has it again when it is restored."""
    if event == "team.delete":
        if (level := shares.teams.pop(team_id, None)) is not None:
            shares.taken[team_id] = level
    elif team_id in shares.taken and dashboard_id in details.get("dashboards", [dashboard_id]):
        shares.teams[team_id] = shares.taken.pop(team_id)


def _accesses(people: Iterable[PastPerson], shares: _Shares) -> Iterable[ObjectAccess]:
    for one in people:
        if "studio:enter" in one.grants and (paths := _paths(one, shares)):
            yield ObjectAccess(one.user_id, one.name, one.email, paths[0].level, paths)


def _paths(one: PastPerson, shares: _Shares) -> tuple[ReachPath, ...]:
    found = [ReachPath("owner", "own")] if one.user_id == shares.owner else []
    found += [ReachPath("role", "own", role) for role in one.grants.get("dashboards:manage", ())]
    found += [ReachPath("direct", shares.people[one.user_id])] if one.user_id in shares.people else []
    found += [ReachPath("public", "view")] if shares.public else []
    named = sorted(one.teams.items(), key=lambda team: team[1])
    found += [ReachPath("team", shares.teams[team], name) for team, name in named if team in shares.teams]
    return by_strength(found)
