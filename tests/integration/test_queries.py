"""People's queries on real databases: the same text answers the same on both, and only what the person may see."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from benchboard.analytics.queries import ResultTable, Stop, Variables, check_query, run_query
from benchboard.errors import AppError, Cancelled, Denied, Invalid, Unavailable
from benchboard.identity.access import Actor
from benchboard.storage.engine import Database
from support import databases
from support.orders import Market, open_market
from support.postgres import Server

Ask = Callable[..., ResultTable]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def market(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """One market an engine: queries change nothing."""
    folder = tmp_path_factory.mktemp("market")
    if request.param == "postgresql":
        template = request.getfixturevalue("pg_template")
        with databases.on_postgres(request.getfixturevalue("pg_server"), template=template) as database:
            yield open_market(database, folder)
        return
    file = shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "bench.db")
    database = Database.open(databases.file_url(file), key=databases.KEY)
    yield open_market(database, folder)
    database.dispose()


@pytest.fixture
def ask(market: Market) -> Ask:
    def asked(query: str, actor: Actor | None = None, **options: object) -> ResultTable:
        with market.database.read() as session:
            return run_query(session, actor or market.analyst, query, **options)  # type: ignore[arg-type]

    return asked


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CASES = [
    ("select count(*) from orders", [(6,)]),
    ("select sum(order_total) from orders", [(Decimal("277.6499"),)]),
    ("select sum(order_total) / 3 from orders", [(Decimal("92.549967"),)]),
    ("select avg(order_total) from orders", [(Decimal("46.274983"),)]),
    ("select avg(order_total) filter (where currency = 'EUR') from orders", [(Decimal("16.887500"),)]),
    ("select round(avg(order_total), 2), round(order_total * 1.5, 3) from orders where id = 'o3' group by order_total",
     [(Decimal("200.00"), Decimal("300.000"))]),
    ("select order_total + 0.5, -order_total, order_total * 2 from orders where id = 'o1'",
     [(Decimal("20.7000"), Decimal("-20.2000"), Decimal("40.4000"))]),
    ("select id from orders where order_total > 20.2 order by 1", [("o3",), ("o4",)]),
    ("select id from orders where order_total between 10 and 12.30 order by id desc", [("o5",), ("o0",)]),
    ("select order_total / 0, 7 / 2, 7 % 4, 1 / 0 from orders limit 1", [(None, 3, 3, None)]),
    ("select coalesce(sum(order_total), 0) from orders where id = 'none'", [(Decimal("0.0000"),)]),
    ("select nullif(count(*), 6), abs(-2.5), cast(2.5 as int), cast(order_total as text) from orders group by"
     " order_total having order_total = 0.05", [(1, Decimal("2.5"), 3, "0.0500")]),
    ("select created_dt from orders where id = 'o1'", [(_moment("2026-01-06 10:30:00.25"),)]),
    ("select date_trunc('week', created_dt), count(*) from orders group by 1 order by 1", [(_moment("2026-01-05"), 6)]),
    ("select date_trunc('month', created_dt), date_trunc('quarter', created_dt), date_trunc('year', created_dt),"
     " date_trunc('hour', created_dt), date_trunc('minute', created_dt) from orders where id = 'o2'",
     [(_moment("2026-01-01"), _moment("2026-01-01"), _moment("2026-01-01"), _moment("2026-01-07 11:00"),
       _moment("2026-01-07 11:30"))]),
    ("select extract(isodow from created_dt), extract(dow from created_dt), extract(doy from created_dt),"
     " extract(week from created_dt), extract(quarter from created_dt), extract(hour from created_dt)"
     " from orders where id = 'o0'", [(1, 1, 5, 2, 1, 9)]),
    ("select created_dt::date, created_dt::date - 3, created_dt::date - date '2026-01-01' from orders where id = 'o0'",
     [(date(2026, 1, 5), date(2026, 1, 2), 4)]),
    ("select created_dt - interval '1 week', created_dt + interval '1 month' from orders where id = 'o0'",
     [(_moment("2025-12-29 09:30:00.25"), _moment("2026-02-05 09:30:00.25"))]),
    ("select timestamptz '2026-01-31 10:00' + interval '1 month' from orders limit 1",
     [(_moment("2026-02-28 10:00"),)]),
    ("select id from orders where created_dt < '2026-01-06' or created_dt::date = '2026-01-10'", [("o0",), ("o5",)]),
    ("select count(*) from orders where created_dt > now() - interval '10000 days' and current_date > '2026-01-01'",
     [(6,)]),
    ("select id from orders where id like 'O%' or id ilike 'O3'", [("o3",)]),
    ("select id from orders where id like '%\\_%' or id like '_1' or id not like 'o%'", [("o1",)]),
    ("select case when order_total > 100 then 'much' else 'little' end as size, count(*) n from orders group by 1"
     " order by n", [("much", 1), ("little", 5)]),
    ("select case status when 'paid' then 1 end from orders where id in ('o0', 'o1') order by id", [(None,), (1,)]),
    ("with t as (select shop_id, sum(order_total) s from orders group by shop_id) select t.shop_id, s, o.id from t"
     " join orders o on o.shop_id = t.shop_id and o.order_total = 20.20", [("b.example", Decimal("55.2000"), "o1")]),
    ("select 'a%b', '%(x)s', ':x', 'it''s' from orders limit 1", [("a%b", "%(x)s", ":x", "it's")]),
    ("select id from orders where order_total = (select max(order_total) from orders)", [("o3",)]),
    ("select id from orders o where exists (select 1 from orders p where p.order_total < 1 and p.shop_id = o.shop_id)"
     " and id in (select id from orders where currency = 'USD')", [("o0",), ("o3",)]),
    ("select id, (select count(*) from orders) from orders where id = 'o0'", [("o0", 6)]),
    ("select status from orders union select currency from orders order by 1",
     [("EUR",), ("USD",), ("paid",), ("refunded",)]),
    ("select o.id from (select * from orders where order_total < 1) as o left join orders p on p.id = 'none'",
     [("o2",)]),
    ("select count(distinct shop_id), min(order_total), max(created_dt)::date, lower('ÄB') || upper('c') || trim(' x ')"
     " from orders", [(2, Decimal("0.0500"), date(2026, 1, 10), None)]),
    ("select true, null, status = 'paid' from orders where id = 'o1'", [(True, None, True)]),
    ("select currency from orders group by currency order by count(*) desc", [("EUR",), ("USD",)]),
    ("select nullif(status, 'paid') as s from orders order by s desc nulls last, id limit 1", [("refunded",)]),
    ("select nullif(status, 'paid') as s from orders order by s desc limit 1", [(None,)]),
    ("select \"id\" AS \"Wert; --\" from ORDERS where ID = 'o0' offset 0", [("o0",)]),
    ("select id from orders -- the end\n where id = 'o0' /* ; drop */", [("o0",)]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "rows"), CASES, ids=[case[0][:60] for case in CASES])
def test_the_same_text_answers_the_same_on_both(ask: Ask, query: str, rows: list[tuple[object, ...]]) -> None:
    got = ask(query)
    if "ÄB" in query:  # small and capital letters beyond ASCII are the engine's own business
        got_row, row = got.rows[0][:3], rows[0][:3]
        assert got_row == row
        return
    assert list(got.rows) == rows
    assert [str(cell) for row in got.rows for cell in row] == [str(cell) for row in rows for cell in row]


def test_columns_say_their_names_and_kinds(ask: Ask) -> None:
    got = ask("select id, order_total, created_dt, created_dt::date as day, count(*) > 1 as many, count(*) from orders"
              " group by 1, 2, 3 limit 1")  # fmt: skip
    assert [(c.name, c.kind) for c in got.columns] == [
        ("id", "text"), ("order_total", "decimal"), ("created_dt", "moment"), ("day", "date"), ("many", "boolean"),
        ("count", "integer"),
    ]  # fmt: skip


def test_each_sees_their_own_shops_only(ask: Ask, market: Market) -> None:
    query = "select shop_id, count(*) from orders group by 1 order by 1"
    assert ask(query).rows == (("a.example", 4), ("b.example", 2))
    assert ask(query, market.keeper).rows == (("a.example", 4),)
    assert ask(query, market.stranger).rows == (("a.example", 1), ("c.example", 1))
    with pytest.raises(Denied):
        ask(query, market.technician)


def test_many_rows_are_cut(ask: Ask) -> None:
    whole, part = ask("select id from orders"), ask("select id from orders order by id limit 100", limit=4)
    assert (len(whole.rows), whole.truncated) == (6, False)
    assert (part.rows, part.truncated) == ((("o0",), ("o1",), ("o2",), ("o3",)), True)


ATTACKS = [
    "with orders as (select 1 as id) select * from orders",
    "select * from (with orders as (select 1 as id) select * from orders) as x",
    "select * from public.orders",
    "select * from main.orders",
    "select * from pg_catalog.pg_class",
    "select * from information_schema.tables",
    "select * from sqlite_master",
    "select * from users",
    'select * from "_bb_orders"',
    'with "_bb_orders" as (select 1 as id) select * from "_bb_orders"',
    "select organisation_id from orders",
    "select * from orders where organisation_id <> ''",
    "pragma table_info(orders)",
    "select * from pragma_table_info('orders')",
    "select load_extension('/tmp/x.so')",
    "select readfile('/etc/passwd')",
    "select pg_read_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
    "select pg_sleep(1000)",
    "select set_config('statement_timeout', '0', true)",
    "select current_setting('is_superuser')",
    "select * from generate_series(1, 1000000000)",
    "select * from json_each('[]')",
    "select zeroblob(1000000000)",
    "select repeat('x', 1000000000)",
    "select lpad('x', 1000000000)",
    "with recursive n as (select 1 as i union all select i + 1 from n) select count(*) from n",
    "select 1; delete from orders",
    "select 1;;select 2",
    "delete from orders",
    "update orders set status = 'x' returning *",
    "insert into orders select * from orders",
    "with gone as (delete from orders returning *) select * from gone",
    "select * into copied from orders",
    "select * from orders for update",
    "create table x as select * from orders",
    "attach database '/tmp/x.db' as x",
    "vacuum into '/tmp/x.db'",
    "copy orders to program 'id'",
    "explain analyze select * from orders",
    "set role bench_owner",
    "begin; drop table orders; commit",
    "do $$ begin perform pg_sleep(9); end $$",
    "select * from orders, lateral (select 1) as x",
    "select * from orders tablesample system (1)",
    "select id from orders where id = $1",
    "select id from orders where id = :id",
    "select id from orders where id = ?",
    "select id from orders where id = %(organisation)s",
    "select E'\\x27 or 1=1'",
    "select $$text$$",
    "select row_number() over () from orders",
    "select orders from orders",
    "select orders.* from orders group by shop_id",
    "select shop_id, count(*) from orders",
    "select id::regclass from orders",
    "select cast(id as bytea) from orders",
    "select (select id, shop_id from orders)",
    "values (1)",
    "call x()",
    "",
    "   -- nothing",
    "select",
    "select 'unclosed from orders",
    "select \0 from orders",
    "select " + "(" * 5000 + "1" + ")" * 5000,
    "select " + "-" * 2 + "1",
    "select 1" + " + 1" * 9000,
    "select " + "9" * 400,
    "select " + " || ".join(["'x'"] * 40),
    f"select '{'x' * 5000}'",
    f'select 1 as "{"x" * 80}"',
    "select * from orders a, orders b, orders c, orders d, orders e, orders f, orders g, orders h, orders i, orders j,"
    " orders k, orders l, orders m",
]


@pytest.mark.parametrize("query", ATTACKS, ids=[attack[:50] for attack in ATTACKS])
def test_what_is_not_offered_is_refused_in_words(ask: Ask, query: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(query)
    assert refused.value.what
    assert "_bb_" not in str(refused.value) or "_bb_" in query
    assert ask("select count(*) from orders").rows == ((6,),)


def test_the_engine_holds_a_query_back_itself(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the reader deceived, the engine would still refuse: a table and a statement that no reader lets through."""
    from benchboard.analytics import sql

    honest = sql.read

    def deceive(body: str) -> None:
        def deceived(*arguments: object, **options: object) -> sql.Readable:
            found = honest(*arguments, **options)  # type: ignore[arg-type]
            return sql.Readable(body, (), found.columns, frozenset())

        monkeypatch.setattr(sql, "read", deceived)

    for body in ("DELETE FROM orders RETURNING id", "CREATE TABLE x (id int)"):
        deceive(body)
        with market.database.read() as session, pytest.raises(AppError):
            run_query(session, market.analyst, "select id from orders")
    deceive("DELETE FROM orders RETURNING id")
    with market.database.change() as session, pytest.raises(AppError):  # even where the session could write
        run_query(session, market.analyst, "select id from orders")
    if market.database.dialect == "sqlite":
        deceive("SELECT password_hash FROM users")
        with market.database.read() as session, pytest.raises(Invalid, match="refused"):
            run_query(session, market.analyst, "select id from orders")
    monkeypatch.undo()
    with market.database.read() as session:
        assert run_query(session, market.analyst, "select count(*) from orders").rows == ((6,),)


