"""How commands show what uses a source, a model or a part of one."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from benchboard.analytics.sources.lineage import LineageUse, use_kind_title, uses_text
from benchboard.cli.command_context import CommandContext, write_json
from benchboard.cli.table import show_table
from benchboard.cli.terminal import printable
from benchboard.i18n import _

_USE: Final[dict[str, Callable[[Any], object]]] = {
    "kind": lambda row: row.kind,
    "name": lambda row: row.name,
    "dashboard": lambda row: row.dashboard,
    "through": lambda row: row.through,
    "id": lambda row: row.id,
    "dashboard_id": lambda row: row.dashboard_id,
}


def write_uses(context: CommandContext, uses: Sequence[LineageUse], *, name: str) -> None:
    """Print uses: JSON, or a sentence of how many there are and a table. `name` is what they use."""
    if context.as_json:
        write_json({"items": [{key: read(one) for key, read in _USE.items()} for one in uses], "next": None})
        return
    if not uses:
        click.echo(printable(_("Nothing uses “{name}”.").format(name=name)), err=True)
        return
    columns = {**_USE, "kind": lambda row: use_kind_title(row.kind), "name": lambda row: row.name or _("Untitled")}
    show_table({key: columns[key] for key in ("kind", "name", "dashboard", "through")}, uses)
    click.echo(printable(_("“{name}” is used by {uses}.").format(name=name, uses=uses_text(uses))), err=True)
