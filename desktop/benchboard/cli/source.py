"""`benchboard source …`: the data sources of an organisation."""

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from textwrap import shorten
from typing import Any, Final

import click

from benchboard import settings
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.file_writing import (
    assumed_unit_sentence,
    differing_kind_sentence,
    read_in_currency_sentence,
    written_sentence,
)
from benchboard.analytics.files.formats import detect_format
from benchboard.analytics.files.inspection import empty_sheets, inspect_file
from benchboard.analytics.files.inspection_types import RenamedColumn, TableInspection, WrongLine
from benchboard.analytics.files.kind_titles import kind_title
from benchboard.analytics.files.other_titles import other_titles, other_titles_sentence
from benchboard.analytics.files.partial_columns import partial_column_sentence, unread_sentence
from benchboard.analytics.files.renamed_columns import renamed_sentence
from benchboard.analytics.files.scan import FileScan, ReadOptions
from benchboard.analytics.files.spaced_columns import trimmed_sentence
from benchboard.analytics.files.total_columns import total_column_sentence
from benchboard.analytics.files.wrong_lines import mixed_column_sentence, mixed_units_sentence, null_words_sentence
from benchboard.analytics.remote.settings import DEFAULT_PORTS, REMOTE_KINDS, TLS_MODES, RemoteKind, checked_settings
from benchboard.analytics.rest.settings import AUTHENTICATIONS, MAX_PAGE_SIZE, PAGINGS, checked_rest
from benchboard.analytics.sources import lineage, services
from benchboard.analytics.sources.catalog import get_row
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.copied_table import CopiedTable
from benchboard.analytics.sources.copies import copies_folder, remove_copies, with_copies
from benchboard.analytics.sources.file_news import (
    changes_text,
    copied_table_text,
    file_news,
    file_problems,
    live_text,
    original_gone_text,
    status_title,
)
from benchboard.analytics.sources.live_sources import add_live
from benchboard.analytics.sources.original_files import original_files
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.rest_connection import change_secret
from benchboard.analytics.sources.rest_import import RestRequest, add_rest
from benchboard.analytics.sources.server_copy_import import CopyRequest, add_server_copy
from benchboard.analytics.sources.servers import change_password, connect_server, no_password
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_ids import id_for_new
from benchboard.analytics.sources.source_reading import DOUBTFUL, copies_before, read_source_again
from benchboard.analytics.sources.state import examine
from benchboard.canbus.dbc_files import load_databases
from benchboard.cli import source_access
from benchboard.cli.command_context import CommandContext, paging_options, with_context, write_json
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.lineage_output import write_uses
from benchboard.cli.options import Choice, CliGroup, NamedValue, WholeNumber, renamed
from benchboard.cli.people import ask_password
from benchboard.cli.query_output import write_result
from benchboard.cli.suggested_commands import for_same_database
from benchboard.cli.table import print_pairs, show_table
from benchboard.cli.terminal import printable
from benchboard.dongles import fleet
from benchboard.errors import Conflict, Invalid, Unavailable
from benchboard.i18n import _, ngettext, pgettext
from benchboard.paging import Listing


def _news_text(source: SourceSummary) -> str:
    if source.live_state is not None:
        return live_text(source.name, source.live_state, lambda time: f"{time.astimezone():%Y-%m-%d %H:%M:%S}")
    if file_news(source) == "original_gone" and source.last_sync is not None:
        return original_gone_text(source, f"{source.last_sync.astimezone():%Y-%m-%d %H:%M}")
    return changes_text(source)


