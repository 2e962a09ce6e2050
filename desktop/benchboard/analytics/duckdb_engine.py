"""Runs queries over files: all of DuckDB's SELECT, over views of the files that a source has, and nothing else.

A query is parsed and checked (`duckdb_parser`), the views that it names are made in an instance that no other query
has meanwhile (`duckdb_instances`), which is then locked (`duckdb_session`), and only then does it run. Either guard
would do alone.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from benchboard.analytics import duckdb_session
from benchboard.analytics.cancellation import CancelToken, query_cancelled
from benchboard.analytics.column_presentation import NOTHING, Presentation
from benchboard.analytics.duckdb_binding import BoundText, bind_variables
from benchboard.analytics.duckdb_columns import known_columns, presentations
from benchboard.analytics.duckdb_errors import PlaceOf, query_error
from benchboard.analytics.duckdb_instances import instance_for
from benchboard.analytics.duckdb_parser import NamedRelation, ParsedQuery, parse_query
from benchboard.analytics.duckdb_plan import duckdb_plan
from benchboard.analytics.duckdb_values import (
    Cell,
    CellReader,
    binary_column,
    fetched_sql,
    has_infinite,
    is_binary,
    kind_of,
)
from benchboard.analytics.line_reduction import (
    QUERY,
    LineColumns,
    LineExtent,
    LineSql,
    ReducedRows,
    Reduction,
    buckets_for,
    column_names,
    line_columns,
)
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_errors import model_error, nearest_name, too_much_memory, too_slow
from benchboard.analytics.query_plan import QueryPlan
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.row_order import without_last_order
from benchboard.errors import AppError, Invalid, Unavailable
from benchboard.i18n import _, in_sentence, ngettext

if TYPE_CHECKING:
    import duckdb

MAX_COLUMNS: Final = 1_000
MAX_NAME: Final = 200
"""Characters of a column's name: one without AS is called what it calculates."""
MAX_RESULT: Final = 64 * 1024 * 1024
"""Characters of text in a result."""
_BATCH: Final = 250
_RESERVED: Final = frozenset(("information_schema", "main", "memory", "pg_catalog", "system", "temp"))
"""Names of DuckDB's own schemas and databases, which no source can have in a query."""
Variables = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class FileView:
    """A table of a source as queries see it."""

    sql: str
    """A SELECT over its files, of our own making (`FileScan.relation_sql`)."""
    paths: tuple[Path, ...]
    """The files that it reads."""
    columns: Mapping[str, Presentation] = field(default_factory=dict)
    """Its columns, and how they are shown."""
    reads_tables: bool = False
    """Whether `sql` is no SELECT over files, but a query over the other tables of the catalog, which a data model made:
    it is parsed as any query, and its view made once the instance is locked."""


class Catalog(Protocol):
    """The tables that a query may name."""

    def find(self, source: str, table: str) -> FileView | None:
        """The table of that name, of the query's own source where `source` is empty; None if there is none. Names are
        compared without regard to the case of ASCII letters. May raise an `AppError` for one that can't be read."""

    def names(self) -> Sequence[str]:
        """The names of the tables of the query's own source."""

    def sources_of(self, table: str, /) -> Sequence[str]:
        """The names of the other sources that have a table of that name."""


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of a result."""

    name: str
    kind: ValueKind
    presentation: Presentation = NOTHING


@dataclass(frozen=True, slots=True)
class FileResult:
    """The result of a query over files; `not_numbers` of its cells are empty because they were NaN or infinite."""

    columns: tuple[FileColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    truncated: bool
    not_numbers: int = 0
    reduced: ReducedRows | None = None


def check(text: str, catalog: Catalog, *, variables: Variables, timeout: float) -> tuple[FileColumn, ...]:
    """The columns of a query, which isn't run. Raises what `run` raises."""
    return _Run(text, catalog, variables, timeout, CancelToken()).columns()


def run(
    text: str,
    catalog: Catalog,
    *,
    limit: int,
    timeout: float,
    cancel_token: CancelToken,
    variables: Variables,
    reduction: Reduction | None = None,
) -> FileResult:
    """Run a query over the tables of a catalog and return `limit` rows at most. One with more rows is reduced for the
    lines of a chart if `reduction` says so, and if it has lines.

    Raises `Invalid` for a query that is wrong, with facts `start` and `end` where it is, `Unavailable` for one that
    takes longer than `timeout` seconds (`query.timeout`), too much memory (`query.memory`) or whose file can't be read
    (`source.unreadable`), `Cancelled` if `cancel_token` was cancelled, and what the catalog raises.
    """
    return _Run(text, catalog, variables, timeout, cancel_token).rows(limit, reduction)


