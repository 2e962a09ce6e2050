"""`benchboard dashboard folder|move|favourite`: the folders that dashboards are in, and one's favourites."""

from collections.abc import Callable
from typing import Any, Final

import click

from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.options import CliCommand, CliGroup, Incomplete
from benchboard.dashboards import favourites, folders, library
from benchboard.i18n import _, ngettext
from benchboard.paging import Page

_FOLDER: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "path": lambda row: row.path,
    "dashboards": lambda row: row.count,
    "parent_id": lambda row: row.parent_id,
}


@click.group("folder", cls=CliGroup)
def folder() -> None:
    """List and change the folders that dashboards are in.

    A folder is given by its name, its path or its ID from “benchboard dashboard folder list”.
    """


@folder.command("list")
@with_context
def list_folders(context: CommandContext) -> None:
    """List the folders, each with how many of the dashboards in it you have access to."""
    with context.database.read() as session:
        found = folders.list_folders(session, context.actor)
    context.list_page(
        Page(found),
        _FOLDER,
        shown=("id", "path", "dashboards"),
        empty=_("No folders yet. Run “benchboard dashboard folder create NAME”."),
    )


@folder.command("create")
@click.argument("name")
@click.option("--in", "parent", metavar="FOLDER", help="Folder to create it in; default: none.")
@with_context
def create(context: CommandContext, name: str, parent: str | None) -> None:
    """Create a folder.

    \b
    Example:
      benchboard dashboard folder create "Brake rig" --in "Line 2"
    """
    with context.database.change() as session:
        inside = folders.get_folder_matching(session, context.actor, parent).id if parent is not None else None
        folder_id = folders.create_folder(session, context.actor, name, parent_id=inside)
    context.report(_("Created the folder “{name}”.").format(name=name.strip()), id=folder_id)


@folder.command("rename")
@click.argument("folder_name", metavar="FOLDER")
@click.argument("name")
@with_context
def rename(context: CommandContext, folder_name: str, name: str) -> None:
    """Rename a folder."""
    with context.database.change() as session:
        found = folders.get_folder_matching(session, context.actor, folder_name)
        folders.rename_folder(session, context.actor, found.id, name)
    sentence = _("Renamed the folder “{before}” to “{name}”.")
    context.report(sentence.format(before=found.name, name=name.strip()), id=found.id)


@folder.command("move")
@click.argument("folder_name", metavar="FOLDER")
@click.option("--in", "parent", metavar="FOLDER", help="Folder to move it into.")
@click.option("--top", is_flag=True, help="Move it out of all folders.")
@with_context
def move_folder(context: CommandContext, folder_name: str, parent: str | None, top: bool) -> None:
    """Move a folder, with all in it, into another one or to the top."""
    if (parent is None) != top:
        raise Incomplete(_("Specify either --in or --top."))
    with context.database.change() as session:
        found = folders.get_folder_matching(session, context.actor, folder_name)
        into = folders.get_folder_matching(session, context.actor, parent) if parent is not None else None
        folders.move_folder(session, context.actor, found.id, into.id if into is not None else None)
    if into is None:
        context.report(_("Moved the folder “{name}” to the top.").format(name=found.name), id=found.id)
    else:
        sentence = _("Moved the folder “{name}” into “{folder}”.")
        context.report(sentence.format(name=found.name, folder=into.name), id=found.id, folder_id=into.id)


@folder.command("delete")
@click.argument("folder_name", metavar="FOLDER")
@with_context
def delete(context: CommandContext, folder_name: str) -> None:
    """Delete a folder.

    The dashboards and folders in it move up to the one that it is in.
    """
    with context.database.change() as session:
        found = folders.get_folder_matching(session, context.actor, folder_name)
        deleted = folders.delete_folder(session, context.actor, found.id)
    context.report(
        _("Deleted the folder “{name}”. What was in it moved up.").format(name=deleted.name),
        id=deleted.id,
        moved=len(deleted.dashboard_ids),
    )


@click.command("move", cls=CliCommand)
@click.argument("which", metavar="DASHBOARD...", nargs=-1, required=True)
@click.option("--to", "folder_name", metavar="FOLDER", help="Folder to move them to.")
@click.option("--top", is_flag=True, help="Move them out of all folders.")
@with_context
def move(context: CommandContext, which: tuple[str, ...], folder_name: str | None, top: bool) -> None:
    """Move dashboards to a folder, or out of all folders.

    \b
    Example:
      benchboard dashboard move "Line 2 overview" --to "Line 2"
    """
    if (folder_name is None) != top:
        raise Incomplete(_("Specify either --to or --top."))
    with context.database.change() as session:
        ids = [library.get_summary_matching(session, context.actor, one).id for one in which]
        into = folders.get_folder_matching(session, context.actor, folder_name) if folder_name is not None else None
        moved = folders.move_dashboards(session, context.actor, ids, into.id if into is not None else None)
    if into is None:
        sentence = ngettext(
            "Moved {count} dashboard out of its folder.", "Moved {count} dashboards out of their folders.", len(moved)
        )
    else:
        sentence = ngettext("Moved {count} dashboard to “{folder}”.", "Moved {count} dashboards to “{folder}”.",
                            len(moved))  # fmt: skip
    folder_text = into.name if into is not None else ""
    context.report(sentence.format(count=len(moved), folder=folder_text), moved=len(moved))


@click.command("favourite", cls=CliCommand)
@click.argument("which", metavar="DASHBOARD...", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="Remove them from your favourites.")
@with_context
def favourite(context: CommandContext, which: tuple[str, ...], remove: bool) -> None:
    """Add dashboards to your favourites, or remove them."""
    with context.database.change() as session:
        ids = [library.get_summary_matching(session, context.actor, one).id for one in which]
        changed = len(favourites.set_favourite(session, context.actor, ids, favourite=not remove))
    if remove:
        sentence = ngettext(
            "Removed {count} dashboard from your favourites.",
            "Removed {count} dashboards from your favourites.",
            changed,
        )
    else:
        sentence = ngettext(
            "Added {count} dashboard to your favourites.", "Added {count} dashboards to your favourites.", changed
        )
    context.report(sentence.format(count=changed), changed=changed)


COMMANDS: Final = (folder, move, favourite)
