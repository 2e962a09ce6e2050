"""The dialogs that ask for a folder's name, and for the folder to move something to."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.folders import MAX_NAME, Folder
from benchboard.i18n import _
from benchboard.ui.widgets import Button, Dialog, Edit, Field
from benchboard.ui.widgets.fields import Select


class FolderNameDialog(Dialog):
    """Asks for the name of a new folder, or for another name of one."""

    name_entered = Signal(str)

    def __init__(self, window: QWidget, title: str, action: str, name: str = "") -> None:
        super().__init__(window, title, name="folder_name")
        self._name = Edit(name="folder_name_field")
        self._name.setMaxLength(MAX_NAME)
        self._name.setText(name)
        self._name.selectAll()
        self._name.setMinimumWidth(360)
        self._name.returnPressed.connect(self._accept)
        self._field = Field(_("Name"), self._name, lines=1)
        self.content.addWidget(self._field)
        self.add_button(Button(_("Cancel"), self.leave, name="folder_name_cancel"))
        self.add_button(Button(action, self._accept, kind="primary", name="folder_name_accept"))
        self._name.textChanged.connect(lambda _text: self._field.set_error(""))

    def _accept(self) -> None:
        if name := self._name.text().strip():
            self.dismiss()
            self.name_entered.emit(name)
        else:
            self._field.set_error(_("Enter a folder name."))
            self._name.setFocus(Qt.FocusReason.OtherFocusReason)


class MoveToFolderDialog(Dialog):
    """Asks for the folder to move something to: emits its id, or None for none."""

    chosen = Signal(object)

    def __init__(self, window: QWidget, title: str, folders: Sequence[Folder], current: str | None, none: str) -> None:
        super().__init__(window, title, name="move_to_folder")
        choices = [("", none), *((one.id, one.path) for one in folders)]
        self._select = Select(choices, name="move_to_folder_select", label=_("Folder"))
        self._select.setMinimumWidth(360)
        known = [key for key, _title in choices]
        self._select.setCurrentIndex(known.index(current) if current in known else 0)
        self.content.addWidget(Field(_("Folder"), self._select))
        self.add_button(Button(_("Cancel"), self.leave, name="move_to_folder_cancel"))
        self.add_button(Button(_("Move"), self._accept, kind="primary", name="move_to_folder_accept"))

    def _accept(self) -> None:
        folder_id = self._select.current_key() or None
        self.dismiss()
        self.chosen.emit(folder_id)
