"""Asks for the file of a recording: which one to open, or where to save frames; and leads to what was saved."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QWidget

from benchboard.i18n import _
from benchboard.ui.context import Context
from benchboard.ui.problems import Action
from benchboard.ui.widgets.file_dialog import FileDialog, open_file_dialog

OPEN_FILE: Final = "!file/"
"""The rest of the address of the recordings that opens the one whose path follows."""
_PATTERNS: Final = "*.log *.asc *.blf *.trc *.gz *.LOG *.ASC *.BLF *.TRC"


def ask_recording(owner: QWidget, title: str, chosen: Callable[[Path], object]) -> None:
    """Ask for a recording to read, and return at once; `chosen` is called with its path, or never."""
    filters = [_("CAN recordings ({patterns})").format(patterns=_PATTERNS), _("All files (*)")]
    dialog = FileDialog(owner.window(), title, "", ";;".join(filters))
    dialog.setObjectName("recording_dialog")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    open_file_dialog(dialog, "recording")


def ask_new_recording(owner: QWidget, title: str, name: str, chosen: Callable[[Path], object]) -> None:
    """Ask for the file to record to, as `ask_recording`. `name` is suggested, in the folder used last,
    at first the home folder."""
    filters = {
        "log": _("candump log (*.log)"), "asc": _("Vector ASC (*.asc)"), "blf": _("Vector BLF (*.blf)"),
        "trc": _("PEAK TRC (*.trc)"), "csv": _("CSV table (*.csv)"),
    }  # fmt: skip
    dialog = FileDialog(owner.window(), title, str(Path.home() / name), ";;".join(filters.values()))
    dialog.setObjectName("live_record_dialog")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("log")
    suffixes = {text: suffix for suffix, text in filters.items()}
    dialog.filterSelected.connect(lambda text: dialog.setDefaultSuffix(suffixes.get(text, "log")))
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    open_file_dialog(dialog, "recording")


def open_action(context: Context, path: Path) -> Action | None:
    """What opens the recording that was saved at this path, for the toast that says so; None if it can't be opened."""
    if path.suffix.casefold() == ".csv":
        return None
    return Action(_("Open"), partial(context.go, f"bench/recordings/{OPEN_FILE}{path.absolute()}"))
