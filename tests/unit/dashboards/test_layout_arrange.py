"""Align, distribute, equalise, grow, swap and auto-arrange items: their final positions, and no overlaps."""

import itertools
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.layout import (
    COMPACTS,
    Axis,
    Cell,
    Compact,
    Direction,
    Edge,
    Layout,
    align,
    arranged,
    distribute,
    equalise,
    grow,
    normalized,
    nudged,
    placed,
    swap,
)
from benchboard.errors import Invalid
from support.examples import examples
from support.grids import check, laid, shown, some, starts

EDGES = get_args(Edge)
WAYS = get_args(Direction)
Start = tuple[Layout, Compact]


def _movable(layout: Layout, ids: list[str]) -> list[str]:
    return [name for name in ids if not layout.items[layout.index(name)].static]


@given(starts(), st.data())
@examples(120)
def test_place_items_moves_them_and_displaces_the_others(start: Start, data: st.DataObject) -> None:
    layout, compact = start
    asked: dict[str, Cell] = {}
    for name in _movable(layout, some(data, layout)):
        w, h = data.draw(st.integers(1, layout.columns)), data.draw(st.integers(1, 6))
        cell = Cell(data.draw(st.integers(0, layout.columns - w)), data.draw(st.integers(0, 40)), w, h)
        if not any(cell.overlaps(other) for other in asked.values()):
            asked[name] = cell
    after = placed(layout, asked, compact=compact)
    check(after, layout)
    assert normalized(after, compact) == after
    for name, cell in asked.items():
        assert (after.cell(name).x, after.cell(name).w, after.cell(name).h) == (cell.x, cell.w, cell.h)
        if compact != "vertical" and not any(item.static for item in layout.items):
            assert after.cell(name).y == cell.y


@given(starts(), st.data(), st.sampled_from(EDGES))
@examples(150)
def test_align_gives_items_a_common_edge(start: Start, data: st.DataObject, edge: Edge) -> None:
    layout, compact = start
    ids = some(data, layout)
    after = align(layout, ids, edge, compact=compact)
    check(after, layout)
    assert all((a.w, a.h) == (b.w, b.h) for a, b in zip(after.cells, layout.cells, strict=True))
    cells = [after.cell(name) for name in ids]
    if len(ids) > 1 and len(_movable(layout, ids)) == len(ids):
        if edge == "left":
            assert len({cell.x for cell in cells}) == 1
        if edge == "right":
            assert len({cell.right for cell in cells}) == 1
        if edge == "centre":
            middles = [2 * cell.x + cell.w for cell in cells]
            assert max(middles) - min(middles) <= 1
    if edge in ("left", "centre", "right"):
        assert align(after, ids, edge, compact=compact) == after


@given(starts(), st.data(), st.sampled_from(["across", "down"]))
@examples(150)
def test_distribute_gives_equal_distances(start: Start, data: st.DataObject, axis: Axis) -> None:
    layout, compact = start
    ids = some(data, layout)
    after = distribute(layout, ids, axis, compact=compact)
    check(after, layout)
    if axis == "across" and len(_movable(layout, ids)) == len(ids) > 2:
        names = sorted(ids, key=lambda n: (2 * layout.cell(n).x + layout.cell(n).w, layout.index(n)))
        order = [layout.cell(name) for name in names]
        spare = order[-1].x - order[0].x - sum(cell.w for cell in order[:-1])
        cells = [after.cell(name) for name in names]
        if spare >= 0:
            gaps = [right.x - left.right for left, right in itertools.pairwise(cells)]
            assert max(gaps) - min(gaps) <= 1
            assert distribute(after, ids, axis, compact=compact) == after
            assert (cells[0], cells[-1]) == (order[0], order[-1]) or compact == "vertical"


@given(starts(), st.data(), st.sampled_from(["width", "height", "both"]))
@examples(120)
def test_equalise_sets_the_first_size_within_limits(start: Start, data: st.DataObject, what: str) -> None:
    layout, compact = start
    ids = some(data, layout)
    after = equalise(layout, ids, what, compact=compact)  # type: ignore[arg-type]
    check(after, layout)
    model = layout.cell(ids[0])
    for name in ids:
        item, cell, old = layout.items[layout.index(name)], after.cell(name), layout.cell(name)
        assert cell.w == old.w or (what != "height" and not item.static)
        assert cell.h == old.h or (what != "width" and not item.static)
        if what != "height" and not item.static:
            assert cell.w in (model.w, min(item.min_w or 1, layout.columns), item.max_w, old.w)
        if what != "width" and item.min_h is None and not item.static:
            assert cell.h in (model.h, item.max_h)
    assert equalise(after, ids, what, compact=compact) == after  # type: ignore[arg-type]


