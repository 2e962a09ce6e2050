"""The demo's dashboards are worth looking at: by three people, shared, with a history, and every tile has an answer."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchboard import i18n, package_data, workspace
from benchboard.analytics.queries import run_query
from benchboard.dashboards import library
from benchboard.dashboards.access import access_list
from benchboard.dashboards.document.document import Document
from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.layout import fitted, walk_items
from benchboard.dashboards.versions import version_store
from benchboard.identity import audit, authentication, sessions, users
from benchboard.identity.permissions import Actor, Client
from benchboard.paging import Listing
from benchboard.storage.models import Base
from benchboard.workspace import Workspace
from support.databases import unbound
from support.pages import check_page


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Workspace]:
    """One for all: nothing here changes it."""
    opened = workspace.open_demo(home)
    yield opened
    opened.close()


def _people(demo: Workspace) -> dict[str, Actor]:
    domains = {"admin": "example.com", "analyst": "example.com", "demo": "shopify-dashboard.com"}
    domains["technician"] = "example.com"
    with unbound(demo.database).read() as session:
        operator = authentication.operator_actor(session, client=Client.here())
        return {
            name: authentication.actor_for_email(session, operator, email=f"{name}@{domain}")
            for name, domain in domains.items()
        }


def test_demo_dashboards_each_person_owns_one_and_sees_what_is_shared(demo: Workspace) -> None:
    seen = {}
    with unbound(demo.database).read() as session:
        for name, actor in _people(demo).items():
            rows = library.list_dashboards(session, actor, Listing()).rows
            seen[name] = {card.name: card.level for card in rows}
    assert seen == {
        "admin": {"Shop review": "own", "Orders wall": "own"},
        "analyst": {"Shop review": "own", "Orders wall": "edit", "My shops": "edit"},
        "demo": {"Shop review": "view", "Orders wall": "view", "My shops": "own"},
        "technician": {"Orders wall": "view"},
    }


def test_demo_filled_by_its_admin_shows_no_sign_in_that_nobody_made(demo: Workspace) -> None:
    with unbound(demo.database).read() as session:
        admin = authentication.operator_actor(session, client=Client.here())
        entries = audit.list_entries(session, admin, Listing(sort="at"), limit=1000).rows
        people = users.list_people(session, admin, Listing()).rows
        ended = sessions.list_sessions(session, admin, Listing(filters={"ended": True})).rows
    assert not [entry.event for entry in entries if entry.event.startswith("session.")]
    assert not [one.name for one in people if one.sessions or one.last_seen is not None]
    assert not ended
    # Nobody but the admin acted, some of it on behalf of others.
    shares = {entry.who: entry.acted_by for entry in entries if entry.event == "dashboard.share"}
    assert shares.pop(admin.name, None) is None
    assert set(shares.values()) == {admin.name}
    others = {entry.acted_by for entry in entries if entry.user_id not in (None, admin.user_id)}
    assert others == {admin.name}


def test_demo_dashboards_every_tile_has_data_and_none_overlap(demo: Workspace) -> None:
    people = _people(demo)
    kinds: set[str] = set()
    with unbound(demo.database).read() as session:
        cards = library.list_dashboards(session, people["admin"], Listing(filters={"which": "all"})).rows
        assert len(cards) == 3
        for card in cards:
            owner = next(actor for actor in people.values() if actor.user_id == card.owner_id)
            document = library.get_dashboard(session, owner, card.id).document
            _assert_fits(document)
            for found in walk_items(document.layout):
                kinds.add(found.item.type)
                query = widget_of(found.item).query
                if query:
                    assert run_query(session, owner, query, variables=document.chosen).rows, found.item.id
    assert kinds >= {"row", "group", "tabs", "metric_card", "line_chart", "bar_chart", "pie_chart", "table", "text"}


def _assert_fits(document: Document) -> None:
    check_page(document.layout)
    assert fitted(document.layout, document.compact) == document.layout


def test_demo_versions_are_by_several_people_and_differ(demo: Workspace) -> None:
    admin = _people(demo)["admin"]
    with unbound(demo.database).read() as session:
        for card in library.list_dashboards(session, admin, Listing(filters={"which": "all"})).rows:
            rows = version_store.list_versions(session, admin, card.id).rows
            assert len({row.author for row in rows}) > 1, card.name
            kept = [version_store.get_version(session, admin, card.id, row.number).document for row in rows]
            for document in kept:
                _assert_fits(document)
            assert kept[0] == library.get_dashboard(session, admin, card.id).document
            assert all(one.layout != other.layout for one, other in itertools.pairwise(kept)), card.name
            assert all(row.note for row in rows[:-1])
            names = {one.name for one in access_list.list_access(session, admin, card.id).rows}
            assert ("Dana Whitfield" in names) == card.public


def test_demo_opened_twenty_times_changes_nothing(demo: Workspace, home: Path) -> None:
    def counts() -> dict[str, int | None]:
        with unbound(demo.database).read() as session:
            return {
                name: session.scalar(select(func.count()).select_from(table))
                for name, table in Base.metadata.tables.items()
            }

    before = counts()
    for _time in range(20):
        workspace.open_demo(home).close()
    assert counts() == before


def test_demo_created_in_turkish_has_turkish_dashboards_and_versions(tmp_path: Path) -> None:
    folder = package_data.resources_folder() / "i18n"
    i18n.use("tr", folder)
    try:
        opened = workspace.open_demo(tmp_path)
    finally:
        i18n.use("en", folder)
    analyst = _people(opened)["analyst"]
    with unbound(opened.database).read() as session:
        cards = library.list_dashboards(session, analyst, Listing()).rows
        (review,) = [card for card in cards if card.name == "Mağaza özeti"]
        notes = [one.note for one in version_store.list_versions(session, analyst, review.id).rows]
        layout = library.get_dashboard(session, analyst, review.id).document.layout
        titles = {widget_of(found.item).title for found in walk_items(layout)}
    opened.close()
    assert "Pazartesi için gündem" in notes
    assert {"Bu hafta", "Gündem", "Mağazaya göre siparişler"} <= titles
