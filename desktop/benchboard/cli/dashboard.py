"""`benchboard dashboard …`: dashboards and the home page, for people without a window and for automation.

Sharing and versions are in `dashboard_shares` and `dashboard_versions`.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import click

from benchboard.atomic_write import write_atomically
from benchboard.cli import dashboard_shares, dashboard_versions
from benchboard.cli.command_context import CommandContext, paging_options, sort_options, with_context, write_json
from benchboard.cli.layout import MAX_FILE
from benchboard.cli.terminal import show_report
from benchboard.dashboards import home_layout, interchange, layout, library
from benchboard.dashboards.access.dashboard_permissions import level_title
from benchboard.dashboards.document import document as form
from benchboard.dashboards.document.document import MAX_BYTES, VERSION, Document, parse_document, write_document
from benchboard.dashboards.home_layout import HomeLayout
from benchboard.dashboards.library import DashboardSummary
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext
from benchboard.paging import Listing, Page

_HOME_KEY: Final = "home"
"""The page key after the first row, the home page, which is stored in another table than dashboards."""
_COLUMNS: Final = (
    "id", "name", "owner", "level", "public", "shares", "widgets", "revision", "updated_at", "deleted_at",
)  # fmt: skip
"""`revision` counts what was stored, and is the base of a save; `number` is a version's, of which several saves may be
one."""
_SHOWN: Final = ("id", "name", "owner", "level", "public", "shares", "widgets", "revision", "updated_at")
F = TypeVar("F", bound=Callable[..., Any])


def _which(command: F) -> F:
    """Give a command `--home`, or else a DASHBOARD; it gets the name as `which`, None for the home page."""
    named = click.argument("which", metavar="[DASHBOARD]", nargs=-1, callback=_home_summary)
    return click.option("--home", is_flag=True, is_eager=True, help="The account's home page.")(named(command))


def _home_summary(context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> str | None:
    home = context.params.pop("home", False)
    if len(given) != (0 if home else 1):
        raise click.UsageError(_("Specify one dashboard by name or ID, or use --home."))
    return None if home else given[0]


@click.group()
def dashboard() -> None:
    """Manage dashboards and the home page."""


for _command in (*dashboard_shares.COMMANDS, *dashboard_versions.COMMANDS):
    dashboard.add_command(_command)


@dashboard.command("list", short_help="List dashboards.")
@click.option("--home", is_flag=True, help="Only the home page.")
@click.option("--search", default="", help="Part of a name, a description or the owner's name.")
@click.option(
    "--filter", "which", type=click.Choice(library.WHICH_FILTERS), help="Only these; “all” requires an admin."
)
@sort_options("", "name, updated_at, created_at, owner or deleted_at; default: last changed first.")
@paging_options
@with_context
def list_dashboards(
    context: CommandContext,
    home: bool,
    search: str,
    which: str | None,
    sort: str,
    descending: bool,
    limit: int,
    after: str | None,
) -> None:
    """List dashboards. Without a search, filter or sorting, the home page comes first."""
    narrowed = search or which or sort
    if home and (narrowed or after):
        raise click.UsageError(_("--home can't be combined with searching, filtering, sorting or --after."))
    listing = Listing(search, {"which": which} if which else {}, sort, descending)
    rows: list[dict[str, object]] = []
    with context.database.read() as session:
        if not (narrowed or after):
            stored = home_layout.home_layout(session, context.actor)
            rows = [_home_row(context, stored)] if stored.version else []
        room = max(limit - len(rows), 1) if limit > 0 else limit
        key = None if after == _HOME_KEY else after
        page: Page[DashboardSummary] = Page(())
        if not home:
            page = library.list_dashboards(session, context.actor, listing, after=key, limit=room)
    if rows and limit == 1:
        found = Page(tuple(rows), _HOME_KEY if page.rows else None)
    else:
        found = Page((*rows, *(_row(card) for card in page.rows)), page.next_key)
    columns: dict[str, Callable[[Any], object]] = {name: itemgetter(name) for name in _COLUMNS}
    if not context.as_json:
        columns["level"] = lambda row: level_title(row["level"])
    context.list_page(found, columns, shown=_SHOWN, empty=_("No dashboards found."))


def _row(card: DashboardSummary) -> dict[str, object]:
    return {name: card.version if name == "revision" else getattr(card, name) for name in _COLUMNS}


def _home_row(context: CommandContext, home: HomeLayout) -> dict[str, object]:
    known = {
        "name": _("Home"),
        "owner": context.actor.name,
        "level": "own",
        "public": False,
        "shares": 0,
        "widgets": _count(home.content),
        "revision": home.version,
        "updated_at": home.updated_at,
    }
    return dict.fromkeys(_COLUMNS) | known


def _count(document: Document) -> int:
    return sum(not found.item.panes for found in layout.walk_items(document.layout))


@dashboard.command("show")
@_which
@with_context
def show(context: CommandContext, which: str | None) -> None:
    """Show a dashboard's JSON."""
    write_json(_read_document(context, which))


