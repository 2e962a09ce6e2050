"""People and teams that something can be shared with: found by what somebody types, by anyone who may share it.

Permission to list users isn't needed for that; the services that use this check what is needed.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import Session

from benchboard.errors import NotFound
from benchboard.i18n import _
from benchboard.identity.email_addresses import normalise
from benchboard.identity.permissions import Actor
from benchboard.storage import guard
from benchboard.storage.models.identity import Team, TeamMember, User
from benchboard.storage.search_text import contains
from benchboard.storage.short_ids import find_id

Kind = Literal["person", "team"]
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person or team to share with. `email` is for a person, `members` the number of people in a team."""

    kind: Kind
    id: str
    name: str
    email: str | None = None
    members: int | None = None


def people(actor: Actor) -> Rows:
    """The organisation's active people, as `person` takes them."""
    return select(User.id, User.name, User.email).where(
        User.organisation_id == actor.organisation_id, User.deleted_at.is_(None), User.status == "active"
    )


def teams(actor: Actor) -> Rows:
    """The organisation's teams, as `team` takes them."""
    return select(Team.id, Team.name, member_count()).where(Team.organisation_id == actor.organisation_id)


def member_count() -> Any:
    """How many people a team has, without deleted ones."""
    return (
        select(func.count())
        .select_from(TeamMember)
        .join(User, User.id == TeamMember.user_id)
        .where(TeamMember.team_id == Team.id, User.deleted_at.is_(None))
        .correlate(Team)
        .scalar_subquery()
        .label("members")
    )


def person(row: Any) -> Candidate:
    """A row of `people`."""
    return Candidate("person", row.id, row.name, row.email)


def team(row: Any) -> Candidate:
    """A row of `teams`."""
    return Candidate("team", row.id, row.name, members=row.members)


def search(session: Session, actor: Actor, text: str, *, among: tuple[Rows, Rows], limit: int) -> tuple[Candidate, ...]:
    """Those of some people and some teams whose name or address contains `text` (with an “@”: people whose address
    does), teams first."""
    text = text.strip()
    some_people, some_teams = among
    some_teams = some_teams.order_by(Team.name, Team.id).limit(limit)
    some_people = some_people.order_by(User.name, User.id).limit(limit)
    if "@" in text:
        some_teams, some_people = some_teams.where(false()), some_people.where(contains(User.email, text))
    elif text:
        some_teams = some_teams.where(contains(Team.name, text))
        some_people = some_people.where(User.id.in_(guard.people_named(actor.organisation_id, text)))
    found = [team(one) for one in session.execute(some_teams)]
    found += [person(one) for one in session.execute(some_people)]
    return tuple(found[:limit])


def find_named(session: Session, actor: Actor, who: str) -> Candidate:
    """The person with this address, or the team with this short name, or either with this ID or beginning of one.
    Raises `NotFound` (`sharing.no-such-recipient`)."""
    if "@" in who:
        found = session.execute(people(actor).where(User.email_norm == normalise(who))).first()
        if found is None:
            raise _unknown(who)
        return person(found)
    named = session.execute(teams(actor).where(Team.slug == who)).first()
    if named is None:
        with suppress(ValueError):
            if user_id := find_id(session, people(actor), User.id, who):
                return get_candidate(session, actor, "person", user_id)
            if team_id := find_id(session, teams(actor), Team.id, who):
                return get_candidate(session, actor, "team", team_id)
        raise _unknown(who)
    return team(named)


def get_candidate(session: Session, actor: Actor, kind: Kind, to: str) -> Candidate:
    """The active person or the team with an ID. Raises `NotFound` (`sharing.no-such-person`, `…-team`)."""
    query = people(actor).where(User.id == checked_id(to, kind))
    if kind == "team":
        query = teams(actor).where(Team.id == checked_id(to, kind))
    found = session.execute(query).first()
    if found is None:
        raise _not_found(kind)
    return person(found) if kind == "person" else team(found)


def checked_id(text: str, kind: Kind) -> str:
    """An ID in the database's form. Raises what `get_candidate` raises."""
    try:
        return str(UUID(text))
    except ValueError as error:
        raise _not_found(kind) from error


def _unknown(who: str) -> NotFound:
    return NotFound(
        "sharing.no-such-recipient",
        _("“{who}” isn't a person or a team.").format(who=who[:80]),
        do=_("Enter the email address or ID of an active person, or the short name or ID of a team."),
    )


def _not_found(kind: Kind) -> NotFound:
    if kind == "person":
        return NotFound(
            "sharing.no-such-person",
            _("Person not found."),
            do=_("Enter the email address or ID of an active person in your organisation."),
        )
    return NotFound(
        "sharing.no-such-team",
        _("Team not found."),
        do=_("Enter the short name or ID of a team in your organisation."),
    )
