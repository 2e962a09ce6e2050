"""One simulated dongle: slcan on top of a CAN controller, and provisioning messages while the channel is closed.

Its dialect of slcan is docs/protocol.md, section 10.
"""

import re
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchboard.canbus import slcan_codec
from benchboard.canbus.frame import Frame
from benchboard.dongles import protocol
from benchboard.dongles.protocol import (
    ConsoleDecoder,
    DeviceDescription,
    DeviceSide,
    DongleConfig,
    Packet,
    PersistentState,
)
from benchboard.dongles.simulator.bus import (
    BitTiming,
    SimulatedController,
    VirtualBus,
    standard_data,
    standard_nominal,
    timing_of,
    timing_of_registers,
)
from benchboard.dongles.simulator.flash import Flash

DESCRIPTION: Final = DeviceDescription("1.0.0", "Benchboard simulated dongle", "fdcan", 80_000_000, True)
FACTORY_CONFIG: Final = DongleConfig(
    controller=DESCRIPTION.controller, clock_hz=DESCRIPTION.clock_hz, bitrate=500_000, sample_point=87.5,
    prescaler=10, prop_seg=6, phase_seg1=7, phase_seg2=2, sjw=2,
)  # fmt: skip
PRESS_AFTER: Final = 0.3
_OUTPUT: Final = 65_536
_BITRATES: Final = {
    b"S0": 10_000, b"S1": 20_000, b"S2": 50_000, b"S3": 100_000, b"S4": 125_000,
    b"S5": 250_000, b"S6": 500_000, b"S7": 800_000, b"S8": 1_000_000, b"S9": 83_300,
}  # fmt: skip
_DATA_BITRATES: Final = {
    b"Y1": 1_000_000,
    b"Y2": 2_000_000,
    b"Y4": 4_000_000,
    b"Y5": 5_000_000,
    b"Y8": 8_000_000,
}
_REGISTERS: Final = re.compile(rb"s([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})")
_FILTER: Final = re.compile(rb"[Mm][0-9A-Fa-f]{8}")


