"""A copy of a table on a real PostgreSQL server, against what somebody would write with the server's own tools.

    PYTHONPATH=tests python benchmarks/server_copy.py [--rows 500000] [--pairs 3]

Ours reads the rows in typed cells through a cursor and writes them as Parquet. The rival is COPY TO STDOUT as CSV into
a file that DuckDB, called directly, writes as Parquet. Then the server gets one row in a hundred more: ours reads these
alone and writes the file again; the rival has to read all. Alternating in the same run; the sums must agree. Seconds of
wall time, and of this process' processor time (the server's isn't in it). Needs PostgreSQL's programs
(BENCHBOARD_TEST_PG_BIN).
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.scan import ScanColumn
from benchboard.analytics.remote.settings import RemoteSettings
from benchboard.analytics.sources.configuration import SourceTable
from benchboard.analytics.sources.copied_table import CopiedTable
from benchboard.analytics.sources.server_copy import OpenedTable, read_table
from benchboard.analytics.sources.servers import ServerConnection
from support import postgres

_ROWS = """
    SELECT n AS id, (n % 99700)::numeric(10,2) / 100 AS amount, 'customer ' || n % 5000 AS customer,
        TIMESTAMP '2023-01-01' + n * INTERVAL '1 minute' AS sold, n % 3 = 0 AS returned, n * 0.37::float8 AS weight
    FROM generate_series({first}, {last}) AS n
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--pairs", type=int, default=3)
    asked = parser.parse_args()
    with postgres.running() as server, tempfile.TemporaryDirectory() as folder:
        name = server.create()
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            connection.execute(f"CREATE TABLE sales AS {_ROWS.format(first=1, last=asked.rows)}".encode())
            settings = RemoteSettings("postgresql", "127.0.0.1", server.port, name, postgres.USER, "off")
            opened = OpenedTable(
                ServerConnection(settings, server.password, ("sales",)), CopiedTable("", "sales", "id"),
                (ScanColumn("id", "id", "integer"),), None,
            )  # fmt: skip
            print(f"{asked.rows} rows; seconds, wall / processor, median")
            whole, before = _compare(opened, server.url(name), Path(folder), asked.pairs, None)
            _tell("all rows", whole)
            more = _ROWS.format(first=asked.rows + 1, last=asked.rows + asked.rows // 100)
            connection.execute(f"INSERT INTO sales {more}".encode())
            newer, _after = _compare(opened, server.url(name), Path(folder), asked.pairs, before)
            _tell("one in a hundred is new", newer)


def _compare(
    opened: OpenedTable, url: str, folder: Path, pairs: int, before: SourceTable | None
) -> tuple[dict[str, list[tuple[float, float]]], SourceTable]:
    """What ours and the rival took, in turns; and the table as ours has it."""
    taken: dict[str, list[tuple[float, float]]] = {"ours": [], "rival": []}
    mine, theirs = folder / "ours", folder / "rival.parquet"
    found: list[SourceTable] = []

    def ours() -> None:
        read = read_table(opened, mine, before, cancel_token=CancelToken())
        found[:] = [SourceTable("sales", read.inspected.scan, mine)]

    for _pair in range(pairs):
        taken["ours"].append(_timed(ours))
        taken["rival"].append(_timed(lambda: _rival(url, folder / "rows.csv", theirs)))
    assert _sum(mine) == _sum(theirs), "both have the same rows"
    kept = mine.rename(folder / "before.parquet")
    scan = found[0].scan
    return taken, SourceTable("sales", scan, kept)


def _rival(url: str, csv: Path, target: Path) -> None:
    query = "COPY (SELECT * FROM sales) TO STDOUT (FORMAT csv, HEADER)"
    with (
        psycopg.connect(url) as connection,
        connection.cursor() as cursor,
        cursor.copy(query) as rows,
        csv.open("wb") as file,
    ):
        file.writelines(rows)
    with duckdb.connect() as database:
        database.execute(f"COPY (FROM read_csv('{csv}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def _timed(run: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def _sum(path: Path) -> Any:
    with duckdb.connect() as database:
        query = f"SELECT count(*), sum(id), sum(amount)::DECIMAL(38, 2), max(sold) FROM read_parquet('{path}')"
        return database.execute(query).fetchone()


def _tell(title: str, taken: dict[str, list[tuple[float, float]]]) -> None:
    middle = {name: [statistics.median(one) for one in zip(*all_, strict=True)] for name, all_ in taken.items()}
    (wall, cpu), (least_wall, least_cpu) = middle["ours"], middle["rival"]
    print(
        f"{title:26} ours {wall:6.2f} / {cpu:6.2f}   COPY and DuckDB {least_wall:6.2f} / {least_cpu:6.2f}"
        f"   ratio {wall / least_wall:5.1f} / {cpu / least_cpu:5.1f}"
    )


if __name__ == "__main__":
    main()