@dashboard.command("export")
@_which
@click.argument("file", type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path))
@with_context
def export(context: CommandContext, which: str | None, file: Path) -> None:
    """Write a dashboard's JSON to FILE (- for standard output)."""
    document = _read_document(context, which)
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        if file.exists() and not file.is_file():  # a pipe or a device cannot be replaced
            file.write_text(text, encoding="utf-8")
        else:
            write_atomically(file.resolve(), text.encode())
    except OSError as error:
        raise Invalid("cli.file", _("Can't write {file}.").format(file=file), why=error.strerror or "") from error
    count = _count(parse_document(document))
    context.report(_("Wrote {file}.").format(file=file), file=str(file), widgets=count)


def _read_document(context: CommandContext, which: str | None) -> object:
    with context.database.read() as session:
        if which is None:
            home = home_layout.home_layout(session, context.actor)
            if home.content.form < VERSION:  # the schema describes no older form
                return home.document
            return {"$schema": interchange.SCHEMA, **write_document(home.content)}
        card = library.find(session, context.actor, which)
        return {"$schema": interchange.SCHEMA, **write_document(library.get(session, context.actor, card.id).document)}


@contextmanager
def _read_json(file: BinaryIO, do: str, max_bytes: int = MAX_BYTES) -> Iterator[object]:
    """The JSON in `file` of so many bytes at most; what is wrong with it, here or where it is used, is said with the
    file's name."""
    try:
        yield layout.decode(file.read(max_bytes + 1), max_bytes=max_bytes)
    except Invalid as error:
        raise Invalid(
            error.code,
            _("{file} doesn't contain a valid layout.").format(file=file.name),
            why=" ".join(part for part in (error.what, error.why) if part),
            do=do,
            **error.facts,
        ) from error


def _save_home(context: CommandContext, file: BinaryIO, base_version: int | None) -> None:
    do = _("Use a list of widgets, like the one “benchboard dashboard show --home” prints.")
    with _read_json(file, do) as document, context.database.change() as session:
        stored = home_layout.save_home(session, context.actor, document, base_version=base_version)
    count = len(stored.layout)
    context.report(
        ngettext("Saved the home page with {count} widget.", "Saved the home page with {count} widgets.", count).format(
            count=count
        ),
        revision=stored.version,
        widgets=count,
    )


def _format_advice() -> str:
    return _("Use the format that “benchboard dashboard show” prints.")


@dashboard.command("save", short_help="Save the JSON in FILE as a new version.")
@_which
@dashboard_versions.BASE_REVISION
@click.option("--note", help="Version name, shown in the list of versions.")
@click.argument("file", type=click.File("rb"))
@with_context
def save(
    context: CommandContext, which: str | None, base_version: int | None, note: str | None, file: BinaryIO
) -> None:
    """Save the JSON in FILE (- for standard input) as a dashboard's new version."""
    if which is None:
        if note is not None:
            raise click.UsageError(_("The home page has no versions, so it can't have a note."))
        _save_home(context, file, base_version)
        return
    with _read_json(file, _format_advice()) as value, context.database.change() as session:
        card = library.find(session, context.actor, which)
        document = _with_title(parse_document(value), card.name)
        saved = library.save(session, context.actor, card.id, document, base_version=base_version, note=note)
    count = _count(saved.document)
    context.report(
        ngettext("Saved “{name}” with {count} widget.", "Saved “{name}” with {count} widgets.", count).format(
            name=saved.document.title, count=count
        ),
        id=saved.id,
        revision=saved.version,
        number=saved.number,
        widgets=count,
    )


