"""A value that can't be right, whatever the database, files and dongles are like, is wrong usage: exit status 2."""

import io
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from benchboard import i18n, package_data
from benchboard.analytics.files.formats import detect_format
from benchboard.cli.main import main, root
from benchboard.cli.usage_examples import usage_example
from support.help_words import commands

_FREE: frozenset[str] = frozenset({
    "a_name", "after", "as_email", "b_name", "bus", "ca", "database_name", "description", "export_format", "file",
    "host", "interface", "name", "note", "org", "organisation", "out", "port", "schema", "search", "source_name",
    "url", "user", "values", "who", "write", "controller", "algorithm", "admin", "event", "body", "headers", "key_name",
    "hidden", "newer_by", "removed", "rows_path", "folder", "folder_name", "parent", "used_field", "used_column",
    "based_on", "dashboard", "source", "dongle",
    "new_owner", "whom", "object_type", "object_id",
    "confirm", "shown", "table", "page_parameter", "size_parameter", "cursor_path",
    "rates_table", "rates_source", "rates_columns", "rates_by", "rates_at", "rates_target", "converted",
    "channel", "channel_b", "department", "email", "databases", "file_column", "a_controller", "b_controller",
})  # fmt: skip
"""Options of any text, of what is looked up or opened, and those that have a test of their own below."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: making the demo takes seconds."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def environment(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.setenv("BENCHBOARD_HOME", str(home))
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    monkeypatch.delenv("BENCHBOARD_LANGUAGE", raising=False)
    yield
    i18n.use("en", package_data.resources_folder() / "i18n")


def _options_of_limited_values() -> Iterator[tuple[str, str]]:
    for command, context in commands():
        for option in command.get_params(context):
            if isinstance(option, click.Option) and not (option.is_flag or option.count) and option.name not in _FREE:
                yield context.command_path, option.opts[0]


@pytest.mark.parametrize(("command", "option"), sorted(set(_options_of_limited_values())))
def test_wrong_value_of_every_option_with_limited_values_exits_2(
    command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = command.split()[1:]
    value = ["x", "y"] if option == "--size" else ["@wrong"]
    if words == ["tour"]:
        from benchboard.tour.run import main as run

        assert run([option, *value]) == (1 if option == "--out" else 2)
    else:
        assert main([*words, option, *value]) == 2
    said = capsys.readouterr().err
    assert option in said.splitlines()[-1]


@pytest.mark.parametrize(
    "line",
    [
        "timing solve --controller none --clock 80M --bitrate 500k",
        "timing solve --controller fdcan --clock 80M --bitrate 500k --algorithm none",
        "timing check --controller mcp2515 --clock 80M --timing 1/5/5/5/1",
        "timing registers --controller fdcan --clock 80M --decode X=1",
        "timing registers --controller fdcan --clock 80M --timing 1/95/32/32/32 --format ip-link --interface a/b",
        "whoami --demo --as nobody",
        "whoami --url nonsense",
        "user add nobody --demo",
        "user show nobody --demo",
        "audit list --demo --user nobody",
        "audit list --demo --event none",
        "user list --demo --after @",
        "session revoke zz --demo",
        "can send --port p zzz",
        "dashboard create --demo " + "x" * 300,
        "team create --demo " + "x" * 300,
        "source add none.csv --demo --name " + "x" * 300,
        "source add-api ftp://a.example --demo --name S",
        "source add-api https://a.example --demo --name S --header wrong",
        "source add-api https://a.example --demo --name S --rows $..x",
        "source add-server postgresql --demo --name S --host a/b --database d --user u",
        "source connect postgresql --demo --name S --host a/b --database d --user u",
        "query run --demo --out data.txt SELECT",
        "dashboard data --demo Wall --out data.csv",
    ],
)
def test_wrong_value_of_other_parameters_exits_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize(
    "line",
    ["whoami --demo --as no.one@example.com", "dashboard show None --demo", "layout import none.json",
     "can send --port none 123#00", "query run --demo --source none SELECT", "whoami --demo --org none"],
)  # fmt: skip
def test_what_is_looked_up_and_not_there_exits_1(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("dongle config --port p --clock 0", "--clock must be a frequency from 1 MHz to 1\u202f000 MHz."),
        ("timing solve --clock 5000M --controller fdcan --bitrate 1M",
         "--clock must be a frequency from 1 Hz to 4\u202f294 MHz."),
        ("can monitor --port p --bitrate 5", "--bitrate must be a bit rate from 1 kbit/s to 1 Mbit/s."),
    ],
)  # fmt: skip
def test_limits_of_clocks_and_bit_rates_have_units(
    line: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line.split()) == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"Error: {sentence}"


def test_example_of_an_option_with_choices_is_one_of_them() -> None:
    for command, context in commands():
        needed = [one for one in command.params if isinstance(one.type, click.Choice)]
        words = usage_example(context, needed).split()
        for option in needed:
            if isinstance(option, click.Option) and words:
                assert words[words.index(option.opts[0]) + 1] in option.type.choices  # type: ignore[attr-defined]


def _examples() -> Iterator[str]:
    """The command lines that help and errors give as examples, without those of a server, which they would look for."""
    for command, context in commands():
        said = [line.strip() for line in (command.help or "").splitlines()]
        typed = "" if isinstance(command, click.Group) else usage_example(context)
        for example in (typed, *said):
            if example.startswith("benchboard ") and example != "benchboard tour" and "postgresql" not in example:
                yield example.partition(" < ")[0]


@pytest.mark.parametrize("example", sorted(set(_examples())))
def test_every_example_is_no_wrong_usage(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(example)[1:]
    for name in ("line-2.json", "grafana.json"):
        Path(name).write_text("[]")
    if words[0] == "timing":  # needs nothing but its command line, so it can be run
        assert main([one for one in words if one != "--batch"]) == 0, capsys.readouterr().err
    context: click.Context = click.Context(root, info_name="benchboard")
    while isinstance(group := context.command, click.Group):
        command = group.get_command(context, words[0])
        assert command is not None
        name = words.pop(0)
        if isinstance(command, click.Group):
            context = click.Context(command, context, name)
        else:
            context = command.make_context(name, list(words), context)  # raises what is wrong with it
            context.close()


def test_example_of_a_file_to_add_is_of_a_format_that_can_be_added() -> None:
    example = next(usage_example(context) for _command, context in commands() if context.info_name == "add"
                   and context.command_path.endswith("source add"))  # fmt: skip
    detected = Path(shlex.split(example)[-1])
    detected.write_text("a,b\n1,2\n")
    assert detect_format(detected) == "csv"
