"""Queries over files: values, limits, variables, columns and errors, on the real engine and real files."""

import threading
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics import duckdb_engine
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_presentation import NOTHING, Presentation
from benchboard.analytics.duckdb_engine import FileResult, FileView
from benchboard.analytics.duckdb_values import CellReader
from benchboard.analytics.duckdb_variables import find_variables
from benchboard.errors import Cancelled, Invalid, Unavailable


class Orders:
    """A catalog with a table of its own and one of another source."""

    def __init__(self, file: Path) -> None:
        self.view = FileView(
            f"SELECT * FROM read_csv('{file}')",
            (file,),
            {
                "id": Presentation(written="Number"),
                "total": Presentation(written="Total (€)"),
                "status": Presentation(),
            },
        )

    def find(self, source: str, table: str) -> FileView | None:
        return self.view if (source.lower(), table.lower()) in (("", "orders"), ("my shop", "sales")) else None

    def names(self) -> list[str]:
        return ["orders"]

    def sources_of(self, table: str) -> list[str]:
        return ["Shop 2"] if table == "till" else ["a", "b"] if table == "bills" else []


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    file = tmp_path / "orders of it's shop.csv"
    file.write_text("id,total,status\n1,2.5,paid\n2,3.5,open\n3,,paid\n")
    copy = tmp_path / "orders.csv"
    copy.write_bytes(file.read_bytes())
    return Orders(copy)


def run(text: str, catalog: Orders, **options: Any) -> FileResult:
    chosen: dict[str, Any] = {"limit": 10, "timeout": 10.0, "cancel_token": CancelToken(), "variables": {}} | options
    return duckdb_engine.run(text, catalog, **chosen)


def error_of(text: str, catalog: Orders, **options: Any) -> tuple[str, str]:
    """The code of a query's error and what stands where it points."""
    with pytest.raises(Invalid) as caught:
        run(text, catalog, **options)
    facts: dict[str, Any] = caught.value.facts
    return caught.value.code, text[facts["start"] : facts["end"]] if "start" in facts else ""


@pytest.mark.parametrize(
    ("expression", "kind", "cell"),
    [
        ("170141183460469231731687303715884105727::HUGEINT", "integer", 2**127 - 1),
        ("'123456789012345678901234567890123456789012'::BIGNUM", "integer", int("1234567890" * 4 + "12")),
        ("255::UTINYINT", "integer", 255),
        ("12.50::DECIMAL(9, 2)", "decimal", Decimal("12.50")),
        ("0.1::DOUBLE + 0.2::DOUBLE", "decimal", Decimal("0.3")),
        ("1.1::FLOAT", "decimal", Decimal("1.1")),
        ("1e300::DOUBLE", "decimal", Decimal("1E+300")),
        ("TIMESTAMP '2026-01-02 03:04:05.678901'", "timestamp", datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)),
        ("TIMESTAMPTZ '2026-01-02 03:04:05+03'", "timestamp", datetime(2026, 1, 2, 0, 4, 5, tzinfo=UTC)),
        ("'2026-01-02 03:04:05.123456789'::TIMESTAMP_NS", "timestamp", datetime(2026, 1, 2, 3, 4, 5, 123457, UTC)),
        ("DATE '2026-01-02'", "date", date(2026, 1, 2)),
        ("DATE 'infinity'", "date", None),
        ("TIMESTAMP '-infinity'", "timestamp", None),
        ("TIME '10:11:12'", "text", "10:11:12"),
        ("INTERVAL '3' MONTH", "text", "3 months"),
        ("[1, NULL, 3]", "text", "[1, NULL, 3]"),
        ("{'a': 1, 'b': 'x'}", "text", "{'a': 1, 'b': x}"),
        ("'a'::ENUM('a', 'b')", "text", "a"),
        ("[1.5::DECIMAL(3, 1)]", "text", "[1.5]"),
        ("true", "boolean", True),
        ("NULL", "null", None),
    ],
)  # fmt: skip
def test_run_a_value_is_the_cell_of_its_kind(expression: str, kind: str, cell: object, orders: Orders) -> None:
    result = run(f"SELECT {expression}", orders)

    assert result.columns[0].kind == kind
    assert result.rows == ((cell,),)
    assert type(result.rows[0][0]) is type(cell)


