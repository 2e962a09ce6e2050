"""Fixtures that integration tests of several rooms share."""

import shutil
from collections.abc import Iterator

import pytest

from benchboard.analytics.sources import services
from benchboard.analytics.sources.removal import remove_source
from benchboard.paging import Listing
from benchboard.storage.engine import Database
from support import databases
from support.databases import unbound
from support.orders import Market, open_market
from support.papers import Office
from support.people import Town


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def market(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """A database with orders to query, one an engine for a test file: queries change nothing."""
    folder = tmp_path_factory.mktemp("market")
    if request.param == "postgresql":
        template = request.getfixturevalue("pg_template")
        with databases.on_postgres(request.getfixturevalue("pg_server"), template=template) as database:
            yield open_market(database, folder)
        return
    file = shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "bench.db")
    database = Database.open(databases.file_url(file), key=databases.KEY)
    yield open_market(database, folder)
    database.dispose()


@pytest.fixture
def no_sources(market: Market) -> Iterator[None]:
    """Removes the data sources that a test adds to the database of its file."""
    yield
    with unbound(market.database).change() as session:
        for source in services.list_sources(session, market.analyst, Listing()).rows:
            remove_source(session, market.analyst, source.id, even_if_used=True)
