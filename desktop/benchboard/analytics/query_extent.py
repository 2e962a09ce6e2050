"""What the table of a grouped query has apart from filters and time range: its first and last time, and its series.

A chart needs both: a period is complete only if the data go on after it, and a series or a slice keeps its colour while
a filter hides others. They are read once for each reading of a source, however often its queries run.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Generic, TypeVar

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.data_models.model_sql import is_named
from benchboard.analytics.data_models.stored_models import StoredModel, models_of_source
from benchboard.analytics.periods import moment
from benchboard.analytics.queries import Cell, ResultTable, run_query
from benchboard.analytics.query_builder.question import Dialect, Group, Question
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_words import quote_name, quote_table
from benchboard.analytics.sources.original_files import listed_files
from benchboard.analytics.sources.services import SourceSummary, get_source, source_tables
from benchboard.analytics.sources.source_models import SourceColumns
from benchboard.analytics.written_groups import written_groups
from benchboard.analytics.written_periods import written_periods
from benchboard.errors import AppError, Cancelled, Invalid, NotFound
from benchboard.identity.permissions import Actor, has_permission, require

MAX_SERIES_KNOWN: Final = 64
"""Of a table with more series than these, no list of them is read."""
MAX_ROWS_READ: Final = 1_000_000
"""A server isn't asked about larger tables: it would read all of their rows."""
_TIMEOUT: Final = 15.0
_MOST_KEPT: Final = 512
_KEPT_SECONDS: Final = 600
"""How long that of tables is kept whose changes aren't known: of servers, and of Benchboard's own."""

Ends = tuple[Cell, Cell]
"""The first and the last value of a column."""


@dataclass(frozen=True, slots=True)
class QueryExtent:
    """The ends of the time column that a query groups by, and of that which its time range filters; None where they
    aren't known. `series`: all values of the columns that name its series (`series_columns`, by their names in the
    result); empty where they aren't known, or are too many."""

    grouped: Ends | None = None
    ranged: Ends | None = None
    series_columns: tuple[str, ...] = ()
    series: tuple[tuple[Cell, ...], ...] = ()


UNKNOWN: Final = QueryExtent()


T = TypeVar("T")


class AnswerCache(Generic[T]):
    """What was read of tables, the latest used last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> T | None:
        """What is kept under a key; None if nothing is."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, answer: T) -> None:
        """Keep an answer, in place of that which was used longest ago."""
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)


_CACHE: Final = AnswerCache[tuple[tuple[Cell, ...], ...]]()
_FAILED: Final = AnswerCache[int]()
"""The minutes in which reading failed: within one it isn't tried again, since each widget would wait for it."""


def query_extent(
    session: Session, actor: Actor, text: str, source_id: str, *, cancel_token: CancelToken | None = None
) -> QueryExtent:
    """What the table of a query has. Of a query that was written by hand only the ends of the times that it groups by,
    if those are columns of its tables. Unknown of any other query that the builder can't read, and where reading fails.

    Raises `Cancelled` if `cancel_token` was cancelled, `Denied` if the actor may not read sources."""
    require(actor, "studio:enter")
    try:
        source = get_source(session, actor, source_id) if source_id else None
    except NotFound:
        return UNKNOWN
    dialect = dialect_of(source)
    question = from_sql(text, source_id=source_id, dialect=dialect) or _written_question(text, source_id, dialect)
    written = written_periods(text) if question is None else ()
    if question is None and not written:
        return UNKNOWN
    version = query_version(session, actor, source, text)
    run = partial(
        run_query, session, actor, timeout=_TIMEOUT, cancel_token=cancel_token, source_id=source_id or None,
    )  # fmt: skip

    def rows(table: str, query: str) -> tuple[tuple[Cell, ...], ...]:
        key = (version, query)
        kept = _CACHE.find(key)
        if kept is None and _FAILED.find(key) != _minute():
            kept = _read(run, query) if is_readable(session, actor, source, table) else ()
            if kept is None:
                _FAILED.keep(key, _minute())
            else:
                _CACHE.keep(key, kept)
        return kept or ()

    def column_ends(table: str, column: str) -> Ends | None:
        name = quote_name(column, dialect)
        query = f"SELECT min({name}) AS a, max({name}) AS b FROM {quote_table(table, dialect)}"  # noqa: S608  # quoted
        found = rows(table, query)
        return (found[0][0], found[0][1]) if found and found[0][0] is not None else None

    if question is None:
        return QueryExtent(_all_ends([column_ends(*one) for one in written]))

    def ends(column: str | None) -> Ends | None:
        place = _place(question, column) if column is not None else None
        return column_ends(*place) if place is not None else None

    grouped = next((one.column for one in question.groups if one.unit), None)
    ranged = next((one.column for one in question.filters if one.operator == "in_range"), None)
    named, query = _series_query(question, dialect)
    series = rows(named[0], query) if named is not None else ()
    if not 0 < len(series) <= MAX_SERIES_KNOWN:
        return QueryExtent(ends(grouped), ends(ranged))
    return QueryExtent(ends(grouped), ends(ranged), tuple(one.output for one in _naming_groups(question)), series)


