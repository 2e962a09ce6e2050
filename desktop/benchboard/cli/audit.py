"""`benchboard audit …`."""

import contextlib
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from benchboard.cli.audit_filters import filter_options, read_filters
from benchboard.cli.command_context import CommandContext, paging_options, with_context, write_json
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.file_output import overwrite_option, require_writable, write_output_file
from benchboard.cli.options import Choice, CliGroup, parameter_name
from benchboard.cli.terminal import printable
from benchboard.errors import NotFound
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.identity import audit_titles, audit_verification, kept_seals
from benchboard.identity.audit import list_entries
from benchboard.identity.audit_acceptance import accept_log
from benchboard.identity.audit_changes import changes_of
from benchboard.identity.audit_export import ExportForm, export_entries, record_export
from benchboard.identity.audit_verification import AuditFault, AuditVerification, KnownSeal
from benchboard.identity.event_titles import event_title, known_events

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


class _SealType(click.ParamType[bytes]):
    """A seal as `audit verify` prints it: 64 hexadecimal digits."""

    name = "seal"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        if isinstance(value, bytes):
            return value
        digits = "".join(str(value).split())
        if not re.fullmatch(r"[0-9a-fA-F]{64}", digits):
            what = _("{option} must be a seal, not “{value}”.").format(
                option=parameter_name(param), value=printable(str(value)[:80])
            )
            how = _("Write its 64 hexadecimal digits, as “{command}” prints them.").format(
                command="benchboard audit verify"
            )
            raise click.UsageError(f"{what} {how}", ctx)
        return bytes.fromhex(digits)


@audit.command()
@click.option("--accept", is_flag=True, help="Take the log as it is, after an older backup was restored.")
@click.option("--reason", metavar="TEXT", help="Why it is taken as it is; asked for with --accept if left out.")
@click.option("--expect", type=_SealType(), metavar="SEAL",
              help="A last seal that was written down before: an entry must have it.")  # fmt: skip
@with_context
def verify(context: CommandContext, accept: bool, reason: str | None, expect: bytes | None) -> None:
    """Check that every entry is as it was sealed.

    Every entry has a seal, made of the entry and of the seal before it. The whole audit log is read, and each seal is
    computed again. The exit status is 1 if one doesn't fit: the first entry that isn't as it was sealed is named.

    The last seal is kept on this computer, and compared the next time. So is the last seal that any program on this
    computer saw. A log that is shorter, or has another history, is told by it. An older backup does that too: --accept
    then verifies the log as it is and compares with its last seal from now on. That is recorded in the audit log with
    the reason, and told on the other computers that saw more of the log.

    Who keeps seals elsewhere, such as an auditor, compares with one by --expect: nobody who can change the database and
    this computer can change that one.

    \b
    Example:
      benchboard audit verify --accept --reason "Restored the backup of Monday"
    """
    if reason is not None and not accept:
        raise click.UsageError(_("Use --reason with --accept."), click.get_current_context())
    home, organisation_id = context.workspace.home, context.actor.organisation_id
    seen = context.workspace.database.seen_seals
    known = kept_seals.find_all(home, seen, organisation_id)
    with context.database.read() as session:
        found = audit_verification.verify(session, context.actor, known=known, progress=_show_progress())
    accepted = found.fault if accept and found.fault is not None and found.fault.known is not None else None
    if accepted is not None:
        why = audit_verification.require_reason(reason if reason is not None else _ask_reason())
        found = accept_log(context.database, context.actor, home, seen, accepted, why, _show_progress())
    if found.seal is not None and found.fault is None:
        with contextlib.suppress(OSError):
            kept_seals.keep(home, organisation_id, KnownSeal(found.entries, found.seal, datetime.now(UTC)))
    elif found.fault is not None:
        with contextlib.suppress(OSError):
            kept_seals.keep_fault(home, organisation_id, found.fault, found.entries)
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
    expected = _require_expected(context, expect) if expect is not None else None
    told = _verified_text(found, accepted, expected) if seal is not None else _("The audit log has no entries.")
    compared = {"number": found.seen.number, "at": found.seen.at} if found.seen is not None else None
    kind = accepted.kind if accepted is not None else None
    context.report(
        told, entries=found.entries, seal=seal, compared_with=compared, expected=expected, accepted=kind, fault=None
    )


def _ask_reason() -> str:
    """Ask for the reason of an acceptance at the terminal. Raises `UsageError` where nobody can be asked."""
    if not sys.stdin.isatty():
        raise click.UsageError(_("Say why with --reason."), click.get_current_context())
    return str(click.prompt(_("Reason"), err=True))


