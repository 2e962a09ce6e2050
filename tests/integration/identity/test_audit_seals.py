"""The seals of the audit log: chained, alike on both databases, and broken by any change of any row."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from benchboard.errors import Cancelled, Denied
from benchboard.identity import audit, kept_seals
from benchboard.identity.audit_chain import AuditChain, find_chain
from benchboard.identity.audit_verification import AuditVerification, KnownSeal, fault_error, verify
from benchboard.storage import audit_seals, upgrade
from benchboard.storage.engine import Database
from support import people
from support.databases import KEY, Copies, unbound
from support.people import CLIENT, Town
from support.postgres import Server

_TRIGGERS = {
    "sqlite": "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'",
    "postgresql": "SELECT 'ALTER TABLE ' || t || ' DISABLE TRIGGER ALL'"
    " FROM unnest(ARRAY['audit_logs', 'audit_seals']) AS t",
}


@contextmanager
def _tampering(database: Database) -> Iterator[Connection]:
    """A connection that may do anything to the audit log, as its owner may; all of it is undone afterwards."""
    with database.writing.connect() as connection:
        for statement in connection.scalars(text(_TRIGGERS[database.dialect])).all():
            connection.execute(text(statement))
        yield connection
        connection.rollback()


def _verify(town: Town, connection: Connection | None = None, *known: KnownSeal) -> AuditVerification:
    """Verify north's log; with `connection`, as it is in its transaction."""
    if connection is not None:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            return verify(session, town.actor, known=known)
    with town.database.bind(town.actor).read() as session:
        return verify(session, town.actor, known=known)


def _write(town: Town, count: int = 6) -> None:
    for number in range(count):
        details: dict[str, object] = {
            "name": f"Rig {number} ü",
            "before": None,
            "count": number,
            "ratio": 1e-7 * number,
        }
        with unbound(town.database).change() as session:
            audit.append(session, CLIENT, "dongle.rename", str(number), town.north, None, **details)


def _ids(connection: Connection, organisation_id: str) -> list[str]:
    query = text("SELECT audit_id FROM audit_seals WHERE organisation_id = :o ORDER BY seq")
    return [str(one) for one in connection.scalars(query, {"o": organisation_id})]


def test_every_entry_is_sealed_in_its_transaction(town: Town) -> None:
    _write(town)
    found = _verify(town)
    with town.database.engine.connect() as connection:
        entries = connection.scalar(
            text("SELECT count(*) FROM audit_logs WHERE organisation_id = :o"), {"o": town.north}
        )
        assert len(_ids(connection, town.north)) == entries == found.entries
    assert found.fault is None
    assert found.seal is not None
    with pytest.raises(ZeroDivisionError), unbound(town.database).change() as session:
        audit.append(session, CLIENT, "dongle.rename", "x", town.north, None)
        raise ZeroDivisionError
    assert _verify(town) == found


def test_entries_of_one_transaction_and_of_several_organisations_are_chained_apart(town: Town) -> None:
    with unbound(town.database).change() as session:
        for number in range(5):
            for where in (town.north, town.south):
                audit.append(session, CLIENT, "dongle.rename", str(number), where, None)
    assert _verify(town).fault is None
    with town.database.bind(town.stranger.actor).read() as session:
        assert verify(session, town.stranger.actor).fault is None


def test_entry_of_a_savepoint_that_was_undone_is_not_sealed(town: Town) -> None:
    with unbound(town.database).change() as session:
        audit.append(session, CLIENT, "dongle.rename", "1", town.north, None)
        undone = session.begin_nested()
        audit.append(session, CLIENT, "dongle.rename", "2", town.north, None)
        undone.rollback()
        audit.append(session, CLIENT, "dongle.rename", "3", town.north, None)
    assert _verify(town).fault is None


def test_writers_at_once_make_one_chain(town: Town) -> None:
    url = town.database.engine.url.set(drivername=town.database.dialect).render_as_string(hide_password=False)
    key = KEY if town.database.dialect == "sqlite" else None
    others = [Database.open(url, key=key) for _ in range(4)]

    def write(database: Database) -> None:
        for number in range(15):
            with unbound(database).change() as session:
                audit.append(session, CLIENT, "dongle.rename", str(number), town.north, None)

    before = _verify(town).entries
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, others))
    for one in others:
        one.dispose()
    found = _verify(town)
    assert (found.fault, found.entries) == (None, before + 60)


_COLUMNS = [name for name in audit_seals._COLUMNS if name not in ("organisation_id",)]


