"""Signing in, staying signed in, and signing out. A session is a row; its token is the caller's alone.

A session lives for `guard.IDLE_LIFETIME` from its last use and ends at sign-out, on revocation and on expiry. The
database has the token's SHA-256; ended sessions move to `session_history`.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Select, case, literal, select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Denied, NotFound
from benchboard.i18n import _, ngettext
from benchboard.identity import audit, organisations, passwords, second_factor, sessions
from benchboard.identity.api_keys import hash_key
from benchboard.identity.email_addresses import normalise
from benchboard.identity.permissions import Actor, Client, Grants, key_prefix, os_user, require
from benchboard.identity.second_factor import NewFactor
from benchboard.storage import change_tracking, guard
from benchboard.storage.models.identity import (
    Organisation,
    Permission,
    Role,
    RolePermission,
    User,
    UserRole,
)

_STORED: Final = re.compile(rb"([A-Za-z0-9_-]{43})(?: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?")
_MAX_STORED: Final = 100
"""More bytes than `_STORED` can match."""


@dataclass(frozen=True, slots=True, repr=False)
class SignedIn:
    """An open session. `token` is its only copy: keep it in memory, or in the vault to stay signed in."""

    actor: Actor
    token: str
    recovery_codes: tuple[str, ...] = ()
    """Of a second factor that was set up with it: this is their only copy."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person that the demo offers for signing in."""

    user_id: str
    name: str
    email: str
    role: str


def sign_in(
    session: Session,
    *,
    email: str,
    password: str,
    client: Client,
    organisation: str | None = None,
    code: str = "",
    new_factor: NewFactor | None = None,
) -> SignedIn:
    """Open a session for the account with this address and password (`organisation` is a slug).

    Raises `Denied` (`accounts.wrong`, which tells nobody whether the address exists; `accounts.inactive`; as
    `second_factor.check` and, where a second factor has to be set up, `set_up` do, once the password fits), or
    `Conflict` (`accounts.which`) where the password fits accounts in several organisations, whose slugs are in
    `facts["organisations"]`. A refused try is recorded by `record_refusal`, in a transaction of its own, because this
    one is undone.
    """
    found = guard.find_credentials(session, normalise(email), organisation_slug=organisation)
    # For an unknown address a dummy hash is verified, so that both answers take equally long.
    hashes = [account.password_hash for account in found] or [None]
    right = [passwords.verify(stored, password) for stored in hashes]
    fitting = [account for account, fits in zip(found, right, strict=False) if fits]
    if not fitting:
        raise _wrong()
    if len(fitting) > 1:
        raise Conflict(
            "accounts.which",
            _("This email address has accounts in several organisations."),
            do=_("Choose an organisation."),
            organisations=tuple(sorted(account.organisation_slug for account in fitting)),
        )
    account = fitting[0]
    # Locked, so that what else happens to the account at this moment, as another sign-in that sets up a second factor,
    # or its deletion, comes before or after all of this.
    user = session.get_one(User, account.user_id, with_for_update=True)
    second_factor.check(session, account.user_id, password=password, code=code, client=client)
    if account.password_hash is not None and passwords.outdated(account.password_hash):
        guard.set_password(session, account.user_id, passwords.hash_password(password))
    _require_active(session, user)
    codes = second_factor.set_up(session, user, password=password, new=new_factor, client=client)
    return replace(open_for(session, user, client), recovery_codes=codes)


def record_refusal(session: Session, *, email: str, client: Client) -> None:
    """Record a rejected sign-in for every account with this address; does nothing if there is none."""
    for account in guard.find_credentials(session, normalise(email)):
        audit.append(session, client, "session.refuse", None, account.organisation_id, account.user_id)


def sign_in_operator(session: Session, *, client: Client) -> SignedIn:
    """Open a session for the operator of a local database: the account bound to this operating system's user."""
    return open_for(session, _operator(session), client)


def operator_actor(session: Session, *, client: Client, organisation: str | None = None) -> Actor:
    """The operator of a local database, for a command that runs without a session."""
    user = _operator(session, organisation)
    _require_active(session, user)
    return _actor(session, user, client, None)


