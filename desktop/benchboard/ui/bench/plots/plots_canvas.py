"""The plots themselves: what is drawn sixty times a second, and what mouse, wheel, keys and drops do there."""

import time
from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.plot_set import PlotSet, PlottedSignal
from benchboard.canbus.signal_decoder import SignalKey
from benchboard.i18n import _
from benchboard.ui.bench.plots.plot_painting import (
    AXIS,
    CursorLines,
    PlotBox,
    Scales,
    boxes,
    least_height,
    paint_plots,
    x_at,
)
from benchboard.ui.bench.plots.signal_source import SignalSource
from benchboard.ui.bench.plots.signal_texts import value_text
from benchboard.ui.bench.plots.time_window import TimeWindow
from benchboard.ui.bench.signals.signal_drag import dragged_signal
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce
from benchboard.ui.widgets.focus import keys_used
from benchboard.ui.widgets.surfaces import set_surface

_FRAME_MS: Final = 16
_WHEEL_ZOOM: Final = 0.85
"""What a step of the wheel, or of a key, leaves of the width."""
_PAN: Final = 0.1
_CURSOR_STEP: Final = 0.005
_GRIP: Final = 7
"""Pixels beside a cursor at which it is taken."""
_DRAG: Final = 4
"""Pixels from which on a press is a drag."""
_TIME_KEYS: Final = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Plus, Qt.Key.Key_Equal,
    Qt.Key.Key_Minus,
)  # fmt: skip
"""Keys that show another time."""


