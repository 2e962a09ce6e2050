"""Who could open a dashboard in the past: the same as could then, whatever was shared and taken since."""

import contextlib
import random
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from benchboard.dashboards import library
from benchboard.dashboards.access import handing_over, past_access, reached_objects, sharing
from benchboard.dashboards.access.past_access import PastDashboard
from benchboard.errors import AppError, Conflict, Denied, Invalid, NotFound
from benchboard.identity import audit, person_changes, person_erasure, teams, users
from benchboard.identity.access_history import access_as_of
from benchboard.identity.permissions import Actor
from benchboard.identity.person_changes import PersonFields
from benchboard.storage.models.dashboards import Dashboard
from support.databases import unbound
from support.papers import Office

_STEPS = 50
_DISCARDED = 0.3
"""How often it is moved to the trash where it could be, so that it is outside more often than inside."""
Access = Mapping[str, tuple[str, frozenset[tuple[str, str, str]]]]


def _now(office: Office, dashboard_id: str) -> Access:
    """Who can open it now and by which paths; nobody while it is in the trash."""
    try:
        found = office.ask(reached_objects.list_access_to, office.town.actor, "dashboard", dashboard_id, limit=500).rows
    except NotFound:
        return {}
    return {one.user_id: (one.level, frozenset((p.kind, p.level, p.name) for p in one.paths)) for one in found}


def _past(office: Office, dashboard: str, at: datetime) -> PastDashboard:
    with unbound(office.town.database).read() as session:
        past = access_as_of(session, office.town.actor, at)
        return past_access.get_past_access(session, office.town.actor, past, dashboard)


def _then(office: Office, dashboard_id: str, at: datetime) -> Access:
    found = _past(office, dashboard_id, at).people
    return {one.user_id: (one.level, frozenset((p.kind, p.level, p.name) for p in one.paths)) for one in found}


@pytest.mark.parametrize("seed", range(3))
def test_past_access_is_what_it_was_then_after_any_acts(office: Office, seed: int) -> None:
    pick = random.Random(seed)
    town = office.town
    owner, *others = (office.actor(name) for name in ("ada", "bo", "cy", "di"))
    dashboard_id = office.make(owner).card.id
    crews = [office.team(name, *others[:count]) for name, count in (("Crew 1", 1), ("Crew 2", 3))]
    deleted: list[teams.DeletedTeam] = []

    def handed(session: Session, of: Actor, to: Actor) -> Actor:
        handing_over.hand_over(session, town.actor, of.user_id, to.user_id)
        others[others.index(to)] = of
        return to

    seen: list[tuple[datetime, Access]] = []
    for _step in range(_STEPS):
        other, crew = pick.choice(others), pick.choice(crews)
        with contextlib.suppress(Conflict, Invalid, NotFound, Denied), unbound(town.database).change() as session:
            match pick.randrange(13):
                case 0:
                    sharing.share(session, owner, dashboard_id, "person", other.user_id, pick.choice(["view", "edit"]))
                case 1:
                    sharing.share(session, owner, dashboard_id, "team", crew, pick.choice(["view", "edit"]))
                case 2:
                    sharing.unshare(session, owner, dashboard_id, "person", other.user_id)
                case 3:
                    sharing.unshare(session, owner, dashboard_id, "team", crew)
                case 4:
                    sharing.set_public(session, owner, dashboard_id, public=pick.random() < 0.5)
                case 5 if pick.random() < _DISCARDED:
                    library.discard(session, owner, [dashboard_id])
                case 6:
                    library.restore(session, owner, [dashboard_id])
                case 7:
                    deleted.append(teams.delete_team(session, town.actor, crew))
                case 8 if deleted:
                    teams.restore_team(session, town.actor, deleted.pop())
                case 9:
                    users.set_state(session, town.actor, [other.user_id], pick.choice(["active", "inactive"]))
                case 10:
                    role = pick.choice(["admin", "technician", "analyst"])
                    person_changes.change_person(session, town.actor, other.user_id, PersonFields(role=role))
                case 11:
                    owner = handed(session, owner, other)
                case _:
                    teams.add_people(session, town.actor, crew, [other.user_id])
        seen.append((datetime.now(UTC), _now(office, dashboard_id)))
    assert len({str(sorted((who, what[0], sorted(what[1])) for who, what in one.items())) for _at, one in seen}) > 4
    for at, access in seen:
        assert _then(office, dashboard_id, at) == access


def test_owner_of_then_is_told_of_a_dashboard_whose_making_isnt_recorded(office: Office) -> None:
    ada, bo, cy = (office.actor(name) for name in ("ada", "bo", "cy"))
    admin = office.actor("admin")
    with unbound(office.town.database).change() as session:
        row = Dashboard(organisation_id=office.town.north, user_id=ada.user_id, name="Old", layout={})
        session.add(row)
        session.flush()
        audit.record(session, ada, "dashboard.save", row.id, name="Old")
        dashboard_id = row.id
    times = [datetime.now(UTC)]
    for of, to in ((ada, bo), (bo, cy)):
        office.do(handing_over.hand_over, admin, of.user_id, to.user_id)
        times.append(datetime.now(UTC))
    owners = [
        next(who for who, (_level, paths) in _then(office, dashboard_id, at).items() if ("owner", "own", "") in paths)
        for at in times
    ]
    assert owners == [ada.user_id, bo.user_id, cy.user_id]


def test_dashboard_that_is_deleted_is_found_by_its_id_and_not_before_it_was_made(office: Office) -> None:
    owner = office.actor("ada")
    before = datetime.now(UTC)
    dashboard_id = office.make(owner).card.id
    made = datetime.now(UTC)
    office.do(library.discard, owner, [dashboard_id])
    discarded = datetime.now(UTC)
    office.do(library.delete_forever, owner, [dashboard_id])
    assert [one.level for one in _past(office, dashboard_id, made).people if one.user_id == owner.user_id] == ["own"]
    assert _past(office, dashboard_id, made).name == "Line 2"
    assert _past(office, dashboard_id, discarded).in_trash
    assert _past(office, dashboard_id, discarded).people == ()
    for at, named in ((before, dashboard_id), (datetime.now(UTC), dashboard_id), (made, "Line 2"), (made, "x")):
        with pytest.raises(AppError) as error:
            _past(office, named, at)
        assert isinstance(error.value, NotFound)


def test_people_who_are_erased_since_could_open_it_as_they_could_then(office: Office) -> None:
    owner, other, member = (office.actor(name) for name in ("ada", "bo", "cy"))
    admin, town = office.actor("admin"), office.town
    dashboard_id = office.make(owner).card.id
    office.do(sharing.share, owner, dashboard_id, "person", other.user_id, "edit")
    office.do(sharing.share, owner, dashboard_id, "team", office.team("Crew", member), "view")
    then = datetime.now(UTC)
    before = _then(office, dashboard_id, then)
    assert {owner.user_id, other.user_id, member.user_id} <= before.keys()
    office.do(handing_over.hand_over, admin, owner.user_id, town.actor.user_id)
    for one in (owner, other, member):
        office.do(person_erasure.erase, town.actor, one.user_id)
    assert _then(office, dashboard_id, then) == before
    assert not {owner.user_id, other.user_id, member.user_id} & _now(office, dashboard_id).keys()
