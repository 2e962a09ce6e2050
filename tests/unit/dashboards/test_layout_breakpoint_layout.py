"""Tablet and phone layouts follow the desktop layout, except for custom positions."""

from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchboard.dashboards.layout import (
    Cell,
    Compact,
    Drag,
    Item,
    Layout,
    add,
    derive_layout,
    normalized,
    overrides_after,
    reading_order,
    remove,
)
from benchboard.dashboards.layout.breakpoint_layout import fit_columns
from support.examples import examples
from support.grids import check, laid, shown, some, starts

Start = tuple[Layout, Compact]
narrow = st.sampled_from([1, 2, 4, 6, 8])


@st.composite
def arranged_by_hand(draw: st.DrawFn) -> tuple[Layout, Compact, int, dict[str, Cell]]:
    """A desktop layout, and a breakpoint with custom positions that do not overlap each other."""
    layout, compact = draw(starts((12,)))
    columns = draw(narrow)
    places: dict[str, Cell] = {}
    for item in draw(st.lists(st.sampled_from(layout.items), max_size=5, unique_by=lambda item: item.id)):
        w = draw(st.integers(1, columns))
        cell = Cell(draw(st.integers(0, columns - w)), draw(st.integers(0, 30)), w, draw(st.integers(1, 5)))
        if not any(cell.overlaps(other) for other in places.values()):
            places[item.id] = cell
    return layout, compact, columns, places


@given(arranged_by_hand())
@examples(120)
def test_overrides_take_precedence_over_the_derived_layout(
    made: tuple[Layout, Compact, int, dict[str, Cell]],
) -> None:
    layout, compact, columns, places = made
    page = derive_layout(layout, columns, places | {"of another grid": Cell(0, 0, 1, 1)}, compact=compact)
    assert page.items == layout.items
    assert page.columns == columns
    check(page, page)
    assert normalized(page, compact) == page
    statics = any(item.static for item in layout.items)
    for name, cell in places.items():
        there = page.cell(name)
        assert (there.x, there.w, there.h) == (cell.x, cell.w, cell.h)
        if not statics:
            assert there.y == cell.y if compact != "vertical" else there.y <= cell.y


@given(arranged_by_hand(), st.data())
@examples(120)
def test_overrides_are_unchanged_by_desktop_edits(
    made: tuple[Layout, Compact, int, dict[str, Cell]], data: st.DataObject
) -> None:
    layout, compact, columns, places = made
    before = derive_layout(layout, columns, places, compact=compact)
    spare = [item.id for item in layout.items if item.id not in places]
    less = remove(layout, data.draw(st.sampled_from(spare))) if spare else layout
    w = data.draw(st.integers(1, 12))
    more = add(layout, Item("new", "text"), Cell(0, data.draw(st.integers(0, 20)), w, 3))
    if any(item.static for item in layout.items):
        return
    for desktop in (less, more):
        after = derive_layout(desktop, columns, places, compact=compact)
        for name in places:
            there, was = after.cell(name), before.cell(name)
            assert (there.x, there.w, there.h) == (was.x, was.w, was.h)
            assert there.y == was.y if compact != "vertical" else there.y <= places[name].y


@given(starts((12,)))
def test_derive_for_the_desktop_width_returns_the_desktop(start: Start) -> None:
    layout, compact = start
    assert derive_layout(layout, 12, {}, compact=compact) == layout


@given(starts((12,)), narrow)
def test_derive_widths_stay_within_limits(start: Start, columns: int) -> None:
    layout, compact = start
    page = derive_layout(layout, columns, {}, compact=compact)
    for item, cell in page:
        old = layout.cell(item.id)
        assert cell.h == old.h
        if columns <= 2:
            assert cell.w == columns
            continue
        assert cell.w >= min(item.min_w or 1, columns)
        assert cell.w <= max(item.max_w or columns, item.min_w or 1)
    if columns <= 2:
        assert reading_order(page) == reading_order(layout)


