"""Copying to and pasting from the system clipboard. Widgets are copied as JSON, which other programs can read too."""

import atexit
from typing import Final

import shiboken6
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QCursor, QGuiApplication

from benchboard.dashboards.document.document import MAX_BYTES
from benchboard.dashboards.editing import image_edits
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.image_files import sources_in
from benchboard.ui.studio.canvas.image_import import ImageOffer
from benchboard.ui.studio.canvas.interaction.rejections import why_not_into_container

MIME: Final = "application/x-benchboard+json"


def copy(canvas: Canvas) -> bool:
    """Copy the selection to the clipboard; False if nothing is selected."""
    text = canvas.editor.copy()
    if text:
        data = QMimeData()
        data.setData(MIME, text.encode())
        data.setText(text)
        QGuiApplication.clipboard().setMimeData(data)
        # Qt may keep it until after Python has ended, and would end the program with a crash then.
        atexit.unregister(_release)
        atexit.register(_release, data)
    return bool(text)


def _release(data: QMimeData) -> None:
    """At the end of the program, replace the data by a copy that Qt owns, unless something else was copied since."""
    if shiboken6.isValid(data) and QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().setText(data.text())


def cut(canvas: Canvas) -> None:
    """Copy the selection to the clipboard and remove it."""
    if copy(canvas):
        canvas.editor.remove()


def paste(canvas: Canvas) -> None:
    """Paste the clipboard at the pointer, or in the first free cell.

    An image replaces the image of the selected image widget, if that alone is selected.
    """
    data = QGuiApplication.clipboard().mimeData() or QMimeData()  # Qt may return None, unlike its declared type
    own = data.data(MIME) if data.hasFormat(MIME) else None
    # Decoded leniently: the editor rejects text that isn't JSON with an error.
    text = bytes(own.data()[: MAX_BYTES + 1]).decode("utf-8", "replace") if own is not None else data.text()
    spot = canvas.viewport().mapFromGlobal(QCursor.pos())
    over = canvas.underMouse() and canvas.viewport().rect().contains(spot)
    at = canvas.grid.field(canvas.mapToScene(spot)) if over else None
    images = [] if own is not None or text.lstrip().startswith(("{", "[")) else sources_in(data)
    if images:
        canvas.images_offered.emit(ImageOffer(images, image_edits.selected_image(canvas.editor.state), at))
        return
    if at is not None and (why := why_not_into_container(canvas.editor, at)):
        canvas.rejected.emit(why)
    canvas.editor.paste(text, at)
