"""The virtual bus behaves like wires: arbitration, ACK, error counters, bus-off, and what mismatched
timing does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.slcan import Frame
from benchboard.dongles.simulator.bus import (
    QUEUE,
    BitTiming,
    Controller,
    Phase,
    VirtualBus,
    arbitration_key,
    hears,
    timing_of,
)
from benchboard.dongles.simulator.node import FACTORY_CONFIG, SimulatedDongle
from benchboard.dongles.simulator.traffic import Traffic
from support.cable import new_dongle, seeded

AT_500K = BitTiming(Phase(500_000, 0.875))


class Node(Controller):
    """A controller that keeps what it got."""

    def __init__(self, bus: VirtualBus, timing: BitTiming = AT_500K, mode: str = "NORMAL", **how: object) -> None:
        self.got: list[Frame] = []
        self.errors_told: list[Frame] = []
        super().__init__(lambda frame, _now: (self.errors_told if frame.error else self.got).append(frame))
        bus.attach(self)
        self.open(timing, mode=mode, **how)  # type: ignore[arg-type]


def test_of_waiting_frames_the_dominant_identifier_goes_first() -> None:
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
def test_arbitration_orders_frames_as_their_bits_do(one: Frame, other: Frame) -> None:
    a, b = bits(one), bits(other)
    first = next(((x < y) for x, y in zip(a, b, strict=False) if x != y), None)
    if first is not None:
        assert (arbitration_key(one) < arbitration_key(other)) == first


def test_a_frame_takes_its_time_on_the_wire() -> None:
    bus = VirtualBus()
    sender, ear = Node(bus), Node(bus)
    sender.send(Frame(1, data=bytes(8)), 1.0)
    assert bus.advance(1.0) == pytest.approx(1.0 + 111 / 500_000)
    assert ear.got == []
    assert bus.advance(1.0 + 112 / 500_000) is None
    assert len(ear.got) == 1


def test_a_lone_node_gets_no_ack_and_ends_error_passive_not_bus_off() -> None:
    bus = VirtualBus()
    node = Node(bus)
    node.send(Frame(1), 0.0)
    bus.advance(5.0)
    assert (node.tx_errors, node.passive, node.bus_off) == (128, True, False)
    assert node.bus_errors > 16
    assert [frame.data[1] for frame in node.errors_told] == [0x08, 0x20]
    ear = Node(bus)
    bus.advance(6.0)
    assert [frame.id for frame in ear.got] == [1]
    assert node.tx_errors == 127


def test_a_listener_does_not_acknowledge() -> None:
    bus = VirtualBus()
    node, ear = Node(bus), Node(bus, mode="LISTEN_ONLY")
    node.send(Frame(1), 0.0)
    bus.advance(1.0)
    assert ear.got == []
    assert node.passive
    assert (ear.tx_errors, ear.rx_errors) == (0, 0)
    assert ear.bus_errors > 0
    assert not ear.send(Frame(2), 1.0)


def test_disturbed_frames_drive_the_sender_bus_off_and_it_comes_back_if_told_to() -> None:
    bus = VirtualBus()
    node, ear = Node(bus, auto_restart_ms=100), Node(bus)
    bus.disturb(32)
    node.send(Frame(1), 0.0)
    due = bus.advance(0.05)
    assert node.bus_off
    assert not node.send(Frame(2), 0.05)
    assert node.errors_told[-1].id == 0x40
    assert due is not None
    bus.advance(0.2)
    assert not node.bus_off
    assert (node.tx_errors, ear.got) == (0, [])
    stays = Node(bus)
    bus.disturb(32)
    stays.send(Frame(3), 0.2)
    bus.advance(30.0)
    assert stays.bus_off


def test_thirty_one_disturbed_frames_are_not_enough() -> None:
    bus = VirtualBus()
    node, ear = Node(bus), Node(bus)
    bus.disturb(31)
    node.send(Frame(1), 0.0)
    bus.advance(1.0)
    assert not node.bus_off
    assert [frame.id for frame in ear.got] == [1]
    assert node.tx_errors == 31 * 8 - 1


def test_one_shot_frames_are_not_repeated() -> None:
    bus = VirtualBus()
    node, ear = Node(bus, auto_retransmit=False), Node(bus)
    bus.disturb(1)
    node.send(Frame(1), 0.0)
    node.send(Frame(2), 0.0)
    bus.advance(1.0)
    assert [frame.id for frame in ear.got] == [2]


def test_mismatched_bit_rates_pass_nothing_and_raise_both_counters() -> None:
    bus = VirtualBus()
    one, two = Node(bus), Node(bus, BitTiming(Phase(250_000, 0.875)))
    one.send(Frame(1), 0.0)
    two.send(Frame(2), 0.0)
    bus.advance(1.0)
    assert one.got == two.got == []
    # Passive and unheard, a sender's own counter rises no more (12.1.4.2 c, exception 1); its receive
    # counter did.
    assert all(node.passive and node.bus_errors > 16 for node in (one, two))
    assert not one.bus_off


def test_a_node_at_another_rate_disturbs_the_others_until_it_is_passive() -> None:
    bus = VirtualBus()
    one, ear, wrong = Node(bus), Node(bus), Node(bus, BitTiming(Phase(125_000, 0.875)))
    one.send(Frame(1), 0.0)
    bus.advance(1.0)
    assert wrong.passive
    assert [frame.id for frame in ear.got] == [1]
    assert one.bus_errors > 0


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
        (
            Phase(1_000_000, 0.8),
            Phase(1_000_000, 0.2),
            Frame(1),
            False,
        ),  # sampled before the far end answered
        (Phase(500_000, 0.995), Phase(500_000, 0.995), Frame(1), False),  # so late that oscillators decide
    ],
)
def test_who_hears_whom(sender: Phase, receiver: Phase, frame: Frame, heard: bool) -> None:
    assert hears(BitTiming(sender), BitTiming(receiver), frame) is heard


def test_bit_rate_switching_needs_the_same_sample_point() -> None:
    frame = Frame(1, fd=True, brs=True)
    fast = Phase(5_000_000, 0.75)
    one = BitTiming(Phase(500_000, 0.8), fast)
    assert hears(one, BitTiming(Phase(500_000, 0.8), fast), frame)
    assert not hears(one, BitTiming(Phase(500_000, 0.7), fast), frame)
    assert hears(one, BitTiming(Phase(500_000, 0.7), fast), replace(frame, brs=False))
    assert not hears(one, BitTiming(Phase(500_000, 0.8), Phase(2_000_000, 0.75)), frame)
    assert not hears(one, AT_500K, frame)


def test_loopback_needs_nobody() -> None:
    bus = VirtualBus()
    loud, quiet, ear = Node(bus, mode="LOOPBACK"), Node(bus, mode="SILENT_LOOPBACK"), Node(bus)
    loud.send(Frame(1), 0.0)
    quiet.send(Frame(2), 0.0)
    bus.advance(1.0)
    assert [frame.id for frame in loud.got] == [1]
    assert [frame.id for frame in quiet.got] == [2]
    assert [frame.id for frame in ear.got] == [1]


def test_receive_errors_fade_with_good_frames() -> None:
    bus = VirtualBus()
    node, ear = Node(bus), Node(bus)
    ear.rx_errors = 200
    for ident in range(3):
        node.send(Frame(ident), 0.0)
    bus.advance(1.0)
    assert ear.rx_errors == 118


def test_a_full_queue_refuses() -> None:
    node = Node(VirtualBus())
    assert [node.send(Frame(1), 0.0) for _ in range(QUEUE + 1)] == [True] * QUEUE + [False]


# ---- a dongle's slcan on top


def said(dongle: SimulatedDongle, line: bytes, now: float = 0.0) -> bytes:
    dongle.feed(line + b"\r", now)
    return dongle.take_output()


def pair_on_a_bus() -> tuple[VirtualBus, SimulatedDongle, SimulatedDongle]:
    from benchboard.dongles.simulator.flash import Flash

    bus = VirtualBus()
    one, two = (SimulatedDongle(Flash(), bus, random=seeded(n)) for n in (1, 2))
    return bus, one, two


def test_the_channel_opens_on_what_is_stored_and_s_overrides_it_once() -> None:
    dongle = new_dongle()
    assert said(dongle, b"O") == b"\r"
    assert dongle.controller.timing == timing_of(FACTORY_CONFIG) == AT_500K
    assert said(dongle, b"O") == b"\a"
    assert said(dongle, b"S5") == b"\a"
    assert said(dongle, b"C") == b"\r"
    assert said(dongle, b"S5") == b"\r"
    said(dongle, b"O")
    assert dongle.controller.timing.nominal.bitrate == 250_000
    said(dongle, b"C")
    said(dongle, b"O")
    assert dongle.controller.timing == AT_500K
    said(dongle, b"C")
    assert said(dongle, b"s001C") == b"\r"  # BTR0 00, BTR1 1C: 500 kbit/s at 87.5 %, Bosch's table
    said(dongle, b"O")
    assert dongle.controller.timing == AT_500K


def test_frames_pass_with_replies_stamps_and_flags() -> None:
    bus, one, two = pair_on_a_bus()
    for line in (b"Z1", b"S6", b"O"):
        assert said(two, line) == b"\r"
    for line in (b"S6", b"O"):
        assert said(one, line) == b"\r"
    assert said(one, b"t1232AABB", 1.25) == b"z\r"
    assert said(one, b"T1ABCDEF00", 1.25) == b"Z\r"
    assert said(one, b"d12300", 1.25) == b"\a"  # no data phase
    bus.advance(1.3)
    assert two.take_output() == b"t1232AABB04E2\rT1ABCDEF0004E2\r"
    assert said(one, b"F") == b"F00\r"
    assert said(one, b"e") == b"e00000000000000000\r"
    assert said(one, b"V") == b"V1010\r"
    assert said(one, b"nonsense") == b"\a"
    said(one, b"C")
    assert said(one, b"t1230") == b"\a"


def test_can_fd_passes_with_a_data_phase() -> None:
    bus, one, two = pair_on_a_bus()
    for dongle in (one, two):
        for line in (b"S6", b"Y5", b"O"):
            assert said(dongle, line) == b"\r"
    assert said(one, b"b123F" + b"A5" * 64, 1.0) == b"z\r"
    bus.advance(1.1)
    assert two.take_output() == b"b123F" + b"A5" * 64 + b"\r"


def test_a_host_that_does_not_read_loses_frames_and_is_told() -> None:
    bus, one, two = pair_on_a_bus()
    said(one, b"O")
    said(two, b"O")
    for number in range(4000):
        one.feed(b"t1238" + b"00" * 8 + b"\r", number / 1000)
        bus.advance(number / 1000)
        one.take_output()
    assert two.overruns > 0
    held = two.take_output()
    assert len(held) < 70_000
    assert said(two, b"F") == b"F08\r"
    assert said(two, b"F") == b"F00\r"


def test_traffic_follows_whoever_listens() -> None:
    bus, one, _two = pair_on_a_bus()
    traffic = Traffic(bus, 100, [one.controller])
    assert traffic.advance(0.0) is None
    said(one, b"S8")
    said(one, b"O")
    due: float | None = 0.0
    while due is not None and due < 10.0:
        traffic.advance(due)
        bus.advance(due)
        due = traffic.advance(due)
    lines = one.take_output().split(b"\r")[:-1]
    assert 900 <= len(lines) <= 1100
    assert {line[:1] for line in lines} == {b"t", b"T"}
    said(one, b"C")
    assert traffic.advance(10.1) is None
    said(one, b"L")
    traffic.advance(20.0)
    traffic.advance(21.0)
    bus.advance(21.5)
    assert len(one.take_output()) > 100


def test_closing_forgets_what_nobody_read_but_ends_the_line() -> None:
    bus, one, two = pair_on_a_bus()
    for dongle in (one, two):
        said(dongle, b"O")
    for _ in range(3):
        said(one, b"t1230", 1.0)
    bus.advance(2.0)
    unread = two.take_output()
    assert unread == b"t1230\r" * 3
    two.give_back(unread[2:])
    two.feed(b"C\r", 2.0)
    assert two.take_output() == b"230\r\r"
