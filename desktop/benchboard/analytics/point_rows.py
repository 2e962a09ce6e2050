"""The rows behind one point of a chart, with their number and the value that the chart has there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import NO_VARIABLES, Cell, ResultTable, Variables, run_query
from benchboard.analytics.query_builder.point import Point, rows_question, totals_question
from benchboard.analytics.query_builder.question import Filter, Question
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_builder.sql_writer import key_calculations, rows_sql, to_sql
from benchboard.identity.permissions import Actor, require

SHOWN_ROWS: Final = 1_000
MOST_VALUES: Final = 50
"""A column with more values isn't offered to break a value down by."""
_SAMPLED: Final = 20_000
_SAMPLE_TIMEOUT: Final = 2.0


@dataclass(frozen=True, slots=True)
class PointRows:
    """The first rows behind a point, how many there are, and the point's measure over all of them; None where it has
    none."""

    table: ResultTable
    count: int
    figure: Cell = None
    figures: ResultTable | None = None
    """The result that `figure` is the only cell of: how it is written."""


def read_point_rows(
    session: Session,
    actor: Actor,
    question: Question,
    filters: Sequence[Filter],
    point: Point,
    *,
    variables: Variables = NO_VARIABLES,
    limit: int = SHOWN_ROWS,
    cancel_token: CancelToken | None = None,
) -> PointRows:
    """The rows behind a point of a question, whose conditions are `filters`. `variables` are those of the period that
    the question names. Raises what `run_query` raises."""
    require(actor, "studio:enter")
    source = question.source_id or None
    totals = run_query(
        session, actor, to_sql(totals_question(question, filters, point)),
        cancel_token=cancel_token, variables=variables, source_id=source,
    )  # fmt: skip
    table = run_query(
        session, actor, to_sql(rows_question(question, filters, point)),
        limit=limit, cancel_token=cancel_token, variables=variables, source_id=source,
    )  # fmt: skip
    count, *measured = totals.rows[0]
    return PointRows(table, int(str(count)), measured[0] if measured else None, totals)


def few_valued(
    session: Session,
    actor: Actor,
    question: Question,
    columns: Sequence[str],
    *,
    cancel_token: CancelToken | None = None,
) -> Mapping[str, int]:
    """Of these columns of a question's tables, those with 2 to `MOST_VALUES` values, with their number: of files among
    their first rows.

    Raises what `run_query` raises."""
    require(actor, "studio:enter")
    if not columns:
        return {}
    dialect = question.dialect
    counted = ", ".join(f"count(DISTINCT {quote_name(one, dialect)}) AS c{k}" for k, one in enumerate(columns))
    rows = rows_sql(replace(question, calculations=key_calculations(question)), dialect)
    if dialect == "duckdb":
        rows = f"(SELECT * FROM {rows} LIMIT {_SAMPLED}) AS t"  # noqa: S608  # quoted
    text = f"SELECT {counted} FROM {rows}"  # noqa: S608  # quoted
    table = run_query(
        session, actor, text, timeout=_SAMPLE_TIMEOUT, cancel_token=cancel_token, source_id=question.source_id or None
    )
    found = {name: int(str(count)) for name, count in zip(columns, table.rows[0], strict=True)}
    return {name: count for name, count in found.items() if 2 <= count <= MOST_VALUES}
