"""Teams: groups of an organisation's people, for sharing with all of them. Admins manage them."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit, person_names, users
from benchboard.identity.permissions import Actor, require
from benchboard.paging import Listing, Page
from benchboard.storage import search_text
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.analytics import DataSource, DataSourceGrant
from benchboard.storage.models.dashboards import Dashboard, DashboardTeamShare
from benchboard.storage.models.identity import Team, TeamMember, User
from benchboard.storage.short_ids import find_id


@dataclass(frozen=True, slots=True)
class TeamSummary:
    """A team. `slug` is its short name, used in commands; `members` are its people, without deleted ones. `dashboards`
    and `sources` are how many of either are shared with it; those in the trash aren't counted.
    """

    id: str
    name: str
    slug: str
    members: tuple[str, ...]
    dashboards: int = 0
    sources: int = 0


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """What adding or removing people did to a team: the names of those it changed, and of those it had no need to."""

    team: str
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeletedTeam:
    """All of a team that was deleted, to restore it: the IDs of its members, the dashboards that were shared with it
    (ID, permission, who shared it) and the data sources that it was named for.
    """

    id: str
    name: str
    members: tuple[str, ...]
    dashboards: tuple[tuple[str, str, str | None], ...]
    sources: tuple[str, ...]


_SORTING: Final = Sorting({"name": Team.name}, Team.id, default="name")


def list_teams(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[TeamSummary]:
    """The organisation's teams. There are no filters. The search looks in the name."""
    require(actor, "users:read")
    listing.require_filters((), "teams.filter", _("Teams can't be filtered by “{column}”."))
    query = select(Team).where(Team.organisation_id == actor.organisation_id)
    if text := listing.search.strip():
        query = query.where(search_text.contains(Team.name, text))
    found = page(session, query, _SORTING, listing, after=after, limit=limit, row=lambda row: row[0])
    return found.map(_summaries(session, [team.id for team in found.rows]))


def create_team(session: Session, actor: Actor, *, name: str) -> TeamSummary:
    """Create a team without members. Raises `Conflict` (`teams.taken`) where its short name would be another's."""
    require(actor, "users:write")
    name = name.strip()
    slug = _free_slug(session, actor, name)
    row = Team(organisation_id=actor.organisation_id, name=name, slug=slug)
    session.add(row)
    session.flush()
    audit.record(session, actor, "team.create", row.id, name=name, changes={"name": [None, name]})
    return TeamSummary(row.id, name, slug, ())


def get_team(session: Session, actor: Actor, team: str) -> TeamSummary:
    """The team with this short name, ID or beginning of an ID. Raises `NotFound` (`teams.unknown`)."""
    require(actor, "users:read")
    row = _find_team(session, actor, team, lock=False)
    if row is None:
        raise _unknown(team)
    return _summaries(session, [row.id])(row)


def count_teams(session: Session, actor: Actor) -> int:
    """How many teams the organisation has."""
    require(actor, "users:read")
    return session.scalar(select(func.count(Team.id)).where(Team.organisation_id == actor.organisation_id)) or 0


def rename_team(session: Session, actor: Actor, team: str, name: str, *, seen: str | None = None) -> str:
    """Rename a team, and with it its short name; returns its name before. Raises `Conflict` (`teams.taken`) where the
    short name would be another's, and (`teams.changed-meanwhile`) if its name isn't `seen`, what the editor showed.
    """
    require(actor, "users:write")
    row, name = _get_team(session, actor, team), name.strip()
    before = row.name
    if seen is not None and before not in (seen, name):
        raise Conflict(
            "teams.changed-meanwhile",
            _("Someone else renamed the team while you were editing."),
            why=_("It's now called “{name}”.").format(name=before),
            do=_("Look at the new value, then change it again if needed."),
            field="name",
        )
    if name != before:
        row.slug = _free_slug(session, actor, name, but=row.id)
        row.name = name
        session.flush()
        audit.record(session, actor, "team.rename", row.id, name=name, before=before)
    return before


