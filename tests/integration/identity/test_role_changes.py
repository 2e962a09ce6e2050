"""An organisation's own roles: made, changed, given, deleted and restored; and who would gain or lose by a change."""

from collections.abc import Iterable

import pytest
from sqlalchemy import event

from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.identity import audit, audit_titles, role_changes, users
from benchboard.identity.permissions import has_permission
from benchboard.identity.role_changes import RoleFields, RoleSummary, WhatIf
from benchboard.identity.roles import ROLES, RULES
from benchboard.paging import Listing
from support.databases import unbound
from support.people import Town

STUDIO = frozenset({"studio:enter"})


def _make(town: Town, name: str = "Line lead", abilities: Iterable[str] = STUDIO, *people: str) -> RoleSummary:
    with unbound(town.database).change() as session:
        made = role_changes.create_role(session, town.actor, name=name, abilities=abilities)
        role_changes.add_people(session, town.actor, made.id, people)
        return role_changes.get_role(session, town.actor, made.id)


def _change(town: Town, role_id: str, fields: RoleFields, seen: RoleFields | None = None) -> RoleFields:
    with unbound(town.database).change() as session:
        return role_changes.change_role(session, town.actor, role_id, fields, seen=seen)


def _roles(town: Town) -> dict[str, RoleSummary]:
    with unbound(town.database).read() as session:
        return {one.name: one for one in role_changes.list_roles(session, town.actor)}


def _preview(town: Town, role_id: str, abilities: Iterable[str]) -> WhatIf:
    with unbound(town.database).read() as session:
        return role_changes.preview(session, town.actor, role_id, abilities)


def _log(town: Town) -> list[str]:
    with unbound(town.database).read() as session:
        found = audit.list_entries(session, town.actor, Listing(filters={"resource_type": "role"})).rows
    return [audit_titles.entry_title(one) for one in found]


def test_roles_are_listed_with_their_people(town: Town) -> None:
    mert = town.add("mert@north.example", "Mert")
    made = _make(town, "Line lead", STUDIO | {"bench:enter"}, mert)
    listed = _roles(town)
    assert [one.slug for one in listed.values()] == [*ROLES, "line-lead"]
    assert {one.slug: one.people for one in listed.values() if one.people} == {"admin": 1, "analyst": 1, "line-lead": 1}
    assert listed["Line lead"] == made
    for role in ROLES:
        (system,) = [one for one in listed.values() if one.slug == role]
        assert system.permissions == {act for act, roles in RULES.items() if role in roles}
    with unbound(town.database).read() as session:
        assert users.get_person(session, town.actor, mert).own_roles == ("Line lead",)
        by_role = users.list_people(session, town.actor, Listing(filters={"role_id": made.id})).rows
        assert [one.name for one in by_role] == ["Mert"]
        assert role_changes.list_roles(session, town.stranger.actor)[-1].slug == ROLES[-1]


def test_own_role_applies_from_the_next_transaction_and_until_it_is_taken(town: Town) -> None:
    mert = town.add("mert@north.example", "Mert", role="technician")
    actor = town.sign_in("mert@north.example").actor

    def may(act: str) -> bool:
        with town.database.bind(actor).read():
            return has_permission(actor, act)

    assert not may("sources:read")
    made = _make(town, "Explorer", STUDIO | {"sources:read"}, mert)
    assert may("sources:read")
    assert actor.roles == {"technician", "Explorer"}
    _change(town, made.id, RoleFields(abilities=STUDIO))
    assert not may("sources:read")
    assert may("dongles:pair")
    with unbound(town.database).change() as session:
        change = role_changes.remove_people(session, town.actor, made.id, [mert, town.actor.user_id])
    assert (change.changed, change.unchanged) == (("Mert",), ("Admin of north",))
    assert actor.roles == {"technician", "Explorer"}
    assert may("studio:enter")
    assert actor.roles == {"technician"}


