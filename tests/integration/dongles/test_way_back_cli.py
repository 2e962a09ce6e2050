"""From the command line: another key for a dongle, and the ways back from each state; against a real simulator."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from benchboard.dongles.protocol import OwnershipState
from support.benchsim import simulated
from support.programs import Programs

Run = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found = tmp_path / "home"
    found.mkdir(mode=0o700)
    return found


@pytest.fixture
def run(programs: Programs) -> Run:
    """A command with that home; what it said on standard output, or on standard error where it must fail."""

    def ran(home: Path, *arguments: str, status: int = 0) -> str:
        inherited = {name: value for name, value in os.environ.items() if name != "BENCHBOARD_DATABASE_URL"}
        environment = {**inherited, "BENCHBOARD_HOME": str(home), "BENCHBOARD_KEYRING": "off"}
        ended = programs.run("benchboard", *arguments, environment=environment)
        assert ended.returncode == status, ended.stderr
        assert "Traceback" not in ended.stderr
        return ended.stdout if status == 0 else ended.stderr

    return ran


def test_dongle_rotate_replaces_the_key_of_one_named_by_name_or_end_of_id(home: Path, run: Run) -> None:
    with simulated(home, 2) as simulator:
        device_id, port = next(iter(simulator.ports.items()))
        run(home, "dongle", "pair", "--port", device_id[-4:], "--yes", "--name", "Rig 3")
        token = simulator.persistent(device_id).token
        assert run(home, "dongle", "rotate", "--port", "rig 3", "--yes") == (
            "Replaced the pairing key of Rig 3. It has version 2 now.\n"
        )
        done = json.loads(run(home, "dongle", "rotate", "--port", device_id[-6:], "--yes", "--json"))
        assert (done["device_id"], done["key_version"], done["resumed"]) == (device_id, 3, False)
        held = simulator.persistent(device_id)
        assert (held.state, held.key_version) == (OwnershipState.CLAIMED_ACTIVE, 3)
        assert held.token not in (None, token)
        assert run(home, "dongle", "check", "--port", port) == "Rig 3: Paired.\n"
        assert "No connected dongle is named “Rig 4”." in run(home, "dongle", "rotate", "--port", "Rig 4", status=1)
        for command in (("dongle", "info"), ("dongle", "config"), ("can", "monitor", "--seconds", "0.2", "--json")):
            run(home, *command, "--port", "Rig 3")
            run(home, *command, "--port", device_id[-4:])
        other = next(one for one in simulator.ports if one != device_id)
        assert "Dongle not found." in run(home, "dongle", "rotate", "--port", other[-4:], status=1)


def test_port_is_an_id_before_it_is_a_name_and_no_dongle_is_named_like_an_id(home: Path, run: Run) -> None:
    with simulated(home, 2) as simulator:
        one, other = simulator.ports
        for device_id, port in simulator.ports.items():
            run(
                home,
                "dongle",
                "pair",
                "--port",
                port,
                "--yes",
                "--name",
                f"Rig {list(simulator.ports).index(device_id)}",
            )
        for name in (other, other[-4:].upper()):
            assert "This name can't be used." in run(home, "dongle", "rename", one[-4:], name, status=2)
        named = json.loads(run(home, "dongle", "rename", one, f"Dongle {other[-4:]}", "--json"))  # that may still be
        assert named["device_id"] == one
        assert json.loads(run(home, "dongle", "check", "--port", other, "--json"))["device_id"] == other
        for command in ("release", "reset", "rotate"):
            asked = run(home, "dongle", command, "--port", other[-4:], status=130)
            assert simulator.ports[other] in asked
            assert other in asked
        assert simulator.persistent(other).key_version == 1


def test_dongle_reset_takes_a_dongle_back_from_another_database(home: Path, run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / "ports").symlink_to(home / "ports")
    with simulated(home, 1) as simulator:
        device_id, port = next(iter(simulator.ports.items()))
        run(other, "dongle", "pair", "--port", port, "--yes", "--name", "Rig 3")
        checked = run(home, "dongle", "check", "--port", port)
        assert "Paired elsewhere. To take it back at its button, run “benchboard dongle reset --port" in checked
        asked = run(home, "dongle", "reset", "--port", port, status=130)  # nobody answers
        assert "It forgets who has paired it" in asked
        assert simulator.persistent(device_id).state == OwnershipState.CLAIMED_ACTIVE
        done = run(home, "dongle", "reset", "--port", port, "--yes")
        assert "It has its factory settings and belongs to nobody." in done
        held = simulator.persistent(device_id)
        assert (held.state, held.token, held.key_version) == (OwnershipState.UNCLAIMED, None, 1)
        lost = json.loads(run(other, "dongle", "check", "--port", "Rig 3", "--json"))
        assert (lost["ownership_state"], lost["ways_out"]) == ("LOST", ["pair", "check", "write-off"])
        run(other, "dongle", "write-off", "Rig 3", "--yes")
        assert json.loads(run(home, "dongle", "pair", "--port", port, "--yes", "--json"))["key_version"] == 2


def test_list_says_what_a_connected_dongle_reports_now(home: Path, run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (other / "ports").symlink_to(home / "ports")
    with simulated(home, 1) as simulator:
        _device_id, port = next(iter(simulator.ports.items()))
        run(home, "dongle", "pair", "--port", port, "--yes", "--name", "Rig 3")
        run(home, "dongle", "release", "--port", port, "--yes")
        assert "Released" in run(home, "dongle", "list")
        run(other, "dongle", "pair", "--port", port, "--yes")
        assert "Paired elsewhere" in run(home, "dongle", "list")
        refused = run(home, "dongle", "release", "--port", port, "--yes", status=1)
        assert "Rig 3 is paired with another organisation." in refused
        assert "Rig 3 is paired with another organisation." in run(home, "dongle", "rotate", "--port", port, status=1)
        run(home, "dongle", "reset", "--port", port, "--yes")
        listed = run(other, "dongle", "list")
        assert "Lost" in listed
        (row,) = json.loads(run(other, "dongle", "list", "--json"))["items"]
        assert row["ownership_state"] == "CLAIMED_ACTIVE", "what is stored, until the dongle is checked"


def test_dongle_write_off_needs_no_dongle_and_one_that_turns_up_is_paired_as_before(home: Path, run: Run) -> None:
    with simulated(home, 1) as simulator:
        device_id, port = next(iter(simulator.ports.items()))
        run(home, "dongle", "pair", "--port", port, "--yes", "--name", "Rig 3")
        refused = run(home, "dongle", "write-off", "Rig 3", "--yes", status=1)
        assert "Rig 3 is plugged in and holds" in refused
        assert f"benchboard dongle release --port {port}" in refused
        assert run(home, "dongle", "check", "--port", "Rig 3") == "Rig 3: Paired.\n"
    asked = run(home, "dongle", "write-off", "Rig 3", status=130)
    assert device_id in asked
    assert "It stops counting as" in asked
    assert "This is for a dongle that is lost or broken." in asked
    done = json.loads(run(home, "dongle", "write-off", device_id[-4:], "--yes", "--json"))
    assert (done["ownership_state"], done["changed"]) == ("REVOKED", True)
    assert "Written off" in run(home, "dongle", "list")
    assert "Rig 3" in run(home, "dongle", "list", "--status", "written-off")
    assert "Rig 3" not in run(home, "dongle", "list", "--status", "released")
    assert run(home, "dongle", "write-off", "Rig 3") == "Rig 3 isn't paired.\n"
    with simulated(home, 1):
        assert run(home, "dongle", "check", "--port", "Rig 3") == "Rig 3: Paired.\n"
        assert "already paired with" in run(home, "dongle", "pair", "--port", port)
