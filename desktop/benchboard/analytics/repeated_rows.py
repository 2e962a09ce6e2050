"""Whether the joins of a query repeat rows, so that its measures count them several times: read once for each reading
of a source, however often the query runs.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.join_statistics import describe_join
from benchboard.analytics.model_tables import question_over_tables
from benchboard.analytics.queries import run_query
from benchboard.analytics.query_builder import combined
from benchboard.analytics.query_builder.combined import JoinFacts, RepeatedRows
from benchboard.analytics.query_builder.question import Dialect, Question
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_extent import AnswerCache, dialect_of, is_readable, tables_version
from benchboard.analytics.sources.services import SourceSummary, get_source
from benchboard.analytics.written_groups import written_groups
from benchboard.errors import AppError, Cancelled, NotFound
from benchboard.i18n import _, number
from benchboard.identity.permissions import Actor, require

_TIMEOUT: Final = 5.0

Facts = tuple[JoinFacts | None, ...]
_CACHE: Final = AnswerCache[Facts]()


def repeated_rows(
    session: Session, actor: Actor, text: str, source_id: str, *, cancel_token: CancelToken | None = None
) -> tuple[RepeatedRows, ...]:
    """The measures of a query that count rows several times; none where none does, or it isn't known: of a query of
    several tables that the builder can't read, of large tables on a server, and where reading them fails.

    Raises `Cancelled` if `cancel_token` was cancelled, `Denied` if the actor may not read sources."""
    require(actor, "studio:enter")
    try:
        source = get_source(session, actor, source_id) if source_id else None
    except NotFound:
        return ()
    question = _question(text, source_id, dialect_of(source))
    if question is None or not question.measures:
        return ()
    question = question_over_tables(session, actor, question)
    if not question.joins:
        return ()
    return combined.repeated_rows(question, join_facts(session, actor, question, source, cancel_token))


def _question(text: str, source_id: str, dialect: Dialect) -> Question | None:
    """The question of a query. Of one that was written by hand its measures alone, by the names of the result."""
    found = from_sql(text, source_id=source_id, dialect=dialect)
    if found is not None:
        return found
    written = written_groups(text, source_id, dialect)
    return replace(written.question, measures=tuple(written.measures.values())) if written is not None else None


def join_facts(
    session: Session, actor: Actor, question: Question, source: SourceSummary | None, cancel_token: CancelToken | None
) -> Facts:
    """How the rows of a question's joined tables match, as far as it is known. Raises `Cancelled`."""
    require(actor, "studio:enter")
    version = tables_version(session, actor, source, [join.source for join in question.joins])
    key = version, question.table, question.joins
    facts = _CACHE.find(key)
    if facts is None:
        facts = _facts(session, actor, question, source, cancel_token)
        _CACHE.keep(key, facts)
    return facts


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


def repeated_text(repeated: Sequence[RepeatedRows]) -> str:
    """Which measures count rows several times, and because of which tables: all of them."""
    return " ".join(_repeated_sentence(one) for one in repeated)


def _repeated_sentence(repeated: RepeatedRows) -> str:
    text = (
        _("Rows of {table} are counted more than once in {measures}: one matches up to {count} rows.")
        if repeated.of_table
        else _("Rows are counted more than once in {measures}: one matches up to {count} rows of {table}.")
    )
    names = ", ".join(f"“{name}”" for name in repeated.measures)
    return text.format(measures=names, table=repeated.table, count=number(repeated.most))
