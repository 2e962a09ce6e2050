"""The commands that messages suggest: each exists, has what it requires, and can be typed as it is written."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import benchboard
from benchboard.cli.main import root

_SOURCE = Path(benchboard.__file__).parent
_REFERENCES = re.compile(
    r"(?:from|that|listed by|shown by|is in|see|use) “benchboard [^”]*”|“benchboard [^”]*” (?:prints|writes)"
)
"""A command as the source of a value or a format: nobody is told to run it as it stands."""


def _suggestions() -> Iterator[tuple[str, str]]:
    """Each suggested command of each message, and the file that has it."""
    for file in sorted(_SOURCE.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        # Every process of the tests collects this file: parsing the whole package took it two seconds.
        if "“benchboard" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = _REFERENCES.sub("", " ".join(node.value.split()))
                for command in re.findall("“benchboard ([^”]+)”", text):
                    if command[0] not in "(…{-":
                        yield str(file.relative_to(_SOURCE)), command


def _parse(line: str) -> None:
    """Parse a command line as the shell and the program would; `UsageError` if something is missing."""
    words = shlex.split(re.sub(r"\{\w+\}", "7", line))
    command, context = root, click.Context(root, info_name="benchboard")
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, line
        command, context = found, click.Context(found, parent=context, info_name=words.pop(0))
    command.make_context(command.name or "", words, parent=context.parent).close()


@pytest.mark.parametrize(("file", "command"), sorted(set(_suggestions())))
def test_suggested_command_parses(file: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("FILE").touch()
    try:
        _parse(command)
    except click.UsageError as error:
        pytest.fail(f"{file}: “benchboard {command}”: {error.format_message()}")
