"""The whole window with fake rooms, on a home folder of its own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from benchboard.ui.app import Application
from benchboard.ui.shell.shell import Shell
from support.window import Clicker, rooms


@pytest.fixture
def done() -> list[str]:
    """What the rooms' commands did."""
    return []


@pytest.fixture
def start(
    qtbot: QtBot, tmp_path: Path, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Application]]:
    """Opens the window on this test's home, as often as it is asked to; closes what is open at the end."""
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("BENCHBOARD_DATABASE_URL", raising=False)
    running: list[Application] = []

    def opened(address: str = "", file: Path | None = None) -> Application:
        application = Application(tmp_path / "home", lambda: rooms(done))
        running.append(application)
        application.window.setMinimumSize(800, 560)
        application.window.resize(1440, 900)
        application.start(address, file)
        application.window.activateWindow()
        qtbot.waitUntil(application.window.isActiveWindow)
        return application

    yield opened
    for application in running:
        application.close()
        application.window.close()
        application.window.deleteLater()
        application.deleteLater()


@pytest.fixture
def working(
    qtbot: QtBot, start: Callable[..., Application], click: Clicker, home_template: Path, tmp_path: Path
) -> Application:
    """The window with this computer's operator signed in, at the dongles."""
    shutil.copytree(home_template, tmp_path / "home")
    application = start("bench/dongles")
    click(application.window, "sign_in_local")
    qtbot.waitUntil(lambda: application.shell is not None)
    return application


@pytest.fixture
def shell(working: Application) -> Shell:
    assert working.shell is not None
    return working.shell
