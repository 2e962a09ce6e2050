"""What an admin changes about one person: name, email address, department, role, teams and password.

Each changed field is an audit entry of its own, with the value before and after. Passwords are never in one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Invalid, NotFound, check_all
from benchboard.i18n import _
from benchboard.identity import audit, passwords, person_names, second_factor, sign_in_policy, users
from benchboard.identity.email_addresses import normalise
from benchboard.identity.permissions import Actor, require
from benchboard.identity.roles import role_title
from benchboard.identity.sessions import end_all
from benchboard.name_characters import unusable_character
from benchboard.storage import guard
from benchboard.storage.models.identity import Team, TeamMember, User

LONGEST_DEPARTMENT: Final = 100


@dataclass(frozen=True, slots=True)
class PersonFields:
    """Fields of a person; None where one isn't meant. `teams` are the IDs of the person's teams."""

    name: str | None = None
    email: str | None = None
    department: str | None = None
    role: str | None = None
    teams: frozenset[str] | None = None


_FIELDS: Final = dataclass_fields(PersonFields)


def get_fields(session: Session, actor: Actor, user_id: str) -> PersonFields:
    """All fields of one of the organisation's people, as stored. Raises `NotFound`."""
    person = users.get_person(session, actor, user_id)
    return PersonFields(
        person.name, person.email, person.department or "", person.role, _team_ids(session, actor, person.id)
    )


def change_person(
    session: Session, actor: Actor, user_id: str, fields: PersonFields, *, seen: PersonFields | None = None
) -> PersonFields:
    """Change the fields that aren't None; returns what those that really changed were before (to undo it).

    `seen` is what the editor showed: a field that another program changed since raises `Conflict`
    (`people.changed-meanwhile`) instead of being overwritten. Of teams, only the difference to `seen` is applied.
    Raises `Conflict` for an address in use (`people.taken`), for the actor's own role (`people.own-role`) and for the
    last active admin's (`people.last-admin`), `Invalid` for a value that can't be, `NotFound` for a person or team
    that isn't there.
    """
    require(actor, "users:write")
    (user,) = users.locked_people(session, actor, [user_id])
    before = get_fields(session, actor, user_id)
    if seen is not None:
        _require_unchanged(user, before, fields, seen)
    wanted = _difference(before, _stripped(fields), seen)
    check_all(*_checks(session, actor, user, wanted))
    if wanted.role is not None:
        _change_role(session, actor, user, wanted.role)
    if wanted.name is not None:
        audit.record(session, actor, "user.rename", user.id, before=user.name, after=wanted.name)
        user.name = wanted.name
    if wanted.email is not None:
        audit.record(session, actor, "user.change-email", user.id, before=user.email, after=wanted.email)
        user.email, user.email_norm = wanted.email, normalise(wanted.email)
    if wanted.department is not None:
        audit.record(
            session, actor, "user.change-department", user.id, before=user.department or "", after=wanted.department
        )
        user.department = wanted.department or None
    if wanted.teams is not None:
        _change_teams(session, actor, user, before.teams or frozenset(), wanted.teams)
    session.flush()
    return PersonFields(
        *(None if getattr(wanted, field.name) is None else getattr(before, field.name) for field in _FIELDS)
    )


def set_password(session: Session, actor: Actor, user_id: str, password: str) -> int:
    """Replace the person's password and end their sessions except the actor's own; returns how many ended. It ends
    their second factor too, whose secret is encrypted by the old password.

    Raises `Invalid` as `passwords.require_acceptable` does, and `Conflict` (`people.own-password`) for the actor's own,
    which `own_password.change` asks the current one for.
    """
    require(actor, "users:write")
    if user_id == actor.user_id:
        raise Conflict(
            "people.own-password",
            _("Your own password can only be changed with the current one."),
            do=_("Change it in Settings → This session → Change password."),
        )
    (user,) = users.locked_people(session, actor, [user_id])
    shortest = sign_in_policy.find_policy(session, actor.organisation_id).shortest_password
    passwords.require_acceptable(password, email=user.email, shortest=shortest)
    guard.set_password(session, user.id, passwords.hash_password(password))
    audit.record(session, actor, "user.set-password", user.id)
    second_factor.forget(session, actor, user)
    return end_all(session, actor, [user])


def _stripped(fields: PersonFields) -> PersonFields:
    name, email, department = (
        None if text is None else text.strip() for text in (fields.name, fields.email, fields.department)
    )
    return replace(fields, name=name, email=email, department=department)


