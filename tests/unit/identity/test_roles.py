"""What a role gives and takes is told from the table that `require` reads."""

from itertools import product

from benchboard.identity.roles import ABILITIES, ADMIN, ANALYST, ROLES, RULES, TECHNICIAN, gained_and_lost


def test_abilities_are_all_permissions_each_once_and_those_of_one_have_the_same_roles() -> None:
    named = [act for acts in ABILITIES for act in acts]
    assert sorted(named) == sorted(RULES)
    for acts in ABILITIES:
        assert {frozenset(RULES[act]) for act in acts} == {frozenset(RULES[acts[0]])}, acts


def test_a_role_gives_what_the_other_takes() -> None:
    for one, other in product(ROLES, ROLES):
        assert gained_and_lost(one, other) == gained_and_lost(other, one)[::-1]
        assert (gained_and_lost(one, other) == ([], [])) == (one == other)
    gained, lost = gained_and_lost(TECHNICIAN, ANALYST)
    assert "change data sources" in gained
    assert lost == ["open Bench", "pair and configure dongles"]
    assert gained_and_lost(ADMIN, ANALYST)[0] == []
