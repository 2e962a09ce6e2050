"""The layers are held by import-linter; here each contract is broken once, to see that `make lint` would fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

VIOLATIONS = {
    "a lower room imports a higher one": ("storage/engine.py", "from benchboard.identity import access"),
    "strangers on one layer import each other": ("canbus/timing/__init__.py", "from benchboard.identity import access"),
    "the core knows Qt": ("identity/access.py", "import PySide6"),
    "the command line reaches for the database": ("cli/people.py", "import sqlalchemy"),
    "the window reaches for the models": ("ui/shell.py", "from benchboard.storage.models import identity"),
    "a second room speaks to serial ports": ("dongles/device.py", "import serial"),
    "a pure room does I/O": ("dashboards/layout.py", "import socket"),
    "a room outside the plan": ("helpers.py", "from benchboard import errors"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "desktop", tmp_path / "desktop", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "desktop")},
        capture_output=True,
        text=True,
    )


def test_the_house_as_it_stands_keeps_its_layers(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_fails(copy: Path, name: str) -> None:
    file, line = VIOLATIONS[name]
    target = copy / "desktop" / "benchboard" / file
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    target.write_text(f"{before}\n{line}\n", encoding="utf-8")
    result = lint(copy)
    assert result.returncode != 0, result.stdout
