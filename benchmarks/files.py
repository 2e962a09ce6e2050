"""A CSV file through Benchboard's reading of it, compared with DuckDB called directly on the same file.

Aggregation: the same query over the relation of an inspected file and over DuckDB's own `read_csv`. Limit: 1.1 times.
First profile: `profile_table` compared with DuckDB's SUMMARIZE, which counts much the same. Limit: 1.2 times. The time
of the inspection, which comes before the first profile, is shown beside it. Each pair is measured alternately.
`python benchmarks/files.py [--rows 2000000] [--pairs 5] [--json]`; the limits are those of 20,000,000 rows.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desktop"))

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.profile import profile_table

_AGGREGATE = "SELECT chamber, count(*), avg(temperature), max(part) FROM ({}) GROUP BY chamber ORDER BY chamber"


def generate(path: Path, rows: int) -> None:
    """A log of measurements with a time, a text, a decimal, a whole number and a note."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (SELECT TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND AS time, 'chamber ' || i % 7 AS chamber,
            round(20 + 5 * sin(i / 1000), 2) AS temperature, (i * 7) % 100003 AS part, 'note ' || i % 17 AS note
            FROM range({rows}) t(i)) TO '{path}' (HEADER)"""
        )


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def alternately(one: Callable[[], object], other: Callable[[], object], pairs: int) -> tuple[float, float, float]:
    """The medians of both (s), and the median of the ratios of each pair."""
    ones, others = [], []
    for pair in range(pairs):
        order = ((one, ones), (other, others))
        for work, times in order if pair % 2 == 0 else reversed(order):
            times.append(seconds(work))
    ratio = statistics.median(a / b for a, b in zip(ones, others, strict=True))
    return statistics.median(ones), statistics.median(others), ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "log.csv"
        generate(path, arguments.rows)
        inspection = inspect_file(path)
        scan = inspection.tables[0].scan
        ours, direct = _AGGREGATE.format(scan.relation_sql()), _AGGREGATE.format(f"FROM read_csv('{path}')")
        same = [connection.execute(query).fetchall() for query in (ours, direct)]
        assert [row[:2] for row in same[0]] == [row[:2] for row in same[1]]
        aggregation = alternately(
            lambda: connection.execute(ours).fetchall(), lambda: connection.execute(direct).fetchall(), arguments.pairs
        )
        profile = alternately(
            lambda: profile_table(scan),
            lambda: connection.execute(f"SUMMARIZE FROM read_csv('{path}')").fetchall(),
            arguments.pairs,
        )
        found = {
            "rows": arguments.rows,
            "megabytes": round(path.stat().st_size / 1e6),
            "aggregation_s": [round(value, 3) for value in aggregation[:2]],
            "aggregation_ratio": round(aggregation[2], 2),
            "profile_s": [round(value, 3) for value in profile[:2]],
            "profile_ratio": round(profile[2], 2),
            "inspection_s": round(inspection.seconds, 3),
        }
    if arguments.json:
        print(json.dumps(found))
    else:
        print(
            f"{found['rows']} rows, {found['megabytes']} MB: aggregation {found['aggregation_ratio']} times DuckDB "
            f"called directly (limit: 1.1), profile {found['profile_ratio']} times its SUMMARIZE (limit: 1.2); "
            f"inspection {found['inspection_s']} s"
        )


if __name__ == "__main__":
    main()
