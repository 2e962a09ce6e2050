"""How far files are read, in words that say what is counted."""

from collections.abc import Callable
from pathlib import Path

from benchboard.i18n import _, number
from benchboard.ui.tasks import Progress

Report = Callable[[int, int | None], object]


def report_passes(progress: Progress) -> Report:
    """Reports passes over the rows of a table, several of which count what its columns hold."""

    def report(done: int, total: int | None) -> None:
        words = _("{done} of {total} passes over the rows done")
        progress.report(done, total, words.format(done=number(done), total=number(total)) if total else "")

    return report


def report_reading(progress: Progress, path: Path) -> Report:
    """Reports the reading of a file by its share, and that of a folder by its files."""
    if not path.is_dir():
        return progress.report

    def report(done: int, total: int | None) -> None:
        words = _("{done} of {total} files read")
        progress.report(done, total, words.format(done=number(done), total=number(total)) if total else "")

    return report
