"""The people of an organisation and their sessions, as an admin sees and changes them."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit, organisations, passwords
from benchboard.identity.access import ROLES, Actor, require
from benchboard.identity.addresses import normalise
from benchboard.paging import Listing, Page
from benchboard.storage import guard
from benchboard.storage.folding import holds
from benchboard.storage.keyset import Sorting, page
from benchboard.storage.models.identity import SessionHistory, SignInSession, User

STATES: Final = ("active", "inactive", "pending")
REMEMBERED: Final = timedelta(days=90)
"""How long an ended session stays searchable."""
_REVERSING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Person:
    """One account. `sessions` counts those open now."""

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


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One session, open (`ended_at` None) or of the last 90 days. `mine` marks the one that asks."""

    id: str
    user_id: str
    person: str
    email: str
    host_name: str
    program: str
    ip_address: str | None
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    mine: bool


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
_SESSIONS = Sorting(
    {
        "last_used_at": func.coalesce(SignInSession.last_used_at, SignInSession.created_at),
        "started_at": SignInSession.created_at,
        "person": User.name,
        "host_name": SignInSession.host_name,
    },
    SignInSession.id,
    default="last_used_at",
)
_ENDED = Sorting({"ended_at": SessionHistory.ended_at, "person": User.name}, SessionHistory.id, default="ended_at")


def list_people(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[Person]:
    """The organisation's people, but those deleted. Filters: `role`, `state`. The search looks in name and address."""
    require(actor, "users:read")
    query = select(User, _open_count()).where(User.organisation_id == actor.organisation_id, User.deleted_at.is_(None))
    columns = {"role": (User.role, ROLES), "state": (User.status, STATES)}
    for name, value in listing.filters.items():
        if name not in columns:
            raise _no_filter(_("People cannot be filtered by “{column}”."), name, columns)
        column, allowed = columns[name]
        if value not in allowed:
            raise Invalid(
                "people.filter",
                _("No {column} is called “{value}”.").format(column=name, value=str(value)[:40]),
                do=_("Choose one of: {values}.").format(values=", ".join(allowed)),
                field=name,
            )
        query = query.where(column == value)
    if listing.search.strip():
        query = query.where(guard.search_people(listing.search.strip()))
    return page(session, query, _PEOPLE, listing, after=after, limit=limit, row=_person)


def get_person(session: Session, actor: Actor, user_id: str) -> Person:
    """One of the organisation's people. Raises `NotFound`."""
    require(actor, "users:read")
    found = session.execute(
        select(User, _open_count()).where(
            User.id == user_id, User.organisation_id == actor.organisation_id, User.deleted_at.is_(None)
        )
    ).first()
    if found is None:
        raise _unknown()
    return _person(found)


def find_person(session: Session, actor: Actor, who: str) -> Person:
    """The person with this address or id, as a command line names them. Raises `NotFound` or `Invalid`."""
    require(actor, "users:read")
    if "@" not in who:
        try:
            return get_person(session, actor, str(UUID(who)))
        except ValueError as error:
            raise Invalid(
                "people.who",
                _("“{who}” is neither an address nor an id.").format(who=who[:80]),
                do=_("Name a person by e-mail address, or by the id that “benchboard user list” shows."),
                field="who",
            ) from error
    user_id = session.scalars(
        select(User.id).where(
            User.organisation_id == actor.organisation_id, User.email_norm == normalise(who), User.deleted_at.is_(None)
        )
    ).first()
    if user_id is None:
        raise _unknown()
    return get_person(session, actor, user_id)


def count_people(session: Session, actor: Actor) -> int:
    """How many people the organisation has."""
    require(actor, "users:read")
    query = select(func.count(User.id)).where(User.organisation_id == actor.organisation_id, User.deleted_at.is_(None))
    return session.scalar(query) or 0


def add_person(session: Session, actor: Actor, *, email: str, name: str, role: str, password: str) -> Person:
    """An active account that signs in with `password`. Raises `Conflict` (`people.taken`) for an address in use."""
    require(actor, "users:write")
    if role not in ROLES:
        raise Invalid(
            "people.role",
            _("No role is called “{role}”.").format(role=role[:40]),
            do=_("Choose one of: {values}.").format(values=", ".join(ROLES)),
            field="role",
        )
    passwords.require_acceptable(password, email=email)
    name = name.strip() or email.strip().split("@")[0]
    require_name(name)
    taken = select(User.id).where(User.organisation_id == actor.organisation_id, User.email_norm == normalise(email))
    if session.scalars(taken).first() is not None:
        raise Conflict(
            "people.taken",
            _("{email} already has an account in {organisation}.").format(email=email, organisation=actor.organisation),
            do=_("Use another address, or change that account."),
            field="email",
        )
    user_id = organisations.found_account(
        session,
        actor.organisation_id,
        email=email.strip(),
        name=name,
        role=role,
        password_hash=passwords.hash_password(password),
    )
    audit.record(session, actor, "user.create", user_id, role=role)
    return get_person(session, actor, user_id)


def require_name(name: str) -> None:
    """Raise `Invalid` (`people.name`) for a name that is too long or holds what no name does."""
    if len(name) > 100:
        raise Invalid("people.name", _("A name has at most 100 characters."), field="name")
    # Control characters, lone surrogates, line ends, and signs that reverse what is written round them.
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in _REVERSING for sign in name):
        raise Invalid(
            "people.name",
            _("A name cannot hold control characters."),
            do=_("Write it with letters, marks, digits and spaces."),
            field="name",
        )


