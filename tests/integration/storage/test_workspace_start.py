"""The first start, interrupted starts, and starts that must create nothing."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import text

from benchboard import home_folder, settings, workspace
from benchboard.cli.main import main as run_command
from benchboard.errors import Denied, Unavailable
from benchboard.identity import authentication, keys, organisations
from benchboard.identity.permissions import Client, os_user
from benchboard.storage import upgrade
from benchboard.storage.engine import Database
from support.databases import unbound


@pytest.fixture(autouse=True)
def files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")


def _environment(**more: str) -> dict[str, str]:
    paths = os.pathsep.join(path for path in sys.path if path)
    return {**os.environ, "PYTHONPATH": paths, "BENCHBOARD_KEYRING": "off", **more}


def _assert_complete(home: Path) -> None:
    """The database in `home` opens, has one organisation with one operator, and its secrets open."""
    opened = workspace.open_local(home)
    with unbound(opened.database).read() as session:
        assert organisations.slugs(session) == ("local",)
        assert organisations.is_seeded(session)
        operator = authentication.operator_actor(session, client=Client.here())
        assert operator.roles == {"admin"}
        data_key = opened.data_keys.of(operator.organisation_id)
        assert keys.signing_key(session, operator.organisation_id, data_key)
    opened.close()


def test_open_local_first_makes_an_encrypted_database_with_operator(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    said: list[str] = []
    opened = workspace.open_local(home, report=said.append)
    assert (opened.location.kind, opened.location.encrypted, opened.location.key_storage) == ("local", True, "file")
    assert len(said) == 2
    opened.close()
    assert b"SQLite format" not in (home / "benchboard.db").read_bytes()[:64]
    assert os_user().encode() not in (home / "benchboard.db").read_bytes()
    _assert_complete(home)
    said.clear()
    workspace.open_local(home, report=said.append).close()
    assert said == []


@pytest.mark.parametrize("name", ["what?uri=true&x", "100%41", "a#b", "Ödünç & co"])
def test_open_local_in_a_home_of_any_name_puts_its_files_there(tmp_path: Path, name: str) -> None:
    _assert_complete(tmp_path / name)
    assert (tmp_path / name / "benchboard.db").stat().st_size > 0
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_open_demo_makes_a_database_of_its_own(tmp_path: Path) -> None:
    opened = workspace.open_demo(tmp_path)
    with unbound(opened.database).read() as session:
        assert len(authentication.demo_people(session)) >= 4
    opened.close()
    assert not (tmp_path / "benchboard.db").exists()
    local = workspace.open_local(tmp_path)
    with unbound(local.database).read() as session:
        assert authentication.demo_people(session) == ()
    local.close()


def test_open_local_without_its_key_is_refused_and_keeps_the_file(tmp_path: Path) -> None:
    _assert_complete(tmp_path)
    (tmp_path / "vault" / "database.benchboard.key").unlink()
    before = (tmp_path / "benchboard.db").read_bytes()
    for _ in range(2):
        with pytest.raises(Unavailable) as refused:
            workspace.open_local(tmp_path)
        assert refused.value.code == "workspace.key-missing"
    assert (tmp_path / "benchboard.db").read_bytes() == before
    assert not (tmp_path / "vault" / "database.benchboard.key").exists()


def test_open_local_with_another_key_is_refused_and_keeps_the_file(tmp_path: Path) -> None:
    _assert_complete(tmp_path)
    key = tmp_path / "vault" / "database.benchboard.key"
    key.write_bytes(bytes(32))
    before = (tmp_path / "benchboard.db").read_bytes()
    with pytest.raises(Unavailable) as refused:
        workspace.open_local(tmp_path)
    assert refused.value.code == "storage.key"
    cause = "can't be read: the file is damaged or its key doesn't match."
    assert refused.value.what == f"{tmp_path / 'benchboard.db'} {cause}"
    assert refused.value.do.startswith("Restore the file or the “vault” folder from a backup.")
    assert (tmp_path / "benchboard.db").read_bytes() == before


@pytest.mark.parametrize("name", ["benchboard", "demo"])
@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("command", [("db", "current"), ("db", "check"), ("db", "upgrade"), ("dashboard", "list")])
def test_command_where_the_database_was_lost_is_refused_and_makes_none(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    empty: bool,
    command: tuple[str, ...],
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    demo = ["--demo"] if name == "demo" else []
    assert run_command(["db", "upgrade", *demo]) == 0
    file, key = tmp_path / f"{name}.db", tmp_path / "vault" / f"database.{name}.key"
    file.unlink()
    if empty:
        file.touch()
    kept = key.read_bytes()
    capsys.readouterr()
    assert run_command([*command, *demo]) == 1
    error = capsys.readouterr().err
    assert f"The database file {file} is {'empty' if empty else 'missing'}." in error
    assert "Nothing was changed" in error
    assert f"move {key} to another folder" in error
    assert file.exists() is empty
    assert not empty or file.stat().st_size == 0
    assert key.read_bytes() == kept


def test_open_local_where_the_database_was_lost_names_the_newest_backup(tmp_path: Path) -> None:
    _assert_complete(tmp_path)
    (tmp_path / "backups").mkdir()
    for day in (1, 3, 2):
        (tmp_path / "backups" / f"benchboard-0003-2026110{day}T120000000000Z.db").touch()
    (tmp_path / "benchboard.db").unlink()
    with pytest.raises(Unavailable) as refused:
        workspace.open_local(tmp_path)
    assert refused.value.code == "workspace.database-missing"
    assert str(tmp_path / "backups" / "benchboard-0003-20261103T120000000000Z.db") in refused.value.do


def test_open_local_after_key_and_database_were_moved_away_begins_anew(tmp_path: Path) -> None:
    _assert_complete(tmp_path)
    for file in ("benchboard.db", "vault/database.benchboard.key"):
        (tmp_path / file).unlink()
    # Interrupted: the key is new, and no database was ever encrypted with it.
    cut = [sys.executable, "-c", _CUT, str(tmp_path), "after the database key"]
    assert subprocess.run(cut, env=_environment(), timeout=120).returncode == -signal.SIGKILL
    assert (tmp_path / "vault" / "database.benchboard.key").exists()
    _assert_complete(tmp_path)


def test_open_demo_of_a_damaged_file_as_the_error_says_makes_it_again(tmp_path: Path) -> None:
    workspace.open_demo(tmp_path).close()
    file, key = tmp_path / "demo.db", tmp_path / "vault" / "database.demo.key"
    with file.open("r+b") as damaged:
        damaged.write(os.urandom(file.stat().st_size))
    with pytest.raises(Unavailable) as refused:
        workspace.open_demo(tmp_path)
    assert refused.value.what == f"{file} can't be read: the file is damaged or its key doesn't match."
    assert refused.value.do == f"Delete {file} and {key}; Benchboard then creates the demo again."
    file.unlink()
    key.unlink()
    again = workspace.open_demo(tmp_path)
    with unbound(again.database).read() as session:
        assert len(authentication.demo_people(session)) >= 4
    again.close()


def test_open_local_of_a_damaged_file_says_which_backup_there_is(tmp_path: Path) -> None:
    _assert_complete(tmp_path)
    file = tmp_path / "benchboard.db"
    with file.open("r+b") as damaged:
        damaged.seek(4096)
        damaged.write(bytes(file.stat().st_size - 4096))
    with pytest.raises(Unavailable) as refused:
        workspace.open_local(tmp_path)
    assert refused.value.code == "storage.damaged"
    assert refused.value.what == f"{file} can't be read: the file is damaged or its key doesn't match."
    assert f"Benchboard has no backup of {file}." in refused.value.do
    backup = tmp_path / "backups" / "benchboard-0003-20261103T120000000000Z.db"
    backup.parent.mkdir()
    backup.touch()
    with pytest.raises(Unavailable) as refused:
        workspace.open_local(tmp_path)
    assert str(backup) in refused.value.do


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("with_other_files", [False, True])
def test_open_local_closes_its_files_to_other_accounts(tmp_path: Path, with_other_files: bool) -> None:
    home = tmp_path / "home"
    _assert_complete(home)
    settings.Settings().save(home)
    own = [home / name for name in ("benchboard.db", "benchboard.lock", "settings.json")]
    assert {_mode(path) for path in own} == {0o600}
    notes = home / "notes.txt"
    for path in (*own, *([notes] if with_other_files else [])):
        path.touch()
        path.chmod(0o644)
    home.chmod(0o755)
    opened = workspace.open_local(home)
    assert {_mode(path) for path in home.glob("benchboard.db*")} == {0o600}
    opened.close()
    assert {_mode(path) for path in own} == {0o600}
    # Of a folder with others' files too, others may need to read them.
    assert _mode(home) == (0o755 if with_other_files else 0o700)
    assert not with_other_files or _mode(notes) == 0o644


def test_open_local_leaves_the_access_to_a_home_that_holds_the_account_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    (tmp_path / "person").mkdir()
    (tmp_path / "person").chmod(0o755)
    _assert_complete(tmp_path / "person")
    assert _mode(tmp_path / "person") == 0o755


_HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("program", ["another program", "Benchboard"])
def test_command_that_waits_for_the_lock_says_who_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], program: str
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(home_folder, "SILENT_S", 0)
    monkeypatch.setattr(home_folder, "LOCK_TIMEOUT_S", 0.1)
    (tmp_path / "home").mkdir()
    lock = tmp_path / "home" / "benchboard.lock"
    script = tmp_path / ("benchboard.py" if program == "Benchboard" else "backup.py")
    script.write_text(_HOLD)
    arguments = [sys.executable, str(script), str(lock)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert run_command(["user", "list"]) == 1
        holder.communicate()
    waiting, busy = capsys.readouterr().err.splitlines()
    if program == "Benchboard":
        assert waiting == f"Waiting for another Benchboard (process {holder.pid}) that is preparing the database …"
        assert busy.startswith(f"Another Benchboard (process {holder.pid}) is still preparing the database.")
    else:
        assert waiting.endswith(f"(process {holder.pid}), which has locked {lock} …")
        assert "another Benchboard" not in waiting
        assert "Another Benchboard" not in busy
        assert f"(process {holder.pid}) has locked {lock}." in busy


@pytest.mark.parametrize("planted", ["home", "vault"])
def test_open_local_in_a_home_others_may_write_makes_no_database(tmp_path: Path, planted: str) -> None:
    home = tmp_path / "home"
    (home / "vault").mkdir(parents=True, mode=0o700)
    key = home / "vault" / "database.benchboard.key"
    key.write_bytes(bytes(32))
    key.chmod(0o600)
    (home if planted == "home" else home / "vault").chmod(0o777)
    with pytest.raises(Unavailable) as refused:
        workspace.open_local(home)
    assert refused.value.code == "vault.unsafe"
    assert not (home / "benchboard.db").exists()


def test_open_local_where_home_is_a_file_raises_unavailable(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(Unavailable) as refused:
        workspace.open_local(tmp_path / "home")
    assert refused.value.code == "vault.no-folder"


def test_open_local_after_its_home_was_moved_away_says_so_and_makes_no_other(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    workspace.open_local(home).close()
    home.rename(elsewhere)
    for opened in (workspace.open_local, workspace.open_demo, lambda home: workspace.open_url("sqlite:///x.db", home)):
        with pytest.raises(Unavailable) as refused:
            opened(home)
        assert str(refused.value) == (
            f"The data folder {home} is gone. It was removed or moved while Benchboard was running. "
            "Put it back, or restart Benchboard to begin with an empty one."
        )
    assert not home.exists()
    elsewhere.rename(home)
    _assert_complete(home)


_CUT = """
import os, signal, sys
from pathlib import Path
from benchboard import workspace
from benchboard.identity import keys, organisations
from benchboard.vault import Vault

