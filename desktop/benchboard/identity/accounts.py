"""Signing in, staying signed in, and signing out. A session is a row; its token is the caller's alone.

A session lives 24 hours from its last use and ends at sign-out, on revocation and on expiry (source 000, DESIGN
section 4). The database has the token's SHA-256; ended sessions move to `session_history`.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Select, literal, select, update
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Denied, NotFound
from benchboard.i18n import _
from benchboard.identity import audit, organisations, passwords
from benchboard.identity.access import Actor, Client, os_user, require
from benchboard.identity.addresses import normalise
from benchboard.storage import changes, guard
from benchboard.storage.models.identity import (
    Organisation,
    Permission,
    Role,
    RolePermission,
    SessionHistory,
    SignInSession,
    User,
    UserRole,
)

LIFETIME: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, repr=False)
class SignedIn:
    """An open session. `token` is its only copy: keep it in memory, or in the vault to stay signed in."""

    actor: Actor
    token: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody the demo can be entered as."""

    user_id: str
    name: str
    email: str
    role: str


def sign_in(
    session: Session, *, email: str, password: str, client: Client, organisation: str | None = None
) -> SignedIn:
    """Open a session for the account with this address and password (`organisation` is a slug).

    Raises `Denied` (`accounts.wrong`, which tells nobody whether the address exists; `accounts.inactive`), or
    `Conflict` (`accounts.which`) where the password fits accounts in several organisations, whose slugs are in
    `facts["organisations"]`. A refused try is recorded by `record_refusal`, in a transaction of its own, because this
    one is undone.
    """
    found = _accounts(session, email, organisation)
    # An unknown address is verified against nobody's hash, so that both answers take as long.
    hashes = [user.password_hash for user, _slug in found] or [None]
    right = [passwords.verify(stored, password) for stored in hashes]
    fitting = [account for account, fits in zip(found, right, strict=False) if fits]
    if not fitting:
        raise _wrong()
    if len(fitting) > 1:
        raise Conflict(
            "accounts.which",
            _("This address has an account in several organisations."),
            do=_("Choose the organisation to work in."),
            organisations=tuple(sorted(slug for _user, slug in fitting)),
        )
    user = fitting[0][0]
    if user.password_hash is not None and passwords.outdated(user.password_hash):
        guard.set_password(session, user.id, passwords.hash_password(password))
    return _open(session, user, client)


def record_refusal(session: Session, *, email: str, client: Client) -> None:
    """Leave a trace of a refused sign-in with every account that has the address; nothing where there is none."""
    for user, _slug in _accounts(session, email, None):
        audit.append(session, client, "session.refuse", None, user.organisation_id, user.id)


def sign_in_operator(session: Session, *, client: Client) -> SignedIn:
    """Open a session for the operator of a local database: the account bound to this operating system's user."""
    return _open(session, _operator(session), client)


def operator(session: Session, *, client: Client, organisation: str | None = None) -> Actor:
    """The operator of a local database, for a command that acts without a session of its own."""
    user = _operator(session, organisation)
    _require_active(session, user)
    return _actor(session, user, client, None)


def person(session: Session, actor: Actor, *, email: str) -> Actor:
    """Another account of the organisation, for a command that an admin runs as that person (`--as`)."""
    require(actor, "users:write")
    user = session.scalars(
        select(User).where(
            User.organisation_id == actor.organisation_id,
            User.email_norm == normalise(email),
            User.deleted_at.is_(None),
        )
    ).first()
    if user is None:
        raise NotFound("accounts.unknown", _("Nobody here has the address {email}.").format(email=email))
    _require_active(session, user)
    return replace(_actor(session, user, actor.client, None), acted_by=actor.acted_by or actor.user_id)


def demo_people(session: Session) -> tuple[DemoPerson, ...]:
    """Whom the demo can be entered as; nobody, in any database that is not the demo's own."""
    return tuple(
        DemoPerson(user.id, user.name, user.email, user.role)
        for user in session.scalars(_demo_accounts(session).order_by(User.created_at, User.id))
    )


def sign_in_demo(session: Session, *, user_id: str, client: Client) -> SignedIn:
    """Enter the demo as one of its people, without a password; there and nowhere else."""
    user = session.scalars(_demo_accounts(session).where(User.id == user_id)).first()
    if user is None:
        raise _wrong()
    return _open(session, user, client)


def resume(session: Session, *, token: str, client: Client) -> SignedIn:
    """Go on with a session that stayed signed in. Raises `Denied` (`accounts.ended`) where it has ended."""
    row = _live(session, token)
    if row is None:
        raise Denied(
            "accounts.ended",
            _("You were signed out."),
            why=_("The session was ended, or not used for 24 hours."),
            do=_("Sign in again."),
        )
    user = session.get_one(User, row.user_id)
    _require_active(session, user)
    changes.unaudited(session, "sessions")
    row.last_used_at = datetime.now(UTC)
    row.expires_at = row.last_used_at + LIFETIME
    return SignedIn(_actor(session, user, client, row.id), token)


