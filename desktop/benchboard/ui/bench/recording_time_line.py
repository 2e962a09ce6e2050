"""The time line over a whole recording: frames a second, errors, the range that is selected, and the playhead."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.frame import TimeSource, Timestamp
from benchboard.canbus.frame_density import FrameDensity
from benchboard.canbus.recording import Recording
from benchboard.i18n import _, ngettext, number
from benchboard.ui.bench.frame_format import clock
from benchboard.ui.bench.kept_recordings.recording_bookmarks import Bookmark
from benchboard.ui.bench.plots.axis_ticks import TimeMark, time_marks
from benchboard.ui.bench.plots.time_window import SECOND
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.focus import keys_used
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

_EDGE: Final = 16
_TOP: Final = 20
_FLAGS: Final = 18
"""Height of the row of bookmarks, where there are any."""
_FLAG: Final = 12
_BARS: Final = 46
_HALF: Final = 26
"""The height of the bars of each of two recordings: the one upwards from a line, the other downwards."""
_ERRORS: Final = 6
_BAR: Final = 3
_GRIP: Final = 6
"""Pixels beside an end of the range in which a drag moves that end."""
_DRAG: Final = 4
"""Pixels from which on a press is a drag."""
_STEPS: Final = 100
"""Steps of the arrow keys in the whole recording."""
_PAGE: Final = 10
"""Steps of Page Up and Page Down."""
_LABEL: Final = 110
_TICK: Final = 4
_HEADROOM: Final = 1.15
"""How much higher the room of the bars is than the highest one."""
_AT_REST: Final = 0.55
_OUTSIDE: Final = 0.3
"""The opacity of the bars while no range is selected, and outside one."""
_EVEN: Final = 0.08
"""The spread of the bars, of the highest, up to which they are drawn as one area."""
_AREA: Final = 0.3
_COMPARED: Final = 0.35
"""The opacity of the bars of two recordings; their outlines have the full colours."""
_FINEST_LABEL_S: Final = 0.001


class RecordingTimeLine(QWidget):
    """`sought`: the user moved the playhead to a time (s). `range_changed`: another range, or none, is selected.

    A click moves the playhead, a drag selects a range, and a drag of an end of the range moves that. Left and Right
    move the playhead by a hundredth, Page Up and Page Down by a tenth, with Shift they select a range from where it
    was; Home and End lead to the ends, Esc selects no range.
    """

    accessible_role = Role.Chart
    sought = Signal(float)
    range_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("recording_time_line")
        self.setAccessibleName(_("Time line"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_surface(self, "surface")
        self._recording: Recording | None = None
        self._channel: str | None = None
        self._rates: list[float] = []
        self._errors: list[int] = []
        self._other: tuple[FrameDensity, float] | None = None
        """How full the bus of the recording was that this one is compared with, and its start (s)."""
        self.other_rates: list[float] = []
        """Its frames a second in the part that each bar is of; empty without one."""
        self._other_errors: list[int] = []
        self._bookmarks: Sequence[Bookmark] = ()
        self._playhead = 0.0
        self._range: tuple[float, float] | None = None
        self._pressed: float | None = None
        """Where the mouse was pressed; the other end of the range while one is dragged."""
        self._drags = False
        self._hover: float | None = None
        self._shown = 0

    def sizeHint(self) -> QSize:
        return QSize(400, self._top() + self._bars_height() + _ERRORS + 26)

    def _top(self) -> int:
        return _TOP + (_FLAGS if self._bookmarks else 0)

    def _bars_height(self) -> int:
        return _BARS if self._other is None else 2 * _HALF

    def show_recording(self, recording: Recording | None) -> None:
        """Show another recording, from its start, without a range."""
        self._recording, self._range, self._pressed, self._hover = recording, None, None, None
        self._channel = self._other = None
        self.updateGeometry()
        self._playhead = recording.start if recording is not None else 0.0
        self._count()
        self._describe()

    def show_other(self, other: tuple[FrameDensity, float] | None) -> None:
        """Draw below the bars how full the bus of another recording was, from its start (s) on; None: of none."""
        self._other = other
        self.updateGeometry()
        self._count()

    def show_bookmarks(self, bookmarks: Sequence[Bookmark]) -> None:
        """Mark these times with their names."""
        self._bookmarks = tuple(bookmarks)
        self.updateGeometry()
        self._describe()

    def show_channel(self, channel: str | None) -> None:
        """Show how full this channel was; all of them together if None."""
        self._channel = channel
        self._count()
        self._describe()

    @property
    def selected(self) -> tuple[float, float] | None:
        """The range that is selected: its first and last time (s)."""
        return self._range

    def show_count(self, shown: int) -> None:
        """Say how many frames are shown."""
        self._shown = shown
        self._describe()

    def select(self, span: tuple[float, float] | None) -> None:
        """Select a range, or none."""
        if span != self._range:
            self._range = span
            self._describe()
            self.range_changed.emit()

    @property
    def playhead(self) -> float:
        """The time of the playhead (s)."""
        return self._playhead

    def show_playhead(self, seconds: float) -> None:
        """Put the playhead at a time (s)."""
        if seconds != self._playhead:
            self._playhead = seconds
            self._describe()

    # ---- what is where

    def _count(self) -> None:
        recording, room = self._recording, self._room()
        if recording is not None:
            count = max(1, int(room.width() / _BAR))
            self._rates, self._errors = recording.densities[self._channel].spans(recording.start, recording.end, count)
            self.other_rates, self._other_errors = [], []
            if self._other is not None:
                density, start = self._other
                self.other_rates, self._other_errors = density.spans(start, start + recording.seconds, count)
        self.update()

    def _room(self) -> QRectF:
        return QRectF(_EDGE, self._top(), max(self.width() - 2 * _EDGE, 1), self._bars_height())

    def _x(self, seconds: float) -> float:
        recording, room = self._recording, self._room()
        if recording is None or not recording.seconds:
            return room.left()
        return room.left() + room.width() * (seconds - recording.start) / recording.seconds

    def _time(self, x: float) -> float:
        recording, room = self._recording, self._room()
        assert recording is not None  # there is something to point at
        share = min(max((x - room.left()) / room.width(), 0.0), 1.0)
        return recording.start + share * recording.seconds

    def _text(self, seconds: float) -> str:
        return clock(Timestamp(seconds, TimeSource.DEVICE, _FINEST_LABEL_S))

    def _describe(self) -> None:
        """Say to a screen reader where the playhead is, and what is selected."""
        if self._recording is None:
            self.setAccessibleDescription("")
        else:
            said = self.place_text()
            if shown := self.shown_text():
                said += ". " + shown
            if self._bookmarks:
                names = ", ".join(f"{one.name} {self._text(one.seconds)}" for one in self._bookmarks)
                said += ". " + _("Bookmarks: {names}").format(names=names)
            self.setAccessibleDescription(said)
        self.update()

    def place_text(self) -> str:
        """Where the playhead is, in words."""
        return _("At {time}").format(time=self._text(self._playhead))

    def busiest_text(self) -> str:
        """How many frames the busiest second has, in words."""
        most = self._recording.densities[self._channel].most_in_a_second if self._recording is not None else 0
        text = ngettext("Busiest second: {count} frame", "Busiest second: {count} frames", most)
        return text.format(count=number(most))

    def shown_text(self) -> str:
        """The range that is selected and how many frames are shown, in words; empty if all are."""
        recording = self._recording
        if recording is None or (self._range is None and self._shown == recording.count):
            return ""
        of = ngettext("{shown} of {count} frame shown", "{shown} of {count} frames shown", recording.count)
        said = of.format(shown=number(self._shown), count=number(recording.count))
        return f"{self.range_text()}. {said}" if self._range is not None else said

    def range_text(self) -> str:
        """The range that is selected, in words; empty if none is."""
        if self._range is None:
            return ""
        first, last = self._range
        text = _("{seconds} s selected, from {first} to {last}")
        return text.format(seconds=number(last - first, 3), first=self._text(first), last=self._text(last))

    def span_text(self) -> str:
        """The times of the range that is selected; empty if none is."""
        if self._range is None:
            return ""
        first, last = map(self._text, self._range)
        return _("{first} to {last}").format(first=first, last=last)

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._recording is None:
            return
        with QPainter(self) as painter:
            painter.setFont(theme().font("caption"))
            self._paint_range(painter)
            if self._other is None:
                self._paint_bars(painter)
            else:
                self._paint_both(painter)
            self._paint_sentence(painter)
            self._paint_axis(painter)
            self._paint_bookmarks(painter)
            self._paint_playhead(painter)
            if self.hasFocus() and keys_used():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme().color("focus"), 2))
                painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_range(self, painter: QPainter) -> None:
        if self._range is None:
            return
        room, (first, last) = self._room(), self._range
        box = QRectF(self._x(first), room.top() - 4, self._x(last) - self._x(first), room.height() + _ERRORS + 8)
        ground = QColor(theme().color("accent"))
        ground.setAlphaF(0.16)
        painter.fillRect(box, ground)
        painter.fillRect(QRectF(box.left() - 1, box.top(), 2, box.height()), theme().color("accent"))
        painter.fillRect(QRectF(box.right() - 1, box.top(), 2, box.height()), theme().color("accent"))

    def _paint_bars(self, painter: QPainter) -> None:
        room, top = self._room(), _HEADROOM * max(1.0, *self._rates)
        colour, muted = theme().chart(0), QColor(theme().chart(0))
        muted.setAlphaF(_OUTSIDE)
        if self._range is None:  # a wall of bars in the full colour would outweigh the frames
            colour = QColor(colour)
            colour.setAlphaF(_AT_REST)
        is_even = _is_even(self._rates)  # gaps between bars of one height look like a fence: then they are an area
        width = _BAR if is_even else _BAR - 1
        if is_even and self._range is None:
            colour.setAlphaF(_AREA)
        for place, rate in enumerate(self._rates):
            left = room.left() + place * _BAR
            height = max(1.0, _BARS * rate / top) if rate else 0.0
            middle = self._time(left + _BAR / 2)
            inside = self._range is None or self._range[0] <= middle <= self._range[1]
            painter.fillRect(QRectF(left, room.bottom() - height, width, height), colour if inside else muted)
            if is_even and height:
                painter.fillRect(QRectF(left, room.bottom() - height, width, 1.5), theme().chart(0))
            if self._errors[place]:
                painter.fillRect(QRectF(left, room.bottom() + 2, _BAR - 1, _ERRORS), theme().color("error"))

    def _paint_both(self, painter: QPainter) -> None:
        """Draw this recording upwards from a line and the other one downwards, each up to its end, on one scale."""
        room, top = self._room(), _HEADROOM * max(1.0, *self._rates, *self.other_rates)
        middle = room.top() + _HALF
        sides = (("A", self._rates, self._errors, -_HALF), ("B", self.other_rates, self._other_errors, _HALF))
        for place, (name, rates, errors, height) in enumerate(sides):
            span = self._range if height < 0 else None  # the other one is compared whole
            self._paint_side(painter, QPointF(room.left(), middle), rates, height / top, theme().chart(place), span)
            outer = room.top() - 2 if height < 0 else room.bottom() - 2
            for at, count in enumerate(errors):
                if count:
                    painter.fillRect(QRectF(room.left() + at * _BAR, outer, _BAR - 1, 4), theme().color("error"))
            painter.setPen(theme().color("text.muted"))
            box = QRectF(0, min(middle, middle + height), _EDGE - 4, _HALF)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
        painter.fillRect(QRectF(room.left(), middle, room.width(), 1), theme().color("border.strong"))

    def _paint_side(
        self,
        painter: QPainter,
        start: QPointF,
        rates: Sequence[float],
        scale: float,
        colour: QColor,
        span: tuple[float, float] | None,
    ) -> None:
        """Draw rates as an area from `start` on, `scale` pixels high for each frame a second, downwards if that is
        positive; fainter outside the `span`.
        """
        last = max((place for place, rate in enumerate(rates) if rate), default=-1)
        for place, rate in enumerate(rates[: last + 1]):
            left, height = start.x() + place * _BAR, scale * rate
            inside = span is None or span[0] <= self._time(left + _BAR / 2) <= span[1]
            fill = QColor(colour)
            fill.setAlphaF(_COMPARED if inside else _COMPARED * _OUTSIDE)
            painter.fillRect(QRectF(left, start.y(), _BAR, height).normalized(), fill)
        outline = [
            QPointF(start.x() + at * _BAR, start.y() + scale * rate)
            for place, rate in enumerate(rates[: last + 1])
            for at in (place, place + 1)
        ]
        painter.setPen(QPen(colour, 1))
        painter.drawPolyline(QPolygonF(outline))

    def _paint_sentence(self, painter: QPainter) -> None:
        """What is shown and the busiest second, in the half where the time of the playhead isn't."""
        room = self._room()
        painter.setPen(theme().color("text.muted"))
        said = " · ".join(text for text in (self.shown_text(), self.busiest_text()) if text)
        is_left = self._x(self._playhead) > room.center().x()
        side = Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignRight
        width = room.width() / 2 - _LABEL / 2
        left = room.left() if is_left else room.right() - width
        fitting = QFontMetricsF(painter.font()).elidedText(said, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(left, 2, width, 14), side, fitting)

    def axis_row(self) -> QRectF:
        """Where the axis is, with its times below it."""
        room = self._room()
        return QRectF(room.left(), room.bottom() + _ERRORS + 3, room.width(), 1 + _TICK + 16)

    def time_marks(self) -> list[TimeMark]:
        """The times below the axis."""
        recording = self._recording
        if recording is None:
            return []
        begin, length = round(recording.start * SECOND), round(recording.seconds * SECOND)
        metrics = QFontMetricsF(theme().font("caption"))
        return time_marks(self.axis_row(), (begin, begin + length), metrics.horizontalAdvance)

    def _paint_axis(self, painter: QPainter) -> None:
        row = self.axis_row()
        painter.fillRect(QRectF(row.left(), row.top(), row.width(), 1), theme().color("border"))
        painter.setPen(theme().color("text.muted"))
        for mark in self.time_marks():
            painter.fillRect(QRectF(round(mark.x), row.top(), 1, 1 + _TICK), theme().color("border.strong"))
            box = QRectF(mark.x - _LABEL / 2, row.top() + 1 + _TICK, _LABEL, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, mark.label)

    def _paint_bookmarks(self, painter: QPainter) -> None:
        """Draw a flag at each bookmark, a dotted line below it, and its name as far as there is room to the next."""
        room, metrics, top = self._room(), QFontMetricsF(painter.font()), _TOP - 1
        pen = QPen(theme().color("warn"), 1)
        pen.setDashPattern((1, 3))
        ends = [*(self._x(one.seconds) for one in self._bookmarks[1:]), room.right() + _EDGE]
        for one, end in zip(self._bookmarks, ends, strict=False):  # without any, there is an end too many
            x = round(self._x(one.seconds))
            painter.setPen(pen)
            painter.drawLine(QPointF(x + 0.5, top + _FLAG), QPointF(x + 0.5, room.bottom()))
            paint_icon(painter, "ph.flag-fill", QRectF(x, top, _FLAG, _FLAG), theme().color("warn"))
            painter.setPen(theme().color("text"))
            box = QRectF(x + _FLAG + 3, top - 2, end - x - _FLAG - 8, 16)
            if box.width() > _FLAG:
                name = metrics.elidedText(one.name, Qt.TextElideMode.ElideRight, box.width())
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_playhead(self, painter: QPainter) -> None:
        room = self._room()
        x = self._x(self._playhead)
        painter.fillRect(QRectF(x - 1, self._top() - 4, 2, room.height() + _ERRORS + 8), theme().color("text"))
        text = self._text(self._playhead)
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 12
        box = QRectF(min(max(x - width / 2, room.left()), room.right() - width), 1, width, 16)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("surface"))
        painter.drawRect(box.adjusted(-6, 0, 6, 0))
        painter.setBrush(theme().color("raised"))
        painter.setPen(QPen(theme().color("border"), 1))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme().color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        if self._hover is not None and not self._drags:
            painter.fillRect(QRectF(self._hover, room.top(), 1, room.height() + _ERRORS), theme().color("text.muted"))

    def resizeEvent(self, event: object) -> None:
        self._count()

    # ---- by hand

    def _end_near(self, x: float) -> float | None:
        """The other end of the range, if `x` is near one of its ends."""
        if self._range is None:
            return None
        first, last = self._range
        if abs(x - self._x(first)) <= _GRIP:
            return last
        return first if abs(x - self._x(last)) <= _GRIP else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._recording is None or event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        other = self._end_near(x)
        self._pressed = self._x(other) if other is not None else x
        self._drags = other is not None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._recording is None:
            return
        x = event.position().x()
        self._hover = x if self._room().left() <= x <= self._room().right() else None
        near = self._end_near(x) is not None or self._drags
        self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)
        named = [one.name for one in self._bookmarks if abs(self._x(one.seconds) - x) <= _GRIP]
        self.setToolTip(plain_tooltip("\n".join([self._text(self._time(x)), *named])))
        if self._pressed is not None and (self._drags or abs(x - self._pressed) >= _DRAG):
            self._drags = True
            self._range = self._between(self._pressed, x)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._recording is None or self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if self._drags:
            self._describe()
            self.range_changed.emit()
            announce(self, self.range_text())
        else:
            self._seek(self._time(event.position().x()))
        self._pressed, self._drags = None, False

    def leaveEvent(self, event: object) -> None:
        self._hover = None
        self.update()

    def _between(self, one: float, other: float) -> tuple[float, float]:
        first, last = sorted((self._time(one), self._time(other)))
        return first, last

    def _seek(self, seconds: float) -> None:
        self.show_playhead(seconds)
        self.sought.emit(seconds)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        recording, key = self._recording, Qt.Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        others = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if recording is None or others:
            super().keyPressEvent(event)
            return
        step = recording.seconds / _STEPS
        moves = {
            Qt.Key.Key_Left: self._playhead - step, Qt.Key.Key_Right: self._playhead + step,
            Qt.Key.Key_PageUp: self._playhead - _PAGE * step, Qt.Key.Key_PageDown: self._playhead + _PAGE * step,
            Qt.Key.Key_Home: recording.start, Qt.Key.Key_End: recording.end,
        }  # fmt: skip
        if key in moves:
            self._move(min(max(moves[key], recording.start), recording.end), extends=shift)
        elif key == Qt.Key.Key_Escape and self._range is not None and not shift:
            self.select(None)
            announce(self, _("No range is selected."))
        else:
            super().keyPressEvent(event)

    def _move(self, seconds: float, *, extends: bool) -> None:
        """Move the playhead; `extends`: the range from its other end, or from where it was, reaches to it."""
        before = self._playhead
        self._seek(seconds)
        if extends:
            other = before
            if self._range is not None and before in self._range:
                other = self._range[1] if before == self._range[0] else self._range[0]
            self.select((min(other, seconds), max(other, seconds)) if other != seconds else None)
            announce(self, self.range_text() or _("No range is selected."), again=True)
        else:
            announce(self, self.place_text(), again=True)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def _is_even(rates: Sequence[float]) -> bool:
    """Whether the bars, but for the last one, are about as high as each other."""
    inner = rates[:-1]
    return len(inner) > 1 and max(inner) - min(inner) <= _EVEN * max(inner)
