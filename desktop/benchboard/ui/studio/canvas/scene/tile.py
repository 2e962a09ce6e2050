"""A widget on the page: a pixmap that is redrawn only when its content has changed.

It is Qt's own pixmap item, so that moving a thousand tiles needs no Python while they are painted.
"""

import math
from html import escape
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsPixmapItem

from benchboard.dashboards.document.widget_kinds import widget_of
from benchboard.dashboards.layout import Item
from benchboard.ui.studio.canvas.scene.view_protocol import ViewProtocol
from benchboard.ui.studio.tiles.click_targets import Links
from benchboard.ui.studio.tiles.drawing_failures import draw_or_report, drawing_error
from benchboard.ui.studio.tiles.kinds.pivot import pivot_currencies, shown_table
from benchboard.ui.studio.tiles.kinds.row_limit_note import row_limit_note
from benchboard.ui.studio.tiles.points import point_finder
from benchboard.ui.studio.tiles.renderers import (
    HEADER,
    body_of,
    card_of,
    header_badge,
    paint_content,
    paint_failed,
    paint_frame,
)
from benchboard.ui.studio.tiles.repeat_badges import badge, describe_repeat
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.results.readout import Readout, tooltip_html
from benchboard.ui.studio.tiles.results.tile_point import TilePoint
from benchboard.ui.studio.tiles.stats.metric_card import MetricCard
from benchboard.ui.studio.tiles.tile_notes import TileNote, shown_conversions, tile_notes

LIFTED: Final = 100
"""What is added to a dragged tile's z value."""
_WHOLE: Final = 2.0
"""A tile of up to this many views in width and height is drawn as a whole; of a larger one, only the part near the
view.
"""
_LONGEST_TIP: Final = 2_000
_COARSE: Final = 16.0
"""Pixels of the view per pixel of a coarse placeholder."""


