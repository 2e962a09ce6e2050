"""`benchboard db …` as a script uses it: exit status, JSON on stdout, one sentence on stderr."""

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from benchboard import workspace
from benchboard.cli.main import main
from benchboard.errors import Unavailable
from benchboard.storage import upgrade
from benchboard.storage.engine import Database, file_url
from support import forked
from support.disks import fake_disk
from support.postgres import Server

HEAD = upgrade.head()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("BENCHBOARD_HOME", str(folder))
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    return folder


@pytest.fixture
def url(
    engine_name: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """An empty database, named as automation names one: by the environment, where a password may stand."""
    if engine_name == "sqlite":
        named = f"sqlite:///{tmp_path / 'plain.db'}"
        monkeypatch.setenv("BENCHBOARD_DATABASE_URL", named)
        yield named
        return
    server: Server = request.getfixturevalue("pg_server")
    name = server.create()
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", server.url(name))
    yield server.url(name)
    server.drop(name)


def _db(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> tuple[str, str]:
    assert main(["db", *arguments]) == status
    told = capsys.readouterr()
    return told.out, told.err


def test_db_upgrade_and_downgrade_report_revisions(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(_db(capsys, "current", "--json")[0]) == {"current": None, "head": HEAD}
    assert json.loads(_db(capsys, "upgrade", "--json")[0]) == {"before": None, "after": HEAD, "backup": None}
    assert json.loads(_db(capsys, "upgrade", "--json")[0])["before"] == HEAD
    assert json.loads(_db(capsys, "check", "--json")[0]) == {"findings": []}
    assert _db(capsys, "check")[0] == "No problems found.\n"
    back = json.loads(_db(capsys, "downgrade", "0001", "--json")[0])
    assert (back["before"], back["after"]) == (HEAD, "0001")
    assert (back["backup"] is None) == url.startswith("postgresql")
    found = json.loads(_db(capsys, "check", "--json", status=1)[0])["findings"]
    assert [one["kind"] for one in found] == ["revision"]
    assert "benchboard db upgrade" in _db(capsys, "check", status=1)[1]
    told, err = _db(capsys, "upgrade")
    assert f"from 0001 to {HEAD}" in told
    assert ("Backup saved" in told) != err.startswith("Benchboard doesn't back up a shared server.")
    assert _db(capsys, "current")[0] == f"{HEAD} (Benchboard needs {HEAD})\n"


def test_db_upgrade_of_an_empty_database_says_that_it_was_created(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _db(capsys, "upgrade") == (f"Created the database (revision {HEAD}).\n", "")


def test_db_check_with_a_difference_prints_one_line(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    _db(capsys, "upgrade")
    database = Database.open(url)
    with database.engine.begin() as connection:
        connection.execute(text("DROP INDEX users_email_idx"))
    database.dispose()
    out, err = _db(capsys, "check", status=1)
    assert out == ""
    assert err.startswith("1 problem found.")
    assert "users_email_idx" in err
    assert err.count("\n") == 1


def test_db_commands_on_a_newer_database_print_one_sentence(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    _db(capsys, "upgrade")
    database = Database.open(url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    database.dispose()
    for command in (["upgrade"], ["downgrade", "0001"], ["check"]):
        out, err = _db(capsys, *command, status=1)
        assert out == ""
        assert err.startswith("This database was created by a newer version of Benchboard.")
        assert err.count("\n") == 1
    assert json.loads(_db(capsys, "current", "--json")[0]) == {"current": "0999", "head": HEAD}


def test_db_downgrade_unknown_revision_prints_one_sentence(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    _db(capsys, "upgrade")
    _out, err = _db(capsys, "downgrade", "12", status=1)
    assert err.startswith("There's no earlier revision 12 to go back to.")
    assert err.rstrip(".\n").split("Choose one of: ")[1].split(", ") == ["base", *upgrade.revisions()[:-1]]
    _db(capsys, "downgrade", "base")
    assert "It's empty; create it with" in _db(capsys, "downgrade", "0001", status=1)[1]
    assert main(["db", "downgrade"]) == 2


def test_db_upgrade_local_makes_an_encrypted_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _db(capsys, "upgrade")
    assert not (home / "benchboard.db").read_bytes().startswith(b"SQLite")
    assert _db(capsys, "check")[0] == "No problems found.\n"


@pytest.mark.parametrize(
    ("blocks", "flags", "sentence"),
    [
        (0, 0, "The disk is full. Nothing can be saved now. Free up disk space for {folder}, then"),
        (9999, os.ST_RDONLY, "can't save files in {folder}. Read-only file system. Nothing can be saved now. Make"),
    ],
)
def test_db_check_on_a_disk_that_takes_nothing_says_so(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    blocks: int,
    flags: int,
    sentence: str,
) -> None:
    _db(capsys, "upgrade")
    fake_disk(monkeypatch, blocks=blocks, flags=flags)
    found = json.loads(_db(capsys, "check", "--json", status=1)[0])["findings"]
    assert [one["kind"] for one in found] == ["disk"]
    assert sentence.format(folder=home) in _db(capsys, "check", status=1)[1]


def test_db_upgrade_makes_files_that_other_accounts_can_not_read(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _db(capsys, "upgrade")
    assert (home / "benchboard.db").stat().st_mode & 0o777 == 0o600
    _db(capsys, "downgrade", "0001")
    files = [file for file in home.rglob("*") if file.is_file()]
    assert any(file.parent.name == "backups" for file in files)
    assert {file.name: file.stat().st_mode & 0o077 for file in files} == {file.name: 0 for file in files}


def test_db_upgrade_of_a_url_makes_a_file_that_other_accounts_can_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _db(capsys, "upgrade", "--url", f"sqlite:///{tmp_path / 'new.db'}")
    assert {file.name: file.stat().st_mode & 0o077 for file in tmp_path.glob("new.db*")}["new.db"] == 0


def test_db_current_with_a_password_in_the_url_is_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    _out, err = _db(capsys, "current", "--url", "postgresql://ada:secret@127.0.0.1:1/bench", status=2)
    assert "secret" not in err
    assert "password" in err


def test_db_check_of_a_damaged_file_says_what_and_what_to_do_before_what_sqlite_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began with SQLite's own lines, all of them."""
    file = tmp_path / "bench.db"
    monkeypatch.setenv("BENCHBOARD_DATABASE_URL", file_url(file))
    _db(capsys, "upgrade")
    _db(capsys, "seed")
    database = Database.open(file_url(file))
    with database.engine.connect() as connection:
        first = connection.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'permissions'"))
        size = connection.scalar(text("PRAGMA page_size"))
    database.dispose()
    with file.open("r+b") as damaged:
        damaged.seek((first - 1) * size + 20)
        damaged.write(b"\xff" * 300)
    out, err = _db(capsys, "check", status=1)
    sentences = (
        f"The database file {file} is damaged. Tables affected: permissions.",
        f"Benchboard has no backup of {file}. Restore it from your own backup.",
        "Details from SQLite: ",
    )
    assert out == ""
    assert [err.find(sentence) for sentence in sentences] == sorted(err.find(sentence) for sentence in sentences)
    assert err.startswith(sentences[0])
    assert err[err.index(sentences[2]) :].count(";") <= 5
    (finding,) = json.loads(_db(capsys, "check", "--json", status=1)[0])["findings"]
    assert (finding["kind"], finding["what"]) == ("damage", sentences[0])


NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of root's that every account can read; everything that the commands import is imported."""
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    main(["db", "upgrade"])
    main(["db", "check"])
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _as_nobody(*arguments: str) -> tuple[int, str]:
    """The exit status of a command that another user runs, and what it prints as an error."""
    reading, writing = os.pipe()

    def run() -> int:
        sys.stderr = io.StringIO()
        status = main(arguments)
        os.write(writing, sys.stderr.getvalue().encode())
        return status

    status = forked.run(run, uid=NOBODY)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        return status, told.read()


@needs_root
def test_db_check_below_another_accounts_folder_says_whose_it_is(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(place / "new" / "home"))
    own = f"The folder {place} belongs to another account."
    status, told = _as_nobody("db", "check")
    assert (status, told.endswith(f". {own} Set BENCHBOARD_HOME to a folder of your own.\n")) == (1, True), told
    status, told = _as_nobody("db", "check", "--url", f"sqlite:///{place / 'plain.db'}")
    assert (status, told.endswith(f". {own} Choose a file in a folder of your own.\n")) == (1, True), told
    place.chmod(0o777)
    assert "benchboard db upgrade" in _as_nobody("db", "check")[1]


@needs_root
@pytest.mark.parametrize("has_key", [True, False])
def test_vault_closed_to_its_owner_is_reported(
    place: Path, home: Path, monkeypatch: pytest.MonkeyPatch, has_key: bool
) -> None:
    theirs = place / "home"
    if has_key:
        shutil.copytree(home, theirs)
    (theirs / "vault").mkdir(parents=True, exist_ok=True)
    for path in (theirs, *theirs.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    theirs.chmod(0o700)
    (theirs / "vault").chmod(0)
    monkeypatch.setenv("BENCHBOARD_HOME", str(theirs))
    said = (
        f"Can't read {theirs / 'vault'}. Your account has no access to it. "
        f"Run “chmod 700 {theirs / 'vault'}”. Nothing was changed.\n"
    )
    for command in ("check", "current", "upgrade"):
        assert _as_nobody("db", command) == (1, said)

    def open_as_the_window_does() -> int:
        try:
            workspace.open_local(theirs)
        except Unavailable as error:
            return 0 if error.code == "vault.unreadable" else 2
        return 1

    assert forked.run(open_as_the_window_does, uid=NOBODY) == 0


@pytest.mark.parametrize(
    "command",
    [("whoami",), ("source", "list"), ("db", "downgrade", "base"), ("login", "me@example.com")],
)
def test_mistyped_url_of_a_file_creates_no_database_and_says_how_to_make_one(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    file = tmp_path / "mistyped.db"
    capsys.readouterr()
    assert main([*command, "--url", f"sqlite:///{file}"]) == 1
    assert capsys.readouterr().err == (
        f"The database file {file} doesn't exist. Check the path in the URL. To create a new database there, run "
        f"“benchboard db upgrade --url sqlite:///{file}”.\n"
    )
    assert not file.exists()
    assert main(["db", "upgrade", "--url", f"sqlite:///{file}"]) == 0
    assert main(["whoami", "--url", f"sqlite:///{file}"]) == 0
