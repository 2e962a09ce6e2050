"""The page: one view with light tiles on it, and everything a mouse or a keyboard does to them."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QBrush,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsScene, QGraphicsView, QWidget

from benchboard.dashboards.catalogue import WidgetKind, widget_of
from benchboard.dashboards.layout import Cell, Handle
from benchboard.i18n import _
from benchboard.ui.studio import marks
from benchboard.ui.studio.editor import Editor
from benchboard.ui.studio.feeds import Answer, Feeds
from benchboard.ui.studio.gestures import Bringing, Changed, Gesture, Moving, Pulling
from benchboard.ui.studio.pagegrid import MARGIN, NARROWEST, PageGrid
from benchboard.ui.studio.tile import Tile
from benchboard.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ZOOMS: Final = (0.5, 0.67, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0)
_EDGE: Final = 36
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CURSORS: Final[dict[Handle, Qt.CursorShape]] = {
    "n": Qt.CursorShape.SizeVerCursor, "s": Qt.CursorShape.SizeVerCursor,
    "e": Qt.CursorShape.SizeHorCursor, "w": Qt.CursorShape.SizeHorCursor,
    "ne": Qt.CursorShape.SizeBDiagCursor, "sw": Qt.CursorShape.SizeBDiagCursor,
    "nw": Qt.CursorShape.SizeFDiagCursor, "se": Qt.CursorShape.SizeFDiagCursor,
}  # fmt: skip
_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Canvas(QGraphicsView):
    """The page of an editor's layout."""

    zoom_changed = Signal()
    opened = Signal(str)
    """Somebody wants to edit this widget."""

    def __init__(self, editor: Editor, feeds: Feeds, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor, self._feeds = editor, feeds
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self.setObjectName("studio_canvas")
        self.setAccessibleName(_("Page"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.zoom = 1.0
        self.look = 0
        """Grows with every change of the theme: pictures drawn under another look are drawn anew."""
        self.tiles: dict[str, Tile] = {}
        self._gesture: Gesture | None = None
        self._shown: Changed = {}
        self._ghost: Tile | None = None
        self._pressed: tuple[QPoint, str] | None = None
        self._guest: WidgetKind | None = None
        self._stale: dict[Tile, None] = {}
        self._redraw = QTimer(self, interval=0, singleShot=True)
        self._redraw.timeout.connect(self._draw_stale)
        self._glide = QTimer(self, interval=16)
        self._glide.timeout.connect(self._scroll_at_edge)
        editor.changed.connect(self.sync)
        editor.chosen_changed.connect(self._chosen)
        feeds.answered.connect(self._answered)
        theme().changed.connect(self._new_look)
        self._new_look()

    @property
    def page(self) -> PageGrid:
        """The grid in pixels, as wide as the view."""
        width = max(self.viewport().width() / self.zoom - 2 * MARGIN, NARROWEST)
        return PageGrid(self._editor.layout.columns, width, self.sharp)

    @property
    def sharp(self) -> float:
        """Device pixels to a pixel of the page."""
        return self.devicePixelRatioF() * self.zoom

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way."""
        return self._gesture is not None

    # Showing

    def sync(self) -> None:
        """Show the editor's layout: make tiles for what is new, take away what is gone, put all in their places."""
        self.cancel()
        layout, page = self._editor.layout, self.page
        for item_id in self.tiles.keys() - layout.places.keys():
            self._scene.removeItem(self.tiles.pop(item_id))
        for item, cell in layout:
            tile, widget = self.tiles.get(item.id), widget_of(item)
            if tile is None:
                tile = self.tiles[item.id] = Tile(self, widget)
                self._scene.addItem(tile)
            tile.say(widget, self._feeds.answer(item.id))
            tile.place(page.rect(cell))
        self._scene.setSceneRect(page.page(layout.bottom, self.viewport().height() / self.zoom))
        wide = page.width + 2 * MARGIN > self.viewport().width() / self.zoom
        bar = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(bar.ScrollBarAsNeeded if wide else bar.ScrollBarAlwaysOff)
        self.viewport().update()

    def set_zoom(self, zoom: float) -> None:
        """Show the page larger or smaller; it always fills the width."""
        zoom = max(ZOOMS[0], min(zoom, ZOOMS[-1]))
        if zoom != self.zoom:
            self.zoom = zoom
            self.resetTransform()
            self.scale(zoom, zoom)
            self.sync()
            self.zoom_changed.emit()

    def zoom_by(self, steps: int) -> None:
        """The next larger or smaller step."""
        near = min(range(len(ZOOMS)), key=lambda k: abs(ZOOMS[k] - self.zoom))
        self.set_zoom(ZOOMS[max(0, min(near + steps, len(ZOOMS) - 1))])

    def fit(self) -> None:
        """So large that the whole page can be seen, and no larger than it is."""
        page = self.page
        height = 2 * MARGIN + self._editor.layout.bottom * (page.row + page.gap)
        self.set_zoom(min(1.0, self.viewport().height() / max(height, 1)))

    def redraw_soon(self, tile: Tile) -> None:
        """Draw a tile's picture anew as soon as the pointer's own work is done."""
        self._stale[tile] = None
        self._redraw.start()

    def _draw_stale(self) -> None:
        for tile in self._stale:
            if tile.scene() is not None:
                tile.render()
                tile.update()
        self._stale.clear()

    def _answered(self, item_id: str) -> None:
        tile = self.tiles.get(item_id)
        if tile is not None:
            tile.say(tile.widget, self._feeds.answer(item_id))

    def _new_look(self) -> None:
        self.look += 1
        self.setBackgroundBrush(QBrush(theme().color("canvas")))
        self.viewport().update()

    def _chosen(self) -> None:
        if self._editor.chosen and not self.busy:
            tile = self.tiles.get(self._editor.chosen[-1])
            if tile is not None:
                self.ensureVisible(tile.rect, 12, 12)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sync()

    def drawForeground(self, painter: QPainter, _rect: QRectF | QRect) -> None:
        chosen = [self.tiles[item_id] for item_id in self._editor.chosen if item_id in self.tiles]
        px = 1 / self.zoom
        if self._gesture is not None:
            cells = [self._shown[place] for place in self._gesture.places if place in self._shown]
            held = [tile.rect for tile in self.tiles.values() if tile.lifted]
            held += [self._ghost.rect] if self._ghost else []
            marks.paint_landing(painter, [self.page.rect(cell) for cell in cells], held, px)
            marks.paint_rings(painter, held, px)
            if cells and held:
                marks.paint_place(painter, held, cells, px, sizing=isinstance(self._gesture, Pulling))
            return
        marks.paint_rings(painter, [tile.rect for tile in chosen], px, focused=self.hasFocus())
        if len(chosen) == 1:
            marks.paint_handles(painter, chosen[0].rect, px)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self._editor.chosen and event.reason() == Qt.FocusReason.TabFocusReason:
            self._editor.step(1)
        self.viewport().update()

    # Pointer

    def tile_at(self, spot: QPoint) -> Tile | None:
        """The tile under a point of the view."""
        found = self.itemAt(spot)
        if isinstance(found, Tile) and found.rect.contains(self.mapToScene(spot)):
            return found
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        if event.button() != Qt.MouseButton.LeftButton or self.busy:
            return
        handle = self._handle_at(spot)
        if handle is not None:
            start = self.mapToScene(spot)
            self._begin(Pulling(self.page, self._editor.layout, self._editor.chosen[0], handle, start))
            return
        tile = self.tile_at(spot)
        if tile is None:
            self._editor.choose(())
        elif event.modifiers() & _ADDING:
            self._editor.toggle(tile.widget.id)
        else:
            if tile.widget.id not in self._editor.chosen:
                self._editor.choose([tile.widget.id])
            self._pressed = (spot, tile.widget.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        if self._gesture is not None:
            self._follow(spot)
        elif self._pressed is not None:
            start, item_id = self._pressed
            if (spot - start).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
                ids = [item_id, *(other for other in self._editor.chosen if other != item_id)]
                self._begin(Moving(self.page, self._editor.layout, ids, self.mapToScene(start)))
                self._follow(spot)
        else:
            handle = self._handle_at(spot)
            tile = self.tile_at(spot)
            link = tile is not None and self._link_at(tile, spot) is not None
            shape = (
                _CURSORS[handle]
                if handle
                else Qt.CursorShape.PointingHandCursor
                if link
                else Qt.CursorShape.ArrowCursor
            )
            self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._gesture is not None and not isinstance(self._gesture, Bringing):
            title = _("Resize") if isinstance(self._gesture, Pulling) else _("Move")
            self._end(title, self._editor.chosen)
        elif self._pressed is not None:
            item_id = self._pressed[1]
            self._pressed = None
            tile = self.tiles.get(item_id)
            act = self._link_at(tile, event.position().toPoint()) if tile is not None else None
            if act is not None:
                act(item_id)
            elif len(self._editor.chosen) > 1:
                self._editor.choose([item_id])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        tile = self.tile_at(event.position().toPoint())
        if tile is not None:
            self._editor.choose([tile.widget.id])
            self.opened.emit(tile.widget.id)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()

    # Bringing something new

    def guest_at(self, kind: WidgetKind, where: QPoint) -> None:
        """A new widget of `kind` is held over a point of the screen; outside the page it stays out."""
        spot = self.viewport().mapFromGlobal(where)
        if not self.viewport().rect().contains(spot):
            self.cancel()
            return
        if not isinstance(self._gesture, Bringing):
            item = self._editor.fresh(kind)
            layout = self._editor.with_item(item, Cell(0, self._editor.layout.bottom, kind.w, kind.h))
            self._ghost = Tile(self, widget_of(item))
            self._ghost.say(widget_of(item), Answer(kind.query, late=True))
            self._ghost.lift(True)
            self._scene.addItem(self._ghost)
            self._guest = kind
            self._begin(Bringing(self.page, layout, item))
        self._follow(spot)

    def drop_guest(self) -> bool:
        """Let go of the new widget where it is; answers whether it was over the page."""
        gesture, kind = self._gesture, self._guest
        if not isinstance(gesture, Bringing) or kind is None:
            return False
        self._end(_("Add {title}").format(title=_(kind.title).lower()), [gesture.item.id])
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    # Gestures

    def cancel(self) -> None:
        """Put everything back as it was before the gesture."""
        if self._gesture is not None:
            self._stop()
            self._settle()

    def _begin(self, gesture: Gesture) -> None:
        self._gesture = gesture
        self._shown = {}
        layout = gesture.lifted
        for place in gesture.places:
            tile = self.tiles.get(layout.items[place].id)
            if tile is not None:
                tile.lift(True)
        for place, (item, cell) in enumerate(layout):
            if place not in gesture.places and item.id in self.tiles:
                self.tiles[item.id].place(self.page.rect(cell))
        self._glide.start()
        self._follow_scene(gesture.at)

    def _follow(self, spot: QPoint) -> None:
        self._follow_scene(self.mapToScene(spot))

    def _follow_scene(self, pointer: QPointF) -> None:
        gesture = self._gesture
        if gesture is None:
            return
        changed = gesture.to(pointer)
        before, self._shown = self._shown, changed
        page, items, cells = gesture.page, gesture.lifted.items, gesture.lifted.cells
        held = frozenset(gesture.places)
        for place in (before.keys() | changed.keys()) - held:
            cell = changed.get(place, cells[place])
            if before.get(place, cells[place]) != cell:
                self.tiles[items[place].id].place(page.rect(cell))
        for place in gesture.places:
            tile = self.tiles.get(items[place].id) or self._ghost
            if tile is not None:
                tile.place(gesture.floating(place))
        self.viewport().update()

    def _end(self, title: str, chosen: "Iterable[str]") -> None:
        gesture = self._gesture
        self._stop()
        if gesture is not None:
            self._editor.take(title, gesture.drop(), tuple(chosen))
        self._settle()

    def _stop(self) -> None:
        self._gesture, self._guest, self._pressed, self._shown = None, None, None, {}
        self._glide.stop()
        for tile in self.tiles.values():
            tile.lift(False)
        if self._ghost is not None:
            self._scene.removeItem(self._ghost)
            self._ghost = None

    def _settle(self) -> None:
        page = self.page
        for item, cell in self._editor.layout:
            if item.id in self.tiles:
                self.tiles[item.id].place(page.rect(cell))
        self.viewport().update()

    def _scroll_at_edge(self) -> None:
        """Near an edge the page comes to meet the pointer."""
        spot = self.viewport().mapFromGlobal(self.cursor().pos())
        if self._gesture is None or not self.viewport().rect().contains(spot):
            return
        into = max(0, spot.y() - (self.viewport().height() - _EDGE)) - max(0, _EDGE - spot.y())
        if into:
            bar = self.verticalScrollBar()
            before = bar.value()
            bar.setValue(before + into // 2)
            if bar.value() != before:
                self._follow(spot)

    def _handle_at(self, spot: QPoint) -> Handle | None:
        if len(self._editor.chosen) != 1 or self._editor.chosen[0] not in self.tiles:
            return None
        if self._editor.layout.items[self._editor.layout.index(self._editor.chosen[0])].static:
            return None
        box = self.mapFromScene(self.tiles[self._editor.chosen[0]].rect).boundingRect()
        return marks.handle_at(QRectF(box), QPointF(spot))

    def _link_at(self, tile: Tile, spot: QPoint) -> "Callable[[str], None] | None":
        inside = self.mapToScene(spot) - tile.pos()
        for box, act in ((tile.links.retry, self._feeds.retry), (tile.links.stop, self._feeds.cancel)):
            if box is not None and box.contains(inside):
                return act
        return None

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and (self.busy or self._editor.chosen):
            if self.busy:
                self.cancel()
            else:
                self._editor.choose(())
        elif self.busy:
            event.ignore()
        elif key in _ARROWS and self._editor.chosen:
            dx, dy = _ARROWS[key]
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._editor.stretch(dx, dy)
            else:
                self._editor.nudge(dx, dy)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._editor.remove()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and len(self._editor.chosen) == 1:
            self.opened.emit(self._editor.chosen[0])
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through the tiles in reading order, then on."""
        if self._editor.step(1 if forward else -1):
            return True
        return super().focusNextPrevChild(forward)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.sync()

    # For those who look from outside: assistive programs, the tour, tests

    @property
    def editor(self) -> Editor:
        """Whose layout this shows."""
        return self._editor