class Tile(QGraphicsPixmapItem):
    """The tile of one widget."""

    def __init__(self, view: ViewProtocol, item: Item) -> None:
        super().__init__()
        self.setShapeMode(QGraphicsPixmapItem.ShapeMode.BoundingRectShape)
        self._view = view
        self.item = item
        self.widget = widget_of(item)
        self.result: QueryResult | None = None
        self.lifted = False
        """Whether it is being dragged: above the others."""
        self.locked = False
        """Whether its position, size or content is locked: its header then has a small lock."""
        self.links = Links()
        self._readout: Readout | None = None
        self.depth = 0
        self._size = QSizeF(10, 10)
        self._rendered: QPixmap | None = None
        """The last pixmap drawn. The visible one may be a stretched frame around it, or a placeholder."""
        self._shown_part = QRectF()
        """The part of the tile that the visible pixmap covers."""
        self._rendered_key: tuple[object, ...] = ()
        self._rendered_at = QPointF()
        """The position of `_rendered` on the tile."""

    @property
    def rect(self) -> QRectF:
        """Its rectangle in the scene."""
        return QRectF(self.pos(), self._size)

    @property
    def outline(self) -> QRectF:
        """The rectangle that a selection ring is drawn around."""
        return self.rect

    def body_contains(self, at: QPointF) -> bool:
        """Whether a point of the scene is on its content, not on its header or a link."""
        inside = (at - self.pos()) / self._view.zoom
        links = (self.links.retry, self.links.edit, self.links.stop, self.links.data, self.links.period)
        return inside.y() > HEADER and not any(box is not None and box.contains(inside) for box in links)

    def point_at(self, at: QPointF) -> TilePoint | None:
        """The value at a point of the scene; None where it has none."""
        if not self.body_contains(at):
            return None
        zoom = self._view.zoom
        find = point_finder(body_of(self._size / zoom), self.widget, self.result, self._view.audience)
        return find((at - self.pos()) / zoom)

    def badge_contains(self, at: QPointF) -> bool:
        """Whether a point of the scene is on the badge of a repeated widget."""
        text, zoom = badge(self._view.editor, self.item), self._view.zoom
        inside = (at - self.pos()) / zoom
        return bool(text) and header_badge(self._size / zoom, text, self.links, locked=self.locked).contains(inside)

    def place(self, rect: QRectF) -> None:
        """Move and resize it."""
        self.setPos(rect.topLeft())
        if rect.size() != self._size:
            self._size = rect.size()
            if self._rendered is not None:
                self._show_stretched(self._rendered)

    def set_lifted(self, lifted: bool) -> None:
        """Raise it above the other tiles while it is dragged, or lower it again."""
        if lifted != self.lifted:
            self.lifted = lifted
            self.setZValue(self.depth + (LIFTED if lifted else 0))

    def set_content(self, item: Item, result: QueryResult | None, *, depth: int, locked: bool) -> None:
        """Show this widget with this result; `depth` is the number of containers around it."""
        if item is not self.item:
            self.item, self.widget = item, widget_of(item)
        if result is not self.result:
            self._readout = None
        self.result, self.locked, self.depth = result, locked, depth
        self.setZValue(depth + (LIFTED if self.lifted else 0))
        self._update_tooltip()

    @property
    def notes(self) -> tuple[TileNote, ...]:
        """The marks in its header."""
        unused = self._view.unused_filters.get(self.item.id)
        if self.result is None:
            return tile_notes(unused, None, ())
        limited = row_limit_note(self.widget, self.result)
        untotalled = pivot_currencies(self.widget, self.result)
        converted = shown_conversions(self.widget.query)
        return tile_notes(
            unused, self.result.source, self.result.repeated, limited, self.result.mixed, untotalled, converted,
            self.result.converted, self.result.undated,
        )  # fmt: skip

    @property
    def has_rows(self) -> bool:
        """Whether it is a table with rows, which can be scrolled and selected on the page."""
        return shown_table(self.widget, self.result) is not None

    @property
    def is_rendered(self) -> bool:
        """Whether it has a pixmap of its content, even an outdated one."""
        return self._rendered is not None

    @property
    def is_current(self) -> bool:
        """Whether its pixmap is up to date in the visible part."""
        if self._rendered is None or self._key() != self._rendered_key:
            return False
        if self._shown_part.size() == self._size:
            return True
        visible = self.rect.intersected(self._view.visible_rect()).translated(-self.pos()).adjusted(1, 1, -1, -1)
        return visible.isEmpty() or self._shown_part.contains(visible)

    @property
    def pixels(self) -> float:
        """Number of device pixels of its pixmap."""
        part = self._part_to_draw()
        return part.width() * part.height() * self._view.pixel_ratio**2

    def render(self) -> None:
        """Draw its pixmap for its present size, content and pixel ratio."""
        pixmap, zoom = self._blank(), self._view.zoom
        with QPainter(pixmap) as painter:
            painter.translate(-self._shown_part.topLeft())
            painter.scale(zoom, zoom)
            size = self._size / zoom
            paint_frame(painter, QRectF(QPointF(0, 0), size))
            painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
            text = badge(self._view.editor, self.item)
            self.links = draw_or_report(
                painter,
                lambda: paint_content(
                    painter,
                    size,
                    self.widget,
                    self.result,
                    locked=self.locked,
                    badge=text,
                    notes=self.notes,
                    audience=self._view.audience,
                    row=self.cards(),
                    offer=self._view.editor.data_offer,
                ),
                lambda: paint_failed(painter, size, self.widget, self._view.audience),
            )
        self._rendered, self._rendered_key, self._rendered_at = pixmap, self._key(), self._shown_part.topLeft()
        self._update_tooltip()
        self._show(pixmap)
        self._view.query_runner.note_drawn(self.item.id, failed=self.links.failed)

    def show_placeholder(self, *, coarse: bool = False) -> None:
        """Show an empty frame until it is drawn; a coarse one if there is no memory for its pixmap."""
        self._rendered, self._rendered_key = None, ()
        ratio, zoom = 1 / _COARSE if coarse else self._view.pixel_ratio, self._view.zoom
        pixmap = self._blank(ratio)
        with QPainter(pixmap) as painter:
            painter.translate(-self._shown_part.topLeft())
            painter.scale(zoom, zoom)
            paint_frame(painter, QRectF(QPointF(0, 0), self._size / zoom))
        self._show(pixmap)

    def drop_pixmap(self) -> None:
        """Free the memory of its pixmap: it is far from the view, or covered by others."""
        self._rendered, self._rendered_key = None, ()
        if not self.pixmap().isNull():
            self.setPixmap(QPixmap())

    def current_pixmap(self) -> QPixmap:
        """Its pixmap, redrawn if it is outdated."""
        if not self.is_current:
            self.render()
        assert self._rendered is not None
        return self._rendered

    def set_readout(self, readout: Readout | None) -> None:
        """Show the value under the pointer in the tooltip; None shows the tooltip's default text."""
        if readout != self._readout:
            self._readout = readout
            self._update_tooltip()

    def _update_tooltip(self) -> None:
        if self._readout is not None:
            self.setToolTip(tooltip_html(self._readout))
            return
        # The tooltip shows errors that don't fit the tile. They may quote data, which must not be taken as markup.
        error = self.result.error if self.result is not None else None
        error = drawing_error() if error is None and self.links.failed else error
        text = str(error) if error is not None else describe_repeat(self._view.editor, self.item)
        lines = [line for line in (text, *(note.text for note in self.notes)) if line]
        self.setToolTip(_plain_paragraphs(lines))

    def _show_stretched(self, pixmap: QPixmap) -> None:
        """Show the outdated pixmap in a frame of the present size, until it is redrawn."""
        corner = self._rendered_at
        shown, zoom = self._blank(), self._view.zoom
        box = QRectF(QPointF(0, 0), self._size)
        with QPainter(shown) as painter:
            painter.translate(-self._shown_part.topLeft())
            painter.save()
            painter.scale(zoom, zoom)
            paint_frame(painter, QRectF(QPointF(0, 0), self._size / zoom))
            painter.restore()
            painter.setClipRect(box.adjusted(1, 1, -9 * zoom, -9 * zoom))
            painter.drawPixmap(corner, pixmap)
        self._show(shown)

    def _show(self, pixmap: QPixmap) -> None:
        self.setOffset(self._shown_part.topLeft())
        self.setPixmap(pixmap)

    def _part_to_draw(self) -> QRectF:
        """The part that a pixmap covers: the whole tile, or of one far larger than the view the part near it."""
        whole, view = QRectF(QPointF(0, 0), self._size), self._view.visible_rect()
        wide, high = self._size.width() > _WHOLE * view.width(), self._size.height() > _WHOLE * view.height()
        if not wide and not high:
            return whole
        near = view.translated(-self.pos()).adjusted(
            -view.width() / 2, -view.height() / 2, view.width() / 2, view.height() / 2
        )
        part = whole.intersected(near)
        if part.isEmpty():
            part = whole.intersected(QRectF(QPointF(0, 0), view.size()))
        return QRectF(part.toAlignedRect()).intersected(whole)

    def _blank(self, ratio: float = 0.0) -> QPixmap:
        part = self._shown_part = self._part_to_draw()
        ratio = ratio or self._view.pixel_ratio
        pixmap = QPixmap(QSize(max(1, math.ceil(part.width() * ratio)), max(1, math.ceil(part.height() * ratio))))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    def cards(self) -> list[MetricCard]:
        """The metric cards side by side with it, itself included; empty for another kind of widget."""
        zoom = self._view.zoom
        cards = [card_of(one.widget, one.result, one.rect.size() / zoom) for one in self._view.card_row(self.item.id)]
        return [card for card in cards if card is not None]

    def _key(self) -> tuple[object, ...]:
        """Everything that its pixmap depends on."""
        widget = self.widget
        row = tuple(
            (one.widget.config, one.result, one.rect.width(), one.rect.height())
            for one in self._view.card_row(self.item.id)
        )
        content = (
            widget.type,
            widget.title,
            widget.config,
            self.result,
            self.locked,
            self.notes,
            describe_repeat(self._view.editor, self.item),
            self._view.audience,
            self._view.editor.data_offer if self.result is None else "",
            row,
        )
        view = self._view
        shown = (self._size.width(), self._size.height(), view.zoom, view.pixel_ratio, view.theme_version)
        return (*content, *shown)


def _plain_paragraphs(lines: list[str]) -> str:
    """A tooltip of a paragraph a line, whose text isn't taken as markup."""
    return "".join(f"<p>{escape(line[:_LONGEST_TIP])}</p>" for line in lines)
