"""Simulated dongles as processes on real pseudo-terminals, met by our own link, commands and by
python-can's client."""

import json
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import can
import pytest

from benchboard import package_data
from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.bus import ErrorState
from benchboard.canbus.capture import Capture
from benchboard.canbus.frame import Frame
from benchboard.canbus.usb_adapters import KNOWN_ADAPTERS
from benchboard.dongles.device import Device
from benchboard.dongles.firmware_detection import probe
from benchboard.dongles.protocol import ConfigSigner, ConsoleDecoder, OwnershipState, Packet, ProtocolCommand
from benchboard.errors import AppError, Cancelled, DeviceFailure, Invalid, NotFound, Unavailable
from support import forked
from support.memory_host import ORGANISATION, ORGANISATION_KEY, PUBLIC, Host
from support.programs import Programs
from support.simulator import Simulator, environment, simulator
from support.waiting import until

RULE = package_data.resources_folder() / "udev" / link.RULE_NAME

DongleCommand = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def dongle_command(home: Path, programs: Programs) -> DongleCommand:
    """One `benchboard dongle …`, run to its end."""

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return programs.run("benchboard", "dongle", *arguments, environment=environment(home), typed=stdin)

    return run


@pytest.fixture
def two(home: Path) -> Iterator[Simulator]:
    with simulator(home, count=2) as running:
        yield running


def foreign(port: str, bitrate: int) -> can.BusABC:
    return can.Bus(interface="slcan", channel=port, bitrate=bitrate)


def mixed(count: int) -> list[can.Message]:
    """Standard, extended and remote frames of every DLC."""
    return [
        can.Message(
            arbitration_id=(0x100 + n) if n % 3 else (0x1000_0000 + n),
            is_extended_id=n % 3 == 0,
            is_remote_frame=n % 4 == 3,
            dlc=n % 9,
            data=None if n % 4 == 3 else bytes((n + k) & 0xFF for k in range(n % 9)),
        )
        for n in range(count)
    ]


def shape(message: can.Message) -> tuple[object, ...]:
    return (
        message.arbitration_id, message.is_extended_id, message.is_remote_frame, message.dlc,
        bytes(message.data),
    )  # fmt: skip


def test_simulator_300_frames_between_python_can_clients_arrive(two: Simulator) -> None:
    sent = mixed(300)
    assert {(message.is_extended_id, message.is_remote_frame) for message in sent} == {
        (a, b) for a in (True, False) for b in (True, False)
    }
    got: list[can.Message] = []
    with foreign(two.ports[0], 500_000) as one, foreign(two.ports[1], 500_000) as other:
        for message in sent:
            one.send(message)
        while len(got) < len(sent):
            received = other.recv(60)
            assert received is not None
            got.append(received)
        assert other.recv(0.1) is None
    assert [shape(message) for message in got] == [shape(message) for message in sent]


def test_simulator_mismatched_bitrates_pass_nothing_and_count_errors(two: Simulator) -> None:
    with foreign(two.ports[0], 500_000) as one, foreign(two.ports[1], 250_000) as other:
        for message in mixed(5):
            one.send(message)
            other.send(message)
        assert other.recv(0.5) is None
        assert one.recv(0.1) is None
    for port in two.ports:
        with link.open_port(port) as handle:
            status = Device(handle).status()
            assert max(status.tx_errors, status.rx_errors) >= 96
            assert status.bus_errors > 16


