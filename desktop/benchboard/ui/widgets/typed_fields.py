"""The fields of a form in which something is typed that would be lost if it were closed."""

from collections.abc import Mapping

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from benchboard.ui.widgets.fields import Field


def texts_of(form: QWidget) -> dict[int, str]:
    """The texts of a form's fields, by the `id` of the widgets that are edited."""
    return {id(field.editor): _text(field.editor) for field in form.findChildren(Field)}


def typed_fields(form: QWidget, before: Mapping[int, str]) -> tuple[str, ...]:
    """The labels of the fields with a text that the user typed and that is another one than `before`, which is what
    `texts_of` answered. A password is none: it is typed again as easily.
    """
    return tuple(
        field.label
        for field in form.findChildren(Field)
        if field.isVisible()
        and _is_typed(field.editor)
        and _text(field.editor) not in ("", before.get(id(field.editor)))
    )


def _text(editor: QWidget) -> str:
    if isinstance(editor, QLineEdit):
        return editor.text().strip()
    return editor.toPlainText().strip() if isinstance(editor, QPlainTextEdit) else ""


def _is_typed(editor: QWidget) -> bool:
    if isinstance(editor, QLineEdit):
        return editor.isModified() and editor.echoMode() == QLineEdit.EchoMode.Normal
    return isinstance(editor, QPlainTextEdit) and editor.document().isModified()