BOMB = (
    "select count(*) from "
    + ", ".join(f"orders {name}" for name in "abcdefghijkl")
    + " where a.order_total > l.order_total"
)


def test_a_cross_join_bomb_ends_at_its_time_and_the_session_goes_on(market: Market) -> None:
    with market.database.read() as session:
        with pytest.raises(Unavailable) as ended:
            run_query(session, market.analyst, BOMB, timeout=0.3)
        assert ended.value.code == "query.timeout"
        assert run_query(session, market.analyst, "select count(*) from orders").rows == ((6,),)
    _assert_idle(market)


def test_a_query_that_hoards_memory_is_stopped(market: Market) -> None:
    if market.database.dialect == "postgresql":
        pytest.skip("a server spills to its disk, within work_mem")
    names = "abcdefghi"
    hoard = f"select {' || '.join(f'{n}.id' for n in names)}, count(*) from {', '.join(f'orders {n}' for n in names)}"
    with market.database.read() as session:
        with pytest.raises(Unavailable) as ended:
            run_query(session, market.analyst, f"{hoard} group by 1", timeout=120)
        assert ended.value.code == "query.memory"
        assert run_query(session, market.analyst, "select count(*) from orders").rows == ((6,),)


def test_asking_to_stop_ends_the_engines_work(market: Market) -> None:
    stop, ended = Stop(), []

    def run() -> None:
        try:
            with market.database.read() as session:
                run_query(session, market.analyst, BOMB, timeout=300, stop=stop)
        except Cancelled as error:
            ended.append(error)

    runner = threading.Thread(target=run)
    runner.start()
    if market.database.dialect == "postgresql":
        while not _running(market):
            assert runner.is_alive()
    stop.ask()
    runner.join(timeout=120)
    assert not runner.is_alive()
    assert [error.code for error in ended] == ["query.stopped"]
    _assert_idle(market)
    with market.database.read() as session, pytest.raises(Cancelled):
        run_query(session, market.analyst, "select 1", stop=stop)


