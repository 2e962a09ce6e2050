"""Sessions of an organisation's people: the active ones, those that ended, and revoking them.

Opening, resuming and extending a session is in `authentication`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity import audit, sign_in_policy
from benchboard.identity.permissions import Actor, has_permission, require
from benchboard.paging import Listing, Page
from benchboard.storage import guard
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.identity import SessionHistory, SignInSession, User
from benchboard.storage.search_text import contains
from benchboard.storage.short_ids import find_id

REMEMBERED: Final = timedelta(days=90)
"""How long an ended session stays searchable."""
REVOKED_WITHIN_S: Final = 5
"""A revoked session's windows sign out within so many seconds; they poll more often (`ui.session_watch`)."""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session, active (`ended_at` None) or ended within `REMEMBERED`. `mine` marks the one that asks."""

    id: str
    user_id: str
    person: str
    email: str
    host_name: str
    program: str
    ip_address: str | None
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    mine: bool


_SESSIONS = Sorting(
    {
        "last_used_at": SignInSession.last_used_at,
        "started_at": SignInSession.created_at,
        "person": User.name,
        "host_name": SignInSession.host_name,
    },
    SignInSession.id,
    default="last_used_at",
)
_ENDED = Sorting({"ended_at": SessionHistory.ended_at, "person": User.name}, SessionHistory.id, default="ended_at")


