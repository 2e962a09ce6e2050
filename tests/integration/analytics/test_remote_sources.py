"""Data sources on real PostgreSQL and MariaDB servers: connecting, tables, queries, limits and what stays secret."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from benchboard.analytics import followed_amounts, model_services, query_extent, rows_to_read
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_statistics import TableStatistics
from benchboard.analytics.data_models.definition import (
    CalculatedField,
    FieldDisplay,
    ModelDefinition,
    ModelJoin,
    ModelMeasure,
)
from benchboard.analytics.line_reduction import Reduction
from benchboard.analytics.mixed_currencies import added_currencies
from benchboard.analytics.queries import check_source_query, explain_query, run_query
from benchboard.analytics.query_builder.question import (
    UNITS,
    Calculation,
    Dialect,
    Filter,
    Group,
    Measure,
    PlainColumn,
    Question,
    RateLookup,
    Sort,
    Unit,
    units_for,
)
from benchboard.analytics.query_builder.rate_lookup import RateColumns, with_converted, with_rates
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_words import quote_table
from benchboard.analytics.query_builder.sql_writer import condition_sql, to_sql
from benchboard.analytics.query_plan import QueryPlan
from benchboard.analytics.remote import engine
from benchboard.analytics.remote.settings import RemoteSettings
from benchboard.analytics.sources import services
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.servers import change_password, connect_server
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again
from benchboard.analytics.table_browser import BrowsedSource, BrowsedTable, list_tables, table_statistics
from benchboard.analytics.table_filters import TableCondition, TableFilter, filtered_tables
from benchboard.dashboards.document.time_range import Period
from benchboard.errors import AppError, Cancelled, Invalid, Unavailable
from benchboard.identity import keys
from benchboard.paging import Listing
from benchboard.storage.engine import Database
from benchboard.storage.models.analytics import DataSource
from benchboard.storage.models.identity import AuditLog
from support import databases, mariadb
from support.databases import unbound
from support.line_pixels import columns_of
from support.orders import Market, open_market
from support.postgres import USER, Server


@dataclass(frozen=True)
class Remote:
    """A real server with a database of ours: its settings, its password, and what it does at this moment."""

    settings: RemoteSettings
    password: str
    execute: Callable[[str], list[Any]]
    running: Callable[[], list[str]]
    slow: str
    """A query that takes minutes."""


_POSTGRESQL_TABLES = """
    CREATE TABLE public.trips (id int PRIMARY KEY, km numeric(10,2), speed float8, city text, day date,
      at timestamptz, local_at timestamp, ok boolean, info jsonb, raw bytea);
    INSERT INTO public.trips VALUES
      (1, 2.50, 0.1, 'Ankara 5%', '2026-01-05', '2026-01-05 10:00+03', '2026-01-05 10:00', true, '{"a": 1}', NULL),
      (2, 3.50, 'NaN', 'İzmir', NULL, NULL, NULL, false, NULL, NULL);
    CREATE SCHEMA sales; CREATE TABLE sales.orders (id bigint);
    INSERT INTO sales.orders SELECT generate_series(1, 3000);
    CREATE TABLE sales."Ride log" (id int, kind text, km numeric(8,1), start timestamptz, ended date, late boolean,
      info json);
    INSERT INTO sales."Ride log" SELECT k, (ARRAY['tram', 'BUS 5%', NULL])[1 + k % 3], (k % 17)::numeric / 2,
      timestamptz '2025-10-30 21:15:40+00' + k * interval '37 hours', date '2025-10-30' + k, k % 2 = 0, '{"a": 1}'
      FROM generate_series(0, 119) k;
    ANALYZE sales."Ride log";
