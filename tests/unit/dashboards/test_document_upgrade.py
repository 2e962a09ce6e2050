"""The published JSON Schema: what we write, it takes; what it refuses the parser refuses, and the other way round."""

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from benchboard import package_data
from benchboard.dashboards.document.document import parse_document, write_document
from benchboard.dashboards.interchange import SCHEMA, from_benchboard, from_grafana, upgrade
from benchboard.errors import Invalid
from support.examples import examples
from support.pages import random_page

Json = dict[str, Any]
PUBLISHED: Json = json.loads((package_data.resources_folder() / "schemas" / "dashboard-2.json").read_text("utf-8"))
CHECK = Draft202012Validator(PUBLISHED)
ITEM = {"id": "w1", "type": "kpi", "position": {"x": 0, "y": 0, "w": 3, "h": 2}}
BEYOND = {"duplicate-id", "duplicate-variable", "too-deep", "limits-crossed", "bad-active", "not-text"}
"""What no schema can say: it speaks of one place at a time."""
ODD: tuple[Any, ...] = (None, True, -1, 0, 1, 3, 10**9, 0.5, "", "x", "a\n", "y" * 300, [], {}, ["size"], [[]], "text")


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """A document that says everything there is to say somewhere."""
    rng = random.Random(draw(st.integers(0, 10**9)))
    repeat = {"variable": "v", "direction": "down", "most": 2}
    first = {**copy.deepcopy(ITEM), "query": "SELECT 1", "config": {"unit": "s"}, "locked": ["size"], "static": True,
             "min_w": 1, "max_w": None, "repeat": repeat, "title": "T"}  # fmt: skip
    return {
        "$schema": SCHEMA,
        "format": "benchboard/dashboard",
        "version": 2,
        "title": "T",
        "description": "a\nb",
        "columns": 12,
        "compact": rng.choice(["vertical", "horizontal", "none"]),
        "variables": [
            {"name": "v", "label": "V", "type": "list", "values": ["a"], "chosen": ["a"], "multiple": False},
            {"name": "w", "type": "text"},
            {"name": "q", "type": "query", "query": "SELECT 1", "include_all": True, "all_chosen": False},
        ],
        "items": [first, *random_page(rng, 12)],
        "breakpoints": {"phone": {"columns": 2, "places": {"i0": {"x": 0, "y": 0, "w": 1, "h": 1}}}},
    }


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every field and list entry of a document, as its holder and its key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [found for key in keys for found in ((value, key), *_places(value[key]))]


def test_schema_file_describes_every_field() -> None:
    Draft202012Validator.check_schema(PUBLISHED)
    assert PUBLISHED["$id"] == SCHEMA
    tests = [holder["if"] for holder, key in _places(PUBLISHED) if key == "if"]
    described = [
        holder["properties"] for holder, key in _places(PUBLISHED) if key == "properties" and holder not in tests
    ]
    assert len(described) > 8
    assert [name for fields in described for name, said in fields.items() if "description" not in said] == []


@given(documents())
@examples(60)
def test_schema_accepts_every_written_document(document: Json) -> None:
    CHECK.validate(document)
    CHECK.validate(write_document(parse_document(document)))
    CHECK.validate(upgrade(document))


@given(documents(), st.data())
@examples(300)
def test_schema_and_parser_agree_on_damaged_documents(document: Json, data: st.DataObject) -> None:
    holder, key = data.draw(st.sampled_from(_places(document)))
    change = data.draw(st.sampled_from(["replace", "remove"]))
    if change == "remove":
        del holder[key]
    else:
        holder[key] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
    if "format" not in document or document.get("version") == 1:
        return  # that is an older form
    valid = CHECK.is_valid(document)
    try:
        parse_document(document)
    except Invalid as refused:
        assert not valid or refused.code.removeprefix("layout.") in BEYOND, (refused.what, refused.facts)
    else:
        assert valid, [error.message for error in CHECK.iter_errors(document)]


def test_upgrade_older_documents_gives_the_newest_version() -> None:
    for old, form in (([ITEM], 0), ({"columns": 24, "items": [ITEM], "theme": "night"}, 1)):
        new, report = from_benchboard(old)
        CHECK.validate(new)
        assert (new["$schema"], new["version"], new["items"]) == (SCHEMA, 2, [ITEM])
        assert upgrade(new) == new
        assert str(form) in report.lines[0].what
    assert (new["columns"], new["theme"]) == (24, "night")


def test_upgrade_later_version_is_rejected() -> None:
    with pytest.raises(Invalid, match="format version 3; this Benchboard supports up to 2") as refused:
        upgrade({"format": "benchboard/dashboard", "version": 3, "items": []})
    assert refused.value.do


def test_schema_accepts_grafana_imports() -> None:
    panels = [
        {"id": 1, "type": "row", "collapsed": True, "panels": [{"id": 2, "type": "news", "gridPos": {"w": 3, "h": 3}}]},
        {"id": 3, "type": "stat", "title": "t" * 300, "description": "d" * 9_000},
    ]
    document, _report = from_grafana({"panels": panels, "title": "a\nb" * 200, "description": "d" * 9_000})
    CHECK.validate(document)
    assert upgrade(document)["grafana"] == document["grafana"]


def test_upgrade_fields_without_effect_are_reported() -> None:
    wide = {**ITEM, "id": "wide", "position": {"x": 10, "y": 0, "w": 6, "h": 2}}
    alone = {**ITEM, "id": "alone", "repeat": {"variable": "nobody"}}
    document, report = from_benchboard([wide, alone])
    assert document["items"] == [wide, alone], "it stays as the file has it"
    assert [(line.id, line.outcome) for line in report.lines if line.id] == [("wide", "kept"), ("alone", "kept")]