def list_sessions(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[SessionRecord]:
    """Sessions active now, last used first unless sorted otherwise; with the filter `ended`, those that ended lately
    (`REMEMBERED`).

    Filters: `user_id`, `ended` (true). The search looks in the person's name and address and in the host's name.
    """
    require(actor, "sessions:read")
    ended = bool(listing.filters.get("ended", False))
    table: Any = SessionHistory if ended else SignInSession
    by_person = listing.sort == "person"
    query = (
        select(table, User.name, User.email)
        # Every session has its person. But from an inner join SQLite would begin with people, and sort all sessions.
        .join(User, (User.id == table.user_id) & (User.organisation_id == table.organisation_id), isouter=not by_person)
        .where(table.organisation_id == actor.organisation_id)
    )
    if not ended:
        query = query.where(SignInSession.expires_at > datetime.now(UTC))
    else:
        query = query.where(SessionHistory.ended_at > datetime.now(UTC) - REMEMBERED)
    sentence = _("Sessions can't be filtered by “{column}”.")
    listing.require_filters(("user_id", "ended"), "sessions.filter", sentence)
    if user_id := listing.filters.get("user_id"):
        query = query.where(table.user_id == str(user_id))
    if text := listing.search.strip():
        named = guard.people_named(actor.organisation_id, text)
        query = query.where(table.user_id.in_(named) | contains(table.host_name, text))
    if not listing.sort:
        listing = Listing(listing.search, listing.filters, "ended_at" if ended else "last_used_at", descending=True)
    sorting = _ENDED if ended else _SESSIONS
    return page(
        session, query, sorting, listing, after=after, limit=limit, row=lambda row: _session(row, actor.session_id)
    )


def find_open(session: Session, actor: Actor, text: str) -> str | None:
    """The ID of the active session with this ID or beginning of an ID; None if there is none.

    Raises `Invalid` if it isn't a beginning of an ID, and `Conflict` if several sessions match.
    """
    require(actor, "sessions:revoke")
    own = select(SignInSession.id).where(
        SignInSession.organisation_id == actor.organisation_id, SignInSession.expires_at > datetime.now(UTC)
    )
    try:
        return find_id(session, own, SignInSession.id, text)
    except ValueError as error:
        raise Invalid(
            "sessions.id",
            _("“{text}” isn't a session ID.").format(text=text[:80]),
            do=_("Copy one from “benchboard session list”."),
            field="ids",
        ) from error


def people_of(session: Session, actor: Actor, session_ids: Sequence[str]) -> tuple[str, ...]:
    """The names of the people whose active sessions these are, each once, in alphabetical order."""
    require(actor, "sessions:revoke")
    names = (
        select(User.name)
        .where(
            User.id.in_(
                select(SignInSession.user_id).where(
                    SignInSession.id.in_(list(session_ids)), SignInSession.organisation_id == actor.organisation_id
                )
            )
        )
        .order_by(User.name, User.id)
    )
    return tuple(session.scalars(names))


def revoke_sessions(session: Session, actor: Actor, session_ids: Sequence[str]) -> int:
    """End the sessions named; their desktops sign out within `REVOKED_WITHIN_S`. Returns how many were still active."""
    require(actor, "sessions:revoke")
    rows = session.execute(
        select(SignInSession.id, SignInSession.user_id).where(
            SignInSession.id.in_(list(session_ids)),
            SignInSession.organisation_id == actor.organisation_id,
            SignInSession.expires_at > datetime.now(UTC),
        )
    ).all()
    return _end(session, actor, [(row.id, row.user_id) for row in rows])


def end_all(session: Session, actor: Actor, users: Sequence[User], *, reason: str = "revoked") -> int:
    """End these people's sessions but the one that asks, recorded one by one. Returns how many there were. `reason` as
    in `guard.end_sessions`.

    Whoever may revoke sessions may do so, and whoever may disable people.
    """
    if not has_permission(actor, "sessions:revoke"):
        require(actor, "users:write")
    rows = session.execute(
        select(SignInSession.id, SignInSession.user_id).where(
            SignInSession.user_id.in_([user.id for user in users]),
            SignInSession.organisation_id == actor.organisation_id,
        )
    ).all()
    return _end(session, actor, [(row.id, row.user_id) for row in rows if row.id != actor.session_id], reason)


def end_without_two_step(session: Session, actor: Actor) -> int:
    """End the sessions of the people of whom two-step sign-in is required and who haven't set it up, which they then do
    as they sign in again; recorded one by one. Returns how many there were."""
    require(actor, "sessions:revoke")
    rows = session.execute(
        select(SignInSession.id, SignInSession.user_id)
        .join(User, User.id == SignInSession.user_id)
        .where(
            SignInSession.organisation_id == actor.organisation_id,
            SignInSession.expires_at > datetime.now(UTC),
            sign_in_policy.needs_two_step(),
        )
    ).all()
    return _end(session, actor, [(row.id, row.user_id) for row in rows if row.id != actor.session_id])


def end_own_others(session: Session, actor: Actor) -> int:
    """End the actor's sessions but the one that asks, recorded one by one. Returns how many there were."""
    others = select(SignInSession.id).where(SignInSession.user_id == actor.user_id)
    ids = session.scalars(others).all()
    return _end(session, actor, [(one, actor.user_id) for one in ids if one != actor.session_id])


def _end(session: Session, actor: Actor, ended: list[tuple[str, str]], reason: str = "revoked") -> int:
    for session_id, user_id in ended:
        changes = {"status": ["active", reason]}
        audit.record(session, actor, "session.revoke", session_id, user_id=user_id, changes=changes)
    return guard.end_sessions(
        session, [one for one, _user in ended], reason=reason, ended_by=actor.user_id, now=datetime.now(UTC)
    )


def idle_hours() -> int:
    """After how many hours without use a session ends."""
    return guard.IDLE_LIFETIME // timedelta(hours=1)


def _session(row: Any, mine: str | None) -> SessionRecord:
    one = row[0]
    return SessionRecord(
        id=one.id,
        user_id=one.user_id,
        person=row[1],
        email=row[2],
        host_name=one.host_name or "",
        program=one.user_agent or "",
        ip_address=one.ip_address,
        started_at=one.created_at,
        last_used_at=one.last_used_at or one.created_at,
        expires_at=getattr(one, "expires_at", None),
        ended_at=getattr(one, "ended_at", None),
        end_reason=getattr(one, "end_reason", None),
        mine=one.id == mine,
    )
