"""Runs people's queries: read-only, with limits of time, memory and rows, cancellable, and only over rows that the
person may see.

The language is PostgreSQL's SELECT, the same text on both engines. What a query names is a relation (`relations`); the
query reads it through a view in front of it, which keeps to the rows that its actor may see.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy.orm import Session

from benchboard.analytics import duckdb_engine, query_engines
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_presentation import (
    NOTHING,
    Format,
    Presentation,
    currency_column,
    humanised,
    of_number,
)
from benchboard.analytics.duckdb_engine import FileColumn
from benchboard.analytics.line_reduction import (
    QUERY,
    LineExtent,
    LineSql,
    ReducedRows,
    Reduction,
    buckets_for,
    column_names,
    line_columns,
)
from benchboard.analytics.period_step import Step
from benchboard.analytics.query_plan import QueryPlan
from benchboard.analytics.query_translator import NO_MODELS, QueryModel, TranslatedQuery, translate_query
from benchboard.analytics.query_types import NUMBERS, ValueKind, ValueType
from benchboard.analytics.relations import RELATIONS
from benchboard.analytics.sources.servers import open_server
from benchboard.analytics.sources.source_models import models_named, open_catalog
from benchboard.errors import Unavailable
from benchboard.i18n import _, is_currency, load_currencies
from benchboard.identity import permissions
from benchboard.identity.permissions import Actor
from benchboard.paging import Unreadable
from benchboard.storage.models.base import read_moment

MAX_ROWS: Final = 10_000
DEFAULT_ROWS: Final = 1_000
TIMEOUT: Final = 10.0
"""Seconds a query may take."""
_PRECISE: Final = Context(prec=60)
_ALL_ROWS: Final = 2**62
"""The limit of a query of which all rows are reduced."""

Cell = str | int | Decimal | bool | datetime | date | None


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result. Its name is what other programs and saved settings call it; people read its title."""

    name: str
    kind: ValueKind
    presentation: Presentation = NOTHING

    @property
    def title(self) -> str:
        """The column as people read it. Never empty."""
        return self.presentation.text or humanised(self.name)

    @property
    def heading(self) -> str:
        """The title above its cells in a table: short where the column stands behind the measure that it compares."""
        short = {"before": _("Before"), "change": _("Change"), "change_percent": _("Change %")}
        return short.get(self.presentation.comparison) or self.title

    @property
    def format(self) -> Format:
        """How its values are written."""
        return self.presentation.format


@dataclass(frozen=True, slots=True)
class RowCurrencies:
    """The currencies of the amounts behind the rows of a result, whether or not a column says them. `groups`: the names
    of the columns that it is grouped by; `codes`: for each column of amounts in several currencies, by its name, those
    of each group."""

    groups: tuple[str, ...]
    codes: Mapping[str, Mapping[tuple[Cell, ...], frozenset[str]]]


