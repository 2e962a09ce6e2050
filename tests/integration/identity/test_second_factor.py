"""Two-step sign-in: turned on, asked for, used once, recovered, turned off and reset, on both engines."""

import contextlib
import time
from collections.abc import Callable

import pyotp
import pytest
from sqlalchemy import text

from benchboard.errors import AppError, Conflict, Denied, Invalid
from benchboard.identity import audit, lockouts, password_sign_in, person_changes, second_factor, users
from benchboard.identity.authentication import SignedIn
from benchboard.paging import Listing
from support.databases import unbound
from support.people import CLIENT, PASSWORD, Town

EMAIL = "ana@north.example"
NOW = 1_764_000_015.0


class Phone:
    """An authenticator app, and the time that it and the program have."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now, self.secret = NOW, ""
        patch.setattr(time, "time", lambda: self.now)

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(int(self.now) + 30 * steps)


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Phone:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    return Phone(monkeypatch)


@pytest.fixture
def ana(town: Town) -> SignedIn:
    town.add(EMAIL, "Ana Lyst")
    return town.sign_in(EMAIL)


def _turn_on(town: Town, ana: SignedIn, phone: Phone) -> tuple[str, ...]:
    made = second_factor.new_secret(email=EMAIL, organisation="North")
    phone.secret = made.text
    assert made.uri.startswith("otpauth://totp/Benchboard%20North:ana%40north.example?secret=")
    own = town.database.bind(ana.actor)
    return second_factor.turn_on(own, ana.actor, password=PASSWORD, secret=made.text, code=phone.code())


def _turn_off(town: Town, ana: SignedIn, code: str, password: str = PASSWORD) -> None:
    second_factor.turn_off(town.database.bind(ana.actor), ana.actor, password=password, code=code)


def _sign_in(town: Town, code: str = "", password: str = PASSWORD) -> SignedIn:
    return password_sign_in.sign_in(town.database, email=EMAIL, password=password, client=CLIENT, code=code)


def _refused(call: Callable[[], object]) -> str:
    with pytest.raises(AppError) as refused:
        call()
    return refused.value.code


def _events(town: Town) -> list[str]:
    with town.database.bind(town.actor).read() as session:
        return [row.event for row in audit.list_entries(session, town.actor, Listing()).rows]


def test_code_is_asked_for_only_after_the_right_password(town: Town, ana: SignedIn, phone: Phone) -> None:
    _turn_on(town, ana, phone)
    phone.now += 30
    assert _refused(lambda: _sign_in(town)) == "accounts.code-needed"
    assert _refused(lambda: _sign_in(town, password="wrong")) == "accounts.wrong"
    assert _refused(lambda: _sign_in(town, phone.code(), "wrong")) == "accounts.wrong"
    assert _refused(lambda: _sign_in(town, "000000")) == "accounts.code"
    assert _sign_in(town, phone.code()).actor.email == EMAIL


def test_code_works_once_and_so_do_earlier_ones_no_more(town: Town, ana: SignedIn, phone: Phone) -> None:
    _turn_on(town, ana, phone)
    assert _refused(lambda: _sign_in(town, phone.code())) == "accounts.code"  # it turned the factor on
    phone.now += 60
    code = phone.code()
    _sign_in(town, f"{code[:3]} {code[3:]}")
    assert _refused(lambda: _sign_in(town, code)) == "accounts.code"
    assert _refused(lambda: _sign_in(town, phone.code(-1))) == "accounts.code"
    assert _sign_in(town, phone.code(1)).actor.email == EMAIL  # a clock that is fast
    phone.now += 90
    assert _refused(lambda: _sign_in(town, phone.code(-2))) == "accounts.code"


def test_each_recovery_code_works_once(town: Town, ana: SignedIn, phone: Phone) -> None:
    codes = _turn_on(town, ana, phone)
    assert len(set(codes)) == second_factor.CODES
    assert _sign_in(town, codes[0].upper().replace("-", " ")).actor.email == EMAIL
    assert _refused(lambda: _sign_in(town, codes[0])) == "accounts.code"
    assert "user.use-recovery-code" in _events(town)
    with town.database.bind(ana.actor).read() as session:
        assert second_factor.own_state(session, ana.actor) == second_factor.FactorState(True, 9)


def test_wrong_codes_lock_and_asking_for_one_is_no_try(town: Town, ana: SignedIn, phone: Phone) -> None:
    _turn_on(town, ana, phone)
    phone.now += 60
    for _count in range(2 * lockouts.LOCKING_TRIES):
        assert _refused(lambda: _sign_in(town)) == "accounts.code-needed"
    for _count in range(lockouts.LOCKING_TRIES):
        assert _refused(lambda: _sign_in(town)) == "accounts.code-needed"
        assert _refused(lambda: _sign_in(town, "000000")) == "accounts.code"
    assert _refused(lambda: _sign_in(town, phone.code())) == "accounts.locked"


@pytest.mark.parametrize("organisation", [None, "south"])
def test_right_password_of_another_account_with_the_address_forgives_no_wrong_code(
    town: Town, ana: SignedIn, phone: Phone, organisation: str | None
) -> None:
    """Whoever had the password could guess codes without end: each time the password alone was right, in another
    organisation or for several, the wrong codes were forgotten."""
    _turn_on(town, ana, phone)
    town.add(EMAIL, organisation=town.south)
    phone.now += 60

    def sign_in(where: str | None, code: str = "") -> SignedIn:
        return password_sign_in.sign_in(
            town.database, email=EMAIL, password=PASSWORD, client=CLIENT, organisation=where, code=code
        )

    for _count in range(lockouts.LOCKING_TRIES):
        assert _refused(lambda: sign_in("north", "000000")) == "accounts.code"
        if _count < lockouts.LOCKING_TRIES - 1:
            with contextlib.suppress(Conflict):
                assert sign_in(organisation).actor.organisation_id == town.south
    assert _refused(lambda: sign_in("north", phone.code())) == "accounts.locked"


def test_secret_and_codes_are_nowhere_in_the_database(town: Town, ana: SignedIn, phone: Phone) -> None:
    codes = _turn_on(town, ana, phone)
    with unbound(town.database).read() as session:
        stored = [str(row) for table in ("mfa_factors", "recovery_codes", "audit_logs")
                  for row in session.execute(text(f"SELECT * FROM {table}"))]  # fmt: skip
    assert not [line for line in stored if phone.secret in line or phone.secret.encode().hex() in line]
    assert not [line for line in stored for code in codes if code in line]


def test_turning_on_needs_the_own_password_and_a_code_of_the_secret(town: Town, ana: SignedIn, phone: Phone) -> None:
    made = second_factor.new_secret(email=EMAIL, organisation="North")
    phone.secret = made.text

    def turn_on(password: str, code: str) -> None:
        own = town.database.bind(ana.actor)
        second_factor.turn_on(own, ana.actor, password=password, secret=made.text, code=code)

    with pytest.raises(Invalid, match="password is incorrect"):
        turn_on("wrong", phone.code())
    with pytest.raises(Denied, match="code is incorrect"):
        turn_on(PASSWORD, "000000")
    turn_on(PASSWORD, phone.code())
    phone.now += 60
    with pytest.raises(Conflict):
        turn_on(PASSWORD, phone.code())


def test_turned_off_by_its_person_with_password_and_code(town: Town, ana: SignedIn, phone: Phone) -> None:
    _turn_on(town, ana, phone)
    phone.now += 60

    assert _refused(lambda: _turn_off(town, ana, phone.code(), "wrong")) == "second-factor.password"
    assert _refused(lambda: _turn_off(town, ana, "")) == "accounts.code-needed"
    _turn_off(town, ana, phone.code())
    assert _sign_in(town).actor.email == EMAIL


def test_wrong_codes_to_turn_it_off_lock_as_those_of_a_sign_in_do(town: Town, ana: SignedIn, phone: Phone) -> None:
    """Whoever found a computer unlocked could try codes for ever."""
    _turn_on(town, ana, phone)
    phone.now += 60
    for _count in range(2 * lockouts.LOCKING_TRIES):
        assert _refused(lambda: _turn_off(town, ana, "")) == "accounts.code-needed"
    for _count in range(lockouts.LOCKING_TRIES - 1):
        assert _refused(lambda: _turn_off(town, ana, "000000")) == "accounts.code"
    assert _refused(lambda: _turn_off(town, ana, phone.code(), "wrong")) == "second-factor.password"
    assert _refused(lambda: _turn_off(town, ana, phone.code())) == "accounts.locked"
    assert _refused(lambda: _sign_in(town, phone.code())) == "accounts.locked"
    assert _events(town).count("user.refuse") == lockouts.LOCKING_TRIES
    assert _events(town).count("user.lock") == 1
    with town.database.bind(town.actor).change() as session:
        assert lockouts.unlock(session, town.actor, [ana.actor.user_id]) == 1
    _turn_off(town, ana, phone.code())


def test_right_code_to_turn_it_off_forgives_the_tries_before(town: Town, ana: SignedIn, phone: Phone) -> None:
    _turn_on(town, ana, phone)
    phone.now += 60
    for _count in range(lockouts.LOCKING_TRIES - 1):
        assert _refused(lambda: _turn_off(town, ana, "000000")) == "accounts.code"
    _turn_off(town, ana, phone.code())
    for _count in range(lockouts.LOCKING_TRIES - 1):
        assert _refused(lambda: _sign_in(town, password="wrong")) == "accounts.wrong"
    assert _sign_in(town).actor.email == EMAIL


def test_wrong_passwords_to_turn_it_on_lock_and_wrong_codes_of_a_new_secret_do_not(
    town: Town, ana: SignedIn, phone: Phone
) -> None:
    """The password could be guessed there; a code of a secret that is on the screen proves nothing about its person."""
    phone.secret = second_factor.new_secret(email=EMAIL, organisation="North").text
    own = town.database.bind(ana.actor)

    def turn_on(password: str, code: str) -> tuple[str, ...]:
        return second_factor.turn_on(own, ana.actor, password=password, secret=phone.secret, code=code)

    for _count in range(2 * lockouts.LOCKING_TRIES):
        assert _refused(lambda: turn_on(PASSWORD, "000000")) == "accounts.new-code"
    for _count in range(lockouts.LOCKING_TRIES):
        assert _refused(lambda: turn_on("wrong", phone.code())) == "second-factor.password"
    assert _refused(lambda: turn_on(PASSWORD, phone.code())) == "accounts.locked"


def test_reset_by_an_admin_ends_the_sessions_and_is_audited(town: Town, ana: SignedIn, phone: Phone) -> None:
    _turn_on(town, ana, phone)
    user_id = ana.actor.user_id
    with town.database.bind(town.actor).change() as session:
        assert users.get_person(session, town.actor, user_id).has_second_factor
        assert second_factor.reset(session, town.actor, [user_id]) == 1
        assert second_factor.reset(session, town.actor, [user_id]) == 0
        assert not users.get_person(session, town.actor, user_id).has_second_factor
    assert _events(town).count("user.reset-second-factor") == 1
    with pytest.raises(Denied), town.database.bind(ana.actor).read():
        pass
    assert _sign_in(town).actor.email == EMAIL


def test_another_password_ends_the_second_factor(town: Town, ana: SignedIn, phone: Phone) -> None:
    _turn_on(town, ana, phone)
    new = "another four words here"
    with town.database.bind(town.actor).change() as session:
        person_changes.set_password(session, town.actor, ana.actor.user_id, new)
    assert "user.reset-second-factor" in _events(town)
    assert _sign_in(town, password=new).actor.email == EMAIL
