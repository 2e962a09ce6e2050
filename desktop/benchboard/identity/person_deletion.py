"""Deleting people's accounts so that it can be undone, and restoring them.

In one transaction the account is marked as deleted, its sessions end, and its refresh tokens,
tokens, API keys and agents' tokens are revoked. What the person owns, their teams and their audit entries stay.
The audit entry of the deletion names the API keys that it ended: restoring the account gives back these, and none that
was revoked before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from benchboard.errors import Conflict
from benchboard.i18n import _
from benchboard.identity import audit, users
from benchboard.identity.permissions import Actor, key_prefix, require
from benchboard.identity.sessions import end_all
from benchboard.storage.models.credentials import ApiKey, RefreshToken, Token
from benchboard.storage.models.dongles import Agent, AgentToken
from benchboard.storage.models.identity import AuditLog, Organisation, SignInSession, User


@dataclass(frozen=True, slots=True)
class DeletionEffects:
    """How many sessions and how many API keys that work end with accounts that are deleted."""

    sessions: int
    keys: int


@dataclass(frozen=True, slots=True)
class RestoredPeople:
    """How many accounts were restored, and how many API keys work again with them."""

    people: int
    keys: int


def count_effects(session: Session, actor: Actor, user_ids: Collection[str]) -> DeletionEffects:
    """What `delete_people` would end now."""
    require(actor, "users:write")
    open_now = select(func.count()).where(
        SignInSession.organisation_id == actor.organisation_id,
        SignInSession.user_id.in_(user_ids),
        SignInSession.expires_at > datetime.now(UTC),
    )
    keys = _working_keys(session, actor, user_ids, datetime.now(UTC))
    return DeletionEffects(session.scalar(open_now) or 0, len(keys))


def delete_people(session: Session, actor: Actor, user_ids: Sequence[str]) -> DeletionEffects:
    """Delete these people's accounts; returns what ended with them.

    Raises `Conflict` for the actor's own account (`people.self`), the organisation's owner (`people.owner`), and where
    no active admin would be left (`people.last-admin`); `NotFound` for people who aren't there.
    """
    require(actor, "users:write")
    found = users.locked_people(session, actor, user_ids)
    require_deletable(session, actor, found)
    ids = {user.id for user in found}
    now = datetime.now(UTC)
    ended = end_all(session, actor, found, reason="deleted")
    keys = _working_keys(session, actor, ids, now)
    _revoke_credentials(session, ids, [key.id for key in keys], now)
    for user in found:
        user.deleted_at = now
        own = [key_prefix(key.id) for key in keys if key.user_id == user.id]
        named = {"keys": own} if own else {}
        audit.record(session, actor, "user.delete", user.id, changes={"status": [user.status, "deleted"]}, **named)
    session.flush()
    return DeletionEffects(ended, len(keys))


def require_deletable(session: Session, actor: Actor, found: Collection[User], *, lock: bool = True) -> None:
    """Raise what keeps `delete_people` from deleting these people. `lock` as in `users.require_remaining_admin`."""
    require(actor, "users:write")
    ids = {user.id for user in found}
    if actor.user_id in ids:
        raise Conflict("people.self", _("You can't delete your own account."), do=_("Only another admin can."))
    owner_id = session.get_one(Organisation, actor.organisation_id).owner_id
    if owner_id in ids:
        owner = next(user.name for user in found if user.id == owner_id)
        what = _("{name} owns {organisation}.").format(name=owner, organisation=actor.organisation)
        raise Conflict("people.owner", what, do=_("An owner's account can't be deleted. Disable it instead."))
    users.require_remaining_admin(session, actor, ids, lock=lock)


def restore_people(session: Session, actor: Actor, user_ids: Sequence[str]) -> RestoredPeople:
    """Undo `delete_people`: with the accounts come back the API keys that their deletion ended. Sessions and all other
    credentials stay ended. Raises `NotFound` for people who aren't deleted."""
    require(actor, "users:write")
    found = users.locked_people(session, actor, user_ids, deleted=True)
    if any(users.is_erased(user.id, user.email) for user in found):
        raise Conflict("people.erased", _("An erased person can't be restored."), do=_("Add the person anew."))
    now, working = datetime.now(UTC), 0
    for user in found:
        keys = _keys_ended_with(session, actor, user.id)
        for key in keys:
            key.is_active = True
        working += sum(key.expires_at is None or key.expires_at > now for key in keys)
        user.deleted_at = None
        named = {"keys": [key_prefix(key.id) for key in keys]} if keys else {}
        audit.record(session, actor, "user.restore", user.id, changes={"status": ["deleted", user.status]}, **named)
    session.flush()
    return RestoredPeople(len(found), working)


def _working_keys(session: Session, actor: Actor, user_ids: Collection[str], now: datetime) -> list[ApiKey]:
    """These people's keys that are neither revoked nor expired, by creation."""
    query = select(ApiKey).where(
        ApiKey.organisation_id == actor.organisation_id,
        ApiKey.user_id.in_(user_ids),
        ApiKey.is_active.is_(True),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
    )
    return list(session.scalars(query.order_by(ApiKey.created_at, ApiKey.id)))


def _keys_ended_with(session: Session, actor: Actor, user_id: str) -> list[ApiKey]:
    """The keys that the last deletion of an account ended, as its audit entry names them; none if an older version of
    Benchboard deleted it."""
    entry = select(AuditLog.details).where(
        AuditLog.organisation_id == actor.organisation_id,
        AuditLog.event_type == "user.delete",
        AuditLog.resource_id == user_id,
    )
    details = session.scalar(entry.order_by(AuditLog.created_at.desc(), AuditLog.id.desc()).limit(1))
    named = details.get("keys") if details is not None else None
    if not isinstance(named, list):
        return []
    own = select(ApiKey).where(
        ApiKey.organisation_id == actor.organisation_id, ApiKey.user_id == user_id, ApiKey.is_active.is_(False)
    )
    return [key for key in session.scalars(own.order_by(ApiKey.created_at, ApiKey.id)) if key_prefix(key.id) in named]


def _revoke_credentials(session: Session, ids: set[str], keys: Sequence[str], now: datetime) -> None:
    for table in (RefreshToken, Token):
        session.execute(update(table).where(table.user_id.in_(ids), table.revoked_at.is_(None)).values(revoked_at=now))
    session.execute(update(ApiKey).where(ApiKey.id.in_(keys)).values(is_active=False))
    agents = select(Agent.id).where(Agent.user_id.in_(ids))
    tokens = AgentToken.agent_id.in_(agents), AgentToken.revoked_at.is_(None)
    session.execute(update(AgentToken).where(*tokens).values(revoked_at=now))
