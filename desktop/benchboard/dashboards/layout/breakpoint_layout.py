"""Fit a layout to another number of columns: items side by side stay so if there is space, and items that fill the
page's width still do.

The layout is split by straight horizontal cuts into bands below each other, those by vertical cuts into stacks side by
side, and so on. Edges are rounded, not widths, so that the sum of the widths is right. If the minimum widths don't fit
side by side, the line is broken into as few lines as possible, of nearly the same width, each scaled to fill the page.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from benchboard.dashboards.layout.model import Cell, Item, Layout, bounding_box
from benchboard.dashboards.layout.placement import Occupancy

_DEEPEST: Final = 40
"""The deepest nesting of cuts; a block below it is not split further."""


@dataclass(slots=True)
class _Block:
    """Items that no straight cut separates, or the result of a cut: `bands` below each other or `stacks` side by side.
    `least` is the minimum number of columns."""

    places: list[int]
    cell: Cell
    bands: tuple["_Block", ...] = ()
    stacks: tuple["_Block", ...] = ()
    least: int = 1


def minimum_width(item: Item) -> int:
    """The minimum number of columns of an item, from its document."""
    return item.min_w or 1


def fit_columns(layout: Layout, columns: int, least: Callable[[Item], int] = minimum_width) -> list[Cell]:
    """Every item's cell on a grid of `columns` columns, in the layout's order, without new overlaps. `least` gives the
    minimum number of columns of an item."""
    if not len(layout):
        return []
    fitter = _ColumnFitter(layout, columns, least)
    block = fitter.block(list(range(len(layout))))
    fitter.put(block, Cell(0, block.cell.y, layout.columns, block.cell.h), 0, columns, block.cell.y)
    return fitter.cells


class _ColumnFitter:
    """One layout that is being fitted to another width."""

    def __init__(self, layout: Layout, columns: int, least: Callable[[Item], int]) -> None:
        self._layout, self._columns, self._needs = layout, columns, least
        self.cells = list(layout.cells)

    # Splitting

    def block(self, places: list[int], depth: int = 0) -> _Block:
        """Split these items into blocks."""
        cells = [self._layout.cells[place] for place in places]
        whole = bounding_box(cells)
        if len(places) == 1:
            return _Block(places, whole, least=self._least(places[0]))
        if depth == _DEEPEST:
            return _Block(places, whole, least=max(self._least(place) for place in places))
        parts = _split(places, lambda place: (self._layout.cells[place].y, self._layout.cells[place].bottom))
        if len(parts) > 1:
            bands = tuple(self.block(part, depth + 1) for part in parts)
            return _Block(places, whole, bands=bands, least=max(band.least for band in bands))
        parts = _split(places, lambda place: (self._layout.cells[place].x, self._layout.cells[place].right))
        if len(parts) > 1:
            stacks = tuple(self.block(part, depth + 1) for part in parts)
            return _Block(places, whole, stacks=stacks, least=min(self._columns, sum(one.least for one in stacks)))
        return _Block(places, whole, least=max(self._least(place) for place in places))

    def _least(self, place: int) -> int:
        return max(1, min(self._needs(self._layout.items[place]), self._columns))

    # Placing

    def put(self, block: _Block, span: Cell, x: int, w: int, y: int) -> int:
        """Place a block, whose original columns are those of `span`, into `w` columns from column `x` on, and from row
        `y` on. Returns the first row below it."""
        if block.bands:
            bottom = end = y
            before = block.cell.y
            for band in block.bands:
                end = bottom + max(0, band.cell.y - before)
                bottom, before = self.put(band, span, x, w, end), band.cell.bottom
            return bottom
        stacks = block.stacks or (block,)
        if sum(one.least for one in stacks) <= w:
            return self._beside(stacks, span, x, w, y, block.cell.y)
        for line in _lines(stacks, w):
            y = self._beside(line, None, x, w, y, None)
        return y

    def _beside(self, stacks: Sequence[_Block], span: Cell | None, x: int, w: int, y: int, top: int | None) -> int:
        """Place stacks side by side, with their gaps to scale, or without gaps if `span` is None. Each begins as many
        rows below `y` as it originally did below `top`, or at `y` if `top` is None. Returns the first row below
        them."""
        bottom = y
        for stack, (left, wide) in zip(stacks, _shares(stacks, span, w), strict=True):
            at = y if top is None else y + stack.cell.y - top
            bottom = max(bottom, self._fill(stack, x + left, wide, at))
        return bottom

    def _fill(self, stack: _Block, x: int, w: int, y: int) -> int:
        if stack.bands or stack.stacks:
            return self.put(stack, stack.cell, x, w, y)
        if len(stack.places) == 1:
            place = stack.places[0]
            item, cell = self._layout.items[place], self._layout.cells[place]
            self.cells[place] = Cell(x, y, max(self._least(place), min(w, item.max_w or w)), cell.h)
            return y + cell.h
        return self._place_inseparable(stack, x, w, y)

    def _place_inseparable(self, stack: _Block, x: int, w: int, y: int) -> int:
        """Place items that no cut separates: scaled at their original positions or, if that makes one of them too
        narrow, each at the topmost free position. Returns the first row below them."""
        whole, taken = stack.cell, Occupancy()
        scaled = [(place, _scaled(self._layout.cells[place], whole, w)) for place in stack.places]
        if all(cell.w >= self._least(place) for place, cell in scaled):
            found = scaled
        else:
            found = []
            order = sorted(stack.places, key=lambda place: (self._layout.cells[place].y, self._layout.cells[place].x))
            for place in order:
                cell = self._layout.cells[place]
                wide = max(self._least(place), min(w, _round(cell.w * w, whole.w)))
                new = taken.topmost(min(wide, w), cell.h, w)
                taken.put(new)
                found.append((place, new))
        for place, cell in found:
            most = self._layout.items[place].max_w or cell.w
            wide = max(self._least(place), min(cell.w, most))
            self.cells[place] = Cell(x + cell.x, y + cell.y, wide, cell.h)
        return y + max(cell.bottom for _place, cell in found)


def _split(places: Sequence[int], edges: Callable[[int], tuple[int, int]]) -> list[list[int]]:
    """The items in the groups between which straight cuts are possible, in order. `edges` gives an item's start and end
    on the axis that is cut."""
    parts: list[list[int]] = []
    end = -1
    for place in sorted(places, key=edges):
        begin, until = edges(place)
        if not parts or begin >= end:
            parts.append([])
        parts[-1].append(place)
        end = max(end, until)
    return parts


def _round(over: int, under: int) -> int:
    """The nearest whole number to `over` / `under`; a half is rounded up."""
    return (2 * over + under) // (2 * under)


def _scaled(cell: Cell, whole: Cell, w: int) -> Cell:
    """A cell of a block that becomes `w` columns wide, counted from the block's top left corner."""
    left, right = (_round((edge - whole.x) * w, whole.w) for edge in (cell.x, cell.right))
    return Cell(left, cell.y - whole.y, right - left, cell.h)


