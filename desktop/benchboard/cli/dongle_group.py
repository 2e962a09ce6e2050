"""The group `benchboard dongle`, and its `simulate`, which needs no database."""

import importlib
import json
import sys
from dataclasses import asdict

import click

from benchboard.cli.options import BitRate, CliGroup, Number, WholeNumber, rounded
from benchboard.errors import Unavailable
from benchboard.i18n import _, ngettext


class _DongleGroup(CliGroup):
    """Imports the commands that need the database, and with them its libraries, for those alone: somebody waits for
    `simulate` in the window."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            _import_others()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        _import_others()
        return super().list_commands(ctx)

    def known_names(self) -> list[str]:
        _import_others()
        return super().known_names()


def _import_others() -> None:
    """Import the modules that add the other commands to the group."""
    for module in ("dongle", "dongle_key", "dongle_name", "dongle_profile", "dongle_release"):
        importlib.import_module(f"benchboard.cli.{module}")


@click.group(cls=_DongleGroup)
def dongle() -> None:
    """List, identify, check, pair, configure, release, reset and simulate dongles."""


@dongle.command()
@click.option("--count", type=WholeNumber(1, 64), metavar="N", default=1, show_default=True, help="Number of dongles.")
@click.option(
    "--bus",
    default="bench",
    show_default=True,
    metavar="NAME",
    help="Name of the bus that the dongles of this command share.",
)
@click.option(
    "--manual",
    is_flag=True,
    help="Don't press buttons automatically; type “press 1” to press the first one's. “stall 1 5”, “cut 1” (its power) "
    "and “disturb 32” (frames) provoke faults.",
)
@click.option("--until-eof", is_flag=True, help="Stop at the end of standard input.")
@click.option(
    "--traffic",
    type=Number(0, 10_000),
    default=0.0,
    metavar="RATE",
    help="Frames per second that another node sends, such as 100; default: none.",
)
@click.option(
    "--bitrate",
    type=BitRate(1_000, 1_000_000),
    callback=rounded,
    default="500k",
    show_default=True,
    help="Bit rate of that node, such as 250k; dongles set to another one receive errors.",
)
@click.option(
    "--load",
    type=Number(0.1, 100),
    metavar="PERCENT",
    help="Bus load that the other node makes, in place of --traffic.",
)
@click.option(
    "--disturb",
    type=Number(0, 100),
    metavar="PERCENT",
    default=0.0,
    help="Share of the frames on the bus that interference destroys; default: none. With 100, senders go bus off.",
)
@click.option(
    "--drop",
    type=Number(0, 100),
    metavar="PERCENT",
    default=0.0,
    help="Share of the frames received that each dongle loses and counts; default: none.",
)
@click.option(
    "--home-links/--no-home-links",
    default=True,
    help="Create links in BENCHBOARD_HOME/ports, where Benchboard finds the dongles, or none.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def simulate(
    count: int,
    bus: str,
    manual: bool,
    until_eof: bool,
    traffic: float,
    bitrate: int,
    load: float | None,
    disturb: float,
    drop: float,
    home_links: bool,
    as_json: bool,
) -> None:
    """Simulate dongles until you press Ctrl+C.

    Each one is a pseudo-terminal that other programs open as a serial port. They are on one bus; those of another
    “simulate” aren't, even if its bus has the same name. Not available on Windows.

    \b
    Examples:
      benchboard dongle simulate --count 2 --load 30
      benchboard dongle simulate --traffic 100 --bitrate 250k --disturb 5
    """
    if sys.platform == "win32":
        raise Unavailable(
            "simulator.platform",
            _("Can't simulate dongles on Windows."),
            why=_("Windows has no pseudo-terminals that look like serial ports."),
            do=_("Use Linux or macOS."),
        )
    from benchboard.dongles.simulator.faults import Faults
    from benchboard.dongles.simulator.serve import ServedDongle, serve  # pseudo-terminals exist on POSIX only
    from benchboard.dongles.simulator.traffic import rate_for_load

    if load is not None and traffic:
        raise click.UsageError(_("Use either --traffic or --load."), click.get_current_context())

    served: list[ServedDongle] = []

    def ready(dongle: ServedDongle) -> None:
        if not as_json and not served:
            text = ngettext(
                "Running {count} simulated dongle. Press Ctrl+C to stop.",
                "Running {count} simulated dongles. Press Ctrl+C to stop.",
                count,
            )
            click.echo(text.format(count=count), err=True)
        served.append(dongle)
        if as_json:
            click.echo(json.dumps(asdict(dongle)))
        else:
            click.echo(_("{id} on {port}, bus {bus}").format(id=dongle.device_id, port=dongle.port, bus=dongle.bus))

    serve(
        count,
        bus=bus,
        manual=manual,
        until_eof=until_eof,
        traffic=traffic if load is None else rate_for_load(load, bitrate),
        bitrate=bitrate,
        faults=Faults(disturb, drop),
        links=home_links,
        on_ready=ready,
        on_notice=lambda text: click.echo(text, err=True),
    )
