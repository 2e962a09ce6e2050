"""Positions in a document's text: of items, of fields and of errors."""

import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document.json_positions import format_json, map_positions, parse_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=30,
)


def _document() -> dict[str, Any]:
    inner = {"id": "w2", "type": "text", "title": "Inside", "position": {"x": 0, "y": 1, "w": 4, "h": 4}}
    return {
        "format": "benchboard/dashboard",
        "version": 2,
        "title": 'A "quoted" id: {',
        "items": [
            {"id": "w1", "type": "text", "title": "One", "position": {"x": 6, "y": 0, "w": 4, "h": 4}},
            {"id": "r", "type": "row", "position": {"x": 0, "y": 4, "w": 12, "h": 1}, "items": [inner]},
        ],
        "breakpoints": {"phone": {"columns": 2, "places": {"w1": {"x": 0, "y": 0, "w": 2, "h": 3}}}},
    }


def _lines(text: str, part: str) -> list[int]:
    return [k for k, line in enumerate(text.splitlines()) if part in line]


@given(JSON)
def test_pretty_json_parses_to_the_same_value(value: object) -> None:
    assert json.loads(format_json(value)) == value


def test_pretty_json_indents_what_does_not_fit_on_a_line_by_two_for_each_level() -> None:
    long = "x" * 60
    assert format_json({"a": [1, 2], "b": {"c": [long, [long, long]]}}).splitlines() == [
        "{",
        '  "a": [1, 2],',
        '  "b": {',
        '    "c": [',
        f'      "{long}",',
        "      [",
        f'        "{long}",',
        f'        "{long}"',
        "      ]",
        "    ]",
        "  }",
        "}",
    ]


@given(JSON)
def test_json_positions_cover_every_value(value: object) -> None:
    text = format_json(value)
    known = map_positions(text).values

    def check(part: object, steps: tuple[str | int, ...]) -> None:
        assert 0 <= known[steps].first <= known[steps].last < len(text.split("\n"))
        for key, inner in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            check(inner, (*steps, key))
            assert known[steps].first <= known[(*steps, key)].first

    check(value, ())
    assert len(known) >= 1


@given(st.text(alphabet='{}[]:,"\\ \n1a'))
def test_json_positions_of_any_text_match_its_lines(text: str) -> None:
    spans = map_positions(text).values.values()
    assert all(0 <= span.first <= span.last < len(text.split("\n")) for span in spans)


def test_json_positions_find_items_at_every_depth() -> None:
    text = format_json(_document())
    places = map_positions(text)
    assert list(places.items) == ["w1", "r", "w2"]
    (line,) = _lines(text, '"w2"')
    assert places.item_at(line) == "w2"
    assert places.item_at(places.items["r"].first) == "r"
    assert places.item_at(0) is None


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda d: d["items"][0]["position"].update(x=-1), '"x": -1'),
        (lambda d: d["items"][1]["items"][0]["position"].update(w="wide"), '"w": "wide"'),
        (lambda d: d["items"][1]["items"][0].update(title=7), '"title": 7'),
        (lambda d: d["items"][1]["items"][0].update(id="w1"), '"Inside"'),
        (lambda d: d.update(columns=0), '"columns": 0'),
        (lambda d: d["items"][0].update(type=None), '"type": null'),
        (lambda d: d["breakpoints"]["phone"].update(columns=-3), '"columns": -3'),
        (lambda d: d.update(variables=[{"name": "1st"}]), '"1st"'),
        (lambda d: d["items"][1].update(items=3), '"items": 3'),
        (lambda d: d.update(version=9), '"version": 9'),
    ],
)
def test_json_positions_of_an_error_name_its_line(change: Any, part: str) -> None:
    document = _document()
    change(document)
    text = format_json(document)
    found, _places, error, line = parse_text(text)
    assert found is None
    assert error is not None
    assert line is not None
    items_lines = _lines(text, part)
    span = map_positions(text).items.get("w1") if part == '"Inside"' else None
    assert line in items_lines or (span is not None and span.first <= line <= span.last)


def test_json_positions_of_invalid_json_name_its_line() -> None:
    text = format_json(_document())
    broken = text.replace('"version": 2,', '"version": 2', 1)
    _found, _places, error, line = parse_text(broken)
    assert error is not None
    assert line in _lines(broken, '"version": 2')
    twice = text.replace('"version": 2,', '"version": 2,\n  "version": 2,', 1)
    _found, _places, error, line = parse_text(twice)
    assert error is not None
    assert line == _lines(twice, '"version": 2')[1]


def test_json_positions_of_endless_brackets_use_linear_memory() -> None:
    tracemalloc.start()
    try:
        for opening in ("[", '{"a":'):
            found, _places, error, _line = parse_text(opening * 3_000)
            assert found is None
            assert error is not None
            _now, most = tracemalloc.get_traced_memory()
            assert most < 3 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", ['"' + '\\"' * 20_000, '{"a": "' + '\\"' * 20_000, '\\"' * 20_000, '"\\\n' * 10_000])
def test_json_positions_of_an_unclosed_string_read_it_once(text: str) -> None:
    began = time.process_time()
    assert parse_text(text)[2] is not None
    assert time.process_time() - began < 1


def test_json_positions_before_an_unclosed_string_are_known() -> None:
    text = format_json(_document()).replace('"Inside"', '"Inside')
    (line, _place) = _lines(text, '"w1"')
    assert map_positions(text).item_at(line) == "w1"
