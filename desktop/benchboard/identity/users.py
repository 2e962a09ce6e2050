"""The accounts of an organisation: listed, added, disabled and activated, and all sessions of some of them ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, exists, false, func, select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Invalid, NotFound, check_all
from benchboard.i18n import _
from benchboard.identity import audit, email_addresses, organisations, passwords, sign_in_policy
from benchboard.identity.email_addresses import normalise
from benchboard.identity.permissions import Actor, require
from benchboard.identity.person_names import require_name
from benchboard.identity.roles import ROLES
from benchboard.identity.sessions import end_all
from benchboard.paging import Listing, Page
from benchboard.storage import clock, guard
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.identity import Role, SignInSession, Team, TeamMember, User, UserRole
from benchboard.storage.models.sign_in import AccountLockout, MfaFactor
from benchboard.storage.short_ids import find_id

STATES: Final = ("active", "inactive", "pending")
DELETED: Final = "deleted"
"""The state of a person whose account is deleted, whatever it was before."""
NEEDS_TWO_STEP: Final = "needs-two-step"
"""What people are filtered by who have to set up two-step sign-in when they sign in next."""
LOCKED: Final = "locked"
"""What people are filtered by who can't sign in on some computer, after failed tries."""


@dataclass(frozen=True, slots=True)
class Person:
    """One account. `sessions` counts those open now; `os_user` is the system user who needs no password for it;
    `teams` are the names of those the person is in, `own_roles` those of the organisation's own roles that the person
    has beside the system role `role`."""

    id: str
    name: str
    email: str
    role: str
    state: str
    account_type: str
    department: str | None
    last_seen: datetime | None
    sessions: int
    created_at: datetime
    os_user: str | None
    teams: tuple[str, ...]
    own_roles: tuple[str, ...]
    locked_until: datetime | None = None
    """Until when failed tries lock the sign-in, on the computer where that takes longest."""
    has_second_factor: bool = False
    needs_second_factor: bool = False
    """Whether they have to set one up when they sign in next."""


_PEOPLE = Sorting(
    {
        "name": User.name,
        "email": User.email_norm,
        "role": User.role,
        "state": User.status,
        "last_seen": User.last_login_at,
        "created_at": User.created_at,
    },
    User.id,
    default="name",
)


