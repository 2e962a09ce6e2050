"""Who could do what at a time in the past: the same as was there then, whatever was done since."""

import contextlib
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.identity import (
    access_history,
    audit,
    person_changes,
    person_deletion,
    person_erasure,
    reach,
    role_changes,
    teams,
    users,
)
from benchboard.identity.access_history import access_as_of
from benchboard.identity.event_titles import known_events
from benchboard.identity.person_changes import PersonFields
from benchboard.identity.role_changes import RoleFields
from benchboard.identity.roles import RULES
from benchboard.paging import Listing
from benchboard.storage.models.identity import Team, TeamMember, User
from support.databases import unbound
from support.people import Town

_STEPS = 60
_NOT_OF_ACCESS = {
    "user.set-password", "user.change-department", "role.change-description", "user.lock", "user.unlock",
    "user.refuse", "user.export-data",
    "user.turn-on-second-factor", "user.turn-off-second-factor", "user.reset-second-factor", "user.use-recovery-code",
}  # fmt: skip


def test_every_event_of_people_roles_and_teams_is_taken_back_or_has_nothing_to_do_with_access() -> None:
    known = {event for event in known_events() if event.partition(".")[0] in ("user", "role", "team")}
    assert known == access_history.EVENTS | _NOT_OF_ACCESS


def _now(town: Town, session: Session) -> Mapping[str, tuple[object, ...]]:
    """What everybody is and can do now, by the statements that authorise."""
    found = {}
    rows = session.execute(select(User.id, User.name, User.email, User.status, User.deleted_at).where(
        User.organisation_id == town.north))  # fmt: skip
    for row in rows:
        told = reach.get_reach(session, town.actor, row.id)
        acts = frozenset(one.act for one in told.permissions if one.allowed)
        inside = select(Team.name).join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.user_id == row.id)
        state = "deleted" if row.deleted_at is not None else row.status
        found[row.id] = (row.name, row.email, state, acts if state == "active" else frozenset(),
                         tuple(sorted(session.scalars(inside))))  # fmt: skip
    return found


def _then(town: Town, session: Session, at: datetime) -> Mapping[str, tuple[object, ...]]:
    return {
        one.user_id: (one.name, one.email, one.state, one.permissions, tuple(sorted(one.teams.values())))
        for one in access_as_of(session, town.actor, at).people
    }


def _acts(town: Town, session: Session, ids: list[str], pick: Callable[[int], int]) -> Callable[[], object]:
    """One of the acts there are, on a person, role or team picked among those there are."""
    actor = town.actor
    user = ids[pick(len(ids))]
    roles = [one for one in role_changes.list_roles(session, actor) if not one.is_system]
    role = roles[pick(len(roles))] if roles else None
    held = session.execute(select(Team.id).where(Team.organisation_id == town.north)).scalars().all()
    team = held[pick(len(held))] if held else None
    name = f"N{pick(10**6)}"
    abilities = [frozenset({"studio:enter"}), frozenset({"bench:enter"}), frozenset[str]()][pick(3)]
    slug = ["analyst", "technician", "ops_manager", "business_user"][pick(4)]

    def delete_and_restore_role() -> None:
        if role is not None:
            deleted = role_changes.delete_role(session, actor, role.id)
            if pick(2):
                role_changes.restore_role(session, actor, deleted)

    def delete_and_restore_team() -> None:
        if team is not None:
            deleted = teams.delete_team(session, actor, team)
            if pick(2):
                teams.restore_team(session, actor, deleted)

    choices: list[Callable[[], object]] = [
        lambda: users.add_person(session, actor, email=f"{name}@north.example", name=name, role=slug, password=None),
        lambda: person_changes.change_person(session, actor, user, PersonFields(name=name, role=slug)),
        lambda: person_changes.change_person(session, actor, user, PersonFields(email=f"{name}@north.example")),
        lambda: users.set_state(session, actor, [user], ["active", "inactive"][pick(2)]),
        lambda: users.restore_states(session, actor, {user: "pending"}),
        lambda: person_deletion.delete_people(session, actor, [user]),
        lambda: person_deletion.restore_people(session, actor, [user]),
        lambda: pick(4) or person_erasure.erase(session, actor, user),
        lambda: role_changes.create_role(session, actor, name=name, abilities=abilities),
        lambda: role and role_changes.change_role(session, actor, role.id, RoleFields(name=name, abilities=abilities)),
        lambda: role and role_changes.add_people(session, actor, role.id, [user]),
        lambda: role and role_changes.remove_people(session, actor, role.id, [user]),
        delete_and_restore_role,
        lambda: teams.create_team(session, actor, name=name),
        lambda: team and teams.rename_team(session, actor, team, name=name),
        lambda: team and teams.add_people(session, actor, team, [user]),
        lambda: team and teams.remove_people(session, actor, team, [user]),
        delete_and_restore_team,
    ]
    return choices[pick(len(choices))]


