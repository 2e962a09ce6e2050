"""What may go to a terminal: text from a database, a file or a command line may hold anything, orders included."""

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from benchboard.dashboards.interchange import ConversionReport


def printable(text: str) -> str:
    """`text` on one line, with a mark for every sign that a terminal might obey instead of showing."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\ufffd" for sign in text)


def show_report(report: "ConversionReport", *, as_json: bool) -> None:
    """What became of a dashboard on its way in or out, on stderr."""
    if as_json:
        click.echo(json.dumps(report.to_json()), err=True)
        return
    for line in report.text().splitlines():
        click.echo(printable(line), err=True)
