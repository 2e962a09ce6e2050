"""Copying to and pasting from the system clipboard. Widgets are copied as JSON, which other programs can read too."""

from typing import Final

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QCursor

from benchboard.dashboards.document.document import MAX_BYTES
from benchboard.dashboards.editing import image_edits
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.image_files import sources_in
from benchboard.ui.studio.canvas.image_import import ImageOffer
from benchboard.ui.studio.canvas.interaction.rejections import why_not_into_container
from benchboard.ui.system_clipboard import clipboard_data, copy_data

MIME: Final = "application/x-benchboard+json"


def copy(canvas: Canvas) -> bool:
    """Copy the selection to the clipboard; False if nothing is selected."""
    text = canvas.editor.copy()
    if text:
        data = QMimeData()
        data.setData(MIME, text.encode())
        data.setText(text)
        copy_data(data)
    return bool(text)


def cut(canvas: Canvas) -> None:
    """Copy the selection to the clipboard and remove it."""
    if copy(canvas):
        canvas.editor.remove()


def paste(canvas: Canvas) -> None:
    """Paste the clipboard at the pointer, or in the first free cell.

    An image replaces the image of the selected image widget, if that alone is selected.
    """
    data = clipboard_data()
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
