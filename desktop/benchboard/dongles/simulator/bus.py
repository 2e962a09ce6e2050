"""A virtual CAN bus with its controllers: arbitration, ACK, error counters, bus-off, mismatched bit timing.

Every node has a bit timing of its own. A frame is on the bus at its sender's; a node whose timing can't follow it
destroys it with error flags as long as it is error active. Which timings can follow each other is decided by
`canbus.timing`'s conditions, as in its comparison of two nodes.

Time comes from the caller, in seconds. Fault confinement is ISO 11898-1:2015, 12.1.4. Simplified: errors are decided
per frame, not per bit, and of two frames with equal arbitration fields the first controller's
wins.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from benchboard.canbus.bus import ERROR_STATES, ErrorState, error_state
from benchboard.canbus.frame import Frame
from benchboard.canbus.stuffing import bits_on_bus
from benchboard.canbus.timing import Timing, oscillator_tolerance
from benchboard.dongles.protocol import DongleConfig, ErrorCounters

QUEUE_LENGTH: Final = 1024  # frames; clients send in bursts and ignore refusals
_SJA1000_CLOCK: Final = 8_000_000  # Hz, of the bit: half the crystal's
_ROUND_TRIP: Final = 250e-9  # seconds through two transceivers and a short cable, there and back
OSCILLATOR_DEVIATION: Final = 50e-6  # of each node's clock, as a fraction: a usual crystal's
_ERROR_BITS: Final = 23  # error flags, error delimiter, intermission
_SUSPEND_BITS: Final = 8
_RECOVERY_BITS: Final = 128 * 11
_RETRY_UNACKNOWLEDGED: Final = 0.01  # seconds; retrying more often would change nothing for an error-passive node


@dataclass(frozen=True, slots=True)
class Phase:
    """A bit rate (bit/s), its sample point (0..1), and the deviation that its segments allow each oscillator (a
    fraction)."""

    bitrate: float
    sample_point: float
    tolerance: float


@dataclass(frozen=True, slots=True)
class BitTiming:
    """A node's nominal phase, and its data phase; None without CAN FD."""

    nominal: Phase
    data: Phase | None = None


def bit_timing(nominal: Timing, data: Timing | None = None) -> BitTiming:
    """The timing of a node with these segments. Raises `Invalid` for two phases with different clocks."""
    allowed = {one.number: one.percent / 100 for one in oscillator_tolerance(nominal, data).conditions}
    # 4 and 5 are of both phases, and known only at second hand: where they aren't met nobody measured what happens.
    return BitTiming(_phase(nominal, min(allowed[1], allowed[2])), None if data is None else _phase(data, allowed[3]))


def _phase(timing: Timing, tolerance: float) -> Phase:
    return Phase(timing.bitrate, timing.sample_point / 100, tolerance)


STANDARD: Final = bit_timing(Timing(80_000_000, 10, 6, 7, 2, 2), Timing(80_000_000, 2, 7, 7, 5, 5))
"""500 kbit/s at 87.5 %, the sample point of CiA 301 up to this bit rate, and a data phase of 2 Mbit/s at 75 %."""


def standard_nominal(bitrate: float) -> Phase:
    """The standard nominal phase at another bit rate (bit/s)."""
    return replace(STANDARD.nominal, bitrate=bitrate)


def standard_data(bitrate: float) -> Phase:
    """The standard data phase at another bit rate (bit/s)."""
    assert STANDARD.data is not None
    return replace(STANDARD.data, bitrate=bitrate)


def timing_of(config: DongleConfig) -> BitTiming:
    """The timing that `config`'s clock, prescaler and segments give, which the named bit rate may differ from."""
    clock = config.clock_hz
    nominal = _timing(clock, config.prescaler, config.prop_seg, config.phase_seg1, config.phase_seg2, config.sjw)
    prescaler, prop, seg1, seg2, sjw = (
        config.data_prescaler, config.data_prop_seg, config.data_phase_seg1, config.data_phase_seg2, config.data_sjw
    )  # fmt: skip
    if not config.fd_enabled or prescaler is None or prop is None or seg1 is None or seg2 is None or sjw is None:
        return bit_timing(nominal)
    return bit_timing(nominal, _timing(clock, prescaler, prop, seg1, seg2, sjw))


