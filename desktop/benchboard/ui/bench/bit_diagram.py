"""Draws a bit: segments in proportion, sample point, jump width, ruler in time quanta; a small form for panes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.timing import Timing
from benchboard.i18n import _, number, percent, rounded
from benchboard.ui.theme import theme
from benchboard.ui.widgets import accessible
from benchboard.ui.widgets.accessible import Role, announce, sentence
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.slider_reader import NO_VALUE, SliderValue, install, tell_slider_value

_BAR: Final = 46
_TOP: Final = 26
_MIN_WIDTH: Final = 10.0
_HANDLE: Final = (5, 26)
_FAR: Final = 1_000_000
"""Time quanta beyond any segment: a border stops where it can go no further."""
_KEY_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -_FAR, Qt.Key.Key_End: _FAR}
"""By how many time quanta each key moves a border."""
_PAGE_STEPS: Final = {Qt.Key.Key_PageDown: -1, Qt.Key.Key_PageUp: 1}
_PAGES: Final = 20
"""Page Up and Page Down move a border by this part of the bit."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the bit: where it starts and ends in time quanta, its name, its series colour (None: neutral)."""

    start: int
    length: int
    title: str
    series: int | None


def segments(timing: Timing, *, tseg1_is_split: bool = True) -> tuple[Segment, ...]:
    """Synchronisation, propagation, phase 1, phase 2; the middle two as one if their split is unknown.

    A controller that only has tseg1 stores their sum: only a given cable determines how much of it is propagation.
    """
    middle: tuple[tuple[int, str, int | None], ...] = (
        (timing.prop_seg, _("Propagation"), 0),
        (timing.phase_seg1, _("Phase 1"), 2),
    )
    if not tseg1_is_split:
        middle = ((timing.tseg1, _("Propagation + phase 1"), 0),)
    parts = (
        (1, _("Sync"), None),
        *middle,
        (timing.phase_seg2, _("Phase 2"), 1),
    )
    result, at = [], 0
    for length, title, series in parts:
        if length:
            result.append(Segment(at, length, title, series))
        at += length
    return tuple(result)


def spans(parts: Sequence[Segment], width: float) -> list[tuple[float, float]]:
    """Left and right of each segment in `width` pixels: in proportion, but at least 10 px wide."""
    least = min(_MIN_WIDTH, width / len(parts))
    quanta = sum(part.length for part in parts)
    wide = [max(least, width * part.length / quanta) for part in parts]
    surplus = sum(wide) - width
    roomy = [max(0.0, width_ - least) for width_ in wide]
    total = sum(roomy) or 1.0
    edges, left = [], 0.0
    for width_, room in zip(wide, roomy, strict=True):
        right = left + width_ - surplus * room / total
        edges.append((left, right))
        left = right
    return edges


def describe(timing: Timing, *, tseg1_is_split: bool = True) -> str:
    """A bit in words: its segments in time quanta, its sample point and its jump width."""
    whole = _("{quanta} time quanta, sample point {point} percent, SJW {sjw}").format(
        quanta=timing.quanta, point=number(timing.sample_point, 1), sjw=timing.sjw
    )
    return f"{whole}: {_lengths(segments(timing, tseg1_is_split=tseg1_is_split))}"


def _lengths(parts: Sequence[Segment]) -> str:
    """Segments in words, each with its time quanta."""
    return ", ".join(f"{part.title} {part.length}" for part in parts)


