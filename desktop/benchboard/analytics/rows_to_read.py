"""How many rows a query would read, where that is known without running it: to warn before a long run."""

import re
from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.data_models.model_sql import is_named
from benchboard.analytics.data_models.stored_models import models_of_source
from benchboard.analytics.duckdb_parser import parse_query
from benchboard.analytics.queries import NO_VARIABLES, Variables, explain_query
from benchboard.analytics.sources import services
from benchboard.errors import AppError, Cancelled, NotFound
from benchboard.identity.permissions import Actor, require

MANY_ROWS: Final = 5_000_000
"""More rows than these are worth a warning."""
_TIMEOUT: Final = 5.0
_TABLE: Final = r"""(?:[\w.]|"[^"]+"|`[^`]+`)+"""
_FIRST_ROWS: Final = re.compile(
    rf"\s*select\s+(?!distinct\b)[^()]+?\sfrom\s+{_TABLE}(?:\s+(?:as\s+)?\w+)?\s+limit\s+\d+\s*;?\s*", re.IGNORECASE
)
"""A query that ends after its first rows: it has a limit, and nothing that needs others than these."""


def many_rows_to_read(
    session: Session,
    actor: Actor,
    text: str,
    source_id: str,
    *,
    variables: Variables = NO_VARIABLES,
    cancel_token: CancelToken | None = None,
) -> int | None:
    """About how many rows a query over a data source reads, if these are more than `MANY_ROWS`; None for fewer, or
    where it isn't known. Of files, the rows counted when they were last read; of a server, what its plan expects.

    Never of Benchboard's own relations: what a server expects of them comes from the rows of all organisations.
    Raises `Cancelled` if `cancel_token` was cancelled, `Denied` if the actor may not read sources.
    """
    require(actor, "sources:read")
    if not source_id:
        return None
    try:
        source = services.get_source(session, actor, source_id)
        if _FIRST_ROWS.fullmatch(text) is not None:
            return None
        if source.server:
            rows = explain_query(
                session, actor, text,
                timeout=_TIMEOUT, cancel_token=cancel_token, variables=variables, source_id=source_id,
            ).read_rows  # fmt: skip
        else:
            rows = _rows_of_files(session, actor, text, source_id)
    except Cancelled:
        raise
    except AppError:
        return None  # the query itself says what is wrong
    return rows if rows is not None and rows > MANY_ROWS else None


def _rows_of_files(session: Session, actor: Actor, text: str, source_id: str) -> int:
    """The rows of the tables that a query over files names, as far as they were counted."""
    counts: dict[str, Mapping[str, int]] = {"": _counted(session, actor, source_id)}
    named = models_of_source(session, actor, source_id, lambda name: is_named(name, text))
    models = {one.name.casefold(): [table.table for table in one.definition.tables] for one in named}
    rows = 0
    for relation in parse_query(text).relations:
        source, table = relation.source.casefold(), relation.table.casefold()
        if source not in counts:
            try:
                found = services.get_source_matching(session, actor, relation.source)
                counts[source] = _counted(session, actor, found.id)
            except NotFound:
                counts[source] = {}
        read = models.get(table, [table]) if not source else [table]
        rows += sum(counts[source].get(one.casefold(), 0) for one in read)
    return rows


def _counted(session: Session, actor: Actor, source_id: str) -> Mapping[str, int]:
    return {one.name.casefold(): one.rows or 0 for one in services.source_tables(session, actor, source_id)}
