"""The window with the admin room, on a copy of the demo."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from benchboard import workspace
from benchboard.identity import audit, authentication, organisations
from benchboard.identity.permissions import Client
from benchboard.ui.app import Application
from support.admin import Admin
from support.databases import unbound
from support.window import Clicker

PEOPLE = (
    ("ada@example.com", "Ada Lovelace", "technician"),
    ("oz@example.com", "Öz Işık", "analyst"),
    ("ines@example.com", "İnes Çağrı", "analyst"),
    ("zoe@example.com", "Zoë 100%", "ops_manager"),
)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo with some more people, two of them signed in elsewhere; to copy."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHBOARD_KEYRING", "off")
        opened = workspace.open_demo(home)
        ids = []
        with unbound(opened.database).change() as session:
            admin = authentication.operator_actor(session, client=Client.here())
            for email, name, role in PEOPLE:
                user_id = organisations.create_account(
                    session, admin.organisation_id, email=email, name=name, role=role, account_type="DEMO"
                )
                audit.record(session, admin, "user.create", user_id, role=role)
                ids.append(user_id)
        for user_id, host in ((ids[0], "bench-12"), (ids[0], "ada-laptop"), (ids[1], "cell-lab-3")):
            with unbound(opened.database).change() as session:
                client = Client(host, "Benchboard/0.1.0 (Debian 12)", "10.20.7.112")
                authentication.sign_in_demo(session, user_id=user_id, client=client)
        opened.close()
    return home


@pytest.fixture
def admin(
    qtbot: QtBot, click: Clicker, demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Admin]:
    """The window with the demo's admin signed in, at the list of people."""
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    application = Application(home)
    application.window.setMinimumSize(800, 560)
    application.window.resize(1440, 900)
    application.start()
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow)
    click(application.window, "open_demo")
    click(application.window, "demo_admin")
    qtbot.waitUntil(lambda: application.shell is not None)
    assert application.shell is not None
    application.shell.go("admin/people")
    yield Admin(qtbot, click, application)
    application.close()
    application.window.close()
    application.window.deleteLater()
    application.deleteLater()