"""
_MARIADB_TABLES = (
    "CREATE TABLE trips (id int PRIMARY KEY, km decimal(10,2), speed double, city varchar(50), day date,"
    " at timestamp NULL, local_at datetime NULL, ok tinyint(1), info json, raw blob)",
    "SET time_zone = '+00:00'",
    "INSERT INTO trips VALUES (1, 2.50, 0.1, 'Ankara 5%', '2026-01-05', '2026-01-05 07:00', '2026-01-05 10:00', 1,"
    " '{\"a\": 1}', NULL), (2, 3.50, NULL, 'İzmir', NULL, NULL, NULL, 0, NULL, NULL)",
    "CREATE TABLE orders (id bigint)",
    "INSERT INTO orders SELECT seq FROM seq_1_to_3000",
    "CREATE TABLE `Ride log` (id int, kind varchar(20), km decimal(8,1), start datetime, ended date, late tinyint(1),"
    " info json)",
    "INSERT INTO `Ride log` SELECT seq, ELT(1 + seq % 3, 'tram', 'BUS 5%', NULL), (seq % 17) / 2,"
    " TIMESTAMP '2025-10-30 21:15:40' + INTERVAL 37 * seq HOUR, DATE '2025-10-30' + INTERVAL seq DAY, seq % 2 = 0,"
    " '{\"a\": 1}' FROM seq_0_to_119",
    "ANALYZE TABLE `Ride log`",
)
RIDES = [
    (k, ("tram", "BUS 5%", None)[k % 3], Decimal(k % 17) / 2, datetime(2025, 10, 30, 21, 15, 40, tzinfo=UTC)
     + k * timedelta(hours=37))
    for k in range(120)
]  # fmt: skip
"""Number, kind, km and start of the rows of “Ride log”."""


@pytest.fixture(scope="module")
def mariadb_server() -> Iterator[mariadb.Mariadb]:
    starting = mariadb.running()
    try:
        server = starting.__enter__()
    except mariadb.NoMariadb as error:
        pytest.skip(str(error))
    yield server
    starting.__exit__(None, None, None)


@pytest.fixture(scope="module", params=["postgresql", "mysql"])
def remote(request: pytest.FixtureRequest) -> Iterator[Remote]:
    if request.param == "mysql":
        yield _on_mariadb(request.getfixturevalue("mariadb_server"))
        return
    server: Server = request.getfixturevalue("pg_server")
    name = server.create()
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute(_POSTGRESQL_TABLES)

        def execute(text: str) -> list[Any]:
            return list(connection.execute(text.encode()).fetchall())

        active = "SELECT query FROM pg_stat_activity WHERE application_name = 'Benchboard' AND state = 'active'"
        yield Remote(
            RemoteSettings("postgresql", "127.0.0.1", server.port, name, USER, "off"),
            server.password,
            execute,
            lambda: [str(row[0]) for row in execute(active)],
            "SELECT count(*) FROM sales.orders a, sales.orders b, sales.orders c, sales.orders d",
        )
    server.drop(name)


def _on_mariadb(server: mariadb.Mariadb) -> Remote:
    connection = server.connect()

    def execute(text: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(text)
            return list(cursor.fetchall())

    for text in _MARIADB_TABLES:
        execute(text)
    own = int(execute("SELECT connection_id()")[0][0])
    return Remote(
        RemoteSettings("mysql", "127.0.0.1", server.port, "bench", "bench", "off"),
        server.password,
        execute,
        lambda: [str(row[7]) for row in execute("SHOW FULL PROCESSLIST") if row[0] != own and row[4] == "Query"],
        "SELECT count(*) FROM orders a, orders b, orders c, orders d",
    )


@pytest.fixture(scope="module")
def shop(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    folder = tmp_path_factory.mktemp("remote")
    file = folder / "bench.db"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database.open(databases.file_url(file), key=databases.KEY)
    found = open_market(database, folder)
    data_keys = keys.FileDataKeys(folder / "keys.json")
    data_keys.create(found.analyst.organisation_id)
    keys.provide_data_keys(database, data_keys)
    yield found
    database.dispose()


@pytest.fixture
def source(shop: Market, remote: Remote) -> Iterator[SourceSummary]:
    tables = connect_server(remote.settings.to_json(), remote.settings.kind, remote.password)
    with unbound(shop.database).change() as session:
        added = services.add_server(
            session, shop.analyst, name="Warehouse", kind=remote.settings.kind, settings=remote.settings.to_json(),
            password=remote.password, tables=tables,
        )  # fmt: skip
    yield added
    with unbound(shop.database).change() as session:
        remove_source(session, shop.analyst, added.id, even_if_used=True)


def query(shop: Market, source: SourceSummary, text: str, **options: Any) -> Any:
    with unbound(shop.database).read() as session:
        return run_query(session, shop.analyst, text, source_id=source.id, **options)


def test_add_server_its_tables_are_listed_with_kinds(shop: Market, remote: Remote, source: SourceSummary) -> None:
    with unbound(shop.database).read() as session:
        tables = {one.name: one for one in services.source_tables(session, shop.analyst, source.id)}
        sample = services.sample_rows(session, shop.analyst, source.id, "trips", limit=1)
        services.test_source(session, shop.analyst, source.id)

    schema = "sales." if remote.settings.kind == "postgresql" else ""
    kinds = {column.name: column.kind for column in tables["trips"].columns}
    assert set(tables) == {"trips", f"{schema}orders", f"{schema}Ride log"}
    assert source.server == remote.settings.address
    assert kinds["id"] == "integer"
    assert (kinds["km"], kinds["speed"], kinds["city"], kinds["day"]) == ("decimal", "decimal", "text", "date")
    assert (kinds["at"], kinds["local_at"]) == ("timestamp", "timestamp")
    assert len(sample.rows) == 1


def test_run_query_values_are_exact(shop: Market, remote: Remote, source: SourceSummary) -> None:
    found = query(shop, source, "SELECT id, km, speed, city, day, at, local_at, ok, info, raw FROM trips ORDER BY id")

    first, second = found.rows
    assert first[:5] == (1, Decimal("2.50"), Decimal("0.1"), "Ankara 5%", date(2026, 1, 5))
    assert first[5:7] == (datetime(2026, 1, 5, 7, tzinfo=UTC), datetime(2026, 1, 5, 10, tzinfo=UTC))
    assert (first[7], first[8], first[9]) == (remote.settings.kind == "postgresql" or 1, '{"a": 1}', None)
    assert second[2:7] == (None, "İzmir", None, None, None)
    assert [column.kind for column in found.columns][:3] == ["integer", "decimal", "decimal"]
    assert found.columns[6].title == "Local at"


def test_run_query_variables_are_bound(shop: Market, source: SourceSummary) -> None:
    text = "SELECT id FROM trips WHERE city IN (:city) AND at >= :from AND city LIKE '%5%' ORDER BY id"
    values = {"city": ["Ankara 5%", "' OR 1=1 -- "], "from": ["2026-01-05T06:59:59+00:00"]}

    assert query(shop, source, text, variables=values).rows == ((1,),)
    assert query(shop, source, text, variables=values | {"from": ["2026-01-05T07:00:01+00:00"]}).rows == ()


def test_run_query_more_rows_than_the_limit_are_cut(shop: Market, remote: Remote, source: SourceSummary) -> None:
    name = next(one for one in source.tables if one.endswith("orders"))
    found = query(shop, source, f"SELECT id FROM {name} ORDER BY id", limit=1000)

    assert (len(found.rows), found.truncated, found.rows[-1]) == (1000, True, (1000,))
    assert not query(shop, source, f"SELECT id FROM {name}", limit=3000).truncated


def test_run_query_with_a_reduction_keeps_the_rows_that_lines_need(
    shop: Market, remote: Remote, source: SourceSummary
) -> None:
    name = '"sales"."Ride log"' if remote.settings.kind == "postgresql" else "`Ride log`"
    text = f"SELECT start, km, kind FROM {name} WHERE late OR kind IN (:kinds) OR kind IS NULL ORDER BY start"
    about: dict[str, Any] = {"variables": {"kinds": ["tram", "BUS 5%"]}}
    rows = [(start, km, kind) for _id, kind, km, start in RIDES]

    found = query(shop, source, text, limit=10, reduction=Reduction(5), **about)

    assert (found.reduced.rows, found.reduced.buckets, found.truncated) == (120, 5, False)
    low, high = found.reduced.low, found.reduced.high
    assert (low, high) == (rows[0][0].timestamp(), rows[-1][0].timestamp())
    assert columns_of(found.rows, low, high, 5, 1, (2,)) == columns_of(rows, low, high, 5, 1, (2,))
    assert set(found.rows) <= set(rows)
    window = rows[30][0].timestamp(), rows[50][0].timestamp()
    part = query(shop, source, text, limit=10, reduction=Reduction(64, window), **about)
    assert part.rows == tuple(rows[30:51])


def test_check_source_query_columns_are_found_without_rows(shop: Market, source: SourceSummary) -> None:
    with unbound(shop.database).read() as session:
        columns = check_source_query(session, shop.analyst, "SELECT id, km FROM trips", source.id)

    assert [(one.name, one.kind) for one in columns] == [("id", "integer"), ("km", "decimal")]


def test_run_query_bytes_and_wrong_columns_are_refused(shop: Market, remote: Remote, source: SourceSummary) -> None:
    for text in ("SELECT nope FROM trips", "SELECT * FROM nope"):
        with pytest.raises(Invalid):
            query(shop, source, text)


def test_engine_a_query_that_wasnt_checked_still_cant_write(remote: Remote) -> None:
    module: Any = engine.mysql if remote.settings.kind == "mysql" else engine.postgresql
    for text in ("DELETE FROM trips", "INSERT INTO trips (id) VALUES (9)", "CREATE TABLE written (a int)"):
        unchecked = engine.ServerQuery(text, {}, 10, 5.0, time.monotonic(), CancelToken())
        with pytest.raises(AppError):
            module.run(remote.settings, remote.password, unchecked)
    assert remote.execute("SELECT count(*) FROM trips")[0][0] == 2
    assert remote.execute("SELECT count(*) FROM information_schema.tables WHERE table_name = 'written'")[0][0] == 0


def test_run_query_a_timeout_ends_the_servers_work(shop: Market, remote: Remote, source: SourceSummary) -> None:
    with pytest.raises(Unavailable) as caught:
        query(shop, source, remote.slow, timeout=0.5)

    assert caught.value.code == "query.timeout"
    deadline = time.monotonic() + 60
    while any("orders d" in text for text in remote.running()):  # the server ends it a moment after it is told to
        assert time.monotonic() < deadline


def test_run_query_a_cancel_ends_the_servers_work(shop: Market, remote: Remote, source: SourceSummary) -> None:
    token, raised = CancelToken(), []

    def run() -> None:
        try:
            query(shop, source, remote.slow, timeout=60, cancel_token=token)
        except AppError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 60
    while not any("orders d" in text for text in remote.running()):
        assert time.monotonic() < deadline
    token.cancel()
    thread.join(60)

    assert not thread.is_alive()
    assert [type(error) for error in raised] == [Cancelled]
    while any("orders d" in text for text in remote.running()):
        assert time.monotonic() < deadline


def test_connect_server_each_cause_is_named(remote: Remote) -> None:
    def cause(password: str = remote.password, **changed: Any) -> tuple[str, object]:
        settings = replace(remote.settings, **changed)
        with pytest.raises(Unavailable) as caught:
            connect_server(settings.to_json(), settings.kind, password)
        assert remote.password not in repr(caught.value)
        return caught.value.code, caught.value.facts.get("field")

    assert cause("wrong") == ("source.password", "password")
    assert cause(host="nowhere.invalid") == ("source.host", "host")
    assert cause(port=1) == ("source.refused", "port")
    assert cause(tls="verify") == ("source.tls", "tls")
    # MariaDB doesn't tell a user without rights there what exists.
    missing = ("source.permission", "user") if remote.settings.kind == "mysql" else ("source.database", "database")
    assert cause(database="nope") == missing


def test_connect_server_settings_that_cant_be_used_name_their_field(remote: Remote) -> None:
    for field, value in (("host", "a,b"), ("host", "/tmp"), ("port", 0), ("tls", "x"), ("user", ""), ("ca", "x.pem")):
        with pytest.raises(Invalid) as caught:
            connect_server(remote.settings.to_json() | {field: value}, remote.settings.kind, "x")
        assert caught.value.facts["field"] == field


def test_password_is_stored_encrypted_and_shown_nowhere(shop: Market, remote: Remote, source: SourceSummary) -> None:
    with unbound(shop.database).read() as session:
        stored = session.scalars(select(DataSource.connection_config).where(DataSource.id == source.id)).one()
        audited = [str(vars(row)) for row in session.scalars(select(AuditLog))]
        listed = services.list_sources(session, shop.analyst, Listing())

    assert remote.password not in str(stored)
    assert remote.password not in str(audited) + repr(listed) + repr(source)


def test_password_doesnt_open_for_another_address(shop: Market, remote: Remote, source: SourceSummary) -> None:
    with pytest.raises(Unavailable) as caught, unbound(shop.database).change() as session:
        row = session.get(DataSource, source.id)
        assert row is not None
        row.connection_config = row.connection_config | {"server": row.connection_config["server"] | {"host": "x.test"}}
        session.flush()
        run_query(session, shop.analyst, "SELECT 1", source_id=source.id)
    assert caught.value.code == "keys.wrong"


def test_change_password_a_wrong_one_is_told_when_refreshed(
    shop: Market, remote: Remote, source: SourceSummary
) -> None:
    transactions = unbound(shop.database)
    with transactions.change() as session:
        change_password(session, shop.analyst, source.id, "wrong")
    broken = read_source_again(transactions, shop.analyst, source.id)
    with transactions.change() as session:
        change_password(session, shop.analyst, source.id, remote.password)
    mended = read_source_again(transactions, shop.analyst, source.id)

    assert (broken.status, broken.tables) == ("error", source.tables)
    assert "password" in broken.problem
    assert (mended.status, mended.problem) == ("connected", "")


def browsed(shop: Market, source: SourceSummary) -> tuple[BrowsedSource, BrowsedTable]:
    """The source as Explore has it, and its table “Ride log”."""
    with unbound(shop.database).read() as session:
        found = next(one for one in list_tables(session, shop.analyst) if one.id == source.id)
    return found, next(one for one in found.tables if one.name.endswith("Ride log"))


def test_list_tables_a_server_is_browsed_as_files_are(shop: Market, remote: Remote, source: SourceSummary) -> None:
    found, rides = browsed(shop, source)
    with unbound(shop.database).read() as session:
        known = table_statistics(session, shop.analyst, found, rides)

    assert found.server == remote.settings.kind
    assert (rides.rows, known.rows) == (120, 120)
    assert known.columns["kind"].listed == (("BUS 5%", 40), ("tram", 40))
    assert (known.columns["start"].least, known.columns["start"].greatest) == (RIDES[0][3], RIDES[-1][3])
    assert sum(known.columns["start"].buckets) == sum(known.columns["km"].buckets) == 120
    assert (known.columns["km"].least, known.columns["km"].greatest) == (0, 8)
    # PostgreSQL can't order JSON: that column stays unknown, and costs no other.
    assert ("info" in known.columns) == (remote.settings.kind == "mysql")


def test_table_statistics_a_large_table_is_not_read(shop: Market, source: SourceSummary) -> None:
    found, rides = browsed(shop, source)
    large = replace(rides, name="no_such_table", rows=2_000_000)
    with unbound(shop.database).read() as session:
        assert table_statistics(session, shop.analyst, found, large) == TableStatistics(2_000_000, {})


def _began(moment: datetime, unit: Unit) -> date:
    """The day on which a period of that length began."""
    first = moment.date()
    return {
        "day": first,
        "week": first - timedelta(days=first.weekday()),
        "month": first.replace(day=1),
        "quarter": first.replace(month=first.month - (first.month - 1) % 3, day=1),
        "year": first.replace(month=1, day=1),
    }.get(unit, first)


@pytest.mark.parametrize("unit", UNITS)
def test_question_over_a_server_gives_what_python_calculates(
    shop: Market, remote: Remote, source: SourceSummary, unit: Unit
) -> None:
    found, rides = browsed(shop, source)
    empty = Question(rides.name, source.id, server=found.server)
    if unit not in units_for(empty.dialect):
        pytest.skip("this server's language doesn't have it")
    question = replace(
        empty,
        filters=(Filter("start", "in_range"), Filter("kind", "contains", ("us 5%",))),
        groups=(Group("start", unit, "began"),),
        measures=(Measure("count", "", "n"), Measure("sum", "km", "total"), Measure("count_distinct", "km", "km")),
        sorts=(Sort("began"),),
    )
    period = Period(datetime(2025, 11, 20, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC))
    kept = [one for one in RIDES if one[1] == "BUS 5%" and period.start <= one[3] < period.end]
    groups: dict[date, list[Decimal]] = {}
    for _number, _kind, km, start in kept:
        groups.setdefault(_began(start, period.interval if unit == "interval" else unit), []).append(km)

    rows = query(shop, source, to_sql(question), variables=period.values).rows

    days = [row[0].date() if isinstance(row[0], datetime) else row[0] for row in rows]
    expected = {day: (len(kms), sum(kms), len(set(kms))) for day, kms in groups.items()}
    if unit not in ("second", "minute", "hour"):
        assert dict(zip(days, (row[1:] for row in rows), strict=True)) == expected
    else:
        finer = ("microsecond", "second", "minute")
        rounded = dict.fromkeys(finer[: ("second", "minute", "hour").index(unit) + 1], 0)
        assert [row[0] for row in rows] == [start.replace(**rounded) for _number, _kind, _km, start in kept]
    assert len(expected) > 1


@pytest.mark.parametrize(
    "chosen",
    [
        Filter("kind", "eq", ("tram",)), Filter("kind", "ne", ("tram",)), Filter("kind", "one_of", ("tram", "x\\'y")),
        Filter("kind", "starts", ("bus",)), Filter("kind", "contains", ("%",)), Filter("kind", "empty"),
        Filter("km", "gt", (Decimal("7.5"),)), Filter("start", "lt", ("2025-12-01",)),
        Filter("ended", "ge", ("2026-01-15",)),
    ],
)  # fmt: skip
def test_filter_over_a_server_leaves_the_rows_that_python_does(
    shop: Market, source: SourceSummary, chosen: Filter
) -> None:
    found, rides = browsed(shop, source)
    question = Question(rides.name, source.id, (chosen,), server=found.server, measures=(Measure("count", "", "n"),))
    keeps: dict[str, Callable[[tuple[int, str | None, Decimal, datetime]], bool]] = {
        "eq": lambda one: one[1] == "tram",
        "ne": lambda one: one[1] == "BUS 5%",
        "one_of": lambda one: one[1] == "tram",
        "starts": lambda one: one[1] == "BUS 5%",
        "contains": lambda one: one[1] == "BUS 5%",
        "empty": lambda one: one[1] is None,
        "gt": lambda one: one[2] > Decimal("7.5"),
        "lt": lambda one: one[3] < datetime(2025, 12, 1, tzinfo=UTC),
        "ge": lambda one: date(2025, 10, 30) + timedelta(days=one[0]) >= date(2026, 1, 15),
    }

    rows = query(shop, source, to_sql(question)).rows

    assert rows == ((sum(map(keeps[chosen.operator], RIDES)),),)


def test_filter_of_a_table_reaches_every_place_that_reads_it_on_a_server(
    shop: Market, remote: Remote, source: SourceSummary
) -> None:
    dialect: Dialect = "postgresql" if remote.settings.kind == "postgresql" else "mysql"
    table = "sales.Ride log" if dialect == "postgresql" else "Ride log"
    name = quote_table(table, dialect)
    text = (
        f"WITH log AS (SELECT kind, km FROM {name} WHERE id >= 0)  -- all of it\n"
        f"SELECT count(*) AS n, sum(km) AS km, (SELECT count(*) FROM {name} r JOIN {name} s ON s.id = r.id) AS joined,"
        f" (SELECT count(*) FROM (SELECT id FROM {name} UNION ALL SELECT id FROM trips) u) AS united FROM log"
    )
    chosen = Filter("kind", "one_of", ("tram", "BUS 5%"))
    range_ = Filter("km", "ge", (Decimal("2.5"),))
    filters = [TableFilter((TableCondition("", table, condition_sql(one, dialect)),)) for one in (chosen, range_)]
    found = filtered_tables(text, dialect, filters)
    assert (found.missed, found.why) == ((), None)
    rides = [km for _id, kind, km, _start in RIDES if kind is not None and km >= Decimal("2.5")]
    expected = (len(rides), sum(rides), len(rides), len(rides) + 2)
    assert query(shop, source, found.text).rows == (expected,)
    by_variable = TableFilter((TableCondition("", table, "kind IN (:kinds)"),))
    found = filtered_tables(text, dialect, [by_variable, filters[1]])
    assert query(shop, source, found.text, variables={"kinds": ["tram", "BUS 5%"]}).rows == (expected,)


def test_model_on_a_server_is_queried_as_a_table_with_its_titles(
    shop: Market, remote: Remote, source: SourceSummary
) -> None:
    log = next(name for name in source.tables if name.endswith("Ride log"))
    with unbound(shop.database).change() as session:
        made = model_services.table_definition(session, shop.analyst, source.id, "trips")
        other = model_services.model_table(session, shop.analyst, source.id, log, [("id", "log_id"), ("kind", "kind")])
        made = ModelDefinition(
            (*made.tables, other),
            (ModelJoin((("id", "id"),)),),
            (CalculatedField("miles", "km * 0.5", "text", FieldDisplay("Way", "mi")),),
            (ModelMeasure("ride_count", "count", "", "integer", FieldDisplay("Rides")),),
        )
        model = model_services.create_model(session, shop.analyst, name="Rides", definition=made)
    try:
        mark = "`" if remote.settings.kind == "mysql" else '"'
        text = "SELECT kind, sum(miles) AS total_miles, count(*) AS ride_count, max(id) AS newest"
        grouped = f"{text} FROM {mark}Rides{mark} WHERE city <> :city GROUP BY kind ORDER BY kind"
        found = query(shop, source, grouped, variables={"city": ["İzmir"]})
        rows = query(shop, source, f"WITH r AS (SELECT * FROM {mark}Rides{mark}) SELECT id, miles FROM r ORDER BY id")
        star = query(shop, source, f"SELECT * FROM (SELECT *, 1 AS one FROM {mark}Rides{mark}) AS q")
        assert found.rows == (("BUS 5%", Decimal("1.25"), 1, 1),)
        assert [one.title for one in found.columns] == ["Kind", "Way (mi)", "Rides", "Newest"]
        assert [row[0] for row in rows.rows] == [1, 2]
        assert next(one.title for one in star.columns if one.name == "miles") == "Way (mi)"
        with unbound(shop.database).read() as session:
            checked = check_source_query(session, shop.analyst, grouped, source.id, {"city": ["x"]})
            browsed = next(one for one in list_tables(session, shop.analyst) if one.id == source.id)
            table = browsed.table("Rides")
            assert table is not None
            described = table_statistics(session, shop.analyst, browsed, replace(table, rows=2))
        assert [one.title for one in checked] == [one.title for one in found.columns]
        assert described.columns["km"].greatest == Decimal("3.50")
    finally:
        with unbound(shop.database).change() as session:
            model_services.delete_model(session, shop.analyst, model.id)


def test_division_by_zero_in_a_calculated_field_is_empty_on_a_server(
    shop: Market, remote: Remote, source: SourceSummary
) -> None:
    """PostgreSQL refused the whole query. `id - 1` is 0 and 1, `km` 2.5 and 3.5."""
    with unbound(shop.database).change() as session:
        made = model_services.table_definition(session, shop.analyst, source.id, "trips")
        made = replace(
            made,
            calculations=(
                CalculatedField("rate", "km / (id - 1)", "decimal"),
                CalculatedField("rest", "id % (id - 1)", "integer"),
            ),
            measures=(
                ModelMeasure("total", "sum", "km / (id - 1)", "decimal"),
                ModelMeasure("of_some", "count", "", "integer", condition="km / (id - 1) > 1"),
            ),
        )
        model = model_services.create_model(session, shop.analyst, name="Rates", definition=made)
    try:
        mark = "`" if remote.settings.kind == "mysql" else '"'
        rows = query(shop, source, f"SELECT rate, rest FROM {mark}Rates{mark} ORDER BY id").rows
        assert rows == ((None, None), (Decimal("3.5"), 0))
        sums = query(shop, source, f"SELECT sum(rate), sum(total), sum(of_some) FROM {mark}Rates{mark}").rows
        assert sums == ((Decimal("3.5"), Decimal("3.5"), 1),)
    finally:
        with unbound(shop.database).change() as session:
            model_services.delete_model(session, shop.analyst, model.id)
    dialect: Dialect = "mysql" if remote.settings.kind == "mysql" else "postgresql"
    asked = Question(
        "trips", source.id, server=dialect, calculations=(Calculation("rate", "km / (id - 1)"),),
        columns=(PlainColumn("id"), PlainColumn("rate")), sorts=(Sort("id"),),
    )  # fmt: skip
    assert query(shop, source, to_sql(asked)).rows == ((1, None), (2, Decimal("3.5")))


def explain(shop: Market, source: SourceSummary, text: str, **options: Any) -> QueryPlan:
    with unbound(shop.database).read() as session:
        return explain_query(session, shop.analyst, text, source_id=source.id, **options)


def test_explain_query_a_server_tells_its_steps_and_rows(shop: Market, remote: Remote, source: SourceSummary) -> None:
    name = 'sales."Ride log"' if remote.settings.kind == "postgresql" else "`Ride log`"
    plan = explain(shop, source, f"select a.id, count(*) n from {name} a join trips t on t.id = a.id group by a.id")

    reads = {step.subject: step for step in plan.walk() if step.action == "read"}
    assert len(reads) == 2
    assert "join" in {step.action for step in plan.walk()}
    assert plan.read_rows is not None
    assert plan.read_rows >= 120


def test_many_rows_to_read_of_a_server_are_what_its_plan_expects(
    shop: Market, remote: Remote, source: SourceSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = 'sales."Ride log"' if remote.settings.kind == "postgresql" else "`Ride log`"
    texts = (f"select count(*) n from {name}", f"select id from {name} limit 3")
    with unbound(shop.database).read() as session:
        assert [rows_to_read.many_rows_to_read(session, shop.analyst, one, source.id) for one in texts] == [None, None]
        monkeypatch.setattr(rows_to_read, "MANY_ROWS", 100)
        found = [rows_to_read.many_rows_to_read(session, shop.analyst, one, source.id) for one in texts]
    assert found == [120, None]


def test_explain_query_is_not_run_and_binds_its_variables(shop: Market, remote: Remote, source: SourceSummary) -> None:
    slow = explain(shop, source, remote.slow)
    assert slow.read_rows is not None

    found = explain(shop, source, "select km from trips where city = :city and id > 0", variables={"city": ["İzmir"]})
    assert any(step.action == "read" for step in found.walk())


@pytest.mark.parametrize(
    "text",
    ["analyze select 1", "select 1; delete from trips", "delete from trips", "analyze verbose trips",
     "select nothing from trips", "select * from pg_catalog.pg_authid", "select * from mysql.user",
     "select load_file('/etc/passwd')", "select pg_sleep(10)", "select 1 into outfile '/tmp/x'"],
)  # fmt: skip
def test_explain_query_what_cant_run_cant_be_explained(
    shop: Market, remote: Remote, source: SourceSummary, text: str
) -> None:
    with pytest.raises(AppError):
        explain(shop, source, text)
    assert remote.execute("SELECT count(*) FROM trips")[0][0] == 2


def test_explain_query_a_cancelled_one_asks_nothing(shop: Market, source: SourceSummary) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        explain(shop, source, "select id from trips", cancel_token=token)


@pytest.fixture
def sold(remote: Remote) -> Iterator[None]:
    """Tables of amounts: shop 2 has some in two currencies."""
    made = (
        "CREATE TABLE sold (id int PRIMARY KEY, shop int, currency varchar(3), amount decimal(8,2))",
        "INSERT INTO sold VALUES (1, 1, 'EUR', 5), (2, 1, 'EUR', 6), (3, 2, 'TRY', 7), (4, 2, 'EUR', 8)",
        "CREATE TABLE sold_items (sale int, price decimal(8,2))",
        "INSERT INTO sold_items VALUES (1, 5), (2, 6), (3, 7), (4, 4), (4, 4)",
        *(f"ANALYZE {'TABLE ' * (remote.settings.kind == 'mysql')}{name}" for name in ("sold", "sold_items")),
    )
    for text in made:
        with suppress(psycopg.ProgrammingError):  # it has no rows to fetch
            remote.execute(text)
    yield
    for name in ("sold", "sold_items"):
        with suppress(psycopg.ProgrammingError):
            remote.execute(f"DROP TABLE {name}")


_MIXED_SUMS = (
    ("WITH m AS (SELECT shop, sum(amount) AS s FROM sold GROUP BY shop) SELECT shop, s FROM m", ("EUR", "TRY")),
    ("SELECT i.sale, sum(i.price) AS s FROM sold_items i JOIN sold o ON o.id = i.sale GROUP BY i.sale", ()),
    ("SELECT o.shop, sum(i.price) s FROM sold_items i JOIN sold o ON o.id = i.sale GROUP BY 1", ("EUR", "TRY")),
    ("SELECT shop, sum(amount) OVER (PARTITION BY shop) AS s FROM sold", ("EUR", "TRY")),
    ("SELECT sum(CASE WHEN currency = 'EUR' THEN amount ELSE 0 END) AS s FROM sold", ()),
    ("SELECT sum(amount) AS s FROM sold WHERE shop IN (:shop)", ("EUR", "TRY")),
)


@pytest.mark.parametrize("is_large", [False, True])
def test_sum_over_currencies_of_a_server_is_known_of_large_tables_by_some_rows(
    sold: None, source: SourceSummary, shop: Market, is_large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of large tables nothing was known: all of their rows would have been read."""
    if is_large:
        monkeypatch.setattr(query_extent, "MAX_ROWS_READ", -1)
    found = []
    for text, _codes in _MIXED_SUMS:
        variables = {"shop": ("1", "2")} if ":shop" in text else {}
        table = query(shop, source, text, variables=variables)
        with unbound(shop.database).read() as session:
            mixed = added_currencies(session, shop.analyst, text, source.id, table, variables=variables).mixed
        found.append((text, mixed.currencies if mixed is not None else ()))
        assert mixed is None or (mixed.most is not None) is is_large
    assert found == list(_MIXED_SUMS)