_SOURCE: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "kind": lambda row: row.kind,
    "state": lambda row: row.status,
    "tables": lambda row: list(row.tables),
    "last_sync": lambda row: row.last_sync,
    "problem": lambda row: row.problem,
    "path": lambda row: row.path,
    "unread_files": lambda row: list(row.unread_files),
    "unread_reasons": lambda row: list(row.unread_reasons),
    "partial_columns": lambda row: [
        {"title": one.title, "files": one.count, "of": one.of} for one in row.partial_columns
    ],
    "assumed_units": lambda row: [{"title": title, "unit": unit} for title, unit in row.assumed_units],
    "left_out": lambda row: row.left_out,
    "emptied": lambda row: row.emptied,
    "total_rows": lambda row: row.totals,
    "server": lambda row: row.server or row.address,
    "copy_of": lambda row: row.copy_of.to_json() if row.copy_of is not None else None,
}
_STATES: Final = ("connected", "error", "disconnected", "pending")
_SOURCE_TEXT: Final = _SOURCE | {
    "kind": lambda row: row.kind_title,
    "state": lambda row: status_title(row, file_news(row), file_problems(row)),
    "problem": lambda row: row.problem or _news_text(row),
    "server": lambda row: row.server or row.address or (row.live.title if row.live is not None else ""),
    "copy_of": lambda row: copied_table_text(row) or None,
}
"""The texts in tables, as in the window; JSON has the values that options take."""


@click.group(cls=CliGroup)
def source() -> None:
    """Manage data sources: files, database servers and REST APIs that queries and widgets read.

    A source is given by its name, or by its ID from “benchboard source list”.
    """


@source.command("list")
@click.option("--search", default="", help="Part of a name.")
@click.option("--status", type=Choice(_STATES), help="Only data sources with this status.")
@paging_options
@with_context
def list_sources(context: CommandContext, search: str, status: str | None, limit: int, after: str | None) -> None:
    """List your organisation's data sources."""
    listing = Listing(search, {"status": status} if status else {})
    with context.database.read() as session:
        page = services.list_sources(session, context.actor, listing, after=after, limit=limit)
    columns = _SOURCE if context.as_json else _SOURCE_TEXT | {"tables": lambda row: len(row.tables)}
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
    """Show a data source, its status and any problem."""
    _show(context, _found(context, which))


@source.command("add")
@click.option("--name", help="Name of the data source; default: the file's name.")
@click.option("--keep-total", is_flag=True, help="Read the total row and the column of totals as any other.")
@click.option(
    "--local-times",
    is_flag=True,
    help="Keep times with an offset, such as +03:00, as the file has them; default: as times in UTC.",
)
@click.option("--keep-spaces", is_flag=True, help="Keep spaces at the start and end of text; default: remove them.")
@click.option("--no-file-names", is_flag=True, help="Leave out the column with the file names of a folder.")
@click.option("--subfolders", is_flag=True, help="Read the CSV and Parquet files in subfolders too; a copy is kept of "
              "them. Names such as year=2026 become columns.")  # fmt: skip
