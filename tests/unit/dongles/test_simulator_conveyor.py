"""The conveyor's frames carry the values that its CAN database reads from them, and change as a machine's would."""

from itertools import pairwise

import pytest

from benchboard.canbus.dbc_files import load_databases
from benchboard.canbus.frame import Frame
from benchboard.dongles.simulator import conveyor
from benchboard.dongles.simulator.bus import STANDARD, BitTiming, SimulatedController, VirtualBus
from benchboard.dongles.simulator.traffic import Traffic


def _frames(seconds: float) -> list[tuple[float, Frame]]:
    """What a controller on the conveyor's bus receives."""
    found: list[tuple[float, Frame]] = []
    bus = VirtualBus()
    listener = SimulatedController(lambda frame, now: found.append((now, frame)))
    bus.attach(listener)
    listener.open(BitTiming(STANDARD.nominal), mode="NORMAL")
    traffic = Traffic(bus, 120, 500_000, [listener])
    for step in range(round(seconds * 1_000)):
        traffic.advance(step / 1_000)
        bus.advance(step / 1_000)
    return found


def test_values_that_are_read_are_those_that_were_sent() -> None:
    database = load_databases([conveyor.database_file()])
    assert not database.repeated
    seen = dict[str, int]()
    for now, frame in _frames(4):
        message = database.find(frame)
        assert message is not None
        assert len(frame.data) == message.length
        for one in message.decode(frame.data):
            low, high = one.signal.minimum, one.signal.maximum
            assert low is not None
            assert high is not None
            assert low <= one.value <= high, one
            sent = conveyor.values(message.name, now, seen.get(message.name, 0) + 1)[one.signal.name]
            if not one.signal.choices and one.signal.name not in ("PackageCount", "OperatingTime"):
                slack = one.signal.scale + (10 if one.signal.name == "Position" else 0.01 * abs(sent))
                assert one.value == pytest.approx(sent, abs=slack), one
        seen[message.name] = seen.get(message.name, 0) + 1
    assert seen.keys() == {message.name for message in database.messages}


def test_bytes_that_a_machine_would_not_change_stay() -> None:
    frames = [frame for _now, frame in _frames(4)]
    (panel,) = {frame.data for frame in frames if frame.id == 0x5F0}
    assert panel == bytes((1, 0))
    drive = [frame.data for frame in frames if frame.id == 0x0C9]
    assert {data[5:7] for data in drive} == {bytes((2, 0))}
    speeds = [int.from_bytes(data[:2], "little") / 4 for data in drive]
    assert max(abs(one - other) for one, other in pairwise(speeds)) < 5, "no jumps"
    assert len(set(speeds)) > 20
