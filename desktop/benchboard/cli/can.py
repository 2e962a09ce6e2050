"""`benchboard can`: watch a bus through a dongle. Needs no database.

Sending is in `can_send`, recordings are in `can_recordings`.
"""

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from benchboard.canbus import candump
from benchboard.canbus.capture import Capture
from benchboard.canbus.dbc_files import load_databases
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.timing import figures
from benchboard.canbus.triggers import Firing, Trigger
from benchboard.cli import can_recordings
from benchboard.cli.can_channel import BITRATE, ErrorsOnlyWarning, Interruption, interruption, open_capture
from benchboard.cli.can_protocols import MessageLines, protocol_choice, protocol_options
from benchboard.cli.can_recordings import DATABASES
from benchboard.cli.can_send import send
from benchboard.cli.can_triggers import TRIGGERS, BusTriggers, firing_json, firing_text, require_known_triggers
from benchboard.cli.dongle_port import PORT
from benchboard.cli.options import CliGroup, Number, WholeNumber
from benchboard.i18n import _, ngettext

_POLL_S: Final = 0.05
_PRINT_REST_S: Final = 0.25
"""How long after `--seconds` what came before may still be printed."""


@click.group(cls=CliGroup)
def can() -> None:
    """Watch a bus through a dongle, send frames, and work with recordings."""


for _command in (send, *can_recordings.COMMANDS):
    can.add_command(_command)


@can.command()
@PORT
@BITRATE
@click.option("--count", type=WholeNumber(1), metavar="N", help="Stop after this many frames.")
@click.option("--seconds", type=Number(0, min_open=True), metavar="SECONDS", help="Stop after this many seconds.")
@click.option("--listen-only", is_flag=True, help="Don't acknowledge frames.")
@TRIGGERS
@DATABASES
@protocol_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per frame or message.")
def monitor(
    port: str,
    bitrate: int | None,
    count: int | None,
    seconds: float | None,
    listen_only: bool,
    triggers: tuple[Trigger, ...],
    databases: tuple[Path, ...],
    protocol: str | None,
    pairs: tuple[str, ...],
    addressing: str,
    every: bool,
    as_json: bool,
) -> None:
    """Show the frames on a bus.

    Stops after --count frames or --seconds, or when you press Ctrl+C. What meets a trigger is said on standard error,
    with --json as an object of its own among the frames. With --protocol it shows the messages of J1939, ISO-TP or
    CANopen instead, as `can decode` does, and counts them.

    \b
    Examples:
      benchboard can monitor --port /dev/ttyACM0 --seconds 10
      benchboard can monitor --port /dev/ttyACM0 --trigger error --trigger 0C9@0.5
      benchboard can monitor --port /dev/ttyACM0 --protocol j1939
    """
    database = load_databases(databases)
    require_known_triggers(triggers, database)
    choice = protocol_choice(protocol, pairs, addressing, every=every)
    lines = MessageLines(choice, database, every=every, as_json=as_json) if choice is not None else None
    with open_capture(port, bitrate, listen_only=listen_only) as capture:
        if not as_json:
            listening = _("Listening on {port} at {bitrate}. Press Ctrl+C to stop.")
            click.echo(listening.format(port=port, bitrate=figures.bit_rate(capture.bitrate)), err=True)
        warning = ErrorsOnlyWarning(capture, port)
        with interruption() as interrupted:
            watched = BusTriggers(triggers, database)
            shown, dropped = _watch(capture, count, seconds, as_json, interrupted, warning, watched, lines)
        warning.give_once(at_end=True)
    state = capture.counters().bus
    if dropped or state.overruns or state.malformed:
        click.echo(
            _(
                "Dropped on this computer: {lost}. Overruns on the dongle: {overruns}. Malformed lines: {malformed}."
            ).format(lost=dropped, overruns=state.overruns, malformed=state.malformed),
            err=True,
        )
    if capture.failure is not None:
        raise capture.failure
    if lines is not None:
        lines.tell_total()
    elif not as_json and not shown and not warning.given:
        silent = _("No frames arrived. If another node is sending, check its bit rate, the wiring and the termination.")
        click.echo(silent, err=True)
    elif not as_json and sys.stderr.isatty():
        click.echo(ngettext("{count} frame", "{count} frames", shown).format(count=shown), err=True)


def _watch(
    capture: Capture,
    count: int | None,
    seconds: float | None,
    as_json: bool,
    interrupted: Interruption,
    warning: ErrorsOnlyWarning,
    triggers: BusTriggers,
    lines: MessageLines | None,
) -> tuple[int, int]:
    """Print frames, or the messages in them, until the limit is reached, the capture ends or the user interrupts it.

    Returns how many were shown and how many frames dropped.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    at = shown = dropped = 0
    while True:
        # Asked first: what came until its end is still in the ring.
        ended = interrupted.requested or not capture.running
        new = capture.since(at)
        at, dropped = new.next, dropped + new.dropped
        for place, frame in enumerate(new.frames):
            # More frames may come than can be printed. What is left then counts as dropped, unless all came just now.
            if deadline is not None and time.monotonic() >= deadline + _PRINT_REST_S:
                return shown, dropped + len(new.frames) - place
            found = (_line(frame, as_json),) if lines is None else lines.add(frame)
            for line in found[: None if count is None else count - shown]:
                click.echo(line)
            shown += len(found)
            _tell_triggers(triggers.add((frame,)), as_json)
            if count is not None and shown >= count:
                return count, dropped
        _tell_triggers(triggers.add(()), as_json)
        if lines is not None and not new.frames:
            for line in lines.late(Timestamp(time.time(), TimeSource.HOST, 0.0)):
                click.echo(line)
        if ended or (deadline is not None and time.monotonic() >= deadline):
            for line in lines.end() if lines is not None else ():
                click.echo(line)
            return shown, dropped
        warning.give_once()
        time.sleep(_POLL_S)


def _tell_triggers(firings: Sequence[Firing], as_json: bool) -> None:
    for one in firings:
        if as_json:
            click.echo(json.dumps(firing_json(one)))
        else:
            click.echo(_("Trigger: {what}").format(what=firing_text(one)), err=True)


def _line(frame: Frame, as_json: bool) -> str:
    stamp = frame.timestamp
    assert stamp is not None  # every received frame has one
    if not as_json:
        # candump's format has six digits; those that the stamp does not have are zero.
        return f"({round(stamp.seconds, stamp.decimals):.6f}) can {candump.text(frame)}"
    return json.dumps(
        {
            "time": _iso(stamp),
            "time_source": stamp.source.value,
            "time_uncertainty": round(stamp.uncertainty, 6),
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


def _iso(stamp: Timestamp) -> str:
    """The time in UTC, to milliseconds or, where the stamp has them, microseconds."""
    time = datetime.fromtimestamp(round(stamp.seconds, stamp.decimals), UTC)
    return time.isoformat(timespec="microseconds" if stamp.decimals > 3 else "milliseconds").replace("+00:00", "Z")