@pytest.mark.parametrize("column", _COLUMNS)
def test_change_of_any_column_of_any_row_is_found(town: Town, column: str) -> None:
    _write(town)
    values: dict[str, list[object]] = {
        "id": ["00000000-0000-4000-8000-00000000000a"],
        "version": [2, -1],
        "user_id": ["00000000-0000-4000-8000-00000000000b", None],
        "target_user_id": ["00000000-0000-4000-8000-00000000000b", None],
        "created_at": ["2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000001Z"],
        "details": ["{}", '{"name":""}', '{"a":[]}'],
    }
    with _tampering(town.database) as connection:
        for place, entry_id in enumerate(_ids(connection, town.north), 1):
            for value in values.get(column, ["x", ""]):
                step = connection.begin_nested()
                cast = (
                    "CAST(:value AS jsonb)"
                    if (column, town.database.dialect) == ("details", "postgresql")
                    else ":value"
                )
                change = f"UPDATE audit_logs SET {column} = {cast} WHERE id = :id AND {column} IS DISTINCT FROM {cast}"
                changed = connection.execute(text(change), {"value": value, "id": entry_id}).rowcount
                fault = _verify(town, connection).fault
                step.rollback()
                if changed:
                    assert fault is not None
                    assert fault.number == place
                    assert fault.kind == ("missing" if column == "id" else "changed")
        assert _verify(town, connection).fault is None


def test_change_of_any_byte_in_sqlite_is_found(copies: Copies, tmp_path: Path) -> None:
    """Whatever byte of whatever column of whatever row, of the log and of its seals."""
    with copies.of("sqlite", people.settle, tmp_path) as (database, settled):
        town = replace(settled, database=database)
        _write(town)

        @given(data=st.data())
        def found(data: st.DataObject) -> None:
            with _tampering(town.database) as connection:
                try:
                    place, exact = _flip(data, connection, town)
                except IntegrityError:  # another row has that number
                    reject()
                fault = _verify(town, connection).fault
            assert fault is not None
            assert fault.number is not None
            # A seal that took another's number is found where it stands first.
            assert fault.number == place if exact else fault.number <= place

        found()
        assert _verify(town).fault is None


def _flip(data: st.DataObject, connection: Connection, town: Town) -> tuple[int, bool]:
    """Change a byte somewhere; the entry's number, and whether exactly that one must be named."""
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    tables = [
        ("audit_logs", "id", [*_COLUMNS, "organisation_id"]),
        ("audit_seals", "audit_id", ["hash", "audit_id", "seq"]),
    ]
    table, key, columns = data.draw(st.sampled_from(tables))
    ids = _ids(connection, town.north)
    place = data.draw(st.integers(1, len(ids)))
    column = data.draw(st.sampled_from(columns))
    query = f"SELECT typeof({column}) AS type, CAST({column} AS BLOB) AS bytes FROM {table} WHERE {key} = :id"
    held = connection.execute(text(query), {"id": ids[place - 1]}).one()
    new = ":value"
    if held.type == "null":
        value: object = data.draw(st.sampled_from(["", "x", b"", 0]))
    elif held.type == "integer":
        value = int(held.bytes) ^ data.draw(st.integers(1, 2**40))
    else:
        flipped = bytearray(held.bytes or b"x")
        flipped[data.draw(st.integers(0, len(flipped) - 1))] ^= data.draw(st.integers(1, 255))
        value, new = bytes(flipped), f"CAST(:value AS {'TEXT' if held.type == 'text' else 'BLOB'})"
    connection.execute(
        text(f"UPDATE {table} SET {column} = {new} WHERE {key} = :id"), {"value": value, "id": ids[place - 1]}
    )
    return place, column != "seq"


def test_deleted_inserted_and_swapped_rows_are_found(town: Town) -> None:
    _write(town)
    with _tampering(town.database) as connection:
        ids = _ids(connection, town.north)
        for place, entry_id in enumerate(ids, 1):
            step = connection.begin_nested()
            connection.execute(text("DELETE FROM audit_logs WHERE id = :id"), {"id": entry_id})
            fault = _verify(town, connection).fault
            assert fault is not None
            assert (fault.kind, fault.number) == ("missing", place)
            assert fault.entry_id == (ids[place - 2] if place > 1 else None)
            connection.execute(text("DELETE FROM audit_seals WHERE audit_id = :id"), {"id": entry_id})
            fault = _verify(town, connection).fault
            if place < len(ids):  # the last one's absence is told by what was kept outside the database
                assert fault is not None
                assert (fault.kind, fault.number) == ("seal-missing", place)
            step.rollback()
        for place in range(len(ids) - 1):
            step = connection.begin_nested()
            swap = text("UPDATE audit_seals SET audit_id = :new WHERE audit_id = :old")
            spare = "00000000-0000-4000-8000-00000000000c"
            for old, new in ((ids[place], spare), (ids[place + 1], ids[place]), (spare, ids[place + 1])):
                connection.execute(swap, {"old": old, "new": new})
            fault = _verify(town, connection).fault
            assert fault is not None
            assert (fault.kind, fault.number) == ("changed", place + 1)
            step.rollback()
        step = connection.begin_nested()
        forged = (
            "INSERT INTO audit_logs (organisation_id, action, event_type, resource_type) VALUES (:o, 'x', 'x', 'x')"
        )
        connection.execute(text(forged), {"o": town.north})
        fault = _verify(town, connection).fault
        assert fault is not None
        assert (fault.kind, fault.number, fault.count) == ("unsealed", None, 1)
        assert fault.entry_id is not None
        step.rollback()
        assert _verify(town, connection).fault is None


