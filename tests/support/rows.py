"""A row in every table, written by plain SQL statements, and what all tables hold, to compare before and after."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Connection,
    Row,
    Table,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy import column as a_column
from sqlalchemy import table as a_table

from benchboard.storage.models import Base
from benchboard.storage.models.base import Exact, Id, Moment, new_id

Shape = Mapping[str, tuple[str, ...]]
"""The tables of a database, whatever its revision, and their columns."""

_AT = datetime(2026, 3, 1, 12, 30, 45, 123456, tzinfo=UTC)
_FIXED: Mapping[str, Any] = {
    "email_norm": "ada@example.com",
    "email": "Ada@example.com",
    "device_id": "0011223344556677",
    "nonce": bytes(range(12)),
    "pending_nonce": bytes(range(12)),
    "private_nonce": bytes(range(12)),
    "secret_nonce": bytes(range(12)),
    "secret_salt": bytes(range(16)),
    "public_key": bytes(range(32)),
    "pending_key_version": 2,
    "currency": "EUR",
    "hash": bytes(range(32)),
}


def fill(connection: Connection) -> dict[str, dict[str, Any]]:
    """Write one row (two dongles) into every table there is, no column left empty that may have a value; answers
    them by table."""
    rows: dict[str, dict[str, Any]] = {}
    there = shape(connection)
    for one in Base.metadata.sorted_tables:
        if one.name not in there or one.name == "dongle_group_members":  # the triggers' own
            continue
        written = _row(one, rows)
        rows[one.name] = {name: written[name] for name in there[one.name]}
        if one.name == "dongle_groups":
            other = {**rows["dongles"], "id": new_id(), "device_id": "8899aabbccddeeff"}
            _insert(connection, Base.metadata.tables["dongles"], other)
            rows[one.name]["dongle_b_id"] = other["id"]
        if one.name == "data_source_grants":  # of a person or a team
            rows[one.name]["team_id"] = None
        _insert(connection, one, rows[one.name])
    organisations = Base.metadata.tables["organisations"]
    connection.execute(update(organisations).values(owner_id=rows["users"]["id"]))
    return rows


def _insert(connection: Connection, into: Table, values: Mapping[str, Any]) -> None:
    """Only the columns given: a column that a later revision adds has no default to offer here."""
    plain = a_table(into.name, *(a_column(name, into.columns[name].type) for name in values))
    connection.execute(insert(plain).values(**values))


def _row(table: Table, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in table.columns:
        targets = [key.column for key in column.foreign_keys if key.column.table.name in rows]
        if column.name == "id":
            found[column.name] = _value(table, column)
        elif targets:
            found[column.name] = rows[targets[0].table.name][targets[0].name]
        elif column.foreign_keys:
            found[column.name] = None  # organisations.owner_id, whose user does not exist yet
        else:
            found[column.name] = _value(table, column)
    return found


def _value(table: Table, column: Column[Any]) -> Any:
    if column.name in _FIXED:
        return _FIXED[column.name]
    if column.name.endswith("_hash"):
        return f"{abs(hash((table.name, column.name))):064x}"[-64:]
    listed = _choices(table).get(column.name)
    if listed:
        return listed[-1]
    kind = column.type
    if isinstance(kind, Id):
        return new_id()
    if isinstance(kind, Moment):
        return _AT
    if isinstance(kind, Exact):
        return Decimal("10.10")
    if isinstance(kind, JSON):
        return {"a": [1, None, "é"]}
    return {int: 1, bool: True, bytes: b"\x00sealed"}.get(kind.python_type, f"{table.name}.{column.name}"[:15])


def _choices(table: Table) -> dict[str, list[str]]:
    rules = [str(check.sqltext) for check in table.constraints if isinstance(check, CheckConstraint)]
    matches = (re.match(r"(\w+) IN \(('.+)\)$", rule) for rule in rules)
    return {found[1]: re.findall(r"'(\w+)'", found[2]) for found in matches if found}


def shape(connection: Connection) -> Shape:
    """Which of our tables and columns the database has."""
    inspector = inspect(connection)
    names = sorted(Base.metadata.tables.keys() & set(inspector.get_table_names()))
    return {name: tuple(one["name"] for one in inspector.get_columns(name)) for name in names}


def everything(connection: Connection, of: Shape | None = None) -> dict[str, list[Row[Any]]]:
    """All rows of all tables as the database holds them, at any revision; only what `of` has where it is given."""
    held = {}
    for name, columns in (of or shape(connection)).items():
        rows = connection.execute(select(*(a_column(one) for one in columns)).select_from(a_table(name))).all()
        held[name] = sorted(rows, key=repr)
    return held
