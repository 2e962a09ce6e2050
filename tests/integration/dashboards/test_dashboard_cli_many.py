"""`benchboard dashboard …` on many dashboards, as a person or a script runs it."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from benchboard import workspace
from benchboard.cli.main import main
from benchboard.dashboards.document.document import parse_document, write_document
from benchboard.identity import audit, authentication, organisations
from benchboard.identity.permissions import Client
from benchboard.identity.roles import ROLES
from benchboard.storage.models.identity import Team
from support.databases import unbound

ITEM = {"id": "w1", "type": "kpi", "position": {"x": 0, "y": 0, "w": 3, "h": 2}, "theirs": "ş"}
BOB = "bob@north.example"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with the operator, Bob (an analyst) and a team."""
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    opened = workspace.open_url(f"sqlite:///{tmp_path / 'desk.db'}", tmp_path / "home")
    with unbound(opened.database).change() as session:
        operator = authentication.operator_actor(session, client=Client.here())
        organisation = operator.organisation_id
        bob = organisations.create_account(session, organisation, email=BOB, name="Bob", role=ROLES[2])
        session.add(Team(organisation_id=organisation, name="Rig", slug="rig"))
        audit.record(session, operator, "user.create", bob)
    opened.close()
    return tmp_path


class Terminal:
    """Runs commands and answers what they said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *arguments: str, status: int = 0) -> str:
        assert main(["dashboard", *arguments]) == status, self._capsys.readouterr().err
        said = self._capsys.readouterr()
        return said.out if status == 0 else said.err

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def names(self, *arguments: str) -> list[str]:
        return [row["name"] for row in self.json("list", *arguments)["items"]]


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def test_dashboard_commands_import_then_export_round_trip(terminal: Terminal, folder: Path) -> None:
    file, out = folder / "Line 2.json", folder / "out.json"
    file.write_text(json.dumps([ITEM]))
    made = terminal.json("import", str(file))
    assert (made["widgets"], made["revision"]) == (1, 1)
    shown = json.loads(terminal.run("show", "Line 2"))
    assert shown["items"] == [ITEM]
    assert (shown["title"], shown["$schema"]) == ("Line 2", "urn:benchboard:dashboard:2")
    assert next(iter(shown)) == "$schema"
    terminal.run("export", made["id"], str(out))
    assert json.loads(out.read_text()) == shown == json.loads(terminal.run("export", "Line 2", "-"))
    file.write_text(json.dumps({**shown, "items": [ITEM, {**ITEM, "id": "w2"}], "title": "Line 3"}))
    assert "2 widgets" in terminal.run("save", "Line 2", str(file), "--base-version", "1", "--note", "Two now")
    assert terminal.names() == ["Line 2"]  # the name in the file is not the dashboard's
    assert json.loads(terminal.run("show", "Line 2"))["title"] == "Line 2"
    said = terminal.run("save", "Line 2", str(file), "--base-version", "1", status=1)
    assert "Line 2" in said
    assert said.count("\n") == 1
    assert terminal.json("import", str(file), "--name", "Copy")["widgets"] == 2
    assert terminal.names("--sort", "name") == ["Copy", "Line 2"]


def test_dashboard_list_shows_the_home_page_first_and_pages(terminal: Terminal, folder: Path) -> None:
    file = folder / "home.json"
    file.write_text(json.dumps([ITEM]))
    terminal.run("save", "--home", str(file))
    for name in ("A", "B", "C"):
        terminal.run("create", name)
    (home, *rest) = terminal.json("list")["items"]
    assert (home["name"], home["id"], home["widgets"], home["revision"], home["level"]) == ("Home", None, 1, 1, "own")
    assert [row["name"] for row in rest] == ["C", "B", "A"]
    for limit in ("1", "2", "3"):
        seen, after = [], []  # type: list[str], list[str]
        while True:
            page = terminal.json("list", "--limit", limit, *after)
            assert len(page["items"]) <= int(limit)
            seen += [row["name"] for row in page["items"]]
            if page["next"] is None:
                break
            after = ["--after", page["next"]]
        assert seen == ["Home", "C", "B", "A"]
    assert terminal.names("--search", "b") == ["B"]
    assert terminal.names("--filter", "mine", "--sort", "name", "--descending") == ["C", "B", "A"]
    assert terminal.names("--home") == ["Home"]
    _usage(terminal, "list", "--home", "--search", "b")
    assert "Specify one dashboard" in _usage(terminal, "show")
    assert "Specify one dashboard" in _usage(terminal, "show", "--home", "A")
    assert "Specify one dashboard" in _usage(terminal, "save", "A", "B", str(file))
    terminal.run("list", "--limit", "0", status=2)


def test_dashboard_export_home_page_names_its_schema_only_in_that_form(terminal: Terminal, folder: Path) -> None:
    file = folder / "home.json"
    newest = {"format": "benchboard/dashboard", "version": 2, "items": [ITEM]}
    for document, schema in (([ITEM], None), (newest, "urn:benchboard:dashboard:2")):
        file.write_text(json.dumps(document))
        terminal.run("save", "--home", str(file))
        exported = json.loads(terminal.run("export", "--home", "-"))
        assert (exported["$schema"] if schema else None) == schema
        assert (exported["items"] if schema else exported) == [ITEM]
        file.write_text(json.dumps(exported))
        terminal.run("save", "--home", str(file))
        assert json.loads(terminal.run("show", "--home")) == exported


def test_dashboard_named_home_is_the_home_page_unless_a_dashboard_has_that_name(
    terminal: Terminal, folder: Path
) -> None:
    file = folder / "home.json"
    file.write_text(json.dumps([ITEM]))
    assert "home page with 1 widget" in terminal.run("save", "Home", str(file), "--base-revision", "0")
    assert json.loads(terminal.run("show", "home")) == [ITEM] == json.loads(terminal.run("export", "Home", "-"))
    assert "no versions" in _usage(terminal, "save", "Home", str(file), "--name", "First")
    one = (
        ["versions"],
        ["version", "show", "Home", "1"],
        ["share", "Home", BOB],
        ["delete"],
        ["restore"],
        ["duplicate"],
    )
    for words in one:
        said = terminal.run(*(words if len(words) > 1 else [*words, "Home"]), status=1)
        assert said.startswith("“Home” is your home page. It's private, has no versions, and can't be")
        assert said.endswith("Choose a dashboard other than Home from “benchboard dashboard list”.\n")
    terminal.run("create", "Home")
    assert json.loads(terminal.run("show", "Home"))["items"] == []
    assert terminal.json("versions", "Home")["items"][0]["number"] == 1
    assert json.loads(terminal.run("show", "--home")) == [ITEM]


def _usage(terminal: Terminal, *arguments: str) -> str:
    return terminal.run(*arguments, status=2)


def test_dashboard_share_and_access_list_agree(terminal: Terminal) -> None:
    terminal.run("create", "Rig")
    assert "There's no dashboard named “Rig”" in terminal.run("show", "Rig", "--as", BOB, status=1)
    assert terminal.json("share", "Rig", BOB, "--edit")["permission"] == "edit"
    terminal.run("share", "Rig", "rig")
    terminal.run("share", "Rig", "--everyone")
    assert terminal.names("--as", BOB) == ["Rig"]
    (bob,) = terminal.json("access", "Rig", "--search", "bob", "--as", BOB)["items"]
    assert (bob["level"], [way["reach"] for way in bob["why"]]) == ("edit", ["direct", "public"])
    assert "Can edit  Shared directly. Through Everyone." in terminal.run("access", "Rig", "--search", "bob")
    owner = terminal.json("list")["items"][0]["owner"]
    assert f"You don't own “Rig”. Ask {owner} to do this" in terminal.run("unshare", "Rig", BOB, "--as", BOB, status=1)
    terminal.run("unshare", "Rig", BOB)
    terminal.run("unshare", "Rig", "rig")
    terminal.run("unshare", "Rig", "--public")
    assert terminal.names("--as", BOB) == []
    terminal.run("share", "Rig", "nobody@north.example", status=1)
    _usage(terminal, "share", "Rig")
    _usage(terminal, "share", "Rig", BOB, "--everyone")
    terminal.run("share", "Rig", "--public")  # its old name, which help leaves out
    assert terminal.json("list", "--filter", "everyone") == terminal.json("list", "--filter", "public")
    assert "--everyone" in (said := terminal.run("share", "--help") + terminal.run("list", "--help"))
    assert "public" not in said
    _usage(terminal, "share", "Rig", "--everyone", "--edit")


def test_dashboard_unshare_a_disabled_person_works(terminal: Terminal) -> None:
    terminal.run("create", "Rig")
    terminal.run("share", "Rig", BOB)
    assert main(["user", "disable", BOB]) == 0
    terminal.run("share", "Rig", BOB, status=1)
    terminal.run("unshare", "Rig", BOB)


def test_dashboard_versions_list_show_name_and_restore(terminal: Terminal, folder: Path) -> None:
    terminal.run("create", "Rig", "--description", "Empty")
    file = folder / "rig.json"
    file.write_text(json.dumps([ITEM]))
    terminal.run("save", "Rig", str(file), "--note", "One")
    rows = terminal.json("versions", "Rig")["items"]
    assert [(row["number"], row["note"]) for row in rows] == [(2, "One"), (1, None)]
    first = json.loads(terminal.run("version", "show", "Rig", "1"))
    assert (first["description"], first["items"]) == ("Empty", [])
    terminal.run("version", "name", "Rig", "1", "As it began")
    assert [row["number"] for row in terminal.json("versions", "Rig", "--named")["items"]] == [2, 1]
    back = terminal.json("version", "restore", "Rig", "1")
    assert back["number"] == 3
    shown = json.loads(terminal.run("show", "Rig"))
    assert write_document(parse_document(shown)) == write_document(parse_document(first))
    assert "same as the newest version. Nothing was changed." in terminal.run("version", "restore", "Rig", "1")
    assert "no version 9" in terminal.run("version", "restore", "Rig", "9", status=1)


def test_dashboard_trash_restore_and_delete(terminal: Terminal) -> None:
    terminal.run("create", "Rig")
    assert terminal.json("duplicate", "Rig", "--name", "Other")["revision"] == 1
    assert terminal.json("delete", "Rig", "Other") == {"deleted": 2}
    assert terminal.names() == []
    assert terminal.names("--filter", "trash", "--sort", "name") == ["Other", "Rig"]
    assert terminal.json("restore", "Rig") == {"restored": 1}
    assert terminal.json("rename", "Rig", "Line 4", "--description", "x")["revision"] > 1
    assert terminal.names() == ["Line 4"]
    terminal.run("delete", "Line 4", "--forever", status=1)
    assert terminal.json("delete", "Other", "--forever") == {"deleted": 1}
    assert terminal.json("purge") == {"deleted": 0}
    _usage(terminal, "rename", "Line 4")


@pytest.mark.parametrize("content", [b'{"a": 1}', b"[{", b"\x00\xff\xfe", b'[{"id": "w1", "type": "kpi"}]'])
def test_dashboard_import_file_without_a_document_changes_nothing(
    terminal: Terminal, folder: Path, content: bytes
) -> None:
    terminal.run("create", "Rig")
    (folder / "bad.json").write_bytes(content)
    for command in (["import"], ["save", "Rig"]):
        said = terminal.run(*command, str(folder / "bad.json"), status=1)
        assert str(folder / "bad.json") in said
        assert said.count("\n") == 1
    assert terminal.names() == ["Rig"]
    assert json.loads(terminal.run("show", "Rig"))["items"] == []


def test_dashboard_export_failing_leaves_the_file_unchanged(terminal: Terminal, folder: Path) -> None:
    resource = pytest.importorskip("resource")
    file, out = folder / "Line 2.json", folder / "out.json"
    file.write_text(json.dumps([{**ITEM, "id": f"w{k}", "theirs": "x" * 1_000} for k in range(400)]))
    made = terminal.json("import", str(file))
    out.write_text("good")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    full = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))  # what is longer ends as on a full disk
    try:
        terminal.run("export", made["id"], str(out), status=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, full)
    assert out.read_text() == "good"
    assert not list(folder.glob(".out*"))
    terminal.run("export", made["id"], str(out))
    assert len(json.loads(out.read_text())["items"]) == 400


def test_dashboard_import_grafana_file_is_detected_and_reported(
    terminal: Terminal, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    panels = [
        {"id": 1, "type": "text", "title": "Hello", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 4}},
        {"id": 2, "type": "nodeGraph", "title": "Heat", "gridPos": {"x": 12, "y": 0, "w": 12, "h": 8}},
    ]
    file = folder / "grafana.json"
    file.write_text(json.dumps({"title": "From Grafana", "schemaVersion": 39, "panels": panels}))
    assert main(["dashboard", "import", str(file)]) == 0
    said = capsys.readouterr()
    assert "From Grafana" in said.out
    assert "nodeGraph" in said.err
    assert "nodeGraph" not in said.out
    assert terminal.names() == ["From Grafana"]
    assert main(["dashboard", "import", str(file), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["widgets"] == 2
    assert json.loads(said.err)["placeholder"] == 1


def test_dashboard_commands_unknown_dashboard_is_rejected_by_name(terminal: Terminal, folder: Path) -> None:
    file = folder / "other.json"
    file.write_text('{"panels": 7}')
    said = terminal.run("import", str(file), status=1)
    assert "other.json" in said
    assert "panels" in said
    assert terminal.names() == []
