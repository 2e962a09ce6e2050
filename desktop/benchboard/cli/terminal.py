"""Makes text safe for a terminal: text from a database, a file or a command line may hold escape sequences."""

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from benchboard.dashboards.interchange import ConversionReport


def printable(text: str) -> str:
    """`text` on one line, every control character replaced by U+FFFD."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\ufffd" for sign in text)


def show_report(report: "ConversionReport", *, as_json: bool) -> None:
    """Print the report of an import or export on stderr."""
    if as_json:
        click.echo(json.dumps(report.to_json()), err=True)
        return
    for line in report.text().splitlines():
        click.echo(printable(line), err=True)
