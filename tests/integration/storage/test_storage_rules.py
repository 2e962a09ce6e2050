"""Rules that the database itself enforces, tried with plain SQL on both engines."""

from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from benchboard.storage.engine import Database
from support import rows


@dataclass(frozen=True)
class Bench:
    """One organisation, one person and four dongles, as an import writes them: ids and times by default."""

    organisation: str
    user: str
    dongles: tuple[str, str, str, str]


DEVICES = ("0011223344556677", "8899aabbccddeeff", "aabbccddeeff0011", "1122334455667788")


def _bench(connection: Connection) -> Bench:
    org = connection.scalar(text("INSERT INTO organisations (name, slug) VALUES ('Lab', 'lab') RETURNING id"))
    user = connection.scalar(
        text(
            "INSERT INTO users (organisation_id, email, email_norm, name, password_hash, role, status)"
            " VALUES (:org, 'demo@example.com', 'demo@example.com', 'Demo', 'hash', 'technician', 'active')"
            " RETURNING id"
        ),
        {"org": org},
    )
    dongle = text(
        "INSERT INTO dongles (organisation_id, device_id, owner_user_id, ownership_state)"
        " VALUES (:org, :device, :user, 'CLAIMED_ACTIVE') RETURNING id"
    )
    ids = [str(connection.scalar(dongle, {"org": org, "device": device, "user": user})) for device in DEVICES]
    return Bench(str(org), str(user), (ids[0], ids[1], ids[2], ids[3]))


def _group(connection: Connection, bench: Bench, a: str, b: str, how: str = "INSERT") -> str:
    statement = text(
        f"{how} INTO dongle_groups (organisation_id, user_id, dongle_a_id, dongle_b_id, mode)"
        " VALUES (:org, :user, :a, :b, 'ACTIVE') RETURNING id"
    )
    return str(connection.scalar(statement, {"org": bench.organisation, "user": bench.user, "a": a, "b": b}))


def _members(connection: Connection) -> dict[str, str]:
    found = connection.execute(text("SELECT dongle_id, group_id FROM dongle_group_members"))
    return {str(dongle): str(group) for dongle, group in found}


def test_dongle_group_of_one_dongle_twice_is_rejected(database: Database) -> None:
    with database.engine.begin() as connection:
        bench = _bench(connection)
        with pytest.raises(IntegrityError, match="dongle_groups_distinct_check"), connection.begin_nested():
            _group(connection, bench, bench.dongles[0], bench.dongles[0])


@pytest.mark.parametrize(("a", "b"), [(0, 2), (2, 0), (1, 2), (2, 1), (0, 1), (1, 0)])
def test_dongle_group_with_a_dongle_of_another_is_rejected(database: Database, a: int, b: int) -> None:
    with database.engine.begin() as connection:
        bench = _bench(connection)
        first = _group(connection, bench, bench.dongles[0], bench.dongles[1])
        with pytest.raises(IntegrityError), connection.begin_nested():
            _group(connection, bench, bench.dongles[a], bench.dongles[b])
        assert _members(connection) == {bench.dongles[0]: first, bench.dongles[1]: first}


@pytest.mark.parametrize("how", ["INSERT OR REPLACE", "INSERT OR IGNORE"])
def test_dongle_group_by_sqlite_conflict_clause_is_rejected(sqlite_database: Database, how: str) -> None:
    with sqlite_database.engine.begin() as connection:
        bench = _bench(connection)
        first = _group(connection, bench, bench.dongles[0], bench.dongles[1])
        with pytest.raises(IntegrityError), connection.begin_nested():
            _group(connection, bench, bench.dongles[2], bench.dongles[0], how)
        assert _members(connection) == {bench.dongles[0]: first, bench.dongles[1]: first}


def test_dongle_group_update_frees_and_takes_dongles(database: Database) -> None:
    with database.engine.begin() as connection:
        bench = _bench(connection)
        a, b, c, d = bench.dongles
        first, second = _group(connection, bench, a, b), None
        move = text("UPDATE dongle_groups SET dongle_a_id = :a, dongle_b_id = :b WHERE id = :id")
        connection.execute(move, {"a": b, "b": a, "id": first})
        assert _members(connection) == {a: first, b: first}
        connection.execute(move, {"a": b, "b": c, "id": first})
        assert _members(connection) == {b: first, c: first}
        second = _group(connection, bench, a, d)
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(move, {"a": a, "b": c, "id": second})
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(move, {"a": d, "b": b, "id": second})
        assert _members(connection) == {b: first, c: first, a: second, d: second}


