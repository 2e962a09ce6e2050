"""In which currencies a query that was written by hand adds up amounts: its amounts are followed to their tables
(`amount_lineage`), and the query is asked for their currencies.

Of large tables on a server only some of the rows are read, of those that the query's conditions leave.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.amount_lineage import KnownTable, currency_query
from benchboard.analytics.queries import NO_VARIABLES, Cell, ResultTable, Variables
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import quote_name, quote_table
from benchboard.analytics.query_extent import AnswerCache, dialect_of, is_readable, tables_version
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_models import SourceColumns, models_named
from benchboard.errors import AppError, Cancelled
from benchboard.identity.permissions import Actor, has_permission, require

MOST_CODES: Final = 50
"""Currencies of a table that are told apart."""
MOST_SAMPLED: Final = 20_000
"""Rows of a large table on a server that are read."""

Read = Callable[[str, Variables], tuple[tuple[Cell, ...], ...]]
"""Runs a query, and returns its rows."""
GroupCodes = Mapping[tuple[Cell, ...], frozenset[str]]
"""The currencies of each group."""

_CODES: Final = AnswerCache[tuple[str, ...]]()
_UNIQUE: Final = AnswerCache[bool]()


@dataclass(frozen=True, slots=True)
class FollowedCodes:
    """What a result adds up. `mixed`: the currencies within its rows that have several; `codes`: those of its groups,
    by the places of their columns, which its columns `groups` tell apart. `most`: in so many rows of a large table;
    None: in all."""

    mixed: frozenset[str]
    groups: tuple[int, ...]
    codes: Mapping[int, GroupCodes]
    most: int | None = None


def followed_codes(
    session: Session,
    actor: Actor,
    text: str,
    source: SourceSummary | None,
    table: ResultTable,
    variables: Variables,
    read: Read,
) -> FollowedCodes | None:
    """The currencies of what a query adds up, of which `table` is the result; None if it isn't understood. Raises what
    `read` raises."""
    require(actor, "studio:enter")
    tables = _Tables(session, actor, source, read, text)
    found = currency_query(text, dialect_of(source), tables.find, tables.is_unique)
    if found is None:
        return None
    added = [at for at in sorted(found.added) if at < len(table.columns)]
    measured = {*added, *found.measured}
    groups = tuple(at for at, one in enumerate(table.columns) if at not in measured and one.kind != "decimal")
    codes: dict[int, dict[tuple[Cell, ...], frozenset[str]]] = {at: {} for at in added}
    mixed: set[str] = set()
    if added and any(one.most is not None or len(tables.codes(one)) > 1 for one in found.tables):
        width = len(table.columns)
        for row in read(found.text, variables):
            if len(row) != width + len(added):
                return None
            key = tuple(row[at] for at in groups)
            for at, cell in zip(added, row[width:], strict=True):
                several = _codes(cell)
                mixed |= several if len(several) > 1 else set()
                codes[at][key] = codes[at].get(key, frozenset()) | several
    return FollowedCodes(frozenset(mixed), groups, {at: one for at, one in codes.items() if one}, found.most)


def table_codes(read: Read, version: object, dialect: Dialect, column: str, table: str, source: str = "") -> list[str]:
    """The currencies of all rows of the table that says them, read once for each `version` of it."""
    key = version, source, table, column
    known = _CODES.find(key)
    if known is None:
        name = quote_name(column, dialect)
        query = f"SELECT DISTINCT {name} AS code FROM {_from(table, source, dialect)} LIMIT {MOST_CODES}"  # noqa: S608  # quoted
        known = tuple(sorted({code for row in read(query, NO_VARIABLES) for code in _codes(row[0])}))
        _CODES.keep(key, known)
    return list(known)


def _codes(cell: Cell) -> frozenset[str]:
    parts = cell.split(",") if isinstance(cell, str) else ()
    return frozenset(code for one in parts if (code := one.strip().upper()))


def _from(table: str, source: str, dialect: Dialect) -> str:
    name = quote_table(table, dialect)
    return f"{quote_name(source, dialect)}.{name}" if source else name


class _Tables:
    """The tables and data models of a query's source, and in DuckDB the tables of others."""

    def __init__(self, session: Session, actor: Actor, source: SourceSummary | None, read: Read, text: str) -> None:
        self._session, self._actor, self._source, self._read = session, actor, source, read
        is_reader = has_permission(actor, "sources:read")
        models = models_named(session, actor, source.id if source is not None else "", text) if is_reader else {}
        self._models = {name.casefold(): one.sql for name, one in models.items()}
        self._columns = SourceColumns(session, actor)

    def find(self, source: str, table: str) -> KnownTable | str | None:
        """See `amount_lineage.FindTable`."""
        source_id = self._source.id if self._source is not None else ""
        if source:
            named = (key for key, name in self._columns.names().items() if name.casefold() == source.casefold())
            source_id = next(named, "")
            if not source_id:
                return None
        tables = self._columns.tables(source_id)
        name = next((one for one in tables if one == table), None)
        name = name or next((one for one in tables if one.casefold() == table.casefold()), None)
        kinds = self._columns.kinds(source_id, name) if name is not None else None
        if name is None or kinds is None:
            return self._models.get(table.casefold()) if not source else None
        is_small = bool(source) or is_readable(self._session, self._actor, self._source, name)
        return KnownTable(source, name, tuple(kinds.items()), None if is_small else MOST_SAMPLED)

    def is_unique(self, table: KnownTable, columns: Sequence[str]) -> bool:
        """See `amount_lineage.IsUnique`; of a large table, in some of its rows."""
        key = self._version(table), table.source, table.name, tuple(columns)
        known = _UNIQUE.find(key)
        if known is None:
            dialect = dialect_of(self._source)
            names = ", ".join(quote_name(one, dialect) for one in columns)
            rows = _from(table.name, table.source, dialect)
            if table.most is not None:
                rows = f"(SELECT {names} FROM {rows} LIMIT {table.most}) AS some_rows"  # noqa: S608  # quoted
            query = f"SELECT {names} FROM {rows} GROUP BY {names} HAVING count(*) > 1 LIMIT 1"  # noqa: S608  # quoted
            try:
                known = not self._read(query, NO_VARIABLES)
            except Cancelled:
                raise
            except AppError:
                known = False
            _UNIQUE.keep(key, known)
        return known

    def codes(self, table: KnownTable) -> list[str]:
        """The currencies of all rows of a table."""
        dialect = dialect_of(self._source)
        return table_codes(self._read, self._version(table), dialect, table.currency, table.name, table.source)

    def _version(self, table: KnownTable) -> object:
        return tables_version(self._session, self._actor, self._source, [table.source])
