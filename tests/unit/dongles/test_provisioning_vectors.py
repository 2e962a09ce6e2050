"""docs/protocol.md says what the code does: the worked example, the numbers, the CDDL's member names."""

import re
from pathlib import Path

from benchboard.dongles.protocol import Code, Command, State, messages
from support.worked import example

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")


def test_the_worked_example_is_what_the_code_computes() -> None:
    shown = re.search(r"<!-- example -->\n```\n(.*?)\n```\n<!-- /example -->", PAGE, re.DOTALL)
    assert shown is not None
    assert shown[1] == example()


def test_the_numbers_on_the_page_are_the_codes() -> None:
    rows = dict(re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", PAGE, re.MULTILINE))
    assert rows == {str(code.value): code.name for code in Code}
    commands = dict(re.findall(r"^\| ([A-Z_]+) \| (\d+) \|", PAGE, re.MULTILINE))
    assert commands == {command.name: str(command.value) for command in Command}
    assert "; " + ", ".join(f"{state.value} {state.name}" for state in State) in PAGE


def cddl(name: str) -> set[str]:
    rule = re.search(rf"^{name}\s*= \{{(.*?)\}}", PAGE, re.MULTILINE | re.DOTALL)
    assert rule is not None, name
    text = re.sub(r";.*", "", rule[1])
    text = re.sub(r"\[.*\]", "", text)
    return set(re.findall(r"(\w+):", text))


def test_the_cddl_names_the_members_the_code_wants() -> None:
    for command in Command:
        name = command.name.lower().replace("_", "-")
        assert cddl(f"{name}-request") == messages.REQUESTS[command].keys()
        assert cddl(f"{name}-answer") == messages.ANSWERS[command].keys()
    for name, shape in (
        ("hello", messages.HELLO_SIGNED), ("status", messages.STATUS_SIGNED),
        ("stored", messages.CONFIG_SIGNED),
        ("config", messages.CONFIG), ("commit-plain", messages.TOKEN_PLAIN),
        ("committed-plain", messages.COMMITTED_PLAIN),
    ):  # fmt: skip
        assert cddl(name) == shape.keys(), name