def delete_team(session: Session, actor: Actor, team: str) -> DeletedTeam:
    """Delete a team: its people lose what they reach through it. Returns all of it, for `restore_team`."""
    require(actor, "users:write")
    row = _get_team(session, actor, team)
    shared = DashboardTeamShare
    dashboards = session.execute(
        select(shared.dashboard_id, shared.permission, shared.shared_by).where(shared.team_id == row.id)
    ).all()
    deleted = DeletedTeam(
        row.id,
        row.name,
        tuple(session.scalars(select(TeamMember.user_id).where(TeamMember.team_id == row.id))),
        tuple((one.dashboard_id, one.permission, one.shared_by) for one in dashboards),
        tuple(session.scalars(select(DataSourceGrant.data_source_id).where(DataSourceGrant.team_id == row.id))),
    )
    for table in (TeamMember, DashboardTeamShare, DataSourceGrant):
        session.execute(delete(table).where(table.team_id == row.id))
    session.execute(delete(Team).where(Team.id == row.id))
    audit.record(
        session, actor, "team.delete", row.id, name=row.name, people=sorted(deleted.members),
        dashboards=[one[0] for one in deleted.dashboards], sources=sorted(deleted.sources),
        changes={
            "name": [row.name, None], "people": [len(deleted.members), 0],
            "dashboards": [len(deleted.dashboards), 0], "sources": [len(deleted.sources), 0],
        },
    )  # fmt: skip
    return deleted


def restore_team(session: Session, actor: Actor, deleted: DeletedTeam) -> TeamSummary:
    """Bring a deleted team back, with the people, dashboards and data sources of it that are still there. Raises
    `Conflict` (`teams.taken`) where its short name is another's now."""
    require(actor, "users:write")
    own = actor.organisation_id
    slug = _free_slug(session, actor, deleted.name)
    session.add(Team(id=deleted.id, organisation_id=own, name=deleted.name, slug=slug))
    session.flush()
    keys = {"organisation_id": own, "team_id": deleted.id}
    people = _still_there(session, actor, User, deleted.members)
    sources = _still_there(session, actor, DataSource, deleted.sources)
    for user_id in people:
        session.add(TeamMember(user_id=user_id, **keys))
    for source_id in sources:
        session.add(DataSourceGrant(data_source_id=source_id, **keys))
    shares = {one[0]: one for one in deleted.dashboards}
    sharers = _still_there(session, actor, User, [one[2] for one in deleted.dashboards if one[2]])
    dashboards = _still_there(session, actor, Dashboard, tuple(shares))
    for dashboard_id in dashboards:
        _dashboard, permission, by = shares[dashboard_id]
        shared_by = by if by in sharers else None
        session.add(DashboardTeamShare(dashboard_id=dashboard_id, permission=permission, shared_by=shared_by, **keys))
    session.flush()
    audit.record(
        session, actor, "team.restore", deleted.id,
        name=deleted.name, people=sorted(people), dashboards=sorted(dashboards), sources=sorted(sources),
        changes={
            "name": [None, deleted.name], "people": [0, len(people)],
            "dashboards": [0, len(dashboards)], "sources": [0, len(sources)],
        },
    )  # fmt: skip
    return get_team(session, actor, deleted.id)


def _still_there(session: Session, actor: Actor, table: Any, ids: Sequence[str]) -> set[str]:
    """Those of the IDs that rows of the organisation still have."""
    found = select(table.id).where(table.organisation_id == actor.organisation_id, table.id.in_(list(ids)))
    return set(session.scalars(found)) if ids else set()


def _free_slug(session: Session, actor: Actor, name: str, *, but: str = "") -> str:
    """The short name for a team of this name. Raises `Invalid`, and `Conflict` if another team but `but` has it."""
    person_names.require_name(name)
    slug = re.sub(r"[^a-z0-9]+", "-", search_text.fold(name)).strip("-")
    if not slug:
        raise Invalid("teams.name", _("Team names need at least one letter or digit."), field="name")
    same = select(Team.id).where(
        Team.organisation_id == actor.organisation_id, Team.slug == slug, *([Team.id != but] if but else [])
    )
    if session.scalars(same).first() is not None:
        raise Conflict(
            "teams.taken",
            _("A team named “{slug}” already exists.").format(slug=slug),
            do=_("Choose another name, or add people to that team."),
            field="name",
        )
    return slug


