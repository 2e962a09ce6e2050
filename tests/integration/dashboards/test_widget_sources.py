"""A widget's data source in the database: its column says it, and a document keeps it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from benchboard.analytics.sources import services
from benchboard.analytics.sources.removal import remove_source, restore_source
from benchboard.analytics.sources.source_ids import id_for_new
from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document, write_document
from benchboard.errors import Conflict
from benchboard.identity import audit
from benchboard.paging import Listing
from benchboard.storage.models.analytics import DataSource
from benchboard.storage.models.dashboards import Widget
from support.databases import unbound
from support.orders import Market


@pytest.fixture
def source_id(market: Market) -> Iterator[str]:
    actor = market.analyst
    with unbound(market.database).change() as session:
        row = DataSource(organisation_id=actor.organisation_id, name="Trips", type="csv")
        session.add(row)
        session.flush()
        audit.record(session, actor, "source.create", row.id, name="Trips")
        found = row.id
    yield found
    with unbound(market.database).change() as session:
        if session.get(DataSource, found) is not None:
            remove_source(session, actor, found, even_if_used=True)


def _saved(market: Market, *sources: object) -> str:
    """A dashboard with a widget for each of these sources; its id."""
    items = [
        {"id": f"w{place}", "type": "table", "query": "SELECT 1", "data_source_id": source,
         "position": {"x": 0, "y": place * 4, "w": 4, "h": 4}}
        for place, source in enumerate(sources)
    ]  # fmt: skip
    document = parse_document({"format": "benchboard/dashboard", "version": 2, "title": "Trips", "items": items})
    with unbound(market.database).change() as session:
        return library.create(session, market.analyst, document).card.id


def _document_sources(market: Market, dashboard_id: str) -> list[object]:
    with unbound(market.database).read() as session:
        document = library.get_dashboard(session, market.analyst, dashboard_id).document
    return [item.get("data_source_id") for item in write_document(document)["items"]]


def _columns(market: Market, dashboard_id: str) -> set[str | None]:
    with unbound(market.database).read() as session:
        return set(session.scalars(select(Widget.data_source_id).where(Widget.dashboard_id == dashboard_id)))


def test_save_a_known_source_is_in_its_column_and_comes_back(market: Market, source_id: str) -> None:
    other = market.analyst.user_id
    dashboard_id = _saved(market, source_id, other, "no id")

    assert _columns(market, dashboard_id) == {source_id, None}
    assert sorted(map(str, _document_sources(market, dashboard_id))) == sorted([source_id, other, "no id"])


def test_save_a_changed_source_is_written(market: Market, source_id: str) -> None:
    dashboard_id = _saved(market, "")
    with unbound(market.database).change() as session:
        stored = library.get_dashboard(session, market.analyst, dashboard_id).document
        written = write_document(stored)
        written["items"][0]["data_source_id"] = source_id
        library.save(session, market.analyst, dashboard_id, parse_document(written), base_version=None, note=None)

    assert _columns(market, dashboard_id) == {source_id}
    assert _document_sources(market, dashboard_id) == [source_id]


def test_remove_source_that_a_dashboard_uses_is_refused_and_named(market: Market, source_id: str) -> None:
    dashboard_id = _saved(market, source_id)
    with unbound(market.database).change() as session:
        with pytest.raises(services.Conflict) as caught:
            remove_source(session, market.analyst, source_id)
        assert caught.value.facts["dashboards"] == ("Trips",)
        assert [use.dashboard_id for use in services.source_uses(session, market.analyst, source_id)] == [dashboard_id]
        remove_source(session, market.analyst, source_id, even_if_used=True)

    assert _columns(market, dashboard_id) == {None}
    assert _document_sources(market, dashboard_id) == [source_id], "its query must not run on other data"


def test_restore_source_and_its_widgets_read_it_again(market: Market, source_id: str) -> None:
    dashboard_id = _saved(market, source_id)
    actor = market.analyst
    with unbound(market.database).change() as session:
        removed = remove_source(session, actor, source_id, even_if_used=True)
    with unbound(market.database).change() as session:
        restore_source(session, actor, removed)
        with pytest.raises(Conflict):
            restore_source(session, actor, removed)
    with unbound(market.database).read() as session:
        assert services.get_source(session, actor, source_id).name == "Trips"
        assert [use.dashboard_id for use in services.source_uses(session, actor, source_id)] == [dashboard_id]
        assert [one.event for one in audit.list_entries(session, market.admin, Listing()).rows][:2] == [
            "source.restore", "source.remove"
        ]  # fmt: skip


def test_id_for_new_is_that_of_the_source_removed_under_the_name(market: Market, source_id: str) -> None:
    actor = market.analyst
    with unbound(market.database).change() as session:
        row = session.get(DataSource, source_id)
        assert row is not None
        row.connection_config = {"format": "csv", "tables": []}
        assert id_for_new(session, actor, "Trips", "csv") != source_id, "it is still there"
        removed = remove_source(session, actor, source_id, even_if_used=True)
        assert id_for_new(session, actor, "Trips", "csv") == source_id
        assert id_for_new(session, actor, " Trips ", "excel") == source_id, "a file of another kind"
        assert id_for_new(session, actor, "Trips", "postgresql") != source_id, "a server is something else"
        assert id_for_new(session, actor, "Trip", "csv") != source_id
        restore_source(session, actor, removed)
        assert id_for_new(session, actor, "Trips", "csv") != source_id
