"""Copies of tables on real PostgreSQL and MariaDB servers: their rows, joins with other sources, and what a refresh
reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.queries import run_query
from benchboard.analytics.remote import row_receiver
from benchboard.analytics.remote.settings import RemoteSettings
from benchboard.analytics.sources import services, source_sharing
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.copied_table import CopiedTable
from benchboard.analytics.sources.file_news import source_news
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.server_copy_import import CopyRequest, add_server_copy
from benchboard.analytics.sources.servers import connect_server
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again, undo_reading
from benchboard.analytics.sources.state import examine
from benchboard.errors import AppError, Cancelled, Conflict, Denied, Invalid, NotFound
from benchboard.identity import keys
from benchboard.storage.engine import Database
from benchboard.storage.models.analytics import DataSource
from benchboard.storage.models.identity import AuditLog
from support import databases, mariadb
from support.databases import unbound
from support.orders import Market, open_market
from support.postgres import USER, Server

_TABLE = """CREATE TABLE trips (id bigint PRIMARY KEY, km numeric(10,2), speed double precision, city varchar(50),
  day date, moment timestamp NULL, huge numeric(40,0))"""
_ROWS = """INSERT INTO trips VALUES (1, 2.50, 0.1, 'Ankara 5%', '2026-01-05', '2026-01-05 10:00:00.123456', NULL),
  (2, 3.50, NULL, 'İzmir', NULL, NULL, 1234567890123456789012345678901234567890)"""


@dataclass(frozen=True)
class Remote:
    """A server with the table trips, which `execute` can change."""

    settings: RemoteSettings
    password: str
    execute: Callable[[str], None]


@pytest.fixture(params=["postgresql", "mysql"])
def remote(request: pytest.FixtureRequest) -> Iterator[Remote]:
    if request.param == "mysql":
        try:
            with mariadb.running() as server, server.connect() as connection:

                def execute(text: str) -> None:
                    with connection.cursor() as cursor:
                        cursor.execute(text)

                execute(_TABLE.replace("timestamp NULL", "datetime(6) NULL"))
                execute(_ROWS)
                settings = RemoteSettings("mysql", "127.0.0.1", server.port, "bench", "bench", "off")
                yield Remote(settings, server.password, execute)
        except mariadb.NoMariadb as error:
            pytest.skip(str(error))
        return
    postgres: Server = request.getfixturevalue("pg_server")
    name = postgres.create()
    with psycopg.connect(postgres.url(name), autocommit=True) as opened:
        opened.execute(_TABLE)
        opened.execute(_ROWS)
        settings = RemoteSettings("postgresql", "127.0.0.1", postgres.port, name, USER, "off")
        yield Remote(settings, postgres.password, lambda text: opened.execute(text.encode()) and None)
    postgres.drop(name)


@pytest.fixture
def shop(sqlite_template: Path, tmp_path: Path) -> Iterator[Market]:
    file = tmp_path / "bench.db"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database.open(databases.file_url(file), key=databases.KEY)
    found = open_market(database, tmp_path)
    data_keys = keys.FileDataKeys(tmp_path / "keys.json")
    data_keys.create(found.analyst.organisation_id)
    keys.provide_data_keys(database, data_keys)
    yield found
    database.dispose()


@pytest.fixture
def original(shop: Market, remote: Remote) -> SourceSummary:
    tables = connect_server(remote.settings.to_json(), remote.settings.kind, remote.password)
    with unbound(shop.database).change() as session:
        return services.add_server(
            session, shop.analyst, name="Warehouse", kind=remote.settings.kind, settings=remote.settings.to_json(),
            password=remote.password, tables=tables,
        )  # fmt: skip


def copy(shop: Market, original: SourceSummary, folder: Path, newer_by: str = "", **options: Any) -> SourceSummary:
    request = CopyRequest("Trips", CopiedTable(original.id, "trips", newer_by))
    return add_server_copy(unbound(shop.database), shop.analyst, request, folder / "copies", **options)


def rows(shop: Market, source: SourceSummary, text: str) -> list[tuple[Any, ...]]:
    with unbound(shop.database).read() as session:
        return list(run_query(session, shop.analyst, text, source_id=source.id).rows)


def refresh(shop: Market, source: SourceSummary, **options: Any) -> SourceSummary:
    return read_source_again(unbound(shop.database), shop.analyst, source.id, **options)


def test_add_server_copy_has_the_rows_with_their_kinds(shop: Market, original: SourceSummary, tmp_path: Path) -> None:
    added = copy(shop, original, tmp_path)

    assert (added.kind, added.rows, added.tables, added.path, added.copied) == ("server_copy", 2, ("trips",), "", True)
    assert added.copy_of == CopiedTable(original.id, "trips")
    found = rows(shop, added, "SELECT id, km, speed, city, day, moment FROM trips ORDER BY id")
    at = datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=UTC)
    assert found == [
        (1, Decimal("2.50"), Decimal("0.1"), "Ankara 5%", date(2026, 1, 5), at),
        (2, Decimal("3.50"), None, "İzmir", None, None),
    ]


def test_copy_joins_with_a_file_without_its_server(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path
) -> None:
    copy(shop, original, tmp_path)
    file = tmp_path / "cities.csv"
    file.write_text("city;people\nİzmir;3\nBursa;2\n")
    tables = tables_of(tuple(one.scan for one in inspect_file(file).tables))
    with unbound(shop.database).change() as session:
        cities = services.add_source(
            session, shop.analyst, name="Cities", kind="csv", tables=tables, state=examine(tables, CancelToken())
        )
    remote.execute("DROP TABLE trips")

    text = 'SELECT c.people, t.km FROM cities c JOIN "Trips".trips t ON t.city = c.city'
    assert rows(shop, cities, text) == [(3, Decimal("3.50"))]


@pytest.mark.parametrize("newer_by", ["", "id", "day", "moment"])
def test_refresh_has_what_came_since(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path, newer_by: str
) -> None:
    added = copy(shop, original, tmp_path, newer_by)
    remote.execute("INSERT INTO trips VALUES (3, 1234.5, 9.25, 'Van', '2026-01-05', '2026-01-05 10:00:00.123456', 7)")
    remote.execute("INSERT INTO trips VALUES (4, 0.25, 0, 'Muş', '2026-01-06', '2026-01-05 10:00:00.123457', 8)")

    found = refresh(shop, added)

    assert (found.rows, found.problem) == (4, "")
    assert rows(shop, added, "SELECT id, km, city FROM trips ORDER BY id") == [
        (1, Decimal("2.50"), "Ankara 5%"), (2, Decimal("3.50"), "İzmir"), (3, Decimal("1234.50"), "Van"),
        (4, Decimal("0.25"), "Muş"),
    ]  # fmt: skip


def test_refresh_by_a_column_reads_no_older_rows_unless_all_are_read(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path
) -> None:
    added = copy(shop, original, tmp_path, "id")
    remote.execute("UPDATE trips SET city = 'changed'")
    text = "SELECT city FROM trips ORDER BY id"

    refresh(shop, added)
    assert rows(shop, added, text) == [("Ankara 5%",), ("changed",)]

    refresh(shop, added, everything=True)
    assert rows(shop, added, text) == [("changed",), ("changed",)]


def test_refresh_can_be_undone(shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path) -> None:
    added = copy(shop, original, tmp_path, "id")
    remote.execute("INSERT INTO trips (id) VALUES (3)")
    found = refresh(shop, added)

    undo_reading(unbound(shop.database), shop.analyst, found)

    assert rows(shop, added, "SELECT count(*) FROM trips") == [(2,)]
    again = refresh(shop, added)
    assert again.rows == 3


def test_refresh_with_other_columns_reads_all_or_asks(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path
) -> None:
    added = copy(shop, original, tmp_path, "id")
    remote.execute("ALTER TABLE trips ADD COLUMN note varchar(10)")
    remote.execute("UPDATE trips SET note = 'new'")

    refresh(shop, added)
    assert rows(shop, added, "SELECT note FROM trips") == [("new",), ("new",)]

    remote.execute("ALTER TABLE trips DROP COLUMN km")
    with pytest.raises(Conflict) as caught:
        refresh(shop, added)
    assert (caught.value.code, caught.value.facts["columns"]) == ("sources.reading-doubtful", ("km",))
    assert "server" in caught.value.do
    assert rows(shop, added, "SELECT sum(km) FROM trips") == [(Decimal("6.00"),)]

    assert refresh(shop, added, accept_losses=True).problem == ""


def test_refresh_of_an_emptied_table_asks(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path
) -> None:
    added = copy(shop, original, tmp_path)
    remote.execute("DELETE FROM trips")

    with pytest.raises(Conflict) as caught:
        refresh(shop, added)

    assert "server" in caught.value.do
    assert rows(shop, added, "SELECT count(*) FROM trips") == [(2,)]


def test_copy_of_an_empty_table_gets_its_rows_later(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path
) -> None:
    remote.execute("DELETE FROM trips")
    added = copy(shop, original, tmp_path, "id")
    assert added.rows == 0
    remote.execute(_ROWS)

    assert refresh(shop, added).rows == 2
    assert rows(shop, added, "SELECT km, day FROM trips ORDER BY id")[0] == (Decimal("2.50"), date(2026, 1, 5))


def test_refresh_without_its_server_keeps_the_copy_and_says_why(
    shop: Market, original: SourceSummary, tmp_path: Path
) -> None:
    added = copy(shop, original, tmp_path)
    with unbound(shop.database).change() as session:
        remove_source(session, shop.analyst, original.id, even_if_used=True)

    found = refresh(shop, added)

    assert (found.status, found.rows) == ("error", 2)
    assert "removed" in found.problem
    assert rows(shop, added, "SELECT count(*) FROM trips") == [(2,)]


def test_refresh_of_a_table_that_is_gone_names_it_and_says_why(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path
) -> None:
    added = copy(shop, original, tmp_path)
    remote.execute("DROP TABLE trips")

    found = refresh(shop, added)

    assert found.problem.startswith("“trips” can't be read on its server. ")
    assert "exist" in found.problem
    assert rows(shop, added, "SELECT count(*) FROM trips") == [(2,)]


def test_refresh_by_who_may_not_use_the_server_says_nothing_of_the_copy(
    shop: Market, original: SourceSummary, tmp_path: Path
) -> None:
    added = copy(shop, original, tmp_path)
    with unbound(shop.database).change() as session:
        source_sharing.restrict(session, shop.analyst, original.id)
    other = replace(shop.analyst, user_id=shop.technician.user_id)

    with pytest.raises(Denied):
        read_source_again(unbound(shop.database), other, added.id)

    with unbound(shop.database).read() as session:
        found = services.get_source(session, shop.analyst, added.id)
    assert (found.status, found.problem) == ("connected", "")


def test_refresh_whose_column_for_new_rows_is_gone_reads_all_and_asks(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path
) -> None:
    added = copy(shop, original, tmp_path, "day")
    remote.execute("ALTER TABLE trips DROP COLUMN day")

    with pytest.raises(Conflict) as caught:
        refresh(shop, added)
    assert caught.value.facts["columns"] == ("day",)

    assert refresh(shop, added, accept_losses=True).problem == ""
    remote.execute("INSERT INTO trips (id) VALUES (3)")
    assert refresh(shop, added).rows == 3


def test_copy_says_that_it_is_old_as_a_copy_of_an_answer_does(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path
) -> None:
    added = copy(shop, original, tmp_path)
    remote.execute("DROP TABLE trips")
    refresh(shop, added)

    with unbound(shop.database).read() as session:
        news = source_news(session, shop.analyst, added.id)
    assert news is not None
    assert (news.is_answer, news.recovered) == (True, False)
    assert news.problem


def test_numbers_that_arent_finite_are_said_until_all_rows_are_finite(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path
) -> None:
    if remote.settings.kind == "mysql":
        pytest.skip("MariaDB has no such numbers")
    remote.execute("UPDATE trips SET speed = 'NaN' WHERE id = 1")
    added = copy(shop, original, tmp_path, "id")
    assert (added.not_finite, added.wrong_lines) == (True, 0)
    assert rows(shop, added, "SELECT speed FROM trips WHERE id = 1") == [(None,)]

    assert refresh(shop, added).not_finite
    remote.execute("UPDATE trips SET speed = 1")
    assert refresh(shop, added).not_finite  # the older row is as it was copied
    assert not refresh(shop, added, everything=True).not_finite


def test_long_texts_are_fetched_few_at_a_time(
    shop: Market, remote: Remote, original: SourceSummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_receiver, "CHARACTERS", 100_000)
    sizes = []
    note = row_receiver.BatchSize.note

    def noted(size: row_receiver.BatchSize, found: Any) -> None:
        note(size, found)
        sizes.append((len(found), size.rows))

    monkeypatch.setattr(row_receiver.BatchSize, "note", noted)
    remote.execute("DELETE FROM trips")
    remote.execute("ALTER TABLE trips ADD COLUMN note text")
    for start in range(0, 600, 100):
        values = ", ".join(f"({one}, '{'x' * 1_000}')" for one in range(start, start + 100))
        remote.execute(f"INSERT INTO trips (id, note) VALUES {values}")

    added = copy(shop, original, tmp_path)

    assert added.rows == 600
    assert sizes[:2] == [(250, 100), (100, 100)]


def test_what_was_copied_is_in_the_audit_log(shop: Market, original: SourceSummary, tmp_path: Path) -> None:
    added = copy(shop, original, tmp_path)
    with unbound(shop.database).read() as session:
        entry = session.scalars(
            select(AuditLog).where(AuditLog.event_type == "source.create", AuditLog.resource_id == added.id)
        ).one()
    assert entry.details["copy_of"] == {"source": original.id, "table": "trips"}


@pytest.mark.parametrize(
    ("table", "newer_by", "error"),
    [("trips", "nope", Invalid), ("trips", "city", Invalid), ("trips", "speed", Invalid), ("nope", "", NotFound)],
)
def test_add_server_copy_what_cant_be_copied_is_refused(
    shop: Market, original: SourceSummary, tmp_path: Path, table: str, newer_by: str, error: type[AppError]
) -> None:
    request = CopyRequest("Trips", CopiedTable(original.id, table, newer_by))

    with pytest.raises(error) as caught:
        add_server_copy(unbound(shop.database), shop.analyst, request, tmp_path / "copies")

    assert caught.value.facts["field"] == ("newer_by" if newer_by else "table")
    assert not (tmp_path / "copies").exists()


def test_add_server_copy_cancelled_leaves_nothing(shop: Market, original: SourceSummary, tmp_path: Path) -> None:
    token = CancelToken()

    with pytest.raises(Cancelled):
        copy(shop, original, tmp_path, cancel_token=token, progress=lambda _done, _total: token.cancel())

    assert not (tmp_path / "copies").exists()
    with unbound(shop.database).read() as session:
        assert session.scalar(select(func.count()).where(DataSource.name == "Trips")) == 0


def test_copy_of_a_restricted_source_is_restricted_alike(shop: Market, original: SourceSummary, tmp_path: Path) -> None:
    with unbound(shop.database).change() as session:
        source_sharing.restrict(session, shop.analyst, original.id)

    added = copy(shop, original, tmp_path)

    with unbound(shop.database).read() as session:
        before = source_sharing.source_access(session, shop.analyst, original.id)
        assert source_sharing.source_access(session, shop.analyst, added.id) == before
        assert before.restricted
        with pytest.raises(Denied):
            services.get_source(session, shop.keeper, added.id)
