"""What appears when the pointer is over a tile: a box with the value there, a crosshair on a chart, and the tile's
menu button.

They repaint little of the page: they are small widgets of their own.
"""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.canvas.interaction.pointer import Pointer
from benchboard.ui.studio.canvas.scene.page_view import PageView
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.results.readout import CrosshairShape, Reader, Readout, tooltip_html
from benchboard.ui.studio.tiles.value_readout import tile_reader
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.crosshair import Crosshair
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.value_tip import value_tip

_BUTTON_SIZE: Final = 22


class HoverTracker(QObject):
    """Follows the pointer over the page."""

    def __init__(self, view: PageView, pointer: Pointer) -> None:
        super().__init__(view)
        self._view, self._pointer = view, pointer
        self._over: Tile | None = None
        self._reader: tuple[tuple[object, ...], Reader] | None = None
        self._tooltip = ""
        self.menu_button = TileMenuButton(view)
        self.crosshair = Crosshair(view.viewport())
        view.viewport().installEventFilter(self)
        view.installEventFilter(self)
        view.editor.changed.connect(self._follow_page)
        view.editor.selection_changed.connect(self.place_menu_button)
        view.zoom_changed.connect(self._follow_page)
        view.screen_changed.connect(self._leave_screen)
        view.query_runner.result_changed.connect(self._follow_result)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self.place_menu_button)
            bar.valueChanged.connect(self._hide_tooltip)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._view:
            if kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
                self.place_menu_button()
            elif kind == QEvent.Type.Hide:
                self._hide_tooltip()
        elif kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._move(event)
        elif kind == QEvent.Type.Leave:
            self._enter(None)
        elif kind == QEvent.Type.ToolTip and self._tooltip:
            return True  # the box beside the pointer has it already
        elif kind == QEvent.Type.Resize or kind == QEvent.Type.MouseButtonRelease:
            self.place_menu_button()
        return False

    def place_menu_button(self) -> None:
        """Place the menu button on the tile under the pointer, or on the selected one while the page has the focus."""
        view, selected = self._view, self._view.editor.selection
        tile = self._over
        if tile is None and view.hasFocus() and len(selected) == 1:
            found = view.tiles.get(selected[0])
            tile = found if isinstance(found, Tile) else None
        if tile is None or view.presenting or view.busy or self._pointer.marquee is not None:
            self.menu_button.hide()
        else:
            self.menu_button.place_on(tile)

    def _follow_page(self) -> None:
        if self._over is not None and self._over not in self._view.tiles.values():
            self._over = None
        self._reader = None
        self._hide_tooltip()
        self.place_menu_button()

    def _leave_screen(self) -> None:
        """Nothing is under the pointer until it moves: another screen of a presented page is shown."""
        self._enter(None)
        self._hide_tooltip()

    def _follow_result(self, item_id: str) -> None:
        if self._over is not None and self._over.item.id == item_id:
            self._hide_tooltip()

    def _move(self, event: QMouseEvent) -> None:
        if event.buttons():
            self._show_value(None, event)
            self.menu_button.hide()
            return
        spot = event.position().toPoint()
        tile = self._view.tile_at(spot)
        self._enter(tile if isinstance(tile, Tile) else None)
        if self._over is not None:
            self._show_value(self._over, event)

    def _enter(self, tile: Tile | None) -> None:
        if tile is not self._over:
            self._over = tile
            self._hide_tooltip()
            self.place_menu_button()

    def _hide_tooltip(self) -> None:
        self.crosshair.hide()
        if self._tooltip:
            self._tooltip = ""
            value_tip(self._view).hide()

    def show_value_at(self, tile: Tile, spot: QPointF) -> str:
        """Show the value at a point of a tile, in its own coordinates, as if the pointer were there; returns what a
        screen reader says of it, empty if there is none."""
        self._show_spot(tile, spot, self.screen_point(tile, spot))
        readout = self._reader_of(tile)(spot)
        return readout.spoken if readout is not None else ""

    def hide_value(self) -> None:
        """Show no value until the pointer moves."""
        self._hide_tooltip()

    def screen_point(self, tile: Tile, spot: QPointF) -> QPoint:
        """Where a point of a tile, in its own coordinates, is on the screen."""
        inside = self._view.mapFromScene(tile.pos() + spot * self._view.zoom)
        return self._view.viewport().mapToGlobal(inside)

    def _show_value(self, tile: Tile | None, event: QMouseEvent) -> None:
        """Show the value under the pointer at once; text that is cut off is shown in full when the pointer rests."""
        at = (self._view.mapToScene(event.position().toPoint()) - tile.pos()) / self._view.zoom if tile else QPointF()
        self._show_spot(tile, at, event.globalPosition().toPoint())

    def _show_spot(self, tile: Tile | None, at: QPointF, global_pos: QPoint) -> None:
        readout = self._reader_of(tile)(at) if tile is not None else None
        text = tooltip_html(readout)
        if tile is not None:
            tile.set_readout(readout)
        if tile is not None and readout is not None and readout.crosshair is not None:
            self._show_crosshair(tile, readout.crosshair)
        else:
            self.crosshair.hide()
        if readout is None or not readout.follows_pointer:
            self._hide_tooltip()
        elif text != self._tooltip or not value_tip(self._view).isVisible():
            self._tooltip = text
            scale = self._view.zoom if self._view.wall is not None else 1.0  # as large as the tiles' letters
            value_tip(self._view).show_at(global_pos, text, scale, self._points_to_see(tile, readout))

    def _points_to_see(self, tile: Tile | None, readout: Readout) -> list[QPoint]:
        """The points of a chart that its values should not cover, on the screen."""
        points = readout.crosshair.highest if tile is not None and readout.crosshair is not None else ()
        return [self.screen_point(tile, point) for point in points] if tile is not None else []

    def _show_crosshair(self, tile: Tile, shape: CrosshairShape) -> None:
        view, corner = self._view, tile.pos()
        shown = shape.mapped(lambda point: QPointF(view.mapFromScene(corner + point * view.zoom)))
        self.crosshair.show_at(shown.line, shown.points, shown.bars)

    def _reader_of(self, tile: Tile) -> Reader:
        """The reader of a tile, cached for its content: mouse moves are frequent."""
        view = self._view
        size = tile.rect.size() / view.zoom
        beside = view.card_row(tile.item.id)
        key = (
            tile,
            tuple((one.result, one.widget, one.rect.width(), one.rect.height()) for one in beside),
            tile.result,
            tile.widget,
            size.width(),
            size.height(),
            tile.links.end,
            view.theme_version,
            view.audience,
        )
        if self._reader is None or self._reader[0] != key:
            end, audience = tile.links.end, view.audience
            self._reader = key, tile_reader(size, tile.widget, tile.result, end, audience, tile.cards())
        return self._reader[1]