def explain(
    text: str, catalog: Catalog, *, timeout: float, cancel_token: CancelToken, variables: Variables
) -> QueryPlan:
    """How DuckDB would run a query, which isn't run. Raises what `run` raises."""
    return _Run(text, catalog, variables, timeout, cancel_token).plan()


class _Run:
    """One query, from its text to its rows."""

    def __init__(
        self, text: str, catalog: Catalog, variables: Variables, timeout: float, cancel_token: CancelToken
    ) -> None:
        self._started = time.monotonic()
        self._timeout, self._cancel_token = timeout, cancel_token
        self._query = parse_query(text)
        self._views = _find_views(self._query, catalog)
        self._bound: BoundText = bind_variables(self._query.source, self._query.several_places, variables)
        self._place_of = PlaceOf(self._bound.edits)
        self._opened = False

    def columns(self) -> tuple[FileColumn, ...]:
        with self._instance() as connection:
            return self._columns(self._describe(connection))

    def rows(self, limit: int, reduction: Reduction | None = None) -> FileResult:
        with self._instance() as connection:
            described = self._describe(connection)
            for name, type_name in described:
                if is_binary(type_name):
                    raise binary_column(name)
            columns = self._columns(described)
            lines = _line_columns(columns) if reduction is not None else None
            if reduction is not None and reduction.window is not None and lines is not None:
                found = self._reduced(connection, described, columns, lines, reduction)
                if found is not None:
                    return found
            places = [f"c{place}" for place in range(len(described))]
            fetched = ", ".join(fetched_sql(one, type_) for one, (_name, type_) in zip(places, described, strict=True))
            start = f"SELECT {fetched} FROM ("  # noqa: S608  # parsed, and locked in
            # A line break after the query: it may end with a comment.
            statement = f"{start}{self._bound.text}\n) AS q({', '.join(places)}) LIMIT {limit + 1}"
            self._place_of = PlaceOf(self._bound.edits, len(start.encode()))
            reader = CellReader([type_name for _name, type_name in described])
            rows = self._fetch(connection, statement, reader)
            if len(rows) > limit and reduction is not None and lines is not None:
                found = self._reduced_in_time(connection, described, columns, lines, reduction)
                if found is not None:
                    return found
        return FileResult(columns, tuple(rows[:limit]), len(rows) > limit, reader.not_numbers)

    def _reduced_in_time(
        self,
        connection: "duckdb.DuckDBPyConnection",
        described: Sequence[tuple[str, str]],
        columns: tuple[FileColumn, ...],
        lines: LineColumns,
        reduction: Reduction,
    ) -> FileResult | None:
        """See `_reduced`; None too where that takes too long or too much memory: the first rows are known."""
        import duckdb

        try:
            return self._reduced(connection, described, columns, lines, reduction)
        except (duckdb.InterruptException, duckdb.OutOfMemoryException):
            if self._cancel_token.cancelled:
                raise
            return None

    def _reduced(
        self,
        connection: "duckdb.DuckDBPyConnection",
        described: Sequence[tuple[str, str]],
        columns: tuple[FileColumn, ...],
        lines: LineColumns,
        reduction: Reduction,
    ) -> FileResult | None:
        """The rows that the lines of a chart need; None where the result can't be reduced."""
        types = [type_name for _name, type_name in described]
        sql = LineSql(lines, "duckdb", not_finite=[at for at, one in enumerate(types) if has_infinite(one)])
        start = f"WITH {QUERY}({column_names(lines.count)}) AS ("
        # In no order: sorting millions of rows would take longer than all else.
        source = f"{start}{without_last_order(self._bound.text)}\n) "
        self._place_of = PlaceOf(self._bound.edits, len(start.encode()))
        found = connection.execute(source + sql.extent(reduction.window), self._bound.values).fetchone()
        if found is None or not found[0]:
            return None
        extent = LineExtent(int(found[0]), float(found[1]), float(found[2]), int(found[3]))
        low, high = reduction.window or (extent.low, extent.high)
        buckets = buckets_for(reduction, lines, extent)
        if buckets is None:
            return None
        names = [f"c{place}" for place in range(lines.count)]
        fetched = ", ".join(fetched_sql(one, type_name) for one, type_name in zip(names, types, strict=True))
        statement = f"{source}SELECT {fetched} FROM ({sql.rows(low, high, buckets, reduction.window)}) AS lines"  # noqa: S608  # parsed, and locked in
        reader = CellReader(types)
        rows = self._fetch(connection, statement, reader)
        return FileResult(columns, tuple(rows), truncated=False, reduced=ReducedRows(extent.rows, buckets, low, high))

    def plan(self) -> QueryPlan:
        with self._instance() as connection:
            self._describe(connection)  # its errors know where they are in the query
            start = "EXPLAIN (FORMAT json) "
            self._place_of = PlaceOf(self._bound.edits, len(start))
            found = connection.execute(f"{start}{self._bound.text}", self._bound.values).fetchone()
        files = [relation.table for relation, view in self._views.items() if not view.reads_tables]
        plan = duckdb_plan(found[1] if found is not None else None, files)
        raw = plan.raw
        for path in (
            path for view in self._views.values() for path in view.paths
        ):  # where files lie is nobody's business
            raw = raw.replace(json.dumps(str(path), ensure_ascii=False)[1:-1], path.name)
        return replace(plan, raw=raw)

    @contextmanager
    def _instance(self) -> Iterator["duckdb.DuckDBPyConnection"]:
        """The instance in which the query runs, within its limits; the engine's errors become ours."""
        key = tuple((relation, view.sql, view.paths, view.reads_tables) for relation, view in self._views.items())
        paths = [path for view in self._views.values() for path in view.paths]
        deadline = self._started + self._timeout
        try:
            with instance_for(key, paths, self._open_views, deadline, self._cancel_token) as connection:
                self._opened = True
                yield connection
        except AppError:
            raise
        except Exception as error:
            if (failure := self._failure(error)) is None:
                raise
            raise failure from error

    def _open_views(self, connection: "duckdb.DuckDBPyConnection") -> None:
        """Make the views over files that the query names, lock the instance, then make those over other tables."""
        for relation, view in self._views.items():
            if not view.reads_tables:
                _make_view(connection, relation, view)
        duckdb_session.lock(connection, [path for view in self._views.values() for path in view.paths])
        self._opened = True
        for relation, view in self._views.items():
            if view.reads_tables:
                self._make_model(connection, relation, view)

    def _make_model(self, connection: "duckdb.DuckDBPyConnection", relation: NamedRelation, view: FileView) -> None:
        import duckdb

        try:
            _make_view(connection, relation, view)
        except (duckdb.IOException, duckdb.InterruptException):
            raise
        except duckdb.Error as error:
            known = [name for one in self._views.values() if not one.reads_tables for name in one.columns]
            raise model_error(
                relation.table, query_error(parse_query(view.sql).source, error, PlaceOf(()), known)
            ) from error

    def _describe(self, connection: "duckdb.DuckDBPyConnection") -> list[tuple[str, str]]:
        """The names and types of the query's columns."""
        start = "DESCRIBE "
        self._place_of = PlaceOf(self._bound.edits, len(start))
        described = connection.execute(f"{start}{self._bound.text}", self._bound.values).fetchall()
        if len(described) > MAX_COLUMNS:
            what = _("A query can return up to {limit} columns.").format(limit=MAX_COLUMNS)
            raise Invalid("query.columns", what, field="query")
        return [(str(row[0])[:MAX_NAME], str(row[1])) for row in described]

    def _columns(self, described: Sequence[tuple[str, str]]) -> tuple[FileColumn, ...]:
        tables = {relation: view.columns for relation, view in self._views.items()}
        shown = presentations(self._query, [name for name, _type in described], tables)
        return tuple(
            FileColumn(name, kind_of(type_name), one) for (name, type_name), one in zip(described, shown, strict=True)
        )

    def _fetch(
        self, connection: "duckdb.DuckDBPyConnection", statement: str, reader: CellReader
    ) -> list[tuple[Cell, ...]]:
        result = connection.execute(statement, self._bound.values)
        rows: list[tuple[Cell, ...]] = []
        size = 0
        while batch := result.fetchmany(_BATCH):
            for values in batch:
                row = reader.row(values)
                size += sum(len(cell) for cell in row if isinstance(cell, str))
                rows.append(row)
            if size > MAX_RESULT:
                raise MemoryError
        return rows

    def _failure(self, error: Exception) -> AppError | None:
        """What an error means; None for one that is a bug."""
        import duckdb

        if isinstance(error, duckdb.InterruptException):
            return query_cancelled() if self._cancel_token.cancelled else too_slow(self._timeout, self._started)
        if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
            return too_much_memory()
        if not isinstance(error, duckdb.Error):
            return None
        if not self._opened or isinstance(error, duckdb.IOException) or _CSV_FAILURE in str(error):
            return _unreadable(list(self._views.values()), str(error))
        columns = known_columns(self._query, {relation: view.columns for relation, view in self._views.items()})
        return query_error(self._query.source, error, self._place_of, columns)


