"""`rgl_compat` against results of react-grid-layout itself, and properties of its own results."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.layout import (
    COMPACTS,
    HANDLES,
    Cell,
    Compact,
    Item,
    Layout,
    add,
    apply,
    compacted,
    compaction,
    grid_arrays,
    move,
    parse,
    remove,
    resize,
    rgl_compat,
    serialise,
)
from benchboard.errors import Invalid
from support import rgl

CASES = Path(__file__).parents[2] / "data" / "cases" / "layout_rgl.jsonl"


def _cells(layout: Layout) -> dict[str, list[int]]:
    return {item.id: list(cell) for item, cell in layout}


LINES = CASES.read_text("utf-8").splitlines()


@pytest.mark.parametrize("line", LINES, ids=[f"case-{json.loads(line)['case']}" for line in LINES])
def test_apply_equals_react_grid_layout(line: str) -> None:
    request = json.loads(line)
    assert _cells(apply(request)) == request["expect"]


def test_apply_equals_react_grid_layout_on_random_operations() -> None:
    """A short seeded sample; `benchmarks/layout_differential.py` runs any number."""
    rng = random.Random(20)
    try:
        with rgl.oracle() as oracle:
            for _ in range(1000):
                request = rgl.random_request(rng, 25)
                assert _cells(apply(request)) == oracle.ask(request)["cells"], json.dumps(request)
    except rgl.Missing as reason:
        pytest.skip(str(reason))


@st.composite
def layouts(draw: st.DrawFn, statics: bool = True) -> Layout:
    rng = random.Random(draw(st.integers(0, 10**9)))
    columns = draw(st.sampled_from([6, 12, 24]))
    fixed = draw(st.sampled_from([0, 0.1])) if statics else 0
    items = rgl.random_items(rng, draw(st.integers(1, 20)), columns, statics=fixed)
    return parse(items, columns=columns)


def _overlaps(layout: Layout) -> list[tuple[str, str]]:
    pairs = list(layout)
    return [
        (a.id, b.id)
        for number, (a, here) in enumerate(pairs)
        for b, there in pairs[:number]
        if here.overlaps(there) and not (a.static and b.static)
    ]


@given(layouts(), st.sampled_from(["vertical", "horizontal"]))
def test_compact_leaves_no_overlap_and_nothing_outside(layout: Layout, compact: Compact) -> None:
    done = compacted(layout, compact=compact)
    assert _overlaps(done) == []
    assert all(cell.x >= 0 and cell.y >= 0 and cell.right <= layout.columns for cell in done.cells)


@given(layouts(statics=False), st.sampled_from(COMPACTS))
def test_compact_is_idempotent(layout: Layout, compact: Compact) -> None:
    done = compacted(layout, compact=compact)
    assert compacted(done, compact=compact) == done


@given(layouts(), st.sampled_from(COMPACTS), st.data())
def test_apply_leaves_its_argument_unchanged(layout: Layout, compact: Compact, data: st.DataObject) -> None:
    before = serialise(layout)
    item = data.draw(st.sampled_from(layout.items))
    kept = layout
    x, y = data.draw(st.integers(-3, 30)), data.draw(st.integers(-3, 60))
    move(layout, item.id, x, y, compact=compact)
    resize(layout, item.id, 3, 3, data.draw(st.sampled_from(HANDLES)), compact=compact)
    remove(layout, item.id, compact=compact)
    assert serialise(kept) == before


@given(layouts(), st.data())
def test_compact_never_moves_statics(layout: Layout, data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(layout.items))
    done = move(layout, item.id, data.draw(st.integers(0, 24)), data.draw(st.integers(0, 40)))
    assert all(done.cell(i.id) == cell for i, cell in layout if i.static)


def test_parse_item_wider_than_the_page_is_brought_in() -> None:
    wide: list[dict[str, Any]] = [
        {"id": "a", "type": "text", "position": {"x": 20, "y": 0, "w": 4, "h": 1}},
        {"id": "b", "type": "text", "position": {"x": 0, "y": 0, "w": 24, "h": 1}},
    ]
    done = compacted(parse(wide, columns=12))
    assert _cells(done) == {"a": [8, 1, 4, 1], "b": [0, 0, 12, 1]}


def test_compact_tower_of_overlaps_needs_no_deep_recursion() -> None:
    items = [{"id": f"w{n}", "type": "t", "position": {"x": 0, "y": 0, "w": 12, "h": 2}} for n in range(2500)]
    done = compacted(parse(items))
    assert done.bottom == 5000
    assert sorted(cell.y for cell in done.cells) == list(range(0, 5000, 2))


def test_compact_unsolvable_heap_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_arrays, "MAX_STEPS", 100_000)  # the real number takes seconds to lose
    items = [{"id": f"w{n}", "type": "t", "position": {"x": 0, "y": 0, "w": 12, "h": 2}} for n in range(300)]
    with pytest.raises(Invalid) as refusal:
        compacted(parse(items), compact="horizontal")
    assert (refusal.value.code, refusal.value.facts["field"]) == ("layout.too-tangled", "items")


def test_compact_effort_limit_is_checked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compaction compares its steps with the limit often: after far less than a second's work, however it accounts for
    them."""
    spent: list[int] = []
    spend = grid_arrays.GridArrays.spend

    def counted(self: grid_arrays.GridArrays, steps: int) -> None:
        spent.append(steps)
        spend(self, steps)

    monkeypatch.setattr(grid_arrays, "MAX_STEPS", 1_000_000)
    monkeypatch.setattr(grid_arrays.GridArrays, "spend", counted)
    wide = [{"id": f"w{n}", "type": "t", "position": {"x": 0, "y": 0, "w": 12, "h": 1}} for n in range(1_000)]
    more = Item("new", "t")
    with pytest.raises(Invalid) as refusal:
        add(parse(wide), more, Cell(0, 0, 12, 5))
    assert refusal.value.code == "layout.too-tangled"
    assert 1_000_000 < sum(spent) < 1_100_000
    assert max(spent) < 100_000


