"""An open window follows what its user may do, when another program changes that, on both engines."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from benchboard.identity import keys, role_changes, users
from benchboard.identity.permissions import has_permission
from benchboard.ui.app import Application
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.sections import Room
from benchboard.ui.session_watch import SessionWatch
from benchboard.ui.shell.rail import RailButton
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.dialog import Dialog
from benchboard.workspace import Location, Workspace
from support import demo
from support.people import Town
from support.window import FakeSection, rooms

EMAIL = "nora@north.example"
Open = Callable[..., "Colleague"]


class Colleague:
    """A window with Nora signed in, and the other programs that change what she may do."""

    def __init__(self, qtbot: QtBot, application: Application, town: Town) -> None:
        self.qtbot, self.application, self._town = qtbot, application, town

    @property
    def shell(self) -> Shell:
        assert self.application.shell is not None
        return self.application.shell

    def change(self, what: str, *names: str) -> None:
        """Have another program change it, while this window goes on."""
        url = self._town.database.engine.url
        text = (
            f"sqlite:///{url.database}"
            if self._town.database.dialect == "sqlite"
            else url.set(drivername="postgresql").render_as_string(hide_password=False)
        )
        command = [sys.executable, "-m", "support.roles_changed", text, what, EMAIL, *names]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        with subprocess.Popen(command, env=environment) as program:
            self.qtbot.waitUntil(lambda: program.poll() is not None)
        assert program.returncode == 0

    def rail(self) -> list[str]:
        return [button.text() for button in self.shell.findChildren(RailButton)]

    def palette(self) -> set[str]:
        return {entry.title for entry in self.shell.palette_entries()}

    def banner(self) -> str:
        banners = self.application.window.findChildren(Banner)
        return " ".join(one.accessibleName() for one in banners if one.isVisible())

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()))


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Both engines: how a window learns of others' commits differs."""
    return str(request.param)


