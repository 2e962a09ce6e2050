"""The migrated databases hold what schema.yaml asks for, and the comparison would notice if they did not."""

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import event

from benchboard.storage.engine import Database
from benchboard.storage.models import Base
from support import catalogue, contract
from support.catalogue import Catalogue

FILE = Path(__file__).parents[2] / "data" / "schema.yaml"
CONTRACT: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
COUNTS = {
    "check": 21,
    "declared": 103,
    "foreign_key": 47,
    "index": 45,
    "renamed": 11,
    "same": 406,
    "to": 50,
    "unique": 31,
    "value": 93,
}
ENTRIES = [(source, name) for source, tables in CONTRACT.items() for name in tables]


def _read(database: Database) -> Catalogue:
    with database.engine.connect() as connection:
        return catalogue.read(connection)


@pytest.fixture
def migrated(database: Database) -> Catalogue:
    return _read(database)


def test_schema_of_a_migrated_database_meets_the_contract(migrated: Catalogue) -> None:
    assert list(contract.differences(CONTRACT, migrated)) == []


def test_contract_file_has_all_its_entries() -> None:
    """Taking an entry out of the file would ask for less; it shows here."""
    count: Counter[str] = Counter()
    for source, name in ENTRIES:
        for kind, entries in CONTRACT[source][name].items():
            count[kind] += 1 if kind == "to" else len(entries)
            if kind == "check":
                count["value"] += sum(len(values) for values in entries.values())
    assert dict(count) == COUNTS


def test_tenant_tables_have_version_dates_and_organisation(migrated: Catalogue) -> None:
    for name, table in migrated.tables.items():
        assert "created_at" in table.columns, name
        if "organisation_id" in table.columns:
            counted = "row_version" if name == "agents" else "version"
            if name != "audit_seals":  # no program changes a row of it
                assert table.columns[counted].default == "1", name
            assert "organisation_id" in {one.columns[0] for one in table.references}, name


def test_tenant_references_carry_the_organisation(migrated: Catalogue) -> None:
    """Referential checks ignore row security: each reference between tenants' rows carries organisation_id."""
    tenants = {name for name, table in migrated.tables.items() if "organisation_id" in table.columns}
    for name in tenants - {"organisations"}:
        references = migrated.tables[name].references
        inside = {one.columns[-1] for one in references if one.table in tenants}
        carried = {one.columns[-1] for one in references if one.columns[0] == "organisation_id"}
        assert inside <= carried, name


def test_migrations_make_the_schema_of_the_models(
    database: Database, empty_database: Database, engine_name: str
) -> None:
    """Autogenerate compares no CHECK and no deferral; this does. Triggers belong to the migrations alone."""
    if engine_name == "sqlite":  # as migrations run; the two tables that point at each other are made in one go
        event.listen(empty_database.engine, "connect", lambda driver, _: driver.execute("PRAGMA foreign_keys = OFF"))
    Base.metadata.create_all(empty_database.engine)
    made, migrated = _read(empty_database), _read(database)
    assert made.tables == migrated.tables
    assert len(migrated.triggers) == (8 if engine_name == "sqlite" else 5)


# ---- the comparison itself: alter any one entry, and it has to show


def _mutants(entry: Mapping[str, Any], engine: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entry altered in one place, each possible place in turn."""

    def altered(*path: Any, value: Any) -> dict[str, Any]:
        mutant: dict[str, Any] = copy.deepcopy(dict(entry))
        place: Any = mutant
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        return mutant

    yield "to", altered("to", value=entry["to"] + "_x")
    for number, column in enumerate(entry.get("same", ())):
        yield f"same {column}", altered("same", number, value=column + "_x")
    for source, target in entry.get("renamed", {}).items():
        yield f"renamed {source}", altered("renamed", source, value=target + "_x")
        yield f"renamed {source} elsewhere", altered("renamed", source, value="scopes." + target.split(".")[1])
    for column, words in entry.get("declared", {}).items():
        for mutant in _redeclared(words, engine):
            yield f"declared {column}: {mutant}", altered("declared", column, value=mutant)
    for kind in ("unique", "index"):
        for number, columns in enumerate(entry.get(kind, ())):
            for mutant in _other_columns(columns, ordered=kind == "index"):
                yield f"{kind} {columns}: {mutant}", altered(kind, number, value=mutant)
    for column, values in entry.get("check", {}).items():
        for number, value in enumerate(values):
            yield f"check {column} {value}", altered("check", column, number, value=value + "_x")
        renamed = {**entry["check"], column + "_x": values}
        del renamed[column]
        yield f"check {column}", {**entry, "check": renamed}
    for number, (column, target, action) in enumerate(entry.get("foreign_key", ())):
        other = "dongles" if not target.startswith("dongles") else "users"
        actions = {"CASCADE", "SET NULL", "NO ACTION", "RESTRICT"} - {action}
        for mutant in (
            [column + "_x", target, action],
            [column, f"{other}.{target.split('.')[1]}", action],
            [column, target + "_x", action],
            *([column, target, one] for one in sorted(actions)),
        ):
            yield f"foreign_key {column}: {mutant}", altered("foreign_key", number, value=mutant)


def _redeclared(words: str, engine: str) -> Iterator[str]:
    kind, _, rest = words.partition(" ")
    # On SQLite a uuid, a time and a text are all TEXT, and numbers have no scale: only what it can state is altered.
    types = ["integer", "varchar(77)"]
    if engine == "postgresql":
        types += ["uuid", "text", "timestamptz", "jsonb", "boolean", "numeric(15,3)"]
    for other in types:
        if other != kind:
            yield f"{other} {rest}".strip()
    yield words.replace(" not null", "") if " not null" in words else words.replace(kind, f"{kind} not null", 1)
    if " default " in words:
        yield words.split(" default ")[0]
        yield words.split(" default ")[0] + " default 'x'"
    else:
        yield words + " default 'x'"


def _other_columns(columns: list[str], *, ordered: bool) -> Iterator[list[str]]:
    for number, column in enumerate(columns):
        yield [*columns[:number], column + "_x", *columns[number + 1 :]]
        if len(columns) > 1:
            yield [*columns[:number], *columns[number + 1 :]]
    if ordered and len(columns) > 1:
        yield columns[::-1]
    yield [*columns, "version"]


def test_contract_with_any_entry_altered_reports_it(migrated: Catalogue, engine_name: str) -> None:
    unseen, tried = [], 0
    for source, name in ENTRIES:
        for place, mutant in _mutants(CONTRACT[source][name], engine_name):
            tried += 1
            if not list(contract.differences({source: {name: mutant}}, migrated)):
                unseen.append(f"{source} {name}: {place}")
    assert unseen == []
    assert tried > 1000
