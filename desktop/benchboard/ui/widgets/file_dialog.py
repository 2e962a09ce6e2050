"""Opens a file dialog in which a typed path takes effect."""

from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QLineEdit


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

    def deselect() -> None:
        if field.hasFocus():
            files.selectionModel().clearSelection()

    field.textChanged.connect(deselect)  # after Qt's own slot, which was connected before
