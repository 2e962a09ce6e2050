"""Runs the tour: application, processes beside it, pictures and index."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QSize, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from sqlalchemy import text

from benchboard import log, workspace
from benchboard.dashboards import library
from benchboard.dashboards.document.document import Document
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.identity import authentication
from benchboard.identity.permissions import Client
from benchboard.paging import Listing
from benchboard.settings import Appearance, Settings
from benchboard.tour import second_window
from benchboard.tour.driver import Driver, Stuck
from benchboard.tour.gestures import Hands, Step
from benchboard.tour.script import STEPS
from benchboard.ui.app import Application
from benchboard.ui.theme import theme

_SIZE = QSize(1440, 900)


class Tour:
    """One run, on a BENCHBOARD_HOME of its own. `close` leaves no process behind."""

    def __init__(self, out: Path, home: Path, *, both_themes: bool = False) -> None:
        self._out, self._home, self._both_themes = out, home, both_themes
        # A dialog of the system's own takes no keys of ours.
        QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
        self._qt = QApplication.instance() or QApplication(sys.argv[:1])
        if isinstance(self._qt, QApplication):
            self._qt.setStyle("Fusion")
        self._second: subprocess.Popen[bytes] | None = None
        self._application = self._start()
        self._hands = Hands(
            self._driver(), out, lambda: self._application, self._restart, self._second_desktop, self._colleague
        )
        self._index: list[dict[str, object]] = []

    def run(self) -> None:
        """Every step: act, ask the database (or look at the file it made), take the picture, note it."""
        for number, step in enumerate(STEPS, 1):
            file = f"{number:02}-{step.name}.png"
            sys.stdout.write(f"{number:2} {step.name}\n")
            sys.stdout.flush()
            try:
                step.do(self._hands)
                self._hands.driver.until(
                    partial(self._asserted, step), f"{step.file or 'the database'} to say “{step.holds}”"
                )
            except AppError:
                self._hands.driver.picture(self._out / "failed.png")
                raise
            self._hands.driver.picture(self._out / file)
            if self._both_themes:
                self._picture_in_the_other_theme(file)
            self._index.append(
                {"step": number, "name": step.name, "see": step.see, "file": file,
                 "assertion": {"sql": step.sql, "file": step.file, "answer": step.holds, "passed": True}}
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
                    [
                        sys.executable,
                        "-m",
                        second_window.__name__,
                        str(self._home),
                        str(self._out / "second-desktop.png"),
                    ],
                    stdout=output,
                )
        line = "signed-in" if act == "start" else "signed-out"
        self._hands.driver.until(lambda: line in said.read_text(), f"the second desktop to be {line}")

    def _colleague(self, name: str, edit: Callable[[Document], Document]) -> None:
        opened = workspace.connect(self._home, demo_file=True)
        try:
            with opened.database.system("tour").read() as session:
                ines = authentication.operator(session, client=Client.here())
            with opened.database.bind(ines).change() as session:
                listed = library.list_dashboards(session, ines, Listing(search=name))
                card = next(card for card in listed.rows if card.name == name)
                document = edit(library.get(session, ines, card.id).document)
                library.save(session, ines, card.id, document, base_version=None)
        finally:
            opened.close()

    def _asserted(self, step: Step) -> bool:
        if step.file:
            made = self._out / step.file
            return made.exists() and made.read_bytes().startswith(step.holds.encode())
        opened = workspace.connect(self._home, demo_file=True)
        try:
            with opened.database.system("tour").read() as session:
                row = session.execute(text(step.sql)).first()
        finally:
            opened.close()
        return row is not None and "|".join(str(value) for value in row) == step.holds


def main(arguments: Sequence[str]) -> int:
    """`benchboard tour --out DIR`: 0 when every step passed, 1 when one did not (DIR/failed.png shows where)."""
    parser = argparse.ArgumentParser(
        prog="benchboard tour", description=_("Run a guided tour of every section and save screenshots.")
    )
    parser.add_argument("--out", type=Path, default=Path("tour-out"), help=_("Folder for screenshots and index.json."))
    parser.add_argument("--both-themes", action="store_true", help=_("Also take every screenshot in the other theme."))
    wanted = parser.parse_args(arguments)
    out: Path = wanted.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    for old in (*out.glob("*.png"), *out.glob("*.pdf")):
        old.unlink()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")  # what the offscreen screen cannot do is no news
    home = Path(tempfile.mkdtemp(prefix="benchboard-tour-"))
    os.environ["BENCHBOARD_HOME"] = str(home)
    # The captions and what is typed are English, whatever the system's language.
    Settings(language="en", appearance="light").save(home)
    log.start(home / "logs")
    qInstallMessageHandler(_qt_message)
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
        _(
            "{count} steps, each verified against the database or the file it created. Screenshots and "
            "index.json: {out}"
        ).format(count=len(STEPS), out=out)
        + "\n"
    )
    return 0


def _qt_message(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """What Qt says, but for what a screen that is none cannot do with a second window."""
    if not message.startswith("This plugin does not support"):
        sys.stderr.write(f"{message}\n")


__all__ = ["Stuck", "Tour", "main"]