@click.option("--file-column", metavar="NAME", help="Name of that column; default: File.")
@click.option("--allow-empty", is_flag=True, help="Add a file that has no rows.")
@click.option(
    "--stack",
    multiple=True,
    type=NamedValue("FILE=LIKE"),
    help="Read a CSV file of a folder under the column names of another one, as one table. Repeatable.",
)
@click.option(
    "--renamed",
    multiple=True,
    type=NamedValue("NEW=OLD"),
    help="Read the column NEW of a folder's CSV file as the column OLD that other files have. Repeatable.",
)
@click.argument("file", type=click.Path(path_type=Path))
@with_context
def add(
    context: CommandContext,
    name: str | None,
    keep_total: bool,
    local_times: bool,
    keep_spaces: bool,
    no_file_names: bool,
    subfolders: bool,
    file_column: str | None,
    allow_empty: bool,
    stack: tuple[tuple[str, str], ...],
    renamed: tuple[tuple[str, str], ...],
    file: Path,
) -> None:
    """Add a file, or a folder of files whose columns have the same names, as a data source.

    FILE is a CSV, Parquet, Excel, SQLite or DuckDB file, or a recording of a CAN bus (candump -L, ASC or TRC). CSV and
    Parquet files are queried where they are, which the window calls “Link to the file”; of the others, Benchboard keeps
    a copy. The window copies every file unless you
    choose otherwise. A total row at the end of a table is left out, as it would double every sum.

    \b
    Example:
      benchboard source add trips.csv --name Trips
    """
    with context.database.read() as session:
        services.require_name(session, context.actor, name or file.name.partition(".")[0])
    if file_column is not None and (no_file_names or not file_column.strip()):
        raise click.UsageError(_("--file-column needs a name, and can't be used with --no-file-names."))
    detect_format(file.absolute())  # nothing is read of a file that doesn't exist or has no tables
    _say(_("Reading {file}").format(file=file.name))
    options = ReadOptions(zoned_times="written" if local_times else "utc", trim_spaces=not keep_spaces)
    fixed = frozenset(("zoned_times", "trim_spaces", *(["total_label"] if keep_total else [])))
    inspected = inspect_file(
        file, options, fixed=fixed, same_as=dict(stack), renamings=renamed, nested=subfolders or None
    )
    if not allow_empty and not any(table.rows for table in inspected.tables):
        raise Invalid(
            "sources.no-rows", _("“{name}” has no rows.").format(name=file.name), why=_why_no_rows(inspected.tables),
            do=_("Check the file. To add it without rows, repeat the command with --allow-empty."),
        )  # fmt: skip
    empty = empty_sheets(inspected.tables)
    with context.database.read() as session:
        kind = inspected.tables[0].scan.format  # a folder's files have one
        source_id = id_for_new(session, context.actor, name or file.name.partition(".")[0], kind)
    scans = (table.scan for table in inspected.tables if table not in empty)
    named = tables_of(tuple(_with_file_names(scan, file_column, left_out=no_file_names) for scan in scans))
    originals = original_files(named)
    tables = with_copies(
        named,
        copies_folder(settings.home(), context.actor.organisation_id),
        source_id,
        CancelToken(),
    )
    try:
        state = examine(tables, CancelToken(), originals)
        counted = zip(state.tables, (one for one in inspected.tables if one not in empty), strict=False)
        state = replace(
            state,
            tables=tuple(found.with_lines(table) for found, table in counted) if not state.problem else state.tables,
            unread=tuple((one.name, unread_sentence(one)) for one in inspected.skipped),
        )
        with context.database.change() as session:
            added = services.add_source(
                session,
                context.actor,
                name=name or file.name.partition(".")[0],
                kind=kind,
                tables=tables,
                state=state,
                source_id=source_id,
            )
    except BaseException:
        remove_copies(tables)
        raise
    rows = sum(one.rows or 0 for one in state.tables)
    for file_ in inspected.skipped:
        click.echo(printable(unread_sentence(file_)), err=True)
    for other in other_titles(inspected.tables):
        hint = _("To read them as one table, add “{option}”.")
        hint = hint.format(option=f"--stack {shlex.quote(f'{other.files[0]}={other.like}')}")
        click.echo(printable(f"{other_titles_sentence(other)} {hint}"), err=True)
    for column in (one for table in inspected.tables for one in table.renamed):
        click.echo(printable(f"{renamed_sentence(column)} {_renamed_hint((column,))}"), err=True)
    for table in empty:
        click.echo(
            printable(_("The sheet “{name}” has no rows and is left out.").format(name=table.scan.table)), err=True
        )
    wrong = sum(table.wrong_count for table in inspected.tables)
    for table in (one for one in inspected.tables if one not in empty):
        for text in _line_texts(table):
            click.echo(printable(text), err=True)
    _report_added(
        context,
        added,
        rows,
        wrong_lines=wrong,
        total_lines=[line.line for table in inspected.tables for line in table.total_lines],
    )


def _with_file_names(scan: FileScan, title: str | None, *, left_out: bool) -> FileScan:
    """The table of a folder without the column with its files' names, or with another title of it."""
    if left_out:
        return replace(scan, file_column="")
    return scan if title is None else scan.with_file_title(" ".join(title.split()))


def _renamed_hint(found: Sequence[RenamedColumn]) -> str:
    """The options that say which columns those with other titles are."""
    pairs = (f"{one.title}={one.suggested or one.columns[0]}" for one in found)
    option = " ".join(f"--renamed {shlex.quote(pair)}" for pair in pairs)
    return _("To read it as that column, add “{option}”.").format(option=option)


