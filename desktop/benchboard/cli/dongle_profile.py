"""`benchboard dongle profile`: named bit timings that the organisation shares, and writing one to many dongles."""

from dataclasses import replace
from typing import Any

import click

from benchboard.canbus import link
from benchboard.cli.command_context import CommandContext, with_context
from benchboard.cli.dongle_group import dongle
from benchboard.cli.dongle_port import PORT, find_port
from benchboard.cli.options import CliGroup
from benchboard.cli.table import print_lines
from benchboard.cli.terminal import printable
from benchboard.dongles import fleet, timing_profiles
from benchboard.dongles.device import Device
from benchboard.dongles.protocol import DongleConfig
from benchboard.dongles.timing_profiles import TimingProfile
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number


@dongle.group(cls=CliGroup)
def profile() -> None:
    """Save bit timings under a name, and write them to dongles.

    Everyone in your organisation can use its profiles.
    """


@profile.command("list")
@with_context
def list_profiles(context: CommandContext) -> None:
    """List your organisation's profiles."""
    with context.database.read() as session:
        found = timing_profiles.list_profiles(session, context.actor)
    if context.as_json:
        context.report("", items=[{"name": one.name, **one.values()} for one in found])
        return
    if not found:
        click.echo(_("No profiles yet. Run “benchboard dongle profile save NAME --port PORT”."))
        return
    print_lines((printable(one.name), _summary(one)) for one in found)


def _summary(found: TimingProfile) -> str:
    """Bit rates, sample points, controller and clock in one line."""
    rates = [found.bitrate / 1e3, *([found.data_bitrate / 1e3] if found.data_bitrate else [])]
    points = [found.sample_point, *([found.data_sample_point] if found.data_sample_point else [])]
    return _("{rates} kbit/s, {points} %, {controller} at {clock} MHz").format(
        rates=" / ".join(number(rate, most=3) for rate in rates),
        points=" / ".join(number(point, most=3) for point in points),
        controller=printable(found.controller),
        clock=number(found.clock_hz / 1e6, most=6),
    )


@profile.command("save")
@click.argument("name")
@PORT
@with_context
def save(context: CommandContext, name: str, port: str) -> None:
    """Save a dongle's bit timing as the profile NAME, in place of the one of that name.

    \b
    Example:
      benchboard dongle profile save "Line 2" --port /dev/ttyACM0
    """
    with link.open_port(find_port(port, context)) as handle:
        device = Device(handle)
        device.close_channel()
        config = _own_config(device)
    with context.database.change() as session:
        saved = timing_profiles.save_profile(session, context.actor, name, config)
    sentence = _("Saved the profile “{name}”: {summary}.").format(name=saved.name, summary=_summary(saved))
    context.report(sentence, name=saved.name, **saved.values())


@profile.command("delete")
@click.argument("name")
@with_context
def delete(context: CommandContext, name: str) -> None:
    """Delete the profile NAME.

    Dongles keep what was written to them.
    """
    with context.database.change() as session:
        timing_profiles.delete_profile(session, context.actor, name)
    context.report(_("Deleted the profile “{name}”.").format(name=name), name=name)


@profile.command("apply")
@click.argument("name")
@click.option(
    "--port",
    "ports",
    required=True,
    multiple=True,
    metavar="PORT",
    help="A dongle, plugged in: its port, name or last four digits of its ID; repeatable.",
)
@with_context
def apply(context: CommandContext, name: str, ports: tuple[str, ...]) -> None:
    """Write the profile NAME to dongles, one after the other, and read each back.

    A dongle that can't be written doesn't keep the others from it. The exit status is 1 if there is one.

    \b
    Example:
      benchboard dongle profile apply "Line 2" --port /dev/ttyACM0 --port /dev/ttyACM1
    """
    with context.database.read() as session:
        found = timing_profiles.get_profile(session, context.actor, name)
    results = [_written(context, found, port) for port in dict.fromkeys(ports)]
    failed = sum(result["error"] is not None for result in results)
    done = ngettext("Wrote “{name}” to {count} dongle.", "Wrote “{name}” to {count} dongles.", len(results) - failed)
    for result in results:
        if result["error"] is not None and not context.as_json:
            click.echo(printable(f"{result['port']}: {result['error']}"), err=True)
    context.report(done.format(name=name, count=len(results) - failed), name=name, results=results)
    if failed:
        click.get_current_context().exit(1)


def _written(context: CommandContext, found: TimingProfile, port: str) -> dict[str, Any]:
    """What became of writing a profile to the dongle on `port`; `error` is None where it was read back."""
    try:
        with link.open_port(find_port(port, context)) as handle:
            device = Device(handle)
            device.close_channel()
            new = found.on(_own_config(device))
            data_key = context.workspace.data_keys.of(context.actor.organisation_id)
            stored = fleet.write_config(context.database, context.actor, data_key, device, new)
    except AppError as error:
        return {"port": port, "error": str(error), "revision": None}
    return {"port": port, "error": None, "revision": stored.revision}


def _own_config(device: Device) -> DongleConfig:
    """The stored settings, with the dongle's own hardware: an earlier firmware may have stored another one's."""
    hello = device.hello()
    return replace(device.config_read().config, controller=hello.controller, clock_hz=hello.clock_hz)
