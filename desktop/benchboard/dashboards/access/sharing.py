"""Sharing a dashboard for viewing or editing: with people by name, teams, everyone in the organisation.

Only its owner shares; everyone who sees a dashboard sees its shares. The resulting access is in `access_list`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from unicodedata import normalize

from sqlalchemy import Select, and_, delete, exists, select
from sqlalchemy.orm import Session, aliased

from benchboard.dashboards.access import dashboard_permissions
from benchboard.dashboards.access.dashboard_permissions import Level
from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _
from benchboard.identity import audit, permissions, share_candidates
from benchboard.identity.email_addresses import normalise
from benchboard.identity.permissions import Actor
from benchboard.identity.share_candidates import Candidate, Kind
from benchboard.storage.models.base import now
from benchboard.storage.models.dashboards import Dashboard, DashboardShare, DashboardTeamShare
from benchboard.storage.models.identity import Team, User
from benchboard.storage.search_text import is_called

SharePermission = Literal["view", "edit"]
PERMISSIONS: Final[tuple[SharePermission, ...]] = ("view", "edit")


@dataclass(frozen=True, slots=True)
class Share:
    """A share as the owner granted it."""

    to: Candidate
    permission: SharePermission
    shared_at: datetime
    shared_by: str | None


@dataclass(frozen=True, slots=True)
class SharingSettings:
    """All shares of a dashboard; `level` is the actor's."""

    owner: Candidate
    public: bool
    level: Level
    people: tuple[Share, ...]
    teams: tuple[Share, ...]


def share(
    session: Session, actor: Actor, dashboard_id: str, kind: Kind, to: str, permission: SharePermission
) -> SharingSettings:
    """Allow a person or team (by id) to view or edit a dashboard, or change the permission.

    Raises `Invalid`, `NotFound` (`sharing.no-such-person`, `…-team`), `Conflict` (`dashboards.owner`) for its owner.
    """
    row = _require_ownership(session, actor, dashboard_id)
    if permission not in PERMISSIONS:
        raise Invalid(
            "dashboards.permission",
            _("“{value}” isn't a permission.").format(value=str(permission)[:40]),
            do=_("Choose one of: {values}.").format(values=", ".join(PERMISSIONS)),
            field="permission",
        )
    candidate = share_candidates.get_candidate(session, actor, kind, to)
    if kind == "person" and candidate.id == row.user_id:
        raise Conflict(
            "dashboards.owner", _("{person} already owns “{name}”.").format(name=row.name, person=candidate.name)
        )
    given: Any = _existing_share(session, row, candidate)
    if given is None:
        keys = {"organisation_id": row.organisation_id, "dashboard_id": row.id, "permission": permission}
        who = {"shared_by": actor.user_id}
        if kind == "person":
            session.add(DashboardShare(user_id=candidate.id, **keys, **who))
        else:
            session.add(DashboardTeamShare(team_id=candidate.id, **keys, **who))
    elif given.permission == permission:
        return _sharing_settings(session, actor, row)
    else:
        given.permission, given.shared_at, given.shared_by = permission, now(), actor.user_id
    session.flush()
    _record(session, actor, "dashboard.share", row, candidate, permission=permission)
    return _sharing_settings(session, actor, row)


def unshare(session: Session, actor: Actor, dashboard_id: str, kind: Kind, to: str) -> SharingSettings:
    """Revoke a share, also of deleted people and teams. Does nothing if there is none."""
    row = _require_ownership(session, actor, dashboard_id)
    table: Any = DashboardShare if kind == "person" else DashboardTeamShare
    column = DashboardShare.user_id if kind == "person" else DashboardTeamShare.team_id
    to_id = share_candidates.checked_id(to, kind)
    there = (table.dashboard_id == row.id, column == to_id)
    if session.execute(select(column).where(*there)).first() is not None:
        session.execute(delete(table).where(*there))
        team = session.scalar(select(Team.name).where(Team.id == to_id)) if kind == "team" else None
        _record(session, actor, "dashboard.unshare", row, Candidate(kind, to_id, team or ""))
    return _sharing_settings(session, actor, row)


def set_public(session: Session, actor: Actor, dashboard_id: str, *, public: bool) -> SharingSettings:
    """Allow everyone in the organisation who may enter Studio to view a dashboard, or revoke that."""
    row = _require_ownership(session, actor, dashboard_id)
    if row.is_public != public:
        row.is_public = public
        session.flush()
        audit.record(session, actor, "dashboard.publish" if public else "dashboard.unpublish", row.id, name=row.name)
    return _sharing_settings(session, actor, row)


def sharing_of(session: Session, actor: Actor, dashboard_id: str) -> SharingSettings:
    """The shares of a dashboard, with people and teams by name, and whether it is public."""
    permissions.require(actor, "studio:enter")
    return _sharing_settings(
        session, actor, dashboard_permissions.require(session, actor, dashboard_id, "view", trashed=True)
    )


def candidates(
    session: Session, actor: Actor, dashboard_id: str, search: str, *, limit: int = 20
) -> tuple[Candidate, ...]:
    """Teams and active people whose name or address contains `search` (with an “@”: people whose address does), to
    share a dashboard with; without its owner and those it is shared with already. For the owner: the permission to list
    users is not needed.
    """
    row = _require_ownership(session, actor, dashboard_id, lock=False)
    among = _people_without(actor, row), _teams_without(actor, row)
    return share_candidates.search(session, actor, search, among=among, limit=limit)


