"""Reading and writing documents: a valid one is written unchanged, an invalid one is rejected with one clear error."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.layout import apply, compacted, decode, parse, parse_columns, serialise
from benchboard.dashboards.layout.model import parse_item
from benchboard.errors import Invalid

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
OPTIONAL = [{}, {"static": True}, {"static": False}, {"min_w": 2, "max_w": 4}, {"max_h": None}]
KNOWN = {"id", "type", "position", "static", "min_w", "max_w", "min_h", "max_h"}


@st.composite
def documents(draw: st.DrawFn) -> list[dict[str, Any]]:
    ids = draw(st.lists(st.text(min_size=1, max_size=6), unique=True, max_size=6))
    items = []
    for name in ids:
        position = {
            "x": draw(st.integers(0, 11)),
            "y": draw(st.integers(0, 40)),
            "w": draw(st.integers(1, 6)),
            "h": draw(st.integers(1, 6)),
        }
        names = st.text(max_size=6)
        unknown = draw(st.dictionaries(names.filter(lambda key: key not in KNOWN), plain, max_size=3))
        extra = draw(st.dictionaries(names.filter(lambda key: key not in ("x", "y", "w", "h")), plain, max_size=2))
        item = {"id": name, "type": "text", "position": position | extra, **unknown}
        item |= draw(st.sampled_from(OPTIONAL))
        keys = draw(st.permutations(list(item)))
        items.append({key: item[key] for key in keys})
    return items


@given(documents())
def test_serialise_returns_what_parse_was_given(document: list[dict[str, Any]]) -> None:
    text = json.dumps(document)
    assert json.dumps(serialise(parse(decode(text)))) == text


@given(documents())
def test_apply_operation_keeps_unknown_fields(document: list[dict[str, Any]]) -> None:
    before = {entry["id"]: entry for entry in json.loads(json.dumps(document))}
    for entry in serialise(compacted(parse(document))):
        was = before[str(entry["id"])]
        assert list(entry) == list(was)
        position: Any = entry["position"]
        assert entry | {"position": None} == was | {"position": None}
        assert position | was["position"] == was["position"] | {
            key: value for key, value in position.items() if key not in was["position"]
        }


def _item(**changes: object) -> dict[str, object]:
    return {"id": "a", "type": "text", "position": {"x": 0, "y": 0, "w": 2, "h": 2}} | changes


def _at(**changes: object) -> dict[str, object]:
    return _item(position={"x": 0, "y": 0, "w": 2, "h": 2} | changes)


@pytest.mark.parametrize(
    ("document", "code", "item", "field"),
    [
        ([_at(w=-1)], "layout.bad-number", "a", "position.w"),
        ([_at(h=0)], "layout.bad-number", "a", "position.h"),
        ([_at(y=-1)], "layout.bad-number", "a", "position.y"),
        ([_at(x=float("nan"))], "layout.bad-number", "a", "position.x"),
        ([_at(x=True)], "layout.bad-number", "a", "position.x"),
        ([_at(w=10**9)], "layout.bad-number", "a", "position.w"),
        ([_at(w="2")], "layout.bad-number", "a", "position.w"),
        ([_at(y=10**4000)], "layout.bad-number", "a", "position.y"),
        ([_item(), _item()], "layout.duplicate-id", "a", "id"),
        ([_item(id=7)], "layout.bad-id", None, "items.0.id"),
        ([_item(id="")], "layout.bad-id", None, "items.0.id"),
        ([_item(), _item(id="b" * 201)], "layout.bad-id", None, "items.1.id"),
        ([_item(type=None)], "layout.bad-type", "a", "type"),
        ([_item(static=1)], "layout.bad-static", "a", "static"),
        ([_item(position=[0, 0, 1, 1])], "layout.bad-position", "a", "position"),
        ([{"id": "a", "type": "text"}], "layout.bad-position", "a", "position"),
        ([_item(min_w=0)], "layout.bad-number", "a", "min_w"),
        ([_item(min_h=5, max_h=4)], "layout.limits-crossed", "a", "min_h"),
        (["a"], "layout.not-an-object", None, "items.0"),
        ({"items": []}, "layout.not-a-list", None, "items"),
        ([_item()] * 10_001, "layout.too-many-items", None, "items"),
    ],
)
def test_parse_invalid_item_is_rejected_by_item_and_field(
    document: object, code: str, item: str | None, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(document)
    said = refusal.value
    assert (said.code, said.facts["item"], said.facts["field"]) == (code, item, field)
    assert str(refusal.value).endswith(".")
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"a": NaN}', "layout.not-a-number"),
        (b'{"a": -Infinity}', "layout.not-a-number"),
        (b"[" + b"9" * 5000 + b"]", "layout.not-a-number"),
        (b"\xff", "layout.not-utf8"),
        (b'[{"id": "a"', "layout.not-json"),
        (b"[" * 100_000, "layout.too-deep"),
        (b'{"a": 1, "a": 2}', "layout.field-twice"),
        (b" " * 101, "layout.too-long"),
    ],
)
def test_parse_bytes_without_a_document_is_rejected(text: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        decode(text, max_bytes=100 if code == "layout.too-long" else 1 << 20)
    assert refusal.value.code == code


@pytest.mark.parametrize("columns", [0, -1, 10**9, 12.0, True, None, "12"])
def test_parse_invalid_number_of_columns_is_rejected(columns: object) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_columns(columns)
    assert refusal.value.facts["field"] == "columns"


@given(values)
def test_parse_any_json_gives_a_layout_or_an_error(value: object) -> None:
    refusals: list[Invalid] = []
    for document in (
        value,
        [value],
        [_item(position=value)],
        [_at(w=value)],
        [_item(static=value)],
        [_item(id=value)],
    ):
        try:
            serialise(parse(document))
        except Invalid as refusal:
            refusals.append(refusal)
    assert all(refusal.what and "field" in refusal.facts for refusal in refusals)


@given(values, values)
def test_apply_any_request_gives_a_layout_or_an_error(value: object, other: object) -> None:
    refusals: list[Invalid] = []
    for op in (
        value,
        {"move": "a", "x": value, "y": other},
        {"add": value},
        {"resize": "a", "w": value, "h": 1},
    ):
        for request in (
            value,
            {"items": [_item()], "op": op},
            {"items": [_item()], "op": op, "columns": other},
        ):
            try:
                apply(request)
            except Invalid as refusal:
                refusals.append(refusal)
    assert all(refusal.what and "field" in refusal.facts for refusal in refusals)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "Infinity", "NaN", "9" * 5_000])
def test_parse_invalid_number_is_rejected(number: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode(f'[{{"z": {number}}}]')
    assert refused.value.code == "layout.not-a-number"


def test_parse_item_whose_id_is_no_text_is_named_by_its_place() -> None:
    for entry, value in (({"id": {}}, "an object"), ({"id": 7}, "7"), ({}, "null")):
        with pytest.raises(Invalid) as refused:
            parse_item(entry)
        assert refused.value.what == f"The ID of item 1 is {value}; it must be text of 1 to 200 characters."


_IN_A = '"items": [{"id": "a", "position": {"x": %s}}]'


@pytest.mark.parametrize(
    ("text", "item", "field", "said"),
    [
        ("{%s}" % (_IN_A % "NaN"), "a", "position.x", "position.x of item “a” is NaN"),
        ("{%s}" % (_IN_A % "-1e999"), "a", "position.x", "-1e999"),
        ("{%s}" % (_IN_A % ("9" * 5_000)), "a", "position.x", "too many digits"),
        ('{"columns": Infinity}', None, "columns", "columns is Infinity"),
        ('{"panels": [{"gridPos": {"x": NaN}}]}', None, "panels.0.gridPos.x", "panels.0.gridPos.x"),
        ('[{"id": "a", "z": [{"id": "b", "y": NaN}]}]', "b", "y", "of item “b”"),
        ("NaN", None, None, "The whole text"),
        ('{"a": NaN, "a": 1}', None, None, "a number"),
        ('{"a": NaN', None, None, "a number"),
        ('{"a": NaN, "b": ' + "[" * 100_000, None, None, "a number"),
    ],
)
def test_parse_invalid_number_is_named_by_item_and_field(
    text: str, item: str | None, field: str | None, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        decode(text)
    assert (refused.value.facts["item"], refused.value.facts["field"]) == (item, field)
    assert said in refused.value.what
    assert len(refused.value.what) < 300


@pytest.mark.parametrize(
    ("text", "said", "advice"),
    [
        ('[{"id": "a"', "ends after character 11 on line 1", "closing bracket"),
        ('[\n{"id": 1,\n', "ends after character 9 on line 2", "closing bracket"),
        ('[{"id": "a', "Incomplete JSON", "closing quotation mark"),
        ("", "empty", ""),
        (b"\xef\xbb\xbf", "empty", ""),
        ("[1,\n2,\n x]", "position 2 on line 3", "Correct it, or remove it."),
        ("hello there", "This isn't JSON.", ""),
        ("[1 2]", "missing comma before character 4 on line 1", "Add the comma."),
        ("[1, }", "character at position 5 on line 1", "Correct it, or remove it."),
        ("{bad}", "character at position 2 on line 1", "Put the field's name in double quotation marks"),
        ("{bad", "character at position 2 on line 1", "Put the field's name in double quotation marks"),
        ('{"a" 1}', "character at position 6 on line 1", "Put a colon"),
    ],
)
def test_parse_invalid_json_names_the_position_and_what_to_do(text: str | bytes, said: str, advice: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode(text)
    assert said in refused.value.what
    assert advice in refused.value.do


def test_parse_windows_encodings_are_read_or_named() -> None:
    assert decode(b"\xef\xbb\xbf[1]") == decode("\ufeff[1]") == [1]
    for coding in ("utf-16-le", "utf-16-be"):
        with pytest.raises(Invalid, match="UTF-16"):
            decode("\ufeff[1]".encode(coding))


@pytest.mark.parametrize(
    ("op", "said"),
    [({"fly": "a"}, "op is empty"), ({"move": "a", "remove": "a"}, "op has move, remove"), ([], "op is a list")],
)
def test_apply_incomplete_operation_names_the_missing_field(op: object, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        apply({"items": [_item()], "op": op})


def test_apply_container_containing_itself_is_rejected() -> None:
    held = {**_item(id="g", type="group"), "items": [_item(id="g", type="group") | {"items": []}]}
    with pytest.raises(Invalid, match="Two items have the ID “"):
        apply({"items": [held], "op": {"compact": True}})