@given(starts(), st.data())
@examples(150)
def test_swap_exchanges_positions(start: Start, data: st.DataObject) -> None:
    layout, compact = start
    a, b = data.draw(st.tuples(*[st.sampled_from([item.id for item in layout.items])] * 2))
    after = swap(layout, a, b, compact=compact)
    check(after, layout)
    ours, theirs = layout.cell(a), layout.cell(b)
    if len(_movable(layout, [a, b])) < 2:
        assert after == layout
    elif ours[2:] == theirs[2:]:
        assert (after.cell(a), after.cell(b)) == (theirs, ours)
        assert swap(after, a, b, compact=compact) == layout


@given(starts(), st.data(), st.sampled_from(WAYS))
@examples(150)
def test_jump_moves_the_selection_as_one_body(start: Start, data: st.DataObject, way: Direction) -> None:
    layout, compact = start
    ids = some(data, layout, 3)
    after = nudged(layout, ids, way, compact=compact)
    check(after, layout)
    for name in _movable(layout, ids):
        old, new = layout.cell(name), after.cell(name)
        assert old[2:] == new[2:]
        if way in ("left", "right"):
            assert new.x >= old.x if way == "right" else new.x <= old.x
    if not any(item.static for item in layout.items) and way in ("left", "right"):
        edge = (
            max(layout.cell(n).right for n in ids) == layout.columns
            if way == "right"
            else min(layout.cell(n).x for n in ids) == 0
        )
        assert (after == layout) == edge


@pytest.mark.parametrize("compact", ["vertical", "none"])
def test_jump_passes_what_is_in_the_way(compact: Compact) -> None:
    row = laid(a=(0, 0, 4, 2), b=(4, 0, 4, 2), c=(8, 0, 4, 2))
    over = nudged(row, ["a"], "right", compact=compact)
    assert shown(over) == {"a": (4, 0, 4, 2), "b": (0, 0, 4, 2), "c": (8, 0, 4, 2)}
    assert nudged(over, ["a"], "left", compact=compact) == row
    free = laid(a=(0, 0, 3, 2), b=(3, 0, 4, 2))
    assert nudged(free, ["a"], "right", compact=compact).cell("a") == (7, 0, 3, 2)
    stuck = laid(a=(0, 0, 4, 2), fixed=(6, 0, 6, 2))
    assert nudged(stuck, ["a"], "right", compact=compact).cell("a") == (2, 0, 4, 2)
    pile = laid(a=(0, 0, 4, 2), b=(0, 2, 4, 3), c=(0, 5, 4, 1))
    down = nudged(pile, ["a"], "down", compact=compact)
    assert shown(down) == {"a": (0, 3, 4, 2), "b": (0, 0, 4, 3), "c": (0, 5, 4, 1)}
    assert nudged(down, ["a"], "up", compact=compact) == pile
    assert nudged(down, ["c"], "down", compact=compact) == down


def test_distribute_items_of_different_sizes_keeps_their_span() -> None:
    pile = laid(a=(0, 0, 4, 2), b=(0, 2, 4, 4))
    assert shown(swap(pile, "a", "b")) == {"a": (0, 4, 4, 2), "b": (0, 0, 4, 4)}
    row = laid(a=(0, 0, 6, 2), b=(6, 0, 3, 2), c=(9, 0, 3, 2))
    assert shown(swap(row, "a", "c", compact="none")) == {"a": (9, 0, 3, 2), "b": (6, 0, 3, 2), "c": (0, 0, 3, 2)}


def test_align_to_a_static_item_moves_the_others_to_it() -> None:
    layout = laid(a=(0, 0, 3, 2), b=(2, 2, 3, 2), fixed=(5, 4, 4, 2))
    after = align(layout, ["a", "b", "fixed"], "left", compact="none")
    assert shown(after) == {"a": (5, 0, 3, 2), "b": (5, 2, 3, 2), "fixed": (5, 4, 4, 2)}