@pytest.fixture
def rated(sold: None, remote: Remote) -> Iterator[None]:
    """The sales with their days, and rates of their currencies; beside them a currency without any."""
    made = (
        "CREATE TABLE fx (code varchar(3), rate decimal(9,4), day date)",
        "INSERT INTO fx VALUES ('TRY', 40, '2026-01-01'), ('TRY', 50, '2026-02-01'), ('try', 80, '2027-01-01')",
        "CREATE TABLE sold_on (sale int, currency varchar(3), amount decimal(8,2), day timestamp)",
        "INSERT INTO sold_on VALUES (1, 'EUR', 5, '2026-01-05 10:00:00'), (2, 'TRY', 80, '2026-01-31 10:00:00'),"
        " (3, 'TRY', 100, '2026-02-01 00:00:00'), (4, 'XAU', 7, '2026-02-01 00:00:00'),"
        " (5, 'TRY', 9, '2025-12-31 23:00:00')",
        *(f"ANALYZE {'TABLE ' * (remote.settings.kind == 'mysql')}{name}" for name in ("fx", "sold_on")),
    )
    for text in made:
        with suppress(psycopg.ProgrammingError):  # it has no rows to fetch
            remote.execute(text)
    yield
    for name in ("fx", "sold_on"):
        with suppress(psycopg.ProgrammingError):
            remote.execute(f"DROP TABLE {name}")


