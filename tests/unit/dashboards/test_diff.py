"""Differences between two dashboards: positions, fields, texts and lines; and reverting them."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import (
    FORMAT,
    VERSION,
    Document,
    fitted_document,
    parse_document,
    write_document,
)
from benchboard.dashboards.layout import Cell, Drag, walk_items
from benchboard.dashboards.versions.diff import Difference, differences, json_diff, revert, word_count, word_diff
from benchboard.dashboards.versions.item_map import from_item_map, to_item_map
from benchboard.dashboards.versions.json_fields import ABSENT, Change
from support.edits import dashboard, documents, edited
from support.examples import examples
from support.pages import check_page


def _ids(document: Document) -> set[str]:
    return {found.item.id for found in walk_items(document.layout)}


def _of(found: tuple[Difference, ...]) -> dict[tuple[str, str], Difference]:
    return {one.key: one for one in found}


@given(documents())
@examples(60)
def test_row_mapping_of_any_dashboard_round_trips(document: Document) -> None:
    assert write_document(from_item_map(to_item_map(document))) == write_document(document)
    assert differences(document, document) == ()


@given(st.data())
@examples(150)
def test_differences_name_items_and_revert_all_restores_the_start(data: st.DataObject) -> None:
    before = data.draw(documents())
    after = data.draw(edited(before, "m"))
    found = differences(before, after)
    assert len({one.key for one in found}) == len(found)
    for one in found:
        assert one.kind == "document" or one.id in _ids(before) | _ids(after)
        assert (one.before is None) == (one.kind in ("added", "document"))
        assert (one.after is None) == (one.kind in ("removed", "document"))
    back = revert(after, before, [one.key for one in found if not one.displaced])
    assert differences(before, back) == ()


def test_revert_of_an_item_removed_from_a_static_container_restores_its_neighbours() -> None:
    def text(name: str, *cell: int) -> dict[str, object]:
        return {"id": name, "type": "text", "position": dict(zip("xywh", cell, strict=True))}

    def page(*inside: object) -> Document:
        tab = {"id": "1", "title": "", "items": list(inside)}
        tabs = {**text("t", 0, 0, 1, 9), "type": "tabs", "static": True, "tabs": [tab]}
        below = [text("p", 0, 9, 3, 2), text("q", 2, 11, 1, 2)]
        return fitted_document(parse_document({"format": FORMAT, "version": VERSION, "items": [tabs, *below]}))

    before = page(text("a", 0, 0, 1, 4), text("b", 0, 4, 1, 4))
    after = page(text("b", 0, 4, 1, 4))
    back = revert(after, before, [one.key for one in differences(before, after) if not one.displaced])
    assert differences(before, back) == ()


@given(st.data())
@examples(150)
def test_revert_of_some_keeps_the_others_without_overlaps(data: st.DataObject) -> None:
    before = data.draw(documents())
    after = data.draw(edited(before, "m"))
    found = differences(before, after)
    chosen = [one for one in found if data.draw(st.booleans())]
    back = revert(after, before, [one.key for one in chosen])
    check_page(back.layout)
    assert parse_document(write_document(back))
    gone = {one.id for one in chosen if one.kind == "added"}
    assert _ids(back) == (_ids(after) - gone) | {one.id for one in chosen if one.kind == "removed"}
    left = {one.key for one in differences(before, back) if one.kind not in ("moved", "changed")}
    assert left == {one.key for one in found if one not in chosen and one.kind not in ("moved", "changed")}


def test_differences_displaced_items_come_last() -> None:
    before = dashboard(
        {"id": "a", "at": (0, 0, 4, 3)}, {"id": "b", "at": (0, 3, 4, 3)}, {"id": "c", "at": (6, 0, 4, 4)}
    )
    after = dashboard({"id": "a", "at": (0, 4, 4, 3)}, {"id": "b", "at": (0, 7, 4, 3)}, {"id": "c", "at": (0, 0, 4, 4)})
    assert [(one.kind, one.id, one.displaced) for one in differences(before, after)] == [
        ("moved", "c", False),
        ("moved", "a", True),
        ("moved", "b", True),
    ]
    back = revert(after, before, [("moved", "c")])
    assert differences(before, back) == ()


def test_differences_swapped_items_only_the_farther_counts_as_moved() -> None:
    before = dashboard({"id": "a", "at": (0, 0, 4, 3)}, {"id": "b", "at": (0, 3, 4, 6)})
    after = dashboard({"id": "b", "at": (0, 0, 4, 6)}, {"id": "a", "at": (0, 6, 4, 3)})
    assert [(one.id, one.displaced) for one in differences(before, after)] == [("a", False), ("b", True)]


def test_differences_items_rising_after_a_removal_are_displaced() -> None:
    before = dashboard(
        {"id": "a", "at": (0, 0, 4, 3)}, {"id": "b", "at": (0, 3, 4, 6)}, {"id": "c", "at": (0, 9, 2, 2)}
    )
    after = dashboard({"id": "b", "at": (0, 0, 4, 6)}, {"id": "c", "at": (0, 6, 2, 2)})
    assert [(one.kind, one.id, one.displaced) for one in differences(before, after)] == [
        ("removed", "a", False),
        ("moved", "b", True),
        ("moved", "c", True),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_differences_after_many_drags_tell_dragged_from_displaced(seed: int) -> None:
    rng = random.Random(seed)
    items = [{"id": f"w{k}", "at": ((k % 4) * 3, (k // 4) * 3, 3, 3)} for k in range(60)]
    before = dashboard(*items)
    layout, dragged = before.layout, set()
    for _drag in range(8):
        name = f"w{rng.randrange(60)}"
        dropped = Drag(layout, [name]).drop(rng.randint(0, 9), rng.randint(0, 45))
        dragged |= {name} if dropped.cells != layout.cells else set()
        layout = dropped
    found = differences(before, replace(before, layout=layout))
    meant = {one.id for one in found if not one.displaced}
    assert (len(dragged - meant) <= 1, len(meant - dragged) <= 2) == (True, True)
    assert len(found) > len(meant)


def test_differences_without_compaction_item_moved_into_a_gap_is_moved() -> None:
    a, b, c = ({"id": name, "at": (0, 4 * k, 4, 2)} for k, name in enumerate("abc"))
    before = dashboard(a, b, c, compact="none")
    lower = dashboard(a, {**b, "at": (0, 5, 4, 2)}, c, compact="none")
    assert [(one.id, one.displaced) for one in differences(before, lower)] == [("b", False)]
    over = dashboard({**a, "at": (0, 3, 4, 2)}, {**b, "at": (0, 5, 4, 2)}, c, compact="none")
    assert [(one.id, one.displaced) for one in differences(before, over)] == [("a", False), ("b", True)]


def test_differences_name_each_field_and_keep_true_apart_from_one() -> None:
    before = dashboard({"id": "a", "at": (0, 0, 4, 3), "title": "Old", "config": {"text": "x", "n": 1}, "odd": [1]})
    after = dashboard({"id": "a", "at": (0, 0, 4, 3), "config": {"text": "y", "n": True}, "odd": [1], "static": True})
    (one,) = differences(before, after)
    assert one.kind == "changed"
    assert set(one.changes) == {
        Change(("title",), "Old", ABSENT),
        Change(("config", "text"), "x", "y"),
        Change(("config", "n"), 1, True),
        Change(("static",), ABSENT, True),
    }


def test_differences_of_variables_are_listed_one_by_one() -> None:
    shop = {"name": "shop", "label": "Shop", "type": "list", "values": [], "chosen": [], "multiple": False}
    before = dashboard(title="One", variables=[shop], breakpoints={"phone": {"columns": 2, "places": {}}})
    place = {"x": 0, "y": 0, "w": 2, "h": 2}
    after = dashboard(
        title="Two",
        variables=[{**shop, "label": "Laden"}],
        breakpoints={"phone": {"columns": 2, "places": {"a": place}}},
        theme="night",
    )
    found = _of(differences(before, after))
    assert {key[1] for key in found} == {"title", "variables.each.shop.label", "breakpoints.phone.places.a", "theme"}
    back = revert(after, before, [("document", "variables.each.shop.label"), ("document", "theme")])
    assert (back.title, back.variables[0].label, dict(back.source)) == ("Two", "Shop", {})


def test_differences_of_renamed_and_reordered_tabs_are_listed() -> None:
    one, two = {"id": "a", "title": "Today"}, {"id": "b", "title": "Week"}
    before = dashboard({"id": "t", "type": "tabs", "at": (0, 0, 6, 4), "tabs": [one, two]})
    after = dashboard(
        {"id": "t", "type": "tabs", "at": (0, 0, 6, 4), "tabs": [{**two, "title": "Month"}, one], "active": "a"}
    )
    (found,) = differences(before, after)
    assert sorted(found.changes) == [
        Change(("tabs", "each", "b", "title"), "Week", "Month"),
        Change(("tabs", "order"), ["a", "b"], ["b", "a"]),
    ]
    assert revert(after, before, [found.key]).layout.items[0].panes == before.layout.items[0].panes


def test_revert_of_an_item_moved_into_a_container_moves_it_out() -> None:
    a = {"id": "a", "at": (0, 0, 4, 3)}
    before = dashboard(a, {"id": "g", "type": "group", "at": (6, 0, 6, 3)})
    after = dashboard({"id": "g", "type": "group", "at": (6, 0, 6, 4), "items": [a]})
    (moved,) = differences(before, after)
    assert (moved.kind, moved.id) == ("moved", "a")
    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before.container, moved.after.container) == ("", "g")
    assert differences(before, revert(after, before, [moved.key])) == ()


def test_revert_of_a_new_container_keeps_items_moved_into_it() -> None:
    a = {"id": "a", "at": (0, 0, 4, 3)}
    before = dashboard(a)
    after = dashboard({"id": "g", "type": "group", "at": (4, 0, 6, 4), "items": [a]})
    back = revert(after, before, [("added", "g")])
    assert [(item.id, cell) for item, cell in back.layout] == [("a", Cell(4, 0, 4, 3))]


def test_revert_of_nested_containers_one_by_one_never_makes_a_cycle() -> None:
    before = dashboard({"id": "a", "type": "group", "at": (0, 0, 6, 5),
                        "items": [{"id": "b", "type": "group", "at": (0, 0, 4, 3), "items": []}]})  # fmt: skip
    after = dashboard({"id": "b", "type": "group", "at": (0, 0, 6, 5),
                       "items": [{"id": "a", "type": "group", "at": (0, 0, 4, 3), "items": []}]})  # fmt: skip
    back = revert(after, before, [("moved", "b")])
    assert _ids(back) == {"a", "b"}


def test_word_diff_examples() -> None:
    assert word_diff("week 46, node 6", "week 47, node 6") == (
        ("same", "week "),
        ("gone", "46"),
        ("new", "47"),
        ("same", ", node 6"),
    )
    assert word_count("week 46", "week 47") == 1
    assert word_diff("", "a b") == (("new", "a b"),)
    assert word_diff("a", "a") == (("same", "a"),)


@given(st.text("ab \n", max_size=30), st.text("ab \n", max_size=30))
def test_word_diff_applied_gives_the_other_text(old: str, new: str) -> None:
    runs = word_diff(old, new)
    assert "".join(run.text for run in runs if run.kind != "new") == old
    assert "".join(run.text for run in runs if run.kind != "gone") == new


@given(st.data())
@examples(60)
def test_json_diff_lines_are_both_documents_json(data: st.DataObject) -> None:
    before = data.draw(documents())
    after = data.draw(edited(before, "m"))
    lines = json_diff(before, after)
    for document, other in ((before, "new"), (after, "gone")):
        text = "\n".join(line.text for line in lines if line.kind != other)
        assert differences(parse_document(json.loads(text)), document) == ()
    known = _ids(before) | _ids(after) | {""}
    assert {line.item for line in lines} <= known
    assert all(line.kind == "same" for line in json_diff(before, before))


def test_json_diff_ignores_the_order_of_items() -> None:
    a, b, c = ({"id": name, "at": (4 * k, 0, 4, 3), "hint": 1} for k, name in enumerate("abc"))
    other = [{"hint": 1, **c}, {**a, "hint": 2}]
    lines = json_diff(dashboard(a, b, c), dashboard(*other))
    assert [(line.kind, line.text.strip(" ,"), line.item) for line in lines if "hint" in line.text] == [
        ("same", '"hint": 1', "c"),
        ("gone", '"hint": 1', "a"),
        ("new", '"hint": 2', "a"),
        ("gone", '"hint": 1', "b"),
    ]


def test_differences_in_containers_come_in_the_order_in_which_one_reads() -> None:
    def page(title: str) -> Document:
        inner = [{"id": "z", "at": (0, 0, 2, 2), "title": title}, {"id": "y", "at": (2, 0, 2, 2), "title": title}]
        group = {"id": "g", "type": "group", "at": (0, 0, 6, 4), "items": inner}
        return dashboard(group, {"id": "a", "at": (0, 4, 4, 3), "title": title})

    assert [one.id for one in differences(page("before"), page("after"))] == ["z", "y", "a"]
