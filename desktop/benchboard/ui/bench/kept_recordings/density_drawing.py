"""Draws how many frames a recording has when: small in a row of the list, larger in its details."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from benchboard.i18n import _, ngettext, number
from benchboard.ui.theme import theme

ERRORS: Final = 4
"""Height of the marks of error frames, in pixels."""
_FILL: Final = 0.55


def draw_density(
    painter: QPainter, box: QRectF, rates: Sequence[float], error_spans: Collection[int], bar: int, gap: int = 1
) -> None:
    """Draw a bar of `bar` pixels, `gap` of them empty, for each few of these frames a second, the highest as high as
    `box`, and below the bars the spans that have error frames.
    """
    count = max(1, min(int(box.width() / bar), len(rates)))
    width, room = box.width() / count, box.height() - ERRORS - 1
    edges = [round(place * len(rates) / count) for place in range(count + 1)]
    means = [sum(rates[low:high]) / (high - low) for low, high in pairwise(edges)]
    top = max(means, default=0.0) or 1.0
    fill = QColor(theme().chart(0))
    fill.setAlphaF(_FILL)
    bottom = box.top() + room
    painter.fillRect(QRectF(box.left(), bottom, box.width(), 1), theme().color("border"))
    for place, mean in enumerate(means):
        left = round(box.left() + place * width)
        across = max(round(box.left() + (place + 1) * width) - left - gap, 1)
        if mean:
            height = max(round(room * mean / top), 1)
            painter.fillRect(QRectF(left, bottom - height, across, height), fill)
        if any(edges[place] <= one < edges[place + 1] for one in error_spans):
            painter.fillRect(QRectF(left, bottom + 1, across, ERRORS), theme().color("error"))


def density_text(rates: Sequence[float], frames: int | None, seconds: float | None) -> str:
    """What is drawn, in words: the mean and the busiest part."""
    if not rates:
        return ""
    mean = frames / seconds if frames is not None and seconds else sum(rates) / len(rates)
    said = _("{mean} frames/s on average, at most {most}")
    return said.format(mean=number(mean, 0), most=number(max(rates), 0))


def errors_text(errors: int | None) -> str:
    """How many error frames there are, in words; empty if it isn't known."""
    if errors is None:
        return ""
    return ngettext("{count} error frame", "{count} error frames", errors).format(count=number(errors))
