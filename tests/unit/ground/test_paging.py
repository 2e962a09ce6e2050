import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.errors import Invalid
from benchboard.paging import Line, Listing, decode_key, encode_key, fold

scalars = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)


def is_key(text: str) -> bool:
    """Whether the text happens to be a key of two values."""
    try:
        return len(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))) == 2
    except (ValueError, TypeError, RecursionError):
        return False


@given(st.lists(scalars, max_size=4))
def test_decode_key_of_an_encoded_key_returns_its_values(values: list[object]) -> None:
    assert decode_key(encode_key(values), len(values)) == values  # type: ignore[arg-type]  # the strategy's are scalars


@given(st.text(max_size=200).filter(lambda text: not is_key(text)))
def test_decode_key_of_other_text_raises_invalid_naming_after(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode_key(text, 2)
    assert refused.value.code == "paging.key"
    assert refused.value.facts["field"] == "after"


def test_decode_key_with_nested_values_raises_invalid() -> None:
    with pytest.raises(Invalid):
        decode_key(encode_key([[1], 2]), 2)  # type: ignore[list-item]  # what a hostile caller would send


def test_decode_key_nested_too_deep_raises_invalid() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    with pytest.raises(Invalid):
        decode_key(deep, 2)


@pytest.mark.parametrize(
    ("filters", "column", "do"),
    [
        ({"owner": "x"}, "owner", "Choose one of: state, name."),
        ({"state": "x"}, "state", "Choose one of: open, closed."),
        ({"state": None}, "state", "Choose one of: open, closed."),
    ],
)
def test_require_filters_names_the_column_and_the_choices(filters: dict[str, str | None], column: str, do: str) -> None:
    with pytest.raises(Invalid) as refused:
        _require(Listing(filters=dict(filters)))
    assert (refused.value.code, refused.value.facts["field"], refused.value.do) == ("x.filter", column, do)


def test_require_filters_known_column_with_an_allowed_value_passes() -> None:
    _require(Listing(filters={"name": "x", "state": "open"}))


def _require(listing: Listing) -> None:
    listing.require_filters(("state", "name"), "x.filter", "No “{column}”.", values={"state": ("open", "closed")})


def test_require_filters_of_a_list_without_filters_offers_none() -> None:
    with pytest.raises(Invalid) as refused:
        Listing(filters={"a": 1}).require_filters((), "x.filter", "No “{column}”.")
    assert refused.value.do == ""


def _fold(text: str, unfolded: str = "") -> list[Line[str]]:
    """Letters as rows: capitals are never folded, a letter is itself and what it shares with its repeats."""
    rows = [f"{letter}{place}" for place, letter in enumerate(text)]
    return fold(rows, lambda row: row[0] if row[0].islower() else None, lambda row: row, set(unfolded.split()))


@pytest.mark.parametrize(
    ("rows", "unfolded", "shown"),
    [
        ("", "", []),
        ("a", "", ["a0"]),
        ("aaa", "", ["a0 folded 3"]),
        ("aab", "", ["a0 folded 2", "b2"]),
        ("abab", "", ["a0", "b1", "a2", "b3"]),
        ("AAaa", "", ["A0", "A1", "a2 folded 2"]),
        ("aabb", "b3", ["a0 folded 2", "b2", "b3"]),
        ("aaAaa", "a0", ["a0", "a1", "A2", "a3 folded 2"]),
    ],
)
def test_fold_makes_one_line_of_consecutive_repeats(rows: str, unfolded: str, shown: list[str]) -> None:
    lines = _fold(rows, unfolded)
    assert [f"{line.row} folded {len(line.run)}" if line.folded else line.row for line in lines] == shown


@given(st.text("abA", max_size=12), st.sets(st.integers(0, 11)))
def test_fold_keeps_every_row_once_and_in_order(text: str, unfolded: set[int]) -> None:
    rows = [f"{letter}{place}" for place, letter in enumerate(text)]
    lines = _fold(text, " ".join(rows[place] for place in unfolded if place < len(rows)))
    assert [row for line in lines for row in (line.run if line.folded else (line.row,))] == rows
    assert all(line.row in line.run for line in lines)
    assert all(line.repeated for line in lines if line.folded)