def timing_of_registers(btr0: int, btr1: int) -> Phase:
    """The nominal phase of an SJA1000's BTR0 and BTR1 with a 16 MHz crystal, as its command s sets them (LAWICEL)."""
    seg1, seg2 = (btr1 & 0x0F) + 1, (btr1 >> 4 & 0x07) + 1
    return bit_timing(_timing(_SJA1000_CLOCK, (btr0 & 0x3F) + 1, 0, seg1, seg2, (btr0 >> 6) + 1)).nominal


def _timing(clock: int, prescaler: int, prop: int, seg1: int, seg2: int, sjw: int) -> Timing:
    # Controllers store a jump that is wider than a phase segment, and then jump by that segment.
    return Timing(clock, prescaler, prop, seg1, seg2, min(sjw, seg1, seg2))


def can_receive(sender: BitTiming, receiver: BitTiming, frame: Frame) -> bool:
    """Whether `receiver` samples every bit of `sender`'s `frame` correctly."""
    sent, own = sender.nominal, receiver.nominal
    # A sample point before the round trip is over breaks arbitration and ACK.
    if not _tolerate_each_other(sent, own) or own.sample_point / own.bitrate <= _ROUND_TRIP:
        return False
    if not frame.fd:
        return True
    if sender.data is None or receiver.data is None:
        return False
    if not frame.brs:
        return True
    # The data phase begins at the BRS bit's sample point, each node's own.
    shift = abs(sent.sample_point / sent.bitrate - own.sample_point / own.bitrate)
    room = min(receiver.data.sample_point, 1 - receiver.data.sample_point) / receiver.data.bitrate
    return shift < room and _tolerate_each_other(sender.data, receiver.data)


def _tolerate_each_other(one: Phase, other: Phase) -> bool:
    """Whether the bit rates are so close that both allow it: `canbus.timing.compare`'s rule for one phase."""
    apart = abs(one.bitrate - other.bitrate) / (one.bitrate + other.bitrate)
    return apart + OSCILLATOR_DEVIATION <= min(one.tolerance, other.tolerance)


def arbitration_key(frame: Frame) -> tuple[int, ...]:
    """Sorts frames as arbitration does: base identifier, RTR or SRR, IDE, identifier extension, RTR; dominant (0)
    first."""
    if not frame.extended:
        return (frame.id, int(frame.remote), 0, 0, 0)
    return (frame.id >> 18, 1, 1, frame.id & 0x3FFFF, int(frame.remote))


