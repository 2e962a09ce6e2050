"""Failed sign-ins: counted before they are checked, slowed down, and locked for a time that doubles.

Only the tries of one account on one computer lock it, and only there: whoever guesses a password can't lock its owner
out elsewhere. Tries of one account on all computers, and of one computer at all accounts, only take longer. An address
that no account has is counted like any other, so that nobody learns which have one.

A computer is told apart by the address that a PostgreSQL server attests; on the server's own computer, where many may
come through one tunnel, and on SQLite, by its name.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from benchboard.errors import Denied
from benchboard.i18n import _, ngettext
from benchboard.identity import audit, users
from benchboard.identity.email_addresses import normalise
from benchboard.identity.permissions import Actor, Client, require
from benchboard.storage import change_tracking, clock, guard
from benchboard.storage.models.identity import User
from benchboard.storage.models.sign_in import AccountLockout

LOCKED: Final = "accounts.locked"
"""The code of the error for a try that isn't checked."""
LOCKING_TRIES: Final = 5
"""Failed tries of an account on one computer from which it is locked there."""
FIRST_LOCK: Final = timedelta(seconds=30)
"""Each further failure doubles it."""
LONGEST_LOCK: Final = timedelta(hours=1)
FORGOTTEN_AFTER: Final = timedelta(hours=24)
"""Without another failure, tries are forgotten."""
SLOW_TRIES: Final = 10
"""Failed tries of an account on all computers, or of a computer at all accounts, from which each takes longer."""
_FIRST_DELAY_S: Final = 0.25
SLOWEST_S: Final = 4.0
_MOST_LISTED: Final = 200
_MOST_FORGOTTEN: Final = 500
"""Rows that one try deletes."""
_ANYTHING: Final = hashlib.sha256(b"").hexdigest()
_KEYS: Final = hashlib.sha256(b"api-key").hexdigest()


@dataclass(frozen=True, slots=True)
class Lockout:
    """An account that can't sign in on one computer until `until`, after so many failed tries."""

    user_id: str
    name: str
    email: str
    computer: str
    failures: int
    until: datetime


def count_try(session: Session, *, email: str, client: Client) -> float:
    """Count a try to sign in as failed, before it is checked (`forgive` takes that back); returns the seconds that the
    check has to wait for. Raises `Denied` (`accounts.locked`) where the account is locked on this computer.
    """
    change_tracking.unaudited(session, "account_lockouts")
    now, address, computer = clock.now(), normalise(email), _computer(session, client)
    _forget_old(session, now)
    subject = _subject(address)
    here = _locked_row(session, subject, computer, now)
    if here.locked_until is not None and here.locked_until > now:
        raise _locked(here.locked_until - now)
    at_all = _locked_row(session, subject, "", now), _locked_row(session, _ANYTHING, computer, now)
    if guard.find_credentials(session, address):
        here.email_norm = at_all[0].email_norm = address
    for row in (here, *at_all):
        row.failures, row.last_failed_at = row.failures + 1, now
    if here.failures >= LOCKING_TRIES:
        here.locked_until = now + lock_time(here.failures)
    return max(_delay(row.failures) for row in at_all)


def forgive(session: Session, *, email: str, client: Client) -> None:
    """Take back the tries of this account on this computer: the last one was right. Where several accounts have the
    address, the last one alone: the wrong codes may be those of another of them.
    """
    if len(guard.find_credentials(session, normalise(email))) > 1:
        take_back(session, email=email, client=client)
        return
    change_tracking.unaudited(session, "account_lockouts")
    subject, computer = _subject(normalise(email)), _computer(session, client)
    here = _find_row(session, subject, computer)
    if here is None:
        return
    for row in (_find_row(session, subject, ""), _find_row(session, _ANYTHING, computer)):
        if row is not None and row.failures > here.failures:
            row.failures -= here.failures
        elif row is not None:
            session.delete(row)
    session.delete(here)


def take_back(session: Session, *, email: str, client: Client) -> None:
    """Take back the last try alone, which wasn't wrong."""
    change_tracking.unaudited(session, "account_lockouts")
    subject, computer = _subject(normalise(email)), _computer(session, client)
    for row in [_find_row(session, *key) for key in ((subject, computer), (subject, ""), (_ANYTHING, computer))]:
        if row is not None:
            row.failures, row.locked_until = max(row.failures - 1, 0), None


def record_lock(session: Session, *, email: str, client: Client) -> None:
    """Record that the last try locked the account on this computer, if it did, for each account with this address."""
    address, now = normalise(email), clock.now()
    row = _find_row(session, _subject(address), _computer(session, client))
    if row is None or row.locked_until is None or row.locked_until <= now:
        return
    for account in guard.find_credentials(session, address):
        audit.append(
            session, client, "user.lock", account.user_id, account.organisation_id, None,
            host_name=row.source, count=row.failures, ends=row.locked_until.isoformat(),
        )  # fmt: skip


