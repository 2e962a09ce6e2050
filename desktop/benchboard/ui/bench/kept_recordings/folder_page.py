"""The recordings in the folder in which the live bus records, as a list that follows the folder."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.canbus.recording_folder import RecordingFile, RecordingFolder
from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.paging import Listing
from benchboard.ui.bench.kept_recordings.recording_columns import recording_columns, recordings_page
from benchboard.ui.bench.kept_recordings.recording_file_actions import RecordingFileActions
from benchboard.ui.context import Context
from benchboard.ui.paged.paged_model import PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.widgets import Button, Elided, EmptyState, hairline, open_file_dialog
from benchboard.ui.widgets.menus import Menu
from benchboard.ui.widgets.surfaces import set_surface

_EVERY_MS: Final = 2_000
"""How often the folder is looked at while it is followed; a folder of another computer reports no changes."""
_RECORDING_S: Final = 3.0
"""A file that was changed so short a time ago may still be written: it isn't looked into yet."""


class FolderPage(QWidget):
    """`opened` has the path of the recording that the user opened, `counted` is emitted when other files are there."""

    opened = Signal(object)
    counted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._folder = RecordingFolder()
        self._files: Sequence[RecordingFile] = ()
        self._looking = False
        self.file_actions = RecordingFileActions(context, self)
        self.file_actions.changed.connect(self.look)
        self._bar = QWidget()
        set_surface(self._bar, "surface")
        line = QHBoxLayout(self._bar)
        line.setContentsMargins(16, 6, 12, 6)
        self._path = Elided("", "body", "muted")
        line.addWidget(self._path, 1)
        line.addWidget(Button(_("Choose folder"), self.choose, icon="ph.folder-open", name="recordings_folder"))
        self.model: PagedTableModel[RecordingFile] = PagedTableModel(
            context.tasks, lambda *query: recordings_page(self._files, *query), recording_columns(), self,
            identity=lambda row: str(row.path),
        )  # fmt: skip
        self.table: PagedTable[RecordingFile] = PagedTable(
            self.model,
            label=_("Recordings in the folder"),
            name="recordings_in_folder",
            empty=EmptyState(
                "ph.folder", _("No recordings in this folder"), _("Choose folder"), self.choose,
                why=_("Record the live bus, or choose another folder. candump, ASC, BLF and TRC files are listed."),
            ),
            ticks=False,
            row_height="compact",
            row_menu=True,
        )  # fmt: skip
        self.model.listing = Listing(sort="begun", descending=True)
        self.table.activated.connect(lambda row: self.opened.emit(row.path))
        self.table.menu_requested.connect(self._open_menu)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for part in (self._bar, hairline()):
            whole.addWidget(part)
        whole.addWidget(self.table, 1)
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.look)

    @property
    def folder(self) -> Path | None:
        """The folder that recordings were opened from or saved in last; None if there is none yet."""
        try:
            kept = json.loads(self._context.settings.folders or "{}")
        except (ValueError, RecursionError):
            return None
        found = kept.get("recording") if isinstance(kept, dict) else None
        return Path(found) if isinstance(found, str) and found else None

    @property
    def files(self) -> Sequence[RecordingFile]:
        """The recordings that are there, as far as it is known."""
        return self._files

    def choose(self) -> None:
        """Ask for the folder; the live bus suggests it for its next recording, too."""
        dialog = QFileDialog(self.window(), _("Choose folder"), str(self.folder or Path.home()))
        dialog.setObjectName("recordings_folder_dialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._use)
        dialog.finished.connect(dialog.deleteLater)
        open_file_dialog(dialog)

    def _use(self, path: str) -> None:
        try:
            kept = json.loads(self._context.settings.folders or "{}")
        except (ValueError, RecursionError):
            kept = {}
        folders = {**(kept if isinstance(kept, dict) else {}), "recording": path}
        text = json.dumps(folders, ensure_ascii=False)
        self._context.apply_settings(replace(self._context.settings, folders=text))
        self.look()

    def look(self) -> None:
        """Look at the folder on a worker, and then into the files that are new in it."""
        folder = self.folder
        if folder is None:
            self._path.setText(_("No folder is chosen yet."))
        if folder is None or self._looking:
            return
        self._looking = True
        self._context.tasks.read(self, lambda _session: self._folder.files(folder), self._show, self._failed)

    def _failed(self, error: AppError) -> None:
        """The folder is gone, or a drive isn't connected: that is said, and it is looked at again."""
        self._show([])
        self._path.setText(error.what)

    def _show(self, files: Sequence[RecordingFile]) -> None:
        self._looking = False
        self._path.setText(str(self.folder or ""))
        shown = [one for one in files if one.content is None or one.content.is_recording]
        if shown != list(self._files):
            self._files = shown
            self.model.refresh()
            self.counted.emit()
        new = [one for one in files if one.content is None and time.time() - one.modified > _RECORDING_S]
        if new:
            self._looking = True
            self._context.tasks.read(self, lambda _session: self._look_into(new), self._looked, self._failed, long=True)

    def _look_into(self, files: Sequence[RecordingFile]) -> None:
        for one in files:
            self._folder.look_into(one)

    def _looked(self, _none: None) -> None:
        self._looking = False
        self.look()

    def _open_menu(self, row: RecordingFile, spot: QPoint) -> None:
        opened = Menu(self)
        opened.setObjectName("recording_file_menu")
        for title, icon, run in (
            (_("Open recording"), "ph.file", partial(self.opened.emit, row.path)),
            (_("Show in folder"), "ph.folder-open", partial(self.file_actions.show_in_folder, row.path)),
            (_("Rename…"), "ph.pencil-simple", partial(self.file_actions.ask_name, row.path)),
            (_("Move to trash"), "ph.trash", partial(self.file_actions.delete, row.path)),
        ):
            action = opened.addAction(title, run)
            action.setProperty("icon_name", icon)
        opened.aboutToHide.connect(opened.deleteLater)
        opened.popup(spot)

    def follow(self, followed: bool) -> None:
        """Look at the folder from now on, or no more. Also while something else is shown because it is empty."""
        if followed:
            self.model.refresh()
            self.look()
            self._timer.start()
        else:
            self._timer.stop()
