"""Pictures on their way to a page: chosen from a file, dropped from the desktop, pasted. Read beside the window."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from benchboard.dashboards.catalogue import IMAGE
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.canvas import imagefiles
from benchboard.ui.studio.canvas.hand import Guests
from benchboard.ui.studio.canvas.imagefiles import Source
from benchboard.ui.studio.document import pictures
from benchboard.ui.studio.tiles.faces import body_of
from benchboard.ui.tasks import Progress

if TYPE_CHECKING:
    from benchboard.ui.context import Context
    from benchboard.ui.studio.canvas.canvas import Canvas

_MOST: Final = 12
"""Pictures that are taken at once."""
_LOWEST, _HIGHEST = 3, 14
"""Rows of a new image."""


class Offer(NamedTuple):
    """Pictures somebody wants on the page: a single one in the image `item_id`, else each as a new image, the first
    `at` a field of the page."""

    sources: Sequence[Source]
    item_id: str = ""
    at: tuple[int, int] | None = None


class Images(QObject):
    """Brings pictures onto the page of a canvas: each is a step when it has been read, or a sentence."""

    def __init__(self, context: "Context", canvas: "Canvas") -> None:
        super().__init__(canvas)
        self._context, self._canvas, self._editor = context, canvas, canvas.editor
        self._guests: Guests | None = None
        self._before: tuple[str, ...] | None = None
        """What was chosen before something was dragged over the page."""
        canvas.offered.connect(self.take)
        canvas.image_wanted.connect(self.choose)
        canvas.viewport().installEventFilter(self)

    def choose(self) -> None:
        """Ask for a file for the chosen image, or for a new one."""
        item_id = pictures.chosen_image(self._editor)
        why = pictures.why_kept(self._editor, item_id)
        if why:
            self._context.problems.toast(why)
            return
        kinds = _("Pictures")
        title, home = _("Choose a picture"), str(Path.home())
        dialog = QFileDialog(self._canvas.window(), title, home, f"{kinds} ({imagefiles.FILTER})")
        dialog.setObjectName("image_file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.take(Offer([Path(path)], item_id)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take(self, offer: Offer) -> None:
        """Read pictures and put them on the page."""
        why = pictures.why_kept(self._editor, offer.item_id)
        if why:
            self._context.problems.toast(why)
        elif len(offer.sources) > _MOST:
            what = _("{count} pictures are taken at once at most.").format(count=_MOST)
            self._context.problems.show(Invalid("image.too-many", what, do=_("Bring them in parts.")))
        else:
            into = offer.item_id if len(offer.sources) == 1 else ""
            for place, source in enumerate(offer.sources):
                self._read(source, into, offer.at if place == 0 else None)

    def _read(self, source: Source, item_id: str, at: tuple[int, int] | None) -> None:
        name = source.name if isinstance(source, Path) else ""

        def op(progress: Progress) -> tuple[str, float]:
            return imagefiles.made(source, progress.check)

        def done(made: tuple[str, float]) -> None:
            self._put(name, made, item_id, at)

        title = _("Reading {file}").format(file=name) if name else _("Reading the picture")
        self._context.tasks.run(self, op, done, title=title)

    def _put(self, name: str, made: tuple[str, float], item_id: str, at: tuple[int, int] | None) -> None:
        """It has been read: the page may be another one by now."""
        editor, (text, ratio) = self._editor, made
        there = item_id in editor.page.shown and editor.page.item(item_id).type == IMAGE
        why = pictures.why_kept(editor, item_id)
        if why:
            self._context.problems.toast(why)
        elif item_id and not there:
            self._context.problems.toast(_("The image the picture was for is gone."))
        elif there:
            pictures.show(editor, item_id, text)
        else:
            pictures.add(editor, pictures.fresh(editor, name, text, self._height(ratio)), at)

    def _height(self, ratio: float) -> int:
        """So many rows that a new image is filled by its picture."""
        grid, ((_item, cell),) = self._canvas.page, pictures.fresh(self._editor)
        size = grid.rect(cell).size() / self._canvas.zoom
        body = body_of(size)
        need = body.width() * ratio + size.height() - body.height()
        rows = math.ceil((need + grid.gap / grid.zoom) / ((grid.row + grid.gap) / grid.zoom))
        return max(_LOWEST, min(rows, _HIGHEST))

    # Dropping

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent | QDragMoveEvent) and event.type() != QEvent.Type.Drop:
            self._hover(event)
            return True
        if event.type() == QEvent.Type.DragLeave:
            self._let_go()
            return True
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._drop(event)
            return True
        return False

    def _hover(self, event: QDragMoveEvent) -> None:
        """Show where the picture would go: the image below the pointer, or a new one among the others."""
        data = event.mimeData()
        if not (data.hasUrls() or data.hasImage()) or not self._editor.editable:
            event.ignore()
            return
        if self._before is None:
            self._before = self._editor.chosen
        spot = event.position().toPoint()
        into = self._image_at(spot) if len(data.urls()) < 2 else ""
        if into:
            self._canvas.cancel()
            self._editor.choose([into])
        else:
            self._editor.choose(self._before)
            if self._guests is None:
                self._guests = Guests(pictures.title(), pictures.fresh(self._editor))
            self._canvas.guest_at(self._guests, self._canvas.viewport().mapToGlobal(spot))
        event.acceptProposedAction()

    def _drop(self, event: QDropEvent) -> None:
        spot, data = event.position().toPoint(), event.mimeData()
        gesture = self._canvas.hand.gesture
        landing = gesture.landing if gesture is not None and self._canvas.hand.guest is not None else []
        sources = imagefiles.offered(data)
        into = self._image_at(spot) if len(sources) == 1 else ""
        self._let_go()
        if not sources:
            self._refuse(data.hasUrls())
            event.ignore()
            return
        event.acceptProposedAction()
        if into:
            self._editor.choose([into])
        at = (landing[0].x, landing[0].y) if landing else self._canvas.page.field(self._canvas.mapToScene(spot))
        self._canvas.setFocus()
        self.take(Offer(sources, into, None if into else at))

    def _refuse(self, addresses: bool) -> None:
        what = _("This is no picture.")
        do = _("Nothing is fetched from an address: save the picture, and drop the file.") if addresses else ""
        self._context.problems.show(Invalid("image.other", what, do=do))

    def _image_at(self, spot: QPoint) -> str:
        """The image below a point of the view, while nothing floats there. Its content may be another."""
        page, (x, y) = self._editor.page, self._canvas.page.field(self._canvas.mapToScene(spot))
        for item_id in reversed(list(page.shown)):
            cell = page.shown[item_id]
            if cell.x <= x < cell.right and cell.y <= y < cell.bottom and not page.item(item_id).panes:
                fits = page.item(item_id).type == IMAGE and not pictures.why_kept(self._editor, item_id)
                return item_id if fits else ""
        return ""

    def _let_go(self) -> None:
        """Nothing is dragged over the page any more."""
        self._canvas.cancel()
        if self._before is not None:
            self._editor.choose(self._before)
        self._guests = self._before = None
