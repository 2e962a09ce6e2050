"""Opens a dialog that asks for a file, so that a typed path is taken."""

from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QLineEdit


def open_file_dialog(dialog: QFileDialog) -> None:
    """Show `dialog` and return at once; it answers by its signals.

    While a path is typed, Qt selects in its list each file and folder that the text names so far. It does not always
    take the selection back (a folder whose details it has not read yet stays), and what is selected counts more than
    the text: `/home/ada/b/x/file.json` and Return showed the folder `x` and lost the path. So nothing stays selected
    while the keyboard is in the field; what is chosen in the list with mouse or keys stays chosen.
    """
    dialog.open()
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    files = dialog.findChild(QAbstractItemView, "listView")
    if field is None or files is None:  # the platform's own dialog
        return

    def deselect() -> None:
        if field.hasFocus():
            files.selectionModel().clearSelection()

    field.textChanged.connect(deselect)  # after Qt's own, which was connected before