def keep_alive(session: Session, signed_in: SignedIn) -> str | None:
    """None while the session lives; else why it ended: `revoked`, `signed-out`, `expired` or `deleted`.

    Writes nothing, so it can be asked every second.
    """
    row = session.execute(
        select(SignInSession.expires_at, User.status, User.deleted_at)
        .join(User, User.id == SignInSession.user_id)
        .where(SignInSession.token_hash == _hash(signed_in.token))
    ).first()
    if row is None:
        reason = session.scalars(
            select(SessionHistory.end_reason).where(SessionHistory.id == signed_in.actor.session_id)
        ).first()
        return reason or "expired"
    if row.deleted_at is not None:
        return "deleted"
    if row.status != "active":
        return "revoked"
    return None if row.expires_at > datetime.now(UTC) else "expired"


def touch(session: Session, *, token: str) -> None:
    """Keep the session's last use true; the program calls it now and then while it is used."""
    now = datetime.now(UTC)
    changes.unaudited(session, "sessions")
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == _hash(token), SignInSession.expires_at > now)
        .values(last_used_at=now, expires_at=now + LIFETIME)
    )


def sign_out(session: Session, actor: Actor) -> None:
    """End the actor's own session. A session that is gone already is no error."""
    if actor.session_id is not None and guard.end_sessions(
        session, [actor.session_id], reason="signed-out", ended_by=actor.user_id, now=datetime.now(UTC)
    ):
        audit.record(session, actor, "session.sign-out", actor.session_id)


def _open(session: Session, user: User, client: Client) -> SignedIn:
    _require_active(session, user)
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    guard.expire_sessions(session, user.organisation_id, now=now)
    session_id = guard.open_session(
        session,
        guard.NewSession(
            organisation_id=user.organisation_id,
            user_id=user.id,
            token_hash=_hash(token),
            expires_at=now + LIFETIME,
            host_name=client.host_name,
            user_agent=client.program,
            ip_address=client.ip_address,
        ),
        now=now,
    )
    actor = _actor(session, user, client, session_id)
    audit.record(session, actor, "session.sign-in", session_id)
    return SignedIn(actor, token)


def _actor(session: Session, user: User, client: Client, session_id: str | None) -> Actor:
    organisation = session.get_one(Organisation, user.organisation_id)
    roles = session.execute(
        select(Role.slug, Permission.name)
        .join(UserRole, UserRole.role_id == Role.id)
        .outerjoin(RolePermission, RolePermission.role_id == Role.id)
        .outerjoin(Permission, Permission.id == RolePermission.permission_id)
        .where(UserRole.user_id == user.id, UserRole.organisation_id == user.organisation_id)
    ).all()
    return Actor(
        user_id=user.id,
        organisation_id=user.organisation_id,
        organisation=organisation.name,
        email=user.email,
        name=user.name,
        roles=frozenset(slug for slug, _name in roles),
        permissions=frozenset(name for _slug, name in roles if name is not None),
        client=client,
        session_id=session_id,
    )


def _accounts(session: Session, email: str, organisation: str | None) -> list[tuple[User, str]]:
    query = (
        select(User, Organisation.slug)
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(User.email_norm == normalise(email), User.deleted_at.is_(None))
    )
    if organisation is not None:
        query = query.where(Organisation.slug == organisation)
    return [(user, slug) for user, slug in session.execute(query).all()]


def _demo_accounts(session: Session) -> Select[User]:
    """DEMO accounts of a demo organisation, on SQLite alone: a server never lets anybody in without a password."""
    return (
        select(User)
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(
            literal(session.get_bind().dialect.name == "sqlite"),
            Organisation.extra["demo"].as_boolean(),
            User.account_type == "DEMO",
            User.deleted_at.is_(None),
        )
    )


def _operator(session: Session, organisation: str | None = None) -> User:
    query = (
        select(User)
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(
            literal(session.get_bind().dialect.name == "sqlite"), User.os_user.is_not(None), User.deleted_at.is_(None)
        )
        .order_by(User.created_at)
    )
    if organisation is not None:
        known = organisations.slugs(session)
        if organisation not in known:
            raise NotFound(
                "accounts.no-organisation",
                _("No organisation here is called {slug}.").format(slug=repr(organisation)[:60]),
                do=_("Choose one of: {names}.").format(names=", ".join(known)),
            )
        query = query.where(Organisation.slug == organisation)
    operators = session.scalars(query).all()
    found = next((user for user in operators if user.os_user == os_user()), None)
    if found is None:
        raise Denied(
            "accounts.no-operator",
            _("The operating system's user {user} has no account in this database.").format(user=os_user()),
            do=_("Sign in with an e-mail address and a password, or work as the user who made the database."),
        )
    return found


def _live(session: Session, token: str) -> SignInSession | None:
    return session.scalars(
        select(SignInSession).where(
            SignInSession.token_hash == _hash(token), SignInSession.expires_at > datetime.now(UTC)
        )
    ).first()


def _require_active(session: Session, user: User) -> None:
    organisation = session.get_one(Organisation, user.organisation_id)
    if user.status != "active" or user.deleted_at is not None:
        raise Denied(
            "accounts.inactive",
            _("This account is not active."),
            do=_("Ask an admin of {organisation} to activate it.").format(organisation=organisation.name),
        )
    if organisation.status in ("suspended", "cancelled") or organisation.deleted_at is not None:
        raise Denied(
            "accounts.organisation",
            _("{organisation} is suspended.").format(organisation=organisation.name),
            do=_("Ask whoever runs this database."),
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _wrong() -> Denied:
    return Denied(
        "accounts.wrong",
        _("The address or the password is wrong."),
        do=_("Check both and try again."),
        field="password",
    )
