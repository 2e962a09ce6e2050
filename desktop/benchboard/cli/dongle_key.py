"""`benchboard dongle check` and `rotate`: whether a dongle holds the pairing key of the database, and another key."""

from collections.abc import Mapping
from typing import Final

import click

from benchboard.canbus import link
from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.dongle_group import dongle
from benchboard.cli.dongle_port import PORT, find_port
from benchboard.dongles import fleet, provisioning
from benchboard.dongles.device import Device
from benchboard.dongles.dongle_status import pairing_title
from benchboard.dongles.firmware_detection import DongleInfo, probe_open
from benchboard.dongles.titles import default_title
from benchboard.dongles.ways_out import WayOut, ways_out
from benchboard.errors import Invalid
from benchboard.i18n import N_, _

_WHAT_NEXT: Final[Mapping[WayOut, str]] = {
    WayOut.PAIR: N_("To pair it, run “benchboard dongle pair --port {port}”."),
    WayOut.RESET: N_("To take it back at its button, run “benchboard dongle reset --port {port}”."),
    WayOut.WRITE_OFF: N_("If it isn't yours any more, run “benchboard dongle write-off {id}”."),
}


@dongle.command()
@PORT
@with_context
def check(context: CommandContext, port: str) -> None:
    """Check whether a dongle is still paired, and say what to do.

    Finishes a pairing that was interrupted, and finds a lost dongle again.

    \b
    Example:
      benchboard dongle check --port /dev/ttyACM0
    """
    port = find_port(port, context)
    with link.open_port(port) as handle:
        info = _require_benchboard(probe_open(handle), port)
        data_key = context.workspace.data_keys.of(context.actor.organisation_id)
        state = provisioning.reconcile(context.database, context.actor, data_key, Device(handle))
        info = _require_benchboard(probe_open(handle), port)
    device_id = info.device_id or ""
    with context.database.read() as session:
        found = fleet.find_dongle(session, context.actor, device_id)
        title = fleet.dongle_titles(session, context.actor).get(device_id) or default_title(device_id)
    # Once it was checked, one that is paired isn't ours: that says more than that it was written off.
    status = found.status if found is not None and info.ownership_state != "CLAIMED_ACTIVE" else state
    words = pairing_title(status, reported=info.ownership_state)
    sentences = [_("{name}: {status}.").format(name=title, status=words)]
    ways = ways_out(state, info, connected=True)
    sentences += [_(_WHAT_NEXT[way]).format(port=port, id=device_id) for way in ways if way in _WHAT_NEXT]
    context.report(
        " ".join(sentences),
        id=found.id if found is not None else None,
        device_id=device_id,
        name=found.name if found is not None else None,
        ownership_state=state or info.ownership_state,
        registered=found is not None,
        ways_out=[way.value for way in ways],
    )


@dongle.command()
@PORT
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
@with_context
def rotate(context: CommandContext, port: str, yes: bool) -> None:
    """Replace a dongle's pairing key; it stays paired.

    For a key that may have become known to others. Its settings stay too.

    \b
    Example:
      benchboard dongle rotate --port /dev/ttyACM0
    """
    port = find_port(port, context)
    with link.open_port(port) as handle:
        info = _require_benchboard(probe_open(handle), port)
        if not yes:
            _confirm(context, port, info.device_id or "")
        data_key = context.workspace.data_keys.of(context.actor.organisation_id)
        done = provisioning.rotate(context.database, context.actor, data_key, Device(handle))
    with context.database.read() as session:
        found = fleet.get_dongle(session, context.actor, done.dongle_id)
        title = fleet.dongle_titles(session, context.actor)[found.device_id]
    sentence = _("Replaced the pairing key of {name}. It has version {number} now.")
    context.report(
        sentence.format(name=title, number=done.key_version),
        id=found.id,
        device_id=found.device_id,
        name=found.name,
        key_version=done.key_version,
        resumed=done.resumed,
    )


def _confirm(context: CommandContext, port: str, device_id: str) -> None:
    """Ask, unless the dongle isn't known: that is an error then."""
    with context.database.read() as session:
        found = fleet.find_dongle(session, context.actor, device_id)
    if found is None or found.ownership_state != "CLAIMED_ACTIVE":
        return
    question = _("Replace the pairing key of {name} on {port} ({id})? It stays paired.")
    click.confirm(question.format(name=found.title, port=port, id=device_id), abort=True, err=True)


def _require_benchboard(info: DongleInfo, port: str) -> DongleInfo:
    """Raise `Invalid` (`dongle.stock`) for stock firmware, which holds no key."""
    if not info.is_benchboard:
        raise Invalid(
            "dongle.stock",
            _("The dongle on {port} has stock firmware.").format(port=port),
            why=_("It holds no pairing key."),
            field="port",
        )
    return info
