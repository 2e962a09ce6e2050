"""The virtual CAN bus: arbitration, ACK, error counters, bus-off, mismatched bit timing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.frame import Frame
from benchboard.dongles.simulator.bus import (
    QUEUE_LENGTH,
    BitTiming,
    Phase,
    SimulatedController,
    VirtualBus,
    arbitration_key,
    can_receive,
    timing_of,
)
from benchboard.dongles.simulator.node import FACTORY_CONFIG

AT_500K = BitTiming(Phase(500_000, 0.875))


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


def test_frame_of_8_bytes_takes_111_bit_times() -> None:
    bus = VirtualBus()
    sender, ear = Node(bus), Node(bus)
    sender.send(Frame(1, data=bytes(8)), 1.0)
    assert bus.advance(1.0) == pytest.approx(1.0 + 111 / 500_000)
    assert ear.got == []
    assert bus.advance(1.0 + 112 / 500_000) is None
    assert len(ear.got) == 1


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
    # 32 attempts of 47 bits with an error flag of 23 bits between them, 100 ms, and 128 times 11 recessive bits.
    assert due == pytest.approx(node.restart_at)
    assert node.restart_at == pytest.approx((32 * 47 + 31 * 23) / 500_000 + 0.1 + 128 * 11 / 500_000)
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
    one, two = Node(bus), Node(bus, BitTiming(Phase(250_000, 0.875)))
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
    one, ear, wrong = Node(bus), Node(bus), Node(bus, BitTiming(Phase(125_000, 0.875)))
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
    assert timing_of(config) == BitTiming(Phase(500_000, 0.875), Phase(2_000_000, 0.75))
    assert timing_of(replace(config, fd_enabled=False)).data is None


@pytest.mark.parametrize(
    ("sender", "receiver", "frame", "heard"),
    [
        (
            Phase(500_000, 0.875),
            Phase(500_000, 0.5),
            Frame(1),
            True,
        ),  # classic CAN lives with different sample points
        (Phase(500_000, 0.875), Phase(502_000, 0.75), Frame(1), True),
        (Phase(500_000, 0.875), Phase(480_000, 0.875), Frame(1), False),
        (Phase(500_000, 0.875), Phase(560_000, 0.875), Frame(1), False),
        # The ninth bit after an edge is sampled at 9.875 bit times of the receiver, within 0.1 %: from 9 to 10 of the
        # sender's, so the sender may be 1.16 % faster and 8.77 % slower.
        (Phase(505_800, 0.875), Phase(500_000, 0.875), Frame(1), True),
        (Phase(505_850, 0.875), Phase(500_000, 0.875), Frame(1), False),
        (Phase(456_160, 0.875), Phase(500_000, 0.875), Frame(1), True),
        (Phase(456_150, 0.875), Phase(500_000, 0.875), Frame(1), False),
        # 250 ns there and back: a bit sampled no later is not acknowledged in time.
        (Phase(1_000_000, 0.251), Phase(1_000_000, 0.251), Frame(1), True),
        (Phase(1_000_000, 0.25), Phase(1_000_000, 0.25), Frame(1), False),
        (
            Phase(1_000_000, 0.8),
            Phase(1_000_000, 0.2),
            Frame(1),
            False,
        ),  # sampled before the far end answered
        (Phase(500_000, 0.995), Phase(500_000, 0.995), Frame(1), False),  # so late that oscillators decide
    ],
)
def test_can_receive_with_differing_rates_and_sample_points(
    sender: Phase, receiver: Phase, frame: Frame, heard: bool
) -> None:
    assert can_receive(BitTiming(sender), BitTiming(receiver), frame) is heard


def test_can_receive_with_bit_rate_switching_needs_close_sample_points() -> None:
    frame = Frame(1, fd=True, brs=True)
    fast = Phase(5_000_000, 0.75)
    one = BitTiming(Phase(500_000, 0.8), fast)
    assert can_receive(one, BitTiming(Phase(500_000, 0.8), fast), frame)
    assert not can_receive(one, BitTiming(Phase(500_000, 0.7), fast), frame)
    assert can_receive(one, BitTiming(Phase(500_000, 0.7), fast), frame._replace(brs=False))
    assert not can_receive(one, BitTiming(Phase(500_000, 0.8), Phase(2_000_000, 0.75)), frame)
    assert not can_receive(one, AT_500K, frame)
    assert not can_receive(AT_500K, one, frame)
    slower = BitTiming(Phase(500_000, 0.8), Phase(4_750_000, 0.875))
    faster = BitTiming(Phase(500_000, 0.8), Phase(5_000_000, 0.875))
    assert can_receive(slower, faster, frame)
    assert not can_receive(faster, slower, frame)


@pytest.mark.parametrize(
    ("tx", "rx", "state", "status"),
    [(0, 0, 0, None), (95, 95, 0, None), (96, 95, 1, 0x08), (95, 96, 1, 0x04), (96, 96, 1, 0x08),
     (127, 127, 1, 0x08), (128, 127, 2, 0x20), (127, 128, 2, 0x10), (255, 255, 2, 0x20)],
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