def _why_no_rows(tables: Sequence[TableInspection]) -> str:
    """Where the only lines of a text file without rows went: to the titles of its columns; else empty."""
    if len(tables) != 1 or tables[0].scan.format != "csv" or not tables[0].scan.options.header:
        return ""
    names = ", ".join(column.title for column in tables[0].scan.columns)
    return _("Its first line is read as the column names: {names}.").format(names=shorten(names, 80, placeholder=" …"))


def _line_texts(table: TableInspection) -> Iterator[str]:
    """Columns that some files lack, the total rows and the lines that don't fit, as the window names them."""
    if table.apart:
        yield table.apart
    if said := written_sentence(table.scan):
        yield said
    for differing in table.differing_kinds:
        yield differing_kind_sentence(table.scan, differing)
    for assumed in table.assumed_units:
        yield assumed_unit_sentence(table.scan, assumed)
    yield from map(partial_column_sentence, table.partial_columns)
    skipped = bool(table.scan.options.total_label)
    for line in table.total_lines:
        text = (
            _("Line {line}, “{label}”, is a total row and is left out. To keep it, add --keep-total.")
            if skipped
            else _("Line {line}, “{label}”, is a total row and is read like the others.")
        )
        yield _in_file(line, text.format(line=line.line, label=line.value))
    count = table.wrong_count
    if count:
        yield ngettext("{count} line doesn't fit its columns:", "{count} lines don't fit their columns:", count).format(
            count=count
        )
    for line in table.wrong_lines:
        text = _("Line {line}: {sentence} {outcome}.").format(
            line=line.line, sentence=line.sentence, outcome=_outcome(line)
        )
        yield "  " + _in_file(line, text)
    if (rest := count - len(table.wrong_lines)) > 0:
        yield "  " + ngettext("and {count} more line", "and {count} more lines", rest).format(count=rest)
    if said := trimmed_sentence(table):
        yield said
    if said := null_words_sentence(table.scan.options):
        yield said
    for total in table.total_columns:
        said = total_column_sentence(table.scan, total)
        yield said + (" " + _("To keep it, add --keep-total.") if total.left_out else "")
    for units in table.mixed_units:
        yield mixed_units_sentence(table.scan.columns[units.place].title, units)
    for mixed in table.mixed_columns:
        yield mixed_column_sentence(table.scan.columns[mixed.place].title, mixed)


def _outcome(line: WrongLine) -> str:
    """What becomes of a line that doesn't fit, in a file that is added as it was detected."""
    if line.left_out:
        return _("Line skipped")
    return _("Value left empty") if line.column is not None else _("Rest left empty")


def _in_file(line: WrongLine, text: str) -> str:
    return f"{line.file}: {text}" if line.file else text


def _how_to_query(name: str) -> str:
    """The command that queries the data source `name`, in the database of the command that runs."""
    do = _("To query it, run “{command}”.").format(command=f"benchboard query run --source {shlex.quote(name)} SQL")
    return for_same_database(click.get_current_context(), do)


@source.command("add-server")
@click.argument("kind", type=Choice(REMOTE_KINDS))
@click.option("--name", required=True, help="Name of the data source.")
@click.option("--host", required=True, help="Name or address of the server.")
@click.option("--port", type=WholeNumber(1, 65_535), metavar="N",
              help="Port of the server; default: 5432 for PostgreSQL, 3306 for MySQL and MariaDB.")  # fmt: skip
@click.option("--database", "database_name", required=True, help="Name of the database on the server.")
@click.option("--user", required=True, help="User to sign in as, preferably one with read-only access.")
@click.option("--schema", default="", help="PostgreSQL schema to read; default: all of them.")
@click.option("--tls", type=Choice(TLS_MODES), default="verify", show_default=True,
              help="Encrypt and check the server's certificate (verify), only encrypt (require), or neither "
                   "(off).")  # fmt: skip
