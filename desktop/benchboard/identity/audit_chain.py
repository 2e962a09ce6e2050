"""An audit entry among its neighbours: the entries sealed before and after it, and whether its seal fits."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from benchboard.identity import audit
from benchboard.identity.audit import AuditEntry
from benchboard.identity.permissions import Actor, require
from benchboard.paging import Listing
from benchboard.storage import audit_seals


@dataclass(frozen=True, slots=True)
class ChainLink:
    """The `number`-th seal of the organisation, in hex; `entry` is None if the entry that it was given is gone."""

    number: int
    seal: str
    entry: AuditEntry | None


@dataclass(frozen=True, slots=True)
class AuditChain:
    """`fits`: whether the seal is what the one before it and the entry's content, as they are now, give. This says
    nothing of the entries before those: a verification does.
    """

    previous: ChainLink | None
    current: ChainLink
    following: ChainLink | None
    fits: bool


def find_chain(session: Session, actor: Actor, place: int) -> AuditChain | None:
    """The `place`-th sealed entry with its neighbours; None if there is no seal of it."""
    require(actor, "audit:read")
    around = audit_seals.walk(session.connection(), actor.organisation_id, after=max(place - 2, 0), limit=3)
    found = {one.seq: one for one in around}
    if (current := found.get(place)) is None:
        return None
    before = found.get(place - 1)
    chained_to = audit_seals.first_seal(actor.organisation_id) if place == 1 else before.seal if before else None
    fits = (
        chained_to is not None
        and current.entry is not None
        and audit_seals.next_seal(chained_to, place, current.entry) == current.seal
    )
    links = {number: _link(session, actor, one) for number, one in found.items()}
    return AuditChain(links.get(place - 1), links[place], links.get(place + 1), fits)


def _link(session: Session, actor: Actor, sealed: audit_seals.SealedEntry) -> ChainLink:
    rows = audit.list_entries(session, actor, Listing(filters={"id": sealed.audit_id}), limit=1).rows
    return ChainLink(sealed.seq, sealed.seal.hex(), rows[0] if rows else None)
