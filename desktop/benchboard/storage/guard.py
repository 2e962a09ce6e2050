"""The few operations that a database must guard, behind one narrow interface.

Opening and ending a session, setting a password, creating a login, changing a role, appending to the audit, searching
people by a part of their name. On SQLite, and on a PostgreSQL that has no guard yet, they are the statements below, in
the caller's transaction. A guarded server's definer functions will have the same names. Permissions are not checked
here, but in `identity.permissions`, above.

All of them run their statement and return its result, with one deliberate exception: `people_named` returns the
statement (its docstring says why).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Select, and_, bindparam, case, delete, insert, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from benchboard.errors import ENDED, Denied
from benchboard.i18n import _, ngettext
from benchboard.storage import audit_seals
from benchboard.storage.json_text import JsonText
from benchboard.storage.models.base import new_id
from benchboard.storage.models.credentials import ApiKey
from benchboard.storage.models.dashboards import DashboardPresence
from benchboard.storage.models.identity import (
    AuditLog,
    Organisation,
    Permission,
    Role,
    RolePermission,
    SessionHistory,
    SignInSession,
    User,
    UserRole,
)
from benchboard.storage.search_text import contains

IDLE_LIFETIME: Final = timedelta(hours=24)
"""A session ends when it has not been used for so long."""
EXPIRED_AT_ONCE: Final = 500
"""Sessions that one transaction moves to the history."""
_ACTING = aliased(User)
_PRINCIPAL: Final = (
    select(
        User.status.label("user_status"),
        User.deleted_at.label("user_deleted_at"),
        Organisation.status.label("organisation_status"),
        Organisation.deleted_at.label("organisation_deleted_at"),
        SignInSession.expires_at,
        _ACTING.status.label("acting_status"),
        _ACTING.deleted_at.label("acting_deleted_at"),
        ApiKey.is_active.label("key_is_active"),
        ApiKey.expires_at.label("key_expires_at"),
        ApiKey.permissions.label("key_permissions"),
        case((Role.is_system, Role.slug), else_=Role.name).label("role"),
        Permission.name.label("permission"),
    )
    .join(Organisation, Organisation.id == User.organisation_id)
    .outerjoin(SignInSession, and_(SignInSession.id == bindparam("session_id"), SignInSession.user_id == User.id))
    .outerjoin(_ACTING, and_(_ACTING.id == bindparam("acted_by"), _ACTING.organisation_id == User.organisation_id))
    .outerjoin(
        ApiKey,
        and_(
            ApiKey.id == bindparam("api_key_id"),
            ApiKey.user_id == bindparam("key_user_id"),
            ApiKey.organisation_id == User.organisation_id,
        ),
    )
    .outerjoin(UserRole, and_(UserRole.user_id == User.id, UserRole.organisation_id == User.organisation_id))
    .outerjoin(Role, Role.id == UserRole.role_id)
    .outerjoin(RolePermission, RolePermission.role_id == Role.id)
    .outerjoin(Permission, Permission.id == RolePermission.permission_id)
    .where(User.id == bindparam("user_id"), User.organisation_id == bindparam("organisation_id"))
)


class Principal(Protocol):
    """An account that a transaction acts for, as far as the database needs to know it."""

    @property
    def user_id(self) -> str: ...
    @property
    def organisation_id(self) -> str: ...
    @property
    def session_id(self) -> str | None:
        """The session it acts in; None for the operator of a local database."""

    @property
    def acted_by(self) -> str | None:
        """The account that acts on behalf of this one; None if that is itself."""

    @property
    def api_key_id(self) -> str | None:
        """The API key that it acts by, of the account itself or of the one that acts for it; None for a person."""

    def grant(self, roles: frozenset[str], permissions: frozenset[str]) -> None:
        """Take note of the account's roles now (system roles by their slugs, others by their names), and which
        permissions they carry."""


def require_live(session: Session, principal: Principal) -> None:
    """Check that the principal's session and account are valid, and set its present permissions. One statement.

    Raises `Denied` (`access.ended`) if the session or the account has ended; `facts["reason"]` is `revoked`,
    `signed-out`, `expired`, `deleted`, `disabled`, `key` (its API key ended) or `organisation`.
    """
    rows = session.execute(_PRINCIPAL, _parameters(principal)).all()
    reason = _end_reason(session, principal, rows)
    if reason is not None:
        raise signed_out(ENDED, reason)
    permissions = frozenset(row.permission for row in rows if row.permission is not None)
    if principal.api_key_id is not None:
        permissions &= frozenset(act for act in rows[0].key_permissions if isinstance(act, str))
    principal.grant(frozenset(row.role for row in rows if row.role is not None), permissions)


def signed_out(code: str, reason: str, **facts: object) -> Denied:
    """The error that a session has ended, for a `reason` of `require_live`."""
    return Denied(
        code, _("You were signed out."), why=_why_ended(reason), do=_what_to_do(reason), reason=reason, **facts
    )


def _parameters(principal: Principal) -> dict[str, object]:
    return {
        "user_id": principal.user_id,
        "organisation_id": principal.organisation_id,
        "session_id": principal.session_id,
        "acted_by": principal.acted_by,
        "api_key_id": principal.api_key_id,
        "key_user_id": principal.acted_by or principal.user_id,
    }


def _why_ended(reason: str) -> str:
    hours = IDLE_LIFETIME // timedelta(hours=1)
    unused = ngettext(
        "Your session wasn't used for {count} hour.", "Your session wasn't used for {count} hours.", hours
    )
    return {
        "revoked": _("An admin revoked your session."),
        _REVOKED_BY_OWNER: _("You revoked this session."),
        "signed-out": _("You signed out from another program."),
        "expired": unused.format(count=hours),
        "deleted": _("Your account was deleted."),
        "disabled": _("Your account is disabled."),
        "key": _("The API key was revoked, or has expired."),
        "organisation": _("Your organisation is suspended."),
    }[reason]


def _what_to_do(reason: str) -> str:
    return {
        "deleted": _("Ask an admin for a new account."),
        "disabled": _("Ask an admin to enable your account."),
        "key": _("Use another API key."),
        "organisation": _("Contact the person who runs this database."),
    }.get(reason, _("Sign in again."))


_REVOKED_BY_OWNER: Final = "revoked-by-owner"
"""The reason `revoked`, if the person did it themselves, in another window or program."""


def _ending(gone: SessionHistory) -> str:
    own = gone.end_reason == "revoked" and gone.ended_by == gone.user_id
    return _REVOKED_BY_OWNER if own else gone.end_reason


def _end_reason(session: Session, principal: Principal, rows: Sequence[Any]) -> str | None:
    if not rows or rows[0].user_deleted_at is not None:
        return "deleted"
    row = rows[0]
    acting = principal.acted_by is None or (row.acting_status == "active" and row.acting_deleted_at is None)
    # Before its sessions: disabling an account ends them too, and then history says that an admin revoked them.
    if row.user_status != "active" or not acting:
        return "disabled"
    if principal.session_id is not None and (row.expires_at is None or row.expires_at <= datetime.now(UTC)):
        ended = select(SessionHistory).where(SessionHistory.id == principal.session_id)
        gone = session.scalars(ended).first()
        return _ending(gone) if gone is not None else "expired"
    if principal.api_key_id is not None and not _is_valid_key(row.key_is_active, row.key_expires_at):
        return "key"
    if row.organisation_status in ("suspended", "cancelled") or row.organisation_deleted_at is not None:
        return "organisation"
    return None


def _is_valid_key(is_active: bool | None, expires_at: datetime | None) -> bool:
    return bool(is_active) and (expires_at is None or expires_at > datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class FoundApiKey:
    """An API key by its secret: whose it is, what it is called, and whether it and its account are valid now."""

    id: str
    user_id: str
    organisation_id: str
    name: str
    is_valid: bool


def find_api_key(session: Session, key_hash: str) -> FoundApiKey | None:
    """The API key with this hash, valid or not. One statement for every answer."""
    row = session.execute(
        select(
            ApiKey.id, ApiKey.user_id, ApiKey.organisation_id, ApiKey.name, ApiKey.is_active, ApiKey.expires_at,
            User.status, User.deleted_at, Organisation.status.label("organisation_status"),
            Organisation.deleted_at.label("organisation_deleted_at"),
        )
        .join(User, and_(User.id == ApiKey.user_id, User.organisation_id == ApiKey.organisation_id))
        .join(Organisation, Organisation.id == ApiKey.organisation_id)
        .where(ApiKey.key_hash == key_hash)
    ).first()  # fmt: skip
    if row is None:
        return None
    lives = row.status == "active" and row.deleted_at is None
    works = row.organisation_status not in ("suspended", "cancelled") and row.organisation_deleted_at is None
    valid = lives and works and _is_valid_key(row.is_active, row.expires_at)
    return FoundApiKey(row.id, row.user_id, row.organisation_id, row.name, valid)


def note_key_use(session: Session, key_id: str, *, now: datetime) -> None:
    """Keep the key's last use true."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now))


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session about to be opened. `token_hash` is the SHA-256 of the token, in hex; never the token itself."""

    organisation_id: str
    user_id: str
    token_hash: str
    expires_at: datetime
    host_name: str
    user_agent: str
    ip_address: str | None


def open_session(session: Session, new: NewSession, *, now: datetime) -> str:
    """Write the session row and the person's last sign-in; returns the row's id."""
    row = SignInSession(
        organisation_id=new.organisation_id,
        user_id=new.user_id,
        token_hash=new.token_hash,
        expires_at=new.expires_at,
        host_name=new.host_name,
        user_agent=new.user_agent,
        ip_address=new.ip_address,
        last_used_at=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.execute(update(User).where(User.id == new.user_id).values(last_login_at=now))
    return row.id


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that has not ended, and whose it is."""

    id: str
    user_id: str


