"""`user`, `session`, `audit`, `login`, `whoami` and `db seed` as scripts use them: real programs, real databases."""

import json
import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import URL, make_url, text

from benchboard import workspace
from benchboard.identity import organisations, password_sign_in, roles, second_factor
from benchboard.identity.permissions import Client
from benchboard.storage.engine import Database
from support.databases import unbound
from support.people import PASSWORD
from support.postgres import Server
from support.programs import Programs

Ended = subprocess.CompletedProcess[str]


class Terminal:
    """Runs the program with a home and a database of the test's own."""

    def __init__(self, programs: Programs, home: Path, url: str | None = None) -> None:
        self.programs, self.home, self.url = programs, home, url

    def __call__(self, *arguments: str, status: int = 0, typed: str = "", **environment: str) -> Ended:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BENCHBOARD_", "PG"))}
        named = {"BENCHBOARD_DATABASE_URL": self.url} if self.url else {}
        own = {"BENCHBOARD_HOME": str(self.home), "BENCHBOARD_KEYRING": "off"}
        ended = self.programs.run(
            "benchboard", *arguments, environment=inherited | own | named | environment, typed=typed
        )
        told = ended.stdout + ended.stderr
        assert "Traceback" not in told, told
        assert ended.returncode == status, told
        assert not any(sign in told for sign in "\x1b\x07\x9b\u202e"), "a control character reached the terminal"
        if status == 1:
            assert ended.stdout == ""
            assert len(ended.stderr.splitlines()) == 1, ended.stderr
        return ended

    def json(self, *arguments: str, **options: Any) -> Any:
        return json.loads(self(*arguments, "--json", **options).stdout)


