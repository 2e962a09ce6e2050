"""A shared edge is found where two items touch, and can be dragged as far as all of its items allow."""

from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.layout import (
    MAX_HEIGHT,
    Cell,
    Compact,
    Layout,
    SharedEdge,
    SharedEdgeResize,
    compacted,
    edge_at,
)
from support.examples import examples
from support.grids import check, laid, shown, starts

Start = tuple[Layout, Compact]


def _flip(cell: Cell) -> Cell:
    return Cell(cell.y, cell.x, cell.h, cell.w)


@st.composite
def edges(draw: st.DrawFn) -> tuple[Layout, Compact, SharedEdge]:
    """A layout and one of its shared edges."""
    layout, compact = draw(starts())
    points = {(float(c.right), c.y + 0.5) for c in layout.cells} | {(c.x + 0.5, float(c.bottom)) for c in layout.cells}
    found = [edge for point in sorted(points) if (edge := edge_at(layout, *point)) is not None]
    if not found:
        layout = laid(a=(0, 0, 4, 2), b=(4, 0, 4, 2))
        found = [SharedEdge("across", 4, 0, 2, ("a",), ("b",))]
    return layout, compact, draw(st.sampled_from(found))


@given(edges())
def test_shared_edge_lies_between_touching_items(found: tuple[Layout, Compact, SharedEdge]) -> None:
    layout, _compact, edge = found
    turn = (lambda cell: cell) if edge.axis == "across" else _flip
    before, after = ([turn(layout.cell(name)) for name in side] for side in (edge.before, edge.after))
    assert {cell.right for cell in before} == {cell.x for cell in after} == {edge.at}
    assert min(cell.y for cell in (*before, *after)) == edge.begin
    assert max(cell.bottom for cell in (*before, *after)) == edge.end
    for item, cell in layout:
        there = turn(cell)
        if there.y < edge.end and edge.begin < there.bottom and edge.at in (there.x, there.right):
            assert item.id in (*edge.before, *edge.after)
            assert not item.static


@given(edges(), st.lists(st.integers(-3, 50), min_size=1, max_size=4))
@examples(150)
def test_shared_edge_moved_gives_one_side_what_the_other_loses(
    found: tuple[Layout, Compact, SharedEdge], path: list[int]
) -> None:
    layout, compact, edge = found
    pull = SharedEdgeResize(layout, edge, compact=compact)
    assert pull.drop(edge.at) == layout
    for position in path:
        changes = pull.at(position)
    after = pull.drop(path[-1])
    assert SharedEdgeResize(layout, edge, compact=compact).at(path[-1]) == changes
    assert [changes.get(place, cell) for place, cell in enumerate(layout.cells)] == list(after.cells)
    check(after, layout)
    at = max(pull.least, min(path[-1], pull.most))
    turn = (lambda cell: cell) if edge.axis == "across" else _flip
    if compact == "vertical":
        assert compacted(after) == after
    else:
        assert all(layout.items[place].id in (*edge.before, *edge.after) for place in changes)
        for name in edge.before:
            assert turn(after.cell(name)) == turn(layout.cell(name))._replace(w=at - turn(layout.cell(name)).x)
        for name in edge.after:
            old = turn(layout.cell(name))
            assert turn(after.cell(name)) == old._replace(x=at, w=old.right - at)
    for name in (*edge.before, *edge.after):
        item, old, new = layout.items[layout.index(name)], layout.cell(name), after.cell(name)
        assert min(item.min_w or 1, old.w) <= new.w <= max(item.max_w or new.w, old.w)
        assert min(item.min_h or 1, old.h) <= new.h <= max(item.max_h or new.h, old.h)


@given(edges())
@examples(120)
def test_shared_edge_stops_at_limits_only(
    found: tuple[Layout, Compact, SharedEdge],
) -> None:
    layout, compact, edge = found
    pull = SharedEdgeResize(layout, edge, compact=compact)
    assert pull.least <= edge.at <= pull.most
    turn = (lambda cell: cell) if edge.axis == "across" else _flip
    chosen = {*edge.before, *edge.after}
    rest = [turn(cell) for item, cell in layout if item.id not in chosen]
    for beyond in (pull.least - 1, pull.most + 1):
        stopped = False
        for name in chosen:
            item, old = layout.items[layout.index(name)], turn(layout.cell(name))
            new = (
                old._replace(w=beyond - old.x)
                if name in edge.before
                else Cell(beyond, old.y, old.right - beyond, old.h)
            )
            low, high = (item.min_w, item.max_w) if edge.axis == "across" else (item.min_h, item.max_h)
            stopped |= new.w < (low or 1) or new.w > (high or MAX_HEIGHT) or any(new.overlaps(c) for c in rest)
        assert stopped


def test_shared_edge_of_a_tall_item_moves_all_its_neighbours() -> None:
    layout = laid(a=(0, 0, 4, 6), b=(4, 0, 8, 2), c=(4, 2, 8, 4), d=(0, 6, 4, 2), e=(4, 6, 8, 2))
    edge = edge_at(layout, 4.1, 1.5)
    assert edge == SharedEdge("across", 4, 0, 6, ("a",), ("b", "c"))
    pull = SharedEdgeResize(layout, edge)
    assert shown(pull.drop(6)) == shown(layout) | {"a": (0, 0, 6, 6), "b": (6, 0, 6, 2), "c": (6, 2, 6, 4)}
    assert (pull.least, pull.most) == (1, 11)
    below = edge_at(layout, 2.0, 5.9)
    assert below == SharedEdge("down", 6, 0, 4, ("a",), ("d",))
    assert edge_at(layout, 2.0, 3.0) is None
    assert edge_at(layout, 4.4, 1.5) is None
    assert edge_at(layout, 4.1, 1.5, fixed={"c"}) is None


def test_shared_edge_of_a_static_is_fixed() -> None:
    layout = laid(a=(0, 0, 4, 2), fixed=(4, 0, 4, 2), b=(8, 0, 4, 2))
    assert edge_at(layout, 4.0, 1.0) is None
    edge = SharedEdge("across", 8, 0, 2, ("fixed",), ("b",))
    assert SharedEdgeResize(layout, edge).at(10) == {}


def test_shared_edge_covers_only_items_along_it() -> None:
    layout = laid(a=(0, 0, 4, 4), b=(4, 0, 6, 2), c=(6, 2, 4, 2), d=(10, 0, 2, 4))
    edge = edge_at(layout, 4.0, 1.0)
    assert edge == SharedEdge("across", 4, 0, 4, ("a",), ("b",))
    assert shown(SharedEdgeResize(layout, edge).drop(9)) == shown(layout) | {"a": (0, 0, 6, 4), "b": (6, 0, 4, 2)}
    mirrored = laid(d=(0, 0, 2, 4), b=(2, 0, 6, 2), c=(2, 2, 4, 2), a=(8, 0, 4, 4))
    edge = edge_at(mirrored, 8.0, 1.0)
    assert edge is not None
    assert SharedEdgeResize(mirrored, edge).drop(0).cell("a") == (6, 0, 6, 4)
