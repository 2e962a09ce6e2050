"""The legend of a chart of lines or bars: above the plot, or in a column at its right; and what a reader hides.

Which series are hidden is the reader's own, and not stored: a click on a name hides it or shows it again, a double
click shows it alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QRectF

from benchboard.ui.widgets import legend
from benchboard.ui.widgets.legend import LegendEntry

_GAP: Final = 4.0
"""Pixels between a legend above a plot and the plot."""
_COLUMN_GAP: Final = 16.0
_CHROME: Final = 44.0
"""Pixels of a tile's height that aren't its body."""
_LEAST_COLUMN_BODY: Final = 456.0
"""The body of a tile that is 480 pixels wide: from there on a legend of many names is at the right."""
_MOST_ABOVE: Final = 4
"""More names than these are at the right of such a tile."""
_LINES_SHARE: Final = 0.25
"""The part of a body's height that a legend of several lines above the plot may take."""
_SHARE: Final = 4
"""The part of a tile that a legend may take: a quarter of its height or width."""
_LOW: Final = 160.0
"""A tile lower than this, in pixels, has a legend of one line."""


@dataclass(frozen=True, slots=True)
class LegendChoice:
    """What a reader chose in a legend: the series or slices that are hidden, by their keys, and whether the slices that
    were gathered as “Other” are shown one by one."""

    hidden: frozenset[str] = frozenset()
    opens_other: bool = False

    def toggled(self, key: str, keys: Collection[str]) -> "LegendChoice":
        """With a series hidden or shown again, or the slices of “Other” shown one by one or gathered again. The last
        one that is shown isn't hidden: then all are shown."""
        if key == OTHER:
            return replace(self, opens_other=not self.opens_other)
        hidden = self.hidden ^ {key}
        return replace(self, hidden=frozenset() if hidden >= set(keys) else hidden)

    def isolated(self, key: str, keys: Collection[str]) -> "LegendChoice":
        """With this series alone; where it is alone, with all."""
        others = frozenset(keys) - {key}
        return replace(self, hidden=frozenset() if self.hidden & set(keys) == others else others)


OTHER: Final = "\0other"
"""The key of the slices that are gathered as “Other”."""


class LegendTarget(NamedTuple):
    """A name that can be clicked. `key`: of its series; empty for what says how many names have no room."""

    key: str
    name: str
    box: QRectF
    hidden: bool = False


class LegendRoom(NamedTuple):
    """Where a legend is (`side` is empty without one), its box, and what it leaves to the chart."""

    side: Literal["", "top", "right"]
    box: QRectF
    chart: QRectF


def legend_room(box: QRectF, entries: Sequence[LegendEntry]) -> LegendRoom:
    """Where the legend of a chart in the body of a tile is."""
    if not entries:
        return LegendRoom("", QRectF(), box)
    is_low = box.height() + _CHROME < _LOW
    if box.width() >= _LEAST_COLUMN_BODY and len(entries) > _MOST_ABOVE and not is_low:
        width = min(legend.column_width(entries), box.width() / _SHARE)
        column = QRectF(box.right() - width, box.top(), width, box.height())
        return LegendRoom("right", column, box.adjusted(0, 0, -width - _COLUMN_GAP, 0))
    if (box.height() + _CHROME) / _SHARE < legend.LINE_HEIGHT + _GAP:
        return LegendRoom("", QRectF(), box)
    most = 1 if is_low else max(1, int(box.height() * _LINES_SHARE // legend.LINE_HEIGHT))
    height = legend.lines_needed(entries, box.width(), most) * legend.LINE_HEIGHT
    lines = QRectF(box.left(), box.top(), box.width(), height)
    return LegendRoom("top", lines, box.adjusted(0, height + _GAP, 0, 0))
