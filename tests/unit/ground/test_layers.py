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
    "the core knows Qt": ("identity/permissions.py", "import PySide6"),
    "the command line reaches for the database": ("cli/people.py", "import sqlalchemy"),
    "the window reaches for the models": ("ui/shell.py", "from benchboard.storage.models import identity"),
    "a second room speaks to serial ports": ("dongles/device.py", "import serial"),
    "a second module speaks to python-can": ("canbus/capture.py", "import can"),
    "the codec knows the port": ("canbus/slcan_codec.py", "from benchboard.canbus import link"),
    "a pure room does I/O": ("dashboards/layout.py", "import socket"),
    "a room outside the plan": ("helpers.py", "from benchboard import errors"),
}
CANVAS, CYCLES = "the canvas: what needs a whole canvas", "imports, directly or not, a sibling that imports it"
NAMED_VIOLATIONS = {
    "the scene knows of interactions": (
        "ui/studio/canvas/scene/tile.py",
        "from benchboard.ui.studio.canvas.interaction.canvas_protocol import InteractionHost",
        CANVAS,
    ),
    "an interaction knows the canvas": (
        "ui/studio/canvas/interaction/move.py",
        "from benchboard.ui.studio.canvas.canvas import Canvas",
        CANVAS,
    ),
    "the canvas knows what stands on it": (
        "ui/studio/canvas/canvas.py",
        "from benchboard.ui.studio.canvas.context_menu import ContextMenu",
        CANVAS,
    ),
    "a file of the canvas outside the plan": ("ui/studio/canvas/gestures.py", "from benchboard import errors", CANVAS),
    "modules import each other under TYPE_CHECKING": (
        "ui/icons.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from benchboard.ui.theme import Theme",
        CYCLES,
    ),
    "packages import each other": ("ui/widgets/labels.py", "from benchboard.ui.shell.header import Header", CYCLES),
}
"""What breaks a contract that others overlap with, and a part of that contract's name."""


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


def test_import_linter_on_the_package_reports_no_violation(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout


def violate(copy: Path, file: str, line: str) -> subprocess.CompletedProcess[str]:
    target = copy / "desktop" / "benchboard" / file
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    target.write_text(f"{before}\n{line}\n", encoding="utf-8")
    return lint(copy)


@pytest.mark.parametrize("name", VIOLATIONS)
def test_import_linter_with_a_violation_fails(copy: Path, name: str) -> None:
    result = violate(copy, *VIOLATIONS[name])
    assert result.returncode != 0, result.stdout


@pytest.mark.parametrize("name", NAMED_VIOLATIONS)
def test_import_linter_with_a_violation_names_its_contract(copy: Path, name: str) -> None:
    file, line, contract = NAMED_VIOLATIONS[name]
    result = violate(copy, file, line)
    assert result.returncode != 0
    broken = " ".join(result.stdout.split("Broken contracts")[1].split())
    assert contract in broken, result.stdout
