"""Saves a file: asks where, writes it on a worker, and says so."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from benchboard.atomic_write import explain_write_error, write_atomically
from benchboard.errors import AppError, Unavailable
from benchboard.i18n import _
from benchboard.ui.tasks import Progress, Work
from benchboard.ui.widgets.file_dialog import FileDialog, open_file_dialog

if TYPE_CHECKING:
    from benchboard.ui.context import Context

Result = TypeVar("Result")


def ask_file(
    owner: QWidget,
    title: str,
    name: str,
    kind: str,
    chosen: Callable[[Path], object],
    *,
    dialog_name: str = "export_file",
) -> None:
    """Ask for a file to write, and return at once; `chosen` is called with its path, or never.

    `name` is suggested, in the folder used last for such a file, at first the home folder. Its extension is the one
    that a name without any gets, and the only one that the dialog lists; `kind` says in the dialog which kind of file
    that is.
    """
    extension = Path(name).suffix
    dialog = FileDialog(owner.window(), title, str(Path.home() / name), f"{kind} (*{extension})")
    dialog.setObjectName(dialog_name)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(extension.removeprefix("."))
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    open_file_dialog(dialog, dialog_name)


def save_file(
    context: "Context",
    owner: QObject,
    path: Path,
    encode: Callable[[Progress], tuple[bytes, Result]],
    done: Callable[[Result], object] = lambda _result: None,
    failed: Callable[[AppError], None] | None = None,
    *,
    saved: Callable[[Result], str] | None = None,
) -> Work:
    """Write to `path` on a worker, atomically, and say so.

    `encode` runs on the worker and returns the file's content with a result: `done` is called with it, on the window's
    thread, after the toast. The toast's text is `saved(result)`, or else names the file. Errors are shown, unless
    `failed` takes them.
    """

    def op(progress: Progress) -> Result:
        content, result = encode(progress)
        progress.check()
        _write(path, content)
        return result

    def finish(result: Result) -> None:
        context.problems.toast(_("Saved {file}").format(file=path.name) if saved is None else saved(result))
        done(result)

    return context.tasks.run(owner, op, finish, failed, title=_("Exporting {file}").format(file=path.name))


def _write(path: Path, content: bytes) -> None:
    """Write a file atomically. Raises `Unavailable`."""
    try:
        write_atomically(path, content)
    except OSError as error:
        why, do = explain_write_error(error)
        raise Unavailable("file.write", _("Couldn't write {file}.").format(file=path), why=why, do=do) from error