def set_state(session: Session, actor: Actor, user_ids: Sequence[str], state: str) -> int:
    """Activate (`active`) or disable (`inactive`) people; disabling ends their sessions. Answers how many changed.

    Raises `Conflict` (`people.self`) for the actor's own account, so that nobody locks everybody out.
    """
    require(actor, "users:write")
    if state not in ("active", "inactive"):
        raise Invalid("people.state", _("A person is made active or inactive."), field="state")
    users = _users(session, actor, user_ids)
    if state == "inactive":
        if any(user.id == actor.user_id for user in users):
            raise Conflict("people.self", _("You cannot disable yourself."), do=_("Ask another admin to do it."))
        end_all(session, actor, [user.id for user in users], reason="revoked")
    changed = [user for user in users if user.status != state]
    for user in changed:
        user.status = state
        audit.record(session, actor, "user.activate" if state == "active" else "user.disable", user.id)
    return len(changed)


def list_sessions(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[OpenSession]:
    """Sessions open now, last used first unless sorted otherwise; with the filter `ended`, those of the last 90 days.

    Filters: `user_id`, `ended` (true). The search looks in the person's name and address and in the host's name.
    """
    require(actor, "sessions:read")
    ended = bool(listing.filters.get("ended", False))
    table: Any = SessionHistory if ended else SignInSession
    query = (
        select(table, User.name, User.email)
        .join(User, (User.id == table.user_id) & (User.organisation_id == table.organisation_id))
        .where(table.organisation_id == actor.organisation_id)
    )
    if not ended:
        query = query.where(SignInSession.expires_at > datetime.now(UTC))
    else:
        query = query.where(SessionHistory.ended_at > datetime.now(UTC) - REMEMBERED)
    if unknown := listing.filters.keys() - {"user_id", "ended"}:
        raise _no_filter(_("Sessions cannot be filtered by “{column}”."), min(unknown), ("user_id", "ended"))
    if user_id := listing.filters.get("user_id"):
        query = query.where(table.user_id == str(user_id))
    if text := listing.search.strip():
        query = query.where(guard.search_people(text) | holds(table.host_name, text))
    if not listing.sort:
        listing = Listing(listing.search, listing.filters, "ended_at" if ended else "last_used_at", descending=True)
    sorting = _ENDED if ended else _SESSIONS
    return page(
        session, query, sorting, listing, after=after, limit=limit, row=lambda row: _session(row, actor.session_id)
    )


def revoke_sessions(session: Session, actor: Actor, session_ids: Sequence[str]) -> int:
    """End the sessions named; their desktops sign out within 5 s. Answers how many were still open."""
    require(actor, "sessions:revoke")
    rows = session.execute(
        select(SignInSession.id, SignInSession.user_id).where(
            SignInSession.id.in_(list(session_ids)), SignInSession.organisation_id == actor.organisation_id
        )
    ).all()
    return _end(session, actor, [(row.id, row.user_id) for row in rows], "revoked")


def revoke_all(session: Session, actor: Actor, user_ids: Sequence[str]) -> int:
    """End every session of these people, but the one that asks. Answers how many there were."""
    require(actor, "sessions:revoke")
    return end_all(session, actor, [user.id for user in _users(session, actor, user_ids)], reason="revoked")


def end_all(session: Session, actor: Actor, user_ids: Sequence[str], *, reason: str) -> int:
    """What `revoke_all` and a change of rights share: end these people's sessions, recorded one by one."""
    rows = session.execute(
        select(SignInSession.id, SignInSession.user_id).where(
            SignInSession.user_id.in_(list(user_ids)), SignInSession.organisation_id == actor.organisation_id
        )
    ).all()
    return _end(session, actor, [(row.id, row.user_id) for row in rows if row.id != actor.session_id], reason)


def _end(session: Session, actor: Actor, ended: list[tuple[str, str]], reason: str) -> int:
    for session_id, user_id in ended:
        audit.record(session, actor, "session.revoke", session_id, user_id=user_id)
    return guard.end_sessions(
        session, [one for one, _user in ended], reason=reason, ended_by=actor.user_id, now=datetime.now(UTC)
    )


def _users(session: Session, actor: Actor, user_ids: Sequence[str]) -> list[User]:
    users = session.scalars(
        select(User)
        .where(User.id.in_(list(user_ids)), User.organisation_id == actor.organisation_id, User.deleted_at.is_(None))
        .order_by(User.id)
        .with_for_update()
    ).all()
    if len(users) != len(set(user_ids)):
        raise _unknown()
    return list(users)


def _open_count() -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(SignInSession.user_id == User.id, SignInSession.expires_at > datetime.now(UTC))
        .correlate(User)
        .scalar_subquery()
    )


def _no_filter(sentence: str, name: str, known: Iterable[str]) -> Invalid:
    return Invalid(
        "people.filter",
        sentence.format(column=name[:40]),
        do=_("Choose one of: {values}.").format(values=", ".join(known)),
        field="filter",
    )


def _person(row: Any) -> Person:
    user: User = row[0]
    return Person(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        state=user.status,
        account_type=user.account_type,
        department=user.department,
        last_seen=user.last_login_at,
        sessions=row[1],
        created_at=user.created_at,
    )


def _session(row: Any, mine: str | None) -> OpenSession:
    one = row[0]
    return OpenSession(
        id=one.id,
        user_id=one.user_id,
        person=row[1],
        email=row[2],
        host_name=one.host_name or "",
        program=one.user_agent or "",
        ip_address=one.ip_address,
        started_at=one.created_at,
        last_used_at=one.last_used_at or one.created_at,
        expires_at=getattr(one, "expires_at", None),
        ended_at=getattr(one, "ended_at", None),
        end_reason=getattr(one, "end_reason", None),
        mine=one.id == mine,
    )


def _unknown() -> NotFound:
    return NotFound("people.unknown", _("This person is not here."), do=_("Look at the list of people again."))
