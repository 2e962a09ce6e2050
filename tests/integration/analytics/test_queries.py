"""People's queries on real databases: the same result on both engines, and only rows that the person may see."""

import random
import re
import threading
import time
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from benchboard.analytics import queries, query_engines, sqlite_functions
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.line_reduction import Reduction
from benchboard.analytics.queries import ResultTable, Variables, check_query, run_query
from benchboard.analytics.query_builder.question import Group, Measure, Question, Value
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_builder.value_mapping import mapping_of_values, with_mapping
from benchboard.analytics.query_translator import TranslatedQuery
from benchboard.errors import Cancelled, Denied, Invalid, Unavailable
from benchboard.identity import audit
from benchboard.identity.permissions import Actor
from benchboard.storage import sqlite_memory, upgrade
from benchboard.storage.engine import Database
from support import databases
from support.databases import unbound
from support.line_pixels import columns_of
from support.orders import Market, open_market
from support.postgres import Server

Ask = Callable[..., ResultTable]


@pytest.fixture
def ask(market: Market) -> Ask:
    def asked(query: str, actor: Actor | None = None, **options: object) -> ResultTable:
        with unbound(market.database).read() as session:
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
    ("select order_total / 2.5, order_total / 0.03, 10 / 2.5, 1.5 / 4, -1 / 3.0 from orders where id = 'o1'",
     [(Decimal("8.080000"), Decimal("673.333333"), Decimal("4.000000"), Decimal("0.375000"), Decimal("-0.333333"))]),
    ("select order_total * 0.001 - 0.5, order_total + 1, round(order_total), round(-2.5, 0) from orders"
     " where id = 'o2'",
     [(Decimal("-0.4999500"), Decimal("1.0500"), Decimal("0"), Decimal("-3"))]),
    ("select order_total / 0, 7 / 2, 7 % 4, 1 / 0, 7 % 0 from orders limit 1", [(None, 3, 3, None, None)]),
    ("select coalesce(sum(order_total), 0) from orders where id = 'none'", [(Decimal("0.0000"),)]),
    ("select nullif(count(*), 6), abs(-2.5), cast(2.5 as int), cast(order_total as text) from orders group by"
     " order_total having order_total = 0.05", [(1, Decimal("2.5"), 3, "0.0500")]),
    ("select created_dt, date_trunc('second', created_dt) from orders where id = 'o1'",
     [(_moment("2026-01-06 10:30:00.25"), _moment("2026-01-06 10:30"))]),
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
    ("select created_dt::date::timestamptz, created_dt::date + interval '36 hours', created_dt > created_dt::date,"
     " date_trunc('month', created_dt::date), extract(hour from created_dt::date) from orders where id = 'o1'",
     [(_moment("2026-01-06"), _moment("2026-01-07 12:00"), True, _moment("2026-01-01"), 0)]),
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
    ("select o.n as a, p.n as b from (select 1 as n union select 2) as o full join (select 2 as n) as p on o.n = p.n"
     " order by 1",
     [(1, None), (2, 2)]),
    ("select count(*) from orders a cross join orders b join orders c on c.id = a.id and c.id = b.id", [(6,)]),
    ("(select id from orders) except (select id from orders where id > 'o1') order by 1 desc limit 1", [("o1",)]),
    ("select count(*), count(*) filter (where nullif(id, 'o1') is null) from orders where status is not null",
     [(6, 1)]),
    ("select id from orders where nullif(status, 'paid') is not null and (id = 'o2') is not true order by id",
     [("o0",), ("o4",)]),
    ("select id from orders where not (nullif(id, 'o1') is not null) or (id = 'o2') is not false order by id",
     [("o1",), ("o2",)]),
    ("select id from orders order by order_total * -1 limit 2 offset 1", [("o4",), ("o1",)]),
    ("select status from orders union select currency from orders order by 1",
     [("EUR",), ("USD",), ("paid",), ("refunded",)]),
    ("select o.id from (select * from orders where order_total < 1) as o left join orders p on p.id = 'none'",
     [("o2",)]),
    ("select count(distinct shop_id), min(order_total), max(created_dt)::date, lower('ÄB') || upper('c') || trim(' x ')"
     " from orders", [(2, Decimal("0.0500"), date(2026, 1, 10), "äbCx")]),
    ("select upper('ışğİß'), lower('İIÇΣΑΣ'), upper(null), lower(nullif(status, 'paid')) from orders where id = 'o1'",
     [("IŞĞİß", "iiçσασ", None, None)]),
    ("select count(*) filter (where 'ÇAĞRI_[*' ilike 'çağ%\\_[*'), count(*) filter (where 'Ç' ilike '_'),"
     " count(*) filter (where 'Ç' like 'ç'), count(*) filter (where 'ÄB' not ilike 'äb'),"
     " count(*) filter (where upper(status) = 'PAID') from orders", [(6, 6, 0, 0, 3)]),
    ("select 9223372036854775807, -9223372036854775808, -9223372036854775808 + 1, 9223372036854775807 - 1,"
     " -9223372036854775808 = -9223372036854775807 - 1 from orders limit 1",
     [(2**63 - 1, -(2**63), 1 - 2**63, 2**63 - 2, True)]),
    ("select 2147483647 + 1, 2147483647 * 2, -2147483648 - 1 from orders limit 1",
     [(2**31, 2**32 - 2, -(2**31) - 1)]),
    ("select true, null, status = 'paid' from orders where id = 'o1'", [(True, None, True)]),
    ("select currency from orders group by currency order by count(*) desc", [("EUR",), ("USD",)]),
    ("select nullif(status, 'paid') as s from orders order by s desc nulls last, id limit 1", [("refunded",)]),
    ("select nullif(status, 'paid') as s from orders order by s desc limit 1", [(None,)]),
    ("select \"id\" AS \"Wert; --\" from ORDERS where ID = 'o0' offset 0", [("o0",)]),
    ("select count(*) as n from orders; -- a comment", [(6,)]),
    ("select count(*) as n from orders ; /* a */ ;\n-- b\n ", [(6,)]),
    ("select id from orders -- the end\n where id = 'o0' /* ; drop */", [("o0",)]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "rows"), CASES, ids=[case[0][:60] for case in CASES])
