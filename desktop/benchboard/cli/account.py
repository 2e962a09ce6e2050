"""`benchboard login`, `logout` and `whoami`: signing in to a shared server, and who commands act as."""

import contextlib
from contextlib import closing

import click

from benchboard import workspace
from benchboard.cli import signed_in_server
from benchboard.cli.command_context import (
    CommandContext,
    DatabaseOptions,
    not_signed_in,
    server_option,
    token_name,
    with_signed_in_context,
    write_json,
)
from benchboard.cli.options import CliCommand
from benchboard.cli.people import ask_code, ask_password
from benchboard.cli.table import cell_text, print_lines
from benchboard.cli.terminal import printable
from benchboard.cli.two_step_set_up import show_recovery_codes, sign_in_with_set_up
from benchboard.errors import AppError, Denied, Invalid
from benchboard.i18n import _
from benchboard.identity import authentication
from benchboard.identity.permissions import Client, key_prefix
from benchboard.identity.roles import role_title
from benchboard.identity.second_factor import CODE_NEEDED
from benchboard.storage.engine import url_without_password
from benchboard.workspace import Workspace


@click.command(cls=CliCommand)
@click.argument("email")
@click.option(
    "--org", metavar="NAME", help="Short name of the organisation, if the email address has accounts in several."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def login(options: DatabaseOptions, email: str, org: str | None, as_json: bool) -> None:
    """Sign in to a shared server, and stay signed in.

    The command asks for the password, and for a code if two-step sign-in is on, or reads them from standard input,
    each on a line. If your organisation requires two-step sign-in and you haven't set it up, it shows how, and prints
    your recovery codes.

    \b
    Example:
      benchboard login ines@example.com --url postgresql://role@server/database
    """
    opened = options.open()
    try:
        if opened.location.kind != "server":
            raise not_signed_in(opened)
        password = ask_password()
        try:
            signed_in = sign_in_with_set_up(
                lambda new: workspace.sign_in(opened, email=email, password=password, organisation=org, new_factor=new)
            )
        except Denied as refused:
            if refused.code != CODE_NEEDED:
                raise
            code = ask_code(refused)
            signed_in = workspace.sign_in(opened, email=email, password=password, organisation=org, code=code)
        opened.vault.put(token_name(opened), authentication.stored_form(signed_in))
        signed_in_server.remember(opened.home, url_without_password(opened.database))
    finally:
        opened.close()
    if as_json:
        codes = {"recovery_codes": signed_in.recovery_codes} if signed_in.recovery_codes else {}
        write_json({"user_id": signed_in.actor.user_id, "email": signed_in.actor.email, **codes})
    else:
        actor = signed_in.actor
        sentence = _("Signed in as {name} ({organisation}).")
        click.echo(printable(sentence.format(name=actor.name, organisation=actor.organisation)))
        show_recovery_codes(signed_in)


@click.command(cls=CliCommand)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
def logout(options: DatabaseOptions, as_json: bool) -> None:
    """Sign out of a shared server on this computer."""
    with closing(options.open()) as opened:
        token = opened.vault.get(token_name(opened)) if opened.location.kind == "server" else None
        if token is None:
            raise _nothing_to_sign_out(opened)
        if found := authentication.read_stored(token):
            with contextlib.suppress(Denied), opened.database.system("sign-out").change() as session:
                actor = authentication.resume(session, token=found[0], client=Client.here()).actor
                authentication.sign_out(session, actor)
        opened.vault.delete(token_name(opened))
        signed_in_server.forget(opened.home, url_without_password(opened.database))
    if as_json:
        write_json({"signed_out": True})
    else:
        click.echo(_("Signed out."))


def _nothing_to_sign_out(opened: Workspace) -> AppError:
    if opened.location.kind == "server":
        return not_signed_in(opened)
    return Invalid(
        "cli.no-login",
        _("You aren't signed in to a shared server on this computer."),
        do=_("If you signed in with --url, use the same --url."),
    )


@click.command(cls=CliCommand)
@with_signed_in_context
def whoami(context: CommandContext) -> None:
    """Show the account and the database that commands use.

    Without --url and --demo, the account that is signed in to a shared server is shown, if one is.
    """
    actor = context.actor
    place = workspace.location_title(context.workspace.location)
    if context.as_json:
        write_json(
            {
                "user_id": actor.user_id,
                "email": actor.email,
                "roles": actor.roles,
                "organisation": actor.organisation,
                "database": place,
            }
            | ({"api_key": key_prefix(actor.api_key_id)} if actor.api_key_id is not None else {})
        )
        return
    roles = ", ".join(role_title(role) for role in sorted(actor.roles))
    lines = (
        (_("Name"), actor.name),
        (_("Email"), actor.email),
        (_("Role"), roles),
        (_("Organisation"), actor.organisation),
        (_("Data location"), place),
        *(((_("API key"), key_prefix(actor.api_key_id)),) if actor.api_key_id is not None else ()),
    )
    print_lines((label, cell_text(value)) for label, value in lines)
    parameters = click.get_current_context().params
    if context.workspace.location.kind == "server" and parameters["url"] is None:
        note = _("Add {option} to other commands: without it, they use the database on this computer.")
        click.echo(printable(note.format(option=workspace.database_option(context.workspace))), err=True)
