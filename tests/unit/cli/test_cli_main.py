"""What every command shares: its words and its help."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchboard import i18n
from benchboard.cli.command_context import show_table
from benchboard.cli.main import main
from benchboard.errors import Unavailable
from benchboard.storage import resources


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    yield tmp_path
    i18n.use("en", resources.resources() / "i18n")


def test_an_error_is_sentences_even_where_the_operating_system_gives_the_reason() -> None:
    error = Unavailable("a", "It cannot be written.", why="Permission denied", do="Make it writable.")
    assert str(error) == "It cannot be written. Permission denied. Make it writable."


def test_a_language_nobody_speaks_here_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCHBOARD_LANGUAGE", "xx")
    assert main(["timing", "--help"]) == 0
    said = capsys.readouterr().err
    assert "'xx'" in said
    assert "en, tr" in said
    assert said.count("\n") == 1
    monkeypatch.setenv("BENCHBOARD_LANGUAGE", "tr")
    assert main(["timing", "--help"]) == 0
    assert capsys.readouterr().err == ""


def test_the_tour_is_among_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "  tour " in capsys.readouterr().out


@pytest.mark.parametrize("room", ["audit", "dashboard", "db", "layout", "session", "timing", "user"])
def test_no_line_of_help_is_cut(room: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([room, "--help"]) == 0
    out = capsys.readouterr().out
    assert not [line for line in out.splitlines()[1:] if line.endswith(("...", "…"))]


def test_an_organisation_that_is_not_there_is_said_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCHBOARD_ORG", "zz")
    assert main(["whoami"]) == 1
    assert capsys.readouterr().err == "There's no organisation named 'zz'. Choose one of: local.\n"


def test_details_in_a_list_are_words_not_python(capsys: pytest.CaptureFixture[str]) -> None:
    show_table({"details": lambda row: row}, [{"role": "admin", "kept": True}])
    assert "role=admin, kept=True" in capsys.readouterr().out
