"""Adds images to the page, from a file dialog, a drop or the clipboard. They are decoded in the background."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from benchboard.dashboards.document.widget_kinds import IMAGE
from benchboard.dashboards.editing import image_edits
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.canvas import image_files
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.image_files import ImageSource
from benchboard.ui.studio.canvas.interaction.insert import InsertPayload
from benchboard.ui.studio.tiles.renderers import body_of
from benchboard.ui.tasks import Progress
from benchboard.ui.widgets.file_dialog import FileDialog, open_file_dialog

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_MAX_IMAGES: Final = 12
"""Most images that can be added at once."""
_MIN_ROWS, _MAX_ROWS = 3, 14
"""Rows of a new image widget."""


class ImageOffer(NamedTuple):
    """Images to add to the page: a single one replaces that of the image widget `item_id`, otherwise each gets a new
    widget, the first of them at the cell `at`.
    """

    sources: Sequence[ImageSource]
    item_id: str = ""
    at: tuple[int, int] | None = None


class ImageImport(QObject):
    """Adds images to the page of a canvas. Each becomes one undo step once it is decoded, or shows an error."""

    def __init__(self, context: "Context", canvas: Canvas) -> None:
        super().__init__(canvas)
        self._context, self._canvas, self._editor = context, canvas, canvas.editor
        self._payload: InsertPayload | None = None
        self._selected_before: tuple[str, ...] | None = None
        """The selection before the drag entered the page."""
        canvas.images_offered.connect(self.add_images)
        canvas.image_requested.connect(self.choose_file)
        canvas.viewport().installEventFilter(self)

    def choose_file(self) -> None:
        """Ask for a file for the selected image, or for a new one."""
        item_id = image_edits.selected_image(self._editor.state)
        why = image_edits.locked_reason(self._editor.state, item_id)
        if why:
            self._context.problems.refuse(why)
            return
        kinds = _("Images")
        title, home = _("Choose image"), str(Path.home())
        dialog = FileDialog(self._canvas.window(), title, home, f"{kinds} ({image_files.FILTER})")
        dialog.setObjectName("image_file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.add_images(ImageOffer([Path(path)], item_id)))
        dialog.finished.connect(dialog.deleteLater)
        open_file_dialog(dialog)

    def add_images(self, offer: ImageOffer) -> None:
        """Read images and add them to the page."""
        why = image_edits.locked_reason(self._editor.state, offer.item_id)
        if why:
            self._context.problems.refuse(why)
        elif len(offer.sources) > _MAX_IMAGES:
            what = _("You can add up to {count} images at once.").format(count=_MAX_IMAGES)
            self._context.problems.show(Invalid("image.too-many", what, do=_("Add them in smaller batches.")))
        else:
            into = offer.item_id if len(offer.sources) == 1 else ""
            for place, source in enumerate(offer.sources):
                self._read(source, into, offer.at if place == 0 else None)

    def _read(self, source: ImageSource, item_id: str, at: tuple[int, int] | None) -> None:
        name = source.name if isinstance(source, Path) else ""

        def op(progress: Progress) -> tuple[str, float]:
            return image_files.convert(source, progress.check)

        def done(converted: tuple[str, float]) -> None:
            self._place(name, converted, item_id, at)

        title = _("Reading {file}").format(file=name) if name else _("Reading image")
        self._context.tasks.run(self, op, done, title=title)

    def _place(self, name: str, converted: tuple[str, float], item_id: str, at: tuple[int, int] | None) -> None:
        """Add a decoded image to the page, which may have changed while it was decoded."""
        editor, (text, ratio) = self._editor, converted
        exists = item_id in editor.page.shown and editor.page.item(item_id).type == IMAGE
        why = image_edits.locked_reason(editor.state, item_id)
        if why:
            self._context.problems.refuse(why)
        elif item_id and not exists:
            self._context.problems.refuse(_("That image widget is no longer on the dashboard."))
        elif exists:
            editor.apply(image_edits.set_picture, item_id, text)
        else:
            editor.apply(
                image_edits.add_image,
                image_edits.new_image(editor.new_widget(image_edits.image_kind()), name, text, self._height(ratio)),
                at,
            )

    def _height(self, ratio: float) -> int:
        """The height in rows at which a new widget shows its whole image."""
        grid, ((_item, cell),) = (
            self._canvas.grid,
            image_edits.new_image(self._editor.new_widget(image_edits.image_kind())),
        )
        size = grid.rect(cell).size() / self._canvas.zoom
        body = body_of(size)
        need = body.width() * ratio + size.height() - body.height()
        rows = math.ceil((need + grid.gap / grid.zoom) / ((grid.row + grid.gap) / grid.zoom))
        return max(_MIN_ROWS, min(rows, _MAX_ROWS))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent | QDragMoveEvent) and event.type() != QEvent.Type.Drop:
            self._drag_over(event)
            return True
        if event.type() == QEvent.Type.DragLeave:
            self._end_drag()
            return True
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._drop(event)
            return True
        return False

    def _drag_over(self, event: QDragMoveEvent) -> None:
        """Show where the image would land: in the image widget under the pointer, or in a new one."""
        data = event.mimeData()
        if not (data.hasUrls() or data.hasImage()) or not self._editor.editable:
            event.ignore()
            return
        if self._selected_before is None:
            self._selected_before = self._editor.selection
        spot = event.position().toPoint()
        into = self._image_at(spot) if len(data.urls()) < 2 else ""
        if into:
            self._canvas.cancel()
            self._editor.select([into])
        else:
            self._editor.select(self._selected_before)
            if self._payload is None:
                self._payload = InsertPayload(
                    image_edits.add_image_title(),
                    image_edits.new_image(self._editor.new_widget(image_edits.image_kind())),
                )
            self._canvas.drag_new(self._payload, self._canvas.viewport().mapToGlobal(spot))
        event.acceptProposedAction()

    def _drop(self, event: QDropEvent) -> None:
        spot, data = event.position().toPoint(), event.mimeData()
        drag = self._canvas.drag
        cells = drag.interaction.drop_cells if drag.interaction is not None and drag.insert_source is not None else []
        sources = image_files.sources_in(data)
        into = self._image_at(spot) if len(sources) == 1 else ""
        self._end_drag()
        if not sources:
            self._reject(data.hasUrls())
            event.ignore()
            return
        event.acceptProposedAction()
        if into:
            self._editor.select([into])
        at = (cells[0].x, cells[0].y) if cells else self._canvas.grid.field(self._canvas.mapToScene(spot))
        self._canvas.setFocus()
        self.add_images(ImageOffer(sources, into, None if into else at))

    def _reject(self, addresses: bool) -> None:
        what = _("This isn't an image.")
        do = _("Images can't be loaded from an address. Save the image and drop the file instead.") if addresses else ""
        self._context.problems.show(Invalid("image.other", what, do=do))

    def _image_at(self, spot: QPoint) -> str:
        """The image widget at a point of the view, by its cell and not by its floating tile; empty if there is none, or
        its content is locked.
        """
        page, (x, y) = self._editor.page, self._canvas.grid.field(self._canvas.mapToScene(spot))
        for item_id in reversed(list(page.shown)):
            cell = page.shown[item_id]
            if cell.x <= x < cell.right and cell.y <= y < cell.bottom and not page.item(item_id).panes:
                fits = page.item(item_id).type == IMAGE and not image_edits.locked_reason(self._editor.state, item_id)
                return item_id if fits else ""
        return ""

    def _end_drag(self) -> None:
        """End the drag over the page."""
        self._canvas.cancel()
        if self._selected_before is not None:
            self._editor.select(self._selected_before)
        self._payload = self._selected_before = None
