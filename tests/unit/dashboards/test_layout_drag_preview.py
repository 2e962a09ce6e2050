"""A drag preview depends only on the start and the pointer position, has no overlaps, and equals the layout after the
drop."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchboard.dashboards.layout import (
    HANDLES,
    Cell,
    Compact,
    Drag,
    Handle,
    Layout,
    Resize,
    first_free,
    normalized,
    parse,
    reading_order,
)
from support.examples import examples
from support.grids import check, laid, shown, some, starts

Changes = dict[int, Cell]


points = st.tuples(st.integers(-3, 27), st.integers(-3, 60))


def _shown(lifted: Layout, changes: Changes) -> Layout:
    return lifted.moved_to([changes.get(place, cell) for place, cell in enumerate(lifted.cells)])


@given(starts(), st.data(), st.lists(points, min_size=1, max_size=5))
@examples(300)
def test_drag_preview_never_overlaps_and_ignores_the_path(
    start: tuple[Layout, Compact], data: st.DataObject, path: list[tuple[int, int]]
) -> None:
    layout, compact = start
    ids = some(data, layout, 3)
    drag = Drag(layout, ids, compact=compact)
    for point in path:
        changes = drag.at(*point)
        check(_shown(drag.lifted, changes), layout)
    assert Drag(layout, ids, compact=compact).at(*path[-1]) == changes


@given(starts(), st.data())
@examples(300)
def test_drag_dropped_at_the_start_changes_nothing(start: tuple[Layout, Compact], data: st.DataObject) -> None:
    layout, compact = start
    ids = some(data, layout, 3)
    grabbed = next((name for name in ids if not layout.items[layout.index(name)].static), ids[0])
    cell = layout.cell(grabbed)
    assert Drag(layout, ids, compact=compact).drop(cell.x, cell.y) == layout


@given(starts(), st.data(), points)
@examples(300)
def test_drag_of_one_item_drops_as_previewed(
    start: tuple[Layout, Compact], data: st.DataObject, point: tuple[int, int]
) -> None:
    layout, compact = start
    drag = Drag(layout, [data.draw(st.sampled_from(layout.items)).id], compact=compact)
    assert drag.drop(*point) == _shown(drag.lifted, drag.at(*point)) or not drag.places


@given(starts(), st.data())
@examples(300)
def test_drag_to_a_free_place_away_from_the_start_pushes_nothing(
    start: tuple[Layout, Compact], data: st.DataObject
) -> None:
    layout, compact = start
    drag = Drag(layout, some(data, layout, 1), compact=compact)
    assume(drag.places)
    (body,), (place,) = drag.body, drag.places
    still = [cell for at, cell in enumerate(drag.lifted.cells) if at != place]
    free = [
        (x, y)
        for x in range(layout.columns - body.w + 1)
        for y in range(drag.lifted.bottom + 1)
        if not any(body._replace(x=x, y=y).overlaps(cell) for cell in (*still, body))
    ]
    assume(free)
    for x, y in data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=20)):
        changes = drag.at(x, y)
        assert {at: cell for at, cell in changes.items() if at != place and cell != drag.lifted.cells[at]} == {}
        assert changes[place].x == x
        assert changes[place].y <= y


def test_drag_into_the_gap_that_a_neighbour_left_keeps_the_neighbour() -> None:
    layout = laid(
        body=(0, 4, 4, 5), high=(3, 9, 4, 2), low=(3, 11, 3, 4), top=(0, 0, 3, 4)
    )  # fmt: skip
    drag = Drag(layout, ["body"])
    assert shown(drag.lifted) | {"body": None} == {
        "body": None, "high": (3, 0, 4, 2), "low": (3, 2, 3, 4), "top": (0, 0, 3, 4)
    }  # fmt: skip
    assert shown(drag.drop(8, 2)) == {
        "body": (8, 0, 4, 5), "high": (3, 0, 4, 2), "low": (3, 2, 3, 4), "top": (0, 0, 3, 4)
    }  # fmt: skip
    assert shown(drag.drop(6, 3)) == {
        "body": (6, 2, 4, 5), "high": (3, 0, 4, 2), "low": (3, 2, 3, 4), "top": (0, 0, 3, 4)
    }  # fmt: skip
    assert drag.drop(0, 4) == layout


@given(starts(), st.data(), points)
@examples(500)
def test_drag_of_several_items_drops_as_previewed(
    start: tuple[Layout, Compact], data: st.DataObject, point: tuple[int, int]
) -> None:
    layout, compact = start
    drag = Drag(layout, some(data, layout, 5), compact=compact)
    shown = _shown(drag.lifted, drag.at(*point))
    assert normalized(shown, compact) == shown  # so that nothing rises when it is stored
    assert drag.drop(*point) == shown or not drag.places


def test_drag_of_a_row_of_cards_keeps_the_row() -> None:
    layout = laid(
        one=(0, 0, 3, 3), two=(3, 0, 3, 3), three=(6, 0, 3, 3), four=(9, 0, 3, 3),
        line=(0, 3, 8, 6), pie=(8, 3, 4, 6), table=(0, 9, 12, 6),
    )  # fmt: skip
    drag = Drag(layout, ["one", "two", "three"])
    rows = []
    for y in range(20):
        after = drag.drop(0, y)
        assert len({after.cell(name).y for name in ("one", "two", "three")}) == 1, y
        rows.append(after.cell("one").y)
    assert rows == sorted(rows)  # lower with the pointer
    assert set(rows) == {0, 6, 15}


def test_drop_of_a_body_without_neighbours_lets_each_part_rise() -> None:
    layout = laid(steep=(0, 0, 3, 40), low=(3, 0, 3, 2), a=(6, 0, 3, 2), b=(9, 0, 3, 2))
    drag = Drag(layout, ["a", "b"])
    assert shown(drag.drop(0, 30))["a"] == (0, 40, 3, 2)
    assert shown(drag.drop(0, 30))["b"] == (3, 2, 3, 2)
    assert {place: tuple(cell) for place, cell in drag.at(0, 30).items()} == {2: (0, 40, 3, 2), 3: (3, 2, 3, 2)}


@given(starts(), st.data(), points)
def test_drag_of_several_items_keeps_distances(
    start: tuple[Layout, Compact], data: st.DataObject, point: tuple[int, int]
) -> None:
    layout, compact = start
    drag = Drag(layout, some(data, layout, 3), compact=compact)
    changes = drag.at(*point)
    assert len({changes[place].x - layout.cells[place].x for place in drag.places}) <= 1
    if compact != "vertical":  # there nothing can hang above a gap
        assert len({changes[place].y - layout.cells[place].y for place in drag.places}) <= 1


@given(starts(), st.data(), points)
@examples(200)
def test_drag_of_a_body_overlaps_nothing_it_passes(
    start: tuple[Layout, Compact], data: st.DataObject, point: tuple[int, int]
) -> None:
    layout, compact = start
    drag = Drag(layout, some(data, layout, len(layout)), compact=compact)
    changes = drag.at(*point)
    check(_shown(drag.lifted, changes), layout)
    for place, cell in changes.items():
        if place not in drag.places:
            assert cell.y > drag.lifted.cells[place].y  # never up, and nothing is named that stays


@given(starts(), st.data(), points, st.integers(0, 60))
def test_drag_preview_within_the_visible_rows_equals_the_whole(
    start: tuple[Layout, Compact], data: st.DataObject, point: tuple[int, int], until: int
) -> None:
    layout, compact = start
    drag = Drag(layout, some(data, layout, 3), compact=compact)
    whole, seen = _shown(drag.lifted, drag.at(*point)), _shown(drag.lifted, drag.at(*point, until=until))
    for place, cell in enumerate(drag.lifted.cells):
        if cell.y < until:
            assert seen.cells[place] == whole.cells[place]


@given(starts(), st.data(), st.integers(-2, 30), st.integers(-2, 15))
@examples(300)
def test_resize_preview_never_overlaps_and_drops_as_previewed(
    start: tuple[Layout, Compact], data: st.DataObject, w: int, h: int
) -> None:
    layout, compact = start
    item = data.draw(st.sampled_from(layout.items))
    pull = Resize(layout, item.id, data.draw(st.sampled_from(HANDLES)), compact=compact)
    shown = _shown(pull.lifted, pull.at(w, h))
    check(shown, layout)
    assert pull.drop(w, h) == shown
    size = shown.cell(item.id)
    assert item.static or size.w <= max(item.max_w or size.w, layout.cell(item.id).w)


def test_drag_back_returns_displaced_items() -> None:
    layout = parse(
        [
            {"id": "a", "type": "t", "position": {"x": 0, "y": 0, "w": 4, "h": 2}},
            {"id": "b", "type": "t", "position": {"x": 4, "y": 0, "w": 4, "h": 2}},
            {"id": "c", "type": "t", "position": {"x": 4, "y": 2, "w": 4, "h": 3}},
        ]
    )
    drag = Drag(layout, ["a"])
    away = _shown(drag.lifted, drag.at(4, 0))
    assert [tuple(cell) for cell in away.cells] == [(4, 0, 4, 2), (4, 2, 4, 2), (4, 4, 4, 3)]
    assert _shown(drag.lifted, drag.at(0, 0)) == layout


@given(starts(), st.integers(1, 8), st.integers(1, 8))
def test_place_new_item_takes_the_highest_free_position(start: tuple[Layout, Compact], w: int, h: int) -> None:
    layout, _compact = start
    cell = first_free(layout, w, h)
    assert cell.right <= layout.columns
    assert not any(cell.overlaps(other) for other in layout.cells)
    for y in range(cell.y + 1):
        for x in range(cell.x if y == cell.y else layout.columns - cell.w + 1):
            earlier = Cell(x, y, cell.w, cell.h)
            assert any(earlier.overlaps(other) for other in layout.cells)


@given(starts())
def test_reading_order_is_by_row_then_column(start: tuple[Layout, Compact]) -> None:
    layout, _compact = start
    order = reading_order(layout)
    assert sorted(order) == sorted(item.id for item in layout.items)
    spots = [(layout.cell(name).y, layout.cell(name).x) for name in order]
    assert spots == sorted(spots)


sizes = st.tuples(st.integers(-2, 30), st.integers(-2, 40))
NORTH: tuple[Handle, ...] = ("n", "ne", "nw")


@given(starts(), st.data(), st.sampled_from(NORTH), st.lists(sizes, min_size=1, max_size=4))
@examples(300)
def test_resize_top_edge_upwards_moves_nothing_above(
    start: tuple[Layout, Compact], data: st.DataObject, handle: Handle, ways: list[tuple[int, int]]
) -> None:
    layout = normalized(start[0], "vertical")
    item = data.draw(st.sampled_from(layout.items))
    pull, old = Resize(layout, item.id, handle), layout.cell(item.id)
    for way in ways:
        changes = pull.at(*way)
    assert Resize(layout, item.id, handle).at(*ways[-1]) == changes  # whatever the way there
    after = _shown(pull.lifted, changes)
    for other, cell in layout:
        if other.id != item.id and cell.bottom <= old.y:
            assert after.cell(other.id) == cell


@given(starts(), st.data(), sizes)
@examples(300)
def test_resize_left_edge_under_horizontal_moves_nothing(
    start: tuple[Layout, Compact], data: st.DataObject, size: tuple[int, int]
) -> None:
    layout = normalized(start[0], "horizontal")
    item = data.draw(st.sampled_from(layout.items))
    pull = Resize(layout, item.id, "w", compact="horizontal")
    after = pull.drop(size[0], layout.cell(item.id).h)
    assume(after.cell(item.id).h == layout.cell(item.id).h)  # not lower than it may be
    assert all(after.cell(other.id) == cell for other, cell in layout if other.id != item.id)


@pytest.mark.parametrize("handle", NORTH)
def test_resize_top_edge_stops_at_a_row_above(handle: Handle) -> None:
    layout = laid(row=(0, 0, 12, 5), area=(4, 5, 4, 5), under=(4, 10, 4, 2))
    for high in range(5, 20):
        assert shown(Resize(layout, "area", handle).drop(4, high)) == shown(layout)


def test_resize_top_edge_stops_only_in_its_columns() -> None:
    layout = laid(low=(0, 0, 4, 2), high=(4, 0, 4, 5), area=(0, 5, 8, 3))
    assert shown(Resize(layout, "area", "ne").drop(4, 9)) == {**shown(layout), "area": (0, 2, 4, 6)}


def test_resize_left_edge_stops_at_neighbours_under_horizontal() -> None:
    layout = laid(left=(0, 0, 3, 4), mine=(5, 0, 3, 3), under=(0, 4, 4, 2))
    for handle in ("w", "nw"):
        after = Resize(layout, "mine", handle, compact="horizontal").drop(8, 3)
        assert shown(after) == {**shown(layout), "mine": (3, 0, 5, 3)}
    after = Resize(layout, "mine", "sw", compact="horizontal").drop(8, 6)
    assert shown(after) == {**shown(layout), "mine": (4, 0, 4, 6)}
