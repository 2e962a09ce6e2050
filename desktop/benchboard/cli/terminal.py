"""What people read in a terminal. Text is made safe: what comes from a database, a file or a command line may hold
escape sequences.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from benchboard.log import hide_url_passwords

if TYPE_CHECKING:
    from benchboard.dashboards.interchange import ConversionReport

_SPACES_OF_NUMBERS: Final = "\N{NARROW NO-BREAK SPACE}\N{NO-BREAK SPACE}"


def printable(text: str) -> str:
    """`text` on one line, every control character replaced by U+FFFD. The spaces within a number stay as they are."""
    return "".join(
        sign if sign.isprintable() or sign in _SPACES_OF_NUMBERS else " " if sign.isspace() else "\ufffd"
        for sign in text
    )


def shorten_arguments(text: str, arguments: Sequence[str], limit: int) -> str:
    """`text` with the command line's own arguments shortened to `limit` characters: their beginning and end.

    A password in a URL is hidden, wherever on the command line it was: the output may go to a log.
    """
    text, arguments = hide_url_passwords(text), [hide_url_passwords(argument) for argument in arguments]
    words = {
        word for argument in arguments for word in (argument, argument.partition("=")[2], argument.partition("=")[0])
    }
    for word in sorted((word for word in words if len(word) > limit), key=len, reverse=True):
        # click quotes some of them as Python does.
        for form in (word, repr(word)[1:-1], printable(word)):
            if len(form) > limit:
                text = text.replace(form, f"{form[: limit // 2]}…{form[len(form) - limit // 2 + 1 :]}")
    return text


def show_report(report: "ConversionReport", *, as_json: bool) -> None:
    """Print the report of an import or export on stderr."""
    if as_json:
        click.echo(json.dumps(report.to_json()), err=True)
        return
    for line in report.text().splitlines():
        click.echo(printable(line), err=True)