@given(starts((12,)), narrow, st.data())
@examples(120)
def test_override_of_a_gesture_stays_as_dropped(start: Start, columns: int, data: st.DataObject) -> None:
    layout, compact = start
    places: dict[str, Cell] = {}
    page = derive_layout(layout, columns, places, compact=compact)
    for _gesture in range(data.draw(st.integers(1, 3))):
        ids = some(data, layout, 2)
        drag = Drag(page, ids, compact=compact)
        after = drag.drop(data.draw(st.integers(0, columns)), data.draw(st.integers(0, 30)))
        places = overrides_after(page, after, ids, places)
        page = derive_layout(layout, columns, places, compact=compact)
        for name in ids:
            there, was = page.cell(name), after.cell(name)
            assert (there.x, there.w, there.h) == (was.x, was.w, was.h)
            assert compact == "vertical" or there.y == was.y


def test_derive_half_the_columns_examples() -> None:
    layout = laid(a=(0, 0, 3, 2), b=(3, 0, 3, 2), c=(6, 0, 6, 2), d=(0, 2, 8, 6), e=(8, 2, 4, 3), f=(8, 5, 4, 3))
    assert shown(derive_layout(layout, 6, {})) == {
        "a": (0, 0, 2, 2),
        "b": (2, 0, 1, 2),
        "c": (3, 0, 3, 2),
        "d": (0, 2, 4, 6),
        "e": (4, 2, 2, 3),
        "f": (4, 5, 2, 3),
    }


def _row_of(*widths: int, least: int = 1) -> Layout:
    pairs, x = [], 0
    for k, w in enumerate(widths):
        pairs.append((Item(f"w{k}", "text", min_w=least), Cell(x, 0, w, 3)))
        x += w
    return Layout.of(12, pairs)


def test_derive_keeps_rows_together_in_the_reported_case() -> None:
    layout = laid(a=(0, 0, 2, 2), b=(3, 0, 2, 2), c=(7, 0, 2, 2), d=(0, 2, 3, 3), e=(3, 2, 4, 3), f=(7, 2, 5, 3))
    assert shown(derive_layout(layout, 6, {})) == {
        "a": (0, 0, 1, 2), "b": (2, 0, 1, 2), "c": (4, 0, 1, 2),
        "d": (0, 2, 2, 3), "e": (2, 2, 2, 3), "f": (4, 2, 2, 3),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("widths", "least", "there"),
    [
        ((3, 4, 5), 1, [(0, 0, 2), (2, 0, 2), (4, 0, 2)]),
        ((3, 3, 6), 2, [(0, 0, 2), (2, 0, 2), (4, 0, 2)]),
        ((3, 3, 3, 3), 2, [(0, 0, 3), (3, 0, 3), (0, 3, 3), (3, 3, 3)]),
        ((2, 2, 2, 2, 2, 2), 2, [(0, 0, 2), (2, 0, 2), (4, 0, 2), (0, 3, 2), (2, 3, 2), (4, 3, 2)]),
        ((8, 2, 2), 3, [(0, 0, 6), (0, 3, 3), (3, 3, 3)]),
        ((6, 6), 4, [(0, 0, 6), (0, 3, 6)]),
        ((12,), 1, [(0, 0, 6)]),
    ],
)
def test_derive_full_row_stays_full_or_splits_into_full_rows(
    widths: tuple[int, ...], least: int, there: list[tuple[int, int, int]]
) -> None:
    page = derive_layout(_row_of(*widths, least=least), 6, {})
    assert [(cell.x, cell.y, cell.w) for cell in page.cells] == there


@given(
    st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=12), min_size=1, max_size=6),
    st.integers(1, 3),
    st.sampled_from([3, 4, 6, 8]),
    st.sampled_from(["vertical", "none", "horizontal"]),
)
@examples(200)
def test_derive_full_rows_fill_the_page_in_order(
    rows: list[list[int]], least: int, columns: int, compact: Compact
) -> None:
    pairs: list[tuple[Item, Cell]] = []
    for y, widths in enumerate(rows):
        x = 0
        for wanted in widths:
            w = min(wanted, 12 - x)
            if w:
                pairs.append((Item(f"w{len(pairs)}", "text", min_w=least), Cell(x, 2 * y, w, 2)))
            x += w
        if x < 12:
            item, cell = pairs[-1]
            pairs[-1] = (item, cell._replace(w=12 - cell.x))
    layout = Layout.of(12, pairs)
    page = derive_layout(layout, columns, {}, compact=compact)
    check(page, page)
    assert derive_layout(layout, columns, {}, compact=compact) == page
    assert reading_order(page) == reading_order(layout)
    filled: dict[int, int] = {}
    for cell in page.cells:
        filled[cell.y] = filled.get(cell.y, 0) + cell.w
    assert set(filled.values()) == {columns}
    for y in range(len(rows)):
        row = [name for name in layout.places if layout.cell(name).y == 2 * y]
        if len(row) * least <= columns:
            assert len({page.cell(name).y for name in row}) == 1


