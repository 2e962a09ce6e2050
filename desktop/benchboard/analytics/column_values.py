"""The values of a column and in how many rows each is, as the list of a filter shows them: the most frequent first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import NO_VARIABLES, Cell, Variables, run_query
from benchboard.analytics.query_builder.question import (
    Calculation,
    Dialect,
    Filter,
    Group,
    Measure,
    Question,
    Sort,
    Value,
    free_name,
)
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_types import ValueKind
from benchboard.identity.permissions import Actor, require

PAGE: Final = 200
"""Values that are read at a time."""
LISTED_KINDS: Final[tuple[ValueKind, ...]] = ("text", "integer", "boolean")
"""The kinds of columns whose values are listed. Times are ranges, and two decimals that read alike may differ."""


@dataclass(frozen=True, slots=True)
class CountedValue:
    """A value of a column, None for rows without one, and the number of its rows."""

    value: Value | None
    rows: int


@dataclass(frozen=True, slots=True)
class ValuePage:
    """Some values of a column; `more`: there are others after them."""

    values: tuple[CountedValue, ...]
    more: bool = False


def read_column_values(
    session: Session,
    actor: Actor,
    question: Question,
    column: str,
    kind: ValueKind,
    *,
    search: str = "",
    chosen: Sequence[Value] = (),
    offset: int = 0,
    limit: int = PAGE,
    variables: Variables = NO_VARIABLES,
    cancel_token: CancelToken | None = None,
) -> ValuePage:
    """Up to `limit` values of a column of the question, after the first `offset`, counted over the rows that the
    question's filters leave. `search`: only those that contain this text; `chosen`: only these. `variables` are those
    of the period that the question names.

    Raises what `run_query` raises.
    """
    require(actor, "studio:enter")
    counted = values_question(question, column, kind, search=search, chosen=chosen)
    # One more than the limit, so that the result says whether there are others.
    text = f"{to_sql(counted)}\nLIMIT {limit + 1} OFFSET {offset}"
    found = run_query(
        session, actor, text,
        limit=limit, variables=variables, source_id=question.source_id or None, cancel_token=cancel_token,
    )  # fmt: skip
    return ValuePage(tuple(CountedValue(_value(cell), int(str(rows))) for cell, rows in found.rows), found.truncated)


def values_question(
    question: Question, column: str, kind: ValueKind, *, search: str = "", chosen: Sequence[Value] = ()
) -> Question:
    """The question for the values of a column with their numbers of rows, under the question's filters."""
    filters, calculations = question.filters, question.calculations
    if search and kind == "text":
        filters = (*filters, Filter(column, "contains", (search,)))
    elif search:
        name = free_name("searched", [one.name for one in calculations])
        calculations = (*calculations, Calculation(name, _as_text(column, question.dialect)))
        filters = (*filters, Filter(name, "contains", (search,)))
    if chosen:
        filters = (*filters, Filter(column, "one_of", tuple(chosen)))
    amount = free_name("amount", [column])
    return replace(
        question, filters=filters, calculations=calculations, groups=(Group(column),),
        measures=(Measure("count", "", amount),), sorts=(Sort(amount, descending=True), Sort(column)), limit=None,
    )  # fmt: skip


def _as_text(column: str, dialect: Dialect) -> str:
    name = quote_name(column, dialect)
    if dialect == "mysql":
        return f"CAST({name} AS CHAR)"
    return f"CAST({name} AS {'varchar' if dialect == 'duckdb' else 'text'})"


def _value(cell: Cell) -> Value | None:
    return cell if cell is None or isinstance(cell, str | int | bool) else str(cell)
