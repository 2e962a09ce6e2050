"""What a chart knows of the table behind its query: read once for each reading of the source."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from benchboard.analytics import model_services
from benchboard.analytics import query_extent as module
from benchboard.analytics.data_models.definition import CalculatedField, FieldDisplay
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.queries import Cell
from benchboard.analytics.query_builder.question import Calculation, Filter, Group, Join, Measure, Question
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_extent import UNKNOWN, QueryExtent, query_extent
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again
from benchboard.errors import Unavailable
from support.databases import unbound
from support.orders import Market


@pytest.fixture
def ridden(market: Market, tmp_path: Path) -> Iterator[SourceSummary]:
    _write(tmp_path / "rides.csv", "2026-08-05;West;1", "2026-08-06;East;2", "2026-11-12;;3")
    _write(tmp_path / "shops.csv", "2026-01-01;Mall;1", "2026-01-02;Mall;2", "2026-01-03;Pier;3")
    scans = [inspect_file(tmp_path / f"{name}.csv").tables[0].scan for name in ("rides", "shops")]
    source = import_files(unbound(market.database), market.analyst, name="Rides", scans=scans, folder=None)
    yield source
    with unbound(market.database).change() as session:
        remove_source(session, market.analyst, source.id, even_if_used=True)


def _write(path: Path, *lines: str) -> None:
    path.write_text("\n".join(("day;region;shop", *lines)) + "\n", encoding="utf-8")


def test_extent_of_a_file_is_read_once_for_each_reading_of_it(
    market: Market, ridden: SourceSummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = module.run_query

    def counted(session: Any, actor: Any, text: str, **more: Any) -> Any:
        asked.append(text)
        return real(session, actor, text, **more)

    monkeypatch.setattr(module, "run_query", counted)

    def extent(question: Question | str) -> QueryExtent:
        text = question if isinstance(question, str) else to_sql(question)
        with unbound(market.database).read() as session:
            return query_extent(session, market.analyst, text, ridden.id)

    measures = (Measure("count", "", "n"),)
    weekly = Question(
        "rides", ridden.id, (Filter("day", "in_range"), Filter("region", "one_of", ("West",))),
        (Group("day", "week", "week"), Group("region")), measures,
    )  # fmt: skip
    ends = date(2026, 8, 5), date(2026, 11, 12)
    found = extent(weekly)
    assert (found.grouped, found.ranged, found.series_columns) == (ends, ends, ("region",))
    assert set(found.series) == {("West",), ("East",), (None,)}
    assert extent(weekly) == found
    assert len(asked) == 2
    joined = Question(
        "rides", ridden.id, (), (Group("day", "month", "m"), Group("region_2")), measures,
        joins=(Join("shops", (("shop", "shop"),), (("region", "region_2"),)),),
    )  # fmt: skip
    assert set(extent(joined).series) == {("Mall",), ("Pier",)}
    assert len(asked) == 3
    doubled = Question(
        "rides", ridden.id, (), (Group("day", "month", "m"), Group("big")), measures,
        calculations=(Calculation("big", "shop * 2"),),
    )  # fmt: skip
    assert extent(doubled) == QueryExtent(ends)
    assert extent("SELECT 1") == extent(Question("rides", ridden.id)) == UNKNOWN
    assert len(asked) == 3
    by_hand = "SELECT date_trunc('week', r.day) AS week, sum(r.shop * 2) AS total FROM rides r GROUP BY 1"
    ranged = by_hand.replace(" GROUP", " WHERE r.day >= :from AND r.day < :to GROUP")
    assert (extent(by_hand), extent(ranged)) == (QueryExtent(ends), QueryExtent(ends, ends)), "last week: in part"
    slices = extent(Question("rides", ridden.id, (), (Group("region"),), measures))
    assert (slices.series_columns, set(slices.series)) == (("region",), set(found.series))
    assert len(asked) == 3, "read for the series already"
    assert extent(Question("rides", ridden.id, (), (Group("day", "month", "m"),), measures)) == QueryExtent(ends)

    _write(tmp_path / "rides.csv", "2026-08-05;West;1", "2026-11-20;East;2")
    read_source_again(unbound(market.database), market.analyst, ridden.id)
    assert extent(weekly).grouped == (ends[0], date(2026, 11, 20))
    assert len(asked) == 5
    assert extent(by_hand.replace("r.day", "r.month")) == UNKNOWN, "no such column"


@pytest.mark.parametrize(
    "text",
    [
        "WITH r AS (SELECT day AS d, shop FROM rides) SELECT date_trunc('week', d) AS week, count(*) FROM r GROUP BY 1",
        "SELECT date_trunc('week', CAST(r.day AS DATE)) w, 1 FROM rides r JOIN shops s ON s.shop = r.shop GROUP BY 1",
        "SELECT date_trunc('month', day) m, 1 FROM (SELECT * FROM rides) x GROUP BY 1 UNION ALL "
        "SELECT date_trunc('month', s.day), 2 FROM shops AS s GROUP BY 1",
        "SELECT w, sum(n) FROM (SELECT date_trunc('week', day::DATE) AS w, 1 AS n FROM rides) GROUP BY 1",
    ],
)
def test_extent_of_any_query_that_rounds_times_is_that_of_their_column(
    market: Market, ridden: SourceSummary, text: str
) -> None:
    with unbound(market.database).read() as session:
        found = query_extent(session, market.analyst, text, ridden.id).grouped
    assert found is not None
    assert found[1] in (date(2026, 11, 12), datetime(2026, 11, 12, tzinfo=UTC))


def test_extent_that_a_slow_source_does_not_tell_is_asked_for_again(
    market: Market, ridden: SourceSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, real, clock = list[float](), module.run_query, [1_000_000.0]

    def slow(*given: Any, **more: Any) -> Any:
        asked.append(clock[0])
        if len(asked) == 1:
            raise Unavailable("query.timeout", "The query took too long.")
        return real(*given, **more)

    monkeypatch.setattr(module, "run_query", slow)
    monkeypatch.setattr(module, "_minute", lambda: int(clock[0] // 60))
    question = Question("rides", ridden.id, (), (Group("day", "week", "week"),), (Measure("count", "", "n"),))

    def grouped() -> object:
        with unbound(market.database).read() as session:
            return query_extent(session, market.analyst, to_sql(question), ridden.id).grouped

    assert grouped() is None
    assert grouped() is None
    assert len(asked) == 1, "not with each refresh: it takes so long"
    clock[0] += 61
    assert grouped() == (date(2026, 8, 5), date(2026, 11, 12))


def test_extent_of_a_data_model_is_read_again_when_the_model_changes(market: Market, ridden: SourceSummary) -> None:
    with unbound(market.database).read() as session:
        made = model_services.table_definition(session, market.analyst, ridden.id, "rides")
    display = FieldDisplay("Sign")
    made = replace(made, calculations=(CalculatedField("sign", "region || '!'", "text", display),))
    with unbound(market.database).change() as session:
        model = model_services.create_model(session, market.analyst, name="Signs", definition=made)
    question = Question(
        "Signs", ridden.id, (), (Group("day", "week", "week"), Group("sign")), (Measure("count", "", "n"),)
    )

    def series() -> set[tuple[Cell, ...]]:
        with unbound(market.database).read() as session:
            return set(query_extent(session, market.analyst, to_sql(question), ridden.id).series)

    assert series() == {("West!",), ("East!",), (None,)}
    changed = replace(made, calculations=(CalculatedField("sign", "region || '?'", "text", display),))
    with unbound(market.database).change() as session:
        model_services.update_model(session, market.analyst, model.id, seen=model.updated_at, definition=changed)
    assert series() == {("West?",), ("East?",), (None,)}
    with unbound(market.database).change() as session:
        model_services.delete_model(session, market.analyst, model.id, even_if_used=True)


def test_extent_of_orders_is_that_of_the_shops_that_an_actor_may_read(market: Market) -> None:
    question = Question("orders", groups=(Group("created_dt", "day", "day"), Group("shop_id")))
    with unbound(market.database).read() as session:
        everything = query_extent(session, market.analyst, to_sql(question), "")
        own = query_extent(session, market.keeper, to_sql(question), "")
    assert own.series == (("a.example",),)
    assert len(everything.series) > 1
    assert everything.grouped is not None
    assert all(isinstance(one, datetime) for one in everything.grouped)
