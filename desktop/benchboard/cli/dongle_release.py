"""`benchboard dongle release`: ends the pairing of a dongle, so that it belongs to nobody."""

import click

from benchboard.canbus import link
from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.dongle_group import dongle
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.firmware_detection import DongleInfo, observed_id, probe_open
from benchboard.dongles.fleet import DongleRecord
from benchboard.i18n import _


@dongle.command()
@click.option("--port", required=True, metavar="PATH", help="Port of the dongle, from “benchboard dongle list”.")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@with_context
def release(context: CommandContext, port: str, yes: bool) -> None:
    """Release a dongle, so that it belongs to nobody.

    It keeps its settings. Until somebody pairs it again, anyone can change them.

    \b
    Example:
      benchboard dongle release --port /dev/ttyACM0
    """
    with link.open_port(port) as handle:
        info = probe_open(handle)
        found = _registered(context, port, info)
        was_released = found.ownership_state == "REVOKED"
        if not yes and not was_released:
            _confirm(context, found)
        if info.is_benchboard:
            data_key = context.workspace.data_keys.of(context.actor.organisation_id)
            provisioning.release(context.database, context.actor, data_key, Device(handle))
        else:
            with context.database.change() as session:
                provisioning.release_observed(session, context.actor, found.id)
    with context.database.read() as session:
        released = fleet.get_dongle(session, context.actor, found.id)
    released_now = _("Released {name}. It isn't paired with {organisation} any more.")
    sentence = _("{name} is already released.") if was_released else released_now
    context.report(
        sentence.format(name=released.title, organisation=context.actor.organisation),
        id=released.id,
        device_id=released.device_id,
        name=released.name,
        ownership_state=released.ownership_state,
        already_released=was_released,
    )


def _registered(context: CommandContext, port: str, info: DongleInfo) -> DongleRecord:
    """The organisation's record of the dongle that answers on `port`. Raises `NotFound` (`dongles.unknown`)."""
    device_id = info.device_id
    if not info.is_benchboard:
        device_id = next((observed_id(one) for one in link.discover(typed=[port]) if one.path == port), None)
    with context.database.read() as session:
        found = fleet.find_dongle(session, context.actor, device_id) if device_id is not None else None
    if found is None:
        raise fleet.unknown_dongle()
    return found


def _confirm(context: CommandContext, found: DongleRecord) -> None:
    question = _(
        "Release {name}? It no longer belongs to {organisation} then: anyone can pair it or change its settings."
    )
    text = question.format(name=found.title, organisation=context.actor.organisation)
    click.confirm(text, abort=True, err=True)
