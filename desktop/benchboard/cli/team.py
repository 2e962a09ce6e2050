"""`benchboard team …`."""

from collections.abc import Callable
from typing import Any

import click

from benchboard.cli.command_context import Desk, at_desk, paged_options
from benchboard.i18n import _, ngettext
from benchboard.identity import teams, users
from benchboard.paging import Listing

_TEAM: dict[str, Callable[[Any], object]] = {
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "short_name": lambda row: row.slug,
    "members": lambda row: len(row.members),
    "people": lambda row: ", ".join(row.members),
}


@click.group()
def team() -> None:
    """List and create teams; add and remove people."""


@team.command("list")
@click.option("--search", default="", help="Part of a name.")
@paged_options
@at_desk
def list_teams(desk: Desk, search: str, limit: int, after: str | None) -> None:
    """List your organisation's teams and their members."""
    with desk.database.read() as session:
        page = teams.list_teams(session, desk.actor, Listing(search), after=after, limit=limit)
    desk.table(page, _TEAM, shown=("name", "short_name", "members", "people"))


@team.command("create")
@click.argument("name")
@at_desk
def create_team(desk: Desk, name: str) -> None:
    """Create a team. Its short name is derived from NAME."""
    with desk.database.change() as session:
        made = teams.create_team(session, desk.actor, name=name)
    desk.tell(
        _("Created team “{name}”. In commands, use {slug}.").format(name=made.name, slug=made.slug),
        id=made.id,
        short_name=made.slug,
    )


@team.command("add")
@click.argument("team")
@click.argument("who", nargs=-1, required=True)
@at_desk
def add_people(desk: Desk, team: str, who: tuple[str, ...]) -> None:
    """Add people (email addresses or IDs) to TEAM (short name or ID)."""
    with desk.database.change() as session:
        ids = [users.find_person(session, desk.actor, one).id for one in who]
        count = teams.add_people(session, desk.actor, team, ids)
    told = ngettext("Added {count} person to the team.", "Added {count} people to the team.", count)
    desk.tell(told.format(count=count), added=count)


@team.command("remove")
@click.argument("team")
@click.argument("who", nargs=-1, required=True)
@at_desk
def remove_people(desk: Desk, team: str, who: tuple[str, ...]) -> None:
    """Remove people (email addresses or IDs) from TEAM (short name or ID)."""
    with desk.database.change() as session:
        ids = [users.find_person(session, desk.actor, one).id for one in who]
        count = teams.remove_people(session, desk.actor, team, ids)
    told = ngettext("Removed {count} person from the team.", "Removed {count} people from the team.", count)
    desk.tell(told.format(count=count), removed=count)
