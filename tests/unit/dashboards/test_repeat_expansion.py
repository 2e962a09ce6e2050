"""Repeated items are shown once for each selected value, in every container, each with its own value; the document does
not change."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import Document, Variable, fitted_document, parse_document
from benchboard.dashboards.layout import Layout, PageIndex, walk_items
from benchboard.dashboards.variables.repeat_expansion import VariableChoice, expand_repeats, has_repeats, with_choices
from benchboard.errors import Invalid
from support.examples import examples
from support.pages import check_page, random_page

SHOPS = ["north", "south", "west"]


def _document(items: list[dict[str, Any]], chosen: list[str]) -> Document:
    variable = {"name": "shop", "values": SHOPS, "chosen": chosen, "multiple": True}
    return parse_document({"format": "benchboard/dashboard", "version": 2, "items": items, "variables": [variable]})


def _widget(name: str, y: int = 0, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "text", "title": name, "position": {"x": 0, "y": y, "w": 4, "h": 2}, **more}


REPEAT = {"repeat": {"variable": "shop", "direction": "across"}}


def test_expand_gives_each_value_its_widget() -> None:
    document = _document([_widget("w", **REPEAT), _widget("below", 2)], ["north", "south"])
    shown = expand_repeats(document)
    assert has_repeats(document)
    assert dict(shown.chosen) == {"w@1": {"shop": ("north",)}, "w@2": {"shop": ("south",)}}
    page = PageIndex(shown.document.layout)
    assert page.item("w@2").source["title"] == "w · ${shop}"
    assert [page.shown[name] for name in ("w@1", "w@2", "below")] == [(0, 0, 6, 2), (6, 0, 6, 2), (0, 2, 4, 2)]


def test_expand_one_value_equals_several() -> None:
    shown = expand_repeats(_document([_widget("w", **REPEAT)], ["north"]))
    assert shown.document.layout.items[0].source["title"] == "w · ${shop}"


def test_expand_container_gives_its_items_the_value() -> None:
    inner = _widget("in", **{"title": "In"})
    group = {**_widget("g", **REPEAT), "type": "group", "items": [inner]}
    shown = expand_repeats(_document([group, _widget("in@2", 9)], SHOPS))
    values = {name: own["shop"][0] for name, own in shown.chosen.items()}
    found = [found.item.id for found in walk_items(shown.document.layout)]
    assert len(found) == len(set(found)) == 7
    assert sorted(values.values()) == sorted(SHOPS * 2)
    assert "in@2" not in values  # that one is somebody else


def test_expand_line_beside_a_tall_item_stays_one() -> None:
    tabs = {"id": "t", "type": "tabs", "position": {"x": 0, "y": 0, "w": 6, "h": 4},
            "tabs": [{"id": "one", "items": [_widget("in")]}]}  # fmt: skip
    group = {"id": "g", "type": "group", "position": {"x": 6, "y": 0, "w": 6, "h": 9},
             "items": [_widget("in2"), _widget("in3", 2), _widget("in4", 4)]}  # fmt: skip
    page = PageIndex(expand_repeats(_document([tabs, group, _widget("w", 4, **REPEAT)], SHOPS)).document.layout)
    rows = {page.shown[name].y for name in ("w@1", "w@2", "w@3")}
    assert len(rows) == 1
    assert page.shown["t"].bottom == rows.pop() < page.shown["g"].y == page.shown["w@3"].bottom


def test_expand_invalid_repeat_names_its_widget() -> None:
    with pytest.raises(Invalid) as refused:
        expand_repeats(_document([_widget("w", repeat={"variable": "shop", "direction": "around"})], SHOPS))
    assert (refused.value.facts["item"], refused.value.facts["field"]) == ("w", "repeat.direction")


@given(st.integers(0, 10**9), st.lists(st.sampled_from(SHOPS), unique=True))
@examples(150)
def test_expand_makes_no_overlap_and_no_duplicate_id(seed: int, chosen: list[str]) -> None:
    rng = random.Random(seed)
    items = random_page(rng, 12)
    _sprinkle(rng, items)
    shown = expand_repeats(_document(items, chosen))
    check_page(shown.document.layout)
    names = [found.item.id for found in walk_items(shown.document.layout)]
    assert len(names) == len(set(names))
    assert shown.chosen.keys() <= set(names)


def _sprinkle(rng: random.Random, items: list[dict[str, Any]]) -> None:
    for item in items:
        if rng.random() < 0.4:
            item["repeat"] = {
                "variable": "shop",
                "direction": rng.choice(["across", "down"]),
                "most": rng.randint(1, 4),
            }
        for held in (item.get("items"), *(tab["items"] for tab in item.get("tabs", ()))):
            _sprinkle(rng, held or [])


def _nested(levels: int, count: int) -> Document:
    item = _widget("leaf")
    names = [f"v{level}" for level in range(levels)]
    for name in names:
        item = {**_widget(f"g-{name}"), "type": "group", "items": [item], "repeat": {"variable": name}}
    values = [str(number) for number in range(count)]
    variables = [{"name": name, "values": values, "chosen": values, "multiple": True} for name in names]
    return parse_document({"format": "benchboard/dashboard", "version": 2, "items": [item], "variables": variables})


@pytest.mark.parametrize(("levels", "count"), [(2, 200), (8, 10), (1, 1_000), (8, 1_000)])
def test_expand_nested_repeats_counts_before_making(levels: int, count: int) -> None:
    document = _nested(levels, count)
    if levels == 1:
        assert len(expand_repeats(document).chosen) == 2 * count
        return
    with pytest.raises(Invalid) as refused:
        expand_repeats(document)
    assert refused.value.code == "layout.too-many-items"
    assert refused.value.facts["item"] in {found.item.id for found in walk_items(document.layout)}


def _seen(variable: Variable, choice: VariableChoice | None = None, offered: tuple[str, ...] | None = None) -> Variable:
    document = Document(Layout.of(12, ()), variables=(variable,))
    choices = {} if choice is None else {"v": choice}
    return with_choices(document, choices, {} if offered is None else {"v": offered}).variables[0]


ASKED = Variable("v", "", "query", (), ("a", "b"), True, "SELECT 'a'", include_all=True)


def test_expand_selected_value_missing_from_options_stays() -> None:
    assert _seen(ASKED, None, ("c",)).chosen == ("a", "b")
    assert _seen(ASKED, None, ("c",)).values == ("c",)
    assert _seen(ASKED, VariableChoice(("x",)), ("c",)).chosen == ("x",)
    assert _seen(ASKED, VariableChoice(()), ("c",)).chosen == ()


def test_expand_all_uses_the_current_options() -> None:
    chosen = VariableChoice(all=True)
    assert _seen(ASKED, chosen).chosen == ("a", "b")
    assert _seen(ASKED, chosen, ("c", "d")).chosen == ("c", "d")
    assert _seen(ASKED, chosen, ()).chosen == ()
    assert _seen(replace(ASKED, chosen=(), values=("k",), all_chosen=True)).chosen == ("k",)
    assert not _seen(replace(ASKED, all_chosen=True), VariableChoice(("c",)), ("c",)).all_chosen
    assert _seen(replace(ASKED, include_all=False), chosen, ("c",)).chosen == ("a", "b")  # no longer offered
    typed = Variable("v", "", "list", ("x", "y"), ("x",), False, include_all=True)
    assert _seen(typed, chosen).chosen == ("x", "y")
    assert _seen(replace(typed, all_chosen=True, values=("x", "y", "z"))).chosen == ("x", "y", "z")


def test_expand_list_skips_values_no_longer_offered() -> None:
    typed = Variable("v", "", "list", ("x", "y"), ("x",), True)
    assert _seen(typed, VariableChoice(("gone", "y"))).chosen == ("y",)
    assert _seen(typed, VariableChoice(("gone",))).chosen == ("x",)


def test_expand_repeats_follow_all() -> None:
    document = _document([_widget("w", **REPEAT)], ["north"])
    asked = replace(ASKED, name="shop", all_chosen=True)
    seen = with_choices(replace(document, variables=(asked,)), {}, {"shop": ("east", "west", "north")})
    assert [own["shop"] for own in expand_repeats(seen).chosen.values()] == [("east",), ("west",), ("north",)]


def test_expand_beyond_the_last_row_is_rejected() -> None:
    tall = {"w": 12, "h": 1_000}
    below = [_widget(f"b{k}", position={"x": 0, "y": 1_000 * (k + 1), **tall}) for k in range(4)]
    down = {"repeat": {"variable": "shop", "direction": "down"}}
    values = [str(k) for k in range(99)]
    repeated = _widget("w", position={"x": 0, "y": 0, **tall}, **down)
    assert expand_repeats(_document([repeated, *below[:2]], values))
    groups = [{"id": name, "type": "group", "position": {"x": 0, "y": k, "w": 12, "h": 1},
               "items": [{**repeated, "id": f"i{name}"}]} for k, name in enumerate("gh")]  # fmt: skip
    for items in ([repeated, *below], groups):
        with pytest.raises(Invalid, match="longer than 100000 rows") as refused:
            expand_repeats(fitted_document(_document(items, values)))
        assert refused.value.code == "layout.too-long"
        assert refused.value.do
