"""Several items resized as one body, and cells as a document writes them."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.layout import (
    HANDLES,
    Compact,
    GroupResize,
    Handle,
    Layout,
    PageIndex,
    document_cell,
    normalized,
    numbering_grid,
    serialise_page,
)
from support.examples import examples
from support.grids import check, laid, shown, some, starts
from support.pages import check_page, pages

Start = tuple[Layout, Compact]
sizes = st.tuples(st.integers(-2, 30), st.integers(-2, 40))


def body(handle: Handle = "se", **cells: tuple[int, int, int, int]) -> GroupResize:
    return GroupResize(PageIndex(laid(**cells)), [one for one in cells if one.startswith("b")], handle)


@given(starts(), st.data(), st.sampled_from(HANDLES), st.lists(sizes, min_size=1, max_size=4))
@examples(200)
def test_body_resize_of_any_size_keeps_the_page_valid(
    start: Start, data: st.DataObject, handle: Handle, ways: list[tuple[int, int]]
) -> None:
    layout, compact = start
    page, ids = PageIndex(layout), some(data, layout)
    stretch = GroupResize(page, ids, handle, compact=compact)
    assert stretch.drop(stretch.box.w, stretch.box.h) is layout
    for way in ways:
        changes = stretch.at(*way)
    after = stretch.drop(*ways[-1])
    assert GroupResize(page, ids, handle, compact=compact).at(*ways[-1]) == changes  # whatever the way there
    assert {**page.shown, **changes} == PageIndex(after).shown
    check(after, layout)
    for item, cell in after:
        if item.id not in stretch.ids:
            assert (cell.w, cell.h) == layout.cell(item.id)[2:]
        else:
            old = layout.cell(item.id)
            assert min(old.w, item.min_w or 1) <= cell.w <= max(old.w, item.max_w or cell.w)
            assert min(old.h, item.min_h or 1) <= cell.h <= max(old.h, item.max_h or cell.h)


@given(pages(), st.data(), st.sampled_from(HANDLES), sizes)
@examples(150)
def test_body_resize_in_a_container_grows_it(
    layout: Layout, data: st.DataObject, handle: Handle, size: tuple[int, int]
) -> None:
    page = PageIndex(layout)
    if not page.shown:
        return
    first = data.draw(st.sampled_from(list(page.shown)))
    same = [one for one in page.shown if page.path(one) == page.path(first)]
    ids = data.draw(st.lists(st.sampled_from(same), min_size=1, unique=True))
    fixed = data.draw(st.sets(st.sampled_from(ids)))
    after = GroupResize(page, ids, handle, fixed=fixed).drop(*size)
    check_page(after)
    assert set(PageIndex(after).paths.items()) == set(page.paths.items())
    for one in fixed:
        item, cell = page.item(one), page.cell(one)
        assert item.panes or PageIndex(after).cell(one)[2:] == cell[2:]


def test_body_resize_of_neighbours_shares_the_growth() -> None:
    assert shown(body(b1=(0, 0, 2, 2), b2=(2, 0, 2, 2), other=(8, 0, 2, 2)).drop(8, 4)) == {
        "b1": (0, 0, 4, 4), "b2": (4, 0, 4, 4), "other": (8, 0, 2, 2),
    }  # fmt: skip


def test_body_resize_by_the_left_handle_keeps_the_right_edge() -> None:
    assert shown(body("w", b1=(4, 0, 2, 2), b2=(6, 0, 2, 2)).drop(8, 2)) == {"b1": (0, 0, 4, 2), "b2": (4, 0, 4, 2)}


def test_body_resize_displaced_items_return() -> None:
    stretch = body(b1=(0, 0, 2, 2), b2=(0, 2, 2, 2), other=(2, 0, 2, 2), under=(0, 4, 2, 2))
    assert shown(stretch.drop(4, 4))["other"] == (2, 4, 2, 2)
    assert not stretch.at(2, 4)


def test_body_resize_stops_at_the_smallest_size_and_at_statics() -> None:
    assert shown(body(b1=(0, 0, 3, 2), b2=(3, 0, 1, 2)).drop(1, 2)) == {"b1": (0, 0, 2, 2), "b2": (2, 0, 1, 2)}
    stretch = body(b1=(0, 0, 2, 2), b2=(2, 0, 2, 2), fixed=(6, 0, 2, 2))
    assert shown(stretch.drop(12, 2))["b2"] == (3, 0, 3, 2)


@given(starts(), st.data(), st.sampled_from(["n", "ne", "nw"]), st.lists(sizes, min_size=1, max_size=3))
@examples(200)
def test_body_resize_upwards_moves_nothing_above(
    start: Start, data: st.DataObject, handle: Handle, ways: list[tuple[int, int]]
) -> None:
    layout = normalized(start[0], "vertical")
    page, ids = PageIndex(layout), some(data, layout)
    stretch = GroupResize(page, ids, handle)
    for way in ways:
        after = stretch.drop(*way)
    assert shown(GroupResize(page, ids, handle).drop(*ways[-1])) == shown(after)
    for item, cell in layout:
        if item.id not in stretch.ids and cell.bottom <= stretch.box.y:
            assert after.cell(item.id) == cell


@pytest.mark.parametrize("handle", ["n", "ne", "nw"])
def test_body_resize_upwards_stops_at_items_above(handle: Handle) -> None:
    cells = {"row": (0, 0, 12, 5), "b1": (4, 5, 2, 5), "b2": (6, 5, 2, 3), "under": (4, 10, 4, 2)}
    for high in range(5, 20):
        assert shown(body(handle, **cells).drop(4, high)) == cells


def test_body_resize_leftwards_stops_under_horizontal_compaction() -> None:
    cells = {"left": (0, 0, 3, 4), "b1": (5, 0, 2, 2), "b2": (5, 2, 4, 2)}
    after = GroupResize(PageIndex(laid(**cells)), ["b1", "b2"], "w", compact="horizontal").drop(9, 4)
    assert shown(after) == {"left": (0, 0, 3, 4), "b1": (3, 0, 3, 2), "b2": (3, 2, 6, 2)}


def test_body_resize_moves_items_with_locked_size_along() -> None:
    page = PageIndex(laid(b1=(0, 0, 2, 2), b2=(2, 0, 2, 2)))
    after = GroupResize(page, ["b1", "b2"], "e", fixed={"b2"}).drop(8, 2)
    assert shown(after) == {"b1": (0, 0, 4, 2), "b2": (4, 0, 2, 2)}


# Numbers


def written(items: list[dict[str, Any]]) -> Iterator[tuple[str, tuple[int, int, int]]]:
    for item in items:
        place = item["position"]
        yield item["id"], (place["x"], place["y"], place["w"])
        for inner in (item.get("items", []), *(tab["items"] for tab in item.get("tabs", []))):
            yield from written(inner)


@given(pages())
@examples(200)
def test_geometry_of_an_item_is_what_its_document_says(layout: Layout) -> None:
    page = PageIndex(layout)
    said = dict(written(serialise_page(layout)))
    assert {one: document_cell(page, one)[:3] for one in page.paths} == said


@given(pages())
def test_geometry_counts_from_the_named_grid(layout: Layout) -> None:
    page = PageIndex(layout)
    for one, cell in page.shown.items():
        left, top = page.origin(numbering_grid(page, page.path(one)))
        assert document_cell(page, one)[:2] == (cell.x - left, cell.y - top)


@pytest.mark.parametrize("item_id", ["gone", ""])
def test_geometry_of_a_missing_item_is_none(item_id: str) -> None:
    with pytest.raises(Exception, match="no widget"):
        document_cell(PageIndex(laid(a=(0, 0, 1, 1))), item_id)


@pytest.mark.parametrize("wanted", range(1, 7))
def test_body_resize_stops_at_the_nearest_size_that_its_least_sizes_and_static_items_allow(wanted: int) -> None:
    small = body(b1=(0, 0, 3, 2), b2=(3, 0, 3, 2))
    assert small.within(wanted, 2).w == max(2, wanted), "each keeps a column"
    blocked = body(b1=(0, 0, 1, 2), fixed=(4, 0, 2, 4))
    assert blocked.within(wanted, 2).w == min(4, wanted)
    above = body("s", b1=(0, 0, 2, 1), fixed=(0, 4, 2, 2))
    assert above.within(2, wanted).h == min(4, wanted)