@dataclass(frozen=True, slots=True)
class ResultTable:
    """The result of a query. `truncated`: there were more rows than requested. `read_at`: when the query began (UTC).
    `empty_relation`: without rows, the name of the relation that explains it, because the organisation has no rows of
    it at all; empty where there is none.

    Cells are text, int, Decimal, bool, datetime (UTC), date or None, by the column's kind.
    """

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    truncated: bool
    read_at: datetime = field(default_factory=partial(datetime.now, UTC), compare=False)
    empty_relation: str = ""
    not_numbers: int = 0
    """How many cells are empty because their value is NaN or infinite."""
    known_until: datetime | None = field(default=None, compare=False)
    """Where the data of the queried table, or the time range, end; None where that isn't known."""
    reduced: ReducedRows | None = None
    """What its rows stand for, where they are those alone that the lines of a chart need; None if they are all."""
    step: Step | None = field(default=None, compare=False)
    """The periods by which its query groups; None where they aren't known."""
    history: "ResultTable | None" = None
    """Of a single number, the same for each period of its time, where that was asked for and is known."""
    row_currencies: RowCurrencies | None = field(default=None, compare=False)
    """The currencies of its amounts, where they are several that were read from the rows behind it."""

    def currency_column(self, column: int) -> int | None:
        """The index of the column with the currency of each amount in `column`; None where there is none."""
        amount = self.columns[column].presentation
        return currency_column([one.presentation for one in self.columns], amount) if amount.currency_origin else None

    def currency(self, row: Sequence[Cell], column: int) -> str:
        """The code of the currency of a cell; empty where it is no money or its currency isn't known."""
        return self._currency(row, column, self.currency_column(column))

    def _currency(self, row: Sequence[Cell], column: int, currency_column: int | None) -> str:
        shown = self.columns[column].presentation
        code = shown.currency or (row[currency_column] if currency_column is not None else None)
        return code if isinstance(code, str) and is_currency(code) else ""

    def currencies(self, column: int) -> frozenset[str]:
        """The currencies of all amounts in a column; with an empty one among them, some have none that is known."""
        place, fixed = self.currency_column(column), self.columns[column].presentation.currency
        amounts = (row for row in self.rows if row[column] is not None)
        if fixed or place is None:
            return frozenset([fixed]) if any(True for _row in amounts) else frozenset()
        return frozenset(code if is_currency(code) else "" for code in {row[place] for row in amounts})  # type: ignore[misc]  # a code is text

    def added_currencies(self, column: int, rows: Iterable[Sequence[Cell]] | None = None) -> frozenset[str]:
        """The currencies that a sum of a column's amounts in these rows (None: all) adds up, as far as they are
        known: those that a column of the result says, and those of the rows behind it."""
        found, name = self.row_currencies, self.columns[column].name
        if found is None or name not in found.codes:
            shown = self if rows is None else replace(self, rows=tuple(tuple(row) for row in rows))
            return shown.currencies(column)
        by_group, names = found.codes[name], [one.name for one in self.columns]
        places = [names.index(one) for one in found.groups if one in names]
        everything = frozenset[str]().union(*by_group.values())
        amounts = (row for row in (self.rows if rows is None else rows) if row[column] is not None)
        # Of a group that the rows behind don't have, nothing is known: it may be in any currency.
        return frozenset[str]().union(
            *(by_group.get(tuple(row[place] for place in places), everything) for row in amounts)
        )

    def shown_columns(self) -> list[int]:
        """The indexes of the columns that a table shows: all but those after the first that only have the currencies of
        amounts, which stand beside the amounts themselves. One whose title somebody wrote in quotes is shown."""
        joined = set()
        for amount in range(len(self.columns)):
            place = self.currency_column(amount)
            if place and "" not in self.currencies(amount):
                joined.add(place)
        return [k for k, one in enumerate(self.columns) if k not in joined or one.presentation.written == one.name]


Variables = Mapping[str, Sequence[str]]
"""The values of the variables that a query names as `:name`. They are bound as parameters."""
NO_VARIABLES: Final[Variables] = MappingProxyType({})


def check_query(
    text: str, variables: Variables = NO_VARIABLES, models: Mapping[str, QueryModel] = NO_MODELS
) -> tuple[ResultColumn, ...]:
    """Check a query without running it, and return its columns. Raises `Invalid` with facts `start` and `end`."""
    query = translate_query(text, RELATIONS, for_sqlite=True, limit=MAX_ROWS, variables=variables, models=models)
    return _columns(query.columns)


def check_source_query(
    session: Session, actor: Actor, text: str, source_id: str | None, variables: Variables = NO_VARIABLES
) -> tuple[ResultColumn, ...]:
    """Check a query over a data source, or Benchboard's own relations, without running it, and return its columns.
    Raises what `run_query` raises."""
    if not source_id:
        permissions.require(actor, "studio:enter")
        return check_query(text, variables, _own_models(session, actor, text))
    if (server := open_server(session, actor, source_id)) is not None:
        token = CancelToken()
        models = models_named(session, actor, source_id, text)
        columns = server.run(
            text, limit=0, timeout=TIMEOUT, cancel_token=token, variables=variables, models=models
        ).columns
    else:
        catalog = open_catalog(session, actor, source_id, text)
        columns = duckdb_engine.check(text, catalog, variables=variables, timeout=TIMEOUT)
    return tuple(map(_file_column, columns))


def run_query(
    session: Session,
    actor: Actor,
    text: str,
    *,
    limit: int = DEFAULT_ROWS,
    timeout: float = TIMEOUT,
    cancel_token: CancelToken | None = None,
    variables: Variables = NO_VARIABLES,
    source_id: str | None = None,
    reduction: Reduction | None = None,
) -> ResultTable:
    """Run a query for `actor` and return `limit` rows at most (1 to 10,000). `:name` stands for the values of a
    variable: IN (:name) for all of them, elsewhere for one. Without `source_id`, it is over Benchboard's own relations,
    else over the tables of that data source, in DuckDB's language, or in that of the server it is on. With `reduction`,
    a result with lines that has more rows, or that has a window, is reduced where the rows are (`line_reduction`).

    Raises `Invalid` for a query that is wrong or that the engine refuses, `Denied` for one that names a relation the
    actor may not read, `Unavailable` for one that takes longer than `timeout` seconds (`query.timeout`) or too much
    memory (`query.memory`), `Cancelled` if `cancel_token` was cancelled. The session can be used as before.
    """
    limit, token = max(1, min(limit, MAX_ROWS)), cancel_token or CancelToken()
    if source_id is not None:
        return _run_on_source(session, actor, text, source_id, limit, timeout, token, variables, reduction)
    return _run_on_own(session, actor, text, limit, timeout, token, variables, reduction)


