"""Two-step sign-in that an organisation requires, and the length of its passwords, on both engines."""

import threading
import time
from collections.abc import Callable

import pyotp
import pytest

from benchboard.errors import AppError, Conflict, Denied, Invalid
from benchboard.identity import (
    audit,
    invitations,
    lockouts,
    password_sign_in,
    person_changes,
    role_changes,
    second_factor,
    sessions,
    sign_in_policy,
    users,
)
from benchboard.identity.audit_changes import changes_of
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import Actor
from benchboard.identity.second_factor import NewFactor
from benchboard.identity.sign_in_policy import PolicyEffects, SignInPolicy
from benchboard.paging import Listing
from support.databases import unbound
from support.people import CLIENT, PASSWORD, Town

ANA = "ana@north.example"
EVERYBODY = SignInPolicy("everybody")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def _factor(wrong: bool = False) -> NewFactor:
    secret = pyotp.random_base32()
    return NewFactor(secret, "000000" if wrong else pyotp.TOTP(secret).now())


def _turn_on(town: Town, actor: Actor) -> None:
    new = _factor()
    second_factor.turn_on(town.database.bind(actor), actor, password=PASSWORD, secret=new.secret, code=new.code)


def _require(town: Town, policy: SignInPolicy = EVERYBODY) -> SignInPolicy:
    """Change the policy as the admin, who uses two-step sign-in."""
    with town.database.bind(town.actor).read() as session:
        uses_it = second_factor.own_state(session, town.actor).is_on
    if not uses_it:
        _turn_on(town, town.actor)
    with town.database.bind(town.actor).change() as session:
        return sign_in_policy.change_policy(session, town.actor, policy)


def _sign_in(town: Town, email: str = ANA, new: NewFactor | None = None, password: str = PASSWORD) -> SignedIn:
    return password_sign_in.sign_in(town.database, email=email, password=password, client=CLIENT, new_factor=new)


def _refused(call: Callable[[], object]) -> AppError:
    with pytest.raises(AppError) as refused:
        call()
    return refused.value


def test_who_has_none_sets_it_up_at_the_next_sign_in_before_anything_else(town: Town) -> None:
    town.add(ANA, "Ana Lyst")
    _require(town)
    needed = _refused(lambda: _sign_in(town))
    assert needed.code == second_factor.NEEDED
    assert str(needed).startswith("North requires two-step sign-in. You haven't set it up yet. Sign in to Benchboard")
    assert (needed.facts["email"], needed.facts["organisation"]) == (ANA, "North")
    assert _refused(lambda: _sign_in(town, password="wrong")).code == "accounts.wrong"
    for _count in range(2 * lockouts.LOCKING_TRIES):  # of a secret on the screen: nothing is guessed
        assert _refused(lambda: _sign_in(town, new=_factor(wrong=True))).code == "accounts.new-code"
    new = _factor()
    signed_in = _sign_in(town, new=new)
    assert len(signed_in.recovery_codes) == second_factor.CODES
    assert _refused(lambda: _sign_in(town)).code == second_factor.CODE_NEEDED
    by_code = password_sign_in.sign_in(
        town.database, email=ANA, password=PASSWORD, client=CLIENT, code=signed_in.recovery_codes[0]
    )
    assert by_code.recovery_codes == ()
    with town.database.bind(town.actor).read() as session:
        entries = audit.list_entries(session, town.actor, Listing(filters={"event": "user.turn-on-second-factor"})).rows
    assert [(entry.who, entry.whom) for entry in entries if entry.who == "Ana Lyst"] == [("Ana Lyst", "Ana Lyst")]


