"""Deleting people's accounts so that it can be undone, and restoring them.

In one transaction the account is marked as deleted, its sessions end, and its refresh tokens,
tokens, API keys and agents' tokens are revoked. What the person owns, their teams and their audit entries stay.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benchboard.errors import Conflict
from benchboard.i18n import _
from benchboard.identity import audit, users
from benchboard.identity.permissions import Actor, require
from benchboard.identity.sessions import end_all
from benchboard.storage.models.credentials import ApiKey, RefreshToken, Token
from benchboard.storage.models.dongles import Agent, AgentToken
from benchboard.storage.models.identity import Organisation


def delete_people(session: Session, actor: Actor, user_ids: Sequence[str]) -> int:
    """Delete these people's accounts; returns how many sessions that ended.

    Raises `Conflict` for the actor's own account (`people.self`), the organisation's owner (`people.owner`), and where
    no active admin would be left (`people.last-admin`); `NotFound` for people who aren't there.
    """
    require(actor, "users:write")
    found = users.locked_people(session, actor, user_ids)
    ids = {user.id for user in found}
    if actor.user_id in ids:
        raise Conflict("people.self", _("You can't delete your own account."), do=_("Only another admin can."))
    owner_id = session.get_one(Organisation, actor.organisation_id).owner_id
    if owner_id in ids:
        owner = next(user.name for user in found if user.id == owner_id)
        what = _("{name} owns {organisation}.").format(name=owner, organisation=actor.organisation)
        raise Conflict("people.owner", what, do=_("An owner's account can't be deleted. Disable it instead."))
    users.require_remaining_admin(session, actor, ids)
    now = datetime.now(UTC)
    ended = end_all(session, actor, found, reason="deleted")
    _revoke_credentials(session, ids, now)
    for user in found:
        user.deleted_at = now
        audit.record(session, actor, "user.delete", user.id, changes={"status": [user.status, "deleted"]})
    session.flush()
    return ended


def restore_people(session: Session, actor: Actor, user_ids: Sequence[str]) -> int:
    """Undo `delete_people`; returns how many were restored. Sessions and credentials stay ended. Raises `NotFound`
    for people who aren't deleted."""
    require(actor, "users:write")
    found = users.locked_people(session, actor, user_ids, deleted=True)
    for user in found:
        user.deleted_at = None
        audit.record(session, actor, "user.restore", user.id, changes={"status": ["deleted", user.status]})
    session.flush()
    return len(found)


def _revoke_credentials(session: Session, ids: set[str], now: datetime) -> None:
    for table in (RefreshToken, Token):
        session.execute(update(table).where(table.user_id.in_(ids), table.revoked_at.is_(None)).values(revoked_at=now))
    session.execute(update(ApiKey).where(ApiKey.user_id.in_(ids)).values(is_active=False))
    agents = select(Agent.id).where(Agent.user_id.in_(ids))
    tokens = AgentToken.agent_id.in_(agents), AgentToken.revoked_at.is_(None)
    session.execute(update(AgentToken).where(*tokens).values(revoked_at=now))