class TileMenuButton(QAbstractButton):
    """`⋯` at the end of a tile's header: opens the menu of the tile."""

    menu_requested = Signal(QPoint)
    """The menu of the selection is to open at this point of the screen."""

    def __init__(self, view: PageView) -> None:
        super().__init__(view.viewport())
        self._view, self._id = view, ""
        self.setObjectName("tile_menu")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # by keyboard it is Shift+F10
        self.setFixedSize(QSize(_BUTTON_SIZE, _BUTTON_SIZE))
        self.setAccessibleName(_("Actions"))
        tip = _("More actions ({keys})").format(keys=REGISTRY["studio.open_menu"].key)
        self.setToolTip(plain_tooltip(tip))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self._open)
        self.hide()

    def place_on(self, tile: Tile) -> None:
        """Move the button to the end of this tile's header."""
        zoom, self._id = self._view.zoom, tile.item.id
        end = tile.links.end or tile.rect.width() / zoom - 12
        corner = QPointF(
            tile.rect.left() + end * zoom - _BUTTON_SIZE + 4, tile.rect.top() + 17 * zoom - _BUTTON_SIZE / 2
        )
        spot = self._view.mapFromScene(corner)
        shown = tile.rect.width() > 3 * _BUTTON_SIZE and self._view.viewport().rect().contains(spot)
        if spot != self.pos():
            self.move(spot)
        self.setVisible(shown)

    def paintEvent(self, _event: QPaintEvent) -> None:
        hot = self.underMouse() or self.isDown()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("surface.alt" if hot else "surface"))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
            spot = QRectF(self.rect()).adjusted(3, 3, -3, -3)
            paint_icon(painter, "ph.dots-three", spot, theme().color("text" if hot else "text.secondary"))

    def _open(self) -> None:
        editor = self._view.editor
        if self._id not in editor.page.shown:
            return
        if self._id not in editor.selection:
            editor.select([self._id])
        self.menu_requested.emit(self.mapToGlobal(QPoint(0, self.height())))
