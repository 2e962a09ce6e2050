"""A CAN bus through a dongle that speaks slcan over a serial port."""

import threading
import time
from collections import deque
from operator import attrgetter
from typing import Final, NamedTuple, Protocol

from benchboard.canbus import slcan_codec
from benchboard.canbus.bus import (
    ERROR_STATES,
    BusState,
    Capabilities,
    ErrorState,
    OnResult,
    SendResult,
    error_state,
    ignore_result,
    require_responding,
    require_sendable,
)
from benchboard.canbus.clock import HOST_DELAY_S, FrameClock
from benchboard.canbus.error_frame import count_report
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.link import Chunk
from benchboard.errors import AppError, DeviceFailure, Invalid
from benchboard.i18n import _

_READ_TIMEOUT_S: Final = 0.05
_STATE_INTERVAL_S: Final = 0.5
_MOST_QUERIES: Final = 3
"""So many questions for its state in a row, half a second apart, aren't unanswered on a dongle that runs."""
_REPLY_TIMEOUT_S: Final = 1.0
_MOST_UNANSWERED: Final = 10_000
"""Frames that a dongle may have accepted without a word, before the oldest ones are forgotten."""
_REPORT: Final = "k"
"""How the dongle's report of a frame that was sent begins."""
_PROBE: Final = b"Z1\r"
"""A command that our firmware refuses while the channel is open, and accepts while it is closed."""
_TIME: Final = attrgetter("timestamp.seconds")


