"""`benchboard query …`: run and check queries."""

import sys
from operator import itemgetter

import click

from benchboard.analytics import queries
from benchboard.analytics.sources import services
from benchboard.cli.command_context import CommandContext, with_context, write_json
from benchboard.cli.options import CliGroup, WholeNumber
from benchboard.cli.query_output import write_result
from benchboard.cli.table import show_table

_SOURCE = click.option(
    "--source", "source_name", metavar="SOURCE", help="The data source to query; default: Benchboard's own data."
)


@click.group(cls=CliGroup)
def query() -> None:
    """Run and check queries over data sources and Benchboard's own data."""


@query.command("run")
@_SOURCE
@click.option("--limit", type=WholeNumber(1, queries.MAX_ROWS), default=queries.DEFAULT_ROWS, show_default=True,
              metavar="N", help="Show at most this many rows.")  # fmt: skip
@click.argument("sql")
@with_context
def run(context: CommandContext, source_name: str | None, limit: int, sql: str) -> None:
    """Run a SELECT and show its rows.

    Use - as SQL to read it from standard input.
    """
    source_id = _source_id(context, source_name)
    with context.database.read() as session:
        found = queries.run_query(session, context.actor, _text(sql), limit=limit, source_id=source_id)
    write_result(context, [column.name for column in found.columns], found.rows, truncated=found.truncated)


@query.command("check")
@_SOURCE
@click.argument("sql")
@with_context
def check(context: CommandContext, source_name: str | None, sql: str) -> None:
    """Check a SELECT without running it, and show its columns.

    Use - as SQL to read it from standard input.
    """
    source_id = _source_id(context, source_name)
    with context.database.read() as session:
        columns = (
            queries.check_query(_text(sql))
            if source_id is None
            else queries.check_source_query(session, context.actor, _text(sql), source_id)
        )
    rows = [{"column": one.name, "title": one.title, "kind": one.kind} for one in columns]
    if context.as_json:
        write_json({"columns": rows})
    else:
        show_table({name: itemgetter(name) for name in ("column", "title", "kind")}, rows)


def _source_id(context: CommandContext, name: str | None) -> str | None:
    if name is None:
        return None
    with context.database.read() as session:
        return services.get_source_matching(session, context.actor, name).id


def _text(sql: str) -> str:
    return sys.stdin.read(queries.MAX_ROWS * 10) if sql == "-" else sql
