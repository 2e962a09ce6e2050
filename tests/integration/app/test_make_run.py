"""`make run` brings what a screen needs, also where the environment was made without one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
_MISSING = [name for name in ("make", "sh", "uname") if shutil.which(name) is None]
pytestmark = [
    pytest.mark.skipif(bool(_MISSING), reason=f"not installed here: {', '.join(_MISSING)}"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux gets packages"),
]

# Installing for real would change the machine: these stand for Debian's programs, over a list of what is installed.
_PROGRAMS = {
    "dpkg-query": 'for name; do :; done; grep -qx "$name" "$LISTS/installed" && echo "install ok installed"',
    "apt-get": 'echo "$*" >> "$LISTS/apt-get"; case "$*" in *"$ABSENT"*) exit 100; esac; '
    'for name; do echo "$name"; done >> "$LISTS/installed"',
    "id": 'echo "$USER_ID"',
    "sudo": "exit 1",
}
_BASE = "libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 fonts-dejavu-core libglib2.0-0"
_FONTS = "fonts-inter fonts-jetbrains-mono"
Make = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "installed").write_text("\n".join(_BASE.split()) + "\n")
    return folder


@pytest.fixture
def make(tmp_path: Path, lists: Path) -> Make:
    """Runs make in a copy of the Makefile whose environment is up to date and whose program says how it was started."""
    clone, programs = tmp_path / "clone", tmp_path / "programs"
    shutil.copytree(_ROOT / "packaging", clone / "packaging")
    shutil.copy(_ROOT / "Makefile", clone)
    for name in ("requirements.lock", "pyproject.toml", ".uv/bin/uv", ".venv/ready"):  # in the order of their times
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).touch()
    for folder, scripts in ((programs, _PROGRAMS), (clone / ".venv/bin", {"benchboard": 'echo "started: $*"'})):
        folder.mkdir()
        for name, script in scripts.items():
            (folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (folder / name).chmod(0o755)

    def run(target: str, **environment: str) -> subprocess.CompletedProcess[str]:
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        given = {"PATH": path, "LISTS": str(lists), "USER_ID": "0", "ABSENT": "no such package", **environment}
        return subprocess.run(["make", "-C", str(clone), "-s", target], env=given, capture_output=True, text=True)

    return run


@pytest.fixture
def prepare(make: Make, tmp_path: Path, lists: Path) -> Make:
    """Runs the preparing step alone, as making the environment does."""

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        path = f"{tmp_path / 'programs'}{os.pathsep}{os.environ['PATH']}"
        given = {"PATH": path, "LISTS": str(lists), "USER_ID": "0", "ABSENT": "no such package", **environment}
        script = tmp_path / "clone" / "packaging" / "linux" / "prepare.sh"
        return subprocess.run(["sh", str(script)], env=given, capture_output=True, text=True)

    return run


def test_run_with_a_display_installs_what_a_screen_needs_once(make: Make, lists: Path) -> None:
    for _ in range(2):
        ended = make("run", DISPLAY=":1")
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.endswith("started: \n")
    calls = (lists / "apt-get").read_text().splitlines()
    assert [call.split()[0] for call in calls] == ["update", "install"]
    assert "libxcb-cursor0" in calls[1]
    assert "libxkbcommon-x11-0" in calls[1]


def test_run_without_a_display_installs_nothing(make: Make, lists: Path) -> None:
    ended = make("run")
    assert ended.returncode == 0, ended.stderr
    assert "started: tour" in ended.stdout
    assert not (lists / "apt-get").exists()


def test_run_where_nothing_may_be_installed_names_the_command_and_stops(make: Make, lists: Path) -> None:
    ended = make("run", DISPLAY=":1", USER_ID="1000")
    assert ended.returncode != 0
    assert "sudo apt-get update && sudo apt-get install" in ended.stderr
    assert "libxcb-cursor0" in ended.stderr
    assert "started" not in ended.stdout
    assert not (lists / "apt-get").exists()


def test_preparing_a_new_environment_installs_the_fonts_once(prepare: Make, lists: Path) -> None:
    for _ in range(2):
        ended = prepare()
        assert ended.returncode == 0, ended.stderr
    calls = (lists / "apt-get").read_text().splitlines()
    assert [call.split()[0] for call in calls] == ["update", "install"]
    assert calls[1].endswith(_FONTS)


@pytest.mark.parametrize("absent", ["update", "fonts-inter"])
def test_preparing_where_the_fonts_cannot_be_had_says_so_and_goes_on(prepare: Make, absent: str) -> None:
    ended = prepare(ABSENT=absent)
    assert ended.returncode == 0, ended.stderr
    assert ("Couldn't install: fonts-inter" in ended.stderr) == (absent == "fonts-inter")


def test_preparing_where_nothing_may_be_installed_names_the_fonts_and_goes_on(prepare: Make, lists: Path) -> None:
    ended = prepare(USER_ID="1000")
    assert ended.returncode == 0, ended.stderr
    assert "sudo apt-get update && sudo apt-get install" in ended.stderr
    assert _FONTS in ended.stderr
    assert not (lists / "apt-get").exists()


def test_preparing_on_debian_13_knows_its_name_of_glib(prepare: Make, lists: Path) -> None:
    named = f"{_BASE} {_FONTS}".replace("libglib2.0-0", "libglib2.0-0t64")
    (lists / "installed").write_text(named.replace(" ", "\n") + "\n")
    ended = prepare(USER_ID="1000")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""


def test_preparing_still_stops_where_a_needed_package_cannot_be_had(prepare: Make, lists: Path) -> None:
    (lists / "installed").write_text(_FONTS.replace(" ", "\n"))
    ended = prepare(ABSENT="libegl1")
    assert ended.returncode != 0