@click.option("--ca", default="", metavar="FILE", help="File with the certificates to trust; default: the system's.")
@with_context
def add_server(
    context: CommandContext, kind: RemoteKind, name: str, host: str, port: int | None, database_name: str, user: str,
    schema: str, tls: str, ca: str,
) -> None:  # fmt: skip
    """Add a database on a PostgreSQL, MySQL or MariaDB server as a data source.

    For MariaDB, use mysql. The command asks for the password, or reads it from standard input or from
    BENCHBOARD_SOURCE_PASSWORD, and stores it encrypted. Queries use the server's SQL and can't change its data.

    \b
    Example:
      benchboard source add-server postgresql --name Shop --host db.example.com --database shop --user reader
    """
    with context.database.read() as session:
        services.require_name(session, context.actor, name)
    settings = {"host": host, "port": port or DEFAULT_PORTS[kind], "database": database_name, "user": user,
                "schema": schema, "tls": tls, "ca": str(Path(ca).absolute()) if ca else ""}  # fmt: skip
    checked_settings(settings, kind)  # before it asks for a password
    password = _password()
    _say(_("Connecting to {server}").format(server=host))
    tables = connect_server(settings, kind, password)
    with context.database.change() as session:
        added = services.add_server(
            session, context.actor, name=name, kind=kind, settings=settings, password=password, tables=tables
        )
    sentence = ngettext("Added “{name}” with {count} table.", "Added “{name}” with {count} tables.", len(tables))
    context.report(
        f"{sentence.format(name=added.name, count=len(tables))} {_how_to_query(added.name)}",
        id=added.id,
        name=added.name,
        kind=added.kind,
        tables=list(added.tables),
    )


@source.command("add-copy")
@click.argument("which", metavar="SOURCE")
@click.argument("table")
@click.option("--name", required=True, help="Name of the data source.")
@click.option(
    "--newer-by",
    default="",
    metavar="COLUMN",
    help="Column of whole numbers, dates or times that grow with each new row: a refresh then reads only the "
    "rows from its largest value on. Smaller ones that are added, changed or deleted later aren't noticed.",
)
@with_context
def add_copy(context: CommandContext, which: str, table: str, name: str, newer_by: str) -> None:
    """Add a copy of a server's table as a data source.

    Queries over it don't reach the server, and can join it with files and with copies from other servers. “benchboard
    source refresh NAME” reads the table again. Whoever may use SOURCE now may use the copy.

    \b
    Example:
      benchboard source add-copy Shop orders --name "Shop orders" --newer-by id
    """
    original = _found(context, which)
    request = CopyRequest(name, CopiedTable(original.id, table, newer_by))
    _say(_("Reading {file}").format(file=table))
    folder = copies_folder(settings.home(), context.actor.organisation_id)
    added = add_server_copy(context.database, context.actor, request, folder)
    _report_added(context, added, added.rows or 0)


@source.command("add-live")
@click.option("--name", required=True, help="Name of the data source.")
@click.option("--database", "databases", required=True, multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="CAN database (DBC, KCD, SYM, ARXML) that decodes the frames. Repeatable.")  # fmt: skip
@click.argument("dongle", metavar="DONGLE")
@with_context
def add_live_source(context: CommandContext, name: str, databases: tuple[Path, ...], dongle: str) -> None:
    """Add the signals on the live bus of a dongle as a data source.

    DONGLE is a device ID from “benchboard dongle list”. The source has values once the live bus of the dongle is open
    in the window on this computer: for each signal a row for every tenth of a second, for the last ten minutes.

    \b
    Example:
      benchboard source add-live 4f1c22b7a9d00e51 --name Conveyor --database conveyor.dbc
    """
    with context.database.read() as session:
        services.require_name(session, context.actor, name)
        found = fleet.find_dongle(session, context.actor, dongle)
    if found is None:
        raise fleet.unknown_dongle()
    load_databases(databases)  # what can't be read isn't stored
    with context.database.change() as session:
        added = add_live(
            session, context.actor, name=name, dongle=found.device_id, title=found.title, databases=databases
        )
    do = _("Open the live bus of {dongle} in the window to fill it.").format(dongle=found.title)
    context.report(
        f"{_('Added “{name}”.').format(name=added.name)} {do} {_how_to_query(added.name)}",
        id=added.id,
        name=added.name,
        kind=added.kind,
        tables=list(added.tables),
    )