def test_compact_effort_limit_counts_pushes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_arrays, "MAX_STEPS", 100_000)
    monkeypatch.setattr(rgl_compat, "compact_horizontally", lambda _board: pytest.fail("it was pushed to the end"))
    items = [{"id": f"w{n}", "type": "t", "position": {"x": 0, "y": 0, "w": 6, "h": 2}} for n in range(500)]
    with pytest.raises(Invalid) as refusal:
        move(parse(items), "w250", 3, 1, compact="horizontal")
    assert refusal.value.code == "layout.too-tangled"


def _grown(count: int, columns: int, w: int, h: int, statics: int = 0) -> Layout:
    """A grid full of items of 1 by 1, the first of them made larger than allowed."""
    cells = [Cell(k % columns, k // columns, 1, 1) for k in range(count)]
    pairs = [(Item(f"w{k}", "t", static=0 < k <= statics), cell) for k, cell in enumerate(cells)]
    return Layout.of(columns, [(pairs[0][0], Cell(0, 0, w, h)), *pairs[1:]])


def test_resize_over_thousands_of_items_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_arrays, "MAX_STEPS", 2_000_000)  # a small part of the real one, and less than was needed
    done = compacted(_grown(10_000, 12, 12, 1000))
    assert _overlaps(Layout.of(12, list(done)[:300])) == []
    assert done.bottom == 1000 + 834


@given(st.integers(2, 150), st.integers(1, 8), st.integers(1, 40), st.integers(0, 3), layouts())
def test_compact_shortcut_for_items_sinking_alone_changes_nothing(
    count: int, columns: int, h: int, statics: int, layout: Layout
) -> None:
    both = _grown(count, columns, columns, h, statics), layout
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compaction, "_FAR", 1)
        done = [compacted(one) for one in both]
        patch.setattr("benchboard.dashboards.layout.compaction._Compaction._sinks_alone", lambda *_: False)
        assert [compacted(one) for one in both] == done


def test_remove_with_overlapping_statics_leaves_no_overlap() -> None:
    """Like react-grid-layout's component, which corrects the bounds of the remaining items whenever a child is
    removed."""
    items = [
        {"id": "r", "type": "text", "position": {"x": 0, "y": 0, "w": 2, "h": 2}, "static": True},
        {"id": "s", "type": "text", "position": {"x": 1, "y": 1, "w": 2, "h": 2}, "static": True},
        {"id": "gone", "type": "text", "position": {"x": 6, "y": 0, "w": 1, "h": 1}},
    ]
    left = remove(parse(items, columns=12), "gone")
    assert left.cells == (Cell(0, 3, 2, 2), Cell(1, 1, 2, 2))


def test_remove_static_pushed_down_to_the_edge_of_another_stays_there() -> None:
    items = [
        {"id": "a", "type": "text", "position": {"x": 0, "y": 0, "w": 1, "h": 2}},
        {"id": "b", "type": "text", "position": {"x": 0, "y": 1, "w": 1, "h": 1}, "static": True},
        {"id": "c", "type": "text", "position": {"x": 0, "y": 3, "w": 1, "h": 1}, "static": True},
        {"id": "gone", "type": "text", "position": {"x": 6, "y": 0, "w": 1, "h": 1}},
    ]
    left = remove(parse(items, columns=12), "gone")
    assert left.cells == (Cell(0, 0, 1, 2), Cell(0, 2, 1, 1), Cell(0, 3, 1, 1))
