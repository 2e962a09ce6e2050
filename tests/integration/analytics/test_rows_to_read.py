"""How many rows a query would read, over a real file of six million rows."""

from pathlib import Path

import duckdb
import pytest

from benchboard.analytics import rows_to_read
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.rows_to_read import many_rows_to_read
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.state import examine
from support.databases import unbound
from support.orders import Market

pytestmark = pytest.mark.usefixtures("no_sources")
ROWS = 6_000_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("readings") / "readings.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT range % 9 AS meter, range AS reading FROM range({ROWS})) TO '{made}'")
    return made


@pytest.fixture
def source(market: Market, file: Path) -> SourceSummary:
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    state = examine(tables, CancelToken())
    with unbound(market.database).change() as session:
        return services.add_source(session, market.analyst, name="Readings", kind="parquet", tables=tables, state=state)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT meter, sum(reading) AS total FROM readings GROUP BY 1", ROWS),
        ("SELECT * FROM readings ORDER BY reading LIMIT 10", ROWS),
        ("SELECT * FROM readings WHERE meter = 99 LIMIT 10", ROWS),
        ("SELECT a.meter FROM readings a JOIN readings b USING (reading)", 2 * ROWS),
        ("SELECT * FROM readings LIMIT 100", None),
        ("select reading, meter as m\nfrom readings r\nlimit 5;", None),
        ("SELECT DISTINCT meter FROM readings LIMIT 100", ROWS),
        ("SELECT max(reading) FROM readings LIMIT 1", ROWS),
        ("SELECT 1", None),
        ("SELECT count(*) FROM no_such_table", None),
        ("SELECT * FROM readings LIMIT 100 nonsense", None),
    ],
)
def test_many_rows_to_read_of_a_file(market: Market, source: SourceSummary, text: str, rows: int | None) -> None:
    with unbound(market.database).read() as session:
        assert many_rows_to_read(session, market.analyst, text, source.id) == rows


def test_many_rows_to_read_is_never_told_of_own_relations(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_to_read, "MANY_ROWS", 0)
    with unbound(market.database).read() as session:
        assert many_rows_to_read(session, market.analyst, "SELECT count(*) AS n FROM orders", "") is None
