"""Images in a text replaced by short placeholders: the text is short, and the images can be restored."""

import json
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.dashboards.document import images, truncation
from benchboard.dashboards.document.document import MAX_BYTES
from benchboard.dashboards.document.json_positions import format_json, parse_text
from benchboard.dashboards.document.truncation import Truncator, has_placeholders
from benchboard.errors import Invalid
from support.image_bytes import chunk, png

LARGE = images.to_data_uri("png", png(4, 4, (1, 2, 3), chunk(b"teSt", bytes(range(256)) * 1_500)))
PICTURES = [
    LARGE,
    *(images.to_data_uri("png", png(9, 9, (k, 0, 0), chunk(b"teSt", bytes([k]) * 300))) for k in range(4)),
]
MARK = Truncator().truncate_text(PICTURES[1])
LIKE_MARKS = ["text:…0123456789abcdef…(3 KiB)", "see text:…0123456789abcdef…(3 KiB)", MARK, f'see "{MARK}"\n']
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=20) | st.sampled_from(PICTURES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_truncate_then_restore_is_equal(value: object) -> None:
    pictures = Truncator()
    short = pictures.truncate(value)
    assert pictures.restore(short) == value
    assert len(format_json(short)) < 20_000
    assert pictures.restore(pictures.truncate_text(format_json(value))) == format_json(value)


def test_truncate_picture_inside_a_text() -> None:
    pictures = Truncator()
    short = pictures.truncate_text(f"![a]({LARGE}) and ![b]({LARGE})")
    assert len(short) < 200
    assert pictures.restore(short) == f"![a]({LARGE}) and ![b]({LARGE})"
    assert not has_placeholders("data:image/png;base64,AAAA")


def test_restore_missing_fills_in_only_pictures_the_page_lacks() -> None:
    here, later = Truncator(), Truncator()
    page = {"config": {"picture": PICTURES[1]}}
    shown = format_json(here.truncate(page))
    text = shown + here.truncate_text(PICTURES[2]) + f"\ndata:image/png;base64,…{'0' * 16}…(3 KiB)"
    lasting = here.restore_missing(text, page)
    assert PICTURES[2] in lasting
    assert PICTURES[1] not in lasting
    later.truncate(page)
    assert later.truncate_text(lasting) == text
    assert PICTURES[1] in here.restore_missing(text, {})  # the page has it no more


@given(st.recursive(st.sampled_from([*PICTURES, *LIKE_MARKS]), st.lists, max_leaves=6))
def test_truncate_text_that_looks_like_a_placeholder_is_unchanged(value: object) -> None:
    pictures = Truncator()
    pictures.truncate(PICTURES)
    short = pictures.truncate(value)
    assert pictures.restore(short) == value
    text = format_json(short)
    assert json.loads(pictures.restore_json_text(text)) == value
    assert json.loads(pictures.restore_missing(text, [])) == value
    assert pictures.restore_missing(text, value) == text


@pytest.mark.parametrize("words", [False, True])
def test_restore_makes_no_more_than_a_dashboard_holds(words: bool) -> None:
    pictures = Truncator()
    mark = pictures.truncate("long " * 100_000 if words else LARGE)
    assert isinstance(mark, str)
    value = [mark if words else f" {mark}"] * 2_000
    text = format_json(value)
    enough = [mark] * 8
    assert len(json.dumps(pictures.restore(enough))) < MAX_BYTES
    makings = [
        pictures.restore,
        lambda _value: pictures.restore_json_text(text),
        lambda _value: pictures.restore_missing(text, {}),
    ]
    if not words:
        makings.append(lambda _value: pictures.restore(text))
    tracemalloc.start()
    try:
        for made in makings:
            with pytest.raises(Invalid, match="larger than 4 MiB"):
                made(value)
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_BYTES
    finally:
        tracemalloc.stop()


@given(st.text(min_size=1, max_size=9), st.booleans())
def test_truncate_endless_text_is_short_and_restores(words: str, with_picture: bool) -> None:
    pictures = Truncator()
    endless = words * (60_000 // len(words) + 1) + (PICTURES[1] if with_picture else "")
    short = pictures.truncate({"config": {"text": endless}})
    text = format_json(short)
    assert len(text) < 400
    assert has_placeholders(text)
    assert pictures.restore(short) == {"config": {"text": endless}}
    assert json.loads(pictures.restore_json_text(text)) == {"config": {"text": endless}}
    with pytest.raises(Invalid):
        Truncator().restore(short)


def test_restore_foreign_placeholder_is_rejected_at_its_line() -> None:
    here, elsewhere = Truncator(), Truncator()
    item = {"id": "a", "type": "image", "position": {"x": 0, "y": 0, "w": 3, "h": 3}, "config": {"picture": LARGE}}
    text = format_json(elsewhere.truncate({"format": "benchboard/dashboard", "version": 2, "items": [item]}))
    document, _places, error, line = parse_text(text, here.restore)
    assert document is None
    assert isinstance(error, Invalid)
    assert line is not None
    assert "base64" in text.split("\n")[line]
    document, _places, error, _line = parse_text(text, elsewhere.restore)
    assert error is None
    assert document is not None


def test_truncator_remembers_only_a_few_dashboards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truncation, "_KEPT", len(PICTURES[3]) + len(PICTURES[4]))
    pictures = Truncator()
    marks = [pictures.truncate_text(text) for text in PICTURES[1:]]
    assert [pictures.restore(mark) for mark in marks[2:]] == PICTURES[3:]
    with pytest.raises(Invalid):
        pictures.restore(marks[0])


def test_truncator_keeps_the_newest_and_forgets_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truncation, "_KEPT", max(map(len, PICTURES[1:])) * 2)
    pictures = Truncator()
    marks = [pictures.truncate_text(text) for text in (*PICTURES[1:3], PICTURES[1], PICTURES[1], PICTURES[3])]
    assert pictures.restore(marks[0]) == PICTURES[1]  # met again after the second, which made room for the third
    with pytest.raises(Invalid):
        pictures.restore(marks[1])
    assert pictures.restore(pictures.truncate_text(LARGE)) == LARGE
    with pytest.raises(Invalid):
        pictures.restore(marks[4])
    assert pictures.restore(pictures.truncate_text(PICTURES[1])) == PICTURES[1]


@pytest.mark.parametrize("kept", [truncation._KEPT, 12_000 * 150])
def test_truncate_thousands_of_pictures_is_fast(monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    """As many as fit are remembered, and finding the one to forget is no walk through them."""
    monkeypatch.setattr(truncation, "_KEPT", kept)
    text = "\n".join(f"data:image/png;base64,{k:0128d}" for k in range(24_000))
    began = time.process_time()
    assert has_placeholders(Truncator().truncate_text(text))
    assert time.process_time() - began < 3
