"""What a tile says at a point: lines with values and colours, and where a chart has them."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor

from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.theme import theme

_MAX_TEXT: Final = 2_000
_COLUMN_GAP: Final = 16
"""Pixels between the names of series and their values."""


@dataclass(frozen=True, slots=True)
class ReadoutLine:
    """A line of a readout: a label, with the colour of its series and its value if it has them. The nearest series is
    `strong`; what isn't a value is `muted`."""

    label: str
    colour: QColor | None = None
    strong: bool = False
    value: str = ""
    muted: bool = False

    @property
    def text(self) -> str:
        """What it says."""
        return f"{self.label}: {self.value}" if self.value else self.label


@dataclass(frozen=True, slots=True)
class CrosshairShape:
    """What marks the values of a chart at one place of its axis, in the coordinates of the tile."""

    line: QLineF
    """Down the plot; where bars are, only above them. Null beside lying bars."""
    points: tuple[tuple[QPointF, QColor], ...] = ()
    """The points of lines, in their colours."""
    bars: tuple[QRectF, ...] = ()
    highest: tuple[QPointF, ...] = ()
    """Where the highest line is at each place of the axis: what the values should not cover."""

    def mapped(self, to: Callable[[QPointF], QPointF]) -> "CrosshairShape":
        """The same in other coordinates."""
        line = self.line if self.line.isNull() else QLineF(to(self.line.p1()), to(self.line.p2()))
        bars = tuple(QRectF(to(box.topLeft()), to(box.bottomRight())) for box in self.bars)
        points = tuple((to(point), colour) for point, colour in self.points)
        return CrosshairShape(line, points, bars, tuple(map(to, self.highest)))


@dataclass(frozen=True, slots=True)
class Readout:
    """The values at a point. `follows_pointer`: it is shown at once, not after the delay of a tooltip. `crosshair`:
    where a chart has these values."""

    lines: tuple[ReadoutLine, ...]
    follows_pointer: bool = False
    crosshair: CrosshairShape | None = None

    @property
    def text(self) -> str:
        """What it says, on one line."""
        return ", ".join(line.text for line in self.lines)

    @property
    def spoken(self) -> str:
        """What it says to a screen reader: first the series that was chosen, as nothing else changes from one to the
        next."""
        return ", ".join(line.text for line in sorted(self.lines, key=lambda line: not line.strong))


def tooltip_html(readout: Readout | None) -> str:
    """A readout as the HTML of a tooltip, with its data escaped. Where lines have values, these are in a column."""
    if readout is None:
        return ""
    if any(line.value for line in readout.lines):
        rows = "".join(_row_html(line) for line in readout.lines)
        return f"<table cellspacing='0' cellpadding='1' style='white-space:pre-wrap'>{rows}</table>"
    return "<p style='white-space:pre-wrap'>" + "<br>".join(_line_html(line) for line in readout.lines) + "</p>"


Reader = Callable[[QPointF], Readout | None]
"""Returns the readout at a point of a tile, in the tile's own coordinates."""


def text_readout(*texts: str) -> Readout:
    """A readout of lines of text."""
    return Readout(tuple(ReadoutLine(number_format.truncate(text, _MAX_TEXT)) for text in texts if text))


def _line_html(line: ReadoutLine) -> str:
    return _mark_html(line) + _styled_html(line, line.text)


def _row_html(line: ReadoutLine) -> str:
    if not line.value:
        return f"<tr><td colspan='2'>{_line_html(line)}</td></tr>"
    name, value = _styled_html(line, line.label), _styled_html(line, line.value)
    right = f"<td align='right' style='padding-left:{_COLUMN_GAP}px'>{value}</td>"
    return f"<tr><td>{_mark_html(line)}{name}</td>{right}</tr>"


def _mark_html(line: ReadoutLine) -> str:
    return f"<span style='color:{line.colour.name()}'>■</span> " if line.colour is not None else ""


def _styled_html(line: ReadoutLine, text: str) -> str:
    text = escape(text)
    if line.muted:
        return f"<span style='color:{theme().color('text.muted').name()}'>{text}</span>"
    return f"<b>{text}</b>" if line.strong else text
