"""`benchboard can`: watch a bus through a dongle, and send frames. Needs no database."""

import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import click

from benchboard.canbus import candump, link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame, Timestamp
from benchboard.canbus.timing import figures
from benchboard.cli.options import BitRate, CliGroup, Number, WholeNumber, rounded
from benchboard.dongles.device import Device
from benchboard.dongles.fd_advice import fd_advice
from benchboard.dongles.firmware_detection import probe_open
from benchboard.dongles.listen_only import is_listen_only, listen_only_error
from benchboard.dongles.protocol import DongleConfig
from benchboard.errors import DeviceFailure, Invalid
from benchboard.i18n import _, ngettext

_PORT = click.option("--port", required=True, metavar="PATH", help="Port of the dongle, from “benchboard dongle list”.")
_BITRATE = click.option(
    "--bitrate",
    type=BitRate(1_000, 1_000_000),
    callback=rounded,
    help="Bit rate in bit/s, such as 500k or 500000; only for a dongle that doesn't report its own.",
)
_MOST_NAMED: Final = 5
"""Wrong frames that an error explains."""
_POLL_S: Final = 0.05
_PRINT_REST_S: Final = 0.25
"""How long after `--seconds` what came before may still be printed."""
# The dongle reports its counters twice a second; after two reports a frame was acknowledged or it was not.
_ACKNOWLEDGEMENT_S: Final = 1.2


@click.group(cls=CliGroup)
def can() -> None:
    """Watch a bus through a dongle, and send frames."""


@can.command()
@_PORT
@_BITRATE
@click.option("--count", type=WholeNumber(1), metavar="N", help="Stop after this many frames.")
@click.option("--seconds", type=Number(0, min_open=True), metavar="SECONDS", help="Stop after this many seconds.")
@click.option("--listen-only", is_flag=True, help="Don't acknowledge frames.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per frame.")
def monitor(
    port: str, bitrate: int | None, count: int | None, seconds: float | None, listen_only: bool, as_json: bool
) -> None:
    """Show the frames on a bus.

    Stops after --count frames or --seconds, or when you press Ctrl+C.

    \b
    Example:
      benchboard can monitor --port /dev/ttyACM0 --seconds 10
    """
    with _open_capture(port, bitrate, listen_only=listen_only) as capture:
        if not as_json:
            listening = _("Listening on {port} at {bitrate}. Press Ctrl+C to stop.")
            click.echo(listening.format(port=port, bitrate=figures.bit_rate(capture.bitrate)), err=True)
        with _interruption() as interrupted:
            shown, dropped = _watch(capture, count, seconds, as_json, interrupted)
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
    if not as_json and not shown:
        silent = _("No frames arrived. If another node is sending, check its bit rate, the wiring and the termination.")
        click.echo(silent, err=True)
    elif not as_json and sys.stderr.isatty():
        click.echo(ngettext("{count} frame", "{count} frames", shown).format(count=shown), err=True)


class _Interruption:
    """Whether the user pressed Ctrl+C. No `threading.Event`: a signal's handler could wait for its lock forever."""

    def __init__(self) -> None:
        self.requested = False


