"""`benchboard dongle release`, `reset` and `write-off`: they end the pairing of a dongle, each in its own way."""

import click

from benchboard.canbus import link
from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.dongle_group import dongle
from benchboard.cli.dongle_port import PORT, find_port, port_of
from benchboard.dongles import fleet, provisioning, write_offs
from benchboard.dongles.device import Device
from benchboard.dongles.firmware_detection import DongleInfo, observed_id, probe, probe_open
from benchboard.dongles.fleet import DongleRecord
from benchboard.dongles.titles import default_title
from benchboard.dongles.ways_out import WayOut, ways_out
from benchboard.errors import AppError, Conflict
from benchboard.i18n import _


@dongle.command()
@PORT
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@with_context
def release(context: CommandContext, port: str, yes: bool) -> None:
    """Release a dongle, so that it belongs to nobody.

    It keeps its settings. Until somebody pairs it again, anyone can change them.

    \b
    Example:
      benchboard dongle release --port /dev/ttyACM0
    """
    port = find_port(port, context)
    with link.open_port(port) as handle:
        info = probe_open(handle)
        found = _registered(context, port, info)
        was_released = found.ownership_state == "REVOKED" and not found.written_off
        if not yes and not was_released:
            _confirm(context, port, found)
        if info.is_benchboard:
            data_key = context.workspace.data_keys.of(context.actor.organisation_id)
            provisioning.release(context.database, context.actor, data_key, Device(handle))
        else:
            with context.database.change() as session:
                provisioning.release_observed(session, context.actor, found.id)
    with context.database.read() as session:
        released = fleet.get_dongle(session, context.actor, found.id)
        title = fleet.dongle_titles(session, context.actor)[released.device_id]
    released_now = _("Released {name}. It isn't paired with {organisation} any more.")
    sentence = _("{name} is already released.") if was_released else released_now
    context.report(
        sentence.format(name=title, organisation=context.actor.organisation),
        id=released.id,
        device_id=released.device_id,
        name=released.name,
        ownership_state=released.ownership_state,
        already_released=was_released,
    )


@dongle.command("reset")
@PORT
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@with_context
def reset(context: CommandContext, port: str, yes: bool) -> None:
    """Reset a dongle at its button, whoever has paired it.

    It forgets its pairing and its settings. Its ID stays.

    \b
    Example:
      benchboard dongle reset --port /dev/ttyACM0
    """
    port = find_port(port, context)
    with link.open_port(port) as handle:
        device = Device(handle)
        device.close_channel()
        device_id = device.hello().device_id
        title = default_title(device_id)
        with context.database.read() as session:
            if (known := fleet.find_dongle(session, context.actor, device_id)) is not None:
                title = known.title
        if not yes:
            question = _(
                "Reset {name} on {port} ({id})? It forgets who has paired it, and its settings. You confirm with its"
                " button."
            )
            click.confirm(question.format(name=title, port=port, id=device_id), abort=True, err=True)
        _wait_and_reset(context, device)
    context.report(
        _("Reset {name}. It has its factory settings and belongs to nobody.").format(name=title),
        id=known.id if known is not None else None,
        device_id=device_id,
        name=known.name if known is not None else None,
    )


def _wait_and_reset(context: CommandContext, device: Device) -> None:
    asked = False

    def on_wait(seconds: float) -> None:
        nonlocal asked
        if not asked:
            sentence = _("Press the button on the dongle within {seconds} seconds.")
            click.echo(sentence.format(seconds=round(seconds)), err=True)
        asked = True

    data_key = context.workspace.data_keys.of(context.actor.organisation_id)
    provisioning.factory_reset(context.database, context.actor, data_key, device, on_wait=on_wait)


@dongle.command("write-off")
@click.argument("wanted", metavar="DONGLE")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@with_context
def write_off(context: CommandContext, wanted: str, yes: bool) -> None:
    """Write off a dongle that is lost or broken, without it.

    It no longer counts as your organisation's, though it may hold the pairing key. If it turns up and is plugged in,
    it is paired as before. DONGLE is an ID, its last four digits, or a name from “benchboard dongle list”.

    \b
    Example:
      benchboard dongle write-off "Rig 12"
    """
    with context.database.read() as session:
        found = fleet.get_dongle_matching(session, context.actor, wanted)
    if found.ownership_state not in ("UNCLAIMED", "REVOKED"):
        _require_gone(found)
        if not yes:
            question = _(
                "Write off {name} ({id})? This is for a dongle that is lost or broken. It stops counting as"
                " {organisation}'s. If it is plugged in again, it is paired as before."
            )
            text = question.format(name=found.title, id=found.device_id, organisation=context.actor.organisation)
            click.confirm(text, abort=True, err=True)
    with context.database.change() as session:
        changed = write_offs.write_off(session, context.actor, found.id) is not None
        after = fleet.get_dongle(session, context.actor, found.id)
        title = fleet.dongle_titles(session, context.actor)[after.device_id]
    sentence = _("Wrote off {name}.") if changed else _("{name} isn't paired.")
    context.report(
        sentence.format(name=title),
        id=after.id,
        device_id=after.device_id,
        name=after.name,
        ownership_state=after.ownership_state,
        changed=changed,
    )


def _require_gone(found: DongleRecord) -> None:
    """Raise `Conflict` (`dongle.connected`) for a paired dongle that is plugged in and answers: it can be released."""
    path = port_of(found.device_id)
    if path is None:
        return
    try:
        info = probe(path)
    except AppError:
        return  # it may be broken
    if WayOut.WRITE_OFF not in ways_out(found.ownership_state, info, connected=True):
        raise Conflict(
            "dongle.connected",
            _("{name} is plugged in and holds the pairing key.").format(name=found.title),
            do=_("To release it, run “benchboard dongle release --port {port}”.").format(port=path),
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


def _confirm(context: CommandContext, port: str, found: DongleRecord) -> None:
    question = _(
        "Release {name} on {port} ({id})? It no longer belongs to {organisation} then: anyone can pair it or change its"
        " settings."
    )
    text = question.format(name=found.title, port=port, id=found.device_id, organisation=context.actor.organisation)
    click.confirm(text, abort=True, err=True)