def find_session(session: Session, token_hash: str, *, now: datetime) -> LiveSession | None:
    """The session with this token's hash, unless it has ended."""
    row = session.execute(
        select(SignInSession.id, SignInSession.user_id).where(
            SignInSession.token_hash == token_hash, SignInSession.expires_at > now
        )
    ).first()
    return None if row is None else LiveSession(row.id, row.user_id)


@dataclass(frozen=True, slots=True)
class EndedSession:
    """Why a session ended (as `require_live` names it), and the email address of its account."""

    reason: str
    email: str


def find_ended_session(session: Session, token_hash: str, session_id: str | None) -> EndedSession | None:
    """The ended session with this token's hash or this ID; None if there is none."""
    by_token = session.execute(
        select(SignInSession.user_id, literal("expired")).where(
            SignInSession.token_hash == token_hash, SignInSession.expires_at <= datetime.now(UTC)
        )
    ).first()
    gone = session.get(SessionHistory, session_id) if session_id is not None and by_token is None else None
    found = (gone.user_id, _ending(gone)) if gone is not None else by_token
    user = session.get(User, found[0]) if found is not None else None
    if found is None or user is None:
        return None
    if user.deleted_at is not None:
        return EndedSession("deleted", user.email)
    # As in `_end_reason`: disabling an account revokes its sessions too.
    return EndedSession(found[1] if user.status == "active" else "disabled", user.email)


