"""`benchboard oauth client …`."""

from collections.abc import Callable
from typing import Any, Final

import click

from benchboard.cli.command_context import CommandContext, paging_options, sort_options, with_context
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.oauth import oauth
from benchboard.cli.options import Choice, CliGroup, parameter_name
from benchboard.cli.terminal import printable
from benchboard.errors import Conflict
from benchboard.i18n import _, ngettext, pgettext
from benchboard.identity.oauth import clients, redirect_uris
from benchboard.identity.oauth.client_fields import CLIENT_TYPES, GRANT_TYPES, ClientFields, ClientType, type_title
from benchboard.identity.oauth.client_test import ClientTest, TestStep, why_not_tested
from benchboard.identity.oauth.clients import IssuedSecret
from benchboard.identity.oauth.issuer import Issuer
from benchboard.identity.organisations import SCOPES
from benchboard.paging import Listing
from benchboard.storage.short_ids import shorten

_OVERLAPS: Final = dict(zip(("none", "1h", "1d", "7d", "30d"), clients.OVERLAPS, strict=True))
_CLIENT: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: row.id,
    "client_id": lambda row: row.client_id,
    "name": lambda row: row.name,
    "type": lambda row: row.type,
    "status": lambda row: "disabled" if row.disabled_at else "active",
    "redirect_uris": lambda row: list(row.redirect_uris),
    "scopes": lambda row: list(row.scopes),
    "grant_types": lambda row: list(row.grant_types),
    "secret_ends_in": lambda row: row.secret_hint,
    "secret_set_at": lambda row: row.secret_set_at,
    "previous_secret_ends_in": lambda row: row.previous_secret_hint,
    "previous_secret_until": lambda row: row.previous_secret_until,
    "people": lambda row: row.people,
    "tokens": lambda row: row.tokens,
    "last_used_at": lambda row: row.last_used_at,
    "created_at": lambda row: row.created_at,
}
_CLIENT_TEXT: Final = _CLIENT | {
    "id": lambda row: shorten(row.id),
    "type": lambda row: type_title(row.type),
    "status": lambda row: _("Disabled") if row.disabled_at else _("Active"),
    "redirect_uris": lambda row: ", ".join(row.redirect_uris),
    "scopes": lambda row: ", ".join(row.scopes),
    "grant_types": lambda row: ", ".join(row.grant_types),
}


class _RedirectUri(click.ParamType[str, object]):
    """An address that people return to."""

    name = "uri"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        problem = redirect_uris.find_problem(str(value))
        if problem is None:
            return str(value)
        sentence = _("{option} can't be “{value}”. {why}")
        why = f"{problem.why} {problem.do}".strip()
        text = sentence.format(option=parameter_name(param), value=printable(str(value)), why=why)
        raise click.UsageError(text, ctx)


@oauth.group("client", cls=CliGroup)
def client() -> None:
    """List, create, change, disable and delete the programs that people sign in to."""


@client.command("list")
@click.option("--search", default="", help="Part of a name or client ID.")
@click.option("--type", "kind", type=Choice(CLIENT_TYPES), metavar="TYPE", help="Only confidential or public clients.")
@sort_options(("name", "created_at"), "name")
@paging_options
@with_context
def list_clients(
    context: CommandContext,
    search: str,
    kind: str | None,
    sort: str,
    descending: bool,
    limit: int,
    after: str | None,
) -> None:
    """List your organisation's OAuth clients."""
    listing = Listing(search, {"type": kind} if kind else {}, sort, descending)
    with context.database.read() as session:
        page = clients.list_clients(session, context.actor, listing, after=after, limit=limit)
    context.list_page(
        page,
        _CLIENT if context.as_json else _CLIENT_TEXT,
        shown=("client_id", "name", "type", "status", "people", "tokens", "last_used_at"),
        empty=empty_text(
            pgettext("no match", "OAuth clients"),
            _(
                "No OAuth clients yet. Run “benchboard oauth client create NAME --redirect-uri https://app.example.com/back”."
            ),
            "oauth client list",
            search=search,
            filters={"--type": kind},
        ),
    )


@client.command("show")
@click.argument("client")
@with_context
def show_client(context: CommandContext, client: str) -> None:
    """Show an OAuth client.

    CLIENT is a client's name or client ID, or the ID of its row.
    """
    with context.database.read() as session:
        found = clients.get_client(session, context.actor, client)
    facts = {name: read(found) for name, read in _CLIENT.items()}
    lines = (f"{name}: {read(found)}" for name, read in _CLIENT_TEXT.items() if read(found) not in (None, ""))
    context.report("\n".join(lines), **facts)


