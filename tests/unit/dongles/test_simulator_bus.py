"""The virtual CAN bus: arbitration, ACK, error counters, bus-off, mismatched bit timing."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchboard.canbus.frame import Frame
from benchboard.canbus.timing import Node as TimedNode
from benchboard.canbus.timing import Timing, compare
from benchboard.dongles.simulator.bus import (
    OSCILLATOR_DEVIATION,
    QUEUE_LENGTH,
    STANDARD,
    BitTiming,
    Phase,
    SimulatedController,
    VirtualBus,
    arbitration_key,
    bit_timing,
    can_receive,
    standard_nominal,
    timing_of,
)
from benchboard.dongles.simulator.node import FACTORY_CONFIG

AT_500K = BitTiming(STANDARD.nominal)
TOLERANCE = STANDARD.nominal.tolerance


def phase(bitrate: float, sample_point: float = 0.875) -> Phase:
    """A phase that allows each oscillator what the standard one does, 0.485 %."""
    return Phase(bitrate, sample_point, TOLERANCE)


class Node(SimulatedController):
    """A controller that keeps what it got."""

    def __init__(self, bus: VirtualBus, timing: BitTiming = AT_500K, mode: str = "NORMAL", **how: object) -> None:
        self.got: list[Frame] = []
        self.errors_told: list[Frame] = []
        super().__init__(lambda frame, _now: (self.errors_told if frame.error else self.got).append(frame))
        bus.attach(self)
        self.open(timing, mode=mode, **how)  # type: ignore[arg-type]


def test_arbitration_between_waiting_frames_sends_the_dominant_identifier_first() -> None:
    bus = VirtualBus()
    one, two, ear = Node(bus), Node(bus), Node(bus)
    for node, ids in ((one, (0x300, 0x100)), (two, (0x200, 0x050))):
        for ident in ids:
            node.send(Frame(ident), 0.0)
    bus.advance(1.0)
    # Within a node frames keep their order.
    assert [frame.id for frame in ear.got] == [0x200, 0x050, 0x300, 0x100]


def bits(frame: Frame) -> str:
    """The arbitration field as it goes over the wire (ISO 11898-1:2015, 10.4.2)."""
    if not frame.extended:
        return f"{frame.id:011b}{int(frame.remote)}0"
    return f"{frame.id >> 18:011b}11{frame.id & 0x3FFFF:018b}{int(frame.remote)}"


frames = st.one_of(
    st.builds(Frame, st.integers(0, 0x7FF), remote=st.booleans()),
    st.builds(Frame, st.integers(0, 0x1FFFFFFF), extended=st.just(True), remote=st.booleans()),
)


@given(frames, frames)
def test_arbitration_key_of_any_two_frames_sorts_like_their_bits(one: Frame, other: Frame) -> None:
    a, b = bits(one), bits(other)
    first = next(((x < y) for x, y in zip(a, b, strict=False) if x != y), None)
    if first is not None:
        assert (arbitration_key(one) < arbitration_key(other)) == first


@pytest.mark.parametrize(("ident", "data", "stuffed"), [(0x555, b"\x55" * 8, 1), (1, bytes(8), 17)])
def test_frame_of_8_bytes_takes_111_bit_times_and_its_stuff_bits(ident: int, data: bytes, stuffed: int) -> None:
    bus = VirtualBus()
    sender, ear = Node(bus), Node(bus)
    sender.send(Frame(ident, data=data), 1.0)
    assert bus.advance(1.0) == pytest.approx(1.0 + (111 + stuffed) / 500_000)
    assert ear.got == []
    assert bus.advance(1.0 + (112 + stuffed) / 500_000) is None
    assert len(ear.got) == 1


def test_node_that_joins_during_a_frame_receives_and_disturbs_only_the_next() -> None:
    bus = VirtualBus()
    sender, ear = Node(bus), Node(bus)
    for ident in (1, 2):
        sender.send(Frame(ident), 0.0)
    bus.advance(20 / 500_000)
    late, wrong = Node(bus), Node(bus, BitTiming(standard_nominal(250_000)))
    bus.advance(60 / 500_000)
    assert [frame.id for frame in ear.got] == [1]
    assert late.got == []
    assert wrong.bus_errors == 0
    bus.advance(1.0)
    assert [frame.id for frame in late.got] == [2]
    assert wrong.is_error_passive


def test_lone_node_without_ack_ends_error_passive() -> None:
    bus = VirtualBus()
    node = Node(bus)
    node.send(Frame(1), 0.0)
    bus.advance(5.0)
    assert (node.tx_errors, node.is_error_passive, node.bus_off) == (128, True, False)
    assert node.bus_errors > 16
    assert [frame.data[1] for frame in node.errors_told] == [0x08, 0x20]
    ear = Node(bus)
    bus.advance(6.0)
    assert [frame.id for frame in ear.got] == [1]
    assert node.tx_errors == 127


def test_listen_only_node_does_not_acknowledge() -> None:
    bus = VirtualBus()
    node, ear = Node(bus), Node(bus, mode="LISTEN_ONLY")
    node.send(Frame(1), 0.0)
    bus.advance(1.0)
    assert ear.got == []
    assert node.is_error_passive
    assert (ear.tx_errors, ear.rx_errors) == (0, 0)
    assert ear.bus_errors > 0
    assert not ear.send(Frame(2), 1.0)


def test_sender_after_32_disturbed_frames_is_bus_off_and_restarts_if_configured() -> None:
    bus = VirtualBus()
    node, ear = Node(bus, auto_restart_ms=100), Node(bus)
    bus.disturb(32)
    node.send(Frame(1), 0.0)
    due = bus.advance(0.05)
    assert node.bus_off
    assert not node.send(Frame(2), 0.05)
    off = node.errors_told[-1]
    assert (off.id, off.data[1], off.data[6]) == (0x40, 0, 255), "a byte holds 255 of the 256"
    # 32 attempts of 47 bits and 3 stuff bits with an error flag of 23 bits between them, 100 ms, and 128 times 11
    # recessive bits.
    assert due == pytest.approx(node.restart_at)
    assert node.restart_at == pytest.approx((32 * 50 + 31 * 23) / 500_000 + 0.1 + 128 * 11 / 500_000)
    bus.advance(0.2)
    assert not node.bus_off
    assert (node.tx_errors, ear.got) == (0, [])
    stays = Node(bus)
    bus.disturb(32)
    stays.send(Frame(3), 0.2)
    bus.advance(30.0)
    assert stays.bus_off


def test_sender_after_31_disturbed_frames_is_not_bus_off() -> None:
    bus = VirtualBus()
    node, ear = Node(bus), Node(bus)
    bus.disturb(31)
    node.send(Frame(1), 0.0)
    bus.advance(1.0)
    assert not node.bus_off
    assert [frame.id for frame in ear.got] == [1]
    assert node.tx_errors == 31 * 8 - 1


def test_disturbed_frame_without_retransmission_is_not_repeated() -> None:
    bus = VirtualBus()
    node, ear = Node(bus, auto_retransmit=False), Node(bus)
    bus.disturb(1)
    node.send(Frame(1), 0.0)
    node.send(Frame(2), 0.0)
    bus.advance(1.0)
    assert [frame.id for frame in ear.got] == [2]


def test_nodes_with_mismatched_bit_rates_receive_nothing_and_count_errors() -> None:
    bus = VirtualBus()
    one, two = Node(bus), Node(bus, BitTiming(standard_nominal(250_000)))
    one.send(Frame(1), 0.0)
    two.send(Frame(2), 0.0)
    bus.advance(1.0)
    assert one.got == two.got == []
    # Passive and unheard, a sender's own counter rises no more (12.1.4.2 c, exception 1); its receive
    # counter did.
    assert all(node.is_error_passive and node.bus_errors > 16 for node in (one, two))
    assert not one.bus_off


def test_node_at_another_bit_rate_disturbs_others_until_error_passive() -> None:
    bus = VirtualBus()
    one, ear, wrong = Node(bus), Node(bus), Node(bus, BitTiming(standard_nominal(125_000)))
    one.send(Frame(1), 0.0)
    bus.advance(1.0)
    assert wrong.is_error_passive
    assert [frame.id for frame in ear.got] == [1]
    assert one.bus_errors > 0


def test_timing_of_a_config_with_can_fd_has_both_phases() -> None:
    config = replace(
        FACTORY_CONFIG, fd_enabled=True, data_bitrate=2_000_000, data_sample_point=75.0, data_prescaler=2,
        data_prop_seg=8, data_phase_seg1=6, data_phase_seg2=5, data_sjw=5,
    )  # fmt: skip
    timing = timing_of(config)
    assert timing.nominal == AT_500K.nominal
    assert timing.data == Phase(2_000_000, 0.75, 5 / (20 * 20))  # condition 3: SJW by 20 bits
    assert timing_of(replace(config, fd_enabled=False)).data is None


@pytest.mark.parametrize(
    ("sender", "receiver", "heard"),
    [
        (phase(500_000), phase(500_000, 0.5), True),  # classic CAN lives with different sample points
        (phase(500_000), phase(502_000, 0.75), True),
        (phase(500_000), phase(480_000), False),
        (phase(500_000), phase(560_000), False),
        # Two nodes may differ by twice what each oscillator may, less what it already does: 2 * (0.4854 - 0.005) %.
        (phase(504_800), phase(500_000), True),
        (phase(504_850), phase(500_000), False),
        (phase(495_230), phase(500_000), True),
        (phase(495_200), phase(500_000), False),
        # The one that tolerates less decides.
        (phase(502_000), Phase(500_000, 0.875, 0.001), False),
        (Phase(502_000, 0.875, 0.001), phase(500_000), False),
        # 250 ns there and back: a bit sampled no later is not acknowledged in time.
        (phase(1_000_000, 0.251), phase(1_000_000, 0.251), True),
        (phase(1_000_000, 0.25), phase(1_000_000, 0.25), False),
        (phase(1_000_000, 0.8), phase(1_000_000, 0.2), False),  # sampled before the far end answered
        (Phase(500_000, 0.995, 0.00004), Phase(500_000, 0.995, 0.00004), False),  # so tight that oscillators decide
    ],
)
def test_can_receive_with_differing_rates_and_sample_points(sender: Phase, receiver: Phase, heard: bool) -> None:
    assert can_receive(BitTiming(sender), BitTiming(receiver), Frame(1)) is heard


segments = st.tuples(
    st.sampled_from((40_000_000, 80_000_000)),
    st.integers(1, 40),
    st.integers(0, 30),
    st.integers(2, 30),
    st.integers(2, 30),
    st.integers(1, 30),
).map(lambda t: Timing(*t[:5], min(t[3:])))


@given(segments, segments)
def test_can_receive_agrees_with_the_comparison_of_two_nodes(one: Timing, other: Timing) -> None:
    """The card "Compare with another node" and the simulated bus say the same of two nodes with usual crystals."""
    assume(min(bit_timing(timing).nominal.sample_point / timing.bitrate for timing in (one, other)) > 250e-9)
    deviation = 100 * OSCILLATOR_DEVIATION
    comparison = compare(
        TimedNode("one", one, clock_tolerance=deviation), TimedNode("other", other, clock_tolerance=deviation)
    )
    assume(abs(comparison.margin) > 1e-9)
    assert can_receive(bit_timing(one), bit_timing(other), Frame(1)) is comparison.is_compatible


def test_can_receive_with_bit_rate_switching_needs_close_sample_points() -> None:
    frame = Frame(1, fd=True, brs=True)
    fast = phase(5_000_000, 0.75)
    one = BitTiming(phase(500_000, 0.8), fast)
    assert can_receive(one, BitTiming(phase(500_000, 0.8), fast), frame)
    assert not can_receive(one, BitTiming(phase(500_000, 0.7), fast), frame)
    assert can_receive(one, BitTiming(phase(500_000, 0.7), fast), frame._replace(brs=False))
    assert not can_receive(one, BitTiming(phase(500_000, 0.8), phase(2_000_000, 0.75)), frame)
    assert not can_receive(one, AT_500K, frame)
    assert not can_receive(AT_500K, one, frame)
    slower = BitTiming(phase(500_000, 0.8), phase(4_950_000, 0.875))
    slowest = BitTiming(phase(500_000, 0.8), phase(4_900_000, 0.875))
    faster = BitTiming(phase(500_000, 0.8), phase(4_980_000, 0.875))
    assert can_receive(slower, faster, frame)
    assert not can_receive(slowest, faster, frame)


@pytest.mark.parametrize(
    ("tx", "rx", "state", "status"),
    [(0, 0, 0, None), (95, 95, 0, None), (96, 95, 1, 0x08), (95, 96, 1, 0x04), (96, 96, 1, 0x08),
     (127, 127, 1, 0x08), (128, 127, 2, 0x20), (127, 128, 2, 0x10), (254, 254, 2, 0x20)],
)  # fmt: skip
def test_error_state_changes_at_96_and_128(tx: int, rx: int, state: int, status: int | None) -> None:
    """ISO 11898-1:2015, 12.1.4.4, and SocketCAN's status bits (linux/can/error.h)."""
    bus = VirtualBus()
    node, _ear = Node(bus), Node(bus)
    node.tx_errors, node.rx_errors = tx + 1, rx  # its frame that goes through takes one back
    node.send(Frame(1), 0.0)
    bus.advance(1.0)
    assert (node.tx_errors, node.rx_errors) == (tx, rx)
    assert (node.state, node.is_error_passive) == (state, state == 2)
    reported = [(frame.id, frame.data[1], *frame.data[6:]) for frame in node.errors_told]
    assert reported == ([] if status is None else [(0x04, status, tx, rx)])


