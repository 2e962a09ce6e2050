"""How many rows the time range of a widget leaves out because they have no date: its numbers are lower than without a
time range, and nobody sees why.
"""

from dataclasses import replace
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.model_tables import question_over_tables
from benchboard.analytics.queries import Cell, Variables, run_query
from benchboard.analytics.query_builder.question import Dialect, Filter, Measure, Question
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_extent import AnswerCache, dialect_of, is_readable, query_version
from benchboard.analytics.sources.services import SourceSummary, get_source
from benchboard.analytics.written_groups import written_groups
from benchboard.dashboards.document import time_range
from benchboard.dashboards.editing.column_filter import inlined
from benchboard.errors import AppError, Cancelled, NotFound
from benchboard.i18n import ngettext, number
from benchboard.identity import permissions
from benchboard.identity.permissions import Actor

_TIMEOUT: Final = 5.0
_CACHE: Final = AnswerCache[int]()


def undated_rows(
    session: Session,
    actor: Actor,
    query: str,
    source_id: str,
    variables: Variables,
    cancel_token: CancelToken | None = None,
) -> int:
    """How many rows without a date meet the other conditions of a widget's `query`, if its time range leaves them out.
    0 if it has no time range, and where that isn't known: of a query of several tables that the builder can't read, of
    large tables on a server, and where counting fails.

    Raises `Cancelled` if `cancel_token` was cancelled, `Denied` if the actor may not enter Studio."""
    permissions.require(actor, "studio:enter")
    try:
        source = get_source(session, actor, source_id) if source_id else None
    except NotFound:
        return 0
    own = {name: values for name, values in variables.items() if name not in time_range.VARIABLES}
    counted = _counted(inlined(query, own, dialect_of(source)), source_id, dialect_of(source))
    if counted is None or not _are_readable(session, actor, source, counted):
        return 0
    text = to_sql(counted)
    key = query_version(session, actor, source, text), source_id, text
    known = _CACHE.find(key)
    if known is None:
        run = partial(run_query, session, actor, timeout=_TIMEOUT, cancel_token=cancel_token)
        try:
            known = _count(run(text, source_id=source_id or None).rows[0][0])
        except Cancelled:
            raise
        except AppError:
            return 0  # the widget's own query says what is wrong
        _CACHE.keep(key, known)
    return known


def _counted(text: str, source_id: str, dialect: Dialect) -> Question | None:
    """The question how many rows without a date a query leaves out; None where it has no time range, or isn't read."""
    question = from_sql(text, source_id=source_id, dialect=dialect)
    if question is None:
        written = written_groups(text, source_id, dialect)
        question = written.question if written is not None else None
    ranged = next((one for one in question.filters if one.operator == "in_range"), None) if question else None
    if question is None or ranged is None:
        return None
    filters = tuple(Filter(one.column, "empty") if one is ranged else one for one in question.filters)
    return replace(
        question,
        filters=filters,
        groups=(),
        measures=(Measure("count", "", "amount"),),
        sorts=(),
        columns=(),
        limit=None,
    )


def undated_text(count: int) -> str:
    """What is said of so many rows."""
    text = ngettext(
        "{count} row without a date isn't in the time range.", "{count} rows without a date aren't in the time range.",
        count,
    )  # fmt: skip
    return text.format(count=number(count))


def undated_words(count: int) -> str:
    """The same in few words."""
    text = ngettext("{count} row without a date left out", "{count} rows without a date left out", count)
    return text.format(count=number(count))


def _are_readable(session: Session, actor: Actor, source: SourceSummary | None, question: Question) -> bool:
    """Whether all rows of a question's tables may be read."""
    over = question_over_tables(session, actor, question)
    tables = [over.table, *(join.table for join in over.joins if not join.source)]
    return all(is_readable(session, actor, source, one) for one in tables)


def _count(value: Cell) -> int:
    return value if isinstance(value, int) else 0
