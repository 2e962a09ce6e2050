"""What starting the program loads and opens."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchboard.__main__ import main
from benchboard.errors import Unavailable
from benchboard.storage.engine import Database
from benchboard.storage.models.identity import SessionHistory, SignInSession
from support.databases import unbound

LATE = (
    *("sqlalchemy", "alembic", "sqlcipher3", "psycopg", "qtawesome", "pyqtgraph", "keyring", "numpy", "can", "serial"),
    *("argon2", "idna", "benchboard.ui.widgets.file_dialog", "benchboard.ui.shell.access_notice"),
)


def run(script: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "BENCHBOARD_HOME": str(home), "BENCHBOARD_KEYRING": "off"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    return subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_first_window_loads_no_heavy_library(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from benchboard.ui.app import Application\n"
        "qt = QApplication([])\n"
        f"application = Application(Path({str(tmp_path)!r}))\n"
        "application.start()\n"
        "qt.processEvents()\n"
        "assert application.window.isVisible()\n"
        "print(' '.join(sorted(sys.modules)))\n"
        "application.close()\n"
    )
    ended = run(script, tmp_path)
    assert ended.returncode == 0, ended.stderr
    loaded = set(ended.stdout.split())
    assert not loaded & {*LATE, "click", "rich"}


def test_window_of_a_home_that_can_not_be_looked_into_says_why(tmp_path: Path) -> None:
    """It ended with a traceback before anything was shown."""
    script = (
        "from pathlib import Path\n"
        "from PySide6.QtWidgets import QAbstractButton, QApplication\n"
        "from benchboard.ui.app import Application\n"
        "from benchboard.ui.widgets.banners import Banner\n"
        "qt = QApplication([])\n"
        f"application = Application(Path({str(tmp_path / ('a' * 5000))!r}))\n"
        "application.start()\n"
        "application.sign_in.findChild(QAbstractButton, 'open_demo').click()\n"
        "while not (shown := application.window.findChildren(Banner)):\n"
        "    qt.processEvents()\n"
        "print(shown[0].accessibleName())\n"
        "application.close()\n"
    )
    ended = run(script, tmp_path)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert ended.stdout == "The path of the data folder is too long. Set BENCHBOARD_HOME to a shorter path.\n"


def test_command_loads_no_qt(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "sys.argv = ['benchboard', '--version']\n"
        "from benchboard.__main__ import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit:\n"
        "    pass\n"
        "assert not any(name.startswith(('PySide6', 'shiboken6')) for name in sys.modules)\n"
    )
    ended = run(script, tmp_path)
    assert ended.returncode == 0, ended.stderr


def test_arguments_link_or_database_file_open_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[dict[str, object]] = []
    commands: list[list[str]] = []
    monkeypatch.setattr("benchboard.ui.app.run", lambda **where: opened.append(where))
    monkeypatch.setattr("benchboard.cli.main.main", commands.append)
    file, missing = tmp_path / "bench.db", tmp_path / "gone.db"
    file.touch()
    data = tmp_path / "trips.csv"
    data.touch()
    (tmp_path / "db").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    for argument in (
        str(file), "benchboard://bench/dongles", str(missing), "db", "timing", "trips.csv", str(tmp_path), "trips.csx",
    ):  # fmt: skip
        monkeypatch.setattr(sys, "argv", ["benchboard", argument])
        main()
    assert opened == [{"file": file}, {"address": "bench/dongles"}, {"data": data}, {"data": tmp_path}]
    assert commands == [[str(missing)], ["db"], ["timing"], ["trips.csx"]], "a command is one, whatever files there are"


def test_start_without_a_display_reports_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys, "argv", ["benchboard"])
    assert main() == 1
    assert "no display" in capsys.readouterr().err
    file = tmp_path / "my trips.csv"
    file.touch()
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "argv", ["benchboard", str(file)])
    assert main() == 1
    assert f"run “benchboard source add '{file}'”" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_program_and_its_session(tmp_path: Path, number: signal.Signals) -> None:
    file = tmp_path / "bench.db"
    environment = {**os.environ, "BENCHBOARD_HOME": str(tmp_path), "BENCHBOARD_KEYRING": "off"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    file.touch()
    with subprocess.Popen(
        [sys.executable, "-m", "benchboard", str(file)], env=environment, stderr=subprocess.PIPE, text=True
    ) as program:
        opened = Database.open(f"sqlite:///{file}")
        # The settings are written when the window has entered the session.
        wait_for(lambda: count(opened, SignInSession) == 1 and (tmp_path / "settings.json").exists())
        program.send_signal(number)
        _out, said = program.communicate(timeout=120)
    assert program.returncode == 0, said
    assert "Traceback" not in said
    assert (count(opened, SignInSession), count(opened, SessionHistory)) == (0, 1)
    opened.dispose()


def count(database: Database, table: type[SignInSession] | type[SessionHistory]) -> int:
    """How many rows there are; none before the table is there."""
    try:
        with unbound(database).read() as session:
            return session.scalars(select(func.count()).select_from(table)).one()
    except Unavailable:
        return 0


def wait_for(there: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not there():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has displays to name")
@pytest.mark.parametrize(
    ("messages", "advice"),
    [
        (
            ["From 6.5.0, xcb-cursor0 or libxcb-cursor0 is needed"],
            "Run “make run” to install the required display libraries.",
        ),
        (
            ["could not connect to display :78", "From 6.5.0, xcb-cursor0 or libxcb-cursor0 is needed"],
            "could not connect to display :78. Check that DISPLAY names a running display.",
        ),
    ],
)
def test_start_when_qt_cannot_open_a_window_prints_advice(tmp_path: Path, messages: list[str], advice: str) -> None:
    script = (
        "from PySide6.QtCore import qFatal, qInstallMessageHandler, qWarning\n"
        "from benchboard.ui.app import QtMessages\n"
        "qInstallMessageHandler(QtMessages())\n"
        f"for message in {messages!r}:\n"
        "    qWarning(message)\n"
        "qFatal('This application failed to start because no Qt platform plugin could be initialized.')\n"
    )
    ended = run(script, tmp_path)
    assert ended.returncode == -signal.SIGABRT
    assert advice in ended.stderr
    assert ended.stderr.count("Can't open the window") == 1
    assert ("make run" in ended.stderr) == ("make run" in advice)
