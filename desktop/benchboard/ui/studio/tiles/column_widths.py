"""How wide a table's columns are: by what stands in them and by what it is. A number is never cut before a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Final

from PySide6.QtGui import QFontMetricsF

from benchboard.analytics.queries import Cell, ResultTable
from benchboard.ui.studio.tiles import number_format

GAP: Final = 16.0
"""Pixels between two columns."""
_WORDS: Final = 72.0
"""So much of a text is shown at least, where not all of it can be."""
_HEAD: Final = 40.0
"""So much of a heading."""
_MOST: Final = 420.0
"""So wide a column of long texts is by itself."""
_SURE: Final = 12
"""So many of the longest texts are measured: letters differ in width."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a column would take for its content and for its heading; `words`: it holds texts, which may be cut."""

    content: float
    heading: float
    words: bool

    @property
    def wanted(self) -> float:
        """So wide everything in it can be read."""
        return max(self.content, self.heading)

    @property
    def least(self) -> float:
        """Narrower, it says nothing."""
        content = min(self.content, _WORDS) if self.words else self.content
        return max(content, min(self.heading, _HEAD))


def needs(
    table: ResultTable, texts: Sequence[Sequence[str]], body: QFontMetricsF, heading: QFontMetricsF
) -> list[Need]:
    """What each column needs for these texts, row by row."""
    found = []
    for place, column in enumerate(table.columns):
        longest = sorted((row[place] for row in texts), key=len)[-_SURE:]
        content = max((body.horizontalAdvance(text) for text in longest), default=0.0)
        head = heading.horizontalAdvance(number_format.name(column))
        found.append(Need(content + 2, head + 2, not number_format.numeric(column)))
    return found


def shared(wanted: Sequence[Need], room: float, gap: float = GAP) -> list[float]:
    """How wide the columns are that stand in this room: from the first, as many as have what they need at least. Spare
    room is for all; where it is short, headings give way first, then texts, the widest of them first."""
    count = _fitting(wanted, room, gap)
    shown = wanted[:count]
    room -= gap * (count - 1)
    full = [need.wanted for need in shown]
    if sum(full) <= room:
        spare = (room - sum(full)) / max(count, 1)
        return [one + spare for one in full]
    heads = [max(need.content, min(need.heading, _HEAD)) for need in shown]
    if sum(heads) <= room:
        return levelled(full, heads, room)
    return levelled(heads, [need.least for need in shown], room)


def natural(wanted: Sequence[Need], room: float, gap: float = GAP) -> list[float]:
    """How wide the columns are where one can scroll: everything can be read but very long texts."""
    full = [min(need.wanted, _MOST) if need.words else need.wanted for need in wanted]
    spare = room - sum(full) - gap * (len(full) - 1)
    return [one + max(0.0, spare) / max(len(full), 1) for one in full]


def levelled(values: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Values that are together as large as `room`, the largest taken down first, none below its least."""
    low, high = 0.0, max(values, default=0.0)
    for _turn in range(40):
        level = (low + high) / 2
        if sum(max(floor, min(value, level)) for value, floor in zip(values, least, strict=True)) > room:
            high = level
        else:
            low = level
    return [max(floor, min(value, low)) for value, floor in zip(values, least, strict=True)]


def even_decimals(table: ResultTable, place: int, cells: Sequence[Cell]) -> int | None:
    """How many decimals all numbers of a column get, so that they stand under each other; None where it has none."""
    if table.columns[place].kind != "decimal":
        return None
    most = max((number_format.places(value) for value in cells if isinstance(value, Decimal)), default=0)
    return min(max(most, 2), 4)


def _fitting(wanted: Sequence[Need], room: float, gap: float) -> int:
    ends = accumulate(need.least + gap for need in wanted)
    return max(1, sum(end - gap <= room for end in ends))
