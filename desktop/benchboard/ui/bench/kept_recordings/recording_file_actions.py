"""What can be done with a recording in its folder: show it there, rename it, move it to the trash; with undo."""

import contextlib
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QFile, QObject, QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from benchboard.canbus.recording_folder import renamed
from benchboard.errors import AppError, Conflict, Unavailable
from benchboard.i18n import _, ngettext, number, system_reason
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, Dialog, Edit, Field


class RecordingFileActions(QObject):
    """`leaving`: these recordings are being moved to the trash. `changed`: they are gone, or with a path: the recording
    there has another name than the second path, which it had, or it is back.
    """

    leaving = Signal(object)
    changed = Signal(object, object)

    def __init__(self, context: Context, view: QWidget) -> None:
        super().__init__(view)
        self._context, self._view = context, view

    def show_in_folder(self, path: Path) -> None:
        """Open the folder of the recording in the computer's file manager."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))):
            what = _("No program on this computer shows folders.")
            do = _("The recording is in {folder}.").format(folder=path.parent)
            self._context.problems.show(Unavailable("recording.folder", what, do=do))

    def ask_name(self, path: Path) -> None:
        """Ask for another name of the recording."""
        _NameDialog(self._view, path, self._rename).open()

    def _rename(self, path: Path, name: str, failed: Callable[[AppError], None], done: Callable[[], None]) -> None:
        def finish(new: Path) -> None:
            done()
            self.changed.emit(new, path)
            if new != path:
                said = _("Renamed “{old}” to “{new}”.").format(old=path.name, new=new.name)
                self._context.problems.toast(said, partial(self._rename_back, new, path.name))

        self._context.tasks.read(self, lambda _session: renamed(path, name), finish, failed)

    def _rename_back(self, path: Path, name: str) -> None:
        self._rename(path, name, self._context.problems.show, lambda: None)

    def delete(self, paths: Sequence[Path]) -> None:
        """Move recordings to the trash of the computer, up to the first that can't be."""

        def op(_session: object) -> tuple[list[_Trashed], AppError | None]:
            moved = []
            for path in paths:
                try:
                    moved.append(_Trashed(_moved_to_trash(path), path))
                except AppError as error:
                    return moved, error
            return moved, None

        def done(result: tuple[list[_Trashed], AppError | None]) -> None:
            moved, failure = result
            self.changed.emit(None, None)
            if failure is not None:
                self._context.problems.show(failure)
            if moved:
                count = len(moved)
                said = ngettext(
                    "Moved {count} recording to the trash.", "Moved {count} recordings to the trash.", count
                )
                if count == 1:
                    said = _("Moved “{name}” to the trash.").format(name=moved[0].path.name)
                # Where a trash doesn't say what it calls a file, that can't be had back from here.
                undo = None if any(one.at == one.path for one in moved) else partial(self._restore, moved)
                self._context.problems.toast(said.format(count=number(len(moved))), undo)

        self.leaving.emit(paths)
        self._context.tasks.read(self, op, done, self._context.problems.show)

    def _restore(self, moved: "Sequence[_Trashed]") -> None:
        paths = [one.path for one in moved]

        def op(_session: object) -> None:
            for one in moved:
                _restored(one.at, one.path)

        def done(_none: None) -> None:
            self.changed.emit(paths[0], None)
            said = ngettext("{count} recording is back.", "{count} recordings are back.", len(paths))
            if len(paths) == 1:
                said = _("“{name}” is back.").format(name=paths[0].name)
            self._context.problems.toast(said.format(count=number(len(paths))), partial(self.delete, paths))

        def failed(error: AppError) -> None:
            self.changed.emit(None, None)  # those before it are back
            self._context.problems.show(error)

        self._context.tasks.read(self, op, done, failed)


class _Trashed(NamedTuple):
    """Where a file is in the trash, and where it was."""

    at: Path
    path: Path


def _moved_to_trash(path: Path) -> Path:
    """Move a file to the trash of the computer, and return where it is in it."""
    # Qt makes a trash in the folder for data, but not that folder.
    data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    with contextlib.suppress(OSError):
        Path(data).mkdir(parents=True, exist_ok=True)
    file = QFile(str(path))
    if not file.moveToTrash():
        what = _("“{name}” can't be moved to the trash.").format(name=path.name)
        do = _("Delete it in its folder: {folder}.").format(folder=path.parent)
        raise Unavailable("recording.trash", what, why=file.errorString(), do=do)
    return Path(file.fileName())


def _restored(trashed: Path, path: Path) -> None:
    """Move a file back from the trash, unless another one has its name now."""
    if path.exists():
        what = _("There's a “{name}” in this folder already.").format(name=path.name)
        raise Conflict("recording.exists", what, do=_("Rename it, then restore the other one from the trash."))
    try:
        shutil.move(trashed, path)
    except OSError as error:
        what = _("“{name}” can't be restored from the trash.").format(name=path.name)
        raise Unavailable("recording.trash", what, why=system_reason(error)) from error
    # Where the trash says of each file where it was (freedesktop.org's Trash specification), it no longer does.
    with contextlib.suppress(OSError):
        (trashed.parent.parent / "info" / f"{trashed.name}.trashinfo").unlink()


class _NameDialog(Dialog):
    _grows = True

    def __init__(
        self,
        view: QWidget,
        path: Path,
        rename: Callable[[Path, str, Callable[[AppError], None], Callable[[], None]], None],
    ) -> None:
        super().__init__(view.window(), _("Rename “{name}”").format(name=path.name), name="rename_recording")
        self._path, self._rename = path, rename
        self._field = Field(_("Name"), Edit(name="rename_recording_name"), lines=2)
        self._field.edit.setText(path.name)
        self._field.edit.setSelection(0, path.name.find(".") if "." in path.name else len(path.name))
        self._field.edit.setMinimumWidth(360)
        self._field.edit.returnPressed.connect(self._accept)
        self._field.edit.textChanged.connect(lambda _text: self._field.set_error(""))
        self.content.addWidget(self._field)
        self.add_button(Button(_("Cancel"), self.leave, name="rename_recording_cancel"))
        self.add_button(Button(_("Rename"), self._accept, kind="primary", name="rename_recording_save"))

    def _accept(self) -> None:
        self._rename(self._path, self._field.edit.text(), self._failed, self.dismiss)

    def _failed(self, error: AppError) -> None:
        self._field.set_error(" ".join(part for part in (error.what, error.why, error.do) if part))
        self._field.edit.setFocus()
