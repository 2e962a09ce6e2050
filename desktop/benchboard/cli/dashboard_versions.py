"""`benchboard dashboard versions` and `… version show|name|restore`: what a dashboard was."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Final

import click

from benchboard.cli.command_context import CommandContext, paging_options, with_context, write_json
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import CliCommand, CliGroup, RenamedOption, WholeNumber
from benchboard.dashboards import interchange, library
from benchboard.dashboards.document.document import write_document
from benchboard.dashboards.versions import version_store
from benchboard.errors import Conflict
from benchboard.i18n import _, pgettext
from benchboard.paging import Listing, Scalar

BASE_REVISION: Final = click.option(
    "--base-revision",
    "--base-version",
    "base_version",
    cls=RenamedOption,
    type=WholeNumber(0),
    help="Fail if someone has saved since: the dashboard's “revision” in “benchboard dashboard list --json”.",
)
VERSION_NAME: Final = click.option("--name", "--note", "note", cls=RenamedOption, help="Name of the new version.")
"""Both for each kind of a save: of a file, and of an older version."""


@contextmanager
def advise_on_conflict() -> Iterator[None]:
    """Add to a conflict error what the user can do about it on the command line."""
    try:
        yield
    except Conflict as error:
        if not error.code.endswith(".overtaken"):
            raise
        which = click.get_current_context().params.get("which")
        do = _(
            "Show what is saved with “benchboard dashboard show {dashboard}”, or replace it without --base-revision."
        )
        raise Conflict(
            error.code,
            error.what,
            why=error.why,
            do=do.format(dashboard=shlex.quote(which) if which else "--home"),
            **error.facts,
        ) from error


_NUMBER: Final = click.argument("number", type=WholeNumber())
_DASHBOARD: Final = click.argument("which", metavar="DASHBOARD")


@click.command("versions", cls=CliCommand)
@_DASHBOARD
@click.option("--search", default="", help="Part of a version name or of the author's name.")
@click.option("--named", is_flag=True, help="Only versions that have a name.")
@paging_options
@with_context
def versions(context: CommandContext, which: str, search: str, named: bool, limit: int, after: str | None) -> None:
    """List the versions of a dashboard, newest first."""
    filters: dict[str, Scalar] = {"named": True} if named else {}
    with context.database.read() as session:
        card = library.get_summary_matching(session, context.actor, which)
        page = version_store.list_versions(
            session, context.actor, card.id, Listing(search, filters), after=after, limit=limit
        )
    columns = ("number", "note", "author", "automatic", "restored_from", "began_at", "saved_at")
    context.list_page(
        page,
        {name: attrgetter(name) for name in columns},
        shown=("number", "note", "author", "restored_from", "saved_at"),
        empty=empty_text(
            pgettext("no match", "versions"),
            _("No versions yet. Each save makes one."),
            f"dashboard versions {shlex.quote(which)}",
            search=search,
            filters={"--named": named},
        ),
    )


class _VersionGroup(CliGroup):
    """Knows what `version "Line 2" 3` lacks: what to do with that version."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if len(args) > 1 and args[0] not in self.commands and args[1].isdecimal():
            shown = f"{ctx.command_path} show {shlex.join(args)}"
            what = _("Add what to do with the version: show, name or restore.")
            do = _("To show it, run “{command}”.").format(command=shown)
            raise click.UsageError(f"{what} {do}", ctx)
        return super().resolve_command(ctx, args)


@click.group("version", cls=_VersionGroup)
def version() -> None:
    """Show, name or restore a version of a dashboard."""


@version.command("show")
@_DASHBOARD
@_NUMBER
@with_context
def show(context: CommandContext, which: str, number: int) -> None:
    """Show a version of a dashboard as JSON."""
    with context.database.read() as session:
        card = library.get_summary_matching(session, context.actor, which)
        version_ = version_store.get_version(session, context.actor, card.id, number)
    write_json({"$schema": interchange.SCHEMA, **write_document(version_.document)})


@version.command("name")
@_DASHBOARD
@_NUMBER
@click.argument("note", metavar="NAME")
@with_context
def name(context: CommandContext, which: str, number: int, note: str) -> None:
    """Name a version of a dashboard.

    NUMBER is from “benchboard dashboard versions”. An empty NAME removes the name.
    """
    with context.database.change() as session:
        card = library.get_summary_matching(session, context.actor, which)
        named = version_store.name_version(session, context.actor, card.id, number, note)
    sentence = (
        _("Version {number} of “{name}” is now named “{note}”.")
        if named.note
        else _("Version {number} no longer has a name.")
    )
    context.report(
        sentence.format(number=number, name=card.name, note=named.note), id=card.id, number=number, note=named.note
    )


@version.command("restore")
@_DASHBOARD
@_NUMBER
@BASE_REVISION
@VERSION_NAME
@with_context
def restore(context: CommandContext, which: str, number: int, base_version: int | None, note: str | None) -> None:
    """Restore a version of a dashboard as a new version.

    NUMBER is from “benchboard dashboard versions”.
    """
    with advise_on_conflict(), context.database.change() as session:
        card = library.get_summary_matching(session, context.actor, which)
        saved = version_store.restore_version(
            session, context.actor, card.id, number, base_version=base_version, note=note
        )
    sentence = (
        _("Version {number} is the same as the newest version. Nothing was changed.")
        if saved.version == card.version
        else _("Restored version {number} of “{name}” as version {new}.")
    )
    context.report(
        sentence.format(name=saved.document.title, number=number, new=saved.number),
        id=saved.id,
        revision=saved.version,
        number=saved.number,
    )


COMMANDS: Final = (versions, version)
