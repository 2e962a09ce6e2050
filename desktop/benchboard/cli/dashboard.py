"""`benchboard dashboard …`: the home layout, for people without a window and for automation."""

from pathlib import Path
from typing import BinaryIO

import click

from benchboard.cli.desk import Desk, answer, at_desk
from benchboard.dashboards import documents, layout
from benchboard.dashboards.document import MAX_BYTES
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext
from benchboard.paging import Page

_ROW = {
    "name": lambda _row: _("Home"),
    "widgets": lambda row: len(row.layout),
    "version": lambda row: row.version,
    "updated_at": lambda row: row.updated_at,
}
# The only layout there is so far; scripts name it all the same.
_home = click.option(
    "--home", is_flag=True, required=True, expose_value=False, help="The home layout of the account that acts."
)


@click.group()
def dashboard() -> None:
    """Dashboards: the home layout."""


@dashboard.command("list")
@at_desk
def list_dashboards(desk: Desk) -> None:
    """List the dashboards: the home layout, once there is one."""
    with desk.database.read() as session:
        home = documents.home_layout(session, desk.actor)
    desk.table(Page((home,) if home.version else ()), _ROW)


@dashboard.command("show")
@_home
@at_desk
def show(desk: Desk) -> None:
    """Show the home layout's JSON."""
    with desk.database.read() as session:
        stored = documents.home_layout(session, desk.actor)
    answer(stored.document)


@dashboard.command("export")
@_home
@click.argument("file", type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path))
@at_desk
def export(desk: Desk, file: Path) -> None:
    """Write the home layout's JSON to FILE (- is the terminal)."""
    import json

    with desk.database.read() as session:
        stored = documents.home_layout(session, desk.actor)
    text = json.dumps(stored.document, ensure_ascii=False, indent=1) + "\n"
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Invalid("cli.file", _("{file} cannot be written.").format(file=file), why=error.strerror or "") from error
    desk.tell(_("Wrote {file}.").format(file=file), file=str(file), widgets=len(stored.layout))


def _store(desk: Desk, file: BinaryIO, base_version: int | None) -> None:
    try:
        document = layout.decode(file.read(MAX_BYTES + 1), max_bytes=MAX_BYTES)
        with desk.database.change() as session:
            stored = documents.save_home(session, desk.actor, document, base_version=base_version)
    except Invalid as error:
        raise Invalid(
            error.code,
            _("{file} holds no layout that can be saved.").format(file=file.name),
            why=" ".join(part for part in (error.what, error.why) if part),
            do=_("A layout is a list of widgets; “benchboard dashboard show --home” prints one."),
            **error.facts,
        ) from error
    count = len(stored.layout)
    desk.tell(
        ngettext(
            "Saved the home layout with {count} widget.", "Saved the home layout with {count} widgets.", count
        ).format(count=count),
        version=stored.version,
        widgets=count,
    )


@dashboard.command("save", short_help="Replace the home layout by the JSON in FILE.")
@_home
@click.option("--base-version", type=click.IntRange(0), help="Refuse if the stored layout is not this version.")
@click.argument("file", type=click.File("rb"))
@at_desk
def save(desk: Desk, base_version: int | None, file: BinaryIO) -> None:
    """Replace the home layout by the JSON in FILE (- reads the terminal)."""
    _store(desk, file, base_version)


@dashboard.command("import", short_help="Take over a layout exported elsewhere, from FILE.")
@_home
@click.argument("file", type=click.File("rb"))
@at_desk
def import_(desk: Desk, file: BinaryIO) -> None:
    """Take over a home layout exported elsewhere, from FILE (- reads the terminal)."""
    _store(desk, file, None)
