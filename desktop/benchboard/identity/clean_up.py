"""Clearing what has expired: sessions, tokens, the tokens of accounts, and invitations.

It works in batches, each in a transaction of its own, so that nobody waits long for a lock, and two programs can do it
at once. One entry of the audit log says how much was cleared; nothing is recorded if there was nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from benchboard.i18n import _, ngettext, number
from benchboard.identity import audit
from benchboard.identity.permissions import Actor, require
from benchboard.storage import change_tracking, clock, guard
from benchboard.storage.engine import Transactions
from benchboard.storage.models.credentials import AuthorizationCode, RefreshToken, Token
from benchboard.storage.models.identity import (
    EmailVerificationToken,
    Invitation,
    Organisation,
    PasswordResetToken,
    SignInSession,
)

TOKENS_KEPT: Final = timedelta(days=90)
"""For so long after they expired, tokens stay, so that a replayed one is recognised."""
EVERY: Final = timedelta(days=1)
BATCH: Final = 500
"""Rows that one transaction clears."""
_TABLES: Final[tuple[tuple[str, Any], ...]] = (
    *(("tokens", table) for table in (Token, RefreshToken, AuthorizationCode)),
    *(("account_tokens", table) for table in (EmailVerificationToken, PasswordResetToken)),
    ("invitations", Invitation),
)
"""Kind → what rows are deleted from."""
_LAST: Final = "last_clean_up"
"""The key in `organisations.metadata` of when it was last done."""


@dataclass(frozen=True, slots=True)
class CleanUpCounts:
    """How many of each kind."""

    sessions: int = 0
    tokens: int = 0
    account_tokens: int = 0
    invitations: int = 0

    @property
    def total(self) -> int:
        """Of all kinds."""
        return sum(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True)
class CleanUpState:
    """What could be cleared now, and when it was last done (None: never)."""

    due: CleanUpCounts
    last: datetime | None


def get_state(session: Session, actor: Actor) -> CleanUpState:
    """What could be cleared in the actor's organisation now."""
    require(actor, "organisations:read")
    now = _now(session)
    counts = {"sessions": _count(session, SignInSession, actor, SignInSession.expires_at <= now)}
    for kind, table in _TABLES:
        counts[kind] = counts.get(kind, 0) + _count(session, table, actor, _is_due(table, now))
    return CleanUpState(CleanUpCounts(**counts), _last(session, actor))


def is_due(session: Session, actor: Actor) -> bool:
    """Whether it wasn't done for `EVERY`; also if it was done in the future, by a computer whose clock was ahead."""
    require(actor, "organisations:read")
    last, now = _last(session, actor), clock.now()
    return last is None or not now - EVERY < last <= now


def clean_up(
    database: Transactions, actor: Actor, progress: Callable[[int], object] = lambda _cleared: None
) -> CleanUpCounts:
    """Clear what has expired in the actor's organisation; returns how much that was. `progress` is called with the
    count so far after each batch; what it raises ends it, and what was cleared until then is recorded.
    """
    require(actor, "organisations:upkeep")
    counts: dict[str, int] = {}
    try:
        for kind, clear in _batches(actor):
            while True:
                with database.change() as session:
                    cleared = clear(session)
                counts[kind] = counts.get(kind, 0) + cleared
                progress(sum(counts.values()))
                if cleared < BATCH:
                    break
    finally:
        with database.change() as session:
            _record(session, actor, CleanUpCounts(**counts))
    return CleanUpCounts(**counts)


def counts_text(counts: CleanUpCounts) -> str:
    """The counts in words, such as “3 sessions, 1 token”; empty for none."""
    titles = (
        (counts.sessions, ngettext("{count} session", "{count} sessions", counts.sessions)),
        (counts.tokens, ngettext("{count} token", "{count} tokens", counts.tokens)),
        (counts.account_tokens, ngettext("{count} code of an account", "{count} codes of accounts",
                                         counts.account_tokens)),
        (counts.invitations, ngettext("{count} invitation", "{count} invitations", counts.invitations)),
    )  # fmt: skip
    return ", ".join(text.format(count=number(count)) for count, text in titles if count)


def kind_titles() -> dict[str, str]:
    """The titles of the counts, by their names."""
    return {
        "sessions": _("Sessions"),
        "tokens": _("Tokens"),
        "account_tokens": _("Codes of accounts"),
        "invitations": _("Invitations"),
    }


def rules_sentence() -> str:
    """What is cleared."""
    return _(
        "Expired sessions, tokens that expired more than {days} days ago, codes of accounts that were used or expired, "
        "and expired invitations."
    ).format(days=TOKENS_KEPT.days)


def _batches(actor: Actor) -> Iterator[tuple[str, Callable[[Session], int]]]:
    def expire(session: Session) -> int:
        change_tracking.unaudited(session, "sessions", "dashboard_presence")
        return guard.expire_sessions(session, actor.organisation_id, now=_now(session))

    yield "sessions", expire
    for kind, table in _TABLES:
        yield kind, _deletion(table, actor)


def _deletion(table: Any, actor: Actor) -> Callable[[Session], int]:
    def clear(session: Session) -> int:
        change_tracking.unaudited(session, table.__tablename__)
        due = select(table.id).where(table.organisation_id == actor.organisation_id, _is_due(table, _now(session)))
        # What another program clears at the same moment is left to it.
        ids = session.scalars(due.order_by(table.id).limit(BATCH).with_for_update(skip_locked=True)).all()
        if ids:
            session.execute(delete(table).where(table.id.in_(ids)))
        return len(ids)

    return clear


def _is_due(table: Any, now: datetime) -> ColumnElement[bool]:
    """Which rows of one of `_TABLES` are cleared."""
    if table is Invitation:
        return (Invitation.expires_at <= now) & Invitation.accepted_at.is_(None)
    if table in (EmailVerificationToken, PasswordResetToken):
        return or_(table.expires_at <= now, table.used_at.is_not(None))
    condition: ColumnElement[bool] = table.expires_at <= now - TOKENS_KEPT
    return condition


def _now(session: Session) -> datetime:
    """This moment by the clock that is behind, this computer's or the server's: what one that is ahead takes for
    expired may be valid for all others."""
    now = clock.now()
    if session.get_bind().dialect.name != "postgresql":
        return now
    return min(now, session.scalars(select(func.now())).one().astimezone(UTC))


def _count(session: Session, table: Any, actor: Actor, condition: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(table).where(table.organisation_id == actor.organisation_id, condition)
    return session.scalar(query) or 0


def _last(session: Session, actor: Actor) -> datetime | None:
    extra = session.scalar(select(Organisation.extra).where(Organisation.id == actor.organisation_id))
    stored = extra.get(_LAST) if isinstance(extra, dict) else None
    try:
        last = datetime.fromisoformat(stored) if isinstance(stored, str) else None
    except ValueError:
        return None
    return last if last is not None and last.tzinfo is not None else None


def _record(session: Session, actor: Actor, counts: CleanUpCounts) -> None:
    change_tracking.unaudited(session, "organisations")
    row = session.scalars(select(Organisation).where(Organisation.id == actor.organisation_id).with_for_update()).one()
    row.extra = {**row.extra, _LAST: clock.now().isoformat()}
    if counts.total:
        cleared = {one.name: getattr(counts, one.name) for one in fields(counts) if getattr(counts, one.name)}
        audit.record(
            session, actor, "organisation.clean-up", actor.organisation_id, count=counts.total, cleared=cleared
        )
