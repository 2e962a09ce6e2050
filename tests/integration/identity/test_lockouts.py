"""Failed sign-ins are counted, slowed down and locked, on both engines, and nobody locks others out."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from benchboard.errors import Denied
from benchboard.identity import audit, lockouts, password_sign_in, users
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import Client
from benchboard.paging import Listing
from benchboard.storage.models.sign_in import AccountLockout
from support.databases import unbound
from support.people import CLIENT, PASSWORD, Town

EMAIL = "ana@north.example"
ELSEWHERE = Client("ana-laptop", "Benchboard/test (Linux)")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that tries had to wait, instead of waiting."""
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


def _try(town: Town, email: str = EMAIL, password: str = "wrong", client: Client = CLIENT) -> SignedIn:
    return password_sign_in.sign_in(town.database, email=email, password=password, client=client)


def _refusal(town: Town, email: str = EMAIL, password: str = "wrong", client: Client = CLIENT) -> Denied:
    with pytest.raises(Denied) as refused:
        _try(town, email, password, client)
    return refused.value


def _let_pass(town: Town, time: timedelta) -> None:
    """Let the tries have happened earlier."""
    with town.database.engine.begin() as connection:
        rows = connection.execute(select(AccountLockout.id, AccountLockout.locked_until, AccountLockout.last_failed_at))
        for row in rows.all():
            moved = {
                "last_failed_at": row.last_failed_at - time,
                "locked_until": None if row.locked_until is None else row.locked_until - time,
            }
            connection.execute(update(AccountLockout).where(AccountLockout.id == row.id).values(**moved))


def _lockouts(town: Town) -> tuple[lockouts.Lockout, ...]:
    with town.database.bind(town.actor).read() as session:
        return lockouts.current_lockouts(session, town.actor)


def _entries(town: Town, event: str) -> list[audit.AuditEntry]:
    with town.database.bind(town.actor).read() as session:
        return list(audit.list_entries(session, town.actor, Listing(filters={"event": event})).rows)


@pytest.mark.parametrize("email", [EMAIL, "nobody@north.example"])
def test_account_and_unknown_address_are_locked_after_as_many_tries_with_the_same_words(town: Town, email: str) -> None:
    town.add(EMAIL)
    wrong = [_refusal(town, email) for _count in range(lockouts.LOCKING_TRIES)]
    assert {one.code for one in wrong} == {"accounts.wrong"}
    locked = _refusal(town, email, PASSWORD)
    assert locked.code == "accounts.locked"
    assert str(locked).startswith("Too many failed sign-ins. This email address is locked on this computer for ")
    assert EMAIL not in str(locked)


def test_locked_account_can_sign_in_on_another_computer_and_later_here(town: Town) -> None:
    town.add(EMAIL)
    for _count in range(lockouts.LOCKING_TRIES):
        _refusal(town)
    assert _refusal(town, password=PASSWORD).code == "accounts.locked"
    assert _try(town, password=PASSWORD, client=ELSEWHERE).actor.email == EMAIL
    assert _try(town, "admin@north.example", PASSWORD).actor.user_id == town.actor.user_id
    _let_pass(town, lockouts.FIRST_LOCK)
    assert _try(town, password=PASSWORD).actor.email == EMAIL
    assert _lockouts(town) == ()


def test_each_failure_after_a_lock_doubles_it_up_to_the_longest(town: Town) -> None:
    town.add(EMAIL)
    for _count in range(lockouts.LOCKING_TRIES - 1):
        _refusal(town)
    times = []
    for _count in range(3):
        _refusal(town)
        (lock,) = _lockouts(town)
        times.append(round((lock.until - datetime.now(UTC)).total_seconds() / 10) * 10)
        _let_pass(town, lock.until - datetime.now(UTC))
    assert times == [30, 60, 120]
    assert lockouts.lock_time(10_000) == lockouts.LONGEST_LOCK


def test_a_right_password_forgives_its_own_tries_only(town: Town) -> None:
    town.add(EMAIL)
    for client in (CLIENT, ELSEWHERE):
        for _count in range(3):
            _refusal(town, client=client)
    _try(town, password=PASSWORD)
    with unbound(town.database).read() as session:
        left = {row.source: row.failures for row in session.scalars(select(AccountLockout)) if row.email_norm}
    assert left == {"ana-laptop": 3, "": 3}


