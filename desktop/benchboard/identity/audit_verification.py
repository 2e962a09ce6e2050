"""Verifies the seals of an organisation's audit log, and names the first entry that isn't as it was sealed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, ngettext, number
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, computer_title, require
from benchboard.storage import audit_seals
from benchboard.storage.models.identity import AuditLog, AuditSeal, User

FaultKind = Literal["changed", "missing", "seal-missing", "unsealed", "rewritten", "shortened"]
_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class KnownSeal:
    """A seal that this computer saw at a time: the last one of a verification, or the last one it saw at all."""

    number: int
    """Which entry it is of."""
    seal: bytes
    at: datetime
    verified: bool = True


@dataclass(frozen=True, slots=True)
class LogAcceptance:
    """That the log was taken as it is, as an entry of it says: by whom, on which computer, and why."""

    at: datetime
    who: str
    computer: str
    reason: str


@dataclass(frozen=True, slots=True)
class AuditFault:
    """The first entry that isn't as it was sealed. `number` counts the organisation's entries in the order in which
    they were sealed; an `unsealed` one has none. `entry_id` is the entry itself; of one that is gone, the entry before
    it, if there is one.
    """

    kind: FaultKind
    number: int | None
    entry_id: str | None
    count: int = 1
    """How many entries are missing at the end, or have no seal."""
    known: KnownSeal | None = None
    """What this computer saw there before."""
    acceptance: LogAcceptance | None = None
    """The last time since then that the log was accepted on any computer, if its entries say so."""

    @property
    def is_itself(self) -> bool:
        """Whether `entry_id` is the entry that isn't as it was sealed."""
        return self.kind in ("changed", "unsealed", "rewritten")


@dataclass(frozen=True, slots=True)
class AuditVerification:
    """`entries` were found as they were sealed, the last of them with `seal`; `fault` is what follows, if anything.
    `seen` is the last of what this computer saw before that they fit: whether any are missing after it isn't known.
    """

    entries: int
    seal: bytes | None
    fault: AuditFault | None = None
    seen: KnownSeal | None = None


def count_sealed_after(session: Session, actor: Actor, known: KnownSeal) -> int | None:
    """How many entries were sealed after one that is known; None if that one's seal is there no more."""
    require(actor, "audit:read")
    own = AuditSeal.organisation_id == actor.organisation_id
    seal = session.scalar(select(AuditSeal.hash).where(own, AuditSeal.seq == known.number))
    if seal is None or bytes(seal) != known.seal:
        return None
    return (session.scalar(_last_number(actor)) or 0) - known.number


def seal_gone(session: Session, actor: Actor, known: Sequence[KnownSeal]) -> KnownSeal | None:
    """The first of what this computer saw before that isn't there any more; None if the log still has all of it."""
    require(actor, "audit:read")
    return next((one for one in known if count_sealed_after(session, actor, one) is None), None)


def see_last(session: Session, actor: Actor, seen: audit_seals.SeenSeals) -> None:
    """Remember the organisation's last seal as seen, unless the one seen before isn't there any more."""
    require(actor, "audit:read")
    organisation_id = actor.organisation_id
    if found := audit_seals.last_seal(session.connection(), organisation_id, seen.find(organisation_id)):
        seen.remember(organisation_id, *found)


LONGEST_REASON: Final = 500
"""How many characters the reason for accepting a log can have."""


