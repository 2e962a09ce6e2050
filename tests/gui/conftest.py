"""The window under test: offscreen, without the system's keyring, and silent. Whoever warns has failed."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, QtMsgType
from pytestqt.qtbot import QtBot

from benchboard import package_data, workspace
from benchboard.storage.engine import Database
from benchboard.ui import theme as theme_module
from benchboard.ui.tasks import Tasks
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import banners
from support.databases import unbound
from support.people import Town
from support.window import Patient, Spoken

# What the offscreen platform says of itself, and no fault of ours.
_OFFSCREEN = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
    "This plugin does not support grabbing the keyboard",
)


@pytest.fixture(autouse=True)
def silence(qtlog: object, caplog: pytest.LogCaptureFixture, expected_log: list[str]) -> Iterator[None]:
    """A Qt warning, or a line of our log at WARNING or above that `expected_log` does not hold, fails the test."""
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
    assert not loud, f"Qt said: {loud}"
    assert not lines, f"the log says: {lines}"


@pytest.fixture
def expected_log() -> list[str]:
    """Put parts of the lines in here that this test means to cause."""
    return []


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's, with more patience."""
    return Patient(request)


@pytest.fixture(autouse=True)
def toasts_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six seconds are plenty for a person, and may be over on a busy machine before a test can press Undo."""
    monkeypatch.setattr(banners, "_TOAST_MS", 10 * 60_000)


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database was made once, to copy."""
    home = tmp_path_factory.mktemp("made") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCHBOARD_KEYRING", "off")
        workspace.open_local(home).close()
    return home


@pytest.fixture
def light(qapp: object) -> Theme:
    """The program's theme, light."""
    return theme_module.start(package_data.resources_folder() / "themes" / "tokens.json", "light")


@pytest.fixture
def spoken(qapp: object) -> Spoken:
    """Where failures end that nobody handles: it keeps them."""
    return Spoken()


@pytest.fixture
def owner(qapp: object) -> QObject:
    return QObject()


@pytest.fixture
def tasks(spoken: Spoken, sqlite_database: Database) -> Iterator[Tasks]:
    """Tasks on a migrated database of this test's own."""
    running = Tasks(spoken)
    running.attach(unbound(sqlite_database))
    yield running
    running.close()


@pytest.fixture
def engine_name() -> str:
    """The window is tested on the local database."""
    return "sqlite"


@pytest.fixture
def sqlite_database(town: Town) -> Database:
    """The town's own."""
    return town.database


@pytest.fixture
def click(qtbot: QtBot) -> object:
    """Press what is called so, with the mouse."""
    from support.window import Hand

    return Hand(qtbot)
