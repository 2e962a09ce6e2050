"""Invitations: an address is asked to join the organisation with a role, by a code that works once.

The code is `bi_` and 43 random characters (256 bits). It is shown once, to be sent by hand; the database has its
SHA-256. Who enters it at sign-in chooses a name and a password, and has the account.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, select
from sqlalchemy.orm import Session, aliased

from benchboard.errors import Conflict, Denied, Invalid, NotFound, check_all
from benchboard.i18n import _
from benchboard.identity import audit, authentication, organisations, passwords, second_factor, sign_in_policy, users
from benchboard.identity.authentication import SignedIn
from benchboard.identity.email_addresses import normalise
from benchboard.identity.permissions import Actor, Client, require
from benchboard.identity.person_names import require_name
from benchboard.identity.second_factor import NewFactor
from benchboard.paging import Listing, Page
from benchboard.storage import clock
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.identity import Invitation, Organisation, Role, User
from benchboard.storage.search_text import contains
from benchboard.storage.short_ids import find_id

InvitationState = Literal["pending", "expired", "accepted"]
STATES: Final[tuple[InvitationState, ...]] = ("pending", "expired", "accepted")
DEFAULT_DAYS: Final = 7
LONGEST_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class InvitationRecord:
    """An invitation without its code. `role` is a system role; `invited_by` the name of who sent it, if there is one
    still."""

    id: str
    email: str
    role: str
    invited_by: str | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    state: InvitationState


@dataclass(frozen=True, slots=True, repr=False)
class NewInvitation:
    """An invitation that was just made or renewed. `code` is its only copy: show it once, and keep it nowhere."""

    record: InvitationRecord
    code: str


_INVITER: Final = aliased(User)
_SORTING: Final = Sorting(
    {"email": Invitation.email, "created_at": Invitation.created_at, "expires_at": Invitation.expires_at},
    Invitation.id,
    default="created_at",
)


def list_invitations(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[InvitationRecord]:
    """The organisation's invitations, the newest first unless sorted otherwise.

    A revoked one is in the audit log alone. Filters: `state` (`STATES`). The search looks in the address.
    """
    require(actor, "users:read")
    query = _invitations(actor)
    listing.require_filters(("state",), "invitations.filter", _("Invitations can't be filtered by “{column}”."))
    if state := listing.filters.get("state"):
        query = query.where(_has_state(str(state)))
    if text := listing.search.strip():
        query = query.where(contains(Invitation.email, text))
    if not listing.sort:
        listing = Listing(listing.search, listing.filters, "created_at", descending=True)
    return page(session, query, _SORTING, listing, after=after, limit=limit, row=_record)


def get_invitation(session: Session, actor: Actor, which: str) -> InvitationRecord:
    """The newest invitation of this address, or the one with this ID or beginning of an ID. Raises `NotFound`."""
    require(actor, "users:read")
    query = _invitations(actor)
    if "@" in which:
        wanted = func.lower(Invitation.email) == which.strip().lower()
        row = session.execute(query.where(wanted).order_by(Invitation.created_at.desc())).first()
    else:
        try:
            found = find_id(session, query, Invitation.id, which)
        except ValueError:
            found = None
        row = session.execute(query.where(Invitation.id == found)).first() if found is not None else None
    if row is None:
        raise _unknown(which)
    return _record(row)


def invite(session: Session, actor: Actor, *, email: str, role: str, days: int = DEFAULT_DAYS) -> NewInvitation:
    """Invite an address to join with a role; the code is in the result alone.

    Raises `Invalid` for what is no address, role or number of days, and `Conflict` for the address of an account
    (`people.taken`) or of a pending invitation (`invitations.pending`).
    """
    require(actor, "users:write")
    check_all(
        lambda: users.require_role(role),
        lambda: users.require_free(session, actor, email),
        lambda: _require_days(days),
    )
    email = email.strip()
    if _pending(session, actor, email) is not None:
        raise Conflict(
            "invitations.pending",
            _("{email} is invited already.").format(email=email),
            do=_("Resend the invitation to get a new code, or revoke it."),
            field="email",
        )
    code, now = _new_code(), clock.now()
    own = Role.organisation_id == actor.organisation_id
    row = Invitation(
        organisation_id=actor.organisation_id,
        email=email,
        role_id=session.scalars(select(Role.id).where(own, Role.slug == role, Role.is_system)).one(),
        token_hash=_hash(code),
        invited_by=actor.user_id,
        expires_at=now + timedelta(days=days),
        created_at=now,
    )
    session.add(row)
    session.flush()
    made = {"email": email, "role": role, "expires": row.expires_at.isoformat()}
    audit.record(
        session, actor, "invitation.create", row.id, name=email, role=role,
        changes={key: [None, value] for key, value in made.items()},
    )  # fmt: skip
    return NewInvitation(get_invitation(session, actor, row.id), code)


def resend(session: Session, actor: Actor, invitation_id: str, *, days: int = DEFAULT_DAYS) -> NewInvitation:
    """Give a pending or expired invitation a new code and a new end; the old code works no more. Raises `NotFound`,
    `Conflict` (`invitations.accepted`) and what `invite` does for an address that has an account by now."""
    require(actor, "users:write")
    _require_days(days)
    row = _get_row(session, actor, invitation_id)
    if row.accepted_at is not None:
        raise Conflict("invitations.accepted", _("{email} has accepted the invitation.").format(email=row.email))
    users.require_free(session, actor, row.email)
    code, before = _new_code(), row.expires_at
    row.token_hash = _hash(code)
    row.expires_at = clock.now() + timedelta(days=days)
    session.flush()
    changes = {"expires": [before.isoformat(), row.expires_at.isoformat()]}
    audit.record(session, actor, "invitation.resend", row.id, name=row.email, changes=changes)
    return NewInvitation(get_invitation(session, actor, row.id), code)


def revoke_invitations(session: Session, actor: Actor, invitation_ids: Sequence[str]) -> int:
    """Take invitations back that weren't accepted: their codes work no more. Returns how many there were."""
    require(actor, "users:write")
    revoked = 0
    for one in dict.fromkeys(invitation_ids):
        row = _get_row(session, actor, one)
        if row.accepted_at is None:
            changes = {"email": [row.email, None]}
            audit.record(session, actor, "invitation.revoke", row.id, name=row.email, changes=changes)
            session.execute(delete(Invitation).where(Invitation.id == row.id))
            revoked += 1
    return revoked


