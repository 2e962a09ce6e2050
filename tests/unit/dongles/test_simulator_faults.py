"""Provoked faults: disturbed frames, frames lost by a dongle, power cuts, and a node that sends at a wrong bit rate."""

import pytest

from benchboard.canbus.frame import Frame
from benchboard.dongles.simulator.bus import BitTiming, SimulatedController, VirtualBus, standard_nominal
from benchboard.dongles.simulator.faults import Faults, do_typed
from benchboard.dongles.simulator.flash import Flash
from benchboard.dongles.simulator.node import SimulatedDongle
from benchboard.dongles.simulator.traffic import Traffic, rate_for_load
from support.cable import seeded


def _reply(dongle: SimulatedDongle, line: bytes, now: float = 0.0) -> bytes:
    dongle.feed(line + b"\r", now)
    return dongle.take_output()


def _run(traffic: Traffic, bus: VirtualBus, now: float, until: float) -> None:
    due: float | None = now
    while due is not None and due < until:
        due = min((at for at in (traffic.advance(due), bus.advance(due)) if at is not None), default=None)


def _two() -> tuple[VirtualBus, SimulatedDongle, SimulatedDongle]:
    bus = VirtualBus()
    one, two = (SimulatedDongle(Flash(), bus, random=seeded(n)) for n in (1, 2))
    return bus, one, two


def _counters(dongle: SimulatedDongle, now: float) -> tuple[int, int, int, int]:
    """TEC, REC, bus errors and the error state."""
    text = _reply(dongle, b"e", now)
    return int(text[1:5], 16), int(text[5:9], 16), int(text[9:17], 16), int(text[17:18])


def test_faults_all_frames_disturbed_send_the_sender_bus_off() -> None:
    bus, one, two = _two()
    Faults(disturbed=100).apply(bus, [one, two])
    for dongle in (one, two):
        _reply(dongle, b"O")
    _reply(one, b"t1230", 0.0)
    bus.advance(1.0)
    assert _counters(one, 1.0) == (256, 0, 32, 3)
    # Each error flag is one error to who heard the frame, whatever the sender's state.
    assert _counters(two, 1.0)[1:] == (32, 32, 0)
    assert _reply(one, b"t1230", 1.0) == b"\a"


@pytest.mark.parametrize("percent", [0.0, 5.0, 33.0])
def test_faults_share_of_frames_disturbed_is_that_of_all_attempts(percent: float) -> None:
    bus, one, _other = _two()
    Faults(disturbed=percent).apply(bus, [one])
    traffic = Traffic(bus, 250, 500_000, [one.controller])
    _reply(one, b"O")
    _run(traffic, bus, 0.0, 10.0)
    frames = one.take_output().count(b"\r")
    errors = _counters(one, 10.0)[2]
    assert frames > 1_500
    assert errors / (frames + errors) == pytest.approx(percent / 100, abs=0.002)


def test_faults_dropped_frames_are_lost_and_reported_as_an_overrun() -> None:
    bus, one, _other = _two()
    Faults(dropped=25).apply(bus, [one])
    traffic = Traffic(bus, 100, 500_000, [one.controller])
    _reply(one, b"O")
    _run(traffic, bus, 0.0, 10.0)
    frames = one.take_output().count(b"\r")
    assert one.overruns / (frames + one.overruns) == pytest.approx(0.25, abs=0.01)
    assert _reply(one, b"F") == b"F08\r"
    assert _reply(one, b"F") == b"F00\r"


def test_cut_power_closes_the_channel_and_keeps_identity_and_flash() -> None:
    bus, one, _other = _two()
    before = one.device_id
    _reply(one, b"S5")
    _reply(one, b"O")
    assert do_typed(b"cut 1", bus, [one], 0.0)
    assert one.device_id == before
    assert not one.controller.is_open
    assert _reply(one, b"O") == b"\r"
    assert one.controller.timing.nominal.bitrate == 500_000, "S5 was not in its flash"


def test_dongle_without_power_forgets_its_counters_and_comes_back_error_active() -> None:
    bus, one, _other = _two()
    _reply(one, b"O")
    one.controller.tx_errors = 256
    assert _reply(one, b"e") == b"e01000000000000003\r"
    assert do_typed(b"cut 1", bus, [one], 0.0)
    assert _reply(one, b"e") == b"e00000000000000000\r"
    assert not one.controller.bus_off


def test_stalled_dongle_is_stalled_for_the_seconds_typed() -> None:
    bus, one, _other = _two()
    assert do_typed(b" stall  1 3", bus, [one], 10.0)
    assert [one.is_stalled(now) for now in (10.0, 12.9, 13.0)] == [True, True, False]


@pytest.mark.parametrize("typed", [b"", b"press", b"press 0", b"press 3", b"cut 1 2", b"disturb", b"stall x", b"\xff"])
def test_do_typed_anything_else_does_nothing(typed: bytes) -> None:
    bus, one, two = _two()
    assert not do_typed(typed, bus, [one, two], 0.0)


def test_disturb_typed_destroys_as_many_frames() -> None:
    bus, one, two = _two()
    for dongle in (one, two):
        _reply(dongle, b"O")
    assert do_typed(b"disturb 3", bus, [one, two], 0.0)
    _reply(one, b"t1230", 0.0)
    bus.advance(1.0)
    assert _counters(one, 1.0) == (3 * 8 - 1, 0, 3, 0)


@pytest.mark.parametrize("percent", [0.1, 10.0, 50.0, 95.0])
def test_rate_for_load_keeps_the_bus_busy_for_that_share(percent: float) -> None:
    bus, one, _other = _two()
    traffic = Traffic(bus, rate_for_load(percent, 500_000), 500_000, [one.controller])
    heard: list[Frame] = []
    listener = SimulatedController(lambda frame, _now: heard.append(frame))
    bus.attach(listener)
    listener.open(one.controller.timing, mode="LISTEN_ONLY")
    _reply(one, b"O")
    seconds = min(40.0, 400.0 / percent)  # as many frames at the high shares as at the lower ones
    _run(traffic, bus, 0.0, seconds)
    busy = sum(listener.duration(frame) for frame in heard)
    assert busy / seconds == pytest.approx(percent / 100, rel=0.12)


def test_node_that_keeps_sending_at_a_wrong_bit_rate_goes_bus_off_on_a_busy_bus() -> None:
    """Fault confinement: it makes errors, counts them, and at last is off; the others go on."""
    bus, one, two = _two()
    traffic = Traffic(bus, 200, 500_000, [one.controller, two.controller])
    _reply(one, b"S5")
    _reply(one, b"O")
    _reply(two, b"O")
    now = 0.0
    while now < 20.0 and not one.controller.bus_off:
        _reply(one, b"t0010", now)
        _run(traffic, bus, now, now + 0.05)
        now += 0.05
    assert one.controller.bus_off
    assert one.controller.tx_errors >= 256
    assert two.controller.rx_errors < 128, "the bus is sound without it"
    two.take_output()
    _run(traffic, bus, now, now + 1.0)
    assert two.take_output().count(b"\r") > 100


def test_lone_sender_ends_error_passive_and_never_bus_off() -> None:
    bus = VirtualBus()
    node = SimulatedController(lambda _frame, _now: None)
    bus.attach(node)
    node.open(BitTiming(standard_nominal(500_000)), mode="NORMAL")
    node.send(Frame(1), 0.0)
    bus.advance(60.0)
    assert (node.tx_errors, node.is_error_passive, node.bus_off) == (128, True, False)
