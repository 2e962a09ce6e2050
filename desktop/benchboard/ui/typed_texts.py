"""What a user typed into a view, which is kept while the window is rebuilt."""

from PySide6.QtWidgets import QLineEdit, QWidget


def typed_texts(view: QWidget) -> dict[str, str]:
    """The texts of the view's fields that the user edited, by their names."""
    return {
        edit.objectName(): edit.text()
        for edit in view.findChildren(QLineEdit)
        if edit.isModified() and edit.objectName()
    }


def restore_typed_texts(view: QWidget, texts: object) -> None:
    """Fill in texts from `typed_texts` as if they were typed; fields that the view doesn't have now are left out."""
    for name, text in texts.items() if isinstance(texts, dict) else ():
        edit = view.findChild(QLineEdit, name)
        if edit is not None:
            edit.setText(text)
            edit.setModified(True)
            edit.textEdited.emit(text)
