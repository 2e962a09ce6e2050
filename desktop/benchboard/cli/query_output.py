"""How commands print the rows of a query."""

import sys
from collections.abc import Sequence

import click

from benchboard.analytics.queries import Cell
from benchboard.cli.command_context import CommandContext, write_json
from benchboard.cli.terminal import printable
from benchboard.i18n import _


def write_result(
    context: CommandContext, names: Sequence[str], rows: Sequence[Sequence[Cell]], *, truncated: bool
) -> None:
    """Print rows: JSON `{"columns", "rows", "truncated"}`, whose rows are lists because two columns may have one name,
    or a table."""
    if context.as_json:
        write_json({"columns": list(names), "rows": [list(row) for row in rows], "truncated": truncated})
        return
    from rich.console import Console  # late: machines ask for JSON
    from rich.table import Table
    from rich.text import Text

    from benchboard.cli.table import cell_text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(Text(printable(name)))
    for row in rows:
        table.add_row(*(Text(cell_text(cell)) for cell in row))
    Console(highlight=False, width=10_000 if not sys.stdout.isatty() else None).print(table)
    if not rows:
        click.echo(_("No rows."), err=True)
    if truncated:
        click.echo(
            _("There are more rows than the {count} shown. To see more, add --limit.").format(count=len(rows)), err=True
        )
