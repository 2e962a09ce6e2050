"""`benchboard dashboard folder|move|favourite` on a real database."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchboard.cli.main import main


class Terminal:
    """Runs dashboard commands and returns what they printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *arguments: str, status: int = 0) -> str:
        assert main(["dashboard", *arguments]) == status
        printed = self._capsys.readouterr()
        return printed.out if status == 0 else printed.err

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def names(self, *arguments: str) -> list[str]:
        return [row["name"] for row in self.json("list", *arguments)["items"]]

    def tree(self) -> list[tuple[str, int]]:
        return [(row["path"], row["dashboards"]) for row in self.json("folder", "list")["items"]]


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    made = Terminal(capsys)
    for name in ("Belt", "Oven"):
        made.run("create", name)
    return made


def test_folder_commands_create_move_rename_and_delete(terminal: Terminal) -> None:
    assert "No folders yet" in _on_stderr(terminal, "folder", "list")
    terminal.run("folder", "create", "Line 2")
    terminal.run("folder", "create", "Brake rig", "--in", "Line 2")
    assert terminal.run("move", "Belt", "Oven", "--to", "Brake rig") == "Moved 2 dashboards to “Brake rig”.\n"
    assert terminal.tree() == [("Line 2", 2), ("Line 2 / Brake rig", 2)]
    assert terminal.names("--folder", "line 2", "--sort", "name") == ["Belt", "Oven"]
    assert {row["folder"] for row in terminal.json("list", "--folder", "Line 2")["items"]} == {"Brake rig"}
    assert terminal.json("move", "Oven", "--top") == {"moved": 1}
    terminal.run("folder", "rename", "Brake rig", "Brakes")
    assert "“Brakes” to the top" in terminal.run("folder", "move", "Brakes", "--top")
    assert terminal.tree() == [("Brakes", 1), ("Line 2", 0)]
    assert "No dashboards match" in _on_stderr(terminal, "list", "--folder", "Line 2")
    terminal.run("folder", "move", "Brakes", "--in", "Line 2")
    assert terminal.json("folder", "delete", "Brakes")["moved"] == 1
    assert terminal.tree() == [("Line 2", 1)]


def test_favourite_and_recent_filters_list_what_is_asked(terminal: Terminal) -> None:
    assert terminal.run("favourite", "Belt") == "Added 1 dashboard to your favourites.\n"
    assert terminal.names("--filter", "favourites") == ["Belt"]
    assert terminal.json("favourite", "Belt", "--remove") == {"changed": 1}
    assert "You don't have any favourites." in _on_stderr(terminal, "list", "--filter", "favourites")
    assert "You haven't opened" in _on_stderr(terminal, "list", "--filter", "recent")


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        (["move", "Belt"], 2, "--to or --top"),
        (["move", "Belt", "--to", "x", "--top"], 2, "--to or --top"),
        (["move", "Belt", "--to", "Nowhere"], 1, "no folder named “Nowhere”"),
        (["folder", "move", "x"], 2, "--in or --top"),
        (["folder", "create", ""], 2, "Enter a folder name"),
        (["list", "--folder", "Nowhere"], 1, "no folder named “Nowhere”"),
        (["favourite", "Nothing"], 1, "no dashboard named “Nothing”"),
    ],
)
def test_wrong_use_says_what_is_wrong(terminal: Terminal, line: list[str], status: int, told: str) -> None:
    assert told in terminal.run(*line, status=status)


def _on_stderr(terminal: Terminal, *arguments: str) -> str:
    assert main(["dashboard", *arguments]) == 0
    return terminal._capsys.readouterr().err
