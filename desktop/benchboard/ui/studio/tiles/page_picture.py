"""A page as a picture: the same tiles as on the canvas, drawn to anything that can be drawn to, part by part."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.layout import Cell, PageIndex
from benchboard.ui.studio.tiles.container_painting import box_of, paint_box, paint_heading, tab_boxes
from benchboard.ui.studio.tiles.frame_insets import frames_around, inset
from benchboard.ui.studio.tiles.query_results import QueryResult
from benchboard.ui.studio.tiles.renderers import paint_face, paint_frame
from benchboard.ui.theme import theme

MARGIN: Final = 20.0


@dataclass(frozen=True)
class Sheet:
    """What of a page is drawn: its items (containers first), in a picture whose page is `width` pixels wide at 100 %,
    margins included. Only what can be seen on the page is on it."""

    page: PageIndex
    ids: tuple[str, ...]
    width: float

    @classmethod
    def of(cls, page: PageIndex, width: float, chosen: Sequence[str] = ()) -> "Sheet":
        """The whole page, or the chosen items with what they hold."""
        wanted = frozenset(chosen)
        ids = tuple(
            name
            for name in page.shown
            if not wanted or name in wanted or wanted & {outer for outer, _k in page.paths[name]}
        )
        return cls(page, ids, width)

    def rect(self, item_id: str) -> QRectF:
        """Where an item lies, in pixels from the picture's top left corner."""
        cell = self.page.shown[item_id]
        around = frames_around(self.page, self.page.path(item_id), self._frames)
        box = inset(self._rect(cell), cell, around)
        return box.translated(MARGIN - self._corner.x(), MARGIN - self._corner.y())

    @cached_property
    def _frames(self) -> dict[str, Cell]:
        """The containers in the picture: one around what was chosen is not there to stand inside of."""
        return {name: self.page.shown[name] for name in self.ids if self.page.item(name).panes}

    @property
    def size(self) -> QSizeF:
        """How large the picture is."""
        return self._bounds.size() + QSizeF(2 * MARGIN, 2 * MARGIN)

    def cuts(self) -> list[float]:
        """Heights at which the picture can be cut without cutting a tile, from top to bottom."""
        boxes = [self.rect(name) for name in self.ids if not self.page.item(name).panes]
        edges = sorted({box.bottom() for box in boxes})
        return [edge for edge in edges if not any(box.top() < edge - 0.5 < box.bottom() - 1 for box in boxes)]

    @cached_property
    def _bounds(self) -> QRectF:
        whole = QRectF()
        for name in self.ids:
            whole = whole.united(self._rect(self.page.shown[name]))
        return whole

    @property
    def _corner(self) -> QPointF:
        return self._bounds.topLeft()

    def _rect(self, cell: Cell) -> QRectF:
        gap, row = theme().px("tile.gap"), theme().px("tile.row_unit")
        columns = self.page.layout.columns
        column = (self.width - 2 * MARGIN - gap * (columns - 1)) / columns
        left, top = round(cell.x * (column + gap)), cell.y * (row + gap)
        right, bottom = round(cell.right * (column + gap)) - gap, cell.bottom * (row + gap) - gap
        return QRectF(left, top, right - left, bottom - top)


def paint(
    painter: QPainter, sheet: Sheet, result: Callable[[str], QueryResult | None], ids: Sequence[str] | None = None
) -> Iterator[None]:
    """Draw the picture, or these items of it, one step an item: between two of them the window can go on."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    # A device of whole pixels may be a little larger than the sheet.
    painter.fillRect(QRectF(QPointF(0, 0), sheet.size).adjusted(0, 0, 2, 2), theme().color("canvas"))
    for name in sheet.ids if ids is None else ids:
        box = sheet.rect(name)
        item = sheet.page.item(name)
        painter.save()
        painter.translate(box.topLeft())
        if item.panes:
            paint_box(painter, item, box_of(item, box.size()))
            paint_heading(painter, item, box.width(), tab_boxes(item, box.width()))
        else:
            paint_frame(painter, QRectF(QPointF(0, 0), box.size()))
            paint_face(painter, box.size(), widget_of(item), result(name))
        painter.restore()
        yield
