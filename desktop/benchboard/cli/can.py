"""`benchboard can`: watch a bus through a dongle, and send frames. Needs no database."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import click

from benchboard.canbus import candump, link
from benchboard.canbus.live import LiveBus
from benchboard.canbus.slcan import Frame
from benchboard.dongles.device import Device, probe_open
from benchboard.errors import DeviceFailure, Invalid
from benchboard.i18n import _, ngettext

_PORT = click.option("--port", required=True, metavar="PATH", help="The port; `dongle list` shows them.")
_BITRATE = click.option(
    "--bitrate",
    type=click.IntRange(1_000, 1_000_000),
    metavar="BIT/S",
    help="Needed for firmware that cannot tell its own; ours runs on what is stored.",
)
_POLL: Final = 0.05
# The dongle's counters come twice a second; after two of them what was sent has been acknowledged or has not.
_SETTLE: Final = 1.2


@click.group()
def can() -> None:
    """Watch a bus through a dongle, and send on it."""


@can.command()
@_PORT
@_BITRATE
@click.option("--count", type=click.IntRange(1), help="Stop after this many frames.")
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="Stop after this long.")
@click.option("--listen-only", is_flag=True, help="Acknowledge nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a frame.")
def monitor(
    port: str, bitrate: int | None, count: int | None, seconds: float | None, listen_only: bool, as_json: bool
) -> None:
    """Show frames as they come, until stopped (Ctrl+C), `--count` or `--seconds`."""
    with _open_bus(port, bitrate, listen_only=listen_only) as bus:
        if not as_json:
            click.echo(_("Listening on {port}; Ctrl+C ends it.").format(port=port), err=True)
        shown, lost = _watch(bus, count, seconds, as_json)
    counters = bus.counters()
    if lost or counters.overruns or counters.malformed:
        click.echo(
            _("Lost: {lost} here, {overruns} times at the dongle; {malformed} lines were unreadable.").format(
                lost=lost, overruns=counters.overruns, malformed=counters.malformed
            ),
            err=True,
        )
    if bus.failure is not None:
        raise bus.failure
    if not as_json and sys.stderr.isatty():
        click.echo(ngettext("{count} frame", "{count} frames", shown).format(count=shown), err=True)


def _watch(bus: LiveBus, count: int | None, seconds: float | None, as_json: bool) -> tuple[int, int]:
    deadline = None if seconds is None else time.monotonic() + seconds
    at = shown = lost = 0
    while bus.running and (count is None or shown < count):
        taken = bus.take(at)
        at, lost = taken.next, lost + taken.lost
        for frame, when in zip(taken.frames, taken.times, strict=True):
            if count is not None and shown >= count:
                break
            click.echo(_line(frame, when, as_json))
            shown += 1
        if deadline is not None and time.monotonic() >= deadline:
            break
        time.sleep(_POLL)
    return shown, lost


def _line(frame: Frame, when: float, as_json: bool) -> str:
    if not as_json:
        return f"({when:.6f}) can {candump.text(frame)}"
    return json.dumps(
        {
            "time": datetime.fromtimestamp(when, UTC).isoformat().replace("+00:00", "Z"),
            "id": frame.id,
            "extended": frame.extended,
            "remote": frame.remote,
            "fd": frame.fd,
            "brs": frame.brs,
            "esi": frame.esi,
            "error": frame.error,
            "dlc": frame.dlc,
            "data": frame.data.hex(),
        }
    )


@can.command()
@_PORT
@_BITRATE
@click.argument("frames", nargs=-1, required=True, metavar="ID#DATA …")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def send(port: str, bitrate: int | None, frames: tuple[str, ...], as_json: bool) -> None:
    """Send frames: 123#DEADBEEF, 18FEF100#00 (eight digits: extended), 123#R4, 123##1AABB (CAN FD)."""
    parsed = [_parsed(text) for text in frames]
    with _open_bus(port, bitrate, listen_only=False) as bus:
        for frame in parsed:
            bus.send(frame)
        _settle(bus)
    if bus.failure is not None:
        raise bus.failure
    counters = bus.counters()
    if counters.refused or counters.tx_errors or counters.bus_off:
        raise DeviceFailure(
            "can.not-sent",
            _("Not every frame was sent."),
            why=_("The dongle refused it; its channel or bit timing does not fit.")
            if counters.refused
            else _("Nobody on the bus acknowledged it, or a node with another bit rate disturbed it."),
            do=_("Check that another node is on the bus, with the same bit rate and termination."),
        )
    if as_json:
        click.echo(json.dumps({"sent": counters.sent}))
    else:
        click.echo(ngettext("{count} frame sent.", "{count} frames sent.", counters.sent).format(count=counters.sent))


def _settle(bus: LiveBus) -> None:
    deadline = time.monotonic() + _SETTLE
    while bus.running and time.monotonic() < deadline and not bus.counters().refused:
        time.sleep(_POLL)


def _parsed(text: str) -> Frame:
    frame = candump.parse(text)
    if frame is None:
        raise Invalid(
            "can.frame",
            _("“{text}” is not a frame.").format(text=text[:40]),
            do=_("Write it like 123#DEADBEEF, 18FEF100#00, 123#R4 or 123##1AABB."),
            field="frames",
        )
    return frame


@contextmanager
def _open_bus(port: str, bitrate: int | None, *, listen_only: bool) -> Iterator[LiveBus]:
    handle = link.open_port(port)
    try:
        info = probe_open(handle)
        data_bitrate = None
        if info.ours:
            config = Device(handle).config_read().config
            bitrate, data_bitrate = config.bitrate, config.data_bitrate
        elif bitrate is None:
            raise Invalid(
                "can.bitrate",
                _("The dongle on {port} cannot tell its bit rate.").format(port=port),
                do=_("Name it with --bitrate."),
                field="bitrate",
            )
        bus = LiveBus(handle, ours=info.ours)
        bus.start(bitrate=bitrate, data_bitrate=data_bitrate, listen_only=listen_only)
    except BaseException:
        handle.close()
        raise
    try:
        yield bus
    finally:
        bus.stop()
