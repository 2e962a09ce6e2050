"""Revealing the content of collapsed rows and other tabs does not change the document, whatever is edited meanwhile."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import fitted_document, parse_document
from benchboard.dashboards.document.widget_kinds import with_fields
from benchboard.dashboards.editing import reveal
from benchboard.dashboards.layout import (
    COMPACTS,
    Compact,
    ContainerDrag,
    Layout,
    PageIndex,
    collapsed,
    fitted,
    serialise_page,
    without,
)
from benchboard.errors import Invalid
from support.edits import edit
from support.pages import check_page, pages


def _text(item_id: str, x: int, y: int) -> dict[str, object]:
    return {"id": item_id, "type": "text", "title": item_id, "position": {"x": x, "y": y, "w": 4, "h": 3}}


def page(compact: str = "vertical", **row: object) -> Layout:
    """A closed row, tabs below it and a widget below them."""
    items = [
        {"id": "row", "type": "row", "title": "", "position": {"x": 0, "y": 0, "w": 12, "h": 1}, "collapsed": True,
         "items": [_text("in", 0, 1), _text("in2", 4, 1)], **row},
        {"id": "tabs", "type": "tabs", "title": "", "active": "one", "position": {"x": 0, "y": 1, "w": 12, "h": 4},
         "tabs": [{"id": "one", "title": "", "items": [_text("first", 0, 0)]},
                  {"id": "two", "title": "", "items": [_text("second", 0, 0), _text("low", 0, 3)]}]},
        _text("below", 0, 12),
    ]  # fmt: skip
    said = {"format": "benchboard/dashboard", "version": 2, "title": "", "compact": compact, "items": items}
    return fitted(parse_document(said).layout, compact)  # type: ignore[arg-type]


def told(after: Layout, layout: Layout, looks: reveal.Revealed, compact: Compact = "vertical") -> Layout:
    return reveal.without_revealed(after, reveal.with_revealed(layout, looks, compact), layout, looks, compact)


def test_reveal_opens_only_the_path_to_the_item() -> None:
    layout = page()
    looks = reveal.panes_around(PageIndex(layout), ["second", "in", "gone"])
    assert looks == {"tabs": "two", "row": ""}
    shown = PageIndex(reveal.with_revealed(layout, looks)).shown
    assert {"in", "in2", "second", "low"} <= shown.keys()
    assert "first" not in shown
    assert reveal.only_revealed(layout, looks) == {"row", "tabs"}
    assert reveal.panes_around(PageIndex(layout), ["below"]) == {}
    assert reveal.with_revealed(layout, {"gone": "x", "below": "", "tabs": "no such tab"}) is layout


def test_reveal_of_two_tabs_shows_the_last() -> None:
    layout = page()
    looks = reveal.panes_around(PageIndex(layout), ["second", "first"])
    assert PageIndex(reveal.with_revealed(layout, looks)).item("tabs").active == 0
    looks = reveal.panes_around(PageIndex(layout), ["first"], [("tabs", 1)])
    assert PageIndex(reveal.with_revealed(layout, looks)).item("tabs").active == 1


def test_reveal_renaming_inside_leaves_the_row_collapsed() -> None:
    for compact in COMPACTS:
        layout = page(compact)
        looks = reveal.panes_around(PageIndex(layout), ["in", "low"])
        seen = PageIndex(reveal.with_revealed(layout, looks, compact))
        after = seen.with_item(with_fields(seen.item("in"), title="Renamed"), compact)
        said = told(after, layout, looks, compact)
        assert said == PageIndex(layout).with_item(with_fields(PageIndex(layout).item("in"), title="Renamed"), compact)
        assert serialise_page(said)[0]["collapsed"] is True


def test_reveal_moving_inside_leaves_the_row_collapsed() -> None:
    layout = page()
    looks = reveal.panes_around(PageIndex(layout), ["in"])
    seen = PageIndex(reveal.with_revealed(layout, looks))
    after = fitted(ContainerDrag(seen, ["in"]).drop((("row", 0),), 8, 1))
    said = told(after, layout, looks)
    assert PageIndex(said).item("row").collapsed
    assert PageIndex(reveal.with_revealed(said, looks)).shown["in"].x == 8
    assert {one: cell for one, cell in PageIndex(said).shown.items() if one != "in"} == PageIndex(layout).shown


def test_reveal_ends_when_the_row_is_closed() -> None:
    layout = page()
    looks = reveal.panes_around(PageIndex(layout), ["in", "low"])
    seen = reveal.with_revealed(layout, looks)
    closed = collapsed(PageIndex(seen), "row", True)
    assert reveal.still_revealed(closed, looks) == {"tabs": "two"}
    assert reveal.still_revealed(without(seen, ["row"]), looks) == looks
    assert told(closed, layout, reveal.still_revealed(closed, looks)) == layout


def _all_looks(layout: Layout, rng: random.Random) -> reveal.Revealed:
    ids = list(PageIndex(layout).paths)
    return reveal.panes_around(PageIndex(layout), rng.sample(ids, min(len(ids), 4)))


@given(pages(), st.integers(0, 10**9), st.sampled_from(COMPACTS))
def test_reveal_of_any_page_is_valid_and_changes_no_document(layout: Layout, seed: int, compact: Compact) -> None:
    layout = fitted(layout, compact)
    looks = _all_looks(layout, random.Random(seed))
    seen = reveal.with_revealed(layout, looks, compact)
    check_page(seen)
    assert told(seen, layout, looks, compact) == layout
    assert reveal.with_revealed(seen, looks, compact) == seen


@given(pages(), st.integers(0, 10**9))
def test_reveal_of_an_edited_page_shows_the_edit(layout: Layout, seed: int) -> None:
    rng = random.Random(seed)
    layout = fitted(layout)
    looks = _all_looks(layout, rng)
    seen = reveal.with_revealed(layout, looks)
    document = parse_document({"format": "benchboard/dashboard", "version": 2, "title": "", "items": []})
    after = fitted(edit(rng, replace(document, layout=seen), "new").layout)
    left = reveal.still_revealed(after, looks)
    said = told(after, layout, left)
    assert reveal.with_revealed(said, left) == after
    check_page(said)


def test_reveal_beyond_the_last_row_is_rejected() -> None:
    tall = {"type": "text", "position": {"x": 0, "y": 0, "w": 12, "h": 1_000}}
    rows = [{"id": name, "type": "row", "collapsed": True, "position": {"x": 0, "y": k, "w": 12, "h": 1},
             "items": [{**tall, "id": f"{name}{k}"} for k in range(60)]} for k, name in enumerate("rs")]  # fmt: skip
    said = {"format": "benchboard/dashboard", "version": 2, "items": rows}
    layout = fitted_document(parse_document(said)).layout
    one = reveal.with_revealed(layout, reveal.panes_around(PageIndex(layout), ["r0"]))
    assert not PageIndex(one).item("r").collapsed
    with pytest.raises(Invalid, match="below row 100001"):
        reveal.with_revealed(layout, reveal.panes_around(PageIndex(layout), ["r0", "s0"]))