def test_pairing_over_a_terminal_survives_a_simulator_restart(home: Path) -> None:
    host = Host()
    with simulator(home) as first:
        with link.open_port(first.ports[0]) as handle:
            host.pair(Device(handle))
        (claim_id, version, token) = host.stored["active"]
        assert probe(first.ports[0]).ownership_state == "CLAIMED_ACTIVE"
    with simulator(home) as second:
        assert second.device_ids == first.device_ids
        with link.open_port(second.ports[0]) as handle:
            device = Device(handle)
            assert device.status(token).holds_token
            device.claim_confirm(claim_id=claim_id, key_version=version, token=token)
            stored = device.config_read()
            with pytest.raises(AppError) as refused:
                device.config_write(stored.config)
            assert refused.value.code == "dongle.signature-required"
            signer = ConfigSigner(ORGANISATION_KEY.sign, claim_id.bytes, version)
            assert device.config_write(stored.config, signer=signer).revision == stored.revision + 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "step",
    [
        ProtocolCommand.CLAIM_BEGIN,
        ProtocolCommand.CLAIM_PROVE,
        ProtocolCommand.CLAIM_COMMIT,
        ProtocolCommand.CLAIM_CONFIRM,
    ],
)
def test_pairing_with_simulator_killed_at_any_step_ends_in_agreement(home: Path, step: ProtocolCommand) -> None:
    host = Host()
    with simulator(home) as first, link.open_port(first.ports[0]) as handle:
        with pytest.raises(AppError) as failed:
            host.pair(Device(_KillsAt(step, handle, first.kill)))
        assert failed.value.code in ("port.gone", "dongle.outcome-unknown", "dongle.silent")
    with simulator(home) as second, link.open_port(second.ports[0]) as handle:
        device = Device(handle)
        host.settle(device)
        assert (device.status().state is OwnershipState.CLAIMED_ACTIVE) == ("active" in host.stored)
        assert "pending" not in host.stored


class _KillsAt:
    """A port that has the simulator killed right after one step was written."""

    def __init__(self, step: ProtocolCommand, handle: link.PortHandle, kill: Callable[[], None]) -> None:
        self.path = handle.path
        self.read, self.close = handle.read, handle.close
        self._step, self._handle, self._kill = step, handle, kill

    def write(self, data: bytes) -> None:
        self._handle.write(data)
        if any(isinstance(one, Packet) and one.command == self._step for one in ConsoleDecoder().feed(data)):
            self._kill()
            self._kill = lambda: None


def test_manual_dongle_waits_for_its_button(home: Path) -> None:
    with simulator(home, "--manual") as manual, link.open_port(manual.ports[0]) as handle:
        device = Device(handle)
        asked: list[float] = []

        def give_up() -> bool:
            return len(asked) > 3

        claim = device.claim_begin(
            claim_id=uuid4(), organisation=ORGANISATION, organisation_key=PUBLIC
        )  # fmt: skip
        with pytest.raises(Cancelled):
            device.claim_prove(claim, sign=ORGANISATION_KEY.sign, on_wait=asked.append, cancelled=give_up)
        assert asked == sorted(asked, reverse=True)
        assert "is waiting for a button press" in manual.heard()
        manual.say("press 1")
        device.claim_prove(claim, sign=ORGANISATION_KEY.sign)
        manual.say("press 7")
        assert "press N" in manual.heard()
        device.identify(1)
        assert re.search(r"^Dongle [0-9A-F]{4} \(number 1\) is blinking\.", manual.heard()), "as the window names it"


# ---- faults


def test_simulate_disturbed_frames_bring_a_sender_to_bus_off(home: Path) -> None:
    with simulator(home, "--disturb", "100", count=2) as running, ExitStack() as stack:
        one, two = (stack.enter_context(link.open_port(port)) for port in running.ports)
        for handle in (two, one):
            handle.write(b"O\r")
            assert handle.read(60.0) == b"\r"
        one.write(b"t1230\r")
        assert int(_counters_when(one, lambda line: line.endswith(b"3"))[1:5], 16) == 256
        assert int(_counters_when(two, lambda line: int(line[5:9], 16) > 0)[5:9], 16) == 32


def test_simulate_stalled_dongle_answers_nothing_and_goes_on(home: Path) -> None:
    with simulator(home, "--manual") as running, link.open_port(running.ports[0]) as handle:
        began = time.monotonic()
        running.say("stall 1 1")
        running.say("?")
        assert "stall N SECONDS" in running.heard()  # both lines were read
        handle.write(b"V\r")
        assert handle.read(60.0).startswith(b"V")
        assert time.monotonic() - began >= 1  # however late the test comes to write and to read


def _counters_when(handle: link.PortHandle, wanted: Callable[[bytes], bool]) -> bytes:
    """The answer to `e` (counters and error state) once it is as wanted."""

    def answer() -> bytes:
        handle.write(b"e\r")
        lines = [line for line in handle.read(1.0).split(b"\r") if re.fullmatch(rb"e[0-9A-F]{16}[0-3]", line)]
        return lines[-1] if lines and wanted(lines[-1]) else b""

    return until(answer, "the counters to come to that")


