"""What every command shares: its language, its help and its options."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from benchboard import i18n, package_data
from benchboard.cli.command_context import show_table
from benchboard.cli.main import main, root
from benchboard.errors import Unavailable


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    yield tmp_path
    i18n.use("en", package_data.resources_folder() / "i18n")


def test_app_error_with_a_reason_without_full_stop_prints_sentences() -> None:
    error = Unavailable("a", "It cannot be written.", why="Permission denied", do="Make it writable.")
    assert str(error) == "It cannot be written. Permission denied. Make it writable."


def test_main_unknown_language_is_reported_once(
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


def test_help_lists_the_tour(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "  tour " in capsys.readouterr().out


@pytest.mark.parametrize("room", ["audit", "dashboard", "db", "layout", "session", "timing", "user"])
def test_help_of_a_group_truncates_no_line(room: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([room, "--help"]) == 0
    out = capsys.readouterr().out
    assert not [line for line in out.splitlines()[1:] if line.endswith(("...", "…"))]


def test_whoami_unknown_organisation_lists_those_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCHBOARD_ORG", "zz")
    assert main(["whoami"]) == 1
    assert capsys.readouterr().err == "There's no organisation named 'zz'. Choose one of: local.\n"


def test_show_table_cell_with_a_dict_is_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_table({"details": lambda row: row}, [{"role": "admin", "kept": True}])
    assert "role=admin, kept=yes" in capsys.readouterr().out


def _commands(group: click.Group, context: click.Context) -> Iterator[click.Command]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, context)
        else:
            yield command


def test_every_command_takes_the_options_it_declares() -> None:
    shared = {"url", "demo", "org", "as_email", "as_json", "home"}
    """Those that decorators take before the command itself is called."""
    commands = list(_commands(root, click.Context(root)))
    for command in commands:
        assert command.callback is not None
        declared = {parameter.name for parameter in command.params if parameter.expose_value}
        signature = inspect.signature(inspect.unwrap(command.callback)).parameters
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature.values()):
            continue
        taken = set(signature)
        assert declared - shared <= taken, command.name
        assert len(taken - declared) <= 1, command.name  # what a decorator gives it first
    assert len(commands) > 40


def test_every_option_has_a_help_text() -> None:
    commands = _commands(root, click.Context(root))
    silent = [
        f"{command.callback.__module__}.{command.name} {option.opts[0]}"
        for command in commands
        for option in command.params
        if command.callback is not None and isinstance(option, click.Option) and not option.help
    ]
    assert silent == []
