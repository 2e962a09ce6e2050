"""Teams: groups of an organisation's people, for sharing with all of them. Admins manage them."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit, users
from benchboard.identity.permissions import Actor, require
from benchboard.paging import Listing, Page
from benchboard.storage import search_text
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.identity import Team, TeamMember, User
from benchboard.storage.short_ids import find_id


@dataclass(frozen=True, slots=True)
class TeamSummary:
    """A team. `slug` is its short name, used in commands; `members` are its people, without deleted ones."""

    id: str
    name: str
    slug: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """What adding or removing people did to a team: the names of those it changed, and of those it had no need to."""

    team: str
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


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
    members = _members(session, [team.id for team in found.rows])
    return found.map(lambda team: TeamSummary(team.id, team.name, team.slug, members.get(team.id, ())))


def create_team(session: Session, actor: Actor, *, name: str) -> TeamSummary:
    """Create a team without members. Raises `Conflict` (`teams.taken`) where its short name would be another's."""
    require(actor, "users:write")
    name = name.strip()
    users.require_name(name)
    slug = re.sub(r"[^a-z0-9]+", "-", search_text.fold(name)).strip("-")
    if not slug:
        raise Invalid("teams.name", _("Team names need at least one letter or digit."), field="name")
    same = select(Team.id).where(Team.organisation_id == actor.organisation_id, Team.slug == slug)
    if session.scalars(same).first() is not None:
        raise Conflict(
            "teams.taken",
            _("A team named “{slug}” already exists.").format(slug=slug),
            do=_("Choose another name, or add people to that team."),
            field="name",
        )
    row = Team(organisation_id=actor.organisation_id, name=name, slug=slug)
    session.add(row)
    session.flush()
    audit.record(session, actor, "team.create", row.id, name=name)
    return TeamSummary(row.id, name, slug, ())


def add_people(session: Session, actor: Actor, team: str, user_ids: Sequence[str]) -> MembershipChange:
    """Put people into the team with this short name or id; those who are in it stay."""
    row, people, there = _team_and_people(session, actor, team, user_ids)
    added = {user_id: name for user_id, name in people.items() if user_id not in there}
    for user_id in added:
        session.add(TeamMember(organisation_id=actor.organisation_id, team_id=row.id, user_id=user_id))
        audit.record(session, actor, "team.add", row.id, name=row.name, user_id=user_id)
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
        audit.record(session, actor, "team.remove", row.id, name=row.name, user_id=user_id)
    return _change(row, people, removed)


def _change(row: Team, people: Mapping[str, str], changed: Mapping[str, str]) -> MembershipChange:
    unchanged = tuple(name for user_id, name in people.items() if user_id not in changed)
    return MembershipChange(row.name, tuple(changed.values()), unchanged)


def _team_and_people(
    session: Session, actor: Actor, team: str, user_ids: Sequence[str]
) -> tuple[Team, dict[str, str], set[str]]:
    """The team, locked; the names of these people by their ids in the database's form; the ids of its members."""
    require(actor, "users:write")
    row = _find_team(session, actor, team)
    if row is None:
        raise NotFound(
            "teams.unknown",
            _("There's no team named “{name}”.").format(name=team[:60]),
            do=_("Choose one listed by “benchboard team list”."),
        )
    people = [users.get_person(session, actor, user_id) for user_id in dict.fromkeys(user_ids)]
    there = set(session.scalars(select(TeamMember.user_id).where(TeamMember.team_id == row.id)))
    return row, {person.id: person.name for person in people}, there


def _find_team(session: Session, actor: Actor, team: str) -> Team | None:
    """The team with this short name, ID or beginning of an ID, locked."""
    own = select(Team).where(Team.organisation_id == actor.organisation_id)
    found = session.scalars(own.where(Team.slug == team).with_for_update()).first()
    if found is None:
        with suppress(ValueError):
            if team_id := find_id(session, own, Team.id, team):
                found = session.get(Team, team_id, with_for_update=True)
    return found


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
