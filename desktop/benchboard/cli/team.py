"""`benchboard team …`."""

from collections.abc import Callable
from typing import Any

import click

from benchboard.cli.command_context import CommandContext, paging_options, with_context
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import CliGroup
from benchboard.i18n import _, pgettext
from benchboard.identity import teams, users
from benchboard.paging import Listing

_TEAM: dict[str, Callable[[Any], object]] = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "short_name": lambda row: row.slug,
    "members": lambda row: len(row.members),
    "people": lambda row: ", ".join(row.members),
}


@click.group(cls=CliGroup)
def team() -> None:
    """List, create, rename and delete teams, and add and remove people."""


@team.command("list")
@click.option("--search", default="", help="Part of a name.")
@paging_options
@with_context
def list_teams(context: CommandContext, search: str, limit: int, after: str | None) -> None:
    """List your organisation's teams and their members."""
    with context.database.read() as session:
        page = teams.list_teams(session, context.actor, Listing(search), after=after, limit=limit)
    context.list_page(
        page,
        _TEAM,
        shown=("id", "name", "short_name", "members", "people"),
        empty=empty_text(
            pgettext("no match", "teams"),
            _("No teams yet. Run “benchboard team create NAME”."),
            "team list",
            search=search,
        ),
    )


@team.command("create")
@click.argument("name")
@with_context
def create_team(context: CommandContext, name: str) -> None:
    """Create a team.

    Commands use its short name, which is made from NAME: “Rig 12” is rig-12.
    """
    with context.database.change() as session:
        created = teams.create_team(session, context.actor, name=name)
    context.report(
        _("Created team “{name}”. In commands, use its short name, {slug}.").format(
            name=created.name, slug=created.slug
        ),
        id=created.id,
        short_name=created.slug,
    )


@team.command("rename")
@click.argument("team")
@click.argument("name")
@with_context
def rename_team(context: CommandContext, team: str, name: str) -> None:
    """Rename a team, and with it its short name.

    TEAM is a short name or ID.
    """
    with context.database.change() as session:
        found = teams.get_team(session, context.actor, team)
        teams.rename_team(session, context.actor, found.id, name)
        now = teams.get_team(session, context.actor, found.id)
    done = _("Renamed the team “{before}” to “{name}”. In commands, use its short name, {slug}.")
    context.report(done.format(before=found.name, name=now.name, slug=now.slug), id=now.id, short_name=now.slug)


@team.command("delete")
@click.argument("team")
@with_context
def delete_team(context: CommandContext, team: str) -> None:
    """Delete a team: its people lose what they can reach through it alone.

    TEAM is a short name or ID. Nothing else is deleted.
    """
    with context.database.change() as session:
        deleted = teams.delete_team(session, context.actor, team)
    counts = {
        _("People: {count}"): len(deleted.members),
        _("Dashboards shared with it: {count}"): len(deleted.dashboards),
        _("Data sources shared with it: {count}"): len(deleted.sources),
    }
    said = "; ".join(words.format(count=count) for words, count in counts.items())
    context.report(
        _("Deleted the team “{name}”. {counts}.").format(name=deleted.name, counts=said),
        id=deleted.id,
        people=list(deleted.members),
        dashboards=[one[0] for one in deleted.dashboards],
        sources=list(deleted.sources),
    )


@team.command("add")
@click.argument("team")
@click.argument("who", nargs=-1, required=True)
@with_context
def add_people(context: CommandContext, team: str, who: tuple[str, ...]) -> None:
    """Add people to a team.

    TEAM is a short name or ID, WHO an email address or ID.

    \b
    Example:
      benchboard team add rig-12 ines@example.com mert@example.com
    """
    with context.database.change() as session:
        ids = [users.get_person_matching(session, context.actor, member).id for member in who]
        change = teams.add_people(session, context.actor, team, ids)
    sentence = _result(change, _("Added {names} to the team “{team}”."), _("{name} is already in the team “{team}”."))
    context.report(sentence, added=len(change.changed))


@team.command("remove")
@click.argument("team")
@click.argument("who", nargs=-1, required=True)
@with_context
def remove_people(context: CommandContext, team: str, who: tuple[str, ...]) -> None:
    """Remove people from a team.

    TEAM is a short name or ID, WHO an email address or ID.
    """
    with context.database.change() as session:
        ids = [users.get_person_matching(session, context.actor, member).id for member in who]
        change = teams.remove_people(session, context.actor, team, ids)
    sentence = _result(change, _("Removed {names} from the team “{team}”."), _("{name} isn't in the team “{team}”."))
    context.report(sentence, removed=len(change.changed))


def _result(change: teams.MembershipChange, done: str, needless: str) -> str:
    """Who was added or removed, and of whom that was `needless`."""
    sentences = [done.format(names=", ".join(change.changed), team=change.team)] if change.changed else []
    sentences += [needless.format(name=name, team=change.team) for name in change.unchanged]
    return " ".join(sentences if change.changed else [*sentences, _("Nothing was changed.")])