def test_two_entries_that_swapped_what_they_say_are_found(town: Town) -> None:
    _write(town)
    with _tampering(town.database) as connection:
        ids = _ids(connection, town.north)
        one, other = ids[-3], ids[-1]
        columns = [name for name in _COLUMNS if name not in ("id", "version")]
        read = text(f"SELECT {', '.join(columns)} FROM audit_logs WHERE id = :id")
        rows = [connection.execute(read, {"id": which}).mappings().one() for which in (one, other)]
        for which, row in zip((other, one), rows, strict=True):
            values = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in row.items()}
            connection.execute(
                text(f"UPDATE audit_logs SET {', '.join(f'{name} = :{name}' for name in columns)} WHERE id = :which"),
                {**values, "which": which},
            )
        fault = _verify(town, connection).fault
    assert fault is not None
    assert (fault.kind, fault.number) == ("changed", len(ids) - 2)


def test_log_that_was_sealed_anew_or_shortened_is_found_by_what_was_kept(town: Town, tmp_path: Path) -> None:
    _write(town)
    found = _verify(town)
    assert found.seal is not None
    at = datetime.now(UTC)
    kept_seals.keep(tmp_path, town.north, KnownSeal(found.entries, found.seal, at))
    known = kept_seals.find(tmp_path, town.north)
    assert known is not None
    assert known == KnownSeal(found.entries, found.seal, at)
    assert kept_seals.find(tmp_path, town.south) is None
    _write(town, 1)
    assert _verify(town, None, known).fault is None
    with _tampering(town.database) as connection:
        ids = _ids(connection, town.north)
        step = connection.begin_nested()
        for entry_id in ids[-3:]:
            connection.execute(text("DELETE FROM audit_logs WHERE id = :id"), {"id": entry_id})
            connection.execute(text("DELETE FROM audit_seals WHERE audit_id = :id"), {"id": entry_id})
        assert _verify(town, connection).fault is None
        fault = _verify(town, connection, known).fault
        assert fault is not None
        assert (fault.kind, fault.count, fault.number) == ("shortened", 2, len(ids) - 2)
        step.rollback()
        connection.execute(text("UPDATE audit_logs SET action = 'y' WHERE id = :id"), {"id": ids[1]})
        connection.execute(text("DELETE FROM audit_seals WHERE organisation_id = :o"), {"o": town.north})
        entries, seal, sealed = audit_seals.read_entries(connection, ids), audit_seals.first_seal(town.north), []
        for seq, entry_id in enumerate(ids, 1):
            seal = audit_seals.next_seal(seal, seq, entries[entry_id])
            sealed.append((town.north, seq, entry_id, seal))
        audit_seals.insert_seals(connection, sealed)
        assert _verify(town, connection).fault is None
        fault = _verify(town, connection, known).fault
        assert fault is not None
        assert (fault.kind, fault.number) == ("rewritten", found.entries)
        assert "entry" in str(fault_error(fault))


@pytest.mark.parametrize("statement", ["UPDATE audit_seals SET seq = seq + 100", "DELETE FROM audit_seals"])
def test_seals_are_append_only(town: Town, statement: str) -> None:
    with pytest.raises(DBAPIError), town.database.writing.begin() as connection:
        connection.execute(text(statement))


def test_verification_asks_permission_and_can_be_stopped(town: Town) -> None:
    _write(town)
    town.add("ann@north.example")
    analyst = town.sign_in("ann@north.example").actor
    with pytest.raises(Denied), town.database.bind(analyst).read() as session:
        verify(session, analyst)

    def stop(_done: int, _total: int) -> None:
        raise Cancelled("tasks.cancelled", "Stopped.")

    with pytest.raises(Cancelled), town.database.bind(town.actor).read() as session:
        verify(session, town.actor, progress=stop)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5), inner, max_size=3
    ),
    max_leaves=8,
)  # fmt: skip