def add_people(session: Session, actor: Actor, team: str, user_ids: Sequence[str]) -> MembershipChange:
    """Put people into the team with this short name or id; those who are in it stay."""
    row, people, there = _team_and_people(session, actor, team, user_ids)
    added = {user_id: name for user_id, name in people.items() if user_id not in there}
    for user_id in added:
        session.add(TeamMember(organisation_id=actor.organisation_id, team_id=row.id, user_id=user_id))
        changes = {"in_team": [False, True]}
        audit.record(session, actor, "team.add", row.id, name=row.name, user_id=user_id, changes=changes)
    session.flush()
    return _change(row, people, added)


def remove_people(session: Session, actor: Actor, team: str, user_ids: Sequence[str]) -> MembershipChange:
    """Remove people from the team with this short name or id; they lose access to what is shared with it."""
    row, people, there = _team_and_people(session, actor, team, user_ids)
    removed = {user_id: name for user_id, name in people.items() if user_id in there}
    if removed:
        inside = TeamMember.team_id == row.id, TeamMember.user_id.in_(list(removed))
        session.execute(delete(TeamMember).where(*inside))
    for user_id in removed:
        changes = {"in_team": [True, False]}
        audit.record(session, actor, "team.remove", row.id, name=row.name, user_id=user_id, changes=changes)
    return _change(row, people, removed)


def _change(row: Team, people: Mapping[str, str], changed: Mapping[str, str]) -> MembershipChange:
    unchanged = tuple(name for user_id, name in people.items() if user_id not in changed)
    return MembershipChange(row.name, tuple(changed.values()), unchanged)


def _team_and_people(
    session: Session, actor: Actor, team: str, user_ids: Sequence[str]
) -> tuple[Team, dict[str, str], set[str]]:
    """The team, locked; the names of these people by their ids in the database's form; the ids of its members."""
    require(actor, "users:write")
    row = _get_team(session, actor, team)
    people = [users.get_person(session, actor, user_id) for user_id in dict.fromkeys(user_ids)]
    there = set(session.scalars(select(TeamMember.user_id).where(TeamMember.team_id == row.id)))
    return row, {person.id: person.name for person in people}, there


def _get_team(session: Session, actor: Actor, team: str) -> Team:
    """The row of a team, locked. Raises `NotFound` (`teams.unknown`)."""
    row = _find_team(session, actor, team)
    if row is None:
        raise _unknown(team)
    return row


def _unknown(team: str) -> NotFound:
    return NotFound(
        "teams.unknown",
        _("There's no team named “{name}”.").format(name=team[:60]),
        do=_("Choose one listed by “benchboard team list”."),
    )


def _find_team(session: Session, actor: Actor, team: str, *, lock: bool = True) -> Team | None:
    """The team with this short name, ID or beginning of an ID, locked if `lock`."""
    own = select(Team).where(Team.organisation_id == actor.organisation_id)
    named = own.where(Team.slug == team)
    found = session.scalars(named.with_for_update() if lock else named).first()
    if found is None:
        with suppress(ValueError):
            if team_id := find_id(session, own, Team.id, team):
                found = session.get(Team, team_id, with_for_update=lock, populate_existing=lock)
    return found


def _summaries(session: Session, ids: Sequence[str]) -> Callable[[Team], TeamSummary]:
    """What makes the summary of a team that has one of these IDs."""
    members = _members(session, ids)
    shared: Any = (
        select(DashboardTeamShare.team_id, func.count())
        .join(Dashboard, Dashboard.id == DashboardTeamShare.dashboard_id)
        .where(DashboardTeamShare.team_id.in_(ids), Dashboard.deleted_at.is_(None))
        .group_by(DashboardTeamShare.team_id)
    )
    granted: Any = (
        select(DataSourceGrant.team_id, func.count())
        .where(DataSourceGrant.team_id.in_(ids))
        .group_by(DataSourceGrant.team_id)
    )
    dashboards, sources = (dict(session.execute(query).all()) for query in (shared, granted))

    def summary(team: Team) -> TeamSummary:
        counts = (dashboards.get(team.id, 0), sources.get(team.id, 0))
        return TeamSummary(team.id, team.name, team.slug, members.get(team.id, ()), *counts)

    return summary


def _members(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    asked: Any = (
        select(TeamMember.team_id, User.name)
        .join(User, User.id == TeamMember.user_id)
        .where(TeamMember.team_id.in_(ids), User.deleted_at.is_(None))
        .order_by(func.lower(User.name), User.id)
    )
    for team_id, name in session.execute(asked):
        found[team_id] = (*found.get(team_id, ()), name)
    return found
