"""What a person can reach, with the paths: the same objects at the same levels as they have when they try."""

from typing import Any

import pytest
from sqlalchemy import delete, event

from benchboard.analytics import commerce
from benchboard.analytics.sources import services
from benchboard.dashboards import library
from benchboard.dashboards.access import dashboard_permissions, reached_objects, sharing
from benchboard.dashboards.access.dashboard_permissions import LEVELS
from benchboard.dashboards.access.reached_objects import KINDS, ObjectAccess, ObjectKind, ReachedObject, ReachPath
from benchboard.dongles import fleet
from benchboard.errors import Denied, NotFound
from benchboard.identity import audit, role_changes, teams, users
from benchboard.identity.permissions import Actor
from benchboard.identity.roles import ROLES, with_needed
from benchboard.paging import Listing
from benchboard.storage.models.analytics import DataSource, DataSourceGrant
from benchboard.storage.models.dongles import Dongle
from benchboard.storage.models.identity import UserRole
from support.databases import unbound
from support.papers import Office, document
from support.people import CLIENT


def _reached(office: Office, person: Actor, kind: ObjectKind) -> dict[str, ReachedObject]:
    found = office.ask(reached_objects.list_reached, office.town.actor, person.user_id, kind, limit=500).rows
    return {one.name: one for one in found}


def _with_access(office: Office, kind: ObjectKind, object_id: str) -> dict[str, ObjectAccess]:
    found = office.ask(reached_objects.list_access_to, office.town.actor, kind, object_id, limit=500).rows
    return {one.name: one for one in found}


def _tried(office: Office, actor: Actor, dashboard_id: str) -> str | None:
    """The highest level at which the check passes, in the person's own transaction."""
    passed = None
    with office.town.database.bind(actor).read() as session:
        for level in LEVELS:
            try:
                library.get_dashboard(session, actor, dashboard_id)
                dashboard_permissions.require(session, actor, dashboard_id, level)
            except (Denied, NotFound):
                return passed
            passed = level
    return passed


def _source(
    office: Office, name: str, *, organisation: str = "", people: Any = None, teams: tuple[str, ...] = ()
) -> str:
    """A data source's row, restricted to some people and teams unless `people` is None."""
    own = organisation or office.town.north
    with unbound(office.town.database).change() as session:
        row = DataSource(organisation_id=own, name=name, type="csv", status="connected")
        session.add(row)
        session.flush()
        keys = {"organisation_id": own, "data_source_id": row.id}
        if people is not None:
            session.add_all([DataSourceGrant(**keys), *(DataSourceGrant(**keys, user_id=one) for one in people)])
            session.add_all([DataSourceGrant(**keys, team_id=one) for one in teams])
        audit.append(session, CLIENT, "source.create", row.id, own, None)
    return row.id


def _everyone(office: Office) -> list[Actor]:
    """A person of each role, one without any, and one of the other organisation."""
    people = [office.actor(f"of-{role}".replace("_", "-"), role=role) for role in ROLES]
    nobody = office.actor("nobody")
    with unbound(office.town.database).change() as session:
        session.execute(delete(UserRole).where(UserRole.user_id == nobody.user_id))
        audit.append(session, CLIENT, "user.change-role", nobody.user_id, office.town.north, None)
    return [*people, nobody]


def test_reached_dashboards_are_those_that_the_check_lets_through(office: Office) -> None:
    people = _everyone(office)
    ada, stranger = office.actor("ada"), office.actor("zed", south=True)
    team = office.team("Rig", *people[1::2])
    made = [office.make(ada, document(f"Page {n}")).card.id for n in range(4)]
    foreign = office.make(stranger, document("Foreign")).card.id
    office.do(sharing.share, ada, made[0], "team", team, "edit")
    for one in people[::2]:
        office.do(sharing.share, ada, made[1], "person", one.user_id, "view")
    office.do(sharing.set_public, ada, made[2], public=True)
    office.do(sharing.share, ada, made[2], "team", team, "edit")
    cells = 0
    for person in [*people, ada]:
        reached = {one.id: one for one in _reached(office, person, "dashboard").values()}
        for dashboard_id in [*made, foreign]:
            level = _tried(office, person, dashboard_id)
            assert (reached[dashboard_id].level if dashboard_id in reached else None) == level
            if dashboard_id != foreign:
                listed = _with_access(office, "dashboard", dashboard_id).get(person.name)
                assert (listed.level if listed else None) == level
                assert (listed.paths if listed else ()) == (reached[dashboard_id].paths if level else ())
            cells += 1
    assert cells == (len(ROLES) + 2) * 5


def test_paths_name_every_way_the_strongest_first(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada, document("Line 2")).card.id
    office.do(sharing.share, ada, made, "team", office.team("Rig", bob), "edit")
    office.do(sharing.share, ada, made, "person", bob.user_id, "view")
    office.do(sharing.set_public, ada, made, public=True)
    found = _reached(office, bob, "dashboard")["Line 2"]
    assert found.paths == (ReachPath("team", "edit", "Rig"), ReachPath("direct", "view"), ReachPath("public", "view"))
    assert reached_objects.paths_text(found.paths) == (
        "Team Rig, Shared directly (can view), Open to everyone (can view)"
    )
    lead = office.do(
        role_changes.create_role, office.town.actor, name="Lead", abilities=with_needed("dashboards:manage")
    )
    office.do(role_changes.add_people, office.town.actor, lead.id, [bob.user_id])
    assert _reached(office, bob, "dashboard")["Line 2"].paths[0] == ReachPath("role", "own", "Lead")
    office.do(library.discard, ada, [made])
    assert _reached(office, bob, "dashboard") == {}