def test_change_returns_what_was_and_undoes_it(town: Town) -> None:
    made = _make(town)
    before = _change(town, made.id, RoleFields("Line leads", "Of hall 2", STUDIO | {"bench:enter"}))
    assert before == RoleFields("Line lead", "", STUDIO)
    now = _roles(town)["Line leads"]
    assert (now.slug, now.description, now.abilities) == ("line-leads", "Of hall 2", STUDIO | {"bench:enter"})
    assert _change(town, made.id, RoleFields("Line leads ")) == RoleFields()
    _change(town, made.id, before)
    assert _roles(town)["Line lead"] == made
    assert _log(town)[-4:] == [
        "Changed the permissions of the role “Line leads”",
        "Changed the description of the role “Line leads”",
        "Renamed the role “Line leads”",
        "Created the role “Line lead”",
    ]
    with unbound(town.database).read() as session:
        entries = audit.list_entries(session, town.actor, Listing(filters={"event": "role.change-permissions"})).rows
    assert entries[-1].details["before"] == ["studio:enter", "layouts:write", "dashboards:write"]
    assert "dongles:read" in entries[-1].details["after"]


def test_change_of_what_another_changed_meanwhile_is_refused(town: Town) -> None:
    made = _make(town)
    seen = RoleFields(made.name, made.description, made.abilities)
    _change(town, made.id, RoleFields(abilities=frozenset()))
    with pytest.raises(Conflict) as refused:
        _change(town, made.id, RoleFields(abilities=STUDIO | {"bench:enter"}), seen)
    assert refused.value.code == "roles.changed-meanwhile"
    _change(town, made.id, RoleFields(name="Other"), seen)
    assert _roles(town)["Other"].abilities == frozenset()


@pytest.mark.parametrize("role", ROLES)
def test_system_roles_cannot_be_changed_deleted_or_given(town: Town, role: str) -> None:
    mert = town.add("mert@north.example", "Mert")
    for act, given in (
        (role_changes.change_role, (RoleFields("Other"),)),
        (role_changes.delete_role, ()),
        (role_changes.add_people, ([mert],)),
        (role_changes.remove_people, ([town.actor.user_id],)),
    ):
        with pytest.raises(Conflict) as refused, unbound(town.database).change() as session:
            act(session, town.actor, role, *given)  # type: ignore[operator]
        assert refused.value.code == "roles.system"


@pytest.mark.parametrize(
    ("abilities", "code"),
    [
        ({"users:write", "admin:enter"}, "roles.reserved"),
        ({"dongles:pair"}, "roles.needs"),
        ({"users:eat"}, "roles.permission"),
        ({"dongles:configure"}, "roles.permission"),
    ],
)
def test_role_with_impossible_permissions_is_refused(town: Town, abilities: set[str], code: str) -> None:
    made = _make(town, "Spare")
    with pytest.raises(Invalid) as refused:
        _make(town, "Line lead", abilities)
    assert refused.value.code == code
    with pytest.raises(Invalid) as refused:
        _change(town, made.id, RoleFields(abilities=frozenset(abilities)))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("LINE Lead", "taken"),
        ("admin", "taken"),
        ("Ops Manager!", "name"),
        ("Operations manager", "taken"),
        ("…", "name"),
    ],
)
def test_role_with_an_unusable_name_is_refused(town: Town, name: str, code: str) -> None:
    _make(town)
    if name == "Ops Manager!":  # another short name than the system role's
        assert _make(town, name).slug == "ops-manager"
        return
    with pytest.raises((Conflict, Invalid)) as refused:
        _make(town, name)
    assert refused.value.code == f"roles.{code}"


