"""The clipboard of the system: the only module that reads or writes it."""

import atexit

import shiboken6
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication


def copy_text(text: str) -> None:
    """Put `text` on the clipboard."""
    QGuiApplication.clipboard().setText(text)


def copy_data(data: QMimeData) -> None:
    """Put `data` on the clipboard; when the program ends only its text stays there."""
    QGuiApplication.clipboard().setMimeData(data)
    # Qt may keep it until after Python has ended, and would end the program with a crash then.
    atexit.unregister(_release)
    atexit.register(_release, data)


def clipboard_data() -> QMimeData:
    """What is on the clipboard; without any formats if it is empty."""
    return QGuiApplication.clipboard().mimeData() or QMimeData()  # Qt may return None, unlike its declared type


def _release(data: QMimeData) -> None:
    """At the end of the program, replace the data by a copy that Qt owns, unless something else was copied since."""
    if shiboken6.isValid(data) and QGuiApplication.instance() is not None:
        copy_text(data.text())