@pytest.mark.parametrize("by_time", [True, False])
def test_amounts_are_converted_by_the_server_itself(
    rated: None, source: SourceSummary, shop: Market, by_time: bool
) -> None:
    when = ("day", "day") if by_time else None
    lookup = RateLookup("rate", "EUR", when, per_target=True)
    known = ["sale", "currency", "amount", "day"]
    server: Dialect = "mysql" if source.kind == "mysql" else "postgresql"
    asked = Question("sold_on", source.id, measures=(Measure("sum", "amount", "total"),), server=server)
    asked = with_rates(asked, "fx", RateColumns("code", "rate", "day"), "currency", lookup, known=known)
    text = to_sql(with_converted(asked, "amount", "rate_to_eur", known))
    table = query(shop, source, text)
    with unbound(shop.database).read() as session:
        (found,) = added_currencies(session, shop.analyst, text, source.id, table).converted
    assert round(table.rows[0][0], 6) == (5 + 2 + 2 if by_time else 5)
    assert table.columns[0].presentation.currency == "EUR"
    missing = {one.code: one.rows for one in found.missing}
    assert missing == ({"XAU": 1, "TRY": 1} if by_time else {"XAU": 1, "TRY": 3})
    assert from_sql(text, source_id=source.id, dialect=server) is not None


def test_sum_over_a_large_table_reads_the_rows_of_its_conditions(
    sold: None, source: SourceSummary, shop: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_extent, "MAX_ROWS_READ", -1)
    monkeypatch.setattr(followed_amounts, "MOST_SAMPLED", 2)
    for where, expected in (("", None), (" WHERE shop = 2", ("EUR", "TRY"))):
        text = f"SELECT sum(amount) AS s FROM sold{where}"
        with unbound(shop.database).read() as session:
            table = run_query(session, shop.analyst, text, source_id=source.id)
            mixed = added_currencies(session, shop.analyst, text, source.id, table).mixed
        assert (mixed.currencies if mixed is not None else None) == expected
