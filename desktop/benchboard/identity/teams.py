"""Teams: groups of an organisation's people, for sharing with all of them. Admins manage them."""

import re
from collections.abc import Sequence
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


def add_people(session: Session, actor: Actor, team: str, user_ids: Sequence[str]) -> int:
    """Put people into the team with this short name or id. Returns how many were not in it."""
    row, wanted = _team_and_people(session, actor, team, user_ids)
    there = set(session.scalars(select(TeamMember.user_id).where(TeamMember.team_id == row.id)))
    added = [user_id for user_id in wanted if user_id not in there]
    for user_id in added:
        session.add(TeamMember(organisation_id=actor.organisation_id, team_id=row.id, user_id=user_id))
        audit.record(session, actor, "team.add", row.id, name=row.name, user_id=user_id)
    session.flush()
    return len(added)


def remove_people(session: Session, actor: Actor, team: str, user_ids: Sequence[str]) -> int:
    """Remove people from the team with this short name or id; they lose access to what is shared with it.

    Returns how many were in it.
    """
    row, wanted = _team_and_people(session, actor, team, user_ids)
    inside = TeamMember.team_id == row.id, TeamMember.user_id.in_(wanted)
    there = list(session.scalars(select(TeamMember.user_id).where(*inside)))
    session.execute(delete(TeamMember).where(*inside))
    for user_id in there:
        audit.record(session, actor, "team.remove", row.id, name=row.name, user_id=user_id)
    return len(there)


def _team_and_people(session: Session, actor: Actor, team: str, user_ids: Sequence[str]) -> tuple[Team, list[str]]:
    """The team, locked, and its ids of people in the database's form, each once."""
    require(actor, "users:write")
    row = _find_team(session, actor, team)
    if row is None:
        raise NotFound(
            "teams.unknown",
            _("There's no team named “{name}”.").format(name=team[:60]),
            do=_("Choose one listed by “benchboard team list”."),
        )
    return row, [users.get_person(session, actor, user_id).id for user_id in dict.fromkeys(user_ids)]


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