class SimulatedController:
    """One node's CAN controller. `received` gets its frames, and changes of its error state as error frames.

    `finished` is told of each frame that was queued whether it was acknowledged, or given up.
    """

    def __init__(
        self,
        received: Callable[[Frame, float], None],
        finished: Callable[[bool, float], None] = lambda _acknowledged, _now: None,
    ) -> None:
        self._received = received
        self._finished = finished
        self.is_open = False
        self.mode = "NORMAL"
        self.timing = BitTiming(STANDARD.nominal)
        self.tx_errors = self.rx_errors = self.bus_errors = 0
        self.restart_at: float | None = None
        self.ready_at = 0.0
        self.queue: deque[Frame] = deque()
        self._auto_retransmit = True
        self._auto_restart_ms = 0
        self._state = 0

    def open(self, timing: BitTiming, *, mode: str, auto_retransmit: bool = True, auto_restart_ms: int = 0) -> None:
        """Join the bus with error counters of 0."""
        self.timing, self.mode = timing, mode
        self._auto_retransmit, self._auto_restart_ms = auto_retransmit, auto_restart_ms
        self.tx_errors = self.rx_errors = self.bus_errors = self._state = 0
        self.restart_at, self.ready_at = None, 0.0
        self.queue.clear()
        self.is_open = True

    def close(self) -> None:
        """Leave the bus. Queued frames are dropped; the counters can still be read."""
        self.is_open = False
        self.queue.clear()

    def cut_power(self) -> None:
        """Leave the bus, and lose the counters."""
        self.close()
        self.tx_errors = self.rx_errors = self.bus_errors = self._state = 0
        self.restart_at = None

    def send(self, frame: Frame, now: float) -> bool:
        """Queue `frame`; returns False if this node can't send it now or its queue is full."""
        can_send = self.is_open and not self.bus_off and self.mode != "LISTEN_ONLY"
        if not can_send or len(self.queue) >= QUEUE_LENGTH or (frame.fd and self.timing.data is None):
            return False
        if not self.queue:
            self.ready_at = max(self.ready_at, now)
        self.queue.append(frame)
        return True

    @property
    def bus_off(self) -> bool:
        """Whether it has left the bus because of its errors (a TEC above 255)."""
        return error_state(self.tx_errors, self.rx_errors) is ErrorState.BUS_OFF

    @property
    def is_error_passive(self) -> bool:
        """Whether it is error passive (a counter of 128 or more): its error flags don't disturb other nodes."""
        return self.tx_errors >= 128 or self.rx_errors >= 128

    @property
    def is_receiving(self) -> bool:
        """Whether it receives other nodes' frames."""
        return self.is_open and not self.bus_off and self.mode in ("NORMAL", "LISTEN_ONLY")

    @property
    def is_driving(self) -> bool:
        """Whether it sends ACK bits and error flags."""
        return self.is_receiving and self.mode == "NORMAL"

    def errors(self) -> ErrorCounters:
        """The error counters, as STATUS reports them."""
        return ErrorCounters(self.tx_errors, self.rx_errors, self.bus_errors, self.bus_off)

    def duration(self, frame: Frame) -> float:
        """How long `frame` takes on the bus, in seconds."""
        nominal, data = bits_on_bus((frame,))
        fast = self.timing.data or self.timing.nominal
        return nominal / self.timing.nominal.bitrate + data / fast.bitrate

    # ---- called by the bus

    def receive(self, frame: Frame, now: float) -> None:
        """A frame was received without error."""
        if self.mode == "NORMAL":
            # ISO 11898-1, 12.1.4.2 h): from above 127 back to a value between 119 and 127.
            self.rx_errors = 120 if self.rx_errors > 127 else max(0, self.rx_errors - 1)
        self._received(frame, now)
        self._report_state(now)

    def transmitted(self, now: float) -> None:
        """Its own frame was sent and acknowledged."""
        self.tx_errors = max(0, self.tx_errors - 1)
        frame = self.queue.popleft()
        self._finished(True, now)
        if self.mode in ("LOOPBACK", "SILENT_LOOPBACK"):
            self._received(frame, now)
        self._report_state(now)

    def receive_error(self, now: float, *, first: bool) -> None:
        """It detected an error in another node's frame; `first` if before all others (12.1.4.2 a and b)."""
        self.bus_errors += 1
        if self.mode == "NORMAL":
            self.rx_errors = min(self.rx_errors + (9 if first and not self.is_error_passive else 1), 255)
        self._report_state(now)

    def send_error(self, now: float, *, unacknowledged: bool) -> None:
        """Its own frame failed; `unacknowledged` if only for want of an ACK bit, for which the counter of an
        error-passive node doesn't rise (12.1.4.2 c)."""
        self.bus_errors += 1
        passive_ack_error = unacknowledged and self.is_error_passive
        if not passive_ack_error:
            self.tx_errors += 8
        if self.is_error_passive:
            self.ready_at = now + (
                _RETRY_UNACKNOWLEDGED if unacknowledged else _SUSPEND_BITS / self.timing.nominal.bitrate
            )
        if self.bus_off:
            while self.queue:
                self._give_up(now)
            if self._auto_restart_ms:
                self.restart_at = now + self._auto_restart_ms / 1000 + _RECOVERY_BITS / self.timing.nominal.bitrate
        elif not self._auto_retransmit:
            self._give_up(now)
        self._report_state(now)

    def _give_up(self, now: float) -> None:
        self.queue.popleft()
        self._finished(False, now)

    def restart(self, now: float) -> None:
        """Recover from bus-off."""
        self.restart_at = None
        self.tx_errors = self.rx_errors = 0
        self._report_state(now)

    @property
    def state(self) -> int:
        """The error state: 0 active, 1 warning (a counter of 96 or more), 2 passive (128 or more), 3 bus-off."""
        return ERROR_STATES.index(error_state(self.tx_errors, self.rx_errors))

    def _report_state(self, now: float) -> None:
        if self.state != self._state:
            self._state = self.state
            self._received(self._error_frame(), now)

    def _error_frame(self) -> Frame:
        """The error state as SocketCAN's error frame (linux/can/error.h): class bits, controller status, counters."""
        tx, rx = min(self.tx_errors, 255), min(self.rx_errors, 255)
        status = {0: 0x40, 1: 0x08 if tx >= rx else 0x04, 2: 0x20 if tx >= rx else 0x10, 3: 0}[self._state]
        ident = 0x40 if self._state == 3 else 0x04
        return Frame(ident, error=True, data=bytes([0, status, 0, 0, 0, 0, tx, rx]))


