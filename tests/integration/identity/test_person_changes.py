"""What an admin changes about a person: each field, undone, recorded, and refused where it can't be."""

import pytest
from sqlalchemy import select

from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.identity import audit, authentication, person_changes, teams
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_titles import entry_title
from benchboard.identity.person_changes import PersonFields
from benchboard.identity.roles import RULES
from benchboard.paging import Listing
from benchboard.storage.models.identity import Role, User, UserRole
from support.databases import unbound
from support.people import CLIENT, PASSWORD, Town, end_reason


def _change(town: Town, user_id: str, seen: PersonFields | None = None, **fields: object) -> PersonFields:
    with unbound(town.database).change() as session:
        wanted = PersonFields(**fields)  # type: ignore[arg-type]  # a test names what it changes
        return person_changes.change_person(session, town.actor, user_id, wanted, seen=seen)


def _fields(town: Town, user_id: str) -> PersonFields:
    with unbound(town.database).read() as session:
        return person_changes.get_fields(session, town.actor, user_id)


def _team(town: Town, name: str) -> str:
    with unbound(town.database).change() as session:
        return teams.create_team(session, town.actor, name=name).id


def _latest(town: Town, count: int) -> list[AuditEntry]:
    with unbound(town.database).read() as session:
        return list(audit.list_entries(session, town.actor, Listing(), limit=count).rows)


def test_change_person_changes_each_field_records_it_and_is_undone_by_what_it_returns(town: Town) -> None:
    mert, rig = town.add("mert@north.example", "Mert"), _team(town, "Rig 2")
    before = _fields(town, mert)
    made = PersonFields("Mert Aydın", "Mert.Aydin@north.example", "Test lab", "technician", frozenset({rig}))
    old = _change(
        town, mert, name=" Mert Aydın ", email="Mert.Aydin@north.example", department="Test lab",
        role="technician", teams=frozenset({rig}),
    )  # fmt: skip
    assert _fields(town, mert) == made
    assert old == before
    trail = {entry.event: entry for entry in _latest(town, 5)}
    assert trail.keys() == {
        "user.rename", "user.change-email", "user.change-department", "user.change-role", "team.add",
    }  # fmt: skip
    assert {entry.whom for entry in trail.values()} == {"Mert Aydın"}
    role = trail["user.change-role"]
    assert (role.details["before"], role.details["after"]) == ("analyst", "technician")
    assert entry_title(role) == "Changed the role of Mert Aydın"
    with unbound(town.database).change() as session:
        undone = person_changes.change_person(session, town.actor, mert, old, seen=made)
    assert _fields(town, mert) == before
    assert undone == made


def test_change_person_role_authorises_from_the_next_transaction_on(town: Town) -> None:
    mert = town.add("mert@north.example", role="analyst")
    signed_in = town.sign_in("mert@north.example")
    _change(town, mert, role="technician")
    with unbound(town.database).read() as session:
        assert end_reason(session, signed_in) is None
        slugs = session.scalars(
            select(Role.slug).join(UserRole, UserRole.role_id == Role.id).where(UserRole.user_id == mert)
        ).all()
        assert (slugs, session.get_one(User, mert).role) == (["technician"], "technician")
    assert signed_in.actor.permissions == {act for act, roles in RULES.items() if "technician" in roles}


def test_change_person_new_address_signs_in_and_the_old_one_does_not(town: Town) -> None:
    mert = town.add("mert@north.example")
    _change(town, mert, email="aydin@north.example")
    assert town.sign_in("AYDIN@north.example").actor.user_id == mert
    with pytest.raises(Denied):
        town.sign_in("mert@north.example")


def test_change_person_without_a_difference_records_nothing(town: Town) -> None:
    mert = town.add("mert@north.example", "Mert")
    start = _latest(town, 1)
    assert _change(town, mert, name="Mert ", role="analyst", teams=frozenset(), department="") == PersonFields()
    assert _latest(town, 1) == start


def test_change_person_address_of_another_spelling_is_not_taken_by_itself(town: Town) -> None:
    mert = town.add("mert@north.example")
    _change(town, mert, email="Mert@North.example")
    assert _fields(town, mert).email == "Mert@North.example"


