"""Who had which account, roles, teams and permissions at a time in the past.

It begins with what is there now and takes back, entry by entry, what the audit log says was done since: the newest
first, in the order in which the entries were sealed. What the log doesn't say isn't guessed without saying so
(`PastPerson.unsure`).

People who were erased since keep the access they had, but not the name or the address that older entries have.

What a system role permits is no entry: the rows of `RolePermission` say since when they are there. One that a version
of Benchboard took away leaves no trace.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchboard.errors import Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import users
from benchboard.identity.permissions import Actor, require
from benchboard.identity.role_grants import title_of
from benchboard.storage.models.identity import (
    AuditLog,
    AuditSeal,
    Permission,
    Role,
    RolePermission,
    Team,
    TeamMember,
    User,
    UserRole,
)
from benchboard.storage.search_text import fold


@dataclass(frozen=True, slots=True)
class PastPerson:
    """A person as they were. `state` is the account's status, or that it is deleted; `grants` are the titles of the
    roles by permission, none unless the account was active. `roles` and `teams` are names by ID, as they were called
    then; `unsure` tells that the state isn't recorded, but follows from what was done to it."""

    user_id: str
    name: str
    email: str
    state: str
    roles: Mapping[str, str]
    teams: Mapping[str, str]
    grants: Mapping[str, tuple[str, ...]]
    unsure: bool = False

    @property
    def permissions(self) -> frozenset[str]:
        return frozenset(self.grants)


@dataclass(frozen=True, slots=True)
class PastAccess:
    """Everyone who had an account at a time, by name; `known_from` is when the audit log begins."""

    at: datetime
    known_from: datetime
    people: tuple[PastPerson, ...]

    def find(self, who: str) -> PastPerson:
        """The person with this address or ID, or the beginning of an ID, as of then. Raises `NotFound`."""
        wanted = fold(who.strip())
        found = [one for one in self.people if wanted == fold(one.email) or one.user_id == wanted]
        if len(wanted) >= _ID_DIGITS:
            found = found or [one for one in self.people if one.user_id.startswith(wanted)]
        if len(found) != 1:
            raise NotFound(
                "history.person",
                _("Nobody with the email address or ID “{who}” had an account then.").format(who=who[:80]),
                do=_("Addresses are as they were then. People who were erased since are found by their ID."),
            )
        return found[0]


_ID_DIGITS: Final = 8


@dataclass
class _Account:
    name: str
    email: str
    status: str
    role: str
    deleted: bool
    erased: bool = False
    unsure: bool = False


@dataclass
class _PastState:
    """What is there, by ID, while it is taken back."""

    people: dict[str, _Account] = field(default_factory=dict)
    roles: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """The organisation's own roles: name and permissions."""
    holders: set[tuple[str, str]] = field(default_factory=set)
    """Role and person."""
    teams: dict[str, str] = field(default_factory=dict)
    members: set[tuple[str, str]] = field(default_factory=set)
    """Team and person."""


def known_from(session: Session, actor: Actor) -> datetime | None:
    """When the organisation's audit log begins; None while it has no entry."""
    require(actor, "audit:read")
    own = AuditLog.organisation_id == actor.organisation_id
    return session.scalar(select(func.min(AuditLog.created_at)).where(own))


def access_as_of(session: Session, actor: Actor, at: datetime) -> PastAccess:
    """Everyone's access at a time. Raises `Invalid` for one before the audit log begins (`history.early`), or in the
    future (`history.late`).
    """
    require(actor, "users:read")
    first = known_from(session, actor)
    if first is None or at < first:
        raise Invalid(
            "history.early",
            _("It isn't known who could do what then."),
            why=_("The audit log begins later."),
            do=_("Choose {time} or later.").format(time=first.astimezone().strftime("%Y-%m-%d %H:%M")) if first else "",
            field="at",
        )
    if at > datetime.now(UTC):
        raise Invalid("history.late", _("That time hasn't come yet."), field="at")
    state = _present(session, actor)
    for entry in _entries_since(session, actor, at):
        if undo := _UNDO.get(entry.event_type):
            undo(state, str(entry.resource_id), entry.details)
    return PastAccess(at, first, _people(state, _system_roles(session, actor, at)))


