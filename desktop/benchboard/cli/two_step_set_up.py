"""Two-step sign-in that an organisation requires, set up by a command that signs in."""

import sys
from collections.abc import Callable

import click

from benchboard.cli.people import ask_code
from benchboard.cli.terminal import printable
from benchboard.errors import Denied
from benchboard.i18n import _
from benchboard.identity import second_factor
from benchboard.identity.authentication import SignedIn
from benchboard.identity.second_factor import NewFactor


def sign_in_with_set_up(sign_in: Callable[[NewFactor | None], SignedIn]) -> SignedIn:
    """Sign in; where two-step sign-in has to be set up first, show a new secret, ask for a code, and sign in again.

    What the person needs is written to standard error, so that standard output has the command's answer alone.
    """
    try:
        return sign_in(None)
    except Denied as refused:
        if refused.code != second_factor.NEEDED or not sys.stdin.isatty():
            raise  # a script can't have a code of a secret that isn't there yet
        organisation = str(refused.facts["organisation"])
        secret = second_factor.new_secret(email=str(refused.facts["email"]), organisation=organisation)
        told = _("{organisation} requires two-step sign-in. Add this secret to an authenticator app on your phone:")
        click.echo(printable(told.format(organisation=organisation)), err=True)
        if sys.stderr.isatty():
            import segno

            segno.make(secret.uri, error="m", micro=False).terminal(out=sys.stderr, compact=True)
        click.echo(secret.text, err=True)
        click.echo(secret.uri, err=True)
        click.echo(_("Then enter the code that it shows."), err=True)
        return sign_in(NewFactor(secret.text, ask_code(refused)))


def show_recovery_codes(signed_in: SignedIn) -> None:
    """Print the recovery codes of what was set up, once."""
    if signed_in.recovery_codes:
        click.echo(_("Recovery codes: each signs you in once without your phone. Store them now: they're shown once."))
        for code in signed_in.recovery_codes:
            click.echo(code)