source.add_command(renamed(add_server, "connect"))
for _command in source_access.COMMANDS:
    source.add_command(_command)


@contextmanager
def _advise_on_local_addresses() -> Iterator[None]:
    """Name the option in the error of a local address."""
    try:
        yield
    except Unavailable as error:
        if error.code == "rest.local":
            error.do = _("If you trust the server, add --allow-local.")
        raise


@source.command("add-api")
@click.option("--name", required=True, help="Name of the data source.")
@click.option("--post", "body", metavar="JSON", help="Send this JSON by POST; default: GET.")
@click.option("--header", "headers", multiple=True, metavar="TEXT",
              help="A header to send, such as “Accept-Language: tr”. Repeatable. Not for secrets.")  # fmt: skip
@click.option("--auth", type=Choice(AUTHENTICATIONS), default="none", show_default=True,
              help="A token (bearer), user and password (basic), or a key in a header or query parameter.")  # fmt: skip
@click.option("--user", default="", help="User of --auth basic.")
@click.option("--key-name", default="", metavar="NAME", help="Header or query parameter of the key.")
@click.option("--rows", "rows_path", default="", metavar="PATH",
              help="Where the rows are, such as $.data.items; default: found in the answer.")  # fmt: skip
@click.option("--paging", type=Choice(PAGINGS), default="none", show_default=True,
              help="How further pages are asked for.")  # fmt: skip
@click.option("--page-parameter", default="", metavar="NAME",
              help="Query parameter of the page number, offset or cursor; default: page or offset.")  # fmt: skip
@click.option("--size-parameter", default="", metavar="NAME", help="Query parameter of the page size.")
@click.option("--page-size", type=WholeNumber(1, MAX_PAGE_SIZE), metavar="N", help="Rows of a page to ask for.")
@click.option("--first-page", type=WholeNumber(0, 1), default=1, show_default=True, metavar="N",
              help="Number of the first page.")  # fmt: skip
@click.option("--cursor", "cursor_path", default="", metavar="PATH",
              help="Where the answer has the next cursor, or the next page's address.")  # fmt: skip
@click.option("--allow-local", is_flag=True,
              help="Allow addresses on this computer and in the local network.")  # fmt: skip
@click.argument("address", metavar="URL")
@with_context
def add_api(context: CommandContext, /, name: str, address: str, body: str | None, headers: tuple[str, ...], auth: str,
            page_size: int | None, **values: object) -> None:  # fmt: skip
    """Add the rows that a REST API answers, as JSON or CSV, as a data source.

    Benchboard keeps a copy of the rows; “benchboard source refresh SOURCE” reads them again. The command asks for the
    token, password or key, or reads it from standard input or from BENCHBOARD_SOURCE_PASSWORD, and stores it encrypted.

    \b
    Example:
      benchboard source add-api https://api.example/v1/trips --name Trips --auth bearer
    """
    with context.database.read() as session:
        services.require_name(session, context.actor, name)
    settings_ = {**values, "url": address, "authentication": auth, "method": "GET" if body is None else "POST",
                 "body": body or "", "page_size": page_size or 0,
                 "headers": [[part.strip() for part in one.partition(":")[::2]] if ":" in one else ["", ""]
                             for one in headers]}  # fmt: skip
    checked = checked_rest(settings_)  # before it asks for a password
    request = RestRequest(name, settings_, _password() if auth != "none" else "")
    _say(_("Reading {file}").format(file=checked.address))
    folder = copies_folder(settings.home(), context.actor.organisation_id)
    with _advise_on_local_addresses():
        added = add_rest(context.database, context.actor, request, folder)
    if added.limited:
        click.echo(_("The API has more rows than Benchboard reads."), err=True)
    _report_added(context, added, added.rows or 0, limited=added.limited)


