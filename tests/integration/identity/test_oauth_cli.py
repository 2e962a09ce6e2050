"""`benchboard oauth …`: the same services as the window's, and a secret that is printed once."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from support.programs import Programs

URI = "https://line2.example.com/auth/back"


class Commands:
    """Commands on a local database of the test's own."""

    def __init__(self, programs: Programs, home: Path) -> None:
        self._programs = programs
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BENCHBOARD_", "PG"))}
        self._environment = inherited | {"BENCHBOARD_HOME": str(home), "BENCHBOARD_KEYRING": "off"}

    def run(self, *arguments: str) -> tuple[int, str, str]:
        ended = self._programs.run("benchboard", *arguments, environment=self._environment)
        assert "Traceback" not in ended.stderr
        return ended.returncode, ended.stdout, ended.stderr

    def told(self, *arguments: str) -> Any:
        status, out, error = self.run(*arguments, "--json")
        assert status == 0, error
        return json.loads(out)


@pytest.fixture
def commands(programs: Programs, tmp_path: Path) -> Commands:
    return Commands(programs, tmp_path / "home")


def test_client_commands_register_rotate_disable_delete_and_restore(commands: Commands) -> None:
    status, out, error = commands.run("oauth", "client", "create", "Line 2", "--redirect-uri", URI)
    assert status == 0
    assert out.startswith("bbs_")
    assert out.strip() not in error
    (listed,) = commands.told("oauth", "client", "list")["items"]
    assert listed["secret_ends_in"] == out.strip()[-4:]
    name = listed["client_id"]
    assert commands.told("oauth", "client", "show", name)["redirect_uris"] == [URI]
    rotated = commands.told("oauth", "client", "rotate", name, "--overlap", "1h")
    assert rotated["previous_secret_ends_in"] == listed["secret_ends_in"]
    assert rotated["secret"] != out.strip()
    assert commands.told("oauth", "client", "end-secret", name)["ended"] is True
    assert commands.told("oauth", "client", "change", name, "--scope", "openid")["changed"] is True
    assert commands.told("oauth", "client", "disable", name)["revoked"] == 0
    assert commands.told("oauth", "client", "list")["items"][0]["status"] == "disabled"
    assert commands.run("oauth", "client", "enable", "Line 2")[0] == 0
    assert commands.run("oauth", "client", "delete", "Line 2")[0] == 0
    assert commands.told("oauth", "client", "list")["items"] == []
    assert commands.run("oauth", "client", "restore", name)[0] == 0
    entries = commands.told("audit", "list")["items"]
    assert out.strip() not in str(entries)
    assert rotated["secret"] not in str(entries)


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("create", "Line 2", "--redirect-uri", "http://line2-tv/back"), 2, "the code sent to line2-tv could be read"),
        (("create", "Line 2"), 1, "needs a redirect URI"),
        (("show", "bb_nothing"), 1, "There's no OAuth client “bb_nothing”."),
        (("change", "bb_nothing"), 2, "Name what to change."),
        (("rotate", "bb_nothing", "--overlap", "1y"), 2, "Choose one of: none, 1h, 1d, 7d, 30d."),
    ],
)
def test_client_command_with_bad_input_says_why(
    commands: Commands, arguments: tuple[str, ...], status: int, told: str
) -> None:
    ended, out, error = commands.run("oauth", "client", *arguments)
    assert told in error
    assert (ended in (1, 2), out) == (True, "")
    assert status in (1, 2)


def test_key_commands_publish_rotate_and_retire(commands: Commands) -> None:
    first = commands.told("oauth", "key", "generate")
    second = commands.told("oauth", "key", "generate", "--algorithm", "RS256")
    assert (first["state"], second["state"]) == ("signing", "published")
    published = commands.told("oauth", "key", "published")["keys"]
    assert {key["kid"] for key in published} == {first["kid"], second["kid"]}
    assert not any("d" in key for key in published)
    assert commands.told("oauth", "key", "rotate", "--overlap", "1h")["kid"] == second["kid"]
    assert commands.told("oauth", "key", "retire", first["kid"])["state"] == "ended"
    states = {one["kid"]: one["state"] for one in commands.told("oauth", "key", "list")["items"]}
    assert states == {first["kid"]: "ended", second["kid"]: "signing"}
    status, _out, error = commands.run("oauth", "key", "retire", second["kid"])
    assert status == 1
    assert "Rotate the keys first" in error


def test_client_test_command_runs_the_flow_and_says_what_failed(commands: Commands) -> None:
    made = commands.told("oauth", "client", "create", "Line 2", "--redirect-uri", URI)
    steps = commands.told("oauth", "client", "test", made["client_id"])["steps"]
    assert {step["outcome"] for step in steps} == {"ok"}
    assert made["secret"] not in str(steps)
    status, out, error = commands.run(
        "oauth", "client", "test", made["client_id"], "--redirect-uri", "https://evil.example/back"
    )
    assert status == 1
    assert "✗ Opened the sign-in page" in out
    assert "The test of “Line 2” failed." in error
    assert commands.run("oauth", "client", "disable", made["client_id"])[0] == 0
    status, _out, error = commands.run("oauth", "client", "test", made["client_id"])
    assert (status, "A disabled client gets no tokens." in error) == (1, True)


def test_a_test_leaves_no_consent_and_no_use_and_is_logged_as_a_test(commands: Commands) -> None:
    made = commands.told("oauth", "client", "create", "Line 2", "--redirect-uri", URI)
    commands.told("oauth", "client", "test", made["client_id"])
    shown = commands.told("oauth", "client", "show", made["client_id"])
    assert (shown["people"], shown["tokens"], shown["last_used_at"]) == (0, 0, None)
    assert commands.told("oauth", "consent", "list")["items"] == []
    for event in ("client.consent", "token.issue", "token.revoke-family"):
        items = commands.told("audit", "list", "--event", event)["items"]
        assert [one["details"].get("test") for one in items] == [True] * len(items)
        assert items, event
    assert "Test: " in commands.run("audit", "list", "--event", "token.issue")[1]


def test_consent_and_token_commands_list_and_say_what_they_do_not_find(commands: Commands) -> None:
    made = commands.told("oauth", "client", "create", "Line 2", "--redirect-uri", URI)
    assert commands.told("oauth", "consent", "list", "--client", made["client_id"])["items"] == []
    assert commands.told("oauth", "token", "list", "--refresh")["items"] == []
    assert commands.run("oauth", "consent", "revoke", made["id"])[0] == 1
    status, out, error = commands.run("oauth", "consent", "list")
    assert (status, out) == (0, "")
    assert "Nobody has agreed" in error
    status, _out, error = commands.run("oauth", "token", "revoke", made["id"])
    assert status == 1
    assert "There's no such token that works." in error
