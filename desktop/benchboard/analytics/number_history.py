"""The history of a number: the query that answers it for each period, where the builder can write one."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.periods import moment
from benchboard.analytics.queries import NO_VARIABLES, ResultTable, Variables, run_query
from benchboard.analytics.query_builder.question import TIMES, Question, Sort, Unit, units_for, with_group
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_extent import AnswerCache, Ends, dialect_of, is_readable, query_extent, query_version
from benchboard.analytics.sources.services import SourceSummary, get_source
from benchboard.analytics.sources.source_models import SourceColumns
from benchboard.errors import AppError, Cancelled, NotFound
from benchboard.identity.permissions import Actor, require

_UNITS: Final[tuple[tuple[timedelta, Unit], ...]] = (
    (timedelta(days=2), "hour"),
    (timedelta(days=35), "day"),
    (timedelta(days=220), "week"),
    (timedelta(days=1_100), "month"),
    (timedelta(days=4_400), "quarter"),
)
"""Up to how long a time the history of a number has which periods, so that there are up to about 40; years beyond."""


_CACHE: Final = AnswerCache[tuple[str, ResultTable]]()


def number_history(
    session: Session,
    actor: Actor,
    text: str,
    table: ResultTable,
    source_id: str,
    *,
    variables: Variables = NO_VARIABLES,
    shown: Ends | None = None,
    cancel_token: CancelToken | None = None,
) -> tuple[str, ResultTable] | None:
    """The history of one number with its query (`history_sql`); None where it has none, or that can't be read.

    To group by time costs ten times as much as a sum, and more: it is read once for each reading of a source, as long
    as the number is the same. Raises as `history_sql`."""
    query = history_sql(session, actor, text, table, source_id, shown=shown, cancel_token=cancel_token)
    if not query:
        return None
    source = get_source(session, actor, source_id) if source_id else None
    named = tuple((name, tuple(values)) for name, values in sorted(variables.items()) if f":{name}" in query)
    key = query_version(session, actor, source, query), query, named, table.rows
    known = _CACHE.find(key)
    if known is None:
        try:
            found = run_query(
                session, actor, query, cancel_token=cancel_token, variables=variables, source_id=source_id or None
            )
        except Cancelled:
            raise
        except AppError:
            return None  # the number itself is shown all the same
        known = query, found
        _CACHE.keep(key, known)
    return known


def history_sql(
    session: Session,
    actor: Actor,
    text: str,
    table: ResultTable,
    source_id: str,
    *,
    shown: Ends | None = None,
    cancel_token: CancelToken | None = None,
) -> str:
    """The query of one number's history, of which `table` is the result: its measure by the time of its time range, or
    by the only time of its table. Empty where it is no single measure of the builder, where there is no such time, and
    over a large table of a server, of which all rows would be read again. `shown` are the ends of the time range.

    Raises `Cancelled` if `cancel_token` was cancelled, `Denied` if the actor may not enter Studio."""
    require(actor, "studio:enter")
    if len(table.rows) != 1 or len(table.columns) != 1:
        return ""
    try:
        source = get_source(session, actor, source_id) if source_id else None
    except NotFound:
        return ""
    question = from_sql(text, source_id=source_id, dialect=dialect_of(source))
    if question is None or not _is_one_number(question) or not is_readable(session, actor, source, question.table):
        return ""
    column, ranged = _time_column(session, actor, question, source)
    if not column:
        return ""
    ends = shown
    if not ranged:
        by_month = _by_period(question, column, "month")
        ends = query_extent(session, actor, by_month, source_id, cancel_token=cancel_token).grouped
    unit = _unit(ends)
    return _by_period(question, column, unit) if unit in units_for(question.dialect) else ""


def _is_one_number(question: Question) -> bool:
    """Whether a question has one measure of all rows, that each period has too: a share is one of the whole."""
    return len(question.measures) == 1 and not question.groups and question.measures[0].function != "share"


def _time_column(session: Session, actor: Actor, question: Question, source: SourceSummary | None) -> tuple[str, bool]:
    """The column of the number's times, and whether the time range filters it; empty where there is none, or several
    without a time range."""
    ranged = [one.column for one in question.filters if one.operator == "in_range"]
    if ranged:
        return ranged[0], True
    if question.joins or (source is None and question.source_id):
        return "", False
    kinds = SourceColumns(session, actor).kinds(question.source_id, question.table) or {}
    times = [name for name, kind in kinds.items() if kind in TIMES]
    return (times[0] if len(times) == 1 else ""), False


def _by_period(question: Question, column: str, unit: Unit) -> str:
    found = with_group(replace(question, sorts=(), limit=None), column, unit)
    return to_sql(replace(found, sorts=(Sort(found.groups[0].output),)))


def _unit(ends: Ends | None) -> Unit:
    """The periods into which the time between two ends is divided; empty where they aren't known."""
    first, last = (moment(ends[0]), moment(ends[1])) if ends is not None else (None, None)
    if first is None or last is None:
        return ""
    return next((unit for most, unit in _UNITS if last - first <= most), "year")