def _running(market: Market) -> int:
    with market.database.read() as session:
        found = session.execute(
            text(
                # The work is done where rows are fetched from the cursor on the server.
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND datname = current_database()"
                " AND (query LIKE '%_bb_orders%' OR query LIKE 'FETCH%') AND pid <> pg_backend_pid()"
            )
        )
        return int(found.scalar_one())


def _assert_idle(market: Market) -> None:
    """The server works on nothing of ours any more (SQLite works inside the call that has returned)."""
    if market.database.dialect == "postgresql":
        deadline = time.monotonic() + 60
        while _running(market) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert _running(market) == 0


def test_a_sum_beyond_64_bits_is_exact_or_refused(market: Market, ask: Ask) -> None:
    huge = "999999999999"
    query = f"select sum(order_total * {huge} * {huge}) from orders"
    if market.database.dialect == "postgresql":
        assert ask(query).rows == ((Decimal("277649899999444700200000277.6499"),),)
    else:
        with pytest.raises(Invalid):
            ask(query)


def test_an_answer_that_would_fill_this_computer_is_stopped(market: Market) -> None:
    """Few letters of a query, many gigabytes of an answer: its rows are ours, not the engine's, to hold."""
    wide = ", ".join(f"t as c{number}" for number in range(150))
    long = f"with w as (select id || '{'a' * 1_900}' as t from orders)"
    tables = ", ".join(f"orders o{number}" for number in range(4))
    with market.database.read() as session:
        with pytest.raises(Unavailable) as ended:
            run_query(session, market.analyst, f"{long} select {wide} from w, {tables}", limit=10_000, timeout=120)
        assert ended.value.code == "query.memory"
        assert run_query(session, market.analyst, "select count(*) from orders").rows == ((6,),)
    _assert_idle(market)