@pytest.mark.parametrize("seed", range(4))
def test_past_is_what_was_there_then_after_any_acts(town: Town, seed: int) -> None:
    """Each act is followed by a look at everything; at the end, the log tells all of it again."""
    town.add("ada@north.example", "Ada")
    pick, done = random.Random(seed).randrange, 0
    seen: list[tuple[datetime, Mapping[str, tuple[object, ...]]]] = []
    for _step in range(_STEPS):
        with contextlib.suppress(Conflict, Invalid, NotFound), unbound(town.database).change() as session:
            others = User.organisation_id == town.north, User.id != town.actor.user_id
            ids = list(session.scalars(select(User.id).where(*others).order_by(User.id)))
            _acts(town, session, ids, pick)()
            done += 1
        with unbound(town.database).read() as session:
            seen.append((datetime.now(UTC), _now(town, session)))
    assert done > _STEPS / 2
    with unbound(town.database).read() as session:
        erased = {
            one.id: (one.name, one.email) for one in session.scalars(select(User)) if users.is_erased(one.id, one.email)
        }
        for at, then in seen:
            named = {one: (*erased.get(one, told[:2]), *told[2:]) for one, told in then.items()}
            assert _then(town, session, at) == named


def test_past_of_an_erased_person_stays_true_without_their_name_and_address(town: Town) -> None:
    ada = town.add("ada@north.example", "Ada")
    started = datetime.now(UTC)
    with unbound(town.database).change() as session:
        fields = PersonFields(name="Ada L.", email="ada.l@north.example")
        person_changes.change_person(session, town.actor, ada, fields)
        teams.add_people(session, town.actor, teams.create_team(session, town.actor, name="Line 2").id, [ada])
    renamed = datetime.now(UTC)
    with unbound(town.database).read() as session:
        before = access_as_of(session, town.actor, renamed).find(ada)
    with unbound(town.database).change() as session:
        person_erasure.erase(session, town.actor, ada)
    erased = datetime.now(UTC)
    with unbound(town.database).read() as session:
        for at in (started, renamed):
            found = access_as_of(session, town.actor, at).find(ada[:8])
            assert (found.name, found.email) == ("Erased person", users.erased_address(ada))
            assert (found.state, found.grants, found.unsure) == ("active", before.grants, False)
        assert found.teams == before.teams
        assert access_as_of(session, town.actor, erased).find(ada).state == "deleted"
        with pytest.raises(NotFound) as unknown:
            access_as_of(session, town.actor, started).find("ada@north.example")
        assert "ID" in unknown.value.do


@pytest.mark.parametrize("told", [True, False], ids=["deletion tells", "nothing tells"])
def test_past_of_a_person_whom_an_older_version_erased_is_what_their_deletion_says(town: Town, told: bool) -> None:
    ada = town.add("ada@north.example", "Ada")
    then = datetime.now(UTC)
    with unbound(town.database).change() as session:
        user = session.get_one(User, ada)
        user.deleted_at, user.status, user.email = datetime.now(UTC), "inactive", users.erased_address(ada)
        changes = {"changes": {"status": ["pending", "deleted"]}} if told else {}
        audit.record(session, town.actor, "user.delete", ada, **changes)
        audit.record(session, town.actor, "user.erase", ada, count=0, records={})
    with unbound(town.database).read() as session:
        found = access_as_of(session, town.actor, then).find(ada)
    assert (found.state, found.unsure) == (("pending", False) if told else ("active", True))


def test_time_before_the_log_begins_or_to_come_is_refused_with_since_when_it_is_known(town: Town) -> None:
    with town.database.bind(town.actor).read() as session:
        first = access_history.known_from(session, town.actor)
        assert first is not None
        with pytest.raises(Invalid) as early:
            access_as_of(session, town.actor, first - timedelta(seconds=1))
        assert early.value.code == "history.early"
        assert first.astimezone().strftime("%Y-%m-%d") in str(early.value)
        with pytest.raises(Invalid):
            access_as_of(session, town.actor, datetime.now(UTC) + timedelta(days=1))
        assert access_as_of(session, town.actor, datetime.now(UTC)).known_from == first


def test_person_is_found_by_the_address_they_had_then_and_others_see_nothing(town: Town) -> None:
    with unbound(town.database).change() as session:
        ada = users.add_person(session, town.actor, email="ada@north.example", name="Ada", role="admin", password=None)
    then = datetime.now(UTC)
    with unbound(town.database).change() as session:
        fields = PersonFields(email="ada.l@north.example", role="analyst")
        person_changes.change_person(session, town.actor, ada.id, fields)
    with town.database.bind(town.actor).read() as session:
        past = access_as_of(session, town.actor, then)
        found = past.find("Ada@north.example")
        assert (found.user_id, found.permissions, list(found.roles.values())) == (ada.id, frozenset(RULES), ["Admin"])
        assert past.find(ada.id[:8]) == found
        with pytest.raises(NotFound):
            past.find("ada.l@north.example")
        assert len(past.people) == len(users.list_people(session, town.actor, Listing()).rows)
    town.add("bo@north.example")
    analyst = town.sign_in("bo@north.example").actor
    with pytest.raises(Denied), town.database.bind(analyst).read() as session:
        access_as_of(session, analyst, then)


def test_state_that_an_older_entry_does_not_tell_is_said_to_be_unsure(town: Town) -> None:
    ada = town.add("ada@north.example", "Ada")
    then = datetime.now(UTC)
    with unbound(town.database).change() as session:
        session.get_one(User, ada).status = "inactive"
        audit.record(session, town.actor, "user.disable", ada)  # as older versions did
    with unbound(town.database).read() as session:
        found = access_as_of(session, town.actor, then).find("ada@north.example")
    assert (found.state, found.unsure) == ("active", True)
