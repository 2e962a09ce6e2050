"""`benchboard audit …`."""

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

import click

from benchboard.cli.command_context import CommandContext, paging_options, with_context, write_json
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import Choice, CliGroup, parameter_name
from benchboard.cli.terminal import printable
from benchboard.i18n import _, any_of, ngettext, number, pgettext
from benchboard.identity import audit_titles, audit_verification, kept_seals, users
from benchboard.identity.audit import list_entries
from benchboard.identity.audit_changes import changes_of
from benchboard.identity.audit_verification import AuditFault, AuditVerification, KnownSeal
from benchboard.identity.event_titles import event_title, known_events
from benchboard.paging import Listing, Scalar
from benchboard.storage.search_text import fold

_ENTRY: dict[str, Callable[[Any], object]] = {
    "id": lambda row: row.id,
    "number": lambda row: row.number,
    "seal": lambda row: row.seal,
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
    "changes": lambda row: {one.field: {"before": one.before, "after": one.after} for one in changes_of(row)},
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


_PROGRESS_AFTER_S = 1.0


def _accept(context: CommandContext, fault: AuditFault) -> AuditVerification:
    """Verify the log without what was known of it, record that, and know its last seal from now on."""
    workspace, actor = context.workspace, context.actor
    with context.database.read() as session:
        found = audit_verification.verify(session, actor, progress=_show_progress())
    if found.fault is not None:
        return found
    with context.database.change() as session:
        audit_verification.record_accepted(session, actor, fault, found.entries)
    with context.database.read() as session:
        found = audit_verification.verify(session, actor)
    if found.seal is not None and found.fault is None:
        last = KnownSeal(found.entries, found.seal, datetime.now(UTC))
        kept_seals.accept(workspace.home, workspace.database.seen_seals, actor.organisation_id, last)
    return found


@audit.command()
@click.option("--accept", is_flag=True, help="Take the log as it is, after an older backup was restored.")
@with_context
def verify(context: CommandContext, accept: bool) -> None:
    """Check that no entry was changed, removed or added.

    Every entry has a seal, made of the entry and of the seal before it. The whole audit log is read, and each seal is
    computed again. The exit status is 1 if one doesn't fit: the first entry that isn't as it was sealed is named.

    The last seal is kept on this computer, and compared the next time. So is the last seal that any program on this
    computer saw. A log that is shorter, or has another history, is told by it. An older backup does that too: --accept
    then verifies the log as it is and compares with its last seal from now on. That is recorded in the audit log.
    """
    home, organisation_id = context.workspace.home, context.actor.organisation_id
    seen = context.workspace.database.seen_seals
    known = kept_seals.find_all(home, seen, organisation_id)
    with context.database.read() as session:
        found = audit_verification.verify(session, context.actor, known=known, progress=_show_progress())
    if accept and found.fault is not None and found.fault.known is not None:
        found = _accept(context, found.fault)
    if found.seal is not None and found.fault is None:
        with contextlib.suppress(OSError):
            kept_seals.keep(home, organisation_id, KnownSeal(found.entries, found.seal, datetime.now(UTC)))
    seal = found.seal.hex() if found.seal is not None else None
    if found.fault is not None:
        if context.as_json:
            fault = found.fault
            write_json(
                {
                    "entries": found.entries,
                    "seal": seal,
                    "fault": {
                        "kind": fault.kind, "number": fault.number, "entry_id": fault.entry_id, "count": fault.count
                    },
                }
            )  # fmt: skip
        raise audit_verification.fault_error(found.fault)
    sentence = ngettext(
        "{count} entry verified: it is as it was sealed, and none is missing. Last seal: {seal}",
        "{count} entries verified: all are as they were sealed, and none is missing. Last seal: {seal}",
        found.entries,
    ).format(count=number(found.entries), seal=seal)
    sentence = sentence if seal is not None else _("The audit log has no entries.")
    context.report(sentence, entries=found.entries, seal=seal, fault=None)


def _show_progress() -> Callable[[int, int], None]:
    """Says on stderr how far it is, once a second."""
    last = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _PROGRESS_AFTER_S:
            last = time.monotonic()
            text = _("Verified {done} of {total} entries …").format(done=number(done), total=number(total))
            click.echo(text, err=True)

    return show


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
        audit_verification.see_last(session, context.actor, context.workspace.database.seen_seals)
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
