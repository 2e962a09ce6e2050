"""`benchboard query …`: run and check queries."""

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any

import click

from benchboard.analytics import queries
from benchboard.analytics.files.kind_titles import kind_title
from benchboard.analytics.plan_shares import plan_warnings
from benchboard.analytics.query_plan import indented
from benchboard.analytics.sources import services
from benchboard.analytics.table_export.formats import EXPORT_FORMATS, ExportFormat, as_text_note, export_table
from benchboard.cli.command_context import CommandContext, with_context, write_json
from benchboard.cli.file_output import overwrite_option, require_writable, write_output_file
from benchboard.cli.options import Choice, CliGroup, Incomplete, WholeNumber
from benchboard.cli.query_output import write_result
from benchboard.cli.table import show_table
from benchboard.cli.terminal import printable
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext
from benchboard.identity.permissions import has_permission
from benchboard.paging import Listing
from benchboard.storage.keyset_paging import MAX_PAGE

_SOURCE = click.option(
    "--source", "source_name", metavar="SOURCE", help="Data source to query; default: Benchboard's own data."
)


@click.group(cls=CliGroup)
def query() -> None:
    """Run and check queries over data sources and Benchboard's own data."""


@query.command("run")
@_SOURCE
@click.option("--limit", type=WholeNumber(1, queries.MAX_ROWS), metavar="N",
              help="Return at most this many rows; default: 1000, or 10000 with --out.")  # fmt: skip
@click.option("--out", "file", type=click.Path(allow_dash=True, path_type=Path), metavar="FILE",
              help="Write the rows to this file instead of showing them; - for standard output.")  # fmt: skip
@overwrite_option
@click.option("--format", "export_format", type=Choice({name: name for name in EXPORT_FORMATS}),
              help="Format of the file; default: the one of its extension.")  # fmt: skip
@click.argument("sql")
@with_context
def run(
    context: CommandContext,
    source_name: str | None,
    limit: int | None,
    file: Path | None,
    export_format: ExportFormat | None,
    overwrite: bool,
    sql: str,
) -> None:
    """Run a SELECT and show its rows, or write them to a CSV, Excel or Parquet file.

    Use - as SQL to read it from standard input. Dividing by zero gives no value.

    \b
    Examples:
      benchboard query run "SELECT status, count(*) FROM orders GROUP BY status"
      benchboard query run "SELECT * FROM orders" --out orders.xlsx
    """
    if file is not None:
        require_writable(file, overwrite=overwrite)
    chosen = _export_format(file, export_format)
    source_id = _source_id(context, source_name)
    limit = limit or (queries.DEFAULT_ROWS if file is None else queries.MAX_ROWS)
    text = _text(sql)
    with _naming_source(context, text), context.database.read() as session:
        found = queries.run_query(session, context.actor, text, limit=limit, source_id=source_id)
    if file is not None and chosen is not None:
        _write_table(context, file, chosen, found)
        return
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
    text = _text(sql)
    with _naming_source(context, text), context.database.read() as session:
        columns = queries.check_source_query(session, context.actor, text, source_id)
    rows = [{"column": one.name, "title": one.title, "kind": one.kind} for one in columns]
    if context.as_json:
        write_json({"columns": rows})
    else:
        shown: dict[str, Callable[[Any], object]] = {
            "column": itemgetter("column"),
            "title": itemgetter("title"),
            "kind": lambda row: kind_title(row["kind"]),
        }
        show_table(shown, rows)


