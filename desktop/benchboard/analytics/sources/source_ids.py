"""The ID of a data source that is added: a new one, or that of the one it takes the place of."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.analytics.sources.kinds import CONNECTED_KINDS
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.analytics import DataSource
from benchboard.storage.models.base import is_id, new_id
from benchboard.storage.models.identity import AuditLog

REMOVAL: Final = "source.remove"
"""The event in the audit log, with the kind of the source as a detail."""
_LOOKED_BACK: Final = 500
"""Removals in the audit log among which a name is looked for, the last ones first."""


def id_for_new(session: Session, actor: Actor, name: str, kind: str) -> str:
    """The ID for a source of this kind that is added under `name`: that of the last one that was removed under this
    name, if it was read from where this is read from too, so that what read that one reads this one; else a new one."""
    require(actor, "sources:write")
    removals = session.execute(
        select(AuditLog.resource_id, AuditLog.details)
        .where(AuditLog.organisation_id == actor.organisation_id, AuditLog.event_type == REMOVAL)
        .order_by(AuditLog.created_at.desc())
        .limit(_LOOKED_BACK)
    )
    last = next(((id_, details) for id_, details in removals if details.get("name") == name.strip()), None)
    if (
        last is None
        or last[0] is None
        or not is_id(last[0])
        or "kind" not in last[1]
        or _place(last[1]["kind"]) != _place(kind)
    ):
        return new_id()
    return new_id() if session.get(DataSource, last[0]) is not None else last[0]


def _place(kind: str) -> str:
    """What sources of this kind are read from: `files`, or their kind if it is one of a server."""
    return kind if kind in CONNECTED_KINDS else "files"