def _line_columns(columns: Sequence[FileColumn]) -> LineColumns | None:
    return line_columns([one.kind for one in columns], [one.presentation.format == "identifier" for one in columns])


_NAMED_SOURCES: Final = 3
_CSV_FAILURE: Final = "The CSV Parser state machine"
"""What DuckDB says where the lines of a CSV file end in different ways."""


def _find_views(query: ParsedQuery, catalog: Catalog) -> dict[NamedRelation, FileView]:
    """The views that a query names. Raises `Invalid` at the first table that the catalog doesn't have."""
    found = {}
    for relation in query.relations:
        reserved = relation.source.lower() in _RESERVED
        view = None if reserved else catalog.find(relation.source, relation.table)
        if view is None:
            name = f"{relation.source}.{relation.table}" if relation.source else relation.table
            what = _("There's no table “{name}”.").format(name=name[:80])
            if not relation.source and (sources := catalog.sources_of(relation.table)):
                raise _in_another_source(query, relation, sources)
            meant = nearest_name(relation.table, catalog.names()) if not relation.source else ""
            do = _("Did you mean “{name}”?").format(name=meant) if meant else _advice(catalog.names())
            raise query.source.error("no-table", what, do, relation.place, meant=meant)
        found[relation] = view
    for relation, view in list(found.items()):
        if view.reads_tables:
            found |= _views_of_model(relation, view, catalog)
    return found