def test_error_state_back_to_active_is_reported() -> None:
    """linux/can/error.h: CAN_ERR_CRTL_ACTIVE, 0x40."""
    bus = VirtualBus()
    node, _ear = Node(bus), Node(bus)
    node.tx_errors = 97
    for number in range(2):
        node.send(Frame(1), float(number))
        bus.advance(number + 0.5)
    assert [(frame.data[1], frame.data[6]) for frame in node.errors_told] == [(0x08, 96), (0x40, 95)]


def test_loopback_node_without_others_receives_its_own_frames() -> None:
    bus = VirtualBus()
    loud, quiet, ear = Node(bus, mode="LOOPBACK"), Node(bus, mode="SILENT_LOOPBACK"), Node(bus)
    loud.send(Frame(1), 0.0)
    quiet.send(Frame(2), 0.0)
    bus.advance(1.0)
    assert [frame.id for frame in loud.got] == [1]
    assert [frame.id for frame in quiet.got] == [2]
    assert [frame.id for frame in ear.got] == [1]


def test_receive_error_counter_after_good_frames_decreases() -> None:
    bus = VirtualBus()
    node, ear = Node(bus), Node(bus)
    ear.rx_errors = 200
    for ident in range(3):
        node.send(Frame(ident), 0.0)
    bus.advance(1.0)
    assert ear.rx_errors == 118
    for before, after in ((0, 0), (1, 0), (127, 126), (128, 120)):
        ear.rx_errors = before
        ear.receive(Frame(1), 2.0)
        assert ear.rx_errors == after