class BitBar(QWidget):
    """A bit that can be viewed and, if `editable`, dragged: borders move time quanta between neighbours.

    `edited` emits the new timing when a border is dragged, or moved by Left and Right.
    """

    accessible_role = Role.Graphic
    edited = Signal(object)

    def __init__(self, title: str, *, editable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._editable = editable
        self._timing: Timing | None = None
        self._prop_seg_is_set = True
        self._tseg1_is_split = True
        self._dragged: int | None = None
        self.gesture = 0
        """Counts the drags and key presses: the edits of one of them belong together."""
        self._selected = 1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if editable else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)

    def show_timing(self, timing: Timing | None, *, prop_seg_is_set: bool = True, tseg1_is_split: bool = True) -> None:
        """Draw this bit.

        If prop_seg is not set, its border can't be moved: the controller has only tseg1, and the cable determines its
        split. Without a cable it isn't split (`segments`).
        """
        self._timing = timing
        self._tseg1_is_split = tseg1_is_split
        self._prop_seg_is_set = prop_seg_is_set
        if not prop_seg_is_set:
            self._selected = 2
        accessible.describe(self, self._in_words())
        self.update()

    def _in_words(self) -> str:
        """What a screen reader is told of the bit as it comes to it."""
        return describe(self._timing, tseg1_is_split=self._tseg1_is_split) if self._timing is not None else ""

    @property
    def timing(self) -> Timing | None:
        """The bit that is shown."""
        return self._timing

    def sizeHint(self) -> QSize:
        return QSize(320, _TOP + _BAR + 26)

    def _area(self) -> QRectF:
        return QRectF(1, _TOP, self.width() - 2, _BAR)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._timing is not None:
                area, timing = self._area(), self._timing
                parts = self._segments(timing)
                edges = spans(parts, area.width())
                for part, (left, right) in zip(parts, edges, strict=True):
                    _paint_segment(
                        painter, QRectF(area.x() + left, area.y(), right - left - 1.5, area.height()), part, timing
                    )
                self._paint_handles(painter, area, edges)
                _paint_sample_point(painter, area, area.x() + edges[-1][0], timing)
                _paint_jump(painter, area, edges, timing)
                _paint_ruler(painter, area, timing)

    def _segments(self, timing: Timing) -> tuple[Segment, ...]:
        return segments(timing, tseg1_is_split=self._tseg1_is_split)

    def _paint_handles(self, painter: QPainter, area: QRectF, edges: list[tuple[float, float]]) -> None:
        if not self._editable:
            return
        width, height = _HANDLE
        for index, left in self._borders(edges):
            spot = QRectF(area.x() + left - width / 2 - 0.75, area.center().y() - height / 2, width, height)
            selected = self.hasFocus() and index == self._selected
            painter.setPen(QPen(theme().color("focus" if selected else "border.control"), 2 if selected else 1))
            painter.setBrush(theme().color("surface"))
            painter.drawRoundedRect(spot, 2, 2)

    # ---- by hand

    def _borders(self, edges: list[tuple[float, float]]) -> list[tuple[int, float]]:
        """The borders that can be moved, counted from sync's end, and their positions."""
        first = 1 if self._prop_seg_is_set else len(edges) - 2
        return [(index, left) for index, (left, _right) in enumerate(edges[2:], start=1) if index >= first]

    def _border_at(self, x: float) -> int | None:
        if self._timing is None or not self._editable:
            return None
        area = self._area()
        edges = spans(self._segments(self._timing), area.width())
        near = [(abs(area.x() + left - x), index) for index, left in self._borders(edges)]
        return min(near)[1] if near and min(near)[0] <= 8 else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.gesture += 1
        self._dragged = self._border_at(event.position().x())
        if self._dragged is not None:
            self._selected = self._dragged
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._name_segment_at(event.position().x())
        if self._dragged is None:
            over = self._border_at(event.position().x()) is not None
            self.setCursor(Qt.CursorShape.SplitHCursor if over else Qt.CursorShape.ArrowCursor)
            return
        if self._timing is None:
            return
        area = self._area()
        target = round((event.position().x() - area.x()) / area.width() * self._timing.quanta)
        parts = self._segments(self._timing)
        self._move(self._dragged, target - parts[self._dragged + 1].start)

    def _name_segment_at(self, x: float) -> None:
        """Name the segment in the tooltip: Sync, among others, is often too narrow for its name."""
        area, found = self._area(), ""
        if self._timing is not None:
            parts = self._segments(self._timing)
            for part, (left, right) in zip(parts, spans(parts, area.width()), strict=True):
                if left <= x - area.x() < right:
                    found = _("{name}: {values}").format(name=part.title, values=_size_text(part, self._timing))
        self.setToolTip(plain_tooltip(found))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._editable and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._selected = 1 if event.key() == Qt.Key.Key_Up and self._prop_seg_is_set else 2
            self.update()
            if self._timing is not None:
                left, right = self._segments(self._timing)[self._selected : self._selected + 2]
                told = _("Border between {left} and {right}").format(left=left.title, right=right.title)
                announce(self, told, again=True)
        elif self._editable and event.key() in _KEY_STEPS:
            self.gesture += not event.isAutoRepeat()
            before = self._timing
            self._move(self._selected, _KEY_STEPS[Qt.Key(event.key())])
            self._tell_moved(before)
        elif self._editable and event.key() in _PAGE_STEPS and self._timing is not None:
            self.gesture += not event.isAutoRepeat()
            before = self._timing
            self._move(self._selected, _PAGE_STEPS[Qt.Key(event.key())] * max(2, round(before.quanta / _PAGES)))
            self._tell_moved(before)
        else:
            super().keyPressEvent(event)

    def _move(self, border: int, by: int) -> None:
        """Move border 1 (propagation | phase 1) or 2 (phase 1 | phase 2) by time quanta, as far as the segments
        allow.
        """
        timing = self._timing
        if timing is None or by == 0:
            return
        if not self._prop_seg_is_set:
            by = max(-(timing.tseg1 - 1), min(by, timing.phase_seg2 - 1))
            sjw = min(timing.sjw, timing.tseg1 + by, timing.phase_seg2 - by)
            phase1 = max(sjw, timing.phase_seg1 + by)
            new = (timing.tseg1 + by - phase1, phase1, timing.phase_seg2 - by)
        elif border == 1 and timing.prop_seg:
            by = max(-(timing.prop_seg - 1), min(by, timing.phase_seg1 - 1))
            new = (timing.prop_seg + by, timing.phase_seg1 - by, timing.phase_seg2)
        else:
            by = max(-(timing.phase_seg1 - 1), min(by, timing.phase_seg2 - 1))
            new = (timing.prop_seg, timing.phase_seg1 + by, timing.phase_seg2 - by)
        sjw = min(timing.sjw, new[1], new[2])
        moved = replace(timing, prop_seg=new[0], phase_seg1=new[1], phase_seg2=new[2], sjw=sjw)
        if moved != timing:
            self.show_timing(moved, prop_seg_is_set=self._prop_seg_is_set, tseg1_is_split=self._tseg1_is_split)
            self.edited.emit(moved)

    def _tell_moved(self, before: Timing | None) -> None:
        """Tell a screen reader what became of the bit `before` a key press."""