def _present(session: Session, actor: Actor) -> _PastState:
    own = actor.organisation_id
    state = _PastState()
    accounts = select(User.id, User.name, User.email, User.status, User.role, User.deleted_at)
    for row in session.execute(accounts.where(User.organisation_id == own)):
        deleted, erased = row.deleted_at is not None, users.is_erased(row.id, row.email)
        state.people[row.id] = _Account(row.name, row.email, row.status, row.role or "", deleted, erased)
    permissions: dict[str, set[str]] = {}
    named = (
        select(RolePermission.role_id, Permission.name)
        .join(Permission, Permission.id == RolePermission.permission_id)
        .where(RolePermission.organisation_id == own)
    )
    for role_id, act in session.execute(named):
        permissions.setdefault(role_id, set()).add(act)
    roles = select(Role.id, Role.name).where(Role.organisation_id == own, Role.is_system.is_(False))
    state.roles = {row.id: (row.name, frozenset(permissions.get(row.id, ()))) for row in session.execute(roles)}
    held = select(UserRole.role_id, UserRole.user_id).where(UserRole.organisation_id == own)
    state.holders = {(role_id, user_id) for role_id, user_id in session.execute(held) if role_id in state.roles}
    named_teams = select(Team.id, Team.name).where(Team.organisation_id == own)
    state.teams = {row.id: row.name for row in session.execute(named_teams)}
    inside = select(TeamMember.team_id, TeamMember.user_id).where(TeamMember.organisation_id == own)
    state.members = {(row.team_id, row.user_id) for row in session.execute(inside)}
    return state


def _entries_since(session: Session, actor: Actor, at: datetime) -> list[Any]:
    """What was done to people, roles and teams after a time, the newest first."""
    query = (
        select(AuditLog.event_type, AuditLog.resource_id, AuditLog.details)
        .outerjoin(AuditSeal, AuditSeal.audit_id == AuditLog.id)
        .where(
            AuditLog.organisation_id == actor.organisation_id,
            AuditLog.created_at > at,
            AuditLog.event_type.in_(list(_UNDO)),
        )
        .order_by(func.coalesce(AuditSeal.seq, 0).desc(), AuditLog.created_at.desc(), AuditLog.id.desc())
    )
    return list(session.execute(query))


def _system_roles(session: Session, actor: Actor, at: datetime) -> dict[str, tuple[str, str, frozenset[str]]]:
    """ID, title and permissions of the system roles by their short names, with what they permitted at a time."""
    own = Role.organisation_id == actor.organisation_id
    found = {
        row.slug: (row.id, title_of(row), set[str]())
        for row in session.execute(select(Role.id, Role.slug, Role.name, Role.is_system).where(own, Role.is_system))
    }
    named = (
        select(Role.slug, Permission.name)
        .join(RolePermission, RolePermission.role_id == Role.id)
        .join(Permission, Permission.id == RolePermission.permission_id)
        .where(own, Role.is_system, RolePermission.created_at <= at)
    )
    for slug, act in session.execute(named):
        found[slug][2].add(act)
    return {slug: (role_id, title, frozenset(acts)) for slug, (role_id, title, acts) in found.items()}


def _people(state: _PastState, system: Mapping[str, tuple[str, str, frozenset[str]]]) -> tuple[PastPerson, ...]:
    people = []
    for user_id, account in state.people.items():
        held = [system[account.role]] if account.role in system else []
        for role_id, (name, permissions) in sorted(state.roles.items(), key=lambda item: fold(item[1][0])):
            if (role_id, user_id) in state.holders:
                held.append((role_id, name, permissions))
        grants: dict[str, tuple[str, ...]] = {}
        for _role_id, title, acts in held:
            for act in acts:
                grants[act] = (*grants.get(act, ()), title)
        teams = {team: name for team, name in state.teams.items() if (team, user_id) in state.members}
        status = "deleted" if account.deleted else account.status
        people.append(
            PastPerson(
                user_id, account.name, account.email, status, {role_id: title for role_id, title, _acts in held}, teams,
                grants if status == "active" else {}, account.unsure,
            )
        )  # fmt: skip
    return tuple(sorted(people, key=lambda one: (fold(one.name), one.user_id)))


Details = Mapping[str, Any]
_Undo = Callable[[_PastState, str, Details], None]


def _ids(details: Details, key: str) -> list[str]:
    found = details.get(key)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _before(details: Details, name: str) -> Any:
    """The value that a field had; None if the entry doesn't say."""
    changes = details.get("changes")
    pair = changes.get(name) if isinstance(changes, Mapping) else None
    return pair[0] if isinstance(pair, list) and len(pair) == 2 else None


