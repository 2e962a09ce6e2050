"""`benchboard audit …`."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import click

from benchboard.cli.command_context import CommandContext, paging_options, with_context
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import Choice, CliGroup, parameter_name
from benchboard.cli.terminal import printable
from benchboard.i18n import _, any_of, pgettext
from benchboard.identity import audit_titles, users
from benchboard.identity.audit import list_entries
from benchboard.identity.event_titles import event_title, known_events
from benchboard.paging import Listing, Scalar
from benchboard.storage.search_text import fold

_ENTRY: dict[str, Callable[[Any], object]] = {
    "at": lambda row: row.at,
    "who": lambda row: row.who,
    "acted_by": lambda row: row.acted_by,
    "whom": lambda row: row.whom,
    "user_id": lambda row: row.user_id,
    "event": lambda row: row.event,
    "resource_type": lambda row: row.resource_type,
    "resource_id": lambda row: row.resource_id,
    "ip_address": lambda row: row.ip_address,
    "user_agent": lambda row: row.user_agent,
    "details": lambda row: row.details,
}

_SHORT: dict[str, Callable[[Any], object]] = {
    "at": lambda row: row.at,
    "who": audit_titles.actor_title,
    "what": audit_titles.entry_title,
}


class _EventChoice(Choice):
    """An event by its code, or by its title in the language of the commands."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        titles = {fold(event_title(event)): event for event in known_events()}
        known = known_events()
        event = titles.get(fold(str(value)), str(value).lower())
        if event in known:
            return event
        what = _("{option} can't be “{value}”.").format(option=parameter_name(param), value=printable(str(value)))
        near = [_("“{title}” ({code})").format(title=event_title(one), code=one) for one in _nearest(str(value))]
        meant = [_("Did you mean {names}?").format(names=any_of(near))] if near else []
        how = _("For all events, run “{command}”.").format(command="benchboard audit list --help")
        raise click.UsageError(" ".join([what, *meant, how]), ctx)


def _nearest(text: str) -> list[str]:
    """The events, at most three, that `text` may have meant: part of their title or code, or spelled like one."""
    wanted = fold(text)
    events = {event: fold(event_title(event)) for event in known_events()}
    if wanted and (containing := [event for event, title in events.items() if wanted in title or wanted in event]):
        return containing[:3]
    names = {name: event for event, title in events.items() for name in (event, event.partition(".")[2], title)}
    alike = [names[name] for name in get_close_matches(wanted, names, n=3, cutoff=0.5)]
    return list(dict.fromkeys(alike))


def _event_help() -> str:
    lines = "\n".join(f"  {event:<30}{event_title(event)}" for event in known_events())
    return (
        "List entries of the audit log, newest first.\n\n"
        "Each entry has an event. --event takes its name or its code; --json prints the code.\n\n"
        f"\b\nEvents, by code and name:\n{lines}"
    )


@click.group(cls=CliGroup)
def audit() -> None:
    """Show who changed what, and when."""


@audit.command("list", help=_event_help())
@click.option("--user", "who", help="Only what this person did (email address or ID).")
@click.option(
    "--event",
    type=_EventChoice(known_events()),
    metavar="EVENT",
    help="Only this event, such as dashboard.share or “Shared a dashboard”.",
)
@click.option("--search", default="", help="Words of an entry, such as a person, object or event, or part of an ID.")
@paging_options
@with_context
def list_audit_log(
    context: CommandContext, who: str | None, event: str | None, search: str, limit: int, after: str | None
) -> None:
    """List entries of the audit log, newest first."""
    with context.database.read() as session:
        filters: dict[str, Scalar] = {"event": event} if event else {}
        if who is not None:
            filters["user_id"] = users.get_person_matching(session, context.actor, who).id
        page = list_entries(session, context.actor, Listing(search, filters), after=after, limit=limit)
    columns = _ENTRY if context.as_json else _SHORT
    context.list_page(
        page,
        columns,
        empty=empty_text(
            pgettext("no match", "audit log entries"),
            _("No audit log entries yet. What people change is listed here."),
            "audit list",
            search=search,
            filters={"--user": who, "--event": event},
        ),
    )