class SimulatedDongle:
    """A dongle on `bus` with its memory in `flash`. `feed` it bytes, `take_output`, and `tick` it as time passes.

    `feed` raises `PowerCut` if the flash's power supply fails; build a new dongle from the same flash then.
    """

    def __init__(
        self,
        flash: Flash,
        bus: VirtualBus,
        *,
        random: Callable[[int], bytes],
        press_after: float | None = PRESS_AFTER,
    ) -> None:
        """The button is pressed by itself `press_after` seconds after a claim waits for it; None: only by `press`."""
        self._flash, self._random = flash, random
        self._press_after = press_after
        self.controller = SimulatedController(self._received, self._finished)
        bus.attach(self.controller)
        self._dropped_share = self._owed_drop = 0.0
        self._silent_until = 0.0
        self._start()

    def _start(self) -> None:
        """Begin as when the dongle is plugged in, with what its flash holds."""
        seed = self._flash.identity()
        if seed is None:
            seed = self._random(32)
            self._flash.write_identity(seed)
        persistent = PersistentState.decode(self._flash.load() or b"") or PersistentState(FACTORY_CONFIG)
        self.overruns = 0
        self._machine = DeviceSide(
            Ed25519PrivateKey.from_private_bytes(seed),
            persistent,
            lambda new: self._flash.save(new.encode()),
            description=DESCRIPTION,
            factory_config=FACTORY_CONFIG,
            random=self._random,
            bus_errors=self.controller.errors,
        )
        self._console = ConsoleDecoder()
        self._output = bytearray()
        self._press_at: float | None = None
        self._override: BitTiming | None = None
        self._timestamps = False
        self._reports_errors = self._reports_sent = False

    def cut_power(self) -> None:
        """Restart it, as a loose plug does: the channel is closed, and what wasn't in its flash is lost."""
        self.controller.cut_power()
        self._start()

    def stall(self, until: float) -> None:
        """Take no command and deliver no byte before `until`; what the bus brings meanwhile fills its buffer."""
        self._silent_until = until

    def is_stalled(self, now: float) -> bool:
        """Whether it neither reads nor answers now."""
        return now < self._silent_until

    def drop_share(self, share: float) -> None:
        """Lose this share (0..1) of the frames received from now on, evenly, and count them as overruns."""
        self._dropped_share = share

    @property
    def device_id(self) -> str:
        """Its device id, 16 lowercase hex digits."""
        return self._machine.device_id

    @property
    def persistent(self) -> PersistentState:
        """The state that is in its flash."""
        return self._machine.persistent

    def is_blinking(self, now: float) -> bool:
        """Whether it still blinks because of IDENTIFY."""
        return now < self._machine.blink_until

    def is_waiting_for_press(self, now: float) -> bool:
        """Whether a claim waits for its button."""
        return self._machine.is_waiting_for_press(now)

    def press(self, now: float) -> None:
        """Press the button."""
        self._machine.press(now)

    def feed(self, data: bytes, now: float) -> None:
        """Take bytes from the host: slcan commands and packets, which are answered in the output."""
        overlong = self._console.overlong
        for found in self._console.feed(data):
            if isinstance(found, Packet):
                # An open channel is for CAN traffic alone.
                answer = None if self.controller.is_open else self._machine.handle(found, now)
                if answer is not None:
                    self._output_bytes(protocol.encode(answer))
            else:
                self._output_bytes(self._command(found, now))
        self._output_bytes(slcan_codec.BEL * (self._console.overlong - overlong))  # whatever it was, it is refused
        self.tick(now)

    def tick(self, now: float) -> float | None:
        """Do what is due; returns when to call again, None if nothing is to come."""
        if self._press_after is None or not self._machine.is_waiting_for_press(now):
            self._press_at = None
        elif self._press_at is None:
            self._press_at = now + self._press_after
        elif self._press_at <= now:
            self._machine.press(now)
            self._press_at = None
        return self._press_at

    def take_output(self) -> bytes:
        """The bytes for the host since the last call; the caller delivers them."""
        output = bytes(self._output)
        self._output.clear()
        return output

    def requeue_output(self, rest: bytes) -> None:
        """Put back what the host hasn't read. Beyond 64 KiB, received frames are dropped and counted."""
        self._output[:0] = rest

    # ---- slcan

    def _output_bytes(self, data: bytes) -> None:
        self._output += data

    def _received(self, frame: Frame, now: float) -> None:
        if frame.error and not self._reports_errors:
            return
        if not frame.error and not self._is_accepted(frame):
            return
        if len(self._output) > _OUTPUT or self._loses():
            self.overruns += 1
            return
        self._output_bytes(slcan_codec.encode(frame, int(now * 1000) if self._timestamps else None))

    def _finished(self, acknowledged: bool, now: float) -> None:
        """A frame of its own was acknowledged or given up."""
        if self._reports_sent:
            stamp = f"{int(now * 1000) % slcan_codec.TIMESTAMP_WRAP_MS:04X}" if self._timestamps else ""
            self._output_bytes(f"k{acknowledged:d}{stamp}\r".encode())

    def _loses(self) -> bool:
        """Whether this frame is one of those that `drop_share` loses."""
        self._owed_drop += self._dropped_share
        if self._owed_drop < 1:
            return False
        self._owed_drop -= 1
        return True

    def _is_accepted(self, frame: Frame) -> bool:
        filters = self._machine.persistent.config.filters
        return not filters or any(
            one.extended == frame.extended and (one.id & one.mask) == (frame.id & one.mask) for one in filters
        )

    def _command(self, line: bytes, now: float) -> bytes:
        head = line[:1]
        if head in b"tTrRdDbB" and len(line) > 1:
            frame = slcan_codec.decode(line.decode("latin-1"))
            if frame is None or frame.timestamp is not None or not self.controller.send(frame, now):
                return slcan_codec.BEL
            return (b"Z" if frame.extended else b"z") + slcan_codec.CR
        if line == b"C":
            self.controller.close()
            self._override = None
            # Drop frames that were not read, but finish the line whose start was.
            del self._output[self._output.find(slcan_codec.CR) + 1 :]
            return slcan_codec.CR
        if line in (b"O", b"L"):
            return self._open(listen_only=line == b"L")
        if line in (b"V", b"v", b"N", b"F", b"e"):
            return self._report(head) + slcan_codec.CR
        if line in (b"Z0", b"Z1") and not self.controller.is_open:
            self._timestamps = line == b"Z1"
            return slcan_codec.CR
        if line in (b"E0", b"E1"):
            self._reports_errors = line == b"E1"
            return slcan_codec.CR
        if line in (b"K0", b"K1"):
            self._reports_sent = line == b"K1"
            return line + slcan_codec.CR
        if _FILTER.fullmatch(line):
            return slcan_codec.CR  # LAWICEL's acceptance registers have no effect: CONFIG_WRITE sets filters
        return self._set_bitrate(line)

    def _open(self, *, listen_only: bool) -> bytes:
        if self.controller.is_open:
            return slcan_codec.BEL
        config = self._machine.persistent.config
        self.controller.open(
            self._override or timing_of(config),
            mode="LISTEN_ONLY" if listen_only else config.mode,
            auto_retransmit=config.auto_retransmit,
            auto_restart_ms=config.auto_restart_ms,
        )
        return slcan_codec.CR

    def _report(self, head: bytes) -> bytes:
        node = self.controller
        if head == b"F":
            # LAWICEL's flags: 2 error warning, 3 data overrun, 5 error passive, 7 bus error. Reading
            # clears overrun.
            flags = (node.state >= 1) << 2 | bool(self.overruns) << 3 | (node.state >= 2) << 5 | node.bus_off << 7
            self.overruns = 0
            return b"F%02X" % flags
        if head == b"e":
            return b"e%04X%04X%08X%d" % (node.tx_errors, node.rx_errors, node.bus_errors, node.state)
        if head == b"N":
            return b"N" + self.device_id[-4:].upper().encode()
        return head + b"1010"

    def _set_bitrate(self, line: bytes) -> bytes:
        if self.controller.is_open:
            return slcan_codec.BEL
        now = self._override or timing_of(self._machine.persistent.config)
        if rate := _BITRATES.get(line):
            self._override = BitTiming(standard_nominal(rate), now.data)
        elif rate := _DATA_BITRATES.get(line):
            self._override = BitTiming(now.nominal, standard_data(rate))
        elif match := _REGISTERS.fullmatch(line):
            first, second = (int(part, 16) for part in match.groups())
            self._override = BitTiming(timing_of_registers(first, second))
        else:
            return slcan_codec.BEL
        return slcan_codec.CR