def test_send_to_a_full_queue_is_refused() -> None:
    node = Node(VirtualBus())
    assert [node.send(Frame(1), 0.0) for _ in range(QUEUE_LENGTH + 1)] == [True] * QUEUE_LENGTH + [False]


# ---- any nodes at any bit rates


@dataclass(frozen=True)
class Setting:
    """How a node is when a frame begins."""

    bitrate: int
    listens_only: bool = False
    tx_errors: int = 0
    rx_errors: int = 0

    @property
    def is_passive(self) -> bool:
        return max(self.tx_errors, self.rx_errors) >= 128

    def node(self, bus: VirtualBus, **how: object) -> Node:
        mode = "LISTEN_ONLY" if self.listens_only else "NORMAL"
        node = Node(bus, BitTiming(standard_nominal(self.bitrate)), mode=mode, **how)
        node.tx_errors, node.rx_errors = self.tx_errors, self.rx_errors
        return node


bit_rates = st.sampled_from((125_000, 250_000, 500_000))
counts = st.one_of(st.integers(0, 255), st.sampled_from((0, 1, 119, 120, 127, 128, 247, 248, 255)))
settings_of_nodes = st.builds(Setting, bit_rates, st.booleans(), counts, counts)


@given(st.builds(Setting, bit_rates, tx_errors=counts, rx_errors=counts), st.lists(settings_of_nodes, max_size=5))
def test_frame_reaches_exactly_the_nodes_at_its_bit_rate_unless_another_destroys_it(
    sending: Setting, others: list[Setting]
) -> None:
    """Counters by the rules of CAN 2.0, section 8 (ISO 11898-1:2015, 12.1.4.2), whose numbers are given here."""
    bus = VirtualBus()
    sender = sending.node(bus, auto_retransmit=False)
    nodes = [one.node(bus) for one in others]
    sender.send(Frame(0x123), 0.0)
    assert bus.advance(1.0) is None
    mismatched = [one for one in others if one.bitrate != sending.bitrate]
    destroyed = any(not one.listens_only and not one.is_passive for one in mismatched)
    acknowledged = any(not one.listens_only for one in others if one not in mismatched)
    delivered = acknowledged and not destroyed
    if delivered:
        tx_errors = max(0, sending.tx_errors - 1)  # rule 7
    elif sending.is_passive and not destroyed:
        tx_errors = sending.tx_errors  # rule 3, exception 1: no ACK, and no dominant bit during its error flag
    else:
        tx_errors = sending.tx_errors + 8  # rule 3
    assert (sender.tx_errors, sender.rx_errors) == (tx_errors, sending.rx_errors)
    assert sender.bus_off == (tx_errors > 255)
    assert sender.bus_errors == (not delivered)
    for one, node in zip(others, nodes, strict=True):
        assert node.got == ([Frame(0x123)] if delivered and one not in mismatched else [])
        assert node.tx_errors == one.tx_errors
        if one.listens_only:
            rx_errors = one.rx_errors
        elif one in mismatched:
            # Rule 1; rule 2 for an active one, whose flag is followed by those of the others.
            rx_errors = min(255, one.rx_errors + (1 if one.is_passive else 9))
        elif delivered:
            rx_errors = 120 if one.rx_errors > 127 else max(0, one.rx_errors - 1)  # rule 8
        else:
            rx_errors = min(255, one.rx_errors + 1)
        assert node.rx_errors == rx_errors
        assert node.bus_errors == (one in mismatched or not delivered)


