"""The folder of the recordings: the one in which recordings were saved or opened last, or that somebody chose."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QWidget

from benchboard.i18n import _
from benchboard.ui.context import Context
from benchboard.ui.widgets.file_dialog import FileDialog, open_file_dialog

_KEY: Final = "recording"


def recordings_folder(context: Context) -> Path | None:
    """The folder that recordings were opened from or saved in last; None if there is none yet."""
    found = _folders(context).get(_KEY)
    return Path(found) if isinstance(found, str) and found else None


def keep_recordings_folder(context: Context, folder: Path) -> None:
    """Record into this folder from now on, and list its recordings."""
    text = json.dumps({**_folders(context), _KEY: str(folder)}, ensure_ascii=False)
    if text != context.settings.folders:
        context.apply_settings(replace(context.settings, folders=text))


def ask_recordings_folder(owner: QWidget, context: Context, chosen: Callable[[Path], object]) -> None:
    """Ask for the folder, and return at once; `chosen` is called with it once it is kept, or never."""

    def use(path: str) -> None:
        keep_recordings_folder(context, Path(path))
        chosen(Path(path))

    dialog = FileDialog(owner.window(), _("Choose folder"), str(recordings_folder(context) or Path.home()))
    dialog.setObjectName("recordings_folder_dialog")
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.fileSelected.connect(use)
    dialog.finished.connect(dialog.deleteLater)
    open_file_dialog(dialog)


def _folders(context: Context) -> dict[str, object]:
    """The folders that the window keeps, by what they are for; a setting of another version may hold anything."""
    try:
        kept = json.loads(context.settings.folders or "{}")
    except (ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}
