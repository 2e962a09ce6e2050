"""kill -9 at every SQL statement of a save, enumerated: the layout or dashboard is the old one or the new one."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import asdict

import pytest
from sqlalchemy import func, select, text

from benchboard.dashboards import home_layout, library
from benchboard.dashboards.document.document import write_document
from benchboard.dashboards.versions import version_store
from benchboard.identity.permissions import Actor
from benchboard.storage.engine import Database
from benchboard.storage.models.identity import AuditLog
from support import databases
from support.databases import unbound
from support.people import Town
from support.programs import Programs
from support.save_killed import NEW, NEW_DASHBOARD, OLD_DASHBOARD

Save = Callable[..., subprocess.CompletedProcess[str]]

OLD = [{"id": "old", "type": "kpi", "position": {"x": 3, "y": 0, "w": 3, "h": 2}, "theirs": "o" * 20_000}]


def _put_back(database: Database, actor: Actor) -> None:
    """The old layout, version 1, as if nothing had been saved since."""
    with unbound(database).change() as session:
        session.execute(text("DELETE FROM dashboard_layouts"))
        home_layout.save_home(session, actor, OLD, base_version=None)


@pytest.fixture
def save(town: Town, programs: Programs) -> Save:
    """A process that saves, and is killed at the statement of that number."""
    database, actor = town.database, town.actor
    url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    key = databases.KEY.hex() if database.dialect == "sqlite" else ""
    rights = {"roles": sorted(actor.roles), "permissions": sorted(actor.permissions)}
    given = json.dumps({name: value for name, value in asdict(actor).items() if name != "grants"} | rights)

    def saved(moment: str, statement: int, dashboard_id: str = "") -> subprocess.CompletedProcess[str]:
        told = (url, key, moment, str(statement), dashboard_id)
        return programs.run("support.save_killed", *told, environment=os.environ, typed=given)

    return saved


def _saves(database: Database, event: str = "dashboard_layout.save") -> int:
    with unbound(database).read() as session:
        query = select(func.count()).select_from(AuditLog).where(AuditLog.event_type == event)
        return session.scalar(query) or 0


def _assert_sound(database: Database) -> None:
    if database.dialect == "sqlite":
        with unbound(database).read() as session:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []


@pytest.mark.parametrize("moment", ["before", "after", "commit"])
def test_save_home_killed_at_any_statement_leaves_old_or_new(town: Town, save: Save, moment: str) -> None:
    database, actor = town.database, town.actor
    _put_back(database, actor)
    whole = save(moment, 0)
    assert whole.returncode == 0, whole.stderr
    statements = int(whole.stdout)
    assert statements >= (1 if moment == "commit" else 3)
    left = set()
    for statement in range(1, statements + 1):
        _put_back(database, actor)
        before = _saves(database)
        killed = save(moment, statement)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        database.dispose()
        _assert_sound(database)
        with unbound(database).read() as session:
            home = home_layout.home_layout(session, actor)
        saved = _saves(database) - before
        assert (home.document, home.version, saved) in ((OLD, 1, 0), (NEW, 2, 1))
        left.add(home.version)
        with unbound(database).change() as session:
            assert home_layout.save_home(session, actor, NEW, base_version=home.version).document == NEW
    # Killed before its COMMIT has been sent, a save has not happened.
    assert left == {1}


def _made(database: Database, actor: Actor) -> str:
    with unbound(database).change() as session:
        return library.create(session, actor, OLD_DASHBOARD).card.id


@pytest.mark.parametrize("moment", ["before", "after", "commit"])
def test_save_dashboard_killed_at_any_statement_leaves_old_or_new(town: Town, save: Save, moment: str) -> None:
    database, actor = town.database, town.actor
    whole = save(moment, 0, _made(database, actor))
    assert whole.returncode == 0, whole.stderr
    statements = int(whole.stdout)
    assert statements >= (1 if moment == "commit" else 8)
    made = _made(database, actor)
    for statement in range(1, statements + 1):
        before = _saves(database, "dashboard.save")
        killed = save(moment, statement, made)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        database.dispose()
        _assert_sound(database)
        with unbound(database).read() as session:
            opened = library.get_dashboard(session, actor, made)
            kept = version_store.list_versions(session, actor, made).rows
        # Killed before its COMMIT has been sent, a save has not happened: row, widgets, version and trail alike.
        assert write_document(opened.document) == write_document(OLD_DASHBOARD)
        assert (opened.card.version, [one.number for one in kept]) == (1, [1])
        assert _saves(database, "dashboard.save") == before
    with unbound(database).change() as session:
        saved = library.save(session, actor, made, NEW_DASHBOARD, base_version=1)
    assert (saved.number, write_document(saved.document)) == (2, write_document(NEW_DASHBOARD))