def _all_ends(found: Iterable[Ends | None]) -> Ends | None:
    """The first and the last of several columns' times; None if none has any."""
    times = [time for one in found if one is not None for cell in one if (time := moment(cell)) is not None]
    return (min(times), max(times)) if times else None


def _written_question(text: str, source_id: str, dialect: Dialect) -> Question | None:
    """What is known of a query that the builder cannot read: its table, the times it groups by, its conditions."""
    found = written_groups(text, source_id, dialect)
    times = tuple(one for one in found.groups.values() if one.unit) if found is not None else ()
    return replace(found.question, groups=times[:1]) if found is not None and times else None


def _models(session: Session, actor: Actor, source_id: str, text: str) -> tuple[StoredModel, ...]:
    """The data models that a query may name."""
    if not has_permission(actor, "sources:read"):
        return ()
    return models_of_source(session, actor, source_id, lambda name: is_named(name, text))


def _naming_groups(question: Question) -> tuple[Group, ...]:
    """What names the series of a question: the groups after the first. An only one names slices, unless it's a time."""
    return question.groups[1:] if len(question.groups) > 1 else tuple(one for one in question.groups if not one.unit)


def _series_query(question: Question, dialect: Dialect) -> tuple[tuple[str, ...] | None, str]:
    """The query for all values of the columns that name the series of a question, with its table; None and nothing for
    a question without such columns, or where they aren't columns of one table."""
    places = [_place(question, one.column) if not one.unit else None for one in _naming_groups(question)]
    found = [place for place in places if place is not None]
    if not found or len(found) < len(places) or len({table for table, _column in found}) > 1:
        return None, ""
    table, names = found[0][0], ", ".join(quote_name(column, dialect) for _table, column in found)
    return (table,), (
        f"SELECT DISTINCT {names} FROM {quote_table(table, dialect)} LIMIT {MAX_SERIES_KNOWN + 1}"  # noqa: S608  # quoted
    )


def _place(question: Question, column: str) -> tuple[str, str] | None:
    """The table and the column that a question names so; None for one of another source, or a calculated one."""
    if any(one.name == column for one in question.calculations):
        return None
    for join in question.joins:
        found = next((name for name, output in join.columns if output == column), None)
        if found is not None:
            return (join.table, found) if not join.source else None
    return question.table, column


def dialect_of(source: SourceSummary | None) -> Dialect:
    """The language of the queries over a source, or over Benchboard's own data."""
    if source is None:
        return "own"
    if not source.server:
        return "duckdb"
    return "mysql" if source.kind == "mysql" else "postgresql"


def source_version(actor: Actor, source: SourceSummary | None) -> Hashable:
    """What is another one when the tables may have other rows for the actor."""
    if source is None or source.server:
        own = actor.user_id if source is None else source.id
        return actor.organisation_id, own, int(time.monotonic() // _KEPT_SECONDS)
    files: Iterable[Hashable] = ()
    if not source.copied and source.path and Path(source.path).exists():
        files = listed_files(Path(source.path), folder=source.is_folder, nested=source.nested)
    return actor.organisation_id, source.id, source.last_sync, tuple(files)


def tables_version(
    session: Session, actor: Actor, source: SourceSummary | None, others: Iterable[str] = ()
) -> Hashable:
    """As `source_version`, of the tables of a source and of those of `others` (names of sources of files), which are
    read at other times than it."""
    require(actor, "studio:enter")
    named = {one.casefold() for one in others if one}
    if not named:
        return source_version(actor, source)
    ids = sorted(key for key, name in SourceColumns(session, actor).names().items() if name.casefold() in named)
    return (source_version(actor, source), *(source_version(actor, get_source(session, actor, one)) for one in ids))


def query_version(session: Session, actor: Actor, source: SourceSummary | None, text: str) -> Hashable:
    """As `source_version`, of all that a query reads: of its data models too, which may have another definition, and of
    the other sources that it or they read."""
    require(actor, "studio:enter")
    models = _models(session, actor, source.id if source is not None else "", text)
    defined = tuple((one.name, repr(one.definition)) for one in models)
    if source is None or source.server:  # such queries read no other source
        return source_version(actor, source), defined
    read = {table.source_id for one in models for table in one.definition.tables}
    names = SourceColumns(session, actor).names().items()
    others = [name for key, name in names if key != source.id and (key in read or is_named(name, text))]
    return tables_version(session, actor, source, others), defined


def is_readable(session: Session, actor: Actor, source: SourceSummary | None, table: str) -> bool:
    """Whether all rows of a table may be read to learn about it: large ones of a server are left in peace."""
    if source is None or not source.server:
        return True
    rows = next((one.rows for one in source_tables(session, actor, source.id) if one.name == table), None)
    return rows is not None and rows <= MAX_ROWS_READ


def _minute() -> int:
    return int(time.monotonic() // 60)


def _read(run: "partial[ResultTable]", query: str) -> tuple[tuple[Cell, ...], ...] | None:
    """The answer to a query; nothing to one that can't have any, None where it failed."""
    try:
        return run(query, limit=MAX_SERIES_KNOWN + 1).rows
    except Cancelled:
        raise
    except Invalid:
        return ()  # no such table or column
    except AppError:
        return None  # of a server that doesn't answer, or too slowly: it may another time
