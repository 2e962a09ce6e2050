"""Runs the tour: the application, its helper processes, screenshots and index."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import click
from PySide6.QtCore import QMessageLogContext, QSize, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from sqlalchemy import text

from benchboard import log, settings, workspace
from benchboard.cli.main import use_language
from benchboard.cli.options import Choice, CliCommand, WholeNumber
from benchboard.cli.terminal import printable
from benchboard.cli.usage_errors import error_text
from benchboard.dashboards import library
from benchboard.dashboards.document.document import Document
from benchboard.errors import AppError, Invalid
from benchboard.i18n import LANGUAGES, _
from benchboard.identity import authentication
from benchboard.identity.permissions import Client
from benchboard.paging import Listing
from benchboard.settings import Appearance, Settings
from benchboard.tour import second_window
from benchboard.tour.driver import Driver, TourTimeout
from benchboard.tour.script import STEPS
from benchboard.tour.steps import TourContext, TourStep
from benchboard.ui import motion
from benchboard.ui.app import Application
from benchboard.ui.theme import theme

_SIZE: Final = (1440, 900)


class Tour:
    """One run, on a BENCHBOARD_HOME of its own, in a window of `size`. `close` leaves no process behind."""

    def __init__(self, out: Path, home: Path, *, both_themes: bool = False, size: tuple[int, int] = _SIZE) -> None:
        self._out, self._home, self._both_themes, self._size = out, home, both_themes, QSize(*size)
        # A dialog of the system's own takes no keys of ours.
        QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
        self._qt = QApplication.instance() or QApplication(sys.argv[:1])
        if isinstance(self._qt, QApplication):
            self._qt.setStyle("Fusion")
        self._second_process: subprocess.Popen[bytes] | None = None
        self._application = self._start()  # in its language
        workspace.open_demo(home, with_week=True).close()
        self._context = TourContext(
            self._driver(), out, lambda: self._application, self._restart, self._second_desktop, self._colleague
        )
        self._index: list[dict[str, object]] = []

    @property
    def context(self) -> TourContext:
        """What a step works with."""
        return self._context

    def take(self, step: TourStep) -> None:
        """Act, then wait until the database (or the file it made) says what is expected."""
        try:
            step.do(self._context)
            self._context.driver.wait_until(
                partial(self._is_verified, step), f"{step.file or 'the database'} to say “{step.expected}”"
            )
        except AppError:
            self._context.driver.capture(self._out / "failed.png")
            raise

    def run(self) -> None:
        """Every step: take it, take its picture, note it."""
        for number, step in enumerate(STEPS, 1):
            file = f"{number:02}-{step.name}.png"
            sys.stdout.write(f"{number:2} {step.name}\n")
            sys.stdout.flush()
            self.take(step)
            self._context.driver.capture(self._out / file)
            if self._both_themes:
                self._capture_other_theme(file)
            self._index.append(
                {"step": number, "name": step.name, "see": step.caption, "file": file,
                 "assertion": {"sql": step.sql, "file": step.file, "answer": step.expected, "passed": True}}
            )  # fmt: skip
            (self._out / "index.json").write_text(json.dumps(self._index, indent=1, ensure_ascii=False), "utf-8")

    def _capture_other_theme(self, file: str) -> None:
        current = theme().current
        other: Appearance = "light" if current == "dark" else "dark"
        theme().set_appearance(other)
        self._context.driver.capture(self._out / file.replace(".png", f"-{other}.png"))
        theme().set_appearance(current)

    def close(self) -> None:
        """End the processes and the window."""
        if self._second_process is not None and self._second_process.poll() is None:
            self._second_process.terminate()
            self._second_process.wait(10)
        self._application.window.close()
        self._application.close()

    def _driver(self) -> Driver:
        return Driver(self._application.window)

    def _start(self) -> Application:
        application = Application(self._home)
        application.start()
        application.window.resize(self._size)
        return application

    def _restart(self) -> None:
        old = self._application
        old.window.close()
        old.close()
        old.window.deleteLater()
        self._application = self._start()
        self._context.driver = self._driver()

    def _second_desktop(self, act: str) -> None:
        output_file = self._home / "second-desktop.txt"
        if act == "start":
            with output_file.open("w") as output:
                self._second_process = subprocess.Popen(
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
        self._context.driver.wait_until(lambda: line in output_file.read_text(), f"the second desktop to be {line}")

    def _colleague(self, name: str, edit: Callable[[Document], Document]) -> None:
        opened = workspace.connect(self._home, demo_file=True)
        try:
            with opened.database.system("tour").read() as session:
                ines = authentication.operator_actor(session, client=Client.here())
            with opened.database.bind(ines).change() as session:
                listed = library.list_dashboards(session, ines, Listing(search=name))
                card = next(card for card in listed.rows if card.name == name)
                document = edit(library.get_dashboard(session, ines, card.id).document)
                library.save(session, ines, card.id, document, base_version=None)
        finally:
            opened.close()

    def _is_verified(self, step: TourStep) -> bool:
        if step.file:
            file = self._out / step.file
            return file.exists() and file.read_bytes().startswith(step.expected.encode())
        opened = workspace.connect(self._home, demo_file=True)
        try:
            with opened.database.system("tour").read() as session:
                names = {"shop_review": _("Shop review")} if ":shop_review" in step.sql else {}
                row = session.execute(text(step.sql), names).first()
        finally:
            opened.close()
        return row is not None and "|".join(str(value) for value in row) == step.expected


def main(arguments: Sequence[str]) -> int:
    """`benchboard tour --out DIR`: 0 when every step passed, 1 when one did not (DIR/failed.png shows where)."""
    use_language(settings.home())
    try:
        status: int = tour.main(list(arguments), prog_name="benchboard tour", standalone_mode=False)
    except click.ClickException as error:
        click.echo(error_text(error), err=True)
        return error.exit_code
    except AppError as error:
        click.echo(printable(str(error)), err=True)
        return 1
    except click.Abort:
        return 130
    return status


@click.command(cls=CliCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("tour-out"),
    show_default=True,
    metavar="DIR",
    help="Folder for the screenshots and index.json.",
)
@click.option("--both-themes", is_flag=True, help="Take every screenshot in the light and in the dark theme.")
@click.option(
    "--size",
    type=(WholeNumber(1024, 3840, part="WIDTH"), WholeNumber(700, 2160, part="HEIGHT")),
    default=_SIZE,
    show_default=True,
    metavar="WIDTH HEIGHT",
    help="Size of the window in pixels: 1024 to 3840 by 700 to 2160.",
)
@click.option(
    "--language", type=Choice(list(LANGUAGES)), default="en", show_default=True, help="Language of the window."
)
def tour(out: Path, both_themes: bool, size: tuple[int, int], language: str) -> int:
    """Run the guided tour, and save a screenshot of each step.

    The tour shows every section of the window with demo data and simulated dongles. The exit status is 1 if a step
    fails; failed.png then shows where.
    """
    out = out.absolute()
    _prepare_folder(out)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false")  # what the offscreen screen cannot do is no news
    home = Path(tempfile.mkdtemp(prefix="benchboard-tour-"))
    os.environ.setdefault(motion.SWITCH, "1")  # a screenshot is of what came to rest
    os.environ["BENCHBOARD_HOME"] = str(home)
    Settings(language=language, appearance="light").save(home)
    log.start(home / "logs")
    qInstallMessageHandler(_qt_message)
    run = Tour(out, home, both_themes=both_themes, size=size)
    try:
        run.run()
    except AppError as error:
        sys.stderr.write(f"{error} {out / 'failed.png'}\n")
        return 1
    finally:
        run.close()
        shutil.rmtree(home, ignore_errors=True)
    sys.stdout.write(
        _(
            "{count} steps, each verified against the database or the file it created. Screenshots and "
            "index.json: {out}"
        ).format(count=len(STEPS), out=out)
        + "\n"
    )
    return 0


def _prepare_folder(out: Path) -> None:
    """Create the folder, or remove an earlier tour's files from it. Raises `Invalid` (`tour.folder`)."""
    if out.exists() and not out.is_dir():
        raise click.UsageError(_("{path} is a file. Choose a folder.").format(path=out), click.get_current_context())
    sentence = _("Can't write to the folder {path}.") if out.is_dir() else _("Can't create the folder {path}.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        for old in (*out.glob("*.png"), *out.glob("*.pdf")):
            old.unlink()
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise Invalid("tour.folder", sentence.format(path=out), do=_("Choose another with --out.")) from error


def _qt_message(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """Print Qt's messages, except about what an offscreen platform can't do with a second window."""
    if not message.startswith("This plugin does not support"):
        sys.stderr.write(f"{message}\n")


__all__ = ["Tour", "TourTimeout", "main"]
