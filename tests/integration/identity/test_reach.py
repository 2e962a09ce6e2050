"""What a person can do says what `require` does, for every permission; and who can do it."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.errors import Denied, Invalid, NotFound
from benchboard.identity import reach, role_changes, users
from benchboard.identity.permissions import require
from benchboard.identity.reach import PersonReach
from benchboard.identity.role_changes import RoleFields
from benchboard.identity.roles import ABILITIES, RESERVED, ROLES, RULES, with_needed
from benchboard.paging import Listing
from support.databases import unbound
from support.examples import examples
from support.people import Town

ABILITY = st.sampled_from([acts[0] for acts in ABILITIES if acts[0] != RESERVED])


def _reach(town: Town, user_id: str) -> PersonReach:
    with unbound(town.database).read() as session:
        return reach.get_reach(session, town.actor, user_id)


def _required(town: Town, email: str) -> set[str]:
    """The permissions for which `require` passes in the person's own transaction."""
    actor = town.sign_in(email).actor
    passed = set()
    with town.database.bind(actor).read():
        for act in RULES:
            try:
                require(actor, act)
            except Denied:
                continue
            passed.add(act)
    return passed


def _holders(town: Town, act: str, search: str = "") -> dict[str, tuple[str, ...]]:
    with unbound(town.database).read() as session:
        found = reach.list_holders(session, town.actor, act, Listing(search)).rows
    return {one.name: one.roles for one in found}


@pytest.mark.parametrize("role", ROLES)
def test_reach_of_each_role_is_what_require_allows_and_names_the_role(town: Town, role: str) -> None:
    user_id = town.add("mert@north.example", "Mert", role=role)
    told = _reach(town, user_id)
    assert [one.act for one in told.permissions] == list(RULES)
    assert {one.act for one in told.permissions if one.allowed} == _required(town, "mert@north.example")
    for one in told.permissions:
        assert bool(one.roles) == one.allowed == (role in RULES[one.act]), one.act
        assert ("Mert" in _holders(town, one.act)) == one.allowed


@given(added=st.frozensets(ABILITY, max_size=4), role=st.sampled_from(ROLES))
@examples(6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reach_with_an_own_role_is_what_require_allows(town: Town, added: frozenset[str], role: str) -> None:
    email = f"p{len(_everyone(town))}@north.example"
    user_id = town.add(email, role=role)
    wanted = {one for ability in added for one in with_needed(ability)}
    with unbound(town.database).change() as session:
        own = role_changes.create_role(session, town.actor, name=f"Role of {email}", abilities=wanted)
        role_changes.add_people(session, town.actor, own.id, [user_id])
    told = _reach(town, user_id)
    assert {one.act for one in told.permissions if one.allowed} == _required(town, email)
    for one in told.permissions:
        assert (own.name in one.roles) == (one.act in own.permissions)
    with unbound(town.database).change() as session:
        role_changes.change_role(session, town.actor, own.id, RoleFields(abilities=frozenset()))
    assert {one.act for one in _reach(town, user_id).permissions if one.allowed} == _required(town, email)


def _everyone(town: Town) -> list[str]:
    with unbound(town.database).read() as session:
        return [one.id for one in users.list_people(session, town.actor, Listing(), limit=1000).rows]


def test_scope_is_widened_by_the_permission_for_everything(town: Town) -> None:
    buyer, analyst = town.add("b@north.example", role="business_user"), town.add("a@north.example", role="analyst")
    scopes = {one.act: one.scope for one in _reach(town, buyer).permissions}
    assert (scopes["orders:read"], scopes["dashboards:write"], scopes["dongles:read"]) == ("own-shops", "shared", None)
    assert {one.act: one.scope for one in _reach(town, analyst).permissions}["orders:read"] == "organisation"
    everything = {one.scope for one in _reach(town, town.actor.user_id).permissions if one.act != "layouts:write"}
    assert everything == {"organisation"}


def test_reach_of_a_disabled_person_is_nothing_and_says_why(town: Town) -> None:
    user_id = town.add("mert@north.example", "Mert")
    with unbound(town.database).change() as session:
        users.set_state(session, town.actor, [user_id], "inactive")
    told = _reach(town, user_id)
    assert told.ended == "disabled"
    assert not any(one.allowed or one.roles for one in told.permissions)
    assert "Mert" not in _holders(town, "studio:enter")


def test_holders_are_of_the_organisation_and_searched(town: Town) -> None:
    town.add("mert@north.example", "Mert", role="technician")
    assert _holders(town, "dongles:pair") == {"Admin of north": ("Admin",), "Mert": ("Technician",)}
    assert _holders(town, "dongles:pair", "mert") == {"Mert": ("Technician",)}
    with pytest.raises(Invalid), unbound(town.database).read() as session:
        reach.list_holders(session, town.actor, "dongles:eat")
    with pytest.raises(NotFound):
        _reach(town, town.stranger.actor.user_id)
