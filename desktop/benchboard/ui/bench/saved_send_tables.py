"""Send tables that are kept: that of each dongle, those with a name, and those in files."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtWidgets import QFileDialog

from benchboard.canbus.send_table import SendTable
from benchboard.canbus.send_table_file import read_table, rows_table, table_rows, write_table
from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext, number
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, Edit, MenuItem, Popover, heading, menu
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.file_dialog import FileDialog, open_file_dialog

_MAX_NAME: Final = 60
_MOST_DONGLES: Final = 50
"""Dongles whose tables are kept; those changed longest ago are forgotten."""
_DONGLES: Final = "dongles"
_NAMED: Final = "named"


class SavedSendTables(Button):
    """A button with the menu of the tables that are kept. `use` gets one that was chosen, `current` says what to
    keep; `more` are further entries of the menu.
    """

    def __init__(
        self,
        context: Context,
        use: Callable[[SendTable], None],
        current: Callable[[], SendTable],
        more: Callable[[], list[MenuItem]],
    ) -> None:
        super().__init__(_("Saved tables"), self._open, menu=True, name="send_saved")
        self._context, self._use, self._current, self._more = context, use, current, more

    # ---- the settings

    def _kept(self, part: str) -> dict[str, Any]:
        try:
            kept = json.loads(self._context.settings.live_send_tables or "{}")
        except (ValueError, RecursionError):
            return {}
        found = kept.get(part) if isinstance(kept, dict) else None
        return found if isinstance(found, dict) else {}

    def _keep(self, part: str, tables: dict[str, Any]) -> None:
        kept = {_DONGLES: self._kept(_DONGLES), _NAMED: self._kept(_NAMED), part: tables}
        text = json.dumps(kept, ensure_ascii=False) if any(kept.values()) else ""
        if text != self._context.settings.live_send_tables:
            self._context.apply_settings(replace(self._context.settings, live_send_tables=text))

    def of_dongle(self, device_id: str) -> SendTable:
        """The table that this dongle had last; an empty one if none is kept."""
        return _table(self._kept(_DONGLES).get(device_id, []))

    def keep_of_dongle(self, device_id: str, table: SendTable) -> None:
        """Keep the table of this dongle."""
        others = {key: rows for key, rows in self._kept(_DONGLES).items() if key != device_id}
        newest = dict(list(others.items())[-(_MOST_DONGLES - 1) :])
        self._keep(_DONGLES, {**newest, device_id: table_rows(table)} if table.rows else newest)

    @property
    def named(self) -> dict[str, SendTable]:
        """The tables with a name."""
        return {name: _table(rows) for name, rows in self._kept(_NAMED).items()}

    # ---- the menu

    def _open(self) -> None:
        table = self._current()
        why_empty = "" if table.rows else _("Add a row first.")
        items = [
            MenuItem(name, partial(self._use, kept), "ph.table", _rows_text(kept), checked=kept == table)
            for name, kept in sorted(self.named.items())
        ]
        items += [MenuItem("")] if items else []
        items.append(MenuItem(_("Save this table…"), self.ask_name, "ph.plus", why_not=why_empty))
        current = next((name for name, kept in self.named.items() if kept == table), "")
        if current:
            items.append(MenuItem(_("Remove {name}").format(name=current), partial(self.remove, current), "ph.x"))
        items.append(MenuItem(""))
        items.append(MenuItem(_("Open file…"), self.open_file, "ph.folder-open"))
        items.append(MenuItem(_("Save to file…"), self.save_file, "ph.download-simple", why_not=why_empty))
        menu(self, [*items, MenuItem(""), *self._more()], name="send_tables_menu")

    def ask_name(self) -> None:
        """Ask for the name to keep the present table by."""
        popover = Popover(self, width=320, name="send_name_popover")
        field = Edit(placeholder=_("Conveyor start-up"), name="send_table_name", label=_("Name of the table"))
        field.setMaxLength(_MAX_NAME)

        def save() -> None:
            if name := " ".join(field.text().split()):
                self.save(name)
                popover.close()
            else:
                field.set_invalid(True)

        field.returnPressed.connect(save)
        popover.column.addWidget(heading(_("Save send table")))
        popover.column.addWidget(field)
        popover.column.addWidget(Button(_("Save table"), save, kind="primary", name="send_table_save"))
        popover.open()
        field.setFocus()

    def save(self, name: str) -> None:
        """Keep the present table by this name; a toast brings one back that had it."""
        kept, rows = self._kept(_NAMED), table_rows(self._current())
        if kept.get(name, rows) != rows:
            self._change(name, rows, _("Send table {name} replaced").format(name=name))
            return
        self._keep(_NAMED, {**kept, name: rows})
        announce(self, _("Send table {name} saved").format(name=name))

    def remove(self, name: str) -> None:
        """Keep the table of this name no longer; a toast brings it back."""
        self._change(name, None, _("Send table {name} removed").format(name=name))

    def _change(self, name: str, rows: object, said: str) -> None:
        before = self._kept(_NAMED)
        kept = {one: other for one, other in before.items() if one != name}
        self._keep(_NAMED, kept if rows is None else {**kept, name: rows})
        restored = _("Send table {name} restored").format(name=name)
        self._context.problems.toast(said, partial(self._change, name, before.get(name), restored))

    # ---- files

    def open_file(self) -> None:
        """Ask for the file to read a table from."""
        dialog = self._dialog(_("Open send table"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.read(Path(path)))
        open_file_dialog(dialog, "send_table")

    def read(self, path: Path) -> None:
        """Use the table in this file."""
        self._context.tasks.run(
            self, lambda _progress: read_table(path), self._use, self._context.problems.show,
            title=_("Reading {name}").format(name=path.name),
        )  # fmt: skip

    def save_file(self) -> None:
        """Ask for the file to write the present table to."""
        dialog = self._dialog(_("Save send table"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda path: self.write(Path(path)))
        open_file_dialog(dialog, "send_table")

    def write(self, path: Path) -> None:
        """Write the present table to this file."""
        table = self._current()

        def done(_none: None) -> None:
            self._context.problems.toast(_("Saved to {name}").format(name=path.name))

        self._context.tasks.run(
            self, lambda _progress: write_table(path, table), done, self._context.problems.show,
            title=_("Writing {name}").format(name=path.name),
        )  # fmt: skip

    def _dialog(self, title: str) -> QFileDialog:
        filters = [_("Send tables ({patterns})").format(patterns="*.json"), _("All files (*)")]
        dialog = FileDialog(self.window(), title, "", ";;".join(filters))
        dialog.setObjectName("send_file_dialog")
        dialog.finished.connect(dialog.deleteLater)
        return dialog


def _table(rows: object) -> SendTable:
    """A kept table; an empty one in place of what can't be read."""
    try:
        return rows_table(rows)
    except Invalid:
        return SendTable()


def _rows_text(table: SendTable) -> str:
    count = len(table.rows)
    return ngettext("{count} row", "{count} rows", count).format(count=number(count))