def cut(*_arguments, **_options):
    os.kill(os.getpid(), signal.SIGKILL)

at = sys.argv[2]
if at == "after the database key":
    workspace.Database.open = cut
elif at == "before the first migration":
    workspace.upgrade.upgrade = cut
elif at == "before seeding":
    organisations.seed = cut
elif at == "before the data key":
    keys.VaultDataKeys.create = cut
elif at == "after the data key":
    keys.add_signing_key = cut
elif at == "before the commit":
    organisations.set_owner = cut
workspace.open_local(Path(sys.argv[1]))
"""


@pytest.mark.parametrize(
    "at",
    [
        "after the database key",
        "before the first migration",
        "before seeding",
        "before the data key",
        "after the data key",
        "before the commit",
    ],
)
def test_open_local_after_an_interrupted_first_start_completes_it(tmp_path: Path, at: str) -> None:
    cut = subprocess.run([sys.executable, "-c", _CUT, str(tmp_path), at], env=_environment(), timeout=120)
    assert cut.returncode == -signal.SIGKILL
    _assert_complete(tmp_path)


def test_commands_started_together_leave_a_working_database(tmp_path: Path) -> None:
    race = [sys.executable, "-m", "support.start_race", str(tmp_path), "2"]
    ended = subprocess.run(race, env=_environment(), capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    rounds = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [one["opens"] for one in rounds] == [None] * 2, rounds
    for one in rounds:
        failed = {command for command, status in one["statuses"].items() if status != 0}
        # Whether there is a database yet when these two look is open.
        assert failed <= {"db check", "db seed"}, one


@pytest.mark.parametrize("arguments", [("db", "current"), ("db", "check"), ("db", "current", "--demo")])
def test_db_commands_that_read_make_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    run_command(arguments)
    files = [one for one in tmp_path.rglob("*") if one.is_file() and one.name != "benchboard.log"]
    assert files == []


def test_start_with_a_lock_that_is_no_file_or_can_not_be_made_says_so_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "benchboard.lock")
    tmp_path.chmod(0o700)
    for home, said in ((tmp_path, "benchboard.lock must be a file. It's a named pipe."), (Path("/proc"), "/proc")):
        with pytest.raises(Unavailable) as refused:
            workspace.open_local(home, on_wait=pytest.fail)
        assert said in str(refused.value)


def test_start_with_a_link_as_the_database_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"not a database")
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "benchboard.db").symlink_to(other)
    for start in (workspace.open_local, workspace.connect):
        with pytest.raises(Unavailable, match=r"benchboard\.db must be a file\. It's a link\. Move it away\."):
            start(home)
    assert other.read_bytes() == b"not a database"


def test_connect_before_the_database_exists_reads_it_afterwards(tmp_path: Path) -> None:
    """What `db current` opens when there is nothing yet is good for what a first start made meanwhile."""
    early = workspace.connect(tmp_path)
    assert upgrade.current(early.database) is None
    _assert_complete(tmp_path)
    assert upgrade.current(early.database) == upgrade.head()
    early.close()


@pytest.mark.parametrize("command", ["upgrade", "downgrade base", "seed"])
def test_db_command_that_changes_waits_for_a_starting_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path))
    monkeypatch.setattr(home_folder, "LOCK_TIMEOUT_S", 0)
    with FileLock(tmp_path / "benchboard.lock"):
        assert run_command(["db", *command.split()]) == 1
    assert f"Another Benchboard (process {os.getpid()}) is still preparing the database." in capsys.readouterr().err
    assert not (tmp_path / "vault").exists()


def test_open_local_with_another_key_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _assert_complete(tmp_path)
    key = tmp_path / "vault" / "database.benchboard.key"
    key.write_bytes(bytes(32))
    capfd.readouterr()
    with pytest.raises(Unavailable):
        workspace.open_local(tmp_path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("command", [("db", "current"), ("db", "upgrade"), ("user", "list")])
@pytest.mark.parametrize("content", [b"xy", b"not a database at all " * 500, b"SQLite format 2\0" * 100])
def test_url_of_a_file_that_is_no_database_prints_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: tuple[str, ...],
    content: bytes,
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    file = tmp_path / "letter.txt"
    file.write_bytes(content)
    assert run_command([*command, "--url", f"sqlite:///{file}"]) == 1
    error = capfd.readouterr().err
    assert error.startswith(f"{file} isn't a SQLite database.")
    assert error.count("\n") == 1
    assert file.read_bytes() == content


def test_open_url_of_an_encrypted_file_says_it_may_be_encrypted(tmp_path: Path) -> None:
    _assert_complete(tmp_path)
    with pytest.raises(Unavailable) as refused:
        workspace.open_url(f"sqlite:///{tmp_path / 'benchboard.db'}", tmp_path)
    assert refused.value.code == "workspace.not-a-database"
    assert "encrypted" in refused.value.why


def test_open_url_of_an_empty_file_makes_a_database(tmp_path: Path) -> None:
    (tmp_path / "plain.db").touch()
    workspace.open_url(f"sqlite:///{tmp_path / 'plain.db'}", tmp_path / "home").close()
    assert (tmp_path / "plain.db").read_bytes().startswith(b"SQLite format 3")


def test_open_url_of_a_plain_file_keeps_its_data_key_beside_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'plain.db'}"
    opened = workspace.open_url(url, tmp_path / "home")
    assert (opened.location.kind, opened.location.encrypted) == ("file", False)
    with unbound(opened.database).read() as session:
        operator = authentication.operator_actor(session, client=Client.here())
    opened.close()
    beside = tmp_path / "plain.db.datakeys"
    assert beside.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "plain.db").stat().st_mode & 0o777 == 0o600
    beside.write_text("{}")
    again = workspace.open_url(url, tmp_path / "home")
    with pytest.raises(Unavailable) as missing:
        again.data_keys.of(operator.organisation_id)
    assert missing.value.code == "keys.missing"
    again.close()


def test_sign_in_denied_through_workspace_is_recorded(tmp_path: Path) -> None:
    opened = workspace.open_demo(tmp_path)
    with pytest.raises(Denied):
        workspace.sign_in(opened, email="john@example.com", password="password124")
    assert workspace.sign_in(opened, email="john@example.com", password="password123").actor.name == "John Carter"
    with unbound(opened.database).read() as session:
        from benchboard.identity import audit
        from benchboard.paging import Listing

        admin = authentication.operator_actor(session, client=Client.here())
        refused = audit.list_entries(session, admin, Listing(filters={"event": "session.refuse"})).rows
    assert [row.who for row in refused] == ["John Carter"]
    opened.close()


def test_open_url_of_a_newer_server_advises_to_install_the_newer_version(
    database: Database, engine_name: str, tmp_path: Path
) -> None:
    if engine_name != "postgresql":
        pytest.skip("a local file is made ready at its first use")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with pytest.raises(Unavailable) as refused:
        workspace.open_url(url, tmp_path / "home")
    assert refused.value.code == "storage.newer"
    assert "Install the newer version" in refused.value.do


def test_open_url_of_an_outdated_server_is_refused(empty_database: object, engine_name: str, tmp_path: Path) -> None:
    if engine_name != "postgresql":
        pytest.skip("a local file is made ready at its first use")
    url = empty_database.engine.url.render_as_string(hide_password=False)  # type: ignore[attr-defined]
    with pytest.raises(Unavailable) as refused:
        workspace.open_url(url.replace("+psycopg", ""), tmp_path / "home")
    assert refused.value.code == "workspace.outdated"
    server = empty_database.engine.url  # type: ignore[attr-defined]
    assert refused.value.what.startswith(f"The database {server.database} on {server.host}")
    assert refused.value.what.endswith("has no Benchboard tables yet.")
    assert str(refused.value).count("“benchboard db upgrade”") == 1
    assert "URL" not in refused.value.do
    assert upgrade.current(empty_database) is None  # type: ignore[arg-type]
