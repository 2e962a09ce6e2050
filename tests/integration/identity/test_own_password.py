"""A person's own password: changed with the current one, and a code if two-step sign-in is on, on both engines."""

import time
from collections.abc import Callable

import pyotp
import pytest

from benchboard.errors import AppError
from benchboard.identity import (
    audit,
    lockouts,
    own_password,
    password_sign_in,
    person_changes,
    second_factor,
    sign_in_policy,
)
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import Actor
from benchboard.identity.sign_in_policy import SignInPolicy
from benchboard.paging import Listing
from support.databases import unbound
from support.people import CLIENT, PASSWORD, Town, end_reason

EMAIL = "ana@north.example"
NEW = "five quite unrelated words"
NOW = 1_764_000_015.0


class Clock:
    """The time of the program and of the phone."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now, self.secret = NOW, pyotp.random_base32()
        patch.setattr(time, "time", lambda: self.now)
        patch.setattr(time, "sleep", lambda _seconds: None)

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(int(self.now))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def ana(town: Town) -> SignedIn:
    town.add(EMAIL, "Ana Lyst")
    return town.sign_in(EMAIL)


def _turn_on(town: Town, actor: Actor, clock: Clock) -> tuple[str, ...]:
    own = town.database.bind(actor)
    return second_factor.turn_on(own, actor, password=PASSWORD, secret=clock.secret, code=clock.code())


def _change(town: Town, actor: Actor, *, password: str = PASSWORD, new: str = NEW, code: str = "") -> int:
    return own_password.change(town.database.bind(actor), actor, password=password, new=new, code=code)


def _sign_in(town: Town, password: str, code: str = "") -> SignedIn:
    return password_sign_in.sign_in(town.database, email=EMAIL, password=password, client=CLIENT, code=code)


def _refused(call: Callable[[], object]) -> AppError:
    with pytest.raises(AppError) as refused:
        call()
    return refused.value


def test_anybody_changes_it_with_the_current_one_and_their_other_sessions_end(
    town: Town, ana: SignedIn, clock: Clock
) -> None:
    other = town.sign_in(EMAIL)
    wrong = _refused(lambda: _change(town, ana.actor, password="wrong"))
    assert (wrong.code, wrong.facts["field"]) == ("second-factor.password", "password")
    assert _change(town, ana.actor) == 1
    with unbound(town.database).read() as session:
        assert end_reason(session, other) == "revoked-by-owner"
        assert end_reason(session, ana) is None
    assert _refused(lambda: _sign_in(town, PASSWORD)).code == "accounts.wrong"
    assert _sign_in(town, NEW).actor.email == EMAIL
    with town.database.bind(town.actor).read() as session:
        rows = audit.list_entries(session, town.actor, Listing(filters={"event": "user.set-password"})).rows
        assert [(row.who, row.whom) for row in rows] == [("Ana Lyst", "Ana Lyst")]
        assert NEW not in repr(audit.list_entries(session, town.actor, Listing()).rows)


def test_two_step_sign_in_stays_with_its_secret_and_recovery_codes(town: Town, ana: SignedIn, clock: Clock) -> None:
    recovery = _turn_on(town, ana.actor, clock)
    clock.now += 60
    assert _refused(lambda: _change(town, ana.actor)).code == second_factor.CODE_NEEDED
    assert _refused(lambda: _change(town, ana.actor, code="000000")).code == "accounts.code"
    assert _refused(lambda: _change(town, ana.actor, password="wrong", code=clock.code())).code == (
        "second-factor.password"
    )
    _change(town, ana.actor, code=clock.code())
    assert _refused(lambda: _sign_in(town, NEW)).code == second_factor.CODE_NEEDED
    assert _refused(lambda: _sign_in(town, NEW, clock.code())).code == "accounts.code"  # it was used for the change
    clock.now += 30
    assert _sign_in(town, NEW, clock.code()).actor.email == EMAIL
    assert _sign_in(town, NEW, recovery[0]).actor.email == EMAIL
    _change(town, ana.actor, password=NEW, new=PASSWORD, code=recovery[1])
    assert _refused(lambda: _sign_in(town, PASSWORD, recovery[1])).code == "accounts.code"


def test_new_one_follows_the_rules_and_a_refused_one_changes_nothing(town: Town, ana: SignedIn, clock: Clock) -> None:
    recovery = _turn_on(town, ana.actor, clock)
    with town.database.bind(town.actor).change() as session:
        sign_in_policy.change_policy(session, town.actor, SignInPolicy(shortest_password=24))
    short = _refused(lambda: _change(town, ana.actor, new="another four words", code=recovery[0]))
    assert (short.code, short.facts["field"]) == ("passwords.unacceptable", "new")
    assert "shorter than 24" in short.why
    same = _refused(lambda: _change(town, ana.actor, new=PASSWORD, code=recovery[0]))
    assert same.facts["field"] == "new"
    assert _sign_in(town, PASSWORD, recovery[0]).actor.email == EMAIL


def test_wrong_tries_lock_the_account_here_and_bad_new_ones_do_not(town: Town, ana: SignedIn, clock: Clock) -> None:
    for _count in range(2 * lockouts.LOCKING_TRIES):
        assert _refused(lambda: _change(town, ana.actor, new="short")).code == "passwords.unacceptable"
    for _count in range(lockouts.LOCKING_TRIES):
        _refused(lambda: _change(town, ana.actor, password="wrong"))
    assert _refused(lambda: _change(town, ana.actor)).code == "accounts.locked"


def test_admin_replaces_neither_their_own_password_nor_their_two_step_without_proof(town: Town, clock: Clock) -> None:
    actor = town.actor
    _turn_on(town, actor, clock)
    with town.database.bind(actor).change() as session:
        refused = _refused(lambda: person_changes.set_password(session, actor, actor.user_id, NEW))
        assert refused.code == "people.own-password"
        assert "Settings → This session → Change password" in refused.do
        refused = _refused(lambda: second_factor.reset(session, actor, [actor.user_id]))
        assert refused.code == "second-factor.own"
        assert second_factor.own_state(session, actor).is_on
    clock.now += 60
    _change(town, actor, code=clock.code())
    with town.database.bind(actor).read() as session:
        assert second_factor.own_state(session, actor).is_on
