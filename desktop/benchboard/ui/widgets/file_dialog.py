"""Opens a file dialog in which a typed path takes effect.

It is the platform's own, or where it has none Qt's with our icons.
"""

from typing import Final

from PySide6.QtCore import QAbstractProxyModel, QModelIndex, QPersistentModelIndex, QSize, Qt, QUrl
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
)

from benchboard.ui.theme import theme

_BUTTONS: Final = {
    "backButton": "ph.arrow-left",
    "forwardButton": "ph.arrow-right",
    "toParentButton": "ph.arrow-up",
    "newFolderButton": "ph.folder-plus",
    "listModeButton": "ph.squares-four",
    "detailModeButton": "ph.list-bullets",
}
"""The icons of the buttons in Qt's dialog, by their names."""
_VIEWS: Final = ("listView", "treeView", "sidebar")
_URL: Final = Qt.ItemDataRole.UserRole + 1
"""The role under which the list of places has its addresses."""


class _FileIcons(QStyledItemDelegate):
    """Draws our icon of a file, a folder, or of the computer in the place of the one that the view has.

    (A provider of icons would be called in the thread that reads the folders.)
    """

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if index.column() == 0:
            url, model = index.data(_URL), index.model()
            while isinstance(model, QAbstractProxyModel):  # a list of completions has no children
                index = model.mapToSource(index)
                model = index.model()
            holds_files = model.hasChildren(index) or isinstance(url, QUrl)
            name = "ph.folder" if holds_files else "ph.file"
            if isinstance(url, QUrl) and not url.path():
                name = "ph.desktop"
            option.icon = theme().icon(name, "text.secondary")


def open_file_dialog(dialog: QFileDialog) -> None:
    """Show `dialog` and return at once; its signals report the result.

    While a path is typed, Qt selects in its list each file and folder that the text names so far. It doesn't always
    deselect them (a folder whose details it has not read yet stays selected), and the selection takes precedence over
    the text: `/home/ada/b/x/file.json` and Return showed the folder `x` and lost the path. So the list is deselected
    while the field has the focus; files selected in the list by mouse or keys stay selected.
    """
    dialog.open()
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    files = dialog.findChild(QAbstractItemView, "listView")
    if field is None or files is None:  # the platform's own dialog
        return
    _show_our_icons(dialog)
    completer = field.completer()
    if completer is not None and (popup := completer.popup()) is not None:
        popup.setProperty("completions", True)  # a window of its own, which nothing else gives a ground
        popup.setItemDelegate(_FileIcons(popup))

    def deselect() -> None:
        if field.hasFocus():
            files.selectionModel().clearSelection()

    field.textChanged.connect(deselect)  # after Qt's own slot, which was connected before


def _show_our_icons(dialog: QFileDialog) -> None:
    """Replace the icons of Qt's dialog, which are those of an old desktop."""
    side = theme().px("icon.control")
    for name, icon in _BUTTONS.items():
        button = dialog.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(theme().icon(icon, "text.secondary"))
            button.setIconSize(QSize(side, side))
    for name in _VIEWS:
        view = dialog.findChild(QAbstractItemView, name)
        if view is not None:
            view.setItemDelegate(_FileIcons(view))
            view.setIconSize(QSize(side, side))
    folders = dialog.findChild(QComboBox, "lookInCombo")
    if folders is not None:
        folders.setIconSize(QSize(0, 0))  # its own icon can't be replaced; the path says what it is
