"""What a database's own catalogue says of its tables, in one shape for both engines. The models are not asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
Columns = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column: its type in the engine's words, whether it may be empty, its default as an expression."""

    type: str
    nullable: bool
    default: str | None


@dataclass(frozen=True)
class Key:
    """A primary key, unique constraint or index, by name."""

    name: str
    columns: Columns
    unique: bool


@dataclass(frozen=True)
class Reference:
    """A foreign key."""

    name: str
    columns: Columns
    table: str
    target: Columns
    action: str
    deferred: bool


@dataclass
class Table:
    """A table. Checks are name → rule."""

    columns: dict[str, Column] = field(default_factory=dict)
    keys: set[Key] = field(default_factory=set)
    references: set[Reference] = field(default_factory=set)
    checks: dict[str, str] = field(default_factory=dict)


@dataclass
class Catalogue:
    """All tables of a database, and its triggers as (table, name)."""

    engine: str
    tables: dict[str, Table]
    triggers: set[tuple[str, str]]


def read(connection: Connection) -> Catalogue:
    """The catalogue of the database behind `connection`, without Alembic's own table."""
    engine = connection.dialect.name
    catalogue = _postgresql(connection) if engine == "postgresql" else _sqlite(connection)
    catalogue.tables.pop("alembic_version", None)
    return catalogue


def _postgresql(connection: Connection) -> Catalogue:
    tables: dict[str, Table] = {}
    for table, name, kind, empty, default in connection.execute(text(_PG_COLUMNS)):
        tables.setdefault(table, Table()).columns[name] = Column(kind, empty, default)
    for table, name, columns, unique in connection.execute(text(_PG_KEYS)):
        tables[table].keys.add(Key(name, tuple(columns), unique))
    for table, name, columns, target, others, action, deferred in connection.execute(text(_PG_REFERENCES)):
        tables[table].references.add(Reference(name, tuple(columns), target, tuple(others), _ACTIONS[action], deferred))
    for table, name, rule in connection.execute(text(_PG_CHECKS)):
        tables[table].checks[name] = rule
    found = connection.execute(text("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"))
    return Catalogue("postgresql", tables, {(table, name) for table, name in found})


_PG_NAMES = """ARRAY(SELECT a.attname::text FROM unnest({keys}) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number ORDER BY k.place)"""
_PG_COLUMNS = """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"""
_PG_KEYS = f"""SELECT t.relname, i.relname, {_PG_NAMES.format(keys="x.indkey", table="x.indrelid")}, x.indisunique
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'public'"""
_PG_REFERENCES = f"""SELECT conrelid::regclass::text, conname, {_PG_NAMES.format(keys="conkey", table="conrelid")},
    confrelid::regclass::text, {_PG_NAMES.format(keys="confkey", table="confrelid")}, confdeltype::text, condeferred
    FROM pg_constraint WHERE contype = 'f'"""
_PG_CHECKS = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'c' AND connamespace = 'public'::regnamespace"""


def _sqlite(connection: Connection) -> Catalogue:
    tables: dict[str, Table] = {}
    named = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    for name, sql in named:
        tables[name] = table = Table()
        for row in connection.execute(text("SELECT * FROM pragma_table_info(:name)"), {"name": name}).mappings():
            table.columns[row["name"]] = Column(row["type"], not row["notnull"], row["dflt_value"])
        indexes = "SELECT name, \"unique\" FROM pragma_index_list(:name) WHERE origin = 'c'"
        for index, unique in connection.execute(text(indexes), {"name": name}).all():
            found = connection.scalars(text("SELECT name FROM pragma_index_info(:name)"), {"name": index})
            table.keys.add(Key(index, tuple(found), bool(unique)))
        _constraints(sql, table)
    found = connection.execute(text("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"))
    return Catalogue("sqlite", tables, {(table, name) for table, name in found})


def _constraints(sql: str, table: Table) -> None:
    """The named constraints of a CREATE TABLE, which SQLite's catalogue keeps as it was written."""
    for name, clause in _clauses(sql):
        if clause.startswith("CHECK"):
            table.checks[name] = clause
        elif found := re.match(r"(PRIMARY KEY|UNIQUE) \((.+)\)$", clause):
            table.keys.add(Key(name, _listed(found[2]), unique=True))
        elif found := re.match(
            r"FOREIGN KEY\((.+?)\) REFERENCES (\w+) \((.+?)\)(?: ON DELETE (SET NULL|CASCADE))?", clause
        ):
            deferred = clause.endswith("DEFERRABLE INITIALLY DEFERRED")
            action = found[4] or "NO ACTION"
            table.references.add(Reference(name, _listed(found[1]), found[2], _listed(found[3]), action, deferred))


def _clauses(sql: str) -> Iterator[tuple[str, str]]:
    depth, start, quoted = 0, sql.index("(") + 1, False
    for place in range(start, len(sql)):
        sign = sql[place]
        quoted ^= sign == "'"
        if not quoted:
            if (sign == "," and depth == 0) or (sign == ")" and depth == 0):
                clause = " ".join(sql[start:place].split())
                if found := re.match(r"CONSTRAINT (\w+) (.+)$", clause):
                    yield found[1], found[2]
                start = place + 1
            depth += (sign == "(") - (sign == ")")
    if depth != -1:
        raise AssertionError(f"not understood: {sql}")


def _listed(text_: str) -> Columns:
    return tuple(part.strip().strip('"') for part in text_.split(","))
