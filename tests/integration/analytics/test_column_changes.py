"""The columns of a source's table, read otherwise after it was added, and undone."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.column_changes import change_columns, consequences, get_table, inspect_stored
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again, undo_reading
from benchboard.errors import AppError
from support.databases import unbound
from support.orders import Market

pytestmark = pytest.mark.usefixtures("no_sources")

TEXT = "id,part,City\n1,0048,Ankara\n2,0049,Bursa\n3,0050,Ankara\n"


def _added(market: Market, file: Path, folder: Path | None) -> SourceSummary:
    file.write_text(TEXT, encoding="utf-8")
    scans = [table.scan for table in inspect_file(file).tables]
    return import_files(unbound(market.database), market.analyst, name="Parts", scans=scans, folder=folder)


def _inspected(market: Market, source: SourceSummary) -> TableInspection:
    with unbound(market.database).read() as session:
        table = get_table(session, market.analyst, source.id, source.tables[0])
    (found,) = inspect_stored(table, {}, cancel_token=CancelToken(), progress=lambda _done, _total: None).tables
    return found


def _rows(market: Market, source: SourceSummary, columns: str) -> list[tuple[object, ...]]:
    text = f"SELECT {columns} FROM {source.tables[0]} ORDER BY 1"
    with unbound(market.database).read() as session:
        return [tuple(row) for row in run_query(session, market.analyst, text, source_id=source.id).rows]


@pytest.mark.parametrize("copied", [True, False])
def test_change_columns_reads_the_file_by_the_new_kinds_names_and_titles_and_is_undone(
    market: Market, tmp_path: Path, *, copied: bool
) -> None:
    source = _added(market, tmp_path / "Parts.csv", tmp_path / "kept" if copied else None)
    before = _rows(market, source, "part")
    scan = _inspected(market, source).scan
    first, part, city = scan.columns
    new = scan.with_columns((first, part.read_as("integer"), replace(city, name="town", title="Town", unit="TR")))
    now = change_columns(unbound(market.database), market.analyst, source.id, source.tables[0], new)
    assert now.rows == 3
    assert _rows(market, source, "part, town") == [(48, "Ankara"), (49, "Bursa"), (50, "Ankara")]
    again = read_source_again(unbound(market.database), market.analyst, source.id)
    assert again.status == "connected", "its file has neither the new title nor the new name"
    assert _rows(market, source, "part") == [(48,), (49,), (50,)]
    changed = change_columns(unbound(market.database), market.analyst, source.id, source.tables[0], new)
    undo_reading(unbound(market.database), market.analyst, changed)
    now = change_columns(unbound(market.database), market.analyst, source.id, source.tables[0], scan)
    assert _rows(market, source, "part") == before
    undo_reading(unbound(market.database), market.analyst, now)
    assert _rows(market, source, "part, town")[0] == (48, "Ankara")


def test_change_columns_of_one_table_leaves_the_copies_of_the_others(market: Market, tmp_path: Path) -> None:
    folder = tmp_path / "several"
    folder.mkdir()
    (folder / "a.csv").write_text(TEXT, encoding="utf-8")
    (folder / "b.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    scans = [table.scan for table in inspect_file(folder).tables]
    kept = tmp_path / "kept"
    source = import_files(unbound(market.database), market.analyst, name="Parts", scans=scans, folder=kept)
    copies = set(kept.iterdir())
    with unbound(market.database).read() as session:
        (other,) = (name for name in source.tables if name != "a")
        scan = get_table(session, market.analyst, source.id, "a").scan
    first, part, city = scan.columns
    new = scan.with_columns((first, part.read_as("integer"), city))
    change_columns(unbound(market.database), market.analyst, source.id, "a", new)
    assert copies < set(kept.iterdir()), "that of before is kept for the undo"
    assert len(set(kept.iterdir())) == len(copies) + 1
    with unbound(market.database).read() as session:
        found = run_query(session, market.analyst, f"SELECT x FROM {other}", source_id=source.id)
    assert [tuple(row) for row in found.rows] == [(1,)]


def test_consequences_name_what_queries_a_lost_or_retyped_column(market: Market, tmp_path: Path) -> None:
    source = _added(market, tmp_path / "Parts.csv", None)
    scan = _inspected(market, source).scan
    first, part, city = scan.columns
    new = scan.with_columns((first, part.read_as("integer"), replace(city, name="town")))
    with unbound(market.database).read() as session:
        found = consequences(session, market.analyst, source.id, source.tables[0], new)
        same = consequences(session, market.analyst, source.id, source.tables[0], scan)
    assert (found.lost, found.retyped) == (("city",), ("part",))
    assert not found, "nothing queries them"
    assert (same.lost, same.retyped) == ((), ())


def test_change_columns_that_cannot_be_used_changes_nothing(market: Market, tmp_path: Path) -> None:
    source = _added(market, tmp_path / "Parts.csv", tmp_path / "kept")
    scan = _inspected(market, source).scan
    alike = scan.with_columns(tuple(replace(column, name="same") for column in scan.columns))
    none = scan.with_columns(tuple(replace(column, left_out=True) for column in scan.columns))
    for wrong in (alike, none):
        with pytest.raises(AppError):
            change_columns(unbound(market.database), market.analyst, source.id, source.tables[0], wrong)
    with unbound(market.database).read() as session:
        assert services.get_source(session, market.analyst, source.id).last_sync == source.last_sync
    with pytest.raises(AppError):
        change_columns(unbound(market.database), market.technician, source.id, source.tables[0], scan)


def test_an_aggregate_that_the_builder_named_has_the_title_of_its_column(market: Market, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("Oda;Sıcaklık (°C);km\n1;20,5;3\n2;21,5;4\n", encoding="utf-8")
    scans = [table.scan for table in inspect_file(file).tables]
    source = import_files(unbound(market.database), market.analyst, name="Log", scans=scans, folder=None)
    text = f"""SELECT avg(sicaklik_c) AS average_sicaklik_c, max(sicaklik_c) AS max_sicaklik_c,
        sum(sicaklik_c) AS total_sicaklik_c, avg(sicaklik_c) AS heat, avg(km) AS average_km,
        sum(km) AS average_sicaklik_c FROM {source.tables[0]}"""
    with unbound(market.database).read() as session:
        found = run_query(session, market.analyst, text, source_id=source.id)
    assert [column.title for column in found.columns] == [
        "Average sıcaklık (°C)", "Highest sıcaklık (°C)", "Sıcaklık (°C)", "Heat", "Average km", "Average sicaklik c",
    ]  # fmt: skip
