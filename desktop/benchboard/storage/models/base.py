"""What every table shares: how names, ids, moments, amounts and documents are written on either database.

The rules are those of the header of `tests/data/schema.yaml`. Two things to know before using a model:

* Models carry no relationships. Rows that point at each other go in parents first, with a `session.flush()`
  between; a wrong order is refused by the foreign keys at once.
* `updated_at` and `version` are kept by the program: an ORM flush and an `update()` statement both write
  them. A flush that finds the row changed meanwhile raises SQLAlchemy's `StaleDataError`. Raw SQL gets the
  defaults of an INSERT.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    TIMESTAMP,
    BigInteger,
    Boolean,
    CheckConstraint,
    Constraint,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import TIMESTAMP as PG_TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import conv
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from benchboard.paging import Unreadable
from benchboard.storage import clock

JsonObject = dict[str, Any]
JsonList = list[Any]


def now() -> datetime:
    """The time at which rows are written (`clock.now`)."""
    return clock.now()


def new_id() -> str:
    """A random (version 4) id in canonical form."""
    return str(uuid4())


def is_id(text: str) -> bool:
    """Whether a text is a UUID in any spelling, so that a column of type `Id` can be compared with it."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class Id(TypeDecorator[str]):
    """A UUID: `str` in canonical lower-case form here, `uuid` on PostgreSQL, text on SQLite.

    Other spellings of a UUID are made canonical; what is no UUID at all is a ValueError (wrapped by
    SQLAlchemy), so text from outside has to be parsed before it gets here.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(PG_UUID(as_uuid=False))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's shape
        return None if value is None else str(UUID(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's shape
        return None if value is None else str(value)


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC: `timestamptz(6)` on PostgreSQL, `YYYY-MM-DDTHH:MM:SS.ffffffZ` on SQLite,
    which sorts. What is none, on SQLite, whose columns hold anything, is `Unreadable`.
    """

    impl = TIMESTAMP
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            # Not through type_descriptor, which drops the precision.
            return PG_TIMESTAMP(timezone=True, precision=6)
        return dialect.type_descriptor(Text())

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        if isinstance(value, Unreadable) and dialect.name != "postgresql":
            return value.raw
        if dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's
        if value is None:
            return None
        return read_moment(value)


def read_moment(value: Any) -> datetime:
    """What a database holds as a moment; `Unreadable` where it is none."""
    try:
        return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return Unreadable.of(value)


class Exact(TypeDecorator[Decimal]):
    """A decimal of fixed scale: `numeric(precision, scale)` on PostgreSQL, a scaled integer on SQLite.

    More decimals than the scale are refused (ValueError), not rounded: an amount reads back as it was
    written.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__(precision, scale)
        self.precision = precision
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Numeric(self.precision, self.scale))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.scale)
        if scaled != scaled.to_integral_value() or abs(scaled) >= min(10**self.precision, 2**63):
            raise ValueError(f"not a decimal({self.precision}, {self.scale})")
        return Decimal(value) if dialect.name == "postgresql" else int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return value if dialect.name == "postgresql" else Decimal(value).scaleb(-self.scale)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON document: `jsonb` on PostgreSQL, text on SQLite. Assign a new value to change it; in-place edits go
unseen.
"""


class RandomId(FunctionElement[str]):
    """The default of an id, as an expression of the database: `gen_random_uuid()`, or the same in SQLite's
    functions.
    """

    inherit_cache = True
    type = Id()


class Now(FunctionElement[datetime]):
    """The present, as an expression of the database, in the form `Moment` keeps (on SQLite to the
    millisecond).
    """

    inherit_cache = True
    type = Moment()


@compiles(RandomId, "postgresql")
def _random_id_postgresql(_element: RandomId, _compiler: SQLCompiler, **_options: object) -> str:
    return "gen_random_uuid()"


@compiles(RandomId, "sqlite")
def _random_id_sqlite(_element: RandomId, _compiler: SQLCompiler, **_options: object) -> str:
    return (
        "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)"
        " || '-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2)"
        " || '-' || hex(randomblob(6)))"
    )


@compiles(Now, "postgresql")
def _now_postgresql(_element: Now, _compiler: SQLCompiler, **_options: object) -> str:
    return "now()"


@compiles(Now, "sqlite")
def _now_sqlite(_element: Now, _compiler: SQLCompiler, **_options: object) -> str:
    return "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')"


def _columns(constraint: Constraint, _table: Table) -> str:
    """The columns in a constraint's name: organisation_id is added to columns, not to names."""
    keys = getattr(constraint, "column_keys", None) or getattr(constraint, "columns").keys()  # noqa: B009  # an Index too
    names = [str(key) for key in keys]
    return "_".join([name for name in names if name != "organisation_id"] or names)


