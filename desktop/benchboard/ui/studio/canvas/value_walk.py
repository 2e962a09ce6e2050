"""Walks over the values of a chart, a pie or a number on the page by keys, as the pointer does by hovering."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent

from benchboard.i18n import _, number
from benchboard.ui.studio.canvas.hover import HoverTracker
from benchboard.ui.studio.canvas.scene.announcer import Announcer
from benchboard.ui.studio.canvas.scene.page_view import PageView
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.kinds.pies import Pie
from benchboard.ui.studio.tiles.kinds.value_map import ValueMap
from benchboard.ui.studio.tiles.points import chart_point, point_finder
from benchboard.ui.studio.tiles.renderers import body_of
from benchboard.ui.studio.tiles.results.tile_point import TilePoint
from benchboard.ui.studio.tiles.stats.spark_values import SparkValues
from benchboard.ui.studio.tiles.value_readout import ChartReader, body_reader

_STEPS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""Steps along the axis of a chart and across it, from series to series; of lying bars the two change."""
_ENDS: Final = (Qt.Key.Key_Home, Qt.Key.Key_End)
_MENU: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Menu)


class ValueWalk(QObject):
    """The value that the keys reached, of one tile at a time. Any other key, another selection and the loss of the
    focus end it."""

    point_requested = Signal(str, object, QPoint, bool)
    """The menu of a value (a `TilePoint`) of this widget is wanted, as `Canvas.point_requested`."""

    def __init__(self, view: PageView, hover: HoverTracker, announcer: Announcer) -> None:
        super().__init__(view)
        self._view, self._hover, self._announcer = view, hover, announcer
        self.item_id = ""
        """The widget whose values are walked over; empty if none is."""
        self._at = (0, 0)
        view.editor.selection_changed.connect(self.end)
        view.editor.changed.connect(self.end)
        view.zoom_changed.connect(self.end)
        view.query_runner.result_changed.connect(self._follow_result)
        view.installEventFilter(self)

    def start(self, item_id: str) -> bool:
        """Go to the first value of a widget, of a metric card to its number; False if it has none."""
        self.item_id, self._at = item_id, (0, 0)
        if not (rows := self._rows()):
            self.item_id = ""
            return False
        tile = self._tile()
        if tile is not None and isinstance(self._chart(tile), SparkValues):
            self._at = len(rows) - 1, 0  # the number that the card shows
        self._show()
        return True

    def end(self) -> None:
        """Show no value any more."""
        if self.item_id:
            self.item_id = ""
            self._hover.hide_value()

    def handle(self, event: QKeyEvent) -> bool:
        """Handle a key while values are walked over; returns False for one that has no use here, which ends it."""
        if not self.item_id:
            return False
        key = Qt.Key(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        asks_for_menu = key in _MENU or (key == Qt.Key.Key_F10 and modifiers == Qt.KeyboardModifier.ShiftModifier)
        if asks_for_menu:
            return self.request_menu()
        if (key in _STEPS or key in _ENDS) and not modifiers:
            self._move(key)
            return True
        self.end()
        return key == Qt.Key.Key_Escape

    def request_menu(self) -> bool:
        """Request the menu of the value that was reached; False if there is none."""
        tile = self._tile()
        found = self._point(tile) if tile is not None else None
        if tile is not None and found is not None:
            self.point_requested.emit(self.item_id, found, self._hover.screen_point(tile, self._spot()), False)
        return found is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.end()
        return False

    def _follow_result(self, item_id: str) -> None:
        if item_id == self.item_id:
            self.end()

    def _tile(self) -> Tile | None:
        tile = self._view.tiles.get(self.item_id)
        return tile if isinstance(tile, Tile) else None

    def _chart(self, tile: Tile) -> ChartReader | ValueMap | None:
        body = body_of(tile.rect.size() / self._view.zoom)
        reader = body_reader(body, tile.widget, tile.result, self._view.audience, tile.cards())
        return reader if isinstance(reader, ChartReader | ValueMap) else None

    def _rows(self) -> list[list[QPointF]]:
        """A point of the tile at each value, row by row."""
        tile = self._tile()
        if tile is None or tile.result is None or tile.result.table is None:
            return []
        if (chart := self._chart(tile)) is not None:
            return [chart.spots(row) for row in range(chart.row_count)]
        body = body_of(tile.rect.size() / self._view.zoom)
        spots = [body.center()]
        if tile.item.type == "pie_chart":
            pie = Pie(body, tile.result.table, tile.result.colours, tile.result.legend)
            spots = [line.center() for line in pie.lines]
        finder = point_finder(body, tile.widget, tile.result, self._view.audience)
        return [[spot] for spot in spots if tile.item.type == "pie_chart" or finder(spot) is not None]

    def _spot(self) -> QPointF:
        return self._rows()[self._at[0]][self._at[1]]

    def _move(self, key: Qt.Key) -> None:
        tile, rows = self._tile(), self._rows()
        if tile is None or not rows:
            self.end()
            return
        chart, (row, place) = self._chart(tile), self._at
        if key in _ENDS:
            row = 0 if key == Qt.Key.Key_Home else len(rows) - 1
        else:
            along, across = _STEPS[key]
            if chart is not None and chart.is_lying:
                along, across = across, along
            elif chart is None:
                along, across = along + across, 0
            row, place = min(max(row + along, 0), len(rows) - 1), place + across
        self._at = row, min(max(place, 0), len(rows[row]) - 1)
        self._show()

    def _show(self) -> None:
        tile = self._tile()
        if tile is not None and (text := self._hover.show_value_at(tile, self._spot())):
            place = _("{row} of {count}").format(row=number(self._at[0] + 1), count=number(len(self._rows())))
            self._announcer.announce(f"{text}, {place}")

    def _point(self, tile: Tile) -> TilePoint | None:
        chart, spot = self._chart(tile), self._spot()
        table = tile.result.table if tile.result is not None else None
        if isinstance(chart, ValueMap):
            return chart.point_at(spot)
        if chart is not None and table is not None:
            place = chart.place_near(self._at[0], spot)
            return chart_point(chart, table, *place) if place is not None else None
        body = body_of(tile.rect.size() / self._view.zoom)
        return point_finder(body, tile.widget, tile.result, self._view.audience)(spot)
