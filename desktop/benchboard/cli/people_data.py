"""`benchboard user export-data` and `benchboard user erase`: what is held about a person, taken or erased."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.file_output import overwrite_option, require_writable, write_output_file
from benchboard.cli.options import CliCommand
from benchboard.cli.table import print_lines
from benchboard.cli.terminal import printable
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, number
from benchboard.identity import person_erasure, person_export, users
from benchboard.identity.person_erasure import ErasureReport

_PROGRESS_AFTER_S: Final = 1.0


def _show_progress() -> Callable[[int, int], None]:
    """Says on stderr how far an export is, once a second."""
    last = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _PROGRESS_AFTER_S:
            last = time.monotonic()
            text = _("Read {done} of {total} records …").format(done=number(done), total=number(total))
            click.echo(text, err=True)

    return show


@click.command("export-data", cls=CliCommand)
@click.argument("who")
@click.option(
    "--out", type=click.Path(allow_dash=True, path_type=Path), required=True, metavar="FILE",
    help="ZIP file to write; - for standard output.",
)  # fmt: skip
@overwrite_option
@with_context
def export_data(context: CommandContext, who: str, out: Path, overwrite: bool) -> None:
    """Export everything that is held about a person, as a ZIP of JSON and CSV files.

    WHO is an email address or ID, also of a deleted account; you can always export your own data. Passwords, codes and
    keys aren't in it. README.txt in it lists what there is. The export is recorded in the audit log.

    \b
    Example:
      benchboard user export-data ines@example.com --out ines.zip
    """
    require_writable(out, overwrite=overwrite)
    with context.database.read() as session:
        user_id = _find(context, who) or users.get_person_matching(session, context.actor, who, deleted=None).id
        made = person_export.export_person(session, context.actor, user_id, _show_progress())
    with context.database.change() as session:
        person_export.record_export(session, context.actor, user_id, made.records)
    if str(out) == "-":
        sys.stdout.buffer.write(made.content)
        return
    write_output_file(out, made.content)
    sentence = ngettext(
        "Exported {count} record about {name} to {file}", "Exported {count} records about {name} to {file}",
        made.records,
    )  # fmt: skip
    text = sentence.format(count=number(made.records), name=made.name, file=out)
    context.report(text, records=made.records, file=str(out))


def _find(context: CommandContext, who: str) -> str | None:
    """The actor's own ID where they name themselves, whom they may export without seeing others."""
    own = who.casefold() in (context.actor.email.casefold(), context.actor.user_id)
    return context.actor.user_id if own else None


@click.command("erase", cls=CliCommand)
@click.argument("who")
@click.option("--dry-run", is_flag=True, help="Only show what would go and what would stay.")
@click.option("--confirm", metavar="NAME", help="The person's name, instead of being asked to type it.")
@with_context
def erase(context: CommandContext, who: str, dry_run: bool, confirm: str | None) -> None:
    """Erase a person: delete the account, and what is held about them.

    This can't be undone. WHO is an email address or ID, also of a deleted account. The command shows what goes and
    what stays and why, and asks you to type the person's name. Dashboards and dongles that they own stay:
    “benchboard user hand-over WHO --to PERSON” gives them another owner.

    \b
    Examples:
      benchboard user erase mert@example.com --dry-run
      benchboard user erase mert@example.com
    """
    with context.database.read() as session:
        person = users.get_person_matching(session, context.actor, who, deleted=None)
        told = person_erasure.report(session, context.actor, person.id)
    if dry_run:
        if not context.as_json:
            _print_report(told, err=False)
            return
        context.report("", erased=False, **_counts(told))
        return
    if confirm is None:
        if not sys.stdin.isatty():
            raise Invalid(
                "cli.erase",
                _("Type the person's name to erase them."),
                do=_("Add --confirm NAME, or run the command in a terminal."),
            )
        _print_report(told, err=True)
        confirm = str(click.prompt(printable(_("Type “{name}” to confirm").format(name=told.name)), err=True))
    if confirm.strip() != told.name:
        raise Invalid("cli.erase", _("That isn't the person's name."), do=_("Nothing was erased."))
    with context.database.change() as session:
        done = person_erasure.erase(session, context.actor, person.id, seen=told)
    context.report(_("Erased the person. Their records: {counts}.").format(counts=_goes_text(done)), erased=True,
                   **_counts(done))  # fmt: skip


def _print_report(told: ErasureReport, *, err: bool) -> None:
    click.echo(printable(_("Erasing {name}, {email}:").format(name=told.name, email=told.email)), err=err)
    click.echo(_("Goes: {counts}").format(counts=_goes_text(told)), err=err)
    click.echo(_("Stays:"), err=err)
    rows = [(f"{one.kind.shown_title}: {number(one.count)}", person_erasure.why_kept_title(one.kind))
            for one in told.stays]  # fmt: skip
    rows.append((_("Audit log: {count}").format(count=number(told.audit_entries)), person_erasure.audit_title()))
    if err:
        for title, why in rows:
            click.echo(f"  {title}. {why}", err=True)
    else:
        print_lines(rows)


def _goes_text(told: ErasureReport) -> str:
    named = [_("Name, email address and password")]
    return ", ".join((*named, *(f"{one.kind.shown_title} {number(one.count)}" for one in told.goes)))


def _counts(told: ErasureReport) -> dict[str, object]:
    return {
        "id": told.user_id,
        "goes": {one.kind.name: one.count for one in told.goes},
        "stays": {one.kind.name: {"count": one.count, "why": one.kind.why_kept} for one in told.stays},
        "audit_entries": told.audit_entries,
    }


COMMANDS: Final = (export_data, erase)
