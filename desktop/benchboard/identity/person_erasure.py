"""Erasing a person: what is held about them goes, except for the organisation's work and what names them by ID alone.

The account stays as a row without a name or an address, so that dashboards and the audit log, whose entries can't be
changed, go on naming somebody. It can't be undone; `report` says before what goes, what stays, and why.
"""

from dataclasses import dataclass, replace

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from benchboard.errors import Conflict
from benchboard.i18n import _
from benchboard.identity import audit, person_deletion, person_records, users
from benchboard.identity.permissions import Actor, require
from benchboard.identity.person_records import RecordKind
from benchboard.storage import guard
from benchboard.storage.models.analytics import Report
from benchboard.storage.models.identity import AuditLog, User
from benchboard.storage.models.merchants import MerchantDashboard


@dataclass(frozen=True, slots=True)
class RecordCount:
    """How many records of a kind there are."""

    kind: RecordKind
    count: int


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """Whom it is about; the records that go, those that stay, and how many entries of the audit log stay."""

    user_id: str
    name: str
    email: str
    goes: tuple[RecordCount, ...]
    stays: tuple[RecordCount, ...]
    audit_entries: int

    @property
    def owns_work(self) -> bool:
        """Whether the organisation's work stays, which could be handed over first."""
        return any(one.kind.why_kept == "work" for one in self.stays)

    def agrees_with(self, other: "ErasureReport") -> bool:
        """Whether another says the same goes and stays. How many audit entries there are doesn't matter: each act of
        the person adds one."""
        return replace(self, audit_entries=0) == replace(other, audit_entries=0)


def report(session: Session, actor: Actor, user_id: str) -> ErasureReport:
    """What erasing one of the organisation's people would do now. Raises as `erase` does, but changes nothing."""
    require(actor, "users:erase")
    user = session.get_one(User, users.get_person(session, actor, user_id, or_deleted=True).id)
    _require_erasable(session, actor, user, lock=False)
    return _report(session, user)


def erase(session: Session, actor: Actor, user_id: str, *, seen: ErasureReport | None = None) -> ErasureReport:
    """Erase one of the organisation's people, whose account is deleted first; returns what was done.

    `seen` is the report that was read before it was confirmed. Raises `NotFound` for who isn't there; `Conflict` for
    who is erased already (`people.erased`), where other records go or stay than was seen, or the person is called
    something else (`people.erasure-changed`), and as `person_deletion.delete_people` does for oneself, the owner and
    the last admin.
    """
    require(actor, "users:erase")
    found = users.get_person(session, actor, user_id, or_deleted=True)
    (user,) = users.locked_people(session, actor, [found.id], deleted=found.state == users.DELETED)
    _require_erasable(session, actor, user)
    done, status = _report(session, user), user.status
    if seen is not None and not seen.agrees_with(done):
        raise Conflict(
            "people.erasure-changed",
            _("{name} wasn't erased.").format(name=done.name),
            why=_("What goes and what stays has changed in the meantime."),
            do=_("Read it again, then erase them."),
        )
    if user.deleted_at is None:
        person_deletion.delete_people(session, actor, [user.id])
    for kind in person_records.KINDS:
        if not kind.why_kept:
            session.execute(delete(person_records.table_of(kind)).where(person_records.condition(kind, user)))
    _take_address_out(session, user)
    user.email = user.email_norm = users.erased_address(user.id)
    user.name = _("Erased person")
    user.department = user.phone = user.timezone = user.locale = user.external_id = user.os_user = None
    user.last_login_at = None
    session.flush()
    guard.clear_password(session, user.id)
    counts = {one.kind.name: one.count for one in done.goes}
    # By it `access_history` knows that erasing left the status as it was.
    told = {"count": sum(counts.values()), "records": counts, "status_before": status}
    audit.record(session, actor, "user.erase", user.id, **told)
    return done


def why_kept_title(kind: RecordKind) -> str:
    """Why records of a kind stay, as a sentence."""
    return {
        "work": _("They are the organisation's work; hand them over to give them another owner."),
        "named": _("They name the person by ID alone."),
        "": "",
    }[kind.why_kept]


def audit_title() -> str:
    """Why entries of the audit log stay, as a sentence."""
    return _(
        "Entries of the audit log can't be changed. They name the person by ID; those that added the account, renamed "
        "it or changed its address have the name and the address of then."
    )


def _take_address_out(session: Session, user: User) -> None:
    """Take the person's address out of the organisation's work that stays: shops, and reports that are sent to it."""
    shops = MerchantDashboard.organisation_id == user.organisation_id
    own = person_records.has_address(MerchantDashboard.owner_email.expression, user)
    session.execute(update(MerchantDashboard).where(shops, own).values(owner_email=None))
    spellings = person_records.own_spellings(user)
    for report in session.scalars(select(Report).where(Report.organisation_id == user.organisation_id)):
        kept = [one for one in report.recipients if str(one).lower() not in spellings]
        if kept != report.recipients:
            report.recipients = kept


def _require_erasable(session: Session, actor: Actor, user: User, *, lock: bool = True) -> None:
    if users.is_erased(user.id, user.email):
        raise Conflict("people.erased", _("This person is erased already."))
    if user.deleted_at is None:
        person_deletion.require_deletable(session, actor, [user], lock=lock)


def _report(session: Session, user: User) -> ErasureReport:
    counts = []
    for kind in person_records.KINDS:
        table = person_records.table_of(kind)
        query = select(func.count()).select_from(table).where(person_records.condition(kind, user))
        counts.append(RecordCount(kind, session.scalar(query) or 0))
    log = select(func.count()).select_from(AuditLog).where(audit.concerns(user.id, user.organisation_id))
    found = [one for one in counts if one.count]
    return ErasureReport(
        user.id,
        user.name,
        user.email,
        tuple(one for one in found if not one.kind.why_kept),
        tuple(one for one in found if one.kind.why_kept),
        session.scalar(log) or 0,
    )
