"""A simulated dongle: slcan commands and frames, its button, filters, and unread output."""

import re
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from benchboard.canbus.frame import Frame
from benchboard.dongles.protocol import CanFilter
from benchboard.dongles.simulator.bus import (
    STANDARD,
    BitTiming,
    VirtualBus,
    standard_data,
    standard_nominal,
    timing_of,
)
from benchboard.dongles.simulator.flash import Flash
from benchboard.dongles.simulator.node import FACTORY_CONFIG, SimulatedDongle
from benchboard.dongles.simulator.traffic import Traffic
from benchboard.errors import Cancelled
from support.cable import Clock, connect, new_dongle, seeded
from support.memory_host import ORGANISATION, ORGANISATION_KEY, PUBLIC

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
AT_500K = BitTiming(STANDARD.nominal)


def reply(dongle: SimulatedDongle, line: bytes, now: float = 0.0) -> bytes:
    """Send one slcan command; everything the dongle then sends."""
    dongle.feed(line + b"\r", now)
    return dongle.take_output()


def pair_on_a_bus() -> tuple[VirtualBus, SimulatedDongle, SimulatedDongle]:
    bus = VirtualBus()
    one, two = (SimulatedDongle(Flash(), bus, random=seeded(n)) for n in (1, 2))
    return bus, one, two


def test_open_channel_uses_stored_timing_unless_s_overrides_it_once() -> None:
    dongle = new_dongle()
    assert reply(dongle, b"O") == b"\r"
    assert dongle.controller.timing == timing_of(FACTORY_CONFIG) == AT_500K
    assert reply(dongle, b"O") == b"\a"
    assert reply(dongle, b"S5") == b"\a"
    assert reply(dongle, b"C") == b"\r"
    assert reply(dongle, b"S5") == b"\r"
    reply(dongle, b"O")
    assert dongle.controller.timing.nominal.bitrate == 250_000
    reply(dongle, b"C")
    reply(dongle, b"O")
    assert dongle.controller.timing == AT_500K
    reply(dongle, b"C")
    assert reply(dongle, b"s001C") == b"\r"  # BTR0 00, BTR1 1C: 500 kbit/s at 87.5 %, Bosch's table
    reply(dongle, b"O")
    nominal = dongle.controller.timing.nominal
    assert (nominal.bitrate, nominal.sample_point) == (500_000, 0.875)
    assert nominal.tolerance == 1 / 320, "BTR0's upper bits are 0: a jump of 1 of 16 quanta"


def test_frames_between_two_dongles_have_replies_and_timestamps() -> None:
    bus, one, two = pair_on_a_bus()
    for line in (b"Z1", b"S6", b"O"):
        assert reply(two, line) == b"\r"
    for line in (b"S6", b"O"):
        assert reply(one, line) == b"\r"
    assert reply(one, b"t1232AABB", 1.25) == b"z\r"
    assert reply(one, b"T1ABCDEF00", 1.25) == b"Z\r"
    assert reply(one, b"d12300", 1.25) == b"\a"  # no data phase
    bus.advance(1.3)
    assert two.take_output() == b"t1232AABB04E2\rT1ABCDEF0004E2\r"
    assert reply(one, b"F") == b"F00\r"
    assert reply(one, b"e") == b"e00000000000000000\r"
    assert reply(one, b"V") == b"V1010\r"
    assert reply(one, b"nonsense") == b"\a"
    reply(one, b"C")
    assert reply(one, b"t1230") == b"\a"


def test_can_fd_frame_with_a_data_phase_is_received() -> None:
    bus, one, two = pair_on_a_bus()
    for dongle in (one, two):
        for line in (b"S6", b"Y5", b"O"):
            assert reply(dongle, line) == b"\r"
    assert reply(one, b"b123F" + b"A5" * 64, 1.0) == b"z\r"
    bus.advance(1.1)
    assert two.take_output() == b"b123F" + b"A5" * 64 + b"\r"


def test_frames_that_the_host_does_not_read_are_dropped_and_flagged() -> None:
    bus, one, two = pair_on_a_bus()
    reply(one, b"O")
    reply(two, b"O")
    for number in range(4000):
        one.feed(b"t1238" + b"00" * 8 + b"\r", number / 1000)
        bus.advance(number / 1000)
        one.take_output()
    assert two.overruns > 0
    held = two.take_output()
    assert len(held) < 70_000
    assert reply(two, b"F") == b"F08\r"
    assert reply(two, b"F") == b"F00\r"


