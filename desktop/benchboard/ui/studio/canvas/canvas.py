"""The page: one view with light tiles on it. What a mouse does to them is `pointer`'s, what keys do `keys`'s, what is
held meanwhile `hand`'s."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QMoveEvent,
    QPainter,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from benchboard.dashboards import editing
from benchboard.dashboards.catalogue import WidgetKind
from benchboard.dashboards.layout import Item, Page
from benchboard.i18n import _
from benchboard.ui.studio.canvas import keys, marks, menu
from benchboard.ui.studio.canvas.frame import Frame
from benchboard.ui.studio.canvas.hand import Guests, Hand
from benchboard.ui.studio.canvas.hovering import Hovering
from benchboard.ui.studio.canvas.living import Living
from benchboard.ui.studio.canvas.pictures import Pictures
from benchboard.ui.studio.canvas.pointer import Pointer
from benchboard.ui.studio.canvas.roving import Roving
from benchboard.ui.studio.canvas.telling import Telling
from benchboard.ui.studio.canvas.tile import Tile
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.tiles.feeds import Answer, Feeds
from benchboard.ui.studio.tiles.insets import frames_around
from benchboard.ui.studio.tiles.links import Audience
from benchboard.ui.studio.tiles.pagegrid import NARROWEST, PageGrid
from benchboard.ui.theme import theme

ZOOMS: Final = (0.5, 0.67, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0)
_LEAST: Final = 0.001
"""The zoom at which a long page is shown whole, at the least: what is smaller is too small to be hit."""
_MARGIN: Final = 12
"""Pixels around what is scrolled into sight."""


class Canvas(QGraphicsView):
    """The page of an editor's document. Its scene is as large as it is shown: a pixel of it is one of the view."""

    zoom_changed = Signal()
    moved = Signal()
    """It lies elsewhere in what holds it."""
    opened = Signal(str)
    """Somebody wants to edit this widget."""
    carried = Signal(QPoint)
    """Something is in hand, with the pointer at this point of the screen."""
    offered = Signal(object)
    """Somebody brings pictures (`images.Offer`)."""
    image_wanted = Signal()
    """Somebody wants to choose a file for the chosen image, or for a new one."""
    landing_changed = Signal(object)
    """Where what is in hand would come to lie (a `Landing`); None when nothing is any more."""
    refused = Signal(str)
    """Why what somebody tried leads nowhere, in words."""
    repeat_wanted = Signal(str)
    name_wanted = Signal(str)
    """Somebody wants to see by what this is repeated."""
    editor: Editor
    feeds: Feeds
    living: Living

    def __init__(self, editor: Editor, feeds: Feeds, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor, self.feeds = editor, feeds
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self.setObjectName("studio_canvas")
        self.setAccessibleName(_("Page"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.zoom = 1.0
        self.narrowest = float(NARROWEST)
        """So wide the page is at least, at 100 %, without its margins."""
        self.look = 0
        """Grows with every change of the theme: pictures drawn under another look are drawn anew."""
        self.tiles: dict[str, Tile | Frame] = {}
        """What is shown, by id: widgets and containers."""
        self.hand = Hand(self)
        self.pointer = Pointer(self)
        self.living = Living(self)
        self.presented = False
        """Whether the page is shown to others."""
        self.roving = Roving(self)
        self._marked = QRegion()
        self._pressing = False
        self.pictures = Pictures(self)
        editor.changed.connect(self.sync)
        editor.offered_changed.connect(self._reword)
        editor.chosen_changed.connect(self._chosen)
        editor.permitted.connect(self.pictures.draw_seen)
        feeds.answered.connect(self._answered)
        theme().changed.connect(self._new_look)
        self.hovering = Hovering(self)  # after `sync`: where a tile is, it is told when that is known
        self.telling = Telling(self)
        self._new_look()

    @property
    def page(self) -> PageGrid:
        """The grid in pixels, as wide as the view."""
        room = self.viewport().width()
        return PageGrid(self.editor.layout.columns, room, self.zoom, self.sharp, self.narrowest)

    @property
    def sharp(self) -> float:
        """Device pixels to a pixel of the view."""
        return self.devicePixelRatioF()

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way."""
        return self.hand.gesture is not None

    @property
    def audience(self) -> Audience:
        """For whom the tiles are drawn."""
        return "show" if self.presented else "edit" if self.editor.editable else "read"

    @property
    def frames(self) -> Iterable[Frame]:
        """The containers that are shown."""
        return (tile for tile in self.tiles.values() if isinstance(tile, Frame))

    # Showing

    def sync(self) -> None:
        """Show the editor's page."""
        self.cancel()
        self.present(self.editor.page)
        grid = self.page
        self._scene.setSceneRect(grid.page(self.editor.layout.bottom, self.viewport().height()))
        wide = grid.width + 2 * grid.margin > self.viewport().width() + 1
        bar = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(bar.ScrollBarAsNeeded if wide else bar.ScrollBarAlwaysOff)
        self.viewport().update()

    def present(self, page: Page, held: Iterable[str] = ()) -> None:
        """Make tiles for what is new on a page, take away what is neither there nor held, put all in their places."""
        grid, shown = self.page, page.shown
        for item_id in self.tiles.keys() - shown.keys() - set(held):
            self._drop(item_id)
        for item_id, cell in shown.items():
            item, tile = self.editor.said(page.item(item_id)), self.tiles.get(item_id)
            if tile is not None and isinstance(tile, Frame) != bool(item.panes):
                self._drop(item_id)
                tile = None
            if tile is None:
                tile = self.tiles[item_id] = Frame(self, item) if item.panes else Tile(self, item)
                self._scene.addItem(tile)
            depth, locked = len(page.path(item_id)), bool(editing.locks(item))
            answer = self.feeds.answer(item_id)
            if isinstance(tile, Frame):
                tile.say(item, depth=depth, locked=locked)
            elif tile.item is not item or (tile.depth, tile.locked) != (depth, locked) or tile.answer is not answer:
                tile.say(item, answer, depth=depth, locked=locked)
            tile.place(grid.rect(cell, frames_around(page, page.path(item_id), shown)))
        self.pictures.draw_seen()

    def _reword(self) -> None:
        """People call a value otherwise: titles that name it say so, once nothing is in hand."""
        if not self.busy:
            self.present(self.editor.page)

    def _drop(self, item_id: str) -> None:
        tile = self.tiles.pop(item_id)
        if isinstance(tile, Tile):
            self.pictures.drop(tile)
        self._scene.removeItem(tile)

    def set_zoom(self, zoom: float) -> None:
        """Show the page larger or smaller; it always fills the width."""
        zoom = max(_LEAST, min(zoom, ZOOMS[-1]))
        if zoom != self.zoom:
            self.zoom = zoom
            self.sync()
            self.zoom_changed.emit()

    def zoom_by(self, steps: int) -> None:
        """The next larger or smaller step."""
        if steps > 0:
            self.set_zoom(next((zoom for zoom in ZOOMS if zoom > self.zoom + 0.01), self.zoom))
        else:
            self.set_zoom(next((zoom for zoom in reversed(ZOOMS) if zoom < self.zoom - 0.01), self.zoom))

    def fit(self) -> None:
        """So large that the whole page can be seen, and no larger than it is."""
        grid = PageGrid(self.editor.layout.columns, self.viewport().width(), least=self.narrowest)
        height = 2 * grid.margin + self.editor.layout.bottom * (grid.row + grid.gap)
        self.set_zoom(min(1.0, self.viewport().height() / max(height, 1)))

    def seen(self) -> QRectF:
        """The part of the page in sight."""
        return QRectF(self.mapToScene(QPoint(0, 0)), self.viewport().size())

    # What changes

    def _answered(self, item_id: str) -> None:
        tile = self.tiles.get(item_id)
        if isinstance(tile, Tile):
            tile.say(tile.item, self.feeds.answer(item_id), depth=tile.depth, locked=tile.locked)
            if tile.rect.intersects(self.seen()):
                self.pictures.want_soon(tile)

    def _new_look(self) -> None:
        self.look += 1
        self.setBackgroundBrush(QBrush(theme().color("canvas")))
        for frame in self.frames:
            frame.update()
        self.pictures.draw_seen()
        self.viewport().update()

    def _chosen(self) -> None:
        if not self.busy and not self._pressing:
            self.reveal(self.editor.chosen[-1:])
        self.viewport().update()

    def reveal(self, ids: Sequence[str]) -> None:
        """Scroll until these are in sight with a margin: all of them if there is room, else the last of them, or the
        top of it."""
        boxes = [self.tiles[item_id].outline for item_id in ids if item_id in self.tiles]
        if not boxes:
            return
        seen, box = self.seen(), boxes[-1]
        whole = marks.around(boxes)
        if whole.height() + 2 * _MARGIN <= seen.height() and whole.width() + 2 * _MARGIN <= seen.width():
            box = whole
        for bar, low, high, begin, end in (
            (self.horizontalScrollBar(), box.left(), box.right(), seen.left(), seen.right()),
            (self.verticalScrollBar(), box.top(), box.bottom(), seen.top(), seen.bottom()),
        ):
            before, after = math.floor(low - _MARGIN - begin), math.ceil(high + _MARGIN - end)
            bar.setValue(bar.value() + (min(before, after) if after > 0 else min(before, 0)))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.pictures.draw_seen()
        if self.hand.gesture is not None or self.pointer.band is not None:
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sync()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self.moved.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.sync()

    # What is drawn over the tiles

    def drawForeground(self, painter: QPainter, _rect: QRectF | QRect) -> None:
        if self.hand.gesture is not None:
            self.hand.paint(painter)
            return
        chosen = [self.tiles[item_id] for item_id in self.editor.chosen if item_id in self.tiles]
        band = self.pointer.band
        if band is not None:
            chosen = [self.tiles[item_id] for item_id in band.found if item_id in self.tiles]
        marks.paint_rings(painter, [tile.outline for tile in chosen], focused=self.hasFocus())
        if band is not None:
            marks.paint_band(painter, band.rect)
        elif (frame := self.pointer.frame()) is not None:
            if len(chosen) > 1:
                marks.paint_frame(painter, frame)
            marks.paint_handles(painter, frame, self.pointer.handles())
        if band is None:
            self.roving.paint(painter)

    def remark(self, areas: Iterable[QRectF]) -> None:
        """Paint anew where marks were and where they are now."""
        offset = self.mapToScene(QPoint(0, 0))
        region = QRegion()
        for area in areas:
            region += area.translated(-offset).toAlignedRect().adjusted(-2, -2, 2, 2)
        self.viewport().update(self._marked.united(region))
        self._marked = region

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.editor.chosen and event.reason() == Qt.FocusReason.TabFocusReason:
            self.roving.step(1)
        self.telling.focus()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    # Pointer and keys

    def tile_at(self, spot: QPoint) -> Tile | Frame | None:
        """What is under a point of the view."""
        found, at = self.itemAt(spot), self.mapToScene(spot)
        return found if isinstance(found, Tile | Frame) and found.outline.contains(at) else None

    @contextmanager
    def _held_still(self) -> Iterator[None]:
        """What is chosen meanwhile is under the pointer: the page does not move away from there."""
        self._pressing = True
        try:
            yield
        finally:
            self._pressing = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        with self._held_still():
            self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer.move(event)
        if self.busy:
            self.carried.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        with self._held_still():
            self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        with self._held_still():
            self.pointer.double(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.busy:
            with self._held_still():
                menu.open_menu(self, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not keys.pressed(self, event):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier or self.busy:
                event.ignore()
            else:
                super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through the tiles in reading order, then on."""
        if self.roving.step(1 if forward else -1):
            return True
        return super().focusNextPrevChild(forward)

    def cancel(self) -> None:
        """Put everything back as it was before the gesture."""
        self.pointer.forget()
        self.hand.cancel()

    def edit(self) -> None:
        """Edit the first of what is chosen."""
        self.opened.emit(self.editor.chosen[0])

    # Bringing something new

    def guest_at(self, guest: WidgetKind | Guests, where: QPoint) -> None:
        """Something new is held over a point of the screen; outside the page it stays out."""
        spot = self.viewport().mapFromGlobal(where)
        if not self.viewport().rect().contains(spot) or not self.editor.editable:
            self.pointer.forget()
            self.hand.leave()
            return
        if self.hand.guest is not guest:
            self.hand.bring(guest)
        self.hand.follow(self.mapToScene(spot))

    def drop_guest(self) -> bool:
        """Let go of the new widget where it is; answers whether it was over the page."""
        if self.hand.guest is None:
            return False
        self.hand.end()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def hold(self, item: Item) -> None:
        """Make a tile for something that is held and not on the page yet."""
        item = self.editor.said(item)
        tile = self.tiles[item.id] = Frame(self, item) if item.panes else Tile(self, item)
        if isinstance(tile, Tile):
            tile.say(item, Answer(tile.widget.query, late=True), depth=0, locked=False)
        self._scene.addItem(tile)