def test_bytes_of_an_entry_are_the_same_on_both_databases(copies: Copies, tmp_path: Path, pg_server: Server) -> None:
    """Whatever its details say."""
    with (
        copies.of("sqlite", people.settle, tmp_path) as (lite, lite_town),
        copies.of("postgresql", people.settle, tmp_path) as (post, post_town),
    ):
        both = ((lite, lite_town), (post, post_town))

        @given(details=st.dictionaries(st.sampled_from(["name", "a", "ä", "z b"]), _JSON, max_size=4))
        def same(details: dict[str, object]) -> None:
            for database, town in both:
                with unbound(database).change() as session:
                    audit.append(session, CLIENT, "dongle.rename", "ö", town.north, None, **details)
            one, other = (_last_details(database, town) for database, town in both)
            assert one == other

        same()
        for database, town in both:
            with database.bind(town.actor).read() as session:
                assert verify(session, town.actor).fault is None


def _last_details(database: Database, town: Town) -> bytes:
    """What is sealed of the details of north's newest entry."""
    with database.engine.connect() as connection:
        last = _ids(connection, town.north)[-1]
        rest = audit_seals.read_entries(connection, [last])[last]
    for _column in audit_seals._COLUMNS[:-1]:
        if rest[:1] == b"-":
            rest = rest[1:]
        else:
            length, _colon, rest = rest.partition(b":")
            rest = rest[int(length) :]
    return rest


def test_upgrade_seals_the_entries_there_were(town: Town) -> None:
    _write(town)
    upgrade.downgrade(town.database, "0007")
    at = "2026-01-0{}T00:00:00.000000Z"
    with town.database.writing.begin() as connection:
        for day in (3, 1, 2):
            connection.execute(
                text(
                    "INSERT INTO audit_logs (organisation_id, action, event_type, resource_type, details, created_at)"
                    " VALUES (:o, 'x', 'x', 'x', :details, :at)"
                ),
                {"o": town.north, "details": '{"b": 1.50,  "a": "\\u00e9", "c": 1e2}', "at": at.format(day)},
            )
    upgrade.upgrade(town.database)
    found = _verify(town)
    assert found.fault is None
    with town.database.engine.connect() as connection:
        days = text("SELECT CAST(a.created_at AS text) FROM audit_seals s JOIN audit_logs a ON a.id = s.audit_id"
                    " WHERE s.organisation_id = :o ORDER BY s.seq LIMIT 3")  # fmt: skip
        assert [one[8:10] for one in connection.scalars(days, {"o": town.north})] == ["01", "02", "03"]
    _write(town, 2)
    assert _verify(town).entries == found.entries + 2


def _chain(town: Town, place: int, connection: Connection | None = None) -> AuditChain | None:
    if connection is not None:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            return find_chain(session, town.actor, place)
    with town.database.bind(town.actor).read() as session:
        return find_chain(session, town.actor, place)


def test_find_chain_tells_the_neighbours_of_an_entry_and_that_its_seal_fits(town: Town) -> None:
    _write(town)
    last = _verify(town).entries
    middle, first, end = _chain(town, last - 1), _chain(town, 1), _chain(town, last)
    assert middle is not None
    assert first is not None
    assert end is not None
    assert middle.fits
    assert first.fits
    assert end.fits
    around = (middle.previous, middle.current, middle.following)
    assert [one.number for one in around if one is not None] == [last - 2, last - 1, last]
    assert [one.entry.resource_id for one in around if one is not None and one.entry is not None] == ["3", "4", "5"]
    assert (first.previous, end.following) == (None, None)
    assert _chain(town, last + 1) is None


def test_find_chain_of_a_changed_entry_says_that_its_seal_does_not_fit(town: Town) -> None:
    _write(town)
    last = _verify(town).entries
    with _tampering(town.database) as connection:
        changed = _ids(connection, town.north)[last - 2]
        connection.execute(text("UPDATE audit_logs SET event_type = 'x.y' WHERE id = :i"), {"i": changed})
        broken, after = _chain(town, last - 1, connection), _chain(town, last, connection)
    assert broken is not None
    assert after is not None
    assert not broken.fits
    assert after.fits, "its own content is as it was"


def test_find_chain_is_denied_without_the_permission(town: Town) -> None:
    town.add("ann@north.example")
    analyst = town.sign_in("ann@north.example").actor
    with pytest.raises(Denied), town.database.bind(analyst).read() as session:
        find_chain(session, analyst, 1)
