"""Draws a page, or a part of it, to any paint device: an image, a PDF or a printer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.editing.unused_filters import UnusedFilters
from benchboard.dashboards.layout import Cell, PageIndex
from benchboard.ui.studio.tiles.container_painting import box_of, paint_box, paint_heading, tab_boxes
from benchboard.ui.studio.tiles.drawing_failures import draw_or_report
from benchboard.ui.studio.tiles.renderers import card_of, paint_content, paint_failed, paint_frame
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.stats.card_rows import card_rows
from benchboard.ui.studio.tiles.stats.metric_card import MetricCard
from benchboard.ui.studio.tiles.tile_notes import tile_notes
from benchboard.ui.theme import theme

MARGIN: Final = 20.0


@dataclass(frozen=True)
class PagePicture:
    """The items of a page that are drawn (containers first), at a page width of `width` pixels with its margins. Only
    visible items are among them. `unused`: the filters that widgets don't use, which their headers mark."""

    page: PageIndex
    ids: tuple[str, ...]
    width: float
    unused: Mapping[str, UnusedFilters] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        page: PageIndex,
        width: float,
        selected: Sequence[str] = (),
        unused: Mapping[str, UnusedFilters] | None = None,
    ) -> "PagePicture":
        """The whole page, or the selected items with the items in them."""
        wanted = frozenset(selected)
        ids = tuple(
            name
            for name in page.shown
            if not wanted or name in wanted or wanted & {outer for outer, _k in page.paths[name]}
        )
        return cls(page, ids, width, unused or {})

    def rect(self, item_id: str) -> QRectF:
        """The rectangle of an item, in pixels from the top left corner of the picture."""
        return self._rect(self.page.shown[item_id]).translated(MARGIN - self._corner.x(), MARGIN - self._corner.y())

    @property
    def size(self) -> QSizeF:
        """The size of the picture in pixels."""
        return self._bounds.size() + QSizeF(2 * MARGIN, 2 * MARGIN)

    def page_breaks(self) -> list[float]:
        """The y coordinates at which the picture can be divided into pages without cutting a tile, in ascending
        order."""
        boxes = [self.rect(name) for name in self.ids if not self.page.item(name).panes]
        edges = sorted({box.bottom() for box in boxes})
        return [edge for edge in edges if not any(box.top() < edge - 0.5 < box.bottom() - 1 for box in boxes)]

    @cached_property
    def card_rows(self) -> dict[str, tuple[str, ...]]:
        """The metric cards that stand side by side."""
        return card_rows(self.page)

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
    painter: QPainter, sheet: PagePicture, result: Callable[[str], QueryResult | None], ids: Sequence[str] | None = None
) -> Iterator[None]:
    """Draw the picture, or these items of it, one item per step, so that the window stays responsive in between."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    # A device has whole pixels, and may be slightly larger than the picture.
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
            _paint_tile(painter, sheet, name, result)
        painter.restore()
        yield


def _paint_tile(painter: QPainter, sheet: PagePicture, name: str, result: Callable[[str], QueryResult | None]) -> None:
    """Draw what is inside the frame of a tile."""
    size, widget = sheet.rect(name).size(), widget_of(sheet.page.item(name))
    notes = tile_notes(sheet.unused.get(name), None, ())
    draw_or_report(
        painter,
        lambda: paint_content(painter, size, widget, result(name), notes=notes, row=_cards(sheet, name, result)),
        lambda: paint_failed(painter, size, widget),
    )


def _cards(sheet: PagePicture, item_id: str, result: Callable[[str], QueryResult | None]) -> list[MetricCard]:
    """The metric cards in the row of one, itself included."""
    row = [(widget_of(sheet.page.item(one)), one) for one in sheet.card_rows.get(item_id, ())]
    return [card for widget, one in row if (card := card_of(widget, result(one), sheet.rect(one).size())) is not None]
