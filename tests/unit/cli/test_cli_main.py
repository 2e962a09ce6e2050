"""What every command shares: its language, its help and its options."""

import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from benchboard import i18n, package_data
from benchboard.cli import can_send
from benchboard.cli.main import SUMMARIES, main, root
from benchboard.cli.options import summary
from benchboard.cli.table import show_table
from benchboard.dashboards.trash_retention import TRASH_RETENTION
from benchboard.errors import Unavailable
from benchboard.identity import sessions
from benchboard.tour.run import main as run_tour
from benchboard.tour.run import tour


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    yield tmp_path
    i18n.use("en", package_data.resources_folder() / "i18n")


@pytest.mark.parametrize("url", ["postgresql://me:hunter2@db/x", "postgresql://me@db/x?sslpassword=hunter2&a=b"])
@pytest.mark.parametrize(
    "words",
    [
        ["{}"], ["db", "check", "{}"], ["db", "check", "--url", "{}"], ["db", "check", "--url={}"], ["--url", "{}"],
        ["db", "check", "--u={}"], ["dongle", "info", "--port", "{}"], ["timing", "solve", "--bitrate", "{}"],
        ["db", "check", "--url", "{}" + "x" * 500], ["{}" + "x" * 500], ["layout", "apply", "--kind", "{}"],
    ],
)  # fmt: skip
def test_password_in_an_argument_is_never_printed(
    words: list[str], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.format(url) for word in words]) != 0
    out, err = capsys.readouterr()
    assert err
    assert "hunter2" not in out + err


def test_first_command_that_creates_the_database_says_where(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = f"Created the database of this computer in {home}. You are its admin.\n"
    assert main(["dashboard", "list", "--json"]) == 0
    out, err = capsys.readouterr()
    assert sentence in err
    assert json.loads(out)["items"] == []
    assert main(["dashboard", "list"]) == 0
    assert "Created" not in capsys.readouterr().err


def test_app_error_with_a_reason_without_full_stop_prints_sentences() -> None:
    error = Unavailable("a", "It cannot be written.", why="Permission denied", do="Make it writable.")
    assert str(error) == "It cannot be written. Permission denied. Make it writable."


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("dashboard delete", f"can be restored for {TRASH_RETENTION.days} days"),
        ("dashboard purge", f"moved to the trash over {TRASH_RETENTION.days} days ago"),
        ("session list", f"ended in the last {sessions.REMEMBERED.days} days"),
        ("session revoke", f"sign out within {sessions.REVOKED_WITHIN_S} seconds"),
    ],
)
def test_help_durations_are_those_of_the_constants(
    capsys: pytest.CaptureFixture[str], command: str, sentence: str
) -> None:
    assert main([*command.split(), "--help"]) == 0
    assert sentence in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("command", [["--help"], ["timing", "solve", "--help"]])
def test_main_with_output_that_cannot_be_written_says_so_once(home: Path, command: list[str]) -> None:
    for redirection in (">/dev/full", ">&-"):
        line = shlex.join([sys.executable, "-m", "benchboard", *command])
        ended = subprocess.run(["sh", "-c", f"{line} {redirection}"], capture_output=True, text=True, check=False)
        assert ended.returncode == 1
        assert ended.stderr.startswith("Can't write to standard output: ")
        assert ended.stderr.count("\n") == 1
        assert not (home / "logs" / "benchboard.log").exists()