def test_deleted_role_is_restored_with_its_people(town: Town) -> None:
    mert, ines = town.add("mert@north.example", "Mert"), town.add("ines@north.example", "Ines")
    made = _make(town, "Line lead", STUDIO, mert, ines)
    with unbound(town.database).change() as session:
        deleted = role_changes.delete_role(session, town.actor, made.id)
    assert "Line lead" not in _roles(town)
    with unbound(town.database).change() as session:
        assert role_changes.restore_role(session, town.actor, deleted) == made
    assert _roles(town)["Line lead"] == made
    assert _log(town)[:2] == ["Restored the role “Line lead”", "Deleted the role “Line lead”"]


def test_preview_counts_other_roles_and_names_people(town: Town) -> None:
    technician = town.add("t@north.example", "Tom", role="technician")
    analyst = town.add("a@north.example", "Ana", role="analyst")
    manager = town.add("o@north.example", "Ops", role="ops_manager")
    made = _make(town, "Line lead", STUDIO | {"bench:enter"}, technician, analyst, manager)
    with unbound(town.database).change() as session:
        users.set_state(session, town.actor, [technician], "inactive")
    told = _preview(town, made.id, STUDIO | {"sources:read"})
    assert (told.gaining, told.losing, told.unchanged) == (1, 1, 1)
    assert [(one.name, one.abilities, one.is_active) for one in told.gains] == [("Tom", ("sources:read",), False)]
    assert [(one.name, one.abilities) for one in told.losses] == [("Ana", ("bench:enter",))]
    assert _preview(town, made.id, made.abilities) == WhatIf(unchanged=3)
    # What it said is what happens.
    before = {one: _permissions(town, one) for one in ("a@north.example", "o@north.example")}
    _change(town, made.id, RoleFields(abilities=STUDIO | {"sources:read"}))
    after = {one: _permissions(town, one) for one in before}
    assert before["o@north.example"] == after["o@north.example"]
    assert before["a@north.example"] - after["a@north.example"] == {"bench:enter", "dongles:read"}


def _permissions(town: Town, email: str) -> frozenset[str]:
    actor = town.sign_in(email).actor
    with town.database.bind(actor).read():
        return actor.permissions


def test_reading_roles_takes_as_many_statements_whatever_the_people(town: Town) -> None:
    people = [town.add(f"p{n}@north.example") for n in range(12)]
    made = _make(town, "Line lead", STUDIO, *people)
    reads: list[str] = []
    with unbound(town.database).read() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *args: reads.append(args[2]))
        role_changes.list_roles(session, town.actor)
        role_changes.preview(session, town.actor, made.id, {"bench:enter"})
    assert sum(one.startswith("SELECT") for one in reads) == 3 + (3 + 2)


def test_role_of_another_organisation_is_not_found(town: Town) -> None:
    made, stranger = _make(town), town.stranger.actor
    mert = town.add("mert@north.example")
    for act, given in (
        (role_changes.change_role, (RoleFields("Other"),)),
        (role_changes.delete_role, ()),
        (role_changes.add_people, ([stranger.user_id],)),
        (role_changes.preview, (STUDIO,)),
    ):
        with pytest.raises(NotFound), unbound(town.database).change() as session:
            act(session, stranger, made.id, *given)  # type: ignore[operator]
    with pytest.raises(NotFound), unbound(town.database).change() as session:
        theirs = role_changes.create_role(session, stranger, name="Theirs")
        role_changes.add_people(session, stranger, theirs.id, [mert])


def test_role_services_without_admin_role_are_denied(town: Town) -> None:
    made = _make(town, "Auditor", {"admin:enter"}, town.add("mert@north.example"))
    actor = town.sign_in("mert@north.example").actor
    with town.database.bind(actor).read() as session:
        assert role_changes.get_role(session, actor, made.id).name == "Auditor"
        for act, given in (
            (role_changes.change_role, (RoleFields(abilities=STUDIO),)),
            (role_changes.delete_role, ()),
            (role_changes.add_people, ([actor.user_id],)),
        ):
            with pytest.raises(Denied):
                act(session, actor, made.id, *given)  # type: ignore[operator]