def _shares(stacks: Sequence[_Block], span: Cell | None, w: int) -> list[tuple[int, int]]:
    """The start and width of each stack in `w` columns: its edges to scale, and none narrower than its minimum. Missing
    columns are taken from the widest gap, or else from the stack that exceeds its minimum most. Without a span there
    are no gaps."""
    edges = [0]
    for stack in stacks:
        begin = edges[-1] if span is None else stack.cell.x - span.x
        edges += [begin, begin + stack.cell.w]
    edges.append(edges[-1] if span is None else span.w)
    whole = max(1, edges[-1])
    at = [_round(edge * w, whole) for edge in edges]
    widths = [right - left for left, right in pairwise(at)]  # gap, stack, gap, …, gap
    for k, stack in enumerate(stacks):
        while widths[2 * k + 1] < stack.least:
            gap = max(range(0, len(widths), 2), key=lambda one: widths[one])
            donor = gap if widths[gap] else 1 + 2 * _most_spare(stacks, widths)
            widths[donor] -= 1
            widths[2 * k + 1] += 1
    begins = [0, *accumulate(widths)]
    return [(begins[2 * k + 1], widths[2 * k + 1]) for k in range(len(stacks))]


def _most_spare(stacks: Sequence[_Block], widths: Sequence[int]) -> int:
    return max(range(len(stacks)), key=lambda k: widths[2 * k + 1] - stacks[k].least)


def _lines(stacks: Sequence[_Block], w: int) -> list[list[_Block]]:
    """The stacks in as few lines as their minimum widths need, with lines of as equal width as possible."""
    total = sum(stack.cell.w for stack in stacks)
    fewest = len(_filled_lines(stacks, w, total))
    caps = range(-(-total // fewest), total + 1)
    return _filled_lines(
        stacks, w, caps[bisect_left(caps, -fewest, key=lambda cap: -len(_filled_lines(stacks, w, cap)))]
    )


def _filled_lines(stacks: Sequence[_Block], w: int, cap: int) -> list[list[_Block]]:
    """The stacks in lines, each filled before the next begins. No line has more than `cap` of the desktop's columns,
    unless a single stack has more."""
    lines: list[list[_Block]] = []
    least = wide = 0
    for stack in stacks:
        least, wide = least + stack.least, wide + stack.cell.w
        if not lines or least > w or wide > cap:
            lines.append([])
            least, wide = stack.least, stack.cell.w
        lines[-1].append(stack)
    return lines