@given(
    st.lists(st.tuples(bit_rates, st.booleans(), st.booleans(), st.sampled_from((0, 100))), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 0x7FF), st.floats(0, 0.05)), max_size=40),
)
def test_nodes_at_any_bit_rates_never_block_the_bus(
    kinds: list[tuple[int, bool, bool, int]], sent: list[tuple[int, int, float]]
) -> None:
    bus = VirtualBus()
    nodes = [
        Setting(rate, quiet).node(bus, auto_retransmit=retries, auto_restart_ms=restart)
        for rate, quiet, retries, restart in kinds
    ]
    now = 0.0
    for index, ident, pause in sent:
        now += pause
        place = index % len(nodes)
        nodes[place].send(Frame(ident, data=bytes([place])), now)
        due = bus.advance(now)
        assert due is None or due > now
    due = bus.advance(now + 20.0)
    assert due is None or due > now + 20.0
    for node in nodes:
        rate = node.timing.nominal.bitrate
        assert {nodes[frame.data[0]].timing.nominal.bitrate for frame in node.got} <= {rate}
        assert 0 <= node.rx_errors <= 255
        assert (node.tx_errors > 255) == node.bus_off == (node.state == 3)
        peers = [one for one in nodes if one is not node and one.timing.nominal.bitrate == rate and one.is_driving]
        # A frame that still waits is one that nobody could acknowledge.
        assert not node.queue or (not peers and node.is_error_passive)