def test_main_whose_reader_closes_the_pipe_is_silent(home: Path) -> None:
    line = shlex.join([sys.executable, "-m", "benchboard", "--help"])
    ended = subprocess.run(["sh", "-c", f"{line} | true"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("unsafe", ["home", "vault"])
def test_main_in_a_folder_that_is_not_private_creates_nothing(
    home: Path, capsys: pytest.CaptureFixture[str], unsafe: str
) -> None:
    (home / "vault").mkdir(mode=0o700)
    (home / "settings.json").write_text("{", encoding="utf-8")
    (home / "vault" if unsafe == "vault" else home).chmod(0o777)
    before = set(home.rglob("*"))
    assert main(["db", "upgrade"]) == 1
    assert "Nothing was changed." in capsys.readouterr().err
    assert set(home.rglob("*")) == before


@pytest.mark.parametrize("name", ["vault", "benchboard.db"])
def test_main_where_a_pipe_is_in_the_place_of_a_file_names_it(
    home: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    os.mkfifo(home / name)
    assert main(["db", "check"]) == 1
    kind = "folder" if name == "vault" else "file"
    assert capsys.readouterr().err == (
        f"{home / name} must be a {kind}. It's a named pipe. Move it away. Nothing was changed.\n"
    )


def test_main_broken_settings_file_is_kept_and_reported_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "settings.json").write_text("{", encoding="utf-8")
    assert main(["timing", "--help"]) == 0
    assert capsys.readouterr().err == (
        f"The settings file {home / 'settings.json'} can't be read. The default settings are used."
        f" A copy is kept in {home / 'settings.json.broken'}.\n"
    )
    assert main(["timing", "--help"]) == 0
    assert capsys.readouterr().err == ""


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


def test_timing_check_in_turkish_has_no_english_title(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCHBOARD_LANGUAGE", "tr")
    assert main(["timing", "check", "--controller", "fdcan", "--clock", "80M", "--timing", "10/6/7/2/2"]) == 0
    said = capsys.readouterr().out
    assert "Örnekleme noktası" in said
    assert "Sample" not in said


def _commands(group: click.Group, context: click.Context) -> Iterator[click.Command]:
    """Every command that isn't a group of others."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, context)
        else:
            yield command


def _groups_and_commands(group: click.Group, path: str = "benchboard") -> Iterator[tuple[str, click.Command]]:
    """Every command and group with its full name, from the program itself on."""
    yield path, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _groups_and_commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


FDCAN = ("--controller", "fdcan", "--clock", "80M")
EVERY_COMMAND = [*_groups_and_commands(root), ("benchboard tour", tour)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["{long}"],
        ["timing", "{long}"],
        ["--{long}"],
        ["timing", "solve", "--{long}=1"],
        ["dongle", "list", "--state={long}"],
        ["dongle", "list", "--state", "{spaces}"],
        ["whoami", "{long}"],
        ["dashboard", "import", "{long}"],
    ],
)
def test_main_shows_the_ends_of_a_long_argument_only(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    texts = {"long": "begin" + "x" * 100_000 + "end", "spaces": "begin" + " x'" * 33_000 + "end"}
    assert main([argument.format(**texts) for argument in arguments]) in (1, 2)
    error = capsys.readouterr().err
    assert len(error) < 600
    assert "begin" in error
    assert "…" in error
    assert "end" in error


def test_main_shows_an_argument_of_ordinary_length_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["timing", "x" * 80]) == 2
    assert f"“{'x' * 80}”" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (["--help"], ["Kullanım: benchboard [OPTIONS] COMMAND [ARGS]...", "Seçenekler:", "Komutlar:",
                      "Sürümü yaz ve çık.", "Bu yardımı yaz ve çık."]),
        (["timing", "--help"], ["Kullanım: benchboard timing ", "Komutlar:"]),
        (["dongle", "identify", "--help"], ["Kullanım: benchboard dongle identify ", "Bu yardımı yaz ve çık.",
                                            "[gerekli]", "[varsayılan: 5; 0 ile 60 arasında]"]),
        (["dongle", "list", "--what"], ["Kullanım: benchboard dongle list [OPTIONS]", "Yardım için "]),
        (["dongle", "list", "one"], ["Hata: “one” bu komutun aldığından fazla."]),
    ],
)  # fmt: skip
def test_help_and_usage_in_turkish_have_no_words_of_click(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], sentences: list[str]
) -> None:
    monkeypatch.setenv("BENCHBOARD_LANGUAGE", "tr")
    main(arguments)
    output = capsys.readouterr()
    printed = " ".join((output.out + output.err).split())
    assert [one for one in sentences if one not in printed] == []
    for english in (
        "Usage:",
        "Options:",
        "Commands:",
        "this message and exit",
        "[default",
        "required]",
        "Got unexpected",
    ):
        assert english not in printed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["dongl"], "No such command “dongl”. Did you mean “dongle”?"),
        (["turo", "--out", "x"], "No such command “turo”. Did you mean “tour”?"),
        (["dongle", "simulat"], "No such command “simulat”. Did you mean “simulate”?"),
        (
            ["dongle", "zzz"],
            "No such command “zzz”. "
            "Choose one of: check, config, identify, info, list, pair, profile, release, rename, reset, rotate, "
            "simulate, write-off.",
        ),
        (
            ["dashboard", "version", "Line 2", "3"],
            "Add what to do with the version: show, name or restore. To show it, run “benchboard dashboard version"
            " show ",
        ),
        (
            ["--demo"],
            "Put --demo after a command: “benchboard dashboard list --demo”. "
            "To open the demo in the window, choose Open demo.",
        ),
        (["--org", "x"], "Put --org after a command: “benchboard dashboard list --org north-lab”."),
        (["dongle", "list", "--jsn"], "No such option “--jsn”. Did you mean “--json”?"),
        (["dashboard", "list", "--trash"], "No such option “--trash”. Did you mean “--filter trash”?"),
        (["user", "list", "--trash"], "No such option “--trash”."),
        (["dashboard", "save", "--not"], "No such option “--not”."),  # --note is an old name
        (["dongle", "simulate", "--count", "100"], "--count must be a whole number from 1 to 64."),
        (["dongle", "simulate", "--count", "some"], "--count must be a whole number from 1 to 64."),
        (["user", "list", "--limit", "0"], "--limit must be a whole number from 1 to 1000."),
        (["can", "monitor", "--port", "p", "--seconds", "0"], "--seconds must be a number above 0."),
        (["can", "monitor", "--port", "p", "--count", "0"], "--count must be a whole number of 1 or more."),
        (["timing", "solve", "--max-error", "x"], "--max-error must be a number."),
        (["dashboard", "version", "show", "Wall", "x"], "NUMBER must be a whole number."),
        (["dongle", "info"], "--port is required."),
        (["dongle", "info", "--port"], "--port needs a value."),
        (["dongle", "list", "--json=3"], "--json takes no value."),
        (["dongle", "list", "one", "two"], "“one two” is more than this command takes."),
        (["dongle", "pair"], "--port is required. Example: benchboard dongle pair --port /dev/ttyACM0"),
        (["can", "monitor"], "--port is required. Example: benchboard can monitor --port /dev/ttyACM0"),
        (
            ["can", "send", "--port", "p"],
            "ID#DATA … or --table is required. Example: benchboard can send --port /dev/ttyACM0 123#DEADBEEF",
        ),
        (["timing", "check"], "--controller, --clock and --timing are required."),
        (["timing", "check", "--clock", "80M"], "--controller and --timing are required."),
        (["timing", "solve", "--controller", "bxcan"], "--clock and --bitrate are required."),
        (["timing", "solve", "--controller", "bxcan", "--clock", "36M"], "--bitrate is required."),
        (["can", "send"], "--port is required."),
        (["login", "ines@example.com", "--demo"], "No such option “--demo”."),
        (["user", "show"], "WHO is required."),
        (["layout", "export", "-"], "--format is required. Choose one of: benchboard, grafana."),
        (
            ["user", "list", "--status", "gone"],
            "--status can't be “gone”. Choose one of: active, disabled, invited, locked, needs-two-step, deleted.",
        ),
        (
            ["dongle", "list", "--sort", "foo"],
            "--sort can't be “foo”. Choose one of: name, id, status, connection, ",
        ),
        (
            ["audit", "list", "--event", "xyz"],
            "--event can't be “xyz”. For all events, run “benchboard audit list --help”.",
        ),
        (
            ["audit", "list", "--event", "clam"],
            "--event can't be “clam”. Did you mean “Paired a dongle” (dongle.claim), “",
        ),
        (
            ["audit", "list", "--event", "trash"],
            "--event can't be “trash”. Did you mean “Moved a dashboard to the trash” (dashboard.discard), "
            "“Restored a dashboard from the trash” "
            "(dashboard.restore) or “Deleted a dashboard that expired in the trash” (dashboard.expire)?",
        ),
        (["audit", "list", "--evnt", "dongle.claim"], "No such option “--evnt”. Did you mean “--event”?"),
        (["dashbord"], "No such command “dashbord”. Did you mean “dashboard”?"),
        (
            ["dongle", "config", "--port", "/no/port", "--timing", "1/2/3"],
            "--timing: “1/2/3” isn't a valid bit timing. Use a format such as",
        ),
        (["dongle", "config", "--port", "/no/port", "--timing", "0/2/3/1/1"], "The prescaler must be 1 or more."),
        (["timing", "check", "--nominal", "1/2"], "--timing: “1/2” isn't a valid bit timing. Use a format such as"),
        (["dashboard", "export", "Shop review", "--demo"], "Specify a FILE to write to, or - for standard output."),
        (["dashboard", "save", "Shop review", "--demo"], "Specify a FILE, or - for standard input."),
        (["dashboard", "export"], "Specify one dashboard by name or ID, or use --home."),
        (["dashboard", "export", "--home"], "FILE is required."),
    ],
)
def test_wrong_usage_says_what_is_wrong_by_the_names_of_the_help(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith(f"Error: {sentence}")
    assert "'" not in lines[-1].replace("can't", "").replace("isn't", "").replace("'Line 2'", "")


def _named_commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _named_commands(command, (*path, name))
        else:
            yield (*path, name), command


def test_what_every_command_requires_is_shown_in_an_example_that_it_understands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "line-2.json").write_text("{}", encoding="utf-8")
    shown = 0
    for path, command in _named_commands(root):
        if not any(parameter.required for parameter in command.params):
            continue
        assert main([*path]) == 2
        _usage, found, example = capsys.readouterr().err.strip().rpartition(" Example: benchboard ")
        assert found, path
        words = shlex.split(example)
        assert tuple(words[: len(path)]) == path
        with command.make_context("", words[len(path) :]):
            shown += 1
    assert shown > 25


@pytest.mark.parametrize(
    ("arguments", "example"),
    [
        (["dongle", "info", "--port"], "dongle info --port /dev/ttyACM0"),
        (
            ["timing", "solve", "--controller", "bxcan"],
            "timing solve --controller fdcan --clock 80M --bitrate 500k",
        ),
        (["dashboard", "show"], 'dashboard show "Line 2"'),
        (["dashboard", "show", "--demo"], 'dashboard show "Line 2" --demo'),
        (["dashboard", "rename", "--demo", "--as", "a@b.c"], 'dashboard rename "Line 2" "Rig 12" --demo --as a@b.c'),
        (["query", "run", "SELECT 1", "--format", "csv"], 'query run --out data.csv --format csv "SELECT 1"'),
        (["query", "run", "SELECT 1", "--out", "data"], 'query run --out data.csv --format csv "SELECT 1"'),
    ],
)
def test_incomplete_command_line_is_answered_with_an_example(
    arguments: list[str], example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.endswith(f" Example: benchboard {example}\n")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (
            ["check", *FDCAN, "--nominal", "1/29/5/5/5", "--cable", "-2"],
            "--cable must be a number from 0 to 100\u202f000.",
        ),
        (["check", *FDCAN, "--nominal", "1/29/5/5/5000"], "SJW in --timing must be a whole number from 1 to 128."),
        (
            ["check", *FDCAN, "--nominal", "1/29/5/5/5", "--data", "0/1/1/1/1"],
            "Prescaler in --data-timing must be a whole number from 1 to 32.",
        ),
        (
            ["solve", *FDCAN, "--bitrate", "5k", "--sample-point", "0"],
            "--sample-point must be a number from 1 to 99.9.",
        ),
        (["solve", *FDCAN, "--bitrate", "0"], "--bitrate must be a bit rate from 1 bit/s to 25 Mbit/s."),
        (
            ["solve", *FDCAN, "--bitrate", "500k", "--data-bitrate", "0"],
            "--data-bitrate must be a bit rate from 1 bit/s to 25 Mbit/s.",
        ),
        (
            [
                "compare",
                "--a-clock",
                "80M",
                "--a-nominal",
                "1/2000/5/5/5",
                "--b-clock",
                "80M",
                "--b-nominal",
                "1/1/1/1/1",
            ],
            "Propagation in --a-timing must be a whole number from 0 to 1\u202f024.",
        ),
    ],
)
def test_timing_number_out_of_range_is_named_by_its_option(
    arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["timing", *arguments]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"Error: {what}"


def test_dongle_config_help_says_when_the_database_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dongle", "config", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Once a dongle is paired, changing it needs the database that holds its key." in shown
    assert "“benchboard dongle config --json” prints" in shown


@pytest.mark.parametrize(("name", "command"), EVERY_COMMAND)
def test_every_help_says_ranges_in_words(name: str, command: click.Command) -> None:
    assert not re.search(
        "x[<>]|[<>]=| RANGE",
        command.get_help(click.Context(command, info_name=name, help_option_names=["-h", "--help"])),
    )


@pytest.mark.parametrize(
    ("folder", "error", "status"),
    [
        ("file", "{folder} is a file. Choose a folder.", 2),
        ("file/below", "Can't create the folder {folder}. Choose another with --out.", 1),
        ("/proc/x", "Can't create the folder {folder}. Choose another with --out.", 1),
        ("/proc", "Can't write to the folder {folder}. Choose another with --out.", 1),
    ],
)
def test_tour_folder_that_cannot_be_written_is_one_sentence(
    folder: str, error: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / folder
    assert run_tour(["--out", str(out)]) == status
    assert capsys.readouterr().err.splitlines()[-1].removeprefix("Error: ") == error.format(folder=out)


def test_help_lists_the_tour(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "  tour " in capsys.readouterr().out


@pytest.mark.parametrize(
    "room", ["audit", "can", "dashboard", "db", "dongle", "layout", "session", "team", "timing", "user"]
)
def test_help_of_a_group_truncates_no_line(room: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([room, "--help"]) == 0
    out = capsys.readouterr().out
    assert not [line for line in out.splitlines()[1:] if line.endswith(("...", "…"))]


def test_whoami_unknown_organisation_lists_those_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCHBOARD_ORG", "zz")
    assert main(["whoami"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "There's no organisation named “zz”. Choose one of: local."


def test_show_table_cell_with_a_dict_is_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_table({"details": lambda row: row}, [{"role": "admin", "kept": True}])
    assert "role=admin, kept=yes" in capsys.readouterr().out


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


VERBS = {
    "Add", "Blink", "Calculate", "Change", "Check", "Clear", "Compare", "Convert", "Create", "Delete", "Disable",
    "Downgrade", "Duplicate", "Enable", "Erase", "Export", "Find", "List", "Manage", "Move", "Name", "Pair",
    "Permanently", "Read", "Record", "Release", "Remove", "Rename", "Replace", "Reset", "Restore", "Revoke", "Rotate",
    "Run", "Save", "Send", "Share", "Show", "Sign", "Simulate", "Stop", "Unlock", "Upgrade", "Watch", "Write",
}  # fmt: skip


@pytest.mark.parametrize(("name", "command"), EVERY_COMMAND)
def test_every_help_begins_with_a_verb_and_is_in_whole_sentences(name: str, command: click.Command) -> None:
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    assert summary(command).split()[0].rstrip(",") in VERBS, name
    assert summary(command).count(". ") == 0, name
    assert len(summary(command)) < 100, name
    for paragraph in paragraphs:
        assert paragraph.startswith("\b") or paragraph.endswith("."), (name, paragraph)


@pytest.mark.parametrize(("name", "command"), EVERY_COMMAND)
def test_every_option_help_is_a_sentence_about_values_by_their_names(name: str, command: click.Command) -> None:
    for option in command.params:
        if isinstance(option, click.Option) and option.help is not None:
            assert option.help.endswith("."), (name, option.name)
            assert option.help[0].isupper() or option.help.startswith("cia "), (name, option.name)


@pytest.mark.parametrize(("name", "command"), EVERY_COMMAND)
def test_every_help_says_one_word_for_one_thing(name: str, command: click.Command) -> None:
    options = [option.help or "" for option in command.params if isinstance(option, click.Option)]
    sentences = " ".join([command.help or "", *(text for text in options if not text.startswith("Sort by "))])
    prose = re.sub(r"--[a-z-]+|“[^”]*”|benchboard .*", "", sentences)  # what is typed stays as it is
    found = re.findall(
        r"\b(bitrate|host.?name|layout|document|title|login|logout|stderr|stdin|reversed)\b", prose, re.I
    )
    assert found == [], name


def test_every_example_in_a_help_is_a_command_with_its_options() -> None:
    known = dict(EVERY_COMMAND)
    examples = [
        line.strip()
        for _name, command in EVERY_COMMAND
        for line in inspect.cleandoc(command.help or "").splitlines()
        if line.startswith("  benchboard ")
    ]
    assert len(examples) > 10
    for example in examples:
        words = shlex.split(example.split(" < ")[0])
        name = max((name for name in known if words[: len(name.split())] == name.split()), key=len)
        known[name].make_context(name, ["-" if word.endswith(".json") else word for word in words[len(name.split()) :]])


def test_the_list_of_commands_says_what_each_help_says() -> None:
    known = dict(EVERY_COMMAND)
    for name, text in SUMMARIES.items():
        assert text == summary(known[f"benchboard {name}"])


def test_an_option_with_an_old_name_shows_its_new_one_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "list", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "--status" in shown
    assert "--state " not in shown


def test_main_empty_database_url_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["whoami", "--url", ""]) == 2
    assert "--url is empty. Leave it out" in capsys.readouterr().err
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", "")
    assert main(["whoami"]) == 1
    assert capsys.readouterr().err.startswith("BENCHBOARD_DATABASE_URL is empty. Set it to a database URL, or unset it")
    assert not list(home.glob("*.db"))


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["dashboard", "show", "\udcff"], "DASHBOARD"),
        (["dashboard", "list", "--search", "a\udcffb"], "--search"),
        (["can", "send", "--port", "/dev/ttyNONE", "123#00", "\udcff"], "ID#DATA"),
    ],
)
def test_argument_that_is_not_utf8_is_named(
    arguments: list[str], names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("Error: ")
    assert names in error
    assert error.endswith("The text isn't valid UTF-8.")


@pytest.mark.parametrize(
    ("rate", "bits_per_second"), [("500k", 500_000), ("500000", 500_000), ("1M", 1_000_000), ("0.5M", 500_000)]
)
def test_bit_rates_have_one_form_in_all_commands(rate: str, bits_per_second: int) -> None:
    commands = [("can", "monitor"), ("can", "send"), ("timing", "solve")]
    for group, name in commands:
        found = root.get_command(click.Context(root), group)
        assert isinstance(found, click.Group)
        (option,) = (one for one in found.commands[name].params if "--bitrate" in one.opts)
        assert option.type.convert(rate, option, None) == bits_per_second
    assert main(["can", "monitor", "--port", "p", "--bitrate", "2M"]) == 2


def test_sorting_and_modes_are_named_as_on_the_screen_and_by_the_old_names() -> None:
    def choice(*words: str) -> click.ParamType[Any, Any]:
        *path, option = words
        command: click.Command = root
        for word in path:
            assert isinstance(command, click.Group)
            command = command.get_command(click.Context(command), word) or command
        return next(one.type for one in command.params if option in one.opts)

    for words, given, stored in (
        (("dashboard", "list", "--sort"), "changed", "updated_at"),
        (("dashboard", "list", "--sort"), "created_at", "created_at"),
        (("user", "list", "--sort"), "created", "created_at"),
        (("user", "list", "--sort"), "status", "state"),
        (("user", "list", "--sort"), "state", "state"),
        (("dongle", "config", "--mode"), "listen-only", "LISTEN_ONLY"),
        (("dongle", "config", "--mode"), "LISTEN_ONLY", "LISTEN_ONLY"),
        (("dongle", "config", "--mode"), "Normal", "NORMAL"),
        (("dongle", "config", "--mode"), "listen_only", "LISTEN_ONLY"),
    ):
        assert choice(*words).convert(given, None, None) == stored


@pytest.mark.parametrize(
    ("count", "sent", "title"),
    [
        (1, 0, "The frame wasn't sent."), (3, 0, "No frame was sent."), (3, 1, "Some frames weren't sent."),
    ],
)  # fmt: skip
def test_can_send_says_how_many_frames_failed(count: int, sent: int, title: str) -> None:
    assert can_send.unsent_title(count, sent) == title


def test_source_commands_show_one_verb_and_the_old_one_still_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["source", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "add-server" in shown
    assert "connect" not in shown
    assert main(["source", "connect", "--help"]) == 0
    assert main(["source", "connec"]) == 2
    assert "“connect”" not in capsys.readouterr().err


def test_example_after_a_url_with_a_password_does_not_repeat_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dashboard", "show", "--url", "postgresql://me:hunter2@db.example/bench"]) == 2
    assert "hunter2" not in capsys.readouterr().err
