"""`benchboard source …`: the data sources of an organisation."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import click

from benchboard import settings
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.copies import copies_folder, remove_copies, with_copies
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.state import examine
from benchboard.cli.command_context import CommandContext, paging_options, with_context, write_json
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import Choice, CliGroup, WholeNumber
from benchboard.cli.query_output import write_result
from benchboard.cli.table import print_pairs, show_table
from benchboard.i18n import _, ngettext, pgettext
from benchboard.paging import Listing

_SOURCE: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "kind": lambda row: row.kind,
    "state": lambda row: row.status,
    "tables": lambda row: list(row.tables),
    "last_sync": lambda row: row.last_sync,
    "problem": lambda row: row.problem,
    "path": lambda row: row.path,
}
_STATES: Final = ("connected", "error", "disconnected", "pending")


@click.group(cls=CliGroup)
def source() -> None:
    """Manage data sources: files that queries and widgets read.

    A source is given by its name, or by its ID from “benchboard source list”.
    """


@source.command("list")
@click.option("--search", default="", help="Part of a name.")
@click.option("--status", type=Choice(_STATES), help="Only those with this status.")
@paging_options
@with_context
def list_sources(context: CommandContext, search: str, status: str | None, limit: int, after: str | None) -> None:
    """List your organisation's data sources."""
    listing = Listing(search, {"status": status} if status else {})
    with context.database.read() as session:
        page = services.list_sources(session, context.actor, listing, after=after, limit=limit)
    columns = _SOURCE if context.as_json else _SOURCE | {"tables": lambda row: len(row.tables)}
    context.list_page(
        page,
        columns,
        shown=("id", "name", "kind", "state", "tables", "last_sync"),
        empty=empty_text(
            pgettext("no match", "data sources"),
            _("No data sources yet. Run “benchboard source add FILE”."),
            "source list",
            search=search,
            filters={"--status": status},
        ),
    )


@source.command("show")
@click.argument("which", metavar="SOURCE")
@with_context
def show(context: CommandContext, which: str) -> None:
    """Show a data source and what is wrong with it."""
    _show(context, _found(context, which))


@source.command("add")
@click.option("--name", help="Name of the source; default: the file's name.")
@click.argument("file", type=click.Path(path_type=Path))
@with_context
def add(context: CommandContext, name: str | None, file: Path) -> None:
    """Add a file as a data source.

    Queries read a CSV or Parquet file where it is; of other files Benchboard makes a copy for them.
    """
    _say(_("Reading {file}").format(file=file.name))
    inspected = inspect_file(file)
    tables = with_copies(
        tables_of(tuple(table.scan for table in inspected.tables)),
        copies_folder(settings.home(), context.actor.organisation_id),
        CancelToken(),
    )
    try:
        state = examine(tables, CancelToken())
        with context.database.change() as session:
            added = services.add_source(
                session,
                context.actor,
                name=name or file.name.partition(".")[0],
                kind=inspected.format,
                tables=tables,
                state=state,
            )
    except BaseException:
        remove_copies(tables)
        raise
    rows = sum(one.rows or 0 for one in state.tables)
    sentence = ngettext(
        "Added “{name}” with {count} row. To query it, run “benchboard query run --source {name} SQL”.",
        "Added “{name}” with {count} rows. To query it, run “benchboard query run --source {name} SQL”.",
        rows,
    )
    context.report(
        sentence.format(name=added.name, count=rows),
        id=added.id,
        name=added.name,
        kind=added.kind,
        tables=list(added.tables),
        rows=rows,
        wrong_lines=sum(table.wrong_count for table in inspected.tables),
    )


@source.command("refresh")
@click.argument("which", metavar="SOURCE")
@with_context
def refresh(context: CommandContext, which: str) -> None:
    """Check a data source's files again, and show what was found."""
    found = _found(context, which)
    _say(_("Reading {file}").format(file=found.name))
    _show(context, services.refresh_source(context.database, context.actor, found.id))


@source.command("remove")
@click.argument("which", metavar="SOURCE")
@click.option("--force", is_flag=True, help="Remove it even if dashboards use it.")
@with_context
def remove(context: CommandContext, which: str, force: bool) -> None:
    """Remove a data source.

    Its files stay where they are.
    """
    found = _found(context, which)
    with context.database.change() as session:
        copied = services.copied_tables(session, context.actor, found.id)
        removed = services.remove_source(session, context.actor, found.id, even_if_used=force)
    remove_copies(copied)
    context.report(_("Removed “{name}”.").format(name=removed.name), id=removed.id, name=removed.name)


@source.command("tables")
@click.argument("which", metavar="SOURCE")
@with_context
def tables_(context: CommandContext, which: str) -> None:
    """List the tables of a data source with their columns."""
    with context.database.read() as session:
        found = services.get_source_matching(session, context.actor, which)
        tables = services.source_tables(session, context.actor, found.id)
    rows: list[dict[str, object]] = [
        {"table": table.name, "column": one.name, "title": one.title, "kind": one.kind, "unit": one.unit,
         "rows": table.rows}
        for table in tables
        for one in table.columns
    ]  # fmt: skip
    _show_rows(context, rows, ("table", "column", "title", "kind", "unit", "rows"))


@source.command("sample")
@click.argument("which", metavar="SOURCE")
@click.argument("table", required=False)
@click.option("--limit", type=WholeNumber(1, services.SAMPLE_ROWS), default=10, show_default=True, metavar="N",
              help="Show at most this many rows.")  # fmt: skip
@with_context
def sample(context: CommandContext, which: str, table: str | None, limit: int) -> None:
    """Show the first rows of a table of a data source; without TABLE, of its first one."""
    with context.database.read() as session:
        found = services.get_source_matching(session, context.actor, which)
        name = table or (found.tables[0] if found.tables else "")
        rows = services.sample_rows(session, context.actor, found.id, name, limit=limit)
    write_result(context, [column.name for column in rows.columns], rows.rows, truncated=rows.truncated)


def _found(context: CommandContext, which: str) -> SourceSummary:
    with context.database.read() as session:
        return services.get_source_matching(session, context.actor, which)


def _show(context: CommandContext, found: SourceSummary) -> None:
    row = {name: read(found) for name, read in _SOURCE.items()}
    if context.as_json:
        write_json(row)
    else:
        print_pairs({**row, "tables": ", ".join(found.tables), "problem": found.problem or None})


def _show_rows(context: CommandContext, rows: Sequence[dict[str, object]], names: Sequence[str]) -> None:
    if context.as_json:
        write_json({"items": list(rows), "next": None})
    else:
        show_table({name: itemgetter(name) for name in names}, rows)


def _say(text: str) -> None:
    """Show progress, where it doesn't disturb what a program reads."""
    click.echo(f"{text} …", err=True)