def extend_session(session: Session, token_hash: str, *, now: datetime, expires_at: datetime) -> None:
    """Record that the session is used now, and extend it until `expires_at`; does nothing if it has ended."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == token_hash, SignInSession.expires_at > now)
        .values(last_used_at=now, expires_at=expires_at)
    )


def end_sessions(session: Session, ids: Iterable[str], *, reason: str, ended_by: str | None, now: datetime) -> int:
    """Move the sessions to `session_history` (`reason`: signed-out, revoked, expired); returns how many there were.
    Their windows are on no dashboard any more.

    `ended_by` is the id of the account that revoked them, if one did. They ended at `now` (UTC), or when
    they expired if that was earlier.
    """
    # Locked, so that a window that extends the session at the same time can't make its revocation fail.
    rows = session.scalars(
        select(SignInSession).where(SignInSession.id.in_(list(ids))).order_by(SignInSession.id).with_for_update()
    ).all()
    for row in rows:
        session.add(
            SessionHistory(
                id=row.id,
                organisation_id=row.organisation_id,
                user_id=row.user_id,
                host_name=row.host_name,
                user_agent=row.user_agent,
                ip_address=row.ip_address,
                created_at=row.created_at,
                last_used_at=row.last_used_at,
                ended_at=min(now, row.expires_at),
                end_reason=reason,
                ended_by=ended_by,
            )
        )
        session.delete(row)
    if rows:
        ended = DashboardPresence.session_id.in_([row.id for row in rows])
        session.execute(delete(DashboardPresence).where(ended))
    session.flush()
    return len(rows)


def expire_sessions(session: Session, organisation_id: str, *, now: datetime) -> int:
    """Move sessions of the organisation that were unused for too long to `session_history`; at most `EXPIRED_AT_ONCE`
    at a time."""
    past = select(SignInSession.id).where(
        SignInSession.organisation_id == organisation_id, SignInSession.expires_at <= now
    )
    ids = session.scalars(past.order_by(SignInSession.expires_at).limit(EXPIRED_AT_ONCE)).all()
    return end_sessions(session, ids, reason="expired", ended_by=None, now=now)


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """An account, and the hash that its password is verified against (None: it has no password)."""

    user_id: str
    organisation_id: str
    organisation_slug: str
    password_hash: str | None


def find_credentials(
    session: Session, email_norm: str, *, organisation_slug: str | None = None
) -> tuple[Credentials, ...]:
    """The accounts with this address, one in each organisation, or in the one that is named; not those deleted."""
    query = (
        select(User.id, User.organisation_id, Organisation.slug, User.password_hash)
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(User.email_norm == email_norm, User.deleted_at.is_(None))
    )
    if organisation_slug is not None:
        query = query.where(Organisation.slug == organisation_slug)
    return tuple(Credentials(*row) for row in session.execute(query).all())


def set_password(session: Session, user_id: str, password_hash: str) -> None:
    """Replace the person's password hash."""
    session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


