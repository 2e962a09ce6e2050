"""Variables in titles and texts are shown as their values; the stored text does not change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import Document, Variable, parse_document
from benchboard.dashboards.document.widget_kinds import MAX_TITLE, tab_name, widget_of
from benchboard.dashboards.layout import Item
from benchboard.dashboards.variables.repeat_expansion import expand_repeats
from benchboard.dashboards.variables.templating import (
    TemplateRenderer,
    display_values,
    selection_summary,
    substitute,
    variables_in,
)

KNOWN = {"shop": "north", "state": "paid"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Orders of $shop", "Orders of north"),
        ("${shop}s", "norths"),
        ("[[shop]]: ${state}", "north: paid"),
        ("${shop:csv} [[state:raw]]", "north paid"),
        ("$shops", "$shops"),
        ("$shop_total", "$shop_total"),
        ("${other} [[other]] $other", "${other} [[other]] $other"),
        ("Ratio :shop", "Ratio :shop"),
        ("It costs $5 and $", "It costs $5 and $"),
        ("${shop", "${shop"),
        ("$shop$state", "northpaid"),
    ],
)
def test_fill_in_replaces_variables_with_their_values(written: str, shown: str) -> None:
    assert substitute(written, KNOWN) == shown


def test_variables_of_a_text_are_listed() -> None:
    assert variables_in("$a ${b} [[c:csv]] :d $5") == {"a", "b", "c"}


def test_fill_in_value_that_looks_like_a_variable_is_literal() -> None:
    assert substitute("$shop", {"shop": "$state", "state": "paid"}) == "$state"


def _shop(*chosen: str, **more: Any) -> Variable:
    return Variable("shop", "Shop", "list", ("a", "b", "c", "d", "e"), chosen, True, **more)


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        (_shop("a"), "a"),
        (_shop("a", "b"), "a and b"),
        (_shop("a", "b", "c"), "a, b and c"),
        (_shop("a", "b", "c", "d", "e"), "a, b, c and 2 more"),
        (_shop("a", "b", all_chosen=True, include_all=True), "All"),
        (_shop(), "none"),
        (_shop("  two\nlines\t"), "two lines"),
        (_shop("x" * 255), "x" * 79 + "…"),
    ],
)
def test_fill_in_joins_values_as_a_list(variable: Variable, said: str) -> None:
    assert display_values((variable,), {})["shop"] == said


def test_fill_in_uses_the_label_of_a_value() -> None:
    assert display_values((_shop("a", "b"),), {"shop": {"a": "Harbour Cycles"}})["shop"] == "Harbour Cycles and b"


def _item(**said: Any) -> Item:
    document = parse_document([{"id": "w", "type": "text", "position": {"x": 0, "y": 0, "w": 4, "h": 4}, **said}])
    return document.layout.items[0]


def test_fill_in_item_without_variables_is_the_same_object() -> None:
    item = _item(title="$other", config={"text": "words"})
    assert TemplateRenderer((_shop("a"),)).item(item) is item


def test_fill_in_repeated_value_takes_precedence() -> None:
    wording = TemplateRenderer((_shop("a", "b", all_chosen=True),), own={"w": {"shop": ("b",)}})
    item = _item(title="Of $shop")
    assert widget_of(wording.item(item)).title == "Of b"
    assert wording.item(item) is wording.item(item)
    assert item.source["title"] == "Of $shop"


def test_fill_in_markdown_escapes_the_value() -> None:
    value = "<b>*north*</b> [x](http://y) `z` & # 1. - _"
    shown = TemplateRenderer((_shop(value),)).item(_item(config={"text": "# $shop"}))
    text = widget_of(shown).config["text"]
    assert text == r"# \<b\>\*north\*\</b\> \[x\](http://y) \`z\` \& \# 1\. - \_"


def test_fill_in_markdown_value_at_line_start_makes_no_list() -> None:
    shown = TemplateRenderer((_shop("- one"),)).item(_item(config={"text": "$shop"}))
    assert widget_of(shown).config["text"] == r"\- one"


def test_fill_in_leaves_queries_unchanged() -> None:
    item = _item(type="metric_card", title="x", query="select '$shop'")
    assert TemplateRenderer((_shop("a"),)).item(item) is item


def test_fill_in_tab_titles() -> None:
    tabs = {"id": "w", "type": "tabs", "position": {"x": 0, "y": 0, "w": 4, "h": 4},
            "tabs": [{"id": "p", "title": "Of $shop", "items": []}, {"id": "q", "title": "b", "items": []}]
            }  # fmt: skip
    item = parse_document([tabs]).layout.items[0]
    shown = TemplateRenderer((_shop("a"),)).item(item)
    assert [tab_name(shown, k) for k in (0, 1)] == ["Of a", "b"]
    assert shown.panes[0].layout is item.panes[0].layout


@given(st.text(max_size=200).filter(lambda text: "\0" not in text and "\n" not in text), st.text(max_size=255))
def test_fill_in_title_is_cut_to_the_limit(title: str, value: str) -> None:
    shown = TemplateRenderer((_shop(value, value),)).item(_item(title=(title + "$shop")[:MAX_TITLE]))
    assert len(widget_of(shown).title) <= MAX_TITLE


def test_fill_in_ten_thousand_uses_stays_bounded() -> None:
    shown = TemplateRenderer((_shop("x" * 255),)).item(_item(config={"text": "$shop " * 10_000}))
    assert len(str(widget_of(shown).config["text"])) < 200_000


def _repeated(title: str) -> Document:
    item = {"id": "w", "type": "text", "title": title, "position": {"x": 0, "y": 0, "w": 4, "h": 2},
            "repeat": {"variable": "shop"}}  # fmt: skip
    variable = {"name": "shop", "values": ["a$state", "b"], "chosen": ["a$state", "b"], "multiple": True}
    other = {"name": "state", "values": ["paid"], "chosen": ["paid"]}
    return parse_document(
        {"format": "benchboard/dashboard", "version": 2, "items": [item], "variables": [variable, other]}
    )


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Orders", ["Orders · a$state", "Orders · b"]),
        ("Orders of $shop", ["Orders of a$state", "Orders of b"]),
        ("Orders of [[shop]], $state", ["Orders of a$state, paid", "Orders of b, paid"]),
        ("", ["", ""]),
        ("x" * 200, [f"{'x' * 190}", f"{'x' * 190}"]),
    ],
)
def test_fill_in_copy_names_its_value_once(title: str, shown: list[str]) -> None:
    seen = expand_repeats(_repeated(title))
    wording = TemplateRenderer(seen.document.variables, own=seen.chosen)
    titles = [widget_of(wording.item(item)).title for item in seen.document.layout.items]
    if len(title) == 200:
        assert [words.startswith("x" * 180) and words.rpartition(" · ")[2] in ("a$state", "b") for words in titles]
        assert len(set(titles)) == 2
    else:
        assert titles == shown


def test_selection_text_is_one_line() -> None:
    many = Variable("n", "", "list", (), tuple(map(str, range(20))), True)
    line = selection_summary([_shop("a", "b"), Variable("state", "", "text"), many], {"shop": {"b": "The B"}})
    assert line == "Shop: a, The B · state: none · n: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 +8"
    assert selection_summary([_shop("a", all_chosen=True)], {}) == "Shop: All"
    assert selection_summary([], {}) == ""