# ---- links and discovery


def test_simulate_says_that_a_bus_of_the_same_name_in_another_process_is_another_bus(home: Path) -> None:
    with simulator(home, count=2) as first, simulator(home, "--bus", "line") as other, simulator(home) as second:
        said = second.heard()
        assert said.startswith("Another simulation has a bus named “bench”, too. Its dongles aren't connected to these")
        first.process.send_signal(signal.SIGTERM)
        other.process.send_signal(signal.SIGTERM)
        assert first.process.stderr is not None
        assert other.process.stderr is not None
        assert not first.process.stderr.read() + other.process.stderr.read()


def test_simulate_until_eof_ends_with_a_file_as_standard_input(dongle_command: DongleCommand) -> None:
    result = dongle_command("simulate", "--until-eof", stdin="press 7\n")
    assert (result.returncode, result.stderr.splitlines()[1:]) == (
        0,
        ["Type “press N”, “cut N” or “stall N SECONDS”, where N is 1 to 1, or “disturb FRAMES”."],
    )


def test_discover_lists_simulators_while_they_run(home: Path) -> None:
    def found() -> list[link.Port]:
        return [port for port in link.discover() if port.simulated]

    with simulator(home, count=2) as running:
        assert sorted(port.path for port in found()) == sorted(running.ports)
        assert {port.key for port in found()} == {f"link:{ident}" for ident in running.device_ids}
        with simulator(home) as another:
            assert another.device_ids[0] not in running.device_ids
            assert len(found()) == 3
    assert found() == []
    assert list(link.links_folder().iterdir()) == []


def test_discover_ignores_links_of_a_killed_simulator(home: Path) -> None:
    with simulator(home) as killed:
        killed.kill()
    left = Path(killed.ports[0])
    assert left.is_symlink()
    # Its terminal's number may be somebody else's now.
    left.unlink()
    left.symlink_to("/dev/null")
    assert [port for port in link.discover() if port.simulated] == []
    with simulator(home) as after:
        assert after.device_ids == killed.device_ids
        assert [port.path for port in link.discover() if port.simulated] == after.ports


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a link to another account")
@pytest.mark.parametrize("planted", ["link", "folder"])
def test_discover_ignores_links_of_another_account(home: Path, planted: str) -> None:
    with simulator(home) as running:
        (path,) = running.ports
        os.chown(path if planted == "link" else link.links_folder(), 65534, 65534, follow_symlinks=False)
        assert [port for port in link.discover() if port.simulated] == []
        with pytest.raises(Unavailable) as refused:
            link.open_port(path)
        assert refused.value.code == "port.unsafe"


def test_discover_ignores_links_in_a_shared_folder(home: Path) -> None:
    with simulator(home) as running:
        link.links_folder().chmod(0o777)
        assert [port for port in link.discover() if port.simulated] == []
        with simulator(home, count=1):  # makes the folder its owner's alone again
            assert len([port for port in link.discover() if port.simulated]) == 2
        assert [port.path for port in link.discover() if port.simulated] == running.ports


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another account")
def test_simulate_in_a_folder_of_another_account_fails(home: Path, dongle_command: DongleCommand) -> None:
    link.links_folder().mkdir(parents=True)
    os.chown(link.links_folder(), 65534, 65534)
    done = dongle_command("simulate")
    assert done.returncode == 1
    assert "belongs to another account" in done.stderr


@pytest.mark.parametrize("links", ["--home-links", "--no-home-links"])
def test_simulate_in_a_home_that_others_may_change_is_refused_and_makes_nothing(
    home: Path, dongle_command: DongleCommand, links: str
) -> None:
    home.chmod(0o777)
    done = dongle_command("simulate", links)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{home} isn't private. Other accounts can change it.")
    assert not list(home.iterdir())


def test_discover_lists_typed_ports(home: Path) -> None:
    (typed,) = [port for port in link.discover(["/dev/ttyMINE"]) if port.path == "/dev/ttyMINE"]
    assert typed.key == "path:/dev/ttyMINE"


