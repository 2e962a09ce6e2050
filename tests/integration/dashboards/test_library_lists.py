"""The lists of dashboards: who sees which, searched, sorted, paged; and what the trash keeps."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from benchboard.dashboards import library
from benchboard.dashboards.access import sharing
from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.identity import audit
from benchboard.paging import Listing
from benchboard.storage.models.dashboards import Dashboard, DashboardVersion, Widget
from support.databases import unbound
from support.papers import Office, document

# ---- lists


def test_list_dashboards_shows_the_visible_ones_and_why(office: Office) -> None:
    ada, bob, cleo = office.actor("ada"), office.actor("bob"), office.actor("cleo")
    stranger = office.town.stranger.actor
    team = office.team("Rig", bob)
    ids = {name: office.make(ada, document(name)).card.id for name in ("Private", "Direct", "Team", "Public")}
    office.do(sharing.share, ada, ids["Direct"], "person", bob.user_id, "edit")
    office.do(sharing.share, ada, ids["Team"], "team", team, "view")
    office.do(sharing.set_public, ada, ids["Public"], public=True)
    office.make(bob, document("Bob's"))
    assert office.names(ada) == ["Direct", "Private", "Public", "Team"]
    assert office.names(bob) == ["Bob's", "Direct", "Public", "Team"]
    assert office.names(bob, "mine") == ["Bob's"]
    assert office.names(bob, "shared") == ["Direct", "Team"]
    assert office.names(bob, "public") == office.names(cleo) == ["Public"]
    assert office.names(cleo, "mine") == office.names(stranger) == []
    assert office.names(office.actor("admin")) == ["Public"]
    assert office.names(office.actor("admin"), "all") == ["Bob's", "Direct", "Private", "Public", "Team"]
    for who in ("admin", "bob"):
        every = office.ask(library.list_dashboards, office.actor(who), library.everything(office.actor(who), Listing()))
        assert {card.name for card in every.rows} == set(
            office.names(office.actor(who), "all" if who == "admin" else "")
        )
    levels = {card.name: card.level for card in office.ask(library.list_dashboards, bob, Listing()).rows}
    assert levels == {"Bob's": "own", "Direct": "edit", "Public": "view", "Team": "view"}
    for name in ("Private",):
        for act in (library.get_dashboard, library.duplicate):
            with pytest.raises(NotFound):
                office.do(act, bob, ids[name])
    with pytest.raises(Denied):
        office.names(bob, "all")
    for wrong in ({"which": "theirs"}, {"colour": "red"}):
        with pytest.raises(Invalid):
            office.ask(library.list_dashboards, bob, Listing(filters=wrong))


def test_list_dashboards_searches_sorts_and_pages(office: Office) -> None:
    ada = office.actor("ada")
    for number in range(7):
        office.make(ada, document(f"Board {number}", description="Işık" if number % 2 else ""))
    assert office.names(ada, search="isik") == ["Board 1", "Board 3", "Board 5"]
    assert office.names(ada, search="ADA") == [f"Board {n}" for n in range(7)]
    assert office.names(ada, search="board 4%") == []
    for sort, descending in (
        ("", False),
        ("name", False),
        ("updated_at", True),
        ("owner", False),
        ("deleted_at", True),
    ):
        seen, key = [], None
        while True:
            found = office.ask(
                library.list_dashboards, ada, Listing(sort=sort, descending=descending), after=key, limit=3
            )
            seen += [card.name for card in found.rows]
            key = found.next_key
            if key is None:
                break
        assert sorted(seen) == [f"Board {n}" for n in range(7)]
        if sort in ("", "updated_at"):
            assert seen == sorted(seen, reverse=True)


# ---- the trash


def test_trash_keeps_for_thirty_days_what_its_owner_can_restore(office: Office) -> None:
    ada, bob, admin = office.actor("ada"), office.actor("bob"), office.actor("admin")
    made = office.make(ada)
    office.do(sharing.share, ada, made.card.id, "person", bob.user_id, "edit")
    with pytest.raises(Denied):
        office.do(library.discard, bob, [made.card.id])
    assert office.do(library.discard, ada, [made.card.id]) == 1
    assert office.do(library.discard, ada, [made.card.id]) == 0
    assert office.names(ada) == office.names(bob) == office.names(bob, "trash") == []
    assert office.names(ada, "trash") == office.names(admin, "trash") == ["Line 2"]
    for act in (library.get_dashboard, library.duplicate):
        with pytest.raises(NotFound):
            office.do(act, bob, made.card.id)
    with pytest.raises(NotFound):
        office.do(library.restore, bob, [made.card.id])
    card = office.ask(library.get_dashboard, ada, made.card.id).card
    assert card.deleted_by == "Ada"
    assert office.do(library.restore, admin, [made.card.id]) == 1
    assert office.names(bob, "shared") == ["Line 2"]


def test_trash_and_back_is_no_change_of_the_dashboard(office: Office) -> None:
    ada = office.actor("ada")
    first = office.make(ada, document("First"))
    office.make(ada, document("Second"))
    key = first.card.id
    office.do(library.discard, ada, [key])
    (card,) = office.ask(library.list_dashboards, ada, Listing(filters={"which": "trash"})).rows
    assert card.updated_at == first.card.updated_at
    office.do(library.restore, ada, [key])
    cards = office.ask(library.list_dashboards, ada, Listing(sort="updated_at", descending=True)).rows
    assert [one.name for one in cards] == ["Second", "First"]
    assert cards[1].updated_at == first.card.updated_at
    assert cards[1].version > first.card.version


def _age(office: Office, days: float, dashboard_id: str) -> None:
    with unbound(office.town.database).change() as session:
        then = datetime.now(UTC) - timedelta(days=days)
        session.execute(update(Dashboard).where(Dashboard.id == dashboard_id).values(deleted_at=then))
        audit.record(session, office.town.actor, "dashboard.discard", dashboard_id)


def test_trash_older_than_thirty_days_is_hidden_and_then_deleted(office: Office) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    old, young = office.make(ada, document("Old")).card.id, office.make(ada, document("Young")).card.id
    foreign = office.make(office.town.stranger.actor).card.id
    for one, days in ((old, 30.1), (young, 29.9), (foreign, 31)):
        _age(office, days, one)
    assert office.names(ada, "trash") == ["Young"]
    with pytest.raises(NotFound):
        office.do(library.restore, ada, [old])
    with pytest.raises(Denied):
        office.do(library.purge, bob)
    office.make(bob, document("Bob's"))
    with unbound(office.town.database).read() as session:
        assert set(session.scalars(select(Dashboard.name).where(Dashboard.deleted_at.is_not(None)))) == {
            "Young",
            "Line 2",
        }
        assert set(session.scalars(select(Widget.dashboard_id))) >= {young, foreign}
        assert old not in set(session.scalars(select(Widget.dashboard_id)))
        entries = audit.list_entries(session, office.town.actor, Listing(filters={"event": "dashboard.expire"})).rows
    assert [(entry.resource_id, entry.user_id, entry.details) for entry in entries] == [(old, None, {"name": "Old"})]
    _age(office, 31, young)
    assert office.do(library.purge, office.actor("admin")) == 1
    assert office.do(library.purge, office.actor("admin")) == 0


def test_delete_forever_outside_the_trash_is_rejected(office: Office) -> None:
    ada = office.actor("ada")
    one, two = office.make(ada), office.make(ada, document("Two"))
    office.do(library.discard, ada, [one.card.id])
    with pytest.raises(Conflict):
        office.do(library.delete_forever, ada, [one.card.id, two.card.id])
    assert office.do(library.delete_forever, ada, [one.card.id]) == 1
    with pytest.raises(NotFound):
        office.ask(library.get_dashboard, ada, one.card.id)
    with unbound(office.town.database).read() as session:
        assert set(session.scalars(select(DashboardVersion.dashboard_id))) == {two.card.id}