def test_tries_on_all_computers_only_take_longer(town: Town, no_waiting: list[float]) -> None:
    town.add(EMAIL)
    for count in range(24):
        _refusal(town, client=Client(f"bot-{count // 4}", "Bot"))
    assert max(no_waiting) == lockouts.SLOWEST_S
    assert _lockouts(town) == ()
    no_waiting.clear()
    assert _try(town, password=PASSWORD, client=ELSEWHERE).actor.email == EMAIL
    assert max(no_waiting) == lockouts.SLOWEST_S


def test_tries_at_many_accounts_from_one_computer_take_longer_and_lock_nobody(
    town: Town, no_waiting: list[float]
) -> None:
    for count in range(20):
        _refusal(town, f"person{count}@north.example")
    assert max(no_waiting) == lockouts.SLOWEST_S
    assert _try(town, "admin@north.example", PASSWORD)


def test_refused_answers_take_at_least_the_same_time(town: Town, no_waiting: list[float]) -> None:
    for email in ("admin@north.example", "nobody@north.example"):
        began = time.monotonic()
        _refusal(town, email)
        assert time.monotonic() - began + no_waiting[-1] >= password_sign_in.REFUSAL_S


def test_tries_sent_at_once_are_all_counted(town: Town) -> None:
    town.add(EMAIL)
    codes: list[str] = []
    threads = [threading.Thread(target=lambda: codes.append(_refusal(town).code)) for _count in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["accounts.locked"] * 7 + ["accounts.wrong"] * 5


def test_lock_and_unlock_are_in_the_audit_log_and_let_the_person_in(town: Town) -> None:
    user_id = town.add(EMAIL, "Ana Lyst")
    for _count in range(lockouts.LOCKING_TRIES):
        _refusal(town)
    (lock,) = _lockouts(town)
    assert (lock.user_id, lock.name, lock.computer, lock.failures) == (user_id, "Ana Lyst", "bench-12", 5)
    (locked,) = _entries(town, "user.lock")
    assert (locked.whom, locked.details["host_name"], locked.details["count"]) == ("Ana Lyst", "bench-12", 5)
    with town.database.bind(town.actor).change() as session:
        assert lockouts.unlock(session, town.actor, [user_id]) == 1
        assert lockouts.unlock(session, town.actor, [user_id]) == 0
    assert len(_entries(town, "user.unlock")) == 1
    assert _try(town, password=PASSWORD).actor.user_id == user_id


def test_lockouts_of_another_organisation_are_neither_seen_nor_ended(town: Town) -> None:
    user_id = town.add(EMAIL)
    for _count in range(lockouts.LOCKING_TRIES):
        _refusal(town)
    stranger = town.stranger.actor
    with town.database.bind(stranger).read() as session:
        assert lockouts.current_lockouts(session, stranger) == ()
    with pytest.raises(Exception, match="not found"), town.database.bind(stranger).change() as session:
        lockouts.unlock(session, stranger, [user_id])
    assert len(_lockouts(town)) == 1


def test_person_says_until_when_they_are_locked(town: Town) -> None:
    user_id = town.add(EMAIL)
    for _count in range(lockouts.LOCKING_TRIES):
        _refusal(town)
    with town.database.bind(town.actor).read() as session:
        person = users.get_person(session, town.actor, user_id)
        listed = users.list_people(session, town.actor, Listing(filters={"state": "locked"})).rows
    assert person.locked_until is not None
    assert [one.id for one in listed] == [user_id]
    _let_pass(town, lockouts.LONGEST_LOCK)
    with town.database.bind(town.actor).read() as session:
        assert users.get_person(session, town.actor, user_id).locked_until is None
        assert users.list_people(session, town.actor, Listing(filters={"state": "locked"})).rows == ()


def test_old_tries_are_forgotten(town: Town) -> None:
    for count in range(3):
        _refusal(town, f"person{count}@north.example")
    _let_pass(town, lockouts.FORGOTTEN_AFTER + timedelta(seconds=1))
    _refusal(town)
    with unbound(town.database).read() as session:
        assert session.scalar(select(func.count()).select_from(AccountLockout)) == 3


def test_refused_keys_are_counted_and_answered_ever_later(town: Town) -> None:
    waits = []
    for _count in range(lockouts.SLOW_TRIES + 2):
        with unbound(town.database).change() as session:
            waits.append(lockouts.count_refused_key(session, client=CLIENT))
    assert waits[-4:] == [0.0, 0.25, 0.5, 1.0]