@contextmanager
def _interruption() -> Iterator[_Interruption]:
    """Notes the first Ctrl+C in the block; the second one ends the program as usual."""
    interrupted = _Interruption()

    def interrupt(*_signal: object) -> None:
        interrupted.requested = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def _watch(
    capture: Capture, count: int | None, seconds: float | None, as_json: bool, interrupted: _Interruption
) -> tuple[int, int]:
    """Print frames until the limit is reached, the capture ends or the user interrupts it.

    Returns how many were shown and how many dropped.
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
            click.echo(_line(frame, as_json))
            shown += 1
            if shown == count:
                return shown, dropped
        if ended or (deadline is not None and time.monotonic() >= deadline):
            return shown, dropped
        time.sleep(_POLL_S)


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


@can.command()
@_PORT
@_BITRATE
@click.argument("frames", nargs=-1, required=True, metavar="ID#DATA …")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def send(port: str, bitrate: int | None, frames: tuple[str, ...], as_json: bool) -> None:
    """Send frames.

    Write a frame as its ID, # and its data, all in hexadecimal digits. An ID of eight digits is extended.

    \b
    Frames:
      123#DEADBEEF  four bytes of data
      18FEF100#00   an extended ID
      123#R4        a remote frame for four bytes
      123##1AABB    a CAN FD frame

    \b
    Example:
      benchboard can send --port /dev/ttyACM0 123#DEADBEEF
    """
    parsed = _parsed(frames)
    with _open_capture(port, bitrate, listen_only=False, sends=True) as capture:
        for frame in parsed:
            capture.send(frame)
        _wait_for_acknowledgement(capture)
    if capture.failure is not None:
        raise capture.failure
    state = capture.counters().bus
    if state.rejected or state.tx_errors or state.bus_off:
        raise DeviceFailure(
            "can.not-sent",
            unsent_title(len(parsed), state.sent),
            why=_("The dongle rejected a frame that doesn't match its channel or bit timing.")
            if state.rejected
            else _("No node acknowledged the frame, or a node with another bit rate disrupted it."),
            do=_("Check that another node is on the bus, with the same bit rate and termination."),
        )
    if as_json:
        click.echo(json.dumps({"sent": state.sent, "bitrate": capture.bitrate}))
    else:
        sent = ngettext("{count} frame sent at {bitrate}.", "{count} frames sent at {bitrate}.", state.sent)
        click.echo(sent.format(count=state.sent, bitrate=figures.bit_rate(capture.bitrate)))


def unsent_title(count: int, sent: int) -> str:
    """That of `count` frames not all were sent; `sent` were."""
    if count == 1:
        return _("The frame wasn't sent.")
    return _("Some frames weren't sent.") if sent else _("No frame was sent.")


def _wait_for_acknowledgement(capture: Capture) -> None:
    deadline = time.monotonic() + _ACKNOWLEDGEMENT_S
    while capture.running and time.monotonic() < deadline and not capture.counters().bus.rejected:
        time.sleep(_POLL_S)


def _parsed(texts: Sequence[str]) -> list[Frame]:
    """The frames in `texts`; raises `Invalid` (`can.frame`) naming all that are wrong."""
    frames = [candump.parse(text) for text in texts]
    wrong = [text for text, frame in zip(texts, frames, strict=True) if frame is None]
    if not wrong:
        return [frame for frame in frames if frame is not None]
    what = _("“{text}” isn't a valid frame.").format(text=wrong[0][:40])
    why = candump.why_invalid(wrong[0])
    if len(wrong) > 1:
        what = _("{count} of {total} frames aren't valid.").format(count=len(wrong), total=len(texts))
        named = [f"“{text[:40]}”: {candump.why_invalid(text)}" for text in wrong[:_MOST_NAMED]]
        more = len(wrong) - len(named)
        if more:
            named.append(ngettext("{count} more isn't valid.", "{count} more aren't valid.", more).format(count=more))
        why = " ".join(named)
    raise Invalid("can.frame", what, why=why, do=candump.format_hint(wrong[0]), field="frames")


def _require_stored_bitrate(config: DongleConfig, bitrate: int | None, port: str) -> None:
    """Raise `Invalid` (`can.bitrate`) for another rate than the one the channel opens with."""
    if bitrate is None or bitrate == config.bitrate:
        return
    stored, wanted = figures.bit_rate(config.bitrate), figures.bit_rate(bitrate)
    raise Invalid(
        "can.bitrate",
        _("The dongle on {port} is set to {stored}, not {wanted}.").format(port=port, stored=stored, wanted=wanted),
        do=_(
            "Leave out --bitrate, or change the dongle's own in Bench > Bit timing or with “benchboard dongle config"
            " --port {port}” and --timing."
        ).format(port=port),
        field="bitrate",
    )


@contextmanager
def _open_capture(port: str, bitrate: int | None, *, listen_only: bool, sends: bool = False) -> Iterator[Capture]:
    """The bus behind the dongle on `port`, received from until the block ends.

    With `sends`, raises `Conflict` (`dongle.listen-only`) for a dongle that is set to listen only.
    """
    handle = link.open_port(port)
    try:
        info = probe_open(handle)
        config = data_bitrate = None
        if info.is_benchboard:
            config = Device(handle).config_read().config
            _require_stored_bitrate(config, bitrate, port)
            bitrate, data_bitrate = config.bitrate, config.data_bitrate
            if sends and is_listen_only(config):
                raise listen_only_error(port)
        elif bitrate is None:
            raise Invalid(
                "can.bitrate",
                _("The dongle on {port} doesn't report its bit rate.").format(port=port),
                do=_("Add --bitrate, such as --bitrate 500k."),
                field="bitrate",
            )
        bus = SlcanBus(
            handle,
            bitrate=bitrate,
            data_bitrate=data_bitrate,
            benchboard_dialect=info.is_benchboard,
            listen_only=listen_only,
        )
    except BaseException:
        handle.close()
        raise
    capture = Capture(bus, bitrate=bitrate, data_bitrate=data_bitrate)
    capture.start()
    try:
        yield capture
    except Invalid as error:
        if config is not None and error.facts.get("needs_fd"):
            error.do = fd_advice(config, port, has_fd=info.fd is not False)
        raise
    finally:
        capture.stop()