def run_traffic(traffic: Traffic, bus: VirtualBus, now: float, until: float) -> None:
    """Let time pass from `now` to `until` as the simulator's loop does."""
    due: float | None = now
    while due is not None and due < until:
        due = min((at for at in (traffic.advance(due), bus.advance(due)) if at is not None), default=None)


def test_traffic_reaches_a_dongle_at_its_bit_rate_while_a_channel_is_open() -> None:
    bus, one, _two = pair_on_a_bus()
    traffic = Traffic(bus, 100, 1_000_000, [one.controller])
    assert traffic.advance(0.0) is None
    reply(one, b"S8")
    reply(one, b"O")
    run_traffic(traffic, bus, 0.0, 10.0)
    lines = one.take_output().split(b"\r")[:-1]
    assert 900 <= len(lines) <= 1100
    assert {line[:1] for line in lines} == {b"t", b"T"}
    assert reply(one, b"e") == b"e00000000000000000\r"
    reply(one, b"C")
    assert traffic.advance(10.1) is None
    reply(one, b"S8")
    reply(one, b"L")
    run_traffic(traffic, bus, 20.0, 21.5)
    assert len(one.take_output()) > 100


def test_traffic_at_another_bit_rate_is_errors_to_a_dongle_and_lasts() -> None:
    """The bus's rate is its own: what a dongle is set to changes nothing."""
    bus, wrong, right = pair_on_a_bus()
    traffic = Traffic(bus, 100, 500_000, [wrong.controller, right.controller])
    reply(wrong, b"S5")
    reply(wrong, b"O")
    run_traffic(traffic, bus, 0.0, 5.0)
    assert wrong.take_output() == b""
    assert reply(wrong, b"F") == b"F24\r"
    tx_errors, rx_errors, count = (int(reply(wrong, b"e")[a:b], 16) for a, b in ((1, 5), (5, 9), (9, 17)))
    # 15 times 9 as an active node, which are error flags to all; then 1 a frame, up to 255.
    assert (tx_errors, rx_errors) == (0, 255)
    assert count > 400
    reply(right, b"O")
    run_traffic(traffic, bus, 5.0, 10.0)
    assert right.take_output().count(b"\r") > 400
    assert reply(right, b"e") == b"e00000000000000000\r"
    assert wrong.take_output() == b""


def test_traffic_heard_at_another_bit_rate_in_listen_only_is_errors_but_not_disturbed() -> None:
    bus, wrong, right = pair_on_a_bus()
    traffic = Traffic(bus, 100, 500_000, [wrong.controller, right.controller])
    reply(wrong, b"S5")
    reply(wrong, b"L")
    reply(right, b"O")
    run_traffic(traffic, bus, 0.0, 5.0)
    assert wrong.take_output() == b""
    assert int(reply(wrong, b"e")[9:17], 16) > 400
    assert right.take_output().count(b"\r") > 400
    assert reply(right, b"e") == b"e00000000000000000\r"


def test_traffic_whose_source_is_sent_bus_off_returns() -> None:
    bus, wrong, right = pair_on_a_bus()
    traffic = Traffic(bus, 100, 500_000, [wrong.controller, right.controller])
    now = 0.0
    for _opening in range(6):  # each time error active again: 15 frames are destroyed
        reply(wrong, b"S5")
        reply(wrong, b"O")
        run_traffic(traffic, bus, now, now + 0.2)
        reply(wrong, b"C")
        reply(right, b"O")
        now += 0.2
    run_traffic(traffic, bus, now, now + 5.0)
    assert right.take_output().count(b"\r") > 400


def test_close_with_unread_frames_drops_them_but_ends_the_line() -> None:
    bus, one, two = pair_on_a_bus()
    for dongle in (one, two):
        reply(dongle, b"O")
    for _ in range(3):
        reply(one, b"t1230", 1.0)
    bus.advance(2.0)
    unread = two.take_output()
    assert unread == b"t1230\r" * 3
    two.requeue_output(unread[2:])
    two.feed(b"C\r", 2.0)
    assert two.take_output() == b"230\r\r"


