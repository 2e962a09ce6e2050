"""`benchboard db …` as a script uses it: exit status, JSON on stdout, one sentence on stderr."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from benchboard.cli.main import main
from benchboard.storage import upgrade
from benchboard.storage.engine import Database
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
    told, _err = _db(capsys, "upgrade")
    assert f"from 0001 to {HEAD}" in told
    assert ("Backup saved" in told) != ("No backup was made" in told)
    assert _db(capsys, "current")[0] == f"{HEAD} (Benchboard needs {HEAD})\n"


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
        (0, 0, "The disk is full. Nothing can be saved now. Free up disk space"),
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
    _out, err = _db(capsys, "current", "--url", "postgresql://ada:secret@127.0.0.1:1/bench", status=1)
    assert "secret" not in err
    assert "password" in err