def list_people(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[Person]:
    """The organisation's people. Filters: `role`, `state`; deleted ones are listed by the state `deleted` alone, and by
    `locked` those who can't sign in somewhere after failed tries, by `needs-two-step` those who have to set that up;
    `role_id` and `team_id`: who has this role, is in
    this team. The search covers name and address."""
    require(actor, "users:read")
    query = select(User, _open_count(), _locked_until(), _has_second_factor(), sign_in_policy.needs_two_step()).where(
        *_matching(actor, listing)
    )
    found = page(session, query, _PEOPLE, listing, after=after, limit=limit, row=tuple)
    ids = [row[0].id for row in found.rows]
    teams, roles = _teams(session, actor, ids), _own_roles(session, actor, ids)
    return found.map(lambda row: _person(row, teams, roles))


def _matching(actor: Actor, listing: Listing) -> list[ColumnElement[bool]]:
    """The conditions for the people that match a listing's filters and search."""
    columns = {"role": User.role, "state": User.status}
    sentence = _("People can't be filtered by “{column}”.")
    known = (*columns, *_MEMBERSHIPS)
    listing.require_filters(
        known, "people.filter", sentence, values={"role": ROLES, "state": (*STATES, DELETED, LOCKED, NEEDS_TWO_STEP)}
    )
    is_deleted = listing.filters.get("state") == DELETED
    gone = User.deleted_at.is_not(None) if is_deleted else User.deleted_at.is_(None)
    conditions = [User.organisation_id == actor.organisation_id, gone]
    conditions += [
        columns[name] == value
        for name, value in listing.filters.items()
        if name in columns and value not in (DELETED, LOCKED, NEEDS_TWO_STEP)
    ]
    if listing.filters.get("state") == LOCKED:
        conditions.append(User.email_norm.in_(select(AccountLockout.email_norm).where(_is_locked())))
    if listing.filters.get("state") == NEEDS_TWO_STEP:
        conditions.append(sign_in_policy.needs_two_step())
    conditions += [
        _is_member(name, str(listing.filters[name])) for name in _MEMBERSHIPS if listing.filters.get(name) is not None
    ]
    if text := listing.search.strip():
        conditions.append(User.id.in_(guard.people_named(actor.organisation_id, text)))
    return conditions


_MEMBERSHIPS: Final[Mapping[str, Any]] = {
    "role_id": (UserRole, UserRole.role_id),
    "team_id": (TeamMember, TeamMember.team_id),
}


def _is_member(name: str, member_of: str) -> ColumnElement[bool]:
    """The condition that a person has this role, or is in this team (by ID)."""
    table, column = _MEMBERSHIPS[name]
    try:
        wanted = str(UUID(member_of))
    except ValueError:
        return false()
    return exists().where(table.user_id == User.id, table.organisation_id == User.organisation_id, column == wanted)


def get_person(session: Session, actor: Actor, user_id: str, *, or_deleted: bool = False) -> Person:
    """One of the organisation's people; with `or_deleted`, also one whose account is deleted. Raises `NotFound`, also
    for what is no ID."""
    require(actor, "users:read")
    try:
        UUID(user_id)
    except ValueError as error:
        raise _not_found() from error
    found = session.execute(
        select(User, _open_count(), _locked_until(), _has_second_factor(), sign_in_policy.needs_two_step()).where(
            User.id == user_id, User.organisation_id == actor.organisation_id
        )
    ).first()
    if found is None or (found[0].deleted_at is not None and not or_deleted):
        raise _not_found()
    ids = [found[0].id]
    return _person(found, _teams(session, actor, ids), _own_roles(session, actor, ids))


def get_person_matching(session: Session, actor: Actor, who: str, *, deleted: bool | None = False) -> Person:
    """The person with this address, ID or beginning of an ID; with `deleted`, one whose account is deleted; with None,
    either, first one with an account. Raises `NotFound`, `Invalid` or `Conflict`."""
    require(actor, "users:read")
    gone = User.deleted_at.is_not(None)
    people = select(User.id).where(User.organisation_id == actor.organisation_id)
    people = people.order_by(gone, User.id) if deleted is None else people.where(gone if deleted else ~gone)
    command = "benchboard user list --status deleted" if deleted else "benchboard user list"
    if "@" not in who:
        try:
            user_id = find_id(session, people, User.id, who)
        except ValueError as error:
            raise Invalid(
                "people.who",
                _("“{who}” isn't an email address or an ID.").format(who=who[:80]),
                do=_("Enter an email address, or an ID from “{command}”.").format(command=command),
                field="who",
            ) from error
    else:
        user_id = session.scalars(people.where(User.email_norm == normalise(who))).first()
    if user_id is None:
        unknown = _("There's no person with the email address or ID “{who}”.")
        if deleted:
            unknown = _("No deleted account has the email address or ID “{who}”.")
        raise NotFound(
            "people.unknown",
            unknown.format(who=who[:80]),
            do=_("Choose one listed by “{command}”.").format(command=command),
        )
    return get_person(session, actor, user_id, or_deleted=deleted is not False)


def count_people(session: Session, actor: Actor, listing: Listing | None = None) -> int:
    """How many people the organisation has; of those, how many `list_people` lists."""
    require(actor, "users:read")
    return session.scalar(select(func.count(User.id)).where(*_matching(actor, listing or Listing()))) or 0


def add_person(session: Session, actor: Actor, *, email: str, name: str, role: str, password: str | None) -> Person:
    """An active account that signs in to a server with `password`; without one, it can't sign in.

    Raises `Conflict` (`people.taken`) for an address in use.
    """
    require_addable(session, actor, email=email, name=name, role=role, password=password)
    name = name.strip() or email.strip().split("@")[0]
    user_id = organisations.create_account(
        session,
        actor.organisation_id,
        email=email.strip(),
        name=name,
        role=role,
        password_hash=None if password is None else passwords.hash_password(password),
    )
    made = {"name": name, "email": email.strip(), "role": role, "status": "active"}
    audit.record(session, actor, "user.create", user_id, role=role, changes={key: [None, made[key]] for key in made})
    return get_person(session, actor, user_id)


def local_account_sentence() -> str:
    """What an account in a database on this computer is for, besides the operator's own."""
    return _("This person can own dashboards and get access to them. They can sign in only on a shared server.")


def require_addable(
    session: Session, actor: Actor, *, email: str, name: str, role: str, password: str | None = None
) -> None:
    """Raise every error that would keep `add_person` from adding this person; without a password, all but the
    password's.
    """
    require(actor, "users:write")
    check_all(
        lambda: require_role(role),
        lambda: require_free(session, actor, email),
        lambda: require_name(name.strip() or email.strip().split("@")[0]),
        *(() if password is None else (lambda: _require_acceptable(session, actor, password, email),)),
    )


def _require_acceptable(session: Session, actor: Actor, password: str, email: str) -> None:
    shortest = sign_in_policy.find_policy(session, actor.organisation_id).shortest_password
    passwords.require_acceptable(password, email=email, shortest=shortest)


def require_role(role: str) -> None:
    """Raise `Invalid` (`people.role`) for what is no role."""
    if role not in ROLES:
        raise Invalid(
            "people.role",
            _("“{role}” isn't a role.").format(role=role[:40]),
            do=_("Choose one of: {values}.").format(values=", ".join(ROLES)),
            field="role",
        )


def require_free(session: Session, actor: Actor, email: str) -> None:
    """Raise `Conflict` (`people.taken`) for the address of an account, `Invalid` for what is no address, or one as
    erased people have."""
    require(actor, "users:read")
    wanted = normalise(email)
    if wanted.endswith(_ERASED):
        raise email_addresses.invalid(email)
    taken = select(User).where(User.organisation_id == actor.organisation_id, User.email_norm == wanted)
    if (user := session.scalars(taken).first()) is not None:
        deleted = user.deleted_at is not None
        what = _("{email} already has an account in {organisation}.")
        raise Conflict(
            "people.taken",
            what.format(email=email, organisation=actor.organisation),
            why=_("The account is deleted.") if deleted else "",
            do=_("Restore it, or use a different email address.") if deleted else _("Use a different email address."),
            field="email",
            user_id=user.id,
            name=user.name,
        )


def set_state(session: Session, actor: Actor, user_ids: Sequence[str], state: str) -> int:
    """Activate (`active`) or disable (`inactive`) people; disabling ends their sessions. Returns how many changed.

    Raises `Conflict` (`people.self`) for the actor's own account, and (`people.last-admin`) if no active admin would be
    left, as when two admins disable each other at the same moment: at least one can always sign in.
    """
    require(actor, "users:write")
    if state not in ("active", "inactive"):
        raise Invalid("people.state", _("The status must be active or inactive."), field="state")
    users = locked_people(session, actor, user_ids)
    return _change_states(session, actor, users, {user.id: state for user in users})


def restore_states(session: Session, actor: Actor, states: Mapping[str, str]) -> int:
    """Undo `set_state`: give people, by id, the states that they had (`STATES`). Returns how many changed.

    Sessions of those who are no longer active end. Raises `Conflict` (`people.self`) as `set_state` does.
    """
    require(actor, "users:write")
    if not set(states.values()) <= set(STATES):
        raise Invalid("people.state", _("The status must be active, inactive or pending."), field="state")
    users = locked_people(session, actor, list(states))
    if any(user.id not in states for user in users):
        raise _not_found()
    return _change_states(session, actor, users, states)


_STATE_EVENTS: Final = {"active": "user.activate", "inactive": "user.disable", "pending": "user.reinvite"}


def _change_states(session: Session, actor: Actor, users: Sequence[User], states: Mapping[str, str]) -> int:
    ended = [user for user in users if states[user.id] != "active"]
    if any(user.id == actor.user_id for user in ended):
        others = _active_admins(session, actor) - {user.id for user in ended}
        why = "" if others else _("You're the only active admin.")
        do = _("Only another admin can.") if others else _("Add another admin, who can then disable it.")
        raise Conflict("people.self", _("You can't disable your own account."), why=why, do=do)
    if ended:
        require_remaining_admin(session, actor, {user.id for user in ended})
        end_all(session, actor, ended)
    changed = [user for user in users if user.status != states[user.id]]
    for user in changed:
        before, user.status = user.status, states[user.id]
        changes = {"status": [before, user.status]}
        audit.record(session, actor, _STATE_EVENTS[user.status], user.id, changes=changes)
    return len(changed)


def require_remaining_admin(session: Session, actor: Actor, ended: set[str], *, lock: bool = True) -> None:
    """Raise `Conflict` (`people.last-admin`) if no active admin is left without those in `ended`. Without `lock`, only
    for now, as to say it beforehand."""
    require(actor, "users:read")
    if _active_admins(session, actor, lock=lock) <= ended:
        raise Conflict("people.last-admin", _("At least one admin must stay active."), do=_("Add another admin first."))


def _active_admins(session: Session, actor: Actor, *, lock: bool = True) -> set[str]:
    """The IDs of the organisation's active admins. Their rows stay locked, so that two changes take turns."""
    admins = select(User.id).where(
        User.organisation_id == actor.organisation_id, User.role == "admin", User.status == "active",
        User.deleted_at.is_(None),
    ).order_by(User.id)  # fmt: skip
    return set(session.scalars(admins.with_for_update() if lock else admins))


def revoke_all(session: Session, actor: Actor, user_ids: Sequence[str]) -> int:
    """End every session of these people except the actor's own. Returns how many there were."""
    require(actor, "sessions:revoke")
    return end_all(session, actor, locked_people(session, actor, user_ids))


def locked_people(session: Session, actor: Actor, user_ids: Sequence[str], *, deleted: bool = False) -> list[User]:
    """The rows of these people, locked until the transaction ends: all of them have an account, or, with `deleted`, a
    deleted one. Raises `NotFound` unless all are the organisation's.

    For services that change them, which have checked the permission to.
    """
    require(actor, "users:read")
    gone = User.deleted_at.is_not(None) if deleted else User.deleted_at.is_(None)
    users = session.scalars(
        select(User)
        .where(User.id.in_(list(user_ids)), User.organisation_id == actor.organisation_id, gone)
        .order_by(User.id)
        .with_for_update()
    ).all()
    if len(users) != len(set(user_ids)):
        raise _not_found()
    return list(users)


_ERASED: Final = "@erased.invalid"
"""Of the addresses of erased people (RFC 2606: no mail ever goes there)."""


def erased_address(user_id: str) -> str:
    """The address of an erased person."""
    return f"erased-{user_id}{_ERASED}"


def is_erased(user_id: str, email: str) -> bool:
    """Whether the person with this ID, who has this address now, was erased."""
    return email == erased_address(user_id)


def _open_count() -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(
            # With the organisation, an index finds a person's sessions; without it every session is read for each row.
            SignInSession.organisation_id == User.organisation_id,
            SignInSession.user_id == User.id,
            SignInSession.expires_at > datetime.now(UTC),
        )
        .correlate(User)
        .scalar_subquery()
    )


