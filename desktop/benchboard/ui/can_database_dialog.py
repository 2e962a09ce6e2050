"""Asks for the files of CAN databases."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QWidget

from benchboard.i18n import _
from benchboard.ui.widgets.file_dialog import FileDialog, open_file_dialog

_PATTERNS: Final = "*.dbc *.kcd *.sym *.arxml *.DBC *.KCD *.SYM *.ARXML"


def ask_for_databases(parent: QWidget, take: Callable[[Sequence[Path]], object], *, name: str) -> None:
    """Open the dialog called `name`, in which several files can be selected; `take` gets them."""
    filters = [_("CAN databases ({patterns})").format(patterns=_PATTERNS), _("All files (*)")]
    dialog = FileDialog(parent.window(), _("Add database"), "", ";;".join(filters))
    dialog.setObjectName(name)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda paths: take([Path(path) for path in paths]))
    dialog.finished.connect(dialog.deleteLater)
    open_file_dialog(dialog, "database")
