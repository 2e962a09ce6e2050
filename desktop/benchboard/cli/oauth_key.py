"""`benchboard oauth key …`: the keys that tokens are signed with."""

import json
from collections.abc import Callable
from typing import Any, Final

import click

from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.oauth import oauth
from benchboard.cli.options import Choice, CliGroup
from benchboard.i18n import _
from benchboard.identity.oauth import signing_keys
from benchboard.identity.oauth.signing_keys import ALGORITHMS, OVERLAPS, state_title
from benchboard.paging import Page

_OVERLAPS: Final = dict(zip(("none", "1h", "1d", "7d"), OVERLAPS, strict=True))
_KEY: Final[dict[str, Callable[[Any], object]]] = {
    "kid": lambda row: row.kid,
    "algorithm": lambda row: row.algorithm,
    "state": lambda row: row.state,
    "created_at": lambda row: row.created_at,
    "signing_since": lambda row: row.signing_since,
    "published_until": lambda row: row.published_until,
}
_KEY_TEXT: Final = _KEY | {"state": lambda row: state_title(row.state)}
_algorithm = click.option(
    "--algorithm", type=Choice(ALGORITHMS), metavar="ALGORITHM", help="Either ES256 or RS256."
)  # fmt: skip


@oauth.group("key", cls=CliGroup)
def key() -> None:
    """List, create, publish, rotate and retire the keys that tokens are signed with."""


@key.command("list")
@with_context
def list_keys(context: CommandContext) -> None:
    """List your organisation's signing keys, the newest first."""
    with context.database.read() as session:
        keys = signing_keys.list_keys(session, context.actor)
    context.list_page(
        Page(keys),
        _KEY if context.as_json else _KEY_TEXT,
        empty=_("No signing keys yet. Run “benchboard oauth key generate”."),
    )


@key.command("published")
@with_context
def show_published(context: CommandContext) -> None:
    """Show the published public halves as a JSON Web Key Set."""
    with context.database.read() as session:
        signing_keys.list_keys(session, context.actor)
        keys = signing_keys.published_keys(session, context.actor.organisation_id)
    context.report(json.dumps({"keys": keys}, indent=2), keys=keys)


@key.command("generate")
@_algorithm
@with_context
def generate_key(context: CommandContext, algorithm: str | None) -> None:
    """Create a key and publish it.

    The first one signs at once, any other from the next rotation on, so that programs know it by then.
    """
    with context.database.change() as session:
        made = signing_keys.generate_key(session, context.actor, algorithm or ALGORITHMS[0])
    done = _("Published the signing key {kid}.") if made.state == "published" else _("The key {kid} signs from now on.")
    context.report(done.format(kid=made.kid), **{name: read(made) for name, read in _KEY.items()})


@key.command("rotate")
@_algorithm
@click.option(
    "--overlap",
    type=Choice(list(_OVERLAPS)),
    default="1d",
    show_default=True,
    metavar="TIME",
    help="How long the old key goes on being published: none, 1h, 1d or 7d.",
)
@with_context
def rotate_key(context: CommandContext, algorithm: str | None, overlap: str) -> None:
    """Change the key that signs: to the one that was published last, or to a new one.

    With --overlap none, tokens that the old key signed can't be verified any more.
    """
    with context.database.change() as session:
        made = signing_keys.rotate_key(session, context.actor, overlap=_OVERLAPS[overlap], algorithm=algorithm)
    context.report(
        _("The key {kid} signs from now on.").format(kid=made.kid), **{name: read(made) for name, read in _KEY.items()}
    )


@key.command("retire")
@click.argument("kid")
@with_context
def retire_key(context: CommandContext, kid: str) -> None:
    """Stop publishing a key, so that what it signed can't be verified any more.

    KID is a key ID from “benchboard oauth key list”.
    """
    with context.database.change() as session:
        ended = signing_keys.retire_key(session, context.actor, kid)
    context.report(_("The key {kid} isn't published any more.").format(kid=kid), kid=ended.kid, state=ended.state)
