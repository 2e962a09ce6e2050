"""Runs queries on database servers and lists their tables, whichever kind of server it is."""

import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileResult, Variables
from benchboard.analytics.line_reduction import (
    MOST_ROWS,
    QUERY,
    Engine,
    LineExtent,
    LineSql,
    ReducedRows,
    Reduction,
    buckets_for,
    column_names,
    line_columns,
)
from benchboard.analytics.query_parser import Query
from benchboard.analytics.query_plan import QueryPlan
from benchboard.analytics.query_translator import NO_MODELS, QueryModel
from benchboard.analytics.remote import mysql, postgresql
from benchboard.analytics.remote.model_query import shown_columns, with_models
from benchboard.analytics.remote.query_check import parse_checked
from benchboard.analytics.remote.row_receiver import RowReceiver
from benchboard.analytics.remote.server_limits import RemoteTable, ServerQuery
from benchboard.analytics.remote.settings import RemoteSettings
from benchboard.analytics.row_order import without_last_order
from benchboard.errors import Unavailable

LIST_TIMEOUT: Final = 30.0
"""Seconds that listing the tables of a server may take."""


def read_tables(
    settings: RemoteSettings, password: str, *, cancel_token: CancelToken | None = None
) -> tuple[RemoteTable, ...]:
    """The tables of a server that the user may read. Raises `Unavailable` (`source.host`, `source.password` …) with the
    fact `field` if the server can't be reached, `Cancelled`."""
    query = ServerQuery("", {}, 0, LIST_TIMEOUT, time.monotonic(), cancel_token or CancelToken())
    found = mysql.read_tables if settings.kind == "mysql" else postgresql.read_tables
    return found(settings, password, query)


def run(
    settings: RemoteSettings,
    password: str,
    text: str,
    tables: Collection[str],
    *,
    limit: int,
    timeout: float,
    cancel_token: CancelToken,
    variables: Variables,
    models: Mapping[str, QueryModel] = NO_MODELS,
    reduction: Reduction | None = None,
) -> FileResult:
    """Run a query over `tables` and `models` and return `limit` rows at most; with 0, only its columns are found. One
    with more rows is reduced for the lines of a chart if `reduction` says so, and if it has lines.

    Raises `Invalid` for a query that is wrong or that the server rejects, `Unavailable` for one that takes longer than
    `timeout` seconds (`query.timeout`) or too much memory (`query.memory`), or if the server can't be reached, and
    `Cancelled`; the server then has stopped its work.
    """
    query, tree = _checked(settings, text, tables, limit, timeout, cancel_token, variables, models)
    run_on = mysql.run if settings.kind == "mysql" else postgresql.run
    found = run_on(settings, password, query)
    found = replace(found, columns=shown_columns(found.columns, tree, models))
    if reduction is None or not (found.truncated or reduction.window):
        return found
    try:
        return _reduced(settings, password, query, found, reduction) or found
    except Unavailable as error:
        if error.code not in ("query.timeout", "query.memory") or reduction.window is not None:
            raise
        return found  # its first rows


def read_rows(
    settings: RemoteSettings,
    password: str,
    text: str,
    tables: Collection[str],
    receive: RowReceiver,
    *,
    timeout: float,
    cancel_token: CancelToken,
    variables: Variables,
) -> int:
    """Hand all rows of a query over `tables` on in batches, none of which is held. Returns how many cells are empty
    because their number isn't finite. Raises what `run` raises, except for the size of a result."""
    query, _tree = _checked(settings, text, tables, 0, timeout, cancel_token, variables, NO_MODELS)
    read = mysql.read_rows if settings.kind == "mysql" else postgresql.read_rows
    return read(settings, password, query, receive)


def _reduced(
    settings: RemoteSettings, password: str, query: ServerQuery, first: FileResult, reduction: Reduction
) -> FileResult | None:
    """The rows that the lines of a chart need, of a query whose columns are known from its first rows; None where it
    can't be reduced."""
    kinds = [one.kind for one in first.columns]
    lines = line_columns(kinds, [one.presentation.format == "identifier" for one in first.columns])
    if lines is None:
        return None
    name: Engine = "mysql" if settings.kind == "mysql" else "postgresql"
    run_on, sql = mysql.run if name == "mysql" else postgresql.run, LineSql(lines, name)
    source = f"WITH {QUERY}({column_names(lines.count)}) AS (\n{without_last_order(query.text)}\n) "
    about = run_on(settings, password, replace(query, text=source + sql.extent(reduction.window), limit=1)).rows[0]
    rows, low, high, series = (float(str(one)) if one is not None else 0.0 for one in about)
    extent = LineExtent(int(rows), low, high, int(series))
    buckets = buckets_for(reduction, lines, extent)
    if buckets is None:
        return None
    low, high = reduction.window or (low, high)
    text = source + sql.rows(low, high, buckets, reduction.window)
    found = run_on(settings, password, replace(query, text=text, limit=MOST_ROWS))
    shown = ReducedRows(extent.rows, buckets, low, high)
    return FileResult(first.columns, found.rows, truncated=False, reduced=shown)


def explain(
    settings: RemoteSettings,
    password: str,
    text: str,
    tables: Collection[str],
    *,
    timeout: float,
    cancel_token: CancelToken,
    variables: Variables,
    models: Mapping[str, QueryModel] = NO_MODELS,
) -> QueryPlan:
    """How the server would run a query, which isn't run. Raises what `run` raises."""
    query, _tree = _checked(settings, text, tables, 0, timeout, cancel_token, variables, models)
    explain_on = mysql.explain if settings.kind == "mysql" else postgresql.explain
    return explain_on(settings, password, query)


def _checked(
    settings: RemoteSettings,
    text: str,
    tables: Collection[str],
    limit: int,
    timeout: float,
    cancel_token: CancelToken,
    variables: Variables,
    models: Mapping[str, QueryModel],
) -> tuple[ServerQuery, Query]:
    """The query as it is sent, and its tree. Raises `Invalid` for one that may not be sent."""
    is_mysql = settings.kind == "mysql"
    checked, tree = parse_checked(text, [*tables, *models], mysql=is_mysql)
    written, values = with_models(checked, models, tables, mysql=is_mysql).bind(variables)
    if is_mysql:  # it compares times without a zone, and the session's is UTC
        values = {key: one.replace(tzinfo=None) if isinstance(one, datetime) else one for key, one in values.items()}
    return ServerQuery(written, values, limit, timeout, time.monotonic(), cancel_token), tree