class Handle(Protocol):
    """What `link.open_port` returns, as far as a bus needs it."""

    def read_chunk(self, timeout: float) -> Chunk: ...
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class _Handed(NamedTuple):
    """A frame that the dongle has, since when (Unix time, s), and who is told what became of it."""

    frame: Frame
    since: float
    on_result: OnResult


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
        self._acknowledged = self._given_up = 0
        # Handed over and not answered yet; then accepted, and not reported yet.
        self._unanswered: deque[_Handed] = deque(maxlen=_MOST_UNANSWERED)
        self._queued: deque[_Handed] = deque(maxlen=_MOST_UNANSWERED)
        self._accepted: list[Frame] = []
        # What the dongle said of errors that it counted: it reports no single one, only changes of its state.
        self._counted: list[Frame] = []
        # Of frames given up since the dongle last told its state, which may be why: told once it is known.
        self._gave_up: list[OnResult] = []
        # Whether the next answer is that to `_PROBE`, whether one was refused as in an open channel, and then accepted.
        self._probe_is_next = self._refuses_probes = self._restarted = False
        self._open_queries, self._stalled = 0, False
        # Questions since the dongle has last said anything, and when the first of them was asked (Unix time, s).
        self._vain_queries, self._asked_at = 0, 0.0
        self._closed = False
        self._command(b"C\r", required=False)
        if override or not benchboard_dialect:
            self._command(_bitrate_command(bitrate))
        stamped = self._command(b"Z1\r", required=False)
        if benchboard_dialect:
            self._command(b"E1\r")
        # One that answers with CR alone, as to anything, isn't believed.
        self._reports_sent = benchboard_dialect and self._ask(b"K1\r") == slcan_codec.Reply(True, "K1")
        self._clock.restart()  # with the channel, on some dongles
        self._command(b"L\r" if listen_only else b"O\r")
        self._next_query = time.monotonic()
        self._capabilities = Capabilities(
            # Whether other firmware supports it is known only from its answer to a frame.
            fd=data_bitrate is not None or not benchboard_dialect,
            listen_only=listen_only,
            error_counters=benchboard_dialect,
            time_source=TimeSource.DEVICE if stamped else TimeSource.HOST,
            reports_sent=self._reports_sent,
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this channel can do."""
        return self._capabilities

    def recv(self, timeout: float) -> list[Frame]:
        """The frames that have arrived or were sent; also asks the dongle for its state, twice a second.

        A frame was sent once another node has acknowledged it, or, where the dongle doesn't report that, has accepted
        it; of other firmware, which may not answer, once it was written. Each time that the dongle has counted more
        errors, an error frame says so. Raises `DeviceFailure` (`bus.restarted`) if
        the dongle has closed the channel by itself, as it does when it restarts; `port.*` if it is gone.
        """
        if self._early:
            frames, self._early = self._early, []
            return frames
        if self._restarted:
            raise restarted_error()
        frames = self._read(timeout).frames
        if self._accepted:
            with self._lock:
                frames += self._accepted
                self._accepted.clear()
            if self._reports_sent and self._capabilities.time_source is TimeSource.DEVICE:
                frames.sort(key=_TIME)  # the reports came between the frames
        if self._counted:
            with self._lock:
                frames += self._counted
                self._counted.clear()
        now = time.monotonic()
        if now >= self._next_query:
            self._next_query = now + _STATE_INTERVAL_S
            self._count_query()
            with self._writing:  # in one piece, so that their answers follow each other
                self._handle.write(b"e\r" + _PROBE if self._benchboard_dialect else b"F\r")
        return frames

    def _count_query(self) -> None:
        """Note that the dongle is asked for its state. Each answer says that it got all questions before it."""
        with self._lock:
            self._stalled |= self._benchboard_dialect and self._open_queries >= _MOST_QUERIES
            self._open_queries += 1
            if not self._vain_queries:
                self._asked_at = time.time()
            self._vain_queries += 1

    def send(self, frame: Frame, on_result: OnResult = ignore_result) -> None:
        """Queue `frame` on the dongle. Raises `Invalid` (`bus.frame`) or `DeviceFailure` (`bus.not-responding` while it
        says nothing, `port.*`).
        """
        require_sendable(frame, self._capabilities)
        with self._writing:
            require_responding(self.state())
            if self._benchboard_dialect:  # before it is written: the answer may come at once
                with self._lock:
                    self._unanswered.append(_Handed(frame, time.time(), on_result))
            self._handle.write(slcan_codec.encode(frame))
            with self._lock:
                self._sent += 1
                if not self._benchboard_dialect:
                    self._accept(_Handed(frame, time.time(), on_result))
        if not self._benchboard_dialect:
            on_result(SendResult.ACCEPTED)

    def _accept(self, handed: _Handed, stamp: Timestamp | None = None) -> None:
        """Have `recv` give out this frame as sent. The lock must be held."""
        if stamp is None:
            now = time.time()
            stamp = Timestamp(now, TimeSource.HOST, max(now - handed.since, 0.0) + HOST_DELAY_S)
        self._accepted.append(handed.frame._replace(sent=True, timestamp=stamp))

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
                self._acknowledged,
                self._given_up,
                self._stalled,
                self._asked_at if self._benchboard_dialect and self._vain_queries > _MOST_QUERIES else None,
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
        if chunk.data:
            with self._lock:
                self._vain_queries = 0
        self._clock.arrived(chunk.since, chunk.until)
        parsed = self._parser.feed(chunk.data)
        results: list[tuple[OnResult, SendResult]] = []
        if parsed.replies:
            with self._lock:
                for reply in parsed.replies:
                    self._apply_reply(reply, results)
        for on_result, result in results:  # without the lock: it may send
            on_result(result)
        return parsed

    def _apply_reply(self, reply: slcan_codec.Reply, results: list[tuple[OnResult, SendResult]]) -> None:
        """Update the state of the channel from a reply, and note what became of frames. The lock must be held."""
        if self._is_of_probe(reply):
            return
        if not reply.ok:
            self._rejected += 1
            if self._unanswered:
                results.append((self._unanswered.popleft().on_result, SendResult.REJECTED))
            return
        if reply.text in ("z", "Z", ""):
            if self._unanswered:
                handed = self._unanswered.popleft()
                if self._reports_sent:
                    self._queued.append(handed)
                else:
                    self._accept(handed)
                    results.append((handed.on_result, SendResult.ACCEPTED))
            return
        if reply.text.startswith(_REPORT):
            self._apply_report(reply.text, results)
            return
        kind, digits = reply.text[:1], reply.text[1:]
        try:
            if kind == "e" and len(digits) == 17:
                self._open_queries = 0
                tx_errors, rx_errors = int(digits[:4], 16), int(digits[4:8], 16)
                bus_errors, reported = int(digits[8:16], 16), ERROR_STATES[int(digits[16])]
                if bus_errors > self._bus_errors:
                    self._counted.append(count_report(tx_errors, rx_errors))
                self._tx_errors, self._rx_errors = tx_errors, rx_errors
                self._bus_errors, self._error_state = bus_errors, error_state(tx_errors, rx_errors, reported)
                self._probe_is_next = self._benchboard_dialect
                results += [(on_result, SendResult.GIVEN_UP) for on_result in self._gave_up]
                self._gave_up.clear()
            elif kind == "F" and len(digits) == 2:
                # LAWICEL's status flags: bit 3 data overrun, bit 7 bus error.
                self._overruns += bool(int(digits, 16) & 0x08)
        except (ValueError, IndexError):
            self._parser.malformed += 1

    def _is_of_probe(self, reply: slcan_codec.Reply) -> bool:
        """Whether `reply` answers `_PROBE`, and then note whether the channel is still open. The lock must be held.

        A dongle that accepts it before it has ever refused it isn't believed: it accepts it in an open channel, too.
        """
        if not self._probe_is_next or reply.text.startswith(_REPORT):
            return False
        self._probe_is_next = False
        if reply.text:  # the answer to a frame: that to the probe was lost on the way
            return False
        if reply.ok:
            self._restarted = self._refuses_probes
        else:
            self._refuses_probes = True
        return True

    def _apply_report(self, text: str, results: list[tuple[OnResult, SendResult]]) -> None:
        """Take the dongle's report of the oldest frame that it has accepted. The lock must be held."""
        state, digits = text[1:2], text[2:]
        try:
            milliseconds = int(digits, 16) if len(digits) == 4 else None
        except ValueError:
            milliseconds = None
        if state not in ("0", "1") or bool(digits) != (milliseconds is not None) or not self._queued:
            self._parser.malformed += 1
            return
        handed = self._queued.popleft()
        if state == "1":
            self._acknowledged += 1
            self._accept(handed, None if milliseconds is None else self._clock[milliseconds])
            results.append((handed.on_result, SendResult.ACKNOWLEDGED))
            return
        self._given_up += 1
        if not self._gave_up:
            self._next_query = 0.0  # ask now
        self._gave_up.append(handed.on_result)

    def _command(self, command: bytes, *, required: bool = True) -> bool:
        """Send one command while no thread receives, and wait for its reply; returns whether it was accepted.

        Raises `DeviceFailure` (`bus.refused`, `bus.silent`) for a rejection or no reply in time, if it is `required`.
        """
        reply = self._ask(command)
        if not required or (reply is not None and reply.ok):
            return reply is not None and reply.ok
        if reply is not None:
            raise DeviceFailure(
                "bus.refused",
                _("The dongle rejected the command {command}.").format(command=command.decode().strip()),
                why=_("It may be bus off, or its firmware doesn't support this command."),
                do=_("Close the channel, check the bit timing and open it again."),
            )
        raise DeviceFailure(
            "bus.silent",
            _("The dongle didn't respond."),
            do=_("Unplug the dongle, plug it back in and try again."),
        )

    def _ask(self, command: bytes) -> slcan_codec.Reply | None:
        """Send one command while no thread receives, and wait for its reply; None if none came in time."""
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
                if not reply.text.startswith(_REPORT):  # of a frame that was still on its way
                    return reply
        return None


def restarted_error(*, name: str = "") -> DeviceFailure:
    """The error `bus.restarted`: the dongle `name` has closed its channel by itself."""
    return DeviceFailure(
        "bus.restarted",
        _("{name} restarted.").format(name=name) if name else _("The dongle restarted."),
        why=_("This closed its bus. It may have lost power for a moment."),
        do=_("Check its cable and power supply, then try again."),
    )


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
