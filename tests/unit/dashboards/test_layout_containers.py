"""Rows, groups and tabs: containers fit their children, and items can be dragged from one container to another."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.layout import (
    HANDLES,
    Cell,
    ContainerDrag,
    ContainerResize,
    Handle,
    Item,
    Layout,
    PageIndex,
    collapsed,
    fitted,
    parse_page,
    reading_order,
    serialise_page,
    walk_items,
    without,
)
from benchboard.errors import Invalid
from support.examples import examples
from support.pages import check_page, pages, random_page

points = st.tuples(st.integers(-2, 25), st.integers(-2, 60))


def widget(name: str, x: int, y: int, w: int = 2, h: int = 2, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "text", "position": {"x": x, "y": y, "w": w, "h": h}, **more}


def row(name: str, y: int, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "row", "position": {"x": 0, "y": y, "w": 12, "h": 1}, "items": list(items), **more}


def group(name: str, x: int, y: int, w: int, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    place = {"x": x, "y": y, "w": w, "h": 3}
    return {"id": name, "type": "group", "position": place, "items": list(items), **more}


def page(*items: dict[str, Any]) -> PageIndex:
    return PageIndex(fitted(parse_page(list(items))))


def test_reading_order_goes_through_a_container_before_what_follows_it() -> None:
    """Of two groups side by side, the keys went from the heading of one to that of the other."""
    found = page(
        widget("before", 0, 0, 12),
        group("left", 0, 2, 6, widget("a", 0, 0), widget("b", 2, 0)),
        group("right", 6, 2, 6, widget("c", 0, 0), group("inner", 0, 2, 4, widget("d", 0, 0))),
        row("row", 20, widget("e", 0, 0)),
    )
    assert found.reading_order == ("before", "left", "a", "b", "right", "c", "inner", "d", "row", "e")


@given(st.integers(0, 10**9), st.sampled_from([6, 12, 24]))
@examples(300)
def test_container_layout_written_and_read_is_equal(seed: int, columns: int) -> None:
    parsed = parse_page(random_page(random.Random(seed), columns), columns=columns)
    for layout in (parsed, fitted(parsed)):
        written = serialise_page(layout)
        again = parse_page(written, columns=columns)
        assert serialise_page(again) == written
        assert [(f.path, f.item.id, f.cell) for f in walk_items(again)] == [
            (f.path, f.item.id, f.cell) for f in walk_items(layout)
        ]


@given(pages())
@examples(300)
def test_fitted_page_has_no_overlap_and_is_stable(layout: Layout) -> None:
    check_page(layout)
    assert fitted(layout) == layout


def test_container_unknown_fields_are_kept() -> None:
    first = {"id": "a", "title": "A", "icon": 1, "items": [widget("w", 0, 0, note="n")]}
    place = {"x": 0, "y": 0, "w": 6, "h": 9, "deg": 3}
    both = [first, {"id": "b", "items": []}]
    tabs = {"id": "t", "type": "tabs", "position": place, "colour": "red", "active": "b", "tabs": both}
    written = serialise_page(parse_page([tabs]))[0]
    assert written["colour"] == "red"
    assert written["position"] == {"x": 0, "y": 0, "w": 6, "h": 3, "deg": 3}
    assert isinstance(written["tabs"], list)
    assert (written["tabs"][0]["icon"], written["tabs"][0]["items"][0]["note"]) == (1, "n")


def test_row_items_are_written_in_its_grid() -> None:
    given_items = [row("r", 3, widget("w", 4, 5), title="Row")]
    assert serialise_page(parse_page(given_items)) == given_items


def test_collapsed_row_keeps_hidden_positions_until_opened() -> None:
    stale = row("r", 20, widget("a", 0, 7), widget("b", 0, 9), collapsed=True)
    layout = parse_page([widget("top", 0, 0, h=20), stale])
    assert serialise_page(layout)[1] == stale
    opened = collapsed(PageIndex(layout), "r", False)
    assert PageIndex(opened).shown["a"].y == 21
    assert PageIndex(opened).shown["b"].y == 23
    shut = collapsed(PageIndex(opened), "r", True)
    assert "a" not in PageIndex(shut).shown
    assert shut.cell("r").h == 1


@pytest.mark.parametrize(
    ("items", "field", "named"),
    [
        ([row("r", 0, widget("r", 0, 1))], "id", "r"),
        ([group("g", 0, 0, 4, widget("w", 0, 0)), widget("w", 0, 9)], "id", "w"),
        ([row("r", 0, collapsed="yes")], "collapsed", "r"),
        ([{**group("g", 0, 0, 4), "items": {"a": 1}}], "g.items", None),
        ([{**widget("t", 0, 0), "type": "tabs"}], "tabs", "t"),
        ([{**widget("t", 0, 0), "type": "tabs", "tabs": [{"id": "a"}, {"id": "a"}]}], "tabs", "t"),
        ([{**widget("t", 0, 0), "type": "tabs", "tabs": [{"id": "a"}], "active": "b"}], "active", "t"),
        ([{**widget("t", 0, 0), "type": "tabs", "tabs": [3]}], "tabs.0", "t"),
        ([{**widget("t", 0, 0), "type": "tabs", "tabs": [{"id": ""}]}], "tabs.0.id", "t"),
    ],
)
def test_container_invalid_is_rejected_by_name(items: list[Any], field: str, named: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        parse_page(items)
    assert refused.value.facts["field"] == field
    assert refused.value.facts["item"] == named


def test_container_nesting_beyond_eight_is_rejected() -> None:
    inner = widget("w", 0, 0)
    for depth in range(8):
        inner = group(f"g{depth}", 0, 0, 4, inner)
    assert len(list(walk_items(parse_page([inner])))) == 9
    with pytest.raises(Invalid) as refused:
        parse_page([group("outer", 0, 0, 4, inner)])
    assert refused.value.code == "layout.too-deep"


def test_carry_into_a_group_grows_it_and_back_restores() -> None:
    start = page(group("g", 0, 0, 4, widget("a", 0, 0)), widget("b", 4, 0), widget("below", 0, 3))
    carry = ContainerDrag(start, ["b"])
    target = carry.target(1, 1)
    assert target == (("g", 0),)
    inside = PageIndex(carry.drop(target, 2, 1))
    assert inside.path("b") == target
    assert inside.shown["b"] == Cell(2, 1, 2, 2)
    beneath = PageIndex(carry.drop(target, 0, 3))
    assert beneath.layout.cell("g").h == 5
    assert beneath.shown["below"].y == 5
    assert carry.drop((), 4, 0) == start.layout


def test_carry_of_items_from_several_containers_previews_in_place() -> None:
    start = page(group("g", 0, 0, 4, widget("a", 0, 0)), group("h", 4, 0, 4, widget("b", 0, 0)), widget("c", 0, 5))
    carry = ContainerDrag(start, ["a", "b", "c"])
    at = start.shown["a"]
    assert {**carry.original, **carry.at(carry.home, at.x, at.y)} == dict(start.shown)
    assert carry.drop(carry.home, at.x, at.y) == start.layout


def test_carry_into_itself_or_row_into_row_is_rejected() -> None:
    start = page(group("g", 0, 0, 6, widget("a", 0, 0, h=4)), row("r", 6, widget("b", 0, 7)), row("s", 9))
    assert ContainerDrag(start, ["g", "a"]).ids == ("g",)
    assert ContainerDrag(start, ["g"]).target(1, 2) == ()
    assert ContainerDrag(start, ["s"]).target(1, 7) == ()
    assert ContainerDrag(start, ["g"]).target(1, 7) == (("r", 0),)


@given(pages(), st.data(), st.lists(points, min_size=1, max_size=4))
@examples(300)
def test_carry_preview_equals_drop_whatever_the_path(
    layout: Layout, data: st.DataObject, path: list[tuple[int, int]]
) -> None:
    start = PageIndex(layout)
    names = list(start.shown)
    if not names:
        return
    ids = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=5, unique=True))
    carry = ContainerDrag(start, ids)
    for x, y in path:
        target = carry.target(x, y)
        shown = {**{k: c for k, c in carry.original.items() if k not in carry.ids}, **carry.at(target, x, y)}
        dropped = carry.drop(target, x, y)
    check_page(dropped)
    after = PageIndex(dropped)
    assert {found.item.id for found in walk_items(dropped)} == set(start.paths)
    assert ContainerDrag(start, ids).drop(target, x, y) == dropped
    for name in carry.ids:
        assert after.path(name) == target
    if carry.ids:
        assert {k: c for k, c in shown.items() if k in after.shown} == after.shown


@given(pages(), st.data(), points, st.integers(0, 50))
@examples(200)
def test_carry_preview_within_the_visible_rows_equals_the_whole(
    layout: Layout, data: st.DataObject, point: tuple[int, int], until: int
) -> None:
    start = PageIndex(layout)
    if not start.shown:
        return
    carry = ContainerDrag(
        start, data.draw(st.lists(st.sampled_from(list(start.shown)), min_size=1, max_size=5, unique=True))
    )
    target = carry.target(*point)
    whole, seen = ({**carry.original, **carry.at(target, *point, until=end)} for end in (None, until))
    for name, cell in whole.items():
        if cell.y < until or (name in carry.original and carry.original[name].y < until):
            assert seen[name] == cell


@given(pages(), st.data())
@examples(200)
def test_carry_dropped_at_the_start_changes_nothing(layout: Layout, data: st.DataObject) -> None:
    start = PageIndex(layout)
    if not start.shown:
        return
    name = data.draw(st.sampled_from(list(start.shown)))
    carry = ContainerDrag(start, [name])
    x, y = start.shown[name][:2]
    assert carry.drop(carry.home, x, y) == layout
    assert {**carry.original, **carry.at(carry.home, x, y)} == dict(start.shown) or not carry.ids


@given(pages(), st.data(), st.sampled_from(HANDLES), st.tuples(st.integers(0, 20), st.integers(0, 20)))
@examples(300)
def test_container_resize_preview_equals_drop(
    layout: Layout, data: st.DataObject, handle: Handle, size: tuple[int, int]
) -> None:
    start = PageIndex(layout)
    if not start.shown:
        return
    stretch = ContainerResize(start, data.draw(st.sampled_from(list(start.shown))), handle)
    dropped = stretch.drop(*size)
    check_page(dropped)
    assert {**stretch.still, **stretch.at(*size)} == dict(PageIndex(dropped).shown)


def test_items_below_a_row_stay_below_when_it_grows() -> None:
    rows = [
        {"id": f"r{k}", "type": "row", "collapsed": True, "position": {"x": 0, "y": k, "w": 12, "h": 1},
         "items": [{"id": f"w{k}", "type": "text", "position": {"x": 0, "y": k + 1, "w": 4, "h": 10}}]}
        for k in range(4)
    ]  # fmt: skip
    page = PageIndex(fitted(parse_page(rows)))
    for name in ("r1", "r0", "r2"):
        page = PageIndex(collapsed(page, name, False))
        assert reading_order(page.layout) == ("r0", "r1", "r2", "r3")
    taller = replace(page.pane((("r0", 0),)), cells=(Cell(0, 0, 4, 60),))
    grown = page.with_pane((("r0", 0),), taller)
    assert reading_order(grown) == ("r0", "r1", "r2", "r3")
    assert [cell.y for cell in grown.cells] == [0, 61, 72, 83]


@examples(60)
@given(layout=pages(), data=st.data())
def test_container_page_removes_items_like_any_layout(layout: Layout, data: st.DataObject) -> None:
    page = PageIndex(layout)
    names = sorted(page.paths)
    gone = data.draw(st.sets(st.sampled_from(names), max_size=3)) if names else set()
    left = page.without(gone)
    assert left == without(layout, gone)
    check_page(left)
    untouched = {item.id: item for item, _cell in layout if item.panes and not gone & _inside(item)}
    widths = {item.id: cell.w for item, cell in layout}
    for item, cell in left:
        if item.id in untouched and cell.w == widths[item.id]:
            assert item is untouched[item.id]


def _inside(item: Item) -> set[str]:
    return {item.id, *(found.item.id for pane in item.panes for found in walk_items(pane.layout))}
