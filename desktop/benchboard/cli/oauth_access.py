"""`benchboard oauth consent …` and `benchboard oauth token …`: what people agreed to, and what came of it."""

from collections.abc import Callable
from typing import Any, Final

import click

from benchboard.cli.command_context import CommandContext, paging_options, with_context
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.oauth import oauth
from benchboard.cli.options import CliGroup
from benchboard.i18n import _, ngettext, pgettext
from benchboard.identity import users
from benchboard.identity.oauth import clients, consents
from benchboard.paging import Listing, Scalar
from benchboard.storage.short_ids import shorten

_CONSENT: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: row.id,
    "person": lambda row: row.person,
    "client": lambda row: row.client,
    "scopes": lambda row: list(row.scopes),
    "agreed_at": lambda row: row.agreed_at,
    "tokens": lambda row: row.tokens,
}
_TOKEN: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: row.id,
    "kind": lambda row: row.kind,
    "person": lambda row: row.person,
    "client": lambda row: row.client,
    "scopes": lambda row: list(row.scopes),
    "issued_at": lambda row: row.issued_at,
    "expires_at": lambda row: row.expires_at,
}
_TEXT: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: shorten(row.id),
    "person": lambda row: row.person or _("the client itself"),
    "scopes": lambda row: ", ".join(row.scopes),
}


@oauth.group("consent", cls=CliGroup)
def consent() -> None:
    """List and revoke what people let OAuth clients have."""


@oauth.group("token", cls=CliGroup)
def token() -> None:
    """List and revoke the tokens that OAuth clients have."""


def _filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--client` and `--person` to a command."""
    named = click.option("--client", "based_on", metavar="CLIENT", help="Only this client's, by its client ID.")
    whose = click.option("--person", "whom", metavar="WHO", help="Only this person's, by email address or ID.")
    return named(whose(command))


def _filters(context: CommandContext, session: Any, client: str | None, who: str | None) -> dict[str, Scalar]:
    found: dict[str, Scalar] = {}
    if client is not None:
        found["client"] = clients.get_client(session, context.actor, client).id
    if who is not None:
        found["user_id"] = users.get_person_matching(session, context.actor, who).id
    return found


@consent.command("list")
@_filter_options
@paging_options
@with_context
def list_consents(
    context: CommandContext, based_on: str | None, whom: str | None, limit: int, after: str | None
) -> None:
    """List what people let OAuth clients have, the latest first."""
    with context.database.read() as session:
        listing = Listing(filters=_filters(context, session, based_on, whom))
        page = consents.list_consents(session, context.actor, listing, after=after, limit=limit)
    none = _("Nobody has agreed to an OAuth client yet. To see the clients, run “benchboard oauth client list”.")
    filters = {"--client": based_on, "--person": whom}
    context.list_page(
        page,
        _CONSENT if context.as_json else _CONSENT | _TEXT,
        empty=empty_text(pgettext("no match", "consents"), none, "oauth consent list", filters=filters),
    )


@consent.command("revoke")
@click.argument("consent")
@with_context
def revoke_consent(context: CommandContext, consent: str) -> None:
    """Revoke a person's consent, and the tokens that the client has for them.

    CONSENT is an ID from “benchboard oauth consent list”. The client has to ask the person again.
    """
    with context.database.change() as session:
        revoked = consents.revoke_consent(session, context.actor, consent)
    done = ngettext(
        "Revoked the consent and {count} token.", "Revoked the consent and {count} tokens.", revoked
    )  # fmt: skip
    context.report(done.format(count=revoked), revoked=revoked)


@token.command("list")
@click.option("--refresh", is_flag=True, help="List refresh tokens instead of access tokens.")
@_filter_options
@paging_options
@with_context
def list_tokens(
    context: CommandContext, refresh: bool, based_on: str | None, whom: str | None, limit: int, after: str | None
) -> None:
    """List the tokens that work now, the latest first."""
    with context.database.read() as session:
        listing = Listing(filters=_filters(context, session, based_on, whom))
        kind: consents.TokenKind = "refresh" if refresh else "access"
        page = consents.list_tokens(session, context.actor, listing, kind=kind, after=after, limit=limit)
    none = _("No tokens work now. To see the clients, run “benchboard oauth client list”.")
    filters = {"--client": based_on, "--person": whom}
    context.list_page(
        page,
        _TOKEN if context.as_json else _TOKEN | _TEXT,
        empty=empty_text(pgettext("no match", "tokens"), none, "oauth token list", filters=filters),
    )


@token.command("revoke")
@click.argument("token")
@with_context
def revoke_token(context: CommandContext, token: str) -> None:
    """Revoke one token.

    TOKEN is an ID from “benchboard oauth token list”, not the token itself.
    """
    with context.database.change() as session:
        consents.revoke_token(session, context.actor, token)
    context.report(_("Revoked the token."), id=token)