def test_of_two_who_set_it_up_at_once_one_does_and_the_other_is_asked_for_a_code(town: Town) -> None:
    town.add(ANA)
    _require(town)
    at_once, codes = threading.Barrier(2), list[str]()

    def sign_in() -> None:
        new = _factor()
        at_once.wait()
        try:
            _sign_in(town, new=new)
            codes.append("")
        except AppError as refused:
            codes.append(refused.code)

    threads = [threading.Thread(target=sign_in) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["", second_factor.CODE_NEEDED]


def test_required_of_admins_leaves_the_others_alone(town: Town) -> None:
    town.add(ANA)
    town.add("bo@north.example", role="admin")
    _require(town, SignInPolicy("admins"))
    assert _sign_in(town).actor.email == ANA
    assert _refused(lambda: _sign_in(town, "bo@north.example")).code == second_factor.NEEDED
    assert _sign_in(town, "admin@south.example").actor.organisation_id == town.south


def test_required_of_admins_is_required_of_everyone_who_can_open_admin_also_by_an_own_role(town: Town) -> None:
    user_id, bo = town.add(ANA), "bo@north.example"
    town.add(bo)
    with town.database.bind(town.actor).change() as session:
        auditor = role_changes.create_role(session, town.actor, name="Auditor", abilities={"admin:enter"})
        other = role_changes.create_role(session, town.actor, name="Other", abilities={"studio:enter"})
        role_changes.add_people(session, town.actor, auditor.id, [user_id])
        role_changes.add_people(session, town.actor, other.id, [users.get_person_matching(session, town.actor, bo).id])
    _require(town, SignInPolicy("admins"))
    with town.database.bind(town.actor).read() as session:
        assert sign_in_policy.count_effects(session, town.actor, SignInPolicy("admins")) == PolicyEffects(2, 1, 0)
        needing = users.list_people(session, town.actor, Listing(filters={"state": users.NEEDS_TWO_STEP})).rows
        assert [one.email for one in needing] == [ANA]
        assert users.get_person(session, town.actor, user_id).needs_second_factor
    assert _sign_in(town, bo).actor.email == bo
    assert _refused(lambda: _sign_in(town)).code == second_factor.NEEDED
    ana = _sign_in(town, new=_factor())
    with town.database.bind(ana.actor).read() as session:
        assert second_factor.own_state(session, ana.actor).is_required
    with town.database.bind(town.actor).change() as session:
        role_changes.remove_people(session, town.actor, auditor.id, [user_id])
    with town.database.bind(ana.actor).read() as session:
        assert not second_factor.own_state(session, ana.actor).is_required


def test_disabled_person_is_told_that_first(town: Town) -> None:
    user_id = town.add(ANA)
    _require(town)
    with town.database.bind(town.actor).change() as session:
        users.set_state(session, town.actor, [user_id], "inactive")
    assert _refused(lambda: _sign_in(town)).code == "accounts.inactive"


def test_invited_person_sets_it_up_before_the_account_is_made(town: Town) -> None:
    _require(town, SignInPolicy("everybody", shortest_password=24))
    with town.database.bind(town.actor).change() as session:
        made = invitations.invite(session, town.actor, email=ANA, role="analyst")

    def accept(password: str, new: NewFactor | None) -> SignedIn:
        with unbound(town.database).change() as session:
            return invitations.accept(
                session, code=made.code, name="Ana", password=password, client=CLIENT, new_factor=new
            )

    assert "shorter than 24" in _refused(lambda: accept(PASSWORD, None)).why
    long = "four unrelated words and two more"
    needed = _refused(lambda: accept(long, None))
    assert (needed.code, needed.facts["email"]) == (second_factor.NEEDED, ANA)
    assert _refused(lambda: accept(long, _factor(wrong=True))).code == "accounts.new-code"
    assert len(accept(long, _factor()).recovery_codes) == second_factor.CODES


def test_it_cannot_be_turned_off_while_it_is_required_and_is_set_up_again_after_a_reset(town: Town) -> None:
    user_id = town.add(ANA)
    _require(town)
    ana = _sign_in(town, new=_factor())
    own = town.database.bind(ana.actor)
    code = ana.recovery_codes[0]
    refused = _refused(lambda: second_factor.turn_off(own, ana.actor, password=PASSWORD, code=code))
    assert refused.code == "second-factor.required"
    with own.read() as session:
        assert second_factor.own_state(session, ana.actor).is_required
    with town.database.bind(town.actor).change() as session:
        second_factor.reset(session, town.actor, [user_id])
    assert _refused(lambda: _sign_in(town)).code == second_factor.NEEDED


def test_admin_requires_it_only_after_using_it_and_can_always_take_it_back(town: Town) -> None:
    with pytest.raises(Conflict, match="yourself"), town.database.bind(town.actor).change() as session:
        sign_in_policy.change_policy(session, town.actor, EVERYBODY)
    assert _require(town) == SignInPolicy()
    with town.database.bind(town.actor).change() as session:
        assert sign_in_policy.change_policy(session, town.actor, SignInPolicy()) == EVERYBODY
        assert sign_in_policy.get_policy(session, town.actor) == SignInPolicy()
    with town.database.bind(town.actor).read() as session:
        found = audit.list_entries(session, town.actor, Listing(filters={"event": "organisation.change-sign-in"})).rows
    assert [[(one.field, one.before, one.after) for one in changes_of(entry)] for entry in found] == [
        [("two_step", "everybody", "nobody")],
        [("two_step", "nobody", "everybody")],
    ]


def test_sessions_of_who_has_to_set_it_up_are_ended_and_nobody_elses(town: Town) -> None:
    """They went on for ninety days after two-step sign-in was required."""
    town.add(ANA, "Ana Lyst")
    town.add("bo@north.example")
    bo = town.sign_in("bo@north.example")
    _turn_on(town, bo.actor)
    south, ana, again = town.sign_in("admin@south.example"), town.sign_in(ANA), town.sign_in(ANA)
    own = town.database.bind(town.actor)

    def end() -> int:
        with own.change() as session:
            return sessions.end_without_two_step(session, town.actor)

    assert end() == 0, "of nobody is it required"
    _require(town, SignInPolicy("admins"))
    assert end() == 0, "it isn't required of Ana"
    _require(town)
    assert end() == 2
    with own.read() as session:
        left = {one.id for one in sessions.list_sessions(session, town.actor, Listing()).rows}
        ended = sessions.list_sessions(session, town.actor, Listing(filters={"ended": True})).rows
    assert {bo.actor.session_id, town.actor.session_id} <= left
    assert not {ana.actor.session_id, again.actor.session_id} & left
    assert {(one.person, one.end_reason) for one in ended} == {("Ana Lyst", "revoked")}
    with town.database.bind(south.actor).read() as session:
        assert south.actor.session_id in {
            one.id for one in sessions.list_sessions(session, south.actor, Listing()).rows
        }
    assert end() == 0
    assert _refused(lambda: _sign_in(town)).code == second_factor.NEEDED


def test_session_that_asks_is_neither_counted_nor_ended(town: Town) -> None:
    """An admin who hadn't set it up was asked about “1 person”, and then told “0 sessions revoked”."""
    bo_email = "bo@north.example"
    town.add(bo_email, role="admin")
    bo = town.sign_in(bo_email).actor
    _require(town)
    with town.database.bind(bo).change() as session:
        assert sign_in_policy.count_effects(session, bo, EVERYBODY).signed_in == 0
        assert sessions.end_without_two_step(session, bo) == 0
    with town.database.bind(town.actor).read() as session:
        assert sign_in_policy.count_effects(session, town.actor, EVERYBODY).signed_in == 1


def test_effects_count_who_is_concerned_who_has_none_and_who_is_signed_in(town: Town) -> None:
    town.add(ANA)
    town.sign_in(ANA)
    town.add("bo@north.example", role="admin")
    _turn_on(town, town.actor)
    with town.database.bind(town.actor).read() as session:
        count = {one: sign_in_policy.count_effects(session, town.actor, SignInPolicy(one))
                 for one in sign_in_policy.TWO_STEP_FOR}  # fmt: skip
    assert count == {
        "nobody": PolicyEffects(0, 0, 0), "admins": PolicyEffects(2, 1, 0), "everybody": PolicyEffects(3, 2, 1)
    }  # fmt: skip


def test_people_who_need_it_are_listed_until_they_have_it(town: Town) -> None:
    user_id = town.add(ANA)
    _require(town)

    def needing() -> list[str]:
        with town.database.bind(town.actor).read() as session:
            listing = Listing(filters={"state": users.NEEDS_TWO_STEP})
            found = users.list_people(session, town.actor, listing).rows
            assert users.count_people(session, town.actor, listing) == len(found)
            assert all(one.needs_second_factor for one in found)
            assert users.get_person(session, town.actor, user_id).needs_second_factor == bool(found)
            return [one.email for one in found]

    assert needing() == [ANA]
    _sign_in(town, new=_factor())
    assert needing() == []


def test_passwords_have_the_length_that_is_asked_for(town: Town) -> None:
    user_id = town.add(ANA)
    with town.database.bind(town.actor).change() as session:
        sign_in_policy.change_policy(session, town.actor, SignInPolicy(shortest_password=30))
    with pytest.raises(Invalid, match="shorter than 30"), town.database.bind(town.actor).change() as session:
        person_changes.set_password(session, town.actor, user_id, PASSWORD)
    with pytest.raises(Invalid, match="shorter than 30"), town.database.bind(town.actor).change() as session:
        users.add_person(session, town.actor, email="bo@north.example", name="", role="analyst", password=PASSWORD)
    for length in (11, 65):
        with pytest.raises(Invalid), town.database.bind(town.actor).change() as session:
            sign_in_policy.change_policy(session, town.actor, SignInPolicy(shortest_password=length))


def test_rules_that_someone_else_changed_are_not_overwritten(town: Town) -> None:
    with town.database.bind(town.actor).change() as session:
        sign_in_policy.change_policy(session, town.actor, SignInPolicy(shortest_password=30))
    with pytest.raises(Conflict, match="meanwhile"), town.database.bind(town.actor).change() as session:
        sign_in_policy.change_policy(session, town.actor, SignInPolicy(shortest_password=20), seen=SignInPolicy())


def test_analyst_can_neither_see_nor_change_the_rules(town: Town) -> None:
    town.add(ANA)
    actor = town.sign_in(ANA).actor
    for act in (
        lambda session: sign_in_policy.get_policy(session, actor),
        lambda session: sign_in_policy.change_policy(session, actor, SignInPolicy()),
    ):
        with pytest.raises(Denied), town.database.bind(actor).change() as session:
            act(session)