def test_bit_rate_codes_are_those_of_the_protocol_page() -> None:
    row = re.search(r"^\| `S0`…`S9` \| ([\d., ]+) kbit/s, sample point ([\d.]+) %", PAGE, re.MULTILINE)
    assert row is not None
    rates = [round(float(rate) * 1000) for rate in row[1].split(",")]
    assert len(rates) == 10
    for digit, rate in enumerate(rates):
        dongle = new_dongle()
        assert reply(dongle, b"S%d" % digit) == b"\r"
        reply(dongle, b"O")
        phase = dongle.controller.timing.nominal
        assert (phase.bitrate, phase.sample_point) == (rate, float(row[2]) / 100)
        assert phase == standard_nominal(rate)
    row = re.search(r"^\| `((?:Y\d ?)+)` \| CAN FD data phase in Mbit/s, sample point ([\d.]+) %", PAGE, re.MULTILINE)
    assert row is not None
    for code in row[1].split():
        dongle = new_dongle()
        assert reply(dongle, code.encode()) == b"\r"
        reply(dongle, b"O")
        phase = standard_data(int(code[1]) * 1e6)
        assert dongle.controller.timing == BitTiming(AT_500K.nominal, phase)
        assert phase.sample_point == float(row[2]) / 100
    for unknown in (b"S", b"SA", b"S10", b"Y0", b"Y3", b"Y", b"s00", b"s0014G", b"s00140"):
        assert reply(new_dongle(), unknown) == b"\a"


@pytest.mark.parametrize(
    ("line", "closed", "opened"),
    [(b"C", b"\r", b"\r"), (b"O", b"\r", b"\a"), (b"L", b"\r", b"\a"), (b"S6", b"\r", b"\a"), (b"s001C", b"\r", b"\a"),
     (b"Y2", b"\r", b"\a"), (b"t1230", b"\a", b"z\r"), (b"T000001230", b"\a", b"Z\r"), (b"r1230", b"\a", b"z\r"),
     (b"Z0", b"\r", b"\a"), (b"Z1", b"\r", b"\a"), (b"Z2", b"\a", b"\a"), (b"E0", b"\r", b"\r"), (b"E1", b"\r", b"\r"),
     (b"K0", b"K0\r", b"K0\r"), (b"K1", b"K1\r", b"K1\r"), (b"K2", b"\a", b"\a"),
     (b"E2", b"\a", b"\a"), (b"V", b"V1010\r", b"V1010\r"), (b"v", b"v1010\r", b"v1010\r"),
     (b"F", b"F00\r", b"F00\r"), (b"M00000000", b"\r", b"\r"), (b"mFFFFFFFF", b"\r", b"\r"), (b"M0", b"\a", b"\a"),
     (b"t12300000", b"\a", b"\a"), (b"t8000", b"\a", b"\a"), (b"T200000000", b"\a", b"\a")],
)  # fmt: skip
def test_command_is_answered_as_the_protocol_page_says_when(line: bytes, closed: bytes, opened: bytes) -> None:
    assert reply(new_dongle(), line) == closed
    dongle = new_dongle()
    reply(dongle, b"O")
    assert reply(dongle, line) == opened


def test_serial_number_is_the_end_of_the_device_id() -> None:
    dongle = new_dongle()
    assert reply(dongle, b"N") == b"N" + dongle.device_id[-4:].upper().encode() + b"\r"


def test_listen_only_channel_hears_and_sends_nothing() -> None:
    bus, one, two = pair_on_a_bus()
    third = SimulatedDongle(Flash(), bus, random=seeded(3))
    for dongle, command in ((one, b"O"), (two, b"O"), (third, b"L")):
        assert reply(dongle, command) == b"\r"
    assert reply(third, b"t1230", 1.0) == b"\a"
    reply(one, b"t1230", 1.0)
    bus.advance(2.0)
    assert third.take_output() == b"t1230\r"


@pytest.mark.parametrize(
    ("press_after", "wait", "pressed"), [(0.3, 0.299, False), (0.3, 0.3, True), (None, 59.0, False)]
)
def test_button_presses_itself_a_while_after_it_is_asked_for(
    press_after: float | None, wait: float, *, pressed: bool
) -> None:
    dongle, clock = new_dongle(press_after=press_after), Clock()
    device = connect(dongle, clock)
    claim = device.claim_begin(claim_id=uuid4(), organisation=ORGANISATION, organisation_key=PUBLIC)
    with pytest.raises(Cancelled):
        device.claim_prove(claim, sign=ORGANISATION_KEY.sign, cancelled=iter([False, True]).__next__)
    dongle.tick(clock.now)
    asked_at = clock.now - 0.1  # one wait of `claim_prove` ago
    assert dongle.is_waiting_for_press(clock.now)
    due = dongle.tick(asked_at + wait)
    assert dongle.is_waiting_for_press(asked_at + wait) is not pressed
    assert due == (None if pressed or press_after is None else pytest.approx(asked_at + press_after))


def test_blinking_lasts_as_long_as_identify_asked() -> None:
    dongle, clock = new_dongle(), Clock()
    connect(dongle, clock).identify(2.0)
    assert dongle.is_blinking(clock.now + 1.999)
    assert not dongle.is_blinking(clock.now + 2.0)


