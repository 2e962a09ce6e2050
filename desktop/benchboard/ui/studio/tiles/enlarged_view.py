"""The content of one widget, enlarged to the size of the window. Tables and texts can be scrolled; a chart of series
has a table of them below it or at its right.
"""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, Signal, SignalInstance
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QBoxLayout, QFrame, QTextEdit, QWidget

from benchboard.analytics.queries import ResultTable
from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.i18n import _
from benchboard.ui.studio.tiles.axes.axis_range import detail
from benchboard.ui.studio.tiles.chart_zoom import ChartZoom, takes_key
from benchboard.ui.studio.tiles.click_targets import Audience, Links
from benchboard.ui.studio.tiles.drawing_failures import draw_or_report
from benchboard.ui.studio.tiles.kinds.charts import series_by_text
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.kinds.pivot import shown_table
from benchboard.ui.studio.tiles.kinds.value_map import ValueMap
from benchboard.ui.studio.tiles.legend_menu import legend_menu, legend_names, undrawn_names
from benchboard.ui.studio.tiles.line_picture import LinePicture, least_range, whole_range, with_detail
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.points import chart_point, point_finder
from benchboard.ui.studio.tiles.renderers import (
    markdown_document,
    mismatch_reason,
    paint_body,
    paint_failed_body,
    summary,
    text_prompt,
)
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.results.readout import Reader, Readout, tooltip_html
from benchboard.ui.studio.tiles.series.chart_legend import OTHER, LegendChoice, LegendTarget
from benchboard.ui.studio.tiles.series.undrawn_series import undrawn_names_text
from benchboard.ui.studio.tiles.series_statistics import has_last, series_statistics
from benchboard.ui.studio.tiles.series_table import SeriesTable
from benchboard.ui.studio.tiles.stats.spark_values import SparkValues
from benchboard.ui.studio.tiles.tables.table_widget import TableState, TableWidget
from benchboard.ui.studio.tiles.value_readout import ChartReader, body_reader
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, describe, rename
from benchboard.ui.widgets.crosshair import Crosshair
from benchboard.ui.widgets.focus import asked_by_key, came_by_key, update_focus_ring
from benchboard.ui.widgets.labels import restyle
from benchboard.ui.widgets.value_tip import value_tip

_SCALED_KINDS: Final = ("metric_card", "gauge", "pie_chart")
"""Kinds of widgets that are scaled up; others use the space at the normal scale."""
_SERIES_KINDS: Final = ("line_chart", "area_chart", "bar_chart")
"""Kinds of widgets whose series have a table beside the chart."""
_MOST_BELOW: Final = 4
"""A table with more series than these is at the right of the chart, where that stays wide enough."""
_LEAST_BESIDE: Final = 560
"""The least width, in pixels, of a chart with the table at its right."""
_LEAST_ABOVE: Final = 200
"""The least height, in pixels, of a chart with the table below it. In a lower window the chart draws its legend."""
_BELOW_SHARE: Final = 0.4
"""The part of the height that the table may take; more rows scroll."""
_GAP: Final = 12
_MAX_SCALE: Final = 3.0
_UNLIMITED: Final = 16_777_215
_MAX_PIE_SCALE: Final = 1.25
"""The ring grows with its room in any case; the letters of its legend don't need to."""
_UNSCALED_SIZE: Final = QSizeF(300, 170)
"""The size at which these kinds are drawn as large as on a page."""
_METRIC_HEIGHT: Final = 110.0
"""The height of the content of a metric card, in pixels."""

_WALK_KEYS: Final = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Home: (0, 0), Qt.Key.Key_End: (0, 0),
}  # fmt: skip
"""The keys that walk over the values of a chart: steps along its axis and across it. Of lying bars the two change."""
_WALKED: Final = (ChartReader, ValueMap)
_END_KEYS: Final = (Qt.Key.Key_Home, Qt.Key.Key_End)


