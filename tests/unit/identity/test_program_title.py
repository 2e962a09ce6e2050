"""What people call the program of a session or an audit log entry."""

import pytest

from benchboard.identity.permissions import Client, program_title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Benchboard/0.1.0 (Linux 6.1.0-18-amd64)", "Benchboard 0.1.0 for Linux"),
        ("Benchboard/0.1.0 (Darwin 23.4.0) on rig-12", "Benchboard 0.1.0 for macOS, on rig-12"),
        ("Benchboard/0.2.0 (Windows 11) on a on b", "Benchboard 0.2.0 for Windows, on a on b"),
        ("another program", "another program"),
        ("", ""),
    ],
)
def test_program_title_is_what_people_say(text: str, title: str) -> None:
    assert program_title(text) == title


def test_program_title_of_this_program_has_neither_slash_nor_kernel() -> None:
    assert not set("/()") & set(program_title(Client.here().program))