class BitSlider(BitBar):
    """A bit whose borders Left, Right, the Page keys, Home and End move; Up and Down choose which. Its value is the
    sample point."""

    accessible_role = Role.Slider

    def __init__(self, title: str) -> None:
        install(type(self))
        super().__init__(_("{phase}, sample point in percent").format(phase=title), editable=True)

    def _in_words(self) -> str:
        timing = self._timing
        if timing is None:
            return _("No bit timing")
        lengths = _lengths(self._segments(timing))
        sizes = _("{quanta} time quanta, SJW {sjw}").format(quanta=timing.quanta, sjw=timing.sjw)
        keys = _("Left and Right move a border, Up and Down choose which.")
        if not self._prop_seg_is_set:
            keys = _("Left and Right move the sample point.")
        return f"{sentence(f'{sizes}: {lengths}')} {keys}"

    def slider_value(self) -> SliderValue:
        """The sample point, in percent, between what phase 2 and the segment before it allow."""
        timing = self._timing
        if timing is None:
            return NO_VALUE
        one = 100 / timing.quanta
        room = timing.phase_seg1 if self._prop_seg_is_set else timing.tseg1
        least, most = timing.sample_point - (room - 1) * one, timing.sample_point + (timing.phase_seg2 - 1) * one
        now, least, most, step = (rounded(value, 1) for value in (timing.sample_point, least, most, one))
        return SliderValue(now, least, most, step, percent(timing.sample_point, 1))

    def set_slider_value(self, value: float) -> None:
        """Move the sample point to the nearest time quantum, as a screen reader asks for."""
        if self._timing is not None:
            self.gesture += 1
            before = self._timing
            self._move(2, round((value - float(before.sample_point)) * before.quanta / 100))
            self._tell_moved(before)

    def _tell_moved(self, before: Timing | None) -> None:
        timing = self._timing
        if timing is None or before is None:
            return
        if timing.phase_seg2 != before.phase_seg2:
            tell_slider_value(self)
        elif timing != before:
            announce(self, _lengths(self._segments(timing)[1:3]), again=True)
        else:
            announce(self, _("{value}: it goes no further.").format(value=self.slider_value().text), again=True)


class SmallBitBar(QWidget):
    """The bit in 20 px height, with the names that fit."""

    accessible_role = Role.Graphic

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timing: Timing | None = None
        self._tseg1_is_split = True
        self.setAccessibleName(_("Bit timing"))
        self.setFixedHeight(20)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_timing(self, timing: Timing | None, *, tseg1_is_split: bool = True) -> None:
        self._timing = timing
        self._tseg1_is_split = tseg1_is_split
        if timing is not None:
            self.setAccessibleDescription(describe(timing, tseg1_is_split=tseg1_is_split))
            whole = _("{quanta} time quanta of {ns} ns, SJW {sjw}").format(
                quanta=timing.quanta, ns=number(timing.tq_ns), sjw=timing.sjw
            )
            parts = (f"{part.title} {part.length}" for part in segments(timing, tseg1_is_split=tseg1_is_split))
            self.setToolTip(plain_tooltip("\n".join((whole, *parts))))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._timing is not None:
                font = theme().font("micro")
                painter.setFont(font)
                parts = segments(self._timing, tseg1_is_split=self._tseg1_is_split)
                edges = spans(parts, float(self.width()))
                for part, (left, right) in zip(parts, edges, strict=True):
                    box = QRectF(left, 0, right - left - 1, self.height())
                    _fill(painter, box, part, base=2)
                    texts = [f"{part.title} {part.length}", str(part.length)] if part.series is not None else []
                    if part.series == 0 and not self._tseg1_is_split:  # too long a name; the tooltip has it
                        del texts[0]
                    metrics = QFontMetrics(font)
                    fitting = (text for text in texts if metrics.horizontalAdvance(text) + 4 < box.width())
                    painter.setPen(theme().color("text"))
                    painter.drawText(box.adjusted(0, 0, 0, -1), Qt.AlignmentFlag.AlignCenter, next(fitting, ""))


