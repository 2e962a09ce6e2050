"""Invitations: by whom, for whom, and once. On both engines."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from benchboard.errors import AppError, Conflict, Denied, Invalid, NotFound
from benchboard.identity import access_history, audit, invitations
from benchboard.identity.audit_titles import entry_title
from benchboard.identity.authentication import SignedIn
from benchboard.identity.invitations import InvitationRecord, NewInvitation
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing
from benchboard.storage.models.identity import Invitation, Organisation
from support.databases import unbound
from support.people import CLIENT, PASSWORD, Town

EMAIL = "mert@north.example"


def _as(town: Town, actor: Actor, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
    with town.database.bind(actor).change() as session:
        return act(session, actor, *given, **named)


def _invite(town: Town, email: str = EMAIL, role: str = "technician", days: int = 7) -> NewInvitation:
    made: NewInvitation = _as(town, town.actor, invitations.invite, email=email, role=role, days=days)
    return made


def _accept(town: Town, code: str, name: str = "Mert", password: str = PASSWORD) -> SignedIn:
    with unbound(town.database).change() as session:
        return invitations.accept(session, code=code, name=name, password=password, client=CLIENT)


def _list(town: Town, actor: Actor, **filters: Any) -> list[InvitationRecord]:
    with town.database.bind(actor).read() as session:
        return list(invitations.list_invitations(session, actor, Listing(filters=filters)).rows)


def _refused(act: Callable[[], object]) -> AppError:
    with pytest.raises(AppError) as refused:
        act()
    return refused.value


def test_accepted_invitation_is_an_account_with_its_role_that_signs_in(town: Town) -> None:
    made = _invite(town)
    assert made.code not in repr(made)
    assert [(one.email, one.state, one.invited_by) for one in _list(town, town.actor)] == [
        (EMAIL, "pending", town.actor.name)
    ]
    signed_in = _accept(town, f" {made.code}\n")
    assert (signed_in.actor.email, signed_in.actor.roles) == (EMAIL, {"technician"})
    assert town.sign_in(EMAIL).actor.user_id == signed_in.actor.user_id
    assert [one.state for one in _list(town, town.actor)] == ["accepted"]
    with town.database.bind(town.actor).read() as session:
        found = audit.list_entries(session, town.actor, Listing(search="mert")).rows
        told = [entry_title(one) for one in found if not one.event.startswith("session.")]
        assert made.code not in repr(audit.list_entries(session, town.actor, Listing(), limit=100).rows)
        past = access_history.access_as_of(session, town.actor, datetime.now(UTC))
    assert set(told) == {"Invited mert@north.example", "Accepted the invitation of mert@north.example", "Added Mert"}
    assert EMAIL in {one.email for one in past.people}


@pytest.mark.parametrize("case", ["unknown", "malformed", "used", "expired", "revoked", "renewed", "organisation"])
def test_code_that_cannot_be_used_gets_the_same_answer_after_the_same_statements(town: Town, case: str) -> None:
    made = _invite(town)
    code = made.code
    if case == "unknown":
        code = f"bi_{'A' * 43}"
    elif case == "malformed":
        code = "\udc80" * 5_000
    elif case == "used":
        _accept(town, code)
    elif case == "expired":
        with town.database.engine.begin() as connection:
            connection.execute(update(Invitation).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    elif case == "revoked":
        assert _as(town, town.actor, invitations.revoke_invitations, [made.record.id]) == 1
    elif case == "renewed":
        _as(town, town.actor, invitations.resend, made.record.id)
    else:
        with town.database.engine.begin() as connection:
            connection.execute(update(Organisation).where(Organisation.id == town.north).values(status="suspended"))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    for engine in town.database.engines:
        event.listen(engine, "before_cursor_execute", note)
    refused = _refused(lambda: _accept(town, code, name="Other"))
    for engine in town.database.engines:
        event.remove(engine, "before_cursor_execute", note)
    assert isinstance(refused, Denied)
    assert (refused.code, refused.what) == ("invitations.invalid", "This invitation code can't be used.")
    assert len([one for one in statements if "FROM invitations" in one]) == 1
    assert not [one for one in statements if one.startswith(("INSERT", "UPDATE"))]


def test_renewed_invitation_has_a_new_code_and_end(town: Town) -> None:
    made = _invite(town, days=1)
    again = _as(town, town.actor, invitations.resend, made.record.id, days=30)
    assert again.code != made.code
    assert again.record.expires_at > made.record.expires_at + timedelta(days=28)
    assert _accept(town, again.code).actor.email == EMAIL
    assert _refused(lambda: _as(town, town.actor, invitations.resend, made.record.id)).code == "invitations.accepted"


def test_address_is_invited_once_and_not_if_it_has_an_account(town: Town) -> None:
    _invite(town)
    assert _refused(lambda: _invite(town, email="MERT@north.example")).code == "invitations.pending"
    town.add("bob@north.example")
    assert _refused(lambda: _invite(town, email="bob@north.example")).code == "people.taken"
    late = _invite(town, email="cleo@north.example")
    town.add("cleo@north.example")
    refused = _refused(lambda: _accept(town, late.code))
    assert isinstance(refused, Conflict)
    assert refused.code == "people.taken"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"email": "no address"}, "addresses.invalid"),
        ({"role": "emperor"}, "people.role"),
        ({"days": 0}, "invitations.days"),
        ({"days": 31}, "invitations.days"),
    ],
)
def test_wrong_invitation_is_refused_by_field(town: Town, wrong: dict[str, Any], code: str) -> None:
    refused = _refused(lambda: _invite(town, **wrong))
    assert isinstance(refused, Invalid)
    assert refused.code == code


def test_weak_password_or_name_leaves_the_invitation_as_it_was(town: Town) -> None:
    made = _invite(town)
    for given in ({"password": "short"}, {"password": EMAIL}, {"name": "a\u202eb"}):
        assert isinstance(_refused(lambda given=given: _accept(town, made.code, **given)), Invalid)
    assert _accept(town, made.code).actor.name == "Mert"


def test_invitations_are_of_the_organisation_and_of_those_who_may_change_people(town: Town) -> None:
    made = _invite(town)
    stranger = town.stranger.actor
    for act in (invitations.resend, invitations.get_invitation):
        assert isinstance(_refused(lambda act=act: _as(town, stranger, act, made.record.id)), Denied | NotFound)
    town.add("bob@north.example")
    bob = town.sign_in("bob@north.example").actor
    foreign = _as(
        town, town.sign_in("admin@south.example").actor, invitations.invite, email="x@south.example", role="analyst"
    )
    for act, given in (
        (invitations.resend, foreign.record.id),
        (invitations.get_invitation, foreign.record.id),
        (invitations.revoke_invitations, [foreign.record.id]),
    ):
        assert isinstance(_refused(lambda act=act, given=given: _as(town, town.actor, act, given)), NotFound)
        assert isinstance(_refused(lambda act=act, given=given: _as(town, bob, act, given)), Denied)
    assert isinstance(
        _refused(lambda: _as(town, bob, invitations.invite, email="y@north.example", role="admin")), Denied
    )
    assert {one.email for one in _list(town, town.actor)} == {EMAIL}
