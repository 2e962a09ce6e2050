"""Writes off dongles that are gone for good, without an answer from them, and undoes that."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.dongles import tokens
from benchboard.dongles.fleet import record_event, unknown_dongle
from benchboard.dongles.titles import default_title
from benchboard.errors import Conflict
from benchboard.i18n import _
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.dongles import Dongle
from benchboard.storage.models.identity import AuditLog

_IN_IT: Final = ("CLAIM_PENDING", "CLAIMED_ACTIVE", "TRANSFER_PENDING", "LOST")
"""The ownership states of a dongle that the organisation counts as its own."""
_NO_STANDING: Final = ("dongle.rename", "dongle.configure", "dongle.read-config", "dongle.hand-over")
"""The events that leave whose a dongle is as it was."""


@dataclass(frozen=True, slots=True)
class WriteOff:
    """A write-off that was done: of which dongle (row id), what its row had before, and the entry that records it."""

    dongle_id: str
    ownership_state: str
    claim_id: str | None
    entry_id: str


def write_off(session: Session, actor: Actor, dongle_id: str) -> WriteOff | None:
    """Take a dongle that is gone for good out of the organisation's without an answer from it; returns None, and
    changes nothing, if it wasn't in it.

    The row becomes REVOKED. Its token stays, as the dongle may hold it still: if it turns up again, it is paired as
    before (`provisioning.reconcile`), and `provisioning.release` can end that. Raises `Denied`, `NotFound`.
    """
    require(actor, "dongles:pair")
    row = _row(session, actor, dongle_id)
    if row.ownership_state not in _IN_IT:
        return None
    state, claim_id = row.ownership_state, row.claim_id
    row.ownership_state = "REVOKED"
    if tokens.token_row(session, row) is None:
        row.claim_id = None
    session.flush()
    record_event(session, actor, "dongle.write-off", row, reason="no answer")
    return WriteOff(row.id, state, claim_id, _last_entry(session, row))


def undo_write_off(session: Session, actor: Actor, done: WriteOff) -> None:
    """Count a dongle as the organisation's again, in the state that it had before it was written off.

    Raises `Denied`, `NotFound`, and `Conflict` (`dongles.standing-changed`) if somebody else, or the dongle itself, has
    changed since whose it is.
    """
    require(actor, "dongles:pair")
    row = _row(session, actor, done.dongle_id)
    if row.ownership_state != "REVOKED" or _last_entry(session, row) != done.entry_id:
        name = row.name or default_title(row.device_id)
        raise Conflict(
            "dongles.standing-changed",
            _("The write-off of {name} can't be undone.").format(name=name),
            why=_("It was found, paired or written off again since.")
            if row.ownership_state in ("CLAIM_PENDING", "CLAIMED_ACTIVE", "REVOKED")
            else _("It was changed since."),
            do=_("Its status says what it is now."),
        )
    row.ownership_state, row.claim_id = done.ownership_state, done.claim_id
    session.flush()
    record_event(session, actor, "dongle.restore", row)


def _row(session: Session, actor: Actor, dongle_id: str) -> Dongle:
    row = session.scalars(
        select(Dongle).where(Dongle.organisation_id == actor.organisation_id, Dongle.id == dongle_id)
    ).one_or_none()
    if row is None:
        raise unknown_dongle()
    return row


def _last_entry(session: Session, row: Dongle) -> str:
    """The last entry of the audit log about whose this dongle is."""
    query = (
        select(AuditLog.id)
        .where(AuditLog.organisation_id == row.organisation_id, AuditLog.resource_type == "dongle")
        .where(AuditLog.resource_id == row.id, AuditLog.event_type.not_in(_NO_STANDING))
        .order_by(AuditLog.created_at.desc(), AuditLog.id.desc())
        .limit(1)
    )
    return session.scalar(query) or ""
