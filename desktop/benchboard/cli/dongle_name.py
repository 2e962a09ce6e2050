"""`benchboard dongle rename`: what a dongle is called in the lists of its organisation."""

import click

from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.dongle_group import dongle
from benchboard.dongles import fleet
from benchboard.i18n import _


@dongle.command()
@click.argument("wanted", metavar="DONGLE")
@click.argument("name")
@with_context
def rename(context: CommandContext, wanted: str, name: str) -> None:
    """Name a dongle, plugged in or not; "" removes its name.

    DONGLE is an ID, its last four digits, or a name from “benchboard dongle list”.

    \b
    Examples:
      benchboard dongle rename 4f1c22b7a9d00e51 "Rig 12"
      benchboard dongle rename "Rig 12" ""
    """
    with context.database.change() as session:
        before = fleet.get_dongle_matching(session, context.actor, wanted)
        after = fleet.rename_dongle(session, context.actor, before.id, name)
    sentence = _("Renamed {before} to {name}.") if before.name != after.name else _("{name} already has this name.")
    context.report(
        sentence.format(before=before.title, name=after.title),
        id=after.id,
        device_id=after.device_id,
        name=after.name,
        former_name=before.name,
    )