def test_reached_sources_are_those_that_are_listed_for_the_person(office: Office) -> None:
    people = _everyone(office)
    team = office.team("Rig", *people[1::2])
    sources = [
        _source(office, "Open"),
        _source(office, "Closed", people=[]),
        _source(office, "Named", people=[one.user_id for one in people[::2]]),
        _source(office, "Team", people=[], teams=(team,)),
    ]
    _source(office, "Foreign", organisation=office.town.south)
    for person in people:
        reached = _reached(office, person, "source")
        try:
            with office.town.database.bind(person).read() as session:
                usable = {one.name for one in services.list_sources(session, person, Listing()).rows}
        except Denied:
            usable = set()
        assert reached.keys() == usable
        assert all(one.paths for one in reached.values())
        for source_id, name in zip(sources, ("Open", "Closed", "Named", "Team"), strict=True):
            listed = _with_access(office, "source", source_id).get(person.name)
            assert (listed.paths if listed else ()) == (reached[name].paths if name in reached else ())
    manager = next(one for one in people if "manager" in one.name.lower())
    assert _reached(office, manager, "source")["Team"].paths == (ReachPath("team", "use", "Rig"),)


def test_reached_dongles_and_shops_follow_the_role(office: Office) -> None:
    with unbound(office.town.database).change() as session:
        dongle = Dongle(organisation_id=office.town.north, device_id="00000000000000ab", name="Rig 1")
        session.add(dongle)
        audit.append(session, CLIENT, "dongle.observe", None, office.town.north, None)
    people = _everyone(office)
    levels: dict[str, str] = {}
    for person in people:
        found = _reached(office, person, "dongle")
        try:
            with office.town.database.bind(person).read() as session:
                assert len(fleet.list_dongles(session, person, Listing()).rows) == len(found)
        except Denied:
            assert found == {}
        if found:
            levels[person.name] = found["Rig 1"].level
    assert sorted(levels.values()) == ["configure", "configure", "view"]
    assert {name: one.level for name, one in _with_access(office, "dongle", dongle.id).items()} == {
        **levels, "Admin of north": "configure",
    }  # fmt: skip
    buyer = next(one for one in people if "business" in one.name.lower())
    office.do(
        commerce.import_merchants,
        office.town.actor,
        [commerce.NewMerchant("a.example", "A"), commerce.NewMerchant("b.example", "B")],
    )
    office.do(commerce.add_to_team, office.town.actor, domain="b.example", user_id=buyer.user_id, email=buyer.email)
    assert _reached(office, buyer, "shop") == {
        "B": ReachedObject("shop", "b.example", "B", "view", (ReachPath("direct", "view"),))
    }
    assert list(_reached(office, people[0], "shop")) == ["A", "B"]


def test_counts_are_of_the_lists_and_nothing_is_reached_while_disabled(office: Office) -> None:
    ada = office.actor("ada")
    office.make(ada)
    _source(office, "Open")
    counts = office.ask(reached_objects.count_reached, office.town.actor, ada.user_id)
    assert counts == {kind: len(_reached(office, ada, kind)) for kind in KINDS}
    assert (counts["dashboard"], counts["source"]) == (1, 1)
    office.do(users.set_state, office.town.actor, [ada.user_id], "inactive")
    assert not any(office.ask(reached_objects.count_reached, office.town.actor, ada.user_id).values())


def test_objects_are_found_by_name_and_only_of_the_organisation(office: Office) -> None:
    ada, stranger = office.actor("ada"), office.actor("zed", south=True)
    made = office.make(ada, document("Line 2")).card.id
    foreign = office.make(stranger, document("Line 3")).card.id
    found = office.ask(reached_objects.find_objects, office.town.actor, "line")
    assert [(one.kind, one.id, one.name) for one in found] == [("dashboard", made, "Line 2")]
    assert office.ask(reached_objects.get_object, office.town.actor, "dashboard", "Line 2").id == made
    assert office.ask(reached_objects.get_object, office.town.actor, "dashboard", made[:8]).id == made
    for text in ("Line 3", foreign, "…"):
        with pytest.raises(NotFound):
            office.ask(reached_objects.get_object, office.town.actor, "dashboard", text)
    with pytest.raises(NotFound):
        office.ask(reached_objects.list_access_to, office.town.actor, "dashboard", foreign)


def test_team_reaches_what_is_shared_with_it_and_gets_it_back_when_it_is_restored(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    team = office.team("Rig", bob)
    made = office.make(ada, document("Line 2")).card.id
    office.do(sharing.share, ada, made, "team", team, "edit")
    _source(office, "Payroll", people=[], teams=(team,))

    def reached() -> list[tuple[str, str]]:
        return [
            (one.name, one.level)
            for kind in KINDS
            for one in office.ask(reached_objects.list_reached_by_team, office.town.actor, team, kind).rows
        ]

    assert reached() == [("Line 2", "edit"), ("Payroll", "use")]
    before = _reached(office, bob, "dashboard"), _reached(office, bob, "source")
    deleted = office.do(teams.delete_team, office.town.actor, team)
    assert reached() == []
    assert (_reached(office, bob, "dashboard"), _reached(office, bob, "source")) == ({}, {})
    office.do(teams.restore_team, office.town.actor, deleted)
    assert reached() == [("Line 2", "edit"), ("Payroll", "use")]
    assert (_reached(office, bob, "dashboard"), _reached(office, bob, "source")) == before


def test_listing_who_has_access_takes_as_many_statements_whatever_the_people(office: Office) -> None:
    source = _source(office, "Named", people=[office.actor(f"p{n}").user_id for n in range(6)])
    reads: list[str] = []
    with unbound(office.town.database).read() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *args: reads.append(args[2]))
        assert len(reached_objects.list_access_to(session, office.town.actor, "source", source).rows) == 7
    assert sum(one.startswith("SELECT") for one in reads) == 5