@pytest.mark.parametrize("value", ["'nan'::DOUBLE", "'infinity'::DOUBLE", "'-infinity'::FLOAT", "1 / 0"])
def test_run_what_is_no_number_is_empty_and_counted(value: str, orders: Orders) -> None:
    result = run(f"SELECT {value}, 1", orders)

    assert (result.rows, result.not_numbers) == (((None, 1),), 1)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_run_a_double_has_fifteen_digits_and_no_invented_ones(value: float) -> None:
    (cell,) = CellReader(["DOUBLE"]).row([value])

    assert isinstance(cell, Decimal)
    assert len(cell.normalize().as_tuple().digits) <= 15
    assert abs(cell - Decimal(value)) <= abs(Decimal(value)) * Decimal("1e-14")


def test_run_binary_data_is_refused_by_column(orders: Orders) -> None:
    assert error_of("SELECT 'x'::BLOB AS picture", orders)[0] == "query.not-text"


def test_run_a_date_beyond_python_is_refused(orders: Orders) -> None:
    assert error_of("SELECT DATE '99999-01-01'", orders)[0] == "query.date"


def test_run_more_rows_than_the_limit_are_cut_off_in_order(orders: Orders) -> None:
    result = run("SELECT * FROM range(100000) ORDER BY range DESC -- a comment", orders, limit=3)

    assert result.rows == ((99999,), (99998,), (99997,))
    assert result.truncated


def test_run_two_columns_of_one_name_are_both_answered(orders: Orders) -> None:
    result = run("SELECT id, id, id + 1 AS id FROM orders LIMIT 1;", orders)

    assert [column.name for column in result.columns] == ["id", "id", "id"]
    assert result.rows == ((1, 1, 2),)


def test_run_a_table_of_another_source_is_named_behind_it(orders: Orders) -> None:
    result = run('SELECT count(*) FROM orders JOIN "My shop".sales USING (id)', orders)

    assert result.rows == ((3,),)


def test_run_a_columns_title_travels_with_it(orders: Orders) -> None:
    result = run('SELECT id, o.total, avg(total) OVER (), status AS state, total AS "T" FROM orders o', orders)

    assert [column.presentation.text for column in result.columns] == ["Number", "Total (€)", "Value", "State", "T"]
    assert [one.presentation.text for one in run("FROM orders", orders).columns] == ["Number", "Total (€)", ""]
    grouped = run("SELECT sum(total), avg(total), count(*) FROM orders", orders)
    assert [one.presentation.text for one in grouped.columns] == ["Total (€)", "Average total (€)", "Count"]


def test_run_a_columns_title_travels_through_a_subquery(orders: Orders) -> None:
    inner = (
        "(SELECT *, total * 2 AS twice FROM (SELECT a.*, b.total AS other FROM orders a JOIN orders b USING (id)) a)"
    )
    result = run(f"SELECT * FROM {inner} AS orders", orders)

    titles = {column.name: column.presentation.text for column in result.columns}
    assert (titles["id"], titles["total"], titles["other"], titles["twice"]) == (
        "Number",
        "Total (€)",
        "Other",
        "Twice",
    )
    summed = run(f"SELECT sum(total), min(total) FROM {inner} AS orders", orders)
    assert [one.presentation.text for one in summed.columns] == ["Total (€)", "Lowest total (€)"]


def test_run_a_query_beyond_its_time_is_stopped(orders: Orders) -> None:
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        run(
            "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range % 7 = b.range % 5",
            orders,
            timeout=0.3,
        )

    assert caught.value.code == "query.timeout"
    assert time.monotonic() - started < 5


def test_run_a_cancelled_query_ends_at_once(orders: Orders) -> None:
    token = CancelToken()
    threading.Timer(0.2, token.cancel).start()
    with pytest.raises(Cancelled):
        run(
            "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE a.range % 7 = b.range % 5",
            orders,
            cancel_token=token,
        )

    with pytest.raises(Cancelled):
        run("SELECT 1", orders, cancel_token=token)


def test_run_a_query_beyond_its_memory_is_stopped(orders: Orders) -> None:
    with pytest.raises(Unavailable) as caught:
        run("SELECT string_agg(repeat('x', 1000000), '') FROM range(100000)", orders, timeout=300.0)

    assert caught.value.code == "query.memory"


def test_run_a_result_of_too_much_text_is_refused(orders: Orders) -> None:
    with pytest.raises(Unavailable) as caught:
        run("SELECT repeat('x', 1000000) FROM range(200)", orders, limit=1000)

    assert caught.value.code == "query.memory"


def test_run_a_file_that_moved_is_named(orders: Orders) -> None:
    orders.view.paths[0].unlink()
    with pytest.raises(Unavailable) as caught:
        run("SELECT * FROM orders", orders)

    assert caught.value.code == "source.moved"
    assert "orders.csv" in caught.value.what