def _require_expected(context: CommandContext, seal: bytes) -> int:
    """The number of the entry with a seal that was written down. Raises `NotFound` (`audit.expected`)."""
    with context.database.read() as session:
        found = audit_verification.find_sealed(session, context.actor, seal)
    if found is None:
        raise NotFound(
            "audit.expected",
            _("No entry of the audit log has the seal {seal}….").format(seal=seal.hex()[:12]),
            why=_("The entries fit their own seals, but they aren't those that this seal was written down of."),
            do=_("Check the seal and the database. If both are right, the log was replaced or its end was cut off."),
        )
    return found


def _verified_text(found: AuditVerification, accepted: AuditFault | None, expected: int | None) -> str:
    """What is known of a log without a fault, and what isn't: nothing tells of entries missing at its end but what this
    computer saw before, and a seal that was written down, of entry `expected`. `accepted`: what it was taken in spite
    of."""
    verified = ngettext(
        "{count} entry verified: it is as it was sealed.",
        "{count} entries verified: all are as they were sealed.",
        found.entries,
    ).format(count=number(found.entries))
    if accepted is not None:
        why = _("The log was accepted as it is: {fault}").format(fault=audit_verification.fault_title(accepted))
    elif found.seen is not None:
        seen_at = found.seen.at.astimezone().strftime("%Y-%m-%d %H:%M")
        why = _("Up to entry {number} they are those that this computer saw at {time}.").format(
            number=number(found.seen.number), time=seen_at
        )
    else:
        why = _("This computer saw none of them before: whether any are missing at the end isn't known.")
    if expected is not None:
        told = _("Up to entry {number} they are those that the expected seal was made of.")
        why = f"{why} {told.format(number=number(expected))}"
    seal = _("Last seal: {seal}").format(seal=found.seal.hex() if found.seal is not None else "")
    return f"{verified} {why} {seal}"


def _show_progress() -> Callable[[int, int | None], None]:
    """Says on stderr how far a verification is, once a second; without a total, an export."""
    last = time.monotonic()

    def show(done: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last >= _PROGRESS_AFTER_S:
            last = time.monotonic()
            if total is None:
                text = _("Read {done} entries …").format(done=number(done))
            else:
                text = _("Verified {done} of {total} entries …").format(done=number(done), total=number(total))
            click.echo(text, err=True)

    return show


@audit.command("list", help=_event_help())
@filter_options
@paging_options
@with_context
def list_audit_log(context: CommandContext, /, limit: int, after: str | None, **narrowing: Any) -> None:
    """List entries of the audit log, newest first."""
    filters = read_filters(narrowing)
    listing = filters.listing(context)
    with context.database.read() as session:
        page = list_entries(session, context.actor, listing, after=after, limit=limit)
        audit_verification.see_last(session, context.actor, context.workspace.database.seen_seals)
    columns = _ENTRY if context.as_json else _SHORT
    context.list_page(
        page,
        columns,
        empty=empty_text(
            pgettext("no match", "audit log entries"),
            _("No audit log entries yet. What people change is listed here."),
            "audit list",
            search=filters.search,
            filters=filters.given(),
        ),
    )


@audit.command()
@click.argument("file", required=False, type=click.Path(allow_dash=True, path_type=Path))
@click.option("--out", type=click.Path(allow_dash=True, path_type=Path), metavar="FILE",
              help="File to write, as FILE: log.csv or log.json; - for standard output.")  # fmt: skip
@click.option("--format", "form", type=Choice(("csv", "json")), metavar="FORMAT",
              help="Format of the file, csv or json; default: the one of its extension.")  # fmt: skip
@overwrite_option
@filter_options
@with_context
def export(
    context: CommandContext,
    /,
    file: Path | None,
    out: Path | None,
    form: ExportForm | None,
    overwrite: bool,
    **narrowing: Any,
) -> None:
    """Write all entries that match to a CSV or JSON FILE, newest first.

    The export itself is recorded in the audit log.

    \b
    Example:
      benchboard audit export log.csv --period last-7-days
    """
    if file is None or out is not None:
        if file is not None or out is None:
            how = _("Name one file to write, such as: benchboard audit export log.csv")
            raise click.UsageError(how, click.get_current_context())
        file = out
    filters = read_filters(narrowing)
    require_writable(file, overwrite=overwrite)
    chosen: ExportForm = form or ("json" if file.suffix.lower() == ".json" else "csv")
    show = _show_progress()
    listing = filters.listing(context)
    with context.database.read() as session:
        content, count = export_entries(session, context.actor, listing, chosen, lambda done: show(done, None))
    with context.database.change() as session:
        record_export(session, context.actor, listing, chosen, count)
    if str(file) == "-":
        sys.stdout.buffer.write(content)
        return
    write_output_file(file, content)
    sentence = ngettext("Exported {count} entry to {file}", "Exported {count} entries to {file}", count)
    context.report(sentence.format(count=number(count), file=file), entries=count, file=str(file))