@pytest.mark.parametrize("statement", ["DELETE FROM dongle_groups", "DELETE FROM dongles WHERE id = :a"])
def test_dongle_group_delete_frees_its_dongles(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        bench = _bench(connection)
        _group(connection, bench, bench.dongles[0], bench.dongles[1])
        connection.execute(text(statement), {"a": bench.dongles[0]} if ":a" in statement else {})
        assert _members(connection) == {}
        again = _group(connection, bench, bench.dongles[2], bench.dongles[1])
        assert _members(connection) == {bench.dongles[2]: again, bench.dongles[1]: again}


@pytest.mark.parametrize("device", [" 011223344556677", "001122334455667", "001122334455667G", "00112233445566AA"])
def test_device_id_not_16_lower_case_hex_digits_is_rejected(database: Database, device: str) -> None:
    with database.engine.begin() as connection:
        bench = _bench(connection)
        statement = text("UPDATE dongles SET device_id = :device WHERE id = :id")
        with pytest.raises(DBAPIError), connection.begin_nested():
            connection.execute(statement, {"device": device, "id": bench.dongles[0]})


def test_tenants_neither_block_nor_reference_each_other(database: Database) -> None:
    """The same device, merchant and address in two organisations; no reference from one into the other."""
    with database.engine.begin() as connection:
        bench = _bench(connection)
        other = connection.scalar(text("INSERT INTO organisations (name, slug) VALUES ('B', 'b') RETURNING id"))
        here, there = {"org": bench.organisation, "user": bench.user}, {"org": other, "user": bench.user}
        for org in (here, there):
            connection.execute(
                text("INSERT INTO merchant_dashboards (organisation_id, domain) VALUES (:org, 'shop.example')"),
                {"org": org["org"]},
            )
        same = "INSERT INTO dongles (organisation_id, device_id) VALUES (:org, '0011223344556677')"
        connection.execute(text(same), {"org": other})
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(
                text("INSERT INTO dashboards (organisation_id, user_id, name) VALUES (:org, :user, 'x')"), there
            )
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(
                text(
                    "INSERT INTO merchant_team (organisation_id, merchant_domain, user_id, role)"
                    " VALUES (:org, 'shop.example', :user, 'owner')"
                ),
                there,
            )
    with pytest.raises(IntegrityError), database.engine.begin() as connection:  # deferred: refused at the commit
        connection.execute(text("UPDATE dongles SET owner_user_id = :user WHERE organisation_id = :org"), there)


def test_user_delete_clears_references_and_deletes_what_they_own(database: Database) -> None:
    with database.engine.begin() as connection:
        written = rows.fill(connection)
    user = written["users"]["id"]
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM users WHERE id = :id"), {"id": user})
    with database.engine.connect() as connection:
        held = rows.everything(connection)
    assert held["organisations"][0].owner_id is None
    assert {str(row.owner_user_id) for row in held["dongles"]} == {"None"}
    assert held["merchant_dashboards"][0].owner_user_id is None
    assert str(held["audit_logs"][0].user_id) == str(written["audit_logs"]["user_id"])  # history keeps its ids
    for gone in ("sessions", "dashboards", "widgets", "dashboard_layouts", "dongle_groups", "dongle_group_members"):
        assert held[gone] == [], gone


@pytest.mark.parametrize("statement", ["UPDATE audit_logs SET action = 'x'", "DELETE FROM audit_logs"])
def test_audit_log_update_or_delete_is_rejected(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        rows.fill(connection)
        before = rows.everything(connection)["audit_logs"]
        with pytest.raises(IntegrityError, match="append-only"), connection.begin_nested():
            connection.execute(text(statement))
        assert rows.everything(connection)["audit_logs"] == before


def test_audit_log_replace_or_truncate_is_rejected(database: Database, engine_name: str) -> None:
    replaced = (
        "INSERT OR REPLACE INTO audit_logs SELECT * FROM audit_logs"
        if engine_name == "sqlite"
        else "TRUNCATE audit_logs"
    )
    with database.engine.begin() as connection:
        rows.fill(connection)
        with pytest.raises(IntegrityError, match="append-only"), connection.begin_nested():
            connection.execute(text(replaced))


def test_audit_log_replace_by_rowid_is_rejected(sqlite_database: Database) -> None:
    """SQLite's own row number is a unique key that no table lists: REPLACE on it would take the old row away."""
    with sqlite_database.engine.begin() as connection:
        rows.fill(connection)
        before = rows.everything(connection)["audit_logs"]
        columns = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(audit_logs)") if row[1] != "id"]
        names = ", ".join(columns)
        forged = f"INSERT OR REPLACE INTO audit_logs (rowid, id, {names}) SELECT rowid, :id, {names} FROM audit_logs"
        with pytest.raises(IntegrityError, match="append-only"), connection.begin_nested():
            connection.execute(text(forged), {"id": "00000000-0000-4000-8000-00000000f0f0"})
        assert rows.everything(connection)["audit_logs"] == before


@pytest.mark.parametrize("address", ["Ada@example.com", "ada", "a da@example.com", "@example.com"])
def test_email_norm_not_normalised_is_rejected(database: Database, address: str) -> None:
    with database.engine.begin() as connection:
        _bench(connection)
        with pytest.raises(IntegrityError, match="users_email_norm_check"), connection.begin_nested():
            connection.execute(text("UPDATE users SET email_norm = :address"), {"address": address})


def test_sqlite_values_of_another_type_are_rejected(sqlite_database: Database) -> None:
    with sqlite_database.engine.begin() as connection:
        rows.fill(connection)
        for statement, constraint in (
            ("UPDATE orders SET order_total = 10.5", "orders_order_total_check"),
            ("UPDATE orders SET order_info = '{'", "orders_order_info_check"),
            ("UPDATE alerts SET is_active = 2", "alerts_is_active_check"),
            ("INSERT INTO scopes (id, name) VALUES ('1', 'x')", "scopes_id_check"),
        ):
            with pytest.raises(IntegrityError, match=constraint), connection.begin_nested():
                connection.execute(text(statement))
