"""The CAN databases that the live bus and recordings are decoded with: a button that adds and removes them, and keeps
which there are.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog

from benchboard.canbus.dbc import CanDatabase
from benchboard.canbus.dbc_files import load_databases
from benchboard.dongles.simulator import conveyor
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, MenuItem, menu
from benchboard.ui.widgets.file_dialog import FileDialog, open_file_dialog
from benchboard.ui.widgets.labels import plain_tooltip

_PATTERNS: Final = "*.dbc *.kcd *.sym *.arxml *.DBC *.KCD *.SYM *.ARXML"


class DatabaseButton(Button):
    """Says which databases are used, and opens the menu to change them. `changed` once others were read."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(_("Add database"), self._open, icon="ph.file", name="live_databases")
        self._context = context
        self.database = CanDatabase()
        self.paths: tuple[Path, ...] = ()
        self._known = context.settings.live_databases
        """The setting as it was read or kept last."""
        kept = _kept(context)
        self._own = (conveyor.database_file(),) if context.workspace.location.kind == "demo" else ()
        """Those that the demo brings for its simulated bus. They aren't kept: other buses have nothing of them."""
        if self._own + kept:
            self.read(self._own + kept)

    def showEvent(self, event: QShowEvent) -> None:
        """Use those that were chosen in another view meanwhile."""
        super().showEvent(event)
        if self._context.settings.live_databases != self._known:
            self._known = self._context.settings.live_databases
            self.read((*(path for path in self.paths if path in self._own), *_kept(self._context)))

    def _open(self) -> None:
        if not self.paths:
            self.choose()
            return
        remove = [
            MenuItem(_("Remove {name}").format(name=path.name), partial(self._remove, path), "ph.x", str(path.parent))
            for path in self.paths
        ]
        menu(self, [MenuItem(_("Add database…"), self.choose, "ph.plus"), MenuItem(""), *remove], name="live_dbc_menu")

    def choose(self) -> None:
        """Ask for the files to add."""
        filters = [_("CAN databases ({patterns})").format(patterns=_PATTERNS), _("All files (*)")]
        dialog = FileDialog(self.window(), _("Add database"), "", ";;".join(filters))
        dialog.setObjectName("live_dbc_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.add([Path(path) for path in paths]))
        dialog.finished.connect(dialog.deleteLater)
        open_file_dialog(dialog, "database")

    def add(self, paths: Sequence[Path]) -> None:
        """Read these files too."""
        self.read(tuple(dict.fromkeys((*self.paths, *paths))))

    def _remove(self, path: Path) -> None:
        self.read(tuple(one for one in self.paths if one != path))

    def read(self, paths: tuple[Path, ...]) -> None:
        """Read these files, in place of those before; one that can't be read changes nothing."""

        def done(database: CanDatabase) -> None:
            self.paths, self.database = paths, database
            self._show()
            self._keep()
            self.changed.emit()

        def failed(error: AppError) -> None:
            self._context.problems.show(error)

        title = ngettext("Reading {count} database", "Reading {count} databases", len(paths))
        self._context.tasks.run(
            self, lambda _progress: load_databases(paths), done, failed, title=title.format(count=number(len(paths)))
        )

    def _show(self) -> None:
        names = ", ".join(path.name for path in self.paths)
        more = ngettext("{count} database", "{count} databases", len(self.paths)).format(count=number(len(self.paths)))
        self.setText((names if len(names) <= 28 else more) if names else _("Add database"))
        lines = [_("{name}: {count} messages").format(name=path.name, count=self._count(path)) for path in self.paths]
        lines += [
            _("{message} of {file} isn't used: its ID is taken.").format(message=one.name, file=one.source)
            for one in self.database.repeated[:5]
        ]
        self.setToolTip(plain_tooltip("\n".join(lines)))
        self.updateGeometry()

    def _count(self, path: Path) -> str:
        return number(sum(message.source == path.name for message in self.database.messages))

    def _keep(self) -> None:
        kept = "\n".join(str(path) for path in self.paths if path not in self._own)
        self._known = kept
        if kept != self._context.settings.live_databases:
            self._context.apply_settings(replace(self._context.settings, live_databases=kept))


def _kept(context: Context) -> tuple[Path, ...]:
    """The files that the settings have."""
    return tuple(Path(one) for one in context.settings.live_databases.splitlines() if one)