class Base(DeclarativeBase):
    """All tables. Constraint names are those PostgreSQL would give."""

    metadata = MetaData(
        naming_convention={
            "columns": _columns,
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(columns)s_key",
            "fk": "%(table_name)s_%(columns)s_fkey",
            "ix": "%(table_name)s_%(columns)s_idx",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map = {  # noqa: RUF012  # the declarative base reads it as it stands
        str: Text(),
        datetime: Moment(),
        JsonObject: Json,
        JsonList: Json,
        bool: Boolean(),
        int: Integer(),
        bytes: LargeBinary(),
    }


class Identified:
    """A row with an id of its own."""

    id: Mapped[str] = mapped_column(Id(), primary_key=True, default=new_id, server_default=RandomId(), sort_order=-100)


class Dated:
    """A row with the time of its creation."""

    created_at: Mapped[datetime] = mapped_column(default=now, server_default=Now(), sort_order=100)


class Changing(Dated):
    """A row with the time of its last change."""

    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, server_default=Now(), sort_order=101)


class Versioned:
    """A row with a version counter, so that concurrent edits can't overwrite each other unnoticed."""

    version: Mapped[int] = mapped_column(
        BigInteger(), default=1, onupdate=text("version + 1"), server_default=text("1"), sort_order=90
    )

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Tenant(Versioned):
    """A row that belongs to one organisation."""

    organisation_id: Mapped[str] = mapped_column(Id(), ForeignKey("organisations.id"), sort_order=-90)


def keyed(table: str) -> UniqueConstraint:
    """The unique constraint on organisation and id of `table`: composite foreign keys point at it."""
    return UniqueConstraint("organisation_id", "id", name=conv(f"{table}_organisation_id_id_key"))


def belongs(column: str, table: str, key: str = "id") -> ForeignKeyConstraint:
    """A foreign key within the organisation that cascades: the row is deleted with the one it belongs to."""
    return ForeignKeyConstraint(
        ["organisation_id", column], [f"{table}.organisation_id", f"{table}.{key}"], ondelete="CASCADE"
    )


def mentions(table: str, column: str, target: str) -> tuple[SchemaItem, ...]:
    """The pair of foreign keys of `table.column` that empties it when the row of `target` goes.

    The plain key acts; the composite one, checked at commit, keeps the row within its organisation.
    """
    return (
        ForeignKeyConstraint([column], [f"{target}.id"], ondelete="SET NULL"),
        ForeignKeyConstraint(
            ["organisation_id", column],
            [f"{target}.organisation_id", f"{target}.id"],
            name=conv(f"{table}_{column}_tenant_fkey"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )


def one_of(column: str, *values: str) -> CheckConstraint:
    """`column` holds one of `values` (text with a CHECK, never a native enumeration)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def secret_column(*arguments: Any, **options: Any) -> Any:
    """A column that holds a hash or a ciphertext: a statement names it only where it asks for it, with `undefer`.

    Reading it from a row that was loaded without it raises. On a guarded server, grants hide it from every member.
    """
    return mapped_column(*arguments, deferred=True, deferred_raiseload=True, info={"secret": True}, **options)


def hashed(column: str = "token_hash") -> CheckConstraint:
    """`column` holds a SHA-256 in lower-case hex, so never a token itself."""
    return CheckConstraint(f"length({column}) = 64 AND {column} = lower({column})", name=column)


def length(column: str, count: int) -> CheckConstraint:
    """`column` holds exactly `count` bytes or characters."""
    return CheckConstraint(f"length({column}) = {count}", name=column)


def all_or_none(name: str, *columns: str) -> CheckConstraint:
    """The `columns` are set together or not at all."""
    empty = " AND ".join(f"{column} IS NULL" for column in columns)
    full = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    return CheckConstraint(f"({empty}) OR ({full})", name=name)


_UUID = "'" + "-".join("[0-9a-f]" * count for count in (8, 4, 4, 4, 12)) + "'"


def state_formats(metadata: MetaData) -> None:
    """Give the tables on SQLite, whose columns hold anything, the CHECKs that PostgreSQL's types are by
    themselves.
    """
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, Id) and column.primary_key and not column.foreign_keys:
                rule = f"{column.name} GLOB {_UUID}"
            elif isinstance(column.type, JSON):
                rule = f"json_valid({column.name})"
            elif isinstance(column.type, Exact):
                rule = f"typeof({column.name}) IN ('integer', 'null')"
            elif isinstance(column.type, Boolean):
                rule = f"{column.name} IN (0, 1)"
            else:
                continue
            table.append_constraint(CheckConstraint(rule, name=column.name).ddl_if(dialect="sqlite"))
