"""`benchboard source …`: the data sources of an organisation."""

import os
from collections.abc import Callable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import click

from benchboard import settings
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.remote.settings import DEFAULT_PORTS, REMOTE_KINDS, TLS_MODES, RemoteKind
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.copies import copies_folder, remove_copies, with_copies
from benchboard.analytics.sources.servers import change_password, connect_server
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.state import examine
from benchboard.cli.command_context import CommandContext, paging_options, with_context, write_json
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import Choice, CliGroup, WholeNumber
from benchboard.cli.people import ask_password
from benchboard.cli.query_output import write_result
from benchboard.cli.table import print_pairs, show_table
from benchboard.i18n import _, ngettext, pgettext
from benchboard.identity.permissions import require
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
    "server": lambda row: row.server,
}
_STATES: Final = ("connected", "error", "disconnected", "pending")


@click.group(cls=CliGroup)
def source() -> None:
    """Manage data sources: files and database servers that queries and widgets read.

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


@source.command("connect")
@click.argument("kind", type=Choice(REMOTE_KINDS))
@click.option("--name", required=True, help="Name of the source.")
@click.option("--host", required=True, help="Name or address of the server.")
@click.option("--port", type=WholeNumber(1, 65_535), metavar="N", help="Default: 5432 or 3306.")
@click.option("--database", "database_name", required=True, help="Database on the server.")
@click.option("--user", required=True, help="User to sign in as; best one that may only read.")
@click.option("--schema", default="", help="Read only this schema (PostgreSQL); default: all.")
@click.option("--tls", type=Choice(TLS_MODES), default="verify", show_default=True,
              help="Check the server's certificate, only encrypt, or neither.")  # fmt: skip
@click.option("--ca", default="", metavar="FILE", help="Certificates to trust; default: the system's.")
@with_context
def connect(
    context: CommandContext, kind: RemoteKind, name: str, host: str, port: int | None, database_name: str, user: str,
    schema: str, tls: str, ca: str,
) -> None:  # fmt: skip
    """Add a database on a PostgreSQL, MySQL or MariaDB server as a data source.

    Asks for the password, or reads it from standard input, or from BENCHBOARD_SOURCE_PASSWORD. It is stored encrypted.
    Queries are in the server's own language and only read.

    \b
    Example:
      benchboard source connect postgresql --name Shop --host db.example --database shop --user reader
    """
    require(context.actor, "sources:write")
    settings = {"host": host, "port": port or DEFAULT_PORTS[kind], "database": database_name, "user": user,
                "schema": schema, "tls": tls, "ca": str(Path(ca).absolute()) if ca else ""}  # fmt: skip
    password = _password()
    _say(_("Connecting to {server}").format(server=host))
    tables = connect_server(settings, kind, password)
    with context.database.change() as session:
        added = services.add_server(
            session, context.actor, name=name, kind=kind, settings=settings, password=password, tables=tables
        )
    sentence = ngettext(
        "Added “{name}” with {count} table. To query it, run “benchboard query run --source {name} SQL”.",
        "Added “{name}” with {count} tables. To query it, run “benchboard query run --source {name} SQL”.",
        len(tables),
    )
    context.report(
        sentence.format(name=added.name, count=len(tables)),
        id=added.id,
        name=added.name,
        kind=added.kind,
        tables=list(added.tables),
    )


@source.command("password")
@click.argument("which", metavar="SOURCE")
@with_context
def password_(context: CommandContext, which: str) -> None:
    """Change the password with which a data source signs in to its server.

    Asks for it, or reads it from standard input, or from BENCHBOARD_SOURCE_PASSWORD.
    """
    found = _found(context, which)
    password = _password()
    with context.database.change() as session:
        change_password(session, context.actor, found.id, password)
    context.report(_("The password of “{name}” was changed.").format(name=found.name), id=found.id, name=found.name)


@source.command("test")
@click.argument("which", metavar="SOURCE")
@with_context
def test(context: CommandContext, which: str) -> None:
    """Check that a data source can be read; fails with the cause if it can't."""
    found = _found(context, which)
    with context.database.read() as session:
        services.test_source(session, context.actor, found.id)
    context.report(_("“{name}” can be read.").format(name=found.name), id=found.id, name=found.name)


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


def _password() -> str:
    """The password of a server: never an argument, which other programs can see."""
    return os.environ.get("BENCHBOARD_SOURCE_PASSWORD") or ask_password()


def _say(text: str) -> None:
    """Show progress, where it doesn't disturb what a program reads."""
    click.echo(f"{text} …", err=True)