class PlotsCanvas(QWidget):
    """Draws the plots of a source. `moved`: another time is shown, or it follows the present, or doesn't;
    `cursors_moved` likewise. `dropped` has a signal and the place of the plot it was dropped on, or the number of plots
    for a new one. `menu_requested` has the place of a plot and a point of the screen, `remove_requested` the place.
    `stepped`: a key showed another time. `time_chosen` has the time (Unix, ns) that was clicked, or at which the
    selected cursor stood, or else the middle, when Enter was pressed.
    """

    accessible_role = Role.Chart
    moved = Signal()
    cursors_moved = Signal()
    dropped = Signal(object, int)
    menu_requested = Signal(int, QPoint)
    remove_requested = Signal(int)
    undo_requested = Signal()
    stepped = Signal()
    time_chosen = Signal(object)

    def __init__(self, source: SignalSource, now: Callable[[], int] = time.time_ns) -> None:
        super().__init__()
        self._source, self.plots = source, PlotSet()
        self.time_window = TimeWindow(now)
        self.cursors: CursorLines | None = None
        self.current = 0
        """The place of the plot that keys act on."""
        self.painted = 0
        """How often it was painted."""
        self._painted_span = (0, 0)
        self._was_live = source.is_live
        self._scales: Scales = {}
        self._dragged_cursor: int | None = None
        self._pan_from: QPointF | None = None
        self._pressed = QPointF()
        self._landing: int | None = None
        self.setObjectName("plots_canvas")
        self.setAccessibleName(_("Plots"))
        set_surface(self, "surface")
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._timer = QTimer(self, interval=_FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._advance)

    # ---- what is shown

    @property
    def source(self) -> SignalSource:
        """Where the values come from."""
        return self._source

    def show_source(self, source: SignalSource) -> None:
        """Show the values of another source: follow it if it is live, else show all of it."""
        self._source, self._was_live = source, source.is_live
        self._scales.clear()
        self.cursors = None
        if source.is_live:
            self.follow()
        else:
            self.show_all()

    def update_live(self) -> None:
        """The source has become live: follow it, whatever was looked at before. Or nothing more comes: stand still."""
        was_live, self._was_live = self._was_live, self._source.is_live
        if self._source.is_live and not was_live:
            if self.cursors is not None:
                self.show_cursors(False)
            self.follow()
        elif not self._source.is_live and self.time_window.follows:
            span = self._source.span  # the right end was a moment behind: the last values are shown too
            self.time_window.stand(span[1] if span is not None else 0)
            self._changed()

    def show_plots(self, plots: PlotSet) -> None:
        """Show these plots."""
        self.plots = plots
        self.current = max(0, min(self.current, len(plots.plots) - 1))
        self.setMinimumHeight(int(least_height(plots)))
        self.update()

    @property
    def span(self) -> tuple[int, int]:
        """The times (Unix, ns) at the left and the right end. Those that follow the present move by whole pixels."""
        begin, end = self.time_window.range
        by = end % max(round(self.time_window.width / (max(self.width(), 1) * self.devicePixelRatioF())), 1)
        return (begin - by, end - by) if self.time_window.follows else (begin, end)

    def sizeHint(self) -> QSize:
        return QSize(380, 400)

    def accessible_text(self) -> str:
        """What a screen reader reads when it asks: each signal with its value at the right end."""
        text = self.values_text()
        return f"{_('Plots')}: {text}" if text else _("Plots")

    def values_text(self) -> str:
        """Each signal with its value at the right end."""
        return self._values_text(self.plots.signals)

    def _values_text(self, signals: Iterable[PlottedSignal]) -> str:
        """Signals with their values at the right end."""
        end, parts = self.span[1], []
        for one in signals:
            history, signal = self._source.history(one.key), self._source.signal(one.key)
            at = history.value_at(end) if history is not None else None
            parts.append(f"{one.key.signal} {value_text(signal, at.value if at is not None else None)}")
        return ", ".join(parts)

    def _advance(self) -> None:
        if self.time_window.follows and self._source.is_live and self.plots.plots and self.span != self._painted_span:
            self.update()

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    def _boxes(self) -> list[PlotBox]:
        return boxes(QSizeF(self.size()), self.plots, self._source)

    @property
    def axis_bottom(self) -> float:
        """Where the axis of time ends: below the last plot, or at the end of what is in sight of more plots."""
        places, area = self._boxes(), self.parentWidget()
        bottom = places[-1].whole.bottom() + AXIS if places else float(self.height())
        return min(bottom, area.height() - self.y()) if area is not None else bottom

    def moveEvent(self, event: QMoveEvent) -> None:
        """Plots were scrolled: the axis of time stays where it was."""
        super().moveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("surface"))
            size, self._painted_span = QSizeF(self.size()), self.span
            bottom, span = self.axis_bottom, self._painted_span
            paint_plots(painter, size, self.plots, self._source, span, self._scales, self.cursors, bottom)
            places = self._boxes()
            painter.setPen(QPen(theme().color("border"), 1))
            for box in places[1:]:
                y = round(box.whole.top()) + 0.5
                if y < bottom - AXIS:
                    painter.drawLine(QPointF(0, y), QPointF(size.width(), y))
            if self.hasFocus() and keys_used():
                painter.setPen(QPen(theme().color("focus"), 2))
                whole = places[self.current].whole if places else QRectF(self.rect())
                painter.drawRect(whole.adjusted(1, 1, -1, -1))
            if self._landing is not None:
                self._paint_landing(painter, places)

    def _paint_landing(self, painter: QPainter, places: list[PlotBox]) -> None:
        """The place that a dragged signal would get."""
        area = QRectF(self.rect())
        if self._landing is not None and self._landing < len(places):
            area = places[self._landing].whole
        elif places:
            area.setTop(self.height() - 40)
        painter.setPen(QPen(theme().color("accent"), 1.5, Qt.PenStyle.DashLine))
        ground = QColor(theme().color("accent.soft"))
        ground.setAlphaF(0.4)
        painter.setBrush(ground)
        painter.drawRect(area.adjusted(4, 4, -4, -4))

    # ---- time

    def follow(self) -> None:
        """Follow the present."""
        self.time_window.follow()
        self._changed()

    def show_all(self) -> None:
        """Stand still at the whole history."""
        if (span := self._source.span) is not None:
            room = max((span[1] - span[0]) // 50, 1_000_000)
            self.time_window.show(span[0] - room, span[1] + room)
        self._changed()

    def show_span(self, begin: int, end: int) -> None:
        """Stand still at this range (Unix, ns)."""
        self.time_window.show(begin, end)
        self._changed()

    def zoom(self, factor: float, at: float = 0.5) -> None:
        """Show `factor` times as much time; a share of the width stays where it is."""
        self.time_window.zoom(factor, at)
        self._changed()

    def pan(self, share: float) -> None:
        """Show what is later by a share of the width."""
        self.time_window.pan(round(self.time_window.width * share))
        self._changed()

    def _changed(self) -> None:
        self.moved.emit()
        self.update()

    # ---- cursors

    def show_cursors(self, shown: bool) -> None:
        """Show cursors, at a third and two thirds of the width, or none; with them, time stands still."""
        self.cursors = None
        if shown:
            self.time_window.stand()
            begin, end = self.span
            self.cursors = CursorLines((begin + (end - begin) // 3, end - (end - begin) // 3))
        self.cursors_moved.emit()
        self._changed()

    def select_cursor(self, place: int) -> None:
        """Show cursors, and select this one; one that is out of sight comes to the middle."""
        if self.cursors is None:
            self.show_cursors(True)
        cursors = self.cursors
        assert cursors is not None
        begin, end = self.span
        time_ = cursors.times[place]
        self.set_cursor(place, time_ if begin <= time_ <= end else (begin + end) // 2)

    def move_cursor(self, share: float, *, both: bool = False) -> None:
        """Move the selected cursor, or both, by a share of the width."""
        if self.cursors is None:
            return
        selected = self.cursors.selected
        by = round(self.time_window.width * share)
        self.set_cursor(selected, self.cursors.times[selected] + by, both=both)

    def set_cursor(self, place: int, time_: int, *, both: bool = False) -> None:
        """Move a cursor to a time (Unix, ns); `both`: the other one by as much."""
        if self.cursors is None:
            return
        by = time_ - self.cursors.times[place]
        times = [old + by if both or at == place else old for at, old in enumerate(self.cursors.times)]
        self.cursors = CursorLines((times[0], times[1]), place)
        self.cursors_moved.emit()
        self.update()

    def _cursor_at(self, at: QPointF) -> int | None:
        """The cursor under the pointer."""
        places = self._boxes()
        if self.cursors is None or not places:
            return None
        distances = [abs(x_at(places[0].chart, self.span, time_) - at.x()) for time_ in self.cursors.times]
        nearest = min((0, 1), key=lambda place: distances[place])
        return nearest if distances[nearest] <= _GRIP else None

    # ---- the mouse

    def _time_at(self, at: QPointF) -> int:
        places, (begin, end) = self._boxes(), self.span
        if not places:
            return end
        chart = places[0].chart
        return begin + round((end - begin) * (at.x() - chart.left()) / chart.width())

    def _share_at(self, at: QPointF) -> float:
        begin, end = self.span
        return min(max((self._time_at(at) - begin) / (end - begin), 0.0), 1.0)

    def plot_at(self, at: QPointF) -> int:
        """The place of the plot there; the number of plots below the last one."""
        return next((place for place, box in enumerate(self._boxes()) if box.whole.contains(at)), len(self.plots.plots))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; with Shift, or sideways, pan."""
        steps, sideways = event.angleDelta().y() / 120, event.angleDelta().x() / 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sideways, steps = sideways or steps, 0
        if sideways:
            self.pan(-sideways * _PAN)
        elif steps:
            self.zoom(_WHEEL_ZOOM**steps, self._share_at(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.plots.plots:
            return
        self.current = min(self.plot_at(event.position()), len(self.plots.plots) - 1)
        self._dragged_cursor = self._cursor_at(event.position())
        if self._dragged_cursor is None:
            self._pan_from = self._pressed = event.position()
        else:
            self.select_cursor(self._dragged_cursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_cursor is not None:
            both = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.set_cursor(self._dragged_cursor, self._time_at(event.position()), both=both)
        elif self._pan_from is not None:
            by = self._time_at(self._pan_from) - self._time_at(event.position())
            if by:
                self.time_window.pan(by)
                self._pan_from = event.position()
                self._changed()
        else:
            over = self._cursor_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_click = self._pan_from is not None and (event.position() - self._pressed).manhattanLength() < _DRAG
        self._dragged_cursor = self._pan_from = None
        if is_click:
            self.time_chosen.emit(self._time_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Follow the present again, or show all of a source that isn't live."""
        self._pan_from = None
        if self._source.is_live:
            self.follow()
        else:
            self.show_all()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.plots.plots:
            return
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        if not by_key:
            self.current = min(self.plot_at(QPointF(event.pos())), len(self.plots.plots) - 1)
        spot = self._boxes()[self.current].chart.topLeft().toPoint() if by_key else event.pos()
        self.menu_requested.emit(self.current, self.mapToGlobal(spot))

    # ---- the keys

    def event(self, event: QEvent) -> bool:
        """Its keys go before shortcuts of the view with the same ones."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._action(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self._action(event)
        if action is None:
            super().keyPressEvent(event)
            return
        current, cursors = self.current, self.cursors
        action()
        if self.current != current:
            self._tell_current()
        elif self.cursors is cursors and event.key() in _TIME_KEYS:
            self.stepped.emit()

    def _action(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key does here, if anything."""
        if event.matches(QKeySequence.StandardKey.Undo):
            return self.undo_requested.emit
        if not self.plots.plots:
            return None
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) and not modifiers & Qt.KeyboardModifier.ControlModifier:
            return lambda: self.zoom(_WHEEL_ZOOM**2)
        sign = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key, 0)
        if sign:
            shift = modifiers == Qt.KeyboardModifier.ShiftModifier
            if self.cursors is not None and (not modifiers or shift):
                return lambda: self.move_cursor(sign * _CURSOR_STEP, both=shift)
            return (lambda: self.pan(sign * _PAN)) if modifiers != Qt.KeyboardModifier.AltModifier else None
        if modifiers:
            return None
        return {
            Qt.Key.Key_Minus: lambda: self.zoom(_WHEEL_ZOOM**-2),
            Qt.Key.Key_End: self.follow if self._source.is_live else self.show_all,
            Qt.Key.Key_Home: self.show_all,
            Qt.Key.Key_A: lambda: self.select_cursor(0),
            Qt.Key.Key_B: lambda: self.select_cursor(1),
            **({} if self._source.is_live else dict.fromkeys((Qt.Key.Key_Return, Qt.Key.Key_Enter), self._choose_time)),
            Qt.Key.Key_Up: lambda: self._select(self.current - 1),
            Qt.Key.Key_Down: lambda: self._select(self.current + 1),
            Qt.Key.Key_Delete: lambda: self.remove_requested.emit(self.current),
            Qt.Key.Key_Escape: self._hide_cursors if self.cursors is not None else None,
        }.get(key)

    def _hide_cursors(self) -> None:
        self.show_cursors(False)
        announce(self, _("Cursors hidden"), again=True)

    def _choose_time(self) -> None:
        begin, end = self.span
        middle = (begin + end) // 2
        self.time_chosen.emit(self.cursors.times[self.cursors.selected] if self.cursors is not None else middle)

    def _tell_current(self) -> None:
        """Tell a screen reader which plot keys act on now: its signals, with their values at the right end."""
        announce(self, self._values_text(self.plots.plots[self.current]), again=True)

    def _select(self, place: int) -> None:
        self.current = max(0, min(place, len(self.plots.plots) - 1))
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # ---- drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dragged_signal(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._land(self.plot_at(event.position()))
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._land(None)

    def dropEvent(self, event: QDropEvent) -> None:
        key: SignalKey | None = dragged_signal(event.mimeData())
        self._land(None)
        if key is not None:
            event.acceptProposedAction()
            self.dropped.emit(key, self.plot_at(event.position()))

    def _land(self, place: int | None) -> None:
        if place != self._landing:
            self._landing = place
            self.update()