def accept(
    session: Session, *, code: str, name: str, password: str, client: Client, new_factor: NewFactor | None = None
) -> SignedIn:
    """Make the account that a code is for, with a name and a password, and open a session for it.

    Raises `Denied` (`invitations.invalid`) in the same words for an unknown, used, expired or revoked code, and for one
    of an organisation that is suspended; `Invalid` for the name and the password; `Conflict` (`people.taken`) where the
    address has an account by now; and as `second_factor.set_up` does, where one has to be set up.
    """
    check_all(lambda: require_name(name.strip()), lambda: passwords.require_acceptable(password, email=""))
    password_hash = passwords.hash_password(password)  # first, so that every answer takes as long
    found = session.execute(
        select(Invitation, Role.slug, Organisation.status, Organisation.deleted_at)
        .join(Role, and_(Role.id == Invitation.role_id, Role.organisation_id == Invitation.organisation_id))
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.token_hash == _hash(code.strip()))
        .with_for_update(of=Invitation)
    ).first()
    now = datetime.now(UTC)
    if (
        found is None
        or found[0].accepted_at is not None
        or found[0].expires_at <= now
        or found.status in ("suspended", "cancelled")
        or found.deleted_at is not None
    ):
        raise _invalid()
    invitation: Invitation = found[0]
    organisation_id = invitation.organisation_id
    shortest = sign_in_policy.find_policy(session, organisation_id).shortest_password
    passwords.require_acceptable(password, email=invitation.email, shortest=shortest)
    taken = select(User.id).where(
        User.organisation_id == organisation_id, User.email_norm == normalise(invitation.email)
    )
    if session.scalar(taken) is not None:
        raise Conflict(
            "people.taken", _("{email} has an account already.").format(email=invitation.email), do=_("Sign in to it.")
        )
    name = name.strip() or invitation.email.split("@")[0]
    user_id = organisations.create_account(
        session, organisation_id, email=invitation.email, name=name, role=found.slug, password_hash=password_hash
    )
    invitation.accepted_at = now
    session.flush()
    made = {"name": name, "email": invitation.email, "role": found.slug, "status": "active"}
    audit.append(
        session, client, "invitation.accept", invitation.id, organisation_id, user_id, name=invitation.email,
        changes={"status": ["pending", "accepted"]},
    )  # fmt: skip
    audit.append(
        session, client, "user.create", user_id, organisation_id, user_id, role=found.slug,
        changes={key: [None, value] for key, value in made.items()},
    )  # fmt: skip
    user = session.get_one(User, user_id)
    codes = second_factor.set_up(session, user, password=password, new=new_factor, client=client)
    return replace(authentication.open_for(session, user, client), recovery_codes=codes)


