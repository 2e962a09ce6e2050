"""What a query for a database server may say: escape attempts are refused before anything is sent."""

from typing import Final

import pytest

from benchboard.analytics.remote.query_check import check_text
from benchboard.errors import Invalid

TABLES: Final = ("orders", "sales.orders")
ALLOWED_BY_BOTH: Final = (
    "SELECT * FROM orders", "select o.id, count(*) from orders o where o.id in (:a) group by o.id",
    "WITH x AS (SELECT id FROM orders) SELECT * FROM x UNION ALL SELECT 1", "SELECT 1;", "SELECT 'pg_sleep(1); --'",
    "SELECT sum(total) OVER (PARTITION BY city ORDER BY id) FROM orders -- pg_sleep(1)\nWHERE day >= :from",
    "SELECT /* sleep(1) */ CAST(total AS DECIMAL(10, 2)) FROM orders", "SELECT * FROM sales.orders LIMIT 3",
    "SELECT CASE WHEN (id = 1) THEN (2) ELSE (3) END FROM orders WHERE EXISTS (SELECT 1 FROM orders)",
)  # fmt: skip
REFUSED_BY_BOTH: Final = (
    "DELETE FROM orders", "INSERT INTO orders VALUES (1)", "UPDATE orders SET id = 1", "DROP TABLE orders", "CALL x()",
    "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE orders", "SELECT * FROM secrets", "SELECT * FROM other.orders",
    "SELECT * FROM information_schema.tables", "SELECT * FROM a.sales.orders", "SELECT * FROM orders FOR UPDATE",
    "SET x = 1", "BEGIN", "COMMIT", "EXPLAIN SELECT 1", "SHOW TABLES", "SELECT version()", "SELECT user()",
    "SELECT * FROM (SELECT * FROM secrets) x", "SELECT (SELECT id FROM secrets)",
    "WITH x AS (SELECT 1) SELECT * FROM y",
    "SELECT 1 FROM orders WHERE id = (SELECT id FROM orders o JOIN secrets s ON true)", "SELECT /* /* */ sleep(1) */ 1",
    "SELECT 1 /* open", "SELECT x.lower('a')", "", "SELECT * FROM orders WHERE id = pg_sleep/**/(1)",
)  # fmt: skip
REFUSED_BY_POSTGRESQL: Final = (
    "SELECT pg_sleep(10)", "SELECT pg_read_file('/etc/passwd')", "SELECT * FROM pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')", "SELECT lo_import('/etc/passwd')", "SELECT lo_export(1, '/tmp/x')", "SELECT lo_get(1)",
    "SELECT * FROM dblink('host=x', 'select 1') AS t(a int)", "SELECT dblink_connect('x')", "COPY orders TO '/tmp/x'",
    "COPY orders TO PROGRAM 'id'", "SELECT nextval('s')", "SELECT setval('s', 1)", "SELECT set_config('a', 'b', false)",
    "SELECT current_setting('data_directory')", "SELECT * FROM pg_shadow", "SELECT * FROM pg_catalog.pg_authid",
    "WITH pg_shadow AS (SELECT 1) SELECT * FROM pg_shadow",
    "WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x",
    "SELECT * INTO x FROM orders", "SELECT pg_catalog.pg_sleep(1)", 'SELECT "pg_sleep"(1)', "SELECT PG_Sleep (1)",
    "SELECT query_to_xml('select 1', true, true, '')", "SELECT pg_terminate_backend(1)", "SELECT pg_notify('a', 'b')",
    "SELECT pg_advisory_lock(1)", "SELECT txid_current()", "SELECT 1 OPERATOR(pg_catalog.+) 2", 'SELECT "in"(1)',
    "DO $$ BEGIN END $$", "SELECT U&'x' UESCAPE '!' || pg_sleep(1)", "SELECT E'\\'' || pg_sleep(1)",
    "SELECT $a$x$a$ || pg_sleep(1)", "TABLE pg_shadow", "LISTEN x", "SELECT pg_stat_file('x')", "PREPARE x AS SELECT 1",
)  # fmt: skip
REFUSED_BY_MYSQL: Final = (
    "SELECT SLEEP(10)", "SELECT BENCHMARK(1000000, md5('a'))", "SELECT LOAD_FILE('/etc/passwd')", "SELECT sleep (1)",
    "SELECT * FROM orders INTO OUTFILE '/tmp/x'", "SELECT * INTO DUMPFILE '/tmp/x' FROM orders",
    "SELECT 1 /*! INTO OUTFILE '/tmp/x' */", "SELECT 1 /*!50000 + sleep(1) */", "SELECT 1 /*M! + sleep(1) */",
    "SELECT 1--sleep(10)", "SELECT @@version", "SELECT @a := 1", "SELECT @a", "SELECT get_lock('a', 10)",
    "SELECT release_all_locks()", "SELECT `sleep`(1)", "SELECT mysql.x(1)", "SELECT * FROM mysql.user",
    "SELECT * FROM orders LOCK IN SHARE MODE", "SELECT sys_exec('id')",
    "SELECT '\\'' + sleep(1)", "SELECT \"\\\"\" + sleep(1)", "SELECT * FROM orders PROCEDURE analyse()",
    "SELECT NEXTVAL(s)", "SELECT NEXT VALUE FOR s", "SELECT lastval(s)", "SELECT master_pos_wait('a', 1)",
    "SELECT extractvalue(1, '//x')", "HANDLER orders OPEN", "LOAD DATA INFILE '/x' INTO TABLE orders", "DO sleep(1)",
)  # fmt: skip


@pytest.mark.parametrize("mysql", [False, True])
@pytest.mark.parametrize("text", ALLOWED_BY_BOTH)
def test_check_text_a_select_over_the_tables_is_allowed(text: str, mysql: bool) -> None:
    assert len(check_text(text, TABLES, mysql=mysql).text) == len(text)


@pytest.mark.parametrize("mysql", [False, True])
@pytest.mark.parametrize("text", REFUSED_BY_BOTH)
def test_check_text_what_is_no_select_over_the_tables_is_refused(text: str, mysql: bool) -> None:
    with pytest.raises(Invalid):
        check_text(text, TABLES, mysql=mysql)


@pytest.mark.parametrize("text", REFUSED_BY_POSTGRESQL)
def test_check_text_escape_attempts_on_postgresql_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        check_text(text, TABLES, mysql=False)


@pytest.mark.parametrize("text", REFUSED_BY_MYSQL)
def test_check_text_escape_attempts_on_mysql_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        check_text(text, TABLES, mysql=True)


@pytest.mark.parametrize("mysql", [False, True])
def test_bind_values_become_parameters_and_signs_stay(mysql: bool) -> None:
    checked = check_text("SELECT ':a' x, 5 % 2 FROM orders WHERE a IN (:a) AND b = :b -- :c", TABLES, mysql=mysql)
    text, values = checked.bind({"a": ["1", "' OR 1"], "b": []})

    assert text.rstrip() == "SELECT ':a' x, 5 %% 2 FROM orders WHERE a IN (%(v0)s, %(v1)s) AND b = %(v2)s"
    assert values == {"v0": "1", "v1": "' OR 1", "v2": None}
    with pytest.raises(Invalid) as caught:
        checked.bind({"a": ["1"], "b": ["1", "2"]})
    assert caught.value.code == "query.several"