@source.command("password")
@click.argument("which", metavar="SOURCE")
@with_context
def password_(context: CommandContext, which: str) -> None:
    """Change the password, token or key with which a data source signs in to its server or API.

    The command asks for the password, or reads it from standard input or from BENCHBOARD_SOURCE_PASSWORD. To check it,
    run “benchboard source test SOURCE”.
    """
    found = _found(context, which)
    if not found.server and not found.address:
        raise no_password(found.name)
    password = _password()
    with context.database.change() as session:
        change = change_secret if found.address else change_password
        change(session, context.actor, found.id, password)
    context.report(_("Changed the password of “{name}”.").format(name=found.name), id=found.id, name=found.name)


@source.command("test")
@click.argument("which", metavar="SOURCE")
@with_context
def test(context: CommandContext, which: str) -> None:
    """Check that a data source can be read.

    The exit status is 1, with the cause, if it can't.
    """
    found = _found(context, which)
    with context.database.read() as session:
        services.test_source(session, context.actor, found.id)
    context.report(_("“{name}” can be read.").format(name=found.name), id=found.id, name=found.name)


@source.command("refresh")
@click.argument("which", metavar="SOURCE")
@click.option("--force", is_flag=True, help="Read it even if columns or all rows are missing.")
@click.option(
    "--renamed",
    multiple=True,
    type=NamedValue("NEW=OLD"),
    help="Read the column NEW of a file as OLD, which it was called before; without OLD, as a new column. Repeatable.",
)
@click.option("--all", "everything", is_flag=True,
              help="Read all rows of a server's table again, not only the new ones.")  # fmt: skip
@with_context
def refresh(
    context: CommandContext, which: str, force: bool, renamed: tuple[tuple[str, str], ...], everything: bool
) -> None:
    """Read a data source's files or API again, or list its server's tables again.

    What was copied is copied again; of a copy with “--newer-by”, only the new rows. Fails, and changes nothing, if
    columns or all rows are missing, if a file of a folder has a new column that may be a missing one, or if far more
    lines don't fit than before.
    """
    found = _found(context, which)
    _say(_("Reading {file}").format(file=found.name))
    try:
        _show(
            context,
            read_source_again(
                context.database,
                context.actor,
                found.id,
                accept_losses=force,
                renamings=renamed,
                keeps_last_good=True,
                everything=everything,
            ),
        )
    except Conflict as error:
        if isinstance(asked := error.facts.get("renamed"), tuple):
            error.do = " ".join((_renamed_hint(asked), _("To read it as a new column, add --force.")))
        elif error.code == DOUBTFUL:
            error.do = f"{error.do} " + _("To refresh it anyway, add --force.")
        raise


@source.command("remove")
@click.argument("which", metavar="SOURCE")
@click.option(
    "--force", is_flag=True, help="Remove it even if dashboards or data models use it. They then show an error."
)
@with_context
def remove(context: CommandContext, which: str, force: bool) -> None:
    """Remove a data source.

    Its files, or the tables on its server, aren't changed.
    """
    found = _found(context, which)
    with _advise_on_use(), context.database.change() as session:
        copied = (
            *services.copied_tables(session, context.actor, found.id),
            *copies_before(get_row(session, context.actor, found.id)),
        )
        removed = remove_source(session, context.actor, found.id, even_if_used=force)
    remove_copies(copied)
    context.report(_("Removed “{name}”.").format(name=removed.name), id=removed.id, name=removed.name)


@contextmanager
def _advise_on_use() -> Iterator[None]:
    """Name the option that removes a data source although dashboards use it."""
    try:
        yield
    except Conflict as error:
        if error.code == "sources.used":
            by_widgets = bool(error.facts.get("dashboards"))
            error.do = (
                _("Change their widgets first, or add --force.")
                if by_widgets
                else _("Change the data models first, or add --force.")
            )
        raise


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
    if context.as_json:
        write_json({"items": rows, "next": None})
        return
    columns: dict[str, Callable[[Any], object]] = {
        name: itemgetter(name) for name in ("table", "column", "title", "kind", "unit", "rows")
    }
    show_table(columns | {"kind": lambda row: kind_title(row["kind"])}, rows)


