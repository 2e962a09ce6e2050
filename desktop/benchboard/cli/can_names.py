"""Names that were typed to select frames, and that no database knows: they would match nothing, in silence."""

import click

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.frame_filter import FrameFilter
from benchboard.cli.terminal import printable
from benchboard.i18n import _


def require_known_names(option: str, typed: FrameFilter, database: CanDatabase) -> None:
    """Raise a usage error of this option of the running command if a filter has names that no database knows."""
    unknown = typed.unknown_names(database)
    if not unknown:
        return
    context = click.get_current_context()
    options = {one.name: one for one in context.command.params}
    what = _("No database knows “{name}”.").format(name=printable(unknown[0]))
    if "databases" not in options:
        do = _("This command reads no databases. Filter by IDs, such as 18F.")
    elif database.messages:
        do = _("Check the name, or add the database that has it with --dbc.")
    else:
        do = _("Add the database that has it with --dbc.")
    raise click.BadParameter(f"{what} {do}", context, options[option])