def test_run_query_same_text_returns_the_same_on_both_engines(
    ask: Ask, query: str, rows: list[tuple[object, ...]]
) -> None:
    got = ask(query)
    assert list(got.rows) == rows
    assert [str(cell) for row in got.rows for cell in row] == [str(cell) for row in rows for cell in row]


def test_run_query_letters_change_case_alike_on_both_engines(ask: Ask) -> None:
    """Both first planes, as far as Python's Unicode knows them: what SQLite calls is what PostgreSQL answers."""
    characters = [
        chr(code) for code in range(0x80, 0x20000) if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co")
    ]
    for start in range(0, len(characters), 1_500):
        letters = "".join(characters[start : start + 1_500])
        upper, lower = ask(f"select upper('{letters}'), lower('{letters}') from orders limit 1").rows[0]
        assert _differences(letters, upper, sqlite_functions.upper(letters)) == {}
        assert _differences(letters, lower, sqlite_functions.lower(letters)) == {}


def _differences(letters: str, got: object, expected: object) -> dict[str, tuple[str, str]]:
    """The letters of which a server says something else, but for those whose pair only its newer Unicode has."""
    triples = zip(letters, str(got), str(expected), strict=True)
    return {
        f"{ord(letter):04X}": (one, other)
        for letter, one, other in triples
        if one != other and unicodedata.category(one) != "Cn"
    }


