"""Links in BENCHBOARD_HOME/ports whose simulator has died, or that lead to another dongle than they name."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchboard.canbus import link
from benchboard.dongles.device import Device
from benchboard.dongles.firmware_detection import probe
from benchboard.errors import DeviceFailure, NotFound
from support.programs import Programs
from support.simulator import Simulator, environment, simulator

DEAD = "88ee0123456789ab"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def stranger(home: Path) -> Iterator[Simulator]:
    """A running dongle, whose terminal's number another dongle had before."""
    with simulator(home, "--no-home-links") as running:
        yield running


@pytest.fixture
def dead(stranger: Simulator) -> Path:
    """The link of a dongle that died, to the terminal of `stranger`."""
    path = link.links_folder() / DEAD
    path.symlink_to(stranger.ports[0])
    return path


@pytest.mark.parametrize("has_lock_file", [True, False])
def test_link_whose_simulator_died_is_neither_listed_nor_opened_but_removed(
    dead: Path, stranger: Simulator, has_lock_file: bool
) -> None:
    if has_lock_file:
        link.lock_path(dead).touch()
    assert [port for port in link.discover() if port.simulated] == []
    with pytest.raises(NotFound) as refused:
        link.open_port(str(dead))
    assert str(refused.value).startswith(
        f"Simulated dongle {DEAD} isn't running. Its simulator has ended. Its port may belong to another program"
    )
    assert list(link.links_folder().iterdir()) == []
    assert probe(stranger.ports[0]).device_id == stranger.device_ids[0]


def test_link_to_another_dongle_than_it_names_is_asked_for_nothing_but_its_identity(
    dead: Path, stranger: Simulator
) -> None:
    lock = link.lock_link(dead, wait=False)
    assert lock is not None
    with lock, link.open_port(str(dead)) as handle:
        device = Device(handle)
        device.close_channel()
        for ask in (device.identify, device.status, device.config_read, device.hello):
            with pytest.raises(DeviceFailure) as refused:
                ask()
            assert refused.value.code == "dongle.wrong-device"
            assert stranger.device_ids[0] in refused.value.why
        assert dead.is_symlink()  # its holder lives


def test_dongle_pair_through_the_link_of_a_dead_simulator_begins_no_claim(
    home: Path, dead: Path, stranger: Simulator, programs: Programs
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = programs.run("benchboard", "dongle", *arguments, environment=environment(home))
        return done.returncode, done.stdout + done.stderr

    status, said = run("pair", "--port", f"{dead.parent}/../ports/{DEAD}", "--yes")
    assert (status, "isn't running" in said) == (1, True)
    dead.symlink_to(stranger.ports[0])
    with link.lock_link(dead, wait=False) or pytest.fail("it is locked"):
        status, said = run("pair", "--port", str(dead), "--yes")
        assert (status, "A different dongle is on this port now." in said) == (1, True)
        (row,) = json.loads(run("list", "--json")[1])["items"]
        assert (row["device_id"], row["ownership_state"]) == (DEAD, None)
        assert row["problem"] == "A different dongle is on this port now."
    assert probe(stranger.ports[0]).ownership_state == "UNCLAIMED"


def test_everything_in_a_home_that_was_used_is_closed_to_other_accounts(home: Path, programs: Programs) -> None:
    before = os.umask(0o022)
    try:
        with simulator(home) as running:
            for arguments in (("pair", "--port", running.ports[0], "--yes"), ("list",)):
                done = programs.run("benchboard", "dongle", *arguments, environment=environment(home))
                assert done.returncode == 0, done.stderr
            modes = {
                str(path.relative_to(home)): stat.S_IMODE(path.stat().st_mode)
                for path in home.rglob("*")
                if not path.is_symlink()
            }
    finally:
        os.umask(before)
    assert {f"ports/.{running.device_ids[0]}.lock", "simulated/bench-1.lock", "benchboard.db"} <= modes.keys()
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}
