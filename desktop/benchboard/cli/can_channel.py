"""How `benchboard can` opens the channel of a dongle, says that there are only errors on it, and ends at Ctrl+C."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.bit_rate_detection import USUAL_BIT_RATES
from benchboard.canbus.capture import Capture
from benchboard.canbus.timing import figures
from benchboard.cli.dongle_port import find_port
from benchboard.cli.options import BitRate, rounded
from benchboard.dongles.device import Device
from benchboard.dongles.fd_advice import fd_advice
from benchboard.dongles.firmware_detection import probe_open
from benchboard.dongles.listen_only import is_listen_only, listen_only_error
from benchboard.dongles.protocol import DongleConfig
from benchboard.errors import Invalid
from benchboard.i18n import _, any_of

BITRATE = click.option(
    "--bitrate",
    type=BitRate(1_000, 1_000_000),
    callback=rounded,
    help="Bit rate in bit/s, such as 500k or 500000; only for a dongle that doesn't report its own.",
)

_ERRORS_ONLY_S: Final = 1.0
"""How long there are errors and no frame before that is said."""
_NAMED_RATES: Final = 3
"""Other bit rates that are named then."""


class Interruption:
    """Whether the user pressed Ctrl+C. No `threading.Event`: a signal's handler could wait for its lock forever."""

    def __init__(self) -> None:
        self.requested = False


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Notes the first Ctrl+C in the block; the second one ends the program as usual."""
    interrupted = Interruption()

    def interrupt(*_signal: object) -> None:
        interrupted.requested = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


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
def open_capture(port: str, bitrate: int | None, *, listen_only: bool, sends: bool = False) -> Iterator[Capture]:
    """The bus behind the dongle on `port`, received from until the block ends.

    With `sends`, raises `Conflict` (`dongle.listen-only`) for a dongle that is set to listen only.
    """
    handle = link.open_port(find_port(port))
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


def open_listening(port: str, bitrate: int) -> SlcanBus:
    """The bus behind the dongle on `port`, opened at `bitrate` to listen only, whatever the dongle is set to."""
    handle = link.open_port(find_port(port))
    try:
        info = probe_open(handle)
        return SlcanBus(handle, bitrate=bitrate, benchboard_dialect=info.is_benchboard, override=True, listen_only=True)
    except BaseException:
        handle.close()
        raise


class ErrorsOnlyWarning:
    """Says once, on standard error, that there are errors on the bus and no frames, and how to find its bit rate."""

    def __init__(self, capture: Capture, port: str) -> None:
        self.given = False
        self._capture, self._port = capture, port
        self._began = time.monotonic()

    def give_once(self, *, at_end: bool = False) -> None:
        """Say so if it is true, after a while or `at_end`."""
        if self.given or not (at_end or time.monotonic() - self._began >= _ERRORS_ONLY_S):
            return
        counters = self._capture.counters()
        if counters.frames or not counters.bus.bus_errors:
            return
        self.given = True
        bitrate = self._capture.bitrate
        others = [figures.bit_rate(rate) for rate in USUAL_BIT_RATES if rate != bitrate][:_NAMED_RATES]
        text = _(
            "Only errors at {rate}, no frames: the other nodes may run at another bit rate, such as {others}."
            " To find it, run “benchboard can detect --port {port}”. If none fits, check the wiring and the"
            " termination."
        )
        listed = any_of(others)
        click.echo(text.format(rate=figures.bit_rate(bitrate), others=listed, port=self._port), err=True)