@dataclass(frozen=True, slots=True)
class _Transmission:
    """A frame on the bus until `end`. `listeners` were there when it began: who joins later waits for the next one."""

    sender: SimulatedController
    frame: Frame
    end: float
    listeners: tuple[SimulatedController, ...]


class VirtualBus:
    """Controllers on one bus. `advance(now)` does everything that is due until `now`."""

    def __init__(self) -> None:
        self._nodes: list[SimulatedController] = []
        self._sending: _Transmission | None = None
        self._free_at = 0.0
        self._disturb = 0
        self._disturbed_share = 0.0
        self._owed_disturbance = 0.0

    def attach(self, node: SimulatedController) -> None:
        """Connect a controller."""
        self._nodes.append(node)

    def disturb(self, frames: int) -> None:
        """Make the next `frames` attempts to send fail, as interference would."""
        self._disturb += frames

    def disturb_share(self, share: float) -> None:
        """Make this share (0..1) of all further attempts to send fail, evenly."""
        self._disturbed_share = share

    def advance(self, now: float) -> float | None:
        """Let time pass until `now`; returns when the next event is due, None if there is none."""
        while True:
            due = self._next()
            if due is None or due > now:
                return due
            self._step(due)

    def _next(self) -> float | None:
        restarts = [node.restart_at for node in self._nodes if node.restart_at is not None]
        if self._sending is not None:
            return min([self._sending.end, *restarts])
        starts = [max(node.ready_at, self._free_at) for node in self._nodes if node.queue]
        return min([*starts, *restarts], default=None)

    def _step(self, at: float) -> None:
        for node in self._nodes:
            if node.restart_at is not None and node.restart_at <= at:
                node.restart(at)
        sending = self._sending
        if sending is not None:
            if sending.end <= at:
                self._sending = None
                self._free_at = sending.end
                if sending.sender.is_open and sending.sender.queue and sending.sender.queue[0] is sending.frame:
                    self._finish(sending)
            return
        ready = [node for node in self._nodes if node.queue and node.ready_at <= at]
        if ready and self._free_at <= at:
            node = min(ready, key=lambda one: arbitration_key(one.queue[0]))
            frame = node.queue[0]
            listeners = tuple(one for one in self._nodes if one is not node and one.is_receiving)
            self._sending = _Transmission(node, frame, at + node.duration(frame), listeners)

    def _finish(self, sending: _Transmission) -> None:
        node, frame, now = sending.sender, sending.frame, sending.end
        if node.mode == "SILENT_LOOPBACK":
            node.transmitted(now)
            return
        others = [one for one in sending.listeners if one.is_receiving]
        mismatched = [one for one in others if not can_receive(node.timing, one.timing, frame)]
        hearing = [one for one in others if one not in mismatched]
        disturbed = self._is_disturbed()
        flags = [one for one in mismatched if one.is_driving and not one.is_error_passive]
        for one in mismatched:
            one.receive_error(now, first=True)
        if disturbed or flags:
            self._fail(node, hearing, now, unacknowledged=False)
        elif node.mode == "LOOPBACK" or any(one.is_driving for one in hearing):
            node.transmitted(now)
            for one in hearing:
                one.receive(frame, now)
        else:
            self._fail(node, hearing, now, unacknowledged=True)

    def _is_disturbed(self) -> bool:
        """Whether interference destroys this attempt to send."""
        self._owed_disturbance += self._disturbed_share
        if self._disturb > 0:
            self._disturb -= 1
            return True
        if self._owed_disturbance < 1:
            return False
        self._owed_disturbance -= 1
        return True

    def _fail(
        self, node: SimulatedController, hearing: list[SimulatedController], now: float, *, unacknowledged: bool
    ) -> None:
        node.send_error(now, unacknowledged=unacknowledged)
        self._free_at = now + _ERROR_BITS / node.timing.nominal.bitrate
        for one in hearing:
            one.receive_error(now, first=False)
