"""`benchboard can` on a bus that plays a script."""

import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from benchboard.canbus.bus import BusState, Capabilities, ErrorState, OnResult, SendResult, ignore_result
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.cli import can, can_channel
from benchboard.cli.main import main
from benchboard.dongles.firmware_detection import DongleInfo
from benchboard.errors import AppError, DeviceFailure
from support.protocol_frames import broadcast, stamped


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))


class ScriptedBus:
    """Receives a batch at each call, as a `canbus.bus.Bus`; then `error` is raised, or nothing comes any more."""

    capabilities = Capabilities(fd=False, listen_only=False, error_counters=False, time_source=TimeSource.HOST)

    def __init__(self, batches: Iterator[list[Frame]], error: AppError | None) -> None:
        self._batches, self._error = batches, error

    def recv(self, timeout: float) -> list[Frame]:
        batch = next(self._batches, None)
        if batch is None and self._error is not None:
            raise self._error
        return batch or []

    def send(self, frame: Frame) -> None:
        raise AssertionError(frame)

    def state(self) -> BusState:
        return BusState()

    def close(self) -> None:
        pass


class UnusedPort:
    def close(self) -> None:
        pass


def play(monkeypatch: pytest.MonkeyPatch, batches: list[list[Frame]], error: AppError | None = None) -> None:
    """Have the dongle on any port receive `batches`."""
    monkeypatch.setattr(can_channel.link, "open_port", lambda _path: UnusedPort())
    monkeypatch.setattr(can_channel, "probe_open", lambda _port: DongleInfo("p", "lawicel", "V1013", ""))
    monkeypatch.setattr(can_channel, "SlcanBus", lambda _port, **_options: ScriptedBus(iter(batches), error))


def _wait_for(condition: Callable[[], bool]) -> None:
    while not condition():
        pass


def frames(first: int, count: int) -> list[Frame]:
    return [Frame(first + k, timestamp=Timestamp(1_700_000_000.0, TimeSource.HOST, 0.001)) for k in range(count)]


def monitored(capsys: pytest.CaptureFixture[str]) -> list[int]:
    """The IDs of the printed frames."""
    return [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()]


MONITOR = ["can", "monitor", "--port", "/dev/p", "--bitrate", "500000", "--json"]


def test_monitor_of_a_port_that_fails_prints_every_frame_received_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, [frames(0, 11), frames(11, 6)], DeviceFailure("port.gone", "It left."))
    assert main(MONITOR) == 1
    assert monitored(capsys) == list(range(17))


def test_monitor_count_ends_after_that_many_frames(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, [frames(0, 11), frames(11, 6)])
    assert main([*MONITOR, "--count", "5"]) == 0
    assert monitored(capsys) == [0, 1, 2, 3, 4]


def test_monitor_with_a_protocol_prints_and_counts_its_messages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    transfer = stamped(broadcast(bytes(20), 0xFECA, 0), start=1_700_000_000.0)
    play(monkeypatch, [frames(0, 3), transfer[:2]], DeviceFailure("port.gone", "It left."))
    assert main([*MONITOR, "--protocol", "j1939"]) == 1
    (late,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (late["name"], late["problem"]) == ("DM1", "ended")
    play(monkeypatch, [frames(0, 3), transfer, transfer])
    assert main([*MONITOR, "--protocol", "j1939", "--count", "2"]) == 0
    said = capsys.readouterr()
    assert [json.loads(line)["data"] for line in said.out.splitlines()] == [bytes(20).hex()] * 2
    assert said.err == "2 messages, 0 incomplete.\n"


def test_monitor_of_a_silent_bus_ends_after_its_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, [])
    assert main([*MONITOR, "--seconds", "0.01"]) == 0
    assert monitored(capsys) == []


def test_monitor_that_prints_slower_than_frames_come_ends_on_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, [frames(0, 1000)])
    now, printed = [0.0], []

    def slow_echo(text: str, err: bool = False) -> None:
        now[0] += 0 if err else 1
        printed.append(text)

    monkeypatch.setattr(can.click, "echo", slow_echo)
    monkeypatch.setattr(can.time, "monotonic", lambda: now[0])
    # The script's batch is there when the printing begins.
    began = can.Capture.start
    monkeypatch.setattr(can.Capture, "start", lambda self: (began(self), _wait_for(lambda: self.since(0).next == 1000)))
    assert main([*MONITOR, "--seconds", "6"]) == 0
    assert now[0] == 7  # the one in whose print the time ended
    assert printed[-1] == "Dropped on this computer: 993. Overruns on the dongle: 0. Malformed lines: 0."


def test_monitor_interrupted_while_it_prints_shows_every_frame_received_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, [frames(0, 6)])
    echo, printed = can.click.echo, []

    def interrupted_echo(text: str, **options: bool) -> None:
        echo(text, **options)
        printed.append(text)
        if len(printed) == 1:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(can.click, "echo", interrupted_echo)
    before = signal.getsignal(signal.SIGINT)
    assert main(MONITOR) == 0
    assert monitored(capsys) == list(range(6))
    assert signal.getsignal(signal.SIGINT) is before


def test_send_reports_all_wrong_frames_at_once() -> None:
    """Before the port is opened, which there isn't one of."""
    with pytest.raises(click.UsageError) as caught:
        can.can.main(["send", "--port", "/dev/none", "123#00", "12#GG", "800#00"], standalone_mode=False)
    assert caught.value.message == (
        "2 of 3 frames aren't valid. “12#GG”: A standard ID has 3 hex digits, an extended ID 8. This one has 2. “GG” in"
        " the data isn't hexadecimal. “800#00”: ID 800 is above 7FF. For an extended ID, write 8 digits: 00000800#00."
        " Use a format such as 123#DEADBEEF."
    )


def test_send_of_many_wrong_frames_explains_five() -> None:
    with pytest.raises(click.UsageError) as caught:
        can.can.main(["send", "--port", "/dev/none", *["12"] * 7], standalone_mode=False)
    assert caught.value.message.count("There's no #") == 5
    assert " 2 more aren't valid. " in caught.value.message


class UnreportingBus(ScriptedBus):
    """Takes every frame, counts `tx_errors`, and reports of none whether it was acknowledged."""

    capabilities = Capabilities(fd=False, listen_only=False, error_counters=True, time_source=TimeSource.HOST)
    tx_errors = 0

    def send(self, frame: Frame, on_result: OnResult = ignore_result) -> None:
        on_result(SendResult.ACCEPTED)

    def state(self) -> BusState:
        return BusState(ErrorState.ACTIVE, tx_errors=self.tx_errors)


@pytest.mark.parametrize(("tx_errors", "status"), [(0, 0), (40, 1)])
def test_send_every_through_a_dongle_that_reports_nothing_says_given_and_fails_with_transmit_errors(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tx_errors: int, status: int
) -> None:
    """It said “3 sent” of frames that no node acknowledged."""
    play(monkeypatch, [])
    bus = UnreportingBus(iter(()), None)
    bus.tx_errors = tx_errors
    monkeypatch.setattr(can_channel, "SlcanBus", lambda _port, **_options: bus)
    send = ["can", "send", "--port", "/dev/p", "--bitrate", "500000", "123#11", "--every", "10", "--seconds", "0.05"]
    assert main(send) == status
    printed = capsys.readouterr()
    assert re.match(r"123#11: \d+ given to the dongle, (\d+ missed, )?at most ", printed.out)
    assert ("No node acknowledged the frame" in printed.err) == bool(status)
