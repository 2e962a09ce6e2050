"""The history of a single number, on real databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from benchboard.analytics import number_history
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.number_history import history_sql
from benchboard.analytics.queries import ResultTable, run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again
from benchboard.analytics.sources.state import examine
from benchboard.identity.permissions import Actor
from support.databases import unbound
from support.orders import Market


@pytest.fixture
def trips(market: Market, tmp_path: Path) -> Iterator[SourceSummary]:
    file = tmp_path / "trips.csv"
    rows = "".join(f"{k},2026-01-{k % 28 + 1:02},{k}\n" for k in range(1, 57))
    file.write_text("id,day,km\n" + rows, encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(market.database).change() as session:
        made = services.add_source(
            session, market.analyst, name="Ways", kind="csv", tables=tables, state=examine(tables, CancelToken())
        )
    yield made
    with unbound(market.database).change() as session:
        remove_source(session, market.analyst, made.id, even_if_used=True)


def history(market: Market, text: str, source_id: str) -> str:
    with unbound(market.database).read() as session:
        values = {"from": ("2026-01-01",), "to": ("2026-01-03",), "interval": ("day",)}
        table = run_query(session, market.analyst, text, variables=values, source_id=source_id)
        ends = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
        return history_sql(session, market.analyst, text, table, source_id, shown=ends)


def test_number_of_a_table_with_one_time_has_a_history_in_periods_that_fit_its_span(
    market: Market, trips: SourceSummary
) -> None:
    found = history(market, "SELECT sum(km) AS total_km\nFROM trips\nWHERE km > 3", trips.id)
    assert "WHERE km > 3" in found
    with unbound(market.database).read() as session:
        table = run_query(session, market.analyst, found, source_id=trips.id)
        (whole,) = run_query(
            session, market.analyst, "SELECT sum(km) AS s FROM trips WHERE km > 3", source_id=trips.id
        ).rows
    assert [column.name for column in table.columns] == ["day", "total_km"]
    assert len(table.rows) == 28  # a day each
    assert sum(int(str(row[1])) for row in table.rows) == int(str(whole[0]))


def test_history_of_a_number_is_read_again_when_the_number_or_its_source_changes(
    market: Market, trips: SourceSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each refresh of a dashboard it was read again, for ten times the cost of its number and more."""
    asked: list[str] = []

    def recorded(session: Session, actor: Actor, text: str, **options: Any) -> ResultTable:
        asked.append(text)
        return run_query(session, actor, text, **options)

    monkeypatch.setattr(number_history, "run_query", recorded)
    query = "SELECT sum(km) AS total_km\nFROM trips\nWHERE day >= :from\n  AND day < :to"

    def read(end: str) -> ResultTable | None:
        values = {"from": ("2026-01-01",), "to": (end,), "interval": ("day",)}
        ends = datetime(2026, 1, 1, tzinfo=UTC), datetime.fromisoformat(f"{end}T00:00:00+00:00")
        with unbound(market.database).read() as session:
            number = run_query(session, market.analyst, query, variables=values, source_id=trips.id)
            found = number_history.number_history(
                session, market.analyst, query, number, trips.id, variables=values, shown=ends
            )
        return found[1] if found is not None else None

    first = read("2026-01-03")
    assert first is not None
    assert len(first.rows) == 2
    assert read("2026-01-03") is first
    assert len(asked) == 1
    other = read("2026-01-04")
    assert other is not None
    assert (len(other.rows), len(asked)) == (3, 2)
    Path(trips.path).write_text("id,day,km\n1,2026-01-01,9\n", encoding="utf-8")
    read_source_again(unbound(market.database), market.analyst, trips.id)
    changed = read("2026-01-03")
    assert changed is not None
    assert [row[1] for row in changed.rows] == [9]
    assert len(asked) == 3


def test_number_of_a_time_range_has_a_history_in_periods_that_fit_the_range(
    market: Market, trips: SourceSummary
) -> None:
    found = history(market, "SELECT count(*) AS row_count\nFROM trips\nWHERE day >= :from AND day < :to", trips.id)
    assert "'hour'" in found
    assert ":from" in found


@pytest.mark.parametrize(
    "text",
    [
        "SELECT day, sum(km) AS total_km\nFROM trips\nGROUP BY day",
        "SELECT sum(km) AS a, count(*) AS b\nFROM trips",
        "SELECT abs(max(km)) AS furthest FROM trips",
        "SELECT 7 AS n",
    ],
)
def test_other_queries_have_no_history(market: Market, trips: SourceSummary, text: str) -> None:
    assert history(market, text, trips.id) == ""
