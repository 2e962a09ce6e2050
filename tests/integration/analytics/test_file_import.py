"""Files that are added as data sources: copied or followed, read again, found where they were moved to."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.file_import import import_files, locate_source, source_copies
from benchboard.analytics.sources.source_reading import read_source_again
from benchboard.errors import Cancelled, Conflict, Denied, Invalid, NotFound
from benchboard.identity.permissions import Grants
from benchboard.paging import Listing
from support.databases import unbound
from support.orders import Market

pytestmark = pytest.mark.usefixtures("no_sources")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Trips.csv"
    path.write_text("id;Distance (km);city\n1;2,5;Ankara\n2;3,5;İzmir\n3;;Ankara\n", encoding="utf-8")
    return path


def scans(file: Path) -> list[FileScan]:
    return [table.scan for table in inspect_file(file).tables]


def total(market: Market, source_id: str) -> object:
    """The sum of the distances, as a query over the source answers it."""
    with unbound(market.database).read() as session:
        found = run_query(session, market.analyst, "SELECT sum(distance_km) FROM trips", source_id=source_id)
    return found.rows[0][0]


def test_a_copied_file_is_queried_after_the_original_is_gone(market: Market, file: Path, tmp_path: Path) -> None:
    source = import_files(
        unbound(market.database), market.analyst, name="Trips", scans=scans(file), folder=tmp_path / "kept"
    )
    file.unlink()
    assert total(market, source.id) == 6
    (copy,) = source_copies(unbound(market.database), market.analyst, source.id)
    assert (copy.parent, copy.stat().st_mode & 0o777) == (tmp_path / "kept", 0o600)


def test_a_followed_file_is_read_as_it_is_now(market: Market, file: Path) -> None:
    source = import_files(unbound(market.database), market.analyst, name="Trips", scans=scans(file), folder=None)
    with file.open("a", encoding="utf-8") as more:
        more.write("4;4;Bursa\n")
    assert total(market, source.id) == 10


def test_a_name_in_use_leaves_no_copy(market: Market, file: Path, tmp_path: Path) -> None:
    database, kept = unbound(market.database), tmp_path / "kept"
    import_files(database, market.analyst, name="Trips", scans=scans(file), folder=None)
    with pytest.raises(Conflict):
        import_files(database, market.analyst, name="trips", scans=scans(file), folder=kept)
    assert list(kept.iterdir()) == []


def test_a_cancelled_import_leaves_neither_a_source_nor_a_copy(market: Market, file: Path, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        import_files(
            unbound(market.database),
            market.analyst,
            name="Trips",
            scans=scans(file),
            folder=tmp_path / "kept",
            cancel_token=token,
        )
    with unbound(market.database).read() as session:
        assert services.list_sources(session, market.analyst, Listing()).rows == ()
    assert not any(tmp_path.glob("kept/*"))


def test_a_copy_is_made_again_from_the_file_as_it_is_now(market: Market, file: Path, tmp_path: Path) -> None:
    database = unbound(market.database)
    source = import_files(database, market.analyst, name="Trips", scans=scans(file), folder=tmp_path / "kept")
    with file.open("a", encoding="utf-8") as more:
        more.write("4;4;Bursa\n")
    assert total(market, source.id) == 6
    read_source_again(database, market.analyst, source.id)
    assert total(market, source.id) == 10
    file.unlink()
    with pytest.raises(NotFound):
        read_source_again(database, market.analyst, source.id)
    assert total(market, source.id) == 10


def test_a_moved_file_is_followed_to_its_new_place(market: Market, file: Path, tmp_path: Path) -> None:
    database = unbound(market.database)
    source = import_files(database, market.analyst, name="Trips", scans=scans(file), folder=None)
    moved = file.rename(tmp_path / "moved.csv")
    assert read_source_again(database, market.analyst, source.id).status == "error"
    found = locate_source(database, market.analyst, source.id, moved)
    assert (found.status, found.path, total(market, source.id)) == ("connected", str(moved), 6)


def test_a_file_without_its_columns_cannot_take_the_place(market: Market, file: Path, tmp_path: Path) -> None:
    database = unbound(market.database)
    source = import_files(database, market.analyst, name="Trips", scans=scans(file), folder=None)
    other = tmp_path / "other.csv"
    other.write_text("id;city\n1;Ankara\n2;Bursa\n", encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        locate_source(database, market.analyst, source.id, other)
    assert refused.value.code == "sources.other-file"
    with unbound(market.database).read() as session:
        assert services.get_source(session, market.analyst, source.id).path == str(file)


def test_a_reader_may_not_import(market: Market, file: Path) -> None:
    reader = replace(market.analyst, grants=Grants(market.analyst.roles, frozenset({"sources:read"})))
    with pytest.raises(Denied):
        import_files(unbound(market.database), reader, name="Trips", scans=scans(file), folder=None)


@pytest.mark.parametrize("copied", [True, False])
def test_amounts_and_percentages_of_a_file_have_their_format_in_results(
    market: Market, tmp_path: Path, copied: bool
) -> None:
    path = tmp_path / "Sales.csv"
    path.write_text(
        "city;price;margin\nBerlin;1.234,50 €;10 %\nParis;5,50 €;20 %\nBerlin;(3,00 €);15 %\n", encoding="utf-8"
    )
    folder = tmp_path / "kept" if copied else None
    source = import_files(unbound(market.database), market.analyst, name="Sales", scans=scans(path), folder=folder)
    query = "SELECT city, sum(price) AS price, avg(margin) AS margin FROM sales GROUP BY city ORDER BY city"
    with unbound(market.database).read() as session:
        found = run_query(session, market.analyst, query, source_id=source.id)
    assert [tuple(map(float, row[1:])) for row in found.rows] == [(1231.5, 12.5), (5.5, 20.0)]
    _city, price, margin = (column.presentation for column in found.columns)
    assert (price.format, price.currency, margin.format) == ("money", "EUR", "percent")
    assert found.currency(found.rows[0], 1) == "EUR"
