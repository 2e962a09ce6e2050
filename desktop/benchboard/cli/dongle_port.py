"""The option `--port`: a dongle by its port, its name, or the end of its ID.

`can` starts without the libraries of the database: what needs them is imported once a name was typed.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from benchboard import settings
from benchboard.canbus import link
from benchboard.canbus.usb_adapters import adapter_name
from benchboard.dongles.firmware_detection import expected_id, observed_id, probe
from benchboard.dongles.titles import default_title
from benchboard.errors import AppError, NotFound
from benchboard.i18n import _

if TYPE_CHECKING:
    from benchboard.cli.command_context import CommandContext

PORT = click.option(
    "--port",
    required=True,
    metavar="PORT",
    help="The dongle, plugged in: its port, name or last four digits of its ID, from “benchboard dongle list”.",
)
"""As it was typed, for `find_port`: not before all other options are known to be right."""


def find_port(typed: str, context: "CommandContext | None" = None) -> str:
    """The path of the port that was `typed`, as a path or by its dongle: its name, or the end of its ID.

    Names are those of the organisation of `context`, or else of the database that a command would open. Raises
    `NotFound` (`dongle.not-connected`), `Conflict` (`dongles.ambiguous`).
    """
    if _is_path(typed):
        return typed
    ports = link.discover()
    from benchboard.dongles import fleet  # with the libraries of the database

    ids = dict(_identified(ports))
    wanted = " ".join(typed.split()).casefold()
    # First by id: a name that is another dongle's id must not hide that dongle.
    found = [path for path, device_id in ids.items() if device_id == wanted]
    if not found:
        titles = {path: default_title(device_id) for path, device_id in ids.items()} | _names(context, ids)
        is_end = fleet.is_id_end(wanted)
        found = [path for path in ids if titles[path].casefold() == wanted or (is_end and ids[path].endswith(wanted))]
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


def dongle_as_typed(typed: str) -> str:
    """How to call a dongle that was `typed` for `find_port`: by its name, the end of its ID, or where it is."""
    if _is_path(typed):
        return _("the dongle on {port}").format(port=typed)
    return default_title(typed) if re.fullmatch("[0-9a-fA-F]{4,16}", typed) else typed


def port_of(device_id: str) -> str | None:
    """The path of the port at which this dongle is plugged in; None if it isn't. It needn't answer."""
    return next((path for path, found in _identified(link.discover()) if found == device_id), None)


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


def _names(context: "CommandContext | None", ids: Mapping[str, str]) -> dict[str, str]:
    """What those of the dongles that the organisation has are called, by the path of their port."""
    from benchboard.dongles import fleet

    try:
        with _opened(context) as names, names.database.read() as session:
            known = {one.device_id: one.title for one in fleet.find_dongles(session, names.actor, list(ids.values()))}
    except AppError:
        if context is not None:
            raise
        return {}  # without a database to read, dongles have no names
    return {path: known[device_id] for path, device_id in ids.items() if device_id in known}


@contextmanager
def _opened(context: "CommandContext | None") -> "Iterator[CommandContext]":
    """`context`, or the database that a command without options would open, to read it."""
    from benchboard.cli.command_context import CommandContext, DatabaseOptions, resolve_actor

    if context is not None:
        yield context
        return
    opened = DatabaseOptions(settings.database_url(), demo=False).connect()
    try:
        actor = resolve_actor(opened, org=os.environ.get("BENCHBOARD_ORG"), as_email=None)
        yield CommandContext(opened, actor, as_json=False)
    finally:
        opened.close()
