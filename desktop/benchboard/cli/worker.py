"""`benchboard worker`: what has to be done now and then."""

from dataclasses import asdict

import click

from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.options import CliCommand
from benchboard.i18n import _
from benchboard.identity import clean_up


@click.command(cls=CliCommand)
@click.option("--once", is_flag=True, help="Do what is due, then end.")
@click.option("--dry-run", is_flag=True, help="Only show how much would be cleared.")
@with_context
def worker(context: CommandContext, once: bool, dry_run: bool) -> None:
    """Clear what has expired in your organisation: sessions, tokens, codes of accounts and invitations.

    It needs --once: there is no worker yet that goes on running. Let cron or a timer run it once a day for a shared
    server; it can run on several computers at the same time. On this computer, the window does it once a day.

    \b
    Example:
      benchboard worker --once --dry-run
    """
    if not once:
        raise click.UsageError(_("There's no worker yet that goes on running. Use --once."))
    if dry_run:
        with context.database.read() as session:
            due = clean_up.get_state(session, context.actor).due
        text = _("Would clear: {counts}.").format(counts=clean_up.counts_text(due)) if due.total else _nothing()
        context.report(text, dry_run=True, **asdict(due))
        return
    done = clean_up.clean_up(context.database, context.actor)
    text = _("Cleared: {counts}.").format(counts=clean_up.counts_text(done)) if done.total else _nothing()
    context.report(text, dry_run=False, **asdict(done))


def _nothing() -> str:
    return _("There's nothing to clear.")