def clear_password(session: Session, user_id: str) -> None:
    """Take the person's password away: nobody signs in to the account by one."""
    session.execute(update(User).where(User.id == user_id).values(password_hash=None))


def create_login(session: Session, **columns: Any) -> str:
    """Write an account's row; returns its id. On a guarded server this also makes the person's LOGIN role."""
    row = User(**columns)
    session.add(row)
    session.flush()
    return row.id


def change_role(session: Session, *, organisation_id: str, user_id: str, slug: str) -> None:
    """Make `slug` the person's one system role, in `user_roles` and, kept equal, in `users.role`."""
    role = session.scalars(select(Role).where(Role.organisation_id == organisation_id, Role.slug == slug)).one()
    system = select(Role.id).where(Role.organisation_id == organisation_id, Role.is_system.is_(True))
    session.execute(delete(UserRole).where(UserRole.user_id == user_id, UserRole.role_id.in_(system)))
    session.add(UserRole(organisation_id=organisation_id, user_id=user_id, role_id=role.id))
    session.execute(update(User).where(User.id == user_id).values(role=slug))
    session.flush()


def grant_role(
    session: Session, organisation_id: str, user_id: str, role_id: str, *, granted_by: str | None = None
) -> None:
    """Give a person a role of the organisation's own, beside their system role."""
    session.add(UserRole(organisation_id=organisation_id, user_id=user_id, role_id=role_id, granted_by=granted_by))
    session.flush()


def revoke_role(session: Session, user_id: str, role_id: str) -> None:
    """Take a role of the organisation's own from a person."""
    session.execute(delete(UserRole).where(UserRole.user_id == user_id, UserRole.role_id == role_id))


def set_role_permissions(session: Session, organisation_id: str, role_id: str, acts: Iterable[str]) -> None:
    """Let a role have exactly these permissions."""
    known = dict(session.execute(select(Permission.name, Permission.id)).all())
    wanted = {known[act] for act in acts}
    held = set(session.scalars(select(RolePermission.permission_id).where(RolePermission.role_id == role_id)))
    session.execute(
        delete(RolePermission).where(
            RolePermission.role_id == role_id, RolePermission.permission_id.in_(sorted(held - wanted))
        )
    )
    for permission_id in sorted(wanted - held):
        session.add(RolePermission(organisation_id=organisation_id, role_id=role_id, permission_id=permission_id))
    session.flush()


def append_audit(session: Session, *, organisation_id: str, details: Mapping[str, Any], **columns: Any) -> None:
    """Append one row to the audit trail; rows never change afterwards (a trigger sees to it). It is sealed at the end
    of the transaction.

    The details are stored in the one form that is sealed; what PostgreSQL would refuse as JSON is a ValueError.
    """
    row_id = new_id()
    text = JsonText(audit_seals.canonical_json(json.dumps(details)))
    values = {"id": row_id, "organisation_id": organisation_id, "details": text, **columns}
    session.execute(insert(AuditLog).values(**values))
    audit_seals.add_unsealed(session, organisation_id, row_id)


def people_named(organisation_id: str, text: str) -> Select[str]:
    """Select the ids of the organisation's people whose name or address contains `text`, ignoring case and accents.

    The other acts here run their statement and return its result; this one returns the statement. The lists of people,
    sessions, audit entries and access filter by it inside statements with joins, an order and pages of their own. As a
    result it could be every id of the organisation (for one letter), read anew for each page and sent back as that
    many parameters. A guarded server loses nothing by it: its definer function returns a set, to select from here.
    """
    return select(User.id).where(
        User.organisation_id == organisation_id, or_(contains(User.name, text), contains(User.email, text))
    )