def require_reason(reason: str) -> str:
    """The reason for accepting a log, trimmed. Raises `Invalid` (`audit.reason`) for none and one that is too long."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Invalid(
            "audit.reason",
            _("Say why the audit log is accepted."),
            why=_("The reason can have up to {count} characters, on one line.").format(count=LONGEST_REASON),
            do=_("Name the backup, for example: restored the backup of Monday."),
            field="reason",
        )
    return reason


def record_accepted(session: Session, actor: Actor, fault: AuditFault, entries: int, reason: str) -> None:
    """Record that the audit log is taken as it is from now on, although `fault` tells that this computer saw another
    one: `entries` were verified in it. Raises as `require_reason` does.
    """
    require(actor, "audit:read")
    before = fault.known.number if fault.known is not None else None
    reason = require_reason(reason)
    audit.record(session, actor, "audit.accept", None, stated_reason=reason, changes={"entries": [before, entries]})


def find_sealed(session: Session, actor: Actor, seal: bytes) -> int | None:
    """The number of the entry with this seal; None if there is none."""
    require(actor, "audit:read")
    own = AuditSeal.organisation_id == actor.organisation_id
    return session.scalar(select(AuditSeal.seq).where(own, AuditSeal.hash == seal))


def verify(
    session: Session,
    actor: Actor,
    *,
    known: Sequence[KnownSeal] = (),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> AuditVerification:
    """Compute every seal again from the entries as they are now, the oldest first, until one doesn't fit.

    Nothing is kept: the whole log is read. `known` is what this computer saw before: it tells whether a log whose seals
    fit was sealed anew, or shortened, since; one that was sealed anew is as it was only up to what it still fits of
    that. `progress` is called with how many entries are done and how many there are; what it raises ends the
    verification.
    """
    require(actor, "audit:read")
    found = _verify(session, actor, known, progress)
    if found.fault is None or found.fault.known is None:
        return found
    return replace(found, fault=replace(found.fault, acceptance=_accepted_since(session, actor, found.fault.known.at)))


def _accepted_since(session: Session, actor: Actor, at: datetime) -> LogAcceptance | None:
    """The last entry after a time that says that the log was accepted."""
    query = (
        select(AuditLog.created_at, AuditLog.user_agent, AuditLog.details, User.name)
        .outerjoin(User, (User.id == AuditLog.user_id) & (User.organisation_id == AuditLog.organisation_id))
        .where(
            AuditLog.organisation_id == actor.organisation_id,
            AuditLog.event_type == "audit.accept",
            AuditLog.created_at > at,
        )
        .order_by(AuditLog.created_at.desc(), AuditLog.id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    reason = row.details.get("stated_reason")
    return LogAcceptance(
        row.created_at, row.name or "", computer_title(row.user_agent or ""), reason if isinstance(reason, str) else ""
    )


def _verify(
    session: Session, actor: Actor, known: Sequence[KnownSeal], progress: Callable[[int, int], None]
) -> AuditVerification:
    connection, organisation_id = session.connection(), actor.organisation_id
    total = session.scalar(_last_number(actor)) or 0
    done, seal, before = 0, audit_seals.first_seal(organisation_id), None
    seen: KnownSeal | None = None
    while True:
        progress(done, total)
        found = list(audit_seals.walk(connection, organisation_id, after=done, limit=_AT_ONCE))
        for one in found:
            fault = _fault(one, done + 1, seal, before, known)
            if fault is not None and fault.kind == "rewritten":
                return AuditVerification(seen.number if seen else 0, seen.seal if seen else None, fault, seen)
            if fault is not None:
                return AuditVerification(done, seal if done else None, fault, seen)
            done, seal, before = one.seq, one.seal, one.audit_id
            seen = next((each for each in known if each.number == done), seen)
        if len(found) < _AT_ONCE:
            break
    last = seal if done else None
    latest = max(known, key=lambda one: one.number, default=None)
    if latest is not None and latest.number > done:
        gone = AuditFault("shortened", done + 1, before, latest.number - done, latest)
        return AuditVerification(done, last, gone, seen)
    return AuditVerification(done, last, _unsealed(session, actor, done), seen)


def _last_number(actor: Actor) -> Select[int | None]:
    return select(func.max(AuditSeal.seq)).where(AuditSeal.organisation_id == actor.organisation_id)


def _fault(
    one: audit_seals.SealedEntry, expected: int, previous: bytes, before: str | None, known: Sequence[KnownSeal]
) -> AuditFault | None:
    if one.seq != expected:
        return AuditFault("seal-missing", expected, before)
    if one.entry is None:
        return AuditFault("missing", expected, before)
    if audit_seals.next_seal(previous, expected, one.entry) != one.seal:
        return AuditFault("changed", expected, one.audit_id)
    other = next((seal for seal in known if seal.number == expected and seal.seal != one.seal), None)
    return AuditFault("rewritten", expected, one.audit_id, known=other) if other is not None else None


def _unsealed(session: Session, actor: Actor, sealed: int) -> AuditFault | None:
    """The oldest entry without a seal. Every seal was found to be of an entry of its own, so counting tells."""
    own = AuditLog.organisation_id == actor.organisation_id
    count = (session.scalar(select(func.count()).select_from(AuditLog).where(own)) or 0) - sealed
    if count <= 0:
        return None
    without = ~exists().where(AuditSeal.audit_id == AuditLog.id, AuditSeal.organisation_id == AuditLog.organisation_id)
    query = select(AuditLog.id).where(own, without).order_by(AuditLog.created_at, AuditLog.id).limit(1)
    return AuditFault("unsealed", None, session.scalar(query), count)


def fault_title(fault: AuditFault) -> str:
    """What is wrong with the audit log, in a sentence."""
    count, at = number(fault.count), number(fault.number or 0)
    if fault.kind == "unsealed":
        return ngettext(
            "{count} entry of the audit log has no seal.", "{count} entries of the audit log have no seal.", fault.count
        ).format(count=count)
    if fault.kind == "shortened":
        return ngettext(
            "{count} entry is missing at the end of the audit log.",
            "{count} entries are missing at the end of the audit log.",
            fault.count,
        ).format(count=count)
    return {
        "changed": _("Entry {number} of the audit log was changed."),
        "missing": _("Entry {number} of the audit log was deleted."),
        "seal-missing": _("The seal of entry {number} of the audit log was deleted."),
        "rewritten": _("The audit log was rewritten: entry {number}, or one before it, isn't what it was."),
    }[fault.kind].format(number=at)


def fault_reason(fault: AuditFault) -> str:
    """What that was seen by, in a sentence."""
    if fault.known is not None:
        saw = (
            _("It was verified up to entry {number} on this computer before, and no longer fits.")
            if fault.known.verified
            else _("This computer saw its entry {number} before, and what is there now doesn't fit.")
        )
        restored = _("A database that was restored from an older backup doesn't fit either.")
        if fault.acceptance is not None:
            restored = f"{restored} {_acceptance_text(fault.acceptance)}"
        return f"{saw.format(number=number(fault.known.number))} {restored}"
    return {
        "changed": _("It doesn't fit its seal: the entry or its seal isn't what Benchboard wrote."),
        "missing": _("Its seal is there, but the entry isn't."),
        "seal-missing": _("The seals after it are there."),
        "unsealed": _("Benchboard seals every entry that it writes: another program added it."),
    }.get(fault.kind, "")


def _acceptance_text(accepted: LogAcceptance) -> str:
    """What an entry says of an acceptance, as its words: who rewrites a log can write them, too."""
    told = _("An entry says that {who} accepted the log on {computer}, {time}: “{reason}”. Ask them whether they did.")
    if not accepted.reason:
        told = _("An entry says that {who} accepted the log on {computer}, {time}. Ask them whether they did.")
    return told.format(
        who=accepted.who or _("someone"),
        computer=accepted.computer or _("another computer"),
        time=accepted.at.astimezone().strftime("%Y-%m-%d %H:%M"),
        reason=accepted.reason,
    )


def fault_error(fault: AuditFault) -> AppError:
    """The error of a verification that found a fault."""
    entry = _("The entry's ID is {id}.") if fault.is_itself else (
        _("The ID of the entry before it is {id}.")
    )  # fmt: skip
    return AppError(
        "audit.fault",
        fault_title(fault),
        why=fault_reason(fault),
        do=entry.format(id=fault.entry_id) if fault.entry_id is not None else "",
        fault=fault,
    )