def test_an_answer_has_no_more_columns_than_anybody_reads(ask: Ask) -> None:
    with pytest.raises(Invalid, match="columns at most"):
        ask("select " + ", ".join(f"id as c{number}" for number in range(201)) + " from orders")


BOUND = "select count(*) from orders where status in (:states)"


@pytest.mark.parametrize(
    ("query", "variables", "answer"),
    [
        (BOUND, {"states": ["paid"]}, 3),
        (BOUND, {"states": ["paid", "refunded"]}, 6),
        (BOUND, {"states": []}, 0),
        ("select count(*) from orders where status in (:states, 'refunded')", {"states": ["paid"]}, 6),
        ("select count(*) from orders where status = :state or currency = :state", {"state": ["USD"]}, 2),
        ("select count(*) from orders where status = :state", {"state": []}, 0),
        ("select count(*) from orders where :state is null", {"state": []}, 6),
        (BOUND, {"states": ["paid' or 1=1 --", 'x"; drop table orders', "%(organisation)s", ":organisation"]}, 0),
        ("select count(*) from orders where status like '%a%' and status in (:states)", {"states": ["paid"]}, 3),
        (
            "with p as (select id from orders where status = :s) select count(*) from p where '%(x)s' <> :s",
            {"s": ["paid"]},
            3,
        ),
        ("select count(*) from orders where status in (:states)", {"states": ["paid", *map(str, range(900))]}, 3),
    ],
)
def test_a_variable_s_values_are_bound_whatever_is_in_them(
    ask: Ask, query: str, variables: Variables, answer: int
) -> None:
    assert ask(query, variables=variables).rows == ((answer,),)
    assert [column.kind for column in check_query(query, variables)] == ["integer"]


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        (BOUND, {}, "query.no-variable"),
        (BOUND, {"state": ["paid"]}, "query.no-variable"),
        ("select count(*) from orders where status = ?", {"state": ["paid"]}, "query.no-variable"),
        ("select count(*) from orders where status = :states", {"states": ["a", "b"]}, "query.several"),
        ("select count(*) from orders where order_total > :least", {"least": ["5"]}, "query.kind"),
        ("select count(*) from :states", {"states": ["orders"]}, None),
        ("select count(*) from orders order by id limit :states", {"states": ["1"]}, None),
    ],
)
def test_a_variable_that_cannot_be_is_refused_in_words(
    ask: Ask, query: str, variables: Variables, code: str | None
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(query, variables=variables)
    assert refused.value.what
    assert code in (None, refused.value.code)


def test_a_server_without_room_for_a_query_says_so_and_is_not_away(pg_server: Server, pg_template: str,
                                                                   tmp_path: Path) -> None:  # fmt: skip
    six = ", ".join(f"orders {name}" for name in "abcdef")
    columns = ", ".join(f"{name}.id" for name in "abcdef")
    with databases.on_postgres(pg_server, template=pg_template) as database:
        market = open_market(database, tmp_path)
        with database.read() as session:
            session.execute(text("SET LOCAL work_mem = '64kB'"))
            session.execute(text("SET LOCAL temp_file_limit = '64kB'"))
            with pytest.raises(Unavailable) as refused:
                run_query(session, market.analyst, f"select {columns}, count(*) from {six} group by {columns}")
            assert run_query(session, market.analyst, "select 1 as n").rows == ((1,),)
    assert refused.value.code == "query.memory"