def _fill(painter: QPainter, box: QRectF, part: Segment, *, base: int) -> None:
    colour = theme().color("border.control") if part.series is None else theme().chart(part.series)
    soft = QColor(colour)
    soft.setAlphaF(0.42 if part.series is None else 0.2)
    painter.fillRect(box, soft)
    painter.fillRect(QRectF(box.x(), box.bottom() - base, box.width(), base), colour)


def _paint_segment(painter: QPainter, box: QRectF, part: Segment, timing: Timing) -> None:
    _fill(painter, box, part, base=3)
    short = _("{count} tq").format(count=part.length)
    for font, tone, texts, top in (
        ("body_strong", "text", (part.title,), 5),
        ("caption", "text.secondary", (_size_text(part, timing), short), 23),
    ):
        painter.setFont(theme().font(font))
        metrics = QFontMetrics(painter.font())
        text = next((text for text in texts if metrics.horizontalAdvance(text) + 8 < box.width()), "")
        if text:
            painter.setPen(theme().color(tone))
            painter.drawText(QRectF(box.x(), box.y() + top, box.width(), 18), Qt.AlignmentFlag.AlignCenter, text)


def _size_text(part: Segment, timing: Timing) -> str:
    return _("{count} tq · {ns} ns").format(count=part.length, ns=number(part.length * timing.tq_ns, most=1))


def _paint_sample_point(painter: QPainter, area: QRectF, x: float, timing: Timing) -> None:
    ink = theme().color("text")
    painter.setPen(QPen(ink, 1.5, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, area.y() - 4), QPointF(x, area.bottom() + 3))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    top = area.y() - 13
    painter.drawPolygon(QPolygonF([QPointF(x - 5, top), QPointF(x + 5, top), QPointF(x, top + 8)]))
    painter.setFont(theme().font("body_strong"))
    painter.setPen(ink)
    text = _("Sample point {point} %").format(point=number(timing.sample_point, 1))
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(QRectF(x - 240, top - 8, 230, 18), right, text)


def _paint_jump(painter: QPainter, area: QRectF, edges: list[tuple[float, float]], timing: Timing) -> None:
    """Paint the jump width as a bracket over phase 2, starting at the sample point."""
    colour = theme().color("warn")
    left = area.x() + edges[-1][0] + 2
    length = max(6.0, (edges[-1][1] - edges[-1][0]) * timing.sjw / timing.phase_seg2 - 4)
    y = area.y() - 6
    painter.setPen(QPen(colour, 1.5))
    painter.drawPolyline(
        [QPointF(left, y + 4), QPointF(left, y), QPointF(left + length, y), QPointF(left + length, y + 4)]
    )
    painter.setFont(theme().font("caption"))
    text = _("SJW {count}").format(count=timing.sjw)
    width = QFontMetrics(painter.font()).horizontalAdvance(text) + 4
    at = min(max(left + 10, left + length / 2 - width / 2), area.right() - width)
    painter.drawText(QRectF(at, y - 18, width, 16), Qt.AlignmentFlag.AlignCenter, text)


def _paint_ruler(painter: QPainter, area: QRectF, timing: Timing) -> None:
    painter.setFont(theme().font("caption"))
    painter.setPen(theme().color("text.muted"))
    step = next((candidate for candidate in (1, 2, 4, 5, 10, 20, 40, 50, 100) if timing.quanta / candidate <= 9), 100)
    for tick in range(0, timing.quanta + 1, step):
        x = area.x() + area.width() * tick / timing.quanta
        painter.drawLine(QPointF(x, area.bottom() + 3), QPointF(x, area.bottom() + 7))
        box = QRectF(min(max(x - 20, 0), area.right() - 39), area.bottom() + 7, 40, 16)
        flags = Qt.AlignmentFlag.AlignHCenter
        if tick == 0:
            flags = Qt.AlignmentFlag.AlignLeft
        elif x > area.right() - 20:
            flags = Qt.AlignmentFlag.AlignRight
        painter.drawText(box, flags, str(tick))