def actor_for_email(session: Session, actor: Actor, *, email: str) -> Actor:
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
        raise NotFound(
            "accounts.unknown",
            _("There's no person with the email address or ID “{who}”.").format(who=email[:80]),
            do=_("Choose one listed by “benchboard user list”."),
            field="as_email",
        )
    _require_active(session, user)
    acting = actor.acted_by or actor.user_id
    other = replace(
        _actor(session, user, actor.client, None),
        acted_by=acting if acting != user.id else None,
        api_key_id=actor.api_key_id,
    )
    guard.require_live(session, other)  # what a key lacks, nobody has by it
    return other


def api_key_actor(session: Session, *, key: str, client: Client) -> Actor:
    """The account that an API key acts for, with the permissions of both; the key's last use is noted.

    Raises `Denied` (`accounts.key`) in the same words, and after the same statement, for an unknown, expired or revoked
    key and one whose account is disabled: `record_key_refusal` then records the latter, in a transaction of its own.
    """
    found = guard.find_api_key(session, hash_key(key[:_MAX_STORED]))
    if found is None or not found.is_valid:
        raise Denied(
            "accounts.key",
            _("This API key isn't valid."),
            why=_("It may be mistyped, expired or revoked, of another database, or its account may be disabled."),
            do=_("Create a new API key, or unset BENCHBOARD_API_KEY."),
        )
    change_tracking.unaudited(session, "api_keys")
    guard.note_key_use(session, found.id, now=datetime.now(UTC))
    actor = replace(_actor(session, session.get_one(User, found.user_id), client, None), api_key_id=found.id)
    guard.require_live(session, actor)
    return actor


def record_key_refusal(session: Session, *, key: str, client: Client) -> None:
    """Record a rejected API key for the account that it belongs to; does nothing for an unknown one."""
    if (found := guard.find_api_key(session, hash_key(key[:_MAX_STORED]))) is not None:
        audit.append(
            session, client, "key.refuse", found.id, found.organisation_id, found.user_id,
            name=found.name, key=key_prefix(found.id), user_id=found.user_id,
        )  # fmt: skip


def demo_people(session: Session) -> tuple[DemoPerson, ...]:
    """The people that the demo offers for signing in, without disabled accounts; empty in any other database."""
    active = _demo_accounts(session).where(User.status == "active")
    return tuple(
        DemoPerson(user.id, user.name, user.email, user.role)
        for user in session.scalars(active.order_by(User.created_at, User.id))
    )


def sign_in_demo(session: Session, *, user_id: str, client: Client) -> SignedIn:
    """Sign in to the demo as one of its people, without a password; in no other database."""
    user = session.scalars(_demo_accounts(session).where(User.id == user_id)).first()
    if user is None:
        raise _wrong()
    return open_for(session, user, client)


def stored_form(signed_in: SignedIn) -> bytes:
    """The session as it is stored to stay signed in: its token, and its ID, by which `resume` finds why it ended."""
    return " ".join(filter(None, (signed_in.token, signed_in.actor.session_id))).encode()


def read_stored(stored: bytes) -> tuple[str, str | None] | None:
    """A session's token and ID from their `stored_form` (earlier versions stored no ID); None for a damaged one."""
    found = _STORED.fullmatch(stored[:_MAX_STORED])
    return (found[1].decode(), found[2].decode() if found[2] else None) if found else None


def resume(session: Session, *, token: str, client: Client, session_id: str | None = None) -> SignedIn:
    """Resume a saved session. Raises `Denied` (`accounts.ended`) if it has ended.

    If the database knows why, by the token or `session_id`, `facts` have the `reason` (as `guard.require_live`) and the
    account's `email`.
    """
    now = datetime.now(UTC)
    live = guard.find_session(session, _hash(token), now=now)
    if live is None:
        ended = guard.find_ended_session(session, _hash(token), session_id)
        if ended is not None:
            raise guard.signed_out("accounts.ended", ended.reason, email=ended.email)
        hours = sessions.idle_hours()
        why = ngettext(
            "Your session was ended, your account was disabled, or you were inactive for {count} hour.",
            "Your session was ended, your account was disabled, or you were inactive for {count} hours.",
            hours,
        )
        raise Denied(
            "accounts.ended",
            _("You were signed out."),
            why=why.format(count=hours),
            do=_("Sign in again."),
        )
    user = session.get_one(User, live.user_id)
    _require_active(session, user)
    change_tracking.unaudited(session, "sessions")
    guard.extend_session(session, _hash(token), now=now, expires_at=now + guard.IDLE_LIFETIME)
    return SignedIn(_actor(session, user, client, live.id), token)