def test_channel_accepts_what_a_filter_lets_through() -> None:
    """(id & mask) == (filter & mask), and the same format: docs/protocol.md, section 2."""
    config = replace(FACTORY_CONFIG, filters=(CanFilter(0x120, 0x7F0), CanFilter(0x18FEF100, 0x1FFFFF00, True)))
    dongle, clock = new_dongle(), Clock()
    connect(dongle, clock).config_write(config)
    reply(dongle, b"O")
    for frame, passes in (
        (Frame(0x120), True),
        (Frame(0x12F), True),
        (Frame(0x130), False),
        (Frame(0x11F), False),
        (Frame(0x120, extended=True), False),
        (Frame(0x18FEF1FF, extended=True), True),
        (Frame(0x18FEF200, extended=True), False),
    ):
        dongle.controller.receive(frame, 1.0)
        assert bool(dongle.take_output()) is passes, frame


@pytest.mark.parametrize(
    ("tx", "rx", "flags"),
    [
        (95, 0, b"F00\r"),
        (96, 0, b"F04\r"),
        (0, 96, b"F04\r"),
        (127, 0, b"F04\r"),
        (128, 0, b"F24\r"),
        (0, 128, b"F24\r"),
    ],
)
def test_status_flags_are_lawicels(tx: int, rx: int, flags: bytes) -> None:
    dongle = new_dongle()
    reply(dongle, b"O")
    dongle.controller.tx_errors, dongle.controller.rx_errors = tx, rx
    assert reply(dongle, b"F") == flags
    state = {b"F00\r": 0, b"F04\r": 1, b"F24\r": 2}[flags]
    assert reply(dongle, b"e") == b"e%04X%04X00000000%d\r" % (tx, rx, state)


def test_bus_off_is_reported_and_ends_with_reopening() -> None:
    bus, one, two = pair_on_a_bus()
    reply(one, b"E1")
    reply(one, b"O")
    reply(two, b"O")
    bus.disturb(32)
    reply(one, b"t1230", 1.0)
    bus.advance(2.0)
    last = one.take_output().split(b"\r")[-2]
    assert last.startswith(b"E00000040" + b"8")
    assert two.take_output() == b"", "without E1 nobody is told"
    assert reply(one, b"F", 2.0) == b"FA4\r"
    assert reply(one, b"e", 2.0)[-2:] == b"3\r"
    assert reply(one, b"t1230", 2.0) == b"\a"
    reply(one, b"C", 2.0)
    reply(one, b"O", 2.0)
    assert reply(one, b"e", 2.0) == b"e00000000000000000\r"


def test_frames_that_were_sent_are_reported_once_another_node_acknowledged_them() -> None:
    bus, one, two = pair_on_a_bus()
    assert reply(one, b"K1") == b"K1\r"
    reply(one, b"Z1")
    reply(one, b"O")
    assert reply(one, b"t1230", 1.0) == b"z\r"
    bus.advance(1.01)
    assert one.take_output() == b"", "nobody is there to acknowledge it"
    reply(two, b"O", 1.02)
    bus.advance(1.1)
    report = one.take_output()
    assert report[:2] == b"k1"
    assert 1010 <= int(report[2:6], 16) <= 1100
    assert len(report) == len(b"k1hhhh\r")
    assert reply(one, b"K0", 2.0) == b"K0\r"
    reply(one, b"t1230", 2.0)
    bus.advance(2.1)
    assert one.take_output() == b""


def test_frames_that_were_given_up_are_reported() -> None:
    bus, one, two = pair_on_a_bus()
    reply(one, b"K1")
    reply(one, b"O")
    reply(two, b"O")
    bus.disturb(32)
    reply(one, b"t1230", 1.0)
    reply(one, b"t1240", 1.0)
    bus.advance(2.0)
    assert one.controller.bus_off
    assert one.take_output() == b"k0\rk0\r"


def test_frames_are_dropped_and_counted_beyond_64_kibibytes_of_unread_output() -> None:
    dongle = new_dongle()
    reply(dongle, b"O")
    line = len(b"t1238" + b"00" * 8 + b"\r")
    for number in range(65_536 // line + 1):
        dongle.controller.receive(Frame(0x123, data=bytes(8)), number / 1000)
    assert dongle.overruns == 0
    dongle.controller.receive(Frame(0x123, data=bytes(8)), 9.0)
    assert dongle.overruns == 1
    assert len(dongle.take_output()) == line * (65_536 // line + 1)
