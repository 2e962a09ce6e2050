"""Data sources on real databases and real files: their services, queries over them, and what breaks."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.queries import check_source_query, run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import SourceConfiguration, SourceTable, kept_folder, tables_of
from benchboard.analytics.sources.kinds import source_kinds
from benchboard.analytics.sources.recovery import clear_problem, mended_state
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again
from benchboard.analytics.sources.state import SourceState, examine
from benchboard.analytics.table_browser import list_tables
from benchboard.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from benchboard.identity import audit
from benchboard.identity.permissions import Grants
from benchboard.paging import Listing
from benchboard.storage.models.analytics import DataSource
from benchboard.storage.models.base import new_id
from support.databases import unbound
from support.orders import Market
from support.people import Town

pytestmark = pytest.mark.usefixtures("no_sources")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Trips it's.csv"
    path.write_text("id,Distance (km),city\n1,2.5,Ankara\n2,3.5,İzmir\n3,,Ankara\n", encoding="utf-8")
    return path


def tables(file: Path) -> tuple[SourceTable, ...]:
    return tables_of(tuple(table.scan for table in inspect_file(file).tables))


def added(market: Market, file: Path, name: str = "Trips") -> SourceSummary:
    found = tables(file)
    with unbound(market.database).change() as session:
        return services.add_source(
            session, market.analyst, name=name, kind="csv", tables=found, state=examine(found, CancelToken())
        )


def test_add_source_a_file_is_listed_and_queried(market: Market, file: Path) -> None:
    source = added(market, file)

    with unbound(market.database).read() as session:
        listed = services.list_sources(session, market.analyst, Listing(search="trip"))
        (table,) = services.source_tables(session, market.analyst, source.id)
        counted = f"SELECT city, count(*) FROM {table.name} GROUP BY ALL ORDER BY ALL"
        result = run_query(session, market.analyst, counted, source_id=source.id)
        columns = check_source_query(session, market.analyst, f"SELECT * FROM {table.name}", source.id)

    assert [one.name for one in listed.rows] == ["Trips"]
    assert (source.status, source.problem, table.rows) == ("connected", "", 3)
    assert result.rows == (("Ankara", 2), ("İzmir", 1))
    assert [column.kind for column in columns] == ["integer", "decimal", "text"]
    assert columns[0].title == "id"


def test_add_source_a_name_in_use_is_refused(market: Market, file: Path) -> None:
    added(market, file)

    with pytest.raises(Conflict) as caught:
        added(market, file, "  trips ")
    assert caught.value.code == "sources.taken"


def test_run_query_a_table_of_another_source_is_joined(market: Market, file: Path) -> None:
    first, second = added(market, file, "First"), added(market, file, "My other trips")
    (name,) = second.tables

    with unbound(market.database).read() as session:
        text = f'SELECT count(*) FROM {name} a JOIN "My other trips".{name} b USING (id)'
        assert run_query(session, market.analyst, text, source_id=first.id).rows == ((3,),)
        with pytest.raises(Invalid) as caught:
            run_query(session, market.analyst, f'SELECT * FROM "No such".{name}', source_id=first.id)
    assert caught.value.code == "query.no-table"


def test_run_query_a_table_of_another_source_named_alone_says_where_it_is(market: Market, file: Path) -> None:
    first = added(market, file, "First")
    other = file.with_name("besucher.csv")
    other.write_bytes(file.read_bytes())
    (name,) = added(market, other, "Besucher 2026").tables

    with unbound(market.database).read() as session, pytest.raises(Invalid) as caught:
        run_query(session, market.analyst, f"SELECT * FROM (SELECT * FROM {name}) b", source_id=first.id)
    assert caught.value.what == f"“{name}” is a table of another data source: “Besucher 2026”."
    assert (caught.value.code, caught.value.facts["source"]) == ("query.no-table", "Besucher 2026")
    assert caught.value.facts["meant"] == name


def test_run_query_a_source_of_another_organisation_is_unknown(market: Market, file: Path) -> None:
    source = added(market, file)
    stranger = replace(market.analyst, organisation_id=market.analyst.user_id)

    with unbound(market.database).read() as session:
        with pytest.raises(NotFound) as caught:
            run_query(session, stranger, "SELECT 1", source_id=source.id)
        with pytest.raises(NotFound):
            run_query(session, market.analyst, "SELECT 1", source_id=market.analyst.user_id)
    assert caught.value.code == "sources.unknown"


def test_services_without_permission_are_refused(market: Market, file: Path) -> None:
    source = added(market, file)
    nobody = replace(market.analyst, grants=Grants(market.analyst.roles, frozenset()))
    reader = replace(market.analyst, grants=Grants(market.analyst.roles, frozenset({"sources:read"})))

    with unbound(market.database).change() as session:
        for refused in (
            lambda: run_query(session, nobody, "SELECT 1", source_id=source.id),
            lambda: services.list_sources(session, nobody, Listing()),
            lambda: services.sample_rows(session, nobody, source.id, source.tables[0]),
            lambda: remove_source(session, reader, source.id),
            lambda: services.update_source(session, reader, source.id, name="Other"),
            lambda: services.add_source(session, reader, name="x", kind="csv", tables=(), state=SourceState(())),
        ):  # fmt: skip
            with pytest.raises(Denied):
                refused()
        assert services.sample_rows(session, reader, source.id, source.tables[0]).rows


def test_update_source_renames_it(market: Market, file: Path) -> None:
    source = added(market, file)
    with unbound(market.database).change() as session:
        services.update_source(session, market.analyst, source.id, name="Journeys")

    with unbound(market.database).read() as session:
        assert services.get_source_matching(session, market.analyst, "Journeys").id == source.id
        assert services.get_source_matching(session, market.analyst, source.id[:8]).name == "Journeys"
        with pytest.raises(NotFound):
            services.get_source_matching(session, market.analyst, "Trips")


def test_read_source_again_a_file_that_moved_is_an_error_and_heals(market: Market, file: Path) -> None:
    source = added(market, file)
    moved = file.rename(file.with_name("elsewhere.csv"))

    found = read_source_again(unbound(market.database), market.analyst, source.id)
    assert found.status == "error"
    assert file.name in found.problem
    with unbound(market.database).read() as session, pytest.raises(Unavailable) as caught:
        services.test_source(session, market.analyst, source.id)
    assert caught.value.code == "source.moved"

    moved.rename(file)
    healed = read_source_again(unbound(market.database), market.analyst, source.id)
    assert (healed.status, healed.problem) == ("connected", "")


def test_read_source_again_a_lost_column_is_named(market: Market, file: Path) -> None:
    source = added(market, file)
    file.write_text("id,city\n1,Ankara\n", encoding="utf-8")

    with pytest.raises(Conflict) as refused:
        read_source_again(unbound(market.database), market.analyst, source.id)
    assert refused.value.do == "Put the column back into the file, or refresh the source without it."
    with unbound(market.database).read() as session:
        found = services.get_source(session, market.analyst, source.id)
    assert found.status == "error"
    assert "Distance" in found.problem


def test_remove_source_removes_it_and_leaves_its_file(market: Market, file: Path) -> None:
    source = added(market, file)
    with unbound(market.database).change() as session:
        remove_source(session, market.analyst, source.id)

    with unbound(market.database).read() as session, pytest.raises(NotFound):
        services.get_source(session, market.analyst, source.id)
    assert file.exists()


def test_get_source_whose_settings_are_damaged_is_listed_with_its_problem(market: Market, file: Path) -> None:
    source = added(market, file)
    for damage in ({}, {"format": "csv", "tables": [{"name": "x; DROP", "scan": {}}]}, {"format": 1, "tables": []}):
        with unbound(market.database).change() as session:
            row = session.get(DataSource, source.id)
            assert row is not None
            row.connection_config = damage
            services.update_source(session, market.analyst, source.id, name="Trips")

        with unbound(market.database).read() as session:
            (listed,) = services.list_sources(session, market.analyst, Listing()).rows
            with pytest.raises(Invalid):
                run_query(session, market.analyst, "SELECT 1", source_id=source.id)
        assert listed.status == "error"
        assert listed.problem


def test_configuration_is_read_as_it_was_written(file: Path) -> None:
    for copy in (None, file.with_suffix(".parquet")):
        configuration = SourceConfiguration("csv", tuple(replace(table, copy=copy) for table in tables(file)))
        assert SourceConfiguration.from_json(configuration.to_json()) == configuration


def test_source_kinds_each_has_a_type_that_the_table_knows() -> None:
    assert {kind.type for kind in source_kinds().values()} <= {
        "csv",
        "parquet",
        "sqlite",
        "duckdb",
        "can",
        "postgresql",
        "mysql",
        "rest_api",
    }
    assert list(source_kinds()) == [
        "csv",
        "parquet",
        "excel",
        "sqlite",
        "duckdb",
        "can",
        "can_live",
        "postgresql",
        "mysql",
        "rest_api",
        "server_copy",
    ]


def test_list_tables_of_an_organisation_without_orders_has_no_orders(town: Town, market: Market) -> None:
    with unbound(market.database).read() as session:
        assert [one.id for one in list_tables(session, market.analyst)] == [""]
    with unbound(town.database).read() as session:
        assert list_tables(session, town.admin.actor) == ()


@pytest.mark.parametrize("stored", ["/etc", "/home/somebody/.ssh", "../..", True])
def test_where_last_good_copies_are_is_never_what_a_row_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: object
) -> None:
    """Copies are written and removed there, and anybody who may write to the database could name any folder."""
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    document = SourceConfiguration("csv", (SourceTable("sales", FileScan(tmp_path / "a.csv", "csv")),)).to_json()
    source_id = new_id()
    assert SourceConfiguration.from_json(document, source_id).tables[0].kept is None
    document["tables"][0]["kept"] = stored
    (table,) = SourceConfiguration.from_json(document, source_id).tables
    assert table.kept == tmp_path / "home" / "sources" / "last-good" / source_id / "sales"
    assert SourceConfiguration.from_json(document).tables[0].kept is None
    for other in ("..", "", "a/b"):
        with pytest.raises(ValueError, match="no id"):
            kept_folder(other, "sales")


def test_a_failed_refresh_leaves_the_last_good_time_and_rows(market: Market, file: Path) -> None:
    source = added(market, file)
    assert source.rows
    away = file.rename(file.with_name("elsewhere.csv"))
    failed = read_source_again(unbound(market.database), market.analyst, source.id)
    assert (failed.status, failed.last_sync, failed.rows) == ("error", source.last_sync, source.rows)
    assert failed.failed_at is not None
    assert failed.problem.startswith(f"{file.name} is missing from {file.parent}.")
    assert "Find it, or put it back." in failed.problem
    away.rename(file)
    healed = read_source_again(unbound(market.database), market.analyst, source.id)
    assert (healed.status, healed.failed_at) == ("connected", None)
    assert healed.last_sync != source.last_sync


def _stored_status(market: Market, source_id: str) -> str:
    with unbound(market.database).read() as session:
        row = session.get(DataSource, source_id)
        assert row is not None
        return row.status


def test_a_file_that_is_back_is_an_error_nowhere_even_before_it_is_refreshed(market: Market, file: Path) -> None:
    source = added(market, file)
    away = file.rename(file.with_name("elsewhere.csv"))
    read_source_again(unbound(market.database), market.analyst, source.id)
    with unbound(market.database).read() as session:
        assert mended_state(session, market.analyst, source.id, CancelToken()) is None
    away.rename(file)
    with unbound(market.database).read() as session:
        back = services.get_source(session, market.analyst, source.id)
        mended = mended_state(session, market.analyst, source.id, CancelToken())
    assert mended is not None
    assert (back.status, back.problem, back.rows, back.recovered) == ("connected", "", source.rows, True)
    assert _stored_status(market, source.id) == "error"
    with unbound(market.database).change() as session:
        clear_problem(session, market.analyst, source.id, mended)
    assert _stored_status(market, source.id) == "connected"
    with unbound(market.database).read() as session:
        assert not services.get_source(session, market.analyst, source.id).recovered
        events = [one.event for one in audit.list_entries(session, market.admin, Listing()).rows]
    assert events.count("source.recover") == 1


def test_a_source_that_failed_again_meanwhile_stays_an_error(market: Market, file: Path) -> None:
    source = added(market, file)
    away = file.rename(file.with_name("elsewhere.csv"))
    read_source_again(unbound(market.database), market.analyst, source.id)
    away.rename(file)
    with unbound(market.database).read() as session:
        mended = mended_state(session, market.analyst, source.id, CancelToken())
    assert mended is not None
    file.rename(away)
    read_source_again(unbound(market.database), market.analyst, source.id)  # as another program would
    with unbound(market.database).change() as session:
        clear_problem(session, market.analyst, source.id, mended)
    assert _stored_status(market, source.id) == "error"


def test_a_column_that_is_back_in_a_file_that_has_changed_is_found_by_reading_it(market: Market, file: Path) -> None:
    source, before = added(market, file), file.read_text(encoding="utf-8")
    file.write_text("id,city\n1,Ankara\n", encoding="utf-8")
    with pytest.raises(Conflict):
        read_source_again(unbound(market.database), market.analyst, source.id)
    with unbound(market.database).read() as session:
        assert mended_state(session, market.analyst, source.id, CancelToken()) is None
        problem = services.get_source(session, market.analyst, source.id).problem
    assert problem.startswith(f"Column “Distance” is missing from {file.name}.")
    file.write_text(before + before.splitlines()[-1] + "\n", encoding="utf-8")
    later = time.time() + 5
    os.utime(file, (later, later))
    with unbound(market.database).read() as session:
        assert mended_state(session, market.analyst, source.id, CancelToken()) is not None