def test_check_a_query_is_not_run(orders: Orders) -> None:
    columns = duckdb_engine.check(
        "SELECT count(*) AS n FROM range(100000000000) a, orders", orders, variables={}, timeout=5.0
    )

    assert [(column.name, column.kind) for column in columns] == [("n", "integer")]


def test_run_variables_are_bound(orders: Orders) -> None:
    injected = "x') OR 1 = 1 --"

    assert run("SELECT id FROM orders WHERE status = :s", orders, variables={"s": ["paid"]}).rows == ((1,), (3,))
    both = run("SELECT id FROM orders WHERE status IN (:s, 'no') AND :s IN (:s)", orders, variables={"s": ["open"]})
    assert both.rows == ((2,),)
    several = run("SELECT id FROM orders WHERE status IN (:s)", orders, variables={"s": ["paid", "open", injected]})
    assert len(several.rows) == 3
    assert run("SELECT id FROM orders WHERE status IN (:s)", orders, variables={"s": [injected]}).rows == ()
    assert run("SELECT :s", orders, variables={"s": []}).rows == ((None,),)
    assert run('SELECT \':s\', ":s", $$:s$$ FROM (SELECT 1 AS ":s") -- :s', orders).rows == ((":s", 1, ":s"),)


def test_run_a_dashboards_time_range_is_bound_as_times(orders: Orders) -> None:
    bounds = {"from": ["2026-01-01T03:00:00+03:00"], "to": ["2026-02-01T00:00:00Z"], "interval": ["day"]}
    text = "SELECT :from, :to - :from, date_trunc(:interval, :to), DATE '2026-01-15' BETWEEN :from AND :to"
    result = run(text, orders, variables=bounds)

    assert result.rows == (
        (datetime(2026, 1, 1, tzinfo=UTC), "31 days", datetime(2026, 2, 1, tzinfo=UTC), True),
    )  # fmt: skip


def test_run_a_variable_that_cannot_be_bound_is_named(orders: Orders) -> None:
    two = {"s": ["paid", "open"]}

    assert error_of("SELECT 'é' = :missing", orders, variables=two) == ("query.no-variable", ":missing")
    assert error_of("SELECT id FROM orders WHERE status = :s", orders, variables=two) == ("query.several", ":s")
    assert error_of("SELECT :s", orders, variables={"s": ["a\0"]}) == ("query.not-text", ":s")
    many = {"s": ["x"] * 1_500}
    assert error_of("SELECT 'a' IN (:s), 'b' IN (:s)", orders, variables=many) == ("query.too-many-values", ":s")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT :a, x=:b", ["a", "b"]),
        ("SELECT a::int, list[1:n], list[:n], {'a':b}, f(x):y", []),
        ("SELECT ':a' || E'\\':b' || $t$:c$t$ || \":d\" -- :e\n /* :f /* :g */ :h */ :i", ["i"]),
        ("SELECT 'it''s :a' (:b)", ["b"]),
        ("SELECT :değer", ["değer"]),
    ],
)
def test_find_variables_only_outside_of_texts_and_slices(text: str, names: list[str]) -> None:
    found = find_variables(text)

    assert list(found.variables.values()) == names
    assert len(found.text) == len(text)
    assert [found.text.encode()[place : place + 1] for place in found.variables] == [b"$"] * len(names)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("selct 1", "syntax", "selct"),
        ("SELECT * frm orders", "syntax", "frm"),
        ("SELECT id FROM orders gruop BY id", "syntax", "gruop"),
        ("SELECT id FROM orders WHERE", "syntax", "WHERE"),
        ("SELECT 'a", "syntax", "'"),
        ("SELECT 'ç', nope FROM orders", "no-column", "nope"),
        ("SELECT * FROM nope", "no-table", "nope"),
        ("SELECT * FROM other.orders", "no-table", "other.orders"),
        ("SELECT 'ç', * FROM (SELECT * FROM till) t", "no-table", "till"),
        ("SELECT * FROM bills", "no-table", "bills"),
        ("SELECT 'ç', b.id FROM orders a JOIN till b ON a.id = b.id", "no-table", "till"),
        ('SELECT * FROM other."ord ers" /* ç */ AS o', "no-table", 'other."ord ers"'),
        ("SELECT id FROM orders a, orders b", "ambiguous", "id"),
        ("SELECT 'ş', id, count(*) FROM orders", "ungrouped", "id"),
        ("SELECT sum(status) FROM orders", "kind", "sum(status)"),
        ("SELECT CAST(status AS int) FROM orders", "cast", "CAST(status AS int)"),
        ("SELECT 1; SELECT 2", "several", "SELECT 2"),
        ("DELETE FROM orders", "not-select", "DELETE"),
        ("-- ç\n EXPLAIN SELECT 1", "not-select", "EXPLAIN"),
        ("SELECT getenv('x')", "not-offered", "getenv('x')"),
        ("", "empty", ""),
    ],
)
def test_run_an_error_is_at_its_place(text: str, code: str, place: str, orders: Orders) -> None:
    assert error_of(text, orders) == (f"query.{code}", place)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("SELECT zzz FROM orders", "Available columns: id, total, status."),
        ("SELECT o.zzz FROM orders o", "Available columns: id, total, status."),
        ("SELECT stat FROM orders", "Did you mean “status”?"),
        ("SELECT o.stats FROM orders o", "Did you mean “status”?"),
        ("SELECT zzz FROM (SELECT id FROM orders)", "Available columns include id."),
        ("WITH o AS (SELECT id FROM orders) SELECT zzz FROM o", "Available columns include id."),
    ],
)
def test_run_an_unknown_column_advice_names_a_similar_one_or_all(text: str, advice: str, orders: Orders) -> None:
    with pytest.raises(Invalid) as caught:
        run(text, orders)
    assert caught.value.code == "query.no-column"
    assert caught.value.do == advice


