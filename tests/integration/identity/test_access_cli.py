"""`benchboard access as-of`: who could do what on a day in the past."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from benchboard import workspace
from benchboard.dashboards import library
from benchboard.dashboards.access import sharing
from benchboard.identity import authentication, person_changes, users
from benchboard.identity.permissions import Client
from benchboard.identity.person_changes import PersonFields
from benchboard.storage.engine import Database
from support.databases import unbound
from support.papers import document
from support.programs import Programs
from support.tampered_log import without_triggers


class History:
    """A local database in which Ada was an admin until today; everything else happened long before."""

    def __init__(self, programs: Programs, home: Path) -> None:
        self._programs, self._home = programs, home
        opened = workspace.open_local(home)
        database = opened.database
        with unbound(database).change() as session:
            operator = authentication.operator_actor(session, client=Client("rig", "test"))
            ada = users.add_person(session, operator, email="ada@example.com", name="Ada", role="admin", password=None)
            bo = users.add_person(session, operator, email="bo@example.com", name="Bo", role="analyst", password=None)
            line = library.create(session, operator, document("Line 2")).card.id
            sharing.share(session, operator, line, "person", bo.id, "edit")
        self._age(database)
        with unbound(database).change() as session:
            fields = PersonFields(email="ada.l@example.com", role="technician")
            person_changes.change_person(session, operator, ada.id, fields)
            sharing.unshare(session, operator, line, "person", bo.id)
            users.set_state(session, operator, [bo.id], "inactive")
        opened.close()

    def _age(self, database: Database) -> None:
        """Let what happened have happened a month ago: the log's own times are what is asked about."""
        with without_triggers(database) as connection:
            for table in ("audit_logs", "role_permissions", "dashboards"):
                connection.execute(
                    text(f"UPDATE {table} SET created_at = :at"), {"at": f"{self.began}T10:00:00.000000Z"}
                )

    @property
    def began(self) -> str:
        return str((datetime.now(UTC) - timedelta(days=30)).date())

    def day(self, ago: int) -> str:
        return str((datetime.now().astimezone() - timedelta(days=ago)).date())

    def run(self, *arguments: str) -> tuple[int, str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BENCHBOARD_", "PG"))}
        own = {"BENCHBOARD_HOME": str(self._home), "BENCHBOARD_KEYRING": "off"}
        ended = self._programs.run("benchboard", "access", "as-of", *arguments, environment=inherited | own)
        assert "Traceback" not in ended.stderr
        return ended.returncode, ended.stdout, ended.stderr

    def told(self, *arguments: str) -> Any:
        status, out, error = self.run(*arguments, "--json")
        assert status == 0, error
        return json.loads(out)


@pytest.fixture
def history(programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    return History(programs, tmp_path / "home")


def test_past_day_tells_who_could_do_what_and_since_when_that_is_known(history: History) -> None:
    then = {one["email"]: one for one in history.told(history.day(5))["items"]}
    now = {one["email"]: one for one in history.told(history.day(0))["items"]}
    assert "users:write" in then["ada@example.com"]["permissions"]
    assert then["bo@example.com"]["state"] == "active"
    assert "ada@example.com" not in now
    assert "users:write" not in now["ada.l@example.com"]["permissions"]
    assert (now["bo@example.com"]["state"], now["bo@example.com"]["permissions"]) == ("inactive", [])
    assert history.told(history.day(5))["known_from"].startswith(history.began)
    status, out, told = history.run(history.day(5), "--permission", "users:write", "--person", "ada@example.com")
    assert status == 0
    assert "Ada" in out
    assert f"Known since {history.began} " in told
    assert "when the audit log begins" in told
    assert history.told(history.day(0), "--permission", "users:write", "--person", "ada.l@example.com")["items"] == []


def test_past_day_tells_who_could_open_a_dashboard_and_why(history: History) -> None:
    found = history.told(history.day(5), "--dashboard", "Line 2")
    (bo,) = [one for one in found["items"] if one["email"] == "bo@example.com"]
    assert bo["access"] == "edit"
    assert bo["paths"] == [{"kind": "direct", "name": "", "access": "edit"}]
    assert "bo@example.com" not in str(history.told(history.day(0), "--dashboard", "Line 2")["items"])
    _status, out, _told = history.run(history.day(5), "--dashboard", "Line 2", "--person", "bo@example.com")
    assert "Shared directly" in out
    assert "Ada" not in out


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("2020-01-01",), 1, "It isn't known who could do what then. The audit log begins later. Choose "),
        (("2999-01-01",), 2, "That time hasn't come yet."),
        (("march",), 2, "“march” isn't a date or time. Write it like 2026-03-01"),
    ],
)
def test_day_that_cannot_be_told_says_why(history: History, arguments: tuple[str, ...], status: int, told: str) -> None:
    ended, out, error = history.run(*arguments)
    assert (ended, out) == (status, "")
    assert told in error
    assert history.run(history.day(1), "--dashboard", "No such")[0] == 1
    assert "Nobody with" in history.run(history.day(1), "--person", "no.such@example.com")[2]