def _run_on_source(
    session: Session,
    actor: Actor,
    text: str,
    source_id: str,
    limit: int,
    timeout: float,
    cancel_token: CancelToken,
    variables: Variables,
    reduction: Reduction | None,
) -> ResultTable:
    """A query over a data source: in DuckDB, or on its server."""
    read_at = datetime.now(UTC)
    server = open_server(session, actor, source_id)
    run = (
        partial(duckdb_engine.run, text, open_catalog(session, actor, source_id, text))
        if server is None
        else partial(server.run, text, models=models_named(session, actor, source_id, text))
    )
    found = run(limit=limit, timeout=timeout, cancel_token=cancel_token, variables=variables, reduction=reduction)
    columns = tuple(map(_file_column, found.columns))
    return ResultTable(
        columns, found.rows, found.truncated, read_at, not_numbers=found.not_numbers, reduced=found.reduced
    )


def _run_on_own(
    session: Session,
    actor: Actor,
    text: str,
    limit: int,
    timeout: float,
    cancel_token: CancelToken,
    variables: Variables,
    reduction: Reduction | None,
) -> ResultTable:
    """A query over Benchboard's own relations."""
    started, read_at = time.monotonic(), datetime.now(UTC)
    for_sqlite = session.get_bind().dialect.name == "sqlite"
    # One more row than the limit, to find out whether there are more.
    query = translate_query(
        text, RELATIONS, for_sqlite=for_sqlite, limit=limit + 1, variables=variables,
        models=_own_models(session, actor, text),
    )  # fmt: skip
    for name in query.relations:
        permissions.require(actor, RELATIONS[name].permission)
    fetch = partial(
        query_engines.fetch,
        session,
        actor,
        timeout=timeout,
        started=started,
        cancel_token=cancel_token,
    )
    rows = fetch(query)
    if reduction is not None and (len(rows) > limit or reduction.window is not None):
        whole = translate_query(
            text, RELATIONS, for_sqlite=for_sqlite, limit=_ALL_ROWS, variables=variables,
            models=_own_models(session, actor, text),
        )  # fmt: skip
        lines = _reduced(whole, reduction, fetch, for_sqlite=for_sqlite, read_at=read_at)
        if lines is not None:
            return lines
    empty_relation = "" if rows else _empty_relation(actor, query.relations, for_sqlite=for_sqlite, fetch=fetch)
    cells = tuple(_row(row, query.columns) for row in rows[:limit])
    _load_currencies(query)
    return ResultTable(_columns(query.columns), cells, len(rows) > limit, read_at, empty_relation)


def explain_query(
    session: Session,
    actor: Actor,
    text: str,
    *,
    timeout: float = TIMEOUT,
    cancel_token: CancelToken | None = None,
    variables: Variables = NO_VARIABLES,
    source_id: str | None = None,
) -> QueryPlan:
    """How the engine would run a query that `run_query` may run; it isn't run. Raises what that raises, and `Invalid`
    (`query.plan`) for a plan that can't be read."""
    started, token = time.monotonic(), cancel_token or CancelToken()
    if source_id is not None:
        server = open_server(session, actor, source_id)
        explain = (
            partial(duckdb_engine.explain, text, open_catalog(session, actor, source_id, text))
            if server is None
            else partial(server.explain, text, models=models_named(session, actor, source_id, text))
        )
        return explain(timeout=timeout, cancel_token=token, variables=variables)
    permissions.require(actor, "studio:enter")
    query = translate_query(
        text, RELATIONS, for_sqlite=session.get_bind().dialect.name == "sqlite", limit=MAX_ROWS, variables=variables,
        models=_own_models(session, actor, text),
    )  # fmt: skip
    for name in query.relations:
        permissions.require(actor, RELATIONS[name].permission)
    return query_engines.explain(session, actor, query, timeout=timeout, started=started, cancel_token=token)


def _own_models(session: Session, actor: Actor, text: str) -> Mapping[str, QueryModel]:
    """The data models over Benchboard's own relations that a query may name."""
    return models_named(session, actor, "", text) if permissions.has_permission(actor, "sources:read") else NO_MODELS


