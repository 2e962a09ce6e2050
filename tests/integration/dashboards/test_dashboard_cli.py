"""`benchboard dashboard …` as a person or a script runs it."""

import json
import os
from pathlib import Path

import pytest

from benchboard.cli.main import main

LAYOUT = [{"id": "w1", "type": "kpi", "position": {"x": 0, "y": 0, "w": 3, "h": 2}, "theirs": "ş"}]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    return tmp_path


def test_layout_commands_save_show_list_export_import_round_trip(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str, status: int = 0) -> str:
        assert main(["dashboard", *arguments]) == status
        return capsys.readouterr().out

    assert json.loads(run("list", "--json")) == {"items": [], "next": None}
    file = home / "layout.json"
    file.write_text(json.dumps(LAYOUT))
    assert json.loads(run("save", "--home", str(file), "--json")) == {"revision": 1, "widgets": 1}
    assert json.loads(run("show", "--home")) == LAYOUT
    (row,) = json.loads(run("list", "--json"))["items"]
    assert (row["name"], row["widgets"], row["revision"]) == ("Home", 1, 1)
    run("save", "--home", "--base-version", "0", str(file), status=1)
    run("export", "--home", str(home / "out.json"))
    assert json.loads((home / "out.json").read_text()) == LAYOUT == json.loads(run("export", "--home", "-"))
    assert "1 widget" in run("import", "--home", str(home / "out.json"))
    file.write_text('[{"id": 1}]')
    run("save", "--home", str(file), status=1)
    assert json.loads(run("show", "--home")) == LAYOUT


def test_layout_commands_invalid_input_prints_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "bad.json").write_bytes(b"[{\xff")
    for arguments in (["save", "--home", str(home / "bad.json")], ["export", "--home", str(home / "no" / "dir.json")]):
        assert main(["dashboard", *arguments]) == 1
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("content", [b'{"a": 1}', b"[{", b"\x00\xff\xfe"])
def test_layout_save_file_without_a_layout_names_it_and_what_to_do(
    home: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    (home / "bad.json").write_bytes(content)
    assert main(["dashboard", "save", "--home", str(home / "bad.json")]) == 1
    said = capsys.readouterr().err
    assert str(home / "bad.json") in said
    assert ("closing bracket" if content == b"[{" else "dashboard export --home") in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", [["dashboard", "import"], ["dashboard", "save", "--home"], ["layout", "import"]])
@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("pipe", "It isn't an ordinary file."),
        ("folder", "It's a folder."),
        ("unreadable", "Input/output error."),
        ("missing", "No such file or directory."),
    ],
)
def test_command_with_a_file_that_cannot_be_read_prints_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], command: list[str], kind: str, why: str
) -> None:
    file = Path("/proc/self/mem") if kind == "unreadable" else home / "given"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    assert main([*command, str(file)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"Can't read {file}. {why} ")
    assert error.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_layout_export_to_a_pipe_or_device_that_would_not_end_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(home / "pipe")
    (home / "linked").symlink_to(home / "pipe")
    master, slave = os.openpty()
    for file, why in (
        (home / "pipe", "It's a named pipe."),
        (home / "linked", "It's a named pipe."),
        (Path(os.ttyname(slave)), "It's a device."),
    ):
        assert main(["dashboard", "export", "--home", str(file)]) == 1
        said = capsys.readouterr().err
        assert f"Can't write {file}. {why} Choose another file, or - for standard output." in said
    for descriptor in (master, slave):
        os.close(descriptor)
    assert main(["dashboard", "export", "--home", "/dev/null"]) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_layout_export_that_cannot_be_written_says_why_in_plain_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for file, said in (
        ("/dev/full", "The disk is full. Free up space, or choose another disk."),
        ("/proc/a.json", "Files can't be created there. Choose another folder."),
    ):
        assert main(["dashboard", "export", "--home", file]) == 1
        assert f"Can't write {file}. {said}" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["save", "import"])
def test_file_without_widgets_empties_the_home_page_only_if_told(
    home: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    file, empty = home / "layout.json", home / "empty.json"
    file.write_text(json.dumps(LAYOUT))
    empty.write_text("[]")
    assert main(["dashboard", command, "--home", str(empty)]) == 0, "there is nothing to lose"
    assert main(["dashboard", command, "--home", str(file)]) == 0
    capsys.readouterr()
    assert main(["dashboard", command, "--home", str(empty)]) == 1
    said = capsys.readouterr().err
    assert "This file has no widgets. The 1 widget on your home page would be removed." in said
    assert said.endswith("Check the file. To empty your home page, add --yes.\n")
    assert main(["dashboard", "show", "--home"]) == 0
    assert json.loads(capsys.readouterr().out) == LAYOUT
    assert main(["dashboard", command, "--home", str(empty), "--yes"]) == 0
    assert main(["dashboard", command, "--home", str(empty)]) == 0


def test_export_to_the_same_file_again_replaces_it(home: Path) -> None:
    file = home / "out.json"
    file.write_text("mine")
    assert main(["dashboard", "export", "--home", str(file)]) == 0
    assert file.read_text() != "mine"