def _new_code() -> str:
    return f"bi_{secrets.token_urlsafe(32)}"


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()


def _require_days(days: int) -> None:
    if not 1 <= days <= LONGEST_DAYS:
        what = _("An invitation can be valid for 1 to {days} days.").format(days=LONGEST_DAYS)
        raise Invalid("invitations.days", what, field="days")


def _pending(session: Session, actor: Actor, email: str) -> str | None:
    """The ID of the invitation of this address that can still be accepted."""
    addresses = session.execute(
        select(Invitation.id, Invitation.email).where(
            Invitation.organisation_id == actor.organisation_id, _has_state("pending")
        )
    )
    wanted = normalise(email)
    return next((one.id for one in addresses if normalise(one.email) == wanted), None)


def _invitations(actor: Actor) -> Select[*tuple[Any, ...]]:
    columns = (
        Invitation.id, Invitation.email, Role.slug, _INVITER.name.label("invited_by"), Invitation.created_at,
        Invitation.expires_at, Invitation.accepted_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Role, and_(Role.id == Invitation.role_id, Role.organisation_id == Invitation.organisation_id))
        .outerjoin(
            _INVITER,
            and_(_INVITER.id == Invitation.invited_by, _INVITER.organisation_id == Invitation.organisation_id),
        )
        .where(Invitation.organisation_id == actor.organisation_id)
    )


def _get_row(session: Session, actor: Actor, invitation_id: str) -> Invitation:
    """The row of an invitation of the organisation, locked. Raises `NotFound`."""
    try:
        wanted = str(UUID(invitation_id))
    except ValueError:
        raise _unknown(invitation_id) from None
    row = session.scalars(
        select(Invitation)
        .where(Invitation.id == wanted, Invitation.organisation_id == actor.organisation_id)
        .with_for_update()
    ).first()
    if row is None:
        raise _unknown(invitation_id)
    return row


def _has_state(state: str) -> ColumnElement[bool]:
    if state not in STATES:
        what = _("The state must be one of: {names}.").format(names=", ".join(STATES))
        raise Invalid("invitations.filter", what, field="state")
    if state == "accepted":
        return Invitation.accepted_at.is_not(None)
    lasts = Invitation.expires_at > datetime.now(UTC)
    return and_(Invitation.accepted_at.is_(None), lasts if state == "pending" else ~lasts)


def _record(row: Any) -> InvitationRecord:
    state: InvitationState = "accepted"
    if row.accepted_at is None:
        state = "pending" if row.expires_at > datetime.now(UTC) else "expired"
    return InvitationRecord(
        id=row.id,
        email=row.email,
        role=row.slug,
        invited_by=row.invited_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        accepted_at=row.accepted_at,
        state=state,
    )


def state_title(state: InvitationState) -> str:
    """The state of an invitation."""
    return {"pending": _("Pending"), "expired": _("Expired"), "accepted": _("Accepted")}[state]


def _unknown(which: str) -> NotFound:
    return NotFound(
        "invitations.unknown",
        _("There's no invitation “{which}”.").format(which=which[:60]),
        do=_("Choose one listed by “benchboard invitation list”."),
    )


def _invalid() -> Denied:
    return Denied(
        "invitations.invalid",
        _("This invitation code can't be used."),
        why=_("It may be mistyped, used, expired or revoked, or of another server."),
        do=_("Ask the admin who invited you for a new one."),
        field="invitation",
    )
