"""How a presented page fills the window: its scale, and the screens that a tall page is split into."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

REFERENCE: Final = (1056.0, 660.0)
"""The size in pixels of a window in which a page is presented at 100 %."""
_HEADER_REFERENCE: Final = 15 / 11
"""The scale of a page at which the header above it has the sizes of the design: that of a window of 1440×900."""
_LARGEST: Final = 1.25
"""How much larger than usual a page with few rows is shown."""
_SMALLEST: Final = 0.6
"""How much smaller than usual a page is shown whose tallest tile would be cut otherwise."""
_LOWEST_ROW: Final = 0.85
"""The least height of a row, in its usual heights, with which a page fills the screen."""


@dataclass(frozen=True, slots=True)
class WallLayout:
    """A page on a wall.

    `scale`: 1 is 100 %. `rows`: the height of a row on each screen in pixels, scaled. `screens`: for each its first row
    and the row after its last.
    """

    scale: float
    rows: tuple[float, ...]
    screens: tuple[tuple[int, int], ...]

    def screen_of(self, row: int) -> int:
        """The index of the screen with a row of the page."""
        return next((index for index, (_top, bottom) in enumerate(self.screens) if row < bottom), len(self.screens) - 1)


def base_scale(width: float, height: float) -> float:
    """The scale of a page in a window of this size in pixels; 1 is 100 %, the least."""
    return max(1.0, min(width / REFERENCE[0], height / REFERENCE[1]))


def header_scale(width: float, height: float) -> float:
    """The scale of what stands around the page in a window of this size in pixels, at least 1."""
    return max(1.0, base_scale(width, height) / _HEADER_REFERENCE)


def lay_out(
    spans: Iterable[tuple[int, int]], height: float, base: float, unit: tuple[float, float], scale: float | None = None
) -> WallLayout:
    """Lay out a page whose items cover these rows (first, after the last) in `height` pixels.

    `base` is the usual scale, `unit` the height of a row and of the gap between two in pixels at 100 %; with a `scale`,
    that is used instead of a fitting one. Without items there is one screen.
    """
    row, gap = unit
    blocks = _blocks(spans)
    if not blocks:
        return WallLayout(scale or base, (row * (scale or base),), ((0, 0),))

    tallest = max(bottom - top for top, bottom in blocks)

    def scale_of(rows: int, row_height: float = row) -> float:
        return height / max(rows * (row_height + gap) - gap, 1.0)

    whole = blocks[-1][1] - blocks[0][0]
    if scale is None:
        fits, uncut = scale_of(whole), scale_of(tallest, row * _LOWEST_ROW)
        scale = min(fits, base * _LARGEST) if fits >= base else max(min(base, uncut), base * _SMALLEST)
    lowest = (row * _LOWEST_ROW + gap) * scale
    most = max(1, math.floor((height + gap * scale) / lowest + 1e-6))
    screens = _screens(blocks, most)
    while most > tallest and len(fewer := _screens(blocks, most - 1)) == len(screens):
        screens, most = fewer, most - 1  # as many screens, more evenly filled

    def row_height(rows: int) -> float:
        fitting = (height + gap * scale) / rows - gap * scale
        return max(row * scale * _LOWEST_ROW, fitting)

    return WallLayout(scale, tuple(row_height(bottom - top) for top, bottom in screens), screens)


def _blocks(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The rows that belong together because an item covers them, from the top."""
    blocks: list[tuple[int, int]] = []
    for top, bottom in sorted(spans):
        if blocks and top < blocks[-1][1]:
            blocks[-1] = (blocks[-1][0], max(bottom, blocks[-1][1]))
        else:
            blocks.append((top, bottom))
    return blocks


def _screens(blocks: list[tuple[int, int]], most: int) -> tuple[tuple[int, int], ...]:
    """The blocks in screens of at most this many rows; only a block with more rows is cut."""
    screens: list[tuple[int, int]] = []
    for top, bottom in blocks:
        if screens and bottom - screens[-1][0] <= most:
            screens[-1] = (screens[-1][0], bottom)
            continue
        screens += [(first, min(first + most, bottom)) for first in range(top, bottom, most)]
    return tuple(screens)
