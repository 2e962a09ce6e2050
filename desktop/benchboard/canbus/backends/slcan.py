"""A CAN bus through a dongle that speaks slcan over a serial port."""

import threading
import time
from typing import Final, Protocol

from benchboard.canbus import slcan_codec
from benchboard.canbus.bus import BusState, Capabilities, ErrorState, require_sendable
from benchboard.canbus.clock import FrameClock
from benchboard.canbus.frame import Frame, TimeSource
from benchboard.canbus.link import Chunk
from benchboard.errors import AppError, DeviceFailure, Invalid
from benchboard.i18n import _

_READ_TIMEOUT_S: Final = 0.05
_STATE_INTERVAL_S: Final = 0.5
_REPLY_TIMEOUT_S: Final = 1.0
_ERROR_STATES: Final = (ErrorState.ACTIVE, ErrorState.WARNING, ErrorState.PASSIVE, ErrorState.BUS_OFF)


class Handle(Protocol):
    """What `link.open_port` returns, as far as a bus needs it."""

    def read_chunk(self, timeout: float) -> Chunk: ...
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class SlcanBus:
    """The channel of one dongle; a `canbus.bus.Bus`. Once open, it owns the port's handle.

    The dongle's own milliseconds (`Z1`) stamp the frames where it has them, else the host's clock does.
    """

    def __init__(
        self,
        handle: Handle,
        *,
        bitrate: int,
        data_bitrate: int | None = None,
        benchboard_dialect: bool = True,
        override: bool = False,
        listen_only: bool = False,
    ) -> None:
        """Open the channel. Where this raises, the caller keeps `handle`.

        `benchboard_dialect`: the dongle has Benchboard's firmware (error counters, error frames) and runs on its stored
        configuration; `bitrate` (bit/s) is then set only with `override`, and always for another firmware.
        `data_bitrate` is that of CAN FD; without it such a dongle is on classic CAN. Raises `Invalid`
        (`bus.bitrate`) for one slcan has no code for, `DeviceFailure` (`bus.refused`, `bus.silent`, `port.*`).
        """
        self._handle = handle
        self._benchboard_dialect = benchboard_dialect
        self._clock = FrameClock(time.time() - time.monotonic(), tick=0.001, wrap=slcan_codec.TIMESTAMP_WRAP_MS)
        self._parser = slcan_codec.Parser(self._clock)
        self._early: list[Frame] = []  # that came while the channel was being opened
        self._writing = threading.Lock()
        self._lock = threading.Lock()  # guards what follows
        self._error_state: ErrorState | None = None
        self._tx_errors = self._rx_errors = self._bus_errors = 0
        self._sent = self._rejected = self._overruns = 0
        self._closed = False
        self._command(b"C\r", required=False)
        if override or not benchboard_dialect:
            self._command(_bitrate_command(bitrate))
        stamped = self._command(b"Z1\r", required=False)
        if benchboard_dialect:
            self._command(b"E1\r")
        self._clock.restart()  # with the channel, on some dongles
        self._command(b"L\r" if listen_only else b"O\r")
        self._next_query = time.monotonic()
        self._capabilities = Capabilities(
            # Whether other firmware supports it is known only from its answer to a frame.
            fd=data_bitrate is not None or not benchboard_dialect,
            listen_only=listen_only,
            error_counters=benchboard_dialect,
            time_source=TimeSource.DEVICE if stamped else TimeSource.HOST,
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this channel can do."""
        return self._capabilities

    def recv(self, timeout: float) -> list[Frame]:
        """The frames that have arrived; also asks the dongle for its state, twice a second."""
        if self._early:
            frames, self._early = self._early, []
            return frames
        frames = self._read(timeout).frames
        now = time.monotonic()
        if now >= self._next_query:
            self._next_query = now + _STATE_INTERVAL_S
            with self._writing:
                self._handle.write(b"e\r" if self._benchboard_dialect else b"F\r")
        return frames

    def send(self, frame: Frame) -> None:
        """Queue `frame` on the dongle. Raises `Invalid` (`bus.frame`) or `DeviceFailure` (`port.*`)."""
        require_sendable(frame, self._capabilities)
        with self._writing:
            self._handle.write(slcan_codec.encode(frame))
        with self._lock:
            self._sent += 1

    def state(self) -> BusState:
        """The state that the dongle last reported, and what was counted here."""
        with self._lock:
            return BusState(
                self._error_state,
                self._tx_errors,
                self._rx_errors,
                self._bus_errors,
                self._sent,
                self._rejected,
                self._overruns,
                self._parser.malformed,
            )

    def close(self) -> None:
        """Close the channel and the port. A silent dongle is waited for: a second after each command."""
        if self._closed:
            return
        self._closed = True
        try:
            # Waiting for the reply keeps the command from being thrown away with the port's buffers.
            self._command(b"C\r", required=False)
            if self._capabilities.time_source is TimeSource.DEVICE:
                # LAWICEL dongles remember it, and the next program may not know the four digits.
                self._command(b"Z0\r", required=False)
        except AppError:
            pass  # the device left first: there is no channel to close
        finally:
            self._handle.close()

    def _read(self, timeout: float) -> slcan_codec.Parsed:
        chunk = self._handle.read_chunk(timeout)
        self._clock.arrived(chunk.since, chunk.until)
        parsed = self._parser.feed(chunk.data)
        if parsed.replies:
            with self._lock:
                for reply in parsed.replies:
                    self._apply_reply(reply)
        return parsed

    def _apply_reply(self, reply: slcan_codec.Reply) -> None:
        """Update the state of the channel from a reply. The lock must be held."""
        if not reply.ok:
            self._rejected += 1
            return
        kind, digits = reply.text[:1], reply.text[1:]
        try:
            if kind == "e" and len(digits) == 17:
                tx_errors, rx_errors = int(digits[:4], 16), int(digits[4:8], 16)
                bus_errors, state = int(digits[8:16], 16), _ERROR_STATES[int(digits[16])]
                self._tx_errors, self._rx_errors = tx_errors, rx_errors
                self._bus_errors, self._error_state = bus_errors, state
            elif kind == "F" and len(digits) == 2:
                # LAWICEL's status flags: bit 3 data overrun, bit 7 bus error.
                self._overruns += bool(int(digits, 16) & 0x08)
        except (ValueError, IndexError):
            self._parser.malformed += 1

    def _command(self, command: bytes, *, required: bool = True) -> bool:
        """Send one command while no thread receives, and wait for its reply; returns whether it was accepted.

        Raises `DeviceFailure` (`bus.refused`, `bus.silent`) for a rejection or no reply in time, if it is `required`.
        """
        self._handle.write(command)
        deadline = time.monotonic() + _REPLY_TIMEOUT_S
        while time.monotonic() < deadline:
            chunk = self._handle.read_chunk(_READ_TIMEOUT_S)
            self._clock.arrived(chunk.since, chunk.until)
            parsed = self._parser.feed(chunk.data)
            if command in (b"O\r", b"L\r"):
                # Frames may arrive in the same chunk as the reply that the channel is open.
                self._early += parsed.frames
            for reply in parsed.replies:
                if reply.ok or not required:
                    return reply.ok
                raise DeviceFailure(
                    "bus.refused",
                    _("The dongle rejected the command {command}.").format(command=command.decode().strip()),
                    why=_("It may be bus off, or its firmware doesn't support this command."),
                    do=_("Close the channel, check the bit timing and open it again."),
                )
        if required:
            raise DeviceFailure(
                "bus.silent",
                _("The dongle didn't respond."),
                do=_("Unplug the dongle, plug it back in and try again."),
            )
        return False


def _bitrate_command(bitrate: int) -> bytes:
    code = slcan_codec.STANDARD_BITRATES.get(bitrate)
    if code is None:
        raise Invalid(
            "bus.bitrate",
            _("This dongle doesn't support {bitrate} bit/s.").format(bitrate=bitrate),
            do=_("Choose one of: {list}.").format(list=", ".join(map(str, slcan_codec.STANDARD_BITRATES))),
            field="bitrate",
        )
    return f"{code}\r".encode()