def test_distribute_spreads_the_remainder_evenly() -> None:
    layout = laid(a=(0, 0, 2, 1), b=(2, 0, 2, 1), c=(4, 0, 2, 1), d=(11, 0, 1, 1))
    after = distribute(layout, ["d", "a", "b", "c"], "across", compact="none")
    assert [cell.x for cell in after.cells] == [0, 3, 7, 11]
    unequal = laid(a=(0, 0, 2, 1), b=(2, 0, 1, 1), c=(3, 0, 4, 1), d=(11, 0, 1, 1))
    after = distribute(unequal, ["a", "b", "c", "d"], "across", compact="none")
    assert [cell.x for cell in after.cells] == [0, 3, 5, 11]


def test_distribute_items_that_fill_their_span_puts_them_edge_to_edge() -> None:
    touching = laid(a=(0, 0, 2, 1), b=(3, 1, 1, 1), c=(5, 2, 5, 1), d=(8, 3, 4, 1))
    after = distribute(touching, ["a", "b", "c", "d"], "across", compact="none")
    assert [cell.x for cell in after.cells] == [0, 2, 3, 8]


def test_arrange_unknown_item_is_named_in_the_error() -> None:
    layout = laid(a=(0, 0, 2, 1))
    with pytest.raises(Invalid, match="nobody"):
        align(layout, ["a", "nobody"], "left")


@given(starts())
@examples(150)
def test_auto_arrange_is_compact_and_idempotent(start: Start) -> None:
    layout, _compact = start
    after = arranged(layout)
    check(after, layout)
    assert arranged(after) == after
    for compact in COMPACTS:
        assert normalized(after, compact) == after
    bottom = max((cell.y for item, cell in after if not item.static), default=0)
    for place, (item, cell) in enumerate(after):
        old = layout.cells[place]
        if item.static:
            continue
        assert cell.h == old.h
        assert cell.w == old.w or old.w < cell.w <= (item.max_w or after.columns)
        wider = Cell(cell.x, cell.y, cell.w + 1, cell.h)
        blocked = wider.right > after.columns or any(
            wider.overlaps(other) for number, other in enumerate(after.cells) if number != place
        )
        assert blocked or cell.w >= (item.max_w or after.columns) or cell.y == bottom


def test_auto_arrange_keeps_order_and_fills_rows() -> None:
    layout = laid(
        a=(1, 0, 3, 2),
        b=(5, 0, 3, 2),
        c=(9, 0, 3, 2),
        d=(2, 4, 8, 6),
        e=(0, 11, 4, 3),
        f=(5, 15, 4, 3),
        g=(3, 20, 3, 2),
    )
    assert shown(arranged(layout)) == {
        "a": (0, 0, 4, 2),
        "b": (4, 0, 4, 2),
        "c": (8, 0, 4, 2),
        "d": (0, 2, 8, 6),
        "e": (8, 2, 4, 3),
        "f": (8, 5, 4, 3),
        "g": (0, 8, 3, 2),
    }
    cards = laid(a=(0, 0, 3, 2), b=(3, 0, 3, 2), c=(6, 0, 3, 2))
    assert [cell.w for cell in arranged(cards).cells] == [4, 4, 4]


def test_arrange_overlap_with_a_static_goes_below_it_alone() -> None:
    layout = laid(a=(0, 6, 3, 2), b=(4, 6, 3, 2), fixed=(0, 0, 3, 4), c=(4, 0, 3, 2))
    after = placed(layout, {"a": Cell(1, 1, 3, 2), "b": Cell(4, 1, 3, 2)}, compact="none")
    assert shown(after) == {"a": (1, 4, 3, 2), "b": (4, 1, 3, 2), "fixed": (0, 0, 3, 4), "c": (4, 3, 3, 2)}
    both = placed(layout, {"a": Cell(4, 2, 3, 2), "b": Cell(4, 1, 3, 2)}, compact="none")
    assert (both.cell("b").y, both.cell("a").y) == (1, 3)


@given(starts(), st.data(), st.integers(-3, 3), st.integers(-3, 3))
@examples(150)
def test_equalise_growing_items_stays_within_limits(start: Start, data: st.DataObject, dw: int, dh: int) -> None:
    layout, compact = start
    ids = some(data, layout)
    before = normalized(layout, compact)
    after = grow(layout, ids, dw, dh, compact=compact)
    check(after, layout)
    assert normalized(after, compact) == after
    for item, cell in before:
        now = after.cell(item.id)
        if item.id not in _movable(layout, ids):
            assert (now.w, now.h) == (cell.w, cell.h)
        else:
            assert min(cell.w, cell.w + dw, item.max_w or cell.w) <= now.w <= max(cell.w + dw, cell.w, item.min_w or 1)