def _undo_status(otherwise: str) -> _Undo:
    """An entry of an older version doesn't say which status an account had: `otherwise`, most likely."""

    def undo(state: _PastState, user_id: str, details: Details) -> None:
        if account := state.people.get(user_id):
            before = _before(details, "status")
            account.status, account.unsure = before or otherwise, before is None

    return undo


def _undo_deletion(state: _PastState, user_id: str, details: Details) -> None:
    if account := state.people.get(user_id):
        account.deleted = False
        if before := _before(details, "status"):
            account.status, account.unsure = before, False


def _undo_erasure(state: _PastState, user_id: str, details: Details) -> None:
    """An older version disabled whom it erased, and didn't say which status the account had: if the deletion doesn't
    either, most likely it was active."""
    if account := state.people.get(user_id):
        before = details.get("status_before")
        account.status, account.unsure = before or "active", before is None


def _undo_restoration(state: _PastState, user_id: str, _details: Details) -> None:
    if account := state.people.get(user_id):
        account.deleted = True


_ERASED: Final = ("name", "email")
"""What of erased people isn't taken from the log again."""


def _undo_field(name: str) -> _Undo:
    def undo(state: _PastState, user_id: str, details: Details) -> None:
        account, before = state.people.get(user_id), details.get("before")
        if account is None or not isinstance(before, str) or (account.erased and name in _ERASED):
            return
        setattr(account, name, before)

    return undo


def _undo_creation(state: _PastState, user_id: str, _details: Details) -> None:
    state.people.pop(user_id, None)


def _without_role(state: _PastState, role_id: str, _details: Details) -> None:
    state.roles.pop(role_id, None)
    state.holders = {one for one in state.holders if one[0] != role_id}


def _with_role(state: _PastState, role_id: str, details: Details) -> None:
    state.roles[role_id] = str(details.get("name", "")), frozenset(_ids(details, "permissions"))
    state.holders |= {(role_id, user_id) for user_id in _ids(details, "people")}


def _undo_role_name(state: _PastState, role_id: str, details: Details) -> None:
    if role_id in state.roles:
        state.roles[role_id] = str(details.get("before", "")), state.roles[role_id][1]


def _undo_role_permissions(state: _PastState, role_id: str, details: Details) -> None:
    if role_id in state.roles:
        state.roles[role_id] = state.roles[role_id][0], frozenset(_ids(details, "before"))


def _undo_assignment(state: _PastState, role_id: str, details: Details) -> None:
    state.holders.discard((role_id, str(details.get("user_id"))))


def _undo_unassignment(state: _PastState, role_id: str, details: Details) -> None:
    state.holders.add((role_id, str(details.get("user_id"))))


def _without_team(state: _PastState, team_id: str, _details: Details) -> None:
    state.teams.pop(team_id, None)
    state.members = {one for one in state.members if one[0] != team_id}


def _with_team(state: _PastState, team_id: str, details: Details) -> None:
    state.teams[team_id] = str(details.get("name", ""))
    state.members |= {(team_id, user_id) for user_id in _ids(details, "people")}


def _undo_team_name(state: _PastState, team_id: str, details: Details) -> None:
    if team_id in state.teams:
        state.teams[team_id] = str(details.get("before", ""))


def _undo_joining(state: _PastState, team_id: str, details: Details) -> None:
    state.members.discard((team_id, str(details.get("user_id"))))


def _undo_leaving(state: _PastState, team_id: str, details: Details) -> None:
    state.members.add((team_id, str(details.get("user_id"))))


_UNDO: Final[Mapping[str, _Undo]] = {
    "user.create": _undo_creation,
    "user.disable": _undo_status("active"),
    "user.activate": _undo_status("inactive"),
    "user.reinvite": _undo_status("inactive"),
    "user.delete": _undo_deletion,
    "user.restore": _undo_restoration,
    "user.erase": _undo_erasure,
    "user.change-role": _undo_field("role"),
    "user.rename": _undo_field("name"),
    "user.change-email": _undo_field("email"),
    "role.create": _without_role,
    "role.rename": _undo_role_name,
    "role.change-permissions": _undo_role_permissions,
    "role.delete": _with_role,
    "role.restore": _without_role,
    "role.assign": _undo_assignment,
    "role.unassign": _undo_unassignment,
    "team.create": _without_team,
    "team.rename": _undo_team_name,
    "team.delete": _with_team,
    "team.restore": _without_team,
    "team.add": _undo_joining,
    "team.remove": _undo_leaving,
}
"""What takes an event back."""
EVENTS: Final = frozenset(_UNDO)
