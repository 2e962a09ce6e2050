"""What commands that list print for people: a table whose IDs and names can be typed into the next command."""

import io
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from benchboard import i18n, package_data, workspace
from benchboard.cli import people
from benchboard.cli.main import main, root
from benchboard.cli.table import show_table
from benchboard.identity import audit, authentication, roles
from benchboard.identity.permissions import Client
from benchboard.storage.models.identity import Team
from support.databases import unbound


class _Keyboard(io.StringIO):
    """Standard input of a terminal."""

    def isatty(self) -> bool:
        return True


class Terminal:
    """Runs commands on one database; `out` and `err` are what the last one printed.

    `typed` is what they read from standard input; None stands for a person at a keyboard.
    """

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch
        self.out = self.err = ""

    def __call__(self, *arguments: str, status: int = 0, typed: str | None = "") -> str:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(typed) if typed is not None else _Keyboard())
        ended = main(arguments)
        self.out, self.err = self._capsys.readouterr()
        assert ended == status, self.out + self.err
        return self.out

    def ids(self, *arguments: str) -> list[str]:
        """The first column of a table, which is headed `ID`."""
        head, *lines = self(*arguments).splitlines()
        assert head.split()[0] == "ID"
        return [line.split()[0] for line in lines]


@pytest.fixture(scope="module")
def used_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder and a database that a command has made ready, to copy."""
    folder = tmp_path_factory.mktemp("used")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHBOARD_HOME", str(folder / "home"))
        patch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{folder / 'desk.db'}")
        assert main(["whoami"]) == 0
    return folder


@pytest.fixture
def terminal(
    used_once: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    shutil.copytree(used_once, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    yield Terminal(capsys, monkeypatch)
    i18n.use("en", package_data.resources_folder() / "i18n")


PASSWORD = "four unrelated words"


def _error(terminal: Terminal, *arguments: str, status: int = 0, typed: str = "") -> str:
    terminal(*arguments, status=status, typed=typed)
    return terminal.err


def test_dashboard_list_shows_ids_that_name_a_dashboard_of_an_ambiguous_name(terminal: Terminal) -> None:
    terminal("dashboard", "create", "Twin")
    terminal("dashboard", "create", "Twin")
    terminal("dashboard", "rename", "Twin", "Other", status=1)
    assert "the ID shown by “benchboard dashboard list”" in terminal.err
    ids = terminal.ids("dashboard", "list")
    assert all(re.fullmatch("[0-9a-f]{8}", one) for one in ids)
    assert len(set(ids)) == 2
    terminal("dashboard", "rename", ids[0], "Other")
    terminal("dashboard", "delete", ids[1].upper())
    assert terminal.ids("dashboard", "list") == ids[:1]
    assert terminal.ids("dashboard", "list", "--filter", "trash") == ids[1:]
    terminal("dashboard", "restore", ids[1])


def test_user_and_team_lists_show_ids_that_name_them(terminal: Terminal) -> None:
    terminal("user", "add", "dana@example.com", typed=PASSWORD)
    (dana,) = terminal.ids("user", "list", "--search", "dana")
    assert "dana@example.com" in terminal("user", "show", dana)
    terminal("team", "create", "Rig")
    (rig,) = terminal.ids("team", "list")
    assert "Added dana" in terminal("team", "add", rig, dana)
    terminal("dashboard", "create", "Wall")
    assert "dana can edit" in terminal("dashboard", "share", "Wall", dana, "--edit")
    assert "Rig can view" in terminal("dashboard", "share", "Wall", rig)
    assert "dana" in terminal("dashboard", "unshare", "Wall", dana)


def test_an_id_that_begins_several_is_rejected(terminal: Terminal, tmp_path: Path) -> None:
    opened = workspace.open_url(f"sqlite:///{tmp_path / 'desk.db'}", tmp_path / "home")
    ids = [f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in (1, 2)]
    with unbound(opened.database).change() as session:
        operator = authentication.operator_actor(session, client=Client.here())
        for team_id in ids:
            session.add(Team(id=team_id, organisation_id=operator.organisation_id, name=team_id, slug=team_id[-1]))
            audit.record(session, operator, "team.create", team_id)
    opened.close()
    terminal("team", "add", "aaaaaaaa", operator.email, status=1)
    assert "Several IDs start with “aaaaaaaa”" in terminal.err
    assert "--json" in terminal.err
    terminal("team", "add", ids[1], operator.email)
    (filled,) = (row["id"] for row in json.loads(terminal("team", "list", "--json"))["items"] if row["members"])
    assert filled == ids[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("dashboard", "list"), "No dashboards yet. Run “benchboard dashboard create NAME”."),
        (
            ("dashboard", "list", "--search", "zz"),
            "No dashboards match “zz”. To list all, run “benchboard dashboard list”.",
        ),
        (
            ("dashboard", "access", "Wall", "--search", "zz"),
            "No people match “zz”. To list all, run “benchboard dashboard access Wall”.",
        ),
        (
            ("dashboard", "versions", "Wall", "--search", "zz"),
            "No versions match “zz”. To list all, run “benchboard dashboard versions Wall”.",
        ),
        (("user", "list", "--search", "zz"), "No people match “zz”. To list all, run “benchboard user list”."),
        (("session", "list"), "No active sessions. To list ended ones, run “benchboard session list --ended”."),
        (("team", "list"), "No teams yet. Run “benchboard team create NAME”."),
        (
            ("audit", "list", "--search", "zz"),
            "No audit log entries match “zz”. To list all, run “benchboard audit list”.",
        ),
        (("user", "list", "--status", "disabled"), "No people match the filter --status disabled. To list all, run"),
        (("dongle", "list"), "No dongles or serial ports found."),
    ],
)
def test_an_empty_list_says_so(terminal: Terminal, arguments: tuple[str, ...], sentence: str) -> None:
    if "Wall" in arguments:
        terminal("dashboard", "create", "Wall")
    assert terminal(*arguments) == ""
    assert sentence in terminal.err
    assert json.loads(terminal(*arguments, "--json")) == {"items": [], "next": None}
    assert terminal.err == ""
    for command in re.findall("“benchboard (.+?)”", sentence):
        terminal(*shlex.split(command.replace("NAME", "Rig")))


def _list_commands(command: click.Command, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that lists by pages, by its words."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            if not found.hidden:
                yield from _list_commands(found, *names, name)
    elif any("--after" in param.opts for param in command.params):
        yield names, command


def test_every_list_without_rows_names_a_command_that_works_on_the_same_database(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL")
    terminal("dashboard", "create", "Wall", "--url", url)
    commands = dict(_list_commands(root))
    assert len(commands) >= 8
    for names, command in commands.items():
        arguments = ["Wall" for param in command.params if isinstance(param, click.Argument)]
        if names[-1] == "who-can":
            arguments = ["users:read"]
        search = ["--search", "zz"] if any("--search" in param.opts for param in command.params) else []
        said = _error(terminal, *names, *arguments, *search, "--url", url)
        (following, *_others) = re.findall("“benchboard (.+?)”", said)
        assert following.endswith(f"--url {shlex.quote(url)}"), said
        terminal(*shlex.split(following))


@pytest.mark.parametrize(
    ("arguments", "suggested"),
    [
        (("user", "show", "no@example.com"), "user list {url}"),
        (("dashboard", "share", "Nowhere", "--everyone"), "dashboard list {url}"),
        (("user", "show", "no@example.com", "--as", "dana@example.com"), "user list {url} --as dana@example.com"),
        (("dashboard", "list", "--as", "no@example.com"), "user list {url}"),  # the wrong account isn't repeated
    ],
)
def test_error_suggests_a_command_that_works_on_the_same_database(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], suggested: str
) -> None:
    url = ("--url", f"sqlite:///{tmp_path / 'desk.db'}")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL")
    terminal("user", "add", "dana@example.com", "--role", "admin", *url, typed=PASSWORD)
    said = _error(terminal, *arguments, *url, status=1)
    assert re.findall("“benchboard (.+?)”", said) == [suggested.format(url=shlex.join(url))]
    said = _error(terminal, "session", "revoke", "zzz", *url, status=2).splitlines()[-1]
    assert f"Copy one from “benchboard session list {shlex.join(url)}”." in said


def test_list_after_a_key_that_nothing_follows_says_so(terminal: Terminal) -> None:
    for name in ("A", "B"):
        terminal("dashboard", "create", name)
    key = json.loads(terminal("dashboard", "list", "--sort", "name", "--limit", "1", "--json"))["next"]
    terminal("dashboard", "delete", "B")
    said = _error(terminal, "dashboard", "list", "--sort", "name", "--after", key)
    assert said == "Nothing follows this key. To list from the start, leave out --after.\n"


def test_cells_say_yes_and_no(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    show_table({"public": lambda row: row, "details": lambda row: {"kept": row}}, [True, False])
    shown = capsys.readouterr().out
    assert "yes" in shown
    assert "kept=no" in shown
    terminal("dashboard", "create", "Wall")
    assert " Not shared " in terminal("dashboard", "list")
    terminal("dashboard", "share", "Wall", "--everyone")
    assert " Everyone " in terminal("dashboard", "list")
    terminal("dashboard", "unshare", "Wall", "--public")
    assert json.loads(terminal("dashboard", "list", "--json"))["items"][0]["public"] is False


def test_audit_list_names_what_was_done_and_to_whom(terminal: Terminal) -> None:
    terminal("user", "add", "dana@example.com", "--name", "Dana Whitfield", typed=PASSWORD)
    terminal("dashboard", "create", "Wall")
    terminal("dashboard", "share", "Wall", "dana@example.com")
    shown = terminal("audit", "list")
    for sentence in (
        "Added Dana Whitfield",
        "Created the dashboard “Wall”",
        "Shared the dashboard “Wall” with Dana Whitfield",
    ):
        assert sentence in shown
    assert "dashboard.share" not in shown  # codes are for scripts: --event takes the name as well
    assert "Shared the dashboard" in terminal("audit", "list", "--event", "Shared a dashboard")
    assert not re.search("[0-9a-f]{8}-[0-9a-f]{4}", shown)
    assert json.loads(terminal("audit", "list", "--json"))["items"][0]["whom"] == "Dana Whitfield"


def test_audit_list_names_who_acted_for_somebody(terminal: Terminal) -> None:
    terminal("user", "add", "dana@example.com", "--name", "Dana", typed=PASSWORD)
    terminal("dashboard", "create", "Wall", "--as", "dana@example.com")
    operator = json.loads(terminal("user", "list", "--role", "admin", "--json"))["items"][0]
    terminal("dashboard", "create", "Mine", "--as", operator["email"])
    assert f"{operator['name']} as {operator['name']}" not in terminal("audit", "list")
    assert f"{operator['name']} as Dana" in terminal("audit", "list", "--event", "dashboard.create")


def test_user_add_says_all_that_is_wrong(terminal: Terminal) -> None:
    terminal("user", "add", "no address", "--name", "x" * 101, status=2)
    for words in ("isn't a valid email address", "up to 100 characters"):
        assert words in terminal.err.splitlines()[-1]


def test_user_add_on_this_computer_asks_for_no_password_and_says_what_the_account_is_for(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "ask_password", lambda **_options: pytest.fail("asked for a password"))
    shown = terminal("user", "add", "dana@example.com", typed=None)
    assert shown.startswith("Added dana. ")
    assert "They can sign in only on a shared server" in shown
    # Nor does it take one from standard input: nobody could use it.
    for name, typed in (("ege", ""), ("mert", "short")):
        assert terminal("user", "add", f"{name}@example.com", typed=typed).startswith(f"Added {name}. ")
    terminal("dashboard", "create", "Wall", "--as", "dana@example.com")


def test_the_only_admin_who_disables_their_own_account_is_told_to_add_another(terminal: Terminal) -> None:
    me = json.loads(terminal("whoami", "--json"))["email"]
    alone = "You're the only active admin. Add another admin, who can then disable it."
    assert alone in _error(terminal, "user", "disable", me, status=1)
    terminal("user", "add", "dana@example.com", "--role", "admin", typed=PASSWORD)
    assert "Only another admin can." in _error(terminal, "user", "disable", me, status=1)
    terminal("user", "disable", me, "--as", "dana@example.com")


def test_login_at_an_address_of_another_kind_names_only_servers(terminal: Terminal) -> None:
    said = _error(terminal, "login", "foo@x.example", "--url", "http://abc", status=2)
    assert "postgresql://" in said
    assert "sqlite" not in said


def test_user_add_on_a_terminal_checks_the_address_before_it_asks_for_a_password(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal("user", "add", "dana@example.com", typed=PASSWORD)
    monkeypatch.setattr(people, "ask_password", lambda **_options: pytest.fail("asked for a password"))
    terminal("user", "add", "Dana@Example.com", status=1, typed=None)
    assert "already has an account" in terminal.err
    terminal("user", "add", "no address", status=2, typed=None)
    assert "isn't a valid email address" in terminal.err


@pytest.mark.parametrize(("option", "value"), [("--status", "disabled"), ("--state", "inactive")])
def test_user_list_is_filtered_by_status_under_its_old_name_too(terminal: Terminal, option: str, value: str) -> None:
    terminal("user", "add", "dana@example.com", typed=PASSWORD)
    terminal("user", "disable", "dana@example.com")
    shown = terminal("user", "list", option, value)
    assert "dana@example.com" in shown
    assert len(shown.splitlines()) == 2
    head = shown.splitlines()[0]
    assert "Status" in head
    assert "Last sign-in" in head
    assert "Disabled" in shown
    assert json.loads(terminal("user", "list", "--json"))["items"][0].keys() >= {"state", "last_seen"}


def test_dashboard_list_of_an_admin_shows_what_the_window_shows(terminal: Terminal) -> None:
    terminal("user", "add", "dana@example.com", typed=PASSWORD)
    terminal("dashboard", "create", "Private", "--as", "dana@example.com")
    assert "Private" in terminal("dashboard", "list")
    assert terminal("dashboard", "list", "--search", "private") == terminal("dashboard", "list", "--filter", "all")
    for which, said in (
        ("mine", "You don't own any dashboards. Run “benchboard dashboard create NAME”."),
        ("shared", "No dashboards are shared with you. To list all, run “benchboard dashboard list”."),
        ("everyone", "No dashboards are shared with everyone. Run “benchboard dashboard share DASHBOARD --everyone”."),
        ("public", "No dashboards are shared with everyone. Run “benchboard dashboard share DASHBOARD --everyone”."),
        ("trash", "The trash is empty. To list all, run “benchboard dashboard list”."),
    ):
        assert _error(terminal, "dashboard", "list", "--filter", which).strip() == said
    # What a list names can be named.
    assert '"title": "Private"' in terminal("dashboard", "show", "Private")
    terminal("dashboard", "create", "Private")
    assert "Renamed" in terminal("dashboard", "rename", "Private", "Mine")  # one's own before a namesake's
    assert [row["name"] for row in json.loads(terminal("dashboard", "list", "--json"))["items"]] == ["Mine", "Private"]


def test_dashboard_list_shows_the_number_that_versions_shows(terminal: Terminal) -> None:
    terminal("dashboard", "create", "Wall")
    terminal("dashboard", "share", "Wall", "--everyone")  # counts in the revision, not in the version
    terminal("dashboard", "rename", "Wall", "Wall", "--description", "Lab 2")
    (row,) = json.loads(terminal("dashboard", "list", "--json"))["items"]
    (newest, *_older) = json.loads(terminal("dashboard", "versions", "Wall", "--json"))["items"]
    assert row["number"] == newest["number"] != row["revision"]
    head, line = terminal("dashboard", "list").splitlines()
    assert "Revision" not in head
    assert line[head.index("Version") :].split()[0] == str(newest["number"])


def test_base_version_has_one_name_in_help_and_its_old_one_works(terminal: Terminal, tmp_path: Path) -> None:
    terminal("dashboard", "create", "Wall")
    (tmp_path / "wall.json").write_text("[]")
    for command in (("save",), ("version", "restore")):
        shown = terminal("dashboard", *command, "--help")
        assert "--base-revision" in shown
        assert "--base-version" not in shown
    file = str(tmp_path / "wall.json")
    for option in ("--base-revision", "--base-version"):
        said = _error(terminal, "dashboard", "save", "Wall", file, option, "0", status=1)
        assert "benchboard dashboard show" in said


def test_user_add_without_a_name_or_role_takes_the_defaults_that_help_names(terminal: Terminal) -> None:
    added = json.loads(terminal("user", "add", "dana@example.com", "--json", typed=PASSWORD))
    shown = json.loads(terminal("user", "show", added["id"], "--json"))
    assert (shown["name"], shown["role"]) == ("dana", roles.DEFAULT_ROLE)
    help_ = terminal("user", "add", "--help")
    assert f"[default: {roles.DEFAULT_ROLE}]" in " ".join(help_.split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("dashboard", "share", "Wall", "everyone"), "“everyone” isn't a person or a team. To share with everyone,"),
        (("dashboard", "share", "Wall", "nobody"), "“nobody” isn't a person or a team. Enter the email address"),
        (("dashboard", "share", "Wall", "nobody@example.com"), "“nobody@example.com” isn't a person or a team. Enter"),
        (("logout",), "You aren't signed in to a shared server on this computer."),
        (("dashboard", "show", "Gone"), "There's no dashboard named “Gone”, or it isn't shared with you. Choose one"),
        (
            ("dashboard", "delete", "--forever", "Wall"),
            "“Wall” isn't in the trash. To move it there, leave out --forev",
        ),
        (("dashboard", "show", "Wal"), "“Wal”, or it isn't shared with you. Did you mean “Wall”? Choose one listed by"),
        (("dashboard", "restore", "Wall"), "“Wall” isn't in the trash. There is nothing to restore."),
        (("dashboard", "restore", "Gone"), "There's no dashboard named “Gone” in the trash. Choose one listed by"),
        (
            ("dashboard", "version", "show", "Wall", "7"),
            "“Wall” has no version 7. To see its versions, run “benchboard",
        ),
        (("user", "show", "a@b.c"), "There's no person with the email address or ID “a@b.c”. Choose one listed by"),
        (("login", "dana@example.com"), "The database on this computer needs no sign-in. Name a shared server"),
        (("layout", "export", "x", "--format", "grafana"), "benchboard dashboard export"),
        (("whoami", "--as", "nobody@x"), "benchboard user list"),
    ],
)
def test_an_error_names_what_and_says_what_to_do(terminal: Terminal, arguments: tuple[str, ...], sentence: str) -> None:
    terminal("dashboard", "create", "Wall")
    assert sentence in _error(terminal, *arguments, status=1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("dashboard", "rename", "Wall", "n" * 300), "Name is too long. Use at most 255 characters."),
        (("dashboard", "create", "n" * 300), "Name is too long. Use at most 255 characters."),
        (("audit", "list", "--after", "zzz"), "copy the whole key after “Next page: --after”."),
        (("whoami", "--url", "foo"), "Use sqlite:///path/to/file.db or postgresql://"),
    ],
)
def test_a_value_that_cannot_be_right_is_wrong_usage_in_words(
    terminal: Terminal, arguments: tuple[str, ...], sentence: str
) -> None:
    terminal("dashboard", "create", "Wall")
    assert sentence in _error(terminal, *arguments, status=2)


def test_dashboard_export_to_what_cannot_be_written_says_why(terminal: Terminal, tmp_path: Path) -> None:
    terminal("dashboard", "create", "Wall")
    said = _error(terminal, "dashboard", "export", "Wall", str(tmp_path), status=2)
    assert said.endswith(f"Error: {tmp_path} is a folder. Choose a file.\n")
    said = _error(terminal, "dashboard", "export", "Wall", str(tmp_path / "no" / "wall.json"), status=1)
    assert said.endswith("Its folder doesn't exist. Choose another file, or create the folder.\n")


def test_a_dashboard_in_the_trash_is_said_to_be_there(terminal: Terminal) -> None:
    assert "The trash is empty." in _error(terminal, "dashboard", "list", "--filter", "trash")
    terminal("dashboard", "create", "Wall")
    terminal("dashboard", "delete", "Wall")
    for command in ("show", "delete"):
        said = _error(terminal, "dashboard", command, "Wall", status=1)
        assert said == "“Wall” is in the trash. To restore it, run “benchboard dashboard restore Wall”.\n"
    assert "1 dashboard permanently deleted" in terminal("dashboard", "delete", "--forever", "Wall")


@pytest.mark.parametrize("option", ["--name", "--note"])
def test_a_new_version_is_named_under_the_old_name_of_the_option_too(
    terminal: Terminal, tmp_path: Path, option: str
) -> None:
    terminal("dashboard", "create", "Wall")
    (tmp_path / "wall.json").write_text("[]")
    terminal("dashboard", "save", "Wall", str(tmp_path / "wall.json"), option, "First")
    terminal("dashboard", "version", "restore", "Wall", "1", option, "Second")
    assert [row["note"] for row in json.loads(terminal("dashboard", "versions", "Wall", "--json"))["items"]][:1] == [
        "Second"
    ]
    assert "--note" not in terminal("dashboard", "save", "--help") + terminal(
        "dashboard", "version", "restore", "--help"
    )


def test_dongles_are_filtered_by_the_words_of_the_window_and_the_old_values(terminal: Terminal) -> None:
    shown = terminal("dongle", "list", "--help")
    assert "not-paired|" in shown
    assert "CLAIMED" not in shown
    for status in ("paired", "CLAIMED_ACTIVE"):
        assert "No dongles match the filter --status paired." in _error(terminal, "dongle", "list", "--status", status)


def test_dongles_are_sorted_by_the_headings_of_the_table_and_the_old_names(terminal: Terminal) -> None:
    shown = " ".join(terminal("dongle", "list", "--help").split()).replace("- ", "-")
    assert "Sort by name, id, status, connection, bit-rate, identity or created." in shown
    for column in ("connection", "last_seen_at", "bit-rate", "bitrate", "device_id"):
        assert "No dongles" in _error(terminal, "dongle", "list", "--sort", column)


@pytest.mark.parametrize("command", [("dashboard", "import"), ("layout", "import")])
@pytest.mark.parametrize("content", ['{"a": 1}', "hello there"])
def test_an_import_of_another_file_names_it_and_says_what_it_takes(
    terminal: Terminal, tmp_path: Path, command: tuple[str, ...], content: str
) -> None:
    (tmp_path / "other.json").write_text(content)
    said = _error(terminal, *command, str(tmp_path / "other.json"), status=1)
    assert said.startswith(f"Can't use {tmp_path / 'other.json'}. ")
    assert said.endswith("Use a JSON file of a dashboard that Benchboard or Grafana exported.\n")


def test_dashboard_import_wrong_name_is_not_blamed_on_the_file(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "wall.json").write_text('[{"id": "w1", "type": "kpi", "position": {"x": 0, "y": 0, "w": 3, "h": 2}}]')
    said = _error(terminal, "dashboard", "import", str(tmp_path / "wall.json"), "--name", "n" * 300, status=2)
    assert said.splitlines()[-1].startswith("Error: Name is too long.")


def test_dashboard_import_refuses_an_empty_list_and_takes_a_list_of_widgets(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "wall.json"
    file.write_text("[]")
    said = _error(terminal, "dashboard", "import", str(file), status=1)
    assert "This file is an empty list." in said
    file.write_text('[{"id": "w1", "type": "kpi", "position": {"x": 0, "y": 0, "w": 3, "h": 2}}]')
    assert "with 1 widget." in terminal("dashboard", "import", str(file))


def test_table_heads_are_words(terminal: Terminal) -> None:
    terminal("user", "add", "dana@example.com", typed=PASSWORD)
    terminal("team", "create", "Rig")
    terminal("dashboard", "create", "Wall")
    for arguments in (
        ("dashboard", "list"),
        ("dashboard", "access", "Wall"),
        ("dashboard", "versions", "Wall"),
        ("user", "list"),
        ("team", "list"),
        ("audit", "list"),
    ):
        heads = re.split(r" {2,}", terminal(*arguments).splitlines()[0].strip())
        assert all(re.fullmatch("[A-Z][A-Za-z -]+", head) for head in heads), heads


def test_people_and_sessions_read_as_in_the_window(terminal: Terminal, tmp_path: Path) -> None:
    terminal("user", "add", "ada@example.com", typed="correct horse battery")
    assert "Never" in next(line for line in terminal("user", "list").splitlines() if "ada" in line)
    opened = workspace.open_url(f"sqlite:///{tmp_path / 'desk.db'}", tmp_path / "home")
    try:
        with unbound(opened.database).change() as session:
            authentication.sign_in_operator(session, client=Client("rig-12", "Benchboard/0.1.0 (Linux 6.1)"))
    finally:
        opened.close()
    assert "Benchboard 0.1.0 for Linux" in terminal("session", "list")


def test_user_disable_and_activate_name_whom_they_changed(terminal: Terminal) -> None:
    terminal("user", "add", "dana@example.com", "--name", "Dana", typed=PASSWORD)
    assert terminal("user", "disable", "dana@example.com") == "Disabled Dana. No sessions to end.\n"
    assert terminal("user", "disable", "dana@example.com") == "Dana was already disabled.\n"
    assert terminal("user", "activate", "dana@example.com") == "Enabled Dana.\n"
    assert terminal("user", "enable", "dana@example.com", "dana@example.com") == "Dana was already enabled.\n"
    assert terminal("session", "revoke", "--user", "dana@example.com") == "Dana has no sessions to revoke.\n"
    email = json.loads(terminal("whoami", "--json"))["email"]
    name = email.partition("@")[0]
    assert terminal("session", "revoke", "--user", email) == f"{name} has no other sessions to revoke.\n"


def test_team_add_and_remove_of_whom_it_has_or_lacks_say_that_nothing_was_changed(terminal: Terminal) -> None:
    terminal("user", "add", "dana@example.com", "--name", "Dana", typed=PASSWORD)
    terminal("user", "add", "john@example.com", "--name", "John", typed=PASSWORD)
    terminal("team", "create", "Rig 12")
    said = terminal("team", "remove", "rig-12", "dana@example.com")
    assert said == "Dana isn't in the team “Rig 12”. Nothing was changed.\n"
    terminal("team", "add", "rig-12", "dana@example.com")
    said = terminal("team", "add", "rig-12", "dana@example.com")
    assert said == "Dana is already in the team “Rig 12”. Nothing was changed.\n"
    said = terminal("team", "add", "rig-12", "dana@example.com", "john@example.com")
    assert said == "Added John to the team “Rig 12”. Dana is already in the team “Rig 12”.\n"
    said = terminal("team", "remove", "rig-12", "dana@example.com", "--json")
    assert json.loads(said) == {"removed": 1}
    assert json.loads(terminal("team", "remove", "rig-12", "dana@example.com", "--json")) == {"removed": 0}


def test_unshare_says_what_was_done_and_which_access_remains(terminal: Terminal) -> None:
    for name in ("Dana", "John"):
        terminal("user", "add", f"{name}@example.com", "--name", name, typed=PASSWORD)
    terminal("team", "create", "Shop desk")
    terminal("team", "add", "shop-desk", "dana@example.com")
    terminal("dashboard", "create", "Wall")
    unshare = ("dashboard", "unshare", "Wall")
    assert terminal(*unshare, "John@example.com") == "“Wall” wasn't shared with John directly. Nothing was changed.\n"
    said = terminal(*unshare, "--everyone")
    assert said == "“Wall” wasn't shared with everyone. Nothing was changed.\n"
    terminal("dashboard", "share", "Wall", "shop-desk", "--edit")
    terminal("dashboard", "share", "Wall", "Dana@example.com")
    said = terminal(*unshare, "Dana@example.com")
    assert said == "“Wall” is no longer shared with Dana. Dana can still edit it through the team “Shop desk”.\n"
    terminal("dashboard", "share", "Wall", "--everyone")
    said = terminal(*unshare, "John@example.com")
    assert said == "“Wall” wasn't shared with John directly. John can still view it: everyone can view.\n"
    said = terminal(*unshare, "shop-desk")
    assert said == "“Wall” is no longer shared with Shop desk. Its people can still view it: everyone can view.\n"
    assert terminal(*unshare, "--everyone") == "“Wall” is no longer shared with everyone.\n"
    events = [row["event"] for row in json.loads(terminal("audit", "list", "--json"))["items"]]
    assert events.count("dashboard.unshare") == 2
    assert events.count("dashboard.unpublish") == 1


@pytest.mark.parametrize("name", ["Zz", "Line 2's wall", "-x", "a”b"])
def test_suggested_commands_name_the_dashboard(terminal: Terminal, name: str) -> None:
    terminal("dashboard", "create", "--", name)
    _error(terminal, "dashboard", "version", "show", "--", name, "7", status=1)
    (command,) = re.findall("“benchboard (dashboard .+?)”", terminal.err)
    assert "Created" not in terminal(*shlex.split(command))
    terminal("dashboard", "delete", "--", name)
    _error(terminal, "dashboard", "show", "--", name, status=1)
    (command,) = re.findall("“benchboard (dashboard .+?)”", terminal.err)
    assert "1 dashboard restored" in terminal(*shlex.split(command))


def test_save_of_an_older_revision_suggests_to_show_that_dashboard(terminal: Terminal, tmp_path: Path) -> None:
    terminal("dashboard", "create", "Line 2")
    (tmp_path / "wall.json").write_text("[]")
    said = _error(
        terminal, "dashboard", "save", "Line 2", str(tmp_path / "wall.json"), "--base-revision", "0", status=1
    )
    assert "“benchboard dashboard show 'Line 2'”" in said


def test_save_of_a_file_without_items_says_what_is_missing(terminal: Terminal, tmp_path: Path) -> None:
    terminal("dashboard", "create", "Line 2")
    (tmp_path / "bad.json").write_text("{}")
    said = _error(terminal, "dashboard", "save", "Line 2", str(tmp_path / "bad.json"), status=1)
    assert "There's no list of widgets: “items” is missing." in said
    assert "null" not in said


def test_audit_list_takes_an_event_by_its_title(terminal: Terminal) -> None:
    terminal("dashboard", "create", "Line 2")
    by_code = terminal("audit", "list", "--event", "dashboard.create", "--json")
    assert json.loads(by_code)["items"]
    assert terminal("audit", "list", "--event", "created a dashboard", "--json") == by_code
    help_ = " ".join(terminal("audit", "list", "--help").split())
    assert "dashboard.create Created a dashboard" in help_


def test_timing_check_help_names_units_and_all_controllers(terminal: Terminal) -> None:
    help_ = terminal("timing", "check", "--help")
    for shown in ("--cable METRES", "--delay NS/M", "--loop-delay NS", "--oscillator-tolerance PERCENT"):
        assert shown in " ".join(help_.split())
    assert "NUMBER" not in help_
    for name in ("bxcan", "kvaser_usb_flex", "pcan_fd", "at91"):
        assert name in help_
