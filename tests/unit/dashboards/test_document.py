"""The document's JSON: any version in, the newest out, nothing lost, and what is wrong named."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.document import fitted_document, parse_document, write_document, write_home
from benchboard.errors import Invalid
from support.examples import examples
from support.pages import random_page

ITEM = {"id": "w1", "type": "kpi", "position": {"x": 0, "y": 0, "w": 3, "h": 2}}
ROW = {"id": "r1", "type": "row", "title": "", "position": {"x": 0, "y": 0, "w": 12, "h": 1}}
names = st.text("abcdefgh_", min_size=1, max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("äb<c>\U0001f6e0", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", max_size=4), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document of the newest version, with fields nobody knows."""
    rng, columns = random.Random(draw(st.integers(0, 10**9))), draw(st.sampled_from([6, 12, 24]))
    variables = [
        {"name": name, "label": draw(st.text(max_size=5).filter(lambda text: "\n" not in text and text.isprintable())),
         "type": draw(st.sampled_from(["list", "query", "text"])), "values": ["a", "b"], "chosen": ["a"],
         "multiple": draw(st.booleans()), "hint": draw(json_values),
         **draw(st.sampled_from([{}, {"query": "SELECT 'a'", "include_all": True, "all_chosen": True}]))}
        for name in draw(st.lists(names, unique=True, max_size=3))
    ]  # fmt: skip
    places = {"i0": {"x": 0, "y": draw(st.integers(0, 9)), "w": 2, "h": 2}}
    return {
        **draw(st.dictionaries(st.text("uvw", min_size=4, max_size=5), json_values, max_size=2)),
        "format": "benchboard/dashboard",
        "version": 2,
        "title": draw(st.text("abc é", max_size=9)),
        "description": "one\ntwo",
        "columns": columns,
        "compact": draw(st.sampled_from(["vertical", "horizontal", "none"])),
        "variables": variables,
        "items": random_page(rng, columns),
        "breakpoints": {"phone": {"columns": 2, "places": places, "note": draw(json_values)}},
    }


@given(documents())
@examples(150)
def test_document_written_and_read_is_equal_with_unknown_fields(document: dict[str, Any]) -> None:
    written = write_document(parse_document(document))
    assert write_document(parse_document(written)) == written
    for key, value in document.items():
        if key != "items":  # containers say their own height
            assert written[key] == value, key


def test_parse_older_versions_and_write_home_keeps_the_simple_form() -> None:
    bare, second = [ITEM], {"columns": 24, "items": [ITEM], "theme": "night"}
    assert write_home(parse_document(bare)) == bare
    assert write_home(parse_document(second)) == second
    assert write_document(parse_document(second))["theme"] == "night"
    titled = {**write_document(parse_document(bare)), "title": "Mine"}
    assert write_home(parse_document(titled)) == titled


def _with(**fields: object) -> dict[str, object]:
    return {"format": "benchboard/dashboard", "version": 2, "items": [ITEM], **fields}


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (_with(version=3), "version"),
        (_with(version="2"), "version"),
        (_with(format="grafana"), "format"),
        (_with(columns=10**9), "columns"),
        (_with(compact="sideways"), "compact"),
        (_with(title="a\nb"), "title"),
        (_with(title=3), "title"),
        (_with(items=None), "items"),
        (_with(items=[{**ITEM, "locked": ["size", "doors"]}]), "locked"),
        (_with(items=[{**ITEM, "position": {"x": 0, "y": 0, "w": -3, "h": 2}}]), "position.w"),
        (_with(items=[{**ITEM, "repeat": "shop"}]), "repeat"),
        (_with(items=[{**ITEM, "repeat": {"direction": "down"}}]), "repeat.variable"),
        (_with(items=[{**ROW, "items": [{**ITEM, "repeat": {"variable": "v", "most": 0}}]}]), "repeat.most"),
        (_with(variables={}), "variables"),
        (_with(variables=[{"name": "a b"}]), "variables.0.name"),
        (_with(variables=[{"name": "a"}, {"name": "a"}]), "variables.1.name"),
        (_with(variables=[{"name": "a", "type": "sql"}]), "variables.0.type"),
        (_with(variables=[{"name": "a", "values": [1]}]), "variables.0.values"),
        (_with(variables=[{"name": "a", "type": "query", "query": None}]), "variables.0.query"),
        (_with(variables=[{"name": "a", "type": "query", "query": "q" * 10**6}]), "variables.0.query"),
        (_with(variables=[{"name": "a", "include_all": 1}]), "variables.0.include_all"),
        (_with(variables=[{"name": "a", "all_chosen": "yes"}]), "variables.0.all_chosen"),
        (_with(variables=[{"name": f"v{number}"} for number in range(10_000)]), "variables"),
        (_with(breakpoints=[]), "breakpoints"),
        (_with(breakpoints={"watch": {"columns": 1}}), "breakpoints.watch"),
        (_with(breakpoints={"phone": {"columns": 0}}), "breakpoints.phone.columns"),
        (_with(breakpoints={"phone": {"columns": 2, "places": {"w1": {"x": 0}}}}), "position.y"),
        ({"columns": 12}, "items"),
        ("text", "items"),
        (None, "items"),
    ],
)
def test_parse_invalid_document_names_the_field(value: object, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_document(value)
    assert refused.value.facts["field"] == field
    assert refused.value.what


@pytest.mark.parametrize("text", ["a\0b", "half \ud800"])
def test_parse_text_with_characters_no_database_stores_is_rejected(text: str) -> None:
    with pytest.raises(Invalid, match="invalid character"):
        parse_document(_with(unknown=[{"deep": text}]))


def test_write_variable_of_an_older_document_is_unchanged() -> None:
    variable = {"name": "a", "label": "", "type": "list", "values": ["x"], "chosen": [], "multiple": True, "later": 1}
    assert write_document(parse_document(_with(variables=[variable])))["variables"] == [variable]


def test_parse_all_chosen_means_every_current_option() -> None:
    said = {"values": ["x", "y"], "chosen": ["x"], "multiple": True, "all_chosen": True}
    variables = [{"name": "typed", **said}, {"name": "asked", "type": "query", **said}]
    assert parse_document(_with(variables=variables)).chosen == {"typed": ("x", "y"), "asked": ("x",)}


def _tall(count: int, **more: Any) -> dict[str, Any]:
    items = [
        {"id": f"t{k}", "type": "text", "position": {"x": 0, "y": 0, "w": 12, "h": 1_000}, **more} for k in range(count)
    ]
    return {"format": "benchboard/dashboard", "version": 2, "items": items}


def test_parse_page_beyond_the_last_row_when_shown_is_rejected() -> None:
    shown = fitted_document(parse_document(_tall(101)))
    assert parse_document(write_document(shown)).layout.cells == shown.layout.cells
    with pytest.raises(Invalid) as refused:
        parse_document(_tall(102))
    assert refused.value.code == "layout.too-long"
    assert refused.value.facts["item"] == "t101"
    row = {"id": "r", "type": "row", "position": {"x": 0, "y": 60_000, "w": 12, "h": 1}, "items": [
        {"id": "a", "type": "text", "position": {"x": 0, "y": 0, "w": 1, "h": 1}},
        {"id": "b", "type": "text", "position": {"x": 0, "y": 60_000, "w": 1, "h": 1}},
    ]}  # fmt: skip
    page = {"format": "benchboard/dashboard", "version": 2, "items": [row]}
    assert parse_document(page).layout.cells[0].y == 60_000  # it rises
    with pytest.raises(Invalid):
        parse_document({**page, "compact": "none"})
