"""`benchboard can send` with periods and tables, on the simulated bus."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame
from benchboard.canbus.send_table import SendTable
from benchboard.canbus.send_table_file import write_table
from benchboard.dongles.device import Device
from support.benchsim import Simulator, simulated
from support.waiting import until

ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulated(tmp_path_factory.mktemp("home"), 2, "--traffic", "100") as running:
        yield running


@pytest.fixture
def listener(simulator: Simulator) -> Iterator[Capture]:
    """The bus as the second dongle hears it."""
    with link.open_port(list(simulator.ports.values())[1]) as handle:
        Device(handle).close_channel()
        capture = Capture(SlcanBus(handle, bitrate=500_000), bitrate=500_000)
        capture.start()
        yield capture
        capture.stop()


def run(*arguments: str, home: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "benchboard", "can", "send", *arguments],
        capture_output=True, text=True, check=False, timeout=120,
        env={"BENCHBOARD_HOME": str(home), **ENVIRONMENT},
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done


def heard(listener: Capture, ident: int) -> list[Frame]:
    return [frame for frame in listener.since().frames if frame.id == ident]


def test_a_table_is_sent_as_the_other_dongle_hears_it(simulator: Simulator, listener: Capture, tmp_path: Path) -> None:
    file = tmp_path / "line.json"
    table = SendTable().with_frame(Frame(0x321, data=b"\x01\x02"), "OperatorRequest", 20.0)
    write_table(file, table.with_frame(Frame(0x18EAFFF9, extended=True, data=b"\xeb\xfe\x00"), "Request"))
    port = next(iter(simulator.ports.values()))
    done = run("--port", port, "--table", str(file), "--seconds", "1", "--json", home=simulator.home)
    answer = json.loads(done.stdout)
    first, second = answer["rows"]
    assert answer["acknowledged"]
    until(lambda: len(heard(listener, 0x321)) == first["sent"], "what was acknowledged was heard")
    frames = heard(listener, 0x321)
    assert len(frames) > 5
    assert first["sent"] + first["missed"] >= 50, "a turn each 20 ms"
    assert [frame.data for frame in heard(listener, 0x18EAFFF9)] == [b"\xeb\xfe\x00"]
    assert (second["sent"], second["failed"], first["failed"], first["unconfirmed"]) == (1, 0, 0, 0)


def test_frames_named_with_a_period_are_sent_until_ctrl_c(simulator: Simulator, listener: Capture) -> None:
    port = next(iter(simulator.ports.values()))
    command = [sys.executable, "-m", "benchboard", "can", "send", "--port", port, "5A5#11", "--every", "10"]
    with subprocess.Popen(
        command, env={"BENCHBOARD_HOME": str(simulator.home), **ENVIRONMENT},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        until(lambda: len(heard(listener, 0x5A5)) > 5)
        process.send_signal(signal.SIGINT)
        said, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert "% of the bus. Press Ctrl+C to stop." in told
    assert said.startswith("5A5#11: ")
    assert "sent" in said


def test_without_another_node_the_table_stops_and_says_why(tmp_path: Path) -> None:
    with simulated(tmp_path, 1) as alone:
        (port,) = alone.ports.values()
        done = run("--port", port, "123#00", "--every", "10", "--seconds", "40", home=tmp_path, status=1)
        assert re.search(r"Sending stopped after \d+\.\d s: the dongle became error passive\. Frames kept", done.stderr)
        assert done.stdout.startswith("123#00: 0 sent")
        assert "not acknowledged" in done.stdout
        once = run("--port", port, "123#00", home=tmp_path, status=1)
        assert "The frame wasn't sent. No node acknowledged" in once.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "ID#DATA … or --table is required. Example: benchboard can send"),
        (("123#00", "--table", "a.json"), "Name frames or a --table, not both."),
        (("--table", "a.json", "--every", "10"), "The rows of a table have periods of their own."),
        (("123#00", "--every", "0.1"), "--every"),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in run("--port", "/dev/none", *arguments, home=tmp_path, status=2).stderr


def test_a_table_that_is_none_opens_no_port(tmp_path: Path) -> None:
    wrong = tmp_path / "a.json"
    wrong.write_text("{}")
    done = run("--port", "/dev/none", "--table", str(wrong), home=tmp_path, status=1)
    assert "“a.json” isn't a send table." in done.stderr
    write_table(wrong, SendTable())
    done = run("--port", "/dev/none", "--table", str(wrong), home=tmp_path, status=1)
    assert "The send table has no rows." in done.stderr
