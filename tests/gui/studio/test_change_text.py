"""How the list and the page of a diff name changes, and how its arrows are routed."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from benchboard.dashboards.document.document import Document
from benchboard.dashboards.layout import PageIndex, document_cell
from benchboard.dashboards.versions.diff import differences
from benchboard.dashboards.versions.three_way_merge import merge
from benchboard.ui.studio.versions.arrow_routing import avoid_overlap, route
from benchboard.ui.studio.versions.difference_text import DifferenceText, ItemNames, describe, summarise
from benchboard.ui.studio.versions.merge_decisions import ConflictGroup
from support.edits import dashboard


def _texts(before: dict[str, Any], after: dict[str, Any], **more: Any) -> list[DifferenceText]:
    was, now = dashboard(before), dashboard(after, **more)
    return [describe(one, ItemNames(now, was)) for one in differences(was, now)]


A: dict[str, Any] = {"id": "a", "at": (0, 0, 4, 3), "title": "Orders", "type": "metric_card", "query": "SELECT 1"}


@pytest.mark.parametrize(
    ("changed", "tag", "line"),
    [
        ({"at": (4, 0, 4, 3)}, "Moved", "column 1 → 5"),
        ({"at": (0, 0, 8, 3)}, "Wider, 4 → 8", "width 4 → 8"),
        ({"at": (0, 0, 4, 2)}, "Shorter, 3 → 2", "height 3 → 2"),
        ({"title": "All"}, "Title Orders → All", "Title Orders → All"),
        ({"config": {"decimals": 2}}, "Decimals none → 2", "Decimals none → 2"),
        ({"static": True}, "Position locked none → yes", "Position locked none → yes"),
        ({"query": "SELECT count(*) FROM orders"}, "Query changed", "Query changed"),
        ({"odd_field": [1, 2]}, "odd field none → 1, 2", "odd field none → 1, 2"),
        ({"type": "line_chart", "title": "B"}, "2 fields changed", "Type Metric card → Line, Title Orders → B"),
    ],
)
def test_change_text_of_a_widget_has_title_tag_and_line(changed: dict[str, Any], tag: str, line: str) -> None:
    (one,) = _texts(A, {**A, **changed})
    assert (one.title, one.tag, one.line) == (changed.get("title", "Orders"), tag, line)


def test_change_text_of_dashboard_fields_names_them() -> None:
    shop = {"name": "shop", "label": "Shop", "type": "list", "values": ["n"]}
    phone = {"columns": 2, "places": {"a": {"x": 0, "y": 0, "w": 2, "h": 2}}}
    lines = [one.line for one in _texts(A, A, title="Line 2", variables=[shop], breakpoints={"phone": phone})]
    assert lines[0] == "Name none → Line 2"
    assert any(line.startswith("Phone layout none → ") for line in lines)
    assert any(line.startswith("Variable shop none → Shop") for line in lines)


def test_change_text_of_a_variable_names_each_field() -> None:
    shop = {"name": "shop", "type": "query", "query": "SELECT DISTINCT shop_id FROM orders", "chosen": ["n"]}
    typed = {"name": "shop", "type": "list", "values": ["n"], "chosen": ["n"]}
    now = {**shop, "query": "SELECT id FROM orders", "chosen": ["n", "s"], "include_all": True, "all_chosen": True}
    changed = [(one.line, one.tag) for one in differences_of(shop, now)]
    assert changed == [
        ("Variable shop: selection + s", "Variable shop: selection n → n, s"),
        ("Variable shop: query changed", "Variable shop: query changed"),
        ("Variable shop: “All” option none → yes", "Variable shop: “All” option none → yes"),
        ("Variable shop: all selected none → yes", "Variable shop: all selected none → yes"),
    ]
    assert "Variable shop: type List → Query" in [one.line for one in differences_of(typed, shop)]


def test_change_text_of_a_long_list_says_what_was_added_and_removed() -> None:
    shops = [f"shop-number-{number}.example" for number in range(4)]
    was = {"name": "shop", "type": "list", "values": shops, "chosen": shops[:3]}
    (changed,) = differences_of(was, {**was, "chosen": [shops[0], shops[3]]})
    assert (
        changed.line
        == "Variable shop: selection + shop-number-3.example, − shop-number-1.example, shop-number-2.example"
    )
    (sorted_only,) = differences_of(was, {**was, "values": shops[::-1]})
    assert "→" in sorted_only.line


def differences_of(was: dict[str, Any], now: dict[str, Any]) -> list[DifferenceText]:
    before, after = dashboard(A, variables=[was]), dashboard(A, variables=[now])
    return [describe(one, ItemNames(after, before)) for one in differences(before, after)]


def test_change_text_of_tabs_uses_their_titles() -> None:
    one, two = {"id": "a", "title": "Today"}, {"id": "b", "title": "Week"}
    tabs: dict[str, Any] = {"id": "t", "type": "tabs", "at": (0, 0, 6, 4), "tabs": [one, two]}
    (turned,) = _texts(tabs, {**tabs, "tabs": [two, one], "active": "a"})
    assert (turned.title, turned.tag, turned.line) == ("Tabs", "Tab order changed", "Tab order")
    (other,) = _texts({**tabs, "active": "a"}, {**tabs, "active": "b"})
    assert (other.tag, other.line) == ("Active tab Today → Week", "Active tab Today → Week")
    (gone,) = _texts({**tabs, "active": "b"}, {**tabs, "tabs": [one], "active": "a"})
    assert "Active tab Week → Today" in gone.line
    (fewer,) = _texts(tabs, {**tabs, "tabs": [one]})
    assert fewer.line == "Tab Week → none"


def test_route_with_tiles_in_the_way_runs_in_the_gutter() -> None:
    old, new, between = QRectF(0, 300, 100, 100), QRectF(0, 0, 100, 100), QRectF(0, 110, 100, 180)
    way = route(old, new, [new, between], QRectF(0, 0, 100, 1))
    assert len(way) == 4
    assert old.contains(way[0])
    assert all(not between.contains(corner) for corner in way)
    assert way[-1].x() in (0, 100)
    straight = route(old, new, [new], QRectF(0, 0, 100, 1))
    assert [corner.toTuple() for corner in straight] == [(50, 340), (50, 100)]


def test_routes_that_overlap_run_beside_each_other() -> None:
    a, b = QRectF(0, 0, 100, 100), QRectF(108, 0, 100, 100)
    page = QRectF(0, 0, 208, 1)
    there, back = route(a, b, [a, b], page), route(b, a, [a, b], page)
    assert there[1].y() == back[1].y()
    assert avoid_overlap(back, []) == back
    assert avoid_overlap(back, [there])[1].y() > there[1].y() + 2


CELLS = st.integers(0, 35)


@given(CELLS, CELLS)
def test_route_between_any_tiles_crosses_none(old: int, new: int) -> None:
    assume(old != new)
    tiles = [QRectF(20 + (k % 4) * 208, 20 + (k // 4) * 108, 200, 100) for k in range(36)]
    way = route(tiles[old], tiles[new], tiles, QRectF(20, 0, 824, 1))
    for a, b in pairwise(way):
        assert a.x() == b.x() or a.y() == b.y()
        leg = QRectF(a, b).normalized().adjusted(-0.5, -0.5, 0.5, 0.5)
        assert not any(leg.intersects(tile.adjusted(1, 1, -1, -1)) for tile in tiles)
    assert tiles[old].adjusted(-1, -1, 1, 1).contains(way[0])
    assert tiles[new].adjusted(-1, -1, 1, 1).contains(way[-1])


def test_route_between_overlapping_places_runs_beside_the_tile() -> None:
    old, new = QRectF(100, 200, 200, 150), QRectF(100, 160, 200, 150)
    way = route(old, new, [new], QRectF(0, 0, 900, 1))
    assert not any(new.adjusted(1, 1, -1, -1).contains(corner) for corner in way)
    assert {corner.x() for corner in way} <= {96.0, 304.0}


@pytest.mark.parametrize(
    ("after", "line"),
    [
        ([{**A, "at": (4, 0, 4, 3)}], "1 moved: Orders"),
        ([{**A, "title": "All", "at": (4, 0, 4, 3)}], "1 moved, 1 changed: All"),
        ([A, {**A, "id": "b", "at": (4, 0, 4, 3)}, {**A, "id": "c", "at": (8, 0, 4, 3)}], "2 added"),
        ([{**A, "id": "b", "title": "New"}], "1 added, 1 removed: Orders"),
        ([A], ""),
    ],
)
def test_summary_of_changes_is_one_line(after: list[dict[str, Any]], line: str) -> None:
    was, now = dashboard(A), dashboard(*after)
    assert summarise(differences(was, now), ItemNames(now, was)) == line


def test_row_numbers_in_a_row_continue_those_around_it_as_in_the_inspector() -> None:
    def page_with(*inside: dict[str, Any]) -> Document:
        return dashboard(A, {"id": "r", "type": "row", "at": (0, 3, 12, 1), "title": "Money", "items": list(inside)})

    agenda = {"id": "b", "title": "Agenda", "at": (0, 4, 4, 3)}
    was, now = page_with(agenda), page_with({**agenda, "at": (0, 4, 6, 3)})
    (found,) = differences(was, now)
    assert found.after is not None
    names = ItemNames(now, was)
    page = PageIndex(now.layout)
    assert found.after.container == "r", "not the page itself"
    assert names.numbered(found.after) == document_cell(page, "b")
    (moved,) = differences(was, page_with({**agenda, "at": (6, 4, 4, 3)}))
    assert describe(moved, names).line == "column 1 → 7"
    (gone,) = [one for one in differences(was, page_with()) if one.id == "b"]
    assert f"row {document_cell(page, 'b').y + 1}," in describe(gone, names).line


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        ((0, 0, 6, 3), (0, 0, 8, 3), "Both resized it"),
        ((2, 0, 4, 3), (4, 0, 4, 3), "Both moved it"),
        ((0, 0, 6, 3), (4, 0, 4, 3), "You resized it, they moved it"),
        ((4, 0, 4, 3), (0, 0, 6, 3), "You moved it, they resized it"),
    ],
)
def test_conflict_of_positions_says_who_moved_and_who_resized(
    mine: tuple[int, ...], theirs: tuple[int, ...], said: str
) -> None:
    merged = merge(dashboard(A), dashboard({**A, "at": mine}), dashboard({**A, "at": theirs}))
    assert ConflictGroup(merged, "a", merged.conflicts).summary == said
