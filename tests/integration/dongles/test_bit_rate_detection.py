"""The bit rate of a bus, found by listening to simulated dongles."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.bit_rate_detection import Detection, RateHeard, detect_bit_rate
from benchboard.dongles.device import Device
from benchboard.dongles.simulator.node import FACTORY_CONFIG
from support.simulator import simulator


def _opener(port: str) -> Callable[[int], SlcanBus]:
    return lambda bitrate: SlcanBus(link.open_port(port), bitrate=bitrate, override=True, listen_only=True)


@pytest.mark.parametrize(("option", "bitrate"), [("500k", 500_000), ("125k", 125_000), ("1M", 1_000_000)])
def test_detect_bit_rate_of_traffic_disturbs_nobody_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, bitrate: int
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    with simulator(tmp_path, "--traffic", "300", "--bitrate", option, count=2) as running:
        other = SlcanBus(link.open_port(running.ports[1]), bitrate=bitrate, override=True)
        tried: list[int] = []
        found = detect_bit_rate(_opener(running.ports[0]), seconds=0.3, on_rate=lambda _done, rate: tried.append(rate))
        other.recv(0.5)
        heard = other.state()
        other.close()
        assert found.bitrate == bitrate
        assert tried[-1] == bitrate, "it ends where the bus was heard"
        assert all(one.errors and not one.frames for one in found.heard[:-1])
        assert (heard.bus_errors, heard.rx_errors) == (0, 0)
        with link.open_port(running.ports[0]) as handle:
            device = Device(handle)
            device.close_channel()
            assert device.config_read().config == FACTORY_CONFIG


def test_detect_bit_rate_of_a_silent_bus_rules_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    with simulator(tmp_path) as running:
        found = detect_bit_rate(_opener(running.ports[0]), (500_000, 250_000), seconds=0.1)
    assert (found.bitrate, found.is_silent) == (None, True)
    assert found.sentence == "No node is sending. The bit rate of a silent bus can't be detected."


@pytest.mark.parametrize(
    ("heard", "bitrate"),
    [
        (((500_000, 0, 40), (250_000, 30, 2), (125_000, 0, 40)), 250_000),
        (((500_000, 2, 40), (250_000, 30, 2)), 250_000),
        (((500_000, 2, 40), (250_000, 1, 40)), None),
        ((), None),
    ],
)
def test_detection_is_the_rate_with_the_most_frames_per_error(
    heard: tuple[tuple[int, int, int], ...], bitrate: int | None
) -> None:
    assert Detection(tuple(RateHeard(*one) for one in heard)).bitrate == bitrate
