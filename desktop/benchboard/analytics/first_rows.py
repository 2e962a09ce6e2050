"""The rows of a table that show what is in it: the newest ones, or the first."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.queries import ResultTable, run_query
from benchboard.analytics.query_builder.question import TIMES, Filter, Sort
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.table_browser import BrowsedSource, BrowsedTable, is_small
from benchboard.identity.permissions import Actor, require

_TIMEOUT: Final = 10.0


@dataclass(frozen=True, slots=True)
class FirstRows:
    """Some rows of a table. `newest_by` is the column of times that they are the newest by; empty where they are the
    first that the source returns."""

    rows: ResultTable
    newest_by: str = ""


def first_rows(
    session: Session,
    actor: Actor,
    source: BrowsedSource,
    table: BrowsedTable,
    *,
    limit: int,
    cancel_token: CancelToken | None = None,
) -> FirstRows:
    """The newest rows of a table by its first column of times; the first ones where it has none, or where the source
    would have to sort very many.

    Raises what `queries.run_query` raises, which checks what the actor may read."""
    require(actor, "studio:enter")
    run = partial(run_query, session, actor, limit=limit, timeout=_TIMEOUT, cancel_token=cancel_token,
                  source_id=source.id or None)  # fmt: skip
    question = replace(source.question(table.name), limit=limit)
    by = next((one.name for one in table.columns if one.kind in TIMES), "") if is_small(table) else ""
    if by:
        dated = replace(question, filters=(Filter(by, "filled"),), sorts=(Sort(by, descending=True),))
        if (found := run(to_sql(dated))).rows:
            return FirstRows(found, by)
    return FirstRows(run(to_sql(question)))