def _field_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--redirect-uri`, `--scope` and `--grant-type` to a command."""
    uri = click.option(
        "--redirect-uri",
        "uris",
        type=_RedirectUri(),
        multiple=True,
        metavar="URI",
        help="Address that people return to; can be repeated. https, or http for a program on the person's computer.",
    )
    scope = click.option(
        "--scope",
        "scopes",
        type=Choice(list(SCOPES)),
        multiple=True,
        metavar="SCOPE",
        help="What it may ask people for; can be repeated.",
    )
    grant = click.option(
        "--grant-type",
        "grant_types",
        type=Choice(GRANT_TYPES),
        multiple=True,
        metavar="GRANT",
        help="How it gets tokens; can be repeated.",
    )
    return uri(scope(grant(command)))


@client.command("create")
@click.argument("name")
@click.option(
    "--type",
    "kind",
    type=Choice(CLIENT_TYPES),
    default="confidential",
    show_default=True,
    metavar="TYPE",
    help="Either confidential, for what runs on a server and keeps a secret, or public, for people's own devices.",
)
@_field_options
@with_context
def create_client(
    context: CommandContext,
    name: str,
    kind: ClientType,
    uris: tuple[str, ...],
    scopes: tuple[str, ...],
    grant_types: tuple[str, ...],
) -> None:
    """Create an OAuth client, and show its secret once.

    By default it may sign people in, and ask for openid, profile and email.

    \b
    Example:
      benchboard oauth client create "Line 2 display" --redirect-uri https://line2.example.com/auth/back
    """
    fields = ClientFields(name, uris, scopes or ("openid", "profile", "email"), grant_types or ("authorization_code",))
    with context.database.change() as session:
        issued = clients.create_client(session, context.actor, kind, fields)
    done = _("Registered the OAuth client “{name}”. Its client ID is {client_id}.")
    _report_secret(context, issued, done.format(name=issued.client.name, client_id=issued.client.client_id))


@client.command("change")
@click.argument("client")
@click.option("--name", help="New name.")
@_field_options
@with_context
def change_client(
    context: CommandContext,
    client: str,
    name: str | None,
    uris: tuple[str, ...],
    scopes: tuple[str, ...],
    grant_types: tuple[str, ...],
) -> None:
    """Change an OAuth client: what is named replaces what it had.

    CLIENT is a client's name or client ID, or the ID of its row.
    """
    fields = ClientFields(name, uris or None, scopes or None, grant_types or None)
    if fields == ClientFields():
        raise click.UsageError(_("Name what to change. For the options, add --help."))
    with context.database.change() as session:
        before = clients.change_client(session, context.actor, client, fields)
        now = clients.get_client(session, context.actor, client)
    done = _("Changed the OAuth client “{name}”.") if before != ClientFields() else _("Nothing was changed.")
    context.report(done.format(name=now.name), id=now.id, client_id=now.client_id, changed=before != ClientFields())


@client.command("rotate")
@click.argument("client")
@click.option(
    "--overlap",
    type=Choice(list(_OVERLAPS)),
    default="1d",
    show_default=True,
    metavar="TIME",
    help="How long the old secret goes on working: none, 1h, 1d, 7d or 30d.",
)
@with_context
def rotate_secret(context: CommandContext, client: str, overlap: str) -> None:
    """Change the secret of a confidential client, and show the new one once.

    CLIENT is a client's name or client ID, or the ID of its row.
    """
    with context.database.change() as session:
        issued = clients.rotate_secret(session, context.actor, client, overlap=_OVERLAPS[overlap])
    found = issued.client
    if found.previous_secret_until is None:
        done = _("Rotated the secret of “{name}”. The old one no longer works.").format(name=found.name)
    else:
        until = found.previous_secret_until.astimezone().isoformat(" ", "minutes")
        done = _("Rotated the secret of “{name}”. The old one works until {time}.").format(name=found.name, time=until)
    _report_secret(context, issued, done)


@client.command("end-secret")
@click.argument("client")
@with_context
def end_secret(context: CommandContext, client: str) -> None:
    """Revoke the old secret of a client, which a rotation left working.

    CLIENT is a client's name or client ID, or the ID of its row.
    """
    with context.database.change() as session:
        before = clients.get_client(session, context.actor, client)
        clients.end_previous_secret(session, context.actor, client)
    ended = before.previous_secret_hint is not None
    done = _("Ended the old secret of “{name}”.") if ended else _("“{name}” has no old secret that works.")
    context.report(done.format(name=before.name), id=before.id, ended=ended)


@client.command("disable")
@click.argument("client")
@with_context
def disable_client(context: CommandContext, client: str) -> None:
    """Disable a client: it gets no more tokens, and those that it has are revoked.

    CLIENT is a client's name or client ID, or the ID of its row.
    """
    with context.database.change() as session:
        found = clients.get_client(session, context.actor, client)
        revoked = clients.disable_client(session, context.actor, client)
    _report_revoked(context, found, _("Disabled the OAuth client “{name}”."), revoked)


@client.command("enable")
@click.argument("client")
@with_context
def enable_client(context: CommandContext, client: str) -> None:
    """Enable a disabled client, so that it can get tokens again.

    CLIENT is a client's name or client ID, or the ID of its row.
    """
    with context.database.change() as session:
        clients.enable_client(session, context.actor, client)
        found = clients.get_client(session, context.actor, client)
    context.report(_("Enabled the OAuth client “{name}”.").format(name=found.name), id=found.id)


@client.command("delete")
@click.argument("client")
@with_context
def delete_client(context: CommandContext, client: str) -> None:
    """Delete a client, and revoke its tokens.

    “benchboard oauth client restore CLIENT” undoes it, but for the tokens.

    CLIENT is a client's name or client ID, or the ID of its row.
    """
    with context.database.change() as session:
        found = clients.get_client(session, context.actor, client)
        revoked = clients.delete_client(session, context.actor, client)
    _report_revoked(context, found, _("Deleted the OAuth client “{name}”."), revoked)


@client.command("restore")
@click.argument("client")
@with_context
def restore_client(context: CommandContext, client: str) -> None:
    """Restore a deleted client, whose tokens stay revoked.

    CLIENT is a client's name or client ID, or the ID of its row.
    """
    with context.database.change() as session:
        found = clients.restore_client(session, context.actor, client)
    context.report(_("Restored the OAuth client “{name}”.").format(name=found.name), id=found.id)


@client.command("test")
@click.argument("client")
@click.option(
    "--redirect-uri", "uri", type=_RedirectUri(), metavar="URI", help="Return to this address of the client's own."
)
@with_context
def test_client(context: CommandContext, client: str, uri: str | None) -> None:
    """Run a client's real flow against a server on this computer, and show each step.

    CLIENT is a client's name or client ID, or the ID of its row.

    You agree as yourself; the tokens of the test are revoked in the end.
    """
    with context.database.read() as session:
        found = clients.get_client(session, context.actor, client)
    if why := why_not_tested(found):
        raise Conflict("clients.untestable", _("“{name}” can't be tested.").format(name=found.name), why=why)
    done: list[TestStep] = []
    with Issuer(context.workspace.database, context.actor) as issuer:
        for step in ClientTest(issuer, context.actor, found, uri or "").steps():
            done.append(step)
            if not context.as_json:
                mark = "✓" if step.outcome == "ok" else "✗"
                click.echo(printable(f"{mark} {step.title}: {step.detail} ({step.took_ms} ms)"))
    if context.as_json:
        context.report("", steps=done)
    if any(step.outcome == "failed" for step in done):
        raise Conflict("clients.test-failed", _("The test of “{name}” failed.").format(name=found.name))


def _report_revoked(context: CommandContext, found: clients.ClientRecord, done: str, revoked: int) -> None:
    tokens = ngettext("{count} token was revoked.", "{count} tokens were revoked.", revoked).format(count=revoked)
    done = done.format(name=found.name)
    context.report(f"{done} {tokens}" if revoked else done, id=found.id, client_id=found.client_id, revoked=revoked)


def _report_secret(context: CommandContext, issued: IssuedSecret, done: str) -> None:
    """Say what was done, and on standard output the secret alone, so that it can be sent to another program."""
    found = issued.client
    if context.as_json or not issued.secret:
        facts = {name: read(found) for name, read in _CLIENT.items() if name not in ("people", "tokens")}
        context.report(done, **facts, **({"secret": issued.secret} if issued.secret else {}))
        return
    click.echo(printable(done), err=True)
    click.echo(_("Store this secret now. It is shown only once."), err=True)
    click.echo(issued.secret)
