"""Computes the widths of a table's columns from their content. Texts are cut before numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from PySide6.QtGui import QFontMetricsF

from benchboard.analytics.queries import ResultColumn
from benchboard.ui.studio.tiles.numbers import number_format

GAP: Final = 16.0
"""Pixels between two columns."""
_MIN_TEXT: Final = 72.0
"""The minimum width of a column of texts, in pixels."""
_MAX_HEADING: Final = 160.0
"""The width up to which a heading is never cut, in pixels."""
_MAX_TEXT: Final = 420.0
"""The maximum natural width of a column of texts, in pixels."""
_MEASURED_TEXTS: Final = 12
"""How many of the longest texts are measured: the longest need not be the widest."""


@dataclass(frozen=True, slots=True)
class ColumnWidthHint:
    """The widths in pixels that a column needs for its content and for its heading. Texts may be cut."""

    content: float
    heading: float
    is_text: bool

    @property
    def preferred(self) -> float:
        """The width at which nothing is cut."""
        return max(self.content, self.heading)

    @property
    def minimum(self) -> float:
        """The width below which the column is not shown."""
        content = min(self.content, _MIN_TEXT) if self.is_text else self.content
        return max(content, min(self.heading, _MAX_HEADING))


def width_hints(
    columns: Sequence[ResultColumn], texts: Sequence[Sequence[str]], body: QFontMetricsF, heading: QFontMetricsF
) -> list[ColumnWidthHint]:
    """The width hint of each column, for these rows of texts."""
    found = []
    for place, column in enumerate(columns):
        longest = sorted((row[place] for row in texts), key=len)[-_MEASURED_TEXTS:]
        content = max((body.horizontalAdvance(text) for text in longest), default=0.0)
        head = heading.horizontalAdvance(column.heading)
        found.append(ColumnWidthHint(content + 2, head + 2, not number_format.is_numeric(column)))
    return found


def fit_widths(hints: Sequence[ColumnWidthHint], room: float, gap: float = GAP) -> list[float]:
    """The widths of the first columns that fit into `room` pixels with their minimum widths.

    Spare width is divided among all. If it is short, very long headings shrink first, then texts, the widest first.
    """
    count = _visible_count(hints, room, gap)
    shown = hints[:count]
    room -= gap * (count - 1)
    full = [hint.preferred for hint in shown]
    if sum(full) <= room:
        spare = (room - sum(full)) / max(count, 1)
        return [one + spare for one in full]
    heads = [max(hint.content, min(hint.heading, _MAX_HEADING)) for hint in shown]
    if sum(heads) <= room:
        return shrink_largest(full, heads, room)
    return shrink_largest(heads, [hint.minimum for hint in shown], room)


def natural_widths(hints: Sequence[ColumnWidthHint], room: float, gap: float = GAP, *, most: float) -> list[float]:
    """The widths of all columns in a scrolling table: only very long texts are cut. Spare width is divided among all,
    as far as none becomes wider than `most` by it: a row is hard to follow over a wide gap."""
    full = [min(hint.preferred, _MAX_TEXT) if hint.is_text else hint.preferred for hint in hints]
    spare = room - sum(full) - gap * (len(full) - 1)
    share = max(0.0, spare) / max(len(full), 1)
    return [max(one, min(one + share, most)) for one in full]


def shrink_largest(values: Sequence[float], minimums: Sequence[float], room: float) -> list[float]:
    """Lower the largest values until their sum is `room`, none below its minimum."""
    low, high = 0.0, max(values, default=0.0)
    for _turn in range(40):
        level = (low + high) / 2
        if sum(max(floor, min(value, level)) for value, floor in zip(values, minimums, strict=True)) > room:
            high = level
        else:
            low = level
    return [max(floor, min(value, low)) for value, floor in zip(values, minimums, strict=True)]


def _visible_count(hints: Sequence[ColumnWidthHint], room: float, gap: float) -> int:
    ends = accumulate(hint.minimum + gap for hint in hints)
    return max(1, sum(end - gap <= room for end in ends))
