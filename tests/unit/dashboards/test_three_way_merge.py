"""Three-way merges of a dashboard: no edit is lost, none is guessed, and every merge ends."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import Document, fitted_document, parse_document, write_document
from benchboard.dashboards.layout import Cell, Item, PageIndex, map_items, walk_items
from benchboard.dashboards.versions.diff import differences
from benchboard.dashboards.versions.item_map import ItemPosition
from benchboard.dashboards.versions.json_fields import ABSENT, POSITION, WHOLE
from benchboard.dashboards.versions.three_way_merge import Key, MergeConflict, Resolution, merge, resolve
from support.edits import dashboard, documents, edited
from support.examples import examples
from support.pages import check_page

A: dict[str, Any] = {"id": "a", "at": (0, 0, 4, 3), "title": "A"}
B: dict[str, Any] = {"id": "b", "at": (4, 0, 4, 3), "title": "B"}


def _items(document: Document) -> dict[str, Item]:
    return {found.item.id: found.item for found in walk_items(document.layout)}


def _cells(document: Document) -> dict[str, Cell]:
    return {found.item.id: found.cell for found in walk_items(document.layout)}


def _three(data: st.DataObject) -> tuple[Document, Document, Document]:
    base = data.draw(documents())
    return base, data.draw(edited(base, "m")), data.draw(edited(base, "t"))


@given(st.data())
@examples(100)
def test_merge_takes_edits_of_one_side_and_equal_edits(data: st.DataObject) -> None:
    base = data.draw(documents())
    edit = data.draw(edited(base, "m"))
    for mine, theirs, by in ((edit, base, "mine"), (base, edit, "theirs"), (edit, edit, "both")):
        merged = merge(base, mine, theirs)
        assert merged.conflicts == ()
        assert differences(edit, merged.document) == ()
        assert {one.by for one in merged.merged} <= {by}
    assert write_document(merge(base, edit, base).document) == write_document(edit)


@given(st.data())
@examples(250)
def test_merge_loses_nothing_and_is_a_dashboard(data: st.DataObject) -> None:
    base, mine, theirs = _three(data)
    merged = merge(base, mine, theirs)
    check_page(merged.document.layout)
    again = parse_document(write_document(merged.document))
    assert differences(merged.document, again) == ()
    was, one, other = _items(base).keys(), _items(mine).keys(), _items(theirs).keys()
    here = _items(merged.document).keys()
    assert here >= (one & other) | ((one | other) - was)
    assert here <= one | other | {name for name in here if name.startswith("new-")}
    for conflict in merged.conflicts:
        assert conflict.mine != conflict.theirs or conflict.mine is not conflict.theirs
        assert conflict.id == "" or conflict.id in here
    assert len({conflict.key for conflict in merged.conflicts}) == len(merged.conflicts)


@given(st.data())
@examples(150)
def test_merge_without_conflicts_is_symmetric(data: st.DataObject) -> None:
    base, mine, theirs = _three(data)
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)
    assert {conflict.key for conflict in one.conflicts} == {conflict.key for conflict in other.conflicts}
    renamed = any(merged.instead_of for merged in one.merged)
    if not one.conflicts and not renamed:
        assert differences(one.document, other.document) == ()


@given(st.data())
@examples(150)
def test_merge_every_decision_gives_a_dashboard(data: st.DataObject) -> None:
    base, mine, theirs = _three(data)
    merged = merge(base, mine, theirs)
    kinds: tuple[Resolution, ...] = ("mine", "theirs", "both")
    choices: dict[Key, Resolution] = {one.key: data.draw(st.sampled_from(kinds)) for one in merged.conflicts}
    document = resolve(merged, choices)
    check_page(document.layout)
    assert differences(document, parse_document(write_document(document))) == ()
    assert resolve(merged, {}) == merged.document


def _copied(document: Document) -> Document:
    """An equal document that has no item in common with it."""
    return replace(document, layout=map_items(document.layout, lambda item, cell: (replace(item), cell)))


@given(st.data())
@examples(150)
def test_merge_and_differences_of_documents_that_share_items_are_those_of_copies(data: st.DataObject) -> None:
    base, mine, theirs = _three(data)
    quick, slow = merge(base, mine, theirs), merge(*map(_copied, (base, mine, theirs)))
    assert write_document(quick.document) == write_document(slow.document)
    assert (quick.merged, quick.conflicts) == (slow.merged, slow.conflicts)
    assert differences(mine, theirs) == differences(_copied(mine), _copied(theirs))


def test_merge_keeps_the_items_that_no_side_changed() -> None:
    base = dashboard(A, B)
    page = PageIndex(base.layout)
    mine = replace(base, layout=page.with_item(replace(page.item("a"), source={**page.item("a").source, "title": "M"})))
    merged = merge(base, mine, base)
    assert _items(merged.document)["a"] is _items(mine)["a"]
    assert _items(merged.document)["b"] is _items(base)["b"]


def test_merge_different_fields_of_an_item_takes_both() -> None:
    base = dashboard({**A, "config": {"text": "x"}}, B)
    mine = dashboard({**A, "title": "Mine", "config": {"text": "x"}}, {**B, "at": (8, 0, 4, 3)})
    theirs = dashboard({**A, "config": {"text": "y", "unit": "%"}}, B)
    merged = merge(base, mine, theirs)
    assert merged.conflicts == ()
    item = _items(merged.document)["a"]
    assert (item.source["title"], item.source["config"]) == ("Mine", {"text": "y", "unit": "%"})
    assert _cells(merged.document)["b"] == Cell(8, 0, 4, 3)
    assert [(one.by, one.difference.kind, one.difference.id) for one in merged.merged] == [
        ("mine", "changed", "a"),
        ("theirs", "changed", "a"),
        ("mine", "moved", "b"),
    ]


def test_merge_same_field_of_both_is_a_conflict() -> None:
    base, mine, theirs = (dashboard({**A, "title": title}, B) for title in ("A", "Mine", "Theirs"))
    merged = merge(base, mine, theirs)
    assert merged.conflicts == (MergeConflict("a", ("title",), "A", "Mine", "Theirs"),)
    (conflict,) = merged.conflicts
    for choice, title in (("mine", "Mine"), ("theirs", "Theirs")):
        choices: dict[Key, Resolution] = {conflict.key: choice}  # type: ignore[dict-item]
        assert _items(resolve(merged, choices))["a"].source["title"] == title
    both = _items(resolve(merged, {conflict.key: "both"}))
    assert {name: item.source["title"] for name, item in both.items()} == {"a": "Mine", "b": "B", "a-2": "Theirs"}


def test_merge_position_is_one_field() -> None:
    base = dashboard(A, B)
    mine, theirs = dashboard({**A, "at": (8, 0, 4, 3)}, B), dashboard({**A, "at": (0, 0, 2, 5)}, B)
    (conflict,) = (merged := merge(base, mine, theirs)).conflicts
    assert (conflict.key, conflict.theirs) == (("a", POSITION), ItemPosition("", "", Cell(0, 0, 2, 5)))
    assert _cells(merged.document)["a"] == Cell(8, 0, 4, 3)
    assert _cells(resolve(merged, {conflict.key: "theirs"}))["a"] == Cell(0, 0, 2, 5)


def test_merge_displaced_items_never_conflict() -> None:
    base = dashboard({**A, "at": (0, 0, 12, 3)}, {**B, "at": (0, 3, 12, 3)})
    mine = dashboard({"id": "m", "at": (0, 0, 12, 2)}, {**A, "at": (0, 2, 12, 3)}, {**B, "at": (0, 5, 12, 3)})
    theirs = dashboard({**A, "at": (0, 0, 12, 3)}, {"id": "t", "at": (0, 3, 12, 4)}, {**B, "at": (0, 7, 12, 3)})
    merged = merge(base, mine, theirs)
    assert merged.conflicts == ()
    assert {name: cell.y for name, cell in _cells(merged.document).items()} == {"m": 0, "a": 2, "t": 5, "b": 9}


def test_merge_item_removed_by_one() -> None:
    base, mine = dashboard(A, B), dashboard(A)
    assert _items(merge(base, mine, base).document).keys() == {"a"}
    theirs = dashboard(A, {**B, "title": "New"})
    merged = merge(base, mine, theirs)
    (conflict,) = merged.conflicts
    assert (conflict.key, conflict.mine) == (("b", WHOLE), ABSENT)
    assert _items(merged.document).keys() == {"a", "b"}
    assert _items(resolve(merged, {conflict.key: "mine"})).keys() == {"a"}
    assert _items(resolve(merged, {conflict.key: "theirs"})).keys() == {"a", "b"}


def test_merge_two_new_items_of_one_id_keeps_both_with_contents() -> None:
    base = dashboard(A)
    mine = dashboard(A, {"id": "g", "type": "group", "at": (4, 0, 4, 3), "items": [{"id": "x", "at": (0, 0, 2, 2)}]})
    theirs = dashboard(A, {"id": "g", "type": "group", "title": "Theirs", "at": (4, 0, 4, 3),
                           "items": [{"id": "y", "at": (0, 0, 2, 2)}]})  # fmt: skip
    merged = merge(base, mine, theirs)
    assert merged.conflicts == ()
    paths = PageIndex(merged.document.layout).paths
    assert paths == {"a": (), "g": (), "x": (("g", 0),), "g-2": (), "y": (("g-2", 0),)}
    assert [(one.difference.id, one.instead_of) for one in merged.merged if one.instead_of] == [("g-2", "g")]


def _group(*items: dict[str, Any], name: str = "g", at: tuple[int, int, int, int] = (0, 3, 8, 4)) -> dict[str, Any]:
    return {"id": name, "type": "group", "title": name, "at": at, "items": list(items)}


def test_merge_container_removed_while_items_moved_into_it() -> None:
    base, mine = dashboard(A, B, _group()), dashboard(A, B)
    theirs = dashboard(A, _group({**B, "at": (0, 0, 4, 3)}))
    merged = merge(base, mine, theirs)
    (conflict,) = merged.conflicts
    assert conflict.key == ("g", WHOLE)
    assert PageIndex(merged.document.layout).path("b") == (("g", 0),)
    gone = resolve(merged, {conflict.key: "mine"})
    assert PageIndex(gone.layout).paths == {"a": (), "b": ()}
    assert _items(gone)["b"].source["title"] == "B"


def test_merge_restored_container_holds_what_is_kept() -> None:
    inner = {**B, "at": (0, 0, 4, 3)}
    base, mine = dashboard(A, _group(inner)), dashboard(A)
    theirs = dashboard(A, _group({**inner, "title": "New"}))
    merged = merge(base, mine, theirs)
    (conflict,) = merged.conflicts
    assert conflict.key == ("b", WHOLE)
    assert _items(resolve(merged, {conflict.key: "mine"})).keys() == {"a"}
    assert PageIndex(resolve(merged, {conflict.key: "theirs"}).layout).path("b") == (("g", 0),)


def test_merge_containers_moved_into_each_other_is_one_conflict() -> None:
    base = dashboard(_group(name="a", at=(0, 0, 6, 3)), _group(name="b", at=(6, 0, 6, 3)))
    mine = dashboard(_group(_group(name="a", at=(0, 0, 6, 3)), name="b", at=(6, 0, 6, 3)))
    theirs = dashboard(_group(_group(name="b", at=(0, 0, 6, 3)), name="a", at=(0, 0, 6, 3)))
    merged = merge(base, mine, theirs)
    (conflict,) = merged.conflicts
    assert (conflict.path, set(conflict.ids)) == (POSITION, {"a", "b"})
    assert PageIndex(merged.document.layout).path("a") == (("b", 0),)
    other = resolve(merged, {conflict.key: "theirs"})
    assert PageIndex(other.layout).path("b") == (("a", 0),)
    assert _items(other).keys() == {"a", "b"}


def test_merge_three_containers_in_a_cycle_ends() -> None:
    a, b, c = (_group(name=name, at=(4 * k, 0, 4, 3)) for k, name in enumerate("abc"))
    base = dashboard(a, b, c)
    mine = dashboard({**b, "items": [{**a, "at": (0, 0, 4, 3)}]}, c)
    theirs = dashboard({**a, "items": [{**c, "at": (0, 0, 4, 3), "items": [{**b, "at": (0, 0, 4, 3)}]}]})
    merged = merge(base, mine, theirs)
    assert any(conflict.ids for conflict in merged.conflicts)
    assert _items(merged.document).keys() == {"a", "b", "c"}
    check_page(merged.document.layout)


def _tabs(*tabs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "t", "type": "tabs", "at": (0, 3, 12, 4), "tabs": list(tabs), **more}


def test_merge_tabs_of_both() -> None:
    one, two, three, four = ({"id": name, "title": name.upper(), "items": []} for name in "abcd")
    base = dashboard(A, _tabs(one, two))
    mine = dashboard(A, _tabs({**one, "title": "Mine"}, two, three))
    theirs = dashboard(A, _tabs(four, one, two))
    (tabs,) = (item for item in merge(base, mine, theirs).document.layout.items if item.id == "t")
    assert [(pane.id, pane.title) for pane in tabs.panes] == [("a", "Mine"), ("b", "B"), ("c", "C"), ("d", "D")]
    closed = dashboard(_tabs(one), A)
    filled = dashboard(_tabs(one, {**two, "items": [{**A, "at": (0, 0, 4, 3)}]}))
    merged = merge(base, closed, filled)
    assert PageIndex(merged.document.layout).path("a") == (("t", 1),)


def test_merge_tabs_with_different_ones_closed_stay_tabs() -> None:
    one, two = ({"id": name, "title": name, "items": []} for name in "ab")
    merged = merge(dashboard(_tabs(one, two)), dashboard(_tabs(one)), dashboard(_tabs(two)))
    (tabs,) = merged.document.layout.items
    assert len(tabs.panes) == 1
    parse_document(write_document(merged.document))


def test_merge_kind_changed_and_tab_renamed() -> None:
    one = {"id": "a", "title": "A", "items": []}
    base, mine = dashboard(_tabs(one)), dashboard(_tabs({**one, "title": "Mine"}))
    theirs = dashboard({**_group(), "id": "t"})
    merged = merge(base, mine, theirs)
    assert _items(merged.document)["t"].type == "group"
    assert "tabs" not in _items(merged.document)["t"].source
    assert [conflict.path for conflict in merged.conflicts] == []


def test_merge_size_limits_that_would_cross_are_one_conflict() -> None:
    base, mine, theirs = dashboard(A), dashboard({**A, "min_w": 4}), dashboard({**A, "max_w": 3})
    merged = merge(base, mine, theirs)
    (conflict,) = merged.conflicts
    assert conflict.path == ("min_w", "max_w")
    assert _items(resolve(merged, {conflict.key: "theirs"}))["a"].max_w == 3
    assert _items(merged.document)["a"].min_w == 4


def test_merge_containers_nested_too_deep_move_up() -> None:
    def nest(names: str, inner: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for name in reversed(names):
            inner = [_group(*inner, name=name, at=(0, 0, 8, 3))]
        return inner

    base = dashboard(*nest("abcdef", []), _group(name="g", at=(0, 20, 8, 3)))
    mine = dashboard(*nest("abcdefg", []))
    theirs = dashboard(*nest("abcdef", []), *nest("ghij", [{**A, "id": "leaf"}]))
    merged = merge(base, mine, theirs)
    assert _items(merged.document).keys() == {*"abcdefghij", "leaf"}
    parse_document(write_document(merged.document))


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_merge_document_fields_one_by_one(choice: Resolution) -> None:
    shop = {"name": "shop", "label": "Shop", "type": "list", "values": ["n"], "chosen": [], "multiple": False}
    line = {**shop, "name": "line"}
    base = dashboard(A, title="One", variables=[shop])
    mine = dashboard(A, title="Mine", variables=[line, {**shop, "label": "Laden"}])
    phone = {"columns": 2, "places": {"a": {"x": 0, "y": 0, "w": 2, "h": 2}}}
    theirs = dashboard(
        A, title="Theirs", variables=[{**shop, "chosen": ["n"]}], theme="night", breakpoints={"phone": phone}
    )
    merged = merge(base, mine, theirs)
    assert [conflict.key for conflict in merged.conflicts] == [("", ("title",))]
    document = resolve(merged, {("", ("title",)): choice})
    assert document.title == choice.title()
    assert [(one.name, one.label, one.chosen) for one in document.variables] == [
        ("line", "Shop", ()),
        ("shop", "Laden", ("n",)),
    ]
    assert document.source == {"theme": "night"}
    assert document.breakpoints["phone"].places["a"] == Cell(0, 0, 2, 2)


def test_merge_home_layout_keeps_its_form_until_needed() -> None:
    bare = parse_document([{"id": "a", "type": "text", "position": {"x": 0, "y": 0, "w": 4, "h": 3}}])
    assert merge(bare, bare, bare).document.form == 0
    assert merge(bare, bare, replace(bare, form=2)).document.form == 2


def test_merge_query_variable_edited_by_both() -> None:
    asked = {"name": "shop", "type": "query", "query": "SELECT 'a'", "chosen": ["n"], "later": {"a": 1}}
    base = dashboard(A, variables=[asked])
    mine = dashboard(A, variables=[{**asked, "query": "SELECT 'b'"}])
    theirs = dashboard(A, variables=[{**asked, "include_all": True, "all_chosen": True, "later": {"a": 2}}])
    merged = merge(base, mine, theirs)
    assert not merged.conflicts
    (variable,) = merged.document.variables
    assert (variable.query, variable.include_all, variable.all_chosen) == ("SELECT 'b'", True, True)
    assert variable.source["later"] == {"a": 2}
    other = dashboard(A, variables=[{**asked, "query": "SELECT 'c'"}])
    (conflict,) = merge(base, mine, other).conflicts
    assert conflict.path == ("variables", "each", "shop", "query")


@given(st.data())
@examples(100)
def test_merge_all_selected_only_where_offered(data: st.DataObject) -> None:
    flags = st.fixed_dictionaries({"include_all": st.booleans(), "all_chosen": st.booleans()})
    sides = [dashboard(A, variables=[{"name": "shop", **data.draw(flags)}]) for _side in range(3)]
    merged = merge(*sides)
    choices: dict[Key, Resolution] = {
        one.key: data.draw(st.sampled_from(("mine", "theirs"))) for one in merged.conflicts
    }
    had = any(_unoffered(side) for side in sides[1:])
    for document in (merged.document, resolve(merged, choices)):
        assert had or not _unoffered(document)


def _unoffered(document: Document) -> bool:
    return any(one.all_chosen and not one.include_all for one in document.variables)


def test_merge_all_unselected_where_the_other_removed_it() -> None:
    shop = {"name": "shop", "values": ["n"], "chosen": ["n"], "include_all": True}
    base, chosen = dashboard(A, variables=[shop]), dashboard(A, variables=[{**shop, "all_chosen": True}])
    taken_away = dashboard(A, variables=[{**shop, "include_all": False}])
    for mine, theirs, by in ((chosen, taken_away, "theirs"), (taken_away, chosen, "mine")):
        merged = merge(base, mine, theirs)
        (variable,) = merged.document.variables
        assert (variable.include_all, variable.all_chosen, variable.chosen) == (False, False, ("n",))
        # What was not taken is not told as taken.
        assert [(one.by, one.difference.id) for one in merged.merged] == [(by, "variables.each.shop.include_all")]


def test_merge_of_a_widget_added_in_nested_tabs_pushes_what_lies_below_once() -> None:
    """The tabs around it grew with it on one side; with the other side's height they grew again, and pushed again."""

    def page(added: bool) -> Document:
        new = [{"id": "new", "type": "text", "position": {"x": 0, "y": 0, "w": 2, "h": 3}}] if added else []
        grown = len(new)
        inner = [{"id": "t0", "title": "Tab 0", "items": []}, {"id": "t1", "title": "Tab 1", "items": new}]
        below = {"id": "row", "type": "row", "position": {"x": 0, "y": 3 + grown, "w": 5, "h": 1}, "collapsed": True}
        items = [
            {"id": "note", "type": "text", "position": {"x": 4, "y": 4 + grown, "w": 1, "h": 1}},
            {"id": "inner", "type": "tabs", "position": {"x": 0, "y": 0, "w": 2, "h": 3 + grown}, "tabs": inner},
            below | {"items": []},
        ]
        outer = {"id": "outer", "type": "tabs", "position": {"x": 3, "y": 0, "w": 5, "h": 6 + grown}}
        tabs = [{"id": "t0", "title": "Tab 0", "items": items}]
        form = {"format": "benchboard/dashboard", "version": 2, "title": "Line 2", "columns": 12, "compact": "vertical"}
        return parse_document(form | {"items": [outer | {"tabs": tabs}]})

    base, edit = page(added=False), page(added=True)
    assert (fitted_document(base), fitted_document(edit)) == (base, edit)
    assert differences(edit, merge(base, edit, base).document) == ()
    assert differences(edit, merge(base, base, edit).document) == ()