@pytest.fixture(scope="module")
def used_home(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a first command has made the database."""
    home = tmp_path_factory.mktemp("used") / "home"
    Terminal(programs, home)("whoami")
    return home


@pytest.fixture
def local(programs: Programs, used_home: Path, tmp_path: Path) -> Terminal:
    return Terminal(programs, Path(shutil.copytree(used_home, tmp_path / "home")))


@pytest.fixture
def first(programs: Programs, tmp_path: Path) -> Terminal:
    """Nobody has used the program here before."""
    return Terminal(programs, tmp_path / "home")


@pytest.fixture
def server(programs: Programs, pg_server: Server, pg_template: str, tmp_path: Path) -> Iterator[Terminal]:
    """A migrated PostgreSQL without rows, named by the environment, where a password may stand."""
    name = pg_server.create(template=pg_template)
    yield Terminal(programs, tmp_path / "home", pg_server.url(name))
    pg_server.drop(name)


def test_user_commands_on_a_local_database_add_disable_and_list(local: Terminal) -> None:
    me = local.json("whoami")
    assert set(me) == {"user_id", "email", "roles", "organisation", "database"}
    assert me["roles"] == ["admin"]
    added = local.json("user", "add", "İnes@Example.com", "--name", "İnes Çağrı", "--role", "analyst", typed=PASSWORD)
    assert set(added) == {"id", "email"}
    listed = local.json("user", "list", "--search", "cagri")
    assert set(listed) == {"items", "next"}
    assert [row["name"] for row in listed["items"]] == ["İnes Çağrı"]
    assert set(listed["items"][0]) == {"id", "name", "email", "role", "own_roles", "state", "last_seen", "sessions"}
    assert local.json("user", "show", "ines@example.com".replace("i", "i̇", 1), status=0)["id"] == added["id"]
    assert local.json("user", "disable", added["id"]) == {"changed": 1}
    assert local.json("user", "show", added["id"])["state"] == "inactive"
    assert local.json("user", "list", "--state", "inactive")["items"][0]["id"] == added["id"]
    assert local.json("user", "activate", added["id"]) == {"changed": 1}
    trail = local.json("audit", "list", "--event", "user.disable")
    assert [(row["user_id"], row["resource_id"]) for row in trail["items"]] == [(me["user_id"], added["id"])]
    told = local("user", "list")
    assert "İnes Çağrı" in told.stdout


def test_user_change_changes_each_field_says_so_and_refuses_what_cannot_be(local: Terminal) -> None:
    me = local.json("whoami")["email"]
    added = local.json("user", "add", "mert@example.com")
    changed = local.json(
        "user", "change", "mert@example.com", "--role", "technician", "--name", "Mert Aydın",
        "--email", "aydin@example.com", "--department", "Lab",
    )  # fmt: skip
    assert changed == {"id": added["id"], "changed": ["name", "email", "department", "role"]}
    row = local.json("user", "show", "aydin@example.com")
    assert (row["name"], row["role"]) == ("Mert Aydın", "technician")
    assert "Changed Mert Aydın. Role: Analyst." in local("user", "change", added["id"], "--role", "analyst").stdout
    same = local("user", "change", added["id"], "--role", "analyst").stdout
    assert "Nothing to change: Mert Aydın is already like that." in same
    assert "You can't change your own role." in local("user", "change", me, "--role", "analyst", status=1).stderr
    assert "Specify what to change" in local("user", "change", me, status=2).stderr
    refused = local("user", "set-password", added["id"], typed=PASSWORD, status=1).stderr
    assert "People don't sign in with a password on this computer." in refused


def test_user_delete_and_restore_by_id(local: Terminal) -> None:
    added = local.json("user", "add", "mert@example.com")
    assert local.json("user", "delete", "mert@example.com") == {"deleted": 1, "sessions_ended": 0, "keys_ended": 0}
    assert "mert" not in local("user", "list").stdout
    assert [row["state"] for row in local.json("user", "list", "--status", "deleted")["items"]] == ["deleted"]
    assert local.json("user", "show", "mert@example.com")["state"] == "deleted"
    assert local.json("user", "restore", added["id"]) == {"restored": 1, "keys_restored": 0}
    assert local.json("user", "show", "mert@example.com")["state"] == "active"
    for who in ("mert@example.com", local.json("user", "show", "mert@example.com")["id"][:8]):
        local("user", "delete", "mert@example.com")
        assert "Restored" in local("user", "restore", who).stdout
    refused = local("user", "restore", "mert@example.com", status=1).stderr
    assert "No deleted account has the email address or ID “mert@example.com”." in refused
    assert "Choose one listed by “benchboard user list --status deleted”." in refused
    assert "an ID from “benchboard user list --status deleted”." in local("user", "restore", "mert", status=2).stderr
    me = local.json("whoami")["email"]
    assert "You can't delete your own account." in local("user", "delete", me, status=1).stderr


def test_user_hand_over_also_of_a_deleted_account(local: Terminal) -> None:
    for name in ("mert", "bo"):
        local("user", "add", f"{name}@example.com", "--role", "analyst")
    local("dashboard", "create", "Line 2", "--as", "mert@example.com")
    assert "owns nothing" in local("user", "hand-over", "bo@example.com", "--to", "mert@example.com", status=1).stderr
    local("user", "delete", "mert@example.com")
    deleted = local("user", "list", "--status", "deleted", "--json").stdout
    who = json.loads(deleted)["items"][0]["id"]
    told = local("user", "hand-over", who, "--to", "bo@example.com").stdout
    assert "bo now owns what mert owned. Dashboards: 1. Dongles: 0." in told
    mine = local.json("dashboard", "list", "--as", "bo@example.com")["items"]
    assert [(one["name"], one["owner"]) for one in mine] == [("Line 2", "bo")]
    assert "There's no person" in local("user", "hand-over", "x@y.example", "--to", "bo@example.com", status=1).stderr


def test_two_step_sign_in_is_required_by_a_command_that_says_of_how_many(server: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    server("user", "add", "mert@example.com", typed=PASSWORD)
    shown = server.json("organisation", "show")
    assert (shown["two_step"], shown["shortest_password"], shown["people"]) == ("nobody", 12, 0)
    refused = server("organisation", "set", "--two-step", "everybody", "--yes", status=1).stderr
    assert "You don't use two-step sign-in yourself." in refused
    database = Database.open(server.url or "")
    made = second_factor.new_secret(email="ines@example.com", organisation="Lab")
    ines = password_sign_in.sign_in(database, email="ines@example.com", password=PASSWORD, client=Client.here()).actor
    code = pyotp.TOTP(made.text).at(time.time())
    second_factor.turn_on(database.bind(ines), ines, password=PASSWORD, secret=made.text, code=code)
    database.dispose()
    asked = server("organisation", "set", "--two-step", "everybody", typed="n\n", status=130).stderr
    assert "This concerns 2 people, 1 of whom without two-step sign-in. Require it?" in asked
    done = server("organisation", "set", "--two-step", "everybody", "--password-length", "16", typed="y\n")
    assert done.stdout == (
        "New passwords now have at least 16 characters. Those that are set stay as they are. Two-step sign-in is "
        "required for: Everyone. 1 person sets it up at the next sign-in.\n"
    )
    done = server("organisation", "set", "--password-length", "18")
    assert done.stdout == "New passwords now have at least 18 characters. Those that are set stay as they are.\n"
    told = server("organisation", "show").stdout
    assert "Everyone" in told
    assert "1 of 2" in told
    assert [row["email"] for row in server.json("user", "list", "--status", "needs-two-step")["items"]] == [
        "mert@example.com"
    ]
    asked = server("organisation", "set", "--revoke-sessions", typed="n\n", status=130).stderr
    assert "0 people without two-step sign-in are signed in. Revoke their sessions?" in asked
    assert server("organisation", "set", "--revoke-sessions", "--yes").stdout == "Revoked 0 sessions.\n"
    other = Terminal(server.programs, server.home.parent / "elsewhere", server.url)
    needed = other("login", "mert@example.com", typed=PASSWORD, status=1).stderr
    assert "Lab requires two-step sign-in." in needed
    assert "in its window, or with “benchboard login EMAIL” in a terminal" in needed


def test_two_step_rules_are_for_shared_servers(local: Terminal) -> None:
    assert local.json("organisation", "show")["two_step"] == "nobody"
    assert "Use --two-step, --password-length or --revoke-sessions." in local("organisation", "set", status=2).stderr
    refused = local("organisation", "set", "--two-step", "admins", status=1).stderr
    assert "Nobody signs in with a password to a database on this computer." in refused


def test_data_of_a_person_is_exported_and_erased_after_the_name(local: Terminal, tmp_path: Path) -> None:
    added = local.json("user", "add", "mert@example.com", "--name", "Mert Aydın")
    out = tmp_path / "mert.zip"
    done = local("user", "export-data", "mert@example.com", "--out", str(out)).stdout
    assert "records about Mert Aydın to" in done
    with zipfile.ZipFile(out) as archive:
        assert b"mert@example.com" in archive.read("account.csv")
    assert "already exists" in local("user", "export-data", added["id"], "--out", str(out), status=1).stderr
    assert "Exported" in local("user", "export-data", added["id"], "--out", str(out), "--overwrite").stdout
    told = local("user", "erase", "mert@example.com", "--dry-run").stdout
    assert "Erasing Mert Aydın, mert@example.com:" in told
    assert "They name the person by ID alone." in told
    planned = local.json("user", "erase", "mert@example.com", "--dry-run")
    assert planned["erased"] is False
    assert "Type the person's name" in local("user", "erase", "mert@example.com", status=1).stderr
    wrong = local("user", "erase", "mert@example.com", "--confirm", "Mert", status=1).stderr
    assert "That isn't the person's name. Nothing was erased." in wrong
    erased = local.json("user", "erase", "mert@example.com", "--confirm", "Mert Aydın")
    assert (erased["erased"], erased["goes"]) == (True, planned["goes"])
    gone = local.json("user", "list", "--status", "deleted")["items"]
    assert [row["name"] for row in gone] == ["Erased person"]
    assert "can't be restored" in local("user", "restore", added["id"], status=1).stderr
    trail = local("audit", "list", "--event", "user.erase").stdout
    assert "Erased a person" in trail


def test_worker_clears_once_what_has_expired_and_only_counts_it_in_a_dry_run(server: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    server("invitation", "create", "mert@example.com")
    database = Database.open(server.url or "")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE invitations SET expires_at = now() - interval '1 minute'"))
    database.dispose()
    assert "There's no worker yet that goes on running. Use --once." in server("worker", status=2).stderr
    counted = server.json("worker", "--once", "--dry-run")
    assert counted == {"dry_run": True, "sessions": 0, "tokens": 0, "account_tokens": 0, "invitations": 1}
    assert "Would clear: 1 invitation." in server("worker", "--once", "--dry-run").stdout
    assert "Cleared: 1 invitation." in server("worker", "--once").stdout
    assert "There's nothing to clear." in server("worker", "--once").stdout
    assert "Cleared what had expired" in server("audit", "list", "--event", "organisation.clean-up").stdout


def test_failed_logins_lock_here_and_an_admin_lists_and_unlocks_them(server: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    server("user", "add", "mert@example.com", typed=PASSWORD)
    assert server.json("user", "locked")["items"] == []
    other = Terminal(server.programs, server.home.parent / "elsewhere", server.url)
    for _try in range(5):
        assert "incorrect" in other("login", "mert@example.com", typed="not it", status=1).stderr
    assert "Too many failed sign-ins." in other("login", "mert@example.com", typed=PASSWORD, status=1).stderr
    (locked,) = server.json("user", "locked")["items"]
    assert (locked["email"], locked["failures"]) == ("mert@example.com", 5)
    assert [row["email"] for row in server.json("user", "list", "--status", "locked")["items"]] == ["mert@example.com"]
    assert server.json("user", "unlock", "mert@example.com") == {"unlocked": 1}
    other("login", "mert@example.com", typed=PASSWORD)


def test_login_with_two_step_sign_in_takes_a_code_and_an_admin_resets_it(server: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    database = Database.open(server.url or "")
    made = second_factor.new_secret(email="mert@example.com", organisation="Lab")
    server("user", "add", "mert@example.com", typed=PASSWORD)
    signed_in = password_sign_in.sign_in(database, email="mert@example.com", password=PASSWORD, client=Client.here())
    code = pyotp.TOTP(made.text).at(time.time())
    own = database.bind(signed_in.actor)
    codes = second_factor.turn_on(own, signed_in.actor, password=PASSWORD, secret=made.text, code=code)
    database.dispose()
    other = Terminal(server.programs, server.home.parent / "elsewhere", server.url)
    assert "Enter the code" in other("login", "mert@example.com", typed=PASSWORD, status=1).stderr
    assert "incorrect" in other("login", "mert@example.com", typed=f"{PASSWORD}\n000000\n", status=1).stderr
    other("login", "mert@example.com", typed=f"{PASSWORD}\n{codes[0]}\n")
    assert server.json("user", "reset-two-step", "mert@example.com") == {"reset": 1}
    assert "signed out" in other("whoami", status=1).stderr
    other("login", "mert@example.com", typed=PASSWORD)


def test_user_set_password_on_a_server_signs_in_and_ends_sessions(server: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    server("user", "add", "mert@example.com", typed=PASSWORD)
    other = Terminal(server.programs, server.home.parent / "elsewhere", server.url)
    other("login", "mert@example.com", typed=PASSWORD)
    new = "another four words here"
    assert server.json("user", "set-password", "mert@example.com", typed=new)["sessions_ended"] == 1
    assert "You were signed out." in other("whoami", status=1).stderr
    other("login", "mert@example.com", typed=PASSWORD, status=1)
    other("login", "mert@example.com", typed=new)
    assert new not in server("audit", "list", "--json").stdout


def test_own_password_is_changed_with_the_current_one_and_a_code_by_anybody(server: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    server("user", "add", "mert@example.com", typed=PASSWORD)
    other = Terminal(server.programs, server.home.parent / "elsewhere", server.url)
    other("login", "mert@example.com", typed=PASSWORD)
    new = "another four words here"
    refused = other("user", "set-password", "mert@example.com", typed=f"wrong\n{new}\n", status=1).stderr
    assert "The password is incorrect." in refused
    done = other("user", "set-password", "MERT@example.com", typed=f"{PASSWORD}\n{new}\n").stdout
    assert done.startswith("Changed your password.")
    database = Database.open(server.url or "")
    made = second_factor.new_secret(email="ines@example.com", organisation="Lab")
    ines = password_sign_in.sign_in(database, email="ines@example.com", password=PASSWORD, client=Client.here()).actor
    at = pyotp.TOTP(made.text).at(time.time())
    codes = second_factor.turn_on(database.bind(ines), ines, password=PASSWORD, secret=made.text, code=at)
    database.dispose()
    needed = server("user", "set-password", ines.user_id, typed=PASSWORD, status=1).stderr
    assert "Enter the code that your authenticator app shows." in needed
    assert "You can't reset your own" in server("user", "reset-two-step", "ines@example.com", status=1).stderr
    server("user", "set-password", ines.user_id[:8], typed=f"{PASSWORD}\n{codes[0]}\n{new}\n")
    server("login", "ines@example.com", typed=f"{new}\n{codes[1]}\n")


def test_user_list_with_after_continues_from_the_key(local: Terminal) -> None:
    for number in range(4):
        local("user", "add", f"p{number}@example.com", typed=PASSWORD + "\n")
    whole = [row["id"] for row in local.json("user", "list", "--sort", "email")["items"]]
    paged: list[str] = []
    after: list[str] = []
    while True:
        page = local.json("user", "list", "--sort", "email", "--limit", "2", *after)
        paged += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        after = ["--after", page["next"]]
    assert paged == whole
    assert len(paged) == 5
    local("user", "list", "--after", page["items"][0]["id"], status=2)
    local("user", "list", "--limit", "0", status=2)
    local("user", "list", "--limit", "many", status=2)
    local("audit", "list", "--limit", "1001", status=2)


def test_team_commands_create_fill_list_and_empty_a_team(local: Terminal) -> None:
    me = local.json("whoami")["email"]
    made = local.json("team", "create", "Rig 12")
    assert made["short_name"] == "rig-12"
    assert local.json("team", "add", "rig-12", me) == {"added": 1}
    (team,) = local.json("team", "list")["items"]
    assert (team["id"], team["members"]) == (made["id"], 1)
    assert "rig-12" in local("team", "list", "--search", "rig").stdout
    assert local.json("team", "remove", made["id"], me) == {"removed": 1}
    local("team", "create", "rig 12", status=1)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("user",), 2),
        (("user", "nonsense"), 2),
        (("nonsense", "list"), 2),
        (("user", "list", "--role", "owner"), 2),
        (("user", "list", "--sort", "password_hash"), 2),
        (("user", "show", "Mert"), 2),
        (("user", "show", "nobody@example.com"), 1),
        (("user", "show", "a\x1b[31m@\nb"), 1),
        (("user", "add", "no address"), 2),
        (("user", "disable", "nobody@example.com"), 1),
        (("team",), 2),
        (("team", "create", "…"), 2),
        (("team", "add", "rig"), 2),
        (("team", "add", "rig", "nobody@example.com"), 1),
        (("session", "revoke"), 2),
        (("session", "revoke", "me"), 2),
        (("session", "revoke", "00000000-0000-4000-8000-000000000000"), 1),
        (("audit", "list", "--user", "nobody@example.com"), 1),
        (("login", "me@example.com"), 1),
        (("logout",), 1),
        (("whoami", "--as", "nobody@example.com"), 1),
        (("whoami", "--org", "elsewhere"), 1),
        (("whoami", "--url", "postgresql://me:secret@db.example.com/bench"), 2),
        (("whoami", "--url", "mysql://db.example.com/bench"), 2),
        (("whoami", "--url", "postgresql://127.0.0.1:1/nothing"), 1),
        (("whoami", "--url", "sqlite:////nowhere/at/all.db"), 1),
        (("db", "seed", "--admin", "me@example.com"), 2),
        (("db", "seed", "--admin", "me@example.com", "--organisation", "Mine"), 1),
    ],
)
def test_command_that_fails_prints_one_sentence_and_exits(
    local: Terminal, arguments: tuple[str, ...], status: int
) -> None:
    ended = local(*arguments, status=status, typed=PASSWORD)
    assert "secret" not in ended.stderr
    assert ended.stderr


def test_names_with_control_characters_are_escaped_on_a_terminal(local: Terminal, tmp_path: Path) -> None:
    """Not when they are given here, and not when an import brought them in."""
    refused = local("user", "add", "x@example.com", "--name", "a\x1b[31mred", status=2, typed=PASSWORD)
    assert "control characters" in refused.stderr
    file = tmp_path / "plain.db"
    terminal = Terminal(local.programs, local.home, f"sqlite:///{file}")
    added = terminal.json("user", "add", "x@example.com", "--name", "Plain", typed=PASSWORD)
    database = Database.open(f"sqlite:///{file}")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE users SET name = :name WHERE id = :id"), {
            "name": "bell\x07 \x1b]0;title\x07 \x9b31m \u202egnp", "id": added["id"],
        })  # fmt: skip
    database.dispose()
    for arguments in (("user", "list"), ("user", "show", "x@example.com"), ("whoami", "--as", "x@example.com")):
        assert "bell" in terminal(*arguments).stdout
    assert terminal.json("user", "show", "x@example.com")["name"] == "bell\x07 \x1b]0;title\x07 \x9b31m \u202egnp"


def test_user_add_password_on_stdin_is_its_first_line(server: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    said = server("user", "add", "no address", "--name", "x" * 101, typed="aaa", status=2).stderr
    for words in ("isn't a valid email address", "up to 100 characters", "shorter than 12", "same few characters"):
        assert words in said.splitlines()[-1]
    assert "assword" not in server("user", "add", "no address", typed="", status=2).stderr.splitlines()[-1]
    assert "shorter than 12" in server("user", "add", "x@example.com", typed="short", status=1).stderr
    said = server("user", "add", "x@example.com", typed="", status=1).stderr
    assert said.startswith("No password given. ")
    assert "standard input" in said
    server("user", "add", "x@example.com", typed=PASSWORD + "\r\nnot this")
    other = Terminal(server.programs, server.home.parent / "elsewhere", server.url)
    other("login", "x@example.com", typed=PASSWORD)


def test_server_first_admin_signs_in_works_and_signs_out(server: Terminal) -> None:
    assert "No organisations yet" in server("db", "seed").stdout
    assert "You're not signed in" in server("whoami", status=1).stderr
    first = ("--admin", "Ines@example.com", "--organisation", "Çağrı Test Lab")
    assert "shorter than 12" in server("db", "seed", *first, typed="short", status=1).stderr
    said = server("db", "seed", *first, "--admin-name", "İnes Okafor", typed=PASSWORD).stdout
    assert "Çağrı Test Lab" in said
    assert "Ines@example.com" in said
    for _ in range(2):
        assert server.json("db", "seed") == {"seeded": True, "organisations": ["cagri-test-lab"]}
    assert "already" in server("db", "seed", *first, typed=PASSWORD, status=1).stderr
    assert "incorrect" in server("login", "ines@example.com", typed="not the password", status=1).stderr
    signed_in = server.json("login", "ines@example.com", typed=PASSWORD)
    me = server.json("whoami")
    assert server.json("user", "show", "ines@example.com")["name"] == "İnes Okafor"
    assert (me["user_id"], me["organisation"], me["roles"]) == (signed_in["user_id"], "Çağrı Test Lab", ["admin"])
    added = server.json("user", "add", "mert@example.com", "--role", "technician", typed=PASSWORD)
    sessions = server.json("session", "list")["items"]
    assert [row["email"] for row in sessions] == ["Ines@example.com"]
    events = [row["event"] for row in server.json("audit", "list")["items"]]
    assert events == ["user.create", "session.sign-in", "session.refuse", "organisation.create"]
    other = Terminal(server.programs, server.home.parent / "elsewhere", server.url)
    assert other.json("login", "mert@example.com", typed=PASSWORD)["user_id"] == added["id"]
    assert "You can't see people. Only admins can." in other("user", "list", status=1).stderr
    revoked = server.json("session", "revoke", "--user", "mert@example.com")
    assert revoked == {"revoked": 1}
    assert "signed out" in other("whoami", status=1).stderr
    assert not list((other.home / "vault").glob("session.*"))
    assert "You're not signed in" in other("whoami", status=1).stderr
    ended = server.json("session", "list", "--ended")["items"]
    assert [(row["email"], row["end_reason"]) for row in ended] == [("mert@example.com", "revoked")]
    assert server.json("logout") == {"signed_out": True}
    assert "You're not signed in" in server("user", "list", status=1).stderr


@pytest.mark.parametrize("damaged", [b"\xff\x85", b"", b"\0" * 1_000_000, b"A" * 43 + b" -"])
def test_server_damaged_sign_in_is_called_that_and_ends_by_login_or_logout(server: Terminal, damaged: bytes) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    (token,) = (server.home / "vault").glob("session.*")
    token.write_bytes(damaged)
    for _ in range(2):
        said = server("whoami", status=1).stderr
        assert "The stored sign-in to the database" in said
        assert "is damaged. Run “benchboard login EMAIL”." in said
    server("login", "ines@example.com", typed=PASSWORD)
    assert server("whoami")
    token.write_bytes(damaged)
    assert "Signed out" in server("logout").stdout
    assert not token.exists()


def test_server_session_that_ended_names_its_cause_and_the_whole_command(server: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    added = server.json("user", "add", "mert@example.com", "--role", "technician", typed=PASSWORD)
    other = Terminal(server.programs, server.home.parent / "elsewhere", server.url)

    def told(*end: str) -> str:
        other("login", "mert@example.com", typed=PASSWORD)
        server(*end)
        return other("whoami", status=1).stderr

    revoked = told("session", "revoke", "--user", "mert@example.com")
    assert "You were signed out. An admin revoked your session. Run “benchboard login mert@example.com" in revoked
    disabled = told("user", "disable", "mert@example.com")
    assert "You were signed out. Your account is disabled. Ask an admin to enable your account." in disabled
    assert added["id"]


def test_db_seed_repeated_adds_nobody_twice(first: Terminal) -> None:
    assert first("db", "upgrade")
    for _ in range(3):
        assert first.json("db", "seed") == {"seeded": True, "organisations": ["local"]}
    assert len(first.json("user", "list")["items"]) == 1


def test_db_seed_before_upgrade_names_the_command(first: Terminal) -> None:
    assert "db upgrade" in first("db", "seed", status=1).stderr


def test_whoami_labels_each_part(local: Terminal) -> None:
    me = local.json("whoami")
    lines = [line.rstrip().split(maxsplit=1) for line in local("whoami").stdout.splitlines()]
    assert [line[0] for line in lines] == ["Name", "Email", "Role", "Organisation", "Data"]
    assert [lines[1][1], lines[3][1]] == [me["email"], me["organisation"]]


def test_whoami_with_demo_is_another_person(local: Terminal) -> None:
    assert local.json("whoami", "--demo")["email"] != local.json("whoami")["email"]
    demo = {row["email"] for row in local.json("user", "list", "--demo")["items"]}
    assert {"demo@shopify-dashboard.com", "john@example.com"} <= demo
    assert "Use either --url or --demo" in local("whoami", "--demo", "--url", "sqlite:///x.db", status=2).stderr


def test_open_local_after_a_rule_change_updates_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, tuple[str, ...]]], None]
) -> None:
    """An act more, a right more and a right less: the organisation stays one, its roles are as the rules say."""
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    workspace.open_local(tmp_path).close()
    change(roles.RULES)
    opened = workspace.open_local(tmp_path)
    with unbound(opened.database).read() as session:
        assert organisations.is_seeded(session)
        assert organisations.slugs(session) == ("local",)
    opened.close()


@pytest.fixture(params=["an act more", "a right more", "a right less"])
def change(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[dict[str, tuple[str, ...]]], None]:
    def apply(rules: dict[str, tuple[str, ...]]) -> None:
        act, roles = {
            "an act more": ("reports:read", ("admin",)),
            "a right more": ("audit:read", ("admin", "ops_manager")),
            "a right less": ("dongles:read", ("admin", "technician")),
        }[request.param]
        monkeypatch.setitem(rules, act, roles)

    return apply


def test_whoami_answers_for_the_server_that_was_signed_in_to_and_makes_no_local_database(server: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    assert server.url is not None
    address = make_url(server.url)
    url = URL.create(
        address.drivername, address.username, None, address.host, address.port, address.database
    ).render_as_string()
    plain, password = Terminal(server.programs, server.home), {"PGPASSWORD": str(address.password)}
    plain("login", "ines@example.com", "--url", url, typed=PASSWORD, **password)
    assert plain.json("whoami", **password)["email"] == "ines@example.com"
    said = plain("whoami", **password)
    assert "access isn't checked" in said.stdout
    assert f"Add --url {url}" in said.stderr
    assert not (server.home / "benchboard.db").exists()
    plain("logout", "--url", url, **password)
    assert plain.json("whoami")["email"] != "ines@example.com"


def test_api_key_lets_a_program_act_on_a_server_without_signing_in(server: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    made = server("key", "create", "Nightly export", "--scope", "users:read", "--scope", "keys:write")
    secret = made.stdout.strip()
    assert "shown once" in made.stderr
    program = Terminal(server.programs, server.home.parent / "program", server.url)
    me = program.json("whoami", BENCHBOARD_API_KEY=secret)
    assert me["email"] == "ines@example.com"
    assert me["api_key"] == secret[:11]
    assert [one["email"] for one in program.json("user", "list", BENCHBOARD_API_KEY=secret)["items"]]
    said = program("user", "add", "x@example.com", typed=PASSWORD, status=1, BENCHBOARD_API_KEY=secret).stderr
    assert "You can't change people" in said
    assert program("whoami", status=1, BENCHBOARD_API_KEY="").stderr.startswith("BENCHBOARD_API_KEY is empty.")
    turned = program.json("key", "rotate", "Nightly export", BENCHBOARD_API_KEY=secret)
    (old, new) = sorted(server.json("key", "list")["items"], key=lambda one: one["state"], reverse=True)
    assert (old["state"], new["state"], new["prefix"]) == ("revoked", "active", turned["prefix"])
    assert secret not in json.dumps(server.json("audit", "list"))
    refused = program("user", "list", status=1, BENCHBOARD_API_KEY=secret).stderr
    assert refused.startswith("This API key isn't valid. It may be mistyped, expired or revoked")
    assert secret not in refused
    server("key", "revoke", turned["prefix"])
    assert "isn't valid" in program("user", "list", status=1, BENCHBOARD_API_KEY=turned["key"]).stderr
    events = [row["event"] for row in server.json("audit", "list")["items"]]
    assert events[:5] == ["key.refuse", "key.revoke", "key.refuse", "key.rotate", "key.create"]


def test_api_key_is_used_on_this_computer_too_and_never_the_operator_instead(local: Terminal) -> None:
    """A script with a key of few permissions must not act as the operator where the key is another database's."""
    secret = local("key", "create", "Lists", "--scope", "users:read").stdout.strip()
    assert local.json("user", "list", BENCHBOARD_API_KEY=secret)["items"]
    assert "You can't see the audit log" in local("audit", "list", status=1, BENCHBOARD_API_KEY=secret).stderr
    assert "isn't valid" in local("user", "list", status=1, BENCHBOARD_API_KEY=secret[:-1] + "~").stderr


def test_invited_person_joins_a_server_with_the_code_and_signs_in(server: Terminal, local: Terminal) -> None:
    server("db", "seed", "--admin", "ines@example.com", "--organisation", "Lab", typed=PASSWORD)
    server("login", "ines@example.com", typed=PASSWORD)
    made = server("invitation", "create", "mert@example.com", "--role", "technician")
    code = made.stdout.strip()
    assert "Send this code to mert@example.com yourself." in made.stderr
    (pending,) = server.json("invitation", "list")["items"]
    assert (pending["email"], pending["state"]) == ("mert@example.com", "pending")
    other = Terminal(server.programs, server.home.parent / "elsewhere", server.url)
    said = other("invitation", "accept", typed=f"bi_wrong\n{PASSWORD}\n", status=1).stderr
    assert said.startswith("This invitation code can't be used.")
    assert "shorter than 12" in other("invitation", "accept", typed=f"{code}\nshort\n", status=1).stderr
    assert "Welcome, Mert." in other("invitation", "accept", "--name", "Mert", typed=f"{code}\n{PASSWORD}\n").stdout
    assert other.json("whoami")["roles"] == ["technician"]
    assert "can't be used" in other("invitation", "accept", typed=f"{code}\n{PASSWORD}\n", status=1).stderr
    again = server.json("invitation", "create", "bob@example.com")
    assert server.json("invitation", "resend", "bob@example.com")["code"] != again["code"]
    assert server.json("invitation", "revoke", "bob@example.com") == {"revoked": 1}
    assert "There's no invitation" in server("invitation", "revoke", "bob@example.com", status=1).stderr
    assert "for shared servers" in local("invitation", "create", "x@example.com", status=1).stderr
