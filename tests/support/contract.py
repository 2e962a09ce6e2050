"""Compares `schema.yaml` with a database's catalogue: every entry that is not met."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from support.catalogue import Catalogue, Columns, Key, Table

ORG = "organisation_id"

# Natural keys, which alone would let one tenant block or probe another (schema.yaml, header).
_NATURAL = {("merchant_dashboards", "domain"), ("merchant_team", "merchant_domain"), ("orders", "id")}
_NATURAL |= {("app_identifiers", "key"), ("dongles", "device_id")}

_POSTGRESQL = {
    "timestamptz": "timestamp(6) with time zone",
    "varchar": "character varying",
}
# What SQLite can state of a type. A uuid and a time are text there, an amount a scaled integer.
_SQLITE = {"uuid": "TEXT", "timestamptz": "TEXT", "jsonb": "JSON", "numeric": "BIGINT"}


def differences(contract: Mapping[str, Mapping[str, Any]], catalogue: Catalogue) -> Iterator[str]:
    """What the contract asks for and the database lacks."""
    for source, tables in contract.items():
        for name, entry in tables.items():
            table = catalogue.tables.get(entry["to"])
            if table is None:
                yield f"{source} {name}: no table {entry['to']}"
                continue
            for said in _unmet(entry, table, catalogue):
                yield f"{source} {name}: {entry['to']}: {said}"


def _unmet(entry: Mapping[str, Any], table: Table, catalogue: Catalogue) -> Iterator[str]:
    for column in entry.get("same", ()):
        if column not in table.columns:
            yield f"no column {column}"
    for source, place in entry.get("renamed", {}).items():
        target, column = place.split(".")
        if target not in catalogue.tables or column not in catalogue.tables[target].columns:
            yield f"{source}: no {place}"
    for column, words in entry.get("declared", {}).items():
        yield from _undeclared(column, words, table, catalogue.engine)
    for columns in entry.get("unique", ()):
        if not any(key.unique and _same_unique(key, columns, entry["to"]) for key in table.keys):
            yield f"{columns} is not unique"
    for columns in entry.get("index", ()):
        if not any(_same_index(key, columns) for key in table.keys):
            yield f"no index on {columns}"
    for column, values in entry.get("check", {}).items():
        allowed = _allowed(column, table)
        if missing := [value for value in values if value not in allowed]:
            yield f"{column} may not be {missing}"
    for column, target, action in entry.get("foreign_key", ()):
        if said := _unreferred(column, target, action, table):
            yield said


def _undeclared(column: str, words: str, table: Table, engine: str) -> Iterator[str]:
    if column not in table.columns:
        yield f"no column {column}"
        return
    found = table.columns[column]
    parts = re.fullmatch(r"(\w+(?:\([\d,]+\))?)( not null)?(?: default (.+))?", words)
    assert parts is not None, words
    if (wanted := _type(parts[1], engine)) != found.type:
        yield f"{column} is {found.type}, not {wanted}"
    if (parts[2] is None) != found.nullable:
        yield f"{column} {'may' if found.nullable else 'may not'} be empty"
    if (default := _default(parts[3], engine)) != (actual := _plain(found.default)):
        yield f"{column} defaults to {actual}, not {default}"


def _type(word: str, engine: str) -> str:
    name, _, size = word.partition("(")
    if engine == "postgresql":
        return _POSTGRESQL.get(name, name) + (f"({size}" if size else "")
    return _SQLITE[name] if name in _SQLITE else word.upper()


def _default(word: str | None, engine: str) -> str | None:
    if engine == "postgresql" or word is None:
        return None if word is None else word.lower() if word.endswith("()") else word
    if word == "NOW()":
        return "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"
    if word == "gen_random_uuid()":
        return (
            "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)"
            " || '-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2)"
            " || '-' || hex(randomblob(6)))"
        )
    return word


def _plain(default: str | None) -> str | None:
    """A default without the type PostgreSQL adds to a literal."""
    return None if default is None else re.sub(r"^('.*')::[\w ]+$", r"\1", default)


def _same_unique(key: Key, columns: Sequence[str], table: str) -> bool:
    """With or without organisation_id beside them; where the source says it, the name says it too."""
    asked, held = set(columns), set(key.columns)
    natural = any((table, column) in _NATURAL for column in columns)
    said = ORG in key.name
    return held - {ORG} == asked - {ORG} and said == (ORG in asked) and (ORG in held or not (natural or ORG in asked))


def _same_index(key: Key, columns: Sequence[str]) -> bool:
    if list(columns) == [ORG]:
        return key.columns == (ORG,)
    return _bare(key.columns) == tuple(columns)


def _bare(columns: Columns) -> Columns:
    return tuple(column for column in columns if column != ORG)


def _allowed(column: str, table: Table) -> set[str]:
    """The values that the CHECK of `column` lists (PostgreSQL writes IN as = ANY (ARRAY[…]))."""
    for rule in table.checks.values():
        if re.match(rf"CHECK \(+{column}\b\)? (IN|= ANY)", rule):
            return set(re.findall(r"'([^']*)'", rule))
    return set()


def _unreferred(column: str, target: str, action: str, table: Table) -> str | None:
    """Composite and cascading; or a plain key that empties, with the deferred composite one beside it."""
    other, key = target.split(".")
    within = [one for one in table.references if one.table == other and _bare(one.columns) == (column,)]
    plain = any(one.columns == (column,) and one.target == (key,) and one.action == action for one in within)
    composite = [one for one in within if one.columns == (ORG, column) and one.target == (ORG, key)]
    if column == ORG:
        one = next((one for one in table.references if one.columns == (ORG,) and one.table == other), None)
        met = one is not None and one.target == (key,) and one.action == action
    elif action == "SET NULL":
        # An organisation is its own tenant: its id stands where organisation_id does elsewhere.
        own = [one for one in table.references if one.columns == ("id", column) and one.target == (ORG, key)]
        met = plain and any(one.deferred and one.action == "NO ACTION" for one in composite + own)
    else:
        met = any(one.action == action and not one.deferred for one in composite)
    return None if met else f"no foreign key {column} → {target} {action}"
