"""A folder with its subfolders as a data source: copied, told of news in subfolders, and read again."""

from pathlib import Path

import pytest

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.file_news import file_changes
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again
from benchboard.errors import Conflict, Invalid
from support.databases import unbound
from support.orders import Market


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def _rows(market: Market, source: SourceSummary, query: str) -> list[tuple[object, ...]]:
    with unbound(market.database).read() as session:
        found = run_query(session, market.analyst, query.format(table=source.tables[0]), source_id=source.id)
    return [tuple(row) for row in found.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_files_that_come_and_change_in_subfolders_are_news_and_read_again(
    market: Market, tmp_path: Path, encoding: str
) -> None:
    folder, database = tmp_path / "sales", unbound(market.database)
    (folder / "year=2025").mkdir(parents=True)
    (folder / "year=2025" / "a.csv").write_bytes("shop;n\nKöln;1\nUlm;2\n".encode(encoding))
    _write(folder, "year=2026/a.csv", "shop;n\nUlm;4\n")
    scans = [one.scan for one in inspect_file(folder, nested=True).tables]
    with pytest.raises(Invalid, match="copied"):
        import_files(database, market.analyst, name="Linked", scans=scans, folder=None)
    source = import_files(database, market.analyst, name="Sales", scans=scans, folder=tmp_path / "copies")
    try:
        totals = "SELECT year, sum(n) FROM {table} GROUP BY 1 ORDER BY 1"
        assert _rows(market, source, totals) == [(2025, 3), (2026, 4)]
        with database.read() as session:
            known = services.get_source(session, market.analyst, source.id)
        assert not file_changes(known)
        _write(folder, "year=2027/month=01/b.csv", "shop;n\nBern;8\n")
        _write(folder, "year=2026/a.csv", "shop;n\nUlm;40\nUlm;1\n")
        changes = file_changes(known)
        assert (changes.added, changes.changed) == (("year=2027/month=01/b.csv",), ("year=2026/a.csv",))
        again = read_source_again(database, market.analyst, source.id)
        assert _rows(market, again, totals) == [(2025, 3), (2026, 41), (2027, 8)]
        assert _rows(market, again, "SELECT DISTINCT month FROM {table} ORDER BY 1") == [(1,), (None,)]
        _write(folder, "year=next/c.csv", "shop;n\nBern;16\n")
        again = read_source_again(database, market.analyst, source.id)
        texts = [("2025", 3), ("2026", 41), ("2027", 8), ("next", 16)]  # what is no number is no missing year
        assert _rows(market, again, totals) == texts
        (folder / "year=2025" / "a.csv").unlink()
        with pytest.raises(Conflict, match=r"year=2025/a\.csv"):
            read_source_again(database, market.analyst, source.id)
        read_source_again(database, market.analyst, source.id, accept_losses=True)
        assert _rows(market, source, totals) == texts[1:]
    finally:
        with database.change() as session:
            remove_source(session, market.analyst, source.id, even_if_used=True)
