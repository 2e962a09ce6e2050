"""A sum over a table of exchange rates on a real PostgreSQL server, against the bare join that somebody would write.

    PYTHONPATH=tests python benchmarks/rates_postgresql.py [--rows 1000000] [--pairs 5]

Ours finds the latest rate at the time of each row, leaves out currencies with several rates at a time, and compares
codes without regard to case and spaces. The rivals do nothing of that: an equal join by currency and day (there is a
rate for every day, so the sums are the same), and the usual as-of join, LATERAL with ORDER BY and LIMIT 1 over an
index. Alternating in the same run; the sums must agree. Wall time, ms, of the server's work. Needs PostgreSQL's
programs (BENCHBOARD_TEST_PG_BIN).
"""

import argparse
import os
import statistics
import time

import psycopg

from benchboard.analytics.query_builder.question import Calculation, Join, Question, RateLookup
from benchboard.analytics.query_builder.sql_writer import rows_sql
from support import postgres

_TABLES = """
    CREATE TABLE sales AS SELECT n AS id, (n % 997)::numeric(10,2) AS amount,
        (ARRAY['EUR', 'USD', 'TRY', 'GBP', 'CHF', 'PLN', 'SEK', 'JPY'])[1 + n % 8] AS currency,
        DATE '2023-01-01' + (n * 7 % 1095)::int AS sold FROM generate_series(1, {rows}) AS n;
    CREATE TABLE rates AS SELECT currency, DATE '2023-01-01' + day AS day,
        (0.1 + (day % 50) / 100.0 + length(currency))::numeric(12,6) AS rate
        FROM generate_series(0, 1094) AS day,
            unnest(ARRAY['USD', 'TRY', 'GBP', 'CHF', 'PLN', 'SEK', 'JPY']) AS currency;
    CREATE INDEX ON rates (currency, day);
    ANALYZE sales; ANALYZE rates
"""
_EQUAL = """
    SELECT sum(s.amount * CASE WHEN s.currency = 'EUR' THEN 1 ELSE r.rate END)
    FROM sales AS s LEFT JOIN rates AS r ON r.currency = s.currency AND r.day = s.sold
"""
_LATERAL = """
    SELECT sum(s.amount * CASE WHEN s.currency = 'EUR' THEN 1 ELSE r.rate END)
    FROM sales AS s LEFT JOIN LATERAL (
        SELECT rate FROM rates WHERE currency = s.currency AND day <= s.sold ORDER BY day DESC LIMIT 1
    ) AS r ON true
"""


def _ours() -> str:
    lookup = RateLookup("rate", "EUR", ("sold", "day"))
    join = Join("rates", (("currency", "currency"),), (("rate", "rate_to_eur"),), "left", "", lookup)
    question = Question(
        "sales", "", server="postgresql", joins=(join,), calculations=(Calculation("euros", "amount * rate_to_eur"),)
    )
    return f"SELECT sum(euros) FROM {rows_sql(question)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    queries = {"ours": _ours(), "equal join": _EQUAL, "lateral as-of join": _LATERAL}
    taken: dict[str, list[float]] = {name: [] for name in queries}
    with (
        postgres.running() as server,
        psycopg.connect(server.url(server.create()).replace("+psycopg", "")) as connection,
    ):
        connection.execute(_TABLES.format(rows=asked.rows).encode())
        connection.commit()
        for _pair in range(asked.pairs):
            sums = set()
            for name, text in queries.items():
                started = time.perf_counter()
                row = connection.execute(text.encode()).fetchone()
                taken[name].append(1000 * (time.perf_counter() - started))
                sums.add(round(row[0], 2) if row else None)
            assert len(sums) == 1, sums
    print(f"{asked.rows} rows, load {os.getloadavg()[0]:.1f}")
    ours = statistics.median(taken["ours"])
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:22} {median:9.0f} ms   ours: {ours / median:.2f} times")


if __name__ == "__main__":
    main()