@given(starts((12,)), st.sampled_from([3, 4, 6, 8, 12, 24]))
@examples(150)
def test_derive_never_overlaps_and_stays_within_the_columns(start: Start, columns: int) -> None:
    layout = normalized(*start)
    assume(_apart(layout.cells))  # statics may cover each other
    cells = fit_columns(layout, columns)
    assert fit_columns(layout, columns) == cells
    for cell in cells:
        assert 0 <= cell.x <= cell.right <= columns
        assert cell.y >= 0
    assert _apart(cells)


def _apart(cells: Sequence[Cell]) -> bool:
    return not any(one.overlaps(other) for k, one in enumerate(cells) for other in cells[k + 1 :])


def test_derive_thousands_of_nested_cuts_ends() -> None:
    pairs, x, y, k = [], 0, 0, 0
    while x < 998:
        pairs.append((Item(f"a{k}", "text"), Cell(x, y, 1, 3000 - y)))
        pairs.append((Item(f"b{k}", "text"), Cell(x + 1, y, 999 - x, 1)))
        x, y, k = x + 1, y + 1, k + 1
    layout = Layout.of(1000, pairs)
    cells = fit_columns(layout, 6)
    assert len(cells) == len(pairs)
    assert all(cell.right <= 6 for cell in cells)


@pytest.mark.parametrize("least", [1, 2])
def test_derive_a_thousand_items_side_by_side_makes_rows(least: int) -> None:
    pairs = [(Item(f"w{k}", "text", min_w=least), Cell(k, 0, 1, 1)) for k in range(1000)]
    cells = fit_columns(Layout.of(1000, pairs), 6)
    assert max(cell.bottom for cell in cells) == -(-1000 * least // 6)


def test_derive_moves_nothing_above_its_heading() -> None:
    items = [
        (Item("a", "text"), Cell(0, 0, 4, 2)),
        (Item("r", "row"), Cell(0, 2, 12, 1)),
        (Item("b", "text"), Cell(0, 3, 4, 2)),
    ]
    page = derive_layout(Layout.of(12, items), 6, {})
    assert shown(page) == {"a": (0, 0, 2, 2), "r": (0, 2, 6, 1), "b": (0, 3, 2, 2)}


def test_overrides_store_only_moved_items() -> None:
    layout = laid(a=(0, 0, 12, 2), b=(0, 2, 12, 2), c=(0, 4, 12, 2))
    page = derive_layout(layout, 2, {})
    after = Drag(page, ["c"]).drop(0, 0)
    places = overrides_after(page, after, ["c"], {"elsewhere": Cell(0, 0, 1, 1)})
    assert places == {"elsewhere": Cell(0, 0, 1, 1), "c": Cell(0, 0, 2, 2)}
    again = derive_layout(layout, 2, places)
    assert again == after
    last = Drag(again, ["a"]).drop(0, 0)
    assert overrides_after(again, last, ["a"], places)["c"] == last.cell("c")
    assert derive_layout(layout, 2, overrides_after(again, last, ["a"], places)) == last
    assert overrides_after(page, page, ["a"], {}) == {}


def test_override_heading_pushed_by_a_static_keeps_items_below() -> None:
    items = [
        (Item("r", "row"), Cell(0, 0, 12, 1)),
        (Item("b", "text"), Cell(0, 1, 4, 2)),
        (Item("fixed", "text", static=True), Cell(0, 9, 6, 2)),
    ]
    page = derive_layout(Layout.of(12, items), 6, {"fixed": Cell(3, 0, 3, 2)})
    assert shown(page) == {"r": (0, 2, 6, 1), "b": (0, 3, 2, 2), "fixed": (3, 0, 3, 2)}
