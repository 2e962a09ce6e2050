"""`benchboard invitation …`: asking people to join a shared server."""

import sys
from collections.abc import Callable
from typing import Any, Final

import click

from benchboard import workspace
from benchboard.cli import signed_in_server
from benchboard.cli.command_context import (
    CommandContext,
    DatabaseOptions,
    not_signed_in,
    paging_options,
    server_option,
    token_name,
    with_context,
    write_json,
)
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import Choice, CliGroup, WholeNumber
from benchboard.cli.people import ask_password
from benchboard.cli.terminal import printable
from benchboard.cli.two_step_set_up import show_recovery_codes, sign_in_with_set_up
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, pgettext
from benchboard.identity import authentication, invitations
from benchboard.identity.invitations import NewInvitation, state_title
from benchboard.identity.roles import DEFAULT_ROLE, ROLES, role_title
from benchboard.paging import Listing
from benchboard.storage.engine import url_without_password

_INVITATION: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: row.id,
    "email": lambda row: row.email,
    "role": lambda row: row.role,
    "invited_by": lambda row: row.invited_by,
    "created_at": lambda row: row.created_at,
    "expires_at": lambda row: row.expires_at,
    "accepted_at": lambda row: row.accepted_at,
    "state": lambda row: row.state,
}
_INVITATION_TEXT: Final = _INVITATION | {
    "role": lambda row: role_title(row.role),
    "state": lambda row: state_title(row.state),
}
_DAYS = click.option(
    "--days",
    type=WholeNumber(1, invitations.LONGEST_DAYS),
    default=invitations.DEFAULT_DAYS,
    show_default=True,
    metavar="N",
    help="How many days the code works.",
)


@click.group(cls=CliGroup)
def invitation() -> None:
    """List, create, resend, revoke and accept invitations to join a shared server."""


@invitation.command("list")
@click.option("--search", default="", help="Part of the email address.")
@click.option("--status", "state", type=Choice(invitations.STATES), help="Only invitations with this status.")
@paging_options
@with_context
def list_invitations(context: CommandContext, search: str, state: str | None, limit: int, after: str | None) -> None:
    """List invitations, the newest first."""
    listing = Listing(search, {"state": state} if state is not None else {})
    with context.database.read() as session:
        page = invitations.list_invitations(session, context.actor, listing, after=after, limit=limit)
    context.list_page(
        page,
        _INVITATION if context.as_json else _INVITATION_TEXT,
        shown=("email", "role", "invited_by", "expires_at", "state"),
        empty=empty_text(
            pgettext("no match", "invitations"),
            _("No invitations yet. Invite someone with “benchboard invitation create EMAIL”."),
            "invitation list",
            search=search,
            filters={"--status": state},
        ),
    )


@invitation.command("create")
@click.argument("email")
@click.option("--role", type=Choice(ROLES), default=DEFAULT_ROLE, show_default=True, help="Role of the person.")
@_DAYS
@with_context
def create(context: CommandContext, email: str, role: str, days: int) -> None:
    """Create an invitation, and print its code once.

    Send the code to the person yourself. It works once, by “benchboard invitation accept” or in the window.
    """
    _require_server(context)
    with context.database.change() as session:
        made = invitations.invite(session, context.actor, email=email, role=role, days=days)
    _show_once(context, made)


@invitation.command("resend")
@click.argument("which", metavar="INVITATION")
@_DAYS
@with_context
def resend(context: CommandContext, which: str, days: int) -> None:
    """Create a new code for an invitation, and print it once.

    The old code works no more. INVITATION is an email address or an ID.
    """
    _require_server(context)
    with context.database.change() as session:
        found = invitations.get_invitation(session, context.actor, which)
        made = invitations.resend(session, context.actor, found.id, days=days)
    _show_once(context, made)


@invitation.command("revoke")
@click.argument("which", nargs=-1, required=True, metavar="INVITATION...")
@with_context
def revoke(context: CommandContext, which: tuple[str, ...]) -> None:
    """Revoke invitations that weren't accepted.

    INVITATION is an email address or an ID.
    """
    with context.database.change() as session:
        ids = [invitations.get_invitation(session, context.actor, one).id for one in which]
        count = invitations.revoke_invitations(session, context.actor, ids)
    text = ngettext("Revoked {count} invitation.", "Revoked {count} invitations.", count).format(count=count)
    context.report(text, revoked=count)


@invitation.command("accept")
@click.option("--name", default="", help="Your name; default: your email address up to the @.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def accept(options: DatabaseOptions, name: str, as_json: bool) -> None:
    """Create your account with the code of an invitation, and sign in to it.

    The command asks for the code and a new password, or reads them from standard input, a line each.

    \b
    Example:
      benchboard invitation accept --name "Mert Aydin" --url postgresql://role@server/database
    """
    opened = options.open()
    try:
        if opened.location.kind != "server":
            raise not_signed_in(opened)
        code, password = _ask_code(), ask_password(confirm=True)
        signed_in = sign_in_with_set_up(
            lambda new: workspace.accept_invitation(opened, code=code, name=name, password=password, new_factor=new)
        )
        opened.vault.put(token_name(opened), authentication.stored_form(signed_in))
        signed_in_server.remember(opened.home, url_without_password(opened.database))
    finally:
        opened.close()
    actor = signed_in.actor
    if as_json:
        codes = {"recovery_codes": signed_in.recovery_codes} if signed_in.recovery_codes else {}
        write_json({"user_id": actor.user_id, "email": actor.email, **codes})
    else:
        sentence = _("Welcome, {name}. You're signed in to {organisation}.")
        click.echo(printable(sentence.format(name=actor.name, organisation=actor.organisation)))
        show_recovery_codes(signed_in)


def _ask_code() -> str:
    """The code, typed unseen, or the first line of standard input where that is no terminal."""
    if sys.stdin.isatty():
        return str(click.prompt(_("Invitation code"), hide_input=True, err=True)).strip()
    return sys.stdin.readline().strip()


def _require_server(context: CommandContext) -> None:
    if context.workspace.location.kind != "server":
        raise Invalid(
            "cli.invitations",
            _("Invitations are for shared servers."),
            why=_("Only you sign in to a database on this computer."),
            do=_("Name a shared server with --url, or add people with “benchboard user add EMAIL”."),
        )


def _show_once(context: CommandContext, made: NewInvitation) -> None:
    record = made.record
    if context.as_json:
        context.report("", id=record.id, email=record.email, code=made.code, expires_at=record.expires_at)
        return
    note = _("Send this code to {email} yourself. It is shown once, and works once until {time}.")
    time = record.expires_at.astimezone().strftime("%Y-%m-%d %H:%M")
    click.echo(printable(note.format(email=record.email, time=time)), err=True)
    click.echo(made.code)
