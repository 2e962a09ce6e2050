"""`benchboard dashboard …`: dashboards and the home page, for people without a window and for automation.

Sharing, versions and folders are in `dashboard_shares`, `dashboard_versions` and `dashboard_folders`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import click

from benchboard.cli import dashboard_data, dashboard_folders, dashboard_shares, dashboard_versions
from benchboard.cli.command_context import CommandContext, paging_options, sort_options, with_context, write_json
from benchboard.cli.dashboard_versions import advise_on_conflict
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.file_output import require_writable, write_output_file
from benchboard.cli.layout import IMPORTABLE, MAX_FILE, naming_file
from benchboard.cli.options import Choice, CliGroup, Incomplete, InputFile, unreadable
from benchboard.cli.terminal import show_report
from benchboard.dashboards import folders, home_layout, interchange, layout, library
from benchboard.dashboards.access.dashboard_permissions import level_title, shares_title
from benchboard.dashboards.document.document import MAX_BYTES, VERSION, Document, empty, parse_document, write_document
from benchboard.dashboards.grafana_sources import document_over_sources
from benchboard.dashboards.home_layout import HomeLayout
from benchboard.dashboards.library import DashboardSummary
from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _, ngettext, pgettext
from benchboard.paging import Listing, Page

_HOME_KEY: Final = "home"
"""The page key after the first row, the home page, which is stored in another table than dashboards."""
_COLUMNS: Final = (
    "id", "name", "owner", "level", "public", "shares", "widgets", "revision", "number", "updated_at", "deleted_at",
    "folder", "favourite", "opened_at",
)  # fmt: skip
"""`revision` counts what was stored, and is the base of a save; `number` is a version's, of which several saves may be
one, and is what people see."""
_SHOWN: Final = ("id", "name", "owner", "level", "shared_with", "widgets", "number", "folder", "updated_at")
_SORTS: Final = {
    "name": "name",
    "changed": "updated_at",
    "created": "created_at",
    "owner": "owner",
    "folder": "folder",
    "opened": "opened_at",
    "deleted": "deleted_at",
}
_STDIN: Final = "<stdin>"
"""The name of the file that click opens for “-”."""
_EVERYONE: Final = {"public": "everyone"}
"""The filters with another name on the command line, where scripts may still give them by their own."""
_YES: Final = click.option("--yes", is_flag=True, help="Empty the home page if FILE has no widgets.")
F = TypeVar("F", bound=Callable[..., Any])


class _Dashboard(click.Argument):
    """A dashboard's name or ID. Before a FILE, the only argument is taken for the FILE, though it is a name."""

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        named = isinstance(opts.get("which"), tuple) and opts["which"]
        if not named and opts.get("home") is not True and isinstance(opts.get("file"), str):
            file = next(param for param in ctx.command.params if param.name == "file")
            reads = isinstance(file.type, click.File)
            raise Incomplete(
                _("Specify a FILE, or - for standard input.")
                if reads
                else _("Specify a FILE to write to, or - for standard output."),
                ctx,
            )
        return super().handle_parse_result(ctx, opts, args)


def _which(command: F) -> F:
    """Give a command `--home`, or else a DASHBOARD; it gets the name as `which`, None with `--home`. `_summary` tells
    whether a name is the home page's.
    """
    named = click.argument("which", cls=_Dashboard, metavar="[DASHBOARD]", nargs=-1, callback=_home_summary)
    return click.option("--home", is_flag=True, is_eager=True, help="Use the home page instead of a dashboard.")(
        named(command)
    )


