"""StatStrip: figures side by side with their names under them, over a list of what they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.badges import paint_icon, paint_meter
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

_LINE = 40
_WORD = 6.0
"""Between a figure and its name on one line."""
_EDGE, _METER, _LEAST = 16.0, 64.0, 48.0
_MARK = 15
"""The side of the icon before a word."""
_TRACE, _TRACE_HEIGHT = 144.0, 40.0
_TRACE_FILL = 0.12
"""The opacity of the area under a trace."""
TRACE_POINTS = 120
"""How many shares a trace has room for."""
_PAST = 0.5
"""The opacity of a trace of before."""
_LEAST_TOP = 0.1
_TRACE_TOP = 1.25
"""The top of a trace, as a multiple of its highest share."""
_MORE_TRACE = 96.0
"""How much wider than usual a trace becomes in a wide window; the gaps take the rest."""
_HISTORY = 132.0
_HISTORY_MORE = 168.0
_BAR_HEIGHT = 22.0
_BAR_LEAST = 4.0
_GAPS = (28.0, 16.0)
"""Between two figures, where there is room and where there is little."""


@dataclass(frozen=True, slots=True)
class Stat:
    """A figure and its name. A `tone` of warn or error is trouble, `past` no longer counts; `share` (0 to 1) is also
    drawn as a bar. `tip` explains the name. `trace`: the shares until now, drawn as a line instead where there is room;
    empty keeps that room until there are some. With `trace_end`, words below its end, it is one of before, drawn muted.

    `history`: how often it happened in each part of a time, oldest first, drawn as bars on a line where there is room;
    `ends` are the words at both ends of that line. `beside` is the same figure of another; `both` says which is whose,
    as `{first} in A, {second} in B`. Only a compact strip has such.

    A figure that counts up has at least the width of `room`, so that another digit doesn't move those after it. With a
    `mark`, an icon, it is a word rather than a figure; then a tone of ok is no trouble.
    """

    value: str
    name: str
    tone: Literal["text", "ok", "warn", "error", "past"] = "text"
    share: float | None = None
    room: str = ""
    tip: str = ""
    trace: tuple[float, ...] | None = None
    trace_end: str = ""
    mark: str = ""
    history: tuple[int, ...] | None = None
    ends: tuple[str, str] = ("", "")
    beside: "Stat | None" = None
    both: str = ""

    @property
    def spoken(self) -> str:
        """The figure with its name, as it is read out."""
        if self.beside is not None:
            return f"{self.name} {self.both.format(first=self.value, second=self.beside.value)}"
        return f"{self.value}, {self.name}" if self.mark else f"{self.name} {self.value}"

    @property
    def ink(self) -> str:
        """The colour of the figure: a zero is nothing to look at, and neither is one that is past."""
        is_nothing = self.tone == "text" and self.value in ("0", "–")
        return "text.muted" if self.tone == "past" or is_nothing else self.tone


class StatStrip(QFrame):
    """Figures in a strip of 64 px: zeros muted, trouble coloured; in a narrow window smaller and closer.

    Its `ground` is a surface of the theme; empty: what is behind it. A `compact` one is a line of 40 px, each figure
    behind its name, for figures that don't change.
    """

    accessible_role = Role.StaticText

    def __init__(self, parent: QWidget | None = None, *, ground: str = "surface", compact: bool = False) -> None:
        super().__init__(parent)
        self._compact = compact
        self._edge = _EDGE if ground else 0.0
        """What the first figure is set in by: one among other texts begins where they do."""
        if ground:
            set_surface(self, ground)
        self.setFixedHeight(_LINE if compact else 64)
        self._stats: tuple[Stat, ...] = ()
        self._note = ""
        self.setMouseTracking(True)

    @property
    def stats(self) -> tuple[Stat, ...]:
        return self._stats

    def show_stats(self, stats: Sequence[Stat]) -> None:
        """Show these figures."""
        self._stats, self._note = tuple(stats), ""
        if (said := self.description()) != self.accessibleDescription():
            self.setAccessibleDescription(said)
        self.update()

    def explanations(self) -> list[str]:
        """What the figures mean that say it, each a sentence or more."""
        return [f"{stat.name}: {stat.tip}".replace("\n", " ") for stat in self._stats if stat.tip]

    def description(self) -> str:
        """What a screen reader reads after the figures."""
        return " ".join(self.explanations())

    def show_note(self, note: str) -> None:
        """There are no figures; this says why."""
        self._stats, self._note = (), note
        self.setAccessibleDescription("")
        self.update()

    def accessible_text(self) -> str:
        """What a screen reader reads when it asks: ten changes a second aren't announced."""
        return self._note or ", ".join(stat.spoken for stat in self._stats)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The tooltip is that of the figure under the pointer."""
        super().mouseMoveEvent(event)
        _font, gap, widths, _more = self._columns()
        x = event.position().x()
        places = zip(self._stats, self.lefts(), widths, strict=True)
        tip = next((stat.tip for stat, left, width in places if left - gap / 2 <= x < left + width + gap / 2), "")
        self.setToolTip(plain_tooltip(tip))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            if self._note:
                painter.setFont(theme().font("body"))
                painter.setPen(theme().color("text.muted"))
                box = QRectF(self.rect()).adjusted(self._edge, 0, -self._edge, 0)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._note)
            elif self._compact:
                self._paint_line(painter)
            else:
                self._paint_stats(painter)
            if self._edge:
                painter.fillRect(0, self.height() - 1, self.width(), 1, theme().color("border"))

    def lefts(self) -> list[float]:
        """Where each figure begins, in pixels."""
        _font, gap, widths, _more = self._columns()
        return [self._edge + sum(widths[:place]) + gap * place for place in range(len(widths))]

    def _columns(self) -> tuple[str, float, list[float], list[float]]:
        """The font of the figures, the gap between them, their widths, and the widths of what is drawn beside each: its
        trace or its history, 0 where there is none or no room. With such drawings, the figures reach from one end of
        the strip to the other.
        """
        if self._compact:
            return self._line_columns()
        for beside in (_beside, _trace_beside, None):
            drawn = [beside(stat) if beside is not None else (0.0, 0.0) for stat in self._stats]
            widths = self._widths("display", [least for least, _more in drawn])
            spare = self.width() - 2 * self._edge - sum(widths) - _GAPS[0] * len(widths)
            if spare < 0:
                continue
            most = sum(more for _least, more in drawn)
            share = min(1.0, spare / 2 / most) if most else 0.0
            wide = [least + more * share for least, more in drawn]
            widths = [width + more * share for width, (_least, more) in zip(widths, drawn, strict=True)]
            gap = _GAPS[0] + ((spare - most * share) / len(widths) if most else 0.0)
            return "display", min(gap, _GAPS[0] * 2), widths, wide
        return "title", _GAPS[1], self._widths("title", [0.0] * len(self._stats)), [0.0] * len(self._stats)

    def _paint_line(self, painter: QPainter) -> None:
        """Each figure behind its name, on one line, as far as they have room."""
        font, gap, widths, _drawn = self._columns()
        end, x = self.width() - self._edge, self._edge
        for place, (stat, width) in enumerate(zip(self._stats, widths, strict=True)):
            if x + width > end + 1:
                return
            if place:
                painter.fillRect(QRectF(round(x - gap / 2), 12, 1, _LINE - 24), theme().color("border"))
            left = x
            for at, (text, made, ink) in enumerate(self._line_parts(stat, font)):
                left += _WORD if at == 1 else 0.0
                painter.setFont(made)
                painter.setPen(theme().color(ink))
                painter.drawText(QRectF(left, 0, x + width + 2 - left, _LINE), Qt.AlignmentFlag.AlignVCenter, text)
                left += QFontMetricsF(made).horizontalAdvance(text)
            x += width + gap

    def _line_parts(self, stat: Stat, font: str) -> list[tuple[str, QFont, str]]:
        """What is written of a figure on a line: its name, itself, and the one beside it, each with font and ink."""
        small, strong = theme().font(font), _word_font()
        parts = [(stat.name, small, "text.muted")]
        if stat.beside is None:
            return [*parts, (stat.value, strong, stat.ink)]
        figures = {"first": stat, "second": stat.beside}
        for words, name, _spec, _conversion in Formatter().parse(stat.both):
            if words:
                parts.append((words, small, "text.muted"))
            if name:
                parts.append((figures[name].value, strong, figures[name].ink))
        return parts

    def _line_columns(self) -> tuple[str, float, list[float], list[float]]:
        """Names in the font of the text; in a smaller one where there is no room for all."""
        drawn = [0.0] * len(self._stats)
        for font in ("body", "caption"):
            widths = [
                sum(QFontMetricsF(made).horizontalAdvance(text) for text, made, _ink in parts) + _WORD
                for parts in (self._line_parts(stat, font) for stat in self._stats)
            ]
            spare = self.width() - 2 * self._edge - sum(widths)
            if spare >= _GAPS[1] * (len(widths) - 1) or font == "caption":
                break
        return font, min(_GAPS[0], max(spare / max(len(widths) - 1, 1), _GAPS[1])), widths, drawn

    def _paint_stats(self, painter: QPainter) -> None:
        font, gap, widths, drawn = self._columns()
        x = self._edge
        for place, (stat, width, beside) in enumerate(zip(self._stats, widths, drawn, strict=True)):
            if place:
                painter.fillRect(QRectF(round(x - gap / 2), 14, 1, 36), theme().color("border"))
            painter.setFont(_word_font() if stat.mark else theme().font(font))
            painter.setPen(theme().color(stat.ink))
            if stat.mark:
                paint_icon(painter, stat.mark, QRectF(x, 15, _MARK, _MARK), theme().color(stat.ink))
            indent = _MARK + 6 if stat.mark else 0
            painter.drawText(QRectF(x + indent, 8, width + 2, 28), Qt.AlignmentFlag.AlignVCenter, stat.value)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            painter.drawText(QRectF(x, 38, width + gap, 16), Qt.AlignmentFlag.AlignVCenter, stat.name)
            if beside and stat.trace is not None:
                top = (self.height() - _TRACE_HEIGHT) / 2
                _paint_trace(painter, QRectF(x + width - beside, top, beside, _TRACE_HEIGHT), stat)
            elif beside and stat.history is not None:
                _paint_history(painter, QRectF(x + width - beside, 10, beside, 44), stat)
            elif stat.share is not None:
                bar = QRectF(x + width - _METER, 8, _METER, 28)
                paint_meter(painter, bar, stat.share, "warn" if stat.tone == "warn" else "info")
            x += width + gap

    def _widths(self, font: str, beside: Sequence[float]) -> list[float]:
        """The least width of each figure with what is drawn beside it."""
        figures, names = QFontMetricsF(theme().font(font)), QFontMetricsF(theme().font("caption"))
        words = QFontMetricsF(_word_font())
        found = []
        for stat, drawn in zip(self._stats, beside, strict=True):
            texts = (words if stat.mark else figures).horizontalAdvance
            text = max(texts(one) for one in (stat.value, stat.room)) + (_MARK + 6 if stat.mark else 0)
            bar = 0.0 if stat.share is None or drawn else _METER + 10
            name = names.horizontalAdvance(stat.name)
            found.append(max(_LEAST, text + bar, name) + 12 + drawn if drawn else max(_LEAST, text + bar, name))
        return found


def _beside(stat: Stat) -> tuple[float, float]:
    """The least width of what is drawn beside a figure, and how much wider it becomes where there is room."""
    return (_HISTORY, _HISTORY_MORE) if stat.history is not None else _trace_beside(stat)


def _trace_beside(stat: Stat) -> tuple[float, float]:
    """Likewise where there is no room for what happened."""
    return (_TRACE, _MORE_TRACE) if stat.trace is not None else (0.0, 0.0)


def _word_font() -> QFont:
    font = theme().font("body")
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _paint_trace(painter: QPainter, box: QRectF, stat: Stat) -> None:
    """Draw the shares until now as a line that ends at the right, over an area. Its ground is a line as wide as it may
    become; before the first share that is dotted: a line at the bottom would read as zeros.
    """
    shares, step = stat.trace or (), box.width() / (TRACE_POINTS - 1)
    first = box.right() - step * max(len(shares) - 1, 0)
    painter.fillRect(QRectF(box.left(), box.top(), 1, box.height()), theme().color("border"))
    painter.save()
    if stat.trace_end:
        below = QRectF(box.left(), 38, box.width(), 16)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, stat.trace_end)
        painter.setOpacity(_PAST)
        box = QRectF(box.left(), box.top(), box.width(), 38 - box.top())
    pen = QPen(theme().color("border.strong"), 1)
    pen.setDashPattern((1, 3))
    painter.setPen(pen)
    bottom = round(box.bottom()) - 0.5
    painter.drawLine(QPointF(box.left() + 2, bottom), QPointF(first, bottom))
    if shares:
        _paint_shares(painter, box, shares, first, step)
    painter.restore()


def _paint_shares(painter: QPainter, box: QRectF, shares: Sequence[float], first: float, step: float) -> None:
    top = max(*shares, _LEAST_TOP) * _TRACE_TOP
    line = [QPointF(first + place * step, box.bottom() - box.height() * one / top) for place, one in enumerate(shares)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(first, box.bottom() - 1, box.right() - first, 1), theme().color("grid"))
    area = QColor(theme().chart(0))
    area.setAlphaF(_TRACE_FILL)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(area)
    painter.drawPolygon(QPolygonF([QPointF(first, box.bottom()), *line, QPointF(box.right(), box.bottom())]))
    painter.setPen(QPen(theme().chart(0), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF(line))


def _paint_history(painter: QPainter, box: QRectF, stat: Stat) -> None:
    """Draw how often something happened as bars on a line, over the words at its ends. Each bar is seen, however many
    the most has."""
    counts = stat.history or ()
    ground = round(box.top() + _BAR_HEIGHT + 4)
    painter.fillRect(QRectF(box.left(), ground, box.width(), 1), theme().color("border.strong"))
    painter.fillRect(QRectF(box.right() - 2, ground - _BAR_HEIGHT / 2, 2, _BAR_HEIGHT / 2 + 1), theme().color("accent"))
    most, slot = max(counts, default=0), (box.width() - 4) / max(len(counts), 1)
    for place, count in enumerate(counts):
        if count:
            height = _BAR_LEAST + (_BAR_HEIGHT - _BAR_LEAST) * count / most
            bar = QRectF(box.left() + place * slot, ground - height, max(slot - 1, 2.0), height)
            painter.fillRect(bar, theme().color("error"))
    painter.setFont(theme().font("caption"))
    painter.setPen(theme().color("text.muted"))
    below = QRectF(box.left(), 38, box.width(), 16)
    for end, side in zip(stat.ends, (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), strict=True):
        painter.drawText(below, side | Qt.AlignmentFlag.AlignVCenter, end)
