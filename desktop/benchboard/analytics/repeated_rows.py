"""Whether the joins of a query repeat rows, so that its measures count them several times: read once for each reading
of a source, however often the query runs.
"""

import time
from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.join_statistics import describe_join
from benchboard.analytics.queries import run_query
from benchboard.analytics.query_builder import combined
from benchboard.analytics.query_builder.combined import JoinFacts, RepeatedRows
from benchboard.analytics.query_builder.question import Question
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_extent import AnswerCache, dialect_of, is_readable, source_version
from benchboard.analytics.sources.services import SourceSummary, get_source
from benchboard.errors import AppError, Cancelled, NotFound
from benchboard.identity.permissions import Actor, require

_TIMEOUT: Final = 5.0
_KEPT_SECONDS: Final = 600
"""How long that of a join with another source is kept, whose readings aren't those of the query's source."""

Facts = tuple[JoinFacts | None, ...]
_CACHE: Final = AnswerCache[Facts]()


def repeated_rows(
    session: Session, actor: Actor, text: str, source_id: str, *, cancel_token: CancelToken | None = None
) -> RepeatedRows | None:
    """The measures of a query that count rows several times; None if none does, or it isn't known: of a query that the
    builder can't read, of large tables on a server, and where reading them fails.

    Raises `Cancelled` if `cancel_token` was cancelled, `Denied` if the actor may not read sources."""
    require(actor, "studio:enter")
    if "join" not in text.casefold():
        return None
    try:
        source = get_source(session, actor, source_id) if source_id else None
    except NotFound:
        return None
    question = from_sql(text, source_id=source_id, dialect=dialect_of(source))
    if question is None or not question.joins or not question.measures:
        return None
    elsewhere = int(time.monotonic() // _KEPT_SECONDS) if any(join.source for join in question.joins) else 0
    key = source_version(actor, source), question.table, question.joins, elsewhere
    facts = _CACHE.find(key)
    if facts is None:
        facts = _facts(session, actor, question, source, cancel_token)
        _CACHE.keep(key, facts)
    return combined.repeated_rows(question, facts)


def _facts(
    session: Session, actor: Actor, question: Question, source: SourceSummary | None, cancel_token: CancelToken | None
) -> Facts:
    tables: Sequence[str] = [question.table, *(join.table for join in question.joins if not join.source)]
    if not all(is_readable(session, actor, source, one) for one in tables):
        return ()
    run = partial(
        run_query, session, actor, timeout=_TIMEOUT, cancel_token=cancel_token, source_id=question.source_id or None
    )
    found: list[JoinFacts | None] = []
    for place in range(len(question.joins)):
        try:
            found.append(describe_join(run, question, place))
        except Cancelled:
            raise
        except AppError:
            break  # the widget's own query says what is wrong
    return tuple(found)
