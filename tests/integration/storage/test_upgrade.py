"""Migrations: up and down with rows in them, refused where they must be, applied whole or not at all."""

import errno
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from benchboard import package_data
from benchboard.errors import Invalid, Unavailable
from benchboard.storage import upgrade
from benchboard.storage.engine import Database
from support import databases, rows
from support.examples import every

ROOT = Path(__file__).parents[3]
HEAD = upgrade.head()
SQLITE_ATTACH = 24
NEXT = f"{int(HEAD) + 1:04d}"

# A migration that does what is dangerous on SQLite: it rebuilds tables that others point at and triggers watch.
REBUILD = '''
"""Rebuild tables with rows, children and triggers."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{next}", "{head}", None, None


def _how() -> str:
    return "always" if op.get_bind().dialect.name == "sqlite" else "never"


def upgrade() -> None:
    with op.batch_alter_table("users") as batch:
        batch.alter_column("department", new_column_name="unit")
    with op.batch_alter_table("dongle_group_members", recreate=_how()) as batch:
        batch.add_column(sa.Column("note", sa.Text()))
    with op.batch_alter_table("dongle_groups", recreate=_how()) as batch:
        batch.add_column(sa.Column("note", sa.Text()))
    with op.batch_alter_table("audit_logs") as batch:
        batch.alter_column("action", existing_type=sa.String(100), type_=sa.String(200))


def downgrade() -> None:
    with op.batch_alter_table("audit_logs") as batch:
        batch.alter_column("action", existing_type=sa.String(200), type_=sa.String(100))
    with op.batch_alter_table("dongle_groups") as batch:
        batch.drop_column("note")
    with op.batch_alter_table("dongle_group_members") as batch:
        batch.drop_column("note")
    with op.batch_alter_table("users") as batch:
        batch.alter_column("unit", new_column_name="department")
'''


