"""`benchboard audit …`."""

from collections.abc import Callable
from typing import Any

import click

from benchboard.cli.command_context import CommandContext, paging_options, with_context
from benchboard.identity import audit as trail
from benchboard.identity import users
from benchboard.paging import Listing, Scalar

_ENTRY: dict[str, Callable[[Any], object]] = {
    "at": lambda row: row.at,
    "who": lambda row: row.who,
    "user_id": lambda row: row.user_id,
    "event": lambda row: row.event,
    "resource_type": lambda row: row.resource_type,
    "resource_id": lambda row: row.resource_id,
    "ip_address": lambda row: row.ip_address,
    "user_agent": lambda row: row.user_agent,
    "details": lambda row: row.details,
}


@click.group()
def audit() -> None:
    """Audit log: who did what."""


@audit.command("list")
@click.option("--user", "who", help="Only events by this person (email address or ID).")
@click.option("--event", help="Only this event, such as session.revoke.")
@click.option("--search", default="")
@paging_options
@with_context
def list_entries(
    context: CommandContext, who: str | None, event: str | None, search: str, limit: int, after: str | None
) -> None:
    """List audit log entries, newest first."""
    with context.database.read() as session:
        filters: dict[str, Scalar] = {"event": event} if event else {}
        if who is not None:
            filters["user_id"] = users.find_person(session, context.actor, who).id
        page = trail.list_entries(session, context.actor, Listing(search, filters), after=after, limit=limit)
    context.list_page(page, _ENTRY, shown=("at", "who", "event", "resource_id", "details"))