def touch(session: Session, *, token: str) -> None:
    """Keep the session's last use true; the program calls it now and then while it is used."""
    now = datetime.now(UTC)
    change_tracking.unaudited(session, "sessions")
    guard.extend_session(session, _hash(token), now=now, expires_at=now + guard.IDLE_LIFETIME)


def sign_out(session: Session, actor: Actor) -> None:
    """End the actor's own session. It is not an error if it has ended already."""
    if actor.session_id is not None and guard.end_sessions(
        session, [actor.session_id], reason="signed-out", ended_by=actor.user_id, now=datetime.now(UTC)
    ):
        audit.record(session, actor, "session.sign-out", actor.session_id, changes={"status": ["active", "signed-out"]})


def open_for(session: Session, user: User, client: Client) -> SignedIn:
    """Open a session for an account that has proved itself. Raises `Denied` for one that isn't active."""
    _require_active(session, user)
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    guard.expire_sessions(session, user.organisation_id, now=now)
    session_id = guard.open_session(
        session,
        guard.NewSession(
            organisation_id=user.organisation_id,
            user_id=user.id,
            token_hash=_hash(token),
            expires_at=now + guard.IDLE_LIFETIME,
            host_name=client.host_name,
            user_agent=client.program,
            ip_address=client.ip_address,
        ),
        now=now,
    )
    actor = _actor(session, user, client, session_id)
    audit.record(session, actor, "session.sign-in", session_id, changes={"status": [None, "active"]})
    return SignedIn(actor, token)


def _actor(session: Session, user: User, client: Client, session_id: str | None) -> Actor:
    organisation = session.get_one(Organisation, user.organisation_id)
    roles = session.execute(
        select(case((Role.is_system, Role.slug), else_=Role.name), Permission.name)
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
        client=client,
        session_id=session_id,
        grants=Grants(
            frozenset(role for role, _act in roles), frozenset(act for _role, act in roles if act is not None)
        ),
    )


def _demo_accounts(session: Session) -> Select[User]:
    """DEMO accounts of a demo organisation, on SQLite only: a server never signs anyone in without a password."""
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
                _("There's no organisation named “{slug}”.").format(slug=str(organisation)[:60]),
                do=_("Choose one of: {names}.").format(names=", ".join(known)),
            )
        query = query.where(Organisation.slug == organisation)
    operators = session.scalars(query).all()
    found = next((user for user in operators if user.os_user == os_user()), None)
    if found is None:
        raise Denied(
            "accounts.no-operator",
            _("The system user {user} has no account in this database.").format(user=os_user()),
            do=_("Sign in with an email address and password, or run Benchboard as the user who created the database."),
        )
    return found


def _require_active(session: Session, user: User) -> None:
    organisation = session.get_one(Organisation, user.organisation_id)
    if user.status != "active" or user.deleted_at is not None:
        invited = user.status == "pending" and user.deleted_at is None
        what = _("The account {account} isn't enabled yet.") if invited else _("The account {account} is disabled.")
        do = _("Ask an admin of {organisation} to enable it.")
        raise Denied(
            "accounts.inactive",
            what.format(account=user.email),
            do=do.format(organisation=organisation.name),
        )
    if organisation.status in ("suspended", "cancelled") or organisation.deleted_at is not None:
        raise Denied(
            "accounts.organisation",
            _("{organisation} is suspended.").format(organisation=organisation.name),
            do=_("Contact the person who runs this database."),
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _wrong() -> Denied:
    return Denied(
        "accounts.wrong",
        _("The email address or password is incorrect."),
        do=_("Check both and try again."),
        field="password",
    )