@source.command("uses")
@click.argument("which", metavar="SOURCE")
@click.option("--table", help="Table; default: all of them.")
@click.option("--column", "used_column", help="Column of the table, or of any table of the data source.")
@with_context
def uses_(context: CommandContext, which: str, table: str | None, used_column: str | None) -> None:
    """List what uses a data source, or breaks without one of its tables or columns.

    These are data models, and widgets, variables and alerts whose queries read it, also through a data model.
    """
    with context.database.read() as session:
        found = services.get_source_matching(session, context.actor, which)
        tables = {one.name: one for one in services.source_tables(session, context.actor, found.id)}
        if table is not None and table not in tables:
            what = _("There's no table “{name}”.").format(name=table[:80])
            raise Invalid("sources.no-table", what, do=_named(tables))
        shown = [tables[table]] if table is not None else list(tables.values())
        known = list(dict.fromkeys(column.name for one in shown for column in one.columns))
        if used_column is not None and used_column not in known:
            what = _("There's no column “{name}”.").format(name=used_column[:80])
            raise Invalid("sources.no-column", what, do=_named(known))
        columns = (used_column,) if used_column is not None else ()
        uses = lineage.table_uses(session, context.actor, found.id, table or "", columns)
    write_uses(context, uses, name=used_column or table or found.name)


def _named(names: Iterable[str]) -> str:
    return _("Choose one of: {values}.").format(values=", ".join(list(names)[:20]))


@source.command("sample")
@click.argument("which", metavar="SOURCE")
@click.argument("table", required=False)
@click.option("--limit", type=WholeNumber(1, services.SAMPLE_ROWS), default=10, show_default=True, metavar="N",
              help="Show at most this many rows.")  # fmt: skip
@with_context
def sample(context: CommandContext, which: str, table: str | None, limit: int) -> None:
    """Show the first rows of a table of a data source.

    Without TABLE, shows its first table.
    """
    with context.database.read() as session:
        found = services.get_source_matching(session, context.actor, which)
        name = table or (found.tables[0] if found.tables else "")
        rows = services.sample_rows(session, context.actor, found.id, name, limit=limit)
    write_result(context, [column.name for column in rows.columns], rows.rows, truncated=rows.truncated)


def _report_added(context: CommandContext, added: SourceSummary, rows: int, **more: object) -> None:
    """Say that a source was added, with how many rows, and how to query it; `more` is for programs."""
    sentence = ngettext("Added “{name}” with {count} row.", "Added “{name}” with {count} rows.", rows)
    context.report(
        f"{sentence.format(name=added.name, count=rows)} {_how_to_query(added.name)}",
        id=added.id,
        name=added.name,
        kind=added.kind,
        tables=list(added.tables),
        rows=rows,
        **more,
    )


def _found(context: CommandContext, which: str) -> SourceSummary:
    with context.database.read() as session:
        return services.get_source_matching(session, context.actor, which)


def _show(context: CommandContext, found: SourceSummary) -> None:
    row = {name: read(found) for name, read in _SOURCE.items()}
    if context.as_json:
        write_json(row)
        return
    texts = {name: read(found) for name, read in _SOURCE_TEXT.items()} | {
        "tables": ", ".join(found.tables), "unread_files": ", ".join(found.unread_files),
        "unread_reasons": " ".join(found.unread_reasons),
        "partial_columns": " ".join(map(partial_column_sentence, found.partial_columns)),
        "assumed_units": " ".join(read_in_currency_sentence(*one) for one in found.assumed_units),
        **{name: _SOURCE[name](found) or "" for name in ("left_out", "emptied", "total_rows")},
    }  # fmt: skip
    print_pairs({name: None if text == "" else text for name, text in texts.items()})


def _password() -> str:
    """The password of a server: never an argument, which other programs can see."""
    return os.environ.get("BENCHBOARD_SOURCE_PASSWORD") or ask_password()


def _say(text: str) -> None:
    """Show progress, where it doesn't disturb what a program reads."""
    click.echo(f"{text} …", err=True)
