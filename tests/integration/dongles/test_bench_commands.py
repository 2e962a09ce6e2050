"""The bench from the command line: pair, list, configure, monitor, send; against a real simulator, as JSON."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchboard.canbus import link
from benchboard.dongles.protocol import OwnershipState
from support.benchsim import Simulator, simulated
from support.programs import Programs

Run = Callable[..., str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def simulator(home: Path) -> Iterator[Simulator]:
    with simulated(home, 2, "--traffic", "100") as running:
        yield running


def environment(home: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "BENCHBOARD_DATABASE_URL"}
    return {**inherited, "BENCHBOARD_HOME": str(home), "BENCHBOARD_KEYRING": "off"}


@pytest.fixture
def run(programs: Programs) -> Run:
    """A command with that home; what it said on standard output, or on standard error where it must fail."""

    def ran(home: Path, *arguments: str, status: int = 0) -> str:
        ended = programs.run("benchboard", *arguments, environment=environment(home))
        assert ended.returncode == status, ended.stderr
        assert "Traceback" not in ended.stderr
        return ended.stdout if status == 0 else ended.stderr

    return ran


@pytest.mark.parametrize("name", ["x" * 101, "Rig \u202e1"])
def test_dongle_pair_with_a_name_that_cannot_be_used_pairs_nothing(
    home: Path, simulator: Simulator, run: Run, name: str
) -> None:
    device_id, port = next(iter(simulator.ports.items()))
    assert "This name can't be used." in run(home, "dongle", "pair", "--port", port, "--yes", "--name", name, status=2)
    info = json.loads(run(home, "dongle", "info", "--port", port, "--json"))
    assert (info["device_id"], info["ownership_state"]) == (device_id, "UNCLAIMED")


def test_dongle_pair_list_and_config_agree(home: Path, simulator: Simulator, run: Run) -> None:
    device_id, port = next(iter(simulator.ports.items()))
    paired = json.loads(run(home, "dongle", "pair", "--port", port, "--yes", "--name", "Rig 1", "--json"))
    assert (paired["device_id"], paired["ownership_state"], paired["resumed"]) == (device_id, "CLAIMED_ACTIVE", False)
    assert simulator.persistent(device_id).state == OwnershipState.CLAIMED_ACTIVE
    again = json.loads(run(home, "dongle", "pair", "--port", port, "--yes", "--json"))
    assert (again["resumed"], again["name"], again["key_version"]) == (True, "Rig 1", 1)
    assert (paired["already_ours"], again["already_ours"]) == (False, True)
    # Without --yes: what is ours already needs no consent.
    assert "Rig 1 is already paired with" in run(home, "dongle", "pair", "--port", port)

    written = json.loads(run(home, "dongle", "config", "--port", port, "--timing", "10/11/2/2/2", "--json"))
    assert written["sample_point"] == 87.5
    listed = json.loads(run(home, "dongle", "list", "--json"))["items"]
    (ours,) = [row for row in listed if row["device_id"] == device_id]
    assert (ours["name"], ours["bitrate"], ours["port"]) == ("Rig 1", 500_000, port)
    assert len(listed) == 2
    shown = run(home, "dongle", "list").splitlines()
    assert re.split(" {2,}", shown[0].strip()) == ["Name", "ID", "Status", "Connection", "Port", "Bit rate"]
    assert "Paired" in shown[1]
    assert "500 kbit/s" in shown[1]
    assert "Not paired" in shown[2]
    assert "Dongle " + shown[2].split()[2][-4:].upper() in shown[2]  # without a name, as the window shows it
    assert not re.search("[A-Z]_[A-Z]", "".join(shown))
    said = run(home, "dongle", "info", "--port", port)
    assert "Status" in said
    assert "Paired with an organisation" in said  # with which, the dongle alone doesn't tell
    assert re.search(r"^Supports CAN FD +yes *$", said, re.MULTILINE)  # what it can do, and below what it is set to
    settings = run(home, "dongle", "config", "--port", port)
    assert "bitrate" not in settings
    assert re.search(r"^Mode +Normal *$", settings, re.MULTILINE)
    for setting in ("CAN FD +off", "Auto retransmit +on", "Triple sampling +off"):
        assert re.search(rf"^{setting} *$", settings, re.MULTILINE)
    events = json.loads(run(home, "audit", "list", "--json"))["items"]
    assert {"dongle.claim", "dongle.configure"} <= {row["event"] for row in events}


def test_dongle_rename_names_a_dongle_by_its_id_or_name(home: Path, simulator: Simulator, run: Run) -> None:
    device_id, port = next(iter(simulator.ports.items()))
    run(home, "dongle", "pair", "--port", port, "--yes", "--name", "Rig 1")
    renamed = json.loads(run(home, "dongle", "rename", device_id, "Rig 7", "--json"))
    assert (renamed["device_id"], renamed["former_name"], renamed["name"]) == (device_id, "Rig 1", "Rig 7")
    assert run(home, "dongle", "rename", "rig 7", "Rig 1") == "Renamed Rig 7 to Rig 1.\n"
    assert run(home, "dongle", "rename", "Rig 1", "Rig 1") == "Rig 1 already has this name.\n"
    assert "Dongle not found." in run(home, "dongle", "rename", "Rig 9", "Rig 1", status=1)
    events = json.loads(run(home, "audit", "list", "--event", "dongle.rename", "--json"))["items"]
    assert len(events) >= 2


def test_dongle_release_makes_it_free_for_another_database(home: Path, run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / "ports").symlink_to(home / "ports")
    with simulated(home, 1) as simulator:
        device_id, port = next(iter(simulator.ports.items()))
        assert "Dongle not found." in run(home, "dongle", "release", "--port", port, "--yes", status=1)
        run(home, "dongle", "pair", "--port", port, "--yes", "--name", "Rig 3")
        assert "Dongle not found." in run(other, "dongle", "release", "--port", port, "--yes", status=1)
        asked = run(home, "dongle", "release", "--port", port, status=130)  # nobody answers
        assert "anyone can pair it or change its settings" in asked
        assert simulator.persistent(device_id).state == OwnershipState.CLAIMED_ACTIVE
        released = json.loads(run(home, "dongle", "release", "--port", port, "--yes", "--json"))
        assert (released["device_id"], released["ownership_state"]) == (device_id, "REVOKED")
        assert released["already_released"] is False
        held = simulator.persistent(device_id)
        assert (held.state, held.token, held.key_version) == (OwnershipState.REVOKED, None, 1)
        assert run(home, "dongle", "release", "--port", port) == "Rig 3 is already released.\n"
        (row,) = [one for one in json.loads(run(home, "dongle", "list", "--json"))["items"] if one["port"] == port]
        assert (row["name"], row["ownership_state"], row["key_version"]) == ("Rig 3", "REVOKED", None)
        paired = json.loads(run(other, "dongle", "pair", "--port", port, "--yes", "--json"))
        assert (paired["ownership_state"], paired["key_version"]) == ("CLAIMED_ACTIVE", 2)


def test_dongle_list_without_a_match_names_the_command_that_lists_all(
    home: Path, simulator: Simulator, programs: Programs
) -> None:
    ended = programs.run("benchboard", "dongle", "list", "--search", "nowhere", environment=environment(home))
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "No dongles match “nowhere”. To list all, run “benchboard dongle list”.\n"


def test_dongle_list_names_a_dongle_whose_port_is_in_use(home: Path, simulator: Simulator, run: Run) -> None:
    device_id, port = list(simulator.ports.items())[1]
    with link.open_port(port):
        shown = run(home, "dongle", "list").splitlines()
        listed = json.loads(run(home, "dongle", "list", "--json"))["items"]
    (row,) = [row for row in listed if row["port"] == port]
    assert (row["device_id"], row["name"]) == (device_id, None)
    assert len([row for row in listed if row["port"]]) == 2
    (line,) = [line for line in shown if port in line]
    assert f"Dongle {device_id[-4:].upper()}" in line
    assert "In use" in line


def test_dongle_list_without_a_probe_calls_no_device_connected(home: Path, simulator: Simulator, run: Run) -> None:
    port = next(iter(simulator.ports.values()))
    shown = {probe: run(home, "dongle", "list", probe).splitlines() for probe in ("--probe", "--no-probe")}
    lines = {probe: next(line for line in lines if port in line) for probe, lines in shown.items()}
    assert "Connected" in lines["--probe"]
    assert "Not checked" in lines["--no-probe"]
    assert not any("Connected" in line for line in shown["--no-probe"])


def test_dongle_list_says_that_a_dongle_was_paired_by_another_database(
    home: Path, simulator: Simulator, run: Run, tmp_path: Path
) -> None:
    device_id, port = next(iter(simulator.ports.items()))
    run(home, "dongle", "pair", "--port", port, "--yes")
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / "ports").symlink_to(home / "ports")
    (line,) = [line for line in run(other, "dongle", "list").splitlines() if device_id in line]
    assert "Paired elsewhere" in line
    (line,) = [line for line in run(home, "dongle", "list").splitlines() if device_id in line]
    assert "Paired" in line
    assert "elsewhere" not in line
    # What the other one could do is to open the database that paired it: there is nothing to release it with.
    for arguments in (("pair", "--port", port, "--yes"), ("config", "--port", port, "--timing", "10/11/2/2/2")):
        said = " ".join(run(other, "dongle", *arguments, status=1).split())
        assert "paired with another organisation." in said
        assert "Use the database that paired it: --demo, --url or --org." in said


def test_dongle_config_of_a_dongle_that_is_not_paired_is_in_the_audit_log_and_read_back(
    home: Path, simulator: Simulator, run: Run, programs: Programs
) -> None:
    device_id, port = list(simulator.ports.items())[1]
    ended = programs.run(
        "benchboard", "dongle", "config", "--port", port, "--timing", "10/11/2/2/2", environment=environment(home)
    )
    assert "This dongle isn't paired: anyone can change its settings." in ended.stderr
    assert re.search(r"^Sample point +87.5 % *$", run(home, "dongle", "info", "--port", port), re.MULTILINE)
    info = json.loads(run(home, "dongle", "info", "--port", port, "--json"))
    assert (info["bitrate"], info["sample_point"], info["data_bitrate"]) == (500_000, 87.5, None)
    (line,) = [line for line in run(home, "dongle", "list").splitlines() if device_id in line]
    assert "500 kbit/s" in line
    assert f"Wrote the bit timing to “Dongle {device_id[-4:].upper()}”" in run(home, "audit", "list")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--clock", "40000000", "--timing", "10/6/7/2/2"), "The dongle's CAN clock is 80 MHz, not 40 MHz."),
        (("--write", '{"controller": "mcp2515"}'), "The dongle's controller is fdcan, not mcp2515."),
    ],
)
def test_dongle_config_of_other_hardware_writes_nothing(
    home: Path, simulator: Simulator, run: Run, arguments: tuple[str, ...], what: str
) -> None:
    at = ("dongle", "config", "--port", list(simulator.ports.values())[1])
    before = json.loads(run(home, *at, "--json"))
    assert what in run(home, *at, *arguments, status=1)
    assert json.loads(run(home, *at, "--json")) == before
    assert (before["reported_controller"], before["reported_clock_hz"]) == ("fdcan", 80_000_000)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ('{"bitrate": 5}', "“bitrate” must be a whole number from 1000 to 1000000 (1 kbit/s to 1 Mbit/s)."),
        ('{"data_sjw": 0}', "“data_sjw” must be a whole number from 1 to 512 or null."),
        ('{"mode": "LOUD"}', "“mode” must be one of normal, listen-only, loopback, silent-loopback."),
        ('{"filters": [[1]]}', "“filters” must be up to 28 lists [ID, mask, extended], such as [291, 2047, false]."),
        ('{"sample_point": 100}', "“sample_point” must be a percentage between 0 and 100."),
        ('{"fd_enabled": 1}', "“fd_enabled” must be true or false."),
        ('{"bitrate": 250000}', "don't give the bit rate within 5"),
    ],
)
def test_dongle_config_of_an_invalid_setting_names_it_and_what_is_allowed(
    home: Path, simulator: Simulator, run: Run, settings: str, why: str
) -> None:
    port = list(simulator.ports.values())[1]
    assert why in run(home, "dongle", "config", "--port", port, "--write", settings, status=2)


def test_dongle_config_shows_filters_in_words(home: Path, simulator: Simulator, run: Run) -> None:
    at = ("dongle", "config", "--port", list(simulator.ports.values())[1])
    shown = run(home, *at, "--write", '{"filters": [[291, 2047, false], [1, 3, true]]}')
    assert "standard 0x123 mask 0x7FF, extended 0x00000001 mask 0x00000003" in shown
    assert re.search("CAN clock the dongle reports +80 MHz", shown)
    run(home, *at, "--write", '{"filters": []}')


def test_dongle_config_read_makes_no_database(home: Path, simulator: Simulator, run: Run, tmp_path: Path) -> None:
    port = list(simulator.ports.values())[1]
    read = json.loads(run(tmp_path / "nowhere", "dongle", "config", "--port", port, "--read", "--json"))
    assert read["bitrate"] == 500_000
    assert not (tmp_path / "nowhere" / "benchboard.db").exists()


def test_can_monitor_and_send_exchange_frames(home: Path, simulator: Simulator, run: Run) -> None:
    first, second = simulator.ports.values()
    lines = run(home, "can", "monitor", "--port", first, "--count", "20", "--json").splitlines()
    assert len(lines) == 20
    frames = [json.loads(line) for line in lines]
    assert {frame["id"] for frame in frames} >= {0x0C9, 0x1A0}
    # The dongle's own milliseconds, and no digit more.
    assert {(frame["time_source"], frame["time_uncertainty"]) for frame in frames} == {("device", 0.001)}
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", frame["time"]) for frame in frames)
    text = run(home, "can", "monitor", "--port", first, "--count", "5").splitlines()
    assert all(re.fullmatch(r"\(\d{10}\.\d{3}000\) can [0-9A-F]+#[0-9A-F]*", line) for line in text)
    command = [sys.executable, "-m", "benchboard", "can", "monitor", "--port", second, "--seconds", "120"]
    own = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment(home) | own, stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout is not None
        listener.stdout.readline()
        sent = json.loads(run(home, "can", "send", "--port", first, "321#C0FFEE", "18FEF100#00", "--json"))
        assert sent == {"sent": 2, "bitrate": 500_000}
        heard = any("can 321#C0FFEE" in line for line in listener.stdout)
        listener.send_signal(signal.SIGINT)
    assert heard


@pytest.mark.parametrize("command", [("send", "123#11"), ("monitor", "--count", "1")])
def test_can_with_another_bit_rate_than_the_dongles_is_refused(
    home: Path, simulator: Simulator, run: Run, command: tuple[str, ...]
) -> None:
    port = list(simulator.ports.values())[1]
    at = ("can", command[0], "--port", port)
    said = run(home, *at, "--bitrate", "250000", *command[1:], status=1)
    assert f"The dongle on {port} is set to 500 kbit/s, not 250 kbit/s. Leave out --bitrate" in said
    run(home, *at, "--bitrate", "500000", *command[1:])


def test_can_and_dongle_failures_print_one_sentence(home: Path, simulator: Simulator, run: Run) -> None:
    port = next(iter(simulator.ports.values()))
    assert "“12#1” isn't a valid frame. A standard ID has 3 hex digits, an extended ID 8. This one has 2." in run(
        home, "can", "send", "--port", port, "12#1", status=2
    )
    assert "doesn't exist" in run(home, "can", "monitor", "--port", "/dev/ttyNONE", status=1)
    assert "doesn't exist" in run(home, "dongle", "pair", "--port", "/dev/ttyNONE", "--yes", status=1)


def test_can_send_of_a_dongle_set_to_listen_only_names_the_mode_and_the_command_that_helps(
    home: Path, simulator: Simulator, run: Run
) -> None:
    """It blamed the cable. The audit log calls the change by what it is."""
    device_id, port = list(simulator.ports.items())[1]
    run(home, "dongle", "config", "--port", port, "--mode", "LISTEN_ONLY")
    said = run(home, "can", "send", "--port", port, "123#11", status=1)
    assert "The dongle is set to listen only, so it sends nothing." in said
    named = re.search(f"“benchboard (dongle config --port {port} --mode normal)”", said)
    assert named
    run(home, *named[1].split())
    assert json.loads(run(home, "can", "send", "--port", port, "123#11", "--json"))["sent"] == 1
    name = device_id[-4:].upper()
    assert f"Set the mode of “Dongle {name}” to listen only" in run(home, "audit", "list")


def test_can_send_of_a_can_fd_frame_on_classic_can_names_the_command_that_helps(
    home: Path, simulator: Simulator, run: Run
) -> None:
    for port in simulator.ports.values():
        said = run(home, "can", "send", "--port", port, "123##1AABB", status=1)
        assert "this dongle is set to classic CAN" in said
        named = re.search(f"“benchboard (dongle config --port {port} --data-timing [0-9/]+)”", said)
        assert named
        run(home, *named[1].split())
        assert "2 Mbit/s" in said
    assert json.loads(run(home, "can", "send", "--port", port, "123##1AABB", "--json"))["sent"] == 1


def test_dongle_simulate_in_an_unusable_home_fails_with_a_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "simulated").write_text("in the way", encoding="utf-8")
    said = run(tmp_path / "home", "dongle", "simulate", status=1)
    assert "can't use" in said
    assert "Ctrl+C" not in said


def test_can_monitor_on_a_silent_bus_reports_listening(home: Path) -> None:
    with simulated(home, 1, "--bus", "silent") as quiet:
        (port,) = quiet.ports.values()
        command = [sys.executable, "-m", "benchboard", "can", "monitor", "--port", port, "--seconds", "0.2"]
        environment = {**os.environ, "BENCHBOARD_HOME": str(home)}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"Listening on {port}")


def test_can_monitor_at_a_wrong_bit_rate_says_that_there_are_errors_only_and_how_to_find_the_right_one(
    home: Path,
) -> None:
    """It was silent."""
    with simulated(home, 1, "--bus", "other", "--traffic", "200", "--bitrate", "250000") as other:
        (port,) = other.ports.values()
        command = [sys.executable, "-m", "benchboard", "can", "monitor", "--port", port, "--seconds", "3"]
        own = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        ended = subprocess.run(
            command, env=environment(home) | own, capture_output=True, text=True, timeout=120, check=True
        )
    (said,) = (line for line in ended.stderr.splitlines() if line.startswith("Only errors"))
    assert said.startswith("Only errors at 500 kbit/s, no frames: the other nodes may run at another bit rate, such as")
    assert "250 kbit/s, 125 kbit/s or 1 Mbit/s" in said
    assert f"benchboard can detect --port {port}" in said
