"""The CAN databases that the live bus and recordings are decoded with: a button that adds and removes them, and keeps
which there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent

from benchboard.canbus.dbc import CanDatabase, conflict_text
from benchboard.canbus.dbc_files import load_databases
from benchboard.dongles.simulator import conveyor
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number
from benchboard.ui.can_database_dialog import ask_for_databases
from benchboard.ui.context import Context
from benchboard.ui.problems import Action
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, MenuItem, menu
from benchboard.ui.widgets.labels import plain_tooltip

_MOST_CONFLICTS: Final = 3
"""Messages that are named whose ID another file has."""


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
        self._own = (conveyor.database_file(),) if context.workspace.location.kind == "demo" else ()
        """Those that the demo brings for its simulated bus. They are kept only where another one comes before them:
        other buses have nothing of them."""
        if paths := self._chosen():
            self.read(paths)

    def showEvent(self, event: QShowEvent) -> None:
        """Use those that were chosen in another view meanwhile."""
        super().showEvent(event)
        if self._context.settings.live_databases != self._known:
            self._known = self._context.settings.live_databases
            own = tuple(path for path in self._own if path in self.paths)
            self.read(self._chosen(own))

    def _chosen(self, own: tuple[Path, ...] | None = None) -> tuple[Path, ...]:
        """The files that the settings have, in their order; those that the demo brings are first unless they have them
        elsewhere."""
        own = self._own if own is None else own
        kept = tuple(one for one in _kept(self._context) if one in own or one != conveyor.database_file())
        return (*(one for one in own if one not in kept), *kept)

    def _open(self) -> None:
        if not self.paths:
            self.choose()
            return
        first = [
            MenuItem(_("Use {name} first").format(name=path.name), partial(self.use_first, path), "ph.arrow-up")
            for path in self.paths[1:]
        ]
        taken = [MenuItem(""), MenuItem(self._conflict_text())] if self.database.conflicts else []
        remove = [
            MenuItem(_("Remove {name}").format(name=path.name), partial(self._remove, path), "ph.x", str(path.parent))
            for path in self.paths
        ]
        orders = [MenuItem(""), *first] if first else []
        items = [MenuItem(_("Add database…"), self.choose, "ph.plus"), *taken, *orders, MenuItem(""), *remove]
        menu(self, items, name="live_dbc_menu")

    def choose(self) -> None:
        """Ask for the files to add."""
        ask_for_databases(self, self.add, name="live_dbc_dialog")

    def add(self, paths: Sequence[Path]) -> None:
        """Read these files too."""
        self.read(tuple(dict.fromkeys((*self.paths, *paths))), tells=True)

    def use_first(self, path: Path) -> None:
        """Decode IDs that several files have by this one."""
        before = self.paths
        self.read((path, *(one for one in before if one != path)), undo=partial(self.read, before))

    def _remove(self, path: Path) -> None:
        self.read(tuple(one for one in self.paths if one != path))

    def read(self, paths: tuple[Path, ...], *, tells: bool = False, undo: Callable[[], None] | None = None) -> None:
        """Read these files, in place of those before; one that can't be read changes nothing. Where IDs are in several
        of them, the first one counts, which is said if it `tells`. With an `undo`, their order was changed.
        """

        def done(database: CanDatabase) -> None:
            self.paths, self.database = paths, database
            self._show()
            self._keep()
            self.changed.emit()
            if undo is not None:
                said = _("IDs in several databases are decoded by {name} first.").format(name=paths[0].name)
                self._context.problems.toast(said, undo)
            elif tells and database.conflicts:
                order = Action(_("Change order"), self._open)
                self._context.problems.toast(self._conflict_text(), warning=True, action=order)

        def failed(error: AppError) -> None:
            self._context.problems.show(error)

        title = ngettext("Reading {count} database", "Reading {count} databases", len(paths))
        self._context.tasks.run(
            self, lambda _progress: load_databases(paths), done, failed, title=title.format(count=number(len(paths)))
        )

    def _conflict_text(self) -> str:
        """Which messages aren't used because another file has their ID."""
        found = self.database.conflicts
        shown = [conflict_text(one) for one in found[:_MOST_CONFLICTS]]
        if more := len(found) - len(shown):
            shown.append(ngettext("{count} more", "{count} more", more).format(count=number(more)))
        return _("Not used, because another database has the same ID: {messages}.").format(messages=", ".join(shown))

    def _show(self) -> None:
        names = ", ".join(path.name for path in self.paths)
        more = ngettext("{count} database", "{count} databases", len(self.paths)).format(count=number(len(self.paths)))
        self.setText((names if len(names) <= 28 else more) if names else _("Add database"))
        lines = [_("{name}: {count} messages").format(name=path.name, count=self._count(path)) for path in self.paths]
        clash = _("Some messages aren't used, because another database has the same ID.")
        self.setAccessibleDescription(clash if self.database.conflicts else ", ".join(lines))
        if self.database.conflicts:
            lines.append(self._conflict_text())
        icon, ink = ("ph.warning-circle", "warn") if self.database.conflicts else ("ph.file", "text")
        self.setIcon(theme().icon(icon, ink))
        self.setToolTip(plain_tooltip("\n".join(lines)))
        self.updateGeometry()

    def _count(self, path: Path) -> str:
        return number(sum(message.source == path.name for message in self.database.messages))

    def _keep(self) -> None:
        own = () if self.paths[: len(self._own)] != self._own else self._own
        kept = "\n".join(str(path) for path in self.paths if path not in own)
        self._known = kept
        if kept != self._context.settings.live_databases:
            self._context.apply_settings(replace(self._context.settings, live_databases=kept))


def _kept(context: Context) -> tuple[Path, ...]:
    """The files that the settings have."""
    return tuple(Path(one) for one in context.settings.live_databases.splitlines() if one)
