"""What the pointer is told where it passes: values read off a tile, and the tile's menu at the end of its header.

Neither paints the page anew: what is read stands in a tooltip, the menu's sign is a small widget of its own.
"""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QToolTip

from benchboard.i18n import _
from benchboard.ui.studio.canvas import menu
from benchboard.ui.studio.canvas.tile import Tile
from benchboard.ui.studio.tiles.readings import Reader, reader, tip_of
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon

if TYPE_CHECKING:
    from benchboard.ui.studio.canvas.canvas import Canvas

_SIGN: Final = 22


class Hovering(QObject):
    """Follows the pointer over a canvas."""

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._over: Tile | None = None
        self._reader: tuple[tuple[object, ...], Reader] | None = None
        self._read = ""
        self.sign = MenuSign(canvas)
        canvas.viewport().installEventFilter(self)
        canvas.installEventFilter(self)
        canvas.editor.changed.connect(self._anew)
        canvas.editor.chosen_changed.connect(self.settle)
        canvas.zoom_changed.connect(self._anew)
        for bar in (canvas.horizontalScrollBar(), canvas.verticalScrollBar()):
            bar.valueChanged.connect(self.settle)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._canvas:
            if kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
                self.settle()
        elif kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._move(event)
        elif kind == QEvent.Type.Leave:
            self._go(None)
        elif kind == QEvent.Type.Resize or kind == QEvent.Type.MouseButtonRelease:
            self.settle()
        return False

    def settle(self) -> None:
        """Put the menu's sign where it belongs now: on the tile under the pointer, else on the chosen one while the
        keyboard is the page's."""
        canvas, chosen = self._canvas, self._canvas.editor.chosen
        tile = self._over
        if tile is None and canvas.hasFocus() and len(chosen) == 1:
            found = canvas.tiles.get(chosen[0])
            tile = found if isinstance(found, Tile) else None
        if tile is None or canvas.presented or canvas.busy or canvas.pointer.band is not None:
            self.sign.hide()
        else:
            self.sign.stand_on(tile)

    def _anew(self) -> None:
        if self._over is not None and self._over not in self._canvas.tiles.values():
            self._over = None
        self._reader = None
        self.settle()

    def _move(self, event: QMouseEvent) -> None:
        if event.buttons():
            self._say(None, event)
            self.sign.hide()
            return
        spot = event.position().toPoint()
        tile = self._canvas.tile_at(spot)
        self._go(tile if isinstance(tile, Tile) else None)
        if self._over is not None:
            self._say(self._over, event)

    def _go(self, tile: Tile | None) -> None:
        if tile is not self._over:
            self._over = tile
            self._hush()
            self.settle()

    def _hush(self) -> None:
        if self._read:
            self._read = ""
            QToolTip.hideText()

    def _say(self, tile: Tile | None, event: QMouseEvent) -> None:
        """Say what is read under the pointer: values at once, the whole of what is cut when it rests."""
        at = (
            (self._canvas.mapToScene(event.position().toPoint()) - tile.pos()) / self._canvas.zoom
            if tile
            else QPointF()
        )
        reading = self._reader_of(tile)(at) if tile is not None else None
        text = tip_of(reading)
        if tile is not None:
            tile.tell(reading)
        if reading is None or not reading.quick:
            self._hush()
        elif text != self._read or not QToolTip.isVisible():
            self._read = text
            QToolTip.showText(event.globalPosition().toPoint() + QPoint(8, 0), text, self._canvas.viewport())

    def _reader_of(self, tile: Tile) -> Reader:
        """Made once for what a tile shows: a mouse moves often."""
        canvas = self._canvas
        size = tile.rect.size() / canvas.zoom
        key = (tile, tile.answer, tile.widget, size.width(), size.height(), tile.links.end, canvas.look)
        if self._reader is None or self._reader[0] != key:
            self._reader = key, reader(size, tile.widget, tile.answer, tile.links.end)
        return self._reader[1]


class MenuSign(QAbstractButton):
    """`⋯` at the end of a tile's header: opens what can be done with the tile."""

    def __init__(self, canvas: "Canvas") -> None:
        super().__init__(canvas.viewport())
        self._canvas, self._id = canvas, ""
        self.setObjectName("tile_menu")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard has Shift+F10
        self.setFixedSize(QSize(_SIGN, _SIGN))
        self.setAccessibleName(_("What can be done here"))
        self.setToolTip(_("What can be done with it (Shift F10)"))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self._open)
        self.hide()

    def stand_on(self, tile: Tile) -> None:
        """Be at the end of this tile's header."""
        zoom, self._id = self._canvas.zoom, tile.item.id
        end = tile.links.end or tile.rect.width() / zoom - 12
        corner = QPointF(tile.rect.left() + end * zoom - _SIGN + 4, tile.rect.top() + 17 * zoom - _SIGN / 2)
        spot = self._canvas.mapFromScene(corner)
        shown = tile.rect.width() > 3 * _SIGN and self._canvas.viewport().rect().contains(spot)
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
        editor = self._canvas.editor
        if self._id not in editor.page.shown:
            return
        if self._id not in editor.chosen:
            editor.choose([self._id])
        menu.made(self._canvas).popup(self.mapToGlobal(QPoint(0, self.height())))