def _with_migration(folder: Path, source: str) -> Path:
    """A copy of the migrations with one more, which says `{next}` and `{head}` for its number and the one before."""
    shutil.copytree(ROOT / "migrations", folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    written = source.replace("{next}", NEXT).replace("{head}", HEAD)
    (folder / "migrations" / "versions" / f"{NEXT}_test.py").write_text(written)
    return folder / "migrations"


@pytest.fixture
def rebuilding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that knows one migration more: REBUILD."""
    migrations = _with_migration(tmp_path, REBUILD)
    monkeypatch.setattr(package_data, "migrations_folder", lambda: migrations)
    return migrations


@pytest.fixture
def filled(database: Database) -> Database:
    """A database at revision 0001 with a row in every table."""
    upgrade.downgrade(database, "0001")
    with database.engine.begin() as connection:
        rows.fill(connection)
    return database


def _shape(database: Database) -> rows.Shape:
    with database.engine.connect() as connection:
        return rows.shape(connection)


def _everything(database: Database, of: rows.Shape | None = None) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        everything = rows.everything(connection, of)
    return {table: [tuple(map(_meaning, row)) for row in held] for table, held in everything.items()}


def _meaning(value: object) -> object:
    """A value, but of JSON in text what it says: a migration wrote the audit log's in another form."""
    return json.dumps(json.loads(value)) if isinstance(value, str) and value[:1] == "{" else value


def _traces(database: Database) -> object:
    """What can be told apart after an attempt that must leave nothing: on SQLite the folder's files, byte by byte."""
    if database.dialect == "postgresql":
        return upgrade.current(database), _everything(database)
    database.dispose()
    folder = Path(str(database.engine.url.database)).parent
    files = [file for file in folder.rglob("*") if file.is_file() and "backups" not in file.parts]
    return {file: (file.stat().st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files}


def _execute(database: Database, *statements: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    database.dispose()


# ---- there and back


def test_upgrade_of_an_empty_database_makes_the_models_schema(empty_database: Database) -> None:
    steps: list[tuple[int, int]] = []
    assert upgrade.current(empty_database) is None
    moved = upgrade.upgrade(empty_database, progress=lambda done, total: steps.append((done, total)))
    assert (moved.before, moved.after, moved.backup) == (None, upgrade.head(), None)
    assert steps == [(number, len(upgrade.revisions())) for number in range(1, len(upgrade.revisions()) + 1)]
    assert upgrade.check(empty_database) == ()
    again = upgrade.upgrade(empty_database)
    assert (again.before, again.after, again.backup) == (upgrade.head(), upgrade.head(), None)


def test_current_without_a_file_makes_none(tmp_path: Path) -> None:
    database = Database.open(databases.file_url(tmp_path / "none.db"), key=databases.KEY)
    assert upgrade.current(database) is None
    assert list(tmp_path.iterdir()) == []


def test_upgrade_and_downgrade_of_every_revision_keep_the_rows(filled: Database) -> None:
    before, shape = _everything(filled), _shape(filled)
    assert all(before.values()), "a table without a row proves nothing"
    for revision in upgrade.revisions()[:-1]:
        upgrade.upgrade(filled)
        assert _everything(filled, shape) == before
        assert upgrade.check(filled) == ()
        upgrade.downgrade(filled, revision)
        assert _everything(filled, shape) == before


def test_downgrade_removes_only_what_the_revision_added(database: Database) -> None:
    with database.engine.begin() as connection:
        rows.fill(connection)
    assert all(_everything(database).values()), "a table without a row proves nothing"
    for revision in reversed(upgrade.revisions()[:-1]):
        held, shape = _everything(database), _shape(database)
        upgrade.downgrade(database, revision)
        left = _shape(database)
        assert _everything(database) == _narrowed(held, shape, left)
        assert all(_everything(database).values())


def test_downgrade_to_base_and_upgrade_again_work(filled: Database) -> None:
    moved = upgrade.downgrade(filled, "base")
    assert (moved.before, moved.after) == ("0001", None)
    upgrade.upgrade(filled)
    assert upgrade.check(filled) == ()
    assert not any(_everything(filled).values())


def test_upgrade_that_rebuilds_tables_keeps_children_and_triggers(filled: Database, rebuilding: Path) -> None:
    before, shape = _everything(filled), _shape(filled)
    upgrade.upgrade(filled)
    assert upgrade.current(filled) == NEXT
    for statement in ("UPDATE audit_logs SET action = 'x'", "DELETE FROM audit_logs"):
        with pytest.raises(IntegrityError, match="append-only"):
            _execute(filled, statement)
    with filled.engine.begin() as connection:
        first, second = connection.execute(text("SELECT dongle_a_id, dongle_b_id FROM dongle_groups")).one()
        connection.execute(
            text("UPDATE dongle_groups SET dongle_a_id = :b, dongle_b_id = :a"), {"a": first, "b": second}
        )
        assert len(connection.execute(text("SELECT * FROM dongle_group_members")).all()) == 2
        connection.rollback()
    upgrade.downgrade(filled, HEAD)
    assert _everything(filled, shape) == before


def test_upgrade_to_0004_fills_empty_columns_and_names_targets(database: Database) -> None:
    upgrade.downgrade(database, "0003")
    with database.engine.begin() as connection:
        made = rows.fill(connection)
        person, session = made["users"]["id"], made["sessions"]
        connection.execute(text("UPDATE sessions SET last_used_at = NULL, host_name = NULL"))
        organisation = made["users"]["organisation_id"]
        for action, resource_type, resource_id, details in (
            ("revoke", "session", session["id"], f'{{"user_id": "{person}"}}'),
            ("disable", "user", person, "{}"),
            ("rename", "user", "somebody", '{"user_id": 5}'),
            ("tell", "session", None, '{"user_id": "nobody"}'),
        ):
            connection.execute(
                text(
                    "INSERT INTO audit_logs (organisation_id, action, resource_type, resource_id, details)"
                    " VALUES (:organisation, :action, :resource_type, :resource_id, :details)"
                ),
                {
                    "organisation": organisation,
                    "action": action,
                    "resource_type": resource_type,
                    "resource_id": resource_id,
                    "details": details,
                },
            )
    held, shape = _everything(database), _shape(database)
    upgrade.upgrade(database)
    with database.engine.connect() as connection:
        told = connection.execute(text("SELECT action, event_type, CAST(target_user_id AS text) FROM audit_logs"))
        targets = {action: (event, target) for action, event, target in told}
        filled = connection.execute(text("SELECT host_name, last_used_at = created_at FROM sessions")).one()
    assert targets["revoke"] == ("revoke", person)
    assert targets["disable"] == ("disable", person)
    assert targets["rename"] == ("rename", None)
    assert targets["tell"] == ("tell", None)
    assert tuple(filled) == ("", True)
    with pytest.raises(IntegrityError, match="append-only"):
        _execute(database, "UPDATE audit_logs SET action = 'x'")
    upgrade.downgrade(database, "0003")
    after = _everything(database, shape)
    assert {name: after[name] for name in held if name not in ("sessions", "audit_logs")} == {
        name: held[name] for name in held if name not in ("sessions", "audit_logs")
    }
    assert len(after["audit_logs"]) == len(held["audit_logs"])


def test_upgrade_to_0005_keeps_dashboards_and_puts_them_in_no_folder(database: Database) -> None:
    upgrade.downgrade(database, "0004")
    with database.engine.begin() as connection:
        rows.fill(connection)
    held, shape = _everything(database), _shape(database)
    assert "dashboard_folders" not in shape
    upgrade.upgrade(database)
    after = _everything(database)
    for table in ("dashboard_folders", "dashboard_folder_entries", "dashboard_favourites", "dashboard_openings"):
        assert after[table] == []
    assert _everything(database, shape) == held
    assert upgrade.check(database) == ()
    upgrade.downgrade(database, "0004")
    assert _everything(database) == held


def test_upgrade_to_0006_keeps_all_and_nobody_is_on_a_dashboard(database: Database) -> None:
    upgrade.downgrade(database, "0005")
    with database.engine.begin() as connection:
        rows.fill(connection)
    held, shape = _everything(database), _shape(database)
    assert not {"dashboard_presence", "commit_count"} & shape.keys()
    upgrade.upgrade(database)
    after = _everything(database)
    assert after["dashboard_presence"] == after["commit_count"] == []
    assert _everything(database, shape) == held
    assert upgrade.check(database) == ()
    upgrade.downgrade(database, "0005")
    assert _everything(database) == held


def test_upgrade_to_0007_keeps_all_and_restricts_no_data_source(database: Database) -> None:
    upgrade.downgrade(database, "0006")
    with database.engine.begin() as connection:
        rows.fill(connection)
    held, shape = _everything(database), _shape(database)
    assert "data_source_grants" not in shape
    upgrade.upgrade(database)
    assert _everything(database)["data_source_grants"] == []
    assert _everything(database, shape) == held
    assert upgrade.check(database) == ()
    upgrade.downgrade(database, "0006")
    assert _everything(database) == held


def test_revisions_are_those_of_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", str(package_data.migrations_folder()))
    script = ScriptDirectory.from_config(config)
    assert tuple(one.revision for one in reversed(list(script.walk_revisions()))) == upgrade.revisions()
    assert script.get_current_head() == upgrade.head()


def _narrowed(
    held: dict[str, list[tuple[object, ...]]], shape: rows.Shape, left: rows.Shape
) -> dict[str, list[tuple[object, ...]]]:
    """What was `held` in the tables and columns that are left."""
    places = {table: [shape[table].index(column) for column in columns] for table, columns in left.items()}
    return {
        table: sorted((tuple(row[place] for place in places[table]) for row in held[table]), key=repr) for table in left
    }


# ---- what is refused


@pytest.mark.parametrize("act", [upgrade.upgrade, upgrade.check, lambda database: upgrade.downgrade(database, "0001")])
def test_upgrade_of_a_newer_database_is_refused_and_changes_nothing(
    database: Database, act: Callable[[Database], object]
) -> None:
    _execute(database, "UPDATE alembic_version SET version_num = '9999'")
    before = _traces(database)
    with pytest.raises(Unavailable) as caught:
        act(database)
    assert caught.value.code == "storage.newer"
    assert "9999" in str(caught.value)
    assert upgrade.head() in str(caught.value)
    assert _traces(database) == before


@pytest.mark.parametrize("what", ["file", "folder"])
def test_upgrade_of_a_read_only_file_is_refused_and_changes_nothing(sqlite_database: Database, what: str) -> None:
    upgrade.downgrade(sqlite_database, "0001")
    file = Path(str(sqlite_database.engine.url.database))
    sqlite_database.dispose()
    place = file if what == "file" else file.parent
    place.chmod(place.stat().st_mode & ~0o222)
    before = _traces(sqlite_database)
    with pytest.raises(Unavailable) as caught:
        upgrade.upgrade(sqlite_database)
    assert caught.value.code == "storage.read-only"
    assert "file and folder" in caught.value.do
    assert _traces(sqlite_database) == before
    place.chmod(place.stat().st_mode | 0o200)


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_upgrade_of_a_read_only_server_is_refused(filled: Database) -> None:
    with filled.engine.connect() as connection:
        name = connection.scalar(text("SELECT current_database()"))
    _execute(filled, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(Unavailable) as caught:
        upgrade.upgrade(filled)
    assert caught.value.code == "storage.read-only"
    assert "primary server" in caught.value.do
    assert upgrade.current(filled) == "0001"


def test_upgrade_of_another_programs_database_is_refused(empty_database: Database) -> None:
    _execute(empty_database, "CREATE TABLE users (name TEXT)", "INSERT INTO users VALUES ('theirs')")
    with pytest.raises(Unavailable) as caught:
        upgrade.upgrade(empty_database)
    assert caught.value.code == "storage.foreign"
    with empty_database.engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM users")) == "theirs"
    assert upgrade.current(empty_database) is None


@pytest.mark.parametrize("key", [None, bytes(32)])
def test_upgrade_with_another_key_is_refused_and_changes_nothing(sqlite_database: Database, key: bytes | None) -> None:
    before = _traces(sqlite_database)
    other = Database.open(f"sqlite:///{sqlite_database.engine.url.database}", key=key)
    for act in (upgrade.current, upgrade.upgrade, upgrade.check):
        with pytest.raises(Unavailable) as caught:
            act(other)
        assert caught.value.code == "storage.key"
    other.dispose()
    assert _traces(sqlite_database) == before


def test_upgrade_of_an_impossible_path_raises_missing(tmp_path: Path) -> None:
    database = Database.open(databases.file_url(tmp_path / ("n" * 300)), key=databases.KEY)
    for act in (upgrade.current, upgrade.upgrade):
        with pytest.raises(Unavailable) as caught:
            act(database)
        assert (caught.value.code, caught.value.why) == ("storage.missing", f"{os.strerror(errno.ENAMETOOLONG)}.")


@pytest.mark.parametrize("revision", ["0003", "9999", "", "head", "0001'; --", "0002"])
def test_downgrade_to_a_revision_not_before_raises_invalid(filled: Database, revision: str) -> None:
    with pytest.raises(Invalid) as caught:
        upgrade.downgrade(filled, revision)
    assert caught.value.code == "storage.revision"
    assert upgrade.current(filled) == "0001"


# ---- whole or not at all

FAILING = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "{next}", "{head}", None, None
def upgrade():
    op.add_column("teams", sa.Column("note", sa.Text()))
    op.execute("DELETE FROM scopes")
    {last}
def downgrade():
    pass
"""
# Refused by both engines; and, on SQLite, where nothing checks it before the commit: rows that point at nothing.
BROKEN = 'op.execute("INSERT INTO nowhere VALUES (1)")'
ORPHANS = 'op.execute("DELETE FROM roles")'


@pytest.mark.parametrize(
    ("engine_name", "last"), [("sqlite", BROKEN), ("postgresql", BROKEN), ("sqlite", ORPHANS)], indirect=["engine_name"]
)
def test_upgrade_that_fails_leaves_the_database_unchanged(
    filled: Database, last: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _everything(filled)
    migrations = _with_migration(tmp_path, FAILING.replace("{last}", last))
    monkeypatch.setattr(package_data, "migrations_folder", lambda: migrations)
    with pytest.raises(Unavailable) as caught:
        upgrade.upgrade(filled)
    assert caught.value.code == "storage.migration"
    assert "nowhere" not in str(caught.value)
    assert upgrade.current(filled) == "0001"
    assert _everything(filled) == before
    monkeypatch.undo()
    upgrade.upgrade(filled)
    assert upgrade.check(filled) == ()


DROPPING = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "{next}", "{head}", None, None
def upgrade():
    op.execute("DROP TRIGGER audit_logs_no_replace")
    op.execute("DROP TRIGGER IF EXISTS dongle_groups_members_update")
def downgrade():
    pass
"""


def test_upgrade_that_drops_triggers_by_name_leaves_them_dropped(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = _with_migration(tmp_path, DROPPING)
    monkeypatch.setattr(package_data, "migrations_folder", lambda: migrations)
    upgrade.upgrade(sqlite_database)
    with sqlite_database.engine.connect() as connection:
        left = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    assert {name for name in left if not name.startswith("audit_seals")} == {
        "audit_logs_no_update",
        "audit_logs_no_delete",
        "dongle_groups_members_insert",
    }


def test_upgrade_makes_a_backup_and_keeps_three(sqlite_database: Database) -> None:
    with sqlite_database.engine.begin() as connection:
        rows.fill(connection)
    made = [upgrade.downgrade(sqlite_database, "0001").backup, upgrade.upgrade(sqlite_database).backup]
    shape = {"users": ("id", "email"), "widgets": ("id", "position")}
    before = _everything(sqlite_database, shape)
    assert all(before.values())
    for _round in range(3):
        made += [upgrade.downgrade(sqlite_database, "0001").backup, upgrade.upgrade(sqlite_database).backup]
    kept = sorted(Path(str(sqlite_database.engine.url.database)).parent.joinpath("backups").iterdir())
    assert sorted(kept) == sorted(copy for copy in made[-3:] if copy is not None)
    for copy, revision in zip(made[-3:], ("0001", HEAD, "0001"), strict=True):
        assert copy is not None
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        assert not copy.read_bytes().startswith(b"SQLite format 3")
        database = Database.open(databases.file_url(copy), key=databases.KEY)
        assert upgrade.current(database) == revision
        assert _everything(database, shape) == before
        database.dispose()


def test_upgrade_backup_holds_what_was_written_before_the_lock(sqlite_database: Database) -> None:
    upgrade.downgrade(sqlite_database, "0001")
    sqlite_database.dispose()
    other = Database.open(f"sqlite:///{sqlite_database.engine.url.database}", key=databases.KEY)
    copied = []

    def traced(statement: str) -> None:
        copied.extend(["copied"] if statement.startswith("VACUUM INTO") else [])
        if statement == "BEGIN IMMEDIATE" and len(copied) == 1:
            copied.append("written")
            with other.engine.begin() as connection:
                connection.execute(text("INSERT INTO scopes (name) VALUES ('late')"))

    event.listen(sqlite_database.engine, "connect", lambda driver, _record: driver.set_trace_callback(traced))
    backup = upgrade.upgrade(sqlite_database).backup
    assert copied == ["copied", "written", "copied"]
    assert backup is not None
    assert len(list(backup.parent.glob("*.db"))) == 2  # with the one before the downgrade; the outdated one is gone
    copy = Database.open(databases.file_url(backup), key=databases.KEY)
    with copy.engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM scopes")) == "late"
    copy.dispose()
    other.dispose()


def test_upgrade_without_a_backup_folder_is_refused(sqlite_database: Database) -> None:
    upgrade.downgrade(sqlite_database, "0001")
    folder = Path(str(sqlite_database.engine.url.database)).parent / "backups"
    shutil.rmtree(folder)
    folder.write_text("in the way")
    with pytest.raises(Unavailable) as caught:
        upgrade.upgrade(sqlite_database)
    assert caught.value.code == "storage.backup"
    assert upgrade.current(sqlite_database) == "0001"
    assert folder.read_text() == "in the way"


def test_upgrade_whose_backup_fails_leaves_no_partial_one(sqlite_database: Database) -> None:
    upgrade.downgrade(sqlite_database, "0001")
    folder = Path(str(sqlite_database.engine.url.database)).parent / "backups"
    before = set(folder.iterdir())

    def refuse(driver: Any, _record: object) -> None:
        driver.set_authorizer(lambda act, *_rest: 1 if act == SQLITE_ATTACH else 0)

    event.listen(sqlite_database.engine, "connect", refuse)  # VACUUM INTO attaches the file it writes
    sqlite_database.dispose()
    with pytest.raises(Unavailable) as caught:
        upgrade.upgrade(sqlite_database)
    assert caught.value.code == "storage.backup"
    assert set(folder.iterdir()) == before


def test_upgrade_deletes_partial_backups_older_than_a_day(sqlite_database: Database) -> None:
    """A younger one may be another program's, which is making it now."""
    upgrade.downgrade(sqlite_database, "0001")
    file = Path(str(sqlite_database.engine.url.database))
    drafts = {hours: file.parent / "backups" / f"{file.stem}-0001-{hours}.1.partial" for hours in (0, 23, 25)}
    others = file.parent / "backups" / "other-0001-25.1.partial"
    for hours, draft in {**drafts, 48: others}.items():
        draft.write_bytes(b"half")
        written = time.time() - hours * 3600
        os.utime(draft, (written, written))
    assert upgrade.upgrade(sqlite_database).backup is not None
    assert {hours: draft.exists() for hours, draft in drafts.items()} == {0: True, 23: True, 25: False}
    assert others.exists()


def test_check_of_a_damaged_file_reports_damage(sqlite_database: Database) -> None:
    assert upgrade.check(sqlite_database) == ()
    file = Path(str(sqlite_database.engine.url.database))
    with sqlite_database.engine.connect() as connection:
        page = connection.execute(text("SELECT rootpage FROM sqlite_master WHERE name = 'orders'")).scalar_one()
        size = int(connection.execute(text("PRAGMA page_size")).scalar_one())
    sqlite_database.dispose()
    with file.open("r+b") as damaged:
        damaged.seek(page * size - 2000)
        damaged.write(b"\x00" * 100)
    (finding,) = upgrade.check(sqlite_database)
    assert finding.kind == "damage"
    assert finding.what.startswith(f"The database file {file} is damaged.")
    assert finding.details


def test_check_of_an_altered_schema_reports_the_differences(database: Database) -> None:
    _execute(database, "DROP INDEX users_listing_idx", "ALTER TABLE teams ADD COLUMN note TEXT")
    told = [finding.what for finding in upgrade.check(database) if finding.kind == "schema"]
    assert len(told) == 2
    assert any("users_listing_idx" in one for one in told)
    assert any("note" in one for one in told)


# ---- other processes

UPGRADER = """
import sys
import alembic.command, benchboard.storage.models
from benchboard.storage import upgrade
from benchboard.storage.engine import Database
database = Database.open(sys.argv[1], key=bytes.fromhex(sys.argv[2]) or None)
print("ready", flush=True)
sys.stdin.readline()
print(upgrade.upgrade(database).before)
"""


def _started(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": f"{ROOT / 'desktop'}:{ROOT / 'tests'}", "PATH": ""},
    )


def _address(database: Database) -> tuple[str, str]:
    """URL and key, in hex, of a database for another process."""
    key = databases.KEY.hex() if database.dialect == "sqlite" else ""
    return database.engine.url.set(drivername=database.dialect).render_as_string(hide_password=False), key


@pytest.mark.parametrize("first", [None, "0001"])
def test_upgrade_by_two_programs_at_once_takes_turns(empty_database: Database, first: str | None) -> None:
    if first is not None:
        upgrade.upgrade(empty_database)
        upgrade.downgrade(empty_database, first)
    both = [_started("-c", UPGRADER, *_address(empty_database)) for _number in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = []
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        told.append(process.communicate()[0].strip())
        assert process.returncode == 0
    assert sorted(told) == sorted([str(first), upgrade.head()])
    assert upgrade.check(empty_database) == ()


def _kill_at_statements(
    database: Database, copied: Database, migrations: Path, look: Callable[[], None]
) -> tuple[int, int]:
    """Let children start the upgrade and die at one of its statements each, and `look` after each; the last lives.

    Answers how many there were and how many statements there are, which is counted on a copy first. Killed is at the
    first and last ones, where transactions begin and end, and at some between; at all with `make fuzz`.
    """
    total = _answers(copied, migrations, [sys.maxsize], copied.dispose)[0]
    fatal = sorted({*range(1, total + 1, every(29)), *range(1, 6), *range(max(1, total - 8), total + 1)})
    answers = _answers(database, migrations, [*fatal, sys.maxsize], look)
    assert not any(answers[:-1])
    assert answers[-1]
    return len(fatal), total


def _answers(database: Database, migrations: Path, fatal: list[int], look: Callable[[], None]) -> list[int]:
    """The number of statements of each child, 0 for one that was killed."""
    database.dispose()
    harness = _started("-m", "support.killed", *_address(database), str(migrations))
    assert harness.stdin is not None
    assert harness.stdout is not None
    answers = []
    with harness:
        for number in fatal:
            harness.stdin.write(f"{number}\n")
            harness.stdin.flush()
            words = harness.stdout.readline().split()
            assert words, "the harness failed"
            answers.append(int(words[1]) if words[0] == "done" else 0)
            look()
            database.dispose()
        harness.stdin.close()
    return answers


@pytest.fixture
def copied(filled: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A copy of `filled`."""
    filled.dispose()
    if filled.dialect == "sqlite":
        file = shutil.copyfile(filled.label, tmp_path / "copy.db")
        yield Database.open(databases.file_url(file), key=databases.KEY)
        return
    with databases.on_postgres(request.getfixturevalue("pg_server"), template=filled.engine.url.database) as database:
        yield database


@pytest.mark.slow
def test_upgrade_killed_at_any_statement_keeps_the_rows(filled: Database, copied: Database, rebuilding: Path) -> None:
    before, shape = _everything(filled), _shape(filled)
    seen = []

    def look() -> None:
        seen.append(upgrade.current(filled))
        if seen[-1] == "0001":
            assert _everything(filled, shape) == before
        if filled.dialect == "sqlite":
            with filled.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"

    killed, total = _kill_at_statements(filled, copied, rebuilding, look)
    assert killed >= 15
    assert total > 40
    assert set(seen) == {"0001", NEXT}
    assert seen == sorted(seen)
    upgrade.downgrade(filled, HEAD)
    assert _everything(filled, shape) == before


@pytest.mark.slow
def test_first_upgrade_killed_at_any_statement_is_whole_or_absent(tmp_path: Path) -> None:
    database, copied = (
        Database.open(databases.file_url(tmp_path / name), key=databases.KEY) for name in ("bench.db", "copy.db")
    )
    seen = []

    def look() -> None:
        seen.append(upgrade.current(database))
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"

    killed, total = _kill_at_statements(database, copied, package_data.migrations_folder(), look)
    assert killed >= 20
    assert total > 120
    assert set(seen) == {None, upgrade.head()}
    assert upgrade.check(database) == ()
    database.dispose()