@pytest.fixture
def nora(qtbot: QtBot, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the window of Nora, with a role, at an address."""
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    opened: list[Application] = []

    def open_at(role: str, address: str, found: Callable[[], tuple[Room, ...]] | None = None) -> Colleague:
        if role:
            town.add(EMAIL, "Nora Berg", role=role)
        home = tmp_path / "home"
        home.mkdir(mode=0o700)
        application = Application(home, found)
        opened.append(application)
        location = Location("server", "localhost") if town.database.dialect == "postgresql" else Location("file", "x")
        work = Workspace(town.database, location, home, keys.FileDataKeys(tmp_path / "test.datakeys"))
        demo.enter(application, work, town.sign_in(EMAIL), address, location=location.kind)
        application.window.activateWindow()
        qtbot.waitUntil(application.window.isActiveWindow)
        return Colleague(qtbot, application, town)

    yield open_at
    with demo.left_signed_in():
        for application in opened:
            demo.close(application)


def test_another_role_given_by_another_program_reaches_rail_palette_and_page(nora: Open) -> None:
    window = nora("technician", "bench/dongles")
    assert window.rail() == ["Bench", "Studio", "Settings"]
    window.change("role", "analyst")
    window.wait(lambda: window.rail() == ["Studio", "Settings"])
    assert window.shell.address == "studio/home"
    assert not any(title.startswith("Bench:") for title in window.palette())
    assert "Your role is now Analyst." in window.banner()
    assert "You can no longer open Bench" in window.banner()
    assert "Bench is closed." in window.banner()
    window.wait(lambda: window.application.findChild(DeviceManager) is None)
    window.change("role", "technician")
    window.wait(lambda: window.rail() == ["Bench", "Studio", "Settings"])
    assert "You can now open Bench" in window.banner()
    assert any(title.startswith("Bench:") for title in window.palette())
    window.shell.go("bench/dongles")
    assert window.shell.address == "bench/dongles"


def test_own_role_and_its_permissions_reach_an_open_window(nora: Open) -> None:
    window = nora("analyst", "studio/home", lambda: rooms([]))
    assert window.rail() == ["Studio", "Settings"]
    window.change("abilities", "bench:enter")
    window.wait(lambda: window.rail() == ["Bench", "Studio", "Settings"])
    assert "Your roles are now Analyst and Line lead." in window.banner()
    window.change("permits", "admin:enter")
    window.wait(lambda: window.rail() == ["Studio", "Admin", "Settings"])
    assert "What your roles permit has changed." in window.banner()
    assert has_permission(window.shell.context.actor, "users:read")


def test_a_permission_without_a_room_of_its_own_rebuilds_the_page_that_is_shown(nora: Open) -> None:
    window = nora("ops_manager", "bench/dongles", lambda: rooms([]))
    before = window.shell.findChild(FakeSection)
    window.change("abilities", "bench:enter", "dongles:pair")
    window.wait(lambda: "You can now pair and configure dongles." in window.banner())
    assert window.shell.address == "bench/dongles"
    assert window.shell.findChild(FakeSection) is not before
    assert "closed" not in window.banner()


def test_what_is_typed_stays_and_what_was_unsaved_where_access_ended_comes_back(nora: Open) -> None:
    window = nora("technician", "bench/timing", lambda: rooms([]))
    section = window.shell.findChild(FakeSection)
    assert section is not None
    section.draft = "Timing of Conveyor A"
    section.leaves = False
    section.field.setText("500 kbit/s")
    section.field.setModified(True)
    window.change("role", "analyst")
    window.wait(lambda: window.rail() == ["Studio", "Settings"])
    assert "“Timing of Conveyor A” isn't saved." in window.banner()
    window.change("role", "technician")
    window.wait(lambda: "Bench" in window.rail())
    window.shell.go("bench/timing")
    section = window.shell.findChild(FakeSection, "view_bench_timing")
    assert section is not None
    assert section.field.text() == "500 kbit/s"


def test_a_page_that_stays_permitted_and_has_a_conflict_is_not_closed(nora: Open) -> None:
    window = nora("technician", "studio/home", lambda: rooms([]))
    section = window.shell.findChild(FakeSection)
    assert section is not None
    section.leaves = False
    section.draft = "Line 3"
    window.change("role", "analyst")
    window.wait(lambda: window.rail() == ["Studio", "Settings"])
    assert window.shell.findChild(FakeSection) is section
    assert not window.shell.has_address("bench/dongles")
    section.leaves, section.draft = True, ""
    window.wait(lambda: "Your role is now Analyst." in window.banner())


def test_an_open_dialog_is_not_closed_and_the_window_follows_once_it_is(nora: Open) -> None:
    window = nora("technician", "studio/home", lambda: rooms([]))
    shell = window.shell
    dialog = Dialog(window.application.window, "Share “Line 3”")
    dialog.open()
    window.change("role", "admin")
    window.wait(lambda: window.rail() == ["Bench", "Studio", "Admin", "Settings"])
    assert dialog.isVisible()
    assert window.shell is shell
    dialog.dismiss()
    window.wait(lambda: window.application.shell is not shell)
    assert "You can now" in window.banner()


def test_window_of_who_has_an_own_role_already_says_nothing(nora: Open, town: Town) -> None:
    town.add(EMAIL, "Nora Berg", role="analyst")
    with town.database.bind(town.actor).change() as session:
        role = role_changes.create_role(session, town.actor, name="Line lead", abilities=frozenset({"bench:enter"}))
        person = users.get_person_matching(session, town.actor, EMAIL)
        role_changes.add_people(session, town.actor, role.id, [person.id])
    window = nora("", "studio/home", lambda: rooms([]))
    shell = window.shell
    assert shell.context.actor.roles == {"analyst", "Line lead"}
    with window.qtbot.waitSignal(window.application.findChild(SessionWatch).polled):
        pass
    assert window.shell is shell
    assert window.banner() == ""


def test_that_dongles_are_not_to_be_seen_is_said_once_on_their_page(nora: Open) -> None:
    window = nora("business_user", "studio/home")
    window.change("acts", "bench:enter")
    window.wait(lambda: "Your roles are now" in window.banner())
    window.shell.go("bench/dongles")
    sentence = "You can't see dongles"

    def said() -> list[str]:
        labels = [one.text() for one in window.shell.findChildren(QLabel) if one.isVisible()]
        return [text for text in (*labels, window.banner()) if sentence in text]

    window.wait(said)
    window.shell.run_command("window.refresh")
    answered: list[None] = []
    for count in range(1, 9):  # what was asked for before is answered by then
        window.shell.context.tasks.read(window.shell, lambda _session: None, answered.append)
        window.wait(lambda count=count: len(answered) == count)
    assert len(said()) == 1