def _home_summary(context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> str | None:
    home = context.params.pop("home", False)
    if len(given) != (0 if home else 1):
        raise Incomplete(_("Specify one dashboard by name or ID, or use --home."))
    return None if home else given[0]


@click.group(cls=CliGroup)
def dashboard() -> None:
    """Manage dashboards and the home page.

    A dashboard is given by its name, or by its ID from “benchboard dashboard list”. Home is your home page, unless a
    dashboard has that name.
    """


for _command in (
    *dashboard_folders.COMMANDS,
    *dashboard_shares.COMMANDS,
    *dashboard_versions.COMMANDS,
    dashboard_data.data,
):
    dashboard.add_command(_command)


@dashboard.command("list")
@click.option("--home", is_flag=True, help="List only the home page.")
@click.option("--search", default="", help="Part of a name, a description or the owner's name.")
@click.option(
    "--filter",
    "which",
    type=Choice({_EVERYONE.get(which, which): which for which in library.WHICH_FILTERS}),
    help="Only your favourites, those you opened lately, your own, those shared with you or with everyone, those in "
    "the trash, or an admin's all.",
)
@click.option("--folder", metavar="FOLDER", help="Only those in this folder and in the folders in it.")
@sort_options(_SORTS, None, "; default: last changed first")
@paging_options
@with_context
def list_dashboards(
    context: CommandContext,
    home: bool,
    search: str,
    which: str | None,
    folder: str | None,
    sort: str | None,
    descending: bool,
    limit: int,
    after: str | None,
) -> None:
    """List the dashboards that you have access to.

    Without a search, filter or order, your home page comes first. To list what is in the trash, use --filter trash.
    """
    narrowed = search or which or folder or sort
    if home and (narrowed or after):
        raise click.UsageError(_("--home can't be combined with searching, filtering, sorting or --after."))
    listing = library.everything(
        context.actor, Listing(search, {"which": which} if which else {}, sort or "", descending)
    )
    rows: list[dict[str, object]] = []
    with context.database.read() as session:
        if folder is not None:
            folder_id = folders.get_folder_matching(session, context.actor, folder).id
            listing = replace(listing, filters={**listing.filters, "folder_id": folder_id})
        if not (narrowed or after):
            stored = home_layout.home_layout(session, context.actor)
            rows = [_home_row(context, stored)] if stored.version else []
        room = max(limit - len(rows), 1)
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
        columns |= {"level": lambda row: level_title(row["level"]), "shared_with": _shared_with}
    context.list_page(
        found,
        columns,
        shown=_SHOWN,
        empty=_empty_sentence(search, which, folder, home=home, narrowed=bool(search or folder or after)),
    )


def _empty_sentence(search: str, which: str | None, folder: str | None, *, home: bool, narrowed: bool) -> str:
    """What a list without rows says, and what to do about it; `narrowed`: by more than the filter `which`."""
    if narrowed:
        return empty_text(
            pgettext("no match", "dashboards"),
            _("No dashboards found. To list all, run “benchboard dashboard list”."),
            "dashboard list",
            search=search,
            filters={"--filter": _EVERYONE.get(which or "", which), "--folder": folder},
        )
    if home:
        return " ".join((_("Your home page is empty."), _("Run “benchboard dashboard save --home FILE”.")))
    others = _("To list all, run “benchboard dashboard list”.")
    do = {
        "favourites": _("Run “benchboard dashboard favourite DASHBOARD”."),
        "recent": others,
        "shared": others,
        "public": _("Run “benchboard dashboard share DASHBOARD --everyone”."),
        "trash": others,
    }.get(which or "", _("Run “benchboard dashboard create NAME”."))
    return f"{library.nothing_in(which)} {do}"


def _row(card: DashboardSummary) -> dict[str, object]:
    known = {name: card.version if name == "revision" else getattr(card, name) for name in _COLUMNS}
    return known | {"team_shares": card.team_shares}


def _shared_with(row: dict[str, Any]) -> str:
    return shares_title(public=row["public"], people=row["shares"] - row["team_shares"], teams=row["team_shares"])


def _home_row(context: CommandContext, home: HomeLayout) -> dict[str, object]:
    known = {
        "name": _("Home"),
        "owner": context.actor.name,
        "level": "own",
        "public": False,
        "shares": 0,
        "team_shares": 0,
        "widgets": layout.widget_count(home.content.layout),
        "revision": home.version,
        "updated_at": home.updated_at,
    }
    return dict.fromkeys(_COLUMNS) | known


@dashboard.command("show")
@_which
@with_context
def show(context: CommandContext, which: str | None) -> None:
    """Show a dashboard as JSON."""
    write_json(_read_document(context, which))


@dashboard.command("export")
@_which
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
@with_context
def export(context: CommandContext, which: str | None, file: Path) -> None:
    """Write a dashboard to a file, as JSON.

    Use - as FILE for standard output.
    """
    require_writable(file, overwrite=True)  # scripts export to the same file again
    document = _read_document(context, which)
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    write_output_file(file, text.encode())
    count = layout.widget_count(parse_document(document).layout)
    context.report(_("Wrote {file}.").format(file=file), file=str(file), widgets=count)


def _summary(context: CommandContext, which: str | None) -> DashboardSummary | None:
    """The dashboard of this name or ID; None for the home page, which is given by its name or as None (`--home`)."""
    if which is None:
        return None
    try:
        with context.database.read() as session:
            return library.get_summary_matching(session, context.actor, which)
    except Invalid as error:
        if error.code != library.HOME_PAGE:
            raise
        return None


def _read_document(context: CommandContext, which: str | None) -> object:
    card = _summary(context, which)
    with context.database.read() as session:
        if card is None:
            home = home_layout.home_layout(session, context.actor)
            if home.content.form < VERSION:  # the schema describes no older form
                return home.document
            return {"$schema": interchange.SCHEMA, **write_document(home.content)}
        return {
            "$schema": interchange.SCHEMA,
            **write_document(library.get_dashboard(session, context.actor, card.id).document),
        }


@contextmanager
def _read_json(file: BinaryIO, do: str, max_bytes: int = MAX_BYTES) -> Iterator[object]:
    """The JSON in `file`, of at most this many bytes; errors in it, here or where it is used, name the file."""
    try:
        content = file.read(max_bytes + 1)
    except OSError as error:
        raise unreadable(file.name, error) from error
    with naming_file("-" if file.name == _STDIN else file.name, do):
        value = layout.decode(content, max_bytes=max_bytes)
        interchange.require_container(value)
        yield value


def _require_kept(stored: HomeLayout, document: object) -> None:
    """Raise `Conflict` (`home.emptied`) for a document without widgets where the `stored` home page has some."""
    before = layout.widget_count(stored.content.layout)
    if before and not layout.widget_count(parse_document(document).layout):
        why = ngettext(
            "The {count} widget on your home page would be removed.",
            "The {count} widgets on your home page would be removed.",
            before,
        )
        raise Conflict(
            "home.emptied",
            _("This file has no widgets."),
            why=why.format(count=before),
            do=_("Check the file. To empty your home page, add --yes."),
        )


def _save_home(context: CommandContext, file: BinaryIO, base_version: int | None, *, yes: bool) -> None:
    do = _("Use a file in the format that “benchboard dashboard export --home” writes.")
    with _read_json(file, do) as document, advise_on_conflict(), context.database.change() as session:
        if not yes:
            _require_kept(home_layout.home_layout(session, context.actor), document)
        stored = home_layout.save_home(session, context.actor, document, base_version=base_version)
    count = layout.widget_count(stored.layout)
    context.report(
        ngettext("Saved the home page with {count} widget.", "Saved the home page with {count} widgets.", count).format(
            count=count
        ),
        revision=stored.version,
        widgets=count,
    )


@dashboard.command("save")
@_which
@dashboard_versions.BASE_REVISION
@dashboard_versions.VERSION_NAME
@_YES
@click.argument("file", type=InputFile())
@with_context
def save(
    context: CommandContext, which: str | None, base_version: int | None, note: str | None, yes: bool, file: BinaryIO
) -> None:
    """Save the JSON in a file as a dashboard's new version.

    FILE is in the format that “benchboard dashboard export” writes; use - for standard input. The dashboard keeps its
    name, whatever FILE calls it.
    """
    card = _summary(context, which)
    if card is None:
        if note is not None:
            raise click.UsageError(_("The home page has no versions, so --name can't be used with it."))
        _save_home(context, file, base_version, yes=yes)
        return
    do = _("Use a file in the format that “benchboard dashboard export” writes.")
    with _read_json(file, do) as value, advise_on_conflict(), context.database.change() as session:
        document = parse_document({**write_document(parse_document(value)), "title": card.name})
        saved = library.save(session, context.actor, card.id, document, base_version=base_version, note=note)
    count = layout.widget_count(saved.document.layout)
    context.report(
        ngettext("Saved “{name}” with {count} widget.", "Saved “{name}” with {count} widgets.", count).format(
            name=saved.document.title, count=count
        ),
        id=saved.id,
        revision=saved.version,
        number=saved.number,
        widgets=count,
    )


@dashboard.command("import")
@click.option("--home", is_flag=True, help="Replace the home page instead.")
@click.option("--name", help="Name of the dashboard; default: the name in FILE, else the file's name.")
@_YES
@click.argument("file", type=InputFile())
@with_context
def import_(context: CommandContext, home: bool, name: str | None, yes: bool, file: BinaryIO) -> None:
    """Create a dashboard from a Benchboard or Grafana file.

    FILE is JSON that Benchboard or Grafana exported; use - for standard input. What was changed or left out goes to
    standard error.

    \b
    Example:
      benchboard dashboard import grafana.json --name "Line 2"
    """
    if home:
        if name is not None:
            raise click.UsageError(_("The home page has no name, so --name can't be used with --home."))
        _save_home(context, file, None, yes=yes)
        return
    with _read_json(file, IMPORTABLE, MAX_FILE) as value, context.database.change() as session:
        interchange.require_dashboard(value)
        parsed, report = document_over_sources(session, context.actor, value)
        title = _("Imported dashboard") if file.name == _STDIN else Path(file.name).stem
        document = _with_title(parsed, title)
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
    with context.database.change() as session:
        document = replace(empty(), description=description)
        created = library.create(session, context.actor, document, name=name).card
    context.report(_("Created “{name}”.").format(name=created.name), id=created.id, revision=created.version)


@dashboard.command("rename")
@click.argument("which", metavar="DASHBOARD")
@click.argument("name", required=False)
@click.option("--description", help="New description.")
@with_context
def rename(context: CommandContext, which: str, name: str | None, description: str | None) -> None:
    """Change a dashboard's name, description or both.

    The home page can't be renamed.
    """
    if name is None and description is None:
        raise Incomplete(_("Specify a new name, a --description, or both."))
    with context.database.change() as session:
        card = library.get_summary_matching(session, context.actor, which)
        saved = library.describe(session, context.actor, card.id, name=name, description=description)
    sentence = _("Renamed to “{name}”.") if name is not None else _("Updated the description of “{name}”.")
    context.report(sentence.format(name=saved.document.title), id=saved.id, revision=saved.version)


@dashboard.command("duplicate")
@click.argument("which", metavar="DASHBOARD")
@click.option("--name", help="Name of the copy; default: the name with “(copy)” added.")
@with_context
def duplicate(context: CommandContext, which: str, name: str | None) -> None:
    """Duplicate a dashboard.

    You own the copy, and it is shared with no one. The home page can't be duplicated.
    """
    with context.database.change() as session:
        card = library.get_summary_matching(session, context.actor, which)
        created = library.duplicate(session, context.actor, card.id, name=name).card
    context.report(_("Created “{name}”.").format(name=created.name), id=created.id, revision=created.version)


@contextmanager
def _advise_on_trash(do: str) -> Iterator[None]:
    """Add to the error of a dashboard that isn't in the trash what the user can do about it on the command line."""
    try:
        yield
    except Conflict as error:
        if error.code == "dashboards.not-in-trash":
            error.do = do
        raise


@dashboard.command("delete")
@click.argument("which", metavar="DASHBOARD...", nargs=-1, required=True)
@click.option("--forever", is_flag=True, help="Permanently delete dashboards that are in the trash.")
@with_context
def delete(context: CommandContext, which: tuple[str, ...], forever: bool) -> None:
    """Move dashboards to the trash.

    They can be restored for 30 days. The home page can't be deleted.
    """
    with context.database.change() as session:
        with _advise_on_trash(_("To move it there, leave out --forever.")):
            ids = [
                library.get_summary_matching(session, context.actor, dashboard_id, trashed=forever).id
                for dashboard_id in which
            ]
        act = library.delete_forever if forever else library.discard
        count = act(session, context.actor, ids)
    if forever:
        sentence = ngettext("{count} dashboard permanently deleted.", "{count} dashboards permanently deleted.", count)
    else:
        sentence = ngettext("{count} dashboard moved to the trash.", "{count} dashboards moved to the trash.", count)
    context.report(sentence.format(count=count), deleted=count)


@dashboard.command("restore")
@click.argument("which", metavar="DASHBOARD...", nargs=-1, required=True)
@with_context
def restore(context: CommandContext, which: tuple[str, ...]) -> None:
    """Restore dashboards from the trash, with their shares."""
    with context.database.change() as session:
        with _advise_on_trash(_("There is nothing to restore.")):
            ids = [
                library.get_summary_matching(session, context.actor, dashboard_id, trashed=True).id
                for dashboard_id in which
            ]
        count = library.restore(session, context.actor, ids)
    sentence = ngettext("{count} dashboard restored.", "{count} dashboards restored.", count)
    context.report(sentence.format(count=count), restored=count)


@dashboard.command("purge")
@with_context
def purge(context: CommandContext) -> None:
    """Permanently delete dashboards that were moved to the trash over 30 days ago."""
    with context.database.change() as session:
        count = library.purge(session, context.actor)
    sentence = ngettext("{count} dashboard permanently deleted.", "{count} dashboards permanently deleted.", count)
    if not count:
        sentence = _("No dashboard in the trash has expired.")
    context.report(sentence.format(count=count), deleted=count)
