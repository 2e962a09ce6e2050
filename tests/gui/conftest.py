"""The window under test: offscreen, without the system's keyring. A warning of Qt or in the log fails the test."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QObject, Qt, QtMsgType
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from benchboard import i18n, package_data, workspace
from benchboard.identity import authentication
from benchboard.identity.permissions import Client
from benchboard.storage.engine import Database
from benchboard.ui.app import Application
from benchboard.ui.sections import Room
from benchboard.ui.shell.shell import Shell
from benchboard.ui.tasks import Tasks
from benchboard.ui.theme import Theme, start_theme
from benchboard.ui.widgets import accessible, toasts
from support import demo
from support.databases import unbound
from support.people import Town
from support.window import Clicker, PatientQtBot, RecordedProblems

# Warnings of the offscreen platform itself.
_OFFSCREEN = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
    "This plugin does not support grabbing the keyboard",
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """Release the mouse, and delete the widgets that the test let go, which otherwise waits for an event loop: all that
    exist are styled anew whenever another test starts the theme."""
    yield
    if QCoreApplication.instance() is None:
        return
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:  # QTest holds it on after a double click: a drag
        QTest.mouseRelease(QWidget(), Qt.MouseButton.LeftButton)


@pytest.fixture(autouse=True)
def silence(qtlog: object, caplog: pytest.LogCaptureFixture, expected_log: list[str]) -> Iterator[None]:
    """Fails the test for a Qt warning, or a log line at WARNING or above that is not in `expected_log`."""
    yield
    loud = [
        record.message
        for record in qtlog.records  # type: ignore[attr-defined]
        if record.type not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and record.message not in _OFFSCREEN
    ]
    lines = [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.WARNING and not any(part in record.getMessage() for part in expected_log)
    ]
    assert not loud, f"Qt warned: {loud}"
    assert not lines, f"the log says: {lines}"


@pytest.fixture
def expected_log() -> list[str]:
    """Parts of the log lines that the test expects; it adds them itself."""
    return []


@pytest.fixture(autouse=True)
def begins_in_english() -> None:
    """Whatever language the test before it chose."""
    QLocale.setDefault(QLocale("en"))
    i18n.use("en", package_data.resources_folder() / "i18n")


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's, with longer timeouts."""
    return PatientQtBot(request)


@pytest.fixture(autouse=True)
def toasts_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Toasts stay for ten minutes: on a busy machine six seconds may be over before a test can press Undo."""
    monkeypatch.setattr(toasts, "SHOWN_MS", 10 * 60_000)


@pytest.fixture(scope="session")
def home_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a local database, made once, to copy."""
    home = tmp_path_factory.mktemp("made") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHBOARD_KEYRING", "off")
        workspace.open_local(home).close()
    return home


@pytest.fixture
def local_home(tmp_path: Path, home_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with a local database, for this test alone."""
    home = shutil.copytree(home_template, tmp_path / "home")
    monkeypatch.setenv("BENCHBOARD_HOME", str(home))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    return home


@pytest.fixture
def open_local(qtbot: QtBot, local_home: Path) -> Iterator[Callable[..., Shell]]:
    """Opens a window with some rooms (all of them) on `local_home`, signed in as its operator; closes it at the end.

    Without the sign-in screen, of which other tests are: with it, a window takes half as long again to open.
    """
    opened: list[Application] = []

    def open_at(address: str, rooms: Callable[[], tuple[Room, ...]] | None = None) -> Shell:
        application = Application(local_home, rooms)
        opened.append(application)
        local = workspace.open_local(local_home)
        with local.database.system("sign-in").change() as session:
            signed_in = authentication.sign_in_operator(session, client=Client.here())
        shell = demo.enter(application, local, signed_in, address, location="local")
        application.window.activateWindow()
        qtbot.waitUntil(application.window.isActiveWindow)
        return shell

    yield open_at
    with demo.left_signed_in():
        for application in opened:
            demo.close(application)


@pytest.fixture
def light(qapp: object) -> Theme:
    """The program's theme, light."""
    return start_theme(package_data.resources_folder() / "themes" / "tokens.json", "light")


@pytest.fixture
def recorded(qapp: object) -> RecordedProblems:
    """The failures that no handler took."""
    return RecordedProblems()


@pytest.fixture
def owner(qapp: object) -> QObject:
    return QObject()


@pytest.fixture
def tasks(recorded: RecordedProblems, sqlite_database: Database) -> Iterator[Tasks]:
    """Tasks on a migrated database of this test's own."""
    running = Tasks(recorded)
    running.attach(unbound(sqlite_database))
    yield running
    running.close()


@pytest.fixture
def engine_name() -> str:
    """The window is tested on SQLite."""
    return "sqlite"


@pytest.fixture
def sqlite_database(town: Town) -> Database:
    """The database of `town`."""
    return town.database


@pytest.fixture
def click(qtbot: QtBot) -> Clicker:
    """Clicks widgets by their objectName."""
    return Clicker(qtbot)


@pytest.fixture
def announcements(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The sentences that an active screen reader is told from now on."""
    sentences: list[str] = []

    def note(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            sentences.append(event.message())

    before = QAccessible.isActive()
    QAccessible.setActive(True)
    monkeypatch.setattr(accessible, "send", note)
    monkeypatch.setattr(accessible, "queue", accessible.AnnouncementQueue())
    yield sentences
    QAccessible.setActive(before)


@pytest.fixture
def told_events(announcements: list[str], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The kinds of the other events that the screen reader is told from now on, each with the child that it is of;
    the sentences are still in `announcements`."""
    events: list[tuple[str, int]] = []
    note = accessible.send

    def note_all(event: QAccessibleEvent) -> None:
        note(event)
        if not isinstance(event, QAccessibleAnnouncementEvent):
            events.append((event.type().name, event.child()))

    monkeypatch.setattr(accessible, "send", note_all)
    return events


@pytest.fixture
def told_focus(announcements: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the widgets that an active screen reader is told have the focus, from now on."""
    told: list[str] = []
    note = accessible.send

    def note_sent(event: QAccessibleEvent) -> None:
        note(event)
        if event.type() == QAccessible.Event.Focus and event.child() < 0:  # a list's row is told after the list
            told.append(event.object().objectName())

    def note_moved(_before: QWidget | None, now: QWidget | None) -> None:
        if QAccessible.isActive() and now is not None:
            told.append(now.objectName())

    monkeypatch.setattr(accessible, "send", note_sent)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.focusChanged.connect(note_moved)
    yield told
    application.focusChanged.disconnect(note_moved)