def _empty_relation(
    actor: Actor,
    names: Iterable[str],
    *,
    for_sqlite: bool,
    fetch: Callable[[TranslatedQuery], Sequence[Sequence[Any]]],
) -> str:
    """The first of these relations of which the actor's organisation has no rows; empty if there is none. One whose
    rows the actor may see only in part is left out: others may see more.
    """
    for name in sorted(names):
        any_row = translate_query(f"select 1 from {name}", RELATIONS, for_sqlite=for_sqlite, limit=1)  # noqa: S608  # our own names
        if not RELATIONS[name].restriction(actor) and not fetch(any_row):
            return name
    return ""


def _load_currencies(query: TranslatedQuery) -> None:
    """Load the names of currencies for a query with amounts: here, in the background, rather than when the window shows
    the first amount."""
    if any(type_.presentation.format == "money" for _name, type_ in query.columns):
        load_currencies()


def _reduced(
    query: TranslatedQuery,
    reduction: Reduction,
    fetch: Callable[[TranslatedQuery], Sequence[Sequence[Any]]],
    *,
    for_sqlite: bool,
    read_at: datetime,
) -> ResultTable | None:
    """The rows that the lines of a chart need, of a query without a limit; None where it can't be reduced, or not in
    its time: its first rows are known then."""
    types = [type_ for _name, type_ in query.columns]
    identifiers = [one.presentation.format == "identifier" for one in types]
    lines = line_columns([one.kind for one in types], identifiers)
    if lines is None:
        return None
    sql = LineSql(lines, "sqlite" if for_sqlite else "postgresql", scale=types[0].scale if for_sqlite else 0)
    source = f"{QUERY}({column_names(lines.count)}) AS ({query.body})"
    try:
        about = fetch(replace(query, ctes=(*query.ctes, source), body=sql.extent(reduction.window)))[0]
        if not about[0]:
            return None
        extent = LineExtent(int(about[0]), float(about[1]), float(about[2]), int(about[3]))
        buckets = buckets_for(reduction, lines, extent)
        if buckets is None:
            return None
        low, high = reduction.window or (extent.low, extent.high)
        body = sql.rows(low, high, buckets, reduction.window)
        rows = fetch(replace(query, ctes=(*query.ctes, source), body=body))
    except Unavailable as error:
        if error.code not in ("query.timeout", "query.memory") or reduction.window is not None:
            raise
        return None
    _load_currencies(query)
    cells = tuple(_row(row, query.columns) for row in rows)
    shown = ReducedRows(extent.rows, buckets, low, high)
    return ResultTable(_columns(query.columns), cells, truncated=False, read_at=read_at, reduced=shown)


def _file_column(column: FileColumn) -> ResultColumn:
    is_number = column.kind in NUMBERS
    return ResultColumn(
        column.name, column.kind, of_number(column.presentation, column.name) if is_number else column.presentation
    )


def _columns(columns: Sequence[tuple[str, ValueType]]) -> tuple[ResultColumn, ...]:
    return tuple(ResultColumn(name, type_.kind, type_.presentation) for name, type_ in columns)


def _row(row: Sequence[Any], columns: Sequence[tuple[str, ValueType]]) -> tuple[Cell, ...]:
    return tuple(_cell(value, type_) for value, (_name, type_) in zip(row, columns, strict=True))


def _cell(value: Any, type_: ValueType) -> Cell:
    """A driver's value as a cell. Raises `Invalid` for one that cannot be shown exactly."""
    if value is None:
        return None
    if type_.kind == "decimal":
        if isinstance(value, int):
            return Decimal(value).scaleb(-type_.scale)
        if isinstance(value, Decimal):
            return value.quantize(Decimal(1).scaleb(-type_.scale), context=_PRECISE)
        raise query_engines.not_exact()
    if type_.kind == "integer":
        # Beyond 64 bits SQLite continues in floating point; a sum on PostgreSQL would be exact.
        if isinstance(value, float) or not -(2**63) <= value < 2**63:
            raise query_engines.not_exact()
        return int(value)
    if type_.kind == "boolean":
        return bool(value)
    if type_.kind == "timestamp":
        timestamp = read_moment(value)
        return None if isinstance(timestamp, Unreadable) else timestamp
    if type_.kind == "date":
        return value if isinstance(value, date) else _date(value)
    if isinstance(value, bytes):  # SQLite stores them in any column
        raise query_engines.not_text()
    return str(value)


def _date(text: str) -> date | None:
    """A date; None where it was cut from what is no timestamp."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
