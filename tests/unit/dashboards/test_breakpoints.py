"""Tablet and phone layouts of a whole document: derived in every container, customised, and reset to the desktop
layout."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document import breakpoints
from benchboard.dashboards.document.breakpoints import (
    COLUMNS,
    layout_at,
    overridden_ids,
    with_layout,
    with_overrides,
    without_overrides,
)
from benchboard.dashboards.document.document import Document, fitted_document, parse_document, write_document
from benchboard.dashboards.layout import (
    ROW,
    Cell,
    ContainerDrag,
    Item,
    Layout,
    PageIndex,
    Path,
    fitted,
    parse_page,
    walk_items,
    without,
)
from support.examples import examples
from support.grids import laid
from support.pages import check_page, pages, random_page

names = st.sampled_from(["tablet", "phone"])


def _ids(layout: Layout) -> set[str]:
    return {found.item.id for found in walk_items(layout)}


def _homes(layout: Layout) -> dict[str, Path]:
    return {found.item.id: found.path for found in walk_items(layout)}


@st.composite
def moved(draw: st.DrawFn) -> tuple[Document, str, Layout, str]:
    """A document, a breakpoint, and its page there after a widget was carried somewhere in its own grid."""
    document = fitted_document(Document(draw(pages(statics=0))))
    name = draw(names)
    page = PageIndex(layout_at(document, name))
    free = [item_id for item_id in page.shown if page.item(item_id).type != ROW]
    if not free:
        return document, name, page.layout, ""
    item_id = draw(st.sampled_from(sorted(free)))
    home = page.path(item_id)
    left, top = page.origin(home)
    x, y = draw(st.integers(0, 6)), draw(st.integers(0, 20))
    after = ContainerDrag(page, [item_id]).drop(home, left + x, top + y)
    return document, name, after, item_id


@given(pages(), names)
@examples(100)
def test_breakpoint_layout_holds_the_same_items_without_overlaps(layout: Layout, name: str) -> None:
    document = fitted_document(Document(layout))
    narrow = layout_at(document, name)
    check_page(narrow)
    assert _homes(narrow) == _homes(document.layout)
    assert narrow.columns == {"tablet": 6, "phone": 2}[name]
    assert fitted_document(Document(narrow)).layout == narrow


def _narrow_panes(layout: Layout) -> list[tuple[int, int]]:
    """Of every pane in containers: its number of columns, and the width of its container."""
    panes = [(pane.layout, cell.w) for item, cell in layout for pane in item.panes]
    return [pair for inner, w in panes for pair in ((inner.columns, w), *_narrow_panes(inner))]


@given(pages(), names)
@examples(100)
def test_breakpoint_content_is_laid_out_for_the_width_its_container_gets(layout: Layout, name: str) -> None:
    document = fitted_document(Document(layout))
    narrow = breakpoints._narrow_layout(document.layout, COLUMNS[name], {}, document.compact)
    assert all(columns == width for columns, width in _narrow_panes(narrow))


@given(moved())
@examples(100)
def test_breakpoint_move_leaves_the_desktop_layout(made: tuple[Document, str, Layout, str]) -> None:
    document, name, after, item_id = made
    result = with_overrides(document, name, after, [item_id])
    assert result.layout == document.layout
    if after == layout_at(document, name):
        assert result == document
        return
    check_page(layout_at(result, name))
    assert overridden_ids(result, name) <= {item_id}
    if item_id in overridden_ids(result, name):
        wanted, there = PageIndex(after).cell(item_id), PageIndex(layout_at(result, name)).cell(item_id)
        assert (there.x, there.w) == (wanted.x, wanted.w)
    assert without_overrides(result, name, [item_id]).layout == document.layout
    assert layout_at(without_overrides(result, name), name) == layout_at(document, name)
    assert fitted_document(parse_document(write_document(result))).breakpoints.keys() == result.breakpoints.keys()


@given(moved(), st.integers(0, 10**9))
@examples(100)
def test_breakpoint_overrides_survive_desktop_edits(made: tuple[Document, str, Layout, str], seed: int) -> None:
    document, name, after, item_id = made
    document = with_overrides(document, name, after, [item_id])
    kept = dict(document.breakpoints[name].places) if name in document.breakpoints else {}
    rng = random.Random(seed)
    page = PageIndex(document.layout)
    others = sorted(_ids(page.layout) - {item_id} - {outer for outer, _k in (page.path(item_id) if item_id else ())})
    layout = without(page.layout, rng.sample(others, min(len(others), 2)))
    extra = parse_page(random_page(rng, layout.columns, depth=0, statics=0), columns=layout.columns)
    placed = [(replace(item, id=f"new-{item.id}"), cell) for item, cell in extra]
    desktop = fitted(Layout.of(layout.columns, [*layout, *placed]))
    edited = replace(document, layout=desktop)
    narrow = layout_at(edited, name)
    check_page(narrow)
    for known, cell in kept.items():
        there = PageIndex(narrow).cell(known)
        assert (there.x, there.w) == (cell.x, cell.w)


@given(moved())
@examples(60)
def test_breakpoint_add_and_remove_apply_everywhere(made: tuple[Document, str, Layout, str]) -> None:
    document, name, _after, item_id = made
    narrow = layout_at(document, name)
    fresh = Item("fresh", "text")
    more = fitted(Layout.of(narrow.columns, [*narrow, (fresh, Cell(0, narrow.bottom, 1, 2))]))
    result = with_overrides(document, name, more, ["fresh"])
    assert _ids(result.layout) == _ids(document.layout) | {"fresh"}
    check_page(result.layout)
    assert {i: c for i, c in _homes(result.layout).items() if i != "fresh"} == _homes(document.layout)
    assert overridden_ids(result, name) == {"fresh"}
    if item_id:
        less = without(layout_at(result, name), [item_id])
        gone = with_overrides(result, name, less, ())
        assert item_id not in _ids(gone.layout)
        assert overridden_ids(gone, name) == {"fresh"}
        check_page(gone.layout)


def test_breakpoint_move_into_a_container_applies_everywhere() -> None:
    items = [
        {"id": "w", "type": "text", "position": {"x": 0, "y": 0, "w": 4, "h": 3}},
        {"id": "g", "type": "group", "position": {"x": 4, "y": 0, "w": 8, "h": 3}, "items": []},
    ]
    document = fitted_document(parse_document(items))
    page = PageIndex(layout_at(document, "phone"))
    inside = (*page.path("g"), ("g", 0))
    left, top = page.origin(inside)
    after = ContainerDrag(page, ["w"]).drop(inside, left, top)
    assert PageIndex(after).path("w") == inside
    result = with_overrides(document, "phone", after, ["w"])
    assert PageIndex(result.layout).path("w") == inside
    assert PageIndex(result.layout).cell("w") == Cell(0, 0, 4, 3)
    check_page(result.layout)


def test_breakpoint_arrange_inside_a_container_leaves_its_desktop_size() -> None:
    inner = [
        {"id": "a", "type": "text", "position": {"x": 0, "y": 0, "w": 8, "h": 3}},
        {"id": "b", "type": "text", "position": {"x": 0, "y": 3, "w": 8, "h": 3}},
    ]
    group = {"id": "g", "type": "group", "position": {"x": 4, "y": 0, "w": 8, "h": 7}, "items": inner}
    document = fitted_document(parse_document([group]))
    page = PageIndex(layout_at(document, "tablet"))
    inside: Path = (("g", 0),)
    pane = page.pane(inside)
    beside = Layout.of(pane.columns, [(pane.items[0], Cell(0, 0, 2, 3)), (pane.items[1], Cell(2, 0, 2, 3))])
    result = with_overrides(document, "tablet", page.with_pane(inside, beside), ())
    assert overridden_ids(result, "tablet") == {"a", "b"}
    assert result.layout == document.layout
    assert PageIndex(layout_at(result, "tablet")).pane(inside) == beside


def test_breakpoint_container_settings_leave_its_desktop_width() -> None:
    inner = [{"id": "w", "type": "text", "position": {"x": 2, "y": 0, "w": 4, "h": 3}}]
    group = {"id": "g", "type": "group", "position": {"x": 4, "y": 0, "w": 8, "h": 4}, "items": inner}
    document = fitted_document(parse_document([group]))
    page = PageIndex(layout_at(document, "phone"))
    item = page.item("g")
    after = page.with_item(replace(item, source={**item.source, "title": "Named"}))
    result = with_overrides(document, "phone", after, ["g"])
    assert PageIndex(result.layout).item("g").source["title"] == "Named"
    assert PageIndex(result.layout).cell("w") == PageIndex(document.layout).cell("w")
    assert not result.breakpoints


def test_breakpoint_widget_of_an_unknown_kind_may_be_as_narrow_as_its_share() -> None:
    row = laid(a=(0, 0, 2, 2), b=(2, 0, 10, 2))
    unknown = replace(row, items=tuple(replace(item, type="of_another_program") for item in row.items))
    assert layout_at(fitted_document(Document(unknown)), "tablet").cell("a").w == 1


def test_breakpoint_unknown_name_raises_key_error() -> None:
    with pytest.raises(KeyError):
        layout_at(parse_document([]), "watch")


@given(moved())
@examples(50)
def test_breakpoint_overrides_of_removed_items_are_dropped(made: tuple[Document, str, Layout, str]) -> None:
    document, name, after, item_id = made
    there = with_overrides(document, name, after, [item_id])
    gone = set(overridden_ids(there, name))
    removed_there = with_overrides(there, name, without(layout_at(there, name), gone, there.compact), ())
    removed_wide = with_layout(there, without(there.layout, gone, there.compact))
    for result in (removed_there, removed_wide):
        assert not overridden_ids(result, name)
        assert not gone & _ids(result.layout)
