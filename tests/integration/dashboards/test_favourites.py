"""Favourites and recently opened dashboards: each person's own, of dashboards that they see."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from benchboard.dashboards import favourites, library
from benchboard.dashboards.access import sharing
from benchboard.errors import NotFound
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing
from benchboard.storage.models.dashboards import DashboardFavourite, DashboardOpening
from benchboard.storage.models.identity import AuditLog
from support.databases import unbound
from support.papers import Office, document


@pytest.fixture
def boards(office: Office) -> dict[str, str]:
    ada = office.actor("ada")
    return {name: office.make(ada, document(name)).card.id for name in ("Belt", "Oven", "Press")}


def _opened(office: Office, actor: Actor, *ids: str) -> None:
    for one in ids:
        office.do(favourites.record_opening, actor, one)


def test_favourites_are_a_persons_own_and_leave_no_audit_entry(office: Office, boards: dict[str, str]) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    office.do(sharing.share, ada, boards["Belt"], "person", bob.user_id, "view")
    with unbound(office.town.database).read() as session:
        entries = session.scalar(select(func.count()).select_from(AuditLog))
    both = [boards["Belt"], boards["Oven"]]
    assert set(office.do(favourites.set_favourite, ada, both, favourite=True)) == set(both)
    assert office.do(favourites.set_favourite, ada, both, favourite=True) == ()
    assert office.names(ada, "favourites") == ["Belt", "Oven"]
    assert office.names(bob, "favourites") == []
    assert office.ask(favourites.favourite_ids, ada) == set(both)
    assert office.ask(favourites.favourite_ids, bob) == set()
    assert office.ask(library.find_summary, ada, boards["Belt"]).favourite
    assert not office.ask(library.find_summary, bob, boards["Belt"]).favourite
    assert office.do(favourites.set_favourite, ada, both[:1], favourite=False) == (boards["Belt"],)
    assert office.names(ada, "favourites") == ["Oven"]
    assert office.ask(library.count_dashboards, ada, "favourites") == 1
    with unbound(office.town.database).read() as session:
        assert session.scalar(select(func.count()).select_from(AuditLog)) == entries


def test_who_loses_access_no_longer_has_it_among_favourites_and_recent(office: Office, boards: dict[str, str]) -> None:
    ada, bob = office.actor("ada"), office.actor("bob")
    with pytest.raises(NotFound):
        office.do(favourites.set_favourite, bob, [boards["Belt"]], favourite=True)
    assert not office.do(favourites.record_opening, bob, boards["Belt"])
    office.do(sharing.set_public, ada, boards["Belt"], public=True)
    office.do(favourites.set_favourite, bob, [boards["Belt"]], favourite=True)
    _opened(office, bob, boards["Belt"])
    assert office.names(bob, "favourites") == office.names(bob, "recent") == ["Belt"]
    office.do(sharing.set_public, ada, boards["Belt"], public=False)
    assert office.names(bob, "favourites") == office.names(bob, "recent") == []
    assert office.ask(library.count_dashboards, bob, "recent") == 0


def test_recent_is_sorted_by_last_opened_and_forgets_after_its_days(office: Office, boards: dict[str, str]) -> None:
    ada = office.actor("ada")
    _opened(office, ada, boards["Oven"], boards["Belt"], boards["Press"], boards["Oven"])
    recent = Listing(filters={"which": "recent"})
    assert [card.name for card in office.ask(library.list_dashboards, ada, recent).rows] == ["Oven", "Press", "Belt"]
    long_ago = datetime.now(UTC) - library.RECENT - timedelta(hours=1)
    with unbound(office.town.database).change() as session:
        session.info["unaudited"] = frozenset({"dashboard_openings"})
        belt = DashboardOpening.dashboard_id == boards["Belt"]
        session.execute(update(DashboardOpening).where(belt).values(opened_at=long_ago))
    assert office.names(ada, "recent") == ["Oven", "Press"]
    assert office.ask(library.count_dashboards, ada, "recent") == 2


@pytest.mark.parametrize("descending", [True, False])
def test_sort_by_last_opened_pages_through_all_with_those_never_opened(
    office: Office, boards: dict[str, str], descending: bool
) -> None:
    ada = office.actor("ada")
    _opened(office, ada, boards["Oven"], boards["Belt"])
    listing = Listing(sort="opened_at", descending=descending)
    names, after = [], None
    while True:
        page = office.ask(library.list_dashboards, ada, listing, after=after, limit=1)
        names += [card.name for card in page.rows]
        after = page.next_key
        if after is None:
            break
    assert names == (["Belt", "Oven", "Press"] if descending else ["Press", "Oven", "Belt"])


def test_two_windows_at_once_make_one_favourite_and_one_opening(office: Office, boards: dict[str, str]) -> None:
    ada, start = office.actor("ada"), threading.Barrier(4)

    def star() -> None:
        start.wait()
        office.do(favourites.set_favourite, ada, [boards["Belt"]], favourite=True)

    def open_it() -> None:
        start.wait()
        office.do(favourites.record_opening, ada, boards["Belt"])

    threads = [threading.Thread(target=act) for act in (star, star, open_it, open_it)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with unbound(office.town.database).read() as session:
        assert session.scalar(select(func.count()).select_from(DashboardFavourite)) == 1
        assert session.scalar(select(func.count()).select_from(DashboardOpening)) == 1
