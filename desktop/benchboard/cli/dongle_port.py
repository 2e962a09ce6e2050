"""The option `--port` of `benchboard dongle`: a dongle by its port, its name, or the end of its ID."""

import os
import re
from collections.abc import Iterator, Mapping

import click

from benchboard.canbus import link
from benchboard.canbus.usb_adapters import adapter_name
from benchboard.cli.command_context import CommandContext
from benchboard.dongles import fleet
from benchboard.dongles.firmware_detection import expected_id, observed_id, probe
from benchboard.dongles.titles import default_title
from benchboard.errors import AppError, NotFound
from benchboard.i18n import _

PORT = click.option(
    "--port",
    required=True,
    metavar="PORT",
    help="The dongle, plugged in: its port, name or last four digits of its ID, from “benchboard dongle list”.",
)


def find_port(typed: str, context: CommandContext | None = None) -> str:
    """The path of the port that was `typed`, as a path or by its dongle: its title, or the end of its ID.

    Names are those of the organisation of `context`; without one, a dongle is called by its ID. Raises `NotFound`
    (`dongle.not-connected`), `Conflict` (`dongles.ambiguous`).
    """
    ports = link.discover()
    if _is_path(typed) or typed in {port.path for port in ports}:
        return typed
    ids = dict(_identified(ports))
    titles = _titles(context, ids)
    wanted = " ".join(typed.split()).casefold()
    found = [path for path, device_id in ids.items() if titles[device_id].casefold() == wanted]
    if not found and fleet.is_id_end(wanted):
        found = [path for path, device_id in ids.items() if device_id.endswith(wanted)]
    if not found:
        raise NotFound(
            "dongle.not-connected",
            _("No connected dongle is named “{name}”.").format(name=typed),
            do=_("Plug in the dongle. To see what's connected, run “benchboard dongle list” or open Bench > Dongles."),
            field="port",
        )
    if len(found) > 1:
        raise fleet.ambiguous_dongle(typed, (ids[path] for path in found), field="port")
    return found[0]


def _is_path(typed: str) -> bool:
    return any(one in typed for one in ("/", os.sep)) or re.fullmatch(r"(?i)com\d+", typed) is not None


def _identified(ports: tuple[link.Port, ...]) -> Iterator[tuple[str, str]]:
    """Path and ID of the dongles at `ports`. The link of a simulated one tells; others are asked."""
    for port in ports:
        device_id = expected_id(port)
        if not port.simulated and adapter_name(port.vid, port.pid) is not None:
            try:
                device_id = probe(port.path).device_id or observed_id(port)
            except AppError:
                continue
        if device_id is not None:
            yield port.path, device_id


def _titles(context: CommandContext | None, ids: Mapping[str, str]) -> dict[str, str]:
    """What the dongles with these IDs are called."""
    titles = {device_id: default_title(device_id) for device_id in ids.values()}
    if context is not None:
        with context.database.read() as session:
            titles |= {one.device_id: one.title for one in fleet.find_dongles(session, context.actor, titles)}
    return titles