@pytest.mark.parametrize(
    ("fields", "error", "code"),
    [
        ({"name": "  "}, Invalid, "people.name"),
        ({"name": "x" * 101}, Invalid, "people.name"),
        ({"email": "no address"}, Invalid, "addresses.invalid"),
        ({"email": "ADMIN@north.example"}, Conflict, "people.taken"),
        ({"role": "owner"}, Invalid, "people.role"),
        ({"department": "x" * 101}, Invalid, "people.department"),
        ({"department": "two\nlines"}, Invalid, "people.department"),
        ({"teams": frozenset({"00000000-0000-4000-8000-000000000000"})}, NotFound, "teams.unknown"),
    ],
)
def test_change_person_with_a_wrong_value_changes_nothing(
    town: Town, fields: dict[str, object], error: type[Exception], code: str
) -> None:
    mert = town.add("mert@north.example", "Mert")
    before = _fields(town, mert)
    with pytest.raises(error) as refused:
        _change(town, mert, **({"department": "Lab"} | fields))
    assert getattr(refused.value, "code", "") == code
    assert _fields(town, mert) == before


def test_change_person_own_role_raises_conflict(town: Town) -> None:
    with pytest.raises(Conflict) as refused:
        _change(town, town.actor.user_id, role="analyst")
    assert refused.value.code == "people.own-role"


def test_change_person_role_of_the_last_active_admin_raises_conflict(town: Town) -> None:
    other = town.add("second@north.example", role="admin")
    with town.database.engine.begin() as connection:
        connection.execute(User.__table__.update().where(User.id == town.actor.user_id).values(status="inactive"))  # type: ignore[attr-defined]  # a Table
    with pytest.raises(Conflict) as refused:
        _change(town, other, role="analyst")
    assert refused.value.code == "people.last-admin"


def test_change_person_field_changed_by_another_program_since_it_was_seen_raises_conflict(town: Town) -> None:
    mert = town.add("mert@north.example", "Mert")
    seen = _fields(town, mert)
    _change(town, mert, role="technician", name="M. Aydın")
    with pytest.raises(Conflict) as refused:
        _change(town, mert, seen, role="ops_manager")
    assert (refused.value.code, refused.value.facts["field"]) == ("people.changed-meanwhile", "role")
    _change(town, mert, seen, department="Lab")  # what nobody else changed isn't in the way
    assert _fields(town, mert) == PersonFields("M. Aydın", "mert@north.example", "Lab", "technician", frozenset())


def test_change_person_teams_keep_what_another_program_added_meanwhile(town: Town) -> None:
    mert = town.add("mert@north.example")
    one, two, three = (_team(town, name) for name in ("One", "Two", "Three"))
    _change(town, mert, teams=frozenset({one}))
    seen = _fields(town, mert)
    _change(town, mert, teams=frozenset({one, two}))
    _change(town, mert, seen, teams=frozenset({three}))
    assert _fields(town, mert).teams == {two, three}


def test_set_password_replaces_the_old_one_ends_sessions_and_is_recorded_without_it(town: Town) -> None:
    mert = town.add("mert@north.example")
    signed_in = town.sign_in("mert@north.example")
    with unbound(town.database).change() as session:
        assert person_changes.set_password(session, town.actor, mert, "another four words here") == 1
    with unbound(town.database).read() as session:
        assert end_reason(session, signed_in) == "revoked"
    with pytest.raises(Denied):
        town.sign_in("mert@north.example")
    with unbound(town.database).change() as session:
        authentication.sign_in(session, email="mert@north.example", password="another four words here", client=CLIENT)
    entry = next(one for one in _latest(town, 4) if one.event == "user.set-password")
    assert (entry.whom, entry.details) == ("mert", {})
    for refused in ("short", "mert@north.example"):
        with pytest.raises(Invalid), unbound(town.database).change() as session:
            person_changes.set_password(session, town.actor, mert, refused)
    assert PASSWORD not in str(_latest(town, 20))