class EnlargedDrawing(QWidget):
    """The content of a widget that is drawn: charts, numbers, images and messages."""

    accessible_role = Role.Graphic
    retry_requested = Signal()
    edit_requested = Signal()
    period_requested = Signal()
    point_requested = Signal(object, QPoint)
    """The user wants the menu of a value (a `TilePoint`), at a point of the screen."""
    legend_chosen = Signal(object)
    """The user hid or showed series (a `LegendChoice`)."""
    detail_requested = Signal(object)
    """A finer result of a part of the x axis is wanted (a `Reduction`); None: not any more."""
    zoomed = Signal(bool)
    """Whether a part of the x axis alone is shown: then whoever has the chart offers to show all of it."""

    def __init__(self, padding: int = 0, text_scale: float = 1.0) -> None:
        """`padding`: pixels between its edge, where the ring of its focus is, and what is drawn; `text_scale`: how much
        larger than on a page charts are drawn, with their texts."""
        super().__init__()
        self._padding, self._text_scale = padding, text_scale
        self.zoom = ChartZoom(self)
        self.zoom.changed.connect(self._show_zoom)
        self.zoom.rested.connect(self._end_movement)
        self._picture: tuple[tuple[object, ...], LinePicture] | None = None
        self.detail: ResultTable | None = None
        """The finer result of a part of the axis."""
        self._late_detail: ResultTable | None = None
        """One that arrived during a movement."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.widget: WidgetContent | None = None
        self.result: QueryResult | None = None
        self._audience: Audience = "read"
        self.links = Links()
        self._reader: tuple[tuple[object, ...], Reader] | None = None
        self.crosshair = Crosshair(self)
        self._choice: LegendChoice | None = None
        """What the reader hid here by the legend; None: nothing was chosen here."""
        self._choice_before = LegendChoice()
        self._isolates = False
        self._merged: tuple[QueryResult, ResultTable, QueryResult] | None = None
        self._value: tuple[int, int] | None = None
        """The value that the arrow keys reached: its row, and its place from the top of that row."""

    def show_widget(self, widget: WidgetContent, result: QueryResult | None, audience: Audience) -> None:
        """Show a widget with its result."""
        if result is not None and result.quiet:
            result = replace(result, quiet=False)  # the widget stands for itself here
        if result is not None and self._choice is not None:
            result = replace(result, legend=self._choice)
        if self.result is None or result is None or self.result.table != result.table:
            self.detail = self._late_detail = None
        is_other = self.widget is None or self.widget.id != widget.id or self.widget.query != widget.query
        self.widget, self.result, self._audience = widget, result, audience
        self._set_axis(keep=not is_other)
        rename(self, _full_size_name(widget))
        describe(self, summary(widget, result))
        self._hide_readout()
        self.update()

    @property
    def scale_factor(self) -> float:
        """How much larger than on a page it is drawn: 1 to 3."""
        kind = self.widget.kind if self.widget is not None else None
        drawn = self.result is not None and self.result.table is not None and self.result.error is None
        if kind is None or not drawn:
            return 1.0
        if kind.type not in _SCALED_KINDS:
            return self._text_scale
        most = _MAX_PIE_SCALE if kind.type == "pie_chart" else _MAX_SCALE
        return max(1.0, min(self.width() / _UNSCALED_SIZE.width(), self.height() / _UNSCALED_SIZE.height(), most))

    def body(self) -> QRectF:
        """The rectangle that it is drawn in, in unscaled coordinates."""
        padding = self._padding / self.scale_factor
        whole = QRectF(QPointF(0, 0), QSizeF(self.size()) / self.scale_factor)
        whole = whole.adjusted(padding, padding, -padding, -padding)
        if self.widget is not None and self.widget.kind is not None and self.widget.kind.type == "metric_card":
            spare = max(0.0, whole.height() - _METRIC_HEIGHT) / 2
            return whole.adjusted(0, spare, 0, -spare)  # a metric card is drawn at the bottom of its body
        return whole

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.widget is None:
            return
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("surface"))
            self.links = draw_or_report(
                painter, lambda: self._paint_content(painter), lambda: self._paint_failed(painter)
            )

    def _paint_content(self, painter: QPainter) -> Links:
        if (shown := self.zoom.shown) is not None and (picture := self.zoomed_picture()) is not None:
            painter.scale(self.scale_factor, self.scale_factor)
            picture.paint(painter, shown)
            return Links(legend=picture.legend)
        painter.scale(self.scale_factor, self.scale_factor)
        return paint_body(painter, self.body(), self.widget, self.result, self._audience) if self.widget else Links()

    def _paint_failed(self, painter: QPainter) -> Links:
        painter.scale(self.scale_factor, self.scale_factor)
        return paint_failed_body(painter, self.body(), self._audience)

    def _set_axis(self, *, keep: bool) -> None:
        """Find the axis that can be zoomed. What is shown of it stays if it is that of the same query."""
        if not keep:
            self.zoom.set_whole(None)
        if self.result is None or not self.result.is_pending:
            whole = whole_range(self.widget, self.result) if self.widget is not None else None
            is_time = whole is not None and self.result is not None and self.result.table is not None
            is_time = is_time and self.result.table.columns[0].kind in ("timestamp", "date")  # type: ignore[union-attr]  # not None
            self.zoom.set_whole(whole, least_range(whole, is_time=is_time) if whole is not None else 0.0)
        self.zoomed.emit(self.zoom.shown is not None)
        if self.zoom.shown is not None:
            self._request_detail()

    def zoomed_picture(self) -> LinePicture | None:
        """The chart that is drawn while it is zoomed."""
        result = self._zoomed_result()
        if self.widget is None or result is None or self.zoom.whole is None:
            return None
        key = (self.widget, result, self.size().toTuple(), theme().current, self.devicePixelRatioF())
        if self._picture is None or not _is_same(self._picture[0], key):
            size, ratio = self.size() / self.scale_factor, self.devicePixelRatioF() * self.scale_factor
            self._picture = key, LinePicture(size, ratio, self.body(), self.widget, result, self.zoom.whole)
        return self._picture[1]

    def _zoomed_result(self) -> QueryResult | None:
        """The result with the finer one in its place."""
        if self.result is None or self.result.table is None or self.detail is None:
            return self.result
        if self._merged is None or self._merged[0] is not self.result or self._merged[1] is not self.detail:
            table = with_detail(self.result.table, self.detail)
            self._merged = self.result, self.detail, replace(self.result, table=table)
        return self._merged[2]

    def show_detail(self, table: ResultTable) -> None:
        """Show a finer result of a part of the axis. During a movement it waits: the picture at hand is drawn then."""
        if self.zoom.is_moving:
            self._late_detail = table
        else:
            self.detail, self._late_detail = table, None
            self.update()

    def _show_zoom(self) -> None:
        self._hide_readout()
        self.zoomed.emit(self.zoom.shown is not None)
        self.update()

    def _end_movement(self) -> None:
        if self._late_detail is not None:
            self.detail, self._late_detail = self._late_detail, None
            self.update()
        self._request_detail()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.zoom_text()))

    def _request_detail(self) -> None:
        shown, whole, picture = self.zoom.shown, self.zoom.whole, self.zoomed_picture()
        table = self.result.table if self.result is not None else None
        if shown is None or whole is None or picture is None or table is None or table.reduced is None:
            self.detail_requested.emit(None)
            return
        pixels = picture.plot.box.width() * self.scale_factor * self.devicePixelRatioF()
        self.detail_requested.emit(detail(shown, whole, pixels))

    def zoom_text(self) -> str:
        """Which part of the axis is shown, as text."""
        picture = self.zoomed_picture()
        if self.zoom.shown is None or picture is None:
            return _("Whole range")
        first, last = picture.names(self.zoom.shown)
        return _("Zoomed to {first} – {last}").format(first=first, last=last)

    def plot_box(self) -> QRectF | None:
        """The rectangle of the plot that can be zoomed, in pixels of this widget."""
        picture, scale = self.zoomed_picture(), self.scale_factor
        if picture is None:
            return None
        box = picture.plot.box
        return QRectF(box.topLeft() * scale, box.size() * scale)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        box = self.plot_box()
        if box is None or not self.zoom.wheel(event, event.position(), box):
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and (box := self.plot_box()) is not None:
            self.zoom.press(event.position(), box)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        box = self.plot_box() if event.buttons() & Qt.MouseButton.LeftButton else None
        if box is not None and self.zoom.drag(event.position(), box):
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        self._update_tooltip(event)
        shape = Qt.CursorShape
        is_link = self._signal_at(event.position()) or self._legend_at(event)
        self.setCursor(shape.PointingHandCursor if is_link else shape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        signal = self._signal_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.zoom.release():
            self.setCursor(Qt.CursorShape.ArrowCursor)
        elif signal is not None:
            signal.emit()
        elif (target := self._legend_at(event)) is not None:
            self._click_legend(target.key)
        else:
            self._request_point(event.position() / self.scale_factor, event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the series alone whose name is clicked."""
        target = self._legend_at(event)
        if target is None or not target.key or event.button() != Qt.MouseButton.LeftButton:
            super().mouseDoubleClickEvent(event)
        elif target.key != OTHER:
            self.isolate_series(target.key)

    def _legend_at(self, event: QMouseEvent) -> LegendTarget | None:
        return self.links.legend_at(event.position() / self.scale_factor)

    def _legend_keys(self) -> list[str]:
        return [key for key, _name in legend_names(self.widget, self.result)] if self.widget is not None else []

    def _click_legend(self, key: str) -> None:
        if self._isolates:
            self._isolates = False  # the second release of a double click
        elif not key:
            self.open_legend()
        elif self.result is not None:
            self._choice_before = self.result.legend
            self.choose_in_legend(self.result.legend.toggled(key, self._legend_keys()))

    def toggle_series(self, key: str) -> None:
        """Hide a series, or show it again."""
        self._click_legend(key)

    def isolate_series(self, key: str) -> None:
        """Show a series alone; the choice is that from before the first click of the double click."""
        self._isolates = True
        self.choose_in_legend(self._choice_before.isolated(key, self._legend_keys()))

    def choose_in_legend(self, choice: LegendChoice) -> None:
        """Hide or show series or slices."""
        self._choice = choice
        if self.result is not None and self.widget is not None:
            self.show_widget(self.widget, self.result, self._audience)
        self.legend_chosen.emit(choice)

    @property
    def has_legend(self) -> bool:
        """Whether there are series or slices to hide."""
        return len(self._legend_keys()) > 1

    @property
    def is_walked(self) -> bool:
        """Whether the arrow keys reach values."""
        return isinstance(self._reader_now(), _WALKED)

    def open_legend(self) -> bool:
        """Open the menu of the legend; False if there is none."""
        names = legend_names(self.widget, self.result) if self.widget is not None else []
        if not names or self.result is None:
            return False
        corner = self.mapToGlobal((self.body().topLeft() * self.scale_factor).toPoint())
        undrawn = undrawn_names(self.widget, self.result) if self.widget is not None else []
        legend_menu(self, names, self.result.legend, self.choose_in_legend, undrawn=undrawn).popup(corner)
        return True

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of the value under the pointer, or of the one that the arrow keys reached."""
        if not asked_by_key(event):
            self._request_point(QPointF(event.pos()) / self.scale_factor, event.globalPos())
        elif not self._request_reached():
            super().contextMenuEvent(event)

    def _request_point(self, spot: QPointF, at: QPoint) -> None:
        found = point_finder(self.body(), self.widget, self.result)(spot) if self.widget is not None else None
        if found is not None:
            self.point_requested.emit(found, at)

    def _request_reached(self) -> bool:
        """Request the menu of the value that the arrow keys reached, or of the only one; False if there is none."""
        reader, table = self._reader_now(), self.result.table if self.result is not None else None
        if isinstance(reader, ValueMap) and self._value is not None:
            spot = reader.spots(self._value[0])[self._value[1]]
            found = reader.point_at(spot)
        elif isinstance(reader, ChartReader) and self._value is not None and table is not None:
            spot = reader.spots(self._value[0])[self._value[1]]
            place = reader.place_near(self._value[0], spot)
            found = chart_point(reader, table, *place) if place is not None else None
        elif self.widget is not None and (isinstance(reader, SparkValues) or not isinstance(reader, _WALKED)):
            spot = self.body().center()
            found = point_finder(self.body(), self.widget, self.result)(spot)
        else:
            return False
        if found is not None:
            self.point_requested.emit(found, self.mapToGlobal((spot * self.scale_factor).toPoint()))
        return found is not None

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.crosshair.hide()
        value_tip(self).hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hide_readout()  # the values are elsewhere now

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk over the values of a chart: along its axis and, across it, from series to series; Enter opens the
        menu of the value."""
        if self.zoom.key(event):
            return
        reader = self._reader_now()
        key = Qt.Key(event.key())
        if _asks_for_menu(event) and self._request_reached():
            return
        if key == Qt.Key.Key_L and not event.modifiers() and self.open_legend():
            return
        if not isinstance(reader, ChartReader | ValueMap) or not reader.row_count or key not in _WALK_KEYS:
            super().keyPressEvent(event)
            return
        along, across = _WALK_KEYS[key] if not reader.is_lying else _WALK_KEYS[key][::-1]
        at, last = self._value, reader.row_count - 1
        shown = self.zoom.shown
        if at is None and shown is not None and isinstance(reader, ChartReader) and key not in _END_KEYS:
            row = reader.first_row_from(shown.high if along < 0 else shown.low)
        elif key in _END_KEYS:
            row = 0 if key == Qt.Key.Key_Home else last
        else:
            row = min(max(at[0] + along, 0), last) if at is not None else last if along < 0 else 0
        if self.zoom.shown is not None and isinstance(reader, ChartReader):
            reader = self._shown_reader(reader, row)
        spots = reader.spots(row)
        place = at[1] if at is not None else 0
        place = min(max(place + (across if at is not None and key not in _END_KEYS else 0), 0), len(spots) - 1)
        self._value = row, place
        spot = spots[place] * self.scale_factor
        self._show_readout(reader(spots[place]), self.mapToGlobal(spot.toPoint()))
        if QAccessible.isActive() and (readout := reader(spots[place])) is not None:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, readout.spoken))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        update_focus_ring(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        update_focus_ring(self, event)
        if self._value is not None:
            self._hide_readout()

    def _hide_readout(self) -> None:
        self._value = None
        self.crosshair.hide()
        value_tip(self).hide()

    def _reader_now(self) -> Reader | None:
        if self.widget is None:
            return None
        result, shown = self._zoomed_result() if self.zoom.shown is not None else self.result, self.zoom.shown
        key = (self.widget, result, self.size().toTuple(), theme().current, shown)
        if self._reader is None or not _is_same(self._reader[0], key):
            if result is not None and shown is not None:
                result = replace(result, window=(shown.low, shown.high))
            self._reader = key, body_reader(self.body(), self.widget, result)
        return self._reader[1]

    def _shown_reader(self, reader: ChartReader, row: int) -> ChartReader:
        """The readouts of the chart, moved so that a row is in what is shown of the axis."""
        value = reader.x_value(row)
        if value is None or self.zoom.shown is None:
            return reader
        before = self._value
        self.zoom.show(self.zoom.shown.showing(value))
        self._value = before
        found = self._reader_now()
        return found if isinstance(found, ChartReader) else reader

    def _update_tooltip(self, event: QMouseEvent) -> None:
        """Show the value under the pointer."""
        reader = self._reader_now()
        if reader is not None:
            self._value = None
            self._show_readout(reader(event.position() / self.scale_factor), event.globalPosition().toPoint())

    def _show_readout(self, readout: Readout | None, at: QPoint) -> None:
        if readout is not None and readout.crosshair is not None:
            shown = readout.crosshair.mapped(lambda point: point * self.scale_factor)
            self.crosshair.show_at(shown.line, shown.points, shown.bars)
        else:
            self.crosshair.hide()
        self.setToolTip(tooltip_html(readout))
        if readout is not None and readout.follows_pointer:
            points = readout.crosshair.highest if readout.crosshair is not None else ()
            clear_of = [self.mapToGlobal((point * self.scale_factor).toPoint()) for point in points]
            value_tip(self).show_at(at, self.toolTip(), clear_of=clear_of)
        else:
            value_tip(self).hide()

    def event(self, event: QEvent) -> bool:
        """Leave out the tooltip of values that are shown beside the pointer already."""
        is_key = event.type() == QEvent.Type.ShortcutOverride and self.zoom.whole is not None
        if is_key and isinstance(event, QKeyEvent) and takes_key(event, is_zoomed=self.zoom.shown is not None):
            event.accept()  # else the page's shortcuts would zoom the page, or close the view
            return True
        return (event.type() == QEvent.Type.ToolTip and value_tip(self).isVisible()) or super().event(event)

    def _signal_at(self, spot: QPointF) -> SignalInstance | None:
        at = spot / self.scale_factor
        for box, signal in (
            (self.links.retry, self.retry_requested),
            (self.links.edit, self.edit_requested),
            (self.links.period, self.period_requested),
        ):
            if box is not None and box.contains(at):
                return signal
        return None


def _text_scale() -> float:
    """How much larger charts are drawn than on a page, so that the texts of their axes are as large as body text."""
    return theme().font("body").pointSizeF() / theme().font("caption").pointSizeF()


def _is_same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two keys have the same parts. Those that are the same object aren't compared: a result has many rows."""
    return all(a is b or a == b for a, b in zip(one, other, strict=True))


def _asks_for_menu(event: QKeyEvent) -> bool:
    """Whether a key opens a menu: Enter, or Shift+F10; the Menu key arrives as an event of its own."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() == Qt.Key.Key_F10:
        return modifiers == Qt.KeyboardModifier.ShiftModifier
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not modifiers


class _TextPage(QTextEdit):
    """A text that scrolls, with a ring while it has the focus by keyboard."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("large_text")
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_ring(came_by_key(event))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_ring(False)

    def _show_ring(self, shown: bool) -> None:
        self.setProperty("ringed", shown)
        restyle(self)


class EnlargedContent(QWidget):
    """A widget enlarged: a table widget, a text that scrolls, or a drawing, with a table of its series."""

    close_requested = Signal()
    retry_requested = Signal()
    edit_requested = Signal()
    period_requested = Signal()
    point_requested = Signal(object, QPoint)
    legend_chosen = Signal(object)
    detail_requested = Signal(object)
    zoomed = Signal(bool)

    def __init__(self, state: TableState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._column = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_GAP)
        self.series = SeriesTable()
        self.series.toggled.connect(self._toggle_series)
        self.series.isolated.connect(self._isolate_series)
        self._column.addWidget(self.series)
        self.series.hide()
        self.series_note = ""
        """What is said about the table of series; empty without one."""
        self._shown: tuple[WidgetContent, QueryResult | None, Audience] | None = None
        self.content: TableWidget | EnlargedDrawing | QTextEdit | None = None
        self._text = ""

    def show_widget(
        self, widget: WidgetContent, result: QueryResult | None, audience: Audience, *, loading: bool
    ) -> None:
        """Show a widget with its result. `loading`: a newer result is being loaded."""
        kind = widget.kind.type if widget.kind is not None else ""
        if (table := shown_table(widget, result)) is not None:
            if isinstance(self.content, TableWidget):
                self.content.show_table(table, loading=loading)
            else:
                table_widget = TableWidget(table, self._state)
                table_widget.close_requested.connect(self.close_requested)
                table_widget.enlarge_requested.connect(self.close_requested)
                table_widget.point_requested.connect(self.point_requested)
                self._set_content(table_widget)
            if isinstance(self.content, TableWidget):
                self.content.view.setAccessibleName(_full_size_name(widget))
        elif kind == "text":
            self._show_text(str(widget.setting("text")), text_prompt(widget, audience))
        else:
            if not isinstance(self.content, EnlargedDrawing):
                drawing = EnlargedDrawing(theme().px("spacing.4"), _text_scale())
                drawing.retry_requested.connect(self.retry_requested)
                drawing.period_requested.connect(self.period_requested)
                drawing.edit_requested.connect(self.edit_requested)
                drawing.point_requested.connect(self.point_requested)
                drawing.legend_chosen.connect(self._choose)
                drawing.detail_requested.connect(self.detail_requested)
                drawing.zoomed.connect(self.zoomed)
                self._set_content(drawing)
            self._shown = widget, result, audience
            self._show_drawing()
            return
        self._shown, self.series_note = None, ""
        self.series.hide()
        if isinstance(self.content, TableWidget | QTextEdit):
            self.content.setAccessibleName(_full_size_name(widget))

    def _show_drawing(self) -> None:
        """Show the chart, with the table of its series where there is room for both."""
        if self._shown is None or not isinstance(self.content, EnlargedDrawing):
            return
        widget, result, audience = self._shown
        self._fill_series(widget, result)
        if result is not None:
            result = replace(result, legend_beside=not self.series.isHidden())
        self.content.show_widget(widget, result, audience)

    def _fill_series(self, widget: WidgetContent, result: QueryResult | None) -> None:
        kind = widget.kind.type if widget.kind is not None else ""
        table = result.table if result is not None and result.error is None else None
        if result is None or table is None or not table.rows or kind not in _SERIES_KINDS:
            self.series.hide()
            self.series_note = ""
            return
        if mismatch_reason(widget, table) is not None:
            self.series.hide()
            self.series_note = ""
            return
        drawn = drawn_table(widget, result)
        rows = series_statistics(drawn, number_format.unit(widget))
        self.series.show_series(rows, kind, with_last=has_last(drawn, kind), names=drawn.series_by)
        notes = [series_by_text(drawn), undrawn_names_text(drawn)]
        if drawn.partial_rows:
            notes.append(_("Min, max and mean leave out periods of which there is only a part."))
        self.series_note = " · ".join(note for note in notes if note)
        self._place_series()

    def _place_series(self) -> None:
        """Put the table of series where it has room: at the right if it is long, else below the chart."""
        count, table = len(self.series.model_rows), self.series
        direction = QBoxLayout.Direction
        is_beside = count > _MOST_BELOW and self.width() - table.whole_width - _GAP >= _LEAST_BESIDE
        self._column.setDirection(direction.LeftToRight if is_beside else direction.TopToBottom)
        height = min(table.whole_height, round(self.height() * _BELOW_SHARE))
        if is_beside:
            table.setFixedWidth(table.whole_width)
            table.setMinimumHeight(0)
            table.setMaximumHeight(_UNLIMITED)
        else:
            table.setMinimumWidth(0)
            table.setMaximumWidth(_UNLIMITED)
            table.setFixedHeight(height)
        table.setVisible(count > 0 and (is_beside or self.height() - height - _GAP >= _LEAST_ABOVE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._shown is not None and self.series.model_rows:
            before = self.series.isHidden()
            self._place_series()
            if self.series.isHidden() != before:
                self._show_drawing()

    def _toggle_series(self, key: str) -> None:
        if isinstance(self.content, EnlargedDrawing):
            self.content.toggle_series(key)

    def _isolate_series(self, key: str) -> None:
        if isinstance(self.content, EnlargedDrawing):
            self.content.isolate_series(key)

    def _choose(self, choice: LegendChoice) -> None:
        """Show what was hidden by the drawing's own menu or the table in both."""
        if self._shown is not None:
            widget, result, audience = self._shown
            result = replace(result, legend=choice) if result is not None else None
            self._shown = widget, result, audience
            self._fill_series(widget, result)
        self.legend_chosen.emit(choice)

    def show_detail(self, table: ResultTable) -> None:
        """Show a finer result of a part of a chart's axis."""
        if isinstance(self.content, EnlargedDrawing):
            self.content.show_detail(table)

    def reset_zoom(self) -> None:
        """Show the whole x axis of a chart, which gets the focus."""
        if isinstance(self.content, EnlargedDrawing):
            self.content.zoom.reset()
            self.content.setFocus()

    def _show_text(self, text: str, prompt: str) -> None:
        if not isinstance(self.content, QTextEdit):
            self._set_content(_TextPage())
            self._text = ""
        if isinstance(self.content, QTextEdit):
            self.content.setPlaceholderText(prompt)
        if text != self._text and isinstance(self.content, QTextEdit):
            self._text = text
            document = markdown_document(text)
            document.setParent(self.content)
            self.content.setDocument(document)

    def _set_content(self, content: TableWidget | EnlargedDrawing | QTextEdit) -> None:
        before, self.content = self.content, content
        had_focus = before is not None and before.isAncestorOf(before.window().focusWidget() or self)
        self._column.insertWidget(0, content, 1)
        QWidget.setTabOrder(content, self.series)
        self.setFocusProxy(content)
        if before is not None:
            if had_focus or before.hasFocus():
                content.setFocus(Qt.FocusReason.OtherFocusReason)
            self._column.removeWidget(before)
            before.hide()
            before.deleteLater()


def _full_size_name(widget: WidgetContent) -> str:
    """What a screen reader calls a widget in full size, which on the page is called by its title."""
    return _("{name}, full size").format(name=widget.title or widget.kind_name)