# ---- opening


def test_open_port_busy_names_the_process(two: Simulator, home: Path, dongle_command: DongleCommand) -> None:
    with link.open_port(two.ports[0]):
        done = dongle_command("info", "--port", two.ports[0])
    assert done.returncode == 1
    assert "is in use" in done.stderr
    assert f"({os.getpid()})" in done.stderr


def test_open_port_missing_or_not_serial_raises(home: Path, two: Simulator) -> None:
    for path, kind, code in (
        (str(home / "nothing"), NotFound, "port.missing"),
        ("/dev/null", Invalid, "port.not-serial"),
        (str(home), Invalid, "port.not-serial"),
    ):
        with pytest.raises(kind) as raised:
            link.open_port(path)
        assert raised.value.code == code
        assert path in str(raised.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not")
def test_open_port_without_permission_shows_the_udev_rule(home: Path, two: Simulator) -> None:
    nobody, unreadable = 65534, 77
    target = os.path.realpath(two.ports[0])
    Path(target).chmod(0o000)
    program = (package_data.__file__, str(RULE))

    def open_port() -> int:
        if not all(os.access(file, os.R_OK) for file in program):
            return unreadable
        try:
            link.open_port(target)
        except Unavailable as error:
            return (
                0
                if error.code == "port.denied"
                and f"sudo cp {shlex.quote(str(RULE))} " in error.do
                and "\n" not in error.do
                else 1
            )
        return 2

    status = forked.run(open_port, uid=nobody)
    if status == unreadable:
        pytest.skip("another user may not read the program in this folder")
    assert status == 0


def test_udev_rule_names_every_known_adapter() -> None:
    shipped = RULE.read_text(encoding="utf-8")
    for vid, pid in KNOWN_ADAPTERS:
        assert f'ATTRS{{idVendor}}=="{vid:04x}", ATTRS{{idProduct}}=="{pid:04x}", TAG+="uaccess"' in shipped


def test_open_port_of_a_stopped_simulator_says_to_start_it(home: Path) -> None:
    with pytest.raises(NotFound) as raised:
        link.open_port(str(link.links_folder() / "ac6a0fb61be4c8d4"))
    assert "isn't running" in raised.value.what
    assert "dongle simulate" in raised.value.do


def test_read_from_a_dongle_that_left_raises_port_gone(home: Path) -> None:
    with simulator(home) as running, link.open_port(running.ports[0]) as handle:
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(60)
        with pytest.raises(DeviceFailure) as raised:
            handle.read(10)
        assert raised.value.code == "port.gone"


# ---- a capture of its bus


def capture(port: str) -> Capture:
    started = Capture(SlcanBus(link.open_port(port), bitrate=500_000), bitrate=500_000)
    started.start()
    return started


def test_capture_without_acknowledge_goes_error_passive(two: Simulator) -> None:
    one = capture(two.ports[0])
    try:
        one.send(Frame(1))
        until(lambda: one.counters().bus.tx_errors == 128)
        until(lambda: any(frame.error for frame in one.since(0).frames))
        assert one.counters().bus.error_state is ErrorState.PASSIVE
    finally:
        one.stop()


def test_capture_of_a_dongle_that_left_ends_with_its_reason(home: Path) -> None:
    with simulator(home, "--traffic", "500") as running:
        one = capture(running.ports[0])
        until(lambda: one.counters().frames >= 200)
        assert one.failure is None
        running.kill()
        until(lambda: one.failure is not None)
        assert one.failure is not None
        assert one.failure.code == "port.gone"
        one.stop()


# ---- commands


def test_dongle_list_and_info_describe_the_simulated_dongles(
    two: Simulator, home: Path, dongle_command: DongleCommand
) -> None:
    port, ident = two.ports[0], two.device_ids[0]
    listed = json.loads(dongle_command("list", "--json", "--probe").stdout)
    assert listed["next"] is None
    assert {row["device_id"] for row in listed["items"] if row["simulated"]} == set(two.device_ids)
    for row in listed["items"]:
        if row["simulated"]:
            assert (row["status"], row["connection"]) == ("not-paired", "connected")
    info = json.loads(dongle_command("info", "--port", port, "--json").stdout)
    wanted = {
        "device_id": ident, "ownership_state": "UNCLAIMED", "key_version": 0, "dialect": "benchboard",
        "firmware": "1.0.0",
    }  # fmt: skip
    assert wanted.items() <= info.items()
    assert dongle_command("identify", "--port", port).stdout == f"The light of the dongle on {port} blinks for 5 s.\n"
    stopped = dongle_command("identify", "--port", port, "--seconds", "0").stdout
    assert stopped == f"The light of the dongle on {port} no longer blinks.\n"
    done = dongle_command("identify", "--port", port, "--json")
    assert json.loads(done.stdout) == {"port": port, "seconds": 5.0}


def test_dongle_that_is_in_use_is_called_as_it_was_typed_and_by_its_port(
    two: Simulator, dongle_command: DongleCommand
) -> None:
    name = two.device_ids[0][-4:].upper()
    with link.open_port(two.ports[0]):
        failed = dongle_command("identify", "--port", f"Dongle {name}")
        by_path = dongle_command("identify", "--port", two.ports[0])
        rows = json.loads(dongle_command("list", "--json").stdout)["items"]
    assert f"Dongle {name} ({two.ports[0]}) is in use." in failed.stderr
    assert f"{two.ports[0]} is in use." in by_path.stderr
    assert "(" not in by_path.stderr.partition(" is in use.")[0]
    assert {(row["device_id"], row["connection"], row["status"]) for row in rows} == {
        (two.device_ids[0], "in-use", None),
        (two.device_ids[1], "connected", "not-paired"),
    }


def test_dongle_config_write_is_read_back(two: Simulator, home: Path, dongle_command: DongleCommand) -> None:
    port = two.ports[0]
    read = json.loads(dongle_command("config", "--port", port, "--read", "--json").stdout)
    assert (read["bitrate"], read["revision"]) == (500_000, 0)
    done = dongle_command(
        "config", "--port", port, "--timing", "20/6/7/2/2", "--write", '{"mode": "listen-only"}',
        "--json",
    )  # fmt: skip
    written = json.loads(done.stdout)
    assert (written["bitrate"], written["sample_point"], written["mode"]) == (250_000, 87.5, "LISTEN_ONLY")
    assert json.loads(dongle_command("config", "--port", port, "--json").stdout) == written
    done = dongle_command("config", "--port", port, "--write", "-", "--json", stdin='{"mode": "NORMAL"}')
    assert json.loads(done.stdout)["mode"] == "NORMAL"


@pytest.mark.parametrize(
    "arguments",
    [("--write", "nonsense"), ("--write", "[]"), ("--write", '{"speed": 1}'), ("--write", '{"bitrate": 1}'),
     ("--write", "[" * 9000)],
)  # fmt: skip
def test_dongle_config_of_settings_that_cannot_be_right_is_wrong_usage(
    two: Simulator, home: Path, arguments: tuple[str, str], dongle_command: DongleCommand
) -> None:
    done = dongle_command("config", "--port", two.ports[0], *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("Error: These settings aren't valid.")
    assert "Traceback" not in done.stderr


def test_dongle_config_of_a_timing_beyond_the_controller_prints_one_line(
    two: Simulator, dongle_command: DongleCommand
) -> None:
    done = dongle_command("config", "--port", two.ports[0], "--timing", "10/6/7/2/9")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("timing", ["1/2", "0/0/0/0/0"])
def test_dongle_config_timing_of_another_form_is_wrong_usage(timing: str, dongle_command: DongleCommand) -> None:
    done = dongle_command("config", "--port", "/dev/nowhere", "--timing", timing)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Error: " in done.stderr
    assert "nowhere" not in done.stderr


def test_simulate_in_an_unusable_folder_prints_the_reason(home: Path, dongle_command: DongleCommand) -> None:
    (home / "ports").write_text("a file where a folder should be")
    done = dongle_command("simulate", "--json")
    assert done.returncode == 1
    assert done.stderr.startswith("The simulator can't use")
    assert dongle_command("simulate", "--bus", "../up").returncode == 2
