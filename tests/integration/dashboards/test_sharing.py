"""Sharing a dashboard: with people, teams and everybody; who has access in the end, and why."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import delete, text

from benchboard.dashboards import library
from benchboard.dashboards.access import access_list, sharing
from benchboard.dashboards.access.access_list import Grant
from benchboard.errors import AppError, Conflict, Denied, Invalid, NotFound
from benchboard.identity import audit, users
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing
from benchboard.storage.models.dashboards import DashboardShare, DashboardTeamShare
from benchboard.storage.models.identity import Team
from support.databases import unbound
from support.examples import examples
from support.papers import Office


def _level(office: Office, actor: Actor, dashboard_id: str) -> str | None:
    """What the actor may do, tried: look, save, share."""
    level = None
    for reached, act, told in (
        ("view", library.get_dashboard, ()),
        ("edit", library.describe, ()),
        ("own", sharing.candidates, ("",)),
    ):
        try:
            office.do(act, actor, dashboard_id, *told)
        except (Denied, NotFound):
            return level
        level = reached
    return level


def _access(office: Office, actor: Actor, dashboard_id: str, **asked: Any) -> dict[str, tuple[str, tuple[Grant, ...]]]:
    found = office.ask(access_list.list_access, actor, dashboard_id, Listing(**asked), limit=500)
    return {one.name: (one.level, one.grants) for one in found.rows}


ADMIN = "Admin of north"
BY_ROLE = ("own", (Grant("role", "own"),))


def test_share_given_changed_and_revoked(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada)
    assert _level(office, bob, made.card.id) is None
    for permission in ("view", "edit", "view"):
        shares = office.do(sharing.share, ada, made.card.id, "person", bob.user_id, permission)
        assert [(one.to.name, one.permission, one.shared_by) for one in shares.people] == [("Bob", permission, "Ada")]
        assert _level(office, bob, made.card.id) == permission
    assert office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "view").people == shares.people
    assert office.do(sharing.unshare, ada, made.card.id, "person", bob.user_id).people == ()
    assert office.do(sharing.unshare, ada, made.card.id, "person", bob.user_id).people == ()
    assert _level(office, bob, made.card.id) is None
    with unbound(office.town.database).read() as session:
        entries = audit.list_entries(session, office.town.actor, Listing(filters={"resource_type": "dashboard"})).rows
    told = [(one.event, one.details.get("permission"), one.whom) for one in reversed(entries)]
    assert [one for one in told if "share" in one[0]] == [
        ("dashboard.share", "view", "Bob"),
        ("dashboard.share", "edit", "Bob"),
        ("dashboard.share", "view", "Bob"),
        ("dashboard.unshare", None, "Bob"),
    ]


def test_share_with_a_team_covers_its_current_members(office: Office) -> None:
    ada, bob, cleo = office.actor("ada"), office.actor("bob"), office.actor("cleo")
    team = office.team("Rig", bob)
    made = office.make(ada)
    shares = office.do(sharing.share, ada, made.card.id, "team", team, "edit")
    assert [(one.to.name, one.to.members, one.permission) for one in shares.teams] == [("Rig", 1, "edit")]
    assert (_level(office, bob, made.card.id), _level(office, cleo, made.card.id)) == ("edit", None)
    office.do(sharing.unshare, ada, made.card.id, "team", team.upper())
    assert _level(office, bob, made.card.id) is None
    with unbound(office.town.database).read() as session:
        entries = audit.list_entries(session, office.town.actor, Listing(filters={"resource_type": "dashboard"})).rows
    assert [(one.event, one.details.get("team_id"), one.details.get("team")) for one in entries[:2]] == [
        ("dashboard.unshare", team, "Rig"),
        ("dashboard.share", team, "Rig"),
    ]


def test_list_access_names_everyone_with_every_grant(office: Office) -> None:
    ada, bob, cleo = office.actor("ada"), office.actor("bob"), office.actor("cleo")
    office.actor("dan")
    one, two = office.team("Alpha", bob, cleo), office.team("Beta", bob)
    made = office.make(ada)
    assert _access(office, ada, made.card.id) == {"Ada": ("own", (Grant("owner", "own"),)), ADMIN: BY_ROLE}
    office.do(sharing.share, ada, made.card.id, "team", one, "view")
    office.do(sharing.share, ada, made.card.id, "team", two, "edit")
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "view")
    assert _access(office, ada, made.card.id) == {
        "Ada": ("own", (Grant("owner", "own"),)),
        ADMIN: BY_ROLE,
        "Bob": ("edit", (Grant("team", "edit", "Beta"), Grant("direct", "view"), Grant("team", "view", "Alpha"))),
        "Cleo": ("view", (Grant("team", "view", "Alpha"),)),
    }
    office.do(sharing.set_public, ada, made.card.id, public=True)
    everybody = _access(office, bob, made.card.id)
    assert everybody["Dan"] == ("view", (Grant("public", "view"),))
    assert everybody["Cleo"][1] == (Grant("team", "view", "Alpha"), Grant("public", "view"))
    assert everybody.keys() == {"Ada", "Bob", "Cleo", "Dan", ADMIN}, "nobody of another organisation"
    assert _access(office, bob, made.card.id, search="DAN@").keys() == {"Dan"}
    assert _access(office, bob, made.card.id, filters={"user_id": cleo.user_id}).keys() == {"Cleo"}
    office.do(users.set_state, office.actor("admin"), [cleo.user_id], "inactive")
    assert "Cleo" not in _access(office, ada, made.card.id)
    found = office.ask(access_list.list_access, ada, made.card.id, limit=3)
    rest = office.ask(access_list.list_access, ada, made.card.id, after=found.next_key, limit=3)
    assert [one.name for one in (*found.rows, *rest.rows)] == ["Ada", ADMIN, "Bob", "Dan"]
    with pytest.raises(Invalid):
        _access(office, ada, made.card.id, filters={"colour": "red"})


def test_access_without_permission_for_studio_is_none(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob", role="technician")
    made = office.make(ada)
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "edit")
    assert "Bob" in _access(office, ada, made.card.id)
    with office.town.database.engine.begin() as connection:
        connection.execute(
            text(
                "DELETE FROM role_permissions WHERE role_id IN (SELECT id FROM roles WHERE slug = 'technician')"
                " AND permission_id IN (SELECT id FROM permissions WHERE name = 'studio:enter')"
            )
        )
    assert "Bob" not in _access(office, ada, made.card.id)


LEVELS = (None, "view", "edit")


@given(data=st.data())
@examples(8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_effective_level_is_the_highest_grant_and_equals_the_list(office: Office, data: st.DataObject) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    if not office.memory:
        office.memory = [office.team("Alpha", bob), office.team("Beta", bob), office.team("Gamma", ada)]
    direct, *through = (data.draw(st.sampled_from(LEVELS)) for _number in range(4))
    public = data.draw(st.booleans())
    made = office.make(ada)
    if direct:
        office.do(sharing.share, ada, made.card.id, "person", bob.user_id, direct)
    for team, permission in zip(office.memory, through, strict=True):
        if permission:
            office.do(sharing.share, ada, made.card.id, "team", team, permission)
    office.do(sharing.set_public, ada, made.card.id, public=public)
    ways = [direct, *through[:2], "view" if public else None]
    most = max(ways, key=LEVELS.index)
    assert _level(office, bob, made.card.id) == most
    listed = _access(office, ada, made.card.id).get("Bob")
    assert (listed[0] if listed else None) == most
    if listed:
        assert len(listed[1]) == len([way for way in ways if way])
    cards = office.ask(library.list_dashboards, bob, Listing(), limit=1000).rows
    assert {card.id: card.level for card in cards}.get(made.card.id) == most


def test_share_by_others_than_the_owner_is_denied(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada)
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "edit")
    for act, told, named in (
        (sharing.share, ("person", office.actor("cleo").user_id, "view"), {}),
        (sharing.unshare, ("person", bob.user_id), {}),
        (sharing.set_public, (), {"public": True}),
        (sharing.candidates, ("",), {}),
        (sharing.find_exact_match, ("Cleo",), {}),
    ):
        with pytest.raises(Denied):
            office.do(act, bob, made.card.id, *told, **named)
        with pytest.raises(NotFound):
            office.do(act, office.actor("cleo"), made.card.id, *told, **named)
    assert office.ask(sharing.sharing_of, bob, made.card.id).level == "edit"


def test_share_invalid_target_or_level_is_rejected(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    made = office.make(ada)
    refused: list[tuple[tuple[str, str, str], type[AppError]]] = [
        (("person", ada.user_id, "edit"), Conflict),
        (("person", bob.user_id, "own"), Invalid),
        (("person", office.town.stranger.actor.user_id, "view"), NotFound),
        (("team", bob.user_id, "view"), NotFound),
        (("person", "no id", "view"), NotFound),
    ]
    for told, error in refused:
        with pytest.raises(error):
            office.do(sharing.share, ada, made.card.id, *told)
    office.do(users.set_state, office.actor("admin"), [bob.user_id], "inactive")
    with pytest.raises(NotFound):
        office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "view")


def test_candidates_are_active_people_and_teams_by_name_or_address(office: Office) -> None:
    ada, bob = office.actor("ada", role="business_user"), office.actor("bob")
    office.actor("bora")
    office.actor("foreign", south=True)
    gone = office.actor("bogdan")
    team = office.team("Bobsled", bob)
    office.do(users.set_state, office.actor("admin"), [gone.user_id], "inactive")
    made = office.make(ada)

    def found(search: str, **asked: Any) -> list[str]:
        return [one.name for one in office.ask(sharing.candidates, ada, made.card.id, search, **asked)]

    assert found("bo") == ["Bobsled", "Bob", "Bora"]
    assert found("BOB@") == ["Bob"]
    assert found("foreign") == found("bogdan") == found("ada") == []
    assert found("") == ["Bobsled", ADMIN, "Bob", "Bora"]
    assert found("", limit=2) == ["Bobsled", ADMIN]
    (one,) = office.ask(sharing.candidates, ada, made.card.id, "bob@")
    assert (one.kind, one.id, one.email, one.members) == ("person", bob.user_id, "bob@north.example", None)
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "view")
    office.do(sharing.share, ada, made.card.id, "team", team, "view")
    assert found("bo") == ["Bora"]


def test_find_exact_match_by_address_never_matches_a_name(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    office.town.add("mallory@north.example", "bob@north.example", role="analyst", organisation=office.town.north)
    office.team("bob@north.example")
    made = office.make(ada)

    def found(text: str) -> str | None:
        who = office.ask(sharing.find_exact_match, ada, made.card.id, text)
        return who and who.email

    assert found(" BOB@north.example ") == "bob@north.example"
    assert found("mallory@north.example") == "mallory@north.example"
    assert found("@") is found("bob@") is found("ada@north.example") is found("@\0") is None
    assert [one.email for one in office.ask(sharing.candidates, ada, made.card.id, "bob@")] == ["bob@north.example"]
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "edit")
    assert found("bob@north.example") is None
    assert office.ask(sharing.candidates, ada, made.card.id, "bob@north.example") == ()
    office.do(sharing.unshare, ada, made.card.id, "person", bob.user_id)
    office.do(users.set_state, office.actor("admin"), [bob.user_id], "inactive")
    assert found("bob@north.example") is None


def test_find_exact_match_by_name_needs_a_unique_match(office: Office) -> None:
    ada = office.actor("ada")
    made = office.make(ada)

    def add(address: str, name: str) -> None:
        office.town.add(f"{address}@north.example", name, role="analyst", organisation=office.town.north)

    def found(text: str) -> str | None:
        who = office.ask(sharing.find_exact_match, ada, made.card.id, text)
        return who and (who.email or who.id)

    add("jose", "José")
    assert found("jose") == found("JOSÉ") == found("Jose\u0301") == "jose@north.example"
    assert found("jos") is found("") is found("Ada") is found("\ud800") is None
    add("other", "Jose")
    assert (found("José"), found("Jose"), found("jose")) == ("jose@north.example", "other@north.example", None)
    for k in range(60):
        office.team(f"Ann Lee {k:02}")
    team = office.team("Ann Lee")
    assert found("ann lee") == team
    add("ann", "Ann Lee")
    assert found("Ann Lee") is None
    office.do(sharing.share, ada, made.card.id, "team", team, "edit")
    assert found("Ann Lee") is None
    gone = office.actor("bob")
    add("bob2", "Bob")
    office.do(users.set_state, office.actor("admin"), [gone.user_id], "inactive")
    assert found("Bob") is None


def test_get_candidate_by_address_short_name_or_id(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    team = office.team("Rig", bob)
    for who, wanted in (
        ("BOB@north.example", bob.user_id), (bob.user_id, bob.user_id), ("rig", team), (team.upper(), team),
    ):  # fmt: skip
        assert office.ask(sharing.get_candidate, ada, who).id == wanted
    for who in ("nobody@north.example", "nothing", office.town.stranger.actor.user_id):
        with pytest.raises(NotFound):
            office.ask(sharing.get_candidate, ada, who)


def test_share_ends_with_its_team_or_person(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    team = office.team("Rig", bob)
    made = office.make(ada)
    office.do(sharing.share, ada, made.card.id, "team", team, "edit")
    with unbound(office.town.database).change() as session:
        session.execute(delete(Team).where(Team.id == team))
        audit.record(session, ada, "team.delete", team)
    assert _level(office, bob, made.card.id) is None
    assert office.ask(sharing.sharing_of, ada, made.card.id).teams == ()


def test_share_tables_reject_other_organisations(office: Office) -> None:
    ada, stranger = office.actor("ada"), office.town.stranger.actor
    made = office.make(ada)
    for table, column in ((DashboardShare, "user_id"), (DashboardTeamShare, "team_id")):
        for organisation in (ada.organisation_id, stranger.organisation_id):
            row: Any = table(organisation_id=organisation, dashboard_id=made.card.id, **{column: stranger.user_id})
            with pytest.raises(Conflict), unbound(office.town.database).change() as session:
                session.add(row)
                audit.record(session, ada, "dashboard.share", made.card.id)