def _has_second_factor() -> ColumnElement[bool]:
    return exists().where(MfaFactor.user_id == User.id).correlate(User)


def _is_locked() -> ColumnElement[bool]:
    return (AccountLockout.locked_until > clock.now()) & (AccountLockout.source != "")


def _locked_until() -> ScalarSelect[datetime | None]:
    locked = select(func.max(AccountLockout.locked_until)).where(AccountLockout.email_norm == User.email_norm)
    return locked.where(_is_locked()).correlate(User).scalar_subquery()


def _teams(session: Session, actor: Actor, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The names of the teams of these people, by their IDs."""
    found: dict[str, tuple[str, ...]] = {}
    asked: Any = (
        select(TeamMember.user_id, Team.name)
        .join(Team, Team.id == TeamMember.team_id)
        .where(TeamMember.organisation_id == actor.organisation_id, TeamMember.user_id.in_(ids))
        .order_by(func.lower(Team.name), Team.id)
    )
    for user_id, name in session.execute(asked):
        found[user_id] = (*found.get(user_id, ()), name)
    return found


def _own_roles(session: Session, actor: Actor, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The names of the organisation's own roles that these people have, by their IDs."""
    found: dict[str, tuple[str, ...]] = {}
    asked: Any = (
        select(UserRole.user_id, Role.name)
        .join(Role, Role.id == UserRole.role_id)
        .where(UserRole.organisation_id == actor.organisation_id, UserRole.user_id.in_(ids), Role.is_system.is_(False))
        .order_by(func.lower(Role.name), Role.id)
    )
    for user_id, name in session.execute(asked):
        found[user_id] = (*found.get(user_id, ()), name)
    return found


def _person(row: Any, teams: Mapping[str, tuple[str, ...]], own_roles: Mapping[str, tuple[str, ...]]) -> Person:
    user: User = row[0]
    return Person(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        state=user.status if user.deleted_at is None else DELETED,
        account_type=user.account_type,
        department=user.department,
        last_seen=user.last_login_at,
        sessions=row[1],
        created_at=user.created_at,
        os_user=user.os_user,
        teams=teams.get(user.id, ()),
        own_roles=own_roles.get(user.id, ()),
        locked_until=row[2],
        has_second_factor=row[3],
        needs_second_factor=row[4],
    )


def _not_found() -> NotFound:
    return NotFound(
        "people.unknown", _("Person not found."), do=_("They may have been deleted. Reload the list of people.")
    )
