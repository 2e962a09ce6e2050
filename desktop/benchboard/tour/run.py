"""Runs the tour: application, processes beside it, pictures and index."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from sqlalchemy import text

from benchboard import log, workspace
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.settings import Appearance, Settings
from benchboard.tour import second
from benchboard.tour.driver import Driver, Stuck
from benchboard.tour.script import STEPS, Hands, Step
from benchboard.ui.app import Application
from benchboard.ui.theme import theme

_SIZE = QSize(1440, 900)


class Tour:
    """One run, on a BENCHBOARD_HOME of its own. `close` leaves no process behind."""

    def __init__(self, out: Path, home: Path, *, both_themes: bool = False) -> None:
        self._out, self._home, self._both_themes = out, home, both_themes
        self._qt = QApplication.instance() or QApplication(sys.argv[:1])
        if isinstance(self._qt, QApplication):
            self._qt.setStyle("Fusion")
        self._second: subprocess.Popen[bytes] | None = None
        self._application = self._start()
        self._hands = Hands(self._driver(), lambda: self._application, self._restart, self._second_desktop)
        self._index: list[dict[str, object]] = []

    def run(self) -> None:
        """Every step: act, ask the database, take the picture, note it."""
        for number, step in enumerate(STEPS, 1):
            file = f"{number:02}-{step.name}.png"
            sys.stdout.write(f"{number:2} {step.name}\n")
            sys.stdout.flush()
            try:
                step.do(self._hands)
                self._hands.driver.until(partial(self._asserted, step), f"the database to say “{step.holds}”")
            except AppError:
                self._hands.driver.picture(self._out / "failed.png")
                raise
            self._hands.driver.picture(self._out / file)
            if self._both_themes:
                self._picture_in_the_other_theme(file)
            self._index.append(
                {"step": number, "name": step.name, "see": step.see, "file": file,
                 "assertion": {"sql": step.sql, "answer": step.holds, "passed": True}}
            )  # fmt: skip
            (self._out / "index.json").write_text(json.dumps(self._index, indent=1, ensure_ascii=False), "utf-8")

    def _picture_in_the_other_theme(self, file: str) -> None:
        now = theme().current
        other: Appearance = "light" if now == "dark" else "dark"
        theme().follow(other)
        self._hands.driver.picture(self._out / file.replace(".png", f"-{other}.png"))
        theme().follow(now)

    def close(self) -> None:
        """End the processes and the window."""
        if self._second is not None and self._second.poll() is None:
            self._second.terminate()
            self._second.wait(10)
        self._application.window.close()
        self._application.close()

    def _driver(self) -> Driver:
        return Driver(self._application.window)

    def _start(self) -> Application:
        application = Application(self._home)
        application.start()
        application.window.resize(_SIZE)
        return application

    def _restart(self) -> None:
        old = self._application
        old.window.close()
        old.close()
        old.window.deleteLater()
        self._application = self._start()
        self._hands.driver = self._driver()

    def _second_desktop(self, act: str) -> None:
        said = self._home / "second-desktop.txt"
        if act == "start":
            with said.open("w") as output:
                self._second = subprocess.Popen(
                    [sys.executable, "-m", second.__name__, str(self._home), str(self._out / "second-desktop.png")],
                    stdout=output,
                )
        line = "signed-in" if act == "start" else "signed-out"
        self._hands.driver.until(lambda: line in said.read_text(), f"the second desktop to be {line}")

    def _asserted(self, step: Step) -> bool:
        opened = workspace.connect(self._home, demo_file=True)
        try:
            with opened.database.read() as session:
                row = session.execute(text(step.sql)).first()
        finally:
            opened.close()
        return row is not None and "|".join(str(value) for value in row) == step.holds


def main(arguments: Sequence[str]) -> int:
    """`benchboard tour --out DIR`: 0 when every step passed, 1 when one did not (DIR/failed.png shows where)."""
    parser = argparse.ArgumentParser(prog="benchboard tour", description=_("A guided tour of every room, in pictures."))
    parser.add_argument("--out", type=Path, default=Path("tour-out"), help=_("Folder for pictures and index.json."))
    parser.add_argument("--both-themes", action="store_true", help=_("Take every picture in the other theme, too."))
    wanted = parser.parse_args(arguments)
    out: Path = wanted.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.png"):
        old.unlink()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")  # what the offscreen screen cannot do is no news
    home = Path(tempfile.mkdtemp(prefix="benchboard-tour-"))
    os.environ["BENCHBOARD_HOME"] = str(home)
    # The steps are told, and typed into the search, in English, whatever the system speaks.
    Settings(language="en", appearance="light").save(home)
    log.start(home / "logs")
    tour = Tour(out, home, both_themes=wanted.both_themes)
    try:
        tour.run()
    except AppError as error:
        sys.stderr.write(f"{error} {out / 'failed.png'}\n")
        return 1
    finally:
        tour.close()
        shutil.rmtree(home, ignore_errors=True)
    sys.stdout.write(
        _("{count} steps, every one proved against the database. Pictures and index.json: {out}").format(
            count=len(STEPS), out=out
        )
        + "\n"
    )
    return 0


__all__ = ["Stuck", "Tour", "main"]
