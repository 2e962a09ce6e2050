"""The system's clipboard: what is copied leaves as JSON, for another dashboard, another program or a person."""

import atexit
from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QCursor, QGuiApplication

from benchboard.dashboards.document import MAX_BYTES
from benchboard.ui.studio.canvas.imagefiles import offered
from benchboard.ui.studio.canvas.images import Offer
from benchboard.ui.studio.canvas.refusing import why_not_into
from benchboard.ui.studio.document.pictures import chosen_image

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas

MIME: Final = "application/x-benchboard+json"


def copy(canvas: "Canvas") -> bool:
    """Put what is chosen on the clipboard; answers whether anything is."""
    text = canvas.editor.copy()
    if text:
        data = QMimeData()
        data.setData(MIME, text.encode())
        data.setText(text)
        QGuiApplication.clipboard().setMimeData(data)
        # Qt may keep it until after Python has ended, and would end the program with a crash then.
        atexit.unregister(_let_go)
        atexit.register(_let_go, data)
    return bool(text)


def _let_go(data: QMimeData) -> None:
    """The program ends: leave a copy of the text that is Qt's own, where nobody has copied anything since."""
    if shiboken6.isValid(data) and QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().setText(data.text())


def cut(canvas: "Canvas") -> None:
    """Put what is chosen on the clipboard and take it away."""
    if copy(canvas):
        canvas.editor.remove()


def paste(canvas: "Canvas") -> None:
    """Put in what is on the clipboard: where the pointer is, or in the first free place. A picture goes into the image
    that alone is chosen."""
    data = QGuiApplication.clipboard().mimeData() or QMimeData()  # Qt may have none, whatever its type says
    own = data.data(MIME) if data.hasFormat(MIME) else None
    # Decoded leniently: what is no text is told so by whoever reads it.
    text = bytes(own.data()[: MAX_BYTES + 1]).decode("utf-8", "replace") if own is not None else data.text()
    spot = canvas.viewport().mapFromGlobal(QCursor.pos())
    over = canvas.underMouse() and canvas.viewport().rect().contains(spot)
    at = canvas.page.field(canvas.mapToScene(spot)) if over else None
    pictures = [] if own is not None or text.lstrip().startswith(("{", "[")) else offered(data)
    if pictures:
        canvas.offered.emit(Offer(pictures, chosen_image(canvas.editor), at))
        return
    if at is not None and (why := why_not_into(canvas.editor, at)):
        canvas.refused.emit(why)
    canvas.editor.paste(text, at)