def find_exact_match(session: Session, actor: Actor, dashboard_id: str, text: str) -> Candidate | None:
    """The candidate that this text identifies uniquely.

    With an “@” it is the active person with this address, otherwise the only person or team of that name in the
    organisation; case and accents matter only to tell apart names that are otherwise equal. None if there is no match,
    several, or one with a share already.
    """
    row = _require_ownership(session, actor, dashboard_id, lock=False)
    if "@" in text:
        try:
            wanted = User.email_norm == normalise(text)
        except Invalid:
            return None
        person = session.execute(_people_without(actor, row).where(wanted)).first()
        return share_candidates.person(person) if person is not None else None
    same = _namesakes(session, actor, text.strip())
    if len(same) != 1:
        return None
    person = session.execute(_people_without(actor, row).where(User.id == same[0])).first()
    team = session.execute(_teams_without(actor, row).where(Team.id == same[0])).first()
    return (
        share_candidates.person(person)
        if person is not None
        else share_candidates.team(team)
        if team is not None
        else None
    )


def _namesakes(session: Session, actor: Actor, name: str) -> list[str]:
    """The ids of people (also inactive) and teams of this name; only the exact matches, if there are any."""
    people = select(User.id, User.name).where(
        User.organisation_id == actor.organisation_id, User.deleted_at.is_(None), is_called(User.name, name)
    )
    teams = select(Team.id, Team.name).where(Team.organisation_id == actor.organisation_id, is_called(Team.name, name))
    namesakes = [(row.id, row.name) for query in (people, teams) for row in session.execute(query)]
    written = normalize("NFC", name)
    return [key for key, known in namesakes if normalize("NFC", known) == written] or [key for key, _known in namesakes]


def get_candidate(session: Session, actor: Actor, who: str) -> Candidate:
    """The person with this address, or the team with this short name, or either with this ID or beginning of one."""
    permissions.require(actor, "dashboards:write")
    return share_candidates.find_named(session, actor, who)


def _sharing_settings(session: Session, actor: Actor, row: Dashboard) -> SharingSettings:
    owner = session.execute(select(User.id, User.name, User.email).where(User.id == row.user_id)).one()
    level: Level | None = session.scalar(
        select(dashboard_permissions.level_of(actor)).select_from(Dashboard).where(Dashboard.id == row.id)
    )
    return SharingSettings(
        share_candidates.person(owner),
        row.is_public,
        level or "view",
        _people_shares(session, row),
        _team_shares(session, row),
    )


_SHARER = aliased(User)


def _people_shares(session: Session, row: Dashboard) -> tuple[Share, ...]:
    table = DashboardShare
    shares = session.execute(
        select(User.id, User.name, User.email, table.permission, table.shared_at, _SHARER.name.label("by"))
        .join(table, and_(table.user_id == User.id, table.organisation_id == User.organisation_id))
        .outerjoin(_SHARER, _SHARER.id == table.shared_by)
        .where(table.dashboard_id == row.id, User.deleted_at.is_(None))
        .order_by(User.name, User.id)
    )
    return tuple(Share(share_candidates.person(share), share.permission, share.shared_at, share.by) for share in shares)


def _team_shares(session: Session, row: Dashboard) -> tuple[Share, ...]:
    table = DashboardTeamShare
    shares = session.execute(
        select(
            Team.id,
            Team.name,
            share_candidates.member_count(),
            table.permission,
            table.shared_at,
            _SHARER.name.label("by"),
        )
        .join(table, and_(table.team_id == Team.id, table.organisation_id == Team.organisation_id))
        .outerjoin(_SHARER, _SHARER.id == table.shared_by)
        .where(table.dashboard_id == row.id)
        .order_by(Team.name, Team.id)
    )
    return tuple(Share(share_candidates.team(share), share.permission, share.shared_at, share.by) for share in shares)


def _people_without(actor: Actor, row: Dashboard) -> Select[*tuple[Any, ...]]:
    """The people with whom a dashboard isn't shared, without its owner."""
    known = exists().where(DashboardShare.dashboard_id == row.id, DashboardShare.user_id == User.id)
    return share_candidates.people(actor).where(User.id != row.user_id, ~known)


def _teams_without(actor: Actor, row: Dashboard) -> Select[*tuple[Any, ...]]:
    """The teams with which a dashboard isn't shared."""
    shared = exists().where(DashboardTeamShare.dashboard_id == row.id, DashboardTeamShare.team_id == Team.id)
    return share_candidates.teams(actor).where(~shared)


def _require_ownership(session: Session, actor: Actor, dashboard_id: str, *, lock: bool = True) -> Dashboard:
    permissions.require(actor, "dashboards:write")
    return dashboard_permissions.require(session, actor, dashboard_id, "own", lock=lock)


def _existing_share(session: Session, row: Dashboard, to: Candidate) -> DashboardShare | DashboardTeamShare | None:
    if to.kind == "person":
        return session.get(DashboardShare, (row.id, to.id), populate_existing=True)
    return session.get(DashboardTeamShare, (row.id, to.id), populate_existing=True)


def _record(session: Session, actor: Actor, event: str, row: Dashboard, to: Candidate, **details: str) -> None:
    whom = {"user_id": to.id} if to.kind == "person" else {"team_id": to.id, "team": to.name}
    audit.record(session, actor, event, row.id, name=row.name, **whom, **details)