def _in_another_source(query: ParsedQuery, relation: NamedRelation, sources: Sequence[str]) -> Invalid:
    """The error of a table that is named without its data source; its fact `source` says which that is, if one alone
    has such a table."""
    names = in_sentence(f"“{one}”" for one in sources[:_NAMED_SOURCES])
    what = ngettext(
        "“{table}” is a table of another data source: {sources}.",
        "“{table}” is a table of other data sources: {sources}.",
        len(sources),
    ).format(table=relation.table[:80], sources=names)
    written = f"{quote_name(sources[0], 'duckdb')}.{quote_name(relation.table, 'duckdb')}"
    do = _("Name the data source too, for example {name}.").format(name=written)
    is_plain = len(sources) == 1
    error = query.source.error("no-table", what, do, relation.place, meant=relation.table if is_plain else "")
    if is_plain:
        error.facts["source"] = sources[0]
    return error


def _views_of_model(relation: NamedRelation, view: FileView, catalog: Catalog) -> dict[NamedRelation, FileView]:
    """The views that a data model reads. Raises `Invalid` (`query.model`) if its query isn't allowed."""
    try:
        query = parse_query(view.sql)
        found = {one: catalog.find(one.source, one.table) for one in query.relations}
    except Invalid as error:
        raise model_error(relation.table, error) from error
    tables = {one: table for one, table in found.items() if table is not None and not table.reads_tables}
    if (missing := next((one for one in found if one not in tables), None)) is not None:
        what = _("There's no table “{name}”.").format(name=missing.table[:80])
        raise model_error(relation.table, Invalid("query.no-table", what))
    return tables


def _make_view(connection: "duckdb.DuckDBPyConnection", relation: NamedRelation, view: FileView) -> None:
    schema = _identifier(relation.source) if relation.source else "main"
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    connection.execute(f"CREATE OR REPLACE VIEW {schema}.{_identifier(relation.table)} AS {view.sql}")


def _advice(names: Sequence[str]) -> str:
    return _("Available tables: {names}.").format(names=", ".join(names[:20])) if names else ""


def _unreadable(views: Sequence[FileView], message: str) -> Unavailable:
    """The error of files that can't be read, by the first that is missing, or else the one that DuckDB's message
    names."""
    paths = [path for view in views for path in view.paths]
    missing = next((path for path in paths if not path.exists()), None)
    if missing is not None:
        what = _("“{name}” isn't where it was.").format(name=missing.name)
        return Unavailable("source.moved", what, do=_("Put it back, or find it in the Data view."), path=str(missing))
    what = _("The data source's file can't be read.")
    named = next((path for path in sorted(paths, key=lambda one: -len(str(one))) if str(path) in message), None)
    name = named.name if named is not None else paths[0].name if len(paths) == 1 else ""
    return Unavailable("source.unreadable", what, why=name, do=_("Refresh the data source to see what has changed."))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