def test_run_an_unknown_column_of_a_wide_table_lists_the_nearest_columns(orders: Orders) -> None:
    names = [f"sensor_{number}" for number in range(30)]
    orders.view = FileView("SELECT " + ", ".join(f"1 AS {name}" for name in names), (), dict.fromkeys(names, NOTHING))
    with pytest.raises(Invalid) as caught:
        run("SELECT zzz FROM orders", orders)
    assert caught.value.do.startswith("Available columns include sensor_")
    assert caught.value.do.count("sensor_") == 10


def test_run_an_error_behind_variables_is_at_its_place(orders: Orders) -> None:
    variables = {"a": ["x"], "long_name": ["one", "two", "three"]}
    text = "SELECT :a IN (:long_name), CAST(status AS int), :a FROM orders"

    assert error_of(text, orders, variables=variables) == ("query.cast", "CAST(status AS int)")
    assert error_of("SELECT 1 IN (:long_name, :a), nope", orders, variables=variables)[1] == "nope"


@pytest.mark.parametrize("text", ["SELECT " + "not " * 4_000 + "true", "(" * 400 + "SELECT 1" + ")" * 400,
                                  "SELECT " + "case when true then " * 900 + "1" + " end" * 900,
                                  "SELECT " + "-" * 15_000,
                                  "SELECT 1" + ",1" * 9_990, "x" * 20_001])  # fmt: skip
def test_run_a_monstrous_text_is_refused_before_it_runs(text: str, orders: Orders) -> None:
    with pytest.raises(Invalid):
        run(text, orders)


def test_of_several_files_the_one_that_cannot_be_read_is_named(orders: Orders, tmp_path: Path) -> None:
    """A line that ends in another way was appended to the second of nine months: the first was blamed."""
    files = [tmp_path / f"2026-{month}.csv" for month in range(1, 4)]
    for file in files:
        file.write_bytes(b"n;m\r\n" + b"".join(b"%d;2\r\n" % k for k in range(3000)))
    files[1].write_bytes(files[1].read_bytes() + b"7;2\n")
    listed = ", ".join(f"'{file}'" for file in files)
    sql = (
        f"SELECT * FROM read_csv([{listed}], auto_detect=false, columns={{'n': 'VARCHAR', 'm': 'VARCHAR'}}, "
        "delim=';', header=true)"
    )
    orders.view = FileView(sql, tuple(files))
    with pytest.raises(Unavailable) as refused:
        run("SELECT count(*) AS n FROM orders", orders)
    assert refused.value.why == "2026-2.csv."


@pytest.mark.parametrize(("expression", "said"), [
    ("'x' + 'x'", "“+” can't be used with text."),
    ("id::total", "There's no type “total”."),
])  # fmt: skip
def test_run_what_cannot_be_calculated_is_said_without_the_engines_names(
    expression: str, said: str, orders: Orders
) -> None:
    with pytest.raises(Invalid) as caught:
        run(f"SELECT {expression} FROM orders", orders)
    assert caught.value.what == said
