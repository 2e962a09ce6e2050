"""The rows that show what is in a table, on real databases and real files."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.first_rows import FirstRows, first_rows
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.state import examine
from benchboard.analytics.table_browser import list_tables
from support.databases import unbound
from support.orders import Market

pytestmark = pytest.mark.usefixtures("no_sources")


def _read(market: Market, file: Path, *, rows: int | None = 4) -> FirstRows:
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    state = examine(tables, CancelToken())
    with unbound(market.database).change() as session:
        source = services.add_source(session, market.analyst, name="Runs", kind="csv", tables=tables, state=state)
    with unbound(market.database).read() as session:
        found = next(one for one in list_tables(session, market.analyst) if one.id == source.id)
        return first_rows(session, market.analyst, found, replace(found.tables[0], rows=rows), limit=2)


def test_first_rows_of_a_table_with_times_are_the_newest(market: Market, tmp_path: Path) -> None:
    file = tmp_path / "runs.csv"
    file.write_text("run,ended\n1,2026-01-01 10:00:00\n2,2026-01-03 10:00:00\n3,2026-01-02 10:00:00\n4,\n")
    found = _read(market, file)
    assert found.newest_by == "ended"
    assert [row[0] for row in found.rows.rows] == [2, 3]


def test_first_rows_of_a_table_without_times_or_of_unknown_size_are_the_first(market: Market, tmp_path: Path) -> None:
    file = tmp_path / "runs.csv"
    file.write_text("run,ended\n1,2026-01-01 10:00:00\n2,2026-01-03 10:00:00\n3,2026-01-02 10:00:00\n")
    found = _read(market, file, rows=None)
    assert found.newest_by == ""
    assert [row[0] for row in found.rows.rows] == [1, 2]