def count_refused_key(session: Session, *, client: Client) -> float:
    """Count an API key that isn't valid, of this computer; returns the seconds that the answer has to wait for. Keys
    can't be guessed: nothing is locked, and those that are valid work on.
    """
    change_tracking.unaudited(session, "account_lockouts")
    now = clock.now()
    _forget_old(session, now)
    row = _locked_row(session, _KEYS, _computer(session, client), now)
    row.failures, row.last_failed_at = row.failures + 1, now
    return _delay(row.failures)


def current_lockouts(session: Session, actor: Actor, *, user_id: str | None = None) -> tuple[Lockout, ...]:
    """Who of the organisation is locked now, and on which computer, by name; of all, or of one person."""
    require(actor, "users:read")
    query = (
        select(User, AccountLockout)
        .join(User, User.email_norm == AccountLockout.email_norm)
        .where(User.organisation_id == actor.organisation_id, User.deleted_at.is_(None), AccountLockout.source != "",
               AccountLockout.locked_until > clock.now())
        .order_by(func.lower(User.name), User.id, AccountLockout.source)
        .limit(_MOST_LISTED)
    )  # fmt: skip
    if user_id is not None:
        query = query.where(User.id == user_id)
    return tuple(
        Lockout(user.id, user.name, user.email, row.source, row.failures, row.locked_until)
        for user, row in session.execute(query)
        if row.locked_until is not None
    )


def unlock(session: Session, actor: Actor, user_ids: Sequence[str]) -> int:
    """Forget the failed tries of these people, on all computers; returns how many of them were locked."""
    require(actor, "users:write")
    change_tracking.unaudited(session, "account_lockouts")  # tries that locked nothing are forgotten too
    unlocked = 0
    for user in users.locked_people(session, actor, user_ids):
        computers = [one.computer for one in current_lockouts(session, actor, user_id=user.id)]
        session.execute(delete(AccountLockout).where(AccountLockout.email_norm == user.email_norm))
        if computers:
            unlocked += 1
            audit.record(session, actor, "user.unlock", user.id, host_name=", ".join(computers))
    return unlocked


def lock_time(failures: int) -> timedelta:
    """For how long so many failed tries of an account on one computer lock it there."""
    doubled = min(max(failures - LOCKING_TRIES, 0), 20)
    return min(FIRST_LOCK * (1 << doubled), LONGEST_LOCK)


def _delay(failures: int) -> float:
    past = failures - SLOW_TRIES
    return 0.0 if past < 0 else min(_FIRST_DELAY_S * 2.0 ** min(past, 20), SLOWEST_S)


def _subject(address: str) -> str:
    return hashlib.sha256(f"address:{address}".encode(errors="surrogatepass")).hexdigest()


def _computer(session: Session, client: Client) -> str:
    if session.get_bind().dialect.name != "postgresql":
        return client.host_name[:255]
    address = session.scalar(select(func.host(func.inet_client_addr())))
    if address is None or address == "::1" or address.startswith("127."):
        return client.host_name[:255]
    return str(address)


def _find_row(session: Session, subject: str, computer: str) -> AccountLockout | None:
    query = select(AccountLockout).where(AccountLockout.subject_hash == subject, AccountLockout.source == computer)
    return session.scalars(query.with_for_update()).first()


def _locked_row(session: Session, subject: str, computer: str, now: datetime) -> AccountLockout:
    """The row of these tries, made if there is none, which others wait for until the transaction ends."""
    if (row := _find_row(session, subject, computer)) is None:
        fields = {"subject_hash": subject, "source": computer, "failures": 0, "last_failed_at": now}
        # Of tries at the same moment, one inserts it.
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(AccountLockout).values(**fields).on_conflict_do_nothing())
        row = _find_row(session, subject, computer)
    assert row is not None
    return row


def _forget_old(session: Session, now: datetime) -> None:
    old = select(AccountLockout.id).where(AccountLockout.last_failed_at < now - FORGOTTEN_AFTER)
    session.execute(delete(AccountLockout).where(AccountLockout.id.in_(old.limit(_MOST_FORGOTTEN))))


def _locked(left: timedelta) -> Denied:
    seconds = max(1, round(left.total_seconds()))
    if seconds < 100:
        time = ngettext("{count} second", "{count} seconds", seconds).format(count=seconds)
    else:
        minutes = -(-seconds // 60)
        time = ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    return Denied(
        LOCKED,
        _("Too many failed sign-ins."),
        why=_("This email address is locked on this computer for {time}.").format(time=time),
        do=_("Try again then, or ask an admin to unlock it."),
    )
