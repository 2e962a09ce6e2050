"""What opens the window."""

import pytest

from benchboard.start_arguments import opens_window


@pytest.mark.parametrize(
    "arguments", [[], ["benchboard:bench/live"], ["BenchBoard://studio"], ["a.db"], ["a.sqlite"], ["a.sqlite3"]]
)
def test_opens_window_without_a_command_is_true(arguments: list[str]) -> None:
    assert opens_window(arguments)


@pytest.mark.parametrize("arguments", [["can"], ["--help"], ["a.db", "b.db"], ["user", "list"], [""]])
def test_opens_window_with_a_command_is_false(arguments: list[str]) -> None:
    assert not opens_window(arguments)
