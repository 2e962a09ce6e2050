"""Teams: created, filled and emptied by an admin; the separation of two organisations, and the audit log."""

import pytest
from sqlalchemy import event, select

from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.identity import teams, users
from benchboard.paging import Listing
from benchboard.storage.models.identity import AuditLog
from support.databases import unbound
from support.people import Town


def _make(town: Town, name: str, *members: str) -> str:
    with unbound(town.database).change() as session:
        team = teams.create_team(session, town.actor, name=name)
        teams.add_people(session, town.actor, team.slug, members)
    return team.slug


def _listed(town: Town, search: str = "") -> dict[str, tuple[str, ...]]:
    with unbound(town.database).read() as session:
        found = teams.list_teams(session, town.actor, Listing(search))
    return {team.slug: team.members for team in found.rows}


def test_team_changes_of_people_are_listed_and_recorded(town: Town) -> None:
    mert, ines = town.add("mert@north.example", "Mert"), town.add("ines@north.example", "Ines")
    slug = _make(town, "  Ölçüm Ekibi 2 ", mert, ines, mert)
    assert slug == "olcum-ekibi-2"
    assert _listed(town) == _listed(town, "olcum") == {slug: ("Ines", "Mert")}
    assert _listed(town, "rig") == {}
    with unbound(town.database).change() as session:
        assert teams.add_people(session, town.actor, slug, [mert]) == teams.MembershipChange(
            "Ölçüm Ekibi 2", (), ("Mert",)
        )
        change = teams.remove_people(session, town.actor, slug, [mert, town.actor.user_id])
    assert (change.changed, change.unchanged) == (("Mert",), ("Admin of north",))
    assert _listed(town) == {slug: ("Ines",)}
    with unbound(town.database).read() as session:
        trail = session.scalars(select(AuditLog).where(AuditLog.resource_type == "team").order_by(AuditLog.created_at))
        told = [(entry.event_type, entry.details.get("user_id")) for entry in trail]
    assert told == [("team.create", None), ("team.add", mert), ("team.add", ines), ("team.remove", mert)]


def test_people_are_listed_with_their_teams_in_one_read(town: Town) -> None:
    mert, ines = town.add("mert@north.example", "Mert"), town.add("ines@north.example", "Ines")
    _make(town, "rig 2", mert)
    _make(town, "Chamber", mert, ines)
    _make(town, "Nobody")
    reads: list[str] = []
    with unbound(town.database).read() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *args: reads.append(args[2]))
        found = {row.name: row.teams for row in users.list_people(session, town.actor, Listing()).rows}
        assert sum("team_members" in statement for statement in reads) == 1
        assert users.get_person(session, town.actor, mert.upper()).teams == ("Chamber", "rig 2")
    assert found == {"Mert": ("Chamber", "rig 2"), "Ines": ("Chamber",), "Admin of north": ()}


def test_list_teams_pages_are_in_order(town: Town) -> None:
    for name in ("Charlie", "Alpha", "Bravo"):
        _make(town, name)
    with unbound(town.database).read() as session:
        first = teams.list_teams(session, town.actor, Listing(), limit=2)
        rest = teams.list_teams(session, town.actor, Listing(), after=first.next_key, limit=2)
    assert [team.name for team in (*first.rows, *rest.rows)] == ["Alpha", "Bravo", "Charlie"]
    assert rest.next_key is None


@pytest.mark.parametrize(("name", "code"), [("rig", "taken"), ("Rig!", "taken"), ("…", "name"), ("x" * 101, "name")])
def test_create_team_invalid_or_taken_name_raises(town: Town, name: str, code: str) -> None:
    _make(town, "Rig")
    with pytest.raises((Conflict, Invalid)) as refused, unbound(town.database).change() as session:
        teams.create_team(session, town.actor, name=name)
    assert refused.value.code.endswith(code)
    assert list(_listed(town)) == ["rig"]


def test_team_as_admin_of_another_organisation_is_not_found(town: Town) -> None:
    mert, slug, stranger = town.add("mert@north.example"), _make(town, "Rig"), town.stranger.actor
    with unbound(town.database).change() as session:
        own = teams.create_team(session, stranger, name="Rig").slug
        assert own == slug
        assert [team.members for team in teams.list_teams(session, stranger, Listing()).rows] == [()]
    with pytest.raises(NotFound) as refused, unbound(town.database).change() as session:
        teams.add_people(session, stranger, own, [mert])
    assert refused.value.code == "people.unknown"
    for act in (teams.add_people, teams.remove_people):
        with unbound(town.database).read() as session:
            (team,) = teams.list_teams(session, town.actor, Listing()).rows
        with pytest.raises(NotFound) as refused, unbound(town.database).change() as session:
            act(session, stranger, team.id, [stranger.user_id])
        assert refused.value.code == "teams.unknown"


def test_team_services_without_admin_role_are_denied(town: Town) -> None:
    mert = town.add("mert@north.example")
    slug, actor = _make(town, "Rig"), town.sign_in("mert@north.example").actor
    with unbound(town.database).read() as session:
        with pytest.raises(Denied):
            teams.list_teams(session, actor, Listing())
        with pytest.raises(Denied):
            teams.create_team(session, actor, name="Mine")
        for act in (teams.add_people, teams.remove_people):
            with pytest.raises(Denied):
                act(session, actor, slug, [mert])