@dashboard.command("import", short_help="Create a dashboard from the JSON in FILE.")
@click.option("--home", is_flag=True, help="Replace the home page instead.")
@click.option("--name", help="Name; default: the document's title, or the file name.")
@click.argument("file", type=click.File("rb"))
@with_context
def import_(context: CommandContext, home: bool, name: str | None, file: BinaryIO) -> None:
    """Create a dashboard from a Benchboard or Grafana document in FILE (- for standard input).

    Anything that isn't supported is reported on stderr.
    """
    if home:
        if name is not None:
            raise click.UsageError(_("The home page can't have a name."))
        _save_home(context, file, None)
        return
    with _read_json(file, _format_advice(), MAX_FILE) as value, context.database.change() as session:
        written, report = interchange.from_any(value)
        document = _with_title(
            parse_document(written), Path(file.name).stem if file.name != "-" else _("Imported dashboard")
        )
        created = library.create(session, context.actor, document, name=name, imported=True).card
    if report.lines:
        show_report(report, as_json=context.as_json)
    context.report(
        ngettext(
            "Created “{name}” with {count} widget.", "Created “{name}” with {count} widgets.", created.widgets
        ).format(name=created.name, count=created.widgets),
        id=created.id,
        revision=created.version,
        widgets=created.widgets,
    )


def _with_title(document: Document, name: str) -> Document:
    """The document with a title: a bare list of widgets has none."""
    return document if document.title.strip() else parse_document({**write_document(document), "title": name[:255]})


@dashboard.command("create")
@click.argument("name")
@click.option("--description", default="", help="Description of the dashboard.")
@with_context
def create(context: CommandContext, name: str, description: str) -> None:
    """Create an empty dashboard."""
    document = parse_document({**write_document(form.empty(name)), "description": description})
    with context.database.change() as session:
        created = library.create(session, context.actor, document).card
    context.report(_("Created “{name}”.").format(name=created.name), id=created.id, revision=created.version)


@dashboard.command("rename", short_help="Change a dashboard's name or description.")
@click.argument("which", metavar="DASHBOARD")
@click.argument("name", required=False)
@click.option("--description", help="New description.")
@with_context
def rename(context: CommandContext, which: str, name: str | None, description: str | None) -> None:
    """Change a dashboard's name, description or both."""
    if name is None and description is None:
        raise click.UsageError(_("Specify a new name, a --description, or both."))
    with context.database.change() as session:
        card = library.find(session, context.actor, which)
        saved = library.describe(session, context.actor, card.id, name=name, description=description)
    sentence = _("Renamed to “{name}”.") if name is not None else _("Updated the description of “{name}”.")
    context.report(sentence.format(name=saved.document.title), id=saved.id, revision=saved.version)


@dashboard.command("duplicate")
@click.argument("which", metavar="DASHBOARD")
@click.option("--name", help="Name of the copy.")
@with_context
def duplicate(context: CommandContext, which: str, name: str | None) -> None:
    """Duplicate a dashboard. You own the copy."""
    with context.database.change() as session:
        card = library.find(session, context.actor, which)
        created = library.duplicate(session, context.actor, card.id, name=name).card
    context.report(_("Created “{name}”.").format(name=created.name), id=created.id, revision=created.version)


@dashboard.command("delete", short_help="Move dashboards to the trash.")
@click.argument("which", metavar="DASHBOARD...", nargs=-1, required=True)
@click.option("--forever", is_flag=True, help="Permanently delete dashboards from the trash.")
@with_context
def delete(context: CommandContext, which: tuple[str, ...], forever: bool) -> None:
    """Move dashboards to the trash, where they can be restored for 30 days."""
    with context.database.change() as session:
        ids = [library.find(session, context.actor, dashboard_id, trashed=forever).id for dashboard_id in which]
        act = library.delete_forever if forever else library.discard
        count = act(session, context.actor, ids)
    if forever:
        sentence = ngettext("{count} dashboard permanently deleted.", "{count} dashboards permanently deleted.", count)
    else:
        sentence = ngettext("{count} dashboard moved to the trash.", "{count} dashboards moved to the trash.", count)
    context.report(sentence.format(count=count), deleted=count)


@dashboard.command("restore", short_help="Restore dashboards from the trash.")
@click.argument("which", metavar="DASHBOARD...", nargs=-1, required=True)
@with_context
def restore(context: CommandContext, which: tuple[str, ...]) -> None:
    """Restore dashboards from the trash, with their shares."""
    with context.database.change() as session:
        ids = [library.find(session, context.actor, dashboard_id, trashed=True).id for dashboard_id in which]
        count = library.restore(session, context.actor, ids)
    sentence = ngettext("{count} dashboard restored.", "{count} dashboards restored.", count)
    context.report(sentence.format(count=count), restored=count)


@dashboard.command("purge")
@with_context
def purge(context: CommandContext) -> None:
    """Permanently delete dashboards trashed over 30 days ago."""
    with context.database.change() as session:
        count = library.purge(session, context.actor)
    sentence = ngettext("{count} dashboard permanently deleted.", "{count} dashboards permanently deleted.", count)
    context.report(sentence.format(count=count), deleted=count)