@query.command("explain")
@_SOURCE
@click.option("--raw", is_flag=True, help="Show the plan as the database describes it.")
@click.argument("sql")
@with_context
def explain(context: CommandContext, source_name: str | None, raw: bool, sql: str) -> None:
    """Show how the database would run a SELECT, without running it.

    Use - as SQL to read it from standard input.
    """
    source_id = _source_id(context, source_name)
    text = _text(sql)
    with _naming_source(context, text), context.database.read() as session:
        plan = queries.explain_query(session, context.actor, text, source_id=source_id)
    if context.as_json:
        known = {"read_rows": plan.read_rows, "cost": plan.cost}
        write_json(
            {
                **{name: value for name, value in known.items() if value is not None},
                **({"raw": plan.raw} if raw else {}),
                "warnings": list(plan_warnings(plan)),
                "steps": [step.to_json() for step in plan.steps],
            }
        )
        return
    if raw:
        for line in plan.raw.splitlines():
            click.echo(printable(line))
        return
    for step, depth in indented(plan.steps):
        click.echo(printable("  " * depth + (f"{step.title} · {step.note}" if step.note else step.title)))
    for warning in plan_warnings(plan):
        click.echo(printable(warning), err=True)
    if not plan.steps:
        click.echo(_("The query reads no table."), err=True)


def _export_format(file: Path | None, chosen: ExportFormat | None) -> ExportFormat | None:
    """The format of the file to write; None without a file."""
    if file is None:
        if chosen is not None:
            raise Incomplete(_("Specify the file to write with --out."), needed=_options("file", "export_format"))
        return None
    by_name = next((one for one in EXPORT_FORMATS if file.suffix.lower() == f".{one}"), None)
    if chosen is None and by_name is None:
        raise Incomplete(_("Specify the format of the file with --format."), needed=_options("file", "export_format"))
    return chosen or by_name


def _options(*names: str) -> list[click.Parameter]:
    """These options of the command that runs."""
    return [one for one in click.get_current_context().command.params if one.name in names]


def _write_table(context: CommandContext, file: Path, export_format: ExportFormat, table: queries.ResultTable) -> None:
    made = export_table(table, export_format, title=file.stem)
    if str(file) == "-":
        click.echo(made.content, nl=False)
    else:
        write_output_file(file, made.content)
        count = len(table.rows)
        sentence = ngettext("Wrote {count} row to {file}.", "Wrote {count} rows to {file}.", count)
        context.report(
            sentence.format(count=count, file=file),
            file=str(file),
            rows=count,
            truncated=table.truncated,
            as_text=made.as_text,
        )
    if note := as_text_note(made.as_text):
        click.echo(note, err=True)
    if table.truncated:
        sentence = _("The query returns more rows than the {count} in the file. To write more, add --limit.")
        if len(table.rows) >= queries.MAX_ROWS:
            sentence = _(
                "The query returns more rows than the {count} in the file, which are the most that are possible."
            )
        click.echo(sentence.format(count=len(table.rows)), err=True)


def _source_id(context: CommandContext, name: str | None) -> str | None:
    if name is None:
        return None
    with context.database.read() as session:
        return services.get_source_matching(session, context.actor, name).id


@contextmanager
def _naming_source(context: CommandContext, text: str) -> Iterator[None]:
    """Let the error of a table that doesn't exist say so where a data source has that name, or such a table."""
    try:
        yield
    except Invalid as error:
        start, end = error.facts.get("start"), error.facts.get("end")
        if (
            error.code == "query.no-table"
            and has_permission(context.actor, "sources:read")
            and isinstance(start, int)
            and isinstance(end, int)
        ):
            table = text[start:end].strip('"').lower()
            with context.database.read() as session:
                sources = services.list_sources(session, context.actor, Listing(), limit=MAX_PAGE).rows
            named = [one for one in sources if table in (one.name.lower(), *map(str.lower, one.tables))]
            if named:
                sentence = _("“{table}” is in the data source “{source}”. Add --source {option}.")
                if named[0].name.lower() == table:
                    sentence = _("“{table}” is a data source. Add --source {option}.")
                name = named[0].name
                error.do = sentence.format(table=table, source=name, option=shlex.quote(name))
        raise


def _text(sql: str) -> str:
    return sys.stdin.read(queries.MAX_ROWS * 10) if sql == "-" else sql
