"""The few acts that a database must guard, behind one narrow interface (DESIGN section 4).

Opening and ending a session, setting a password, creating a login, changing a role, appending to the audit, searching
people by a part of their name. On SQLite, and on a PostgreSQL that has no guard yet, they are the statements below, in
the caller's transaction. The definer functions of a guarded server will stand behind the same names. Nothing here asks
who may: that is `identity.access`, above.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from benchboard.storage.folding import holds
from benchboard.storage.models.identity import (
    AuditLog,
    Role,
    SessionHistory,
    SignInSession,
    User,
    UserRole,
)


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
    """Write the session row and the person's last sign-in; answers the row's id."""
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


def end_sessions(session: Session, ids: Iterable[str], *, reason: str, ended_by: str | None, now: datetime) -> int:
    """Move the sessions to `session_history` (`reason`: signed-out, revoked, expired); answers how many there were."""
    # Locked, so that a desktop that says meanwhile it is in use cannot make its own revocation fail.
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
    session.flush()
    return len(rows)


def expire_sessions(session: Session, organisation_id: str, *, now: datetime) -> int:
    """Move sessions of the organisation that nobody used for too long to `session_history`; at most 500 at a time."""
    past = select(SignInSession.id).where(
        SignInSession.organisation_id == organisation_id, SignInSession.expires_at <= now
    )
    ids = session.scalars(past.order_by(SignInSession.expires_at).limit(500)).all()
    return end_sessions(session, ids, reason="expired", ended_by=None, now=now)


def set_password(session: Session, user_id: str, password_hash: str) -> None:
    """Replace the person's password hash."""
    session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


def create_login(session: Session, **columns: Any) -> str:
    """Write an account's row; answers its id. On a guarded server this also makes the person's LOGIN role."""
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


def append_audit(session: Session, **columns: Any) -> None:
    """Append one row to the audit trail; rows never change afterwards (a trigger sees to it)."""
    session.execute(insert(AuditLog).values(**columns))


def search_people(text: str) -> ColumnElement[bool]:
    """The condition that a person's name or address holds `text`, whatever its case and accents."""
    return or_(holds(User.name, text), holds(User.email, text))
