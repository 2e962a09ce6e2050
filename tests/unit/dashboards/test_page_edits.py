"""Copies, groups, tabs and locks of a page: nothing is lost, no items overlap, and locked items stay where they are."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.widget_kinds import kind_of
from benchboard.dashboards.editing import clipboard, page_edits
from benchboard.dashboards.editing.page_edits import LOCKS, Lock
from benchboard.dashboards.layout import (
    GROUP,
    MAX_TABS,
    TABS,
    Cell,
    Item,
    Layout,
    PageIndex,
    fitted,
    parse_page,
    serialise_page,
    walk_items,
)
from benchboard.errors import Invalid
from support import pages as support
from support.edits import dashboard
from support.pages import check_page

pages = support.pages()


def _ids(layout: Layout) -> set[str]:
    return {found.item.id for found in walk_items(layout)}


def _some(data: st.DataObject, page: PageIndex) -> list[str]:
    shown = sorted(page.shown)
    return data.draw(st.lists(st.sampled_from(shown), unique=True, min_size=1, max_size=5)) if shown else []


def _statics(layout: Layout) -> dict[str, tuple[int, int]]:
    """Where they are; a container among them grows with what comes into it."""
    return {item.id: (cell.x, cell.y) for item, cell in layout if item.static}


@given(pages, st.data())
def test_copy_as_json_and_back_is_equal(layout: Layout, data: st.DataObject) -> None:
    page = PageIndex(layout)
    chosen = _some(data, page)
    copy = page_edits.copied(page, chosen)
    if not copy:
        return
    written = clipboard.serialise(clipboard.ClipboardContent(copy), layout.columns)
    back = clipboard.parse(json.dumps(written), layout.columns).items
    assert {item.id for item, _cell in back} == {item.id for item, _cell in copy}
    assert _ids(Layout.of(12, back)) == _ids(Layout.of(12, copy))
    assert min(cell.x for _item, cell in back) == min(cell.y for _item, cell in back) == 0


@given(pages, st.data())
def test_paste_adds_copies_with_new_ids_only(layout: Layout, data: st.DataObject) -> None:
    page = PageIndex(layout)
    copy = page_edits.copied(page, _some(data, page))
    if not copy:
        return
    at = data.draw(st.none() | st.tuples(st.integers(0, layout.columns - 1), st.integers(0, 40)))
    path = page.pane_at(*at) if at else page.path(data.draw(st.sampled_from(sorted(page.shown))))
    after, new = page_edits.pasted(page, copy, path, at)
    check_page(after)
    assert len(new) == len(copy)
    count = sum(1 for _found in walk_items(Layout.of(layout.columns, copy)))
    assert len(_ids(after)) == len(list(walk_items(after))) == len(_ids(layout)) + count
    assert _ids(layout) < _ids(after)
    assert not set(new) & _ids(layout)
    assert not any(PageIndex(after).item(one).static for one in new)
    kept = PageIndex(after)
    for found in walk_items(layout):
        if not found.item.panes:
            assert kept.item(found.item.id) == found.item
    assert {k: v for k, v in _statics(after).items() if k in _ids(layout)} == _statics(layout)


@given(pages, st.data())
def test_duplicate_leaves_the_others_in_place(layout: Layout, data: st.DataObject) -> None:
    page = PageIndex(layout)
    chosen = [one for one in _some(data, page) if not page.path(one)][:1]
    if not chosen:
        return
    after, (twin,) = page_edits.duplicated(page, chosen)
    check_page(after)
    if not any(item.panes for item in layout.items):
        assert [cell for item, cell in after if item.id != twin] == list(layout.cells)


@given(pages, st.sampled_from([GROUP, TABS]), st.data())
def test_group_then_ungroup_loses_nothing(layout: Layout, kind: str, data: st.DataObject) -> None:
    page = PageIndex(layout)
    chosen = _some(data, page)
    try:
        made = page_edits.grouped(page, chosen, kind, "Mine")
    except Invalid as error:
        assert error.code == "layout.too-deep"
        return
    free = [one for one in page_edits.outermost(page, chosen) if not page.item(one).static]
    if made is None:
        assert not free
        return
    after, (name,) = made
    check_page(after)
    assert _statics(layout) == {k: v for k, v in _statics(after).items() if k in _ids(layout)}
    inside = {found.item.id for found in walk_items(after) if name in {outer for outer, _k in found.path}}
    into_tabs = kind == TABS and all(page.item(one).type == GROUP for one in free)
    assert inside >= set() if into_tabs else inside >= set(free)
    apart, freed = page_edits.ungrouped(PageIndex(after), [name])
    check_page(apart)
    assert _ids(apart) == _ids(after) - {name}
    assert set(freed) <= _ids(apart)


@given(pages, st.sampled_from(LOCKS), st.data())
def test_lock_then_unlock_restores(layout: Layout, lock: Lock, data: st.DataObject) -> None:
    page = PageIndex(layout)
    chosen = [one for one in _some(data, page) if lock not in page_edits.locks(page.item(one))]
    on = page_edits.locked(page, chosen, lock, on=True)
    assert all(lock in page_edits.locks(PageIndex(on).item(one)) for one in chosen)
    off = page_edits.locked(PageIndex(on), chosen, lock, on=False)
    assert not any(lock in page_edits.locks(PageIndex(off).item(one)) for one in chosen)
    assert [cell for _item, cell in off] == [cell for _item, cell in layout]
    reread = PageIndex(parse_page(serialise_page(on), columns=layout.columns))
    assert all(lock in page_edits.locks(reread.item(one)) for one in chosen)


@given(pages, st.data())
def test_add_then_remove_tab_restores(layout: Layout, data: st.DataObject) -> None:
    page = PageIndex(layout)
    tabs = [found.item for found in walk_items(layout) if found.item.type == TABS]
    for item in tabs[:1]:
        more = page_edits.with_tab(page, item.id)
        check_page(more)
        made = PageIndex(more).item(item.id)
        assert (len(made.panes), made.active) == (len(item.panes) + 1, len(item.panes))
        called = PageIndex(page_edits.with_tab_called(PageIndex(more), item.id, made.active, "New"))
        assert called.item(item.id).panes[-1].title == "New"
        less = PageIndex(page_edits.without_tab(called, item.id, made.active)).item(item.id)
        assert less.panes == item.panes
        for tab in range(len(item.panes)):
            rest = PageIndex(page_edits.without_tab(page, item.id, tab)).item(item.id)
            assert len(rest.panes) == max(1, len(item.panes) - 1)
            assert 0 <= rest.active < len(rest.panes)


ONE = {"id": "a", "type": "text", "position": {"x": 0, "y": 0, "w": 2, "h": 2}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hello", "layout.not-json"),
        ("[]", "layout.empty-copy"),
        ("{}", "layout.not-a-list"),
        ("7", "layout.not-a-list"),
        (json.dumps([ONE, ONE]), "layout.duplicate-id"),
        (json.dumps([ONE | {"position": {"x": 0, "y": 0, "w": -1, "h": 2}}]), "layout.bad-number"),
        (json.dumps({"format": "benchboard/dashboard", "version": 99, "items": [ONE]}), "layout.newer"),
        ("[" * 100_000, "layout.too-deep"),
        ('[{"id": "a", "type": "text", "position": {"x": NaN}}]', "layout.not-a-number"),
        (" " * (4 * 1024 * 1024 + 1), "layout.too-long"),
        (b"\xff\xfe", "layout.not-utf8"),
    ],
)
def test_paste_invalid_json_is_rejected(text: str | bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        clipboard.parse(text, 12)
    assert refused.value.code == code
    assert refused.value.what


def _read(value: object) -> page_edits.Placed:
    return clipboard.parse(json.dumps(value), 12).items


def test_paste_single_item_works() -> None:
    ((item, cell),) = _read(ONE | {"beam": [1], "position": {"x": 5, "y": 9, "w": 2, "h": 2}})
    assert (item.id, item.source["beam"], cell) == ("a", [1], Cell(0, 0, 2, 2))


def test_paste_ids_never_repeat() -> None:
    page = PageIndex(fitted(parse_page([ONE])))
    copy = _read([ONE, ONE | {"id": "a-2", "position": {"x": 2, "y": 0, "w": 2, "h": 2}}])
    after, new = page_edits.pasted(page, copy, ())
    assert len(set(new)) == 2
    assert len(_ids(after)) == 3


def test_paste_into_a_row_adds_a_row_beside_it_and_a_widget_in_it() -> None:
    row = {"id": "r", "type": "row", "position": {"x": 0, "y": 0, "w": 12, "h": 1}}
    page, inside = PageIndex(fitted(parse_page([{**row, "items": [ONE]}]))), (("r", 0),)
    for copy, path in ((ONE | {"id": "b"}, inside), ({**row, "id": "s", "items": []}, ())):
        layout, (new,) = page_edits.pasted(page, _read(copy), inside)
        assert PageIndex(layout).paths[new] == path


def test_paste_container_never_exceeds_eight_levels() -> None:
    page = PageIndex(fitted(parse_page([ONE])))
    for depth in range(8):
        made = page_edits.grouped(page, ["a"], GROUP, "")
        assert made is not None, depth
        page = PageIndex(made.layout)
    with pytest.raises(Invalid, match="8 levels deep"):
        page_edits.grouped(page, ["a"], GROUP, "")


@pytest.mark.parametrize("kind", [GROUP, TABS])
def test_group_of_narrow_widgets_is_as_wide_as_they_are(kind: str) -> None:
    items = [
        ONE | {"position": {"x": 3, "y": 0, "w": 2, "h": 2}},
        ONE | {"id": "b", "position": {"x": 5, "y": 0, "w": 4, "h": 2}},
    ]
    made = page_edits.grouped(PageIndex(fitted(parse_page(items))), ["a", "b"], kind, "")
    assert made is not None
    (cell,) = made.layout.cells
    assert (cell.x, cell.w) == (3, 6)


def test_move_groups_into_tabs_makes_a_tab_each() -> None:
    one = {"id": "g", "type": "group", "title": "North", "position": {"x": 0, "y": 0, "w": 6, "h": 3}, "items": [ONE]}
    two = one | {
        "id": "h",
        "title": "South",
        "position": {"x": 6, "y": 0, "w": 6, "h": 3},
        "items": [ONE | {"id": "b"}],
    }
    made = page_edits.grouped(PageIndex(fitted(parse_page([one, two]))), ["g", "h"], TABS, "")
    assert made is not None
    (item,) = made.layout.items
    assert [(pane.title, [inner.id for inner in pane.layout.items]) for pane in item.panes] == [
        ("North", ["a"]),
        ("South", ["b"]),
    ]


@pytest.mark.parametrize("edit", [page_edits.duplicated, page_edits.ungrouped])
def test_edit_of_an_empty_selection_changes_nothing(edit: Callable[..., page_edits.Edited]) -> None:
    layout = fitted(parse_page([ONE]))
    assert edit(PageIndex(layout), []) == (layout, ())


def test_edit_pushing_items_beyond_the_last_row_is_rejected() -> None:
    tall = [Item(f"t{k}", "text") for k in range(102)]
    pairs = [(item, Cell(0, 1_000 * k, 12, 1_000)) for k, item in enumerate(tall)]
    assert page_edits.checked(Layout.of(12, pairs[:101]))
    with pytest.raises(Invalid, match="below row 100001") as refused:
        page_edits.checked(Layout.of(12, pairs))
    assert (refused.value.code, refused.value.facts["item"]) == ("layout.too-long", "t101")


def test_kind_of_widgets_with_a_query_changes_and_all_else_stays() -> None:
    config = {"unit": "kg", "warn": 3, "own": [1]}
    layout = parse_page(
        [
            {"id": "a", "type": "line_chart", "title": "Line", "query": "SELECT 1", "config": config,
             "position": {"x": 0, "y": 0, "w": 2, "h": 2}, "more": True},
            {"id": "b", "type": "table", "title": "Mine", "query": "SELECT 2",
             "position": {"x": 2, "y": 0, "w": 6, "h": 6}, "locked": ["content"]},
            {"id": "c", "type": "text", "title": "Text", "position": {"x": 8, "y": 0, "w": 4, "h": 4}},
        ],
        columns=12,
    )  # fmt: skip
    pie = kind_of("pie_chart")
    assert pie is not None
    page = page_edits.with_kind(PageIndex(layout), ["a", "b", "c"], pie)

    shown = page.item("a")
    assert (shown.type, shown.source["type"], shown.source["title"]) == ("pie_chart", "pie_chart", "Pie")
    assert (shown.source["query"], shown.source["config"], shown.source["more"]) == ("SELECT 1", config, True)
    assert page.cell("a") == Cell(0, 0, 2, 2)  # smaller than pies begin with: it stays so
    assert (page.item("b"), page.item("c")) == (PageIndex(layout).item("b"), PageIndex(layout).item("c"))
    assert page_edits.with_kind(page, ["a", "b", "c"], pie) is page
    written = serialise_page(page.layout)
    assert serialise_page(parse_page(written, columns=12)) == written
    text = kind_of("text")
    assert text is not None
    assert page_edits.with_kind(page, ["a"], text) is page


def test_ungrouped_leaves_widgets_and_locked_containers() -> None:
    inner = {"id": "a", "at": (0, 0, 2, 2)}
    locked = {"id": "g", "type": "group", "at": (0, 0, 4, 4), "static": True, "items": [inner]}
    page = PageIndex(dashboard(locked, {"id": "b", "at": (4, 0, 2, 2)}).layout)
    assert page_edits.ungrouped(page, ["g", "b"]) == page_edits.Edited(page.layout, ())


def test_tabs_are_at_most_50_and_each_new_one_has_a_name_of_its_own() -> None:
    raw = {"id": "t", "type": TABS, "position": {"x": 0, "y": 0, "w": 12, "h": 4}, "tabs": [{"id": "t2", "items": []}]}
    page = PageIndex(fitted(parse_page([raw])))
    for _k in range(MAX_TABS - 1):
        page = PageIndex(page_edits.with_tab(page, "t"))
    assert len({pane.id for pane in page.item("t").panes}) == MAX_TABS
    assert page.item("t").active == MAX_TABS - 1
    with pytest.raises(Invalid) as refused:
        page_edits.with_tab(page, "t")
    assert (refused.value.code, refused.value.what) == (
        "layout.too-many-tabs", f"You can add up to {MAX_TABS} tabs."
    )  # fmt: skip
