"""What opens the window."""

import os
from pathlib import Path

import pytest

from benchboard.cli.main import SUMMARIES
from benchboard.start_arguments import (
    COMMANDS,
    import_address,
    imported_path,
    link_address,
    link_to,
    opens_window,
)


@pytest.mark.parametrize(
    "arguments",
    [[], ["benchboard:bench/live"], ["BenchBoard://studio"], ["a.db"], ["a.sqlite3"], ["data/a.csv"], ["folder"]],
)
def test_opens_window_without_a_command_is_true(arguments: list[str]) -> None:
    assert opens_window(arguments)


@pytest.mark.parametrize("arguments", [["can"], ["--help"], ["a.db", "b.db"], ["user", "list"], [""]])
def test_opens_window_with_a_command_is_false(arguments: list[str]) -> None:
    assert not opens_window(arguments)


def test_commands_are_those_of_the_command_line() -> None:
    assert {*SUMMARIES, "gallery"} == COMMANDS


@pytest.mark.parametrize("name", ["/tmp/a b%2F.csv", "/tmp/ağaç", "/tmp/!x", os.fsdecode(b"/tmp/\xff.csv")])
def test_import_address_of_any_path_is_read_as_that_path(name: str) -> None:
    address = import_address(Path(name))
    assert imported_path(address.removeprefix("studio/data/")) == Path(name)
    assert imported_path("!add") is None


def test_link_to_an_address_is_read_as_that_address() -> None:
    link = link_to("studio/dashboards/1/show/2")
    assert link == "benchboard://studio/dashboards/1/show/2"
    assert link_address(link) == "studio/dashboards/1/show/2"


def test_link_address_of_bytes_that_are_not_utf8_can_be_encoded() -> None:
    argument = os.fsdecode(b"benchboard://studio/dashboards/\xff\xed\xa0\x80")
    address = link_address(argument)
    assert address is not None
    assert address == "studio/dashboards/????"
    assert address.encode()