def _difference(before: PersonFields, fields: PersonFields, seen: PersonFields | None) -> PersonFields:
    """The fields that become another value than they have."""
    teams = fields.teams
    if teams is not None and seen is not None and seen.teams is not None and before.teams is not None:
        teams = (before.teams | (teams - seen.teams)) - (seen.teams - teams)
    wanted = replace(fields, teams=teams)
    return PersonFields(
        *(
            None if getattr(wanted, field.name) == getattr(before, field.name) else getattr(wanted, field.name)
            for field in _FIELDS
        )
    )


def _require_unchanged(user: User, before: PersonFields, fields: PersonFields, seen: PersonFields) -> None:
    titles = {"name": _("Name"), "email": _("Email"), "department": _("Department"), "role": _("Role")}
    for name, title in titles.items():
        wanted, shown, now = (getattr(one, name) for one in (fields, seen, before))
        if wanted is not None and shown is not None and now != shown and now != wanted:
            value = role_title(now) if name == "role" else now
            raise Conflict(
                "people.changed-meanwhile",
                _("Someone else changed {name} while you were editing.").format(name=user.name),
                why=_("{field} is now “{value}”.").format(field=title, value=value),
                do=_("Look at the new value, then change it again if needed."),
                field=name,
            )


def _checks(session: Session, actor: Actor, user: User, wanted: PersonFields) -> list[Callable[[], None]]:
    checks: list[Callable[[], None]] = []
    if (name := wanted.name) is not None:
        checks.append(lambda: _require_given_name(name))
    if (email := wanted.email) is not None:
        checks.append(lambda: _require_address(session, actor, user, email))
    if (department := wanted.department) is not None:
        checks.append(lambda: _require_department(department))
    if (role := wanted.role) is not None:
        checks.append(lambda: _require_changeable_role(session, actor, user, role))
    return checks


def _require_given_name(name: str) -> None:
    if not name:
        raise Invalid("people.name", _("Enter a name."), field="name")
    person_names.require_name(name)


def _require_address(session: Session, actor: Actor, user: User, email: str) -> None:
    if normalise(email) != user.email_norm:  # else only its spelling changes
        users.require_free(session, actor, email)


def _require_department(department: str) -> None:
    if len(department) > LONGEST_DEPARTMENT:
        raise Invalid(
            "people.department",
            _("Departments can have up to {count} characters.").format(count=LONGEST_DEPARTMENT),
            field="department",
        )
    if why := unusable_character(department):
        raise Invalid(
            "people.department", _("Departments can't contain control characters."), why=why, field="department"
        )


def _require_changeable_role(session: Session, actor: Actor, user: User, role: str) -> None:
    users.require_role(role)
    if user.id == actor.user_id:
        raise Conflict(
            "people.own-role", _("You can't change your own role."), do=_("Only another admin can."), field="role"
        )
    if user.role == "admin":
        users.require_remaining_admin(session, actor, {user.id})


def _change_role(session: Session, actor: Actor, user: User, role: str) -> None:
    audit.record(session, actor, "user.change-role", user.id, before=user.role, after=role)
    guard.change_role(session, organisation_id=actor.organisation_id, user_id=user.id, slug=role)
    session.refresh(user, ["role"])


def _change_teams(session: Session, actor: Actor, user: User, before: frozenset[str], wanted: frozenset[str]) -> None:
    changed = before ^ wanted
    names = {
        row.id: row.name
        for row in session.execute(
            select(Team.id, Team.name).where(Team.organisation_id == actor.organisation_id, Team.id.in_(changed))
        )
    }
    if wanted - before - names.keys():
        raise NotFound("teams.unknown", _("A team is gone."), do=_("Reload the person, then choose again."))
    for team_id in sorted(wanted - before, key=lambda one: names[one]):
        session.add(TeamMember(organisation_id=actor.organisation_id, team_id=team_id, user_id=user.id))
        changes = {"in_team": [False, True]}
        audit.record(session, actor, "team.add", team_id, name=names[team_id], user_id=user.id, changes=changes)
    for team_id in sorted((before - wanted) & names.keys(), key=lambda one: names[one]):
        session.execute(delete(TeamMember).where(TeamMember.team_id == team_id, TeamMember.user_id == user.id))
        changes = {"in_team": [True, False]}
        audit.record(session, actor, "team.remove", team_id, name=names[team_id], user_id=user.id, changes=changes)


def _team_ids(session: Session, actor: Actor, user_id: str) -> frozenset[str]:
    member = select(TeamMember.team_id).where(
        TeamMember.organisation_id == actor.organisation_id, TeamMember.user_id == user_id
    )
    return frozenset(session.scalars(member))
