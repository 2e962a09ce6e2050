"""A query over files can't get out of them: every attempt is refused before the engine sees it, and the locked engine
alone lets none of them read or write another file.
"""

from pathlib import Path

import duckdb
import pytest

from benchboard.analytics import duckdb_engine, duckdb_functions, duckdb_session
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.duckdb_parser import parse_query
from benchboard.analytics.table_filters import TableCondition, TableFilter, filtered_tables
from benchboard.errors import Invalid
from support.escape_attempts import ATTEMPTS

SECRET = "a secret beside the source"


class _Orders:
    """A catalog with one table."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def find(self, source: str, table: str) -> FileView | None:
        known = not source and table.lower() == "orders"
        return FileView(f"SELECT * FROM read_csv('{self._file}')", (self._file,)) if known else None

    def names(self) -> list[str]:
        return ["orders"]

    def sources_of(self, _table: str) -> list[str]:
        return []


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    file, secret, folder = tmp_path / "orders.csv", tmp_path / "secret.csv", tmp_path / "out"
    file.write_text("id,status\n1,paid\n2,open\n")
    secret.write_text(f"a,b\n1,{SECRET}\n")
    folder.mkdir()
    return {"file": file, "secret": secret, "folder": folder}


def _filled(attempt: str, places: dict[str, Path]) -> str:
    return attempt.format(**places)


def test_there_are_at_least_200_attempts() -> None:
    assert len(ATTEMPTS) >= 200


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_run_an_attempt_to_escape_is_refused(attempt: str, places: dict[str, Path]) -> None:
    before = {path: path.read_bytes() for path in places["file"].parent.rglob("*") if path.is_file()}

    with pytest.raises(Invalid) as refused:
        duckdb_engine.run(
            _filled(attempt, places),
            _Orders(places["file"]),
            limit=10,
            timeout=60.0,
            cancel_token=CancelToken(),
            variables={"name": [str(places["secret"])]},
        )

    assert refused.value.code.startswith("query.")
    assert refused.value.code not in ("query.refused", "query.kind", "query.no-column"), "the engine saw it"
    assert SECRET not in str(refused.value)
    assert {path: path.read_bytes() for path in places["file"].parent.rglob("*") if path.is_file()} == before


def test_run_attempts_stay_refused_with_a_filter(places: dict[str, Path]) -> None:
    orders = TableFilter((TableCondition("", "orders", "status = 'paid'"),))
    filtered = [(text, filtered_tables(text, "duckdb", [orders]).text) for text in
                (_filled(attempt, places) for attempt in ATTEMPTS)]  # fmt: skip
    changed = [new for old, new in filtered if new != old]
    assert changed
    catalog, variables = _Orders(places["file"]), {"name": ["x"]}
    for text in changed:
        with pytest.raises(Invalid):
            duckdb_engine.run(text, catalog, limit=10, timeout=60.0, cancel_token=CancelToken(), variables=variables)
    assert list(places["folder"].iterdir()) == []


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_lock_an_attempt_that_was_not_parsed_reaches_no_file(attempt: str, places: dict[str, Path]) -> None:
    connection = duckdb_session.open_instance(threads=1)
    connection.execute(f"CREATE VIEW orders AS SELECT * FROM read_csv('{places['file']}')")
    duckdb_session.lock(connection, [places["file"]])
    text = _filled(attempt, places)
    if "sleep" in text:  # it reaches nothing, and takes ten seconds
        return
    try:
        answered = connection.execute(text).fetchall() if not _is_half(text) else []
    except (duckdb.Error, ValueError, RuntimeError) as error:
        answered = [str(error)]
    finally:
        connection.close()

    assert SECRET not in str(answered)
    assert "root:" not in str(answered)
    assert [path.name for path in places["folder"].rglob("*")] == []
    assert places["file"].read_text() == "id,status\n1,paid\n2,open\n"


def _is_half(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def test_lock_settings_cannot_be_changed_afterwards(places: dict[str, Path]) -> None:
    connection = duckdb_session.open_instance(threads=1)
    duckdb_session.lock(connection)

    for change in ("SET enable_external_access = true", "SET memory_limit = '9GB'", "RESET lock_configuration"):
        with pytest.raises(duckdb.Error):
            connection.execute(change)
    connection.close()


def test_lock_a_file_of_the_source_is_read_and_no_other(places: dict[str, Path]) -> None:
    connection = duckdb_session.open_instance(threads=1)
    duckdb_session.lock(connection, [places["file"]])

    assert connection.execute(f"SELECT count(*) FROM read_csv('{places['file']}')").fetchall() == [(2,)]
    with pytest.raises(duckdb.Error):
        connection.execute(f"SELECT * FROM read_csv('{places['secret']}')")
    connection.close()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT o.id, count(*) OVER (PARTITION BY status ORDER BY id) FROM orders o QUALIFY row_number() OVER () = 1",
        "WITH a AS (SELECT * FROM orders), b AS (SELECT * FROM a) SELECT * FROM b JOIN a USING (id)",
        "WITH RECURSIVE n AS (SELECT 1 AS k UNION ALL SELECT k + 1 FROM n WHERE k < 5) SELECT * FROM n",
        "WITH orders AS (SELECT * FROM orders) SELECT * FROM orders",
        "SELECT * FROM range(3) r(k), unnest([1, 2]) u(v), generate_series(1, 2)",
        "FROM orders SELECT status, list(id) GROUP BY ALL ORDER BY ALL",
        "SELECT * EXCLUDE (id), COLUMNS('i.*') + 1 FROM orders -- with a comment; and more",
        "FROM (PIVOT orders ON status IN ('paid', 'open') USING count(*))",
        "SELECT list_transform([1, 2], lambda x: x + 1), {'a': 1}.a, [1, 2, 3][1:2], 'a;b', $$;$$ /* ; */;;",
        "SELECT * FROM orders a ASOF JOIN orders b ON a.id >= b.id, LATERAL (SELECT a.id + 1 AS c)",
        "SELECT extract(year FROM date '2026-01-01'), CAST('1' AS decimal(9, 2)), 5! FROM orders USING SAMPLE 5",
        "VALUES (1, 'a'), (2, 'b')",
        "TABLE orders",
    ],
)
def test_run_the_whole_of_select_is_allowed(text: str, places: dict[str, Path]) -> None:
    result = duckdb_engine.run(
        text, _Orders(places["file"]), limit=10, timeout=60.0, cancel_token=CancelToken(), variables={}
    )

    assert result.rows


def test_functions_every_name_is_one_of_the_engine_or_of_its_parser() -> None:
    known = {
        str(name).lower()
        for (name,) in duckdb.connect().execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()
    }
    of_the_parser = {"grouping", "unnest"}

    assert duckdb_functions.FUNCTIONS - known - of_the_parser == set()


def test_parse_a_name_of_a_with_clause_is_no_table_outside_of_it() -> None:
    query = parse_query("SELECT (WITH a AS (SELECT 1) SELECT * FROM a), * FROM a, (WITH b AS (FROM c) FROM b)")

    assert sorted(one.table for one in query.relations) == ["a", "c"]