@pytest.mark.parametrize(
    "expression",
    ["9223372036854775807 + 1", "-9223372036854775808 - 1", "9223372036854775807 * 2", "- (-9223372036854775808)",
     "abs(-9223372036854775808)", "-9223372036854775808 / -1",
     "sum(9223372036854775807)", "9223372036854775807 + 1 - 1", "abs(-9223372036854775807 - 1)"],
)  # fmt: skip
def test_run_query_whole_number_beyond_64_bits_is_the_same_error_on_both_engines(ask: Ask, expression: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(f"select {expression} from orders")
    assert (refused.value.code, refused.value.what) == (
        "query.number",
        "A number that the query calculates is too large to be exact.",
    )


@pytest.mark.parametrize(
    "condition",
    ["{0} > 5", "not {0} < 5", "5 < {0}", "{0} between 1 and 2", "1 between 0 and {0}", "{0} in (1, 2)",
     "1 in ({0}, 2)", "{0} is null", "case {0} when 1 then true else false end",
     "case 1 when {0} then true else false end",
     "nullif({0}, 1) is null", "{0} % 7 = 1", "({0})::text = 'a'", "coalesce({0}, 1) = 1", "abs({0}) = 1",
     "{0} / 2 = 1", "(select {0}) = 1", "id in (select id from orders where {0} > 1)",
     "exists (select big from (select id, {1} as big from orders) as inner_one where big > 1)"],
)  # fmt: skip
@pytest.mark.parametrize("number", ["(9223372036854775807 + item_count)", "(item_count * 9223372036854775807)",
                                    "(-9223372036854775807 - item_count)"])  # fmt: skip
def test_run_query_whole_number_beyond_64_bits_in_a_condition_is_the_same_error_on_both_engines(
    ask: Ask, condition: str, number: str
) -> None:
    numbered = "select id, length(id) + 1 as item_count from orders"
    written = number.replace("item_count", "length(id)")  # a query inside FROM sees no other one's columns
    with pytest.raises(Invalid) as refused:
        ask(f"with numbered as ({numbered}) select count(*) from numbered where {condition.format(number, written)}")
    assert refused.value.what == "A number that the query calculates is too large to be exact."


_DATE_OUT_OF_RANGE = "A date that the query calculates is out of range."


@pytest.mark.parametrize(
    "expression",
    ["current_date + 99999999999", "current_date + 3652059", "current_date + 3000000", "current_date - 999999",
     "date '9999-12-31' + 1", "date '0001-01-01' - 1", "now() + interval '8000 years'",
     "timestamptz '9999-12-31 23:30' + interval '1 hour'", "now() - interval '999999 days'",
     "max(created_dt) + interval '999999 months'", "max(created_dt)::date - 800000"],
)  # fmt: skip
def test_run_query_date_out_of_range_is_the_same_error_on_both_engines(ask: Ask, expression: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(f"select {expression} as d from orders")
    assert (refused.value.code, refused.value.what) == ("query.date", _DATE_OUT_OF_RANGE)


@pytest.mark.parametrize(
    "condition",
    ["current_date + 99999999999 > created_dt", "created_dt::date + 9999999 > current_date",
     "created_dt + interval '999999 years' > now()", "case when current_date + 9999999 > now() then true end"],
)  # fmt: skip
def test_run_query_date_out_of_range_in_a_condition_is_an_error_on_both_engines(ask: Ask, condition: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(f"select id from orders where {condition}")
    assert refused.value.what == _DATE_OUT_OF_RANGE


def test_run_query_moved_dates_are_the_same_on_both_engines(ask: Ask) -> None:
    """Many dates and steps at once, near both ends of the range and the ends of months."""
    chosen = random.Random(7)
    moments = ["0001-01-01 00:00", "9999-12-31 23:59:59.9996", "2024-02-29 12:00", "2026-01-31 23:59:59.999999",
               "1900-03-01 00:00"]  # fmt: skip
    moments += [f"{datetime(1, 1, 1) + chosen.random() * (datetime.max - datetime.min)}" for _ in range(15)]
    columns: list[str] = []
    expected: list[object] = []
    for moment in moments:
        written, at = f"timestamptz '{moment}'", datetime.fromisoformat(moment).replace(tzinfo=UTC)
        for unit, most in (("minute", 99_999), ("hour", 99_999), ("day", 9_999), ("week", 999)):
            step = timedelta(**{f"{unit}s": (count := chosen.randint(-most, most))})
            if datetime.min.replace(tzinfo=UTC) - at <= step <= datetime.max.replace(tzinfo=UTC) - at:
                columns.append(f"{written} + interval '{count} {unit}s'")
                expected.append(at + step)
        for unit, count in (("month", chosen.randint(-999, 999)), ("year", chosen.randint(-99, 99))):
            months = at.year * 12 + at.month - 1 + count * (12 if unit == "year" else 1)
            if 12 <= months < 120_000:
                year, month = months // 12, months % 12 + 1
                day = min(at.day, monthrange(year, month)[1])
                columns.append(f"{written} + interval '{count} {unit}s'")
                expected.append(at.replace(year=year, month=month, day=day))
        days = chosen.randint(-99_999, 99_999)
        if date.min.toordinal() <= at.date().toordinal() + days <= date.max.toordinal():
            columns.append(f"date '{at.date()}' {'+' if days >= 0 else '-'} {abs(days)}")
            expected.append(at.date() + timedelta(days=days))
    assert len(columns) > 80
    for start in range(0, len(columns), 40):
        (row,) = ask(f"select {', '.join(columns[start : start + 40])} from orders limit 1").rows
        assert list(row) == expected[start : start + 40]


@pytest.mark.parametrize("rest", ["order by {0}", "group by id, {0}", "having max({0}) > 1", "having avg({0}) > 1"])
def test_run_query_whole_number_beyond_64_bits_in_a_clause_is_the_same_error_on_both_engines(
    ask: Ask, rest: str
) -> None:
    selected = "id" if "having" not in rest else "count(*)"
    with pytest.raises(Invalid) as refused:
        ask(f"select {selected} from orders {rest.format('(9223372036854775807 + length(id))')}")
    assert refused.value.code == "query.number"


def test_run_query_columns_have_names_and_kinds(ask: Ask) -> None:
    got = ask("select id, order_total, created_dt, created_dt::date as day, count(*) > 1 as many, count(*) from orders"
              " group by 1, 2, 3 limit 1")  # fmt: skip
    assert [(c.name, c.kind) for c in got.columns] == [
        ("id", "text"), ("order_total", "decimal"), ("created_dt", "timestamp"), ("day", "date"), ("many", "boolean"),
        ("count", "integer"),
    ]  # fmt: skip


def test_run_query_result_says_when_it_began(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch, fetched = query_engines.fetch, []

    def fetch_late(*args: Any, **options: Any) -> Any:
        fetched.append(datetime.now(UTC))
        return fetch(*args, **options)

    monkeypatch.setattr(query_engines, "fetch", fetch_late)
    before = datetime.now(UTC)
    assert before <= ask("select id from orders").read_at <= fetched[0]


def test_run_query_each_actor_sees_only_orders_of_their_shops(ask: Ask, market: Market) -> None:
    query = "select shop_id, count(*) from orders group by 1 order by 1"
    assert ask(query).rows == (("a.example", 4), ("b.example", 2))
    assert ask(query, market.keeper).rows == (("a.example", 4),)
    assert ask(query, market.stranger).rows == (("a.example", 1), ("c.example", 1))
    with pytest.raises(Denied):
        ask(query, market.technician)


def test_run_query_more_rows_than_the_limit_are_cut_and_reported(ask: Ask) -> None:
    query = "select id from orders order by id limit 100"
    for limit, rows, truncated in ((4, 4, True), (5, 5, True), (6, 6, False), (7, 6, False)):
        got = ask(query, limit=limit)
        assert (got.rows, got.truncated) == (tuple((f"o{k}",) for k in range(rows)), truncated)


ATTACKS = {
    "query.shadow": [
        "with orders as (select 1 as id) select * from orders",
        "select * from (with orders as (select 1 as id) select * from orders) as x",
    ],
    "query.not-offered": [
        "select group_concat(id) from orders",
        "select string_agg(id, ',') from orders",
        "select load_extension('/tmp/x.so')",
        "select readfile('/etc/passwd')",
        "select pg_read_file('/etc/passwd')",
        "select lo_import('/etc/passwd')",
        "select pg_sleep(1000)",
        "select set_config('statement_timeout', '0', true)",
        "select current_setting('is_superuser')",
        "select zeroblob(1000000000)",
        "select repeat('x', 1000000000)",
        "select lpad('x', 1000000000)",
        "select * into copied from orders",
        "select * from orders for update",
        "select * from orders tablesample system (1)",
        "select id from orders where id = $1",
        "select E'\\x27 or 1=1'",
        "select $$text$$",
        "select row_number() over () from orders",
    ],
    "query.no-table": [
        "select * from public.orders",
        "select * from main.orders",
        "select * from pg_catalog.pg_class",
        "select * from information_schema.tables",
        "select * from sqlite_master",
        "select * from users",
    ],
    "query.name": [
        'select * from "_bb_orders"',
        'with "_bb_orders" as (select 1 as id) select * from "_bb_orders"',
        f'select 1 as "{"x" * 80}"',
    ],
    "query.no-column": [
        "select organisation_id from orders",
        "select * from orders where organisation_id <> ''",
        "select orders from orders",
    ],
    "query.not-select": [
        "pragma table_info(orders)",
        "delete from orders",
        "update orders set status = 'x' returning *",
        "insert into orders select * from orders",
        "with gone as (delete from orders returning *) select * from gone",
        "create table x as select * from orders",
        "vacuum into '/tmp/x.db'",
        "attach database '/tmp/x.db' as x",
        "copy orders to program 'id'",
        "explain analyze select * from orders",
        "set role bench_owner",
        "do $$ begin perform pg_sleep(9); end $$",
        "values (1)",
        "call x()",
    ],
    "query.not-a-table": [
        "select * from pragma_table_info('orders')",
        "select * from generate_series(1, 1000000000)",
        "select * from json_each('[]')",
        "select * from orders, lateral (select 1) as x",
    ],
    "query.recursive": [
        "with recursive n as (select 1 as i union all select i + 1 from n) select count(*) from n",
    ],
    "query.several": [
        "select 1; delete from orders",
        "select 1;;select 2",
        "select 1; -- and\n select 2",
        "begin; drop table orders; commit",
    ],
    "query.syntax": [
        "select 'unclosed from orders",
    ],
    "query.no-variable": [
        "select id from orders where id = :id",
        "select id from orders where id = ?",
        "select id from orders where id = %(organisation)s",
    ],
    "query.not-grouped": [
        "select orders.* from orders group by shop_id",
        "select shop_id, count(*) from orders",
    ],
    "query.cast": [
        "select id::regclass from orders",
        "select cast(id as bytea) from orders",
    ],
    "query.columns": [
        "select (select id, shop_id from orders)",
    ],
    "query.empty": [
        "",
        "   -- nothing",
    ],
    "query.no-output": [
        "select",
        "select " + "-" * 2 + "1",
    ],
    "query.too-long": [
        "select \0 from orders",
        "select 1" + " + 1" * 9000,
    ],
    "query.too-deep": [
        "select " + "(" * 5000 + "1" + ")" * 5000,
    ],
    "query.number": [
        "select " + "9" * 400,
    ],
    "query.joined": [
        "select " + " || ".join(["'x'"] * 40),
    ],
    "query.literal": [
        f"select '{'x' * 5000}'",
    ],
    "query.tables": ["select * from " + ", ".join(f"orders {name}" for name in "abcdefghijklm")],
}


@pytest.mark.parametrize(
    ("code", "query"),
    [(code, query) for code, attacks in ATTACKS.items() for query in attacks],
    ids=[query[:50] for attacks in ATTACKS.values() for query in attacks],
)
def test_run_query_anything_but_the_language_is_refused(ask: Ask, code: str, query: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(query)
    assert refused.value.code == code
    assert "_bb_" not in str(refused.value) or "_bb_" in query
    assert ask("select count(*) from orders").rows == ((6,),)


def test_run_query_with_a_deceived_translation_is_refused_by_the_engine(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the translation deceived, the engine would still refuse what no translation lets through."""
    honest = queries.translate_query

    def deceive(body: str) -> None:
        def deceived(*arguments: object, **options: object) -> TranslatedQuery:
            return replace(honest(*arguments, **options), body=body, ctes=())  # type: ignore[arg-type]

        monkeypatch.setattr(queries, "translate_query", deceived)

    writes = [
        "DELETE FROM orders RETURNING id",
        "UPDATE orders SET status = 'x' RETURNING id",
        "CREATE TABLE x (id int)",
    ]
    reads = [
        "SELECT password_hash FROM users",
        "SELECT organisation_id FROM audit_logs",
        "SELECT group_concat(id) FROM orders",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        "SELECT zeroblob(1000000000)",
        "SELECT load_extension('/tmp/x.so')",
    ]
    # A server's roles hold a query back from what it may read; SQLite has nothing but its authorizer.
    for body in writes if market.database.dialect == "postgresql" else writes + reads:
        deceive(body)
        with unbound(market.database).read() as session, pytest.raises(Invalid) as refused:
            run_query(session, market.analyst, "select id from orders")
        assert refused.value.code == "query.refused"
    for body in writes:
        deceive(body)
        # Even where the session itself could write.
        with unbound(market.database).change() as session, pytest.raises(Invalid) as refused:
            run_query(session, market.analyst, "select id from orders")
        assert refused.value.code == "query.refused"
    deceive("SELECT id FROM orders WHERE id = 'o1'")
    with unbound(market.database).read() as session:
        assert ("o1",) in run_query(session, market.analyst, "select id from orders").rows
    monkeypatch.undo()
    with unbound(market.database).read() as session:
        assert run_query(session, market.analyst, "select count(*) from orders").rows == ((6,),)


BOMB = (
    "select count(*) from "
    + ", ".join(f"orders {name}" for name in "abcdefghijkl")
    + " where a.order_total > l.order_total"
)


def test_run_query_cross_join_ends_at_its_timeout_and_the_session_goes_on(market: Market) -> None:
    with unbound(market.database).read() as session:
        with pytest.raises(Unavailable) as ended:
            run_query(session, market.analyst, BOMB, timeout=0.3)
        assert ended.value.code == "query.timeout"
        assert run_query(session, market.analyst, "select count(*) from orders").rows == ((6,),)
    _assert_idle(market)


_NAMES = "abcdefghi"
_TABLES = ", ".join(f"orders {name}" for name in _NAMES)
_LABEL = " || ".join(f"{name}.id" for name in _NAMES)
_CELLS = ", ".join(f"{name}.id as {name}" for name in _NAMES)
_LONG = f"with t as (select id || '{'x' * 1_900}' as long from orders)"
HOARDS = {
    "group by": f"select {_LABEL}, count(*) from {_TABLES} group by 1",
    "distinct": f"select count(*) from (select distinct {_LABEL} as label from {_TABLES}) as x",
    "count distinct": f"select count(distinct {_LABEL}) from {_TABLES}",
    "union": f"select count(*) from (select {_LABEL} as label from {_TABLES} union select id from orders) as x",
    "in": f"select id from orders where id in (select {_LABEL} from {_TABLES})",
    "table used twice": f"with t as (select {_CELLS} from {_TABLES} limit 9000000)"
    " select count(*) from t x, t y where x.a = y.b",
    "wide rows": f"{_LONG} select {', '.join(f't.long as c{n}' for n in range(150))} from t, {_TABLES} order by a.id",
    "joined texts": f"{_LONG}, u as (select long || long as long from t), v as (select long || long as long from u),"
    " w as (select long || long as long from v) select w.long, count(*) from w, orders a, orders b, orders c, orders d"
    " group by w.long, a.id, b.id, c.id, d.id",
}


@pytest.mark.parametrize("hoard", HOARDS.values(), ids=HOARDS.keys())
def test_run_query_that_hoards_memory_is_stopped_near_its_bound(
    market: Market, hoard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if market.database.dialect == "postgresql":
        pytest.skip("a server spills to its disk, within work_mem")
    bound = 16 * 1024 * 1024
    monkeypatch.setattr(query_engines, "MAX_MEMORY", bound)
    with unbound(market.database).read() as session, _memory() as used:
        with pytest.raises(Unavailable) as ended:
            run_query(session, market.analyst, hoard, timeout=120, limit=10_000)
        assert ended.value.code == "query.memory"
        assert run_query(session, market.analyst, "select count(*) from orders").rows == ((6,),)
    # As much again may be set aside before SQLite asks, twice while it is copied.
    assert used[-1] - used[0] < bound + 3 * query_engines.MAX_UNCHECKED
    assert sqlite_memory.bytes_in_use() - used[0] < bound / 4


@contextmanager
def _memory() -> Iterator[list[int]]:
    """What SQLite holds at the beginning, and at the end the most it held while the block ran."""
    used, done = [sqlite_memory.bytes_in_use()], threading.Event()

    def look() -> None:
        most = used[0]
        while not done.wait(0.001):
            most = max(most, sqlite_memory.bytes_in_use())
        used.append(most)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield used
    finally:
        done.set()
        watcher.join()


def test_run_query_with_rows_of_many_megabytes_is_refused(market: Market) -> None:
    doubled = "with t0 as (select '" + "x" * 1_900 + "' as t)" + "".join(
        f", t{n} as (select t || t as t from t{n - 1})" for n in range(1, 9)
    )  # fmt: skip
    columns = ", ".join(f"t as c{number}" for number in range(190))
    with unbound(market.database).read() as session, pytest.raises(Unavailable) as refused:
        run_query(session, market.analyst, f"{doubled} select {columns} from t8, orders order by orders.id")
    assert refused.value.code == "query.memory"


def test_run_query_stopped_for_memory_leaves_later_writes_uncapped(
    market: Market, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """PRAGMA hard_heap_limit would hold for the whole process from then on, and could never be raised again."""
    if market.database.dialect == "postgresql":
        pytest.skip("the server's memory is its own")
    bound = 16 * 1024 * 1024
    monkeypatch.setattr(query_engines, "MAX_MEMORY", bound)
    with unbound(market.database).read() as session, pytest.raises(Unavailable):
        run_query(session, market.analyst, HOARDS["group by"], timeout=120)
    other = Database.open(databases.file_url(tmp_path / "other.db"), key=databases.KEY)
    upgrade.upgrade(other)
    for database in (market.database, other):
        with unbound(database).change() as session:
            assert session.execute(text("PRAGMA hard_heap_limit")).scalar_one() == 0
            assert session.execute(text(f"SELECT length(randomblob({4 * bound}))")).scalar_one() == 4 * bound
    other.dispose()


def test_run_query_cancelled_from_another_thread_ends_the_engines_work(market: Market) -> None:
    token, ended = CancelToken(), []

    def run() -> None:
        try:
            with unbound(market.database).read() as session:
                run_query(session, market.analyst, BOMB, timeout=300, cancel_token=token)
        except Cancelled as error:
            ended.append(error)

    runner = threading.Thread(target=run)
    runner.start()
    if market.database.dialect == "postgresql":
        while not _running(market):
            assert runner.is_alive()
    token.cancel()
    runner.join(timeout=120)
    assert not runner.is_alive()
    assert [error.code for error in ended] == ["query.stopped"]
    _assert_idle(market)
    with unbound(market.database).read() as session, pytest.raises(Cancelled):
        run_query(session, market.analyst, "select 1", cancel_token=token)


def _running(market: Market) -> int:
    with unbound(market.database).read() as session:
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


def test_run_query_sum_beyond_64_bits_is_exact_or_refused(market: Market, ask: Ask) -> None:
    huge = "999999999999"
    query = f"select sum(order_total * {huge} * {huge}) from orders"
    if market.database.dialect == "postgresql":
        assert ask(query).rows == ((Decimal("277649899999444700200000277.6499"),),)
    else:
        with pytest.raises(Invalid):
            ask(query)


def test_run_query_result_of_many_gigabytes_is_stopped(market: Market) -> None:
    """Few letters of a query, many gigabytes of an answer: its rows are ours, not the engine's, to hold."""
    wide = ", ".join(f"t as c{number}" for number in range(150))
    long = f"with w as (select id || '{'a' * 1_900}' as t from orders)"
    tables = ", ".join(f"orders o{number}" for number in range(4))
    with unbound(market.database).read() as session:
        with pytest.raises(Unavailable) as ended:
            run_query(session, market.analyst, f"{long} select {wide} from w, {tables}", limit=10_000, timeout=120)
        assert ended.value.code == "query.memory"
        assert run_query(session, market.analyst, "select count(*) from orders").rows == ((6,),)
    _assert_idle(market)


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
def test_run_query_variable_values_are_bound_whatever_is_in_them(
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
def test_run_query_variable_that_cannot_be_used_is_refused(
    ask: Ask, query: str, variables: Variables, code: str | None
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(query, variables=variables)
    assert refused.value.what
    assert code in (None, refused.value.code)


def test_run_query_server_out_of_temporary_space_is_out_of_memory_not_unreachable(pg_server: Server, pg_template: str,
                                                                   tmp_path: Path) -> None:  # fmt: skip
    six = ", ".join(f"orders {name}" for name in "abcdef")
    columns = ", ".join(f"{name}.id" for name in "abcdef")
    with databases.on_postgres(pg_server, template=pg_template) as database:
        market = open_market(database, tmp_path)
        with unbound(database).read() as session:
            session.execute(text("SET LOCAL work_mem = '64kB'"))
            session.execute(text("SET LOCAL temp_file_limit = '64kB'"))
            with pytest.raises(Unavailable) as refused:
                run_query(session, market.analyst, f"select {columns}, count(*) from {six} group by {columns}")
            assert run_query(session, market.analyst, "select 1 as n").rows == ((1,),)
    assert refused.value.code == "query.memory"


def test_run_query_with_a_reduction_keeps_the_rows_that_lines_need(ask: Ask, market: Market) -> None:
    query = "select created_dt, order_total, currency from orders where status in (:status) order by 1 desc"
    about: dict[str, Any] = {"variables": {"status": ["paid", "refunded"]}}
    rows = ask(query, **about).rows

    found = ask(query, limit=2, reduction=Reduction(2), **about)

    assert found.reduced is not None
    assert not found.truncated
    assert (found.reduced.rows, found.reduced.buckets) == (6, 2)
    low, high = found.reduced.low, found.reduced.high
    assert (round(low, 3), round(high, 3)) == tuple(
        round(end(row[0].timestamp() for row in rows), 3)  # type: ignore[union-attr]  # times
        for end in (min, max)
    )
    assert columns_of(found.rows, low, high, 2, 1, (2,)) == columns_of(rows, low, high, 2, 1, (2,))
    assert set(found.rows) <= set(rows)
    assert found.columns == ask(query, **about).columns
    part = ask(query, limit=2, reduction=Reduction(4, (low, (low + high) / 2)), **about)
    assert part.reduced is not None
    assert part.reduced.rows == 3
    with pytest.raises(Denied):
        ask(query, market.technician, limit=2, reduction=Reduction(2), **about)


def test_run_query_with_a_reduction_has_whole_numbers_and_decimals_on_its_axis(ask: Ask) -> None:
    for x in ("order_total", "round(order_total)"):
        query = f"select {x} as x, count(*) as orders from orders group by 1"
        rows = ask(query).rows
        found = ask(query, limit=1, reduction=Reduction(3))
        assert found.reduced is not None
        ends = found.reduced.low, found.reduced.high
        assert ends == pytest.approx((float(min(row[0] for row in rows)), float(max(row[0] for row in rows))))  # type: ignore[type-var, arg-type]  # numbers
        assert columns_of(found.rows, *ends, 3, 1, ()) == columns_of(rows, *ends, 3, 1, ())


def test_run_query_with_a_reduction_leaves_a_result_without_lines_as_it_is(ask: Ask) -> None:
    found = ask("select status, order_total from orders", limit=2, reduction=Reduction(2))
    assert found.truncated
    assert found.reduced is None


def test_result_without_rows_names_the_relation_that_is_empty(market: Market) -> None:
    query = "select id from orders where id = 'nowhere'"
    for actor in (market.admin, market.stranger):
        with unbound(market.database).read() as session:
            assert run_query(session, actor, query).empty_relation == ""
    with unbound(market.database).change() as session:
        session.execute(text("delete from orders where organisation_id = :id"), {"id": market.admin.organisation_id})
        audit.record(session, market.admin, "order.import", None, count=0)
    for actor, expected in (
        (market.admin, "orders"),
        (market.analyst, "orders"),
        (market.keeper, ""),
        (market.stranger, ""),
    ):
        with unbound(market.database).read() as session:
            assert run_query(session, actor, query).empty_relation == expected
            assert run_query(session, actor, "select count(*) from orders").empty_relation == ""


def _explained(market: Market, text: str, actor: Actor | None = None, **options: Any) -> list[str]:
    count = "select count(*) from orders"
    with unbound(market.database).read() as session:
        before = run_query(session, market.analyst, count).rows
        plan = queries.explain_query(session, actor or market.analyst, text, **options)
        assert run_query(session, market.analyst, count).rows == before
    return [step.action for step in plan.walk()]


def test_explain_query_own_relations_are_told_in_steps(market: Market) -> None:
    actions = _explained(market, "select status, count(*) from orders group by status order by 2")

    assert "read" in actions
    assert "sort" in actions


def test_explain_query_own_relations_tell_no_numbers_of_other_organisations_rows(market: Market) -> None:
    with unbound(market.database).read() as session:
        plan = queries.explain_query(session, market.analyst, "select id from orders where status = 'refunded' limit 3")
    assert {(step.rows, step.read_rows, step.cost) for step in plan.walk()} == {(None, None, None)}
    assert (plan.read_rows, plan.cost) == (None, None)
    assert "orders" in plan.raw
    assert not re.search(r"rows|cost|width", plan.raw, re.IGNORECASE)


def test_explain_query_is_within_the_same_guards_as_a_run(market: Market) -> None:
    for wrong in ("delete from orders", "select * from users_secret", "explain select 1", "select 1; select 2",
                  "select load_extension('x')", "analyze select * from orders"):  # fmt: skip
        with pytest.raises(Invalid):
            _explained(market, wrong)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        _explained(market, "select count(*) from orders", cancel_token=token)
    with pytest.raises(Unavailable):
        _explained(market, "select count(*) from orders", timeout=0)


def test_run_query_of_a_mapping_has_the_words_on_both_engines(ask: Ask) -> None:
    question = Question("orders", groups=(Group("status"),), measures=(Measure("count", "", "n"),))
    plain = {str(status): int(str(n)) for status, n in ask(to_sql(question)).rows}
    words: dict[Value, str] = {"paid": "It's done", "fulfilled": "It's done"}
    done = plain.pop("paid", 0) + plain.pop("fulfilled", 0)
    kept = ask(to_sql(with_mapping(question, "word", mapping_of_values("status", words, None))))
    mapped = {"It's done": done} if done else {}  # the market may be one that a test before emptied
    assert dict(kept.rows) == {**mapped, **plain}
    gathered = ask(to_sql(with_mapping(question, "word", mapping_of_values("status", words, "Other"))))
    assert dict(gathered.rows) == {**mapped, **({"Other": sum(plain.values())} if plain else {})}
