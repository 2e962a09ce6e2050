"""`benchboard source access|grant|revoke|unrestrict`: who may use a data source."""

import click

from benchboard.analytics.sources import services, source_sharing
from benchboard.analytics.sources.source_sharing import SourceAccess
from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.options import CliCommand
from benchboard.i18n import _
from benchboard.identity.share_candidates import Candidate
from benchboard.paging import Page

_COLUMNS = {
    "kind": lambda row: row.kind,
    "id": lambda row: row.id,
    "name": lambda row: row.name,
    "email": lambda row: row.email,
}


@click.command("access", cls=CliCommand)
@click.argument("which", metavar="SOURCE")
@with_context
def access(context: CommandContext, which: str) -> None:
    """List the people and teams that a data source is restricted to.

    Admins may use every data source.
    """
    with context.database.read() as session:
        found = services.get_source_matching(session, context.actor, which)
        who = source_sharing.source_access(session, context.actor, found.id)
    open_to_all = _("Everyone who can explore data may use “{name}”.").format(name=found.name)
    nobody = _("“{name}” is restricted, and only admins may use it.").format(name=found.name)
    rows: Page[Candidate] = Page((*who.people, *who.teams))
    context.list_page(rows, _COLUMNS, empty=nobody if who.restricted else open_to_all)


@click.command("grant", cls=CliCommand)
@click.argument("which", metavar="SOURCE")
@click.argument("who", nargs=-1, required=True)
@with_context
def grant(context: CommandContext, which: str, who: tuple[str, ...]) -> None:
    """Share a data source with people and teams, and with nobody else but you.

    WHO is a person's email address or ID, or a team's short name or ID. Admins may use every data source.

    \b
    Example:
      benchboard source grant Payroll mert@example.com finance
    """
    with context.database.change() as session:
        found = services.get_source_matching(session, context.actor, which)
        now = SourceAccess(restricted=False)
        for one in [source_sharing.find_candidate(session, context.actor, one) for one in who]:
            now = source_sharing.grant(session, context.actor, found.id, one.kind, one.id)
    _report(context, found.name, now)


@click.command("revoke", cls=CliCommand)
@click.argument("which", metavar="SOURCE")
@click.argument("who", nargs=-1, required=True)
@with_context
def revoke(context: CommandContext, which: str, who: tuple[str, ...]) -> None:
    """Stop people and teams from using a restricted data source.

    WHO is a person's email address or ID, or a team's short name or ID.
    """
    with context.database.change() as session:
        found = services.get_source_matching(session, context.actor, which)
        now = SourceAccess(restricted=False)
        for one in [source_sharing.find_candidate(session, context.actor, one) for one in who]:
            now = source_sharing.revoke(session, context.actor, found.id, one.kind, one.id)
    _report(context, found.name, now)


@click.command("unrestrict", cls=CliCommand)
@click.argument("which", metavar="SOURCE")
@with_context
def unrestrict(context: CommandContext, which: str) -> None:
    """Share a data source with everyone who can explore data again."""
    with context.database.change() as session:
        found = services.get_source_matching(session, context.actor, which)
        source_sharing.lift_restriction(session, context.actor, found.id)
    _report(context, found.name, SourceAccess(restricted=False))


def _report(context: CommandContext, name: str, now: SourceAccess) -> None:
    names = [one.name for one in (*now.people, *now.teams)]
    if not now.restricted:
        text = _("Everyone who can explore data may use “{name}”.")
    elif names:
        text = _("Only admins and {who} may use “{name}”.")
    else:
        text = _("“{name}” is restricted, and only admins may use it.")
    context.report(text.format(name=name, who=", ".join(names)), restricted=now.restricted, who=names)


COMMANDS = (access, grant, revoke, unrestrict)
