"""Which frames a typed filter of identifiers shows, and what is said of one that can't be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.canbus.frame import MAX_EXTENDED_ID, MAX_STANDARD_ID, Frame
from benchboard.canbus.id_filter import parse_id_filter
from benchboard.errors import Invalid

_IDS = st.integers(0, MAX_STANDARD_ID)


@pytest.mark.parametrize(
    ("text", "shown", "hidden"),
    [
        ("", (0, 0x7FF), ()),
        ("18f", (0x18F,), (0x18E, 0x190)),
        ("0x18F, 200", (0x18F, 0x200), (0x201,)),
        ("100 - 1ff", (0x100, 0x1FF), (0xFF, 0x200)),
        ("100&700", (0x100, 0x1AB), (0x200, 0x7FF)),
        ("181 & 0x7F 300-300", (0x181, 0x281, 0x300), (0x182,)),
        ("0&0", (0, 0x7FF), ()),
    ],
)
def test_id_filter_shows_its_ids_alone(text: str, shown: tuple[int, ...], hidden: tuple[int, ...]) -> None:
    found = parse_id_filter(text)
    assert all(found.matches(Frame(one)) for one in shown)
    assert not any(found.matches(Frame(one)) for one in hidden)


def test_id_filter_of_eight_digits_shows_extended_ids_alone() -> None:
    found = parse_id_filter("0000018F")
    assert found.matches(Frame(0x18F, extended=True))
    assert not found.matches(Frame(0x18F))
    assert parse_id_filter("18F").matches(Frame(0x18F, extended=True))


def test_id_filter_never_hides_error_frames() -> None:
    assert parse_id_filter("18F").matches(Frame(0x4, error=True, data=bytes(8)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("xyz", "isn't an ID"),
        ("100-", "isn't an ID"),
        ("1FF-100", "ends before it begins"),
        ("20000000", "beyond the largest ID"),
        ("100,engine", "“engine” isn't an ID"),
    ],
)
def test_id_filter_that_is_wrong_says_why(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        parse_id_filter(text)


@given(_IDS, _IDS, _IDS)
def test_id_filter_of_a_range_or_mask_matches_as_numbers_do(first: int, second: int, other: int) -> None:
    low, high = sorted((first, second))
    assert parse_id_filter(f"{low:x}-{high:X}").matches(Frame(other)) == (low <= other <= high)
    assert parse_id_filter(f"{first:x}&{second:x}").matches(Frame(other)) == (other & second == first & second)


@given(st.text())
def test_id_filter_of_any_text_is_read_or_refused_with_what_to_do(text: str) -> None:
    try:
        parse_id_filter(text).matches(Frame(MAX_EXTENDED_ID, extended=True))
    except Invalid as error:
        assert error.do
