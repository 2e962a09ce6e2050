"""`benchboard key …`: API keys for programs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from benchboard.cli.command_context import CommandContext, paging_options, sort_options, with_context
from benchboard.cli.empty_lists import empty_text
from benchboard.cli.options import Choice, CliGroup, WholeNumber
from benchboard.i18n import _, ngettext, pgettext
from benchboard.identity import api_keys, users
from benchboard.identity.api_key_titles import key_state_title
from benchboard.identity.api_keys import NewApiKey
from benchboard.identity.roles import RULES
from benchboard.paging import Listing, Scalar

_KEY: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda row: row.id,
    "prefix": lambda row: row.prefix,
    "name": lambda row: row.name,
    "person": lambda row: row.person,
    "email": lambda row: row.email,
    "permissions": lambda row: list(row.permissions),
    "created_at": lambda row: row.created_at,
    "expires_at": lambda row: row.expires_at,
    "last_used_at": lambda row: row.last_used_at,
    "state": lambda row: row.state,
}
_KEY_TEXT: Final = _KEY | {
    "permissions": lambda row: ", ".join(row.permissions),
    "expires_at": lambda row: row.expires_at or _("Never"),
    "last_used_at": lambda row: row.last_used_at or _("Never"),
    "state": lambda row: key_state_title(row.state),
}
_SORTS: Final = {
    "name": "name",
    "person": "person",
    "created": "created_at",
    "expires": "expires_at",
    "last-used": "last_used_at",
}


@click.group(cls=CliGroup)
def key() -> None:
    """List, create, revoke and rotate API keys, by which programs act for you on a shared server."""


@key.command("list")
@click.option("--search", default="", help="Part of the name of a key or person, or of an email address.")
@click.option("--user", "who", metavar="WHO", help="Only the keys of this person (email address or ID).")
@click.option("--status", "state", type=Choice(api_keys.STATES), help="Only keys with this status.")
@sort_options(_SORTS, None, "; default: the newest first")
@paging_options
@with_context
def list_keys(
    context: CommandContext,
    search: str,
    who: str | None,
    state: str | None,
    sort: str | None,
    descending: bool,
    limit: int,
    after: str | None,
) -> None:
    """List your API keys; as an admin, all of your organisation.

    A key is named by its prefix, with which it begins.
    """
    with context.database.read() as session:
        filters: dict[str, Scalar] = {"state": state} if state is not None else {}
        if who is not None:
            filters["user_id"] = users.get_person_matching(session, context.actor, who).id
        listing = Listing(search, filters, sort or "", descending)
        page = api_keys.list_keys(session, context.actor, listing, after=after, limit=limit)
    context.list_page(
        page,
        _KEY if context.as_json else _KEY_TEXT,
        shown=("prefix", "name", "person", "permissions", "expires_at", "last_used_at", "state"),
        empty=empty_text(
            pgettext("no match", "API keys"),
            _("No API keys yet. Create one with “benchboard key create NAME --scope studio:enter”."),
            "key list",
            search=search,
            filters={"--user": who, "--status": state},
        ),
    )


@key.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=Choice(list(RULES)),
    multiple=True,
    required=True,
    metavar="PERMISSION",
    help="Let the key do this; can be repeated. It does no more than you can.",
)
@click.option(
    "--days",
    type=WholeNumber(1, api_keys.LONGEST_LIFETIME.days),
    default=api_keys.DEFAULT_LIFETIME.days,
    show_default=True,
    metavar="N",
    help="How many days it is valid.",
)
@click.option("--no-expiry", is_flag=True, help="Let it be valid until it is revoked.")
@with_context
def create(context: CommandContext, name: str, scopes: tuple[str, ...], days: int, no_expiry: bool) -> None:
    """Create an API key, and print it once.

    Commands act by it where BENCHBOARD_API_KEY is set. Only its hash is stored: nobody can show it again.

    \b
    Example:
      benchboard key create "Nightly export" --scope audit:read --scope users:read --days 30
    """
    expires_at = None if no_expiry else datetime.now(UTC) + timedelta(days=days)
    with context.database.change() as session:
        made = api_keys.create_key(session, context.actor, name=name, permissions=scopes, expires_at=expires_at)
    _show_once(context, made)


@key.command("revoke")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@with_context
def revoke(context: CommandContext, keys: tuple[str, ...]) -> None:
    """Revoke API keys.

    Programs that act by them are refused from now on. KEY is a prefix, an ID, or the name of a key of your own. Admins
    can revoke everyone's.
    """
    with context.database.change() as session:
        ids = [api_keys.get_key(session, context.actor, one).id for one in keys]
        revoked = [api_keys.revoke_key(session, context.actor, one) for one in dict.fromkeys(ids)]
    text = ngettext("Revoked {count} API key.", "Revoked {count} API keys.", len(revoked)).format(count=len(revoked))
    context.report(text, revoked=[one.id for one in revoked])


@key.command("rotate")
@click.argument("which", metavar="KEY")
@click.option(
    "--overlap",
    type=WholeNumber(0, api_keys.LONGEST_OVERLAP // timedelta(hours=1)),
    default=0,
    show_default=True,
    metavar="HOURS",
    help="How many hours the old key goes on working.",
)
@with_context
def rotate(context: CommandContext, which: str, overlap: int) -> None:
    """Rotate an API key of yours, and print the new one once.

    It has the same name and permissions.

    A program can rotate its own key, if that has the permission keys:write.
    """
    with context.database.change() as session:
        found = api_keys.get_key(session, context.actor, which)
        made = api_keys.rotate_key(session, context.actor, found.id, overlap=timedelta(hours=overlap))
    _show_once(context, made)


def _show_once(context: CommandContext, made: NewApiKey) -> None:
    """Print the key alone on the standard output, so that a script can store it, and what to know of it on stderr."""
    record = made.record
    if context.as_json:
        context.report("", id=record.id, prefix=record.prefix, key=made.secret, expires_at=record.expires_at)
        return
    note = _("This key is shown once: store it where only the program can read it, and set BENCHBOARD_API_KEY there.")
    click.echo(note, err=True)
    click.echo(made.secret)
